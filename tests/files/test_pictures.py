from __future__ import annotations

import struct
import zlib
from io import BytesIO
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from haochaping.files.pictures import redrawn
from haochaping.files.terms import KEPT_BYTES, LONGEST_SIDE, PHOTO_BYTES
from haochaping.kernel.refused import Refused
from tests.photographs import HEIC, HTML, SECRET, noise, photograph, with_place

if TYPE_CHECKING:
    from haochaping.files.terms import Picture
    from haochaping.kernel.refused import Complaint


def _refused(sent: bytes, name: str = "x.jpg") -> Complaint:
    with pytest.raises(Refused) as refused:
        redrawn(sent, name=name)
    return refused.value.complaint


def _opened(picture: Picture) -> Image.Image:
    return Image.open(BytesIO(picture.content))


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP"])
def test_type_is_what_the_bytes_say(kind):
    picture = redrawn(photograph(kind), name="page.html")

    assert _opened(picture).format == "JPEG"
    assert (picture.width, picture.height) == (80, 60)


def test_place_camera_comment_profile_and_what_hangs_behind_are_gone():
    sent = with_place()
    assert SECRET in sent
    assert HTML in sent

    picture = redrawn(sent, name="a.jpg")

    for gone in (SECRET, HTML, b"Exif", b"ICC_PROFILE", b"http"):
        assert gone not in picture.content
    assert _opened(picture).getexif() == {}


def test_a_picture_on_its_side_is_set_upright():
    picture = redrawn(with_place((80, 60)), name="a.jpg")

    assert (picture.width, picture.height) == (60, 80)


def test_what_is_seen_through_becomes_white():
    written = BytesIO()
    Image.new("RGBA", (20, 20), (255, 0, 0, 0)).save(written, "PNG")

    picture = redrawn(written.getvalue(), name="a.png")

    point = _opened(picture).getpixel((10, 10))
    assert isinstance(point, tuple)
    assert min(point) > 250


@pytest.mark.parametrize("mode", ["1", "L", "P", "LA", "CMYK", "I;16"])
def test_every_way_to_store_points_is_read(mode):
    written = BytesIO()
    Image.new(mode, (20, 20)).save(written, "JPEG" if mode == "CMYK" else "PNG")

    assert _opened(redrawn(written.getvalue(), name="a")).mode == "RGB"


def test_a_second_picture_in_the_file_is_left_out():
    written = BytesIO()
    first, second = Image.new("RGB", (40, 40), "red"), Image.new("RGB", (40, 40), "blue")
    first.save(written, "MPO", save_all=True, append_images=[second])

    picture = redrawn(written.getvalue(), name="a.jpg")

    assert getattr(_opened(picture), "n_frames", 1) == 1


def test_the_same_file_is_the_same_picture():
    assert redrawn(with_place(), name="a") == redrawn(with_place(), name="b")


def test_a_large_picture_becomes_small():
    picture = redrawn(photograph(size=(6000, 4000), quality=60), name="a")

    assert max(picture.width, picture.height) == LONGEST_SIDE


def test_even_noise_fits():
    picture = redrawn(noise(1700, 1700), name="a")

    assert len(picture.content) <= KEPT_BYTES


@pytest.mark.parametrize(
    ("sent", "code"),
    [
        (HTML, "not_a_photo"),
        (b"", "not_a_photo"),
        (b"GIF89a" + b"\0" * 100, "not_a_photo"),
        (b"<svg xmlns='http://www.w3.org/2000/svg'/>", "not_a_photo"),
        (b"%PDF-1.7", "not_a_photo"),
        (HEIC, "photo_in_heic"),
        (photograph(size=(800, 600))[:600], "photo_damaged"),
        (photograph("PNG", size=(800, 600))[:200], "photo_damaged"),
    ],
)
def test_what_is_no_photograph_is_named(sent, code):
    complaint = _refused(sent, "家里.jpg")

    assert complaint.code == code
    assert complaint.field == "photos"
    assert complaint.params["name"] == "家里.jpg"


def test_thirty_megabytes_are_refused_before_they_are_opened():
    complaint = _refused(photograph() + b"\0" * (30 * 1024 * 1024))

    assert complaint.code == "photo_too_large"
    assert complaint.params["limit"] == PHOTO_BYTES // 1024 // 1024
    sent = complaint.params["megabytes"]
    assert isinstance(sent, int)
    assert sent > 30


def _png_that_says(width: int, height: int) -> bytes:
    """A picture of a few bytes that would unpack to as many points as it says."""

    def chunk(kind: bytes, body: bytes) -> bytes:
        return struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))

    head = struct.pack(">IIBBBBB", width, height, 1, 0, 0, 0, 0)
    rows = zlib.compress(b"\0" * 1000)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", rows) + chunk(b"IEND", b"")


@pytest.mark.parametrize(("width", "height"), [(5000, 5000), (10_000, 10_000), (40_000, 40_000)])
def test_a_picture_that_unpacks_to_too_much_is_not_unpacked(width, height):
    assert _refused(_png_that_says(width, height)).code == "too_many_pixels"


@given(st.integers(0, 3000), st.binary(min_size=1, max_size=40), st.sampled_from(["JPEG", "PNG", "WEBP"]))
def test_whatever_is_broken_is_a_picture_or_refused(at, wrong, kind):
    sent = photograph(kind, size=(64, 64))
    at %= len(sent)

    try:
        picture = redrawn(sent[:at] + wrong + sent[at + len(wrong) :], name="a")
    except Refused:
        return

    assert _opened(picture).format == "JPEG"
