"""Dialogs: the few questions that are asked."""

from pathlib import Path

import numpy as np
import pytest
import torch
from PySide6.QtCore import QSettings, QTimer
from PySide6.QtWidgets import (
    QApplication,
    QCheckBox,
    QComboBox,
    QDialogButtonBox,
    QLabel,
    QPushButton,
    QTableWidget,
    QTextBrowser,
)
from safetensors.torch import save_file

from app.dialogs.keys import KeysDialog
from app.dialogs.line_colors import LineColorsDialog
from app.dialogs.models import ModelsDialog
from core.jobs import LinesUnclear
from core.places import APPLICATION, ORGANIZATION
from core.sheets import SheetFiles
from tests.app.conftest import is_idle, save
from tests.core.encoders import tiny
from tests.core.test_sheets import two_lines

BROWN, BLUE = (90, 50, 30, 255), (40, 60, 200, 255)


def test_the_ticked_colours_are_the_lines(qtbot):
    picture = np.full((40, 30, 4), 255, np.uint8)
    files = SheetFiles("設定", None, Path("設定.png"))
    dialog = LineColorsDialog(LinesUnclear(files, ((BROWN, 120), (BLUE, 40)), picture))
    qtbot.addWidget(dialog)
    brown, blue = dialog.findChildren(QCheckBox)
    assert brown.text().startswith("#5A321E")
    assert dialog.chosen() == ()
    blue.click()
    assert dialog.chosen() == (BLUE,)


def test_without_a_line_there_is_no_sheet_to_add(qtbot):
    picture = np.full((40, 30, 4), 255, np.uint8)
    files = SheetFiles("front", None, Path("front.png"))
    dialog = LineColorsDialog(LinesUnclear(files, ((BROWN, 120), (BLUE, 40)), picture))
    qtbot.addWidget(dialog)
    ok = dialog.findChild(QDialogButtonBox).button(QDialogButtonBox.StandardButton.Ok)
    assert not ok.isEnabled()
    dialog.findChildren(QCheckBox)[0].click()
    assert ok.isEnabled()


def test_the_lines_of_sheets_are_asked_about_one_after_the_other(
    window, open_clip, make_clip, qtbot, tmp_path
):
    desk = open_clip(make_clip(with_sheet=False))
    names = ("back", "front", "side")
    for name in names:
        save(tmp_path / "sheets" / f"{name}.png", two_lines())
    seen = []

    def answer():
        """Tick all lines of the only dialog there is, each time that one comes up."""
        open_ = [w for w in QApplication.topLevelWidgets() if isinstance(w, LineColorsDialog)]
        open_ = [dialog for dialog in open_ if dialog.isVisible()]
        if open_ and not desk.is_busy:
            seen.append([dialog.windowTitle() for dialog in open_])
            for box in open_[-1].findChildren(QCheckBox)[:2]:
                box.click()
            open_[-1].accept()

    answering = QTimer(window, interval=20)
    answering.timeout.connect(answer)
    answering.start()
    desk.find_sheets([tmp_path / "sheets"])
    qtbot.waitUntil(lambda: len(desk.cut.sheet_files) == 3, timeout=10_000)
    answering.stop()
    asked = [title for titles in seen for title in titles]
    assert asked == [f"Lines of “{name}”" for name in names]
    assert [files.name for files in desk.cut.sheet_files] == list(names)
    qtbot.waitUntil(lambda: not desk.is_busy, timeout=20_000)


def test_lines_of_sheets_are_not_asked_about_any_more_when_another_cut_is_taken(
    window, open_clip, make_clip, qtbot, tmp_path
):
    """It was opened while they were read, and is there when the first dialog comes up."""
    desk = open_clip(make_clip(with_sheet=False))
    other = make_clip(name="other", with_sheet=False)
    for name in ("back", "front"):
        save(tmp_path / "sheets" / f"{name}.png", two_lines())
    seen = []

    def answer():
        dialog = QApplication.activeModalWidget()
        if dialog is None or not dialog.isVisible():
            return
        seen.append(dialog.windowTitle())
        if len(seen) == 1:
            desk.cut.open(other)
        elif other in desk.cut.frames[0].path.parents and not desk.is_busy:
            for box in dialog.findChildren(QCheckBox)[:2]:
                box.click()
            dialog.accept()

    answering = QTimer(window, interval=20)
    answering.timeout.connect(answer)
    answering.start()
    desk.find_sheets([tmp_path / "sheets"])
    qtbot.waitUntil(lambda: other in desk.cut.frames[0].path.parents, timeout=10_000)
    qtbot.waitUntil(lambda: is_idle(window) and not QApplication.activeModalWidget())
    answering.stop()
    assert set(seen) == {"Lines of “back”"}
    assert desk.cut.sheet_files == ()


@pytest.mark.parametrize(("count", "scrolls"), [(10, False), (200, True)])
def test_all_keys_can_be_read_on_any_screen(qtbot, count, scrolls):
    dialog = KeysDialog([(f"Command {number}", "<") for number in range(count)])
    qtbot.addWidget(dialog)
    dialog.show()
    qtbot.waitExposed(dialog)
    table = dialog.findChild(QTextBrowser)
    assert table.toPlainText().count("<") == count
    assert dialog.height() < dialog.screen().availableSize().height()
    qtbot.waitUntil(lambda: (table.verticalScrollBar().maximum() > 0) is scrolls)


@pytest.fixture
def dialog(window, qtbot, places, monkeypatch):
    monkeypatch.setenv("SHIAGE_MODELS", str(places / "models"))
    dialog = ModelsDialog(window.desk.models, window.desk.cancel, window)
    qtbot.addWidget(dialog)
    dialog.show()
    qtbot.waitUntil(lambda: table(dialog).rowCount() > 0, timeout=10_000)
    return dialog


def table(dialog):
    return dialog.findChild(QTableWidget)


def row(dialog, name):
    texts = [
        [table(dialog).item(row, column).text() for column in range(table(dialog).columnCount())]
        for row in range(table(dialog).rowCount())
    ]
    return next(line for line in texts if line[0] == name)


def button(dialog, text):
    return next(b for b in dialog.findChildren(QPushButton) if b.text() == text)


def test_models_are_listed_with_their_licence_and_state(dialog):
    assert row(dialog, "geometry")[2].startswith("built in")
    dacon = row(dialog, "dacon-1.1")
    assert dacon[2] == "not imported"
    assert "non-commercial" in dacon[5]


def test_only_a_model_that_is_here_can_be_used(dialog):
    dialog.choose("dacon-1.1")
    assert not button(dialog, "Use this model").isEnabled()
    dialog.choose("geometry")
    assert button(dialog, "Use this model").isEnabled()


def test_a_foreign_file_is_refused_with_one_sentence(dialog, window, qtbot, tmp_path):
    page = tmp_path / "weights.pth"
    page.write_text("<!doctype html><title>404</title>")
    window.desk.models.take_in([page])
    qtbot.waitUntil(lambda: "weights.pth" in dialog.said, timeout=20_000)
    assert "web page" in dialog.said


def test_weights_are_imported_and_put_to_work(
    dialog, window, open_clip, make_clip, qtbot, tmp_path
):
    weights = tmp_path / "studio weights.safetensors"
    save_file({key: value.contiguous() for key, value in tiny.state_of("1.1").items()}, weights)
    window.desk.models.take_in([weights])
    qtbot.waitUntil(lambda: "is imported" in dialog.said, timeout=60_000)
    qtbot.waitUntil(lambda: row(dialog, "dacon-1.1")[2] == "ready", timeout=10_000)
    desk = open_clip(make_clip())
    dialog.choose("dacon-1.1")
    button(dialog, "Use this model").click()
    qtbot.waitUntil(lambda: desk.models.name == "dacon-1.1" and not desk.is_busy, timeout=120_000)
    qtbot.waitUntil(lambda: row(dialog, "dacon-1.1")[2] == "ready (at work)", timeout=10_000)
    assert QSettings(ORGANIZATION, APPLICATION).value("model") == "dacon-1.1"
    for frame in desk.cut.frames:
        assert desk.frame_colors(frame.id).colors.all()


@pytest.fixture
def two_cards(monkeypatch):
    """A machine with two graphics cards, as far as torch says."""
    monkeypatch.setattr(torch.cuda, "is_available", lambda: True)
    monkeypatch.setattr(torch.cuda, "device_count", lambda: 2)
    monkeypatch.setattr(torch.cuda, "get_device_name", lambda index: f"Card {index}")
    monkeypatch.setattr(torch.cuda, "is_bf16_supported", lambda **_: False)


def test_every_device_that_is_there_can_be_chosen(two_cards, dialog, qtbot):
    devices = dialog.findChild(QComboBox)
    qtbot.waitUntil(lambda: devices.count() == 4, timeout=60_000)
    names = [devices.itemText(index) for index in range(devices.count())]
    assert names == ["auto", "cpu", "cuda:0", "cuda:1"]
    assert devices.currentText() == "auto"


def test_a_model_that_does_not_load_leaves_the_former_one_at_work(
    window, open_clip, make_clip, qtbot
):
    desk = open_clip(make_clip())
    desk.models.use("dacon-1.0", "mps")
    qtbot.waitUntil(lambda: not desk.is_busy, timeout=20_000)
    assert "dacon-1.0" in window.notices.text
    assert (desk.models.name, desk.models.asked) == ("geometry", "auto")


def test_the_status_line_names_the_device_that_is_used(window, open_clip, make_clip, qtbot):
    desk = open_clip(make_clip())
    with qtbot.waitSignal(desk.models.changed, timeout=60_000):
        desk.models.use("compact", "auto")
    assert (desk.models.name, desk.models.asked) == ("compact", "auto")
    texts = [label.text() for label in window.statusBar().findChildren(QLabel)]
    assert "Model compact, cpu" in texts
