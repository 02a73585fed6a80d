"""The fit of an encoder's constants: the calibration recovers the truth, the command stores it."""

import shutil

import numpy as np
import pytest
from safetensors.torch import save_file

from core import models
from core.__main__ import main as command_line
from core.encoders.geometry import GeometryEncoder
from core.encoders.scale import Scale, scale_from_json, scale_to_json
from core.metrics import calibration_error, wrong_auroc
from core.training import scale as fitting
from tests.core.encoders import tiny


def synthetic(count, seed):
    """Numbers of matches of which two decide, by a known law, how often they are right."""
    random = np.random.default_rng(seed)
    rows = random.normal(size=(count, 5)).astype(np.float32) * [1, 2, 1, 3, 1] + [0, 5, 0, 0, 1]
    chance = 1 / (1 + np.exp(-(2 * rows[:, 0] + rows[:, 1] - 4)))
    return rows.astype(np.float32), chance, random.random(count) < chance


def test_the_calibration_recovers_a_known_law():
    rows, _, right = synthetic(20_000, 0)
    calibration = fitting.fit_calibration(rows, right, steps=300)
    fresh, chance, right = synthetic(20_000, 1)
    found = calibration(fresh)
    assert np.abs(found - chance).mean() < 0.03
    assert calibration_error(found, right) < 0.02
    assert wrong_auroc(found, right) > 0.8


def test_sure_is_the_least_probability_from_which_on_so_many_are_right():
    probability = np.linspace(1, 0, 100, dtype=np.float32)
    right = np.arange(100) < 50
    threshold = fitting.fit_sure(probability, right, 0.98)
    assert right[probability >= threshold].mean() >= 0.98
    assert (probability >= threshold).sum() == 51
    assert fitting.fit_sure(probability, np.zeros(100, bool)) == 1


def test_constants_make_the_true_colours_more_probable(clips):
    rng = np.random.default_rng(0)
    encoder = GeometryEncoder()
    cases = []
    for clip in fitting.find_clips(clips):
        frames = list(fitting.true_frames(encoder, clip))
        cases += fitting.draw_cases(frames, fitting.true_sheets(encoder, clip), rng)
    before = fitting.surprise(cases, Scale())
    fitted = fitting.fit_constants(cases, Scale(), sweeps=1)
    assert fitting.surprise(cases, fitted) < before


@pytest.mark.parametrize("model", ["geometry", "dacon-1.1"])
def test_the_command_stores_what_the_model_then_uses(model, clips, tmp_path, capsys):
    if model == "dacon-1.1":  # a tiny one with random weights
        save_file(tiny.state_of("1.1"), tmp_path / "tiny.safetensors")
        assert command_line(["models", "import", str(tmp_path / "tiny.safetensors")]) == 0
    assert fitting.main([str(clips), "--model", model]) == 0
    assert "temperature" in capsys.readouterr().out
    scale = models.load(model).scale
    assert scale.encoder == models.load(model).version
    assert scale.calibration is not None
    assert scale_from_json(scale_to_json(scale)) == scale


def test_clips_that_cannot_be_read_are_left_out_and_without_any_it_is_one_sentence(
    clips, tmp_path, capsys
):
    shutil.copytree(clips / "clip0", tmp_path / "clips" / "clip0")
    (tmp_path / "clips" / "clip0" / "gt" / "0002.png").unlink()
    out = tmp_path / "scale.json"
    assert fitting.main([str(tmp_path / "clips"), "--model", "geometry", "--out", str(out)]) == 2
    said = capsys.readouterr().err.splitlines()
    assert "0002.png" in said[0]
    assert "No clip can be used" in said[1]
    assert not out.exists()


def test_a_damaged_file_of_constants_is_one_sentence(tmp_path, monkeypatch):
    monkeypatch.setenv("SHIAGE_MODELS", str(tmp_path))
    (tmp_path / "geometry.scale.json").write_text("{}")
    with pytest.raises(models.ModelError, match="delete it"):
        models.load("geometry")
