import numpy as np
import pytest
from scipy import ndimage

from core.segments import segment
from core.training.augment import augment_clip, close_gaps, merge, thicken, warp
from core.training.clips import TrainingFrame, read_frames
from tests.core.encoders.drawings import INK, TRACE, outlines


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


@pytest.mark.parametrize("shape", [(1, 30), (40, 1), (1, 1), (5, 5), (12, 20), (23, 23)])
def test_a_picture_may_be_of_any_size(shape):
    line = np.full((*shape, 4), 255, np.uint8)
    line[::4, ::3] = line[1::4, 1::3] = line[:, ::4] = INK
    segments = segment(line)
    frame = TrainingFrame(segments, np.arange(len(segments), dtype=np.uint32) // 2, is_sheet=False)
    for seed in range(60):
        (changed,) = augment_clip([frame], np.random.default_rng(seed))
        assert len(changed.segments) == len(changed.colors)


def test_drawings_are_cut_to_close_ups_and_sheets_are_not(clips):
    frames = list(read_frames(clips / "clip0"))
    is_cut = {False: 0, True: 0}
    for seed in range(20):
        changed = augment_clip(frames, np.random.default_rng(seed))
        for before, after in zip(frames, changed, strict=True):
            shapes = [frame.segments.label_map.shape for frame in (before, after)]
            is_cut[after.is_sheet] += shapes[0] != shapes[1]
    assert is_cut[False] > 5
    assert is_cut[True] == 0


@pytest.mark.parametrize(("ink", "tint"), [(TRACE, 1), ((0, 0, 255, 255), -1)])
def test_trace_lines_keep_their_tint_or_turn_black(ink, tint):
    line = outlines(1, count=12, trace=True)
    line[(line == TRACE).all(axis=-1)] = ink
    segments = segment(line)
    frame = TrainingFrame(segments, np.arange(len(segments), dtype=np.uint32), is_sheet=True)
    found = [
        augment_clip([frame], np.random.default_rng(seed))[0].segments.trace_tints
        for seed in range(20)
    ]
    assert {value for tints in found for value in tints.tolist()} == {tint}
    assert any(not len(tints) for tints in found)


def test_an_unsteady_hand_moves_lines_by_a_few_pixels_at_most():
    label_map = np.ones((200, 200), np.int16)
    label_map[:, 100] = 0
    still, unsteady = (
        warp(label_map, np.eye(2), bend=0, wobble=wobble, rng=np.random.default_rng(0))
        for wobble in (0, 0.7)
    )
    np.testing.assert_array_equal(still, label_map)
    columns = np.argwhere(unsteady == 0)[:, 1]
    assert len(set(columns)) > 1
    assert np.abs(columns - 100).max() <= 5


@pytest.fixture
def three_rows():
    label_map = np.zeros((40, 20), np.int16)
    label_map[:, :6], label_map[:, 8:12], label_map[:, 14:] = 1, 2, 3
    return label_map


@pytest.mark.parametrize("seed", range(8))
def test_only_neighbours_of_one_colour_are_merged(three_rows, seed):
    colors = np.array([7, 7, 9], np.uint32)
    merged = merge(three_rows, colors, np.random.default_rng(seed), share=1.0)
    assert set(np.unique(merged[:, :12])) <= {0, 1}
    assert (merged[:, 6:8] == 1).any()
    np.testing.assert_array_equal(merged[:, 12:], three_rows[:, 12:])


def test_a_line_is_left_out_or_has_a_gap(three_rows):
    colors = np.array([7, 7, 9], np.uint32)
    opened = {
        int((merge(three_rows, colors, np.random.default_rng(seed), share=1.0)[:, 6] == 1).sum())
        for seed in range(12)
    }
    assert 40 in opened
    assert any(1 < rows <= 9 for rows in opened)


@pytest.mark.parametrize("seed", range(8))
def test_a_segment_is_closed_where_it_is_narrowest(seed):
    label_map = np.zeros((32, 62), np.int16)
    label_map[1:31, 1:30] = label_map[1:31, 32:61] = 1
    label_map[15:17, 30:32] = 1  # a gap of two pixels between two halves
    closed, colors = close_gaps(
        label_map, np.array([7], np.uint32), np.random.default_rng(seed), share=1.0
    )
    assert colors.tolist() == [7, 7]
    assert {closed[10, 10], closed[10, 50]} == {1, 2}
    rows, columns = np.nonzero((closed == 0) & (label_map == 1))  # the new line
    assert set(columns) <= {29, 30, 31, 32}
    assert 14 <= rows.min() <= rows.max() <= 17
    assert ndimage.label(closed > 0)[1] == 2


def test_no_crumb_is_cut_off():
    label_map = np.zeros((42, 62), np.int16)
    label_map[1:41, 1:41] = label_map[17:25, 44:52] = 1  # a room and a nook of eight pixels a side
    label_map[20:22, 41:44] = 1  # and the way between them
    cut = [
        len(
            close_gaps(label_map, np.array([7], np.uint32), np.random.default_rng(seed), share=1.0)[
                1
            ]
        )
        == 2
        for seed in range(80)
    ]
    # of one to four pixels, one and two leave more than a crumb of the nook where it is wide
    assert 0.35 < np.mean(cut) < 0.65


def test_a_segment_without_a_narrow_place_stays_whole():
    label_map = np.zeros((32, 32), np.int16)
    label_map[1:31, 1:31] = 1
    closed, colors = close_gaps(
        label_map, np.array([7], np.uint32), np.random.default_rng(0), share=1.0
    )
    np.testing.assert_array_equal(closed, label_map)
    assert len(colors) == 1


def test_lines_grow_by_a_pixel_all_along_or_taper():
    label_map = np.ones((200, 200), np.int16)
    label_map[:, 100] = 0
    rng = np.random.default_rng(1)
    assert ((thicken(label_map, rng, share=1.0) == 0).sum(axis=1) == 2).all()
    widths = (thicken(label_map, rng, share=0.5) == 0).sum(axis=1)
    assert set(widths) == {1, 2}
    assert 0.1 < (widths == 2).mean() < 0.9
