"""The training loop of every model: steps, reports, checkpoints, and going on after a stop.

A run is a function of its plan, its data and the clock. Everything drawn at random depends on seed
and step alone, and a checkpoint holds the rest, so a run that was stopped goes on as if it had not
been.
"""

import io
import json
import math
import pickle
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import asdict
from pathlib import Path
from threading import Event
from typing import Any, Protocol

import torch
from torch import Tensor, nn

from core.files import write_whole
from core.training import parallel
from core.training.curve import draw_curve
from core.training.progress import Progress

CHECKPOINT, CURVE = ".checkpoint", ".png"
"""Endings of the files beside the weights: what a run goes on from, and its learning curve."""


NO_CHECKPOINT = (RuntimeError, EOFError, AttributeError, KeyError, TypeError, ValueError)
"""What a foreign or damaged file raises when it is read as a checkpoint."""


class MisfitError(Exception):
    """A checkpoint is of another run; a few words."""


class TrainingError(Exception):
    """A training cannot go on; one sentence: which file, what is wrong, what to do."""


class Trainer(Protocol):
    """What the loop asks of a model in training.

    Attributes:
        step: steps done.
        steps: of the whole run, where the clock does not end it.
        batch: independent parts of a step; the loss of a step is their mean.
        device: where it computes.
        parameters: what is trained.
    """

    step: int
    steps: int
    batch: int
    device: torch.device
    parameters: list[nn.Parameter]

    def loss(self, part: int) -> tuple[Tensor, Tensor]:
        """Return loss and accuracy of one part of the present step, one number each."""
        ...

    def update(self, share: float) -> None:
        """Take the step that the gradients ask for; `share` of the run is done."""
        ...

    def state(self) -> dict[str, Any]:
        """Return all that `load` needs: tensors, numbers, texts."""
        ...

    def load(self, state: dict[str, Any]) -> None:
        """Go on from a state, or raise `MisfitError`."""
        ...

    def weights(self) -> bytes:
        """Return the file of weights that the model is used with."""
        ...

    def measure(self) -> dict[str, float]:
        """Return the development accuracy, in per cent."""
        ...


def run(
    trainer: Trainer,
    out: Path,
    *,
    minutes: float | None = None,
    resume: Path | None = None,
    save_seconds: float = 180,
    report_seconds: float = 10,
    stop: Event | None = None,
    clock: Callable[[], float] = time.monotonic,
) -> Iterator[Progress]:
    """Train until all steps are done, or the time is up, or `stop` is set.

    Args:
        trainer: the model.
        out: the weights, rewritten with every checkpoint; checkpoint and curve lie beside them.
        minutes: ends the run, and the learning rate follows the share of them that is used.
        resume: a checkpoint to go on from.
        save_seconds: between checkpoints; there is one at the end as well.
        report_seconds: between reports; every checkpoint is reported.
        stop: ends the run after the step it is on, with a checkpoint.
        clock: seconds from any moment on.

    Raises:
        TrainingError: if the checkpoint is none of this run, a file cannot be written, or loss or
            weights are no numbers any more; files of before are then as they were.
    """
    history = [] if resume is None else _resume(trainer, resume)
    before = seconds = saved = reported = history[-1].seconds if history else 0.0
    started, means = clock(), _Means()
    while True:
        share = seconds / (60 * minutes) if minutes else trainer.step / trainer.steps
        is_stopped = stop is not None and stop.is_set()
        values = (seconds, share, is_stopped or share >= 1)
        seconds, share, ends = parallel.agreed(values, trainer.device)
        is_saving = ends or seconds - saved >= save_seconds
        if means.count and (is_saving or seconds - reported >= report_seconds):
            loss, accuracy = means.take()
            _check_numbers(trainer, loss, out)
            is_mine = is_saving and parallel.rank() == 0
            development = trainer.measure() if is_mine else {}
            progress = Progress(
                trainer.step, min(share, 1.0), seconds, loss, accuracy, development=development
            )
            history.append(progress)
            reported = seconds
            saved = seconds if is_saving else saved
            if is_mine:
                _save(trainer, out, history)
            yield progress
        if ends:
            return
        means.add(take_step(trainer, share))
        seconds = before + clock() - started


def take_step(trainer: Trainer, share: float) -> Tensor:
    """Take one step, this process its parts of it.

    Returns:
        `[2]`, loss and accuracy of the whole step, on the device: nobody waits for them.
    """
    totals = torch.zeros(2, device=trainer.device)
    for part in range(parallel.rank(), trainer.batch, parallel.processes()):
        loss, accuracy = trainer.loss(part)
        (loss / trainer.batch).backward()  # type: ignore[no-untyped-call]
        totals += torch.stack([loss.detach(), accuracy]) / trainer.batch
    for parameter in trainer.parameters:
        if parameter.grad is None:
            parameter.grad = torch.zeros_like(parameter)
    parallel.add_up([*(each.grad for each in trainer.parameters if each.grad is not None), totals])
    trainer.update(share)
    trainer.step += 1
    return totals


def check_plan(stored: str, own: str) -> None:
    """Compare the plans of a checkpoint and of this run, both JSON objects.

    Raises:
        MisfitError: if they differ.
    """
    was, now = json.loads(stored), json.loads(own)
    different = sorted(key for key in now if was.get(key) != now[key])
    if different:
        names = (
            f"another {key}"
            if isinstance(now[key], dict)
            else f"another {key} ({was.get(key)}, not {now[key]})"
            for key in different
        )
        raise MisfitError(
            f"it was made with {' and '.join(names)}; give the options that it began with again,"
            " --from among them"
        )


def cosine(step: int, share: float, *, warmup: int) -> float:
    """Return the share of the learning rate: up over some steps, then down half a cosine."""
    warm = min(1.0, (step + 1) / max(warmup, 1))
    return warm * (1 + math.cos(math.pi * min(share, 1.0))) / 2 + 1e-3


def write(path: Path, data: bytes) -> None:
    """Write a file whole or not at all.

    Raises:
        TrainingError: if the disk refuses; what was there before is still there.
    """
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        write_whole(path, data)
    except OSError as error:
        raise TrainingError(
            f"{path} cannot be written ({error.strerror}); make room or choose another --out, then"
            " go on from the last checkpoint with --resume."
        ) from error


def _check_numbers(trainer: Trainer, loss: float, out: Path) -> None:
    """Refuse to go on, and to save, with a loss or with weights that are not finite.

    The weights say it a step earlier: the loss of a step is that of the weights before it.
    """
    is_finite = all(bool(each.isfinite().all()) for each in trainer.parameters)
    if not (math.isfinite(loss) and is_finite):
        kept = f", from the last good weights with --from {out}" if out.exists() else ""
        raise TrainingError(
            f"Loss or weights are no numbers any more at step {trainer.step}, which is not saved;"
            f" begin another run with a lower --rate{kept}."
        )


def _save(trainer: Trainer, out: Path, history: Sequence[Progress]) -> None:
    stored = io.BytesIO()
    torch.save({**trainer.state(), "history": [asdict(each) for each in history]}, stored)
    write(out.with_suffix(CHECKPOINT), stored.getvalue())
    write(out, trainer.weights())
    write(out.with_suffix(CURVE), draw_curve(history))


def _resume(trainer: Trainer, path: Path) -> list[Progress]:
    try:
        stored = torch.load(  # noqa: TID251 -- our own checkpoint
            path, weights_only=True, map_location=trainer.device
        )
        history = [Progress(**each) for each in stored.pop("history")]
        trainer.load(stored)
    except OSError as error:
        raise TrainingError(
            f"{path} cannot be read ({error.strerror}); choose another --resume."
        ) from error
    except MisfitError as error:
        raise TrainingError(f"{path} does not go with this run: {error}.") from error
    except (pickle.UnpicklingError, *NO_CHECKPOINT) as error:
        raise TrainingError(
            f"{path} is no checkpoint of a training, or it is damaged; choose another one."
        ) from error
    return history


class _Means:
    """The means of loss and accuracy since they were last taken."""

    def __init__(self) -> None:
        self.count = 0
        self._sums: Tensor | float = 0.0

    def add(self, values: Tensor) -> None:
        self.count += 1
        self._sums = values + self._sums

    def take(self) -> tuple[float, float]:
        assert isinstance(self._sums, Tensor)
        loss, accuracy = (self._sums / self.count).tolist()
        self.count, self._sums = 0, 0.0
        return loss, accuracy
