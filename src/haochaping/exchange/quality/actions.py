"""数据质量 writes: cards of sources' days, and which figures are withheld."""

from __future__ import annotations

from collections import defaultdict
from importlib import resources
from typing import TYPE_CHECKING

from django.db import IntegrityError, connection, transaction

from haochaping.accounts.access import check_power
from haochaping.accounts.terms import Power
from haochaping.exchange.quality.models import (
    FigureExplanation,
    QualityCard,
    QualityFinding,
    RepeatedSend,
    WithheldFigure,
)
from haochaping.exchange.quality.rules import grade, score
from haochaping.exchange.quality.terms import ALREADY_EXPLAINED, NO_SUCH_FIGURE, SAMPLES_KEPT
from haochaping.exchange.reconciliation.rules import explanation_in
from haochaping.kernel.identifiers import uuids7
from haochaping.kernel.periods import local_day
from haochaping.kernel.refused import Refused
from haochaping.ledger import actions as ledger
from haochaping.ledger.terms import EntryKind, NewEntry
from haochaping.rulebook import queries as rulebook
from haochaping.rulebook.rules import due_after

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Mapping, Sequence
    from datetime import date, datetime
    from uuid import UUID

    from haochaping.exchange.quality.terms import Held, Judgement, Parts, Repeat, RepeatKind, Source
    from haochaping.kernel.actor import Actor

_JUDGING = 0x68637164  # "hcqd"
_MILLION, _HUNDRED = 1_000_000, 100
_FOLD = (
    resources.files("haochaping.exchange")
    .joinpath("sql/quality/fold_repeats.sql")
    .read_text(encoding="utf-8")
)
_ROW = ("reviews", "cases", "reviews_aside", "cases_aside", "timed")


@transaction.atomic
def keep_cards(
    day: date, cards: Sequence[tuple[Source, Judgement, Parts]], *, by: Actor, now: datetime
) -> int:
    """Keep the cards of a day; returns how many are new or differ from the newest one.

    What was judged alike leaves no row; what was judged otherwise adds one, and the former stays with its moment.
    """
    with connection.cursor() as cursor:
        # Of two judges at once the second sees what the first has kept.
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [_JUDGING])
    stood = {
        card.platform_id: card
        for card in QualityCard.objects.select_for_update().filter(
            day=day, newest=True, platform_id__in=[source.id for source, _, _ in cards]
        )
    }
    found: dict[int, dict[str, tuple[int, list[list[str]]]]] = {}
    for row in QualityFinding.objects.filter(card__in=stood.values()).select_related("card"):
        found.setdefault(row.card.platform_id, {})[row.rule] = (row.failing, row.samples)
    fresh: list[tuple[QualityCard, Judgement]] = []
    for source, judged, parts in cards:
        card = _card(source, day, judged, parts, now)
        former = stood.get(source.id)
        told = {one.rule: (one.failing, [list(row) for row in one.samples]) for one in judged.findings}
        if former and _said(former) == _said(card) and found.get(source.id, {}) == told:
            continue
        fresh.append((card, judged))
    if not fresh:
        return 0
    QualityCard.objects.filter(
        day=day, newest=True, platform_id__in=[c.platform_id for c, _ in fresh]
    ).update(newest=False)
    for (card, _), new_id in zip(fresh, uuids7(now, len(fresh)), strict=True):
        card.id = new_id
    QualityCard.objects.bulk_create([card for card, _ in fresh])
    QualityFinding.objects.bulk_create(
        QualityFinding(
            card=card, rule=one.rule, failing=one.failing, samples=[list(row) for row in one.samples]
        )
        for card, judged in fresh
        for one in judged.findings
    )
    codes = {source.id: source.code for source, _, _ in cards}
    entries = [
        NewEntry(
            EntryKind.QUALITY_JUDGED,
            "source",
            codes[card.platform_id],
            facts={"day": day.isoformat()} | _judged(card),
        )
        for card, _ in fresh
    ]
    ledger.append(entries, by=by, now=now)
    return len(fresh)


def _judged(card: QualityCard) -> dict[str, str]:
    """Score and grade in words; neither of an empty day."""
    return {} if card.score is None else {"score": f"{card.score / _HUNDRED:.2f}", "grade": card.grade}


def _card(source: Source, day: date, judged: Judgement, parts: Parts, now: datetime) -> QualityCard:
    points = score(parts)
    return QualityCard(
        platform_id=source.id,
        division_id=source.division_id,
        day=day,
        judged_at=now,
        newest=True,
        **{name: getattr(judged.sent, name) for name in _ROW},
        **{
            name: None if share is None else round(share * _MILLION)
            for name, share in parts._asdict().items()
        },
        score=None if points is None else round(points * _HUNDRED),
        grade=grade(points, reconciled=parts.reconciliation is not None) or "",
        wrong_fields=dict(sorted((judged.wrong_fields or {}).items())),
    )


def _said(card: QualityCard) -> tuple[object, ...]:
    return (
        card.division_id,
        *(getattr(card, name) for name in _ROW),
        card.coverage,
        card.validity,
        card.consistency,
        card.timeliness,
        card.uniqueness,
        card.reconciliation,
        card.score,
        card.grade,
        card.wrong_fields,
    )


@transaction.atomic
def hold_back(
    wanted: Collection[Held], *, rules: Collection[str], first: date, last: date, by: Actor, now: datetime
) -> list[Held]:
    """From now on exactly these figures are withheld by these rules, of those that begin on days from `first` to `last`.

    Where they are of a source it is asked first and may explain: they are withheld once its time is over (`withhold_due`).
    What is withheld or asked already stays as it is, what is no longer wanted is lifted; all is told in the ledger. Returns
    of what sources are asked now.
    """
    open_rows = list(
        WithheldFigure.objects.select_for_update().filter(
            rule__in=rules, first_day__gte=first, first_day__lte=last, lifted_at__isnull=True
        )
    )
    stand = {(row.rule, row.source, row.division_id, row.first_day): row for row in open_rows}
    named = {(one.rule, one.source, one.division_id, one.first_day): one for one in wanted}
    fresh = [one for key, one in named.items() if key not in stand]
    over = [row for key, row in stand.items() if key not in named]
    WithheldFigure.objects.filter(id__in=[row.id for row in over]).update(lifted_at=now)
    until = _explained_until({one.division_id for one in fresh if one.source}, now)
    WithheldFigure.objects.bulk_create(
        WithheldFigure(
            id=new_id,
            raised_at=now,
            explain_by=until.get(one.division_id) if one.source else None,
            withheld_at=None if one.source else now,
            **one._asdict(),
        )
        for one, new_id in zip(fresh, uuids7(now, len(fresh)), strict=True)
    )
    asked = [one for one in fresh if one.source]
    told: tuple[tuple[EntryKind, Iterable[Held | WithheldFigure], dict[str, str]], ...] = (
        (EntryKind.FIGURE_ASKED, asked, {"state": "asked"}),
        (EntryKind.FIGURE_ASKED, [row for row in over if row.withheld_at is None], {"state": "settled"}),
        (EntryKind.FIGURE_WITHHELD, [one for one in fresh if not one.source], {}),
        (EntryKind.FIGURE_RELEASED, [row for row in over if row.withheld_at is not None], {}),
    )
    entries = [_entry(kind, one, facts) for kind, rows, facts in told for one in rows]
    if entries:
        ledger.append(entries, by=by, now=now)
    return asked


def _entry(kind: EntryKind, one: Held | WithheldFigure, facts: Mapping[str, str]) -> NewEntry:
    said = {"rule": one.rule, "day": one.first_day.isoformat()} | dict(facts)
    return NewEntry(kind, "division", str(one.division_id), facts=said)


def _explained_until(division_ids: Iterable[int], now: datetime) -> dict[int, datetime | None]:
    """Until when sources of divisions may explain what is found now, by their rules; None beyond the calendar."""
    day = local_day(now)
    return {
        pk: due_after(
            now, terms.figure_explain_days, terms.figure_explain_unit, rulebook.calendar(terms, day)
        )
        for pk, terms in rulebook.terms_for_divisions(division_ids, day).items()
    }


@transaction.atomic
def withhold_due(*, by: Actor, now: datetime) -> list[WithheldFigure]:
    """Withhold the figures of sources whose time to explain is over, explained or not; returns them.

    Only data that add up lift it: an explanation is told beside. What had no deadline has it once the calendar tells.
    """
    rows = WithheldFigure.objects.select_for_update().filter(lifted_at__isnull=True, withheld_at__isnull=True)
    for row in rows.filter(explain_by__isnull=True):
        row.explain_by = _explained_until({row.division_id}, row.raised_at)[row.division_id]
        row.save(update_fields=["explain_by"])
    due = list(rows.filter(explain_by__lte=now).order_by("id"))
    WithheldFigure.objects.filter(id__in=[row.id for row in due]).update(withheld_at=now)
    if due:
        ledger.append([_entry(EntryKind.FIGURE_WITHHELD, row, {}) for row in due], by=by, now=now)
    return due


@transaction.atomic
def explain(figure_id: UUID, text: str, *, by: Actor, now: datetime) -> None:
    """Whoever looks after a source says why its figures do not add up; said once, and no figure stays for it.

    Raises:
        Refused: NOT_ALLOWED, NO_SUCH_FIGURE, ALREADY_EXPLAINED, EXPLANATION_MISSING, TOO_LONG, CONTROL_CHARACTERS.
    """
    check_power(by, Power.QUARANTINE_MANAGE)
    said = explanation_in(text)
    row = (
        WithheldFigure.objects.select_related("division")
        .filter(id=figure_id, lifted_at__isnull=True)
        .exclude(source="")
        .first()
    )
    if row is None or not by.scope.covers(division_path=row.division.path):
        raise Refused(NO_SUCH_FIGURE)
    try:
        with transaction.atomic():
            FigureExplanation.objects.create(figure=row, text=said, explained_by=str(by), explained_at=now)
    except IntegrityError:
        raise Refused(ALREADY_EXPLAINED) from None
    facts = {"rule": row.rule, "day": row.first_day.isoformat()}
    entry = NewEntry(EntryKind.FIGURE_EXPLAINED, "source", row.source, {"explanation": said}, facts)
    ledger.append([entry], by=by, now=now)


def note_repeats(repeats: Iterable[Repeat], *, now: datetime) -> None:
    """Count rows that were here already, in the transaction of their batch: one row for each source and kind.

    They are added and never changed here, so that no sender waits for another one's batch.
    """
    found: dict[tuple[int, RepeatKind], list[UUID]] = defaultdict(list)
    for one in repeats:
        found[one.platform_id, one.kind].append(one.id)
    if found:
        day = local_day(now)
        RepeatedSend.objects.bulk_create(
            RepeatedSend(platform_id=platform_id, day=day, kind=kind, n=len(ids), ids=ids[:SAMPLES_KEPT])
            for (platform_id, kind), ids in found.items()
        )


@transaction.atomic
def fold_repeats(*, before: date) -> None:
    """Sum up what was counted on days that are over: a row for each source, day and kind."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [_JUDGING])
        cursor.execute(_FOLD, {"before": before, "kept": SAMPLES_KEPT})
