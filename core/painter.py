"""The painter: a simulated person who brings a clip to its true colours, and counts the clicks.

The person starts from the given references, looks at each segment once, accepts what is right and
corrects what is wrong with one click: first what the program doubts, in the order of its review
queue, then the others, the least sure first. Everything that the program does meanwhile is
`Engine.predict`, asked as the window asks it; to save time it is asked again only after a
correction, not after every acceptance.

Counted are foreground segments (true colour not transparent) of more than `THRESHOLD` pixels. The
person settles the others, too, uncounted, so that a finished frame is right.

Source: the simulated painter of the Shiage laboratory (`matching.md` 4.6).
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from threading import Event
from typing import Literal

import numpy as np
import numpy.typing as npt

from core.clip import ClipError, sheet_folder
from core.doubts import find_doubts
from core.edits import FramePaint, Mark, Paint
from core.encoders import Stopped
from core.engine import Engine
from core.images import ImageError
from core.jobs import (
    Drawing,
    FrameFailed,
    FrameFile,
    FrameShown,
    Predict,
    Prediction,
    ReadSheets,
    SheetRead,
    ShowFrame,
)
from core.metrics import THRESHOLD
from core.palette import Palette, unpack
from core.sheets import SheetError, SheetFiles, find_sheets, segment_colors
from core.shown import FrameColors, show
from core.truth import TruthError, open_whole_clip, read_truth

Order = Literal["frames", "doubt"]
ORDERS: tuple[Order, ...] = ("frames", "doubt")

Ids = npt.NDArray[np.int32]


@dataclass(frozen=True)
class Session:
    """How a clip was painted.

    Attributes:
        clip: its name.
        frames: how many were painted; those given are not counted.
        bucket: counted segments: the clicks with a plain bucket.
        unaided: clicks if corrections taught nothing.
        clicks: corrections that were needed.
        looks: at counted segments, up to the last that was wrong (of each frame, in frame order).
        curve: the share of counted segments that are shown right, before the first click and
            after each.
    """

    clip: str
    frames: int
    bucket: int
    unaided: int
    clicks: int
    looks: int
    curve: tuple[float, ...]


def paint_clip(
    engine: Engine,
    folder: Path,
    *,
    order: Order = "frames",
    from_sheets: bool = True,
    shots: int = 1,
    stop: Event | None = None,
) -> Session:
    """Paint a clip in the PaintBucket-Character layout.

    Args:
        engine: has the model.
        folder: the clip.
        order: `frames`: one after the other; `doubt`: jump about, to what is most worth an answer
            in the whole clip.
        from_sheets: start from design sheets, else from the first frame, painted.
        shots: number of sheets, 0 for all.
        stop: ends it, inside a drawing too.

    Raises:
        TruthError: if the clip lacks what this needs.
        Stopped: if `stop` was set.
    """
    try:
        painter = _Painter(
            engine, folder, from_sheets=from_sheets, shots=shots, stop=stop or Event()
        )
    except (ClipError, ImageError, SheetError) as error:
        raise TruthError(str(error)) from error
    return painter.paint_frames() if order == "frames" else painter.paint_by_doubt()


class _Painter:
    def __init__(
        self, engine: Engine, folder: Path, *, from_sheets: bool, shots: int, stop: Event
    ) -> None:
        self._engine, self._folder, self._stop = engine, folder, stop
        clip = open_whole_clip(folder)
        self._frames = tuple(
            FrameFile(number, frame.path, frame.cel) for number, frame in enumerate(clip.frames)
        )
        self._sheets, palette = self._read_sheets(shots) if from_sheets else ((), Palette())
        drawings = [self._drawing(frame) for frame in self._frames]
        packed = [
            segment_colors(each.segments.label_map, read_truth(frame.path, each.line))
            for each, frame in zip(drawings, self._frames, strict=True)
        ]
        values = np.unique(np.concatenate(packed))
        self._palette = palette.with_colors([unpack(int(value)) for value in values])
        ids = np.array([self._palette.id_of(unpack(int(value))) for value in values], np.int32)
        self._keys = [each.segments.keys for each in drawings]
        self._truth = [ids[np.searchsorted(values, each)] for each in packed]
        self._counts = [
            (each.segments.areas > THRESHOLD) & (colors != 0)
            for each, colors in zip(drawings, packed, strict=True)
        ]
        self._looked = [each.segments.areas <= THRESHOLD for each in drawings]
        self._settled = [np.zeros(len(each), bool) for each in self._truth]
        self._paint: dict[int, FramePaint] = {}
        self._predicted: dict[int, Prediction] = {}
        self._shown: dict[int, FrameColors] = {}
        self._clicks, self._curve = 0, list[float]()
        if not from_sheets:
            self._finish(0)
        self._open = [n for n in range(len(self._frames)) if from_sheets or n]

    def _drawing(self, frame: FrameFile) -> Drawing:
        (answer,) = self._engine.run(ShowFrame(frame))
        if isinstance(answer, FrameFailed):
            raise TruthError(answer.text)
        assert isinstance(answer, FrameShown)
        return answer.drawing

    def _read_sheets(self, shots: int) -> tuple[tuple[SheetFiles, ...], Palette]:
        beside = sheet_folder(self._folder)
        files = find_sheets([beside])[0][: shots or None] if beside else ()
        if not files:
            raise TruthError(
                f"{self._folder} has no design sheets in ref/line and ref/gt; start from the first "
                "frame (--setting first-frame)."
            )
        palette = Palette()
        for answer in self._engine.run(ReadSheets(files)):
            if not isinstance(answer, SheetRead):
                raise TruthError(f"A design sheet of {self._folder} cannot be read; mend it.")
            palette = palette.with_colors(answer.sheet.palette_colors())
        return files, palette

    def paint_frames(self) -> Session:
        unaided, looks = self._begin(), 0
        for position in self._open:
            self._look_again(position)
            seen = last = 0
            while (place := self._next([position])) is not None:
                seen += bool(self._counts[position][place[1]])
                if self._settle(*place):
                    last = seen
                    self._predict(position)
            looks += last
            self._finish(position)
        return self._session(unaided, looks)

    def paint_by_doubt(self) -> Session:
        unaided, seen, last = self._begin(), 0, 0
        while (place := self._next(self._open)) is not None:
            position, row = place
            seen += bool(self._counts[position][row])
            is_wrong = self._settle(position, row)
            is_finished = bool(self._looked[position].all())
            if is_finished:
                self._finish(position)
            if is_wrong:
                last = seen
            if is_wrong or is_finished:
                self._look_again(position)
        return self._session(unaided, last)

    def _begin(self) -> int:
        """Predict the clip and count what is wrong in it."""
        self._look_again(0)
        wrong = [
            (self._predicted[n].matches.colors != self._truth[n]) & self._counts[n]
            for n in self._open
        ]
        return int(sum(each.sum() for each in wrong))

    def _next(self, positions: Sequence[int]) -> tuple[int, int] | None:
        """Return position and row of what is looked at next, None if all has been looked at."""
        frames = [(self._predicted.get(n), self._shown.get(n)) for n in range(len(self._frames))]
        doubts = [
            each
            for each in find_doubts(frames)
            if each.position in positions and not self._looked[each.position][each.label - 1]
        ]
        if doubts:
            first = min(doubts, key=lambda each: each.rank)
            return first.position, first.label - 1
        left = [(n, int(row)) for n in positions for row in np.flatnonzero(~self._looked[n])]
        return min(left, key=lambda place: self._confidence(*place), default=None)

    def _confidence(self, position: int, row: int) -> float:
        return float(self._predicted[position].matches.confidence[row])

    def _settle(self, position: int, row: int) -> bool:
        """Look at a segment: accept it, or correct it with a click; whether it was wrong."""
        truth = int(self._truth[position][row])
        is_wrong = int(self._predicted[position].matches.colors[row]) != truth
        self._looked[position][row] = True
        mark = Mark.CORRECTED if is_wrong else Mark.ACCEPTED
        self._put(position, {row: mark})
        if is_wrong and self._counts[position][row]:
            self._clicks += 1
            self._curve.append(0)  # until its consequences are known
        return is_wrong

    def _finish(self, position: int) -> None:
        """Settle what is left of a frame: specks."""
        self._looked[position][:] = True
        left = np.flatnonzero(~self._settled[position]).tolist()
        self._put(position, dict.fromkeys(left, Mark.ACCEPTED))

    def _put(self, position: int, marks: Mapping[int, Mark]) -> None:
        keys, truth = self._keys[position], self._truth[position]
        added = {keys[row]: Paint(int(truth[row]), mark) for row, mark in marks.items()}
        self._paint[position] = {**self._paint.get(position, {}), **added}
        self._settled[position][list(marks)] = True
        if position in self._predicted:
            self._show(position)

    def _share_right(self) -> float:
        right = total = 0
        for position in self._open:
            is_right = self._predicted[position].matches.colors == self._truth[position]
            is_right = (is_right | self._settled[position])[self._counts[position]]
            right, total = right + int(is_right.sum()), total + len(is_right)
        return right / max(total, 1)

    def _predictions(self, first: int) -> Iterator[Prediction]:
        paint = dict(self._paint)
        job = Predict(0, self._frames, self._sheets, self._palette, paint, first, stop=self._stop)
        for answer in self._engine.predict(job):
            if isinstance(answer, Prediction):
                yield answer
        if self._stop.is_set():  # the answers above are not all
            raise Stopped

    def _predict(self, position: int) -> None:
        self._take(next(self._predictions(position)))
        self._curve[-1] = self._share_right()

    def _look_again(self, position: int) -> None:
        for prediction in self._predictions(position):
            self._take(prediction)
        self._curve[-1:] = [self._share_right()]

    def _take(self, prediction: Prediction) -> None:
        self._predicted[prediction.frame_id] = prediction
        self._show(prediction.frame_id)

    def _show(self, position: int) -> None:
        self._shown[position] = show(self._predicted[position], self._paint.get(position, {}))

    def _session(self, unaided: int, looks: int) -> Session:
        self._curve[-1] = self._share_right()
        return Session(
            clip=self._folder.name,
            frames=len(self._open),
            bucket=int(sum(self._counts[n].sum() for n in self._open)),
            unaided=unaided,
            clicks=self._clicks,
            looks=looks,
            curve=tuple(self._curve),
        )
