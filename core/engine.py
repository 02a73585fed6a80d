"""The engine: drawings are segmented, encoded, matched against the references and exported.

Read `Engine.predict` and you have understood the program. Everything here runs in one worker
thread (or on the command line), takes frozen jobs and yields answers, one frame at a time.
"""

import hashlib
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import replace
from pathlib import Path
from threading import Event
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from core import models
from core.cache import EncodedFrame
from core.clip import ClipError, open_clip, sheet_folder
from core.drawings import Drawings, EncodedFile
from core.edits import SegmentKey, settle
from core.encoders import Encoder, StoppableEncoder, Stopped, TrialEncoder
from core.export import ExportError, export_frame, prepare_folder
from core.images import ImageError, read_image, read_size
from core.jobs import (
    Answer,
    ClipOpened,
    DevicesFound,
    Drawing,
    Export,
    ExportDone,
    Exported,
    FetchModel,
    FindElsewhere,
    FindSheets,
    FoundElsewhere,
    FrameFailed,
    FrameFile,
    FrameShown,
    ImportModels,
    Job,
    LinesUnclear,
    ListDevices,
    ListModels,
    ModelsListed,
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
from core.palette import NO_COLOR, unpack
from core.segments import segment
from core.sheets import (
    AmbiguousLinesError,
    SheetError,
    SheetFiles,
    find_sheets,
    read_sheet,
    segment_colors,
)
from core.tracks import follow


class Engine:
    """One encoder, its cache, and the work that can be asked of them."""

    def __init__(self, encoder: Encoder, cache_folder: Path) -> None:
        """Use an encoder and a folder for what it computed."""
        self._drawings = Drawings(encoder, cache_folder)
        self._sheets: dict[tuple[SheetFiles, str], Sheet] = {}

    @property
    def model(self) -> str:
        """The name of the encoder at work."""
        return self._drawings.encoder.name

    def use(self, encoder: Encoder) -> None:
        """Go on with another encoder; drawings and sheets that were read stay."""
        self._drawings.encoder = encoder

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
            case FindElsewhere():
                return self._find_elsewhere(job)
            case Export():
                return self._export(job)
            case ListModels():
                return iter([ModelsListed(models.installed())])
            case ListDevices():
                return iter([DevicesFound(tuple(models.devices().found))])
            case ImportModels():
                return models.import_files(job.paths, job.stop)
            case FetchModel():
                return models.fetch(job.name, job.stop)
        raise AssertionError(job)

    # ------------------------------------------------------------ the main flow

    def predict(self, job: Predict) -> Iterator[Prediction | FrameFailed | Notice]:
        """Predict a clip frame by frame; with all features cached this is the re-ranking."""
        with suppress(Stopped):
            self._decide_precision(job)
            yield from self._predict(job)

    def _predict(self, job: Predict) -> Iterator[Prediction | FrameFailed | Notice]:
        sheets: list[Reference] = []
        for files in job.sheets:
            try:
                sheets.append(self._sheet_reference(self._sheet(files), job))
            except (ImageError, SheetError) as error:
                sheets.append(self._no_reference())
                yield Notice(str(error))
        taught = self._taught(job)

        order = list(outwards(len(job.frames), job.first))
        found_ahead = self._drawings.ahead([job.frames[each].path for each in order], job.stop)
        for position, found in zip(order, found_ahead, strict=False):  # fewer when stopped
            if isinstance(found, ImageError):
                yield FrameFailed(job.frames[position].id, str(found))
            else:
                yield self._predict_frame(job, position, found, sheets, taught)

    def _predict_frame(
        self,
        job: Predict,
        position: int,
        file: EncodedFile,
        sheets: list[Reference],
        taught: "dict[int, _Taught]",
    ) -> Prediction:
        frame, (digest, encoded) = job.frames[position], file
        references = []  # of equal similarities the first decides: a person before any sheet
        for other, known in taught.items():
            is_neighbour = abs(other - position) == 1 and job.frames[other].cel == frame.cel
            references.append(
                self._with_overlap(known, encoded, job.frames[other].path, job.stop)
                if is_neighbour
                else known.reference
            )
        matches = match(encoded.features, [*references, *sheets])
        labels = [known.rows + 1 for known in taught.values()]
        labels += [np.arange(1, len(sheet.colors) + 1, dtype=np.int32) for sheet in sheets]
        return Prediction(
            revision=job.revision,
            frame_id=frame.id,
            digest=digest,
            keys=encoded.keys,
            matches=matches,
            bands=bands(matches, self._drawings.encoder.scale),
            sources=(*(job.frames[each].id for each in taught), *job.sheets),
            evidence=_in_labels(matches.evidence, labels),
            small_map=encoded.small_map,
            small_line=encoded.small_line,
            moved=self._moved(frame, digest, job),
            notice=_peculiarity(frame.path.name, encoded),
        )

    # ------------------------------------------------------------ references

    def _decide_precision(self, job: Predict) -> None:
        """Let a target and a reference decide, before any feature is computed that is compared."""
        encoder = self._drawings.encoder
        if not isinstance(encoder, TrialEncoder) or not encoder.is_undecided:
            return
        if isinstance(encoder, StoppableEncoder):
            encoder.stop = job.stop
        drawings = []
        with suppress(ImageError):  # what cannot be read is said later
            drawings += [self._drawings.drawing(frame.path) for frame in job.frames[:2]]
        with suppress(ImageError, SheetError):
            drawings[1:] = [self._sheet(files).drawing for files in job.sheets[:1]] or drawings[1:]
        encoder.decide([(drawing.line, drawing.segments) for drawing in drawings])

    def _sheet_reference(self, sheet: Sheet, job: Predict) -> Reference:
        encoded = self._drawings.encoded(sheet.drawing.digest, lambda: sheet.drawing, job.stop)
        colors = [job.palette.id_of(unpack(int(value))) for value in sheet.colors]
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
                encoded = self._drawings.file(frame.path, job.stop).encoded
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

    def _with_overlap(
        self, known: "_Taught", encoded: EncodedFrame, path: Path, stop: Event
    ) -> Reference:
        """Let a neighbouring frame also speak by where its segments lie."""
        other = self._drawings.file(path, stop).encoded
        counts = (len(encoded), len(other))
        iou = overlap(encoded.small_map, other.small_map, counts=counts)
        if iou is None:
            return known.reference
        weight = np.float32(self._drawings.encoder.scale.overlap)
        return replace(known.reference, bonus=weight * iou[:, known.rows])

    def _no_reference(self) -> Reference:
        """Stand in for a sheet that cannot be read, so that the others keep their numbers."""
        width = self._drawings.encoder.width
        return Reference(np.zeros((0, width), np.float32), np.zeros(0, np.int32))

    def _sheet(self, files: SheetFiles) -> Sheet:
        paths = [path for path in (files.line, files.color) if path]
        key = (files, "".join(map(self._drawings.digest, paths)))
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
            yield FrameShown(job.frame.id, self._drawings.drawing(job.frame.path))
        except ImageError as error:
            yield FrameFailed(job.frame.id, str(error))

    def _find_elsewhere(self, job: FindElsewhere) -> Iterator[FoundElsewhere]:
        with suppress(Stopped):
            yield self._places_of(job)

    def _places_of(self, job: FindElsewhere) -> FoundElsewhere:
        start = self._readable(job.frames[job.position], job.stop)
        places: list[tuple[int, SegmentKey]] = []
        if start is None or job.label > len(start):
            return FoundElsewhere(job.frames[job.position].id, job.label, ())
        weight = self._drawings.encoder.scale.overlap
        before, after = job.frames[: job.position][::-1], job.frames[job.position + 1 :]
        for others in (before, after):
            encoded = [self._readable(frame, job.stop) for frame in others]
            found = follow(start, job.label - 1, encoded, weight=weight)
            places += [
                (frame.id, there.keys[row])
                for frame, there, row in zip(others, encoded, found, strict=True)
                if there is not None and row is not None
            ]
        order = {frame.id: position for position, frame in enumerate(job.frames)}
        places.sort(key=lambda place: order[place[0]])
        return FoundElsewhere(job.frames[job.position].id, job.label, tuple(places))

    def _readable(self, frame: FrameFile, stop: Event) -> EncodedFrame | None:
        try:
            return self._drawings.file(frame.path, stop).encoded
        except ImageError:
            return None

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
            if answer.notice:
                yield Notice(answer.notice)
            path = frames[answer.frame_id].path
            drawing = self._drawings.drawing(path)
            if drawing.digest != answer.digest:
                text = f"{path.name} was saved anew while it was exported; export it again."
                failed.append(text)
                yield FrameFailed(answer.frame_id, text)
                continue
            settled = asked.paint.get(answer.frame_id, {})
            colors, _ = settle(answer.matches.colors, answer.keys, settled)
            try:
                picture = paint(
                    drawing.line, drawing.segments, colors, asked.palette, trace=job.trace
                )
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
        segments = self._drawings.drawing(frame.path).segments
        labels = segments.locate(keys).tolist()
        return tuple(
            (key, segments.keys[label - 1] if label and label not in labels[:index] else None)
            for index, (key, label) in enumerate(zip(keys, labels, strict=True))
        )


class _Taught(NamedTuple):
    """What a person settled in one frame: which of its segments, and their colours."""

    rows: npt.NDArray[np.int32]
    reference: Reference


def _in_labels(
    evidence: npt.NDArray[np.int32], labels: list[npt.NDArray[np.int32]]
) -> npt.NDArray[np.int32]:
    """Turn rows of references into labels of the segments that they stand for."""
    result = evidence.copy()
    for number, of_rows in enumerate(labels):
        spoken = evidence[:, :, 0] == number
        result[spoken, 1] = of_rows[evidence[spoken, 1]]
    result.setflags(write=False)
    return result


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
