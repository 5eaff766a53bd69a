"""Clients that send plain JSON or a form: Jining's hall, Shaoxing, Ningbo, Shandong's case feed, Anhui's two calls."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode

if TYPE_CHECKING:
    from collections.abc import Callable

    type Send = Callable[[str, str, bytes, dict[str, str]], bytes]

JINING_SERVICE: dict[str, Any] = {
    "deptCode": "11370800MB00000000",
    "taskCode": "113708000000000000000000000000101",
    "areaCode": "370800000000",
    "taskName": "测试事项名称",
    "projectNo": "080020240101000001",
    "proStatus": "1",
    "orgcode": "370800000000_11370800MB00000000",
    "ouguid": "00000000-0000-0000-0000-000000000001",
    "orgName": "测试市医疗保障局",
    "acceptDate": "2024-01-01 09:00:00",
    "userProp": "1",
    "userName": "测试申请人",
    "userPageType": "111",
    "proManager": "测试窗口人员",
    "certKey": "370800199001010000",
    "certKeyGOV": "370800199001010000",
    "serviceName": "提交申请信息",
    "serviceNumber": 1,
    "serviceTime": "2024-01-01 09:00:00",
    "projectType": "2",
    "taskType": "20",
    "mobile": "13900000000",
    "projectName": "关于测试申请人测试事项名称的业务",
    "creditType": "111",
    "creditNum": "370800199001010000",
    "promiseDay": "5",
    "anticipateDay": "20",
    "month": "ck",
    "proChannel": "1",
    "promiseTime": "2",
}
JINING_REVIEW: dict[str, Any] = {
    "projectno": "37080020240101000001",
    "pf": "4",
    "satisfaction": "2",
    "assessNumber": 1,
    "evalDetail": "209,213",
    "Areacode": "370800",
    "evaluateLevel": "2",
    "Taskname": "测试事项名称",
    "Taskcode": "1137080000000000000000000000001",
    "Deptcode": "00000000-0000-0000-0000-000000000001",
    "Prodepart": "测试市行政审批服务局",
    "Userprop": "1",
    "Username": "测试申请人",
    "Applicant": "测试申请人",
    "Certkey": "370800199001010000",
    "Certkeygov": "370800199001010000",
    "Acceptdate": "2024-01-01 09:00:00",
    "writingEvaluation": "",
    "type": "ck",
    "taskType": "01",
    "assessTime": "2024-01-01 09:12:00",
}
SHAOXING: dict[str, Any] = {
    "affairId": "330601190620108066200",
    "affairType": 1,
    "affairStatus": 2,
    "affairTime": "2024-01-01 09:00:00",
    "identityType": "31",
    "userIdentityNum": "330601199001010000",
    "userType": "person",
    "matterId": "3306000000000000000000000000001",
    "areaCode": "330600",
    "areaName": "绍兴市本级",
    "departCode": "DEPART1",
    "departName": "",
    "departIdentityCode": "",
    "operatorName": "",
    "channel": "PC_ONLINE",
}
NINGBO: dict[str, str] = {
    "areaCode": "330200",
    "areaName": "宁波市",
    "deptCode": "11330200MB00000000",
    "taskCode": "3302000000000000000000000000001",
    "taskHandleItem": "",
    "taskName": "",
    "subMatter": "生育收养",
    "projectNo": "NB1",
    "proStatus": "3",
    "proDepartCode": "",
    "proDepart": "",
    "proManager": "",
    "pf": "4",
    "certkeyGOV": "330200199001010000",
    "userName": "测试申请人",
    "userProp": "1",
    "satisfaction": "4",
    "evalDetail": "406,413",
    "writingEvaluation": "",
    "assessTime": "2024-01-01 09:10:00",
    "assessNumber": "1",
    "appStatus": "1",
    "promiseTime": "2",
    "acceptDate": "2024-01-01 09:00:00",
    "dataSource": "133",
}
BASIC: dict[str, Any] = {
    "orgbusno": "00000000-0000-0000-0000-000000000009",
    "projid": "37080020240101000005",
    "projpwd": "******",
    "itemno": "",
    "catalogcode": "",
    "taskcode": "1137080000000000000000000000001",
    "taskhandleitem": None,
    "itemname": "",
    "itemversion": "1",
    "regionid": "370800000000",
    "itemtype": "01",
    "itemregionid": "370800000000",
    "projectname": "关于X的Y",
    "applicant": "X",
    "applyertype": "1",
    "applyerpagetype": "111",
    "applyerpagecode": "370800199001010000",
    "applydate": "2024-01-01 09:00:00",
    "legalman": None,
    "applicantname": "X",
    "applicanttype": "111",
    "applicantcode": None,
    "applicantmobile": "13900000000",
    "acceptdeptname": "",
    "acceptdeptid": "",
    "acceptdeptcode": "11370800MB00000000",
    "approvaltype": "2",
    "promisetimelimit": 5,
    "promisetimeunit": "1",
    "timelimit": 20,
    "timeunit": "1",
    "datasources": "2",
    "systemlevel": "3",
}
STEP: dict[str, Any] = {
    "orgbusno": "00000000-0000-0000-0000-000000000009",
    "projid": "37080020240101000005",
    "noderesult": "4",
    "sn": 1,
    "nodename": "受理",
    "nodetype": "1",
    "regionid": "",
    "nodestarttime": "2024-01-01 09:00:00",
    "nodeendtime": "2024-01-01 09:00:00",
    "acceptdate": "2024-01-01 09:00:00",
    "promisedate": "2024-01-08 09:00:00",
    "serviceidentify": "1",
    "servicename": "业务受理信息",
    "servicetime": "2024-01-01 09:00:00",
    "servicenumber": "1",
}
DONE: dict[str, Any] = {
    "orgbusno": "00000000-0000-0000-0000-000000000009",
    "projid": "37080020240101000005",
    "regionid": "",
    "doneresult": 6,
    "resulttype": "10",
    "occurtime": "2024-01-05 09:00:00",
}


def post(send: Send, path: str, message: object) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(
        send("POST", path, json.dumps(message).encode(), {"Content-Type": "application/json"})
    )
    return found


def post_form(send: Send, path: str, form: dict[str, str]) -> dict[str, Any]:
    headers = {"Content-Type": "application/x-www-form-urlencoded; charset=UTF-8"}
    found: dict[str, Any] = json.loads(send("POST", path, urlencode(form).encode(), headers))
    return found


def custom(answer: dict[str, Any]) -> tuple[str, str]:
    """Jining's hall looks at custom.code, and shows custom.text, where status.code is 200."""
    assert answer["status"]["code"] == "200"
    return answer["custom"]["code"], answer["custom"]["text"]
