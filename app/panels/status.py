"""Status line: what runs and how long it will take, what is under the cursor, where it is saved."""

from PySide6.QtCore import Qt, QTimer, Slot
from PySide6.QtWidgets import QLabel, QProgressBar, QPushButton, QStatusBar

from app.desk import Desk
from app.progress import Progress
from core.matching import Band

LOOK_MS = 150
"""So often the progress is shown: what is done sooner shows none, and a bar costs time to draw."""

BAND_WORDS = {
    Band.SURE: "sure",
    Band.LIKELY: "likely",
    Band.DOUBTFUL: "doubtful",
    Band.NO_MATCH: "no match",
}


class StatusLine(QStatusBar):
    """Shows the desk in one line of words."""

    def __init__(self, desk: Desk) -> None:
        """Listen to the desk."""
        super().__init__()
        self._desk = desk
        self._segment = QLabel()
        self._bar = QProgressBar()
        self._bar.setFixedWidth(140)
        self._bar.setTextVisible(False)
        self._job = QLabel()
        self._cancel = QPushButton("Cancel")
        self._cancel.clicked.connect(desk.cancel)
        self._counts = QLabel()
        self._model = QLabel()
        self._saved = QLabel()
        self.addWidget(self._segment, 1)
        for widget in (self._job, self._bar, self._cancel, self._counts, self._model, self._saved):
            self.addPermanentWidget(widget)
        desk.progressed.connect(self._on_progress)
        desk.models.changed.connect(self._on_model)
        desk.cut_changed.connect(self._on_cut)
        desk.frames_painted.connect(self._count)
        self._progress: Progress | None = None
        self._looking = QTimer(self, singleShot=True, interval=LOOK_MS)
        self._looking.timeout.connect(self._show_progress)
        self._show_progress()
        self._on_cut()

    @Slot(object)
    def _on_progress(self, progress: Progress | None) -> None:
        self._progress = progress
        if not self._looking.isActive():
            self._looking.start()

    @Slot()
    def _show_progress(self) -> None:
        progress = self._progress
        for widget in (self._job, self._bar, self._cancel):
            widget.setVisible(progress is not None)
        if progress is not None:
            self._bar.setMaximum(progress.total)
            self._bar.setValue(progress.done)
            text = f"{progress.text} {progress.done} of {progress.total}"
            if progress.done < progress.total and progress.elapsed > 1:
                text += f", {progress.rate:.1f} frames/s, {progress.remaining:.0f} s left"
            self._job.setText(text)

    @Slot()
    def _on_cut(self) -> None:
        project = self._desk.project
        self._saved.setText("" if project is None else f"Saved in {project.path.name}")
        if project is not None and project.read_only:
            self._saved.setText(f"{project.path.name} (read-only)")
        self._saved.setToolTip("" if project is None else str(project.path))
        self._count()

    @Slot()
    def _on_model(self) -> None:
        self._model.setText(f"Model {self._desk.models.name}, {self._desk.models.device}")

    @Slot()
    def _count(self) -> None:
        shown = [self._desk.frame_colors(frame.id) for frame in self._desk.frames]
        doubts = sum(len(frame.doubtful) for frame in shown if frame is not None)
        self._counts.setText(f"{doubts} doubtful in {len(shown)} frames" if shown else "")

    @Slot(int)
    def show_segment(self, label: int) -> None:
        """Tell what is under the cursor."""
        desk, shown = self._desk, self._desk.shown
        if not label or shown is None or desk.drawing is None:
            self._segment.setText("")
            return
        color = desk.palette.color(int(shown.colors[label - 1]))
        said = "settled by you" if shown.marks[label - 1] else BAND_WORDS[shown.bands[label - 1]]
        area = int(desk.drawing.segments.areas[label - 1])
        name = color.name if color else "no colour"
        self._segment.setText(f"{name}, {said}, {area:,} px")
        self._segment.setAlignment(Qt.AlignmentFlag.AlignVCenter)
