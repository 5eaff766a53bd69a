"""Every component in every state, with invented content: what the page `/ui` shows."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from haochaping.kernel.ratios import Mean, Ratio
from haochaping.kernel.refused import N_, Complaint, Reason
from haochaping.ui import qr
from haochaping.ui.levels import LEVELS
from haochaping.ui.sentences import say
from haochaping.ui.shapes import Column, Event, Figure, Levels, Link, Pile, Tag

_NOW = datetime(2026, 11, 24, 10, 0, tzinfo=UTC)
_LINK = "https://example.gov.cn/r/7ZK3Q0MB"
_TOO_LONG = Reason(
    "gallery_too_long",
    N_("The text has {length} characters; {limit} are allowed."),
    N_("Shorten it and send it again."),
)


class _Sample(forms.Form):
    words = forms.CharField(
        label=gettext_lazy("What went well or badly?"),
        help_text=gettext_lazy("At most 500 characters. No names, telephone or certificate numbers, please."),
        required=False,
        max_length=500,
        widget=forms.Textarea(attrs={"rows": 4, "maxlength": None}),
    )
    phone = forms.CharField(label=gettext_lazy("Telephone number"), help_text=gettext_lazy("11 digits"))
    answer = forms.ChoiceField(
        label=gettext_lazy("May the agency call you back?"),
        choices=(("yes", gettext_lazy("Yes")), ("no", gettext_lazy("No"))),
        widget=forms.RadioSelect,
    )
    outcome = forms.ChoiceField(
        label=gettext_lazy("Outcome"),
        choices=(("", "-"), ("at_once", gettext_lazy("Put right at once"))),
    )
    agreed = forms.BooleanField(label=gettext_lazy("I have checked that the reply names nobody"))


def context() -> dict[str, object]:
    """The names that `ui/gallery.html` shows. The texts are in the active language: call it per request."""
    empty, wrong = _Sample(auto_id="empty_%s"), _Sample({"phone": "123"}, auto_id="wrong_%s")
    empty.fields["words"].widget.attrs |= {"maxlength": "500", "data-left": _("{n} characters left")}
    wrong.add_error("phone", _("Enter all 11 digits of the number."))
    return {
        "form": empty,
        "form_wrong": wrong,
        "sentences": [say(Complaint(_TOO_LONG, "", {"length": 612, "limit": 500}))],
        "complaint": Complaint(_TOO_LONG, "words", {"length": 612, "limit": 500}),
        "button_kinds": ["primary", "secondary", "quiet", "danger"],
        "tones": ["info", "good", "warn", "bad"],
        "levels": [level.number for level in LEVELS],
        "tags": _tags(),
        "figures": _figures(),
        "few": Figure(_("Good rate"), Ratio(11, 12), _("Default and unverified reviews")),
        "counts": {5: 412, 4: 96, 3: 21, 2: 9, 1: 14},
        "columns": [Column(_("Service item")), Column(_("Agency")), Column(_("Bad reviews"), numeric=True)],
        "rows": _rows(),
        "no_rows": [],
        "shares": _shares(),
        "month_counts": [
            Figure(f"2026-{n:02}", cases) for n, cases in enumerate((310, 295, 402, 380), start=8)
        ],
        "units": _units(),
        "together": Ratio(61, 1_405),
        "level_rows": _level_rows(),
        "steps": [
            Figure(_("Work orders sent"), 61),
            Figure(_("Answered at least once"), 58),
            Figure(_("Called solved by the reviewer"), 31),
        ],
        "piles": [
            Pile("0–1%", 3),
            Pile("1–2%", 14),
            Pile("2–3%", 6, here=True),
            Pile("3–4%", 0),
            Pile("4–5%", 1),
        ],
        "trail": [Link(_("Front page"), "/"), Link(_("Results"), "/"), Link(_("Sample District"))],
        "events": _events(),
        "now": _NOW,
        "due_soon": _NOW + timedelta(days=2, hours=3),
        "due_past": _NOW - timedelta(days=1, hours=4),
        "before": _NOW - timedelta(days=2),
        "receipt": "7ZK3Q0MB5WXH2N8RPA4TVC6YD1",
        "qr_svg": qr.svg(_LINK),
        "qr_link": _LINK,
    }


def _tags() -> list[Tag]:
    return [
        Tag("201", _("The guide was not clear")),
        Tag("202", _("I had to come several times")),
        Tag("203", _("It took longer than promised"), checked=True),
        Tag("204", _("More material was asked for than listed"), basic=False),
        Tag("205", _("The staff were unfriendly"), basic=False),
    ]


def _figures() -> list[Figure]:
    excluded = _("Default and unverified reviews")
    return [
        Figure(_("Bad reviews"), 23, href="#"),
        Figure(_("Participation rate"), Ratio(552, 4981), _("Cases without a reviewable service")),
        Figure(_("Rectification rate"), Ratio(19, 23), _("Orders not yet due")),
        Figure(_("Good rate"), Ratio(529, 552), excluded),
        Figure(_("Average level, from 1 to 5"), Mean(2541, 552, 11947), excluded),
        Figure(_("Reviewable services"), 4981),
    ]


def _shares() -> list[Figure]:
    counted = [(9, 310), (14, 295), (5, 22), (31, 402), (22, 380), (8, 311)]
    months = [Figure(f"2026-{n:02}", Ratio(*counts), href="#") for n, counts in enumerate(counted, start=5)]
    return [*months, Figure("2026-11", 0, withheld=_("The source's figures are being checked."))]


def _units() -> list[Figure]:
    return [
        Figure(_("Sample District Public Security Bureau"), Ratio(4, 512), href="#"),
        Figure(_("Sample District Market Supervision Bureau"), Ratio(55, 881), href="#"),
        Figure(_("Sample District Healthcare Security Bureau"), Ratio(2, 12), href="#"),
        Figure(_("Sample District"), 0, withheld=_("The source's figures are being checked.")),
    ]


def _level_rows() -> list[Levels]:
    return [
        Levels(_("Mobile phone"), {5: 412, 4: 96, 3: 21, 2: 9, 1: 14}, "#"),
        Levels(_("Text message"), {5: 12, 4: 6, 3: 2, 2: 1, 1: 7}),
        Levels(_("Tablet in the hall"), {}),
    ]


def _rows() -> list[list[str | int | Link]]:
    return [
        [Link(_("Residence permit: first issue"), "#"), _("Sample District Public Security Bureau"), 7],
        [Link(_("Change of a company's address"), "#"), _("Sample District Market Supervision Bureau"), 1204],
        [Link(_("Medical insurance: refund"), "#"), _("Sample District Healthcare Security Bureau"), 0],
    ]


def _events() -> list[Event]:
    return [
        Event(_("Review received"), _NOW - timedelta(days=3), _("You")),
        Event(_("Work order sent to the agency"), _NOW - timedelta(days=3, minutes=-10)),
        Event(
            _("The agency called back"),
            _NOW - timedelta(days=2),
            _("Sample District Market Supervision Bureau"),
            _("We have called you and understood: you were asked twice for the same copy."),
        ),
        Event(
            _("Reply"),
            _NOW - timedelta(days=1),
            _("Sample District Market Supervision Bureau"),
            _("The list of materials is corrected: the copy is not asked for.\n\nThank you for telling us."),
        ),
    ]
