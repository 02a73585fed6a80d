"""Cars, lorries, tanks and aeroplanes."""

from dataclasses import dataclass

import numpy as np

from core.training.cels.boxes import Boxes
from core.training.cels.cel import Cel, Edge
from core.training.cels.palette import Palette, make_palette
from core.training.cels.pose import Pose
from core.training.cels.space import (
    SIDES,
    Placement,
    ball,
    disk,
    hull,
    ribbon,
    rotation,
    tube,
    vector,
)


@dataclass(frozen=True)
class Vehicle:
    """A car, lorry, tank or aeroplane; `Subject` says what it does.

    Attributes:
        kind: 0 car, 1 lorry, 2 tank, 3 aeroplane; size: half-width, height, half-length.
        cabin: how long and how high the cabin is as shares; wheel: radius.
    """

    palette: Palette
    kind: int
    size: tuple[float, float, float]
    cabin: tuple[float, float]
    wheel: float
    detail: float
    has_stripe: bool

    @property
    def shots(self) -> dict[str, tuple[float, float]]:
        """The framing: the whole vehicle."""
        reach = self.size[2] + 0.5
        return {"full": (-reach, reach), "near": (-0.7 * reach, 0.7 * reach)}

    def draw(self, cel: Cel, pose: Pose) -> None:
        """Put all parts into a cel."""
        tilt = rotation(x=pose.pitch + 12) @ rotation(y=pose.yaw + 40, z=0.3 * pose.lean)
        root = Placement(tilt, vector(0, 0.3 * pose.lift))
        boxes = Boxes(cel, self.detail)
        (self._plane if self.kind == 3 else self._drive)(boxes, root, pose)

    def _drive(self, boxes: Boxes, root: Placement, pose: Pose) -> None:
        x, y, z = self.size
        boxes.box(root, (2 * x, y, 2 * z), "a", 0.0, panel="a" if self.kind == 2 else None)
        if self.has_stripe:
            boxes.box(root.child((0, -0.1 * y, 0)), (2.02 * x, 0.15 * y, 2.02 * z), "d", 0.002)
        length, height = self.cabin
        if self.kind == 2:
            turret = root.child((0, 0.5 * y + 0.3 * height, 0), rotation(y=pose.head_yaw))
            boxes.box(
                turret, (1.3 * x, 0.6 * height, 1.2 * z * length), "b", 0.05, taper=1.2, panel="a"
            )
            muzzle = turret((0, 0.05, 1.1 * z))
            depth = 0.06 if turret.matrix[2, 2] > 0 else 0.04
            boxes.cel.add(
                depth,
                tube(turret((0, 0, 0.5 * z * length)), muzzle, 0.09, 0.07),
                "steel",
                shade=0.03,
            )
            boxes.cel.add(
                0.07, disk(turret((0, 0.31 * height, 0)), turret.matrix[:, 1], 0.3 * x), "d"
            )
        else:
            back = -0.2 * z if self.kind == 0 else 0.7 * z
            cabin = root.child((0, 0.5 * y + 0.5 * height, back))
            scale = 1.5 * z * length if self.kind == 0 else 0.6 * z
            flipped = Placement(cabin.matrix, cabin.origin)
            boxes.box(flipped, (1.8 * x, height, scale), "b", 0.05, taper=1.15, panel="glass")
            if self.kind == 1:
                load = root.child((0, 0.5 * y + 0.7 * height, -0.4 * z))
                boxes.box(
                    load,
                    (2 * x, 1.4 * height, 1.2 * z),
                    "c",
                    0.045 if cabin.matrix[2, 2] > 0 else 0.06,
                    panel="shirt",
                )
        for side in SIDES:
            self._wheels(boxes, root, side, pose)
            for end, color in ((1, "light"), (-1, "d")):
                if root.matrix[2, 2] * end > 0.1:
                    lamp = root((side * 0.7 * x, 0.05 * y, end * 1.01 * z))
                    boxes.cel.add(
                        0.01, disk(lamp, root.matrix[:, 2], 0.2 * y), color, edge=Edge.FINE
                    )

    def _wheels(self, boxes: Boxes, root: Placement, side: int, pose: Pose) -> None:
        x, y, z = self.size
        axle, near = root.turn((side, 0, 0)), float(root.turn((side, 0, 0))[2])
        depth = 0.03 if near > 0 else -0.1
        places = np.linspace(-0.8, 0.8, 5) if self.kind == 2 else (-0.62, 0.62)
        if self.kind == 2:
            ends = [root((side * 1.05 * x, -0.5 * y, s * 0.85 * z)) for s in SIDES]
            boxes.cel.add(
                depth - 0.005, hull(*[disk(end, axle, self.wheel * 1.1) for end in ends]), "rubber"
            )
        for place in places:
            centre = root((side * 1.02 * x, -0.5 * y, place * z))
            outer = centre + 0.12 * axle
            radius = self.wheel * (0.7 if self.kind == 2 else 1)
            boxes.cel.add(
                depth,
                hull(disk(centre, axle, radius), disk(outer, axle, radius)),
                "rubber",
                shade=0.03,
            )
            if near > 0.1:
                boxes.cel.add(
                    depth + 0.001, disk(outer, axle, 0.65 * radius), "steel", edge=Edge.FINE
                )
                boxes.cel.add(
                    depth + 0.002, disk(outer, axle, 0.25 * radius), "metal", edge=Edge.FINE
                )
                spin = pose.gait * 2
                for k in range(4 if self.detail > 0.4 else 0):
                    bolt = (
                        root.turn((0, np.cos(spin + 1.57 * k), np.sin(spin + 1.57 * k)))
                        * 0.45
                        * radius
                    )
                    boxes.cel.add(
                        depth + 0.002, ball(outer + bolt, 0.07 * radius), "rubber", edge=Edge.FINE
                    )

    def _plane(self, boxes: Boxes, root: Placement, pose: Pose) -> None:
        x, y, z = self.size
        cel, r = boxes.cel, 0.55 * y + 0.2
        stations = ((1.3, 0.1), (1.0, 0.7), (0.4, 1.0), (-0.4, 0.9), (-1.3, 0.25))
        rings = [disk(root((0, 0, s * z)), root.matrix[:, 2], g * r) for s, g in stations]
        order = range(4) if root.matrix[2, 2] < 0 else range(3, -1, -1)
        for step, k in enumerate(order):
            cel.add(
                0.001 * step,
                hull(rings[k], rings[k + 1]),
                "abab"[k] if self.has_stripe else "a",
                shade=0.06,
            )
        top = float(root.matrix[2, 1])
        for side in SIDES:
            near = float(root.turn((side, 0.4, 0))[2])
            wing = root(
                [
                    (side * 0.6 * r, 0, 0.4 * z),
                    (side * 2.6 * x, 0.1, -0.1 * z),
                    (side * 2.6 * x, 0.1, -0.35 * z),
                    (side * 0.6 * r, 0, -0.3 * z),
                ]
            )
            boxes.plate(wing, "b", 0.05 if near > 0 else -0.1, "d")
            fin = root(
                [
                    (0, 0, -0.9 * z),
                    (side * x, 0, -1.2 * z),
                    (side * x, 0, -1.35 * z),
                    (0, 0, -1.25 * z),
                ]
            )
            cel.add(0.02 if near > 0 else -0.1, fin, "d")
        tail = root(
            [
                (0, 0.5 * r, -0.8 * z),
                (0, 2.0 * r, -1.25 * z),
                (0, 2.0 * r, -1.4 * z),
                (0, 0.3 * r, -1.3 * z),
            ]
        )
        cel.add(0.06 if top > -0.2 else -0.2, tail, "c", shade=0.03)
        canopy = [
            ball(root((0, 0.75 * r, s * z)), g * r)
            for s, g in ((0.75, 0.25), (0.45, 0.45), (0.1, 0.25))
        ]
        cel.add(0.055 if top > -0.2 else -0.2, hull(*canopy), "glass", shade=0.03)
        nose = root((0, 0, 1.3 * z))
        for k in range(3):
            blade = (
                root.turn((np.cos(pose.gait * 3 + 2.1 * k), np.sin(pose.gait * 3 + 2.1 * k), 0))
                * 1.2
                * r
            )
            cel.add(
                0.08 if root.matrix[2, 2] > 0 else -0.3,
                ribbon(np.stack([nose, nose + blade]), [0.03, 0.09]),
                "steel",
            )
        cel.add(0.09 if root.matrix[2, 2] > 0 else -0.29, ball(nose, 0.14), "metal")


def make_vehicle(rng: np.random.Generator) -> Vehicle:
    """Make a vehicle."""
    return Vehicle(
        palette=make_palette(rng),
        kind=int(rng.integers(4)),
        size=(rng.uniform(0.6, 1.0), rng.uniform(0.4, 0.8), rng.uniform(1.1, 2.0)),
        cabin=(rng.uniform(0.5, 0.9), rng.uniform(0.5, 0.9)),
        wheel=rng.uniform(0.3, 0.5),
        detail=rng.uniform(0, 1),
        has_stripe=bool(rng.random() < 0.5),
    )
