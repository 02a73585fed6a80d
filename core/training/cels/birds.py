"""Birds."""

import numpy as np

from core.training.cels.cel import Cel, Edge
from core.training.cels.creature import Creature, draw_wing, lengthwise, stand_at
from core.training.cels.patterns import draw_pattern
from core.training.cels.pose import Pose
from core.training.cels.space import SIDES, Placement, Rings, ball, hull, ribbon, rotation, tube


class Bird(Creature):
    """A bird that sits, walks or beats its wings."""

    def draw(self, cel: Cel, pose: Pose) -> None:
        """Put all parts into a cel."""
        root = stand_at(pose)
        y = np.array([-0.9, -0.5, 0.0, 0.5, 0.8, 0.95]) * self.girth * 1.6
        wide = np.array([0.05, 0.6, 1.0, 0.85, 0.5, 0.3]) * self.girth
        trunk = Rings(lengthwise(root, 35), y, wide, wide)
        cel.add(0.0, trunk.hulls(), "a", name="trunk", shade=0.1)
        if self.has_belly:
            cel.add(0.001, trunk.patch(-55, 55, float(y[0]), float(y[-1])), "shirt", within="trunk")
        draw_pattern(cel, trunk, self.coat, within="trunk", depth=0.002, bottom=y[1], top=y[-2])
        for side in SIDES:
            wing = root.child((side * 0.75 * self.girth, 0.35 * self.girth, 0.1))
            draw_wing(cel, wing, side, pose if self.has_wings else Pose(gait=4.3), 1.2 + self.girth)
            swing = 0.4 * pose.stride * np.sin(pose.gait + 1.6 * side)
            hip, foot = (
                root((side * 0.2, -0.8 * self.girth, 0)),
                root((side * 0.22, -self.girth - 0.5 * self.leg, 0.01 * swing)),
            )
            cel.add(-0.1, ribbon(np.stack([hip, foot]), 0.045), "metal")
            for toe in (-0.12, 0.0, 0.12):
                cel.add(
                    -0.09,
                    ribbon(np.stack([foot, foot + root.turn((toe, -0.03, 0.2))]), 0.035),
                    "metal",
                )
        for k in range(4):
            fan = root.turn((0.12 * (k - 1.5), 0.1, -1.0)) * (0.5 + 0.5 * self.tail)
            end = trunk.at(0.0, float(y[0]))
            depth = 0.02 if root.matrix[2, 2] < 0 else -0.2
            cel.add(
                depth + 0.001 * k,
                ribbon(np.stack([end, end + 0.5 * fan, end + fan]), [0.06, 0.1, 0.04]),
                "bdf"[k % 3],
            )
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
                crest = head(
                    [(0, 0.3, 0.05), (0, 0.5, -0.1 - 0.1 * k), (0, 0.6 - 0.15 * k, -0.3 - 0.08 * k)]
                )
                cel.add(depth + 0.01, ribbon(crest, [0.08, 0.08, 0.01]), "d", shade=0.02)
        for side in SIDES:
            if float(head.turn((side, 0, 0.4))[2]) > 0.1:
                eye, r = head((side * 0.26, 0.06, 0.22)), self.eye * 0.9
                cel.add(depth + 0.035, ball(eye, r), "white", edge=Edge.FINE)
                cel.add(
                    depth + 0.036,
                    ball(eye, r * (0.6 if pose.blink > 0.3 else 0.15)),
                    "pupil",
                    edge=Edge.FINE,
                )
