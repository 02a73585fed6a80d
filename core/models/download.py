"""Downloading: DINOv2 from the Hugging Face hub, only when a person asks for it."""

import errno
import hashlib
import os
import queue
import re
import shutil
import threading
from collections.abc import Iterator
from pathlib import Path
from threading import Event

from core.models.importing import Imported, Progress, Refused, identify, take_in, wrong_hash
from core.models.store import CHUNK, FULL, why_not_stored
from core.models.table import DINOV2, own_name
from core.places import models_folder

FILE = "model.safetensors"
"""What timm calls the weights in each of its repositories."""

TIMEOUT = 10
"""Seconds that a server may take to connect, and between two pieces of an answer."""

SILENCE = 20
"""Seconds without any news after which a download is given up: looking up an address has no
time limit of its own."""

LOOK = 0.1
"""Seconds between two looks at the stop event."""


def fetch(name: str, stop: Event) -> Iterator[Progress | Imported | Refused]:
    """Download a DINOv2 backbone and take it into the store.

    What has arrived is kept when it is stopped or the network fails: the next call goes on there.

    Args:
        name: `vitl14`, `timm:vitl14`, or timm's own name.
        stop: ends it at once.
    """
    short = own_name(name)
    if short not in DINOV2:
        names = ", ".join(DINOV2)
        text = f"“{name}” is not downloaded by Shiage; choose one of {names}, or import a file."
        yield Refused(Path(name), text)
        return
    part = models_folder() / f".shiage-{short}.part"
    try:
        part.parent.mkdir(parents=True, exist_ok=True)
        download = _Download(DINOV2[short], part)
        yield from download.follow(stop)
        if stop.is_set():
            return
        if download.error is not None:
            yield Refused(part, _why(short, download.error))
            return
        yield from _take_in(short, part, download.sha256)
    except OSError as error:
        yield Refused(part, why_not_stored(error))


def _take_in(short: str, part: Path, sha256: str | None) -> Iterator[Imported | Refused]:
    """Look into a complete download and keep it; one that is not right goes away."""
    from core.encoders.checkpoints import CheckpointError

    with part.open("rb") as file:
        digest = hashlib.file_digest(file, "sha256").hexdigest()
    try:
        if sha256 is not None and digest != sha256:
            yield wrong_hash(part, digest, sha256)
            return
        content = identify(part)
        if content.name == short:
            yield take_in(part, content, part, digest)
        else:
            yield Refused(part, f"The hub gave {content.name} for {short}; import a file instead.")
    except CheckpointError as error:
        yield Refused(part, str(error))
    finally:
        part.unlink(missing_ok=True)
        _tag(part).unlink(missing_ok=True)


class _Download:
    """One download, in a thread that can be left alone: a look-up of an address cannot be ended.

    Attributes:
        error: why it ended before all was there.
        sha256: what the hub says the hash is, if it does.
    """

    def __init__(self, repository: str, part: Path) -> None:
        """Download a repository's weights to `part`, after what is there of the same version."""
        self.error: Exception | None = None
        self.sha256: str | None = None
        self._repository, self._part = repository, part
        self._news: queue.SimpleQueue[Progress | None] = queue.SimpleQueue()
        self._is_left = Event()

    def follow(self, stop: Event) -> Iterator[Progress]:
        """Yield the progress until it is complete, stopped, or has failed (see `error`)."""
        threading.Thread(target=self._run, name="download", daemon=True).start()
        waited = 0.0
        try:
            while not stop.is_set():
                try:
                    news = self._news.get(timeout=LOOK)
                except queue.Empty:
                    waited += LOOK
                    if waited < SILENCE:
                        continue
                    self.error = TimeoutError("no answer")
                    return
                if news is None:
                    return
                waited = 0.0
                yield news
        finally:
            self._is_left.set()

    def _run(self) -> None:
        try:
            self._download()
        except Exception as error:  # noqa: BLE001 - a thread's edge; the libraries raise their own
            self.error = error
        finally:
            self._news.put(None)

    def _download(self) -> None:
        from huggingface_hub import get_hf_file_metadata, get_session, hf_hub_url

        url = hf_hub_url(f"timm/{self._repository}", FILE, endpoint=os.environ.get("HF_ENDPOINT"))
        found = get_hf_file_metadata(url, token=False, timeout=TIMEOUT)
        tag, total = found.etag or "", found.size or 0
        self.sha256 = tag if re.fullmatch("[0-9a-f]{64}", tag) else None
        done = self._resume_at(tag, total)
        self._tell(done, total)
        if total and done == total:
            return
        if shutil.disk_usage(self._part.parent).free < total - done:
            raise OSError(errno.ENOSPC, "No space left on device")
        headers = {"Range": f"bytes={done}-"} if done else {}
        headers["Accept-Encoding"] = "identity"
        with get_session().stream(
            "GET", url, headers=headers, timeout=TIMEOUT, follow_redirects=True
        ) as response:
            response.raise_for_status()
            if response.status_code != 206:  # the server begins at the beginning
                done = 0
            with self._part.open("ab" if done else "wb") as file:
                for chunk in response.iter_bytes(CHUNK // 8):
                    if self._is_left.is_set():
                        return
                    file.write(chunk)
                    done += len(chunk)
                    self._tell(done, total)
                file.flush()
                os.fsync(file.fileno())
        if total and done != total:
            raise ConnectionError("cut short")

    def _resume_at(self, tag: str, total: int) -> int:
        """Return how much is there of this version; what is there of another one goes away."""
        named = _tag(self._part)
        if tag and named.exists() and named.read_text() == tag and self._part.exists():
            size = self._part.stat().st_size
            if size <= total:
                return size
        self._part.unlink(missing_ok=True)
        named.write_text(tag)
        return 0

    def _tell(self, done: int, total: int) -> None:
        self._news.put(Progress(self._part, done, total))


def _tag(part: Path) -> Path:
    """Return the file that says which version a part is of."""
    return part.with_suffix(".etag")


def _why(short: str, error: Exception) -> str:
    """Say in one sentence why a download failed."""
    if isinstance(error, OSError) and (error.filename or error.errno in FULL):
        return why_not_stored(error)  # it was the disk
    return (
        f"{short} could not be downloaded ({type(error).__name__}); check the network and try again"
        " (what has arrived is kept), or import a file of it with “shiage models import FILE”."
    )
