"""附件 reads: photographs and documents of a thing; whoever asks has been let in to that thing before."""

from __future__ import annotations

from hashlib import sha256
from typing import TYPE_CHECKING

from haochaping.files.models import Document, Photo
from haochaping.files.rules import committed_fields
from haochaping.files.terms import NO_SUCH_DOCUMENT, NO_SUCH_PHOTO, DocumentKind, DocumentRow, PhotoRow
from haochaping.kernel.refused import Refused

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from uuid import UUID


def photos_of(subject_kind: str, subject_id: str) -> list[PhotoRow]:
    """The photographs of a thing in their places, without their content."""
    rows = Photo.objects.filter(subject_kind=subject_kind, subject_id=subject_id, removed_at=None)
    found = rows.order_by("place").values_list("id", "place", "width", "height", "kept_at")
    return [PhotoRow(*row) for row in found]


def photos_of_each(subject_kind: str, subject_ids: Iterable[str]) -> dict[str, list[PhotoRow]]:
    """The same of several things of a kind, by thing; those without any are absent."""
    rows = Photo.objects.filter(subject_kind=subject_kind, subject_id__in=list(subject_ids), removed_at=None)
    found: dict[str, list[PhotoRow]] = {}
    for subject_id, pk, place, width, height, at in rows.order_by("place").values_list(
        "subject_id", "id", "place", "width", "height", "kept_at"
    ):
        found.setdefault(subject_id, []).append(PhotoRow(pk, place, width, height, at))
    return found


def content_of(photo_id: UUID, *, subject_kind: str, subject_id: str) -> bytes:
    """A photograph of this thing as JPEG; raises `Refused(NO_SUCH_PHOTO)`, also for one of another thing."""
    rows = Photo.objects.filter(
        id=photo_id, subject_kind=subject_kind, subject_id=subject_id, removed_at=None
    )
    content = rows.values_list("content", flat=True).first()
    if content is None:
        raise Refused(NO_SUCH_PHOTO)
    return bytes(content)


def documents_of(subject_kind: str, subject_id: str) -> list[DocumentRow]:
    """The documents of a thing in their places, without their content."""
    rows = Document.objects.filter(subject_kind=subject_kind, subject_id=subject_id).order_by("place")
    return [
        DocumentRow(pk, place, DocumentKind(kind), size, at)
        for pk, place, kind, size, at in rows.values_list("id", "place", "kind", "size", "kept_at")
    ]


def document_of(document_id: UUID, *, subject_kind: str, subject_id: str) -> tuple[DocumentKind, bytes]:
    """What a document of this thing is, and its content; raises `Refused(NO_SUCH_DOCUMENT)`, also for one of another thing."""
    rows = Document.objects.filter(id=document_id, subject_kind=subject_kind, subject_id=subject_id)
    found = rows.values_list("kind", "content").first()
    if found is None:
        raise Refused(NO_SUCH_DOCUMENT)
    return DocumentKind(found[0]), bytes(found[1])


def committed_documents() -> Iterator[tuple[str, dict[str, str]]]:
    """The fields under each document's entry, worked out from the document as it is stored now."""
    for row in Document.objects.order_by("id").iterator(chunk_size=5):
        yield (
            str(row.id),
            committed_fields(f"{row.subject_kind}:{row.subject_id}", sha256(row.content).digest()),
        )


def committed() -> Iterator[tuple[str, dict[str, str]]]:
    """The fields under each photograph's entry, worked out from the picture as it is stored now."""
    for row in Photo.objects.order_by("id").iterator(chunk_size=50):
        fingerprint = sha256(row.content).digest() if row.content is not None else bytes(row.sha256)
        yield str(row.id), committed_fields(f"{row.subject_kind}:{row.subject_id}", fingerprint)
