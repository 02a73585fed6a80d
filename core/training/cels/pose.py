"""Poses and motion: how a subject stands in every frame of a clip."""

from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt

Triple = tuple[float, float, float]


@dataclass(frozen=True)
class Pose:
    """How a subject stands; it takes from this what it has.

    Attributes:
        yaw, pitch, lean: of the whole body, degrees; 0 looks at the viewer.
        head_yaw, head_pitch, head_roll: of the head against the body, degrees.
        blink: how open the eyes are, 0 to 1; mouth: how open; smile, brow: -1 to 1.
        gaze: where the eyes look, -1 to 1.
        arms: left and right; away from the body, forward, bent at the elbow, degrees.
        legs: left and right; apart, forward, bent at the knee, degrees.
        fingers: how bent, 0 to 1.
        sway: how far loose things hang aside and back, about -0.3 to 0.3.
        lift: off the ground, head heights.
        gait: phase of the step, radians; stride: its size, degrees.
    """

    yaw: float = 0.0
    pitch: float = 0.0
    lean: float = 0.0
    head_yaw: float = 0.0
    head_pitch: float = 0.0
    head_roll: float = 0.0
    blink: float = 1.0
    mouth: float = 0.0
    smile: float = 0.5
    brow: float = 0.0
    gaze: tuple[float, float] = (0.0, 0.0)
    arms: tuple[Triple, Triple] = ((14, 4, 12), (14, 4, 12))
    legs: tuple[Triple, Triple] = ((4, 0, 3), (4, 0, 3))
    fingers: tuple[float, float] = (0.3, 0.3)
    sway: tuple[float, float] = (0.0, 0.0)
    lift: float = 0.0
    gait: float = 0.0
    stride: float = 0.0


_ARMS: dict[str, Triple] = {
    "hang": (14, 4, 14),
    "hip": (42, -14, 88),
    "raise": (125, 20, 40),
    "chest": (22, 34, 118),
    "front": (18, 62, 30),
    "wide": (75, 8, 22),
    "think": (20, 42, 135),
    "up": (158, 5, 12),
    "back": (20, -35, 20),
    "face": (35, 75, 125),
}

_ACTIONS = ("talk", "talk", "act", "act", "walk", "run", "turn", "jump", "wave", "storm")


class Motion:
    """Smooth random acting over the frames of a clip."""

    def __init__(self, rng: np.random.Generator, frames: int) -> None:
        """Choose an action and its tracks."""
        self._rng, self._frames = rng, frames
        self.action = action = str(rng.choice(_ACTIONS))
        calm = {"talk": 0.15, "act": 1.0, "storm": 2.2}.get(action, 0.7)
        yaw = float(np.clip(rng.normal(0, 42), -95, 95)) + (180 if rng.random() < 0.14 else 0)
        self._yaw = self._track(yaw, calm * float(rng.choice([4, 10, 25])))
        if action == "turn":
            sweep = rng.choice([-1, 1]) * rng.uniform(80, 300)
            self._yaw = yaw + np.linspace(-0.5, 0.5, frames) * sweep
        self._pitch, self._lean = self._track(rng.uniform(-6, 14), 2), self._track(0, 6 * calm)
        self._head = [self._track(0, size * calm) for size in (26, 10, 9)]
        talks = action == "talk" or rng.random() < 0.3
        self._mouth = self._track(0.3, 0.9 if talks else 0.15, speed=4 if talks else 1)
        self._smile, self._brow = self._track(0.4, 0.5 * calm), self._track(0, 0.6)
        self._gaze = [self._track(0, size) for size in (0.8, 0.4)]
        self._fingers = [self._track(0.4, 0.5) for _ in "lr"]
        self._arms = [(self._arm(), self._arm(), self._track(0.5, 0.6 * calm)) for _ in "lr"]
        self._sway = [self._track(0, 0.05 + 0.12 * calm), self._track(0, 0.1 * calm)]
        strides = {"walk": (18, 34), "run": (40, 65), "storm": (5, 40)}
        self._stride = rng.uniform(*strides.get(action, (0, 4)))
        self._rate = rng.uniform(0.5, 1.0) * (1.4 if action == "run" else 1)
        self._phase = rng.uniform(0, 6)
        self._blink_at = int(rng.integers(frames)) if rng.random() < 0.5 else -9
        self._height = rng.uniform(0.4, 1.6) if action == "jump" else 0.0

    def pose(self, i: int) -> Pose:
        """Return the pose of frame i."""
        phase = self._phase + self._rate * i
        swing = self._stride * np.sin(phase)
        hop = np.sin(np.pi * min(1.0, (i + 0.5) / self._frames)) if self._height else 0.0
        lag = -(self._yaw[i] - self._yaw[max(i - 1, 0)]) / 90
        pose = Pose(
            yaw=float(self._yaw[i]),
            pitch=float(self._pitch[i]),
            lean=float(self._lean[i]) + (12 if self.action == "run" else 0),
            head_yaw=float(self._head[0][i]),
            head_pitch=float(self._head[1][i]),
            head_roll=float(self._head[2][i]),
            blink=min(1.0, 0.05 + 0.45 * abs(i - self._blink_at)),
            mouth=float(np.clip(self._mouth[i], 0, 1)),
            smile=float(self._smile[i]),
            brow=float(self._brow[i]),
            gaze=(float(self._gaze[0][i]), float(self._gaze[1][i])),
            arms=(self._arm_at(i, 0, swing), self._arm_at(i, 1, -swing)),
            legs=(self._leg_at(phase, 1, hop), self._leg_at(phase, -1, hop)),
            fingers=(float(self._fingers[0][i]), float(self._fingers[1][i])),
            sway=(float(self._sway[0][i]) + lag, float(self._sway[1][i])),
            lift=self._height * hop + 0.004 * self._stride * abs(np.cos(phase)),
            gait=phase,
            stride=self._stride,
        )
        return self._waving(pose, i) if self.action == "wave" else pose

    def _waving(self, pose: Pose, i: int) -> Pose:
        hand = (110.0, 15.0, 60 + 40 * float(np.sin(1.6 * i + self._phase)))
        return replace(pose, arms=(hand, pose.arms[1]), fingers=(0.0, pose.fingers[1]))

    def _arm_at(self, i: int, side: int, swing: float) -> Triple:
        first, second, track = self._arms[side]
        share = float(np.clip(track[i], 0, 1))
        away, forward, bent = (
            a * (1 - share) + b * share for a, b in zip(first, second, strict=True)
        )
        return away, forward + 0.7 * swing, bent + (40 if self.action == "run" else 0)

    def _leg_at(self, phase: float, side: int, hop: float) -> Triple:
        bent = max(0.0, 1.2 * self._stride * float(np.sin(phase + side * 1.6)))
        forward = -side * self._stride * float(np.sin(phase))
        return 4 + 6 * hop, forward + 25 * hop * (1 + 0.4 * side), 4 + bent + 50 * hop

    def _arm(self) -> Triple:
        return _ARMS[str(self._rng.choice(list(_ARMS)))]

    def _track(self, mean: float, size: float, speed: float = 1.0) -> npt.NDArray[np.float64]:
        rates = speed * self._rng.uniform(0.15, 0.6, 2)
        phases = self._rng.uniform(0, 2 * np.pi, 2)
        i = np.arange(self._frames)
        wave = 0.65 * np.sin(rates[0] * i + phases[0])
        wave += 0.35 * np.sin(1.7 * rates[1] * i + phases[1])
        track: npt.NDArray[np.float64] = mean + size * wave
        return track
