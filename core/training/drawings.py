"""Drawings with ground truth: which line images of a folder have their colours beside them."""

from pathlib import Path

from core.clip import list_images
from core.images import ImageError, read_size

PNG = frozenset({".png"})
"""Endings of the pictures that are trained on."""

SHOWN = 3
"""Files that a sentence names."""


def list_pictures(folder: Path) -> list[Path]:
    """Return the PNG files of a folder in order, no hidden ones; none where there is no folder."""
    try:
        return list_images(folder, PNG)
    except OSError:
        return []


def true_colors(line: Path) -> Path:
    """Return where the colours of a line image lie, whatever the case of their ending."""
    usual = line.parent.parent / "gt" / line.name
    every = [usual, *(usual.with_suffix(ending) for ending in (".png", ".PNG"))]
    return next((path for path in every if path.exists()), usual)


def complete_drawings(folder: Path) -> tuple[list[Path], list[str]]:
    """Return the line images in `folder/line` with their colours, and what keeps out the others.

    A line image has its colours if `folder/gt` has a picture of the same name and size.
    """
    complete, lacking, problems = [], [], []
    for path in list_pictures(folder / "line"):
        truth = true_colors(path)
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
