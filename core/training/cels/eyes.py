"""Eyes and brows in several styles."""

import numpy as np
import numpy.typing as npt

from core.training.cels.body import Skeleton
from core.training.cels.cel import Cel, Edge
from core.training.cels.faces import Face
from core.training.cels.space import FULL_TURN, Outline, Points, Rings


class Eye:
    """One eye of a face in a pose; x runs outward from its middle, y upward."""

    def __init__(self, cel: Cel, bones: Skeleton, face: Face, skull: Rings, side: int) -> None:
        """Take the eye of one side (1 is the character's left)."""
        self.cel, self.pose, self.face, self.skull, self.side = cel, bones.pose, face, skull, side
        self.x, self.y, self.w, self.h = face.eye
        self.name = f"eye{side}"

    def draw(self) -> None:
        """Draw the eye and its brow, if they can be seen."""
        angle = float(np.arcsin(np.clip(self.side * self.x / 0.4, -1, 1)))
        if self.skull.facing(angle, self.y) < 0.12:
            return
        self._brow()
        opened = float(np.clip(self.pose.blink, 0, 1)) if self.face.eyes != "slit" else 0.0
        if opened <= 0.2:
            self._closed()
        elif self.face.eyes in ("dot", "bead"):
            self._bead(opened)
        else:
            self._open(opened)

    def _on(self, x: npt.ArrayLike, y: npt.ArrayLike) -> Points:
        """Return points of the face, x and y from the middle of the eye."""
        x, y = np.asarray(x, np.float64), np.asarray(y, np.float64)
        tilt = self.face.slant * x / self.w
        return self.skull.on_front(self.side * (self.x + x), self.y + y + tilt)

    def _oval(self, rx: float, ry: float, x: float = 0.0, y: float = 0.0) -> Points:
        return self._on(x + rx * np.cos(FULL_TURN), y + ry * np.sin(FULL_TURN))

    def _add(
        self,
        depth: float,
        outline: Outline,
        color: str,
        within: str | None,
        name: str | None = None,
    ) -> None:
        self.cel.add(depth, outline, color, within=within, name=name, edge=Edge.FINE)

    def _closed(self) -> None:
        t = np.linspace(-1, 1, 11)
        bow = (1 - t**2) * self.h * (0.5 if self.pose.smile > 0.3 else -0.35)
        thick = 0.012 + 0.016 * (1 - np.abs(t)) + self.face.wing * 0.3 * (t > 0.7)
        outline = self._on(np.r_[t, t[::-1]] * self.w * 1.05, np.r_[bow, (bow + thick)[::-1]])
        if self.face.eyes in ("dot", "slit"):
            self.cel.stroke(self._on(t * max(self.w, 0.06), bow), "face")
        else:
            self._add(0.64, outline, "lash", "face")

    def _bead(self, opened: float) -> None:
        rx, ry = self.w, self.h * opened
        is_ink = self.face.eyes == "dot"
        self.cel.add(
            0.61,
            self._oval(rx, ry),
            "pupil",
            name=self.name,
            within="face",
            edge=Edge.FINE,
            is_ink=is_ink,
        )
        if not is_ink:
            self._add(
                0.62, self._oval(rx * 0.35, ry * 0.3, -rx * 0.3, ry * 0.45), "glint", self.name
            )

    def _open(self, opened: float) -> None:
        face = self.face
        t = np.linspace(-1, 1, 13)
        power = 2.0 if face.eyes == "round" else 2.6
        up = self.h * (1 - np.abs(t) ** power) ** 0.8 * (1 + 0.15 * t)
        low = -self.h * (0.45 if face.has_thin_lid else 0.85) * (1 - np.abs(t) ** power)
        up = low + (up - low) * opened
        x = self.w * t
        self._add(
            0.60, self._on(np.r_[x, x[::-1]], np.r_[up, low[::-1]]), "white", "face", self.name
        )
        self._iris(t)
        thick = 0.03 * (0.5 + 0.5 * (1 - np.abs(t - 0.2) / 1.3)).clip(0.25) + face.wing * (t > 0.7)
        if face.eyes == "round":
            self.cel.stroke(self._on(x, up + 0.03), "face")
        else:
            lash = self._on(np.r_[x, x[::-1] * 1.08], np.r_[up - 0.004, (up + thick)[::-1]])
            self._add(0.64, lash, "lash", "face")
        if opened > 0.6 and face.wing > 0.02:
            self.cel.stroke(self._on(x[2:-1] * 0.95, (up + thick)[2:-1] + 0.022), "face")

    def _iris(self, t: npt.NDArray[np.float64]) -> None:
        gaze_x, gaze_y = np.clip(self.pose.gaze, -1, 1) * (0.35 * self.w * self.side, 0.2 * self.h)
        size = {"tall": 1.0, "round": 0.5, "narrow": 0.7}.get(self.face.eyes, self.face.iris)
        rx, ry = self.w * size, self.h * (0.6 if self.face.eyes == "round" else 1.0)
        self._add(0.61, self._oval(rx, ry, gaze_x, gaze_y), "eye", self.name, self.name + "iris")
        if self.face.eyes in ("anime", "tall"):
            lid = np.r_[np.full(13, 1.2), 0.25 + 0.25 * np.abs(t[::-1])]
            shade = self._on(gaze_x + rx * 1.1 * np.r_[t, t[::-1]], gaze_y + ry * lid)
            self._add(0.615, shade, "eye_dark", self.name + "iris")
        self._add(
            0.62,
            self._oval(rx * 0.45, ry * 0.5, gaze_x, gaze_y - 0.03 * ry),
            "pupil",
            self.name + "iris",
        )
        lights = ((-0.4, 0.42, 0.3), (0.35, -0.5, 0.2)) if self.face.eyes != "round" else ()
        for x, y, r in lights:
            at = gaze_x + x * self.side * rx, gaze_y + y * ry
            self._add(0.63, self._oval(r * rx, r * 0.9 * ry, *at), "glint", self.name)

    def _brow(self) -> None:
        if self.face.brows == "none":
            return
        height, thick = self.face.brow
        t, mood = np.linspace(-1, 1, 9), self.pose.brow
        x = np.linspace(-1.05, 1.1, 9) * max(self.w, 0.09)
        y = self.h + height - 0.05 + 0.02 * mood + 0.03 * (1 - t**2)
        y -= 0.03 * mood * np.linspace(1, -0.4, 9)
        if self.face.brows == "stroke":
            self.cel.stroke(self._on(x, y), "face")
            return
        depth = thick * (1.15 - np.abs(np.linspace(-0.6, 1, 9)))
        outline = self._on(np.r_[x, x[::-1]], np.r_[y, (y + depth)[::-1]])
        is_ink = self.face.brows == "ink"
        self.cel.add(0.65, outline, "brow", within="face", edge=Edge.FINE, is_ink=is_ink)
