"""From what somebody sent to a document of ours: type by content, bounded, kept as it was; nothing here opens or plays it."""

from __future__ import annotations

from hashlib import sha256

from haochaping.files.terms import (
    DOCUMENT_BYTES,
    DOCUMENT_MEGABYTES,
    DOCUMENT_TOO_LARGE,
    DOCUMENT_UNKNOWN,
    Document,
    DocumentKind,
)
from haochaping.kernel.refused import Refused
from haochaping.kernel.text import has_forbidden_control

FIELD = "documents"
_MEGABYTE = 1024 * 1024
_BEGINNINGS = {
    b"%PDF-": DocumentKind.PDF,
    b"OggS": DocumentKind.OGG,
    b"ID3": DocumentKind.MPEG,
    # A frame of layer III without a tag before it, of the three versions of MPEG, with a checksum or none.
    **dict.fromkeys(
        (b"\xff\xfb", b"\xff\xfa", b"\xff\xf3", b"\xff\xf2", b"\xff\xe3", b"\xff\xe2"), DocumentKind.MPEG
    ),
}
# What recorders of telephones write into an MPEG-4 file; pictures of the same family (HEIC) are not among them.
_MP4_BRANDS = {b"M4A ", b"M4B ", b"mp41", b"mp42", b"isom", b"iso2", b"3gp4", b"3gp5", b"3gp6"}
# How logs of queues and counters are written; what is valid UTF-8 is never read as the other.
_ENCODINGS = ("utf-8-sig", "gb18030")


def check_size(size: int, *, name: str) -> None:
    """Raise `Refused(DOCUMENT_TOO_LARGE)` for a file of more than `DOCUMENT_BYTES` bytes."""
    if size > DOCUMENT_BYTES:
        megabytes = max(-(-size // _MEGABYTE), DOCUMENT_MEGABYTES + 1)
        raise Refused(
            DOCUMENT_TOO_LARGE, field=FIELD, name=name, megabytes=megabytes, limit=DOCUMENT_MEGABYTES
        )


def recognised(sent: bytes, *, name: str) -> Document:
    """The document in these bytes; `name` is said in complaints only.

    Raises:
        Refused: DOCUMENT_TOO_LARGE, DOCUMENT_UNKNOWN.
    """
    check_size(len(sent), name=name)
    kind = kind_of(sent)
    if kind is None:
        raise Refused(DOCUMENT_UNKNOWN, field=FIELD, name=name)
    return Document(sent, sha256(sent).digest(), kind)


def kind_of(content: bytes) -> DocumentKind | None:
    """What bytes are, by themselves and not by their name; None for what is not taken."""
    for beginning, kind in _BEGINNINGS.items():
        if content.startswith(beginning):
            return kind
    if content[:4] == b"RIFF" and content[8:12] == b"WAVE":
        return DocumentKind.WAV
    if content[4:8] == b"ftyp" and content[8:12] in _MP4_BRANDS:
        return DocumentKind.MPEG_FOUR
    return DocumentKind.TEXT if _is_text(content) else None


def _is_text(content: bytes) -> bool:
    for encoding in _ENCODINGS:
        try:
            text = content.decode(encoding)
        except UnicodeDecodeError:
            continue
        return bool(text.strip()) and not has_forbidden_control(text.replace("\r\n", "\n"))
    return False
