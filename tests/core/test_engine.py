"""The engine: jobs in, answers out, one frame at a time."""

from pathlib import Path
from threading import Event

import numpy as np
import pytest
from PIL import Image

from core import models
from core.edits import Mark, Paint
from core.encoders import Stopped
from core.engine import Engine, outwards
from core.images import read_line_image
from core.jobs import (
    ClipOpened,
    Export,
    ExportDone,
    Exported,
    FindElsewhere,
    FrameFailed,
    FrameFile,
    LinesUnclear,
    Notice,
    OpenClip,
    Predict,
    Prediction,
    ReadSheets,
    SheetRead,
    ShowFrame,
)
from core.palette import NO_COLOR, Palette
from core.segments import segment
from core.sheets import SheetFiles
from tests.drawings import draw

ART = """
    ..............
    .############.
    .#...#......#.
    .#...#......#.
    .############.
    ..............
"""
CLEAR, SKIN, HAIR = (0, 0, 0, 0), (250, 210, 180, 255), (120, 60, 40, 255)
PALETTE = Palette().with_colors([CLEAR, SKIN, HAIR])
CLEAR_ID, SKIN_ID, HAIR_ID = (PALETTE.id_of(rgba) for rgba in (CLEAR, SKIN, HAIR))


class CountingEncoder:
    """The real encoder, which also counts how often it was asked."""

    def __init__(self):
        self._encoder = models.load("geometry")
        self.name, self.version = self._encoder.name, self._encoder.version
        self.width, self.scale = self._encoder.width, self._encoder.scale
        self.device = self._encoder.device
        self.calls = 0

    def encode(self, line, segments):
        self.calls += 1
        return self._encoder.encode(line, segments)


@pytest.fixture
def encoder():
    return CountingEncoder()


@pytest.fixture
def engine(encoder, tmp_path):
    return Engine(encoder, tmp_path / "cache")


@pytest.fixture
def sheet(tmp_path):
    return save_sheet(tmp_path, "front", (CLEAR, SKIN, HAIR))


def save_sheet(folder, name, colors):
    line = draw(ART)
    label_map = segment(line).label_map
    table = np.array([CLEAR, *colors], np.uint8)
    color = np.where((label_map > 0)[..., None], table[label_map], line)
    paths = folder / f"{name} line.png", folder / f"{name} color.png"
    for path, image in zip(paths, (line, color), strict=True):
        Image.fromarray(image).save(path)
    return SheetFiles(name, *paths)


@pytest.fixture
def frames(tmp_path):
    files = []
    for number in range(4):
        path = tmp_path / "clip" / f"A{number:04}.png"
        path.parent.mkdir(exist_ok=True)
        Image.fromarray(np.pad(draw(ART), ((0, 0), (number, 0), (0, 0)), mode="edge")).save(path)
        files.append(FrameFile(10 + number, path, "A"))
    return tuple(files)


def predict(engine, frames, sheets=(), **options):
    job = Predict(revision=1, frames=frames, sheets=sheets, palette=PALETTE, **options)
    return list(engine.run(job))


def colors(answers):
    return {a.frame_id: a.matches.colors.tolist() for a in answers if isinstance(a, Prediction)}


@pytest.mark.parametrize(("moved", "is_said"), [(0, False), (8, False), (110, True)])
def test_a_sheet_whose_colours_lie_elsewhere_is_used_and_said(
    engine, sample, tmp_path, moved, is_said
):
    line, color = sample / "ref" / "line" / "front.png", tmp_path / "front.png"
    picture = np.asarray(Image.open(sample / "ref" / "gt" / "front.png").convert("RGBA"))
    Image.fromarray(np.roll(picture, moved, axis=1)).save(color)
    read, *notices = engine.run(ReadSheets((SheetFiles("front", line, color),)))
    assert isinstance(read, SheetRead)
    assert ["do not lie on each other" in notice.text for notice in notices] == [True] * is_said


def test_the_wanted_frame_comes_first_and_the_rest_outwards(engine, frames, sheet):
    answers = predict(engine, frames, (sheet,), first=1)
    assert [answer.frame_id for answer in answers] == [11, 12, 10, 13]
    assert list(outwards(4, 3)) == [3, 2, 1, 0]


def test_every_frame_is_predicted_from_the_sheets(engine, frames, sheet):
    found = colors(predict(engine, frames, (sheet,)))
    assert found == {frame_id: [CLEAR_ID, SKIN_ID, HAIR_ID] for frame_id in (10, 11, 12, 13)}


def test_a_dithered_page_costs_that_frame_and_a_dithered_sheet_is_left_out(engine, frames, sheet):
    """Each of its white dots would be a segment, and a network takes memory by their square."""
    dots = np.indices((150, 150)).sum(axis=0) % 2 == 0
    for path in (frames[1].path, sheet.line.with_name("dots.png")):
        Image.fromarray(dots).save(path)
    dithered = SheetFiles("dots", sheet.line.with_name("dots.png"), sheet.line.with_name("c.png"))
    colored = np.where(dots[..., None], (250, 210, 180, 255), (0, 0, 0, 255)).astype(np.uint8)
    Image.fromarray(colored).save(dithered.color)
    (notice,) = engine.run(ReadSheets((dithered,)))
    assert notice.text.startswith("dots.png has 11,250 segments, more than 10,000: it is dithered")
    answers = predict(engine, frames)
    (failed,) = (answer for answer in answers if isinstance(answer, FrameFailed))
    assert failed.frame_id == 11
    assert failed.text.startswith("A0001.png has 11,250 segments, more than 10,000: it is dithered")
    assert sorted(colors(answers)) == [10, 12, 13]


def test_features_are_computed_once_and_survive_a_restart(engine, encoder, frames, sheet, tmp_path):
    first = colors(predict(engine, frames, (sheet,)))
    calls = encoder.calls
    assert calls == 5
    assert colors(predict(engine, frames, (sheet,))) == first
    again = Engine(encoder, tmp_path / "cache")
    assert colors(predict(again, frames, (sheet,))) == first
    assert encoder.calls == calls


def test_a_deleted_or_damaged_cache_costs_only_time(engine, encoder, frames, sheet, tmp_path):
    expected = colors(predict(engine, frames, (sheet,)))
    stored = sorted((tmp_path / "cache").iterdir())
    stored[0].unlink()
    stored[1].write_bytes(b"nonsense")
    stored[2].write_bytes(stored[2].read_bytes()[:100])
    assert colors(predict(Engine(encoder, tmp_path / "cache"), frames, (sheet,))) == expected


def test_a_correction_teaches_the_other_frames(engine, frames, sheet):
    before = predict(engine, frames, (sheet,))
    key = next(a for a in before if a.frame_id == 11).keys[1]
    taught = {11: {key: Paint(HAIR_ID, Mark.CORRECTED)}}
    assert colors(predict(engine, frames, (sheet,), paint=taught))[12][1] == HAIR_ID


def test_every_candidate_names_the_segment_that_speaks_for_it(engine, frames, sheet):
    before = predict(engine, frames, (sheet,))
    keys = next(a for a in before if a.frame_id == 12).keys
    ids = (CLEAR_ID, HAIR_ID, HAIR_ID)
    finished = {12: {key: Paint(i, Mark.ACCEPTED) for key, i in zip(keys, ids, strict=True)}}
    answer = predict(engine, frames, (sheet,), paint=finished)[0]
    assert answer.sources == (sheet, 12)
    matches = answer.matches
    for candidates, evidence in zip(matches.candidates, answer.evidence, strict=True):
        for color, (source, label) in zip(candidates, evidence, strict=True):
            assert (color == NO_COLOR) == (source < 0)
            if source >= 0:
                assert color == ((CLEAR_ID, SKIN_ID, HAIR_ID), ids)[source][label - 1]


def test_taking_a_colour_away_teaches_nothing(engine, frames, sheet):
    before = predict(engine, frames, (sheet,))
    key = next(a for a in before if a.frame_id == 11).keys[1]
    erased = {11: {key: Paint(NO_COLOR, Mark.CORRECTED)}}
    assert colors(predict(engine, frames, (sheet,), paint=erased)) == colors(before)


def test_without_references_frames_come_without_colours_and_without_doubts(engine, frames):
    answers = predict(engine, frames)
    assert set(colors(answers)[10]) == {NO_COLOR}
    assert not answers[0].bands.any()


def test_a_stopped_job_ends_after_the_frame_it_is_on(engine, frames, sheet):
    job = Predict(revision=1, frames=frames, sheets=(sheet,), palette=PALETTE)
    answers = engine.run(job)
    next(answers)
    job.stop.set()
    assert list(answers) == []


def test_a_frame_that_cannot_be_read_is_said_and_the_rest_goes_on(engine, frames, sheet):
    frames[2].path.write_bytes(b"not a picture")
    answers = predict(engine, frames, (sheet,))
    failed = [answer for answer in answers if isinstance(answer, FrameFailed)]
    assert [answer.frame_id for answer in failed] == [12]
    assert "A0002.png" in failed[0].text
    assert set(colors(answers)) == {10, 11, 13}


def test_a_sheet_that_cannot_be_read_is_said_and_the_others_speak(engine, frames, sheet, tmp_path):
    missing = SheetFiles("gone", None, tmp_path / "gone.png")
    answers = predict(engine, frames, (missing, sheet))
    assert any(isinstance(a, Notice) and "gone.png" in a.text for a in answers)
    assert colors(answers)[10] == [CLEAR_ID, SKIN_ID, HAIR_ID]


@pytest.mark.parametrize(
    ("art", "said"),
    [
        ("....\n....", "no line"),
        ("....\n.##.\n....", "no closed line"),
    ],
)
def test_drawings_without_segments_are_said_in_one_sentence(engine, tmp_path, sheet, art, said):
    path = tmp_path / "0001.png"
    Image.fromarray(draw(art)).save(path)
    (answer,) = predict(engine, (FrameFile(1, path),), (sheet,))
    assert said in answer.notice


def test_a_page_that_is_line_all_over_is_one_sentence(engine, tmp_path, sheet):
    path = tmp_path / "0001.png"
    Image.fromarray(draw("####\n####")).save(path)
    (answer,) = predict(engine, (FrameFile(1, path),), (sheet,))
    assert isinstance(answer, FrameFailed)
    assert "0001.png" in answer.text


def test_a_redrawn_frame_tells_where_its_painted_segments_are_now(engine, frames, sheet):
    before = predict(engine, frames[:1], (sheet,))[0]
    paint = {10: {key: Paint(SKIN_ID, Mark.CORRECTED) for key in before.keys}}
    wider = draw(ART.replace(".#...#......#.", ".#....#.....#."))
    Image.fromarray(wider).save(frames[0].path)
    seen = FrameFile(10, frames[0].path, "A", before.digest)
    after = predict(engine, (seen,), (sheet,), paint=paint)[0]
    assert after.digest != before.digest
    assert after.moved == dict(zip(before.keys, after.keys, strict=True))


def test_segments_whose_steps_are_undone_are_found_in_a_redrawn_frame_too(engine, frames, sheet):
    before = predict(engine, frames[:1], (sheet,))[0]
    Image.fromarray(draw(ART.replace(".#...#......#.", ".#....#.....#."))).save(frames[0].path)
    seen = FrameFile(10, frames[0].path, "A", before.digest)
    painted = {10: frozenset(before.keys)}
    after = predict(engine, (seen,), (sheet,), painted=painted)[0]
    assert after.moved == dict(zip(before.keys, after.keys, strict=True))


def test_a_segment_is_found_in_the_other_frames_in_their_order(engine, frames, sheet):
    keys = {a.frame_id: a.keys for a in predict(engine, frames, (sheet,))}
    (found,) = engine.run(FindElsewhere(frames, 1, 3))
    assert (found.frame_id, found.label) == (11, 3)
    assert found.places == tuple((number, keys[number][2]) for number in (10, 12, 13))


def test_a_search_ends_at_a_frame_that_cannot_be_read(engine, frames):
    frames[2].path.write_bytes(b"nonsense")
    (found,) = engine.run(FindElsewhere(frames, 1, 3))
    assert [frame_id for frame_id, _ in found.places] == [10]


def test_showing_a_frame_gives_its_line_image_and_segments(engine, frames):
    (answer,) = engine.run(ShowFrame(frames[0]))
    assert (answer.drawing.line == read_line_image(frames[0].path)).all()
    assert len(answer.drawing.segments) == 3


def test_a_clip_brings_the_sheets_beside_it(engine, sample):
    (answer,) = [a for a in engine.run(OpenClip(sample)) if isinstance(a, ClipOpened)]
    assert len(answer.clip.frames) == 16
    assert [sheet.name for sheet in answer.sheets][:2] == ["back", "face-closed"]


def test_sheets_that_cannot_be_used_do_not_keep_a_clip_from_opening(engine, tmp_path):
    for name in ("line/A0001.png", "ref/line/a.png", "ref/gt/a_color.png"):
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        Image.fromarray(draw(ART)).save(tmp_path / name)
    notice, opened = engine.run(OpenClip(tmp_path))
    assert "no colour design sheet in ref" in notice.text
    assert "a_color.png" in notice.text
    assert (len(opened.clip.frames), opened.sheets) == (1, ())


def test_what_is_no_clip_is_one_sentence(engine, tmp_path):
    (answer,) = engine.run(OpenClip(tmp_path / "nowhere"))
    assert isinstance(answer, Notice)


def test_a_sheet_whose_lines_are_unclear_is_asked_about(engine, tmp_path):
    picture = np.zeros((40, 40, 4), np.uint8)
    picture[4:36, 4:36] = SKIN
    for start, ink in ((4, (180, 40, 40, 255)), (35, (60, 90, 200, 255))):
        picture[start, 4:36] = picture[4:36, start] = ink
    picture[20, 5:35] = (180, 40, 40, 255)
    path = tmp_path / "colour only.png"
    Image.fromarray(picture).save(path)
    (answer,) = engine.run(ReadSheets((SheetFiles("colour only", None, path),)))
    assert isinstance(answer, LinesUnclear)
    chosen = tuple(rgba for rgba, _ in answer.candidates)
    (answer,) = engine.run(ReadSheets((SheetFiles("colour only", None, path, chosen),)))
    assert isinstance(answer, SheetRead)
    assert set(answer.sheet.palette_colors()) == {CLEAR, SKIN}


# ---------------------------------------------------------------- export


def export(engine, frames, sheets, folder, **options):
    job = Predict(revision=1, frames=frames, sheets=sheets, palette=PALETTE, **options)
    return list(engine.run(Export(job, folder)))


def test_an_export_writes_every_frame_in_order_under_its_own_name(engine, frames, sheet, tmp_path):
    answers = export(engine, frames, (sheet,), tmp_path / "out")
    names = [answer.path.name for answer in answers if isinstance(answer, Exported)]
    assert names == [f"A{number:04}.png" for number in range(4)]
    assert answers[-1] == ExportDone(tmp_path / "out", 4, 12, 0, ())
    written = np.array(Image.open(tmp_path / "out" / "A0000.png"))
    assert tuple(written[0, 0]) == CLEAR
    assert tuple(written[2, 3]) == SKIN
    assert tuple(written[2, 8]) == HAIR
    assert tuple(written[1, 1]) == (0, 0, 0, 255)


def test_a_segment_without_colour_is_transparent_and_counted(engine, frames, sheet, tmp_path):
    key = predict(engine, frames[:1], (sheet,))[0].keys[1]
    erased = {10: {key: Paint(NO_COLOR, Mark.CORRECTED)}}
    done = export(engine, frames[:1], (sheet,), tmp_path / "out", paint=erased)[-1]
    assert (done.unpainted, done.segments) == (1, 3)
    assert tuple(np.array(Image.open(tmp_path / "out" / "A0000.png"))[2, 3]) == CLEAR


def test_an_export_says_what_is_odd_about_a_drawing(engine, sheet, tmp_path):
    path = tmp_path / "clip" / "0001.png"
    path.parent.mkdir()
    Image.fromarray(draw("....\n....")).save(path)
    answers = export(engine, (FrameFile(1, path),), (sheet,), tmp_path / "out")
    assert isinstance(answers[0], Notice)
    assert "no line" in answers[0].text


def test_a_drawing_saved_anew_during_the_export_is_said(engine, frames, sheet, tmp_path):
    job = Predict(revision=1, frames=frames, sheets=(sheet,), palette=PALETTE)
    answers = engine.run(Export(job, tmp_path / "out"))
    next(answers)
    for frame in frames[1:]:
        Image.fromarray(draw(ART.replace("#...#", "##..#"))).save(frame.path)
    rest = list(answers)
    assert any(isinstance(a, FrameFailed) and "saved anew" in a.text for a in rest)
    assert rest[-1].frames + len(rest[-1].failed) == len(frames)


def test_a_drawing_that_goes_during_the_export_costs_that_frame_only(
    engine, frames, sheet, tmp_path
):
    job = Predict(revision=1, frames=frames, sheets=(sheet,), palette=PALETTE)
    answers = engine.run(Export(job, tmp_path / "out"))
    next(answers)
    frames[2].path.unlink()
    rest = list(answers)
    (gone,) = (answer for answer in rest if isinstance(answer, FrameFailed))
    assert (gone.frame_id, frames[2].path.name in gone.text) == (12, True)
    assert (rest[-1].frames, len(rest[-1].failed)) == (3, 1)


def test_an_export_carries_a_persons_word_over_to_a_redrawn_frame(engine, frames, sheet, tmp_path):
    before = predict(engine, frames[:1], (sheet,))[0]
    paint = {10: {before.keys[1]: Paint(HAIR_ID, Mark.CORRECTED)}}
    Image.fromarray(draw(ART.replace(".#...#......#.", ".#....#.....#."))).save(frames[0].path)
    seen = FrameFile(10, frames[0].path, "A", before.digest)
    answers = export(engine, (seen,), (sheet,), tmp_path / "out", paint=paint)
    assert tuple(np.array(Image.open(tmp_path / "out" / "A0000.png"))[2, 3]) == HAIR
    (notice,) = (answer.text for answer in answers if isinstance(answer, Notice))
    assert "A0000.png has been redrawn" in notice
    assert "1 of 1" in notice


def test_paint_is_not_put_on_another_drawing_by_chance(engine, frames, sheet, tmp_path):
    before = predict(engine, frames[:1], (sheet,))[0]
    paint = {10: {key: Paint(NO_COLOR, Mark.CORRECTED) for key in before.keys}}
    Image.fromarray(draw("......\n.####.\n.#..#.\n.####.\n......")).save(frames[0].path)
    seen = FrameFile(10, frames[0].path, "A", before.digest)
    answers = export(engine, (seen,), (sheet,), tmp_path / "out", paint=paint)
    assert answers[-1].unpainted == 0
    assert any("another drawing" in a.text for a in answers if isinstance(a, Notice))


def test_inputs_are_never_export_targets(engine, frames, sheet, tmp_path):
    inputs = {path: path.read_bytes() for path in tmp_path.rglob("*.png")}
    (answer,) = export(engine, frames, (sheet,), frames[0].path.parent)
    assert "never written to" in answer.text
    named_alike = SheetFiles("s", None, (tmp_path / "A0000.png"))
    named_alike.color.write_bytes(sheet.color.read_bytes())
    answer = export(engine, frames, (named_alike,), tmp_path)[0]
    assert "never written to" in answer.text
    assert {path: path.read_bytes() for path in inputs} == inputs


def test_a_target_that_cannot_be_made_is_one_sentence(engine, frames, sheet, tmp_path):
    (tmp_path / "file").write_text("in the way")
    (answer,) = export(engine, frames, (sheet,), tmp_path / "file" / "out")
    assert isinstance(answer, Notice)


def test_a_full_disk_ends_the_export_with_one_sentence(engine, frames, sheet):
    full = Path("/dev/full")
    if not full.exists():
        pytest.skip("needs Linux's /dev/full")
    (answer,) = export(engine, frames, (sheet,), full / "out")
    assert isinstance(answer, Notice)


class StoppedInside(CountingEncoder):
    """The real encoder, whose third drawing takes so long that somebody stops it."""

    def encode(self, line, segments):
        features = super().encode(line, segments)
        if self.calls == 3:
            self.stop.set()
        if self.stop.is_set():
            raise Stopped
        return features

    stop = Event()


def test_a_prediction_that_is_stopped_inside_a_drawing_keeps_what_was_finished(frames, tmp_path):
    encoder = StoppedInside()
    engine = Engine(encoder, tmp_path / "cache")
    job = Predict(revision=1, frames=frames, sheets=(), palette=PALETTE)
    first = list(engine.run(job))
    assert [answer.frame_id for answer in first] == [frames[0].id, frames[1].id]
    assert encoder.stop is job.stop
    again = list(engine.run(Predict(revision=2, frames=frames, sheets=(), palette=PALETTE)))
    assert len(again) == len(frames)
    assert encoder.calls == 1 + len(frames)  # only the drawing that was stopped is done again


class TrialFirst(CountingEncoder):
    """The real encoder, and a note of what it was shown before it was asked."""

    is_undecided = True
    shown = None

    def decide(self, frames):
        assert self.calls == 0
        self.shown, self.is_undecided = [segments for _, segments in frames], False
        self.version += "-fast"


def test_a_precision_is_decided_on_real_drawings_before_features_are_compared(frames, tmp_path):
    encoder = TrialFirst()
    engine = Engine(encoder, tmp_path / "cache")
    job = Predict(revision=1, frames=frames, sheets=(), palette=PALETTE)
    answers = list(engine.run(job))
    assert len(answers) == len(frames)
    assert [len(segments) for segments in encoder.shown] == [
        len(segment(read_line_image(frame.path))) for frame in frames[:2]
    ]
    assert all("-fast" in path.name for path in (tmp_path / "cache").iterdir())
