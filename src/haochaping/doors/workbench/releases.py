"""`/desk/releases/`: texts as written beside what would appear; one publisher proposes, a second one confirms or refuses."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from django.contrib import messages
from django.http import Http404
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext, ngettext
from django.views.decorators.http import require_POST, require_safe

from haochaping.accounts.terms import Power
from haochaping.doors.confirmation import Fresh
from haochaping.doors.desk import desk_page, refusable, see_other, status_of
from haochaping.doors.fields import uuid_of
from haochaping.doors.gate import actor_of, leave_note, requires
from haochaping.doors.names import names_of
from haochaping.kernel.refused import N_, Refused
from haochaping.kernel.text import has_forbidden_control
from haochaping.ledger.terms import EntryKind
from haochaping.publicity import actions as publicity
from haochaping.publicity import queries
from haochaping.publicity.redaction.marks import marks_in
from haochaping.publicity.rules import HIDDEN, alarm_of, found_in, in_all, redacted
from haochaping.publicity.terms import (
    APPEARING,
    GROUND_LABELS,
    GROUNDS,
    Decision,
    Ground,
    KeptBack,
    Part,
    PersonalKind,
    Sensitive,
    WaitingCount,
    Wanted,
    week_of,
)
from haochaping.rectification.terms import Alarm
from haochaping.ui.sentences import say

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from datetime import date, datetime
    from enum import StrEnum
    from uuid import UUID

    from django.http import HttpRequest, HttpResponse

    from haochaping.kernel.actor import Actor
    from haochaping.publicity.terms import Candidate, ProposedRelease
    from haochaping.ui.sentences import Sentence

_ON_PAGE = 20
PARTS = {Part.TEXT: N_("Words of the reviewer"), Part.REPLY: N_("Reply of the agency")}
_KINDS = {
    PersonalKind.NAME: N_("Name of a person"),
    PersonalKind.OFFICIAL: N_("Name of a person in office"),
    PersonalKind.PHONE: N_("Phone number"),
    PersonalKind.IDENTITY: N_("Identity number"),
    PersonalKind.CARD: N_("Bank card number"),
    PersonalKind.CREDIT_CODE: N_("Unified social credit code"),
    PersonalKind.PLATE: N_("Number plate"),
    PersonalKind.ADDRESS: N_("Address of a person"),
    PersonalKind.ACCOUNT: N_("Account of a person"),
    PersonalKind.MAIL: N_("Mail address"),
    PersonalKind.NUMBER: N_("Other number"),
}
_REASONS = {
    Sensitive.STATE_SECRET: N_("May be a state secret"),
    Sensitive.INTERNAL: N_("May be internal to an authority"),
    Sensitive.COMMERCIAL_SECRET: N_("May be a trade secret"),
    Sensitive.PRIVACY: N_("May be nobody's business: health, family, means, belief"),
    Sensitive.MINOR: N_("May be about a minor"),
    Sensitive.LEGAL_CASE: N_("May be about a case that is not decided"),
    Sensitive.ABUSE: N_("May be abuse or a threat"),
}
_PROPOSED = {
    Decision.RELEASED: N_("to be released"),
    Decision.HELD: N_("to be held back"),
    Decision.TAKEN_DOWN: N_("to be taken down"),
    Decision.RESTORED: N_("to be published after all"),
}
ALARM_LABELS = {Alarm.AMBER: N_("Nearly overdue"), Alarm.RED: N_("Overdue")}
_STEPS = {
    "refuse": N_("The proposal is refused; the text waits again."),
    "withdraw": N_("The proposal is taken back; the text waits again."),
}


@dataclass(frozen=True, slots=True)
class Wrong:
    """What was refused: at which card of the page, the sentence, and the reason as it was typed."""

    key: str
    sentence: Sentence
    reason: str
    status: int
    field: str = ""
    ground: str = ""


@requires(Power.PUBLICATION_RELEASE)
@require_safe
@refusable
def page(request: HttpRequest) -> HttpResponse:
    """What waits in one's division: for a second publisher, for a first one, and what one has proposed oneself."""
    return _page(request)


@requires(Power.PUBLICATION_RELEASE, fresh=Fresh.TO_CHANGE)
@require_POST
@refusable
def propose(request: HttpRequest, review_id: UUID, part: str) -> HttpResponse:
    """Propose to release one text or to hold it back."""
    decision, reason, ground = request.POST.get("decision", ""), *typed_why(request)
    if part not in set(Part) or decision not in {Decision.RELEASED, Decision.HELD}:
        raise Http404
    wanted = Wanted(review_id, Part(part), Decision(decision), reason, ground)
    try:
        publicity.propose([wanted], by=actor_of(request), now=timezone.now())
    except Refused as refused:
        return _page(request, wrong_at(f"{review_id}-{part}", refused, reason, ground))
    messages.success(request, gettext("Proposed; it holds once a second person confirms it."))
    return see_other(reverse("desk_releases"))


@requires(Power.PUBLICATION_RELEASE, fresh=Fresh.TO_CHANGE)
@require_POST
@refusable
def confirm(request: HttpRequest) -> HttpResponse:
    """Confirm the ticked proposals of others, all at once."""
    chosen = {found for text in request.POST.getlist("proposal") if (found := uuid_of(text))}
    if not chosen:
        messages.info(request, gettext("Nothing was ticked."))
        return see_other(reverse("desk_releases"))
    confirmed = publicity.confirm(chosen, by=actor_of(request), now=timezone.now())
    told = ngettext("{n} decision is confirmed.", "{n} decisions are confirmed.", confirmed)
    messages.success(request, told.format(n=confirmed))
    if missed := len(chosen) - confirmed:
        told = ngettext("{n} was no longer there to confirm.", "{n} were no longer there to confirm.", missed)
        messages.info(request, told.format(n=missed))
    return see_other(reverse("desk_releases"))


@requires(Power.PUBLICATION_RELEASE, fresh=Fresh.TO_CHANGE)
@require_POST
@refusable
def step(request: HttpRequest, release_id: UUID, step: str) -> HttpResponse:
    """Refuse somebody's proposal with a reason, or take one's own back."""
    if step not in _STEPS:
        raise Http404
    by, now, reason = actor_of(request), timezone.now(), typed_reason(request)
    try:
        if step == "refuse":
            publicity.refuse(release_id, reason=reason, by=by, now=now)
        else:
            publicity.withdraw(release_id, by=by, now=now)
    except Refused as refused:
        return _page(request, wrong_at(str(release_id), refused, reason))
    messages.success(request, gettext(_STEPS[step]))
    return see_other(reverse("desk_releases"))


def typed_reason(request: HttpRequest) -> str:
    """The reason as typed, without what nobody can see."""
    return "".join(c for c in request.POST.get("reason", "") if not has_forbidden_control(c))


def typed_why(request: HttpRequest) -> tuple[str, str]:
    """Reason and ground as sent; a ground that there is not is none."""
    ground = request.POST.get("ground", "")
    return typed_reason(request), ground if ground in GROUNDS else ""


def grounds() -> list[tuple[str, str]]:
    """The grounds that there are to keep words back, with their names."""
    return [(str(ground), gettext(GROUND_LABELS[ground])) for ground in GROUNDS]


def wrong_at(key: str, refused: Refused, reason: str, ground: str = "") -> Wrong:
    """What was refused at a card, with what was typed there."""
    said = refused.complaint
    return Wrong(key, say(said), reason, status_of(said), said.field, ground)


def _page(request: HttpRequest, wrong: Wrong | None = None) -> HttpResponse:
    by = actor_of(request)
    found = queries.candidates(by, now=timezone.now(), limit=_ON_PAGE + 1)
    others = queries.proposals(by, mine=False, limit=_ON_PAGE + 1)
    mine = queries.proposals(by, mine=True, limit=_ON_PAGE + 1)
    lists = (found, others, mine)
    note_read(request, (one for found in lists for one in found[:_ON_PAGE]))
    names = names_of({one.proposed_by for one in others}, by)
    # What is refused at a card where a reason is typed is said there, else above them all.
    with_reason = {f"{one.review_id}-{one.part}" for one in found} | {str(one.id) for one in others}
    context = {
        "rows": [card(one, f"{one.review_id}-{one.part}", one.redacted, wrong) for one in found[:_ON_PAGE]],
        "others": [
            _proposal(one, wrong) | {"proposed_by": names[one.proposed_by]} for one in others[:_ON_PAGE]
        ],
        "mine": [_proposal(one, None) for one in mine[:_ON_PAGE]],
        "more": any(len(one) > _ON_PAGE for one in lists),
        "grounds": grounds(),
        "now": timezone.now(),
        "waiting": _waiting(by),
        "sentence": wrong.sentence if wrong and wrong.key not in with_reason else None,
    }
    status = wrong.status if wrong else 200
    return desk_page(request, "workbench/releases.html", context, here="desk_releases", status=status)


def _waiting(by: Actor) -> WaitingCount:
    """What waits in the publisher's division, as the public page says it."""
    path = by.scope.division_path
    return in_all(queries.waiting(path).values()) if path is not None else WaitingCount()


def note_read(request: HttpRequest, shown: Iterable[Candidate | ProposedRelease | KeptBack]) -> None:
    """One entry for each review, so that the auditor who looks one up finds who read it here.

    A text and its reply may both wait.
    """
    for review_id in dict.fromkeys(one.review_id for one in shown):
        leave_note(request, EntryKind.PERSONAL_DATA_READ, "review", str(review_id))


def _proposal(one: ProposedRelease, wrong: Wrong | None) -> dict[str, object]:
    return card(one, str(one.id), one.text or redacted(one.original), wrong) | {
        "decision": gettext(_PROPOSED[one.decision]),
        "appears": one.decision in APPEARING,
        "on_ground": said_of_ground(one.ground),
    }


def card(
    one: Candidate | ProposedRelease | KeptBack, key: str, appearing: str, wrong: Wrong | None = None
) -> dict[str, object]:
    """Words as written and as they would appear, with what was refused about them."""
    said = wrong if wrong and wrong.key == key else None
    due, alarm = None, Alarm.NONE
    if not isinstance(one, KeptBack):
        due, alarm = one.due_at, alarm_of(one.amber_at, one.due_at, timezone.now())
    return {
        "found": one,
        "key": key,
        "part": gettext(PARTS[one.part]),
        "pieces": _pieces(appearing),
        "changed": appearing != one.original,
        "hidden": _by_label(one.original, found_in(one.original), _KINDS),
        "marked": _by_label(one.original, marks_in(one.original), _REASONS),
        "sentence": said.sentence if said else None,
        "reason": said.reason if said else "",
        "wrong": said.field if said else "",
        "ground": said.ground if said else "",
        "week": week_to_show(one.part, one.written_at),
        "raised": "" if isinstance(one, KeptBack) else one.raised_name,
        "due": due,
        "alarm": gettext(ALARM_LABELS[alarm]) if alarm else "",
        "tone": "bad" if alarm == Alarm.RED else "warn",
    }


def week_to_show(part: Part, written_at: datetime) -> date | None:
    """The week in which a reviewer wrote; a publisher need not know the moment. None of a reply, which is the agency's."""
    return week_of(written_at) if part == Part.TEXT else None


def said_of_ground(ground: str) -> str:
    """The name of a ground; empty where there is none."""
    return gettext(GROUND_LABELS[Ground(ground)]) if ground else ""


def _by_label(
    text: str, found: Iterable[tuple[int, int, StrEnum]], labels: Mapping[Any, str]
) -> list[tuple[str, list[str]]]:
    """What was found in a text, as it is written and each once, by what it is found for: in the order of the labels."""
    words: dict[StrEnum, list[str]] = {}
    for start, end, kind in found:
        words.setdefault(kind, []).append(text[start:end].strip())
    return [
        (gettext(label), list(dict.fromkeys(words[kind]))) for kind, label in labels.items() if kind in words
    ]


def _pieces(text: str) -> list[tuple[str, bool]]:
    """The text cut where something was hidden, as (piece, whether it is hidden)."""
    pieces: list[tuple[str, bool]] = []
    for piece in text.split(HIDDEN):
        pieces += [(HIDDEN, True), (piece, False)]
    return [piece for piece in pieces[1:] if piece[0]]
