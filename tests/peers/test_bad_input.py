"""Bad input in every dialect: one table, each fault answered in the sender's own style, its field named, nothing lost.

What is acknowledged is in the books once; what is refused is not in them, and what could be read of it may wait.
"""

from __future__ import annotations

import gzip
import json
import socket
import threading
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from haochaping.cases.models import Case
from haochaping.exchange.models import QuarantinedRecord
from haochaping.reviews.models import Review
from tests.peers import fujian, national
from tests.peers.tongues import TONGUES, Heard, Tongue, keys_of, ready, said

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.peers.conftest import Source

_DEEP = b'{"a":' * 5_000 + b"1" + b"}" * 5_000
_BOMBS = {
    "billion laughs": (
        '<?xml version="1.0"?><!DOCTYPE c [<!ENTITY a "haha">'
        + "".join(f'<!ENTITY a{n} "{f"&a{n - 1 if n else str()};" * 10}">' for n in range(9))
        + "]><Case><projectNo>&a8;</projectNo></Case>"
    ),
    "quadratic": f'<!DOCTYPE c [<!ENTITY a "{"x" * 50_000}">]><Case><projectNo>{"&a;" * 5_000}</projectNo></Case>',
    "reads a file": '<!DOCTYPE c [<!ENTITY a SYSTEM "file:///etc/passwd">]><Case><projectNo>&a;</projectNo></Case>',
    "asks the network": '<!DOCTYPE c SYSTEM "http://127.0.0.1:9/x"><Case><projectNo>1</projectNo></Case>',
    "parameter entity": '<!DOCTYPE c [<!ENTITY % p SYSTEM "file:///etc/passwd">%p;]><Case/>',
    "deep": "<a>" * 5_000,
    "broad": "<Case>" + "<a/>" * 100_001 + "</Case>",
}


class Peer:
    """A client with a platform of its own at the running house."""

    def __init__(self, tongue: Tongue, there: Source) -> None:
        self.tongue, self.there = tongue, there

    def says(self, body: bytes) -> Heard:
        return said(self.tongue, self.there, body)

    def tells(self, **changes: object) -> Heard:
        return self.says(self.tongue.body(**changes))

    def brings_its_case(self) -> None:
        """Tell the case a review is about, where the call itself does not."""
        if self.tongue.needs_case:
            first = self.tongue.needs_case(self.tongue)
            assert said(first, self.there, first.body()).taken


@pytest.fixture
def peer_of(source: Callable[..., Source], place: Callable[..., None]) -> Callable[[Tongue], Peer]:
    def make(tongue: Tongue) -> Peer:
        place(*tongue.place)
        tongue, keys = keys_of(tongue)
        there = source(tongue.dialect, "theirs", tongue.place[0], keys=keys, unsigned=not tongue.signed)
        return Peer(ready(tongue, there), there)

    return make


def booked() -> tuple[int, int]:
    return Case.objects.count(), Review.objects.count()


def _refused(faults: dict[str, Heard], naming: str = "") -> None:
    for fault, heard in faults.items():
        assert not heard.taken, (fault, heard)
        assert heard.words.strip(), fault
        assert naming in heard.words, (fault, heard)


@pytest.mark.parametrize("tongue", TONGUES, ids=str)
def test_what_is_no_message_is_refused_and_stored_nowhere(peer_of, tongue):
    peer = peer_of(tongue)
    whole = peer.tongue.body()
    faults = {
        "nothing": b"",
        "noise": bytes(range(256)),
        "UTF-16": whole.decode().encode("utf-16"),
        "a page": b"<!doctype html><html><body>502 Bad Gateway</body></html>",
        "deep": _DEEP,
        "gzip": gzip.compress(whole),
        "a zip bomb": gzip.compress(b"0" * 10_000_000),
        "too large": b" " * (4 * 2**20 + 1),
    }
    if peer.tongue.packing != "form":
        # A form has no end of its own: one that is cut is known by the length that was announced.
        faults |= {f"cut at {n}/16": whole[: len(whole) * n // 16] for n in range(16)}

    _refused({fault: peer.says(body) for fault, body in faults.items()})

    assert (booked(), QuarantinedRecord.objects.count()) == ((0, 0), 0)


@pytest.mark.parametrize("tongue", TONGUES, ids=str)
def test_a_body_that_breaks_off_is_not_taken_for_a_whole_one(peer_of, tongue):
    peer = peer_of(tongue)
    whole = peer.tongue.body()

    for part in (len(whole) - 1, len(whole) // 2):
        with socket.create_connection(("127.0.0.1", peer.there.port), timeout=30) as line:
            target = f"/wire/{tongue.dialect}/theirs/{tongue.path}"
            head = f"POST {target} HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Length: {len(whole)}\r\nConnection: close\r\n\r\n"
            line.sendall(head.encode() + whole[:part])
            line.shutdown(socket.SHUT_WR)
            while line.recv(65_536):
                pass

    assert (booked(), QuarantinedRecord.objects.count()) == ((0, 0), 0)
    peer.brings_its_case()
    assert peer.tells().taken, "sent again whole, it is taken"


@pytest.mark.parametrize("tongue", TONGUES, ids=str)
def test_a_field_that_cannot_be_read_is_named(peer_of, tongue):
    peer = peer_of(tongue)
    peer.brings_its_case()
    stood = booked()
    names = tongue.names
    # A number that says nothing is not found under another name either.
    if "proProjectNo" in tongue.record:
        peer.tongue = replace(peer.tongue, record=tongue.record | {"proProjectNo": ""})
    wrong = {"number": [" ", "N" * 10_000], "time": ["01.02.2024", "2024-02-30 09:00:00", "9" * 40]}
    if tongue.packing == "json":
        wrong["number"] += ["A\0B", "\ud800", "A\ufffd", ["A"], {"A": 1}, True]  # type: ignore[list-item]
    wrong |= {"code": ["Z9", "9" * 5_000]}
    # Off the scale, a pad that counts from 0, and digits that are none of ours.
    wrong |= {"level": ["0", "6", "\uff15", "5.0", "-1", "9" * 5_000]}

    for meaning, values in wrong.items():
        if meaning in names:
            field = names[meaning]
            _refused({f"{field}={value!r:.40}": peer.tells(**{field: value}) for value in values}, field)

    assert Review.objects.count() == stood[1]


@pytest.mark.parametrize("tongue", [one for one in TONGUES if "why" in one.names], ids=str)
def test_a_reason_of_another_level_shows_a_scale_that_is_turned_round(peer_of, tongue):
    peer = peer_of(tongue)
    peer.brings_its_case()

    # One sender says the level under two names.
    levels = {name: "4" for name in (tongue.names["level"], "evaluateLevel") if name in tongue.record}
    turned = peer.tells(**levels, **{tongue.names["why"]: "209,213"})

    _refused({"turned round": turned}, tongue.names["why"])
    assert Review.objects.count() == 0
    assert QuarantinedRecord.objects.get().code == "indicator_of_other_level"


@pytest.mark.parametrize("tongue", [one for one in TONGUES if one.packing != "xml"], ids=str)
def test_a_name_that_stands_twice_is_named(peer_of, tongue):
    peer = peer_of(tongue)
    peer.brings_its_case()
    stood, number = booked(), tongue.names["number"]
    if tongue.packing == "form":
        body = peer.tongue.body() + f"&{number}=B".encode()
    else:
        record = json.dumps(tongue.record).encode()
        body = peer.tongue.pack(peer.tongue, record[:-1] + f', "{number}": "B"}}'.encode())

    _refused({"twice": peer.says(body)}, number)

    assert booked() == stood


@pytest.mark.parametrize("tongue", [one for one in TONGUES if one.packing == "xml"], ids=str)
def test_xml_that_grows_reaches_out_or_says_a_thing_twice(peer_of, tongue):
    peer = peer_of(tongue)
    inside = {name: peer.says(peer.tongue.pack(peer.tongue, bomb.encode())) for name, bomb in _BOMBS.items()}
    outside = {name: peer.says(bomb.encode()) for name, bomb in _BOMBS.items()}
    number = tongue.names["number"]
    twice = fujian.case_xml(tongue.record, "UTF-8").replace("<Case>", f"<Case><{number}>B</{number}>")

    _refused(inside | outside)
    assert not any("root:" in heard.words for heard in (inside | outside).values())
    _refused({"twice": peer.says(peer.tongue.pack(peer.tongue, twice.encode()))}, number)
    assert booked() == (0, 0)


@pytest.mark.parametrize("tongue", [one for one in TONGUES if one.signed], ids=str)
def test_forged_and_wrong_keys(peer_of, tongue):
    peer = peer_of(tongue)
    peer.brings_its_case()
    stood = booked()
    whole = peer.tongue.body()
    faults: dict[str, bytes] = {}
    if tongue.dialect in {"shandong", "beijing"}:
        stranger, public = national.new_key()
        faults["signed by another"] = replace(peer.tongue, private=stranger).body()
        faults["sealed for another"] = replace(peer.tongue, theirs=public).body()
    elif tongue.dialect == "fujian-2020":
        faults["no pass"] = replace(peer.tongue, token="").body()
        faults["a forged pass"] = replace(peer.tongue, token="9999999999." + "0" * 64).body()
    else:
        faults["another password"] = whole.replace(b">w<", b">v<")
        faults["no password"] = whole.replace(b">w<", b"><")

    _refused({fault: peer.says(body) for fault, body in faults.items()})

    assert (booked(), QuarantinedRecord.objects.count()) == (stood, 0)


@pytest.mark.parametrize(
    "tongue", [one for one in TONGUES if one.dialect in {"shandong", "beijing"}], ids=str
)
def test_a_signature_in_other_letters_is_the_same_signature(peer_of, tongue):
    """It is over time, mark and word only: whoever could write it anew could sign what he likes."""
    peer = peer_of(tongue)
    first, second = peer.tongue.body(), peer.tongue.body(**{tongue.names["number"]: "37STOLEN"})
    sign = _sign_of(first)
    spoilt = [sign, sign.upper(), sign[:2] + "%20" + sign[2:]] if tongue.dialect == "beijing" else [
        sign, sign.upper(), sign[:2] + " " + sign[2:], _as_asn1(sign)
    ]  # fmt: skip
    peer.says(first)
    time = _time_of(first)

    faults = {
        form: peer.says(
            second.replace(_sign_of(second).encode(), form.encode()).replace(_time_of(second), time)
        )
        for form in spoilt
    }

    _refused(faults, "sign")
    assert Case.objects.filter(case_no="37STOLEN").count() == 0


def _sign_of(body: bytes) -> str:
    if body.startswith(b"{"):
        return str(json.loads(body)["txnBodyCom"]["sign"])
    return body.decode().partition("sign=")[2].partition("&")[0]


def _time_of(body: bytes) -> bytes:
    if body.startswith(b"{"):
        return str(json.loads(body)["txnBodyCom"]["time"]).encode()
    return body.partition(b"time=")[2].partition(b"&")[0]


def _as_asn1(sign: str) -> str:
    raw = bytes.fromhex(sign)
    parts = b""
    for half in (raw[:32], raw[32:]):
        number = half.lstrip(b"\0")
        number = b"\0" + number if number[0] & 0x80 else number
        parts += bytes([2, len(number)]) + number
    return (bytes([0x30, len(parts)]) + parts).hex()


@pytest.mark.parametrize("tongue", TONGUES, ids=str)
def test_what_is_only_odd_is_taken_once(peer_of, tongue):
    peer = peer_of(tongue)
    peer.brings_its_case()
    record = tongue.record
    odd: dict[str, object] = {
        "as it should be": record,
        "capitals": {name.upper(): value for name, value in record.items()},
        "small letters": {name.lower(): value for name, value in record.items()},
        "more than we know": record | {"somethingNew": "x"},
        "blanks around": {name: f" {v} " if isinstance(v, str) else v for name, v in record.items()},
    }
    if "item" in tongue.names:
        odd["33 digits"] = record | {tongue.names["item"]: tongue.place[2] + "01"}
    if tongue.packing != "form":
        nothing = {name for name, value in record.items() if value in (None, "", " ")}
        odd |= {
            f"{blank!r} for nothing": record | dict.fromkeys(nothing, blank) for blank in ("", " ", "null")
        }

    heard = {what: peer.says(peer.tongue.pack(peer.tongue, told)) for what, told in odd.items()}

    assert {what: one for what, one in heard.items() if not one.taken} == {}
    assert booked() == (1, int("level" in tongue.names))
    assert QuarantinedRecord.objects.count() == 0


@pytest.mark.parametrize(
    "tongue", [one for one in TONGUES if one.pack.__name__ in {"_plain", "_params"}], ids=str
)
def test_json_in_other_encodings(peer_of, tongue):
    peer = peer_of(tongue)
    peer.brings_its_case()
    text = json.dumps(tongue.record, ensure_ascii=False)
    rare = text.replace("测试", "𠮷䶮")
    pack = peer.tongue.pack

    for body in (
        b"\xef\xbb\xbf" + pack(peer.tongue, text.encode()),
        pack(peer.tongue, rare.encode("gb18030")),
    ):
        assert peer.says(body).taken

    stood = (booked(), QuarantinedRecord.objects.count())
    half = text.encode()[:-1] + b', "more": "' + "政务服务".encode("gb18030") + b'"}'
    _refused({"both in one": peer.says(pack(peer.tongue, half))})
    assert (booked(), QuarantinedRecord.objects.count()) == stood, "nothing is kept as other characters"


@pytest.mark.parametrize("tongue", TONGUES, ids=str)
def test_sent_again_and_at_once_it_counts_once(peer_of, tongue):
    peer = peer_of(tongue)
    peer.brings_its_case()
    whole, heard = peer.tongue.body(), []
    # The answer to the first is lost on the way.
    with socket.create_connection(("127.0.0.1", peer.there.port), timeout=30) as line:
        head = f"POST /wire/{tongue.dialect}/theirs/{tongue.path} HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Length: {len(whole)}"
        line.sendall(head.encode() + b"\r\nConnection: close\r\n\r\n" + whole)

    senders = [threading.Thread(target=lambda: heard.append(peer.says(whole))) for _ in range(3)]
    for sender in senders:
        sender.start()
    for sender in senders:
        sender.join()

    assert [one for one in heard if not one.taken] == []
    assert peer.says(whole).taken
    assert booked() == (1, int("level" in tongue.names))
    assert QuarantinedRecord.objects.count() == 0
