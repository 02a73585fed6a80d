"""Batch: the cuts of a list, each coloured once, however many workers have the same list.

A worker holds the lock of a cut while it colours it, and writes a report when all its frames are on
disk. The report names what went in by content, so the same work is never done twice, and changed
drawings, sheets, corrections or models are.
"""

import hashlib
import json
import re
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import asdict, dataclass
from pathlib import Path
from threading import Event

from filelock import FileLock, Timeout

from core import __version__
from core.clip import same
from core.encoders import Encoder
from core.encoders.scale import scale_to_json
from core.images import ImageError, write_file
from core.jobs import Export, ExportDone

POLL = 0.2
"""Seconds between two looks at a lock that another worker holds."""


class BatchError(Exception):
    """The list cannot be worked on; one sentence: which file, what is wrong, what to do."""


def read_list(path: Path) -> tuple[Path, ...]:
    """Read a list of cuts: UTF-8, a clip folder or `.cut` file a line, relative to the list.

    Empty lines and lines that begin with `#` are left out.

    Raises:
        BatchError: if it cannot be read, is empty, or a cut has no name or that of another.
    """
    try:
        text = path.read_text("utf-8-sig")
        if "\0" in text:  # UTF-16, as some editors save
            raise UnicodeError
    except (OSError, UnicodeError) as error:
        why = getattr(error, "strerror", None) or "it is not UTF-8 text"
        raise BatchError(f"{path} cannot be read ({why}); choose a list of cuts.") from error
    lines = [line.strip() for line in text.splitlines()]
    cuts = tuple(path.parent / line for line in lines if line and not line.startswith("#"))
    if not cuts:
        raise BatchError(f"{path} names no cut; write one folder or .cut file on each line.")
    for cut in cuts:
        if cut_name(cut) in ("", ".", ".."):  # its pictures would lie beside their folder
            raise BatchError(f"{path} has a cut without a name, {cut}; write the folder's name.")
    # some disks file C001 and c001 under one name
    spelled, times = Counter(same(cut_name(cut)) for cut in cuts).most_common(1)[0]
    if times > 1:
        name = next(each for each in map(cut_name, cuts) if same(each) == spelled)
        raise BatchError(f"{path} has {times} cuts called “{name}”; rename them, or use two lists.")
    return cuts


def cut_name(cut: Path) -> str:
    """Return what the pictures of a cut are filed under: its own name, or that above its `line`."""
    if cut.suffix.lower() == ".cut":
        return cut.stem
    return cut.parent.name if same(cut.name) == "line" else cut.name


def pick(cuts: Sequence[Path], numbers: str) -> tuple[Path, ...]:
    """Choose cuts by their numbers in the list, counted from 1: `3`, `1-4`, `1,3,5-9`.

    Raises:
        BatchError: if that is not what numbers look like, or the list is not so long.
    """
    if not re.fullmatch(r"\d{1,9}(-\d{1,9})?(,\d{1,9}(-\d{1,9})?)*", numbers):
        raise BatchError(f"“{numbers}” are no numbers of cuts; write them like 3, 1-4 or 1,3,5-9.")
    wanted: set[int] = set()
    for part in numbers.split(","):
        first, _, last = part.partition("-")
        if not 1 <= int(first) <= int(last or first) <= len(cuts):
            raise BatchError(f"The list has cuts 1 to {len(cuts)}; “{numbers}” names others.")
        wanted.update(range(int(first), int(last or first) + 1))
    return tuple(cuts[number - 1] for number in sorted(wanted))


@contextmanager
def held(folder: Path, name: str, interrupted: Event) -> Iterator[bool]:
    """Hold a cut's lock in the folder, waiting for it; whether it is held (not when interrupted).

    The system gives the lock back when a worker dies, so none is ever left behind.

    Raises:
        BatchError: if the folder cannot be made or written to.
    """
    lock = FileLock(folder / f".{name}.lock")
    while not interrupted.is_set():
        try:
            folder.mkdir(parents=True, exist_ok=True)
            lock.acquire(timeout=POLL)
        except Timeout:
            continue
        except OSError as error:
            raise BatchError(
                f"{folder} cannot be written to ({error.strerror}); choose another folder."
            ) from error
        break
    try:
        yield lock.is_locked
    finally:
        lock.release()


@dataclass(frozen=True)
class CutReport:
    """What stands in `NAME.json` beside the pictures of a cut.

    Attributes:
        shiage: the version that wrote them.
        content: hash of everything that decides their pixels, see `content_of`.
    """

    shiage: str
    model: str
    content: str
    frames: int
    segments: int
    unpainted: int


def content_of(job: Export, encoder: Encoder) -> str:
    """Name all that decides the exported pixels: program, model, rule, drawings, sheets, paint.

    The model counts with the constants that were fitted for it.

    Args:
        job: its files are read; a drawing that cannot be is left to the export to name.
        encoder: what colours it.

    Raises:
        ImageError: if a sheet cannot be read.
    """
    asked = job.predict
    said: list[object] = [__version__, encoder.name, encoder.version, scale_to_json(encoder.scale)]
    said.append(job.trace)
    said += [(color.id, color.rgba) for color in asked.palette.colors]
    for frame in asked.frames:
        paint = sorted(
            (*key, given.color_id) for key, given in asked.paint.get(frame.id, {}).items()
        )
        with suppress(ImageError):
            said.append((frame.path.name, frame.cel, _hash(frame.path), paint))
    for sheet in asked.sheets:
        said.append((sheet.line and _hash(sheet.line), _hash(sheet.color), sheet.line_colors))
    return hashlib.blake2b(json.dumps(said).encode(), digest_size=16).hexdigest()


def is_done(report: Path, job: Export, content: str) -> bool:
    """Return whether a report says that this very work was done and its pictures are there."""
    try:
        known = json.loads(report.read_text("utf-8"))["content"]
    except (OSError, ValueError, KeyError, TypeError):
        return False
    pictures = (job.folder / f"{frame.path.stem}.png" for frame in job.predict.frames)
    return bool(known == content) and all(picture.is_file() for picture in pictures)


def write_report(path: Path, done: ExportDone, *, model: str, content: str) -> None:
    """Write the report of a finished cut, complete or not at all.

    Raises:
        ImageError: if the disk refuses.
    """
    report = CutReport(__version__, model, content, done.frames, done.segments, done.unpainted)
    write_file(path, (json.dumps(asdict(report), indent=2) + "\n").encode())


def _hash(path: Path) -> str:
    try:
        with path.open("rb") as file:
            return hashlib.file_digest(file, "blake2b").hexdigest()
    except OSError as error:
        raise ImageError(
            f"{path} cannot be read ({error.strerror}); put it back or choose another one."
        ) from error
