"""What is worn below: skirts, coat tails, capes, trousers, socks, boots."""

import numpy as np

from core.training.cels.body import Leg, Skeleton, draw_feet
from core.training.cels.cel import Cel, Edge
from core.training.cels.outfit import Outfit
from core.training.cels.patterns import draw_folds, draw_pattern
from core.training.cels.space import FULL_TURN, Rings, ball, hull, limb, tube, vector


def draw_bottom(cel: Cel, bones: Skeleton, outfit: Outfit, folds: float) -> None:
    """Draw everything below the belt, and a cape."""
    if outfit.bottom != "skirt":
        _draw_hips(cel, bones)
    for leg in bones.legs:
        _draw_leg(cel, leg, outfit, folds)
    is_bare = outfit.is_barefoot and not outfit.sock and outfit.boot <= 0.15
    shoe, sole = ("skin", "skin") if is_bare else ("shoe", "sole")
    draw_feet(cel, bones, color=shoe, sole=sole, has_cap=outfit.has_toecaps and not is_bare)
    if outfit.bottom == "skirt":
        _draw_skirt(cel, outfit, _cone(bones, outfit), folds)
    elif outfit.has_coat:
        _draw_tails(cel, _cone(bones, outfit), bones)
    if outfit.has_cape:
        _draw_cape(cel, bones)


def _draw_hips(cel: Cel, bones: Skeleton) -> None:
    body = bones.body
    y = np.array([-0.3, -0.1, 0.1]) * body.torso
    width = body.build * body.hips
    hips = Rings(
        bones.root, y, np.array([0.4, 0.5, 0.48]) * width, np.array([0.3, 0.34, 0.32]) * body.build
    )
    cel.add(-0.05, hips.hulls(), "e", name="hips")


def _draw_leg(cel: Cel, leg: Leg, outfit: Outfit, folds: float) -> None:
    depth, r = leg.depth, leg.radius
    if outfit.sock:
        _draw_sock(cel, leg, outfit)
    if outfit.bottom in ("trousers", "shorts"):
        end = 0.97 if outfit.bottom == "trousers" else 0.4
        outlines = [tube(leg.hip, leg.at(min(end, 0.5)), r * 1.2, leg.width(min(end, 0.5)) * 1.3)]
        outlines.append(hull(ball(leg.hip, r * 1.15)))
        if end > 0.5:
            outlines += [
                hull(ball(leg.knee, r * 0.93)),
                tube(leg.knee, leg.at(end), r * 0.93, r * 0.8),
            ]
        cel.add(depth + 0.012, outlines, "e", name=f"trousers{leg.side}", shade=0.1)
        wide = 0.1 * r + 0.2 * r * (end > 0.5)
        hem = tube(
            leg.at(end - 0.05),
            leg.at(end),
            leg.width(end - 0.05) * 1.2 + wide,
            leg.width(end) * 1.25 + wide,
        )
        cel.add(depth + 0.014, hem, "d" if outfit.has_trim else "e")
        for k in range(int(4 * folds) if end > 0.5 else 0):
            side = leg.frame @ vector(0.16, 0, 0.1)
            at = leg.knee + (leg.ankle - leg.knee) * (0.12 * k - 0.1)
            cel.stroke(np.stack([at + side, at - side * 0.2 * (k % 3)]), f"trousers{leg.side}")
        if outfit.has_knee_pads and end > 0.5 and float(leg.frame[2, 2]) > 0.2:
            cel.add(
                depth + 0.016,
                ball(leg.knee + leg.frame @ vector(0, 0, r * 0.6), r * 0.55),
                "d",
                shade=0.02,
            )
    if outfit.boot > 0.15 and outfit.bottom != "trousers":
        top = 1 - outfit.boot
        cel.add(
            depth + 0.0081,
            tube(leg.at(top), leg.ankle, leg.width(top) * 1.18, r * 0.56),
            "shoe",
            shade=0.04,
        )
        cel.add(depth + 0.0095, leg.band(top, top + 0.05, 1.24), "b")


def _draw_sock(cel: Cel, leg: Leg, outfit: Outfit) -> None:
    top, depth = 1 - outfit.sock, leg.depth
    shares = [share for share in (min(top + 0.05, 0.97), 0.5, 0.7, 1.0) if share >= top]
    joints = [leg.ankle if share == 1 else leg.at(share) for share in shares]
    outlines = limb(joints, [leg.width(share) * 1.05 for share in shares])
    cel.add(depth + 0.004, [*outlines, leg.band(top, top + 0.03, 1.06)], "sock", shade=0.07)
    cel.add(depth + 0.006, leg.band(top, top + 0.04, 1.11), "c")
    if outfit.has_sock_bands and top + 0.17 < 1:
        for share in (0.07, 0.13):
            cel.add(
                depth + 0.006, leg.band(top + share, top + share + 0.03, 1.09), "d", edge=Edge.FINE
            )


def _cone(bones: Skeleton, outfit: Outfit) -> Rings:
    """Return the surface of a skirt or of coat tails, which follow the legs and sway."""
    body, pose = bones.body, bones.pose
    forward = np.sin(np.radians([leg[1] for leg in pose.legs]))
    t = np.linspace(1, 0, 7)  # from the hem up
    top, length = 0.27 * body.torso, 0.27 * body.torso + outfit.skirt[0] * body.leg
    flare, spread = outfit.skirt[1] * min(1.0, 0.4 + outfit.skirt[0]), 0.2 * float(np.ptp(forward))
    aside, back = pose.sway
    return Rings(
        bones.root,
        top - length * t,
        (0.42 * body.hips + 0.42 * flare * t**0.8) * body.build,
        (0.30 + (0.40 * flare + spread) * t**0.8) * body.build,
        zc=(0.4 * float(forward.mean()) + 0.6 * back) * length * t**2 * 0.6,
        xc=aside * 0.8 * length * t**2,
    )


def _draw_skirt(cel: Cel, outfit: Outfit, cone: Rings, folds: float) -> None:
    low, top = float(cone.y[0]), float(cone.y[-1])
    length = top - low
    color = "a" if outfit.top in ("robe", "dress") else "b"
    cel.add(-0.6, hull(cone.at(FULL_TURN, low + 0.03 * length)), "inner")
    cel.add(
        0.105, cone.hulls(), color, name="hips", shade=0.1, casts=[("leg1", 0.15), ("leg-1", 0.15)]
    )
    draw_pattern(cel, cone, outfit.skirt_pattern, within="hips", depth=0.107, bottom=low, top=top)
    for k in range(outfit.pleats):
        width = 360 / outfit.pleats
        left = k * width + 7
        facing = cone.facing(np.radians(left + width / 2), low)
        pleat = cone.patch(
            (left - 3, left),
            (left + width + 3, left + width),
            low - 0.03 * (k % 2) * length,
            top - 0.12 * length,
        )
        cel.add(0.11 + 0.02 * facing, pleat, color, shade=0.05)
    if outfit.has_trim:
        cel.add(
            0.134,
            cone.patch(-180, 180, low + 0.1 * length, low + 0.2 * length),
            "c",
            edge=Edge.FINE,
        )
    if not outfit.pleats:
        draw_folds(cel, cone, within="hips", density=folds, bottom=low, top=top)
    if outfit.top != "robe":
        cel.add(
            0.14, cone.patch(-180, 180, top - 0.1 * length, top), "d" if outfit.has_belt else color
        )
    if outfit.has_apron:
        cel.add(
            0.145,
            cone.patch((-48, -30), (48, 30), low + 0.15 * length, top, grow=1.03),
            "shirt",
            shade=0.06,
        )
        cel.add(
            0.146,
            cone.patch((-48, -46), (48, 46), low + 0.15 * length, low + 0.25 * length, grow=1.03),
            "d",
            edge=Edge.FINE,
        )


def _draw_tails(cel: Cel, cone: Rings, bones: Skeleton) -> None:
    low, top = float(cone.y[0]) - 0.3 * bones.body.leg, float(cone.y[-1])
    cone = Rings(
        cone.place, np.r_[low, cone.y], *[np.r_[v[0] * 1.1, v] for v in cone.ring(cone.y)[:2]]
    )
    for left, right in ((22, 120), (240, 338), (120, 240)):
        facing = cone.facing(np.radians((left + right) / 2), low)
        tail = cone.patch((left + 12, left), (right - 12, right), low, top)
        cel.add(0.11 + 0.03 * facing, tail, "a", shade=0.08)
        rim = cone.patch(left + 12, right - 12, low, low + 0.08 * (top - low))
        cel.add(0.115 + 0.03 * facing, rim, "c", edge=Edge.FINE)
    cel.add(-0.55, cone.hulls(), "inner")
    cel.add(0.15, cone.patch(-180, 180, top - 0.1 * (top - low), top), "d")


def _draw_cape(cel: Cel, bones: Skeleton) -> None:
    body, (aside, back) = bones.body, bones.pose.sway
    t = np.linspace(1, 0, 6)
    cape = Rings(
        bones.chest,
        (0.97 - 1.9 * t) * body.torso,
        (0.5 + 0.5 * t) * body.build * body.shoulders,
        (0.3 + 0.45 * t) * body.build,
        zc=(back - 0.25) * t**2,
        xc=aside * t**2,
    )
    low, top = float(cape.y[0]), float(cape.y[-1])
    for left, right in ((70, 130), (130, 180), (180, 230), (230, 290)):
        facing = cape.facing(np.radians((left + right) / 2), top)
        if facing > -0.4:
            cel.add(0.33 + 0.05 * facing, cape.patch(left, right, low, top), "d", shade=0.1)
    if cape.facing(0, top) > 0:
        cel.add(-0.7, cape.hulls(), "f")
