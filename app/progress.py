"""Progress: how far a long job is, and how long it will take."""

from dataclasses import dataclass
from time import monotonic


@dataclass(frozen=True)
class Progress:
    """How far a long job is; times in seconds."""

    text: str
    done: int
    total: int
    elapsed: float

    @property
    def rate(self) -> float:
        """Frames per second so far."""
        return self.done / self.elapsed if self.elapsed > 0 else 0.0

    @property
    def remaining(self) -> float:
        """Seconds to go at this rate."""
        return (self.total - self.done) / self.rate if self.rate > 0 else 0.0


class Meter:
    """Counts the frames of a job as they arrive."""

    def __init__(self, text: str, total: int) -> None:
        """Begin."""
        self._text, self._total = text, total
        self._done, self._started = 0, monotonic()

    def count(self, frames: int = 1) -> Progress:
        """Count some frames and return how far the job is."""
        self._done += frames
        return Progress(self._text, self._done, self._total, monotonic() - self._started)
