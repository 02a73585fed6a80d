"""Export: what came from a person is never written to, however its folder is spelled."""

import numpy as np
import pytest
from PIL import Image

from core.export import ExportError, export_frame, prepare_folder


@pytest.fixture
def drawing(tmp_path):
    path = tmp_path / "line" / "A0001.tga"
    path.parent.mkdir()
    path.touch()
    return path


def is_refused(folder, drawings, sheets=()):
    try:
        prepare_folder(folder, drawings, sheets)
    except ExportError as error:
        return "never written to" in str(error)
    return False


def test_a_folder_that_is_not_there_is_made_with_those_above_it(drawing, tmp_path):
    prepare_folder(tmp_path / "to" / "paint", [drawing], [])
    assert (tmp_path / "to" / "paint").is_dir()


def test_the_folder_of_the_drawings_is_refused_under_a_relative_name(
    drawing, tmp_path, monkeypatch
):
    monkeypatch.chdir(tmp_path)
    relative = drawing.relative_to(tmp_path)
    assert is_refused(relative.parent, [drawing])
    assert is_refused(drawing.parent, [relative])
    assert is_refused(drawing.parent / ".." / "line", [drawing])


def test_the_folder_of_the_drawings_is_refused_when_a_link_leads_there(drawing, tmp_path):
    link = tmp_path / "link"
    link.symlink_to(drawing.parent, target_is_directory=True)
    assert is_refused(link, [drawing])
    assert is_refused(drawing.parent, [link / drawing.name])


def test_a_folder_of_drawings_that_is_gone_is_refused_under_a_relative_name(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    gone = tmp_path / "gone"
    assert is_refused(gone.relative_to(tmp_path), [gone / "A0001.tga"])
    assert not gone.exists()


def test_no_frame_replaces_a_sheet_that_a_link_leads_to(drawing, tmp_path):
    sheets = tmp_path / "sheets"
    sheets.mkdir()
    (sheets / "A0001.png").touch()
    link = tmp_path / "link"
    link.symlink_to(sheets, target_is_directory=True)
    assert is_refused(link, [drawing], [sheets / "A0001.png"])
    assert not is_refused(link, [drawing.with_name("A0002.tga")], [sheets / "A0001.png"])


def test_a_folder_that_becomes_a_link_to_the_drawings_is_refused_in_the_middle(drawing, tmp_path):
    out, picture = tmp_path / "out", np.zeros((3, 4), np.uint32)
    prepare_folder(out, [drawing], [])
    written = export_frame(picture, out, drawing)
    written.unlink()
    out.rmdir()
    out.symlink_to(drawing.parent, target_is_directory=True)
    with pytest.raises(ExportError, match="never written to"):
        export_frame(picture, out, drawing)
    assert list(drawing.parent.iterdir()) == [drawing]


def test_what_a_person_painted_beside_a_sheet_is_not_replaced_and_our_own_frames_are(
    drawing, tmp_path
):
    """It may be a sheet that was left out: it has no partner, or its lines are not clear."""
    sheet, painted = tmp_path / "gt" / "front.png", tmp_path / "gt" / "A0001.png"
    sheet.parent.mkdir()
    sheet.touch()
    Image.new("RGBA", (4, 3), "red").save(painted)
    assert is_refused(sheet.parent, [drawing], [sheet])
    painted.write_bytes(b"damaged")
    assert is_refused(sheet.parent, [drawing], [sheet])
    painted.unlink()
    assert not is_refused(sheet.parent, [drawing], [sheet])
    export_frame(np.zeros((3, 4), np.uint32), sheet.parent, drawing)
    assert not is_refused(sheet.parent, [drawing], [sheet])
