"""The answers that a dialect file describes, checked whole: what is taken here can be filled whatever comes."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from haochaping.exchange.dialects.file import steps
from haochaping.exchange.dialects.terms import NOT_POSSIBLE, WRONG_SHAPE, Reply

if TYPE_CHECKING:
    from collections.abc import Mapping

    from haochaping.exchange.dialects.file import File
    from haochaping.exchange.dialects.terms import Step

REPLIES = frozenset({"done", "again", "conflict", "orphan", "refused"})
_REPLY = frozenset({"style", "status", "body", "root", "shape", "pack", "headers"})
_STYLES = frozenset({"json", "xml", "soap", "text", "redirect"})
# What an answer can tell (`flows.answer_wire`, `doors.wire`); “nothing” is null.
VALUES = frozenset(
    {
        *("success", "text", "code", "field", "call", "nothing", "url", "qr", "token", "seconds"),
        *("id", "receipt", "case_no", "service_no", "service_code", "service_name", "service_at"),
        *("services", "reviews", "reviewed", "assess_no", "level", "codes", "comment_text", "assessed_at"),
        *("indicators", "label", "active", "extended"),
        *(
            "item",
            "item_name",
            "agency",
            "agency_name",
            "division",
            "division_name",
            "status",
            "kind",
            "channel",
        ),
        *(
            "promised_limit",
            "statutory_limit",
            "applied_at",
            "accepted_at",
            "completed_at",
            "trips",
            "materials",
        ),
    }
)
_PLACE = re.compile(r"\{([a-z_.]+)\}")
_PACKS = frozenset({"json", "xml", "hex", "base64", "sm2", "sm4"})
_GIVE_TEXT = frozenset({"json", "xml", "hex", "base64"})
_ELEMENT = re.compile(r"[A-Za-z_][\w.-]{0,60}(:[A-Za-z_][\w.-]{0,60})?", re.ASCII)
_HEADER = re.compile(r"[A-Za-z0-9-]{1,60}")
_STATUSES = range(200, 600)


def replies(reader: File, said: object, where: str, base: Mapping[str, Reply]) -> dict[str, Reply]:
    """The answers described at a place, over those that hold for the whole file."""
    found = dict(base)
    for name, told in reader.table(said, where, REPLIES).items():
        place = f"{where}.{name}"
        found[name] = _reply(reader, reader.table(told, place, _REPLY), place)
    return found


def _reply(reader: File, told: dict[str, object], place: str) -> Reply:
    style = reader.one_of(told.get("style", "json"), f"{place}.style", _STYLES)
    status = told.get("status", 200)
    if not isinstance(status, int) or status not in _STATUSES:
        reader.bad(NOT_POSSIBLE, f"{place}.status", value=status, choices="200 – 599")
    root, body, shape = (
        reader.text(told.get("root", ""), f"{place}.root"),
        told.get("body", {}),
        told.get("shape", {}),
    )
    elements = style in {"xml", "soap"}
    if elements and root:
        _element(reader, root.replace("{call}", ""), f"{place}.root")
    shapes = reader.table(shape, f"{place}.shape")
    body_of = _Pattern(reader, elements=elements, known=VALUES | shapes.keys())
    body_of.check(body, f"{place}.body")
    _Pattern(reader, elements=False, known=VALUES).check(shapes, f"{place}.shape")
    packs = reader.table(told.get("pack", {}), f"{place}.pack")
    headers = reader.table(told.get("headers", {}), f"{place}.headers")
    _Pattern(reader, elements=False, known=body_of.known).check(headers, f"{place}.headers")
    for name in headers:
        if not _HEADER.fullmatch(name):
            reader.bad(NOT_POSSIBLE, f"{place}.headers", value=name, choices="A-Z, a-z, 0-9, -")
    return Reply(
        style=style,
        status=status,
        body=body,
        root=root,
        shape=shapes,
        pack={name: _packing(reader, one, f"{place}.pack.{name}") for name, one in packs.items()},
        headers={name: reader.text(value, f"{place}.headers.{name}") for name, value in headers.items()},
    )


def _packing(reader: File, said: object, where: str) -> tuple[Step, ...]:
    """How one value is packed: what comes out is a text."""
    found = steps(reader, said, where)
    for step in found:
        reader.one_of(step.name, where, _PACKS)
        if step.about:
            _element(reader, step.about, where)
    reader.one_of(found[0].name, where, _GIVE_TEXT)
    return found


@dataclass(frozen=True, slots=True)
class _Pattern:
    """A pattern under examination; `elements` where its names become those of XML, `known` are the values it can have."""

    reader: File
    elements: bool
    known: frozenset[str]

    def check(self, pattern: object, where: str) -> None:
        """Whether it can be filled."""
        if isinstance(pattern, list):
            for n, part in enumerate(pattern):
                self.check(part, f"{where}.{n}")
        elif isinstance(pattern, dict):
            self._check_table(pattern, where)
        elif isinstance(pattern, str):
            for name in _PLACE.findall(pattern):
                self._value(name, where)
        elif not isinstance(pattern, int | float):
            self.reader.bad(WRONG_SHAPE, where, example='"…"')

    def _value(self, name: object, where: str) -> None:
        self.reader.one_of(name, where, self.known)

    def _check_table(self, pattern: dict[str, object], where: str) -> None:
        reader = self.reader
        if pattern.keys() == {"value"}:
            self._value(pattern["value"], where)
        elif pattern.keys() == {"map", "of"}:
            reader.map(pattern["map"], f"{where}.map", None)
            self._value(pattern["of"], where)
        elif pattern.keys() == {"each", "as"}:
            self._value(pattern["each"], where)
            self.check(pattern["as"], f"{where}.as")
        elif pattern.keys() == {"xml", "of"}:
            _element(reader, reader.text(pattern["xml"], f"{where}.xml"), f"{where}.xml")
            replace(self, elements=True).check(pattern["of"], f"{where}.of")
        else:
            for name, part in pattern.items():
                if self.elements:
                    _element(reader, name, f"{where}.{name}")
                self.check(part, f"{where}.{name}")


def _element(reader: File, name: str, where: str) -> None:
    if not _ELEMENT.fullmatch(name):
        reader.bad(NOT_POSSIBLE, where, value=name, choices="A-Z, a-z, 0-9, _ . -")
