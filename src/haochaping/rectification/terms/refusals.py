"""Expected refusals of a step of a work order."""

from __future__ import annotations

from haochaping.kernel.refused import N_, Reason

TEXT_LIMIT = 2000
CAPTION_LIMIT = 200
# How often photographs may stand on one order, each time up to as many as the files room keeps of a thing.
EVIDENCE_AT_MOST = 6


SOLUTION_TEXT_LIMIT = 500


NO_SUCH_AGENCY = Reason(
    "no_such_agency", N_("There is no agency with the code “{value}”."), N_("Choose it from the list.")
)


SAME_AGENCY = Reason(
    "same_agency", N_("The order is with this agency already."), N_("Choose another agency.")
)


AGENCY_ELSEWHERE = Reason(
    "agency_elsewhere",
    N_("“{value}” lies outside the places you dispatch for."),
    N_("Choose an agency of your division, or ask the office above."),
)


RETURNS_OFF = Reason(
    "returns_off",
    N_("By the rules of this place no order is returned."),
    N_("Handle it, or ask the dispatcher for an agency that helps."),
)


RETURNS_USED_UP = Reason(
    "returns_used_up",
    N_("By the rules of this place an order may be returned {limit} times; that is used up."),
    N_("Handle it, or ask the dispatcher for an agency that helps."),
)


RETURN_TOO_LATE = Reason(
    "return_too_late",
    N_("The order could be returned until {due}; that time has passed."),
    N_("Sign for it, and ask the dispatcher for an agency that helps."),
)


RETURN_IS_FREE = Reason(
    "return_is_free",
    N_("By the rules of this place a return needs no approval, so it cannot be refused."),
    N_("Send the order to another agency."),
)


NOT_HEARD = Reason(
    "not_heard",
    N_("The reviewer has not been heard: {attempts} of {needed} attempts at different hours are recorded."),
    N_(
        "Have the relay call again at another hour and record the outcome, or record why no call is possible."
    ),
)
NO_CALL_BEHIND = Reason(
    "no_call_behind",
    N_("No call stands behind this outcome: each outcome belongs to one call, and is recorded once."),
    N_(
        "Have the relay call first, with the button under “Calls through the relay”; then record what it brought."
    ),
)
WRITTEN_NOT_CALLED = Reason(
    "written_not_called",
    N_("The reviewer has written: that is an answer, or a wish not to talk, and not “not reached”."),
    N_("Choose another outcome, or the call that reached nobody."),
)
NO_OWN_SWITCHBOARD = Reason(
    "no_own_switchboard",
    N_("Only a hotline or a supervisory office calls from a switchboard of its own."),
    N_(
        "Have the relay call first, with the button under “Calls through the relay”; then record what it brought."
    ),
)
OWN_REFERENCE_MISSING = Reason(
    "own_reference_missing",
    N_("A call from your own switchboard needs its reference."),
    N_("Give the number under which your switchboard keeps the call."),
)
OWN_REFERENCE_USED = Reason(
    "own_reference_used",
    N_("The call with the reference “{reference}” has its outcome already."),
    N_("Give the number of another call."),
)
CASE_CONCEALED = Reason(
    "case_concealed",
    N_("The reviewer is concealed from the agency: it does not see the case number."),
    N_("Look into it by the item, the hall, the week and the words of the review."),
)
NOT_DESIGNATED = Reason(
    "not_designated",
    N_("Only whoever deals with this order opens the full case number."),
    N_("Ask them, or have a colleague give the order to you in the list of work orders."),
)


CONCEALED = Reason(
    "concealed",
    N_("The reviewer is concealed from the agency: it does not call."),
    N_("The dispatching or supervising office calls and records what came of it."),
)
NOT_WRITTEN_TO = Reason(
    "not_written_to",
    N_("The reviewer is concealed from the agency: it does not write to them."),
    N_(
        "The dispatching or supervising office calls instead; what the reviewer is to read belongs in the reply."
    ),
)
STEP_TAKEN = Reason(
    "step_taken",
    N_("This form was taken already, with other words than these. Nothing was done a second time."),
    N_(
        "What you wrote is kept on this page: look at what has happened, and send it again if it is still needed."
    ),
)


ORDER_CALLED_THIS_HOUR = Reason(
    "order_called_this_hour",
    N_("The reviewer was called in this hour already, and attempts count by different hours."),
    N_(
        "Record what that call brought. The next one can be made from {at}; until then write to the reviewer."
    ),
)


CALL_POSSIBLE = Reason(
    "call_possible",
    N_("The reviewer has agreed to be called and left a number."),
    N_("Call through the relay, and record what came of it."),
)


FINDING_DIFFERS = Reason(
    "finding_differs",
    N_("The last call-back found the review true and the demand reasonable."),
    N_("Choose what was put right; or record another call-back with what was found, and choose again."),
)

NOT_UNREACHED = Reason(
    "not_unreached",
    N_("This outcome is for reviewers whom all {needed} attempts did not reach; that is not so here."),
    N_("Choose what was put right or found out."),
)
FINDING_MISSING = Reason(
    "finding_missing",
    N_("No call-back says that what the review says is not true."),
    N_("Record what was found out first, or choose another outcome."),
)


NOT_LEDGERED = Reason(
    "not_ledgered",
    N_("This outcome belongs to a matter in the rectification ledger."),
    N_("Enter it in the ledger first, or choose “put right at once”."),
)


NO_PLAN = Reason(
    "no_plan",
    N_("Line {line} of the plan has no day: “{value}”."),
    N_("Begin each line with a day like 2026-12-01, then what is to be done."),
)


NO_SUCH_DAY = Reason(
    "no_such_day",
    N_("Line {line} of the plan: the calendar has no {value}."),
    N_("Look at the month’s last day, and correct it."),
)


PLAN_PASSED = Reason(
    "plan_passed",
    N_("Line {line} of the plan is for {day}, outside today to {due}."),
    N_("Plan within the deadline, or ask for more time."),
)


PLAN_LEFT = Reason(
    "plan_left",
    N_("The plan has lines that are not done: {lines}."),
    N_("Tick each of them when it is done, or end it with the reason, which the reviewer reads."),
)


NO_SUCH_MILESTONE = Reason(
    "no_such_milestone", N_("There is no such open line in the plan."), N_("See how it stands now.")
)


EXTENSIONS_USED_UP = Reason(
    "extensions_used_up",
    N_("By the rules of this place more time is given {limit} times; that is used up."),
    N_("Answer within the deadline; what remains to be done goes into the reply."),
)


EXTENSION_TOO_LONG = Reason(
    "extension_too_long",
    N_("{days} {unit} were asked for; the rules of this place give 1 to {limit} {unit}."),
    N_("Ask for less time."),
)


EXTENSION_WAITS = Reason(
    "extension_waits", N_("More time has been asked for already."), N_("Wait for the decision.")
)


NO_EXTENSION_ASKED = Reason(
    "no_extension_asked", N_("No request for more time waits."), N_("See how it stands now.")
)


CLOCK_PAUSED = Reason(
    "clock_paused", N_("The clock is paused while an appeal is pending."), N_("Wait for the decision.")
)


OWN_REPLY = Reason("own_reply", N_("You wrote this reply yourself."), N_("Somebody else checks it."))


NOT_THE_SAME_REVIEWER = Reason(
    "not_the_same_reviewer",
    N_("Order {value} is not known to be of the same reviewer."),
    N_(
        "Only orders of one person are merged: by certificate number, or by phone where there is none; of one case also"
        " where nobody is known. Answer each on its own."
    ),
)

NOT_THE_SAME_MATTER = Reason(
    "not_the_same_matter",
    N_("Order {value} is about another matter: neither the same case nor the same item at the same agency."),
    N_("Answer each on its own: only orders about one matter are merged."),
)

NOT_BOTH_CONCEALED = Reason(
    "not_both_concealed",
    N_("Of this order and order {value} one hides its case from the agency and the other does not."),
    N_("Answer each on its own: merged, the one would tell whose the other is."),
)

MERGED_INTO_ENDED = Reason(
    "merged_into_ended",
    N_("Order {value} is this order itself, is not with an agency, or has been answered."),
    N_("Merge it with another order that an agency is still working on."),
)

ANSWERS_FOR_OTHERS = Reason(
    "answers_for_others",
    N_("Other orders are answered with this one."),
    N_("Merge the other order with this one instead."),
)


NO_CO_HANDLER = Reason(
    "no_co_handler",
    N_("Your agency was not asked to help with this order, or has answered already."),
    N_("See how it stands now."),
)


HELPS_ALREADY = Reason(
    "helps_already", N_("This agency helps with the order already."), N_("Choose another agency.")
)


NO_SUCH_ORDER = Reason("no_such_order", N_("There is no such work order."), N_("Go back to the list."))


WRONG_STATE = Reason(
    "wrong_state",
    N_("That step is not possible any more, or not yet."),
    N_("Somebody may have gone on with it: see how it stands now."),
)


TEXT_MISSING = Reason("text_missing", N_("This text is empty."), N_("Write at least one sentence."))


TEXT_TOO_LONG = Reason(
    "text_too_long",
    N_("The text has {length} characters; {limit} are allowed."),
    N_("Shorten the text."),
)


REPLY_DOUBTED = Reason(
    "reply_doubted",
    N_("Look at the reply once more before it is sent."),
    N_("Change it, or tick that it is to be sent as it is."),
)


EVIDENCE_EMPTY = Reason(
    "evidence_empty", N_("No photograph was chosen."), N_("Choose one to three photographs.")
)


TOO_MUCH_EVIDENCE = Reason(
    "too_much_evidence",
    N_("Photographs were added {limit} times already."),
    N_("Remove some that are not needed."),
)


NO_SUCH_EVIDENCE = Reason(
    "no_such_evidence",
    N_("These photographs are not there any more."),
    N_("They may have been removed."),
)


GAP_LEFT = Reason(
    "gap_left",
    N_("The place “{gap}” of the text is not filled in."),
    N_("Write there what holds for this order, or take it out."),
)


OWN_WORDS_MISSING = Reason(
    "own_words_missing",
    N_("This is the standard text and nothing else."),
    N_("Add at least one sentence about this order."),
)


UNKNOWN_CHOICE = Reason(
    "unknown_choice", N_("“{value}” is not one of the choices."), N_("Choose one of the list.")
)


NOT_REPLIED = Reason(
    "not_replied",
    N_("The agency has not answered yet."),
    N_("You are asked whether it is solved once the answer stands here."),
)


SOLUTION_WINDOW_OVER = Reason(
    "solution_window_over",
    N_("Your answer could be changed until {until}; that time has passed."),
    N_("It stands as you gave it. Write in the messages, or give a follow-up review."),
)


NO_THREAD = Reason(
    "no_thread",
    N_("The agency has not written to you about this review."),
    N_("Wait for its message, or read its reply here."),
)
