import io
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
