"""Devices: where networks run, in which precision, and what happens when memory runs out."""

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import Literal, TypeVar, get_args

import numpy as np
import numpy.typing as npt
import torch

from core.encoders import SegmentFeatures

Precision = Literal["float32", "bfloat16", "float16"]

SAME_MATCHES = 0.995
"""A faster precision is accepted from this share of best matches equal to float32's on."""

Item = TypeVar("Item")
Result = TypeVar("Result")


class DeviceError(Exception):
    """A device cannot be used; one sentence: which, why, what to do."""


def pick_device(name: str = "auto") -> torch.device:
    """Return the device with a name: `auto`, `cpu`, `cuda`, `cuda:N`, `mps`.

    Raises:
        DeviceError: if there is no such device here.
    """
    if name == "auto":
        if torch.cuda.is_available():
            return torch.device("cuda")
        return torch.device("mps" if torch.backends.mps.is_available() else "cpu")
    kind, _, number = name.partition(":")
    if kind not in ("cpu", "cuda", "mps") or not (number or "0").isdecimal():
        raise DeviceError(f"There is no device “{name}”; choose auto, cpu, cuda, cuda:N or mps.")
    count = {"cpu": 1, "mps": int(torch.backends.mps.is_available())}.get(kind)
    count = torch.cuda.device_count() if count is None else count
    if int(number or 0) >= count:
        raise DeviceError(
            f"{name} cannot be used: PyTorch finds"
            f" {count or 'no'} {'graphics cards' if kind == 'cuda' else kind + ' device'} here;"
            " update the graphics driver or choose cpu."
        )
    return torch.device(name)


def check_precision(precision: Precision, device: torch.device) -> None:
    """Refuse a precision that a device only emulates (bfloat16: 8 times slower, measured).

    Raises:
        DeviceError: if the device has no instructions for it.
    """
    if precision not in get_args(Precision):
        raise DeviceError(
            f"There is no precision “{precision}”; choose {', '.join(get_args(Precision))}."
        )
    if precision == "float32":
        return
    if device.type == "cpu":
        can = precision == "bfloat16" and _cpu_has_bfloat16()
    elif device.type == "cuda":
        can = precision == "float16" or torch.cuda.is_bf16_supported(including_emulation=False)
    else:
        can = precision == "float16"
    if not can:
        raise DeviceError(f"{device} does not compute in {precision} by itself; choose float32.")


@contextmanager
def computing(device: torch.device, precision: Precision) -> Iterator[None]:
    """Run networks for inference, the same way every time.

    In float32 the tensor cores' shortened TF32 stays off: published figures are to be met.
    """
    exact = torch.backends.cudnn.flags(
        enabled=True, benchmark=False, deterministic=True, allow_tf32=False
    )
    cast = torch.autocast(device.type, getattr(torch, precision), enabled=precision != "float32")
    with torch.inference_mode(), exact, cast:
        yield


def run_within_memory(
    run: Callable[[Sequence[Item], torch.device], list[Result]],
    items: Sequence[Item],
    *,
    device: torch.device,
    notice: Callable[[str], None],
) -> tuple[list[Result], torch.device]:
    """Run a batch; where memory runs out in halves, and at last on the processor.

    Returns:
        The results, and the device to go on with.
    """
    try:
        return run(items, device), device
    except (torch.OutOfMemoryError, torch.AcceleratorError, RuntimeError) as error:
        is_full = isinstance(error, torch.OutOfMemoryError) or "out of memory" in str(error).lower()
        is_gone = isinstance(error, torch.AcceleratorError) and not is_full
        if device.type == "cpu" or not (is_full or is_gone):
            raise
    # outside of `except`: the error holds on to the tensors it was raised with
    if is_full and device.type == "cuda":
        torch.cuda.empty_cache()
    if is_full and len(items) > 1:
        half = len(items) // 2
        first, device = run_within_memory(run, items[:half], device=device, notice=notice)
        second, device = run_within_memory(run, items[half:], device=device, notice=notice)
        return first + second, device
    notice(
        f"The graphics card ({device}) "
        + ("has too little free memory" if is_full else "does not answer any more")
        + "; this drawing and the next ones are computed on the processor, which takes longer."
    )
    device = torch.device("cpu")
    return run(items, device), device


def match_agreement(exact: Sequence[SegmentFeatures], fast: Sequence[SegmentFeatures]) -> float:
    """Return the share of segments with the same best match in both, every frame with the next.

    A single frame is matched with itself, each segment with the other ones.
    """
    same, total = 0, 0
    for index in range(len(exact)):
        other = (index + 1) % len(exact)
        best = [_best(of[index], of[other], is_same=other == index) for of in (exact, fast)]
        same, total = same + int((best[0] == best[1]).sum()), total + len(best[0])
    return same / total if total else 1.0


def _best(
    targets: SegmentFeatures, references: SegmentFeatures, *, is_same: bool
) -> npt.NDArray[np.intp]:
    if not len(references):
        return np.zeros(0, np.intp)
    similarity = targets @ references.T
    if is_same:
        np.fill_diagonal(similarity, -2)
    best: npt.NDArray[np.intp] = similarity.argmax(axis=1)
    return best


def _cpu_has_bfloat16() -> bool:
    """Say whether the processor multiplies bfloat16 itself; without, it is emulated."""
    found = torch.cpu.get_capabilities()
    return any(found.get(name, False) for name in ("avx512_bf16", "amx_bf16", "amx_tile", "bf16"))
