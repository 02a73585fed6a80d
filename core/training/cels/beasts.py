"""Animals on four legs, from bears to winged dragons."""

import numpy as np

from core.training.cels.cel import Cel, Edge
from core.training.cels.creature import Creature, draw_wing, lengthwise, stand_at
from core.training.cels.patterns import draw_folds, draw_pattern
from core.training.cels.pose import Pose
from core.training.cels.space import (
    FULL_TURN,
    SIDES,
    Placement,
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


class Quadruped(Creature):
    """An animal on four legs."""

    def draw(self, cel: Cel, pose: Pose) -> None:
        """Put all parts into a cel."""
        root = stand_at(pose)
        y = np.array([-0.55, -0.5, -0.3, 0.0, 0.3, 0.48, 0.56]) * self.length
        wide = np.array([0.1, 0.6, 0.95, 0.85, 1.0, 0.7, 0.15]) * self.girth
        trunk = Rings(lengthwise(root), y, wide * 0.85, wide)
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
                draw_wing(
                    cel,
                    root.child((side * 0.5 * self.girth, 0.6 * self.girth, 0.2 * self.length)),
                    side,
                    pose,
                    1.6,
                )
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
        reach = (
            np.array([(0, 0, 0), (aside, up * 0.5, -0.5), (2 * aside, up * 1.5, -1)]) * self.tail
        )
        path = smooth(root(base + reach))
        half = np.linspace(0.14, 0.2 if self.has_mane else 0.03, len(path)) * self.girth**0.5
        depth = 0.05 if root.matrix[2, 2] < 0 else -0.3
        cel.add(depth, ribbon(path, half), "a", shade=0.03)
        if self.coat != "none" or self.has_mane:
            cel.add(depth + 0.001, ribbon(path[-4:], half[-4:] * 1.1), "d")

    def _head(self, cel: Cel, root: Placement, pose: Pose) -> None:
        start = root((0, 0.35 * self.girth, 0.42 * self.length))
        turn = rotation(pose.head_pitch + 4, pose.head_yaw, pose.head_roll)
        head = root.child(
            (0, 0.5 * self.girth + self.neck, 0.45 * self.length + 0.35 * self.neck + 0.15), turn
        )
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
            cel.add(
                depth - 0.01,
                tube(low, high, 0.36 * self.girth + 0.12, 0.31 * self.girth + 0.12),
                "d",
            )
            cel.add(depth - 0.005, ball(low + vector(0, -0.15), 0.07), "metal", edge=Edge.FINE)
        _draw_head(cel, head, self, pose, depth)


def _draw_head(cel: Cel, head: Placement, animal: Creature, pose: Pose, depth: float) -> None:
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
        cel.add(
            order + 0.002,
            ball(head((0, -0.06, 0.42 + animal.snout)), 0.06),
            "pupil",
            edge=Edge.FINE,
            is_ink=animal.ear[1] == 1,
        )
        if pose.mouth > 0.3:
            jaw = hull(
                ball(head((0, -0.3, 0.25)), 0.12),
                ball(tip - head.turn((0, 0.16 * pose.mouth, 0.05)), 0.09),
            )
            cel.add(order - 0.002, jaw, "tongue", shade=0.02)
    length, kind = animal.ear
    for side in SIDES:
        out = float(head.turn((side, 0, 0.3))[2])
        base = np.array([side * 0.24, 0.24, 0.0])
        top = (side * 0.34, 0.3 + length, -0.05) if kind < 2 else (side * 0.48, 0.1 - length, 0.0)
        inner, outer = (side * 0.12, -0.1, 0.0), (-side * 0.12, 0.08, 0.0)
        ear = head(np.stack([np.add(base, inner), np.array(top), np.add(base, outer)]))
        outline = ear if kind != 1 else ball(head((side * 0.27, 0.3, 0)), 0.6 * length)
        level = (
            depth + 0.04 if out > -0.1 and kind == 2 else depth + (0.01 if front < 0 else -0.005)
        )
        cel.add(level, outline, "a", shade=0.03)
        if front > 0.1:
            middle = outline.mean(0)
            cel.add(level + 0.0005, middle + 0.55 * (outline - middle), "blush", edge=Edge.FINE)
        if animal.has_horns:
            horn = head(
                [(side * 0.14, 0.3, 0.1), (side * 0.3, 0.55, 0.05), (side * 0.26, 0.8, -0.05)]
            )
            cel.add(depth + 0.05, ribbon(horn, [0.07, 0.05, 0.0]), "wood", shade=0.02)
        eye = head((side * 0.2, 0.05, 0.36))
        if float(head.turn((side * 0.5, 0, 0.9))[2]) > 0.15:
            size = animal.eye * np.array([max(0.4, front), max(0.08, min(1.0, pose.blink)), 0])
            circle = np.stack([np.cos(FULL_TURN), np.sin(FULL_TURN), 0 * FULL_TURN], -1)
            cel.add(depth + 0.035, eye + circle * size, "white", name=f"eye{side}", edge=Edge.FINE)
            cel.add(
                depth + 0.036, eye + circle * size * 0.7, "eye", within=f"eye{side}", edge=Edge.FINE
            )
            cel.add(
                depth + 0.037,
                eye + circle * size * 0.35,
                "pupil",
                within=f"eye{side}",
                edge=Edge.FINE,
            )
