"""`/admin/rulebook/`: the profiles and their values, which holds where and why, confirming them, adding to them."""

from __future__ import annotations

from datetime import timedelta
from functools import partial
from typing import TYPE_CHECKING
from urllib.parse import urlencode

from django.contrib import messages
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from haochaping.accounts.terms import Power
from haochaping.directory import queries as directory
from haochaping.directory.terms import UNKNOWN_CODE
from haochaping.doors.confirmation import Fresh
from haochaping.doors.console.confirm import ask, done
from haochaping.doors.console.proposals import cards, refused
from haochaping.doors.console.rulebook_forms import (
    AssignForm,
    OwnProfileForm,
    PlaceForm,
    ValueForm,
    rule_name,
    written,
)
from haochaping.doors.console.who import deeds, names_of, trail
from haochaping.doors.desk import INVALID, desk_page, refusable, see_other, sent, told
from haochaping.doors.gate import actor_of, requires
from haochaping.kernel.periods import local_day
from haochaping.kernel.refused import N_, Refused
from haochaping.ledger.terms import EntryKind
from haochaping.rulebook import actions, queries
from haochaping.rulebook.access import may_edit
from haochaping.rulebook.terms import VERIFIED_LABELS, Assignment, Key, NewProfile, NewValue
from haochaping.ui.moments import day as shown_day
from haochaping.ui.moments import moment
from haochaping.ui.shapes import Column, Link

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import date

    from django.forms import Form
    from django.http import HttpRequest, HttpResponse

    from haochaping.ledger.terms import EntryRow
    from haochaping.rulebook.terms import ChoiceRow, Overview, ProfileRow, ProposedChange, ValueRow

_HERE = "console_rulebook"
PROPOSED = N_("Proposed; it holds once a second person confirms it.")
_ENTRIES = 100
# Looked through for who assigned what: more than all rules of a country change in years.
_ASSIGNMENTS = 2000
# So long somebody reads on this page why what they proposed was refused; the ledger keeps it.
_REFUSED_SHOWN = timedelta(days=30)


@requires(Power.RULEBOOK_EDIT, fresh=Fresh.TO_CHANGE)
@require_http_methods(["GET", "HEAD", "POST"])
@refusable
def profiles(request: HttpRequest) -> HttpResponse:
    """Every profile, where it holds, whether it is confirmed; a POST proposes that a division follows one."""
    overview = queries.overview()
    form = AssignForm(sent(request), profiles=_followable(overview.profiles))
    status = INVALID if form.errors else 200
    if request.method == "POST" and form.is_valid():
        by, now = actor_of(request), timezone.now()
        try:
            change = Assignment(**form.cleaned_data)
            if not done(request, partial(actions.propose, change, by=by, now=now)):
                title = gettext("Propose that the division follows this profile?")
                return ask(request, form, title=title, here=_HERE, back=reverse(_HERE))
        except Refused as refused:
            status = told(form, refused)
        else:
            messages.success(request, gettext(PROPOSED))
            return see_other(reverse(_HERE))
    return _profiles_page(request, overview, form, status)


def _profiles_page(request: HttpRequest, overview: Overview, form: Form, status: int) -> HttpResponse:
    by, waiting = actor_of(request), overview.unconfirmed
    states = {True: gettext("to be confirmed"), False: gettext("confirmed")}
    titles = (N_("Profile"), N_("Name"), N_("Above"), N_("Of the division"), N_("In use here"))
    context = {
        "form": form,
        "place_form": PlaceForm(initial={"day": local_day(timezone.now())}),
        "waiting": waiting,
        "columns": [Column(title) for title in map(gettext, titles)],
        "rows": [
            [
                Link(row.code, reverse("console_profile", args=[row.code])),
                row.name,
                row.parent or "–",
                row.jurisdiction or "–",
                states[row.code in waiting] if row.code in overview.in_use else "–",
            ]
            for row in overview.profiles
        ],
        "choice_columns": [
            Column(title)
            for title in map(
                gettext,
                (N_("Division"), N_("Profile"), N_("From"), N_("Version"), N_("When"), N_("Who")),
            )
        ],
        "choices": _assignments(overview.choices),
        "proposals": cards(by, queries.proposals()),
        "refused": refused(queries.refused_changes(by, timezone.now() - _REFUSED_SHOWN)),
        "missing": queries.years_missing(timezone.now()),
    }
    return desk_page(request, "console/rulebook.html", context, here=_HERE, status=status)


def _followable(rows: Sequence[ProfileRow]) -> list[tuple[str, str]]:
    """The profiles that somebody can follow, as choices of a form."""
    return [(row.code, f"{row.code} {row.name}") for row in rows if row.may_choose]


def _assignments(rows: Sequence[ChoiceRow]) -> list[list[str | int | Link]]:
    """Who follows which since when, and who said so when: the ledger knows, an entry for each version."""
    said: dict[tuple[str, str, str], list[EntryRow]] = {}
    for found in deeds(kind=EntryKind.RULEBOOK_CHANGED, limit=_ASSIGNMENTS) if rows else ():
        facts, division = found.facts, found.subject_id.removeprefix("division:")
        if "profile" in facts:
            said.setdefault((division, facts["profile"], facts["from"]), []).append(found)
    names = names_of({found.actor for entries in said.values() for found in entries})
    lines: list[list[str | int | Link]] = []
    for row in rows:
        day = row.effective_from.isoformat()
        entries = said.get((row.division, row.profile, day))
        # Both lists begin with the newest.
        entry = entries.pop(0) if entries else None
        told = [moment(entry.recorded_at), names[entry.actor]] if entry else ["–", "–"]
        place = Link(
            row.division, f"{reverse('console_place')}?{urlencode({'division': row.division, 'day': day})}"
        )
        lines.append([place, row.profile, shown_day(row.effective_from), row.version, *told])
    return lines


@requires(Power.RULEBOOK_EDIT, fresh=Fresh.TO_CHANGE)
@require_http_methods(["GET", "HEAD", "POST"])
@refusable
def new_profile(request: HttpRequest) -> HttpResponse:
    """Propose a profile of a division's own, to which it can add values."""
    form = OwnProfileForm(sent(request), profiles=_followable(queries.profiles()))
    status = INVALID if form.errors else 200
    here = reverse("console_profile_new")
    if request.method == "POST" and form.is_valid():
        by, now = actor_of(request), timezone.now()
        try:
            change = NewProfile(**form.cleaned_data)
            if not done(request, partial(actions.propose, change, by=by, now=now)):
                return ask(request, form, title=gettext("Propose this profile?"), here=_HERE, back=here)
        except Refused as refused:
            status = told(form, refused)
        else:
            messages.success(request, gettext(PROPOSED))
            return see_other(reverse(_HERE))
    return desk_page(request, "console/profile_new.html", {"form": form}, here=_HERE, status=status)


@requires(Power.RULEBOOK_EDIT, fresh=Fresh.TO_CHANGE)
@require_http_methods(["GET", "HEAD", "POST"])
@refusable
def profile(request: HttpRequest, code: str) -> HttpResponse:
    """One profile with every row, past and to come; a POST proposes a value from a day on."""
    found = queries.profile(code)
    form = ValueForm(sent(request))
    status = INVALID if form.errors else 200
    if request.method == "POST" and form.is_valid():
        here, by, now = reverse("console_profile", args=[code]), actor_of(request), timezone.now()
        try:
            change = NewValue(profile=code, **form.cleaned_data)
            if not done(request, partial(actions.propose, change, by=by, now=now)):
                return ask(request, form, title=gettext("Propose this value?"), here=_HERE, back=here)
        except Refused as refused:
            status = told(form, refused)
        else:
            messages.success(request, gettext(PROPOSED))
            return see_other(here)
    rows = queries.values(code)
    today = local_day(timezone.now())
    state = queries.confirmation(code)
    entries = deeds(subject=("rulebook", f"profile:{code}"), limit=_ENTRIES)
    proposed = _about(code)
    actors = {state.actor, *(one.actor for one in entries), *(one.proposed_by for one in proposed)}
    names = names_of(actors - {""})
    context = {
        "profile": found,
        "form": form if may_edit(actor_of(request), queries.place_of(found)) else None,
        "columns": _value_columns(gettext("In force"), gettext("Version")),
        "rows": [[*_value_cells(row), _standing(row, rows, today), row.version] for row in rows],
        "state": state,
        "confirmed_by": names.get(state.actor, ""),
        "trail": trail(entries, names),
        "proposals": cards(actor_of(request), proposed, names),
    }
    return desk_page(request, "console/profile.html", context, here=_HERE, status=status)


def _about(code: str) -> list[ProposedChange]:
    """The values that somebody has proposed for a profile."""
    return [
        one for one in queries.proposals() if isinstance(one.change, NewValue) and one.change.profile == code
    ]


@requires(Power.RULEBOOK_EDIT, fresh=Fresh.TO_CHANGE)
@require_POST
@refusable
def confirm(request: HttpRequest, code: str) -> HttpResponse:
    """Say that every value of a profile was checked."""
    typed = request.POST.get("newest", "")
    newest = int(typed) if typed.isascii() and typed.isdecimal() and len(typed) <= 18 else 0  # noqa: PLR2004
    actions.confirm_profile(profile=code, newest=newest, by=actor_of(request), now=timezone.now())
    messages.success(request, gettext("Confirmed; the ledger says by whom and when."))
    return see_other(reverse("console_profile", args=[code]))


@requires(Power.RULEBOOK_EDIT, fresh=Fresh.TO_CHANGE)
@require_safe
@refusable
def place(request: HttpRequest) -> HttpResponse:
    """The values that hold in one division on a day: each with the profile it comes from, and by which division."""
    form = PlaceForm(request.GET or None, initial={"day": local_day(timezone.now())})
    rows: list[ValueRow] = []
    found = None
    if form.is_valid():
        found = directory.division(form.cleaned_data["division"])
        if found is None:
            raise Refused(UNKNOWN_CODE, field="division", value=form.cleaned_data["division"])
        rows = queries.explain(found.path, form.cleaned_data["day"])
    context = {
        "form": form,
        "place": found,
        "columns": _value_columns(gettext("Profile"), gettext("Holds by the division")),
        "rows": [[*_value_cells(row), row.profile, row.through or "–"] for row in rows],
        "above": directory.ancestors(found.path) if found else [],
        "trail": trail(deeds(subject=("rulebook", f"division:{found.code}"), limit=_ENTRIES))
        if found
        else None,
    }
    status = INVALID if form.errors else 200
    return desk_page(request, "console/place.html", context, here=_HERE, status=status)


def _value_columns(*more: str) -> list[Column]:
    titles = (N_("Rule"), N_("Value"), N_("Source"), N_("How sure"), N_("From"), N_("To"))
    return [*map(Column, map(gettext, titles)), *map(Column, more)]


def _value_cells(row: ValueRow) -> list[str | int | Link]:
    return [
        rule_name(Key(row.key)) if row.key in set(Key) else row.key,
        written(row.value, row.unit),
        row.source,
        gettext(VERIFIED_LABELS[row.verified]),
        shown_day(row.effective_from),
        shown_day(row.effective_to) if row.effective_to else "–",
    ]


def _standing(row: ValueRow, rows: list[ValueRow], today: date) -> str:
    """Whether a row of a profile holds today: of the rows of a key in force the newest day's newest version."""
    if row.effective_from > today:
        return gettext("later")
    in_force = [
        (one.effective_from, one.version)
        for one in rows
        if one.key == row.key
        and one.effective_from <= today
        and (one.effective_to is None or one.effective_to >= today)
    ]
    holds = bool(in_force) and (row.effective_from, row.version) == max(in_force)
    return gettext("holds") if holds else gettext("no longer")
