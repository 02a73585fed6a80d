"""Start: `shiage` opens the window; with a subcommand it is the command line."""

import argparse
import multiprocessing
import signal
import sys
from pathlib import Path

COMMAND_LINE = (
    "colorize",
    "batch",
    "evaluate",
    "dataset",
    "train",
    "benchmark",
    "models",
    "doctor",
)
"""Subcommands of `core.__main__`; anything else is for the window."""


def main(arguments: list[str] | None = None) -> int:
    """Run the command line or the window and return the exit code."""
    multiprocessing.freeze_support()  # `doctor` starts a second process, the frozen program too
    given = sys.argv[1:] if arguments is None else arguments
    if given and given[0] in COMMAND_LINE:
        from core.__main__ import main as command_line

        return command_line(given)
    return _window(given)


def _window(given: list[str]) -> int:
    from app.language import LANGUAGES, install_language, system_language
    from core import __version__
    from core.places import APPLICATION, ORGANIZATION
    from core.report import device_name

    parser = argparse.ArgumentParser(
        prog="shiage",
        description="A paint desk for hand-drawn animation cuts with a bucket that predicts.",
        epilog=f"subcommands without a window: {', '.join(COMMAND_LINE)}",
    )
    parser.add_argument("path", nargs="?", type=Path, help="folder of drawings, or a .cut file")
    parser.add_argument("--sample", action="store_true", help="open the bundled sample")
    parser.add_argument("--model", help="name of the encoder, instead of the one last chosen")
    parser.add_argument("--device", type=device_name, help="auto, cpu, cuda, cuda:N or mps")
    parser.add_argument("--language", choices=LANGUAGES, help="instead of the desktop's")
    parser.add_argument("--version", action="version", version=f"shiage {__version__}")
    options = parser.parse_args(given)

    from PySide6.QtCore import QSettings
    from PySide6.QtWidgets import QApplication

    from app.splash import app_icon, show_splash
    from app.theme import apply_theme

    application = QApplication(["shiage"])
    application.setApplicationName(APPLICATION)
    application.setWindowIcon(app_icon())
    apply_theme(application)
    install_language(application, options.language or system_language())
    splash = show_splash(application)

    from app.main_window import MainWindow  # with NumPy and OpenCV: most of the time to the window
    from core import models

    try:
        models.check(options.model or models.DEFAULT)
    except models.ModelError as error:
        parser.exit(2, f"shiage: {error}\n")
    signal.signal(signal.SIGINT, signal.SIG_DFL)  # Ctrl+C in the terminal ends it: all is saved
    settings = QSettings(ORGANIZATION, APPLICATION)
    model = options.model or str(settings.value("model", models.DEFAULT))
    device = options.device or str(settings.value("device", "auto"))
    window = MainWindow(model, device)
    window.show_within(application.primaryScreen().availableSize())
    splash.close()
    if options.sample:
        window.open_sample()
    elif options.path is not None:
        window.open(options.path)
    return application.exec()


if __name__ == "__main__":
    sys.exit(main())
