"""督促: down the tree the urging, up the answer."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Any

import pytest

from haochaping.kernel.identifiers import uuid7
from haochaping.kernel.refused import Refused
from haochaping.ledger import queries as ledger
from haochaping.supervision import actions, queries
from haochaping.supervision.access import may_answer
from haochaping.supervision.models import Urging
from tests import worlds

from .conftest import CITY_PATH, COUNTY_OFFICE, ELSEWHERE, ONE, OTHER, ended

if TYPE_CHECKING:
    from uuid import UUID

    from haochaping.kernel.actor import Actor

    from .conftest import Watched

pytestmark = pytest.mark.django_db


def refused(call) -> str:
    with pytest.raises(Refused) as no:
        call()
    return no.value.code


def urge(
    watched: Watched,
    *,
    to: str = "",
    order: bool = False,
    text: str = "请本周内办结。",
    by: Actor = ONE,
    key: UUID | None = None,
) -> UUID:
    return actions.urge(
        to=to,
        work_order_id=watched.order_id if order else None,
        text=text,
        key=key or uuid7(watched.now),
        by=by,
        now=watched.now,
    )


def steps(pk) -> list[str]:
    return [entry.facts["step"] for entry in ledger.entries_of("urging", str(pk))]


@pytest.mark.parametrize("to", [{"to": worlds.AGENCY}, {"order": True}])
def test_an_agency_is_urged_and_answers(watched, to):
    pk = urge(watched, **to)

    assert [row.id for row in queries.urgings(worlds.CLERK)] == [pk]
    actions.answer(pk, text="明日办结。", by=worlds.CLERK, now=watched.now)

    assert steps(pk) == ["urged", "answered"]
    assert queries.urgings(ONE) == []
    (row,) = queries.urgings(ONE, done=True)
    assert (row.answer, row.answered_by) == ("明日办结。", str(worlds.CLERK))
    assert row.due_at is not None
    assert (row.due_at.date() - watched.now.date()).days == 3


def test_the_office_of_a_lower_division_is_urged_and_answers_for_itself(watched):
    pk = urge(watched, to=worlds.COUNTY)

    assert refused(partial(actions.answer, pk, text="好", by=OTHER, now=watched.now)) == "not_the_office"
    assert refused(partial(actions.answer, pk, text="好", by=worlds.CLERK, now=watched.now)) == "not_allowed"
    actions.answer(pk, text="已转办。", by=COUNTY_OFFICE, now=watched.now)

    assert steps(pk) == ["urged", "answered"]


def test_an_agency_does_not_see_what_its_office_was_urged_to_do(watched):
    pk = urge(watched, to=worlds.COUNTY)

    assert queries.urgings(worlds.CLERK) == []
    assert refused(partial(queries.urging, pk, by=worlds.CLERK)) == "no_such_urging"
    assert queries.urging(pk, by=COUNTY_OFFICE).agency_name == ""


@pytest.mark.parametrize(
    ("to", "by", "code"),
    [
        ("nobody", ONE, "unknown_addressee"),
        (worlds.CITY, ONE, "not_below"),
        (worlds.CITY, COUNTY_OFFICE, "out_of_scope"),
        (worlds.AGENCY, ELSEWHERE, "out_of_scope"),
        (worlds.AGENCY, worlds.CLERK, "not_allowed"),
    ],
)
def test_who_is_urged_lies_below(watched, to, by, code):
    assert refused(partial(urge, watched, to=to, by=by)) == code
    assert not Urging.objects.exists()


def test_an_urging_says_something(watched):
    assert refused(partial(urge, watched, to=worlds.AGENCY, text=" ")) == "text_missing"


def test_the_same_form_sent_twice_urges_once(watched):
    key = uuid7(watched.now)

    assert urge(watched, to=worlds.AGENCY, key=key) == urge(watched, to=worlds.AGENCY, key=key)

    assert steps(Urging.objects.get().id) == ["urged"]
    assert refused(partial(urge, watched, to=worlds.AGENCY, key=key, by=OTHER)) == "no_such_urging"


def test_an_urging_is_answered_once(watched):
    pk = urge(watched, to=worlds.AGENCY)
    answer = partial(actions.answer, pk, by=worlds.CLERK, now=watched.now)
    answer(text="明日办结。")

    assert refused(partial(answer, text="后日办结。")) == "urging_answered"
    assert refused(partial(answer, text="")) == "text_missing"
    assert Urging.objects.get().answer == "明日办结。"
    gone = partial(actions.answer, uuid7(watched.now), text="好", by=worlds.CLERK, now=watched.now)
    assert refused(gone) == "no_such_urging"


def test_the_page_asks_who_may_answer():
    asked: dict[str, Any] = {"division_path": CITY_PATH, "agency_path": ""}

    assert may_answer(ONE, **asked)
    assert not may_answer(COUNTY_OFFICE, **asked)


@pytest.mark.parametrize("to", [{"to": worlds.AGENCY}, {"order": True}])
def test_an_agency_that_has_ended_is_not_urged(watched, to):
    ended(watched)

    assert refused(partial(urge, watched, **to)) == "agency_ended"
    assert not Urging.objects.exists()
