"""发布: what a publisher lets out or holds back, one exit each, and what the public then sees."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

import pytest

from haochaping.flows import change_review, handle_bad_review
from haochaping.insight.terms import Place
from haochaping.kernel.actor import Actor, ActorKind, Scope
from haochaping.kernel.identifiers import uuid7
from haochaping.kernel.refused import Refused
from haochaping.kernel.two_persons import TwoPersonState
from haochaping.ledger.models import Entry
from haochaping.ledger.terms import EntryKind
from haochaping.publicity import actions, queries
from haochaping.publicity.models import Release
from haochaping.publicity.terms import Decision, Part
from haochaping.rectification import actions as rectification
from haochaping.rectification import queries as orders
from haochaping.reviews.terms import Entrance
from tests import worlds

if TYPE_CHECKING:
    from datetime import datetime
    from uuid import UUID

    from haochaping.publicity.terms import PublishedReview

pytestmark = pytest.mark.django_db
CITY = Place(division_path=f"{worlds.PROVINCE}.{worlds.CITY}.")
WORDS = "跑了三次，电话13912345678"
OTHER_PUBLISHER = Actor(
    ActorKind.STAFF,
    "other",
    powers=worlds.PUBLISHER.powers,
    scope=Scope(division_path=f"{worlds.PROVINCE}.{worlds.OTHER_CITY}."),
)


@pytest.fixture(autouse=True)
def _world(now: datetime) -> None:
    worlds.build(now)


def bad_review(case_no: str, now: datetime, *, text: str = WORDS, level: int = 1) -> UUID:
    """A review of a sender's own, finished on arrival."""
    worlds.take_case(case_no, now)
    outcome = worlds.give(case_no, level, now, comment_text=text)
    assert outcome.id is not None
    worlds.offer(now)
    return outcome.id


def answered(review_id: UUID, now: datetime, reply: str = "已整改，请致电0551-6234567") -> None:
    """Walk the order of a review to the agency's reply."""
    handle_bad_review.dispatch_due(by=worlds.EVERYBODY, now=now)
    order = orders.order_of_review(review_id)
    assert order is not None
    rectification.sign_for(order.id, by=worlds.CLERK, now=now)
    worlds.hear(
        order.id, result="answered", is_true=True, is_reasonable=True, note="属实", by=worlds.CLERK, now=now
    )
    rectification.rectify(order.id, outcome="immediate_rectified", text="已办", by=worlds.CLERK, now=now)
    rectification.reply(order.id, text=reply, by=worlds.CLERK, now=now)
    worlds.offer(now)


def shown() -> PublishedReview:
    [review] = queries.published(CITY)
    return review


def test_until_somebody_decides_the_text_waits(now: datetime):
    bad_review("C1", now)

    assert (shown().has_text, shown().text, shown().has_reply, shown().reply) == (True, None, False, None)


def test_a_released_text_is_public_as_redacted(now: datetime):
    review_id = bad_review("C1", now)

    worlds.decide(review_id, Part.TEXT, Decision.RELEASED, by=worlds.PUBLISHER, now=now)

    assert shown().text == "跑了三次，电话＊＊＊"
    row = Release.objects.get()
    assert (row.part, row.decision, row.reason, row.state) == ("text", "released", "", "confirmed")
    assert (row.proposed_by, row.proposed_at) == ("staff:publisher", now)
    assert (row.decided_by, row.decided_at) == ("staff:second-publisher", now)


def test_what_was_released_under_an_older_redaction_is_shown_by_todays(now: datetime):
    """DQ-27: no number is published, whenever its text was let out."""
    Release.objects.create(
        id=uuid7(now),
        review_id=bad_review("C1", now),
        part=Part.TEXT,
        written_at=now,
        decision=Decision.RELEASED,
        text="跑了三次，电话13900000000",
        state="confirmed",
        proposed_by="staff:1",
        proposed_at=now,
        decided_by="staff:2",
        decided_at=now,
    )

    assert shown().text == "跑了三次，电话＊＊＊"


def test_a_decision_is_recorded(now: datetime):
    review_id = bad_review("C1", now)

    worlds.decide(review_id, Part.TEXT, Decision.RELEASED, by=worlds.PUBLISHER, now=now)

    entry = Entry.objects.get(kind=EntryKind.RELEASE_DECIDED)
    assert (entry.subject_kind, entry.subject_id, entry.actor) == (
        "review",
        str(review_id),
        "staff:second-publisher",
    )
    assert entry.facts == {"part": "text", "decision": "released", "state": "confirmed"}


def test_a_held_text_stays_away_with_its_reason(now: datetime):
    review_id = bad_review("C1", now)

    worlds.decide(review_id, Part.TEXT, Decision.HELD, reason=" 含他人姓名 ", by=worlds.PUBLISHER, now=now)

    row = Release.objects.get()
    assert (row.decision, row.reason, row.text) == ("held", "含他人姓名", "")
    assert (shown().has_text, shown().text) == (True, None)


def test_a_reason_is_kept_to_its_column(now: datetime):
    review_id = bad_review("C1", now)

    worlds.decide(review_id, Part.TEXT, Decision.HELD, reason="长" * 301, by=worlds.PUBLISHER, now=now)

    assert len(Release.objects.get().reason) == 300


def test_a_released_text_needs_no_reason_and_keeps_none(now: datetime):
    review_id = bad_review("C1", now)

    worlds.decide(review_id, Part.TEXT, Decision.RELEASED, reason="好", by=worlds.PUBLISHER, now=now)

    assert Release.objects.get().reason == ""


@pytest.mark.parametrize("reason", ["", "  ", "\u200b\n"])
def test_holding_back_needs_a_reason(now: datetime, reason: str):
    review_id = bad_review("C1", now)

    with pytest.raises(Refused, match="hold_needs_reason") as refused:
        worlds.decide(review_id, Part.TEXT, Decision.HELD, reason=reason, by=worlds.PUBLISHER, now=now)

    assert refused.value.complaint.field == "reason"
    assert not Release.objects.exists()


@pytest.mark.parametrize(
    ("by", "code"),
    [
        (worlds.NOBODY, "not_allowed"),
        (worlds.CLERK, "not_allowed"),
        (OTHER_PUBLISHER, "nothing_to_release"),
        (
            Actor(ActorKind.STAFF, "p", powers=worlds.PUBLISHER.powers, scope=worlds.CLERK.scope),
            "nothing_to_release",
        ),
    ],
    ids=["nobody", "clerk", "another city's", "an agency's"],
)
def test_who_may_not_decide(now: datetime, by: Actor, code: str):
    review_id = bad_review("C1", now)

    with pytest.raises(Refused, match=code):
        worlds.decide(review_id, Part.TEXT, Decision.RELEASED, by=by, now=now)

    assert not Release.objects.exists()
    assert not Entry.objects.filter(kind=EntryKind.RELEASE_DECIDED).exists()


def test_there_is_nothing_to_release_where_nothing_was_written(now: datetime):
    review_id = bad_review("C1", now, text="")

    for part in Part:
        with pytest.raises(Refused, match="nothing_to_release"):
            worlds.decide(review_id, part, Decision.RELEASED, by=worlds.PUBLISHER, now=now)
    with pytest.raises(Refused, match="nothing_to_release"):
        worlds.decide(uuid7(now), Part.TEXT, Decision.RELEASED, by=worlds.PUBLISHER, now=now)


def test_a_decision_is_made_once(now: datetime):
    review_id = bad_review("C1", now)
    worlds.decide(review_id, Part.TEXT, Decision.HELD, reason="含姓名", by=worlds.PUBLISHER, now=now)

    with pytest.raises(Refused, match="already_decided"):
        worlds.decide(review_id, Part.TEXT, Decision.RELEASED, by=worlds.PUBLISHER, now=now)

    assert Release.objects.get().decision == "held"


def test_text_and_reply_are_decided_apart(now: datetime):
    review_id = bad_review("C1", now)
    answered(review_id, now + timedelta(hours=1))

    worlds.decide(review_id, Part.REPLY, Decision.RELEASED, by=worlds.PUBLISHER, now=now + timedelta(hours=2))

    assert (shown().text, shown().has_reply, shown().reply) == (None, True, "已整改，请致电＊＊＊")


def test_a_reply_says_that_the_matter_goes_on_and_that_it_was_answered_again(now: datetime):
    review_id = bad_review("C1", now)
    answered(review_id, now + timedelta(hours=1))
    order = orders.order_of_review(review_id)
    assert order is not None
    worlds.decide(review_id, Part.REPLY, Decision.RELEASED, by=worlds.PUBLISHER, now=now + timedelta(hours=2))
    said = [(shown().taken_up_again, shown().answered_again)]

    rectification.take_up_again(order.id, by=worlds.REVIEWER, now=now + timedelta(hours=3))
    said.append((shown().taken_up_again, shown().answered_again))
    answered(review_id, now + timedelta(hours=4), "这次真的改好了")
    said.append((shown().taken_up_again, shown().answered_again))
    rectification.take_up_again(order.id, by=worlds.REVIEWER, now=now + timedelta(hours=5))
    said.append((shown().taken_up_again, shown().answered_again))

    assert said == [(False, False), (True, False), (False, True), (True, False)]
    assert orders.rows([order.id])[0].state == "escalated"
    assert shown().reply == "已整改，请致电＊＊＊"


@pytest.mark.parametrize(
    ("decision", "reason", "public"),
    [(Decision.RELEASED, "", "这次真的改好了"), (Decision.HELD, "含他人姓名", "已整改，请致电＊＊＊")],
)
def test_an_answer_after_a_reopening_is_decided_about_on_its_own(now: datetime, decision, reason, public):
    review_id = bad_review("C1", now)
    answered(review_id, now + timedelta(hours=1))
    order = orders.order_of_review(review_id)
    assert order is not None
    worlds.decide(review_id, Part.REPLY, Decision.RELEASED, by=worlds.PUBLISHER, now=now + timedelta(hours=2))
    rectification.take_up_again(order.id, by=worlds.REVIEWER, now=now + timedelta(hours=3))
    answered(review_id, now + timedelta(hours=4), "这次真的改好了")
    later = now + timedelta(hours=5)

    [waiting] = [c for c in queries.candidates(worlds.PUBLISHER, now=later) if c.part == Part.REPLY]
    before = shown()
    worlds.decide(review_id, Part.REPLY, decision, reason=reason, by=worlds.PUBLISHER, now=later)

    assert waiting.original == "这次真的改好了"
    assert (before.reply, before.answered_again) == ("已整改，请致电＊＊＊", True)
    assert shown().reply == public
    assert shown().answered_again == (decision == Decision.HELD)
    assert not [c for c in queries.candidates(worlds.PUBLISHER, now=later) if c.part == Part.REPLY]
    with pytest.raises(Refused, match="already_decided"):
        worlds.decide(review_id, Part.REPLY, Decision.RELEASED, by=worlds.PUBLISHER, now=later)
    assert Entry.objects.filter(kind=EntryKind.RELEASE_DECIDED).count() == 2


def test_a_text_that_can_still_change_is_not_released(now: datetime):
    worlds.take_case("C1", now)
    outcome = worlds.give("C1", 1, now, entrance=Entrance.TOKEN)
    assert outcome.id is not None
    change_review.finish_review(outcome.id, [], "第一句", by=worlds.REVIEWER, now=now)

    with pytest.raises(Refused, match="nothing_to_release"):
        worlds.decide(outcome.id, Part.TEXT, Decision.RELEASED, by=worlds.PUBLISHER, now=now)

    over = now + timedelta(minutes=10)
    worlds.decide(outcome.id, Part.TEXT, Decision.RELEASED, by=worlds.PUBLISHER, now=over)
    assert shown().text == "第一句"


def test_what_its_author_took_back_is_neither_offered_nor_shown(now: datetime):
    worlds.take_case("C1", now)
    outcome = worlds.give("C1", 1, now, entrance=Entrance.TOKEN)
    assert outcome.id is not None
    change_review.finish_review(outcome.id, [], "一句", by=worlds.REVIEWER, now=now)
    change_review.withdraw_review(outcome.id, by=worlds.REVIEWER, now=now + timedelta(minutes=1))

    assert queries.candidates(worlds.PUBLISHER, now=now + timedelta(hours=1)) == []
    assert queries.published(CITY) == []


def test_candidates_show_both_spellings_oldest_first(now: datetime, django_assert_num_queries):
    first = bad_review("C1", now)
    second = bad_review("C2", now + timedelta(minutes=1), text="慢")
    answered(first, now + timedelta(hours=1))

    with django_assert_num_queries(1):
        found = queries.candidates(worlds.PUBLISHER, now=now + timedelta(hours=2))

    assert [(c.review_id, c.part) for c in found] == [(first, "text"), (second, "text"), (first, "reply")]
    assert (found[0].original, found[0].redacted, found[0].level) == (WORDS, "跑了三次，电话＊＊＊", 1)
    assert (found[0].item_name, found[0].agency_name) == ("食品经营许可", "河湾区行政审批局")
    assert found[2].written_at == now + timedelta(hours=1)


def test_candidates_are_limited_and_scoped(now: datetime):
    for n in range(3):
        bad_review(f"C{n}", now)

    assert len(queries.candidates(worlds.PUBLISHER, now=now, limit=2)) == 2
    assert queries.candidates(OTHER_PUBLISHER, now=now) == []
    assert queries.candidates(worlds.NOBODY, now=now) == []
    assert len(queries.candidates(worlds.EVERYBODY, now=now)) == 3


def test_the_public_list_is_newest_first_in_pages(now: datetime, django_assert_num_queries):
    for n, level in enumerate((5, 2, 3, 1)):
        bad_review(f"C{n}", now + timedelta(minutes=n), level=level, text="")

    with django_assert_num_queries(2):
        found = queries.published(CITY)

    assert [review.level for review in found] == [1, 3, 2, 5]
    assert [review.level for review in queries.published(CITY, only_bad=True)] == [1, 2]
    assert [review.level for review in queries.published(CITY, limit=2, offset=1)] == [3, 2]
    assert {review.provenance for review in found} == {"active_onsite_device"}


@pytest.mark.parametrize(
    ("place", "n"),
    [
        (Place(), 1),
        (CITY, 1),
        (Place(division_path=f"{worlds.PROVINCE}.{worlds.OTHER_CITY}."), 0),
        (Place(agency_path=f"{worlds.AGENCY}."), 1),
        (Place(agency_path=f"{worlds.OTHER_AGENCY}."), 0),
        (Place(item_id=0), 0),
    ],
)
def test_the_public_list_of_a_place(now: datetime, place: Place, n: int):
    bad_review("C1", now)

    assert len(queries.published(place)) == n


def test_what_was_released_under_former_rules_is_shown_under_those_of_today(now: datetime):
    review_id = bad_review("C1", now, text="窗口的张建国态度差，电话13912345678")
    [candidate] = queries.candidates(worlds.PUBLISHER, now=now)
    former = Release.objects.create(
        id=uuid7(now),
        review_id=review_id,
        part=Part.TEXT,
        written_at=candidate.written_at,
        decision=Decision.RELEASED,
        text="窗口的张建国态度差，电话＊＊＊",
        state=TwoPersonState.PROPOSED,
        proposed_by="staff:of-old",
        proposed_at=now,
    )
    actions.confirm([former.id], by=worlds.PUBLISHER, now=now)

    assert shown().text == "窗口的＊＊＊态度差，电话＊＊＊"
    assert [one.text for one in queries.released(worlds.PUBLISHER)] == ["窗口的＊＊＊态度差，电话＊＊＊"]
