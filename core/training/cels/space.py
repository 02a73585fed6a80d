"""Simple shapes in space and their outlines in the picture plane.

Points are `[..., 3]` float64 in head heights; an outline is a polygon `[N, 2]` or `[N, 3]`, of
which only x and y count.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

import cv2
import numpy as np
import numpy.typing as npt

Points = npt.NDArray[np.float64]
Outline = npt.NDArray[Any]
Span = float | tuple[float, float]

FULL_TURN: Points = np.linspace(0, 2 * np.pi, 28, endpoint=False)
SIDES = (1, -1)
"""The character's left (on the viewer's right in the front view) and right."""


def vector(x: float, y: float, z: float = 0.0) -> Points:
    """Return a point or direction `[3]`."""
    return np.array([x, y, z], np.float64)


def rotation(x: float = 0.0, y: float = 0.0, z: float = 0.0) -> Points:
    """Return the rotation `[3, 3]` first about z, then x, then y (degrees)."""
    cx, cy, cz = np.cos(np.radians([x, y, z]))
    sx, sy, sz = np.sin(np.radians([x, y, z]))
    about_x = np.array([[1, 0, 0], [0, cx, -sx], [0, sx, cx]])
    about_y = np.array([[cy, 0, sy], [0, 1, 0], [-sy, 0, cy]])
    about_z = np.array([[cz, -sz, 0], [sz, cz, 0], [0, 0, 1]])
    turned: Points = about_y @ about_x @ about_z
    return turned


@dataclass(frozen=True)
class Placement:
    """A rotated and shifted local coordinate system."""

    matrix: Points
    origin: Points

    def __call__(self, points: npt.ArrayLike) -> Points:
        """Return local points `[..., 3]` in the space around."""
        placed: Points = np.asarray(points, np.float64) @ self.matrix.T + self.origin
        return placed

    def turn(self, direction: npt.ArrayLike) -> Points:
        """Return local directions `[..., 3]` in the space around."""
        turned: Points = np.asarray(direction, np.float64) @ self.matrix.T
        return turned

    def child(self, origin: npt.ArrayLike, matrix: Points | None = None) -> "Placement":
        """Return a coordinate system inside this one."""
        turned = self.matrix if matrix is None else self.matrix @ matrix
        return Placement(turned, self(origin))


class Rings:
    """A surface of stacked elliptical rings along the local y axis.

    At height y (rising) the half-width is a, the half-depth b and the centre (xc, zc).
    """

    def __init__(
        self,
        place: Placement,
        y: npt.ArrayLike,
        a: npt.ArrayLike,
        b: npt.ArrayLike,
        *,
        zc: npt.ArrayLike = 0.0,
        xc: npt.ArrayLike = 0.0,
    ) -> None:
        """Broadcast everything to the heights."""
        self.place = place
        self.y = np.asarray(y, np.float64)
        self._profile = [
            np.broadcast_to(np.asarray(values, np.float64), self.y.shape)
            for values in (a, b, xc, zc)
        ]

    def ring(self, y: float | Points) -> list[Points]:
        """Return a, b, xc, zc at heights y."""
        return [np.asarray(np.interp(y, self.y, values)) for values in self._profile]

    def at(self, phi: float | Points, y: float | Points, grow: float | Points = 1.0) -> Points:
        """Return points at angles phi (radians, 0 is the front) and heights y."""
        phi = np.asarray(phi, np.float64)
        a, b, xc, zc = self.ring(y)
        heights = np.broadcast_to(np.asarray(y, np.float64), np.broadcast(phi, y).shape)
        x, z = xc + grow * a * np.sin(phi), zc + grow * b * np.cos(phi)
        return self.place(np.stack([x, heights, z], -1))

    def on_front(self, u: float | Points, y: float | Points) -> Points:
        """Return points with local x = u on the front side."""
        a, b, xc, zc = self.ring(y)
        u = np.asarray(u, np.float64)
        k = np.sqrt(np.clip(1 - (u / np.maximum(a, 1e-6)) ** 2, 0, 1))
        x, heights = np.broadcast_arrays(u + xc, y)
        return self.place(np.stack([x, heights, zc + b * k], -1))

    def facing(self, phi: float, y: float) -> float:
        """Return the cosine between the normal at (phi, y) and the direction to the viewer."""
        a, b, _, _ = self.ring(y)
        normal = np.array([np.sin(phi) / max(a, 1e-3), 0, np.cos(phi) / max(b, 1e-3)])
        return float(self.place.matrix[2] @ (normal / np.linalg.norm(normal)))

    def hulls(self) -> list[Outline]:
        """Return the silhouette as hulls of neighbouring rings."""
        rings = [self.at(FULL_TURN, y) for y in self.y]
        return [hull(*pair) for pair in pairwise(rings)]

    def patch(
        self, left: Span, right: Span, bottom: float, top: float, *, grow: float = 1.02
    ) -> Outline | None:
        """Return the visible part between two angles (degrees; at bottom and top) and heights."""
        towards = self.place.matrix[2]
        low_side, high_side = [], []
        for y in np.linspace(bottom, top, 8):
            a, b, _, _ = self.ring(y)
            middle = np.degrees(np.arctan2(towards[0] / max(a, 1e-3), towards[2] / max(b, 1e-3)))
            low, high = (
                float(np.interp(y, (bottom, top), edge)) if isinstance(edge, tuple) else edge
                for edge in (left, right)
            )
            turns = 360 * np.round(((low + high) / 2 - middle) / 360)
            if high - low >= 360:
                low, high = middle - 90, middle + 90
            else:
                low, high = max(low - turns, middle - 90), min(high - turns, middle + 90)
            if high - low > 0.5:
                low_side.append((low, y))
                high_side.append((high, y))
        if len(low_side) < 2:
            return None
        lid = [(phi, low_side[-1][1]) for phi in np.linspace(low_side[-1][0], high_side[-1][0], 7)]
        floor = [(phi, low_side[0][1]) for phi in np.linspace(high_side[0][0], low_side[0][0], 7)]
        phi, heights = np.array(low_side + lid + high_side[::-1] + floor).T
        return self.at(np.radians(phi), heights, grow)


def hull(*points: Points) -> Outline:
    """Return the convex hull in the picture plane of all points given."""
    flat = np.concatenate(points)[:, :2]
    return cv2.convexHull(np.ascontiguousarray(flat, np.float32))[:, 0]


def ball(centre: Points, radius: float) -> Points:
    """Return the outline of a ball."""
    turn = np.stack([np.cos(FULL_TURN), np.sin(FULL_TURN), 0 * FULL_TURN], -1)
    around: Points = centre + radius * turn
    return around


def disk(centre: Points, axis: Points, radius: float) -> Points:
    """Return a circle perpendicular to an axis."""
    along = axis / (np.linalg.norm(axis) + 1e-9)
    first = np.cross(along, [0.31, 0.17, 0.93])
    first /= np.linalg.norm(first)
    second = np.cross(along, first)
    turn = np.cos(FULL_TURN)[:, None] * first + np.sin(FULL_TURN)[:, None] * second
    circle: Points = centre + radius * turn
    return circle


def tube(start: Points, end: Points, first_radius: float, last_radius: float) -> Outline:
    """Return a cone with flat ends."""
    return hull(disk(start, end - start, first_radius), disk(end, end - start, last_radius))


def limb(points: Sequence[Points], radii: Sequence[float]) -> list[Outline]:
    """Return a rounded chain through several joints."""
    balls = [ball(point, radius) for point, radius in zip(points, radii, strict=True)]
    return [hull(*pair) for pair in pairwise(balls)]


def soft_limb(points: Sequence[Points], radii: Sequence[float]) -> list[Outline]:
    """Return a rounded chain that bends softly at its joints."""
    chain = smooth(np.column_stack([np.stack(points), np.asarray(radii)]))
    return limb(list(chain[:, :3]), list(chain[:, 3]))


def smooth(points: npt.ArrayLike, steps: int = 4) -> Points:
    """Return the Catmull-Rom curve through the rows of points `[N, D]`."""
    p = np.asarray(points, np.float64)
    p = np.concatenate([2 * p[:1] - p[1:2], p, 2 * p[-1:] - p[-2:-1]])
    t = np.arange(steps)[:, None, None] / steps
    a, b, c, d = p[:-3], p[1:-2], p[2:-1], p[3:]
    q = b + 0.5 * t * (c - a + t * (2 * a - 5 * b + 4 * c - d + t * (3 * (b - c) + d - a)))
    return np.concatenate([q.transpose(1, 0, 2).reshape(-1, p.shape[1]), p[-2:-1]])


def closed(points: npt.ArrayLike, steps: int = 4) -> Points:
    """Return the closed Catmull-Rom curve through the rows of points `[N, D]`."""
    p = np.asarray(points, np.float64)
    return smooth(np.concatenate([p[-2:], p, p[:2]]), steps)[2 * steps : (len(p) + 2) * steps]


def ribbon(path: npt.ArrayLike, widths: npt.ArrayLike) -> Outline:
    """Return a flat strip along a path `[N, 2 or 3]` with half-widths `[N]`, with smooth sides."""
    centres = np.asarray(path, np.float64)[:, :2]
    curve = np.column_stack([centres, np.broadcast_to(widths, len(centres))])
    if len(curve) > 3:
        curve = smooth(curve)
    centres, half = curve[:, :2], np.maximum(curve[:, 2], 0)
    along = np.gradient(centres, axis=0)
    along /= np.linalg.norm(along, axis=1, keepdims=True) + 1e-9
    across = np.stack([-along[:, 1], along[:, 0]], -1) * half[:, None]
    return np.concatenate([centres + across, (centres - across)[::-1]])


def star(centre: Points, radius: float, spikes: int, inner: float = 0.45) -> Points:
    """Return a star that faces the viewer."""
    angles = np.pi / 2 + np.arange(2 * spikes) * np.pi / spikes
    radii = radius * np.where(np.arange(2 * spikes) % 2, inner, 1)
    rays = np.stack([np.cos(angles), np.sin(angles), 0 * angles], -1)
    points: Points = centre + radii[:, None] * rays
    return points
