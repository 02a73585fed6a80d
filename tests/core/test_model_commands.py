"""`shiage models`, and models on the rest of the command line; none of it needs a network."""

import json
import re
import shutil
import socket
import subprocess
import sys
from pathlib import Path

import pytest
from safetensors.torch import save_file

from app.__main__ import COMMAND_LINE
from core.__main__ import main
from core.encoders.dacon_network import Dacon, Perceptron
from core.encoders.unet import UNet
from tests.core.encoders import tiny
from tests.core.encoders.conftest import one_thread  # noqa: F401

ROOT = Path(__file__).parents[2]


@pytest.fixture
def dacon(tmp_path):
    path = tmp_path / "d.safetensors"
    save_file(tiny.state_of("1.1"), path)
    return path


@pytest.fixture
def clip(sample, tmp_path):
    """Two frames of the sample with one sheet."""
    folder = tmp_path / "clip"
    for part, names in {
        "line": ("A0001.png", "A0002.png"),
        "gt": ("A0001.png", "A0002.png"),
        "ref/line": ("front.png",),
        "ref/gt": ("front.png",),
    }.items():
        (folder / part).mkdir(parents=True)
        for name in names:
            shutil.copy(sample / part / name, folder / part / name)
    return folder


@pytest.fixture
def no_network(monkeypatch):
    def blocked(*_, **__):
        raise OSError("the network is blocked")

    monkeypatch.setattr(socket, "socket", blocked)
    monkeypatch.setattr(socket, "create_connection", blocked)
    monkeypatch.setattr(socket, "getaddrinfo", blocked)


def run(capsys, *arguments):
    code = main([str(argument) for argument in arguments])
    return code, capsys.readouterr()


def events(captured):
    return [json.loads(line) for line in captured.out.splitlines()]


def test_a_clip_is_coloured_with_an_imported_model_and_no_network(
    capsys, dacon, clip, tmp_path, no_network
):
    code, said = run(capsys, "models", "import", dacon)
    assert code == 0
    assert said.out.startswith("dacon-1.1 imported")
    assert "non-commercial" in said.out
    assert said.err == ""
    arguments = ["--model", "dacon-1.1", "--device", "cpu", "--refs", clip / "ref"]
    code, said = run(capsys, "colorize", clip, *arguments, "--out", tmp_path / "out")
    assert code == 0
    assert said.out.startswith("2 frames in")
    assert said.err == ""
    assert len(list((tmp_path / "out").iterdir())) == 2


def test_fetching_without_a_network_is_one_sentence(capsys, no_network):
    code, said = run(capsys, "models", "fetch", "vits14")
    assert code == 2
    assert len(said.err.splitlines()) == 1
    assert said.err.startswith("shiage: vits14 could not be downloaded")


def test_evaluate_lays_the_published_figures_beside_its_own(capsys, dacon, clip):
    run(capsys, "models", "import", dacon)
    code, said = run(capsys, "evaluate", clip, "--model", "dacon-1.1", "--device", "cpu")
    assert code == 0
    assert said.out.splitlines()[-2:] == [
        "published on PaintBucket-Character v2 test",
        "Acc 68.01  Acc-Thresh 72.87  Pix-Acc 96.97  Pix-F-Acc 91.03  Pix-B-MIoU 99.11",
    ]
    options = ["--setting", "consecutive", "--json"]
    _, said = run(capsys, "evaluate", clip, "--model", "dacon-1.1", "--device", "cpu", *options)
    *_, modelled, drawn = events(said)
    assert (modelled["part"], drawn["part"]) == ("3D", "hand-drawn")
    assert modelled["acc"] == pytest.approx(0.8532)
    assert drawn["pix_b_miou"] == pytest.approx(0.9975)
    _, said = run(capsys, "evaluate", clip)
    assert "published" not in said.out


def test_the_list_names_every_model_with_licence_and_state(capsys, dacon):
    run(capsys, "models", "import", dacon)
    code, said = run(capsys, "models", "list")
    assert code == 0
    rows = {line.split()[0]: line for line in said.out.splitlines()}
    assert "ready" in rows["dacon-1.1"]
    assert "S-Lab License 1.0" in rows["dacon-1.0"]
    assert "not imported" in rows["timm:vitl14_reg"]
    _, said = run(capsys, "models", "list", "--json")
    (ours,) = [event for event in events(said) if event["name"] == "dacon-1.1"]
    assert (ours["state"], ours["bytes"]) == ("ready", dacon.stat().st_size)
    assert len(ours["sha256"]) == 64


def test_with_json_an_import_is_told_byte_by_byte(capsys, dacon, tmp_path):
    (tmp_path / "page.pth").write_text("<html>")
    code, said = run(capsys, "models", "import", dacon, tmp_path / "page.pth", "--json")
    told = events(said)
    assert code == 2
    assert [event["event"] for event in told] == [
        *["progress", "progress", "imported"],
        *["progress", "refused", "notice", "licence"],
    ]
    assert told[1]["done"] == told[1]["total"] == told[2]["bytes"] == dacon.stat().st_size


def test_what_is_still_missing_is_said_once_all_files_are_in(capsys, tmp_path):
    network = Dacon(UNet((4, 4, 8, 8), 8, 8), Perceptron(384, 16, 8), None)
    save_file(tiny.randomize(network).state_dict(), tmp_path / "d.safetensors")
    code, said = run(capsys, "models", "import", tmp_path / "d.safetensors")
    assert code == 0
    assert "dacon-1.1 lacks its DINOv2, vits14" in said.err


@pytest.mark.parametrize("form", [(), ("--json",)])
def test_a_reader_that_has_seen_enough_is_no_error(form):
    command = [sys.executable, "-m", "core", "models", "list", *form]
    with subprocess.Popen(
        command, cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.PIPE
    ) as process:
        process.stdout.close()
        assert process.stderr.read() == b""


def test_verify_ends_with_2_when_a_file_changed(capsys, dacon, places):
    run(capsys, "models", "import", dacon)
    code, said = run(capsys, "models", "verify")
    assert (code, said.out) == (0, "dacon-1.1 is as imported\n")
    with (places / "models" / "dacon-1.1.safetensors").open("ab") as file:
        file.write(b"more")
    code, said = run(capsys, "models", "verify")
    assert code == 2
    assert "import dacon-1.1 again" in said.err


def test_the_folder_is_said(capsys, places):
    assert run(capsys, "models", "path")[1].out == f"{places / 'models'}\n"


def test_doctor_says_devices_and_usable_models(capsys, dacon):
    run(capsys, "models", "import", dacon)
    _, said = run(capsys, "doctor", "--json")
    (facts,) = events(said)
    assert "cpu (" in facts["device"]
    assert facts["usable"] == "compact, geometry, dacon-1.1"


@pytest.mark.parametrize(
    "arguments",
    [
        ["models", "import", "nowhere.pth"],
        ["models", "import", "a.pth", "b.pth", "--sha256", "0" * 64],
        ["models", "import", "{dacon}", "--sha256", "0" * 64],
        ["models", "fetch", "vitx14"],
        ["colorize", "{clip}", "--refs", "{clip}/ref", "--out", "o", "--model", "dacon-1.0"],
        ["evaluate", "{clip}", "--model", "timm:vitl14"],
    ],
)
def test_what_cannot_be_done_is_one_sentence_and_exit_code_2(capsys, clip, dacon, arguments):
    code, said = run(capsys, *(text.format(clip=clip, dacon=dacon) for text in arguments))
    assert code == 2
    assert len(said.err.splitlines()) == 1
    assert said.err.startswith("shiage: ")


def test_a_device_is_checked_by_its_spelling_first_and_then_by_trying(capsys, clip, dacon):
    with pytest.raises(SystemExit) as ended:
        run(capsys, "evaluate", clip, "--device", "gpu")
    assert ended.value.code == 2
    assert "none of auto, cuda, cuda:N, mps, cpu" in capsys.readouterr().err
    run(capsys, "models", "import", dacon)
    code, said = run(capsys, "evaluate", clip, "--model", "dacon-1.1", "--device", "cuda:9")
    assert code == 2
    assert "cuda:9 cannot be used" in said.err


def test_the_window_knows_every_subcommand(capsys):
    with pytest.raises(SystemExit):
        main(["--help"])
    listed = re.findall(r"^ {4}([a-z]+)\b", capsys.readouterr().out, re.MULTILINE)
    assert sorted(listed) == sorted(COMMAND_LINE)
