"""`/oversight/exchange/`: how it stands with the installations above and below, and the orders that are handled below."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.utils import timezone
from django.utils.translation import gettext
from django.views.decorators.http import require_safe

from haochaping.accounts.terms import Power
from haochaping.doors.desk import refusable
from haochaping.doors.gate import actor_of, requires
from haochaping.doors.oversight.page import oversight_page
from haochaping.doors.paging import page_number
from haochaping.doors.supervised import ON_PAGE, pager
from haochaping.exchange.reconciliation.terms import KIND_LABELS
from haochaping.kernel.masking import masked_number
from haochaping.levels import queries
from haochaping.levels.rules import filled
from haochaping.levels.terms import InState
from haochaping.rectification.terms import SOLVED_LABELS, STATE_LABELS, Solved

if TYPE_CHECKING:
    from django.http import HttpRequest, HttpResponse

    from haochaping.levels.terms import InBatch, Peer, PeerState, ReturnedRow, ToldDay

_RETURNED, _ARRIVED = 50, 30


@requires(Power.ORDER_SUPERVISE)
@require_safe
@refusable
def page(request: HttpRequest) -> HttpResponse:
    """The other installations, what waits and what is missing, what came back, what was not taken."""
    by, now = actor_of(request), timezone.now()
    context = {
        "peers": [_shown(one) for one in queries.states(by, now=now)],
        "returned": [_returned(row) for row in queries.returned(by, limit=_RETURNED)],
        "days": [_day(one) for one in queries.told_days(by, differing=True, limit=_ARRIVED)],
        "arrived": [_arrived(*one) for one in queries.arrivals(by, refused=True, limit=_ARRIVED)],
    }
    return oversight_page(request, "oversight/exchange.html", context, here="oversight_exchange")


def _shown(one: PeerState) -> dict[str, object]:
    ills = {
        gettext("silent for more than a day"): one.silent,
        gettext("batches missing: {gaps}").format(gaps=", ".join(map(str, one.gaps[:10]))): one.gaps,
        gettext("the receiver fails at batches {failing}").format(
            failing=", ".join(map(str, one.failing[:10]))
        ): one.failing,
        gettext("{n} batches refused there").format(n=one.rejected): one.rejected,
        gettext("{n} cases came back").format(n=one.returned): one.returned,
        gettext("{n} cases of its last day were sent back from here").format(
            n=one.given_back
        ): one.given_back,
    }
    return {
        "state": one,
        "peer": one.peer,
        "ills": [text for text, holds in ills.items() if holds] + _numbers(one),
    }


def _numbers(one: PeerState) -> list[str]:
    """Why batches of ours were refused there, and from which number to go on; theirs have a table of their own."""
    told = [
        gettext("batch {seq} was refused there: {why}").format(
            seq=batch.seq, why=filled(gettext(batch.message), batch.params) if batch.message else batch.code
        )
        for batch in one.refusals
        if one.peer.sends
    ]
    if one.go_on_with:
        go_on = gettext("our numbers do not lead to what it expects: go on with number {n}")
        told.append(go_on.format(n=one.go_on_with))
    return told


def _returned(row: ReturnedRow) -> dict[str, object]:
    return {
        "row": row,
        "case_no": masked_number(row.case_no),
        "why": filled(gettext(row.message), row.params),
    }


def _day(one: ToldDay) -> dict[str, object]:
    return {
        "day": one,
        "peer": one.peer_code or gettext("the level above"),
        "kind": gettext(KIND_LABELS[one.kind]),
        "why": filled(gettext(one.message), one.params) if one.message else "",
    }


def _arrived(peer: Peer, batch: InBatch) -> dict[str, object]:
    refused = batch.state == InState.REFUSED
    why = filled(gettext(batch.message), batch.params) if refused and batch.message else ""
    fails = batch.state == InState.FAILED
    return {"peer": peer, "batch": batch, "refused": refused, "fails": fails, "why": why}


@requires(Power.ORDER_SUPERVISE)
@require_safe
@refusable
def orders(request: HttpRequest) -> HttpResponse:
    """Work orders of bad reviews that are handled below: where they stand, as was told last."""
    done = request.GET.get("list") == "done"
    number = page_number(request.GET.get("page", ""))
    by = actor_of(request)
    found = queries.reported_orders(by, done=done, limit=ON_PAGE + 1, offset=(number - 1) * ON_PAGE)
    context = {
        "rows": [
            {
                "row": row,
                "state": gettext(STATE_LABELS[row.state]),
                "solved": gettext(SOLVED_LABELS[Solved(row.solved)]) if row.solved else "",
            }
            for row in found[:ON_PAGE]
        ],
        "done": done,
        "now": timezone.now(),
        **pager(number, len(found), "list=done&" if done else ""),
    }
    return oversight_page(request, "oversight/exchange_orders.html", context, here="oversight_exchange")
