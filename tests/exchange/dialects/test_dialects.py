"""The layer by itself: ciphers against another hand's, every shipped file read, and nothing that breaks it."""

from __future__ import annotations

import json
from base64 import b64encode
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, quote, urlencode

import pytest
from hypothesis import given
from hypothesis import strategies as st

from haochaping.exchange.dialects import envelope, shelf, signing, sm, trial
from haochaping.exchange.dialects.documents import read_form, read_xml, write_xml
from haochaping.exchange.dialects.envelope import Keys, Message, open_message
from haochaping.exchange.dialects.moments import read_moment
from haochaping.exchange.dialects.reading import read
from haochaping.exchange.dialects.terms import OUT_OF_TIME, Description, Operation, Step
from haochaping.kernel.refused import Refused
from tests.peers import beijing, fujian, national, plain, shandong

DIALECTS = {name: shelf.load(path) for name, path in shelf.files(None).items()}
CALLS = [(one, call) for one in DIALECTS.values() for call in one.operations]
SAMPLES = [
    path
    for path in sorted(Path(__file__).parents[3].glob("examples/dialects/*.*.json"))
    if path.name.rsplit(".", 2)[0] in DIALECTS
]
_PUBLIC, _PRIVATE = sm.key_pair()
KEYS = Keys({"mark": "m", "word": "w", "our_private_key": _PRIVATE, "their_public_key": _PUBLIC})
NOW = datetime(2026, 6, 1, tzinfo=UTC)


def _ids(pair: tuple[Description, Operation]) -> str:
    return f"{pair[0].name}-{pair[1].name}"


def test_sm3_and_sm4_say_what_the_standards_say():
    assert sm.sm3(b"abc").hex() == "66c7f0f462eeedd9d1f2d46bdc10e4e24167c4875cf2f7a2297da02b8f4ba8e0"
    key = bytes.fromhex("0123456789abcdeffedcba9876543210")
    assert sm.sm4_encrypt(key, key).hex() == "681edf34d206965e86b3e94f536e4246", (
        "whole blocks bear no padding"
    )
    assert sm.sm4_decrypt(key, sm.sm4_encrypt(key, b"abc")) == b"abc"


@pytest.mark.parametrize("order", ["C1C3C2", "C1C2C3"])
@pytest.mark.parametrize("length", [1, 31, 32, 33, 2000])
def test_another_hands_ciphertext_opens_in_both_orders(order, length):
    private, public = national.new_key()
    sealed = bytes.fromhex(national.encrypt(public, b"x" * length, order=order))

    assert sm.sm2_decrypt(private, sealed) == b"x" * length
    assert sm.sm2_decrypt(private, sealed[1:]) == b"x" * length, "some leave the leading 04 out"
    assert national.decrypt(private, sm.sm2_encrypt(public, b"y" * length).hex()) == b"y" * length


def test_another_hands_signature_holds_and_no_other():
    private, public = national.new_key()
    signature = bytes.fromhex(national.sign(private, b"text"))

    assert sm.verify(public, b"text", signature)
    assert not sm.verify(public, b"texT", signature)
    assert not sm.verify(_PUBLIC, b"text", signature)
    for n in (0, 31, 32, 63):
        assert not sm.verify(public, b"text", signature[:n] + bytes([signature[n] ^ 1]) + signature[n + 1 :])
    assert not sm.verify(public, b"text", b"")


@given(st.binary(max_size=400))
def test_no_bytes_break_the_ciphers(data):
    with suppress(ValueError):
        sm.sm2_decrypt(_PRIVATE, b"\x04" + data)
    with suppress(ValueError):
        sm.sm4_decrypt(b"k" * 16, data)
    assert not sm.verify(_PUBLIC, b"text", data)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("2024-01-01 09:00:00", "2024-01-01T09:00:00+08:00"),
        ("2024-1-1 9:00", "2024-01-01T09:00:00+08:00"),
        ("20240101T090000", "2024-01-01T09:00:00+08:00"),
        ("20240101090000", "2024-01-01T09:00:00+08:00"),
        ("2024-01-01", "2024-01-01T00:00:00+08:00"),
        ("1704070800000", "2024-01-01T01:00:00+00:00"),
        ("2024-02-30 09:00:00", None),
        ("9999999999999", "2286-11-20T17:46:39.999000+00:00"),
        ("٢٠٢٤-01-01", None),
    ],
)
def test_times_as_they_are_written(text, expected):
    formats = ("yyyy-MM-dd HH:mm:ss", "yyyyMMddTHHmmss", "yyyyMMddHHmmss", "yyyy-MM-dd", "ms")
    moment = read_moment(text, formats)
    assert (moment.isoformat() if moment else None) == expected


@pytest.mark.parametrize("pair", CALLS, ids=_ids)
def test_what_is_packed_opens_again(pair):
    _, call = pair
    # Pairs that nothing encodes part at known names only.
    known = next((step.about.split(",")[:2] for step in call.steps if step.name == "pairs"), None)
    names = known or ["projectNo", "name"]
    record: dict[str, object] = dict(zip(names, ("A&B=<1>", "测试 “人”"), strict=True))
    inner: object = record
    if call.inside:
        inner = {call.inside[0]: record}
    packed = str(envelope.pack(call.steps, inner, KEYS))
    query = call.steps[0].name in {"query", "address"}

    opened = open_message(call, Message(query=packed) if query else Message(body=packed.encode()), KEYS)

    assert [dict(one) for one in opened.records] == [record]


@pytest.mark.parametrize("pair", CALLS, ids=_ids)
@given(data=st.binary(max_size=300))
def test_no_message_breaks_a_call(pair, data):
    _, call = pair
    with suppress(Refused):
        open_message(call, Message(body=data), KEYS)
    with suppress(Refused):
        open_message(call, Message(query=data.decode("latin-1")), KEYS)


_SCALARS = (
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats()
    | st.text(max_size=12)
    | st.sampled_from(
        [" ", "null", "2024-01-01 09:00:00", "5", "0", "370882", "a,101|b,102|c", "1" * 33, "\0", "\ud800"]
    )
)
_VALUES = (
    _SCALARS | st.lists(_SCALARS, max_size=2) | st.dictionaries(st.text(max_size=4), _SCALARS, max_size=2)
)


@pytest.mark.parametrize("pair", [pair for pair in CALLS if pair[1].tables], ids=_ids)
@given(data=st.data())
def test_no_record_breaks_the_reading(pair, data):
    spoken, call = pair
    names = sorted({".".join(path) for rules in call.tables.values() for r in rules for path in r.names})
    record = data.draw(st.dictionaries(st.sampled_from(names) | st.text(max_size=5), _VALUES, max_size=12))
    with suppress(Refused):
        reading = read(call, spoken, record)
        for complaint in filter(None, [reading.complaint]):
            assert set(complaint.field.split(" / ")) <= set(names)
        # The road's own judge takes whatever was read.
        list(trial._judged(reading))


_SAMPLES: list[tuple[str, str, Any]] = [
    ("shandong", "case", shandong.CASE),
    ("shandong", "review-offline", shandong.OFFLINE),
    ("shandong", "review-online", shandong.ONLINE),
    ("beijing", "share", beijing.SERVICE),
    ("fujian-2020", "save", fujian.CASE),
    ("fujian-2019", "save", fujian.CASE),
    ("jining", "service", plain.JINING_SERVICE),
    ("jining", "review", plain.JINING_REVIEW),
    ("zhejiang-shaoxing", "url", plain.SHAOXING),
    ("zhejiang-ningbo", "report", plain.NINGBO),
]


@pytest.mark.parametrize(
    ("name", "call", "record"), _SAMPLES, ids=lambda value: value if isinstance(value, str) else ""
)
def test_capitals_do_not_matter_and_the_sample_is_read_whole(name, call, record):
    small = {field.lower(): value for field, value in record.items()}
    for told in (record, small, {field.upper(): value for field, value in record.items()}):
        [one] = trial.check(DIALECTS[name], json.dumps(told).encode(), KEYS, call=call)
        assert one.complaints == ()
        assert sum(line.value is not None for line in one.lines) >= 6


@pytest.mark.parametrize("sample", SAMPLES, ids=[sample.name for sample in SAMPLES])
def test_the_call_of_a_sample_is_found_by_itself(sample):
    name, call, _ = sample.name.rsplit(".", 2)

    found = trial.check(DIALECTS[name], sample.read_bytes(), KEYS)

    assert {(one.call, one.complaints) for one in found} == {(call, ())}


def test_codes_behind_labels_and_a_comma_in_words():
    call = DIALECTS["shandong"].operation("review-offline")
    assert call is not None
    record = shandong.OFFLINE | {"evalDetail": "态度生硬,214|没有样本,207|等了很久，没人理, 我"}

    fields = read(call, DIALECTS["shandong"], record).tables["review"]

    assert fields["indicator_codes"] == ["214", "207"]
    assert fields["comment_text"] == "等了很久，没人理, 我"


def test_a_value_that_cannot_be_read_is_never_taken_for_another():
    for name, field, value in (("shandong", "satisfaction", "0"), ("jining", "satisfaction", "6")):
        call = DIALECTS[name].operation("review-offline" if name == "shandong" else "review")
        assert call is not None
        record = (shandong.OFFLINE if name == "shandong" else plain.JINING_REVIEW) | {field: value}
        reading = read(call, DIALECTS[name], record)
        assert reading.complaint is not None
        assert reading.complaint.field == field
        assert reading.tables["review"]["rating_value"] == f"?{value}"


@pytest.mark.parametrize(
    "harm",
    [
        b'<!DOCTYPE a [<!ENTITY b "x">]><a>&b;</a>',
        b'<!DOCTYPE a SYSTEM "http://127.0.0.1/x"><a/>',
        b'<?xml version="1.0"?><!DOCTYPE a [<!ENTITY % p SYSTEM "file:///etc/passwd">%p;]><a/>',
        b"<a>" * 5000,
        b"<a>" + b"<b/>" * 100_001 + b"</a>",
        "<a>测试</a>".encode("utf-16"),
        b"",
        b"<a>\x00</a>",
    ],
)
def test_xml_that_reaches_out_or_grows_is_refused(harm):
    with suppress(Refused):
        assert read_xml(harm) == {"a": "测试"}


def test_xml_in_gb2312_and_back():
    text = '<?xml version="1.0" encoding="GB2312"?><Case><n>测试</n></Case>'
    assert read_xml(text.encode("gb2312")) == read_xml(text) == {"Case": {"n": "测试"}}
    assert read_xml(write_xml("Case", {"n": "<&>", "m": ["1", "2"]})) == {
        "Case": {"n": "<&>", "m": ["1", "2"]}
    }


@given(st.text(max_size=200))
def test_no_text_breaks_xml_and_forms(text):
    for reader in (read_xml, read_form):
        with suppress(Refused):
            reader(text)
        with suppress(Refused):
            reader(text.encode("utf-8", "surrogatepass"))


@given(
    st.lists(st.tuples(st.text(max_size=9), st.text(max_size=30)), max_size=4, unique_by=lambda pair: pair[0])
)
def test_fields_of_a_form_are_read_as_they_were_written(pairs):
    fields = dict(pairs)
    for escaped in (
        urlencode(fields, errors="surrogatepass"),
        urlencode(fields, quote_via=quote, safe="、", errors="ignore"),
    ):
        assert _form(escaped) == _standard(escaped)


@given(
    st.lists(
        st.sampled_from(
            ["%E4", "%b8", "%AD", "%F0%9f%8d%B5", "%26", "%3d", "%", "&", "=", "+", "a", "4", "中"]
        )
    )
)
def test_a_form_in_pieces_is_read_as_the_standard_library_reads_it(pieces):
    text = "".join(pieces)
    assert _form(text) == _standard(text)


def _form(text: str) -> object:
    try:
        return read_form(text)
    except Refused:
        return None


def _standard(text: str) -> object:
    """What there is to read, None where it is no UTF-8 or a name stands twice."""
    try:
        pairs = parse_qsl(text, keep_blank_values=True, errors="strict")
    except ValueError:
        return None
    return dict(pairs) if len(dict(pairs)) == len(pairs) else None


def test_a_signature_holds_for_its_moment_only():
    signature = DIALECTS["shandong"].operations[0].signature
    assert signature is not None
    for minutes, holds in ((4, True), (-4, True), (6, False), (-6, False)):
        at = (NOW + timedelta(minutes=minutes, hours=8)).strftime("%Y%m%d%H%M%S")
        outer = {
            "txnBodyCom": {"time": at, "appMark": "m", "sign": signing.sign(signature, keys=KEYS, at=at)}
        }
        if holds:
            assert signing.check(signature, outer, KEYS, window=timedelta(minutes=5), now=NOW)
        else:
            with pytest.raises(Refused) as refused:
                signing.check(signature, outer, KEYS, window=timedelta(minutes=5), now=NOW)
            assert refused.value.complaint.reason is OUT_OF_TIME


def test_a_pass_holds_until_it_ends_and_for_its_word_only():
    token = signing.token(KEYS, now=NOW, lasts=timedelta(hours=2))

    assert signing.token_holds(token, KEYS, now=NOW + timedelta(minutes=119))
    assert not signing.token_holds(token, KEYS, now=NOW + timedelta(hours=2))
    assert not signing.token_holds(token, Keys({"mark": "m", "word": "v"}), now=NOW)
    assert not signing.token_holds("9" * 30 + token[10:], KEYS, now=NOW)


def test_double_base64_and_pairs_with_ampersands():
    steps = (Step("address"), Step("base64"), Step("base64"), Step("pairs", "projNo,projName,source"))
    call = Operation("x", "x", ("GET",), DIALECTS["anhui"].operations[0].does, steps)
    plain_text = "projNo=1&projName=a&b=c&source=501"
    query = b64encode(b64encode(plain_text.encode())).decode()
    [record] = open_message(call, Message(query=query), KEYS).records
    assert record == {"projNo": "1", "projName": "a&b=c", "source": "501"}
