from __future__ import annotations

import re
from datetime import datetime, timedelta

import pytest
from django.http import QueryDict
from django.urls import reverse
from django.utils import timezone

from haochaping.doors.workbench.inbox import DONE, OVERDUE, Group, inbox_page, left_until
from haochaping.doors.workbench.words import excerpt
from haochaping.flows import change_review, handle_bad_review
from haochaping.kernel.actor import EVERYWHERE, Actor, ActorKind
from haochaping.kernel.periods import BEIJING
from haochaping.rectification import actions as rectification
from haochaping.rectification.models import WorkOrder
from tests import worlds

MONDAY = datetime(2026, 6, 1, 10, 0, tzinfo=BEIJING)


def groups_for(by: Actor, now: datetime) -> list[Group]:
    """The groups of the first page of open orders."""
    groups = inbox_page(by, QueryDict(), now=now)["groups"]
    assert isinstance(groups, list)
    return groups


def test_a_deadline_has_the_title_of_its_group():
    assert left_until(MONDAY - timedelta(minutes=1), MONDAY) == OVERDUE
    assert left_until(MONDAY, MONDAY, done=True) == DONE


def test_excerpt_is_forty_characters_on_one_line():
    assert excerpt("一\n二") == "一 二"
    assert excerpt("长" * 40) == "长" * 40
    assert excerpt("长" * 41) == "长" * 40 + "…"


def test_row_says_what_the_order_is_about(bad, clerk):
    page = clerk.get(reverse("desk")).content.decode()

    assert "食品经营许可" in page
    assert "河湾区行政审批局" in page
    assert "非常不满意" in page
    assert "窗口让我第三次跑" in page
    assert "四十个字" not in page
    assert 'aria-current="page"' in page


def test_review_without_a_reason_is_flagged(bad_review, clerk):
    bad_review(codes=(), text="")

    line = groups_for(worlds.CLERK, timezone.now())[0].lines[0]

    assert line.reason_missing
    assert line.words == ""


def test_what_the_reviewer_may_still_change_is_not_listed(bad_review):
    bad_review(finished=False)

    assert groups_for(worlds.CLERK, timezone.now()) == []


def test_words_are_for_those_who_may_read_them(bad):
    seeing = Actor(ActorKind.STAFF, "9", frozenset({"order.view"}), EVERYWHERE)

    line = groups_for(seeing, timezone.now())[0].lines[0]

    assert line.words == ""


def test_orders_of_another_agency_are_not_there(bad, browser_of):
    assert "食品经营许可" not in browser_of("other_clerk").get(reverse("desk")).content.decode()


def test_the_one_clock_sorts_the_orders(bad_review, world):
    first, second = bad_review("YC-00000001"), bad_review("YC-00000002", at=world + timedelta(minutes=30))
    now = world + timedelta(hours=1)
    soon, late = now + timedelta(hours=1), now + timedelta(days=30)
    # The first is signed for: its clock is the contact's, which is later than the other's signature.
    rectification.sign_for(first.order_id, by=worlds.CLERK, now=now)
    WorkOrder.objects.filter(id=first.order_id).update(contact_due_at=late, rectify_due_at=late)
    WorkOrder.objects.filter(id=second.order_id).update(
        sign_due_at=soon, rectify_due_at=late + timedelta(days=9)
    )

    groups = groups_for(worlds.CLERK, now)

    assert [line.id for group in groups for line in group.lines] == [second.order_id, first.order_id]


def test_an_order_without_a_deadline_splits_no_group(bad_review, world):
    three = [bad_review(f"YC-0000000{n}", at=world + timedelta(minutes=n)) for n in range(3)]
    now = world + timedelta(hours=1)
    for n, bad in enumerate(three):
        WorkOrder.objects.filter(id=bad.order_id).update(due_at=world + timedelta(minutes=n))
    WorkOrder.objects.filter(id=three[1].order_id).update(deadline_known=False, due_at=None)

    groups = groups_for(worlds.CLERK, now)

    assert [len(group.lines) for group in groups] == [2, 1]


def test_a_row_says_the_working_time_the_channel_and_how_often_it_was_sent_on(bad, clerk):
    office = Actor(ActorKind.STAFF, "0", frozenset({"order.view", "order.dispatch"}), EVERYWHERE)
    now = timezone.now()
    for place in (worlds.OTHER_AGENCY, worlds.AGENCY):
        rectification.redispatch(bad.order_id, agency_code=place, reason="不归它管", by=office, now=now)
    # Longer than any holiday.
    WorkOrder.objects.update(due_at=now + timedelta(days=20))

    page = clerk.get(reverse("desk"), headers={"accept-language": "en"}).content.decode()

    assert "河湾区行政审批局 · Mobile phone</span>" in page
    assert "Sent on 2 times" in page
    assert re.search(r"<b>\d+ working hours left</b>", page)


@pytest.mark.parametrize(
    ("now", "due", "working"),
    [
        # Monday to Monday, 9:00 to 17:30; after hours nothing more passes; so far no calendar reaches.
        (MONDAY, MONDAY + timedelta(days=7), timedelta(hours=42, minutes=30)),
        (MONDAY + timedelta(hours=20), MONDAY + timedelta(hours=9), timedelta()),
        (MONDAY, datetime(2040, 1, 1, tzinfo=BEIJING), None),
        (MONDAY, None, None),
    ],
)
def test_working_time_follows_the_calendar_of_the_division(bad, now, due, working):
    WorkOrder.objects.filter(id=bad.order_id).update(due_at=due)

    assert groups_for(worlds.CLERK, now)[0].lines[0].working == working


def test_overdue_is_said_in_words(bad, clerk):
    # Longer than any holiday.
    WorkOrder.objects.filter(id=bad.order_id).update(due_at=timezone.now() - timedelta(days=20))

    page = clerk.get(reverse("desk"), headers={"accept-language": "en"}).content.decode()

    assert 'class="late-title"' in page
    assert re.search(r"<b>\d+ working hours overdue</b>", page.split("deadline-late")[1][:400])


def test_new_messages_are_counted(bad, clerk, world):
    later = world + timedelta(minutes=10)
    rectification.sign_for(bad.order_id, by=worlds.CLERK, now=later)
    handle_bad_review.write_to_reviewer(bad.order_id, "哪一天？", by=worlds.CLERK, now=later)
    handle_bad_review.answer_agency(bad.review_id, "周三", by=worlds.REVIEWER, now=later)

    line = groups_for(worlds.CLERK, later)[0].lines[0]

    assert line.messages == 1


def test_done_orders_stand_apart(bad, bad_review, clerk, world):
    change_review.withdraw_review(bad.review_id, by=worlds.REVIEWER, now=world + timedelta(minutes=2))

    assert "食品经营许可" not in clerk.get(reverse("desk")).content.decode()
    done = clerk.get(reverse("desk"), {"list": "done"}).content.decode()
    assert "食品经营许可" in done
    assert "窗口让我" not in done


def test_of_an_answered_order_the_done_list_says_when_it_was_answered(bad, clerk):
    now = timezone.now()
    rectification.sign_for(bad.order_id, by=worlds.CLERK, now=now)
    worlds.hear(
        bad.order_id,
        result="answered",
        is_true=True,
        is_reasonable=True,
        note="属实",
        by=worlds.CLERK,
        now=now,
    )
    rectification.rectify(
        bad.order_id, outcome="immediate_rectified", text="已并窗", by=worlds.CLERK, now=now
    )
    handle_bad_review.reply(bad.order_id, "已改为一次办结，谢谢您。", by=worlds.CLERK, now=now)
    assert WorkOrder.objects.get(id=bad.order_id).due_at

    done = clerk.get(reverse("desk"), {"list": "done"}).content.decode().partition("<tbody")[2]

    assert "<time" in done
    assert 'class="deadline' not in done


def test_pages_lead_on_and_back(bad_review, clerk, monkeypatch):
    monkeypatch.setattr("haochaping.doors.workbench.inbox.ON_PAGE", 2)
    for n in range(5):
        bad_review(f"YC-0000000{n}")

    pages = [clerk.get(reverse("desk")).content.decode()]
    for rel in ("next", "next", "prev", "prev"):
        pages.append(clerk.get(reverse("desk") + _link(pages[-1], rel)).content.decode())

    listed = [re.findall(r'name="order" value="([^"]+)"', page) for page in pages]
    assert [len(ids) for ids in listed] == [2, 2, 1, 2, 2]
    assert len({*listed[0], *listed[1], *listed[2]}) == 5
    assert (listed[3], listed[4]) == (listed[1], listed[0])
    assert _link(pages[0], "prev") == _link(pages[4], "prev") == _link(pages[2], "next") == ""


def _link(page: str, rel: str) -> str:
    found = re.search(rf'rel="{rel}" href="([^"]+)"', page)
    return found[1].replace("&amp;", "&") if found else ""


@pytest.mark.parametrize("place", ["0", "-1", "x", "1.", "99999999." + "0" * 32, "１." + "0" * 32])
def test_a_place_that_is_none_is_no_error(bad, clerk, place):
    for way in ("after", "before"):
        assert clerk.get(reverse("desk"), {way: place, "page": place}).status_code == 200


def test_queries_do_not_grow_with_the_orders(bad_review, clerk, django_assert_max_num_queries):
    for n in range(8):
        bad_review(f"YC-0000000{n}")

    clerk.get(reverse("desk"))

    # Twelve, and three that say who asks and that the page only reads.
    with django_assert_max_num_queries(15):
        clerk.get(reverse("desk"))


@pytest.mark.parametrize(
    ("who", "leads_to"),
    [
        ("publisher", ["desk_releases"]),
        (
            "sysadmin",
            ["desk_quarantine", "desk_jobs", "console_directory", "console_rulebook", "console_import"],
        ),
        ("auditor", ["account_audit"]),
    ],
)
def test_who_has_no_orders_sees_what_there_is_to_do(browser_of, who, leads_to):
    page = browser_of(who).get(reverse("desk")).content.decode()

    main = page.split('<main id="main"')[1]
    assert [
        name
        for name in (
            "desk_releases",
            "desk_quarantine",
            "desk_jobs",
            "console_directory",
            "console_rulebook",
            "console_import",
            "account_audit",
        )
        if f'href="{reverse(name)}"' in main
    ] == leads_to


def test_desk_speaks_english_too(bad, clerk):
    page = clerk.get(reverse("desk"), headers={"accept-language": "en"}).content.decode()

    assert "Work orders" in page
    assert "Time left" in page
