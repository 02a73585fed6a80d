"""The command line: all commands of `shiage` but the window. No Qt here."""

import argparse
import multiprocessing
import os
import platform
import signal
import sys
import tempfile
import threading
from collections.abc import Sequence
from concurrent.futures import ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

from core import (
    __version__,
    color_commands,
    data_commands,
    model_commands,
    models,
    train_commands,
)
from core.color_commands import load_encoder
from core.evaluate_command import add_evaluate, run_evaluate
from core.places import cache_folder, cuts_folder, models_folder
from core.report import BAD_INPUT, DONE, INTERRUPTED, OutputError, Report, Stop, device_name

PACKAGES = ("numpy", "opencv-python-headless", "pillow", "PySide6-Essentials", "torch", "timm")


def main(arguments: Sequence[str] | None = None) -> int:
    """Run a subcommand and return the exit code."""
    options = _parser().parse_args(arguments)
    interrupted = threading.Event()
    stopping = (signal.SIGINT, signal.SIGTERM)  # Ctrl+C, and what a render farm sends
    former = [signal.signal(each, lambda *_: interrupted.set()) for each in stopping]
    try:
        code: int = options.run(options, Report(as_json=options.json), interrupted)
        sys.stdout.flush()
    except Stop as stop:
        return stop.code
    except BrokenPipeError:  # whoever read the output has seen enough (`| head`)
        _say_nothing_more()
        return INTERRUPTED
    except OutputError as error:
        _say_nothing_more()
        Report(as_json=False).complain(str(error))
        return BAD_INPUT
    finally:
        for each, handler in zip(stopping, former, strict=True):
            signal.signal(each, handler)
    return code


def _say_nothing_more() -> None:
    """Let nothing be written to standard output, also not what waits to be when Python ends."""
    sys.stdout = Path(os.devnull).open("w")  # noqa: SIM115 - until the process ends


def _evaluate(options: argparse.Namespace, report: Report, interrupted: threading.Event) -> int:
    return run_evaluate(options, report, interrupted, load_encoder(options, report))


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
            devices = other.submit(models.devices).result()
        except (BrokenProcessPool, ImportError, OSError, RuntimeError) as error:
            return f"PyTorch cannot be used ({error})"
    names = [f"{name} ({what})" for name, what in devices.found.items()]
    return ", ".join([*names, *devices.problems])


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


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="shiage", description="Colour cuts of line drawings.")
    parser.add_argument("--version", action="version", version=f"shiage {__version__}")
    commands = parser.add_subparsers(required=True, metavar="COMMAND")

    colorize, batch = color_commands.add_commands(commands)
    add_evaluate(commands)
    evaluate = commands.choices["evaluate"]
    evaluate.set_defaults(run=_evaluate)

    doctor = commands.add_parser("doctor", help="versions, device, models, write access")
    doctor.set_defaults(run=_doctor)
    training = train_commands.add_commands(commands)
    dataset, benchmark = data_commands.add_commands(commands)
    for command in (colorize, batch, evaluate, benchmark):
        command.add_argument("--model", default=models.DEFAULT, help="name of the encoder")
    for command in (colorize, batch, evaluate, benchmark, *training):
        command.add_argument(
            "--device",
            default="auto",
            type=device_name,
            metavar="auto|cuda|cuda:N|mps|cpu",
            help="where its networks run",
        )
    for command in (colorize, batch, evaluate):
        command.add_argument(
            "--precision",
            choices=("auto", "float32", "bf16", "fp16"),
            default="auto",
            help="of the networks of DACoN; auto: the fastest that leaves the matches as they are",
        )
    others = (*training, dataset, benchmark, *model_commands.add_commands(commands))
    for command in (colorize, batch, evaluate, doctor, *others):
        command.add_argument("--json", action="store_true", help="one JSON object per line")
    return parser


if __name__ == "__main__":
    sys.exit(main())
