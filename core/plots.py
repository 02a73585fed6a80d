"""Plots: diagrams as PNG files, drawn with OpenCV: a plotting library would weigh 30 MB."""

from collections.abc import Sequence
from pathlib import Path

import cv2
import numpy as np
import numpy.typing as npt

from core.images import write_png

SIDE, MARGIN = 480, 64
GREY, BLACK, BLUE = (200, 200, 200, 255), (0, 0, 0, 255), (180, 90, 20, 255)

Points = Sequence[tuple[float, float]]


def plot_reliability(
    path: Path, confidence: npt.NDArray[np.float32], is_right: npt.NDArray[np.bool_]
) -> None:
    """Draw the share that is right over confidence, in bins with as many segments each.

    Raises:
        ImageError: if the file cannot be written.
    """
    order = np.argsort(confidence, kind="stable")
    points = [
        (float(confidence[part].mean()), float(is_right[part].mean()))
        for part in np.array_split(order, min(20, len(order)))
    ]
    canvas = _axes("confidence", "right", (0, 1), (0, 1))
    _polyline(canvas, [(0, 0), (1, 1)], GREY, (0, 1), (0, 1))
    _polyline(canvas, points, BLUE, (0, 1), (0, 1), has_marks=True)
    write_png(path, canvas)


def plot_curves(path: Path, curves: Sequence[Points]) -> None:
    """Draw accuracy over clicks a frame, one line per clip and the mean in front.

    Args:
        path: the PNG file.
        curves: per clip, clicks a frame and the share of segments that is right, clicks rising.

    Raises:
        ImageError: if the file cannot be written.
    """
    width = max((curve[-1][0] for curve in curves), default=1) or 1
    low = min((y for curve in curves for _, y in curve), default=0)
    spans = (0, width), (min(np.floor(low * 10) / 10, 0.9), 1)
    canvas = _axes("clicks a frame", "right", *spans)
    for curve in curves:
        _polyline(canvas, curve, GREY, *spans)
    x = np.linspace(0, width, 100)
    means = np.mean([np.interp(x, *np.array(curve).T) for curve in curves], axis=0)
    _polyline(canvas, list(zip(x.tolist(), means.tolist(), strict=True)), BLUE, *spans)
    write_png(path, canvas)


def _axes(
    x_name: str, y_name: str, x_span: tuple[float, float], y_span: tuple[float, float]
) -> npt.NDArray[np.uint8]:
    canvas = np.full((SIDE + 2 * MARGIN, SIDE + 2 * MARGIN, 4), 255, np.uint8)
    cv2.rectangle(canvas, (MARGIN, MARGIN), (MARGIN + SIDE, MARGIN + SIDE), BLACK, 1)
    for part in np.linspace(0, 1, 6).tolist():
        x, y = MARGIN + round(part * SIDE), MARGIN + SIDE - round(part * SIDE)
        cv2.line(canvas, (x, MARGIN + SIDE), (x, MARGIN + SIDE + 6), BLACK, 1)
        cv2.line(canvas, (MARGIN - 6, y), (MARGIN, y), BLACK, 1)
        _write(canvas, f"{x_span[0] + part * (x_span[1] - x_span[0]):.2g}", (x - 12, SIDE + 90))
        _write(canvas, f"{y_span[0] + part * (y_span[1] - y_span[0]):.2g}", (MARGIN - 46, y + 5))
    _write(canvas, x_name, (MARGIN + SIDE // 2 - 40, SIDE + 2 * MARGIN - 12))
    _write(canvas, y_name, (MARGIN, MARGIN - 14))
    return canvas


def _polyline(
    canvas: npt.NDArray[np.uint8],
    points: Points,
    color: tuple[int, int, int, int],
    x_span: tuple[float, float],
    y_span: tuple[float, float],
    *,
    has_marks: bool = False,
) -> None:
    low = np.array([x_span[0], y_span[0]])
    share = (np.array(points) - low) / (np.array([x_span[1], y_span[1]]) - low)
    at = np.rint([MARGIN, MARGIN + SIDE] + share * [SIDE, -SIDE]).astype(np.int32)
    cv2.polylines(canvas, [at], False, color, 2, cv2.LINE_AA)
    for x, y in at.tolist() if has_marks else []:
        cv2.circle(canvas, (x, y), 4, color, -1, cv2.LINE_AA)


def _write(canvas: npt.NDArray[np.uint8], text: str, at: tuple[int, int]) -> None:
    cv2.putText(canvas, text, at, cv2.FONT_HERSHEY_SIMPLEX, 0.5, BLACK, 1, cv2.LINE_AA)
