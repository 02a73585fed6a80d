"""Hair that is tied: tails, braids, buns."""

import numpy as np

from core.training.cels.body import Skeleton
from core.training.cels.bows import draw_bow
from core.training.cels.cel import Cel
from core.training.cels.hair import Hair
from core.training.cels.space import Points, ball, hull, ribbon, vector

_ANCHORS: dict[str, tuple[tuple[float, float, float], ...]] = {
    "twin": ((0.40, 0.22, -0.1), (-0.40, 0.22, -0.1)),
    "pony": ((0.0, 0.3, -0.42),),
    "braids": ((0.3, -0.3, -0.1), (-0.3, -0.3, -0.1)),
    "buns": ((0.33, 0.42, -0.08), (-0.33, 0.42, -0.08)),
}
"""Where on the head hair of each style is tied."""


def draw_tails(cel: Cel, bones: Skeleton, hair: Hair) -> None:
    """Draw what is tied; nothing for other styles."""
    for x, y, z in _ANCHORS.get(hair.style, ()):
        at = bones.head((x, y, z))
        out = bones.head.turn((np.sign(x), 0.25, -0.9 * (x == 0)))
        is_near = float(bones.head.turn((x, 0, z))[2]) > -0.05
        if hair.style == "buns":
            _draw_bun(cel, hair, at, 0.68 if is_near else 0.40)
        elif hair.style == "braids":
            _draw_braid(cel, bones, hair, at, out, 0.7 if is_near else -0.5)
        else:
            _draw_tail(cel, bones, hair, at, out, is_near=is_near)


def _draw_bun(cel: Cel, hair: Hair, at: Points, depth: float) -> None:
    cel.add(depth, ball(at, 0.2), "hair", shade=0.06, is_ink=hair.is_ink)
    cel.add(depth + 0.01, ball(at, 0.1), "hair", shade=0.02, is_ink=hair.is_ink)


def _draw_braid(
    cel: Cel, bones: Skeleton, hair: Hair, at: Points, out: Points, depth: float
) -> None:
    down, point = bones.down, at
    for k in range(int(4 + 3 * hair.tail)):
        point = at + down * 0.15 * (k + 1) + bones.swayed(0.03 * k * k) + out * 0.02 * k
        aside = down * 0.06 + vector(0.03 * (-1) ** k, 0)
        knot = hull(ball(point, 0.09), ball(point + aside, 0.075))
        cel.add(depth - 0.001 * k, knot, "hair", shade=0.04, is_ink=hair.is_ink)
    end = ribbon(np.stack([point, point + down * 0.2]), [0.08, 0.03])
    cel.add(depth + 0.01, end, "hair", shade=0.05, is_ink=hair.is_ink)
    cel.add(depth + 0.02, ball(point + down * 0.06, 0.06), "d")


def _draw_tail(
    cel: Cel, bones: Skeleton, hair: Hair, at: Points, out: Points, *, is_near: bool
) -> None:
    count, t = hair.strands[2], np.linspace(0, 1, 9)
    for k in np.argsort(-np.abs(np.arange(count) - count / 2 + 0.4)):
        spread = (k - (count - 1) / 2) * 0.14
        path = at + out * 0.22 * np.sin(np.pi * t * 0.6)[:, None]
        path = path + (t**1.4)[:, None] * bones.down * hair.tail * (1 - 0.08 * abs(k - 1.5))
        path = path + (t**2)[:, None] * bones.swayed(hair.tail * 0.7)
        aside = bones.root.turn((spread, 0, spread * 0.4))
        path = path + np.sin(np.pi * t * 0.8)[:, None] * aside
        width = 0.14 if count > 1 else 0.24
        half = width * np.interp(t, (0, 0.3, 0.7, 1), (0.5, 1, 0.8, 0.03))
        depth = (0.69 if is_near else -0.6) + 0.002 * float(k)
        glint = ribbon(path[2:5], 0.2)
        cel.add(depth, ribbon(path, half), "hair", shade=0.05, glint=glint, is_ink=hair.is_ink)
    depth = 0.68 if is_near else 0.40
    cel.add(depth + 0.03, ball(at + out * 0.04, 0.085), "d")
    if hair.has_bow:
        draw_bow(cel, bones.head, at + out * 0.04, 0.16, depth + 0.02, "d")
