"""Trying a dialect out: what a sample says in it, and the message its sender would make of a record. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import chain
from typing import TYPE_CHECKING, cast

from haochaping.exchange.dialects import signing
from haochaping.exchange.dialects.documents import at, inside_text, merged, put, read_form, read_xml
from haochaping.exchange.dialects.envelope import Message, open_message, pack
from haochaping.exchange.dialects.reading import survey, wire_name
from haochaping.exchange.dialects.terms import BAD_ENVELOPE, NO_SUCH_CALL, Does
from haochaping.exchange.encodings import decoded
from haochaping.exchange.fields import shown
from haochaping.exchange.rules import judge_case, judge_review, read_json
from haochaping.exchange.terms import MISSING, Raw
from haochaping.exchange.voices import judge_voice
from haochaping.kernel.identifiers import random_bytes
from haochaping.kernel.refused import Complaint, Refused
from haochaping.kernel.text import has_forbidden_control

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterator, Mapping, Sequence

    from haochaping.exchange.dialects.envelope import Keys
    from haochaping.exchange.dialects.terms import Description, Operation, Reading

_JUDGES: Mapping[str, Callable[[Raw], object]] = {
    "case": judge_case,
    "review": judge_review,
    "voice": judge_voice,
}
# What is found where the message arrives, and what follows from something else there.
_FOUND: Mapping[str, frozenset[str]] = {
    "case": frozenset({"source", "agency", "division", "status"}),
    "review": frozenset({"source", "occurrence_no"}),
    "voice": frozenset({"source"}),
}

# What no judge of the road sees: services are numbered, and a reference is looked up, before.
_APART = frozenset({"occurrences", "reference"})


@dataclass(frozen=True, slots=True)
class Line:
    """One field of a sample: where it goes, what it is called on the wire, what was read; `value` None for nothing."""

    field: str
    wire: str
    value: object


@dataclass(frozen=True, slots=True)
class Trial:
    """What a call of a dialect reads from one record: its fields, the names or paths nobody reads, and what is wrong."""

    call: str
    lines: tuple[Line, ...]
    unread: tuple[str, ...]
    complaints: tuple[Complaint, ...]


def check(description: Description, sample: bytes, keys: Keys, *, call: str = "") -> list[Trial]:
    """Read each record of a sample: a whole message, or the record as it is inside its envelope.

    Without a call, the one that fits best.

    Raises:
        Refused: NO_SUCH_CALL; BAD_ENVELOPE when the sample is no message, JSON, XML or form at all.
    """
    calls = _calls(description, call)
    found = [[_trial(description, one, record) for record in _records(one, sample, keys)] for one in calls]
    return max(found, key=_fit)


def check_records(
    description: Description, records: Sequence[Mapping[str, object]], *, call: str = ""
) -> list[Trial]:
    """The same of records that stand in no envelope, as the rows of a table do; raises `Refused(NO_SUCH_CALL)`."""
    calls = _calls(description, call)
    return max(([_trial(description, one, record) for record in records] for one in calls), key=_fit)


def _calls(description: Description, call: str) -> list[Operation]:
    calls = [one for one in description.operations if one.tables and call in {"", one.name}]
    if not calls:
        raise Refused(NO_SUCH_CALL, field="--call", value=shown(call, 40))
    return calls


def _fit(trials: Sequence[Trial]) -> tuple[bool, int]:
    """Whose own it is leaves the least of it unread; where every call complains of something, the one that reads most.

    What lies in an element counts with it: else who reads some of that would leave more than who reads nothing of it.
    """
    if any(trial.complaints for trial in trials):
        return False, sum(line.value is not None for trial in trials for line in trial.lines)
    return True, -sum("." not in name for trial in trials for name in trial.unread)


def _records(operation: Operation, sample: bytes, keys: Keys) -> Sequence[Mapping[str, object]]:
    try:
        text = decoded(sample).strip()
    except ValueError:
        raise _no_sample() from None
    if not text or has_forbidden_control(text):
        # A picture or an archive says nothing that a person could compare.
        raise _no_sample()
    for message in (Message(body=sample), Message(query=text)):
        try:
            opened = open_message(operation, message, keys)
        except Refused:
            continue
        if any(_names(record) & _wanted(operation) for record in opened.records):
            return opened.records
    document = _document(sample, text)
    records = document if isinstance(document, list) else [document]
    inside = [at(record, operation.inside) if operation.inside else record for record in records]
    found = [
        inner if isinstance(inner, dict) else record for inner, record in zip(inside, records, strict=True)
    ]
    if not all(isinstance(record, dict) for record in found):
        raise _no_sample()
    return cast("list[Mapping[str, object]]", found)


def _document(sample: bytes, text: str) -> object:
    if text.startswith(("{", "[")):
        return read_json(text)
    if text.startswith("<"):
        return next(iter(read_xml(sample).values()))
    if "=" not in text:
        raise _no_sample()
    return read_form(text)


def _no_sample() -> Refused:
    return Refused(BAD_ENVELOPE, field="sample", expected="JSON, XML, form")


def _names(record: Mapping[str, object]) -> set[str]:
    return {name.lower() for name in record}


def _wanted(operation: Operation) -> set[str]:
    return {path[0] for path in _paths(operation)}


def _paths(operation: Operation) -> set[tuple[str, ...]]:
    """Where a call reads, in small letters."""
    rules = [rule for table in operation.tables.values() for rule in table]
    return {path for rule in rules for path in (*rule.keys, rule.unit) if path}


def unread(operation: Operation, record: Mapping[str, object]) -> tuple[str, ...]:
    """The names of a record that a call reads nothing from; what lies in something that is read in part by its path.

    Of what stands several times each name comes once.
    """
    paths = _paths(operation)
    parts = {path[:n] for path in paths for n in range(1, len(path))}
    return tuple(dict.fromkeys(_left(record, (), (), paths, parts)))


def _left(
    value: object,
    place: tuple[str, ...],
    told: tuple[str, ...],
    paths: Collection[tuple[str, ...]],
    parts: Collection[tuple[str, ...]],
) -> Iterator[str]:
    """What is not read of a value at a place, called as it was `told`; `parts` lead to what is read at `paths`."""
    if isinstance(value, str):
        value = inside_text(value, fold=False)
    if isinstance(value, list):
        step = ("0",) if (*place, "0") in parts else ()
        for one in value:
            yield from _left(one, place + step, told + step, paths, parts)
    elif isinstance(value, dict):
        for name, inner in value.items():
            here, called = (*place, name.lower()), (*told, name)
            if here in parts:
                yield from _left(inner, here, called, paths, parts)
            elif here not in paths:
                yield ".".join(called)


def number_column(operation: Operation, record: Mapping[str, object]) -> str:
    """What a record calls the number of its case, or of the entry that it is; "" where it has none."""
    rules = [rule for table in operation.tables.values() for rule in table]
    keys = {key for rule in rules if rule.target in {"case_no", "entry_no"} for key in rule.keys}
    return next((name for name in record if (name.lower(),) in keys), "")


def _trial(description: Description, operation: Operation, record: Mapping[str, object]) -> Trial:
    left = unread(operation, record)
    try:
        reading, missing = survey(operation, description, record)
    except Refused as refused:
        return Trial(operation.name, (), left, (refused.complaint,))
    complaints = [*missing, *chain.from_iterable(reading.complaints.values())]
    return Trial(operation.name, tuple(_lines(reading)), left, tuple(complaints or _judged(reading)))


def _lines(reading: Reading) -> Iterator[Line]:
    for field, wire in reading.wire.items():
        table, _, target = field.partition(".")
        path = (
            target.replace("occurrence.", "occurrences.0.", 1) if target.startswith("occurrence.") else target
        )
        yield Line(field, wire, at(reading.tables[table], tuple(path.split("."))))


def _judged(reading: Reading) -> Iterator[Complaint]:
    """What the common road would say of the shape: as far as it can without a directory."""
    for table, judge in _JUDGES.items():
        if table not in reading.tables:
            continue
        fields = {name: value for name, value in reading.tables[table].items() if name not in _APART}
        # Numbers of services, and codes that follow from others, are found where the message arrives.
        stand_in = {
            "source": "-",
            "occurrence_no": 1,
            "agency": "-",
            "division": "000000000000",
            "status": "submitted",
            "item": "-",
            "assessed_at": "2000-01-01",
            "case_no": "-",
        }
        known = _FOUND[table]
        if f"{table}.reference" in reading.sent:
            known |= {"case_no"}
        if table == "case" and "case.item" not in reading.wire:
            # A step of a case is told without the case, which is here already.
            known |= {"item"}
        if table == "review" and "review.assessed_at" not in reading.wire:
            # Who tells no time tells of it as it happens.
            known |= {"assessed_at"}
        try:
            judge(Raw({name: stand_in[name] for name in known} | fields))
        except Refused as refused:
            complaint = refused.complaint
            wire = (
                wire_name(reading, complaint.field, missing=complaint.code == MISSING.code) or complaint.field
            )
            yield Complaint(complaint.reason, wire, {**complaint.params, "field": wire})


def call_of(description: Description, call: str) -> Operation:
    """One call of a dialect; raises `Refused(NO_SUCH_CALL)`."""
    operation = description.operation(call)
    if operation is None:
        raise Refused(NO_SUCH_CALL, field="call", value=shown(call, 40))
    return operation


def message_of(
    description: Description, call: str, record: object, keys: Keys, *, at: str, token: str = ""
) -> tuple[Operation, Message]:
    """The message that a sender with these keys would make of a record at a moment written as the dialect writes it.

    Keys are the sender's: `our_private_key` is its own, `their_public_key` the platform's.

    Raises:
        Refused: NO_SUCH_CALL, NO_KEY_HERE.
    """
    operation = call_of(description, call)
    if operation.inside and isinstance(record, dict) and not _names(record) & set(operation.inside[:1]):
        record = put(operation.inside, record)
    beside, headers = _beside(operation, keys, at, token), {}
    if operation.signature is not None and operation.signature.headers:
        beside, headers = None, cast("dict[str, str]", beside)
    packed = str(pack(operation.steps, record, keys, beside=beside))
    if operation.steps[0].name in {"query", "address"} or operation.methods == ("GET",):
        return operation, Message(query=packed, headers=headers)
    return operation, Message(body=packed.encode(), headers=headers)


def _beside(operation: Operation, keys: Keys, at: str, token: str) -> object:
    signature = operation.signature
    if signature is None:
        return None
    nonce = random_bytes(16).hex() if signature.nonce else ""
    said = {
        "password": lambda: keys.get("word"),
        "token": lambda: signature.prefix + token,
    }.get(signature.kind, lambda: signing.sign(signature, keys=keys, at=at, nonce=nonce))()
    parts = [put(signature.sign, said)]
    for path, value in (
        (signature.time, at),
        (signature.nonce, nonce),
        (signature.mark, ""),
        (signature.user, ""),
    ):
        if path:
            parts.append(put(path, value or keys.get("mark")))
    found: object = None
    for part in parts:
        found = part if found is None else merged(found, part)
    return found


def token_call(description: Description, operation: Operation) -> Operation | None:
    """The call that gives the pass which another needs; None where it needs none."""
    if operation.signature is None or operation.signature.kind != "token":
        return None
    return next((one for one in description.operations if one.does == Does.TOKEN), None)


def token_in(operation: Operation, answer: object) -> str:
    """The pass in the answer of such a call."""
    body = operation.replies["done"].body
    names = [name for name, value in body.items() if value == "{token}"] if isinstance(body, dict) else []
    return str(at(answer, (names[0],)) or "") if names else ""
