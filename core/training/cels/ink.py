"""Ink: how a hand draws a painting: lines of some width and quality, trace lines, flat colours.

Lines lie where two parts meet; their innermost pixels stay whatever their width and quality, so
that every segment is closed. Only a line between two equal colours may be left out.
"""

from dataclasses import dataclass

import cv2
import numpy as np
import numpy.typing as npt

from core.segments import LabelMap
from core.training.cels.cel import Edge, Mask, Painting, Tone
from core.training.cels.palette import Palette, Rgb

MIN_SEGMENT = 6
"""Smaller pieces, in pixels, are filled with ink."""

_TRACE_INKS: tuple[Rgb, ...] = ((0, 0, 255), (255, 0, 0), (0, 255, 0), (255, 0, 255), (0, 160, 255))
_LINE_INKS: tuple[Rgb, ...] = ((40, 36, 34), (70, 58, 52), (92, 92, 96), (30, 30, 52))


@dataclass(frozen=True)
class Style:
    """How one hand draws; lengths are in pixels unless said otherwise.

    Attributes:
        width: of the main lines; fine: of lines in faces and patterns.
        taper: how much the width changes along a line, 0 to 1.
        contour: by how much the outer contour is thicker.
        wobble: how far lines stray, as a share of the picture's height.
        double: share of the lines that are drawn twice.
        omitted: share of the lines between equal colours that a frame may lack.
        folds: density of open lines in clothes and hair, 0 to 1.
        line: colour of the main lines.
        traces: ink of shadow, glint, deep shadow and of patches without main lines.
        light: direction to the light in the picture plane, None without shadows.
        shadow: factors of a colour in the shadow; has_deep: whether there is a second one.
        has_ink: whether black hair may be filled with ink.
    """

    width: int
    fine: int
    taper: float
    contour: int
    wobble: float
    double: float
    omitted: float
    folds: float
    line: Rgb
    traces: tuple[Rgb, Rgb, Rgb, Rgb]
    light: tuple[float, float] | None
    shadow: tuple[float, float, float]
    has_deep: bool
    has_ink: bool


@dataclass(frozen=True)
class Drawing:
    """One finished picture.

    Attributes:
        line: `[H, W, 4]` uint8 line image in normal form.
        color: `[H, W, 4]` uint8 flat colours, main lines as drawn, background (0, 0, 0, 0).
        label_map: `[H, W]` int32 segments, 0 on lines and trace lines.
        colors: `[L, 4]` uint8 the colour of every segment.
    """

    line: npt.NDArray[np.uint8]
    color: npt.NDArray[np.uint8]
    label_map: LabelMap
    colors: npt.NDArray[np.uint8]

    def __post_init__(self) -> None:
        """Lock the arrays."""
        for array in vars(self).values():
            array.setflags(write=False)


def make_style(rng: np.random.Generator, *, has_shadow: bool) -> Style:
    """Make the style of one hand; without shadow it uses no trace lines at all."""
    light = (float(rng.choice([-1, 1]) * rng.uniform(0.3, 0.9)), float(rng.uniform(0.4, 0.9)))
    order = rng.permutation(len(_TRACE_INKS))
    usual = rng.random() < 0.5
    inks = [_TRACE_INKS[i] for i in (range(4) if usual else order[:4])]
    if rng.random() < 0.3:
        inks[1] = inks[0]
    dark = float(rng.uniform(0.55, 0.85))
    return Style(
        width=int(rng.choice([1, 1, 2, 2, 3, 4])),
        fine=int(rng.choice([1, 1, 1, 2])),
        taper=float(rng.choice([0, 0.4, 0.8])),
        contour=int(rng.choice([0, 0, 0, 1, 2])),
        wobble=float(rng.choice([0, 0.001, 0.002, 0.003])),
        double=float(rng.choice([0, 0, 0, 0, 0, 0.1, 0.2])),
        omitted=float(rng.choice([0, 0, 0.1, 0.3])),
        folds=float(rng.uniform(0, 1)),
        line=(0, 0, 0) if rng.random() < 0.85 else _LINE_INKS[rng.integers(len(_LINE_INKS))],
        traces=(inks[0], inks[1], inks[2], inks[3]),
        light=light if has_shadow else None,
        shadow=(dark, dark * float(rng.uniform(0.92, 1.05)), dark * float(rng.uniform(1.0, 1.18))),
        has_deep=bool(rng.random() < 0.25),
        has_ink=bool(rng.random() < 0.25),
    )


def draw(
    painting: Painting, palette: Palette, style: Style, rng: np.random.Generator, *, noise: float
) -> Drawing:
    """Draw a painting in ink and colour.

    Args:
        painting: parts on top and tones.
        palette: colours by the names that the parts use.
        style: the hand.
        rng: the chance of this one drawing: a hand never draws the same line twice.
        noise: share of the style's slips (wobble, lines left out) that happen, 0 to 1.
    """
    sheet = _Sheet(painting, style, noise)
    ids, tones, strokes = sheet.strayed(rng)
    fills = _fills(painting, palette, style)[ids, tones]
    line, fine, trace = sheet.edges(ids, tones, fills, rng)
    line = _thick(line, ids, style, rng) | _thick_fine(fine, style) | strokes
    line |= np.array([False] + [part.is_ink for part in painting.parts])[ids]
    line |= _doubled(line, style, rng)
    return _finished(line, trace, fills, style)


@dataclass(frozen=True)
class _Sheet:
    painting: Painting
    style: Style
    noise: float

    def strayed(
        self, rng: np.random.Generator
    ) -> tuple[npt.NDArray[np.int32], npt.NDArray[np.uint8], Mask]:
        """Return the painting as a hand draws it: everything a little beside its place."""
        ids, tones = self.painting.ids, self.painting.tones
        if not self.style.has_deep:
            tones = np.where(tones == Tone.DEEP.value, Tone.SHADOW.value, tones).astype(np.uint8)
        if self.style.light is not None:
            tones = np.where(ids > 0, cv2.medianBlur(tones, 5), 0).astype(np.uint8)
        reach = self.style.wobble * self.noise * len(ids)
        if not reach:
            return ids, tones, self.painting.strokes
        at = _grid(ids.shape) + np.stack([_waves(rng, ids.shape, 16) for _ in "xy"]) * reach
        edge = cv2.BORDER_REPLICATE
        moved = [
            cv2.remap(array, at[0], at[1], cv2.INTER_NEAREST, borderMode=edge)
            for array in (ids.astype(np.float32), tones, self.painting.strokes.astype(np.uint8))
        ]
        return moved[0].astype(np.int32), moved[1].astype(np.uint8), moved[2] > 0

    def edges(
        self,
        ids: npt.NDArray[np.int32],
        tones: npt.NDArray[np.uint8],
        fills: npt.NDArray[np.uint32],
        rng: np.random.Generator,
    ) -> tuple[Mask, Mask, npt.NDArray[np.uint8]]:
        """Return the main edges, the fine ones, and per pixel which trace line it is (0 none).

        Of two neighbouring pixels the one of the part in front is the line.
        """
        parts = self.painting.parts
        kinds = np.array([0] + [list(Edge).index(part.edge) for part in parts])
        if self.style.light is None:
            kinds = np.minimum(kinds, list(Edge).index(Edge.FINE))
        chance, breath = rng.random(len(kinds)), _waves(rng, ids.shape, 40)
        omitted = self.style.omitted * self.noise
        found = np.zeros((3, *ids.shape), bool)
        trace = np.zeros(ids.shape, np.uint8)
        for a, b in ((np.s_[:, :-1], np.s_[:, 1:]), (np.s_[:-1], np.s_[1:])):
            first, second = ids[a], ids[b]
            differs = first != second
            if omitted:
                pair = (chance[first] + chance[second]) % 1  # a line is left out as a whole …
                gone = (pair < omitted) | ((pair < 2 * omitted) & (breath[a] > 0))  # … or in part
                differs &= ~(gone & (fills[a] == fills[b]) & (first > 0) & (second > 0))
            kind = kinds[np.maximum(first, second)]
            for index in range(3):
                is_edge = differs & (kind == index)
                found[index][a] |= is_edge & (first > second)
                found[index][b] |= is_edge & (first < second)
            is_tone = (first == second) & (tones[a] != tones[b])
            trace[a][is_tone] = np.maximum(tones[a], tones[b])[is_tone]
        trace[found[2]] = len(Tone)
        return found[0], found[1], trace


def _fills(painting: Painting, palette: Palette, style: Style) -> npt.NDArray[np.uint32]:
    """Return the packed RGBA `[1 + parts, tones]` of every part in every tone."""
    base = np.array([palette[part.color] for part in painting.parts], np.float64).reshape(-1, 3)
    dark = base * style.shadow
    tones = np.stack([base, dark, base + (255 - base) * 0.45, dark * style.shadow], 1)
    table = np.zeros((len(base) + 1, len(Tone), 4), np.uint8)
    table[1:, :, :3] = np.clip(tones, 3, 252)
    table[1:, :, 3] = 255
    return table.view("<u4")[..., 0]


def _grid(shape: tuple[int, ...]) -> npt.NDArray[np.float32]:
    y, x = np.mgrid[: shape[0], : shape[1]].astype(np.float32)
    return np.stack([x, y])


def _waves(rng: np.random.Generator, shape: tuple[int, ...], cells: int) -> npt.NDArray[np.float32]:
    """Return a smooth random field `[H, W]` of mean 0 and about unit deviation."""
    coarse = rng.normal(0, 1.3, (cells, cells)).astype(np.float32)
    field = cv2.resize(coarse, (shape[1], shape[0]), interpolation=cv2.INTER_CUBIC)
    return np.asarray(field, np.float32)


def _thick(edge: Mask, ids: npt.NDArray[np.int32], style: Style, rng: np.random.Generator) -> Mask:
    """Return main edges at their width, which breathes with the taper."""
    brush = np.ones((2, 2) if style.width % 2 == 0 else (1, 1), np.uint8)
    pixels = np.asarray(cv2.dilate(edge.astype(np.uint8), brush), np.uint8)
    reach = (style.width - 1) // 2 * (1 + style.taper * _waves(rng, ids.shape, 32))
    if style.contour:
        outside = cv2.dilate((ids == 0).astype(np.uint8), np.ones((5, 5), np.uint8))
        reach = reach + np.float32(style.contour) * outside
    if not reach.any():
        return pixels > 0
    away = cv2.distanceTransform(1 - pixels, cv2.DIST_L2, 3)
    thick: Mask = (pixels > 0) | (away <= reach)
    return thick


def _thick_fine(edge: Mask, style: Style) -> Mask:
    square = np.ones((style.fine, style.fine), np.uint8)
    thick: Mask = cv2.dilate(edge.astype(np.uint8), square) > 0
    return thick


def _doubled(line: Mask, style: Style, rng: np.random.Generator) -> Mask:
    """Return second strokes beside some of the lines."""
    if not style.double:
        return np.zeros_like(line)
    dx, dy = rng.choice([-3, -2, 2, 3], 2)
    shift = np.array([[1, 0, dx], [0, 1, dy]], np.float32)
    again = cv2.warpAffine(line.astype(np.uint8), shift, line.shape[::-1], flags=cv2.INTER_NEAREST)
    chosen: Mask = (again > 0) & (_waves(rng, line.shape, 14) > 1.3 - 2 * style.double)
    return chosen


def _finished(
    line: Mask, trace: npt.NDArray[np.uint8], fills: npt.NDArray[np.uint32], style: Style
) -> Drawing:
    """Cut the picture into segments and compose the images; specks become line."""
    is_trace = (trace > 0) & ~line
    free = (~(line | is_trace)).astype(np.uint8)
    _, pieces, statistics, _ = cv2.connectedComponentsWithStats(free, connectivity=4)
    is_speck = statistics[:, cv2.CC_STAT_AREA] < MIN_SEGMENT
    is_speck[0] = False
    line = line | is_speck[pieces]
    free = (~(line | is_trace)).astype(np.uint8)
    count, labels = cv2.connectedComponents(free, connectivity=4, ltype=cv2.CV_32S)
    label_map = np.asarray(labels, np.int32)
    colors = np.zeros(count, np.uint32)
    colors[label_map.ravel()] = fills.ravel()  # all pixels of a segment have the same
    ink = np.array([*style.line, 255], np.uint8)
    color = fills.view(np.uint8).reshape(*fills.shape, 4).copy()
    color[line] = ink
    image = np.full((*line.shape, 4), (255, 255, 255, 0), np.uint8)
    image[line] = ink
    inks = np.array([(0, 0, 0), *style.traces], np.uint8)
    image[is_trace, :3] = inks[trace[is_trace]]
    image[is_trace, 3] = 255
    return Drawing(image, color, label_map, colors[1:].view(np.uint8).reshape(-1, 4))
