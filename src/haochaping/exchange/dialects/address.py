"""评价器地址: an address of the review page that says which service it is about, and who was served. Pure.

Nobody has signed it and no source is registered for it: it begins a short visit (短时访问), of which codes, times and
two names are kept and whose persons are sealed. A complaint never repeats what an address said.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, cast

from haochaping.cases.terms import CaseStatus
from haochaping.directory.rules import normal_division_code
from haochaping.exchange.dialects.envelope import Keys, Message, open_message
from haochaping.exchange.dialects.reading import read
from haochaping.exchange.rules import without_persons
from haochaping.exchange.terms import BAD_ADDRESS, Raw
from haochaping.kernel.refused import Refused
from haochaping.kernel.text import clean, has_forbidden_control

if TYPE_CHECKING:
    from collections.abc import Mapping

    from haochaping.exchange.dialects.terms import Description, Operation
    from haochaping.identity.terms import PlainPerson

# The longest address seen is about 2,000 characters; what a device really sends is far below this.
MAX_LENGTH = 16_000
# An address is about one service and does not number it.
_OCCURRENCE_NO = 1
_CODES = {"case_no": 50, "item": 40, "agency": 40, "division": 12}
_AS_READ = ("status", "kind", "applied_at", "accepted_at", "completed_at")
_SERVICE_CODES = {"hall": 40, "window": 40, "staff": 40}
_NAME = 100
_NAMED = re.compile(r"[^\x00-\x20&]+")


@dataclass(frozen=True, slots=True)
class Address:
    """What an address says, sorted: nothing but `persons` is about whom it names.

    `case` and `service` hold canonical raw fields (exchange.rules) without persons; a code that cannot be one is left
    empty. `service` has no time when the address has none.
    """

    case: Mapping[str, object]
    service: Mapping[str, object]
    channel: str
    item_name: str
    agency_name: str
    persons: Mapping[str, PlainPerson] = field(repr=False)


def read_address(description: Description, operation: Operation, query: str) -> Address:
    """Read the part of an address behind “?”; raises `Refused(BAD_ADDRESS)` for anything that is none."""
    if not 0 < len(query) <= MAX_LENGTH:
        raise Refused(BAD_ADDRESS)
    try:
        opened = open_message(operation, Message(query), Keys({}))
        tables = read(operation, description, opened.records[0]).tables
    except Refused:
        raise Refused(BAD_ADDRESS) from None
    ask = tables["ask"]
    case, persons = _case(tables["case"], _code(ask, "source", 40))
    if not case["source"] or not case["case_no"]:
        raise Refused(BAD_ADDRESS)
    return Address(
        case=case,
        service=_service(tables["case"]),
        channel=str(tables.get("review", {}).get("channel", "")),
        item_name=_words(ask, "item_name"),
        agency_name=_words(ask, "agency_name"),
        persons=persons,
    )


def _case(told: Mapping[str, object], source: str) -> tuple[dict[str, object], dict[str, PlainPerson]]:
    rest, persons = without_persons(Raw(dict(told)))
    case: dict[str, object] = {"source": source}
    case |= {name: _code(rest, name, limit) for name, limit in _CODES.items()}
    case |= {name: rest[name] for name in (*_AS_READ, "applicant") if name in rest and _is_read(rest[name])}
    case["division"] = normal_division_code(str(case["division"])) or ""
    if case.get("status") != CaseStatus.COMPLETED:
        # The one time that an address tells is also that of a service in the midst of its case.
        case.pop("completed_at", None)
    return case, persons


def _service(told: Mapping[str, object]) -> dict[str, object]:
    said = cast("list[Mapping[str, object]]", told.get("occurrences", [{}]))[0]
    service: dict[str, object] = {"no": _OCCURRENCE_NO, "name": _words(said, "name")}
    service |= {
        name: said[name] for name in ("stage", "at", "channel") if name in said and _is_read(said[name])
    }
    return service | {name: _code(said, name, limit) for name, limit in _SERVICE_CODES.items()}


def _is_read(value: object) -> bool:
    """Whether a value could be read: what stands behind “?” is the sender's own words, and may be anybody's name."""
    return not str(value).startswith("?")


def _code(values: Mapping[str, object], name: str, limit: int) -> str:
    """A code: what stands before the first “&” or blank, empty when that cannot be a code."""
    said = values.get(name)
    match = _NAMED.match(said.strip()) if isinstance(said, str) and _is_read(said) else None
    code = match[0] if match else ""
    return code if len(code) <= limit and code.isprintable() else ""


def _words(values: Mapping[str, object], name: str) -> str:
    """A name as given, empty when it holds control characters."""
    said = values.get(name)
    readable = isinstance(said, str) and _is_read(said) and not has_forbidden_control(said)
    return clean(str(said))[:_NAME] if readable else ""
