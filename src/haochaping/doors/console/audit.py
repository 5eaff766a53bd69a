"""`/account/audit/`: what people did, for the auditor: by person, kind and period."""

from __future__ import annotations

from datetime import datetime, time, timedelta
from typing import TYPE_CHECKING
from urllib.parse import urlencode

from django.shortcuts import render
from django.utils.translation import gettext
from django.views.decorators.http import require_safe

from haochaping.accounts import queries as accounts
from haochaping.accounts.access import may_reach
from haochaping.accounts.terms import OUT_OF_SCOPE, Power
from haochaping.doors.console.forms import AuditForm
from haochaping.doors.gate import actor_of, requires
from haochaping.doors.paging import page_number
from haochaping.kernel.actor import Actor, ActorKind
from haochaping.kernel.periods import BEIJING
from haochaping.kernel.refused import Complaint
from haochaping.ledger import queries as ledger
from haochaping.ledger.terms import KIND_LABELS, EntryKind
from haochaping.ui.sentences import say

if TYPE_CHECKING:
    from datetime import date

    from django.http import HttpRequest, HttpResponse

    from haochaping.ledger.terms import EntryRow

_ON_PAGE = 50
_DAY = timedelta(days=1)


@requires(Power.AUDIT_READ, whole=True)
@require_safe
def page(request: HttpRequest) -> HttpResponse:
    """The entries asked for, newest first; the whole installation, so that a local auditor is told no."""
    if not may_reach(actor_of(request), division_path=""):
        return render(request, "console/refused.html", {"sentence": say(Complaint(OUT_OF_SCOPE))}, status=403)
    form = AuditForm(request.GET)
    asked = form.cleaned_data if form.is_valid() else {}
    number = page_number(request.GET.get("page", ""))
    actor, known = _actor(str(asked.get("person") or ""))
    rows = (
        ledger.entries_by(
            actor=actor,
            kind=EntryKind(int(asked["kind"])) if asked.get("kind") else None,
            since=_start(asked.get("since")),
            until=_start(asked.get("until"), _DAY),
            limit=_ON_PAGE + 1,
            offset=(number - 1) * _ON_PAGE,
        )
        if known and form.is_valid()
        else []
    )
    kept = {name: value for name, value in request.GET.items() if name in form.fields and value}
    context = {
        "form": form,
        "rows": _shown(rows[:_ON_PAGE]),
        "previous": f"?{urlencode(kept | {'page': number - 1})}" if number > 1 else "",
        "next": f"?{urlencode(kept | {'page': number + 1})}" if len(rows) > _ON_PAGE else "",
    }
    return render(request, "console/audit.html", context, status=200 if form.is_valid() else 422)


def _actor(username: str) -> tuple[str, bool]:
    """How the ledger calls a person, and whether there is one; the empty name is everybody."""
    if not username:
        return "", True
    person = accounts.staff_by_username(username.strip())
    return (str(Actor(ActorKind.STAFF, str(person.id))), True) if person else ("", False)


def _start(day: date | None, more: timedelta = timedelta()) -> datetime | None:
    return datetime.combine(day, time(), BEIJING) + more if day else None


def _shown(rows: list[EntryRow]) -> list[dict[str, object]]:
    ids = [int(row.actor.partition(":")[2]) for row in rows if row.actor.startswith("staff:")]
    names = accounts.display_names(ids)
    return [
        {
            "at": row.recorded_at,
            "who": names.get(int(row.actor.partition(":")[2]), row.actor)
            if row.actor.startswith("staff:")
            else row.actor,
            "kind": gettext(KIND_LABELS[row.kind]),
            "subject": f"{row.subject_kind} {row.subject_id}",
            "facts": "; ".join(f"{name}: {value}" for name, value in sorted(row.facts.items()) if value),
        }
        for row in rows
    ]
