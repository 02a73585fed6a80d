"""DACoN's training on three tiny clips, with a tiny backbone and a tiny U-Net."""

from dataclasses import replace

import numpy as np
import pytest
import torch
from safetensors.torch import save_file

from core.encoders.dacon import load_dacon
from core.images import read_line_image
from core.segments import segment
from core.training.clips import find_training_clips
from core.training.dacon import DaconTrainer, Plan, classification
from core.training.loop import CHECKPOINT, TrainingError, run
from tests.core.encoders.tiny import dacon, dinov2

TINY = Plan(epochs=2, rate=3e-3)


def trainer(clips, cache, plan=TINY, *, version="1.1", **options):
    found = find_training_clips([clips])
    return DaconTrainer(plan, dacon(version), dinov2(), found, cache, **options)


@pytest.mark.parametrize("version", ["1.0", "1.1"])
def test_the_loss_falls_and_the_trained_network_is_better(clips, tmp_path, version):
    plan = replace(TINY, epochs=8)
    training = trainer(clips, tmp_path, plan, version=version, development=[clips])
    before = training.measure()
    reports = list(run(training, tmp_path / "dacon.safetensors", report_seconds=0))
    losses = [each.loss for each in reports]
    assert np.mean(losses[-6:]) < 0.7 * np.mean(losses[:6])
    after = reports[-1].development
    assert after.keys() == before.keys()
    assert sum(after.values()) > sum(before.values()) + 20
