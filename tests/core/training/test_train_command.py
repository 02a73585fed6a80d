"""`shiage train`, from folders of clips to a model that can be chosen."""

import json
import resource
import shutil
import signal
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
import torch
from PIL import Image
from safetensors.torch import save_file

from core import models
from core.__main__ import main
from core.encoders.dinov2 import GRID, PATCH, Architecture
from core.images import read_line_image, write_png
from core.segments import segment
from tests.core.encoders.tiny import dinov2
from tests.core.training.test_dacon_training import Dacon, Perceptron, UNet

ROOT = Path(__file__).parents[3]


def run(capsys, *arguments):
    code = main([str(argument) for argument in arguments])
    return code, capsys.readouterr()


@pytest.fixture
def compact(capsys, clips, tmp_path):
    """Run `train compact` on the tiny clips for some steps."""

    def train(*options, out="studio A.safetensors"):
        arguments = ["--data", clips, "--out", tmp_path / out, "--cache", tmp_path / "cache"]
        return run(capsys, "train", "compact", *arguments, *options)

    return train


def test_weights_checkpoint_and_curve_lie_beside_each_other(compact, clips, tmp_path):
    code, said = compact("--steps", 2, "--development", clips, "--json")
    events = [json.loads(line) for line in said.out.splitlines()]
    assert code == 0
    names = [event["event"] for event in events]
    assert names == ["described"] * 3 + ["read"] * 3 + ["progress", "end"]
    progress = events[-2]
    assert progress["step"] == 2
    assert progress["loss"] > 0
    assert set(progress["development"]) == {f"{clips.name} cf", f"{clips.name} kf1"}
    assert {path.suffix for path in tmp_path.glob("studio A.*")} == {
        ".safetensors",
        ".checkpoint",
        ".png",
    }
    with Image.open(tmp_path / "studio A.png") as curve:
        assert len(np.unique(np.array(curve))) > 2


def test_a_trained_encoder_is_imported_and_chosen_by_its_name(capsys, compact, clips, tmp_path):
    assert compact("--steps", 1, "--from", "compact")[0] == 0
    code, said = run(capsys, "models", "import", tmp_path / "studio A.safetensors")
    assert code == 0
    assert said.out.startswith("compact-studio-A imported")
    assert models.check("compact:studio-A")
    _, said = run(capsys, "models", "list")
    assert "compact:studio-A" in said.out
    line = read_line_image(clips / "clip0" / "line" / "0000.png")
    shipped, own = models.load("compact"), models.load("compact:studio-A")
    assert own.name == "compact:studio-A"
    assert own.version != shipped.version
    features = own.encode(line, segment(line))
    assert features.shape == (len(segment(line)), own.width)
    code, said = run(capsys, "evaluate", clips, "--model", "compact:studio-A", "--json")
    assert code == 0


def test_what_is_there_is_not_written_over_but_goes_on(compact, tmp_path):
    checkpoint = tmp_path / "studio A.checkpoint"
    assert compact("--steps", 1)[0] == 0
    code, said = compact("--steps", 2)
    assert code == 2
    assert f"{checkpoint} is there already" in said.err
    code, said = compact("--steps", 2, "--resume", checkpoint)
    assert code == 0
    assert "step 2" in said.out
    code, said = compact("--steps", 2, "--resume", checkpoint)
    assert code == 2
    assert "at the end of its run" in said.err


def test_going_on_under_another_name_writes_over_nothing(compact, tmp_path):
    assert compact("--steps", 1)[0] == 0
    precious = tmp_path / "precious.safetensors"
    precious.write_bytes(b"weights of another run")
    resume = ("--steps", 2, "--resume", tmp_path / "studio A.checkpoint")
    code, said = compact(*resume, out=precious.name)
    assert code == 2
    assert f"{precious} is there already; choose another --out." in said.err
    assert precious.read_bytes() == b"weights of another run"
    assert compact(*resume, out="studio B.safetensors")[0] == 0


def test_a_picture_where_the_curve_would_lie_is_not_lost(compact, tmp_path):
    picture = tmp_path / "studio A.png"
    picture.write_bytes(b"a drawing")
    code, said = compact("--steps", 1)
    assert code == 2
    sentence = f"{picture} is there already, and the learning curve would be written over it; move"
    assert said.err.startswith(f"shiage: {sentence}")
    assert [path.name for path in tmp_path.glob("studio*")] == [picture.name]
    assert picture.read_bytes() == b"a drawing"


def test_a_run_that_goes_on_draws_its_own_curve_anew(compact, tmp_path):
    assert compact("--steps", 1)[0] == 0
    curve = (tmp_path / "studio A.png").read_bytes()
    assert compact("--steps", 2, "--resume", tmp_path / "studio A.checkpoint")[0] == 0
    assert (tmp_path / "studio A.png").read_bytes() != curve


def test_going_on_with_other_clips_is_refused(compact, clips, tmp_path):
    assert compact("--steps", 1)[0] == 0
    data = tmp_path / "data"
    shutil.copytree(clips, data)
    shutil.rmtree(data / "clip1")
    checkpoint = tmp_path / "studio A.checkpoint"
    code, said = compact("--steps", 2, "--resume", checkpoint, "--data", data)
    assert code == 2
    assert f"{checkpoint} does not go with this run: it was made on other clips." in said.err


@pytest.mark.slow
def test_two_processes_train_what_one_does(compact, clips, tmp_path):
    assert compact("--steps", 3, out="one.safetensors")[0] == 0
    command = [sys.executable, "-m", "torch.distributed.run", "--standalone", "--nproc-per-node=2"]
    command += ["-m", "core", "train", "compact", "--data", str(clips), "--steps", "3"]
    command += ["--out", str(tmp_path / "two.safetensors"), "--cache", str(tmp_path / "cache")]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=600)
    assert done.returncode == 0, done.stderr
    assert done.stdout.count("done;") == 1
    first, second = (
        torch.load(tmp_path / f"{name}.checkpoint", weights_only=True)["net"]  # noqa: TID251
        for name in ("one", "two")
    )
    for name, value in first.items():  # a step is 1e-3; other threads sum up to 1e-6 differently
        torch.testing.assert_close(second[name], value, rtol=1e-4, atol=1e-5, msg=name)


@pytest.mark.slow
def test_interrupting_leaves_a_checkpoint_to_go_on_from(clips, tmp_path):
    command = [sys.executable, "-m", "core", "train", "compact", "--data", str(clips), "--json"]
    command += ["--out", str(tmp_path / "studio A.safetensors"), "--cache", str(tmp_path / "cache")]
    checkpoint = tmp_path / "studio A.checkpoint"
    process = subprocess.Popen(
        [*command, "--minutes", "100"], cwd=ROOT, stdout=subprocess.PIPE, text=True
    )
    assert process.stdout is not None
    with process:
        for line in process.stdout:
            event = json.loads(line)
            if event["event"] == "progress" and process.poll() is None:
                process.send_signal(signal.SIGINT)
        assert process.wait(timeout=60) == 130
    assert event["notice"] == f"stopped; go on with --resume {checkpoint}."
    assert checkpoint.exists()


def test_drawings_that_do_not_fit_are_named_and_left_out(compact, clips, tmp_path):
    data = tmp_path / "data"
    shutil.copytree(clips, data)
    (data / "clip0" / "gt" / "0001.png").unlink()
    Image.new("RGBA", (10, 12)).save(data / "clip1" / "gt" / "0002.png")
    (data / "clip2" / "line" / "0003.png").write_bytes(b"")
    code, said = compact("--steps", 1, "--data", data)
    assert code == 0
    sentences = said.err.strip().splitlines()
    assert len(sentences) == 3
    assert "lacks 0001.png" in sentences[0]
    assert "10 x 12 pixels and its line image 100 x 90" in sentences[1]
    assert "0003.png" in sentences[2]


@pytest.mark.parametrize(
    ("options", "reason"),
    [
        (["--data", "{tmp}/nowhere"], "has no clip with a “line” folder"),
        (["--data", "{tmp}/empty"], "has no clip with a “line” folder"),
        (["--data", "{tmp}/blank"], "No clip has two drawings with 4 to"),
        (["--data", "{tmp}/lonely"], "no clip has two drawings with their colours"),
        (["--development", "{tmp}/empty"], "has no clip with a “line” folder"),
        (["--out", "{tmp}/weights.bin"], "must end with .safetensors"),
        (["--out", "{tmp}/file/weights.safetensors"], "cannot be written to"),
        (["--from", "nothing"], "neither a file nor an imported model"),
        (["--from", "{tmp}/file"], "no file of weights"),
        (["--resume", "{tmp}/file"], "no checkpoint"),
        (["--resume", "{tmp}/nowhere"], "(No such file or directory); choose another --resume."),
        (["--device", "cuda:9"], "cannot be used"),
    ],
)
def test_bad_input_is_one_sentence(compact, clips, tmp_path, options, reason):
    (tmp_path / "empty").mkdir()
    (tmp_path / "file").touch()
    for name, count in (("blank", 2), ("lonely", 1)):
        for part in ("line", "gt"):
            (tmp_path / name / "a" / part).mkdir(parents=True)
            for number in range(count):
                page = Image.new("RGBA", (30, 20), (255, 255, 255, 0))
                page.save(tmp_path / name / "a" / part / f"{number}.png")
    code, said = compact("--steps", 1, *(each.format(tmp=tmp_path) for each in options))
    assert code == 2
    [sentence] = [each for each in said.err.splitlines() if not each.endswith("left out.")]
    assert reason in sentence


WHOLE, ABOVE = "a whole number from 1 on", "a number above 0"


@pytest.mark.parametrize(
    ("option", "value", "words"),
    [
        ("--steps", "abc", WHOLE),
        ("--steps", "0", WHOLE),
        ("--batch", "1.5", WHOLE),
        ("--seed", "-1", "a whole number from 0 to 2**63 - 1"),
        ("--seed", "x", "a whole number from 0 to 2**63 - 1"),
        ("--minutes", "0", ABOVE),
        ("--minutes", "an hour", ABOVE),
        ("--rate", "nan", ABOVE),
        ("--rate", "inf", ABOVE),
        ("--consistency", "nan", "0 or a number above it"),
        ("--consistency", "-0.1", "0 or a number above it"),
        ("--consistency", "inf", "0 or a number above it"),
        ("--consistency", "some", "0 or a number above it"),
    ],
)
def test_a_number_that_is_none_is_said_in_words(capsys, option, value, words):
    model = ["dacon", "--dino", "d"] if option == "--consistency" else ["compact"]
    with pytest.raises(SystemExit) as stopped:
        main(["train", *model, "--data", "a", "--out", "b", f"{option}={value}"])
    assert stopped.value.code == 2
    said = capsys.readouterr().err.splitlines()[-1]
    assert said.endswith(f"error: argument {option}: “{value}” is not {words}")


@pytest.mark.parametrize("model", [["compact", "--steps"], ["dacon", "--dino", "d", "--epochs"]])
def test_the_clock_or_a_number_ends_a_run_and_not_both(capsys, model):
    with pytest.raises(SystemExit) as stopped:
        main(["train", *model, "5", "--minutes", "1", "--data", "a", "--out", "b"])
    assert stopped.value.code == 2
    said = capsys.readouterr().err.splitlines()[-1]
    assert said.endswith(f"argument --minutes: not allowed with argument {model[-1]}")


def test_going_on_without_the_weights_it_began_with_says_what_is_missing(compact, tmp_path):
    assert compact("--steps", 1, "--from", "compact")[0] == 0
    checkpoint = tmp_path / "studio A.checkpoint"
    code, said = compact("--steps", 2, "--resume", checkpoint)
    assert code == 2
    assert said.err == (
        f"shiage: {checkpoint} does not go with this run: it was made with another rate (0.0001,"
        " not 0.001); give the options that it began with again, --from among them.\n"
    )
    assert compact("--steps", 2, "--resume", checkpoint, "--from", "compact")[0] == 0


def test_a_full_disk_stops_the_training_with_one_sentence(compact, tmp_path):
    assert compact("--steps", 1)[0] == 0  # what is described of the clips is there
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (2**20, hard))  # files end at one megabyte
    try:
        code, said = compact("--steps", 1, out="other.safetensors")
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))
    assert code == 2
    assert "other.checkpoint cannot be written" in said.err
    assert not list(tmp_path.glob("*other*"))


def test_dacon_is_trained_and_imported(capsys, clips, tmp_path):
    """With a backbone of the width of ViT-S, so that the import knows which DINOv2 it needs."""
    sizes = Architecture(
        width=384,
        depth=1,
        heads=6,
        patch=PATCH,
        grid=GRID,
        registers=0,
        hidden=384,
        is_gated=False,
    )
    save_file(dinov2(sizes).state_dict(), tmp_path / "dino.safetensors")
    tiny = Dacon(UNet((2, 4), 4, 8), Perceptron(384, 8, 8))
    save_file(tiny.state_dict(), tmp_path / "start.safetensors")
    data = tmp_path / "data"
    for name in ("0000.png", "0001.png"):
        for part in ("line", "gt"):
            (data / "a" / part).mkdir(parents=True, exist_ok=True)
            shutil.copy(clips / "clip0" / part / name, data / "a" / part)
    arguments = ["--data", data, "--dino", tmp_path / "dino.safetensors", "--epochs", 1]
    arguments += ["--from", tmp_path / "start.safetensors", "--out", tmp_path / "own.safetensors"]
    code, said = run(capsys, "train", "dacon", *arguments, "--device", "cpu")
    assert code == 0, said.err
    code, said = run(capsys, "models", "import", tmp_path / "own.safetensors")
    assert said.out.startswith("dacon-1.1 imported")
    assert "lacks its DINOv2, vits14" in said.err


def test_drawings_with_too_few_segments_are_left_out_with_a_sentence(compact, clips, tmp_path):
    data = tmp_path / "data"
    shutil.copytree(clips, data)
    page = read_line_image(data / "clip1" / "line" / "0000.png").copy()
    page[:] = (255, 255, 255, 0)
    page[10:20, 10] = (0, 0, 0, 255)
    for part in ("line", "gt"):
        write_png(data / "clip1" / part / "0000.png", page)
    code, said = compact("--steps", 1, "--data", data)
    assert code == 0
    [sentence] = said.err.strip().splitlines()
    assert sentence == (
        f"shiage: {data / 'clip1'}: 1 of 6 drawings have fewer than 4 or more than 320 segments;"
        " left out."
    )
