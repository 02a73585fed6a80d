"""Models: which there are, what they ask for, and which of them is at work."""

from collections.abc import Callable
from pathlib import Path

from PySide6.QtCore import QSettings, QUrl, Slot
from PySide6.QtGui import QDesktopServices, QDragEnterEvent, QDropEvent
from PySide6.QtWidgets import (
    QAbstractItemView,
    QComboBox,
    QDialog,
    QFileDialog,
    QHBoxLayout,
    QHeaderView,
    QLabel,
    QMessageBox,
    QProgressBar,
    QPushButton,
    QTableWidget,
    QTableWidgetItem,
    QVBoxLayout,
    QWidget,
)

from app.dropped import dropped_paths
from app.language import QT_TRANSLATE_NOOP
from app.model_room import ModelRoom, state_word
from core.models import Imported, ModelState, Progress, Refused, size_text
from core.places import APPLICATION, ORGANIZATION, models_folder

COLUMNS = (
    QT_TRANSLATE_NOOP("ModelsDialog", "Model"),
    QT_TRANSLATE_NOOP("ModelsDialog", "What it is"),
    QT_TRANSLATE_NOOP("ModelsDialog", "State"),
    QT_TRANSLATE_NOOP("ModelsDialog", "Size"),
    QT_TRANSLATE_NOOP("ModelsDialog", "Memory"),
    QT_TRANSLATE_NOOP("ModelsDialog", "Licence"),
    "SHA-256",
)
USABLE = ("built in", "ready")


class ModelsDialog(QDialog):
    """A table of models; weights come from files, dropped or chosen, or by an asked download."""

    def __init__(
        self, models: ModelRoom, cancel: Callable[[], None], parent: QWidget | None = None
    ) -> None:
        """Ask what is here; `cancel` stops an import or a download."""
        super().__init__(parent)
        self.setWindowTitle(self.tr("Models"))
        self.resize(980, 460)
        self.setAcceptDrops(True)
        self._models = models
        self._states: tuple[ModelState, ...] = ()
        self._table = QTableWidget(0, len(COLUMNS))
        self._table.setAccessibleName(self.tr("Models"))
        self._table.setHorizontalHeaderLabels([self.tr(each) for each in COLUMNS])
        self._table.verticalHeader().hide()
        self._table.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        self._table.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
        self._table.setSelectionMode(QAbstractItemView.SelectionMode.SingleSelection)
        self._table.setWordWrap(True)
        header = self._table.horizontalHeader()
        header.setSectionResizeMode(QHeaderView.ResizeMode.ResizeToContents)
        header.setSectionResizeMode(COLUMNS.index("Licence"), QHeaderView.ResizeMode.Stretch)
        self._table.itemSelectionChanged.connect(self._enable)
        self._said = QLabel()
        self._said.setWordWrap(True)
        self._bar = QProgressBar()
        self._bar.setVisible(False)
        self._device = QComboBox()
        self._device.addItems(list(dict.fromkeys(("auto", "cpu", models.asked or "auto"))))
        self._device.setCurrentText(models.asked or "auto")
        self._device.setAccessibleName(self.tr("Device"))
        self._use = QPushButton(self.tr("Use this model"))
        self._use.clicked.connect(self._on_use)
        self._import = QPushButton(self.tr("Import files…"))
        self._import.clicked.connect(self._on_import)
        self._fetch = QPushButton(self.tr("Download…"))
        self._fetch.clicked.connect(self._on_fetch)
        self._cancel = QPushButton(self.tr("Cancel"))
        self._cancel.clicked.connect(cancel)
        self._cancel.setVisible(False)
        folder = QPushButton(self.tr("Open folder"))
        folder.clicked.connect(self._on_folder)
        buttons = QHBoxLayout()
        for widget in (self._use, QLabel(self.tr("on")), self._device):
            buttons.addWidget(widget)
        buttons.addStretch()
        for widget in (self._cancel, self._import, self._fetch, folder):
            buttons.addWidget(widget)
        layout = QVBoxLayout(self)
        layout.addWidget(self._table, 1)
        layout.addWidget(self._said)
        layout.addWidget(self._bar)
        layout.addLayout(buttons)
        models.listed.connect(self._fill)
        models.progressed.connect(self._on_progress)
        models.changed.connect(self._on_model)
        models.devices_found.connect(self._on_devices)
        models.look()
        models.look_for_devices()
        self._enable()

    @property
    def said(self) -> str:
        """The sentence below the table."""
        return self._said.text()

    def choose(self, name: str) -> None:
        """Select the row of a model."""
        names = [state.model.name for state in self._states]
        self._table.selectRow(names.index(name))

    def dragEnterEvent(self, event: QDragEnterEvent) -> None:
        """Take files."""
        if dropped_paths(event.mimeData()):
            event.acceptProposedAction()

    def dropEvent(self, event: QDropEvent) -> None:
        """Import what was dropped."""
        if paths := dropped_paths(event.mimeData()):
            self._models.take_in(paths)
            event.acceptProposedAction()

    @Slot(object)
    def _fill(self, states: tuple[ModelState, ...]) -> None:
        chosen = self._chosen()
        self._states = states
        self._table.setRowCount(len(states))
        for row, state in enumerate(states):
            model = state.model
            word = state_word(state.state)
            if model.name == self._models.name:
                word = self.tr("{state} (at work)").format(state=word)
            texts = (
                model.name,
                model.what,
                word,
                size_text(state.bytes),
                size_text(model.memory),
                model.licence,
                (state.sha256 or "")[:12],
            )
            for column, text in enumerate(texts):
                item = QTableWidgetItem(text)
                item.setToolTip(state.sha256 or text if column == len(texts) - 1 else text)
                self._table.setItem(row, column, item)
        self._table.resizeRowsToContents()
        self.choose(chosen.model.name if chosen else self._models.name or states[0].model.name)
        self._enable()

    @Slot()
    def _enable(self) -> None:
        chosen = self._chosen()
        self._use.setEnabled(chosen is not None and chosen.state in USABLE)
        can_fetch = chosen is not None and chosen.model.name.startswith("timm:")
        self._fetch.setEnabled(can_fetch and chosen is not None and chosen.state not in USABLE)

    @Slot(object)
    def _on_progress(self, step: Progress | Imported | Refused) -> None:
        is_running = isinstance(step, Progress)
        self._bar.setVisible(is_running)
        self._cancel.setVisible(is_running)
        match step:
            case Progress(path, done, total):
                self._bar.setMaximum(max(total // 1024, 1))
                self._bar.setValue(done // 1024)
                text = self.tr("{file}: {done} of {total}")
                sizes = {"done": size_text(done), "total": size_text(total)}
                self._said.setText(text.format(file=path.name, **sizes))
            case Imported(path, entry):
                text = self.tr("{file} is imported as {name}.")
                self._said.setText(text.format(file=path.name, name=entry.name))
                self._models.look()
            case Refused(text=text):
                self._said.setText(text)

    @Slot(object)
    def _on_devices(self, names: tuple[str, ...]) -> None:
        self._device.addItems([name for name in names if self._device.findText(name) < 0])

    @Slot()
    def _on_model(self) -> None:
        self._said.setText(self.tr("{} is at work.").format(self._models.name))
        settings = QSettings(ORGANIZATION, APPLICATION)
        settings.setValue("model", self._models.name)
        settings.setValue("device", self._models.asked)
        self._models.look()

    @Slot()
    def _on_use(self) -> None:
        chosen = self._chosen()
        if chosen is not None:
            self._said.setText(self.tr("Loading {} …").format(chosen.model.name))
            self._models.use(chosen.model.name, self._device.currentText())

    @Slot()
    def _on_import(self) -> None:
        names, _ = QFileDialog.getOpenFileNames(
            self,
            self.tr("Import weights"),
            "",
            self.tr("Weights (*.pth *.pt *.safetensors);;All files (*)"),
        )
        if names:
            self._models.take_in(map(Path, names))

    @Slot()
    def _on_fetch(self) -> None:
        chosen = self._chosen()
        if chosen is None or chosen.model.file is None:
            return
        answer = QMessageBox.question(
            self,
            self.tr("Download"),
            self.tr(
                "Download the weights of {} from Hugging Face? This is the only time that Shiage "
                "uses the network."
            ).format(chosen.model.name),
        )
        if answer == QMessageBox.StandardButton.Yes:
            self._models.fetch(chosen.model.file)

    @Slot()
    def _on_folder(self) -> None:
        models_folder().mkdir(parents=True, exist_ok=True)
        QDesktopServices.openUrl(QUrl.fromLocalFile(str(models_folder())))

    def _chosen(self) -> ModelState | None:
        rows = self._table.selectionModel().selectedRows()
        return self._states[rows[0].row()] if rows and self._states else None
