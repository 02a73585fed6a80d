"""Report: how the command line speaks and what it is told: words or JSON, exit codes, devices."""

import argparse
import io
import json
import re
import sys

from tqdm import tqdm

DONE, BAD_INPUT, INTERRUPTED = 0, 2, 130


def device_name(text: str) -> str:
    """Check the spelling of `--device`; whether it can be used shows when a model is loaded."""
    if not re.fullmatch(r"auto|cpu|mps|cuda(:\d+)?", text):
        raise argparse.ArgumentTypeError(f"“{text}” is none of auto, cuda, cuda:N, mps, cpu")
    return text


class OutputError(Exception):
    """Standard output takes nothing more; one sentence."""


class Stop(Exception):  # noqa: N818 - not an error of ours: it carries the exit code out
    """End with this exit code after everything has been said."""

    def __init__(self, code: int) -> None:
        """Carry a code."""
        super().__init__(code)
        self.code = code


class Report:
    """Says what happens: in words and with a progress bar, or as one JSON object per line."""

    def __init__(self, *, as_json: bool) -> None:
        """Choose the form."""
        self._as_json = as_json
        self._bar: tqdm | None = None
        if isinstance(sys.stdout, io.TextIOWrapper) and sys.stdout.errors == "strict":
            # a file's name need not be text, nor fit the terminal; standard error does so by itself
            sys.stdout.reconfigure(errors="backslashreplace")

    def start(self, total: int, unit: str) -> None:
        """Begin to count; on a terminal a bar shows rate and remaining time."""
        self.end()
        if not self._as_json:
            self._bar = tqdm(
                total=total,
                unit=unit,
                unit_scale=unit == "B",
                file=sys.stderr,
                disable=None,
                leave=False,
            )

    def advance(self, event: str, /, **values: object) -> None:
        """Count one."""
        if self._bar is not None:
            self._bar.update()
        if self._as_json:
            self.say(event, "", **values)

    def reach(self, event: str, done: int, /, **values: object) -> None:
        """Say how far it has come."""
        if self._bar is not None:
            self._bar.update(done - self._bar.n)
        if self._as_json:
            self.say(event, "", done=done, **values)

    def end(self) -> None:
        """Take the bar away."""
        if self._bar is not None:
            self._bar.close()
            self._bar = None

    def say(self, event: str, text: str = "", /, **values: object) -> None:
        """Say one thing on standard output.

        Raises:
            BrokenPipeError: if whoever read it has gone.
            OutputError: if it goes to a file and the disk refuses.
        """
        if self._as_json:
            _print(json.dumps({"event": event, **values}, ensure_ascii=False))
        elif text:
            _print(text)

    def complain(self, text: str) -> None:
        """Say one sentence on standard error, or as a notice."""
        if self._as_json:
            self.say("notice", "", notice=text)
        else:
            tqdm.write(f"shiage: {text}", file=sys.stderr)


def _print(text: str) -> None:
    try:
        print(text, flush=True)  # a training says little, and may say it to a file
    except BrokenPipeError:
        raise
    except OSError as error:
        raise OutputError(
            f"The output cannot be written ({error.strerror}): make room or write it elsewhere."
        ) from error
