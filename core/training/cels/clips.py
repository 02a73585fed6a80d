"""Clips: a subject acts before the camera, and poses for its design sheets; files are written."""

import json
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import numpy as np

from core.images import Image, write_png
from core.training.cels.casting import make_scene
from core.training.cels.cel import Cel, View
from core.training.cels.ink import Drawing, Style, draw, make_style
from core.training.cels.pose import Motion, Pose
from core.training.cels.subject import Subject

MIN_COVERED = 0.95
"""Share of every frame's segments whose colour a design sheet has: sheets are added until then."""

_SHEETS = (
    ("full", Pose(yaw=0, mouth=0.7)),
    ("full", Pose(yaw=-38)),
    ("full", Pose(yaw=178)),
    ("face", Pose(yaw=12, mouth=0.8)),
    ("full", Pose(yaw=88)),
    ("face", Pose(yaw=-35, blink=0.05)),
    ("bust", Pose(yaw=28, smile=-0.6, arms=((60, 40, 80), (20, 10, 20)))),
)
_ARMS = ((30.0, 5.0, 12.0), (30.0, 5.0, 12.0))


def draw_clip(
    folder: Path, *, seed: tuple[int, ...], frames: int, size: int, has_shadow: bool
) -> None:
    """Draw one clip with its design sheets into a folder, in the PaintBucket-Character layout.

    Args:
        folder: gets `line`, `gt`, `seg` and `ref/{line,gt,seg}`; it need not exist.
        seed: chooses everything.
        frames: how many drawings.
        size: height in pixels.
        has_shadow: whether there are shadows, highlights and trace lines.

    Raises:
        core.images.ImageError: if a picture cannot be written.
    """
    rng = np.random.default_rng(seed)
    style = make_style(rng, has_shadow=has_shadow)
    scene = make_scene(rng, style)
    drawings = list(_frames(scene, style, rng, frames, size))
    sheets = list(_sheets(scene, style, rng, drawings, size))
    for place, pictures in ((folder, [d for d, _, _ in drawings]), (folder / "ref", sheets)):
        for index, drawing in enumerate(pictures):
            write_drawing(place, f"{index:04d}", drawing)


def write_drawing(folder: Path, stem: str, drawing: Drawing) -> None:
    """Write `line/STEM.png`, `gt/STEM.png`, `seg/STEM.png` and `seg/STEM.json`.

    Segment numbers are R * 65536 + G * 256 + B; 0 is line, 1 is the background.
    """
    number_of = np.arange(1, len(drawing.colors) + 2)  # by label
    number_of[0] = 0
    outside = np.flatnonzero(drawing.colors[:, 3] == 0) + 1
    if len(outside):
        areas = np.bincount(drawing.label_map.ravel(), minlength=len(number_of))
        number_of[outside[areas[outside].argmax()]] = 1
    numbers = number_of[drawing.label_map]
    seg = np.full((*numbers.shape, 4), 255, np.uint8)
    for channel, bits in enumerate((16, 8, 0)):
        seg[..., channel] = numbers >> bits & 255
    pictures: dict[str, Image] = {"line": drawing.line, "gt": drawing.color, "seg": seg}
    for kind, picture in pictures.items():
        (folder / kind).mkdir(parents=True, exist_ok=True)
        write_png(folder / kind / f"{stem}.png", picture)
    table = dict(zip(map(str, number_of[1:]), drawing.colors.tolist(), strict=True))
    (folder / "seg" / f"{stem}.json").write_text(json.dumps(table), encoding="utf-8")


def _frames(
    scene: Subject, style: Style, rng: np.random.Generator, count: int, size: int
) -> Iterator[tuple[Drawing, Pose, View]]:
    motion, width = Motion(rng, count), round(size * float(rng.choice([0.75, 1, 1, 4 / 3, 16 / 9])))
    kind = str(rng.choice(list(scene.shots)))
    view = _view(scene, kind, width, size)
    zooms = rng.uniform(0.85, 1.2) * (
        1 + rng.choice([0, 0.01, 0.05]) * rng.uniform(-1, 1) * np.arange(count)
    )
    pan, roll = rng.normal(0, 0.03, 2), rng.normal(0, 1, 2) * (rng.random() < 0.3)
    for i in range(count):
        x, y = view.centre + pan * i * (view.height / view.scale) * 0.3
        moved = replace(
            view, scale=view.scale * zooms[i], centre=(x, y), roll=roll[0] * 4 + roll[1] * i
        )
        pose = motion.pose(i)
        yield _draw(scene, pose, moved, style, rng, noise=1.0), pose, moved


def _sheets(
    scene: Subject,
    style: Style,
    rng: np.random.Generator,
    frames: list[tuple[Drawing, Pose, View]],
    size: int,
) -> Iterator[Drawing]:
    """Draw three to six views, and then frames as sheets until their colours are covered."""
    plain = replace(style, width=min(style.width, 2), double=0.0)
    chosen = [0, *sorted(rng.choice(np.arange(1, len(_SHEETS)), rng.integers(2, 6), replace=False))]
    known: set[bytes] = set()
    for kind, pose in (_SHEETS[index] for index in chosen):
        shot = kind if kind in scene.shots else "full"
        pose = replace(pose, gait=float(rng.uniform(0, 6)))
        pose = pose if kind == "bust" else replace(pose, arms=_ARMS)
        drawing = _draw(
            scene, pose, _view(scene, shot, round(0.75 * size), size), plain, rng, noise=0.3
        )
        known |= _colors(drawing)
        yield drawing
    while True:
        shares = [
            np.mean([color.tobytes() in known for color in drawing.colors])
            for drawing, _, _ in frames
        ]
        worst = int(np.argmin(shares))
        if shares[worst] >= MIN_COVERED:
            return
        known |= _colors(frames[worst][0])
        yield frames[worst][0]


def _colors(drawing: Drawing) -> set[bytes]:
    return {color.tobytes() for color in drawing.colors}


def _draw(
    scene: Subject, pose: Pose, view: View, style: Style, rng: np.random.Generator, *, noise: float
) -> Drawing:
    cel = Cel(view)
    scene.draw(cel, pose)
    painting = cel.paint(style.light, stroke_width=max(1, style.width - 1))
    return draw(painting, scene.palette, style, rng, noise=noise)


def _view(scene: Subject, kind: str, width: int, height: int) -> View:
    low, high = scene.shots[kind]
    tall = high - low
    scale = 0.92 * min(height / tall, width / (0.62 * tall + 0.6))
    return View(width, height, scale, (0.0, (low + high) / 2))
