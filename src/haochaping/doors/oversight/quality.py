"""`/oversight/quality/`: how good what each source sends is, day by day, and the rules by which it is judged."""

from __future__ import annotations

from datetime import date, timedelta
from typing import TYPE_CHECKING
from uuid import UUID

from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext
from django.views.decorators.http import require_safe

from haochaping.accounts.terms import Power
from haochaping.cases import queries as cases
from haochaping.doors.desk import refusable
from haochaping.doors.gate import actor_of, requires
from haochaping.doors.oversight.page import oversight_page
from haochaping.doors.oversight.quality_words import said_of_row
from haochaping.doors.quality import message_of, remedy_of, said_of_batch, said_of_gates, shares_of
from haochaping.exchange.fields import shown
from haochaping.exchange.manifests import queries as manifests
from haochaping.exchange.manifests.terms import STATE_LABELS
from haochaping.exchange.quality import queries
from haochaping.exchange.quality.rules import RULES, corrections, what_happened
from haochaping.exchange.quality.terms import DIMENSION_LABELS, NO_SUCH_SOURCE
from haochaping.kernel.masking import masked_number
from haochaping.kernel.periods import local_day
from haochaping.kernel.refused import N_, Refused
from haochaping.rectification import queries as orders
from haochaping.reviews.queries import case_numbers_of
from haochaping.ui.shapes import Link

if TYPE_CHECKING:
    from collections.abc import Iterable

    from django.http import HttpRequest, HttpResponse

    from haochaping.exchange.quality.terms import CardRow, Finding
    from haochaping.kernel.actor import Actor

_HERE = "oversight_quality"
_DAYS = 62
_BATCHES = 30
_MONTH = len("2026-06")
KIND_LABELS = {
    "review": N_("Review"),
    "case": N_("Case"),
    "record": N_("Record in quarantine"),
    "batch": N_("Batch"),
    "missing": N_("Number that is missing"),
    "totals": N_("Totals of two sides"),
    "source": N_("The day as a whole"),
}


@requires(Power.ORDER_SUPERVISE)
@require_safe
@refusable
def page(request: HttpRequest) -> HttpResponse:
    """The sources of one's divisions with their month, the worst first."""
    today = local_day(timezone.now())
    first = _month(request.GET.get("month", ""), today)
    end, before = _after(first), (first - timedelta(days=1)).replace(day=1)
    found = queries.months(actor_of(request).scope, first=first, end=end)
    context = {
        "month": first,
        "rows": [{"row": row, "shares": shares_of(row.parts)} for row in found],
        "previous": f"?month={before:%Y-%m}",
        "next": f"?month={end:%Y-%m}" if end <= today else "",
    }
    return oversight_page(request, "oversight/quality.html", context, here=_HERE)


@requires(Power.ORDER_SUPERVISE)
@require_safe
@refusable
def one(request: HttpRequest, source: str) -> HttpResponse:
    """A source: the card of one day, the newest without one, what was said of it before, and its other days."""
    by = actor_of(request)
    days = queries.cards(by.scope, code=source, limit=_DAYS)
    if not days:
        raise Refused(NO_SUCH_SOURCE, field="source", value=shown(source, 40))
    day = _day(request.GET.get("day", ""), days[0].day)
    said = queries.history(source, day, by.scope)
    card = said[0]
    context = {
        "trail": [Link(gettext("Quality of data"), reverse(_HERE)), Link(card.source_name)],
        "card": card,
        "shares": shares_of(card.parts),
        "not_compared": card.parts.reconciliation is None,
        "findings": _findings(card, by),
        "former": said[1:],
        "corrections": [(one, message_of(RULES[one.rule])) for one in corrections(said)],
        "days": days,
        "batches": [
            {"batch": one, "state": gettext(STATE_LABELS[one.state]), "why": said_of_batch(one.code)}
            for one in manifests.batches(source, limit=_BATCHES)
        ],
    }
    return oversight_page(request, "oversight/quality_source.html", context, here=_HERE)


@requires(Power.ORDER_SUPERVISE)
@require_safe
@refusable
def rules(request: HttpRequest) -> HttpResponse:
    """The catalogue of rules, as it lies in its file."""
    context = {
        "trail": [Link(gettext("Quality of data"), reverse(_HERE)), Link(gettext("Rules of data quality"))],
        "rules": [
            {
                "rule": rule,
                "dimension": gettext(DIMENSION_LABELS[rule.dimension]),
                "gate": said_of_gates(rule.gates),
                "message": message_of(rule),
                "remedy": remedy_of(rule),
            }
            for rule in RULES.values()
        ],
    }
    return oversight_page(request, "oversight/quality_rules.html", context, here=_HERE)


def _findings(card: CardRow, by: Actor) -> list[dict[str, object]]:
    """What was found, the most frequent first; a review leads to its work order where the reader may see that."""
    reviews = [UUID(row.id) for one in card.findings for row in one.samples if row.kind == "review"]
    found = orders.orders_of_reviews(reviews) if reviews else {}
    linked = {
        str(review_id): str(order.id)
        for review_id, order in found.items()
        if by.scope.covers(division_path=order.division_path)
    }
    cases_ = [UUID(row.id) for one in card.findings for row in one.samples if row.kind == "case"]
    known = cases.numbers_of(cases_) | case_numbers_of(reviews)
    numbers = {str(pk): masked_number(number) for pk, number in known.items()}
    return [
        {
            "rule": RULES[one.rule],
            "message": message_of(RULES[one.rule]),
            "remedy": remedy_of(RULES[one.rule]),
            "gate": said_of_gates(what_happened(one)),
            "failing": one.failing,
            "samples": list(_samples(one, linked, numbers)),
        }
        for one in card.findings
    ]


def _samples(one: Finding, linked: dict[str, str], numbers: dict[str, str]) -> Iterable[dict[str, str]]:
    for row in one.samples:
        yield {
            "kind": gettext(KIND_LABELS[row.kind]),
            "id": row.id,
            "number": numbers.get(row.id, ""),
            "order": linked.get(row.id, ""),
            "what": said_of_batch(row.value_class) if row.kind == "batch" else said_of_row(row),
        }


def _month(text: str, today: date) -> date:
    """The first day of a month written as 2026-06, of this month for anything else."""
    try:
        return date.fromisoformat(f"{text}-01") if len(text) == _MONTH else today.replace(day=1)
    except ValueError:
        return today.replace(day=1)


def _day(text: str, otherwise: date) -> date:
    try:
        return date.fromisoformat(text) if text else otherwise
    except ValueError:
        return otherwise


def _after(month: date) -> date:
    return (month + timedelta(days=32)).replace(day=1)
