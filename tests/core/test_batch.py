"""Batch: a list of cuts is coloured once, by any number of workers, whatever happens to them."""

import json
import shutil
import signal
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from core import __version__, models
from core.__main__ import main
from core.batch import BatchError, content_of, pick, read_list
from core.edits import Edit, Mark, Paint, SegmentKey, Stroke
from core.images import read_line_image
from core.jobs import Export, FrameFile, Predict
from core.palette import Palette
from core.project import Project
from core.segments import segment
from core.sheets import SheetFiles

ROOT = Path(__file__).parents[2]
NAMES = ["A0001.png", "A0002.png", "A0003.png"]


@pytest.fixture
def season(sample, tmp_path):
    """A list of two short cuts with Japanese names, and their design sheets."""
    for name in ("カット 001", "カット 002"):
        line = tmp_path / "第１話" / name / "line"
        line.mkdir(parents=True)
        for drawing in NAMES:
            shutil.copy(sample / "line" / drawing, line / drawing)
    path = tmp_path / "第１話" / "cuts.txt"
    path.write_text("# 第１話\n\nカット 001\nカット 002/line\n", "utf-8")
    return path


@pytest.fixture
def command(sample, season, tmp_path):
    """The arguments of a batch of that list."""
    refs, out = str(sample / "ref"), str(tmp_path / "out")
    return ["batch", str(season), "--refs", refs, "--out", out, "--model", "geometry", "--json"]


def run(capsys, *arguments):
    code = main([str(argument) for argument in arguments])
    return code, [json.loads(line) for line in capsys.readouterr().out.splitlines()]


def start(command):
    return subprocess.Popen(
        [sys.executable, "-m", "core", *command], cwd=ROOT, stdout=subprocess.PIPE, text=True
    )


def of_kind(events, kind):
    return [event for event in events if event["event"] == kind]


def pictures(folder):
    """All pictures below a folder, by name; reading them fails if one is half written."""
    return {str(p.relative_to(folder)): np.array(Image.open(p)) for p in folder.rglob("A*.png")}


def assert_same(some, others):
    assert some.keys() == others.keys()
    for name, picture in some.items():
        assert (picture == others[name]).all(), name


def test_every_cut_of_a_list_gets_its_pictures_and_a_report(capsys, command, tmp_path):
    code, events = run(capsys, *command)
    assert code == 0
    assert of_kind(events, "batch") == [{"event": "batch", "cuts": 2, "failed": 0}]
    assert len(of_kind(events, "frame")) == 6
    for name in ("カット 001", "カット 002"):
        assert sorted(p.name for p in (tmp_path / "out" / name).iterdir()) == NAMES
        report = json.loads((tmp_path / "out" / f"{name}.json").read_text("utf-8"))
        assert (report["shiage"], report["model"]) == (__version__, "geometry")
        assert report["frames"] == 3


def test_pictures_say_which_version_wrote_them(capsys, command, tmp_path):
    run(capsys, *command)
    with Image.open(tmp_path / "out" / "カット 001" / NAMES[0]) as picture:
        assert picture.info == {"Software": f"Shiage {__version__}"}


def test_what_is_done_is_not_done_again(capsys, command):
    run(capsys, *command)
    code, events = run(capsys, *command)
    assert code == 0
    assert [event["cut"] for event in of_kind(events, "skipped")] == ["カット 001", "カット 002"]
    assert not of_kind(events, "frame")


def test_a_changed_drawing_or_a_lost_picture_or_another_rule_is_done_again(
    capsys, command, season, tmp_path
):
    run(capsys, *command)
    line = season.parent / "カット 001" / "line"
    shutil.copy(line / NAMES[0], line / NAMES[1])
    _, events = run(capsys, *command)
    assert [event["cut"] for event in of_kind(events, "skipped")] == ["カット 002"]
    (tmp_path / "out" / "カット 002" / NAMES[2]).unlink()
    _, events = run(capsys, *command)
    assert [event["cut"] for event in of_kind(events, "skipped")] == ["カット 001"]
    assert (tmp_path / "out" / "カット 002" / NAMES[2]).exists()
    _, events = run(capsys, *command, "--trace", "majority")
    assert not of_kind(events, "skipped")


@pytest.fixture
def job(sample, tmp_path):
    """What is asked for one drawing and one sheet of the sample."""
    line, color = (sample / "ref" / part / "front.png" for part in ("line", "gt"))
    frame = FrameFile(1, sample / "line" / NAMES[0], "A")
    palette = Palette().with_colors([(10, 20, 30, 255)])
    predict = Predict(0, (frame,), (SheetFiles("front", line, color),), palette)
    return Export(predict, tmp_path, "darker")


def test_another_model_or_other_constants_of_it_are_other_work(job):
    encoder = models.load("geometry")
    names = {content_of(job, encoder)}
    for name, value in (
        ("scale", replace(encoder.scale, temperature=0.5)),
        ("version", "of tomorrow"),
        ("name", "trigonometry"),
    ):
        other = models.load("geometry")
        setattr(other, name, value)
        names.add(content_of(job, other))
    assert len(names) == 4


def test_another_colour_of_the_palette_is_other_work(job):
    encoder = models.load("geometry")
    palette = Palette().with_colors([(10, 20, 31, 255)])
    other = replace(job, predict=replace(job.predict, palette=palette))
    assert content_of(other, encoder) != content_of(job, encoder)


def test_a_task_takes_its_numbers_of_the_list(capsys, command, tmp_path):
    code, events = run(capsys, *command, "--only", "2")
    assert code == 0
    assert [Path(event["folder"]).name for event in of_kind(events, "done")] == ["カット 002"]
    assert not (tmp_path / "out" / "カット 001").exists()


def test_a_cut_that_fails_costs_the_exit_code_and_no_other_cut(capsys, command, season):
    season.write_text("カット 001\nnowhere\nカット 002", "utf-8")
    code, events = run(capsys, *command)
    assert code == 2
    assert of_kind(events, "batch") == [{"event": "batch", "cuts": 3, "failed": 1}]
    assert len(of_kind(events, "done")) == 2
    (notice,) = of_kind(events, "notice")
    assert "nowhere does not exist" in notice["notice"]


def test_a_cut_with_a_broken_drawing_is_tried_again_next_time(capsys, command, season):
    drawing = season.parent / "カット 001" / "line" / NAMES[1]
    whole = drawing.read_bytes()
    drawing.write_bytes(whole[: len(whole) // 2])
    assert run(capsys, *command)[0] == 2
    drawing.write_bytes(whole)
    code, events = run(capsys, *command)
    assert code == 0
    assert [event["cut"] for event in of_kind(events, "skipped")] == ["カット 002"]


def test_two_workers_with_the_same_list_do_each_cut_once(capsys, command, tmp_path):
    workers = [start(command), start(command)]
    said = [worker.communicate(timeout=120)[0] for worker in workers]
    assert [worker.returncode for worker in workers] == [0, 0]
    events = [json.loads(line) for text in said for line in text.splitlines()]
    done = sorted(Path(event["folder"]).name for event in of_kind(events, "done"))
    skipped = sorted(event["cut"] for event in of_kind(events, "skipped"))
    assert done == skipped == ["カット 001", "カット 002"]
    together = pictures(tmp_path / "out")
    shutil.rmtree(tmp_path / "out")
    run(capsys, *command)
    assert_same(together, pictures(tmp_path / "out"))


def test_a_worker_that_is_killed_leaves_no_lock_and_no_half_picture(capsys, command, tmp_path):
    worker = start(command)
    first = json.loads(worker.stdout.readline())
    worker.kill()
    worker.communicate()
    assert first["event"] == "frame"
    assert Path(first["file"]).exists()
    pictures(tmp_path / "out")
    code, _ = run(capsys, *command)
    assert code == 0
    assert len(pictures(tmp_path / "out")) == 6


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no SIGTERM to catch")
def test_a_worker_that_is_told_to_stop_ends_after_its_frame_with_130(command, tmp_path):
    worker = start(command)
    worker.stdout.readline()
    worker.send_signal(signal.SIGTERM)
    said, _ = worker.communicate(timeout=60)
    assert worker.returncode == 130
    assert not of_kind(map(json.loads, said.splitlines()), "batch")
    assert not list((tmp_path / "out").rglob(".shiage-*.tmp"))


def corrected_cut(sample, path):
    """A cut of the sample with one sheet, whose largest segment was painted in a colour of its own.

    Returns:
        The cut, open, and where that segment is in the first frame.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    project = Project.create(path, sample / "line", NAMES)
    line, color = (sample / "ref" / part / "front.png" for part in ("line", "gt"))
    project.add_sheets([SheetFiles("front", line, color)], [(10, 20, 30, 255)])
    segments = segment(read_line_image(sample / "line" / NAMES[0]))
    label = int(segments.areas.argmax()) + 1
    paint = Paint(project.palette.id_of((10, 20, 30, 255)), Mark.CORRECTED)
    stroke = Stroke(project.frames[0].id, SegmentKey(*segments.keys[label - 1]), paint)
    project.apply(Edit("Paint segment", (stroke,)))
    return project, segments.label_map == label


def test_a_cut_file_is_coloured_as_a_person_left_it(capsys, command, sample, season, tmp_path):
    project, where = corrected_cut(sample, season.parent / "c003.cut")
    project.close()
    before = (season.parent / "c003.cut").read_bytes()
    season.write_text("c003.cut", "utf-8")
    assert run(capsys, *command)[0] == 0
    picture = np.array(Image.open(tmp_path / "out" / "c003" / NAMES[0]))
    assert (picture[where] == (10, 20, 30, 255)).all()
    assert (season.parent / "c003.cut").read_bytes() == before

    project = Project.open(season.parent / "c003.cut")
    project.undo()
    project.close()
    _, events = run(capsys, *command)
    assert len(of_kind(events, "frame")) == 3


def test_a_cut_that_lacks_a_drawing_costs_that_frame(capsys, command, sample, season, tmp_path):
    names = [NAMES[0], "A0009 gone.png", NAMES[1]]
    project = Project.create(season.parent / "c003.cut", sample / "line", names)
    line, color = (sample / "ref" / part / "front.png" for part in ("line", "gt"))
    project.add_sheets([SheetFiles("front", line, color)], [(10, 20, 30, 255)])
    project.close()
    season.write_text("c003.cut", "utf-8")
    code, events = run(capsys, *command)
    assert code == 2
    assert [event["frames"] for event in of_kind(events, "done")] == [2]
    [event] = of_kind(events, "notice")
    assert "A0009 gone.png cannot be read" in event["notice"]
    assert sorted(path.name for path in (tmp_path / "out" / "c003").iterdir()) == NAMES[:2]
    _, events = run(capsys, *command)
    assert not of_kind(events, "skipped")


def test_a_cut_that_lacks_a_sheet_fails_in_one_sentence(capsys, command, sample, season):
    line, color = season.parent / "line.png", season.parent / "gone.png"
    project = Project.create(season.parent / "c003.cut", sample / "line", NAMES)
    project.add_sheets([SheetFiles("front", line, color)], [(10, 20, 30, 255)])
    project.close()
    season.write_text("c003.cut", "utf-8")
    shutil.copy(sample / "ref" / "line" / "front.png", line)
    code, events = run(capsys, *command)
    assert code == 2
    [event] = of_kind(events, "notice")
    assert (
        event["notice"]
        == f"{color} cannot be read (No such file or directory): check the disk or the network."
    )


def test_a_cut_that_is_open_in_a_window_is_named_and_left_alone(capsys, sample, tmp_path):
    project, _ = corrected_cut(sample, tmp_path / "c003.cut")
    code = main(["colorize", str(project.path), "--out", str(tmp_path / "out")])
    said = capsys.readouterr().err
    project.close()
    assert code == 2
    assert said.startswith("shiage: “c003.cut” is open in another Shiage window")
    assert len(said.splitlines()) == 1


def test_without_a_folder_of_sheets_those_beside_the_drawings_are_taken(capsys, sample, tmp_path):
    out = ["--out", str(tmp_path / "out"), "--model", "geometry", "--json"]
    code, events = run(capsys, "colorize", sample, *out)
    assert code == 0
    assert of_kind(events, "done")[0]["shiage"] == __version__
    shutil.copytree(sample / "line", tmp_path / "alone")
    code, events = run(capsys, "colorize", tmp_path / "alone", *out)
    assert code == 2
    assert "name their folder with --refs" in events[-1]["notice"]


@pytest.mark.parametrize(
    ("numbers", "chosen"), [("2", "b"), ("1-3", "abc"), ("3,1", "ac"), ("1-2,2-3", "abc")]
)
def test_numbers_of_cuts(numbers, chosen):
    assert pick([Path(name) for name in "abc"], numbers) == tuple(Path(name) for name in chosen)


@pytest.mark.parametrize(
    "numbers",
    ["0", "4", "2-4", "1-999999999", "9" * 5000, "3-1", "1,3-1", "-1", "x", "", "1-", "1;2"],
)
def test_numbers_that_are_none_are_refused(numbers):
    with pytest.raises(BatchError):
        pick([Path(name) for name in "abc"], numbers)


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"", "names no cut"),
        (b"# nothing\n", "names no cut"),
        (b"a/c001\nb/c001\n", "2 cuts called “c001”"),
        (b"a/C001\nb/c001\n", "2 cuts called “C001”"),
        (b"c001\nsub/..\n", "has a cut without a name, .*; write the folder's name"),
        (b"../line\n", "has a cut without a name"),
        (b"...cut\n", "has a cut without a name"),
        ("カット".encode("shift_jis"), "it is not UTF-8 text"),
        ("カット".encode("utf-16-le"), "it is not UTF-8 text"),
        ("c001\nc002\n".encode("utf-16-le"), "it is not UTF-8 text"),
        (None, "No such file"),
    ],
)
def test_a_list_that_is_none_is_refused_in_one_sentence(tmp_path, content, said):
    path = tmp_path / "cuts.txt"
    if content is not None:
        path.write_bytes(content)
    with pytest.raises(BatchError, match=said):
        read_list(path)
