"""From a complaint to a sentence in the active language: pages and API say the same thing."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from typing import TYPE_CHECKING

from django.utils.translation import gettext

from haochaping.kernel.text import INVISIBLE, visible
from haochaping.ui.moments import day, moment

if TYPE_CHECKING:
    from haochaping.kernel.refused import Complaint


@dataclass(frozen=True, slots=True)
class Sentence:
    """A no as shown: `field` the input's name or "", `code` stable, `message` and `remedy` translated."""

    field: str
    code: str
    message: str
    remedy: str

    @property
    def text(self) -> str:
        """Message and remedy, one after the other."""
        if not self.remedy:
            return self.message
        # Translators: two sentences; Chinese sets them without a space.
        return gettext("{message} {remedy}").format(message=self.message, remedy=self.remedy)


def labelled(name: object, value: object) -> str:
    """A name and what it has: `Item: Birth certificate`; Chinese sets another colon."""
    return gettext("{name}: {value}").format(name=name, value=value)


def say(complaint: Complaint) -> Sentence:
    """Translate a complaint and fill its placeholders; dates are set in Beijing time."""
    values = {"field": complaint.field}
    values |= {name: _shown(value) for name, value in complaint.params.items()}
    return Sentence(
        field=complaint.field,
        code=complaint.code,
        message=gettext(complaint.reason.message).format(**values),
        remedy=gettext(complaint.reason.remedy).format(**values) if complaint.reason.remedy else "",
    )


def _shown(value: object) -> str:
    if isinstance(value, datetime):
        return moment(value)
    if isinstance(value, date):
        return day(value)
    if isinstance(value, tuple):
        return gettext(", ").join(map(_shown, value))
    label = getattr(value, "label", None)
    # What somebody typed is repeated, but not what a page cannot hold, nor what turns its words around.
    return gettext(label) if isinstance(label, str) else visible(str(value).translate(INVISIBLE))
