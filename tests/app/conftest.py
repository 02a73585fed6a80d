"""The real window with a real engine thread, and small real cuts."""

import gc

import numpy as np
import pytest
from PIL import Image
from PySide6.QtWidgets import QApplication

from app.main_window import MainWindow
from core.palette import pack
from tests.drawings import draw

SKIN, HAIR, CLEAR = (250, 210, 180, 255), (120, 60, 40, 255), (0, 0, 0, 0)

FIGURE = """
    ....................
    ..################..
    ..#......#.......#..
    ..#......#.......#..
    ..#......#.......#..
    ..################..
    ..#......b.......#..
    ..#......b.......#..
    ..#......b.......#..
    ..################..
    ....................
"""
FIGURE_COLORS = (CLEAR, SKIN, HAIR, HAIR, SKIN)
"""In the order of the segments: background, two above, two below the middle line."""


def save(path, line):
    path.parent.mkdir(parents=True, exist_ok=True)
    Image.fromarray(line).save(path)
    return path


def color_image(line, colors):
    """Paint a drawing by hand: one colour per segment, lines as they are."""
    from core.segments import segment

    label_map = segment(line).label_map
    table = np.array([(0, 0, 0, 0), *colors], np.uint8)
    return np.where((label_map > 0)[..., None], table[label_map], line)


@pytest.fixture
def make_clip(tmp_path):
    """Make a clip of the figure: `count` frames, drawn from left to right, and its sheet."""

    def make(count=3, name="cut", with_sheet=True):
        folder = tmp_path / name
        line = draw(FIGURE)
        for number in range(1, count + 1):
            save(folder / "line" / f"A{number:04}.png", np.roll(line, number - 1, axis=1))
        if with_sheet:
            save(folder / "ref" / "line" / "front.png", line)
            save(folder / "ref" / "gt" / "front.png", color_image(line, FIGURE_COLORS))
        return folder

    return make


@pytest.fixture
def specks(make_clip):
    """A large drawing with two segments of a single pixel, of which two sheets say opposites."""
    folder = make_clip(count=1, with_sheet=False)
    page = np.full((900, 1600, 4), (255, 255, 255, 0), np.uint8)
    page[400:405, 800:805] = page[400:405, 600:605] = (0, 0, 0, 255)
    page[402, 802] = page[402, 602] = (255, 255, 255, 0)
    save(folder / "line" / "A0001.png", page)
    for name, colors in (("a", (CLEAR, SKIN, HAIR)), ("b", (CLEAR, HAIR, SKIN))):
        save(folder / "ref" / "line" / f"{name}.png", page)
        save(folder / "ref" / "gt" / f"{name}.png", color_image(page, colors))
    return folder


@pytest.fixture
def window(qtbot):
    """The window with nothing open; at the end its thread has ended and nothing is left over."""
    before = set(QApplication.topLevelWidgets())
    window = MainWindow("geometry")
    qtbot.addWidget(window, before_close_func=_close)
    window.show()
    qtbot.waitExposed(window)
    yield window
    window.close()
    assert window.engine.is_stopped
    gc.collect()
    left = {w for w in QApplication.topLevelWidgets() if w.isVisible()} - before
    assert not left, f"windows left open: {left}"


def _close(window):
    window.close()


def is_idle(window):
    """Whether every frame has its prediction and nothing runs any more."""
    desk = window.desk
    return bool(desk.cut.frames) and desk.drawing is not None and not desk.is_busy


@pytest.fixture
def open_clip(window, qtbot):
    """Open a folder in the window and wait until everything is predicted."""

    def open_(folder):
        window.open(folder)
        qtbot.waitUntil(lambda: is_idle(window), timeout=20_000)
        return window.desk

    return open_


def shown_rgba(window, row):
    """The colours the strip knows of a frame, as packed RGBA per segment."""
    desk = window.desk
    shown = desk.frame_colors(desk.cut.frames[row].id)
    return pack(desk.cut.palette.table())[shown.colors]


@pytest.fixture
def doubtful(open_clip, make_clip):
    """A clip whose two sheets say opposite things about the two upper segments."""
    folder = make_clip(count=3)
    line = draw(FIGURE)
    save(folder / "ref" / "line" / "other.png", line)
    colors = (CLEAR, HAIR, SKIN, HAIR, SKIN)
    save(folder / "ref" / "gt" / "other.png", color_image(line, colors))
    return open_clip(folder)
