"""`shiage train`: the embedded encoder or DACoN, on folders of clips with ground truth."""

import argparse
import math
import tempfile
from contextlib import suppress
from dataclasses import asdict
from importlib import resources
from pathlib import Path
from threading import Event
from typing import TYPE_CHECKING, cast

from core.files import is_there
from core.models.store import stored
from core.models.table import BACKBONE, COMPACT, find
from core.report import BAD_INPUT, DONE, INTERRUPTED, Report, Stop
from core.truth import TruthError, find_clips

if TYPE_CHECKING:  # torch is imported when a training begins, and argparse hides its class
    import torch

    from core.training.loop import Trainer
    from core.training.progress import Progress

    Commands = argparse._SubParsersAction[argparse.ArgumentParser]

WEIGHTS, CACHE = ".safetensors", ".cache"
"""Endings of the weights, and of the folder beside them of what was computed from the data."""

REPORT_SECONDS = 20

FINE = 0.1
"""Trained weights are trained on at this share of the learning rate."""


def add_commands(commands: "Commands") -> tuple[argparse.ArgumentParser, ...]:
    """Add `train` and its subcommands; those are returned."""
    parser = commands.add_parser("train", help="train a model on clips with ground truth")
    inner = parser.add_subparsers(required=True, metavar="MODEL")
    compact = inner.add_parser("compact", help="the embedded encoder")
    _add_length(compact, "--steps", default=6000)
    compact.add_argument("--variants", type=_positive, default=2, help="of each clip, augmented")
    compact.add_argument("--seed", type=_seed, default=0)
    compact.set_defaults(run=_train, make=_compact)
    dacon = inner.add_parser("dacon", help="DACoN, as published")
    dacon.add_argument("--dino", required=True, metavar="NAME|FILE", help="the frozen DINOv2")
    dacon.add_argument("--version", choices=("1.0", "1.1"), default="1.1", dest="dacon_version")
    dacon.add_argument(
        "--consistency",
        type=_not_negative,
        default=0.2,
        metavar="W",
        help="weight of the Feature Consistency Loss, 0 leaves it out",
    )
    _add_length(dacon, "--epochs", default=5)
    dacon.add_argument("--seed", type=_seed, default=42)
    dacon.set_defaults(run=_train, make=_dacon)
    for command in (compact, dacon):
        add = command.add_argument
        add("--data", type=Path, nargs="+", required=True, metavar="DIR", help="folders of clips")
        add("--out", type=Path, required=True, metavar="FILE", help="weights (.safetensors)")
        add("--development", type=Path, nargs="+", default=[], metavar="DIR", help="to measure on")
        add("--from", dest="start", metavar="NAME|FILE", help="trained weights to begin with")
        add("--batch", type=_positive, default=2, help="groups or pairs of frames in a step")
        add("--rate", type=_above_zero, help="learning rate")
        add("--resume", type=Path, metavar="FILE", help="checkpoint to go on from")
        add("--cache", type=Path, metavar="DIR", help="for what is computed from the data once")
    return compact, dacon


def _add_length(command: argparse.ArgumentParser, unit: str, *, default: int) -> None:
    """Add the two ways to say how long a run is; both at once would leave one out."""
    add = command.add_mutually_exclusive_group().add_argument
    text = str(default)  # a number that is given as it is by default would count as not given
    add(unit, type=_positive, default=text, metavar="N", help=f"of the whole run ({default})")
    add("--minutes", type=_above_zero, metavar="N", help="end it by the clock instead")


def _positive(text: str) -> int:
    return _whole(text, low=1, words="a whole number from 1 on")


def _seed(text: str) -> int:  # as both numpy and torch take it
    return _whole(text, words="a whole number from 0 to 2**63 - 1")


def _whole(text: str, *, low: int = 0, words: str) -> int:
    with suppress(ValueError):
        if low <= int(text) < 2**63:
            return int(text)
    raise argparse.ArgumentTypeError(f"“{text}” is not {words}")


def _above_zero(text: str) -> float:
    with suppress(ValueError):
        if 0 < float(text) < math.inf:
            return float(text)
    raise argparse.ArgumentTypeError(f"“{text}” is not a number above 0")


def _not_negative(text: str) -> float:
    with suppress(ValueError):
        if 0 <= float(text) < math.inf:
            return float(text)
    raise argparse.ArgumentTypeError(f"“{text}” is not 0 or a number above it")


def _train(options: argparse.Namespace, report: Report, interrupted: Event) -> int:
    """Train; what the person can set right is one sentence."""
    from core.encoders.checkpoints import CheckpointError
    from core.encoders.compact import WeightsError
    from core.encoders.devices import DeviceError, pick_device
    from core.training import parallel
    from core.training.check import check_data
    from core.training.loop import TrainingError

    try:
        _check_output(options)
        notices = check_data([*options.data, *options.development])
        device = parallel.own_device(pick_device(options.device))
        with parallel.joined(device):
            if parallel.rank() == 0:
                for notice in notices:
                    report.complain(notice)
            trainer = options.make(options, device, report, interrupted)
            _follow(trainer, options, report, interrupted)
    except (TrainingError, TruthError, CheckpointError, WeightsError, DeviceError) as error:
        report.complain(str(error))
        return BAD_INPUT
    return INTERRUPTED if interrupted.is_set() else DONE


def _follow(
    trainer: "Trainer", options: argparse.Namespace, report: Report, interrupted: Event
) -> None:
    """Run the loop and say how it goes; of several processes the first one speaks."""
    from core.training import parallel
    from core.training.loop import CHECKPOINT, TrainingError, run

    if parallel.processes() > trainer.batch:
        raise TrainingError(
            f"{parallel.processes()} processes cannot share the {trainer.batch} parts of a step;"
            " start fewer of them or give a larger --batch."
        )
    progress = None
    for progress in run(
        trainer,
        options.out,
        minutes=options.minutes,
        resume=options.resume,
        report_seconds=REPORT_SECONDS,
        stop=interrupted,
    ):
        if parallel.rank() == 0:
            report.say("progress", _text(progress), **asdict(progress))
    if progress is None and not interrupted.is_set():
        raise TrainingError(
            f"{options.resume} is at the end of its run; give a longer one to go on with it."
        )
    if parallel.rank() == 0:
        checkpoint = options.out.with_suffix(CHECKPOINT)
        if not interrupted.is_set():
            report.say("end", f"done; weights in {options.out}", out=str(options.out))
        elif checkpoint.exists():
            report.complain(f"stopped; go on with --resume {checkpoint}.")


def _text(progress: "Progress") -> str:
    figures = "".join(f"  {name} {value:.1f}" for name, value in progress.development.items())
    return (
        f"{progress.seconds / 60:.1f} min  {100 * progress.share:.0f} %  step {progress.step}"
        f"  loss {progress.loss:.4f}  right {100 * progress.accuracy:.1f} %{figures}"
    )


def _check_output(options: argparse.Namespace) -> None:
    """Refuse to write over another training or a foreign picture, or where nothing can be written.

    Raises:
        TrainingError: in that case.
    """
    from core.training.loop import CHECKPOINT, CURVE, TrainingError

    out: Path = options.out
    if out.suffix != WEIGHTS:
        raise TrainingError(f"{out} must end with {WEIGHTS}.")
    checkpoint = out.with_suffix(CHECKPOINT)
    is_own = options.resume is not None and options.resume.resolve() == checkpoint.resolve()
    for path in (checkpoint, out):
        if is_there(path) and not is_own:
            way = f"go on with --resume {checkpoint}, or " if is_there(checkpoint) else ""
            raise TrainingError(f"{path} is there already; {way}choose another --out.")
    curve = out.with_suffix(CURVE)
    if is_there(curve) and not is_own:
        raise TrainingError(
            f"{curve} is there already, and the learning curve would be written over it; move it or"
            " choose another --out."
        )
    try:
        out.parent.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryFile(dir=out.parent):
            pass
    except OSError as error:
        raise TrainingError(
            f"{out.parent} cannot be written to ({error.strerror}); choose another --out."
        ) from error


def _cache(options: argparse.Namespace) -> Path:
    cache: Path = options.cache or options.out.with_suffix(CACHE)
    return cache


def _rate(options: argparse.Namespace, default: float) -> float:
    """Return the learning rate: as asked for, or the model's own, less for trained weights."""
    rate: float = options.rate or (default * FINE if options.start else default)
    return rate


def _file(text: str) -> Path:
    """Return a file of weights: that file, or that of an imported model.

    Raises:
        TrainingError: if it is neither.
    """
    from core.training.loop import TrainingError

    if Path(text).is_file():
        return Path(text)
    if text == COMPACT:
        return Path(str(resources.files("resources") / "models" / "compact.safetensors"))
    for name in (text, BACKBONE + text):
        model = find(name)
        entry = stored().get(model.file) if model is not None and model.file else None
        if entry is not None:
            return entry.path
    raise TrainingError(
        f"{text} is neither a file nor an imported model; “shiage models list” says what there is."
    )


# ---------------------------------------------------------------- the two models


def _compact(
    options: argparse.Namespace, device: "torch.device", report: Report, interrupted: Event
) -> "Trainer":
    from core.encoders.compact import from_bytes
    from core.training.check import describe
    from core.training.compact import CompactTrainer, Plan
    from core.training.described import DescribedClips
    from core.training.pool import FramePool

    start = None
    if options.start:
        start = from_bytes(_file(options.start).read_bytes(), name=options.start)
    plan = Plan(
        steps=options.steps,
        groups=options.batch,
        rate=_rate(options, Plan.rate),
        variants=options.variants,
        seed=options.seed,
    )
    clips = [find_clips(folder) for folder in options.data]
    described = DescribedClips(_cache(options), plan.seed)
    report.start(sum(map(len, clips)), "clip")
    for clip, notice in describe(described, clips, plan.variants, interrupted):
        if notice:
            report.complain(notice)
        report.advance("described", clip=str(clip))
    pool = FramePool(device)
    report.start(sum(map(len, clips)), "clip")
    for folder, clip in ((folder, clip) for folder, paths in enumerate(clips) for clip in paths):
        if interrupted.is_set():
            raise Stop(INTERRUPTED)
        pool.add(folder, [described.frames(clip, each) for each in range(plan.variants)])
        report.advance("read", clip=str(clip))
    report.end()
    return CompactTrainer(plan, pool, described, development=options.development, start=start)


def _dacon(
    options: argparse.Namespace,
    device: "torch.device",
    report: Report,  # noqa: ARG001 -- as for the other model
    interrupted: Event,  # noqa: ARG001
) -> "Trainer":
    from core.encoders.checkpoints import read_state
    from core.encoders.dacon_network import dacon_from
    from core.encoders.dinov2 import dinov2_from
    from core.training.dacon import DaconTrainer, Plan, new_network

    path = _file(options.dino)
    dino = dinov2_from(read_state(path), path=path)
    plan = Plan(
        epochs=options.epochs,
        batch=options.batch,
        rate=_rate(options, Plan.rate),
        consistency=options.consistency,
        seed=options.seed,
    )
    if options.start:
        start = _file(options.start)
        network = dacon_from(read_state(start), path=start)
    else:
        network = new_network(options.dacon_version, cast("int", dino.num_features), plan.seed)
    clips = [find_clips(folder) for folder in options.data]
    return DaconTrainer(
        plan,
        network,
        dino,
        clips,
        _cache(options),
        development=options.development,
        device=device,
    )
