"""Fujian's client (综合实验区): SOAP with an XML text, plain in 2019, behind SM4 and a token in 2020."""

from __future__ import annotations

import hashlib
import re
import time
import xml.etree.ElementTree as ET
from base64 import b64encode
from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode
from xml.sax.saxutils import escape

from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes

if TYPE_CHECKING:
    from collections.abc import Callable

    type Send = Callable[[str, str, bytes, dict[str, str]], bytes]

CASE: dict[str, str] = {
    "itemCode": "3510010000000000000000000000001",
    "businessCode": "TESTSWB",
    "businessName": "测试事项",
    "projectNo": "FJPT24010109000001",
    "proStatus": "3",
    "regionCode": "351001",
    "acceptDate": "2024-01-01 09:00:00",
    "userProp": "1",
    "userName": "测试申请人",
    "userPageType": "111",
    "certKey": "350100199001010000",
    "handleUserName": " ",
    "handleUserPageType": " ",
    "handleUserPageCode": " ",
    "resultDate": "2024-01-02 09:00:00",
    "serviceTime": "2024-01-01 09:00:00",
    "evaluateType": "1",
    "projectName": "测试办件",
    "nodeName": "办结",
    "contactMobile": "13900000000",
    "pf": "4",
    "type": "2",
    "alternate": "2",
    "appraisald": "209,213",
    "appraisaldnum": "2",
    "writingevalua": "办事效率不高",
    "assessTime": "2024-01-01 09:10:00",
    "customFields": "A01,000000000001,351001",
}


def case_xml(fields: dict[str, str], encoding: str) -> str:
    inner = "".join(f"<{name}>{escape(value)}</{name}>" for name, value in fields.items())
    return f'<?xml version="1.0" encoding="{encoding}"?><Case>{inner}</Case>'


def sm4_base64(app_code: str, text: str) -> str:
    """Zeros fill the last block; a text of whole blocks gets none. No line breaks."""
    key = hashlib.md5(app_code.encode()).hexdigest()[:16].encode()  # noqa: S324
    data = text.encode()
    data += b"\0" * ((16 - len(data) % 16) % 16)
    cipher = Cipher(algorithms.SM4(key), modes.ECB()).encryptor()  # noqa: S305
    return b64encode(cipher.update(data) + cipher.finalize()).decode()


class Answer:
    """The XML text inside a SOAP answer."""

    def __init__(self, soap: bytes) -> None:
        envelope = ET.fromstring(soap)  # noqa: S314 - our own server's
        body = envelope.find("{http://schemas.xmlsoap.org/soap/envelope/}Body")
        assert body is not None
        # RPC: the first child of the response is what the call returns.
        self.text = body[0][0].text or ""
        self.case = ET.fromstring(self.text)  # noqa: S314
        self.code = self.case.findtext("code") or ""
        self.message = self.case.findtext("message") or ""

    @property
    def ok(self) -> bool:
        """What the client looks at."""
        return self.code == "200"

    def find(self, name: str) -> str:
        return self.case.findtext(f"data/{name}") or ""


def soap(call: str, arguments: dict[str, str], header: str = "") -> bytes:
    inner = "".join(
        f'<{name} xsi:type="xsd:string">{escape(value)}</{name}>' for name, value in arguments.items()
    )
    return (
        '<?xml version="1.0" encoding="UTF-8"?><soapenv:Envelope'
        ' xmlns:soapenv="http://schemas.xmlsoap.org/soap/envelope/"'
        ' xmlns:xsd="http://www.w3.org/2001/XMLSchema" xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance">'
        f'{header}<soapenv:Body><ns1:{call} xmlns:ns1="http://linewell.com/ws/"'
        f' soapenv:encodingStyle="http://schemas.xmlsoap.org/soap/encoding/">{inner}</ns1:{call}></soapenv:Body>'
        "</soapenv:Envelope>"
    ).encode()


class Fujian2019:
    """userName, passWord and the XML as a text."""

    def __init__(self, send: Send, *, name: str, password: str) -> None:
        self.send, self.name, self.password = send, name, password

    def call(self, call: str, fields: dict[str, str]) -> Answer:
        arguments = {
            "userName": self.name,
            "passWord": self.password,
            "xmlStr": case_xml(fields, "GB2312"),
        }
        headers = {"Content-Type": "text/xml; charset=utf-8", "SOAPAction": '""'}
        return Answer(self.send("POST", "ws/evaluation", soap(call, arguments), headers))


class Fujian2020:
    """A token first, then SOAP with the token in its head and the XML behind SM4."""

    def __init__(self, send: Send, *, app_key: str, app_code: str) -> None:
        self.send, self.app_key, self.app_code = send, app_key, app_code
        self.token = ""

    def log_in(self) -> dict[str, Any]:
        import json

        at = str(int(time.time() * 1000))
        sign = hashlib.md5((self.app_code + at).encode()).hexdigest()  # noqa: S324
        query = urlencode({"app_key": self.app_key, "timestamp": at, "sign": sign})
        found: dict[str, Any] = json.loads(
            self.send("GET", f"api-gateway/gateway/get-token?{query}", b"", {})
        )
        self.token = str(found.get("access_token", ""))
        return found

    def raw(self, call: str, xml: str, *, head: str = "") -> bytes:
        header = (
            '<soapenv:Header><ns2:Authorization xmlns:ns2="http://linewell.com/ws/">'
            f"Basic {self.token}</ns2:Authorization></soapenv:Header>"
        )
        arguments = {"appKey": self.app_key, "xmlStr": sm4_base64(self.app_code, xml)}
        return soap(call, arguments, head or header)

    def call(self, call: str, fields: dict[str, str]) -> Answer:
        message = self.raw(call, case_xml(fields, "UTF-8"))
        return Answer(
            self.send("POST", "ws/evaluation", message, {"Content-Type": "text/xml; charset=utf-8"})
        )


def whole_blocks(fields: dict[str, str]) -> dict[str, str]:
    """The same fields with a text so long that the XML fills its blocks."""
    while len(case_xml(fields, "UTF-8").encode()) % 16:
        fields = fields | {"projectName": fields["projectName"] + "x"}
    return fields


def element_of(text: str, name: str) -> str:
    found = re.search(rf"<{name}>(.*?)</{name}>", text)
    return found[1] if found else ""
