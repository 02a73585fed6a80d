"""Animals: four-legged ones (and dragons), birds, fish."""

from dataclasses import dataclass

import numpy as np

from core.training.cels.cel import Cel, Edge
from core.training.cels.palette import Palette, make_palette
from core.training.cels.patterns import draw_folds, draw_pattern
from core.training.cels.pose import Pose
from core.training.cels.space import (
    FULL_TURN,
    SIDES,
    Placement,
    Points,
    Rings,
    ball,
    hull,
    ribbon,
    rotation,
    smooth,
    soft_limb,
    star,
    tube,
    vector,
)

_COATS = ("none", "none", "stripes", "dots", "camouflage", "block", "rails")


def _lengthwise(root: Placement, rise: float = 0.0) -> Placement:
    """Return a place whose y axis points forward and whose z axis points down."""
    return root.child((0, 0, 0), rotation(x=90 - rise))


def _root(pose: Pose) -> Placement:
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


def _make(rng: np.random.Generator, style_folds: float) -> dict[str, object]:
    return {
        "palette": make_palette(rng),
        "length": rng.uniform(0.8, 2.4),
        "girth": rng.uniform(0.35, 0.8),
        "leg": rng.uniform(0.4, 2.0),
        "neck": rng.uniform(0.1, 0.9),
        "tail": rng.uniform(0.2, 1.8),
        "ear": (rng.uniform(0.15, 0.5), int(rng.integers(3))),
        "snout": rng.uniform(0.05, 0.5),
        "coat": str(rng.choice(_COATS)),
        "eye": rng.uniform(0.06, 0.15),
        "folds": style_folds,
        "has_mane": bool(rng.random() < 0.3),
        "has_horns": bool(rng.random() < 0.2),
        "has_collar": bool(rng.random() < 0.3),
        "has_wings": bool(rng.random() < 0.2),
        "has_belly": bool(rng.random() < 0.5),
    }


def make_quadruped(rng: np.random.Generator, folds: float) -> "Quadruped":
    """Make a four-legged animal."""
    return Quadruped(**_make(rng, folds))  # type: ignore[arg-type]


def make_bird(rng: np.random.Generator, folds: float) -> "Bird":
    """Make a bird."""
    return Bird(**_make(rng, folds))  # type: ignore[arg-type]


def make_fish(rng: np.random.Generator, folds: float) -> "Fish":
    """Make a fish."""
    return Fish(**_make(rng, folds))  # type: ignore[arg-type]


class Quadruped(Creature):
    """An animal on four legs."""

    def draw(self, cel: Cel, pose: Pose) -> None:
        """Put all parts into a cel."""
        root = _root(pose)
        y = np.array([-0.55, -0.5, -0.3, 0.0, 0.3, 0.48, 0.56]) * self.length
        wide = np.array([0.1, 0.6, 0.95, 0.85, 1.0, 0.7, 0.15]) * self.girth
        trunk = Rings(_lengthwise(root), y, wide * 0.85, wide)
        cel.add(0.0, trunk.hulls(), "a", name="trunk", shade=0.12)
        draw_pattern(cel, trunk, self.coat, within="trunk", depth=0.002, bottom=y[1], top=y[-2])
        if self.has_belly:
            belly = trunk.patch(-40, 40, float(y[1]), float(y[-1]))
            cel.add(0.001, belly, "shirt", within="trunk", edge=Edge.TRACE)
        draw_folds(cel, trunk, within="trunk", density=self.folds, bottom=y[1], top=y[-2])
        for side in SIDES:
            for front in SIDES:
                self._leg(cel, root, pose, side, front)
            if self.has_wings:
                draw_wing(cel, root.child((side * 0.5 * self.girth, 0.6 * self.girth, 0.2 * self.length)), side, pose, 1.6)
        self._tail(cel, root, pose)
        self._head(cel, root, pose)

    def _leg(self, cel: Cel, root: Placement, pose: Pose, side: int, front: int) -> None:
        swing = pose.stride * np.sin(pose.gait + (1.6 if side == front else 4.7)) + 3 * front
        hip = np.array([side * 0.5 * self.girth, -0.35 * self.girth, front * 0.36 * self.length])
        turn = rotation(x=-swing)
        bend = turn @ rotation(x=-12.0 * front + max(0.0, 0.6 * swing))
        knee = hip + turn @ vector(0, -0.5 * self.leg, 0)
        ankle = knee + bend @ vector(0, -0.5 * self.leg, 0)
        toe = ankle + vector(0, -0.03, 0.17)
        joints = [root(point) for point in (hip, knee, ankle)]
        near = float(root.turn((side, 0, 0.35 * front))[2])
        depth = (0.02 if near > 0 else -0.2) + 0.1 * near
        r = 0.2 * self.girth**0.5
        cel.add(depth, soft_limb(joints, [r * 1.8, r, r * 0.75]), "a", shade=0.06)
        paw = hull(ball(joints[2], r * 0.85), ball(root(toe), r * 0.75))
        cel.add(depth + 0.001, paw, "b" if self.has_belly else "a", shade=0.03)
        for x in (-0.4, 0.0, 0.4):
            claw = root(toe + vector(x * r, -0.3 * r, 0.5 * r))
            if cel.scale * r > 12 and root.matrix[2, 2] > 0:
                cel.add(depth + 0.002, ball(claw, 0.2 * r), "shirt", edge=Edge.FINE)

    def _tail(self, cel: Cel, root: Placement, pose: Pose) -> None:
        aside, up = pose.sway[0], pose.sway[1] + 0.3
        base = np.array([0, 0.3 * self.girth, -0.52 * self.length])
        reach = np.array([(0, 0, 0), (aside, up * 0.5, -0.5), (2 * aside, up * 1.5, -1)]) * self.tail
        path = smooth(root(base + reach))
        half = np.linspace(0.14, 0.2 if self.has_mane else 0.03, len(path)) * self.girth**0.5
        depth = 0.05 if root.matrix[2, 2] < 0 else -0.3
        cel.add(depth, ribbon(path, half), "a", shade=0.03)
        if self.coat != "none" or self.has_mane:
            cel.add(depth + 0.001, ribbon(path[-4:], half[-4:] * 1.1), "d")

    def _head(self, cel: Cel, root: Placement, pose: Pose) -> None:
        start = root((0, 0.35 * self.girth, 0.42 * self.length))
        turn = rotation(pose.head_pitch + 4, pose.head_yaw, pose.head_roll)
        head = root.child((0, 0.5 * self.girth + self.neck, 0.45 * self.length + 0.35 * self.neck + 0.15), turn)
        front = float(head.matrix[2, 2])
        depth = 0.3 if front > -0.2 else -0.35
        cel.add(depth - 0.02, tube(start, head.origin, 0.6 * self.girth, 0.27), "a", shade=0.06)
        if self.has_mane:
            for share in np.linspace(0, 1, 5):
                at = start * (1 - share) + head((0, 0.2, -0.15)) * share
                tuft = star(at + root.turn((0, 0.12, -0.1)), 0.32, 6, 0.6)
                cel.add(depth - 0.03 + 0.002 * share, tuft, "hair", shade=0.04)
        if self.has_collar:
            low, high = (start * (1 - share) + head.origin * share for share in (0.55, 0.7))
            cel.add(depth - 0.01, tube(low, high, 0.36 * self.girth + 0.12, 0.31 * self.girth + 0.12), "d")
            cel.add(depth - 0.005, ball(low + vector(0, -0.15), 0.07), "metal", edge=Edge.FINE)
        draw_beast_head(cel, head, self, pose, depth)


def draw_beast_head(cel: Cel, head: Placement, animal: Creature, pose: Pose, depth: float) -> None:
    """Draw skull, snout, ears, eyes and mouth of an animal."""
    front = float(head.matrix[2, 2])
    tip = head((0, -0.12, 0.33 + animal.snout))
    skull = [ball(head.origin, 0.37), ball(head((0, -0.08, 0.15)), 0.31)]
    cel.add(depth, hull(*skull), "a", name="beast", shade=0.06)
    snout = hull(ball(head((0, -0.14, 0.25)), 0.2), ball(tip, 0.13))
    is_before = front > -0.15
    order = depth + 0.03 if is_before else depth - 0.01
    cel.add(order, snout, "shirt" if animal.has_belly else "a", name="snout", shade=0.04)
    if is_before:
        cel.add(order + 0.002, ball(head((0, -0.06, 0.42 + animal.snout)), 0.06), "pupil", edge=Edge.FINE, is_ink=animal.ear[1] == 1)
        if pose.mouth > 0.3:
            jaw = hull(ball(head((0, -0.3, 0.25)), 0.12), ball(tip - head.turn((0, 0.16 * pose.mouth, 0.05)), 0.09))
            cel.add(order - 0.002, jaw, "tongue", shade=0.02)
    length, kind = animal.ear
    for side in SIDES:
        out = float(head.turn((side, 0, 0.3))[2])
        base = np.array([side * 0.24, 0.24, 0.0])
        top = (side * 0.34, 0.3 + length, -0.05) if kind < 2 else (side * 0.48, 0.1 - length, 0.0)
        ear = head([base + (side * 0.12, -0.1, 0), top, base + (-side * 0.12, 0.08, 0)])
        outline = ear if kind != 1 else ball(head((side * 0.27, 0.3, 0)), 0.6 * length)
        level = depth + 0.04 if out > -0.1 and kind == 2 else depth + (0.01 if front < 0 else -0.005)
        cel.add(level, outline, "a", shade=0.03)
        if front > 0.1:
            middle = outline.mean(0)
            cel.add(level + 0.0005, middle + 0.55 * (outline - middle), "blush", edge=Edge.FINE)
        if animal.has_horns:
            horn = head([(side * 0.14, 0.3, 0.1), (side * 0.3, 0.55, 0.05), (side * 0.26, 0.8, -0.05)])
            cel.add(depth + 0.05, ribbon(horn, [0.07, 0.05, 0.0]), "wood", shade=0.02)
        eye = head((side * 0.2, 0.05, 0.36))
        if float(head.turn((side * 0.5, 0, 0.9))[2]) > 0.15:
            size = animal.eye * np.array([max(0.4, front), max(0.08, min(1.0, pose.blink)), 0])
            circle = np.stack([np.cos(FULL_TURN), np.sin(FULL_TURN), 0 * FULL_TURN], -1)
            cel.add(depth + 0.035, eye + circle * size, "white", name=f"eye{side}", edge=Edge.FINE)
            cel.add(depth + 0.036, eye + circle * size * 0.7, "eye", within=f"eye{side}", edge=Edge.FINE)
            cel.add(depth + 0.037, eye + circle * size * 0.35, "pupil", within=f"eye{side}", edge=Edge.FINE)


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


class Bird(Creature):
    """A bird that sits, walks or beats its wings."""

    def draw(self, cel: Cel, pose: Pose) -> None:
        """Put all parts into a cel."""
        root = _root(pose)
        y = np.array([-0.9, -0.5, 0.0, 0.5, 0.8, 0.95]) * self.girth * 1.6
        wide = np.array([0.05, 0.6, 1.0, 0.85, 0.5, 0.3]) * self.girth
        trunk = Rings(_lengthwise(root, 35), y, wide, wide)
        cel.add(0.0, trunk.hulls(), "a", name="trunk", shade=0.1)
        if self.has_belly:
            cel.add(0.001, trunk.patch(-55, 55, float(y[0]), float(y[-1])), "shirt", within="trunk")
        draw_pattern(cel, trunk, self.coat, within="trunk", depth=0.002, bottom=y[1], top=y[-2])
        for side in SIDES:
            wing = root.child((side * 0.75 * self.girth, 0.35 * self.girth, 0.1))
            draw_wing(cel, wing, side, pose if self.has_wings else Pose(gait=4.3), 1.2 + self.girth)
            swing = 0.4 * pose.stride * np.sin(pose.gait + 1.6 * side)
            hip, foot = root((side * 0.2, -0.8 * self.girth, 0)), root((side * 0.22, -self.girth - 0.5 * self.leg, 0.01 * swing))
            cel.add(-0.1, ribbon(np.stack([hip, foot]), 0.045), "metal")
            for toe in (-0.12, 0.0, 0.12):
                cel.add(-0.09, ribbon(np.stack([foot, foot + root.turn((toe, -0.03, 0.2))]), 0.035), "metal")
        for k in range(4):
            fan = root.turn((0.12 * (k - 1.5), 0.1, -1.0)) * (0.5 + 0.5 * self.tail)
            end = trunk.at(0.0, float(y[0]))
            depth = 0.02 if root.matrix[2, 2] < 0 else -0.2
            cel.add(depth + 0.001 * k, ribbon(np.stack([end, end + 0.5 * fan, end + fan]), [0.06, 0.1, 0.04]), "bdf"[k % 3])
        self._head(cel, root, pose)

    def _head(self, cel: Cel, root: Placement, pose: Pose) -> None:
        turn = rotation(pose.head_pitch, pose.head_yaw, pose.head_roll)
        head = root.child((0, 0.95 * self.girth + 0.8 * self.neck + 0.2, 0.9 * self.girth), turn)
        front = float(head.matrix[2, 2])
        depth = 0.35 if front > -0.3 else -0.3
        chest = root((0, 0.3 * self.girth, 0.6 * self.girth))
        cel.add(depth - 0.02, tube(chest, head.origin, 0.6 * self.girth, 0.3), "a", shade=0.06)
        cel.add(depth, ball(head.origin, 0.38), "a", name="beast", shade=0.06)
        gape = 0.12 * pose.mouth
        for rise, color in ((gape, "metal"), (-gape, "wood")):
            beak = head([(0.12, 0.0, 0.3), (-0.12, 0.0, 0.3), (0, -0.05 + rise, 0.55 + self.snout)])
            base = head([(0, -0.12 + rise, 0.32), (0, 0.08 + rise, 0.32)])
            cel.add(depth + (0.03 if front > -0.1 else -0.01), hull(beak, base), color, shade=0.02)
        if self.has_horns:
            for k in range(3):
                crest = head([(0, 0.3, 0.05), (0, 0.5, -0.1 - 0.1 * k), (0, 0.6 - 0.15 * k, -0.3 - 0.08 * k)])
                cel.add(depth + 0.01, ribbon(crest, [0.08, 0.08, 0.01]), "d", shade=0.02)
        for side in SIDES:
            if float(head.turn((side, 0, 0.4))[2]) > 0.1:
                eye, r = head((side * 0.26, 0.06, 0.22)), self.eye * 0.9
                cel.add(depth + 0.035, ball(eye, r), "white", edge=Edge.FINE)
                cel.add(depth + 0.036, ball(eye, r * (0.6 if pose.blink > 0.3 else 0.15)), "pupil", edge=Edge.FINE)


class Fish(Creature):
    """A fish that swims; seen best from the side."""

    @property
    def shots(self) -> dict[str, tuple[float, float]]:
        """The framings: whole fish, its head."""
        reach = 0.7 * self.length + 0.8
        return {"full": (-reach, reach), "bust": (-0.6 * reach, 0.6 * reach)}

    def draw(self, cel: Cel, pose: Pose) -> None:
        """Put all parts into a cel."""
        root = _root(pose).child((0, 0, 0), rotation(y=70 if abs(pose.yaw) < 45 else 0, z=10 * pose.sway[1]))
        bend = 0.25 * np.sin(pose.gait)
        y = np.array([-0.6, -0.45, -0.2, 0.1, 0.35, 0.52, 0.6]) * self.length
        deep = np.array([0.12, 0.3, 0.75, 1.0, 0.85, 0.45, 0.1]) * self.girth
        xc = bend * (y / self.length - 0.2) ** 2 * self.length
        trunk = Rings(_lengthwise(root), y, deep * 0.6, deep, xc=xc)
        cel.add(0.0, trunk.hulls(), "a", name="trunk", shade=0.1)
        if self.has_belly:
            cel.add(0.001, trunk.patch(-60, 60, float(y[0]), float(y[-1])), "shirt", within="trunk", edge=Edge.TRACE)
        draw_pattern(cel, trunk, self.coat, within="trunk", depth=0.002, bottom=y[1], top=y[4])
        gill = trunk.at(np.radians(np.linspace(50, 130, 7)), np.full(7, 0.33 * self.length), 1.0)
        cel.stroke(gill, "trunk")
        cel.add(0.004, trunk.patch(-180, 180, 0.5 * self.length, 0.7 * self.length), "b", within="trunk")
        self._fins(cel, root, float(xc[0]), pose)
        for side in SIDES:
            phi = side * np.radians(105)
            if trunk.facing(phi, float(y[4])) > 0.1:
                eye = trunk.at(phi, 0.42 * self.length)
                for step, (grow, color) in enumerate(((1.3, "white"), (0.8, "eye"), (0.45, "pupil"))):
                    cel.add(0.05 + 0.001 * step, ball(eye, grow * self.eye), color, edge=Edge.FINE)

    def _fins(self, cel: Cel, root: Placement, tail_x: float, pose: Pose) -> None:
        def fin(points: list[tuple[float, float, float]], color: str, depth: float) -> None:
            outline: Points = root(points)
            cel.add(depth, outline, color, shade=0.02)
            root_point = outline[0]
            for k in range(1, len(outline) - 1):
                ray = np.stack([root_point, 0.35 * root_point + 0.65 * outline[k], outline[k]])
                if cel.scale > 60:
                    cel.add(depth + 0.0001, ribbon(ray, [0.02, 0.03, 0.0]), "f", edge=Edge.FINE)

        back, high = -0.6 * self.length, self.girth
        fin([(tail_x, 0, back + 0.1), (tail_x * 1.6, 0.8 * high, back - 0.6), (tail_x * 1.4, 0.1, back - 0.4), (tail_x * 1.6, -0.8 * high, back - 0.6)], "d", -0.05)
        fin([(0, 0.8 * high, 0.2), (0, 1.4 * high, -0.1), (0, 1.1 * high, -0.4), (0, 0.6 * high, -0.35)], "d", -0.04)
        fin([(0, -0.8 * high, 0.1), (0, -1.3 * high, -0.2), (0, -0.7 * high, -0.25)], "d", -0.04)
        flap = 0.3 * np.sin(pose.gait + 1)
        for side in SIDES:
            near = float(root.turn((side, 0, 0))[2])
            x = side * 0.5 * high
            points = [(x, -0.1, 0.25), (x + side * (0.2 + flap), -0.3 * high, -0.15), (x + side * 0.1, -0.5 * high, 0.0)]
            fin(points, "d", 0.03 if near > 0 else -0.06)
