import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from torch.nn import functional

from core.encoders.pooling import CHUNK, pool, shrink, weights
from tests.core.encoders.tiny import segments_of


def dense(label_map, feature_map, pool_size):
    """The reference's pooling written out: masks, max pooling, upsampling, mean (float64)."""
    height, width = label_map.shape
    kernel = (
        (1, 1)
        if pool_size is None
        else (max(1, height // pool_size[0]), max(1, width // pool_size[1]))
    )
    count = int(label_map.max(initial=0))
    masks = torch.stack([torch.from_numpy(label_map == i + 1) for i in range(count)]).double()
    masks = functional.max_pool2d(masks[:, None], kernel)[:, 0]
    upsampled = functional.interpolate(
        feature_map[None].double(), masks.shape[1:], mode="bilinear", align_corners=False
    )[0]
    sums = torch.einsum("lhw,chw->lc", masks, upsampled)
    return sums / masks.sum((1, 2)).clamp(min=1e-6)[:, None]


def sparse(segments, feature_map, pool_size):
    by = weights(shrink(segments, pool_size), tuple(feature_map.shape[1:]))
    return pool(feature_map.flatten(1).T.contiguous(), by)


@st.composite
def label_maps(draw):
    """Label maps of patches or of single pixels, up to 9 segments, lines between them or not."""
    height, width = draw(st.integers(1, 70)), draw(st.integers(1, 70))
    patch = draw(st.sampled_from([1, 2, 7, 20]))
    random = np.random.default_rng(draw(st.integers(0, 2**32 - 1)))
    small = random.integers(
        0, draw(st.integers(1, 9)) + 1, (height // patch + 1, width // patch + 1)
    )
    return np.kron(small, np.ones((patch, patch), int))[:height, :width]


@settings(deadline=None, max_examples=150)
@given(
    label_map=label_maps(),
    map_size=st.tuples(st.integers(1, 40), st.integers(1, 40)),
    pool_size=st.none() | st.tuples(st.integers(1, 40), st.integers(1, 40)),
)
def test_pooling_equals_masks_and_upsampling(label_map, map_size, pool_size):
    segments = segments_of(label_map)
    if not len(segments):
        return
    feature_map = torch.randn(3, *map_size, generator=torch.Generator().manual_seed(1))
    expected = dense(segments.label_map, feature_map, pool_size)
    is_there = expected.abs().sum(1) > 0  # the reference loses what lies beyond the last kernel
    found = sparse(segments, feature_map, pool_size).double()
    torch.testing.assert_close(found[is_there], expected[is_there], atol=1e-5, rtol=0)


@settings(deadline=None, max_examples=50)
@given(
    label_map=label_maps(), pool_size=st.none() | st.tuples(st.integers(1, 9), st.integers(1, 9))
)
def test_every_segment_has_weights_of_sum_one(label_map, pool_size):
    segments = segments_of(label_map)
    found = sparse(segments, torch.ones(1, 5, 6), pool_size)
    torch.testing.assert_close(found, torch.ones(len(segments), 1), atol=1e-6, rtol=0)


@pytest.mark.parametrize(
    ("size", "cells"),
    [
        ((1080, 1920), (540, 640)),
        ((512, 512), (512, 512)),
        ((640, 1023), (640, 1023)),
        ((1024, 300), (512, 300)),
    ],
)
def test_the_kernel_is_the_integer_quotient_along_each_axis(size, cells):
    assert shrink(segments_of(np.ones(size, np.int32)), (512, 512)).size == cells


def test_thin_segments_survive_and_neighbours_share_cells():
    label_map = np.ones((8, 8), np.int32)
    label_map[3, :] = 2
    cells = shrink(segments_of(label_map), (2, 2))
    assert cells.areas.tolist() == [4, 2]


def test_a_segment_beyond_the_last_whole_kernel_gets_the_nearest_cell():
    label_map = np.ones((9, 9), np.int32)
    label_map[8, 8] = 2
    feature_map = torch.arange(4.0).reshape(1, 2, 2)
    assert sparse(segments_of(label_map), feature_map, (2, 2))[1].tolist() == [3.0]


def test_a_large_segment_is_summed_in_chunks():
    segments = segments_of(np.ones((64, 64), np.int32))
    by = weights(shrink(segments, None), (64, 64))
    assert len(by.cells) == 64 * 64
    assert len(by.chunks) == 64 * 64 // CHUNK


def test_a_map_may_lie_across():
    segments = segments_of(np.arange(1, 17).reshape(4, 4))
    by = weights(shrink(segments, None), (5, 6))
    across = torch.randn(3, 30, generator=torch.Generator().manual_seed(1)).t()
    torch.testing.assert_close(pool(across, by), pool(across.contiguous(), by))


def test_no_segment_gives_no_row():
    assert sparse(segments_of(np.zeros((4, 4), np.int32)), torch.ones(3, 2, 2), None).shape == (
        0,
        3,
    )


def test_gradients_flow_into_the_feature_map():
    feature_map = torch.randn(2, 3, 3, requires_grad=True)
    sparse(segments_of(np.ones((6, 6), np.int32)), feature_map, None).sum().backward()
    torch.testing.assert_close(feature_map.grad.sum(), torch.tensor(2.0))
