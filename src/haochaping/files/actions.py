"""附件 writes: photographs and documents are kept with what they belong to; photographs are removed by who sent them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db import transaction

from haochaping.files.models import Document, Photo
from haochaping.files.rules import committed_fields
from haochaping.files.terms import (
    DOCUMENTS_ALLOWED,
    NO_SUCH_PHOTO,
    PHOTOS_ALLOWED,
    TOO_MANY_DOCUMENTS,
    TOO_MANY_PHOTOS,
)
from haochaping.kernel.identifiers import uuid7
from haochaping.kernel.refused import Refused
from haochaping.ledger import actions as ledger
from haochaping.ledger.terms import EntryKind, NewEntry

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime
    from uuid import UUID

    from haochaping.files.terms import Document as Sent
    from haochaping.files.terms import Picture
    from haochaping.kernel.actor import Actor


@transaction.atomic
def keep(
    subject_kind: str, subject_id: str, pictures: Sequence[Picture], *, by: Actor, now: datetime
) -> list[UUID]:
    """Keep photographs of a thing whose row the caller has locked; one that is there already is left out.

    Returns the ids of the new ones.

    Raises:
        Refused: TOO_MANY_PHOTOS; then none of them is kept.
    """
    if not pictures:
        return []
    there = Photo.objects.filter(subject_kind=subject_kind, subject_id=subject_id, removed_at=None)
    taken = {place: bytes(sha256) for place, sha256 in there.values_list("place", "sha256")}
    new = {picture.sha256: picture for picture in pictures if picture.sha256 not in taken.values()}
    if len(taken) + len(new) > PHOTOS_ALLOWED:
        raise Refused(TOO_MANY_PHOTOS, field="photos", count=len(taken) + len(new), limit=PHOTOS_ALLOWED)
    free = [place for place in range(1, PHOTOS_ALLOWED + 1) if place not in taken]
    rows = [
        Photo(
            id=uuid7(now),
            subject_kind=subject_kind,
            subject_id=subject_id,
            place=place,
            content=picture.content,
            sha256=picture.sha256,
            width=picture.width,
            height=picture.height,
            kept_at=now,
        )
        for place, picture in zip(free, new.values(), strict=False)
    ]
    Photo.objects.bulk_create(rows)
    of = f"{subject_kind}:{subject_id}"
    entries = [
        NewEntry(
            EntryKind.PHOTO_KEPT, "photo", str(row.id), committed_fields(of, bytes(row.sha256)), {"of": of}
        )
        for row in rows
    ]
    if entries:
        ledger.append(entries, by=by, now=now)
    return [row.id for row in rows]


@transaction.atomic
def remove(photo_id: UUID, *, subject_kind: str, subject_id: str, by: Actor, now: datetime) -> None:
    """Remove a photograph for good: the picture is erased, row and fingerprint stay.

    Raises:
        Refused: NO_SUCH_PHOTO, also for a photograph of another thing.
    """
    removed = Photo.objects.filter(
        id=photo_id, subject_kind=subject_kind, subject_id=subject_id, removed_at=None
    ).update(content=None, removed_at=now)
    if not removed:
        raise Refused(NO_SUCH_PHOTO)
    _record_removed([photo_id], f"{subject_kind}:{subject_id}", by, now)


@transaction.atomic
def remove_all(subject_kind: str, subject_id: str, *, by: Actor, now: datetime) -> None:
    """Remove every photograph of a thing whose row the caller has locked."""
    there = Photo.objects.filter(subject_kind=subject_kind, subject_id=subject_id, removed_at=None)
    ids = list(there.order_by("place").values_list("id", flat=True))
    if not ids:
        return
    there.update(content=None, removed_at=now)
    _record_removed(ids, f"{subject_kind}:{subject_id}", by, now)


def _record_removed(photo_ids: Sequence[UUID], of: str, by: Actor, now: datetime) -> None:
    entries = [NewEntry(EntryKind.PHOTO_REMOVED, "photo", str(pk), facts={"of": of}) for pk in photo_ids]
    ledger.append(entries, by=by, now=now)


@transaction.atomic
def keep_documents(
    subject_kind: str, subject_id: str, documents: Sequence[Sent], *, by: Actor, now: datetime
) -> list[UUID]:
    """Keep the documents of a thing that has none so far; the same one twice is kept once. Returns their ids.

    Raises:
        Refused: TOO_MANY_DOCUMENTS; then none of them is kept.
    """
    if not documents:
        return []
    new = {document.sha256: document for document in documents}
    if len(new) > DOCUMENTS_ALLOWED:
        raise Refused(TOO_MANY_DOCUMENTS, field="documents", count=len(new), limit=DOCUMENTS_ALLOWED)
    rows = [
        Document(
            id=uuid7(now),
            subject_kind=subject_kind,
            subject_id=subject_id,
            place=place,
            kind=document.kind,
            content=document.content,
            size=len(document.content),
            sha256=document.sha256,
            kept_at=now,
        )
        for place, document in enumerate(new.values(), start=1)
    ]
    Document.objects.bulk_create(rows)
    of = f"{subject_kind}:{subject_id}"
    entries = [
        NewEntry(
            EntryKind.DOCUMENT_KEPT,
            "document",
            str(row.id),
            committed_fields(of, bytes(row.sha256)),
            {"of": of, "kind": row.kind},
        )
        for row in rows
    ]
    if entries:
        ledger.append(entries, by=by, now=now)
    return [row.id for row in rows]
