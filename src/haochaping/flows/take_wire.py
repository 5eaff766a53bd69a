"""收方言: a message of another system, in its own dialect, goes down the road that everything goes; what it asks is answered.

Whoever speaks a dialect reaches its own platform's cases and no others. What cannot be read waits in quarantine with its
reason, and its sender hears the reason with the field as it calls it.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, cast

from django.conf import settings
from django.db import transaction

from haochaping.cases import queries as cases
from haochaping.cases.terms import FORBIDDEN_STATUS
from haochaping.directory import match_queries as matches
from haochaping.directory import queries as directory
from haochaping.exchange import actions as exchange
from haochaping.exchange import queries as exchange_queries
from haochaping.exchange.dialects.reading import refusal, wire_name
from haochaping.exchange.dialects.terms import (
    HISTORY_ONLY,
    NO_SUCH_SERVICE,
    REASON_MISSING,
    SELF_BUILT,
    WIRE_FIELD_MISSING,
    Does,
)
from haochaping.exchange.fields import shown
from haochaping.exchange.references import actions as references
from haochaping.exchange.rules import (
    CASE_NO_LENGTH,
    REFERENCE_LENGTH,
    key_part,
    raw_digest,
    storable,
    without_persons,
)
from haochaping.exchange.terms import (
    EARLY_STEP,
    MISSING,
    Quarantined,
    Raw,
    RecordKind,
)
from haochaping.flows.complete_case import number, place_by_item
from haochaping.flows.complete_step import completed, is_step, kept_forward
from haochaping.flows.open_wire import WAITS, Call, Came
from haochaping.flows.receive_together import receive_together
from haochaping.flows.take_in_cases import take_in_cases
from haochaping.flows.take_past_voice import take_past_voice
from haochaping.identity import actions as identity
from haochaping.kernel.outcomes import Outcome, OutcomeKind
from haochaping.kernel.refused import Complaint, Refused
from haochaping.reviews.rules import is_bad
from haochaping.reviews.terms import CONFLICT, Entrance

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping, Sequence
    from datetime import datetime

    from haochaping.exchange.dialects.terms import Code, Reading

_REASON_FIELD = "indicator_codes"
# What is said of a field that was not sent.
_LACKS = frozenset({MISSING.code, REASON_MISSING.code})


@dataclass(slots=True)
class _Paper:
    """One record on its way: what became of its case and of its review, or what it was refused for as a whole."""

    reading: Reading
    outcome: Outcome | None = None
    numbered: int = 0
    review: Outcome | None = None
    refused: Refused | None = None


def take(call: Call, reading: Reading, *, signed: bool, now: datetime) -> Came:
    """Take what one record of a message brings: a case, a review, or both; or what an older system has kept of a voice.

    Raises:
        Refused: SELF_BUILT, HISTORY_ONLY.
    """
    [came] = take_all(call, [reading], signed=signed, now=now)
    if isinstance(came, Refused):
        raise came
    return came


def take_all(call: Call, readings: Sequence[Reading], *, signed: bool, now: datetime) -> list[Came | Refused]:
    """The same for several records that are each about another case: all cases together, then all reviews."""
    papers = [_Paper(reading) for reading in readings]
    with transaction.atomic():
        _take_cases(call, papers, signed=signed, now=now)
    _take_reviews(call, papers, signed=signed, now=now)
    return [paper.refused or _came_of(paper) for paper in papers]


def _take_cases(call: Call, papers: Sequence[_Paper], *, signed: bool, now: datetime) -> None:
    ready: list[tuple[_Paper, Raw]] = []
    for paper in papers:
        try:
            paper.reading = reading = _with_known_codes(call, paper.reading)
            if (voice := reading.tables.get("voice")) is not None:
                paper.outcome = _take_voice(call, reading, dict(voice), signed=signed, now=now)
            elif (case := reading.tables.get("case")) is not None:
                raw = _prepare_case(call, paper, dict(case), signed=signed, now=now)
                ready += [(paper, raw)] if raw else []
        except Refused as refused:
            paper.refused = refused
    if not ready:
        return
    outcomes = take_in_cases(
        [raw for _, raw in ready],
        # A case of the past is in no denominator of today's rates, and writes over no case that was reported.
        verified=signed and not call.source.history,
        entrance=_entrance(call, signed),
        by=call.by,
        now=now,
    )
    for (paper, _), outcome in zip(ready, outcomes, strict=True):
        paper.outcome = outcome


def _take_reviews(call: Call, papers: Sequence[_Paper], *, signed: bool, now: datetime) -> None:
    ready: list[tuple[_Paper, Raw]] = []
    for paper in papers:
        review, case = paper.reading.tables.get("review"), paper.outcome
        blocked = case is not None and case.kind == OutcomeKind.REFUSED and not _is_late(call, case)
        if paper.refused is None and review is not None and not blocked:
            raw = _prepare_review(call, paper, dict(review), signed=signed, now=now)
            ready += [(paper, raw)] if raw else []
    if not ready:
        return
    outcomes = receive_together(
        [raw for _, raw in ready], entrance=_entrance(call, signed), by=call.by, now=now
    )
    for (paper, _), outcome in zip(ready, outcomes, strict=True):
        paper.review = outcome


def _came_of(paper: _Paper) -> Came:
    """What came of a record: a review whose case could not be taken waits for it; what its sender must put right is the case."""
    came, case = Came("done", {}), paper.reading.tables.get("case")
    if paper.outcome is not None:
        told = (
            {"service_no": paper.numbered or "", "case_no": case.get("case_no")} if case is not None else {}
        )
        came = _came(paper.outcome, paper.reading, told)
    if paper.review is None:
        return came
    given = {"id": paper.review.id, "receipt": paper.review.receipt}
    taken = _came(paper.review, paper.reading, dict(came.values) | given)
    return came._replace(values=taken.values) if came.complaint and taken.kind == "orphan" else taken


def _is_late(call: Call, outcome: Outcome) -> bool:
    """Whether a review brings its case as it was once: the case stays as it is, and the review is taken."""
    reason = outcome.complaint.reason if outcome.complaint else None
    return reason is FORBIDDEN_STATUS or (call.source.history and outcome.id is not None)


def _prepare_case(
    call: Call, paper: _Paper, fields: dict[str, object], *, signed: bool, now: datetime
) -> Raw | None:
    """A case as it goes down the road, its service numbered; None where it is put aside, which its paper says then."""
    reading, source = paper.reading, call.source
    fields |= {"source": source.code}
    reference = key_part(fields.pop("reference", ""), REFERENCE_LENGTH)
    services = cast("list[dict[str, object]]", fields.get("occurrences") or [{}])
    if services[0].pop("counts", "yes") == "no" or not services[0].keys() - {"channel", "stage"}:
        fields.pop("occurrences", None)
        services = []
    if (unread := reading.unread("case")) is not None:
        paper.outcome = _put_aside(call, RecordKind.CASE, fields, unread, signed=signed, now=now)
        return None
    case_no = _number_told(call, reading, fields, reference)
    unknown = _unknown_place(call, reading, fields)
    case_no = case_no or _number_meant(call, fields, reference)
    if not case_no:
        waits = fields | {"reference": reference}
        paper.outcome = _wait_for_case(call, reading, waits, signed=signed, now=now)
        return None
    exchange.number_services_alone(source.platform_id, case_no)
    if unknown is None and is_step(fields):
        whole = completed(source.code, case_no, fields)
        if whole is None:
            paper.outcome = _wait_for_case(call, reading, fields, signed=signed, now=now)
            return None
        fields = whole
    elif unknown is None and _supposes_status(call):
        fields = kept_forward(source.code, case_no, fields)
    paper.numbered = number(source.code, case_no, services[0]) if services else 0
    if unknown is not None:
        paper.outcome = _put_aside(call, RecordKind.CASE, fields, unknown, signed=signed, now=now)
        return None
    return Raw(fields)


def _unknown_place(call: Call, reading: Reading, fields: dict[str, object]) -> Complaint | None:
    unknown = place_by_item(call.source.code, fields)
    return unknown and Complaint(unknown.reason, wire_name(reading, unknown.field), unknown.params)


def _number_told(call: Call, reading: Reading, fields: Mapping[str, object], reference: str) -> str:
    """The number of the case as the message tells it, and its reference noted; "" where that alone is told.

    Raises:
        Refused: WIRE_FIELD_MISSING for neither.
    """
    case_no = str(fields.get("case_no") or "")
    if case_no and reference:
        references.remember(call.source, reference, key_part(case_no, CASE_NO_LENGTH))
    if not (case_no or reference):
        would_do = [wire_name(reading, name, missing=True) for name in ("case_no", "reference")]
        known = {one.lower() for one in reading.wire.values()}
        name = " / ".join(one for one in would_do if one.lower() in known)
        raise refusal(Complaint(WIRE_FIELD_MISSING, name, {"field": name}))
    return case_no


def _number_meant(call: Call, fields: dict[str, object], reference: str) -> str:
    """The number that a reference stands for, put in its place; "" while it is not known."""
    fields["case_no"] = case_no = references.case_no_alone(call.source, reference)
    return case_no


def _supposes_status(call: Call) -> bool:
    return any(rule.target == "status" and rule.constant for rule in call.operation.tables["case"])


def _wait_for_case(
    call: Call, reading: Reading, fields: dict[str, object], *, signed: bool, now: datetime
) -> Outcome:
    """A step that came before its case is taken as soon as that arrives; nobody is told of a page that is not there yet."""
    case_no = str(fields.get("case_no") or fields.get("reference") or "")
    if call.operation.does != Does.INTAKE:
        raise Refused(NO_SUCH_SERVICE, field=wire_name(reading, "case_no"), value=shown(case_no, 50))
    early = Complaint(EARLY_STEP, "case_no", {"source": call.source.code, "case_no": case_no})
    return _put_aside(call, RecordKind.STEP, fields, early, signed=signed, now=now)


def _prepare_review(
    call: Call, paper: _Paper, fields: dict[str, object], *, signed: bool, now: datetime
) -> Raw | None:
    """A review as it goes down the road; None where it is put aside or refused, which its paper says then."""
    reading = paper.reading
    told = cast("list[dict[str, object]]", fields.pop("occurrences", [{}]))[0]
    fields |= {"source": call.source.code}
    if fields.get("occurrence_no") in (None, ""):
        case_no = str(fields.get("case_no") or "")
        fields["occurrence_no"] = paper.numbered or _service_no(call, case_no, told)
    if (unread := reading.unread("review")) is not None:
        paper.review = _put_aside(call, RecordKind.REVIEW, fields, unread, signed=signed, now=now)
    elif call.operation.needs_reason and _lacks_reason(fields):
        paper.review = Outcome(OutcomeKind.REFUSED, complaint=Complaint(REASON_MISSING, _REASON_FIELD))
    elif "review.assessed_at" not in reading.wire:
        # Who tells no time tells of it as it happens; told again it is the same review.
        return Raw(fields | {"assessed_at": now.isoformat()}, digest=raw_digest(fields, settings.CONTENT_KEY))
    else:
        return Raw(fields)
    return None


def _take_voice(
    call: Call, reading: Reading, fields: dict[str, object], *, signed: bool, now: datetime
) -> Outcome:
    if not call.source.history:
        raise Refused(HISTORY_ONLY)
    fields |= {"source": call.source.code}
    unread = reading.unread("voice")
    if unread is None:
        outcome = take_past_voice(Raw(fields), by=call.by, now=now)
        if outcome.kind != OutcomeKind.QUARANTINED or outcome.complaint is None:
            return outcome
        unread = outcome.complaint
    return _put_aside(call, RecordKind.VOICE, fields, unread, signed=signed, now=now)


def _lacks_reason(fields: Mapping[str, object]) -> bool:
    level = fields.get("rating_value")
    return (
        isinstance(level, int)
        and is_bad(level)
        and not fields.get(_REASON_FIELD)
        and not str(fields.get("comment_text") or "").strip()
    )


def _entrance(call: Call, signed: bool) -> Entrance:
    """History is history however it comes; what bears no signature is nobody's certainly."""
    if call.source.history:
        return Entrance.HISTORY
    return Entrance.CLIENT if signed else Entrance.UNSIGNED


def _with_known_codes(call: Call, reading: Reading) -> Reading:
    """Of all the codes a sender names for item and agency those that are known here, under the names they were sent by.

    Raises:
        Refused: SELF_BUILT for an item of the authority's own that nobody here knows.
    """
    items, agencies = (reading.candidates.get(name, ()) for name in ("item", "agency"))
    table = next((name for name in ("case", "voice") if name in reading.tables), "")
    if not (items or agencies) or reading.unread(table):
        return reading
    source = call.source.code
    known = {code for _, code in matches.items_meant((source, code.value) for code in items)}
    chosen = {"item": _first_of(items, known)}
    mark = call.description.self_built
    if mark and chosen["item"] is None and any(mark in code.value for code in items):
        raise Refused(SELF_BUILT, field=wire_name(reading, "item"), value=items[0].value)
    chosen["agency"] = _first_of(agencies, directory.agencies(code.value for code in agencies))
    told = {name: code for name, code in chosen.items() if code}
    values = {**reading.tables[table], **{name: code.value for name, code in told.items()}}
    return replace(
        reading,
        tables={**reading.tables, table: values},
        wire={**reading.wire, **{f"{table}.{name}": code.wire for name, code in told.items()}},
    )


def _first_of(codes: Sequence[Code], known: Collection[str]) -> Code | None:
    return next((code for code in codes if code.value in known), None)


def _service_no(call: Call, case_no: str, told: Mapping[str, object]) -> int:
    """The service a review is about where its number is not told: by name, else the last; 1 while none is known."""
    stands = cases.bindings_of_case(call.source.code, case_no)
    named = [one for one in stands if told.get("name") and one.occurrence_name == told["name"]]
    return max((one.occurrence_no for one in named or stands), default=1)


def _put_aside(
    call: Call,
    kind: RecordKind,
    fields: dict[str, object],
    complaint: Complaint,
    *,
    signed: bool,
    now: datetime,
) -> Outcome:
    """A record with a field that cannot be read waits in quarantine; sent again it is the same record."""
    raw, digest = Raw(fields), raw_digest(fields, settings.CONTENT_KEY)
    with transaction.atomic():
        stood = exchange_queries.waiting_with([digest], sender=str(call.by)).get(digest)
        if stood is None:
            plain, persons = without_persons(raw)
            ids = identity.seal(list(persons.values()), now=now)
            record = Quarantined(
                kind=kind,
                fields={name: storable(value) for name, value in plain.items()},
                sealed=dict(zip(persons, ids, strict=True)),
                digest=digest,
                receipt_hash=None,
                entrance=_entrance(call, signed),
                code=complaint.code,
                field=complaint.field,
                params={name: storable(value) for name, value in complaint.params.items()},
                message=complaint.reason.message,
                remedy=complaint.reason.remedy,
            )
            stood = exchange.quarantine([record], by=call.by, now=now)[0]
    return Outcome(OutcomeKind.QUARANTINED, stood, complaint=complaint)


def _came(outcome: Outcome, reading: Reading, values: Mapping[str, object]) -> Came:
    if outcome.complaint is None:
        return Came("again" if outcome.kind == OutcomeKind.DUPLICATE else "done", values, fate=outcome.kind)
    complaint = outcome.complaint
    field = wire_name(reading, complaint.field, missing=complaint.code in _LACKS)
    told = Complaint(complaint.reason, field, {**complaint.params, "field": field})
    if complaint.reason in WAITS:
        return Came("orphan", values, told, outcome.kind)
    return Came("conflict" if complaint.reason is CONFLICT else "refused", values, told, outcome.kind)
