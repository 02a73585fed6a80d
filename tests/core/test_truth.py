"""Truth: where clips lie, and which drawings have their colours beside them."""

import shutil

import numpy as np
import pytest
from PIL import Image

from core.encoders.geometry import GeometryEncoder
from core.truth import TruthError, find_clips, true_frames, true_sheets


@pytest.fixture
def data(clips, tmp_path):
    """A copy of the tiny clips."""
    folder = tmp_path / "data"
    shutil.copytree(clips, folder)
    return folder


def store(folder, ending):
    """Store the pictures of a folder with another ending, in its format."""
    for path in list(folder.iterdir()):
        with Image.open(path) as picture:
            picture.load()
        path.unlink()
        picture.save(path.with_suffix(ending))


def colors(frames):
    return [(frame.name, frame.colors.tolist()) for frame in frames]


def test_clips_are_found_in_order_without_those_whose_writing_was_killed(data):
    shutil.copytree(data / "clip0", data / ".clip3.tmp")
    assert find_clips(data) == (data / "clip0", data / "clip1", data / "clip2")


def test_a_clip_is_found_as_itself(data):
    assert find_clips(data / "clip0") == (data / "clip0",)


def test_sheets_that_lie_beside_the_clips_are_no_clip_but_their_sheets(data):
    encoder = GeometryEncoder()
    expected = colors(true_sheets(encoder, data / "clip0"))
    (data / "clip0" / "ref").rename(data / "ref")
    assert find_clips(data) == (data / "clip0", data / "clip1", data / "clip2")
    assert colors(true_sheets(encoder, data / "clip0")) == expected


@pytest.mark.parametrize("ending", [".PNG", ".tga"])
def test_neither_case_nor_ending_of_a_name_matters(data, ending):
    clip, encoder = data / "clip0", GeometryEncoder()
    expected = colors(true_frames(encoder, clip))
    store(clip / "gt", ending)
    (clip / "gt").rename(clip / "GT")
    (clip / "line").rename(clip / "Line")
    assert find_clips(data)[0] == clip
    assert colors(true_frames(encoder, clip)) == expected


def test_colours_without_a_drawing_are_named_whatever_their_ending(data):
    clip = data / "clip0"
    (clip / "gt" / "0003.png").rename(clip / "gt" / "0003.PNG")
    (clip / "line" / "0003.png").unlink()
    with pytest.raises(TruthError, match=r"0003\.PNG has no drawing in .*line that can be read"):
        list(true_frames(GeometryEncoder(), clip))


def test_a_folder_without_clips_is_one_sentence(tmp_path):
    with pytest.raises(TruthError, match=r"has no clip with a “line” folder; name a clip or a f"):
        find_clips(tmp_path)


def test_a_dithered_page_is_one_sentence(data):
    """A network would take gigabytes for it."""
    dots = np.indices((150, 150)).sum(axis=0) % 2 == 0
    for part in ("line", "gt"):
        Image.fromarray(dots).save(data / "clip0" / part / "0000.png")
    with pytest.raises(TruthError, match=r"0000\.png has 11,250 segments, more than 10,000"):
        next(true_frames(GeometryEncoder(), data / "clip0"))
