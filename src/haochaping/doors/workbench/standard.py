"""标准答复 at the desk: a text to begin with, put into the form by a select and a button, with scripts or without."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.utils.translation import gettext

from haochaping.kernel.periods import local_day
from haochaping.rectification.rules import NO_DAY, consequences_of, filled, standard_answers
from haochaping.rectification.terms import CATEGORY_LABELS, URGENCY_LABELS, Urgency
from haochaping.ui.readings import either

if TYPE_CHECKING:
    from collections.abc import Iterable

    from django import forms
    from django.http import QueryDict

    from haochaping.rectification.terms import OrderRow

INSERT = "insert"
# The field that a text goes into, where it is not called `text`.
_FIELDS = {"return": "reason", "call-back": "note", "ledger": "plan", "more-time": "reason", "redo": "reason"}


@dataclass(frozen=True, slots=True)
class ShownConsequence:
    """What follows from the reasons of a review, in words."""

    categories: list[str]
    urgency: str
    urgent: bool
    supervised: bool


def shown(codes: Iterable[str]) -> ShownConsequence | None:
    """The consequence of reasons for the page of an order."""
    found = consequences_of(codes)
    if found is None:
        return None
    return ShownConsequence(
        [gettext(CATEGORY_LABELS[category]) for category in found.categories],
        gettext(URGENCY_LABELS[found.urgency]),
        found.urgency == Urgency.URGENT,
        found.supervised,
    )


def titles(step: str) -> list[str]:
    """What the select of a step offers; its value is the place in the list."""
    return [either(answer.title, answer.english_title) for answer in standard_answers(step)]


def field_of(step: str) -> str:
    """The name of the field of a step's form that a text goes into."""
    return _FIELDS.get(step, "text")


def is_asked_for(step: str, typed: QueryDict) -> bool:
    """Whether the button was pressed that puts a text into the form of a step, and there are any."""
    return INSERT in typed and bool(standard_answers(step))


def with_text(form: forms.Form, step: str, typed: QueryDict, **facts: str) -> dict[str, object]:
    """What was typed, with the chosen text put before the words; nothing is lost when none was chosen.

    `facts` are what the page knows of the order and its texts name.
    """
    texts = [either(answer.text, answer.english_text) for answer in standard_answers(step)]
    known = {str(place): filled(text, **facts) for place, text in enumerate(texts)}
    field = field_of(step)
    given: dict[str, object] = {name: str(typed.get(name, "")) for name in form.fields}
    chosen = known.get(str(typed.get("standard", "")), "")
    return given | {field: "\n".join(part for part in (chosen, str(given[field])) if part)}


def facts_of(order: OrderRow) -> dict[str, str]:
    """What is put into a text about an order."""
    due = order.rectify_due_at
    day = local_day(due).isoformat() if due else NO_DAY
    return {"item": order.item_name, "agency": order.agency_name, "deadline": day}
