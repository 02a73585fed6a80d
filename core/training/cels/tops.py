"""What is worn on trunk and arms."""

import numpy as np

from core.training.cels.body import Arm, Skeleton
from core.training.cels.bows import draw_bow
from core.training.cels.cel import Cel, Edge
from core.training.cels.outfit import Outfit
from core.training.cels.patterns import draw_emblem, draw_folds, draw_pattern
from core.training.cels.space import (
    FULL_TURN,
    SIDES,
    Outline,
    Rings,
    Span,
    ball,
    hull,
    limb,
    ribbon,
    tube,
)

_LOOSE = {"hoodie": 1.16, "tunic": 1.1, "blazer": 1.06, "robe": 1.14, "armour": 1.15, "tank": 1.02}
_SLEEVES = {"sailor": "shirt", "tunic": "b", "overalls": "shirt", "vest": "shirt", "armour": "b"}


def draw_top(cel: Cel, bones: Skeleton, outfit: Outfit, folds: float) -> None:
    """Draw everything on trunk and arms."""
    tailor = _Tailor(cel, bones, outfit)
    tailor.trunk()
    _DETAILS[outfit.top](tailor)
    tailor.trimmings(folds)
    tailor.neck()
    for arm in bones.arms:
        tailor.sleeve(arm, folds)


class _Tailor:
    def __init__(self, cel: Cel, bones: Skeleton, outfit: Outfit) -> None:
        self.cel, self.bones, self.outfit = cel, bones, outfit
        self.length, self.width = bones.body.torso, bones.body.build
        y = bones.trunk.y
        a, b, _, _ = bones.trunk.ring(y)
        loose = _LOOSE.get(outfit.top, 1.04)
        self.surface = Rings(bones.chest, y, a * loose, b * loose)
        self.front = bones.front()

    def patch(
        self,
        depth: float,
        left: Span,
        right: Span,
        low: float,
        high: float,
        color: str,
        *,
        shade: float = 0.0,
        edge: Edge = Edge.LINE,
    ) -> None:
        """Add a piece of cloth between two angles and two shares of the trunk's length."""
        outline = self.surface.patch(left, right, low * self.length, high * self.length)
        self.cel.add(depth, outline, color, within="torso", shade=shade, edge=edge)

    def both(
        self,
        depth: float,
        near: Span,
        far: Span,
        low: float,
        high: float,
        color: str,
        *,
        shade: float = 0.0,
    ) -> None:
        """Add a piece and its mirror image."""
        self.patch(depth, near, far, low, high, color, shade=shade)
        self.patch(depth, _mirrored(far), _mirrored(near), low, high, color, shade=shade)

    def dot(self, phi: float, share: float, radius: float, color: str, depth: float = 0.03) -> None:
        y = share * self.length
        if self.surface.facing(np.radians(phi), y) > 0.2:
            at = self.surface.at(np.radians(phi), y, 1.02)
            self.cel.add(depth, ball(at, radius * self.width), color, edge=Edge.FINE)

    def trunk(self) -> None:
        outlines = self.surface.hulls()
        if self.outfit.top == "tank":
            outlines = outlines[:-1]
        color = _SLEEVES.get(self.outfit.top, "a") if self.outfit.top == "sailor" else "a"
        self.cel.add(0.0, outlines, color, name="torso", shade=0.1, casts=[("hips", 0.1)])
        if self.outfit.top not in ("sailor", "armour"):
            draw_pattern(
                self.cel, self.surface, self.outfit.pattern, within="torso", depth=0.004,
                bottom=-0.1 * self.length, top=0.95 * self.length,
            )  # fmt: skip

    # ---------------------------------------------------------------- kinds of tops

    def blazer(self) -> None:
        self.patch(0.01, (-4, -42), (4, 42), 0.42, 0.97, "shirt")
        self.both(0.02, (4, 42), (14, 74), 0.42, 0.96, "a", shade=0.04)
        for k in range(self.outfit.buttons):
            self.dot(8, 0.38 - 0.12 * k, 0.035, "metal")
        if self.outfit.has_pockets:
            self.both(0.015, 28, 62, 0.08, 0.14, "b")

    def sailor(self) -> None:
        self.both(0.02, (8, 40), (34, 66), 0.55, 0.97, "a", shade=0.05)
        self.both(0.03, (15, 47), (20, 52), 0.55, 0.97, "c")
        self.patch(0.02, 95, 265, 0.6, 0.99, "a")
        self.patch(0.03, 110, 250, 0.64, 0.68, "c")
        self.patch(0.012, -180, 180, -0.16, -0.08, "a")

    def hoodie(self) -> None:
        self.patch(0.01, -50, 50, 0.08, 0.34, "b")
        self.patch(0.01, -180, 180, -0.16, -0.07, "b")
        for side in SIDES:
            phi = np.radians(side * np.linspace(16, 12, 5))
            lace = self.surface.at(phi, np.linspace(0.9, 0.55, 5) * self.length, 1.05)
            self.cel.add(0.05, ribbon(lace, 0.02), "shirt", edge=Edge.FINE)
        ring = self.surface.at(FULL_TURN, 0.93 * self.length, 1.1)
        hood = hull(ring, ring + self.bones.root.turn((0, 0.12, -0.22)))
        self.cel.add(-0.03 if self.front > 0 else 0.3, hood, "inner")

    def dress(self) -> None:
        self.patch(0.01, (-20, -38), (20, 38), 0.75, 0.97, "shirt")
        self.patch(0.02, -180, 180, 0.3, 0.42, "c", shade=0.03)
        for k in range(self.outfit.buttons):
            self.dot(0, 0.7 - 0.09 * k, 0.03, "metal")
        if self.outfit.has_apron:
            self.patch(0.015, (-34, -46), (34, 46), 0.42, 0.8, "shirt", shade=0.04)

    def tunic(self) -> None:
        self.patch(0.01, -24, 24, -0.16, 0.92, "b")
        self.patch(0.02, -9, 9, -0.16, 0.9, "c")
        self.both(0.02, 60, 100, 0.8, 0.95, "d")

    def shirt(self) -> None:
        self.patch(0.01, -180, 180, 0.93, 1.0, "b")
        if self.outfit.has_pockets:
            self.patch(0.015, 22, 52, 0.55, 0.7, "a")

    def tank(self) -> None:
        self.patch(0.012, (-30, -38), (30, 38), 0.8, 1.0, "skin")
        self.both(0.013, (62, 40), 140, 0.76, 1.0, "skin")

    def vest(self) -> None:
        self.patch(0.01, (-5, -50), (5, 50), 0.3, 0.98, "shirt")
        self.both(0.02, 30, 58, 0.12, 0.26, "b")
        self.patch(0.011, -1, 1, -0.16, 0.3, "metal")

    def robe(self) -> None:
        self.patch(0.01, (-4, -34), (4, 34), 0.5, 0.98, "shirt")
        self.patch(0.02, (-40, 4), (-12, 40), 0.22, 0.98, "b", shade=0.03)
        self.patch(0.021, (12, -46), (40, -14), 0.22, 0.98, "b", shade=0.03)
        self.patch(0.04, -180, 180, 0.12, 0.34, "c", shade=0.04)
        if self.front < 0:
            self.patch(0.06, 150, 210, 0.08, 0.4, "d", shade=0.04)

    def overalls(self) -> None:
        self.patch(0.005, -180, 180, 0.42, 1.0, "shirt")
        self.patch(0.01, -38, 38, 0.4, 0.72, "a")
        self.both(0.011, (22, 34), (33, 46), 0.72, 1.0, "a")
        self.both(0.011, (147, 150), (158, 162), 0.42, 1.0, "a")
        self.patch(0.012, -20, 20, 0.5, 0.66, "b")
        self.dot(28, 0.7, 0.035, "metal")
        self.dot(-28, 0.7, 0.035, "metal")

    def suit(self) -> None:
        self.both(0.01, (20, 50), (70, 80), -0.16, 0.9, "b")
        self.patch(0.02, -8, 8, 0.3, 0.95, "c")
        self.patch(0.021, -180, 180, 0.9, 1.0, "d")
        self.dot(0, 0.62, 0.08, "light")

    def armour(self) -> None:
        self.patch(0.01, -180, 180, 0.4, 0.98, "steel", shade=0.08)
        self.patch(0.02, -3, 3, 0.42, 0.96, "metal")
        self.both(0.021, (10, 14), (50, 60), 0.5, 0.85, "steel", shade=0.05)
        for k in range(3):
            self.patch(
                0.015 + 0.001 * k, -180, 180, 0.28 - 0.13 * k, 0.42 - 0.13 * k, "steel", shade=0.03
            )
        self.patch(0.03, -180, 180, 0.94, 1.0, "metal")
        for arm in self.bones.arms:
            top = arm.shoulder * 0.9 + arm.elbow * 0.1
            for k, share in enumerate((0.32, 0.2, 0.05)):
                at = top + (arm.elbow - arm.shoulder) * share
                plate = hull(
                    ball(at, arm.radius * (1.75 - 0.25 * (2 - k))), ball(top, arm.radius * 1.5)
                )
                self.cel.add(
                    arm.depth + 0.03 + 0.001 * k, plate, "metal" if k == 1 else "steel", shade=0.04
                )

    # ---------------------------------------------------------------- on all kinds

    def trimmings(self, folds: float) -> None:
        outfit = self.outfit
        if outfit.emblem >= 0:
            phi = -34 if outfit.top in ("blazer", "sailor") else 0 if outfit.emblem == 2 else 26
            draw_emblem(
                self.cel,
                self.surface,
                phi=phi,
                y=0.66 * self.length,
                size=0.08 * self.width,
                kind=outfit.emblem,
            )
        if outfit.has_belt:
            self.patch(0.04, -180, 180, 0.2, 0.3, "d", shade=0.03)
            self.patch(0.05, -15, 15, 0.185, 0.315, "metal")
            self.patch(0.06, -8, 8, 0.215, 0.285, "d")
        draw_folds(
            self.cel, self.surface, within="torso", density=folds, bottom=0.0, top=0.8 * self.length
        )

    def neck(self) -> None:
        piece, width, length = self.outfit.neck, self.width, self.length
        if piece == "scarf":
            ring = self.surface.at(FULL_TURN, 0.96 * length, 1.35)
            around = hull(ring, ring + self.bones.root.turn((0, 0.2, 0)))
            self.cel.add(0.36, around, "c", shade=0.08, casts=[("torso", 0.12)])
            t = np.linspace(0, 1, 6)
            path = self.surface.at(np.full(6, np.radians(30)), (0.95 - 0.6 * t) * length, 1.2)
            path = path + t[:, None] ** 2 * self.bones.swayed(0.5)
            depth = 0.35 if self.surface.facing(np.radians(30), 0.6 * length) > 0 else -0.4
            self.cel.add(depth, ribbon(path, 0.1 * width), "c", shade=0.04)
        elif piece == "collar":
            low, high = (self.surface.at(FULL_TURN, share * length, 1.15) for share in (0.93, 1.0))
            self.cel.add(0.2, hull(low, high + self.bones.root.turn((0, 0.08, 0))), "b", shade=0.04)
        elif piece == "choker":
            low, high = self.bones.chest((0, 0.97 * length, 0)), self.bones.head((0, -0.3, -0.05))
            radius = 0.175 * width**0.6
            self.cel.add(
                0.0,
                tube(low * 0.5 + high * 0.5, low * 0.38 + high * 0.62, radius, radius),
                "d",
                edge=Edge.FINE,
            )
        elif piece == "tie" and self.front > 0.05:
            knot = self.surface.on_front(np.zeros(6), np.linspace(0.9, 0.35, 6) * length)
            half = np.array([0.03, 0.05, 0.06, 0.075, 0.08, 0.0]) * width * (0.4 + 0.6 * self.front)
            self.cel.add(0.1, ribbon(knot, half), "c", shade=0.03)
            self.cel.add(0.11, ball(knot[0], 0.06 * width), "c", edge=Edge.FINE)
        elif piece == "ribbon" and self.front > 0.05:
            self._tied()

    def _tied(self) -> None:
        at = self.surface.on_front(0.0, 0.62 * self.length)
        t = np.linspace(0, 1, 6)[:, None]
        for side in SIDES:
            fall = self.bones.down * 0.45 + self.bones.root.turn((side * 0.14, 0, 0))
            tail = at + t * fall * self.width + t**2 * self.bones.swayed(0.35)
            self.cel.add(0.09, ribbon(tail, np.linspace(0.03, 0.07, 6) * self.width), "c")
        draw_bow(self.cel, self.bones.root, at, 0.22 * self.width, 0.1, "c")

    def sleeve(self, arm: Arm, folds: float) -> None:
        kind, r, wide = self.outfit.sleeve, arm.radius, self.outfit.sleeve_width
        color, name = _SLEEVES.get(self.outfit.top, "a"), f"sleeve{arm.side}"
        if kind == "none":
            return
        end = arm.at({"short": 0.3, "puff": 0.26}.get(kind, 0.95))
        flare = r * wide * (1.9 if self.outfit.top == "robe" else 1)
        if kind == "long":
            outlines: list[Outline] = limb([arm.shoulder, arm.elbow], [r * 1.25, r * 1.15])
            outlines += [
                tube(arm.elbow, end, r * 1.15, 0.85 * flare),
                hull(ball(arm.elbow, r * 1.15)),
            ]
        elif kind == "puff":
            outlines = [hull(ball(arm.at(0.1), r * 1.75), ball(arm.shoulder, r * 1.2))]
        else:
            outlines = [
                hull(ball(arm.shoulder, r * 1.3)),
                tube(arm.shoulder, end, r * 1.3, r * 1.2 * wide),
            ]
        self.cel.add(arm.depth + 0.01, outlines, color, name=name, shade=0.07)
        if kind == "long":
            self._cuff(arm, flare)
            for k in range(int(5 * folds)):
                crease = [
                    arm.elbow + arm.frame @ np.array(d)
                    for d in (
                        (arm.side * 0.14, 0.04 * k - 0.08, 0.1),
                        (arm.side * 0.02, 0.06 * k - 0.1, 0.12),
                    )
                ]
                self.cel.stroke(np.stack(crease), name)
        else:
            rim = tube(end * 0.9 + arm.shoulder * 0.1, end, r * 1.22 * wide, r * 1.24 * wide)
            self.cel.add(arm.depth + 0.02, rim, "c")
        if self.outfit.has_armband and arm.side > 0 and kind == "long":
            band = tube(arm.at(0.19), arm.at(0.29), r * 1.32, r * 1.28)
            self.cel.add(arm.depth + 0.022, band, "e", shade=0.03)

    def _cuff(self, arm: Arm, flare: float) -> None:
        if self.outfit.has_cuffs:
            cuff = tube(arm.at(0.88), arm.at(0.97), 0.95 * flare, 0.9 * flare)
            self.cel.add(arm.depth + 0.02, cuff, "c" if self.outfit.top == "sailor" else "b")
        if self.outfit.has_trim:
            stripe = tube(arm.at(0.8), arm.at(0.84), flare, 0.98 * flare)
            self.cel.add(arm.depth + 0.021, stripe, "d", edge=Edge.FINE)


def _mirrored(span: Span) -> Span:
    return (-span[0], -span[1]) if isinstance(span, tuple) else -span


_DETAILS = {
    "blazer": _Tailor.blazer, "sailor": _Tailor.sailor, "hoodie": _Tailor.hoodie,
    "dress": _Tailor.dress, "tunic": _Tailor.tunic, "shirt": _Tailor.shirt, "tank": _Tailor.tank,
    "vest": _Tailor.vest, "robe": _Tailor.robe, "overalls": _Tailor.overalls,
    "suit": _Tailor.suit, "armour": _Tailor.armour,
}  # fmt: skip
