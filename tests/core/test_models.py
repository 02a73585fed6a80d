"""Models: what is imported can be loaded, what cannot be used is one sentence, nothing is lost."""

import errno
import hashlib
import http.server
import json
import os
import shutil
import socket
import subprocess
import sys
import threading
import time
import warnings
from pathlib import Path

import pytest
import torch
from safetensors.torch import save_file

from core import models
from core.encoders.dacon_network import Dacon, Perceptron
from core.encoders.dinov2 import GRID, PATCH, TIMM_NAMES, Architecture, build, load_timm
from core.encoders.unet import UNet
from core.models import importing
from core.models.store import LOCK
from core.models.table import DINOV2
from tests.core.encoders import tiny
from tests.core.encoders.conftest import one_thread  # noqa: F401

VITS14 = Architecture(
    width=384, depth=12, heads=6, patch=PATCH, grid=GRID, registers=0, hidden=1536, is_gated=False
)


@pytest.fixture(scope="session")
def vits14(tmp_path_factory):
    """A file of the smallest published DINOv2 with random weights."""
    path = tmp_path_factory.mktemp("weights") / "vit_small.safetensors"
    save_file(tiny.dinov2(VITS14).state_dict(), path)
    return path


@pytest.fixture
def dacon(tmp_path):
    """A tiny DACoN 1.1 with its DINOv2 inside."""
    path = tmp_path / "重み dacon.safetensors"
    save_file(tiny.state_of("1.1"), path)
    return path


@pytest.fixture
def folder(places):
    return places / "models"


def run_import(*paths, stop=None, **options):
    """Import and return what came of it, without the progress."""
    steps = models.import_files(paths, stop or threading.Event(), **options)
    return [step for step in steps if not isinstance(step, models.Progress)]


def sha256(path):
    return hashlib.sha256(path.read_bytes()).hexdigest()


def state(name):
    return next(one for one in models.installed() if one.model.name == name)


def names(folder):
    found = sorted(path.name for path in folder.iterdir()) if folder.exists() else []
    return [name for name in found if name != LOCK]


def one_sentence(text):
    return text.endswith(".") and text.count(". ") == 0 and "\n" not in text


# ---------------------------------------------------------------- the table


def test_the_table_names_every_dinov2_as_its_authors_and_timm_do():
    assert DINOV2 == TIMM_NAMES
    load_timm()
    from timm.models import get_pretrained_cfg

    for name in DINOV2.values():  # where `fetch` looks for it
        assert get_pretrained_cfg(name).hf_hub_id == f"timm/{name}"
    assert {f"timm:{name}" for name in DINOV2} <= {one.model.name for one in models.installed()}


def test_the_licence_of_the_published_weights_is_said_plainly():
    for name in ("dacon-1.0", "dacon-1.1"):
        licence = state(name).model.licence
        assert "PaintBucket-Character" in licence
        assert "non-commercial" in licence
        assert "S-Lab License 1.0" in licence
    assert state("timm:vitl14").model.licence.startswith("Apache-2.0")


def test_without_any_file_the_built_in_models_are_ready():
    built_in = {one.model.name for one in models.installed() if one.state == "built in"}
    assert built_in == {models.COMPACT, models.GEOMETRY}


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("no", "There is no model “no”"),
        ("timm:", "There is no model"),
        ("timm:../../etc/passwd", "There is no model"),
        ("dacon-1.1", "shiage models import FILE"),
        ("timm:vitl14", "shiage models fetch vitl14"),
        ("timm:vit_large_patch14_dinov2.lvd142m", "shiage models fetch vitl14"),
        ("timm:convnext_large", "shiage models import FILE --as timm:convnext_large"),
    ],
)
def test_a_model_that_is_not_here_names_the_way_out(name, words):
    with pytest.raises(models.ModelError) as caught:
        models.load(name)
    assert words in str(caught.value)
    assert one_sentence(str(caught.value))


# ---------------------------------------------------------------- into the store


def test_an_imported_dacon_is_ready_and_computes(dacon, folder):
    before = sha256(dacon)
    (imported,) = run_import(dacon)
    assert imported.entry.name == "dacon-1.1"
    assert imported.entry.sha256 == before == sha256(dacon) == sha256(imported.entry.path)
    assert names(folder) == ["dacon-1.1.safetensors", "manifest.json"]
    assert state("dacon-1.1").state == "ready"
    assert state("dacon-1.1").bytes == dacon.stat().st_size
    encoder = models.load("dacon-1.1", device="cpu")
    assert encoder.name == "dacon-1.1"
    assert encoder.encode(*tiny.drawing((10, 10, 60, 60))).shape == (2, 8)


@pytest.mark.parametrize("version", ["1.0", "1.1"])
def test_the_version_is_read_from_the_weights_whatever_the_file_is_called(tmp_path, version):
    path = tmp_path / "dacon_v9.pth"
    torch.save({"epoch": 3, "model_state_dict": tiny.state_of(version)}, path)
    (imported,) = run_import(path)
    assert imported.entry.name == f"dacon-{version}"
    assert imported.entry.file == f"dacon-{version}.pth"


def test_dinov2_is_known_by_its_sizes_and_serves_alone_and_with_dacon(tmp_path, vits14):
    network = tiny.randomize(Dacon(UNet((4, 4, 8, 8), 8, 8), Perceptron(384, 16, 8), None))
    save_file(network.state_dict(), tmp_path / "dacon.safetensors")
    (imported,) = run_import(tmp_path / "dacon.safetensors")
    assert imported.entry.needs == "vits14"
    assert state("dacon-1.1").state == "lacks its DINOv2"
    with pytest.raises(models.ModelError, match=r"vits14; .*fetch vits14") as said:
        models.load("dacon-1.1")
    assert one_sentence(str(said.value))

    (imported,) = run_import(vits14)
    assert imported.entry.file == "vits14.safetensors"
    assert state("dacon-1.1").state == state("timm:vits14").state == "ready"
    drawing = tiny.drawing((10, 10, 60, 60))
    assert models.load("dacon-1.1", device="cpu").encode(*drawing).shape == (2, 8)
    alone = models.load("timm:vits14", device="cpu")
    assert alone.name == "timm:vits14"
    assert alone.encode(*drawing).shape == (2, 384)
    imported.entry.path.unlink()
    assert state("dacon-1.1").state == "lacks its DINOv2"
    assert state("timm:vits14").state == "file missing"


def test_registers_make_another_dinov2(tmp_path):
    sizes = Architecture(**{**VITS14.__dict__, "registers": 4})
    official = dict(tiny.randomize(build(sizes)).state_dict())
    official["register_tokens"] = official.pop("reg_token")
    positions = torch.zeros(1, 1 + GRID * GRID, 384)
    positions[:, 1:] = official["pos_embed"]
    official["pos_embed"] = positions
    official["mask_token"] = torch.zeros(1, 384)
    torch.save(official, tmp_path / "official.pth")
    (imported,) = run_import(tmp_path / "official.pth")
    assert imported.entry.name == "vits14_reg"
    models.load("timm:vits14_reg", device="cpu")


def test_any_other_backbone_of_timm_is_imported_under_the_name_it_is_given(tmp_path):
    network = load_timm().create_model("test_vit.r160_in1k", pretrained=False, num_classes=0)
    save_file(network.state_dict(), tmp_path / "w.safetensors")
    (refused,) = run_import(tmp_path / "w.safetensors")
    assert "neither DACoN nor DINOv2" in refused.text
    (imported,) = run_import(tmp_path / "w.safetensors", name="timm:test_vit.r160_in1k")
    assert imported.entry.file == "test_vit.r160_in1k.safetensors"
    assert state("timm:test_vit.r160_in1k").state == "ready"
    assert models.load("timm:test_vit.r160_in1k", device="cpu").width == 64
    (refused,) = run_import(tmp_path / "w.safetensors", name="timm:../out")
    assert one_sentence(refused.text)


def bad_files(folder):
    """Every kind of file that is not taken, with words of the reason."""
    good = folder / "good.safetensors"
    save_file(tiny.state_of("1.1"), good)
    content = good.read_bytes()
    torch.save(tiny.state_of("1.1"), folder / "good.pth")
    contents = {
        "empty.pth": (b"", "is empty"),
        "half.safetensors": (content[: len(content) // 2], "cut short or damaged"),
        "half.pth": ((folder / "good.pth").read_bytes()[:9000], "cut short or damaged"),
        "pointer.pth": (b"version https://git-lfs.github.com/spec/v1\n", "Git LFS pointer"),
        "page.pth": (b"<!DOCTYPE html><html></html>", "web page"),
        "photo.png": (b"\x89PNG\r\n\x1a\n" + b"0" * 99, "no file of weights"),
    }
    states = {
        "lora": ({"a.lora_A.weight": torch.zeros(2)}, "seems to be a LoRA"),
        "resnet": ({"layer1.0.conv1.weight": torch.zeros(2)}, "seems to be a ResNet"),
        "lacking": (
            {k: v for k, v in tiny.state_of("1.1").items() if k != "dino_mlp.fc1.bias"},
            "lacks dino_mlp.fc1.bias",
        ),
        "tiny_dino": (dict(tiny.dinov2().state_dict()), "which no model here uses"),
        "alone": (tiny.state_of("1.1", with_dino=False), "DINOv2 of 32 channels"),
    }
    words = {}
    for name, (bytes_, reason) in contents.items():
        (folder / name).write_bytes(bytes_)
        words[folder / name] = reason
    for name, (weights, reason) in states.items():
        save_file(weights, folder / f"{name}.safetensors")
        words[folder / f"{name}.safetensors"] = reason
    words[folder / "nowhere.pth"] = "cannot be read"
    words[folder] = "cannot be read"
    return words


def test_every_bad_file_is_one_sentence_and_the_good_one_between_them_is_taken(
    tmp_path, dacon, folder
):
    words = bad_files(tmp_path)
    *refused, imported = run_import(*words, dacon)
    for step, (path, reason) in zip(refused, words.items(), strict=True):
        assert step.path == path
        assert reason in step.text
        assert str(path) in step.text
        assert one_sentence(step.text), step.text
    assert isinstance(imported, models.Imported)
    assert names(folder) == ["dacon-1.1.safetensors", "manifest.json"]


def test_a_wrong_hash_is_refused_and_the_right_one_taken(dacon, folder):
    (refused,) = run_import(dacon, sha256="0" * 64)
    assert f"SHA-256 {sha256(dacon)} and not {'0' * 64}" in refused.text
    (unclear,) = run_import(dacon, sha256="abc")
    assert "is no SHA-256" in unclear.text
    assert one_sentence(refused.text)
    assert names(folder) == []
    (imported,) = run_import(dacon, sha256=sha256(dacon).upper())
    assert isinstance(imported, models.Imported)


def test_an_import_that_is_stopped_leaves_what_was_there(monkeypatch, dacon, folder):
    monkeypatch.setattr(importing, "CHUNK", 10_000)
    run_import(dacon)
    before = {path: path.read_bytes() for path in folder.iterdir()}
    stop = threading.Event()
    seen = []
    for step in models.import_files([dacon, dacon], stop):
        seen.append(step)
        if step.done > 0:
            assert len(names(folder)) == 3
            stop.set()
    assert [step.done for step in seen] == [0, 10_000]
    assert {path: path.read_bytes() for path in folder.iterdir()} == before

    steps = models.import_files([dacon], threading.Event())
    while next(steps).done == 0:
        pass
    steps.close()  # whoever asked is gone
    assert {path: path.read_bytes() for path in folder.iterdir()} == before


def test_no_space_is_said_before_and_while_copying(monkeypatch, dacon, folder):
    full = shutil.disk_usage(folder.parent)._replace(free=1000)
    with monkeypatch.context() as patch:
        patch.setattr(shutil, "disk_usage", lambda _: full)
        (refused,) = run_import(dacon)
    assert "no space left" in refused.text

    def fail(_):
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr("os.fsync", fail)
    (later,) = run_import(dacon)
    assert later.text == refused.text
    assert "SHIAGE_MODELS" in refused.text
    assert one_sentence(refused.text)
    assert names(folder) == []


def test_a_folder_that_takes_nothing_is_one_sentence(monkeypatch, dacon, tmp_path):
    (tmp_path / "file").write_text("in the way")
    monkeypatch.setenv("SHIAGE_MODELS", str(tmp_path / "file" / "models"))
    (refused,) = run_import(dacon)
    assert "cannot be written to" in refused.text
    assert one_sentence(refused.text)


def test_importing_again_replaces_the_former_file(tmp_path, dacon, folder):
    run_import(dacon)
    torch.save(tiny.state_of("1.1"), tmp_path / "newer.pth")
    run_import(tmp_path / "newer.pth")
    assert names(folder) == ["dacon-1.1.pth", "manifest.json"]
    models.load("dacon-1.1", device="cpu")
    (imported,) = run_import(folder / "dacon-1.1.pth")  # from where it lies already
    assert imported.entry.path.exists()
    assert names(folder) == ["dacon-1.1.pth", "manifest.json"]


def test_what_a_killed_import_left_goes_away_with_a_later_one(dacon, folder):
    folder.mkdir(parents=True)
    for name, age in (("old", 2 * 24 * 3600), ("running", 60)):
        path = folder / f".shiage-{name}.tmp"
        path.touch()
        os.utime(path, (time.time() - age,) * 2)
    run_import(dacon)
    assert names(folder) == [".shiage-running.tmp", "dacon-1.1.safetensors", "manifest.json"]


def test_the_manifest_survives_a_failed_save_and_other_imports(
    monkeypatch, tmp_path, dacon, folder
):
    run_import(dacon)
    torch.save(tiny.state_of("1.0"), tmp_path / "old.pth")
    run_import(tmp_path / "old.pth")
    assert state("dacon-1.0").state == state("dacon-1.1").state == "ready"
    before = (folder / "manifest.json").read_bytes()
    replace = Path.replace

    def fail(path, target):
        if Path(target).name == "manifest.json":
            raise OSError(errno.EIO, "Input/output error")
        return replace(path, target)

    monkeypatch.setattr(Path, "replace", fail)
    (refused,) = run_import(dacon)
    assert one_sentence(refused.text)
    assert (folder / "manifest.json").read_bytes() == before
    assert names(folder) == ["dacon-1.0.pth", "dacon-1.1.safetensors", "manifest.json"]


@pytest.mark.parametrize(
    "text",
    [
        b"",
        b"\xff\xfe",
        b"[]",
        b'{"models": 3}',
        b'{"models": [3, {"name": "dacon-1.1"}]}',
        b'{"models": [{"name": "dacon-1.1", "file": "../x", "bytes": 1, "sha256": "0",'
        b' "needs": null}]}',
    ],
)
def test_a_damaged_manifest_costs_an_import_and_nothing_else(dacon, folder, text):
    run_import(dacon)
    (folder / "manifest.json").write_bytes(text)
    assert state("dacon-1.1").state == "not imported"
    with pytest.raises(models.ModelError, match="models import"):
        models.load("dacon-1.1")
    run_import(dacon)
    assert state("dacon-1.1").state == "ready"


# ---------------------------------------------------------------- verifying and loading


def test_processes_that_import_at_the_same_time_do_not_harm_each_other(dacon, folder, tmp_path):
    other = tmp_path / "other.safetensors"
    save_file(tiny.state_of("1.0"), other)
    program = (
        "import sys, threading, pathlib\n"
        "from core import models\n"
        "from core.encoders import dacon, dinov2\n"  # the slow part, before the start
        "dinov2.load_timm()\n"
        "print('ready', flush=True)\n"
        "sys.stdin.readline()\n"
        "for _ in range(10):\n"
        "    paths = [pathlib.Path(name) for name in sys.argv[1:]]\n"
        "    found = [*models.import_files(paths, threading.Event())]\n"
        "    assert not [f for f in found if isinstance(f, models.Refused)], found\n"
    )
    processes = [
        subprocess.Popen(
            [sys.executable, "-c", program, *map(str, paths)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            cwd=Path(__file__).parents[2],
        )
        for paths in ((dacon,), (dacon, other))
    ]
    for process in processes:
        assert process.stdout.readline() == "ready\n"
    for process in processes:
        process.stdin.write("go\n")
        process.stdin.flush()
    for process in processes:
        process.communicate(timeout=120)
        assert process.returncode == 0
    assert names(folder) == ["dacon-1.0.safetensors", "dacon-1.1.safetensors", "manifest.json"]
    assert {entry.name for entry in models.verify(threading.Event())} == {"dacon-1.0", "dacon-1.1"}
    assert all(entry.problem is None for entry in models.verify(threading.Event()))


def test_verify_finds_what_changed_since_the_import(tmp_path, dacon, folder):
    run_import(dacon)
    torch.save(tiny.state_of("1.0"), tmp_path / "old.pth")
    run_import(tmp_path / "old.pth")
    stop = threading.Event()
    assert [result.problem for result in models.verify(stop)] == [None, None]
    content = bytearray((folder / "dacon-1.1.safetensors").read_bytes())
    content[-1] ^= 1
    (folder / "dacon-1.1.safetensors").write_bytes(content)
    (folder / "dacon-1.0.pth").unlink()
    missing, changed = models.verify(stop)
    assert "is missing; import dacon-1.0 again" in missing.problem
    assert "is not what was imported; import dacon-1.1 again" in changed.problem
    assert state("dacon-1.0").state == "file missing"
    assert state("dacon-1.1").state == "ready"  # only a close look tells
    (folder / "dacon-1.1.safetensors").write_bytes(content[:-1])
    assert state("dacon-1.1").state == "damaged size"
    for name in ("dacon-1.0", "dacon-1.1"):
        with pytest.raises(models.ModelError, match="shiage models import FILE"):
            models.load(name)


def test_a_file_that_rotted_is_one_sentence_when_it_is_loaded(dacon, folder):
    run_import(dacon)
    path = folder / "dacon-1.1.safetensors"
    path.write_bytes(b"\0" * path.stat().st_size)
    with pytest.raises(models.ModelError) as caught:
        models.load("dacon-1.1")
    assert one_sentence(str(caught.value))


@pytest.mark.parametrize(
    ("options", "words"),
    [
        ({"device": "cuda:7"}, "cuda:7 cannot be used"),
        ({"device": "tpu"}, "There is no device"),
        ({"precision": "int4", "device": "cpu"}, "There is no precision"),
        ({"precision": "fp16", "device": "cpu"}, "choose float32"),
    ],
)
def test_a_device_that_is_not_there_is_one_sentence(dacon, options, words):
    run_import(dacon)
    with pytest.raises(models.ModelError, match=words):
        models.load("dacon-1.1", **options)
    assert models.load("geometry", **options).name == "geometry"


def test_a_device_that_the_embedded_encoder_does_not_use_is_said():
    said = []
    for device in ("auto", "cpu", "cuda:7"):
        models.load("compact", device=device, threads=1, notice=said.append)
    assert said == ["compact computes on the processor, where it is fast; cuda:7 is not used."]


def test_a_driver_that_is_too_old_is_said_and_the_processor_takes_over(monkeypatch, dacon):
    def is_available():
        warnings.warn(
            "CUDA initialization: The NVIDIA driver on your system is too old (found version"
            " 11040). Please update your GPU driver by downloading",
            stacklevel=1,
        )
        return False

    run_import(dacon)
    monkeypatch.setattr(torch.cuda, "is_available", is_available)
    said = []
    encoder = models.load("dacon-1.1", notice=said.append)
    assert encoder.device.type == "cpu"
    assert said == [
        "The graphics card is not used (CUDA initialization: The NVIDIA driver on your system is"
        " too old (found version 11040)); update its driver."
    ]


# ---------------------------------------------------------------- downloading


class Hub(http.server.ThreadingHTTPServer):
    """A hub with one file; `cut` ends the first answer after so many bytes."""

    def __init__(self, content, *, cut=None, etag=None):
        super().__init__(("127.0.0.1", 0), Answer)
        self.content, self.cut = content, cut
        self.etag = etag or hashlib.sha256(content).hexdigest()
        self.ranges = []

    def handle_error(self, *_):
        """Say nothing of downloads that were stopped."""


class Answer(http.server.BaseHTTPRequestHandler):
    def do_HEAD(self):
        self._head(200, len(self.server.content))

    def do_GET(self):
        hub, asked = self.server, self.headers.get("Range")
        hub.ranges.append(asked)
        start = int(asked[6:-1]) if asked else 0
        self._head(206 if asked else 200, len(hub.content) - start)
        end, hub.cut = hub.cut or len(hub.content), None
        self.wfile.write(hub.content[start:end])

    def _head(self, code, length):
        self.send_response(code)
        self.send_header("X-Repo-Commit", "0" * 40)
        self.send_header("ETag", f'"{self.server.etag}"')
        self.send_header("Content-Length", str(length))
        self.end_headers()

    def log_message(self, *_):
        pass


@pytest.fixture
def serve(monkeypatch):
    hubs = []

    def start(content, **options):
        hub = Hub(content, **options)
        hubs.append(hub)
        threading.Thread(target=hub.serve_forever, daemon=True).start()
        monkeypatch.setenv("HF_ENDPOINT", f"http://127.0.0.1:{hub.server_port}")
        return hub

    yield start
    for hub in hubs:
        hub.shutdown()
        hub.server_close()


def run_fetch(name):
    steps = list(models.fetch(name, threading.Event()))
    return [step.done for step in steps if isinstance(step, models.Progress)], steps[-1]


def test_a_backbone_is_fetched_and_goes_on_where_it_was_cut(serve, vits14, folder):
    content = vits14.read_bytes()
    hub = serve(content, cut=5_000_000)
    reached, refused = run_fetch("vits14")
    assert "could not be downloaded" in refused.text
    assert one_sentence(refused.text)
    assert state("timm:vits14").state == "not imported"
    arrived = (folder / ".shiage-vits14.part").stat().st_size
    assert reached[-1] == arrived <= 5_000_000

    reached, imported = run_fetch("timm:vits14")
    assert hub.ranges == [None, f"bytes={arrived}-"]
    assert reached[0] == arrived
    assert reached[-1] == len(content)
    assert imported.entry.sha256 == hashlib.sha256(content).hexdigest()
    assert names(folder) == ["manifest.json", "vits14.safetensors"]
    assert state("timm:vits14").state == "ready"


def test_a_download_stops_when_it_is_told_to(serve, vits14, folder):
    serve(vits14.read_bytes())
    stop = threading.Event()
    for step in models.fetch("vits14", stop):
        assert isinstance(step, models.Progress)
        stop.set()
    assert "manifest.json" not in names(folder)


@pytest.mark.parametrize(
    ("content", "etag", "words"),
    [
        (b"<!doctype html><html>Sign in to the wireless network</html>", None, "web page"),
        (b"version https://git-lfs.github.com/spec/v1\n", "f" * 64, "and not ffff"),
    ],
)
def test_what_a_wrong_server_gives_is_refused(serve, folder, content, etag, words):
    serve(content, etag=etag)
    _, refused = run_fetch("vits14")
    assert words in refused.text
    assert names(folder) == []


def test_only_dinov2_is_fetched():
    _, refused = run_fetch("dacon-1.1")
    assert "is not downloaded by Shiage" in refused.text
    assert one_sentence(refused.text)


def test_without_a_network_a_download_is_one_sentence(monkeypatch):
    def blocked(*_, **__):
        raise OSError(errno.ENETUNREACH, "Network is unreachable")

    monkeypatch.setattr(socket, "socket", blocked)
    monkeypatch.setattr(socket, "getaddrinfo", blocked)
    _, refused = run_fetch("vits14")
    assert "check the network" in refused.text
    assert one_sentence(refused.text)


def test_a_network_that_never_answers_is_given_up(monkeypatch):
    released = threading.Event()
    monkeypatch.setattr("core.models.download.SILENCE", 0.5)
    monkeypatch.setattr(socket, "getaddrinfo", lambda *_, **__: released.wait(30) and [])
    _, refused = run_fetch("vits14")
    released.set()
    assert "check the network" in refused.text


def test_the_manifest_is_json_that_a_person_can_read(dacon, folder):
    run_import(dacon)
    (row,) = json.loads((folder / "manifest.json").read_text())["models"]
    assert row == {
        "name": "dacon-1.1",
        "file": "dacon-1.1.safetensors",
        "bytes": dacon.stat().st_size,
        "sha256": sha256(dacon),
        "needs": None,
    }
