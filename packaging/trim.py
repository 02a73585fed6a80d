"""Trim: what the frozen program does not need of what PyInstaller found."""

from collections.abc import Iterable
from fnmatch import fnmatch
from pathlib import Path, PurePosixPath

from PyInstaller.depend.bindepend import get_imports

Entry = tuple[str, str, str]
"""Name inside the folder, where it comes from, and PyInstaller's code for its kind."""

MODULES = [
    # imported by name somewhere in PyTorch, timm or huggingface_hub, never on our ways
    *("matplotlib", "networkx", "pandas", "pydantic", "pygments", "rich", "scipy", "skimage"),
    *("IPython", "tensorboard", "tkinter", "triton", "hf_xet", "setuptools", "pip"),
    *("cryptography", "OpenSSL", "cffi"),
    # torch.compile, which nothing here calls: its planner is imported, its compilers are not
    *("torch._inductor.codegen", "torch._inductor.kernel", "torch._inductor.fx_passes"),
    *("PySide6.QtNetwork", "PySide6.QtDBus"),
]
"""Modules that are left out."""

FILES = [
    "torch/test/*",
    "torch/include/*",
    "torch/share/*",
    "torch/bin/[!t]*",  # torch_shm_manager stays: `import torch` looks for it
    "torch/bin/test_*",
    "torch/bin/tutorial_*",
    *(f"torch/lib/lib{name}.*" for name in ("jitbackend_test", "torchbind_test")),
    *(f"torch/lib/lib{name}.*" for name in ("aoti_custom_ops", "backend_with_compiler")),
    "torchvision/_C*",  # operators that core.encoders.dinov2.load_timm does without
    "PySide6/Qt/lib/libQt6Egl*",
    "PySide6/Qt/lib/libQt6Network*",
    "PySide6/Qt/translations/*",
    "PySide6/Qt/plugins/*",
]
"""Files that are left out, unless they are in `KEPT`."""

KEPT = [
    "PySide6/Qt/plugins/*/libq*xcb*",
    "PySide6/Qt/plugins/platforms/libqoffscreen*",
    "PySide6/Qt/plugins/platforms/libqwayland*",
    "PySide6/Qt/plugins/wayland-shell-integration/libxdg-shell*",
    "PySide6/Qt/plugins/wayland-decoration-client/libbradient*",
    "PySide6/Qt/plugins/platformthemes/libqxdgdesktopportal*",
    "PySide6/Qt/plugins/platforminputcontexts/*",  # Japanese input
    "PySide6/Qt/plugins/iconengines/*svg*",
    "PySide6/Qt/plugins/imageformats/*svg*",
    "PySide6/Qt/translations/qtbase_ja.qm",
    # Windows, macOS
    "PySide6/plugins/platforms/q[wo]*",
    "PySide6/plugins/styles/*",
    "PySide6/translations/qtbase_ja.qm",
    "PySide6/Qt/plugins/platforms/libqcocoa*",
    "PySide6/Qt/plugins/styles/*",
]


def trim(entries: Iterable[Entry]) -> list[Entry]:
    """Leave out what nobody uses, and then the links and system libraries that only that used."""
    kept = [entry for entry in entries if not _is_dropped(entry[0])]
    names = {name for name, _, _ in kept}
    kept = [entry for entry in kept if entry[2] != "SYMLINK" or _target(entry) in names]
    return _reachable(kept)


def _is_dropped(name: str) -> bool:
    path = PurePosixPath(Path(name).as_posix())
    return _fits(path, FILES) and not _fits(path, KEPT)


def _fits(path: PurePosixPath, patterns: Iterable[str]) -> bool:
    return any(fnmatch(str(path), pattern) for pattern in patterns)  # its * takes / as well


def _target(link: Entry) -> str:
    name, target, _ = link
    return str(PurePosixPath(name).parent / target)


def _reachable(entries: list[Entry]) -> list[Entry]:
    """Drop libraries of the system that no other file needs (those of plugins left out)."""
    files = [e for e in entries if e[2] in ("BINARY", "EXTENSION")]
    system = {e[0]: e for e in files if _is_of_system(e)}
    waiting = [e for e in files if not _is_of_system(e)]
    needed: set[str] = set()
    while waiting:
        for library, _ in get_imports(waiting.pop()[1]):
            name = Path(library).name
            if name in system and name not in needed:
                needed.add(name)
                waiting.append(system[name])
    return [e for e in entries if e[0] not in system or e[0] in needed]


def _is_of_system(entry: Entry) -> bool:
    name, source, _ = entry
    is_beside_python = "/" not in name and "site-packages" not in source
    return is_beside_python and ".so" in name and not name.startswith("libpython")
