"""What answers tell the browser: on every address of the house, whoever asks."""

from __future__ import annotations

import json
import logging
import re
from typing import TYPE_CHECKING

import pytest
from django.test import Client
from django.urls import reverse

from haochaping.accounts.terms import Role
from haochaping.doors import reports
from haochaping.doors.gate import declared_views

if TYPE_CHECKING:
    from collections.abc import Iterator

pytestmark = pytest.mark.django_db
NOWHERE = "00000000-0000-0000-0000-000000000000"


def addresses() -> list[str]:
    """Every address of the house with something in the place of what differs."""
    values = {"uuid": NOWHERE, "int": "1", "str": "x", "slug": "x", "path": "x"}
    made = {
        re.sub(r"<(?:(\w+):)?\w+>", lambda found: values[found[1] or "str"], view.route).replace(r"^.*$", "x")
        for view in declared_views()
    }
    return sorted(f"/{address}" for address in made if not re.search(r"[\\^$(]", address))


EXPECTED = {
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
}
POLICY = (
    "default-src 'none'",
    "frame-ancestors 'none'",
    "base-uri 'none'",
    "object-src 'none'",
    "report-uri /csp-report",
)
INLINE = re.compile(
    r"<script(?![^>]*\bsrc=)[^>]*>|<style|\son[a-z]+\s*=|\sstyle\s*=|javascript:", re.IGNORECASE
)


def wrong_with(answer) -> Iterator[str]:
    policy = answer.headers.get("Content-Security-Policy", "")
    yield from (name for name, value in EXPECTED.items() if answer.headers.get(name) != value)
    yield from (part for part in POLICY if part not in policy)
    if "unsafe" in policy or "*" in policy or "Access-Control-Allow-Origin" in answer.headers:
        yield f"too much is allowed: {policy}"
    if answer.status_code >= 500:
        yield "a fault"
    if answer.streaming:
        return
    kind, body = answer.headers.get("Content-Type", ""), answer.content.decode(errors="replace")
    if body and not (
        (kind.startswith("text/") and "charset=" in kind) or kind.startswith(("application/", "image/"))
    ):
        yield f"kind of content: {kind}"
    if "<html" in body:
        # Django's console keeps data in scripts of another type, which browsers do not run.
        yield from (tag for tag in INLINE.findall(body) if 'type="application/json"' not in tag)


@pytest.mark.parametrize("role", [None, Role.CLERK, Role.SYSTEM_ADMIN])
def test_every_answer_carries_the_headers_and_nothing_inline(signed_in, role):
    browser = signed_in(role).browser if role else Client()
    wrong: dict[str, list[str]] = {}
    for address in [*addresses(), "/static/ui/css/citizen.css", "/nowhere"]:
        # Asked for its head only, a file is not left open.
        answer = browser.head(address) if address.startswith("/static/") else browser.get(address)
        found = list(wrong_with(answer))
        wrong |= {address: found} if found else {}

    assert wrong == {}


@pytest.mark.parametrize(
    "address", ["/", "/desk/", "/healthz", "/api/v1/measures", "/static/ui/css/citizen.css"]
)
def test_trace_is_not_answered(address):
    answer = Client().generic("TRACE", address, headers={"cookie": "secret=1"})

    assert (answer.status_code, answer.content) == (405, b"")


def test_logging_out_clears_the_browser(signed_in):
    answer = signed_in(Role.CLERK).browser.post(reverse("account_logout"))

    assert answer.headers["Clear-Site-Data"] == '"cache", "storage"'


def report(**told: object) -> dict[str, object]:
    return {"csp-report": {"document-uri": "https://x.example/r/SECRETTOKEN", **told}}


@pytest.fixture
def _nothing_said(monkeypatch) -> None:
    monkeypatch.setattr(reports, "_said", set())


@pytest.mark.usefixtures("_nothing_said")
def test_violation_is_logged_once_without_the_address(caplog):
    body = json.dumps(
        report(**{"effective-directive": "img-src", "blocked-uri": "https://evil.example/p?q=13900001111"})
    )

    with caplog.at_level(logging.WARNING, "haochaping.csp"):
        answers = [
            Client(enforce_csrf_checks=True).post("/csp-report", body, content_type="application/csp-report")
            for _ in range(3)
        ]

    assert {answer.status_code for answer in answers} == {204}
    assert [record.getMessage() for record in caplog.records] == [
        "a browser blocked https://evil.example by img-src"
    ]


@pytest.mark.usefixtures("_nothing_said")
@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"\xff",
        b"[]",
        b'{"csp-report": 1}',
        b"{" * 5000,
        b'{"csp-report": {"blocked-uri": "http://["}}',
        b"x" * 20_000,
    ],
)
def test_what_is_no_report_is_taken_and_dropped(body, caplog):
    answer = Client().post("/csp-report", body, content_type="application/csp-report")

    assert answer.status_code == 204
    assert len(caplog.records) <= 1


@pytest.mark.usefixtures("_nothing_said")
def test_there_is_an_end_to_reports(caplog, monkeypatch):
    monkeypatch.setattr(reports, "_KINDS", 3)
    with caplog.at_level(logging.WARNING, "haochaping.csp"):
        for n in range(6):
            body = json.dumps(report(**{"violated-directive": f"img-src{n} 'self'", "blocked-uri": "inline"}))
            Client().post("/csp-report", body, content_type="application/csp-report")

    assert len(caplog.records) == 3
    assert caplog.records[0].getMessage() == "a browser blocked inline by img-src0"


def test_contact_for_weaknesses_is_there_once_it_is_set(settings):
    assert Client().get("/.well-known/security.txt").status_code == 404
    settings.SECURITY_CONTACT = "mailto:security@hcp.example"

    answer = Client().get("/.well-known/security.txt")

    assert answer.headers["Content-Type"] == "text/plain; charset=utf-8"
    assert answer.content.decode().startswith("Contact: mailto:security@hcp.example\nExpires: 20")
