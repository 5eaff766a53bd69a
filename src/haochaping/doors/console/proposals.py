"""What waits for a second administrator of the rulebook: shown where it belongs; confirmed, refused or taken back."""

from __future__ import annotations

from typing import TYPE_CHECKING, assert_never
from urllib.parse import urlencode

from django.contrib import messages
from django.http import Http404
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext
from django.views.decorators.http import require_POST

from haochaping.accounts.terms import Power
from haochaping.doors.confirmation import Fresh
from haochaping.doors.console.rulebook_forms import rule_name, written
from haochaping.doors.console.who import names_of
from haochaping.doors.desk import refusable, see_other
from haochaping.doors.gate import actor_of, requires
from haochaping.kernel.refused import N_
from haochaping.rulebook import actions
from haochaping.rulebook.access import may_edit
from haochaping.rulebook.terms import (
    VERIFIED_LABELS,
    Assignment,
    DaySaid,
    Key,
    NewProfile,
    NewValue,
    YearSaid,
)
from haochaping.ui.moments import day as shown_day

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from datetime import date, datetime

    from django.http import HttpRequest, HttpResponse

    from haochaping.kernel.actor import Actor
    from haochaping.rulebook.terms import Change, ProposedChange, RefusedChange

SAYS = {True: N_("The day is worked"), False: N_("The day is free"), None: N_("As above again")}
_DONE = {
    "confirm": N_("Confirmed; the ledger says by whom and when."),
    "refuse": N_("The proposal is refused."),
    "withdraw": N_("The proposal is taken back."),
}


def cards(
    by: Actor, found: Iterable[ProposedChange], names: Mapping[str, str] | None = None
) -> list[dict[str, object]]:
    """Proposals as `console/proposals.html` shows them: what they say, whose they are, what the reader can do."""
    rows = list(found)
    names = names_of({row.proposed_by for row in rows}) if names is None else names
    return [
        {
            "id": row.id,
            "said": described(row.change),
            "at": row.proposed_at,
            "who": names[row.proposed_by],
            "mine": row.proposed_by == str(by),
            "may_decide": may_edit(by, row.division_path),
        }
        for row in rows
    ]


def refused(rows: Iterable[RefusedChange]) -> list[dict[str, object]]:
    """What was refused as `console/rulebook.html` shows it: what it said, why not, by whom."""
    found = list(rows)
    names = names_of({row.decided_by for row in found})
    return [
        {
            "said": described(row.change),
            "reason": row.refusal,
            "at": row.decided_at,
            "who": names[row.decided_by],
        }
        for row in found
    ]


def described(change: Change) -> list[tuple[str, str]]:
    """A change as people read it: what is called how, and what it says."""
    match change:
        case NewValue():
            said = [
                (N_("Rule"), rule_name(Key(change.key))),
                (N_("Value"), written(change.value, change.unit)),
                (N_("Source"), change.source),
                (N_("How sure"), gettext(VERIFIED_LABELS[change.verified])),
                (N_("From"), shown_day(change.effective_from)),
                (N_("To"), _until(change.effective_to)),
            ]
        case Assignment():
            said = [
                (N_("Division"), change.division),
                (N_("Profile"), change.profile),
                (N_("From"), shown_day(change.effective_from)),
            ]
        case NewProfile():
            said = [
                (N_("Division"), change.division),
                (N_("Code of the profile"), change.code),
                (N_("Name of the profile"), change.name),
                (N_("Profile it follows"), change.parent),
                (N_("Source"), change.source),
                (N_("From"), shown_day(change.effective_from)),
            ]
        case DaySaid():
            said = [
                (N_("Division"), change.division),
                (N_("Day"), shown_day(change.day)),
                (N_("What holds"), gettext(SAYS[change.is_working])),
                (N_("Reason"), change.reason),
            ]
        case YearSaid():
            said = [(N_("Notice on the holidays of a year"), str(change.year))]
            said += [(label, _span(row)) for row in change.rows for label in [SAYS[row["working"] == "yes"]]]
        case _:
            assert_never(change)
    return [(gettext(label), value) for label, value in said]


def _span(row: Mapping[str, str]) -> str:
    """A row of the notice: from when to when, and what it is called."""
    days = "–".join(day for day in (row["from"], row["to"]) if day)
    return gettext("{name}: {value}").format(name=row["name"], value=days) if row["name"] else days


def _until(day: date | None) -> str:
    return shown_day(day) if day else "–"


@requires(Power.RULEBOOK_EDIT, fresh=Fresh.TO_CHANGE)
@require_POST
@refusable
def decide(request: HttpRequest, change_id: int, step: str) -> HttpResponse:
    """Confirm or refuse somebody's proposal, or take one's own back."""
    if step not in _DONE:
        raise Http404
    reason = request.POST.get("reason", "").strip()
    change = _decided(change_id, step, reason, actor_of(request), timezone.now())
    messages.success(request, gettext(_DONE[step]))
    return see_other(_page_of(change))


def _decided(change_id: int, step: str, reason: str, by: Actor, now: datetime) -> Change:
    if step == "confirm":
        return actions.confirm_change(change_id, by=by, now=now)
    if step == "refuse":
        return actions.refuse_change(change_id, reason=reason, by=by, now=now)
    return actions.withdraw_change(change_id, by=by, now=now)


def calendar_of(year: int) -> str:
    """The page of a year's working days."""
    return f"{reverse('console_calendar')}?{urlencode({'year': year})}"


def _page_of(change: Change) -> str:
    """Where a change is proposed and seen; that of a profile which is only proposed has no page of its own yet."""
    if isinstance(change, NewValue):
        return reverse("console_profile", args=[change.profile])
    if isinstance(change, DaySaid):
        return calendar_of(change.day.year)
    if isinstance(change, YearSaid):
        return calendar_of(change.year)
    return reverse("console_rulebook")
