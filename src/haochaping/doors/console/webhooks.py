"""`/account/webhooks/`: where programs of divisions are told of notices, set and taken away by an administrator."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.conf import settings
from django.contrib import messages
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext
from django.views.decorators.http import require_http_methods, require_POST

from haochaping.accounts.terms import Power
from haochaping.doors.confirmation import Fresh
from haochaping.doors.console.webhook_forms import EndpointForm
from haochaping.doors.desk import INVALID, desk_page, refusable, see_other, told
from haochaping.doors.gate import actor_of, requires
from haochaping.kernel.refused import Refused
from haochaping.notices import actions, queries
from haochaping.notices.rules import endpoint_secret

if TYPE_CHECKING:
    from uuid import UUID

    from django.http import HttpRequest, HttpResponse

_HERE = "account_webhooks"


@requires(Power.CLIENT_MANAGE, fresh=Fresh.TO_CHANGE)
@require_http_methods(["GET", "HEAD", "POST"])
@refusable
def everyone(request: HttpRequest) -> HttpResponse:
    """The addresses within the asker's remit; a POST sets one, and its answer shows the secret this once."""
    by, form = actor_of(request), EndpointForm(request.POST or None)
    status, secret = (INVALID if form.errors else 200), ""
    if request.method == "POST" and form.is_valid():
        typed = form.cleaned_data
        try:
            endpoint_id = actions.set_endpoint(
                division_code=typed["division"],
                url=typed["url"],
                allowed=settings.WEBHOOK_ORIGINS,
                by=by,
                now=timezone.now(),
            )
        except Refused as refused:
            status = told(form, refused)
        else:
            secret, form = endpoint_secret(settings.WEBHOOK_KEY, endpoint_id), EndpointForm()
    rows = [row for row in queries.endpoints() if by.scope.covers(division_path=row.division_path)]
    context = {"form": form, "secret": secret, "rows": rows, "allowed": sorted(settings.WEBHOOK_ORIGINS)}
    return desk_page(request, "console/webhooks.html", context, here=_HERE, status=status)


@requires(Power.CLIENT_MANAGE, fresh=Fresh.TO_CHANGE)
@require_POST
@refusable
def close(request: HttpRequest, endpoint_id: UUID) -> HttpResponse:
    """Tell a program nothing any more."""
    actions.close_endpoint(endpoint_id, by=actor_of(request), now=timezone.now())
    messages.success(request, gettext("Nothing is sent to this address any more."))
    return see_other(reverse(_HERE))
