"""From what somebody sent to a picture of ours: type by content, bounded, drawn anew, nothing else kept.

A new JPEG is drawn from the picture's points, so that place, camera, comments, thumbnails and whatever was hidden
in or behind the file stay out.
"""

from __future__ import annotations

import struct
from contextlib import contextmanager
from hashlib import sha256
from io import BytesIO
from threading import Lock
from typing import TYPE_CHECKING

from PIL import Image, ImageOps, UnidentifiedImageError

from haochaping.files.terms import (
    KEPT_BYTES,
    LONGEST_SIDE,
    NOT_A_PHOTO,
    PHOTO_BYTES,
    PHOTO_DAMAGED,
    PHOTO_IN_HEIC,
    PHOTO_MEGABYTES,
    PHOTO_TOO_LARGE,
    PIXELS_ALLOWED,
    TOO_MANY_PIXELS,
    Picture,
)
from haochaping.kernel.refused import Refused

if TYPE_CHECKING:
    from collections.abc import Iterator

FIELD = "photos"
_MEGABYTE = 1024 * 1024
# Two pictures in one JPEG (MPO) are found by its reader; the first is the photograph.
_READ = ("JPEG", "PNG", "WEBP")
# Longest side and quality, until the picture is small enough; the last step is, whatever it shows.
_STEPS = ((LONGEST_SIDE, 82), (LONGEST_SIDE, 70), (1280, 70), (1024, 60), (800, 45))
_HEIC_BRANDS = {b"heic", b"heix", b"hevc", b"heim", b"heis", b"mif1", b"msf1"}
# What Pillow's readers raise when a file is not what its first bytes promise.
_BROKEN = (OSError, SyntaxError, ValueError, TypeError, LookupError, ArithmeticError, EOFError, struct.error)
# A picture unpacked takes far more memory than the file: one at a time in each process.
_ONE_AT_A_TIME = Lock()


def check_size(size: int, *, name: str) -> None:
    """Raise `Refused(PHOTO_TOO_LARGE)` for a file of more than `PHOTO_BYTES` bytes."""
    if size > PHOTO_BYTES:
        megabytes = -(-size // _MEGABYTE)
        raise Refused(
            PHOTO_TOO_LARGE,
            field=FIELD,
            name=name,
            megabytes=max(megabytes, PHOTO_MEGABYTES + 1),
            limit=PHOTO_MEGABYTES,
        )


def redrawn(sent: bytes, *, name: str) -> Picture:
    """The picture in these bytes as a JPEG of at most `KEPT_BYTES`, upright; `name` is said in complaints only.

    Raises:
        Refused: PHOTO_TOO_LARGE, PHOTO_IN_HEIC, NOT_A_PHOTO, TOO_MANY_PIXELS, PHOTO_DAMAGED.
    """
    check_size(len(sent), name=name)
    with _ONE_AT_A_TIME, _opened(sent, name) as image:
        _check_pixels(image, name)
        try:
            # Reads a JPEG at half, a quarter or an eighth of its size where that is enough.
            image.draft("RGB", (LONGEST_SIDE, LONGEST_SIDE))
            upright = ImageOps.exif_transpose(image)
            points = _points(upright)
        except _BROKEN:
            raise Refused(PHOTO_DAMAGED, field=FIELD, name=name) from None
        return _kept(points)


@contextmanager
def _opened(sent: bytes, name: str) -> Iterator[Image.Image]:
    if sent[4:8] == b"ftyp" and sent[8:12] in _HEIC_BRANDS:
        raise Refused(PHOTO_IN_HEIC, field=FIELD, name=name)
    try:
        image = Image.open(BytesIO(sent), formats=_READ)
    except UnidentifiedImageError:
        raise Refused(NOT_A_PHOTO, field=FIELD, name=name) from None
    except (Image.DecompressionBombError, Image.DecompressionBombWarning):
        raise Refused(TOO_MANY_PIXELS, field=FIELD, name=name) from None
    except _BROKEN:
        raise Refused(PHOTO_DAMAGED, field=FIELD, name=name) from None
    with image:
        yield image


def _check_pixels(image: Image.Image, name: str) -> None:
    width, height = image.size
    if width * height > PIXELS_ALLOWED[str(image.format)]:
        raise Refused(TOO_MANY_PIXELS, field=FIELD, name=name)


def _points(image: Image.Image) -> Image.Image:
    """The points alone, on white where they can be seen through, no larger than is kept."""
    image.thumbnail((LONGEST_SIDE, LONGEST_SIDE))
    drawn = Image.new("RGB", image.size, "white")
    if image.has_transparency_data:
        seen_through = image.convert("RGBA")
        drawn.paste(seen_through, mask=seen_through)
    else:
        drawn.paste(image.convert("RGB"))
    return drawn


def _kept(points: Image.Image) -> Picture:
    for side, quality in _STEPS:
        points.thumbnail((side, side))
        written = BytesIO()
        points.save(written, "JPEG", quality=quality, optimize=True, progressive=True)
        if written.tell() <= KEPT_BYTES:
            break
    content = written.getvalue()
    return Picture(content, sha256(content).digest(), *points.size)
