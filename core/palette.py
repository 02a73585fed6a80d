"""Palette: stable colour ids, so that an edit to a colour repaints everything painted with it."""

from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt

Rgba = tuple[int, int, int, int]

NO_COLOR = 0
"""The id of "nobody has said anything yet"; a transparent background is a colour like any other."""

TRANSPARENT: Rgba = (0, 0, 0, 0)


@dataclass(frozen=True)
class Color:
    """One entry of the palette: a stable id (1…), a name and an 8-bit RGBA value."""

    id: int
    name: str
    rgba: Rgba


@dataclass(frozen=True)
class Palette:
    """The colours of a cut in the order shown; ids run from 1 and never change."""

    colors: tuple[Color, ...] = ()
    _by_rgba: dict[Rgba, int] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        """Index the colours; of two equal ones the first answers."""
        index = {color.rgba: color.id for color in reversed(self.colors)}
        object.__setattr__(self, "_by_rgba", index)

    def id_of(self, rgba: Rgba) -> int:
        """Return the id of a colour, `NO_COLOR` when the palette does not have it."""
        return self._by_rgba.get(_normal(rgba), NO_COLOR)

    def color(self, color_id: int) -> Color | None:
        """Return the entry with this id, None for `NO_COLOR` and unknown ids."""
        return next((color for color in self.colors if color.id == color_id), None)

    def with_colors(self, values: "list[Rgba]") -> "Palette":
        """Return a palette that also has these colours, new ones appended with the next ids."""
        colors, known = list(self.colors), set(self._by_rgba)
        for rgba in map(_normal, values):
            if rgba not in known:
                known.add(rgba)
                next_id = max((color.id for color in colors), default=0) + 1
                colors.append(Color(next_id, color_name(rgba), rgba))
        return Palette(tuple(colors))

    def table(self) -> npt.NDArray[np.uint8]:
        """Return the lookup table `[max id + 1, 4]`: row 0 and unused ids are transparent."""
        table = np.zeros((max((color.id for color in self.colors), default=0) + 1, 4), np.uint8)
        for color in self.colors:
            table[color.id] = color.rgba
        return table


def _normal(rgba: Rgba) -> Rgba:
    return rgba if rgba[3] else TRANSPARENT


def color_name(rgba: Rgba) -> str:
    """Return the name a colour has until a person gives it a better one."""
    return "Transparent" if rgba[3] == 0 else "#{:02X}{:02X}{:02X}".format(*rgba[:3])


def pack(image: npt.NDArray[np.uint8]) -> npt.NDArray[np.uint32]:
    """Pack RGBA pixels `[..., 4]` into one number each, R in the lowest byte; alpha 0 is always 0.

    Ground truth writes its background as (0, 0, 0, 0) or as (255, 255, 255, 0): both are 0 here.
    """
    packed = np.ascontiguousarray(image).view("<u4")[..., 0]
    return np.where(image[..., 3] == 0, np.uint32(0), packed)


def unpack(value: int) -> Rgba:
    """Return the RGBA tuple of one packed number."""
    return (value & 255, value >> 8 & 255, value >> 16 & 255, value >> 24 & 255)
