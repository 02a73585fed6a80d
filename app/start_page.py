"""Start page: what to do before a cut is open; it asks nothing."""

from PySide6.QtCore import QSize, Qt, QTimer, Signal, Slot
from PySide6.QtGui import QShowEvent
from PySide6.QtWidgets import (
    QHBoxLayout,
    QLabel,
    QListWidget,
    QListWidgetItem,
    QPushButton,
    QVBoxLayout,
    QWidget,
)

from app.model_room import ModelRoom, state_word
from app.recent import recent_cuts
from core.models import ModelState

WIDTH = 520
"""Of the column in the middle, in screen pixels."""

LOOK_AFTER_MS = 300
"""The engine, which knows the models, is imported after the window was drawn."""


class StartPage(QWidget):
    """The way in: a clip, the sample, a recent cut; and which model will predict."""

    clip_wanted = Signal()
    sample_wanted = Signal()
    models_wanted = Signal()
    cut_wanted = Signal(object)  # the path of a recent cut

    def __init__(self, models: ModelRoom, model: str) -> None:
        """Show what is known of the model that was chosen last."""
        super().__init__()
        self._models, self._model_name = models, model
        title = QLabel(self.tr("Drop a folder of line drawings here"))
        font = title.font()
        font.setPointSizeF(font.pointSizeF() * 1.6)
        title.setFont(font)
        hint = QLabel(self.tr("PNG, TGA, TIFF or BMP, numbered: A0001.tga, A_0001.png, 0000.png …"))
        buttons = QHBoxLayout()
        buttons.addStretch()
        for text, signal in (
            (self.tr("Open clip…"), self.clip_wanted),
            (self.tr("Open the sample"), self.sample_wanted),
        ):
            button = QPushButton(text)
            button.setMinimumSize(QSize(180, 36))
            button.clicked.connect(signal)
            buttons.addWidget(button)
        buttons.addStretch()
        self._recent_title = QLabel(self.tr("Recent cuts"))
        self._recent = QListWidget()
        self._recent.setAccessibleName(self.tr("Recent cuts"))
        self._recent.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self._recent.setTextElideMode(Qt.TextElideMode.ElideMiddle)
        self._recent.itemActivated.connect(self._on_recent)
        self._recent.itemClicked.connect(self._on_recent)
        self._model = QLabel()
        self._model.setWordWrap(True)
        choose = QPushButton(self.tr("Models…"))
        choose.clicked.connect(self.models_wanted)
        model_row = QHBoxLayout()
        model_row.addWidget(self._model, 1)
        model_row.addWidget(choose)
        middle = QWidget()
        middle.setFixedWidth(WIDTH)
        column = QVBoxLayout(middle)
        for label in (title, hint):
            column.addWidget(label, 0, Qt.AlignmentFlag.AlignHCenter)
        column.addSpacing(8)
        column.addLayout(buttons)
        column.addSpacing(24)
        column.addWidget(self._recent_title)
        column.addWidget(self._recent)
        column.addSpacing(16)
        column.addLayout(model_row)
        around = QVBoxLayout(self)
        around.addStretch(2)
        around.addWidget(middle, 0, Qt.AlignmentFlag.AlignHCenter)
        around.addStretch(3)
        models.listed.connect(self._on_listed)
        models.changed.connect(self._on_model)
        self._on_model()

    def showEvent(self, event: QShowEvent) -> None:
        """List the cuts of today; which models are here is asked once the window is drawn."""
        self._fill()
        QTimer.singleShot(LOOK_AFTER_MS, self, self._look)
        super().showEvent(event)

    def _fill(self) -> None:
        self._recent.clear()
        for cut in recent_cuts():
            item = QListWidgetItem(f"{cut.name}   –   {cut.drawings}")
            tip = self.tr("Drawings: {drawings}\nCut file: {file}")
            item.setToolTip(tip.format(drawings=cut.drawings, file=cut.path))
            item.setData(Qt.ItemDataRole.UserRole, cut.path)
            self._recent.addItem(item)
        count = self._recent.count()
        row = self._recent.sizeHintForRow(0) if count else 0
        self._recent.setFixedHeight(row * count + 2 * self._recent.frameWidth() + 4)
        for widget in (self._recent_title, self._recent):
            widget.setVisible(count > 0)

    @Slot(QListWidgetItem)
    def _on_recent(self, item: QListWidgetItem) -> None:
        self.cut_wanted.emit(item.data(Qt.ItemDataRole.UserRole))

    @Slot()
    def _on_model(self) -> None:
        self._model_name = self._models.name or self._model_name
        self._model.setText(self._sentence())
        self._look()

    @Slot()
    def _look(self) -> None:
        if self.isVisible():
            self._models.look()

    @Slot(object)
    def _on_listed(self, states: tuple[ModelState, ...]) -> None:
        ready = [each for each in states if each.state in ("built in", "ready")]
        mine = next((each for each in states if each.model.name == self._model_name), None)
        count = len(ready) - (mine in ready)
        others = self.tr(" {} other models can be used.").format(count) if count else ""
        if count == 1:
            others = self.tr(" 1 other model can be used.")
        said = self._sentence(state_word(mine.state) if mine else "")
        self._model.setText(f"{said}{others}")

    def _sentence(self, state: str = "") -> str:
        if not state:
            return self.tr("Colours are predicted by “{}”.").format(self._model_name)
        text = self.tr("Colours are predicted by “{name}”, {state}.")
        return text.format(name=self._model_name, state=state)
