"""Tied bows, in hair and on clothes."""

import numpy as np

from core.training.cels.cel import Cel, Edge
from core.training.cels.space import SIDES, Placement, Points, ball


def draw_bow(cel: Cel, place: Placement, at: Points, size: float, depth: float, color: str) -> None:
    """Draw a tied bow."""
    for side in SIDES:
        x, up = place.turn((side * size * 1.5, 0, 0)), place.turn((0, size * 0.75, 0))
        loop = np.stack(
            [at, at + 0.75 * x + up, at + x + 0.5 * up, at + x - 0.7 * up, at + 0.7 * x - up]
        )
        cel.add(depth, loop, color, shade=0.03)
        fold = np.stack([at + 0.1 * x, at + 0.55 * x + 0.3 * up, at + 0.5 * x - 0.25 * up])
        cel.add(depth + 0.005, fold, color, edge=Edge.FINE)
    cel.add(depth + 0.01, ball(at, size * 0.3), color, edge=Edge.FINE)
