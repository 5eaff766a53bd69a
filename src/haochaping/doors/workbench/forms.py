"""Forms of an order's steps: they read what was typed and keep it; whether it will do is judged by the rooms."""

from __future__ import annotations

import re
from collections import defaultdict
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from django import forms
from django.utils.text import format_lazy
from django.utils.translation import gettext, gettext_lazy

from haochaping.doors.agencies import AgencyField
from haochaping.doors.careful import CarefulForm
from haochaping.doors.fields import Choice, Words
from haochaping.doors.uploads import Photographs
from haochaping.exchange.terms import QuarantineAsked, RecordKind
from haochaping.files.terms import PHOTO_MEGABYTES, PHOTOS_ALLOWED
from haochaping.identity.terms import BASIS_LIMIT, DOCUMENT_LIMIT, PURPOSE_LABELS
from haochaping.kernel.refused import N_
from haochaping.notices.terms import TEXT_LIMIT as MESSAGE_LIMIT
from haochaping.rectification.terms import AGENCY_OUTCOMES, CAPTION_LIMIT, OUTCOME_LABELS
from haochaping.rulebook.terms import UNIT_LABELS
from haochaping.supervision.terms import SUPERVISION_TEXT_LIMIT

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import datetime

    from haochaping.rectification.terms import Doubts
    from haochaping.rulebook.terms import Unit

RECORD_KINDS = {
    RecordKind.CASE: N_("Case"),
    RecordKind.REVIEW: N_("Review"),
    RecordKind.STEP: N_("Step of a case"),
    RecordKind.VOICE: N_("Complaint or suggestion of an older system"),
}
_NUMBER = re.compile(r"[0-9a-f]{8}-([0-9a-f]{4}-){3}[0-9a-f]{12}", re.IGNORECASE)


class QuarantineForm(forms.Form):
    """Which records of the quarantine are meant; every field may be left empty."""

    code = forms.ChoiceField(label=gettext_lazy("Why it was not taken"), required=False)
    kind = forms.ChoiceField(
        label=gettext_lazy("Kind of record"),
        choices=[
            ("", gettext_lazy("Everything")),
            *((kind.value, gettext_lazy(label)) for kind, label in RECORD_KINDS.items()),
        ],
        required=False,
    )
    source = forms.CharField(label=gettext_lazy("Source (platform)"), max_length=40, required=False)
    days = forms.IntegerField(
        label=gettext_lazy("Waiting for more than so many days"), min_value=0, max_value=9999, required=False
    )

    def __init__(self, data: Any, *, reasons: Iterable[tuple[str, str, int]]) -> None:
        super().__init__(data)
        field = self.fields["code"]
        assert isinstance(field, forms.ChoiceField)  # noqa: S101 - for the type checker
        named = [(code, f"{_in_general(message)} ({n})") for code, message, n in reasons]
        field.choices = [("", gettext_lazy("Everything")), *named]

    def asked(self, now: datetime) -> QuarantineAsked | None:
        """What is meant; None when the form was filled in wrongly, so that no mistake means everything."""
        if not self.is_valid():
            return None
        typed = self.cleaned_data
        before = now - timedelta(days=typed["days"]) if typed["days"] is not None else None
        return QuarantineAsked(typed["code"], typed["kind"], typed["source"].strip(), before)


class MatchForm(forms.Form):
    """Which of our items a source's code means."""

    item = forms.CharField(
        label=gettext_lazy("Code of our item"),
        help_text=gettext_lazy("As it stands in the directory."),
        max_length=40,
        required=False,
    )
    none = forms.BooleanField(label=gettext_lazy("It is none of our items"), required=False)

    def clean(self) -> None:
        """One of the two has to be said."""
        if not self.cleaned_data.get("item", "").strip() and not self.cleaned_data.get("none"):
            self.add_error("item", gettext("Name the item, or say that it is none of ours."))


def _in_general(message: str) -> str:
    """A reason's sentence that speaks of no record."""
    return gettext(message).format_map(defaultdict(lambda: "…"))


class SignForm(forms.Form):
    """Signing for an order needs no words."""


class MessageForm(CarefulForm):
    """Writing to the reviewer."""

    text = Words(
        label=gettext_lazy("Message to the reviewer"),
        help_text=gettext_lazy(
            "They read it on their review's page and hear of it by SMS. No number is shown to either side."
        ),
        limit=MESSAGE_LIMIT,
        rows=3,
    )


class ReasonForm(forms.Form):
    """A step that needs nothing but its reason."""

    reason = Words(label=gettext_lazy("Reason"), help_text=gettext_lazy("It stands on the order."), rows=3)


class EndForm(CarefulForm):
    """Why an order is closed although the reviewer says that it is not solved."""

    read_by_others = ("reason",)

    reason = Words(
        label=gettext_lazy("Reason"), help_text=gettext_lazy("The reviewer reads it. Name nobody."), rows=3
    )


class ElsewhereForm(CarefulForm):
    """To which agency an order goes, and why."""

    read_by_others = ("reason",)

    agency = AgencyField(label=gettext_lazy("Agency"))
    reason = Words(label=gettext_lazy("Reason"), rows=3)


class JoinForm(CarefulForm):
    """Which agency helps, and with what."""

    read_by_others = ("task",)

    agency = AgencyField(label=gettext_lazy("Agency"))
    task = Words(label=gettext_lazy("What it is asked to do"), rows=3)


class ContributeForm(forms.Form):
    """What the helping agency did."""

    text = Words(label=gettext_lazy("What your agency has done"), rows=3)


class OrderNumber(forms.UUIDField):
    """The number of an order, or the address of its page, in which it stands."""

    def to_python(self, value: Any) -> Any:
        """The number in what was typed."""
        found = _NUMBER.search(str(value or ""))
        return super().to_python(found.group() if found else value)


class MergeForm(forms.Form):
    """With which other order of the reviewer it is answered."""

    into = OrderNumber(
        label=gettext_lazy("Number of the other order"),
        help_text=gettext_lazy(
            "It stands on its page; its address will do as well. Both must be of one reviewer, about one matter."
        ),
    )


class LedgerForm(forms.Form):
    """限期整改: why the matter takes longer, and the plan."""

    reason = Words(label=gettext_lazy("Why it cannot be put right at once"), rows=3)
    plan = Words(
        label=gettext_lazy("Plan"),
        help_text=gettext_lazy(
            "One line for each thing to do: a day like 2026-12-01, then what is done by it."
        ),
        rows=5,
    )

    def within(self, limit: int, unit: Unit) -> None:
        """Say how far the plan may reach."""
        said = gettext("At most {limit} from the dispatch, by the rules of this place.")
        field = self.fields["plan"]
        field.help_text = f"{field.help_text} {said.format(limit=f'{limit} {gettext(UNIT_LABELS[unit])}')}"


class MilestoneForm(forms.Form):
    """Which line of the plan is done."""

    milestone = forms.UUIDField(label=gettext_lazy("Line of the plan"), widget=forms.HiddenInput)
    note = Words(label=gettext_lazy("What was done"), rows=2)


class DropForm(CarefulForm):
    """Which line of the plan is not to be done any more, and why."""

    read_by_others = ("reason",)

    milestone = forms.UUIDField(label=gettext_lazy("Line of the plan"), widget=forms.HiddenInput)
    reason = Words(
        label=gettext_lazy("Why it is not to be done any more"),
        help_text=gettext_lazy("The reviewer reads it. Name nobody."),
        rows=2,
    )


class AskExtensionForm(CarefulForm):
    """More days, and why; the reviewer reads the reason. How many there may be is said by the rules of the place."""

    read_by_others = ("reason",)

    days = forms.IntegerField(label=gettext_lazy("How many days more"), min_value=1)
    reason = Words(
        label=gettext_lazy("Reason"),
        help_text=gettext_lazy("The reviewer reads it once it is granted. Name nobody."),
        rows=3,
    )

    def up_to(self, days: int, unit: Unit) -> None:
        """Say how many days there may be, and that they are working days where they are."""
        self.fields["days"].widget.attrs["max"] = str(days)
        self.fields["days"].help_text = gettext("At most {days} {unit}, by the rules of this place.").format(
            days=days, unit=gettext(UNIT_LABELS[unit])
        )


class NoteForm(forms.Form):
    """A step with a note that may be left empty."""

    note = Words(label=gettext_lazy("Note"), rows=2)


class InternalNoteForm(forms.Form):
    """A note among those who deal with an order."""

    text = Words(
        label=gettext_lazy("Internal note"),
        help_text=gettext_lazy(
            "For those who handle, check or supervise this order. The reviewer never reads it, nor does whom the review names."
        ),
        rows=2,
    )


class RectifyForm(CarefulForm):
    """What was put right, or why it could not be."""

    read_by_others = ()
    must_say = ("text",)

    outcome = Choice(
        label=gettext_lazy("Outcome"),
        choices=[(word, gettext_lazy(OUTCOME_LABELS[word])) for word in AGENCY_OUTCOMES],
    )
    text = Words(
        label=gettext_lazy("What was put right, or why it could not be"),
        help_text=gettext_lazy("Say what has changed, not only that it has. Never published."),
    )


class ReplyForm(forms.Form):
    """The final answer. `confirm` is there once something was found to look at, which `doubts` names and `found` tells."""

    found: Doubts | None = None

    text = Words(
        label=gettext_lazy("Reply to the reviewer"),
        help_text=gettext_lazy(
            "The reviewer reads it at once; the public reads it after a publisher has released it. Name nobody."
        ),
        rows=6,
    )
    doubts = forms.CharField(required=False, widget=forms.HiddenInput)
    confirm = forms.BooleanField(
        label=gettext_lazy("I have looked at it: send the reply as it is"), required=False
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if not self["doubts"].value():
            del self.fields["doubts"], self.fields["confirm"]

    def doubted(self, found: Doubts) -> ReplyForm:
        """The same reply, to be looked at once more."""
        typed = {"text": self.cleaned_data["text"], "doubts": " ".join(found.kinds)}
        again = ReplyForm(typed, auto_id=self.auto_id)
        again.found = found
        # As in `CarefulForm`: it stands far down the page.
        again.fields["confirm"].widget.attrs["autofocus"] = True
        return again


class EvidenceForm(CarefulForm):
    """Photographs of what was put right; whether the reviewer is shown them may be said later, so all are looked at."""

    read_by_others = ("caption",)

    photos = Photographs(
        required=True,
        label=gettext_lazy("Photographs"),
        help_text=format_lazy(
            gettext_lazy(
                "Up to {photos}, {megabytes} MB each. Where they were taken is not kept; show no faces."
            ),
            photos=PHOTOS_ALLOWED,
            megabytes=PHOTO_MEGABYTES,
        ),
    )
    caption = forms.CharField(
        label=gettext_lazy("What they show"),
        strip=False,
        widget=forms.TextInput(attrs={"maxlength": str(CAPTION_LIMIT)}),
    )
    shown = forms.BooleanField(
        label=gettext_lazy("May be shown to the reviewer, with the reply"), required=False
    )


class OpeningForm(forms.Form):
    """Asking that an identity be opened."""

    depends = frozenset({"document"})
    about = forms.CharField(
        label=gettext_lazy("Work order or case"),
        help_text=gettext_lazy(
            "The number of the work order from its address, or the case as platform/number."
        ),
        max_length=100,
    )
    purpose = Choice(
        label=gettext_lazy("What it is opened for"),
        choices=[(word, gettext_lazy(label)) for word, label in PURPOSE_LABELS.items()],
    )
    legal_basis = Words(
        label=gettext_lazy("Legal basis"),
        help_text=gettext_lazy("Law and article, and in a sentence why it is needed. Name nobody."),
        limit=BASIS_LIMIT,
        rows=3,
    )
    document = forms.CharField(
        label=gettext_lazy("Document of the request by law"),
        help_text=gettext_lazy("Needed where an organ requests it by law: the number of its document."),
        required=False,
        widget=forms.TextInput(attrs={"maxlength": str(DOCUMENT_LIMIT)}),
    )
    told_forbidden = forms.BooleanField(
        label=gettext_lazy("A court has forbidden to tell the person; the document says so"), required=False
    )


class RefusalForm(forms.Form):
    """Refusing to open an identity."""

    note = forms.CharField(
        label=gettext_lazy("Reason for refusing"),
        required=False,
        widget=forms.TextInput(attrs={"maxlength": "500"}),
    )


class AnswerForm(CarefulForm):
    """Answering supervision or an urging."""

    text = Words(
        label=gettext_lazy("Answer"),
        help_text=gettext_lazy("What you have done and by when the rest is done. Name no reviewer."),
        limit=SUPERVISION_TEXT_LIMIT,
        rows=6,
    )
