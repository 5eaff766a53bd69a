"""A system behind a hall's queue gateway: what it sends is signed in four headers, by HMAC with SM3."""

from __future__ import annotations

import json
import time
import uuid
from typing import TYPE_CHECKING, Any

from tests.peers import national

if TYPE_CHECKING:
    from collections.abc import Callable

    type Send = Callable[[str, str, bytes, dict[str, str]], bytes]

REVIEW: dict[str, Any] = {
    "acceptOrgId": "ORG",
    "bizSerNo": "GW0001",
    "itemCode": "9901000000000000000000000000001",
    "finishTime": "2024-01-01 09:00:00",
    "lvl": "4",
    "remark": "",
    "appraiseTime": "2024-01-01 09:05:00",
}
_BLOCK = 64


def hmac_sm3(key: bytes, message: bytes) -> str:
    """RFC 2104 over SM3, by hand."""
    key = (key if len(key) <= _BLOCK else national.sm3(key)).ljust(_BLOCK, b"\0")
    inner = national.sm3(bytes(b ^ 0x36 for b in key) + message)
    return national.sm3(bytes(b ^ 0x5C for b in key) + inner).hex()


class Gateway:
    """One system with the key of its application and the token of its organisation."""

    def __init__(self, send: Send, *, app_key: str, org_token: str) -> None:
        self.send, self.app_key, self.org_token = send, app_key, org_token
        self.now = time.time

    def headers(self) -> dict[str, str]:
        nonce, at = str(uuid.uuid4()), str(int(self.now() * 1000))
        said = at + self.org_token + nonce + at
        return {
            "Content-Type": "application/json",
            "x-sop-nonce": nonce,
            "x-sop-pinId": self.app_key,
            "x-sop-timestamp": at,
            "x-sop-signature": hmac_sm3(self.org_token.encode(), said.encode()),
        }

    def say(self, headers: dict[str, str] | None = None, **changes: Any) -> str:
        """Send a review; what its client reads: "" where nothing is wrong, else the message."""
        body = json.dumps(REVIEW | changes).encode()
        answer = json.loads(self.send("POST", "review", body, headers or self.headers()))
        error = answer["Response"]["Error"]
        assert error is None or error["Code"], answer
        return "" if error is None else str(error["Message"])
