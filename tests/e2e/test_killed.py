"""Nothing is lost: SIGKILL right after a click, and the edit is there on reopening."""

import os
import subprocess
import sys
from pathlib import Path

from core.edits import Mark
from core.places import cut_path
from core.project import Project

ROOT = Path(__file__).parents[2]

CHILD = """
import os, signal, sys
from pathlib import Path
from PySide6.QtCore import QEventLoop, QPoint, Qt, QTimer
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication
from app.main_window import MainWindow

application = QApplication([])
window = MainWindow("geometry")
window.show()
window.open(Path(sys.argv[1]))
desk = window.desk

def wait(condition):
    while not condition():
        application.processEvents(QEventLoop.ProcessEventsFlag.AllEvents, 50)

wait(lambda: desk.drawing is not None and desk.sheets and not desk.is_busy)
desk.take_color(desk.cut.palette.colors[3].id)
y, x = divmod(int(desk.drawing.segments.first_pixels[0]), 1280)
at = window.canvas.widget_pos(x + 20, y + 20).toPoint()
QTest.mouseClick(window.canvas, Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier, at)
os.kill(os.getpid(), signal.SIGKILL)
"""


def test_a_click_survives_kill_9_right_after_it(sample, places):
    environment = os.environ | {"QT_QPA_PLATFORM": "offscreen"}
    child = subprocess.run(
        [sys.executable, "-c", CHILD, str(sample)],
        cwd=ROOT,
        env=environment,
        timeout=120,
        check=False,
        capture_output=True,
    )
    assert child.returncode == -9, child.stderr.decode()
    project = Project.open(cut_path(sample / "line"))
    (given,) = project.paint(project.frames[0].id).values()
    assert (given.color_id, given.mark) == (project.palette.colors[3].id, Mark.CORRECTED)
    assert project.undo_text == "Paint segment"
    project.undo()
    assert not project.paint(project.frames[0].id)
    project.close()
