"""Version resource: what Windows shows in the properties of a program."""

import re
from importlib.metadata import version

from PyInstaller.utils.win32.versioninfo import (
    FixedFileInfo,
    StringFileInfo,
    StringStruct,
    StringTable,
    VarFileInfo,
    VarStruct,
    VSVersionInfo,
)

ENGLISH_UNICODE = (0x0409, 1200)


def version_resource(name: str) -> VSVersionInfo:
    """Return the resource for `name.exe`."""
    numbers = [int(number) for number in re.findall(r"\d+", version("shiage"))][:4]
    four = tuple(numbers + [0] * (4 - len(numbers)))
    texts = {
        "FileDescription": "Shiage",
        "FileVersion": version("shiage"),
        "InternalName": name,
        "LegalCopyright": "The Shiage developers, MIT licence",
        "OriginalFilename": f"{name}.exe",
        "ProductName": "Shiage",
        "ProductVersion": version("shiage"),
    }
    table = StringTable("040904B0", [StringStruct(*pair) for pair in texts.items()])
    return VSVersionInfo(
        ffi=FixedFileInfo(filevers=four, prodvers=four),
        kids=[
            StringFileInfo([table]),
            VarFileInfo([VarStruct("Translation", list(ENGLISH_UNICODE))]),
        ],
    )
