"""请求协调: up the tree the request for help, down its answer; it orders nobody."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Any

import pytest
from django.db import IntegrityError, transaction

from haochaping.kernel.actor import SYSTEM, Scope
from haochaping.kernel.identifiers import uuid7
from haochaping.kernel.refused import Refused
from haochaping.ledger import queries as ledger
from haochaping.ledger.terms import EntryKind
from haochaping.supervision import actions, queries
from haochaping.supervision.access import may_answer
from haochaping.supervision.models import Urging
from haochaping.supervision.rules import is_above, may_ask_above
from haochaping.supervision.terms import AboutOrderKind
from tests import worlds

from .conftest import CITY_PATH, COUNTY_OFFICE, COUNTY_PATH, ELSEWHERE, ONE, OTHER, supervisor

if TYPE_CHECKING:
    from uuid import UUID

    from haochaping.kernel.actor import Actor

    from .conftest import Watched

pytestmark = pytest.mark.django_db
PROVINCE_PATH = f"{worlds.PROVINCE}."
PROVINCE_OFFICE = supervisor("province", PROVINCE_PATH)


def refused(call) -> str:
    with pytest.raises(Refused) as no:
        call()
    return no.value.code


def ask(
    watched: Watched,
    *,
    order: bool = True,
    text: str = "两个部门的系统不通。",
    by: Actor = COUNTY_OFFICE,
    key: UUID | None = None,
) -> UUID:
    return actions.ask_help(
        work_order_id=watched.order_id if order else None,
        text=text,
        key=key or uuid7(watched.now),
        by=by,
        now=watched.now,
    )


@pytest.mark.parametrize("order", [True, False])
@pytest.mark.parametrize("above", [ONE, PROVINCE_OFFICE], ids=["next", "further up"])
def test_the_level_above_is_asked_and_answers(watched, order, above):
    pk = ask(watched, order=order)

    assert [row.id for row in queries.urgings(above)] == [pk]
    assert queries.waiting(above).urgings == 1
    actions.answer(pk, text="市里牵头协调。", by=above, now=watched.now)

    row = queries.urging(pk, by=COUNTY_OFFICE)
    assert (row.upward, row.answer, row.answered_by, row.due_at) == (True, "市里牵头协调。", str(above), None)
    entries = ledger.entries_of("urging", str(pk))
    assert [(one.kind, one.facts["step"]) for one in entries] == [
        (EntryKind.HELP_ASKED, "asked"),
        (EntryKind.HELP_ASKED, "answered"),
    ]


@pytest.mark.parametrize(
    ("by", "code"),
    [
        (COUNTY_OFFICE, "not_above"),
        (ELSEWHERE, "out_of_scope"),
        (worlds.CLERK, "not_allowed"),
    ],
    ids=lambda value: getattr(value, "id", value),
)
def test_nobody_but_the_level_above_answers(watched, by, code):
    pk = ask(watched)

    assert refused(partial(actions.answer, pk, text="好", by=by, now=watched.now)) == code
    assert Urging.objects.get().answered_at is None


@pytest.mark.parametrize(
    ("by", "changes", "code"),
    [
        (PROVINCE_OFFICE, {}, "nothing_above"),
        (SYSTEM, {}, "nothing_above"),
        (worlds.CLERK, {}, "not_allowed"),
        (ELSEWHERE, {}, "out_of_scope"),
        (COUNTY_OFFICE, {"text": " "}, "text_missing"),
        (COUNTY_OFFICE, {"text": "长" * 2001}, "text_too_long"),
    ],
    ids=lambda value: getattr(value, "id", value),
)
def test_who_asks_has_a_level_above_and_something_to_say(watched, by, changes, code):
    assert refused(partial(ask, watched, by=by, **changes)) == code
    assert not Urging.objects.exists()


def test_the_same_form_sent_twice_asks_once(watched):
    key = uuid7(watched.now)

    assert ask(watched, key=key) == ask(watched, key=key)

    assert len(ledger.entries_of("urging", str(Urging.objects.get().id))) == 1
    assert refused(partial(ask, watched, key=key, by=supervisor("second", COUNTY_PATH))) == "no_such_urging"


def test_a_form_of_an_urging_asks_for_no_help(watched):
    key = uuid7(watched.now)
    actions.urge(
        to=worlds.AGENCY, work_order_id=None, text="办。", key=key, by=COUNTY_OFFICE, now=watched.now
    )

    assert refused(partial(ask, watched, key=key)) == "no_such_urging"


def test_no_agency_and_no_handler_learns_of_it(watched):
    pk = ask(watched)
    handler = type(ONE)(ONE.kind, "handler", powers=worlds.CLERK.powers, scope=ONE.scope)

    for by in (worlds.CLERK, handler):
        assert queries.urgings(by) == []
        assert refused(partial(queries.urging, pk, by=by)) == "no_such_urging"
        assert queries.of_order(watched.order_id, by=by).answer == []


def test_on_the_order_it_is_told_apart_from_an_urging(watched):
    pk = ask(watched)
    actions.answer(pk, text="市里牵头协调。", by=OTHER, now=watched.now)

    told = queries.of_order(watched.order_id, by=COUNTY_OFFICE).answer
    assert [(one.kind, one.about) for one in told] == [
        (AboutOrderKind.HELP_ASKED, pk),
        (AboutOrderKind.HELP_GIVEN, pk),
    ]


def test_the_table_itself_sets_the_level_above_no_day(watched):
    pk = ask(watched)

    with pytest.raises(IntegrityError, match="urging_upward_of_office"), transaction.atomic():
        Urging.objects.filter(id=pk).update(due_at=watched.now)


def test_the_page_asks_who_may_answer():
    asked: dict[str, Any] = {"division_path": COUNTY_PATH, "agency_path": "", "upward": True}

    assert may_answer(ONE, **asked)
    assert not may_answer(COUNTY_OFFICE, **asked)
    assert not may_answer(ELSEWHERE, **asked)


@pytest.mark.parametrize(
    ("path", "asks", "above_county"),
    [(COUNTY_PATH, True, False), (CITY_PATH, True, True), (PROVINCE_PATH, False, True), ("", False, True)],
)
def test_who_has_a_level_above_and_who_is_above(path, asks, above_county):
    scope = Scope(division_path=path)

    assert may_ask_above(scope) is asks
    assert is_above(scope, COUNTY_PATH) is above_county


def test_who_reaches_an_agency_only_is_above_nobody():
    scope = Scope(agency_path=f"{worlds.AGENCY}.")

    assert not may_ask_above(scope)
    assert not is_above(scope, COUNTY_PATH)
