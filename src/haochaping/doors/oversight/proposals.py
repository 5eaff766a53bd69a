"""`/oversight/proposals/`: measures that somebody proposed and somebody else decides about."""

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
from haochaping.doors.desk import INVALID, refusable, see_other, told
from haochaping.doors.gate import actor_of, requires
from haochaping.doors.names import names_of
from haochaping.doors.oversight.forms import DecisionForm, NoteForm
from haochaping.doors.oversight.page import oversight_page
from haochaping.doors.paging import page_number
from haochaping.doors.supervised import ON_PAGE, pager
from haochaping.flows import supervise
from haochaping.kernel.refused import N_, Refused
from haochaping.supervision import queries
from haochaping.supervision.access import may_decide
from haochaping.supervision.states import HEARD_BEFORE, proposal_after
from haochaping.supervision.terms import PROPOSAL_LABELS, RUNG_LABELS, ProposalMove, ProposalState

if TYPE_CHECKING:
    from uuid import UUID

    from django.http import HttpRequest, HttpResponse

    from haochaping.kernel.actor import Actor
    from haochaping.supervision.terms import ProposalRow

_DONE = {"adopt": N_("The proposal is adopted."), "reject": N_("The proposal is not adopted.")}
_TONES = {ProposalState.WAITING: "warn", ProposalState.ADOPTED: "bad", ProposalState.DONE: "good"}


@requires(Power.SUPERVISION_DECIDE)
@require_safe
@refusable
def page(request: HttpRequest) -> HttpResponse:
    """The proposals of one's divisions, newest first."""
    by, done = actor_of(request), request.GET.get("list") == "done"
    number = page_number(request.GET.get("page", ""))
    found = queries.proposals(by, done=done, limit=ON_PAGE + 1, offset=(number - 1) * ON_PAGE)
    context = {
        "rows": [_shown(row, by) for row in found[:ON_PAGE]],
        "done": done,
        **pager(number, len(found), "list=done&" if done else ""),
    }
    return oversight_page(request, "oversight/proposals.html", context, here="oversight_proposals")


@requires(Power.SUPERVISION_DECIDE)
@require_safe
@refusable
def one(request: HttpRequest, proposal_id: UUID) -> HttpResponse:
    """One proposal, and the form for whoever may decide about it."""
    return page_of(request, proposal_id)


@requires(Power.SUPERVISION_DECIDE, fresh=Fresh.TO_CHANGE)
@require_POST
@refusable
def decide(request: HttpRequest, proposal_id: UUID) -> HttpResponse:
    """Adopt the proposal or not; what was refused is shown again with what was typed."""
    decision = request.POST.get("decision", "")
    if decision not in _DONE:
        raise Http404
    form = DecisionForm(request.POST)
    if not form.is_valid():
        return page_of(request, proposal_id, form=form, status=INVALID)
    try:
        supervise.decide(
            proposal_id,
            adopt=decision == "adopt",
            reason=form.cleaned_data["reason"],
            by=actor_of(request),
            now=timezone.now(),
        )
    except Refused as refused:
        return page_of(request, proposal_id, form=form, status=told(form, refused))
    messages.success(request, gettext(_DONE[decision]))
    return see_other(reverse("oversight_proposal", args=[proposal_id]))


def page_of(
    request: HttpRequest,
    proposal_id: UUID,
    *,
    form: DecisionForm | None = None,
    noted: NoteForm | None = None,
    status: int = 200,
) -> HttpResponse:
    """The page of a proposal; `noted` is what was typed of a hearing, or of the end of a measure."""
    by = actor_of(request)
    row = queries.proposal(proposal_id, by=by)
    waits = row.state == ProposalState.WAITING
    steps = {move for move in ProposalMove if proposal_after(row.state, move)} if row.is_personal else set()
    context = _shown(row, by) | {
        "form": form or DecisionForm(),
        "noted": noted or NoteForm(auto_id="noted_%s"),
        "wrong": form or noted,
        "waits": waits,
        "may_decide": waits and may_decide(by, division_path=row.division_path, proposed_by=row.proposed_by),
        # Nobody is held accountable unheard.
        "may_adopt": not row.is_personal or row.rung not in HEARD_BEFORE or row.heard_at is not None,
        "hears": ProposalMove.HEAR in steps,
        "ends": ProposalMove.CARRY_OUT in steps,
    }
    return oversight_page(
        request, "oversight/proposal.html", context, here="oversight_proposals", status=status
    )


def _shown(row: ProposalRow, by: Actor) -> dict[str, object]:
    names = names_of([row.proposed_by, row.decided_by, row.done_by, *(one.by for one in row.hearings)], by)
    return {
        "row": row,
        "measure": gettext(RUNG_LABELS[row.rung]),
        "state": gettext(PROPOSAL_LABELS[row.state]),
        "tone": _TONES.get(row.state, "info"),
        "proposer": names[row.proposed_by],
        "decider": names[row.decided_by] if row.decided_by else "",
        "hearings": [(one.text, names[one.by], one.at) for one in row.hearings],
        "doer": names[row.done_by] if row.done_by else "",
    }
