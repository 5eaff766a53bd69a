"""指标 of the loop: what became of bad reviews. Each speaks of the orders that were opened on the days asked for."""

from __future__ import annotations

from haochaping.insight.rules.totals import BY_ORDER, BY_STEP, NOT_ORDERS, of_kind
from haochaping.insight.terms import FactKind, Measure, Said
from haochaping.kernel.refused import N_
from haochaping.rectification.terms import Heard, Solved
from haochaping.supervision.terms import OPENED_AS, PROPOSED, RUNG_LABELS

_ORDERS = N_("work orders")
_ANOTHER_AGENCY = N_("what an agency did before the work order went to another one")

OF_LOOP = (
    Measure(
        "rectification_rate",
        N_("Bad reviews answered"),
        of_kind(FactKind.RECTIFIED),
        of_kind(FactKind.ORDER),
        NOT_ORDERS,
        "domain.md §3.3 整改率",
        _ORDERS,
        counts=N_("Work orders of bad reviews that the agency has answered."),
        day=BY_ORDER,
        out_of=N_(
            "All work orders that were sent to agencies for bad reviews of the same days, also those whose reviewer has "
            "since reviewed again or taken the review back."
        ),
    ),
    Measure(
        "unreached_rate",
        N_("Answered without having reached the reviewer"),
        of_kind(FactKind.RECTIFIED, Said.UNREACHED),
        of_kind(FactKind.RECTIFIED),
        (*NOT_ORDERS, N_("work orders that are not answered")),
        "domain.md §6.5 unreachable_closed",
        _ORDERS,
        counts=N_(
            "Of these, work orders of which nothing could be verified, as every prescribed attempt to reach the reviewer failed."
        ),
        day=BY_ORDER,
        out_of=N_("Work orders of bad reviews that the agency has answered."),
    ),
    Measure(
        "callback_rate",
        N_("Reviewers called back"),
        of_kind(FactKind.CALLBACK, Heard.REACHED),
        of_kind(FactKind.CALLBACK, Heard.REACHED, Heard.TRIED, Said.UNTRIED),
        (
            *NOT_ORDERS,
            N_("reviewers who cannot be called: no number, or no consent"),
            N_("work orders whose first contact is not made and not due yet"),
        ),
        "domain.md §3.3 回访率",
        _ORDERS,
        counts=N_("Work orders whose reviewer was reached in person and heard, or did not want to talk."),
        day=BY_ORDER,
        out_of=N_(
            "Work orders whose reviewer somebody has tried to call, or whose time for the first call is over."
        ),
    ),
    Measure(
        "on_time_contact_rate",
        N_("First contact on time"),
        of_kind(FactKind.CONTACT, Said.KEPT),
        of_kind(FactKind.CONTACT, Said.KEPT, Said.LATE),
        (*NOT_ORDERS, _ANOTHER_AGENCY, N_("work orders whose first contact is not made and not due yet")),
        "domain.md §3.1",
        _ORDERS,
        counts=N_(
            "Work orders whose reviewer was called for the first time, or found to have no number, by the promised moment."
        ),
        day=BY_ORDER,
        out_of=N_("Work orders whose first contact was made, or is overdue."),
    ),
    Measure(
        "on_time_rectification_rate",
        N_("Answered on time"),
        of_kind(FactKind.DEADLINE, Said.KEPT),
        of_kind(FactKind.DEADLINE, Said.KEPT, Said.LATE),
        (*NOT_ORDERS, _ANOTHER_AGENCY, N_("work orders not answered and not due yet")),
        "domain.md §3.3 按时整改率",
        _ORDERS,
        counts=N_("Work orders that were answered by the promised moment in every round."),
        day=BY_ORDER,
        out_of=N_("Work orders that were answered, or are overdue."),
    ),
    Measure(
        "reopened_rate",
        N_("Answers that solved nothing: opened again or escalated"),
        of_kind(FactKind.ANSWERED, Said.AGAIN),
        of_kind(FactKind.ANSWERED),
        (*NOT_ORDERS, N_("work orders that were never answered")),
        "domain.md §6.5",
        _ORDERS,
        counts=N_(
            "Of these, work orders whose reviewer said that nothing was solved, so that "
            "they were opened again or went to the supervisor."
        ),
        day=BY_ORDER,
        out_of=N_("Work orders that were answered at least once."),
    ),
    Measure(
        "second_satisfaction",
        N_("Called solved by the reviewer"),
        of_kind(FactKind.SOLVED, Solved.YES),
        of_kind(FactKind.SOLVED),
        (*NOT_ORDERS, N_("reviewers who did not say; “partly” counts as not solved")),
        "domain.md §3.3 追评满意率",
        _ORDERS,
        counts=N_("Of these, work orders whose reviewer last said “solved”."),
        day=BY_ORDER,
        out_of=N_(
            "Work orders whose reviewer said after an answer whether it is solved, partly solved or not solved."
        ),
    ),
    Measure(
        "repeat_rate",
        N_("Bad reviews of an item that had answered one within 90 days before"),
        of_kind(FactKind.REPEATED),
        of_kind(FactKind.ORDER),
        NOT_ORDERS,
        "domain.md §3.3 重复差评率",
        _ORDERS,
        counts=N_(
            "Of these, work orders about a service item of which another bad review had been answered at most 90 days before."
        ),
        day=BY_ORDER,
        out_of=N_("All work orders that were sent to agencies."),
    ),
    Measure(
        "appeals",
        N_("Appeals of agencies"),
        of_kind(FactKind.APPEAL),
        None,
        (N_("nothing: those withdrawn, not accepted or dropped count too"),),
        "domain.md §6.6",
        N_("appeals"),
        counts=N_(
            "Every appeal of an agency against a bad review, in whose figures it stands, by the day the work order was opened."
        ),
        day=BY_ORDER,
    ),
    Measure(
        "upheld_rate",
        N_("Appeals upheld, wholly or in part"),
        of_kind(FactKind.APPEAL, Said.UPHELD),
        of_kind(FactKind.APPEAL, Said.UPHELD, Said.DISMISSED),
        (N_("appeals withdrawn, not accepted, dropped, or not decided yet"),),
        "domain.md §3.3 申诉成立率",
        N_("appeals"),
        counts=N_(
            "Appeals that were upheld: the review was found mistaken or malicious, or the appeal partly right. "
            "The last decision counts."
        ),
        day=BY_ORDER,
        out_of=N_("Appeals that two persons have decided."),
    ),
)

# Inside the administration only: what is decided about an agency is told to it, and published by a person if at all.
INSIDE = tuple(
    Measure(
        f"supervision_{rung}",
        RUNG_LABELS[rung],
        of_kind(FactKind.SUPERVISED, rung),
        None,
        (
            N_("drafts that were not sent, and proposals that were not adopted"),
            N_("measures about persons, which stand in no list"),
        ),
        "domain.md §6.7",
        N_("steps of supervision"),
        counts=N_("Letters by the day they were opened, measures by the day they were decided."),
        day=BY_STEP,
    )
    for rung in (*OPENED_AS, *PROPOSED)
)
