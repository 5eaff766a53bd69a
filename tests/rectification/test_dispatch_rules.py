"""派单规则: which of them decides, who sets and withdraws them, and what one more would have changed."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from haochaping.directory import actions as directory
from haochaping.directory import queries as places
from haochaping.directory.terms import Kind
from haochaping.kernel.actor import OPERATOR, SYSTEM, Actor, ActorKind, Scope
from haochaping.kernel.periods import local_day
from haochaping.kernel.refused import Refused
from haochaping.ledger import queries as ledger
from haochaping.ledger.terms import EntryKind
from haochaping.rectification import actions
from haochaping.rectification.models import DispatchRule, WorkOrder
from haochaping.rectification.queries import dispatch as dispatch_queries
from haochaping.rectification.rules import agency_for, in_force, rule_for
from haochaping.rectification.terms import DispatchFacts, DispatchRuleRow, Move, ProposedRule
from tests import worlds

if TYPE_CHECKING:
    from datetime import datetime

PROVINCE, CITY, COUNTY = "99.", "99.01.", "99.01.02."
DAY = date(2026, 6, 1)
SERVED, ITEM = 7, 3
FACTS = DispatchFacts(COUNTY, ITEM, SERVED, "delivery", frozenset({"108", "113"}))


def row(
    agency: int | None, path: str = COUNTY, rank: int = 1, version: int = 1, **rest: Any
) -> DispatchRuleRow:
    said: dict[str, Any] = {"id": 0, "effective_from": DAY} | rest
    return DispatchRuleRow(division_path=path, rank=rank, version=version, agency_id=agency, **said)


def sent(*rows: DispatchRuleRow, facts: DispatchFacts = FACTS, day: date = DAY) -> int:
    return agency_for(in_force(rows, day), facts)


@pytest.mark.parametrize(
    ("rows", "agency"),
    [
        ([], SERVED),
        ([row(1)], 1),
        ([row(1, CITY), row(2, PROVINCE)], 1),
        ([row(1, PROVINCE, rank=1), row(2, COUNTY, rank=9)], 2),
        ([row(1, "99.01.03.")], SERVED),
        ([row(1, "99.01.02.05.")], SERVED),
        ([row(1, "99.0.")], SERVED),
        ([row(1, rank=2), row(2, rank=1)], 2),
        ([row(1, rank=1, item_id=ITEM + 1), row(2, rank=2)], 2),
        ([row(1, item_id=ITEM)], 1),
        ([row(1, served_by_id=SERVED)], 1),
        ([row(1, served_by_id=1)], SERVED),
        ([row(1, stage="delivery")], 1),
        ([row(1, stage="intake")], SERVED),
        ([row(1, indicator="113")], 1),
        ([row(1, indicator="101")], SERVED),
        ([row(1, item_id=ITEM, stage="delivery", indicator="101")], SERVED),
        ([row(1, COUNTY, item_id=ITEM + 1), row(2, CITY)], 2),
        ([row(1), row(2, version=2)], 2),
        ([row(1), row(2, version=2, effective_from=DAY + timedelta(1))], 1),
        ([row(1, version=2, effective_from=DAY - timedelta(1)), row(2, version=1)], 2),
        ([row(1, rank=1), row(None, rank=1, version=2), row(3, rank=2)], 3),
        ([row(1), row(None, version=2)], SERVED),
        ([row(1), row(None, version=2), row(4, version=3)], 4),
        ([row(1), row(2, version=2, item_id=ITEM + 1)], SERVED),
    ],
    ids=[
        "无规则则谁办理谁负责",
        "一条规则",
        "近的区划先问",
        "近的区划先于小的序号",
        "相邻区划的规则不管",
        "下级区划的规则不管",
        "同前缀的区划不管",
        "序号小的先问",
        "不合的跳过",
        "事项",
        "办理机构",
        "别的办理机构",
        "环节",
        "别的环节",
        "原因之一",
        "别的原因",
        "条件须都合",
        "近的不合则问上级",
        "新版代旧版",
        "未到日期仍用旧版",
        "日期在后者为准",
        "撤回后问下一序号",
        "撤回",
        "撤回后再设",
        "新版不合不再问旧版",
    ],
)
def test_which_agency(rows, agency):
    assert sent(*rows) == agency
    assert sent(*reversed(rows)) == agency


paths = st.sampled_from([PROVINCE, CITY, COUNTY, "99.01.03."])
some = st.builds(
    DispatchRuleRow,
    id=st.just(0),
    division_path=paths,
    rank=st.integers(1, 3),
    version=st.integers(1, 50),
    effective_from=st.dates(DAY - timedelta(5), DAY + timedelta(5)),
    agency_id=st.none() | st.integers(1, 5),
    item_id=st.none() | st.integers(3, 4),
    served_by_id=st.none() | st.integers(6, 7),
    stage=st.sampled_from(["", "delivery", "intake"]),
    indicator=st.sampled_from(["", "108", "101"]),
)


@given(
    st.lists(some, unique_by=lambda one: (one.division_path, one.rank, one.version)).flatmap(
        lambda rows: st.tuples(st.just(rows), st.permutations(rows))
    )
)
def test_the_order_of_rows_decides_nothing_and_what_decides_fits_and_is_in_force(pair):
    rows, mixed = pair
    found = rule_for(in_force(rows, DAY), FACTS)

    assert found == rule_for(in_force(mixed, DAY), FACTS)
    if found is not None:
        assert COUNTY.startswith(found.division_path)
        assert found.effective_from <= DAY
        assert found.item_id in {None, ITEM}
        assert found.stage in {"", "delivery"}
        assert found.indicator in {"", "108"}
        of_rank = [r for r in rows if (r.division_path, r.rank) == (found.division_path, found.rank)]
        begun = [(r.effective_from, r.version) for r in of_rank if r.effective_from <= DAY]
        assert max(begun) == (found.effective_from, found.version)


# In the database.

pytestmark: list[Any] = []
database = pytest.mark.django_db
CITY_SCOPE = Scope(division_path=f"{worlds.PROVINCE}.")
DISPATCHER = Actor(ActorKind.STAFF, "7", powers=frozenset({"order.view", "order.dispatch"}), scope=CITY_SCOPE)
OF_COUNTY = replace(
    DISPATCHER, scope=Scope(division_path=f"{worlds.PROVINCE}.{worlds.CITY}.{worlds.COUNTY}.")
)
OF_AGENCY = replace(DISPATCHER, scope=Scope(agency_path=f"{worlds.AGENCY}."))


def proposed(now: datetime, **changes: Any) -> ProposedRule:
    said: dict[str, Any] = {"division": worlds.COUNTY, "rank": 10, "agency": worlds.OTHER_AGENCY}
    return ProposedRule(**said | {"effective_from": local_day(now)} | changes)


def put(now: datetime, by: Actor = DISPATCHER, source: str = "会议纪要", **changes: Any) -> int:
    return actions.set_dispatch_rule(proposed(now, **changes), source=source, by=by, now=now)


def code_of(call, *args: Any, **kwargs: Any) -> str:
    with pytest.raises(Refused) as refused:
        call(*args, **kwargs)
    return refused.value.code


def target(desk) -> str | None:
    found = dispatch_queries.targets([desk.order_id], desk.now)
    return places.agency_by_id(found[desk.order_id]).code if found else None


@database
def test_a_rule_is_kept_with_what_it_asks_and_a_ledger_entry(desk):
    asked: dict[str, Any] = {
        "item": worlds.ITEM,
        "served_by": worlds.AGENCY,
        "stage": "delivery",
        "indicator": "113",
    }
    rule_id = put(desk.now, **asked)

    (shown,) = dispatch_queries.rules(DISPATCHER, desk.now)
    assert (shown.id, shown.rank, shown.version, shown.source) == (rule_id, 10, 1, "会议纪要")
    assert (shown.item_name, shown.served_by_name) == ("食品经营许可", "河湾区行政审批局")
    assert (shown.agency_name, shown.stage, shown.indicator) == ("石港市行政审批局", "delivery", "113")
    assert (shown.made_by, shown.made_at, shown.ended) == ("staff:7", desk.now, False)
    (entry,) = ledger.entries_of("dispatch_rule", str(rule_id))
    assert entry.kind == EntryKind.DISPATCH_RULE_SET
    assert entry.facts["rank"] == "10"


@database
@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"division": "nowhere"}, "unknown_code"),
        ({"rank": 0}, "bad_rank"),
        ({"rank": 1000}, "bad_rank"),
        ({"agency": "nobody"}, "no_such_agency"),
        ({"served_by": "nobody"}, "no_such_agency"),
        ({"item": "nothing"}, "no_such_item"),
        ({"stage": "never"}, "no_such_stage"),
        ({"indicator": "999"}, "unknown_indicator"),
        ({"effective_from": date(2020, 1, 1)}, "in_the_past"),
        ({"source": " "}, "text_missing"),
        ({"source": "长" * 201}, "text_too_long"),
        ({"by": OF_AGENCY}, "out_of_scope"),
        ({"by": replace(OF_COUNTY, powers=frozenset())}, "not_allowed"),
        ({"by": OF_COUNTY}, "agency_elsewhere"),
        ({"by": OF_COUNTY, "division": worlds.CITY, "agency": worlds.AGENCY}, "out_of_scope"),
    ],
)
def test_what_no_rule_is_made_of(desk, changes, code):
    assert code_of(put, desk.now, **changes) == code
    assert not DispatchRule.objects.exists()


OFFICE = f"{worlds.COUNTY}_CCC"


def office(desk, **rest: str) -> None:
    """Put one more agency of the county into the directory."""
    row = {
        "code": OFFICE,
        "name": "河湾区政务服务中心管理办",
        "division": worlds.COUNTY,
        "parent": "",
        "uscc": "",
    }
    assert directory.put(Kind.AGENCIES, [row | rest], by=OPERATOR, now=desk.now) == []


@database
def test_an_agency_that_has_ended_gets_nothing_and_no_new_rule(desk):
    office(desk)
    put(desk.now, agency=OFFICE)
    assert target(desk) == OFFICE
    office(desk, valid_to=(local_day(desk.now) - timedelta(1)).isoformat())

    assert target(desk) is None
    assert [one.ended for one in dispatch_queries.rules(DISPATCHER, desk.now)] == [True]
    assert code_of(put, desk.now, agency=OFFICE, rank=11) == "agency_ended"


@database
def test_a_later_row_takes_the_place_of_the_rank_and_both_stay(desk):
    first = put(desk.now, item=worlds.ITEM)
    later = put(desk.now, effective_from=local_day(desk.now) + timedelta(3))
    same_day = put(desk.now, item=worlds.OTHER_ITEM)

    assert [one.id for one in dispatch_queries.rules(DISPATCHER, desk.now)] == [same_day, later]
    assert [one.id for one in dispatch_queries.rules(DISPATCHER, desk.now + timedelta(3))] == [later]
    assert set(DispatchRule.objects.values_list("id", "version")) == {(first, 1), (later, 2), (same_day, 3)}


@database
def test_a_rule_is_withdrawn_and_can_be_withdrawn_once(desk):
    rule_id = put(desk.now)
    assert target(desk) == worlds.OTHER_AGENCY

    assert (
        code_of(actions.withdraw_dispatch_rule, 0, source="x", by=DISPATCHER, now=desk.now) == "no_such_rule"
    )
    other = replace(OF_COUNTY, scope=Scope(division_path=f"{worlds.PROVINCE}.{worlds.OTHER_CITY}."))
    assert (
        code_of(actions.withdraw_dispatch_rule, rule_id, source="x", by=other, now=desk.now) == "out_of_scope"
    )
    actions.withdraw_dispatch_rule(rule_id, source="试行结束", by=OF_COUNTY, now=desk.now)

    assert target(desk) is None
    assert dispatch_queries.rules(DISPATCHER, desk.now) == []
    again = {"source": "试行结束", "by": OF_COUNTY, "now": desk.now}
    assert code_of(actions.withdraw_dispatch_rule, rule_id, **again) == "rule_replaced"
    assert DispatchRule.objects.count() == 2
    (entry,) = ledger.entries_of("dispatch_rule", str(DispatchRule.objects.get(version=2).pk))
    assert "agency" not in entry.facts


@database
def test_a_rule_to_come_is_withdrawn_for_its_own_day_and_the_one_before_stays(desk):
    stays = put(desk.now)
    later = put(desk.now, effective_from=local_day(desk.now) + timedelta(3))

    actions.withdraw_dispatch_rule(later, source="不再需要", by=DISPATCHER, now=desk.now)

    assert [one.id for one in dispatch_queries.rules(DISPATCHER, desk.now)] == [stays]
    # From that day on nothing of the rank holds.
    assert dispatch_queries.rules(DISPATCHER, desk.now + timedelta(3)) == []


@database
def test_rules_made_above_are_shown_and_those_of_elsewhere_are_not(desk):
    put(desk.now, division=worlds.PROVINCE)
    put(desk.now, division=worlds.OTHER_CITY)

    assert [one.division_name for one in dispatch_queries.rules(OF_COUNTY, desk.now)] == ["云川省"]
    assert len(dispatch_queries.rules(DISPATCHER, desk.now)) == 2
    assert len(dispatch_queries.rules(OPERATOR, desk.now)) == 2
    assert dispatch_queries.rules(OF_AGENCY, desk.now) == []


@database
def test_two_questions_are_asked_whatever_the_rules(desk, django_assert_num_queries):
    with django_assert_num_queries(0):
        assert dispatch_queries.targets([], desk.now) == {}
    with django_assert_num_queries(2):
        assert dispatch_queries.targets([desk.order_id], desk.now) == {}
    put(desk.now)
    with django_assert_num_queries(2):
        assert len(dispatch_queries.targets([desk.order_id], desk.now)) == 1


@database
def test_an_order_that_is_opened_again_goes_by_the_rules_of_then(desk):
    rule_id = put(desk.now)
    actions.dispatch([desk.order_id], by=SYSTEM, now=desk.now)
    assert desk.row.agency.code == worlds.OTHER_AGENCY
    bad = replace(desk.bad, agency_id=places.agencies([worlds.AGENCY])[worlds.AGENCY].id)
    actions.cancel(desk.review_id, by=SYSTEM, now=desk.later())
    actions.withdraw_dispatch_rule(rule_id, source="试行结束", by=DISPATCHER, now=desk.now)

    actions.open_or_reopen(bad, by=SYSTEM, now=desk.later())

    assert desk.row.agency.code == worlds.AGENCY


def shares(desk, by: Actor = DISPATCHER, **changes: Any) -> list[tuple[str, int, int, int]]:
    found = dispatch_queries.simulated(
        proposed(desk.now, **changes),
        since=desk.now - timedelta(30),
        until=desk.now + timedelta(1),
        by=by,
        now=desk.now,
    )
    return [(one.agency_name, one.without, one.with_it, len(one.examples)) for one in found]


HERE, THERE = "河湾区行政审批局", "石港市行政审批局"


@database
def test_the_simulator_counts_without_and_with_the_rule_and_changes_nothing(desk):
    for n in range(4):
        worlds.take_case(f"YC-1{n}", desk.now)
        worlds.give(f"YC-1{n}", 1, desk.now)
    assert shares(desk) == []
    desk.upto(Move.DISPATCH)
    actions.dispatch(_all_orders(), by=SYSTEM, now=desk.now)

    assert shares(desk) == [(THERE, 0, 5, 1), (HERE, 5, 0, 0)]
    assert shares(desk, stage="intake") == [(HERE, 5, 5, 0)]
    assert not DispatchRule.objects.exists()
    put(desk.now)
    assert shares(desk, rank=9, agency=worlds.AGENCY) == [(HERE, 0, 5, 1), (THERE, 5, 0, 0)]
    assert shares(desk, rank=11, agency=worlds.AGENCY) == [(THERE, 5, 5, 0)]
    assert shares(desk, agency=worlds.AGENCY) == [(HERE, 0, 5, 1), (THERE, 5, 0, 0)]
    assert DispatchRule.objects.count() == 1


def _all_orders() -> list[Any]:

    return list(WorkOrder.objects.values_list("id", flat=True))


@database
def test_the_simulator_asks_few_questions_and_looks_only_within_reach(desk, django_assert_max_num_queries):
    desk.upto(Move.DISPATCH)

    with django_assert_max_num_queries(12):
        assert shares(desk) == [(THERE, 0, 1, 1), (HERE, 1, 0, 0)]
    assert shares(desk, division=worlds.OTHER_CITY) == []
    assert code_of(shares, desk, OF_AGENCY) == "out_of_scope"
    assert code_of(shares, desk, indicator="999") == "unknown_indicator"


@database
def test_the_route_of_an_order_is_explained_by_the_rules_of_its_day(desk):
    assert dispatch_queries.route(desk.order_id, desk.now).rule is None
    put(desk.now)
    found = dispatch_queries.route(desk.order_id, desk.now)
    assert (found.agency_name, found.is_with) == (THERE, HERE)
    assert found.rule is not None
    assert found.rule.source == "会议纪要"
    desk.upto(Move.DISPATCH)

    assert dispatch_queries.route(desk.order_id, desk.now + timedelta(9)).day == local_day(desk.now)
    assert code_of(dispatch_queries.route, desk.review_id, desk.now) == "no_such_order"
