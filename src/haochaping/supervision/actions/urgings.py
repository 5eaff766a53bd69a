"""督促: down the division tree goes the urging, up comes the answer; up goes the request for help, down its answer."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db import transaction

from haochaping.accounts.access import check_power
from haochaping.accounts.terms import Power
from haochaping.directory import queries as directory
from haochaping.directory.rules import check_goes_on
from haochaping.kernel.identifiers import uuid7
from haochaping.kernel.periods import local_day
from haochaping.kernel.refused import Refused
from haochaping.ledger import actions as ledger
from haochaping.ledger.terms import EntryKind, NewEntry
from haochaping.rectification import queries as work_orders
from haochaping.rectification.access import not_named
from haochaping.rectification.actions.steps import checked_text
from haochaping.supervision.access import ABOUT, check_answer, check_supervise
from haochaping.supervision.actions.steps import answers_due
from haochaping.supervision.models import Urging
from haochaping.supervision.rules import is_office_of, may_ask_above
from haochaping.supervision.terms import (
    NO_SUCH_URGING,
    NOT_BELOW,
    NOTHING_ABOVE,
    SUPERVISION_TEXT_LIMIT,
    UNKNOWN_ADDRESSEE,
    URGING_ANSWERED,
)

if TYPE_CHECKING:
    from datetime import datetime
    from uuid import UUID

    from haochaping.kernel.actor import Actor

_SHOWN = 40


@transaction.atomic
def urge(*, to: str, work_order_id: UUID | None, text: str, key: UUID, by: Actor, now: datetime) -> UUID:
    """Urge the agency of a work order, or whom `to` names: an agency by its code, a division's office by its digits.

    `key` is the form's own: the same form sent twice urges once.

    Raises:
        Refused: NOT_ALLOWED, OUT_OF_SCOPE, TEXT_MISSING, TEXT_TOO_LONG, FORBIDDEN_CHARACTERS, NO_SUCH_ORDER,
            UNKNOWN_ADDRESSEE, AGENCY_ENDED, AGENCY_NOT_BEGUN, NOT_BELOW, NO_SUCH_URGING (the form was somebody else's).
    """
    text = checked_text(text, "text", limit=SUPERVISION_TEXT_LIMIT)
    division_id, agency_id = _addressee(to.strip(), work_order_id, by)
    division = directory.division_by_id(division_id)
    check_supervise(by, division_path=division.path)
    if agency_id is not None:
        check_goes_on(directory.agency_by_id(agency_id), local_day(now), "to")
    if agency_id is None and is_office_of(by.scope, division.path):
        raise Refused(NOT_BELOW, field="to")
    row = Urging(
        id=uuid7(now),
        key=key,
        division_id=division_id,
        agency_id=agency_id,
        work_order_id=work_order_id,
        text=text,
        urged_by=str(by),
        urged_at=now,
        due_at=answers_due([division_id], now)[division_id],
    )
    return _put(row, "urged", by=by, now=now)


@transaction.atomic
def ask_help(*, work_order_id: UUID | None, text: str, key: UUID, by: Actor, now: datetime) -> UUID:
    """请求协调: an office asks the level above about what it cannot solve, about an order or in general.

    It binds nobody above: no day is set for the answer. `key` as with `urge`.

    Raises:
        Refused: NOT_ALLOWED, NOTHING_ABOVE, TEXT_MISSING, TEXT_TOO_LONG, FORBIDDEN_CHARACTERS, NO_SUCH_ORDER,
            OUT_OF_SCOPE, NO_SUCH_URGING (the form was somebody else's).
    """
    check_power(by, Power.ORDER_SUPERVISE)
    text = checked_text(text, "text", limit=SUPERVISION_TEXT_LIMIT)
    if not may_ask_above(by.scope):
        raise Refused(NOTHING_ABOVE)
    if work_order_id is not None:
        work_orders.order(work_order_id, by=by)
    code = str(by.scope.division_path).split(".")[-2]
    row = Urging(
        id=uuid7(now),
        key=key,
        division_id=directory.divisions([code])[code].id,
        work_order_id=work_order_id,
        text=text,
        urged_by=str(by),
        urged_at=now,
        upward=True,
    )
    return _put(row, "asked", by=by, now=now)


def _put(row: Urging, step: str, *, by: Actor, now: datetime) -> UUID:
    """Put it down unless the same form has; returns the id of the one that stands."""
    Urging.objects.bulk_create([row], ignore_conflicts=True)
    made = Urging.objects.filter(key=row.key, urged_by=str(by), upward=row.upward)
    found = made.values_list("id", flat=True).first()
    if found is None:
        raise Refused(NO_SUCH_URGING)
    if found == row.id:
        _record(row, step, by=by, now=now)
    return found


def _addressee(to: str, work_order_id: UUID | None, by: Actor) -> tuple[int, int | None]:
    """Division and agency that are urged; an agency's own division decides, whose supervisors see it too."""
    if work_order_id is not None:
        about = work_orders.order(work_order_id, by=by)
        return about.division_id, about.agency_id
    if agency := directory.agencies([to]).get(to):
        return agency.division_id, agency.id
    if division := directory.division(to):
        return division.id, None
    raise Refused(UNKNOWN_ADDRESSEE, field="to", value=to[:_SHOWN])


@transaction.atomic
def answer(urging_id: UUID, *, text: str, by: Actor, now: datetime) -> None:
    """Whoever was urged says what was done; whoever is above the office that asked for help, what comes of it.

    Raises:
        Refused: NO_SUCH_URGING, NOT_ALLOWED, OUT_OF_SCOPE, NOT_THE_OFFICE, NOT_ABOVE, URGING_ANSWERED, TEXT_MISSING,
            TEXT_TOO_LONG, FORBIDDEN_CHARACTERS.
    """
    text = checked_text(text, "text", limit=SUPERVISION_TEXT_LIMIT)
    rows = Urging.objects.select_for_update(of=("self",)).select_related("division", "agency")
    row = rows.filter(not_named(by, ABOUT), id=urging_id).first()
    if row is None:
        raise Refused(NO_SUCH_URGING)
    agency_path = row.agency.path if row.agency else ""
    check_answer(by, division_path=row.division.path, agency_path=agency_path, upward=row.upward)
    if row.answered_at is not None:
        raise Refused(URGING_ANSWERED)
    row.answer, row.answered_by, row.answered_at = text, str(by), now
    row.save(update_fields=["answer", "answered_by", "answered_at"])
    _record(row, "answered", by=by, now=now)


def _record(row: Urging, step: str, *, by: Actor, now: datetime) -> None:
    kind = EntryKind.HELP_ASKED if row.upward else EntryKind.URGED
    ledger.append([NewEntry(kind, "urging", str(row.id), facts={"step": step})], by=by, now=now)
