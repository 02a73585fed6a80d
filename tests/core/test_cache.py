"""The cache of encoded frames: what is damaged in it is computed again."""

import numpy as np
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from core.cache import FrameCache
from tests.frames import frame

KEY = "drawing-geometry-1"


def stored(folder):
    """Put a frame into a cache and return its file."""
    FrameCache(folder).put(KEY, frame(np.eye(3)))
    return folder / f"{KEY}.npz"


def test_a_frame_comes_back_as_it_was_put_in(tmp_path):
    stored(tmp_path)
    found = FrameCache(tmp_path).get(KEY)
    for name, array in vars(frame(np.eye(3))).items():
        np.testing.assert_array_equal(getattr(found, name), array)


def test_an_empty_file_counts_as_absent(tmp_path):
    stored(tmp_path).write_bytes(b"")
    assert FrameCache(tmp_path).get(KEY) is None


def test_a_file_of_another_version_counts_as_absent(tmp_path):
    np.savez(stored(tmp_path), features=np.eye(3))
    assert FrameCache(tmp_path).get(KEY) is None


@settings(max_examples=300, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.integers(min_value=0), st.integers(0, 7))
def test_a_flipped_bit_is_absence_or_changes_nothing(tmp_path, place, bit):
    path = stored(tmp_path)
    content = bytearray(path.read_bytes())
    content[place % len(content)] ^= 1 << bit
    path.write_bytes(content)
    found = FrameCache(tmp_path).get(KEY)
    assert found is None or (found.features == np.eye(3)).all()
