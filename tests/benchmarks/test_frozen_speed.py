"""How fast the frozen window is there, from files that are not in memory."""

import os
import shutil
import subprocess
import tempfile
import time
from pathlib import Path

import pytest

from tests.frozen.test_frozen import display, wait_until, xdo

__all__ = ["display", "xdo"]

pytestmark = pytest.mark.skipif(
    "SHIAGE_FROZEN" not in os.environ, reason="SHIAGE_FROZEN names no folder"
)


def forget(folder):
    """Make the system read the files from the disk again (the kernel may keep what is in use)."""
    for path in folder.rglob("*"):
        if path.is_file():
            with path.open("rb") as file:
                os.posix_fadvise(file.fileno(), 0, 0, os.POSIX_FADV_DONTNEED)


@pytest.mark.parametrize("what", [["--class", "shiage"], ["--name", "^Shiage$"]])
@pytest.mark.parametrize("cold", [True, False])
def test_start(benchmark, display, xdo, what, cold):
    """Until a visible window has the class (the splash comes first) or the title."""
    folder = Path(os.environ["SHIAGE_FROZEN"]).resolve()
    home = tempfile.mkdtemp()
    started = []

    def prepare():
        stop()
        if cold:
            forget(folder)

    def start():
        environment = {"DISPLAY": display, "HOME": home}
        started.append(subprocess.Popen([folder / "Shiage"], env=environment))
        wait_until(lambda: xdo("search", "--onlyvisible", *what))

    def stop():
        for process in started:
            process.kill()
            process.wait()
        started.clear()
        time.sleep(0.5)  # the system is still tidying up after the killed process

    benchmark.pedantic(start, setup=prepare, rounds=5)
    stop()
    shutil.rmtree(home)
