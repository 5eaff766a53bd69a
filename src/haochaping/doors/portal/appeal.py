"""What a reviewer reads when an agency has appealed: what is asked, what was decided, what they can do; no accusation."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.utils.translation import gettext

from haochaping.doors.portal.forms import AnswerForm, ObjectionForm
from haochaping.kernel.refused import N_
from haochaping.publicity.rules import redacted
from haochaping.rectification.queries import appeals
from haochaping.rectification.rules import may_contest
from haochaping.rectification.terms import AGREES_LABELS, AppealState, Ground, ProvenFact, Verdict

if TYPE_CHECKING:
    from datetime import datetime

    from django.forms import Form

    from haochaping.rectification.terms import AppealRow, DecisionRow

# To the reviewer every ground is a question, whatever the agency calls it.
_QUESTIONS = {
    Ground.MIS_TAP: N_("The agency asks whether another level was meant than the one that was chosen."),
    Ground.WRONG_SERVICE: N_("The agency asks whether the review is about another service or agency."),
    Ground.DUPLICATE: N_("The agency asks whether this service had been reviewed before."),
    Ground.NOT_A_CUSTOMER: N_("The agency asks whether the service took place at this agency."),
}
_DOUBTS = {
    ProvenFact.FLOOD: N_("Several reviews came within one day; the agency asks about them."),
    ProvenFact.NO_CASE: N_("The agency has not found the case of this review and asks about it."),
    ProvenFact.THREATS: N_("The agency refers to a record of police or court and asks what you say to it."),
    ProvenFact.COMPETITOR: N_("The agency asks whether the review was given as a customer."),
}
# What was found, in words that say nothing of whoever wrote the review.
_FOUND = {
    Ground.MIS_TAP: N_("What was found: another level was meant than the one that was chosen."),
    Ground.WRONG_SERVICE: N_("What was found: the review is about another service or agency."),
    Ground.DUPLICATE: N_("What was found: this service had been reviewed before."),
    Ground.NOT_A_CUSTOMER: N_("What was found: the service did not take place at this agency."),
}
_PROVED = {
    ProvenFact.FLOOD: N_("What was found: several reviews about different cases came within one day."),
    ProvenFact.NO_CASE: N_("What was found: there is no case for this review in the records."),
    ProvenFact.THREATS: N_("What was found: there is a record of police or court about it."),
    ProvenFact.COMPETITOR: N_("What was found: the review was not given as a customer."),
}
_DECIDED = frozenset({AppealState.DECIDED, AppealState.CONTESTED, AppealState.REPROPOSED, AppealState.FINAL})
_COUNTS = N_("Two persons of another organisation have looked at it: your review counts as it stands.")


@dataclass(frozen=True, slots=True)
class AppealShown:
    """The appeal as its page shows it: one form at most, the answer or the objection.

    `reasons` say why it was decided so, `found` besides what was found against the reviewer, so that nobody has to object
    blindly.
    """

    question: str
    asked: bool
    until: datetime | None
    agrees: str
    answer: str
    counts: str
    found: str
    reasons: str
    objection: str
    second: bool
    form: Form | None
    action: str


def appeal_shown(row: AppealRow | None, typed: Form | None = None) -> AppealShown | None:
    """The appeal against a review; None before it is accepted, and when the review was never touched by it."""
    if row is None or row.state in {AppealState.FILED, AppealState.REFUSED, AppealState.MOOT}:
        return None
    decision = appeals.decided(row.id)
    asked = row.state == AppealState.ACCEPTED
    loses = decision is not None and may_contest(decision.verdict, reviewer=True)
    form: Form | None = None
    if asked:
        form = typed or AnswerForm(auto_id="appeal_%s")
    elif row.state == AppealState.DECIDED and loses:
        form = typed or ObjectionForm(auto_id="appeal_%s")
    stands = decision is not None and decision.verdict in {Verdict.REJECTED, Verdict.PARTLY}
    return AppealShown(
        question=gettext(_DOUBTS[ProvenFact(row.fact)] if row.fact else _QUESTIONS[Ground(row.ground)]),
        asked=asked,
        until=row.due_at if form else None,
        agrees="" if row.agrees is None else gettext(AGREES_LABELS[row.agrees]),
        answer=row.answer,
        counts=gettext(_COUNTS) if stands and row.state in _DECIDED else "",
        found=_found(row, decision) if decision and loses else "",
        reasons=redacted(decision.text) if decision and row.state in _DECIDED else "",
        objection=row.objection if row.contested_by.startswith("reviewer:") else "",
        second=row.state in {AppealState.CONTESTED, AppealState.REPROPOSED},
        form=form,
        action="appeal-answer" if asked else "objection",
    )


def _found(row: AppealRow, decision: DecisionRow) -> str:
    """The finding in words; what is only partly so stands in the reasons alone."""
    if decision.verdict == Verdict.MALICIOUS:
        return gettext(_PROVED[ProvenFact(decision.fact)])
    ground = Ground(row.ground)
    return gettext(_FOUND[ground]) if decision.verdict == Verdict.MISTAKEN and ground in _FOUND else ""
