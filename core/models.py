"""Models: names as in `--model`, and how to make the encoder behind one."""

from core.encoders import Encoder
from core.encoders.geometry import GeometryEncoder

DEFAULT = "geometry"


class ModelError(Exception):
    """A model cannot be used; one sentence: which, why, what to do."""


def load(name: str = DEFAULT) -> Encoder:
    """Make the encoder with this name.

    Raises:
        ModelError: if there is none.
    """
    if name != DEFAULT:
        raise ModelError(f"There is no model “{name}”; choose one of: {DEFAULT}.")
    return GeometryEncoder()
