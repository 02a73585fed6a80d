"""The render farm: the job template is valid, and runs on the sample with two cuts."""

import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
TEMPLATE = ROOT / "packaging" / "openjd" / "colorize.yaml"

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="the launcher is a shell script")


def openjd(*arguments):
    return subprocess.run(
        [sys.executable, "-m", "openjd", *map(str, arguments)],
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
    )


def test_the_template_is_valid():
    checked = openjd("check", TEMPLATE, "--extensions", "TASK_CHUNKING")
    assert checked.returncode == 0, checked.stdout


def test_a_job_of_two_cuts_colours_both_and_may_be_submitted_again(sample, tmp_path):
    for name in ("c001", "c002"):
        (tmp_path / name).mkdir()
        for drawing in ("A0001.png", "A0002.png"):
            shutil.copy(sample / "line" / drawing, tmp_path / name / drawing)
    (tmp_path / "cuts.txt").write_text("c001\nc002\n")
    program = tmp_path / "shiage"
    program.write_text(f'#!/bin/sh\ncd "{ROOT}" && exec "{sys.executable}" -m app "$@"\n')
    program.chmod(0o755)
    values = {
        "Cuts": tmp_path / "cuts.txt",
        "CutNumbers": "1-2",
        "CutsPerTask": 1,
        "References": sample / "ref",
        "Output": tmp_path / "out",
        "Model": "geometry",
        "Program": program,
    }
    given = [word for name, value in values.items() for word in ("-p", f"{name}={value}")]
    for skipped in (0, 2):
        ran = openjd("run", TEMPLATE, "--step", "Colour", *given)
        assert ran.returncode == 0, ran.stdout
        assert ran.stdout.count('"event": "skipped"') == skipped
        assert ran.stdout.count('"event": "batch"') == 2  # a task for each
    assert len(list((tmp_path / "out").glob("c00?/A000?.png"))) == 4
