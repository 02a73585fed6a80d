"""Drawings: files become segmented drawings and features, once per content, reading ahead."""

import hashlib
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from threading import Event
from typing import NamedTuple

from core.cache import EncodedFrame, FrameCache, encoded_frame
from core.encoders import BatchEncoder, Encoder, StoppableEncoder
from core.images import Image, ImageError, read_line_image
from core.jobs import Drawing
from core.segments import Segments, segment

DRAWINGS_BYTES = 512 * 2**20
"""Line images and label maps kept in memory: some thirty drawings of 1920 x 1080."""

MAX_SEGMENTS = 10_000
"""What has more is no drawing of lines. `compact` takes memory by the square of them, 2.6 GB for
8,000 (measured): one dithered page would end the program."""

AHEAD = 2
"""So many drawings are read and segmented while the encoder works on the ones before."""


class EncodedFile(NamedTuple):
    """What is known of a drawing; `digest` names its content."""

    digest: str
    encoded: EncodedFrame


class Drawings:
    """One encoder and all drawings that were asked about; used from one thread."""

    def __init__(self, encoder: Encoder, cache_folder: Path) -> None:
        """Use an encoder and a folder for what it computed."""
        self.encoder = encoder
        self._cache = FrameCache(cache_folder)
        self._drawings: dict[str, Drawing] = {}  # by digest, the latest used last
        self._digests: dict[Path, tuple[tuple[int, ...], str]] = {}

    def digest(self, path: Path) -> str:
        """Name a file's content; a file that has not been touched is not read again.

        Raises:
            ImageError: if it cannot be read.
        """
        try:
            found = path.stat()
            # Uncompressed drawings are alike in size, and in time as they come out of an archive:
            # two of them that change names differ in these alone.
            state = (found.st_mtime_ns, found.st_size, found.st_ino, found.st_ctime_ns)
            if path not in self._digests or self._digests[path][0] != state:
                self._digests[path] = (state, _content(path))
        except OSError as error:
            raise _unreadable(path, error) from error
        return self._digests[path][1]

    def drawing(self, path: Path) -> Drawing:
        """Read and segment a drawing; the latest ones stay in memory.

        Raises:
            ImageError: if it cannot be read.
        """
        digest = self.digest(path)
        if digest in self._drawings:
            return self._keep(self._drawings.pop(digest))
        return self._keep(_read(path, digest))

    def file(self, path: Path, stop: Event) -> EncodedFile:
        """Return the features of a drawing: from memory, from disk, or by the encoder.

        Raises:
            ImageError: if it cannot be read.
            Stopped: if `stop` is set while the encoder works.
        """
        digest = self.digest(path)
        known = self._cache.get(self._key(digest))
        if known is None:
            drawing = self.drawing(path)
            digest, [known] = drawing.digest, self._encode([drawing], stop)
        return EncodedFile(digest, known)

    def encoded(self, digest: str, load: Callable[[], Drawing], stop: Event) -> EncodedFrame:
        """Return the features of a drawing that is loaded only if they are not known.

        Raises:
            Stopped: if `stop` is set while the encoder works.
        """
        known = self._cache.get(self._key(digest))
        return known if known is not None else self._encode([load()], stop)[0]

    def ahead(self, paths: Sequence[Path], stop: Event) -> Iterator[EncodedFile | ImageError]:
        """Yield what is known of each drawing in order, or why it cannot be read.

        Unknown ones are encoded as many at a time as the encoder likes, while the next ones are
        read and segmented in another thread. Ends early when `stop` is set between two drawings.

        Raises:
            Stopped: if `stop` is set while the encoder works.
        """
        batch = self.encoder.batch if isinstance(self.encoder, BatchEncoder) else 1
        upcoming, waiting = iter(paths), deque[_Waiting]()
        with ThreadPoolExecutor(1, thread_name_prefix="reader") as reader:
            while not stop.is_set():
                while len(waiting) < batch + AHEAD and (path := next(upcoming, None)):
                    waiting.append(self._begin(path, reader, stop))
                if not waiting:
                    return
                if waiting[0].reading is not None:
                    self._finish(list(waiting)[:batch], stop)
                result = waiting.popleft().result
                assert result is not None
                yield result
            reader.shutdown(cancel_futures=True)

    def _begin(self, path: Path, reader: ThreadPoolExecutor, stop: Event) -> "_Waiting":
        try:
            digest = self.digest(path)
        except ImageError as error:
            return _Waiting(result=error)
        known = self._cache.get(self._key(digest))
        if known is not None:
            return _Waiting(result=EncodedFile(digest, known))
        if digest in self._drawings:
            [encoded] = self._encode([self._drawings[digest]], stop)
            return _Waiting(result=EncodedFile(digest, encoded))
        return _Waiting(reader.submit(_read, path, digest))

    def _finish(self, waiting: "Sequence[_Waiting]", stop: Event) -> None:
        """Encode those of some drawings that wait for it."""
        read: list[tuple[_Waiting, Drawing]] = []
        for each in waiting:
            if each.reading is not None:
                try:
                    read.append((each, self._keep(each.reading.result())))
                except ImageError as error:
                    each.result = error
                each.reading = None
        encoded = self._encode([drawing for _, drawing in read], stop)
        for (each, drawing), known in zip(read, encoded, strict=True):
            each.result = EncodedFile(drawing.digest, known)

    def _encode(self, drawings: Sequence[Drawing], stop: Event) -> list[EncodedFrame]:
        if isinstance(self.encoder, StoppableEncoder):
            self.encoder.stop = stop
        frames = [(drawing.line, drawing.segments) for drawing in drawings]
        if isinstance(self.encoder, BatchEncoder):
            features = self.encoder.encode_batch(frames)
        else:
            features = [self.encoder.encode(*frame) for frame in frames]
        encoded = []
        for drawing, rows in zip(drawings, features, strict=True):
            encoded.append(encoded_frame(rows, drawing.segments, drawing.line))
            self._cache.put(self._key(drawing.digest), encoded[-1])
        return encoded

    def _keep(self, drawing: Drawing) -> Drawing:
        """Put a drawing last, and let the first ones go when there are too many."""
        self._drawings[drawing.digest] = drawing
        sizes = [2 * kept.line.nbytes for kept in self._drawings.values()]
        while sum(sizes) > DRAWINGS_BYTES and len(sizes) > 1:
            self._drawings.pop(next(iter(self._drawings)))
            sizes.pop(0)
        return drawing

    def _key(self, digest: str) -> str:
        return f"{digest}-{self.encoder.name.replace(':', '-')}-{self.encoder.version}"


@dataclass
class _Waiting:
    """A drawing on its way: being read, then done."""

    reading: Future[Drawing] | None = None
    result: EncodedFile | ImageError | None = None


def _read(path: Path, digest: str) -> Drawing:
    """Read and segment a drawing whose content has been named.

    Features are stored under that name for ever, so a file that was saved anew meanwhile is named
    and read again.

    Raises:
        ImageError: if it cannot be read.
    """
    while True:
        line = read_line_image(path)
        try:
            before, digest = digest, _content(path)
        except OSError as error:
            raise _unreadable(path, error) from error
        if digest == before:
            line.setflags(write=False)
            return Drawing(digest, line, segmented(line, path))


def segmented(line: Image, path: Path) -> Segments:
    """Cut the line image of a file into its segments.

    Raises:
        ImageError: if they are more than `MAX_SEGMENTS`.
    """
    segments = segment(line)
    if len(segments) > MAX_SEGMENTS:
        raise ImageError(
            f"{path.name} has {len(segments):,} segments, more than {MAX_SEGMENTS:,}: it is "
            "dithered or has a screen tone; scan or export it as plain lines."
        )
    return segments


def _content(path: Path) -> str:
    return hashlib.blake2b(path.read_bytes(), digest_size=16).hexdigest()


def _unreadable(path: Path, error: OSError) -> ImageError:
    return ImageError(f"{path} cannot be read ({error.strerror}): check the disk or the network.")
