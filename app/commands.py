"""Commands: a table of what can be done, where it stands in the menus and on which keys."""

import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from PySide6.QtCore import QCoreApplication

from app.language import QT_TRANSLATE_NOOP

if TYPE_CHECKING:
    from app.main_window import MainWindow


@dataclass(frozen=True)
class Command:
    """One row of a menu; its texts are translated where they are shown."""

    menu: str
    text: str
    keys: tuple[str, ...]
    run: "Callable[[MainWindow], object]"
    enabled: "Callable[[MainWindow], bool]"
    separated: bool = False
    """Whether a line stands above it."""
    repeats: bool = True
    """Whether it is done again and again while its key is held."""

    @property
    def title(self) -> str:
        """The text in the language of the window, with the mark of its access key."""
        return QCoreApplication.translate("Command", self.text)

    @property
    def plain_title(self) -> str:
        """The same without the mark, which is `&Open`, or in Japanese `(&O)`."""
        return re.sub(r"\(&.\)|&", "", self.title)


def _always(window: "MainWindow") -> bool:  # noqa: ARG001
    return True


def _with_clip(window: "MainWindow") -> bool:
    return window.desk.cut.project is not None


def _writable(window: "MainWindow") -> bool:
    return window.desk.cut.is_writable


def _can_undo(window: "MainWindow") -> bool:
    return _writable(window) and window.desk.cut.project.undo_text is not None  # type: ignore[union-attr]


def _can_redo(window: "MainWindow") -> bool:
    return _writable(window) and window.desk.cut.project.redo_text is not None  # type: ignore[union-attr]


MENUS = (
    QT_TRANSLATE_NOOP("Command", "&File"),
    QT_TRANSLATE_NOOP("Command", "&Edit"),
    QT_TRANSLATE_NOOP("Command", "&Colour"),
    QT_TRANSLATE_NOOP("Command", "&View"),
    QT_TRANSLATE_NOOP("Command", "&Help"),
)

COMMANDS = (
    Command(
        "&File",
        QT_TRANSLATE_NOOP("Command", "&Open clip…"),
        ("Ctrl+O",),
        lambda w: w.ask_clip(),
        _always,
    ),
    Command(
        "&File",
        QT_TRANSLATE_NOOP("Command", "Open cu&t file…"),
        ("Ctrl+Shift+O",),
        lambda w: w.ask_cut(),
        _always,
    ),
    Command(
        "&File",
        QT_TRANSLATE_NOOP("Command", "Open the &sample"),
        (),
        lambda w: w.open_sample(),
        _always,
    ),
    Command(
        "&File",
        QT_TRANSLATE_NOOP("Command", "Add &design sheets…"),
        ("Ctrl+D",),
        lambda w: w.sheets_panel.choose_files(),
        _writable,
        separated=True,
    ),
    Command(
        "&File",
        QT_TRANSLATE_NOOP("Command", "&Locate drawings…"),
        (),
        lambda w: w.locate_drawings(),
        _writable,
    ),
    Command(
        "&File",
        QT_TRANSLATE_NOOP("Command", "Save &as…"),
        ("Ctrl+Shift+S",),
        lambda w: w.save_as(),
        _with_clip,
        separated=True,
    ),
    Command(
        "&File",
        QT_TRANSLATE_NOOP("Command", "&Export…"),
        ("Ctrl+E",),
        lambda w: w.ask_export(),
        _with_clip,
    ),
    Command(
        "&File",
        QT_TRANSLATE_NOOP("Command", "&Quit"),
        ("Ctrl+Q",),
        lambda w: w.close_window(),
        _always,
        separated=True,
    ),
    Command(
        "&Edit",
        QT_TRANSLATE_NOOP("Command", "&Undo"),
        ("Ctrl+Z",),
        lambda w: w.desk.undo(),
        _can_undo,
    ),
    Command(
        "&Edit",
        QT_TRANSLATE_NOOP("Command", "&Redo"),
        ("Ctrl+Y", "Ctrl+Shift+Z"),
        lambda w: w.desk.redo(),
        _can_redo,
    ),
    Command(
        "&Edit",
        QT_TRANSLATE_NOOP("Command", "&Erase"),
        ("E",),
        lambda w: w.desk.take_color(0),
        _writable,
        separated=True,
    ),
    Command(
        "&Edit",
        QT_TRANSLATE_NOOP("Command", "&Fill the selected segment"),
        ("F",),
        lambda w: w.desk.fill(w.desk.label),
        _writable,
    ),
    Command(
        "&Edit",
        QT_TRANSLATE_NOOP("Command", "&Previous colour"),
        ("Up",),
        lambda w: w.desk.step_color(-1),
        _with_clip,
    ),
    Command(
        "&Edit",
        QT_TRANSLATE_NOOP("Command", "&Next colour"),
        ("Down",),
        lambda w: w.desk.step_color(1),
        _with_clip,
    ),
    Command(
        "&Colour",
        QT_TRANSLATE_NOOP("Command", "&Predict the clip"),
        ("M",),
        lambda w: w.desk.predict(),
        _with_clip,
    ),
    Command(
        "&Colour",
        QT_TRANSLATE_NOOP("Command", "&Stop"),
        ("Esc",),
        lambda w: w.desk.cancel(),
        _with_clip,
    ),
    Command(
        "&Colour",
        QT_TRANSLATE_NOOP("Command", "&Next doubtful segment"),
        ("N",),
        lambda w: w.review.next(1),
        _with_clip,
        separated=True,
    ),
    Command(
        "&Colour",
        QT_TRANSLATE_NOOP("Command", "&Previous doubtful segment"),
        ("Shift+N",),
        lambda w: w.review.next(-1),
        _with_clip,
    ),
    Command(
        "&Colour",
        QT_TRANSLATE_NOOP("Command", "&Accept segment and go on"),
        ("Return", "Enter"),
        lambda w: w.review.accept(),
        _writable,
        repeats=False,
    ),
    Command(
        "&Colour",
        QT_TRANSLATE_NOOP("Command", "&Frame done: accept what is left, go on"),
        ("Ctrl+Return", "Ctrl+Enter"),
        lambda w: w.review.accept_frame(),
        _writable,
        repeats=False,
    ),
    Command(
        "&Colour",
        QT_TRANSLATE_NOOP("Command", "Next &candidate colour"),
        ("C",),
        lambda w: w.review.next_candidate(),
        _writable,
    ),
    Command(
        "&Colour",
        QT_TRANSLATE_NOOP("Command", "Apply e&lsewhere…"),
        ("A",),
        lambda w: w.review.find_elsewhere(),
        _writable,
        repeats=False,
    ),
    Command(
        "&Colour",
        QT_TRANSLATE_NOOP("Command", "&Models…"),
        (),
        lambda w: w.show_models(),
        _always,
        separated=True,
    ),
    Command(
        "&View",
        QT_TRANSLATE_NOOP("Command", "&Previous frame"),
        (",", "Left"),
        lambda w: w.desk.step(-1),
        _with_clip,
    ),
    Command(
        "&View",
        QT_TRANSLATE_NOOP("Command", "&Next frame"),
        (".", "Right"),
        lambda w: w.desk.step(1),
        _with_clip,
    ),
    Command(
        "&View",
        QT_TRANSLATE_NOOP("Command", "&Fit"),
        ("Ctrl+0", "Alt+9"),
        lambda w: w.canvas.fit(),
        _with_clip,
        separated=True,
    ),
    Command(
        "&View",
        QT_TRANSLATE_NOOP("Command", "&100 %"),
        ("Ctrl+1",),
        lambda w: w.canvas.zoom_to(1),
        _with_clip,
    ),
    Command(
        "&View",
        QT_TRANSLATE_NOOP("Command", "&200 %"),
        ("Ctrl+2",),
        lambda w: w.canvas.zoom_to(2),
        _with_clip,
    ),
    Command(
        "&View",
        QT_TRANSLATE_NOOP("Command", "Zoom &in"),
        ("+", "="),
        lambda w: w.canvas.zoom(1.25),
        _with_clip,
    ),
    Command(
        "&View",
        QT_TRANSLATE_NOOP("Command", "Zoom &out"),
        ("-",),
        lambda w: w.canvas.zoom(0.8),
        _with_clip,
    ),
    Command(
        "&View",
        QT_TRANSLATE_NOOP("Command", "&Doubts on or off"),
        ("O",),
        lambda w: w.canvas.set_overlay_on(not w.canvas.overlay_on),
        _with_clip,
        separated=True,
    ),
    Command(
        "&Help", QT_TRANSLATE_NOOP("Command", "&Keys"), ("F1",), lambda w: w.show_keys(), _always
    ),
    Command(
        "&Help",
        QT_TRANSLATE_NOOP("Command", "&About Shiage"),
        (),
        lambda w: w.show_about(),
        _always,
    ),
)


def menu_title(name: str) -> str:
    """Return the title of one of `MENUS` in the language of the window."""
    return QCoreApplication.translate("Command", name)


def step_name(text: str) -> str:
    """Return the text of an edit, which is kept in English, in the language of the window."""
    name = QCoreApplication.translate("Edit", re.sub(r"\d+", "{}", text))
    return name.format(*re.findall(r"\d+", text))
