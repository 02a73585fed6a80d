"""Loading: from a model's name to its encoder on a device."""

import platform
import re
import warnings
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Literal

from core.encoders import Encoder
from core.encoders.geometry import GeometryEncoder
from core.models.scales import ScaleError, stored_scale
from core.models.store import ModelError, stored
from core.models.table import (
    BACKBONE,
    COMPACT,
    DEFAULT,
    DINOV2,
    GEOMETRY,
    MODELS,
    TRAINED,
    Model,
    find,
    state_of,
)
from core.places import cache_folder

if TYPE_CHECKING:
    from core.encoders.devices import Precision

Notice = Callable[[str], None]

TRIALS = "precisions.json"
"""What `auto` found out about precisions; lies in the cache folder."""


@dataclass(frozen=True)
class Devices:
    """What networks can run on here.

    Attributes:
        found: names as in `--device`, each with what it is and its fastest precision.
        problems: what is wrong with others, as the driver says it.
    """

    found: dict[str, str]
    problems: tuple[str, ...] = ()


def check(name: str) -> Model:
    """Return the model with a name if its files are here, without loading anything.

    Raises:
        ModelError: if there is no such model, or a file of it is missing.
    """
    model = find(name)
    if model is None:
        names = ", ".join(each.name for each in MODELS if not each.name.startswith(BACKBONE))
        raise ModelError(f"There is no model “{name}”; choose one of: {names}, timm:NAME.")
    entries = stored()
    state = state_of(model, entries).state
    if state in ("built in", "ready"):
        return model
    assert model.file is not None
    if state == "lacks its DINOv2":
        needed = entries[model.file].needs
        raise ModelError(
            f"{name} lacks its DINOv2, {needed}; get it with “shiage models fetch {needed}” or"
            " “shiage models import FILE”."
        )
    if state == "not imported":
        why = "is not here yet"
    elif state == "file missing":
        why = f"has lost its file {entries[model.file].path}"
    else:
        why = "has a file of another size than was imported"
    way = "shiage models import FILE"
    if model.file in DINOV2:
        way = f"shiage models fetch {model.file}” or “{way}"
    elif name.startswith(BACKBONE):
        way += f" --as {name}"
    raise ModelError(f"{name} {why}; get its weights with “{way}”.")


def load(
    name: str = DEFAULT,
    *,
    device: str = "auto",
    precision: "Precision | Literal['auto']" = "auto",
    threads: int | None = None,
    notice: Notice = lambda _: None,
) -> Encoder:
    """Make the encoder with this name; it has the constants that were fitted for it.

    Args:
        name: as in `--model`.
        device: `auto`, `cpu`, `cuda`, `cuda:N`, `mps`; the embedded encoder computes on the
            processor all the same, and a model without a network has nothing to compute there.
        precision: of the networks of DACoN; `auto`: the fastest with the same matches.
        threads: of PyTorch on the processor, None for its own choice (all cores).
        notice: told in a sentence when the processor takes over from a graphics card.

    Raises:
        ModelError: if there is none, its files are not here or not right, or the device is not.
    """
    model = check(name)
    encoder = _load(model, name, device, precision, threads, notice)
    try:
        scale = stored_scale(name)
        if scale is None and name.startswith(TRAINED):
            scale = stored_scale(DEFAULT)  # trained on from it, or in the same way
        encoder.scale = scale or encoder.scale
    except ScaleError as error:
        raise ModelError(str(error)) from error
    return encoder


def _load(
    model: Model,
    name: str,
    device: str,
    precision: "Precision | Literal['auto']",
    threads: int | None,
    notice: Notice,
) -> Encoder:
    if name == GEOMETRY:
        return GeometryEncoder()

    try:
        import torch

        from core.encoders.checkpoints import CheckpointError
        from core.encoders.compact import CompactEncoder, WeightsError
        from core.encoders.dacon import load_dacon
        from core.encoders.devices import DeviceError, usable_device
        from core.encoders.dinov2 import load_backbone
    except (ImportError, OSError) as error:  # a library of the system that is missing
        raise ModelError(f"PyTorch does not start ({error}); install Shiage again.") from error

    if threads is not None:
        torch.set_num_threads(threads)
    if device not in ("auto", "cpu") and (name == COMPACT or name.startswith(TRAINED)):
        notice(f"{name} computes on the processor, where it is fast; {device} is not used.")
    if model.file is None:
        try:
            return CompactEncoder()
        except WeightsError as error:
            raise ModelError(f"{error} Install Shiage again.") from error
    entries = stored()
    entry = entries[model.file]
    second: Path | None = entries[entry.needs].path if entry.needs else None
    if name.startswith(BACKBONE) and precision not in ("auto", "float32"):
        raise ModelError(f"{name} computes in float32 only; leave the precision out.")
    try:
        with _driver_problems() as problems:
            if name.startswith(TRAINED):
                return CompactEncoder(entry.path, name=name)
            usable = usable_device(device, notice)
            if name.startswith(BACKBONE):
                return load_backbone(model.file, weights=entry.path, device=usable, notice=notice)
            return load_dacon(
                entry.path,
                dinov2=second,
                device=usable,
                precision=precision,
                trials=cache_folder() / TRIALS,
                notice=notice,
            )
    except (CheckpointError, DeviceError, WeightsError) as error:
        raise ModelError(str(error)) from error
    finally:
        for problem in problems:
            notice(f"The graphics card is not used ({problem}); update its driver.")


def devices() -> Devices:
    """Look what networks can run on here; imports torch, which takes seconds and may fail.

    The processor is always there, also where PyTorch does not start.
    """
    with _driver_problems() as problems:
        try:
            import torch

            from core.encoders.devices import fastest
        except (ImportError, OSError) as error:
            return Devices({"cpu": platform.machine()}, (f"PyTorch does not start ({error})",))
        found = {
            f"cuda:{index}": torch.cuda.get_device_name(index)
            for index in range(torch.cuda.device_count() if torch.cuda.is_available() else 0)
        }
        if torch.backends.mps.is_available():
            found["mps"] = "Metal"
        found["cpu"] = f"{platform.machine()}, {torch.get_num_threads()} threads"
        found = {name: f"{what}, {fastest(torch.device(name))}" for name, what in found.items()}
    return Devices(found, tuple(problems))


@contextmanager
def _driver_problems() -> Iterator[list[str]]:
    """Collect what torch only warns of: a driver that is too old, a card that does not start."""
    problems: list[str] = []
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        try:
            yield problems
        finally:
            texts = (str(warning.message) for warning in caught)
            problems += [re.split(r"[.\n]( |$)", text)[0] for text in texts if "CUDA" in text]
