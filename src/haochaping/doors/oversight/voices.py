"""`/oversight/voices/`: complaints about a handling, requests about own data, what stayed unsolved; for the office only."""

from __future__ import annotations

from typing import TYPE_CHECKING, cast

from django.contrib import messages
from django.http import Http404
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext, gettext_lazy
from django.views.decorators.http import require_POST, require_safe

from haochaping.accounts.terms import Power
from haochaping.doors.careful import CarefulForm
from haochaping.doors.desk import INVALID, refusable, see_other, told
from haochaping.doors.fields import Choice, Words
from haochaping.doors.gate import actor_of, leave_note, requires
from haochaping.doors.names import names_of
from haochaping.doors.oversight.forms import NoForm
from haochaping.doors.oversight.page import oversight_page
from haochaping.doors.paging import page_number
from haochaping.doors.photo import photo_response
from haochaping.doors.reach import set_aside
from haochaping.doors.supervised import ON_PAGE, pager
from haochaping.files import queries as files
from haochaping.flows import handle_own_data, handle_voices
from haochaping.kernel.refused import N_, Refused
from haochaping.ledger.terms import EntryKind
from haochaping.publicity.rules import for_handlers
from haochaping.rectification import queries as orders
from haochaping.rectification.terms import SOLVED_LABELS
from haochaping.ui.shapes import Event
from haochaping.voices import actions, queries
from haochaping.voices.rules import at_office, move_label, outcomes_of, running_due, state_label
from haochaping.voices.states import at_office_from
from haochaping.voices.terms import (
    KIND_LABELS,
    MATTER_LABELS,
    OUTCOME_LABELS,
    PERSONS_WORDS,
    TEXT_LIMIT,
    VoiceKind,
    VoiceMove,
    VoiceOutcome,
)

if TYPE_CHECKING:
    from datetime import datetime
    from uuid import UUID

    from django import forms
    from django.http import HttpRequest, HttpResponse

    from haochaping.kernel.actor import Actor
    from haochaping.voices.terms import VoiceRow

_HERE = "oversight_voices"


class AnswerForm(CarefulForm):
    """The answer of the office with its outcome."""

    must_say = ("text",)

    outcome = Choice(
        label=gettext_lazy("Outcome"),
        choices=[(one.value, gettext_lazy(OUTCOME_LABELS[one])) for one in VoiceOutcome],
    )
    text = Words(
        label=gettext_lazy("Answer to the person"),
        help_text=gettext_lazy(
            "Say what was done or decided, and why. The person reads it at once. Name nobody."
        ),
        limit=TEXT_LIMIT,
        rows=6,
    )

    def offer(self, row: VoiceRow) -> None:
        """Leave the outcomes that an answer to this one may have."""
        field = cast("Choice", self.fields["outcome"])
        field.choices = [
            (one.value, gettext(OUTCOME_LABELS[one])) for one in outcomes_of(row.kind, row.matter or "")
        ]


class EndForm(CarefulForm):
    """What the office decides about what stayed unsolved."""

    must_say = ("text",)

    text = Words(
        label=gettext_lazy("Decision, with its reason"),
        help_text=gettext_lazy("The person reads it at once. Name nobody."),
        limit=TEXT_LIMIT,
        rows=6,
    )


# From the address of a step to its move, form, button and what is said afterwards.
STEPS: dict[str, tuple[VoiceMove, type[forms.Form], str, str]] = {
    "sign-for": (VoiceMove.SIGN_FOR, NoForm, N_("Accept it"), N_("You have accepted it.")),
    "answer": (VoiceMove.ANSWER, AnswerForm, N_("Send the answer"), N_("The answer is sent.")),
    "end": (VoiceMove.END, EndForm, N_("Decide and close it"), N_("It is decided and closed.")),
}


@requires(Power.ORDER_SUPERVISE)
@require_safe
@refusable
def page(request: HttpRequest) -> HttpResponse:
    """What waits for the office by time left, what is done, or what is overdue anywhere in one's divisions."""
    by, now = actor_of(request), timezone.now()
    which = request.GET.get("list", "")
    number = page_number(request.GET.get("page", ""))
    part = {"limit": ON_PAGE + 1, "offset": (number - 1) * ON_PAGE}
    overdue = which == "overdue"
    found = queries.overdue(by, now, **part) if overdue else queries.office(by, done=which == "done", **part)
    context = {
        "rows": [shown(row) | {"href": _address(row, overdue=overdue)} for row in found[:ON_PAGE]],
        "done": which == "done",
        "overdue": overdue,
        "now": now,
        **pager(number, len(found), f"list={which}&" if which in {"done", "overdue"} else ""),
    }
    return oversight_page(request, "oversight/voices.html", context, here=_HERE)


@requires(Power.ORDER_SUPERVISE)
@require_safe
@refusable
def one(request: HttpRequest, complaint_id: UUID) -> HttpResponse:
    """One of them with what its state allows."""
    return _one(request, complaint_id)


@requires(Power.ORDER_SUPERVISE)
@require_safe
@refusable
def photo(request: HttpRequest, complaint_id: UUID, photo_id: UUID) -> HttpResponse:
    """Show a photograph that the person sent with it."""
    row = queries.at_office(complaint_id, by=actor_of(request))
    leave_note(request, EntryKind.PERSONAL_DATA_READ, "voice", str(row.id))
    content = files.content_of(photo_id, subject_kind="voice", subject_id=str(row.id))
    return photo_response(content, place=str(photo_id)[-4:])


@requires(Power.ORDER_SUPERVISE)
@require_POST
@refusable
def step(request: HttpRequest, complaint_id: UUID, step: str) -> HttpResponse:
    """Take it up, answer it, or decide what stayed unsolved."""
    if step not in STEPS:
        raise Http404
    by = actor_of(request)
    row = queries.at_office(complaint_id, by=by)
    _, kind, _, done = STEPS[step]
    form = _offered(kind(request.POST, auto_id=f"{step}_%s"), row)
    if not form.is_valid():
        return _one(request, complaint_id, step, form, INVALID)
    try:
        _perform(step, row, form.cleaned_data, by, timezone.now())
    except Refused as refused:
        return _one(request, complaint_id, step, form, told(form, refused))
    messages.success(request, gettext(done))
    return see_other(reverse("oversight_voice", args=[complaint_id]))


def _perform(step: str, row: VoiceRow, typed: dict[str, str], by: Actor, now: datetime) -> None:
    if step == "sign-for":
        actions.sign_for(row.id, by=by, now=now)
    elif step == "end":
        handle_voices.end(row.id, **typed, by=by, now=now)
    elif row.kind == VoiceKind.OWN_DATA:
        # Sealed identities are within nobody's reach, and what still needs one may lie anywhere.
        with set_aside():
            handle_own_data.answer(row.id, **typed, by=by, now=now)
    else:
        handle_voices.answer(row.id, **typed, by=by, now=now)


def _offered[F: forms.Form](form: F, row: VoiceRow) -> F:
    """The form, with the outcomes that this one may have."""
    if isinstance(form, AnswerForm):
        form.offer(row)
    return form


def _address(row: VoiceRow, *, overdue: bool) -> str:
    """The page of one of a list; what is an agency's to answer stands at the desk."""
    at_desk = overdue and not at_office(row)
    return reverse("desk_voice" if at_desk else "oversight_voice", args=[row.id])


def shown(row: VoiceRow) -> dict[str, object]:
    """One of them in words, for the list and the head of its page."""
    return {
        "row": row,
        "kind": gettext(KIND_LABELS[row.kind]),
        "matter": gettext(MATTER_LABELS[row.matter]) if row.matter else "",
        "state": gettext(state_label(row.state, row.kind)),
        "due": running_due(row),
    }


def _one(
    request: HttpRequest,
    complaint_id: UUID,
    tried: str = "",
    form: forms.Form | None = None,
    status: int = 200,
) -> HttpResponse:
    by = actor_of(request)
    row = queries.at_office(complaint_id, by=by)
    leave_note(request, EntryKind.PERSONAL_DATA_READ, "voice", str(row.id))
    events = queries.timeline(row.id)
    names = names_of([event.by for event in events], by)
    order = orders.order_of_review(row.review_id) if row.review_id else None
    context = shown(row) | {
        "words": for_handlers(row.text),
        "photos": files.photos_of("voice", str(row.id)),
        "outcome": gettext(OUTCOME_LABELS[row.outcome]) if row.outcome else "",
        "solved": gettext(SOLVED_LABELS[row.solved]) if row.solved else "",
        "solved_words": for_handlers(row.solved_text),
        "order_id": order.id if order else None,
        "about_handling": row.kind == VoiceKind.HANDLING,
        "identities": len(row.persons),
        "events": [
            Event(
                gettext(move_label(event.move, row.kind)),
                event.at,
                names[event.by],
                for_handlers(event.note) if event.move in PERSONS_WORDS else event.note,
            )
            for event in events
        ],
        "steps": [
            (
                name,
                gettext(button),
                form if form and name == tried else _offered(kind(auto_id=f"{name}_%s"), row),
            )
            for name, (move, kind, button, _) in STEPS.items()
            if move in at_office_from(row.state, row.kind)
        ],
        "wrong": form,
        "now": timezone.now(),
    }
    return oversight_page(request, "oversight/voice.html", context, here=_HERE, status=status)
