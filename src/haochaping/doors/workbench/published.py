"""`/desk/releases/published`: the texts that are public; a publisher proposes to take one down."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from django import forms
from django.contrib import messages
from django.http import Http404
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext, gettext_lazy
from django.views.decorators.http import require_POST, require_safe

from haochaping.accounts.terms import Power
from haochaping.doors.confirmation import Fresh
from haochaping.doors.desk import INVALID, desk_page, refusable, see_other, status_of
from haochaping.doors.gate import actor_of, requires
from haochaping.doors.paging import page_number
from haochaping.doors.workbench.releases import PARTS, grounds, typed_why, week_to_show
from haochaping.kernel.periods import BEIJING
from haochaping.kernel.refused import Refused
from haochaping.publicity import actions as publicity
from haochaping.publicity import queries
from haochaping.publicity.terms import Decision, Part, Wanted
from haochaping.ui.sentences import say

if TYPE_CHECKING:
    from uuid import UUID

    from django.http import HttpRequest, HttpResponse

_ON_PAGE = 20


class UntilForm(forms.Form):
    """From which day of the review on, back in time, as the public page shows it."""

    day = forms.DateField(
        label=gettext_lazy("Reviews up to"),
        required=False,
        widget=forms.DateInput(format="%Y-%m-%d", attrs={"type": "date"}),
    )


@requires(Power.PUBLICATION_RELEASE)
@require_safe
@refusable
def page(request: HttpRequest) -> HttpResponse:
    """The public texts of one's division, of the newest reviews first."""
    return _page(request)


@requires(Power.PUBLICATION_RELEASE, fresh=Fresh.TO_CHANGE)
@require_POST
@refusable
def take_down(request: HttpRequest, review_id: UUID, part: str) -> HttpResponse:
    """Propose to take one text down."""
    if part not in set(Part):
        raise Http404
    reason, ground = typed_why(request)
    wanted = Wanted(review_id, Part(part), Decision.TAKEN_DOWN, reason, ground)
    try:
        publicity.propose([wanted], by=actor_of(request), now=timezone.now())
    except Refused as refused:
        return _page(request, refused)
    messages.success(request, gettext("Proposed; the text stays public until a second person confirms it."))
    return see_other(reverse("desk_releases"))


def _page(request: HttpRequest, refused: Refused | None = None) -> HttpResponse:
    form = UntilForm(request.GET or None)
    day = form.cleaned_data["day"] if form.is_valid() else None
    until = datetime.combine(day + timedelta(days=1), datetime.min.time(), BEIJING) if day else None
    number = page_number(request.GET.get("page", ""))
    found = queries.released(
        actor_of(request), until=until, limit=_ON_PAGE + 1, offset=(number - 1) * _ON_PAGE
    )
    asked = f"&day={day}" if day else ""
    context = {
        "form": form,
        "grounds": grounds(),
        "rows": [
            {
                "found": one,
                "key": f"{one.review_id}-{one.part}",
                "part": gettext(PARTS[one.part]),
                "sentence": None,
                "reason": "",
                "week": week_to_show(one.part, one.written_at),
            }
            for one in found[:_ON_PAGE]
        ],
        "page": number,
        "previous": f"?page={number - 1}{asked}" if number > 1 else "",
        "next": f"?page={number + 1}{asked}" if len(found) > _ON_PAGE else "",
        "sentence": say(refused.complaint) if refused else None,
    }
    status = status_of(refused.complaint) if refused else INVALID if form.errors else 200
    return desk_page(request, "workbench/published.html", context, here="desk_releases", status=status)
