"""Text as people and machines send it, made safe to keep without changing what it says."""

from __future__ import annotations

import unicodedata

_KEPT_CONTROLS = {"\n", "\t"}
# Characters that reorder or hide what is read around them.
INVISIBLE = dict.fromkeys(
    [0x061C, 0x200E, 0x200F, *range(0x202A, 0x202F), *range(0x2066, 0x206A), 0x200B, 0x2060, 0xFEFF]
)


def has_forbidden_control(text: str) -> bool:
    """Whether the text holds a control character (U+0000 among them) other than tab and line feed."""
    # No control character is printable; most texts end here.
    return not text.isprintable() and any(
        unicodedata.category(c) in {"Cc", "Cs"} and c not in _KEPT_CONTROLS for c in text
    )


def clean(text: str) -> str:
    """Normalise to NFC and line feeds, drop invisible direction marks, trim; rare Han characters stay as they are."""
    if text.isascii() and text.isprintable():
        return text.strip()
    text = text.replace("\r\n", "\n").replace("\r", "\n").translate(INVISIBLE)
    return unicodedata.normalize("NFC", text).strip()
