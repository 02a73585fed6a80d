"""Teaching: what is settled in some frames speaks in the others, whatever the order of things."""

import numpy as np
import pytest
from PIL import Image

from core import models
from core.drawings import EncodedFile
from core.edits import Mark, Paint
from core.encoders.scale import Scale
from core.engine import Engine
from core.images import write_png
from core.jobs import FrameFile, Predict, Prediction
from core.palette import NO_COLOR, Palette
from core.sheets import SheetFiles
from core.teaching import Lesson, Material, Teacher
from tests.frames import frame

COLORS = [(0, 0, 0, 0), (250, 210, 180, 255), (120, 60, 40, 255), (40, 60, 200, 255)]
PALETTE = Palette().with_colors(COLORS)
CLEAR, SKIN, HAIR, CLOTH = (PALETTE.id_of(rgba) for rgba in COLORS)
TRUTH = (CLEAR, SKIN, HAIR, CLOTH)


def page(shift, colors=None):
    """Return three boxes of different sizes that move to the right, as lines or painted."""
    image = np.full((60, 120, 4), (255, 255, 255, 0), np.uint8)
    if colors is not None:
        image[:] = colors[0]
    for number, (x, side) in enumerate(((6, 12), (30, 18), (60, 24))):
        x, y = x + shift, 10 + 4 * number
        image[y : y + side, x : x + side] = (0, 0, 0, 255)
        inside = (255, 255, 255, 0) if colors is None else colors[number + 1]
        image[y + 2 : y + side - 2, x + 2 : x + side - 2] = inside
    return image


@pytest.fixture
def engine(tmp_path):
    return Engine(models.load("geometry"), tmp_path / "cache")


@pytest.fixture
def frames(tmp_path):
    files = []
    for number in range(6):
        path = tmp_path / f"A{number:04}.png"
        write_png(path, page(2 * number))
        files.append(FrameFile(number, path, "A"))
    return tuple(files)


@pytest.fixture
def sheet(tmp_path):
    line, color = tmp_path / "sheet line.png", tmp_path / "sheet color.png"
    write_png(line, page(0))
    write_png(color, page(0, COLORS))
    return SheetFiles("sheet", line, color)


def predict(engine, frames, sheets=(), *, paint=None, first=0):
    job = Predict(1, frames, sheets, PALETTE, paint or {}, first)
    return {a.frame_id: a for a in engine.run(job) if isinstance(a, Prediction)}


def finished(prediction, colors=TRUTH):
    given = zip(prediction.keys, colors, strict=True)
    return {key: Paint(color, Mark.ACCEPTED) for key, color in given}


def test_a_finished_frame_is_a_reference_for_the_others(engine, frames):
    keys = predict(engine, frames)
    shown = predict(engine, frames, paint={2: finished(keys[2])})
    for frame_id in (0, 1, 3, 4, 5):
        assert shown[frame_id].matches.colors.tolist() == list(TRUTH)
        assert shown[frame_id].sources == (2,)


def test_only_the_nearest_three_finished_frames_speak(engine, frames):
    keys = predict(engine, frames)
    paint = {n: finished(keys[n]) for n in (1, 2, 3, 4, 5)}
    assert set(predict(engine, frames, paint=paint)[0].sources) == {0 + 1, 2, 3}


def test_a_correction_runs_along_its_track_and_changes_nothing_else(engine, frames, sheet):
    before = predict(engine, frames, (sheet,))
    paint = {3: {before[3].keys[1]: Paint(CLOTH, Mark.CORRECTED)}}
    after = predict(engine, frames, (sheet,), paint=paint)
    for frame_id in (0, 1, 2, 4, 5):
        assert after[frame_id].matches.colors.tolist() == [CLEAR, CLOTH, HAIR, CLOTH]
        source, label = after[frame_id].evidence[1, 0].tolist()
        assert (after[frame_id].sources[source], label) == (3, 2)


def test_of_two_corrections_on_a_track_the_nearer_one_counts(engine, frames, sheet):
    keys = predict(engine, frames, (sheet,))
    paint = {
        0: {keys[0].keys[1]: Paint(CLOTH, Mark.CORRECTED)},
        5: {keys[5].keys[1]: Paint(HAIR, Mark.CORRECTED)},
    }
    after = predict(engine, frames, (sheet,), paint=paint)
    assert [after[n].matches.colors[1] for n in (1, 2, 3, 4)] == [CLOTH, CLOTH, HAIR, HAIR]


def test_of_two_equally_near_corrections_the_later_frames_counts(engine, frames, sheet):
    keys = predict(engine, frames, (sheet,))
    paint = {
        1: {keys[1].keys[1]: Paint(CLOTH, Mark.CORRECTED)},
        3: {keys[3].keys[1]: Paint(HAIR, Mark.CORRECTED)},
    }
    assert predict(engine, frames, (sheet,), paint=paint)[2].matches.colors[1] == HAIR


def test_a_correction_that_is_corrected_speaks_with_its_last_colour(engine, frames, sheet):
    key = predict(engine, frames, (sheet,))[3].keys[1]
    for color in (CLOTH, HAIR):
        paint = {3: {key: Paint(color, Mark.CORRECTED)}}
        after = predict(engine, frames, (sheet,), paint=paint)
        assert after[2].matches.colors[1] == color


def test_what_a_track_tells_is_as_sure_as_its_chance(engine, frames, sheet):
    before = predict(engine, frames, (sheet,))
    paint = {3: {before[3].keys[1]: Paint(CLOTH, Mark.CORRECTED)}}
    matches = predict(engine, frames, (sheet,), paint=paint)[2].matches
    assert matches.confidence[1] == matches.chances[1, 0]
    others = [0, 2, 3]
    assert (matches.confidence[others] == before[2].matches.confidence[others]).all()


def test_an_accepted_segment_of_an_unfinished_frame_teaches_nothing_elsewhere(
    engine, frames, sheet
):
    before = predict(engine, frames, (sheet,))
    paint = {3: {before[3].keys[1]: Paint(SKIN, Mark.ACCEPTED)}}
    after = predict(engine, frames, (sheet,), paint=paint)
    assert after[2].matches.chances.tolist() == before[2].matches.chances.tolist()


def test_tracks_end_where_another_cel_begins(engine, frames, sheet):
    cels = "AAABBB"
    frames = tuple(FrameFile(f.id, f.path, cel) for f, cel in zip(frames, cels, strict=True))
    before = predict(engine, frames, (sheet,))
    paint = {2: {before[2].keys[1]: Paint(CLOTH, Mark.CORRECTED)}}
    after = predict(engine, frames, (sheet,), paint=paint)
    assert [after[n].matches.colors[1] for n in range(6)] == [CLOTH, CLOTH, CLOTH, SKIN, SKIN, SKIN]


def test_what_a_person_settled_stays_whatever_other_frames_say(engine, frames, sheet):
    keys = predict(engine, frames, (sheet,))
    odd = {keys[3].keys[1]: Paint(HAIR, Mark.CORRECTED)}
    paint = {3: odd, 2: finished(keys[2]), 4: finished(keys[4])}
    assert predict(engine, frames, (sheet,), paint=paint)[3].matches.colors[1] == HAIR


def test_an_erased_segment_teaches_nothing(engine, frames, sheet):
    before = predict(engine, frames, (sheet,))
    paint = {3: {before[3].keys[1]: Paint(NO_COLOR, Mark.CORRECTED)}}
    after = predict(engine, frames, (sheet,), paint=paint)
    assert after[2].matches.colors.tolist() == before[2].matches.colors.tolist()


def test_the_answer_depends_on_what_is_said_and_not_on_what_was_asked_before(
    engine, frames, sheet, tmp_path
):
    keys = predict(engine, frames, (sheet,))
    correction = {keys[4].keys[2]: Paint(SKIN, Mark.CORRECTED)}
    paint = {1: finished(keys[1], (CLEAR, HAIR, SKIN, CLOTH)), 4: correction}
    predict(engine, frames, (sheet,), paint={4: correction}, first=5)
    predict(engine, frames, (sheet,), paint={0: finished(keys[0])}, first=2)
    used = predict(engine, frames, (sheet,), paint=paint, first=3)
    fresh = predict(
        Engine(models.load("geometry"), tmp_path / "other"), frames, (sheet,), paint=paint
    )
    for frame_id, answer in fresh.items():
        assert used[frame_id].matches.chances.tolist() == answer.matches.chances.tolist()
        assert used[frame_id].matches.candidates.tolist() == answer.matches.candidates.tolist()
        assert used[frame_id].evidence.tolist() == answer.evidence.tolist()


def test_taking_a_click_back_takes_everything_back_that_it_caused(engine, frames, sheet):
    before = predict(engine, frames, (sheet,))
    paint = {3: {before[3].keys[1]: Paint(CLOTH, Mark.CORRECTED)}}
    predict(engine, frames, (sheet,), paint=paint)
    after = predict(engine, frames, (sheet,))
    for frame_id, answer in before.items():
        assert after[frame_id].matches.chances.tolist() == answer.matches.chances.tolist()


def test_a_frame_that_cannot_be_read_ends_a_track_in_peace(engine, frames, sheet):
    before = predict(engine, frames, (sheet,))
    frames[2].path.write_bytes(b"")
    paint = {3: {before[3].keys[1]: Paint(CLOTH, Mark.CORRECTED)}}
    after = predict(engine, frames, (sheet,), paint=paint)
    assert [after[n].matches.colors[1] for n in (0, 1, 4, 5)] == [SKIN, SKIN, CLOTH, CLOTH]


def test_frames_of_different_sizes_teach_without_lying_on_each_other(engine, frames):
    Image.fromarray(page(6)[:, :110]).save(frames[3].path)
    keys = predict(engine, frames)
    after = predict(engine, frames, paint={2: finished(keys[2])})
    assert after[3].matches.colors.tolist() == list(TRUTH)


def test_finished_frames_of_the_own_cel_speak_before_nearer_ones_of_another(engine, tmp_path):
    """A in frames 0 to 4, B in 5 to 7: three frames of B are nearer to the last one of A."""
    frames = []
    for number, cel in enumerate("AAAAABBB"):
        path = tmp_path / f"{cel}{number:04}.png"
        write_png(path, page(2 * number))
        frames.append(FrameFile(number, path, cel))
    keys = predict(engine, tuple(frames))
    paint = {n: finished(keys[n]) for n in (0, 5, 6, 7)}
    assert predict(engine, tuple(frames), paint=paint)[4].sources == (0, 5, 6)


def test_finished_frames_without_any_colour_take_no_place_from_others(engine, frames):
    keys = predict(engine, frames)
    erased = {n: finished(keys[n], [NO_COLOR] * 4) for n in (1, 2, 3)}
    shown = predict(engine, frames, paint={**erased, 4: finished(keys[4])})
    assert shown[0].sources == (4,)
    assert shown[0].matches.colors.tolist() == list(TRUTH)


def twins(drawing):
    """Return a drawing of two segments that are alike in all but their place."""
    small_map = np.pad([[2] * 4 + [3] * 4] * 4, 2, constant_values=1)
    return EncodedFile(drawing, frame([[1, 0], [0, 1], [0, 1]], small_map))


def all_settled(file, colors):
    return Lesson(file, np.array(colors, np.int32), np.zeros(len(colors), bool), True)


def test_where_segments_lie_counts_in_the_nearest_finished_frame_only():
    """In two that are farther away the twins have their colours the other way round."""
    files = [twins(f"drawing {number}") for number in range(4)]
    colors = {0: (7, 9, 8), 1: (7, 9, 8), 2: (7, 8, 9)}
    lessons = {number: all_settled(files[number], given) for number, given in colors.items()}
    material = Material("AAAA", files.__getitem__, lessons=lessons)
    matches, frames = Teacher(Scale()).match(3, files[3], material)
    assert frames == (2, 1, 0)
    assert matches.colors.tolist() == [7, 8, 9]


def test_a_finished_frame_that_is_now_of_another_cel_no_longer_lies_on_top():
    files = [twins("drawing 0"), twins("drawing 1")]
    lessons = {0: all_settled(files[0], (7, 8, 9))}
    teacher = Teacher(Scale())
    beside = teacher.match(1, files[1], Material("AA", files.__getitem__, lessons=lessons))
    assert beside.matches.colors.tolist() == [7, 8, 9]
    apart = teacher.match(1, files[1], Material("BA", files.__getitem__, lessons=lessons))
    for one, other in apart.matches.chances[1:, :2]:
        assert one == pytest.approx(other)
