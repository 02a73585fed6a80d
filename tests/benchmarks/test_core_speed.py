"""How fast the core is: `make benchmark`."""

from dataclasses import replace

import numpy as np
import pytest
from PIL import Image

from core import models
from core.edits import Mark, Paint
from core.engine import Engine
from core.export import export_frame
from core.images import read_line_image
from core.jobs import ClipOpened, FrameFile, OpenClip, Predict, Prediction, ReadSheets
from core.matching import Reference, match
from core.paint import paint, repaint
from core.palette import Palette
from core.segments import segment


def test_label_map_of_a_drawing(benchmark, page):
    benchmark(segment, page)


def test_file_to_label_map(benchmark, page, tmp_path):
    path = tmp_path / "0001.png"
    Image.fromarray(page).save(path)
    benchmark(lambda: segment(read_line_image(path)))


def test_features_of_a_frame(benchmark, page):
    encoder, segments = models.load("geometry"), segment(page)
    benchmark(encoder.encode, page, segments)


def test_match_200_segments_against_800(benchmark):
    random = np.random.default_rng(0)
    features = random.normal(size=(1000, 64)).astype(np.float32)
    features /= np.linalg.norm(features, axis=1, keepdims=True)
    reference = Reference(features[200:], random.integers(1, 30, 800).astype(np.int32))
    benchmark(match, features[:200], [reference])


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
    engine, job = cut
    benchmark(lambda: list(engine.run(job)))


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
        export_frame(picture, tmp_path, tmp_path / "A0001.png")

    benchmark(export)
