"""Which drawings of which folders are trained on."""

import os
import shutil
import sys

import pytest
from PIL import Image

from core.training.check import check_data
from core.training.clips import read_frames
from core.training.described import CLEAN, DescribedClips
from core.truth import complete_drawings
from tests.core.test_truth import store

APPLE = b"\0\5\26\7"
"""How macOS begins the file of attributes that it lays beside each file of a foreign disk."""


@pytest.fixture
def data(clips, tmp_path):
    """A copy of the tiny clips."""
    folder = tmp_path / "data"
    shutil.copytree(clips, folder)
    return folder


@pytest.mark.parametrize("sub", ["", "ref"])
def test_hidden_files_are_no_drawings(data, sub):
    clip = data / "clip0"
    for part in ("line", "gt"):
        (clip / sub / part / "._0000.png").write_bytes(APPLE)
        shutil.copy(clip / sub / part / "0000.png", clip / sub / part / ".0009.png")
    assert check_data([data]) == []
    assert len(complete_drawings(clip / sub)[0]) == (2 if sub else 4)
    assert len(list(read_frames(clip))) == 6


@pytest.mark.parametrize("parts", [("line", "gt"), ("line",), ("gt",)])
@pytest.mark.parametrize("ending", [".PNG", ".tga"])
def test_endings_do_not_matter(data, parts, ending):
    clip = data / "clip0"
    expected = [frame.colors.tolist() for frame in read_frames(clip)]
    for part in parts:
        store(clip / part, ending)
    complete, problems = complete_drawings(clip)
    assert (len(complete), problems) == (4, [])
    assert [frame.colors.tolist() for frame in read_frames(clip)] == expected


def test_a_drawing_with_a_large_ending_that_changes_is_described_anew(data, tmp_path):
    clip = data / "clip0"
    for part in ("line", "gt"):
        store(clip / part, ".PNG")
    assert len(DescribedClips(tmp_path / "cache", seed=0).frames(clip, CLEAN)) == 6
    (clip / "line" / "0003.PNG").unlink()
    assert len(DescribedClips(tmp_path / "cache", seed=0).frames(clip, CLEAN)) == 5


def test_drawings_come_in_the_order_of_their_numbers(data):
    clip = data / "clip0"
    for part in ("line", "gt"):
        for number, name in enumerate(("1", "2", "10", "11")):
            (clip / part / f"{number:04d}.png").rename(clip / part / f"{name}.png")
    assert [path.stem for path in complete_drawings(clip)[0]] == ["1", "2", "10", "11"]


@pytest.mark.skipif(sys.platform != "linux", reason="other systems have no such names")
def test_the_name_of_a_clip_need_not_be_text(data, tmp_path):
    clip = data / os.fsdecode("A_カット".encode("shift_jis"))
    (data / "clip0").rename(clip)
    described = DescribedClips(tmp_path / "cache", seed=0)
    assert [len(described.frames(clip, variant)) for variant in range(2)] == [6, 6]


def test_sheets_that_clips_share_are_trained_on_with_each(data):
    for name in ("clip1", "clip2"):
        shutil.rmtree(data / name / "ref")
    (data / "clip0" / "ref").rename(data / "ref")
    (data / "ref" / "gt" / "0001.png").unlink()
    for name in ("clip0", "clip1", "clip2"):
        assert [frame.is_sheet for frame in read_frames(data / name)] == [False] * 4 + [True]
    assert check_data([data]) == [f"{data / 'ref' / 'gt'} lacks 0001.png; left out."]


def test_a_drawing_that_lies_there_in_two_formats_is_trained_on_once(data):
    clip = data / "clip0"
    for path in list((clip / "line").iterdir()):
        Image.open(path).save(path.with_suffix(".tga"))
    assert [path.name for path in complete_drawings(clip)[0]] == [f"000{n}.png" for n in range(4)]


def test_of_colours_in_two_formats_those_are_looked_at_that_are_trained_on(data):
    clip = data / "clip0"
    expected = [frame.colors.tolist() for frame in read_frames(clip)]
    Image.new("RGBA", (3, 2)).save(clip / "gt" / "0000.bmp")  # its name comes first
    assert complete_drawings(clip)[1] == []
    assert [frame.colors.tolist() for frame in read_frames(clip)] == expected
    shutil.copy(clip / "gt" / "0000.png", clip / "gt" / "0000.bmp")
    Image.new("RGBA", (3, 2)).save(clip / "gt" / "0000.png")
    assert len(complete_drawings(clip)[0]) == 3
    assert len(list(read_frames(clip))) == 5
