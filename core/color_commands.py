"""`shiage colorize` and `shiage batch`: one cut into a folder, or a list of cuts, over night."""

import argparse
from dataclasses import replace
from pathlib import Path
from threading import Event
from typing import TYPE_CHECKING, get_args

from core import __version__, models
from core.batch import (
    BatchError,
    content_of,
    cut_name,
    held,
    is_done,
    pick,
    read_list,
    write_report,
)
from core.clip import cel_of
from core.encoders import Encoder
from core.engine import Engine
from core.images import ImageError
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
from core.paint import TraceRule
from core.palette import Palette, color_name
from core.places import cache_folder
from core.project import CutFileError, Project
from core.report import BAD_INPUT, DONE, INTERRUPTED, Report, Stop
from core.sheets import SheetFiles

if TYPE_CHECKING:  # argparse gives its class no public name
    Commands = argparse._SubParsersAction[argparse.ArgumentParser]


def add_commands(commands: "Commands") -> tuple[argparse.ArgumentParser, ...]:
    """Add `colorize` and `batch`; they are returned."""
    colorize = commands.add_parser("colorize", help="colour a clip or a cut from design sheets")
    colorize.add_argument("clip", type=Path, help="folder of line drawings, or a .cut file")
    colorize.set_defaults(run=_colorize)
    batch = commands.add_parser("batch", help="colour the cuts of a list, each one once")
    batch.add_argument("list", type=Path, help="text file: a folder or .cut file on each line")
    batch.add_argument("--only", metavar="1-4", help="numbers of cuts in the list; all if not said")
    batch.set_defaults(run=_batch)
    for command, what in ((colorize, "the"), (batch, "a folder for each cut's")):
        command.add_argument(
            "--refs", type=Path, help="folder of design sheets; if not said, those of the cut"
        )
        command.add_argument("--out", type=Path, required=True, help=f"{what} coloured PNGs")
        command.add_argument(
            "--trace",
            choices=get_args(TraceRule),
            default="darker",
            help="who gets the trace lines: the darker neighbour, or the one with more pixels",
        )
    return colorize, batch


def load_encoder(options: argparse.Namespace, report: Report) -> Encoder:
    """Load the model of `--model` on `--device` in `--precision`.

    Raises:
        Stop: if it cannot be used; why has been said.
    """
    try:
        return models.load(
            options.model,
            device=options.device,
            precision=options.precision,
            notice=report.complain,
        )
    except models.ModelError as error:
        report.complain(str(error))
        raise Stop(BAD_INPUT) from error


def _colorize(options: argparse.Namespace, report: Report, interrupted: Event) -> int:
    """Predict a clip from design sheets and export it."""
    engine = Engine(load_encoder(options, report), cache_folder())
    predict = _question(engine, options.clip, options.refs, report)
    export = Export(predict, options.out, options.trace, stop=interrupted)
    done = _export(engine, export, report)
    if interrupted.is_set():
        return INTERRUPTED
    return DONE if done is not None and not done.failed else BAD_INPUT


# ---------------------------------------------------------------- many cuts


def _batch(options: argparse.Namespace, report: Report, interrupted: Event) -> int:
    """Colour the cuts of a list; one that fails does not stop the others."""
    try:
        cuts = read_list(options.list)
        if options.only:
            cuts = pick(cuts, options.only)
    except BatchError as error:
        report.complain(str(error))
        return BAD_INPUT
    encoder = load_encoder(options, report)
    failed = 0
    for cut in cuts:
        name = cut_name(cut)
        try:
            with held(options.out, name, interrupted) as is_held:
                if is_held and not _one_of_many(options, cut, encoder, report, interrupted):
                    failed += 1
        except Stop:
            failed += 1
        except BatchError as error:
            report.complain(str(error))
            return BAD_INPUT
        if interrupted.is_set():
            return INTERRUPTED
    text = f"{len(cuts)} cuts, {failed} failed" if failed else f"{len(cuts)} cuts"
    report.say("batch", text, cuts=len(cuts), failed=failed)
    return BAD_INPUT if failed else DONE


def _one_of_many(
    options: argparse.Namespace, cut: Path, encoder: Encoder, report: Report, interrupted: Event
) -> bool:
    """Colour a cut unless that was done before, and return whether all its frames are there."""
    name = cut_name(cut)
    engine = Engine(encoder, cache_folder())  # a new one forgets the drawings of the cut before
    predict = _question(engine, cut, options.refs, report)
    export = Export(predict, options.out / name, options.trace, stop=interrupted)
    file = options.out / f"{name}.json"
    try:
        content = content_of(export, encoder)
        if is_done(file, export, content):
            report.say("skipped", f"{name}: done before", cut=name)
            return True
        done = _export(engine, export, report)
        if done is None or done.failed:
            return False
        write_report(file, done, model=encoder.name, content=content)
    except ImageError as error:
        report.complain(f"{name}: {error}")
        return False
    return True


# ---------------------------------------------------------------- one cut


def _question(engine: Engine, cut: Path, refs: Path | None, report: Report) -> Predict:
    """Make what is asked of the engine from a cut file, or from a clip and its sheets."""
    if cut.suffix.lower() == ".cut":
        asked = _cut_question(cut, report)
        if asked.sheets:  # a person chose them: without one of them it is another question
            colors, files = _read_sheets(engine, asked.sheets, report)
            if files != asked.sheets:
                raise Stop(BAD_INPUT)
            return replace(asked, palette=_with_colors(asked.palette, colors))
        beside: tuple[SheetFiles, ...] = ()
    else:
        opened = _open_clip(engine, cut, report)
        beside = opened.sheets
        frames = (
            FrameFile(number, each.path, each.cel) for number, each in enumerate(opened.clip.frames)
        )
        asked = Predict(revision=0, frames=tuple(frames), sheets=(), palette=Palette())
    found = beside if refs is None else _find_sheets(engine, refs, report)
    if not found:
        report.complain(f"{cut} has no design sheets; name their folder with --refs.")
        raise Stop(BAD_INPUT)
    colors, files = _read_sheets(engine, found, report)
    return replace(asked, sheets=files, palette=_with_colors(asked.palette, colors))


def _with_colors(palette: Palette, other: Palette) -> Palette:
    return palette.with_colors([color.rgba for color in other.colors])


def _cut_question(cut: Path, report: Report) -> Predict:
    """Ask for a cut as a person left it: their corrections, their palette, their sheets."""
    try:
        project = Project.read(cut)
    except CutFileError as error:
        report.complain(str(error))
        raise Stop(BAD_INPUT) from error
    frames = tuple(
        FrameFile(each.id, project.drawings / each.name, cel_of(each.name), each.digest)
        for each in project.frames
    )
    asked = Predict(
        revision=0,
        frames=frames,
        sheets=tuple(sheet.files for sheet in project.sheets),
        palette=project.palette,
        paint={frame.id: project.paint(frame.id) for frame in frames},
    )
    project.close()
    return asked


def _open_clip(engine: Engine, folder: Path, report: Report) -> ClipOpened:
    for answer in engine.run(OpenClip(folder)):
        if isinstance(answer, Notice):
            report.complain(answer.text)
        elif isinstance(answer, ClipOpened):
            return answer
    raise Stop(BAD_INPUT)


def _find_sheets(engine: Engine, folder: Path, report: Report) -> tuple[SheetFiles, ...]:
    for found in engine.run(FindSheets((folder,))):
        if isinstance(found, Notice):
            report.complain(found.text)
        elif isinstance(found, SheetsFound):
            return found.sheets
    raise Stop(BAD_INPUT)


def _read_sheets(
    engine: Engine, sheets: tuple[SheetFiles, ...], report: Report
) -> tuple[Palette, tuple[SheetFiles, ...]]:
    palette, good = Palette(), []
    for answer in engine.run(ReadSheets(sheets)):
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


def _export(engine: Engine, export: Export, report: Report) -> ExportDone | None:
    """Predict and write every frame and say so; None if that was not completed."""
    report.start(len(export.predict.frames), "frame")
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
    if done is None:
        return None
    text = f"{done.frames} frames in {done.folder}: {done.segments} segments"
    if done.unpainted:
        text += f", {done.unpainted} without colour (transparent)"
    report.say(
        "done",
        text,
        shiage=__version__,
        model=engine.model,
        folder=str(done.folder),
        frames=done.frames,
        segments=done.segments,
        unpainted=done.unpainted,
        failed=len(done.failed),
    )
    return done
