"""答方言: what another system asks in its own dialect: take this in, where is its review page, what waits, what is known."""

from __future__ import annotations

import re
from datetime import timedelta
from typing import TYPE_CHECKING, cast

from django.conf import settings
from django.db import transaction

from haochaping.cases import queries as cases
from haochaping.directory import queries as directory
from haochaping.directory.terms import Kind
from haochaping.exchange.dialects import signing
from haochaping.exchange.dialects.moments import write_moment
from haochaping.exchange.dialects.reading import read, refusal, wire_name
from haochaping.exchange.dialects.terms import NO_SUCH_SERVICE, NO_SUCH_SERVICE_NAME, NOT_SIGNED, Does
from haochaping.exchange.fields import shown
from haochaping.flows.invite import invite_service
from haochaping.flows.open_visit import open_service_visit
from haochaping.flows.open_wire import Call, Came, open_call
from haochaping.flows.take_wire import take
from haochaping.identity import queries as identity
from haochaping.kernel.identifiers import normal_receipt_no
from haochaping.kernel.periods import BEIJING, local_day
from haochaping.kernel.refused import Refused
from haochaping.reviews import queries as review_queries

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from datetime import datetime

    from haochaping.cases.terms import Binding
    from haochaping.exchange.dialects.terms import Reading
    from haochaping.reviews.terms import ReviewRow

_TOKEN_LASTS = timedelta(hours=2)
_PAGE_TOKEN = re.compile(r"[A-Za-z0-9_-]{1,100}")


def answer(call: Call, *, now: datetime) -> Came:
    """Do what a message asks for; of several records the first that was not taken speaks for all.

    Raises:
        Refused: what is wrong with the message as a whole.
    """
    opened, signed = open_call(call, now=now)
    if call.operation.does == Does.PENDING and not signed:
        # What waits for somebody is told to nobody who has not shown who asks, whatever the source may leave out.
        signature = call.operation.signature
        raise Refused(NOT_SIGNED, field=".".join(signature.sign) if signature else "")
    readings = [read(call.operation, call.description, record) for record in opened.records]
    for reading in readings:
        # What is asked is not kept: there is nothing to set right later.
        if reading.complaint and call.operation.does != Does.INTAKE and "case" not in reading.tables:
            raise refusal(reading.complaint)
    came = [_ANSWERS[call.operation.does](call, reading, signed, now) for reading in readings]
    return next((one for one in came if not one.is_taken), came[-1])


def _intake(call: Call, reading: Reading, signed: bool, now: datetime) -> Came:
    return take(call, reading, signed=signed, now=now)


def _page(call: Call, reading: Reading, signed: bool, now: datetime) -> Came:
    """The page of a service, whose case is taken in first where the message tells it.

    An invitation speaks for the person it was given to: it is handed out only to who has shown who asks. Anybody
    else gets a short visit, whose review is unverified.
    """
    came = Came("done", {})
    ask = reading.tables.get("ask", {})
    told = reading.tables.get("case", {})
    if "status" in told:
        came = take(call, reading, signed=signed, now=now)
        if not came.is_taken or not came.values.get("service_no"):
            return came
        ask = {"case_no": told.get("case_no"), "occurrence_no": came.values["service_no"], **ask}
    service = _services(call, reading, ask)[-1]
    code = _invited(call, service, now) if signed else _visited(call, service, now)
    found = {
        "service_no": service.occurrence_no,
        "service_code": code,
        "url": _page_url(call, code, str(ask.get("network", ""))),
    }
    return Came("done", {**came.values, **found})


@transaction.atomic
def _invited(call: Call, service: Binding, now: datetime) -> str:
    invite_service(service, by=call.by, now=now)
    return review_queries.tokens_of([service.occurrence_id])[service.occurrence_id]


def _visited(call: Call, service: Binding, now: datetime) -> str:
    return open_service_visit(service, dialect=call.description.name, now=now)


def _page_url(call: Call, code: str, network: str) -> str:
    """The page of a service code: of the visit whose number it is, else of the invitation."""
    base = call.source.addresses.get(network) or settings.SITE_URL
    # A visit's number is written like a receipt's; what stands in an invitation's address is longer.
    place = "wire/visit" if normal_receipt_no(code) == code else "r"
    return f"{base.rstrip('/')}/{place}/{code}"


def _services(call: Call, reading: Reading, ask: Mapping[str, object]) -> list[Binding]:
    """The services of a case of this source that are meant, in order.

    Raises:
        Refused: NO_SUCH_SERVICE, NO_SUCH_SERVICE_NAME for none.
    """
    case_no = str(ask.get("case_no") or "")
    stands = cases.bindings_of_case(call.source.code, case_no) if case_no else []
    no = str(ask.get("occurrence_no") or "")
    name = cast("list[dict[str, object]]", ask.get("occurrences") or [{}])[0].get("name", "")
    found = [one for one in stands if not no or str(one.occurrence_no) == no]
    if not found:
        raise Refused(NO_SUCH_SERVICE, field=wire_name(reading, "case_no"), value=shown(case_no, 50))
    named = [one for one in found if not name or one.occurrence_name == name]
    if not named and len(found) > 1:
        raise Refused(
            NO_SUCH_SERVICE_NAME,
            field=wire_name(reading, "occurrence.name"),
            value=shown(case_no, 50),
            name=shown(name, 50),
        )
    # Systems name the stage, and have sent it under another name: where there is one service, it can alone be meant.
    return named or found


def _pending(call: Call, reading: Reading, _signed: bool, _now: datetime) -> Came:
    """The services of a person at this platform that nobody has reviewed and somebody still can, the newest first."""
    person = cast("Mapping[str, object]", reading.tables.get("ask", {}).get("person", {}))
    ids = identity.person_by_certificate_index(
        str(person.get("certificate_type", "")), str(person.get("certificate_no", ""))
    )
    theirs = [one for one in cases.services_of_persons(ids) if one.platform_id == call.source.platform_id]
    given = review_queries.reviews_of_occurrences(one.occurrence_id for one in theirs)
    waiting = [one for one in theirs if one.occurrence_id not in given and one.withdrawn_at is None]
    items = directory.refs(Kind.ITEMS, [one.item_id for one in waiting])
    rows = [
        {
            "case_no": one.case_no,
            "service_no": one.occurrence_no,
            "service_name": one.occurrence_name,
            "service_at": _time(call, one.occurrence_at),
            "item": items[one.item_id].code,
            "item_name": items[one.item_id].name,
        }
        for one in waiting
    ]
    return Came("done", {"services": rows})


def _indicators(_call: Call, _reading: Reading, _signed: bool, now: datetime) -> Came:
    today = local_day(now)
    rows = [
        {
            "level": one.level.value,
            "code": one.code,
            "label": one.label,
            "active": one.is_in_force(today),
            "extended": not one.basic,
        }
        for one in review_queries.indicators().values()
    ]
    return Came("done", {"indicators": rows})


def _status(call: Call, reading: Reading, signed: bool, _now: datetime) -> Came:
    """Whether services have been reviewed; how, only to who has shown who asks, in words where it has sent them itself."""
    ask = reading.tables.get("ask", {})
    services = _services(call, reading, ask)
    wanted = str(ask.get("assess_no") or "")
    found: list[dict[str, object]] = []
    for service in services:
        given = review_queries.reviews_of_occurrence(service.occurrence_id)
        rows = [row for no, row in given.items() if not wanted or str(no) == wanted]
        found += [_told(call, service, row) if signed else {"case_no": service.case_no} for row in rows]
    last = found[-1] if found else {"service_no": services[-1].occurrence_no}
    return Came("done", {**last, "reviewed": bool(found), "reviews": found})


def _told(call: Call, service: Binding, row: ReviewRow) -> dict[str, object]:
    return {
        "id": row.id,
        "case_no": service.case_no,
        "service_no": service.occurrence_no,
        "service_name": service.occurrence_name,
        "assess_no": row.assess_no,
        "level": row.level,
        "codes": ",".join(row.indicator_codes),
        "comment_text": row.comment_text if row.sent_by == str(call.by) else "",
        "assessed_at": _time(call, row.assessed_at),
    }


def _case(call: Call, reading: Reading, _signed: bool, _now: datetime) -> Came:
    """What is known of a case of this source: codes, names, states and times, never who applied."""
    case_no = str(reading.tables.get("ask", {}).get("case_no") or "")
    known = cases.known_case(call.source.code, case_no)
    if not known:
        raise Refused(NO_SUCH_SERVICE, field=wire_name(reading, "case_no"), value=shown(case_no, 50))
    item, agency = str(known["item"]), str(known["agency"])
    names = {
        "case_no": case_no,
        "item_name": directory.items([item])[item].name,
        "agency_name": directory.agencies([agency])[agency].name,
        "division_name": directory.divisions([str(known["division"])])[str(known["division"])].name,
    }
    return Came("done", {**known, **names})


def _token(call: Call, _reading: Reading, _signed: bool, now: datetime) -> Came:
    token = signing.token(call.keys, now=now, lasts=_TOKEN_LASTS)
    return Came("done", {"token": token, "seconds": int(_TOKEN_LASTS.total_seconds())})


def _open(call: Call, reading: Reading, _signed: bool, _now: datetime) -> Came:
    token = str(reading.tables.get("ask", {}).get("token") or "")
    if not _PAGE_TOKEN.fullmatch(token):
        raise Refused(NO_SUCH_SERVICE, field=wire_name(reading, "token"), value=shown(token, 50))
    return Came("done", {"url": _page_url(call, token, "")})


def _time(call: Call, moment: datetime) -> str:
    return write_moment(moment.astimezone(BEIJING), call.description.times[0])


_ANSWERS: Mapping[Does, Callable[[Call, Reading, bool, datetime], Came]] = {
    Does.INTAKE: _intake,
    Does.PAGE: _page,
    Does.PENDING: _pending,
    Does.INDICATORS: _indicators,
    Does.STATUS: _status,
    Does.CASE: _case,
    Does.TOKEN: _token,
    Does.OPEN: _open,
}
