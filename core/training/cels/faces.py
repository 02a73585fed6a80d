"""Faces: skull, eyes in several styles, brows, nose, mouth, ears, beard, glasses."""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from core.training.cels.body import Skeleton
from core.training.cels.cel import Cel, Edge
from core.training.cels.space import (
    FULL_TURN,
    SIDES,
    Outline,
    Placement,
    Points,
    Rings,
    ball,
    hull,
    ribbon,
    vector,
)


@dataclass(frozen=True)
class Face:
    """The design of a face; lengths in head heights.

    Attributes:
        width, chin, jaw: factors of the skull's width, at the chin and at the cheeks.
        eyes: style, one of `EYES`; eye: x, y, half-width, half-height; slant; iris: size in the eye.
        brows: style; brow: height above the eye and thickness.
        nose, ears: styles.
        mouth: height and half-width.
        extras: glasses, blush, freckles, scar, beard, moustache, mark, earring.
    """

    width: float
    chin: float
    jaw: float
    eyes: str
    eye: tuple[float, float, float, float]
    slant: float
    iris: float
    wing: float
    has_thin_lid: bool
    brows: str
    brow: tuple[float, float]
    nose: str
    ears: str
    mouth: tuple[float, float]
    extras: tuple[str, ...]


EYES = ("anime", "anime", "tall", "dot", "bead", "narrow", "round", "slit")
_EXTRAS = {
    "glasses": 0.14,
    "blush": 0.25,
    "freckles": 0.08,
    "scar": 0.08,
    "beard": 0.0,
    "mark": 0.1,
    "earring": 0.2,
    "lips": 0.12,
}


def make_face(rng: np.random.Generator, *, is_male: bool, heads: float) -> Face:
    """Make a face; the fewer heads the body has, the larger the eyes."""
    eyes = str(rng.choice(EYES))
    young = float(np.clip((6 - heads) / 3, 0, 1))
    height = {"narrow": 0.045, "slit": 0.02, "dot": 0.05, "bead": 0.075, "tall": 0.14}.get(eyes, 0.11)
    width = {"dot": 0.03, "bead": 0.055, "tall": 0.09, "round": 0.1}.get(eyes, 0.115)
    size = (1 + 0.25 * young) * rng.uniform(0.85, 1.15) * (0.85 if is_male else 1)
    extras = dict(_EXTRAS, beard=0.25 if is_male and heads > 4.5 else 0, blush=0.15 + 0.25 * young)
    return Face(
        width=rng.uniform(0.9, 1.15) + 0.08 * young,
        chin=rng.uniform(0.7, 1.5),
        jaw=rng.uniform(0.92, 1.12),
        eyes=eyes,
        eye=(rng.uniform(0.165, 0.21), rng.uniform(-0.19, -0.06), width * size, height * size),
        slant=rng.uniform(-0.03, 0.04),
        iris=rng.uniform(0.55, 0.88),
        wing=rng.uniform(0, 0.05),
        has_thin_lid=bool(rng.random() < 0.3),
        brows=str(rng.choice(["part", "part", "ink", "stroke", "none"])),
        brow=(rng.uniform(0.09, 0.17), rng.uniform(0.012, 0.035) * (1.3 if is_male else 1)),
        nose=str(rng.choice(["stroke", "stroke", "dot", "none", "button", "wedge"])),
        ears=str(rng.choice(["human", "human", "human", "elf", "none"])),
        mouth=(rng.uniform(-0.37, -0.3), rng.uniform(0.05, 0.12)),
        extras=tuple(extra for extra, share in extras.items() if rng.random() < share),
    )


def make_skull(face: Face, head: Placement) -> Rings:
    """Return the surface of a head."""
    y = np.array([-0.5, -0.47, -0.4, -0.3, -0.15, 0, 0.15, 0.3, 0.42, 0.48, 0.5])
    low = np.array([face.chin] * 2 + [0.8 + 0.2 * face.chin] + [face.jaw] * 2 + [1] * 6)
    a = np.array([0.03, 0.10, 0.20, 0.29, 0.365, 0.40, 0.41, 0.37, 0.26, 0.14, 0.02])
    b = np.array([0.03, 0.09, 0.19, 0.28, 0.36, 0.42, 0.44, 0.40, 0.28, 0.15, 0.02])
    zc = np.array([0.24, 0.23, 0.17, 0.10, 0.04, 0, -0.02, -0.02, -0.02, -0.02, -0.02])
    return Rings(head, y, a * face.width * low, b, zc=zc)


def draw_face(cel: Cel, bones: Skeleton, face: Face, skull: Rings) -> None:
    """Draw the head without hair."""
    outlines: list[Outline] = [hull(*[skull.at(FULL_TURN, y) for y in skull.y])]
    if face.nose in ("stroke", "wedge"):
        tip = skull.on_front(0.0, -0.19) + bones.head.turn((0, 0, 0.06))
        outlines.append(np.stack([skull.on_front(0.0, -0.1), tip, skull.on_front(0.0, -0.25)]))
    cel.add(0.5, outlines, "skin", name="face", shade=0.05, casts=[("neck", 0.16), ("torso", 0.1)])
    for side in SIDES:
        _draw_ear(cel, bones.head, face, side)
        _Eye(cel, bones, face, skull, side).draw()
    if skull.facing(0, -0.3) > 0.05:
        _draw_nose(cel, face, skull)
        _draw_mouth(cel, bones, face, skull)
        _draw_extras(cel, bones, face, skull)


def _draw_ear(cel: Cel, head: Placement, face: Face, side: int) -> None:
    out = float(head.matrix[2] @ vector(side, 0, 0.2))
    depth = 0.56 if out > 0 else 0.42
    if face.ears == "none":
        return
    x = side * (0.385 * face.width + 0.03 * np.cos(FULL_TURN))
    ear = np.stack([x, -0.1 + 0.1 * np.sin(FULL_TURN), -0.03 - 0.06 * np.cos(FULL_TURN)], -1)
    if face.ears == "elf":
        tip = np.array([[side * (0.385 * face.width + 0.3), 0.08, -0.22]])
        ear = np.concatenate([ear[:6], tip, ear[8:]])
    cel.add(depth, head(ear), "skin", shade=0.02)
    if out > 0:
        inside = ear * [1, 0.55, 0.6] + [side * 0.012, -0.045, -0.01]
        cel.add(depth + 0.001, head(inside), "skin_dark", edge=Edge.FINE)
    if "earring" in face.extras:
        lobe = head((side * 0.39 * face.width, -0.24, -0.03))
        cel.add(depth + 0.003, ball(lobe, 0.03), "metal", edge=Edge.FINE)


class _Eye:
    """One eye of a face in a pose; x runs outward from its middle, y upward."""

    def __init__(self, cel: Cel, bones: Skeleton, face: Face, skull: Rings, side: int) -> None:
        self.cel, self.pose, self.face, self.skull, self.side = cel, bones.pose, face, skull, side
        self.x, self.y, self.w, self.h = face.eye
        self.name = f"eye{side}"

    def draw(self) -> None:
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

    def _add(self, depth: float, outline: Outline, color: str, within: str | None, name: str | None = None) -> None:
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
        self.cel.add(0.61, self._oval(rx, ry), "pupil", name=self.name, within="face", edge=Edge.FINE, is_ink=is_ink)
        if not is_ink:
            self._add(0.62, self._oval(rx * 0.35, ry * 0.3, -rx * 0.3, ry * 0.45), "glint", self.name)

    def _open(self, opened: float) -> None:
        face = self.face
        t = np.linspace(-1, 1, 13)
        power = 2.0 if face.eyes == "round" else 2.6
        up = self.h * (1 - np.abs(t) ** power) ** 0.8 * (1 + 0.15 * t)
        low = -self.h * (0.45 if face.has_thin_lid else 0.85) * (1 - np.abs(t) ** power)
        up = low + (up - low) * opened
        x = self.w * t
        self._add(0.60, self._on(np.r_[x, x[::-1]], np.r_[up, low[::-1]]), "white", "face", self.name)
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
        self._add(0.62, self._oval(rx * 0.45, ry * 0.5, gaze_x, gaze_y - 0.03 * ry), "pupil", self.name + "iris")
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


def _draw_nose(cel: Cel, face: Face, skull: Rings) -> None:
    if face.nose == "stroke":
        cel.stroke(skull.on_front(np.array([0.0, 0.012, 0.0]), np.array([-0.2, -0.225, -0.235])), "face")
    elif face.nose == "dot":
        cel.stroke(skull.on_front(np.array([-0.006, 0.006]), np.array([-0.22, -0.22])), "face")
    elif face.nose == "wedge":
        outline = skull.on_front(np.array([0.0, 0.045, -0.01]), np.array([-0.12, -0.235, -0.24]))
        cel.add(0.6, outline, "skin_dark", within="face", edge=Edge.FINE)
    elif face.nose == "button":
        cel.add(0.6, ball(skull.on_front(0.0, -0.21), 0.04), "blush", within="face", edge=Edge.FINE)


def _draw_mouth(cel: Cel, bones: Skeleton, face: Face, skull: Rings) -> None:
    height, half = face.mouth
    t = np.linspace(-1, 1, 9)
    opened = 0.12 * bones.pose.mouth
    x = half * t * (1 - 0.25 * bones.pose.mouth)
    up = height + 0.02 * bones.pose.smile * t**2
    low = up - opened * (1 - t**2) ** 0.7

    def between(low: Points, high: Points, color: str, depth: float, name: str | None, within: str) -> None:
        outline = skull.on_front(np.r_[x, x[::-1]], np.r_[high, low[::-1]])
        cel.add(depth, outline, color, name=name, within=within, edge=Edge.FINE)

    if "lips" in face.extras:
        bow = 0.028 * (1 - t**2)
        between(low - bow, up + bow * 0.8, "lip", 0.595, None, "face")
    if opened < 0.02:
        cel.stroke(skull.on_front(x, up), "face")
        return
    between(low, up, "mouth", 0.60, "mouth", "face")
    between(up - opened * 0.25, up + 0.02, "teeth", 0.61, None, "mouth")
    between(low - 0.02, low + opened * 0.38 * (1 - t**2), "tongue", 0.612, None, "mouth")


def _draw_extras(cel: Cel, bones: Skeleton, face: Face, skull: Rings) -> None:
    x, y, width, _ = face.eye
    for side in SIDES:
        cheek = skull.on_front(side * x * 1.15, y - 0.16)
        if "blush" in face.extras:
            spot = cheek + bones.head.turn(np.stack([0.07 * np.cos(FULL_TURN), 0.035 * np.sin(FULL_TURN), 0 * FULL_TURN], -1))
            cel.add(0.59, spot, "blush", within="face", edge=Edge.TRACE)
        if "freckles" in face.extras:
            for dx, dy in ((0, 0), (0.035, 0.015), (-0.03, 0.018)):
                dot = cheek + bones.head.turn((dx, dy, 0))
                cel.stroke(np.stack([dot, dot + vector(0.004, 0)]), "face")
        if "glasses" in face.extras and skull.facing(side * 0.5, y) > 0.1:
            r = max(0.13, width * 1.3)
            ring = skull.on_front(side * x + r * np.cos(FULL_TURN), y + r * np.sin(FULL_TURN))
            rim = skull.on_front(side * x + (r - 0.022) * np.cos(FULL_TURN), y + (r - 0.022) * np.sin(FULL_TURN))
            cel.add(0.7, np.concatenate([ring, ring[:1], rim[:1], rim[::-1], ]), "metal", edge=Edge.FINE)
    if "glasses" in face.extras:
        bridge = skull.on_front(np.linspace(-1, 1, 5) * (x - 0.1), np.full(5, y + 0.02))
        cel.add(0.69, ribbon(bridge, 0.012), "metal", edge=Edge.FINE)
    if "scar" in face.extras:
        cel.stroke(skull.on_front(np.array([0.12, 0.2, 0.27]), np.array([-0.3, -0.22, -0.1])), "face")
    if "mark" in face.extras:
        mark = skull.on_front(np.array([-0.24, -0.2, -0.16, -0.2]), np.array([-0.24, -0.2, -0.25, -0.32]))
        cel.add(0.592, mark, "d", within="face", edge=Edge.TRACE)
    if "beard" in face.extras:
        t = np.linspace(-1, 1, 11)
        chin = np.r_[-0.27 - 0.06 * (1 - np.abs(t)), np.full(11, -0.56)]
        side = np.r_[t, t[::-1] * 1.1] * 0.4 * face.width
        edge = np.clip(side, -0.39 * face.width, 0.39 * face.width)
        cel.add(0.593, skull.on_front(edge, np.maximum(chin, -0.5)), "hair", within="face", shade=0.03)
