"""`/account/clients/`: programs with keys, the division each speaks for, and who gave or took the key."""

from __future__ import annotations

from typing import TYPE_CHECKING
from urllib.parse import urlencode

from django.contrib import messages
from django.http import Http404
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from haochaping.accounts import actions, queries
from haochaping.accounts.access import check_scope
from haochaping.accounts.terms import Power
from haochaping.doors.confirmation import Fresh
from haochaping.doors.console.forms import ClientForm
from haochaping.doors.console.who import deeds, trail
from haochaping.doors.desk import INVALID, desk_page, refusable, see_other, sent, told
from haochaping.doors.gate import actor_of, requires
from haochaping.doors.paging import page_number
from haochaping.kernel.refused import N_, Refused
from haochaping.kernel.text import has_forbidden_control
from haochaping.ui.shapes import Column, Link

if TYPE_CHECKING:
    from django.http import HttpRequest, HttpResponse

    from haochaping.accounts.terms import ClientRow

_ON_PAGE = 50
_HERE = "account_clients"


@requires(Power.CLIENT_MANAGE, fresh=Fresh.TO_CHANGE)
@require_http_methods(["GET", "HEAD", "POST"])
@refusable
def everyone(request: HttpRequest) -> HttpResponse:
    """The clients within the asker's remit; a POST makes one, and its answer shows the key this once."""
    by, form = actor_of(request), ClientForm(sent(request))
    status, key = (INVALID if form.errors else 200), ""
    if request.method == "POST" and form.is_valid():
        typed = form.cleaned_data
        try:
            _, key = actions.create_client(
                name=typed["name"], division_code=typed["division"], by=by, now=timezone.now()
            )
        except Refused as refused:
            status = told(form, refused)
        else:
            form = ClientForm()
    number = page_number(request.GET.get("page", ""))
    wanted = "".join(c for c in request.GET.get("q", "").strip()[:40] if not has_forbidden_control(c))
    rows = queries.clients_of(by, words=wanted, limit=_ON_PAGE + 1, offset=(number - 1) * _ON_PAGE)
    kept = {"q": wanted} if wanted else {}
    titles = (N_("Name"), N_("Division"), N_("Beginning of the key"), N_("Active"))
    context = {
        "form": form,
        "key": key,
        "columns": [Column(title) for title in map(gettext, titles)],
        "rows": [_line(row) for row in rows[:_ON_PAGE]],
        "wanted": wanted,
        "previous": f"?{urlencode(kept | {'page': number - 1})}" if number > 1 else "",
        "next": f"?{urlencode(kept | {'page': number + 1})}" if len(rows) > _ON_PAGE else "",
    }
    return desk_page(request, "console/clients.html", context, here=_HERE, status=status)


def _line(row: ClientRow) -> list[str | Link]:
    href = reverse("account_client", args=[row.id])
    active = gettext("Yes") if row.active else gettext("No")
    return [Link(row.name, href), row.division_code, f"{row.key_prefix}…", active]


@requires(Power.CLIENT_MANAGE, fresh=Fresh.TO_CHANGE)
@require_safe
@refusable
def page(request: HttpRequest, client_id: int) -> HttpResponse:
    """One client: what it may write for, and who changed it when."""
    client = queries.client(client_id)
    if client is None:
        raise Http404
    check_scope(actor_of(request), division_path=client.division_path)
    entries = deeds(subject=("client", str(client_id)))
    context = {"client": client, "trail": trail(entries)}
    return desk_page(request, "console/client.html", context, here=_HERE)


@requires(Power.CLIENT_MANAGE, fresh=Fresh.TO_CHANGE)
@require_POST
@refusable
def revoke(request: HttpRequest, client_id: int) -> HttpResponse:
    """Make the key worthless."""
    actions.revoke_client(client_id=client_id, by=actor_of(request), now=timezone.now())
    messages.success(request, gettext("The key is worth nothing from the next request on."))
    return see_other(reverse("account_client", args=[client_id]))
