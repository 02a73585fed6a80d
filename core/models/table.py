"""The models there are: what each is, its licence, what it needs, and whether it is here."""

import re
from dataclasses import dataclass
from typing import Literal

from core.models.store import Stored, stored

GEOMETRY = "geometry"
"""The training-free encoder: needs neither files nor PyTorch."""

COMPACT = "compact"
"""The embedded encoder, trained for Shiage."""

DEFAULT = COMPACT

TRAINED = "compact:"
"""What the names of embedded encoders begin with that were trained elsewhere and imported."""

TRAINED_FILE = "compact-"
"""The same in the names of their files."""

BACKBONE = "timm:"
"""What the names of zero-shot backbones begin with."""

GB = 1_000_000_000

NON_COMMERCIAL = (
    "The published weights were trained on PaintBucket-Character, data under a non-commercial"
    " licence (S-Lab License 1.0)."
)

DINOV2_LICENCE = "Apache-2.0."

State = Literal[
    "built in", "ready", "not imported", "file missing", "lacks its DINOv2", "damaged size"
]


@dataclass(frozen=True)
class Model:
    """A model by its name.

    Attributes:
        name: as in `--model`.
        what: what it is, in a few words.
        licence: in plain words.
        memory: bytes that a 1080p drawing takes on the processor, PyTorch included; 0 is unknown.
        file: the name under which its own weights are stored; None if it needs none.
        needs: the DINOv2 that it is published for, as a second file.
    """

    name: str
    what: str
    licence: str
    memory: int
    file: str | None = None
    needs: str | None = None


def _dinov2(name: str, what: str, memory: int) -> tuple[Model, Model]:
    return (
        Model(f"{BACKBONE}{name}", f"DINOv2 {what}, zero-shot", DINOV2_LICENCE, memory, name),
        Model(
            f"{BACKBONE}{name}_reg",
            f"DINOv2 {what} with registers, zero-shot",
            DINOV2_LICENCE,
            memory,
            f"{name}_reg",
        ),
    )


MODELS = (
    Model(COMPACT, "trained for Shiage on free data", "MIT, part of Shiage.", 5 * GB // 10),
    Model(GEOMETRY, "position, shape and size, no training", "MIT, part of Shiage.", GB // 10),
    Model(
        "dacon-1.0", "DACoN 1.0 (ICCV 2025)", NON_COMMERCIAL, 22 * GB // 10, "dacon-1.0", "vitl14"
    ),
    Model(
        "dacon-1.1", "DACoN 1.1 (ICCV 2025)", NON_COMMERCIAL, 22 * GB // 10, "dacon-1.1", "vitl14"
    ),
    *_dinov2("vits14", "ViT-S", 5 * GB // 10),
    *_dinov2("vitb14", "ViT-B", 8 * GB // 10),
    *_dinov2("vitl14", "ViT-L", 16 * GB // 10),
    *_dinov2("vitg14", "ViT-g", 53 * GB // 10),
)
"""Memory is measured with random weights, one thread; that of ViT-g is estimated."""

DINOV2 = {
    f"vit{size[0]}14{end}": f"vit_{size}_patch14{'_reg4' if end else ''}_dinov2.lvd142m"
    for size in ("small", "base", "large", "giant")
    for end in ("", "_reg")
}
"""Names under which DINOv2 files are stored (those of its authors), and timm's names for them."""


@dataclass(frozen=True)
class ModelState:
    """A model and whether it can be used here.

    Attributes:
        model: the model.
        state: in words.
        bytes: the size of its own file, as imported; None if it has none.
        sha256: the hash of that file when it was imported.
    """

    model: Model
    state: State
    bytes: int | None = None
    sha256: str | None = None


def find(name: str) -> Model | None:
    """Return the model with a name; any backbone of timm has one, whether it exists or not."""
    if name.startswith(TRAINED):
        file = TRAINED_FILE + name.removeprefix(TRAINED)
        what = "the embedded encoder, trained on other data"
        return Model(name, what, "That of the data it was trained on.", MODELS[0].memory, file)
    own = own_name(name)
    if name.startswith(BACKBONE):
        name = f"{BACKBONE}{own}"
    known = next((model for model in MODELS if model.name == name), None)
    if known is None and name.startswith(BACKBONE) and re.fullmatch(r"\w[\w.-]*", own):
        return Model(name, f"{own}, zero-shot", "That of its authors; see its page.", 0, own)
    return known


def own_name(name: str) -> str:
    """Return the name under which the weights of a backbone are stored; DINOv2's is short."""
    own = name.removeprefix(BACKBONE)
    return next((short for short, full in DINOV2.items() if full == own), own)


def model_name(file: str) -> str:
    """Return the name of a model that is not in `MODELS` from that of its file."""
    if file.startswith(TRAINED_FILE):
        return TRAINED + file.removeprefix(TRAINED_FILE)
    return BACKBONE + file


def installed() -> tuple[ModelState, ...]:
    """Return the known models, and what else was imported, each with its state."""
    entries = stored()
    known = {model.file for model in MODELS}
    others = [find(model_name(name)) for name in sorted(entries) if name not in known]
    return tuple(state_of(model, entries) for model in (*MODELS, *filter(None, others)))


def state_of(model: Model, entries: dict[str, Stored]) -> ModelState:
    """Look at a model's files as far as it costs nothing: `verify` looks closely."""
    if model.file is None:
        return ModelState(model, "built in")
    entry = entries.get(model.file)
    if entry is None:
        return ModelState(model, "not imported")
    state = _file_state(entry)
    if state == "ready" and entry.needs is not None:
        second = entries.get(entry.needs)
        if second is None or _file_state(second) != "ready":
            state = "lacks its DINOv2"
    return ModelState(model, state, entry.bytes, entry.sha256)


def _file_state(entry: Stored) -> State:
    try:
        return "ready" if entry.path.stat().st_size == entry.bytes else "damaged size"
    except OSError:
        return "file missing"


def size_text(count: int | None) -> str:
    """Say a number of bytes for people."""
    if not count:
        return "-"
    return f"{count / 1e9:.1f} GB" if count >= 1e9 else f"{count / 1e6:.1f} MB"
