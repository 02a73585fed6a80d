"""`shiage benchmark`: a model beside the baselines, and pictures of where it fails."""

import json
import shutil

import numpy as np
import pytest
from PIL import Image

from core.__main__ import main
from core.encoders.geometry import GeometryEncoder
from core.metrics import Metrics
from core.training.baselines import errors_removed, laboratory
from core.training.benchmark import SETTINGS, measure_clip
from core.training.worst import worst


@pytest.fixture
def hard(clips, tmp_path):
    """The tiny clips under the name of a set of the benchmark, with some colours exchanged."""
    folder = tmp_path / "drawn_plain"
    shutil.copytree(clips, folder)
    path = folder / "clip1" / "gt" / "0002.png"
    picture = np.array(Image.open(path))
    is_red = (picture == (200, 60, 60, 255)).all(axis=-1)
    picture[is_red] = (60, 60, 200, 255)
    Image.fromarray(picture).save(path)
    return folder


def run(capsys, *arguments):
    code = main(["benchmark", *map(str, arguments)])
    return code, capsys.readouterr()


def test_every_setting_has_the_model_the_geometry_and_the_laboratory(capsys, hard):
    code, said = run(capsys, hard, "--json")
    events = [json.loads(line) for line in said.out.splitlines()]
    events = [event for event in events if event["event"] != "clip"]
    assert code == 0
    assert [event["event"] for event in events] == [
        "setting",
        "figures",
        "errors_removed",
        "figures",
        "quoted",
    ] * 4
    for setting, group in zip(SETTINGS, range(0, 20, 5), strict=True):
        heading, model, gone, geometry, quoted = events[group : group + 5]
        assert (heading["set"], heading["setting"]) == ("drawn_plain", setting)
        assert (model["model"], geometry["model"]) == ("compact", "geometry")
        expected = (model["acc"] - quoted["acc"]) / (1 - quoted["acc"])
        assert gone["acc"] == pytest.approx(expected)


def test_a_clip_is_measured_alone(capsys, hard):
    code, said = run(capsys, hard / "clip1", "--model", "geometry")
    assert code == 0
    assert "clip1, one sheet, 4 frames" in said.out


def test_in_words_it_is_a_table(capsys, hard):
    code, said = run(capsys, hard, "--model", "geometry")
    assert code == 0
    for text in (*Metrics.NAMES, *SETTINGS.values(), "drawn.pt, quoted"):
        assert text in said.out


def test_the_worst_frames_are_drawn(capsys, hard, tmp_path):
    pictures = tmp_path / "worst"
    code, _ = run(capsys, hard, "--model", "geometry", "--worst", pictures)
    assert code == 0
    path = pictures / "drawn_plain one sheet 1 clip1 0002.png"
    found = np.array(Image.open(path))
    assert found.shape == (2 * (90 + 28), 2 * 100, 3)
    is_marked = (found == (213, 94, 0)).all(axis=-1)
    assert is_marked[118:, 100:].any()
    is_marked[118:, 100:] = False
    assert not is_marked.any()


def test_of_each_clip_the_worst_frame_is_taken_and_perfect_ones_never(hard):
    encoder = GeometryEncoder()
    wrong = measure_clip(encoder, hard / "clip1")["cf"]
    right = measure_clip(encoder, hard / "clip0")["cf"]
    (found,) = worst([*right, *wrong], 5)
    assert found.path == hard / "clip1" / "line" / "0002.png"
    assert found.metrics.acc_thresh == min(each.metrics.acc_thresh for each in wrong)


def test_errors_removed_is_a_share_of_the_baselines_errors():
    assert errors_removed(0.9, 0.8) == pytest.approx(0.5)
    assert errors_removed(0.7, 0.8) == pytest.approx(-0.5)


def test_the_laboratory_is_quoted_for_its_own_sets_only():
    quoted = laboratory("rendered_shadow", "kf6")
    assert quoted is not None
    assert (quoted.acc, quoted.acc_thresh) == (pytest.approx(0.534), pytest.approx(0.548))
    assert laboratory("other", "cf") is None


@pytest.mark.parametrize(
    ("arguments", "reason"),
    [
        (["{tmp}/nowhere"], "has no clip with a “line” folder"),
        (["{tmp}/short"], "has no clip to measure"),
        (["{set}", "--model", "no"], "There is no model"),
        (["{set}", "--model", "geometry", "--worst", "{tmp}/file/pictures"], "cannot be written"),
    ],
)
def test_bad_input_is_one_sentence(capsys, hard, tmp_path, arguments, reason):
    (tmp_path / "file").touch()
    shutil.copytree(hard / "clip0" / "ref", tmp_path / "short" / "clip")
    code, said = run(capsys, *(each.format(tmp=tmp_path, set=hard) for each in arguments))
    assert code == 2
    assert len(said.err.strip().splitlines()) == 1
    assert reason in said.err
