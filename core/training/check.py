"""Check: whether folders hold training data, before hours are spent on them."""

from collections.abc import Iterator, Sequence
from pathlib import Path
from threading import Event

import torch

from core.images import ImageError, read_size
from core.training import parallel
from core.training.clips import MAX_SEGMENTS, MIN_SEGMENTS, find_training_clips
from core.training.described import CLEAN, DescribedClips
from core.training.loop import TrainingError

SHOWN = 3
"""Files that a notice names."""


def check_data(folders: Sequence[Path]) -> list[str]:
    """Look at the names and sizes of all drawings.

    Returns:
        A sentence for each clip of which something is left out.

    Raises:
        TrainingError: if a folder holds no clip, or no clip has two drawings with their colours.
    """
    notices, has_pair = [], False
    for folder in folders:
        [clips] = find_training_clips([folder])
        if not clips:
            raise TrainingError(
                f"{folder} holds no clip with a “line” and a “gt” folder; name the folder in which"
                " the clips lie, as “shiage dataset” writes them."
            )
        for clip in clips:
            complete, problems = complete_drawings(clip)
            has_pair = has_pair or len(complete) > 1
            sheets = complete_drawings(clip / "ref")[1]
            notices += [f"{text}; left out." for text in (*problems, *sheets)]
    if not has_pair:
        names = ", ".join(map(str, folders))
        raise TrainingError(
            f"{names}: no clip has two drawings with their colours (line/NAME.png and gt/NAME.png"
            " of one size); finish more frames first."
        )
    return notices


def complete_drawings(folder: Path) -> tuple[list[Path], list[str]]:
    """Return the line images in `folder/line` with their colours, and what keeps out the others.

    A line image has its colours if `folder/gt` has a picture of the same name and size.
    """
    complete, lacking, problems = [], [], []
    for path in sorted((folder / "line").glob("*.png")):
        truth = folder / "gt" / path.name
        if not truth.exists():
            lacking.append(path.name)
            continue
        try:
            size, true_size = read_size(path), read_size(truth)
        except ImageError as error:
            problems.append(str(error).rstrip("."))
            continue
        if size == true_size:
            complete.append(path)
        else:
            problems.append(
                f"{truth} has {true_size[0]} x {true_size[1]} pixels and its line image"
                f" {size[0]} x {size[1]}"
            )
    if lacking:
        more = f" and {len(lacking) - SHOWN} more" if len(lacking) > SHOWN else ""
        problems.append(f"{folder / 'gt'} lacks {', '.join(lacking[:SHOWN])}{more}")
    return complete, problems


def describe(
    described: DescribedClips, clips: Sequence[Sequence[Path]], variants: int, stop: Event
) -> Iterator[Path]:
    """Describe all clips before the training, this process its part of them; yield each.

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
        yield clip
    useful = torch.tensor([float(is_useful)])
    parallel.add_up([useful])  # nobody goes on before all are there
    if not useful.any() and not stop.is_set():
        raise TrainingError(
            f"No clip has two drawings with {MIN_SEGMENTS} to {MAX_SEGMENTS} segments, which the"
            " training needs; add clips."
        )
