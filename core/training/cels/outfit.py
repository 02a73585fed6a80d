"""Outfits: what a character wears, as a design."""

from dataclasses import dataclass

import numpy as np

from core.training.cels.patterns import PATTERNS

_HIS_TOPS = (
    "blazer",
    "hoodie",
    "tunic",
    "shirt",
    "tank",
    "vest",
    "robe",
    "overalls",
    "suit",
    "armour",
)
_HER_TOPS = ("sailor", "dress", *_HIS_TOPS)


@dataclass(frozen=True)
class Outfit:
    """Which clothes; colours are the palette's names and follow from the kind.

    Attributes:
        top, bottom, sleeve, neck, pattern: kinds.
        emblem: kind of badge, -1 for none; buttons: how many.
        skirt: length in leg lengths and flare; pleats: how many.
        sock, boot: height as a share of the leg.
    """

    top: str
    bottom: str
    sleeve: str
    sleeve_width: float
    neck: str
    pattern: str
    skirt_pattern: str
    emblem: int
    buttons: int
    skirt: tuple[float, float]
    pleats: int
    sock: float
    boot: float
    has_belt: bool
    has_pockets: bool
    has_apron: bool
    has_cuffs: bool
    has_trim: bool
    has_armband: bool
    has_coat: bool
    has_cape: bool
    has_toecaps: bool
    has_sock_bands: bool
    has_knee_pads: bool
    is_barefoot: bool


def make_outfit(rng: np.random.Generator, *, is_male: bool) -> Outfit:
    """Make an outfit."""

    def chance(share: float) -> bool:
        return bool(rng.random() < share)

    top = str(rng.choice(_HIS_TOPS if is_male else _HER_TOPS))
    bottom = str(
        rng.choice(
            ["trousers", "trousers", "shorts"]
            if is_male
            else ["skirt", "skirt", "trousers", "shorts"]
        )
    )
    if top in ("dress", "robe"):
        bottom = "skirt"
    elif top in ("overalls", "suit", "armour"):
        bottom = "trousers"
    sleeve = str(rng.choice(["long", "long", "short", "puff" if not is_male else "short", "none"]))
    long = {"dress": rng.uniform(0.35, 0.95), "robe": rng.uniform(0.7, 0.98)}
    return Outfit(
        top=top,
        bottom=bottom,
        sleeve={"robe": "long", "suit": "long", "armour": "long", "tank": "none"}.get(top, sleeve),
        sleeve_width=rng.uniform(1.0, 1.7),
        neck=str(rng.choice(["none", "tie", "ribbon", "scarf", "collar", "choker", "none"])),
        pattern=str(rng.choice(PATTERNS)),
        skirt_pattern=str(rng.choice(PATTERNS)),
        emblem=int(rng.choice([-1, -1, 0, 1, 2, 3])),
        buttons=int(rng.integers(0, 5)),
        skirt=(long.get(top, rng.uniform(0.2, 0.5)), rng.uniform(0.9, 1.8)),
        pleats=int(rng.choice([0, 0, 6, 9, 13, 18])),
        sock=float(rng.choice([0.0, 0.0, 0.22, 0.45, 0.62])),
        boot=float(rng.choice([0.1, 0.1, 0.3, 0.45])),
        has_belt=chance(0.5),
        has_pockets=chance(0.5),
        has_apron=chance(0.4),
        has_cuffs=chance(0.6),
        has_trim=chance(0.4),
        has_armband=chance(0.25),
        has_coat=bottom != "skirt" and chance(0.35),
        has_cape=chance(0.14),
        has_toecaps=chance(0.5),
        has_sock_bands=chance(0.4),
        has_knee_pads=chance(0.3),
        is_barefoot=chance(0.12),
    )
