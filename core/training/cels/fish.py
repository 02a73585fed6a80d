"""Fish."""

import numpy as np

from core.training.cels.cel import Cel, Edge
from core.training.cels.creature import Creature, lengthwise, stand_at
from core.training.cels.patterns import draw_pattern
from core.training.cels.pose import Pose
from core.training.cels.space import SIDES, Placement, Points, Rings, ball, ribbon, rotation


class Fish(Creature):
    """A fish that swims; seen best from the side."""

    @property
    def shots(self) -> dict[str, tuple[float, float]]:
        """The framings: whole fish, its head."""
        reach = 0.7 * self.length + 0.8
        return {"full": (-reach, reach), "bust": (-0.6 * reach, 0.6 * reach)}

    def draw(self, cel: Cel, pose: Pose) -> None:
        """Put all parts into a cel."""
        root = stand_at(pose).child(
            (0, 0, 0), rotation(y=70 if abs(pose.yaw) < 45 else 0, z=10 * pose.sway[1])
        )
        bend = 0.25 * np.sin(pose.gait)
        y = np.array([-0.6, -0.45, -0.2, 0.1, 0.35, 0.52, 0.6]) * self.length
        deep = np.array([0.12, 0.3, 0.75, 1.0, 0.85, 0.45, 0.1]) * self.girth
        xc = bend * (y / self.length - 0.2) ** 2 * self.length
        trunk = Rings(lengthwise(root), y, deep * 0.6, deep, xc=xc)
        cel.add(0.0, trunk.hulls(), "a", name="trunk", shade=0.1)
        if self.has_belly:
            cel.add(
                0.001,
                trunk.patch(-60, 60, float(y[0]), float(y[-1])),
                "shirt",
                within="trunk",
                edge=Edge.TRACE,
            )
        draw_pattern(cel, trunk, self.coat, within="trunk", depth=0.002, bottom=y[1], top=y[4])
        gill = trunk.at(np.radians(np.linspace(50, 130, 7)), np.full(7, 0.33 * self.length), 1.0)
        cel.stroke(gill, "trunk")
        cel.add(
            0.004, trunk.patch(-180, 180, 0.5 * self.length, 0.7 * self.length), "b", within="trunk"
        )
        self._fins(cel, root, float(xc[0]), pose)
        for side in SIDES:
            phi = side * np.radians(105)
            if trunk.facing(phi, float(y[4])) > 0.1:
                eye = trunk.at(phi, 0.42 * self.length)
                for step, (grow, color) in enumerate(
                    ((1.3, "white"), (0.8, "eye"), (0.45, "pupil"))
                ):
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
        fin(
            [
                (tail_x, 0, back + 0.1),
                (tail_x * 1.6, 0.8 * high, back - 0.6),
                (tail_x * 1.4, 0.1, back - 0.4),
                (tail_x * 1.6, -0.8 * high, back - 0.6),
            ],
            "d",
            -0.05,
        )
        fin(
            [
                (0, 0.8 * high, 0.2),
                (0, 1.4 * high, -0.1),
                (0, 1.1 * high, -0.4),
                (0, 0.6 * high, -0.35),
            ],
            "d",
            -0.04,
        )
        fin([(0, -0.8 * high, 0.1), (0, -1.3 * high, -0.2), (0, -0.7 * high, -0.25)], "d", -0.04)
        flap = 0.3 * np.sin(pose.gait + 1)
        for side in SIDES:
            near = float(root.turn((side, 0, 0))[2])
            x = side * 0.5 * high
            points = [
                (x, -0.1, 0.25),
                (x + side * (0.2 + flap), -0.3 * high, -0.15),
                (x + side * 0.1, -0.5 * high, 0.0),
            ]
            fin(points, "d", 0.03 if near > 0 else -0.06)
