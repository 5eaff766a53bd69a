"""`/account/sessions`: where one is logged in, and logging out elsewhere."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.contrib import messages
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST, require_safe

from haochaping.accounts import actions, queries
from haochaping.doors.confirmation import Fresh
from haochaping.doors.desk import desk_page, see_other
from haochaping.doors.gate import actor_of, requires
from haochaping.kernel.refused import Refused
from haochaping.ui.sentences import say

if TYPE_CHECKING:
    from django.http import HttpRequest, HttpResponse


@requires()
@require_safe
def page(request: HttpRequest) -> HttpResponse:
    """One's own sessions, the present one marked."""
    rows = queries.sessions_of(int(actor_of(request).id), now=timezone.now())
    context = {"rows": rows, "here": request.session.session_key}
    return desk_page(request, "console/sessions.html", context, here="account_sessions")


@requires(fresh=Fresh.TO_CHANGE)
@require_POST
def end(request: HttpRequest) -> HttpResponse:
    """End one of one's own sessions, or all of them with the present one."""
    by, typed = actor_of(request), request.POST.get("session", "")
    chosen = int(typed) if typed.isascii() and typed.isdecimal() else None
    try:
        count = actions.end_sessions(user_id=int(by.id), session_id=chosen, by=by, now=timezone.now())
    except Refused as refused:
        messages.warning(request, say(refused.complaint).text)
    else:
        messages.success(
            request, ngettext("{n} session was ended.", "{n} sessions were ended.", count).format(n=count)
        )
    return see_other(reverse("account_sessions"))
