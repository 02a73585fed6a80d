"""Starting: fast, without torch, with the sample, and with bad arguments."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

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


def test_shiage_sample_opens_ready_to_predict():
    script = """
import sys
from PySide6.QtCore import QTimer
from PySide6.QtWidgets import QApplication
from app import __main__, main_window

def look():
    desk = application().topLevelWidgets() and window().desk
    if desk and desk.frames and desk.sheets and not desk.is_busy:
        print(len(desk.frames), len(desk.sheets))
        window().close()
        application().quit()

def application():
    return QApplication.instance()

def window():
    return next(w for w in application().topLevelWidgets()
                if isinstance(w, main_window.MainWindow))

def begin(self, model, old=main_window.MainWindow.__init__):
    old(self, model)
    self.look = QTimer(self, interval=50)
    self.look.timeout.connect(look)
    self.look.start()

main_window.MainWindow.__init__ = begin
sys.exit(__main__.main(["--sample"]))
"""
    child = start(script)
    assert (child.returncode, child.stdout.strip()) == (0, "16 6"), child.stderr


@pytest.mark.parametrize(
    ("arguments", "code", "said"),
    [
        (["--version"], 0, "shiage "),
        (["doctor"], 0, "python"),
        (["--model", "no", "x"], 2, "There is no model"),
        (["colorize", "nowhere", "--refs", "x", "--out", "y"], 2, "nowhere"),
    ],
)
def test_the_installed_command_takes_the_same_subcommands(arguments, code, said):
    child = start("import sys; from app.__main__ import main; sys.exit(main())", *arguments)
    assert child.returncode == code
    assert said in child.stdout + child.stderr
