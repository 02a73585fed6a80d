"""Linux desktops: icons of every size, a menu entry, a type for cut files, and all of it undone."""

import os
import shutil
import subprocess
import sys
from pathlib import Path
from xml.etree import ElementTree

import pytest
from PIL import Image

from core.cut_tables import APPLICATION_ID

PACKAGING = Path(__file__).parents[2] / "packaging"


@pytest.fixture(scope="session")
def drawn(tmp_path_factory):
    """What packaging/icons.py makes."""
    folder = tmp_path_factory.mktemp("drawn")
    environment = os.environ | {"QT_QPA_PLATFORM": "offscreen"}
    subprocess.run(
        [sys.executable, PACKAGING / "icons.py", folder], env=environment, check=True, timeout=120
    )
    return folder


def test_icons_have_the_sizes_of_their_folders(drawn):
    found = list((drawn / "icons" / "hicolor").glob("*/apps/shiage.png"))
    assert len(found) == 10
    for path in found:
        size = int(path.parts[-3].partition("x")[0])
        with Image.open(path) as icon:
            assert icon.size == (size, size)
            assert icon.getextrema()[3] == (0, 255)  # round corners, and something in between


def test_icons_of_windows_and_macos_hold_many_sizes(drawn):
    with Image.open(drawn / "shiage.ico") as icon:
        assert {16, 32, 48, 256} <= {width for width, _ in icon.info["sizes"]}
    with Image.open(drawn / "shiage.icns") as icon:
        assert {32, 256, 512, 1024} <= {width * scale for width, _, scale in icon.info["sizes"]}


def test_the_type_of_cut_files_has_our_application_id():
    root = ElementTree.parse(PACKAGING / "linux" / "shiage.xml").getroot()
    matches = [each.attrib for each in root.iter() if each.tag.endswith("}match")]
    assert [int(each["value"], 16) for each in matches if each["offset"] == "68"] == [
        APPLICATION_ID
    ]


@pytest.mark.skipif(sys.platform != "linux", reason="the script is for Linux desktops")
def test_installing_and_removing_leaves_nothing(drawn, tmp_path):
    folder, prefix = tmp_path / "unpacked 仕上げ" / "Shiage", tmp_path / "prefix"
    (folder / "share").mkdir(parents=True)
    shutil.copytree(drawn / "icons", folder / "share" / "icons")
    for name in ("shiage.desktop", "shiage.xml"):
        shutil.copy(PACKAGING / "linux" / name, folder / "share")
    shutil.copy(PACKAGING / "linux" / "install.sh", folder)
    program = folder / "Shiage"
    program.touch()

    subprocess.run([folder / "install.sh", prefix], check=True)
    entry = (prefix / "share" / "applications" / "shiage.desktop").read_text("utf-8")
    assert f'Exec="{program}" %f' in entry.splitlines()
    assert (prefix / "bin" / "Shiage").resolve() == program
    assert len(list(prefix.rglob("shiage.png"))) == 10
    assert (prefix / "share" / "mime" / "packages" / "shiage.xml").exists()

    subprocess.run([folder / "install.sh", "--remove", prefix], check=True)
    assert not [path for path in prefix.rglob("*") if "shiage" in path.name.casefold()]
