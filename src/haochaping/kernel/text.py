"""Text as people and machines send it, made safe to keep without changing what it says."""

from __future__ import annotations

import unicodedata

_KEPT_CONTROLS = {"\n", "\t"}
# Characters that reorder or hide what is read around them.
_INVISIBLE = {
    "\u061c",
    "\u200e",
    "\u200f",
    *map(chr, range(0x202A, 0x202F)),
    *map(chr, range(0x2066, 0x206A)),
    "\u200b",
    "\u2060",
    "\ufeff",
}


def has_forbidden_control(text: str) -> bool:
    """Whether the text holds a control character (U+0000 among them) other than tab and line feed."""
    return any(unicodedata.category(c) in {"Cc", "Cs"} and c not in _KEPT_CONTROLS for c in text)


def clean(text: str) -> str:
    """Normalise to NFC and line feeds, drop invisible direction marks, trim; rare Han characters stay as they are."""
    text = text.replace("\r\n", "\n").replace("\r", "\n")
    text = "".join(c for c in text if c not in _INVISIBLE)
    return unicodedata.normalize("NFC", text).strip()
