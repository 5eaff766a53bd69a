"""Text as people and machines send it, made safe to keep without changing what it says."""

from __future__ import annotations

import re
import unicodedata

# Control characters but tab and line feed, and halves of surrogate pairs.
_FORBIDDEN = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\ud800-\udfff]")
# Characters that reorder or hide what is read around them. Joiners stay: pictures and some scripts are made with them.
INVISIBLE = dict.fromkeys(
    [
        *(0x00AD, 0x061C, 0x180E, 0x200B, 0x200E, 0x200F, 0xFEFF),
        *range(0x202A, 0x202F),
        *range(0x2060, 0x2065),
        *range(0x2066, 0x2070),
        *range(0xFFF9, 0xFFFC),
    ]
)

_FORMULA = frozenset("=+-@＝＋－＠")
_CUTS_CELL = frozenset("\t\r\n")


def has_forbidden_control(text: str) -> bool:
    """Whether the text holds a control character (U+0000 among them) other than tab and line feed."""
    return _FORBIDDEN.search(text) is not None


def visible(text: str) -> str:
    """A text as it can be shown and stored: "\ufffd" for each forbidden control character, the rest as it is."""
    return _FORBIDDEN.sub("\ufffd", text)


def clean(text: str) -> str:
    """Normalise to NFC and line feeds, drop invisible direction marks, trim; rare Han characters stay as they are."""
    if text.isascii() and text.isprintable():
        return text.strip()
    text = text.replace("\r\n", "\n").replace("\r", "\n").translate(INVISIBLE)
    return unicodedata.normalize("NFC", text).strip()


def spreadsheet_cell(text: str) -> str:
    """A text as a cell of a table that is given away: what a spreadsheet would take for a formula begins with “'”.

    Every export writes its cells so (ASVS 5.0 V1.2.10). Full-width signs count, and what stands behind blanks too.
    """
    return f"'{text}" if _begins(text) in _FORMULA or text[:1] in _CUTS_CELL else text


def _begins(text: str) -> str:
    return text.translate(INVISIBLE).lstrip()[:1]
