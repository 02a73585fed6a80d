"""Third party: the licences of everything that is really inside the frozen folder."""

import re
import shutil
import subprocess
import sys
import sysconfig
from collections.abc import Iterable
from importlib.metadata import Distribution, distribution, distributions
from pathlib import Path

HERE = Path(__file__).parent
ROOT = HERE.parent
RULE = "=" * 100
COMMON = re.compile(r"/usr/share/common-licenses/([\w.+-]*\w)")

HEAD = """\
Shiage is MIT licensed, see LICENSE. It is shipped with the software below, unchanged.

Qt, PySide6 and shiboken6 are used under the GNU Lesser General Public License, version 3. They lie
as shared libraries of their own in _internal/PySide6 and _internal/shiboken6 and may be replaced
there by other builds of the same version. Their source code: https://download.qt.io/official_releases/
"""


def third_party(entries: Iterable[tuple[str, str, str]]) -> str:
    """Return the text of THIRD_PARTY.txt.

    Args:
        entries: of PyInstaller: name inside, source path, kind.
    """
    owners = _owners()
    packages: dict[str, Distribution] = {"pyinstaller": distribution("pyinstaller")}  # bootloader
    others: dict[Path, str] = {}
    for name, source, kind in entries:
        path = Path(source)
        if kind == "SYMLINK" or name == "base_library.zip":  # Python's own, made by PyInstaller
            continue
        owner = owners.get(path.resolve())
        if owner is not None:
            packages[owner.name] = owner
        elif not _is_python(path) and not _is_ours(path):
            others[path] = name
    system = _debian_packages(others)
    texts = [_of_python(), *map(_of_distribution, sorted(packages.values(), key=_name))]
    texts += [_of_debian(package) for package in sorted(set(system.values()))]
    texts += _common("".join(texts))
    for path in sorted((HERE / "licences").glob("*.txt")):
        texts.append(f"{path.stem}\n\n{path.read_text('utf-8')}")
    if unknown := [name for path, name in others.items() if path not in system]:
        texts.append("Files of no package\n\n" + "\n".join(sorted(unknown)))
    return f"\n{RULE}\n".join([HEAD, *texts])


def _owners() -> dict[Path, Distribution]:
    return {
        Path(str(file.locate())).resolve(): one
        for one in distributions()
        for file in one.files or ()
    }


def _name(one: Distribution) -> str:
    return one.name.casefold()


def _is_python(path: Path) -> bool:
    if "site-packages" in path.parts:
        return False
    homes = {sysconfig.get_path("stdlib"), sys.base_prefix} - {"/usr", "/usr/local"}
    return path.name.startswith("libpython") or any(path.is_relative_to(home) for home in homes)


def _is_ours(path: Path) -> bool:
    return path.is_relative_to(ROOT) and ".venv" not in path.parts


def _of_python() -> str:
    return f"Python {sys.version.split()[0]}\nLicence: PSF-2.0, see “Python” below"


def _of_distribution(one: Distribution) -> str:
    about = one.metadata
    licence = about.get("License-Expression") or about.get("License") or ""
    if not licence or len(licence) > 100:  # some put the whole text there
        kinds = [k for k in about.get_all("Classifier", []) if k.startswith("License ::")]
        licence = ", ".join(kind.split(" :: ")[-1] for kind in kinds)
    files = [
        Path(str(file.locate()))
        for file in one.files or ()
        if ".dist-info" in str(file)
        and re.search("licen[cs]e|copying|notice|author", str(file), re.IGNORECASE)
    ]
    texts = [f"--- {file.name} ---\n{file.read_text('utf-8', 'replace')}" for file in sorted(files)]
    return "\n\n".join([f"{one.name} {one.version}\nLicence: {licence or 'see below'}", *texts])


def _debian_packages(paths: Iterable[Path]) -> dict[Path, str]:
    """Say which package of the build system each file is from, where that is Debian's kind."""
    if shutil.which("dpkg") is None:
        return {}
    spellings = {}  # /usr/lib is /lib there, and dpkg knows a file by one of its names
    for path in paths:
        for one in (path, path.resolve()):
            spellings[str(one)] = spellings[str(one).removeprefix("/usr")] = path
    found = subprocess.run(
        ["dpkg", "-S", *spellings], capture_output=True, text=True, check=False
    ).stdout
    lines = (line.rsplit(": ", 1) for line in found.splitlines() if ": /" in line)
    return {spellings[place]: package.split(":")[0] for package, place in lines}


def _of_debian(package: str) -> str:
    text = Path("/usr/share/doc", package, "copyright").read_text("utf-8", "replace")
    return f"{package} (system library, from Debian)\n\n{text}"


def _common(text: str) -> list[str]:
    """Return the licences that Debian's copyright files refer to."""
    paths = {Path("/usr/share/common-licenses", name) for name in COMMON.findall(text)}
    return [f"{path.name}\n\n{path.read_text('utf-8')}" for path in sorted(paths) if path.is_file()]
