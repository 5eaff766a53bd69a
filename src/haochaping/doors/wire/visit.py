"""未签名来访: the one question of a short visit, begun by an evaluator's address or by a call that nobody signed."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Any, cast

from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone

from haochaping.cases import queries as cases
from haochaping.directory import match_queries as matches
from haochaping.directory import queries as directory
from haochaping.doors.gate import public
from haochaping.doors.private_page import private_page, see_other
from haochaping.doors.way_in import channel_of
from haochaping.exchange import queries as exchange
from haochaping.flows.open_visit import answer_visit, will_wait
from haochaping.flows.review_window import check_standing
from haochaping.kernel.actor import REVIEWER
from haochaping.kernel.identifiers import normal_receipt_no
from haochaping.kernel.masking import end_of_number
from haochaping.kernel.periods import BEIJING, local_day
from haochaping.kernel.refused import Complaint, Refused
from haochaping.reviews import queries as reviews
from haochaping.reviews.terms import CHANGE_WINDOW_OVER, LEVEL_OUT_OF_RANGE
from haochaping.rulebook import queries as rulebook
from haochaping.ui.sentences import say

if TYPE_CHECKING:
    from collections.abc import Mapping

    from django.http import HttpRequest, HttpResponse

    from haochaping.directory.terms import AgencyRef, ItemRef

_MINUTE = 60


@public
@private_page
def visit(request: HttpRequest, token: str) -> HttpResponse:
    """The one question; once answered, the same address leads to one's own review."""
    receipt = normal_receipt_no(token) or token
    if request.method == "POST":
        return _tap(request, receipt)
    if _is_answered(receipt):
        return see_other(reverse("status", args=[receipt]))
    return _question(request, receipt)


def _tap(request: HttpRequest, receipt: str) -> HttpResponse:
    try:
        answered = answer_visit(
            receipt,
            request.POST.get("level", ""),
            channel=channel_of(request),
            by=REVIEWER,
            now=timezone.now(),
        )
    except Refused as refused:
        if refused.code == LEVEL_OUT_OF_RANGE.code and not _is_answered(receipt):
            return _question(request, receipt, refused.complaint)
        if refused.code != CHANGE_WINDOW_OVER.code:
            raise
        answered = receipt
    return see_other(reverse("status", args=[answered]))


def _is_answered(receipt: str) -> bool:
    if exchange.by_receipt(receipt) is not None:
        return True
    try:
        reviews.review_by_receipt(receipt)
    except Refused:
        return False
    return True


def _question(request: HttpRequest, token: str, complaint: Complaint | None = None) -> HttpResponse:
    _, told, _ = exchange.visit(token, now=timezone.now())
    case: Any = told["case"]
    items = matches.items_meant([(str(case["source"]), str(case["item"]))])
    agencies = directory.agencies([str(case["agency"])])
    shown = _shown(case, told, items, agencies)
    number = cast("int", told["occurrence_no"])
    binding = cases.bind([(str(case["source"]), str(case["case_no"]), number)])[0]
    given = reviews.review_of_occurrence(binding.occurrence_id) if binding else None
    waits = binding is None and will_wait(told, is_named=bool(items and agencies))
    kept = exchange.waiting_of_visits(str(case["source"]), str(case["case_no"]), number) if waits else None
    if given_at := given.received_at if given else kept:
        context = {"case": shown, "given_at": given_at, "waits": waits}
        return render(request, "portal/reviewed.html", context)
    if binding:
        check_standing(binding)
    context = {
        "case": shown,
        "minutes": 0 if waits else _minutes(str(case["division"])),
        "waits": waits,
        "sentences": [say(complaint)] if complaint else [],
    }
    return render(request, "portal/question.html", context, status=422 if complaint else 200)


def _shown(
    case: dict[str, Any],
    told: dict[str, object],
    items: Mapping[tuple[str, str], ItemRef],
    agencies: Mapping[str, AgencyRef],
) -> dict[str, object]:
    """The case as its citizen recognises it: names of the directory where there are any, else those that were told."""
    at = datetime.fromisoformat(str(told["at"])) if told["at"] else None
    return {
        "item": next((item.name for item in items.values()), told["item_name"]),
        "agency": next((agency.name for agency in agencies.values()), told["agency_name"]),
        "hall": "",
        "at": at.replace(tzinfo=BEIJING) if at and at.tzinfo is None else at,
        "number": end_of_number(str(case["case_no"])),
    }


def _minutes(division_code: str) -> int:
    """How long the reviewer may change the rating; 0 while the division is not known."""
    division = directory.division(division_code)
    if division is None:
        return 0
    window = rulebook.terms_for(division.path, local_day(timezone.now())).change_window
    return int(window.total_seconds() // _MINUTE)
