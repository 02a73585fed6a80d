"""The engine: drawings are segmented, encoded, matched against the references and exported.

Read `Engine.predict` and you have understood the program. Everything here runs in one worker
thread (or on the command line), takes frozen jobs and yields answers, one frame at a time.
"""

import hashlib
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import replace
from functools import cache
from pathlib import Path
from threading import Event

import numpy as np

from core import models, teaching
from core.beliefs import Reference
from core.cache import EncodedFrame
from core.clip import ClipError, open_clip, sheet_folder
from core.drawings import Drawings, EncodedFile, segmented
from core.edits import FramePaint, settle
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
from core.matching import bands
from core.paint import paint
from core.palette import NO_COLOR, unpack
from core.redrawn import Moved, carried_over, follow, found_again
from core.sheets import (
    AmbiguousLinesError,
    SheetError,
    SheetFiles,
    find_sheets,
    misplaced,
    read_sheet,
    segment_colors,
)
from core.teaching import Lesson, Material, Teacher, lesson


class Engine:
    """One encoder, its cache, and the work that can be asked of them."""

    def __init__(self, encoder: Encoder, cache_folder: Path) -> None:
        """Use an encoder and a folder for what it computed."""
        self._drawings = Drawings(encoder, cache_folder)
        self._teacher = Teacher(encoder.scale)
        self._sheets: dict[SheetFiles, tuple[str, Sheet]] = {}  # and what it was made of
        self._known_lessons: dict[int, tuple[FramePaint, Lesson]] = {}

    @property
    def model(self) -> str:
        """The name of the encoder at work."""
        return self._drawings.encoder.name

    @property
    def device(self) -> str:
        """Where it computes, as in `--device`."""
        return str(self._drawings.encoder.device)

    def use(self, encoder: Encoder) -> None:
        """Go on with another encoder; drawings and sheets that were read stay."""
        self._drawings.encoder = encoder
        self._teacher = Teacher(encoder.scale)

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
        sheets: dict[SheetFiles, teaching.Sheet] = {}
        for files in job.sheets:
            try:
                sheets[files] = self._sheet_reference(self._sheet(files), job)
            except (ImageError, SheetError) as error:
                yield Notice(str(error))
        material = Material(
            cels=[frame.cel for frame in job.frames],
            sheets=tuple(sheets.values()),
            lessons=self._lessons(job),
            find=cache(lambda position: self._find(job.frames[position], job.stop)),
        )
        order = list(outwards(len(job.frames), job.first))
        found_ahead = self._drawings.ahead([job.frames[each].path for each in order], job.stop)
        for position, found in zip(order, found_ahead, strict=False):  # fewer when stopped
            if isinstance(found, ImageError):
                yield FrameFailed(job.frames[position].id, str(found))
                continue
            try:
                yield self._predict_frame(job, position, found, material, tuple(sheets))
            except ImageError as error:  # a redrawn one that has gone since
                yield FrameFailed(job.frames[position].id, str(error))

    def _predict_frame(
        self,
        job: Predict,
        position: int,
        file: EncodedFile,
        material: Material,
        sheets: tuple[SheetFiles, ...],
    ) -> Prediction:
        frame, (digest, encoded) = job.frames[position], file
        matches, others = self._teacher.match(position, file, material)
        evidence = matches.evidence.copy()
        evidence[..., 1] += evidence[..., 0] >= 0  # a row of a reference is a label less 1
        evidence.setflags(write=False)
        return Prediction(
            revision=job.revision,
            frame_id=frame.id,
            digest=digest,
            keys=encoded.keys,
            matches=matches,
            bands=bands(matches, self._drawings.encoder.scale),
            sources=(*sheets, *(job.frames[each].id for each in others)),
            evidence=evidence,
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

    def _sheet_reference(self, sheet: Sheet, job: Predict) -> teaching.Sheet:
        encoded = self._drawings.encoded(sheet.drawing.digest, lambda: sheet.drawing, job.stop)
        ids = [job.palette.id_of(unpack(int(value))) for value in sheet.colors]
        colors = np.array(ids, np.int32)
        name = (sheet.drawing.digest, colors.tobytes())
        return teaching.Sheet(name, Reference(encoded, colors))

    def _lessons(self, job: Predict) -> dict[int, Lesson]:
        """What a person settled, by position; frames that cannot be read teach nothing."""
        lessons = {}
        for position, frame in enumerate(job.frames):
            paint_here = job.paint.get(frame.id)
            if not paint_here or job.stop.is_set():
                continue
            file = self._find(frame, job.stop)
            if file is None:
                continue
            with suppress(ImageError):
                paint_here = carried_over(paint_here, self._moved(frame, file.digest, job))
            known = self._known_lessons.get(frame.id)
            if known is None or known[0] != paint_here or known[1].file.encoded is not file.encoded:
                known = self._known_lessons[frame.id] = paint_here, lesson(file, paint_here)
            lessons[position] = known[1]
        return lessons

    def _find(self, frame: FrameFile, stop: Event) -> EncodedFile | None:
        try:
            return self._drawings.file(frame.path, stop)
        except ImageError:
            return None

    def _sheet(self, files: SheetFiles) -> Sheet:
        paths = [path for path in (files.line, files.color) if path]
        content = "".join(map(self._drawings.digest, paths))
        known = self._sheets.get(files)
        if known is None or known[0] != content:
            line, picture = read_sheet(files)
            segments = segmented(line, files.line or files.color)
            name = hashlib.blake2b(line.tobytes(), digest_size=16).hexdigest()
            colors = segment_colors(segments.label_map, picture)
            for array in (line, picture, colors):
                array.setflags(write=False)
            known = self._sheets[files] = (
                content,
                Sheet(Drawing(name, line, segments), colors, picture),
            )
        return known[1]

    # ------------------------------------------------------------ the other jobs

    def _open_clip(self, job: OpenClip) -> Iterator[ClipOpened | Notice]:
        try:
            clip = open_clip(job.folder)
        except ClipError as error:
            yield Notice(str(error))
            return
        sheets: tuple[SheetFiles, ...] = ()
        notices: tuple[str, ...] = ()
        try:
            if beside := sheet_folder(job.folder):
                sheets, notices = find_sheets([beside])
        except SheetError as error:
            notices = (str(error),)
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
                sheet = self._sheet(files)
                yield SheetRead(files, sheet)
                labels = sheet.drawing.segments.label_map
                if notice := misplaced(files, labels, sheet.picture, sheet.colors):
                    yield Notice(notice)
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
        frames, places = job.frames, []
        material = Material(
            cels=[frame.cel for frame in frames],
            find=lambda position: self._find(frames[position], job.stop),
        )
        file = self._find(frames[job.position], job.stop)
        if file is not None and job.label <= len(file.encoded):
            track = self._teacher.track(job.position, file, job.label - 1, material)
            places = [(frames[other].id, there.keys[row]) for other, there, row in track]
        return FoundElsewhere(frames[job.position].id, job.label, tuple(places))

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
            try:
                drawing = self._drawings.drawing(path)
            except ImageError as error:
                failed.append(str(error))
                yield FrameFailed(answer.frame_id, str(error))
                continue
            if drawing.digest != answer.digest:
                text = f"{path.name} was saved anew while it was exported; export it again."
                failed.append(text)
                yield FrameFailed(answer.frame_id, text)
                continue
            former = asked.paint.get(answer.frame_id, {})
            settled = carried_over(former, answer.moved)
            if answer.moved:
                yield Notice(_redrawn(path.name, *found_again(former, answer.moved)))
            colors, _ = settle(answer.matches.colors, answer.keys, settled)
            try:
                picture = paint(
                    drawing.line, drawing.segments, colors, asked.palette, trace=job.trace
                )
                target = export_frame(picture, job.folder, path)
            except (ExportError, ImageError) as error:  # a full disk has no room for the next one
                yield Notice(str(error))
                return
            empty = int((colors == NO_COLOR).sum())
            segments, unpainted, written = segments + len(colors), unpainted + empty, written + 1
            yield Exported(answer.frame_id, target, empty)
        if not job.stop.is_set():
            yield ExportDone(job.folder, written, segments, unpainted, tuple(failed))

    def _moved(self, frame: FrameFile, digest: str, job: Predict) -> Moved:
        """Say what painted segments are called now if the drawing changed since.

        Raises:
            ImageError: if it cannot be read any more.
        """
        keys = job.paint.get(frame.id, {}).keys() | job.painted.get(frame.id, set())
        if frame.digest in (None, digest) or not keys:
            return {}
        return follow(keys, self._drawings.drawing(frame.path).segments)


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


def _redrawn(name: str, found: int, painted: int) -> str:
    if painted and not found:
        return f"{name} is another drawing than the one that was painted, whose paint is left out."
    return (
        f"{name} has been redrawn since it was painted; {found} of {painted} painted segments were "
        "found again."
    )


def _peculiarity(name: str, encoded: EncodedFrame) -> str | None:
    """Say what is odd about a drawing with fewer than two segments."""
    if len(encoded) > 1:
        return None
    if not encoded.small_line.any():
        return f"{name} has no line; the whole page is one segment."
    return f"{name} has no closed line; the whole page is one segment. Close the gaps in its lines."
