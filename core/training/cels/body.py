"""The body of a human or a robot: proportions, joints in a pose, and bare skin with hands."""

from dataclasses import dataclass

import numpy as np

from core.training.cels.cel import Cel, Edge
from core.training.cels.pose import Pose
from core.training.cels.space import (
    SIDES,
    Outline,
    Placement,
    Points,
    Rings,
    ball,
    disk,
    hull,
    limb,
    rotation,
    soft_limb,
    tube,
    vector,
)


@dataclass(frozen=True)
class Body:
    """Proportions in head heights.

    Attributes:
        heads: height of the whole figure.
        torso, leg, arm, neck: lengths.
        build: widths of trunk and limbs, about 0.5 to 1.3.
        shoulders, hips, belly: factors of the trunk's widths.
        limbs: thickness of arms and legs as a factor.
        hand: size of hands and feet as a factor.
        is_soft: whether joints are round.
    """

    heads: float
    torso: float
    leg: float
    arm: float
    neck: float
    build: float
    shoulders: float
    hips: float
    belly: float
    limbs: float
    hand: float
    is_male: bool
    is_soft: bool


def make_body(rng: np.random.Generator) -> Body:
    """Make a body: from two heads (chibi) to eight (heroes), of all ages and weights."""
    low, high = ((2, 3), (3.2, 5), (5.2, 6.6), (6.4, 8))[rng.choice(4, p=[0.2, 0.22, 0.38, 0.2])]
    heads = float(rng.uniform(low, high))
    size = (heads - 1.15) / 5
    is_male = bool(rng.random() < 0.4)
    weight = float(rng.choice([0.82, 0.92, 1.0, 1.0, 1.15, 1.4]))
    return Body(
        heads=heads,
        torso=size * rng.uniform(1.6, 1.9),
        leg=size * rng.uniform(2.7, 3.5),
        arm=size * rng.uniform(2.1, 2.6),
        neck=0.22 * size**0.5,
        build=size**0.5 * weight * rng.uniform(0.92, 1.06),
        shoulders=(1.12 if is_male else 0.97) * rng.uniform(0.92, 1.12),
        hips=(0.92 if is_male else 1.06) * rng.uniform(0.92, 1.1),
        belly=rng.uniform(0.88, 1.08) * (1.3 if weight > 1.1 else 1.0),
        limbs=rng.uniform(0.8, 1.1) * (1.25 if is_male and rng.random() < 0.3 else 1.0),
        hand=rng.uniform(0.8, 1.3),
        is_male=is_male,
        is_soft=bool(rng.random() < 0.6),
    )


@dataclass(frozen=True)
class Arm:
    """Joints of an arm; depth is its painting order, frame the turn of the forearm."""

    side: int
    shoulder: Points
    elbow: Points
    wrist: Points
    frame: Points
    depth: float
    radius: float
    curl: float

    def at(self, share: float) -> Points:
        """Return a point of the axis, 0 at the shoulder, 1 at the wrist."""
        if share < 0.5:
            upper: Points = self.shoulder + (self.elbow - self.shoulder) * share * 2
            return upper
        lower: Points = self.elbow + (self.wrist - self.elbow) * (share - 0.5) * 2
        return lower


@dataclass(frozen=True)
class Leg:
    """Joints of a leg; depth is its painting order, frame the turn of the shin."""

    side: int
    hip: Points
    knee: Points
    ankle: Points
    frame: Points
    depth: float
    radius: float

    def at(self, share: float) -> Points:
        """Return a point of the axis, 0 at the hip, 1 at the ankle."""
        if share < 0.5:
            thigh: Points = self.hip + (self.knee - self.hip) * share * 2
            return thigh
        shin: Points = self.knee + (self.ankle - self.knee) * (share - 0.5) * 2
        return shin

    def width(self, share: float) -> float:
        """Return the radius of the bare leg there."""
        return float(np.interp(share, (0, 0.5, 0.7, 1), (1.1, 0.72, 0.72, 0.44))) * self.radius

    def band(self, start: float, end: float, grow: float) -> Outline:
        """Return a band around the leg between two places."""
        first, last = self.width(start) * grow, self.width(end) * grow
        return tube(self.at(start), self.at(end), first, last)


@dataclass(frozen=True)
class Skeleton:
    """Where everything is in one pose."""

    body: Body
    pose: Pose
    root: Placement
    chest: Placement
    head: Placement
    trunk: Rings
    arms: tuple[Arm, Arm]
    legs: tuple[Leg, Leg]
    down: Points

    def swayed(self, reach: float) -> Points:
        """Return how far loose things of that length are off."""
        aside, back = self.pose.sway
        return vector(aside * reach, abs(aside) * 0.15 * reach, back * reach)

    def front(self) -> float:
        """Return how much the chest faces the viewer, -1 to 1."""
        return self.trunk.facing(0, 0.7 * self.body.torso)


def stand(body: Body, pose: Pose) -> Skeleton:
    """Put the joints of a body into a pose; its hips are at the origin."""
    view = rotation(x=pose.pitch)
    root = Placement(view @ rotation(y=pose.yaw), vector(0, pose.lift))
    chest = root.child((0, 0, 0), rotation(x=pose.lean, z=pose.lean * 0.4))
    head_turn = rotation(pose.head_pitch, pose.head_yaw, pose.head_roll)
    head = chest.child((0, body.torso + body.neck, 0), head_turn).child((0, 0.46, 0.03))
    return Skeleton(
        body=body,
        pose=pose,
        root=root,
        chest=chest,
        head=head,
        trunk=_trunk(body, chest),
        arms=(_arm(body, pose, chest, 1), _arm(body, pose, chest, -1)),
        legs=(_leg(body, pose, root, 1), _leg(body, pose, root, -1)),
        down=view @ vector(0, -1),
    )


def _trunk(body: Body, chest: Placement) -> Rings:
    y = np.array([-0.16, 0.0, 0.25, 0.5, 0.72, 0.86, 0.95, 1.0]) * body.torso
    shape = [body.hips, body.hips, body.belly, body.belly, *[body.shoulders] * 4]
    a = np.array([0.50, 0.50, 0.42, 0.38, 0.45, 0.47, 0.36, 0.16]) * body.build * shape
    b = np.array([0.33, 0.34, 0.28, 0.25, 0.31, 0.28, 0.22, 0.15]) * body.build
    b[2:4] *= body.belly
    return Rings(chest, y, a, b)


def _arm(body: Body, pose: Pose, chest: Placement, side: int) -> Arm:
    index = SIDES.index(side)
    away, forward, bent = pose.arms[index]
    upper = chest.matrix @ rotation(z=side * away) @ rotation(x=-forward)
    lower = upper @ rotation(y=-side * 30) @ rotation(x=-bent)
    width = body.build
    shoulder = chest((side * 0.45 * width * body.shoulders, 0.88 * body.torso, 0))
    elbow = shoulder + upper @ vector(0, -0.46 * body.arm)
    wrist = elbow + lower @ vector(0, -0.42 * body.arm)
    middle = (shoulder + 2 * elbow + 2 * wrist)[2] / 5 - chest((0, 0.6 * body.torso, 0))[2]
    depth = (0.16 if middle > -0.12 else -0.25) + middle + 0.01 * side
    if away > 100:
        depth = min(depth, 0.3)
    radius = 0.125 * width * body.limbs
    return Arm(side, shoulder, elbow, wrist, lower, float(depth), radius, pose.fingers[index])


def _leg(body: Body, pose: Pose, root: Placement, side: int) -> Leg:
    away, forward, bent = pose.legs[SIDES.index(side)]
    thigh = root.matrix @ rotation(z=side * away) @ rotation(x=-forward)
    shin = thigh @ rotation(x=bent)
    hip = root((side * 0.24 * body.build * body.hips, -0.05, 0))
    knee = hip + thigh @ vector(0, -0.5 * body.leg)
    ankle = knee + shin @ vector(0, -0.47 * body.leg)
    outer = side * float(np.sign(root.matrix[2, 0]) or 1)
    depth = -0.3 + 0.125 * float(knee[2] + ankle[2]) + 0.02 * outer
    return Leg(side, hip, knee, ankle, shin, depth, 0.225 * body.build * body.limbs)


def draw_skin(cel: Cel, bones: Skeleton, *, color: str = "skin") -> None:
    """Draw trunk, neck, arms, hands and legs; clothes come over them."""
    body, width = bones.body, bones.body.build
    chain = soft_limb if body.is_soft else limb
    cel.add(-0.06, bones.trunk.hulls(), color, name="bare", shade=0.1)
    neck, jaw = bones.chest((0, 0.95 * body.torso, 0)), bones.head((0, -0.25, -0.05))
    radius = 0.155 * width**0.6 * (1.15 if body.is_male else 1)
    cel.add(-0.02, tube(neck, jaw, radius * 1.15, radius), color, name="neck", shade=0.05)
    for arm in bones.arms:
        joints, r = [arm.shoulder, arm.elbow, arm.wrist], arm.radius
        cel.add(arm.depth, chain(joints, [r, r * 0.85, r * 0.62]), color, shade=0.06)
        draw_hand(cel, body, arm, color)
    for leg in bones.legs:
        middle = leg.knee * 0.6 + leg.ankle * 0.4
        radii = [leg.radius * share for share in (1.1, 0.72, 0.72, 0.42)]
        outlines = chain([leg.hip, leg.knee, middle, leg.ankle], radii)
        cel.add(leg.depth, outlines, color, name=f"leg{leg.side}", shade=0.09)


def draw_hand(cel: Cel, body: Body, arm: Arm, color: str) -> None:
    """Draw a palm and, where they are large enough to see, four fingers and a thumb."""
    towards = float((arm.frame @ vector(0, -1))[2])
    depth = arm.depth + (0.03 if towards > 0.25 else 0.002)
    size = body.build * body.hand
    r = 0.1 * size
    palm = arm.wrist + arm.frame @ vector(0, -0.15 * size)
    cel.add(depth, hull(ball(arm.wrist, arm.radius * 0.62), ball(palm, r)), color, shade=0.03)
    if cel.scale * r < 4:
        return
    across, out = arm.frame @ vector(1, 0), arm.frame @ vector(0, -1)
    bend = rotation(x=-70 * float(np.clip(arm.curl, 0, 1)))
    for j in range(4):
        knuckle = palm + across * (j - 1.5) * r * 0.55 + out * r * 0.35
        reach = vector((j - 1.5) * 0.02, -0.11 - 0.01 * (j in (1, 2)))
        middle = knuckle + arm.frame @ bend @ reach * size
        tip = middle + arm.frame @ bend @ bend @ vector(0, -0.09) * size
        outlines = limb([knuckle, middle, tip], [r * 0.3, r * 0.28, r * 0.22])
        cel.add(depth + 0.0005 * (j + 1), outlines, color, edge=Edge.FINE)
    root = arm.wrist + arm.frame @ vector(-arm.side * r * 0.7, -0.06 * size, 0.04)
    steps = [
        vector(0, 0),
        vector(-arm.side * 0.07, -0.09, 0.03),
        vector(-arm.side * 0.07, -0.17, 0.05),
    ]
    thumb = limb([root + arm.frame @ step * size for step in steps], [r * 0.34, r * 0.3, r * 0.22])
    cel.add(depth + 0.004, thumb, color, edge=Edge.FINE)


def draw_feet(cel: Cel, bones: Skeleton, *, color: str, sole: str, has_cap: bool) -> None:
    """Draw shoes (or bare feet) with a sole."""
    size = bones.body.build * (0.6 + 0.4 * bones.body.hand)
    for leg in bones.legs:
        foot = leg.frame @ rotation(x=-6)
        r = leg.radius
        heel = leg.ankle + foot @ vector(0, -0.1, -0.06) * size
        toe = leg.ankle + foot @ vector(leg.side * 0.03, -0.13, 0.3) * size
        shoe = [
            hull(ball(leg.ankle, r * 0.5), ball(heel, r * 0.42)),
            hull(ball(heel, r * 0.4), ball(toe, r * 0.4), ball(leg.ankle, r * 0.45)),
        ]
        cel.add(leg.depth + 0.008, shoe, color, shade=0.04)
        below = bones.down * 0.095 * size
        if sole != color:
            outline = hull(ball(heel + below, r * 0.3), ball(toe + below, r * 0.32))
            cel.add(leg.depth + 0.009, outline, sole)
        if has_cap:
            cap = hull(ball(toe, r * 0.41), ball(toe * 0.85 + heel * 0.15, r * 0.36))
            cel.add(leg.depth + 0.0088, cap, sole, edge=Edge.FINE)
        tongue = leg.ankle * 0.4 + toe * 0.6
        if sole != color and has_cap:
            lace = hull(
                disk(tongue, toe - heel, r * 0.36),
                disk(tongue * 0.9 + leg.ankle * 0.1, toe - heel, r * 0.36),
            )
            cel.add(leg.depth + 0.0092, lace, "metal", edge=Edge.FINE)
