"""A paper as PDF/A-2a: tagged, searchable, with the font in it; and its drawings as PNG for what cannot hold SVG (typst)."""

from __future__ import annotations

from functools import cache
from importlib import resources
from pathlib import Path
from typing import TYPE_CHECKING, Literal
from unicodedata import east_asian_width

import msgspec
import typst
from django.utils.translation import gettext
from noto_cjk_sans_otc import FONT_PATH

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from haochaping.doors.circular.paper import Paper

TYPE = "application/pdf"
_TEMPLATE = resources.files("haochaping.doors.circular").joinpath("paper.typ").read_bytes()
_DRAWING = b"""#set page(width: auto, height: auto, margin: 0pt)
#image(bytes(sys.inputs.svg), format: "svg", width: 160mm)"""
_SHARP = 200.0
# In half the width of a Chinese character.
_LEAST, _MOST = 7, 28


def pdf_of(paper: Paper, *, at: datetime) -> bytes:
    """Set a paper; `at` is what the file gives as its moment, so that the same paper is the same file.

    Where its words hold a character that the font does not have it is a tagged PDF and no PDF/A.
    """
    language, _, region = paper.language.partition("-")
    told = msgspec.to_builtins(paper) | {
        "lang": language,
        "region": "cn" if region else None,
        "nothing": gettext("Not enough data to draw."),
    }
    for section in told["sections"]:
        for chart in section["charts"]:
            del chart["figures"]
        for table in section["tables"]:
            table["widths"] = _widths(table["columns"], table["rows"])
    data = msgspec.json.encode(told).decode()
    try:
        return _set(data, at, "a-2a")
    except typst.TypstError:
        # A character that the font does not have: PDF/A forbids to show none for it, and nobody's words are changed.
        return _set(data, at)


def _widths(columns: Sequence[str], rows: Sequence[Sequence[str]]) -> list[int]:
    """How wide columns are beside each other: numbers do not break, names and reasons do after a while."""
    asked = []
    for at, heading in enumerate(columns):
        longest = max((_width(row[at]) for row in rows), default=0)
        words = max(map(_width, heading.split()), default=0) if heading.isascii() else _LEAST
        asked.append(max(_LEAST, words, min(longest, _MOST)))
    return asked


def _width(text: str) -> int:
    return sum(2 if east_asian_width(c) in {"W", "F"} else 1 for c in text)


def _set(data: str, at: datetime, standard: Literal["a-2a"] | None = None) -> bytes:
    return typst.compile(
        _TEMPLATE,
        font_paths=_fonts(),
        sys_inputs={"paper": data},
        pdf_standards=standard,
        timestamp=int(at.timestamp()),
    )


def png_of(svg: str) -> bytes:
    """A drawing as a picture of 160 mm."""
    return typst.compile(_DRAWING, font_paths=_fonts(), format="png", ppi=_SHARP, sys_inputs={"svg": svg})


@cache
def _fonts() -> typst.Fonts:
    """The one font, of our own package: what a machine has makes no difference."""
    folder = str(Path(str(FONT_PATH)).parent)
    return typst.Fonts(include_system_fonts=False, include_embedded_fonts=False, font_paths=[folder])
