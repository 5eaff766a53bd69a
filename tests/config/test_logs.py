"""Addresses that open somebody's review stay out of the log."""

from __future__ import annotations

import logging

import pytest

from haochaping.config.logs import OneRecord, WithoutSecretAddresses


@pytest.mark.parametrize(
    ("text", "args", "logged"),
    [
        ("%s: %s", ("Gone", "/r/AQGiCzWekHz"), "Gone: /r/…"),
        (
            "%s: %s",
            ("Unprocessable Content", "/status/7ZK3ABCD/withdraw"),
            "Unprocessable Content: /status/…",
        ),
        ("Not Found: /protection/7ZK3ABCD", (), "Not Found: /protection/…"),
        ("Not Found: /voices/7ZK3ABCD/urge", (), "Not Found: /voices/…"),
        ("Not Found: /again/AQGiCzWek/keys", (), "Not Found: /again/…"),
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


def record_of(text: str, *args: object, **more: object) -> logging.LogRecord:
    record = logging.LogRecord("django.request", logging.WARNING, "", 0, text, args, None)
    record.__dict__.update(more)
    return record


@pytest.mark.parametrize(
    ("text", "logged"),
    [
        ("a\nb", "a\\nb"),
        ("a\r\n2026-11-28 ERROR forged", "a\\x0d\\n2026-11-28 ERROR forged"),
        ("\x1b[31mred\x07", "\\x1b[31mred\\x07"),
        ("a\u202egnp.exe\u200b", "a\\u202egnp.exe\\u200b"),
        ("a\u2028b\x85c", "a\\u2028b\\x85c"),
        ("王芳 𠮷", "王芳 𠮷"),
    ],
)
def test_one_record_is_one_line_without_controls(text, logged):
    assert OneRecord("%(message)s").format(record_of("%s", text)) == logged


def failed_with(message: str) -> logging.LogRecord:
    record = record_of("failed")
    try:
        raise ValueError(message)  # noqa: TRY301 - a traceback is wanted
    except ValueError as error:
        record.exc_info = (ValueError, error, error.__traceback__)
    return record


def test_lines_of_a_traceback_cannot_look_like_records():
    record = failed_with("x\n2026-11-28 ERROR forged\x1b")

    _, *rest = OneRecord("%(message)s").format(record).split("\n")

    assert len(rest) > 3
    assert [line for line in rest if not line.startswith("    ")] == []
    assert "\x1b" not in rest[-1]


def test_rows_in_errors_of_the_database_are_left_out():
    record = failed_with(
        'new row violates check constraint "x"\nDETAIL:  Failing row contains (1, 13900001111, 张\n小满).\n'
        'CONTEXT:  COPY t, line 1: "13900001111"'
    )

    text = OneRecord("%(message)s").format(record)

    assert "violates check" in text
    assert not any(word in text.partition("ValueError: ")[2] for word in ("13900001111", "张", "小满"))


@pytest.mark.parametrize(("status", "kept"), [(403, False), (404, False), (500, True), (None, True)])
def test_refusals_are_logged_without_a_traceback(status, kept):
    record = record_of("Forbidden", **({"status_code": status} if status else {}))
    record.exc_info = (ValueError, ValueError("x"), None)

    WithoutSecretAddresses().filter(record)

    assert bool(record.exc_info) is kept
