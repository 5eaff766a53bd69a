"""How values of rules and lines of text are written."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from haochaping.directory.terms import BAD_LENGTH, CONTROL_CHARACTERS, MISSING_VALUE
from haochaping.kernel.refused import Complaint
from haochaping.kernel.text import has_forbidden_control
from haochaping.rulebook.terms import BAD_VALUE, CHOICES, RULES, UNKNOWN_RULE, Key, Unit

if TYPE_CHECKING:
    from haochaping.rulebook.terms import Rule

_WRITTEN = {
    Unit.MINUTES: r"[0-9]{1,5}",
    Unit.WORKING_HOURS: r"[0-9]{1,4}",
    Unit.WORKING_DAYS: r"[0-9]{1,3}",
    Unit.DAYS: r"[0-9]{1,4}",
    Unit.MONTHS: r"[0-9]{1,2}",
    Unit.COUNT: r"[0-9]{1,4}",
    Unit.PERCENT: r"100|[0-9]{1,2}",
    Unit.CLOCK: r"(?:[01][0-9]|2[0-3]):[0-5][0-9]",
    Unit.LEVELS: r"[1-5](?:,[1-5])*",
    Unit.POINTS: r"[0-9]{1,3}(?:,[0-9]{1,3}){4}",
    Unit.YES_NO: r"yes|no",
    Unit.CODE: r"[a-z0-9][a-z0-9-]{0,39}",
}


def value_complaint(key: str, value: str, unit: str) -> Complaint | None:
    """What is wrong with a value: an unknown rule, a unit the rule does not use, text that is none of that unit."""
    if key not in set(Key):
        return Complaint(UNKNOWN_RULE, "key", {"value": key})
    rule = RULES[Key(key)]
    if unit in rule.units and _is_written(value, Unit(unit), rule):
        return None
    params = {
        "key": rule,
        "value": value,
        "unit": Unit(unit) if unit in set(Unit) else unit,
        "units": rule.units,
        "choices": tuple(CHOICES.get(one, one) for one in rule.choices) or "-",
    }
    return Complaint(BAD_VALUE, "value", params)


def text_complaint(field: str, text: str, limit: int) -> Complaint | None:
    """What is wrong with a line that somebody typed: empty, overlong, or with characters that cannot be seen."""
    if not text.strip():
        return Complaint(MISSING_VALUE, field)
    if len(text) > limit:
        return Complaint(BAD_LENGTH, field, {"length": len(text), "limit": limit})
    return Complaint(CONTROL_CHARACTERS, field) if has_forbidden_control(text) else None


def _is_written(value: str, unit: Unit, rule: Rule) -> bool:
    if unit == Unit.CHOICE:
        said = value.split(",")
        return set(said) <= set(rule.choices) and (
            len(said) == 1 or (rule.several and len({*said}) == len(said))
        )
    if rule.choices and Unit.CHOICE not in rule.units and value not in rule.choices:
        return False
    return re.fullmatch(_WRITTEN[unit], value) is not None
