import numpy as np
import pytest

from core.encoders.geometry import GeometryEncoder
from core.images import read_image, read_line_image
from core.segments import segment
from core.sheets import segment_colors
from core.training.benchmark import SETTINGS, encode_clip, measure_clip
from core.training.development import measure


def test_every_setting_is_measured_with_all_its_frames(clips):
    found = measure_clip(GeometryEncoder(), clips / "clip0")
    assert set(found) == set(SETTINGS)
    counts = {setting: len(answers) for setting, answers in found.items()}
    assert counts == {"cf": 3, "ff": 3, "kf1": 4, "kf6": 4}


def test_a_clip_without_sheets_is_not_measured(clips, tmp_path):
    (tmp_path / "clip").mkdir()
    for part in ("line", "gt"):
        (tmp_path / "clip" / part).symlink_to(clips / "clip0" / part)
    assert not any(measure_clip(GeometryEncoder(), tmp_path / "clip").values())


def test_a_segment_gets_the_colour_of_the_most_similar_one(clips):
    clip, encoder = clips / "clip1", GeometryEncoder()

    def drawing(folder, name):
        line = read_line_image(folder / "line" / name)
        segments = segment(line)
        truth = segment_colors(segments.label_map, read_image(folder / "gt" / name))
        return encoder.encode(line, segments), truth

    answer = measure_clip(encoder, clip)["kf1"][3]
    features, truth = drawing(clip, "0003.png")
    others, colors = drawing(clip / "ref", "0000.png")
    expected = [colors[int(np.argmax(others @ feature))] for feature in features]
    assert answer.path == clip / "line" / "0003.png"
    assert answer.predicted.tolist() == expected
    assert answer.metrics.acc == (np.array(expected) == truth).mean()


def test_the_quick_look_is_a_part_of_the_benchmark(clips):
    encoder = GeometryEncoder()
    found = measure([clips], lambda clip: encode_clip(encoder, clip))
    whole = [measure_clip(encoder, clips / name) for name in ("clip0", "clip2")]  # every second
    for setting, part in (("cf", 2), ("kf1", 3)):
        seen = [answer for answers in whole for answer in answers[setting][::part]]
        assert len(seen) == 4
        expected = 100 * np.mean([answer.metrics.acc for answer in seen])
        assert found[f"{clips.name} {setting}"] == pytest.approx(expected)
