"""Draw training clips: `python -m core.training.cels OUT --characters N --frames F --seed K`."""

import argparse
import sys
from pathlib import Path

from tqdm import tqdm

from core.images import ImageError
from core.training.cels.clips import draw_clip


def main(arguments: list[str]) -> int:
    """Draw clips; 0 when done, 2 if they cannot be written."""
    parser = argparse.ArgumentParser(prog="python -m core.training.cels", description=__doc__)
    parser.add_argument("out", type=Path, metavar="OUT", help="folder that gets one folder a clip")
    parser.add_argument("--characters", type=int, default=10, metavar="N")
    parser.add_argument("--first", type=int, default=0, metavar="I", help="number of the first one")
    parser.add_argument("--frames", type=int, default=8, metavar="F")
    parser.add_argument("--size", type=int, default=640, metavar="S", help="height in pixels")
    parser.add_argument("--seed", type=int, default=0, metavar="K")
    parser.add_argument("--shadow", action="store_true", help="with shadows and trace lines")
    options = parser.parse_args(arguments)
    try:
        for number in tqdm(range(options.first, options.first + options.characters), unit="clip"):
            draw_clip(
                options.out / f"cel{options.seed}_{number:05d}",
                seed=(options.seed, number),
                frames=options.frames,
                size=options.size,
                has_shadow=options.shadow,
            )
    except (ImageError, OSError) as error:
        sys.stderr.write(f"{error}\n")
        return 2
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
