"""全隐: what an agency sees of a reviewer who wished to stay unrecognised, and who calls them then."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from haochaping.files import actions as files
from haochaping.files.pictures import redrawn
from haochaping.kernel.actor import REVIEWER
from haochaping.kernel.periods import local_day
from haochaping.notices.models import Delivery, Message
from haochaping.rectification.models import Callback
from haochaping.rectification.terms import OrderState
from haochaping.reviews import actions as reviews
from haochaping.reviews.terms import HelpedBy, SupplementRow
from tests import worlds
from tests.doors.workbench.test_order import bring_to
from tests.photographs import photograph

CALL = {"purpose": "verify", "line": "8001"}
RECORD = {"result": "answered", "is_true": "yes", "is_reasonable": "yes", "note": "已核实", "recording": ""}


def say(bad, world, *, concealed: bool = True, may_call_back: bool = True) -> None:
    said = SupplementRow(may_call_back, HelpedBy.FAMILY, concealed)
    reviews.supplement(bad.review_id, said, by=REVIEWER, now=world)


@pytest.fixture
def photo(bad, world):
    (photo_id,) = files.keep(
        "review", str(bad.review_id), [redrawn(photograph(), name="a")], by=REVIEWER, now=world
    )
    return reverse("desk_order_photo", args=[bad.order_id, photo_id])


def look(browser, bad) -> str:
    return str(browser.get(bad.address(), headers={"accept-language": "en"}).content.decode())


def traces(page: str, photo: str, world) -> set[str]:
    """What of the case stands on a page."""
    monday = local_day(world) - timedelta(days=local_day(world).weekday())
    looked_for = {
        "number": "…0001",
        "step": "办结 ·",
        "window": "综合窗口1",
        "photograph": photo,
        "time": f'<dd><time datetime="{local_day(world)}',
        "helper": "Family or a friend",
        "hall": "河湾区政务服务中心",
        "words": "窗口让我第三次跑",
        "week": f"{monday:%-d %b %Y}",
    }
    return {name for name, text in looked_for.items() if text in page}


ALL = {"number", "step", "window", "photograph", "time", "helper"}


def test_by_default_the_handler_sees_the_case(bad, clerk, photo, world):
    say(bad, world, concealed=False)
    bring_to(bad, OrderState.SIGNED, world)

    assert traces(look(clerk, bad), photo, world) >= ALL | {"hall", "words"}
    assert clerk.get(photo).status_code == 200


@pytest.mark.parametrize("how", ["by wish", "by the rules"])
def test_what_is_hidden_from_the_agency_is_nowhere_on_its_page(bad, browser_of, photo, world, how):
    if how == "by the rules":
        worlds.follow(worlds.COUNTY, world, concealment="full")
    say(bad, world, concealed=how == "by wish")
    bring_to(bad, OrderState.SIGNED, world)
    clerk, supervisor = browser_of("clerk"), browser_of("supervisor")

    page = look(clerk, bad)

    assert traces(page, photo, world) & ALL == set()
    assert traces(page, photo, world) >= {"hall", "words", "week"}
    assert clerk.get(photo).status_code == 404
    assert traces(look(supervisor, bad), photo, world) >= ALL | {"hall", "words"}
    assert supervisor.get(photo).status_code == 200


@pytest.mark.parametrize("how", ["by wish", "by the rules"])
def test_in_its_row_and_in_the_file_of_the_agency_no_channel_tells_of_it(bad, browser_of, world, how):
    channel = "Mobile phone"
    english = {"accept-language": "en"}

    browsers = {who: browser_of(who) for who in ("clerk", "supervisor")}

    def seen(who: str) -> list[bool]:
        browser = browsers[who]
        shown = [browser.get(reverse("desk"), headers=english)]
        if who == "clerk":
            shown.append(browser.post(reverse("desk_list_export"), {"format": "csv"}, headers=english))
        texts = [answer.content.decode() for answer in shown]
        assert all(str(bad.order_id) in text for text in texts)
        return [channel in text for text in texts]

    say(bad, world, concealed=False)
    assert seen("clerk") == [True, True]
    if how == "by the rules":
        worlds.follow(worlds.COUNTY, world, concealment="full")
    say(bad, world, concealed=how == "by wish")

    assert seen("clerk") == [False, False]
    assert seen("supervisor") == [True]


def test_the_office_calls_whom_the_agency_does_not_know(bad, browser_of, world, settings):
    settings.SMS_GATEWAY = "demo"
    say(bad, world)
    bring_to(bad, OrderState.SIGNED, world)
    clerk, supervisor = browser_of("clerk"), browser_of("supervisor")
    call, record = bad.address("call"), bad.address("call-back")

    page = look(clerk, bad)
    assert f'action="{call}"' not in page
    assert f'action="{record}"' not in page
    for address, form in ((call, CALL), (record, RECORD)):
        answer = clerk.post(address, form, headers={"accept-language": "en"})
        assert answer.status_code == 422
        assert "concealed from the agency" in answer.content.decode()
    assert not Delivery.objects.filter(channel="call").exists()
    assert not Callback.objects.exists()

    page = look(supervisor, bad)
    assert f'action="{call}"' in page
    assert f'action="{record}"' in page
    assert supervisor.post(call, CALL).status_code == 303
    worlds.rang(bad.order_id, timezone.now())
    assert supervisor.post(record, RECORD).status_code == 303
    assert Delivery.objects.filter(channel="call", state="queued").count() == 1
    assert Callback.objects.get().result == "answered"


@pytest.mark.parametrize("may_call_back", [True, False])
@pytest.mark.parametrize("how", ["by wish", "by the rules"])
def test_the_agency_writes_to_nobody_whom_it_does_not_know(bad, browser_of, world, how, may_call_back):
    if how == "by the rules":
        worlds.follow(worlds.COUNTY, world, concealment="full")
    say(bad, world, concealed=how == "by wish", may_call_back=may_call_back)
    bring_to(bad, OrderState.SIGNED, world)
    clerk, address = browser_of("clerk"), bad.address("message")

    assert f'action="{address}"' not in look(clerk, bad)
    assert "write to them below" not in look(clerk, bad)
    answer = clerk.post(address, {"text": "请问是哪一天？"}, headers={"accept-language": "en"})

    assert answer.status_code == 422
    assert "it does not write to them" in answer.content.decode()
    assert "请问是哪一天？" in answer.content.decode()
    assert not Message.objects.exists()
    assert not Delivery.objects.filter(template="agency_wrote").exists()


def test_that_nobody_can_call_the_agency_says_of_everybody(bad, clerk, world):
    say(bad, world, may_call_back=False)
    bring_to(bad, OrderState.SIGNED, world)
    record = bad.address("call-back")
    assert f'action="{record}"' in look(clerk, bad)

    answer = clerk.post(
        record, RECORD | {"result": "not_possible", "is_true": "unknown", "is_reasonable": "unknown"}
    )

    assert answer.status_code == 303
    assert Callback.objects.get().result == "not_possible"


def test_nobody_else_calls_where_the_agency_does(bad, browser_of, world):
    say(bad, world, concealed=False)
    bring_to(bad, OrderState.SIGNED, world)
    supervisor = browser_of("supervisor")

    page = look(supervisor, bad)

    assert f'action="{bad.address("call")}"' not in page
    assert supervisor.post(bad.address("call"), CALL).status_code == 403
    assert supervisor.post(bad.address("call-back"), RECORD).status_code == 403
