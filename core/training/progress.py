"""Progress: what a training reports, and what its curve is made of."""

from dataclasses import dataclass, field


@dataclass(frozen=True)
class Progress:
    """How far a run is, and how well it did since the last report.

    Attributes:
        step: steps done; share: of the whole run, 0 to 1.
        seconds: since the run began, without the time for which it was stopped.
        loss: mean of the loss; accuracy: mean share of right segments in training, 0 to 1.
        development: accuracy by data set and setting, in per cent, where it was measured.
    """

    step: int
    share: float
    seconds: float
    loss: float
    accuracy: float
    development: dict[str, float] = field(default_factory=dict)
