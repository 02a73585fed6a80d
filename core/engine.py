"""The engine: drawings are segmented, encoded, matched against the references and exported.

Read `Engine.predict` and you have understood the program. Everything here runs in one worker
thread (or on the command line), takes frozen jobs and yields answers, one frame at a time.
"""

import hashlib
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from core.cache import EncodedFrame, FrameCache, encoded_frame
from core.clip import ClipError, open_clip, sheet_folder
from core.edits import SegmentKey, settle
from core.encoders import Encoder
from core.export import ExportError, export_frame, prepare_folder
from core.images import ImageError, read_image, read_line_image, read_size
from core.jobs import (
    Answer,
    ClipOpened,
    Drawing,
    Export,
    ExportDone,
    Exported,
    FindSheets,
    FrameFailed,
    FrameFile,
    FrameShown,
    Job,
    LinesUnclear,
    Notice,
    OpenClip,
    Predict,
    Prediction,
    ReadSheets,
    Sheet,
    SheetRead,
    SheetsFound,
    ShowFrame,
)
from core.matching import Reference, bands, match, overlap
from core.paint import paint
from core.palette import NO_COLOR, Palette, unpack
from core.segments import segment
from core.sheets import (
    AmbiguousLinesError,
    SheetError,
    SheetFiles,
    find_sheets,
    read_sheet,
    segment_colors,
)

DRAWINGS_BYTES = 512 * 2**20
"""Line images and label maps kept in memory: some thirty drawings of 1920 x 1080."""


class Engine:
    """One encoder, its cache, and the work that can be asked of them."""

    def __init__(self, encoder: Encoder, cache_folder: Path) -> None:
        """Use an encoder and a folder for what it computed."""
        self._encoder = encoder
        self._cache = FrameCache(cache_folder)
        self._drawings: dict[str, Drawing] = {}  # by digest, the latest used last
        self._digests: dict[Path, tuple[tuple[int, int], str]] = {}
        self._sheets: dict[tuple[SheetFiles, str], Sheet] = {}

    def run(self, job: Job) -> Iterator[Answer]:
        """Do a job; what the person can set right comes as `Notice`, never as an exception."""
        match job:
            case OpenClip():
                return self._open_clip(job)
            case FindSheets():
                return self._find_sheets(job)
            case ReadSheets():
                return self._read_sheets(job)
            case ShowFrame():
                return self._show_frame(job)
            case Predict():
                return self.predict(job)
            case Export():
                return self._export(job)
        raise AssertionError(job)

    # ------------------------------------------------------------ the main flow

    def predict(self, job: Predict) -> Iterator[Prediction | FrameFailed | Notice]:
        """Predict a clip frame by frame; with all features cached this is the re-ranking."""
        sheets: list[Reference] = []
        for files in job.sheets:
            try:
                sheets.append(self._sheet_reference(self._sheet(files), job.palette))
            except (ImageError, SheetError) as error:
                sheets.append(self._no_reference())
                yield Notice(str(error))
        taught = self._taught(job)

        for position in outwards(len(job.frames), job.first):
            if job.stop.is_set():
                return
            frame = job.frames[position]
            try:
                yield self._predict_frame(job, position, sheets, taught)
            except ImageError as error:
                yield FrameFailed(frame.id, str(error))

    def _predict_frame(
        self, job: Predict, position: int, sheets: list[Reference], taught: "dict[int, _Taught]"
    ) -> Prediction:
        frame = job.frames[position]
        digest, encoded = self._encoded_file(frame.path)
        references = []  # of equal similarities the first decides: a person before any sheet
        for other, known in taught.items():
            is_neighbour = abs(other - position) == 1 and job.frames[other].cel == frame.cel
            references.append(
                self._with_overlap(known, encoded, job.frames[other].path)
                if is_neighbour
                else known.reference
            )
        matches = match(encoded.features, [*references, *sheets])
        return Prediction(
            revision=job.revision,
            frame_id=frame.id,
            digest=digest,
            keys=encoded.keys,
            matches=matches,
            bands=bands(matches, self._encoder.scale),
            small_map=encoded.small_map,
            small_line=encoded.small_line,
            moved=self._moved(frame, digest, job),
            notice=_peculiarity(frame.path.name, encoded),
        )

    # ------------------------------------------------------------ references

    def _sheet_reference(self, sheet: Sheet, palette: Palette) -> Reference:
        encoded = self._encoded(sheet.drawing.digest, lambda: sheet.drawing)
        colors = [palette.id_of(unpack(int(value))) for value in sheet.colors]
        return Reference(encoded.features, np.array(colors, np.int32))

    def _taught(self, job: Predict) -> "dict[int, _Taught]":
        """What a person settled, by position in the clip; frames that cannot be read teach nothing.

        Taking a colour away teaches nothing either: "unpainted" is no colour.
        """
        taught = {}
        for position, frame in enumerate(job.frames):
            paint_here = job.paint.get(frame.id)
            if not paint_here or job.stop.is_set():
                continue
            try:
                _, encoded = self._encoded_file(frame.path)
            except ImageError:
                continue
            known = [
                (label - 1, given.color_id)
                for key, given in paint_here.items()
                if given.color_id != NO_COLOR and (label := encoded.label_of.get(key))
            ]
            if known:
                rows, colors = np.array(known, np.int32).T
                taught[position] = _Taught(rows, Reference(encoded.features[rows], colors))
        return taught

    def _with_overlap(self, known: "_Taught", encoded: EncodedFrame, path: Path) -> Reference:
        """Let a neighbouring frame also speak by where its segments lie."""
        _, other = self._encoded_file(path)
        counts = (len(encoded), len(other))
        iou = overlap(encoded.small_map, other.small_map, counts=counts)
        if iou is None:
            return known.reference
        weight = np.float32(self._encoder.scale.overlap)
        return replace(known.reference, bonus=weight * iou[:, known.rows])

    def _no_reference(self) -> Reference:
        """Stand in for a sheet that cannot be read, so that the others keep their numbers."""
        width = self._encoder.width
        return Reference(np.zeros((0, width), np.float32), np.zeros(0, np.int32))

    # ------------------------------------------------------------ files and the cache

    def _encoded_file(self, path: Path) -> tuple[str, EncodedFrame]:
        digest = self._digest(path)
        return digest, self._encoded(digest, lambda: self._drawing(path))

    def _encoded(self, digest: str, load: Callable[[], Drawing]) -> EncodedFrame:
        """Return the features of a drawing: from memory, from disk, or by the encoder."""
        key = f"{digest}-{self._encoder.name}-{self._encoder.version}"
        encoded = self._cache.get(key)
        if encoded is None:
            drawing = load()
            features = self._encoder.encode(drawing.line, drawing.segments)
            encoded = encoded_frame(features, drawing.segments, drawing.line)
            self._cache.put(key, encoded)
        return encoded

    def _drawing(self, path: Path) -> Drawing:
        """Read and segment a drawing; the latest ones stay in memory."""
        digest = self._digest(path)
        drawing = self._drawings.pop(digest, None)
        if drawing is None:
            line = read_line_image(path)
            drawing = Drawing(digest, line, segment(line))
            line.setflags(write=False)
        self._drawings[digest] = drawing
        while sum(2 * kept.line.nbytes for kept in self._drawings.values()) > DRAWINGS_BYTES:
            if len(self._drawings) == 1:
                break
            self._drawings.pop(next(iter(self._drawings)))
        return drawing

    def _digest(self, path: Path) -> str:
        """Return the name of a file's content; files that have not been touched are not re-read."""
        try:
            found = path.stat()
            state = (found.st_mtime_ns, found.st_size)
            if path not in self._digests or self._digests[path][0] != state:
                digest = hashlib.blake2b(path.read_bytes(), digest_size=16).hexdigest()
                self._digests[path] = (state, digest)
        except OSError as error:
            raise ImageError(f"{path} cannot be read ({error.strerror}).") from error
        return self._digests[path][1]

    def _sheet(self, files: SheetFiles) -> Sheet:
        key = (files, "".join(self._digest(path) for path in (files.line, files.color) if path))
        if key not in self._sheets:
            line, picture = read_sheet(files)
            segments = segment(line)
            name = hashlib.blake2b(line.tobytes(), digest_size=16).hexdigest()
            colors = segment_colors(segments.label_map, picture)
            self._sheets[key] = Sheet(Drawing(name, line, segments), colors, picture)
        return self._sheets[key]

    # ------------------------------------------------------------ the other jobs

    def _open_clip(self, job: OpenClip) -> Iterator[ClipOpened | Notice]:
        try:
            clip = open_clip(job.folder)
            beside = sheet_folder(job.folder)
            sheets, notices = find_sheets([beside]) if beside else ((), ())
        except (ClipError, SheetError) as error:
            yield Notice(str(error))
            return
        yield from map(Notice, [*clip.notices, *notices])
        yield ClipOpened(clip, sheets)

    def _find_sheets(self, job: FindSheets) -> Iterator[SheetsFound | Notice]:
        try:
            sheets, notices = find_sheets(job.paths)
            sheets = tuple(_with_own_lines(sheet, job.frames) for sheet in sheets)
        except (SheetError, ImageError) as error:
            yield Notice(str(error))
            return
        yield from map(Notice, notices)
        yield SheetsFound(sheets)

    def _read_sheets(self, job: ReadSheets) -> Iterator[SheetRead | LinesUnclear | Notice]:
        for files in job.sheets:
            if job.stop.is_set():
                return
            try:
                yield SheetRead(files, self._sheet(files))
            except AmbiguousLinesError as error:
                yield LinesUnclear(files, error.candidates, read_image(files.color))
            except (SheetError, ImageError) as error:
                yield Notice(str(error))

    def _show_frame(self, job: ShowFrame) -> Iterator[FrameShown | FrameFailed]:
        try:
            yield FrameShown(job.frame.id, self._drawing(job.frame.path))
        except ImageError as error:
            yield FrameFailed(job.frame.id, str(error))

    def _export(self, job: Export) -> Iterator[Answer]:
        asked = job.predict
        try:
            sheets = [path for sheet in asked.sheets for path in (sheet.line, sheet.color) if path]
            prepare_folder(job.folder, [frame.path for frame in asked.frames], sheets)
        except ExportError as error:
            yield Notice(str(error))
            return
        frames = {frame.id: frame for frame in asked.frames}
        segments, unpainted, failed, written = 0, 0, [], 0
        for answer in self.predict(replace(asked, first=0, stop=job.stop)):
            if not isinstance(answer, Prediction):
                if isinstance(answer, FrameFailed):
                    failed.append(answer.text)
                yield answer
                continue
            path = frames[answer.frame_id].path
            drawing = self._drawing(path)
            settled = asked.paint.get(answer.frame_id, {})
            colors, _ = settle(answer.matches.colors, answer.keys, settled)
            try:
                picture = paint(drawing.line, drawing.segments, colors, asked.palette)
                target = export_frame(picture, job.folder, path)
            except ImageError as error:  # a full disk will not have room for the next one either
                yield Notice(str(error))
                return
            empty = int((colors == NO_COLOR).sum())
            segments, unpainted, written = segments + len(colors), unpainted + empty, written + 1
            yield Exported(answer.frame_id, target, empty)
        if not job.stop.is_set():
            yield ExportDone(job.folder, written, segments, unpainted, tuple(failed))

    def _moved(
        self, frame: FrameFile, digest: str, job: Predict
    ) -> tuple[tuple[SegmentKey, SegmentKey | None], ...]:
        """Say where painted segments went if the drawing changed since; None: nowhere."""
        keys = tuple(job.paint.get(frame.id, {}))
        if frame.digest in (None, digest) or not keys:
            return ()
        segments = self._drawing(frame.path).segments
        labels = segments.locate(keys).tolist()
        return tuple(
            (key, segments.keys[label - 1] if label and label not in labels[:index] else None)
            for index, (key, label) in enumerate(zip(keys, labels, strict=True))
        )


class _Taught(NamedTuple):
    """What a person settled in one frame: which of its segments, and their colours."""

    rows: npt.NDArray[np.int32]
    reference: Reference


def outwards(count: int, first: int) -> Iterator[int]:
    """Yield 0…count - 1, beginning at `first` and going outwards in both directions."""
    yield from sorted(range(count), key=lambda position: (abs(position - first), -position))


def _with_own_lines(sheet: SheetFiles, frames: tuple[FrameFile, ...]) -> SheetFiles:
    """Give a painted frame of the clip the lines that it was drawn with."""
    if sheet.line is None:
        for frame in frames:
            is_painted = frame.path.stem == sheet.color.stem and frame.path != sheet.color
            if is_painted and read_size(frame.path) == read_size(sheet.color):
                return replace(sheet, line=frame.path)
    return sheet


def _peculiarity(name: str, encoded: EncodedFrame) -> str | None:
    """Say what is odd about a drawing with fewer than two segments."""
    if len(encoded) > 1:
        return None
    if not encoded.small_line.any():
        return f"{name} has no line; the whole page is one segment."
    return f"{name} has no closed line; the whole page is one segment. Close the gaps in its lines."
