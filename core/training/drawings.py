"""Drawings with ground truth: which line images of a folder have their colours beside them."""

from pathlib import Path

from core.images import ImageError, read_size

SHOWN = 3
"""Files that a sentence names."""


def true_colors(line: Path) -> Path:
    """Return where the colours of a line image lie."""
    return line.parent.parent / "gt" / line.name


def complete_drawings(folder: Path) -> tuple[list[Path], list[str]]:
    """Return the line images in `folder/line` with their colours, and what keeps out the others.

    A line image has its colours if `folder/gt` has a picture of the same name and size.
    """
    complete, lacking, problems = [], [], []
    for path in sorted((folder / "line").glob("*.png")):
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
