"""Starting: fast, without torch, with the sample, and with bad arguments."""

import contextlib
import os
import subprocess
import sys
from pathlib import Path

import pytest

from core.places import cut_path
from core.project import Project

ROOT = Path(__file__).parents[2]


def start(script, *arguments):
    return subprocess.run(
        [sys.executable, "-c", script, *map(str, arguments)],
        cwd=ROOT,
        env=os.environ | {"QT_QPA_PLATFORM": "offscreen"},
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )


def test_the_window_is_shown_without_importing_torch_or_the_engine():
    script = """
import sys
from PySide6.QtWidgets import QApplication
from app.main_window import MainWindow
application = QApplication([])
window = MainWindow("geometry")
window.show()
application.processEvents()
assert window.isVisible()
loaded = [name for name in ("torch", "timm", "core.engine") if name in sys.modules]
window.close()
print(loaded)
"""
    child = start(script)
    assert (child.returncode, child.stdout.strip()) == (0, "[]"), child.stderr


def test_shiage_sample_opens_and_predicts_the_sample(sample, places):
    command = "import sys; from app.__main__ import main; sys.exit(main(['--sample']))"
    with subprocess.Popen(
        [sys.executable, "-c", command],
        cwd=ROOT,
        env=os.environ | {"QT_QPA_PLATFORM": "offscreen"},
    ) as process:
        # 16 frames and 6 sheets are encoded when all of them have been predicted once
        for _ in range(600):
            if len(list((places / "cache").glob("*.npz"))) == 22:
                break
            with contextlib.suppress(subprocess.TimeoutExpired):
                process.wait(0.1)
            assert process.returncode is None
        process.kill()
    with contextlib.closing(Project.open(cut_path(sample / "line"))) as project:
        assert len(project.frames) == 16
        assert len(project.sheets) == 6
        assert len(project.palette.colors) >= 27


@pytest.mark.parametrize(
    ("arguments", "code", "said"),
    [
        (["--version"], 0, "shiage "),
        (["doctor"], 0, "python"),
        (["--model", "no", "x"], 2, "There is no model"),
        (["--device", "banana", "x"], 2, "“banana” is none of auto, cuda, cuda:N, mps, cpu"),
        (["colorize", "nowhere", "--refs", "x", "--out", "y"], 2, "nowhere"),
    ],
)
def test_the_installed_command_takes_the_same_subcommands(arguments, code, said):
    child = start("import sys; from app.__main__ import main; sys.exit(main())", *arguments)
    assert child.returncode == code
    assert said in child.stdout + child.stderr


def test_with_the_network_blocked_the_sample_is_predicted_and_exported(tmp_path):
    script = """
import socket, sys
from pathlib import Path

def refuse(*_):
    raise AssertionError("the network was asked")

socket.socket.connect = socket.create_connection = socket.getaddrinfo = refuse

from PySide6.QtCore import QEventLoop
from PySide6.QtWidgets import QApplication
from app.main_window import MainWindow
application = QApplication([])
window = MainWindow("geometry")
window.show()
window.open_sample()
desk = window.desk
said = []
desk.noticed.connect(said.append)

def wait(condition):
    while not condition():
        application.processEvents(QEventLoop.ProcessEventsFlag.AllEvents, 50)

wait(lambda: len(desk.sheets) == 6 and not desk.is_busy)
desk.export(Path(sys.argv[1]))
wait(lambda: said)
window.close()
print(said[0].split(" to ")[0])
"""
    child = start(script, tmp_path / "out")
    assert child.returncode == 0, child.stderr
    assert child.stdout.startswith("Exported 16 frames")
    assert len(list((tmp_path / "out").iterdir())) == 16
