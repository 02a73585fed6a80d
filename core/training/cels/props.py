"""Things in hands and on shoulders."""

from collections.abc import Callable

import numpy as np

from core.training.cels.body import Arm, Skeleton
from core.training.cels.cel import Cel, Edge
from core.training.cels.space import (
    Outline,
    Placement,
    Points,
    ball,
    disk,
    hull,
    ribbon,
    rotation,
    star,
    tube,
)

PROPS = (
    *(["none"] * 10),
    "sword", "staff", "book", "umbrella", "bag", "cup", "phone", "shield", "flag", "flower",
)  # fmt: skip


def draw_prop(cel: Cel, bones: Skeleton, kind: str) -> None:
    """Draw one of `PROPS` in the left hand: before the palm, behind the fingers."""
    if kind != "none":
        _DRAWN[kind](_Held(cel, bones.arms[0], bones))


class _Held:
    def __init__(self, cel: Cel, arm: Arm, bones: Skeleton) -> None:
        self.cel, self.arm, self.bones = cel, arm, bones
        self.size = bones.body.build**0.7
        self.depth = arm.depth + 0.003
        palm = arm.wrist + arm.frame @ np.array([0, -0.18, 0.06]) * bones.body.build
        self.place = Placement(arm.frame @ rotation(x=-80), palm)

    def at(self, along: float, x: float = 0.0, z: float = 0.0) -> Points:
        """Return a point of the thing; it points away from the palm."""
        return self.place(np.array([x, -along, z]) * self.size)

    def add(
        self,
        step: int,
        outline: Outline,
        color: str,
        *,
        shade: float = 0.02,
        edge: Edge = Edge.LINE,
    ) -> None:
        self.cel.add(self.depth - 0.005 + 0.0004 * step, outline, color, shade=shade, edge=edge)

    def rod(self, step: int, start: float, end: float, half: float, color: str) -> None:
        self.add(step, ribbon(np.stack([self.at(start), self.at(end)]), half * self.size), color)

    def card(self, step: int, half: float, low: float, high: float, color: str) -> None:
        corners = [
            self.at(y, x) for x, y in ((-half, low), (half, low), (half, high), (-half, high))
        ]
        self.add(step, np.stack(corners), color)

    def sword(self) -> None:
        self.rod(0, -0.35, 0.12, 0.04, "wood")
        blade = np.stack([self.at(0.15), self.at(1.3), self.at(1.5)])
        self.add(1, ribbon(blade, np.array([0.075, 0.06, 0.0]) * self.size), "steel", shade=0.03)
        self.rod(2, 0.15, 1.15, 0.015, "white")
        self.add(
            3,
            ribbon(np.stack([self.at(0.14, -0.22), self.at(0.14, 0.22)]), 0.045 * self.size),
            "metal",
        )
        self.add(4, ball(self.at(-0.38), 0.06 * self.size), "light", edge=Edge.FINE)

    def staff(self) -> None:
        self.rod(0, -1.5, 1.1, 0.035, "wood")
        self.add(
            1,
            hull(ball(self.at(1.15), 0.17 * self.size), ball(self.at(1.0), 0.08 * self.size)),
            "metal",
        )
        self.add(2, ball(self.at(1.18), 0.1 * self.size), "light")

    def book(self) -> None:
        self.card(0, 0.32, -0.12, 0.42, "e")
        self.card(1, 0.28, -0.09, 0.39, "shirt")
        self.card(2, 0.012, -0.1, 0.4, "e")

    def phone(self) -> None:
        self.card(0, 0.11, -0.05, 0.4, "rubber")
        self.card(1, 0.09, 0.0, 0.35, "glass")

    def umbrella(self) -> None:
        self.rod(0, -0.4, 1.6, 0.025, "wood")
        top, rim = self.at(1.7), self.at(1.1)
        axis = top - rim
        ring = disk(rim, axis, 0.9 * self.size)
        for k in range(0, 28, 4):
            shape = np.stack(
                [top, ring[k], ring[k : k + 5].mean(0) * 0.96 + rim * 0.04, ring[(k + 4) % 28]]
            )
            self.add(1 + (k // 4) % 2, shape, "ab"[(k // 4) % 2], shade=0.04)

    def bag(self) -> None:
        grip, down = self.at(0.0), self.bones.down * self.size
        x = self.bones.root.turn((0.35 * self.size, 0, 0))
        if abs(x[0]) < 0.12 * self.size:
            x = np.array([0.12 * self.size, 0, 0])
        low, high = grip + down * 0.85, grip + down * 0.3
        self.add(0, ribbon(np.stack([high - 0.6 * x, grip, high + 0.6 * x]), 0.02), "wood")
        self.add(
            1, np.stack([low - x, low + x, high + 0.9 * x, high - 0.9 * x]), "wood", shade=0.06
        )
        flap = high + down * 0.2
        self.add(
            2, np.stack([flap - 0.95 * x, flap + 0.95 * x, high + 0.92 * x, high - 0.92 * x]), "d"
        )
        self.add(3, ball(flap, 0.04 * self.size), "metal", edge=Edge.FINE)

    def cup(self) -> None:
        up = -self.bones.down * self.size
        base = self.at(0.05)
        self.add(0, tube(base, base + up * 0.3, 0.11 * self.size, 0.14 * self.size), "shirt")
        self.add(
            1,
            tube(base + up * 0.08, base + up * 0.16, 0.125 * self.size, 0.13 * self.size),
            "d",
            edge=Edge.FINE,
        )
        self.add(
            2,
            hull(disk(base + up * 0.3, up + np.array([0, 0, 0.35]), 0.14 * self.size)),
            "wood",
            edge=Edge.FINE,
        )

    def shield(self) -> None:
        centre, right, up = self.at(0.1), self.bones.chest.turn((0.45, 0, 0)), -self.bones.down
        if abs(right[0]) < 0.15:
            right = np.array([0.15, 0.0, 0.0])
        shape = ((-1, 0.9), (0, 1.05), (1, 0.9), (0.9, -0.2), (0, -1.1), (-0.9, -0.2))
        for step, (grow, color) in enumerate(((1.0, "metal"), (0.85, "steel"), (0.4, "d"))):
            corners = [centre + self.size * grow * (x * right + 0.6 * y * up) for x, y in shape]
            self.add(30 + step, np.stack(corners), color, shade=0.04)

    def flag(self) -> None:
        self.rod(0, -0.8, 2.0, 0.03, "wood")
        t = np.linspace(0, 1, 9)
        wind = self.bones.swayed(1.2) + np.array([0.9, 0, 0]) * self.size
        waves = np.stack([0 * t, 0.09 * np.sin(6 * t + 8 * wind[0]), 0 * t], -1)
        for k, color in enumerate(("d", "shirt", "f")):
            top, low = self.at(1.95 - 0.25 * k), self.at(1.7 - 0.25 * k)
            edges = [start + t[:, None] * wind + waves for start in (top, low)]
            self.add(1 + k, np.concatenate([edges[0], edges[1][::-1]]), color)

    def flower(self) -> None:
        self.rod(0, -0.3, 0.6, 0.02, "water")
        for k in range(5):
            petal = self.at(0.65) + 0.13 * self.size * np.array(
                [np.cos(k * 1.257), np.sin(k * 1.257), 0]
            )
            self.add(1, ball(petal, 0.1 * self.size), "light")
        self.add(2, star(self.at(0.65), 0.09 * self.size, 7, 0.8), "metal")


_DRAWN: dict[str, Callable[[_Held], None]] = {
    "sword": _Held.sword, "staff": _Held.staff, "book": _Held.book, "umbrella": _Held.umbrella,
    "bag": _Held.bag, "cup": _Held.cup, "phone": _Held.phone, "shield": _Held.shield,
    "flag": _Held.flag, "flower": _Held.flower,
}  # fmt: skip
