"""A running server, and a source of each dialect that these clients speak to."""

from __future__ import annotations

import http.client
from typing import TYPE_CHECKING
from urllib.parse import quote

import pytest
from django.core.servers.basehttp import ThreadedWSGIServer
from django.test.testcases import LiveServerThread, _StaticFilesHandler
from django.utils import timezone

from haochaping.directory import actions as directory
from haochaping.directory.terms import Kind
from haochaping.exchange import actions as exchange
from haochaping.kernel.actor import OPERATOR
from tests import worlds

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping


class Source:
    """A platform that speaks a dialect, as a client reaches it."""

    def __init__(self, port: int, dialect: str, code: str, public: str) -> None:
        self.port, self.dialect, self.code, self.public = port, dialect, code, public

    def send(self, method: str, path: str, body: bytes | Iterator[bytes], headers: dict[str, str]) -> bytes:
        """One request over the network, in chunks where the body is no single text; what came back."""
        self.status, self.answered, found = self.ask(method, path, body, headers)
        return found

    def ask(
        self, method: str, path: str, body: bytes | Iterator[bytes], headers: dict[str, str]
    ) -> tuple[int, Mapping[str, str], bytes]:
        """One request; status, headers and body of the answer."""
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=30)
        target = f"/wire/{self.dialect}/{self.code}/{path}"
        connection.request(method, quote(target, safe="/?&=%+~:,-_."), body or None, headers)
        answer = connection.getresponse()
        found = answer.read()
        connection.close()
        return answer.status, dict(answer.getheaders()), found


@pytest.fixture
def port(committed_db: str, settings) -> Iterator[int]:
    """The house served for real, on a database where everything commits."""
    settings.ROOT_URLCONF = "tests.doors.portal.urls"
    worlds.build(timezone.now())
    thread = LiveServerThread("127.0.0.1", _StaticFilesHandler, connections_override={}, port=0)
    thread.daemon = True
    thread.server_class = ThreadedWSGIServer
    thread.start()
    thread.is_ready.wait()
    assert thread.error is None
    yield thread.port
    thread.terminate()


@pytest.fixture
def place(committed_db: str) -> Callable[..., None]:
    """Put the province, agency and item that a fixture names into the directory."""

    def put(division: str, agency: str, item: str, *, uscc: str = "") -> None:
        now = timezone.now()
        tops = [f"{division[:2]}0000000000", f"{division[:4]}00000000", division]
        rows = {
            Kind.DIVISIONS: [{"code": code, "name": f"测试{code}"} for code in dict.fromkeys(tops)],
            Kind.AGENCIES: [
                {"code": agency, "name": "测试部门", "division": division, "parent": "", "uscc": uscc}
            ],
            Kind.ITEMS: [{"code": item, "name": "测试事项名称", "item_type": "01", "agency": agency}],
        }
        for kind, found in rows.items():
            assert directory.put(kind, found, by=OPERATOR, now=now) == []

    return put


@pytest.fixture
def source(port: int) -> Callable[..., Source]:
    """Register a platform and say which dialect it speaks."""

    def make(
        dialect: str, code: str, division: str, *, keys: dict[str, str] | None = None, **how: object
    ) -> Source:
        now = timezone.now()
        row = {"code": code, "name": f"平台{code}", "division": division}
        assert directory.put(Kind.PLATFORMS, [row], by=OPERATOR, now=now) == []
        public = exchange.set_source(code, dialect=dialect, keys=keys or {}, by=OPERATOR, now=now, **how)  # type: ignore[arg-type]
        return Source(port, dialect, code, public)

    return make
