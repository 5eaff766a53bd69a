"""安徽评价器地址 (domain.md §2.4): what a hall's device says about a case in the address of the review page.

The address ends in base64(base64(utf-8 "k=v&k=v")) with values that are not url-encoded, and it names a person.
Nothing in it is signed. Pure: text in, values out; a complaint never repeats what the address said.
"""

from __future__ import annotations

import json
import re
from base64 import b64decode
from dataclasses import dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING
from urllib.parse import unquote

from haochaping.cases.terms import CaseKind, CaseStatus, PersonKind, ServiceChannel, Stage
from haochaping.directory.rules import normal_division_code
from haochaping.exchange.terms import BAD_ADDRESS
from haochaping.identity.terms import PlainPerson
from haochaping.kernel.refused import Refused
from haochaping.kernel.text import clean, has_forbidden_control

if TYPE_CHECKING:
    from collections.abc import Mapping

# The longest address seen is about 2,000 characters; what a device really sends is far below this.
MAX_LENGTH = 16_000
_KEYS = (
    "key",
    "evaluateChannel",
    "projNo",
    "projName",
    "serviceName",
    "serviceCode",
    "serviceVersion",
    "serviceDepartment",
    "serviceDepartmentCode",
    "applicantName",
    "applyTime",
    "applicantCardNumber",
    "applicantPhone",
    "handleStateCode",
    "handleStateName",
    "regionCode",
    "regionName",
    "ssqdBaseCode",
    "source",
    "serviceCategory",
    "infoTypeName",
    "version",
    "userProp",
    "userPageType",
    "transactionTime",
    "evaluatedPersonInfo",
    "htEvaluatedPersonInfo",
)
# Only a known key begins a field, so that “&” and “=” inside a value stay in the value.
_FIELD = re.compile(r"(?:^|&)(" + "|".join(_KEYS) + r")=")
_STATUS = {"1": CaseStatus.SUBMITTED, "2": CaseStatus.ACCEPTED, "3": CaseStatus.COMPLETED}
_STAGES = {CaseStatus.SUBMITTED: Stage.INTAKE, CaseStatus.COMPLETED: Stage.DELIVERY}
_PERSON_KINDS = {
    "1": PersonKind.NATURAL_PERSON,
    "2": PersonKind.ENTERPRISE,
    "3": PersonKind.INSTITUTION,
    "4": PersonKind.SOCIAL_ORGANISATION,
    "5": PersonKind.UNINCORPORATED_ENTERPRISE,
    "6": PersonKind.GOVERNMENT_AGENCY,
    "9": PersonKind.OTHER,
}
_YEARS = range(2000, 2100)
# An address is about one service and does not number it.
OCCURRENCE_NO = 1
_NAMED = re.compile(r"[^\x00-\x20&]+")


@dataclass(frozen=True, slots=True)
class Address:
    """What an address says, sorted: nothing in `case` and the two names is about the applicant.

    `case` holds canonical raw fields (exchange.rules.CASE_FIELDS) without persons; a code that cannot be one is
    left empty. `at` is the time of the service in ISO form, "" when the address has none.
    """

    case: Mapping[str, object]
    at: str
    staff: str
    item_name: str
    agency_name: str
    person: PlainPerson = field(repr=False)


def read(query: str) -> Address:
    """Read the part of the address behind “?”; raises `Refused(BAD_ADDRESS)` for anything that is none."""
    if not 0 < len(query) <= MAX_LENGTH:
        raise Refused(BAD_ADDRESS)
    values = fields(_decoded(_decoded(_unwrapped(query))))
    source, case_no = _code(values, "source", 40), _code(values, "projNo", 50)
    if not source or not case_no:
        raise Refused(BAD_ADDRESS)
    at, status = _moment(values, "transactionTime"), _STATUS.get(values.get("handleStateCode", ""))
    status = status or CaseStatus.IN_PROCESS
    applied_at = _moment(values, "applyTime")
    case: dict[str, object] = {
        "source": source,
        "case_no": case_no,
        "item": _code(values, "serviceCode", 40),
        "agency": _code(values, "serviceDepartmentCode", 40),
        "division": normal_division_code(_code(values, "regionCode", 12)) or "",
        "status": status.value,
        "kind": CaseKind.COMMITTED.value,
        "applicant": {"kind": _PERSON_KINDS.get(values.get("userProp", ""), PersonKind.OTHER).value},
    }
    if applied_at:
        case["applied_at"] = applied_at
    if at and status == CaseStatus.COMPLETED:
        case["completed_at"] = at
    return Address(
        case=case,
        at=at,
        staff=_staff(values),
        item_name=_words(values, "serviceName", 100),
        agency_name=_words(values, "serviceDepartment", 100),
        person=PlainPerson(
            name=_words(values, "applicantName", 100),
            phone=_words(values, "applicantPhone", 30),
            certificate_type=_words(values, "userPageType", 10),
            certificate_no=_words(values, "applicantCardNumber", 40),
        ),
    )


def occurrence(address_case: Mapping[str, object], *, at: str, staff: str) -> dict[str, object]:
    """The one service that an address is about, as a canonical raw occurrence."""
    status = CaseStatus(str(address_case["status"]))
    return {
        "no": OCCURRENCE_NO,
        "stage": _STAGES.get(status, Stage.OTHER).value,
        "at": at,
        "channel": ServiceChannel.WINDOW.value,
        "staff": staff,
    }


def fields(plain: str) -> dict[str, str]:
    """Cut “k=v&k=v” at the known keys; the first of two equal keys stands, so that no value can speak over it."""
    starts = list(_FIELD.finditer(plain))
    ends = [*(match.start() for match in starts[1:]), len(plain)]
    found: dict[str, str] = {}
    for match, end in zip(starts, ends, strict=False):
        found.setdefault(match[1], plain[match.end() : end])
    return found


def _unwrapped(query: str) -> str:
    """Undo what the way through browsers does: url-encoding, more parameters behind, “+” read as a space."""
    return unquote(query.partition("&")[0]).replace(" ", "+")


def _decoded(text: str) -> str:
    """One layer of base64 in either alphabet, with or without padding and line breaks."""
    packed = "".join(text.split()).replace("-", "+").replace("_", "/").rstrip("=")
    try:
        return b64decode(packed + "=" * (-len(packed) % 4), validate=True).decode("utf-8-sig")
    except ValueError:
        raise Refused(BAD_ADDRESS) from None


def _code(values: Mapping[str, str], key: str, limit: int) -> str:
    """A code: what stands before the first “&” or blank, empty when that cannot be a code."""
    match = _NAMED.match(values.get(key, "").strip())
    code = match[0] if match else ""
    return code if len(code) <= limit and code.isprintable() else ""


def _words(values: Mapping[str, str], key: str, limit: int) -> str:
    """A name or number as given, empty when it holds control characters."""
    value = values.get(key, "")
    return "" if has_forbidden_control(value) else clean(value)[:limit]


def _moment(values: Mapping[str, str], key: str) -> str:
    try:
        moment = datetime.fromisoformat(values.get(key, "").strip())
    except ValueError:
        return ""
    return moment.isoformat() if moment.year in _YEARS else ""


def _staff(values: Mapping[str, str]) -> str:
    """The number of the first member of staff the address names; their names are not taken along."""
    try:
        named = json.loads(values.get("evaluatedPersonInfo", ""))
    except (ValueError, RecursionError):
        return ""
    first = named[0] if isinstance(named, list) and named else None
    number = first.get("loginName") if isinstance(first, dict) else None
    return _code({"staff": number}, "staff", 40) if isinstance(number, str) else ""
