"""Addresses that open somebody's review stay out of the log."""

from __future__ import annotations

import logging

import pytest

from haochaping.config.logs import WithoutSecretAddresses


@pytest.mark.parametrize(
    ("text", "args", "logged"),
    [
        ("%s: %s", ("Gone", "/r/AQGiCzWekHz"), "Gone: /r/…"),
        (
            "%s: %s",
            ("Unprocessable Content", "/status/7ZK3ABCD/withdraw"),
            "Unprocessable Content: /status/…",
        ),
        ("Bad Request: /wire/anhui/evaluate?YTJW", (), "Bad Request: /wire/…"),
        ("Not Found: /account/link/AbC_d-9", (), "Not Found: /account/link/…"),
        ("Not Found: /divisions/123", (), "Not Found: /divisions/123"),
        ("%d jobs", (3,), "3 jobs"),
    ],
)
def test_secret_addresses_are_cut(text, args, logged):
    record = logging.LogRecord("django.request", logging.WARNING, "", 0, text, args, None)

    assert WithoutSecretAddresses().filter(record)
    assert record.getMessage() == logged


def test_the_only_handler_of_the_house_cuts_them(settings):
    assert settings.LOGGING["handlers"]["stderr"]["filters"] == ["addresses"]
    assert list(settings.LOGGING["handlers"]) == ["stderr"]
