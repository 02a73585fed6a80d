"""Store: the folder of imported weights, and the manifest that says what lies in it.

A file is there under its own name only when it is complete: it is written under a temporary name,
renamed, and then entered in `manifest.json`, which is replaced in the same way.
"""

import contextlib
import errno
import hashlib
import json
import re
import secrets
import time
from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from threading import Event

from filelock import FileLock

from core.files import write_whole
from core.places import models_folder

MANIFEST = "manifest.json"

CHUNK = 8 * 2**20
"""Bytes that are copied or hashed between two looks at the stop event."""

FORGOTTEN = 24 * 3600
"""Seconds after which nobody writes to a temporary file any more."""

LOCK, PATIENCE = ".shiage-lock", 30
"""Held while files are renamed and entered; seconds that another process may hold it."""

FULL = (errno.ENOSPC, errno.EDQUOT)
"""What the system says when a disk, or a person's share of it, is full."""


class ModelError(Exception):
    """A model cannot be used; one sentence: which, why, what to do."""


@dataclass(frozen=True)
class Stored:
    """A file of weights that was checked and taken into the folder.

    Attributes:
        name: what it holds: `dacon-1.1`, `vitl14`, or timm's name of a backbone.
        file: its name in the folder.
        bytes: its size.
        sha256: its hash when it was taken in, 64 hexadecimal digits.
        needs: the DINOv2 that a DACoN without one inside is used with.
    """

    name: str
    file: str
    bytes: int
    sha256: str
    needs: str | None = None

    @property
    def path(self) -> Path:
        """Where it lies."""
        return models_folder() / self.file


@dataclass(frozen=True)
class Verified:
    """The answer to `verify` for one file; without a problem it is what was imported."""

    name: str
    path: Path
    problem: str | None


def stored() -> dict[str, Stored]:
    """Return what the manifest says by name; nothing if there is none that can be read.

    A damaged manifest costs an import and nothing else, so it is no reason to stop.
    """
    try:
        found = json.loads((models_folder() / MANIFEST).read_bytes())
    except (OSError, ValueError):
        return {}
    rows = found.get("models") if isinstance(found, dict) else None
    entries = [_entry(row) for row in (rows if isinstance(rows, list) else [])]
    return {entry.name: entry for entry in entries if entry is not None}


def temporary_path() -> Path:
    """Return a new name for a file that is being written; the folder is made.

    Raises:
        OSError: if the folder cannot be made.
    """
    folder = models_folder()
    folder.mkdir(parents=True, exist_ok=True)
    for left in folder.glob(".shiage-*.tmp"):  # by a process that was killed
        with contextlib.suppress(OSError):
            if time.time() - left.stat().st_mtime > FORGOTTEN:
                left.unlink()
    return folder / f".shiage-{secrets.token_hex(8)}.tmp"


def keep(entry: Stored, complete: Path) -> None:
    """Take a complete file of this folder in under its name, in place of a former one.

    Several processes may do so at the same time.

    Raises:
        OSError: if the folder does not take it.
    """
    with FileLock(models_folder() / LOCK, timeout=PATIENCE):
        entries = stored()
        former = entries.get(entry.name)
        complete.replace(entry.path)
        _write({**entries, entry.name: entry})
        if former is not None and former.file != entry.file:
            former.path.unlink(missing_ok=True)


def verify(stop: Event) -> Iterator[Verified]:
    """Hash every file again and compare it with what was recorded at its import."""
    for entry in stored().values():
        problem = None
        try:
            size = entry.path.stat().st_size
            digest = hashlib.sha256()
            with entry.path.open("rb") as file:
                while size == entry.bytes and (chunk := file.read(CHUNK)):
                    digest.update(chunk)
                    if stop.is_set():
                        return
            if size != entry.bytes or digest.hexdigest() != entry.sha256:
                problem = f"{entry.path} is not what was imported; import {entry.name} again."
        except FileNotFoundError:
            problem = f"{entry.path} is missing; import {entry.name} again."
        except OSError as error:
            problem = f"{entry.path} cannot be read ({error.strerror})."
        yield Verified(entry.name, entry.path, problem)


def why_not_stored(error: OSError) -> str:
    """Say in one sentence why the folder did not take a file."""
    if error.errno in FULL:
        return no_space()
    return (
        f"{models_folder()} cannot be written to ({error.strerror or error}); name another folder"
        " in SHIAGE_MODELS."
    )


def no_space() -> str:
    """Say that the disk is full."""
    return (
        f"There is no space left for the weights in {models_folder()}; free some, or name a folder"
        " on another disk in SHIAGE_MODELS."
    )


def _write(entries: Mapping[str, Stored]) -> None:
    text = json.dumps(
        {"version": 1, "models": [asdict(entries[name]) for name in sorted(entries)]},
        ensure_ascii=False,
        indent=2,
    )
    models_folder().mkdir(parents=True, exist_ok=True)
    write_whole(models_folder() / MANIFEST, text.encode())


def _entry(row: object) -> Stored | None:
    """Read a row of the manifest; None if it is none that we wrote."""
    if not isinstance(row, dict):
        return None
    match row:
        case {
            "name": str(name),
            "file": str(file),
            "bytes": int(size),
            "sha256": str(sha256),
            "needs": (str() | None) as needs,
        } if re.fullmatch(r"[\w.-]+", file) and not file.startswith("."):
            return Stored(name, file, size, sha256, needs)
    return None
