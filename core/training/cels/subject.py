"""What can be drawn: anything with a palette that puts its parts in a pose into a cel."""

from collections.abc import Mapping
from typing import Protocol

from core.training.cels.cel import Cel
from core.training.cels.palette import Palette
from core.training.cels.pose import Pose


class Subject(Protocol):
    """A character, animal, machine or effect."""

    @property
    def palette(self) -> Palette:
        """Its colours by the names that its parts use."""

    @property
    def shots(self) -> Mapping[str, tuple[float, float]]:
        """The framings that suit it: lowest and highest point of each; one is `full`."""

    def draw(self, cel: Cel, pose: Pose) -> None:
        """Put all parts into a cel."""
