"""`/demo/phone/`: what a gateway would have sent, to be found and followed."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from django.utils import timezone

from haochaping.notices.gateway import DemoGateway
from haochaping.notices.models import DemoMessage
from tests.doors.demo import urls

if TYPE_CHECKING:
    from django.test import Client

LINK = "http://127.0.0.1:8000/r/abc-D_1"


@pytest.fixture
def phone(db: None, client: Client, settings) -> Client:
    settings.ROOT_URLCONF = urls.urlpatterns
    for n in range(120):
        sent(n, f"139****{n:04}", f"第{n}条")
    return client


def sent(n: int, masked_to: str, text: str) -> None:
    DemoMessage.objects.create(masked_to=masked_to, text=text, reference=str(n), at=timezone.now())


def body(client: Client, query: str = "") -> str:
    return client.get(f"/demo/phone/{query}").content.decode().split('<main id="main"')[1]


def test_a_link_without_a_space_before_it_is_a_link(phone):
    sent(999, "139****0002", f"您的评价已有答复：{LINK}。<b>")

    page = body(phone)

    assert f'答复：<a href="{LINK}">{LINK}</a>。&lt;b&gt;' in page


def test_a_call_is_called_one_and_shows_no_line_of_the_agency(phone):
    DemoGateway().connect("8001", "13900007777", reference="r-1", now=timezone.now())
    DemoGateway().send("13900007777", "短信", reference="r-2", now=timezone.now())

    text, call = body(phone, "?q=7777").split("<article")[1:]

    assert "8001" not in call
    assert '<span class="flag">来电</span>' in call
    assert "来电" not in text


def test_no_message_is_out_of_reach(phone):
    pages = [body(phone, query) for query in ("", "?page=2", "?page=3")]

    assert [page.count("<article") for page in pages] == [50, 50, 20]
    assert 'href="?page=2"' in pages[0]
    assert 'href="?page=4"' not in pages[2]


@pytest.mark.parametrize("sought", ["13900000007", "139****0007", "0007", "第7条"])
def test_one_s_own_is_found_in_the_flood(phone, sought):
    page = body(phone, f"?q={sought}")

    assert page.count("<article") == 1
    assert "第7条" in page


def test_what_is_not_there_is_said(phone):
    assert "“乌有”" in body(phone, "?q=乌有")
