"""附件 vocabulary: photographs and documents before and after they are kept, their bounds, and reasons for refusing one."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

from haochaping.kernel.refused import N_, Reason

if TYPE_CHECKING:
    from datetime import datetime
    from uuid import UUID

PHOTOS_ALLOWED = 3
PHOTO_MEGABYTES = 10
PHOTO_BYTES = PHOTO_MEGABYTES * 1024 * 1024
KEPT_BYTES = 400 * 1024
LONGEST_SIDE = 1600
# What a phone's camera makes passes. A JPEG is read at the size that is kept; the others are unpacked whole.
PIXELS_ALLOWED = {"JPEG": 64_000_000, "MPO": 64_000_000, "PNG": 24_000_000, "WEBP": 24_000_000}


DOCUMENTS_ALLOWED = 3
DOCUMENT_MEGABYTES = 10
DOCUMENT_BYTES = DOCUMENT_MEGABYTES * 1024 * 1024


class DocumentKind(StrEnum):
    """文件类型: what the bytes of a document are, whatever it was called."""

    WAV = "wav"
    MPEG = "mp3"
    MPEG_FOUR = "mp4"
    OGG = "ogg"
    PDF = "pdf"
    TEXT = "text"


_RECORDING = N_("Recording")
DOCUMENT_LABELS = {
    DocumentKind.WAV: _RECORDING,
    DocumentKind.MPEG: _RECORDING,
    DocumentKind.MPEG_FOUR: _RECORDING,
    DocumentKind.OGG: _RECORDING,
    DocumentKind.PDF: N_("PDF document"),
    DocumentKind.TEXT: N_("Log or other plain text"),
}


@dataclass(frozen=True, slots=True)
class Picture:
    """A photograph as it is kept: a JPEG of ours that holds the picture and nothing else."""

    content: bytes
    sha256: bytes
    width: int
    height: int


@dataclass(frozen=True, slots=True)
class PhotoRow:
    """A kept photograph without its content; `place` is 1 to 3."""

    id: UUID
    place: int
    width: int
    height: int
    kept_at: datetime


@dataclass(frozen=True, slots=True)
class Document:
    """A recording, log or PDF as it was sent, with what it is."""

    content: bytes
    sha256: bytes
    kind: DocumentKind


@dataclass(frozen=True, slots=True)
class DocumentRow:
    """A kept document without its content: `size` in bytes, `place` is 1 to 3."""

    id: UUID
    place: int
    kind: DocumentKind
    size: int
    kept_at: datetime


DOCUMENT_UNKNOWN = Reason(
    "document_unknown",
    N_("“{name}” is no recording (WAV, MP3, M4A, OGG), PDF or plain text, whatever its name says."),
    N_("Convert it to one of these, or give the number under which it is kept."),
)
DOCUMENT_TOO_LARGE = Reason(
    "document_too_large",
    N_("“{name}” has {megabytes} MB; {limit} MB are allowed for one file."),
    N_("Cut the recording to what matters, or give the number under which it is kept."),
)
TOO_MANY_DOCUMENTS = Reason(
    "too_many_documents",
    N_("These are {count} files; {limit} are allowed."),
    N_("Leave out the others, or give the numbers under which they are kept."),
)
NO_SUCH_DOCUMENT = Reason("no_such_document", N_("There is no such file."), N_("See how it stands now."))
NOT_A_PHOTO = Reason(
    "not_a_photo",
    N_("“{name}” is not a photograph: it is no JPEG, PNG or WebP picture, whatever its name says."),
    N_("Choose a photograph as your phone or camera takes it, or a screenshot."),
)
PHOTO_IN_HEIC = Reason(
    "photo_in_heic",
    N_("“{name}” is a HEIC picture, which this site cannot read."),
    N_("Choose it from the phone's photo library instead of its files, or save it as JPEG first."),
)
PHOTO_DAMAGED = Reason(
    "photo_damaged",
    N_("“{name}” cannot be opened: the picture is damaged or not complete."),
    N_("Take the photograph again, or choose another one."),
)
PHOTO_TOO_LARGE = Reason(
    "photo_too_large",
    N_("“{name}” has {megabytes} MB; {limit} MB are allowed for one photograph."),
    N_("Choose a smaller one, or send a screenshot of it."),
)
TOO_MANY_PIXELS = Reason(
    "too_many_pixels",
    N_("“{name}” has more pixels than this site opens."),
    N_("Choose a smaller one, or send a screenshot of it."),
)
TOO_MANY_PHOTOS = Reason(
    "too_many_photos",
    N_("With these there would be {count} photographs; {limit} are allowed."),
    N_("Leave out or remove the others."),
)
NO_SUCH_PHOTO = Reason(
    "no_such_photo",
    N_("There is no such photograph."),
    N_("It may have been removed."),
)
