"""Scales: the fitted constants of the models, shipped or fitted here, as JSON by name."""

from importlib import resources

from core.encoders.scale import Scale, scale_from_json
from core.places import models_folder


class ScaleError(Exception):
    """A file of constants cannot be used; one sentence: which, why, what to do."""


def scale_name(name: str) -> str:
    """Return the name of the file that holds the scale of a model."""
    return f"{name.replace(':', '-')}.scale.json"


def stored_scale(name: str) -> Scale | None:
    """Return the scale of a model: one fitted here, else the one that is shipped, else None.

    Raises:
        ScaleError: if a file of constants is damaged.
    """
    packaged = resources.files("resources") / "models" / scale_name(name)
    for file in (models_folder() / scale_name(name), packaged):
        if file.is_file():
            try:
                return scale_from_json(file.read_text(encoding="utf-8"))
            except (OSError, ValueError) as error:
                raise ScaleError(f"{file} cannot be used ({error}); delete it.") from error
    return None
