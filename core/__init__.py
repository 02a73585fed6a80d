"""The matcher and the cut, without any window: drawings in, coloured frames out."""

import os
from importlib.metadata import PackageNotFoundError, version

# NumPy's matrix products are small here. With a thread per core they wait for each other as soon as
# anything else runs: 25 to 40 ms instead of 7 for matching a frame (measured). PyTorch has its own.
os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")

try:
    __version__ = version("shiage")
except PackageNotFoundError:  # run from a source folder that was never installed
    __version__ = "0+source"
