"""Recent cuts: which were open last, kept in the user's settings."""

from dataclasses import dataclass
from pathlib import Path

from PySide6.QtCore import QSettings

from core.places import APPLICATION, ORGANIZATION

MOST = 8


@dataclass(frozen=True)
class RecentCut:
    """A cut file and the folder of its drawings."""

    path: Path
    drawings: Path

    @property
    def name(self) -> str:
        """What the clip is called: the folder that a person would call it by."""
        folder = self.drawings
        return folder.parent.name if folder.name == "line" else folder.name


def recent_cuts() -> list[RecentCut]:
    """Return the cuts that were open last, the latest first; they may have gone since."""
    settings, cuts = QSettings(ORGANIZATION, APPLICATION), []
    for index in range(settings.beginReadArray("recent")):
        settings.setArrayIndex(index)
        path, drawings = (str(settings.value(key, "")) for key in ("path", "drawings"))
        if path and drawings:
            cuts.append(RecentCut(Path(path), Path(drawings)))
    settings.endArray()
    return cuts


def remember(cut: RecentCut) -> None:
    """Put a cut at the head of the list."""
    others = [each for each in recent_cuts() if each.path != cut.path]
    settings = QSettings(ORGANIZATION, APPLICATION)
    settings.beginWriteArray("recent")
    for index, each in enumerate([cut, *others][:MOST]):
        settings.setArrayIndex(index)
        settings.setValue("path", str(each.path))
        settings.setValue("drawings", str(each.drawings))
    settings.endArray()
