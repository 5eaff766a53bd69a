"""待审: whoever writes a text or a reply, by whatever way, finds it before a publisher until that is decided."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from django.db import connection

from haochaping.flows import change_review
from haochaping.publicity import queries
from haochaping.publicity.models import Undecided
from haochaping.publicity.terms import Decision, Part
from haochaping.rectification.models import WorkOrder
from haochaping.reviews.models import Review
from tests import worlds
from tests.publicity.test_actions import answered, bad_review

if TYPE_CHECKING:
    from datetime import datetime
    from uuid import UUID

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _world(now: datetime) -> None:
    worlds.build(now)


def waiting() -> list[tuple[UUID, str]]:
    return list(Undecided.objects.order_by("written_at", "id").values_list("review_id", "part"))


def offered(now: datetime) -> list[tuple[UUID, str]]:
    return [(one.review_id, str(one.part)) for one in queries.candidates(worlds.PUBLISHER, now=now)]


def test_a_text_and_then_its_reply_wait_until_each_is_decided(now):
    silent, review_id = bad_review("C0", now, text=""), bad_review("C1", now)
    assert waiting() == [(review_id, "text")]
    answered(review_id, now)
    assert waiting() == offered(now) == [(review_id, "text"), (review_id, "reply")]

    worlds.decide(review_id, Part.TEXT, Decision.RELEASED, by=worlds.PUBLISHER, now=now)
    assert waiting() == [(review_id, "reply")]
    worlds.decide(review_id, Part.REPLY, Decision.HELD, reason="住址", by=worlds.PUBLISHER, now=now)
    assert waiting() == []
    assert silent != review_id


def test_what_was_decided_does_not_come_back_with_another_reply(now):
    review_id = bad_review("C1", now, text="")
    answered(review_id, now)
    worlds.decide(review_id, Part.REPLY, Decision.RELEASED, by=worlds.PUBLISHER, now=now)

    WorkOrder.objects.filter(review_id=review_id).update(reply_text="")
    WorkOrder.objects.filter(review_id=review_id).update(reply_text="另一个答复")

    assert waiting() == []


def test_what_was_withdrawn_or_taken_away_is_not_offered(now):
    withdrawn, emptied = bad_review("C1", now), bad_review("C2", now)
    change_review.withdraw_review(withdrawn, by=worlds.REVIEWER, now=now)
    Review.objects.filter(id=emptied).update(comment_text="")

    assert offered(now) == []


def test_a_text_that_is_copied_in_waits_too(now):
    review_id = bad_review("C1", now, text="")
    copy = "CREATE TEMPORARY TABLE copied AS SELECT * FROM reviews_review WHERE id = %s"
    with connection.cursor() as cursor:
        cursor.execute(copy, [review_id])
        cursor.execute(
            "UPDATE copied SET id = gen_random_uuid(), assess_no = 2, comment_text = '等了很久',"
            " receipt_hash = '\\xab' RETURNING id"
        )
        [(copied,)] = cursor.fetchall()
        columns = ", ".join(str(field.column) for field in Review._meta.local_fields if not field.generated)
        cursor.execute(f"INSERT INTO reviews_review ({columns}) SELECT {columns} FROM copied")

    assert waiting() == [(copied, "text")]
