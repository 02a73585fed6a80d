"""Trials: which precision was accepted for which weights on which device, kept in a small file."""

import contextlib
import json
from pathlib import Path

from core.files import write_whole


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
    with contextlib.suppress(OSError):
        path.parent.mkdir(parents=True, exist_ok=True)
        write_whole(path, json.dumps({**known, key: is_accepted}, indent=2).encode())
