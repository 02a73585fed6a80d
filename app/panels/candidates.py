"""Candidates panel: why this colour, and which others it could be."""

import numpy as np
from PySide6.QtCore import QCoreApplication, QRect, QSize, Qt, Slot
from PySide6.QtGui import QColor, QFontMetrics, QPainter, QPaintEvent, QPixmap
from PySide6.QtWidgets import QAbstractButton, QLabel, QSizePolicy, QVBoxLayout, QWidget

from app.desk import Desk
from app.language import QT_TRANSLATE_NOOP
from app.panels.palette import color_title, swatch
from app.review import Candidate, Review
from app.theme import ACCENT
from app.thumbnails import segment_thumbnail
from core.matching import CANDIDATES
from core.palette import pack
from core.sheets import SheetFiles

SIDE = 52
"""Of a thumbnail, in screen pixels."""

SWATCH_LEFT, TEXT_LEFT, TEXT_RIGHT = 26, 66, SIDE + 8
"""Where swatch and texts of a row begin, and how much room is left free right of the texts."""

LONG_CODE = "#DDDDDD"

WORDS = (
    (0.9, QT_TRANSLATE_NOOP("Candidate", "very likely")),
    (0.6, QT_TRANSLATE_NOOP("Candidate", "likely")),
    (0.2, QT_TRANSLATE_NOOP("Candidate", "possible")),
    (0.0, QT_TRANSLATE_NOOP("Candidate", "unlikely")),
)


class CandidatesPanel(QWidget):
    """Up to five colours for the segment in question, each with what speaks for it."""

    def __init__(self, desk: Desk, review: Review) -> None:
        """Show the question of a review."""
        super().__init__()
        self._desk, self._review = desk, review
        hint = self.tr("Point at a segment, or press N for the next doubtful one.")
        self._hint = QLabel(hint, alignment=Qt.AlignmentFlag.AlignCenter)
        self._hint.setWordWrap(True)
        self._rows = [_Row(place) for place in range(CANDIDATES)]
        keys = self.tr("Choose with Alt+1 to Alt+5.")
        self._keys = QLabel(keys, alignment=Qt.AlignmentFlag.AlignCenter)
        self._keys.setWordWrap(True)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(6, 6, 6, 6)
        layout.setSpacing(2)
        # before the rows are seen, too: or else the panel grew with the first question
        self.setMinimumWidth(self._rows[0].minimumSizeHint().width() + 12)
        layout.addWidget(self._hint)
        for row in self._rows:
            layout.addWidget(row)
            row.clicked.connect(self._on_clicked)
        layout.addWidget(self._keys)
        layout.addStretch()
        review.question_changed.connect(self._fill)
        desk.palette_changed.connect(self._fill)
        desk.sheets_changed.connect(self._fill)
        self._fill()

    def sizeHint(self) -> QSize:
        """Ask for room for all rows."""
        return QSize(270, CANDIDATES * (SIDE + 10) + 20)

    @Slot()
    def _fill(self) -> None:
        candidates, shown = self._review.candidates, self._desk.shown
        self._hint.setVisible(not candidates)
        self._keys.setVisible(bool(candidates) and not self._review.is_asking)
        for place, row in enumerate(self._rows):
            row.setVisible(place < len(candidates))
            if place < len(candidates) and shown is not None:
                each = candidates[place]
                row.show_candidate(
                    key=str(place + 1) if self._review.is_asking else "",
                    color=self._color(each),
                    chance=_word(each.chance),
                    source=self._source_name(each),
                    thumbnail=self._thumbnail(each),
                    is_shown=each.color_id == shown.colors[self._review.label - 1],
                )

    @Slot()
    def _on_clicked(self) -> None:
        self._review.choose(next(n for n, row in enumerate(self._rows) if row is self.sender()))

    def _color(self, candidate: Candidate) -> tuple[str, QPixmap]:
        color = self._desk.cut.palette.color(candidate.color_id)
        rgba = color.rgba if color else (0, 0, 0, 0)
        return color_title(color), swatch(rgba, size=_Row.SWATCH).pixmap(_Row.SWATCH)

    def _source_name(self, candidate: Candidate) -> str:
        if candidate.source in self._desk.cut.sheet_files:
            return candidate.source.name
        frames = self._desk.cut.frames
        names = (frame.path.stem for frame in frames if frame.id == candidate.source)
        return next(names, self.tr("no reference"))

    def _thumbnail(self, candidate: Candidate) -> QPixmap | None:
        """Draw the segment that speaks for a candidate; None where there is nothing to draw."""
        side, label = round(SIDE * self.devicePixelRatioF()), candidate.label
        if isinstance(candidate.source, SheetFiles):
            sheet = self._desk.sheets.get(candidate.source)
            if sheet is None or label > len(sheet.drawing.segments):
                return None  # not read yet, or drawn anew since
            segments = sheet.drawing.segments
            return segment_thumbnail(
                sheet.picture.view("<u4")[..., 0],
                sheet.drawing.line[..., 3],
                segments.label_map,
                label,
                box=tuple(segments.boxes[label - 1].tolist()),
                side=side,
            )
        if candidate.source is None:
            return None
        prediction = self._desk.prediction(candidate.source)
        shown = self._desk.frame_colors(candidate.source)
        if prediction is None or shown is None or len(shown.colors) != len(prediction.keys):
            return None
        rows, columns = np.nonzero(prediction.small_map == label)
        if not len(rows):
            return None  # too small to be seen in a preview
        x, y = int(columns.min()), int(rows.min())
        values = pack(self._desk.cut.palette.table())[np.append(np.int32(0), shown.colors)]
        return segment_thumbnail(
            values[prediction.small_map],
            prediction.small_line,
            prediction.small_map,
            label,
            box=(x, y, int(columns.max()) - x + 1, int(rows.max()) - y + 1),
            side=side,
        )


class _Row(QAbstractButton):
    """One candidate: its key, its colour, its words and what speaks for it."""

    SWATCH = QSize(34, 34)

    def __init__(self, place: int) -> None:
        super().__init__()
        self._key = self._name = self._chance = self._source = ""
        self._swatch = QPixmap()
        self._thumbnail: QPixmap | None = None
        self._is_shown = False
        self._place = place
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.setCursor(Qt.CursorShape.PointingHandCursor)

    def sizeHint(self) -> QSize:
        return QSize(200, max(SIDE, 3 * self.fontMetrics().height()) + 8)

    def minimumSizeHint(self) -> QSize:
        """Ask for room for every chance and colour code; what is longer may be shortened."""
        bold = self.font()
        bold.setBold(True)
        widths = [self.fontMetrics().horizontalAdvance(_word(least)) for least, _ in WORDS]
        widths.append(QFontMetrics(bold).horizontalAdvance(LONG_CODE))
        return QSize(TEXT_LEFT + max(widths) + TEXT_RIGHT, self.sizeHint().height())

    def text_room(self) -> QRect:
        return self.rect().adjusted(TEXT_LEFT, 0, -TEXT_RIGHT, 0)

    def show_candidate(
        self,
        *,
        key: str,
        color: tuple[str, QPixmap],
        chance: str,
        source: str,
        thumbnail: QPixmap | None,
        is_shown: bool,
    ) -> None:
        self._key, (self._name, self._swatch) = key, color
        self._chance, self._source = chance, source
        self._thumbnail, self._is_shown = thumbnail, is_shown
        self.setAccessibleName(
            self.tr("Candidate {place}: {color}, {chance}, {source}").format(
                place=self._place + 1, color=self._name, chance=chance, source=source
            )
        )
        self.setToolTip(self.tr("Give the segment this colour"))
        self.update()

    def paintEvent(self, event: QPaintEvent) -> None:  # noqa: ARG002
        painter = QPainter(self)
        box = self.rect().adjusted(0, 0, -1, -1)
        if self._is_shown or self.underMouse() or self.hasFocus():
            painter.fillRect(box, self.palette().button())
        if self._is_shown:
            painter.fillRect(QRect(0, 0, 3, self.height()), ACCENT)
        middle, bold = self.height() // 2, painter.font()
        bold.setBold(True)
        painter.setFont(bold)
        painter.setPen(self.palette().text().color())
        painter.drawText(QRect(8, 0, 14, self.height()), Qt.AlignmentFlag.AlignVCenter, self._key)
        painter.drawPixmap(SWATCH_LEFT, middle - self.SWATCH.height() // 2, self._swatch)
        room, height = self.text_room(), painter.fontMetrics().height()
        line = QRect(room.left(), middle - 3 * height // 2, room.width(), height)
        elide = Qt.TextElideMode.ElideRight
        painter.drawText(line, painter.fontMetrics().elidedText(self._name, elide, line.width()))
        bold.setBold(False)
        painter.setFont(bold)
        metrics = painter.fontMetrics()
        painter.drawText(line.translated(0, height), self._chance)
        painter.setPen(QColor("#b8b8b8"))
        source = metrics.elidedText(self._source, elide, line.width())
        painter.drawText(line.translated(0, 2 * height), source)
        if self._thumbnail is not None:
            target = QRect(self.width() - SIDE - 4, middle - SIDE // 2, SIDE, SIDE)
            painter.drawPixmap(target, self._thumbnail)


def _word(chance: float) -> str:
    word = next(word for least, word in WORDS if chance >= least)
    return QCoreApplication.translate("Candidate", word)
