"""指标 of invitations: how many services had one, how far it came, and what came of it."""

from __future__ import annotations

from haochaping.insight.rules.totals import BY_SERVICE, of_kind
from haochaping.insight.rules.words import EXCLUDED, NOT_ACTIVE, UNSIGNED_CASES, VOIDED, WITHDRAWN
from haochaping.insight.terms import REPORTED, FactKind, Measure
from haochaping.kernel.refused import N_
from haochaping.reviews.asking.terms import Reach
from haochaping.reviews.terms import Provenance

_SOURCE = "trust.md §5.2"
_ALL_INVITED = of_kind(FactKind.INVITED)
_ALL = N_("All invitations of services that could be reviewed.")
_INVITATIONS = N_("invitations")
_NOT_INVITATIONS = (UNSIGNED_CASES, N_("invitations of withdrawn cases"))
_NOT_OPENED = N_("whether an invitation was opened, which is not recorded")
_OTHER_WAYS = N_("reviews of invited services that came in another way, as at a device or on paper")

# Every invitation is in one of them; how it came about is the first that holds, in the order of `reach_of`.
_SHARES = {
    Reach.DELIVERED: (
        N_("Invitations delivered by text message"),
        N_("Of these, invitations of which the message gateway has taken at least one text message."),
    ),
    Reach.SENT: (
        N_("Invitations whose text message is on its way"),
        N_("Of these, invitations whose text message waits to be sent, or to be sent again."),
    ),
    Reach.FAILED: (
        N_("Invitations whose text message failed"),
        N_("Of these, invitations of which no text message went out, and nobody calls instead."),
    ),
    Reach.CALLED: (
        N_("Invitations by telephone"),
        N_("Of these, invitations whose person is or was on the list of those who are called."),
    ),
    Reach.ISSUED: (
        N_("Invitations with an address only"),
        N_(
            "Of these, invitations of which there is an address or a code to scan, and nobody was asked yet or will be."
        ),
    ),
}
_ANSWERS = {
    "responded_rate": (
        N_("Invitations answered"),
        tuple[Provenance, ...](),
        N_("Of these, invitations by which the service was reviewed."),
    ),
    "responded_self_rate": (
        N_("Invitations answered through their address"),
        (Provenance.ACTIVE_SELF,),
        N_("Of these, invitations by which the person reviewed the service themselves."),
    ),
    "responded_by_phone_rate": (
        N_("Invitations answered by telephone"),
        (Provenance.HOTLINE_CALL_BACK,),
        N_("Of these, invitations whose person reviewed the service in a call."),
    ),
}

OF_ASKING = (
    Measure(
        "invited_rate",
        N_("Services with an invitation"),
        _ALL_INVITED,
        of_kind(FactKind.OCCURRENCE, REPORTED),
        (*_NOT_INVITATIONS, VOIDED),
        _SOURCE,
        N_("services"),
        counts=N_("Services of which there is an invitation to review, however far it has come."),
        day=BY_SERVICE,
        out_of=N_("All services of the same days that could be reviewed."),
    ),
    *(
        Measure(
            f"invited_{reach}_share",
            label,
            of_kind(FactKind.INVITED, reach),
            _ALL_INVITED,
            (*_NOT_INVITATIONS, _NOT_OPENED),
            _SOURCE,
            _INVITATIONS,
            counts=counts,
            day=BY_SERVICE,
            out_of=_ALL,
        )
        for reach, (label, counts) in _SHARES.items()
    ),
    *(
        Measure(
            name,
            label,
            of_kind(FactKind.RESPONDED, *given),
            _ALL_INVITED,
            (*_NOT_INVITATIONS, WITHDRAWN, EXCLUDED, NOT_ACTIVE, _OTHER_WAYS),
            _SOURCE,
            _INVITATIONS,
            counts=counts,
            day=BY_SERVICE,
            out_of=_ALL,
        )
        for name, (label, given, counts) in _ANSWERS.items()
    ),
)
