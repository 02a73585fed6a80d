"""Jobs and answers: the frozen values that cross between whoever asks and the engine."""

from collections.abc import Mapping, Set
from dataclasses import dataclass, field
from pathlib import Path
from threading import Event

import numpy as np
import numpy.typing as npt

from core.clip import Clip
from core.edits import FramePaint, SegmentKey
from core.images import Image
from core.matching import Matches
from core.models import Imported, ModelState, Progress, Refused
from core.paint import TraceRule
from core.palette import Palette, Rgba, unpack
from core.redrawn import Moved
from core.segments import Segments
from core.sheets import LineColor, SheetFiles


@dataclass(frozen=True)
class FrameFile:
    """A frame as the engine knows it.

    Attributes:
        id: the project's number for it.
        path: the drawing.
        cel: frames of one cel are neighbours in time.
        digest: what the drawing's content was when paint was last given to it, None if never seen.
    """

    id: int
    path: Path
    cel: str = ""
    digest: str | None = None


# ---------------------------------------------------------------- jobs


@dataclass(frozen=True)
class Job:
    """A piece of work; set `stop` from any thread and it ends soon, inside a frame too."""

    stop: Event = field(default_factory=Event, kw_only=True, compare=False, repr=False)


@dataclass(frozen=True)
class OpenClip(Job):
    """Look what a folder (or the folder of a drawing) holds. Answer: `ClipOpened`."""

    folder: Path


@dataclass(frozen=True)
class FindSheets(Job):
    """Look which design sheets are among chosen files and folders. Answer: `SheetsFound`.

    A painted frame of the clip (same name and size as one of its `frames`) is a sheet, too: its
    lines are those of the frame.
    """

    paths: tuple[Path, ...]
    frames: tuple[FrameFile, ...] = ()


@dataclass(frozen=True)
class ReadSheets(Job):
    """Read design sheets. Answers: `SheetRead` or `LinesUnclear` each."""

    sheets: tuple[SheetFiles, ...]


@dataclass(frozen=True)
class ShowFrame(Job):
    """Read and segment one drawing. Answer: `FrameShown`."""

    frame: FrameFile


@dataclass(frozen=True)
class Predict(Job):
    """Predict every frame of a clip, the first wanted one first, then outwards.

    Attributes:
        revision: comes back with every answer; answers to an older question can be dropped.
        paint: by frame id, what a person settled; it teaches and is never predicted over.
        first: position in `frames` to begin with.
        painted: by frame id, all segments with a history, to be found again in a redrawn frame;
            without it those that are settled.
    """

    revision: int
    frames: tuple[FrameFile, ...]
    sheets: tuple[SheetFiles, ...]
    palette: Palette
    paint: Mapping[int, FramePaint] = field(default_factory=dict)
    first: int = 0
    painted: Mapping[int, Set[SegmentKey]] = field(default_factory=dict)


@dataclass(frozen=True)
class FindElsewhere(Job):
    """Look where a segment is in the other frames. Answer: `FoundElsewhere`.

    Attributes:
        frames: of the clip, in order.
        position: of the segment's frame among them.
        label: of the segment.
    """

    frames: tuple[FrameFile, ...]
    position: int
    label: int


@dataclass(frozen=True)
class Export(Job):
    """Predict what is not known yet and write every frame. Answers: `Exported`, `ExportDone`."""

    predict: Predict
    folder: Path
    trace: TraceRule = "darker"


@dataclass(frozen=True)
class UseModel(Job):
    """Go on with another model, or on another device. Answer: `ModelReady`."""

    name: str
    device: str


@dataclass(frozen=True)
class ListModels(Job):
    """Look which models are here. Answer: `ModelsListed`."""


@dataclass(frozen=True)
class ListDevices(Job):
    """Look what networks can run on here. Answer: `DevicesFound`."""


@dataclass(frozen=True)
class ImportModels(Job):
    """Import files of weights. Answers: `models.Progress`, then `Imported` or `Refused` each."""

    paths: tuple[Path, ...]


@dataclass(frozen=True)
class FetchModel(Job):
    """Download the weights of a backbone; only ever because a person asked. Answers as above."""

    name: str


# ---------------------------------------------------------------- answers


@dataclass(frozen=True)
class Notice:
    """One sentence for the person: which file, what is wrong, what to do."""

    text: str


@dataclass(frozen=True)
class ClipOpened:
    """A clip and the design sheets that lie beside it."""

    clip: Clip
    sheets: tuple[SheetFiles, ...]


@dataclass(frozen=True)
class SheetsFound:
    """Design sheets, not read yet."""

    sheets: tuple[SheetFiles, ...]


@dataclass(frozen=True)
class Drawing:
    """A line image in normal form and its segments; `digest` names its content."""

    digest: str
    line: Image
    segments: Segments


@dataclass(frozen=True)
class Sheet:
    """A design sheet, read: one packed colour per segment `[L]` uint32, and the picture itself."""

    drawing: Drawing
    colors: npt.NDArray[np.uint32]
    picture: Image

    def palette_colors(self) -> list[Rgba]:
        """Return its distinct colours, those that cover most pixels first."""
        values, which = np.unique(self.colors, return_inverse=True)
        area = np.bincount(which, weights=self.drawing.segments.areas)
        order = np.argsort(-area, kind="stable")
        return [unpack(int(values[index])) for index in order]


@dataclass(frozen=True)
class SheetRead:
    """A design sheet is ready."""

    files: SheetFiles
    sheet: Sheet


@dataclass(frozen=True)
class LinesUnclear:
    """The line colours of a coloured drawing must be chosen by a person."""

    files: SheetFiles
    candidates: tuple[LineColor, ...]
    picture: Image


@dataclass(frozen=True)
class FrameShown:
    """A frame is ready for the canvas."""

    frame_id: int
    drawing: Drawing


@dataclass(frozen=True)
class Prediction:
    """One frame, predicted.

    Attributes:
        keys: of its L segments, in label order.
        bands: `[L]` int8, a `Band` each.
        sources: where evidence is from: a design sheet, or the id of a frame (this one too).
        evidence: `[L, K, 2]` int32: of every candidate of the matches which source speaks for it,
            and the label of the segment there; -1 where there is none.
        small_map: `[h, w]` int32 and small_line `[h, w]` uint8, see `EncodedFrame`.
        moved: what painted segments are called now if the drawing changed since paint was given.
        notice: what a person should know of this drawing, once.
    """

    revision: int
    frame_id: int
    digest: str
    keys: tuple[SegmentKey, ...]
    matches: Matches
    bands: npt.NDArray[np.int8]
    sources: tuple[int | SheetFiles, ...]
    evidence: npt.NDArray[np.int32]
    small_map: npt.NDArray[np.int32]
    small_line: npt.NDArray[np.uint8]
    moved: Moved = field(default_factory=dict)
    notice: str | None = None


@dataclass(frozen=True)
class FoundElsewhere:
    """Where a segment of a frame is in other frames: their ids and its keys there, in order."""

    frame_id: int
    label: int
    places: tuple[tuple[int, SegmentKey], ...]


@dataclass(frozen=True)
class FrameFailed:
    """A frame could not be read; the rest of the clip goes on."""

    frame_id: int
    text: str


@dataclass(frozen=True)
class ModelReady:
    """This model is in use now: the device that was asked for, and the one it computes on."""

    name: str
    asked: str
    device: str


@dataclass(frozen=True)
class ModelsListed:
    """The known models and their states."""

    states: tuple[ModelState, ...]


@dataclass(frozen=True)
class DevicesFound:
    """The devices there are, by name, as in `--device`."""

    names: tuple[str, ...]


@dataclass(frozen=True)
class Exported:
    """One frame is on disk."""

    frame_id: int
    path: Path
    unpainted: int


@dataclass(frozen=True)
class ExportDone:
    """What an export wrote: frames, the segments left transparent, and frames that failed."""

    folder: Path
    frames: int
    segments: int
    unpainted: int
    failed: tuple[str, ...]


Answer = (
    Notice
    | ClipOpened
    | SheetsFound
    | SheetRead
    | LinesUnclear
    | FrameShown
    | Prediction
    | FoundElsewhere
    | FrameFailed
    | ModelReady
    | ModelsListed
    | DevicesFound
    | Progress
    | Imported
    | Refused
    | Exported
    | ExportDone
)
