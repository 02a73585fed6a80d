"""Scale: how to read the similarities of an encoder's features; fitted per encoder.

`core.training.scale` fits one on clips with ground truth; it is stored as JSON beside the weights.
"""

import json
from dataclasses import asdict, dataclass, field

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float32]


@dataclass(frozen=True)
class Calibration:
    """A network with one hidden layer: numbers of a match `[L, F]` to the probability it is right.

    Attributes:
        center: `[F]`. spread: `[F]`: what makes the numbers alike in size.
        hidden: `[F, H]`. hidden_bias: `[H]`: before the rectifier.
        out: `[H]`. out_bias: before the logistic function.
    """

    center: tuple[float, ...]
    spread: tuple[float, ...]
    hidden: tuple[tuple[float, ...], ...]
    hidden_bias: tuple[float, ...]
    out: tuple[float, ...]
    out_bias: float

    def __call__(self, numbers: Floats) -> Floats:
        """Return the probabilities `[L]` float32."""
        x = (numbers - _array(self.center)) / _array(self.spread)
        inner: Floats = np.maximum(x @ _array(self.hidden) + _array(self.hidden_bias), 0)
        result: Floats = 1 / (1 + np.exp(-(inner @ _array(self.out) + np.float32(self.out_bias))))
        return result


@dataclass(frozen=True)
class Scale:
    """The constants of `core.matching`; those here are for a cosine that was never measured.

    Attributes:
        temperature: of the softmax over all reference segments.
        sharpness: the power of what it gives per colour: below 1, neighbouring segments of one
            reference are no independent witnesses.
        nothing: the similarity of “not in the references”, one more segment in that softmax.
        overlap: what a full overlap with a segment of a frame near in time adds to the similarity.
        own: what the similarity with a settled segment of the same frame has less.
        track: what the colour of a segment's track adds to its log-odds.
        adjacency: how much the neighbours' colours count.
        likely: from this probability of being right on a match is likely. sure: the same.
        calibration: the probability of being right; None: that of the colour itself.
        encoder: the version of the encoder that they were fitted for; empty if not fitted.
    """

    temperature: float = 0.05
    sharpness: float = 0.7
    nothing: float = 0.2
    overlap: float = 0.2
    own: float = 0.1
    track: float = 6.0
    adjacency: float = 1.0
    likely: float = 0.7
    sure: float = 0.97
    calibration: Calibration | None = field(default=None, repr=False)
    encoder: str = ""


def scale_to_json(scale: Scale) -> str:
    """Write a scale, numbers to six digits."""
    return json.dumps(_rounded(asdict(scale)), indent=1)


def scale_from_json(text: str) -> Scale:
    """Read a scale.

    Raises:
        ValueError: if it is damaged or of another version of this program.
    """
    try:
        values = json.loads(text)
        calibration = values.pop("calibration")
        return Scale(**values, calibration=calibration and Calibration(**calibration))
    except (AttributeError, KeyError, TypeError) as error:
        raise ValueError(f"not the constants of an encoder: {error}") from error


def _array(values: tuple[float, ...] | tuple[tuple[float, ...], ...]) -> Floats:
    return np.array(values, np.float32)


def _rounded(value: object) -> object:
    if isinstance(value, dict):
        return {key: _rounded(each) for key, each in value.items()}
    if isinstance(value, list | tuple):
        return [_rounded(each) for each in value]
    return float(f"{value:.6g}") if isinstance(value, float) else value
