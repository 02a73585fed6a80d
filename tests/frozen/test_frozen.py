"""The frozen program predicts, takes a correction, exports what the source exports, and no more."""

import os
import shutil
import subprocess
import time
from pathlib import Path

import pytest
import torch

from core import __version__
from core.__main__ import main
from core.edits import Mark
from core.project import Project
from tests.core.encoders.tiny import state_of
from tests.frozen.conftest import MODEL_FILES

pytestmark = pytest.mark.frozen

COLOR_KEY, COLOR_PLACE = "9", 8

BACKGROUND = ("330", "140")
"""A place of the window at which the canvas shows the background of the first frame."""


def wait_until(condition, process=None, seconds=600):
    """Poll; fails when the time is over or the process has ended."""
    end = time.monotonic() + seconds
    while not (found := condition()):
        assert time.monotonic() < end
        assert process is None or process.poll() is None, f"ended with {process.returncode}"
        time.sleep(0.02)  # another process is watched from outside: there is no signal
    return found


def pictures(folder):
    return {path.name: path.read_bytes() for path in sorted(folder.glob("*.png"))}


def by_source(tmp_path, *arguments):
    """What the source run exports."""
    out = tmp_path / "by source"
    assert main(["colorize", *map(str, arguments), "--out", str(out)]) == 0
    return pictures(out)


@pytest.fixture
def display():
    """An X server with nothing on it, and no window manager.

    Without `-noreset` it starts anew whenever its last client leaves, as each `xdotool` does,
    and refuses whoever comes at that moment: the program that is started then.
    """
    if not (shutil.which("Xvfb") and shutil.which("xdotool")):
        pytest.skip("Xvfb and xdotool are not installed")
    reading, writing = os.pipe()
    arguments = ["-displayfd", str(writing), "-screen", "0", "1600x1000x24", "-noreset"]
    with subprocess.Popen(
        ["Xvfb", *arguments, "-nolisten", "tcp", "-ac"],
        pass_fds=[writing],
        stderr=subprocess.DEVNULL,
    ) as server:
        os.close(writing)
        with os.fdopen(reading) as pipe:
            number = pipe.readline().strip()
        # without a network only the socket in the file system can be reached
        wait_until(Path(f"/tmp/.X11-unix/X{number}").exists, server)
        yield f":{number}"
        server.terminate()


@pytest.fixture
def xdo(display):
    """The hand of a person: xdotool on that display; returns what it prints."""

    def run(*words):
        return subprocess.run(
            ["xdotool", *map(str, words)],
            env=os.environ | {"DISPLAY": display},
            capture_output=True,
            text=True,
            check=False,
        ).stdout.strip()

    return run


def test_doctor_is_green(frozen):
    ran = frozen.run("doctor", **frozen.places)
    assert ran.returncode == 0, ran.stdout + ran.stderr
    assert ran.stdout.startswith("shiage ")
    assert __version__ in ran.stdout.splitlines()[0]
    assert "not installed" not in ran.stdout
    assert "cpu (" in ran.stdout
    assert "compact" in ran.stdout


def test_it_exports_the_same_pictures_as_the_source(frozen, sample, tmp_path):
    bundled = frozen.folder / "_internal" / "resources" / "sample"
    out = frozen.room / "カット 012"
    ran = frozen.run("colorize", bundled, "--refs", bundled / "ref", "--out", out)
    # neither HOME nor a place for the cache is known: features are not kept, and that is all
    assert ran.returncode == 0, ran.stderr
    assert len(pictures(out)) == 16
    assert pictures(out) == by_source(tmp_path, sample, "--refs", sample / "ref")


def test_a_backbone_of_timm_can_be_asked_for_and_the_network_is_not_there(frozen):
    ran = frozen.run("models", "fetch", "vits14", **frozen.places)
    assert ran.returncode == 2
    assert "could not be downloaded" in ran.stderr
    assert len(ran.stderr.splitlines()) == 1


def test_an_imported_dacon_colours_as_in_the_source(frozen, sample, tmp_path, monkeypatch):
    """Its way leads through all of PyTorch, timm and torchvision that is used."""
    torch.save(state_of("1.1"), frozen.room / "tiny.pth")
    ran = frozen.run("models", "import", frozen.room / "tiny.pth", **frozen.places)
    assert ran.returncode == 0, ran.stdout + ran.stderr
    clip = frozen.room / "clip"
    clip.mkdir()
    for name in ("A0001.png", "A0002.png"):
        shutil.copy(sample / "line" / name, clip / name)
    asked = [clip, "--refs", sample / "ref", "--model", "dacon-1.1"]
    out = frozen.room / "out"
    ran = frozen.run("colorize", *asked, "--out", out, **frozen.places)
    assert ran.returncode == 0, ran.stderr
    monkeypatch.setenv("SHIAGE_MODELS", frozen.places["SHIAGE_MODELS"])
    assert len(pictures(out)) == 2
    assert pictures(out) == by_source(tmp_path, *asked)


def test_the_user_cannot_write_to_its_folder_and_the_program_did_not(frozen):
    refused = subprocess.run(
        frozen.confined("/bin/sh", "-c", f'echo x > "{frozen.folder}/x"'),
        capture_output=True,
        check=False,
    )
    assert refused.returncode != 0
    before = {path: path.lstat().st_mtime_ns for path in frozen.folder.rglob("*")}
    assert frozen.run("doctor", **frozen.places).returncode == 0
    assert {path: path.lstat().st_mtime_ns for path in frozen.folder.rglob("*")} == before


def test_the_window_predicts_the_sample_without_a_screen(frozen):
    environment = frozen.places | {"QT_QPA_PLATFORM": "offscreen"}
    with frozen.window("--sample", **environment) as process:
        cache = Path(frozen.places["SHIAGE_CACHE"])
        wait_until(lambda: len(list(cache.glob("*.npz"))) == MODEL_FILES, process)


def test_the_window_is_shown_before_pytorch_is_loaded(frozen, display, xdo):
    with frozen.window(DISPLAY=display, **frozen.places) as process:
        wait_until(lambda: xdo("search", "--onlyvisible", "--name", "^Shiage$"), process)
        maps = Path(f"/proc/{process.pid}/maps").read_text()
        assert "libQt6Widgets" in maps
        assert "libtorch" not in maps


def test_a_click_in_the_window_corrects_and_the_export_is_that_of_the_source(
    frozen, display, xdo, sample, tmp_path, monkeypatch
):
    clip, out = frozen.room / "カット 012", Path(f"/tmp/shiage-export-{os.getpid()}")
    shutil.copytree(sample / "line", clip / "line")
    shutil.copytree(sample / "ref", clip / "ref")
    out.mkdir()
    out.chmod(0o777)
    cache, cuts = (Path(frozen.places[f"SHIAGE_{name}"]) for name in ("CACHE", "CUTS"))
    with frozen.window(clip, DISPLAY=display, **frozen.places) as process:
        title = "カット 012 .* – Shiage"
        window = wait_until(lambda: xdo("search", "--onlyvisible", "--name", title), process)
        wait_until(lambda: len(list(cache.glob("*.npz"))) == MODEL_FILES, process)
        xdo("windowfocus", "--sync", window)
        xdo("key", COLOR_KEY)
        xdo("mousemove", "--window", window, *BACKGROUND, "click", "1")
        xdo("key", "ctrl+e")
        asking = "Export the coloured frames"
        dialog = wait_until(lambda: xdo("search", "--onlyvisible", "--name", asking), process)
        xdo("windowfocus", "--sync", dialog)
        xdo("type", str(out))
        xdo("key", "Return")
        wait_until(lambda: len(pictures(out)) == 16, process)
        wait_until(lambda: not xdo("search", "--onlyvisible", "--name", asking), process)
        xdo("windowfocus", "--sync", window)
        xdo("key", "ctrl+q")
        wait_until(lambda: process.poll() is not None)
        assert process.returncode == 0
    (cut,) = cuts.glob("*.cut")
    project = Project.read(cut)
    (given,) = project.paint(project.frames[0].id).values()
    assert (given.color_id, given.mark) == (project.palette.colors[COLOR_PLACE].id, Mark.CORRECTED)
    project.close()
    monkeypatch.setenv("SHIAGE_CACHE", str(cache))  # the features are compared above
    assert pictures(out) == by_source(tmp_path, cut)
    shutil.rmtree(out)


def test_the_licences_of_what_is_inside_are_there(frozen):
    text = (frozen.folder / "THIRD_PARTY.txt").read_text("utf-8")
    for name in ("PySide6_Essentials", "torch ", "numpy ", "pillow ", "opencv-python-headless "):
        assert f"\n{name}" in text
    for licence in ("GNU LESSER GENERAL PUBLIC", "PYTHON SOFTWARE FOUNDATION", "libxcb-cursor0"):
        assert licence in text
    assert "Files of no package" not in text
    inside = {path.name for path in (frozen.folder / "_internal" / "PySide6").rglob("*.so*")}
    assert "libQt6Widgets.so.6" in inside  # shared, so it can be replaced
