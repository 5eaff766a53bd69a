"""What every page of staff shares: navigation by powers, refusals in plain words, going on after a form."""

from __future__ import annotations

from dataclasses import dataclass
from functools import wraps
from typing import TYPE_CHECKING, Concatenate

from django.http import HttpResponse
from django.shortcuts import render
from django.urls import NoReverseMatch, reverse
from django.utils.translation import gettext

from haochaping.accounts.access import may
from haochaping.accounts.terms import NOT_ALLOWED, OUT_OF_SCOPE, UNKNOWN_CLIENT, UNKNOWN_USER, Power
from haochaping.directory.terms import CHANGED_MEANWHILE, NO_SUCH_MATCH, NOT_IN_DIRECTORY, NOT_YOURS
from haochaping.doors.confirmation import Fresh, is_due
from haochaping.doors.gate import actor_of
from haochaping.doors.typed import PLACE, give_back, is_laid_by, keep_typed
from haochaping.exchange.quality.terms import ALREADY_EXPLAINED, NO_SUCH_FIGURE, NO_SUCH_SOURCE, NOT_JUDGED
from haochaping.exchange.reconciliation.terms import NO_SUCH_RECONCILIATION, NOT_DIFFERING
from haochaping.exchange.terms import NOT_WAITING
from haochaping.files.terms import NO_SUCH_DOCUMENT, NO_SUCH_PHOTO
from haochaping.hotline.terms import NO_GAP, NO_SUCH_ATTACHMENT, NO_SUCH_LINK, NO_SUCH_MESSAGE
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
from haochaping.kernel.two_persons import ONE_PERSON
from haochaping.notices import queries as notices
from haochaping.notices.queries import UNREAD_SHOWN
from haochaping.notices.terms import NO_ENDPOINT, NO_NOTICE
from haochaping.outbox.terms import JOB_NOT_DEAD
from haochaping.publicity.circulars.terms import (
    ALREADY_DRAFTED,
    ALREADY_SIGNED,
    CORRECTED_ALREADY,
    NO_SUCH_CIRCULAR,
    TEXT_CHANGED,
    WRONG_CIRCULAR_STATE,
)
from haochaping.publicity.terms import ALREADY_DECIDED, ALREADY_PROPOSED, NOT_PROPOSED, NOTHING_TO_RELEASE
from haochaping.rectification.terms import (
    AGENCY_GOES_ON,
    ALREADY_APPEALED,
    ALREADY_CLASSED,
    APPEAL_WINDOW_OVER,
    CASE_CONCEALED,
    DECIDED_BEFORE,
    HIGHER_LEVEL,
    IN_ANOTHER_PROJECT,
    NO_SUCH_APPEAL,
    NO_SUCH_EVIDENCE,
    NO_SUCH_FILTER,
    NO_SUCH_ORDER,
    NO_SUCH_PROJECT,
    NO_SUCH_REFORM,
    NO_SUCH_RULE,
    NO_SUCH_TASK,
    NOT_AGAINST_YOU,
    NOT_APPEALABLE,
    NOT_DESIGNATED,
    NOT_FOUND_TRUE,
    NOT_SIGNED,
    ONE_ORGANISATION,
    OWN_APPEAL,
    OWN_CHANGE,
    RULE_REPLACED,
    SAME_PERSON,
    STEP_TAKEN,
    WRONG_APPEAL_STATE,
    WRONG_PROJECT_STATE,
    WRONG_REFORM_STATE,
    WRONG_STATE,
)
from haochaping.reviews.asking.terms import CALL_SETTLED, NO_SUCH_CALL
from haochaping.reviews.paper.terms import (
    NO_SUCH_SLIP,
    NOT_THE_FIRST,
    RATED_ONESELF,
    SAME_TYPIST,
    SLIP_OVER,
    TWO_HAVE_TYPED,
)
from haochaping.rulebook.terms import (
    NO_POWER,
    NO_SUCH_CHANGE,
    NOTHING_TO_CONFIRM,
    UNKNOWN_PROFILE,
    VALUES_ADDED,
)
from haochaping.supervision.terms import (
    ANSWER_NOT_DUE,
    MEASURE_WAITS,
    NO_SERVICE_FAULT,
    NO_SUCH_PROPOSAL,
    NO_SUCH_REPORT,
    NO_SUCH_SAMPLE,
    NO_SUCH_SIGNAL,
    NO_SUCH_SUPERVISION,
    NO_SUCH_URGING,
    NOT_ABOUT_A_PERSON,
    NOT_ABOVE,
    NOT_THE_OFFICE,
    OWN_REVIEWS,
    PERSON_NOT_HEARD,
    PROPOSAL_DECIDED,
    PROPOSAL_NOT_ADOPTED,
    PROPOSAL_WAITS,
    PROPOSER_DECIDES,
    SAMPLE_SETTLED,
    SIGNAL_TAKEN,
    SUPERVISION_OPEN,
    URGING_ANSWERED,
    WRONG_SUPERVISION_STATE,
)
from haochaping.ui.sentences import say
from haochaping.voices.terms import (
    ANSWERER_DECIDES,
    FOUND_ALREADY,
    NAMED_ALREADY,
    NO_SUCH_VOICE,
    NOT_A_GOOD_REVIEW,
    VOICE_AGENCY_GOES_ON,
    WRONG_VOICE_STATE,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from django.forms import Form
    from django.http import HttpRequest, QueryDict

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
    NO_SUCH_CHANGE.code: MISSING,
    CHANGED_MEANWHILE.code: CONFLICT,
    NOTHING_TO_CONFIRM.code: CONFLICT,
    VALUES_ADDED.code: CONFLICT,
    NO_SUCH_ORDER.code: MISSING,
    NO_SUCH_FILTER.code: MISSING,
    NO_NOTICE.code: MISSING,
    NO_ENDPOINT.code: MISSING,
    **dict.fromkeys((NO_SUCH_PHOTO.code, NO_SUCH_DOCUMENT.code), MISSING),
    **dict.fromkeys((NO_SUCH_LINK.code, NO_SUCH_ATTACHMENT.code, NO_SUCH_MESSAGE.code, NO_GAP.code), MISSING),
    NO_SUCH_MATCH.code: MISSING,
    NO_SUCH_RECONCILIATION.code: MISSING,
    NOT_DIFFERING.code: CONFLICT,
    NO_SUCH_SLIP.code: MISSING,
    **dict.fromkeys((SLIP_OVER.code, TWO_HAVE_TYPED.code), CONFLICT),
    **dict.fromkeys((SAME_TYPIST.code, RATED_ONESELF.code, NOT_THE_FIRST.code), FORBIDDEN),
    NO_SUCH_VOICE.code: MISSING,
    NO_SUCH_PROJECT.code: MISSING,
    NO_SUCH_TASK.code: MISSING,
    WRONG_PROJECT_STATE.code: CONFLICT,
    IN_ANOTHER_PROJECT.code: CONFLICT,
    NO_SUCH_REFORM.code: MISSING,
    OWN_CHANGE.code: FORBIDDEN,
    **dict.fromkeys(
        (
            AGENCY_GOES_ON.code,
            ALREADY_CLASSED.code,
            NOT_FOUND_TRUE.code,
            WRONG_REFORM_STATE.code,
            MEASURE_WAITS.code,
            NO_SERVICE_FAULT.code,
            NOT_ABOUT_A_PERSON.code,
            PERSON_NOT_HEARD.code,
            PROPOSAL_NOT_ADOPTED.code,
        ),
        CONFLICT,
    ),
    NOT_A_GOOD_REVIEW.code: MISSING,
    WRONG_VOICE_STATE.code: CONFLICT,
    ANSWERER_DECIDES.code: FORBIDDEN,
    FOUND_ALREADY.code: CONFLICT,
    VOICE_AGENCY_GOES_ON.code: CONFLICT,
    NAMED_ALREADY.code: CONFLICT,
    **dict.fromkeys((WRONG_STATE.code, STEP_TAKEN.code), CONFLICT),
    **dict.fromkeys((CASE_CONCEALED.code, NOT_DESIGNATED.code), FORBIDDEN),
    NO_SUCH_RULE.code: MISSING,
    RULE_REPLACED.code: CONFLICT,
    NO_SUCH_SAMPLE.code: MISSING,
    OWN_REVIEWS.code: FORBIDDEN,
    SAMPLE_SETTLED.code: CONFLICT,
    NO_SUCH_CALL.code: MISSING,
    CALL_SETTLED.code: CONFLICT,
    NO_SUCH_OPENING.code: MISSING,
    NOTHING_TO_RELEASE.code: MISSING,
    NOT_PROPOSED.code: MISSING,
    ONE_PERSON.code: FORBIDDEN,
    WRONG_OPENING_STATE.code: CONFLICT,
    OPENING_OVER.code: CONFLICT,
    **dict.fromkeys(
        (NO_ORGANISATION.code, OWN_MATTER.code, NOT_YOURSELF.code, SAME_ORGANISATION.code), FORBIDDEN
    ),
    NO_SUCH_APPEAL.code: MISSING,
    NO_SUCH_EVIDENCE.code: MISSING,
    **dict.fromkeys(
        (
            OWN_APPEAL.code,
            SAME_PERSON.code,
            DECIDED_BEFORE.code,
            HIGHER_LEVEL.code,
            ONE_ORGANISATION.code,
        ),
        FORBIDDEN,
    ),
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
    **dict.fromkeys((ALREADY_DECIDED.code, ALREADY_PROPOSED.code), CONFLICT),
    NO_SUCH_CIRCULAR.code: MISSING,
    **dict.fromkeys(
        (
            WRONG_CIRCULAR_STATE.code,
            ALREADY_DRAFTED.code,
            ALREADY_SIGNED.code,
            CORRECTED_ALREADY.code,
            TEXT_CHANGED.code,
        ),
        CONFLICT,
    ),
    **dict.fromkeys((JOB_NOT_DEAD.code, ALREADY_EXPLAINED.code), CONFLICT),
    NOT_WAITING.code: CONFLICT,
    **dict.fromkeys(
        (
            NO_SUCH_SUPERVISION.code,
            NO_SUCH_SIGNAL.code,
            NO_SUCH_PROPOSAL.code,
            NO_SUCH_URGING.code,
            NO_SUCH_REPORT.code,
            NO_SUCH_SOURCE.code,
            NO_SUCH_FIGURE.code,
            NOT_JUDGED.code,
        ),
        MISSING,
    ),
    **dict.fromkeys((PROPOSER_DECIDES.code, NOT_THE_OFFICE.code, NOT_ABOVE.code), FORBIDDEN),
    **dict.fromkeys(
        (
            WRONG_SUPERVISION_STATE.code,
            ANSWER_NOT_DUE.code,
            SUPERVISION_OPEN.code,
            SIGNAL_TAKEN.code,
            PROPOSAL_DECIDED.code,
            PROPOSAL_WAITS.code,
            URGING_ANSWERED.code,
        ),
        CONFLICT,
    ),
}


@dataclass(frozen=True, slots=True)
class Place:
    """A page of the workbench: what it is called, the powers any of which opens it, and what each lets one do there.

    Who holds several of them is told of the first.
    """

    name: str
    title: str
    texts: Mapping[Power, str]

    def text_for(self, by: Actor) -> str:
        """What somebody may do there; "" when nothing."""
        return next((text for power, text in self.texts.items() if may(by, power)), "")


PLACES = (
    Place(
        "desk",
        N_("Work orders"),
        {Power.ORDER_VIEW: N_("Answer bad reviews and put right what is behind them.")},
    ),
    Place(
        "oversight",
        N_("Oversight"),
        {Power.ORDER_SUPERVISE: N_("See where work orders stand, supervise and urge.")},
    ),
    Place(
        "desk_supervision",
        N_("Supervision of my agency"),
        {Power.ORDER_HANDLE: N_("Answer supervision orders and what your agency was urged to do.")},
    ),
    Place(
        "oversight_samples",
        N_("Sampling calls"),
        {
            Power.ORDER_SUPERVISE: N_(
                "Ask people who were drawn by lot whether they rated themselves, and what they would say today."
            )
        },
    ),
    Place(
        "desk_calls",
        N_("Invitations by phone"),
        {
            Power.INVITATION_CALL: N_(
                "Call people whom no text message reached, or where the rules ask by phone, and write down what they say."
            )
        },
    ),
    Place(
        "oversight_dispatch",
        N_("Dispatch rules"),
        {Power.ORDER_DISPATCH: N_("Say which agency gets which work orders, and see it beforehand.")},
    ),
    Place(
        "desk_voices",
        N_("Complaints and suggestions"),
        {Power.ORDER_VIEW: N_("Pass on and answer complaints, suggestions and after-sales questions.")},
    ),
    Place(
        "desk_papers",
        N_("Reviews on paper"),
        {Power.PAPER_ENTER: N_("Type what people wrote on slips of paper; two persons type each slip.")},
    ),
    Place(
        "desk_projects",
        N_("Systemic projects"),
        {Power.ORDER_VIEW: N_("Put right once what many orders have in common.")},
    ),
    Place(
        "desk_reforms",
        N_("Proposals of reforms"),
        {
            Power.ORDER_VIEW: N_(
                "Ask the deciding agency to change what bad reviews found true, and follow it."
            )
        },
    ),
    Place(
        "desk_releases",
        N_("Texts to release"),
        {
            Power.PUBLICATION_RELEASE: N_(
                "Decide which texts and replies the public may read, together with a second person."
            )
        },
    ),
    Place(
        "oversight_circulars",
        N_("Circulars and reports"),
        {
            Power.CIRCULAR_WRITE: N_(
                "Make monthly circulars and special reports of the published figures, and sign those of others."
            )
        },
    ),
    Place(
        "desk_openings",
        N_("Openings of identities"),
        {
            Power.IDENTITY_REQUEST: N_("Ask that a sealed identity be opened."),
            Power.IDENTITY_APPROVE: N_("Decide for your office whether a sealed identity is opened."),
            Power.AUDIT_READ: N_("See who asked to have a sealed identity opened, and who approved it."),
        },
    ),
    Place(
        "desk_appeals",
        N_("Appeals"),
        {
            Power.APPEAL_FILE: N_(
                "See what became of the appeals of your agency, and ask for the second review."
            )
        },
    ),
    Place(
        "oversight_appeals",
        N_("Appeals to decide"),
        {
            Power.APPEAL_DECIDE: N_(
                "Take up appeals of agencies, hear the reviewer, decide together with a second person."
            )
        },
    ),
    Place(
        "desk_quarantine",
        N_("Quarantine"),
        {Power.QUARANTINE_MANAGE: N_("See which records could not be taken, and why; try them again.")},
    ),
    Place(
        "desk_figures",
        N_("Figures to explain"),
        {
            Power.QUARANTINE_MANAGE: N_(
                "Say why figures of your sources do not add up, before they are withheld."
            )
        },
    ),
    Place(
        "desk_matches",
        N_("Items of other systems"),
        {Power.DIRECTORY_EDIT: N_("Decide which item is meant by a code that the directory does not know.")},
    ),
    Place(
        "desk_hotline",
        N_("Hotline 12345"),
        {Power.ORDER_DISPATCH: N_("See what did not pass between a linked hotline and here, and decide.")},
    ),
    Place(
        "desk_jobs",
        N_("Jobs that were given up"),
        {
            Power.JOBS_MANAGE: N_(
                "See what the program could not do in the background, and have it tried again."
            )
        },
    ),
    Place(
        "console_directory",
        N_("Directory"),
        {
            Power.DIRECTORY_EDIT: N_(
                "Divisions, agencies, items, platforms, halls, windows, devices, staff: find, add, change, close."
            )
        },
    ),
    Place(
        "console_rulebook",
        N_("Rulebook"),
        {
            Power.RULEBOOK_EDIT: N_(
                "Check and confirm the rules that hold here, add values, local working days."
            )
        },
    ),
    Place(
        "console_import",
        N_("Import"),
        dict.fromkeys(
            (Power.DIRECTORY_EDIT, Power.RULEBOOK_EDIT),
            N_("Put a file into the directory or the working calendar, after a dry run."),
        ),
    ),
    Place(
        "account_people",
        N_("Accounts"),
        {
            Power.ACCOUNT_MANAGE: N_(
                "Open and disable accounts, issue links for passwords, bind identities."
            ),
            Power.ROLE_GRANT: N_("Give roles and take them back, reset second factors, end sessions."),
            Power.SESSION_END: N_("End sessions."),
        },
    ),
    Place(
        "account_clients",
        N_("API clients"),
        {Power.CLIENT_MANAGE: N_("Give programs a key, and take it back.")},
    ),
    Place(
        "account_webhooks",
        N_("Notices to programs"),
        {Power.CLIENT_MANAGE: N_("Have programs of divisions told of new orders, deadlines and decisions.")},
    ),
    Place(
        "account_hotlines",
        N_("Linked hotlines"),
        {Power.CLIENT_MANAGE: N_("Have orders exchanged with the 12345 system of a division.")},
    ),
    Place(
        "account_audit",
        N_("Audit"),
        {Power.AUDIT_READ: N_("See who did what: log-ins, denied access, personal data read, changes.")},
    ),
)


@dataclass(frozen=True, slots=True)
class Entry:
    """A place somebody may go to, as a link; `here` when they are there."""

    title: str
    text: str
    href: str
    here: bool


@dataclass(frozen=True, slots=True)
class Bell:
    """The way to one's notices, with how many are new."""

    href: str
    unread: int
    here: bool

    @property
    def count(self) -> str:
        """The number as it is shown."""
        return f"{UNREAD_SHOWN}+" if self.unread > UNREAD_SHOWN else str(self.unread)


def entries(by: Actor, here: str = "") -> list[Entry]:
    """The places open to somebody."""
    return [
        Entry(gettext(place.title), gettext(text), _address(place.name), place.name == here)
        for place in PLACES
        if (text := place.text_for(by))
    ]


def _address(name: str) -> str:
    try:
        return reverse(name)
    except NoReverseMatch:
        return ""


def desk_page(
    request: HttpRequest,
    template: str,
    context: Mapping[str, object],
    *,
    here: str,
    status: int = 200,
    counted: bool = True,
) -> HttpResponse:
    """Render a page with the navigation of whoever asks; never kept by a browser or proxy.

    What was written in a form that was refused stands on the page, in the form or beside it; so does what was written
    before somebody had to confirm that it is them.

    `counted` is False on pages that ask the database for much already: they lead to one's notices without a number.
    """
    by = actor_of(request)
    unread = notices.unread_count(int(by.id)) if counted else 0
    bell = Bell(_address("desk_notices"), unread, here == "desk_notices")
    refused = request.method == "POST" and status >= FORBIDDEN
    waits = request.method == "GET" and is_laid_by(request) and not is_due(request, Fresh.ALWAYS)
    shared = {"navigation": entries(by, here), "bell": bell, "typed": PLACE if refused or waits else ""}
    response = render(request, template, {**shared, **context}, status=status)
    if refused:
        keep_typed(request, response)
    elif waits:
        give_back(request, response)
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


def sent(request: HttpRequest) -> QueryDict | None:
    """What a form sent, also when it sent nothing at all; None when the page is only looked at."""
    return request.POST if request.method == "POST" else None


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
    return _said(form, field, complaint)


def told_here(form: Form, refused: Refused) -> int:
    """The same for a page that shows every refusal of its steps, whatever it is."""
    return _said(form, refused.complaint.field, refused.complaint)


def _said(form: Form, field: str, complaint: Complaint) -> int:
    """Say it at the field; whoever came too late is not told that what they typed was wrong."""
    form.add_error(field if field in form.fields else None, say(complaint).text)
    status = status_of(complaint)
    form.overtaken = status == CONFLICT  # type: ignore[attr-defined]
    return status


def see_other(address: str) -> HttpResponse:
    """Answer a form by sending the browser to a page that may be reloaded (303)."""
    return HttpResponse(status=303, headers={"Location": address})
