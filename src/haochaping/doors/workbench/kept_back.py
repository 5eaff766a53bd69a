"""`/desk/releases/kept-back`: texts that were held back or taken down; a publisher proposes to publish one after all."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.contrib import messages
from django.http import Http404
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext
from django.views.decorators.http import require_POST, require_safe

from haochaping.accounts.terms import Power
from haochaping.doors.confirmation import Fresh
from haochaping.doors.desk import desk_page, refusable, see_other
from haochaping.doors.gate import actor_of, requires
from haochaping.doors.paging import page_number
from haochaping.doors.workbench.releases import card, note_read, said_of_ground
from haochaping.kernel.refused import N_
from haochaping.publicity import actions as publicity
from haochaping.publicity import queries
from haochaping.publicity.terms import Decision, Part, Wanted

if TYPE_CHECKING:
    from uuid import UUID

    from django.http import HttpRequest, HttpResponse

_ON_PAGE = 20
_DECIDED = {Decision.HELD: N_("held back"), Decision.TAKEN_DOWN: N_("taken down")}


@requires(Power.PUBLICATION_RELEASE)
@require_safe
@refusable
def page(request: HttpRequest) -> HttpResponse:
    """The texts of one's division that two publishers keep from the public, the newest decisions first."""
    number = page_number(request.GET.get("page", ""))
    found = queries.kept_back(actor_of(request), limit=_ON_PAGE + 1, offset=(number - 1) * _ON_PAGE)
    note_read(request, found[:_ON_PAGE])
    context = {
        "rows": [
            card(one, f"{one.review_id}-{one.part}", one.redacted)
            | {"decision": gettext(_DECIDED[one.decision]), "on_ground": said_of_ground(one.ground)}
            for one in found[:_ON_PAGE]
        ],
        "previous": f"?page={number - 1}" if number > 1 else "",
        "next": f"?page={number + 1}" if len(found) > _ON_PAGE else "",
    }
    return desk_page(request, "workbench/kept_back.html", context, here="desk_releases")


@requires(Power.PUBLICATION_RELEASE, fresh=Fresh.TO_CHANGE)
@require_POST
@refusable
def restore(request: HttpRequest, review_id: UUID, part: str) -> HttpResponse:
    """Propose to publish one text after all."""
    if part not in set(Part):
        raise Http404
    wanted = Wanted(review_id, Part(part), Decision.RESTORED)
    publicity.propose([wanted], by=actor_of(request), now=timezone.now())
    messages.success(request, gettext("Proposed; it holds once a second person confirms it."))
    return see_other(reverse("desk_releases"))
