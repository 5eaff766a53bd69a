"""A source uses codes of its own: proposed, decided by a person, and taken from then on."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from haochaping.cases.models import Case
from haochaping.directory import actions as directory
from haochaping.directory import match_queries as matches
from haochaping.directory.models import ItemMatch
from haochaping.directory.terms import Kind, MatchState, MatchWay
from haochaping.exchange import queries as exchange
from haochaping.exchange.terms import Raw
from haochaping.flows import match_items
from haochaping.flows.take_in_cases import take_in_cases
from haochaping.kernel.actor import EVERYWHERE, OPERATOR, Actor, ActorKind, Scope
from haochaping.kernel.outcomes import OutcomeKind
from haochaping.kernel.periods import local_day
from haochaping.kernel.refused import Refused
from haochaping.ledger.models import Entry
from haochaping.ledger.terms import EntryKind
from haochaping.reviews.terms import Entrance
from tests import worlds

if TYPE_CHECKING:
    from datetime import datetime

EDITOR = Actor(ActorKind.STAFF, "5", frozenset({"directory.edit"}), EVERYWHERE)
STRANGE = "SPJY-01"
BASE = "4000125001000"
OURS, THEIRS = f"119901020000000001{BASE}", f"119999999999999999{BASE}"


@pytest.fixture
def world(db, now):
    worlds.build(now)


def sent(case_no: str, item: str, now: datetime) -> OutcomeKind:
    raw = Raw(worlds.case(case_no, now, item=item))
    return take_in_cases([raw], entrance=Entrance.CLIENT, by=OPERATOR, now=now)[0].kind


def test_a_code_nobody_knows_waits_on_the_list_and_is_remembered_when_decided(world, now):
    assert sent("YC-1", STRANGE, now) == OutcomeKind.QUARANTINED
    assert sent("YC-2", STRANGE, now) == OutcomeKind.QUARANTINED
    assert match_items.look(now=now) == 1
    assert match_items.look(now=now) == 0
    (row,) = matches.matches(MatchState.WAITING)
    assert (row.code, row.records, row.way, row.item) == (STRANGE, 2, MatchWay.NONE, None)

    assert match_items.decide(row.id, worlds.ITEM, by=EDITOR, now=now) == (2, 0)

    assert exchange.waiting_count() == 0
    assert set(Case.objects.values_list("item__code", flat=True)) == {worlds.ITEM}
    assert sent("YC-3", STRANGE, now) == OutcomeKind.ACCEPTED
    assert [e.facts for e in Entry.objects.filter(kind=EntryKind.ITEM_MATCHED)] == [
        {"code": STRANGE, "item": worlds.ITEM, "way": "person"}
    ]
    assert matches.match(row.id).state == MatchState.MATCHED


def test_another_source_means_something_else_by_the_same_code(world, now):
    sent("YC-1", STRANGE, now)
    match_items.look(now=now)
    match_items.decide(ItemMatch.objects.get().pk, worlds.ITEM, by=EDITOR, now=now)
    other = {"code": "other", "name": "其他平台", "division": worlds.CITY}
    assert directory.put(Kind.PLATFORMS, [other], by=OPERATOR, now=now) == []

    raw = Raw(worlds.case("YC-9", now, item=STRANGE, source="other"))
    outcome = take_in_cases([raw], entrance=Entrance.CLIENT, by=OPERATOR, now=now)[0]

    assert outcome.kind == OutcomeKind.QUARANTINED
    assert matches.matched_items([("other", STRANGE), ("a\0", "b")]) == {}


def test_proposals_are_accepted_many_at_once_and_never_by_themselves(world, now):
    rows = [{"code": OURS, "name": "食品生产许可", "item_type": "01", "agency": worlds.AGENCY}]
    assert directory.put(Kind.ITEMS, rows, by=OPERATOR, now=now) == []
    told = [(THEIRS, "食品生产许可证核发"), ("GG-1", "户外广告设置的许可（试行）"), ("X-1", "从未见过")]
    assert match_items.take_list(worlds.SOURCE, told, now=now) == 3
    assert sent("YC-1", THEIRS, now) == OutcomeKind.QUARANTINED
    assert match_items.look(now=now) == 0
    found = {row.code: row for row in matches.matches(MatchState.WAITING)}
    assert [(found[code].way, getattr(found[code].item, "code", None)) for code, _ in told] == [
        (MatchWay.SAME_BASE, OURS),
        (MatchWay.SAME_NAME, worlds.OTHER_ITEM),
        (MatchWay.NONE, None),
    ]
    assert found[THEIRS].records == 1

    ids = [row.id for row in found.values()]
    assert match_items.accept(ids, by=EDITOR, now=now) == (2, 1, 0)

    assert matches.match_counts() == {MatchState.WAITING: 1, MatchState.MATCHED: 2, MatchState.NO_ITEM: 0}
    with pytest.raises(Refused) as refused:
        match_items.accept(ids, by=EDITOR, now=now)
    assert refused.value.code == "nothing_chosen"


def test_a_handling_item_falls_back_to_the_code_that_was_decided(world, now):
    match_items.take_list(worlds.SOURCE, [(THEIRS, "")], now=now)
    match_items.decide(ItemMatch.objects.get().pk, worlds.ITEM, by=EDITOR, now=now)

    assert sent("YC-1", f"{THEIRS}01", now) == OutcomeKind.ACCEPTED


def test_a_code_that_is_no_item_stays_off_the_list(world, now):
    sent("YC-1", STRANGE, now)
    match_items.look(now=now)
    one = ItemMatch.objects.get().pk

    assert match_items.decide(one, "", by=EDITOR, now=now) == (0, 0)

    match_items.look(now=now)
    assert matches.match(one).state == MatchState.NO_ITEM
    assert exchange.waiting_count() == 1


@pytest.mark.parametrize(
    ("by", "item", "code"),
    [
        (EDITOR, "nothing", "unknown_code"),
        (
            Actor(ActorKind.STAFF, "6", EDITOR.powers, Scope(division_path="1.")),
            worlds.ITEM,
            "directory_not_yours",
        ),
        (Actor(ActorKind.STAFF, "6", scope=EVERYWHERE), worlds.ITEM, "directory_not_yours"),
    ],
)
def test_who_may_not_decides_nothing(world, now, by, item, code):
    match_items.take_list(worlds.SOURCE, [(STRANGE, "")], now=now)

    with pytest.raises(Refused) as refused:
        match_items.decide(ItemMatch.objects.get().pk, item, by=by, now=now)

    assert refused.value.code == code
    assert ItemMatch.objects.get().state == MatchState.WAITING


def test_what_is_not_on_the_list_cannot_be_decided(world, now):
    with pytest.raises(Refused):
        match_items.decide(0, worlds.ITEM, by=EDITOR, now=now)
    with pytest.raises(Refused):
        matches.match(0)
    assert match_items.look(now=now) == 0
    assert match_items.take_list(worlds.SOURCE, [], now=now) == 0
    assert match_items.take_list("nobody", [("A", "")], now=now) == 0


def test_items_of_one_national_code_that_do_not_say_the_same(world, now):
    again = f"119902000000000002{BASE}"
    rows = [
        {"code": OURS, "name": "食品生产许可", "item_type": "01", "agency": worlds.AGENCY},
        {"code": again, "name": "食品生产许可证核发", "item_type": "07", "agency": worlds.OTHER_AGENCY},
        {"code": f"{OURS[:18]}4000125002000", "name": "同名", "item_type": "01", "agency": worlds.AGENCY},
        {"code": f"{again[:18]}4000125002000", "name": "同名", "item_type": "01", "agency": worlds.AGENCY},
    ]
    assert directory.put(Kind.ITEMS, rows, by=OPERATOR, now=now) == []
    day = local_day(now)

    found = {one.base_code: one for one in matches.same_items(day)}
    # The two items of the small world share a number too.
    assert found.keys() == {BASE[1:], worlds.ITEM[19:]}
    one = found[BASE[1:]]

    assert (one.base_code, one.items, one.names, one.types) == (BASE[1:], 2, 2, 2)
    assert [row.code for row in matches.items_of_base(one.base_code, day)] == [OURS, again]
    assert matches.same_items(day)[0] == one
    assert matches.same_items(day, limit=1, offset=2) == []
