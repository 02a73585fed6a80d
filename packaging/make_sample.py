"""Draw the bundled sample clip: 16 frames and six colour design sheets of one character.

The pictures come from draw_cels.py (our own procedural cel painter), which also knows the exact
colours. This script only chooses: a character seed with a few changed design features, a palette,
the framing, and a key-framed acting (she looks aside, turns to the viewer, blinks in the turn,
brings a hand to her chest and smiles). The result is the same on every run.

Usage: make_sample.py OUT --tools DIR   (DIR is the folder that holds draw_cels.py and cel_paint.py)

Output: OUT/{line,gt}/A0001.png ... A0016.png and OUT/ref/{line,gt}/front.png ...
"""

import argparse
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
from PIL import Image

Pose = dict[str, Any]

SEED = [0, 53]  # of draw_cels.Character
FRAMES = 16
SIZE = (1280, 720)
SHEET_SIZE = (800, 1200)
LINE_WIDTH = 2

DESIGN: dict[str, Any] = {
    "top": "sailor",
    "sleeve": "puff",
    "sleeve_w": 1.0,
    "back_style": "twin",
    "tail_len": 1.75,
    "tail_n": 4,
    "side_n": 2,
    "back_n": 7,
    "bang_len": 0.06,
    "brow_h": 0.125,
    "eye_x": 0.187,
    "extras": ["bow", "clip", "sockbands"],
}

PALETTE = {
    "skin": (252, 218, 196),
    "hair": (212, 112, 78),
    "hair_in": (108, 44, 58),
    "brow": (126, 62, 42),
    "lash": (48, 36, 40),
    "mouth": (172, 56, 84),
    "eye": (74, 176, 150),
    "eye_dark": (36, 112, 108),
    "pupil": (18, 58, 62),
    "a": (58, 80, 134),  # collar
    "b": (88, 116, 172),  # skirt
    "c": (84, 186, 170),  # ribbon, cuffs, stripes
    "d": (252, 206, 108),  # hair bows, sock bands
    "shirt": (246, 240, 226),
    "inner": (44, 58, 92),
    "metal": (240, 206, 120),
    "shoe": (118, 70, 54),
    "sole": (200, 180, 150),
    "sock": (60, 64, 96),
}

# Key poses, {frame: value}; between them the movement eases in and out. A negative yaw turns to
# the left of the picture. The head leads, the body follows, the hand comes last.
KEYS: dict[str, dict[int, float]] = {
    "yaw": {0: -27, 3: -28, 11: -15, 15: -16},
    "head_yaw": {0: -13, 2: -16, 8: 6, 10: 4, 15: 5},
    "head_pitch": {0: 2, 2: 4, 5: 9, 9: -2, 15: 1},
    "head_roll": {0: -2, 2: -3, 9: 6, 15: 4},
    "lean": {0: 0, 3: -1, 10: 3, 15: 2},
    "gaze_x": {0: -0.7, 1: -0.8, 4: 0.4, 9: 0.0, 15: 0.0},
    "gaze_y": {0: 0.2, 5: -0.2, 9: 0.0, 15: 0.0},
    "brow": {0: 0.1, 5: 0.0, 9: 0.6, 15: 0.4},
    "mouth": {0: 0.0, 7: 0.0, 11: 0.75, 13: 0.6, 15: 0.6},
    "smile": {0: 0.4, 6: 0.6, 11: 1.0, 15: 1.0},
    "out": {0: 13, 4: 12, 12: 27, 15: 26},
    "forward": {0: 2, 4: 0, 12: 16, 15: 14},
    "bend": {0: 16, 4: 14, 11: 144, 13: 138, 15: 140},
    "other_out": {0: 14, 6: 13, 13: 17, 15: 16},
    "fingers": {0: 0.4, 6: 0.55, 12: 0.15, 15: 0.2},
}
BLINK = {4: 0.55, 5: 0.06, 6: 0.62}  # how far the eyes are open, by frame


def between(keys: dict[int, float], i: int) -> float:
    """Value at frame i of key poses {frame: value}, with ease-in and ease-out."""
    frames = sorted(keys)
    after = next((f for f in frames if f >= i), frames[-1])
    before = max((f for f in frames if f <= i), default=frames[0])
    if after == before:
        return float(keys[after])
    t = (i - before) / (after - before)
    return keys[before] + (keys[after] - keys[before]) * t * t * (3 - 2 * t)


def sways() -> list[float]:
    """Sideways swing of hair and ribbon per frame: a damped spring dragged along by the head."""
    turn = [between(KEYS["yaw"], i) + between(KEYS["head_yaw"], i) for i in range(FRAMES)]
    x, speed, result = 0.0, 0.0, []
    for i in range(FRAMES):
        pull = -(turn[i] - turn[max(i - 1, 0)]) / 58
        speed = 0.62 * speed + 0.42 * (pull - x)
        x += speed
        result.append(x)
    return result


def poses(rest: Pose) -> Iterator[Pose]:
    """The pose of every frame, on top of the pose at rest."""
    for i, sway in enumerate(sways()):
        v = {name: between(keys, i) for name, keys in KEYS.items()}
        yield {
            **rest,
            **{k: v[k] for k in ("yaw", "lean", "head_yaw", "head_pitch", "head_roll", "brow")},
            "mouth": v["mouth"],
            "smile": v["smile"],
            "gaze": (v["gaze_x"], v["gaze_y"]),
            "blink": BLINK.get(i, 1.0),
            "arms": ((v["out"], v["forward"], v["bend"]), (v["other_out"], -3, 20)),
            "fingers": (v["fingers"], 0.4),
            "sway": (sway, 0.3 * abs(sway)),
        }


def sheets(rest: Pose) -> Iterator[tuple[str, str, Pose]]:
    """(name, whole figure or face, pose) of the design sheets."""
    body = {**rest, "arms": ((30, 5, 12), (30, 5, 12))}
    yield "front", "figure", {**body, "yaw": 0}
    yield "three-quarter", "figure", {**body, "yaw": -38}
    yield "side", "figure", {**body, "yaw": 82}
    yield "back", "figure", {**body, "yaw": 178}
    yield "face-smile", "face", {**body, "yaw": -12, "mouth": 0.8, "smile": 1.0}
    yield "face-closed", "face", {**body, "yaw": -35, "blink": 0.05}


def shot(
    size: tuple[int, int], top: float, bottom: float, x: float = 0.0
) -> tuple[float, tuple[float, float]]:
    """(scale, centre) that shows the heights from bottom to top with a little air."""
    return 0.94 * size[1] / (top - bottom), (x, (top + bottom) / 2)


def save(folder: Path, name: str, line: np.ndarray, gt: np.ndarray) -> None:
    """Write FOLDER/line/NAME.png and FOLDER/gt/NAME.png, and read them back to compare."""
    for kind, pixels in (("line", line), ("gt", gt)):
        path = folder / kind / f"{name}.png"
        path.parent.mkdir(parents=True, exist_ok=True)
        Image.fromarray(pixels, "RGBA").save(path, optimize=True)
        with Image.open(path) as written:
            if not np.array_equal(np.asarray(written), pixels):
                raise SystemExit(f"{path} was not written exactly")


def main() -> None:
    """Command line."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("out", type=Path)
    parser.add_argument("--tools", required=True, help="the folder that holds draw_cels.py")
    args = parser.parse_args()
    sys.path.insert(0, args.tools)
    import draw_cels

    girl = draw_cels.Character(SEED)
    for name, value in DESIGN.items():
        setattr(girl, name, value)
    girl.palette.update(PALETTE)

    top = girl.torso_len + 1.5
    bust = shot(SIZE, top, 0.3 * girl.torso_len, x=-0.2)
    for i, pose in enumerate(poses(draw_cels.REST), 1):
        line, gt, _, _ = draw_cels.draw(girl, pose, SIZE, bust, LINE_WIDTH, True)
        save(args.out, f"A{i:04d}", line, gt)
    bottoms = {"figure": -girl.leg_len - 0.35, "face": 0.3 * girl.torso_len}
    for name, kind, pose in sheets(draw_cels.REST):
        view = shot(SHEET_SIZE, top, bottoms[kind])
        if kind == "face":  # the width decides
            view = 0.66 * view[0], view[1]
        line, gt, _, _ = draw_cels.draw(girl, pose, SHEET_SIZE, view, LINE_WIDTH, True)
        save(args.out / "ref", name, line, gt)


if __name__ == "__main__":
    main()
