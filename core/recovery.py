"""Recovery: read what can be read of a damaged cut file and make a consistent cut of it.

Works on private copies only. SQLite has no checksums: a page is lost when it makes no sense.
"""

import sqlite3
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from core.palette import NO_COLOR

Row = tuple[Any, ...]

COLUMNS = {  # in the order in which rows may refer to rows of another table
    "meta": "id, drawings_relative, drawings_absolute, cursor, created_with",
    "frames": "id, name, position, digest",
    "sheets": "id, name, line_relative, line_absolute, color_relative, color_absolute, line_colors",
    "colors": "id, name, rgba, position",
    "edits": "id, text, time",
    "strokes": (
        "id, edit_id, frame_id, first_pixel, area, "
        "before_color, before_mark, after_color, after_mark"
    ),
}

UNREADABLE = (sqlite3.DatabaseError, UnicodeDecodeError)
"""What reading a damaged file raises; the latter from broken names in the schema."""

ROWS_BEHIND_A_PAGE = 100_000
"""More than one lost inner page can hide; 1 s of trying one by one (measured: 11 µs each)."""


@dataclass(frozen=True)
class Salvage:
    """The rows that could be read, by table; not yet consistent with each other."""

    rows: dict[str, list[Row]]

    @property
    def size(self) -> int:
        """How much was found; 0 is nothing."""
        return sum(map(len, self.rows.values()))


def salvage(copy: Path) -> Salvage:
    """Read every row that SQLite can still reach; the copy may be changed by it."""
    last_id = copy.stat().st_size // 16  # no row is shorter
    with closing(sqlite3.connect(copy, isolation_level=None)) as database:
        database.text_factory = lambda text: text.decode("utf-8", "replace")
        try:
            database.execute("PRAGMA writable_schema = ON")  # else a truncated file is refused
        except UNREADABLE:
            return Salvage({})
        return Salvage({table: _readable(database, table, last_id) for table in COLUMNS})


def fill(database: sqlite3.Connection, found: Salvage, folder: Path) -> None:
    """Put salvaged rows into a new cut whose tables are empty, and make them agree.

    An edit, drawing or colour that is lost but that strokes speak of leaves a placeholder, so that
    its id is not given again and the paint keeps its place.

    Args:
        database: a cut file with the schema, in a transaction.
        found: from the damaged file.
        folder: where the drawings are looked for when the file does not tell any more.
    """
    for table in ("meta", "frames", "sheets", "colors", "edits"):
        _insert(database, table, found.rows.get(table, []))
    strokes = found.rows.get("strokes", [])
    _insert(database, "frames", _lost_frames(database, strokes))
    _insert(database, "colors", _lost_colors(database, strokes))
    _insert(database, "edits", _lost_edits(database, strokes))
    _insert(database, "strokes", strokes)
    database.execute("DELETE FROM edits WHERE id NOT IN (SELECT edit_id FROM strokes)")
    _mend_cursor(database, folder)
    _mend_befores(database)


def _readable(database: sqlite3.Connection, table: str, last_id: int) -> list[Row]:
    """Read a table from the front and from the back, then row by row between the two."""
    select = f"SELECT {COLUMNS[table]} FROM {table}"
    front, is_whole = _rows_until_damage(database, f"{select} ORDER BY id")
    if is_whole:
        return front
    back, _ = _rows_until_damage(database, f"{select} ORDER BY id DESC")
    one = f"{select} WHERE id = ?"
    if not (front or back or any(_rows_until_damage(database, one, 1 << n)[1] for n in range(32))):
        return []  # the page that leads to all others is gone
    first = front[-1][0] + 1 if front else 1
    end = back[-1][0] if back else last_id + 1
    between: list[Row] = []
    missed = 0
    for row_id in range(first, end):
        rows, _ = _rows_until_damage(database, one, row_id)
        between += rows
        missed = 0 if rows else missed + 1
        if missed > ROWS_BEHIND_A_PAGE:
            break
    return front + between + back[::-1]


def _rows_until_damage(
    database: sqlite3.Connection, select: str, *values: int
) -> tuple[list[Row], bool]:
    """Return the rows before the first unreadable page, and whether there was none."""
    rows: list[Row] = []
    try:
        for row in database.execute(select, values):
            rows.append(row)  # noqa: PERF402 - an error keeps the rows before it
    except UNREADABLE:
        return rows, False
    return rows, True


def _insert(database: sqlite3.Connection, table: str, rows: list[Row]) -> None:
    """Insert what the schema accepts: it knows best which rows make sense."""
    columns = COLUMNS[table]
    marks = ", ".join("?" for _ in columns.split(","))
    for row in rows:
        try:
            database.execute(f"INSERT INTO {table} ({columns}) VALUES ({marks})", row)
        except sqlite3.IntegrityError:
            continue


def _lost_frames(database: sqlite3.Connection, strokes: list[Row]) -> list[Row]:
    lost = _unknown(database, "frames", {row[2] for row in strokes})
    return [(frame_id, f"lost drawing {frame_id}", None, None) for frame_id in lost]


def _lost_colors(database: sqlite3.Connection, strokes: list[Row]) -> list[Row]:
    lost = _unknown(database, "colors", {row[column] for row in strokes for column in (5, 7)})
    return [
        (color_id, f"Lost colour {color_id}", f"ff{color_id % 256:02x}ffff", color_id)
        for color_id in lost
        if color_id != NO_COLOR
    ]


def _lost_edits(database: sqlite3.Connection, strokes: list[Row]) -> list[Row]:
    lost = _unknown(database, "edits", {row[1] for row in strokes})
    return [(edit_id, "Recovered edit", "") for edit_id in lost]


def _unknown(database: sqlite3.Connection, table: str, used: set[Any]) -> list[int]:
    known = {row[0] for row in database.execute(f"SELECT id FROM {table}")}
    return sorted(each for each in used - known if isinstance(each, int))


def _mend_cursor(database: sqlite3.Connection, folder: Path) -> None:
    database.execute(
        "INSERT OR IGNORE INTO meta "
        "SELECT 1, '.', ?, ifnull(max(id), 0), 'recovery' FROM edits WHERE true",
        (str(folder),),
    )
    database.execute(
        "UPDATE meta SET cursor = (SELECT ifnull(max(id), 0) FROM edits WHERE id <= cursor)"
    )


def _mend_befores(database: sqlite3.Connection) -> None:
    """Let every stroke begin with what the strokes before it leave, now that some are missing."""
    paint: dict[Row, Row] = {}
    befores = []
    for stroke_id, *key, color, mark in database.execute(
        "SELECT id, frame_id, first_pixel, area, after_color, after_mark FROM strokes ORDER BY id"
    ):
        befores.append((*paint.get(tuple(key), (None, None)), stroke_id))
        paint[tuple(key)] = (color, mark)
    database.executemany(
        "UPDATE strokes SET before_color = ?, before_mark = ? WHERE id = ?", befores
    )
