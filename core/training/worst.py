"""Worst frames as pictures: line image, truth, prediction, and the wrong segments marked."""

import io
from collections.abc import Sequence
from pathlib import Path

import cv2
import numpy as np
import numpy.typing as npt
from PIL import Image as Pillow
from PIL import ImageDraw, ImageFont

from core.images import Image
from core.training.benchmark import Answer
from core.truth import read_drawing

VERMILLION = (213, 94, 0)
PERIOD = 8
"""Pixels from one line of the hatch to the next."""

SPECK = 150
"""Wrong segments of fewer pixels get a ring: their hatch would not be seen."""

CAPTION = 28
"""Pixels above each picture for its title."""


def worst(answers: Sequence[Answer], count: int) -> list[Answer]:
    """Return the frames with the smallest share of right segments, one of each clip at most.

    Specks do not count, and the frames of a clip mostly fail in the same way.
    """
    wrong = [each for each in answers if each.metrics.acc_thresh < 1]
    wrong.sort(key=lambda each: each.metrics.acc_thresh)
    of_clip: dict[Path, Answer] = {}
    for answer in wrong:
        of_clip.setdefault(answer.path.parent.parent, answer)
    return list(of_clip.values())[:count]


def draw_answer(answer: Answer, title: str) -> bytes:
    """Return a PNG with four pictures of a frame; `title` stands above the first.

    Raises:
        ImageError: if the drawing cannot be read any more.
    """
    line, segments, truth = read_drawing(answer.path)
    predicted = _painted(line, segments.label_map, answer.predicted)
    wrong = np.flatnonzero(~answer.right) + 1
    mask = np.isin(segments.label_map, wrong)
    pale = (predicted.astype(np.float32) * 0.3 + 255 * 0.7).astype(np.uint8)
    marked = np.where((mask & _hatch(mask.shape))[..., None], np.array(VERMILLION, np.uint8), pale)
    for label in wrong[segments.areas[wrong - 1] < SPECK]:
        x, y, width, height = map(int, segments.boxes[label - 1])
        radius = max(width, height) // 2 + 6
        cv2.circle(marked, (x + width // 2, y + height // 2), radius, VERMILLION, 2)
    right = f"{answer.right.sum()} of {len(answer.right)} segments are right"
    panels = (
        (title, _on_white(line)),
        ("truth", _painted(line, segments.label_map, truth)),
        (f"prediction: {right}", predicted),
        ("wrong segments", marked),
    )
    return _sheet(panels)


def _sheet(panels: Sequence[tuple[str, npt.NDArray[np.uint8]]]) -> bytes:
    """Put four pictures of one size into a square."""
    height, width = panels[0][1].shape[:2]
    sheet = Pillow.new("RGB", (2 * width, 2 * (height + CAPTION)), "white")
    pen, font = ImageDraw.Draw(sheet), ImageFont.load_default(16)
    for index, (title, picture) in enumerate(panels):
        x, y = index % 2 * width, index // 2 * (height + CAPTION)
        pen.text((x + 8, y + 4), title, "black", font)
        sheet.paste(Pillow.fromarray(picture), (x, y + CAPTION))
    stored = io.BytesIO()
    sheet.save(stored, "PNG")
    return stored.getvalue()


def _painted(
    line: Image, label_map: npt.NDArray[np.int32], colors: npt.NDArray[np.uint32]
) -> npt.NDArray[np.uint8]:
    """Paint packed colours `[L]` onto white, lines as they are drawn."""
    table = np.concatenate([np.zeros(1, np.uint32), colors])
    painted = np.where(label_map == 0, line.view("<u4")[..., 0], table[label_map])
    return _on_white(np.ascontiguousarray(painted).view(np.uint8).reshape(line.shape))


def _on_white(image: Image) -> npt.NDArray[np.uint8]:
    alpha = image[..., 3:].astype(np.uint16)
    mixed: npt.NDArray[np.uint8] = ((image[..., :3] * alpha + 255 * (255 - alpha)) // 255).astype(
        np.uint8
    )
    return mixed


def _hatch(shape: tuple[int, ...]) -> npt.NDArray[np.bool_]:
    y, x = np.indices(shape[:2])
    hatch: npt.NDArray[np.bool_] = (x + y) % PERIOD < PERIOD // 2
    return hatch


def write_worst(answers: Sequence[Answer], count: int, folder: Path, name: str) -> list[Path]:
    """Write pictures of the worst frames, the worst first, and return their paths.

    Raises:
        OSError: if the folder does not take them.
        ImageError: if a drawing cannot be read any more.
    """
    folder.mkdir(parents=True, exist_ok=True)
    written = []
    for place, answer in enumerate(worst(answers, count), 1):
        clip = answer.path.parent.parent.name
        path = folder / f"{name} {place} {clip} {answer.path.stem}.png"
        path.write_bytes(draw_answer(answer, f"{name}, {clip}, {answer.path.stem}"))
        written.append(path)
    return written
