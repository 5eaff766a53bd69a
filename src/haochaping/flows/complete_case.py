"""补全办件: what another system leaves out and the house knows: who carries an item out, and where; which service it is.

Used when the message arrives, and again when its case is retried: what a person has decided since is known by then.
"""

from __future__ import annotations

import re
from datetime import datetime
from typing import TYPE_CHECKING

from haochaping.cases import queries as cases
from haochaping.cases.terms import UNKNOWN_AGENCY, UNKNOWN_ITEM
from haochaping.directory import match_queries as matches
from haochaping.directory import queries as directory
from haochaping.exchange import queries as exchange
from haochaping.exchange.fields import shown
from haochaping.kernel.refused import Complaint

if TYPE_CHECKING:
    from collections.abc import Mapping

    from haochaping.kernel.refused import Reason


# What cannot be the number of a service is complained of on the road.
_FEW_DIGITS = re.compile(r"[0-9]{1,2}")


def place_by_item(source: str, fields: dict[str, object]) -> Complaint | None:
    """Fill in agency and division where a record names none; returns what is unknown where they would follow from it.

    Any other unknown code is judged on the road.
    """
    code = str(fields.get("item") or "")
    if not fields.get("agency") and code:
        item = matches.items_meant([(source, code)]).get((source, code))
        if item is None:
            return _unknown(UNKNOWN_ITEM, "item", code)
        fields["agency"] = directory.agency_by_id(item.agency_id).code
    named = str(fields.get("agency") or "")
    if not fields.get("division") and named:
        agency = directory.agencies([named]).get(named)
        if agency is None:
            return _unknown(UNKNOWN_AGENCY, "agency", named)
        fields["division"] = directory.division_by_id(agency.division_id).code
    return None


def _unknown(reason: Reason, name: str, value: str) -> Complaint:
    return Complaint(reason, name, {"value": shown(value, 60)})


def number(source: str, case_no: str, service: dict[str, object]) -> int:
    """The number of a service inside its case: as told, as it was numbered before, or the next; it is put in its place."""
    told = service.get("no")
    if told not in (None, ""):
        return int(str(told)) if _FEW_DIGITS.fullmatch(str(told)) else 0
    return number_service(source, case_no, service)


def number_service(source: str, case_no: str, service: dict[str, object]) -> int:
    """Number a service whose sender does not: as it was numbered before, or the next of its case; returns the number.

    What waits in quarantine has its number too, so that a review of it finds it when it is taken. The caller holds
    `exchange.actions.number_services_alone`.
    """
    known: list[tuple[int, str, datetime | None]] = [
        (one.occurrence_no, one.occurrence_name, one.occurrence_at)
        for one in cases.bindings_of_case(source, case_no)
    ]
    known += [
        (int(no), *_said(waits))
        for waits in exchange.waiting_services(source, case_no)
        if (no := str(waits.get("no") or "")).isdecimal()
    ]
    same = [no for no, *said in known if tuple(said) == _said(service)]
    service["no"] = found = same[0] if same else max((no for no, *_ in known), default=0) + 1
    return found


def _said(service: Mapping[str, object]) -> tuple[str, datetime | None]:
    return str(service.get("name") or ""), _moment(service.get("at"))


def _moment(told: object) -> datetime | None:
    """What cannot be a time is complained of on the road."""
    try:
        return datetime.fromisoformat(str(told)) if told else None
    except ValueError:
        return None


def complete_waiting(source: str, fields: Mapping[str, object]) -> tuple[dict[str, object], Complaint | None]:
    """A waiting record of the wire as it would be read today, with what of it is still unknown."""
    found = dict(fields)
    unknown = place_by_item(source, found)
    services = found.get("occurrences")
    if (
        isinstance(services, list)
        and services
        and isinstance(services[0], dict)
        and not services[0].get("no")
    ):
        first = dict(services[0])
        number_service(source, str(found.get("case_no") or ""), first)
        found["occurrences"] = [first, *services[1:]]
    return found, unknown
