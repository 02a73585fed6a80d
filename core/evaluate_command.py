"""The command `evaluate`: accuracy, confidence and clicks on clips with ground truth."""

import argparse
import threading
from collections.abc import Sequence
from dataclasses import asdict, astuple
from pathlib import Path

import numpy as np

from core.encoders import Encoder, StoppableEncoder, Stopped
from core.engine import Engine
from core.evaluate import SETTINGS, FrameResult, evaluate_clip
from core.images import ImageError
from core.metrics import Metrics, calibration_error, mean, wrong_auroc
from core.painter import ORDERS, Session, paint_clip
from core.places import cache_folder
from core.plots import plot_curves, plot_reliability
from core.published import published
from core.report import BAD_INPUT, DONE, INTERRUPTED, Report
from core.truth import TruthError, decide_precision, find_clips


def add_evaluate(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Describe the command; the caller adds `--model`, `--device`, `--json` and what runs it."""
    evaluate = commands.add_parser("evaluate", help="measure a model on clips with ground truth")
    evaluate.add_argument("folder", type=Path, help="a clip, or a folder of clips")
    evaluate.add_argument("--setting", choices=SETTINGS, default="keyframe")
    evaluate.add_argument(
        "--shots", type=_not_negative, default=1, help="sheets to use, 0 for all (keyframe)"
    )
    evaluate.add_argument(
        "--painter",
        action="store_true",
        help="count the clicks of a simulated person (keyframe or first-frame)",
    )
    evaluate.add_argument(
        "--order", choices=ORDERS, default="frames", help="in which the person looks (--painter)"
    )
    evaluate.add_argument(
        "--plot",
        type=Path,
        metavar="FILE.png",
        help="draw how far confidence can be trusted; with --painter accuracy over clicks",
    )


def _not_negative(text: str) -> int:
    number = int(text)
    if number < 0:
        raise argparse.ArgumentTypeError(f"{text} is not 0 or more")
    return number


def run_evaluate(
    options: argparse.Namespace, report: Report, interrupted: threading.Event, encoder: Encoder
) -> int:
    """Measure, say the figures, and draw them if wanted."""
    measured = _paint if options.painter else _measure
    if isinstance(encoder, StoppableEncoder):
        encoder.stop = interrupted
    try:
        clips = find_clips(options.folder)
        if options.painter and options.setting == "consecutive":
            raise TruthError(
                "A painter starts from sheets or from the first frame; choose --setting keyframe "
                "or first-frame."
            )
        decide_precision(encoder, clips[0])
        report.start(len(clips), "clip")
        code = measured(options, report, interrupted, encoder, clips)
    except Stopped:
        code = INTERRUPTED
    except (TruthError, ImageError) as error:
        report.end()
        report.complain(str(error))
        return BAD_INPUT
    report.end()
    return code


def _measure(
    options: argparse.Namespace,
    report: Report,
    interrupted: threading.Event,
    encoder: Encoder,
    clips: Sequence[Path],
) -> int:
    results: list[FrameResult] = []
    failed = 0
    for clip in clips:
        try:
            for result in evaluate_clip(encoder, clip, options.setting, shots=options.shots):
                results.append(result)
                if options.json:
                    figures = asdict(result.metrics)
                    report.say("frame", "", clip=result.clip, frame=result.frame, **figures)
                if interrupted.is_set():
                    return INTERRUPTED
        except TruthError as error:
            failed += 1
            report.complain(str(error))
            results = [result for result in results if result.clip != clip.name]
        report.advance("clip", clip=clip.name)
    report.end()
    if results:
        _say_metrics(options, report, results, len(clips) - failed)
        _say_confidence(options, report, results)
        _say_published(options, report)
    elif not failed:
        report.complain(f"{options.folder} has no frame to measure in this setting.")
    return DONE if results and not failed else BAD_INPUT


def _say_metrics(
    options: argparse.Namespace, report: Report, results: Sequence[FrameResult], clips: int
) -> None:
    total = mean([result.metrics for result in results])
    heading = f"{options.model}, {options.setting}, {clips} clips, {len(results)} frames"
    cells = zip(Metrics.NAMES, astuple(total), strict=True)
    text = heading + "\n" + "  ".join(f"{name} {100 * value:.2f}" for name, value in cells)
    report.say("mean", text, clips=clips, frames=len(results), **asdict(total))


def _say_confidence(
    options: argparse.Namespace, report: Report, results: Sequence[FrameResult]
) -> None:
    confidence = np.concatenate([result.confidence for result in results])
    is_right = np.concatenate([result.is_right for result in results])
    is_sure = np.concatenate([result.is_sure for result in results])
    figures = {
        "ece": calibration_error(confidence, is_right),
        "auroc": wrong_auroc(confidence, is_right),
        "sure": float(is_sure.mean()),
        "sure_right": float(is_right[is_sure].mean()) if is_sure.any() else float("nan"),
    }
    text = (
        f"confidence: calibration error {figures['ece']:.3f}  AUROC of wrong {figures['auroc']:.3f}"
        f"  sure {100 * figures['sure']:.1f} % of the segments, right in "
        f"{100 * figures['sure_right']:.2f} %"
    )
    report.say("confidence", text, **figures)
    if options.plot is not None:
        plot_reliability(options.plot, confidence, is_right)


def _say_published(options: argparse.Namespace, report: Report) -> None:
    for row in published(options.model, options.setting, options.shots):
        cells = zip(Metrics.NAMES, astuple(row.figures), strict=True)
        text = "  ".join(f"{name} {value:.2f}" for name, value in cells)
        where = f"PaintBucket-Character v2 test{', ' + row.part if row.part else ''}"
        shares = {name: value / 100 for name, value in asdict(row.figures).items()}
        report.say("published", f"published on {where}\n{text}", part=row.part, **shares)


def _paint(
    options: argparse.Namespace,
    report: Report,
    interrupted: threading.Event,
    encoder: Encoder,
    clips: Sequence[Path],
) -> int:
    sessions: list[Session] = []
    failed = 0
    from_sheets = options.setting == "keyframe"
    for clip in clips:
        try:
            session = paint_clip(
                Engine(encoder, cache_folder()),  # what it remembers of a clip goes with it
                clip,
                order=options.order,
                from_sheets=from_sheets,
                shots=options.shots,
                stop=interrupted,
            )
        except TruthError as error:
            failed += 1
            report.complain(str(error))
        else:
            if session.frames:
                sessions.append(session)
                report.say("painted", _line(session.clip, [session]), **asdict(session))
        report.advance("clip", clip=clip.name)
        if interrupted.is_set():
            return INTERRUPTED
    report.end()
    if not sessions:
        if not failed:
            report.complain(f"{options.folder} has no frame to paint in this setting.")
        return BAD_INPUT
    report.say(
        "mean",
        _line("mean of the clips", sessions),
        clips=len(sessions),
        **{f"{name}_a_frame": value for name, value in _per_frame(sessions).items()},
    )
    if options.plot is not None:
        plot_curves(options.plot, {session.clip: _curve(session) for session in sessions})
    return BAD_INPUT if failed else DONE


def _per_frame(sessions: Sequence[Session]) -> dict[str, float]:
    """Return the mean over clips of what was counted per frame."""
    return {
        name: float(np.mean([getattr(each, name) / each.frames for each in sessions]))
        for name in ("bucket", "unaided", "clicks", "looks")
    }


def _line(name: str, sessions: Sequence[Session]) -> str:
    a_frame = _per_frame(sessions)
    return (
        f"{name}: clicks a frame {a_frame['clicks']:.2f} (plain bucket {a_frame['bucket']:.1f}, "
        f"without feedback {a_frame['unaided']:.2f}), looks a frame up to the last wrong segment "
        f"{a_frame['looks']:.1f}"
    )


def _curve(session: Session) -> list[tuple[float, float]]:
    return [(clicks / session.frames, share) for clicks, share in enumerate(session.curve)]
