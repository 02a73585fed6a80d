"""The canvas under a hand: what the mouse points at, drags and lets go."""

from PySide6.QtCore import QEvent, QPointF, Qt
from PySide6.QtGui import QMouseEvent
from PySide6.QtWidgets import QApplication, QLabel

from app.panels.sheets import SheetPicture
from app.panels.status import StatusLine
from app.review import Review
from tests.app.conftest import CLEAR, FIGURE, HAIR, SKIN, color_image, is_idle, save
from tests.drawings import draw

LEFT, NO_BUTTON = Qt.MouseButton.LeftButton, Qt.MouseButton.NoButton
NO_KEY = Qt.KeyboardModifier.NoModifier


def middle(window, label):
    """Where a segment lies on the canvas: its first pixel."""
    segments = window.desk.drawing.segments
    y, x = divmod(int(segments.first_pixels[label - 1]), segments.label_map.shape[1])
    return window.canvas.widget_pos(x, y)


def move(window, at, buttons=NO_BUTTON):
    """Move the mouse as the desktop does: the cursor of the machine stays where it is."""
    canvas = window.canvas
    there = canvas.mapToGlobal(at)
    event = QMouseEvent(QEvent.Type.MouseMove, at, there, NO_BUTTON, buttons, NO_KEY)
    QApplication.sendEvent(canvas, event)


def said_of_segment(window):
    """What the status line says of the segment under the cursor."""
    return window.findChild(StatusLine).findChild(QLabel).text()


def test_what_is_under_a_resting_cursor_is_another_segment_in_another_frame(
    window, doubtful, qtbot
):
    at = middle(window, 2)
    move(window, at)
    assert window.review.label == 2
    doubtful.show(2)  # with a key: the figure has moved on, and the cursor is beside it
    qtbot.waitUntil(lambda: is_idle(window))
    assert window.review.label == 1
    assert said_of_segment(window).endswith(f"{doubtful.drawing.segments.areas[0]} px")
    qtbot.keyClick(window, Qt.Key.Key_2, Qt.KeyboardModifier.AltModifier)
    painted = doubtful.cut.paint(doubtful.frame_id)
    assert set(painted) <= {doubtful.drawing.segments.keys[0]}


def test_what_is_under_a_resting_cursor_is_another_segment_in_another_view(window, doubtful):
    at = middle(window, 2)
    move(window, at)
    window.canvas.zoom(8, QPointF(0, 0))
    move(window, at)
    label = window.review.label
    window.canvas.fit()
    assert window.review.label == 2 != label


def test_nothing_is_under_a_cursor_that_is_elsewhere(window, doubtful, qtbot):
    move(window, middle(window, 2))
    QApplication.sendEvent(window.canvas, QEvent(QEvent.Type.Leave))
    assert window.review.label == 2  # one of its candidates may be clicked
    doubtful.show(1)
    qtbot.waitUntil(lambda: is_idle(window))
    assert window.review.label == 0


def test_the_segment_under_the_cursor_is_the_same_one_when_the_cut_is_saved_elsewhere(
    window, doubtful, tmp_path, qtbot
):
    at = middle(window, 2)
    move(window, at)
    second = window.review.candidates[1]
    doubtful.save_as(tmp_path / "copy.cut")
    move(window, at + QPointF(1, 0))
    assert window.review.label == 2
    qtbot.keyClick(window, Qt.Key.Key_2, Qt.KeyboardModifier.AltModifier)
    assert doubtful.shown.colors[1] == second.color_id


def test_the_status_line_follows_an_answer_for_the_segment_under_the_cursor(
    window, doubtful, qtbot
):
    move(window, middle(window, 2))
    assert "doubtful" in said_of_segment(window)
    qtbot.keyClick(window, Qt.Key.Key_2, Qt.KeyboardModifier.AltModifier)
    assert "settled by you" in said_of_segment(window)


def test_space_that_was_let_go_elsewhere_leaves_no_hand(window, doubtful, qtbot):
    canvas, strip = window.canvas, window.frame_strip
    canvas.setFocus()
    qtbot.keyPress(canvas, Qt.Key.Key_Space)
    strip.setFocus()
    qtbot.keyRelease(strip, Qt.Key.Key_Space)
    qtbot.mouseClick(canvas, LEFT, pos=middle(window, 2).toPoint())
    assert doubtful.cut.project.undo_text is not None


def test_a_drag_ends_where_the_button_was_let_go_even_if_that_was_not_told(window, doubtful, qtbot):
    doubtful.take_color(doubtful.cut.palette.id_of(HAIR))
    qtbot.mousePress(window.canvas, LEFT, pos=middle(window, 2).toPoint())
    # a dialog came up: the canvas does not hear of the release
    move(window, middle(window, 4))
    assert list(doubtful.cut.paint(doubtful.frame_id)) == [doubtful.drawing.segments.keys[1]]
    qtbot.mouseRelease(window.canvas, LEFT, pos=middle(window, 4).toPoint())


def save_anew_as_a_page(desk, position):
    """Draw a frame anew without any closed line."""
    line = draw(FIGURE)
    line[:] = line[0, 0]
    save(desk.cut.frames[position].path, line)


def test_a_doubt_of_a_drawing_that_has_fewer_segments_now_is_turned_to_but_not_selected(
    window, doubtful, qtbot
):
    review: Review = window.review
    review.next(1)
    doubt = max(d for d in review.queue if d.position == 2)
    save_anew_as_a_page(doubtful, 2)
    review.ask(doubt)
    qtbot.waitUntil(lambda: doubtful.drawing is not None and len(doubtful.drawing.segments) == 1)
    qtbot.waitUntil(lambda: is_idle(window))
    window.grab()
    assert (doubtful.position, doubtful.label) == (2, 0)


def test_the_selected_segment_is_none_of_a_drawing_that_was_saved_anew(window, doubtful, qtbot):
    move(window, middle(window, 5))
    doubtful.select(5)
    save_anew_as_a_page(doubtful, 0)
    doubtful.predict()
    qtbot.waitUntil(lambda: len(doubtful.drawing.segments) == 1)
    qtbot.waitUntil(lambda: is_idle(window))
    window.grab()
    assert doubtful.label == 0
    assert window.review.label in (0, 1)


def test_a_sheet_that_has_fewer_segments_now_can_be_read_while_one_of_them_speaks(
    window, doubtful, qtbot
):
    folder = doubtful.cut.project.drawings.parent
    move(window, middle(window, 5))
    assert window.review.candidates[0].label == 5
    page = draw(FIGURE)
    page[:, 10:] = page[0, 0]
    page[2:10, 9] = (0, 0, 0, 255)
    for name in ("front", "other"):
        save(folder / "ref" / "line" / f"{name}.png", page)
        save(folder / "ref" / "gt" / f"{name}.png", color_image(page, (CLEAR, SKIN, HAIR)))
    drawn = []
    doubtful.sheets_changed.connect(lambda: drawn.append(window.grab()))
    window.open(folder)
    qtbot.waitUntil(lambda: bool(drawn) and is_idle(window), timeout=20_000)
    assert {len(sheet.drawing.segments) for sheet in doubtful.sheets.values()} == {3}
    assert window.review.candidates[0].label <= 3
    window.sheets_panel.findChild(SheetPicture).light([5])  # as with a move before the prediction
    window.grab()
