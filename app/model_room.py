"""Model room: which model is at work, and which others there are."""

from collections.abc import Iterable
from pathlib import Path

from PySide6.QtCore import QCoreApplication, QObject, Signal, Slot

from app.engine_thread import EngineThread
from app.language import QT_TRANSLATE_NOOP
from core.jobs import (
    Answer,
    DevicesFound,
    FetchModel,
    ImportModels,
    Job,
    ListDevices,
    ListModels,
    ModelReady,
    ModelsListed,
    UseModel,
)
from core.models import Imported, Progress, Refused

STATE_WORDS = (
    QT_TRANSLATE_NOOP("ModelState", "built in"),
    QT_TRANSLATE_NOOP("ModelState", "ready"),
    QT_TRANSLATE_NOOP("ModelState", "not imported"),
    QT_TRANSLATE_NOOP("ModelState", "file missing"),
    QT_TRANSLATE_NOOP("ModelState", "lacks its DINOv2"),
    QT_TRANSLATE_NOOP("ModelState", "damaged size"),
)
"""The states of `core.models.ModelState`, marked for translation."""


def state_word(state: str) -> str:
    """Return what the state of a model is called, in the language of the window."""
    return QCoreApplication.translate("ModelState", state)


class ModelRoom(QObject):
    """Asks the engine about models and tells what it answers."""

    changed = Signal()  # another model is at work
    listed = Signal(object)  # tuple of ModelState
    devices_found = Signal(object)  # tuple of their names
    progressed = Signal(object)  # Progress, Imported or Refused

    def __init__(self, engine: EngineThread) -> None:
        """Begin before the first model is loaded."""
        super().__init__(engine)
        self._engine = engine
        self.name, self.asked, self.device = "", "", ""
        engine.answered.connect(self._on_answer)

    def use(self, name: str, device: str) -> None:
        """Go on with another model or on another device."""
        self._engine.start(UseModel(name, device))

    def look(self) -> None:
        """Look which models are here."""
        self._engine.start(ListModels())

    def look_for_devices(self) -> None:
        """Look what networks can run on here."""
        self._engine.start(ListDevices())

    def take_in(self, paths: Iterable[Path]) -> None:
        """Import files of weights."""
        self._engine.start(ImportModels(tuple(paths)))

    def fetch(self, name: str) -> None:
        """Download the weights of a backbone."""
        self._engine.start(FetchModel(name))

    @Slot(object, object)
    def _on_answer(self, job: Job, answer: Answer) -> None:  # noqa: ARG002
        match answer:
            case ModelReady(name, asked, device):
                self.name, self.asked, self.device = name, asked, device
                self.changed.emit()
            case ModelsListed(states):
                self.listed.emit(states)
            case DevicesFound(names):
                self.devices_found.emit(names)
            case Progress() | Imported() | Refused():
                self.progressed.emit(answer)
