"""不公开理由和更正说明: what is kept back has one of the grounds there are, and words that were public leave a note."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

import pytest
from django.db import IntegrityError, transaction

from haochaping.kernel.actor import SYSTEM
from haochaping.kernel.identifiers import uuid7
from haochaping.kernel.refused import Refused
from haochaping.ledger.models import Entry
from haochaping.ledger.terms import EntryKind
from haochaping.publicity import actions, queries
from haochaping.publicity.models import Release
from haochaping.publicity.terms import GROUNDS, Decision, Ground, Note, Part, Wanted
from haochaping.rectification import actions as rectification
from haochaping.rectification import queries as orders
from haochaping.reviews import actions as reviews
from haochaping.reviews.terms import ReasonClass
from tests import worlds
from tests.publicity.test_actions import CITY, answered, bad_review, shown

if TYPE_CHECKING:
    from datetime import datetime

pytestmark = pytest.mark.django_db
HOUR = timedelta(hours=1)


@pytest.fixture(autouse=True)
def _world(now: datetime) -> None:
    worlds.build(now)


@pytest.mark.parametrize("ground", GROUNDS)
def test_every_ground_is_kept_and_told(now: datetime, ground: Ground):
    wanted = Wanted(bad_review("C1", now), Part.TEXT, Decision.HELD, "涉及他人", ground)
    made = actions.propose([wanted], by=worlds.PUBLISHER, now=now)
    actions.confirm(made, by=worlds.SECOND_PUBLISHER, now=now)

    assert Release.objects.get().ground == ground
    assert Entry.objects.get(kind=EntryKind.RELEASE_DECIDED).facts["ground"] == ground
    assert [one.ground for one in queries.kept_back(worlds.PUBLISHER)] == [ground]


@pytest.mark.parametrize("ground", ["", "criticism", Ground.UNCLASSED])
def test_no_other_ground_holds_anything_back(now: datetime, ground: str):
    wanted = Wanted(bad_review("C1", now), Part.TEXT, Decision.HELD, "不好听", ground)

    with pytest.raises(Refused, match="hold_needs_ground") as refused:
        actions.propose([wanted], by=worlds.PUBLISHER, now=now)

    assert refused.value.complaint.field == "ground"
    assert not Release.objects.exists()


def test_a_released_text_keeps_no_ground(now: datetime):
    wanted = Wanted(bad_review("C1", now), Part.TEXT, Decision.RELEASED, "好", Ground.MINOR)

    actions.propose([wanted], by=worlds.PUBLISHER, now=now)

    assert Release.objects.get().ground == ""


@pytest.mark.parametrize(("decision", "ground"), [("held", ""), ("held", "x"), ("released", "minor")])
def test_the_database_knows_grounds_too(now: datetime, decision: str, ground: str):
    row = Release(
        id=uuid7(now),
        review_id=bad_review("C1", now),
        part=Part.TEXT,
        written_at=now,
        decision=decision,
        reason="" if decision == "released" else "含姓名",
        ground=ground,
        state="proposed",
        proposed_by="staff:1",
        proposed_at=now,
    )

    with pytest.raises(IntegrityError, match="release_reason_when_held"), transaction.atomic():
        row.save(force_insert=True)


def test_the_ground_that_was_proposed_is_the_one_confirmed(now: datetime):
    wanted = Wanted(bad_review("C1", now), Part.TEXT, Decision.HELD, "含姓名", Ground.PRIVACY)
    [made] = actions.propose([wanted], by=worlds.PUBLISHER, now=now)

    with pytest.raises(IntegrityError, match="changes once"), transaction.atomic():
        Release.objects.filter(id=made).update(ground=Ground.MINOR)


def test_words_that_are_taken_down_leave_when_and_why(now: datetime):
    review_id = bad_review("C1", now)
    worlds.decide(review_id, Part.TEXT, Decision.RELEASED, now=now)
    assert shown().text_down is None

    worlds.decide(review_id, Part.TEXT, Decision.TAKEN_DOWN, reason="含姓名", now=now + HOUR)

    assert shown().text_down == Note(now + HOUR, "privacy")


def test_words_that_come_back_say_so_and_those_released_late_do_not(now: datetime):
    review_id = bad_review("C1", now)
    worlds.decide(review_id, Part.TEXT, Decision.HELD, reason="含姓名", now=now)
    worlds.decide(review_id, Part.TEXT, Decision.RESTORED, now=now + HOUR)
    assert (shown().text_restored, shown().text_down) == (None, None)

    for n, decision in ((2, Decision.TAKEN_DOWN), (3, Decision.RESTORED)):
        worlds.decide(review_id, Part.TEXT, decision, reason="含姓名", now=now + n * HOUR)

    assert (shown().text_restored, shown().text_down) == (Note(now + 3 * HOUR), None)


def test_a_reply_that_took_the_place_of_another_one_says_so(now: datetime):
    review_id = bad_review("C1", now)
    answered(review_id, now)
    worlds.decide(review_id, Part.REPLY, Decision.RELEASED, now=now)
    assert shown().reply_changed is None
    order = orders.order_of_review(review_id)
    assert order is not None
    rectification.take_up_again(order.id, by=worlds.REVIEWER, now=now + HOUR)
    answered(review_id, now + 2 * HOUR, "这次真的改好了")
    assert shown().reply_changed is None

    worlds.decide(review_id, Part.REPLY, Decision.RELEASED, now=now + 3 * HOUR)

    assert (shown().reply, shown().reply_changed) == ("这次真的改好了", Note(now + 3 * HOUR))


def test_a_reply_that_is_taken_down_leaves_when_and_why(now: datetime):
    review_id = bad_review("C1", now)
    answered(review_id, now)

    for decision in (Decision.RELEASED, Decision.TAKEN_DOWN):
        worlds.decide(review_id, Part.REPLY, decision, reason="含姓名", now=now + HOUR)

    assert shown().reply_down == Note(now + HOUR, "privacy")


def test_a_review_that_is_excluded_leaves_a_note_where_its_words_were_public(now: datetime):
    public, silent = bad_review("C1", now), bad_review("C2", now)
    worlds.decide(public, Part.TEXT, Decision.RELEASED, now=now)
    for review_id in (public, silent):
        reviews.exclude(review_id, reason_class=ReasonClass.MISTAKEN, by=SYSTEM, now=now + HOUR)

    [gone] = queries.published(CITY)

    assert (gone.gone, gone.gone_note) == ("excluded", Note(now + HOUR, "mistaken"))
