"""Heads without hair: skull, ears, nose, mouth, beard, glasses."""

import numpy as np

from core.training.cels.body import Skeleton
from core.training.cels.cel import Cel, Edge
from core.training.cels.eyes import Eye
from core.training.cels.faces import Face
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


def draw_face(cel: Cel, bones: Skeleton, face: Face, skull: Rings) -> None:
    """Draw the head without hair."""
    outlines: list[Outline] = [hull(*[skull.at(FULL_TURN, y) for y in skull.y])]
    if face.nose in ("stroke", "wedge"):
        tip = skull.on_front(0.0, -0.19) + bones.head.turn((0, 0, 0.06))
        outlines.append(np.stack([skull.on_front(0.0, -0.1), tip, skull.on_front(0.0, -0.25)]))
    cel.add(0.5, outlines, "skin", name="face", shade=0.05, casts=[("neck", 0.16), ("torso", 0.1)])
    for side in SIDES:
        _draw_ear(cel, bones.head, face, side)
        Eye(cel, bones, face, skull, side).draw()
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
        ear = np.concatenate([ear[:3], tip, ear[12:]])
    cel.add(depth, head(ear), "skin", shade=0.02)
    if out > 0:
        inside = ear * [1, 0.55, 0.6] + [side * 0.012, -0.045, -0.01]
        cel.add(depth + 0.001, head(inside), "skin_dark", edge=Edge.FINE)
    if "earring" in face.extras:
        lobe = head((side * 0.39 * face.width, -0.24, -0.03))
        cel.add(depth + 0.003, ball(lobe, 0.03), "metal", edge=Edge.FINE)


def _draw_nose(cel: Cel, face: Face, skull: Rings) -> None:
    if face.nose == "stroke":
        cel.stroke(
            skull.on_front(np.array([0.0, 0.012, 0.0]), np.array([-0.2, -0.225, -0.235])), "face"
        )
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

    def between(
        low: Points, high: Points, color: str, depth: float, name: str | None, within: str
    ) -> None:
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
            spot = cheek + bones.head.turn(
                np.stack([0.07 * np.cos(FULL_TURN), 0.035 * np.sin(FULL_TURN), 0 * FULL_TURN], -1)
            )
            cel.add(0.59, spot, "blush", within="face", edge=Edge.TRACE)
        if "freckles" in face.extras:
            for dx, dy in ((0, 0), (0.035, 0.015), (-0.03, 0.018)):
                dot = cheek + bones.head.turn((dx, dy, 0))
                cel.stroke(np.stack([dot, dot + vector(0.004, 0)]), "face")
        if "glasses" in face.extras and skull.facing(side * 0.5, y) > 0.1:
            r = max(0.13, width * 1.3)
            ring = skull.on_front(side * x + r * np.cos(FULL_TURN), y + r * np.sin(FULL_TURN))
            rim = skull.on_front(
                side * x + (r - 0.022) * np.cos(FULL_TURN), y + (r - 0.022) * np.sin(FULL_TURN)
            )
            cel.add(
                0.7,
                np.concatenate(
                    [
                        ring,
                        ring[:1],
                        rim[:1],
                        rim[::-1],
                    ]
                ),
                "metal",
                edge=Edge.FINE,
            )
    if "glasses" in face.extras:
        bridge = skull.on_front(np.linspace(-1, 1, 5) * (x - 0.1), np.full(5, y + 0.02))
        cel.add(0.69, ribbon(bridge, 0.012), "metal", edge=Edge.FINE)
    if "scar" in face.extras:
        cel.stroke(
            skull.on_front(np.array([0.12, 0.2, 0.27]), np.array([-0.3, -0.22, -0.1])), "face"
        )
    if "mark" in face.extras:
        mark = skull.on_front(
            np.array([-0.24, -0.2, -0.16, -0.2]), np.array([-0.24, -0.2, -0.25, -0.32])
        )
        cel.add(0.592, mark, "d", within="face", edge=Edge.TRACE)
    if "beard" in face.extras:
        t = np.linspace(-1, 1, 11)
        chin = np.r_[-0.27 - 0.06 * (1 - np.abs(t)), np.full(11, -0.56)]
        side = np.r_[t, t[::-1] * 1.1] * 0.4 * face.width
        edge = np.clip(side, -0.39 * face.width, 0.39 * face.width)
        cel.add(
            0.593, skull.on_front(edge, np.maximum(chin, -0.5)), "hair", within="face", shade=0.03
        )
