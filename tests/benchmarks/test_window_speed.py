"""How fast the window is: `make benchmark`."""

import os
import subprocess
import sys
from pathlib import Path
from shutil import copy, copytree

import pytest
from PySide6.QtCore import QEvent, QEventLoop, Qt

from app.main_window import MainWindow

ROOT = Path(__file__).parents[2]

START = """
import sys, time
from PySide6.QtWidgets import QApplication
from app.main_window import MainWindow
from app.theme import apply_theme
application = QApplication([])
apply_theme(application)
window = MainWindow("geometry")
window.show()
application.processEvents()
window.grab()
assert "torch" not in sys.modules
window.close()
"""


def test_from_the_command_to_a_visible_window(benchmark):
    def start():
        subprocess.run(
            [sys.executable, "-c", START],
            cwd=ROOT,
            check=True,
            env=os.environ | {"QT_QPA_PLATFORM": "offscreen"},
            capture_output=True,
        )

    benchmark.pedantic(start, rounds=5, warmup_rounds=1)


@pytest.fixture
def window(qtbot):
    window = MainWindow("geometry")
    window.show()
    qtbot.waitExposed(window)
    yield window
    window.close()


def wait(qapp, condition):
    while not condition():
        qapp.processEvents(QEventLoop.ProcessEventsFlag.WaitForMoreEvents, 100)


def test_open_a_clip_of_100_drawings_to_its_first_frame(benchmark, window, qapp, clip):
    def open_clip():
        window.open(clip)
        wait(qapp, lambda: window.desk.drawing is not None)
        window.canvas.grab()

    benchmark.pedantic(open_clip, rounds=1)
    window.desk.cancel()


def test_click_to_painted(benchmark, window, qapp, clip):
    """From the mouse press to the repainted canvas, the committed edit included."""
    from PySide6.QtTest import QTest

    window.open(clip)
    desk = window.desk
    wait(qapp, lambda: desk.drawing is not None and bool(desk.sheets) and not desk.is_busy)
    window.canvas.grab()
    colors = [color.id for color in desk.cut.palette.colors]
    labels = iter(range(30, 200))

    def take_color():
        label = next(labels)
        desk.take_color(colors[label % len(colors)])
        wait(qapp, lambda: not desk.is_busy)
        y, x = divmod(int(desk.drawing.segments.first_pixels[label - 1]), 1920)
        return (window.canvas.widget_pos(x + 30, y + 30).toPoint(),), {}

    def click(at):
        QTest.mouseClick(
            window.canvas, Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier, at
        )
        qapp.sendPostedEvents(None, QEvent.Type.UpdateRequest)

    benchmark.pedantic(click, setup=take_color, rounds=40)
    assert len(desk.cut.paint(desk.frame_id)) >= 35


def test_what_the_window_does_about_a_new_prediction_of_500_frames(
    benchmark, window, qapp, sample, tmp_path
):
    """All but the pictures: what comes in one go from the engine, while nothing else is done."""
    drawings = sorted((sample / "line").iterdir())
    (tmp_path / "line").mkdir()
    for number in range(500):
        copy(drawings[number % len(drawings)], tmp_path / "line" / f"A{number:04}.png")
    copytree(sample / "ref", tmp_path / "ref")
    window.open(tmp_path)
    desk = window.desk
    wait(qapp, lambda: desk.drawing is not None and bool(desk.sheets) and not desk.is_busy)
    desk.fill(2)
    wait(qapp, lambda: not desk.is_busy)

    def hear():
        for frame in desk.cut.frames:
            desk.frames_painted.emit(frozenset([frame.id]))

    benchmark.pedantic(hear, rounds=5)
