"""Draw training clips: `python -m core.training.cels OUT --characters N --frames F --seed K`.

Each character gets a folder in the PaintBucket-Character layout: `line`, `gt` and `seg` with its
frames, `ref/{line,gt,seg}` with three to six design sheets. Clips of that name are written over.
"""

import argparse
import sys
from collections.abc import Callable
from pathlib import Path

from tqdm import tqdm

from core.images import ImageError
from core.training.cels.clips import draw_clip


def main(arguments: list[str]) -> int:
    """Draw clips; 0 when done, 2 if they cannot be written."""
    options = _parser().parse_args(arguments)
    numbers = range(options.first, options.first + options.characters)
    try:
        options.out.mkdir(parents=True, exist_ok=True)
        for number in tqdm(numbers, unit="clip", disable=None):
            draw_clip(
                options.out / f"cel{options.seed}_{number:05d}",
                seed=(options.seed, number),
                frames=options.frames,
                size=options.size,
                has_shadow=options.shadow,
            )
    except ImageError as error:
        sys.stderr.write(f"{error}\n")
        return 2
    except OSError as error:
        reason = error.strerror or error
        sys.stderr.write(f"{options.out} cannot be written ({reason}): choose another folder.\n")
        return 2
    return 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m core.training.cels", description=__doc__)
    parser.add_argument("out", type=Path, metavar="OUT", help="folder that gets a folder per clip")
    for name, least, default, metavar, text in (
        ("--characters", 1, 10, "N", "how many characters, with one clip each"),
        ("--first", 0, 0, "I", "number of the first one: to go on where another run ended"),
        ("--frames", 1, 8, "F", "drawings a clip"),
        ("--size", 64, 640, "S", "height in pixels"),
        ("--seed", 0, 0, "K", "the same seed and number give the same clip"),
    ):
        kind = _whole_number(least)
        parser.add_argument(name, type=kind, default=default, metavar=metavar, help=text)
    parser.add_argument("--shadow", action="store_true", help="with shadows and trace lines")
    return parser


def _whole_number(least: int) -> Callable[[str], int]:
    def whole_number(text: str) -> int:
        value = int(text)
        if value < least:
            raise argparse.ArgumentTypeError(f"{value} is too small, the least is {least}")
        return value

    return whole_number


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
