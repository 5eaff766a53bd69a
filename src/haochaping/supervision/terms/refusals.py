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
    N_("Somebody may have gone on with it: see how it stands now."),
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
    N_("The decision stands on its page."),
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


NO_SERVICE_FAULT = Reason(
    "no_service_fault",
    N_("Nobody has said that the fault of this order lies in the service."),
    N_("Say first what the fault lies in."),
)


NO_SUCH_STAFF = Reason(
    "no_such_staff",
    N_("“{value}” is no staff number of this agency."),
    N_("Use the number on the badge."),
)


MEASURE_WAITS = Reason(
    "measure_waits",
    N_("A measure about this person and order is on its way already."),
    N_("Go on with that one."),
)


PERSON_NOT_HEARD = Reason(
    "person_not_heard",
    N_("The person has not been heard."),
    N_("Hear the person first, and write down what they say, or that they say nothing."),
)


NOT_ABOUT_A_PERSON = Reason(
    "not_about_a_person",
    N_("This proposal is about an agency."),
    N_("Go on with its supervision order."),
)


PROPOSAL_NOT_ADOPTED = Reason(
    "proposal_not_adopted",
    N_("This proposal is not adopted, or was carried out already."),
    N_("See how it stands now."),
)
