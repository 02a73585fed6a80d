"""Pictures in and out: files become uint8 arrays and back, and no pixel changes on the way."""

import errno
import io
import os
import struct
import threading
import warnings
import zlib
from collections.abc import Iterator
from contextlib import contextmanager, nullcontext
from pathlib import Path
from typing import IO

import numpy as np
import numpy.typing as npt
from PIL import Image as Pillow
from PIL import ImageFile, PngImagePlugin, TiffImagePlugin, UnidentifiedImageError

from core import __version__
from core.files import write_whole

Image = npt.NDArray[np.uint8]
"""`[H, W, 4]` RGBA."""

IMAGE_SUFFIXES = frozenset({".png", ".tga", ".tif", ".tiff", ".bmp"})
"""File endings of drawings, lower case; what is in a file is decided by its bytes."""

MAX_MEGAPIXELS = 100.0
"""Larger pictures are refused before they are decoded; `SHIAGE_MAX_MEGAPIXELS` overrides it."""

_FORMATS = ("PNG", "TGA", "TIFF", "BMP")
_KNOWN_BUT_REFUSED = ("JPEG", "GIF", "WEBP", "PSD")
_MODES = frozenset({"1", "L", "LA", "P", "PA", "RGB", "RGBA", "RGBX", "RGBa"})
_MODES_16_BIT_GREY = frozenset({"I;16", "I;16L", "I;16B"})

_TGA = struct.Struct("<3B2HB4H2B")  # the header of a TGA file
_TGA_RUNS = {9: 1, 10: 2, 11: 3}  # the kinds with run lengths, and the same without

_SOFTWARE = "Shiage "  # and the version, in every PNG that we write

_RGB = np.uint32(0x00FFFFFF)
_PAPER = np.uint32(0x00FFFFFF)  # (255, 255, 255, 0): white, because the networks read R, G, B only
_WHITE = np.uint32(0xFFFFFFFF)
_FIRST_VISIBLE = np.uint32(0x01000000)  # packed pixels below it have alpha 0
_STRIP = 64  # rows
_LIGHT = 160  # luma from which a background is taken for paper

# What Pillow raises on damaged files: its own errors are OSError and SyntaxError, the others come
# out of its parsers (found by flipping bytes in files of every format).
_DAMAGED = (
    OSError,
    SyntaxError,
    ValueError,
    TypeError,
    AttributeError,
    LookupError,
    ArithmeticError,
    EOFError,
    RuntimeError,
    AssertionError,
    struct.error,
    zlib.error,
)

# The limit is ours (it is checked before anything is decoded): Pillow's own would warn from
# 89 megapixels on, in the middle of what we allow.
Pillow.MAX_IMAGE_PIXELS = None
# What a program wrote beside the pixels (a profile of the monitor, its history) is not looked at,
# and may be longer than the megabyte from which Pillow refuses the whole picture.
PngImagePlugin.MAX_TEXT_CHUNK = PngImagePlugin.MAX_TEXT_MEMORY
# Keep one block (16 MB) for the next picture instead of giving it back to the system every time.
Pillow.core.set_blocks_max(1)  # type: ignore[attr-defined]  # documented, but not exported

_warnings_lock = threading.Lock()


class ImageError(Exception):
    """A picture cannot be read or written: one sentence for the user, with the file's name."""


def read_image(path: Path) -> Image:
    """Read a PNG, TGA, TIFF or BMP file as RGBA, as stored.

    No colour management and no resampling. 16 bits a channel become 8. Of several pages the first
    is read.

    Raises:
        ImageError: if the file is missing, damaged, too large or of a kind that is not supported.
    """
    with _opened(path) as picture:
        picture = _loaded(path, picture)
        width, height = picture.size
        image = np.empty((height, width, 4), np.uint8)
        # Strips stay in the processor's cache: in one piece Pillow copies the picture twice, and
        # fresh memory alone costs a third of the time (1080p line image: 33 -> 21 ms together
        # with the kept block above).
        for top in range(0, height, _STRIP):
            strip = picture.crop((0, top, width, min(top + _STRIP, height)))
            image[top : top + _STRIP] = _as_rgba(strip)
        is_unsure = picture.format in ("TGA", "BMP")
        if is_unsure and not image[..., 3].any() and np.ptp(image[..., :3]):
            image[..., 3] = 255  # a fourth byte that the program which wrote it left unused
        return image


def read_size(path: Path) -> tuple[int, int]:
    """Return width and height from the header, without decoding the picture.

    Raises:
        ImageError: as `read_image`, except for damage behind the header.
    """
    with _opened(path) as picture:
        return picture.size


def read_line_image(path: Path) -> Image:
    """Read a drawing in its normal form: line pixels as they are, all else (255, 255, 255, 0).

    What a line pixel is says `is_line`. Antialiased pixels are line pixels and keep their value.

    Raises:
        ImageError: as `read_image`, if the picture is opaque and its paper is not white, and if it
            has both papers, a white one on a transparent one.
    """
    image = read_image(path)
    background = _paper_that_is_not_white(image)
    if background is not None:
        raise ImageError(
            f"{path.name} has no white or transparent paper (its background is {background}): "
            "make the paper pure white or transparent in the drawing software and export it again."
        )
    pixels = _packed(image)
    if _has_transparent_paper(pixels):
        if 2 * np.count_nonzero(pixels == _WHITE) > pixels.size:  # no lines cover half a picture
            raise ImageError(
                f"{path.name} has white paper that is transparent in places, at its rim perhaps: "
                "make all of it white or all of it transparent and export it again."
            )
        # Alpha is the highest byte: visible pixels are larger than the paper, transparent ones are
        # not. One pass (1 ms for 1080p; a mask and np.where take 2.5).
        normal = np.maximum(pixels, _PAPER, out=pixels)
    else:
        normal = np.where(is_line(image), pixels, _PAPER)
    return normal.view(np.uint8).reshape(image.shape)


def is_line(image: Image) -> npt.NDArray[np.bool_]:
    """Return `[H, W]`: which pixels are line.

    If at least one pixel is fully transparent, the paper is transparent and every pixel with alpha
    is line. Otherwise the paper is white and every pixel that is not pure white is line.
    """
    pixels = _packed(image)
    if _has_transparent_paper(pixels):
        return pixels >= _FIRST_VISIBLE
    return (pixels & _RGB) < _RGB


def write_png(path: Path, image: Image) -> None:
    """Write an RGBA picture as PNG, complete or not at all.

    An existing file stays as it was until the new one is safe on the disk.

    Raises:
        ImageError: if the folder is missing or not writable, or the disk is full.
    """
    assert image.dtype == np.uint8
    assert image.ndim == 3
    assert image.shape[2] == 4
    encoded = io.BytesIO()
    about = PngImagePlugin.PngInfo()
    about.add_text("Software", f"{_SOFTWARE}{__version__}")
    # Run lengths only (type 3, Z_RLE): a flat 1080p picture takes 52 ms and 41 kB; zlib's level 1
    # takes 52 ms and 66 kB, level 6 79 ms and 28 kB, level 9 140 ms and 28 kB.
    Pillow.fromarray(image).save(encoded, "PNG", compress_level=1, compress_type=3, pnginfo=about)
    write_file(path, encoded.getbuffer())


def is_own_png(path: Path) -> bool:
    """Return whether a picture was written by `write_png`, in whatever version, and not since."""
    try:
        with _opened(path) as picture:
            return str(picture.info.get("Software")).startswith(_SOFTWARE)
    except ImageError:
        return False


def write_file(path: Path, content: bytes | memoryview) -> None:
    """Write a file, complete or not at all, as `write_png` does.

    Raises:
        ImageError: as `write_png`.
    """
    try:
        write_whole(path, content)
    except OSError as error:
        raise ImageError(_why_not_written(path, error)) from error


def is_folder(path: Path) -> bool:
    """Return whether a path is a folder; False if that may not be known (`is_dir` would raise)."""
    try:
        return path.is_dir()
    except OSError:
        return False


def _packed(image: Image) -> npt.NDArray[np.uint32]:
    """Return `[H, W]`: each pixel as one number, alpha in the highest byte; no copy if it can."""
    packed: npt.NDArray[np.uint32] = np.ascontiguousarray(image).view("<u4")
    return packed[..., 0]


def _has_transparent_paper(pixels: npt.NDArray[np.uint32]) -> bool:
    return bool(pixels.min() < _FIRST_VISIBLE)


def _paper_that_is_not_white(image: Image) -> str | None:
    """Return the background of an opaque picture as #RRGGBB, None where the paper is fine.

    A dark colour may be more frequent than white paper (a silhouette), a light one may not; and
    some white there must be.
    """
    pixels = _packed(image)
    if _has_transparent_paper(pixels):
        return None
    rgb = pixels & _RGB
    white = int(np.count_nonzero(rgb == _RGB))
    if 2 * white >= rgb.size:
        return None
    colors, counts = np.unique(rgb, return_counts=True)
    most = int(colors[counts.argmax()])
    red, green, blue = most & 255, most >> 8 & 255, most >> 16 & 255
    is_light = 299 * red + 587 * green + 114 * blue >= 1000 * _LIGHT
    if white and (most == _RGB or not is_light):
        return None
    return f"#{red:02X}{green:02X}{blue:02X}"


def _loaded(path: Path, picture: ImageFile.ImageFile) -> ImageFile.ImageFile:
    """Decode a picture whose header has been read."""
    try:
        # TIFF is the only format that warns after its header
        with _quiet() if picture.format == "TIFF" else nullcontext():
            picture.load()
    except OSError:
        content = path.read_bytes()
        if picture.format != "TGA" or content[2] not in _TGA_RUNS:
            raise
        # Pillow refuses run lengths that go on in the next row, as the first TGA allowed
        picture = Pillow.open(io.BytesIO(_unrolled(content)), formats=("TGA",))
        picture.load()
    return picture


def _unrolled(tga: bytes) -> bytes:
    """Return a TGA file with run lengths as one without them."""
    id_bytes, _, kind, _, map_colors, map_bits, _, _, width, height, bits, _ = _TGA.unpack_from(tga)
    at = _TGA.size + id_bytes + map_colors * (-(-map_bits // 8))
    depth = -(-bits // 8)
    head, pixels = tga[:2] + bytes([_TGA_RUNS[kind]]) + tga[3:at], bytearray()
    while len(pixels) < width * height * depth:
        count = (tga[at] & 0x7F) + 1
        is_run = tga[at] & 0x80
        end = at + 1 + (depth if is_run else depth * count)
        pixels += tga[at + 1 : end] * (count if is_run else 1)
        at = end
    return head + pixels


def _as_rgba(strip: Pillow.Image) -> Image:
    if strip.mode not in _MODES_16_BIT_GREY:
        return np.asarray(strip if strip.mode == "RGBA" else strip.convert("RGBA"))
    grey = np.asarray(strip).astype(np.uint32)
    image = np.empty((*grey.shape, 4), np.uint8)
    image[..., :3] = ((grey + 128) // 257)[..., None]  # 65535 is 255; Pillow cuts all above 255
    image[..., 3] = 255
    transparent = strip.info.get("transparency")
    if isinstance(transparent, int):
        image[grey == transparent, 3] = 0
    return image


@contextmanager
def _opened(path: Path) -> Iterator[ImageFile.ImageFile]:
    """Open a picture and read its header; whatever goes wrong in here becomes an `ImageError`."""
    try:
        with path.open("rb") as file:
            if os.fstat(file.fileno()).st_size == 0:
                raise ImageError(f"{path.name} is empty (0 bytes): export it again.")
            # The open file and not its name: Pillow then neither maps it into memory (a file cut
            # short later would kill the process) nor keeps it open.
            with _header(file) as picture:
                _check(path, picture)
                yield picture
    except ImageError:
        raise
    except UnidentifiedImageError as error:
        raise ImageError(_what_it_is_instead(path)) from error
    except MemoryError as error:
        raise ImageError(
            f"{path.name} does not fit into memory: close other programs or make it smaller."
        ) from error
    except _DAMAGED as error:
        raise ImageError(_why_not_read(path, error)) from error


def _header(file: IO[bytes]) -> ImageFile.ImageFile:
    with _quiet():
        return Pillow.open(file, formats=_FORMATS)


def _check(path: Path, picture: ImageFile.ImageFile) -> None:
    width, height = picture.size
    if width * height == 0:
        raise ValueError  # no picture has no pixels
    limit = _max_megapixels()
    if width * height > limit * 1e6:
        raise ImageError(
            f"{path.name} is too large ({width} x {height}, more than {limit:g} megapixels): make "
            "it smaller or set the environment variable SHIAGE_MAX_MEGAPIXELS higher."
        )
    stored_as = _not_understood(picture)
    if stored_as is not None:
        raise ImageError(
            f"{path.name} stores its colours as {stored_as}, which is not supported: "
            "export it as RGB or RGBA with 8 bits a channel."
        )


def _not_understood(picture: ImageFile.ImageFile) -> str | None:
    """Return how a picture stores its colours if that is not read, or is read wrongly by Pillow."""
    if picture.mode not in _MODES | _MODES_16_BIT_GREY:
        return picture.mode
    if isinstance(picture, TiffImagePlugin.TiffImageFile) and 16 in picture.tag_v2.get(258, ()):
        if picture.tag_v2.get(284) == 2:
            return "16 bits in planes"
        if picture.tag_v2.get(262) == 0:
            return "16 bits with white as 0"
    return None


def _max_megapixels() -> float:
    text = os.environ.get("SHIAGE_MAX_MEGAPIXELS", "")
    try:
        return float(text) if text else MAX_MEGAPIXELS
    except ValueError:
        return MAX_MEGAPIXELS


@contextmanager
def _quiet() -> Iterator[None]:
    """Keep Pillow's remarks on odd metadata from the user: the pixels are what counts.

    The filters belong to the whole process, hence the lock; it is held for headers (and TIFF) only.
    """
    with _warnings_lock, warnings.catch_warnings():
        warnings.simplefilter("ignore")
        yield


def _what_it_is_instead(path: Path) -> str:
    advice = "save the drawing as PNG, TGA, TIFF or BMP."
    try:
        with path.open("rb") as file, Pillow.open(file, formats=_KNOWN_BUT_REFUSED) as picture:
            return f"{path.name} is a {picture.format} picture, which is not supported: {advice}"
    except _DAMAGED:
        return f"{path.name} is not a picture or is damaged: {advice}"


def _why_not_read(path: Path, error: BaseException) -> str:
    if isinstance(error, FileNotFoundError):
        return f"{path.name} does not exist in {path.parent}: choose it again where it is now."
    # Windows says "permission denied" for a folder
    if isinstance(error, IsADirectoryError) or (isinstance(error, OSError) and is_folder(path)):
        return f"{path.name} is a folder and not a picture: choose a picture in it."
    if isinstance(error, PermissionError):
        return f"{path.name} may not be read: change its permissions or copy it elsewhere."
    if isinstance(error, OSError) and error.errno is not None:
        return f"{path.name} cannot be read ({error.strerror}): check the disk or the network."
    return f"{path.name} is damaged or cut short: export or copy it again."


def _why_not_written(path: Path, error: OSError) -> str:
    what = f"{path.name} could not be saved in {path.parent}"
    if is_folder(path):
        return f"{what}: a folder has that name; choose another name."
    if error.errno in (errno.ENOSPC, errno.EDQUOT, errno.EFBIG):
        return f"{what}: the disk is full; make room or choose another folder."
    if error.errno in (errno.ENOENT, errno.ENOTDIR):
        return f"{what}: the folder does not exist; create it or choose another one."
    if error.errno in (errno.EACCES, errno.EPERM, errno.EROFS):
        return f"{what}: writing is not allowed there; choose another folder."
    return f"{what} ({error.strerror or error}); try again or choose another folder."
