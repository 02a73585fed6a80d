"""What all tests share: their own places for cuts and cache, and patience under load."""

import os
import tempfile
from pathlib import Path

import pytest
from hypothesis import settings

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
os.environ["XDG_CONFIG_HOME"] = tempfile.mkdtemp(prefix="shiage-settings-")

settings.register_profile("shiage", deadline=None)  # timing belongs to the benchmarks
settings.load_profile("shiage")

SAMPLE = Path(__file__).parent.parent / "resources" / "sample"


@pytest.fixture(autouse=True)
def places(tmp_path_factory, monkeypatch):
    """Keep what every test leaves behind apart from the others' and from the user's.

    Settings too, of the processes that it starts; within this one they are those of all tests.
    """
    folder = tmp_path_factory.mktemp("places")
    monkeypatch.setenv("SHIAGE_CACHE", str(folder / "cache"))
    monkeypatch.setenv("SHIAGE_CUTS", str(folder / "cuts"))
    monkeypatch.setenv("SHIAGE_MODELS", str(folder / "models"))
    monkeypatch.setenv("XDG_CONFIG_HOME", str(folder / "settings"))
    return folder


@pytest.fixture
def sample():
    """The bundled sample: `line`, `gt`, `ref/line`, `ref/gt`."""
    return SAMPLE
