"""The frozen program as a studio has it: read-only, an ordinary user, no network, no variables."""

import os
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

ROOTLESS = os.geteuid() != 0
MODEL_FILES = 22
"""Files in the cache when the 16 frames and 6 sheets of the sample are encoded."""


class Frozen:
    """The folder under test, and a room in which the program may write."""

    def __init__(self, folder: Path, room: Path) -> None:
        self.folder, self.room = folder, room
        self.places = {
            f"SHIAGE_{name.upper()}": str(room / name) for name in ("cache", "cuts", "models")
        }

    def confined(self, *command: object) -> list[str]:
        """The command as an ordinary user in a network name space that has no network at all."""
        if ROOTLESS:
            prefix = ["unshare", "--map-current-user", "--net"]
        else:
            user = ["--reuid=nobody", "--regid=nogroup", "--clear-groups"]
            prefix = ["unshare", "--net", "setpriv", *user]
        return [str(shutil.which(prefix[0])), *prefix[1:], *map(str, command)]

    def run(self, *arguments: object, **environment: str) -> subprocess.CompletedProcess[str]:
        """Run the console program with nothing in its environment but what is given."""
        return subprocess.run(
            self.confined(self.folder / "shiage", *arguments),
            env={"LANG": "C"} | environment,
            cwd="/",
            capture_output=True,
            text=True,
            timeout=900,
            check=False,
        )

    @contextmanager
    def window(self, *arguments: object, **environment: str) -> Iterator["subprocess.Popen[bytes]"]:
        """The window program, running; it is killed if it still runs at the end."""
        # not through /usr/bin/env or a shell: the process is the program itself
        with subprocess.Popen(
            self.confined(self.folder / "Shiage", *arguments),
            env={"LANG": "C"} | environment,
            cwd="/",
        ) as process:
            try:
                yield process
            finally:
                process.kill()


@pytest.fixture(scope="session")
def frozen_folder():
    """A copy of the folder that SHIAGE_FROZEN names, elsewhere, which nobody may write to."""
    name = os.environ.get("SHIAGE_FROZEN")
    if not name:
        pytest.skip("SHIAGE_FROZEN names no folder; `make test-frozen` builds one and tests it")
    if subprocess.run(Frozen(Path(name), Path()).confined("true"), check=False).returncode:
        pytest.skip("this machine gives no process a network of its own (unshare)")
    place = Path(tempfile.mkdtemp(prefix="仕上げ "))  # pytest's own folders are for one user only
    folder = place / "Shiage"
    shutil.copytree(Path(name), folder, symlinks=True)
    for path in (folder, *folder.rglob("*")):
        if not path.is_symlink():
            is_program = path.is_dir() or path.stat().st_mode & 0o100
            path.chmod(0o555 if is_program else 0o444)
    place.chmod(0o555)
    yield folder
    for path in (place, *place.rglob("*")):
        if path.is_dir() and not path.is_symlink():
            path.chmod(0o755)
    shutil.rmtree(place)


@pytest.fixture
def frozen(frozen_folder):
    """The frozen program with a room of its own, whose name is Japanese, too."""
    room = Path(tempfile.mkdtemp(prefix="作品　テスト "))
    room.chmod(0o777)
    yield Frozen(frozen_folder, room)
    shutil.rmtree(room)
