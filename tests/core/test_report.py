import io
import json
import os
from contextlib import redirect_stdout

import pytest

from core.report import Report


def as_a_file():
    """Standard output that goes to a file: it holds back what is not flushed."""
    return io.TextIOWrapper(io.BufferedWriter(io.BytesIO()), encoding="utf-8", errors="strict")


def arrived(stream):
    return stream.buffer.raw.getvalue().decode()


@pytest.mark.parametrize("as_json", [False, True])
def test_what_is_said_is_in_a_file_at_once(as_json):
    with redirect_stdout(as_a_file()) as stream:
        Report(as_json=as_json).say("progress", "step 1", step=1)
        assert "step" in arrived(stream)


def test_names_that_are_no_text_are_said_all_the_same():
    name = os.fsdecode("カット".encode("shift_jis"))
    with redirect_stdout(as_a_file()) as stream:
        Report(as_json=False).say("clip", f"{name} done")
        assert arrived(stream).endswith(" done\n")
    with redirect_stdout(as_a_file()) as stream:
        Report(as_json=True).say("clip", clip=name)
        assert json.loads(arrived(stream))["clip"] == name
