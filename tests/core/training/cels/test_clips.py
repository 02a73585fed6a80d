import json
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from core.images import read_image, read_line_image
from core.segments import segment
from core.sheets import segment_colors
from core.training.cels.__main__ import main
from core.training.cels.clips import MIN_COVERED, draw_clip
from core.training.clips import read_frames
from core.truth import find_clips

seeds = st.tuples(st.integers(0, 2**32 - 1), st.integers(0, 9))


def pictures(folder):
    """Return line, colour and segment image of every drawing in a folder."""
    for path in sorted((folder / "line").glob("*.png")):
        color, seg = (read_image(folder / kind / path.name) for kind in ("gt", "seg"))
        table = json.loads((folder / "seg" / f"{path.stem}.json").read_text("utf-8"))
        numbers = seg[..., :3].astype(np.int64) @ [65536, 256, 1]
        yield read_line_image(path), color, numbers, table


def packed(image):
    return image.view("<u4")[..., 0]


@settings(max_examples=12, deadline=None)
@given(seed=seeds, has_shadow=st.booleans())
def test_a_clip_is_exact_whatever_is_drawn(seed, has_shadow):
    with TemporaryDirectory() as folder:
        clip = Path(folder)
        draw_clip(clip, seed=seed, frames=2, size=140, has_shadow=has_shadow)
        for line, color, numbers, table in (*pictures(clip), *pictures(clip / "ref")):
            assert line.shape == color.shape
            assert line.shape[:2] == numbers.shape
            assert_same_partition(segment(line).label_map, numbers)
            assert_one_color_each(color, numbers, table)
            assert_lines_are_drawn(line, color)
            if not has_shadow:
                assert len(segment(line).trace_pixels) == 0


def assert_same_partition(label_map, numbers):
    """The ordinary segmentation of the drawing finds the segments of the data set."""
    np.testing.assert_array_equal(label_map > 0, numbers > 0)
    pairs = {*zip(label_map.ravel().tolist(), numbers.ravel().tolist(), strict=True)}
    assert len(pairs) == len(np.unique(label_map)) == len(np.unique(numbers))


def assert_one_color_each(color, numbers, table):
    for number in np.unique(numbers[numbers > 0]):
        assert np.unique(color[numbers == number], axis=0).tolist() == [table[str(number)]]
    background = np.unique(color[color[..., 3] == 0], axis=0).tolist()
    assert background in ([], [[0, 0, 0, 0]])
    assert 1 not in numbers or table["1"] == [0, 0, 0, 0]


def assert_lines_are_drawn(line, color):
    """Main lines are the same in both; trace lines are given to a neighbour."""
    is_main = line[..., 3] > 0
    is_main.ravel()[segment(line).trace_pixels] = False
    np.testing.assert_array_equal(line[is_main], color[is_main])


@settings(max_examples=6, deadline=None)
@given(seed=seeds, has_shadow=st.booleans())
def test_the_design_sheets_have_the_colours_of_the_clip(seed, has_shadow):
    with TemporaryDirectory() as folder:
        clip = Path(folder)
        draw_clip(clip, seed=seed, frames=2, size=140, has_shadow=has_shadow)
        sheets = list(pictures(clip / "ref"))
        assert len(sheets) >= 3
        known = {int(value) for _, color, _, _ in sheets for value in np.unique(packed(color))}
        for line, color, _, _ in pictures(clip):
            colors = segment_colors(segment(line).label_map, color)
            assert np.mean([int(value) in known for value in colors]) >= MIN_COVERED


@pytest.mark.parametrize("has_shadow", [False, True])
def test_the_same_seed_draws_the_same_files(tmp_path, has_shadow):
    for name in ("one", "two"):
        draw_clip(tmp_path / name, seed=(4, 1), frames=2, size=140, has_shadow=has_shadow)
    files = sorted((tmp_path / "one").rglob("*.*"))
    assert files
    for path in files:
        again = tmp_path / "two" / path.relative_to(tmp_path / "one")
        assert path.read_bytes() == again.read_bytes()


def test_the_command_draws_clips_that_training_reads(tmp_path):
    arguments = ["--characters", "2", "--first", "3", "--frames", "2", "--size", "200", "--shadow"]
    assert main([str(tmp_path), *arguments, "--seed", "1"]) == 0
    clips = find_clips(tmp_path)
    assert [clip.name for clip in clips] == ["cel1_00003", "cel1_00004"]
    frames = list(read_frames(clips[0]))
    assert [frame.is_sheet for frame in frames][:3] == [False, False, True]
    assert max(len(np.unique(frame.colors)) for frame in frames) > 5
    assert any(len(frame.segments.trace_pixels) for frame in frames)


def test_a_folder_that_cannot_be_made_is_one_sentence(tmp_path, capsys):
    (tmp_path / "file").touch()
    assert main([str(tmp_path / "file"), "--characters", "1", "--size", "64"]) == 2
    error = capsys.readouterr().err
    assert "choose another folder." in error
    assert "Traceback" not in error


@pytest.mark.parametrize("option", ["--frames", "--characters", "--size"])
def test_a_number_that_is_too_small_is_refused(tmp_path, capsys, option):
    with pytest.raises(SystemExit, match="2"):
        main([str(tmp_path), option, "0"])
    assert "0 is too small" in capsys.readouterr().err
