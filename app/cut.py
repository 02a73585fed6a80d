"""Cut: the one on the desk. What is done to it is on disk, or said and not done at all."""

import os
from collections.abc import Callable, Mapping
from pathlib import Path

from PySide6.QtCore import QObject, Signal, Slot

from app.engine_thread import EngineThread
from app.messages import redrawn
from core.clip import cel_of
from core.edits import Changes, Edit, FramePaint
from core.jobs import Answer, ClipOpened, FrameFile, Job, OpenClip, Predict
from core.palette import Palette
from core.places import cut_path
from core.project import CutFileError, FrameEntry, Project, open_or_create
from core.redrawn import Moved, found_again
from core.sheets import SheetFiles


class Cut(QObject):
    """Opens one cut after the other, holds the project of the latest, and writes to it."""

    asked = Signal()  # another one may be taken: what is said from here on may be about it
    taken = Signal(object)  # Project: in place of the former one; its drawings are looked for next
    opened = Signal(object)  # tuple of SheetFiles: its drawings are there, and these beside them
    changed = Signal(object)  # Changes, which are on disk
    noticed = Signal(str)

    def __init__(self, engine: EngineThread) -> None:
        """Begin with nothing open."""
        super().__init__(engine)
        self._engine = engine
        engine.answered.connect(self._on_answer)
        engine.ended.connect(self._on_ended)
        self.project: Project | None = None
        self._frames: tuple[tuple[FrameEntry, ...], Path, tuple[FrameFile, ...]] | None = None
        self._digests: dict[int, str] = {}  # of drawings seen for the first time, not stored yet
        self._to_locate: Path | None = None  # the cut whose drawings are now elsewhere
        self._said: set[str] = set()

    # ------------------------------------------------------------ what is in it

    @property
    def frames(self) -> tuple[FrameFile, ...]:
        """The frames of the clip in order."""
        if self.project is None:
            return ()
        entries, drawings = self.project.frames, self.project.drawings
        # asked for after every answer: they are the same ones then, and need not be compared
        if (known := self._frames) is None or known[0] is not entries or known[1] is not drawings:
            files = (FrameFile(e.id, drawings / e.name, cel_of(e.name), e.digest) for e in entries)
            known = self._frames = entries, drawings, tuple(files)
        return known[2]

    @property
    def palette(self) -> Palette:
        """Its colours."""
        return self.project.palette if self.project else Palette()

    @property
    def sheet_files(self) -> tuple[SheetFiles, ...]:
        """Its design sheets, read or not."""
        entries = self.project.sheets if self.project else ()
        return tuple(entry.files for entry in entries)

    @property
    def is_writable(self) -> bool:
        """Whether it is open and can be changed."""
        return self.project is not None and not self.project.read_only

    @property
    def is_read_only(self) -> bool:
        """Whether it is open and every change is refused."""
        return self.project is not None and self.project.read_only

    def paint(self, frame_id: int) -> FramePaint:
        """What a person settled in a frame."""
        return self.project.paint(frame_id) if self.project else {}

    # ------------------------------------------------------------ opening

    def open(self, path: Path) -> None:
        """Open a folder of drawings, one of its drawings, or a cut file."""
        self._to_locate = None
        self.asked.emit()
        path = Path(os.path.normpath(path.absolute()))  # as sheets and drawings are stored
        if path.suffix.lower() == ".cut":
            if self.project is None or path.resolve() != self.project.path.resolve():
                try:
                    self._take(Project.open(path))
                except CutFileError as error:
                    self.noticed.emit(str(error))
                    return
            assert self.project is not None
            path = self.project.drawings
        self._engine.start(OpenClip(path))

    def locate_drawings(self, folder: Path) -> None:
        """Go on with the same cut whose drawings now lie in another folder."""
        if self.project is not None:
            self._to_locate = self.project.path
            self._engine.start(OpenClip(folder))

    @Slot(object, object)
    def _on_answer(self, job: Job, answer: Answer) -> None:
        if isinstance(answer, ClipOpened) and not job.stop.is_set():
            self._on_clip(answer)

    def _on_clip(self, answer: ClipOpened) -> None:
        clip = answer.clip
        names = [frame.path.name for frame in clip.frames]
        folder = clip.frames[0].path.parent
        try:
            is_open = self.project is not None and (
                self.project.path in (self._to_locate, cut_path(folder))
                or self.project.drawings == folder
            )
            if not is_open:
                self._take(open_or_create(cut_path(folder), folder, names))
            assert self.project is not None
            is_located = self._to_locate == self.project.path
            if is_located and not self.project.knows_any(names):
                text = self.tr("None of the drawings of this cut is in {}: choose another folder.")
                self.noticed.emit(text.format(folder))
                self._to_locate = None
                return
            if not self.project.read_only:
                self.project.sync_frames(folder, names)
                if is_located:
                    self.project.locate_sheets(answer.sheets)
        except CutFileError as error:
            self.noticed.emit(str(error))
            return
        self._to_locate = None
        self.opened.emit(answer.sheets)

    def _take(self, project: Project) -> None:
        """Hold a project in place of the former one, about which nothing more is heard."""
        self._engine.stop()
        self.close()
        self.project = project
        self._digests.clear()
        self._said.clear()
        self.taken.emit(project)

    def close(self) -> None:
        """Put the project away."""
        if self.project is not None:
            self._store_digests()
            self.project.close()
            self.project = None

    # ------------------------------------------------------------ writing

    def write(self, change: Callable[[Project], Changes | None]) -> bool:
        """Change the project; on disk before this returns, or said and not done at all."""
        if self.project is None:
            return False
        try:
            changes = change(self.project) or Changes()
        except CutFileError as error:
            self.noticed.emit(str(error))
            return False
        self.changed.emit(changes)
        return True

    def apply(self, edit: Edit, seen: Mapping[int, str], *, goes_on: bool) -> bool:
        """Do a step, with what its drawings look like: those `seen`, and the predicted ones."""
        digests, self._digests = {**seen, **self._digests}, {}
        return self.write(lambda project: project.apply(edit, digests, goes_on=goes_on))

    def remove_sheet(self, files: SheetFiles) -> None:
        """Forget a design sheet; its colours stay in the palette."""
        if self.project is None:
            return
        sheet_id = self.project.sheets[self.sheet_files.index(files)].id
        self.write(lambda project: project.remove_sheet(sheet_id))

    def follow(self, frame: FrameFile, digest: str, moved: Moved) -> None:
        """Remember what a drawing looks like now; if it has changed, carry its paint over."""
        if frame.digest is None:
            self._digests[frame.id] = digest
        elif frame.digest != digest and not self.is_read_only:
            found, painted = found_again(self.paint(frame.id), moved)
            if self.write(lambda project: project.carry_over(frame.id, moved, digest)):
                self.say(redrawn(frame.path.name, found, painted))

    @Slot(object)
    def _on_ended(self, job: Job) -> None:
        if isinstance(job, Predict):
            self._store_digests()

    def _store_digests(self) -> None:
        digests, self._digests = self._digests, {}
        if digests and not self.is_read_only:
            self.write(lambda project: project.set_digests(digests))

    def tidy(self) -> None:
        """Use an idle moment to move the latest edits into the cut file proper."""
        if self.project is not None:
            try:
                self.project.checkpoint()
            except CutFileError as error:
                self.say(str(error))

    def say(self, text: str) -> None:
        """Say something about a file once, however often the clip is predicted again."""
        if text not in self._said:
            self._said.add(text)
            self.noticed.emit(text)
