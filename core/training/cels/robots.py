"""Robots: boxes on a human skeleton."""

from dataclasses import dataclass

import numpy as np

from core.training.cels.body import Body, Skeleton, make_body, stand
from core.training.cels.boxes import Boxes
from core.training.cels.cel import Cel, Edge
from core.training.cels.palette import Palette, make_palette
from core.training.cels.pose import Pose
from core.training.cels.space import SIDES, Placement, ball, disk, hull, ribbon, tube, vector


@dataclass(frozen=True)
class Robot:
    """A robot; `Subject` says what it does."""

    palette: Palette
    body: Body
    head: int
    bulk: float
    detail: float
    has_wings: bool
    has_antennas: bool
    has_gun: bool

    @property
    def shots(self) -> dict[str, tuple[float, float]]:
        """The framings: whole figure, from the knees, bust."""
        top = self.body.torso + 1.5
        return {
            "full": (-self.body.leg - 0.4, top),
            "knees": (-self.body.leg / 2, top),
            "bust": (0.3 * self.body.torso, top),
        }

    def draw(self, cel: Cel, pose: Pose) -> None:
        """Put all parts into a cel."""
        bones, boxes = stand(self.body, pose), Boxes(cel, self.detail)
        width, length = self.body.build * self.bulk, self.body.torso
        chest = bones.chest
        boxes.box(
            chest.child((0, 0.7 * length, 0)),
            (1.0 * width, 0.6 * length, 0.66 * width),
            "a",
            0.0,
            taper=0.8,
            panel="b",
        )
        boxes.box(
            chest.child((0, 0.28 * length, 0)),
            (0.6 * width, 0.3 * length, 0.45 * width),
            "rubber",
            -0.02,
        )
        boxes.box(
            bones.root.child((0, 0, 0)),
            (0.8 * width, 0.34 * length, 0.55 * width),
            "b",
            -0.01,
            taper=0.7,
            panel="c",
        )
        if bones.front() > 0.1:
            cel.add(
                0.06,
                disk(chest((0, 0.72 * length, 0.36 * width)), chest.matrix[:, 2], 0.13 * width),
                "light",
                edge=Edge.FINE,
            )
        self._pack(boxes, bones, width, length)
        self._head(boxes, bones)
        for arm in bones.arms:
            r, d = arm.radius * self.bulk, arm.depth + (0.1 if arm.depth > 0 else -0.1)
            boxes.beam(arm.shoulder, arm.elbow, arm.frame, r * 1.4, "rubber", d)
            boxes.beam(arm.elbow, arm.wrist, arm.frame, r * 2.5, "a", d + 0.01, "c")
            boxes.box(
                Placement(chest.matrix, arm.shoulder),
                (r * 3.4, r * 3.2, r * 3.4),
                "d",
                d + 0.02,
                taper=0.8,
                panel="a",
            )
            boxes.box(
                Placement(arm.frame, arm.wrist + arm.frame @ vector(0, -r)),
                (r * 2, r * 2, r * 2),
                "steel",
                d + 0.012,
            )
            if self.has_gun and arm.side > 0:
                muzzle = arm.wrist + arm.frame @ vector(0, -1.0)
                cel.add(d + 0.03, tube(arm.wrist, muzzle, r * 0.7, r * 0.5), "rubber", shade=0.03)
                boxes.box(
                    Placement(arm.frame, arm.wrist + arm.frame @ vector(0, -0.2)),
                    (r * 1.8, 0.5, r * 2.2),
                    "steel",
                    d + 0.031,
                    panel="d",
                )
        for leg in bones.legs:
            r = leg.radius * self.bulk
            boxes.beam(leg.hip, leg.knee, leg.frame, r * 1.5, "rubber", leg.depth)
            boxes.beam(leg.at(0.5), leg.ankle, leg.frame, r * 2.1, "a", leg.depth + 0.01, "d")
            boxes.box(
                Placement(leg.frame, leg.knee + leg.frame @ vector(0, 0, r * 0.5)),
                (r * 1.5, r * 1.5, r * 1.2),
                "c",
                leg.depth + 0.02,
            )
            boxes.box(
                Placement(leg.frame, leg.ankle + leg.frame @ vector(0, -r * 0.4, r * 0.8)),
                (r * 2.1, r * 0.9, r * 3.6),
                "d",
                leg.depth + 0.015,
                panel="b",
            )

    def _pack(self, boxes: Boxes, bones: Skeleton, width: float, length: float) -> None:
        chest, is_behind = bones.chest, bones.front() > 0
        depth = -0.5 if is_behind else 0.3
        boxes.box(
            chest.child((0, 0.7 * length, -0.45 * width)),
            (0.7 * width, 0.5 * length, 0.3 * width),
            "f",
            depth,
            panel="c",
        )
        for side in SIDES:
            nozzle = chest((side * 0.25 * width, 0.45 * length, -0.5 * width))
            down = chest.turn((0, -0.3 * length, 0))
            boxes.cel.add(
                depth - 0.01,
                tube(nozzle, nozzle + down, 0.12 * width, 0.16 * width),
                "steel",
                shade=0.03,
            )
            if self.has_wings:
                points = chest(
                    np.array(
                        [(side * 0.3, 0.8, -0.55), (side * 1.6, 1.3, -0.9), (side * 1.3, 0.7, -0.9)]
                    )
                    * (width, length, width)
                )
                boxes.plate(points, "d", depth - 0.005, "shirt")

    def _head(self, boxes: Boxes, bones: Skeleton) -> None:
        head, cel = bones.head, boxes.cel
        neck = bones.chest((0, 0.95 * self.body.torso, 0))
        cel.add(-0.03, tube(neck, head((0, -0.2, 0)), 0.16, 0.14), "rubber")
        front = float(head.matrix[2, 2])
        if self.head == 0:
            boxes.box(head, (0.72, 0.7, 0.75), "a", 0.5, taper=0.75)
        else:
            cel.add(
                0.5,
                hull(ball(head((0, 0.08, 0)), 0.42), ball(head((0, -0.25, 0.05)), 0.26)),
                "a",
                shade=0.06,
            )
        if front > 0.15:
            wide = 0.3 if self.head < 2 else 0.16
            visor = head(
                [
                    (-wide, 0.1, 0.38),
                    (wide, 0.1, 0.38),
                    (wide * 0.8, -0.08, 0.4),
                    (-wide * 0.8, -0.08, 0.4),
                ]
            )
            cel.add(0.52, visor, "light", name="visor", edge=Edge.FINE)
            if self.head != 1:
                for side in SIDES:
                    cel.add(
                        0.53,
                        ball(head((side * 0.14 + 0.04 * bones.pose.gaze[0], 0.01, 0.4)), 0.06),
                        "pupil",
                        within="visor",
                        edge=Edge.FINE,
                    )
            mouth = head(
                [(-0.14, -0.2, 0.36), (0.14, -0.2, 0.36), (0.1, -0.32, 0.34), (-0.1, -0.32, 0.34)]
            )
            cel.add(0.52, mouth, "steel", edge=Edge.FINE)
        for side in SIDES:
            near = float(head.turn((side, 0, 0))[2]) > -0.1
            cel.add(
                0.54 if near else 0.45,
                tube(head((side * 0.34, 0, 0)), head((side * 0.46, 0, 0)), 0.16, 0.14),
                "c",
            )
            if self.has_antennas:
                horn = head(
                    [(side * 0.08, 0.28, 0.34), (side * 0.35, 0.6, 0.25), (side * 0.5, 0.8, 0.2)]
                )
                cel.add(0.56 if front > -0.2 else 0.44, ribbon(horn, [0.06, 0.04, 0.0]), "metal")
        boxes.box(head.child((0, 0.36, 0.0)), (0.12, 0.2, 0.7), "d", 0.51)


def make_robot(rng: np.random.Generator) -> Robot:
    """Make a robot."""
    return Robot(
        palette=make_palette(rng),
        body=make_body(rng),
        head=int(rng.integers(3)),
        bulk=rng.uniform(0.95, 1.5),
        detail=rng.uniform(0, 1),
        has_wings=bool(rng.random() < 0.4),
        has_antennas=bool(rng.random() < 0.5),
        has_gun=bool(rng.random() < 0.4),
    )
