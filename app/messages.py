"""Messages: sentences that take some counting to say."""

from PySide6.QtCore import QCoreApplication

from core.jobs import ExportDone


def redrawn(name: str, found: int, painted: int) -> str:
    """Say what became of the paint of a drawing that is another one now.

    Args:
        name: of the drawing.
        found: how many of its painted segments it still has.
        painted: how many there were.
    """
    translate = QCoreApplication.translate
    if not painted:
        said = translate("Desk", "{name} has been redrawn since it was painted.")
    elif found:
        said = translate(
            "Desk",
            "{name} has been redrawn since it was painted; {found} of {total} painted segments"
            " were found again.",
        )
    else:
        said = translate(
            "Desk",
            "{name} is another drawing than the one that was painted. What was painted comes back"
            " with the former drawing.",
        )
    return said.format(name=name, found=found, total=painted)


def export_summary(done: ExportDone) -> str:
    """Say what an export has written, and what is missing in it."""
    translate = QCoreApplication.translate
    text = translate("Desk", "Exported {frames} frames with {segments} segments to {folder}.")
    said = text.format(frames=done.frames, segments=done.segments, folder=done.folder)
    if done.unpainted:
        text = translate("Desk", " Without colour, and so transparent: {}.")
        said += text.format(done.unpainted)
    if done.failed:
        said += translate("Desk", " {} frames could not be read.").format(len(done.failed))
    return said
