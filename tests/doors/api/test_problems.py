from __future__ import annotations

import logging

import pytest
from django.db import OperationalError
from django.test import Client

from haochaping.accounts import actions as accounts
from haochaping.doors.api import problems, views
from haochaping.kernel.actor import OPERATOR

pytestmark = pytest.mark.django_db

BODY = b'{"items": [1]}'


@pytest.mark.parametrize("header", [None, "", "Bearer", "Bearer ", "Basic abc", "hcp_abc"])
def test_without_a_key_nothing_is_taken(problem, header):
    headers = {} if header is None else {"Authorization": header}

    answer = Client().post("/api/v1/cases", BODY, content_type="application/json", headers=headers)

    problem(answer, 401, "no_key")
    assert answer.headers["WWW-Authenticate"] == 'Bearer realm="haochaping"'


@pytest.mark.parametrize("key", ["hcp_wrong", "张", "\x7f", "x" * 5000])
def test_wrong_key_is_refused(problem, db, key):
    answer = Client().post(
        "/api/v1/reviews", BODY, content_type="application/json", headers={"Authorization": f"bearer {key}"}
    )

    problem(answer, 401, "wrong_key")
    assert "invalid_token" in answer.headers["WWW-Authenticate"]


def test_revoked_key_is_refused_from_the_next_request(caller, problem, moment):
    assert caller.post("cases", BODY).status_code == 200

    accounts.revoke_client(client_id=caller.id, by=OPERATOR, now=moment)

    problem(caller.post("cases", BODY), 401, "wrong_key")


@pytest.mark.parametrize(
    ("body", "code"),
    [
        (b"", "not_json"),
        (b"not json", "not_json"),
        (b'{"items": [1]', "not_json"),
        (b'{"items": [NaN]}', "not_json"),
        (b'{"items": [' + b"9" * 5000 + b"]}", "not_json"),
        (b"[1]", "not_an_envelope"),
        (b'{"item": [1]}', "not_an_envelope"),
        (b'{"items": {}}', "not_an_envelope"),
        (b"{}", "not_an_envelope"),
        (b'{"items": []}', "item_count"),
        (b'{"items": [{"a": 1, "a": 2}]}', "duplicate_name"),
        (b'{"items": [' + b"[" * 31 + b"]" * 31 + b"]}", "too_deep"),
        (b'{"items": [' + b"[" * 200_000, "too_deep"),
        ('{"items": ["张小满"]}'.encode("gb18030"), "not_utf8"),
        ('{"items": [1]}'.encode("utf-16"), "not_utf8"),
    ],
    ids=lambda value: repr(value)[:40],
)
def test_body_that_cannot_be_read(caller, problem, body, code):
    problem(caller.post("cases", body), 400, code)


def test_an_unknown_field_of_the_envelope_is_named(caller, problem):
    told = problem(caller.post("cases", b'{"items": [1], "more": 1}'), 400, "unknown_field")

    assert told["field"] == "more"
    assert "“more”" in told["detail"]


def test_nesting_up_to_the_bound_is_read(caller):
    assert caller.post("cases", b'{"items": [' + b"[" * 30 + b"]" * 30 + b"]}").status_code == 200


def test_byte_order_mark_is_no_obstacle(caller):
    assert caller.post("cases", b"\xef\xbb\xbf" + BODY).status_code == 200


@pytest.mark.parametrize(
    "kind", ["text/plain", "application/json; charset=gb18030", "multipart/form-data", ""]
)
def test_other_content_types(caller, problem, kind):
    problem(caller.post("cases", BODY, kind=kind), 415, "wrong_media_type")


@pytest.mark.parametrize(
    "kind", ["application/json", "Application/JSON; charset=UTF-8", 'application/json;charset="utf-8"']
)
def test_ways_to_say_json(caller, kind):
    assert caller.post("cases", BODY, kind=kind).status_code == 200


def test_compressed_body(caller, problem):
    problem(caller.post("cases", BODY, Content_Encoding="gzip"), 415, "wrong_media_type")


def test_body_without_length(caller, problem):
    answer = Client().generic(
        "POST",
        "/api/v1/cases",
        b"",
        headers=caller.headers(Transfer_Encoding="chunked", Content_Type="application/json"),
    )

    problem(answer, 411, "no_length")


def test_body_of_16_mib_is_read_and_one_byte_more_is_not(caller, problem):
    body = b'{"items": ["' + b"x" * (problems.MAX_BYTES - 15) + b'"]}'
    assert len(body) == 16 * 1024 * 1024

    assert caller.post("cases", body).status_code == 200
    problem(caller.post("cases", body + b" "), 413, "too_large")


@pytest.mark.parametrize("key", ["", " ", "a b", "ä", "x" * 201])
def test_idempotency_key_that_is_none(caller, problem, key):
    problem(caller.post("cases", BODY, Idempotency_Key=key), 400, "bad_idempotency_key")


@pytest.mark.parametrize("path", ["nothing", "", "cases/", "reviews/not-a-uuid", "docs/x"])
@pytest.mark.parametrize("method", ["GET", "POST", "DELETE"])
def test_addresses_that_are_not_there(problem, path, method):
    problem(Client().generic(method, f"/api/v1/{path}"), 404, "not_found")


@pytest.mark.parametrize(
    ("method", "path", "allowed"),
    [
        ("GET", "cases", "POST, OPTIONS"),
        ("DELETE", "reviews", "POST, OPTIONS"),
        ("POST", "measures", "GET, HEAD, OPTIONS"),
        ("PUT", "openapi.json", "GET, HEAD, OPTIONS"),
        ("PATCH", "docs", "GET, HEAD, OPTIONS"),
        ("POST", "reviews/00000000-0000-0000-0000-000000000000", "GET, HEAD, OPTIONS"),
    ],
)
def test_wrong_method_names_the_right_ones(problem, method, path, allowed):
    answer = Client().generic(method, f"/api/v1/{path}")

    assert allowed in problem(answer, 405, "wrong_method")["remedy"]
    assert answer.headers["Allow"] == allowed


def test_options_and_head():
    options = Client().options("/api/v1/cases")
    head = Client().head("/api/v1/openapi.json")

    assert (options.status_code, options.headers["Allow"], options.content) == (204, "POST, OPTIONS", b"")
    assert (head.status_code, head.content) == (200, b"")


def test_what_nobody_expected_is_logged_and_not_shown(caller, problem, monkeypatch, caplog):
    def fall(*_: object, **__: object) -> None:
        raise ZeroDivisionError("secret detail")

    monkeypatch.setattr(views, "take_in_cases", fall)

    with caplog.at_level(logging.ERROR, "haochaping.api"):
        answer = caller.post("cases", BODY)

    problem(answer, 500, "failed")
    assert b"secret" not in answer.content
    assert "secret detail" in caplog.text


def test_an_outage_is_said_with_when_to_try_again(caller, problem, monkeypatch):
    def away(*_: object, **__: object) -> None:
        raise OperationalError("the server is away")

    monkeypatch.setattr(views, "take_in_cases", away)

    answer = caller.post("cases", BODY, Accept_Language="en")

    told = problem(answer, 503, "busy")
    assert "same Idempotency-Key" in told["remedy"]
    assert answer.headers["Retry-After"] == "5"


def test_problems_speak_the_callers_language(caller, problem):
    told = problem(caller.post("cases", b"[", Accept_Language="en"), 400, "not_json")

    assert told["title"] == "The request cannot be read"
    assert caller.post("cases", b"[").headers["Content-Language"] == "zh-hans"


def test_every_problem_has_its_place_in_the_reference(client):
    page = client.get("/api/v1/docs").content.decode()
    document = client.get("/api/v1/openapi.json").json()
    listed = {
        (p["code"], int(status))
        for methods in document["paths"].values()
        for operation in methods.values()
        for status, response in operation["responses"].items()
        for p in response.get("x-problems", ())
    }

    assert listed == {(reason.code, status.value) for reason, status in problems.STATUS.items()}
    assert all(f'id="{reason.code}"' in page for reason in problems.STATUS)


def test_bound_of_the_body_is_the_doors_own(caller, problem, settings):
    settings.DATA_UPLOAD_MAX_MEMORY_SIZE = 64 * 1024 * 1024

    problem(caller.post("cases", BODY + b" " * problems.MAX_BYTES), 413, "too_large")
