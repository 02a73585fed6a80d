"""Effects: smoke, flames, splashes, blasts, sparkles, speed lines."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from core.training.cels.cel import Cel, Edge
from core.training.cels.palette import Palette, make_palette
from core.training.cels.pose import Pose
from core.training.cels.space import FULL_TURN, Outline, ball, closed, ribbon, star, vector

EFFECTS = ("smoke", "flame", "splash", "blast", "sparkle", "speed")


@dataclass(frozen=True)
class Effect:
    """An effect about the origin; `Subject` says what it does.

    Attributes:
        kind: one of `EFFECTS`; count: of its pieces; seed: of their places.
    """

    palette: Palette
    kind: str
    count: int
    seed: int

    @property
    def shots(self) -> dict[str, tuple[float, float]]:
        """The framing: all of it."""
        return {"full": (-2.2, 2.2)}

    def draw(self, cel: Cel, pose: Pose) -> None:
        """Put all parts into a cel; an effect changes with the phase of the gait."""
        _DRAWN[self.kind](self, cel, pose, np.random.default_rng(self.seed))

    def smoke(self, cel: Cel, pose: Pose, rng: np.random.Generator) -> None:
        """Draw puffs that rise and grow."""
        for k in range(self.count):
            x, y, size, speed = (
                rng.uniform(-1, 1),
                rng.uniform(-1.4, 0.8),
                rng.uniform(0.3, 0.7),
                rng.uniform(0.05, 0.2),
            )
            at = vector(x + pose.sway[0] * 0.6, y + speed * pose.gait)
            puff = _bumpy(at, size * (0.8 + 0.06 * pose.gait), 6 + k % 4, 0.16)
            cel.add(0.01 * k, puff, "smoke", name=f"puff{k}", shade=0.12)
            if k % 2:
                cel.add(
                    0.01 * k + 0.001,
                    _bumpy(at + vector(0.1, -0.1), size * 0.5, 5, 0.14),
                    "shirt",
                    within=f"puff{k}",
                    edge=Edge.TRACE,
                )
            curl = at + 0.5 * size * np.stack(
                [np.cos(FULL_TURN[2:12]), np.sin(FULL_TURN[2:12]), 0 * FULL_TURN[2:12]], -1
            )
            cel.stroke(curl, f"puff{k}")

    def flame(self, cel: Cel, pose: Pose, rng: np.random.Generator) -> None:
        """Draw tongues of fire, each with a brighter heart."""
        for k in range(self.count):
            x, height, phase = rng.uniform(-1.2, 1.2), rng.uniform(0.8, 2.6), rng.uniform(0, 6)
            for step, (grow, color) in enumerate(
                ((1.0, "flame"), (0.68, "flame_in"), (0.35, "glint"))
            ):
                t = np.linspace(0, 1, 7)
                waver = 0.18 * t * np.sin(4 * t + phase + 1.3 * pose.gait)
                path = np.stack([x + waver, -1.5 + t * height * grow, 0 * t], -1)
                half = 0.38 * grow * np.interp(t, (0, 0.25, 0.6, 1), (0.55, 1, 0.6, 0.0))
                cel.add(
                    0.01 * k + 0.001 * step,
                    ribbon(path, half),
                    color,
                    edge=Edge.LINE if step == 0 else Edge.TRACE,
                )

    def splash(self, cel: Cel, pose: Pose, rng: np.random.Generator) -> None:
        """Draw a crown of water and drops that fly."""
        time = 0.5 + 0.5 * np.sin(pose.gait)
        for k in range(self.count):
            angle, speed = rng.uniform(0.3, 2.8), rng.uniform(0.8, 2.0)
            tip = vector(np.cos(angle) * speed * time, -1 + np.sin(angle) * speed * time)
            foot = vector(0.9 * np.cos(angle), -1.2)
            middle = (tip + foot) / 2 + vector(0, 0.1)
            cel.add(
                0.01 * k,
                ribbon(np.stack([foot, middle, tip]), [0.22, 0.12, 0.01]),
                "water",
                shade=0.04,
            )
            drop = tip + vector(np.cos(angle), np.sin(angle)) * 0.35
            cel.add(0.3 + 0.01 * k, ball(drop, rng.uniform(0.05, 0.14)), "water", shade=0.02)
        pool = np.stack(
            [1.5 * np.cos(FULL_TURN), -1.35 + 0.25 * np.sin(FULL_TURN), 0 * FULL_TURN], -1
        )
        cel.add(0.5, pool, "water", shade=0.05)
        cel.add(0.51, pool * (0.6, 1, 1) + (0, 0.03, 0), "glint", edge=Edge.TRACE)

    def blast(self, cel: Cel, pose: Pose, rng: np.random.Generator) -> None:
        """Draw a jagged burst of three colours and flying pieces."""
        grow = 0.7 + 0.25 * np.sin(pose.gait)
        for step, (size, color) in enumerate(((1.8, "flame"), (1.2, "flame_in"), (0.6, "glint"))):
            spikes = star(vector(0, 0), size * grow, 7 + self.count, 0.6 + 0.1 * step)
            spikes *= rng.uniform(0.8, 1.15, len(spikes))[:, None]
            cel.add(0.1 * step, spikes, color)
        for k in range(self.count):
            angle = rng.uniform(0, 6.28)
            at = vector(np.cos(angle), np.sin(angle)) * grow * rng.uniform(1.4, 2.4)
            cel.add(0.4, star(at, rng.uniform(0.08, 0.2), 3 + k % 2, 0.5), "rubber", shade=0.03)

    def sparkle(self, cel: Cel, pose: Pose, rng: np.random.Generator) -> None:
        """Draw stars, hearts and bubbles about."""
        for k in range(2 * self.count):
            at = vector(*rng.uniform(-1.8, 1.8, 2)) + vector(0, 0.1 * np.sin(pose.gait + k))
            size = rng.uniform(0.08, 0.3) * (0.8 + 0.3 * np.sin(pose.gait + 2 * k))
            outline = (star(at, size, 4, 0.3), ball(at, 0.7 * size), star(at, size, 5))[k % 3]
            cel.add(0.01 * k, outline, ("light", "glass", "metal")[k % 3], edge=Edge.FINE)

    def speed(self, cel: Cel, pose: Pose, rng: np.random.Generator) -> None:
        """Draw streaks that shoot past."""
        for k in range(2 * self.count):
            y, x, length = rng.uniform(-1.8, 1.8), rng.uniform(-2.5, 1.5), rng.uniform(0.6, 1.8)
            start = vector(x + 0.8 * np.sin(pose.gait + k), y)
            path = np.stack([start, start + vector(length / 2, 0.02), start + vector(length, 0)])
            cel.add(
                0.01 * k,
                ribbon(path, [0.0, rng.uniform(0.02, 0.08), 0.0]),
                "ab"[k % 2],
                is_ink=k % 3 == 0,
            )


def make_effect(rng: np.random.Generator) -> Effect:
    """Make an effect."""
    return Effect(
        make_palette(rng),
        str(rng.choice(EFFECTS)),
        int(rng.integers(4, 10)),
        int(rng.integers(1 << 30)),
    )


def _bumpy(at: Outline, size: float, bumps: int, depth: float) -> Outline:
    angles = np.linspace(0, 2 * np.pi, 8 * bumps, endpoint=False)
    radii = size * (1 - depth * (1 - np.abs(np.sin(angles * bumps / 2))))
    return closed(
        at + radii[:, None] * np.stack([np.cos(angles), np.sin(angles), 0 * angles], -1), 2
    )


_DRAWN: dict[str, Callable[[Effect, Cel, Pose, np.random.Generator], None]] = {
    "smoke": Effect.smoke, "flame": Effect.flame, "splash": Effect.splash,
    "blast": Effect.blast, "sparkle": Effect.sparkle, "speed": Effect.speed,
}  # fmt: skip
