"""The command line: colorize, evaluate, doctor; exit codes 0, 2 and 130."""

import json
import re
import shutil
import signal
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from core import __version__
from core.__main__ import main
from core.project import Project
from core.sheets import SheetFiles

ROOT = Path(__file__).parents[2]


def run(capsys, *arguments):
    code = main([str(argument) for argument in arguments])
    return code, capsys.readouterr()


def lines(captured):
    return [json.loads(line) for line in captured.out.splitlines()]


def test_colorize_writes_the_sequence_and_says_how_it_went(capsys, sample, tmp_path):
    out = tmp_path / "作品　テスト" / "カット 012"
    code, said = run(capsys, "colorize", sample, "--refs", sample / "ref", "--out", out)
    assert code == 0
    assert len(list(out.glob("A00??.png"))) == 16
    assert said.out.startswith(f"16 frames in {out}")
    line = np.array(Image.open(sample / "line" / "A0003.png"))
    picture = np.array(Image.open(out / "A0003.png"))
    black = (line == (0, 0, 0, 255)).all(axis=-1)
    assert (picture[black] == (0, 0, 0, 255)).all()
    sheets = {
        tuple(pixel)
        for path in (sample / "ref" / "gt").iterdir()
        for pixel in np.unique(np.array(Image.open(path)).reshape(-1, 4), axis=0).tolist()
    }
    used = np.unique(picture[~black].reshape(-1, 4), axis=0)
    assert {tuple(p) for p in used.tolist()} <= sheets | {(0, 0, 0, 0)}


def test_trace_lines_can_be_given_by_majority_instead(capsys, sample, tmp_path):
    pictures = []
    for rule in ("darker", "majority"):
        out = tmp_path / rule
        arguments = ["--refs", sample / "ref", "--out", out, "--model", "geometry"]
        assert run(capsys, "colorize", sample, *arguments, "--trace", rule)[0] == 0
        pictures.append(np.array(Image.open(out / "A0003.png")))
    line = np.array(Image.open(sample / "line" / "A0003.png"))
    is_trace = (line[..., 3] > 0) & line[..., :3].any(axis=-1)
    differs = (pictures[0] != pictures[1]).any(axis=-1)
    assert differs.any()
    assert not differs[~is_trace].any()


def test_with_json_every_line_is_an_object(capsys, sample, tmp_path):
    code, said = run(
        capsys, "colorize", sample, "--refs", sample / "ref", "--out", tmp_path / "o", "--json"
    )
    events = lines(said)
    assert code == 0
    assert [event["event"] for event in events] == ["frame"] * 16 + ["done"]
    assert events[-1]["frames"] == 16


@pytest.mark.parametrize("setting", ["keyframe", "consecutive", "first-frame"])
def test_evaluate_prints_the_five_figures(capsys, sample, setting):
    code, said = run(capsys, "evaluate", sample, "--setting", setting, "--json")
    *frames, clip, mean, confidence = lines(said)
    assert code == 0
    assert 0 <= confidence["ece"] <= 1
    assert 0 <= confidence["sure_right"] <= 1
    assert len(frames) == (16 if setting == "keyframe" else 15)
    assert clip["event"] == "clip"
    for figure in ("acc", "acc_thresh", "pix_acc", "pix_f_acc", "pix_b_miou"):
        assert mean[figure] == pytest.approx(np.mean([frame[figure] for frame in frames]))


def test_more_sheets_and_the_previous_frame_help(capsys, sample):
    def accuracy(*options):
        _, said = run(capsys, "evaluate", sample, "--json", *options)
        return next(line["acc"] for line in lines(said) if line["event"] == "mean")

    assert accuracy("--setting", "consecutive") > accuracy("--setting", "first-frame")


def test_evaluate_uses_the_segments_of_the_data_set(capsys, sample, tmp_path):
    clip = tmp_path / "clip"
    for part in ("line", "gt"):
        (clip / part).mkdir(parents=True)
        for name in ("A0001.png", "A0002.png"):
            shutil.copy(sample / part / name, clip / part / name)
    (clip / "seg").mkdir()
    for name in ("A0001.png", "A0002.png"):
        # one segment only, numbered 70000: more than 16 bits, as R * 65536 + G * 256 + B
        seg = np.zeros((720, 1280, 3), np.uint8)
        seg[:50] = (1, 17, 112)
        Image.fromarray(seg).save(clip / "seg" / name)
    code, said = run(capsys, "evaluate", clip, "--setting", "consecutive", "--json")
    assert code == 0
    assert lines(said)[0]["acc"] == 1.0


def test_evaluate_draws_how_far_confidence_can_be_trusted(capsys, clips, tmp_path):
    plot = tmp_path / "図.png"
    options = ("--model", "geometry", "--setting", "consecutive", "--plot", plot)
    code, said = run(capsys, "evaluate", clips, *options)
    assert code == 0
    assert "calibration error" in said.out
    assert np.array(Image.open(plot)).std() > 0


def test_evaluate_with_a_painter_counts_clicks_for_every_clip(capsys, clips, tmp_path):
    plot = tmp_path / "curve.png"
    options = ("--model", "geometry", "--painter", "--plot", plot, "--json")
    code, said = run(capsys, "evaluate", clips, *options)
    events = lines(said)
    sessions = [event for event in events if event["event"] == "painted"]
    assert code == 0
    assert [each["clip"] for each in sessions] == ["clip0", "clip1", "clip2"]
    assert plot.exists()
    mean = events[-1]
    a_frame = {name: mean[f"{name}_a_frame"] for name in ("clicks", "unaided", "bucket")}
    clicks = np.mean([each["clicks"] / each["frames"] for each in sessions])
    assert a_frame["clicks"] == pytest.approx(clicks)
    assert a_frame["clicks"] <= a_frame["unaided"] <= a_frame["bucket"]


def test_a_clip_that_cannot_be_read_is_said_and_the_others_are_measured(capsys, clips, tmp_path):
    folder = tmp_path / "clips"
    shutil.copytree(clips, folder)
    (folder / "clip0" / "gt" / "0001.png").unlink()
    code, said = run(capsys, "evaluate", folder, "--model", "geometry", "--json")
    assert code == 2
    assert any("0001.png" in line.get("notice", "") for line in lines(said))
    assert next(line for line in lines(said) if line["event"] == "mean")["clips"] == 2


def test_doctor_says_what_is_installed_and_where_it_writes(capsys, places):
    code, said = run(capsys, "doctor", "--json")
    (facts,) = lines(said)
    assert code == 0
    assert facts["shiage"] == __version__
    assert facts["cache"] == f"{places / 'cache'} (writable)"
    assert re.search(r"cpu \(.+, \d+ threads, (float32|bf16)\)", facts["device"])


def test_doctor_fails_when_it_may_not_write(capsys, places, monkeypatch):
    (places / "file").write_text("in the way")
    monkeypatch.setenv("SHIAGE_CACHE", str(places / "file" / "cache"))
    code, said = run(capsys, "doctor")
    assert code == 2
    assert "not writable" in said.out


@pytest.mark.parametrize(
    "arguments",
    [
        ["colorize", "nowhere", "--refs", "nowhere", "--out", "out"],
        ["colorize", "{sample}", "--refs", "nowhere", "--out", "{tmp}/out"],
        ["colorize", "{sample}", "--refs", "{sample}/ref", "--out", "{sample}/line"],
        ["colorize", "{sample}", "--refs", "{sample}/ref", "--out", "{tmp}/o", "--model", "no"],
        ["evaluate", "nowhere"],
        ["evaluate", "{tmp}"],
        ["evaluate", "{sample}", "--painter", "--setting", "consecutive"],
        ["evaluate", "{sample}", "--model", "geometry", "--plot", "{tmp}/nowhere/plot.png"],
        # what the system does not even answer questions about, like a folder that it keeps closed
        ["colorize", "{closed}.cut", "--out", "{tmp}/out"],
        ["colorize", "{closed}", "--refs", "{sample}/ref", "--out", "{tmp}/out"],
        ["colorize", "{sample}", "--refs", "{closed}", "--out", "{tmp}/out"],
        ["colorize", "{sample}", "--refs", "{sample}/ref", "--out", "{tmp}/{closed}"],
        ["dataset", "{tmp}/{closed}.cut", "--out", "{tmp}/out"],
        ["evaluate", "{closed}"],
        ["benchmark", "{closed}"],
        ["train", "compact", "--data", "{tmp}", "--out", "{tmp}/{closed}.safetensors"],
    ],
)
def test_bad_input_is_one_sentence_and_exit_code_2(capsys, sample, tmp_path, arguments):
    names = {"sample": sample, "tmp": tmp_path, "closed": "name too long " * 20}
    code, said = run(capsys, *(each.format_map(names) for each in arguments))
    assert code == 2
    assert len(said.err.strip().splitlines()) == 1
    assert said.err.startswith("shiage: ")
    assert "Traceback" not in said.err


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="needs a disk that is full")
@pytest.mark.parametrize("form", [[], ["--json"]])
def test_output_that_a_full_disk_refuses_is_one_sentence(form):
    command = [sys.executable, "-m", "core", "models", "list", *form]
    with Path("/dev/full").open("w") as full:
        done = subprocess.run(command, stdout=full, stderr=subprocess.PIPE, text=True, check=False)
    assert done.returncode == 2
    assert done.stderr.startswith("shiage: The output cannot be written (No space left on device)")
    assert len(done.stderr.splitlines()) == 1


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["evaluate", "folder", "--shots", "-1"], "--shots: -1 is not 0 or more"),
        (["train", "compact", "--seed", "-1"], "--seed: “-1” is not a whole number from 0 to"),
        (["train", "dacon", "--seed", str(2**63)], "is not a whole number from 0 to 2**63 - 1"),
    ],
)
def test_a_number_that_means_nothing_is_refused(capsys, arguments, words):
    with pytest.raises(SystemExit) as ended:
        main(arguments)
    assert ended.value.code == 2
    assert words in capsys.readouterr().err


def test_a_broken_frame_costs_that_frame_and_the_exit_code(capsys, sample, tmp_path):
    clip = tmp_path / "clip"
    shutil.copytree(sample / "line", clip)
    (clip / "A0002.png").write_bytes(b"")
    (clip / "A0005.png").write_bytes((clip / "A0005.png").read_bytes()[:5000])
    code, said = run(capsys, "colorize", clip, "--refs", sample / "ref", "--out", tmp_path / "out")
    assert "A0005.png" in said.err
    assert "A0002.png" in said.err
    assert len(list((tmp_path / "out").iterdir())) == 14
    assert code == 2


def test_interrupting_ends_with_130_and_keeps_what_is_finished(sample, tmp_path):
    clip = tmp_path / "clip"
    clip.mkdir()
    for number in range(200):
        shutil.copy(sample / "line" / "A0001.png", clip / f"A{number:04}.png")
    command = [sys.executable, "-m", "core", "colorize", clip, "--refs", sample / "ref"]
    process = subprocess.Popen(
        [*map(str, command), "--out", str(tmp_path / "out"), "--json"],
        cwd=ROOT,
        stdout=subprocess.PIPE,
        text=True,
    )
    assert process.stdout is not None
    with process:
        first = json.loads(process.stdout.readline())
        process.send_signal(signal.SIGINT)
        assert process.wait(timeout=60) == 130
    assert Path(first["file"]).exists()
    assert not list((tmp_path / "out").glob("*.tmp"))


def test_the_command_line_imports_neither_qt_nor_torch(sample):
    script = (
        "import sys, core.__main__ as c\n"
        "c.main(['doctor'])\n"
        "assert not [m for m in sys.modules if m.startswith(('PySide6', 'torch'))]"
    )
    subprocess.run([sys.executable, "-c", script], cwd=ROOT, check=True, stdout=subprocess.DEVNULL)


def test_the_version_is_said(capsys):
    with pytest.raises(SystemExit) as ended:
        main(["--version"])
    assert ended.value.code == 0
    assert capsys.readouterr().out.strip() == f"shiage {__version__}"


@pytest.fixture
def cut(sample, tmp_path):
    """A cut of the first drawings of the sample and two of its design sheets, all copied."""
    for name in ("A0001.png", "A0002.png"):
        (tmp_path / "clip").mkdir(exist_ok=True)
        shutil.copy(sample / "line" / name, tmp_path / "clip" / name)
    shutil.copytree(sample / "ref", tmp_path / "ref")
    project = Project.create(
        tmp_path / "A.cut", tmp_path / "clip", sorted(p.name for p in (tmp_path / "clip").iterdir())
    )
    sheets = [
        SheetFiles(name, *(tmp_path / "ref" / part / f"{name}.png" for part in ("line", "gt")))
        for name in ("front", "back")
    ]
    project.add_sheets(sheets, [])
    project.close()
    return tmp_path / "A.cut"


def test_colours_that_a_sheet_of_a_cut_got_later_are_used(capsys, cut, tmp_path):
    code, said = run(capsys, "colorize", cut, "--model", "geometry", "--out", tmp_path / "o")
    assert code == 0
    assert "without colour" not in said.out


def test_a_cut_without_one_of_its_sheets_is_not_coloured(capsys, cut, tmp_path):
    (tmp_path / "ref" / "gt" / "back.png").write_bytes(b"nonsense")
    code, said = run(capsys, "colorize", cut, "--model", "geometry", "--out", tmp_path / "o")
    assert code == 2
    assert "back.png" in said.err
    assert not (tmp_path / "o").exists()
