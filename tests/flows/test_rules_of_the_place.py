"""辖区规则: what the rulebook of a place changes on the road of a review, in one place and not in the next."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

import pytest

from haochaping.flows import change_review
from haochaping.flows.answer_invitation import answer_invitation
from haochaping.flows.follow_up_review import follow_up_period
from haochaping.flows.invite import invite_case
from haochaping.flows.retry_records import retry_records
from haochaping.kernel.actor import OPERATOR, REVIEWER
from haochaping.kernel.outcomes import OutcomeKind
from haochaping.kernel.refused import Refused
from haochaping.rectification import queries as orders
from haochaping.reviews import queries as reviews
from haochaping.reviews.models import Review
from haochaping.reviews.terms import Entrance, Level, ReviewChannel
from tests import worlds
from tests.flows.conftest import order_of, stored
from tests.flows.truth import assert_counters_exact, measured

if TYPE_CHECKING:
    from datetime import datetime
    from uuid import UUID

    from haochaping.flows.answer_invitation import Answered

pytestmark = pytest.mark.usefixtures("world")
MINUTE, DAY = timedelta(minutes=1), timedelta(days=1)


def tap(now: datetime, level: int = 1) -> Answered:
    [link] = invite_case(worlds.SOURCE, "YC-1", by=OPERATOR, now=now)
    token = link.rpartition("/")[2]
    return answer_invitation(token, str(level), channel=ReviewChannel.MOBILE, by=REVIEWER, now=now)


def finish(review_id: UUID | None, text: str, now: datetime) -> None:
    assert review_id
    change_review.finish_review(review_id, [], text, by=REVIEWER, now=now)
    assert_counters_exact()


class TestWindow:
    """评价时限: five working days in one city, none in the next."""

    @pytest.fixture(autouse=True)
    def _rules(self, world: None, now: datetime) -> None:
        worlds.follow(worlds.CITY, now, review_window="5")

    def test_within_it_a_tap_is_stored_and_after_it_refused_with_the_day(self, now):
        """Monday's service: until the end of the next Monday."""
        with pytest.raises(Refused) as refused:
            tap(now + 8 * DAY)

        assert refused.value.code == "review_window_over"
        assert str(refused.value.complaint.params["until"])[:10] == "2026-06-09"
        assert tap(now + 7 * DAY).review_id

    def test_what_was_given_in_time_and_sent_late_is_taken(self, now):
        outcome = worlds.give("YC-1", 4, now + 30 * DAY, assessed_at=(now + DAY).isoformat())

        assert outcome.kind == OutcomeKind.ACCEPTED

    def test_what_was_given_too_late_is_kept_aside_and_taken_when_the_rules_allow(self, now):
        late = now + 8 * DAY
        outcome = worlds.give("YC-1", 1, late, entrance=Entrance.CLIENT)
        assert (outcome.kind, outcome.complaint and outcome.complaint.code) == (
            OutcomeKind.QUARANTINED,
            "review_window_over",
        )
        assert Review.objects.count() == 0
        worlds.follow(worlds.COUNTY, now, review_window="unlimited")

        assert retry_records(None, by=OPERATOR, now=late) == (1, 0)

        assert Review.objects.get().level == 1

    def test_a_review_given_in_time_can_still_be_changed_and_followed_up(self, now):
        given = tap(now + 7 * DAY + 13 * 60 * MINUTE + 55 * MINUTE, level=5)
        assert given.review_id

        tap(now + 7 * DAY + 14 * 60 * MINUTE + MINUTE, level=4)

        assert stored(given.review_id).level == 4
        assert follow_up_period(stored(given.review_id), now=now + 8 * DAY)

    def test_an_unverified_review_is_not_claimed_after_it(self, now):
        worlds.give("YC-1", 5, now, entrance=Entrance.UNSIGNED)

        with pytest.raises(Refused, match="review_window_over"):
            tap(now + 8 * DAY)

    def test_where_the_calendar_ends_nobody_is_shut_out_by_a_guess(self, now):
        served = worlds.occurrence(1, now.replace(year=2026, month=12, day=30))
        late = now.replace(year=2027, month=3, day=1)
        worlds.take_case("YC-9", late, occurrences=[served])

        assert worlds.give("YC-9", 1, late).kind == OutcomeKind.ACCEPTED


def test_without_a_window_a_year_later_is_taken(now):
    assert worlds.give("YC-1", 3, now + 365 * DAY).kind == OutcomeKind.ACCEPTED


def test_a_link_that_has_run_out_is_good_again_once_the_hall_gives_it_again(now):
    [link] = invite_case(worlds.SOURCE, "YC-1", by=OPERATOR, now=now)
    token, later = link.rpartition("/")[2], now + 91 * DAY
    with pytest.raises(Refused, match="token_expired"):
        answer_invitation(token, "2", channel=ReviewChannel.MOBILE, by=REVIEWER, now=later)

    assert tap(later, 2).review_id
    assert reviews.invitation_by_token(token).expires_at == later + 90 * DAY


class TestWords:
    """上海: a bad rating becomes a work order once it says in words what was wrong; it counts from the first tap."""

    @pytest.fixture(autouse=True)
    def _rules(self, world: None, now: datetime) -> None:
        worlds.follow(worlds.CITY, now, bad_needs_text="yes")

    def test_a_tap_counts_and_has_no_order_until_there_are_words(self, now):
        given = tap(now)
        assert given.review_id
        assert orders.order_of_review(given.review_id) is None
        assert measured()["bad_reviews"] == (1, None)

        finish(given.review_id, "材料清单没写的证明也要交。", now + MINUTE)

        assert order_of(given.review_id).state == "dispatched"

    def test_tags_alone_are_no_words(self, now):
        given = tap(now)
        finish(given.review_id, "", now + MINUTE)

        assert given.review_id
        assert orders.order_of_review(given.review_id) is None

    def test_a_rating_made_worse_or_better_follows(self, now):
        given = tap(now, 5)
        assert given.review_id
        finish(given.review_id, "排队两小时。", now + MINUTE)
        change_review.change_level(given.review_id, Level.DISSATISFIED, by=REVIEWER, now=now + 2 * MINUTE)

        assert order_of(given.review_id).state == "created"

    def test_by_interface_words_decide_too(self, now):
        worlds.take_case("YC-2", now)
        silent, spoken = worlds.give("YC-1", 1, now), worlds.give("YC-2", 1, now, comment_text="态度差。")

        assert silent.id
        assert orders.order_of_review(silent.id) is None
        assert order_of(spoken.id).state == "created"
        assert_counters_exact()


class TestNoFollowUp:
    @pytest.fixture(autouse=True)
    def _rules(self, world: None, now: datetime) -> None:
        worlds.follow(worlds.CITY, now, follow_up_reviews="0")

    def test_none_is_offered_on_the_page(self, now):
        given = tap(now, 5)

        assert follow_up_period(stored(given.review_id), now=now + DAY) is None

    def test_one_that_is_sent_is_kept_aside(self, now):
        worlds.give("YC-1", 1, now)
        outcome = worlds.give("YC-1", 5, now + DAY, assess_no=2)

        assert outcome.complaint
        assert outcome.complaint.code == "no_follow_up"
        assert measured()["bad_reviews"] == (1, None)


def test_the_next_city_has_rules_of_its_own(now):
    worlds.follow(worlds.OTHER_CITY, now, review_window="1", bad_needs_text="yes", follow_up_reviews="0")

    outcome = worlds.give("YC-1", 1, now + 20 * DAY)

    assert order_of(outcome.id).state == "created"
    assert worlds.give("YC-1", 4, now + 21 * DAY, assess_no=2).kind == OutcomeKind.ACCEPTED
