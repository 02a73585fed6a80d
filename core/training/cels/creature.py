"""What animals have in common: a design, a place in space, wings."""

from dataclasses import dataclass
from typing import TypeVar

import numpy as np

from core.training.cels.cel import Cel
from core.training.cels.palette import Palette, make_palette
from core.training.cels.pose import Pose
from core.training.cels.space import Placement, ribbon, rotation, vector

_COATS = ("none", "none", "stripes", "dots", "camouflage", "block", "rails")


def lengthwise(root: Placement, rise: float = 0.0) -> Placement:
    """Return a place whose y axis points forward and whose z axis points down."""
    return root.child((0, 0, 0), rotation(x=90 - rise))


def stand_at(pose: Pose) -> Placement:
    """Return where an animal stands and looks."""
    return Placement(rotation(x=pose.pitch) @ rotation(y=pose.yaw), vector(0, pose.lift))


@dataclass(frozen=True)
class Creature:
    """Design common to all animals; lengths in head heights.

    Attributes:
        length, girth: of the body; leg, neck, tail: lengths; ear: length and kind (0 pointed, 1
            round, 2 hanging); snout: length; coat: pattern; eye: size.
    """

    palette: Palette
    length: float
    girth: float
    leg: float
    neck: float
    tail: float
    ear: tuple[float, int]
    snout: float
    coat: str
    eye: float
    folds: float
    has_mane: bool
    has_horns: bool
    has_collar: bool
    has_wings: bool
    has_belly: bool

    @property
    def shots(self) -> dict[str, tuple[float, float]]:
        """The framings: whole animal, fore part."""
        top = self.girth + self.neck + 1.0 + (0.9 if self.has_wings else 0)
        return {"full": (-self.leg - self.girth - 0.3, top), "bust": (-0.6 * self.girth, top)}


C = TypeVar("C", bound=Creature)


def make_creature(kind: type[C], rng: np.random.Generator, folds: float) -> C:
    """Make an animal of a kind."""
    return kind(
        palette=make_palette(rng),
        length=rng.uniform(0.8, 2.4),
        girth=rng.uniform(0.35, 0.8),
        leg=rng.uniform(0.4, 2.0),
        neck=rng.uniform(0.1, 0.9),
        tail=rng.uniform(0.2, 1.8),
        ear=(rng.uniform(0.15, 0.5), int(rng.integers(3))),
        snout=rng.uniform(0.05, 0.5),
        coat=str(rng.choice(_COATS)),
        eye=rng.uniform(0.06, 0.15),
        folds=folds,
        has_mane=bool(rng.random() < 0.3),
        has_horns=bool(rng.random() < 0.2),
        has_collar=bool(rng.random() < 0.3),
        has_wings=bool(rng.random() < 0.2),
        has_belly=bool(rng.random() < 0.5),
    )


def draw_wing(cel: Cel, place: Placement, side: int, pose: Pose, size: float) -> None:
    """Draw a feathered wing that opens and beats with the gait."""
    beat = 35 + 30 * np.sin(pose.gait)
    near = float(place.turn((side, 0, -0.4))[2])
    depth = 0.2 + 0.1 * near if near > -0.1 else -0.4
    for row, (count, reach, color) in enumerate(((6, 1.0, "b"), (5, 0.65, "f"), (4, 0.38, "b"))):
        for k in range(count):
            angle = np.radians(beat - 18 * k)
            out = np.array([side * np.cos(angle), np.sin(angle), -0.5]) * size * reach
            feather = place([(0, 0, 0), tuple(0.6 * out), tuple(out)])
            half = np.array([0.05, 0.16, 0.02]) * size * (0.7 + 0.3 * reach)
            cel.add(depth + 0.01 * row + 0.001 * k, ribbon(feather, half), color, shade=0.02)
