"""Clips: the drawings of a folder in the order of their names and numbers."""

import re
import unicodedata
from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path

from core.images import IMAGE_SUFFIXES, ImageError, read_size

_NAME = re.compile(
    r"(?P<cel>.*?)[\s_.\-＿．－]*(?P<number>\d+)(?P<suffix>[A-Za-zＡ-Ｚａ-ｚ]?)", re.DOTALL
)
_DIGITS = re.compile(r"(\d+)")
_NO_JPEG = "JPEG smears lines, so save line drawings as PNG, TGA, TIFF or BMP"
_JPEG_SUFFIXES = frozenset({".jpg", ".jpeg"})
_AT_MOST = 8  # names or gaps in one sentence

NaturalKey = tuple[tuple[int, int, str], ...]


class ClipError(Exception):
    """A folder cannot be opened as a clip: one sentence for the user."""


@dataclass(frozen=True)
class Frame:
    """One drawing: `A_0001b.png` is cel `A`, number 1, suffix `b` (inserted after number 1)."""

    path: Path
    cel: str
    number: int
    suffix: str


@dataclass(frozen=True)
class Clip:
    """The drawings of one folder in order, and what the user should know about them."""

    folder: Path
    frames: tuple[Frame, ...]
    notices: tuple[str, ...]


def parse_name(stem: str) -> tuple[str, int, str] | None:
    """Take a file name without ending apart into cel, number and suffix, None if it has no number.

    The number is at the end, with at most one letter behind it; `_`, `.`, `-` and
    blanks before it separate it from the cel: `0001`, `A0001`, `A_0001`, `A.0001`, `1a`, `原画2B`.
    """
    match = _NAME.fullmatch(stem)
    if match is None:
        return None
    return match["cel"], int(match["number"]), match["suffix"]


def cel_of(name: str) -> str:
    """Return the cel of a drawing's file name, empty if it has none."""
    parsed = parse_name(Path(name).stem)
    return parsed[0] if parsed else ""


def natural_key(text: str) -> NaturalKey:
    """Return the sort key in which `A9` comes before `A10`, whatever the case and width."""
    return tuple(
        (0, int(part), "") if part.isdecimal() else (1, 0, part)
        for part in _DIGITS.split(same(text))
        if part
    )


def same(text: str) -> str:
    """Return the form in which two spellings of a name are equal.

    Upper and lower case, full and half width, and the two ways to write が (macOS takes it apart).
    """
    return unicodedata.normalize("NFKC", unicodedata.normalize("NFKC", text).casefold())


def list_images(folder: Path, suffixes: frozenset[str] = IMAGE_SUFFIXES) -> list[Path]:
    """Return the files with such an ending in natural order of their names; no hidden ones.

    Raises:
        OSError: if the folder is missing or may not be read.
    """
    found = [
        path
        for path in folder.iterdir()
        if path.suffix.lower() in suffixes and not path.name.startswith(".") and not path.is_dir()
    ]
    return sorted(found, key=lambda path: (natural_key(path.name), path.name))


def subfolder(folder: Path, name: str) -> Path | None:
    """Return the folder of this name in the folder, in whatever case it is written."""
    try:
        if (folder / name).is_dir():
            return folder / name
        found = sorted(path for path in folder.iterdir() if same(path.name) == same(name))
        return next((path for path in found if path.is_dir()), None)
    except OSError:
        return None


def sheet_folder(folder: Path) -> Path | None:
    """Return where the colour design sheets of a clip lie: its `ref` with `line` and `gt` in it.

    Looked for in the folder and, for drawings in `line/` or in a folder per cel, beside it.
    """
    for place in (folder, folder.parent):
        sheets = subfolder(place, "ref")
        if sheets and subfolder(sheets, "line") and subfolder(sheets, "gt"):
            return sheets
    return None


def open_clip(folder: Path) -> Clip:
    """Find the drawings of a folder: order, names and sizes; no picture is decoded.

    Of a folder that has no drawings but a folder `line` with drawings, that one is the clip. For a
    file its folder is opened. What can be left out is left out with a notice.

    Raises:
        ClipError: if there is no folder, it may not be read, or it has no drawing that can be read.
    """
    try:
        return _open_clip(folder)
    except FileNotFoundError as error:
        raise ClipError(f"{folder} does not exist: choose the folder again.") from error
    except PermissionError as error:
        raise ClipError(
            f"{folder} may not be read: change its permissions or copy it elsewhere."
        ) from error
    except OSError as error:
        raise ClipError(
            f"{folder} cannot be read ({error.strerror}): check the disk or the network."
        ) from error


def _open_clip(folder: Path) -> Clip:
    if folder.is_file():
        folder = folder.parent
    images = list_images(folder)
    named = [frame for frame in map(_frame, images) if frame]
    if not named and (line := subfolder(folder, "line")):
        in_line = list_images(line)
        if any(map(_frame, in_line)):
            folder, images = line, in_line
            named = [frame for frame in map(_frame, images) if frame]
    if not named:
        raise ClipError(_why_no_drawings(folder, images))

    notices = []
    nameless = [path.name for path in images if not _frame(path)]
    if numbered := [name for name in nameless if _DIGITS.search(Path(name).stem)]:
        notices.append(
            "Left out, the number is not at the end of the name (one letter may follow): "
            f"{_some(numbered)}."
        )
    if others := [name for name in nameless if name not in numbered]:
        notices.append(f"Left out, no number in the name: {_some(others)}.")
    if jpegs := _jpegs(folder):
        notices.append(f"Left out, {_NO_JPEG}: {_some(jpegs)}.")
    sizes: dict[Frame, tuple[int, int]] = {}
    for frame in named:
        try:
            sizes[frame] = read_size(frame.path)
        except ImageError as error:
            notices.append(str(error))
    if not sizes:
        raise ClipError(f"None of the drawings in {folder} can be read; the first: {notices[-1]}")
    frames, doubles = _without_doubles(sizes)
    frames.sort(key=_order)
    # numbers of unreadable drawings are not missing: they have their own sentence
    notices = [*_gaps(named), *doubles, *notices, *_sizes({f: sizes[f] for f in frames})]
    return Clip(folder, tuple(frames), tuple(notices))


def _jpegs(folder: Path) -> list[str]:
    """Return the names of those JPEG files that are called like drawings."""
    return [path.name for path in list_images(folder, _JPEG_SUFFIXES) if _frame(path)]


def _frame(path: Path) -> Frame | None:
    parsed = parse_name(path.stem)
    return None if parsed is None else Frame(path, *parsed)


def _order(frame: Frame) -> tuple[NaturalKey, int, str, str]:
    return natural_key(frame.cel), frame.number, same(frame.suffix), frame.path.name


def _why_no_drawings(folder: Path, images: Sequence[Path]) -> str:
    if images:
        return (
            f"No drawing in {folder} has a number at the end of its name "
            f"({_some(p.name for p in images)}): name them like A0001.png."
        )
    below = [
        path.name
        for path in sorted(folder.iterdir(), key=lambda path: natural_key(path.name))
        if path.is_dir() and any(map(_frame, _images_if_allowed(path)))
    ]
    if below:
        return f"{folder} has no drawings itself, folders in it do ({_some(below)}): open one."
    if jpegs := _jpegs(folder):
        return f"{folder} has no drawings but JPEG files ({_some(jpegs)}): {_NO_JPEG}."
    return f"{folder} has no drawings: choose a folder with PNG, TGA, TIFF or BMP files."


def _images_if_allowed(folder: Path) -> list[Path]:
    try:
        return list_images(folder)
    except OSError:
        return []


def _without_doubles(frames: Iterable[Frame]) -> tuple[list[Frame], list[str]]:
    """Keep the first of the frames with the same cel, number and suffix, and name the others."""
    kept: dict[tuple[str, int, str], Frame] = {}
    left_out: dict[Frame, list[str]] = defaultdict(list)
    for frame in frames:
        first = kept.setdefault((same(frame.cel), frame.number, same(frame.suffix)), frame)
        if first is not frame:
            left_out[first].append(frame.path.name)
    notices = [
        f"{_some(others)} left out: {first.path.name} has the same number."
        for first, others in left_out.items()
    ]
    return list(kept.values()), notices


def _gaps(frames: Iterable[Frame]) -> list[str]:
    """Return a sentence for every cel whose numbers have holes between the first and the last."""
    numbers: dict[str, set[int]] = defaultdict(set)
    names: dict[str, str] = {}
    for frame in frames:
        numbers[same(frame.cel)].add(frame.number)
        names.setdefault(same(frame.cel), frame.cel)
    notices = []
    for cel in sorted(numbers, key=natural_key):
        present = sorted(numbers[cel])
        holes = [
            str(before + 1) if after - before == 2 else f"{before + 1}-{after - 1}"
            for before, after in pairwise(present)
            if after - before > 1
        ]
        if holes:
            verb = "is" if len(holes) == 1 and "-" not in holes[0] else "are"
            prefix = f"{names[cel]}: " if cel else ""
            notices.append(f"{prefix}{_some(holes)} {verb} missing.")
    return notices


def _sizes(sizes: dict[Frame, tuple[int, int]]) -> list[str]:
    counts = Counter(sizes.values())
    if len(counts) < 2:
        return []
    parts: list[str] = []
    for size, count in counts.most_common():
        names = [frame.path.name for frame in sizes if sizes[frame] == size]
        who = f"{count} drawings" if not parts and count > 1 else _some(names)
        parts.append(f"{size[0]} x {size[1]} ({who})")
    return [f"The drawings differ in size: {_some(parts)}."]


def _some(names: Iterable[str]) -> str:
    """Return the names as a list that stays short: `a, b, c and 12 more`."""
    names = list(names)
    text = ", ".join(names[:_AT_MOST])
    return text if len(names) <= _AT_MOST else f"{text} and {len(names) - _AT_MOST} more"
