"""判定数据质量: every night, what each source sent on the days before becomes a card; broken totals withhold figures."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from django.db import transaction

from haochaping.directory import queries as directory
from haochaping.exchange import actions as exchange
from haochaping.exchange.manifests import queries as manifests
from haochaping.exchange.quality import actions as quality
from haochaping.exchange.quality import queries
from haochaping.exchange.quality.judging import Scope, failing, judged
from haochaping.exchange.quality.rules import (
    BLOCKING,
    DAILY,
    NUMBERS,
    RULES,
    TWICE,
    blocks,
    differing,
    parts,
    rows_of,
    three_ways,
    with_findings,
)
from haochaping.exchange.quality.terms import (
    BEFORE_THE_RULES,
    NO_DAILY_RULE,
    NO_SUCH_SOURCE,
    Agreed,
    Batches,
    Finding,
    Held,
    Judgement,
    Sent,
)
from haochaping.flows import tell_staff
from haochaping.insight import queries as insight
from haochaping.kernel.actor import EVERYWHERE
from haochaping.kernel.periods import local_day
from haochaping.kernel.refused import Refused
from haochaping.levels.quality import queries as levels
from haochaping.notices.terms import About, NoticeKind
from haochaping.rulebook import queries as rulebook
from haochaping.rulebook.terms import NO_RULES

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Sequence
    from datetime import date, datetime

    from haochaping.exchange.quality.terms import Parts, Sample, Source
    from haochaping.kernel.actor import Actor

# What comes or is corrected within this time changes the card of its day: as long as a very late report is looked for.
_LOOKED_BACK = 8
_PER_CENT = 100


def judge_due(*, by: Actor, now: datetime) -> int:
    """Judge the days before today again, and the counters of this month and the last; returns how many cards are new."""
    today = local_day(now)
    exchange.settle_corrected(by=by, now=now)
    quality.fold_repeats(before=today)
    days = {today - timedelta(days=n) for n in range(1, _LOOKED_BACK + 1)}
    days |= queries.days_withheld(before=today)
    days |= queries.days_differing(now - timedelta(days=_LOOKED_BACK), before=today)
    changed = sum(judge_day(day, by=by, now=now) for day in sorted(days))
    judge_counters(today, by=by, now=now)
    return changed


@transaction.atomic
def judge_day(day: date, *, source: str = "", by: Actor, now: datetime) -> int:
    """Judge what every source, or one, sent on a day; returns how many cards are new or changed.

    Raises:
        Refused: NO_SUCH_SOURCE.
    """
    found = queries.sources(day, source)
    if source and not found:
        raise Refused(NO_SUCH_SOURCE, field="source", value=source)
    scope = _scope(found, day)
    told = {one.sent.platform_id: one for one in judged(scope)} if found else {}
    cards = _cards(found, told, day)
    changed = quality.keep_cards(day, cards, by=by, now=now)
    if not source:
        wanted = [
            Held(rule, one.division_id, day, day, below=True, source=one.code)
            for one, judgement, _ in cards
            for rule in blocks(judgement)
        ]
        asked = quality.hold_back(wanted, rules=BLOCKING, first=day, last=day, by=by, now=now)
        _tell(NoticeKind.FIGURE_ASKED, asked, by=by, now=now)
    return changed


@transaction.atomic
def withhold_due(*, by: Actor, now: datetime) -> int:
    """Withhold the figures of sources whose time to explain is over; stewards and supervisors hear of it. How many."""
    due = quality.withhold_due(by=by, now=now)
    told = [
        Held(row.rule, row.division_id, row.first_day, row.last_day, row.below, row.source) for row in due
    ]
    _tell(NoticeKind.FIGURE_WITHHELD, told, by=by, now=now)
    return len(due)


def _tell(kind: NoticeKind, figures: Iterable[Held], *, by: Actor, now: datetime) -> None:
    """One notice for each source, whatever number of its rules and days it is about."""
    places = {one.source: one.division_id for one in figures}
    names = {code: ref.name for code, ref in directory.platforms(places).items()}
    abouts = [
        About("figures", code, division_id, facts={"agency": names.get(code, code)})
        for code, division_id in sorted(places.items())
    ]
    tell_staff.tell(kind, abouts, by=by, now=now)


def failing_rows(
    source: str, day: date, rule: str, *, after: Sample | None = None, limit: int | None = None
) -> list[Sample]:
    """Every row of a source's day that breaks a rule now, or some after one of them; a card has a few of them.

    Of a rule that is no matter of rows (batches, totals) it is what the newest card has.

    Raises:
        Refused: NO_SUCH_SOURCE, NO_DAILY_RULE, BEFORE_THE_RULES.
    """
    found = queries.sources(day, source)
    if not found:
        raise Refused(NO_SUCH_SOURCE, field="source", value=source)
    if rule not in RULES:
        raise Refused(NO_DAILY_RULE, field="rule", value=rule)
    if RULES[rule] in DAILY:
        return failing(rule, _scope(found, day), after=after, limit=limit)
    cards = queries.cards(EVERYWHERE, day=day, code=source)
    named = sorted(row for card in cards for one in card.findings if one.rule == rule for row in one.samples)
    return [row for row in named if after is None or row > after][:limit]


def _cards(
    found: Sequence[Source], seen: dict[int, Judgement], day: date
) -> list[tuple[Source, Judgement, Parts]]:
    compared, again = queries.reconciliation(day), queries.repeats(day)
    with_senders, above = queries.told_by_senders(day), levels.told_above(day)
    working = _working(found, day)
    heard = {
        one.id for one in found if one.id in again or (one.id in seen and rows_of(seen[one.id].sent) > 0)
    }
    batches = _batches(day, heard | {one.id for one in found if not working[one.division_path]})
    cards = []
    for one in found:
        judgement = seen.get(one.id) or Judgement(Sent(one.id, day))
        received = one.id in heard
        came = batches.get(one.id)
        covered = queries.coverage(
            one, day, received=received, working=working[one.division_path], batches=came
        )
        if covered is not None:
            repeated = again.get(one.id, Finding(TWICE, 0))
            told = with_senders.get(one.id, [])
            totals = three_ways([*told, *above.get(one.code, ())])
            more = (*(came.findings if came else ()), totals, differing(told), repeated)
            judgement = with_findings(judgement, more, again=repeated.failing)
            share = parts(judgement, coverage=covered, reconciliation=compared.get(one.id))
            cards.append((one, judgement, share))
    return cards


def _batches(day: date, excused: Collection[int]) -> dict[int, Batches]:
    """What came in numbered batches: of installations that report a source, and of sources that number their own."""
    found = levels.batches_of(day)
    for platform_id, one in manifests.batches_of(day, excused=excused).items():
        stood = found.get(platform_id, Batches(0, 0))
        findings = (*stood.findings, *one.findings)
        found[platform_id] = Batches(stood.received + one.received, stood.expected + one.expected, findings)
    return found


def _scope(found: Sequence[Source], day: date) -> Scope:
    until = day + timedelta(days=1)
    below = levels.orders_below(until, months=int(NUMBERS["good_months"]))
    return Scope(day, until, _agreed(found, day), below)


def _agreed(found: Sequence[Source], day: date) -> list[Agreed]:
    try:
        terms = rulebook.terms_of_each((one.division_path for one in found), day)
    except Refused as refused:
        if refused.code != NO_RULES.code:
            raise
        raise Refused(BEFORE_THE_RULES, field="day", day=day.isoformat()) from None
    return [
        Agreed(
            one.id,
            terms[one.division_path].report_late,
            terms[one.division_path].report_very_late,
            terms[one.division_path].same_review_share / _PER_CENT,
            terms[one.division_path].same_moment_share / _PER_CENT,
            terms[one.division_path].default_value_share / _PER_CENT,
        )
        for one in found
    ]


def _working(found: Sequence[Source], day: date) -> dict[str, bool]:
    """Whether the day is worked where each source lies; beyond the calendar nothing is expected."""
    terms = rulebook.terms_of_each((one.division_path for one in found), day)
    return {path: bool(rulebook.calendar(held, day).is_working(day)) for path, held in terms.items()}


@transaction.atomic
def judge_counters(today: date, *, by: Actor, now: datetime) -> int:
    """Hold the counters of this month and the last against each other; returns how many divisions' months are withheld."""
    first = (today.replace(day=1) - timedelta(days=1)).replace(day=1)
    end = (today.replace(day=1) + timedelta(days=32)).replace(day=1)
    broken = insight.broken_totals(first, end)
    wanted = [
        Held(rule, division_id, month, _last_day(month), below=False)
        for rule, found in broken.items()
        for division_id, month in found
    ]
    quality.hold_back(wanted, rules=list(broken), first=first, last=end - timedelta(days=1), by=by, now=now)
    return len(wanted)


def _last_day(month: date) -> date:
    return (month + timedelta(days=32)).replace(day=1) - timedelta(days=1)
