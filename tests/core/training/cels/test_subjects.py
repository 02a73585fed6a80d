import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from core.training.cels.casting import make_subject
from core.training.cels.cel import Cel, View
from core.training.cels.ink import draw, make_style
from core.training.cels.pose import Motion, Pose
from core.training.cels.space import FULL_TURN, Placement, Rings, closed, rotation, smooth, vector

KINDS = ("human", "beast", "bird", "fish", "robot", "vehicle", "effect")


def drawing_of(kind, seed, pose, size=160):
    rng = np.random.default_rng(seed)
    style = make_style(rng, has_shadow=False)
    subject = make_subject(kind, rng, style)
    low, high = subject.shots["full"]
    cel = Cel(View(size, size, 0.9 * size / (high - low), (0.0, (low + high) / 2)))
    subject.draw(cel, pose)
    return draw(cel.paint(None), subject.palette, style, rng, noise=0.0)


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("yaw", [0, 90, 180])
def test_a_subject_is_seen_from_all_sides(kind, yaw):
    for seed in range(3):
        drawing = drawing_of(kind, seed, Pose(yaw=yaw))
        assert len(drawing.colors) >= 3
        assert 0.02 < np.mean(drawing.color[..., 3] > 0) < 0.95


@settings(max_examples=25, deadline=None)
@given(
    kind=st.sampled_from(KINDS),
    seed=st.integers(0, 10**6),
    frames=st.integers(1, 8),
    frame=st.integers(0, 7),
)
def test_every_pose_of_every_motion_can_be_drawn(kind, seed, frames, frame):
    motion = Motion(np.random.default_rng(seed), frames)
    drawing = drawing_of(kind, seed, motion.pose(frame % frames), size=96)
    assert drawing.colors[:, 3].any() or (drawing.line[..., 3] > 0).any()


def test_turning_moves_what_is_seen():
    front, back = (drawing_of("human", 5, Pose(yaw=yaw)) for yaw in (0, 180))
    assert np.mean(front.color != back.color) > 0.02


def test_characters_differ():
    drawings = [drawing_of("human", seed, Pose()) for seed in range(8)]
    palettes = {frozenset(map(tuple, drawing.colors.tolist())) for drawing in drawings}
    assert len(palettes) == 8
    assert len({len(drawing.colors) for drawing in drawings}) > 4


@given(st.floats(-180, 180), st.floats(-90, 90), st.floats(-180, 180))
def test_a_rotation_keeps_lengths(x, y, z):
    turned = rotation(x, y, z)
    np.testing.assert_allclose(turned @ turned.T, np.eye(3), atol=1e-12)
    assert np.linalg.det(turned) == pytest.approx(1)


def test_a_patch_behind_a_surface_is_not_seen():
    tube = Rings(Placement(np.eye(3), vector(0, 0)), [0, 1, 2], 1.0, 1.0)
    front, back = tube.patch(-20, 20, 0.5, 1.5), tube.patch(160, 200, 0.5, 1.5)
    assert back is None
    assert front is not None
    assert np.abs(front[:, 0]).max() == pytest.approx(1.02 * np.sin(np.radians(20)))
    assert tube.facing(0.0, 1.0) == pytest.approx(1)
    assert tube.facing(np.pi, 1.0) == pytest.approx(-1)


def test_a_smooth_curve_goes_through_its_points():
    points = np.array([(0.0, 0.0), (1.0, 2.0), (3.0, 1.0)])
    np.testing.assert_allclose(smooth(points, steps=5)[::5], points)
    ring = np.stack([np.cos(FULL_TURN), np.sin(FULL_TURN)], -1)
    np.testing.assert_allclose(np.linalg.norm(closed(ring), axis=1), 1, atol=1e-3)
    assert len(closed(ring, steps=4)) == 4 * len(ring)
