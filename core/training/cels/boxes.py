"""Boxes with panels and rivets, of which machines are made."""

from dataclasses import dataclass

import numpy as np

from core.training.cels.cel import Cel, Edge
from core.training.cels.space import Placement, Points, ball

_FACES = (
    ((1, 2), 0, 1), ((1, 2), 0, -1),
    ((0, 2), 1, 1), ((0, 2), 1, -1),
    ((0, 1), 2, 1), ((0, 1), 2, -1),
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
                self.cel.add(
                    depth + 0.0004, ball(corner, 3.5 / self.cel.scale), "metal", edge=Edge.FINE
                )

    def beam(
        self,
        start: Points,
        end: Points,
        frame: Points,
        width: float,
        color: str,
        depth: float,
        panel: str | None = None,
    ) -> None:
        """Draw a box along a bone."""
        length = float(np.linalg.norm(end - start))
        self.box(
            Placement(frame, (start + end) / 2), (width, length, width), color, depth, panel=panel
        )
