"""Whoever holds the invitation rates the service, also where an unverified review was faster."""

from __future__ import annotations

from datetime import timedelta

import pytest

from haochaping.exchange.terms import Raw
from haochaping.files import queries as files
from haochaping.files.pictures import redrawn
from haochaping.flows import change_review
from haochaping.flows.answer_invitation import answer_invitation
from haochaping.flows.receive_reviews import receive_reviews
from haochaping.flows.verify_ledger import verify_ledger
from haochaping.insight import queries as insight
from haochaping.insight.terms import Place
from haochaping.kernel.actor import REVIEWER
from haochaping.kernel.refused import Refused
from haochaping.ledger import actions as ledger
from haochaping.reviews import queries as reviews
from haochaping.reviews.terms import Entrance, HelpedBy, ReviewChannel, SupplementRow
from tests import worlds
from tests.flows.conftest import order_of, stored
from tests.photographs import photograph

pytestmark = pytest.mark.django_db


@pytest.fixture
def squatted(now):
    """A service with an invitation, and with an unsigned bad review that came first."""
    worlds.build(now)
    worlds.take_case("YC-1", now)
    raw = Raw(worlds.review("YC-1", 1, now, comment_text="不是本人写的"))
    outcome = receive_reviews([raw], entrance=Entrance.UNSIGNED, by=REVIEWER, now=now)[0]
    (token,) = reviews.tokens_of([stored(outcome.id).occurrence_id]).values()
    return token, outcome


def figures() -> dict[str, int]:
    return {m.name: m.numerator for m in insight.measures(Place(division_path=f"{worlds.PROVINCE}."))}


def test_the_holder_takes_the_place_of_an_unverified_review_long_after_it(squatted, now):
    token, unsigned = squatted
    later = now + timedelta(days=3)

    answered = answer_invitation(token, "5", channel=ReviewChannel.MOBILE, by=REVIEWER, now=later)

    own = reviews.review_by_receipt(str(answered.receipt))
    assert (own.id, own.level, own.provenance, own.comment_text) == (unsigned.id, 5, "active_self", "")
    assert own.changeable_until > later
    assert figures()["active_reviews"] == 1
    assert figures()["bad_reviews"] == 0
    assert order_of(own.id).state == "cancelled"
    while ledger.chain(now=later):
        pass
    assert list(verify_ledger(now=later)) == []


def test_the_receipt_of_the_unverified_review_opens_nothing_any_more(squatted, now):
    token, unsigned = squatted

    answer_invitation(token, "5", channel=ReviewChannel.MOBILE, by=REVIEWER, now=now + timedelta(minutes=1))

    with pytest.raises(Refused, match="receipt_unknown"):
        reviews.review_by_receipt(unsigned.receipt)


def test_what_somebody_else_showed_and_agreed_to_is_not_the_holder_s(squatted, now):
    token, unsigned = squatted
    later = now + timedelta(minutes=1)
    picture = redrawn(photograph(), name="a.jpg")
    said = SupplementRow(may_call_back=True, helped_by=HelpedBy.STAFF)
    change_review.finish_review(
        unsigned.id, [], "不是本人写的", said=said, pictures=[picture], by=REVIEWER, now=now
    )

    answer_invitation(token, "2", channel=ReviewChannel.MOBILE, by=REVIEWER, now=later)

    assert files.photos_of("review", str(unsigned.id)) == []
    assert reviews.supplement_of(unsigned.id) == SupplementRow()


def test_a_review_that_a_person_gave_is_not_taken_over(now):
    worlds.build(now)
    worlds.take_case("YC-1", now)
    given = worlds.give("YC-1", 2, now)
    (token,) = reviews.tokens_of([stored(given.id).occurrence_id]).values()

    with pytest.raises(Refused, match="change_window_over"):
        answer_invitation(token, "5", channel=ReviewChannel.MOBILE, by=REVIEWER, now=now + timedelta(days=1))
