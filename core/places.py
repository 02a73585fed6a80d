"""Places: where cut files, models and the cache lie when nobody says otherwise."""

import hashlib
import os
from pathlib import Path

import platformdirs

ORGANIZATION = APPLICATION = "Shiage"

SHORT = 50
"""Letters of a folder's name that fit into a file name of 255 bytes with room for endings."""


def cache_folder() -> Path:
    """Return the folder of derived data, `SHIAGE_CACHE` if set; it may be deleted at any time."""
    return Path(os.environ.get("SHIAGE_CACHE") or platformdirs.user_cache_dir(APPLICATION, False))


def cuts_folder() -> Path:
    """Return the folder in which new cut files are made, `SHIAGE_CUTS` if set."""
    default = Path(platformdirs.user_data_dir(APPLICATION, False)) / "cuts"
    return Path(os.environ.get("SHIAGE_CUTS") or default)


def models_folder() -> Path:
    """Return the folder of imported weights, `SHIAGE_MODELS` if set."""
    default = Path(platformdirs.user_data_dir(APPLICATION, False)) / "models"
    return Path(os.environ.get("SHIAGE_MODELS") or default)


def cut_path(drawings: Path) -> Path:
    """Return where the cut of a folder of drawings is kept: always the same file for a folder.

    Drawings may lie on a server that nobody may write to, so the cut does not lie beside them.
    """
    folder = drawings.resolve()
    named = folder.parent if folder.name == "line" else folder
    tag = hashlib.blake2b(os.fsencode(folder), digest_size=4).hexdigest()
    return cuts_folder() / f"{named.name[:SHORT]} {tag}.cut"
