"""The colours of a character by the names of its parts."""

from collections.abc import Mapping

import cv2
import numpy as np
import numpy.typing as npt

Rgb = tuple[int, int, int]
Palette = Mapping[str, Rgb]

_SKINS = (
    (12, 45, 252),
    (11, 60, 248),
    (13, 80, 240),
    (11, 95, 225),
    (10, 115, 190),
    (9, 120, 150),
    (9, 130, 110),
)
"""Hue (0 to 179), saturation and value (0 to 255) of skins from light to dark."""


def hsv(hue: float, saturation: float, value: float) -> Rgb:
    """Return a colour from hue (0 to 179, goes round), saturation and value (0 to 255)."""
    pixel = np.array([[[hue % 180, np.clip(saturation, 0, 255), np.clip(value, 0, 255)]]])
    red, green, blue = cv2.cvtColor(pixel.astype(np.uint8), cv2.COLOR_HSV2RGB)[0, 0]
    return _rgb(np.array([red, green, blue]))


def mixed(color: Rgb, other: Rgb, share: float) -> Rgb:
    """Return a colour with a share (0 to 1) of another one."""
    return _rgb(np.array(color) * (1 - share) + np.array(other) * share)


def make_palette(rng: np.random.Generator) -> dict[str, Rgb]:
    """Make the colours of one character: `a` to `f` are cloth, the others say what they are."""

    def some(*ranges: float | tuple[int, int]) -> Rgb:
        """Draw hue, saturation and value, each from a range or given."""
        drawn = [rng.integers(*of) if isinstance(of, tuple) else of for of in ranges]
        return hsv(float(drawn[0]), float(drawn[1]), float(drawn[2]))

    is_limited = rng.random() < 0.3  # two or three hues make a uniform, six a clown
    hues = rng.integers(0, 180, 2 if is_limited else 6)
    cloth = [
        hsv(
            float(rng.choice(hues)) + rng.normal(0, 3),
            float(rng.integers(10, 230)),
            float(rng.integers(50, 250)),
        )
        for _ in range(6)
    ]
    hue, saturation, value = (float(rng.integers(*of)) for of in ((0, 180), (10, 220), (45, 248)))
    skin = np.array(_SKINS[rng.integers(len(_SKINS))]) + rng.normal(0, (1.5, 8, 5))
    if rng.random() < 0.08:  # other worlds
        skin = np.array([rng.integers(180), rng.integers(20, 110), rng.integers(150, 240)])
    eye = some((0, 180), (90, 240), (120, 245))
    white, black = (247, 247, 249), (12, 10, 14)
    lip = some((170, 185), 110, 225)
    return dict(zip("abcdef", cloth, strict=True)) | {
        "skin": hsv(*skin),
        "skin_dark": hsv(skin[0], skin[1] + 40, skin[2] * 0.85),
        "lip": lip,
        "blush": mixed(hsv(*skin), lip, 0.45),
        "hair": hsv(hue, saturation, value),
        "hair_in": hsv(hue, saturation + 30, value * 0.62),
        "hair_tip": some((0, 180), (30, 220), (60, 245)),
        "brow": hsv(hue, saturation + 20, value * 0.75),
        "lash": some((0, 180), 60, 45),
        "eye": eye,
        "eye_dark": mixed(eye, black, 0.4),
        "pupil": mixed(eye, black, 0.75),
        "white": white,
        "glint": (252, 252, 252),
        "mouth": some((0, 6), 150, 140),
        "tongue": hsv(2, 110, 225),
        "teeth": (245, 244, 240),
        "shirt": (240, 240, 244) if rng.random() < 0.5 else cloth[5],
        "inner": mixed(cloth[1], black, 0.5),
        "metal": some((15, 30), (10, 160), 220),
        "steel": some((90, 125), (5, 60), (130, 225)),
        "wood": some((8, 20), (90, 190), (60, 170)),
        "glass": some((85, 115), (30, 120), (190, 250)),
        "rubber": some((0, 180), (0, 40), (30, 70)),
        "light": some((0, 180), (60, 250), 250),
        "shoe": some((0, 180), (20, 160), (40, 190)),
        "sole": some(20, (0, 60), (60, 235)),
        "sock": (238, 238, 240) if rng.random() < 0.4 else cloth[4],
        "flame": some((0, 12), 230, 240),
        "flame_in": some((18, 30), 200, 252),
        "smoke": some((0, 180), (0, 40), (120, 235)),
        "water": some((90, 115), (60, 180), (180, 245)),
    }


def _rgb(values: npt.NDArray[np.generic]) -> Rgb:
    """Return a colour that is neither pure black (lines) nor pure white (paper)."""
    red, green, blue = np.clip(np.asarray(values, np.float64), 6, 249).astype(int)
    return int(red), int(green), int(blue)
