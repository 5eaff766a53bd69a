"""补全过程: a step of a case that is told without the case is completed by what is known of it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, cast

from haochaping.cases import queries as cases
from haochaping.cases.states import may_become
from haochaping.cases.terms import CaseStatus

if TYPE_CHECKING:
    from collections.abc import Mapping

# What every message tells that is about a case and not about a step of one.
_OF_A_CASE = {"item", "status"}


def is_step(fields: Mapping[str, object]) -> bool:
    """Whether a record tells a step alone, about a case that was told before."""
    return not fields.keys() >= _OF_A_CASE


def completed(source: str, case_no: str, fields: Mapping[str, object]) -> dict[str, object] | None:
    """A step as a whole record of its case as it stands; None while there is no such case. It takes no case back."""
    known = cases.known_case(source, case_no)
    return _forward(known, known | dict(fields)) if known else None


def kept_forward(source: str, case_no: str, fields: dict[str, object]) -> dict[str, object]:
    """A record whose state its dialect supposes: where that cannot follow the one that stands, the case stays in that one."""
    known = cases.known_case(source, case_no)
    if not known or _follows(known, fields):
        return fields
    return _forward(known, known | fields)


def _forward(known: dict[str, Any], whole: dict[str, object]) -> dict[str, object]:
    return whole if _follows(known, whole) else whole | {"status": str(known["status"])}


def _follows(known: dict[str, Any], fields: Mapping[str, object]) -> bool:
    return may_become(CaseStatus(str(known["status"])), CaseStatus(str(fields["status"])))


def service_of(fields: Mapping[str, object]) -> dict[str, object] | None:
    """The one service that a record on the wire tells."""
    told = cast("list[dict[str, object]]", fields.get("occurrences") or [])
    return told[0] if told else None
