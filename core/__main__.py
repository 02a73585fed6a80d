"""The command line: colorize, evaluate, models, doctor. No window, and no Qt."""

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
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import get_args

from core import __version__, models
from core.encoders import Encoder
from core.engine import Engine
from core.evaluate_command import add_evaluate, run_evaluate
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
from core.model_commands import add_commands
from core.paint import TraceRule
from core.palette import Palette, color_name
from core.places import cache_folder, cuts_folder, models_folder
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


def _evaluate(options: argparse.Namespace, report: Report, interrupted: threading.Event) -> int:
    return run_evaluate(options, report, interrupted, _encoder(options, report))


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

    add_evaluate(commands)
    evaluate = commands.choices["evaluate"]
    evaluate.set_defaults(run=_evaluate)

    doctor = commands.add_parser("doctor", help="versions, device, models, write access")
    doctor.set_defaults(run=_doctor)
    for command in (colorize, evaluate):
        command.add_argument("--model", default=models.DEFAULT, help="name of the encoder")
        command.add_argument(
            "--device",
            default="auto",
            type=_device,
            metavar="auto|cuda|cuda:N|mps|cpu",
            help="where its networks run",
        )
    for command in (colorize, evaluate, doctor, *add_commands(commands)):
        command.add_argument("--json", action="store_true", help="one JSON object per line")
    return parser


if __name__ == "__main__":
    sys.exit(main())
