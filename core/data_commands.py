"""`shiage dataset` and `shiage benchmark`: training data out of cuts, and what models are worth."""

import argparse
from collections.abc import Mapping, Sequence
from dataclasses import asdict, astuple
from pathlib import Path
from threading import Event
from typing import TYPE_CHECKING

from core import models
from core.encoders import Encoder
from core.images import ImageError
from core.metrics import Metrics, mean
from core.report import BAD_INPUT, DONE, INTERRUPTED, Report, Stop
from core.training.baselines import LABORATORY, errors_removed, laboratory
from core.training.benchmark import SETTINGS, Answer, measure_clip
from core.training.dataset import DatasetError, LeftOut, Written, export_cut
from core.training.worst import write_worst
from core.truth import TruthError, find_clips

if TYPE_CHECKING:  # argparse gives its class no public name
    Commands = argparse._SubParsersAction[argparse.ArgumentParser]

WORST = 3
"""Pictures per set and setting."""

LEFT = 20
"""Width of the names in the tables."""


def add_commands(commands: "Commands") -> tuple[argparse.ArgumentParser, ...]:
    """Add `dataset` and `benchmark`; they are returned."""
    dataset = commands.add_parser("dataset", help="export finished frames of cuts to train on")
    dataset.add_argument("cuts", type=Path, nargs="+", metavar="CUT", help=".cut files")
    dataset.add_argument("--out", type=Path, required=True, metavar="DIR", help="folder of clips")
    dataset.set_defaults(run=_dataset)
    benchmark = commands.add_parser(
        "benchmark", help="lay a model beside the baselines, in all settings"
    )
    benchmark.add_argument("folders", type=Path, nargs="+", metavar="DIR", help="sets of clips")
    benchmark.add_argument(
        "--worst", type=Path, metavar="DIR", help="for pictures of the worst frames"
    )
    benchmark.set_defaults(run=_benchmark)
    return dataset, benchmark


def _dataset(options: argparse.Namespace, report: Report, interrupted: Event) -> int:
    """Export one cut after the other; one that fails does not keep out the next."""
    code = DONE
    for cut in options.cuts:
        try:
            _export(cut, options.out, report, interrupted)
        except DatasetError as error:
            report.complain(str(error))
            code = BAD_INPUT
        if interrupted.is_set():
            return INTERRUPTED
    return code


def _export(cut: Path, out: Path, report: Report, interrupted: Event) -> None:
    left_out = 0
    for answer in export_cut(cut, out, interrupted):
        match answer:
            case LeftOut(text):
                left_out += 1
                report.complain(text)
            case Written(folder, frames, sheets):
                text = f"{folder}: {frames} frames, {sheets} sheets, {left_out} left out"
                report.say(
                    "clip",
                    text,
                    folder=str(folder),
                    frames=frames,
                    sheets=sheets,
                    left_out=left_out,
                )


# ---------------------------------------------------------------- benchmark


def _benchmark(options: argparse.Namespace, report: Report, interrupted: Event) -> int:
    """Measure a model and the training-free one; quote the laboratory's where it is known."""
    try:
        encoders = {
            name: models.load(name, device=options.device, notice=report.complain)
            for name in dict.fromkeys((options.model, models.GEOMETRY))
        }
        for folder in options.folders:
            found = _measure(encoders, folder, report, interrupted)
            if interrupted.is_set():
                return INTERRUPTED
            for setting in SETTINGS:
                _compare(folder.name, setting, {n: f[setting] for n, f in found.items()}, report)
                if options.worst is not None:
                    answers = found[options.model][setting]
                    name = f"{folder.name} {SETTINGS[setting]}"
                    _draw_worst(answers, options.worst, name, report)
    except (models.ModelError, TruthError, ImageError) as error:
        report.complain(str(error))
        return BAD_INPUT
    return DONE


def _draw_worst(answers: Sequence[Answer], folder: Path, name: str, report: Report) -> None:
    try:
        for path in write_worst(answers, WORST, folder, name):
            report.say("worst", "", file=str(path))
    except OSError as error:
        report.complain(f"{folder} cannot be written to ({error.strerror}).")
        raise Stop(BAD_INPUT) from error


def _measure(
    encoders: Mapping[str, Encoder], folder: Path, report: Report, interrupted: Event
) -> dict[str, dict[str, list[Answer]]]:
    """Return the answers of every encoder in every setting.

    Raises:
        TruthError: if there is no clip.
    """
    found: dict[str, dict[str, list[Answer]]]
    found = {name: {setting: [] for setting in SETTINGS} for name in encoders}
    clips = find_clips(folder)
    report.start(len(clips), "clip")
    for clip in clips:
        if interrupted.is_set():
            break
        for name, encoder in encoders.items():
            for setting, answers in measure_clip(encoder, clip).items():
                found[name][setting] += answers
        report.advance("clip", clip=clip.name)
    report.end()
    if not interrupted.is_set() and not any(found[name]["kf1"] for name in encoders):
        report.complain(
            f"{folder} has no clip to measure: three frames and a sheet, each with its colours, in"
            " CLIP/line, CLIP/gt, CLIP/ref/line and CLIP/ref/gt."
        )
        raise Stop(BAD_INPUT)
    return found


def _compare(
    folder: str, setting: str, found: Mapping[str, Sequence[Answer]], report: Report
) -> None:
    """Say the figures of one set in one setting, a row per model."""
    frames = len(next(iter(found.values())))
    heading = f"{folder}, {SETTINGS[setting]}, {frames} frames"
    names = f"{'':<{LEFT}}" + "".join(f"{name:>12}" for name in Metrics.NAMES)
    report.say("setting", f"{heading}\n{names}", set=folder, setting=setting, frames=frames)
    quoted = laboratory(folder, setting)
    for name, answers in found.items():
        figures = mean([each.metrics for each in answers])
        report.say("figures", _row(name, astuple(figures)), model=name, **asdict(figures))
        if quoted is not None and name != models.GEOMETRY:
            gone = [
                errors_removed(figures.acc, quoted.acc),
                errors_removed(figures.acc_thresh, quoted.acc_thresh),
            ]
            text = _row("  errors removed", gone)
            report.say("errors_removed", text, model=name, acc=gone[0], acc_thresh=gone[1])
    if quoted is not None:
        text = _row(f"{LABORATORY}, quoted", astuple(quoted))
        report.say("quoted", text, model=LABORATORY, **asdict(quoted))


def _row(name: str, shares: Sequence[float]) -> str:
    return f"{name:<{LEFT}}" + "".join(f"{100 * share:>12.1f}" for share in shares)
