"""Colour design sheets: a line drawing and its flat colours, or a coloured drawing alone."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

import cv2
import numpy as np
import numpy.typing as npt

from core.clip import list_images, natural_key, same, subfolder
from core.files import is_there
from core.images import IMAGE_SUFFIXES, Image, is_folder, is_line, read_image, read_line_image
from core.palette import Rgba, color_name, pack, unpack

MAX_COLORS = 512
"""More distinct colours than this are no flat colours."""

_WHITE = 0xFFFFFFFF
_FEW_COLORS = 4  # a main line and three trace colours: such a picture may be a line drawing
_NEAR_BLACK = 40  # the brightest channel of a main line that is still called black
_THIN = 0.9  # a colour is lines if an opening removes this share of it
_PERHAPS_THIN = 0.5  # from here on it is offered to the user
_ONE_NEIGHBOR = 0.9  # a colour with this share of its border on one other separates nothing
_CLEAR = 0.2  # of the best candidate's pixels: what has fewer is a detail and no rival
# Share of all borders between two colours at which the line lies. Measured on 88 drawn sheets:
# 0.79 to 1 with lines (shadows have none), at most 0.16 for all thin colours together without.
_LINED = 0.3
_ALL_LINED = 0.6
_OFFERED = 16  # candidates at most
# Share of the painted area that is not in its segment's colour. Measured on the sample's sheets:
# 0 as drawn, at most 0.15 when moved by 2 pixels, 0.32 by 8, from 0.59 on by 110; shadows without
# lines stay below a half.
_MISPLACED = 0.5

LineColor = tuple[Rgba, int]
"""A colour that may be the line's, and how many pixels have it."""

Packed = npt.NDArray[np.uint32]


class SheetError(Exception):
    """Files cannot be used as a colour design sheet: one sentence for the user."""


class AmbiguousLinesError(SheetError):
    """Several colours (or none for certain) may be the lines of a coloured drawing.

    The user chooses; the next try passes the choice as `SheetFiles.line_colors`.
    """

    def __init__(self, message: str, candidates: tuple[LineColor, ...]) -> None:
        """Keep the candidates, the likeliest first."""
        super().__init__(message)
        self.candidates = candidates


@dataclass(frozen=True)
class SheetFiles:
    """The files of one sheet; without a line drawing, `line_colors` says what is line if known."""

    name: str
    line: Path | None
    color: Path
    line_colors: tuple[Rgba, ...] = ()


def find_sheets(paths: Sequence[Path]) -> tuple[tuple[SheetFiles, ...], tuple[str, ...]]:
    """Find the sheets in what the user dropped or chose, and say what was left out.

    A folder with `line/` and `gt/`, or with `ref/` holding both (which wins: beside it `line/` is
    the clip), gives pairs of equal names. Another folder gives every picture in it as a coloured
    drawing alone. Two files are a pair if one of them looks like a line drawing, in either order;
    other files are coloured drawings alone. Names come in natural order (the reference
    implementation takes `os.listdir`'s, which differs between machines).

    Raises:
        SheetError: if there is no sheet in them, or a folder may not be read.
        ImageError: if one of two files chosen together cannot be read.
    """
    if gone := [path for path in paths if not is_there(path)]:
        raise SheetError(f"{gone[0]} does not exist or may not be read: choose it again.")
    sheets: list[SheetFiles] = []
    notices: list[str] = []
    files = [path for path in paths if not is_folder(path)]
    for folder in (path for path in paths if is_folder(path)):
        try:
            found, said = _in_folder(folder)
        except OSError as error:
            raise SheetError(
                f"{folder} cannot be read ({error.strerror}): check its permissions."
            ) from error
        sheets += found
        notices += said
    usable = [path for path in files if path.suffix.lower() in IMAGE_SUFFIXES]
    if others := [path.name for path in files if path not in usable]:
        notices.append(f"Left out, not a PNG, TGA, TIFF or BMP picture: {', '.join(others)}.")
    sheets += _pair(*usable) if len(usable) == 2 else map(_alone, _in_order(usable))
    if not sheets:
        where = ", ".join(path.name for path in paths)
        problem = (
            f"There is no colour design sheet in {where}: choose coloured drawings "
            "or a folder with line/ and gt/."
        )
        raise SheetError(" ".join([problem, *notices]))
    return tuple(sheets), tuple(notices)


def read_sheet(files: SheetFiles) -> tuple[Image, Image]:
    """Read a sheet: its line drawing in normal form and its colours on transparent background.

    If the coloured drawing has no transparent pixel, pure white that is connected to the edge of
    the picture is background; other white stays white. Of a coloured drawing alone, every pixel in
    a line colour is line, so that fills in exactly that colour (pupils) are line as well.

    Returns:
        Line and colour image `[H, W, 4]`; transparent is (255, 255, 255, 0) in the first and
        (0, 0, 0, 0) in the second.

    Raises:
        ImageError: if a file cannot be read.
        AmbiguousLinesError: if a coloured drawing alone does not show clearly what its lines are.
        SheetError: if the pictures are no sheet: sizes that differ, more than `MAX_COLORS` colours
            (those under the lines of a pair are not counted), no lines or no colours.
    """
    color = read_image(files.color)
    if files.line is None:
        packed = _without_background(color, None)
        _check_flat(files, packed)
        line_mask = _line_mask(files, packed)
        line = np.where(line_mask, packed, np.uint32(0x00FFFFFF))
        line_picture = _unpacked(line)
    else:
        line_picture = read_line_image(files.line)
        if line_picture.shape != color.shape:
            one, other = _names(files.line, files.color)
            raise SheetError(
                f"{one} is {_size(line_picture)} and {other} is {_size(color)}: "
                "the line drawing and the colours must have the same size."
            )
        line_mask = is_line(line_picture)
        if not line_mask.any():
            raise SheetError(f"{files.line.name} is blank: choose the line drawing again.")
        packed = _without_background(color, line_mask)
        _check_flat(files, packed[~line_mask])
    if not packed[~line_mask].any():
        raise SheetError(
            f"{files.color.name} has no colours between its lines: choose the coloured drawing."
        )
    return line_picture, _unpacked(packed)


def segment_colors(label_map: npt.NDArray[np.int32], color: Image) -> Packed:
    """Return the most frequent colour of every segment, packed as in `core.palette`.

    Of equally frequent colours the smallest in the order of R, G, B, A is taken, as the reference
    implementation does (np.unique and argmax). Labels without a pixel get 0 (transparent).

    Args:
        label_map: `[H, W]`, 0 on lines, 1 … L in segments.
        color: `[H, W, 4]`.
    """
    labels = label_map.ravel()
    big_endian = pack(color).ravel().byteswap()  # R in the highest byte: numeric is lexicographic
    # Neighbours in a row mostly agree: sort runs and not pixels (1080p: 12 instead of 35 ms).
    starts = np.flatnonzero((labels[1:] != labels[:-1]) | (big_endian[1:] != big_endian[:-1])) + 1
    starts = np.concatenate(([0], starts))
    lengths = np.diff(starts, append=labels.size)
    keys = labels[starts].astype(np.uint64) << np.uint64(32) | big_endian[starts]
    pairs, index = np.unique(keys, return_inverse=True)
    counts = np.bincount(index, weights=lengths).astype(np.int64)
    label_of_pair = (pairs >> np.uint64(32)).astype(np.int64)
    # pairs are sorted by label and colour; a stable sort by count keeps the smallest colour first
    order = np.lexsort((-counts, label_of_pair))
    found, first = np.unique(label_of_pair[order], return_index=True)
    result = np.zeros(int(labels.max(initial=0)) + 1, np.uint32)
    result[found] = pairs[order[first]].astype(np.uint32).byteswap()
    return result[1:]


def misplaced(
    files: SheetFiles, label_map: npt.NDArray[np.int32], color: Image, colors: Packed
) -> str | None:
    """Return a sentence if the colours of a pair do not lie on its lines, else None.

    Args:
        files: the pair, or a coloured drawing alone, whose lines always fit.
        label_map: `[H, W]`, 0 on lines, 1 … L in segments.
        color: `[H, W, 4]`.
        colors: `[L]`, the colour of every segment.
    """
    if files.line is None:
        return None
    expected = np.concatenate([np.zeros(1, np.uint32), colors])[label_map]
    found = np.where(label_map > 0, pack(color), 0)
    painted = np.count_nonzero((found != 0) | (expected != 0))
    if np.count_nonzero(found != expected) <= _MISPLACED * painted:
        return None
    line, picture = _names(files.line, files.color)
    return (
        f"{line} and {picture} do not lie on each other, most of the paint is outside the segments "
        "of its colour: bring them into place, or close the gaps in the lines."
    )


# ------------------------------------------------------------------------------------- finding


def _alone(path: Path) -> SheetFiles:
    return SheetFiles(path.stem, None, path)


def _in_order(paths: Iterable[Path]) -> list[Path]:
    return sorted(paths, key=lambda path: (natural_key(path.name), path.name))


def _in_folder(folder: Path) -> tuple[list[SheetFiles], list[str]]:
    places = [subfolder(folder, "ref"), folder]
    if same(folder.name) in ("line", "gt"):  # one half was chosen
        places.append(folder.parent)
    for place in places:
        if place is None:
            continue
        lines, colors = subfolder(place, "line"), subfolder(place, "gt")
        if lines and colors:
            return _pairs(lines, colors)
    return [_alone(path) for path in list_images(folder)], []


def _pairs(lines: Path, colors: Path) -> tuple[list[SheetFiles], list[str]]:
    notices: list[str] = []
    line_of, color_of = _by_stem(lines, notices), _by_stem(colors, notices)
    for folder, own, other in ((lines, line_of, color_of), (colors, color_of, line_of)):
        partner = colors.name if own is line_of else lines.name
        if unpaired := [path.name for stem, path in own.items() if stem not in other]:
            notices.append(
                f"Left out of {folder.name}, no picture of that name in {partner}: "
                f"{', '.join(unpaired)}."
            )
    sheets = [
        SheetFiles(path.stem, line_of[stem], path)
        for stem, path in color_of.items()
        if stem in line_of
    ]
    return sheets, notices


def _by_stem(folder: Path, notices: list[str]) -> dict[str, Path]:
    by_stem: dict[str, Path] = {}
    for path in list_images(folder):
        first = by_stem.setdefault(same(path.stem), path)
        if first is not path:
            notices.append(f"{path.name} left out: {first.name} in {folder.name} has that name.")
    return by_stem


def _pair(first: Path, second: Path) -> list[SheetFiles]:
    """Return two files chosen together as one sheet, or as two if neither is a line drawing.

    The line drawing is the one with fewer colours. A smooth one has many greys: if only one of
    both looks like a line drawing, it is the one.
    """
    inks = [(_ink(path), path) for path in _in_order((first, second))]
    lines = [ink for ink in inks if ink[0].is_drawing]
    if not lines:
        return [_alone(path) for _, path in inks]
    line = min(lines, key=lambda ink: (ink[0].colors, ink[0].pixels))
    color = next(path for _, path in inks if path != line[1])
    return [SheetFiles(color.stem, line[1], color)]


@dataclass(frozen=True)
class _Ink:
    """What is on a page: how many colours on how many pixels, and whether it may be lines only."""

    colors: int
    pixels: int
    is_drawing: bool


def _ink(path: Path) -> _Ink:
    image = read_image(path)
    mask = is_line(image)
    pixels = int(np.count_nonzero(mask))
    colors = np.unique(pack(image)[mask]).size
    solid = cv2.morphologyEx(mask.astype(np.uint8), cv2.MORPH_OPEN, _square(mask.shape))
    thin = pixels - int(np.count_nonzero(solid))
    return _Ink(colors, pixels, is_drawing=colors <= _FEW_COLORS or 2 * thin > pixels)


# ------------------------------------------------------------------------------------- reading


def _names(line: Path, color: Path) -> tuple[str, str]:
    """Name two files, with their folders if they are called alike: line/front.png, gt/front.png."""
    if line.name != color.name:
        return line.name, color.name
    return f"{line.parent.name}/{line.name}", f"{color.parent.name}/{color.name}"


def _size(image: Image) -> str:
    return f"{image.shape[1]} x {image.shape[0]}"


def _unpacked(packed: Packed) -> Image:
    image: Image = np.ascontiguousarray(packed, "<u4").view(np.uint8)
    return image.reshape(*packed.shape, 4)


def _without_background(color: Image, line_mask: npt.NDArray[np.bool_] | None) -> Packed:
    """Return the packed colours; on opaque paper, white connected to the edge becomes 0."""
    packed = pack(color)
    if not packed.all():  # 0 is transparent
        return packed
    # A frame of one white pixel connects all white at the edge: one fill finds the background.
    white = np.ones((packed.shape[0] + 2, packed.shape[1] + 2), np.uint8)
    white[1:-1, 1:-1] = packed == _WHITE
    if line_mask is not None:
        white[1:-1, 1:-1] &= ~line_mask
    cv2.floodFill(white, None, (0, 0), (2,), flags=4)
    packed[white[1:-1, 1:-1] == 2] = 0
    return packed


def _check_flat(files: SheetFiles, packed: Packed) -> None:
    count = np.unique(packed).size
    if count > MAX_COLORS:
        raise SheetError(
            f"{files.color.name} has {count} colours, more than the {MAX_COLORS} of flat "
            "colouring: it is smoothed, shaded or was a JPEG; export it without antialiasing "
            "as PNG or TGA."
        )


def _line_mask(files: SheetFiles, packed: Packed) -> npt.NDArray[np.bool_]:
    """Return which pixels of a coloured drawing alone are line."""
    chosen = files.line_colors or _line_colors(files, packed)
    values = pack(np.array([chosen], np.uint8))[0]
    mask = np.isin(packed, values[values != 0])
    if not mask.any():
        names = ", ".join(map(color_name, chosen))
        raise SheetError(f"{files.color.name} has no pixel in the line colour {names}.")
    return mask


def _line_colors(files: SheetFiles, packed: Packed) -> tuple[Rgba, ...]:
    """Find the colours of the lines of a coloured drawing alone.

    A black (or nearly black) whose thin parts lie at a fair share of all borders is the main line,
    whatever is filled with it too. Otherwise lines are the colours that are thin nearly everywhere
    and separate others: a thin fill lies between lines and touches nothing else.
    """
    inks = _measure(packed)
    black = [ink for ink in inks if ink.is_near_black and ink.share >= _LINED]
    if black:
        return (max(black, key=lambda ink: (ink.is_black, ink.share)).rgba,)
    lines = [ink for ink in inks if ink.separates and ink.thin >= _THIN * ink.pixels]
    clear = [ink for ink in lines if ink.thin >= _CLEAR * lines[0].thin]
    if len(clear) == 1 and clear[0].share >= _ALL_LINED:
        return (clear[0].rgba,)
    candidates = [ink for ink in inks if ink.thin >= _PERHAPS_THIN * ink.pixels]
    if sum(ink.share for ink in candidates) < _LINED:
        raise SheetError(
            f"{files.color.name} has no lines: choose its line drawing together with it."
        )
    candidates.sort(
        key=lambda ink: (ink in clear, ink in lines, ink.separates, ink.thin), reverse=True
    )
    raise AmbiguousLinesError(
        f"It is not clear which colour of {files.color.name} is the line: choose it.",
        tuple((ink.rgba, ink.pixels) for ink in candidates[:_OFFERED]),
    )


@dataclass(frozen=True)
class _ColorInk:
    """How one colour lies in a picture; thin is what an opening removes."""

    rgba: Rgba
    pixels: int
    thin: int
    share: float  # of all borders between two colours: those that its thin pixels have
    separates: bool  # thin pixels have more than one neighbour

    @property
    def is_black(self) -> bool:
        return self.rgba == (0, 0, 0, 255)

    @property
    def is_near_black(self) -> bool:
        return max(self.rgba[:3]) <= _NEAR_BLACK


def _measure(packed: Packed) -> list[_ColorInk]:
    """Measure every visible colour that is thin somewhere, those with the most thin pixels first.

    One opening serves all colours: where the smallest and the largest colour number under the
    square are equal, the square lies inside one colour.
    """
    colors = np.unique(packed)
    index = np.searchsorted(colors, packed).astype(np.uint16)
    square = _square(packed.shape)
    inside = (cv2.erode(index, square) == cv2.dilate(index, square)).astype(np.uint8)
    is_thin = cv2.dilate(inside, square) == 0
    pixels = np.bincount(index.ravel(), minlength=colors.size)
    thin = np.bincount(index[is_thin], minlength=colors.size)
    borders, total = _borders(index, is_thin, colors.size)
    own = borders.sum(axis=1)
    separates = borders.max(axis=1) <= _ONE_NEIGHBOR * own
    return [
        _ColorInk(
            unpack(int(colors[i])),
            int(pixels[i]),
            int(thin[i]),
            float(own[i] / max(1, total)),
            bool(separates[i]),
        )
        for i in np.argsort(-thin, kind="stable")
        if colors[i] != 0 and thin[i] > 0
    ]


def _borders(
    index: npt.NDArray[np.uint16], is_thin: npt.NDArray[np.bool_], count: int
) -> tuple[npt.NDArray[np.int64], int]:
    """Return `[count, count]`, how often a thin pixel of one colour lies beside another colour.

    The second result is how many borders between two pixels there are at all.
    """
    table = np.zeros(count * count, np.int64)
    total = 0
    before, after = (slice(None), slice(None, -1)), (slice(None), slice(1, None))
    for here, there in ((before, after), (before[::-1], after[::-1])):
        differ = index[here] != index[there]
        total += int(np.count_nonzero(differ))
        for own, other in ((here, there), (there, here)):
            where = differ & is_thin[own]
            pairs = index[own][where].astype(np.int64) * count + index[other][where]
            table += np.bincount(pairs, minlength=count * count)
    return table.reshape(count, count), total


def _square(shape: tuple[int, ...]) -> npt.NDArray[np.uint8]:
    """Return the square of the opening: 5 pixels, more for pictures larger than 1500 pixels."""
    side = max(5, min(shape[:2]) // 300) | 1
    return np.ones((side, side), np.uint8)
