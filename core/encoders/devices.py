"""Devices: where networks run, in which precision, and what happens when memory runs out."""

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import Literal, TypeVar, get_args

import numpy as np
import numpy.typing as npt
import torch
from torch import Tensor, nn
from torch.nn import functional

from core.encoders import SegmentFeatures, Stopped

Precision = Literal["float32", "bf16", "fp16"]

DTYPES = {"float32": torch.float32, "bf16": torch.bfloat16, "fp16": torch.float16}

SAME_MATCHES = 0.995
"""A faster precision is accepted from this share of best matches equal to float32's on."""

_WAY = "the processor computes instead, which takes longer; update the graphics driver."

Stage = Callable[..., tuple[Tensor, ...]]

Item = TypeVar("Item")
Result = TypeVar("Result")


class Passes:
    """What a network had worked out when it was stopped, for the next pass over the same images.

    A large network takes seconds for a drawing; without this, somebody who clicks faster than that
    would keep it from ever finishing one.
    """

    def __init__(self) -> None:
        """Begin with nothing."""
        self._images: Tensor | None = None
        self._done = 0
        self._state: tuple[Tensor, ...] = ()

    def run(self, stages: Sequence[Stage], images: Tensor) -> Tensor:
        """Run stages one after the other from where the last pass over equal images stopped.

        Args:
            stages: each takes the tensors that the one before returned, and does not change them.
            images: `[B, 3, h, w]`, what the first one gets.

        Returns:
            The first tensor of the last stage; it is kept as well, until `forget`.

        Raises:
            Stopped: if a stage does.
        """
        if self._images is None or not _is_same(self._images, images):
            self._images, self._done, self._state = images, 0, (images,)
        try:
            for stage in stages[self._done :]:
                self._state = stage(*self._state)
                self._done += 1
        except Stopped:
            raise
        except Exception:  # out of memory, mostly: what is kept here is part of it
            self.forget()
            raise
        return self._state[0]

    def forget(self) -> None:
        """Let go of everything: the drawing is done."""
        self._images, self._state = None, ()


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


def usable_device(name: str, notice: Callable[[str], None]) -> torch.device:
    """Return the device with a name if a small forward pass runs there, else the processor.

    `notice` is told in a sentence why the processor takes over.

    Raises:
        DeviceError: if there is no such device here.
    """
    device = pick_device(name)
    try:
        probe(device)
    except DeviceError as error:
        notice(str(error))
        return torch.device("cpu")
    return device


def probe(device: torch.device) -> None:
    """Run one small forward pass with all that the networks are made of.

    Raises:
        DeviceError: if the device does not do it, whatever its driver said before.
    """
    try:
        with computing(device, "float32"):
            x = functional.conv2d(torch.ones(1, 1, 8, 8), torch.ones(1, 1, 3, 3), padding=1)
            expected = functional.instance_norm(x).flatten(2) @ torch.ones(64, 2)
            x, kernel = torch.ones(1, 1, 8, 8, device=device), torch.ones(1, 1, 3, 3, device=device)
            x = functional.conv2d(x, kernel, padding=1)
            found = functional.instance_norm(x).flatten(2) @ torch.ones(64, 2, device=device)
            is_right = torch.allclose(found.cpu(), expected, atol=1e-3)
    except (RuntimeError, AssertionError, OSError) as error:  # how torch says what drivers say
        why = str(error).strip().splitlines() or [type(error).__name__]
        raise DeviceError(f"{device} does not compute ({why[0].rstrip('.')}); {_WAY}") from error
    if not is_right:
        raise DeviceError(f"{device} computes wrong numbers; {_WAY}")


def fastest(device: torch.device) -> Precision:
    """Return the precision that a device is fastest in; whether the matches hold is to be tried."""
    order: tuple[Precision, ...] = ("bf16", "fp16")
    return next((each for each in order if _computes(device, each)), "float32")


def check_precision(precision: Precision, device: torch.device) -> None:
    """Refuse a precision that a device only emulates (bf16: 8 times slower, measured).

    Raises:
        DeviceError: if the device has no instructions for it.
    """
    if precision not in get_args(Precision):
        raise DeviceError(
            f"There is no precision “{precision}”; choose {', '.join(get_args(Precision))}."
        )
    if not _computes(device, precision):
        raise DeviceError(f"{device} does not compute in {precision} by itself; choose float32.")


@contextmanager
def computing(device: torch.device, precision: Precision) -> Iterator[None]:
    """Run networks for inference, the same way every time.

    In float32 the tensor cores' shortened TF32 stays off: published figures are to be met.
    """
    exact = torch.backends.cudnn.flags(
        enabled=True, benchmark=False, deterministic=True, allow_tf32=False
    )
    cast = torch.autocast(device.type, DTYPES[precision], enabled=precision != "float32")
    with torch.inference_mode(), exact, cast:
        yield


def stop_inside(network: nn.Module, is_stopped: Callable[[], bool]) -> None:
    """Let a network look before every layer whether it shall go on: a pass may take seconds.

    It raises `Stopped` as soon as `is_stopped` says so.
    """

    def look(*_: object) -> None:
        if is_stopped():
            raise Stopped

    for module in network.modules():
        module.register_forward_pre_hook(look)


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


def _is_same(one: Tensor, other: Tensor) -> bool:
    return one.device == other.device and one.shape == other.shape and torch.equal(one, other)


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


def _computes(device: torch.device, precision: Precision) -> bool:
    """Say whether a device has instructions of its own for a precision."""
    if precision == "float32":
        return True
    if device.type == "cpu":
        return precision == "bf16" and _cpu_has_bfloat16()
    if device.type == "cuda":
        return precision == "fp16" or torch.cuda.is_bf16_supported(including_emulation=False)
    return precision == "fp16"


def _cpu_has_bfloat16() -> bool:
    """Say whether the processor multiplies bfloat16 itself; without, it is emulated."""
    found = torch.cpu.get_capabilities()
    return any(found.get(name, False) for name in ("avx512_bf16", "amx_bf16", "amx_tile", "bf16"))
