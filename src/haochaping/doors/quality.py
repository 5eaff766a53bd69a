"""The rules of data quality in the reader's language, what they found, and figures that they keep from being published."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.utils.translation import get_language, gettext

from haochaping.exchange.manifests.terms import MANIFEST_DIFFERS, SEQ_OF_OTHER, SEQ_TOO_FAR, SEQ_UNFINISHED
from haochaping.exchange.quality.rules import CHINESE, ENGLISH, RULES
from haochaping.exchange.quality.terms import GATE_LABELS
from haochaping.kernel.refused import N_
from haochaping.levels.terms import (
    NOT_A_RECORD,
    OTHER_CONTENT,
    TOO_FAR_AHEAD,
    TOTALS_DIFFER,
    UNKNOWN_CODE_SET,
    UNKNOWN_SCHEMA,
)
from haochaping.ui import moments

if TYPE_CHECKING:
    from collections.abc import Sequence

    from haochaping.exchange.quality.terms import Gate, HeldPlace, Parts, QualityRule


def _language() -> str:
    return CHINESE if (get_language() or "").startswith(CHINESE) else ENGLISH


def message_of(rule: QualityRule) -> str:
    """What is wrong when a rule is broken."""
    return rule.message[_language()]


def remedy_of(rule: QualityRule) -> str:
    """What its sender can do about it."""
    return rule.remedy[_language()]


def said_of_gates(gates: Sequence[Gate]) -> str:
    """All that may follow when a rule is broken, the hardest first."""
    return " · ".join(gettext(GATE_LABELS[gate]) for gate in gates)


_TOTALS = N_("what was read is not what its manifest says")
_OTHER = N_("another batch had come under its number")
_AHEAD = N_("its number lies too far ahead")
_VERSION = N_("its format or its indicator set is not known here")
_BATCH_LABELS = {
    MANIFEST_DIFFERS.code: _TOTALS,
    TOTALS_DIFFER.code: _TOTALS,
    NOT_A_RECORD.code: N_("it holds a line that is no record"),
    SEQ_OF_OTHER.code: _OTHER,
    OTHER_CONTENT.code: _OTHER,
    SEQ_TOO_FAR.code: _AHEAD,
    TOO_FAR_AHEAD.code: _AHEAD,
    UNKNOWN_SCHEMA.code: _VERSION,
    UNKNOWN_CODE_SET.code: _VERSION,
    SEQ_UNFINISHED: N_("not all of its rows went in"),
    "missing": N_("it has not come"),
}


def said_of_batch(code: str) -> str:
    """What is wrong with a numbered batch; the code itself where there are no words for it."""
    return gettext(_BATCH_LABELS[code]) if code in _BATCH_LABELS else code


def why_withheld(rule: str) -> str:
    """Why a figure is not published, as the page says it; empty when it is."""
    if not rule:
        return ""
    return gettext("{reason}: not published for the time being").format(reason=message_of(RULES[rule]))


def checked(row: HeldPlace) -> tuple[str, str]:
    """What the public is told where figures do not add up: that they are looked into, why, and what their source says."""
    title = gettext("Data under verification: {reason}").format(reason=message_of(RULES[row.rule]))
    parts = [_whose(row)]
    if not row.source_name:
        parts.append(gettext("The figures concerned are not published for the time being."))
    elif row.is_withheld:
        parts.append(gettext("The figures concerned are not published until the data add up."))
    elif row.explain_by is None:
        parts.append(gettext("The source is asked to explain; until then the figures stand."))
    else:
        until = gettext("The source may explain until {at}; until then the figures stand.")
        parts.append(until.format(at=moments.moment(row.explain_by)))
    if row.source_name and row.explained_at:
        parts.append(gettext("It explained on {day}.").format(day=moments.day(row.explained_at)))
    elif row.source_name and row.is_withheld:
        parts.append(gettext("It has not explained."))
    return title, " ".join(part for part in parts if part)


def _whose(row: HeldPlace) -> str:
    """Whose data of which days; empty where no source is to answer for them."""
    if not row.source_name or row.first_day is None or row.last_day is None:
        return ""
    first, last = moments.day(row.first_day), moments.day(row.last_day)
    days = first if first == last else gettext("{first} to {last}").format(first=first, last=last)
    return gettext("{source}, {days}.").format(source=row.source_name, days=days)


SHARE_LABELS = {
    "coverage": N_("Coverage"),
    "validity": N_("Valid and complete"),
    "consistency": N_("Consistent"),
    "timeliness": N_("In time"),
    "uniqueness": N_("Unique"),
    "reconciliation": N_("Reconciled"),
}


def shares_of(parts: Parts) -> list[tuple[str, str]]:
    """The parts of a score with their names, to a hundredth of a per cent; a dash where nobody has compared."""
    return [
        (gettext(SHARE_LABELS[name]), "–" if share is None else f"{share * 100:.2f}%")
        for name, share in parts._asdict().items()
    ]
