"""The window fixtures, for whole stories."""

from tests.app.conftest import open_clip, window

__all__ = ["open_clip", "window"]
