"""Loading: from a model's name to its encoder on a device."""

import platform
import re
import warnings
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from core.encoders import Encoder
from core.encoders.geometry import GeometryEncoder
from core.models.store import ModelError, stored
from core.models.table import (
    BACKBONE,
    DEFAULT,
    DINOV2,
    GEOMETRY,
    MODELS,
    TRAINED,
    Model,
    find,
    state_of,
)

if TYPE_CHECKING:
    from core.encoders.devices import Precision

Notice = Callable[[str], None]


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
    precision: "Precision" = "float32",
    threads: int | None = None,
    notice: Notice = lambda _: None,
) -> Encoder:
    """Make the encoder with this name.

    Args:
        name: as in `--model`.
        device: `auto`, `cpu`, `cuda`, `cuda:N`, `mps`; says nothing to a model without a network.
        precision: of the networks of DACoN.
        threads: of PyTorch on the processor, None for its own choice (all cores).
        notice: told in a sentence when a graphics card fails and the processor takes over.

    Raises:
        ModelError: if there is none, its files are not here or not right, or the device is not.
    """
    model = check(name)
    if name == GEOMETRY:
        return GeometryEncoder()

    try:
        import torch

        from core.encoders.checkpoints import CheckpointError
        from core.encoders.compact import CompactEncoder, WeightsError
        from core.encoders.dacon import load_dacon
        from core.encoders.devices import DeviceError
        from core.encoders.dinov2 import load_backbone
    except (ImportError, OSError) as error:  # a library of the system that is missing
        raise ModelError(f"PyTorch does not start ({error}); install Shiage again.") from error

    if threads is not None:
        torch.set_num_threads(threads)
    if model.file is None:
        try:
            return CompactEncoder()
        except WeightsError as error:
            raise ModelError(f"{error} Install Shiage again.") from error
    entries = stored()
    entry = entries[model.file]
    second: Path | None = entries[entry.needs].path if entry.needs else None
    if name.startswith(BACKBONE) and precision != "float32":
        raise ModelError(f"{name} computes in float32 only; leave the precision out.")
    try:
        with _driver_problems() as problems:
            if name.startswith(TRAINED):
                return CompactEncoder(entry.path, name=name)
            if name.startswith(BACKBONE):
                return load_backbone(model.file, weights=entry.path, device=device, notice=notice)
            return load_dacon(
                entry.path, dinov2=second, device=device, precision=precision, notice=notice
            )
    except (CheckpointError, DeviceError, WeightsError) as error:
        raise ModelError(str(error)) from error
    finally:
        for problem in problems:
            notice(f"The graphics card is not used ({problem}); update its driver.")


def devices() -> str:
    """Say what networks can run on here; imports torch, so ask in a process of its own."""
    with _driver_problems() as problems:
        import torch

        names = [
            f"cuda:{index} ({torch.cuda.get_device_name(index)})"
            for index in range(torch.cuda.device_count() if torch.cuda.is_available() else 0)
        ]
        if torch.backends.mps.is_available():
            names.append("mps")
    names.append(f"cpu ({platform.machine()}, {torch.get_num_threads()} threads)")
    return ", ".join([*names, *problems])


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
