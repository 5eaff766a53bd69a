"""What the choices of rules are called."""

from __future__ import annotations

from dataclasses import dataclass

from haochaping.kernel.refused import N_


@dataclass(frozen=True, slots=True)
class Choice:
    """One choice as people read it; its code is what a row of a profile holds."""

    label: str


CHOICES: dict[str, Choice] = {
    "levels": Choice(N_("the level")),
    "reasons": Choice(N_("reasons")),
    "stars": Choice(N_("stars")),
    "score": Choice(N_("a score")),
    "comment": Choice(N_("words")),
    "every_contact": Choice(N_("every contact of a case")),
    "intake": Choice(N_("intake")),
    "receipt": Choice(N_("receipt")),
    "acceptance": Choice(N_("acceptance")),
    "completion": Choice(N_("completion")),
    "delivery": Choice(N_("delivery")),
    "case": Choice(N_("the case")),
    "item": Choice(N_("the service item")),
    "agency": Choice(N_("the agency")),
    "hall": Choice(N_("the hall")),
    "window": Choice(N_("the window")),
    "staff": Choice(N_("the staff member")),
    "platform": Choice(N_("the platform")),
    "unlimited": Choice(N_("without limit")),
    "none": Choice(N_("none")),
    "satisfied": Choice(N_("“satisfied”")),
    "basically_satisfied": Choice(N_("“basically satisfied”")),
    "sms": Choice(N_("SMS")),
    "phone": Choice(N_("a call")),
    "page": Choice(N_("the page “My reviews”")),
    "ivr": Choice(N_("a call by machine")),
    "hotline_12345": Choice(N_("the 12345 hotline")),
    "ours": Choice(N_("ours")),
    "theirs": Choice(N_("the hotline’s")),
    "verified_without_callback": Choice(N_("checked without a call-back")),
    "handler": Choice(N_("only whoever handles it knows the case")),
    "full": Choice(N_("the whole case")),
    "shandong": Choice(N_("Shandong")),
    "yes": Choice(N_("Yes")),
    "no": Choice(N_("No")),
}
"""By their codes; what is chosen by yes or no, too."""
