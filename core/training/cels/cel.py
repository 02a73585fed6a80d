"""A cel: the parts of one drawing, painted back to front into a map of part numbers."""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from enum import Enum

import cv2
import numpy as np
import numpy.typing as npt

from core.training.cels.space import Outline

Mask = npt.NDArray[np.bool_]
Box = tuple[int, int, int, int]

_SUBPIXEL = 4
"""Binary digits behind the point that OpenCV draws polygons with."""


class Edge(Enum):
    """What separates a part from what lies behind it."""

    LINE = "line"
    FINE = "fine"  # one pixel, in faces and patterns
    TRACE = "trace"  # a trace line, where the drawing has trace lines at all


class Tone(Enum):
    """How light falls on a pixel; each tone of a colour is a colour of its own."""

    LIT = 0
    SHADOW = 1
    GLINT = 2
    DEEP = 3  # the second, darker shadow


@dataclass(frozen=True)
class View:
    """The camera: picture size in pixels, pixels per head height, and what is in the middle."""

    width: int
    height: int
    scale: float
    centre: tuple[float, float]
    roll: float = 0.0  # degrees

    def pixels(self, points: Outline) -> npt.NDArray[np.float64]:
        """Return where points `[N, 2 or 3]` lie, `[N, 2]` as x, y in pixels."""
        flat = (np.asarray(points, np.float64)[:, :2] - self.centre) * self.scale
        cos, sin = np.cos(np.radians(self.roll)), np.sin(np.radians(self.roll))
        x, y = flat[:, 0] * cos - flat[:, 1] * sin, flat[:, 0] * sin + flat[:, 1] * cos
        return np.stack([x + self.width / 2, self.height / 2 - y], -1)


@dataclass(frozen=True)
class Part:
    """One shape of a drawing: polygons in pixels and how they are painted.

    Attributes:
        shade: how far its own shadow reaches in from the dark side, pixels; 0 is none.
        casts: parts under it that it throws a shadow on, and how far down, pixels.
    """

    depth: float
    outlines: tuple[npt.NDArray[np.float64], ...]
    color: str
    name: str | None
    within: str | None
    edge: Edge
    shade: float
    casts: tuple[tuple[str, float], ...]
    glint: npt.NDArray[np.float64] | None
    is_ink: bool


@dataclass(frozen=True)
class Painting:
    """Painted parts, before lines: the number of the part on top of every pixel and its tone.

    Attributes:
        ids: `[H, W]` int32, 0 where there is nothing, else part number k (`parts[k - 1]`).
        tones: `[H, W]` uint8, values of `Tone`.
        strokes: `[H, W]` bool, open lines inside parts.
        parts: in painting order, the ones behind first.
    """

    ids: npt.NDArray[np.int32]
    tones: npt.NDArray[np.uint8]
    strokes: Mask
    parts: tuple[Part, ...]

    def __post_init__(self) -> None:
        """Lock the arrays."""
        for array in (self.ids, self.tones, self.strokes):
            array.setflags(write=False)


@dataclass(frozen=True)
class Cel:
    """Collects the parts of one drawing; lengths are in head heights.

    Attributes:
        view: the camera.
        prefix: stands before all names and colours, so that two subjects may share a cel.
        shift: where the subject stands, x and y; size: its scale; depth: what all its depths gain.
    """

    view: View
    prefix: str = ""
    shift: tuple[float, float] = (0.0, 0.0)
    size: float = 1.0
    depth: float = 0.0
    _parts: list[Part] = field(default_factory=list)
    _strokes: list[tuple[npt.NDArray[np.float64], str]] = field(default_factory=list)

    def beside(
        self, prefix: str, *, shift: tuple[float, float], size: float, depth: float
    ) -> "Cel":
        """Return the same cel for another subject that stands elsewhere."""
        return replace(self, prefix=prefix, shift=shift, size=size, depth=depth)

    @property
    def scale(self) -> float:
        """Pixels per head height of this subject."""
        return self.view.scale * self.size

    def _pixels(self, points: Outline) -> npt.NDArray[np.float64]:
        flat = np.asarray(points, np.float64)[:, :2] * self.size + self.shift
        return self.view.pixels(flat)

    def add(
        self,
        depth: float,
        outlines: Outline | Sequence[Outline | None] | None,
        color: str,
        *,
        name: str | None = None,
        within: str | None = None,
        edge: Edge = Edge.LINE,
        shade: float = 0.0,
        casts: Sequence[tuple[str, float]] = (),
        glint: Outline | None = None,
        is_ink: bool = False,
    ) -> None:
        """Add a part; nothing happens for one without outlines.

        Args:
            depth: painting order, larger is in front; equal depths in the order of adding.
            outlines: polygons that are filled together.
            color: a name in the palette.
            name: by which others are kept within it or throw shadows on it.
            within: the part to whose visible shape it is cut off.
            edge: what separates it from what is behind.
            shade: how far its own shadow reaches in.
            casts: names of parts and how far down it throws a shadow on them.
            glint: a polygon of highlight inside it.
            is_ink: filled with line colour, as black hair often is.
        """
        given = [outlines] if outlines is None or isinstance(outlines, np.ndarray) else outlines
        pixels = tuple(
            self._pixels(outline) for outline in given if outline is not None and len(outline) > 2
        )
        if pixels:
            part = Part(
                depth=depth + self.depth,
                outlines=pixels,
                color=self.prefix + color,
                name=None if name is None else self.prefix + name,
                within=None if within is None else self.prefix + within,
                edge=edge,
                shade=shade * self.scale,
                casts=tuple((self.prefix + name, drop * self.scale) for name, drop in casts),
                glint=None if glint is None else self._pixels(glint),
                is_ink=is_ink,
            )
            self._parts.append(part)

    def stroke(self, points: Outline, within: str) -> None:
        """Add an open line that shows on a named part only."""
        self._strokes.append((self._pixels(points), self.prefix + within))

    def paint(self, light: tuple[float, float] | None, *, stroke_width: int = 1) -> Painting:
        """Paint the parts back to front.

        Args:
            light: direction to the light in the picture plane, None for one tone.
            stroke_width: width of the open lines in pixels.
        """
        parts = tuple(sorted(self._parts, key=lambda part: part.depth))
        painter = _Painter(self.view, light)
        for part in parts:
            painter.paint(part)
        strokes = np.zeros(painter.ids.shape, bool)
        for points, within in self._strokes:
            if within in painter.numbers:
                pen = np.zeros(strokes.shape, np.uint8)
                cv2.polylines(pen, [_fixed(points)], False, (1,), stroke_width, shift=_SUBPIXEL)
                strokes |= (pen > 0) & (painter.ids == painter.numbers[within])
        return Painting(painter.ids, painter.tones, strokes, parts)


class _Painter:
    """The maps while they are painted, with the shapes of named parts."""

    def __init__(self, view: View, light: tuple[float, float] | None) -> None:
        self.ids = np.zeros((view.height, view.width), np.int32)
        self.tones = np.zeros(self.ids.shape, np.uint8)
        self.numbers: dict[str, int] = {}
        self._shapes: dict[str, list[tuple[Box, Mask]]] = {}
        self._light = light
        self._count = 0

    def paint(self, part: Part) -> None:
        self._count += 1
        box = self._box(part)
        if box is None:
            return
        mask = _filled(part.outlines, box)
        if part.within is not None:
            mask &= self._shape(part.within, box)
        if part.name is not None:
            self.numbers[part.name] = self._count
            self._shapes.setdefault(part.name, []).append((box, mask))
        left, top, right, bottom = box
        here = np.s_[top:bottom, left:right]
        if self._light is not None:
            self._cast(part, mask, box)
            self.tones[here][mask] = self._shaded(part, mask, box)[mask]
        self.ids[here][mask] = self._count

    def _box(self, part: Part) -> Box | None:
        points = np.concatenate(part.outlines)
        margin = 2 + int(part.shade)
        left, top = np.floor(points.min(0)).astype(int) - margin
        right, bottom = np.ceil(points.max(0)).astype(int) + margin + 1
        height, width = self.ids.shape
        box = max(left, 0), max(top, 0), min(right, width), min(bottom, height)
        return box if box[0] < box[2] and box[1] < box[3] else None

    def _shape(self, name: str, box: Box) -> Mask:
        left, top, right, bottom = box
        shape = np.zeros((bottom - top, right - left), bool)
        for (x0, y0, x1, y1), mask in self._shapes.get(name, []):
            a, b, c, d = max(left, x0), max(top, y0), min(right, x1), min(bottom, y1)
            if a < c and b < d:
                shape[b - top : d - top, a - left : c - left] |= mask[
                    b - y0 : d - y0, a - x0 : c - x0
                ]
        return shape

    def _cast(self, part: Part, mask: Mask, box: Box) -> None:
        left, top, right, bottom = box
        for receiver, drop in part.casts:
            number = self.numbers.get(receiver)
            lower = min(top + round(drop), len(self.ids))
            rows = min(bottom + round(drop), len(self.ids)) - lower
            if number is not None and rows > 0:
                there = np.s_[lower : lower + rows, left:right]
                self.tones[there][mask[:rows] & (self.ids[there] == number)] = Tone.SHADOW.value

    def _shaded(self, part: Part, mask: Mask, box: Box) -> npt.NDArray[np.uint8]:
        tones = np.full(mask.shape, Tone.LIT.value, np.uint8)
        if not part.shade or self._light is None:
            return tones
        for tone, reach in ((Tone.SHADOW, 1.0), (Tone.DEEP, 0.35)):
            dx, dy = np.round(np.array(self._light) * part.shade * reach * (1, -1))
            shift = np.array([[1, 0, dx], [0, 1, dy]], np.float32)
            lit = cv2.warpAffine(
                mask.astype(np.uint8),
                shift,
                mask.shape[::-1],
                flags=cv2.INTER_NEAREST,
                borderMode=cv2.BORDER_REPLICATE,
            )
            tones[lit == 0] = tone.value
        if part.glint is not None:
            tones[_filled((part.glint,), box) & (tones == Tone.LIT.value)] = Tone.GLINT.value
        return tones


def _filled(outlines: Sequence[npt.NDArray[np.float64]], box: Box) -> Mask:
    left, top, right, bottom = box
    mask = np.zeros((bottom - top, right - left), np.uint8)
    for outline in outlines:
        cv2.fillPoly(mask, [_fixed(outline - (left, top))], (1,), shift=_SUBPIXEL)
    return mask > 0


def _fixed(points: npt.NDArray[np.float64]) -> npt.NDArray[np.int32]:
    """Return points in OpenCV's fixed point; far outside they are brought near (it overflows)."""
    return np.round(np.clip(points, -20000, 20000) * (1 << _SUBPIXEL)).astype(np.int32)
