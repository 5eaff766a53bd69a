"""数据质量 reads: sources, their cards, and which figures are withheld."""

from __future__ import annotations

from datetime import timedelta
from importlib import resources
from typing import TYPE_CHECKING, Any

from django.db import connection
from django.db.models import Count, Min, Q, Sum

from haochaping.directory import queries as directory
from haochaping.directory.rules import path_range
from haochaping.exchange.models import Reconciliation
from haochaping.exchange.quality.models import QualityCard, QualityFinding, RepeatedSend, WithheldFigure
from haochaping.exchange.quality.rules import TWICE, grade, month_parts, rows_of, score
from haochaping.exchange.quality.terms import (
    NO_SUCH_SOURCE,
    NOT_JUDGED,
    CardRow,
    FigureRow,
    Finding,
    Grade,
    HeldPlace,
    MonthRow,
    OtherSide,
    Parts,
    RepeatKind,
    Sample,
    Sent,
    Source,
    SourceGrade,
    TwoSides,
)
from haochaping.exchange.reconciliation.terms import ReconciliationState
from haochaping.kernel.refused import Refused
from haochaping.postgres.together import Asked

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence
    from datetime import date, datetime
    from uuid import UUID

    from django.db.models import QuerySet

    from haochaping.exchange.quality.terms import Batches
    from haochaping.kernel.actor import Actor, Scope
    from haochaping.kernel.periods import Period

_FOLDER = resources.files("haochaping.exchange").joinpath("sql/quality")
_SOURCES = _FOLDER.joinpath("sources.sql").read_text(encoding="utf-8")
_WITHHELD = _FOLDER.joinpath("withheld.sql").read_text(encoding="utf-8")
_LAST_MONTH = _FOLDER.joinpath("last_month.sql").read_text(encoding="utf-8")
_TO_EXPLAIN = _FOLDER.joinpath("to_explain.sql").read_text(encoding="utf-8")
_CARD = (
    "id",
    "newest",
    "platform__code",
    "platform__name",
    "division__name",
    "day",
    "judged_at",
    "score",
    "grade",
    "platform_id",
)
_SENT = ("reviews", "cases", "reviews_aside", "cases_aside", "timed")
_SHARES = Parts._fields
_MILLION, _HUNDRED = 1_000_000, 100


def sources(day: date, code: str = "") -> list[Source]:
    """The platforms that may send on a day, or the one with a code."""
    with connection.cursor() as cursor:
        cursor.execute(_SOURCES, {"day": day, "code": code})
        return [Source(*row) for row in cursor.fetchall()]


def coverage(
    source: Source, day: date, *, received: bool, working: bool, batches: Batches | None = None
) -> float | None:
    """C: received of what was expected on a day; None where nothing was expected, nothing came and nothing differs.

    Where a source comes in numbered batches, C is the share of them that came. Any other is expected on every day
    worked, from its first card on. A day that was found to differ lacks nothing by that: what differs is R.
    """
    if batches is not None:
        return batches.received / batches.expected if batches.expected else 1.0
    if received:
        return 1.0
    if working and source.since is not None and source.since < day:
        return 0.0
    return 1.0 if source.differed else None


def repeats(day: date) -> dict[int, Finding]:
    """The rows of a day that were here already, by platform: DQ-15, with a few of those that stand."""
    found: dict[int, Finding] = {}
    for row in RepeatedSend.objects.filter(day=day).order_by("platform_id", "kind", "id"):
        waits = row.kind == RepeatKind.WAITING
        kind = "record" if waits else "review"
        told = tuple(Sample(kind, str(one), "review.assess_no", row.kind) for one in row.ids)
        stood = found.get(row.platform_id, Finding(TWICE, 0))
        found[row.platform_id] = Finding(TWICE, stood.failing + row.n, (*stood.samples, *told))
    return found


def reconciliation(day: date) -> dict[int, float]:
    """R of the platforms that were compared with their sender.

    R is 1 where all is equal, 0.5 within 0.1 %, 0 otherwise, and of cases and reviews the worse one. A platform that is not
    named here was not compared: its score is made without R, and earns no A.
    """
    rows = Reconciliation.objects.filter(day=day, agreement__isnull=False).order_by()
    found = rows.values("platform_id").annotate(worst=Min("agreement"))
    return {row["platform_id"]: float(row["worst"]) for row in found}


def told_by_senders(day: date) -> dict[int, list[TwoSides]]:
    """The totals of a day that senders told, beside ours, by platform; a difference that is settled is none."""
    found: dict[int, list[TwoSides]] = {}
    rows = Reconciliation.objects.filter(day=day).exclude(
        state__in=[ReconciliationState.COMPARING, ReconciliationState.SETTLED]
    )
    for row in rows.order_by("platform_id", "kind"):
        here, there = (row.our_count, row.our_total), (row.their_count, row.their_total)
        found.setdefault(row.platform_id, []).append(
            TwoSides(OtherSide.SENDER, str(row.pk), row.kind, here, there, row.differing)
        )
    return found


def cards(scope: Scope, *, day: date | None = None, code: str = "", limit: int = 100) -> list[CardRow]:
    """The newest cards of sources within a scope, the newest days first; of one day or source where named."""
    rows = _within(scope).filter(newest=True)
    if day is not None:
        rows = rows.filter(day=day)
    if code:
        rows = rows.filter(platform__code=code)
    return _rows(rows.order_by("-day", "platform__code")[:limit])


def said(scope: Scope, day: date, *, limit: int) -> list[list[CardRow]]:
    """Everything that was ever said of a day, by source, the newest first; as many sources as `limit`."""
    newest = _within(scope).filter(newest=True, day=day).order_by("platform__code")
    platforms = list(newest.values_list("platform_id", flat=True)[:limit])
    rows = _within(scope).filter(day=day, platform_id__in=platforms)
    found: dict[str, list[CardRow]] = {}
    for row in _rows(rows.order_by("platform__code", "-judged_at")):
        found.setdefault(row.source, []).append(row)
    return list(found.values())


def card(card_id: UUID, scope: Scope) -> CardRow | None:
    """One card, whether it is the newest of its day or not; None outside the scope."""
    return next(iter(_rows(_within(scope).filter(id=card_id))), None)


def history(code: str, day: date, scope: Scope) -> list[CardRow]:
    """Everything that was ever said of a source's day, the newest first.

    Raises:
        Refused: NO_SUCH_SOURCE, NOT_JUDGED.
    """
    found = _rows(_within(scope).filter(platform__code=code, day=day).order_by("-judged_at"))
    if found:
        return found
    if not (_within(scope).filter(platform__code=code).exists() or is_within(scope, code)):
        raise Refused(NO_SUCH_SOURCE, field="source", value=code)
    raise Refused(NOT_JUDGED, field="day", source=code, day=day.isoformat())


def is_within(scope: Scope, code: str) -> bool:
    """Whether a platform of the directory lies in a scope, though nothing was ever judged of it."""
    place = directory.platform_divisions([code]).get(code)
    return (
        scope.division_path is not None and place is not None and place.path.startswith(scope.division_path)
    )


def months(scope: Scope, *, first: date, end: date) -> list[MonthRow]:
    """The month of every source within a scope, the worst first, those without a score last.

    Days from `first` to the one before `end`.
    """
    rows = _rows(
        _within(scope).filter(newest=True, day__gte=first, day__lt=end).order_by("day"), samples=False
    )
    return _months(rows, first, _broken([row.id for row in rows]))


def last_month_of(division_id: int, *, before: date) -> Asked[list[MonthRow]]:
    """The month before a day of the sources of a division itself, not of those below, for everybody; no rules."""
    end = before.replace(day=1)
    first = (end - timedelta(days=1)).replace(day=1)
    return Asked(
        _LAST_MONTH,
        lambda rows: _months([_card(row, {}) for row in rows], first, {}),
        {"division": division_id, "first": first, "end": end},
    )


def _months(
    rows: Sequence[CardRow], first: date, broken: Mapping[str, tuple[tuple[str, int, int], ...]]
) -> list[MonthRow]:
    """The cards of a month put together by source, the worst first."""
    by_source: dict[str, list[CardRow]] = {}
    for row in rows:
        by_source.setdefault(row.source, []).append(row)
    found = []
    for code, days in by_source.items():
        parts = month_parts((one.sent, one.parts) for one in days)
        points = score(parts)
        busy = [one for one in days if rows_of(one.sent)]
        reconciled = sum(one.parts.reconciliation is not None for one in busy)
        found.append(
            MonthRow(
                source=code,
                source_name=days[-1].source_name,
                division_name=days[-1].division_name,
                month=first,
                days=len(days),
                busy=len(busy),
                reconciled=reconciled,
                rows=sum(rows_of(one.sent) for one in days),
                parts=parts,
                score=points,
                grade=grade(points, reconciled=reconciled == len(busy)),
                latest=days[-1].day,
                daily=tuple((one.day, one.score, one.grade) for one in days),
                broken=broken.get(code, ()),
            )
        )
    return sorted(found, key=lambda one: (one.score is None, one.score, one.source))


def _broken(card_ids: Sequence[UUID]) -> dict[str, tuple[tuple[str, int, int], ...]]:
    """By source the rules that cards found broken, with rows and days, those with the most rows first."""
    rows = QualityFinding.objects.filter(card_id__in=card_ids).values("card__platform__code", "rule")
    found: dict[str, tuple[tuple[str, int, int], ...]] = {}
    for row in rows.annotate(n=Sum("failing"), days=Count("card")).order_by("-n", "rule"):
        code = row["card__platform__code"]
        found[code] = (*found.get(code, ()), (row["rule"], row["n"], row["days"]))
    return found


def days_withheld(*, before: date) -> set[date]:
    """Days on which a source broke a rule that withholds figures, and still does as far as is known."""
    rows = WithheldFigure.objects.filter(lifted_at__isnull=True, first_day__lt=before).exclude(source="")
    return set(rows.values_list("first_day", flat=True))


def days_differing(since: datetime, *, before: date) -> set[date]:
    """Days before another of which a difference was found, gone or explained since a moment, however long ago they were.

    Days are compared by when things happened, and cards made by when they came.
    """
    moved = Q(compared_at__gte=since) | Q(settled_at__gte=since)
    rows = Reconciliation.objects.filter(moved, differed_at__isnull=False, day__lt=before)
    return set(rows.values_list("day", flat=True))


def figures_to_explain(by: Actor) -> list[FigureRow]:
    """The figures that do not add up of sources within the actor's divisions, those that are due first."""
    path = by.scope.division_path
    if path is None:
        return []
    low, high = path_range(path)
    with connection.cursor() as cursor:
        cursor.execute(_TO_EXPLAIN, {"low": low, "high": high})
        return [FigureRow(*row) for row in cursor.fetchall()]


def withheld(period: Period) -> list[HeldPlace]:
    """What is withheld in a period, or is to be unless its source explains, wherever it lies; hardly ever anything."""
    return asked_withheld(period).answer


def asked_withheld(period: Period) -> Asked[list[HeldPlace]]:
    """The same, to be asked together with others."""
    days = {"start": period.start, "end": period.end}
    return Asked(_WITHHELD, lambda rows: [HeldPlace(*row) for row in rows], days)


def grades(since: date, *, limit: int) -> list[SourceGrade]:
    """The newest grade of each source that has one since a day, by the division's code; so many sources at most."""
    newest = (
        QualityCard.objects.filter(newest=True, score__isnull=False, day__gte=since)
        .order_by("division__code", "platform__code", "-day")
        .distinct("division__code", "platform__code")
    )
    rows = newest.values_list("platform__name", "division__name", "day", "score", "grade")[:limit]
    return [
        SourceGrade(name, place, day, score / _HUNDRED, Grade(grade))
        for name, place, day, score, grade in rows
        if score is not None
    ]


def _within(scope: Scope) -> QuerySet[QualityCard]:
    """What the office of a division sees: its own sources and those below. An agency judges no source."""
    if scope.division_path is None:
        return QualityCard.objects.none()
    if not scope.division_path:
        return QualityCard.objects.all()
    low, high = path_range(scope.division_path)
    return QualityCard.objects.filter(Q(division__path__gte=low, division__path__lt=high))


def _rows(cards: QuerySet[QualityCard], *, samples: bool = True) -> list[CardRow]:
    found = list(cards.values_list(*_CARD, *_SENT, *_SHARES))
    findings = _findings([row[0] for row in found]) if samples else {}
    return [_card(row, findings) for row in found]


def _card(row: Sequence[Any], findings: Mapping[UUID, Sequence[Finding]]) -> CardRow:
    """A card of the columns `_CARD`, `_SENT` and `_SHARES`."""
    id_, newest, source, source_name, division_name, day, judged_at, points, letter, platform_id, *rest = row
    return CardRow(
        id=id_,
        newest=newest,
        source=source,
        source_name=source_name,
        division_name=division_name,
        day=day,
        judged_at=judged_at,
        sent=Sent(platform_id, day, *rest[: len(_SENT)]),
        parts=Parts(*map(_share, rest[len(_SENT) :])),  # type: ignore[arg-type]
        score=None if points is None else points / _HUNDRED,
        grade=Grade(letter) if letter else None,
        findings=tuple(findings.get(id_, ())),
    )


def _share(millionths: int | None) -> float | None:
    return None if millionths is None else millionths / _MILLION


def _findings(card_ids: Iterable[UUID]) -> dict[UUID, list[Finding]]:
    found: dict[UUID, list[Finding]] = {}
    rows = QualityFinding.objects.filter(card_id__in=list(card_ids)).order_by("-failing", "rule")
    for row in rows:
        samples = tuple(Sample(*one) for one in row.samples)
        found.setdefault(row.card_id, []).append(Finding(row.rule, row.failing, samples))
    return found
