"""The start page: the sample, recent cuts, and the model, before the first picture."""

from pathlib import Path

from PySide6.QtCore import QSettings, Qt
from PySide6.QtWidgets import QDockWidget, QLabel, QListWidget, QPushButton

from app.main_window import MainWindow
from app.recent import MOST, RecentCut, recent_cuts, remember
from app.start_page import StartPage
from core.places import APPLICATION, ORGANIZATION
from tests.app.conftest import is_idle


def start_page(window):
    return window.findChild(StartPage)


def recent_list(window):
    return start_page(window).findChild(QListWidget)


def test_nothing_but_the_start_page_is_shown_before_a_cut_is_open(window, open_clip, make_clip):
    assert start_page(window).isVisible()
    docks = window.findChildren(QDockWidget)
    assert not any(dock.isVisible() for dock in docks)
    open_clip(make_clip())
    assert not start_page(window).isVisible()
    assert all(dock.isVisible() for dock in docks)


def test_it_says_which_model_will_predict(window, qtbot):
    def said():
        return " ".join(label.text() for label in start_page(window).findChildren(QLabel))

    qtbot.waitUntil(lambda: "“geometry”, built in" in said(), timeout=20_000)


def test_the_sample_is_one_click_away(window, qtbot):
    buttons = start_page(window).findChildren(QPushButton)
    sample = next(button for button in buttons if button.text() == "Open the sample")
    qtbot.mouseClick(sample, Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: window.desk.drawing is not None, timeout=20_000)
    assert len(window.desk.cut.frames) == 16


def test_a_cut_that_was_open_is_listed_and_opens_again(window, open_clip, make_clip, qtbot):
    folder = make_clip(name="カット012")
    path = open_clip(folder).cut.project.path
    window.close()
    again = MainWindow("geometry")
    qtbot.addWidget(again)
    again.show()
    item = recent_list(again).item(0)
    assert item.text().startswith("カット012")
    recent_list(again).itemClicked.emit(item)
    qtbot.waitUntil(lambda: is_idle(again), timeout=20_000)
    assert again.desk.cut.project.path == path
    again.close()


def test_a_recent_cut_that_is_gone_is_one_sentence(window, tmp_path, qtbot):
    window.open(tmp_path / "gone.cut")
    assert "does not exist" in window.notices.text


def test_the_latest_cuts_come_first_and_each_only_once():
    QSettings(ORGANIZATION, APPLICATION).remove("recent")
    cuts = [RecentCut(Path(f"/cuts/{n}.cut"), Path(f"/drawings/{n}/line")) for n in range(MOST + 2)]
    for cut in [*cuts, cuts[5]]:
        remember(cut)
    assert recent_cuts() == [cuts[5], *[each for each in cuts[:1:-1] if each != cuts[5]]][:MOST]
    assert recent_cuts()[0].name == "5"


def test_panels_are_laid_out_as_they_were_left(window, open_clip, make_clip, qtbot):
    folder = make_clip()
    open_clip(folder)
    next(d for d in window.findChildren(QDockWidget) if d.objectName() == "Review").close()
    window.close()
    again = MainWindow("geometry")
    qtbot.addWidget(again)
    again.show()
    again.open(folder)
    qtbot.waitUntil(lambda: is_idle(again), timeout=20_000)
    hidden = {d.objectName() for d in again.findChildren(QDockWidget) if not d.isVisible()}
    QSettings(ORGANIZATION, APPLICATION).remove("layout")
    assert hidden == {"Review"}
    again.close()
    QSettings(ORGANIZATION, APPLICATION).remove("layout")
