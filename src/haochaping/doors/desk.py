"""What every page of staff shares: navigation by powers, refusals in plain words, going on after a form."""

from __future__ import annotations

from dataclasses import dataclass
from functools import wraps
from typing import TYPE_CHECKING, Concatenate

from django.http import HttpResponse
from django.shortcuts import render
from django.urls import NoReverseMatch, reverse
from django.utils.translation import gettext

from haochaping.accounts.access import may_any
from haochaping.accounts.terms import NOT_ALLOWED, OUT_OF_SCOPE, UNKNOWN_CLIENT, UNKNOWN_USER, Power
from haochaping.directory.terms import CHANGED_MEANWHILE, NOT_IN_DIRECTORY, NOT_YOURS
from haochaping.doors.gate import actor_of
from haochaping.exchange.terms import NOT_WAITING
from haochaping.files.terms import NO_SUCH_PHOTO
from haochaping.identity.access import LOOKERS
from haochaping.identity.terms import (
    NO_ORGANISATION,
    NO_SUCH_OPENING,
    NOT_YOURSELF,
    OPENING_OVER,
    OWN_MATTER,
    SAME_ORGANISATION,
    WRONG_OPENING_STATE,
)
from haochaping.kernel.refused import N_, Refused
from haochaping.outbox.terms import JOB_NOT_DEAD
from haochaping.publicity.terms import ALREADY_DECIDED, NOTHING_TO_RELEASE
from haochaping.rectification.terms import (
    ALREADY_APPEALED,
    APPEAL_WINDOW_OVER,
    HIGHER_LEVEL,
    NO_SUCH_APPEAL,
    NO_SUCH_ORDER,
    NOT_AGAINST_YOU,
    NOT_APPEALABLE,
    NOT_SIGNED,
    OWN_APPEAL,
    SAME_PERSON,
    WRONG_APPEAL_STATE,
    WRONG_STATE,
)
from haochaping.rulebook.terms import NO_POWER, NOTHING_TO_CONFIRM, UNKNOWN_PROFILE, VALUES_ADDED
from haochaping.ui.sentences import say

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from django.forms import Form
    from django.http import HttpRequest

    from haochaping.kernel.actor import Actor
    from haochaping.kernel.refused import Complaint

FORBIDDEN, MISSING, CONFLICT, INVALID = 403, 404, 409, 422
_STATUS = {
    NOT_ALLOWED.code: FORBIDDEN,
    OUT_OF_SCOPE.code: FORBIDDEN,
    NOT_YOURS.code: FORBIDDEN,
    NO_POWER.code: FORBIDDEN,
    NOT_IN_DIRECTORY.code: MISSING,
    UNKNOWN_USER.code: MISSING,
    UNKNOWN_CLIENT.code: MISSING,
    UNKNOWN_PROFILE.code: MISSING,
    CHANGED_MEANWHILE.code: CONFLICT,
    NOTHING_TO_CONFIRM.code: CONFLICT,
    VALUES_ADDED.code: CONFLICT,
    NO_SUCH_ORDER.code: MISSING,
    NO_SUCH_PHOTO.code: MISSING,
    WRONG_STATE.code: CONFLICT,
    NO_SUCH_OPENING.code: MISSING,
    NOTHING_TO_RELEASE.code: MISSING,
    WRONG_OPENING_STATE.code: CONFLICT,
    OPENING_OVER.code: CONFLICT,
    **dict.fromkeys(
        (NO_ORGANISATION.code, OWN_MATTER.code, NOT_YOURSELF.code, SAME_ORGANISATION.code), FORBIDDEN
    ),
    NO_SUCH_APPEAL.code: MISSING,
    **dict.fromkeys((OWN_APPEAL.code, SAME_PERSON.code, HIGHER_LEVEL.code), FORBIDDEN),
    **dict.fromkeys(
        (
            WRONG_APPEAL_STATE.code,
            ALREADY_APPEALED.code,
            APPEAL_WINDOW_OVER.code,
            NOT_SIGNED.code,
            NOT_APPEALABLE.code,
            NOT_AGAINST_YOU.code,
        ),
        CONFLICT,
    ),
    ALREADY_DECIDED.code: CONFLICT,
    JOB_NOT_DEAD.code: CONFLICT,
    NOT_WAITING.code: CONFLICT,
}


@dataclass(frozen=True, slots=True)
class Place:
    """A page of the workbench: what it is called, what one does there, the powers any of which opens it."""

    name: str
    title: str
    text: str
    powers: frozenset[Power]


PLACES = (
    Place(
        "desk",
        N_("Work orders"),
        N_("Answer bad reviews and put right what is behind them."),
        frozenset({Power.ORDER_VIEW}),
    ),
    Place(
        "desk_releases",
        N_("Texts to release"),
        N_("Decide which texts and replies the public may read."),
        frozenset({Power.PUBLICATION_RELEASE}),
    ),
    Place(
        "desk_openings",
        N_("Openings of identities"),
        N_("Ask that a sealed identity be opened, or decide about it."),
        LOOKERS,
    ),
    Place(
        "desk_appeals",
        N_("Appeals"),
        N_("See what became of the appeals of your agency, and ask for the second review."),
        frozenset({Power.APPEAL_FILE}),
    ),
    Place(
        "oversight_appeals",
        N_("Appeals to decide"),
        N_("Take up appeals of agencies, hear the reviewer, decide together with a second person."),
        frozenset({Power.APPEAL_DECIDE}),
    ),
    Place(
        "desk_quarantine",
        N_("Quarantine"),
        N_("See which records could not be taken, and why; try them again."),
        frozenset({Power.QUARANTINE_MANAGE}),
    ),
    Place(
        "desk_jobs",
        N_("Jobs that were given up"),
        N_("See what the program could not do in the background, and have it tried again."),
        frozenset({Power.JOBS_MANAGE}),
    ),
    Place(
        "console_directory",
        N_("Directory"),
        N_(
            "Divisions, agencies, items, platforms, halls, windows, devices, staff: find, add, change, close."
        ),
        frozenset({Power.DIRECTORY_EDIT}),
    ),
    Place(
        "console_rulebook",
        N_("Rulebook"),
        N_("Check and confirm the rules that hold here, add values, local working days."),
        frozenset({Power.RULEBOOK_EDIT}),
    ),
    Place(
        "console_import",
        N_("Import"),
        N_("Put a file into the directory or the working calendar, after a dry run."),
        frozenset({Power.DIRECTORY_EDIT, Power.RULEBOOK_EDIT}),
    ),
    Place(
        "account_people",
        N_("Accounts"),
        N_("Open accounts, issue links for passwords, bind identities, end sessions."),
        frozenset({Power.ACCOUNT_MANAGE, Power.ROLE_GRANT, Power.SESSION_END}),
    ),
    Place(
        "account_clients",
        N_("API clients"),
        N_("Give programs a key, and take it back."),
        frozenset({Power.CLIENT_MANAGE}),
    ),
    Place(
        "account_audit",
        N_("Audit"),
        N_("See who did what: log-ins, denied access, personal data read, changes."),
        frozenset({Power.AUDIT_READ}),
    ),
)


@dataclass(frozen=True, slots=True)
class Entry:
    """A place somebody may go to, as a link; `here` when they are there."""

    title: str
    text: str
    href: str
    here: bool


def entries(by: Actor, here: str = "") -> list[Entry]:
    """The places open to somebody."""
    return [
        Entry(gettext(place.title), gettext(place.text), _address(place.name), place.name == here)
        for place in PLACES
        if may_any(by, place.powers)
    ]


def _address(name: str) -> str:
    try:
        return reverse(name)
    except NoReverseMatch:
        return ""


def desk_page(
    request: HttpRequest, template: str, context: Mapping[str, object], *, here: str, status: int = 200
) -> HttpResponse:
    """Render a page with the navigation of whoever asks; never kept by a browser or proxy."""
    navigation = entries(actor_of(request), here)
    response = render(request, template, {"navigation": navigation, **context}, status=status)
    response.headers["Cache-Control"] = "no-store"
    return response


def refusable[**P](
    view: Callable[Concatenate[HttpRequest, P], HttpResponse],
) -> Callable[Concatenate[HttpRequest, P], HttpResponse]:
    """Wrap a view: a refusal it does not show itself becomes a page that says what is wrong and what to do."""

    @wraps(view)
    def answered(request: HttpRequest, /, *args: P.args, **kwargs: P.kwargs) -> HttpResponse:
        try:
            return view(request, *args, **kwargs)
        except Refused as refused:
            sentence = say(refused.complaint)
            status = status_of(refused.complaint)
            return desk_page(
                request, "workbench/refused.html", {"sentence": sentence}, here="", status=status
            )

    return answered


def status_of(complaint: Complaint) -> int:
    """The HTTP status of a refusal: not allowed, not there, too late, or not usable as typed."""
    return _STATUS.get(complaint.code, INVALID)


def told(form: Form, refused: Refused, fields: Mapping[str, str] | None = None) -> int:
    """Say a refusal in the form that caused it, and return the status of the answer.

    `fields` translates the room's names of fields into the form's. What is not the form's fault is raised again.
    """
    complaint = refused.complaint
    status = status_of(complaint)
    if status in {FORBIDDEN, MISSING}:
        raise refused
    field = (fields or {}).get(complaint.field, complaint.field)
    form.add_error(field if field in form.fields else None, say(complaint).text)
    return status


def see_other(address: str) -> HttpResponse:
    """Answer a form by sending the browser to a page that may be reloaded (303)."""
    return HttpResponse(status=303, headers={"Location": address})
