"""View: where the picture lies on the canvas. Pure numbers, in device pixels."""

from dataclasses import dataclass
from math import ceil

MIN_SCALE, MAX_SCALE = 0.02, 64.0


@dataclass(frozen=True)
class View:
    """Device pixel = image pixel * scale + offset."""

    scale: float = 1.0
    x: float = 0.0
    y: float = 0.0

    def to_image(self, x: float, y: float) -> tuple[int, int]:
        """Return the image pixel (x, y) under a device pixel."""
        return int((x - self.x) // self.scale), int((y - self.y) // self.scale)

    def moved(self, dx: float, dy: float) -> "View":
        """Return the view panned by device pixels."""
        return View(self.scale, self.x + dx, self.y + dy)

    def zoomed(self, factor: float, x: float, y: float) -> "View":
        """Return the view magnified about a device pixel, which keeps its place."""
        scale = min(max(self.scale * factor, MIN_SCALE), MAX_SCALE)
        factor = scale / self.scale
        return View(scale, x - (x - self.x) * factor, y - (y - self.y) * factor)

    def centered(self, image_x: float, image_y: float, *, width: int, height: int) -> "View":
        """Return the view with an image point in the middle of a canvas of this size."""
        return View(self.scale, width / 2 - image_x * self.scale, height / 2 - image_y * self.scale)


def fit(image: tuple[int, int], canvas: tuple[int, int], *, margin: int = 16) -> View:
    """Return the view that shows a whole image (width, height), not magnified beyond 8 times."""
    room = [max(side - 2 * margin, 1) for side in canvas]
    scale = min(room[0] / image[0], room[1] / image[1], 8.0)
    if scale > 1:
        scale = float(int(scale))  # whole pixels stay equally large
    return View(scale).centered(image[0] / 2, image[1] / 2, width=canvas[0], height=canvas[1])


def scale_to_see(
    box: tuple[int, int],
    area: int,
    canvas: tuple[int, int],
    *,
    now: float,
    least: tuple[float, float],
    most: float,
) -> float:
    """Return the scale at which a segment is large enough to be judged, and all of it in sight.

    Args:
        box: its width and height, in image pixels.
        area: in image pixels.
        canvas: width and height.
        now: the present scale, which is kept if it will do, and never reduced.
        least: length and thickness below which it is shown twice as large as they say.
        most: the largest scale.
    """
    length = max(box)
    needed = max(least[0] / length, least[1] * length / area)
    if now >= needed:
        return now
    room = int(min(canvas[0] / box[0], canvas[1] / box[1]))
    return max(min(float(ceil(2 * needed)), most, float(room)), now)
