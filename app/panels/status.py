"""Status line: what runs and how long it will take, what is under the cursor, where it is saved."""

from PySide6.QtCore import QCoreApplication, QSize, Qt, QTimer, Slot
from PySide6.QtGui import QPainter, QPaintEvent
from PySide6.QtWidgets import QLabel, QProgressBar, QPushButton, QStatusBar

from app.desk import Desk
from app.language import QT_TRANSLATE_NOOP
from app.panels.palette import color_title
from app.progress import Progress
from core.matching import Band

LOOK_MS = 150
"""So often progress and doubts are shown: what is done sooner shows no progress, a bar costs time
to draw, and a prediction paints many frames."""

_BAND_WORDS = {
    Band.SURE: QT_TRANSLATE_NOOP("Band", "sure"),
    Band.LIKELY: QT_TRANSLATE_NOOP("Band", "likely"),
    Band.DOUBTFUL: QT_TRANSLATE_NOOP("Band", "doubtful"),
    Band.NO_MATCH: QT_TRANSLATE_NOOP("Band", "no match"),
}


def band_word(band: int) -> str:
    """Return what a band is called, in the language of the window."""
    return QCoreApplication.translate("Band", _BAND_WORDS[Band(band)])


class _Elided(QLabel):
    """A text that gives way: it does not make the window wider than the screen."""

    def minimumSizeHint(self) -> QSize:
        return QSize(0, super().minimumSizeHint().height())

    def paintEvent(self, event: QPaintEvent) -> None:  # noqa: ARG002
        metrics, elide = self.fontMetrics(), Qt.TextElideMode.ElideMiddle
        text = metrics.elidedText(self.text(), elide, self.width())
        QPainter(self).drawText(self.rect(), Qt.AlignmentFlag.AlignVCenter, text)


class StatusLine(QStatusBar):
    """Shows the desk in one line of words."""

    def __init__(self, desk: Desk) -> None:
        """Listen to the desk."""
        super().__init__()
        self._desk = desk
        self._segment = _Elided()
        self._bar = QProgressBar()
        self._bar.setFixedWidth(140)
        self._bar.setTextVisible(False)
        self._job = QLabel()
        self._cancel = QPushButton(self.tr("Cancel"))
        self._cancel.clicked.connect(desk.cancel)
        self._counts = QLabel()
        self._model = QLabel()
        self._saved = _Elided()
        self.addWidget(self._segment, 1)
        for widget in (self._job, self._bar, self._cancel, self._counts, self._model, self._saved):
            self.addPermanentWidget(widget)
        desk.work.progressed.connect(self._on_progress)
        desk.models.changed.connect(self._on_model)
        desk.cut_changed.connect(self._on_cut)
        desk.frames_painted.connect(self._on_painted)
        desk.frames_painted.connect(self._tell_segment)
        self._label = 0  # under the cursor
        self._progress: Progress | None = None
        self._looking = QTimer(self, singleShot=True, interval=LOOK_MS)
        self._looking.timeout.connect(self._show_progress)
        self._counting = QTimer(self, singleShot=True, interval=LOOK_MS)
        self._counting.timeout.connect(self._count)
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
            text = self.tr("{job} {done} of {total}").format(
                job=progress.text, done=progress.done, total=progress.total
            )
            if progress.done < progress.total and progress.elapsed > 1:
                text += self.tr(", {rate:.1f} frames/s, {left:.0f} s left").format(
                    rate=progress.rate, left=progress.remaining
                )
            self._job.setText(text)

    @Slot()
    def _on_cut(self) -> None:
        project = self._desk.cut.project
        text = (
            self.tr("{} (read-only)") if project and project.read_only else self.tr("Saved in {}")
        )
        self._saved.setText("" if project is None else text.format(project.path.name))
        self._saved.setToolTip("" if project is None else str(project.path))
        self._count()

    @Slot()
    def _on_model(self) -> None:
        models = self._desk.models
        text = self.tr("Model {name}, {device}").format(name=models.name, device=models.device)
        self._model.setText(text)

    @Slot()
    def _on_painted(self) -> None:
        if not self._counting.isActive():
            self._counting.start()

    @Slot()
    def _count(self) -> None:
        shown = [self._desk.frame_colors(frame.id) for frame in self._desk.cut.frames]
        doubts = sum(len(frame.doubtful) for frame in shown if frame is not None)
        text = self.tr("{doubts} doubtful in {frames} frames")
        if not self._desk.has_colors:
            text = self.tr("{frames} frames, no colours yet")
        self._counts.setText(text.format(doubts=doubts, frames=len(shown)) if shown else "")

    @Slot(int)
    def show_segment(self, label: int) -> None:
        """Tell what is under the cursor."""
        self._label = label
        self._tell_segment()

    @Slot()
    def _tell_segment(self) -> None:
        desk, shown, label = self._desk, self._desk.shown, self._label
        if not label or shown is None or desk.drawing is None:
            self._segment.setText("")
            return
        color = desk.cut.palette.color(int(shown.colors[label - 1]))
        is_settled, band = shown.marks[label - 1], shown.bands[label - 1]
        said = self.tr("settled by you") if is_settled else band_word(band)
        if shown.is_unpainted[label - 1]:
            said = self.tr("not painted")
        area = int(desk.drawing.segments.areas[label - 1])
        name = color_title(color)
        text = self.tr("{color}, {said}, {area:,} px")
        self._segment.setText(text.format(color=name, said=said, area=area))
