"""What can be drawn: anything with a palette that puts its parts in a pose into a cel."""

from collections.abc import Mapping
from typing import Protocol

from core.training.cels.cel import Cel
from core.training.cels.palette import Rgb
from core.training.cels.pose import Pose


class Subject(Protocol):
    """A character, animal, machine or effect.

    Attributes:
        palette: its colours by name.
        shots: kinds of framing that suit it, with the lowest and highest point of each, head heights.
    """

    palette: Mapping[str, Rgb]
    shots: Mapping[str, tuple[float, float]]

    def draw(self, cel: Cel, pose: Pose) -> None:
        """Put all parts into a cel."""
