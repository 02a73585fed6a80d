"""How fast the core is: `make benchmark`."""

import itertools
from dataclasses import replace

import numpy as np
import pytest
from PIL import Image

from core import models
from core.beliefs import Reference
from core.edits import Mark, Paint
from core.encoders.scale import Scale
from core.engine import Engine
from core.export import export_frame
from core.images import read_line_image
from core.jobs import ClipOpened, FrameFile, OpenClip, Predict, Prediction, ReadSheets
from core.matching import match
from core.paint import paint, repaint
from core.palette import Palette
from core.segments import segment
from tests.frames import frame


def test_label_map_of_a_drawing(benchmark, page):
    benchmark(segment, page)


def test_file_to_label_map(benchmark, page, tmp_path):
    path = tmp_path / "0001.png"
    Image.fromarray(page).save(path)
    benchmark(lambda: segment(read_line_image(path)))


@pytest.mark.parametrize("name", ["compact", "geometry"])
def test_features_of_a_frame(benchmark, page, name):
    encoder, segments = models.load(name), segment(page)
    benchmark(encoder.encode, page, segments)


def test_match_200_segments_against_800(benchmark):
    random = np.random.default_rng(0)
    features = random.normal(size=(1000, 128))
    target, sheet = frame(features[:200]), frame(features[200:])
    references = [Reference(sheet, random.integers(1, 30, 800).astype(np.int32))]
    benchmark(match, target, references, Scale())


@pytest.fixture
def cut(clip, tmp_path):
    """The engine and a job for 50 frames of 200 segments, all features known."""
    engine = Engine(models.load("geometry"), tmp_path / "cache")
    opened = next(a for a in engine.run(OpenClip(clip)) if isinstance(a, ClipOpened))
    read = next(iter(engine.run(ReadSheets(opened.sheets))))
    frames = tuple(
        FrameFile(number, frame.path, frame.cel)
        for number, frame in enumerate(opened.clip.frames[:50])
    )
    palette = Palette().with_colors(read.sheet.palette_colors())
    job = Predict(revision=1, frames=frames, sheets=opened.sheets, palette=palette, first=25)
    answers = [a for a in engine.run(job) if isinstance(a, Prediction)]
    assert len(answers) == 50
    key = next(a for a in answers if a.frame_id == 25).keys[40]
    return engine, replace(job, paint={25: {key: Paint(3, Mark.CORRECTED)}})


def test_rerank_a_cut_of_50_frames_after_a_click(benchmark, cut):
    """Along the segment's track; another colour every time, so that nothing is remembered."""
    engine, job = cut
    (key,) = job.paint[25]
    colors = itertools.cycle((2, 3))

    def click():
        paint = {25: {key: Paint(next(colors), Mark.CORRECTED)}}
        return list(engine.run(replace(job, paint=paint)))

    benchmark(click)


def test_rematch_a_frame_after_its_neighbour_is_finished(benchmark, cut):
    engine, job = cut
    shown = {each.frame_id: each for each in engine.run(job) if isinstance(each, Prediction)}
    colors = itertools.cycle((2, 3))

    def finish():
        given = Paint(next(colors), Mark.ACCEPTED)
        paint = {n: dict.fromkeys(shown[n].keys, given) for n in (22, 23, 24)}
        return next(a for a in engine.run(replace(job, paint=paint)) if isinstance(a, Prediction))

    benchmark(finish)


def test_paint_a_whole_frame(benchmark, page):
    segments = segment(page)
    colors = np.random.default_rng(0).integers(1, 4, len(segments)).astype(np.int32)
    palette = Palette().with_colors([(n, n, n, 255) for n in (10, 90, 200)])
    benchmark(paint, page, segments, colors, palette)


def test_repaint_one_segment(benchmark, page):
    segments = segment(page)
    colors = np.ones(len(segments), np.int32)
    palette = Palette().with_colors([(n, n, n, 255) for n in (10, 90, 200)])
    picture = paint(page, segments, colors, palette)
    benchmark(lambda: repaint(picture, page, segments, colors, palette, labels=[40]))


def test_export_a_frame(benchmark, page, tmp_path):
    segments = segment(page)
    palette = Palette().with_colors([(n, n, n, 255) for n in (10, 90, 200)])
    colors = np.random.default_rng(0).integers(1, 4, len(segments)).astype(np.int32)

    def export():
        picture = paint(page, segments, colors, palette)
        export_frame(picture, tmp_path, tmp_path / "line" / "A0001.png")

    benchmark(export)
