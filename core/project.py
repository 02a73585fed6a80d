"""Project: the truth about a cut. What a person says is on disk before it is in memory.

Only the GUI thread changes a project. Predictions are not in it; accepting one is an edit.
"""

import sqlite3
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from types import MappingProxyType
from typing import Literal

from core import __version__
from core.cut_file import (
    CutExistsError,
    CutFileError,
    OpenedCut,
    explained,
    open_cut,
    read_cut,
    write_cut,
)
from core.cut_tables import (
    SCHEMA,
    FrameEntry,
    SheetEntry,
    Step,
    frame_ids,
    paint_columns,
    paint_from,
    read_drawings,
    read_frames,
    read_history,
    read_paint,
    read_painted,
    read_palette,
    read_sheets,
    rgba_text,
    store_digests,
    stored_path,
)
from core.edits import Changes, Edit, FramePaint, Paint, SegmentKey, Stroke
from core.files import is_same, is_there
from core.palette import Rgba
from core.redrawn import Moved, carried_over
from core.sheets import SheetFiles

__all__ = ["CutFileError", "FrameEntry", "Project", "SheetEntry"]


class Project:
    """A cut that is open: its drawings, sheets, palette and every colour a person gave.

    Every change is one committed transaction before it returns. When the disk refuses, file and
    memory stay as they were and `CutFileError` is raised; so it is when the cut is read-only.
    """

    @classmethod
    def create(cls, path: Path, drawings: Path, names: Sequence[str]) -> "Project":
        """Make a new cut of the drawings `names` in the folder `drawings` and open it.

        Raises:
            CutFileError: if `path` exists or cannot be written.
        """

        def fill(database: sqlite3.Connection) -> None:
            database.executescript("BEGIN;" + SCHEMA)
            database.execute(
                "INSERT INTO meta VALUES (1, ?, ?, 0, ?)",
                (*stored_path(drawings, path), __version__),
            )
            database.executemany(
                "INSERT INTO frames (name, position) VALUES (?, ?)",
                [(name, position) for position, name in enumerate(names)],
            )
            database.execute("COMMIT")

        write_cut(path, fill, is_new=True)
        return cls.open(path)

    @classmethod
    def open(cls, path: Path) -> "Project":
        """Open a cut, read-only or recovered if that is all that can be had: see `notices`.

        Raises:
            CutFileError: if it is missing, is no cut file, is open elsewhere or is beyond recovery.
        """
        return cls._of(open_cut(path.absolute()))

    @classmethod
    def read(cls, path: Path) -> "Project":
        """Read a cut as it is now, without holding it: `read_only`, and later changes are not seen.

        Raises:
            CutFileError: if it is missing, is no sound cut file, or is open in a window.
        """
        return cls._of(read_cut(path.absolute()))

    @classmethod
    def _of(cls, cut: OpenedCut) -> "Project":
        try:
            return cls(cut)
        except BaseException as error:
            cut.database.close()
            if cut.is_newer and isinstance(error, CutFileError | ValueError):
                raise CutFileError(
                    f"“{cut.path.name}” was saved by a newer Shiage in a form that this one cannot "
                    "read; update Shiage."
                ) from error
            raise

    def __init__(self, cut: OpenedCut) -> None:
        """Read all but the strokes of the history; callers use `create` or `open`."""
        self._take(cut)
        with explained(self.path, "read"):
            self.frames = read_frames(cut.database)
            self.palette = read_palette(cut.database)
            self._steps, self._done = read_history(cut.database)
            self._paint = read_paint(cut.database)
            self._painted = read_painted(cut.database)

    def _take(self, cut: OpenedCut) -> None:
        """Continue in this file; what it says about other files is relative to it."""
        with explained(cut.path, "read"):
            drawings = read_drawings(cut.database, cut.path)
            sheets = read_sheets(cut.database, cut.path)
        self._cut, self.drawings, self.sheets = cut, drawings, sheets

    @property
    def path(self) -> Path:
        """The file that holds the project now."""
        return self._cut.path

    @property
    def read_only(self) -> bool:
        """Whether every change is refused."""
        return self._cut.read_only_reason is not None

    @property
    def notices(self) -> tuple[str, ...]:
        """Sentences to say once after opening: why it is read-only, what was recovered."""
        return self._cut.notices

    # ---- edits ----

    def paint(self, frame_id: int) -> FramePaint:
        """Return what a person said about a frame; the mapping keeps its values for ever."""
        return MappingProxyType(self._paint.get(frame_id, {}))

    @property
    def painted(self) -> Mapping[int, frozenset[SegmentKey]]:
        """By frame id, the segments that have a history, whatever became of it."""
        return dict(self._painted)

    def apply(
        self,
        edit: Edit,
        digests: Mapping[int, str] = MappingProxyType({}),
        *,
        goes_on: bool = False,
    ) -> Changes:
        """Do an edit and drop what was undone before it; one that changes nothing is no step.

        Args:
            edit: the step.
            digests: what its drawings look like, by frame id: paint without it could not follow a
                drawing that is saved anew, so that both are written or neither.
            goes_on: whether it is a further part of the last step, unless that has been undone.
        """
        strokes = self._effective(edit.strokes)
        if not strokes:
            self.set_digests(digests)
            return Changes()
        goes_on = goes_on and 0 < self._done == len(self._steps)
        following = Step(self._cursor(self._done) + 1, edit.text)
        step = self._steps[-1] if goes_on else following
        rows = [
            (
                step.edit_id,
                frame_id,
                *key,
                *paint_columns(self._paint_of(frame_id, key)),
                *paint_columns(paint),
            )
            for frame_id, key, paint in strokes
        ]
        with self._transaction() as database:
            if not goes_on:
                database.execute("DELETE FROM edits WHERE id >= ?", (step.edit_id,))  # and strokes
                database.execute("INSERT INTO edits VALUES (?, ?, ?)", (*step, _now()))
            database.executemany(
                "INSERT INTO strokes (edit_id, frame_id, first_pixel, area, before_color, "
                "before_mark, after_color, after_mark) VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
                rows,
            )
            database.execute("UPDATE meta SET cursor = ?", (step.edit_id,))
            store_digests(database, digests)
        self.frames = self._with_digests(digests)
        if not goes_on:
            self._steps[self._done :] = [step]
            self._done += 1
        for frame_id in {stroke.frame_id for stroke in strokes}:
            new = {stroke.key for stroke in strokes if stroke.frame_id == frame_id}
            self._painted[frame_id] = self._painted.get(frame_id, frozenset()) | new
        return self._put(strokes)

    def carry_over(self, frame_id: int, moved: Moved, digest: str) -> Changes:
        """Give the segments of a redrawn frame their present keys, in its whole history.

        So that undo and redo go on as if it had been drawn like this at first. What became of its
        segments is no step.
        """
        with self._transaction() as database:
            rows = database.execute(
                "SELECT id, first_pixel, area FROM strokes WHERE frame_id = ?", (frame_id,)
            ).fetchall()
            database.executemany(
                "UPDATE strokes SET first_pixel = ?, area = ? WHERE id = ?",
                [
                    (*moved[SegmentKey(*key)], row)
                    for row, *key in rows
                    if SegmentKey(*key) in moved
                ],
            )
            store_digests(database, {frame_id: digest})
        self.frames = self._with_digests({frame_id: digest})
        self._paint[frame_id] = dict(carried_over(self.paint(frame_id), moved))
        painted = self._painted.get(frame_id, frozenset())
        self._painted[frame_id] = frozenset(moved.get(key, key) for key in painted)
        return Changes(frames=frozenset([frame_id] if moved else []))

    def undo(self) -> Changes:
        """Take back the last step, if there is one."""
        if self._done == 0:
            return Changes()
        return self._move(self._steps[self._done - 1], "before", self._done - 1)

    def redo(self) -> Changes:
        """Do again the step that was undone last, if there is one."""
        if self._done == len(self._steps):
            return Changes()
        return self._move(self._steps[self._done], "after", self._done + 1)

    @property
    def undo_text(self) -> str | None:
        """What `undo` would take back, None when there is nothing."""
        return self._steps[self._done - 1].text if self._done else None

    @property
    def redo_text(self) -> str | None:
        """What `redo` would do again, None when there is nothing."""
        return self._steps[self._done].text if self._done < len(self._steps) else None

    def undo_target(self) -> int | None:
        """Return the first frame of the clip that `undo` would touch."""
        return self._target(self._steps[self._done - 1]) if self._done else None

    def redo_target(self) -> int | None:
        """Return the first frame of the clip that `redo` would touch."""
        return self._target(self._steps[self._done]) if self._done < len(self._steps) else None

    # ---- drawings, sheets, palette ----

    def knows_any(self, names: Sequence[str]) -> bool:
        """Tell whether one of these is a drawing of the cut, as in `sync_frames`, or was one."""
        with explained(self.path, "read"):
            known = self._cut.database.execute("SELECT id FROM frames").fetchall()
            ids = frame_ids(names, self._cut.database)
        return any((frame_id,) in known for frame_id in ids.values())

    def sync_frames(self, drawings: Path, names: Sequence[str]) -> Changes:
        """Take over the drawings that are in the folder now, in this order.

        A known name keeps its id, also when only its Unicode form changed on the way from a Mac.
        A drawing that is gone leaves the clip; what was said about it stays and returns with it.

        Returns:
            The frames that came, went or moved; all of them when the folder is another one.
        """
        drawings = drawings.absolute()
        if drawings == self.drawings and list(names) == [frame.name for frame in self.frames]:
            return Changes()
        with self._transaction() as database:
            ids = frame_ids(names, database)
            database.execute("UPDATE frames SET position = NULL")
            database.executemany(
                "INSERT INTO frames (id, name, position) VALUES (?, ?, ?) ON CONFLICT (id) "
                "DO UPDATE SET name = excluded.name, position = excluded.position",
                [(frame_id, name, place) for place, (name, frame_id) in enumerate(ids.items())],
            )
            database.execute(
                "UPDATE meta SET drawings_relative = ?, drawings_absolute = ?",
                stored_path(drawings, self.path),
            )
            frames = read_frames(database)
        before = {(frame.id, place) for place, frame in enumerate(self.frames)}
        after = {(frame.id, place) for place, frame in enumerate(frames)}
        touched = before ^ after if drawings == self.drawings else before | after
        self.drawings, self.frames = drawings, frames
        return Changes(frames=frozenset(frame_id for frame_id, _ in touched))

    def set_digests(self, digests: Mapping[int, str]) -> None:
        """Remember what drawings looked like, by frame id; costs nothing when it is known."""
        frames = self._with_digests(digests)
        if frames == self.frames:
            return
        with self._transaction() as database:
            store_digests(database, digests)
        self.frames = frames

    def add_sheets(self, sheets: Sequence[SheetFiles], colors: Sequence[Rgba]) -> Changes:
        """Add sheets and those of their colours that the palette does not have yet."""
        palette = self.palette.with_colors(list(colors))
        new_colors = palette.colors[len(self.palette.colors) :]
        if not sheets and not new_colors:
            return Changes()
        with self._transaction() as database:
            database.executemany(
                "INSERT INTO colors VALUES (?, ?, ?, ?)",
                [(color.id, color.name, rgba_text(color.rgba), color.id) for color in new_colors],
            )
            database.executemany(
                "INSERT INTO sheets (name, line_relative, line_absolute, color_relative, "
                "color_absolute, line_colors) VALUES (?, ?, ?, ?, ?, ?)",
                [
                    (
                        sheet.name,
                        *stored_path(sheet.line, self.path),
                        *stored_path(sheet.color, self.path),
                        " ".join(map(rgba_text, sheet.line_colors)),
                    )
                    for sheet in sheets
                ],
            )
            all_sheets = read_sheets(database, self.path)
        self.palette, self.sheets = palette, all_sheets
        return Changes(palette=bool(new_colors), sheets=bool(sheets))

    def remove_sheet(self, sheet_id: int) -> Changes:
        """Forget a sheet; its colours stay, for they may be in use."""
        if all(sheet.id != sheet_id for sheet in self.sheets):
            return Changes()
        with self._transaction() as database:
            database.execute("DELETE FROM sheets WHERE id = ?", (sheet_id,))
        self.sheets = tuple(sheet for sheet in self.sheets if sheet.id != sheet_id)
        return Changes(sheets=True)

    def locate_sheets(self, found: Sequence[SheetFiles]) -> Changes:
        """Replace the sheets that are gone by found ones of the same name, lines as chosen."""
        by_name = {files.name: files for files in found}
        named = [sheet for sheet in self.sheets if sheet.files.name in by_name]
        moved = [sheet for sheet in named if not is_there(sheet.files.color)]
        for sheet in moved:
            files = replace(by_name[sheet.files.name], line_colors=sheet.files.line_colors)
            self.add_sheets([files], [])
            self.remove_sheet(sheet.id)
        return Changes(sheets=bool(moved))

    def add_color(self, rgba: Rgba) -> Changes:
        """Add a colour at the end of the palette unless it is there."""
        return self.add_sheets((), (rgba,))

    # ---- the file ----

    def save_as(self, path: Path) -> None:
        """Write the cut to another file and continue there; the old file stays as it was.

        Raises:
            CutFileError: if `path` is open in another window or cannot be written, or if the cut
                is from a newer Shiage.
        """
        path = path.absolute()
        is_here = is_same(path, self.path)
        if self._cut.read_only_reason is not None and (is_here or self._cut.is_newer):
            raise CutFileError(self._cut.read_only_reason)
        if is_here:  # the log of the open file has that name, so no other file may get it
            self._cut.refuse_unwritable()
            self.checkpoint()
            return

        def fill(database: sqlite3.Connection) -> None:
            self._cut.database.backup(database)
            database.execute("BEGIN")
            database.execute(
                "UPDATE meta SET drawings_relative = ?, drawings_absolute = ?",
                stored_path(self.drawings, path),
            )
            database.executemany(
                "UPDATE sheets SET line_relative = ?, line_absolute = ?, color_relative = ?, "
                "color_absolute = ? WHERE id = ?",
                [
                    (
                        *stored_path(sheet.files.line, path),
                        *stored_path(sheet.files.color, path),
                        sheet.id,
                    )
                    for sheet in self.sheets
                ],
            )
            database.execute("COMMIT")

        write_cut(path, fill)
        old = self._cut
        self._take(open_cut(path))
        old.close()

    def checkpoint(self) -> None:
        """Move committed edits from the -wal file into the cut file: for an idle moment."""
        if not self.read_only:
            self._cut.checkpoint()

    def close(self) -> None:
        """Checkpoint and let go of the file; the project cannot be used after it."""
        self._cut.close()

    # ---- within ----

    @contextmanager
    def _transaction(self) -> Iterator[sqlite3.Connection]:
        """Commit all statements of the block or none; memory follows after it, never in it."""
        self._cut.refuse_unwritable()
        with explained(self.path, "written"):
            database = self._cut.database
            try:
                database.execute("BEGIN IMMEDIATE")
                yield database
                database.execute("COMMIT")
            except BaseException:
                if database.in_transaction:  # some errors have rolled back already
                    database.execute("ROLLBACK")
                raise

    def _effective(self, strokes: Sequence[Stroke]) -> list[Stroke]:
        """Return the last stroke on every segment, without those that change nothing."""
        last = {(stroke.frame_id, stroke.key): stroke for stroke in strokes}
        return [each for each in last.values() if each.paint != self._paint_of(*each[:2])]

    def _with_digests(self, digests: Mapping[int, str]) -> tuple[FrameEntry, ...]:
        return tuple(replace(f, digest=digests.get(f.id, f.digest)) for f in self.frames)

    def _paint_of(self, frame_id: int, key: SegmentKey) -> Paint | None:
        return self._paint.get(frame_id, {}).get(key)

    def _move(self, step: Step, side: Literal["before", "after"], done: int) -> Changes:
        """Give the segments of a step their paint before or after it; no edit is written."""
        order = "DESC" if side == "before" else "ASC"  # a gesture may paint a segment twice
        with self._transaction() as database:
            rows = database.execute(
                f"SELECT frame_id, first_pixel, area, {side}_color, {side}_mark FROM strokes "
                f"WHERE edit_id = ? ORDER BY id {order}",
                (step.edit_id,),
            ).fetchall()
            database.execute("UPDATE meta SET cursor = ?", (self._cursor(done),))
        self._done = done
        return self._put(
            [Stroke(row[0], SegmentKey(*row[1:3]), paint_from(*row[3:])) for row in rows]
        )

    def _cursor(self, done: int) -> int:
        return self._steps[done - 1].edit_id if done else 0

    def _put(self, strokes: Sequence[Stroke]) -> Changes:
        """Change memory; frames get new mappings, so that those given out keep their values."""
        touched = {stroke.frame_id for stroke in strokes}
        self._paint |= {frame_id: dict(self._paint.get(frame_id, {})) for frame_id in touched}
        for frame_id, key, paint in strokes:
            if paint is None:
                self._paint[frame_id].pop(key, None)
            else:
                self._paint[frame_id][key] = paint
        return Changes(frames=frozenset(touched & {frame.id for frame in self.frames}))

    def _target(self, step: Step) -> int | None:
        with explained(self.path, "read"):
            row = self._cut.database.execute(
                "SELECT frame_id FROM strokes JOIN frames ON frames.id = frame_id "
                "WHERE edit_id = ? AND position IS NOT NULL ORDER BY strokes.id LIMIT 1",
                (step.edit_id,),
            ).fetchone()
        return row[0] if row else None


def open_or_create(path: Path, drawings: Path, names: Sequence[str]) -> Project:
    """Open a cut, or make it with its folder.

    Raises:
        CutFileError: as `Project.open` and `Project.create` do.
    """
    with explained(path, "written"):
        path.parent.mkdir(parents=True, exist_ok=True)
    with suppress(CutExistsError):
        return Project.create(path, drawings, names)
    return Project.open(path)


def _now() -> str:
    return datetime.now(UTC).isoformat(timespec="seconds")
