from core.encoders.geometry import GeometryEncoder
from core.training.benchmark import SETTINGS, benchmark


def test_every_setting_is_measured_with_all_its_frames(clips):
    found = benchmark(GeometryEncoder(), clips)
    assert set(found) == set(SETTINGS)
    counts = {setting: len(frames) for setting, frames in found.items()}
    assert counts == {"cf": 6, "ff": 6, "kf1": 8, "kf6": 8}
    assert all(0 <= each.acc <= 1 for frames in found.values() for each in frames)
