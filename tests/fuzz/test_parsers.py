"""Whatever comes, a parser answers with a value or with a no of ours; it never raises anything else."""

from __future__ import annotations

from contextlib import suppress
from functools import partial
from typing import TYPE_CHECKING

import pytest
from hypothesis import strategies as st

from haochaping.exchange import tables
from haochaping.exchange.dialects import replies, shelf, sm
from haochaping.exchange.dialects.address import read_address
from haochaping.exchange.dialects.description import describe, maps_of
from haochaping.exchange.dialects.documents import read_form, read_xml
from haochaping.exchange.dialects.envelope import Keys, Message, open_message
from haochaping.exchange.dialects.reading import read
from haochaping.exchange.dialects.terms import Does, Operation, Step
from haochaping.exchange.encodings import decoded
from haochaping.exchange.rules import judge_case, judge_review, read_json
from haochaping.exchange.terms import Raw
from haochaping.kernel.refused import Refused
from haochaping.ui.sentences import say
from tests.fuzz.corpus import bent, fuzzed, seeds
from tests.peers import national

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from haochaping.exchange.dialects.terms import Description

_PRIVATE = "3945208f7b2144b13f36e38ac6d39f95889393692860b51a42fb81ef4df7c5b8"
_KEYS = Keys(
    {"mark": "m", "word": "w", "our_private_key": _PRIVATE, "their_public_key": sm.public_of(_PRIVATE)}
)
_MAPS = maps_of((shelf.files(None)["jining"].parent / "maps.toml").read_text(encoding="utf-8"), "maps.toml")


def _said(no: Refused) -> None:
    """A no has a sentence, whatever was sent."""
    assert say(no.complaint).message


def _or_no(parse: Callable[[], object]) -> object:
    try:
        return parse()
    except Refused as no:
        _said(no)
        return None


def test_json():
    def attempt(data: bytes) -> None:
        with suppress(UnicodeDecodeError):
            value = _or_no(lambda: read_json(data.decode()))
            if isinstance(value, dict):
                for judge in (judge_case, judge_review):
                    _or_no(partial(judge, Raw(value)))

    fuzzed("json", attempt)


def test_forms():
    def attempt(data: bytes) -> None:
        _or_no(lambda: read_form(data))
        _or_no(lambda: read_form(data.decode("latin-1")))

    fuzzed("form", attempt)


def test_xml():
    def attempt(data: bytes) -> None:
        _or_no(lambda: read_xml(data))
        _or_no(lambda: read_xml(data.decode("latin-1")))

    fuzzed("xml", attempt)


def test_encodings():
    def attempt(data: bytes) -> None:
        with suppress(ValueError):
            text = decoded(data)
            assert text.encode("gb18030", "surrogatepass").decode("gb18030", "surrogatepass") == text

    fuzzed("encodings", attempt)


_LAYERS = {
    "base64": ("base64", "base64", "json"),
    "hex": ("hex", "json"),
    "sm2": ("hex", "sm2", "json"),
    "sm4": ("base64", "sm4", "xml"),
    "soap": ("soap getSaveEvaluation", "pick xmlStr", "xml"),
    "pairs": ("address", "base64", "base64", "pairs projNo,projName,source"),
}


@pytest.mark.parametrize("layers", _LAYERS)
def test_layers(layers):
    steps = tuple(Step(*step.split(" ", 1)) for step in _LAYERS[layers])
    call = Operation("x", "x", ("POST",), Does.INTAKE, (Step("form"), Step("pick", "d"), *steps))
    if layers in {"soap", "pairs"}:
        call = Operation("x", "x", ("POST",), Does.INTAKE, steps)

    def attempt(data: bytes) -> None:
        message = Message(query=data.decode("latin-1"), body=data)
        if layers not in {"soap", "pairs"}:
            message = Message(body=b"d=" + data.replace(b"+", b"%2B").replace(b"&", b"%26"))
        _or_no(lambda: open_message(call, message, _KEYS))

    fuzzed(layers, attempt)


def test_signatures_and_ciphertexts():
    """A ciphertext that was changed opens to nothing; a signature that was changed fits nothing."""
    whole = {bytes.fromhex(data.decode()) for data in seeds("sm2")}
    texts = {sm.sm2_decrypt(_PRIVATE, one) for one in whole}
    signed = bytes.fromhex(national.sign(_PRIVATE, b"text"))

    def attempt(data: bytes) -> None:
        with suppress(ValueError):
            raw = bytes.fromhex(data.decode("ascii", "replace"))
            assert sm.sm2_decrypt(_PRIVATE, raw) in texts
        assert not sm.verified(sm.public_of(_PRIVATE), b"text", data)
        assert not sm.verified(
            sm.public_of(_PRIVATE), b"text", signed[:40] + data[:24] if data[:24] != signed[40:] else b""
        )

    fuzzed("sm2", attempt, few=30)


def _answers(description: Description) -> None:
    """A dialect that was taken can answer, whatever came of a message, and read anything."""
    values: dict[str, object] = {
        "success": True,
        "text": "<&>",
        "code": "x",
        "services": [{"a": 1}],
        "url": "u",
        "call": "c",
    }
    for operation in description.operations:
        for reply in operation.replies.values():
            with suppress(Refused):
                replies.write(reply, values, _KEYS)
        if operation.tables:
            _or_no(partial(read, operation, description, {"projectNo": ["x"], "a": {"b": 1}}))


_ODD = """\
5
-1
99999
""
"x"
[]
{}
[1]
["x", 2]
true
1979-05-27
inf
"{code}"
"a b"
"a\\nb"
"<x>"
"redirect"
{ "a b" = "c" }
{ each = 1, as = 2 }
{ each = "services", as = 1979-05-27 }
{ map = 1, of = 2 }
{ map = { a = 1 }, of = "code" }
{ value = 1 }
{ value = "services" }
{ xml = "C", of = [1] }
{ xml = 1, of = 2 }
{ from = [] }
["sm2"]
["pick 9"]
["json", "json"]
["sm4", "sm2"]
["hex", "sm2", "json"]
""".splitlines()


@st.composite
def _misled(draw: st.DrawFn, kept: list[bytes]) -> bytes:
    """A dialect with a few values exchanged for something odd, or for the value of another name."""
    lines = draw(st.sampled_from(kept)).decode(errors="replace").splitlines()
    places = [n for n, line in enumerate(lines) if " = " in line] or [0]
    for _ in range(draw(st.integers(1, 3))):
        n = draw(st.sampled_from(places))
        name, _, _ = lines[n].partition(" = ")
        other = lines[draw(st.sampled_from(places))].partition(" = ")
        lines[n] = draw(
            st.sampled_from(
                [*(f"{name} = {odd}" for odd in _ODD), f"{name} = {other[2]}", f"{other[0]} = {_ODD[0]}"]
            )
        )
    return "\n".join(lines).encode()


@pytest.mark.parametrize("bend", [bent, _misled])
def test_descriptions(bend):
    def attempt(data: bytes) -> None:
        def parse() -> None:
            _answers(describe(data.decode(errors="replace"), name="x", file="x.toml", maps=_MAPS))

        _or_no(parse)

    fuzzed("toml", attempt, bend=bend)


@pytest.mark.parametrize("ending", ["csv", "jsonl", "xlsx"])
def test_tables(tmp_path: Path, ending):
    file = tmp_path / f"t.{ending}"

    def attempt(data: bytes) -> None:
        file.write_bytes(data)
        try:
            for row in tables.rows(file):
                if row.complaint:
                    assert say(row.complaint).message
                else:
                    for judge in (judge_case, judge_review):
                        _or_no(partial(judge, Raw(row.fields)))
        except Refused as no:
            _said(no)

    fuzzed(ending, attempt, few=40)


def test_evaluator_addresses():
    anhui = shelf.load(shelf.files(None)["anhui"])
    [evaluate] = [one for one in anhui.operations if one.does == Does.VISIT]

    def attempt(data: bytes) -> None:
        _or_no(lambda: read_address(anhui, evaluate, data.decode("latin-1")))

    fuzzed("anhui", attempt)
