"""Hair as a design."""

from dataclasses import dataclass

import numpy as np

_LONG_HAIR = ("short", "bob", "long", "long", "twin", "pony", "braids", "buns", "curls", "spiky")
_SHORT_HAIR = (
    "short",
    "short",
    "spiky",
    "spiky",
    "buzz",
    "bald",
    "pony",
    "slick",
    "curls",
    "mohawk",
)


@dataclass(frozen=True)
class Hair:
    """The design of hair; lengths in head heights, angles in degrees.

    Attributes:
        style: what hangs behind; bangs: angle, width and drop of every lock over the forehead.
        length: how far down (negative) locks at the back end; side: those before the ears.
        strands: number of locks at the back, at each side, in a tail.
        curl, flare, blunt: bend, spread outward, and width of the tips as a share.
        has_tips: whether the tips have another colour; is_ink: black hair without fill.
    """

    style: str
    bangs: tuple[tuple[float, float, float], ...]
    parting: float
    bang_length: float
    length: float
    side: float
    strands: tuple[int, int, int]
    tail: float
    curl: float
    flare: float
    blunt: float
    has_cowlick: bool
    has_tips: bool
    has_bow: bool
    is_ink: bool


def make_hair(rng: np.random.Generator, *, is_male: bool, may_be_ink: bool) -> Hair:
    """Make the hair of one character."""
    style = str(rng.choice(_SHORT_HAIR if is_male and rng.random() < 0.8 else _LONG_HAIR))
    count = 0 if style in ("bald", "buzz", "slick") else int(rng.choice([0, 3, 4, 5, 6, 7, 9, 12]))
    angles = np.linspace(-62, 62, count) if count else np.zeros(0)
    if count and rng.random() < 0.25:  # parted: nothing in the middle
        angles = angles[np.abs(angles) > 25]
    width = 0.06 + 0.4 / max(count, 3)
    bangs = [(float(a), width * rng.uniform(0.8, 1.3), rng.uniform(0, 0.26)) for a in angles]
    length = {"bob": rng.uniform(-0.9, -0.65), "long": rng.uniform(-3.2, -1.2)}
    return Hair(
        style=style,
        bangs=tuple(bangs),
        parting=rng.uniform(-35, 35),
        bang_length=rng.uniform(-0.07, 0.13),
        length=length.get(style, rng.uniform(-0.62, -0.4)),
        side=rng.uniform(-0.5, -0.15) if is_male else rng.uniform(-1.3, -0.3),
        strands=(int(rng.integers(3, 14)), int(rng.integers(0, 4)), int(rng.integers(1, 6))),
        tail=rng.uniform(0.7, 2.8),
        curl=rng.uniform(-0.4, 0.4),
        flare=rng.uniform(0.85, 1.5),
        blunt=float(rng.choice([0.02, 0.02, 0.3, 0.6])),
        has_cowlick=bool(rng.random() < 0.3),
        has_tips=bool(rng.random() < 0.12),
        has_bow=bool(rng.random() < 0.3),
        is_ink=may_be_ink and bool(rng.random() < 0.4),
    )
