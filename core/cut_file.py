"""The cut file: one SQLite file that holds the truth about a cut; opening and replacing it.

A file is first looked at in a private copy, and only a sound one is opened itself. So a damaged
file keeps its bytes, a newer one its format, and one on a read-only disk can be read at all.
"""

import os
import secrets
import shutil
import sqlite3
import sys
import tempfile
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager, suppress
from dataclasses import dataclass, replace
from enum import Enum, auto
from itertools import count, takewhile
from pathlib import Path
from urllib.parse import quote

from core.cut_tables import APPLICATION_ID, PAGE_SIZE, SCHEMA, SCHEMA_VERSION
from core.recovery import COLUMNS, UNREADABLE, Salvage, fill, salvage


class CutFileError(Exception):
    """One sentence for the user: which file, what is wrong, what to do."""


class CutExistsError(CutFileError):
    """A cut that was to be new is there already."""

    def __init__(self, path: Path) -> None:
        """Name it."""
        super().__init__(f"“{path.name}” exists already; open it or choose another name.")


@dataclass(frozen=True)
class OpenedCut:
    """An open cut file; read-only ones are held in memory and leave the disk alone."""

    database: sqlite3.Connection
    path: Path
    read_only_reason: str | None = None
    """Why nothing can be written, as a sentence; None when it can."""
    is_newer: bool = False
    """Whether its format is newer than ours: it may hold what we do not know."""
    notices: tuple[str, ...] = ()
    """Sentences to say once after opening."""
    file: os.stat_result | None = None
    """Which file it is, if it can be written: another one may get its name."""

    def refuse_unwritable(self) -> None:
        """Ask before every change: what goes to a file that has no name any more is lost.

        Raises:
            CutFileError: if it is read-only, or its file was deleted, moved or replaced.
        """
        if self.read_only_reason is not None:
            raise CutFileError(self.read_only_reason)
        with explained(self.path, "written"):
            try:
                is_here = self.file is None or os.path.samestat(self.path.stat(), self.file)
            except (FileNotFoundError, NotADirectoryError):
                is_here = False
        if not is_here:
            raise CutFileError(
                f"“{self.path.name}” was deleted, moved or replaced while it was open; "
                "save it under another name, all that was painted is kept."
            )

    def checkpoint(self) -> None:
        """Move what was committed from the -wal file into the cut file.

        Raises:
            CutFileError: if the disk refuses.
        """
        with explained(self.path, "written"):
            self.database.execute("PRAGMA wal_checkpoint(TRUNCATE)")

    def close(self) -> None:
        """Let go of the file, with everything in it.

        SQLite leaves the -wal file as it is where the cut file was moved or replaced: its edits
        would be lost to the one, and applied to the other.
        """
        if self.read_only_reason is None:
            with suppress(CutFileError, sqlite3.ProgrammingError):  # or is closed already
                self.checkpoint()
        self.database.close()


class _Condition(Enum):
    SOUND = auto()
    NEWER = auto()
    DAMAGED = auto()
    FOREIGN = auto()


def open_cut(path: Path) -> OpenedCut:
    """Open a cut file for writing, or for reading where that is all it allows.

    A damaged file is left alone: what can be read of it is opened as a new file beside it.

    Raises:
        CutFileError: if it is missing, is no cut file, is open elsewhere or is beyond recovery.
    """
    _refuse_if_missing(path, "opened")
    _refuse_if_held(path)
    with explained(path, "opened"), tempfile.TemporaryDirectory(prefix="shiage-") as folder:
        copy = _copy_with_wal(path, Path(folder) / "looked-at.cut")
        condition = _condition(copy)
        if condition is _Condition.NEWER:
            reason = (
                f"“{path.name}” was saved by a newer Shiage and can only be looked at; "
                "update Shiage to change it."
            )
            return OpenedCut(_in_memory(copy), path, reason, is_newer=True, notices=(reason,))
        if condition is _Condition.FOREIGN:
            raise CutFileError(f"“{path.name}” is not a cut file; choose another file.")
        if condition is _Condition.DAMAGED:
            return _open_recovered(path, Path(folder))
        try:
            return OpenedCut(connect(path), path, file=path.stat())
        except sqlite3.OperationalError as error:
            if _is_busy(error):
                raise CutFileError(_held(path)) from error
            reason = (
                f"“{path.name}” or its folder is write-protected, so the cut can only be looked "
                "at; save it under another name to change it."
            )
            return OpenedCut(_in_memory(copy), path, reason, notices=(reason,))


def read_cut(path: Path) -> OpenedCut:
    """Read a cut file into memory as it is now; any number of readers, and nothing is written.

    Raises:
        CutFileError: if it is missing, is no sound cut file, or is open in a window.
    """
    _refuse_if_missing(path, "read")
    _refuse_if_held(path)
    with explained(path, "read"), tempfile.TemporaryDirectory(prefix="shiage-") as folder:
        copy = _copy_with_wal(path, Path(folder) / "looked-at.cut")
        condition = _condition(copy)
        if condition in (_Condition.SOUND, _Condition.NEWER):
            is_newer = condition is _Condition.NEWER
            reason = f"“{path.name}” was opened to be read only."
            return OpenedCut(_in_memory(copy), path, reason, is_newer=is_newer)
    raise CutFileError(f"“{path.name}” is damaged or no cut file; open it in the window to see.")


def connect(path: Path) -> sqlite3.Connection:
    """Open a file for writing and hold it alone; fails at once when somebody else does.

    Raises:
        sqlite3.OperationalError: if it is held or cannot be written.
    """
    database = sqlite3.connect(path, timeout=0, isolation_level=None)
    try:
        database.execute("PRAGMA locking_mode = EXCLUSIVE")  # before the first read: no -shm file
        database.execute("PRAGMA journal_mode = WAL")
        database.execute("PRAGMA synchronous = FULL")
        database.execute("PRAGMA fullfsync = ON")  # macOS: its fsync alone stops at the drive
        database.execute("PRAGMA foreign_keys = ON")
        database.execute("BEGIN IMMEDIATE")
        database.execute("COMMIT")
    except BaseException:
        database.close()
        raise
    return database


def write_cut(
    path: Path, write: Callable[[sqlite3.Connection], None], *, is_new: bool = False
) -> None:
    """Write a whole cut file under a temporary name and rename it: `path` is complete or as it was.

    Any number of windows may do that at the same time: none writes to the file of another.

    Args:
        path: gets its name when it is complete.
        write: fills it.
        is_new: whether a file that is there stays, also one that came there meanwhile.

    Raises:
        CutExistsError: if it is to be new and is not.
        CutFileError: if `path` is open in another window or the disk refuses.
    """
    with explained(path, "written"):
        if is_new and path.exists():
            raise CutExistsError(path)
        if path.is_symlink():
            path = path.resolve()
        temporary = path.with_name(f".shiage-{secrets.token_hex(8)}.tmp")
        try:
            with closing(connect(temporary)) as database:
                write(database)
            _sync(temporary)
            if path.exists():
                _refuse_if_held(path)
            _remove_wal(path)  # an old one would be applied to the new file
            if is_new:
                _rename_new(temporary, path)
            else:
                temporary.replace(path)
            if sys.platform != "win32":
                with suppress(OSError):  # some network disks cannot do this to a folder
                    _sync(path.parent)
        except BaseException:
            _remove_with_wal(temporary)
            raise


@contextmanager
def explained(path: Path, doing: str) -> Iterator[None]:
    """Turn what the disk can do to us into a `CutFileError`; our own mistakes pass through."""
    try:
        yield
    except (sqlite3.IntegrityError, sqlite3.ProgrammingError):
        raise
    except UnicodeEncodeError as error:
        name = error.object.encode("utf-8", "replace").decode()
        raise CutFileError(
            f"The name “{name}” holds letters that cannot be read; rename the file and try again."
        ) from error
    except (sqlite3.Error, OSError) as error:
        if isinstance(error, sqlite3.Error) and _is_busy(error):
            raise CutFileError(_held(path)) from error
        raise CutFileError(
            f"“{path.name}” could not be {doing} ({error}); check that the disk is there, "
            "has space and may be written, then try again."
        ) from error


def _held(path: Path) -> str:
    return (
        f"“{path.name}” is open in another Shiage window; "
        "close it there or make a copy of the file."
    )


def _is_busy(error: sqlite3.Error) -> bool:
    code: int = getattr(error, "sqlite_errorcode", 0)  # Python's own errors have none
    return code & 0xFF in (sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED)


def _refuse_if_missing(path: Path, doing: str) -> None:
    with explained(path, doing):
        if path.is_dir():
            raise CutFileError(f"“{path}” is a folder; choose a .cut file.")
        if not path.is_file():
            raise CutFileError(f"“{path}” does not exist; choose another file.")


def _refuse_if_held(path: Path) -> None:
    """Raise `CutFileError` if a window holds the file; reads and writes nothing.

    Through SQLite and not by opening the file ourselves: on POSIX, closing any handle to a file
    drops all locks this process has on it. Where the file is free, the exclusive lock fails in
    another way on a handle that may only read; that, and what the file contains, is not asked here.
    """
    address = path.absolute().as_posix()
    slash = "" if address.startswith("/") else "/"
    uri = f"file://{slash}{quote(address, safe='/:')}?mode=ro"
    try:
        with closing(sqlite3.connect(uri, uri=True, timeout=0)) as database:
            database.execute("PRAGMA locking_mode = EXCLUSIVE")
            database.execute("SELECT count(*) FROM sqlite_schema").fetchone()
    except sqlite3.Error as error:
        if _is_busy(error):
            raise CutFileError(_held(path)) from error


def _condition(copy: Path) -> _Condition:
    with copy.open("rb") as file:
        header = file.read(100)
    is_sqlite = header.startswith(b"SQLite format 3\0")
    if is_sqlite and header[68:72] != APPLICATION_ID.to_bytes(4, "big"):
        return _Condition.FOREIGN
    try:
        with closing(sqlite3.connect(copy)) as database:
            if _pragma(database, "user_version") > SCHEMA_VERSION:
                return _Condition.NEWER
            for table in COLUMNS.keys() - {"strokes"}:  # the check below does not look at letters
                database.execute(f"SELECT * FROM {table}").fetchall()
            (answer,) = database.execute("PRAGMA integrity_check(1)").fetchone()
    except UNREADABLE:
        return _Condition.DAMAGED
    return _Condition.SOUND if answer == "ok" else _Condition.DAMAGED


def _pragma(database: sqlite3.Connection, name: str) -> int:
    value: int = database.execute(f"PRAGMA {name}").fetchone()[0]
    return value


def _open_recovered(path: Path, folder: Path) -> OpenedCut:
    if (earlier := _recovered_before(path, folder)) is not None:  # what was painted since is there
        opened = open_cut(earlier)
        notice = (
            f"“{path.name}” is damaged; “{earlier.name}” beside it, which was recovered from it "
            "before, is open now."
        )
        return replace(opened, notices=(notice, *opened.notices))
    found = _salvaged(path, folder)
    if found.size == 0:
        raise CutFileError(
            f"“{path.name}” is not a cut file, or is so damaged that nothing in it can be read; "
            "choose another file or a backup of it."
        )
    new_path = next(each for each in _recovered_paths(path) if not each.exists())
    try:
        write_cut(
            new_path, lambda database: _fill_recovered(database, found, path.parent), is_new=True
        )
    except CutFileError as error:
        raise CutFileError(
            f"“{path.name}” is damaged and what can be read of it could not be written beside it; "
            "copy it to a folder that has space and may be written, then open the copy."
        ) from error
    notice = (
        f"“{path.name}” is damaged; what could be read was put into “{new_path.name}” beside it, "
        "which is open now, and the damaged file was left as it is."
    )
    return OpenedCut(connect(new_path), new_path, notices=(notice,), file=new_path.stat())


def _salvaged(path: Path, folder: Path) -> Salvage:
    alone = Path(shutil.copyfile(path, folder / "alone.cut"))
    if _condition(alone) is _Condition.SOUND:  # so the -wal file is that of another file
        return salvage(alone)
    whole = _copy_with_wal(path, folder / "whole.cut")
    headed = _copy_with_wal(path, folder / "headed.cut")
    _give_first_page(headed)
    return max(salvage(whole), salvage(headed), key=lambda found: found.size)


def _fill_recovered(database: sqlite3.Connection, found: Salvage, folder: Path) -> None:
    database.executescript("BEGIN;" + SCHEMA)
    fill(database, found, folder)
    database.execute("COMMIT")


def _recovered_before(path: Path, folder: Path) -> Path | None:
    """Find the latest sound cut that was recovered from a file after that changed last."""
    found = None
    for each in takewhile(Path.exists, _recovered_paths(path)):
        copy = _copy_with_wal(each, folder / "recovered-before.cut")
        is_later = each.stat().st_mtime >= path.stat().st_mtime
        if is_later and _condition(copy) is _Condition.SOUND:
            found = each
    return found


def _recovered_paths(path: Path) -> Iterator[Path]:
    """Yield the names that recovered cuts of a file get, first come first served."""
    yield path.with_name(f"{path.stem} (recovered).cut")
    yield from (path.with_name(f"{path.stem} (recovered {number}).cut") for number in count(2))


def _give_first_page(copy: Path) -> None:
    """Put the first page of an empty cut there: it says where the tables are, in all alike."""
    empty = copy.with_name("empty.cut")
    with closing(sqlite3.connect(empty, isolation_level=None)) as database:
        database.executescript(SCHEMA)
    page = bytearray(empty.read_bytes()[:PAGE_SIZE])
    page[18:20] = 2, 2  # there may be a -wal file
    page[28:32] = bytes(4)  # number of pages: 0 lets SQLite ask the file
    with copy.open("r+b") as file:
        file.write(page)


def _in_memory(copy: Path) -> sqlite3.Connection:
    database = sqlite3.connect(":memory:", isolation_level=None)
    with closing(sqlite3.connect(copy)) as source:
        source.backup(database)
    return database


def _copy_with_wal(path: Path, copy: Path) -> Path:
    shutil.copyfile(path, copy)
    if (wal := _wal(path)).exists():
        shutil.copyfile(wal, _wal(copy))
    return copy


def _wal(path: Path) -> Path:
    real = path.resolve()  # SQLite puts it beside the file that a link points to
    return real.with_name(real.name + "-wal")


def _rename_new(temporary: Path, path: Path) -> None:
    """Rename a file unless there is one of that name; POSIX's rename would replace it."""
    try:
        if sys.platform == "win32":
            temporary.rename(path)
            return
        path.hardlink_to(temporary)
    except FileExistsError as error:
        raise CutExistsError(path) from error
    except OSError:  # some disks have no second names
        temporary.replace(path)
    else:
        temporary.unlink()


def _remove_wal(path: Path) -> None:
    _wal(path).unlink(missing_ok=True)


def _remove_with_wal(path: Path) -> None:
    path.unlink(missing_ok=True)
    _remove_wal(path)


def _sync(path: Path) -> None:
    handle = os.open(path, os.O_RDWR if path.is_file() else os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
