"""A dialect file (TOML) read and checked as a whole: a mistake is named by file, place in it, and what to write."""

from __future__ import annotations

import re
import tomllib
from functools import partial
from typing import TYPE_CHECKING, Any

from haochaping.cases.terms import CaseKind, CaseStatus, LimitUnit, PersonKind, ServiceChannel, Stage
from haochaping.exchange.dialects.file import BadDialect, File, opening
from haochaping.exchange.dialects.moments import FORMATS
from haochaping.exchange.dialects.patterns import replies
from haochaping.exchange.dialects.reading import SCALES
from haochaping.exchange.dialects.signing import KINDS, TIMED
from haochaping.exchange.dialects.terms import (
    NOT_COMPLETE,
    NOT_POSSIBLE,
    NOT_TOML,
    WRONG_SHAPE,
    Description,
    Does,
    FieldRule,
    Operation,
    Reply,
    Signature,
)
from haochaping.exchange.terms import PERSON_FIELDS
from haochaping.exchange.voices import ENTRY_FIELDS
from haochaping.kernel.refused import Refused
from haochaping.reviews.terms import Provenance, ReviewChannel
from haochaping.voices.terms import PAST_KINDS, VoiceOutcome

if TYPE_CHECKING:
    from collections.abc import Mapping
    from enum import StrEnum


_PERSON = frozenset(PERSON_FIELDS)
_OCCURRENCE = {"occurrence." + n for n in ("no", "name", "stage", "at", "channel", "hall", "window", "staff")}
TARGETS: Mapping[str, frozenset[str]] = {
    "case": frozenset(
        {
            *("case_no", "reference", "item", "item_name", "agency", "division", "status", "kind", "channel"),
            *("applied_at", "accepted_at", "completed_at", "revised_at"),
            *("promised_limit", "statutory_limit", "applicant.kind"),
            *(f"applicant.{name}" for name in _PERSON),
            *(f"applicant.agent.{name}" for name in _PERSON),
            *_OCCURRENCE,
            "occurrence.counts",
            *("said.item", "said.handling_item", "said.data_source"),
        }
    ),
    "review": frozenset(
        {
            *("case_no", "occurrence_no", "occurrence.name", "occurrence.at", "assess_no", "rating_value"),
            *("indicator_codes", "comment_text", "channel", "assessed_at", "window", "staff", "anonymous"),
            "claimed_provenance",
            *(f"reviewer.{name}" for name in _PERSON),
        }
    ),
    "voice": ENTRY_FIELDS - {"source"},
    "ask": frozenset(
        {
            *("case_no", "occurrence_no", "occurrence.name", "assess_no", "network", "token", "names"),
            *("source", "item_name", "agency_name"),
            *(f"person.{name}" for name in _PERSON),
        }
    ),
}
# A sender may admit that nobody gave a review, or that it is history; no other claim is for it to make.
_ADMISSIONS = frozenset({Provenance.DEFAULT_SYSTEM.value, Provenance.BULK_IMPORT.value, ""})
_CHOICES: Mapping[str, type[StrEnum]] = {
    "case.status": CaseStatus,
    "case.kind": CaseKind,
    "case.channel": ServiceChannel,
    "case.applicant.kind": PersonKind,
    "case.occurrence.channel": ServiceChannel,
    "case.occurrence.stage": Stage,
    "review.channel": ReviewChannel,
    "voice.outcome": VoiceOutcome,
}
# Nobody's words, and when they were said, are for a file to make up.
_GIVEN_ONLY = frozenset(
    {"rating_value", "assessed_at", "text", "given_at", "answer", "answered_at", "outcome"}
)
_KEYS = frozenset(
    {
        *("title", "note", "keys", "empty", "times", "scale", "self_built", "codes", "texts"),
        *("signature", "maps", "operations", "reply"),
    }
)
_OPERATION = frozenset(
    {
        *("path", "method", "does", "open", "inside", "signature", "case", "review", "voice", "ask", "reply"),
        "note",
        "needs_reason",
    }
)
_FIELD = frozenset(
    {"from", "map", "else", "prefix", "constant", "unit", "units", "lenient", "required", "required_at"}
)
_SIGNATURE = frozenset({"kind", "in", "sign", "over", "time", "mark", "nonce", "user", "prefix"})
_PARTS = frozenset({"time", "mark", "word", "nonce"})
_WITH_SECRETS = frozenset({"mark", "word", "our_private_key", "their_public_key"})
NAME = re.compile(r"[a-z][a-z0-9-]{0,39}")
_PATH = re.compile(r"[A-Za-z0-9._/-]{1,100}")


def maps_of(text: str, file: str) -> dict[str, dict[str, str]]:
    """Code maps alone: what all dialects share."""
    shelf = File(file, {})
    return {
        name: shelf.map(table, f"maps.{name}", None) for name, table in _parsed(text, shelf)["maps"].items()
    }


def describe(text: str, *, name: str, file: str, maps: Mapping[str, Mapping[str, str]]) -> Description:
    """Read a dialect file; `maps` are the code maps it may use without writing them itself.

    Raises:
        BadDialect: with all that is wrong, each naming its place in the file.
    """
    reader = File(file, maps)
    try:
        found = _described(reader, text, name)
    except RecursionError:
        reader.bad(WRONG_SHAPE, "", example="[operations.…]")
    except Refused as refused:
        raise BadDialect([*reader.complaints, refused.complaint]) from None
    if reader.complaints:
        raise BadDialect(reader.complaints)
    return found


def _described(reader: File, text: str, name: str) -> Description:
    if not NAME.fullmatch(name):
        reader.bad(NOT_POSSIBLE, "", value=name, choices="a-z, 0-9, -")
    said = reader.table(_parsed(text, reader), "", _KEYS)
    tried = reader.tried
    maps: dict[str, Any] = tried(lambda: reader.table(said.get("maps", {}), "maps"), {})
    for map_name, table in maps.items():
        reader.maps[map_name] = tried(partial(reader.map, table, f"maps.{map_name}", None), {})
    signature = (
        tried(lambda: _signature(reader, said["signature"], "signature"), None)
        if "signature" in said
        else None
    )
    common: Mapping[str, Reply] = tried(lambda: replies(reader, said.get("reply", {}), "reply", {}), {})
    operations = reader.table(said.get("operations", {}), "operations")
    if not operations:
        reader.bad(NOT_COMPLETE, "operations", example="[operations.…]")
    found = reader.each(operations.items(), lambda one: _operation(reader, one[0], one[1], signature, common))
    keys = reader.table(said.get("keys", {}), "keys", _WITH_SECRETS)
    return Description(
        name=name,
        title=reader.text(said.get("title", name), "title"),
        file=reader.file,
        keys={key: reader.text(hint, f"keys.{key}") for key, hint in keys.items()},
        empty=frozenset(reader.texts(said.get("empty", ["null"]), "empty")),
        times=tried(lambda: _times(reader, said), ()),
        scale=tried(lambda: reader.one_of(said.get("scale", "5_is_best"), "scale", SCALES), ""),
        self_built=reader.text(said.get("self_built", ""), "self_built"),
        codes=reader.map(said.get("codes", {}), "codes", None),
        texts=reader.map(said.get("texts", {}), "texts", None),
        operations=tuple(found),
    )


def _times(reader: File, said: Mapping[str, Any]) -> tuple[str, ...]:
    told = reader.texts(said.get("times", ["yyyy-MM-dd HH:mm:ss"]), "times")
    return tuple(reader.one_of(one, "times", FORMATS) for one in told)


def _parsed(text: str, reader: File) -> dict[str, Any]:
    try:
        return tomllib.loads(text)
    except (tomllib.TOMLDecodeError, RecursionError) as error:
        reader.bad(NOT_TOML, "", value=str(error))


def _operation(
    reader: File, name: str, said: object, signature: Signature | None, common: Mapping[str, Reply]
) -> Operation:
    where = f"operations.{name}"
    table = reader.table(said, where, _OPERATION)
    tried = reader.tried
    does = tried(
        lambda: Does(reader.one_of(table.get("does"), f"{where}.does", frozenset(map(str, Does)))), None
    )
    path = tried(lambda: _path(reader, table.get("path", name), f"{where}.path"), "")
    tables: dict[str, tuple[FieldRule, ...]] = {
        part: tried(partial(_fields, reader, part, table[part], f"{where}.{part}"), ())
        for part in ("case", "review", "voice", "ask")
        if part in table
    }
    tried(lambda: _check_tables(reader, does, path, tables, where), None)
    return Operation(
        name=name,
        path=path,
        methods=tried(lambda: _methods(reader, table.get("method", "POST"), f"{where}.method"), ()),
        does=does or Does.INTAKE,
        steps=tried(lambda: opening(reader, table.get("open", ["json"]), f"{where}.open"), ()),
        inside=tuple(part.lower() for part in reader.path(table["inside"], f"{where}.inside"))
        if "inside" in table
        else (),
        tables=tables,
        signature=tried(lambda: _own_signature(reader, table.get("signature"), signature, where), None),
        replies=tried(lambda: replies(reader, table.get("reply", {}), f"{where}.reply", common), {}),
        needs_reason=table.get("needs_reason") is True,
    )


def _own_signature(reader: File, own: object, common: Signature | None, where: str) -> Signature | None:
    """The signature of a call: its own, none by its own word, or that of the whole file."""
    if own is None:
        return common
    if isinstance(own, str):
        reader.one_of(own, f"{where}.signature", {"none"})
        return None
    return _signature(reader, own, f"{where}.signature")


def _path(reader: File, said: object, where: str) -> str:
    path = reader.text(said, where)
    if not _PATH.fullmatch(path):
        reader.bad(NOT_POSSIBLE, where, value=path, choices="A-Z, a-z, 0-9, . _ - /")
    return path


def _methods(reader: File, said: object, where: str) -> tuple[str, ...]:
    return tuple(reader.one_of(one, where, {"GET", "POST"}) for one in reader.texts(said, where))


def _check_tables(
    reader: File, does: Does | None, path: str, tables: Mapping[str, tuple[FieldRule, ...]], where: str
) -> None:
    """Whether a call has the tables that what it does needs; nothing of it is known where that itself is wrong."""
    if does == Does.INTAKE and not tables.keys() & {"case", "review", "voice"}:
        reader.bad(NOT_COMPLETE, where, example=f"[{where}.case] / [{where}.review] / [{where}.voice]")
    if does and "voice" in tables:
        _check_voice(reader, does, tables, where)
    if does == Does.VISIT:
        _check_visit(reader, path, tables, where)


def _check_visit(reader: File, path: str, tables: Mapping[str, tuple[FieldRule, ...]], where: str) -> None:
    """An address stands alone: no source is named before its path, so it names the source itself."""
    if "/" in path:
        reader.bad(NOT_POSSIBLE, f"{where}.path", value=path, choices="A-Z, a-z, 0-9, . _ -")
    for part, targets in (("ask", ("source",)), ("case", ("case_no", "status"))):
        told = {rule.target for rule in tables.get(part, ())}
        for target in targets:
            if target not in told:
                reader.bad(NOT_COMPLETE, f"{where}.{part}", example=f'{target} = "…"')


def _check_voice(reader: File, does: Does, tables: Mapping[str, tuple[FieldRule, ...]], where: str) -> None:
    """What has no level is no review: an entry stands alone, and says itself what was said and when."""
    if does != Does.INTAKE:
        reader.bad(NOT_POSSIBLE, f"{where}.does", value=does, choices=Does.INTAKE)
    if others := sorted(tables.keys() - {"voice"}):
        reader.bad(NOT_POSSIBLE, where, value=others[0], choices="voice")
    told = {rule.target for rule in tables["voice"]}
    for target in ("entry_no", "kind", "text", "given_at"):
        if target not in told:
            reader.bad(NOT_COMPLETE, f"{where}.voice", example=f'{target} = "…"')


def _fields(reader: File, part: str, said: object, where: str) -> tuple[FieldRule, ...]:
    table = _flat(reader.table(said, where))
    known = reader.table(table, where, TARGETS[part])
    return tuple(
        reader.each(known.items(), lambda one: _field(reader, part, one[0], one[1], f"{where}.{one[0]}"))
    )


def _flat(table: dict[str, Any]) -> dict[str, Any]:
    """Tables in tables as dotted names: `applicant.name = …` is a table `applicant` to TOML."""
    found: dict[str, Any] = {}
    for name, value in table.items():
        if isinstance(value, dict) and not value.keys() & _FIELD:
            found |= {f"{name}.{inner}": rule for inner, rule in _flat(value).items()}
        else:
            found[name] = value
    return found


def _field(reader: File, part: str, target: str, said: object, where: str) -> FieldRule:
    rule = {"from": said} if isinstance(said, str | list) else reader.table(said, where, _FIELD)
    if ("from" in rule) == ("constant" in rule):
        reader.bad(NOT_COMPLETE, where, example='from = "…" / constant = "…"')
    _check_given(reader, target, rule, where)
    choices = _choices(part, target)
    named = rule.get("map")
    if isinstance(named, str):
        if named not in reader.maps:
            reader.bad(NOT_COMPLETE, f"{where}.map", example=f"[maps.{named}]")
        named = reader.maps[named]
    codes = None if named is None else reader.map(named, f"{where}.map", choices)
    if choices is not None and codes is None and "constant" not in rule:
        reader.bad(NOT_COMPLETE, where, example='map = "…"')
    fixed = reader.text(rule.get("constant", ""), f"{where}.constant")
    otherwise = reader.text(rule["else"], f"{where}.else") if "else" in rule else None
    for name, value in (("constant", fixed), ("else", otherwise)):
        if value and choices is not None:
            reader.one_of(value, f"{where}.{name}", choices)
    names = (
        tuple(reader.path(one, f"{where}.from") for one in reader.texts(rule["from"], where))
        if "from" in rule
        else ()
    )
    return FieldRule(
        target=target,
        names=names,
        keys=tuple(tuple(step.lower() for step in path) for path in names),
        map=codes,
        otherwise=otherwise,
        prefix=reader.text(rule.get("prefix", ""), f"{where}.prefix"),
        constant=fixed,
        unit=tuple(step.lower() for step in reader.path(rule["unit"], f"{where}.unit"))
        if "unit" in rule
        else (),
        units=_units(reader, rule.get("units", {}), f"{where}.units"),
        lenient=bool(rule.get("lenient")),
        required=bool(rule.get("required")),
        required_at=tuple(
            reader.one_of(one, f"{where}.required_at", frozenset(map(str, CaseStatus)))
            for one in (
                reader.texts(rule["required_at"], f"{where}.required_at") if "required_at" in rule else ()
            )
        ),
    )


def _check_given(reader: File, target: str, rule: Mapping[str, Any], where: str) -> None:
    """Silence is never a rating: a level is what somebody gave, or nothing; so are words and answers."""
    for name in ("constant", "else"):
        if target in _GIVEN_ONLY and name in rule:
            reader.bad(NOT_POSSIBLE, f"{where}.{name}", value=str(rule[name]), choices="from")


def _units(reader: File, named: object, where: str) -> dict[str, str]:
    if isinstance(named, str):
        if named not in reader.maps:
            reader.bad(NOT_COMPLETE, where, example=f"[maps.{named}]")
        named = reader.maps[named]
    return reader.map(named, where, frozenset(map(str, LimitUnit)))


def _choices(part: str, target: str) -> frozenset[str] | None:
    if target == "claimed_provenance":
        return _ADMISSIONS
    if target == "occurrence.counts":
        return frozenset({"yes", "no"})
    if (part, target) == ("voice", "kind"):
        return frozenset(map(str, PAST_KINDS))
    known = _CHOICES.get(f"{part}.{target}")
    return None if known is None else frozenset(map(str, known))


def _signature(reader: File, said: object, where: str) -> Signature:
    table = reader.table(said, where, _SIGNATURE)
    kind = reader.one_of(table.get("kind"), f"{where}.kind", KINDS)
    over = reader.texts(table["over"], f"{where}.over") if "over" in table else ()
    for part in over:
        reader.one_of(part, f"{where}.over", _PARTS)
    if kind in TIMED and ("time" not in over or "word" not in over or "time" not in table):
        reader.bad(NOT_COMPLETE, where, example='over = ["time", "mark", "word"], time = "…"')
    paths = {
        name: reader.path(table[name], f"{where}.{name}") if name in table else ()
        for name in ("time", "mark", "nonce", "user")
    }
    if "nonce" in over and "nonce" not in table:
        reader.bad(NOT_COMPLETE, where, example='nonce = "…"')
    if kind == "password" and "user" not in table:
        reader.bad(NOT_COMPLETE, where, example='user = "…"')
    return Signature(
        kind=kind,
        sign=reader.path(table.get("sign"), f"{where}.sign"),
        over=over,
        prefix=reader.text(table.get("prefix", ""), f"{where}.prefix"),
        headers=reader.one_of(table.get("in", "message"), f"{where}.in", {"message", "headers"}) == "headers",
        **paths,
    )
