"""Expected refusals of supervision."""

from __future__ import annotations

from haochaping.kernel.refused import N_, Reason

SUPERVISION_TEXT_LIMIT = 2000


NO_SUCH_SUPERVISION = Reason(
    "no_such_supervision", N_("There is no such supervision order."), N_("Go back to the list.")
)


WRONG_SUPERVISION_STATE = Reason(
    "wrong_supervision_state",
    N_("This supervision order has moved on; that step is not possible now."),
    N_("Reload the page: somebody may have gone on with it."),
)


ANSWER_NOT_DUE = Reason(
    "answer_not_due",
    N_("The agency has until {until} to answer."),
    N_("Wait for the answer, or for the time to pass."),
)


SUPERVISION_OPEN = Reason(
    "supervision_open",
    N_("There is already an open supervision letter about this work order."),
    N_("Go on with that one."),
)


NO_SUCH_SIGNAL = Reason("no_such_signal", N_("There is no such signal."), N_("Go back to the list."))


SIGNAL_TAKEN = Reason(
    "signal_taken",
    N_("Somebody has opened supervision about this signal already."),
    N_("Go on with that supervision order."),
)


UNKNOWN_RUNG = Reason(
    "unknown_rung", N_("“{value}” is not one of the measures."), N_("Choose one of the list.")
)


NO_SUCH_PROPOSAL = Reason("no_such_proposal", N_("There is no such proposal."), N_("Go back to the list."))


PROPOSAL_DECIDED = Reason(
    "proposal_decided",
    N_("This proposal has been decided."),
    N_("Reload the page to see the decision."),
)


PROPOSAL_WAITS = Reason(
    "proposal_waits",
    N_("A proposal about this supervision order waits for its decision."),
    N_("Have it decided first."),
)


PROPOSER_DECIDES = Reason(
    "proposer_decides",
    N_("You made this proposal; somebody else decides about it."),
    N_("Ask another supervisor with this power."),
)
