"""The window: what an animator does and sees."""

import shutil
import sqlite3
import subprocess
import sys
from contextlib import closing
from pathlib import Path

import numpy as np
import pytest
from PIL import Image
from PySide6.QtCore import QMimeData, QPoint, QPointF, QSize, Qt, QTimer, QUrl
from PySide6.QtGui import QDropEvent, QImage
from PySide6.QtWidgets import (
    QApplication,
    QDockWidget,
    QFileDialog,
    QLineEdit,
    QMenu,
    QMessageBox,
    QProgressBar,
    QPushButton,
)

from app.panels.frame_strip import IS_KNOWN
from app.panels.notices import NoticeBar
from app.recent import RecentCut, remember
from app.theme import SURROUND
from core.edits import Mark
from core.jobs import ExportDone, ModelReady, Prediction
from core.matching import Band
from core.palette import NO_COLOR, pack
from tests.app.conftest import (
    CLEAR,
    FIGURE,
    FIGURE_COLORS,
    HAIR,
    SKIN,
    color_image,
    is_idle,
    save,
    shown_rgba,
)
from tests.drawings import draw

PACKED = pack(np.array(FIGURE_COLORS, np.uint8)).tolist()


def click(window, qtbot, label, modifier=Qt.KeyboardModifier.NoModifier):
    """Click on a segment of the current frame, in its first row."""
    segments = window.desk.drawing.segments
    y, x = divmod(int(segments.first_pixels[label - 1]), segments.label_map.shape[1])
    at = window.canvas.widget_pos(x, y).toPoint()
    qtbot.mouseClick(window.canvas, Qt.MouseButton.LeftButton, modifier, at)


def wait_idle(window, qtbot):
    qtbot.waitUntil(lambda: is_idle(window), timeout=20_000)


def test_a_drag_over_several_segments_is_one_step(window, open_clip, make_clip, qtbot):
    desk = open_clip(make_clip(count=1))
    desk.take_color(desk.cut.palette.id_of(HAIR))
    canvas, width = window.canvas, desk.drawing.line.shape[1]
    at = [
        canvas.widget_pos(*divmod(int(pixel), width)[::-1]).toPoint()
        for pixel in desk.drawing.segments.first_pixels
    ]
    before = shown_rgba(window, 0).tolist()
    click(window, qtbot, 5)
    wait_idle(window, qtbot)
    clicked = shown_rgba(window, 0).tolist()
    qtbot.mousePress(canvas, Qt.MouseButton.LeftButton, pos=at[1])
    for place in (at[2], at[3], at[1]):
        qtbot.mouseMove(canvas, place)
    qtbot.mouseRelease(canvas, Qt.MouseButton.LeftButton, pos=at[1])
    assert set(desk.cut.paint(desk.frame_id)) == set(desk.drawing.segments.keys[1:])
    desk.undo()
    wait_idle(window, qtbot)
    assert shown_rgba(window, 0).tolist() == clicked
    desk.undo()
    wait_idle(window, qtbot)
    assert shown_rgba(window, 0).tolist() == before
    assert desk.cut.project.undo_text is None


def test_an_opened_clip_is_predicted_from_the_sheets_beside_it(window, open_clip, make_clip):
    desk = open_clip(make_clip())
    assert [frame.path.name for frame in desk.cut.frames] == ["A0001.png", "A0002.png", "A0003.png"]
    assert {color.rgba for color in desk.cut.palette.colors} == {SKIN, HAIR, CLEAR}
    for row in range(3):
        assert shown_rgba(window, row).tolist() == PACKED


def test_a_clip_without_sheets_is_shown_and_can_be_painted(window, open_clip, make_clip, qtbot):
    desk = open_clip(make_clip(with_sheet=False))
    assert not shown_rgba(window, 0).any()
    assert not len(desk.frame_colors(desk.frame_id).doubtful)
    desk.add_color(HAIR)
    click(window, qtbot, 2)
    assert shown_rgba(window, 0)[1] == pack(np.array(HAIR, np.uint8))


def test_a_click_paints_at_once_and_is_saved(window, open_clip, make_clip, qtbot):
    desk = open_clip(make_clip())
    desk.take_color(desk.cut.palette.id_of(HAIR))
    click(window, qtbot, 2)
    # before any event loop turn: shown and on disk
    assert shown_rgba(window, 0)[1] == pack(np.array(HAIR, np.uint8))
    assert desk.cut.project.undo_text == "Paint segment"
    paint = desk.cut.paint(desk.frame_id)
    assert [given.mark for given in paint.values()] == [Mark.CORRECTED]


def test_the_canvas_shows_the_new_colour(window, open_clip, make_clip, qtbot):
    desk = open_clip(make_clip())
    window.canvas.set_overlay_on(False)
    desk.take_color(desk.cut.palette.id_of(HAIR))
    click(window, qtbot, 2)
    desk.select(0)
    picture = window.canvas.grab().toImage()
    at = window.canvas.widget_pos(4, 3).toPoint()
    assert picture.pixelColor(at).getRgb() == HAIR


def test_a_correction_changes_other_frames_and_undo_takes_all_of_it_back(
    window, open_clip, make_clip, qtbot
):
    desk = open_clip(make_clip())
    desk.take_color(desk.cut.palette.id_of(HAIR))
    click(window, qtbot, 2)
    wait_idle(window, qtbot)
    for row in range(3):
        assert shown_rgba(window, row)[1] == pack(np.array(HAIR, np.uint8))
    desk.undo()
    wait_idle(window, qtbot)
    for row in range(3):
        assert shown_rgba(window, row).tolist() == PACKED
    desk.redo()
    assert shown_rgba(window, 0)[1] == pack(np.array(HAIR, np.uint8))


def test_settled_segments_never_change_by_themselves(window, open_clip, make_clip, qtbot):
    desk = open_clip(make_clip())
    desk.show(1)
    wait_idle(window, qtbot)
    window.review.accept_frame()
    before = shown_rgba(window, 1).tolist()
    accepted = desk.cut.paint(desk.cut.frames[1].id).values()
    assert all(paint.mark == Mark.ACCEPTED for paint in accepted)
    desk.show(0)
    wait_idle(window, qtbot)
    desk.take_color(desk.cut.palette.id_of(HAIR))
    for label in (2, 5):
        click(window, qtbot, label)
    wait_idle(window, qtbot)
    assert shown_rgba(window, 1).tolist() == before


def test_undo_turns_to_the_frame_that_it_changes(window, open_clip, make_clip, qtbot):
    desk = open_clip(make_clip())
    click(window, qtbot, 2)
    desk.show(2)
    wait_idle(window, qtbot)
    desk.undo()
    assert desk.position == 0


def contradict(folder):
    """Add a sheet that says the opposite of the first about the two upper segments."""
    line = draw(FIGURE)
    save(folder / "ref" / "line" / "other.png", line)
    colors = (CLEAR, HAIR, SKIN, HAIR, SKIN)
    save(folder / "ref" / "gt" / "other.png", color_image(line, colors))


def test_next_doubt_goes_through_the_clip_and_enter_accepts(window, open_clip, make_clip, qtbot):
    folder = make_clip(count=2)
    contradict(folder)
    desk = open_clip(folder)
    doubtful = [
        (row, label)
        for row in range(2)
        for label in desk.frame_colors(desk.cut.frames[row].id).doubtful.tolist()
    ]
    assert doubtful == [(0, 2), (0, 3), (1, 2), (1, 3)]
    seen = []
    for _ in doubtful:
        qtbot.keyClick(window, Qt.Key.Key_N)
        wait_idle(window, qtbot)
        seen.append((desk.position, desk.label))
    assert sorted(seen) == doubtful
    frame_id, label = desk.frame_id, desk.label
    qtbot.keyClick(window, Qt.Key.Key_Return)
    assert desk.frame_colors(frame_id).marks[label - 1] == Mark.ACCEPTED
    assert desk.frame_colors(frame_id).bands[label - 1] == Band.SURE


def test_alt_click_takes_the_colour_under_the_cursor(window, open_clip, make_clip, qtbot):
    desk = open_clip(make_clip())
    click(window, qtbot, 3, Qt.KeyboardModifier.AltModifier)
    assert desk.color_id == desk.cut.palette.id_of(HAIR)
    assert not desk.cut.paint(desk.frame_id)


def test_number_keys_take_colours_and_e_erases(window, open_clip, make_clip, qtbot):
    desk = open_clip(make_clip())
    qtbot.keyClick(window, Qt.Key.Key_2)
    assert desk.color_id == desk.cut.palette.colors[1].id
    qtbot.keyClick(window, Qt.Key.Key_E)
    click(window, qtbot, 2)
    assert shown_rgba(window, 0)[1] == 0


def test_colours_are_taken_and_filled_with_the_keyboard_alone(window, open_clip, make_clip, qtbot):
    desk = open_clip(make_clip())
    ids = [color.id for color in desk.cut.palette.colors]
    desk.take_color(ids[-1])
    qtbot.keyClick(window, Qt.Key.Key_Down)
    assert desk.color_id == ids[0]
    qtbot.keyClick(window, Qt.Key.Key_Up)
    assert desk.color_id == ids[-1]
    desk.select(2)
    qtbot.keyClick(window, Qt.Key.Key_F)
    assert desk.shown.colors[1] == ids[-1]
    assert desk.shown.marks[1] == Mark.CORRECTED


def test_the_wheel_zooms_at_the_cursor_and_ctrl_0_fits(window, open_clip, make_clip, qtbot):
    open_clip(make_clip())
    canvas = window.canvas
    whole = canvas.view
    at = canvas.widget_pos(5, 3)
    canvas.zoom(4, at)
    assert canvas.view.scale == whole.scale * 4
    assert (canvas.widget_pos(5, 3) - at).manhattanLength() < 1
    qtbot.keyClick(window, Qt.Key.Key_0, Qt.KeyboardModifier.ControlModifier)
    assert canvas.view == whole


def test_a_magnified_picture_has_only_line_and_palette_colours(window, open_clip, make_clip):
    open_clip(make_clip())
    window.canvas.set_overlay_on(False)
    assert window.canvas.view.scale > 1
    top, bottom = (
        window.canvas.widget_pos(0, 0).toPoint(),
        window.canvas.widget_pos(19, 10).toPoint(),
    )
    image = window.canvas.grab().toImage()
    seen = {
        image.pixelColor(x, y).getRgb()
        for x in range(top.x(), bottom.x(), 3)
        for y in range(top.y(), bottom.y(), 3)
    }
    paper = (246, 245, 242, 255)
    assert seen == {SKIN, HAIR, (0, 0, 0, 255), paper}


@pytest.fixture
def grid(make_clip):
    """A wide drawing with 1-pixel lines, 30 pixels apart, and its folder."""
    folder = make_clip(count=1, with_sheet=False)
    page = np.full((600, 3840, 4), (255, 255, 255, 0), np.uint8)
    page[::30] = page[:, ::30] = (0, 0, 0, 255)
    save(folder / "line" / "A0001.png", page)
    return folder


@pytest.mark.parametrize("scale", [0.9, 0.55, 0.5, 0.257, 0.1])
def test_every_line_of_a_reduced_picture_can_be_seen(window, open_clip, grid, scale):
    open_clip(grid)
    canvas = window.canvas
    canvas.zoom_to(scale)
    image = canvas.grab().toImage()
    y = canvas.widget_pos(0, 315).toPoint().y()
    places = [canvas.widget_pos(x, 0).toPoint().x() for x in range(0, 3840, 30)]
    in_sight = [x for x in places if 1 <= x < image.width() - 1]
    assert len(in_sight) > 30
    for x in in_sight:
        assert min(image.pixelColor(x + by, y).lightness() for by in (-1, 0, 1)) < 128
    if scale > 0.2:  # and what is between two lines is not line
        between = [canvas.widget_pos(x + 15, 0).toPoint().x() for x in range(0, 3840, 30)]
        between = [x for x in between if 0 <= x < image.width()]
        assert min(image.pixelColor(x, y).lightness() for x in between) > 225


def test_a_segment_painted_in_a_reduced_picture_equals_redrawing_all_of_it(
    window, open_clip, grid, qtbot
):
    desk = open_clip(grid)
    desk.add_color(HAIR)
    window.canvas.grab()
    desk.give(700, desk.color_id)
    wait_idle(window, qtbot)
    assert desk.shown.colors[699]
    in_part = window.canvas.grab().toImage()
    window.canvas.fit()
    assert window.canvas.view.scale < 0.5
    assert window.canvas.grab().toImage() == in_part


def test_a_painted_trace_line_is_not_seen_in_a_reduced_picture_either(window, open_clip, grid):
    red, path = (255, 0, 0, 255), grid / "line" / "A0001.png"
    page = np.array(Image.open(path))
    page[300, 1921:1950] = red  # between the segments that are 15 rows above and below
    save(path, page)
    desk, canvas = open_clip(grid), window.canvas
    desk.add_color(HAIR)

    def color_of_line():
        image, at = canvas.grab().toImage(), canvas.widget_pos(1935, 300).toPoint()
        colors = [image.pixelColor(at.x(), at.y() + by) for by in (-1, 0, 1)]
        return max(colors, key=lambda color: color.red() - color.green()).getRgb()

    canvas.zoom_to(0.5)
    assert color_of_line()[0] > 200 > 120 > color_of_line()[1]
    for y in (285, 315):
        desk.give(int(desk.drawing.segments.label_map[y, 1935]), desk.color_id)
    assert color_of_line() == HAIR


def test_export_writes_the_sequence_and_says_what_is_unpainted(
    window, open_clip, make_clip, qtbot, tmp_path
):
    desk = open_clip(make_clip())
    desk.take_color(0)
    click(window, qtbot, 2)
    out = tmp_path / "作品　テスト" / "カット 012"
    with qtbot.waitSignal(desk.noticed, timeout=20_000):
        desk.export(out)
    assert sorted(path.name for path in out.iterdir()) == ["A0001.png", "A0002.png", "A0003.png"]
    assert "Without colour, and so transparent: 1." in window.notices.text
    picture = np.array(Image.open(out / "A0001.png"))
    assert tuple(picture[1, 2]) == (0, 0, 0, 255)
    assert tuple(picture[3, 4]) == (0, 0, 0, 0)
    assert tuple(picture[3, 12]) == HAIR


def test_export_into_the_drawings_folder_is_refused(window, open_clip, make_clip, qtbot):
    desk = open_clip(make_clip())
    folder = desk.cut.frames[0].path.parent
    before = {path: path.read_bytes() for path in folder.iterdir()}
    with qtbot.waitSignal(desk.noticed):
        desk.export(folder)
    assert "never written to" in window.notices.text
    assert {path: path.read_bytes() for path in folder.iterdir()} == before


def drop(widget, *paths):
    data = QMimeData()
    data.setUrls([QUrl.fromLocalFile(str(path)) for path in paths])
    event = QDropEvent(
        QPointF(5, 5),
        Qt.DropAction.CopyAction,
        data,
        Qt.MouseButton.LeftButton,
        Qt.KeyboardModifier.NoModifier,
    )
    widget.dropEvent(event)
    assert event.isAccepted()


def test_a_folder_dropped_on_the_window_is_opened(window, make_clip, qtbot):
    drop(window, make_clip(name="作品　テスト/カット 012"))
    wait_idle(window, qtbot)
    assert len(window.desk.cut.frames) == 3


def test_sheets_dropped_on_their_panel_are_added(window, open_clip, make_clip, qtbot):
    folder = make_clip()
    shutil.move(folder / "ref", folder.parent / "sheets")
    desk = open_clip(folder)
    assert not desk.cut.sheet_files
    drop(window.sheets_panel, folder.parent / "sheets")
    qtbot.waitUntil(lambda: bool(desk.sheets), timeout=10_000)
    wait_idle(window, qtbot)
    assert shown_rgba(window, 0).tolist() == PACKED


def test_what_is_dropped_from_a_web_page_is_no_file_here(
    window, open_clip, make_clip, qtbot, monkeypatch
):
    desk = open_clip(make_clip())
    before = desk.cut.project.path, desk.cut.sheet_files
    monkeypatch.chdir(make_clip(name="other"))  # with drawings and sheets
    data = QMimeData()
    data.setUrls([QUrl("https://example.com/sheet.png")])
    hand = Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier
    for widget in (window, window.sheets_panel):
        event = QDropEvent(QPointF(5, 5), Qt.DropAction.CopyAction, data, *hand)
        event.ignore()
        widget.dropEvent(event)
        assert not event.isAccepted()
    assert not desk.is_busy
    assert (desk.cut.project.path, desk.cut.sheet_files) == before


def test_a_painted_frame_of_the_clip_is_a_sheet_with_the_frames_own_lines(
    window, open_clip, make_clip, qtbot
):
    folder = make_clip(with_sheet=False)
    make_clip(count=1, name="other")
    painted = folder.parent / "other" / "ref" / "gt" / "front.png"
    desk = open_clip(folder)
    painted = painted.rename(painted.with_name("A0001.png"))
    desk.find_sheets([painted])
    qtbot.waitUntil(lambda: bool(desk.sheets), timeout=10_000)
    wait_idle(window, qtbot)
    assert desk.cut.sheet_files[0].line == desk.cut.frames[0].path
    assert shown_rgba(window, 0).tolist() == PACKED


def test_a_broken_drawing_is_one_sentence_and_the_rest_goes_on(window, open_clip, make_clip, qtbot):
    folder = make_clip()
    broken = folder / "line" / "A0002.png"
    broken.write_bytes(broken.read_bytes()[:60])
    open_clip(folder)
    assert "A0002.png" in window.notices.text
    assert shown_rgba(window, 2).tolist() == PACKED


def test_nothing_that_was_opened_is_ever_written_to(window, open_clip, make_clip, qtbot):
    folder = make_clip()
    before = {path: path.read_bytes() for path in folder.rglob("*.png")}
    open_clip(folder)
    click(window, qtbot, 2)
    window.review.accept_frame()
    wait_idle(window, qtbot)
    assert {path: path.read_bytes() for path in folder.rglob("*") if path.is_file()} == before


def test_reopening_the_folder_brings_back_paint_and_history(window, open_clip, make_clip, qtbot):
    folder = make_clip()
    desk = open_clip(folder)
    desk.take_color(desk.cut.palette.id_of(HAIR))
    click(window, qtbot, 2)
    wait_idle(window, qtbot)
    other = make_clip(name="other")
    open_clip(other)
    assert desk.cut.project.undo_text is None
    open_clip(folder)
    assert shown_rgba(window, 0)[1] == pack(np.array(HAIR, np.uint8))
    assert desk.cut.project.undo_text == "Paint segment"


def test_the_bucket_of_a_cut_that_is_opened_again_is_full(window, open_clip, make_clip):
    folder = make_clip()
    open_clip(folder)
    open_clip(make_clip(name="other"))
    desk = open_clip(folder)
    assert desk.cut.palette.color(desk.color_id).rgba[3]


def test_paint_is_carried_over_to_a_redrawn_frame(window, open_clip, make_clip, qtbot):
    folder = make_clip(count=1)
    desk = open_clip(folder)
    desk.take_color(desk.cut.palette.id_of(HAIR))
    click(window, qtbot, 2)
    wait_idle(window, qtbot)
    save(folder / "line" / "A0001.png", draw(FIGURE_MOVED))
    open_clip(folder)
    assert "redrawn" in window.notices.text
    assert shown_rgba(window, 0)[1] == pack(np.array(HAIR, np.uint8))
    desk.undo()  # of the stroke: what became of the drawing is no step
    assert not desk.cut.paint(desk.frame_id)
    assert desk.cut.project.undo_text is None
    desk.redo()
    assert shown_rgba(window, 0)[1] == pack(np.array(HAIR, np.uint8))


FIGURE_MOVED = """
    ....................
    ..################..
    ..#.......#......#..
    ..#.......#......#..
    ..#.......#......#..
    ..################..
    ..#......b.......#..
    ..#......b.......#..
    ..#......b.......#..
    ..################..
    ....................
"""


def test_drawings_that_moved_can_be_located(window, open_clip, make_clip, qtbot):
    folder = make_clip()
    desk = open_clip(folder)
    click(window, qtbot, 2)
    wait_idle(window, qtbot)
    cut = desk.cut.project.path
    open_clip(make_clip(name="other"))
    moved = folder.rename(folder.with_name("moved"))
    with qtbot.waitSignal(desk.noticed):
        window.open(cut)
    assert "Locate drawings" in window.notices.text
    desk.cut.locate_drawings(moved)
    wait_idle(window, qtbot)
    assert desk.cut.frames[0].path.exists()
    assert desk.cut.project.path == cut
    assert desk.cut.project.undo_text == "Paint segment"
    assert [files.color.parents[2] for files in desk.sheets] == [moved]  # it moved along
    assert shown_rgba(window, 2)[1:].all()


@pytest.mark.parametrize("is_readable", [True, False])
def test_of_a_cut_whose_drawings_are_not_found_nothing_of_the_former_one_is_shown(
    window, open_clip, make_clip, qtbot, is_readable
):
    folder = make_clip()
    cut = open_clip(folder).cut.project.path
    desk = open_clip(make_clip(name="other"))
    if not is_readable:
        desk.cut.frames[0].path.write_bytes(b"no picture")
        desk.show(0)
        qtbot.waitUntil(lambda: bool(desk.failure))
    folder.rename(folder.with_name("moved"))
    window.open(cut)
    qtbot.waitUntil(lambda: "Locate drawings" in window.notices.text)
    shown = window.canvas.grab().toImage()
    middle = {shown.pixelColor(x, shown.height() // 2).name() for x in range(shown.width())}
    assert middle == {SURROUND.name()}


def test_a_folder_without_any_drawing_of_the_cut_is_not_where_they_are_now(
    window, open_clip, make_clip, qtbot
):
    desk = open_clip(make_clip())
    click(window, qtbot, 2)
    wait_idle(window, qtbot)
    before = desk.cut.frames
    other = make_clip(name="other")
    for path in list((other / "line").iterdir()):
        path.rename(path.with_name(path.name.replace("A", "B")))
    desk.cut.locate_drawings(other)
    qtbot.waitUntil(lambda: "None of the drawings" in window.notices.text)
    wait_idle(window, qtbot)
    assert desk.cut.frames == before
    desk.cut.open(other)
    qtbot.waitUntil(lambda: desk.cut.frames != before)  # as a cut of its own
    assert not desk.cut.paint(desk.cut.frames[0].id)


def test_drawings_that_others_took_the_place_of_are_located_with_their_paint(
    window, open_clip, make_clip, qtbot
):
    folder = make_clip()
    desk = open_clip(folder)
    click(window, qtbot, 2)
    wait_idle(window, qtbot)
    cut, frame_id = desk.cut.project.path, desk.frame_id
    kept = shutil.copytree(folder, folder.with_name("kept"))
    for path in list((folder / "line").iterdir()):
        path.rename(path.with_name(path.name.replace("A", "B")))
    window.open(cut)
    qtbot.waitUntil(lambda: desk.cut.frames[0].path.name == "B0001.png")
    wait_idle(window, qtbot)
    desk.cut.locate_drawings(kept)
    qtbot.waitUntil(lambda: desk.cut.frames[0].path == kept / "line" / "A0001.png")
    wait_idle(window, qtbot)
    assert desk.frame_id == frame_id
    assert desk.cut.paint(frame_id)


def test_a_cut_that_can_only_be_looked_at_offers_no_changes(window, open_clip, make_clip, qtbot):
    desk = open_clip(make_clip())
    path = desk.cut.project.path.with_name("newer.cut")
    desk.save_as(path)
    window.open(make_clip(name="other"))
    qtbot.waitUntil(lambda: desk.cut.project.path != path)
    wait_idle(window, qtbot)
    with closing(sqlite3.connect(path)) as database, database:
        (version,) = database.execute("PRAGMA user_version").fetchone()
        database.execute(f"PRAGMA user_version = {version + 1}")
    window.open(path)
    wait_idle(window, qtbot)
    texts = ("Add colour…", "Add sheets…", "Add folder…", "Remove")
    buttons = [b for b in window.findChildren(QPushButton) if b.text() in texts]
    assert len(buttons) == len(texts)
    assert not any(button.isEnabled() for button in buttons)
    color_id = desk.color_id
    desk.add_color((1, 2, 3, 255))
    assert desk.color_id == color_id != NO_COLOR


def test_save_as_goes_on_in_the_copy(window, open_clip, make_clip, qtbot, tmp_path):
    desk = open_clip(make_clip())
    click(window, qtbot, 2)
    desk.save_as(tmp_path / "copy.cut")
    assert desk.cut.project.path == tmp_path / "copy.cut"
    assert desk.cut.project.undo_text == "Paint segment"


def test_a_cut_held_by_another_window_is_one_sentence(window, open_clip, make_clip, qtbot):
    desk = open_clip(make_clip())
    held = desk.cut.project.path
    script = (
        "import sys; from core.project import Project; from pathlib import Path\n"
        "try: Project.open(Path(sys.argv[1]))\nexcept Exception as e: print(e)"
    )
    said = subprocess.run(
        [sys.executable, "-c", script, str(held)],
        capture_output=True,
        text=True,
        check=True,
        cwd=Path(__file__).parents[2],
    )
    assert "another Shiage window" in said.stdout


def test_cancel_stops_and_keeps_what_is_finished(window, open_clip, make_clip, qtbot):
    desk = open_clip(make_clip(count=12))
    with qtbot.waitSignal(desk.work.progressed):
        desk.predict()
    desk.cancel()
    qtbot.waitUntil(lambda: not desk.is_busy, timeout=10_000)
    assert all(desk.frame_colors(frame.id) is not None for frame in desk.cut.frames)


def test_notices_are_kept_until_dismissed(window, qtbot):
    bar = window.findChild(NoticeBar)
    assert not bar.isVisible()
    window.desk.noticed.emit("First.")
    window.desk.noticed.emit("Second.")
    assert bar.text == "First.\nSecond."
    bar.dismiss()
    assert not bar.isVisible()


def test_what_was_said_of_a_cut_is_over_with_it(window, open_clip, make_clip, qtbot):
    former = make_clip(name="former")
    (former / "line" / "A0002.png").write_bytes(b"no picture")
    open_clip(former)
    assert "A0002.png" in window.notices.text
    window.open(former.parent / "nowhere")
    qtbot.waitUntil(lambda: "nowhere" in window.notices.text)
    assert "A0002.png" in window.notices.text  # it is still open
    other = make_clip(name="other")
    (other / "line" / "A0002.png").rename(other / "line" / "A0005.png")
    open_clip(other)
    assert "A0002.png" not in window.notices.text
    assert "missing" in window.notices.text  # said of the new one before it was taken


def test_a_sentence_on_why_nothing_was_done_is_over_when_something_is(
    window, open_clip, make_clip, qtbot
):
    open_clip(make_clip())
    qtbot.keyClick(window, Qt.Key.Key_A)
    assert "Select a segment" in window.notices.text
    click(window, qtbot, 2)
    assert not window.notices.isVisible()
    qtbot.keyClick(window, Qt.Key.Key_N)
    assert "Nothing is doubtful" in window.notices.text
    window.desk.step(1)
    assert not window.notices.isVisible()


def test_a_doubt_that_comes_up_ends_the_sentence_that_there_is_none(
    window, open_clip, make_clip, qtbot
):
    folder = make_clip()
    colors = (CLEAR, HAIR, SKIN, HAIR, SKIN)  # the opposite of the other sheet's
    save(folder.parent / "other.png", color_image(draw(FIGURE), colors))
    desk = open_clip(folder)
    qtbot.keyClick(window, Qt.Key.Key_N)
    assert "Nothing is doubtful" in window.notices.text
    desk.find_sheets([folder.parent / "other.png"])
    qtbot.waitUntil(lambda: bool(window.review.queue))
    assert "doubtful" not in window.notices.text


def test_the_window_fits_on_a_small_screen_whatever_is_said(window, open_clip, make_clip, qtbot):
    """Full HD at 200 % is 960 x 540."""
    desk = open_clip(make_clip(name="a_clip_with_a_long_name_" * 6))
    window.resize(960, 540)
    desk.noticed.emit("a_drawing_with_a_long_name_" * 8 + ".png is empty.")
    desk.predict()
    progress = window.findChild(QProgressBar)
    qtbot.waitUntil(lambda: progress.isVisible() or is_idle(window))
    wait_idle(window, qtbot)
    qtbot.wait(1)
    assert window.size().toTuple() == (960, 540)
    assert window.minimumSizeHint().width() <= 960


def test_the_window_is_maximized_where_it_has_less_room_than_it_likes(window):
    likes = window.size()
    window.show_within(likes)
    assert not window.isMaximized()
    window.show_within(likes - QSize(200, 0))
    assert window.isMaximized()


def test_the_mouse_pans_with_the_middle_button(window, open_clip, make_clip, qtbot):
    open_clip(make_clip())
    canvas, before = window.canvas, window.canvas.view
    qtbot.mousePress(canvas, Qt.MouseButton.MiddleButton, pos=QPoint(100, 100))
    qtbot.mouseMove(canvas, QPoint(130, 90))
    qtbot.mouseRelease(canvas, Qt.MouseButton.MiddleButton, pos=QPoint(130, 90))
    assert (canvas.view.x - before.x, canvas.view.y - before.y) == (30, -10)


def test_everything_on_the_screen_has_a_name_for_screen_readers(window):
    for widget in (window.canvas, window.frame_strip):
        assert widget.accessibleName()
    assert QApplication.instance() is not None


def test_redrawing_a_part_of_the_canvas_equals_redrawing_all_of_it(
    window, open_clip, make_clip, qtbot
):
    folder = make_clip(count=2)
    contradict(folder)
    desk = open_clip(folder)
    window.canvas.grab()
    desk.take_color(desk.cut.palette.id_of(HAIR))
    click(window, qtbot, 2)
    wait_idle(window, qtbot)
    in_parts = window.canvas.grab().toImage()
    window.canvas.fit()
    assert window.canvas.grab().toImage() == in_parts


def test_a_part_redrawn_beside_the_selected_segment_keeps_its_outline_whole(
    window, open_clip, make_clip
):
    desk = open_clip(make_clip(count=1))
    desk.select(4)
    window.canvas.zoom_to(25)  # a line is as wide as the part reaches beyond what was painted
    window.canvas.grab()
    desk.give(2, desk.cut.palette.id_of(HAIR))
    in_parts = window.canvas.grab().toImage()
    window.canvas.zoom_to(25)
    assert window.canvas.grab().toImage() == in_parts


def test_a_trace_line_that_is_given_to_another_segment_is_drawn_anew_in_any_zoom(
    window, open_clip, make_clip
):
    desk = open_clip(make_clip(count=1))
    for color in (HAIR, SKIN):
        window.canvas.zoom_to(60)
        window.canvas.grab()
        desk.give(4, desk.cut.palette.id_of(color))
        in_parts = window.canvas.grab().toImage()
        window.canvas.zoom_to(60)
        assert window.canvas.grab().toImage() == in_parts


def test_a_tiny_doubtful_segment_is_zoomed_to(window, open_clip, specks, qtbot):
    desk = open_clip(specks)
    qtbot.keyClick(window, Qt.Key.Key_N)
    assert desk.label == 2
    window.canvas.grab()
    assert window.canvas.view.scale == 8
    middle = QPointF(window.canvas.rect().center())
    assert (window.canvas.widget_pos(602, 402) - middle).manhattanLength() < 4


def test_another_clip_opened_at_once_gets_nothing_of_the_first(window, make_clip, qtbot):
    first, second = make_clip(count=3), make_clip(count=2, name="second", with_sheet=False)
    window.open(first)
    qtbot.waitUntil(lambda: len(window.desk.cut.frames) == 3, timeout=10_000)
    window.open(second)
    qtbot.waitUntil(lambda: len(window.desk.cut.frames) == 2, timeout=10_000)
    wait_idle(window, qtbot)
    assert not window.desk.cut.sheet_files
    assert not window.desk.cut.palette.colors
    assert not shown_rgba(window, 0).any()


def test_sheets_added_one_after_the_other_are_all_added(window, open_clip, make_clip, qtbot):
    others = [make_clip(count=1, name=name) / "ref" for name in "abc"]
    desk = open_clip(make_clip(with_sheet=False))
    for other in others:
        desk.find_sheets([other])
    qtbot.waitUntil(lambda: len(desk.cut.sheet_files) == 3, timeout=10_000)


def test_paint_can_follow_a_drawing_that_was_not_predicted_yet(window, make_clip, qtbot):
    desk = window.desk
    desk.frame_changed.connect(desk.cancel)
    desk.models.changed.connect(desk.cancel)
    window.open(make_clip(count=1, with_sheet=False))
    wait_idle(window, qtbot)
    assert desk.prediction(desk.frame_id) is None
    desk.add_color(HAIR)
    click(window, qtbot, 2)
    assert desk.cut.project.frames[0].digest == desk.drawing.digest  # with the click, on disk


def test_a_drawing_that_was_saved_anew_is_shown_and_predicted_again(
    window, open_clip, make_clip, qtbot
):
    folder = make_clip(count=2)
    desk = open_clip(folder)
    line = draw(FIGURE)
    save(folder / "line" / "A0002.png", np.concatenate([line, line]))
    desk.show(1)
    wait_idle(window, qtbot)
    assert desk.prediction(desk.frame_id).digest == desk.drawing.digest
    assert len(desk.shown.colors) == len(desk.drawing.segments)
    assert desk.shown.colors.any()
    desk.take_color(desk.cut.palette.id_of(HAIR))
    click(window, qtbot, 2)
    assert desk.shown.marks[1] == Mark.CORRECTED


def test_cancel_leaves_drawing_and_sheets_to_be_read(window, make_clip, qtbot):
    desk = window.desk
    desk.frame_changed.connect(desk.cancel)
    window.open(make_clip())
    wait_idle(window, qtbot)
    assert desk.drawing is not None
    assert set(desk.sheets) == set(desk.cut.sheet_files) != set()


def test_a_sheet_that_is_removed_while_it_is_read_stays_removed(
    window, open_clip, make_clip, qtbot
):
    folder = make_clip()
    open_clip(folder)
    desk = open_clip(make_clip(name="other"))
    window.open(folder)

    def remove():
        if desk.drawing is not None:  # its sheets are read after it
            for files in desk.cut.sheet_files:
                desk.cut.remove_sheet(files)

    desk.frame_changed.connect(remove)
    wait_idle(window, qtbot)
    assert desk.cut.sheet_files == ()
    assert not desk.sheets


def test_the_eraser_stays_in_the_hand_when_known_sheets_are_read_again(
    window, open_clip, make_clip
):
    folder = make_clip()
    open_clip(folder).take_color(NO_COLOR)
    assert open_clip(folder).color_id == NO_COLOR


def test_a_sheet_that_got_another_colour_brings_it_along(window, open_clip, make_clip):
    folder, blue = make_clip(), (20, 40, 200, 255)
    open_clip(folder)
    open_clip(make_clip(name="other"))
    colors = [blue if color == HAIR else color for color in FIGURE_COLORS]
    save(folder / "ref" / "gt" / "front.png", color_image(draw(FIGURE), colors))
    open_clip(folder)
    assert shown_rgba(window, 0).tolist() == pack(np.array(colors, np.uint8)).tolist()


def answer_modals(*answers):
    """Give each modal dialog that opens, one after the other, its answer: a text or a button."""
    dialog = QApplication.activeModalWidget()
    if dialog is None:
        QTimer.singleShot(10, lambda: answer_modals(*answers))
        return
    answer, *more = answers
    if more:
        QTimer.singleShot(10, lambda: answer_modals(*more))
    if isinstance(dialog, QFileDialog):
        dialog.findChild(QLineEdit).setText(answer)
        dialog.accept()
    else:
        dialog.button(answer).click()


def test_save_as_adds_the_ending_and_asks_before_it_replaces_a_cut(
    window, open_clip, make_clip, tmp_path
):
    desk = open_clip(make_clip())
    first = desk.cut.project.path
    answer_modals(str(tmp_path / "c012.take2"))
    window.save_as()
    assert desk.cut.project.path == tmp_path / "c012.take2.cut"
    (tmp_path / "c013.cut").write_bytes(b"mine")
    answer_modals(str(tmp_path / "c013"), QMessageBox.StandardButton.No)
    window.save_as()
    assert (tmp_path / "c013.cut").read_bytes() == b"mine"
    answer_modals(str(tmp_path / "c013"), QMessageBox.StandardButton.Yes)
    window.save_as()
    assert desk.cut.project.path == tmp_path / "c013.cut"
    assert first.exists()


def test_a_cut_that_was_saved_elsewhere_is_named_when_the_folder_is_opened_again(
    window, open_clip, make_clip, tmp_path
):
    folder = make_clip()
    desk = open_clip(folder)
    desk.save_as(tmp_path / "copy.cut")
    assert not window.notices.text
    open_clip(make_clip(name="other"))
    assert not window.notices.text
    open_clip(folder)
    assert "last painted in “copy.cut”" in window.notices.text


def test_a_recent_cut_that_the_system_keeps_closed_does_not_matter(window, open_clip, make_clip):
    folder = make_clip()
    first = open_clip(folder).cut.project
    open_clip(make_clip(name="other"))
    remember(RecentCut(first.path.with_name("長" * 200 + ".cut"), first.drawings))
    desk = open_clip(folder)
    assert desk.cut.project.path == first.path
    assert not window.notices.text


def test_a_sheet_that_was_removed_is_not_found_again_beside_the_drawings(
    window, open_clip, make_clip
):
    folder = make_clip()
    desk = open_clip(folder)
    desk.cut.remove_sheet(desk.cut.sheet_files[0])
    open_clip(make_clip(name="other"))
    assert open_clip(folder).cut.sheet_files == ()


@pytest.mark.skipif(sys.platform == "win32", reason="links need a right there")
def test_a_relative_path_and_a_link_are_the_same_clip(
    window, open_clip, make_clip, tmp_path, monkeypatch
):
    make_clip()
    (tmp_path / "link").symlink_to(tmp_path / "cut", target_is_directory=True)
    monkeypatch.chdir(tmp_path)
    for path in (Path("cut"), Path("link"), Path("other/../cut")):
        desk = open_clip(path)
        assert set(desk.sheets) == set(desk.cut.sheet_files) != set()
        assert not window.notices.text


def test_an_export_ends_with_the_model_that_it_began_with(
    window, open_clip, make_clip, tmp_path, qtbot
):
    desk, said = open_clip(make_clip(count=6)), []
    window.engine.answered.connect(lambda _, answer: said.append(answer))
    desk.export(tmp_path / "out")
    desk.models.use("compact", "cpu")
    wait_idle(window, qtbot)
    kinds = [type(answer) for answer in said if isinstance(answer, ExportDone | ModelReady)]
    assert kinds == [ExportDone, ModelReady]


def test_no_prediction_is_of_two_models(window, open_clip, make_clip, qtbot):
    desk, said = open_clip(make_clip(count=12)), []
    window.engine.answered.connect(lambda job, answer: said.append((job, answer)))
    with qtbot.waitSignal(desk.frames_painted):
        desk.predict()
    desk.models.use("compact", "cpu")
    wait_idle(window, qtbot)
    assert not window.notices.text
    ready = next(place for place, (_, answer) in enumerate(said) if isinstance(answer, ModelReady))
    before, after = said[:ready], said[ready + 1 :]
    jobs = [
        {id(job) for job, answer in part if isinstance(answer, Prediction)}
        for part in (before, after)
    ]
    assert not jobs[0] & jobs[1]


def test_progress_counts_the_frames_of_every_job_by_itself(
    window, open_clip, make_clip, tmp_path, qtbot
):
    desk, seen = open_clip(make_clip(count=6)), []
    desk.work.progressed.connect(seen.append)
    desk.export(tmp_path / "out")
    desk.predict()
    wait_idle(window, qtbot)
    *counts, last = seen
    assert last is None
    both_begin = [(0, 6), (0, 6)]  # with a Cancel button, before the first frame is done
    assert [(each.done, each.total) for each in counts] == both_begin + 2 * [
        (n, 6) for n in range(1, 7)
    ]


def is_on_canvas(window, rgba):
    image = window.canvas.grab().toImage().convertToFormat(QImage.Format.Format_RGBA8888)
    return (np.frombuffer(image.constBits(), "<u4") == pack(np.array(rgba, np.uint8))).any()


def test_a_frame_that_cannot_be_read_says_why_instead_of_showing_another(
    window, open_clip, make_clip, qtbot
):
    folder = make_clip()
    desk = open_clip(folder)
    (folder / "line" / "A0002.png").write_bytes(b"nonsense")
    window.canvas.zoom(2)
    view = window.canvas.view
    for _ in range(2):  # said again when one returns to it
        desk.show(1)
        qtbot.waitUntil(lambda: not desk.is_busy)
        assert "A0002.png" in desk.failure
        assert desk.drawing is None
        assert not is_on_canvas(window, HAIR)
        desk.show(0)
        qtbot.waitUntil(lambda: not desk.is_busy)
        assert not desk.failure
        assert is_on_canvas(window, HAIR)
        assert window.canvas.view == view


def test_an_export_is_not_cut_off_without_being_asked(
    window, open_clip, make_clip, tmp_path, qtbot
):
    desk = open_clip(make_clip(count=8))
    other = make_clip(name="other")
    for number, leave in enumerate([lambda: window.open(other), window.close]):
        desk.export(tmp_path / f"out {number}")
        answer_modals(QMessageBox.StandardButton.No)
        leave()
        assert window.isVisible()
        wait_idle(window, qtbot)
        assert len(list((tmp_path / f"out {number}").iterdir())) == 8
    window.open(other)
    qtbot.waitUntil(lambda: desk.cut.frames[0].path.is_relative_to(other))


def test_without_colours_nothing_is_called_done(window, open_clip, make_clip):
    desk = open_clip(make_clip(with_sheet=False))
    window.review.next(1)
    assert "no colours yet" in window.notices.text
    strip = window.frame_strip.model()
    assert not any(strip.data(strip.index(row), IS_KNOWN) for row in range(3))
    assert desk.has_colors is False


def test_a_closed_panel_comes_back_from_the_menu(window, open_clip, make_clip):
    open_clip(make_clip())
    [dock] = (each for each in window.findChildren(QDockWidget) if each.objectName() == "Palette")
    dock.close()
    [toggle] = (
        action
        for menu in window.menuBar().findChildren(QMenu)
        for action in menu.actions()
        if action.text() == dock.windowTitle()
    )
    toggle.trigger()
    assert dock.isVisible()


@pytest.fixture
def sliver(open_clip, make_clip):
    """A clip with one long segment that is a single pixel thick."""
    folder = make_clip(count=1, with_sheet=False)
    page = np.full((900, 1600, 4), (255, 255, 255, 0), np.uint8)
    page[400:403, 600:662] = (0, 0, 0, 255)
    page[401, 601:661] = (255, 255, 255, 0)
    save(folder / "line" / "A0001.png", page)
    return open_clip(folder)


def test_a_sliver_is_zoomed_to_until_it_is_thick_enough_to_judge(window, sliver):
    sliver.go_to(0, 2)
    assert window.canvas.view.scale == 8


def test_the_zoom_to_what_is_small_grows_with_the_resolution_of_the_screen(
    window, sliver, monkeypatch
):
    monkeypatch.setattr(window.canvas, "devicePixelRatioF", lambda: 1.5)
    sliver.go_to(0, 2)
    assert window.canvas.view.scale == 12
