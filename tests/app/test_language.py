"""The window in Japanese."""

import os
import re
import subprocess
import sys
import xml.etree.ElementTree as ET
from importlib.resources import files
from pathlib import Path
from string import Formatter
from typing import get_args

import PySide6
import pytest
from PySide6.QtCore import QSettings, Qt
from PySide6.QtWidgets import (
    QAbstractButton,
    QComboBox,
    QDialogButtonBox,
    QDockWidget,
    QLabel,
    QListView,
    QMenu,
    QTableView,
    QTableWidget,
    QWidget,
)

from app import __main__
from app.commands import COMMANDS, step_name
from app.dialogs.models import ModelsDialog
from app.language import LANGUAGES, install_language
from app.model_room import state_word
from core.models.table import State
from core.places import APPLICATION, ORGANIZATION
from tests.app.conftest import is_idle

JAPANESE = Path(str(files("resources") / "translations" / "shiage_ja"))
SOURCES = sorted(Path(__main__.__file__).parent.rglob("*.py"))

SAME_IN_JAPANESE = re.compile(
    r"/\S+"  # paths
    r"|#[0-9A-F]{6}"  # colour codes
    r"|[A-Z]_?\d{4}(\.\w+)?|0000\.png|\b[0-9a-f]{8}(\.cut)?\b|\bfront\b"  # names of files
    r"|\b(Shiage|PNG|TGA|TIFF|BMP|px|auto|cpu|geometry|Alt)\b"
)


@pytest.fixture
def japanese(qapp):
    """The Japanese language, for one test."""
    installed = install_language(qapp, "ja")
    assert installed
    yield
    for translator in installed:
        qapp.removeTranslator(translator)


@pytest.fixture
def no_recent_cuts():
    """Forget the cuts of other tests, which are called what they are called."""
    QSettings(ORGANIZATION, APPLICATION).remove("recent")


@pytest.fixture
def japanese_window(japanese, no_recent_cuts, window):
    """The window, built after the translators are there."""
    return window


def texts_of(widget):
    """All that a person can read on a widget, or hear from it."""
    yield widget.windowTitle()
    yield widget.toolTip()
    yield widget.accessibleName()
    if isinstance(widget, QLabel | QAbstractButton):
        yield widget.text()
    if isinstance(widget, QComboBox):
        yield from (widget.itemText(row) for row in range(widget.count()))
    is_list = isinstance(widget, QListView | QTableView)
    if is_list and not isinstance(widget, QTableWidget):  # which names models
        model = widget.model()
        for row in range(model.rowCount() if model else 0):
            for role in (Qt.ItemDataRole.DisplayRole, Qt.ItemDataRole.ToolTipRole):
                yield model.index(row, 0).data(role) or ""
    for action in widget.actions():
        yield action.text()


def english_in(widget):
    """The texts on a widget and all that is in it that still have a word of Latin letters."""
    everything = [widget, *widget.findChildren(QWidget)]
    texts = {text for each in everything for text in texts_of(each)}
    return {text for text in texts if re.search("[A-Za-z]{2}", SAME_IN_JAPANESE.sub("", text))}


def test_the_start_page_has_no_english_left(japanese_window, qtbot):
    qtbot.waitUntil(lambda: not japanese_window.desk.is_busy, timeout=20_000)
    assert not english_in(japanese_window)


def test_an_open_cut_has_no_english_left(japanese_window, open_clip, make_clip, qtbot):
    desk = open_clip(make_clip(name="カット"))
    desk.take_color(2)
    desk.fill(2)
    qtbot.waitUntil(lambda: is_idle(japanese_window), timeout=20_000)
    desk.undo()
    qtbot.waitUntil(lambda: is_idle(japanese_window), timeout=20_000)
    japanese_window.review.next(1)
    japanese_window.canvas.hovered.emit(2)
    assert not english_in(japanese_window)
    docks = {dock.objectName(): dock for dock in japanese_window.findChildren(QDockWidget)}
    assert docks["Palette"].windowTitle() == "パレット"
    undo, redo = (
        action
        for menu in japanese_window.menuBar().findChildren(QMenu)
        for action in menu.actions()
        if action.text().startswith(("元に戻す", "やり直す"))
    )
    assert (undo.text(), redo.text()) == ("元に戻す(&U)", "やり直す(&R)：領域の彩色")


def test_what_is_in_tables_is_translated(japanese):
    words = [command.plain_title for command in COMMANDS]
    words += [state_word(state) for state in get_args(State)]
    words += [step_name(text) for text in ("Paint segment", "Accept frame", "Apply to 3 frames")]
    assert [word for word in words if re.search("[A-Za-z]{2}", word)] == [
        "Shiage について",
        "DINOv2 が必要",
    ]
    assert not [word for word in words if "&" in word or "(" in word]
    assert words[-1] == "3 フレームへの適用"


def test_the_steps_of_the_history_are_kept_in_english(japanese_window, open_clip, make_clip):
    desk = open_clip(make_clip())
    desk.take_color(2)
    desk.fill(2)
    assert desk.cut.project.undo_text == "Paint segment"


def test_models_are_listed_in_japanese(japanese_window, qtbot):
    dialog = ModelsDialog(japanese_window.desk.models, japanese_window.desk.cancel, japanese_window)
    qtbot.addWidget(dialog)
    table = dialog.findChild(QTableWidget)
    qtbot.waitUntil(lambda: table.rowCount() > 0, timeout=20_000)
    assert [table.horizontalHeaderItem(column).text() for column in (0, 2)] == ["モデル", "状態"]
    assert "内蔵" in table.item(0, 2).text()
    assert english_in(dialog) <= {"cpu", "cuda", "mps"}


def test_the_buttons_of_qt_are_japanese_too(japanese, qtbot):
    box = QDialogButtonBox(QDialogButtonBox.StandardButton.Cancel)
    qtbot.addWidget(box)
    assert box.button(QDialogButtonBox.StandardButton.Cancel).text() == "キャンセル"


def test_the_language_is_chosen_on_the_command_line():
    look = """
import sys
from PySide6.QtWidgets import QApplication
from app.__main__ import main
from app.main_window import MainWindow
def look(*_):
    (window,) = (w for w in QApplication.topLevelWidgets() if isinstance(w, MainWindow))
    print(window.menuBar().actions()[0].text())
    window.close()
    return 0
QApplication.exec = look
sys.exit(main(["--model", "geometry", *sys.argv[1:]]))
"""
    titles = {}
    for language in LANGUAGES:
        command = [sys.executable, "-c", look, "--language", language]
        said = subprocess.run(
            command,
            capture_output=True,
            encoding="utf-8",
            check=True,
            cwd=Path(__file__).parents[2],
            env={**os.environ, "PYTHONUTF8": "1"},
        )
        titles[language] = said.stdout.strip()
    assert titles == {"en": "&File", "ja": "ファイル(&F)"}


def test_no_translation_is_unfinished_or_lost_a_placeholder():
    messages = list(ET.parse(f"{JAPANESE}.ts").iter("message"))
    assert messages
    for message in messages:
        source, translation = message.findtext("source"), message.find("translation")
        assert translation.text, source
        assert "type" not in translation.attrib, source
        assert placeholders(translation.text) == placeholders(source)


def placeholders(text):
    return sorted((name, spec) for _, name, spec, _ in Formatter().parse(text) if name is not None)


@pytest.fixture(scope="module")
def tool():
    """Run one of Qt's tools for translations, which are in PySide6's wheel on most systems."""

    def run(name, *arguments):
        folder = Path(PySide6.__file__).parent
        program = next((p for p in (folder / name, folder / f"{name}.exe") if p.is_file()), None)
        if program is None:
            pytest.skip(f"PySide6 has no {name} here")
        subprocess.run([program, "-silent", *arguments], check=True)

    return run


def test_the_translations_cover_every_text_of_the_code(tool, tmp_path):
    found = tmp_path / "found.ts"
    tool("lupdate", *SOURCES, "-ts", found)
    assert sources(found) == sources(f"{JAPANESE}.ts")  # `make translations` brings them together


def sources(path):
    return {
        (context.findtext("name"), message.findtext("source"))
        for context in ET.parse(path).iter("context")
        for message in context.iter("message")
    }


def test_the_compiled_translations_are_up_to_date(tool, tmp_path):
    compiled = tmp_path / "compiled.qm"
    tool("lrelease", f"{JAPANESE}.ts", "-qm", compiled)
    assert compiled.read_bytes() == Path(f"{JAPANESE}.qm").read_bytes()


def test_without_a_translator_the_window_is_as_written(window):
    assert window.menuBar().actions()[0].text() == "&File"
