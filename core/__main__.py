"""The command line: colorize, evaluate, doctor. No window, and no Qt."""

import argparse
import json
import os
import platform
import signal
import sys
import tempfile
import threading
from collections.abc import Sequence
from dataclasses import asdict, astuple
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

from tqdm import tqdm

from core import __version__, models
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
from core.palette import Palette, color_name
from core.places import cache_folder, cuts_folder
from core.sheets import SheetFiles

DONE, BAD_INPUT, INTERRUPTED = 0, 2, 130

PACKAGES = ("numpy", "opencv-python-headless", "pillow", "PySide6-Essentials", "torch", "timm")


class Stop(Exception):  # noqa: N818 - not an error of ours: it carries the exit code out
    """End with this exit code after everything has been said."""

    def __init__(self, code: int) -> None:
        """Carry a code."""
        super().__init__(code)
        self.code = code


def main(arguments: Sequence[str] | None = None) -> int:
    """Run a subcommand and return the exit code."""
    options = _parser().parse_args(arguments)
    interrupted = threading.Event()
    former = signal.signal(signal.SIGINT, lambda *_: interrupted.set())
    try:
        code: int = options.run(options, Report(as_json=options.json), interrupted)
    except Stop as stop:
        return stop.code
    finally:
        signal.signal(signal.SIGINT, former)
    return code


class Report:
    """Says what happens: in words and with a progress bar, or as one JSON object per line."""

    def __init__(self, *, as_json: bool) -> None:
        """Choose the form."""
        self._as_json = as_json
        self._bar: tqdm | None = None

    def start(self, total: int, unit: str) -> None:
        """Begin to count; on a terminal a bar shows rate and remaining time."""
        if not self._as_json:
            self._bar = tqdm(total=total, unit=unit, file=sys.stderr, disable=None, leave=False)

    def advance(self, event: str, /, **values: object) -> None:
        """Count one."""
        if self._bar is not None:
            self._bar.update()
        if self._as_json:
            self.say(event, "", **values)

    def end(self) -> None:
        """Take the bar away."""
        if self._bar is not None:
            self._bar.close()

    def say(self, event: str, text: str = "", /, **values: object) -> None:
        """Say one thing on standard output."""
        if self._as_json:
            print(json.dumps({"event": event, **values}, ensure_ascii=False), flush=True)
        elif text:
            print(text)

    def complain(self, text: str) -> None:
        """Say one sentence on standard error, or as a notice."""
        if self._as_json:
            self.say("notice", "", notice=text)
        else:
            tqdm.write(f"shiage: {text}", file=sys.stderr)


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
    export = Export(predict, options.out, stop=interrupted)
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
        return models.load(options.model)
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
    return DONE


# ---------------------------------------------------------------- doctor


def _doctor(options: argparse.Namespace, report: Report, interrupted: threading.Event) -> int:  # noqa: ARG001
    """Say what this installation is made of and whether it can write where it must."""
    facts = {"shiage": __version__, "python": platform.python_version()}
    facts |= {name: _version(name) for name in PACKAGES}
    facts |= {
        "system": platform.platform(),
        "processor": f"{os.cpu_count()} cores",
        "device": "cpu",
        "models": models.DEFAULT,
        "cache": _writable(cache_folder()),
        "cuts": _writable(cuts_folder()),
    }
    width = max(map(len, facts))
    lines = [f"{name:<{width}}  {value}" for name, value in facts.items()]
    report.say("doctor", "\n".join(lines), **facts)
    is_well = all("not writable" not in value for value in facts.values())
    return DONE if is_well else BAD_INPUT


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

    colorize = commands.add_parser("colorize", help="colour a clip from design sheets")
    colorize.add_argument("clip", type=Path, help="folder of line drawings")
    colorize.add_argument("--refs", type=Path, required=True, help="folder of design sheets")
    colorize.add_argument("--out", type=Path, required=True, help="folder for the coloured PNGs")
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
    for command in (colorize, evaluate):
        command.add_argument("--model", default=models.DEFAULT, help="name of the encoder")
    for command in (colorize, evaluate, doctor):
        command.add_argument("--json", action="store_true", help="one JSON object per line")
    return parser


if __name__ == "__main__":
    sys.exit(main())
