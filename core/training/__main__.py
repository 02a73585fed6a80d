"""Train a model: `python -m core.training compact --data DIR… --out FILE --cache DIR`.

With `--describe` it only fills the cache, so that another process may go ahead of the training.
"""

import argparse
import sys
from pathlib import Path

import torch

from core.training.clips import find_training_clips
from core.training.compact import Plan, Progress, train_compact
from core.training.described import DescribedClips


def main(arguments: list[str]) -> int:
    """Run a training and print its progress, a line of JSON-like figures per report."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("model", choices=["compact"])
    parser.add_argument("--data", type=Path, nargs="+", required=True, metavar="DIR")
    parser.add_argument("--out", type=Path, metavar="FILE")
    parser.add_argument("--describe", action="store_true")
    parser.add_argument("--cache", type=Path, required=True, metavar="DIR")
    parser.add_argument("--development", type=Path, nargs="*", default=[], metavar="DIR")
    parser.add_argument("--steps", type=int, default=Plan().steps)
    parser.add_argument("--variants", type=int, default=Plan().variants)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--save-every", type=int, default=500)
    options = parser.parse_args(arguments)
    torch.set_num_threads(options.threads)
    if options.describe:
        described = DescribedClips(options.cache, options.seed)
        for clip in (clip for clips in find_training_clips(options.data) for clip in clips):
            described.prepare(clip, variants=options.variants)
        return 0
    if options.out is None:
        parser.error("--out says where to write the weights")
    plan = Plan(steps=options.steps, variants=options.variants, seed=options.seed)
    for progress in train_compact(
        options.data,
        options.out,
        plan=plan,
        cache=options.cache,
        development=options.development,
        save_every=options.save_every,
    ):
        sys.stdout.write(as_line(progress) + "\n")
        sys.stdout.flush()
    return 0


def as_line(progress: Progress) -> str:
    """Return a report as one line."""
    figures = "".join(f"  {key} {value:.1f}" for key, value in progress.development.items())
    return (
        f"step {progress.step}  {progress.seconds:.0f} s  loss {progress.loss:.4f}  "
        f"accuracy {100 * progress.accuracy:.1f}{figures}"
    )


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
