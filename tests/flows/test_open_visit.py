"""A short visit of a service that is known: what it remembers, and what an answer through it is."""

from __future__ import annotations

import json
from datetime import timedelta
from typing import TYPE_CHECKING

import pytest

from haochaping.cases import queries as cases
from haochaping.cases.models import Case
from haochaping.exchange.models import Visit
from haochaping.exchange.terms import VISIT_OVER
from haochaping.flows.open_visit import VISIT_LASTS, answer_visit, open_service_visit
from haochaping.kernel.actor import REVIEWER
from haochaping.kernel.refused import Refused
from haochaping.reviews.models import Review
from haochaping.reviews.terms import CONFLICT, ReviewChannel
from tests import worlds
from tests.flows.truth import assert_counters_exact

if TYPE_CHECKING:
    from datetime import datetime

    from haochaping.cases.terms import Binding

_PERSON = {"name": "金丝雀", "phone": "19912345678"}


@pytest.fixture
def services(world: None, now: datetime) -> list[Binding]:
    """The two services of a case that a platform has sent, with its applicant."""
    at = now - timedelta(hours=1)
    told = [
        {"no": no, "name": name, "stage": "other", "at": at.isoformat(), "channel": "window"}
        for no, name in ((1, "收件"), (2, "取证"))
    ]
    worlds.take_case("YC-2", now, occurrences=told, applicant=_PERSON)
    return cases.bindings_of_case(worlds.SOURCE, "YC-2")


def _open(service: Binding, now: datetime) -> str:
    return open_service_visit(service, dialect="a-dialect-of-an-installation-of-its-own", now=now)


def _tap(visit: str, level: str, now: datetime) -> str:
    return answer_visit(visit, level, channel=ReviewChannel.MOBILE, by=REVIEWER, now=now)


def test_a_visit_remembers_codes_and_nobody(services, now):
    visit = _open(services[1], now)

    row = Visit.objects.get()
    assert (row.fields["occurrence_no"], row.sealed) == (2, {})
    assert row.fields["case"] == {
        "source": worlds.SOURCE,
        "case_no": "YC-2",
        "item": worlds.ITEM,
        "agency": worlds.AGENCY,
        "division": worlds.COUNTY,
    }
    said = json.dumps(row.fields, ensure_ascii=False) + visit
    assert not any(word in said for word in _PERSON.values())


def test_its_answer_is_about_its_service_and_unverified(services, now):
    before = Case.objects.values().get(case_no="YC-2")

    receipt = visit = _open(services[1], now)
    assert _tap(visit, "2", now) == receipt

    review = Review.objects.get()
    assert review.occurrence_id == services[1].occurrence_id
    assert (review.level, review.provenance, review.channel) == (2, "unverified", "mobile")
    assert Case.objects.values().get(case_no="YC-2") == before, "nothing unsigned writes over a case"
    assert_counters_exact()


def test_a_second_visit_of_the_service_gives_no_second_review(services, now):
    first, second, other = _open(services[1], now), _open(services[1], now), _open(services[0], now)
    _tap(first, "5", now)

    with pytest.raises(Refused) as refused:
        _tap(second, "1", now)
    _tap(other, "4", now)
    _tap(first, "3", now)

    assert refused.value.code == CONFLICT.code
    assert dict(Review.objects.values_list("occurrence__no", "level")) == {1: 4, 2: 3}


def test_it_lasts_half_an_hour(services, now):
    visit = _open(services[0], now)

    with pytest.raises(Refused) as refused:
        _tap(visit, "5", now + VISIT_LASTS)

    assert refused.value.code == VISIT_OVER.code
    assert not Review.objects.exists()
