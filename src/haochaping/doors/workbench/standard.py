"""标准答复 at the desk: a text to begin with, put into the form by a select and a button, with scripts or without."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.utils.translation import gettext

from haochaping.rectification.rules import consequences_of, standard_answers
from haochaping.rectification.terms import CATEGORY_LABELS, URGENCY_LABELS, Urgency

if TYPE_CHECKING:
    from collections.abc import Iterable

    from django import forms
    from django.http import QueryDict

INSERT = "insert"


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
    return [answer.title for answer in standard_answers(step)]


def with_text(form: forms.Form, step: str, typed: QueryDict) -> dict[str, object]:
    """What was typed, with the chosen text put before the words; nothing is lost when none was chosen."""
    known = {str(place): answer.text for place, answer in enumerate(standard_answers(step))}
    filled: dict[str, object] = {name: str(typed.get(name, "")) for name in form.fields}
    chosen = known.get(str(typed.get("standard", "")), "")
    return filled | {"text": "\n".join(part for part in (chosen, str(filled["text"])) if part)}
