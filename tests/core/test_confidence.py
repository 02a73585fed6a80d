"""Confidence: what the calibration looks at, worked out by hand for three segments in a row."""

import numpy as np
import pytest

from core.beliefs import Beliefs
from core.confidence import confidence, numbers
from core.encoders.scale import Calibration, Scale
from tests.frames import frame

TARGET = frame(np.eye(3))  # of 16 cells each; without the first, the background, 8 cells wide
BEFORE = np.array([[0.6, 0.3, 0.1], [0.2, 0.7, 0.1], [1e-12, 1 - 2e-12, 1e-12]])
AFTER = np.array([[0.3, 0.6, 0.1], [0.05, 0.9, 0.05], [1 - 2e-12, 1e-12, 1e-12]])
BELIEFS = Beliefs(
    values=np.array([7, 8], np.int32),
    before=np.log(BEFORE).astype(np.float32),
    after=np.log(AFTER).astype(np.float32),
    best=np.array([[0.9, 0.8], [-0.6, 0.7], [1.2, 0.1]], np.float32),
    places=np.zeros((3, 2, 2), np.int32),
    counts=np.array([4, 3]),
)

SECOND_SHOWN, FIRST_SHOWN = np.log(3), np.log(4)
UNSURE = -(0.3 * np.log(0.3) + 0.6 * np.log(0.6) + 0.1 * np.log(0.1))
RATHER_SURE = -(0.9 * np.log(0.9) + 2 * 0.05 * np.log(0.05))

BY_HAND = {
    "lead": (np.log(0.6 / 0.3), np.log(0.9 / 0.05), 12),
    "lead by similarity alone": (np.log(0.6 / 0.3), np.log(0.7 / 0.2), 12),
    "probability": (0.6, 0.9, 1),
    "the same by similarity alone, as log": (np.log(0.3), np.log(0.7), -12),
    "similarity alone says so, too": (0, 1, 0),
    "entropy": (UNSURE, RATHER_SURE, 0),
    "entropy of the neighbours": (RATHER_SURE, UNSURE / 2, RATHER_SURE),
    "lead of the greatest similarity, at most 1": (0.1, 1, 1),
    "greatest similarity": (0.9, 0.7, 1.2),
    "what the colour shown has less": (0.1, 0, 0),
    "nothing, as log": (np.log(0.1), np.log(0.05), -12),
    "known segments of the colour, as log": (SECOND_SHOWN, SECOND_SHOWN, FIRST_SHOWN),
    "colours, as log": (np.log(2),) * 3,
    "cells in those of the figure, as log": (np.log(16 / 3.5**2),) * 3,
}


@pytest.mark.parametrize(("column", "name"), list(enumerate(BY_HAND)))
def test_each_number_is_what_it_is_by_hand(column, name):
    found = numbers(TARGET, BELIEFS)
    assert found.shape == (3, len(BY_HAND))
    np.testing.assert_allclose(found[:, column], BY_HAND[name], rtol=1e-5, atol=1e-6)


def test_where_there_is_one_colour_it_leads_as_far_as_counts():
    only = Beliefs(
        values=BELIEFS.values[:1],
        before=BELIEFS.before[:, [0, 2]],
        after=BELIEFS.after[:, [0, 2]],
        best=BELIEFS.best[:, :1],
        places=BELIEFS.places[:, :1],
        counts=BELIEFS.counts[:1],
    )
    found = numbers(TARGET, only)
    assert found[:, :2].tolist() == [[12, 12]] * 3
    assert found[:, 7].tolist() == [1] * 3


def test_confidence_is_the_probability_unless_there_is_a_calibration():
    assert confidence(TARGET, BELIEFS, Scale()).tolist() == pytest.approx([0.6, 0.9, 1])
    looks_at_the_third = np.eye(14)[:, 2:3].tolist()
    calibration = Calibration(
        center=(0,) * 14,
        spread=(1,) * 14,
        hidden=tuple(map(tuple, looks_at_the_third)),
        hidden_bias=(0,),
        out=(2,),
        out_bias=-1,
    )
    expected = 1 / (1 + np.exp(-(2 * np.array([0.6, 0.9, 1]) - 1)))
    found = confidence(TARGET, BELIEFS, Scale(calibration=calibration))
    np.testing.assert_allclose(found, expected, rtol=1e-5)
