import pickle
import zipfile
from pathlib import Path

import pytest
import torch
from safetensors.torch import save_file

from core.encoders.checkpoints import CheckpointError, family, fingerprint, read_state

STATE = {"a.weight": torch.arange(6.0).reshape(2, 3), "a.bias": torch.zeros(2)}


class Harmful:
    def __reduce__(self):
        return (Path.touch, (Path("harmed"),))


def same(state, other):
    return state.keys() == other.keys() and all(torch.equal(state[k], other[k]) for k in state)


@pytest.mark.parametrize("name", ["w.safetensors", "w.pth"])
def test_safetensors_are_told_by_content(tmp_path, name):
    save_file(STATE, tmp_path / name)
    assert same(read_state(tmp_path / name), STATE)


@pytest.mark.parametrize("is_new", [True, False])
@pytest.mark.parametrize("key", [None, "model_state_dict", "state_dict"])
def test_pytorch_files_with_or_without_training_state(tmp_path, is_new, key):
    found = STATE if key is None else {"epoch": 3, key: STATE, "optimizer": {"lr": 0.1}}
    torch.save(found, tmp_path / "w.pt", _use_new_zipfile_serialization=is_new)
    assert same(read_state(tmp_path / "w.pt"), STATE)


def test_the_prefix_of_parallel_training_is_dropped(tmp_path):
    torch.save({f"module.{key}": value for key, value in STATE.items()}, tmp_path / "w.pth")
    assert same(read_state(tmp_path / "w.pth"), STATE)


def test_a_pickle_with_more_than_weights_is_refused_and_not_run(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    torch.save({"model_state_dict": STATE, "config": Harmful()}, "w.pth")
    Path("raw.pth").write_bytes(pickle.dumps(Harmful()))
    for name in ("w.pth", "raw.pth"):
        with pytest.raises(CheckpointError, match=r"Python objects besides weights|damaged"):
            read_state(Path(name))
    assert not Path("harmed").exists()


BAD = {
    "empty": (b"", "is empty"),
    "pointer": (b"version https://git-lfs.github.com/spec/v1\noid sha256:00\n", "Git LFS pointer"),
    "page": (b"\n<!DOCTYPE html><html>Sign in</html>", "web page"),
    "text": (b"epoch,loss\n1,0.5\n" * 50, "no file of weights"),
    "header": (b'\xff\xff\xff\x00\x00\x00\x00\x00{"a"', "cut short or damaged"),
    "pickle": (b"\x80\x04\x95garbage", "cut short or damaged"),
}


@pytest.mark.parametrize("name", sorted(BAD))
def test_files_that_are_no_weights_are_told_apart(tmp_path, name):
    content, words = BAD[name]
    path = tmp_path / f"{name}.pth"
    path.write_bytes(content)
    with pytest.raises(CheckpointError) as caught:
        read_state(path)
    assert words in str(caught.value)
    assert str(path) in str(caught.value)
    assert str(caught.value).count(". ") == 0  # one sentence


def test_truncated_files_are_damaged(tmp_path):
    for name, save in (("w.safetensors", save_file), ("w.pth", torch.save)):
        path = tmp_path / name
        save({"a": torch.zeros(1000)}, path)
        content = path.read_bytes()
        for length in (9, 100, len(content) // 2, len(content) - 1):
            path.write_bytes(content[:length])
            with pytest.raises(CheckpointError, match=r"cut short or damaged|no file of weights"):
                read_state(path)


def test_files_of_other_programs_are_refused(tmp_path):
    with zipfile.ZipFile(tmp_path / "photos.zip", "w") as file:
        file.writestr("photo.txt", "no")
    torch.save([1, 2], tmp_path / "list.pth")
    torch.save({"state_dict": {"a": 1}}, tmp_path / "numbers.pth")
    for name in ("photos.zip", "list.pth", "numbers.pth"):
        with pytest.raises(CheckpointError, match=name):
            read_state(tmp_path / name)


def test_a_missing_file_is_named(tmp_path):
    with pytest.raises(CheckpointError, match=r"nowhere.pth cannot be read"):
        read_state(tmp_path / "nowhere.pth")
    with pytest.raises(CheckpointError, match="cannot be read"):
        read_state(tmp_path)


@pytest.mark.parametrize(
    ("key", "name"),
    [
        ("model.diffusion_model.input_blocks.0.weight", "Stable Diffusion"),
        ("dinov2.encoder.layer.0.layer_scale1.lambda1", "DINOv2 in the form of transformers"),
        ("unet.encoder_blocks.0.conv.0.weight", "DACoN"),
        ("blocks.0.attn.qkv.weight", "a vision transformer other than DINOv2"),
        ("what.is.this", "an unknown network (it begins with what.is.this)"),
    ],
)
def test_what_a_checkpoint_seems_to_be(key, name):
    assert family({key: torch.zeros(1)}) == name


def test_a_fingerprint_tells_weights_apart():
    other = {**STATE, "a.bias": torch.ones(2)}
    assert fingerprint(STATE) == fingerprint(dict(reversed(STATE.items())))
    assert fingerprint(STATE) != fingerprint(other)
