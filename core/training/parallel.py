"""Several processes, one training: each takes its part of every step, and gradients are added up.

`torchrun` starts the processes; without it there is one, and nothing here does anything.
"""

import os
from collections.abc import Iterator, Sequence
from contextlib import contextmanager

import torch
from torch import Tensor, distributed

from core.encoders.devices import DeviceError

BACKENDS = {"cuda": "cpu:gloo,cuda:nccl"}
"""What adds up, by device: nccl serves graphics cards only, and not all tensors lie on them."""


@contextmanager
def joined(device: torch.device) -> Iterator[None]:
    """Work together with the other processes that `torchrun` started, if it did.

    Raises:
        DeviceError: if it did not, though the environment looks like it, or they are not found.
    """
    if not {"RANK", "WORLD_SIZE"} <= os.environ.keys():
        yield
        return
    try:
        distributed.init_process_group(BACKENDS.get(device.type, "gloo"))
    except (ValueError, RuntimeError) as error:
        raise DeviceError(
            "RANK and WORLD_SIZE are set, but the processes do not find each other"
            f" ({str(error).splitlines()[0]}); start them with torchrun, or unset both."
        ) from error
    try:
        yield
    finally:
        distributed.destroy_process_group()


def own_device(device: torch.device) -> torch.device:
    """Return the graphics card of this process where there are several.

    Raises:
        DeviceError: if there are fewer cards than processes.
    """
    number = os.environ.get("LOCAL_RANK", "")
    if device.type != "cuda" or device.index is not None or not number.isdecimal():
        return device
    count = torch.cuda.device_count()
    if int(number) >= count:
        raise DeviceError(
            f"Process {number} has no graphics card of its own: PyTorch finds {count} here; start"
            " one process for each card, or choose --device cpu."
        )
    return torch.device("cuda", int(number))


def rank() -> int:
    """Return the number of this process; 0 reports and writes files."""
    return distributed.get_rank() if distributed.is_initialized() else 0


def processes() -> int:
    """Return how many there are."""
    return distributed.get_world_size() if distributed.is_initialized() else 1


def add_up(tensors: Sequence[Tensor]) -> None:
    """Add tensors up over all processes, in place."""
    if processes() == 1:
        return
    flat = torch.cat([tensor.flatten() for tensor in tensors])
    distributed.all_reduce(flat)
    parts = torch.split(flat, [tensor.numel() for tensor in tensors])
    for tensor, part in zip(tensors, parts, strict=True):
        tensor.copy_(part.view_as(tensor))


def agreed(values: Sequence[float], device: torch.device) -> list[float]:
    """Return what process 0 says: clocks and hands on keys differ."""
    if processes() == 1:
        return list(values)
    shared = torch.tensor(values, dtype=torch.float64, device=device)
    distributed.broadcast(shared, 0)
    found: list[float] = shared.tolist()
    return found
