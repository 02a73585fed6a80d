"""Checkpoints: files of weights, read without running code, explained when they do not fit."""

import hashlib
import pickle
import re
import warnings
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

import torch
from safetensors import SafetensorError
from safetensors.torch import load_file
from torch import Tensor, nn

State = dict[str, Tensor]

NESTED = ("model_state_dict", "state_dict", "model", "teacher")
"""Where training programs keep the weights beside the optimiser and the epoch."""

SHOWN = 3
"""Keys that an error names."""

FAMILIES = (
    (r"unet\.encoder_blocks\.0\.conv\.0\.weight", "DACoN"),
    (r"(.*\.)?blocks\.\d+\.ls1\.gamma", "DINOv2"),
    (
        r"(dinov2\.)?encoder\.layer\.\d+\.layer_scale1\.lambda1",
        "DINOv2 in the form of transformers",
    ),
    (r"model\.diffusion_model\.|conditioner\.|first_stage_model\.", "Stable Diffusion"),
    (r"image_encoder\.(trunk|blocks)\.|sam_mask_decoder\.", "Segment Anything"),
    (r"visual\.|text_model\.", "CLIP"),
    (r".*lora_(A|B|up|down)", "a LoRA"),
    (r"(.*\.)?layer1\.0\.conv1\.weight", "a ResNet"),
    (r"(.*\.)?blocks\.\d+\.attn\.qkv\.weight", "a vision transformer other than DINOv2"),
)
"""What a checkpoint is, by the first key that looks like it."""


class CheckpointError(Exception):
    """A file of weights cannot be used; one sentence: which, what is wrong, what to do."""


def read_state(path: Path) -> State:
    """Read the weights in a `.safetensors` or PyTorch file, told apart by content.

    Raises:
        CheckpointError: if it is no such file, is damaged, or holds more than plain weights.
    """
    try:
        with path.open("rb") as file:
            start = file.read(512)
    except OSError as error:
        raise CheckpointError(f"{path} cannot be read ({error.strerror}).") from error
    text = start.lstrip().lower()
    if not start:
        raise CheckpointError(f"{path} is empty; download it again.")
    if text.startswith(b"version https://git-lfs"):
        raise CheckpointError(
            f"{path} is a Git LFS pointer that only stands for the weights; fetch the file itself"
            " with “git lfs pull” or the download button of its page."
        )
    if text.startswith((b"<!doctype", b"<html", b"<?xml", b"<head")):
        raise CheckpointError(
            f"{path} is a web page and not a file of weights; open its address in a browser and"
            " download the weights from there."
        )
    if start[8:9] == b"{":
        return _read_safetensors(path)
    if start.startswith((b"PK", b"\x80")):
        return _read_torch(path)
    raise CheckpointError(f"{path} is no file of weights; choose a .pth, .pt or .safetensors file.")


def load_exactly(
    module: nn.Module, state: Mapping[str, Tensor], *, path: Path, wanted: str
) -> None:
    """Give a network its weights (float32), every key with its shape.

    An error names the `path` they came from and says what was `wanted`.

    Raises:
        CheckpointError: if a key is missing, left over, or of another shape.
    """
    own = module.state_dict()
    problems = [
        _some("lacks", own.keys() - state.keys()),
        _some("has unknown", state.keys() - own.keys()),
        _some(
            "has another shape for",
            (key for key in own.keys() & state.keys() if own[key].shape != state[key].shape),
        ),
    ]
    if any(problems):
        raise misfit(path, state, wanted=wanted, problem=" and ".join(filter(None, problems)))
    module.load_state_dict({key: value.float() for key, value in state.items()}, assign=True)


def misfit(
    path: Path, state: Mapping[str, Tensor], *, wanted: str, problem: str
) -> CheckpointError:
    """Say that a file is not what was wanted, and what it seems to be."""
    return CheckpointError(
        f"{path} does not fit {wanted}: it {problem}; it seems to be {family(state)};"
        f" choose a checkpoint of {wanted}."
    )


def family(state: Mapping[str, Tensor]) -> str:
    """Guess what a checkpoint is from its keys."""
    for pattern, name in FAMILIES:
        if any(re.match(pattern, key) for key in state):
            return name
    return f"an unknown network (it begins with {', '.join(list(state)[:SHOWN]) or 'nothing'})"


def part(state: Mapping[str, Tensor], prefix: str) -> State:
    """Take the keys that begin with a prefix, without it."""
    return {k.removeprefix(prefix): value for k, value in state.items() if k.startswith(prefix)}


def fingerprint(state: Mapping[str, Tensor]) -> str:
    """Name weights by a thousand numbers of every tensor: training again changes them all."""
    digest = hashlib.blake2b(digest_size=8)
    for key in sorted(state):
        flat = state[key].detach().reshape(-1)
        sample = flat[:: max(1, len(flat) // 1000)].float().cpu().contiguous()
        digest.update(f"{key} {tuple(state[key].shape)} ".encode())
        digest.update(sample.numpy().tobytes())
    return digest.hexdigest()


def _read_safetensors(path: Path) -> State:
    try:
        return _plain(path, load_file(path))
    except (SafetensorError, OSError) as error:
        raise _damaged(path) from error


def _read_torch(path: Path) -> State:
    try:
        with warnings.catch_warnings(action="ignore"):  # on files that are refused anyway
            found = torch.load(path, map_location="cpu", weights_only=True)  # noqa: TID251
    except pickle.UnpicklingError as error:
        if not re.search("(?i)unsupported (global|class)|unrecognized function", str(error)):
            raise _damaged(path) from error
        raise CheckpointError(
            f"{path} holds Python objects besides weights and is not opened, because they can run"
            " programs; ask for the weights alone, best as .safetensors."
        ) from error
    except (RuntimeError, EOFError, OSError, ValueError, KeyError) as error:
        raise _damaged(path) from error
    return _plain(path, found)


def _plain(path: Path, found: Any) -> State:  # noqa: ANN401  what a file holds is to be seen
    """Find the mapping of names to tensors in what a file held."""
    while isinstance(found, Mapping):
        nested = next((k for k in NESTED if isinstance(found.get(k), Mapping)), None)
        if nested is None:
            break
        found = found[nested]
    if not (
        isinstance(found, Mapping)
        and found
        and all(isinstance(k, str) and isinstance(v, Tensor) for k, v in found.items())
    ):
        raise CheckpointError(
            f"{path} holds no weights by name; choose the checkpoint itself, with its state dict."
        )
    state = dict(found)
    if all(key.startswith("module.") for key in state):  # trained on several graphics cards
        state = part(state, "module.")
    return state


def _damaged(path: Path) -> CheckpointError:
    return CheckpointError(f"{path} is cut short or damaged; download it again.")


def _some(verb: str, keys: Iterable[str]) -> str:
    """Name the first few keys of a problem; nothing if there are none."""
    ordered = sorted(keys)
    rest = f" and {len(ordered) - SHOWN} more" if len(ordered) > SHOWN else ""
    return f"{verb} {', '.join(ordered[:SHOWN])}{rest}" if ordered else ""
