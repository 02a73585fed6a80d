"""Hair that grows on a head: the cap, locks that hang, spikes, curls."""

import numpy as np

from core.training.cels.body import Skeleton
from core.training.cels.cel import Cel, Edge
from core.training.cels.faces import Face
from core.training.cels.hair import Hair
from core.training.cels.space import FULL_TURN, SIDES, Outline, Points, Rings, ball, hull, ribbon
from core.training.cels.tails import draw_tails


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
                    self._lock(
                        side * (72 + 13 * k),
                        hair.side * (1 - 0.22 * k),
                        0.085,
                        side * hair.curl,
                        (side * 40, 0.36),
                    )
        for phi, width, drop in hair.bangs:
            tip = (
                self.face.eye[1]
                + self.face.eye[3]
                + hair.bang_length
                + drop * 0.6
                - 0.1 * abs(phi) / 60
            )
            root = (hair.parting + 0.35 * phi, 0.45)
            self._lock(phi + 40 * hair.curl, tip, width, hair.curl, root, grow=1.12, is_bang=True)
        if hair.has_cowlick:
            self._cowlick()
        draw_tails(self.cel, self.bones, self.hair)

    def _add(
        self,
        depth: float,
        outlines: Outline | list[Outline],
        *,
        shade: float = 0.05,
        glint: Outline | None = None,
        color: str = "hair",
        casts: tuple[tuple[str, float], ...] = (),
    ) -> None:
        self.cel.add(
            depth, outlines, color, shade=shade, glint=glint, casts=casts, is_ink=self.hair.is_ink
        )

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
                scalp.append(
                    np.concatenate([shell.at(left, column), shell.at(right, column[::-1])])
                )
        if scalp:
            self._add(0.66, scalp, casts=(("face", 0.05),))

    def _lock(
        self,
        phi: float,
        y: float,
        width: float,
        curl: float,
        root: tuple[float, float],
        *,
        grow: float = 1.1,
        is_bang: bool = False,
    ) -> None:
        """Draw a lock from the crown over the skull to angle phi and height y, then hanging."""
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
        self._add(
            depth,
            ribbon(path, half),
            shade=width * 0.35,
            glint=self._shine(path, width),
            casts=casts,
        )
        if self.hair.has_tips and y < -0.3:
            self._add(
                depth + 0.0005, ribbon(path[6:], half[6:] * 1.02), color="hair_tip", shade=0.02
            )

    def _hang(
        self, phi: float, y: float, root: tuple[float, float], grow: float, t: Points
    ) -> Points:
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
        zigzag = [
            along[0] - across,
            along[2],
            along[0] + across,
            along[1] + across,
            along[3],
            along[1] - across,
        ]
        return np.stack(zigzag)

    def _spikes(self) -> None:
        skull, hair = self.skull, self.hair
        rows = ((0.46, 0.2), (0.3, 0.16), (0.08, 0.1)) if hair.style == "spiky" else ((0.47, 0.3),)
        count = 5 + hair.strands[0] // 2
        for y, reach in rows:
            angles = (
                np.linspace(-180, 180, count, endpoint=False)
                if hair.style == "spiky"
                else np.linspace(-40, 220, 7)
            )
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
                curl = at + 0.5 * size * np.stack(
                    [np.cos(FULL_TURN[:16]), np.sin(FULL_TURN[:16]), 0 * FULL_TURN[:16]], -1
                )
                if hair.strands[2] > 3:
                    self.cel.add(depth + 0.0001, curl, "hair", edge=Edge.FINE, is_ink=hair.is_ink)

    def _cowlick(self) -> None:
        t = np.linspace(0, 1, 8)
        rise = np.stack(
            [0.05 + 0.28 * t * np.cos(t * 2), 0.5 + 0.3 * np.sin(t * 2.4), 0 * t + 0.05], -1
        )
        path = self.bones.head(rise) + t[:, None] ** 2 * self.bones.swayed(0.4)
        self._add(0.9, ribbon(path, 0.04 * np.sin(np.pi * (t * 0.9 + 0.08))), shade=0.01)
