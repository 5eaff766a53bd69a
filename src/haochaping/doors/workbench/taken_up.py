"""`/desk/voices/reviews/`: what a complaint or suggestion hides in a review of three to five stars is taken up from it."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from django.contrib import messages
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext
from django.views.decorators.http import require_http_methods, require_safe

from haochaping.accounts.access import check_power
from haochaping.accounts.terms import Power
from haochaping.directory import queries as directory
from haochaping.directory.terms import Kind
from haochaping.doors.desk import INVALID, desk_page, refusable, see_other, told
from haochaping.doors.gate import actor_of, leave_note, requires
from haochaping.doors.paging import page_number
from haochaping.doors.workbench.voice_forms import TakeUpForm
from haochaping.doors.workbench.words import excerpt
from haochaping.flows import handle_voices
from haochaping.kernel.refused import Refused
from haochaping.ledger.terms import EntryKind
from haochaping.publicity.rules import for_handlers
from haochaping.reviews import queries as reviews
from haochaping.voices import queries

if TYPE_CHECKING:
    from uuid import UUID

    from django.http import HttpRequest, HttpResponse

    from haochaping.reviews.terms import ReviewRow

_ON_PAGE = 30
_LOOKED_BACK = timedelta(days=30)


@requires(Power.ORDER_HANDLE, Power.ORDER_DISPATCH)
@require_safe
@refusable
def page(request: HttpRequest) -> HttpResponse:
    """Good reviews with words of the last thirty days in one's remit, the newest first."""
    by, number = actor_of(request), page_number(request.GET.get("page", ""))
    check_power(by, Power.REVIEW_VIEW_TEXT)
    found = reviews.good_with_words(
        by.scope,
        since=timezone.now() - _LOOKED_BACK,
        limit=_ON_PAGE + 1,
        offset=(number - 1) * _ON_PAGE,
    )
    shown = found[:_ON_PAGE]
    taken = queries.taken_up(review.id for review in shown)
    items = directory.refs(Kind.ITEMS, (review.item_id for review in shown))
    context = {
        "lines": [
            {
                "review": review,
                "item": items[review.item_id].name,
                "words": excerpt(for_handlers(review.comment_text)),
                "taken": review.id in taken,
            }
            for review in shown
        ],
        "page": number,
        "previous": f"?page={number - 1}" if number > 1 else "",
        "next": f"?page={number + 1}" if len(found) > _ON_PAGE else "",
    }
    return desk_page(request, "workbench/good_reviews.html", context, here="desk_voices")


@requires(Power.ORDER_HANDLE, Power.ORDER_DISPATCH)
@require_http_methods(["GET", "HEAD", "POST"])
@refusable
def one(request: HttpRequest, review_id: UUID) -> HttpResponse:
    """The words of one review, and the form that takes something up from them."""
    by = actor_of(request)
    review = handle_voices.good_review(review_id, by=by)
    if request.method != "POST":
        return _page(request, review, TakeUpForm())
    form = TakeUpForm(request.POST)
    if not form.is_valid():
        return _page(request, review, form, INVALID)
    try:
        made = handle_voices.take_up_from_review(review_id, **form.cleaned_data, by=by, now=timezone.now())
    except Refused as refused:
        return _page(request, review, form, told(form, refused))
    messages.success(request, gettext("It is taken up, and waits to be transferred."))
    return see_other(reverse("desk_voice", args=[made]))


def _page(request: HttpRequest, review: ReviewRow, form: TakeUpForm, status: int = 200) -> HttpResponse:
    leave_note(request, EntryKind.PERSONAL_DATA_READ, "review", str(review.id))
    context = {
        "review": review,
        "item": directory.item_by_id(review.item_id).name,
        "words": for_handlers(review.comment_text),
        "form": form,
        "taken": bool(queries.taken_up([review.id])),
    }
    return desk_page(request, "workbench/good_review.html", context, here="desk_voices", status=status)
