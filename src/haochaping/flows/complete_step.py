"""补全过程: a step of a case that is told without the case is completed by what is known of it, and its service numbered."""

from __future__ import annotations

import re
from datetime import datetime
from typing import TYPE_CHECKING, cast

from haochaping.cases import queries as cases

if TYPE_CHECKING:
    from collections.abc import Mapping

# What every message tells that is about a case and not about a step of one.
_OF_A_CASE = {"item", "status"}
# What cannot be the number of a service is complained of on the road.
_FEW_DIGITS = re.compile(r"[0-9]{1,2}")


def is_step(fields: Mapping[str, object]) -> bool:
    """Whether a record tells a step alone, about a case that was told before."""
    return not fields.keys() >= _OF_A_CASE


def completed(source: str, case_no: str, fields: Mapping[str, object]) -> dict[str, object] | None:
    """A step as a whole record of its case as it stands; None while there is no such case."""
    known = cases.known_case(source, case_no)
    return {**known, **fields} if known else None


def service_of(fields: Mapping[str, object]) -> dict[str, object] | None:
    """The one service that a record on the wire tells."""
    told = cast("list[dict[str, object]]", fields.get("occurrences") or [])
    return told[0] if told else None


def number(source: str, case_no: str, service: dict[str, object]) -> int:
    """The number of a service inside its case: as told, as it was numbered before, or the next; it is put in its place."""
    told = service.get("no")
    if told not in (None, ""):
        return int(str(told)) if _FEW_DIGITS.fullmatch(str(told)) else 0
    stands = cases.bindings_of_case(source, case_no)
    # What cannot be a time is complained of on the road.
    moment = datetime.fromisoformat(str(service["at"])) if service.get("at") else None
    same = [
        one.occurrence_no
        for one in stands
        if one.occurrence_name == service.get("name", "") and one.occurrence_at == moment
    ]
    service["no"] = same[0] if same else max((one.occurrence_no for one in stands), default=0) + 1
    return int(str(service["no"]))
