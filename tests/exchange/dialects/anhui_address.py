"""A synthetic evaluator address in the shape of domain.md §2.4: every value is invented."""

from __future__ import annotations

from base64 import b64encode

PLAIN = {
    "key": "PJQ",
    "evaluateChannel": "PJQ",
    "projNo": "TEST20240101000001",
    "projName": "关于测试申请人测试事项的业务",
    "serviceName": "测试事项",
    "serviceCode": "TESTCODE",
    "serviceVersion": "1",
    "serviceDepartment": "测试市自然资源和规划局",
    "serviceDepartmentCode": "TESTDEPT",
    "applicantName": "测试申请人",
    "applyTime": "2024-01-01 09:00:00",
    "applicantCardNumber": "990101199001010000",
    "applicantPhone": "13900000000",
    "handleStateCode": "3",
    "handleStateName": "已办结",
    "regionCode": "990100",
    "regionName": "测试市",
    "ssqdBaseCode": "1",
    "source": "501",
    "serviceCategory": "01",
    "infoTypeName": "行政许可",
    "version": "2",
    "userProp": "1",
    "userPageType": "111",
    "transactionTime": "2024-01-01 09:00:00",
    "evaluatedPersonInfo": '[{"loginName":"u1","name":"测试人员"}]',
    "htEvaluatedPersonInfo": '[{"loginName":"u1","name":"测试人员"}]',
}


def query(**changes: str) -> str:
    """The part behind “?” as a device sends it."""
    return encoded("&".join(f"{key}={value}" for key, value in (PLAIN | changes).items()))


def encoded(plain: str) -> str:
    """Base64 twice, as the clients do."""
    return b64encode(b64encode(plain.encode())).decode()
