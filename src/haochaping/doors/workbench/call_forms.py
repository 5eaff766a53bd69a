"""Forms about hearing a reviewer: a call through the relay is asked for first, then its outcome is recorded."""

from __future__ import annotations

from typing import TYPE_CHECKING, cast

from django import forms
from django.utils.translation import gettext, gettext_lazy

from haochaping.doors.careful import CarefulForm
from haochaping.doors.fields import Choice, Words
from haochaping.identity.terms import CALL_PURPOSES
from haochaping.rectification.terms import CALL_LABELS, CallResult, Means
from haochaping.ui.moments import moment

if TYPE_CHECKING:
    from haochaping.flows.call_back import Recordable
    from haochaping.rectification.terms import Contact

ANSWERS = {"yes": True, "no": False, "unknown": None}
_ANSWER_CHOICES = (
    ("yes", gettext_lazy("Yes")),
    ("no", gettext_lazy("No")),
    ("unknown", gettext_lazy("Could not be found out")),
)


class CallForm(forms.Form):
    """Asking the relay for a call; both numbers stay between the relay and its lines."""

    purpose = Choice(
        label=gettext_lazy("What the call is for"),
        choices=[(word, gettext_lazy(label)) for word, label in CALL_PURPOSES.items()],
    )
    line = forms.CharField(
        label=gettext_lazy("Your desk phone"),
        help_text=gettext_lazy(
            "The relay rings it first, then the reviewer. Neither side sees the other’s number."
        ),
        widget=forms.TextInput(attrs={"inputmode": "tel", "autocomplete": "off", "maxlength": "30"}),
    )


class CallbackForm(CarefulForm):
    """What one call, or message of the reviewer, brought. `contact` says which one it was."""

    read_by_others = ("note",)

    contact = Choice(
        label=gettext_lazy("Which call it is the outcome of"),
        help_text=gettext_lazy("Each call has one outcome; the hour that counts is that of the call."),
        required=False,
    )
    result = Choice(
        label=gettext_lazy("Result of the call-back"),
        choices=[(word, gettext_lazy(label)) for word, label in CALL_LABELS.items()],
    )
    is_true = Choice(label=gettext_lazy("Is it true what the review says?"), choices=_ANSWER_CHOICES)
    is_reasonable = Choice(label=gettext_lazy("Is the demand reasonable?"), choices=_ANSWER_CHOICES)
    note = Words(
        label=gettext_lazy("What was found out"),
        help_text=gettext_lazy("For your agency and its supervisors; never published."),
    )
    recording = forms.CharField(
        label=gettext_lazy("Number of the recording, if there is one"),
        required=False,
        widget=forms.TextInput(attrs={"autocomplete": "off", "maxlength": "60"}),
    )

    def offer(self, what: Recordable) -> None:
        """Leave what may be recorded now: of which calls, and what they may have come to."""
        known = [(one.key, _named(one)) for one in what.contacts]
        if what.own:
            known.append((Means.OWN.value, gettext("A call from our own switchboard, by its reference")))
            self.fields["recording"].label = gettext(
                "Number of the recording; of your own switchboard, its reference"
            )
            self.fields["recording"].help_text = gettext(
                "Needed for a call from your own switchboard; it stands on the order."
            )
        if known:
            contact = cast("Choice", self.fields["contact"])
            contact.choices = known
            # What was asked for from this page is what is usually recorded next.
            called = [one.key for one in what.contacts if one.means == Means.RELAY]
            contact.initial = (called or [known[0][0]])[0]
        else:
            del self.fields["contact"], self.fields["recording"]
        results = list(CallResult) if known else [CallResult.NOT_POSSIBLE]
        if not what.impossible:
            results.remove(CallResult.NOT_POSSIBLE)
        cast("Choice", self.fields["result"]).choices = [(one, gettext(CALL_LABELS[one])) for one in results]


def _named(one: Contact) -> str:
    if one.means == Means.MESSAGE:
        return gettext("What the reviewer wrote on {at}").format(at=moment(one.at))
    return gettext("The call through the relay of {at}").format(at=moment(one.at))
