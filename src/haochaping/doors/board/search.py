"""`/search`: items, agencies, halls and divisions by name or code, everywhere or in one division."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING
from urllib.parse import urlencode

from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext
from django.views.decorators.http import require_safe

from haochaping.directory import queries as directory
from haochaping.directory.search_queries import SHORTEST, found
from haochaping.directory.terms import KIND_LABELS, Kind
from haochaping.doors.board import asked_reviews, selects
from haochaping.doors.board.terms import SEARCH_TOO_SHORT
from haochaping.doors.compression import compressed
from haochaping.doors.gate import public
from haochaping.kernel.periods import local_day
from haochaping.kernel.refused import Complaint
from haochaping.kernel.text import clean, has_forbidden_control
from haochaping.ui.sentences import say
from haochaping.ui.shapes import Link

if TYPE_CHECKING:
    from collections.abc import Mapping

    from django.http import HttpRequest, HttpResponse

    from haochaping.directory.terms import Found

_TYPED = 100
_SHOWN = 20
# What can be rated, and how the list of reviews is asked for it; a hall's reviews are those of its items.
_ASKED_AS = {Kind.ITEMS: "item", Kind.AGENCIES: "agency", Kind.DIVISIONS: "division"}


@dataclass(frozen=True, slots=True)
class Row:
    """Something found: its page, where it lies, and its reviews ("" for none of its own)."""

    link: Link
    lies: str
    reviews: str


@dataclass(frozen=True, slots=True)
class Group:
    """What was found of a kind; `more` when there is more than is shown."""

    kind: str
    label: str
    rows: list[Row]
    more: bool


@public
@require_safe
@compressed
def page(request: HttpRequest) -> HttpResponse:
    """The search, and what it has found when something was asked."""
    asked = asked_reviews.asked(request.GET, local_day(timezone.now()))
    text = clean(request.GET.get("q", "")[:_TYPED])
    text = "" if has_forbidden_control(text) else text
    wrong = list(asked.sentences)
    if text and len(text) < SHORTEST:
        wrong.append(say(Complaint(SEARCH_TOO_SHORT, "q", {"value": text})))
    context = {
        "q": text,
        "division": selects.of_division(asked, [] if asked.division else directory.top_divisions()),
        "sentences": wrong,
        "searched": bool(text) and not wrong,
        "groups": [] if wrong or not text else _groups(text, asked.division.path if asked.division else ""),
    }
    return render(request, "board/search.html", context, status=422 if wrong else 200)


def _groups(text: str, division_path: str) -> list[Group]:
    rows: Mapping[Kind, list[Found]] = found(text, division_path=division_path, limit=_SHOWN + 1)
    return [
        Group(
            kind.value,
            gettext(KIND_LABELS[kind]),
            [_row(kind, one) for one in rows[kind][:_SHOWN]],
            len(rows[kind]) > _SHOWN,
        )
        for kind in rows
        if rows[kind]
    ]


def _row(kind: Kind, one: Found) -> Row:
    named = _ASKED_AS.get(kind)
    if named is None:
        return Row(Link(one.name, reverse("hall", args=[one.code])), one.lies, "")
    reviews = f"{reverse('reviews')}?{urlencode({named: one.code})}"
    return Row(Link(one.name, reverse(named, args=[one.code])), one.lies, reviews)
