import errno
import os
import struct
import sys
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from PIL import Image as Pillow

from core.images import (
    Image,
    ImageError,
    is_line,
    read_image,
    read_line_image,
    read_size,
    write_png,
)

CUT = "作品　テスト/カット 012"
PAPER = (255, 255, 255, 0)
WHITE = (255, 255, 255, 255)
BLACK = (0, 0, 0, 255)
GREY = (128, 128, 128, 255)
RED = (255, 0, 0, 255)

FORMATS: dict[str, tuple[str, str, dict[str, object]]] = {
    "png rgba": ("RGBA", ".png", {}),
    "png rgb": ("RGB", ".png", {}),
    "png grey": ("L", ".png", {}),
    "png grey alpha": ("LA", ".png", {}),
    "png 1 bit": ("1", ".png", {}),
    "tga rgba": ("RGBA", ".tga", {}),
    "tga rgba rle": ("RGBA", ".tga", {"compression": "tga_rle"}),
    "tga rgb": ("RGB", ".tga", {}),
    "tga rgb rle": ("RGB", ".tga", {"compression": "tga_rle"}),
    "tga grey": ("L", ".tga", {}),
    "tiff rgba": ("RGBA", ".tif", {}),
    "tiff rgba lzw": ("RGBA", ".tiff", {"compression": "tiff_lzw"}),
    "tiff rgb packbits": ("RGB", ".tif", {"compression": "packbits"}),
    "bmp rgb": ("RGB", ".bmp", {}),
}


@pytest.fixture
def cut(tmp_path: Path) -> Path:
    folder = tmp_path / CUT
    folder.mkdir(parents=True)
    return folder


def drawing(width: int = 40, height: int = 30) -> Image:
    """A black box and a red diagonal on transparent paper; black, white and red only."""
    image = np.full((height, width, 4), PAPER, np.uint8)
    image[5, 5:30] = image[25, 5:30] = BLACK
    image[5:26, 5] = image[5:26, 30] = BLACK
    for step in range(15):
        image[8 + step, 8 + step] = RED
    return image


def save(path: Path, image: Image, mode: str = "RGBA", **options: object) -> Pillow.Image:
    """Save the image in a mode and return what was given to Pillow."""
    picture = Pillow.fromarray(image)
    if mode not in ("RGBA", "LA"):
        paper = Pillow.new("RGBA", picture.size, WHITE)
        picture = Pillow.alpha_composite(paper, picture)
    picture = picture.convert(mode)
    picture.save(path, **options)
    return picture


def sentence(error: pytest.ExceptionInfo[ImageError], name: str) -> str:
    text = str(error.value)
    assert text.startswith(name)
    assert "\n" not in text
    assert text.endswith(".")
    return text


# ------------------------------------------------------------------- formats


@pytest.mark.parametrize("kind", FORMATS)
def test_every_format_is_read_as_rgba_as_stored(cut: Path, kind: str) -> None:
    mode, suffix, options = FORMATS[kind]
    path = cut / f"A_0001{suffix}"
    saved = save(path, drawing(), mode, **options)
    image = read_image(path)
    assert image.dtype == np.uint8
    assert image.shape == (30, 40, 4)
    np.testing.assert_array_equal(image, np.asarray(saved.convert("RGBA")))
    assert read_size(path) == (40, 30)


TGA_CORNERS = {"bottom left": 0x00, "bottom right": 0x10, "top left": 0x20, "top right": 0x30}


def tga_with_runs(image: Image, channels: int, corner: int) -> bytes:
    """Write run lengths as the first TGA did: they take no notice of where a row ends."""
    height, width, _ = image.shape
    stored = image[:: 1 if corner & 0x20 else -1, :: -1 if corner & 0x10 else 1]
    pixels = [bytes(pixel) for pixel in stored[..., [2, 1, 0, 3][:channels]].reshape(-1, channels)]
    head = struct.pack("<3B2HB4H2B", 0, 0, 10, 0, 0, 0, 0, 0, width, height, 8 * channels, corner)
    runs, at = [head], 0
    while at < len(pixels):
        end = at + 1
        while end < len(pixels) and end - at < 128 and pixels[end] == pixels[at]:
            end += 1
        runs.append(bytes([0x80 | end - at - 1]) + pixels[at])
        at = end
    return b"".join(runs)


@pytest.mark.parametrize("corner", TGA_CORNERS)
@pytest.mark.parametrize("channels", [3, 4])
def test_run_lengths_of_a_tga_may_go_on_in_the_next_row(
    cut: Path, channels: int, corner: str
) -> None:
    drawn = drawing()
    if channels == 3:
        drawn[..., 3] = 255
    content = tga_with_runs(drawn, channels, TGA_CORNERS[corner])
    (cut / "A0001.tga").write_bytes(content)
    np.testing.assert_array_equal(read_image(cut / "A0001.tga"), drawn)
    (cut / "A0002.tga").write_bytes(content[:-2])
    with pytest.raises(ImageError) as error:
        read_image(cut / "A0002.tga")
    assert "damaged or cut short" in sentence(error, "A0002.tga")


def test_a_large_colour_profile_does_not_matter(tmp_path: Path) -> None:
    save(tmp_path / "A0001.png", drawing(), icc_profile=b"a profile of the monitor" * 100_000)
    np.testing.assert_array_equal(read_image(tmp_path / "A0001.png"), drawing())


def tiff_of_16_bits(image: Image, *, white_is_zero: bool = False, in_planes: bool = False) -> bytes:
    values = image[..., :3].astype("<u2") * 257
    if white_is_zero:
        values = 65535 - values[..., :1]
    channels = values.shape[2]
    plane = image.shape[0] * image.shape[1] * 2
    parts = channels if in_planes else 1
    offsets = [8 + plane * part for part in range(parts)]
    if in_planes:
        values = np.moveaxis(values, -1, 0)
    tags = {
        256: (3, [image.shape[1]]),
        257: (3, [image.shape[0]]),
        258: (3, [16] * channels),
        259: (3, [1]),
        262: (3, [0 if white_is_zero else 2]),
        273: (4, offsets),
        277: (3, [channels]),
        279: (4, [plane * channels // parts] * parts),
        284: (3, [2 if in_planes else 1]),
    }
    start = 8 + values.nbytes
    entries, behind = b"", b""
    for tag, (kind, numbers) in tags.items():
        packed = struct.pack(f"<{len(numbers)}{'H' if kind == 3 else 'I'}", *numbers)
        if len(packed) > 4:
            place = start + 2 + 12 * len(tags) + 4 + len(behind)
            behind, packed = behind + packed, struct.pack("<I", place)
        entries += struct.pack("<HHI", tag, kind, len(numbers)) + packed.ljust(4, b"\0")
    directory = struct.pack("<H", len(tags)) + entries + bytes(4)
    return b"II*\0" + struct.pack("<I", start) + values.tobytes() + directory + behind


def test_a_tiff_of_16_bits_is_read_and_what_pillow_reads_wrongly_is_one_sentence(
    cut: Path,
) -> None:
    drawn = drawing()
    drawn[..., 3] = 255
    (cut / "A0001.tif").write_bytes(tiff_of_16_bits(drawn))
    np.testing.assert_array_equal(read_image(cut / "A0001.tif"), drawn)
    for kind, said in (("white_is_zero", "with white as 0"), ("in_planes", "in planes")):
        (cut / "A0002.tif").write_bytes(tiff_of_16_bits(drawn, **{kind: True}))
        for read in (read_image, read_size):
            with pytest.raises(ImageError) as error:
                read(cut / "A0002.tif")
            assert f"16 bits {said}, which is not supported" in sentence(error, "A0002.tif")


def test_colours_under_transparent_pixels_are_kept(tmp_path: Path) -> None:
    image = np.zeros((2, 2, 4), np.uint8)
    image[0, 0] = (10, 20, 30, 0)
    save(tmp_path / "a.png", image)
    np.testing.assert_array_equal(read_image(tmp_path / "a.png"), image)


def test_a_palette_png_keeps_its_exact_colours(tmp_path: Path) -> None:
    picture = Pillow.new("P", (3, 1))
    picture.putpalette([255, 255, 255, 1, 2, 3, 200, 100, 50])
    picture.putdata([0, 1, 2])
    picture.save(tmp_path / "a.png")
    assert read_image(tmp_path / "a.png").tolist() == [
        [[*WHITE], [1, 2, 3, 255], [200, 100, 50, 255]]
    ]


@pytest.mark.parametrize(
    ("transparency", "alphas"), [(1, [255, 0, 255]), (bytes([0, 128, 255]), [0, 128, 255])]
)
def test_a_palette_png_keeps_its_transparency(
    tmp_path: Path, transparency: int | bytes, alphas: list[int]
) -> None:
    picture = Pillow.new("P", (3, 1))
    picture.putpalette([255, 255, 255, 1, 2, 3, 200, 100, 50])
    picture.putdata([0, 1, 2])
    picture.save(tmp_path / "a.png", transparency=transparency)
    image = read_image(tmp_path / "a.png")
    assert image[0, :, 3].tolist() == alphas
    assert image[0, 1, :3].tolist() == [1, 2, 3]


def test_a_transparent_colour_of_an_rgb_png_is_transparent(tmp_path: Path) -> None:
    save(tmp_path / "a.png", drawing(), "RGB", transparency=(255, 255, 255))
    np.testing.assert_array_equal(read_image(tmp_path / "a.png")[..., 3], drawing()[..., 3])


@pytest.mark.parametrize("suffix", [".png", ".tif"])
def test_grey_of_16_bits_is_rounded_to_8(tmp_path: Path, suffix: str) -> None:
    grey = np.array([[0, 128, 129, 257, 32768, 65406, 65407, 65535]], np.uint16)
    Pillow.fromarray(grey).save(tmp_path / f"a{suffix}")
    image = read_image(tmp_path / f"a{suffix}")
    assert image[0, :, 0].tolist() == [0, 0, 1, 1, 128, 254, 255, 255]
    assert (image[..., 3] == 255).all()
    assert (image[..., :3] == image[..., :1]).all()


def test_a_transparent_grey_of_16_bits_is_transparent(tmp_path: Path) -> None:
    grey = np.array([[65535, 65534, 0]], np.uint16)
    Pillow.fromarray(grey).save(tmp_path / "a.png", transparency=65535)
    assert read_image(tmp_path / "a.png")[0, :, 3].tolist() == [0, 255, 255]


@pytest.mark.parametrize("mode", ["RGBA", "P", "RGB"])
def test_a_tall_picture_is_read_in_full(tmp_path: Path, mode: str) -> None:
    image = np.full((201, 3, 4), WHITE, np.uint8)
    image[:, 1, 0] = np.arange(201)
    saved = save(tmp_path / "a.png", image, mode)
    np.testing.assert_array_equal(read_image(tmp_path / "a.png"), np.asarray(saved.convert("RGBA")))


def test_the_content_decides_and_not_the_ending(tmp_path: Path) -> None:
    save(tmp_path / "a.tga", drawing(), format="PNG")
    np.testing.assert_array_equal(read_image(tmp_path / "a.tga"), drawing())


@pytest.mark.parametrize("mode", ["CMYK", "F", "I", "LAB", "YCbCr"])
def test_other_colour_modes_are_one_sentence(tmp_path: Path, mode: str) -> None:
    Pillow.new(mode, (4, 4)).save(tmp_path / "a.tif")
    for read in (read_image, read_size):
        with pytest.raises(ImageError) as error:
            read(tmp_path / "a.tif")
        assert f"{mode}, which is not supported" in sentence(error, "a.tif")


# ----------------------------------------------------------------- bad files


def test_a_missing_file_is_one_sentence(cut: Path) -> None:
    with pytest.raises(ImageError) as error:
        read_image(cut / "A_0001.png")
    assert "does not exist" in sentence(error, "A_0001.png")


def test_an_empty_file_is_one_sentence(cut: Path) -> None:
    (cut / "A_0001.png").touch()
    with pytest.raises(ImageError) as error:
        read_image(cut / "A_0001.png")
    assert "empty (0 bytes)" in sentence(error, "A_0001.png")


@pytest.mark.parametrize("kind", FORMATS)
def test_a_file_cut_short_anywhere_is_one_sentence(tmp_path: Path, kind: str) -> None:
    """Or it is read in full, where only what follows the pixels is missing."""
    mode, suffix, options = FORMATS[kind]
    path, short = tmp_path / f"full{suffix}", tmp_path / f"A{suffix}"
    save(path, drawing(), mode, **options)
    full, data = read_image(path), path.read_bytes()
    for length in {1, 10, 17, 18, 20, len(data) // 3, len(data) // 2, len(data) * 3 // 4}:
        short.write_bytes(data[:length])
        with pytest.raises(ImageError) as error:
            read_image(short)
        sentence(error, short.name)
    for length in range(len(data) - 60, len(data)):
        short.write_bytes(data[:length])
        try:
            image = read_image(short)
        except ImageError:
            continue
        np.testing.assert_array_equal(image, full)


def test_a_truncated_png_is_one_sentence(cut: Path) -> None:
    save(cut / "A_0001.png", drawing())
    data = (cut / "A_0001.png").read_bytes()
    (cut / "A_0001.png").write_bytes(data[: len(data) // 2])
    with pytest.raises(ImageError) as error:
        read_image(cut / "A_0001.png")
    assert "damaged or cut short" in sentence(error, "A_0001.png")


@pytest.mark.parametrize("kind", FORMATS)
@given(data=st.data())
def test_a_damaged_file_is_read_or_is_one_sentence(
    tmp_path_factory: pytest.TempPathFactory, kind: str, data: st.DataObject
) -> None:
    mode, suffix, options = FORMATS[kind]
    path = tmp_path_factory.mktemp("damaged") / f"A{suffix}"
    save(path, drawing(), mode, **options)
    content = bytearray(path.read_bytes())
    position = data.draw(st.integers(0, len(content) - 1))
    content[position] = data.draw(st.integers(0, 255))
    path.write_bytes(content)
    try:
        assert read_image(path).dtype == np.uint8
    except ImageError as error:
        assert str(error).startswith(path.name)  # noqa: PT017 - both outcomes are right


@pytest.mark.parametrize("name", ["notes.png", "A_0001.tga", "A_0001.tif", "A_0001.bmp"])
def test_a_text_is_not_a_picture(tmp_path: Path, name: str) -> None:
    (tmp_path / name).write_text("カット 012: リテイク\n" * 40, encoding="utf-8")
    with pytest.raises(ImageError) as error:
        read_image(tmp_path / name)
    assert "not a picture" in sentence(error, name)


@pytest.mark.parametrize("kind", ["JPEG", "GIF"])
def test_a_picture_of_another_format_is_named(tmp_path: Path, kind: str) -> None:
    Pillow.new("L", (8, 8)).save(tmp_path / "A_0001.png", format=kind)
    with pytest.raises(ImageError) as error:
        read_image(tmp_path / "A_0001.png")
    assert f"is a {kind} picture" in sentence(error, "A_0001.png")


def test_a_folder_is_not_a_picture(cut: Path) -> None:
    (cut / "A.png").mkdir()
    with pytest.raises(ImageError) as error:
        read_image(cut / "A.png")
    assert "is a folder" in sentence(error, "A.png")


@pytest.mark.skipif(
    sys.platform == "win32" or os.geteuid() == 0, reason="the permission check does not hold here"
)
def test_a_file_without_permission_is_one_sentence(cut: Path) -> None:
    save(cut / "A_0001.png", drawing())
    (cut / "A_0001.png").chmod(0)
    with pytest.raises(ImageError) as error:
        read_image(cut / "A_0001.png")
    assert "may not be read" in sentence(error, "A_0001.png")


# ---------------------------------------------------------------------- size


def huge_png(path: Path, width: int, height: int) -> None:
    """A grey PNG of one bit whose pixels take a few kilobytes, however large it is."""

    def chunk(kind: bytes, data: bytes) -> bytes:
        return (
            struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))
        )

    rows = zlib.compressobj(9)
    row = bytes(1 + (width + 7) // 8)
    pixels = b"".join(rows.compress(row) for _ in range(height)) + rows.flush()
    header = struct.pack(">IIBBBBB", width, height, 1, 0, 0, 0, 0)
    path.write_bytes(
        b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", pixels) + chunk(b"IEND", b"")
    )


def test_8k_is_read(tmp_path: Path) -> None:
    huge_png(tmp_path / "a.png", 7680, 4320)
    assert read_size(tmp_path / "a.png") == (7680, 4320)
    assert read_image(tmp_path / "a.png").shape == (4320, 7680, 4)


def test_between_pillows_limit_and_ours_nothing_is_said(tmp_path: Path) -> None:
    huge_png(tmp_path / "a.png", 10_000, 9_900)
    assert read_size(tmp_path / "a.png") == (10_000, 9_900)


@pytest.mark.parametrize("size", [(10_001, 10_000), (60_000, 60_000)])
def test_more_than_100_megapixels_are_one_sentence(tmp_path: Path, size: tuple[int, int]) -> None:
    huge_png(tmp_path / "a.png", size[0], 1)
    data = bytearray((tmp_path / "a.png").read_bytes())
    data[20:24] = struct.pack(">I", size[1])
    data[29:33] = struct.pack(">I", zlib.crc32(data[12:29]))
    (tmp_path / "a.png").write_bytes(data)
    for read in (read_image, read_size):
        with pytest.raises(ImageError) as error:
            read(tmp_path / "a.png")
        assert f"{size[0]} x {size[1]}, more than 100 megapixels" in sentence(error, "a.png")


def test_the_limit_comes_from_the_environment(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    save(tmp_path / "a.png", drawing())
    monkeypatch.setenv("SHIAGE_MAX_MEGAPIXELS", "0.001")
    with pytest.raises(ImageError) as error:
        read_image(tmp_path / "a.png")
    assert "SHIAGE_MAX_MEGAPIXELS" in sentence(error, "a.png")
    monkeypatch.setenv("SHIAGE_MAX_MEGAPIXELS", "many")
    assert read_size(tmp_path / "a.png") == (40, 30)


# --------------------------------------------------------------------- lines


def line_image(folder: Path, image: Image) -> Image:
    """Return what is read of a drawing with these pixels."""
    save(folder / "line.png", image)
    return read_line_image(folder / "line.png")


def test_on_transparent_paper_everything_with_alpha_is_line(tmp_path: Path) -> None:
    image = np.zeros((1, 5, 4), np.uint8)
    image[0] = [(0, 0, 0, 0), (9, 9, 9, 0), (0, 0, 0, 1), WHITE, RED]
    assert is_line(image).tolist() == [[False, False, True, True, True]]
    assert line_image(tmp_path, image).tolist() == [
        [[*PAPER], [*PAPER], [0, 0, 0, 1], [*WHITE], [*RED]]
    ]


def test_on_white_paper_everything_else_is_line(tmp_path: Path) -> None:
    image = np.array([[WHITE, (254, 255, 255, 255), BLACK, GREY, (255, 255, 255, 200)]], np.uint8)
    assert is_line(image).tolist() == [[False, True, True, True, False]]
    assert line_image(tmp_path, image).tolist() == [
        [[*PAPER], [254, 255, 255, 255], [*BLACK], [*GREY], [*PAPER]]
    ]


@pytest.mark.parametrize("blank", [(0, 0, 0, 0), WHITE])
def test_a_blank_page_is_blank(tmp_path: Path, blank: tuple[int, int, int, int]) -> None:
    save(tmp_path / "a.png", np.full((4, 5, 4), blank, np.uint8))
    assert (read_line_image(tmp_path / "a.png") == PAPER).all()


@given(
    arrays(np.uint8, st.tuples(st.integers(1, 6), st.integers(1, 6), st.just(4))),
    st.sampled_from([(0, 0, 0, 0), WHITE]),
)
def test_the_normal_form_is_lines_as_they_were_and_paper(
    tmp_path_factory: pytest.TempPathFactory, image: Image, blank: tuple[int, int, int, int]
) -> None:
    folder = tmp_path_factory.mktemp("normal")
    if blank == WHITE:  # one paper and not both
        image[..., 3] = np.maximum(image[..., 3], 1)
    image = np.concatenate([np.full_like(image, blank), image])
    line = is_line(image)
    normal = line_image(folder, image)
    np.testing.assert_array_equal(normal[line], image[line])
    assert (normal[~line] == PAPER).all()
    np.testing.assert_array_equal(line_image(folder, normal), normal)


def test_an_array_with_gaps_in_memory_has_the_same_lines() -> None:
    wide = drawing()
    np.testing.assert_array_equal(is_line(wide[::2, ::-3]), is_line(wide[::2, ::-3].copy()))


def test_a_white_page_and_a_transparent_one_give_the_same_lines(cut: Path) -> None:
    save(cut / "a.png", drawing())
    save(cut / "b.tga", drawing(), "RGB")
    np.testing.assert_array_equal(read_line_image(cut / "a.png"), read_line_image(cut / "b.tga"))


def test_a_grey_scan_is_one_sentence_with_its_background(cut: Path) -> None:
    image = np.full((30, 40, 4), (254, 254, 254, 255), np.uint8)
    image[10] = BLACK
    image[0, :3] = WHITE
    save(cut / "A_0001.png", image)
    with pytest.raises(ImageError) as error:
        read_line_image(cut / "A_0001.png")
    assert "no white or transparent paper (its background is #FEFEFE)" in sentence(
        error, "A_0001.png"
    )


def test_white_paper_on_a_transparent_rim_is_one_sentence_and_white_lines_are_lines(
    cut: Path,
) -> None:
    """A scan that was moved or turned on its canvas: all of its paper would be line."""
    page = np.full((30, 40, 4), WHITE, np.uint8)
    page[5:25, 10] = page[5:25, 20] = BLACK
    page[:, :2] = PAPER
    save(cut / "A0001.png", page)
    with pytest.raises(ImageError) as error:
        read_line_image(cut / "A0001.png")
    assert "white paper that is transparent in places" in sentence(error, "A0001.png")
    snow = drawing()
    snow[..., :3] = 255
    save(cut / "A0002.png", snow)
    np.testing.assert_array_equal(read_line_image(cut / "A0002.png"), snow)


def test_white_need_not_be_half_of_the_paper_but_no_light_colour_may_be_more(cut: Path) -> None:
    image = np.full((30, 40, 4), WHITE, np.uint8)
    image[:18] = (254, 254, 254, 255)
    save(cut / "A_0001.png", image)
    with pytest.raises(ImageError) as error:
        read_line_image(cut / "A_0001.png")
    assert "its background is #FEFEFE" in sentence(error, "A_0001.png")
    image[:9] = BLACK
    save(cut / "A_0001.png", image)
    assert (is_line(read_line_image(cut / "A_0001.png")) == (np.arange(30) < 18)[:, None]).all()


def test_a_picture_without_any_white_is_one_sentence(tmp_path: Path) -> None:
    save(tmp_path / "a.png", np.full((4, 4, 4), BLACK, np.uint8))
    with pytest.raises(ImageError) as error:
        read_line_image(tmp_path / "a.png")
    assert "its background is #000000" in sentence(error, "a.png")


def test_a_silhouette_may_cover_most_of_the_white_paper(tmp_path: Path) -> None:
    image = np.full((30, 40, 4), BLACK, np.uint8)
    image[:5] = WHITE
    save(tmp_path / "a.png", image)
    assert is_line(read_line_image(tmp_path / "a.png"))[5:].all()


# ------------------------------------------------------------------- writing


@given(image=arrays(np.uint8, st.tuples(st.integers(1, 9), st.integers(1, 9), st.just(4))))
def test_a_written_png_is_read_back_exactly(
    tmp_path_factory: pytest.TempPathFactory, image: Image
) -> None:
    path = tmp_path_factory.mktemp("written") / "カット 012.png"
    write_png(path, image)
    np.testing.assert_array_equal(read_image(path), image)


def test_writing_replaces_the_old_file_and_leaves_nothing_beside_it(cut: Path) -> None:
    path = cut / "A_0001.png"
    path.write_text("old")
    write_png(path, drawing())
    np.testing.assert_array_equal(read_image(path), drawing())
    assert list(cut.iterdir()) == [path]


def test_a_written_file_has_the_usual_permissions(cut: Path) -> None:
    (cut / "other").touch()
    write_png(cut / "A.png", drawing())
    assert (cut / "A.png").stat().st_mode == (cut / "other").stat().st_mode


@contextmanager
def full_disk() -> Iterator[None]:
    """Let no file grow beyond 16 bytes: the kernel refuses it (pytest's own log file, too)."""
    resource = pytest.importorskip("resource", reason="only POSIX limits the size of files")
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (16, hard))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))


def test_a_full_disk_is_one_sentence_and_keeps_the_old_file(cut: Path) -> None:
    path = cut / "A_0001.png"
    path.write_text("old")
    with full_disk(), pytest.raises(ImageError) as error:
        write_png(path, drawing())
    assert "disk is full" in sentence(error, "A_0001.png")
    assert isinstance(error.value.__cause__, OSError)
    assert error.value.__cause__.errno in (errno.EFBIG, errno.ENOSPC)
    assert path.read_text() == "old"
    assert list(cut.iterdir()) == [path]


def test_writing_into_a_missing_folder_is_one_sentence(cut: Path) -> None:
    with pytest.raises(ImageError) as error:
        write_png(cut / "out" / "A_0001.png", drawing())
    assert "the folder does not exist" in sentence(error, "A_0001.png")


def test_writing_over_a_folder_is_one_sentence(cut: Path) -> None:
    (cut / "A_0001.png").mkdir()
    with pytest.raises(ImageError) as error:
        write_png(cut / "A_0001.png", drawing())
    assert "a folder has that name" in sentence(error, "A_0001.png")
    assert [path.name for path in cut.iterdir()] == ["A_0001.png"]


@pytest.mark.skipif(
    sys.platform == "win32" or os.geteuid() == 0, reason="the permission check does not hold here"
)
def test_writing_into_a_read_only_folder_is_one_sentence(cut: Path) -> None:
    cut.chmod(0o555)
    with pytest.raises(ImageError) as error:
        write_png(cut / "A_0001.png", drawing())
    cut.chmod(0o755)
    assert "writing is not allowed" in sentence(error, "A_0001.png")


@pytest.mark.skipif(
    sys.platform == "win32" or os.geteuid() == 0, reason="the permission check does not hold here"
)
def test_a_folder_that_may_not_be_entered_is_one_sentence(cut: Path) -> None:
    cut.chmod(0)
    with pytest.raises(ImageError) as reading:
        read_image(cut / "A_0001.png")
    with pytest.raises(ImageError) as writing:
        write_png(cut / "A_0001.png", drawing())
    cut.chmod(0o755)
    assert "may not be read" in sentence(reading, "A_0001.png")
    assert "writing is not allowed" in sentence(writing, "A_0001.png")


def test_a_tga_whose_alpha_was_never_used_is_opaque(cut: Path) -> None:
    page = np.full((6, 8, 4), (255, 255, 255, 0), np.uint8)
    page[2:4, 2:6, :3] = 0
    Pillow.fromarray(page).save(cut / "A0001.tga")
    line = read_line_image(cut / "A0001.tga")
    assert (line[..., 3] > 0).sum() == 8
    Pillow.fromarray(np.zeros((6, 8, 4), np.uint8)).save(cut / "A0002.tga")
    assert not read_line_image(cut / "A0002.tga")[..., 3].any()


def test_a_bmp_whose_alpha_was_never_used_is_opaque(cut: Path) -> None:
    page = np.full((6, 8, 4), (255, 255, 255, 0), np.uint8)
    page[2:4, 2:6, :3] = 0
    masks = struct.pack("<4I", 0xFF0000, 0xFF00, 0xFF, 0xFF000000)
    info = struct.pack("<IiiHHIIiiII", 108, 8, 6, 1, 32, 3, page.nbytes, 0, 0, 0, 0) + masks
    head = struct.pack("<2sIHHI", b"BM", 122 + page.nbytes, 0, 0, 122) + info.ljust(108, b"\0")
    (cut / "A0001.bmp").write_bytes(head + page[::-1].tobytes())
    line = read_line_image(cut / "A0001.bmp")
    assert (line[..., 3] > 0).sum() == 8
