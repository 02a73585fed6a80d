"""Review: asks about one doubtful segment after the other, and tells what an answer changed."""

from collections.abc import Iterable
from dataclasses import dataclass

from PySide6.QtCore import QCoreApplication, QObject, QTimer, Signal, Slot

from app import tools
from app.desk import Desk
from app.language import QT_TRANSLATE_NOOP
from app.queue import Filter, Order, arrange, following
from app.shown import Recolored
from core.doubts import Doubt, find_doubts
from core.edits import Edit, SegmentKey
from core.palette import NO_COLOR
from core.sheets import SheetFiles

COLLECT_MS = 100
"""So long after a frame was painted the queue is put in order: a prediction paints many frames."""


@dataclass(frozen=True)
class Candidate:
    """A colour that a segment could have.

    Attributes:
        chance: 0 to 1.
        source: the frame (its id) or design sheet that speaks for it, None if there is none.
        label: of the segment there.
    """

    color_id: int
    chance: float
    source: int | SheetFiles | None
    label: int


@dataclass(frozen=True)
class Change:
    """A segment that got another colour because of the last answer."""

    frame_id: int
    label: int
    before: int
    after: int


@dataclass(frozen=True)
class Place:
    """A segment of another frame, and the colour that it shows now."""

    frame_id: int
    frame_name: str
    key: SegmentKey
    color_id: int


class Review(QObject):
    """The queue of doubts, the segment in question, and the consequences of the last answer."""

    queue_changed = Signal()
    question_changed = Signal()  # another segment is looked at, or shown or offered otherwise
    changes_changed = Signal()

    def __init__(self, desk: Desk) -> None:
        """Follow a desk."""
        super().__init__(desk)
        self._desk = desk
        self.order = Order.FRAMES
        self.filter = Filter.ALL
        self.queue: list[Doubt] = []
        self.changes: list[Change] = []
        self.candidates: tuple[Candidate, ...] = ()
        self.label = 0
        self._asked: Doubt | None = None
        self._hovered = 0
        self._collecting = QTimer(self, singleShot=True, interval=COLLECT_MS)
        self._collecting.timeout.connect(self._collect)
        # a click selects and paints: the canvas comes first, then the panels, once
        self._telling = QTimer(self, singleShot=True, interval=0)
        self._telling.timeout.connect(self.question_changed)
        desk.frames_painted.connect(self._on_painted)
        desk.cut_changed.connect(self._on_cut)
        desk.cut.taken.connect(self._forget)
        desk.cut.opened.connect(self._forget)
        desk.color_changed.connect(self._on_color)
        desk.segment_changed.connect(self._on_selected)
        desk.edited.connect(self._on_edited)
        desk.recolored.connect(self._on_recolored)

    @property
    def is_asking(self) -> bool:
        """Whether the selected segment came up in the review: keys 1 to 5 answer then."""
        return self._asked is not None and self._asked.label == self._desk.label

    @property
    def _is_on_its_way(self) -> bool:
        """Whether the drawing of the segment that was asked about is still to come."""
        asked, desk = self._asked, self._desk
        return asked is not None and asked.position == desk.position and not desk.label

    # ------------------------------------------------------------ the way through the doubts

    def arrange(self, order: Order, wanted: Filter) -> None:
        """Ask in another order, or about others."""
        self.order, self.filter = order, wanted
        self._collect()

    def next(self, by: int) -> None:
        """Ask about the next (1) or previous (-1) doubtful segment, round and round."""
        if self._collecting.isActive():
            self._collect()
        here = self._asked if self.is_asking or self._is_on_its_way else None
        doubt = following(self.queue, self.order, position=self._desk.position, here=here, by=by)
        if doubt is not None:
            self.ask(doubt)
        elif self._desk.cut.frames:
            self._desk.hinted.emit(self._nothing())

    def _nothing(self) -> str:
        if not self._desk.has_colors:
            return self.tr("There are no colours yet: add design sheets, or wait for them.")
        if any(self._desk.is_awaited(frame.id) for frame in self._desk.cut.frames):
            return self.tr("Nothing is doubtful so far; not all frames are predicted yet.")
        if self.filter is Filter.ALL:
            return self.tr("Nothing is doubtful in this clip.")
        name = QCoreApplication.translate("Filter", self.filter.value)
        return self.tr("Nothing is doubtful in this clip with the filter “{}”.").format(name)

    def ask(self, doubt: Doubt) -> None:
        """Turn to a doubtful segment."""
        self._desk.go_to(doubt.position, doubt.label)
        self._asked = doubt
        self._look()

    # ------------------------------------------------------------ answers

    def accept(self) -> None:
        """Accept the selected segment and go on to the next doubtful one."""
        text = QT_TRANSLATE_NOOP("Edit", "Accept segment")
        if self._desk.label and self._accept([self._desk.label], text):
            self.next(1)

    def accept_frame(self) -> None:
        """Accept what is left in the current frame and go on to the next one with a doubt."""
        shown = self._desk.shown
        if shown is None:
            return
        text = QT_TRANSLATE_NOOP("Edit", "Accept frame")
        if not self._accept(range(1, len(shown.colors) + 1), text):
            return
        left = int((shown.is_unpainted).sum())
        if left:
            name = self._desk.cut.frames[self._desk.position].path.stem
            said = self.tr("{name} is not finished: {count} without colour.")
            self._desk.noticed.emit(said.format(name=name, count=left))
        self._collect()
        later = [each for each in self.queue if each.position > self._desk.position]
        others = later or [each for each in self.queue if each.position != self._desk.position]
        if others:
            first = min(each.position for each in others)
            self.ask(next(each for each in others if each.position == first))

    def choose(self, place: int) -> None:
        """Give the segment that is looked at the candidate colour at this place."""
        if place < len(self.candidates):
            color_id = self.candidates[place].color_id
            if self.label != self._desk.label:
                self._desk.select(self.label)  # it was only under the cursor
            shown = self._desk.shown
            if shown is not None and color_id == shown.colors[self.label - 1]:
                self._accept([self.label], QT_TRANSLATE_NOOP("Edit", "Accept segment"))
            else:
                self._desk.give(self.label, color_id)

    def next_candidate(self) -> None:
        """Give the selected segment the next of its candidate colours, round and round."""
        shown = self._desk.shown
        if shown is None or self.label != self._desk.label or len(self.candidates) < 2:
            return
        offered = [each.color_id for each in self.candidates]
        now = int(shown.colors[self.label - 1])
        place = offered.index(now) + 1 if now in offered else 0
        self._desk.give(self.label, offered[place % len(offered)])

    def find_elsewhere(self) -> None:
        """Look where the selected segment is in other frames, to give them its colour."""
        label, shown = self._desk.label, self._desk.shown
        if label and shown is not None and shown.colors[label - 1] != NO_COLOR:
            self._desk.find_elsewhere(label)
        else:
            self._desk.hinted.emit(
                self.tr("Select a segment that has a colour first, with N or a click.")
            )

    def unsettled(self, places: Iterable[tuple[int, SegmentKey]]) -> list[Place]:
        """Return the segments that nobody settled yet, with the colours that they show, if any."""
        names = {frame.id: frame.path.stem for frame in self._desk.cut.frames}
        found = []
        for frame_id, key in places:
            shown = self._desk.frame_colors(frame_id)
            if frame_id not in names or key in self._desk.cut.paint(frame_id):
                continue
            if shown is None:  # not predicted yet
                found.append(Place(frame_id, names[frame_id], key, NO_COLOR))
            elif key in shown.keys:
                color_id = int(shown.colors[shown.keys.index(key)])
                found.append(Place(frame_id, names[frame_id], key, color_id))
        return found

    def apply_elsewhere(self, places: Iterable[Place], color_id: int) -> None:
        """Give segments of other frames a colour, as one step."""
        chosen = [(place.frame_id, place.key, place.color_id) for place in places]
        self._desk.apply(tools.apply_elsewhere(chosen, color_id))

    def _accept(self, labels: Iterable[int], text: str) -> bool:
        """Accept what is shown of some labels; False if that could not be written."""
        shown, frame_id = self._desk.shown, self._desk.frame_id
        if shown is None or frame_id is None or not self._desk.prediction(frame_id):
            return True
        edit: Edit | None = tools.accept(shown, frame_id, labels, text)
        return edit is None or self._desk.apply(edit)

    # ------------------------------------------------------------ looking

    @Slot(int)
    def hover(self, label: int) -> None:
        """Look at the segment under the cursor while none is asked about."""
        self._hovered = label
        if not self.is_asking:
            self._look()

    @Slot()
    def _on_selected(self) -> None:
        if not self.is_asking:
            self._asked = None
        self._look()

    def _look(self) -> None:
        label = self._desk.label if self.is_asking or not self._hovered else self._hovered
        is_settled = self._is_settled(label)
        if is_settled and self.candidates and label == self.label:
            return  # what was offered stays in its order while a person tries the colours
        self.label, self.candidates = label, self._offer(label)
        self._telling.start()

    def _is_settled(self, label: int) -> bool:
        shown = self._desk.shown
        return bool(label and shown is not None and shown.marks[label - 1])

    def _offer(self, label: int) -> tuple[Candidate, ...]:
        frame_id = self._desk.frame_id
        prediction = self._desk.prediction(frame_id) if frame_id is not None else None
        if not label or prediction is None or self._desk.shown is None:
            return ()
        matches, row = prediction.matches, label - 1
        return tuple(
            Candidate(color_id, chance, prediction.sources[source] if source >= 0 else None, there)
            for color_id, chance, (source, there) in zip(
                matches.candidates[row].tolist(),
                matches.chances[row].tolist(),
                prediction.evidence[row].tolist(),
                strict=True,
            )
            if color_id != NO_COLOR
        )

    # ------------------------------------------------------------ keeping up

    @Slot(object)
    def _on_painted(self, frame_ids: frozenset[int]) -> None:
        if not self._collecting.isActive():
            self._collecting.start()
        if self._desk.frame_id in frame_ids:
            self._look()
            self._telling.start()

    @Slot()
    def _forget(self) -> None:
        """Another cut, or other frames in it: what is only saved elsewhere goes on as it was."""
        self._asked, self.changes = None, []
        self.changes_changed.emit()

    @Slot()
    def _on_cut(self) -> None:
        self._collecting.start()
        self._look()

    @Slot()
    def _on_color(self) -> None:
        if self.filter is Filter.COLOR:
            self._collecting.start()

    @Slot()
    def _on_edited(self) -> None:
        self.changes = []
        self.changes_changed.emit()

    @Slot(object)
    def _on_recolored(self, recolored: Recolored) -> None:
        self.changes += [
            Change(recolored.frame_id, label, before, after)
            for label, before, after in recolored.segments
        ]
        self.changes_changed.emit()

    @Slot()
    def _collect(self) -> None:
        self._collecting.stop()
        desk = self._desk
        ids = [frame.id for frame in desk.cut.frames]
        frames = [(desk.prediction(each), desk.frame_colors(each)) for each in ids]
        queue = arrange(find_doubts(frames), self.order, self.filter, desk.color_id)
        if queue != self.queue:
            self.queue = queue
            self.queue_changed.emit()
