"""Models: names as in `--model`, the files behind them, and how to get and load those.

Nothing here imports torch before a file is looked into or a network is loaded.
"""

from core.models.download import fetch
from core.models.importing import Imported, Progress, Refused, import_files
from core.models.loading import Devices, check, devices, load
from core.models.store import ModelError, Verified, verify
from core.models.table import COMPACT, DEFAULT, GEOMETRY, Model, ModelState, installed, size_text

__all__ = [
    "COMPACT",
    "DEFAULT",
    "GEOMETRY",
    "Devices",
    "Imported",
    "Model",
    "ModelError",
    "ModelState",
    "Progress",
    "Refused",
    "Verified",
    "check",
    "devices",
    "fetch",
    "import_files",
    "installed",
    "load",
    "size_text",
    "verify",
]
