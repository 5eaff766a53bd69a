"""A hall of Shandong that reports to its province: cases, reviews, pending services, indicators, the code of a service."""

from __future__ import annotations

import json
from datetime import datetime
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

from tests.peers import national

if TYPE_CHECKING:
    from collections.abc import Callable

    type Send = Callable[[str, str, bytes, dict[str, str]], bytes]

BEIJING = ZoneInfo("Asia/Shanghai")
CASE: dict[str, Any] = {
    "areaCode": "370800000000",
    "deptCode": "11370800MB00000000",
    "taskType": "01",
    "taskCode": "1137080000000000000000000000001",
    "proTaskCode": "1137080000000000000000000000001",
    "taskHandleItem": "113708000000000000000000000000101",
    "subMatter": "",
    "taskName": "测试事项名称",
    "proTaskName": "测试事项名称",
    "projectNo": "37080020240101000001",
    "proProjectNo": "37080020240101000001",
    "projectName": "关于测试申请人测试事项名称的业务",
    "proStatus": "1",
    "proDepart": "测试市行政审批服务局",
    "mobile": "13900000000",
    "userName": "测试申请人",
    "creditNum": "370800199001010000",
    "creditType": "111",
    "userProp": "1",
    "acceptDate": "2024-01-01 09:00:00",
    "promiseDay": "5",
    "promiseType": "1",
    "anticipateDay": "1",
    "anticipateType": "1",
    "deptName": "测试市行政审批服务局",
    "proChannel": "2",
    "promiseTime": "2",
    "certkeyGOV": "370800199001010000",
    "orgcode": "370800000000_11370800MB00000000",
    "orgName": "测试市行政审批服务局",
    "proManager": "测试窗口人员",
    "userPageType": "111",
    "handleUserName": None,
    "handleUserPageType": None,
    "handleUserPageCode": None,
    "serviceName": "提交申请信息",
    "serviceTime": "2024-01-01 08:55:00",
    "dataSource": "165",
    "projectType": "2",
    "resultDate": None,
}
OFFLINE: dict[str, Any] = {
    "taskType": "01",
    "projectNo": "37080020240101000001",
    "satisfaction": "2",
    "pf": "4",
    "name": "测试申请人",
    "evalDetail": "209,213",
    "writingEvaluation": "",
    "assessTime": "2024-01-01 09:12:00",
    "serviceNumber": 1,
}
ONLINE: dict[str, Any] = {
    "projectNo": "37080020240101000001",
    "pf": "1",
    "deptCode": "370800000000_11370800MB00000000",
    "taskCode": "1137080000000000000000000000001",
    "taskHandleItem": "113708000000000000000000000000101",
    "taskName": "测试事项名称",
    "subMatter": "",
    "proStatus": "3",
    "proDepart": "测试市行政审批服务局",
    "certKey": "370800199001010000",
    "userName": "测试申请人",
    "userProp": "1",
    "userPageType": "111",
    "handleUserName": None,
    "handleUserPageType": None,
    "handleUserPageCode": None,
    "satisfaction": "5",
    "evalDetail": "510,517",
    "serviceNumber": "1",
    "writingEvaluation": "",
    "assessTime": "2024-01-03 10:00:00",
    "assessNumber": 1,
    "dataSource": "165",
    "promisetime": 2,
    "acceptDate": "2024-01-01 09:00:00",
}
PERSON: dict[str, Any] = {
    "mark": "0",
    "userName": "测试申请人",
    "creditType": "111",
    "creditNum": "370800199001010000",
}


class Shandong:
    """One hall with its mark, word and keys."""

    def __init__(self, send: Send, *, mark: str, word: str, private: str, their_public: str) -> None:
        self.send, self.mark, self.word = send, mark, word
        self.private, self.their_public = private, their_public
        self.signs = "sign"
        self.order = "C1C3C2"

    def _signed(self, at: str) -> str:
        text = (at + self.mark + self.word).encode()
        if self.signs == "sign":
            return national.sign(self.private, text)
        return national.encrypt(self.their_public, text, order=self.order)

    def envelope(self, record: object, *, at: str = "") -> dict[str, Any]:
        """The outer message around a JSON array with one object."""
        return self.envelopes(record, at=at)

    def envelopes(self, *records: object, at: str = "") -> dict[str, Any]:
        """The outer message around as many ciphertexts, each a JSON array with one object."""
        at = at or datetime.now(BEIJING).strftime("%Y%m%d%H%M%S")
        plain = [json.dumps([record], ensure_ascii=False).encode() for record in records]
        return {
            "txnBodyCom": {
                "sign": self._signed(at),
                "params": {
                    "evaluate": [national.encrypt(self.their_public, one, order=self.order) for one in plain]
                },
                "time": at,
                "appMark": self.mark,
            },
            "txnCommCom": {},
        }

    def post(self, path: str, message: object) -> dict[str, Any]:
        headers = {"Content-Type": "application/json", "C-Tenancy-Id": "370000000000"}
        found: dict[str, Any] = json.loads(self.send("POST", path, json.dumps(message).encode(), headers))
        return found

    def case(self, **changes: Any) -> dict[str, Any]:
        return self.post("case", self.envelope(CASE | changes))

    def offline(self, **changes: Any) -> dict[str, Any]:
        return self.post("review/offline", self.envelope(OFFLINE | changes))

    def online(self, **changes: Any) -> dict[str, Any]:
        return self.post("review/online", self.envelope(ONLINE | changes))

    def pending(self) -> list[dict[str, Any]]:
        answer = self.post("pending", self.envelope(PERSON))
        assert took(answer), answer
        sealed = answer["C-Response-Body"]["serviceList"][0]
        found: list[dict[str, Any]] = json.loads(national.decrypt(self.private, sealed))
        return found

    def norm(self) -> dict[str, Any]:
        at = datetime.now(BEIJING).strftime("%Y%m%d%H%M%S")
        form = f"appMark={self.mark}&time={at}&sign={self._signed(at)}"
        headers = {"Content-Type": "application/x-www-form-urlencoded"}
        found: dict[str, Any] = json.loads(self.send("POST", "norm", form.encode(), headers))
        return found

    def code(self, project_no: str, service_number: int) -> dict[str, Any]:
        query = f"sign?projectNo={project_no}&serviceNumber={service_number}"
        found: dict[str, Any] = json.loads(self.send("GET", query, b"", {}))
        return found


def took(answer: dict[str, Any]) -> bool:
    """What the client looks at to know that its message was taken."""
    return answer.get("C-Response-Desc") == "success" and answer["C-Response-Body"].get("success") == "true"


def repeats(answer: dict[str, Any]) -> bool:
    """What it takes for “is there already”, and counts as done."""
    return "评价数据不可重复" in answer.get("C-Response-Desc", "")


def took_online(answer: dict[str, Any]) -> bool:
    """The older way, of online reviews."""
    return answer.get("code") == "0" and answer.get("success") == "true"
