"""短信模板: the sentences that reviewers are told, and which of them give way to which."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

from haochaping.kernel.refused import N_

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime
    from uuid import UUID


class Template(StrEnum):
    """短信模板 by code."""

    INVITATION = "invitation"
    RECEIPT = "receipt"
    AGENCY_WROTE = "agency_wrote"
    ORDER_REPLIED = "order_replied"
    ORDER_AGAIN = "order_again"
    SIGN_IN_CODE = "sign_in_code"
    CALL = "call"
    IDENTITY_OPENED = "identity_opened"
    SAMPLE_QUESTION = "sample_question"
    ORDER_DISPATCHED = "order_dispatched"
    ORDER_EXTENDED = "order_extended"
    SOLVED_QUESTION = "solved_question"
    ORDER_CLOSED = "order_closed"
    APPEAL_HEARD = "appeal_heard"
    VOICE_ANSWERED = "voice_answered"
    APPEAL_ASKED = "appeal_asked"
    APPEAL_DECIDED = "appeal_decided"
    SAMPLE_CALL = "sample_call"
    ORDER_SIGNED = "order_signed"
    ORDER_LEDGERED = "order_ledgered"
    ORDER_UNREACHED = "order_unreached"
    ORDER_MERGED = "order_merged"
    ORDER_ESCALATED = "order_escalated"
    APPEAL_CONTESTED = "appeal_contested"
    VOICE_DECIDED = "voice_decided"


# Nothing about person, service or agency: a text message is read over shoulders and kept by carriers.
SENTENCES: dict[Template, str] = {
    Template.INVITATION: N_(
        "Your government service is finished. How was it? One tap is enough, and it is up to you: {link}"
    ),
    Template.RECEIPT: N_("Your review has been received. See what becomes of it: {link}"),
    Template.AGENCY_WROTE: N_(
        "There is a question about your review. Nobody sees your number; read and answer here: {link}"
    ),
    Template.ORDER_REPLIED: N_(
        "Your review has been answered. Read the answer and say whether it helped: {link}"
    ),
    Template.ORDER_AGAIN: N_("Your review is being worked on once more. See what happens next: {link}"),
    Template.SIGN_IN_CODE: N_(
        "{code} is your code to see your services. It is valid for ten minutes; nobody will ask you for it."
    ),
    # Not sent: what the demo's page shows of a call that a gateway would have connected.
    Template.CALL: N_(
        "A call through the relay: it shows the relay’s number, and neither side sees the other’s."
    ),
    Template.IDENTITY_OPENED: N_(
        "Your identity with a review has been opened by the procedure of the law. The rules, and whom to ask: {link}"
    ),
    Template.SAMPLE_QUESTION: N_(
        "Spot check: did you rate a government service yourself? One question, if you like; or say “do not call me”: {link}"
    ),
    Template.ORDER_DISPATCHED: N_(
        "Your review is now with the agency, which is to answer by {day}. See how it goes: {link}"
    ),
    Template.ORDER_EXTENDED: N_(
        "The answer to your review needs longer, until {day}. The reason stands here: {link}"
    ),
    Template.SOLVED_QUESTION: N_(
        "You have had an answer to your review. Is the matter solved? Say so with one tap: {link}"
    ),
    Template.ORDER_CLOSED: N_("The handling of your review is finished. Everything that was done: {link}"),
    Template.APPEAL_HEARD: N_(
        "The agency asks that your review be looked at again. You are heard before anything is decided: {link}"
    ),
    Template.VOICE_ANSWERED: N_(
        "Your complaint, suggestion or question has been answered. Read the answer and say whether it helped: {link}"
    ),
    Template.APPEAL_ASKED: N_(
        "There is a question about your review before anything is decided. Read it and answer, if you like: {link}"
    ),
    Template.APPEAL_DECIDED: N_(
        "The question about your review has been decided. Read the decision and what you can do: {link}"
    ),
    # Not sent: what the demo's page shows of an automatic call that a gateway would have made.
    Template.SAMPLE_CALL: N_("Automatic call of the spot check. Press the keys of the phone here: {link}"),
    Template.ORDER_SIGNED: N_("The agency has taken up your review. See who does what by when: {link}"),
    Template.ORDER_LEDGERED: N_(
        "Putting it right takes longer, until {day}. What is planned until then: {link}"
    ),
    Template.ORDER_UNREACHED: N_(
        "You could not be reached about your review. It is worked on all the same; you can write here: {link}"
    ),
    Template.ORDER_MERGED: N_(
        "Your review is answered together with your other one about the same matter: {link}"
    ),
    Template.ORDER_ESCALATED: N_(
        "You said that it is not solved. The supervisory office has it now. See what happens next: {link}"
    ),
    Template.APPEAL_CONTESTED: N_(
        "The level above looks once more at the question about your review. What that means: {link}"
    ),
    Template.VOICE_DECIDED: N_(
        "The supervisory office has decided about what you said. Read it here: {link}"
    ),
}
# Each step of an order of which its reviewer is told: these wait for the morning, and for their turn of the day.
STEPS = frozenset(
    {
        Template.ORDER_DISPATCHED,
        Template.ORDER_EXTENDED,
        Template.SOLVED_QUESTION,
        Template.ORDER_CLOSED,
        Template.APPEAL_HEARD,
        Template.ORDER_SIGNED,
        Template.ORDER_LEDGERED,
        Template.ORDER_UNREACHED,
        Template.ORDER_MERGED,
        Template.ORDER_ESCALATED,
        Template.APPEAL_CONTESTED,
    }
)
# Said at once, and each tells all that matters: what still waits about the same review is old by then.
OVERTAKES = frozenset(
    {Template.ORDER_REPLIED, Template.ORDER_AGAIN, Template.ORDER_ESCALATED, Template.APPEAL_DECIDED}
)


@dataclass(frozen=True, slots=True)
class Step:
    """One reviewer to be told of a step: the sealed person, the review, the values of the template, not before when."""

    person: UUID
    about: UUID
    params: Mapping[str, str]
    due_at: datetime
