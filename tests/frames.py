"""Encoded frames with given features, for tests of what comes after the encoder."""

import numpy as np

from core.beliefs import Reference
from core.cache import EncodedFrame
from core.encoders.scale import Scale
from core.matching import match


def frame(features, small_map=None):
    """Return a frame whose segments lie side by side, or as the label map has them."""
    features = np.array(features, np.float32)
    features = features / np.maximum(np.linalg.norm(features, axis=1, keepdims=True), 1e-9)
    count = len(features)
    if small_map is None:
        small_map = np.repeat(np.arange(1, count + 1), 4)[None].repeat(4, axis=0)
    small_map = np.array(small_map, np.int32)
    flat = small_map.ravel()
    return EncodedFrame(
        features=features,
        areas=np.bincount(flat, minlength=count + 1)[1:].astype(np.int32),
        first_pixels=np.array([np.flatnonzero(flat == n + 1)[0] for n in range(count)], np.int64),
        small_map=small_map,
        small_line=np.zeros(small_map.shape, np.uint8),
    )


def matched(colors):
    """Return matches of segments that are each exactly like one of a reference."""
    same = frame(np.eye(len(colors)))
    return match(same, [Reference(same, np.array(list(colors), np.int32))], Scale())
