"""The rules of data quality in the reader's language, and figures that they keep from being published."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.utils.translation import get_language, gettext

from haochaping.exchange.quality.rules import CHINESE, ENGLISH, RULES

if TYPE_CHECKING:
    from haochaping.exchange.quality.terms import QualityRule


def _language() -> str:
    return CHINESE if (get_language() or "").startswith(CHINESE) else ENGLISH


def message_of(rule: QualityRule) -> str:
    """What is wrong when a rule is broken."""
    return rule.message[_language()]


def remedy_of(rule: QualityRule) -> str:
    """What its sender can do about it."""
    return rule.remedy[_language()]


def why_withheld(rule: str) -> str:
    """Why a figure is not published, as the page says it; empty when it is."""
    if not rule:
        return ""
    return gettext("{reason}: not published for the time being").format(reason=message_of(RULES[rule]))
