"""Progress: how far the long jobs are, and how long they will take."""

from dataclasses import dataclass
from time import monotonic

from PySide6.QtCore import QObject, Signal, Slot

from app.engine_thread import EngineThread
from core.jobs import Export, Job, Predict


@dataclass(frozen=True)
class Progress:
    """How far a long job is; times in seconds."""

    text: str
    done: int
    total: int
    elapsed: float

    @property
    def rate(self) -> float:
        """Frames per second so far."""
        return self.done / self.elapsed if self.elapsed > 0 else 0.0

    @property
    def remaining(self) -> float:
        """Seconds to go at this rate."""
        return (self.total - self.done) / self.rate if self.rate > 0 else 0.0


class Work(QObject):
    """The jobs that go through all frames of the clip, as long as they run."""

    progressed = Signal(object)  # Progress, or None when nothing is running

    def __init__(self, engine: EngineThread) -> None:
        """Begin with nothing to do."""
        super().__init__(engine)
        self._engine = engine
        self._running: list[tuple[Job, _Meter]] = []
        engine.ended.connect(self.end)

    @property
    def is_exporting(self) -> bool:
        """Whether an export is running."""
        return any(isinstance(job, Export) for job, _ in self._running)

    @property
    def is_predicting(self) -> bool:
        """Whether a prediction is running."""
        return any(isinstance(job, Predict) for job, _ in self._running)

    def start(self, job: Job, text: str, frames: int) -> None:
        """Start a job that goes through this many frames."""
        meter = _Meter(text, frames)
        self._running.append((job, meter))
        self.progressed.emit(meter.count(0))
        self._engine.start(job)

    def count(self, job: Job) -> None:
        """Count a frame that a job has finished, if it is one of these."""
        for running, meter in self._running:
            if running is job:
                self.progressed.emit(meter.count())

    @Slot(object)
    def end(self, job: Job) -> None:
        """Count a job out: it has ended, or nothing of it is left to be lost."""
        left = [(running, meter) for running, meter in self._running if running is not job]
        if len(left) < len(self._running) and not left:
            self.progressed.emit(None)
        self._running = left


class _Meter:
    """Counts the frames of a job as they arrive."""

    def __init__(self, text: str, total: int) -> None:
        """Begin."""
        self._text, self._total = text, total
        self._done, self._started = 0, monotonic()

    def count(self, frames: int = 1) -> Progress:
        """Count some frames and return how far the job is."""
        self._done += frames
        return Progress(self._text, self._done, self._total, monotonic() - self._started)
