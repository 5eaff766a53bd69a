"""The answers that a dialect file describes, checked whole: what is taken here can be filled whatever comes."""

from __future__ import annotations

import re
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
    _pattern(reader, body, f"{place}.body", elements=elements)
    _pattern(reader, shape, f"{place}.shape", elements=False)
    packs = reader.table(told.get("pack", {}), f"{place}.pack")
    headers = reader.table(told.get("headers", {}), f"{place}.headers")
    for name in headers:
        if not _HEADER.fullmatch(name):
            reader.bad(NOT_POSSIBLE, f"{place}.headers", value=name, choices="A-Z, a-z, 0-9, -")
    return Reply(
        style=style,
        status=status,
        body=body,
        root=root,
        shape=reader.table(shape, f"{place}.shape"),
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


def _pattern(reader: File, pattern: object, where: str, *, elements: bool) -> None:
    """Whether a pattern can be filled; `elements` where its names become those of XML."""
    if isinstance(pattern, list):
        for n, part in enumerate(pattern):
            _pattern(reader, part, f"{where}.{n}", elements=elements)
    elif isinstance(pattern, dict):
        _filled_by(reader, pattern, where, elements=elements)
    elif not isinstance(pattern, str | int | float):
        reader.bad(WRONG_SHAPE, where, example='"…"')


def _filled_by(reader: File, pattern: dict[str, object], where: str, *, elements: bool) -> None:
    if pattern.keys() == {"value"}:
        reader.text(pattern["value"], f"{where}.value")
    elif pattern.keys() == {"map", "of"}:
        reader.map(pattern["map"], f"{where}.map", None)
        reader.text(pattern["of"], f"{where}.of")
    elif pattern.keys() == {"each", "as"}:
        reader.text(pattern["each"], f"{where}.each")
        _pattern(reader, pattern["as"], f"{where}.as", elements=elements)
    elif pattern.keys() == {"xml", "of"}:
        _element(reader, reader.text(pattern["xml"], f"{where}.xml"), f"{where}.xml")
        _pattern(reader, pattern["of"], f"{where}.of", elements=True)
    else:
        for name, part in pattern.items():
            if elements:
                _element(reader, name, f"{where}.{name}")
            _pattern(reader, part, f"{where}.{name}", elements=elements)


def _element(reader: File, name: str, where: str) -> None:
    if not _ELEMENT.fullmatch(name):
        reader.bad(NOT_POSSIBLE, where, value=name, choices="A-Z, a-z, 0-9, _ . -")
