"""Photographs and documents as a form sends them: read within bounds, whatever is sent; nothing is written to a disk."""

from __future__ import annotations

from io import BytesIO
from typing import TYPE_CHECKING

from django import forms
from django.core.files.uploadedfile import InMemoryUploadedFile
from django.core.files.uploadhandler import FileUploadHandler

from haochaping.files.documents import FIELD as DOCUMENTS
from haochaping.files.documents import check_size as check_document_size
from haochaping.files.documents import recognised
from haochaping.files.pictures import check_size, redrawn
from haochaping.files.terms import (
    DOCUMENT_BYTES,
    DOCUMENTS_ALLOWED,
    PHOTO_BYTES,
    PHOTO_MEGABYTES,
    PHOTOS_ALLOWED,
    TOO_MANY_DOCUMENTS,
    TOO_MANY_PHOTOS,
)
from haochaping.kernel.refused import N_, Reason, Refused
from haochaping.kernel.text import clean

if TYPE_CHECKING:
    from collections.abc import Sequence

    from django.core.files.uploadedfile import UploadedFile
    from django.http import HttpRequest
    from django_stubs_ext import StrOrPromise

    from haochaping.files.terms import Document, Picture

FIELD = "photos"
_NAME_SHOWN = 40
# Beyond this the form is not read at all; below, a photograph too large is named and the text kept.
_FORM_MEGABYTES = 100
_MEGABYTE = 1024 * 1024
_FILE_BYTES = max(PHOTO_BYTES, DOCUMENT_BYTES)

FORM_TOO_LARGE = Reason(
    "form_too_large",
    N_("What you sent has {megabytes} MB; {limit} MB are allowed for all files together."),
    N_("Go back, and choose fewer or smaller files."),
)


class _Bounded(FileUploadHandler):
    """Keeps the first bytes, up to one more than any file may have, of as many files as the form takes; counts the rest."""

    kept: BytesIO
    files = 0

    def __init__(self, request: HttpRequest, taken: int) -> None:
        super().__init__(request)
        self.taken = taken

    def new_file(self, *args: object, **kwargs: object) -> None:
        super().new_file(*args, **kwargs)  # type: ignore[arg-type]
        self.kept = BytesIO()
        self.files += 1

    def receive_data_chunk(self, raw_data: bytes, start: int) -> bytes | None:
        if self.files <= self.taken and start < _FILE_BYTES:
            self.kept.write(raw_data)
        return None

    def file_complete(self, file_size: int) -> UploadedFile[bytes]:
        self.kept.seek(0)
        return InMemoryUploadedFile(
            self.kept, self.field_name, self.file_name, self.content_type, file_size, None
        )


def bound(request: HttpRequest, *, taken: int = PHOTOS_ALLOWED) -> None:
    """Have this request's form read within bounds; to be called before anything reads it. `taken` is how many files it takes.

    Raises:
        Refused: FORM_TOO_LARGE.
    """
    size = int(request.META.get("CONTENT_LENGTH") or 0)
    if size > _FORM_MEGABYTES * _MEGABYTE:
        limit = taken * PHOTO_MEGABYTES
        raise Refused(FORM_TOO_LARGE, field=FIELD, megabytes=-(-size // _MEGABYTE), limit=limit)
    request.upload_handlers = [_Bounded(request, taken)]


def pictures(files: Sequence[UploadedFile[bytes]]) -> list[Picture]:
    """The photographs of a form, drawn anew.

    Raises:
        Refused: PHOTO_TOO_LARGE, PHOTO_IN_HEIC, NOT_A_PHOTO, TOO_MANY_PIXELS, PHOTO_DAMAGED for the first that
            cannot be taken; TOO_MANY_PHOTOS.
    """
    if len(files) > PHOTOS_ALLOWED:
        raise Refused(TOO_MANY_PHOTOS, field=FIELD, count=len(files), limit=PHOTOS_ALLOWED)
    drawn = []
    for file in files:
        name = _shown(file.name or "")
        check_size(file.size or 0, name=name)
        drawn.append(redrawn(file.read(), name=name))
    return drawn


def documents(files: Sequence[UploadedFile[bytes]]) -> list[Document]:
    """The recordings, logs and PDFs of a form, as they are.

    Raises:
        Refused: DOCUMENT_TOO_LARGE, DOCUMENT_UNKNOWN for the first that cannot be taken; TOO_MANY_DOCUMENTS.
    """
    if len(files) > DOCUMENTS_ALLOWED:
        raise Refused(TOO_MANY_DOCUMENTS, field=DOCUMENTS, count=len(files), limit=DOCUMENTS_ALLOWED)
    found = []
    for file in files:
        name = _shown(file.name or "")
        check_document_size(file.size or 0, name=name)
        found.append(recognised(file.read(), name=name))
    return found


def _shown(name: str) -> str:
    """A file's name as a sentence may repeat it."""
    name = "".join(c for c in clean(name) if c.isprintable())
    return name if len(name) <= _NAME_SHOWN else f"…{name[-_NAME_SHOWN:]}"


class _SeveralFiles(forms.FileInput):
    allow_multiple_selected = True


class _Several(forms.FileField):
    """Several files at once, judged by `uploads`."""

    accept = ""

    def __init__(self, *, label: StrOrPromise, help_text: StrOrPromise, required: bool = False) -> None:
        widget = _SeveralFiles(attrs={"multiple": True, "accept": self.accept})
        super().__init__(required=required, label=label, help_text=help_text, widget=widget)

    def clean(self, data: object, _initial: object = None) -> list[object]:
        """The files as they came."""
        return list(data) if isinstance(data, list) else []


class Photographs(_Several):
    """Photographs; asked for JPEG, a telephone turns its own format into it."""

    accept = "image/jpeg,image/png,image/webp"


class Documents(_Several):
    """Recordings, logs and PDFs."""

    accept = "audio/*,application/pdf,text/plain,.log"
