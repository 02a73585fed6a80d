import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from core.encoders.compact import collate
from core.encoders.descriptors import SCALARS, TINT, WIDTH, describe
from core.segments import from_label_map, segment
from core.training.changes import mirrored
from tests.core.encoders.drawings import INK, PAPER, cells, outlines
from tests.drawings import draw

seeds = st.integers(0, 10**6)


def borders(description):
    return {
        tuple(pair): tuple(round(float(share), 4) for share in shares)
        for pair, *shares in zip(
            description.touching.tolist(),
            description.border,
            description.trace,
            description.tint,
            strict=True,
        )
    }


def mirror_image(description):
    """Tokens and positions of the mirror image, as the training makes them."""
    batch = mirrored(collate([description]), torch.tensor([True]))
    return batch.tokens[0].numpy(), batch.positions[0].numpy()


@settings(max_examples=25, deadline=None)
@given(seed=seeds, dx=st.integers(0, 60), dy=st.integers(0, 60))
def test_moving_the_drawing_on_its_paper_changes_nothing(seed, dx, dy):
    drawing = outlines(seed, trace=True)
    page = np.full((200, 240, 4), PAPER, np.uint8)
    moved = page.copy()
    page[: drawing.shape[0], : drawing.shape[1]] = drawing
    moved[dy : dy + drawing.shape[0], dx : dx + drawing.shape[1]] = drawing
    a, b = describe(segment(page)), describe(segment(moved))
    np.testing.assert_allclose(a.tokens, b.tokens, atol=2e-4)
    np.testing.assert_allclose(a.positions, b.positions, atol=1e-5)
    assert borders(a) == borders(b)


@settings(max_examples=25, deadline=None)
@given(seed=seeds)
def test_numbering_the_segments_otherwise_only_orders_the_rows(seed):
    segments = segment(outlines(seed))
    order = np.random.default_rng(seed).permutation(len(segments))  # new label of each row
    table = np.concatenate([[0], order + 1]).astype(np.int32)
    renumbered = from_label_map(
        table[segments.label_map], segments.trace_pixels, segments.trace_tints
    )
    a, b = describe(segments), describe(renumbered)
    np.testing.assert_allclose(a.tokens, b.tokens[order], atol=1e-5)
    np.testing.assert_array_equal(a.sizes, b.sizes[order])
    renamed = {(order[i], order[j]): shares for (i, j), shares in borders(a).items()}
    assert renamed == borders(b)


@settings(max_examples=25, deadline=None)
@given(seed=seeds)
def test_the_mirror_image_is_described_without_its_pixels(seed):
    drawing = outlines(seed)
    flipped = np.ascontiguousarray(drawing[:, ::-1])
    segments, other = segment(drawing), segment(flipped)
    y, x = np.divmod(segments.first_pixels, drawing.shape[1])
    rows = other.label_map[y, drawing.shape[1] - 1 - x] - 1
    (tokens, positions), found = mirror_image(describe(segments)), describe(other)
    np.testing.assert_allclose(tokens[:, :SCALARS], found.tokens[rows, :SCALARS], atol=2e-3)
    np.testing.assert_allclose(positions, found.positions[rows], atol=1e-5)


def test_windows_are_mirrored_as_far_as_their_sampling_allows():
    """They lie about the deepest point of a segment, which has no mirror image of its own."""
    mirrored_far = as_is_far = 0.0
    for seed in range(20):
        drawing = outlines(seed)
        segments, other = segment(drawing), segment(np.ascontiguousarray(drawing[:, ::-1]))
        y, x = np.divmod(segments.first_pixels, drawing.shape[1])
        rows = other.label_map[y, drawing.shape[1] - 1 - x] - 1
        description = describe(segments)
        found = describe(other).tokens[rows, SCALARS:]
        mirrored_far += np.abs(mirror_image(description)[0][:, SCALARS:] - found).mean()
        as_is_far += np.abs(description.tokens[:, SCALARS:] - found).mean()
    assert mirrored_far < as_is_far / 2


@settings(max_examples=15, deadline=None)
@given(seed=seeds)
def test_scale_changes_little(seed):
    drawing = outlines(seed, thickness=2)
    twice = drawing.repeat(2, axis=0).repeat(2, axis=1)
    a, b = describe(segment(drawing)), describe(segment(twice))
    difference = np.abs(a.tokens[:, :SCALARS] - b.tokens[:, :SCALARS])
    assert np.median(difference) < 0.02
    assert difference.mean() < 0.06


def test_a_share_of_border_is_counted_for_both_sides():
    segments = segment(
        draw("""
        .............
        .###########.
        .#....#....#.
        .#....#....#.
        .#....#....#.
        .###########.
        .............
        """)
    )
    description = describe(segments)
    shares = borders(description)
    assert set(shares) == {(i, j) for i in range(3) for j in range(3) if i != j}
    assert shares[1, 2] == shares[2, 1]
    for row in range(3):
        total = sum(border for (first, _), (border, *_) in shares.items() if first == row)
        assert total == pytest.approx(1, abs=1e-3)


def test_trace_lines_are_told_from_black_lines():
    description = describe(
        segment(
            draw("""
            .............
            .###########.
            .#....r....#.
            .#....r....#.
            .#....r....#.
            .###########.
            .............
            """)
        )
    )
    shares = borders(description)
    assert shares[1, 2][1] == pytest.approx(shares[1, 2][0])
    assert shares[0, 1][1] == 0


@pytest.mark.parametrize(("ink", "tint"), [("r", 1), ("b", -1)])
def test_red_and_blue_trace_lines_are_told_apart(ink, tint):
    line = draw(f"""
    .............
    .###########.
    .#....{ink}....#.
    .#....{ink}....#.
    .#....{ink}....#.
    .###########.
    .............
    """)
    description = describe(segment(line))
    shares = borders(description)
    assert shares[1, 2][2] == pytest.approx(tint * shares[1, 2][1])
    assert shares[0, 1][2] == 0
    assert np.sign(description.tokens[:, TINT]).tolist() == [0, tint, tint]


@pytest.mark.parametrize("shape", [(1, 1), (1, 9), (9, 1), (5, 7), (300, 40)])
def test_a_blank_drawing_is_one_segment(shape):
    description = describe(segment(np.full((*shape, 4), PAPER, np.uint8)))
    assert description.tokens.shape == (1, WIDTH)
    assert np.isfinite(description.tokens).all()


@pytest.mark.parametrize("shape", [(3, 3), (40, 60)])
def test_a_black_page_has_no_segments(shape):
    assert len(describe(segment(np.full((*shape, 4), INK, np.uint8)))) == 0


def test_specks_and_black_fills_are_described():
    line = outlines(3, shape=(1500, 1700), margin=100, thickness=4)
    line[400:700, 400:700] = INK
    line[500, 500] = line[601:603, 601] = PAPER  # smaller than a cell of the sampled map
    segments = segment(line)
    description = describe(segments)
    assert np.isfinite(description.tokens).all()
    assert (segments.areas <= 2).sum() == 2


def test_thousands_of_segments():
    segments = segment(cells(50, 60))
    description = describe(segments)
    assert description.tokens.shape == (3000, WIDTH)
    assert np.isfinite(description.tokens).all()
