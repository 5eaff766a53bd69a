"""Expected refusals about messages, notices and calls."""

from __future__ import annotations

from haochaping.kernel.refused import N_, Reason

BAD_EMAIL = Reason(
    "bad_email", N_("This is not an address for mail."), N_("Type it as name@example.org, or leave it empty.")
)
NO_EMAIL = Reason(
    "no_email",
    N_("Notices are to come by mail, but there is no address."),
    N_("Type the address, or choose no mail for every kind."),
)
BAD_PHONE = Reason(
    "bad_staff_phone",
    N_("This is not a mobile number."),
    N_("Type its eleven digits, or leave it empty."),
)
BAD_NOTICE_CHOICE = Reason(
    "bad_notice_choice", N_("“{value}” is not one of the choices."), N_("Choose one of the list.")
)
ORIGIN_NOT_ALLOWED = Reason(
    "origin_not_allowed",
    N_("Notices may not be sent to “{value}”."),
    N_("Use an address below one that the operator has allowed: {allowed}."),
)
NO_ENDPOINT = Reason(
    "no_endpoint",
    N_("There is no such address any more."),
    N_("Somebody may have removed it."),
)
NO_NOTICE = Reason("no_notice", N_("There is no such notice."), N_("Go back to the list of notices."))

NO_THREAD = Reason(
    "no_thread",
    N_("There is no conversation here."),
    N_("Open it from the work order, or check the link."),
)
EMPTY_MESSAGE = Reason("empty_message", N_("The message is empty."), N_("Write what you want to say."))
LONG_MESSAGE = Reason(
    "long_message",
    N_("The message has {length} characters; {limit} are allowed."),
    N_("Shorten it, or send it in two messages."),
)
CONTROL_CHARACTERS = Reason(
    "control_characters",
    N_("The message holds characters that cannot be shown."),
    N_("Type it again, or paste it as plain text."),
)
WRONG_SIDE = Reason(
    "wrong_side",
    N_("Nobody can write in another one's name."),
    N_("Sign in as the person who speaks."),
)
WRONG_PARAMS = Reason(
    "wrong_template_params",
    N_("The message “{template}” needs exactly these values: {needed}."),
    N_("Give every value of the template and no other."),
)
BAD_LINE = Reason(
    "bad_line",
    N_("This is not a line that the relay can ring."),
    N_("Type the number of your desk phone: 3 to 20 digits."),
)
CALL_WAITS = Reason(
    "call_waits",
    N_("A call to this reviewer is being connected already."),
    N_("Wait until it has ended; reload the page to see its outcome."),
)
NO_DELIVERY = Reason(
    "no_delivery",
    N_("There is no such notice."),
    N_("Look at the list of notices; the number may be mistyped."),
)
NOT_FAILED = Reason(
    "delivery_not_failed",
    N_("This notice is not one that failed."),
    N_("Only notices that failed or were interrupted can be queued again."),
)
