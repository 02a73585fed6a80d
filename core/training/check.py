"""Check: whether folders hold training data, before hours are spent on them."""

from collections.abc import Iterator, Sequence
from pathlib import Path
from threading import Event

import torch

from core.training import parallel
from core.training.clips import MAX_SEGMENTS, MIN_SEGMENTS
from core.training.described import CLEAN, DescribedClips
from core.training.loop import TrainingError
from core.truth import complete_drawings, find_clips, frames_and_sheets


def check_data(folders: Sequence[Path]) -> list[str]:
    """Look at the names and sizes of all drawings.

    Returns:
        A sentence for each clip of which something is left out.

    Raises:
        TruthError: if a folder holds no clip.
        TrainingError: if no clip has two drawings with their colours.
    """
    notices, has_pair = [], False
    for clip in (clip for folder in folders for clip in find_clips(folder)):
        (complete, problems), (_, sheets) = map(complete_drawings, frames_and_sheets(clip))
        has_pair = has_pair or len(complete) > 1
        notices += [f"{text}; left out." for text in (*problems, *sheets)]
    if not has_pair:
        names = ", ".join(map(str, folders))
        raise TrainingError(
            f"{names}: no clip has two drawings with their colours (line/NAME.png and gt/NAME.png"
            " of one size); finish more frames first."
        )
    return list(dict.fromkeys(notices))  # clips may share their sheets


def describe(
    described: DescribedClips, clips: Sequence[Sequence[Path]], variants: int, stop: Event
) -> Iterator[tuple[Path, str | None]]:
    """Describe all clips before the training, this process its part of them.

    Yields:
        Each clip, with a sentence if some of its drawings teach nothing.

    Raises:
        TrainingError: if the disk refuses, or no clip has two drawings that can be trained on.
    """
    is_useful = False
    every = [clip for folder in clips for clip in folder]
    for clip in every[parallel.rank() :: parallel.processes()]:
        if stop.is_set():
            break
        try:
            described.prepare(clip, variants=variants)
        except OSError as error:
            raise TrainingError(
                f"{clip}: its descriptions cannot be stored ({error.strerror}); make room or choose"
                " another --cache."
            ) from error
        frames = described.frames(clip, CLEAN)
        is_useful = is_useful or sum(not frame.is_sheet for frame in frames) > 1
        yield clip, _left_out(clip, described.left_out(clip), len(frames))
    useful = torch.tensor([float(is_useful)])
    parallel.add_up([useful])  # nobody goes on before all are there
    if not useful.any() and not stop.is_set():
        raise TrainingError(
            f"No clip has two drawings with {MIN_SEGMENTS} to {MAX_SEGMENTS} segments, which the"
            " training needs; add clips."
        )


def _left_out(clip: Path, count: int, useful: int) -> str | None:
    if not count:
        return None
    return (
        f"{clip}: {count} of {count + useful} drawings have fewer than {MIN_SEGMENTS} or more than"
        f" {MAX_SEGMENTS} segments; left out."
    )
