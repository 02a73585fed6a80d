import subprocess
import sys
from pathlib import Path

import cv2
import numpy as np
import numpy.typing as npt
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from PIL import Image as Pillow

from core.clip import sheet_folder
from core.images import Image, ImageError, is_line, write_png
from core.palette import Rgba, pack
from core.sheets import (
    AmbiguousLinesError,
    SheetError,
    SheetFiles,
    find_sheets,
    read_sheet,
    segment_colors,
)

CUT = "作品　テスト/カット 012"
NOTHING: Rgba = (0, 0, 0, 0)
PAPER: Rgba = (255, 255, 255, 0)
WHITE: Rgba = (255, 255, 255, 255)
BLACK: Rgba = (0, 0, 0, 255)
BROWN: Rgba = (120, 60, 30, 255)
BLUE: Rgba = (40, 60, 130, 255)
SKIN: Rgba = (250, 220, 200, 255)
HAIR: Rgba = (90, 60, 140, 255)
RED: Rgba = (200, 30, 40, 255)

COLORS = {" ": NOTHING, "#": BLACK, "w": WHITE, "s": SKIN, "h": HAIR, "r": RED, "b": BROWN}

FACE = """
..############..
.#hhhhhhhhhhhh#.
.#hh########hh#.
.#h#ssssssss#h#.
.#h#s##ss##s#h#.
.##ss#wss#wss##.
..#s##ss##sss#..
..#ssssssssss#..
...##########...
................
""".strip()


def paint(art: str, background: Rgba = NOTHING) -> Image:
    """Return the picture of an ASCII drawing; dots are background."""
    rows = [[background if c == "." else COLORS[c] for c in row] for row in art.splitlines()]
    return np.array(rows, np.uint8)


def lines_of(color: Image, line: Rgba = BLACK) -> Image:
    mask = (color == line).all(axis=2)
    return np.where(mask[..., None], color, np.array(PAPER, np.uint8))


@pytest.fixture
def cut(tmp_path: Path) -> Path:
    folder = tmp_path / CUT
    folder.mkdir(parents=True)
    return folder


def save(path: Path, image: Image) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    if path.suffix == ".png":
        write_png(path, image)
    else:
        Pillow.fromarray(image).save(path)
    return path


def character(line: Rgba = BLACK, background: Rgba = NOTHING, width: int = 1) -> Image:
    """A head with hair, two eyes, a mouth and a collar; every region is outlined."""
    image = np.full((120, 100, 4), background, np.uint8)

    def shape(center: tuple[int, int], axes: tuple[int, int], fill: Rgba) -> None:
        cv2.ellipse(image, center, axes, 0, 0, 360, fill, cv2.FILLED)
        cv2.ellipse(image, center, axes, 0, 0, 360, line, width)

    shape((50, 50), (44, 44), HAIR)
    shape((50, 60), (32, 36), SKIN)
    for x in (38, 62):
        shape((x, 55), (7, 9), WHITE)
        cv2.circle(image, (x, 56), 3, line, cv2.FILLED)  # pupils in exactly the line colour
    cv2.ellipse(image, (50, 80), (10, 3), 0, 0, 180, line, width)
    cv2.rectangle(image, (30, 98), (70, 116), RED, cv2.FILLED)
    cv2.rectangle(image, (30, 98), (70, 116), line, width)
    return image


def error_of(files: SheetFiles) -> SheetError:
    with pytest.raises(SheetError) as error:
        read_sheet(files)
    text = str(error.value)
    assert "\n" not in text
    assert text.endswith(".")
    return error.value


# ------------------------------------------------------------------- finding


def pairs(folder: Path, *names: str) -> None:
    for name in names:
        save(folder / "gt" / name, paint(FACE))
        save(folder / "line" / name, lines_of(paint(FACE)))


@pytest.mark.parametrize("where", ["", "ref"])
def test_a_folder_with_line_and_gt_is_pairs_in_natural_order(cut: Path, where: str) -> None:
    pairs(cut / where, "10.png", "9.png", "正面.png")
    sheets, notices = find_sheets([cut])
    assert [sheet.name for sheet in sheets] == ["9", "10", "正面"]
    assert sheets[0].line == cut / where / "line" / "9.png"
    assert sheets[0].color == cut / where / "gt" / "9.png"
    assert notices == ()


def test_beside_ref_line_and_gt_are_the_clip_and_not_sheets(cut: Path) -> None:
    pairs(cut, "0000.png", "0001.png")
    pairs(cut / "ref", "front.png")
    sheets, _ = find_sheets([cut])
    assert [sheet.name for sheet in sheets] == ["front"]
    found = sheet_folder(cut / "line")
    assert found is not None
    assert find_sheets([found])[0] == sheets


@pytest.mark.parametrize("half", ["line", "gt"])
def test_one_half_of_the_pairs_means_both(cut: Path, half: str) -> None:
    pairs(cut, "front.png")
    assert find_sheets([cut / half]) == find_sheets([cut])


def test_what_has_no_partner_is_named(cut: Path) -> None:
    pairs(cut, "front.png")
    save(cut / "line" / "side.png", lines_of(paint(FACE)))
    save(cut / "gt" / "back.png", paint(FACE))
    sheets, notices = find_sheets([cut])
    assert [sheet.name for sheet in sheets] == ["front"]
    assert notices == (
        "Left out of line, no picture of that name in gt: side.png.",
        "Left out of gt, no picture of that name in line: back.png.",
    )


def test_partners_may_have_another_ending_and_case(cut: Path) -> None:
    save(cut / "line" / "Front.tga", lines_of(paint(FACE)))
    save(cut / "gt" / "front.png", paint(FACE))
    sheets, notices = find_sheets([cut])
    assert [(s.line and s.line.name, s.color.name) for s in sheets] == [("Front.tga", "front.png")]
    assert notices == ()


def test_of_two_pictures_with_one_name_the_first_is_taken(cut: Path) -> None:
    pairs(cut, "front.png")
    save(cut / "gt" / "front.tga", paint(FACE))
    sheets, notices = find_sheets([cut])
    assert [sheet.color.name for sheet in sheets] == ["front.png"]
    assert notices == ("front.tga left out: front.png in gt has that name.",)


@pytest.mark.parametrize("backwards", [False, True])
def test_two_files_are_a_pair_in_either_order(cut: Path, backwards: bool) -> None:
    files = [save(cut / "a.png", paint(FACE)), save(cut / "b.png", lines_of(paint(FACE)))]
    sheets, _ = find_sheets(files[::-1] if backwards else files)
    assert sheets == (SheetFiles("a", cut / "b.png", cut / "a.png"),)


def test_a_smooth_line_drawing_with_many_greys_is_still_the_line_drawing(cut: Path) -> None:
    color = save(cut / "color.png", character())
    grey = np.full((120, 100, 4), WHITE, np.uint8)
    for radius in range(8, 48, 10):
        cv2.circle(grey, (50, 50), radius, BLACK, 1, cv2.LINE_AA)
    line = save(cut / "line.png", grey)
    assert len(np.unique(pack(grey))) > len(np.unique(pack(character())))
    assert find_sheets([color, line])[0] == (SheetFiles("color", line, color),)


def test_two_coloured_drawings_are_two_sheets(cut: Path) -> None:
    files = [save(cut / f"{name}.png", character()) for name in ("side", "front")]
    sheets, _ = find_sheets(files)
    assert [(sheet.name, sheet.line) for sheet in sheets] == [("front", None), ("side", None)]


def test_one_file_and_three_files_are_coloured_drawings_alone(cut: Path) -> None:
    files = [save(cut / f"{name}.png", paint(FACE)) for name in ("10", "9", "b")]
    assert find_sheets(files[:1])[0] == (SheetFiles("10", None, cut / "10.png"),)
    assert [sheet.name for sheet in find_sheets(files)[0]] == ["9", "10", "b"]
    assert find_sheets([cut]) == find_sheets(files)


def test_folders_and_files_may_be_chosen_together(cut: Path) -> None:
    pairs(cut / "A", "front.png")
    extra = save(cut / "extra.png", paint(FACE))
    assert [sheet.name for sheet in find_sheets([extra, cut / "A"])[0]] == ["front", "extra"]


def test_other_files_are_left_out_with_a_notice(cut: Path) -> None:
    sheet = save(cut / "front.png", paint(FACE))
    (cut / "notes.txt").touch()
    sheets, notices = find_sheets([cut / "notes.txt", sheet])
    assert len(sheets) == 1
    assert notices == ("Left out, not a PNG, TGA, TIFF or BMP picture: notes.txt.",)


def test_nothing_to_use_is_one_sentence(cut: Path) -> None:
    (cut / "Thumbs.db").touch()
    with pytest.raises(SheetError, match="no colour design sheet in カット 012"):
        find_sheets([cut])


def test_a_path_that_is_gone_is_said(cut: Path) -> None:
    with pytest.raises(SheetError, match=r"nope does not exist"):
        find_sheets([cut / "nope"])


def test_an_unreadable_file_of_two_is_one_sentence(cut: Path) -> None:
    (cut / "line.png").touch()
    with pytest.raises(ImageError, match=r"line.png is empty"):
        find_sheets([save(cut / "front.png", paint(FACE)), cut / "line.png"])


# --------------------------------------------------------------- line + colour


def test_a_pair_is_its_lines_and_its_colours(cut: Path) -> None:
    color = paint(FACE)
    color[0, 0] = (9, 9, 9, 0)
    files = SheetFiles("", save(cut / "l.png", lines_of(color)), save(cut / "c.png", color))
    line, read = read_sheet(files)
    np.testing.assert_array_equal(line, lines_of(paint(FACE)))
    np.testing.assert_array_equal(read, paint(FACE))


def test_sizes_that_differ_are_both_named(cut: Path) -> None:
    line = save(cut / "l.png", lines_of(paint(FACE))[1:])
    error = error_of(SheetFiles("", line, save(cut / "c.png", paint(FACE))))
    assert "l.png is 16 x 9 and c.png is 16 x 10" in str(error)


def test_a_blank_line_drawing_is_one_sentence(cut: Path) -> None:
    line = save(cut / "l.png", np.zeros((10, 16, 4), np.uint8))
    assert "l.png is blank" in str(error_of(SheetFiles("", line, save(cut / "c.png", paint(FACE)))))


def test_a_line_drawing_instead_of_the_colours_is_one_sentence(cut: Path) -> None:
    line = save(cut / "l.png", lines_of(paint(FACE)))
    assert "l.png has no colours between its lines" in str(error_of(SheetFiles("", line, line)))


def test_a_line_drawing_on_grey_paper_is_one_sentence(cut: Path) -> None:
    paper = np.full((10, 16, 4), (230, 230, 230, 255), np.uint8)
    line = save(cut / "l.png", paper)
    with pytest.raises(ImageError, match="its background is #E6E6E6"):
        read_sheet(SheetFiles("", line, save(cut / "c.png", paint(FACE))))


# ------------------------------------------------------------------ background


@pytest.mark.parametrize("alone", [False, True])
def test_white_at_the_edge_is_background_and_other_white_stays(cut: Path, alone: bool) -> None:
    color = save(cut / "c.tga", paint(FACE, WHITE))
    line = None if alone else save(cut / "l.png", lines_of(paint(FACE)))
    _, read = read_sheet(SheetFiles("", line, color, (BLACK,)))
    np.testing.assert_array_equal(read, paint(FACE))


def test_white_stays_white_where_the_paper_is_transparent(cut: Path) -> None:
    color = paint(FACE)
    color[:, :1] = WHITE
    files = SheetFiles("", save(cut / "l.png", lines_of(color)), save(cut / "c.png", color))
    np.testing.assert_array_equal(read_sheet(files)[1], color)


def test_lines_of_the_pair_hold_the_background_even_if_the_colours_show_none(cut: Path) -> None:
    """A white shirt on white paper, painted without its outline."""
    line = lines_of(paint("......\n.####.\n.#ww#.\n.####.\n......"))
    color = paint("......\n.wwww.\n.wwrw.\n.wwww.\n......", WHITE)
    files = SheetFiles("", save(cut / "l.png", line), save(cut / "c.png", color))
    read = read_sheet(files)[1]
    assert read[2, 2].tolist() == list(WHITE)
    assert read[0, 0].tolist() == list(NOTHING)


def test_background_does_not_leak_through_a_diagonal_line(cut: Path) -> None:
    art = "..#..\n.#w#.\n#www#\n.#r#.\n..#..\n"
    files = SheetFiles("", None, save(cut / "c.png", paint(art, WHITE)), (BLACK,))
    np.testing.assert_array_equal(read_sheet(files)[1], paint(art))


# ---------------------------------------------------------------- flat colours


def test_a_gradient_is_no_flat_colouring(cut: Path) -> None:
    color = paint("s" * 40 + "\n" + ("s" * 40 + "\n") * 30)
    color[..., 0], color[..., 1] = np.indices(color.shape[:2])
    for line in (None, save(cut / "l.png", np.full((31, 40, 4), (0, 0, 0, 0), np.uint8))):
        if line:
            write_png(line, lines_of(paint(("#" + "s" * 39 + "\n") * 31)))
        error = error_of(SheetFiles("", line, save(cut / "c.png", color)))
        assert "more than the 512 of flat colouring" in str(error)


def test_smooth_pixels_under_the_lines_of_a_pair_do_not_count(cut: Path) -> None:
    art = ("#" * 30 + "s" * 10 + "\n") * 31
    color = paint(art)
    color[:, :30, 0], color[:, :30, 1] = np.indices((31, 30))
    files = SheetFiles("", save(cut / "l.png", lines_of(paint(art))), save(cut / "c.png", color))
    assert is_line(read_sheet(files)[0])[:, :30].all()


# ---------------------------------------------------- a coloured drawing alone


@pytest.mark.parametrize("background", [NOTHING, WHITE])
@pytest.mark.parametrize("width", [1, 2, 3])
@pytest.mark.parametrize("line", [BLACK, (20, 10, 30, 255)])
def test_black_lines_are_the_lines(cut: Path, line: Rgba, width: int, background: Rgba) -> None:
    color = character(line, background, width)
    read_line, read_color = read_sheet(SheetFiles("", None, save(cut / "c.png", color)))
    np.testing.assert_array_equal(read_line, lines_of(color, line))
    np.testing.assert_array_equal(read_color, character(line, NOTHING, width))


def test_pupils_in_the_line_colour_are_line(cut: Path) -> None:
    line, _ = read_sheet(SheetFiles("", None, save(cut / "c.png", character())))
    assert is_line(line)[56, 38]


def test_a_black_coat_does_not_hide_black_lines(cut: Path) -> None:
    color = character()
    cv2.rectangle(color, (30, 98), (70, 116), BLACK, cv2.FILLED)
    line, _ = read_sheet(SheetFiles("", None, save(cut / "c.png", color)))
    assert is_line(line)[98:117, 30:71].all()


def test_black_pupils_do_not_win_over_brown_lines(cut: Path) -> None:
    color = character(BROWN)
    for x in (38, 62):
        cv2.circle(color, (x, 56), 3, BLACK, cv2.FILLED)
    line, _ = read_sheet(SheetFiles("", None, save(cut / "c.png", color)))
    np.testing.assert_array_equal(line, lines_of(color, BROWN))


def test_black_wins_over_red_lines_in_it(cut: Path) -> None:
    color = character()
    cv2.line(color, (20, 30), (50, 20), RED, 1)
    line, _ = read_sheet(SheetFiles("", None, save(cut / "c.png", color)))
    np.testing.assert_array_equal(line, lines_of(color))


def test_the_only_thin_colour_is_the_line(cut: Path) -> None:
    color = character(BROWN)
    line, _ = read_sheet(SheetFiles("", None, save(cut / "c.png", color)))
    np.testing.assert_array_equal(line, lines_of(color, BROWN))


def two_lines() -> Image:
    color = character(BROWN)
    color[:50][(color[:50] == BROWN).all(axis=2)] = BLUE
    return color


def test_two_line_colours_are_for_the_user_to_choose(cut: Path) -> None:
    path = save(cut / "c.png", two_lines())
    error = error_of(SheetFiles("", None, path))
    assert isinstance(error, AmbiguousLinesError)
    assert {rgba for rgba, _ in error.candidates[:2]} == {BROWN, BLUE}
    counts = dict(error.candidates)
    assert counts[BLUE] == np.count_nonzero((two_lines() == BLUE).all(axis=2))


def test_chosen_line_colours_are_the_lines(cut: Path) -> None:
    path = save(cut / "c.png", two_lines())
    line, color = read_sheet(SheetFiles("", None, path, (BROWN, BLUE)))
    expected = lines_of(two_lines(), BROWN) | lines_of(two_lines(), BLUE)
    np.testing.assert_array_equal(is_line(line), is_line(expected))
    np.testing.assert_array_equal(line[is_line(line)], two_lines()[is_line(line)])
    np.testing.assert_array_equal(color, two_lines())


def test_a_chosen_colour_that_is_not_there_is_one_sentence(cut: Path) -> None:
    path = save(cut / "c.png", character())
    assert "no pixel in the line colour #783C1E" in str(
        error_of(SheetFiles("", None, path, (BROWN,)))
    )


def test_colours_without_lines_are_one_sentence(cut: Path) -> None:
    color = np.zeros((60, 60, 4), np.uint8)
    color[10:50, 10:30], color[10:50, 30:50], color[20:30, 20:40] = SKIN, HAIR, RED
    color[24:27, 24:27] = BLACK
    error = error_of(SheetFiles("", None, save(cut / "c.png", color)))
    assert "has no lines" in str(error)
    assert not isinstance(error, AmbiguousLinesError)


@pytest.mark.parametrize("blank", [NOTHING, WHITE])
def test_a_blank_page_has_no_lines(cut: Path, blank: Rgba) -> None:
    page = save(cut / "c.png", np.full((20, 20, 4), blank, np.uint8))
    assert "has no lines" in str(error_of(SheetFiles("", None, page)))


def test_a_line_drawing_alone_is_no_sheet(cut: Path) -> None:
    drawing = save(cut / "l.png", lines_of(character()))
    assert "no colours between its lines" in str(error_of(SheetFiles("", None, drawing)))


def test_a_broken_sheet_is_one_sentence(cut: Path) -> None:
    (cut / "c.png").touch()
    with pytest.raises(ImageError, match=r"c\.png is empty"):
        read_sheet(SheetFiles("", None, cut / "c.png"))


# ------------------------------------------------------------- segment colours


def labels(art: str) -> npt.NDArray[np.int32]:
    return np.array([[int(c) for c in row] for row in art.split()], np.int32)


def test_a_segment_has_its_most_frequent_colour() -> None:
    found = segment_colors(labels("11102 11102 11102"), paint("ssr h\nsss r\nrss r"))
    np.testing.assert_array_equal(found, pack(np.array([SKIN, RED], np.uint8)))


def test_of_equally_frequent_colours_the_smallest_in_rgba_order_is_taken() -> None:
    image = np.array([[(2, 1, 1, 255), (1, 9, 9, 255), (1, 9, 8, 255)]], np.uint8)
    found = segment_colors(labels("111"), image)
    np.testing.assert_array_equal(found, pack(np.array([(1, 9, 8, 255)], np.uint8)))


def test_transparent_is_a_colour_however_it_is_written() -> None:
    image = np.array([[(255, 255, 255, 0), (0, 0, 0, 0), SKIN]], np.uint8)
    assert segment_colors(labels("111"), image).tolist() == [0]


def test_lines_have_no_colour_and_no_label_no_segment() -> None:
    assert segment_colors(labels("00"), paint("##")).tolist() == []


@given(st.data(), st.integers(1, 6), st.integers(1, 8))
def test_segment_colours_are_those_of_the_reference_formula(
    data: st.DataObject, height: int, width: int
) -> None:
    label_map = data.draw(arrays(np.int32, (height, width), elements=st.integers(0, 4)))
    color = data.draw(
        arrays(np.uint8, (height, width, 4), elements=st.sampled_from([0, 1, 2, 255]))
    )
    color[color[..., 3] == 0] = 0
    expected = []
    for label in range(1, int(label_map.max()) + 1):
        values = color[label_map == label]
        if len(values) == 0:
            expected.append(0)
            continue
        unique, counts = np.unique(values, axis=0, return_counts=True)
        expected.append(int(pack(unique[counts.argmax()])))
    found = segment_colors(label_map, color)
    assert found.dtype == np.uint32
    assert found.tolist() == expected


# ------------------------------------------------------------ drawn characters


def test_drawn_character_sheets_are_read_with_and_without_their_lines(tmp_path: Path) -> None:
    tools = Path(__file__).parents[3] / "shared" / "tools"
    if not (tools / "draw_cels.py").is_file():
        pytest.skip(f"{tools / 'draw_cels.py'} is not on this machine")
    command = [sys.executable, "draw_cels.py", str(tmp_path / "cels")]
    options = ["--characters", "1", "--clips", "1", "--frames", "1", "--size", "320"]
    subprocess.run([*command, *options], cwd=tools, check=True, capture_output=True)
    (clip,) = (tmp_path / "cels").iterdir()
    sheets, notices = find_sheets([clip])
    assert [sheet.name for sheet in sheets] == ["0000", "0001", "0002", "0003", "0004", "0005"]
    assert notices == ()
    for sheet in sheets:
        line, color = read_sheet(sheet)
        alone_line, alone_color = read_sheet(SheetFiles(sheet.name, None, sheet.color))
        np.testing.assert_array_equal(alone_line, line)
        np.testing.assert_array_equal(alone_color, color)
        count, label_map = cv2.connectedComponents((~is_line(line)).astype(np.uint8), None, 4)
        colors = segment_colors(label_map, color)
        assert len(colors) == count - 1
        np.testing.assert_array_equal(
            colors[label_map - 1][label_map > 0], pack(color)[label_map > 0]
        )
