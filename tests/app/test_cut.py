"""The cut on the desk, without a window."""

import sys

import pytest
from PySide6.QtCore import QObject

from app.cut import Cut
from app.engine_thread import EngineThread
from core.edits import Changes, Edit, Mark, Paint, SegmentKey, Stroke
from core.project import Project

FACE = SegmentKey(10, 200)


@pytest.fixture
def cut(qapp, tmp_path):
    parent = QObject()
    engine = EngineThread(parent, "geometry", "auto", tmp_path / "cache")
    cut = Cut(engine)
    yield cut
    engine.close()
    cut.close()
    parent.deleteLater()


@pytest.fixture
def opened(cut, make_clip, qtbot):
    with qtbot.waitSignal(cut.opened):
        cut.open(make_clip())
    return cut


def paint_face(frame_id):
    return Edit("Paint face", (Stroke(frame_id, FACE, Paint(1, Mark.CORRECTED)),))


def heard(signal):
    said = []
    signal.connect(said.append)
    return said


def digests(cut):
    return [frame.digest for frame in cut.frames]


def test_nothing_is_in_it_before_one_is_open(cut):
    assert (cut.frames, cut.sheet_files, cut.palette.colors, cut.paint(1)) == ((), (), (), {})
    assert not cut.write(lambda project: project.undo())
    assert not cut.is_read_only


def test_a_folder_is_taken_and_then_opened_with_the_sheets_beside_it(cut, make_clip, qtbot):
    folder = make_clip(count=2)
    taken, opened = heard(cut.taken), heard(cut.opened)
    with qtbot.waitSignal(cut.opened):
        cut.open(folder)
    assert taken == [cut.project]
    assert [[sheet.name for sheet in beside] for beside in opened] == [["front"]]
    assert [frame.path.name for frame in cut.frames] == ["A0001.png", "A0002.png"]


def test_what_it_has_already_is_not_taken_again(opened, qtbot):
    taken = heard(opened.taken)
    with qtbot.waitSignal(opened.opened):
        opened.open(opened.project.path)
    with qtbot.waitSignal(opened.opened):
        opened.open(opened.frames[0].path)
    assert not taken


def test_a_change_is_told_when_it_is_on_disk(opened):
    changed = heard(opened.changed)
    assert opened.apply(paint_face(1), {}, goes_on=False)
    assert changed == [Changes(frames=frozenset([1]))]


def test_what_cannot_be_written_is_said_and_not_done(opened):
    path = opened.project.path
    opened.close()
    opened.project = Project.read(path)
    changed, said = heard(opened.changed), heard(opened.noticed)
    assert not opened.apply(paint_face(1), {}, goes_on=False)
    assert not changed
    assert len(said) == 1
    assert opened.paint(1) == {}


def test_a_drawing_seen_for_the_first_time_is_remembered_with_the_next_step(opened):
    first, second, _ = opened.frames
    opened.follow(first, "predicted", {})
    assert digests(opened) == [None, None, None]
    opened.apply(paint_face(1), {first.id: "seen", second.id: "seen"}, goes_on=False)
    assert digests(opened) == ["predicted", "seen", None]


def test_a_drawing_seen_for_the_first_time_is_remembered_when_the_cut_is_put_away(opened):
    path = opened.project.path
    opened.follow(opened.frames[0], "predicted", {})
    opened.close()
    opened.project = Project.open(path)
    assert digests(opened) == ["predicted", None, None]


def test_the_paint_of_a_drawing_that_has_changed_is_carried_over(opened):
    opened.apply(paint_face(1), {1: "former"}, goes_on=False)
    said = heard(opened.noticed)
    moved = SegmentKey(12, 190)
    opened.follow(opened.frames[0], "now", {FACE: moved})
    assert set(opened.paint(1)) == {moved}
    assert digests(opened)[0] == "now"
    assert "1 of 1 painted segments" in said[0]


@pytest.mark.skipif(sys.platform == "win32", reason="an open file cannot be deleted there")
def test_paint_that_cannot_be_carried_over_is_not_said_to_be(opened):
    opened.apply(paint_face(1), {1: "former"}, goes_on=False)
    opened.project.path.unlink()
    said = heard(opened.noticed)
    opened.follow(opened.frames[0], "now", {FACE: SegmentKey(12, 190)})
    assert set(opened.paint(1)) == {FACE}
    assert len(said) == 1
    assert "was deleted" in said[0]


def test_a_cut_that_is_read_only_says_nothing_of_drawings_that_have_changed(opened):
    opened.apply(paint_face(1), {1: "former"}, goes_on=False)
    path = opened.project.path
    opened.close()
    opened.project = Project.read(path)
    said = heard(opened.noticed)
    opened.follow(opened.frames[0], "now", {FACE: SegmentKey(12, 190)})
    opened.follow(opened.frames[1], "seen", {})
    opened.close()
    assert not said


def test_a_sentence_is_said_once_in_a_cut(opened, make_clip, qtbot):
    said = heard(opened.noticed)
    opened.say("A0001.png is empty.")
    opened.say("A0001.png is empty.")
    assert len(said) == 1
    with qtbot.waitSignal(opened.opened):
        opened.open(make_clip(name="other"))
    opened.say("A0001.png is empty.")
    assert len(said) == 2
