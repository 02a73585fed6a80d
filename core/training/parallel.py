"""Several processes, one training: each takes its part of every step, and gradients are added up.

`torchrun` starts the processes; without it there is one, and nothing here does anything.
"""

import os
from collections.abc import Iterator, Sequence
from contextlib import contextmanager

import torch
from torch import Tensor, distributed


@contextmanager
def joined(device: torch.device) -> Iterator[None]:
    """Work together with the other processes that `torchrun` started, if it did."""
    if "RANK" not in os.environ:
        yield
        return
    distributed.init_process_group("nccl" if device.type == "cuda" else "gloo")
    try:
        yield
    finally:
        distributed.destroy_process_group()


def own_device(device: torch.device) -> torch.device:
    """Return the graphics card of this process where there are several."""
    if device.type == "cuda" and device.index is None and "LOCAL_RANK" in os.environ:
        return torch.device("cuda", int(os.environ["LOCAL_RANK"]))
    return device


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
