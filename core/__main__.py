"""The command line: all commands of `shiage` but the window. No Qt here."""

import argparse
import multiprocessing
import os
import platform
import re
import signal
import sys
import tempfile
import threading
from collections.abc import Sequence
from concurrent.futures import ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from dataclasses import asdict, astuple
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import get_args

from core import __version__, data_commands, models, train_commands
from core.encoders import Encoder
from core.engine import Engine
from core.evaluate import SETTINGS, EvaluationError, evaluate_clip, find_clips
from core.jobs import (
    ClipOpened,
    Export,
    ExportDone,
    Exported,
    FindSheets,
    FrameFailed,
    FrameFile,
    LinesUnclear,
    Notice,
    OpenClip,
    Predict,
    ReadSheets,
    SheetRead,
    SheetsFound,
)
from core.metrics import Metrics, mean
from core.model_commands import add_commands
from core.paint import TraceRule
from core.palette import Palette, color_name
from core.places import cache_folder, cuts_folder, models_folder
from core.published import published
from core.report import BAD_INPUT, DONE, INTERRUPTED, Report, Stop
from core.sheets import SheetFiles

PACKAGES = ("numpy", "opencv-python-headless", "pillow", "PySide6-Essentials", "torch", "timm")


def main(arguments: Sequence[str] | None = None) -> int:
    """Run a subcommand and return the exit code."""
    options = _parser().parse_args(arguments)
    interrupted = threading.Event()
    former = signal.signal(signal.SIGINT, lambda *_: interrupted.set())
    try:
        code: int = options.run(options, Report(as_json=options.json), interrupted)
        sys.stdout.flush()
    except Stop as stop:
        return stop.code
    except BrokenPipeError:  # whoever read the output has seen enough (`| head`)
        sys.stdout = Path(os.devnull).open("w")  # noqa: SIM115 - until the process ends
        return INTERRUPTED
    finally:
        signal.signal(signal.SIGINT, former)
    return code


# ---------------------------------------------------------------- colorize


def _colorize(options: argparse.Namespace, report: Report, interrupted: threading.Event) -> int:
    """Predict a clip from design sheets and export it."""
    engine = Engine(_encoder(options, report), cache_folder())
    opened = _clip(engine, options.clip, report)
    palette, files = _sheets(engine, options.refs, report)
    frames = tuple(
        FrameFile(number, frame.path, frame.cel) for number, frame in enumerate(opened.clip.frames)
    )
    predict = Predict(revision=0, frames=frames, sheets=files, palette=palette)
    export = Export(predict, options.out, options.trace, stop=interrupted)
    report.start(len(frames), "frame")
    done: ExportDone | None = None
    for answer in engine.run(export):
        match answer:
            case Exported():
                report.advance("frame", file=str(answer.path), unpainted=answer.unpainted)
            case FrameFailed(text=text):
                report.advance("failed", notice=text)
                report.complain(text)
            case Notice(text):
                report.complain(text)
            case ExportDone():
                done = answer
    report.end()
    if interrupted.is_set():
        return INTERRUPTED
    if done is None:
        return BAD_INPUT
    text = f"{done.frames} frames in {done.folder}: {done.segments} segments"
    if done.unpainted:
        text += f", {done.unpainted} without colour (transparent)"
    report.say(
        "done",
        text,
        folder=str(done.folder),
        frames=done.frames,
        segments=done.segments,
        unpainted=done.unpainted,
        failed=len(done.failed),
    )
    return BAD_INPUT if done.failed else DONE


def _clip(engine: Engine, folder: Path, report: Report) -> ClipOpened:
    for answer in engine.run(OpenClip(folder)):
        if isinstance(answer, Notice):
            report.complain(answer.text)
        elif isinstance(answer, ClipOpened):
            return answer
    raise Stop(BAD_INPUT)


def _sheets(engine: Engine, folder: Path, report: Report) -> tuple[Palette, tuple[SheetFiles, ...]]:
    palette, good = Palette(), []
    for found in engine.run(FindSheets((folder,))):
        if isinstance(found, Notice):
            report.complain(found.text)
        elif isinstance(found, SheetsFound):
            for answer in engine.run(ReadSheets(found.sheets)):
                match answer:
                    case SheetRead(files, sheet):
                        good.append(files)
                        palette = palette.with_colors(sheet.palette_colors())
                    case LinesUnclear(files, candidates):
                        names = ", ".join(color_name(rgba) for rgba, _ in candidates[:6])
                        report.complain(
                            f"{files.color.name}: its lines may be {names}; give a line drawing "
                            "with it, or choose the line colours in the window."
                        )
                    case Notice(text):
                        report.complain(text)
    if not good:  # why has been said above
        raise Stop(BAD_INPUT)
    return palette, tuple(good)


def _encoder(options: argparse.Namespace, report: Report) -> Encoder:
    try:
        return models.load(options.model, device=options.device, notice=report.complain)
    except models.ModelError as error:
        report.complain(str(error))
        raise Stop(BAD_INPUT) from error


# ---------------------------------------------------------------- evaluate


def _evaluate(options: argparse.Namespace, report: Report, interrupted: threading.Event) -> int:
    """Measure a model on clips with ground truth."""
    encoder = _encoder(options, report)
    results: list[Metrics] = []
    try:
        clips = find_clips(options.folder)
        report.start(len(clips), "clip")
        for clip in clips:
            for result in evaluate_clip(encoder, clip, options.setting, shots=options.shots):
                results.append(result.metrics)
                figures = asdict(result.metrics)
                if options.json:
                    report.say("frame", "", clip=result.clip, frame=result.frame, **figures)
                if interrupted.is_set():
                    report.end()
                    return INTERRUPTED
            report.advance("clip", clip=clip.name)
    except EvaluationError as error:
        report.end()
        report.complain(str(error))
        return BAD_INPUT
    report.end()
    if not results:
        report.complain(f"{options.folder} has no frame to measure in this setting.")
        return BAD_INPUT
    total = mean(results)
    heading = f"{options.model}, {options.setting}, {len(clips)} clips, {len(results)} frames"
    cells = zip(Metrics.NAMES, astuple(total), strict=True)
    text = heading + "\n" + "  ".join(f"{name} {100 * value:.2f}" for name, value in cells)
    report.say("mean", text, clips=len(clips), frames=len(results), **asdict(total))
    for row in published(options.model, options.setting, options.shots):
        cells = zip(Metrics.NAMES, astuple(row.figures), strict=True)
        text = "  ".join(f"{name} {value:.2f}" for name, value in cells)
        where = f"PaintBucket-Character v2 test{', ' + row.part if row.part else ''}"
        shares = {name: value / 100 for name, value in asdict(row.figures).items()}
        report.say("published", f"published on {where}\n{text}", part=row.part, **shares)
    return DONE


# ---------------------------------------------------------------- doctor


def _doctor(options: argparse.Namespace, report: Report, interrupted: threading.Event) -> int:  # noqa: ARG001
    """Say what this installation is made of and whether it can write where it must."""
    facts = {"shiage": __version__, "python": platform.python_version()}
    facts |= {name: _version(name) for name in PACKAGES}
    facts |= {
        "system": platform.platform(),
        "processor": f"{os.cpu_count()} cores",
        "device": _devices(),
        "usable": ", ".join(
            each.model.name for each in models.installed() if each.state in ("built in", "ready")
        ),
        "cache": _writable(cache_folder()),
        "cuts": _writable(cuts_folder()),
        "models": _writable(models_folder()),
    }
    width = max(map(len, facts))
    lines = [f"{name:<{width}}  {value}" for name, value in facts.items()]
    report.say("doctor", "\n".join(lines), **facts)
    is_well = all("not writable" not in value for value in facts.values())
    return DONE if is_well else BAD_INPUT


def _devices() -> str:
    """Ask a process of its own, because torch takes seconds to import and may fail to."""
    context = multiprocessing.get_context("spawn")
    with ProcessPoolExecutor(1, mp_context=context) as other:
        try:
            return other.submit(models.devices).result()
        except (BrokenProcessPool, ImportError, OSError, RuntimeError) as error:
            return f"PyTorch cannot be used ({error})"


def _version(package: str) -> str:
    try:
        return version(package)
    except PackageNotFoundError:
        return "not installed"


def _writable(folder: Path) -> str:
    try:
        folder.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryFile(dir=folder):
            return f"{folder} (writable)"
    except OSError as error:
        return f"{folder} (not writable: {error.strerror})"


# ---------------------------------------------------------------- arguments


def _device(name: str) -> str:
    if not re.fullmatch(r"auto|cpu|mps|cuda(:\d+)?", name):
        raise argparse.ArgumentTypeError(f"“{name}” is none of auto, cuda, cuda:N, mps, cpu")
    return name


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="shiage", description="Colour cuts of line drawings.")
    parser.add_argument("--version", action="version", version=f"shiage {__version__}")
    commands = parser.add_subparsers(required=True, metavar="COMMAND")

    colorize = commands.add_parser("colorize", help="colour a clip from design sheets")
    colorize.add_argument("clip", type=Path, help="folder of line drawings")
    colorize.add_argument("--refs", type=Path, required=True, help="folder of design sheets")
    colorize.add_argument("--out", type=Path, required=True, help="folder for the coloured PNGs")
    colorize.add_argument(
        "--trace",
        choices=get_args(TraceRule),
        default="darker",
        help="who gets the trace lines: the darker neighbour, or the one with more pixels around",
    )
    colorize.set_defaults(run=_colorize)

    evaluate = commands.add_parser("evaluate", help="measure a model on clips with ground truth")
    evaluate.add_argument("folder", type=Path, help="a clip, or a folder of clips")
    evaluate.add_argument("--setting", choices=SETTINGS, default="keyframe")
    evaluate.add_argument(
        "--shots", type=int, default=1, help="sheets to use, 0 for all (keyframe)"
    )
    evaluate.set_defaults(run=_evaluate)

    doctor = commands.add_parser("doctor", help="versions, device, models, write access")
    doctor.set_defaults(run=_doctor)
    training = train_commands.add_commands(commands)
    dataset, benchmark = data_commands.add_commands(commands)
    for command in (colorize, evaluate, benchmark):
        command.add_argument("--model", default=models.DEFAULT, help="name of the encoder")
    for command in (colorize, evaluate, benchmark, *training):
        command.add_argument(
            "--device",
            default="auto",
            type=_device,
            metavar="auto|cuda|cuda:N|mps|cpu",
            help="where its networks run",
        )
    others = (*training, dataset, benchmark, *add_commands(commands))
    for command in (colorize, evaluate, doctor, *others):
        command.add_argument("--json", action="store_true", help="one JSON object per line")
    return parser


if __name__ == "__main__":
    sys.exit(main())
