import pytest

from core.encoders.geometry import GeometryEncoder
from core.evaluate import evaluate_clip
from core.metrics import mean
from core.training.benchmark import SETTINGS, benchmark


def test_every_setting_is_measured_with_all_its_frames(clips):
    table, answers = benchmark(GeometryEncoder(), clips)
    assert set(table) == set(SETTINGS)
    counts = {setting: len(found) for setting, found in answers.items()}
    assert counts == {"cf": 9, "ff": 9, "kf1": 12, "kf6": 12}


@pytest.mark.parametrize(
    ("setting", "name", "shots"), [("kf1", "keyframe", 1), ("ff", "first-frame", 1)]
)
def test_it_agrees_with_the_evaluation_of_single_clips(clips, setting, name, shots):
    encoder = GeometryEncoder()
    single = [
        frame.metrics
        for clip in sorted(clips.iterdir())
        for frame in evaluate_clip(encoder, clip, name, shots=shots)
    ]
    assert benchmark(encoder, clips)[0][setting] == mean(single)
