import numpy as np
import pytest

from core.images import write_png

COLORS = [(200, 60, 60), (60, 200, 60), (60, 60, 200), (200, 200, 60), (60, 200, 200)]


def puppet(rng, frame, parts):
    """Return line and colour image of some boxes that move apart from frame to frame."""
    line = np.zeros((90, 100, 4), np.uint8)
    line[..., :3] = 255
    color = np.zeros((90, 100, 4), np.uint8)
    for index, (x, y, w, h) in enumerate(parts):
        x, y = x + (index % 2) * frame, y + (index % 3) * frame
        line[y : y + h, x : x + w] = color[y : y + h, x : x + w] = (0, 0, 0, 255)
        line[y + 2 : y + h - 2, x + 2 : x + w - 2] = (255, 255, 255, 0)
        color[y + 2 : y + h - 2, x + 2 : x + w - 2] = (*COLORS[index % 5], 255)
    return line, color


@pytest.fixture(scope="session")
def clips(tmp_path_factory):
    """A folder with three tiny clips of four frames and two sheets each."""
    folder = tmp_path_factory.mktemp("clips")
    for clip in range(3):
        rng = np.random.default_rng(clip)
        parts = [(8 + 26 * (i % 3), 8 + 26 * (i // 3), *rng.integers(10, 20, 2)) for i in range(8)]
        for sub, count in (("", 4), ("ref", 2)):
            for frame in range(count):
                for name, image in zip(("line", "gt"), puppet(rng, frame, parts), strict=True):
                    target = folder / f"clip{clip}" / sub / name
                    target.mkdir(parents=True, exist_ok=True)
                    write_png(target / f"{frame:04d}.png", image)
    return folder
