"""Urging an agency or a lower office, and their answers."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from haochaping.supervision.models import Urging
from tests import worlds

from .conftest import fresh_key

if TYPE_CHECKING:
    from django.test import Client

NEW = "/oversight/urgings/new"


def sent(browser: Client, **changes: str) -> Any:
    return browser.post(NEW, {"key": fresh_key(), "to": worlds.AGENCY, "text": "请本周内办结。"} | changes)


def test_an_agency_is_urged_about_an_order_and_answers(bad, one, clerk):
    assert str(bad.order_id) in one.get(f"{NEW}?order={bad.order_id}").content.decode()
    answer = sent(one, order=str(bad.order_id), to="")
    assert answer.status_code == 303, answer.content.decode()
    address = answer.headers["Location"]
    mine = address.replace("/oversight/", "/desk/supervision/")

    assert mine in clerk.get("/desk/supervision/").content.decode()
    assert "请本周内办结。" in clerk.get(mine).content.decode()
    assert clerk.post(f"{mine}/answer", {"text": ""}).status_code == 422
    assert clerk.post(f"{mine}/answer", {"text": "明日办结。"}).status_code == 303
    assert clerk.post(f"{mine}/answer", {"text": "后日办结。"}).status_code == 409

    assert "明日办结。" in one.get(address).content.decode()
    assert address in one.get("/oversight/urgings/?list=done").content.decode()
    assert mine in clerk.get("/desk/supervision/?list=done").content.decode()


def test_a_lower_office_is_urged_and_answers_for_itself(bad, one, supervisor_of, clerk):
    address = sent(one, to=worlds.COUNTY).headers["Location"]
    county = supervisor_of("county", worlds.COUNTY)

    assert f"{address}/answer" not in one.get(address).content.decode()
    assert one.post(f"{address}/answer", {"text": "好"}).status_code == 403
    assert clerk.get(address.replace("/oversight/", "/desk/supervision/")).status_code == 404
    assert f"{address}/answer" in county.get(address).content.decode()
    assert county.post(f"{address}/answer", {"text": " "}).status_code == 422
    assert county.post(f"{address}/answer", {"text": "已转办。"}).status_code == 303
    assert "已转办。" in one.get(address).content.decode()


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"to": "nobody"}, "to"),
        ({"to": worlds.CITY}, "to"),
        ({"text": " "}, "text"),
        ({"key": ""}, "key"),
        ({"order": "x"}, "order"),
    ],
)
def test_what_is_lacking_is_said_at_its_field(bad, one, changes, field):
    answer = sent(one, **changes)

    assert answer.status_code == 422
    assert field in answer.context["form"].errors
    assert not Urging.objects.exists()


def test_another_division_is_out_of_reach(bad, one, supervisor_of):
    assert sent(one, to=worlds.OTHER_AGENCY).status_code == 403
    address = sent(one).headers["Location"]

    assert supervisor_of("other", worlds.OTHER_CITY).get(address).status_code == 404


def test_the_same_form_sent_twice_urges_once(bad, one):
    key = fresh_key()

    first, second = (sent(one, key=key) for _ in range(2))

    assert first.headers["Location"] == second.headers["Location"]
    assert Urging.objects.count() == 1


def test_the_form_names_the_order_and_its_agency(bad, one):
    page = one.get(f"{NEW}?order={bad.order_id}").content.decode()

    assert f'href="/desk/orders/{bad.order_id}"' in page
    assert "河湾区行政审批局" in page


HELP = "/oversight/urgings/help"


def asked(browser: Client, **changes: str) -> Any:
    return browser.post(HELP, {"key": fresh_key(), "text": "两个部门的系统不通。"} | changes)


def test_a_lower_office_asks_for_help_and_the_level_above_answers(bad, one, supervisor_of, clerk):
    county = supervisor_of("county", worlds.COUNTY)
    assert HELP in county.get("/oversight/urgings/").content.decode()
    assert f"{HELP}?order={bad.order_id}" in county.get(bad.address()).content.decode()
    assert "河湾区行政审批局" in county.get(f"{HELP}?order={bad.order_id}").content.decode()
    answer = asked(county, order=str(bad.order_id))
    assert answer.status_code == 303, answer.content.decode()
    address = answer.headers["Location"]

    assert "两个部门的系统不通。" in county.get(address).content.decode()
    assert f"{address}/answer" not in county.get(address).content.decode()
    assert county.post(f"{address}/answer", {"text": "好"}).status_code == 403
    assert clerk.get(address.replace("/oversight/", "/desk/supervision/")).status_code == 404
    assert address in one.get("/oversight/urgings/").content.decode()
    assert f"{address}/answer" in one.get(address).content.decode()
    assert one.post(f"{address}/answer", {"text": ""}).status_code == 422
    assert one.post(f"{address}/answer", {"text": "市里牵头协调。"}).status_code == 303
    assert "市里牵头协调。" in county.get(address).content.decode()


def test_another_office_does_not_see_a_request_for_help(bad, supervisor_of):
    address = asked(supervisor_of("county", worlds.COUNTY)).headers["Location"]

    assert supervisor_of("other", worlds.OTHER_CITY).get(address).status_code == 404


@pytest.mark.parametrize(
    ("changes", "field"), [({"text": " "}, "text"), ({"key": ""}, "key"), ({"order": "x"}, "order")]
)
def test_what_a_request_for_help_lacks_is_said_at_its_field(bad, one, changes, field):
    answer = asked(one, **changes)

    assert answer.status_code == 422
    assert field in answer.context["form"].errors
    assert not Urging.objects.exists()


def test_the_office_at_the_top_has_nobody_to_ask(bad, supervisor_of):
    top = supervisor_of("province", worlds.PROVINCE)

    assert HELP not in top.get("/oversight/urgings/").content.decode()
    assert asked(top).status_code == 422
    assert not Urging.objects.exists()
