"""Importing: files of weights are looked into, loaded for a trial, and copied into the store."""

import hashlib
import os
import re
import shutil
from collections.abc import Generator, Iterator, Sequence
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from threading import Event

from core.models.store import CHUNK, Stored, keep, no_space, temporary_path, why_not_stored
from core.models.table import DINOV2, TRAINED_FILE, own_name


@dataclass(frozen=True)
class Progress:
    """So many bytes of a file are done; at 0 it is being looked into."""

    path: Path
    done: int
    total: int


@dataclass(frozen=True)
class Imported:
    """A file is in the store and can be used; `path` is where it came from."""

    path: Path
    entry: Stored


@dataclass(frozen=True)
class Refused:
    """A file was not taken; one sentence: which, why, what to do."""

    path: Path
    text: str


@dataclass(frozen=True)
class Content:
    """What a file of weights turned out to hold."""

    name: str
    needs: str | None
    suffix: str


def import_files(
    paths: Sequence[Path], stop: Event, *, sha256: str | None = None, name: str | None = None
) -> Iterator[Progress | Imported | Refused]:
    """Take files of weights into the store; each is imported or refused, whatever the others are.

    Args:
        paths: the files; they are only read.
        stop: ends it; what is not complete then leaves nothing.
        sha256: what the hash of every file must be.
        name: what the files hold (`timm:NAME`), for backbones that do not say it themselves.
    """
    for path in paths:
        if stop.is_set():
            return
        try:
            with closing(_import(path, stop, sha256=sha256, name=name)) as steps:
                yield from steps
        except OSError as error:
            yield Refused(path, why_not_stored(error))


def identify(path: Path, name: str | None = None) -> Content:
    """Find out what a file of weights holds, and load it exactly for a trial.

    Raises:
        CheckpointError: if it is damaged, no weights, or none that a model here uses.
    """
    from core.encoders.checkpoints import CheckpointError, family, part, read_state
    from core.encoders.dacon import dacon_from
    from core.encoders.dinov2 import SIZES, architecture, dinov2_from, load_backbone, to_timm

    if name is not None:
        load_backbone(own_name(name), weights=path, device="cpu")
        return Content(own_name(name), None, _suffix(path))
    state, suffix = read_state(path), _suffix(path)
    if "pair.weight" in state and suffix == ".safetensors":
        return _trained(path)
    if family(state) == "DINOv2" and not any(key.startswith("dino.") for key in state):
        dinov2_from(state, path=path)
        found = architecture(to_timm(state)).name
        if found not in DINOV2:
            raise CheckpointError(
                f"{path} is a DINOv2 of {found}, which no model here uses; choose one of"
                f" {', '.join(SIZES)}."
            )
        return Content(found, None, suffix)
    if not any(key.startswith(("unet.", "dino_mlp.")) for key in state):
        raise CheckpointError(
            f"{path} is neither DACoN nor DINOv2 nor the embedded encoder; it seems to be"
            f" {family(state)}; choose a checkpoint of one of them."
        )
    own = {key: value for key, value in state.items() if not key.startswith("dino.")}
    network = dacon_from(own, path=path)
    width = network.dino_mlp.fc1.in_features
    needs = next((short for short, (channels, _) in SIZES.items() if channels == width), None)
    inside = part(state, "dino.")
    if inside:
        channels = dinov2_from(inside, path=path).num_features
        if channels != width:
            raise CheckpointError(
                f"{path} holds a DINOv2 of {channels} channels, but a DACoN for {width}; ask for"
                " another checkpoint where it came from."
            )
    elif needs is None:
        raise CheckpointError(
            f"{path} needs a DINOv2 of {width} channels, which there is not; choose a checkpoint"
            " that holds its DINOv2."
        )
    return Content(f"dacon-{network.version}", None if inside else needs, suffix)


def _trained(path: Path) -> Content:
    """Look into weights of the embedded encoder; they are called what the file is called."""
    from core.encoders.checkpoints import CheckpointError
    from core.encoders.compact import WeightsError, from_bytes

    try:
        from_bytes(path.read_bytes(), name=str(path))
    except WeightsError as error:
        raise CheckpointError(str(error)) from error
    return Content(TRAINED_FILE + re.sub(r"[^\w.-]+", "-", path.stem), None, ".safetensors")


def take_in(path: Path, content: Content, staged: Path, digest: str) -> Imported:
    """Enter a complete copy in the folder of the store, whose content has been looked into.

    Raises:
        OSError: if the folder does not take it.
    """
    entry = Stored(
        content.name, content.name + content.suffix, staged.stat().st_size, digest, content.needs
    )
    keep(entry, staged)
    return Imported(path, entry)


def wrong_hash(path: Path, digest: str, sha256: str) -> Refused:
    """Say that a file is not the one that was meant."""
    return Refused(
        path, f"{path} has the SHA-256 {digest} and not {sha256.lower()}; download it again."
    )


def _import(
    path: Path, stop: Event, *, sha256: str | None, name: str | None
) -> Generator[Progress | Imported | Refused, None, None]:
    """Import one file; closing the iterator leaves nothing behind."""
    if sha256 is not None and not re.fullmatch("(?i)[0-9a-f]{64}", sha256):
        yield Refused(path, f"“{sha256}” is no SHA-256; it has 64 digits from 0 to f.")
        return
    from core.encoders.checkpoints import CheckpointError

    size = _size(path)
    yield Progress(path, 0, size)
    staged: Path | None = None
    try:
        content = identify(path, name)
        staged = temporary_path()
        if shutil.disk_usage(staged.parent).free < size:
            yield Refused(path, no_space())
            return
        digest, done = hashlib.sha256(), 0
        with staged.open("xb") as copy:
            for chunk in _chunks(path):
                if stop.is_set():
                    return
                copy.write(chunk)
                digest.update(chunk)
                done += len(chunk)
                yield Progress(path, done, size)
            copy.flush()
            os.fsync(copy.fileno())
        found = digest.hexdigest()
        if sha256 is not None and found != sha256.lower():
            yield wrong_hash(path, found, sha256)
        elif not stop.is_set():
            yield take_in(path, content, staged, found)
    except CheckpointError as error:
        yield Refused(path, str(error))
    finally:
        if staged is not None:
            staged.unlink(missing_ok=True)


def _chunks(path: Path) -> Iterator[bytes]:
    """Read a file; what goes wrong here is the file's fault and not the store's."""
    from core.encoders.checkpoints import CheckpointError

    try:
        with path.open("rb") as file:
            while chunk := file.read(CHUNK):
                yield chunk
    except OSError as error:
        raise CheckpointError(f"{path} cannot be read ({error.strerror}).") from error


def _size(path: Path) -> int:
    try:
        return path.stat().st_size
    except OSError:
        return 0  # why will be said when it is read


def _suffix(path: Path) -> str:
    with path.open("rb") as file:
        return ".safetensors" if file.read(9)[8:] == b"{" else ".pth"
