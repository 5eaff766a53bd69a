"""Pictures that tests send: of any kind, with what cameras add, and files that are none."""

from __future__ import annotations

from hashlib import shake_256
from io import BytesIO

from PIL import Image

HTML = b"<!DOCTYPE html><html><script>alert(1)</script></html>"
HEIC = b"\0\0\0\x18ftypheic\0\0\0\0mif1heic" + b"\0" * 64
SECRET = b"39.9042N 116.4074E SECRETCAMERA"


def photograph(
    kind: str = "JPEG", size: tuple[int, int] = (80, 60), colour: str = "teal", **how: object
) -> bytes:
    """A picture of one colour."""
    written = BytesIO()
    Image.new("RGB", size, colour).save(written, kind, **how)
    return written.getvalue()


def with_place(size: tuple[int, int] = (80, 60)) -> bytes:
    """A JPEG that says where and with what it was taken, lies on its side and has a page behind it."""
    exif = Image.Exif()
    exif[0x0112] = 6  # orientation: turn it to the right
    exif[0x010F] = SECRET.decode()
    exif.get_ifd(0x8825)[2] = (39.0, 54.0, 15.0)
    return photograph(size=size, exif=exif, comment=SECRET, icc_profile=SECRET) + HTML


def noise(width: int, height: int) -> bytes:
    """A picture that no format makes small."""
    written = BytesIO()
    Image.frombytes("RGB", (width, height), shake_256(b"noise").digest(width * height * 3)).save(
        written, "PNG", compress_level=1
    )
    return written.getvalue()
