"""`shiage models`: list what there is, import, fetch, verify, and say where it lies."""

import argparse
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from threading import Event
from typing import TYPE_CHECKING

from core import models
from core.places import models_folder
from core.report import BAD_INPUT, DONE, INTERRUPTED, Report

if TYPE_CHECKING:  # argparse gives its class no public name
    Commands = argparse._SubParsersAction[argparse.ArgumentParser]

Steps = Iterator[models.Progress | models.Imported | models.Refused]


def add_commands(commands: "Commands") -> tuple[argparse.ArgumentParser, ...]:
    """Add `models` and its subcommands; those are returned."""
    parser = commands.add_parser("models", help="list, import, fetch and verify models")
    inner = parser.add_subparsers(required=True, metavar="ACTION")

    def command(name: str, text: str, run: Callable[..., int]) -> argparse.ArgumentParser:
        one = inner.add_parser(name, help=text)
        one.set_defaults(run=run)
        return one

    listing = command("list", "every model, its state, size, memory and licence", _list)
    importing = command("import", "take in files of weights, checked completely", _import)
    importing.add_argument("files", nargs="+", type=Path, metavar="FILE", help=".pth, .safetensors")
    importing.add_argument("--sha256", metavar="HEX", help="what the hash of the file must be")
    importing.add_argument(
        "--as", dest="name", metavar="timm:NAME", help="which other backbone of timm it is"
    )
    fetching = command("fetch", "download a DINOv2 backbone from the Hugging Face hub", _fetch)
    fetching.add_argument("name", metavar="NAME", help="vits14, vitb14, vitl14, vitg14, …_reg")
    verifying = command("verify", "compare every file with its hash at the import", _verify)
    path = command("path", "the folder of the files; SHIAGE_MODELS names another", _path)
    return listing, importing, fetching, verifying, path


def _list(options: argparse.Namespace, report: Report, interrupted: Event) -> int:  # noqa: ARG001
    """Say what there is."""
    rows = [("name", "state", "on disk", "memory", "licence")]
    for state in models.installed():
        model = state.model
        size, memory = models.size_text(state.bytes), models.size_text(model.memory)
        rows.append((model.name, state.state, size, memory, model.licence))
        if options.json:
            report.say(
                "model",
                name=model.name,
                what=model.what,
                state=state.state,
                bytes=state.bytes,
                memory=model.memory or None,
                licence=model.licence,
                sha256=state.sha256,
            )
    if not options.json:
        widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
        for row in rows:
            cells = [f"{cell:<{width}}" for cell, width in zip(row, widths, strict=True)]
            report.say("model", "  ".join(cells).rstrip())
    return DONE


def _import(options: argparse.Namespace, report: Report, interrupted: Event) -> int:
    """Take files in."""
    if options.sha256 and len(options.files) > 1:
        report.complain("--sha256 is for one file; import the files one by one.")
        return BAD_INPUT
    steps = models.import_files(
        options.files, interrupted, sha256=options.sha256, name=options.name
    )
    return _follow(steps, report, interrupted)


def _fetch(options: argparse.Namespace, report: Report, interrupted: Event) -> int:
    """Download a backbone."""
    return _follow(models.fetch(options.name, interrupted), report, interrupted)


def _follow(steps: Steps, report: Report, interrupted: Event) -> int:
    """Say what an import or a download does."""
    code, imported = DONE, []
    for step in steps:
        match step:
            case models.Progress(path, done, total):
                if done == 0:
                    report.start(total, "B")
                report.reach("progress", done, file=str(path), total=total)
            case models.Refused(path, text):
                report.end()
                report.say("refused", "", file=str(path), notice=text)
                report.complain(text)
                code = BAD_INPUT
            case models.Imported(path, entry):
                report.end()
                size = models.size_text(entry.bytes)
                text = f"{entry.name} imported: {size}, SHA-256 {entry.sha256}"
                report.say(
                    "imported",
                    text,
                    file=str(path),
                    name=entry.name,
                    bytes=entry.bytes,
                    sha256=entry.sha256,
                )
                imported.append(entry.name)
    report.end()
    _say_more(imported, report)
    return INTERRUPTED if interrupted.is_set() else code


def _say_more(imported: Sequence[str], report: Report) -> None:
    """Say what licences came with the files, and what else they need before they can be used."""
    own = [state.model for state in models.installed() if state.model.file in imported]
    for licence in dict.fromkeys(model.licence for model in own):
        report.say("licence", f"licence: {licence}", licence=licence)
    for model in own:
        try:
            models.check(model.name)
        except models.ModelError as error:
            report.complain(str(error))


def _verify(options: argparse.Namespace, report: Report, interrupted: Event) -> int:  # noqa: ARG001
    """Hash every file again."""
    code = DONE
    for result in models.verify(interrupted):
        if result.problem is None:
            report.say("verified", f"{result.name} is as imported", name=result.name, problem=None)
        else:
            report.say("verified", "", name=result.name, problem=result.problem)
            report.complain(result.problem)
            code = BAD_INPUT
    return INTERRUPTED if interrupted.is_set() else code


def _path(options: argparse.Namespace, report: Report, interrupted: Event) -> int:  # noqa: ARG001
    """Say where the files lie."""
    report.say("path", str(models_folder()), path=str(models_folder()))
    return DONE
