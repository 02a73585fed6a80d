"""The weights that are shipped."""

from importlib import resources
from pathlib import Path

import numpy as np
import pytest

from core import models
from core.encoders.compact import CompactEncoder
from core.encoders.geometry import GeometryEncoder
from core.evaluate import evaluate_clip
from core.metrics import mean

SHIPPED = resources.files("resources")


@pytest.fixture(scope="module")
def encoder():
    return CompactEncoder()


def test_they_are_small_and_have_a_card(encoder):
    folder = SHIPPED / "models"
    assert len((folder / "compact.safetensors").read_bytes()) <= 6_000_000
    card = (folder / "compact.md").read_text(encoding="utf-8")
    assert encoder.version in card, "the card is of other weights: measure and write it again"


@pytest.mark.parametrize("setting", ["keyframe", "first-frame"])
def test_they_colour_the_sample_far_better_than_geometry(encoder, setting):
    sample = Path(str(SHIPPED / "sample"))
    accuracy = [
        mean([frame.metrics for frame in evaluate_clip(each, sample, setting)]).acc
        for each in (encoder, GeometryEncoder())
    ]
    errors = 1 - np.array(accuracy)
    assert errors[0] < 0.7 * errors[1]


def test_the_constants_were_fitted_for_these_weights():
    assert models.load("compact").scale.encoder == CompactEncoder().version
