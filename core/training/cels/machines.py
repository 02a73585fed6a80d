"""Machines: robots of boxes on a human skeleton, cars, tanks, aeroplanes."""

from dataclasses import dataclass

import numpy as np

from core.training.cels.body import Body, Skeleton, make_body, stand
from core.training.cels.cel import Cel, Edge
from core.training.cels.palette import Palette, make_palette
from core.training.cels.pose import Pose
from core.training.cels.space import (
    SIDES,
    Placement,
    Points,
    ball,
    disk,
    hull,
    ribbon,
    rotation,
    tube,
    vector,
)

_FACES = (
    ((1, 2), 0, 1), ((1, 2), 0, -1), ((0, 2), 1, 1), ((0, 2), 1, -1), ((0, 1), 2, 1), ((0, 1), 2, -1),
)  # fmt: skip
"""The six sides of a box: the two axes that span it, the third axis and on which end of it."""


@dataclass(frozen=True)
class Boxes:
    """Draws boxes with panels; detail: how many plates, lines and rivets, 0 to 1."""

    cel: Cel
    detail: float

    def box(
        self, place: Placement, size: tuple[float, float, float], color: str, depth: float,
        *, taper: float = 1.0, panel: str | None = None,
    ) -> None:  # fmt: skip
        """Draw the visible sides of a box around a place; taper narrows its lower end."""
        half = np.array(size) / 2
        for (u, v), axis, end in _FACES:
            normal = np.zeros(3)
            normal[axis] = end
            if float(place.turn(normal)[2]) <= 0.02:
                continue
            corners = np.zeros((4, 3))
            corners[:, axis] = end * half[axis]
            corners[:, u] = np.array([-1, 1, 1, -1]) * half[u]
            corners[:, v] = np.array([-1, -1, 1, 1]) * half[v]
            corners[:, ::2] *= np.where(corners[:, 1:2] < 0, taper, 1.0)
            self.plate(place(corners), color, depth, panel)

    def plate(self, corners: Points, color: str, depth: float, panel: str | None) -> None:
        """Draw one side with an inset panel and rivets."""
        self.cel.add(depth, corners, color, shade=0.04)
        middle = corners.mean(0)
        inset = middle + 0.62 * (corners - middle)
        extent = np.ptp(corners[:, :2], axis=0).min() * self.cel.scale
        if panel is not None and extent > 12:
            self.cel.add(depth + 0.0003, inset, panel, edge=Edge.FINE, shade=0.01)
        if self.detail > 0.5 and extent > 40:
            for corner in middle + 0.82 * (corners - middle):
                self.cel.add(depth + 0.0004, ball(corner, 3.5 / self.cel.scale), "metal", edge=Edge.FINE)

    def beam(self, start: Points, end: Points, frame: Points, width: float, color: str, depth: float, panel: str | None = None) -> None:
        """Draw a box along a bone."""
        length = float(np.linalg.norm(end - start))
        self.box(Placement(frame, (start + end) / 2), (width, length, width), color, depth, panel=panel)


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
        return {"full": (-self.body.leg - 0.4, top), "knees": (-self.body.leg / 2, top), "bust": (0.3 * self.body.torso, top)}

    def draw(self, cel: Cel, pose: Pose) -> None:
        """Put all parts into a cel."""
        bones, boxes = stand(self.body, pose), Boxes(cel, self.detail)
        width, length = self.body.build * self.bulk, self.body.torso
        chest = bones.chest
        boxes.box(chest.child((0, 0.7 * length, 0)), (1.0 * width, 0.6 * length, 0.66 * width), "a", 0.0, taper=0.8, panel="b")
        boxes.box(chest.child((0, 0.28 * length, 0)), (0.6 * width, 0.3 * length, 0.45 * width), "rubber", -0.02)
        boxes.box(bones.root.child((0, 0, 0)), (0.8 * width, 0.34 * length, 0.55 * width), "b", -0.01, taper=0.7, panel="c")
        if bones.front() > 0.1:
            cel.add(0.06, disk(chest((0, 0.72 * length, 0.36 * width)), chest.matrix[:, 2], 0.13 * width), "light", edge=Edge.FINE)
        self._pack(boxes, bones, width, length)
        self._head(boxes, bones)
        for arm in bones.arms:
            r, d = arm.radius * self.bulk, arm.depth + (0.1 if arm.depth > 0 else -0.1)
            boxes.beam(arm.shoulder, arm.elbow, arm.frame, r * 1.4, "rubber", d)
            boxes.beam(arm.elbow, arm.wrist, arm.frame, r * 2.5, "a", d + 0.01, "c")
            boxes.box(Placement(chest.matrix, arm.shoulder), (r * 3.4, r * 3.2, r * 3.4), "d", d + 0.02, taper=0.8, panel="a")
            boxes.box(Placement(arm.frame, arm.wrist + arm.frame @ vector(0, -r)), (r * 2, r * 2, r * 2), "steel", d + 0.012)
            if self.has_gun and arm.side > 0:
                muzzle = arm.wrist + arm.frame @ vector(0, -1.0)
                cel.add(d + 0.03, tube(arm.wrist, muzzle, r * 0.7, r * 0.5), "rubber", shade=0.03)
                boxes.box(Placement(arm.frame, arm.wrist + arm.frame @ vector(0, -0.2)), (r * 1.8, 0.5, r * 2.2), "steel", d + 0.031, panel="d")
        for leg in bones.legs:
            r = leg.radius * self.bulk
            boxes.beam(leg.hip, leg.knee, leg.frame, r * 1.5, "rubber", leg.depth)
            boxes.beam(leg.at(0.5), leg.ankle, leg.frame, r * 2.1, "a", leg.depth + 0.01, "d")
            boxes.box(Placement(leg.frame, leg.knee + leg.frame @ vector(0, 0, r * 0.5)), (r * 1.5, r * 1.5, r * 1.2), "c", leg.depth + 0.02)
            boxes.box(Placement(leg.frame, leg.ankle + leg.frame @ vector(0, -r * 0.4, r * 0.8)), (r * 2.1, r * 0.9, r * 3.6), "d", leg.depth + 0.015, panel="b")

    def _pack(self, boxes: Boxes, bones: Skeleton, width: float, length: float) -> None:
        chest, is_behind = bones.chest, bones.front() > 0
        depth = -0.5 if is_behind else 0.3
        boxes.box(chest.child((0, 0.7 * length, -0.45 * width)), (0.7 * width, 0.5 * length, 0.3 * width), "f", depth, panel="c")
        for side in SIDES:
            nozzle = chest((side * 0.25 * width, 0.45 * length, -0.5 * width))
            down = chest.turn((0, -0.3 * length, 0))
            boxes.cel.add(depth - 0.01, tube(nozzle, nozzle + down, 0.12 * width, 0.16 * width), "steel", shade=0.03)
            if self.has_wings:
                points = chest(np.array([(side * 0.3, 0.8, -0.55), (side * 1.6, 1.3, -0.9), (side * 1.3, 0.7, -0.9)]) * (width, length, width))
                boxes.plate(points, "d", depth - 0.005, "shirt")

    def _head(self, boxes: Boxes, bones: Skeleton) -> None:
        head, cel = bones.head, boxes.cel
        neck = bones.chest((0, 0.95 * self.body.torso, 0))
        cel.add(-0.03, tube(neck, head((0, -0.2, 0)), 0.16, 0.14), "rubber")
        front = float(head.matrix[2, 2])
        if self.head == 0:
            boxes.box(head, (0.72, 0.7, 0.75), "a", 0.5, taper=0.75)
        else:
            cel.add(0.5, hull(ball(head((0, 0.08, 0)), 0.42), ball(head((0, -0.25, 0.05)), 0.26)), "a", shade=0.06)
        if front > 0.15:
            wide = 0.3 if self.head < 2 else 0.16
            visor = head([(-wide, 0.1, 0.38), (wide, 0.1, 0.38), (wide * 0.8, -0.08, 0.4), (-wide * 0.8, -0.08, 0.4)])
            cel.add(0.52, visor, "light", name="visor", edge=Edge.FINE)
            if self.head != 1:
                for side in SIDES:
                    cel.add(0.53, ball(head((side * 0.14 + 0.04 * bones.pose.gaze[0], 0.01, 0.4)), 0.06), "pupil", within="visor", edge=Edge.FINE)
            mouth = head([(-0.14, -0.2, 0.36), (0.14, -0.2, 0.36), (0.1, -0.32, 0.34), (-0.1, -0.32, 0.34)])
            cel.add(0.52, mouth, "steel", edge=Edge.FINE)
        for side in SIDES:
            near = float(head.turn((side, 0, 0))[2]) > -0.1
            cel.add(0.54 if near else 0.45, tube(head((side * 0.34, 0, 0)), head((side * 0.46, 0, 0)), 0.16, 0.14), "c")
            if self.has_antennas:
                horn = head([(side * 0.08, 0.28, 0.34), (side * 0.35, 0.6, 0.25), (side * 0.5, 0.8, 0.2)])
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
            boxes.box(turret, (1.3 * x, 0.6 * height, 1.2 * z * length), "b", 0.05, taper=1.2, panel="a")
            muzzle = turret((0, 0.05, 1.1 * z))
            depth = 0.06 if turret.matrix[2, 2] > 0 else 0.04
            boxes.cel.add(depth, tube(turret((0, 0, 0.5 * z * length)), muzzle, 0.09, 0.07), "steel", shade=0.03)
            boxes.cel.add(0.07, disk(turret((0, 0.31 * height, 0)), turret.matrix[:, 1], 0.3 * x), "d")
        else:
            back = -0.2 * z if self.kind == 0 else 0.7 * z
            cabin = root.child((0, 0.5 * y + 0.5 * height, back))
            scale = 1.5 * z * length if self.kind == 0 else 0.6 * z
            flipped = Placement(cabin.matrix, cabin.origin)
            boxes.box(flipped, (1.8 * x, height, scale), "b", 0.05, taper=1.15, panel="glass")
            if self.kind == 1:
                load = root.child((0, 0.5 * y + 0.7 * height, -0.4 * z))
                boxes.box(load, (2 * x, 1.4 * height, 1.2 * z), "c", 0.045 if cabin.matrix[2, 2] > 0 else 0.06, panel="shirt")
        for side in SIDES:
            self._wheels(boxes, root, side, pose)
            for end, color in ((1, "light"), (-1, "d")):
                if root.matrix[2, 2] * end > 0.1:
                    lamp = root((side * 0.7 * x, 0.05 * y, end * 1.01 * z))
                    boxes.cel.add(0.01, disk(lamp, root.matrix[:, 2], 0.2 * y), color, edge=Edge.FINE)

    def _wheels(self, boxes: Boxes, root: Placement, side: int, pose: Pose) -> None:
        x, y, z = self.size
        axle, near = root.turn((side, 0, 0)), float(root.turn((side, 0, 0))[2])
        depth = 0.03 if near > 0 else -0.1
        places = np.linspace(-0.8, 0.8, 5) if self.kind == 2 else (-0.62, 0.62)
        if self.kind == 2:
            ends = [root((side * 1.05 * x, -0.5 * y, s * 0.85 * z)) for s in SIDES]
            boxes.cel.add(depth - 0.005, hull(*[disk(end, axle, self.wheel * 1.1) for end in ends]), "rubber")
        for place in places:
            centre = root((side * 1.02 * x, -0.5 * y, place * z))
            outer = centre + 0.12 * axle
            radius = self.wheel * (0.7 if self.kind == 2 else 1)
            boxes.cel.add(depth, hull(disk(centre, axle, radius), disk(outer, axle, radius)), "rubber", shade=0.03)
            if near > 0.1:
                boxes.cel.add(depth + 0.001, disk(outer, axle, 0.65 * radius), "steel", edge=Edge.FINE)
                boxes.cel.add(depth + 0.002, disk(outer, axle, 0.25 * radius), "metal", edge=Edge.FINE)
                spin = pose.gait * 2
                for k in range(4 if self.detail > 0.4 else 0):
                    bolt = root.turn((0, np.cos(spin + 1.57 * k), np.sin(spin + 1.57 * k))) * 0.45 * radius
                    boxes.cel.add(depth + 0.002, ball(outer + bolt, 0.07 * radius), "rubber", edge=Edge.FINE)

    def _plane(self, boxes: Boxes, root: Placement, pose: Pose) -> None:
        x, y, z = self.size
        cel, r = boxes.cel, 0.55 * y + 0.2
        stations = ((1.3, 0.1), (1.0, 0.7), (0.4, 1.0), (-0.4, 0.9), (-1.3, 0.25))
        rings = [disk(root((0, 0, s * z)), root.matrix[:, 2], g * r) for s, g in stations]
        order = range(4) if root.matrix[2, 2] < 0 else range(3, -1, -1)
        for step, k in enumerate(order):
            cel.add(0.001 * step, hull(rings[k], rings[k + 1]), "abab"[k] if self.has_stripe else "a", shade=0.06)
        top = float(root.matrix[2, 1])
        for side in SIDES:
            near = float(root.turn((side, 0.4, 0))[2])
            wing = root([(side * 0.6 * r, 0, 0.4 * z), (side * 2.6 * x, 0.1, -0.1 * z), (side * 2.6 * x, 0.1, -0.35 * z), (side * 0.6 * r, 0, -0.3 * z)])
            boxes.plate(wing, "b", 0.05 if near > 0 else -0.1, "d")
            fin = root([(0, 0, -0.9 * z), (side * x, 0, -1.2 * z), (side * x, 0, -1.35 * z), (0, 0, -1.25 * z)])
            cel.add(0.02 if near > 0 else -0.1, fin, "d")
        tail = root([(0, 0.5 * r, -0.8 * z), (0, 2.0 * r, -1.25 * z), (0, 2.0 * r, -1.4 * z), (0, 0.3 * r, -1.3 * z)])
        cel.add(0.06 if top > -0.2 else -0.2, tail, "c", shade=0.03)
        canopy = [ball(root((0, 0.75 * r, s * z)), g * r) for s, g in ((0.75, 0.25), (0.45, 0.45), (0.1, 0.25))]
        cel.add(0.055 if top > -0.2 else -0.2, hull(*canopy), "glass", shade=0.03)
        nose = root((0, 0, 1.3 * z))
        for k in range(3):
            blade = root.turn((np.cos(pose.gait * 3 + 2.1 * k), np.sin(pose.gait * 3 + 2.1 * k), 0)) * 1.2 * r
            cel.add(0.08 if root.matrix[2, 2] > 0 else -0.3, ribbon(np.stack([nose, nose + blade]), [0.03, 0.09]), "steel")
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
