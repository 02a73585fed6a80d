"""Main window: puts the desk, the canvas and the panels together, and nothing else."""

from importlib.resources import files
from pathlib import Path

from PySide6.QtCore import QByteArray, QSettings, QSize, Qt, QTimer, Slot
from PySide6.QtGui import (
    QAction,
    QCloseEvent,
    QDragEnterEvent,
    QDropEvent,
    QKeySequence,
    QShortcut,
)
from PySide6.QtWidgets import (
    QDockWidget,
    QFileDialog,
    QMainWindow,
    QMenu,
    QMessageBox,
    QSizePolicy,
    QStackedWidget,
    QVBoxLayout,
    QWidget,
)

from app.canvas import Canvas
from app.commands import COMMANDS, MENUS, Command, menu_title, step_name
from app.desk import Desk
from app.dialogs.elsewhere import ElsewhereDialog
from app.dialogs.keys import KeysDialog
from app.dialogs.line_colors import LineColorsDialog
from app.dialogs.models import ModelsDialog
from app.dropped import dropped_paths
from app.engine_thread import EngineThread
from app.panels.candidates import CandidatesPanel
from app.panels.frame_strip import FrameStrip
from app.panels.notices import NoticeBar
from app.panels.palette import PalettePanel
from app.panels.review import ReviewPanel
from app.panels.scrolling import Scrolling
from app.panels.sheets import SheetsPanel
from app.panels.status import StatusLine
from app.recent import RecentCut, recent_cuts, remember
from app.review import Review
from app.start_page import StartPage
from core import __version__
from core.files import is_there
from core.jobs import FoundElsewhere, LinesUnclear
from core.matching import CANDIDATES
from core.palette import NO_COLOR
from core.places import APPLICATION, ORGANIZATION, cache_folder
from core.project import Project
from core.sheets import SheetFiles

RECENT_BEFORE = 2
"""The row of the commands above which recent cuts stand in the File menu."""

IDLE_MS = 3000
"""So long after the last edit the cut file is tidied (the edit itself is safe at once)."""


class MainWindow(QMainWindow):
    """One cut, open."""

    def __init__(self, model: str, device: str = "auto") -> None:
        """Build the window with nothing open."""
        super().__init__()
        self.engine = EngineThread(self, model, device, cache_folder())
        self.desk: Desk = Desk(self.engine)
        self.review: Review = Review(self.desk)
        self.canvas: Canvas = Canvas(self.desk)
        self.sheets_panel: SheetsPanel = SheetsPanel(self.desk, self.review)
        self.notices = NoticeBar(self.desk)
        self.review.queue_changed.connect(self.notices.end_hint)
        self._status = StatusLine(self.desk)
        self.canvas.hovered.connect(self._status.show_segment)
        self.canvas.hovered.connect(self.review.hover)
        self._pages = QStackedWidget()
        self._start = self._start_page(model)
        # it asks for no room while a cut is open: panels and canvas fit on a small screen
        self._start.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Ignored)
        self._pages.addWidget(self._start)
        self._pages.addWidget(self.canvas)
        middle = QWidget()
        column = QVBoxLayout(middle)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addWidget(self.notices)
        column.addWidget(self._pages, 1)
        self.setCentralWidget(middle)
        self.setStatusBar(self._status)
        self.frame_strip = FrameStrip(self.desk)
        self._docks: list[QDockWidget] = []
        self._unclear: list[LinesUnclear] = []  # sheets whose lines are asked about
        self._cut: Path | None = None  # the file of the cut that is open
        left, right = Qt.DockWidgetArea.LeftDockWidgetArea, Qt.DockWidgetArea.RightDockWidgetArea
        self._add_dock("Review", self.tr("Review"), ReviewPanel(self.desk, self.review), left)
        self._add_dock(
            "Why this colour?",
            self.tr("Why this colour?"),
            Scrolling(CandidatesPanel(self.desk, self.review)),
            left,
        )
        self._add_dock("Palette", self.tr("Palette"), PalettePanel(self.desk, self.review), right)
        self._add_dock("Design sheets", self.tr("Design sheets"), self.sheets_panel, right)
        self._add_dock(
            "Frames", self.tr("Frames"), self.frame_strip, Qt.DockWidgetArea.BottomDockWidgetArea
        )
        self.setCorner(Qt.Corner.BottomLeftCorner, left)
        self.setCorner(Qt.Corner.BottomRightCorner, right)
        self._actions = self._add_commands()
        self._add_number_keys()
        self.setAcceptDrops(True)
        self.resize(1520, 900)
        self._idle = QTimer(self, singleShot=True, interval=IDLE_MS)
        self._idle.timeout.connect(self._tidy)
        self.desk.cut.taken.connect(self._on_taken)
        self.desk.cut_changed.connect(self._on_cut)
        self.desk.frames_painted.connect(self._enable)
        self.desk.frames_painted.connect(self._idle.start)
        self.desk.lines_unclear.connect(self._ask_line_colors)
        self.desk.found_elsewhere.connect(self._ask_elsewhere)
        self._on_cut()

    def show_within(self, room: QSize) -> None:
        """Show the window in its own size, or maximized where there is less room."""
        if self.size().boundedTo(room) == self.size():
            self.show()
        else:
            self.showMaximized()

    # ------------------------------------------------------------ what the commands do

    def open(self, path: Path) -> None:
        """Open a folder of drawings, a drawing, or a cut file."""
        if self._may_stop_export():
            self.desk.cut.open(path)

    def _may_stop_export(self) -> bool:
        """Ask whether a running export, if there is one, may end here."""
        if not self.desk.work.is_exporting:
            return True
        text = self.tr("An export is running; its last frames would be missing. Stop it?")
        answer = QMessageBox.question(
            self,
            self.tr("Export"),
            text,
            defaultButton=QMessageBox.StandardButton.No,
        )
        return answer == QMessageBox.StandardButton.Yes

    def open_sample(self) -> None:
        """Open the cut that comes with Shiage."""
        self.open(Path(str(files("resources") / "sample")))

    def ask_clip(self) -> None:
        """Ask for a folder of drawings and open it."""
        title = self.tr("Open a folder of line drawings")
        name = QFileDialog.getExistingDirectory(self, title)
        if name:
            self.open(Path(name))

    def ask_cut(self) -> None:
        """Ask for a cut file and open it."""
        title, kinds = self.tr("Open a cut file"), self.tr("Cuts (*.cut)")
        name, _ = QFileDialog.getOpenFileName(self, title, "", kinds)
        if name:
            self.open(Path(name))

    def locate_drawings(self) -> None:
        """Ask where the drawings of this cut are now."""
        title = self.tr("Where are the drawings of this cut now?")
        name = QFileDialog.getExistingDirectory(self, title)
        if name:
            self.desk.cut.locate_drawings(Path(name))

    def save_as(self) -> None:
        """Ask for a name and go on in a copy of the cut."""
        project = self.desk.cut.project
        start = str(project.path) if project else ""
        title, kinds = self.tr("Save the cut as"), self.tr("Cuts (*.cut)")
        name, _ = QFileDialog.getSaveFileName(self, title, start, kinds)
        path = Path(name if name.endswith(".cut") else f"{name}.cut")
        # the dialog has asked about the name that was typed, without the ending
        if name and (path == Path(name) or not is_there(path) or self._may_replace(path)):
            self.desk.save_as(path)

    def _may_replace(self, path: Path) -> bool:
        text = self.tr("“{}” exists already. Replace it?").format(path.name)
        answer = QMessageBox.question(self, self.tr("Save the cut as"), text)
        return answer == QMessageBox.StandardButton.Yes

    def ask_export(self) -> None:
        """Ask for a folder and write the coloured frames into it."""
        title = self.tr("Export the coloured frames to this folder")
        name = QFileDialog.getExistingDirectory(self, title)
        if name and self._may_overwrite(Path(name)):
            self.desk.export(Path(name))

    def _may_overwrite(self, folder: Path) -> bool:
        names = {f"{frame.path.stem}.png" for frame in self.desk.cut.frames}
        there = sum(is_there(folder / name) for name in names)
        if not there:
            return True
        text = self.tr("{count} files in {folder} will be replaced. Go on?")
        answer = QMessageBox.question(
            self, self.tr("Export"), text.format(count=there, folder=folder)
        )
        return answer == QMessageBox.StandardButton.Yes

    def close_window(self) -> None:
        """Close; everything is saved already."""
        self.close()

    def show_models(self) -> None:
        """Show which models are here, and let one be chosen, imported or fetched."""
        ModelsDialog(self.desk.models, self.desk.cancel, self).exec()

    def show_keys(self) -> None:
        """List all keys."""
        either = self.tr(" or ")
        named = [(c.plain_title, either.join(c.keys)) for c in COMMANDS if c.keys]
        named += [
            (self.tr("Colour 1 to 10 of the palette"), "1 … 0"),
            (self.tr("Candidate 1 to 5, while a doubt is asked about"), "1 … 5"),
            (self.tr("Candidate 1 to 5 for the segment under the cursor"), "Alt+1 … Alt+5"),
            (self.tr("Take the colour under the cursor"), self.tr("Alt + click")),
            (self.tr("Pan"), self.tr("Space or middle button")),
            (self.tr("Zoom"), self.tr("Wheel")),
        ]
        KeysDialog(named, self).exec()

    def show_about(self) -> None:
        """Say what this is."""
        QMessageBox.about(
            self,
            self.tr("About Shiage"),
            self.tr(
                "<b>Shiage 仕上げ</b> {}<br><br>A paint desk for hand-drawn animation cuts with a "
                "bucket that predicts.<br>Everything stays on this machine: nothing is uploaded, "
                "and there is no account."
            ).format(__version__),
        )

    # ------------------------------------------------------------ building

    def _start_page(self, model: str) -> StartPage:
        page = StartPage(self.desk.models, model)
        page.clip_wanted.connect(self.ask_clip)
        page.sample_wanted.connect(self.open_sample)
        page.models_wanted.connect(self.show_models)
        page.cut_wanted.connect(self.open)
        return page

    def _add_dock(self, name: str, title: str, widget: QWidget, area: Qt.DockWidgetArea) -> None:
        dock = QDockWidget(title)
        dock.setObjectName(name)  # what the layout is stored under, in any language
        dock.setWidget(widget)
        dock.hide()  # there is nothing in it before a cut is open
        self.addDockWidget(area, dock)
        self._docks.append(dock)

    def _add_commands(self) -> list[tuple[Command, QAction]]:
        actions = []
        menus = {name: self.menuBar().addMenu(menu_title(name)) for name in MENUS}
        self._recent = QMenu(self.tr("Open &recent"), self)
        self._recent.aboutToShow.connect(self._fill_recent)
        for command in COMMANDS:
            if command.separated:
                menus[command.menu].addSeparator()
            action = menus[command.menu].addAction(command.title)
            action.setShortcuts([QKeySequence(keys) for keys in command.keys])
            action.setAutoRepeat(command.repeats)
            action.triggered.connect(lambda _checked=False, c=command: c.run(self))
            actions.append((command, action))
        file_menu = next(iter(menus.values()))
        file_menu.insertMenu(actions[RECENT_BEFORE][1], self._recent)
        menus["&View"].addSeparator()
        for dock in self._docks:
            menus["&View"].addAction(dock.toggleViewAction())
        return actions

    @Slot()
    def _fill_recent(self) -> None:
        self._recent.clear()
        for cut in recent_cuts():
            action = self._recent.addAction(f"{cut.name}   –   {cut.drawings}")
            action.triggered.connect(lambda _checked=False, path=cut.path: self.open(path))
        if self._recent.isEmpty():
            self._recent.addAction(self.tr("No cut was open yet")).setEnabled(False)

    def _add_number_keys(self) -> None:
        for place in range(10):
            taking = QShortcut(QKeySequence(str((place + 1) % 10)), self)
            taking.activated.connect(lambda place=place: self._on_number(place))
        for place in range(CANDIDATES):
            answering = QShortcut(QKeySequence(f"Alt+{place + 1}"), self, autoRepeat=False)
            answering.activated.connect(lambda place=place: self.review.choose(place))

    def _on_number(self, place: int) -> None:
        """Answer while a doubt is asked about, take a colour of the palette otherwise."""
        colors = self.desk.cut.palette.colors
        if self.review.is_asking and place < CANDIDATES:
            self.review.choose(place)
        elif place < len(colors):
            self.desk.take_color(colors[place].id)

    # ------------------------------------------------------------ keeping up

    @Slot()
    def _on_taken(self) -> None:
        del self._unclear[1:]  # the first one is being asked about

    @Slot()
    def _on_cut(self) -> None:
        project = self.desk.cut.project
        self._pages.setCurrentWidget(self.canvas if project else self._start)
        self.setWindowTitle(f"{project.path.stem} – Shiage" if project else "Shiage")
        if project:
            self._tell_other_cut(project)
            remember(RecentCut(project.path, project.drawings))
            self._show_docks()
        self._cut = project.path if project else None
        self._enable()

    def _tell_other_cut(self, project: Project) -> None:
        """Say so when these drawings were last painted in a cut of another name."""
        last = next((cut for cut in recent_cuts() if cut.drawings == project.drawings), None)
        if last and last.path not in (project.path, self._cut) and is_there(last.path):
            text = self.tr("These drawings were last painted in “{}”: see File ▸ Open recent.")
            self.desk.noticed.emit(text.format(last.path.name))

    def _show_docks(self) -> None:
        """With the first cut, bring the panels out, laid out as they were the last time."""
        docks, self._docks = self._docks, []
        if docks:
            for dock in docks:
                dock.show()
            layout = QSettings(ORGANIZATION, APPLICATION).value("layout")
            if isinstance(layout, QByteArray):
                self.restoreState(layout)

    @Slot()
    def _enable(self) -> None:
        for command, action in self._actions:
            action.setEnabled(command.enabled(self))
        project = self.desk.cut.project
        for name, named, text in (
            ("&Undo", self.tr("&Undo {}"), project.undo_text if project else None),
            ("&Redo", self.tr("&Redo {}"), project.redo_text if project else None),
        ):
            command, action = next(pair for pair in self._actions if pair[0].text == name)
            step = step_name(text).lower() if text else ""
            action.setText(named.format(step) if text else command.title)

    @Slot()
    def _tidy(self) -> None:
        self.desk.cut.tidy()

    @Slot(object)
    def _ask_line_colors(self, unclear: LinesUnclear) -> None:
        """Ask about one sheet after the other: a folder may be full of them."""
        self._unclear.append(unclear)
        if len(self._unclear) > 1:
            return  # it comes after those that are asked about now
        while self._unclear:
            self._ask_about_lines(self._unclear[0])
            self._unclear.pop(0)

    def _ask_about_lines(self, unclear: LinesUnclear) -> None:
        dialog = LineColorsDialog(unclear, self)
        self.desk.cut.taken.connect(dialog.reject)  # it was asked about a sheet of another cut
        if dialog.exec() and dialog.chosen():
            files_ = unclear.files
            self.desk.read_sheet(
                SheetFiles(files_.name, files_.line, files_.color, dialog.chosen())
            )
        dialog.deleteLater()

    @Slot(object)
    def _ask_elsewhere(self, found: FoundElsewhere) -> None:
        """Show where a segment was found, and give it its colour there once that is confirmed."""
        desk = self.desk
        shown = desk.frame_colors(found.frame_id)
        color_id = NO_COLOR
        if shown is not None and found.label <= len(shown.colors):  # or else it was saved anew
            color_id = int(shown.colors[found.label - 1])
        color, places = desk.cut.palette.color(color_id), self.review.unsettled(found.places)
        if color is None or not places:
            desk.hinted.emit(
                self.tr("This segment was not found in any frame that is not settled yet.")
            )
            return
        dialog = ElsewhereDialog(color, places, desk.cut.palette, self)
        dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        desk.cut.taken.connect(dialog.reject)
        dialog.accepted.connect(lambda: self.review.apply_elsewhere(dialog.chosen(), color_id))
        dialog.open()

    def dragEnterEvent(self, event: QDragEnterEvent) -> None:
        """Take files and folders."""
        if dropped_paths(event.mimeData()):
            event.acceptProposedAction()

    def dropEvent(self, event: QDropEvent) -> None:
        """Open what was dropped; sheets are dropped on their own panel."""
        paths = dropped_paths(event.mimeData())
        if paths:
            self.open(paths[0])
            event.acceptProposedAction()

    def closeEvent(self, event: QCloseEvent) -> None:
        """Stop the engine and let go of the cut file."""
        if not self._may_stop_export():
            event.ignore()
            return
        if self.desk.cut.project is not None:
            QSettings(ORGANIZATION, APPLICATION).setValue("layout", self.saveState())
        self.engine.close()
        self.desk.cut.close()
        event.accept()
