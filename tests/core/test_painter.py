"""The painter: it ends, and it counts what a person would have clicked."""

import shutil
from pathlib import Path
from threading import Event

import numpy as np
import pytest

from core import models
from core.encoders import Stopped
from core.engine import Engine
from core.images import read_image, write_png
from core.painter import ORDERS, paint_clip
from core.truth import TruthError, true_frames

SKIN, HAIR, CLOTH = (250, 210, 180, 255), (120, 60, 40, 255), (40, 60, 200, 255)


def save(folder, name, colors):
    """Write a page with three boxes, and a speck that is too small to count."""
    save_boxes(folder, name, [(6, 12, 2), (30, 18, 2), (60, 24, 2), (100, 5, 1)], (*colors, HAIR))


def save_boxes(folder, name, boxes, colors):
    """Write a page with boxes in a row: left edge, side, and how thick the line is."""
    for part in ("line", "gt"):
        image = np.zeros((60, 120, 4), np.uint8)
        for (x, side, edge), color in zip(boxes, colors, strict=True):
            image[10 : 10 + side, x : x + side] = (0, 0, 0, 255)
            inside = np.s_[10 + edge : 10 + side - edge, x + edge : x + side - edge]
            image[inside] = (255, 255, 255, 0) if part == "line" else color
        target = folder / part / f"{name}.png"
        target.parent.mkdir(parents=True, exist_ok=True)
        write_png(target, image)


@pytest.fixture
def engine(tmp_path):
    return Engine(models.load("geometry"), tmp_path / "cache")


@pytest.fixture
def clip(tmp_path):
    """Three frames; from the second on the box that the sheet has in skin wears cloth."""
    folder = tmp_path / "clip"
    save(folder / "ref", "front", (SKIN, HAIR, CLOTH))
    for name, first in (("0000", SKIN), ("0001", CLOTH), ("0002", CLOTH)):
        save(folder, name, (first, HAIR, CLOTH))
    return folder


def test_frame_by_frame_one_click_settles_what_changed(engine, clip):
    session = paint_clip(engine, clip)
    assert (session.frames, session.bucket) == (3, 9)
    assert session.unaided == 2  # the changed box, in each of the two frames
    assert session.clicks == 1  # the finished second frame teaches the third
    assert session.curve[0] == pytest.approx(7 / 9)
    assert session.curve[-1] == 1
    assert len(session.curve) == session.clicks + 1


def test_in_order_of_doubt_the_correction_runs_to_the_other_frame(engine, clip):
    session = paint_clip(engine, clip, order="doubt")
    assert session.unaided == 2
    assert 1 <= session.clicks <= 2


@pytest.mark.parametrize("order", ORDERS)
def test_the_person_looks_first_at_the_doubt_that_is_most_worth_an_answer(engine, tmp_path, order):
    """Two sheets contradict each other about both boxes, a little more about the small one."""
    folder = tmp_path / "clip"
    large, narrower, small = (6, 44, 2), (6, 40, 2), (80, 12, 2)
    save_boxes(folder / "ref", "a", [large, small], (SKIN, HAIR))
    save_boxes(folder / "ref", "b", [narrower, small], (HAIR, SKIN))
    save_boxes(folder, "0000", [large, small], (HAIR, HAIR))
    session = paint_clip(engine, folder, order=order, shots=0)
    assert (session.clicks, session.looks) == (1, 1)


@pytest.mark.parametrize("order", ORDERS)
def test_from_the_first_frame_the_first_frame_is_not_counted(engine, clip, order):
    session = paint_clip(engine, clip, from_sheets=False, order=order)
    assert (session.frames, session.bucket) == (2, 6)
    assert session.clicks >= 1


@pytest.mark.parametrize("order", ORDERS)
def test_a_clip_that_the_program_knows_needs_no_click_and_no_look(engine, clip, order):
    for name in ("0001", "0002"):
        save(clip, name, (SKIN, HAIR, CLOTH))
    session = paint_clip(engine, clip, order=order)
    assert (session.unaided, session.clicks, session.looks) == (0, 0, 0)
    assert session.curve == (1.0,)


def test_a_color_that_no_reference_has_costs_one_click(engine, clip):
    for name in ("0000", "0001", "0002"):
        save(clip, name, (SKIN, HAIR, (1, 200, 30, 255)))
    session = paint_clip(engine, clip)
    assert session.unaided == 3
    assert session.clicks == 1


def test_a_clip_without_sheets_is_one_sentence(engine, clip):
    shutil.rmtree(clip / "ref")
    with pytest.raises(TruthError, match="no design sheets"):
        paint_clip(engine, clip)


def test_a_frame_without_truth_is_one_sentence(engine, clip):
    (clip / "gt" / "0001.png").unlink()
    with pytest.raises(TruthError, match=r"0001\.png"):
        paint_clip(engine, clip)


def test_truth_of_another_size_is_one_sentence(engine, clip):
    truth = clip / "gt" / "0001.png"
    write_png(truth, read_image(truth)[1:].copy())
    with pytest.raises(TruthError, match=r"0001\.png differ in size"):
        paint_clip(engine, clip)


@pytest.mark.parametrize("damage", [Path.unlink, lambda path: path.write_bytes(b"nonsense")])
def test_a_drawing_that_is_missing_is_said_and_no_gap_is_measured(engine, clip, damage):
    damage(clip / "line" / "0001.png")
    with pytest.raises(TruthError, match=r"0001\.png has no drawing"):
        paint_clip(engine, clip)
    with pytest.raises(TruthError, match=r"0001\.png has no drawing"):
        list(true_frames(models.load("geometry"), clip))


@pytest.mark.parametrize("order", ORDERS)
def test_a_painter_who_is_stopped_counts_nothing(engine, clip, order):
    stop = Event()
    stop.set()
    with pytest.raises(Stopped):
        paint_clip(engine, clip, order=order, stop=stop)
