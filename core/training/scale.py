"""Fit the constants of an encoder: `python -m core.training.scale FOLDER… --model NAME`.

The folders hold development clips in the PaintBucket layout, drawn or rendered by nobody whom the
encoder was trained on. Constants are those that make the true colours most probable; the
calibration is a small network that says how often the colour shown is right; the threshold of
“sure” is the one from which 99 in 100 are.
"""

import argparse
import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass, fields, replace
from pathlib import Path

import numpy as np
import numpy.typing as npt
import torch

from core import models
from core.beliefs import Ids, Reference, believe
from core.cache import EncodedFrame
from core.clip import sheet_folder
from core.confidence import numbers
from core.encoders import Encoder
from core.encoders.scale import Calibration, Scale, scale_to_json
from core.models.scales import scale_name
from core.motion import overlap
from core.palette import NO_COLOR
from core.places import models_folder
from core.report import BAD_INPUT, DONE, Report
from core.teaching import NEAREST
from core.truth import TrueFrame, TruthError, find_clips, true_frames, true_sheets

STEPS = {
    "temperature": (0.5, 0.7, 0.85, 1.2, 1.5, 2.0),
    "sharpness": (0.7, 0.85, 1.2, 1.4),
    "nothing": (-6.0, -2.0, 2.0, 6.0),
    "overlap": (0.5, 0.75, 1.35, 2.0),
    "own": (0.25, 0.5, 1.5, 2.5),
    "adjacency": (0.5, 0.75, 1.35, 2.0),
}
"""What each constant is multiplied with in search of a better one.

To “nothing”, a similarity, so many temperatures are added.
"""

SURE = 0.99
"""So often “sure” is right on the clips of the fit, with every kind of references.

The promise is 98 in 100; fitted to 98 it was 97.0 to 97.7 on rendered characters with sheets
(measured).
"""

Numbers = npt.NDArray[np.float32]


@dataclass(frozen=True, eq=False)
class Case:
    """A frame to be coloured: its references, what is settled in it, and the truth `[L]`.

    `kind` names the references: those of one kind are alike hard.
    """

    kind: str
    target: EncodedFrame
    references: list[Reference]
    settled: Ids
    truth: Ids

    @property
    def weights(self) -> Numbers:
        """How much every segment counts `[L]`: settled ones nothing, specks a fifth."""
        size = np.clip(self.target.areas / 40, 0.2, 1).astype(np.float32)
        return np.where(self.settled == NO_COLOR, size, np.float32(0))


def draw_cases(
    frames: Sequence[TrueFrame], sheets: Sequence[TrueFrame], rng: np.random.Generator
) -> list[Case]:
    """Draw the situations of a person at work in one clip, two for every frame.

    A sheet or all of them; the previous or the first frame; the last finished frames with or
    without a sheet. In half of them a part of the frame is settled.
    """
    values = np.unique(np.concatenate([each.colors for each in (*frames, *sheets)]))

    def ids(frame: TrueFrame) -> Ids:
        return np.searchsorted(values, frame.colors).astype(np.int32) + 1

    cases = []
    for position, frame in enumerate(frames):
        if not len(frame.encoded):
            continue
        before = list(reversed(frames[:position]))
        kinds: dict[str, tuple[Sequence[TrueFrame], Sequence[TrueFrame]]] = {}
        if sheets:
            kinds |= {"one sheet": (sheets[:1], []), "all sheets": (sheets, [])}
        if before:
            kinds |= {"previous frame": ([], before[:1]), "first frame": ([], before[-1:])}
            kinds |= {"finished frames": (sheets[:1], before[:NEAREST])}
        for number in rng.permutation(len(kinds))[:2].tolist():
            kind, (known, near) = list(kinds.items())[number]
            references = [Reference(each.encoded, ids(each)) for each in known]
            for number, each in enumerate(near):
                lies_on = overlap(frame.encoded, each.encoded) if number == 0 else None
                references.append(Reference(each.encoded, ids(each), lies_on))
            share = rng.uniform(0, 0.6) * (rng.random() < 0.5)
            settled = np.where(rng.random(len(frame.encoded)) < share, ids(frame), NO_COLOR)
            cases.append(
                Case(kind, frame.encoded, references, settled.astype(np.int32), ids(frame))
            )
    return cases


def surprise(cases: Sequence[Case], scale: Scale) -> float:
    """Return the mean negative log-probability of the true colours, large segments first."""
    total = weight = 0.0
    for case in cases:
        beliefs = believe(case.target, case.references, scale, case.settled)
        if beliefs is None:
            continue
        columns = np.searchsorted(beliefs.values, case.truth)
        columns[~np.isin(case.truth, beliefs.values)] = len(beliefs.values)  # “nothing”
        chances = beliefs.after[np.arange(len(columns)), columns]
        total -= float((np.maximum(chances, -7) * case.weights).sum())
        weight += float(case.weights.sum())
    return total / max(weight, 1)


def fit_constants(cases: Sequence[Case], scale: Scale, *, sweeps: int = 2) -> Scale:
    """Change one constant after the other as long as the true colours get more probable."""
    best = surprise(cases, scale)
    for _ in range(sweeps):
        former = best
        for name, steps in STEPS.items():
            value = getattr(scale, name)
            for step in steps:
                is_level = name == "nothing"
                changed = value + step * scale.temperature if is_level else value * step
                trial = replace(scale, **{name: changed})
                found = surprise(cases, trial)
                if found < best:
                    best, scale = found, trial
        if former - best < 1e-3:
            break
    return scale


def answers(cases: Sequence[Case], scale: Scale) -> tuple[Numbers, npt.NDArray[np.bool_]]:
    """Return the numbers of all matches that are open `[N, F]`, and which are right `[N]`."""
    rows, right = [], []
    for case in cases:
        beliefs = believe(case.target, case.references, scale, case.settled)
        if beliefs is not None:
            is_open = case.settled == NO_COLOR
            shown = beliefs.values[beliefs.after[:, :-1].argmax(axis=1)]
            rows.append(numbers(case.target, beliefs)[is_open])
            right.append((shown == case.truth)[is_open])
    return np.concatenate(rows), np.concatenate(right)


def fit_calibration(
    rows: Numbers, right: npt.NDArray[np.bool_], *, hidden: int = 16, steps: int = 1500
) -> Calibration:
    """Train the network that says how often a match with such numbers is right."""
    torch.manual_seed(0)
    center, spread = rows.mean(axis=0), rows.std(axis=0) + 1e-3
    x = torch.from_numpy((rows - center) / spread)
    y = torch.from_numpy(right.astype(np.float32))
    inner, out = torch.nn.Linear(x.shape[1], hidden), torch.nn.Linear(hidden, 1)
    parameters = [*inner.parameters(), *out.parameters()]
    optimizer = torch.optim.AdamW(parameters, lr=0.01, weight_decay=1e-3)
    schedule = torch.optim.lr_scheduler.CosineAnnealingLR(optimizer, steps)
    for _ in range(steps):
        batch = torch.randint(len(x), (4096,))
        logits = out(torch.relu(inner(x[batch])))[:, 0]
        loss = torch.nn.functional.binary_cross_entropy_with_logits(logits, y[batch])
        optimizer.zero_grad()
        loss.backward()  # type: ignore[no-untyped-call]
        optimizer.step()
        schedule.step()
    return Calibration(
        center=tuple(center.tolist()),
        spread=tuple(spread.tolist()),
        hidden=tuple(map(tuple, inner.weight.detach().T.tolist())),
        hidden_bias=tuple(inner.bias.detach().tolist()),
        out=tuple(out.weight.detach()[0].tolist()),
        out_bias=out.bias.item(),
    )


def fit_sure(probability: Numbers, right: npt.NDArray[np.bool_], share: float = SURE) -> float:
    """Return the least probability from which on so large a share is right; 1 if there is none."""
    order = np.argsort(-probability, kind="stable")
    is_enough = np.cumsum(right[order]) >= share * np.arange(1, len(order) + 1)
    return float(probability[order[np.flatnonzero(is_enough)[-1]]]) if is_enough.any() else 1.0


def fit(
    encoder: Encoder,
    folders: Sequence[Path],
    *,
    seed: int = 0,
    complain: Callable[[str], None] = lambda _: None,
) -> Scale:
    """Fit everything on the clips of some folders; a function of clips, encoder and seed.

    The search begins at the constants that stand in the encoder's class: they know how far its
    similarities spread. Clips that cannot be used are left out; `complain` is told why.

    Raises:
        TruthError: if no clip can be used.
    """
    rng = np.random.default_rng(seed)
    cases: list[Case] = []
    for clip in (clip for folder in folders for clip in find_clips(folder)):
        try:
            sheets = true_sheets(encoder, clip) if sheet_folder(clip) else []
            frames = list(true_frames(encoder, clip))
        except TruthError as error:
            complain(f"{clip} is left out: {error}")
            continue
        cases += draw_cases(frames, sheets, rng)
    if not cases:
        raise TruthError("No clip can be used; name folders of clips with ground truth.")
    constants = replace(type(encoder).scale, encoder=encoder.version)
    return fit_cases(cases, constants)


def fit_cases(cases: Sequence[Case], scale: Scale) -> Scale:
    """Fit the constants, then the calibration and its threshold."""
    scale = fit_constants(cases, scale)
    calibration = fit_calibration(*answers(cases, scale))
    thresholds = []
    for kind in sorted({case.kind for case in cases}):
        rows, right = answers([case for case in cases if case.kind == kind], scale)
        thresholds.append(fit_sure(calibration(rows), right))
    return replace(scale, calibration=calibration, sure=max(thresholds))


def main(arguments: Sequence[str] | None = None) -> int:
    """Fit, say the constants, and store them with the models or in a file."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folders", type=Path, nargs="+", help="folders of clips with ground truth")
    parser.add_argument("--model", default=models.DEFAULT)
    parser.add_argument("--device", default="auto")
    parser.add_argument("--out", type=Path, help="by default beside the imported models")
    parser.add_argument("--seed", type=int, default=0)
    options = parser.parse_args(arguments)
    report = Report(as_json=False)
    try:
        encoder = models.load(options.model, device=options.device)
        scale = fit(
            encoder,
            options.folders,
            seed=options.seed,
            complain=report.complain,
        )
    except (models.ModelError, TruthError) as error:
        report.complain(str(error))
        return BAD_INPUT
    out = options.out or models_folder() / scale_name(options.model)
    out.parent.mkdir(parents=True, exist_ok=True)
    out.write_text(scale_to_json(scale), encoding="utf-8")
    constants = (f.name for f in fields(scale) if f.name != "calibration")
    sys.stdout.write("".join(f"{name} {getattr(scale, name)}\n" for name in constants))
    return DONE


if __name__ == "__main__":
    sys.exit(main())
