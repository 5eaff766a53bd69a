"""双人: what changes a rule or a day is proposed by one administrator and confirmed by another, in the database too."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from typing import TYPE_CHECKING, Any

import pytest
from django.db import IntegrityError, transaction

from haochaping.kernel.actor import OPERATOR, SYSTEM
from haochaping.kernel.refused import Refused
from haochaping.kernel.two_persons import TwoPersonState
from haochaping.ledger.models import Entry
from haochaping.ledger.terms import EntryKind
from haochaping.rulebook import actions, queries
from haochaping.rulebook.models import (
    CalendarDay,
    CalendarOverlay,
    Profile,
    ProfileChoice,
    RuleConfirmation,
    RuleProposal,
    RuleValue,
)
from haochaping.rulebook.terms import Assignment, DaySaid, Key, NewProfile, NewValue, Unit, Verified, YearSaid
from tests import worlds
from tests.rulebook.test_actions import NATION, NOTICE, POWERLESS
from tests.rulebook.test_own_profiles import BELOW, BESIDE, HERE

if TYPE_CHECKING:
    from datetime import datetime

    from haochaping.kernel.actor import Actor
    from haochaping.rulebook.terms import Change

pytestmark = pytest.mark.django_db
TOMORROW = date(2026, 6, 2)
CITY = f"{worlds.PROVINCE}.{worlds.CITY}."
SECOND = replace(HERE, id="9")
MEMBER = frozenset({7})
PROFILE = NewProfile("own-yuncheng", "云城市规则", "sh", worlds.CITY, "云城市办法", TOMORROW)
ASSIGNED = Assignment(worlds.CITY, "sh", TOMORROW)
DAY = DaySaid(worlds.CITY, TOMORROW, "台风", is_working=False)
VALUE = NewValue("cn-base", Key.INVITATION_DAYS, "45", Unit.DAYS, "修订", Verified.YES, TOMORROW)
LOCAL = [
    pytest.param(PROFILE, "profile:own-yuncheng", id="profile"),
    pytest.param(ASSIGNED, f"division:{worlds.CITY}", id="assignment"),
    pytest.param(DAY, f"division:{worlds.CITY}", id="day"),
]
YEAR = YearSaid(2027, NOTICE)
EACH = [
    *LOCAL,
    pytest.param(VALUE, "profile:cn-base", id="value"),
    pytest.param(YEAR, "calendar:2027", id="year"),
]


@pytest.fixture
def world(now: datetime) -> datetime:
    worlds.build(now)
    return now


def rows() -> list[int]:
    """How much the rulebook says."""
    return [
        model._default_manager.count()
        for model in (Profile, RuleValue, ProfileChoice, CalendarDay, CalendarOverlay, RuleConfirmation)
    ]


def said(kind: EntryKind) -> list[tuple[str, str, str]]:
    """Who did what about which subject, as the ledger has it."""
    entries = Entry.objects.filter(kind=kind, actor__startswith="staff").order_by("recorded_at", "id")
    return [(one.actor, one.subject_id, one.facts.get("state", "")) for one in entries]


def later(world: datetime) -> datetime:
    """When whoever answers does so: entries of one moment stand in any order."""
    return world + timedelta(minutes=1)


def admins(change: Change) -> tuple[Actor, Actor]:
    """Two who may decide about a change: values of the base and the calendar are everybody's."""
    return (NATION, replace(NATION, id="9")) if change in (VALUE, YEAR) else (HERE, SECOND)


@pytest.mark.parametrize(("change", "subject"), EACH)
def test_what_one_has_proposed_does_not_hold(world: datetime, change: Change, subject: str):
    before = rows()
    first, _ = admins(change)

    made = actions.propose(change, by=first, now=world)

    assert rows() == before
    [waits] = queries.proposals()
    assert (waits.id, waits.change, waits.proposed_by, waits.proposed_at) == (made, change, str(first), world)
    assert said(EntryKind.RULE_PROPOSED) == [(str(first), subject, "proposed")]
    assert said(EntryKind.RULEBOOK_CHANGED) == []


@pytest.mark.parametrize(("change", "subject"), EACH)
def test_what_another_one_confirms_is_carried_out(world: datetime, change: Change, subject: str):
    before = rows()
    first, second = admins(change)
    made = actions.propose(change, by=first, now=world)

    assert actions.confirm_change(made, by=second, now=world) == change

    assert rows() != before
    assert queries.proposals() == []
    row = RuleProposal.objects.get()
    assert (row.state, row.decided_by, row.decided_at) == ("confirmed", str(second), world)
    assert (str(second), subject, "") in said(EntryKind.RULEBOOK_CHANGED)
    assert len(said(EntryKind.RULE_PROPOSED)) == 1


@pytest.mark.parametrize(
    ("rows", "by", "code"),
    [
        (NOTICE[1:], NATION, "holiday_missing"),
        (
            [{"from": "2027-01-01", "to": "2026-01-01", "working": "no", "name": "元旦"}, *NOTICE],
            NATION,
            "long_holiday",
        ),
        (NOTICE, HERE, "rulebook_not_yours"),
    ],
    ids=["half a notice", "a wrong row", "a city's"],
)
def test_a_notice_that_will_not_do_is_not_proposed(world: datetime, rows, by: Actor, code: str):
    with pytest.raises(Refused, match=code):
        actions.propose(YearSaid(2027, rows), by=by, now=world)

    assert not RuleProposal.objects.exists()
    assert not CalendarDay.objects.filter(day__year=2027).exists()
    assert said(EntryKind.RULE_PROPOSED) == []


def test_a_value_holds_from_its_day_on_and_not_before(world: datetime):
    worlds.rule(VALUE, by=NATION, now=world)

    assert queries.terms_for(CITY, date(2026, 6, 1)).invitation_valid.days == 90
    assert queries.terms_for(CITY, TOMORROW).invitation_valid.days == 45


@pytest.mark.parametrize(("change", "subject"), LOCAL)
def test_an_administrator_above_may_be_the_second_one(world: datetime, change: Change, subject: str):
    made = actions.propose(change, by=HERE, now=world)

    actions.confirm_change(made, by=NATION, now=world)

    assert ("staff:2", subject, "") in said(EntryKind.RULEBOOK_CHANGED)


@pytest.mark.parametrize(
    ("first", "second"),
    [(HERE, HERE), (replace(HERE, staff_ids=MEMBER), replace(SECOND, staff_ids=MEMBER | {8}))],
    ids=["one account", "two accounts of one staff member"],
)
@pytest.mark.parametrize(("change", "subject"), LOCAL)
def test_one_person_changes_nothing_alone(
    world: datetime, change: Change, subject: str, first: Actor, second: Actor
):
    before = rows()
    made = actions.propose(change, by=first, now=world)

    with pytest.raises(Refused, match="one_person"):
        actions.confirm_change(made, by=second, now=world)
    with pytest.raises(Refused, match="one_person"):
        actions.refuse_change(made, reason="不妥", by=second, now=world)

    assert rows() == before
    assert RuleProposal.objects.get().state == TwoPersonState.PROPOSED
    assert said(EntryKind.RULE_PROPOSED) == [(str(first), subject, "proposed")]


@pytest.mark.parametrize(
    "by",
    [BELOW, BESIDE, POWERLESS, OPERATOR, SYSTEM],
    ids=["below", "beside", "powerless", "shell", "program"],
)
def test_who_may_not_be_the_second_one(world: datetime, by: Actor):
    made = actions.propose(ASSIGNED, by=HERE, now=world)

    with pytest.raises(Refused, match="rulebook_not_yours"):
        actions.confirm_change(made, by=by, now=world)
    with pytest.raises(Refused, match="rulebook_not_yours"):
        actions.refuse_change(made, reason="不妥", by=by, now=world)

    assert not ProfileChoice.objects.exists()


def test_the_shell_proposes(world: datetime):
    made = actions.propose(ASSIGNED, by=OPERATOR, now=world)

    actions.confirm_change(made, by=HERE, now=world)

    assert [choice.profile for choice in queries.choices()] == ["sh"]


def test_what_cannot_be_is_not_proposed(world: datetime):
    with pytest.raises(Refused, match="day_has_begun"):
        actions.propose(Assignment(worlds.CITY, "sh", date(2026, 6, 1)), by=HERE, now=world)

    assert not RuleProposal.objects.exists()
    assert said(EntryKind.RULE_PROPOSED) == []


@pytest.mark.parametrize(
    ("change", "code"), [(ASSIGNED, "day_has_begun"), (DAY, "in_the_past")], ids=["rule", "day"]
)
def test_what_waited_too_long_is_not_carried_out_any_more(world: datetime, change: Change, code: str):
    """C47: nothing reaches back, however long the second person took."""
    before = rows()
    made = actions.propose(change, by=HERE, now=world)

    with pytest.raises(Refused, match=code):
        actions.confirm_change(made, by=SECOND, now=world + timedelta(days=2))

    assert rows() == before
    assert RuleProposal.objects.get().state == TwoPersonState.PROPOSED


def test_a_day_is_declared_on_the_day_itself(world: datetime):
    """A typhoon does not wait: two persons are enough, of the place or above."""
    worlds.rule(DaySaid(worlds.CITY, date(2026, 6, 1), "台风", is_working=False), by=HERE, now=world)

    assert [(row.day, row.is_working) for row in queries.overlay(2026)] == [(date(2026, 6, 1), False)]


@pytest.mark.parametrize(("change", "subject"), LOCAL)
def test_refused_nothing_comes_of_it(world: datetime, change: Change, subject: str):
    before = rows()
    made = actions.propose(change, by=HERE, now=world)

    actions.refuse_change(made, reason="依据不足", by=SECOND, now=later(world))

    row = RuleProposal.objects.get()
    assert (row.state, row.refusal, row.decided_by) == ("refused", "依据不足", "staff:9")
    assert rows() == before
    assert said(EntryKind.RULE_PROPOSED)[1:] == [("staff:9", subject, "refused")]
    with pytest.raises(Refused, match="no_such_change"):
        actions.confirm_change(made, by=SECOND, now=world)


@pytest.mark.parametrize(("reason", "code"), [(" ", "missing_value"), ("字" * 301, "too_long")])
def test_refusing_needs_a_reason(world: datetime, reason: str, code: str):
    made = actions.propose(ASSIGNED, by=HERE, now=world)

    with pytest.raises(Refused, match=code):
        actions.refuse_change(made, reason=reason, by=SECOND, now=world)

    assert RuleProposal.objects.get().state == TwoPersonState.PROPOSED


def test_whoever_proposed_takes_it_back(world: datetime):
    made = actions.propose(ASSIGNED, by=HERE, now=world)

    with pytest.raises(Refused, match="no_such_change"):
        actions.withdraw_change(made, by=SECOND, now=world)
    actions.withdraw_change(made, by=HERE, now=later(world))

    row = RuleProposal.objects.get()
    assert (row.state, row.decided_by) == ("withdrawn", "staff:1")
    assert said(EntryKind.RULE_PROPOSED)[1:] == [("staff:1", f"division:{worlds.CITY}", "withdrawn")]
    for step in (actions.withdraw_change, actions.confirm_change):
        with pytest.raises(Refused, match="no_such_change"):
            step(made, by=HERE, now=world)


@pytest.mark.parametrize(
    "decided",
    [
        {"decided_by": "staff:1"},
        {"decided_by": "staff:9", "decided_staff": [9, 7]},
        {"decided_by": ""},
        {"decided_by": "staff:1", "state": TwoPersonState.REFUSED, "refusal": "不妥"},
        {"decided_by": "staff:9", "state": TwoPersonState.WITHDRAWN},
    ],
    ids=["one account", "one staff member", "nobody", "one account refuses", "another one withdraws"],
)
def test_the_database_knows_two_persons_too(world: datetime, decided: dict[str, Any]):
    actions.propose(ASSIGNED, by=replace(HERE, staff_ids=MEMBER), now=world)

    with pytest.raises(IntegrityError, match="rule_proposal_two_persons"), transaction.atomic():
        RuleProposal.objects.update(**{"state": TwoPersonState.CONFIRMED, "decided_at": world} | decided)

    assert RuleProposal.objects.get().state == TwoPersonState.PROPOSED
