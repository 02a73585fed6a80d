"""Hair: cap, locks that hang from the skull, tails, spikes and curls."""

from dataclasses import dataclass

import numpy as np

from core.training.cels.body import Skeleton
from core.training.cels.cel import Cel, Edge
from core.training.cels.faces import Face
from core.training.cels.space import (
    FULL_TURN,
    Outline,
    Placement,
    Points,
    Rings,
    SIDES,
    ball,
    hull,
    ribbon,
    vector,
)

_LONG_HAIR = ("short", "bob", "long", "long", "twin", "pony", "braids", "buns", "curls", "spiky")
_SHORT_HAIR = ("short", "short", "spiky", "spiky", "buzz", "bald", "pony", "slick", "curls", "mohawk")


@dataclass(frozen=True)
class Hair:
    """The design of hair; lengths in head heights, angles in degrees.

    Attributes:
        style: what hangs behind; bangs: angle, width and drop of every lock over the forehead.
        length: how far down (negative) locks at the back end; side: those before the ears.
        strands: number of locks at the back, at each side, in a tail.
        curl, flare, blunt: bend, spread outward, and width of the tips as a share.
        has_tips: whether the tips have another colour; is_ink: black hair without fill.
    """

    style: str
    bangs: tuple[tuple[float, float, float], ...]
    parting: float
    bang_length: float
    length: float
    side: float
    strands: tuple[int, int, int]
    tail: float
    curl: float
    flare: float
    blunt: float
    has_cowlick: bool
    has_tips: bool
    has_bow: bool
    is_ink: bool


def make_hair(rng: np.random.Generator, *, is_male: bool, may_be_ink: bool) -> Hair:
    """Make the hair of one character."""
    style = str(rng.choice(_SHORT_HAIR if is_male and rng.random() < 0.8 else _LONG_HAIR))
    count = 0 if style in ("bald", "buzz", "slick") else int(rng.choice([0, 3, 4, 5, 6, 7, 9, 12]))
    angles = np.linspace(-62, 62, count) if count else np.zeros(0)
    if count and rng.random() < 0.25:  # parted: nothing in the middle
        angles = angles[np.abs(angles) > 25]
    width = 0.06 + 0.4 / max(count, 3)
    bangs = [(float(a), width * rng.uniform(0.8, 1.3), rng.uniform(0, 0.26)) for a in angles]
    length = {"bob": rng.uniform(-0.9, -0.65), "long": rng.uniform(-3.2, -1.2)}
    return Hair(
        style=style,
        bangs=tuple(bangs),
        parting=rng.uniform(-35, 35),
        bang_length=rng.uniform(-0.07, 0.13),
        length=length.get(style, rng.uniform(-0.62, -0.4)),
        side=rng.uniform(-0.5, -0.15) if is_male else rng.uniform(-1.3, -0.3),
        strands=(int(rng.integers(3, 14)), int(rng.integers(0, 4)), int(rng.integers(1, 6))),
        tail=rng.uniform(0.7, 2.8),
        curl=rng.uniform(-0.4, 0.4),
        flare=rng.uniform(0.85, 1.5),
        blunt=float(rng.choice([0.02, 0.02, 0.3, 0.6])),
        has_cowlick=bool(rng.random() < 0.3),
        has_tips=bool(rng.random() < 0.12),
        has_bow=bool(rng.random() < 0.3),
        is_ink=may_be_ink and bool(rng.random() < 0.4),
    )


def draw_hair(cel: Cel, bones: Skeleton, hair: Hair, face: Face, skull: Rings) -> None:
    """Draw all hair of a head."""
    if hair.style != "bald":
        _Barber(cel, bones, hair, face, skull).draw()


class _Barber:
    def __init__(self, cel: Cel, bones: Skeleton, hair: Hair, face: Face, skull: Rings) -> None:
        self.cel, self.bones, self.hair, self.face, self.skull = cel, bones, hair, face, skull

    def draw(self) -> None:
        hair = self.hair
        self._cap()
        if hair.style == "buzz":
            return
        if hair.style in ("spiky", "mohawk"):
            self._spikes()
        elif hair.style == "curls":
            self._curls()
        else:
            for phi in np.linspace(98, 262, hair.strands[0]):
                length = hair.length * (1 + 0.06 * np.sin(phi * 7))
                width = 0.15 + 0.5 / hair.strands[0]
                self._lock(phi, length, width, hair.curl * np.sin(phi), (phi * 0.6 + 72, 0.47))
        if hair.style not in ("mohawk", "slick", "curls"):
            for side in SIDES:
                for k in range(hair.strands[1]):
                    self._lock(side * (72 + 13 * k), hair.side * (1 - 0.22 * k), 0.085, side * hair.curl, (side * 40, 0.36))
        for phi, width, drop in hair.bangs:
            tip = self.face.eye[1] + self.face.eye[3] + hair.bang_length + drop * 0.6 - 0.1 * abs(phi) / 60
            root = (hair.parting + 0.35 * phi, 0.45)
            self._lock(phi + 40 * hair.curl, tip, width, hair.curl, root, grow=1.12, is_bang=True)
        if hair.has_cowlick:
            self._cowlick()
        self._tails()

    def _add(self, depth: float, outlines: Outline | list[Outline], *, shade: float = 0.05, glint: Outline | None = None, color: str = "hair", casts: tuple[tuple[str, float], ...] = ()) -> None:
        self.cel.add(depth, outlines, color, shade=shade, glint=glint, casts=casts, is_ink=self.hair.is_ink)

    def _cap(self) -> None:
        """Draw the hair that lies close to the skull, above the hair line."""
        skull = self.skull
        place = skull.place.child((0, 0.03, -0.01))
        a, b, _, zc = skull.ring(skull.y)
        grow = 1.03 if self.hair.style == "buzz" else 1.09
        shell = Rings(place, skull.y, a * grow, b * grow, zc=zc)
        front = skull.facing(0, 0.1)
        back = hull(*[shell.at(FULL_TURN, y) for y in shell.y[3:]])
        inside = "hair_in" if front > 0.35 and self.hair.style not in ("buzz", "mohawk") else "hair"
        self._add(0.45, back, shade=0, color=inside)
        angles = np.radians([0, 45, 62, 80, 108, 180])
        line = np.array([0.27, 0.24, 0.08, -0.12, -0.40, -0.44])
        step = np.radians(12)
        scalp: list[Outline] = []
        for phi in np.arange(-np.pi, np.pi, step):
            sides = np.abs((np.array([phi, phi + step]) + np.pi) % (2 * np.pi) - np.pi)
            low = float(np.interp(sides, angles, line).mean())
            column = np.linspace(low, 0.5, 6)
            if skull.facing(phi + step / 2, 0.2) > -0.15:
                left, right = np.full(6, phi - 0.02), np.full(6, phi + step + 0.02)
                scalp.append(np.concatenate([shell.at(left, column), shell.at(right, column[::-1])]))
        if scalp:
            self._add(0.66, scalp, casts=(("face", 0.05),))

    def _lock(self, phi: float, y: float, width: float, curl: float, root: tuple[float, float], *, grow: float = 1.1, is_bang: bool = False) -> None:
        """Draw a lock from the crown over the skull to angle phi and height y, then hanging freely."""
        t = np.linspace(0, 1, 9)
        path = self._hang(phi, y, root, grow, t)
        aside = np.array([path[1, 1] - path[-1, 1], path[-1, 0] - path[0, 0], 0])
        aside /= np.linalg.norm(aside) + 1e-9
        bow = curl * 0.12 * np.sin(np.pi * t * 1.2) * min(1.5, 0.5 - min(y, 0))
        path = path + bow[:, None] * aside
        facing = self.skull.facing(np.radians(phi), 0.1)
        half = width * np.interp(t, (0, 0.35, 0.75, 1), (0.55, 1, 0.8, self.hair.blunt))
        half *= max(0.4, abs(facing)) ** 0.5
        depth = 0.75 + 0.15 * facing if facing > -0.1 else -0.9 + 0.8 * facing
        casts = (("face", 0.06), ("eye1", 0.05), ("eye-1", 0.05)) if is_bang else (("face", 0.03),)
        self._add(depth, ribbon(path, half), shade=width * 0.35, glint=self._shine(path, width), casts=casts)
        if self.hair.has_tips and y < -0.3:
            self._add(depth + 0.0005, ribbon(path[6:], half[6:] * 1.02), color="hair_tip", shade=0.02)

    def _hang(self, phi: float, y: float, root: tuple[float, float], grow: float, t: Points) -> Points:
        skull, head = self.skull, self.bones.head
        low = max(y, -0.12)
        angle = np.radians(root[0] + (phi - root[0]) * np.minimum(1, t * 1.6))
        share = t if y >= -0.12 else np.minimum(1, t * 2.2)
        path = skull.at(angle, root[1] + (low - root[1]) * share**1.3, grow + 0.06 * t)
        path = path + head.turn((0, 0.03, 0))
        if y < -0.12:
            free = np.clip((t - 0.45) / 0.55, 0, 1)[:, None]
            out = head.turn((np.sin(np.radians(phi)), 0, np.cos(np.radians(phi))))
            flare = out * (self.hair.flare - 1) * 0.5 * min(1.5, -y)
            path = path + free * self.bones.down * (-0.12 - y)
            path = path + free**2 * (self.bones.swayed(-0.7 * y) + flare)
        return path

    def _shine(self, path: Points, width: float) -> Outline:
        """Return the band of light around the head where it crosses a lock."""
        n = np.arange(len(path))
        height = (path - self.bones.head.origin) @ self.bones.head.matrix[:, 1]
        top = [float(np.interp(-v, -height, n)) for v in (0.30, 0.22, 0.25, 0.17)]
        along = np.stack([np.interp(top, n, path[:, k]) for k in range(2)], -1)
        across = np.array([path[3, 1] - path[1, 1], path[1, 0] - path[3, 0]])
        across *= width * 1.1 / (np.linalg.norm(across) + 1e-9)
        zigzag = [along[0] - across, along[2], along[0] + across, along[1] + across, along[3], along[1] - across]
        return np.stack(zigzag)

    def _spikes(self) -> None:
        skull, hair = self.skull, self.hair
        rows = ((0.46, 0.2), (0.3, 0.16), (0.08, 0.1)) if hair.style == "spiky" else ((0.47, 0.3),)
        count = 5 + hair.strands[0] // 2
        for y, reach in rows:
            angles = np.linspace(-180, 180, count, endpoint=False) if hair.style == "spiky" else np.linspace(-40, 220, 7)
            for phi in angles:
                if hair.style == "spiky" and abs(phi) < 55 and y < 0.4:
                    continue
                x = np.sin(np.radians(phi)) if hair.style == "spiky" else 0.0
                z = np.cos(np.radians(phi))
                root = skull.place((0.3 * x, y - 0.12, 0.3 * z))
                out = skull.place.turn((x, 0.4 + y, z))
                tip = root + out * (0.3 + reach * hair.tail * 0.45) + self.bones.swayed(0.2)
                bend = root + (tip - root) * 0.55 + skull.place.turn((hair.curl * 0.2, 0.06, 0))
                facing = float(out[2])
                depth = 0.69 + 0.03 * facing - 0.02 * y if facing > -0.3 else 0.41
                width = np.array([0.2, 0.19, 0.01]) * (1.4 if hair.strands[0] < 6 else 1)
                self._add(depth, ribbon(np.stack([root, bend, tip]), width), shade=0.04)

    def _curls(self) -> None:
        skull, hair = self.skull, self.hair
        size = 0.1 + 0.08 * hair.flare
        for y in (0.45, 0.25, 0.02, -0.2)[: 3 + hair.strands[1] % 2]:
            for phi in np.arange(-180, 180, 34 + 4 * hair.strands[2]):
                if abs(phi) < 55 and y < 0.35:
                    continue
                at = skull.at(np.radians(phi), y, 1.1)
                facing = skull.facing(np.radians(phi), y)
                depth = 0.70 + 0.08 * facing if facing > -0.1 else 0.43
                self._add(depth, ball(at, size), shade=0.05)
                curl = at + 0.5 * size * np.stack([np.cos(FULL_TURN[:16]), np.sin(FULL_TURN[:16]), 0 * FULL_TURN[:16]], -1)
                if hair.strands[2] > 3:
                    self.cel.add(depth + 0.0001, curl, "hair", edge=Edge.FINE, is_ink=hair.is_ink)

    def _cowlick(self) -> None:
        t = np.linspace(0, 1, 8)
        rise = np.stack([0.05 + 0.28 * t * np.cos(t * 2), 0.5 + 0.3 * np.sin(t * 2.4), 0 * t + 0.05], -1)
        path = self.bones.head(rise) + t[:, None] ** 2 * self.bones.swayed(0.4)
        self._add(0.9, ribbon(path, 0.04 * np.sin(np.pi * (t * 0.9 + 0.08))), shade=0.01)

    def _tails(self) -> None:
        anchors = {
            "twin": ((0.40, 0.22, -0.1), (-0.40, 0.22, -0.1)),
            "pony": ((0.0, 0.3, -0.42),),
            "braids": ((0.3, -0.3, -0.1), (-0.3, -0.3, -0.1)),
            "buns": ((0.33, 0.42, -0.08), (-0.33, 0.42, -0.08)),
        }
        for x, y, z in anchors.get(self.hair.style, ()):
            at = self.bones.head((x, y, z))
            out = self.bones.head.turn((np.sign(x), 0.25, -0.9 * (x == 0)))
            is_near = float(self.bones.head.turn((x, 0, z))[2]) > -0.05
            depth = 0.68 if is_near else 0.40
            if self.hair.style == "buns":
                self._add(depth, ball(at, 0.2), shade=0.06)
                self._add(depth + 0.01, ball(at, 0.1), shade=0.02)
            elif self.hair.style == "braids":
                self._braid(at, out, 0.7 if is_near else -0.5)
            else:
                self._tail(at, out, depth, is_near=is_near)

    def _braid(self, at: Points, out: Points, depth: float) -> None:
        down, point = self.bones.down, at
        for k in range(int(4 + 3 * self.hair.tail)):
            point = at + down * 0.15 * (k + 1) + self.bones.swayed(0.03 * k * k) + out * 0.02 * k
            aside = down * 0.06 + vector(0.03 * (-1) ** k, 0)
            self._add(depth - 0.001 * k, hull(ball(point, 0.09), ball(point + aside, 0.075)), shade=0.04)
        self._add(depth + 0.01, ribbon(np.stack([point, point + down * 0.2]), [0.08, 0.03]))
        self.cel.add(depth + 0.02, ball(point + down * 0.06, 0.06), "d")

    def _tail(self, at: Points, out: Points, depth: float, *, is_near: bool) -> None:
        count, down, t = self.hair.strands[2], self.bones.down, np.linspace(0, 1, 9)
        for k in np.argsort(-np.abs(np.arange(count) - count / 2 + 0.4)):
            spread = (k - (count - 1) / 2) * 0.14
            path = at + out * 0.22 * np.sin(np.pi * t * 0.6)[:, None]
            path = path + (t**1.4)[:, None] * down * self.hair.tail * (1 - 0.08 * abs(k - 1.5))
            path = path + (t**2)[:, None] * self.bones.swayed(self.hair.tail * 0.7)
            path = path + np.sin(np.pi * t * 0.8)[:, None] * self.bones.root.turn((spread, 0, spread * 0.4))
            half = (0.14 if count > 1 else 0.24) * np.interp(t, (0, 0.3, 0.7, 1), (0.5, 1, 0.8, 0.03))
            order = (0.69 if is_near else -0.6) + 0.002 * k
            self._add(order, ribbon(path, half), glint=ribbon(path[2:5], 0.2))
        self.cel.add(depth + 0.03, ball(at + out * 0.04, 0.085), "d")
        if self.hair.has_bow:
            draw_bow(self.cel, self.bones.head, at + out * 0.04, 0.16, depth + 0.02, "d")


def draw_bow(cel: Cel, place: Placement, at: Points, size: float, depth: float, color: str) -> None:
    """Draw a tied bow."""
    for side in SIDES:
        x, up = place.turn((side * size * 1.5, 0, 0)), place.turn((0, size * 0.75, 0))
        loop = np.stack([at, at + 0.75 * x + up, at + x + 0.5 * up, at + x - 0.7 * up, at + 0.7 * x - up])
        cel.add(depth, loop, color, shade=0.03)
        fold = np.stack([at + 0.1 * x, at + 0.55 * x + 0.3 * up, at + 0.5 * x - 0.25 * up])
        cel.add(depth + 0.005, fold, color, edge=Edge.FINE)
    cel.add(depth + 0.01, ball(at, size * 0.3), color, edge=Edge.FINE)
