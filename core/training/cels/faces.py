"""Faces as a design, and the surface of the skull."""

from dataclasses import dataclass

import numpy as np

from core.training.cels.space import Placement, Rings


@dataclass(frozen=True)
class Face:
    """The design of a face; lengths in head heights.

    Attributes:
        width, chin, jaw: factors of the skull's width, at the chin and at the cheeks.
        eyes: one of `EYES`; eye: x, y, half-width, half-height; slant; iris: share of the eye.
        brows: style; brow: height above the eye and thickness.
        nose, ears: styles.
        mouth: height and half-width.
        extras: glasses, blush, freckles, scar, beard, moustache, mark, earring.
    """

    width: float
    chin: float
    jaw: float
    eyes: str
    eye: tuple[float, float, float, float]
    slant: float
    iris: float
    wing: float
    has_thin_lid: bool
    brows: str
    brow: tuple[float, float]
    nose: str
    ears: str
    mouth: tuple[float, float]
    extras: tuple[str, ...]


EYES = ("anime", "anime", "tall", "dot", "bead", "narrow", "round", "slit")
_EXTRAS = {
    "glasses": 0.14,
    "blush": 0.25,
    "freckles": 0.08,
    "scar": 0.08,
    "beard": 0.0,
    "mark": 0.1,
    "earring": 0.2,
    "lips": 0.12,
}


def make_face(rng: np.random.Generator, *, is_male: bool, heads: float) -> Face:
    """Make a face; the fewer heads the body has, the larger the eyes."""
    eyes = str(rng.choice(EYES))
    young = float(np.clip((6 - heads) / 3, 0, 1))
    height = {"narrow": 0.045, "slit": 0.02, "dot": 0.05, "bead": 0.075, "tall": 0.14}.get(
        eyes, 0.11
    )
    width = {"dot": 0.03, "bead": 0.055, "tall": 0.09, "round": 0.1}.get(eyes, 0.115)
    size = (1 + 0.25 * young) * rng.uniform(0.85, 1.15) * (0.85 if is_male else 1)
    extras = dict(_EXTRAS, beard=0.25 if is_male and heads > 4.5 else 0, blush=0.15 + 0.25 * young)
    return Face(
        width=rng.uniform(0.9, 1.15) + 0.08 * young,
        chin=rng.uniform(0.7, 1.5),
        jaw=rng.uniform(0.92, 1.12),
        eyes=eyes,
        eye=(rng.uniform(0.165, 0.21), rng.uniform(-0.19, -0.06), width * size, height * size),
        slant=rng.uniform(-0.03, 0.04),
        iris=rng.uniform(0.55, 0.88),
        wing=rng.uniform(0, 0.05),
        has_thin_lid=bool(rng.random() < 0.3),
        brows=str(rng.choice(["part", "part", "ink", "stroke", "none"])),
        brow=(rng.uniform(0.09, 0.17), rng.uniform(0.012, 0.035) * (1.3 if is_male else 1)),
        nose=str(rng.choice(["stroke", "stroke", "dot", "none", "button", "wedge"])),
        ears=str(rng.choice(["human", "human", "human", "elf", "none"])),
        mouth=(rng.uniform(-0.37, -0.3), rng.uniform(0.05, 0.12)),
        extras=tuple(extra for extra, share in extras.items() if rng.random() < share),
    )


def make_skull(face: Face, head: Placement) -> Rings:
    """Return the surface of a head."""
    y = np.array([-0.5, -0.47, -0.4, -0.3, -0.15, 0, 0.15, 0.3, 0.42, 0.48, 0.5])
    low = np.array([face.chin] * 2 + [0.8 + 0.2 * face.chin] + [face.jaw] * 2 + [1] * 6)
    a = np.array([0.03, 0.10, 0.20, 0.29, 0.365, 0.40, 0.41, 0.37, 0.26, 0.14, 0.02])
    b = np.array([0.03, 0.09, 0.19, 0.28, 0.36, 0.42, 0.44, 0.40, 0.28, 0.15, 0.02])
    zc = np.array([0.24, 0.23, 0.17, 0.10, 0.04, 0, -0.02, -0.02, -0.02, -0.02, -0.02])
    return Rings(head, y, a * face.width * low, b, zc=zc)
