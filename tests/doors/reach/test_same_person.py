"""Whether one person is behind two reviews: told by the database of those in one's reach, with the application bypassed."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from haochaping.cases.models import Case
from haochaping.doors.reach import within
from haochaping.identity import actions as identity
from haochaping.identity.terms import PlainPerson
from haochaping.kernel.actor import EVERYWHERE, NOWHERE, Scope
from haochaping.rectification.models import WorkOrder
from haochaping.reviews import queries as reviews
from haochaping.reviews.models import Review
from tests import worlds
from tests.two_places import HERE, PROVINCE, THERE

from .conftest import ask

if TYPE_CHECKING:
    from datetime import datetime
    from uuid import UUID

pytestmark = pytest.mark.django_db
CERTIFICATE = ("111", "99010519491231002X")
ANNE = PlainPerson("甲", "13900000001", *CERTIFICATE)


@pytest.fixture
def pair(now: datetime) -> tuple[UUID, UUID]:
    """A bad review here and one in another city, each with its order."""
    worlds.build(now)
    there = {"item": worlds.OTHER_ITEM, "agency": worlds.OTHER_AGENCY, "division": worlds.OTHER_CITY}
    given = []
    for case_no, place in (("YC-1", {}), ("SG-1", there)):
        worlds.take_case(case_no, now, **place)
        outcome = worlds.give(case_no, 1, now)
        assert outcome.id is not None
        given.append(outcome.id)
    return given[0], given[1]


def behind(pair: tuple[UUID, UUID], one: PlainPerson, other: PlainPerson, now: datetime) -> None:
    """Let the two be sealed behind the reviews: the first as who reviewed, the second as who applied."""
    first, second = identity.seal([one, other], now=now)
    Review.objects.filter(id=pair[0]).update(person_id=first)
    Review.objects.filter(id=pair[1]).update(person_id=None)
    Case.objects.filter(case_no="SG-1").update(person_id=second)


def told(pair: tuple[UUID, UUID]) -> bool:
    [(said,)] = ask("SELECT haochaping_same_person(%s, %s)", *map(str, pair))
    return bool(said)


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        (ANNE, PlainPerson("乙", "13900000002", *CERTIFICATE), True),
        (ANNE, PlainPerson("甲", "13900000001", "414", "E12345678"), False),
        (ANNE, PlainPerson("甲", "13900000001"), True),
        (PlainPerson("甲", "13900000001"), PlainPerson("甲", "13900000002"), False),
        (PlainPerson("甲"), PlainPerson("甲"), False),
    ],
)
def test_the_application_is_told_of_any_two(pair, now, one, other, same):
    behind(pair, one, other, now)

    assert reviews.are_of_one_person(*pair).answer is same
    assert reviews.are_of_one_person(*reversed(pair)).answer is same


@pytest.mark.parametrize(
    ("scope", "same"),
    [
        (EVERYWHERE, True),
        (Scope(division_path=PROVINCE), True),
        *[(scope, False) for scope in (*HERE.values(), *THERE.values(), NOWHERE)],
    ],
)
def test_staff_are_told_of_reviews_whose_orders_they_reach_both(pair, now, scope, same):
    behind(pair, ANNE, ANNE, now)

    with within(scope):
        assert told(pair) is same
        assert told((pair[1], pair[0])) is same


def test_whom_a_review_names_is_not_told_who_gave_it(pair, now):
    behind(pair, ANNE, ANNE, now)
    named = WorkOrder.objects.get(review_id=pair[1])
    WorkOrder.objects.filter(id=named.id).update(staff_id=7)

    with within(EVERYWHERE, [7]):
        assert told(pair) is False
    with within(EVERYWHERE, [8]):
        assert told(pair) is True


def test_sealed_numbers_are_no_reviews(pair, now):
    """What staff could ask before: any two ids of sealed persons."""
    first, second = identity.seal([ANNE, ANNE], now=now)

    with within(EVERYWHERE):
        assert told((first, second)) is False
