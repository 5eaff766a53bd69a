"""追评: exactly one, after the answer, within the rulebook's time; the latest counts, both are kept."""

from __future__ import annotations

from datetime import timedelta
from functools import partial
from typing import TYPE_CHECKING

import pytest

from haochaping.flows import change_review, handle_bad_review
from haochaping.flows.follow_up_review import follow_up_period, follow_up_review
from haochaping.insight.terms import Place
from haochaping.kernel.actor import REVIEWER, SYSTEM
from haochaping.kernel.refused import Refused
from haochaping.ledger import queries as ledger
from haochaping.ledger.terms import EntryKind
from haochaping.publicity import queries as publicity
from haochaping.rectification import actions as rectification
from haochaping.rectification import queries as orders
from haochaping.reviews import queries as reviews
from haochaping.reviews.models import Review, ReviewChange
from haochaping.reviews.terms import Entrance, Level, ReviewChannel
from tests import worlds
from tests.flows.conftest import at_once, heard
from tests.flows.truth import assert_counters_exact, findings, measured

if TYPE_CHECKING:
    from datetime import datetime

    from haochaping.flows.follow_up_review import FollowedUp
    from haochaping.reviews.terms import ReviewRow

MINUTE, DAY = timedelta(minutes=1), timedelta(days=1)


class Person:
    """Whoever reviewed YC-1; every step takes a minute, and the counters are exact after each."""

    def __init__(self, now: datetime, level: int, entrance: Entrance = Entrance.TOKEN) -> None:
        self.now = now
        outcome = worlds.give("YC-1", level, now, entrance=entrance)
        assert outcome.id
        self.first_id = outcome.id

    def later(self) -> datetime:
        self.now += MINUTE
        return self.now

    def window_passes(self) -> Person:
        self.now += 11 * MINUTE
        handle_bad_review.dispatch_due(by=SYSTEM, now=self.now)
        return self

    def answered(self) -> Person:
        self.window_passes()
        order = orders.order_of_review(self.first_id)
        assert order
        clerk = worlds.CLERK
        rectification.sign_for(order.id, by=clerk, now=self.later())
        heard(
            order.id,
            result="answered",
            is_true=True,
            is_reasonable=True,
            note="属实",
            by=clerk,
            now=self.later(),
        )
        rectification.rectify(
            order.id, outcome="immediate_rectified", text="已改", by=clerk, now=self.later()
        )
        handle_bad_review.reply(order.id, "已改，谢谢。", by=clerk, now=self.later())
        return self

    def follow_up(self, level: int, *, by_token: bool = True) -> FollowedUp:
        done = follow_up_review(
            self.first_id,
            str(level),
            by_token=by_token,
            channel=ReviewChannel.MOBILE,
            by=REVIEWER,
            now=self.later(),
        )
        assert_counters_exact()
        return done

    def refused(self, level: int = 5) -> str:
        with pytest.raises(Refused) as refused:
            self.follow_up(level)
        return refused.value.code

    @property
    def first(self) -> ReviewRow:
        return reviews.reviews([self.first_id])[self.first_id]

    @property
    def second(self) -> ReviewRow:
        found = reviews.review_of_occurrence(self.first.occurrence_id, 2)
        assert found
        return found


@pytest.fixture
def bad(world: None, now: datetime) -> Person:
    return Person(now, 1)


@pytest.fixture
def good(world: None, now: datetime) -> Person:
    return Person(now, 5)


def test_after_the_answer_the_latest_counts_and_both_are_kept(bad):
    before = measured()
    done = bad.answered().follow_up(5)

    assert done.receipt
    assert reviews.review_by_receipt(done.receipt).id == bad.second.id
    assert (bad.first.status, bad.first.level) == ("superseded", 1)
    assert (bad.second.status, bad.second.level, bad.second.provenance) == ("effective", 5, "active_self")
    after = measured()
    assert (before["bad_reviews"], after["bad_reviews"]) == ((1, None), (0, None))
    assert after["active_reviews"] == (1, None)
    assert after["participation_rate"] == (1, 1)
    assert after["rectification_rate"] == (1, 1)
    kinds = [entry.kind for entry in ledger.entries_of("review", str(bad.first_id))]
    assert kinds == [EntryKind.REVIEW_ACCEPTED, EntryKind.REVIEW_SUPERSEDED]
    assert [change.kind for change in ReviewChange.objects.all()] == ["followed_up"]
    assert findings(bad.now) == []


def test_both_stay_to_be_seen(bad):
    bad.answered().follow_up(5)

    seen = publicity.published(Place())

    assert [(r.level, r.is_follow_up, r.followed_up) for r in seen] == [(5, True, False), (1, False, True)]
    assert seen[1].has_reply


def test_there_is_one_follow_up_and_its_level_can_be_changed(bad):
    bad.answered().follow_up(5)

    again = bad.follow_up(2)

    assert again.receipt is None
    assert bad.second.level == 2
    assert Review.objects.count() == 2
    bad.now += 11 * MINUTE
    assert bad.refused(4) == "change_window_over"
    assert bad.second.level == 2


def test_a_bad_follow_up_has_a_work_order_of_its_own(bad):
    bad.answered().follow_up(2)

    first, second = (orders.order_of_review(review.id) for review in (bad.first, bad.second))
    assert first
    assert second
    assert (first.state, second.state) == ("replied", "created")


def test_a_good_first_review_can_be_followed_up_once_it_stands(good):
    assert good.refused(1) == "follow_up_too_early"

    good.window_passes().follow_up(1)

    assert (good.first.status, good.second.level) == ("superseded", 1)


def test_a_bad_one_waits_for_its_answer(bad):
    assert bad.window_passes().refused() == "follow_up_too_early"
    assert follow_up_period(bad.first, now=bad.now) is None


def test_the_time_for_it_ends(good):
    good.window_passes()
    period = follow_up_period(good.first, now=good.now)
    assert period is not None
    opens, ends = period
    assert (opens, ends) == (good.first.changeable_until, good.first.changeable_until + 7 * DAY)
    good.now = ends - MINUTE + timedelta(seconds=1)

    assert good.refused() == "follow_up_over"


def test_taken_back_the_first_stands_again_and_rated_again_it_gives_way(bad):
    bad.answered().follow_up(5)

    change_review.withdraw_review(bad.second.id, by=REVIEWER, now=bad.later())
    assert_counters_exact()
    assert (bad.first.status, bad.second.status) == ("effective", "withdrawn")
    assert findings(bad.now) == []

    bad.follow_up(4)
    assert (bad.first.status, bad.second.status) == ("superseded", "effective")
    assert findings(bad.now) == []


def test_a_withdrawn_first_review_has_none(good):
    change_review.withdraw_review(good.first_id, by=REVIEWER, now=good.later())

    assert good.window_passes().refused() == "not_reviewed"


def test_a_follow_up_has_no_follow_up(good):
    good.window_passes().follow_up(1)
    good.first_id = good.second.id

    with pytest.raises(Refused):
        good.window_passes().follow_up(5)
    assert Review.objects.count() == 2


@pytest.mark.parametrize("level", ["0", "6", "5 ", ""])
def test_a_level_that_is_none_is_refused(good, level):
    good.window_passes()

    assert good.refused(level) == "level_out_of_range"


@pytest.mark.parametrize(
    ("entrance", "by_token", "believed"),
    [
        (Entrance.TOKEN, False, "active_self"),
        (Entrance.CLIENT, False, "active_self"),
        (Entrance.CLIENT, True, "active_self"),
        (Entrance.UNSIGNED, False, "unverified"),
    ],
)
def test_a_receipt_is_believed_as_the_first_review_is(world, now, entrance, by_token, believed):
    person = Person(now, 5, entrance).window_passes()

    person.follow_up(1, by_token=by_token)

    assert person.second.provenance == believed


def test_a_sender_cannot_put_a_follow_up_in_the_place_of_the_reviewers_word(bad):
    bad.answered()
    outcome = worlds.give("YC-1", 5, bad.later(), entrance=Entrance.CLIENT, assess_no=2)

    assert outcome.id
    assert bad.first.status == "effective"
    assert measured()["bad_reviews"] == (1, None)


def test_a_follow_up_nobody_is_known_to_have_given_yields_to_the_reviewer(bad):
    bad.answered()
    worlds.give("YC-1", 5, bad.later(), entrance=Entrance.UNSIGNED, assess_no=2)

    assert bad.follow_up(2).receipt

    assert (bad.second.level, bad.second.provenance) == (2, "active_self")
    assert bad.first.status == "superseded"


def test_two_taps_at_once_are_one_follow_up(committed_world, now):
    person = Person(now, 5).window_passes()
    at = person.later()

    answers = at_once(
        [
            partial(
                follow_up_review,
                person.first_id,
                level,
                by_token=True,
                channel=ReviewChannel.MOBILE,
                by=REVIEWER,
                now=at,
            )
            for level in ("1", "2")
        ]
    )

    assert sorted(bool(answer.receipt) for answer in answers) == [False, True]
    assert Review.objects.count() == 2
    assert person.first.status == "superseded"
    assert_counters_exact()


def test_levels_are_the_last_ones_word(good):
    good.window_passes().follow_up(1)
    change_review.change_level(good.second.id, Level.SATISFIED, by=REVIEWER, now=good.later())

    assert good.second.level == 4
    assert_counters_exact()
