"""数据交换 rules: the shape of what arrives. What passes here is typed and clean; the rest has a complaint."""

from __future__ import annotations

import json
import re
from hashlib import blake2b, sha256
from math import isfinite
from typing import TYPE_CHECKING, NoReturn

import msgspec

from haochaping.cases.terms import (
    CaseKind,
    CaseStatus,
    LimitUnit,
    NewCase,
    NewOccurrence,
    PersonKind,
    SaidCodes,
    ServiceChannel,
    Stage,
)
from haochaping.exchange.fields import Fields, shown
from haochaping.exchange.terms import (
    DUPLICATE_NAME,
    DUPLICATE_OCCURRENCE,
    MISSING,
    NOT_A_LIMIT,
    NOT_A_NUMBER,
    NOT_JSON,
    PERSON_FIELDS,
    TOO_DEEP,
    TOO_LARGE_A_NUMBER,
    Raw,
)
from haochaping.identity.terms import PlainPerson
from haochaping.kernel.refused import Refused
from haochaping.kernel.text import clean
from haochaping.reviews.terms import (
    COMMENT_LIMIT,
    LEVEL_OUT_OF_RANGE,
    MAX_CODES,
    NATIONAL_SET,
    Answer,
    Level,
    ReviewChannel,
)

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime
    from uuid import UUID

SOURCE_LENGTH, CASE_NO_LENGTH, ITEM_NAME_LENGTH = 40, 50, 300
REFERENCE_LENGTH = 64
ENTRY_NO_LENGTH = 50
REVIEW_FIELDS = frozenset(
    {
        "source",
        "case_no",
        "occurrence_no",
        "assess_no",
        "rating_value",
        "indicator_set",
        "indicator_codes",
        "comment_text",
        "channel",
        "assessed_at",
        "window",
        "staff",
        "anonymous",
        "claimed_provenance",
        "reviewer",
    }
)
REVIEWER_FIELDS = frozenset(PERSON_FIELDS)
CASE_FIELDS = frozenset(
    {
        "source",
        "case_no",
        "item",
        "item_name",
        "agency",
        "division",
        "status",
        "kind",
        "channel",
        "applied_at",
        "accepted_at",
        "completed_at",
        "promised_limit",
        "statutory_limit",
        "trips",
        "materials",
        "applicant",
        "occurrences",
        "revised_at",
        "said",
    }
)
SAID_FIELDS = frozenset(SaidCodes.__struct_fields__)
APPLICANT_FIELDS = REVIEWER_FIELDS | {"kind", "agent", "birth_year"}
OCCURRENCE_FIELDS = frozenset({"no", "name", "stage", "at", "channel", "hall", "window", "staff"})


def _columns(fields: frozenset[str], inner: Mapping[str, frozenset[str]]) -> tuple[str, ...]:
    """The columns of a table with these fields: what lies in an object is named by the way to it."""
    flat = fields - {name.partition(".")[0] for name in inner}
    within = {f"{name}.{field}" for name, parts in inner.items() for field in parts}
    return tuple(sorted(flat | within - inner.keys()))


REVIEW_COLUMNS = _columns(REVIEW_FIELDS, {"reviewer": REVIEWER_FIELDS})
CASE_COLUMNS = _columns(
    CASE_FIELDS,
    {
        "applicant": APPLICANT_FIELDS,
        "applicant.agent": REVIEWER_FIELDS,
        "occurrences": OCCURRENCE_FIELDS,
        "said": SAID_FIELDS,
    },
)

# What a record in quarantine shows of itself: codes, numbers and times, no words and nobody.
_BARE = (REVIEW_FIELDS | CASE_FIELDS | {"entry_no", "given_at", "answered_at", "outcome"}) - {
    *("case_no", "item_name", "comment_text", "reviewer", "applicant", "occurrences", "said"),
}

MAX_DEPTH = 32
# Named once: a union is made anew each time that somebody asks.
_HOLDERS = (dict, list)
_MAX_OCCURRENCES = 99
_LIMIT = re.compile(r"([0-9]{1,4})\s*([a-z_]*)")
_LEVEL = re.compile(r"[1-5]")


def judge_review(raw: Raw) -> Answer:
    """Read one review; raises `Refused` naming the field."""
    fields = Fields(raw.fields, REVIEW_FIELDS)
    return Answer(
        source=fields.text("source", 40, required=True),
        case_no=fields.text("case_no", 50, required=True),
        occurrence_no=fields.required_whole("occurrence_no", 1, 99),
        assess_no=fields.whole("assess_no", 1, 2, default=1) or 1,
        level=_level(fields, raw.fields.get("rating_value")),
        indicator_set=fields.text("indicator_set", 40) or NATIONAL_SET,
        indicator_codes=fields.codes("indicator_codes", MAX_CODES),
        comment_text=fields.text("comment_text", COMMENT_LIMIT),
        channel=fields.choice("channel", ReviewChannel),
        assessed_at=fields.required_moment("assessed_at"),
        window=fields.text("window", 40),
        staff=fields.text("staff", 40),
        anonymous=fields.flag("anonymous", default=True),
        claimed_provenance=fields.text("claimed_provenance", 40),
        person=raw.sealed.get("reviewer") or _person(fields.inner("reviewer", REVIEWER_FIELDS)),
    )


def _level(fields: Fields, value: object) -> Level:
    if value is None or value == "":
        raise fields.refusal(MISSING, "rating_value")
    if isinstance(value, int) and not isinstance(value, bool) and value in set(Level):
        return Level(value)
    if isinstance(value, str) and _LEVEL.fullmatch(value):
        return Level(int(value))
    raise Refused(LEVEL_OUT_OF_RANGE, field="rating_value", value=shown(value, 20))


def _person(fields: Fields | None) -> PlainPerson | None:
    if fields is None:
        return None
    person = PlainPerson(
        name=fields.text("name", 100),
        phone=fields.text("phone", 30),
        certificate_type=fields.text("certificate_type", 10),
        certificate_no=fields.text("certificate_no", 40),
    )
    return None if person.is_empty else person


def judge_case(raw: Raw) -> NewCase:
    """Read one case with its occurrences; raises `Refused` naming the field.

    What the sender calls the item is no part of the case: it helps a person to say which item an unknown code means.
    """
    fields = Fields(raw.fields, CASE_FIELDS)
    applicant = fields.inner("applicant", APPLICANT_FIELDS) or Fields({}, APPLICANT_FIELDS)
    person: PlainPerson | UUID | None = raw.sealed.get("applicant") or _person(applicant)
    agent: PlainPerson | UUID | None = raw.sealed.get("agent") or _person(
        applicant.inner("agent", REVIEWER_FIELDS)
    )
    fields.text("item_name", ITEM_NAME_LENGTH)
    channel = fields.choice("channel", ServiceChannel) if fields.has("channel") else None
    return NewCase(
        source=fields.text("source", 40, required=True),
        case_no=fields.text("case_no", 50, required=True),
        item=fields.text("item", 40, required=True),
        agency=fields.text("agency", 40, required=True),
        division=fields.text("division", 12, required=True),
        status=fields.choice("status", CaseStatus),
        kind=fields.choice("kind", CaseKind, CaseKind.COMMITTED),
        applied_at=fields.moment("applied_at"),
        accepted_at=fields.moment("accepted_at"),
        completed_at=fields.moment("completed_at"),
        promised_limit=_limit(fields, "promised_limit"),
        statutory_limit=_limit(fields, "statutory_limit"),
        trips=fields.whole("trips", 0, 999),
        materials=fields.whole("materials", 0, 999),
        person=person,
        person_kind=applicant.choice("kind", PersonKind, PersonKind.NATURAL_PERSON),
        agent=agent,
        birth_year=applicant.whole("birth_year", 1900, 2100),
        occurrences=_occurrences(
            fields.many("occurrences", OCCURRENCE_FIELDS, _MAX_OCCURRENCES), channel or ServiceChannel.OTHER
        ),
        channel=channel,
        revised_at=fields.moment("revised_at"),
        said=_said(fields.inner("said", SAID_FIELDS)),
    )


def _said(fields: Fields | None) -> SaidCodes | None:
    if fields is None:
        return None
    return SaidCodes(*(fields.text(name, 40) for name in SaidCodes.__struct_fields__))


def _occurrences(rows: list[Fields], channel: ServiceChannel) -> tuple[NewOccurrence, ...]:
    occurrences = []
    seen = set()
    for n, fields in enumerate(rows):
        occurrence = NewOccurrence(
            no=fields.required_whole("no", 1, 99),
            name=fields.text("name", 100),
            stage=fields.choice("stage", Stage, Stage.OTHER),
            at=fields.required_moment("at"),
            channel=fields.choice("channel", ServiceChannel, channel),
            hall=fields.text("hall", 40),
            window=fields.text("window", 40),
            staff=fields.text("staff", 40),
        )
        if occurrence.no in seen:
            raise Refused(DUPLICATE_OCCURRENCE, field=f"occurrences[{n}].no", value=occurrence.no)
        seen.add(occurrence.no)
        occurrences.append(occurrence)
    return tuple(occurrences)


def _limit(fields: Fields, name: str) -> str:
    """A time limit such as “5 working_day”; a bare number means working days."""
    text = fields.text(name, 30)
    if not text:
        return ""
    match = _LIMIT.fullmatch(text.lower())
    unit = match[2] or LimitUnit.WORKING_DAY if match else ""
    if match is None or unit not in set(LimitUnit):
        raise fields.refusal(NOT_A_LIMIT, name)
    return f"{int(match[1])} {unit}"


def without_persons(raw: Raw) -> tuple[dict[str, object], dict[str, PlainPerson]]:
    """Take the persons out of a record that is put aside, whatever shape it has, so that they can be sealed."""
    rest = {shown(name): value for name, value in raw.fields.items() if name not in {"reviewer", "applicant"}}
    persons: dict[str, PlainPerson] = {}
    applicant = raw.fields.get("applicant")
    if isinstance(applicant, dict):
        kept = {name: applicant[name] for name in ("kind", "birth_year") if name in applicant}
        if kept:
            rest["applicant"] = kept
        persons["applicant"] = _roughly(applicant)
        if isinstance(agent := applicant.get("agent"), dict):
            persons["agent"] = _roughly(agent)
    if isinstance(reviewer := raw.fields.get("reviewer"), dict):
        persons["reviewer"] = _roughly(reviewer)
    return rest, {role: person for role, person in persons.items() if not person.is_empty}


def bare(fields: Mapping[str, object]) -> dict[str, str | None]:
    """What may be shown of a record's fields; None for what is there and is not shown."""
    return {
        shown(name, 60): shown(value, 100)
        if name in _BARE and isinstance(value, str | int | float | bool)
        else None
        for name, value in fields.items()
    }


def _roughly(values: dict[str, object]) -> PlainPerson:
    return PlainPerson(*(shown(values.get(name) or "", 200) for name in PERSON_FIELDS))


def is_newer(told: str, stored: datetime | None) -> bool:
    """Whether a record that waits states a later version of its case than is stored; one that cannot be read is none."""
    try:
        version = Fields({"revised_at": told}, frozenset({"revised_at"})).moment("revised_at")
    except Refused:
        return False
    return version is not None and stored is not None and version > stored


def visit_hash(token: str) -> bytes:
    """How the address of a short visit is stored."""
    return sha256(b"haochaping visit:" + token.encode()).digest()


def storable(value: object) -> object:
    """A record as JSON that PostgreSQL takes: U+0000 and lone surrogates become U+FFFD, depth is bounded."""
    return _storable(value, 8)


def _storable(value: object, depth: int) -> object:
    if depth == 0:
        return "…"
    if isinstance(value, str):
        return "".join("\ufffd" if c == "\0" or "\ud800" <= c <= "\udfff" else c for c in value[:10_000])
    if isinstance(value, dict):
        return {str(_storable(str(k), depth)): _storable(v, depth - 1) for k, v in list(value.items())[:200]}
    if isinstance(value, list | tuple):
        return [_storable(part, depth - 1) for part in value[:200]]
    if isinstance(value, float) and not isfinite(value):
        return str(value)
    return value if isinstance(value, int | float | bool | None) else str(value)


def read_json(text: str) -> object:
    """Read JSON strictly: a name that stands twice in one object, NaN and nesting beyond bounds are refused.

    Raises:
        Refused: NOT_JSON, DUPLICATE_NAME, TOO_DEEP.
    """
    # Without the end of its line: what was cut off would be missed in the line after it.
    text = text.rstrip()
    try:
        value: object = msgspec.json.decode(text)
        # Three times as fast as reading with care, and said in the same words, where nothing is to be refused.
        if _names_in(value, MAX_DEPTH) == _most_names(text):
            return value
    except (ValueError, RecursionError, Refused):
        pass
    return _read_with_care(text)


def _most_names(text: str) -> int:
    """No less than the names that stand in a JSON text: before its colon each ends with a quotation mark or a blank."""
    return sum(text.count(end) for end in ('":', " :", "\t:", "\n:", "\r:"))


def _names_in(value: object, depth: int) -> int:
    """How many names a value holds, where none stands twice; raises `Refused(TOO_DEEP)`."""
    if not isinstance(value, _HOLDERS):
        return 0
    if not depth:
        raise Refused(TOO_DEEP, limit=MAX_DEPTH)
    n, parts = (len(value), value.values()) if isinstance(value, dict) else (0, value)
    for part in parts:
        if isinstance(part, _HOLDERS):
            n += _names_in(part, depth - 1)
    return n


def _read_with_care(text: str) -> object:
    try:
        value = json.loads(text, object_pairs_hook=_object, parse_constant=_not_a_number)
    except RecursionError:
        raise Refused(TOO_DEEP, limit=MAX_DEPTH) from None
    except ValueError as error:
        if isinstance(error, json.JSONDecodeError):
            raise Refused(NOT_JSON, line=error.lineno, column=error.colno) from None
        # The one other thing that is refused: a whole number of thousands of digits.
        raise Refused(TOO_LARGE_A_NUMBER) from None
    _names_in(value, MAX_DEPTH)
    return value


def _object(pairs: list[tuple[str, object]]) -> dict[str, object]:
    found = dict(pairs)
    if len(found) != len(pairs):
        seen: set[str] = set()
        twice = next(name for name, _ in pairs if name in seen or seen.add(name))  # type: ignore[func-returns-value]
        raise Refused(DUPLICATE_NAME, field=shown(twice), value=shown(twice))
    return found


def _not_a_number(word: str) -> NoReturn:
    raise Refused(NOT_A_NUMBER, value=word)


def raw_digest(fields: Mapping[str, object], key: bytes) -> bytes:
    """A keyed fingerprint of a record nobody could read, to know it when it comes again."""
    said = json.dumps(storable(fields), ensure_ascii=False, sort_keys=True)
    return request_hash(said.encode(), key)


def request_hash(request: bytes, key: bytes) -> bytes:
    """A keyed fingerprint of a whole request; keyed, because a bare hash of a phone number can be searched for."""
    return blake2b(request, key=key, person=b"given request", digest_size=32).digest()


def answer_key(key: bytes, length: int) -> bytes:
    """The key under which given answers are sealed, drawn from the installation's content key."""
    return blake2b(key=key, person=b"given answer", digest_size=length).digest()


def source_key(key: bytes, length: int) -> bytes:
    """The key under which keys of sources are sealed, drawn from the installation's content key."""
    return blake2b(key=key, person=b"wire source", digest_size=length).digest()


def source_place(platform_id: int) -> bytes:
    """Where the keys of a source stand: moved to another platform they do not open."""
    return f"exchange_wire_source|keys|{platform_id}".encode()


def answer_place(client_id: int, key: str) -> bytes:
    """Where a given answer stands: moved to another client or key it does not open."""
    return f"exchange_given_answer|{client_id}|{key}".encode()


def key_part(value: object, length: int) -> str:
    """A code as a case would have it, so that what waits is found when the case arrives."""
    return clean(shown(value or "", 1000))[:length]


def answer_lock(client_id: int, key: str) -> int:
    """The number of the lock that two requests with one key meet at."""
    return int.from_bytes(sha256(answer_place(client_id, key)).digest()[:4], signed=True)


def visit_lock(source: str, case_no: str) -> int:
    """The number of the lock that two visits of one case meet at."""
    return int.from_bytes(sha256(f"{source}\n{case_no}".encode()).digest()[:4], signed=True)
