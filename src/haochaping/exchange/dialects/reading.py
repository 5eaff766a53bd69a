"""From a record on the wire to canonical raw fields (exchange.rules), or a no that names the field as its sender does.

Pure: a description and a record in, plain values out. What the fields mean together is judged on the common road.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, cast

from haochaping.directory.rules import normal_division_code
from haochaping.exchange.dialects.documents import find, folded
from haochaping.exchange.dialects.moments import read_moment
from haochaping.exchange.dialects.terms import (
    NO_WIRE_TIME,
    OFF_SCALE,
    UNKNOWN_WIRE_CODE,
    WIRE_FIELD_MISSING,
    FieldRule,
    Reading,
)
from haochaping.exchange.fields import shown
from haochaping.exchange.rules import ITEM_NAME_LENGTH
from haochaping.exchange.terms import CONTROL_CHARACTERS
from haochaping.kernel.refused import Complaint, Refused
from haochaping.kernel.text import has_forbidden_control

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from haochaping.exchange.dialects.terms import Description, Operation
    from haochaping.kernel.refused import Reason

SCALES: Mapping[str, Mapping[str, int]] = {
    "5_is_best": {str(n): n for n in range(1, 6)},
    "1_is_best": {str(n): 6 - n for n in range(1, 6)},
    "0_is_best": {str(n): 5 - n for n in range(5)},
    # 按键器 (domain.md §2.5): 4 and nothing are no rating.
    "keypad": {"3": 5, "2": 4, "1": 3, "0": 2, "5": 1},
}
_CODE = re.compile(r"[0-9A-Za-z]{1,10}")
_SHORT_CODE = re.compile(r"[0-9]{3}")
_HANDLING, _STEM = 33, 31
_SOME = 12
_SAID = 40


def read(operation: Operation, description: Description, record: Mapping[str, object]) -> Reading:
    """Read one record by an operation's tables; the first field that cannot be read is the reading's complaint.

    Raises:
        Refused: WIRE_FIELD_MISSING, which its sender alone can put right.
    """
    known = folded(record)
    complaints: dict[str, Complaint] = {}
    tables: dict[str, Mapping[str, object]] = {}
    for name, table in operation.tables.items():
        found: list[Complaint] = []
        tables[name] = _table(table, known, description, found)
        complaints |= {name: found[0]} if found else {}
    rules = [rule for table in operation.tables.values() for rule in table]
    candidates = {
        rule.target: _candidates(rule, known, description)
        for rule in rules
        if rule.target in {"item", "agency"}
    }
    wire = {f"{name}.{rule.target}": rule.wire for name, table in operation.tables.items() for rule in table}
    return Reading(tables, candidates, wire, complaints)


def _table(
    rules: Sequence[FieldRule], known: object, description: Description, complaints: list[Complaint]
) -> dict[str, object]:
    """The canonical fields of one table; what cannot be read is complained of and stays unreadable."""
    fields: dict[str, object] = {}
    absent: list[FieldRule] = []
    for rule in rules:
        value = _value(rule, known, description, complaints)
        if isinstance(value, tuple):
            codes, rest = value
            fields["indicator_codes"] = codes
            if rest and not fields.get("comment_text"):
                fields["comment_text"] = rest
        elif value not in (None, ""):
            _place(fields, rule.target, value)
        else:
            absent.append(rule)
    for rule in absent:
        if fields.get("status") in rule.required_at:
            raise _refused(WIRE_FIELD_MISSING, rule)
    return fields


def _value(rule: FieldRule, known: object, description: Description, complaints: list[Complaint]) -> object:
    try:
        return read_field(rule, known, description)
    except Refused as refused:
        if rule.lenient:
            return None
        if refused.complaint.reason is WIRE_FIELD_MISSING:
            raise
        complaints.append(refused.complaint)
        # No later try may take the record as if nothing had stood there.
        return f"?{refused.complaint.params['value']}"


def read_field(rule: FieldRule, known: object, description: Description) -> object:
    """The canonical value of one field, None where it is absent; codes of indicators come as (codes, other words)."""
    if rule.constant:
        return rule.constant
    value = _said(rule, known, description)
    if value is None:
        if rule.required:
            raise _refused(WIRE_FIELD_MISSING, rule)
        return rule.otherwise or None
    if isinstance(value, str) and has_forbidden_control(value):
        # Nothing is looked up by such a text, which the database does not even take.
        raise _refused(CONTROL_CHARACTERS, rule, value=shown(value, 30))
    return _READERS.get(rule.target, _text)(rule, value, known, description)


def _said(rule: FieldRule, known: object, description: Description) -> object:
    """The first of the names that says anything; blanks, null and the dialect's own empty words say nothing."""
    for path in rule.keys:
        value = find(known, path)
        if not _is_empty(value, description):
            return value.strip() if isinstance(value, str) else value
    return None


def _is_empty(value: object, description: Description) -> bool:
    if value is None or value == {}:
        return True
    return isinstance(value, str) and (not value.strip() or value.strip() in description.empty)


def _refused(reason: Reason, rule: FieldRule, **params: object) -> Refused:
    refused = Refused(reason)
    refused.complaint = Complaint(reason, rule.wire, {"field": rule.wire, **params})
    return refused


def _code(value: object) -> str:
    return str(value) if isinstance(value, str | int | float) and not isinstance(value, bool) else ""


def _text(rule: FieldRule, value: object, _known: object, _description: Description) -> object:
    """A text or number as it stands, or the canonical code it is mapped to."""
    if rule.map is None:
        code = _code(value)
        prefixed = rule.prefix and code and not code.startswith(rule.prefix)
        return f"{rule.prefix}{code}" if prefixed else value
    found = rule.map.get(_code(value))
    if found is not None:
        return found
    if rule.otherwise == "same":
        return value
    if rule.otherwise is not None:
        return rule.otherwise
    raise _refused(UNKNOWN_WIRE_CODE, rule, value=shown(value, 20), choices=", ".join([*rule.map][:_SOME]))


def _moment(rule: FieldRule, value: object, _known: object, description: Description) -> object:
    moment = read_moment(_code(value), description.times)
    if moment is None:
        choices = ", ".join(description.times)
        raise _refused(NO_WIRE_TIME, rule, value=shown(value, 30), choices=choices)
    return moment.isoformat()


def _level(rule: FieldRule, value: object, _known: object, description: Description) -> object:
    scale = SCALES[description.scale]
    level = scale.get(_code(value) if rule.map is None else rule.map.get(_code(value), ""))
    if level is None:
        choices = ", ".join(scale if rule.map is None else rule.map)
        raise _refused(OFF_SCALE, rule, value=shown(value, 20), choices=choices)
    return level


def _codes(_rule: FieldRule, value: object, _known: object, _description: Description) -> object:
    """Codes of a list, or out of a text: “,” and “|” part codes, and what is none is the reviewer's own words.

    “label,code|label,code|words” (domain.md §2.8): a piece is a code only as a whole, or behind its label; a comma in
    somebody's words parts nothing.
    """
    if isinstance(value, list):
        return value, ""
    codes: list[str] = []
    words: list[str] = []
    for piece in str(value).split("|"):
        parts = [part.strip() for part in re.split(r"[,，;；\s]", piece) if part.strip()]
        if all(_CODE.fullmatch(part) for part in parts) and any(map(_has_digit, parts)):
            codes += parts
        elif code := _behind_label(piece.strip()):
            codes.append(code)
        elif piece.strip():
            words.append(piece.strip())
    return codes, "|".join(words)


def _behind_label(piece: str) -> str:
    """The code of “label,code”."""
    label, _, code = piece.replace("，", ",").rpartition(",")
    return code if label and _SHORT_CODE.fullmatch(code) else ""


def _has_digit(text: str) -> bool:
    return any(character.isdecimal() for character in text)


def _limit(rule: FieldRule, value: object, known: object, _description: Description) -> object:
    """A number of days or the like, its unit from another field."""
    unit = rule.units.get(_code(find(known, rule.unit)), "") if rule.unit else ""
    return f"{_code(value)} {unit}".strip()


def _division(rule: FieldRule, value: object, known: object, description: Description) -> object:
    code = _code(value) if rule.map is None else str(_text(rule, value, known, description))
    return normal_division_code(code) or code


def _item(_rule: FieldRule, value: object, _known: object, _description: Description) -> object:
    return _code(value)


def _name(_rule: FieldRule, value: object, _known: object, _description: Description) -> object:
    return shown(_code(value), ITEM_NAME_LENGTH)


def _said_code(_rule: FieldRule, value: object, _known: object, _description: Description) -> object:
    """A code that is only held against others: one that is none keeps no case from being taken."""
    return _code(value)[:_SAID]


_READERS: Mapping[str, Callable[[FieldRule, object, object, Description], object]] = {
    "applied_at": _moment,
    "accepted_at": _moment,
    "completed_at": _moment,
    "revised_at": _moment,
    "assessed_at": _moment,
    "given_at": _moment,
    "answered_at": _moment,
    "occurrence.at": _moment,
    "rating_value": _level,
    "indicator_codes": _codes,
    "promised_limit": _limit,
    "statutory_limit": _limit,
    "division": _division,
    "item": _item,
    "item_name": _name,
    "said.item": _said_code,
    "said.handling_item": _said_code,
    "said.data_source": _said_code,
}


def _candidates(rule: FieldRule, known: object, description: Description) -> tuple[str, ...]:
    """All codes a sender names for one thing, the most exact first; a code “area_USCC” names its agency twice.

    A task code of 33 characters is a handling item (业务办理项) whose first 31 are the item: it comes first.
    """
    said = [_code(find(known, path)).strip() for path in rule.keys]
    codes = [code for code in said if not _is_empty(code, description) and not has_forbidden_control(code)]
    if rule.target == "item":
        codes.sort(key=lambda code: len(code) != _HANDLING)
        codes += [code[:_STEM] for code in codes if len(code) == _HANDLING]
    else:
        codes += [code.partition("_")[2] for code in codes if "_" in code]
    return tuple(dict.fromkeys(codes))


def _place(fields: dict[str, object], target: str, value: object) -> None:
    """Put a value where the canonical record has it."""
    *path, name = target.split(".")
    if path[:1] == ["occurrence"]:
        occurrences = cast("list[dict[str, object]]", fields.setdefault("occurrences", [{}]))
        occurrences[0][name] = value
        return
    inner = fields
    for step in path:
        inner = cast("dict[str, object]", inner.setdefault(step, {}))
    inner[name] = value


def wire_name(reading: Reading, field: str) -> str:
    """What a sender calls a canonical field of a complaint: `occurrences[0].at` is its `serviceTime`."""
    plain = field.replace("occurrences[0]", "occurrence")
    for table in reading.tables:
        if name := reading.wire.get(f"{table}.{plain}"):
            return name
    return field
