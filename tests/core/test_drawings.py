"""Drawings: read and encoded once per content, in order, ahead of who asks."""

import os
from pathlib import Path
from threading import Event

import numpy as np
import pytest
from PIL import Image

from core import models
from core.drawings import Drawings
from core.images import ImageError
from tests.drawings import draw

ART = """
    ..........
    .########.
    .#..#...#.
    .########.
    ..........
"""


class Batches:
    """The real encoder, several drawings at a time; remembers how many."""

    batch = 3

    def __init__(self):
        self._encoder = models.load("geometry")
        self.name, self.version = self._encoder.name, self._encoder.version
        self.width, self.scale = self._encoder.width, self._encoder.scale
        self.device = self._encoder.device
        self.sizes = []

    def encode(self, line, segments):
        return self.encode_batch([(line, segments)])[0]

    def encode_batch(self, frames):
        self.sizes.append(len(frames))
        return [self._encoder.encode(*frame) for frame in frames]


class SavedAnew(type(Path())):
    """A file that is replaced by the one of the same name and `.new` when its bytes were read."""

    def read_bytes(self):
        content = super().read_bytes()
        following = Path(f"{self}.new")
        if following.exists():
            following.replace(self)
        return content


@pytest.fixture
def paths(tmp_path):
    made = []
    for number in range(7):
        made.append(tmp_path / f"A{number:04}.png")
        Image.fromarray(np.roll(draw(ART), number, axis=1)).save(made[-1])
    return made


def test_drawings_are_encoded_in_batches_and_come_in_order(paths, tmp_path):
    encoder = Batches()
    found = list(Drawings(encoder, tmp_path / "cache").ahead(paths, Event()))
    assert encoder.sizes == [3, 3, 1]
    single = Drawings(models.load("geometry"), tmp_path / "other")
    for path, each in zip(paths, found, strict=True):
        alone = single.file(path, Event())
        assert each.digest == alone.digest
        assert (each.encoded.features == alone.encoded.features).all()


def test_what_is_known_is_not_encoded_again(paths, tmp_path):
    encoder = Batches()
    drawings = Drawings(encoder, tmp_path / "cache")
    drawings.file(paths[3], Event())
    assert len(list(drawings.ahead(paths, Event()))) == 7
    assert sum(encoder.sizes) == 7
    assert len(list(drawings.ahead(paths, Event()))) == 7
    assert sum(encoder.sizes) == 7


def test_a_file_that_cannot_be_read_keeps_its_place(paths, tmp_path):
    paths[1].write_bytes(b"nonsense")
    paths[4].unlink()
    found = list(Drawings(Batches(), tmp_path / "cache").ahead(paths, Event()))
    assert [isinstance(each, ImageError) for each in found] == [
        False,
        True,
        False,
        False,
        True,
        False,
        False,
    ]


def test_it_ends_when_stopped(paths, tmp_path):
    stop = Event()
    found = Drawings(Batches(), tmp_path / "cache").ahead(paths, stop)
    next(found)
    stop.set()
    assert list(found) == []


def test_a_drawing_that_was_saved_again_is_read_again(paths, tmp_path):
    drawings = Drawings(models.load("geometry"), tmp_path / "cache")
    before = drawings.drawing(paths[0])
    assert drawings.drawing(paths[0]) is before
    size = paths[0].stat().st_size + 100
    for art in (ART.replace("#..#...#", "#...#..#"), ART):
        Image.fromarray(draw(art)).save(paths[0])
        with paths[0].open("ab") as file:
            file.write(bytes(size - file.tell()))  # the same size, another content
        after = drawings.drawing(paths[0])
        assert after.digest != before.digest
        before = after


def test_drawings_that_change_names_are_read_again_though_they_are_alike_in_size_and_time(tmp_path):
    """Uncompressed drawings out of one archive: somebody corrects their numbers."""
    first, second, spare = (tmp_path / f"A000{number}.tga" for number in (1, 2, 3))
    for path, art in ((first, ART), (second, ART.replace("#..#...#", "#......#"))):
        Image.fromarray(draw(art)).save(path)
        os.utime(path, (1_700_000_000, 1_700_000_000))
    assert first.stat().st_size == second.stat().st_size
    drawings = Drawings(models.load("geometry"), tmp_path / "cache")
    before = [drawings.drawing(path).digest for path in (first, second)]
    first.rename(spare)
    second.rename(first)
    spare.rename(second)
    assert [drawings.drawing(path).digest for path in (second, first)] == before


@pytest.mark.parametrize(
    "ask",
    [
        lambda drawings, path: drawings.file(path, Event()),
        lambda drawings, path: next(drawings.ahead([path], Event())),
    ],
    ids=["file", "ahead"],
)
def test_a_drawing_that_is_saved_anew_while_it_is_read_never_gets_the_features_of_the_other(
    paths, tmp_path, ask
):
    before = paths[0].read_bytes()
    Image.fromarray(draw(ART.replace("#..#...#", "#......#"))).save(f"{paths[0]}.new", "PNG")
    drawings = Drawings(models.load("geometry"), tmp_path / "cache")
    found = ask(drawings, SavedAnew(paths[0]))
    fresh = Drawings(models.load("geometry"), tmp_path / "other")
    after = fresh.file(paths[0], Event())
    assert found.digest == after.digest
    assert len(found.encoded) == len(after.encoded) == 2
    paths[0].write_bytes(before)
    assert len(drawings.file(paths[0], Event()).encoded) == 3
