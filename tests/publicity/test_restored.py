"""恢复发布: what two publishers held back or took down appears once two publishers say so, and not before."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

import pytest
from django.db import IntegrityError, transaction

from haochaping.flows import change_review
from haochaping.kernel.identifiers import uuid7
from haochaping.kernel.refused import Refused
from haochaping.kernel.two_persons import TwoPersonState
from haochaping.ledger.terms import EntryKind
from haochaping.publicity import actions, queries
from haochaping.publicity.models import Release
from haochaping.publicity.terms import Decision, Part, Wanted
from haochaping.rectification import actions as rectification
from haochaping.rectification import queries as orders
from haochaping.reviews.models import Review
from tests import worlds
from tests.publicity.test_actions import OTHER_PUBLISHER, WORDS, answered, bad_review, shown
from tests.publicity.test_two_persons import FIRST, SECOND, said

if TYPE_CHECKING:
    from datetime import datetime
    from uuid import UUID

    from haochaping.kernel.actor import Actor

pytestmark = pytest.mark.django_db
SHOWN = "跑了三次，电话＊＊＊"
HOUR = timedelta(hours=1)


@pytest.fixture(autouse=True)
def _world(now: datetime) -> None:
    worlds.build(now)


@pytest.fixture(params=[Decision.HELD, Decision.TAKEN_DOWN])
def kept(request: pytest.FixtureRequest, now: datetime) -> UUID:
    """A review whose text two publishers held back, or took down after it was public."""
    review_id = bad_review("C1", now)
    if request.param == Decision.TAKEN_DOWN:
        worlds.decide(review_id, Part.TEXT, Decision.RELEASED, now=now)
    worlds.decide(review_id, Part.TEXT, request.param, reason="含姓名", now=now)
    return review_id


def restoring(review_id: UUID, now: datetime, *, by: Actor = FIRST, part: Part = Part.TEXT) -> UUID:
    [made] = actions.propose([Wanted(review_id, part, Decision.RESTORED, "x")], by=by, now=now)
    return made


def state_of_words() -> tuple[bool, str | None]:
    """Whether the page says that the text is kept back, and the text."""
    review = shown()
    return review.text_held or review.text_taken_down, review.text


def test_what_is_kept_back_is_listed_with_its_reason(now: datetime, kept: UUID):
    [one] = queries.kept_back(FIRST)

    assert (one.review_id, one.part, one.original, one.redacted) == (kept, Part.TEXT, WORDS, SHOWN)
    assert (one.reason, one.decided_at, one.level) == ("含姓名", now, 1)
    assert queries.kept_back(OTHER_PUBLISHER) == queries.kept_back(worlds.NOBODY) == []


def test_what_is_proposed_to_be_restored_waits_and_says_why_it_was_kept(now: datetime, kept: UUID):
    restoring(kept, now + HOUR)

    [waits] = queries.proposals(SECOND, mine=False)
    assert (waits.decision, waits.original, waits.text) == (Decision.RESTORED, WORDS, SHOWN)
    assert (waits.reason, waits.kept_back_for) == ("", "含姓名")
    assert state_of_words() == (True, None)
    assert queries.kept_back(FIRST) == []
    assert said(EntryKind.RELEASE_PROPOSED)[-1] == ("staff:publisher", "restored", "proposed")


def test_what_a_second_one_confirms_is_public_again(now: datetime, kept: UUID):
    made = restoring(kept, now + HOUR)

    assert actions.confirm([made], by=SECOND, now=now + HOUR) == 1

    assert state_of_words() == (False, SHOWN)
    assert [one.text for one in queries.released(FIRST)] == [SHOWN]
    assert (queries.kept_back(FIRST), queries.proposals(FIRST)) == ([], [])
    assert said(EntryKind.RELEASE_DECIDED)[-1] == ("staff:second-publisher", "restored", "confirmed")


def test_one_person_does_not_restore_alone(now: datetime, kept: UUID):
    made = restoring(kept, now)

    with pytest.raises(Refused, match="one_person"):
        actions.confirm([made], by=FIRST, now=now)

    assert state_of_words() == (True, None)
    assert said(EntryKind.RELEASE_DECIDED)[-1][1] != "restored"


def test_what_is_refused_or_taken_back_stays_kept(now: datetime, kept: UUID):
    actions.refuse(restoring(kept, now + HOUR), reason="仍含姓名", by=SECOND, now=now + 2 * HOUR)
    actions.withdraw(restoring(kept, now + 3 * HOUR), by=FIRST, now=now + 4 * HOUR)

    assert state_of_words() == (True, None)
    assert [one.review_id for one in queries.kept_back(FIRST)] == [kept]
    assert [entry[1:] for entry in said(EntryKind.RELEASE_PROPOSED)[-4:]] == [
        ("restored", "proposed"),
        ("restored", "refused"),
        ("restored", "proposed"),
        ("restored", "withdrawn"),
    ]


def test_what_was_restored_is_taken_down_and_restored_once_more(now: datetime, kept: UUID):
    turns = [Decision.RESTORED, Decision.TAKEN_DOWN, Decision.RESTORED]
    seen = []
    for decision in turns:
        worlds.decide(kept, Part.TEXT, decision, reason="含姓名", now=now + HOUR)
        seen.append(state_of_words())

    assert seen == [(False, SHOWN), (True, None), (False, SHOWN)]
    assert [row.decision for row in Release.objects.order_by("turn")][-3:] == turns


def test_it_is_proposed_once(now: datetime, kept: UUID):
    restoring(kept, now)

    with pytest.raises(Refused, match="already_proposed"):
        restoring(kept, now, by=SECOND)


def test_what_is_public_is_not_restored(now: datetime):
    review_id = bad_review("C1", now)
    with pytest.raises(Refused, match="nothing_to_release"):
        restoring(review_id, now)
    worlds.decide(review_id, Part.TEXT, Decision.RELEASED, now=now)

    with pytest.raises(Refused, match="already_decided"):
        restoring(review_id, now)


def test_what_was_held_is_not_released_as_if_nobody_had_decided(now: datetime):
    review_id = bad_review("C1", now)
    worlds.decide(review_id, Part.TEXT, Decision.HELD, reason="含姓名", now=now)

    with pytest.raises(Refused, match="already_decided"):
        worlds.decide(review_id, Part.TEXT, Decision.RELEASED, now=now)


@pytest.mark.parametrize(
    ("by", "code"),
    [
        (worlds.NOBODY, "not_allowed"),
        (worlds.CLERK, "not_allowed"),
        (OTHER_PUBLISHER, "already_decided"),
    ],
    ids=["nobody", "clerk", "another city's"],
)
def test_who_may_not_restore(now: datetime, kept: UUID, by: Actor, code: str):
    with pytest.raises(Refused, match=code):
        restoring(kept, now, by=by)

    assert not Release.objects.filter(decision=Decision.RESTORED).exists()


def test_words_that_are_gone_are_not_restored(now: datetime, kept: UUID):
    made = restoring(kept, now)
    Review.objects.filter(id=kept).update(comment_text="")

    with pytest.raises(Refused, match="not_proposed"):
        actions.confirm([made], by=SECOND, now=now)
    assert queries.kept_back(FIRST) == []


def test_the_words_of_a_withdrawn_review_are_not_restored(now: datetime, kept: UUID):
    change_review.withdraw_review(kept, by=worlds.REVIEWER, now=now)

    with pytest.raises(Refused, match="already_decided"):
        restoring(kept, now)


def test_a_held_reply_is_restored_until_another_one_is_given(now: datetime):
    review_id = bad_review("C1", now, text="")
    answered(review_id, now)
    worlds.decide(review_id, Part.REPLY, Decision.HELD, reason="含姓名", now=now)
    order = orders.order_of_review(review_id)
    assert order is not None

    actions.withdraw(restoring(review_id, now, part=Part.REPLY), by=FIRST, now=now)
    rectification.take_up_again(order.id, by=worlds.REVIEWER, now=now + HOUR)
    answered(review_id, now + 2 * HOUR, "这次真的改好了")

    assert queries.kept_back(FIRST) == []
    with pytest.raises(Refused, match="already_decided"):
        restoring(review_id, now + 2 * HOUR, part=Part.REPLY)


@pytest.mark.parametrize(
    "changed",
    [{"turn": 1}, {"decision": Decision.RELEASED}, {"decision": Decision.TAKEN_DOWN, "reason": ""}],
    ids=["another turn", "another decision", "no reason"],
)
def test_the_database_knows_turns_too(now: datetime, kept: UUID, changed: dict[str, object]):
    row = Release.objects.get(id=restoring(kept, now))
    actions.withdraw(row.id, by=FIRST, now=now)
    row.id = uuid7(now)
    for name, value in changed.items():
        setattr(row, name, value)

    with (
        pytest.raises(IntegrityError, match=r"release_turn_of_decision|release_reason_when_held"),
        transaction.atomic(),
    ):
        row.save(force_insert=True)


def test_two_decisions_of_one_turn_do_not_both_stand(now: datetime, kept: UUID):
    row = Release.objects.get(id=restoring(kept, now))
    row.id = uuid7(now)

    with pytest.raises(IntegrityError, match="release_once_a_turn"), transaction.atomic():
        row.save(force_insert=True)

    assert Release.objects.filter(state=TwoPersonState.PROPOSED).count() == 1
