"""The desk: the cut, the current frame, the selection. The only thing that panels share."""

from collections.abc import Callable, Iterable
from pathlib import Path

from PySide6.QtCore import QObject, Signal, Slot

from app import tools
from app.cut import Cut
from app.engine_thread import EngineThread
from app.messages import export_summary
from app.model_room import ModelRoom
from app.progress import Work
from app.shown import ShownFrames, recolored
from core.edits import Changes, Edit
from core.jobs import (
    Answer,
    Drawing,
    Export,
    ExportDone,
    Exported,
    FindElsewhere,
    FindSheets,
    FoundElsewhere,
    FrameFailed,
    FrameShown,
    Job,
    LinesUnclear,
    Notice,
    OpenClip,
    Predict,
    Prediction,
    ReadSheets,
    Sheet,
    SheetRead,
    SheetsFound,
    ShowFrame,
)
from core.palette import NO_COLOR
from core.project import Project
from core.sheets import SheetFiles
from core.shown import FrameColors

OF_A_CUT = SheetsFound | SheetRead | LinesUnclear | FrameShown | Prediction | FoundElsewhere
"""Answers that mean nothing any more once their job was stopped."""


class Desk(QObject):
    """Holds the state of one window and turns requests into edits and jobs."""

    cut_changed = Signal()  # another cut, or other frames in it
    frame_changed = Signal()  # another current frame, or its drawing has arrived
    frames_painted = Signal(object)  # frozenset of frame ids whose colours may be different
    edited = Signal()  # a step was done, undone or done again; what it teaches comes later
    recolored = Signal(object)  # Recolored: what a frame learnt
    palette_changed = Signal()
    sheets_changed = Signal()
    color_changed = Signal()  # the colour in the bucket was taken
    segment_changed = Signal()  # the selected segment
    segment_wanted = Signal(int)  # show this label, wherever it is
    noticed = Signal(str)
    hinted = Signal(str)  # why nothing was done: true until something is
    lines_unclear = Signal(object)  # LinesUnclear: which colours are lines?
    found_elsewhere = Signal(object)  # FoundElsewhere

    def __init__(self, engine: EngineThread) -> None:
        """Begin with nothing open."""
        super().__init__(engine)
        self._engine = engine
        self.cut = Cut(engine)
        self.cut.taken.connect(self._on_taken)
        self.cut.opened.connect(self._on_opened)
        self.cut.changed.connect(self._on_changed)
        self.cut.noticed.connect(self.noticed)
        engine.answered.connect(self._on_answer)
        self.work = Work(engine)
        self.models = ModelRoom(engine)
        self.models.changed.connect(self.predict)
        self.sheets: dict[SheetFiles, Sheet] = {}
        self.color_id = NO_COLOR
        self.label = 0
        self._position = 0
        self._drawing: tuple[int, Drawing] | None = None
        self._shown = ShownFrames()
        self._revision = 0
        self.failure = ""  # why the current frame has no drawing
        self._stored: ReadSheets | None = None  # reads sheets that the cut has already
        self._wanted_label = 0

    # ------------------------------------------------------------ what there is

    @property
    def position(self) -> int:
        """Which frame is on the canvas, counted from 0."""
        return self._position

    @property
    def frame_id(self) -> int | None:
        """The id of the frame on the canvas."""
        frames = self.cut.frames
        return frames[self._position].id if frames else None

    @property
    def drawing(self) -> Drawing | None:
        """The drawing on the canvas, None until it has been read."""
        return None if self.frame_id is None else self._read(self.frame_id)

    @property
    def is_busy(self) -> bool:
        """Whether the engine is at work."""
        return self._engine.is_busy

    @property
    def has_colors(self) -> bool:
        """Whether any frame shows a colour."""
        shown = (self.frame_colors(frame.id) for frame in self.cut.frames)
        return any(each is not None and bool(each.colors.any()) for each in shown)

    def prediction(self, frame_id: int) -> Prediction | None:
        """The latest prediction of a frame, unless its drawing has been saved anew since."""
        return self._shown.prediction(frame_id, self._read(frame_id))

    def is_awaited(self, frame_id: int) -> bool:
        """Whether a frame is not predicted yet."""
        return self._shown.is_awaited(frame_id)

    def frame_colors(self, frame_id: int) -> FrameColors | None:
        """What is to be shown of a frame; None while nothing is known of it."""
        return self._shown.colors(frame_id, self.cut.paint(frame_id), self._read(frame_id))

    def _read(self, frame_id: int) -> Drawing | None:
        """Return the drawing of a frame if it is the one that has been read."""
        return self._drawing[1] if self._drawing and self._drawing[0] == frame_id else None

    @property
    def shown(self) -> FrameColors | None:
        """What is shown of the frame on the canvas; None until its drawing has been read."""
        frame_id = self.frame_id
        if frame_id is None or self._read(frame_id) is None:
            return None
        return self.frame_colors(frame_id)

    # ------------------------------------------------------------ the cut

    @Slot(object)
    def _on_taken(self, project: Project) -> None:
        """Forget everything about the former cut."""
        self.sheets.clear()
        self._shown.clear()
        self._drawing, self._position, self.label, self.failure = None, 0, 0, ""
        self.color_id = self._first_color()
        for notice in project.notices:
            self.noticed.emit(notice)
        for changed in (self.cut_changed, self.palette_changed, self.sheets_changed):
            changed.emit()
        self.color_changed.emit()

    @Slot(object)
    def _on_opened(self, beside: tuple[SheetFiles, ...]) -> None:
        """Turn to a drawing, and read the sheets of the cut; those beside it if it is new."""
        self._position = min(self._position, max(len(self.cut.frames) - 1, 0))
        self.cut_changed.emit()
        self.show(self._position)
        if self.cut.sheet_files:
            self._stored = ReadSheets(self.cut.sheet_files)
            self._engine.start(self._stored)
        elif beside and not self.cut.palette.colors:  # else a person has removed them
            self._engine.start(ReadSheets(beside))
        self.predict()

    @Slot(object)
    def _on_changed(self, changes: Changes) -> None:
        """Show what has been done, and predict again if it teaches."""
        self._shown.repaint(changes.frames)
        if changes.palette:
            self.palette_changed.emit()
        if changes.sheets:
            self.sheets_changed.emit()
        if changes.frames:
            self.edited.emit()
        if changes.frames or changes.palette:
            self.frames_painted.emit(changes.frames)
        if changes.frames or changes.sheets:
            self.predict()

    def save_as(self, path: Path) -> None:
        """Go on in a copy of the cut file."""
        if self.cut.write(lambda project: project.save_as(path)):
            self.cut_changed.emit()

    # ------------------------------------------------------------ looking

    def show(self, position: int) -> None:
        """Turn to a frame."""
        frames = self.cut.frames
        if not frames:
            self.frame_changed.emit()
            return
        self._position = min(max(position, 0), len(frames) - 1)
        self._wanted_label, self.failure = 0, ""
        self.select(0)
        self._engine.start(ShowFrame(frames[self._position]))
        self.frame_changed.emit()
        if self.work.is_predicting and self.is_awaited(frames[self._position].id):
            self.predict()  # this one first

    def step(self, by: int) -> None:
        """Turn to the frame that many further on."""
        self.show(self._position + by)

    def take_color(self, color_id: int) -> None:
        """Fill the bucket with a colour; if it is in there, panels show once more where it is."""
        self.color_id = color_id
        self.color_changed.emit()

    def step_color(self, by: int) -> None:
        """Take the next (1) or previous (-1) colour of the palette, round and round."""
        ids = [color.id for color in self.cut.palette.colors]
        if ids:
            place = ids.index(self.color_id) if self.color_id in ids else -(by > 0)
            self.take_color(ids[(place + by) % len(ids)])

    def select(self, label: int) -> None:
        """Select a segment of the current frame, 0 for none."""
        self.label = label
        self.segment_changed.emit()

    def go_to(self, position: int, label: int) -> None:
        """Turn to a segment of a frame, and bring it into sight once the drawing is there."""
        if position != self._position:
            self.show(position)
        self._wanted_label = label
        if self.shown is not None and self.frame_id is not None:
            self._wanted_label = 0
            if self.prediction(self.frame_id) is not None:  # or it is a label of a former drawing
                self.select(label)
                self.segment_wanted.emit(label)

    # ------------------------------------------------------------ painting

    def fill(self, label: int, *, goes_on: bool = False) -> bool:
        """Paint a segment of the current frame with the colour in the bucket; see `give`."""
        return self.give(label, self.color_id, goes_on=goes_on)

    def give(self, label: int, color_id: int, *, goes_on: bool = False) -> bool:
        """Give a segment of the current frame a colour by hand.

        Args:
            label: which one.
            color_id: of the palette, or `NO_COLOR`.
            goes_on: whether it belongs to the step before, as in a drag over several segments.

        Returns:
            Whether anything was done.
        """
        if self.drawing is None or self.shown is None or self.frame_id is None or not label:
            return False
        paint_here = self.cut.paint(self.frame_id)
        edit = tools.bucket(self.drawing.segments, paint_here, self.frame_id, label, color_id)
        return edit is not None and self.apply(edit, goes_on=goes_on)

    def apply(self, edit: Edit, *, goes_on: bool = False) -> bool:
        """Do a step: on disk before this returns, with what the drawings look like.

        Returns:
            Whether it is; why not has been said.
        """
        seen: dict[int, str] = {}
        drawing = self.drawing
        if drawing is not None and self.cut.frames[self._position].digest is None:
            seen[self.cut.frames[self._position].id] = drawing.digest
        return self.cut.apply(edit, seen, goes_on=goes_on)

    def undo(self) -> None:
        """Take the last step back, wherever it was, and turn to it."""
        self._move(Project.undo_target, Project.undo)

    def redo(self) -> None:
        """Do the last undone step again and turn to it."""
        self._move(Project.redo_target, Project.redo)

    def _move(
        self, target: Callable[[Project], int | None], move: Callable[[Project], Changes]
    ) -> None:
        """Go a step through the history, and to the frame that it touches."""
        frames: list[int | None] = []

        def moved(project: Project) -> Changes:
            frames.append(target(project))
            return move(project)

        self.cut.write(moved)
        for frame_id in frames:
            self._turn_to(frame_id)

    def add_color(self, rgba: tuple[int, int, int, int]) -> None:
        """Add a colour to the palette and take it."""
        if self.cut.write(lambda project: project.add_color(rgba)):
            self.take_color(self.cut.palette.id_of(rgba))

    def _turn_to(self, frame_id: int | None) -> None:
        ids = [frame.id for frame in self.cut.frames]
        if frame_id in ids and frame_id != self.frame_id:
            self.show(ids.index(frame_id))

    # ------------------------------------------------------------ jobs

    @Slot()
    def predict(self) -> None:
        """Predict the clip again, the current frame first; cheap where features are known."""
        if self.cut.frames:
            self._revision += 1
            text = self.tr("Predicting") if self.cut.sheet_files else self.tr("Reading")
            self.work.start(self._predict_job(), text, len(self.cut.frames))

    def export(self, folder: Path) -> None:
        """Write the coloured sequence into a folder."""
        if self.cut.frames:
            job = Export(self._predict_job(), folder)
            self.work.start(job, self.tr("Exporting"), len(self.cut.frames))

    def find_sheets(self, paths: Iterable[Path]) -> None:
        """Add the design sheets among these files and folders."""
        if self.cut.project is None:
            self.hinted.emit(self.tr("Open a clip first; design sheets belong to a clip."))
        else:
            self._engine.start(FindSheets(tuple(paths), self.cut.frames))

    def read_sheet(self, files: SheetFiles) -> None:
        """Read one design sheet, for which the line colours are known now, and add it."""
        self._engine.start(ReadSheets((files,)))

    def find_elsewhere(self, label: int) -> None:
        """Look where a segment of the current frame is in the other frames."""
        job = FindElsewhere(self.cut.frames, self._position, label)
        self.work.start(job, self.tr("Searching"), len(self.cut.frames))

    def cancel(self) -> None:
        """Stop what a person waits for; what is finished stays."""
        self._engine.stop_long()

    def _predict_job(self) -> Predict:
        frames = self.cut.frames
        return Predict(
            revision=self._revision,
            frames=frames,
            sheets=self.cut.sheet_files,
            palette=self.cut.palette,
            paint={frame.id: self.cut.paint(frame.id) for frame in frames},
            painted=self.cut.project.painted if self.cut.project else {},
            first=self._position,
        )

    @Slot(object, object)
    def _on_answer(self, job: Job, answer: Answer) -> None:
        if isinstance(answer, OF_A_CUT) and job.stop.is_set():
            return  # still on its way when another cut, or another frame, was asked for
        match answer:
            case Notice(text):
                self._on_notice(job, text)
            case FrameFailed(frame_id, text):
                self.cut.say(text)
                self.work.count(job)
                self._on_failed(job, frame_id, text)
            case SheetsFound(sheets):
                self._engine.start(ReadSheets(sheets))
            case SheetRead(files, sheet):
                self._on_sheet(job, files, sheet)
            case LinesUnclear():
                self.lines_unclear.emit(answer)
            case FrameShown(frame_id, drawing):
                self._on_drawing(frame_id, drawing)
            case Prediction():
                self._on_prediction(job, answer)
            case FoundElsewhere():
                self.found_elsewhere.emit(answer)
            case Exported():
                self.work.count(job)
            case ExportDone():
                self.work.end(job)
                self.noticed.emit(export_summary(answer))

    def _on_notice(self, job: Job, text: str) -> None:
        project = self.cut.project
        if isinstance(job, OpenClip) and project and job.folder == project.drawings:
            text += self.tr(" If the drawings have moved, use File ▸ Locate drawings…")
        self.cut.say(text)

    def _on_failed(self, job: Job, frame_id: int, text: str) -> None:
        if isinstance(job, ShowFrame) and frame_id == self.frame_id:
            self._drawing, self.failure = None, text
            self.frame_changed.emit()
        if isinstance(job, ShowFrame | Predict) and not job.stop.is_set():  # or of another cut
            self._shown.fail(frame_id)
            self.frames_painted.emit(frozenset([frame_id]))

    def _on_prediction(self, job: Job, prediction: Prediction) -> None:
        if prediction.revision != self._revision:
            return
        self.work.count(job)
        frame_id = prediction.frame_id
        former = self.frame_colors(frame_id) if self.prediction(frame_id) else None
        self._shown.put(prediction)
        self.frames_painted.emit(frozenset([frame_id]))
        # of a drawing that was saved anew the former one is still on the canvas, without prediction
        now = self.frame_colors(frame_id) if self.prediction(frame_id) else None
        learnt = recolored(frame_id, former, now)
        if learnt is not None:
            self.recolored.emit(learnt)
        if prediction.notice:
            self.cut.say(prediction.notice)
        frame = next((frame for frame in self.cut.frames if frame.id == frame_id), None)
        drawing = self.drawing
        if frame and frame_id == self.frame_id and drawing and drawing.digest != prediction.digest:
            self._engine.start(ShowFrame(frame))
        if frame is not None:
            self.cut.follow(frame, prediction.digest, prediction.moved)

    def _on_sheet(self, job: Job, files: SheetFiles, sheet: Sheet) -> None:
        is_known = files in self.cut.sheet_files
        if self.cut.project is None or (job is self._stored and not is_known):
            return  # removed while it was read
        self.sheets[files] = sheet
        former = self.cut.palette
        if not (is_known and self.cut.is_read_only):  # a known one may have new colours
            new = () if is_known else (files,)
            self.cut.write(lambda project: project.add_sheets(new, sheet.palette_colors()))
        if not is_known and self.color_id == NO_COLOR:
            self.take_color(self._first_color())
        if is_known and self.cut.palette != former:
            self.predict()
        self.sheets_changed.emit()

    def _first_color(self) -> int:
        """Return what the bucket begins with: the first colour that covers, if there is one."""
        return next((color.id for color in self.cut.palette.colors if color.rgba[3]), NO_COLOR)

    def _on_drawing(self, frame_id: int, drawing: Drawing) -> None:
        if frame_id != self.frame_id:
            return
        former, label = self.drawing, self.label
        if former is not None and former.digest != drawing.digest:
            self.label = 0  # it was one of the former drawing
        self._drawing, self.failure = (frame_id, drawing), ""
        self._shown.repaint([frame_id])
        self.frame_changed.emit()
        if label != self.label:
            self.segment_changed.emit()
        if self._shown.prediction(frame_id, drawing) is None and not self.is_awaited(frame_id):
            self.predict()  # saved anew since it was predicted, or since it could not be read
        if self._wanted_label:
            self.go_to(self._position, self._wanted_label)
