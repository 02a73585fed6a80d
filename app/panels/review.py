"""Review panel: the queue of doubtful segments, and what the last answer changed."""

from PySide6.QtCore import (
    QAbstractListModel,
    QCoreApplication,
    QEvent,
    QModelIndex,
    QPersistentModelIndex,
    QSize,
    Qt,
    Slot,
)
from PySide6.QtGui import QIcon, QPainter, QPixmap
from PySide6.QtWidgets import (
    QAbstractItemView,
    QComboBox,
    QGridLayout,
    QHeaderView,
    QLabel,
    QSizePolicy,
    QTableView,
    QVBoxLayout,
    QWidget,
)

from app.desk import Desk
from app.panels.keys import Choice, claim
from app.panels.palette import color_title, swatch
from app.panels.status import band_word
from app.queue import Filter, Order
from app.review import Change, Review
from core.doubts import Doubt
from core.matching import Band
from core.palette import NO_COLOR

SWATCH = QSize(22, 16)
Index = QModelIndex | QPersistentModelIndex


class ReviewPanel(QWidget):
    """What to look at next, and what has changed."""

    def __init__(self, desk: Desk, review: Review) -> None:
        """Show a review."""
        super().__init__()
        self._review = review
        self._order = _choices(Order, self.tr("Order of the review"))
        self._filter = _choices(Filter, self.tr("Filter of the review"))
        self._order.activated.connect(self._on_arranged)
        self._filter.activated.connect(self._on_arranged)
        self._summary = QLabel()
        self._queue_rows = _Queue(desk, review)
        self._queue = _list(self._queue_rows, self.tr("Doubtful segments"))
        # the area can be spared most, and stands between frame and band
        self._queue.setTextElideMode(Qt.TextElideMode.ElideMiddle)
        self._queue.clicked.connect(self._on_doubt)
        self._queue.activated.connect(self._on_doubt)
        self._asked: tuple[int | None, int] = (None, 0)  # frame and label in question
        self._at: tuple[int | None, int] = (None, 0)  # and of the row one has come to
        self._queue.selectionModel().currentChanged.connect(self._on_row)
        self._changes_title = QLabel()
        self._changes_rows = _Changes(desk, review)
        self._changes = _list(self._changes_rows, self.tr("Segments that the last step changed"))
        self._changes.clicked.connect(self._on_change)
        self._changes.activated.connect(self._on_change)
        self._desk = desk
        choices = QGridLayout()
        choices.setColumnStretch(1, 1)
        for row, (text, box) in enumerate(
            ((self.tr("Order"), self._order), (self.tr("Show"), self._filter))
        ):
            label = QLabel(text)
            label.setBuddy(box)
            choices.addWidget(label, row, 0)
            choices.addWidget(box, row, 1)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(6, 6, 6, 6)
        layout.addLayout(choices)
        layout.addWidget(self._summary)
        layout.addWidget(self._queue, 3)
        layout.addWidget(self._changes_title)
        layout.addWidget(self._changes, 2)
        review.queue_changed.connect(self._on_queue)
        review.question_changed.connect(self._mark)
        review.changes_changed.connect(self._on_changes)
        desk.cut_changed.connect(self._on_queue)
        self._on_queue()
        self._on_changes()

    def sizeHint(self) -> QSize:
        """Ask for room for a row of words."""
        return QSize(270, 400)

    @Slot()
    def _on_arranged(self) -> None:
        order, wanted = list(Order), list(Filter)
        self._review.arrange(order[self._order.currentIndex()], wanted[self._filter.currentIndex()])

    @Slot()
    def _on_queue(self) -> None:
        queue = self._review.queue
        frames = len({doubt.position for doubt in queue})
        if queue:
            text = self.tr("{doubts:,} to look at in {frames} frames")
            self._summary.setText(text.format(doubts=len(queue), frames=frames))
        elif self._desk.cut.frames:
            self._summary.setText(self.tr("Nothing to look at"))
        else:
            self._summary.setText(self.tr("No clip is open"))
        self._mark()

    @Slot()
    def _mark(self) -> None:
        """Mark the segment in question; who goes through the list keeps the place."""
        asked = self._desk.frame_id, self._desk.label
        if asked != self._asked or not self._queue.hasFocus():
            self._asked = self._at = asked
        row = self._queue_rows.row_of(*self._at)
        index = self._queue_rows.index(row) if row >= 0 else QModelIndex()
        if index != self._queue.currentIndex():
            self._queue.setCurrentIndex(index)
            self._queue.scrollTo(index)

    @Slot(QModelIndex)
    def _on_row(self, index: QModelIndex) -> None:
        doubt = self._queue_rows.doubt(index.row())
        if doubt is not None:
            self._at = doubt.frame_id, doubt.label

    @Slot()
    def _on_changes(self) -> None:
        changes = self._review.changes
        frames = len({change.frame_id for change in changes})
        text = self.tr("The last step changed {segments:,} in {frames} frames")
        self._changes_title.setText(
            text.format(segments=len(changes), frames=frames) if changes else ""
        )
        for widget in (self._changes_title, self._changes):
            widget.setVisible(bool(changes))

    @Slot(QModelIndex)
    def _on_doubt(self, index: QModelIndex) -> None:
        doubt = self._queue_rows.doubt(index.row())
        if doubt is not None:
            self._review.ask(doubt)

    @Slot(QModelIndex)
    def _on_change(self, index: QModelIndex) -> None:
        change = self._changes_rows.change(index.row())
        ids = [frame.id for frame in self._desk.cut.frames]
        if change is not None and change.frame_id in ids:
            self._desk.go_to(ids.index(change.frame_id), change.label)


class _Queue(QAbstractListModel):
    """One row per doubtful segment."""

    def __init__(self, desk: Desk, review: Review) -> None:
        super().__init__(review)
        self._desk, self._review = desk, review
        self._rows: list[Doubt] = []
        self._row_of: dict[tuple[int, int], int] = {}
        review.queue_changed.connect(self._fill)

    def doubt(self, row: int) -> Doubt | None:
        return self._rows[row] if 0 <= row < len(self._rows) else None

    def row_of(self, frame_id: int | None, label: int) -> int:
        return -1 if frame_id is None else self._row_of.get((frame_id, label), -1)

    def rowCount(self, parent: Index | None = None) -> int:  # noqa: ARG002
        return len(self._rows)

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> object:
        doubt = self._rows[index.row()]
        name = _frame_name(self._desk, doubt.frame_id)
        if role == Qt.ItemDataRole.DisplayRole:
            times = f"  ×{doubt.frames}" if doubt.frames > 1 else ""
            band = f"  {band_word(doubt.band)}" if doubt.band == Band.NO_MATCH else ""
            return f"{name}{times}  {doubt.area:,} px{band}"
        if role == Qt.ItemDataRole.ToolTipRole:
            return self.tr(
                "{name}: {band}, {area:,} pixels; the same is doubted in {frames} frames"
            ).format(name=name, band=band_word(doubt.band), area=doubt.area, frames=doubt.frames)
        if role == Qt.ItemDataRole.DecorationRole:
            return _swatch(self._desk, doubt.color_id)
        return None

    @Slot()
    def _fill(self) -> None:
        self.beginResetModel()
        self._rows = self._review.queue
        self._row_of = {(d.frame_id, d.label): row for row, d in enumerate(self._rows)}
        self.endResetModel()


class _Changes(QAbstractListModel):
    """One row per segment that the last step changed: the colour before and after."""

    def __init__(self, desk: Desk, review: Review) -> None:
        super().__init__(review)
        self._desk, self._review = desk, review
        self._rows: list[Change] = []
        review.changes_changed.connect(self._fill)

    def change(self, row: int) -> Change | None:
        return self._rows[row] if 0 <= row < len(self._rows) else None

    def rowCount(self, parent: Index | None = None) -> int:  # noqa: ARG002
        return len(self._rows)

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> object:
        change = self._rows[index.row()]
        if role == Qt.ItemDataRole.DisplayRole:
            palette = self._desk.cut.palette
            names = [color_title(palette.color(each)) for each in (change.before, change.after)]
            return f"{_frame_name(self._desk, change.frame_id)}   {names[0]} → {names[1]}"
        if role == Qt.ItemDataRole.DecorationRole:
            before, after = (_swatch(self._desk, each) for each in (change.before, change.after))
            return _side_by_side(before, after)
        return None

    @Slot()
    def _fill(self) -> None:
        self.beginResetModel()
        self._rows = list(self._review.changes)
        self.endResetModel()


class _Rows(QTableView):
    """Rows that one goes through with the keys that turn frames and colours elsewhere."""

    KEYS = (
        *(Qt.Key.Key_Up, Qt.Key.Key_Down, Qt.Key.Key_Left, Qt.Key.Key_Right),
        *(Qt.Key.Key_PageUp, Qt.Key.Key_PageDown, Qt.Key.Key_Home, Qt.Key.Key_End),
        *(Qt.Key.Key_Return, Qt.Key.Key_Enter),
    )

    def event(self, event: QEvent) -> bool:
        """Claim these keys."""
        return claim(event, self.KEYS) or super().event(event)


def _choices(values: type[Order] | type[Filter], name: str) -> QComboBox:
    box = Choice()
    context = values.__name__
    box.addItems([QCoreApplication.translate(context, each.value) for each in values])
    box.setAccessibleName(name)
    box.setFocusPolicy(Qt.FocusPolicy.TabFocus)
    return box


def _list(rows: QAbstractListModel, name: str) -> QTableView:
    """Make a list of rows: a table, because a list view looks at every row before it shows one."""
    view = _Rows()
    view.setModel(rows)
    view.setShowGrid(False)
    view.setWordWrap(False)  # or else a row is cut off at its end, whatever the elide mode
    view.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
    view.setSelectionMode(QAbstractItemView.SelectionMode.SingleSelection)
    view.setIconSize(QSize(2 * SWATCH.width() + 4, SWATCH.height()))
    view.horizontalHeader().setVisible(False)
    view.horizontalHeader().setStretchLastSection(True)
    height = max(view.fontMetrics().height(), SWATCH.height()) + 4
    view.verticalHeader().setVisible(False)
    view.verticalHeader().setMinimumSectionSize(height)
    view.verticalHeader().setDefaultSectionSize(height)
    view.verticalHeader().setSectionResizeMode(QHeaderView.ResizeMode.Fixed)
    view.setTabKeyNavigation(False)
    view.setFocusPolicy(Qt.FocusPolicy.TabFocus)
    view.setAccessibleName(name)
    view.setMinimumHeight(60)
    view.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Expanding)
    return view


def _frame_name(desk: Desk, frame_id: int) -> str:
    return next((frame.path.stem for frame in desk.cut.frames if frame.id == frame_id), "")


def _swatch(desk: Desk, color_id: int) -> QIcon:
    color = desk.cut.palette.color(color_id)
    rgba = color.rgba if color else (0, 0, 0, 0)
    return swatch(rgba, is_erase=color_id == NO_COLOR, size=SWATCH)


def _side_by_side(before: QIcon, after: QIcon) -> QIcon:
    pixmap = QPixmap(2 * SWATCH.width() + 4, SWATCH.height())
    pixmap.fill(Qt.GlobalColor.transparent)
    painter = QPainter(pixmap)
    painter.drawPixmap(0, 0, before.pixmap(SWATCH))
    painter.drawPixmap(SWATCH.width() + 4, 0, after.pixmap(SWATCH))
    painter.end()
    icon = QIcon(pixmap)
    icon.addPixmap(pixmap, QIcon.Mode.Selected)
    return icon
