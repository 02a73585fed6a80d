"""Commands: a table of what can be done, where it stands in the menus and on which keys."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from app.main_window import MainWindow


@dataclass(frozen=True)
class Command:
    """One row of a menu."""

    menu: str
    text: str
    keys: tuple[str, ...]
    run: "Callable[[MainWindow], None]"
    enabled: "Callable[[MainWindow], bool]"
    separated: bool = False
    """Whether a line stands above it."""


def _always(window: "MainWindow") -> bool:  # noqa: ARG001
    return True


def _with_clip(window: "MainWindow") -> bool:
    return window.desk.project is not None


def _writable(window: "MainWindow") -> bool:
    project = window.desk.project
    return project is not None and not project.read_only


def _can_undo(window: "MainWindow") -> bool:
    return _writable(window) and window.desk.project.undo_text is not None  # type: ignore[union-attr]


def _can_redo(window: "MainWindow") -> bool:
    return _writable(window) and window.desk.project.redo_text is not None  # type: ignore[union-attr]


COMMANDS = (
    Command("&File", "&Open clip…", ("Ctrl+O",), lambda w: w.ask_clip(), _always),
    Command("&File", "Open cu&t file…", ("Ctrl+Shift+O",), lambda w: w.ask_cut(), _always),
    Command("&File", "Open the &sample", (), lambda w: w.open_sample(), _always),
    Command(
        "&File",
        "Add &design sheets…",
        ("Ctrl+D",),
        lambda w: w.sheets_panel.choose_files(),
        _writable,
        separated=True,
    ),
    Command("&File", "&Locate drawings…", (), lambda w: w.locate_drawings(), _writable),
    Command(
        "&File", "Save &as…", ("Ctrl+Shift+S",), lambda w: w.save_as(), _with_clip, separated=True
    ),
    Command("&File", "&Export…", ("Ctrl+E",), lambda w: w.ask_export(), _with_clip),
    Command("&File", "&Quit", ("Ctrl+Q",), lambda w: w.close_window(), _always, separated=True),
    Command("&Edit", "&Undo", ("Ctrl+Z",), lambda w: w.desk.undo(), _can_undo),
    Command("&Edit", "&Redo", ("Ctrl+Y", "Ctrl+Shift+Z"), lambda w: w.desk.redo(), _can_redo),
    Command("&Edit", "&Erase", ("E",), lambda w: w.desk.take_color(0), _writable, separated=True),
    Command(
        "&Edit",
        "&Fill the selected segment",
        ("F",),
        lambda w: w.desk.fill(w.desk.label),
        _writable,
    ),
    Command("&Edit", "&Previous colour", ("Up",), lambda w: w.desk.step_color(-1), _with_clip),
    Command("&Edit", "&Next colour", ("Down",), lambda w: w.desk.step_color(1), _with_clip),
    Command("&Colour", "&Predict the clip", ("M",), lambda w: w.desk.predict(), _with_clip),
    Command("&Colour", "&Stop", ("Esc",), lambda w: w.desk.cancel(), _with_clip),
    Command(
        "&Colour",
        "&Next doubtful segment",
        ("N",),
        lambda w: w.review.next(1),
        _with_clip,
        separated=True,
    ),
    Command(
        "&Colour",
        "&Previous doubtful segment",
        ("Shift+N",),
        lambda w: w.review.next(-1),
        _with_clip,
    ),
    Command(
        "&Colour",
        "&Accept segment and go on",
        ("Return", "Enter"),
        lambda w: w.review.accept(),
        _writable,
    ),
    Command(
        "&Colour",
        "&Frame done: accept what is left, go on",
        ("Ctrl+Return", "Ctrl+Enter"),
        lambda w: w.review.accept_frame(),
        _writable,
    ),
    Command(
        "&Colour",
        "Next &candidate colour",
        ("C",),
        lambda w: w.review.next_candidate(),
        _writable,
    ),
    Command(
        "&Colour",
        "Apply e&lsewhere…",
        ("A",),
        lambda w: w.review.find_elsewhere(),
        _writable,
    ),
    Command("&Colour", "&Models…", (), lambda w: w.show_models(), _always, separated=True),
    Command("&View", "&Previous frame", (",", "Left"), lambda w: w.desk.step(-1), _with_clip),
    Command("&View", "&Next frame", (".", "Right"), lambda w: w.desk.step(1), _with_clip),
    Command(
        "&View", "&Fit", ("Ctrl+0", "Alt+9"), lambda w: w.canvas.fit(), _with_clip, separated=True
    ),
    Command("&View", "&100 %", ("Ctrl+1",), lambda w: w.canvas.zoom_to(1), _with_clip),
    Command("&View", "&200 %", ("Ctrl+2",), lambda w: w.canvas.zoom_to(2), _with_clip),
    Command("&View", "Zoom &in", ("+", "="), lambda w: w.canvas.zoom(1.25), _with_clip),
    Command("&View", "Zoom &out", ("-",), lambda w: w.canvas.zoom(0.8), _with_clip),
    Command(
        "&View",
        "&Doubts on or off",
        ("O",),
        lambda w: w.canvas.set_overlay_on(not w.canvas.overlay_on),
        _with_clip,
        separated=True,
    ),
    Command("&Help", "&Keys", ("F1",), lambda w: w.show_keys(), _always),
    Command("&Help", "&About Shiage", (), lambda w: w.show_about(), _always),
)
