from __future__ import annotations

from io import BytesIO
from typing import TYPE_CHECKING, Any

import pytest
from django.test import RequestFactory

from haochaping.doors.wire.body import body_of

if TYPE_CHECKING:
    from django.http import HttpRequest


def request(body: bytes, **environ: Any) -> HttpRequest:
    environ["wsgi.input"] = BytesIO(body)
    return RequestFactory().generic("POST", "/", **environ)


@pytest.mark.parametrize(("body", "found"), [(b"", b""), (b"1234", b"1234"), (b"12345", None)])
@pytest.mark.parametrize("measured", [True, False])
def test_a_body_is_read_to_its_end_and_not_beyond_the_limit(measured, body, found):
    said = {"CONTENT_LENGTH": str(len(body))} if measured else {}

    assert body_of(request(body, **{"wsgi.input_terminated": True}, **said), 4) == found


def test_where_the_server_does_not_end_a_body_itself_nobody_waits_for_its_end():
    assert body_of(request(b"1234"), 4) == b""
