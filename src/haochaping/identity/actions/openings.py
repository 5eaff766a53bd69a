"""依法开封: one person asks, two persons of two offices approve, whoever holds the escrow key opens, once."""

from __future__ import annotations

import json
from hashlib import sha256
from typing import TYPE_CHECKING

from django.db import transaction

from haochaping.identity import access, queries, sealing
from haochaping.identity.models import OpeningRequest, SealedPerson
from haochaping.identity.rules import committed_opening, opens_from, request_complaint
from haochaping.identity.states import after
from haochaping.identity.terms import (
    BROKEN_SEAL,
    NO_SUCH_OPENING,
    OPENING_EXPIRES,
    OPENING_OVER,
    OPENING_TOO_EARLY,
    OTHER_ESCROW_KEY,
    UNKNOWN_PERSON,
    UNRECORDED_APPROVAL,
    WRONG_OPENING_STATE,
    OpeningMove,
    OpeningPurpose,
    OpeningState,
    PlainPerson,
)
from haochaping.kernel.identifiers import uuid7
from haochaping.kernel.refused import Refused
from haochaping.kernel.text import clean
from haochaping.ledger import actions as ledger
from haochaping.ledger import queries as entries
from haochaping.ledger.terms import EntryKind, NewEntry

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime
    from uuid import UUID

    from haochaping.identity.keys import PrivateKey
    from haochaping.kernel.actor import Actor

_NOTE_LENGTH = 500


@transaction.atomic
def request_opening(
    person_id: UUID,
    *,
    subject: tuple[str, str],
    division_path: str,
    agency_path: str,
    purpose: str,
    legal_basis: str,
    document: str,
    told_forbidden: bool = False,
    by: Actor,
    now: datetime,
) -> UUID:
    """Ask that the identity behind a review or case be opened; returns the request's number.

    `subject` is kind and id of what the person stands behind, the paths are whose it is. Raises `Refused` with
    `NOT_ALLOWED`, `OUT_OF_SCOPE`, `OWN_MATTER`, `UNKNOWN_OPENING_PURPOSE`, `NO_LEGAL_BASIS` or `NO_DOCUMENT`.
    """
    access.check_request(by, division_path=division_path, agency_path=agency_path)
    legal_basis, document = clean(legal_basis), clean(document)
    if complaint := request_complaint(purpose, legal_basis, document):
        raise Refused(complaint.reason, field=complaint.field, **complaint.params)
    made = OpeningRequest.objects.create(
        id=uuid7(now),
        person=person_id,
        subject_kind=subject[0],
        subject_id=subject[1],
        division_path=division_path,
        agency_path=agency_path,
        purpose=purpose,
        legal_basis=legal_basis,
        document=document,
        told_forbidden=told_forbidden,
        state=OpeningState.REQUESTED,
        requested_by=str(by),
        requested_at=now,
        expires_at=now + OPENING_EXPIRES,
    )
    _record(made, EntryKind.OPENING_REQUESTED, {"purpose": made.purpose}, by=by, now=now)
    return made.id


@transaction.atomic
def approve_opening(request_id: UUID, *, by: Actor, now: datetime) -> OpeningState:
    """Approve as a keeper of one's office; the second office's approval begins the delay. Returns the state.

    Raises `Refused` with `NO_SUCH_OPENING`, `NOT_ALLOWED`, `OUT_OF_SCOPE`, `NO_ORGANISATION`, `OWN_MATTER`,
    `NOT_YOURSELF`, `SAME_ORGANISATION`, `OPENING_OVER` or `WRONG_OPENING_STATE`.
    """
    request = _locked(request_id)
    office = access.check_decide(by, queries.row_of(request))
    state = _moved(request, OpeningMove.APPROVE, now)
    access.check_approve(by, office, queries.row_of(request))
    if state == OpeningState.SECONDED:
        request.first_by, request.first_organisation, request.first_at = str(by), office.path, now
    else:
        request.second_by, request.second_organisation, request.second_at = str(by), office.path, now
        request.opens_from = opens_from(OpeningPurpose(request.purpose), now)
    request.state = state
    request.save()
    _record(request, EntryKind.OPENING_DECIDED, {"office": office.path}, by=by, now=now)
    return state


@transaction.atomic
def refuse_opening(request_id: UUID, *, note: str, by: Actor, now: datetime) -> None:
    """Refuse as a keeper of any office that decides; possible until it is opened. Raises as `approve_opening`."""
    request = _locked(request_id)
    access.check_decide(by, queries.row_of(request))
    _end(request, OpeningMove.REFUSE, clean(note)[:_NOTE_LENGTH], by=by, now=now)


@transaction.atomic
def withdraw_opening(request_id: UUID, *, by: Actor, now: datetime) -> None:
    """Take a request back; only whoever made it. Raises `Refused` with `NOT_ALLOWED` and as `approve_opening`."""
    request = _locked(request_id)
    access.check_withdraw(by, queries.row_of(request))
    _end(request, OpeningMove.WITHDRAW, "", by=by, now=now)


@transaction.atomic
def expire_openings(*, by: Actor, now: datetime) -> int:
    """End the requests that nobody opened in time; returns how many."""
    waiting = (OpeningState.REQUESTED, OpeningState.SECONDED, OpeningState.APPROVED)
    over = OpeningRequest.objects.select_for_update(skip_locked=True).filter(
        state__in=waiting, expires_at__lte=now
    )
    requests = list(over.order_by("id"))
    for request in requests:
        _ended(request, OpeningMove.EXPIRE, "", by=by, now=now)
    return len(requests)


@transaction.atomic
def open_identity(request_id: UUID, *, escrow_key: PrivateKey, by: Actor, now: datetime) -> PlainPerson:
    """Open the one record of an approved request, once; for whoever holds the escrow key, at the shell.

    The opening is an entry of the public kind with a commitment to the request and no name. What is returned is to
    be shown once and kept nowhere. Raises `Refused` with `NO_SUCH_OPENING`, `WRONG_OPENING_STATE`, `OPENING_OVER`,
    `OPENING_TOO_EARLY`, `UNRECORDED_APPROVAL`, `UNKNOWN_PERSON`, `OTHER_ESCROW_KEY` or `BROKEN_SEAL`.
    """
    request = _locked(request_id)
    state = _moved(request, OpeningMove.OPEN, now)
    if request.opens_from is None or now < request.opens_from:
        raise Refused(OPENING_TOO_EARLY, at=request.opens_from)
    _check_recorded(request)
    person = _unsealed(request.person, escrow_key)
    request.state, request.opened_at = state, now
    request.save(update_fields=["state", "opened_at"])
    fields = committed_opening(queries.row_of(request))
    facts = {"purpose": request.purpose}
    entry = NewEntry(EntryKind.IDENTITY_OPENED, "opening", str(request.id), fields, facts)
    ledger.append([entry], by=by, now=now)
    return person


@transaction.atomic
def mark_told(request_ids: Sequence[UUID], *, now: datetime) -> None:
    """Remember that the persons of these requests have been told."""
    OpeningRequest.objects.filter(id__in=request_ids, told_at=None).update(told_at=now)


def _locked(request_id: UUID) -> OpeningRequest:
    request = OpeningRequest.objects.select_for_update().filter(id=request_id).first()
    if request is None:
        raise Refused(NO_SUCH_OPENING)
    return request


def _moved(request: OpeningRequest, move: OpeningMove, now: datetime) -> OpeningState:
    state = after(OpeningState(request.state), move)
    if state is None:
        raise Refused(WRONG_OPENING_STATE)
    if move != OpeningMove.EXPIRE and now >= request.expires_at:
        raise Refused(OPENING_OVER, until=request.expires_at)
    return state


def _end(request: OpeningRequest, move: OpeningMove, note: str, *, by: Actor, now: datetime) -> None:
    _moved(request, move, now)
    _ended(request, move, note, by=by, now=now)


def _ended(request: OpeningRequest, move: OpeningMove, note: str, *, by: Actor, now: datetime) -> None:
    request.state = after(OpeningState(request.state), move) or request.state
    request.ended_by, request.ended_note, request.ended_at = str(by), note, now
    request.save(update_fields=["state", "ended_by", "ended_note", "ended_at"])
    _record(request, EntryKind.OPENING_ENDED, {"state": str(request.state)}, by=by, now=now)


def _record(
    request: OpeningRequest, kind: EntryKind, facts: dict[str, str], *, by: Actor, now: datetime
) -> None:
    fields = {"legal_basis": sha256(request.legal_basis.encode()).hexdigest()}
    ledger.append([NewEntry(kind, "opening", str(request.id), fields, facts)], by=by, now=now)


def _check_recorded(request: OpeningRequest) -> None:
    """Whoever writes into the table past the application has not written into the ledger as two persons."""
    approvals = [
        (entry.actor, entry.facts["office"])
        for entry in entries.entries_of("opening", str(request.id))
        if entry.kind == EntryKind.OPENING_DECIDED
    ]
    claimed = [
        (request.first_by, request.first_organisation),
        (request.second_by, request.second_organisation),
    ]
    if sorted(approvals) != sorted(claimed):
        raise Refused(UNRECORDED_APPROVAL)


def _unsealed(person_id: UUID, escrow_key: PrivateKey) -> PlainPerson:
    row = (
        SealedPerson.objects.filter(id=person_id)
        .values_list("sealed", "batch_id", "batch__escrow_wrapped", "batch__escrow_key_id")
        .first()
    )
    if row is None:
        raise Refused(UNKNOWN_PERSON)
    sealed, batch_id, wrapped, key_id = row
    if key_id != escrow_key.id:
        raise Refused(OTHER_ESCROW_KEY, key_id=key_id)
    try:
        key = sealing.unwrap(bytes(wrapped), escrow_key.key, sealing.escrow_purpose(batch_id))
        plain = sealing.open_row(key, bytes(sealed), sealing.person_place(person_id))
    except sealing.BrokenSeal:
        raise Refused(BROKEN_SEAL) from None
    return PlainPerson(*json.loads(plain))
