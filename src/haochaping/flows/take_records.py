"""收批内容: the cases, reviews and orders of a batch go down the roads that everything goes; what cannot comes back."""

from __future__ import annotations

import logging
from collections import Counter
from datetime import timedelta
from typing import TYPE_CHECKING

import msgspec
from django.db import InterfaceError, OperationalError, transaction
from psycopg.errors import QueryCanceled

from haochaping.cases import actions as cases
from haochaping.directory import queries as directory
from haochaping.exchange.fields import shown
from haochaping.exchange.rules import judge_review
from haochaping.exchange.terms import Raw
from haochaping.flows.receive_reviews import receive_reviews, recount, units_of
from haochaping.flows.take_in_cases import take_in_cases
from haochaping.insight import actions as insight
from haochaping.insight.rules import changes, order_units
from haochaping.kernel.outcomes import Outcome, OutcomeKind
from haochaping.kernel.refused import Complaint
from haochaping.levels import actions as levels
from haochaping.levels import queries, rules
from haochaping.levels.terms import (
    BAD_ORDER,
    BAD_STATUS,
    CASE_FAILED,
    LATE_AFTER,
    OTHERS_REVIEW,
    News,
    Returned,
    ToldOrder,
)
from haochaping.rectification import queries as orders
from haochaping.reviews import actions as reviews
from haochaping.reviews import queries as review_queries
from haochaping.reviews.rules import code_complaint, is_as_stated, says_the_same
from haochaping.reviews.terms import (
    CONFLICT,
    Entrance,
    Provenance,
    ReasonClass,
    ReviewStatus,
    Stated,
)

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from datetime import datetime
    from uuid import UUID

    from haochaping.insight.terms import FactKey
    from haochaping.kernel.actor import Actor
    from haochaping.levels.rules import Record
    from haochaping.levels.terms import Peer
    from haochaping.reviews.terms import Answer

_log = logging.getLogger("haochaping.exchange")
# One moment later than what was taken with it: the newest entry of a review says what it is.
_AFTERWARDS = timedelta(milliseconds=1)
_STANDS = frozenset({OutcomeKind.ACCEPTED, OutcomeKind.DUPLICATE})
_NOT_FOR_INTAKE = ("status", "reason_class")
_PROVENANCES = frozenset(Provenance)
_NUMBER_LIMIT = 40

type _Key = tuple[str, str, int, int]


class Taking:
    """The records of one batch on their way in: what became of them, and what came back."""

    def __init__(self, peer: Peer, by: Actor, now: datetime) -> None:
        self.peer, self.by, self.now = peer, by, now
        self.counts: dict[str, int] = {}
        self.returned: list[Returned] = []
        self._news = Counter[str]()
        self._back: set[tuple[str, str]] = set()
        self._reviews: dict[_Key, UUID] = {}

    def take(self, lines: Sequence[Record]) -> None:
        """Cases first, then their reviews, then how the orders stand: each finds what it belongs to."""
        if lines:
            self._cases(lines)
            self._take_reviews(lines)
            self._orders(lines)

    def take_singly(self, lines: Sequence[Record]) -> None:
        """The same case by case, after the whole has failed: one that cannot be taken comes back, the others are taken."""
        for line in lines:
            one = Taking(self.peer, self.by, self.now)
            try:
                with transaction.atomic():
                    one.take([line])
            except Exception as error:
                if passes(error):
                    raise
                _log.exception("a case of a batch of %s fails", self.peer.code)
                self._return(rules.key_of(line), Complaint(CASE_FAILED, "", {"what": type(error).__name__}))
                continue
            for what, n in one.counts.items():
                self._add(what, n)
            self.returned += one.returned
            self._news.update(one._news)

    def news(self) -> News:
        """How much of what came was told for the first time, and how much of that late."""
        return News(**self._news)

    def _tell_news(self, what: str, happened_at: datetime | None) -> None:
        self._news[what] += 1
        self._news[f"{what}_late"] += rules.is_late(happened_at, self.now, LATE_AFTER)

    def _count(self, outcomes: Iterable[Outcome]) -> None:
        for outcome in outcomes:
            self._add(outcome.kind.value)

    def _add(self, what: str, n: int = 1) -> None:
        self.counts[what] = self.counts.get(what, 0) + n

    def _return(self, key: tuple[str, str], complaint: Complaint) -> None:
        """A case comes back once, with the first reason."""
        if key in self._back:
            return
        self._back.add(key)
        params = rules.shown_params(complaint.params)
        self.returned.append(
            Returned(
                key[0], key[1], complaint.code, shown(complaint.field, 100), complaint.reason.message, params
            )
        )

    def _cases(self, lines: Sequence[Record]) -> None:
        for verified in (True, False):
            told = [line for line in lines if (line.get("verified") is not False) == verified]
            outcomes = take_in_cases(
                [Raw(line["case"]) for line in told],
                verified=verified,
                entrance=Entrance.REPORTED,
                by=self.by,
                now=self.now,
            )
            self._count(outcomes)
            known = {
                outcome.id: _counted(line)
                for line, outcome in zip(told, outcomes, strict=True)
                if outcome.id is not None and outcome.complaint is None and "counted" in line
            }
            cases.know_applicants(known, by=self.by, now=self.now)
            for line, outcome in zip(told, outcomes, strict=True):
                if outcome.kind == OutcomeKind.ACCEPTED:
                    self._tell_news("cases", rules.last_of_case(line["case"]))
                if outcome.complaint:
                    self._return(rules.key_of(line), outcome.complaint)

    def _take_reviews(self, lines: Sequence[Record]) -> None:
        told = [(line, review) for line in lines for review in line["reviews"]]
        raws = [
            Raw(
                {name: value for name, value in review.items() if name not in _NOT_FOR_INTAKE}
                | dict(zip(("source", "case_no"), rules.key_of(line), strict=True))
            )
            for line, review in told
        ]
        outcomes = receive_reviews(raws, entrance=Entrance.REPORTED, by=self.by, now=self.now)
        stated: list[tuple[tuple[str, str], Stated]] = []
        for (line, review), raw, outcome in zip(told, raws, outcomes, strict=True):
            key = rules.key_of(line)
            conflicts = outcome.complaint is not None and outcome.complaint.reason is CONFLICT
            if outcome.id is None or not (outcome.kind in _STANDS or conflicts):
                self._count([outcome])
                if outcome.complaint:
                    self._return(key, outcome.complaint)
                continue
            self._add(OutcomeKind.DUPLICATE if conflicts else outcome.kind)
            is_new = outcome.kind == OutcomeKind.ACCEPTED
            if is_new:
                self._news["reviews"] += 1
                self._news["late"] += rules.is_late(str(review.get("assessed_at")), self.now, LATE_AFTER)
            if is_new and _says_no_more(review) and not line["orders"]:
                continue
            answer = judge_review(raw)
            one = _stated(answer, review, outcome.id)
            self._reviews[*key, answer.occurrence_no, answer.assess_no] = outcome.id
            if one is None:
                self._return(key, Complaint(BAD_STATUS, "status"))
            else:
                stated.append((key, one))
        self._restate(stated)

    def _restate(self, told: Sequence[tuple[tuple[str, str], Stated]]) -> None:
        """Reviews that this peer brought become what it says they are; those that came another way stay."""
        rows = review_queries.reviews(one.review_id for _, one in told)
        changed: dict[UUID, Stated] = {}
        for key, one in told:
            row = rows[one.review_id]
            if is_as_stated(row, one):
                continue
            if row.sent_by != str(self.by):
                if not says_the_same(row, one):
                    self._return(key, Complaint(OTHERS_REVIEW, "assess_no"))
                continue
            known = review_queries.indicators(row.indicator_set)
            if complaint := code_complaint(one.level, one.indicator_codes, row.indicator_set, known):
                self._return(key, complaint)
            else:
                changed[one.review_id] = one
        if changed:
            before = units_of(list(changed))
            reviews.restate(list(changed.values()), by=self.by, now=self.now + _AFTERWARDS)
            recount(before, list(changed))
            self._add(OutcomeKind.UPDATED, len(changed))

    def _orders(self, lines: Sequence[Record]) -> None:
        told: list[tuple[UUID, ToldOrder]] = []
        for line in lines:
            key = rules.key_of(line)
            for said in line["orders"]:
                order = _told_order(said)
                review_id = order and self._reviews.get((*key, order.occurrence_no, order.assess_no))
                if order and review_id:
                    told.append((review_id, order))
                else:
                    self._return(key, Complaint(BAD_ORDER, "orders"))
        if not told:
            return
        ids = [review_id for review_id, _ in told]
        queries.hold_orders(ids)
        before, known = _units(ids), queries.last_steps(ids)
        placed = _placed(told)
        own = orders.facts_of(ids)
        news = levels.report_orders(self.peer, placed, own=own, by=self.by, now=self.now)
        insight.count(changes(before, _units(ids)))
        for review_id, order in told:
            at = rules.last_of_order(order)
            if review_id in news and (review_id not in known or known[review_id] < at):
                self._tell_news("orders", at)
        if news:
            self._add(OutcomeKind.UPDATED, len(news))


def passes(error: Exception) -> bool:
    """Whether the database is away, so that whoever sent a batch is told to send it again; not that it took too long."""
    return isinstance(error, OperationalError | InterfaceError) and not isinstance(
        error.__cause__, QueryCanceled
    )


def _units(review_ids: Sequence[UUID]) -> Counter[FactKey]:
    return order_units(queries.order_facts(review_ids).values())


def _counted(line: Record) -> tuple[bool, bool | None]:
    """What is kept beside a sealed identity, where that lies elsewhere: whether somebody acted for them, and 60 or over."""
    said = line["counted"] if isinstance(line["counted"], dict) else {}
    aged = said.get("aged_60")
    return said.get("by_agent") is True, aged if isinstance(aged, bool) else None


def _says_no_more(review: Record) -> bool:
    """Whether a review that was just taken is what its installation says of it already."""
    return review.get("status") == ReviewStatus.EFFECTIVE and review.get("claimed_provenance") in _PROVENANCES


def _stated(answer: Answer, review: Record, review_id: UUID) -> Stated | None:
    """What the peer says the review is now; None where its status or provenance cannot be read."""
    try:
        status = ReviewStatus(review.get("status", ""))
        provenance = Provenance(answer.claimed_provenance)
        reason = ReasonClass(review["reason_class"]) if status == ReviewStatus.EXCLUDED else None
    except (ValueError, KeyError, TypeError):
        return None
    return Stated(
        review_id=review_id,
        level=answer.level,
        indicator_codes=answer.indicator_codes,
        comment_text=answer.comment_text,
        channel=answer.channel.value,
        provenance=provenance,
        anonymous=answer.anonymous,
        assessed_at=answer.assessed_at,
        status=status,
        reason_class=reason,
    )


def _told_order(said: Record) -> ToldOrder | None:
    try:
        order = msgspec.convert(said, ToldOrder)
    except msgspec.ValidationError:
        return None
    aware = order.created_at.tzinfo is not None
    return order if aware and 0 < len(order.number) <= _NUMBER_LIMIT and order.number.isprintable() else None


def _placed(
    told: Sequence[tuple[UUID, ToldOrder]],
) -> list[tuple[UUID, ToldOrder, tuple[int, int, int], tuple[int, int] | None]]:
    """Orders with the rows of the directory that they name; what it does not know is where the review was given."""
    rows = review_queries.reviews(review_id for review_id, _ in told)
    named = [(order.division, order.agency) for _, order in told]
    named += [(order.appeal.division, order.appeal.agency) for _, order in told if order.appeal]
    divisions = directory.divisions({shown(division, 12) for division, _ in named})
    agencies = directory.agencies({shown(agency, 40) for _, agency in named})
    items = directory.items({shown(order.item, 40) for _, order in told})
    placed = []
    for review_id, order in told:
        row, appealed = rows[review_id], None
        division, agency = divisions.get(order.division), agencies.get(order.agency)
        item = items.get(order.item)
        if order.appeal:
            filed_in, filed_by = divisions.get(order.appeal.division), agencies.get(order.appeal.agency)
            appealed = (
                filed_in.id if filed_in else row.division_id,
                filed_by.id if filed_by else row.agency_id,
            )
        place = (
            division.id if division else row.division_id,
            agency.id if agency else row.agency_id,
            item.id if item else row.item_id,
        )
        placed.append((review_id, order, place, appealed))
    return placed
