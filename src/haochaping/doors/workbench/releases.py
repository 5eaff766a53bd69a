"""`/desk/releases/`: texts as written beside what would appear; a publisher releases or holds back with a reason."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.contrib import messages
from django.http import Http404
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext
from django.views.decorators.http import require_POST, require_safe

from haochaping.accounts.terms import Power
from haochaping.doors.confirmation import Fresh
from haochaping.doors.desk import desk_page, refusable, see_other, status_of
from haochaping.doors.gate import actor_of, leave_note, requires
from haochaping.kernel.refused import N_, Refused
from haochaping.kernel.text import has_forbidden_control
from haochaping.ledger.terms import EntryKind
from haochaping.publicity import actions as publicity
from haochaping.publicity import queries
from haochaping.publicity.rules import HIDDEN
from haochaping.publicity.terms import Decision, Part
from haochaping.ui.sentences import say

if TYPE_CHECKING:
    from uuid import UUID

    from django.http import HttpRequest, HttpResponse

    from haochaping.ui.sentences import Sentence

_ON_PAGE = 20
_PARTS = {Part.TEXT: N_("Words of the reviewer"), Part.REPLY: N_("Reply of the agency")}
_DONE = {Decision.RELEASED: N_("The text is released."), Decision.HELD: N_("The text is held back.")}


@requires(Power.PUBLICATION_RELEASE)
@require_safe
@refusable
def page(request: HttpRequest) -> HttpResponse:
    """The texts of one's division that wait, oldest first."""
    return _page(request)


@requires(Power.PUBLICATION_RELEASE, fresh=Fresh.TO_CHANGE)
@require_POST
@refusable
def decide(request: HttpRequest, review_id: UUID, part: str) -> HttpResponse:
    """Release one text or hold it back."""
    decision = request.POST.get("decision", "")
    if part not in set(Part) or decision not in set(Decision):
        raise Http404
    reason = "".join(c for c in request.POST.get("reason", "") if not has_forbidden_control(c))
    try:
        publicity.decide(
            review_id, Part(part), Decision(decision), reason=reason, by=actor_of(request), now=timezone.now()
        )
    except Refused as refused:
        sentence = say(refused.complaint)
        status = status_of(refused.complaint)
        return _page(request, wrong=(review_id, part), sentence=sentence, reason=reason, status=status)
    messages.success(request, gettext(_DONE[Decision(decision)]))
    return see_other(reverse("desk_releases"))


def _page(
    request: HttpRequest,
    *,
    wrong: tuple[UUID, str] | None = None,
    sentence: Sentence | None = None,
    reason: str = "",
    status: int = 200,
) -> HttpResponse:
    found = queries.candidates(actor_of(request), now=timezone.now(), limit=_ON_PAGE + 1)
    shown = found[:_ON_PAGE]
    # One entry for each review, so that the auditor who looks one up finds who read it here. A text and its reply may
    # both wait.
    for review_id in dict.fromkeys(candidate.review_id for candidate in shown):
        leave_note(request, EntryKind.PERSONAL_DATA_READ, "review", str(review_id))
    rows = [
        {
            "found": candidate,
            "key": f"{candidate.review_id}-{candidate.part}",
            "part": gettext(_PARTS[candidate.part]),
            "pieces": _pieces(candidate.redacted),
            "changed": candidate.redacted != candidate.original,
            "sentence": sentence if (candidate.review_id, candidate.part) == wrong else None,
            "reason": reason if (candidate.review_id, candidate.part) == wrong else "",
        }
        for candidate in shown
    ]
    shown_there = any(row["sentence"] for row in rows)
    context = {
        "rows": rows,
        "more": len(found) > _ON_PAGE,
        "sentence": None if shown_there else sentence,
    }
    return desk_page(request, "workbench/releases.html", context, here="desk_releases", status=status)


def _pieces(text: str) -> list[tuple[str, bool]]:
    """The text cut where something was hidden, as (piece, whether it is hidden)."""
    pieces: list[tuple[str, bool]] = []
    for piece in text.split(HIDDEN):
        pieces += [(HIDDEN, True), (piece, False)]
    return [piece for piece in pieces[1:] if piece[0]]
