"""Trials: which precision was accepted for which weights on which device, kept in a small file."""

import json
import os
import tempfile
from pathlib import Path


def recall(path: Path, key: str) -> bool | None:
    """Return whether a trial was passed, None if there was none; a damaged file costs trials."""
    try:
        found = json.loads(path.read_bytes())
    except (OSError, ValueError):
        return None
    known = found.get(key) if isinstance(found, dict) else None
    return known if isinstance(known, bool) else None


def remember(path: Path, key: str, *, is_accepted: bool) -> None:
    """Keep the result of a trial; a disk that does not take it costs the same trial another day."""
    try:
        found = json.loads(path.read_bytes())
    except (OSError, ValueError):
        found = {}
    known = found if isinstance(found, dict) else {}
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        handle, temporary = tempfile.mkstemp(dir=path.parent, suffix=".tmp")
    except OSError:
        return
    try:
        with os.fdopen(handle, "w") as file:
            json.dump({**known, key: is_accepted}, file, indent=2)
        Path(temporary).replace(path)
    except OSError:
        Path(temporary).unlink(missing_ok=True)
