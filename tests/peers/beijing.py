"""A hall system of Beijing: tells services, gets number and code back, opens the review page."""

from __future__ import annotations

import json
from datetime import datetime
from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode
from zoneinfo import ZoneInfo

from tests.peers import national

if TYPE_CHECKING:
    from collections.abc import Callable

    type Send = Callable[[str, str, bytes, dict[str, str]], bytes]

SERVICE: dict[str, Any] = {
    "taskCode": "1100000000000000000000000000001",
    "taskHandleItem": "",
    "taskName": "测试事项名称",
    "subMatter": "",
    "projectNo": "TEST0000000001",
    "proStatus": "3",
    "orgcode": "11110000MB0000000X",
    "orgName": "测试委员会",
    "acceptDate": "2024-01-01 09:00:00",
    "userProp": "1",
    "userName": "测试申请人",
    "userPageType": "111",
    "certKey": "110101199001010000",
    "handleUserName": "",
    "handleUserPageType": "",
    "handleUserPageCode": "",
    "serviceName": "申报",
    "isService": "1",
    "serviceTime": "2024-01-01 09:00:00",
    "serviceDate": "2024-01-01",
    "dataSource": "111",
    "projectType": 2,
    "resultDate": "2024-01-05 09:00:00",
    "applydate": "2024-01-01 08:30:00",
    "bj_zt": "45",
    "taskguid": "00000000-0000-0000-0000-000000000002",
    "statusUrl": "",
    "administrative_div": "00",
    "telPhone": "13900000000",
    "source": "APP",
    "sourceTJ": "APP",
    "areaCode": "",
    "taskType": "01",
}


class Beijing:
    """One system with its mark, word and keys."""

    def __init__(self, send: Send, *, mark: str, word: str, private: str, their_public: str) -> None:
        self.send, self.mark, self.word = send, mark, word
        self.private, self.their_public = private, their_public
        self.signs = True

    def share(self, **changes: Any) -> dict[str, Any]:
        at = datetime.now(ZoneInfo("Asia/Shanghai")).strftime("%Y%m%d%H%M%S")
        records = json.dumps([{"projectService": SERVICE | changes}], ensure_ascii=False)
        form = {
            "appMark": self.mark,
            "time": at,
            "sign": national.sign(self.private, (at + self.mark + self.word).encode()) if self.signs else "",
            "params": json.dumps({"data": national.encrypt(self.their_public, records.encode())}),
        }
        headers = {"Content-Type": "application/x-www-form-urlencoded"}
        path = "pubservice/appraise4OT/reShareApprInfo"
        found: dict[str, Any] = json.loads(self.send("POST", path, urlencode(form).encode(), headers))
        return found


def took(answer: dict[str, Any]) -> bool:
    """What its client looks at."""
    return answer["success"] is True and answer["code"] == "200"
