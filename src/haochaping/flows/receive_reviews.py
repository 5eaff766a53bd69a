"""收评价: the main road. A batch of answers in, one outcome per answer out, in order; every channel comes this way."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.conf import settings
from django.db import transaction
from msgspec import Struct

from haochaping.cases import actions as case_actions
from haochaping.cases import queries as cases
from haochaping.cases.rules import place_complaint
from haochaping.cases.terms import OUT_OF_SCOPE, UNKNOWN_SOURCE
from haochaping.directory import queries as directory
from haochaping.exchange import actions as exchange
from haochaping.exchange import queries as exchange_queries
from haochaping.exchange.quality import actions as quality
from haochaping.exchange.quality.terms import Repeat, RepeatKind
from haochaping.exchange.rules import judge_review, raw_digest, storable, without_persons
from haochaping.exchange.terms import ORPHAN, UNKNOWN_FIELD, Quarantined, Raw, RecordKind
from haochaping.flows import supervise
from haochaping.flows.review_window import windows_end
from haochaping.identity import actions as identity
from haochaping.identity.terms import PlainPerson
from haochaping.insight import actions as insight
from haochaping.insight.rules import changes, order_units, review_units
from haochaping.kernel.identifiers import receipt_nos
from haochaping.kernel.outcomes import Outcome, OutcomeKind
from haochaping.kernel.periods import local_day
from haochaping.kernel.refused import Complaint, Refused
from haochaping.rectification import actions as rectification
from haochaping.rectification import queries as orders
from haochaping.rectification.rules import must_be_supervised
from haochaping.rectification.terms import BadReview
from haochaping.reviews import actions as reviews
from haochaping.reviews import queries as review_queries
from haochaping.reviews.rules import digest, is_bad, needs_order, receipt_hash, rule_complaint
from haochaping.reviews.terms import CONFLICT, Answer, Entrance, Submission
from haochaping.rulebook import queries as rulebook

if TYPE_CHECKING:
    from collections import Counter
    from collections.abc import Mapping, Sequence
    from datetime import datetime
    from uuid import UUID

    from haochaping.cases.terms import Binding
    from haochaping.insight.terms import FactKey
    from haochaping.kernel.actor import Actor
    from haochaping.reviews.terms import ReviewFacts
    from haochaping.rulebook.terms import Terms

# Who answers on a page of ours may go on to the second page and change their mind; who was heard by phone reads there
# what was written down.
_CHANGEABLE = {Entrance.TOKEN, Entrance.UNSIGNED, Entrance.CALL}
_REFUSED = {OUT_OF_SCOPE.code, UNKNOWN_FIELD.code}
# What counts against a source when it comes again. A file is imported again to go on where it stopped, another
# installation tells states again, and what people do on pages is nobody's report.
_REPEATS = {Entrance.CLIENT: frozenset(RepeatKind), Entrance.FILE: frozenset({RepeatKind.CONFLICT})}


class _Paper(Struct):
    """One answer on its way through the steps."""

    raw: Raw
    receipt: str
    answer: Answer | None = None
    complaint: Complaint | None = None
    digest: bytes | None = None
    sealed: Mapping[str, UUID] = {}
    binding: Binding | None = None
    outcome: Outcome | None = None

    @property
    def receipt_hash(self) -> bytes:
        return self.raw.receipt_hash or receipt_hash(self.receipt)


@transaction.atomic(savepoint=False)
def receive_reviews(
    raws: Sequence[Raw], *, entrance: Entrance, by: Actor, now: datetime, retried: bool = False
) -> list[Outcome]:
    """Take a batch of answers: accepted, duplicate, quarantined or refused, one outcome each, in order.

    Everything an answer causes happens in this one transaction: its row, the sealed person, the work order of a bad
    one, the ledger entry, the counted facts. A bad answer harms no other. `retried` answers lie in quarantine
    already and are not put there again.
    """
    papers = [_Paper(raw, receipt) for raw, receipt in zip(raws, receipt_nos(len(raws)), strict=True)]
    for paper in papers:
        _judge(paper)
    _seal_persons(papers, now)
    _bind(papers, by)
    if entrance != Entrance.UNSIGNED:
        _look_for_sources(papers, by)
    _look_at_orphans(papers, now)
    _name_targets(papers)
    terms = _apply_rules(papers, entrance, now)
    accepted = _accept(papers, terms, entrance, by, now)
    _follow_up(accepted, terms, entrance, by, now)
    _refuse(papers)
    if not retried:
        _recognise(papers, by)
        _count_repeats(papers, entrance, now)
    waiting = [(paper, paper.complaint) for paper in papers if paper.outcome is None and paper.complaint]
    ids = [None] * len(waiting) if retried else _put_aside(waiting, entrance, by, now)
    for (paper, complaint), record_id in zip(waiting, ids, strict=True):
        paper.outcome = Outcome(OutcomeKind.QUARANTINED, record_id, paper.receipt, complaint)
    return [paper.outcome for paper in papers if paper.outcome]


def _judge(paper: _Paper) -> None:
    try:
        paper.answer = judge_review(paper.raw)
    except Refused as refused:
        paper.complaint = refused.complaint
        paper.digest = paper.raw.digest or raw_digest(paper.raw.fields, settings.CONTENT_KEY)
    else:
        paper.digest = paper.raw.digest or digest(paper.answer, settings.CONTENT_KEY)


def _seal_persons(papers: Sequence[_Paper], now: datetime) -> None:
    """Seal every person of the batch under one key, those of answers that will be put aside too."""
    found: list[tuple[_Paper, str, PlainPerson]] = []
    for paper in papers:
        paper.sealed = paper.raw.sealed
        if paper.answer is None:
            found += [(paper, role, person) for role, person in without_persons(paper.raw)[1].items()]
        elif isinstance(paper.answer.person, PlainPerson):
            found.append((paper, "reviewer", paper.answer.person))
    if found:
        ids = identity.seal([person for _, _, person in found], now=now)
        for (paper, role, _), person_id in zip(found, ids, strict=True):
            paper.sealed = {**paper.sealed, role: person_id}


def _bind(papers: Sequence[_Paper], by: Actor) -> None:
    judged = [(paper, paper.answer) for paper in papers if paper.answer]
    case_actions.hold_still((answer.source, answer.case_no) for _, answer in judged)
    bindings = cases.bind([answer.key for _, answer in judged]) if judged else []
    for (paper, answer), binding in zip(judged, bindings, strict=True):
        if binding is None:
            found = {
                "source": answer.source,
                "case_no": answer.case_no,
                "occurrence_no": answer.occurrence_no,
            }
            paper.complaint = Complaint(ORPHAN, "case_no", found)
        elif not by.scope.covers(division_path=binding.division_path, agency_path=binding.agency_path):
            place = {
                "division": binding.division_path.split(".")[-2],
                "agency": binding.agency_path.split(".")[-2],
            }
            paper.complaint = Complaint(OUT_OF_SCOPE, "case_no", place)
        else:
            paper.binding = binding


def _look_for_sources(papers: Sequence[_Paper], by: Actor) -> None:
    """Nobody waits for the case of a platform that is not there, or at a platform that is not theirs to write for.

    Who answers an address of an evaluator cannot put its codes right: theirs wait for the directory like for the case.
    """
    orphans = _orphans(papers)
    known = directory.platforms(answer.source for _, answer in orphans) if orphans else {}
    for paper, answer in orphans:
        if (platform := known.get(answer.source)) is None:
            paper.complaint = Complaint(UNKNOWN_SOURCE, "source", {"value": answer.source})
        elif complaint := place_complaint("source", platform, by.scope):
            paper.complaint = complaint


def _look_at_orphans(papers: Sequence[_Paper], now: datetime) -> None:
    """Nobody waits for a case with what will not be taken when it comes: its sender hears now what is to be put right."""
    orphans = _orphans(papers)
    complaints = review_queries.wrong_in_themselves([answer for _, answer in orphans], now=now)
    for (paper, _), complaint in zip(orphans, complaints, strict=True):
        paper.complaint = complaint or paper.complaint


def _orphans(papers: Sequence[_Paper]) -> list[tuple[_Paper, Answer]]:
    """The answers whose service is not here."""
    return [
        (paper, paper.answer)
        for paper in papers
        if paper.answer and paper.complaint and paper.complaint.reason is ORPHAN
    ]


def _name_targets(papers: Sequence[_Paper]) -> None:
    """A review may name the window and the staff number itself; a code nobody knows leaves those of the service."""
    bound = [(paper, paper.answer, paper.binding) for paper in papers if paper.answer and paper.binding]
    windows = directory.windows_of_halls((b.hall_id, a.window) for _, a, b in bound if a.window and b.hall_id)
    staff = directory.staff((b.agency_id, a.staff) for _, a, b in bound if a.staff)
    for paper, answer, binding in bound:
        window = windows.get((binding.hall_id or 0, answer.window))
        person = staff.get((binding.agency_id, answer.staff))
        if window or person:
            paper.binding = binding._replace(
                window_id=window.id if window else binding.window_id,
                staff_id=person.id if person else binding.staff_id,
            )


def _apply_rules(papers: Sequence[_Paper], entrance: Entrance, now: datetime) -> dict[int, Terms]:
    """Put aside what the rules of its place do not take; returns the terms of the divisions, by id.

    They are those of today: what was given in time and sent late is judged by when it was given. What another
    installation reports has been judged there, by the same rules.
    """
    bound = [(paper, paper.answer, paper.binding) for paper in papers if paper.answer and paper.binding]
    if not bound:
        return {}
    paths = rulebook.terms_of_each((binding.division_path for _, _, binding in bound), local_day(now))
    ends: Sequence[datetime | None] = [None] * len(bound)
    if entrance != Entrance.REPORTED:
        ends = windows_end([(binding, paths[binding.division_path]) for _, _, binding in bound])
    for (paper, answer, binding), closes in zip(bound, ends, strict=True):
        reported = entrance == Entrance.REPORTED
        paper.complaint = rule_complaint(
            answer,
            voided_at=None if reported else binding.withdrawn_at,
            closes=closes,
            follow_ups=1 if reported else paths[binding.division_path].follow_up_reviews,
        )
    return {binding.division_id: paths[binding.division_path] for _, _, binding in bound}


def _accept(
    papers: Sequence[_Paper], terms: Mapping[int, Terms], entrance: Entrance, by: Actor, now: datetime
) -> Sequence[ReviewFacts]:
    bound = [
        (paper, paper.answer, paper.binding)
        for paper in papers
        if paper.answer and paper.binding and not paper.complaint
    ]
    if not bound:
        return ()
    submissions = [
        (
            Submission(
                answer=answer,
                entrance=entrance,
                digest=paper.digest or b"",
                receipt=paper.receipt,
                receipt_hash=paper.receipt_hash,
                person_id=paper.sealed.get("reviewer"),
                finished=entrance not in _CHANGEABLE,
            ),
            binding,
        )
        for paper, answer, binding in bound
    ]
    changeable = terms if entrance in _CHANGEABLE else {}
    windows = {division_id: rules.change_window for division_id, rules in changeable.items()}
    outcomes, accepted = reviews.accept(submissions, change_windows=windows, by=by, now=now)
    for (paper, _, _), outcome in zip(bound, outcomes, strict=True):
        paper.outcome = outcome if outcome.kind != OutcomeKind.QUARANTINED else None
        paper.complaint = outcome.complaint
    return accepted


def _follow_up(
    accepted: Sequence[ReviewFacts],
    terms: Mapping[int, Terms],
    entrance: Entrance,
    by: Actor,
    now: datetime,
) -> None:
    """What an accepted review causes: an order for a bad one, and its place in the counters.

    History causes none: whoever it was about has been answered by the older system, or will not be any more. A review
    that another installation reports has its order there; its state is told with it.
    """
    if not accepted:
        return
    answered_here = entrance not in {Entrance.HISTORY, Entrance.REPORTED}
    found = [facts.id for facts in accepted if answered_here and is_bad(facts.level)]
    rows = list(review_queries.reviews(found).values()) if found else []
    bad = [
        BadReview(
            review_id=row.id,
            division_id=row.division_id,
            agency_id=row.agency_id,
            item_id=row.item_id,
            received_at=row.received_at,
            dispatch_after=row.finished_at or row.changeable_until,
            staff_id=row.staff_id,
        )
        for row in rows
        if needs_order(row.level, row.comment_text, bad_needs_text=terms[row.division_id].bad_needs_text)
    ]
    if bad:
        rectification.open_orders(bad, by=by, now=now)
        if any(must_be_supervised(row.indicator_codes) for row in rows):
            supervise.signal_illegal_conditions(rows, now=now)
    insight.count(review_units(accepted))


def _refuse(papers: Sequence[_Paper]) -> None:
    """What the sender alone can put right is refused; everything else waits in quarantine."""
    for paper in papers:
        if paper.outcome is None and paper.complaint and paper.complaint.code in _REFUSED:
            paper.outcome = Outcome(OutcomeKind.REFUSED, complaint=paper.complaint)


def _recognise(papers: Sequence[_Paper], by: Actor) -> None:
    """The same answer sent again while it waits in quarantine is not put there a second time."""
    sent = [
        (paper, paper.digest)
        for paper in papers
        if paper.outcome is None and paper.complaint and paper.digest
    ]
    known = exchange_queries.waiting_with({said for _, said in sent}, sender=str(by))
    for paper, said in sent:
        if said in known:
            paper.outcome = Outcome(OutcomeKind.QUARANTINED, known[said], complaint=paper.complaint)


def _count_repeats(papers: Sequence[_Paper], entrance: Entrance, now: datetime) -> None:
    """What a source has sent before, or with other content, is counted for its card.

    What another installation has told of was not sent by its source to us: it comes for the first time.
    """
    counted = _REPEATS.get(entrance, frozenset())
    told = [
        (paper.answer.source, kind, paper.outcome.id)
        for paper in papers
        if paper.answer and paper.outcome and paper.outcome.id
        if (kind := _repeat(paper.outcome)) in counted
    ]
    again = [stands for _, kind, stands in told if kind == RepeatKind.AGAIN]
    reported = review_queries.reported(again) if again else {}
    told = [one for one in told if one[2] not in reported]
    if told:
        known = directory.platforms(source for source, _, _ in told)
        quality.note_repeats(
            (Repeat(known[source].id, kind, stands) for source, kind, stands in told if source in known),
            now=now,
        )


def _repeat(outcome: Outcome) -> RepeatKind | None:
    """In which way an answer came again; None when it is news."""
    if outcome.kind == OutcomeKind.DUPLICATE:
        return RepeatKind.AGAIN
    if outcome.kind == OutcomeKind.QUARANTINED:
        return RepeatKind.WAITING
    return RepeatKind.CONFLICT if outcome.complaint and outcome.complaint.reason is CONFLICT else None


def _put_aside(
    waiting: Sequence[tuple[_Paper, Complaint]], entrance: Entrance, by: Actor, now: datetime
) -> Sequence[UUID | None]:
    records = [
        Quarantined(
            kind=RecordKind.REVIEW,
            fields={name: storable(value) for name, value in without_persons(paper.raw)[0].items()},
            sealed=paper.sealed,
            digest=paper.digest,
            receipt_hash=paper.receipt_hash,
            entrance=entrance,
            code=complaint.code,
            field=complaint.field,
            params={name: storable(value) for name, value in complaint.params.items()},
            message=complaint.reason.message,
            remedy=complaint.reason.remedy,
        )
        for paper, complaint in waiting
    ]
    return exchange.quarantine(records, by=by, now=now) if records else []


def units_of(review_ids: Sequence[UUID]) -> Counter[FactKey]:
    """What these reviews and their orders come to in the counters right now.

    They are locked first, reviews before orders, so that nobody else changes and counts them until the transaction
    ends: of two taps at once, the second starts from what the first has counted.
    """
    review_queries.hold(review_ids)
    orders.hold(review_ids)
    counted = review_units(review_queries.facts_of(review_ids).values())
    counted.update(order_units(orders.facts_of(review_ids).values()))
    return counted


def recount(before: Counter[FactKey], review_ids: Sequence[UUID]) -> None:
    """Bring the counters from `before` to what stands now."""
    insight.count(changes(before, units_of(review_ids)))
