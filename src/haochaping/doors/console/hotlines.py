"""`/account/hotlines/`: where 12345 systems answer, who leads, set and closed by an administrator."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.conf import settings
from django.contrib import messages
from django.http import Http404
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext
from django.views.decorators.http import require_http_methods, require_POST

from haochaping.accounts.access import check_scope
from haochaping.accounts.terms import Power
from haochaping.doors.away import said_of_line
from haochaping.doors.confirmation import Fresh
from haochaping.doors.console.hotline_forms import HotlineForm
from haochaping.doors.desk import INVALID, desk_page, refusable, see_other, sent, told
from haochaping.doors.gate import actor_of, requires
from haochaping.flows.hotline_out import try_out
from haochaping.hotline import actions, queries
from haochaping.hotline.terms import MASTER_LABELS, ProposedLink
from haochaping.kernel.refused import Refused
from haochaping.notices.rules import endpoint_secret

if TYPE_CHECKING:
    from uuid import UUID

    from django.http import HttpRequest, HttpResponse

    from haochaping.hotline.terms import Link

_HERE = "account_hotlines"


@requires(Power.CLIENT_MANAGE, fresh=Fresh.TO_CHANGE)
@require_http_methods(["GET", "HEAD", "POST"])
@refusable
def everyone(request: HttpRequest) -> HttpResponse:
    """The links within the asker's remit; a POST sets one, and its answer shows the secret this once."""
    by, form = actor_of(request), HotlineForm(sent(request))
    status, secret = (INVALID if form.errors else 200), ""
    if request.method == "POST" and form.is_valid():
        allowed = settings.WEBHOOK_ORIGINS
        try:
            proposed = ProposedLink(**form.cleaned_data)
            link_id = actions.set_link(proposed, allowed=allowed, by=by, now=timezone.now())
        except Refused as refused:
            status = told(form, refused)
        else:
            secret, form = endpoint_secret(settings.WEBHOOK_KEY, link_id), HotlineForm()
    context = {
        "form": form,
        "secret": secret,
        "rows": [_shown(link) for link in queries.links(by)],
        "allowed": sorted(settings.WEBHOOK_ORIGINS),
    }
    return desk_page(request, "console/hotlines.html", context, here=_HERE, status=status)


def _shown(link: Link) -> dict[str, object]:
    events = settings.SITE_URL + reverse("wire_hotline_events", args=[link.id])
    return {"link": link, "master": gettext(MASTER_LABELS[link.master]), "events": events}


@requires(Power.CLIENT_MANAGE, fresh=Fresh.TO_CHANGE)
@require_POST
@refusable
def step(request: HttpRequest, link_id: UUID, step: str) -> HttpResponse:
    """Close a link, or ask whether the other side answers."""
    by, now = actor_of(request), timezone.now()
    if step == "close":
        actions.close_link(link_id, by=by, now=now)
        messages.success(request, gettext("The hotline is not linked any more; its orders go on here."))
    elif step == "test":
        link = queries.link(link_id)
        check_scope(by, division_path=link.division_path)
        if error := try_out(link, now=now):
            messages.error(
                request, gettext("It does not answer as agreed: {error}").format(error=said_of_line(error))
            )
        else:
            messages.success(request, gettext("It answers and takes our signature."))
    else:
        raise Http404
    return see_other(reverse(_HERE))
