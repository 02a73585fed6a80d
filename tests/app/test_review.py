"""The review: one question after the other, answered with the keyboard alone."""

import sqlite3
from contextlib import closing

import numpy as np
import pytest
from PySide6.QtCore import Qt, QVariantAnimation
from PySide6.QtGui import QAction, QKeySequence
from PySide6.QtWidgets import (
    QAbstractButton,
    QApplication,
    QComboBox,
    QDockWidget,
    QLabel,
    QListWidget,
    QTableView,
)
from shiboken6 import isValid

from app.dialogs.elsewhere import ElsewhereDialog
from app.panels.candidates import WORDS, CandidatesPanel
from app.panels.frame_strip import DOUBTS, IS_KNOWN
from app.panels.palette import PalettePanel, color_title
from app.panels.review import ReviewPanel
from app.panels.scrolling import Scrolling
from app.panels.sheets import SheetPicture
from app.queue import Filter, Order
from core.edits import Mark
from core.palette import NO_COLOR, pack
from tests.app.conftest import (
    CLEAR,
    FIGURE,
    HAIR,
    SKIN,
    color_image,
    is_idle,
    save,
    shown_rgba,
)
from tests.drawings import draw


def packed(*colors):
    return [int(value) for value in pack(np.array(colors, np.uint8))]


@pytest.fixture
def press(window, qtbot):
    """Press a key in the window and wait for what follows from it."""

    def press_(key, modifier=Qt.KeyboardModifier.NoModifier):
        qtbot.keyClick(window, key, modifier)
        qtbot.waitUntil(lambda: is_idle(window), timeout=20_000)

    return press_


def test_n_asks_and_shows_the_candidates_with_what_speaks_for_each(window, doubtful, press):
    press(Qt.Key.Key_N)
    review = window.review
    assert review.is_asking
    first, second = review.candidates[:2]
    colors = {doubtful.cut.palette.color(each.color_id).rgba for each in (first, second)}
    assert colors == {SKIN, HAIR}
    assert {first.source.name, second.source.name} == {"front", "other"}
    assert first.label == second.label == doubtful.label


def test_the_question_goes_on_when_the_cut_is_saved_elsewhere(window, doubtful, press, tmp_path):
    press(Qt.Key.Key_N)
    label, second = doubtful.label, window.review.candidates[1]
    color_id = doubtful.color_id
    doubtful.save_as(tmp_path / "copy.cut")
    press(Qt.Key.Key_2)
    assert doubtful.shown.colors[label - 1] == second.color_id
    assert doubtful.color_id == color_id


def test_c_tries_one_candidate_after_the_other_and_their_order_stays(window, doubtful, press):
    press(Qt.Key.Key_N)
    row, label = doubtful.position, doubtful.label
    offered = window.review.candidates
    before = shown_rgba(window, row)[label - 1]
    seen = []
    for _ in offered:
        press(Qt.Key.Key_C)
        seen.append(shown_rgba(window, row)[label - 1])
        assert window.review.candidates == offered
    assert len(set(seen)) == len(offered)
    assert seen[-1] == before
    assert doubtful.cut.project.undo_text == "Paint segment"


def test_the_keys_1_to_5_answer_while_a_doubt_is_asked_about(window, doubtful, press):
    press(Qt.Key.Key_N)
    color = doubtful.color_id
    row, label = doubtful.position, doubtful.label
    second = window.review.candidates[1]
    press(Qt.Key.Key_2)
    shown = doubtful.frame_colors(doubtful.cut.frames[row].id)
    assert shown.colors[label - 1] == second.color_id
    assert shown.marks[label - 1] == Mark.CORRECTED
    assert doubtful.color_id == color


def test_choosing_what_is_shown_is_accepting_it(window, doubtful, press):
    press(Qt.Key.Key_N)
    label = doubtful.label
    press(Qt.Key.Key_1)
    assert doubtful.shown.marks[label - 1] == Mark.ACCEPTED


def test_otherwise_they_take_colours_of_the_palette(window, doubtful, press):
    press(Qt.Key.Key_N)
    doubtful.select(0)
    press(Qt.Key.Key_3)
    assert doubtful.color_id == doubtful.cut.palette.colors[2].id


def test_the_palette_stays_where_it_was_scrolled_to_when_a_doubt_is_asked_about(
    window, doubtful, press, qtbot
):
    for number in range(60):
        doubtful.add_color((number, 2, 3, 255))
    doubtful.take_color(doubtful.cut.palette.colors[0].id)
    panel = window.findChild(PalettePanel)
    colors = panel.findChild(QListWidget)
    bar = colors.verticalScrollBar()
    bar.setValue(bar.maximum())
    assert "[1]" in colors.item(1).text()
    press(Qt.Key.Key_N)
    qtbot.waitUntil(lambda: "[1]" not in colors.item(1).text())
    assert bar.value() == bar.maximum() > 0


def test_a_candidate_can_be_clicked(window, doubtful, press, qtbot):
    press(Qt.Key.Key_N)
    second = window.review.candidates[1]
    panel = window.findChild(CandidatesPanel)
    rows = panel.findChildren(QAbstractButton)
    qtbot.waitUntil(lambda: rows[1].accessibleName().startswith("Candidate 2"))
    qtbot.mouseClick(rows[1], Qt.MouseButton.LeftButton)
    assert doubtful.shown.colors[doubtful.label - 1] == second.color_id


def test_a_sheet_that_was_removed_speaks_for_nothing_any_more(window, doubtful, press, qtbot):
    press(Qt.Key.Key_N)
    press(Qt.Key.Key_C)
    panel = window.findChild(CandidatesPanel)
    removed = doubtful.cut.sheet_files[0]
    doubtful.cut.remove_sheet(removed)
    qtbot.waitUntil(lambda: is_idle(window))
    assert doubtful.label
    rows = [row for row in panel.findChildren(QAbstractButton) if row.isVisible()]
    assert rows
    assert all(removed.name not in row.accessibleName() for row in rows)


def test_chances_and_colours_can_be_read_in_the_narrowest_panel(window, doubtful, press, qtbot):
    press(Qt.Key.Key_N)
    panel = window.findChild(CandidatesPanel)
    rows = [row for row in panel.findChildren(QAbstractButton) if row.isVisible()]
    docks = {dock.objectName(): dock for dock in window.findChildren(QDockWidget)}
    window.resizeDocks([docks["Why this colour?"]], [1], Qt.Orientation.Horizontal)
    qtbot.waitUntil(lambda: panel.width() < panel.sizeHint().width())
    for row in rows:
        colors = doubtful.cut.palette.colors[:2]
        words = [word for _, word in WORDS] + [color_title(color) for color in colors]
        assert all(
            row.fontMetrics().horizontalAdvance(word) <= row.text_room().width() for word in words
        )


def test_candidates_are_all_seen_or_can_be_scrolled_to(window, doubtful, press, qtbot):
    area = window.findChild(Scrolling)
    panel = area.widget()
    press(Qt.Key.Key_N)
    qtbot.waitUntil(lambda: panel.minimumSizeHint().height() > 150)
    assert panel.minimumSizeHint().height() <= area.viewport().height()
    room = area.screen().availableSize().height()
    panel.setMinimumHeight(2 * room)  # as if there were more candidates than the screen is high
    qtbot.waitUntil(lambda: area.verticalScrollBar().maximum() > 0)
    assert area.minimumSizeHint().height() < room / 2


def test_a_narrow_queue_leaves_the_area_out_first(window, doubtful, press):
    press(Qt.Key.Key_N)
    queue = next(
        view
        for view in window.findChildren(QTableView)
        if view.accessibleName() == "Doubtful segments"
    )
    assert queue.model().index(0, 0).data() == "A0001  ×3  21 px"
    assert queue.textElideMode() == Qt.TextElideMode.ElideMiddle
    assert not queue.wordWrap()  # in which rows end early, whatever is to be left out


def test_an_answer_lists_what_it_changed_and_undo_takes_all_of_it_back(
    window, doubtful, press, qtbot
):
    press(Qt.Key.Key_N)
    before = [shown_rgba(window, row).tolist() for row in range(3)]
    press(Qt.Key.Key_C)
    changed = {(change.frame_id, change.label) for change in window.review.changes}
    really = {
        (frame.id, label)
        for row, frame in enumerate(doubtful.cut.frames)
        for label, (was, now) in enumerate(
            zip(before[row], shown_rgba(window, row).tolist(), strict=True), 1
        )
        if was != now and (frame.id, label) != (doubtful.frame_id, doubtful.label)
    }
    assert changed == really
    assert changed
    panel = window.findChild(ReviewPanel)
    assert f"changed {len(changed)}" in panel._changes_title.text()
    doubtful.undo()
    qtbot.waitUntil(lambda: is_idle(window), timeout=20_000)
    assert [shown_rgba(window, row).tolist() for row in range(3)] == before


def test_frame_done_accepts_what_is_left_and_goes_to_the_next_doubt(window, doubtful, press):
    press(Qt.Key.Key_Return, Qt.KeyboardModifier.ControlModifier)
    first = doubtful.frame_colors(doubtful.cut.frames[0].id)
    assert (first.marks > 0).all()
    assert doubtful.position == 1


def test_the_queue_can_be_ordered_and_filtered(window, doubtful, press, qtbot):
    qtbot.waitUntil(lambda: bool(window.review.queue), timeout=20_000)
    count = len(window.review.queue)
    window.review.arrange(Order.WORTH, Filter.NO_MATCH)
    assert not window.review.queue
    press(Qt.Key.Key_N)
    assert "Nothing is doubtful" in window.notices.text
    window.review.arrange(Order.FRAMES, Filter.ALL)
    assert len(window.review.queue) == count


def test_the_clip_is_finished_with_the_keyboard_alone(window, doubtful, press):
    truth = packed(CLEAR, SKIN, HAIR, HAIR, SKIN)
    press(Qt.Key.Key_N)
    keys = 1
    while window.review.queue:
        if shown_rgba(window, doubtful.position)[doubtful.label - 1] != truth[doubtful.label - 1]:
            press(Qt.Key.Key_C)
            keys += 1
        press(Qt.Key.Key_Return)
        keys += 1
    for row in range(3):
        assert shown_rgba(window, row).tolist() == truth
    plain_bucket = 3 * len(truth)
    assert keys < plain_bucket


def test_a_colour_is_applied_elsewhere_once_frames_and_counts_were_seen(
    window, doubtful, press, qtbot
):
    press(Qt.Key.Key_N)
    press(Qt.Key.Key_C)
    label, color_id = doubtful.label, int(doubtful.shown.colors[doubtful.label - 1])
    rows = [row for row in range(3) if row != doubtful.position]
    qtbot.keyClick(window, Qt.Key.Key_A)
    qtbot.waitUntil(lambda: window.findChild(ElsewhereDialog) is not None, timeout=20_000)
    dialog = window.findChild(ElsewhereDialog)
    said = " ".join(each.text() for each in dialog.findChildren(QLabel))
    assert "found in 2 other frames" in said
    assert doubtful.cut.project.undo_text == "Paint segment"
    dialog.accept()
    qtbot.waitUntil(lambda: is_idle(window), timeout=20_000)
    for row in rows:
        shown = doubtful.frame_colors(doubtful.cut.frames[row].id)
        assert shown.colors[label - 1] == color_id
        assert shown.marks[label - 1]
    assert doubtful.cut.project.undo_text == "Apply to 2 frames"


def test_nothing_is_applied_elsewhere_in_another_cut(window, doubtful, press, qtbot, make_clip):
    press(Qt.Key.Key_N)
    press(Qt.Key.Key_C)
    qtbot.keyClick(window, Qt.Key.Key_A)
    qtbot.waitUntil(lambda: window.findChild(ElsewhereDialog) is not None, timeout=20_000)
    dialog = window.findChild(ElsewhereDialog)
    other = make_clip(name="other")
    doubtful.cut.open(other)
    qtbot.waitUntil(lambda: other in doubtful.cut.frames[0].path.parents, timeout=10_000)
    if isValid(dialog):
        dialog.accept()
    qtbot.waitUntil(lambda: is_idle(window), timeout=20_000)
    assert doubtful.cut.project.undo_text is None


def test_nothing_is_applied_elsewhere_without_a_selected_segment(window, doubtful, press):
    press(Qt.Key.Key_A)
    assert "Select a segment" in window.notices.text


def test_a_frame_that_can_no_longer_be_read_is_left_out_of_the_review(
    window, doubtful, press, qtbot
):
    gone = doubtful.cut.frames[1].path
    content = gone.read_bytes()
    gone.unlink()
    doubtful.show(1)
    qtbot.waitUntil(lambda: bool(doubtful.failure))
    press(Qt.Key.Key_N)
    positions = {doubt.position for doubt in window.review.queue}
    assert positions == {0, 2}
    strip = window.frame_strip.model()
    assert [strip.data(strip.index(row), DOUBTS) > 0 for row in range(3)] == [True, False, True]
    gone.write_bytes(content)
    doubtful.show(1)
    qtbot.waitUntil(lambda: is_idle(window), timeout=20_000)
    window.review.next(1)
    assert {doubt.position for doubt in window.review.queue} == {0, 1, 2}


def test_what_cannot_be_read_is_not_waited_for(window, doubtful, press, qtbot):
    doubtful.cut.frames[1].path.unlink()
    doubtful.predict()
    for position in (0, 2):
        qtbot.waitUntil(lambda: not doubtful.is_busy, timeout=20_000)
        doubtful.show(position)
        qtbot.waitUntil(lambda: is_idle(window), timeout=20_000)
        press(Qt.Key.Key_Return, Qt.KeyboardModifier.ControlModifier)
    window.review.next(1)
    assert window.notices.text.endswith("Nothing is doubtful in this clip.")


def test_two_quick_presses_of_n_ask_about_the_next_but_one(window, doubtful, press, qtbot):
    for order in Order:
        window.review.arrange(order, Filter.ALL)
        queue = window.review.queue
        positions = [doubt.position for doubt in queue]
        last_here = next(at for at, here in enumerate(positions) if here != positions[at + 1])
        window.review.ask(queue[last_here])
        qtbot.waitUntil(lambda: is_idle(window), timeout=20_000)
        window.review.next(1)  # turns to another frame, whose drawing is still to come
        window.review.next(1)
        qtbot.waitUntil(lambda: is_idle(window), timeout=20_000)
        asked = queue[(last_here + 2) % len(queue)]
        assert (doubtful.position, doubtful.label) == (asked.position, asked.label)


def test_a_frame_with_segments_that_nobody_painted_is_not_finished(
    window, open_clip, make_clip, press, qtbot
):
    desk = open_clip(make_clip(with_sheet=False))
    desk.add_color(SKIN)
    desk.give(2, desk.cut.palette.id_of(SKIN))
    qtbot.waitUntil(lambda: is_idle(window), timeout=20_000)
    strip = window.frame_strip.model()
    shown = [desk.frame_colors(frame.id) for frame in desk.cut.frames]
    assert any(each.is_unpainted.any() for each in shown)
    for row, each in enumerate(shown):
        assert strip.data(strip.index(row), IS_KNOWN) == (not each.is_unpainted.any())
    row = next(row for row, each in enumerate(shown) if each.is_unpainted.any())
    desk.show(row)
    qtbot.waitUntil(lambda: is_idle(window), timeout=20_000)
    press(Qt.Key.Key_Return, Qt.KeyboardModifier.ControlModifier)
    count, name = int(shown[row].is_unpainted.sum()), desk.cut.frames[row].path.stem
    assert f"{name} is not finished: {count} without colour." in window.notices.text


def test_an_answer_that_could_not_be_written_does_not_go_on(
    window, doubtful, open_clip, make_clip, press
):
    cut, folder = doubtful.cut.project.path, doubtful.cut.project.drawings.parent
    open_clip(make_clip(name="other"))
    with closing(sqlite3.connect(cut)) as database:
        database.execute(
            "CREATE TRIGGER refuse BEFORE INSERT ON strokes BEGIN DELETE FROM gone; END"
        )
    open_clip(folder)
    press(Qt.Key.Key_N)
    here = doubtful.position, doubtful.label
    press(Qt.Key.Key_Return)
    assert (doubtful.position, doubtful.label) == here
    press(Qt.Key.Key_Return, Qt.KeyboardModifier.ControlModifier)
    assert (doubtful.position, doubtful.label) == here
    assert "could not be written" in window.notices.text
    assert not doubtful.cut.paint(doubtful.frame_id)


def test_frames_that_are_not_predicted_yet_are_offered_too(
    window, open_clip, make_clip, press, qtbot
):
    desk = open_clip(make_clip(count=3))
    later = desk.cut.frames[2]
    key = desk.frame_colors(later.id).keys[1]
    later.path.unlink()  # what was predicted goes with it
    desk.show(2)
    qtbot.waitUntil(lambda: bool(desk.failure))
    [place] = window.review.unsettled([(later.id, key)])
    assert (place.key, place.color_id) == (key, NO_COLOR)


def test_the_frame_that_one_turns_to_is_predicted_first(window, make_clip, qtbot):
    window.open(make_clip(count=40))
    desk = window.desk
    order = []
    qtbot.waitUntil(lambda: bool(desk.cut.frames), timeout=20_000)
    ids = [frame.id for frame in desk.cut.frames]

    def note(painted):
        for frame_id in painted:
            if desk.prediction(frame_id) is not None and frame_id not in order:
                order.append(frame_id)
                if len(order) == 3:
                    desk.show(30)

    desk.frames_painted.connect(note)
    qtbot.waitUntil(lambda: is_idle(window), timeout=60_000)
    assert set(order) == set(ids)
    assert order.index(ids[30]) < 6


def test_the_sheet_that_speaks_for_the_colour_shown_is_turned_to(window, doubtful, press, qtbot):
    press(Qt.Key.Key_N)
    first, second = window.review.candidates[:2]
    sheets = window.sheets_panel.findChild(QListWidget)
    qtbot.waitUntil(lambda: sheets.currentItem().text() == first.source.name)
    press(Qt.Key.Key_C)
    qtbot.waitUntil(lambda: sheets.currentItem().text() == second.source.name)


def test_the_queue_is_gone_through_and_visited_with_the_keyboard(window, doubtful, press, qtbot):
    press(Qt.Key.Key_N)
    queue = next(
        view
        for view in window.findChildren(QTableView)
        if view.accessibleName() == "Doubtful segments"
    )
    color_id, position, label = doubtful.color_id, doubtful.position, doubtful.label
    queue.setFocus()
    row = queue.currentIndex().row()
    qtbot.keyClick(queue, Qt.Key.Key_Down)
    assert queue.currentIndex().row() == row + 1
    assert (doubtful.color_id, doubtful.position, doubtful.label) == (color_id, position, label)
    qtbot.keyClick(queue, Qt.Key.Key_Return)
    assert (doubtful.position, doubtful.label) != (position, label)
    assert window.review.is_asking
    assert doubtful.cut.project.undo_text is None
    qtbot.keyClick(queue, Qt.Key.Key_1)
    assert doubtful.shown.marks[doubtful.label - 1]


def test_arrows_belong_to_the_sheets_and_to_a_choice_while_they_have_the_focus(
    window, doubtful, qtbot
):
    color_id, sheets = doubtful.color_id, window.sheets_panel.findChild(QListWidget)
    sheets.setFocus()
    qtbot.keyClick(sheets, Qt.Key.Key_Down)
    assert sheets.currentRow() == 1
    order = next(b for b in window.findChildren(QComboBox) if "Order" in b.accessibleName())
    order.setFocus()
    qtbot.keyClick(order, Qt.Key.Key_Down)
    assert window.review.order is Order.WORTH
    assert doubtful.color_id == color_id
    window.canvas.setFocus()
    qtbot.mouseClick(sheets.viewport(), Qt.MouseButton.LeftButton, pos=sheets.rect().topLeft())
    qtbot.keyClick(QApplication.focusWidget(), Qt.Key.Key_Down)
    assert doubtful.color_id != color_id


def test_who_goes_through_the_queue_with_the_keyboard_keeps_the_place(
    window, doubtful, press, qtbot
):
    press(Qt.Key.Key_N)
    queue = next(
        view
        for view in window.findChildren(QTableView)
        if view.accessibleName() == "Doubtful segments"
    )
    qtbot.waitUntil(lambda: queue.currentIndex().isValid())
    row = queue.currentIndex().row()
    window.activateWindow()
    queue.setFocus()
    qtbot.waitUntil(queue.hasFocus)
    qtbot.keyClick(queue, Qt.Key.Key_Down)
    with qtbot.waitSignal(window.review.question_changed, timeout=20_000):
        doubtful.predict()  # as after a drawing that has arrived late
    assert queue.currentIndex().row() == row + 1
    doubtful.select(0)
    with qtbot.waitSignal(window.review.question_changed, timeout=20_000):
        window.review.hover(doubtful.shown.doubtful[-1])
    press(Qt.Key.Key_N)
    places = [(each.position, each.label) for each in window.review.queue]
    asked = places.index((doubtful.position, doubtful.label))
    qtbot.waitUntil(lambda: queue.currentIndex().row() == asked)


def test_a_candidate_of_the_segment_under_the_cursor_can_be_clicked(window, doubtful, qtbot):
    label = int(doubtful.shown.doubtful[0])
    window.review.hover(label)
    second = window.review.candidates[1]
    rows = window.findChild(CandidatesPanel).findChildren(QAbstractButton)
    qtbot.waitUntil(rows[1].isVisible)
    qtbot.mouseClick(rows[1], Qt.MouseButton.LeftButton)
    assert doubtful.label == label
    assert doubtful.shown.colors[label - 1] == second.color_id


def test_alt_and_a_number_answer_for_the_segment_under_the_cursor(window, doubtful, press):
    color = doubtful.color_id
    label = int(doubtful.shown.doubtful[0])
    window.review.hover(label)
    second = window.review.candidates[1]
    press(Qt.Key.Key_2, Qt.KeyboardModifier.AltModifier)
    assert doubtful.shown.colors[label - 1] == second.color_id
    assert doubtful.shown.marks[label - 1] == Mark.CORRECTED
    assert doubtful.color_id == color


def test_alt_and_a_number_do_nothing_where_no_segment_is(window, doubtful, press):
    window.review.hover(0)
    press(Qt.Key.Key_1, Qt.KeyboardModifier.AltModifier)
    assert doubtful.cut.project.undo_text is None


def test_a_held_key_accepts_and_asks_only_once(window):
    for key in ("Return", "Ctrl+Return", "A"):
        action = next(a for a in window.findChildren(QAction) if QKeySequence(key) in a.shortcuts())
        assert not action.autoRepeat()


def test_a_second_search_elsewhere_takes_the_place_of_the_first(window, doubtful, press, qtbot):
    press(Qt.Key.Key_N)
    press(Qt.Key.Key_C)
    qtbot.keyClick(window, Qt.Key.Key_A)
    qtbot.keyClick(window, Qt.Key.Key_A)
    qtbot.waitUntil(lambda: window.findChild(ElsewhereDialog) is not None, timeout=20_000)
    qtbot.waitUntil(lambda: is_idle(window), timeout=20_000)
    dialogs = window.findChildren(ElsewhereDialog)
    for dialog in dialogs:
        dialog.reject()
    assert len(dialogs) == 1


def test_a_click_on_the_colour_in_the_bucket_shows_again_where_it_is(window, doubtful, qtbot):
    flash = window.canvas.findChild(QVariantAnimation)
    colors = window.findChild(PalettePanel).findChild(QListWidget)
    colors.setCurrentRow(
        1 + next(row for row, color in enumerate(doubtful.cut.palette.colors) if color.rgba == SKIN)
    )
    flash.stop()
    at = colors.visualItemRect(colors.currentItem()).center()
    qtbot.mouseClick(colors.viewport(), Qt.MouseButton.LeftButton, pos=at)
    assert flash.state() == QVariantAnimation.State.Running
    flash.stop()
    qtbot.keyClick(window, Qt.Key(Qt.Key.Key_0 + colors.currentRow()))
    assert flash.state() == QVariantAnimation.State.Running


def test_the_sheets_that_use_the_colour_in_the_bucket_are_marked_and_one_of_them_is_shown(
    window, open_clip, make_clip
):
    folder = make_clip(count=1)
    line, only = draw(FIGURE), (12, 34, 56, 255)
    save(folder / "ref" / "line" / "other.png", line)
    save(folder / "ref" / "gt" / "other.png", color_image(line, (CLEAR, SKIN, SKIN, SKIN, only)))
    desk = open_clip(folder)
    sheets = window.sheets_panel.findChild(QListWidget)

    def marked():
        rows = range(sheets.count())
        return {sheets.item(row).text() for row in rows if not sheets.item(row).icon().isNull()}

    assert sheets.currentItem().text() != "other"
    desk.take_color(desk.cut.palette.id_of(only))
    assert marked() == {"other"}
    assert sheets.currentItem().text() == "other"
    desk.take_color(desk.cut.palette.id_of(SKIN))
    assert len(marked()) == sheets.count() == 2
    desk.take_color(NO_COLOR)
    assert marked() == set()


def test_what_an_answer_changed_in_another_frame_flashes_once_when_it_is_turned_to(
    window, doubtful, press, qtbot
):
    press(Qt.Key.Key_N)
    press(Qt.Key.Key_C)
    flash = window.canvas.findChild(QVariantAnimation)
    here, there = doubtful.frame_id, doubtful.cut.frames[1].id
    assert any(change.frame_id == there != here for change in window.review.changes)
    with qtbot.waitSignal(flash.valueChanged, timeout=20_000):
        press(Qt.Key.Key_Right)
    press(Qt.Key.Key_Left)
    with qtbot.assertNotEmitted(flash.valueChanged):
        press(Qt.Key.Key_Right)


def test_what_is_lit_on_a_sheet_but_too_small_to_be_seen_there_is_ringed(
    window, open_clip, specks, press, qtbot
):
    open_clip(specks)
    press(Qt.Key.Key_N)
    picture = window.sheets_panel.findChild(SheetPicture)

    def bright():
        image = picture.grab().toImage()
        return sum(
            image.pixelColor(x, y).lightness() > 200
            for x in range(image.width())
            for y in range(10, image.height() - 10)  # what is beside the sheet may be bright
        )

    qtbot.waitUntil(lambda: 10 < bright() < 100)


def test_a_drawing_that_was_saved_anew_is_nothing_that_an_answer_changed(window, doubtful, qtbot):
    line = draw(FIGURE)
    line[0, 0] = (0, 0, 0, 255)
    save(doubtful.cut.frames[0].path, line)
    doubtful.predict()
    qtbot.waitUntil(lambda: is_idle(window), timeout=20_000)
    assert doubtful.shown.colors.all()
    assert not window.review.changes
