"""The tables of a cut file: their schema, and the values that are read from them."""

import os
import sqlite3
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import count
from pathlib import Path
from typing import NamedTuple
from unicodedata import normalize

from core.edits import Mark, Paint, SegmentKey
from core.files import is_there
from core.palette import Color, Palette, Rgba
from core.sheets import SheetFiles

APPLICATION_ID = 0x53_48_47_45  # "SHGE", at byte 68 of the file
SCHEMA_VERSION = 1
PAGE_SIZE = 4096

SCHEMA = f"""
PRAGMA page_size = {PAGE_SIZE};
PRAGMA application_id = {APPLICATION_ID};
PRAGMA user_version = {SCHEMA_VERSION};

CREATE TABLE meta (
    id INTEGER PRIMARY KEY CHECK (id = 1),
    drawings_relative TEXT,               -- to the folder of the cut file; NULL on another drive
    drawings_absolute TEXT NOT NULL,
    cursor INTEGER NOT NULL,              -- the last edit that is not undone, 0 for none
    created_with TEXT NOT NULL
) STRICT;

CREATE TABLE frames (
    id INTEGER PRIMARY KEY,
    name TEXT NOT NULL UNIQUE,            -- relative to the drawings folder
    position INTEGER,                     -- NULL while the drawing is gone
    digest TEXT
) STRICT;

CREATE TABLE sheets (
    id INTEGER PRIMARY KEY AUTOINCREMENT, -- an id that was removed is not given again
    name TEXT NOT NULL,
    line_relative TEXT,
    line_absolute TEXT,                   -- NULL for a coloured drawing alone
    color_relative TEXT,
    color_absolute TEXT NOT NULL,
    line_colors TEXT NOT NULL             -- "rrggbbaa rrggbbaa …"
) STRICT;

CREATE TABLE colors (
    id INTEGER PRIMARY KEY,
    name TEXT NOT NULL,
    rgba TEXT NOT NULL CHECK (length(rgba) = 8 AND rgba NOT GLOB '*[^0-9a-f]*'),
    position INTEGER NOT NULL
) STRICT;

CREATE TABLE edits (
    id INTEGER PRIMARY KEY,
    text TEXT NOT NULL,
    time TEXT NOT NULL
) STRICT;

CREATE TABLE strokes (
    id INTEGER PRIMARY KEY,
    edit_id INTEGER NOT NULL REFERENCES edits (id) ON DELETE CASCADE,
    frame_id INTEGER NOT NULL REFERENCES frames (id),
    first_pixel INTEGER NOT NULL,
    area INTEGER NOT NULL,                -- below 0 while the drawing has no such segment
    before_color INTEGER,                 -- colour and mark are NULL where nobody said anything
    before_mark INTEGER CHECK (before_mark IN (1, 2)),
    after_color INTEGER,
    after_mark INTEGER CHECK (after_mark IN (1, 2)),
    CHECK ((before_color IS NULL) = (before_mark IS NULL)),
    CHECK ((after_color IS NULL) = (after_mark IS NULL))
) STRICT;

CREATE INDEX strokes_of_edit ON strokes (edit_id);
"""


@dataclass(frozen=True)
class FrameEntry:
    """A drawing of the clip; the id stays, whatever becomes of the file."""

    id: int
    name: str
    """File name relative to the drawings folder."""
    digest: str | None
    """Of its pixels, None while unknown."""


@dataclass(frozen=True)
class SheetEntry:
    """A sheet of the cut, its paths found again when the cut or the drawings have moved."""

    id: int
    files: SheetFiles


class Step(NamedTuple):
    """A step of the undo history; its strokes stay in the file."""

    edit_id: int
    text: str


def read_drawings(database: sqlite3.Connection, path: Path) -> Path:
    """Return the drawings folder of the cut file `path`."""
    relative, absolute = database.execute(
        "SELECT drawings_relative, drawings_absolute FROM meta"
    ).fetchone()
    return _found(relative, absolute, path)


def read_frames(database: sqlite3.Connection) -> tuple[FrameEntry, ...]:
    """Return the drawings that are in the clip, in its order."""
    rows = database.execute(
        "SELECT id, name, digest FROM frames WHERE position IS NOT NULL ORDER BY position"
    )
    return tuple(FrameEntry(*row) for row in rows)


def read_sheets(database: sqlite3.Connection, path: Path) -> tuple[SheetEntry, ...]:
    """Return the sheets of the cut file `path` in the order in which they were added."""
    rows = database.execute(
        "SELECT id, name, line_relative, line_absolute, color_relative, color_absolute, "
        "line_colors FROM sheets ORDER BY id"
    )
    return tuple(
        SheetEntry(
            sheet_id,
            SheetFiles(
                name,
                _found(line_relative, line_absolute, path) if line_absolute else None,
                _found(color_relative, color_absolute, path),
                tuple(map(_rgba, line_colors.split())),
            ),
        )
        for (
            sheet_id,
            name,
            line_relative,
            line_absolute,
            color_relative,
            color_absolute,
            line_colors,
        ) in rows
    )


def read_palette(database: sqlite3.Connection) -> Palette:
    """Return the palette."""
    rows = database.execute("SELECT id, name, rgba FROM colors ORDER BY position, id")
    return Palette(tuple(Color(color_id, name, _rgba(rgba)) for color_id, name, rgba in rows))


def read_history(database: sqlite3.Connection) -> tuple[list[Step], int]:
    """Return the steps and how many of them are not undone."""
    (cursor,) = database.execute("SELECT cursor FROM meta").fetchone()
    steps = [Step(*row) for row in database.execute("SELECT id, text FROM edits ORDER BY id")]
    return steps, sum(step.edit_id <= cursor for step in steps)


def read_paint(database: sqlite3.Connection) -> dict[int, dict[SegmentKey, Paint]]:
    """Return what a person said, by frame: the history up to the cursor, done again."""
    paint: dict[int, dict[SegmentKey, Paint]] = {}
    rows = database.execute(
        "SELECT frame_id, first_pixel, area, after_color, after_mark FROM strokes "
        "WHERE edit_id <= (SELECT cursor FROM meta) ORDER BY id"
    )
    paints: dict[tuple[int | None, int | None], Paint | None] = {}  # few, used by many strokes
    for frame_id, first_pixel, area, color, mark in rows:
        if (color, mark) not in paints:
            paints[color, mark] = paint_from(color, mark)
        frame, new = paint.setdefault(frame_id, {}), paints[color, mark]
        if new is None:
            frame.pop(SegmentKey(first_pixel, area), None)
        else:
            frame[SegmentKey(first_pixel, area)] = new
    return paint


def read_painted(database: sqlite3.Connection) -> dict[int, frozenset[SegmentKey]]:
    """Return the segments that have a history, by frame: steps that are undone count as well."""
    painted: dict[int, set[SegmentKey]] = {}
    rows = database.execute("SELECT DISTINCT frame_id, first_pixel, area FROM strokes")
    for frame_id, *key in rows:
        painted.setdefault(frame_id, set()).add(SegmentKey(*key))
    return {frame_id: frozenset(keys) for frame_id, keys in painted.items()}


def paint_from(color_id: int | None, mark: int | None) -> Paint | None:
    """Return the paint of a pair of columns."""
    return None if color_id is None or mark is None else Paint(color_id, Mark(mark))


def paint_columns(paint: Paint | None) -> tuple[int | None, int | None]:
    """Return the pair of columns of a paint, NULLs for none."""
    return (None, None) if paint is None else (paint.color_id, paint.mark.value)


def frame_ids(names: Sequence[str], database: sqlite3.Connection) -> dict[str, int]:
    """Return the id of every drawing: by name, then by a name that looks the same, then a new one.

    HFS+ and zip files made on a Mac hold names with their marks taken apart (が as か and ゛).
    """
    known = dict(database.execute("SELECT name, id FROM frames").fetchall())
    gone = {normalize("NFC", name): known[name] for name in known.keys() - set(names)}
    next_id = count(max(known.values(), default=0) + 1)
    ids: dict[str, int] = {}
    for name in names:
        same = known.get(name) or gone.pop(normalize("NFC", name), None)
        ids[name] = same or next(next_id)
    return ids


def store_digests(database: sqlite3.Connection, digests: Mapping[int, str]) -> None:
    """Remember what drawings looked like, by frame id."""
    database.executemany(
        "UPDATE frames SET digest = ? WHERE id = ?",
        [(digest, frame_id) for frame_id, digest in digests.items()],
    )


def stored_path(file: Path | None, path: Path) -> tuple[str | None, str | None]:
    """Return a path relative to the folder of the cut file (None on another drive) and absolute."""
    if file is None:
        return None, None
    absolute = os.path.normpath(file.absolute())
    try:
        return Path(os.path.relpath(absolute, path.absolute().parent)).as_posix(), absolute
    except ValueError:
        return None, absolute


def _found(relative: str | None, absolute: str, path: Path) -> Path:
    """Return the relative path if something is there, then the absolute one in any case."""
    if relative is not None:
        candidate = Path(os.path.normpath(path.parent / relative))
        if is_there(candidate):
            return candidate
    return Path(absolute)


def rgba_text(rgba: Rgba) -> str:
    """Return a colour as rrggbbaa."""
    return bytes(rgba).hex()


def _rgba(text: str) -> Rgba:
    red, green, blue, alpha = bytes.fromhex(text)
    return red, green, blue, alpha
