"""From a record on the wire to canonical raw fields (exchange.rules), or a no that names the field as its sender does.

Pure: a description and a record in, plain values out. What the fields mean together is judged on the common road.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, cast

from haochaping.directory.rules import normal_division_code
from haochaping.exchange.dialects.documents import Repeated, as_sent, find, folded
from haochaping.exchange.dialects.moments import read_moment
from haochaping.exchange.dialects.terms import (
    FIELD_TWICE,
    LEVELS_DIFFER,
    NO_WIRE_TIME,
    OFF_SCALE,
    UNKNOWN_WIRE_CODE,
    WIRE_FIELD_MISSING,
    Code,
    Reading,
)
from haochaping.exchange.fields import shown
from haochaping.exchange.rules import ITEM_NAME_LENGTH
from haochaping.exchange.terms import CONTROL_CHARACTERS
from haochaping.kernel.refused import Complaint, Refused
from haochaping.kernel.text import has_forbidden_control

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from haochaping.exchange.dialects.terms import Description, FieldRule, Operation

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
_AS_IT_STANDS = "same"
_LISTS = frozenset({"indicator_codes"})


@dataclass(slots=True)
class _Found:
    """What has been read of a record so far."""

    record: Mapping[str, object]
    tables: dict[str, Mapping[str, object]] = field(default_factory=dict)
    candidates: dict[str, tuple[Code, ...]] = field(default_factory=dict)
    wire: dict[str, str] = field(default_factory=dict)
    sent: set[str] = field(default_factory=set)
    complaints: dict[str, list[Complaint]] = field(default_factory=dict)
    missing: list[Complaint] = field(default_factory=list)


def read(operation: Operation, description: Description, record: Mapping[str, object]) -> Reading:
    """Read one record by an operation's tables; what cannot be read is complained of in the reading.

    Raises:
        Refused: FIELD_TWICE; WIRE_FIELD_MISSING, which its sender alone can put right.
    """
    reading, missing = survey(operation, description, record)
    if missing:
        raise refusal(missing[0])
    return reading


def survey(
    operation: Operation, description: Description, record: Mapping[str, object]
) -> tuple[Reading, list[Complaint]]:
    """The same with everything that is missing, where `read` stops; raises `Refused(FIELD_TWICE)`."""
    known, found = folded(record), _Found(record)
    for name, rules in operation.tables.items():
        _read_table(name, rules, known, description, found)
    sent = frozenset(found.sent)
    reading = Reading(found.tables, found.candidates, found.wire, sent, found.complaints, record)
    return reading, found.missing


def refusal(complaint: Complaint) -> Refused:
    """A complaint as what is raised."""
    refused = Refused(complaint.reason)
    refused.complaint = complaint
    return refused


def _read_table(
    name: str, rules: Sequence[FieldRule], known: object, description: Description, found: _Found
) -> None:
    """The canonical fields of one table; what is missing or cannot be read is noted."""
    fields: dict[str, object] = {}
    absent: list[FieldRule] = []
    for rule in rules:
        value = _read_field(name, rule, known, description, found)
        if isinstance(value, tuple):
            codes, words = value
            fields["indicator_codes"] = codes
            if words and not fields.get("comment_text"):
                fields["comment_text"] = words
                found.wire[f"{name}.comment_text"] = found.wire[f"{name}.{rule.target}"]
        elif value not in (None, ""):
            _place(fields, rule.target, value)
        else:
            absent.append(rule)
    missing = [rule for rule in absent if rule.required or fields.get("status") in rule.required_at]
    found.missing += [_about(Complaint(WIRE_FIELD_MISSING), rule.wire) for rule in missing]
    found.tables[name] = fields


def _read_field(
    table: str, rule: FieldRule, known: object, description: Description, found: _Found
) -> object:
    """The value of one field, and its name noted; a “?” and what was said where that cannot be read, with the complaint."""
    place, said = f"{table}.{rule.target}", _said(rule, known, description)
    wire, value = said or (rule.wire, None)
    try:
        value = _read(rule, value, known, description)
    except Refused as refused:
        # No later try may take the record as if nothing had stood there.
        value = None if rule.lenient else f"?{refused.complaint.params['value']}"
        if not rule.lenient:
            wire = str(refused.complaint.params.get("names", wire))
            told = " / ".join(as_sent(found.record, name) for name in wire.split(" / "))
            found.complaints.setdefault(table, []).append(_about(refused.complaint, told))
    else:
        if rule.target in _NAMED_SEVERAL_WAYS and (codes := _candidates(rule, known, description)):
            found.candidates[rule.target] = codes
            value, wire = codes[0]
    if said:
        found.sent.add(place)
    if said or place not in found.wire:
        found.wire[place] = wire
    return value


def _about(complaint: Complaint, wire: str) -> Complaint:
    return Complaint(complaint.reason, wire, {**complaint.params, "field": wire})


def _read(rule: FieldRule, value: object, known: object, description: Description) -> object:
    """The canonical value of what stands in a field, None where it is absent; codes of indicators come as (codes, words).

    Raises:
        Refused: OFF_SCALE, LEVELS_DIFFER, UNKNOWN_WIRE_CODE, NO_WIRE_TIME, CONTROL_CHARACTERS, FIELD_TWICE, with the value
            and without the field's name.
    """
    if rule.constant:
        return rule.constant
    if value is None:
        return None if rule.required or rule.otherwise == _AS_IT_STANDS else rule.otherwise or None
    if isinstance(value, str) and has_forbidden_control(value):
        # Nothing is looked up by such a text, which the database does not even take.
        raise Refused(CONTROL_CHARACTERS, value=shown(value, 30))
    if isinstance(value, Repeated) and rule.target not in _LISTS:
        raise Refused(FIELD_TWICE, value=shown(value, 30))
    return _READERS.get(rule.target, _text)(rule, value, known, description)


def _said(rule: FieldRule, known: object, description: Description) -> tuple[str, object] | None:
    """The first of the names that says anything, and what; blanks, null and the dialect's own empty words say nothing."""
    for name, path in zip(rule.names, rule.keys, strict=True):
        value = find(known, path)
        if not _is_empty(value, description):
            return ".".join(name), _stripped(value)
    return None


def _is_empty(value: object, description: Description) -> bool:
    if value is None or value == {}:
        return True
    return isinstance(value, str) and (not value.strip() or value.strip() in description.empty)


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
    if rule.otherwise == _AS_IT_STANDS:
        return value
    if rule.otherwise is not None:
        return rule.otherwise
    raise Refused(UNKNOWN_WIRE_CODE, value=shown(value, 20), choices=", ".join([*rule.map][:_SOME]))


def _moment(_rule: FieldRule, value: object, _known: object, description: Description) -> object:
    moment = read_moment(_code(value), description.times)
    if moment is None:
        choices = ", ".join(description.times)
        raise Refused(NO_WIRE_TIME, value=shown(value, 30), choices=choices)
    return moment.isoformat()


def _level(rule: FieldRule, value: object, known: object, description: Description) -> object:
    """A level; where it stands under several names they must say the same, as a level is never guessed."""
    scale = SCALES[description.scale]

    def on_scale(said: object) -> int | None:
        return scale.get(_code(said) if rule.map is None else rule.map.get(_code(said), ""))

    level = on_scale(value)
    if level is None:
        choices = ", ".join(scale if rule.map is None else rule.map)
        raise Refused(OFF_SCALE, value=shown(value, 20), choices=choices)
    said = [(".".join(name), find(known, path)) for name, path in zip(rule.names, rule.keys, strict=True)]
    told = {name: _stripped(other) for name, other in said if not _is_empty(other, description)}
    if any(on_scale(other) != level for other in told.values()):
        values = ", ".join(shown(other, 20) for other in told.values())
        raise Refused(LEVELS_DIFFER, value=values, names=" / ".join(told))
    return level


def _stripped(value: object) -> object:
    return value.strip() if isinstance(value, str) else value


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


_NAMED_SEVERAL_WAYS = frozenset({"item", "agency"})


def _candidates(rule: FieldRule, known: object, description: Description) -> tuple[Code, ...]:
    """All codes a sender names for one thing, the most exact first; a code “area_USCC” names its agency twice.

    A task code of 33 characters is a handling item (业务办理项) whose first 31 are the item: it comes first.
    """
    said = [
        Code(_code(find(known, path)).strip(), ".".join(name))
        for name, path in zip(rule.names, rule.keys, strict=True)
    ]
    codes = [
        code
        for code in said
        if not _is_empty(code.value, description) and not has_forbidden_control(code.value)
    ]
    if rule.target == "item":
        codes.sort(key=lambda code: len(code.value) != _HANDLING)
        codes += [Code(value[:_STEM], wire) for value, wire in codes if len(value) == _HANDLING]
    else:
        codes += [Code(value.partition("_")[2], wire) for value, wire in codes if "_" in value]
    found: dict[str, Code] = {}
    for code in codes:
        found.setdefault(code.value, code)
    return tuple(found.values())


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


# What a field follows from, or what does in its place, where its sender has not told it.
_FOLLOWS_FROM: Mapping[str, tuple[str, ...]] = {
    "division": ("agency", "item"),
    "agency": ("item",),
    "assess_no": ("occurrence_no", "occurrence.no"),
    "indicator_codes": ("comment_text",),
}
_MEMBER = re.compile(r"\.\d+$")


def wire_name(reading: Reading, field: str, *, missing: bool = False) -> str:
    """What a sender calls a canonical field of a complaint: `occurrences[0].at` is its `serviceTime`.

    What was not sent has a name there only when that is the complaint. A field without a name gives way to what it
    follows from or what does in its place; a complaint about what was sent at last to the number of the record. A name
    that was sent has the capitals that it was sent with.
    """
    return as_sent(reading.record, _wire_name(reading, field, missing=missing)) if field else ""


def _wire_name(reading: Reading, field: str, *, missing: bool) -> str:
    plain = _MEMBER.sub("", field.replace("occurrences[0]", "occurrence"))
    there = reading.wire if missing else reading.sent

    def named(target: str) -> str:
        places = (f"{table}.{target}" for table in reading.tables)
        return next((reading.wire[place] for place in places if place in there), "")

    if name := named(plain):
        return name
    if field.lower() in {name.lower() for name in reading.wire.values()}:
        return field
    instead = _FOLLOWS_FROM.get(plain, ())
    if missing:
        return next(filter(None, map(named, instead)), field)
    return next(filter(None, map(named, (*instead, "case_no", "entry_no", "token"))), "")
