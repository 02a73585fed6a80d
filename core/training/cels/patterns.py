"""Patterns on cloth: stripes, checks, dots, stars, patches, and the folds that a hand adds."""

import numpy as np

from core.training.cels.cel import Cel, Edge
from core.training.cels.space import Outline, Points, Rings, ball, star

PATTERNS = ("none",) * 6 + ("stripes", "rails", "checks", "dots", "stars", "camouflage", "block")


def draw_pattern(
    cel: Cel, surface: Rings, kind: str, *, within: str, depth: float, bottom: float, top: float
) -> None:
    """Draw one of `PATTERNS` on a surface between two heights, in the colours `d` and `f`."""
    edge = Edge.TRACE if kind == "camouflage" else Edge.FINE

    def add(outline: Outline | None, color: str = "d", step: int = 0) -> None:
        cel.add(depth + 0.0001 * step, outline, color, within=within, edge=edge)

    height = top - bottom
    if kind in ("stripes", "checks"):
        for share in np.arange(0.08, 0.95, 0.2):
            add(surface.patch(-180, 180, bottom + share * height, bottom + (share + 0.08) * height))
    if kind in ("rails", "checks"):
        for phi in range(0, 360, 40):
            add(surface.patch(phi, phi + 12, bottom, top), "f", 1)
    if kind in ("dots", "stars", "camouflage"):
        for row, share in enumerate(np.arange(0.1, 1.0, 0.2)):
            y = bottom + share * height
            for phi in range(20 * (row % 2), 360, 40):
                if surface.facing(np.radians(phi), y) > 0.25:
                    at = surface.at(np.radians(phi), y, 1.02)
                    add(_spot(at, 0.055 * height, kind, phi + share), "df"[row % 2], row)
    if kind == "block":
        add(surface.patch(-180, 0, bottom, bottom + 0.5 * height))
        add(surface.patch(0, 180, bottom + 0.5 * height, top), "f", 1)


def _spot(at: Points, radius: float, kind: str, seed: float) -> Outline:
    if kind == "stars":
        return star(at, radius * 1.3, 5)
    if kind == "dots":
        return ball(at, radius)
    blob = np.random.default_rng(int(seed * 1000))  # the same blob at the same place in each frame
    outline = ball(at, 1.0) - at
    return (
        at
        + outline
        * radius
        * np.interp(np.arange(28), range(0, 30, 2), blob.uniform(0.7, 2.6, 15))[:, None]
    )


def draw_emblem(cel: Cel, surface: Rings, *, phi: float, y: float, size: float, kind: int) -> None:
    """Draw a badge or a logo at an angle (degrees) and height of a surface."""
    angle = np.radians(phi)
    if surface.facing(angle, y) <= 0.2:
        return
    at = surface.at(angle, y, 1.03)
    if kind == 0:
        cel.add(0.031, ball(at, size), "d", edge=Edge.FINE)
        cel.add(0.032, ball(at, size * 0.5), "metal", edge=Edge.FINE)
    elif kind == 1:
        cel.add(0.031, star(at, size * 1.2, 5), "light", edge=Edge.FINE)
    elif kind == 2:
        bar = np.array([(-1, -0.5, 0), (1, -0.5, 0), (1, 0.5, 0), (-1, 0.5, 0)]) * size
        cel.add(0.031, at + bar, "c", edge=Edge.FINE)
        for x in (-0.6, 0.0, 0.5):
            letter = np.array([(x - 0.18, -0.3, 0), (x + 0.18, -0.3, 0), (x + 0.1, 0.3, 0)]) * size
            cel.add(0.032, at + letter, "shirt", edge=Edge.FINE)
    else:
        shield = np.array(
            [(-0.8, 0.9, 0), (0.8, 0.9, 0), (0.7, -0.2, 0), (0, -1, 0), (-0.7, -0.2, 0)]
        )
        cel.add(0.031, at + shield * size, "f", edge=Edge.FINE)
        cel.add(0.032, at + shield[[0, 1, 2, 4]] * size * (0.8, 0.5, 1), "c", edge=Edge.FINE)


def draw_folds(
    cel: Cel, surface: Rings, *, within: str, density: float, bottom: float, top: float
) -> None:
    """Draw folds as open lines: from nothing to many, always at the same places of the cloth."""
    for k in range(int(7 * density)):
        phi = np.radians(-70 + 47 * k)
        y = np.linspace(
            top - (0.1 + 0.12 * (k % 3)) * (top - bottom),
            bottom + 0.25 * (k % 2) * (top - bottom),
            5,
        )
        if surface.facing(float(phi), float(y[2])) > 0.1:
            cel.stroke(surface.at(phi + np.linspace(0, 0.25 * (-1) ** k, 5), y, 1.0), within)
