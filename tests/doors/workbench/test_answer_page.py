"""The clerk's answer on the order page: once, looked at again, with evidence, beside everything it is connected with."""

from __future__ import annotations

import re
from datetime import timedelta
from typing import TYPE_CHECKING
from uuid import uuid4

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.utils import timezone

from haochaping.flows import change_review, handle_bad_review, supervise
from haochaping.kernel.identifiers import uuid7
from haochaping.ledger.models import Entry
from haochaping.ledger.terms import EntryKind
from haochaping.notices.models import Delivery
from haochaping.rectification import actions as rectification
from haochaping.rectification import queries as orders
from haochaping.rectification.terms import Move, OrderState
from haochaping.reviews import queries as reviews
from haochaping.reviews.terms import Level
from haochaping.supervision.models import Signal
from haochaping.supervision.terms import SignalKind
from haochaping.voices import actions as voices
from haochaping.voices.models import Voice
from haochaping.voices.terms import VoiceTarget
from tests import worlds
from tests.doors.workbench.conftest import questions
from tests.doors.workbench.test_answer import DISPATCHER
from tests.doors.workbench.test_order import CALL, bring_to, state
from tests.photographs import photograph
from tests.supervision.conftest import SUPERVISOR

if TYPE_CHECKING:
    from tests.doors.workbench.conftest import Bad

ENGLISH = {"accept-language": "en"}
REPLY = "您好，您反映的多次跑动问题属实，我们已把两个窗口并为一个，当场办结，欢迎再次监督。"


def page_of(browser: Client, bad: Bad) -> str:
    return browser.get(bad.address(), headers=ENGLISH).content.decode()


def found(pattern: str, page: str) -> str:
    """What stands where the pattern has its group, or the whole of it."""
    match = re.search(pattern, page)
    assert match
    return match[match.re.groups]


def mark_in(page: str, step: str) -> str:
    """The mark of the form of a step."""
    form = page.partition(f'/{step}" ')[2]
    return found(r'name="mark" value="([^"]+)"', form)


def moves(bad: Bad, move: Move) -> int:
    return sum(1 for event in orders.timeline(bad.order_id) if event.move == move)


@pytest.mark.parametrize(
    ("before", "step", "typed", "move"),
    [
        (OrderState.DISPATCHED, "sign-for", {}, Move.SIGN_FOR),
        (OrderState.SIGNED, "call-back", CALL, Move.VERIFY),
        (OrderState.RECTIFIED, "reply", {"text": "已改。"}, Move.REPLY),
    ],
)
def test_a_double_click_leads_to_the_order_with_a_sentence_and_does_nothing_twice(
    bad, clerk, world, before, step, typed, move
):
    bring_to(bad, before, world)
    worlds.rang(bad.order_id, timezone.now())
    typed = typed | {"mark": mark_in(page_of(clerk, bad), step)}

    first, second = (clerk.post(bad.address(step), typed, headers=ENGLISH) for _ in range(2))

    assert [first.status_code, second.status_code] == [303, 303]
    assert second.headers["Location"] == bad.address()
    assert "This was done already with the first click." in page_of(clerk, bad)
    assert moves(bad, move) == 1


def test_a_message_sent_twice_from_one_page_is_one_and_from_two_pages_two(bad, clerk):
    for mark in ("", str(uuid4())):
        for _ in range(2):
            clerk.post(bad.address("message"), {"text": "请补充", "mark": mark})

    assert len(orders.history(bad.order_id).messages) == 3


def test_other_words_under_the_mark_of_a_form_that_was_taken_are_given_back(bad, clerk):
    """Whoever goes back and writes something else has not clicked twice."""
    mark = mark_in(page_of(clerk, bad), "message")
    first = {"text": "请补充证明。", "mark": mark}
    clerk.post(bad.address("message"), first)

    again = clerk.post(bad.address("message"), first)
    other = clerk.post(bad.address("message"), first | {"text": "还请带上原件。"}, headers=ENGLISH)

    page = other.content.decode()
    assert (again.status_code, other.status_code) == (303, 409)
    assert "with other words than these" in page
    assert re.search(r"<textarea[^>]*>\s*还请带上原件。</textarea>", page)
    assert [one.text for one in orders.history(bad.order_id).messages] == ["请补充证明。"]
    fresh = {"text": "还请带上原件。", "mark": mark_in(page, "message")}
    assert clerk.post(bad.address("message"), fresh).status_code == 303
    assert len(orders.history(bad.order_id).messages) == 2


def test_another_reply_under_the_mark_of_one_that_was_sent_stands_beside_the_order(bad, clerk, world):
    bring_to(bad, OrderState.RECTIFIED, world)
    first = {"text": "已改，两个窗口并为一个。", "mark": mark_in(page_of(clerk, bad), "reply")}
    clerk.post(bad.address("reply"), first)

    other = clerk.post(bad.address("reply"), first | {"text": "已改，另有说明。"}, headers=ENGLISH)

    assert other.status_code == 409
    assert "<blockquote><p>已改，另有说明。</p></blockquote>" in other.content.decode()
    assert moves(bad, Move.REPLY) == 1


def test_a_stale_page_is_still_told_that_the_order_has_moved(bad, clerk, world):
    bring_to(bad, OrderState.SIGNED, world)

    assert clerk.post(bad.address("sign-for"), {"mark": str(uuid4())}).status_code == 409


def test_a_doubtful_reply_comes_back_once_and_is_sent_when_it_is_ticked(bad_review, clerk, world):
    earlier, later = bad_review("YC-1"), bad_review("YC-2")
    for one in (earlier, later):
        bring_to(one, OrderState.RECTIFIED, world)
    handle_bad_review.reply(earlier.order_id, REPLY, by=worlds.CLERK, now=world + timedelta(hours=1))
    text = f"{REPLY}详询13912345678。"

    asked = clerk.post(later.address("reply"), {"text": text}, headers=ENGLISH)
    page = asked.content.decode()
    unticked = clerk.post(later.address("reply"), {"text": text, "doubts": "alike personal"})
    before = state(later)
    ticked = clerk.post(
        later.address("reply"), {"text": text, "doubts": "alike personal", "confirm": "on"}, headers=ENGLISH
    )

    assert asked.status_code == unticked.status_code == 422
    assert before == OrderState.RECTIFIED
    assert "There is a problem" not in page
    told = ("Look at the reply once more before", "% like the reply of", "13912345678</li>", 'name="confirm"')
    assert sorted(told, key=page.index) == list(told)
    assert "<li>13912345678</li>" in page
    assert earlier.address() in page
    assert 'name="doubts" value="alike personal"' in page
    assert text in page
    assert ticked.status_code == 303
    assert Entry.objects.get(kind=EntryKind.ORDER_REPLIED, subject_id=str(later.order_id)).facts["warned"]
    assert "Looked at again and sent as it is: It is much like an earlier reply" in page_of(clerk, later)


def test_a_reply_that_names_somebody_comes_back_once(bad, clerk, world):
    bring_to(bad, OrderState.RECTIFIED, world)
    text = "经查，窗口的张建国没有一次告知，已当面道歉，请到听泉镇石磨村三组领取。"

    asked = clerk.post(bad.address("reply"), {"text": text}, headers=ENGLISH)
    page = asked.content.decode()
    ticked = clerk.post(bad.address("reply"), {"text": text, "doubts": "personal", "confirm": "on"})

    assert asked.status_code == 422
    assert "<li>张建国</li><li>听泉镇石磨村三组</li>" in page
    assert ticked.status_code == 303
    assert Entry.objects.get(kind=EntryKind.ORDER_REPLIED).facts["warned"] == "personal"


def test_a_tick_without_a_doubt_that_was_shown_sends_nothing(bad, clerk, world):
    bring_to(bad, OrderState.RECTIFIED, world)

    answer = clerk.post(bad.address("reply"), {"text": "请拨13912345678。", "confirm": "on"})

    assert answer.status_code == 422
    assert state(bad) == OrderState.RECTIFIED


def test_more_time_is_offered_within_the_rules_and_not_when_it_is_used_up(bad, clerk, world):
    bring_to(bad, OrderState.SIGNED, world)
    now = world + timedelta(hours=1)

    before = page_of(clerk, bad)
    rectification.ask_extension(bad.order_id, days=1, reason="等配件", by=worlds.CLERK, now=now)
    rectification.grant_extension(bad.order_id, note="", by=DISPATCHER, now=now)
    after = page_of(clerk, bad)

    field = found(r'<input type="number" name="days"[^>]*>', before)
    assert 'min="1"' in field
    assert 0 < int(found(r'max="(\d+)"', field)) < 100
    assert bad.address("more-time") not in after


def test_a_plan_is_told_beforehand_how_far_it_may_reach(bad, clerk, world):
    bring_to(bad, OrderState.VERIFIED, world)

    assert "At most 15 working days from the dispatch" in page_of(clerk, bad)


def test_photographs_are_added_looked_at_and_removed(bad, clerk, browser_of, world):
    bring_to(bad, OrderState.RECTIFIED, world)
    typed = {
        "caption": "新窗口",
        "shown": "on",
        "mark": mark_in(page_of(clerk, bad), "evidence"),
        "photos": SimpleUploadedFile("a.jpg", photograph(), "image/jpeg"),
    }

    added = clerk.post(f"{bad.address()}/evidence", typed)
    page = page_of(clerk, bad)
    address = found(r'src="(/desk/orders/[^"]+/evidence/[^"]+/photos/[^"]+)"', page)
    seen = [who.get(address) for who in (clerk, browser_of("supervisor"), browser_of("other_clerk"))]
    removed = clerk.post(f"{address.partition('/photos/')[0]}/remove")

    assert (added.status_code, added.headers["Location"]) == (303, f"{bad.address()}#evidence")
    assert [one.status_code for one in seen] == [200, 200, 404]
    assert seen[0].content.startswith(b"\xff\xd8")
    assert "shown to the reviewer with the reply" in page
    assert removed.status_code == 303
    assert clerk.get(address).status_code == 404
    assert "新窗口" in page_of(clerk, bad).partition('id="history"')[2]


@pytest.mark.parametrize(
    ("typed", "said"),
    [
        ({"caption": "新窗口"}, "No photograph was chosen."),
        ({"photos": SimpleUploadedFile("a.jpg", photograph(), "image/jpeg")}, "This field is required."),
        ({"caption": "新", "photos": SimpleUploadedFile("a.jpg", b"<html>", "image/jpeg")}, "a.jpg"),
    ],
)
def test_photographs_that_cannot_be_taken_leave_what_was_typed(bad, clerk, world, typed, said):
    bring_to(bad, OrderState.SIGNED, world)

    answer = clerk.post(f"{bad.address()}/evidence", typed, headers=ENGLISH)

    assert answer.status_code == 422
    assert said in answer.content.decode()
    assert typed.get("caption", "") in answer.content.decode()
    assert orders.beside(bad.order_id).evidence == []


def test_the_form_of_photographs_is_checked_to_be_ours(bad, clerk, world):
    bring_to(bad, OrderState.SIGNED, world)
    strict = Client(enforce_csrf_checks=True)
    strict.cookies = clerk.cookies

    assert strict.post(f"{bad.address()}/evidence", {"caption": "新窗口"}).status_code == 403


def test_the_reviewer_sees_evidence_with_the_reply_and_cannot_remove_it(bad, clerk, client, world):
    bring_to(bad, OrderState.RECTIFIED, world)
    for caption, more in (("新窗口", {"shown": "on"}), ("内部记录", {})):
        picture = SimpleUploadedFile("a.jpg", photograph(), "image/jpeg")
        clerk.post(f"{bad.address()}/evidence", {"caption": caption, "photos": picture} | more)
    before = client.get(f"/status/{bad.receipt}").content.decode()
    clerk.post(bad.address("reply"), {"text": "已改。"})

    page = client.get(f"/status/{bad.receipt}").content.decode()
    (address,) = set(re.findall(rf'src="(/status/{bad.receipt}/photos/[^"]+)"', page))

    assert "新窗口" not in before
    assert "新窗口" in page
    assert "内部记录" not in page
    assert client.get(address).headers["Content-Type"] == "image/jpeg"
    client.post(address)
    assert client.get(address).status_code == 200


def test_what_the_order_is_connected_with_is_linked_for_whom_it_is(bad, clerk, browser_of, world):
    bring_to(bad, OrderState.SIGNED, world)
    now = timezone.now()
    urging = supervise.urge(
        to="", work_order_id=bad.order_id, text="请抓紧", key=uuid7(now), by=SUPERVISOR, now=now
    )

    mine, theirs = page_of(clerk, bad), page_of(browser_of("supervisor"), bad)

    assert f"/desk/supervision/urgings/{urging}" in mine
    assert f"/oversight/urgings/{urging}" in theirs
    for begun in (
        f"/oversight/urgings/new?order={bad.order_id}",
        f"/oversight/supervision/new?order={bad.order_id}",
    ):
        assert begun in theirs
        assert begun not in mine
    assert "An urging was sent" in mine.partition('id="history"')[2]


def test_reasons_that_go_to_supervision_raise_one_signal_for_the_order(bad_review, browser_of, world):
    plain, grave = bad_review("YC-1"), bad_review("YC-2", codes=("113", "108"))
    given = reviews.reviews([grave.review_id, plain.review_id]).values()
    supervise.signal_illegal_conditions(given, now=timezone.now() + timedelta(days=3))
    supervisor = browser_of("supervisor")

    raised = Signal.objects.filter(kind=SignalKind.ILLEGAL_CONDITION)

    assert [row.work_order_id for row in raised] == [grave.order_id]
    page = page_of(supervisor, grave)
    assert "Signal for the supervisors: A review speaks of a condition beyond the published ones" in page
    assert "Signal for the supervisors" not in page_of(supervisor, plain)


def test_the_line_of_time_tells_clocks_messages_and_who_looked(bad, clerk, world):
    bring_to(bad, OrderState.REPLIED, world)
    clerk.post(bad.address("message"), {"text": "请补充"})
    for _ in range(2):
        clerk.get(bad.address())

    page = page_of(clerk, bad)
    told = page.partition('id="history"')[2]

    assert "Clock “Sign for it” starts: due" in told
    assert "A message to the reviewer" in told
    assert "Your review has been answered." in told
    assert Delivery.objects.filter(about=bad.review_id).exists()
    assert re.search(r"This page was opened 2 times, the last time [^;]+; accounts: 1\.", told)


@pytest.mark.parametrize("who", ["clerk", "lead", "supervisor"])
@pytest.mark.parametrize(
    "reached",
    [
        OrderState.DISPATCHED,
        OrderState.SIGNED,
        OrderState.VERIFIED,
        OrderState.RECTIFIED,
        OrderState.REPLIED,
    ],
)
def test_the_page_asks_at_most_twelve_questions_in_every_state(bad, browser_of, world, who, reached):
    bring_to(bad, reached, world)
    asked = questions(browser_of(who), bad.address())

    assert len(asked) <= 12, asked


def test_what_was_taken_up_while_the_review_was_good_and_its_order_lead_to_each_other(
    bad_review, clerk, world
):
    bad = bad_review(finished=False)
    moments = [world + timedelta(minutes=n) for n in range(1, 5)]
    change_review.change_level(bad.review_id, Level.VERY_SATISFIED, by=worlds.REVIEWER, now=moments[0])
    review = reviews.reviews([bad.review_id])[bad.review_id]
    target = VoiceTarget(review.division_id, review.agency_id, review.item_id)
    said = {"kind": "suggestion", "matter": "", "quote": "再快些", "note": "可以改进"}
    change_review.finish_review(bad.review_id, [], "可以再快些", by=worlds.REVIEWER, now=moments[1])
    voices.take_up(bad.review_id, **said, target=target, by=worlds.CLERK, now=moments[1])
    change_review.change_level(bad.review_id, Level.VERY_DISSATISFIED, by=worlds.REVIEWER, now=moments[2])
    change_review.finish_review(bad.review_id, ["113"], "跑了三次", by=worlds.REVIEWER, now=moments[3])
    voice = Voice.objects.get()

    assert f"/desk/voices/{voice.id}" in page_of(clerk, bad)
    assert bad.address() in clerk.get(f"/desk/voices/{voice.id}").content.decode()
