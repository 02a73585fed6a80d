"""Dialogs: the few questions that are asked."""

from pathlib import Path

import numpy as np
from PySide6.QtWidgets import QCheckBox

from app.dialogs.line_colors import LineColorsDialog
from core.jobs import LinesUnclear
from core.sheets import SheetFiles

BROWN, BLUE = (90, 50, 30, 255), (40, 60, 200, 255)


def test_the_ticked_colours_are_the_lines(qtbot):
    picture = np.full((40, 30, 4), 255, np.uint8)
    files = SheetFiles("設定", None, Path("設定.png"))
    dialog = LineColorsDialog(LinesUnclear(files, ((BROWN, 120), (BLUE, 40)), picture))
    qtbot.addWidget(dialog)
    brown, blue = dialog.findChildren(QCheckBox)
    assert brown.text().startswith("#5A321E")
    assert dialog.chosen() == ()
    blue.click()
    assert dialog.chosen() == (BLUE,)
