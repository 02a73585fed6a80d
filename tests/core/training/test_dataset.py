"""Finished frames of a cut become a clip to train on; cut and drawings stay as they are."""

import json
import shutil
from contextlib import closing

import numpy as np
import pytest

from core.__main__ import main
from core.clip import open_clip
from core.edits import Edit, Mark, Paint, Stroke
from core.images import read_image, read_line_image
from core.palette import pack, unpack
from core.project import Project
from core.segments import segment
from core.sheets import find_sheets, segment_colors
from core.training.clips import read_frames

FINISHED = ("A0001.png", "A0002.png", "A0004.png")


@pytest.fixture
def cut(sample, tmp_path):
    """A cut of four drawings of the sample: three finished with their true colours, one half."""
    drawings = tmp_path / "c012" / "line"
    drawings.mkdir(parents=True)
    names = ["A0001.png", "A0002.png", "A0003.png", "A0004.png"]
    for name in names:
        shutil.copy(sample / "line" / name, drawings)
    path = tmp_path / "カット 012.cut"
    sheets, _ = find_sheets([sample / "ref"])
    with closing(Project.create(path, drawings, names)) as project:
        project.add_sheets(sheets[:2], [])
        for frame in project.frames:
            settle(project, frame, sample, is_whole=frame.name in FINISHED)
    return path


def settle(project, frame, sample, *, is_whole):
    segments = segment(read_line_image(project.drawings / frame.name))
    values = segment_colors(segments.label_map, read_image(sample / "gt" / frame.name))
    colors = [unpack(int(value)) for value in values]
    project.add_sheets([], colors)
    strokes = [
        Stroke(frame.id, key, Paint(project.palette.id_of(color), Mark.ACCEPTED))
        for key, color in zip(segments.keys, colors, strict=True)
    ]
    project.apply(Edit("all", tuple(strokes if is_whole else strokes[:-3])))


def run(capsys, *arguments):
    code = main(["dataset", *map(str, arguments)])
    return code, capsys.readouterr()


def content(folder):
    return {path: path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def test_finished_frames_become_a_clip_and_the_others_are_named(capsys, cut, sample, tmp_path):
    before = content(tmp_path)
    code, said = run(capsys, cut, "--out", tmp_path / "data")
    clip = tmp_path / "data" / "カット 012"
    assert code == 0
    assert said.out == f"{clip}: 3 frames, 2 sheets, 1 left out\n"
    assert "A0003.png is left out (3 of " in said.err
    assert [frame.path.name for frame in open_clip(clip).frames] == list(FINISHED)
    assert {path: data for path, data in content(tmp_path).items() if path in before} == before
    for name in FINISHED:
        np.testing.assert_array_equal(
            read_line_image(clip / "line" / name), read_line_image(sample / "line" / name)
        )
        segments = segment(read_line_image(clip / "line" / name))
        truth, written = (
            segment_colors(segments.label_map, read_image(folder / "gt" / name))
            for folder in (sample, clip)
        )
        np.testing.assert_array_equal(written, truth)


def test_segments_are_written_as_the_data_set_has_them(capsys, cut, tmp_path):
    run(capsys, cut, "--out", tmp_path / "data")
    for folder in (tmp_path / "data" / "カット 012", tmp_path / "data" / "カット 012" / "ref"):
        for path in (folder / "seg").glob("*.png"):
            red, green, blue, _ = np.moveaxis(read_image(path).astype(np.int32), -1, 0)
            segments = segment(read_line_image(folder / "line" / path.name))
            np.testing.assert_array_equal(
                red << 16 | green << 8 | blue, segments.label_map, str(path)
            )
            truth = segment_colors(segments.label_map, read_image(folder / "gt" / path.name))
            colors = json.loads(path.with_suffix(".json").read_text())
            table = np.array([colors[str(label + 1)] for label in range(len(segments))], np.uint8)
            np.testing.assert_array_equal(pack(table), truth)


def test_the_training_reads_what_was_written(capsys, cut, tmp_path):
    run(capsys, cut, "--out", tmp_path / "data")
    frames = list(read_frames(tmp_path / "data" / "カット 012"))
    assert [frame.is_sheet for frame in frames] == [False] * 3 + [True] * 2


def test_nothing_is_written_over(capsys, cut, tmp_path):
    assert run(capsys, cut, "--out", tmp_path / "data")[0] == 0
    before = content(tmp_path)
    code, said = run(capsys, cut, "--out", tmp_path / "data")
    assert code == 2
    assert "there already" in said.err
    assert content(tmp_path) == before


def test_a_cut_without_a_finished_frame_gives_nothing(capsys, sample, tmp_path):
    path = tmp_path / "a.cut"
    Project.create(path, sample / "line", ["A0001.png", "gone.png"]).close()
    code, said = run(capsys, path, "--out", tmp_path / "data")
    assert code == 2
    assert "no finished frame" in said.err
    assert not (tmp_path / "data").exists()


def test_one_bad_cut_does_not_keep_out_the_others(capsys, cut, tmp_path):
    (tmp_path / "note.cut").write_text("no cut")
    code, said = run(
        capsys, tmp_path / "note.cut", tmp_path / "none.cut", cut, "--out", tmp_path / "data"
    )
    assert code == 2
    assert "note.cut" in said.err
    assert "none.cut" in said.err
    assert (tmp_path / "data" / "カット 012" / "line").is_dir()
    assert "Traceback" not in said.err


def test_a_folder_that_takes_nothing_is_said(capsys, cut, tmp_path):
    (tmp_path / "file").touch()
    code, said = run(capsys, cut, "--out", tmp_path / "file" / "data")
    assert code == 2
    assert said.err.splitlines()[-1].startswith(f"shiage: {tmp_path / 'file' / 'data'}")
