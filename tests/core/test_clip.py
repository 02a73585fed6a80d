import os
import sys
from pathlib import Path

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from PIL import Image as Pillow

from core.clip import Clip, ClipError, natural_key, open_clip, parse_name, same, sheet_folder

CUT = "作品　テスト/カット 012"


@pytest.fixture
def cut(tmp_path: Path) -> Path:
    folder = tmp_path / CUT
    folder.mkdir(parents=True)
    return folder


def draw(folder: Path, *names: str, size: tuple[int, int] = (8, 6)) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    for name in names:
        Pillow.new("RGB", size).save(folder / name)


def names(clip: Clip) -> list[str]:
    return [frame.path.name for frame in clip.frames]


# --------------------------------------------------------------------- names


@pytest.mark.parametrize(
    ("stem", "parsed"),
    [
        ("0000", ("", 0, "")),
        ("A0001", ("A", 1, "")),
        ("a001", ("a", 1, "")),
        ("A_0001", ("A", 1, "")),
        ("A.0001", ("A", 1, "")),
        ("A-0012", ("A", 12, "")),
        ("A 3", ("A", 3, "")),
        ("1a", ("", 1, "a")),
        ("2B", ("", 2, "B")),
        ("１ａ", ("", 1, "ａ")),
        ("A_0001b", ("A", 1, "b")),
        ("A2_0003", ("A2", 3, "")),
        ("作品　カット012_A_0001", ("作品　カット012_A", 1, "")),
        ("原画　0007", ("原画", 7, "")),
        ("Ｂ０００２", ("Ｂ", 2, "")),
        ("0012345678901234567890", ("", 12345678901234567890, "")),
    ],
)
def test_names_of_the_trade_are_understood(stem: str, parsed: tuple[str, int, str]) -> None:
    assert parse_name(stem) == parsed


@pytest.mark.parametrize("stem", ["", "layout", "A_0001_final", "A", "タイムシート", "1ab", "_"])
def test_names_without_a_number_at_the_end_are_none(stem: str) -> None:
    assert parse_name(stem) is None


CELS = st.text(max_size=8).filter(lambda cel: not cel or not (cel[-1].isdecimal() or strips(cel)))


def strips(cel: str) -> bool:
    return cel[-1].isspace() or cel[-1] in "_.-＿．－\x1c\x1d\x1e\x1f"


@given(
    cel=CELS,
    separator=st.sampled_from(["", "_", ".", "-", " ", "__"]),
    number=st.integers(0, 99999),
    digits=st.integers(1, 6),
    suffix=st.sampled_from(["", "a", "B", "z"]),
)
@example(cel="原画", separator="", number=1, digits=4, suffix="")
def test_every_name_is_taken_apart_into_what_it_was_made_of(
    cel: str, separator: str, number: int, digits: int, suffix: str
) -> None:
    assert parse_name(f"{cel}{separator}{number:0{digits}}{suffix}") == (cel, number, suffix)


@given(st.text())
def test_any_text_is_a_name_or_none(text: str) -> None:
    parsed = parse_name(text)
    if parsed is not None:
        cel, number, suffix = parsed
        assert text.startswith(cel)
        assert text.endswith(suffix)
        assert number >= 0


@given(st.lists(st.text(), max_size=6))
def test_natural_order_does_not_depend_on_the_order_before(texts: list[str]) -> None:
    def key(text: str) -> tuple[object, str]:
        return natural_key(text), text

    backwards = texts[::-1]
    assert sorted(texts, key=key) == sorted(backwards, key=key)


@given(st.text(alphabet="Aaβ_が", max_size=4), st.integers(0, 999), st.integers(0, 999))
def test_natural_order_counts(text: str, first: int, second: int) -> None:
    assert (natural_key(f"{text}{first}") < natural_key(f"{text}{second:05}")) == (first < second)


def test_spellings_of_a_name_are_the_same() -> None:
    assert same("Ａ") == same("a")
    assert same("か\u3099") == same("が")
    assert same("か") != same("が")


# --------------------------------------------------------------------- order


def test_frames_come_in_the_order_of_cel_number_and_suffix(cut: Path) -> None:
    draw(cut, "B_0001.png", "a10.png", "A_0002.png", "A_0001.png", "A_0002a.png", "A2_0001.png")
    draw(cut, "0003.tga", "A_0002B.bmp", "あ0001.tif", "A_0003.TGA")
    clip = open_clip(cut)
    assert names(clip) == [
        "0003.tga",
        "A_0001.png",
        "A_0002.png",
        "A_0002a.png",
        "A_0002B.bmp",
        "A_0003.TGA",
        "a10.png",
        "A2_0001.png",
        "B_0001.png",
        "あ0001.tif",
    ]
    assert clip.folder == cut
    assert (clip.frames[3].cel, clip.frames[3].number, clip.frames[3].suffix) == ("A", 2, "a")


@given(st.sets(st.tuples(st.sampled_from("AB"), st.integers(0, 200)), min_size=1, max_size=12))
def test_any_numbering_comes_in_order(
    tmp_path_factory: pytest.TempPathFactory, drawings: set[tuple[str, int]]
) -> None:
    folder = tmp_path_factory.mktemp("clip")
    for cel, number in drawings:
        draw(folder, f"{cel}{number}.png", size=(1, 1))
    assert [(frame.cel, frame.number) for frame in open_clip(folder).frames] == sorted(drawings)


def test_a_complete_clip_has_no_notices(cut: Path) -> None:
    draw(cut, "A0001.png", "A0002.png", "A0003.png")
    assert open_clip(cut).notices == ()


# ------------------------------------------------------------------- notices


def test_gaps_are_named_for_each_cel(cut: Path) -> None:
    draw(cut, *(f"A{number:04}.png" for number in (1, 2, 4, 5, 6, 10)), "B0001.png", "B0003.png")
    assert open_clip(cut).notices == ("A: 3, 7-9 are missing.", "B: 2 is missing.")


def test_gaps_without_a_cel_are_numbers_only(cut: Path) -> None:
    draw(cut, "0000.png", "0004.png")
    assert open_clip(cut).notices == ("1-3 are missing.",)


def test_numbering_by_twos_stays_one_short_sentence(cut: Path) -> None:
    draw(cut, *(f"A{number:04}.png" for number in range(1, 41, 2)))
    assert open_clip(cut).notices == ("A: 2, 4, 6, 8, 10, 12, 14, 16 and 11 more are missing.",)


def test_a_clip_that_begins_later_has_no_gap(cut: Path) -> None:
    draw(cut, "A0101.png", "A0102.png")
    assert open_clip(cut).notices == ()


def test_pictures_without_a_number_are_left_out(cut: Path) -> None:
    draw(cut, "A0001.png", "layout.png", "タイムシート.tga")
    clip = open_clip(cut)
    assert names(clip) == ["A0001.png"]
    assert clip.notices == ("Left out, no number in the name: layout.png, タイムシート.tga.",)


def test_a_number_that_is_not_at_the_end_of_the_name_is_not_called_missing(cut: Path) -> None:
    draw(cut, "A0001.png", "A0002(1).png", "A0003_修正.png", "A0004aa.png", "layout.png")
    assert open_clip(cut).notices == (
        "Left out, the number is not at the end of the name (one letter may follow): "
        "A0002(1).png, A0003_修正.png, A0004aa.png.",
        "Left out, no number in the name: layout.png.",
    )


def test_the_letter_of_an_inserted_drawing_may_be_full_width(cut: Path) -> None:
    draw(cut, "１.png", "１ｂ.png", "1a.png", "１Ａ.png", "２.png")
    clip = open_clip(cut)
    assert names(clip) == ["１.png", "1a.png", "１ｂ.png", "２.png"]
    assert clip.notices == ("１Ａ.png left out: 1a.png has the same number.",)


def test_a_jpeg_cannot_be_a_line_drawing(cut: Path) -> None:
    draw(cut, "A0001.png", "A0002.jpg", "A0003.JPEG", "timesheet.jpg")
    clip = open_clip(cut)
    assert names(clip) == ["A0001.png"]
    assert clip.notices == (
        "Left out, JPEG smears lines, so save line drawings as PNG, TGA, TIFF or BMP: "
        "A0002.jpg, A0003.JPEG.",
    )


def test_of_equal_numbers_the_first_is_kept(cut: Path) -> None:
    draw(cut, "1.png", "0001.png", "A0001.png", "A_0001.tga", "a_1.bmp")
    clip = open_clip(cut)
    assert names(clip) == ["0001.png", "A0001.png"]
    assert clip.notices == (
        "1.png left out: 0001.png has the same number.",
        "a_1.bmp, A_0001.tga left out: A0001.png has the same number.",
    )


def test_unreadable_drawings_stay_out_with_their_sentence(cut: Path) -> None:
    draw(cut, "A0001.png", "A0003.png", "A0004.png")
    (cut / "A0002.png").touch()
    (cut / "A0003.png").write_bytes(b"GIF89a?")
    clip = open_clip(cut)
    assert names(clip) == ["A0001.png", "A0004.png"]
    assert len(clip.notices) == 2
    assert clip.notices[0].startswith("A0002.png is empty (0 bytes)")
    assert clip.notices[1].startswith("A0003.png is not a picture")


def test_of_equal_numbers_the_readable_one_is_kept(cut: Path) -> None:
    draw(cut, "A_0001.png")
    (cut / "A0001.png").touch()
    assert names(open_clip(cut)) == ["A_0001.png"]


def test_differing_sizes_are_said_once(cut: Path) -> None:
    draw(cut, "A0001.png", "A0003.png", "A0004.png")
    draw(cut, "A0002.png", size=(10, 20))
    clip = open_clip(cut)
    assert len(clip.frames) == 4
    assert clip.notices == (
        "The drawings differ in size: 8 x 6 (3 drawings), 10 x 20 (A0002.png).",
    )


def test_other_files_are_ignored_silently(cut: Path) -> None:
    draw(cut, "A0001.png")
    for name in ("Thumbs.db", ".DS_Store", "._A0001.png", ".A0002.png", "A0003.txt", "A0004.psd"):
        (cut / name).write_bytes(b"?")
    (cut / "A0005.png").mkdir()
    clip = open_clip(cut)
    assert names(clip) == ["A0001.png"]
    assert clip.notices == ()


# ------------------------------------------------------------- folder layouts


def test_a_file_opens_its_folder(cut: Path) -> None:
    draw(cut, "A0001.png", "A0002.png")
    assert open_clip(cut / "A0002.png") == open_clip(cut)


def test_drawings_in_a_line_folder_are_the_clip(cut: Path) -> None:
    draw(cut / "line", "0000.png", "0001.png")
    draw(cut / "gt", "0000.png", "0001.png")
    draw(cut, "preview.png")
    assert open_clip(cut) == open_clip(cut / "line")
    assert open_clip(cut).folder == cut / "line"


def test_drawings_beside_a_line_folder_come_first(cut: Path) -> None:
    draw(cut, "0000.png")
    draw(cut / "line", "0000.png")
    assert open_clip(cut).folder == cut


def test_sheets_are_found_in_and_beside_the_folder(cut: Path) -> None:
    assert sheet_folder(cut) is None
    draw(cut / "line", "0000.png")
    draw(cut / "Ref" / "line", "front.png")
    assert sheet_folder(cut) is None
    draw(cut / "Ref" / "GT", "front.png")
    assert sheet_folder(cut) == cut / "Ref"
    assert sheet_folder(cut / "line") == cut / "Ref"
    assert sheet_folder(open_clip(cut).folder) == cut / "Ref"
    assert sheet_folder(cut / "nowhere" / "at all") is None


# -------------------------------------------------------------------- errors


def sentence(folder: Path) -> str:
    with pytest.raises(ClipError) as error:
        open_clip(folder)
    text = str(error.value)
    assert "\n" not in text
    assert text.endswith(".")
    return text


def test_a_missing_folder_is_one_sentence(cut: Path) -> None:
    assert f"{cut / 'B'} does not exist" in sentence(cut / "B")


def test_an_empty_folder_is_one_sentence(cut: Path) -> None:
    (cut / "notes.txt").touch()
    assert f"{cut} has no drawings" in sentence(cut)


def test_a_folder_without_numbers_is_one_sentence(cut: Path) -> None:
    draw(cut, "layout.png")
    assert "has a number at the end of its name (layout.png)" in sentence(cut)


def test_a_folder_of_jpegs_is_one_sentence(cut: Path) -> None:
    draw(cut, "A0001.jpg")
    assert "has no drawings but JPEG files (A0001.jpg)" in sentence(cut)


def test_drawings_only_in_folders_below_are_named(cut: Path) -> None:
    draw(cut / "A", "A0001.png")
    draw(cut / "B", "B0001.png")
    (cut / "empty").mkdir()
    assert "has no drawings itself, folders in it do (A, B)" in sentence(cut)


def test_a_folder_of_unreadable_drawings_is_one_sentence(cut: Path) -> None:
    (cut / "A0001.png").touch()
    (cut / "A0002.png").touch()
    assert "None of the drawings in" in sentence(cut)


@pytest.mark.skipif(
    sys.platform == "win32" or os.geteuid() == 0, reason="the permission check does not hold here"
)
def test_a_folder_without_permission_is_one_sentence(cut: Path) -> None:
    cut.chmod(0)
    text = sentence(cut)
    cut.chmod(0o755)
    assert "may not be read" in text
