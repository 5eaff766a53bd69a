"""What figures count, and what stands in a row behind one: orders, voices, reviews, services, cases."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from django.urls import reverse
from django.utils.translation import gettext

from haochaping.cases.terms import STAGE_LABELS, Stage
from haochaping.cases.terms import STATUS_LABELS as CASE_STATES
from haochaping.directory import queries as directory
from haochaping.directory.terms import Kind
from haochaping.insight import row_queries
from haochaping.insight.rules.totals import BY_CASE, BY_COMPLETION, BY_ORDER, BY_REVIEW, BY_SERVICE, BY_VOICE
from haochaping.kernel.masking import masked_number
from haochaping.kernel.refused import N_
from haochaping.rectification import queries as orders
from haochaping.rectification.terms import STATE_LABELS
from haochaping.reviews.terms import LEVEL_LABELS, PROVENANCE_LABELS, Level, Provenance, ReviewStatus
from haochaping.reviews.terms import STATE_LABELS as REVIEW_STATES
from haochaping.voices.terms import KIND_LABELS
from haochaping.voices.terms import STATE_LABELS as VOICE_STATES

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime
    from uuid import UUID

    from haochaping.insight.terms import Behind

type Rows = list[tuple[Any, int]]


@dataclass(frozen=True, slots=True)
class Subject:
    """What a figure counts, in words, where its rows come from, and what stands in each: in a file the id first."""

    caption: str
    number: str
    columns: tuple[str, ...]
    behind: Callable[..., Behind[Any]]
    said: Callable[[Rows], list[Row]]


@dataclass(frozen=True, slots=True)
class Row:
    """A row behind a figure: what it is about and where that leads, what stands in its columns, how much it adds."""

    id: UUID
    title: str
    below: str
    href: str
    at: datetime
    said: tuple[str, ...]
    above: int


def _of_orders(rows: Rows) -> list[Row]:
    return [
        Row(
            one.id,
            one.item_name,
            one.agency_name,
            reverse("desk_order", args=[one.id]),
            one.created_at,
            (gettext(STATE_LABELS[one.state]),),
            above,
        )
        for one, above in rows
    ]


def _of_voices(rows: Rows) -> list[Row]:
    return [
        Row(
            one.id,
            one.item_name or one.agency_name,
            one.agency_name if one.item_name else "",
            reverse("desk_voice", args=[one.id]),
            one.received_at,
            (gettext(KIND_LABELS[one.kind]), gettext(VOICE_STATES[one.state])),
            above,
        )
        for one, above in rows
    ]


def _of_reviews(rows: Rows) -> list[Row]:
    # The order of a bad one is where it can be read; a good one is read where it is published.
    bad = orders.orders_of_reviews(one.id for one, _ in rows)
    return [
        Row(
            one.id,
            *names,
            reverse("desk_order", args=[bad[one.id].id]) if one.id in bad else "",
            one.assessed_at,
            (
                gettext(LEVEL_LABELS[Level(one.level)]),
                gettext(PROVENANCE_LABELS[Provenance(one.provenance)]),
                gettext(REVIEW_STATES[ReviewStatus(one.status)]),
            ),
            above,
        )
        for (one, above), names in zip(rows, _names(rows), strict=True)
    ]


def _of_services(rows: Rows) -> list[Row]:
    return [
        Row(
            one.id,
            *names,
            "",
            one.at,
            (masked_number(one.case_no), gettext(STAGE_LABELS[Stage(one.stage)])),
            above,
        )
        for (one, above), names in zip(rows, _names(rows), strict=True)
    ]


def _of_cases(rows: Rows) -> list[Row]:
    return [
        Row(
            one.id,
            *names,
            "",
            one.told,
            (masked_number(one.case_no), gettext(CASE_STATES[one.status])),
            above,
        )
        for (one, above), names in zip(rows, _names(rows), strict=True)
    ]


def _names(rows: Rows) -> list[tuple[str, str]]:
    """Item and agency of each row, in words."""
    items = directory.refs(Kind.ITEMS, [one.item_id for one, _ in rows])
    agencies = directory.agency_names(one.agency_id for one, _ in rows)
    return [
        (items[one.item_id].name if one.item_id in items else "", agencies.get(one.agency_id, ""))
        for one, _ in rows
    ]


def heading(subject: Subject) -> tuple[str, ...]:
    """The columns of a file of its rows."""
    return subject.number, *_ABOUT, *subject.columns, _ABOVE


_ABOVE = N_("Counts above the line")
_ABOUT = (N_("Item"), N_("Agency"), N_("On"))
SUBJECTS = {
    BY_ORDER: Subject(
        N_("Work orders, the newest first"),
        N_("Order"),
        (N_("State"),),
        row_queries.orders_behind,
        _of_orders,
    ),
    BY_VOICE: Subject(
        N_("Complaints, suggestions and questions, the newest first"),
        N_("Complaint, suggestion or question"),
        (N_("Kind"), N_("State")),
        row_queries.voices_behind,
        _of_voices,
    ),
    BY_REVIEW: Subject(
        N_("Reviews, the newest first"),
        N_("Review"),
        (N_("Level"), N_("How it came"), N_("State")),
        row_queries.reviews_behind,
        _of_reviews,
    ),
    BY_SERVICE: Subject(
        N_("Services, the newest first"),
        N_("Service given"),
        (N_("Case number"), N_("Stage")),
        row_queries.services_behind,
        _of_services,
    ),
    BY_CASE: Subject(
        N_("Cases, the newest first"),
        N_("Case"),
        (N_("Case number"), N_("State")),
        row_queries.cases_behind,
        _of_cases,
    ),
    BY_COMPLETION: Subject(
        N_("Cases, the newest first"),
        N_("Case"),
        (N_("Case number"), N_("State")),
        row_queries.completed_behind,
        _of_cases,
    ),
}
