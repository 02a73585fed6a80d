"""`shiage dataset` and `shiage benchmark`: training data out of cuts, and what models are worth."""

import argparse
from pathlib import Path
from threading import Event
from typing import TYPE_CHECKING

from core.report import BAD_INPUT, DONE, INTERRUPTED, Report
from core.training.dataset import DatasetError, LeftOut, Written, export_cut

if TYPE_CHECKING:  # argparse gives its class no public name
    Commands = argparse._SubParsersAction[argparse.ArgumentParser]


def add_commands(commands: "Commands") -> tuple[argparse.ArgumentParser, ...]:
    """Add `dataset`; it is returned."""
    dataset = commands.add_parser("dataset", help="export finished frames of cuts to train on")
    dataset.add_argument("cuts", type=Path, nargs="+", metavar="CUT", help=".cut files")
    dataset.add_argument("--out", type=Path, required=True, metavar="DIR", help="folder of clips")
    dataset.set_defaults(run=_dataset)
    return (dataset,)


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
