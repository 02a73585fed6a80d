"""The engine's thread: jobs go in, answers come out, and the hand is never blocked."""

import os
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, QThread, QTimer, Signal, Slot

from core.jobs import (
    Answer,
    Export,
    FetchModel,
    FindElsewhere,
    ImportModels,
    Job,
    ModelReady,
    Notice,
    OpenClip,
    Predict,
    ShowFrame,
    UseModel,
)

if TYPE_CHECKING:
    from core.engine import Engine

THREADS = max(1, (os.cpu_count() or 1) - 1)
"""One core stays free for the hand."""

PRIORITY = {Export: 1, UseModel: 2, Predict: 3}
"""Long work waits for short work: what is not in this table comes first.

An export ends with the model that it began with; a prediction does not.
"""

SUPERSEDING = (OpenClip, ShowFrame, Predict, FindElsewhere)
"""Jobs of which only the latest is wanted; all others are done one after the other."""


LONG = (Predict, Export, FindElsewhere, ImportModels, FetchModel)
"""Jobs that a person can stop."""


class EngineWorker(QObject):
    """Lives in the engine thread and advances its jobs one answer at a time.

    Every job is a generator. Between two answers the thread's event loop runs, so that a frame
    the animator turns to is shown while a prediction of the whole clip goes on.
    """

    answered = Signal(object, object)  # job, answer
    ended = Signal(object)  # job: finished, stopped or failed, exactly once each

    def __init__(self, model: str, device: str, cache_folder: Path) -> None:
        """Remember what to load; loading happens in the thread, with the first job."""
        super().__init__()
        self._first = UseModel(model, device)
        self._cache_folder = cache_folder
        self._engine: Engine | None = None
        self._has_model = False
        self._asked = "auto"  # the device
        self._running: list[tuple[Job, Iterator[Answer]]] = []
        self._turn = QTimer(self, singleShot=True, interval=0)
        self._turn.timeout.connect(self._advance)

    @Slot(object)
    def begin(self, job: Job) -> None:
        """Take on a job."""
        self._running.append((job, self._work(job)))
        self._running.sort(key=lambda pair: PRIORITY.get(type(pair[0]), 0))
        self._turn.start()

    def _work(self, job: Job) -> Iterator[Answer]:
        """Do a job; the model is loaded with the first one that predicts.

        Drawings are shown before that: loading PyTorch alone takes seconds.
        """
        from core import engine, models  # not before the window is shown

        if self._engine is None:
            self._engine = engine.Engine(models.load(models.GEOMETRY), self._cache_folder)
        if isinstance(job, UseModel):
            yield from self._use_model(job)
            return
        if isinstance(job, Predict | Export) and not self._has_model:
            yield from self._use_model(self._first)
        yield from self._engine.run(job)

    def _use_model(self, job: UseModel) -> Iterator[Answer]:
        """Load a model; if that fails, say why and go on with the one at work."""
        from core import models

        assert self._engine is not None
        self._has_model = True
        try:
            encoder = models.load(job.name, device=job.device, threads=THREADS, notice=self._say)
        except models.ModelError as error:
            yield Notice(str(error))
        else:
            for begun, _ in self._running[1:]:
                if isinstance(begun, Predict):  # half of its features are of the former model
                    begun.stop.set()
            self._engine.use(encoder)
            self._asked = job.device
        yield ModelReady(self._engine.model, self._asked, self._engine.device)

    def _say(self, text: str) -> None:
        self.answered.emit(None, Notice(text))

    @Slot()
    def _advance(self) -> None:
        if not self._running:
            return
        job, answers = self._running[0]
        try:
            answer = None if job.stop.is_set() else next(answers, None)
        except Exception as error:  # noqa: BLE001 - the one broad catch, at the worker's edge
            answer = None
            text = self.tr("Something went wrong inside Shiage: {}").format(repr(error))
            self.answered.emit(job, Notice(text))
        if answer is None:
            self._running.pop(0)
            del answers  # a stopped generator closes here, in this thread
            self.ended.emit(job)
        else:
            self.answered.emit(job, answer)
        self._turn.start()


class EngineThread(QObject):
    """The worker and its thread, seen from the GUI thread."""

    answered = Signal(object, object)
    ended = Signal(object)
    _begin = Signal(object)

    def __init__(self, parent: QObject, model: str, device: str, cache_folder: Path) -> None:
        """Start the thread; it idles until the first job."""
        super().__init__(parent)
        self._thread = QThread(self)
        self._thread.setObjectName("engine")
        self._worker = EngineWorker(model, device, cache_folder)
        self._worker.moveToThread(self._thread)
        self._begin.connect(self._worker.begin)
        self._worker.answered.connect(self.answered)
        self._worker.ended.connect(self.ended)
        self._thread.finished.connect(self._worker.deleteLater)
        self._jobs: list[Job] = []
        self.ended.connect(self._forget)
        self._thread.start()

    @property
    def is_busy(self) -> bool:
        """Whether a job is running or waiting."""
        return bool(self._jobs)

    @property
    def is_stopped(self) -> bool:
        """Whether the thread has ended."""
        return self._thread.isFinished()

    def start(self, job: Job) -> None:
        """Start a job; of some kinds, a running one is stopped and superseded."""
        for running in self._jobs:
            if type(running) is type(job) and isinstance(job, SUPERSEDING):
                running.stop.set()
        self._jobs.append(job)
        self._begin.emit(job)

    def stop(self) -> None:
        """Stop everything that is running, within a frame."""
        for job in self._jobs:
            job.stop.set()

    def stop_long(self) -> None:
        """Stop what a person waits for; drawings and sheets are still shown."""
        for job in self._jobs:
            if isinstance(job, LONG):
                job.stop.set()

    def close(self) -> None:
        """Stop, and wait until the thread has ended."""
        self.stop()
        self._thread.quit()
        self._thread.wait()

    @Slot(object)
    def _forget(self, job: Job) -> None:
        self._jobs = [running for running in self._jobs if running is not job]
