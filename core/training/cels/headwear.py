"""What sits on a head: hats, helmets, ears of animals, horns, ribbons."""

import numpy as np

from core.training.cels.body import Skeleton
from core.training.cels.bows import draw_bow
from core.training.cels.cel import Cel, Edge
from core.training.cels.space import (
    FULL_TURN,
    SIDES,
    Points,
    Rings,
    ball,
    hull,
    ribbon,
    tube,
    vector,
)

HEADWEAR = (
    *(["none"] * 9),
    "beret", "witch", "cap", "straw", "helmet", "crown", "hood", "beanie",
    "ears", "bunny", "horns", "band", "bow", "headphones", "halo", "bandana",
)  # fmt: skip


def draw_headwear(cel: Cel, bones: Skeleton, skull: Rings, kind: str) -> None:
    """Draw one of `HEADWEAR`."""
    if kind != "none":
        _DRAWN[kind](_Hatter(cel, bones, skull))


class _Hatter:
    def __init__(self, cel: Cel, bones: Skeleton, skull: Rings) -> None:
        self.cel, self.bones, self.head, self.skull = cel, bones, bones.head, skull
        self.front = skull.facing(0, 0.2)

    def circle(self, y: float, rx: float, rz: float, dx: float = 0.0, dz: float = 0.0) -> Points:
        """Return a level circle around the head's axis."""
        x, z = dx + rx * np.sin(FULL_TURN), dz + rz * np.cos(FULL_TURN)
        return self.head(np.stack([x, np.full(len(FULL_TURN), y), z], -1))

    def ribbon_around(self, color: str = "c") -> None:
        band = hull(self.circle(0.26, 0.5, 0.52), self.circle(0.36, 0.49, 0.51))
        self.cel.add(1.02, band, color, shade=0.03)

    def beret(self) -> None:
        rings = [
            self.circle(0.36, 0.48, 0.5),
            self.circle(0.46, 0.66, 0.64, 0.08),
            self.circle(0.6, 0.45, 0.45, 0.12),
        ]
        self.cel.add(1.0, hull(*rings), "e", shade=0.08)
        self.cel.add(1.03, ball(self.head((0.12, 0.64, 0)), 0.05), "d", edge=Edge.FINE)
        self.ribbon_around()

    def witch(self) -> None:
        bend = ball(self.head((0.05, 0.95, -0.05)), 0.12)
        tip = ball(self.head((0.1, 1.25, -0.25)) + self.bones.swayed(0.5), 0.03)
        cone = hull(self.circle(0.36, 0.49, 0.51), self.circle(0.7, 0.26, 0.26, 0.02), bend)
        self.cel.add(1.0, cone, "e", shade=0.1)
        self.cel.add(0.995, hull(bend, tip), "e", shade=0.05)
        brim = hull(self.circle(0.25, 1.0, 1.0), self.circle(0.29, 0.98, 0.98))
        self.cel.add(0.99, brim, "e", shade=0.04, casts=[("face", 0.12)])
        self.ribbon_around()

    def cap(self) -> None:
        rings = [
            self.circle(0.3, 0.5, 0.52),
            self.circle(0.5, 0.46, 0.48),
            self.circle(0.64, 0.2, 0.2),
        ]
        self.cel.add(1.0, [hull(rings[0], rings[1]), hull(rings[1], rings[2])], "e", shade=0.08)
        turn = np.linspace(-1.5, 1.5, 12)
        edge = np.stack([0.42 * np.sin(turn), np.full(12, 0.25), 0.35 + 0.5 * np.cos(turn)], -1)
        peak = hull(
            self.head(edge), self.head([(-0.44, 0.33, 0.2), (0.44, 0.33, 0.2), (0, 0.33, 0.52)])
        )
        depth = 1.04 if self.front > 0 else 0.3
        self.cel.add(depth, peak, "d", shade=0.03, casts=[("face", 0.1)])
        self.ribbon_around()

    def straw(self) -> None:
        crown = hull(self.circle(0.3, 0.5, 0.5), self.circle(0.6, 0.42, 0.42))
        self.cel.add(1.0, crown, "metal", shade=0.08)
        brim = hull(self.circle(0.24, 0.95, 0.95), self.circle(0.27, 0.93, 0.93))
        self.cel.add(0.99, brim, "metal", shade=0.04, casts=[("face", 0.12)])
        self.ribbon_around("d")

    def helmet(self) -> None:
        skull, heights = self.skull, self.skull.y[4:]
        a, b, _, zc = skull.ring(heights)
        shell = Rings(self.head.child((0, 0.05, 0)), heights, a * 1.28, b * 1.25, zc=zc)
        for left, right in ((60, 300), (-60, 0), (0, 60)):
            bottom = -0.15 if left == 60 else 0.12
            self.cel.add(
                0.98,
                shell.patch(left, right, bottom, 0.5),
                "steel",
                shade=0.06,
                casts=[("face", 0.08)],
            )
        self.cel.add(0.985, shell.patch(-8, 8, 0.1, 0.5, grow=1.06), "metal", shade=0.02)
        for side in SIDES:
            if shell.facing(np.radians(side * 90), 0) > 0.2:
                self.cel.add(
                    0.99, ball(shell.at(np.radians(side * 90), 0.05), 0.08), "d", edge=Edge.FINE
                )

    def crown(self) -> None:
        base, top = self.circle(0.4, 0.36, 0.38), self.circle(0.5, 0.37, 0.39)
        self.cel.add(1.0, hull(base, top), "metal", shade=0.03)
        for phi in np.radians(np.arange(0, 360, 60)):
            out = np.array([0.37 * np.sin(phi), 0.5, 0.39 * np.cos(phi)])
            near = float(self.head.turn((np.sin(phi), 0, np.cos(phi)))[2])
            aside = np.array([0.14 * np.cos(phi), 0, -0.14 * np.sin(phi)])
            spike = self.head(np.stack([out - aside, out + vector(0, 0.2), out + aside]))
            self.cel.add(1.005 if near > 0 else 0.4, spike, "metal", shade=0.02)
            if near > 0.2:
                self.cel.add(
                    1.01, ball(self.head(out + vector(0, -0.04)), 0.035), "light", edge=Edge.FINE
                )

    def hood(self) -> None:
        skull, heights = self.skull, self.skull.y[2:]
        a, b, _, zc = skull.ring(heights)
        shell = Rings(
            self.head.child((0, 0.04, -0.04)), heights, a * 1.28 + 0.04, b * 1.28 + 0.04, zc=zc
        )
        self.cel.add(0.96, shell.patch(52, 308, -0.4, 0.5), "a", shade=0.1, casts=[("face", 0.05)])
        self.cel.add(
            0.961, shell.patch(-60, 60, 0.36, 0.5), "a", shade=0.05, casts=[("face", 0.08)]
        )
        for side in SIDES:
            left, right = sorted((side * 50, side * 62))
            self.cel.add(0.965, shell.patch(left, right, -0.38, 0.4), "b", shade=0.0)

    def beanie(self) -> None:
        dome = [
            hull(self.circle(low, *r), self.circle(high, *s))
            for low, high, r, s in (
                (0.2, 0.45, (0.5, 0.52), (0.45, 0.47)),
                (0.45, 0.64, (0.45, 0.47), (0.12, 0.12)),
            )
        ]
        self.cel.add(1.0, dome, "e", shade=0.08)
        self.cel.add(1.03, ball(self.head((0, 0.7, 0)), 0.12), "d", shade=0.04)
        self.ribbon_around("d")

    def ears(self) -> None:
        for side in SIDES:
            ear = np.array(
                [(side * 0.12, 0.44, 0.05), (side * 0.3, 0.85, 0), (side * 0.4, 0.30, -0.02)]
            )
            self.cel.add(0.72, self.head(ear), "hair", shade=0.06)
            inside = ear * 0.7 + ear.mean(0) * 0.28 + (0, 0, 0.02)
            if self.front > 0:
                self.cel.add(0.725, self.head(inside), "blush", edge=Edge.FINE)

    def bunny(self) -> None:
        for side in SIDES:
            path = self.head(
                [(side * 0.15, 0.45, 0), (side * 0.22, 0.85, 0), (side * 0.34, 1.25, -0.05)]
            )
            path = path + np.array([[0], [0.3], [1]]) * self.bones.swayed(0.5)
            self.cel.add(0.72, ribbon(path, [0.09, 0.14, 0.02]), "shirt", shade=0.05)
            if self.front > 0:
                self.cel.add(0.725, ribbon(path, [0.04, 0.08, 0.0]), "blush", edge=Edge.FINE)

    def horns(self) -> None:
        for side in SIDES:
            path = self.head(
                [(side * 0.3, 0.35, 0.1), (side * 0.48, 0.6, 0.05), (side * 0.36, 0.85, 0.12)]
            )
            self.cel.add(0.95, ribbon(path, [0.09, 0.06, 0.0]), "wood", shade=0.04)
            for share in (0.25, 0.5):
                at = path[0] * (1 - share) + path[1] * share
                self.cel.add(
                    0.951,
                    ribbon(np.stack([at, at + (path[1] - path[0]) * 0.09]), 0.085),
                    "b",
                    edge=Edge.FINE,
                )

    def band(self) -> None:
        phi = np.radians(np.linspace(-88, 88, 15))
        path = self.head(
            np.stack([0.47 * np.sin(phi), 0.08 + 0.47 * np.cos(phi), np.full(15, 0.08)], -1)
        )
        self.cel.add(0.97 if self.front > -0.3 else 0.4, ribbon(path, 0.04), "d")

    def bow(self) -> None:
        draw_bow(self.cel, self.head, self.head((0.3, 0.46, 0.05)), 0.2, 0.96, "d")

    def headphones(self) -> None:
        phi = np.radians(np.linspace(-92, 92, 15))
        path = self.head(np.stack([0.5 * np.sin(phi), 0.02 + 0.52 * np.cos(phi), 0 * phi], -1))
        self.cel.add(0.97, ribbon(path, 0.035), "b")
        for side in SIDES:
            x = self.head((side * 0.44, -0.05, 0)), self.head((side * 0.58, -0.05, 0))
            depth = 0.98 if float(self.head.turn((side, 0, 0))[2]) > -0.3 else 0.3
            self.cel.add(depth, tube(*x, 0.17, 0.17), "d", shade=0.03)
            self.cel.add(
                depth + 0.001,
                tube(x[1], x[1] * 1.02 - x[0] * 0.02, 0.11, 0.11),
                "c",
                edge=Edge.FINE,
            )

    def halo(self) -> None:
        outer, inner = self.circle(0.78, 0.42, 0.42), self.circle(0.78, 0.32, 0.32)
        ring = np.concatenate([outer, outer[:1], inner[:1], inner[::-1]])
        self.cel.add(1.0, ring, "light")

    def bandana(self) -> None:
        self.ribbon_around("d")
        at = self.head((0, 0.3, -0.5))
        for side in SIDES:
            end = (
                at
                + self.bones.down * 0.45
                + self.head.turn((side * 0.12, 0, -0.05))
                + self.bones.swayed(1.0)
            )
            depth = 0.35 if self.front > 0 else 1.03
            self.cel.add(
                depth,
                ribbon(np.stack([at, at * 0.5 + end * 0.5, end]), [0.04, 0.08, 0.07]),
                "d",
                shade=0.02,
            )


_DRAWN = {
    "beret": _Hatter.beret, "witch": _Hatter.witch, "cap": _Hatter.cap, "straw": _Hatter.straw,
    "helmet": _Hatter.helmet, "crown": _Hatter.crown, "hood": _Hatter.hood,
    "beanie": _Hatter.beanie, "ears": _Hatter.ears, "bunny": _Hatter.bunny,
    "horns": _Hatter.horns, "band": _Hatter.band, "bow": _Hatter.bow,
    "headphones": _Hatter.headphones, "halo": _Hatter.halo, "bandana": _Hatter.bandana,
}  # fmt: skip
