"""Whom staff's notices are given to is ill: nothing is lost, nothing is sent twice knowingly, what is unclear is listed.

The other sides are real: a web server and a mail server on this machine that behave as they are told.
"""

from __future__ import annotations

import hashlib
import hmac
import socket
import socketserver
import threading
from contextlib import closing
from datetime import timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import TYPE_CHECKING, Any

import pytest

from haochaping.accounts.terms import Role
from haochaping.flows import tell_staff
from haochaping.kernel.actor import OPERATOR
from haochaping.notices import actions, queries, webhook
from haochaping.notices.models import StaffMessage
from haochaping.notices.rules import endpoint_secret
from haochaping.notices.terms import Channel, DeliveryState, MailChoice, NoticeKind
from tests import worlds
from tests.flows.test_tell_staff import HERE, about, account, by_mail, tell

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import datetime
    from uuid import UUID

SECOND, MINUTE, HOUR, DAY = (timedelta(seconds=n) for n in (1, 60, 3600, 86400))
KEY = bytes(range(32))


@pytest.fixture(autouse=True)
def _world(db: None, now: datetime, monkeypatch) -> None:
    worlds.build(now)
    worlds.take_case("YC-1", now)
    # Whoever hangs is waited for as long as patience lasts; the test has less of it.
    monkeypatch.setattr(webhook, "SECONDS", 0.3)


def _serve(server: socketserver.BaseServer) -> threading.Thread:
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
    thread.start()
    return thread


def _free_port() -> int:
    with closing(socket.socket()) as free:
        free.bind(("127.0.0.1", 0))
        return int(free.getsockname()[1])


class Program(ThreadingHTTPServer):
    """A program of a division: what it was told, and what it does the next times (200 when nothing is said)."""

    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Answer)
        self.requests: list[tuple[dict[str, str], bytes]] = []
        self.behaviour: list[str | int] = []
        self.awake = threading.Event()

    @property
    def origin(self) -> str:
        return f"http://127.0.0.1:{self.server_port}"


class _Answer(BaseHTTPRequestHandler):
    server: Program

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"]))
        self.server.requests.append((dict(self.headers), body))
        doing = self.server.behaviour.pop(0) if self.server.behaviour else 200
        if doing == "hang":
            self.server.awake.wait(5)
        elif doing == "redirect":
            self.send_response(302)
            self.send_header("Location", f"{self.server.origin}/elsewhere")
            self.end_headers()
        elif isinstance(doing, int):
            self.send_response(doing)
            self.send_header("Content-Length", "0")
            self.end_headers()
        # “close”: not a word.

    def log_message(self, *_: Any) -> None:
        pass


@pytest.fixture
def program() -> Iterator[Program]:
    with Program() as server:
        thread = _serve(server)
        yield server
        server.awake.set()
        server.shutdown()
        thread.join()


@pytest.fixture
def endpoint(program: Program, settings, now) -> UUID:
    settings.WEBHOOK_KEY, settings.WEBHOOK_ORIGINS = KEY, frozenset({program.origin})
    return actions.set_endpoint(
        division_code=worlds.COUNTY,
        url=f"{program.origin}/told?from=haochaping",
        allowed=settings.WEBHOOK_ORIGINS,
        by=OPERATOR,
        now=now,
    )


def push(now: datetime) -> int:
    return tell_staff.send_due(Channel.WEBHOOK, now=now)


def state() -> DeliveryState:
    return DeliveryState(StaffMessage.objects.get().state)


def test_a_request_is_signed_over_its_moment_and_body(program, endpoint, now):
    tell(NoticeKind.URGING, about(now), now)

    assert (push(now), push(now + DAY)) == (1, 0)

    [(headers, body)] = program.requests
    stamp = headers["X-Haochaping-Timestamp"]
    secret = endpoint_secret(KEY, endpoint)
    expected = hmac.new(secret.encode(), f"{stamp}.".encode() + body, hashlib.sha256).hexdigest()
    assert headers["X-Haochaping-Signature"] == f"v1={expected}"
    assert stamp == str(int(now.timestamp()))
    assert headers["X-Haochaping-Delivery"] in body.decode()
    assert state() == DeliveryState.SENT


@pytest.mark.usefixtures("endpoint")
def test_a_program_that_says_no_is_told_again_until_it_says_yes(program, now):
    program.behaviour = [500, 503, 404]
    tell(NoticeKind.URGING, about(now), now)

    pushed = [push(now + n * HOUR) for n in range(6)]

    assert pushed == [0, 0, 0, 1, 0, 0]
    assert len({body for _, body in program.requests}) == 1


@pytest.mark.usefixtures("endpoint")
@pytest.mark.parametrize("doing", ["hang", "close"])
def test_a_program_that_hangs_or_closes_may_have_heard_and_is_not_told_again_by_itself(program, now, doing):
    program.behaviour = [doing]
    tell(NoticeKind.URGING, about(now), now)

    assert [push(now + n * HOUR) for n in range(3)] == [0, 0, 0]

    assert len(program.requests) == 1
    [message] = queries.unsent_messages()
    assert message.state == DeliveryState.UNCLEAR
    actions.requeue_message(message.id, now=now)
    assert push(now) == 1
    assert queries.unsent_messages() == []


@pytest.mark.usefixtures("endpoint")
def test_a_program_that_hangs_is_left_alone_for_the_round(program, now, monkeypatch):
    monkeypatch.setattr("haochaping.notices.actions.staff.TOGETHER", 1)
    program.behaviour = ["hang"]
    subjects = about(now)
    for _ in range(3):
        tell(NoticeKind.URGING, subjects, now)

    assert push(now) == 0
    assert len(program.requests) == 1
    assert push(now + SECOND) == 2


@pytest.mark.usefixtures("endpoint")
def test_a_redirect_is_no_yes_and_is_not_followed(program, now):
    program.behaviour = ["redirect"]
    tell(NoticeKind.URGING, about(now), now)

    assert push(now) == 0
    assert len(program.requests) == 1
    assert queries.unsent_messages()[0].last_error == "answered 302"


@pytest.mark.usefixtures("endpoint")
def test_a_program_that_is_away_loses_nothing(now, settings):
    gone = f"http://127.0.0.1:{_free_port()}"
    settings.WEBHOOK_ORIGINS = frozenset({gone})
    actions.set_endpoint(division_code=worlds.COUNTY, url=gone, allowed={gone}, by=OPERATOR, now=now)
    tell(NoticeKind.URGING, about(now), now)

    assert push(now) == 0

    [message] = queries.unsent_messages()
    assert (message.state, message.due_at) == (DeliveryState.FAILED, now + 3 * SECOND)
    assert "cannot be reached" in message.last_error


@pytest.mark.usefixtures("endpoint")
def test_an_origin_that_the_operator_allows_no_more_is_not_knocked_at(program, now, settings):
    tell(NoticeKind.URGING, about(now), now)
    settings.WEBHOOK_ORIGINS = frozenset()

    assert push(now) == 0
    assert program.requests == []


class Postbox(socketserver.ThreadingTCPServer):
    """A mail server: the mails it took, and where in the talk it fails (nowhere when nothing is said)."""

    daemon_threads = True
    allow_reuse_address = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Talk)
        self.mails: list[str] = []
        self.behaviour: list[str] = []

    @property
    def port(self) -> int:
        return int(self.server_address[1])


class _Talk(socketserver.StreamRequestHandler):
    server: Postbox

    def handle(self) -> None:
        doing = self.server.behaviour.pop(0) if self.server.behaviour else ""
        self.say("220 here")
        while line := self.rfile.readline().decode().strip():
            word = line[:4].upper()
            if word == "QUIT":
                self.say("221 bye")
                return
            if word == "RCPT" and doing == "refuse":
                self.say("550 nobody of this name")
            elif word == "DATA":
                self.say("354 go on")
                lines = list(iter(lambda: self.rfile.readline().decode(), ".\r\n"))
                if doing == "close":
                    return
                if doing == "busy":
                    self.say("451 later")
                    continue
                self.server.mails.append("".join(lines))
                self.say("250 taken")
                if doing == "rude":
                    return
            else:
                self.say("250 yes")

    def say(self, words: str) -> None:
        self.wfile.write(f"{words}\r\n".encode())


@pytest.fixture
def postbox(settings) -> Iterator[Postbox]:
    with Postbox() as server:
        thread = _serve(server)
        use(settings, server.port)
        yield server
        server.shutdown()
        thread.join()


def use(settings, port: int) -> None:
    options = {"host": "127.0.0.1", "port": port, "timeout": 2}
    backend = "django.core.mail.backends.smtp.EmailBackend"
    settings.MAILERS = {"default": {"BACKEND": backend, "OPTIONS": options}}
    settings.DEFAULT_FROM_EMAIL = "reviews@example.org"


@pytest.fixture
def mail(now) -> None:
    clerk = account("clerk", Role.CLERK, HERE, now)
    by_mail(clerk, MailChoice.AT_ONCE, NoticeKind.URGING)
    tell(NoticeKind.URGING, about(now), now)


def post(now: datetime) -> int:
    return tell_staff.send_due(Channel.EMAIL, now=now)


@pytest.mark.usefixtures("mail")
def test_a_mail_arrives_in_chinese(postbox, now):
    assert (post(now), post(now + DAY)) == (1, 0)

    [found] = postbox.mails
    assert "To: wang@example.org" in found
    assert "From: reviews@example.org" in found


@pytest.mark.usefixtures("mail")
@pytest.mark.parametrize("doing", ["refuse", "busy"])
def test_a_mail_server_that_says_no_is_asked_again(postbox, now, doing):
    postbox.behaviour = [doing]

    assert [post(now + n * MINUTE) for n in range(3)] == [0, 1, 0]
    assert len(postbox.mails) == 1


@pytest.mark.usefixtures("mail")
def test_a_mail_server_that_closes_after_the_mail_may_have_taken_it(postbox, now):
    postbox.behaviour = ["close"]

    assert [post(now + n * HOUR) for n in range(3)] == [0, 0, 0]
    assert (state(), postbox.mails) == (DeliveryState.UNCLEAR, [])


@pytest.mark.usefixtures("mail")
def test_a_mail_server_that_does_not_say_good_bye_has_taken_it(postbox, now):
    postbox.behaviour = ["rude"]

    assert [post(now + n * HOUR) for n in range(2)] == [1, 0]
    assert state() == DeliveryState.SENT


@pytest.mark.usefixtures("mail")
def test_a_mail_server_that_is_away_loses_nothing(postbox, settings, now):
    use(settings, _free_port())
    assert [post(now + n * HOUR) for n in range(3)] == [0, 0, 0]

    use(settings, postbox.port)
    assert [post(now + n * HOUR) for n in range(3, 6)] == [1, 0, 0]
