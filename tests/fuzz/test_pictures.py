"""Whatever comes as a photograph is drawn anew as a small JPEG, or refused with a sentence."""

from __future__ import annotations

from contextlib import suppress
from io import BytesIO

from PIL import Image

from haochaping.files import pictures
from haochaping.files.terms import KEPT_BYTES, LONGEST_SIDE
from haochaping.kernel.refused import Refused
from haochaping.ui.sentences import say
from tests.fuzz.corpus import fuzzed, seeds
from tests.photographs import SECRET

_NAME = "照片.jpg"


def test_pictures():
    def attempt(data: bytes) -> None:
        try:
            picture = pictures.redrawn(data, name=_NAME)
        except Refused as no:
            assert say(no.complaint).message
            return
        assert len(picture.content) <= KEPT_BYTES
        assert SECRET not in picture.content
        with Image.open(BytesIO(picture.content), formats=["JPEG"]) as kept:
            kept.load()
            assert max(kept.size) <= LONGEST_SIDE
            assert kept.size == (picture.width, picture.height)
            assert not kept.getexif()

    fuzzed("photo", attempt, few=150)


def test_some_of_what_is_kept_are_pictures():
    """Else the test above says nothing."""
    drawn = 0
    for data in seeds("photo"):
        with suppress(Refused):
            pictures.redrawn(data, name=_NAME)
            drawn += 1
    assert 5 <= drawn < len(seeds("photo"))
