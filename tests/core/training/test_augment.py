import numpy as np
import pytest

from core.training.augment import augment_clip, merge
from core.training.clips import read_frames


@pytest.mark.parametrize("seed", range(8))
def test_an_augmented_frame_is_a_whole_frame(clips, seed):
    frames = list(read_frames(clips / "clip0"))
    changed = augment_clip(frames, np.random.default_rng(seed))
    assert [frame.is_sheet for frame in changed] == [frame.is_sheet for frame in frames]
    for before, after in zip(frames, changed, strict=True):
        assert len(after.segments) == len(after.colors) >= 4
        present = np.unique(after.segments.label_map)
        np.testing.assert_array_equal(present[present > 0], np.arange(len(after.colors)) + 1)
        assert set(after.colors) <= set(before.colors)


def test_the_same_seed_changes_frames_alike(clips):
    frames = list(read_frames(clips / "clip0"))
    first, second = (augment_clip(frames, np.random.default_rng(3)) for _ in range(2))
    for one, other in zip(first, second, strict=True):
        np.testing.assert_array_equal(one.segments.label_map, other.segments.label_map)


def test_only_neighbours_of_one_colour_are_merged():
    label_map = np.zeros((9, 20), np.int16)
    label_map[:, :6], label_map[:, 8:12], label_map[:, 14:] = 1, 2, 3
    merged = merge(label_map, np.array([7, 7, 9], np.uint32), np.random.default_rng(0), share=1.0)
    assert (merged[:, :12] == 1).all()
    np.testing.assert_array_equal(merged[:, 12:], label_map[:, 12:])
