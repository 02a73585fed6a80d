"""What the benchmarks measure on: drawings of 1920 x 1080 with about 200 segments."""

import cv2
import numpy as np
import pytest
from PIL import Image

from core.segments import segment


def draw_page(*, columns=20, rows=10, shift=0, width=1920, height=1080):
    """A page of columns * rows segments with slanted lines, every fifth row a blue trace line."""
    random = np.random.default_rng(7)
    page = np.full((height, width, 4), (255, 255, 255, 0), np.uint8)
    for column in range(1, columns):
        x = column * width // columns + shift
        end = x + int(random.integers(-20, 20))
        cv2.line(page, (x, 0), (end, height - 1), (0, 0, 0, 255), 2)
    for row in range(1, rows):
        y = row * height // rows
        ink = (0, 0, 255, 255) if row % 5 == 0 else (0, 0, 0, 255)
        cv2.line(page, (0, y), (width - 1, y + int(random.integers(-15, 15))), ink, 2)
    return page


@pytest.fixture(scope="session", autouse=True)
def one_core():
    """The figures are for one core."""
    cv2.setNumThreads(1)


@pytest.fixture(scope="session")
def page():
    page = draw_page()
    assert 190 <= len(segment(page)) <= 210
    return page


@pytest.fixture(scope="session")
def clip(tmp_path_factory):
    """A clip of 100 drawings of 1920 x 1080 and a coloured sheet, as a PaintBucket folder."""
    folder = tmp_path_factory.mktemp("bench") / "clip"
    for part in ("line", "ref/line", "ref/gt"):
        (folder / part).mkdir(parents=True)
    for number in range(100):
        image = Image.fromarray(draw_page(shift=number % 20))
        image.save(folder / "line" / f"A{number:04}.png", compress_level=1)
    line = draw_page()
    label_map = segment(line).label_map
    table = np.random.default_rng(1).integers(0, 255, (label_map.max() + 1, 4), np.uint8)
    table[:, 3] = 255
    table[:, :3] //= 64  # some thirty colours
    table[:, :3] *= 64
    Image.fromarray(line).save(folder / "ref" / "line" / "front.png")
    color = np.where((label_map > 0)[..., None], table[label_map], line)
    Image.fromarray(color).save(folder / "ref" / "gt" / "front.png")
    return folder
