"""The demo shows what sampling is: a result that is out, and people whom the desk is to call."""

from __future__ import annotations

import random
from datetime import timedelta

from haochaping.doors.demo.sampling import ask_again
from haochaping.notices.models import Delivery
from haochaping.supervision.models import SampledReview
from haochaping.supervision.queries import samples
from haochaping.supervision.terms import SampleState, Shown
from tests import worlds
from tests.supervision.conftest import MAY, SERVED, SUPERVISOR, review, world

__all__ = ["review", "world"]
DAY = timedelta(days=1)
DICE = random.Random(7)  # noqa: S311 - nothing secret
JUNE = MAY.replace(month=6)
IN_JULY = SERVED + 64 * DAY


def made(review) -> None:
    for _ in range(60):
        review(5)
    for _ in range(12):
        review(4, SERVED + 30 * DAY)
    ask_again(DICE, f"{worlds.PROVINCE}.", now=IN_JULY)


def test_of_an_older_month_the_result_is_out_and_of_the_newer_one_people_wait_for_a_call(review):
    made(review)

    [older] = samples.published(MAY)
    [newer] = samples.published(JUNE)

    assert older.result is not None
    assert older.result.shown == Shown.RATES
    assert newer.result is None
    waiting = samples.to_call(SUPERVISOR, limit=50)
    assert waiting
    of_june = SampledReview.objects.filter(draw_id=newer.draw.id)
    assert of_june.filter(state=SampleState.TO_CALL).count() == len(waiting)
    assert of_june.filter(state=SampleState.ANSWERED).exists()


def test_few_are_asked_so_that_the_telephone_holds_other_messages_too(review):
    made(review)

    [older] = samples.published(MAY)
    assert older.draw.size < 60
    assert Delivery.objects.filter(template="sample_question").count() == older.draw.size + 10


def test_a_demo_without_reviews_of_the_month_is_made_all_the_same(world):
    ask_again(DICE, f"{worlds.PROVINCE}.", now=IN_JULY)

    assert not SampledReview.objects.exists()
    assert samples.months() == []
