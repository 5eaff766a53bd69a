"""What is compressed on its way, and what must not be."""

from __future__ import annotations

import gzip

import pytest
from django.urls import reverse
from django.utils import timezone

from haochaping.flows.invite import invite_case
from haochaping.kernel.actor import OPERATOR
from tests import worlds

TAKES = {"Accept-Encoding": "gzip"}


def _body(answer) -> bytes:
    return b"".join(answer.streaming_content) if answer.streaming else answer.content


@pytest.mark.parametrize(
    "path", ["/static/ui/css/citizen.css", "/about", "/measures", f"/divisions/{worlds.PROVINCE}"]
)
def test_the_publics_pages_and_styles_are_compressed(db, client, path):
    worlds.build(timezone.now())

    plain, small = client.get(path), client.get(path, headers=TAKES)

    body = _body(small)
    assert small["Content-Encoding"] == "gzip"
    assert "Accept-Encoding" in small["Vary"]
    assert len(body) < 0.7 * len(_body(plain))
    assert gzip.decompress(body).lstrip()[:2] in (b"/*", b"<!")


def test_a_page_of_a_review_is_not_compressed(db, client):
    now = timezone.now()
    worlds.build(now)
    worlds.take_case("YC-9", now)
    [link, *_] = invite_case(worlds.SOURCE, "YC-9", by=OPERATOR, now=now)

    answer = client.get(link, headers=TAKES)

    assert answer.status_code == 200
    assert "Content-Encoding" not in answer


def test_a_page_that_is_shown_to_staff_is_not_compressed(db, client):
    assert "Content-Encoding" not in client.get(reverse("account_login"), headers=TAKES)
