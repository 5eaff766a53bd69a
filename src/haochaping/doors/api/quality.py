"""`GET quality/{day}`, `quality/{day}/rows`, `quality/months/{month}`: what a source is told of its own days and months."""

from __future__ import annotations

from base64 import urlsafe_b64decode, urlsafe_b64encode
from datetime import timedelta
from typing import TYPE_CHECKING

import msgspec
from django.http import HttpResponse
from django.utils import timezone

from haochaping.accounts import queries as accounts
from haochaping.accounts.access import check_power, may
from haochaping.accounts.terms import Power
from haochaping.doors.api import bodies, shapes
from haochaping.doors.api.problems import BAD_CURSOR, answering
from haochaping.doors.gate import machine, set_actor
from haochaping.doors.quality import message_of, remedy_of
from haochaping.doors.reach import set_aside
from haochaping.exchange.fields import shown
from haochaping.exchange.quality import queries
from haochaping.exchange.quality.rules import RULES, corrections
from haochaping.exchange.quality.terms import NO_SUCH_SOURCE, Sample
from haochaping.flows import judge_quality
from haochaping.kernel.periods import BEIJING
from haochaping.kernel.refused import Refused
from haochaping.kernel.text import has_forbidden_control

if TYPE_CHECKING:
    from collections.abc import Sequence

    from django.http import HttpRequest

    from haochaping.exchange.quality.terms import CardRow, MonthRow
    from haochaping.kernel.actor import Scope

_MOST = 1000
_ON_PAGE = 200


@answering("GET", "HEAD")
@machine
def cards(request: HttpRequest, day: str) -> HttpResponse:
    """The newest cards of a day, of the sources of the key's division and below."""
    scope, _ = _asker(request)
    found = queries.said(scope, bodies.day_of(day, "day"), limit=_MOST)
    return _answer(shapes.QualityCards(timezone.now().astimezone(BEIJING), [_card(said) for said in found]))


@answering("GET", "HEAD")
@machine
def rows(request: HttpRequest, day: str) -> HttpResponse:
    """Every row of one source's day that breaks a rule now, page by page: a card shows twenty of them."""
    scope, asked = _asker(request, frozenset({"source", "rule", "cursor"}))
    source, rule = bodies.required(asked, "source"), bodies.required(asked, "rule")
    on, after = bodies.day_of(day, "day"), _after(asked.get("cursor", ""))
    if not queries.is_within(scope, source):
        raise Refused(NO_SUCH_SOURCE, field="source", value=shown(source, 40))
    # Rules look through tables that no key may read, quarantine among them: the rows they find are of this source alone.
    with set_aside():
        found = judge_quality.failing_rows(source, on, shown(rule, 10), after=after, limit=_ON_PAGE + 1)
    told = found[:_ON_PAGE]
    return _answer(
        shapes.QualityRows(
            rows=[shapes.QualitySample(*row) for row in told],
            cursor=_cursor(told[-1]) if len(found) > _ON_PAGE else None,
        )
    )


def _cursor(row: Sample) -> str:
    """Where to read on: the last row that was told."""
    return urlsafe_b64encode(msgspec.json.encode(tuple(row))).decode()


def _after(cursor: str) -> Sample | None:
    if not cursor:
        return None
    try:
        said = msgspec.json.decode(urlsafe_b64decode(cursor.encode()), type=tuple[str, str, str, str])
    except (ValueError, msgspec.MsgspecError):
        said = None
    if said is None or any(map(has_forbidden_control, said)):
        raise Refused(BAD_CURSOR, field="cursor", value=shown(cursor))
    return Sample(*said)


@answering("GET", "HEAD")
@machine
def months(request: HttpRequest, month: str) -> HttpResponse:
    """A month of the sources of the key's division and below: score and parts, its days, the rules that were broken."""
    scope, _ = _asker(request)
    first = bodies.month_of(month)
    found = queries.months(scope, first=first, end=(first + timedelta(days=32)).replace(day=1))
    return _answer(
        shapes.QualityMonths(timezone.now().astimezone(BEIJING), [_month(one) for one in found[:_MOST]])
    )


def _asker(request: HttpRequest, parameters: frozenset[str] = frozenset()) -> tuple[Scope, dict[str, str]]:
    """The scope of whoever has the key, and what the address asks for; raises `Refused`."""
    actor = accounts.actor_of_client(bodies.client_of(request))
    set_actor(request, actor)
    if not may(actor, Power.CASE_IMPORT):
        check_power(actor, Power.REVIEW_IMPORT)
    return actor.scope, bodies.parameters_of(request, parameters)


def _answer(told: shapes.QualityCards | shapes.QualityMonths | shapes.QualityRows) -> HttpResponse:
    body = msgspec.json.encode(told)
    return HttpResponse(body, content_type="application/json", headers={"Cache-Control": "no-store"})


def _month(one: MonthRow) -> shapes.QualityMonth:
    return shapes.QualityMonth(
        source=one.source,
        month=f"{one.month:%Y-%m}",
        score=one.score,
        grade=one.grade,
        **one.parts._asdict(),
        busy=one.busy,
        reconciled=one.reconciled,
        rows=one.rows,
        days=[shapes.QualityDay(*day) for day in one.daily],
        broken=[
            shapes.QualityBroken(rule, message_of(RULES[rule]), failing, days)
            for rule, failing, days in one.broken
        ],
    )


def _card(said: Sequence[CardRow]) -> shapes.QualityCard:
    """The newest card of a source's day, and what was said of it before."""
    card = said[0]
    return shapes.QualityCard(
        source=card.source,
        day=card.day,
        judged_at=card.judged_at.astimezone(BEIJING),
        score=card.score,
        grade=card.grade,
        **card.parts._asdict(),
        reviews=card.sent.reviews,
        cases=card.sent.cases,
        reviews_aside=card.sent.reviews_aside,
        cases_aside=card.sent.cases_aside,
        findings=[
            shapes.QualityFinding(
                rule=one.rule,
                gates=list(RULES[one.rule].gates),
                message=message_of(RULES[one.rule]),
                remedy=remedy_of(RULES[one.rule]),
                failing=one.failing,
                samples=[shapes.QualitySample(*row) for row in one.samples],
            )
            for one in card.findings
        ],
        former=[
            shapes.QualityFormer(one.judged_at.astimezone(BEIJING), one.score, one.grade) for one in said[1:]
        ],
        corrections=[
            shapes.QualityCorrection(
                rule=one.rule,
                found_at=one.found_at.astimezone(BEIJING),
                most=one.most,
                left=one.left,
                corrected_at=one.corrected_at.astimezone(BEIJING) if one.corrected_at else None,
            )
            for one in corrections(said)
        ],
    )
