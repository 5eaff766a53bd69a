"""身份 reads: who is the same person, without knowing who it is; grants, requests to open, keys in use."""

from __future__ import annotations

from dataclasses import fields
from pathlib import Path
from typing import TYPE_CHECKING

from django.conf import settings
from django.db.models import Count, Exists, OuterRef
from django.db.models.functions import ExtractYear

from haochaping.identity import access, keys, rules, sealing
from haochaping.identity.models import (
    BlindIndex,
    OpeningRequest,
    RefusedAsking,
    RelayGrant,
    SealedBatch,
    SealedPerson,
)
from haochaping.identity.terms import (
    BAD_END,
    BAD_PHONE,
    NO_SUCH_OPENING,
    TOLD_AFTER,
    GrantRow,
    IndexPurpose,
    KeyPair,
    OpeningPurpose,
    OpeningRow,
    OpeningState,
    PlainPerson,
    RelayPurpose,
    WrappedFact,
)
from haochaping.kernel.periods import BEIJING
from haochaping.kernel.refused import Refused
from haochaping.ledger.terms import Suite

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from datetime import datetime
    from uuid import UUID

    from haochaping.kernel.actor import Actor


def person_by_phone_index(phone: str) -> list[UUID]:
    """Sealed persons with this phone number in any spelling, oldest first; empty when it is no number."""
    normal = rules.normal_phone(phone)
    return _persons(IndexPurpose.PHONE, normal) if normal else []


def person_by_certificate_index(certificate_type: str, certificate_no: str) -> list[UUID]:
    """Sealed persons with this certificate in any spelling, oldest first; empty when it is none."""
    normal = rules.normal_certificate(certificate_type, certificate_no)
    return _persons(IndexPurpose.CERTIFICATE, normal) if normal else []


def fingerprints(person: PlainPerson) -> list[bytes]:
    """The blind indexes of somebody's phone and certificate under every suite; what is no number has none."""
    held = keys.application_keys(Path(settings.KEYS_DIR)).blind
    normal = {
        IndexPurpose.PHONE: rules.normal_phone(person.phone),
        IndexPurpose.CERTIFICATE: rules.normal_certificate(person.certificate_type, person.certificate_no),
    }
    return [
        sealing.blind_index(suite, held[purpose], value)
        for purpose, value in normal.items()
        if value
        for suite in Suite
    ]


def fingerprints_by_end(phone: str, end: str) -> list[bytes]:
    """The blind indexes of a phone together with the last four characters of a certificate.

    Raises:
        Refused: BAD_PHONE or BAD_END for what can be neither.
    """
    normal, last = rules.normal_phone(phone), rules.normal_end(end)
    if normal is None:
        raise Refused(BAD_PHONE, field="phone")
    if last is None:
        raise Refused(BAD_END, field="end")
    key = keys.application_keys(Path(settings.KEYS_DIR)).blind[IndexPurpose.PHONE_AND_END]
    return [sealing.blind_index(suite, key, rules.phone_and_end(normal, last)) for suite in Suite]


def persons_with(values: Iterable[bytes]) -> list[UUID]:
    """Sealed persons who are certainly the one with these fingerprints, oldest first.

    Where somebody was sealed with a certificate, that decides, or its end together with the phone: a phone
    number may have a new owner by now, or be that of whoever handled the matter for them. A phone alone tells
    only who was sealed without one.
    """
    rows = BlindIndex.objects.filter(purpose__in=[str(p) for p in IndexPurpose], value__in=list(values))
    found: dict[str, set[UUID]] = {str(purpose): set() for purpose in IndexPurpose}
    for person_id, purpose in rows.values_list("person_id", "purpose"):
        found[purpose].add(person_id)
    certain = found[IndexPurpose.CERTIFICATE] | found[IndexPurpose.PHONE_AND_END]
    by_phone = found[IndexPurpose.PHONE] - certain
    certified = BlindIndex.objects.filter(person__in=by_phone, purpose=IndexPurpose.CERTIFICATE)
    only_phone = by_phone - set(certified.values_list("person_id", flat=True))
    return sorted(certain | only_phone)


def same_number(person_ids: Iterable[UUID]) -> dict[UUID, frozenset[UUID]]:
    """Whoever was sealed with the same phone number as each of these, themselves included; without a number, absent."""
    ids = list(person_ids)
    phones = BlindIndex.objects.filter(purpose=IndexPurpose.PHONE)
    values = {
        person: bytes(value)
        for person, value in phones.filter(person__in=ids).values_list("person_id", "value")
    }
    sharing: dict[bytes, set[UUID]] = {}
    for person, value in phones.filter(value__in=set(values.values())).values_list("person_id", "value"):
        sharing.setdefault(bytes(value), set()).add(person)
    groups = {value: frozenset(persons) for value, persons in sharing.items()}
    return {person: groups[value] for person, value in values.items()}


def refusing(person_ids: Iterable[UUID]) -> dict[UUID, bool]:
    """Whether the owner of each person's number does not want to be asked by SMS; without a number, absent."""
    refused = RefusedAsking.objects.filter(value=OuterRef("value"))
    rows = BlindIndex.objects.filter(person__in=list(person_ids), purpose=IndexPurpose.PHONE)
    return dict(rows.annotate(refused=Exists(refused)).values_list("person_id", "refused"))


def _persons(purpose: IndexPurpose, normal: str) -> list[UUID]:
    key = keys.application_keys(Path(settings.KEYS_DIR)).blind[purpose]
    values = [sealing.blind_index(suite, key, normal) for suite in Suite]
    rows = BlindIndex.objects.filter(purpose=purpose, value__in=values).order_by("person_id")
    return list(rows.values_list("person_id", flat=True))


def wrapped_under(pair: KeyPair) -> list[WrappedFact]:
    """Under which keys of a pair the batches are wrapped, the most first; reads every batch."""
    rows = SealedBatch.objects.values_list(f"{pair}_key_id").annotate(n=Count("id")).order_by("-n")
    return [WrappedFact(*row) for row in rows]


def wrapped_beside(pair: KeyPair, key: str) -> list[WrappedFact]:
    """Under which other keys than this one batches are still wrapped, the most first; reads every batch."""
    return rules.not_under(wrapped_under(pair), key)


def anything_sealed() -> bool:
    """Whether a person has ever been sealed here and is still needed."""
    return SealedBatch.objects.exists()


def grants_of(basis: UUID, *, held: bool = False) -> list[GrantRow]:
    """The grants to call about a work order, oldest first; `held` locks them until the transaction ends."""
    grants = RelayGrant.objects.filter(basis=basis).order_by("granted_at", "id")
    rows = (grants.select_for_update() if held else grants).values_list(*_GRANT)
    return [GrantRow(row[0], row[1], row[2], RelayPurpose(row[3]), *row[4:]) for row in rows]


def basis_of_grant(grant_id: UUID) -> UUID | None:
    """The work order that a grant is for."""
    return RelayGrant.objects.filter(id=grant_id).values_list("basis", flat=True).first()


def is_sealed(person_id: UUID) -> bool:
    """Whether this person is still sealed here, not erased."""
    return SealedPerson.objects.filter(id=person_id).exists()


def opening(request_id: UUID, *, by: Actor) -> OpeningRow:
    """One request; raises `Refused(NO_SUCH_OPENING)` when it is not there or not the actor's to see."""
    request = OpeningRequest.objects.filter(access.visible(by), id=request_id).first()
    if request is None:
        raise Refused(NO_SUCH_OPENING)
    return row_of(request)


def openings(by: Actor, *, limit: int = 50, offset: int = 0) -> list[OpeningRow]:
    """The requests somebody sees, newest first."""
    requests = OpeningRequest.objects.filter(access.visible(by)).order_by("-requested_at", "-id")
    return [row_of(request) for request in requests[offset : offset + limit]]


def openings_by_year() -> list[tuple[int, int]]:
    """How many identities were opened in each year, newest first, for everybody to read."""
    opened = OpeningRequest.objects.filter(opened_at__isnull=False)
    years = opened.annotate(year=ExtractYear("opened_at", tzinfo=BEIJING)).values_list("year")
    return list(years.annotate(Count("id")).order_by("-year"))


def openings_to_tell(now: datetime, *, limit: int = 100) -> list[OpeningRow]:
    """Opened requests whose persons must be told by now and have not been; locked until the transaction ends."""
    due = OpeningRequest.objects.select_for_update(skip_locked=True).filter(
        opened_at__lte=now - TOLD_AFTER, told_at=None, told_forbidden=False
    )
    return [row_of(request) for request in due.order_by("opened_at")[:limit]]


def committed_openings() -> Iterator[tuple[str, dict[str, str]]]:
    """The fields under the entry of every opening, as (request's id, fields)."""
    for request in OpeningRequest.objects.filter(state=OpeningState.OPENED).order_by("id").iterator():
        yield str(request.id), rules.committed_opening(row_of(request))


def row_of(request: OpeningRequest) -> OpeningRow:
    """A request as a row."""
    values = {field.name: getattr(request, field.name) for field in fields(OpeningRow)}
    values |= {"purpose": OpeningPurpose(request.purpose), "state": OpeningState(request.state)}
    return OpeningRow(**values)


_GRANT = (
    "id",
    "person",
    "basis",
    "purpose",
    "granted_to",
    "granted_at",
    "ends_at",
    "calls_allowed",
    "calls_made",
)
