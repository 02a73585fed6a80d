"""A person finishes frames of the sample: keys for every doubt, clicks where none was had."""

import shutil

import cv2
import numpy as np
import pytest
from PySide6.QtCore import Qt

from app.main_window import MainWindow
from core.images import read_image
from core.palette import pack, unpack
from core.sheets import segment_colors
from tests.app.conftest import is_idle

FRAMES = 4
"""Of the sample; the rest would only take longer."""


@pytest.fixture
def cut(sample, tmp_path):
    """The first frames of the sample, with all its sheets."""
    folder = tmp_path / "cut"
    shutil.copytree(sample / "ref", folder / "ref")
    (folder / "line").mkdir()
    for path in sorted((sample / "line").iterdir())[:FRAMES]:
        shutil.copy(path, folder / "line")
    return folder


@pytest.fixture
def window(qtbot):
    """The window with the embedded encoder."""
    window = MainWindow("compact")
    qtbot.addWidget(window)
    window.show()
    yield window
    window.close()


class Person:
    """Sees the truth, and presses keys or clicks; every one of them is counted."""

    def __init__(self, window, qtbot, sample):
        self.window, self.desk, self.qtbot = window, window.desk, qtbot
        self.truth = {}
        self.sample, self.keys, self.clicks, self.segments = sample, 0, 0, 0

    def press(self, key, modifier=Qt.KeyboardModifier.NoModifier):
        self.qtbot.keyClick(self.window, key, modifier)
        self.keys += 1
        self.wait()

    def wait(self):
        self.qtbot.waitUntil(lambda: is_idle(self.window), timeout=60_000)

    def look(self):
        """Compare the frame on the canvas with the truth: ids to be, and where they are not."""
        row, segments = self.desk.position, self.desk.drawing.segments
        if row not in self.truth:
            name = self.desk.cut.frames[row].path.name
            picture = read_image(self.sample / "gt" / name)
            values = segment_colors(segments.label_map, picture)
            ids = [self.desk.cut.palette.id_of(unpack(int(value))) for value in values]
            self.truth[row] = np.array(ids, np.int32)
            self.segments += int((values != 0).sum())
        return self.truth[row], self.desk.shown.colors != self.truth[row]

    def answer(self):
        """Answer the question that is asked: accept it, or try colours until one is right."""
        truth, wrong = self.look()
        label = self.desk.label
        if wrong[label - 1]:
            offered = [each.color_id for each in self.window.review.candidates]
            if truth[label - 1] in offered:
                while self.desk.shown.colors[label - 1] != truth[label - 1]:
                    self.press(Qt.Key.Key_C)
            else:
                self.click(label)
        self.press(Qt.Key.Key_Return)

    def click(self, label):
        """Paint a segment with the bucket, as on any other paint desk."""
        self.desk.take_color(int(self.truth[self.desk.position][label - 1]))
        segments = self.desk.drawing.segments
        inside = np.pad((segments.label_map == label).astype(np.uint8), 1)
        depth = cv2.distanceTransform(inside, cv2.DIST_L2, 3)[1:-1, 1:-1]
        y, x = divmod(int(depth.argmax()), depth.shape[1])
        canvas = self.window.canvas
        canvas.zoom_to(4)  # as a person does before clicking something small
        self.desk.go_to(self.desk.position, label)
        self.qtbot.mouseClick(
            canvas, Qt.MouseButton.LeftButton, pos=canvas.widget_pos(x, y).toPoint()
        )
        self.clicks += 1
        self.wait()


def test_a_clip_is_finished_with_fewer_keys_than_a_bucket_needs_clicks(window, cut, sample, qtbot):
    window.open(cut)
    person, desk, review = Person(window, qtbot, sample), window.desk, window.review
    person.wait()
    qtbot.waitUntil(lambda: len(desk.sheets) == 6 and not desk.is_busy, timeout=60_000)
    for row in range(len(desk.cut.frames)):
        if desk.position != row:
            desk.show(row)
            person.wait()
        if any(doubt.position == row for doubt in review.queue):
            if not review.is_asking:
                person.press(Qt.Key.Key_N)
            while desk.position == row and review.is_asking:
                before = desk.label
                person.answer()
                if desk.label == before:
                    break
            if desk.position != row:
                desk.show(row)
                person.wait()
        for label in (np.flatnonzero(person.look()[1]) + 1).tolist():
            if person.look()[1][label - 1]:
                person.click(label)
        person.press(Qt.Key.Key_Return, Qt.KeyboardModifier.ControlModifier)
    table = pack(desk.cut.palette.table())
    for row, frame in enumerate(desk.cut.frames):
        shown = desk.frame_colors(frame.id)
        np.testing.assert_array_equal(table[shown.colors], table[person.truth[row]])
        assert (shown.marks > 0).all()
    assert person.keys + person.clicks < person.segments
