"""A 12345 of its own, written from docs/guides/hotline.md alone: it imports nothing of ours and runs as a process.

It answers at `/events` as a hotline does, and does what the test asks at `/control/…`. What it knows outlives it, in a
file, as with any real system. Started with `python -I`, so that no module of ours could be imported.
"""

from __future__ import annotations

import argparse
import hashlib
import hmac
import json
import secrets
import time
import urllib.error
import urllib.request
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import RLock
from typing import Any

WINDOW_SECONDS = 300


def signature(secret: str, sender: str, stamp: str, nonce: str, body: bytes) -> str:
    """As the guide says: HMAC-SHA256 over sender, timestamp, nonce and body."""
    return hmac.new(secret.encode(), f"{sender}.{stamp}.{nonce}.".encode() + body, hashlib.sha256).hexdigest()


class Hotline(ThreadingHTTPServer):
    """What the hotline knows: numbers, messages by id, sequences of both sides, and what it is about to do."""

    daemon_threads = True
    allow_reuse_address = True

    def __init__(self, port: int, secret: str, ours: str, file: Path) -> None:
        super().__init__(("127.0.0.1", port), Answer)
        self.secret, self.ours, self.file, self.lock = secret, ours, file, RLock()
        self.known: dict[str, Any] = {
            "numbers": {},
            "messages": {},
            "heard": [],
            "seq": {},
            "said": {},
            "nonces": [],
            "behave": [],
            "now": None,
            "last": None,
        }
        if file.exists():
            self.known = json.loads(file.read_text())

    def keep(self) -> None:
        """Write down what is known before anything is acknowledged."""
        self.file.write_text(json.dumps(self.known))

    def now(self) -> float:
        """Its own clock, which the test may set."""
        return self.known["now"] or time.time()

    def take(self, headers: dict[str, str], body: bytes) -> tuple[int, dict[str, Any]]:
        """One request of the other side: status and answer."""
        if reason := self.why_not(headers, body):
            return 401, {"reason": reason}
        message = json.loads(body)
        if message["kind"] == "test":
            return 200, {}
        doing = self.known["behave"].pop(0) if self.known["behave"] else {}
        if "status" in doing:
            return doing["status"], doing.get("answer", {})
        if message["message"] in self.known["messages"]:
            return 200, self.known["messages"][message["message"]]
        if message["seq"] != self.known["seq"].get(message["order"], 0) + 1:
            return 503, {}
        answer = self.number(message["order"], doing) if message["kind"] == "order" else {}
        self.known["seq"][message["order"]] = message["seq"]
        self.known["messages"][message["message"]] = answer
        self.known["heard"].append(message)
        if doing.get("forget"):
            # Taken, but the answer never arrives: the other side has to send it again.
            raise ConnectionAbortedError
        return 200, answer

    def why_not(self, headers: dict[str, str], body: bytes) -> str:
        """What is wrong with a request's signature, moment or nonce."""
        stamp, nonce = headers.get("X-Haochaping-Timestamp", ""), headers.get("X-Haochaping-Nonce", "")
        expected = f"v1={signature(self.secret, 'haochaping', stamp, nonce, body)}"
        if not hmac.compare_digest(expected, headers.get("X-Haochaping-Signature", "")):
            return "签名不对"
        if abs(self.now() - int(stamp)) > WINDOW_SECONDS:
            return "时间不对"
        if nonce in self.known["nonces"]:
            return "重放"
        self.known["nonces"].append(nonce)
        return ""

    def number(self, order: str, doing: dict[str, Any]) -> dict[str, str]:
        """Call an order by a number, its own or that of the order it repeats."""
        number = doing.get("number") or f"RX{len(self.known['numbers']) + 1:06}"
        self.known["numbers"][order] = number
        return {"number": number} | {name: doing[name] for name in ("duplicate_of",) if name in doing}

    def say(self, wish: dict[str, Any]) -> dict[str, Any]:
        """Send one message to the other side, and tell how it was answered."""
        order = wish["order"]
        seq = wish.get("seq") or self.known["said"].get(order, 0) + 1
        self.known["said"][order] = max(seq, self.known["said"].get(order, 0))
        message = {
            "message": wish.get("message") or secrets.token_hex(8),
            "seq": seq,
            "kind": wish["kind"],
            "at": time.strftime("%Y-%m-%dT%H:%M:%S+00:00", time.gmtime()),
            "facts": wish.get("facts", {}),
        }
        number = self.known["numbers"].get(order)
        message |= {"number": number} if number and not wish.get("by_id") else {"order": order}
        message |= wish.get("instead", {})
        return self.post(json.dumps(message, ensure_ascii=False).encode())

    def post(self, body: bytes, **changed: str) -> dict[str, Any]:
        """Post a body with a signature of this moment; `changed` are headers to send instead."""
        stamp, nonce = str(int(time.time())), secrets.token_hex(8)
        headers = {
            "Content-Type": "application/json",
            "X-Hotline-Timestamp": stamp,
            "X-Hotline-Nonce": nonce,
            "X-Hotline-Signature": f"v1={signature(self.secret, 'hotline', stamp, nonce, body)}",
        } | changed
        self.known["last"] = [body.decode(), headers]
        asked = urllib.request.Request(self.ours, body, headers)  # noqa: S310 - the tests name it
        try:
            with urllib.request.urlopen(asked, timeout=20) as answer:  # noqa: S310
                return {"status": answer.status, "body": json.load(answer)}
        except urllib.error.HTTPError as no:
            with no:
                return {"status": no.code, "body": json.load(no)}

    def again(self, wish: dict[str, Any]) -> dict[str, Any]:
        """Send the last request once more, to the letter, or with a new signature."""
        body, headers = self.known["last"]
        return self.post(body.encode(), **({} if wish.get("signed_anew") else headers))


class Answer(BaseHTTPRequestHandler):
    """One request to the hotline."""

    server: Hotline

    def do_POST(self) -> None:
        """`/events` for the other side; `/control/…` for the test."""
        body = self.rfile.read(int(self.headers["Content-Length"]))
        hotline = self.server
        if self.path == "/events":
            try:
                with hotline.lock:
                    status, answer = hotline.take(dict(self.headers), body)
                    hotline.keep()
            except ConnectionAbortedError:
                hotline.keep()
                return
        else:
            status, answer = 200, self.control(self.path.removeprefix("/control/"), json.loads(body))
            hotline.keep()
        told = json.dumps(answer, ensure_ascii=False).encode()
        self.send_response(status)
        self.send_header("Content-Length", str(len(told)))
        self.end_headers()
        self.wfile.write(told)

    def control(self, name: str, wish: dict[str, Any]) -> Any:
        """What the test asks."""
        hotline = self.server
        if name == "say":
            return hotline.say(wish)
        if name == "again":
            return hotline.again(wish)
        if name == "raw":
            return hotline.post(wish["body"].encode(), **wish.get("headers", {}))
        if name == "set":
            hotline.known |= wish
        return hotline.known

    def log_message(self, *_: Any) -> None:
        """Say nothing."""


if __name__ == "__main__":
    words = argparse.ArgumentParser()
    words.add_argument("--port", type=int, required=True)
    words.add_argument("--secret", required=True)
    words.add_argument("--ours", required=True)
    words.add_argument("--state", type=Path, required=True)
    found = words.parse_args()
    with Hotline(found.port, found.secret, found.ours, found.state) as server:
        print("ready", flush=True)  # noqa: T201 - whoever started it waits for this word
        server.serve_forever(poll_interval=0.05)
