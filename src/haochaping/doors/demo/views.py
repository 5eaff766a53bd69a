"""The demo's own pages: a walk through one review, the phone that receives messages, a case to begin with."""

from __future__ import annotations

import re
from datetime import timedelta
from typing import TYPE_CHECKING
from urllib.parse import urlencode

from django.conf import settings
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.html import format_html, format_html_join
from django.utils.safestring import mark_safe
from django.views.decorators.http import require_GET, require_POST

from haochaping.doors.demo import names
from haochaping.doors.demo.province import a_case
from haochaping.doors.demo.welcome import demo_accounts
from haochaping.doors.gate import public
from haochaping.doors.paging import page_number
from haochaping.exchange.terms import Raw
from haochaping.flows.invite import invite_case
from haochaping.flows.take_in_cases import take_in_cases
from haochaping.kernel.actor import OPERATOR
from haochaping.kernel.text import visible
from haochaping.notices import queries as notices
from haochaping.reviews import queries as reviews
from haochaping.reviews.terms import Entrance
from haochaping.ui.qr import svg

if TYPE_CHECKING:
    from django.http import HttpRequest, HttpResponse
    from django.utils.safestring import SafeString

_INVITATIONS = 3
_MESSAGES = 50
_ADDRESS = re.compile(r"(https?://[\w.:/?=&%-]+)", re.ASCII)


@public
@require_GET
def walk(request: HttpRequest) -> HttpResponse:
    """The walk-through: invitations that wait for an answer, accounts with their present codes, where to look."""
    links = [f"{settings.SITE_URL}/r/{token}" for _, token in reviews.unanswered_tokens(_INVITATIONS)]
    now = timezone.now()
    context = {
        "links": links,
        # The SVG is made by us from an address of ours.
        "qr": mark_safe(svg(f"{links[0]}?via=qr")) if links else "",  # noqa: S308
        "accounts": demo_accounts(now),
        "province": names.PROVINCE,
        "now": now,
    }
    return render(request, "demo/walk.html", context)


@public
@require_GET
def phone(request: HttpRequest) -> HttpResponse:
    """The messages that a gateway would have sent, numbers masked: all, or those sought; newest first, by the page."""
    sought, number = visible(request.GET.get("q", "").strip()), page_number(request.GET.get("page", ""))
    found = notices.demo_messages(sought, limit=_MESSAGES + 1, offset=(number - 1) * _MESSAGES)
    query = {"q": sought} if sought else {}
    context = {
        "messages_sent": [(row, _with_links(row.text)) for row in found[:_MESSAGES]],
        "q": sought,
        "page": number,
        "previous": f"?{urlencode(query | {'page': number - 1})}" if number > 1 else "",
        "next": f"?{urlencode(query | {'page': number + 1})}" if len(found) > _MESSAGES else "",
    }
    return render(request, "demo/phone.html", context)


def _with_links(text: str) -> SafeString:
    """A message with its addresses to be followed, which stand in Chinese text without a space before them."""
    parts = _ADDRESS.split(text)
    return format_html_join(
        "",
        "{}",
        ((format_html('<a href="{0}">{0}</a>', part) if n % 2 else part,) for n, part in enumerate(parts)),
    )


@public
@require_POST
def new_case(_request: HttpRequest) -> HttpResponse:
    """Let one more case arrive and be completed, and go to its invitation."""
    now = timezone.now()
    case = a_case(now - timedelta(minutes=5))
    take_in_cases([Raw(case)], entrance=Entrance.CLIENT, by=OPERATOR, now=now)
    return redirect(invite_case(str(case["source"]), str(case["case_no"]), by=OPERATOR, now=now)[-1])
