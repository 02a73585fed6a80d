"""Files: written whole or not at all; and what a cache holds, read whole or not at all."""

import os
import secrets
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt


def is_there(path: Path) -> bool:
    """Return whether there is a file or folder; False if that may not be known.

    (`Path.exists` raises where a folder above may not be entered or a name is too long.)
    """
    try:
        return path.exists()
    except OSError:
        return False


def is_same(path: Path, other: Path) -> bool:
    """Return whether two paths lead to one file or folder, as the disk sees it."""
    try:
        return path.samefile(other)
    except OSError:  # one of them is not there
        return path.resolve() == other.resolve()


def write_whole(path: Path, content: bytes | memoryview, *, is_durable: bool = True) -> None:
    """Write a file under a temporary name beside it and rename it: `path` is complete or as it was.

    The temporary file never stays behind, unless the process is killed.

    Args:
        path: in a folder that exists.
        content: of the file.
        is_durable: whether it is safe on the disk before it gets its name; what can be computed
            again need not wait for that.

    Raises:
        OSError: if the folder is missing or not writable, or the disk is full.
    """
    temporary = path.with_name(f".shiage-{secrets.token_hex(8)}.tmp")
    try:
        with temporary.open("xb") as file:
            file.write(content)
            if is_durable:
                file.flush()
                os.fsync(file.fileno())
        temporary.replace(path)
    finally:
        temporary.unlink(missing_ok=True)


def cached_arrays(path: Path) -> dict[str, npt.NDArray[Any]] | None:
    """Return the arrays of an `.npz` file of a cache; None if it is absent, empty or damaged."""
    try:
        with path.open("rb") as file, np.load(file) as stored:
            return dict(stored)
    # Flipped bits come out of zipfile, zlib, tokenize and numpy as a dozen kinds of exceptions, and
    # the answer to all of them is the same: what is cached can be computed again.
    except Exception:  # noqa: BLE001
        return None
