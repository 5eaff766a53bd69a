"""Pages while the database is away."""

from __future__ import annotations

import pytest
from django.db import DataError, InterfaceError, OperationalError
from django.http import HttpRequest, HttpResponse
from django.utils import translation

from haochaping.doors.fault import page


def answer_to(error: Exception) -> HttpResponse:
    """The page that is answered while this error is handled."""

    def fall() -> None:
        raise error

    try:
        fall()
    except type(error):
        return page(HttpRequest())
    raise AssertionError


@pytest.mark.parametrize(
    ("error", "status"),
    [
        (OperationalError("the server is away"), 503),
        (InterfaceError("the connection is closed"), 503),
        (DataError("a fault of ours"), 500),
        (ZeroDivisionError(), 500),
    ],
)
def test_an_outage_is_no_error_of_ours(error, status):
    answer = answer_to(error)

    assert answer.status_code == status
    assert answer.headers.get("Retry-After") == ("5" if status == 503 else None)


@pytest.mark.parametrize(("language", "word"), [("zh-hans", "请稍后再试"), ("en", "Please try again")])
def test_the_page_speaks_the_readers_language(language, word):
    with translation.override(language):
        shown = answer_to(OperationalError()).content.decode()

    assert word in shown
