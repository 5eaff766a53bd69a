"""评价人权益保护: a reviewer's report of a disadvantage is for the supervisory office, and for nobody of the agency."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from haochaping.accounts.terms import NOT_ALLOWED
from haochaping.directory import queries as directory
from haochaping.kernel.actor import EVERYWHERE, Actor, ActorKind, Scope
from haochaping.kernel.identifiers import uuid7
from haochaping.kernel.refused import Refused
from haochaping.ledger.models import Entry
from haochaping.ledger.terms import EntryKind
from haochaping.rectification.terms import TEXT_MISSING
from haochaping.reviews.terms import NOT_REVIEWED
from haochaping.supervision import actions, queries
from haochaping.supervision.models import ReprisalReport
from haochaping.supervision.terms import (
    NO_SUCH_REPORT,
    REPORT_RECEIPT_UNKNOWN,
    REPORT_WAITS,
    WRONG_REPORT_STATE,
    ReportMove,
    ReportState,
)
from tests import worlds

pytestmark = pytest.mark.django_db
TEXT = "评价之后，同一个窗口不再给我办理。"
CITY = f"{worlds.PROVINCE}.{worlds.CITY}."


def supervisor(**scope: str) -> Actor:
    powers = frozenset({"order.supervise"})
    return Actor(ActorKind.STAFF, "anne", powers=powers, scope=Scope(**scope) if scope else EVERYWHERE)


ANNE = supervisor(division_path=CITY)
NOT_FOR = {
    "a supervisor inside the agency": supervisor(agency_path=f"{worlds.AGENCY}."),
    "a supervisor of another city": supervisor(division_path=f"{worlds.PROVINCE}.{worlds.OTHER_CITY}."),
}


@pytest.fixture
def review_id(now):
    worlds.build(now)
    worlds.take_case("YC-1", now)
    return worlds.give("YC-1", 1, now, staff="S1").id


@pytest.fixture
def report_id(review_id, now):
    assert len(actions.report(review_id, text=TEXT, by=worlds.REVIEWER, now=now)) == 26
    return ReprisalReport.objects.get().id


def code_of(action, *args, **facts) -> str:
    with pytest.raises(Refused) as refused:
        action(*args, **facts)
    return refused.value.complaint.code


def deal(report_id, move: ReportMove, now, *, by: Actor = ANNE, note: str = "已核查。") -> None:
    actions.deal_with_report(report_id, move=move, note=note, by=by, now=now)


def test_a_report_is_looked_into_and_closed_with_notes(report_id, now):
    [row] = queries.reports(ANNE)
    assert (row.id, row.text, row.state, row.item_name) == (report_id, TEXT, ReportState.OPEN, "食品经营许可")

    steps = (ReportMove.NOTE, ReportMove.LOOK_INTO, ReportMove.NOTE, ReportMove.CLOSE)
    for minute, move in enumerate(steps):
        deal(report_id, move, now + timedelta(minutes=minute))

    assert queries.reports(ANNE) == []
    [row] = queries.reports(ANNE, done=True)
    assert row.state == ReportState.CLOSED
    events = queries.report_events(report_id)
    assert [event.move for event in events] == ["note", "look_into", "note", "close"]
    assert {event.by for event in events} == {"staff:anne"}


def test_each_step_has_its_entry_that_says_neither_words_nor_review(report_id, review_id, now):
    for move in (ReportMove.LOOK_INTO, ReportMove.NOTE, ReportMove.CLOSE):
        deal(report_id, move, now)

    entries = Entry.objects.filter(subject_kind="reprisal_report").order_by("kind")
    assert [entry.kind for entry in entries] == [
        EntryKind.REPRISAL_REPORTED,
        EntryKind.REPRISAL_LOOKED_INTO,
        EntryKind.REPRISAL_CLOSED,
        EntryKind.REPRISAL_NOTED,
    ]
    for entry in entries:
        assert entry.subject_id == str(report_id)
        assert set(entry.facts) == {"state"}


@pytest.mark.parametrize("by", NOT_FOR.values(), ids=NOT_FOR)
def test_nobody_of_the_agency_or_elsewhere_sees_or_touches_it(report_id, now, by):
    assert queries.reports(by) == queries.reports(by, done=True) == []
    assert code_of(queries.report, report_id, by=by) == NO_SUCH_REPORT.code
    assert code_of(deal, report_id, ReportMove.LOOK_INTO, now, by=by) == NO_SUCH_REPORT.code


def test_without_the_power_nothing_is_said_of_it(report_id, now):
    for ask in (lambda: queries.reports(worlds.CLERK), lambda: queries.report(report_id, by=worlds.CLERK)):
        assert code_of(ask) == NOT_ALLOWED.code
    assert code_of(deal, report_id, ReportMove.NOTE, now, by=worlds.CLERK) == NOT_ALLOWED.code


def test_whom_the_review_names_does_not_see_it_as_a_supervisor_either(report_id, now):
    agency = directory.agencies([worlds.AGENCY])[worlds.AGENCY]
    member = directory.staff([(agency.id, "S1")])[agency.id, "S1"].id
    by = replace(ANNE, staff_ids=frozenset({member}))

    assert queries.reports(by) == []
    assert code_of(deal, report_id, ReportMove.LOOK_INTO, now, by=by) == NO_SUCH_REPORT.code


def test_one_report_of_a_review_waits_at_a_time(report_id, review_id, now):
    again = {"text": TEXT, "by": worlds.REVIEWER, "now": now}
    assert code_of(actions.report, review_id, **again) == REPORT_WAITS.code

    deal(report_id, ReportMove.LOOK_INTO, now)
    deal(report_id, ReportMove.CLOSE, now)

    assert actions.report(review_id, **again)
    assert len(queries.reports(ANNE)) == 1


def test_what_is_refused(report_id, review_id, now):
    assert code_of(deal, report_id, ReportMove.CLOSE, now) == WRONG_REPORT_STATE.code
    assert code_of(deal, report_id, ReportMove.NOTE, now, note=" ") == TEXT_MISSING.code
    report = {"by": worlds.REVIEWER, "now": now}
    assert code_of(actions.report, review_id, text=" ", **report) == TEXT_MISSING.code
    assert code_of(actions.report, uuid7(now), text=TEXT, **report) == NOT_REVIEWED.code


def found_entries() -> list[tuple[str, str]]:
    found = Entry.objects.filter(kind=EntryKind.REPRISAL_FOUND)
    return list(found.values_list("subject_id", "actor"))


def test_the_office_finds_a_report_by_its_number_and_that_is_recorded(review_id, now):
    number = actions.report(review_id, text=TEXT, by=worlds.REVIEWER, now=now)
    spoken = "-".join(number[n : n + 4] for n in range(0, 26, 4)).lower()

    found = actions.find_report(spoken, by=ANNE, now=now)

    assert found == ReprisalReport.objects.get().id
    assert found_entries() == [(str(found), "staff:anne")]


@pytest.mark.parametrize("by", NOT_FOR.values(), ids=NOT_FOR)
def test_a_number_finds_nothing_for_the_agency_or_elsewhere(review_id, now, by):
    number = actions.report(review_id, text=TEXT, by=worlds.REVIEWER, now=now)

    assert code_of(actions.find_report, number, by=by, now=now) == REPORT_RECEIPT_UNKNOWN.code
    assert code_of(actions.find_report, number, by=worlds.CLERK, now=now) == NOT_ALLOWED.code
    assert found_entries() == []


@pytest.mark.parametrize("number", ["", "7ZK3", "0" * 26])
def test_what_is_no_number_of_a_report_finds_none(report_id, now, number):
    assert code_of(actions.find_report, number, by=ANNE, now=now) == REPORT_RECEIPT_UNKNOWN.code


def test_whoever_holds_the_number_reads_state_and_answer_and_no_note(review_id, now):
    number = actions.report(review_id, text=TEXT, by=worlds.REVIEWER, now=now)
    report_id = ReprisalReport.objects.get().id
    asked = queries.report_answer(number)
    assert (asked.state, asked.reported_at, asked.answered_at, asked.answer) == (
        ReportState.OPEN,
        now,
        None,
        "",
    )

    deal(report_id, ReportMove.LOOK_INTO, now, note="先调监控。")
    looked_into = queries.report_answer(number)
    deal(report_id, ReportMove.CLOSE, now + timedelta(days=1), note="已责令改正。")
    closed = queries.report_answer(number)

    assert (looked_into.state, looked_into.answer) == (ReportState.LOOKED_INTO, "")
    assert (closed.state, closed.answered_at, closed.answer) == (
        ReportState.CLOSED,
        now + timedelta(days=1),
        "已责令改正。",
    )


def test_an_unknown_number_tells_nothing(report_id):
    assert code_of(queries.report_answer, "0" * 26) == REPORT_RECEIPT_UNKNOWN.code
    assert not queries.is_report("0" * 26)
