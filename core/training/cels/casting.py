"""Casting: who plays in a clip: one subject, or several that pass before each other."""

from collections.abc import Callable
from dataclasses import dataclass, replace

import numpy as np

from core.training.cels.beasts import Quadruped
from core.training.cels.birds import Bird
from core.training.cels.cel import Cel
from core.training.cels.creature import make_creature
from core.training.cels.effects import make_effect
from core.training.cels.fish import Fish
from core.training.cels.human import make_human
from core.training.cels.ink import Style
from core.training.cels.palette import Palette
from core.training.cels.pose import Pose
from core.training.cels.robots import make_robot
from core.training.cels.subject import Subject
from core.training.cels.vehicles import make_vehicle

_SHARES = {
    "human": 0.68,
    "beast": 0.09,
    "bird": 0.03,
    "fish": 0.03,
    "robot": 0.09,
    "vehicle": 0.05,
    "effect": 0.03,
}
_WITH_COMPANION, _WITH_EFFECT = 0.1, 0.1


@dataclass(frozen=True)
class Companion:
    """A second subject: where it stands, its size, and whether before (1) or behind (-1)."""

    subject: Subject
    shift: tuple[float, float]
    size: float
    side: int
    yaw: float


@dataclass(frozen=True)
class Scene:
    """A subject with companions; it is a `Subject` itself."""

    lead: Subject
    companions: tuple[Companion, ...]

    @property
    def palette(self) -> Palette:
        """The colours of all, those of companions under their own names."""
        colors = dict(self.lead.palette)
        for index, companion in enumerate(self.companions):
            colors |= {
                f"{index}:{name}": color for name, color in companion.subject.palette.items()
            }
        return colors

    @property
    def shots(self) -> dict[str, tuple[float, float]]:
        """The framings of the lead."""
        return dict(self.lead.shots)

    def draw(self, cel: Cel, pose: Pose) -> None:
        """Put the parts of all into a cel."""
        self.lead.draw(cel, pose)
        for index, it in enumerate(self.companions):
            beside = cel.beside(f"{index}:", shift=it.shift, size=it.size, depth=10.0 * it.side)
            acting = replace(
                pose, yaw=pose.yaw + it.yaw, head_yaw=-pose.head_yaw, gait=pose.gait + 1
            )
            it.subject.draw(beside, acting)


def make_scene(rng: np.random.Generator, style: Style) -> Scene:
    """Choose who plays."""
    kind = str(rng.choice(list(_SHARES), p=list(_SHARES.values())))
    lead = make_subject(kind, rng, style)
    low, high = lead.shots["full"]
    companions = []
    if kind != "effect" and rng.random() < _WITH_COMPANION:
        other = make_subject(
            str(rng.choice(["human", "human", "beast", "bird", "robot"])), rng, style
        )
        shift = (
            float(rng.choice([-1, 1]) * rng.uniform(0.25, 0.5) * (high - low)),
            float(rng.uniform(-0.3, 0.3)),
        )
        side = int(rng.choice([-1, 1]))
        companions.append(
            Companion(other, shift, float(rng.uniform(0.5, 1.1)), side, float(rng.uniform(-90, 90)))
        )
    if kind != "effect" and rng.random() < _WITH_EFFECT:
        at = float(rng.uniform(-0.3, 0.3) * (high - low)), float(rng.uniform(low, high))
        size = float(rng.uniform(0.1, 0.3) * (high - low))
        companions.append(Companion(make_effect(rng), at, size, int(rng.choice([-1, 1])), 0.0))
    return Scene(lead, tuple(companions))


def make_subject(kind: str, rng: np.random.Generator, style: Style) -> Subject:
    """Make a subject of one kind: human, beast, bird, fish, robot, vehicle or effect."""
    return _MAKERS[kind](rng, style)


_MAKERS: dict[str, Callable[[np.random.Generator, Style], Subject]] = {
    "human": make_human,
    "beast": lambda rng, style: make_creature(Quadruped, rng, style.folds),
    "bird": lambda rng, style: make_creature(Bird, rng, style.folds),
    "fish": lambda rng, style: make_creature(Fish, rng, style.folds),
    "robot": lambda rng, _: make_robot(rng),
    "vehicle": lambda rng, _: make_vehicle(rng),
    "effect": lambda rng, _: make_effect(rng),
}
