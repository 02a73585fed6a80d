"""Teaching: what a person settled in some frames, and how it speaks in the others.

* A finished frame is a reference for the frames nearest to it, and lies on top of them.
* A correction in an unfinished frame runs along the track of its segment.
* Settled segments of a frame itself are certain there and speak for segments like them.

Everything is a function of drawings, sheets and paint; what is kept only saves time.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from core.beliefs import Ids, Reference
from core.cache import EncodedFrame
from core.drawings import EncodedFile
from core.edits import FramePaint, Mark
from core.encoders.scale import Scale
from core.matching import Matches, match
from core.motion import overlap
from core.palette import NO_COLOR
from core.tracks import links, tell

NEAREST = 3
"""So many finished frames are references of a frame."""

OVERLAPS_BYTES = 256 * 2**20
"""Overlaps kept in memory."""


@dataclass(frozen=True)
class Lesson:
    """What a person settled in one frame.

    Attributes:
        file: the frame.
        colors: `[L]` int32 palette ids, `NO_COLOR` elsewhere and where a colour was taken away.
        is_corrected: `[L]` bool: given by hand.
        is_finished: whether every segment is settled.
    """

    file: EncodedFile
    colors: Ids
    is_corrected: npt.NDArray[np.bool_]
    is_finished: bool

    @property
    def name(self) -> tuple[str, bytes]:
        """Changes with the drawing and with what was settled."""
        return self.file.digest, self.colors.tobytes()


@dataclass(frozen=True)
class Sheet:
    """A design sheet as a reference; `name` changes with its content and with its colours."""

    name: tuple[str, bytes]
    reference: Reference


@dataclass(frozen=True)
class Material:
    """All that frames of a clip are matched with.

    Attributes:
        cels: of the frames in order; frames of one cel are neighbours in time.
        find: gives the content of the frame at a position, None if it cannot be read.
        sheets: the design sheets.
        lessons: what was settled, by position of the frame.
    """

    cels: Sequence[str]
    find: Callable[[int], EncodedFile | None]
    sheets: Sequence[Sheet] = ()
    lessons: Mapping[int, Lesson] = field(default_factory=dict)


class Answer(NamedTuple):
    """The matches of a frame; their evidence is from the sheets, then from frames (positions)."""

    matches: Matches
    frames: tuple[int, ...]


def lesson(file: EncodedFile, paint: FramePaint) -> Lesson:
    """Find the painted segments of a frame by their keys."""
    count = len(file.encoded)
    colors, is_corrected = np.full(count, NO_COLOR, np.int32), np.zeros(count, bool)
    is_open = np.ones(count, bool)
    for key, given in paint.items():
        label = file.encoded.label_of.get(key)
        if label is not None:
            colors[label - 1], is_open[label - 1] = given.color_id, False
            is_corrected[label - 1] = given.mark is Mark.CORRECTED
    return Lesson(file, colors, is_corrected & (colors != NO_COLOR), not is_open.any())


class Teacher:
    """Matches frames with sheets and lessons, and remembers what it worked out."""

    def __init__(self, scale: Scale) -> None:
        """Begin with nothing, for the features of one encoder."""
        self._scale = scale
        self._overlaps: dict[tuple[str, str], npt.NDArray[np.float32] | None] = {}
        self._links: dict[tuple[str, str], tuple[Ids, Ids]] = {}
        self._matches: dict[tuple[str, str], tuple[object, Matches]] = {}

    def match(self, position: int, file: EncodedFile, material: Material) -> Answer:
        """Match the frame at a position, whose content is `file`."""
        lessons = material.lessons
        own = lessons.get(position)
        near = _nearest_finished(position, material)
        cel = material.cels[position]
        is_beside = bool(near) and material.cels[near[0]] == cel
        matches = self._match(
            (file, cel), own, [lessons[each] for each in near], material.sheets, is_beside
        )
        mine = () if own is None else (position,)

        told = self._told(position, file, material, heard={*near, *mine})
        told = {row: place for row, place in told.items() if own is None or not own.colors[row]}
        others = tuple(dict.fromkeys(other for other, _ in told.values()))
        if told:
            first = len(material.sheets) + len(near) + len(mine)
            colors = [lessons[other].colors[row] for other, row in told.values()]
            places = [(first + others.index(other), row) for other, row in told.values()]
            matches = tell(
                matches,
                np.array(list(told), np.int32),
                np.array(colors, np.int32),
                np.array(places, np.int32),
                self._scale,
            )
        return Answer(matches, (*near, *mine, *others))

    def track(
        self, position: int, file: EncodedFile, row: int, material: Material
    ) -> list[tuple[int, EncodedFrame, int]]:
        """Follow one segment through its cel: where it is found, in order, and its row there."""
        found = []
        for step, far in ((-1, position), (1, len(material.cels) - 1 - position)):
            for other, rows in self._along(position, file, material, step, far):
                there = material.find(other)
                if there is not None and rows[row] >= 0:
                    found.append((other, there.encoded, int(rows[row])))
        return sorted(found, key=lambda place: place[0])

    def _match(
        self,
        frame: tuple[EncodedFile, str],
        own: Lesson | None,
        near: Sequence[Lesson],
        sheets: Sequence[Sheet],
        is_beside: bool,
    ) -> Matches:
        """Match with the references, or remember what came out with the same ones."""
        file, cel = frame
        names = [*(sheet.name for sheet in sheets), *(lesson.name for lesson in near)]
        key = (is_beside, own and own.name, *names)
        known = self._matches.get((file.digest, cel))
        if known is not None and known[0] == key:
            return known[1]
        references = [sheet.reference for sheet in sheets]
        for number, each in enumerate(near):
            lies_on = self._overlap(file, each.file) if is_beside and number == 0 else None
            references.append(Reference(each.file.encoded, each.colors, lies_on))
        settled = None if own is None else own.colors
        matches = match(file.encoded, references, self._scale, settled)
        self._matches[file.digest, cel] = key, matches
        return matches

    def _told(
        self, position: int, file: EncodedFile, material: Material, *, heard: set[int]
    ) -> dict[int, tuple[int, int]]:
        """Find the nearest correction on the track of every segment of a frame.

        Frames in `heard` speak already. Of two that are equally near the later one counts.

        Returns:
            By row, the position of the frame and the row there.
        """
        found: dict[int, tuple[int, int]] = {}
        teaching = [
            each
            for each, known in material.lessons.items()
            if each not in heard and known.is_corrected.any()
        ]
        for step in (1, -1):
            far = max((step * (each - position) for each in teaching), default=0)
            for other, rows in self._along(position, file, material, step, far):
                if other not in teaching:
                    continue
                is_corrected = material.lessons[other].is_corrected
                for row in np.flatnonzero((rows >= 0) & is_corrected[rows]).tolist():
                    if row not in found or abs(other - position) < abs(found[row][0] - position):
                        found[row] = other, int(rows[row])
        return found

    def _along(
        self, position: int, file: EncodedFile, material: Material, step: int, far: int
    ) -> Iterator[tuple[int, Ids]]:
        """Follow all segments of a frame for some frames, up to the end of the cel.

        Yields:
            The position of every frame on the way, and `[L]` int32 rows there, -1 for lost ones.
        """
        rows = np.arange(len(file.encoded), dtype=np.int32)
        for other in range(position + step, position + step * (far + 1), step):
            there = material.find(other)
            if there is None or material.cels[other] != material.cels[position]:
                return
            onward = self._link(file, there)[0] if step > 0 else self._link(there, file)[1]
            rows = np.where(rows >= 0, onward[rows], -1) if len(onward) else rows
            yield other, rows
            file = there

    def _link(self, earlier: EncodedFile, later: EncodedFile) -> tuple[Ids, Ids]:
        key = (earlier.digest, later.digest)
        if key not in self._links:
            lies_on = self._overlap(earlier, later)
            onward = links(earlier.encoded, later.encoded, lies_on, self._scale)
            back = np.full(len(later.encoded), -1, np.int32)
            back[onward[onward >= 0]] = np.flatnonzero(onward >= 0)
            self._links[key] = onward, back
        return self._links[key]

    def _overlap(self, target: EncodedFile, other: EncodedFile) -> npt.NDArray[np.float32] | None:
        key = (target.digest, other.digest)
        if key not in self._overlaps:
            self._overlaps[key] = overlap(target.encoded, other.encoded)
            used = sum(each.nbytes for each in self._overlaps.values() if each is not None)
            while used > OVERLAPS_BYTES and len(self._overlaps) > 1:
                gone = self._overlaps.pop(next(iter(self._overlaps)))
                used -= 0 if gone is None else gone.nbytes
        return self._overlaps[key]


def _nearest_finished(position: int, material: Material) -> list[int]:
    """Return the positions of the nearest finished frames, those of the same cel first."""
    cel = material.cels[position]
    finished = (
        each
        for each, known in material.lessons.items()
        if known.is_finished and each != position and (known.colors != NO_COLOR).any()
    )
    order = lambda each: (material.cels[each] != cel, abs(each - position), each)  # noqa: E731
    return sorted(finished, key=order)[:NEAREST]
