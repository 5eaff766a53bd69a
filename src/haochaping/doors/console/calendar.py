"""`/admin/rulebook/calendar`: a year of the national calendar, and what divisions say otherwise for themselves and below."""

from __future__ import annotations

from datetime import timedelta
from functools import partial
from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode

from django.contrib import messages
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext
from django.views.decorators.http import require_http_methods

from haochaping.accounts.terms import Power
from haochaping.doors.console.confirm import ask, done
from haochaping.doors.console.proposals import SAYS, cards
from haochaping.doors.console.rulebook import PROPOSED
from haochaping.doors.console.rulebook_forms import DayForm
from haochaping.doors.console.who import deeds, trail
from haochaping.doors.desk import INVALID, desk_page, refusable, see_other, sent, told
from haochaping.doors.gate import actor_of, requires
from haochaping.kernel.periods import local_day
from haochaping.kernel.refused import N_, Refused
from haochaping.ledger.terms import EntryKind
from haochaping.rulebook import actions, queries
from haochaping.rulebook.terms import DaySaid, YearSaid
from haochaping.ui.moments import day as shown_day
from haochaping.ui.shapes import Column

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import date

    from django.http import HttpRequest, HttpResponse

_HERE = "console_rulebook"
_ENTRIES = 50
_DAY, _SATURDAY = timedelta(days=1), 5
# What the calendar library calls the holidays; a notice that was imported has the names of the notice.
HOLIDAYS = (
    N_("New Year's Day"),
    N_("Spring Festival"),
    N_("Tomb-sweeping Day"),
    N_("Labour Day"),
    N_("Dragon Boat Festival"),
    N_("Mid-autumn Festival"),
    N_("National Day"),
    N_("Anti-Fascist 70th Day"),
)


@requires(Power.RULEBOOK_EDIT)
@require_http_methods(["GET", "HEAD", "POST"])
@refusable
def page(request: HttpRequest) -> HttpResponse:
    """The year of the nation, and what divisions have said of its days; a POST proposes something of one day."""
    form = DayForm(sent(request))
    here, year = reverse("console_calendar"), _year(request.GET.get("year", ""))
    status = INVALID if form.errors else 200
    if request.method == "POST" and form.is_valid():
        try:
            change, by, now = _change(form.cleaned_data), actor_of(request), timezone.now()
            if not done(request, partial(actions.propose, change, by=by, now=now)):
                title = gettext("Propose this day? Deadlines promised before stay as they are.")
                return ask(request, form, title=title, here=_HERE, back=here)
        except Refused as refused:
            status = told(form, refused)
        else:
            messages.success(request, gettext(PROPOSED))
            return see_other(f"{here}?{urlencode({'year': form.cleaned_data['day'].year})}")
    titles = (N_("Day"), N_("Division"), N_("What holds"), N_("Reason"), N_("Version"))
    entries = deeds(kind=EntryKind.RULEBOOK_CHANGED, limit=_ENTRIES)
    last = queries.last_calendar_day()
    known = queries.national_year(year)
    context = {
        "known": len(known),
        "worked": sum(is_working for _, is_working, _ in known),
        "free": sum(not is_working for _, is_working, _ in known),
        "national_columns": [
            Column(title) for title in map(gettext, (N_("From"), N_("To"), N_("What holds"), N_("Holiday")))
        ],
        "national": [
            [shown_day(first), shown_day(last), gettext(SAYS[is_working]), gettext(note) if note else "–"]
            for first, last, is_working, note in _spans(known)
        ],
        "form": form,
        "year": year,
        "last_day": last,
        "columns": [Column(title) for title in map(gettext, titles)],
        "rows": [
            [shown_day(row.day), row.division, gettext(SAYS[row.is_working]), row.reason, row.version]
            for row in queries.overlay(year)
        ],
        "trail": trail(one for one in entries if "day" in one.facts or "days" in one.facts),
        "proposals": cards(
            actor_of(request),
            (one for one in queries.proposals() if isinstance(one.change, DaySaid | YearSaid)),
        ),
    }
    return desk_page(request, "console/calendar.html", context, here=_HERE, status=status)


def _spans(known: Iterable[tuple[date, bool, str]]) -> list[tuple[date, date, bool, str]]:
    """The days that are worked or free otherwise than their weekday, or have a name: first, last, worked, name."""
    spans: list[tuple[date, date, bool, str]] = []
    for day, is_working, note in known:
        if not note and is_working == (day.weekday() < _SATURDAY):
            continue
        first, last, *same = spans[-1] if spans else (day, day)
        if [is_working, note] == same and day - last == _DAY:
            spans[-1] = (first, day, is_working, note)
        else:
            spans.append((day, day, is_working, note))
    return spans


def _year(text: str) -> int:
    this = local_day(timezone.now()).year
    return (
        int(text)
        if text.isascii() and text.isdecimal() and len(text) == len("2026") and text > "0000"
        else this
    )


def _change(typed: dict[str, Any]) -> DaySaid:
    is_working = None if typed["says"] == "withdrawn" else typed["says"] == "working"
    return DaySaid(typed["division"], typed["day"], typed["reason"], is_working=is_working)
