"""Language: the window speaks English, as written in the code, or Japanese."""

from importlib.resources import files
from pathlib import Path

from PySide6.QtCore import QCoreApplication, QLibraryInfo, QLocale, QTranslator

LANGUAGES = ("en", "ja")


def QT_TRANSLATE_NOOP(context: str, text: str) -> str:  # noqa: ARG001, N802
    """Mark a text of a table for lupdate, which looks for this name, and return it as it is.

    It is translated where it is shown. PySide6 has the same function, typed as `object`.
    """
    return text


def system_language() -> str:
    """Return the language of the desktop if it is one of ours, English otherwise."""
    first = next(iter(QLocale.system().uiLanguages()), "")[:2]
    return first if first in LANGUAGES else "en"


def install_language(application: QCoreApplication, language: str) -> list[QTranslator]:
    """Let all widgets built from now on speak one of `LANGUAGES`.

    Returns:
        The translators, for whoever wants to remove them again; the application owns them.
    """
    folders = {
        "qtbase": Path(QLibraryInfo.path(QLibraryInfo.LibraryPath.TranslationsPath)),
        "shiage": Path(str(files("resources") / "translations")),
    }
    installed = []
    for name, folder in folders.items():
        translator = QTranslator(application)
        if translator.load(f"{name}_{language}.qm", str(folder)):
            application.installTranslator(translator)
            installed.append(translator)
    return installed
