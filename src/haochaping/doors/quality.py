"""The rules of data quality in the reader's language, and figures that they keep from being published."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.utils.translation import get_language, gettext

from haochaping.exchange.quality.rules import CHINESE, ENGLISH, RULES
from haochaping.exchange.quality.terms import GATE_LABELS
from haochaping.kernel.refused import N_

if TYPE_CHECKING:
    from collections.abc import Sequence

    from haochaping.exchange.quality.terms import Gate, Parts, QualityRule


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


def why_withheld(rule: str) -> str:
    """Why a figure is not published, as the page says it; empty when it is."""
    if not rule:
        return ""
    return gettext("{reason}: not published for the time being").format(reason=message_of(RULES[rule]))


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
