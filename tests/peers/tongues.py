"""Each dialect's client as one thing: a good record, how it is sent, and what its sender hears."""

from __future__ import annotations

import json
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode

from tests.peers import beijing, fujian, national, plain, shandong

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.peers.conftest import Source

_SD = ("370800000000", "370800000000_11370800MB00000000", "1137080000000000000000000000001")
_FJ = ("351001000000", "351001000000_AAA", fujian.CASE["itemCode"])
_JSON = {"Content-Type": "application/json"}
_FORM = {"Content-Type": "application/x-www-form-urlencoded"}


@dataclass(frozen=True, slots=True)
class Heard:
    """What a sender reads out of an answer: whether its message was taken, and the words it shows."""

    taken: bool
    words: str


@dataclass(frozen=True, slots=True)
class Tongue:
    """A call of a dialect: where it lives, what it says, which of its fields mean what."""

    dialect: str
    path: str
    place: tuple[str, str, str]
    record: dict[str, Any]
    pack: Callable[[Tongue, object], bytes]
    hear: Callable[[bytes], Heard]
    names: dict[str, str]
    """The sender's names for what the table asks about: number, time, code, item, level."""
    headers: dict[str, str]
    signed: bool = False
    needs_case: Callable[[Tongue], Tongue] | None = None
    packing: str = "json"
    private: str = ""
    theirs: str = ""
    token: str = ""

    def body(self, **changes: object) -> bytes:
        """A whole message about the good record with some fields changed."""
        return self.pack(self, self.record | changes)

    def __str__(self) -> str:
        return f"{self.dialect}:{self.path}"


def said(tongue: Tongue, source: Source, body: bytes, path: str = "") -> Heard:
    """Send a body as this client does; what it hears."""
    return tongue.hear(source.send("POST", path or tongue.path, body, tongue.headers))


def keys_of(tongue: Tongue) -> tuple[Tongue, dict[str, str]]:
    """The client with keys of its own, and what the house is told of them."""
    if tongue.dialect in {"shandong", "beijing"}:
        private, public = national.new_key()
        return replace(tongue, private=private), {"mark": "m", "word": "w", "their_public_key": public}
    if tongue.dialect.startswith("fujian"):
        return tongue, {"mark": "m", "word": "w"}
    return tongue, {}


def ready(tongue: Tongue, there: Source) -> Tongue:
    """The client with the house's key, or logged in."""
    if tongue.dialect == "fujian-2020":
        peer = fujian.Fujian2020(there.send, app_key="m", app_code="w")
        peer.log_in()
        return replace(tongue, token=peer.token)
    return replace(tongue, theirs=there.public)


def _plain(_tongue: Tongue, record: object) -> bytes:
    return record if isinstance(record, bytes) else json.dumps(record).encode()


def _params(_tongue: Tongue, record: object) -> bytes:
    return b'{"params": ' + _plain(_tongue, record) + b"}"


def _form(_tongue: Tongue, record: object) -> bytes:
    return record if isinstance(record, bytes) else urlencode(record).encode()  # type: ignore[arg-type]


def _shandong(tongue: Tongue, record: object) -> bytes:
    hall = shandong.Shandong(
        lambda *_: b"", mark="m", word="w", private=tongue.private, their_public=tongue.theirs
    )
    made = hall.envelope({})
    inner = b"[" + _plain(tongue, record) + b"]"
    made["txnBodyCom"]["params"]["evaluate"] = [national.encrypt(tongue.theirs, inner)]
    return json.dumps(made).encode()


def _beijing(tongue: Tongue, record: object) -> bytes:
    sent: list[bytes] = []

    def send(_method: str, _path: str, body: bytes, _headers: dict[str, str]) -> bytes:
        sent.append(body)
        return b"{}"

    peer = beijing.Beijing(send, mark="m", word="w", private=tongue.private, their_public=tongue.theirs)
    peer.share()
    form = dict(part.split("=", 1) for part in sent[0].decode().split("&"))
    inner = b'[{"projectService": ' + _plain(tongue, record) + b"}]"
    form["params"] = urlencode({"": json.dumps({"data": national.encrypt(tongue.theirs, inner)})})[1:]
    return "&".join(f"{name}={value}" for name, value in form.items()).encode()


def _case_xml(record: object, encoding: str) -> str:
    if isinstance(record, bytes):
        return record.decode()
    fields = {name: "" if value is None else str(value) for name, value in record.items()}  # type: ignore[attr-defined]
    return fujian.case_xml(fields, encoding)


def _fujian_2019(_tongue: Tongue, record: object) -> bytes:
    arguments = {"userName": "m", "passWord": "w", "xmlStr": _case_xml(record, "GB2312")}
    return fujian.soap("getSaveEvaluation", arguments)


def _fujian_2020(tongue: Tongue, record: object) -> bytes:
    peer = fujian.Fujian2020(lambda *_: b"", app_key="m", app_code="w")
    peer.token = tongue.token
    return peer.raw("getSaveEvaluation", _case_xml(record, "UTF-8"))


def _hear_soap(answer: bytes) -> Heard:
    found = fujian.Answer(answer)
    return Heard(found.ok, found.message)


def _hear_shandong(answer: bytes) -> Heard:
    found = json.loads(answer)
    return Heard(shandong.took(found), f"{found['C-Response-Desc']} {found['C-Response-Body']['message']}")


def _hear_beijing(answer: bytes) -> Heard:
    found = json.loads(answer)
    return Heard(beijing.took(found), str(found["errorMessage"]))


def _hear_jining(answer: bytes) -> Heard:
    code, text = plain.custom(json.loads(answer))
    return Heard(code == "1" or text.startswith(("已存在", "本次服务已存在评价")), text)


def _hear_ningbo(answer: bytes) -> Heard:
    found = json.loads(answer)
    return Heard(found["result"] == "0", found["resultmsg"])


def _hear_shaoxing(answer: bytes) -> Heard:
    found = json.loads(answer)
    return Heard(found["success"] is True, found["errorMsg"])


def _hear_feed(answer: bytes) -> Heard:
    found = json.loads(answer)
    return Heard(found["success"] == "true", found["message"])


SHANDONG_CASE = Tongue(
    "shandong", "case", _SD, shandong.CASE, _shandong, _hear_shandong,
    {"number": "projectNo", "time": "serviceTime", "code": "proStatus", "item": "taskCode"},
    _JSON, signed=True,
)  # fmt: skip
SHANDONG_REVIEW = Tongue(
    "shandong", "review/offline", _SD, shandong.OFFLINE, _shandong, _hear_shandong,
    {"number": "projectNo", "time": "assessTime", "code": "pf", "level": "satisfaction", "why": "evalDetail"},
    _JSON, signed=True, needs_case=lambda one: replace(SHANDONG_CASE, private=one.private, theirs=one.theirs),
)  # fmt: skip
JINING_SERVICE = Tongue(
    "jining", "hcp/addEvaluateService", _SD, plain.JINING_SERVICE, _params, _hear_jining,
    {"number": "projectNo", "time": "serviceTime", "code": "proStatus", "item": "taskCode"}, _JSON,
)  # fmt: skip
TONGUES = (
    SHANDONG_CASE,
    SHANDONG_REVIEW,
    JINING_SERVICE,
    Tongue(
        "jining", "hcp/addEvaluate", _SD, plain.JINING_REVIEW, _params, _hear_jining,
        {"number": "projectno", "time": "assessTime", "code": "pf", "level": "satisfaction", "why": "evalDetail"},
        _JSON, needs_case=lambda _: JINING_SERVICE,
    ),
    Tongue(
        "beijing", "pubservice/appraise4OT/reShareApprInfo",
        ("110000000000", "11110000MB0000000X", beijing.SERVICE["taskCode"]), beijing.SERVICE,
        _beijing, _hear_beijing,
        {"number": "projectNo", "time": "serviceTime", "code": "proStatus", "item": "taskCode"}, _FORM, signed=True,
    ),
    Tongue(
        "fujian-2019", "ws/evaluation", _FJ, fujian.CASE, _fujian_2019, _hear_soap,
        {"number": "projectNo", "time": "assessTime", "code": "pf", "item": "itemCode", "level": "alternate",
         "why": "appraisald"}, {"Content-Type": "text/xml"}, signed=True, packing="xml",
    ),
    Tongue(
        "fujian-2020", "ws/evaluation", _FJ, fujian.CASE, _fujian_2020, _hear_soap,
        {"number": "projectNo", "time": "assessTime", "code": "pf", "item": "itemCode", "level": "alternate",
         "why": "appraisald"}, {"Content-Type": "text/xml"}, signed=True, packing="xml",
    ),
    Tongue(
        "zhejiang-ningbo", "zwztapi/offlinereport.do",
        ("330200000000", "11330200MB00000000", plain.NINGBO["taskCode"]), plain.NINGBO, _form, _hear_ningbo,
        {"number": "projectNo", "time": "assessTime", "code": "pf", "item": "taskCode", "level": "satisfaction",
         "why": "evalDetail"}, _FORM, packing="form",
    ),
    Tongue(
        "zhejiang-shaoxing", "queryPublishurl", ("330600000000", "DEPART1", plain.SHAOXING["matterId"]),
        plain.SHAOXING, _plain, _hear_shaoxing,
        {"number": "affairId", "time": "affairTime", "code": "affairStatus", "item": "matterId"}, _JSON,
    ),
    Tongue(
        "shandong-aggregation", "receiveBasicInfo", _SD, plain.BASIC | {"acceptdeptcode": _SD[1]}, _plain, _hear_feed,
        {"number": "projid", "time": "applydate", "item": "taskcode"}, _JSON,
    ),
)  # fmt: skip
