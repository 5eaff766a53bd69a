"""A fault of ours: a page that says nothing about the inside, and a log that says all but what people wrote."""

from __future__ import annotations

import re

import pytest
from django.test import Client

from haochaping.doors.api import views

pytestmark = pytest.mark.django_db


def test_page_shows_a_reference_that_stands_in_the_log(settings, written):
    settings.ROOT_URLCONF = "tests.doors.gate_pages"

    answer = Client(raise_request_exception=False).get("/broken")

    page, log = answer.content.decode(), written.getvalue()
    assert answer.status_code == 500
    reference = re.search(r"<code>([0-9a-f]{8})</code>", page)
    assert reference
    assert f"/broken [{reference[1]}]\n" in log
    assert "ValueError" in log
    assert not {"ValueError", "Traceback", "13900001111"} & set(re.findall(r"\w+", page))


def test_nobody_writes_lines_into_the_log(settings, written):
    settings.ROOT_URLCONF = "tests.doors.gate_pages"

    Client(raise_request_exception=False).get("/broken")

    log = written.getvalue()
    assert "\x1b" not in log
    assert [line for line in log.splitlines() if line.startswith("2026-01-01 ERROR")] == []


def test_program_hears_a_reference_too(settings, written, monkeypatch):
    settings.ROOT_URLCONF = "tests.doors.api.urls"
    monkeypatch.setattr(views, "document", lambda: 1 / 0)

    answer = Client().get("/api/v1/openapi.json")

    assert answer.status_code == 500
    assert "ZeroDivision" not in answer.content.decode()
    assert f"[{answer.headers['X-Reference']}]" in written.getvalue()
