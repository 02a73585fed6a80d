"""The matcher and the cut, without any window: drawings in, coloured frames out."""

from importlib.metadata import PackageNotFoundError, version

try:
    __version__ = version("shiage")
except PackageNotFoundError:  # run from a source folder that was never installed
    __version__ = "0+source"
