"""One row at a time, as a form edits it: each exit, and the entry it leaves."""

from __future__ import annotations

from datetime import date, timedelta
from functools import partial
from typing import TYPE_CHECKING

import pytest

from haochaping.directory import actions, queries
from haochaping.directory.terms import Kind
from haochaping.kernel.actor import EVERYWHERE, OPERATOR, Actor, ActorKind, Scope
from haochaping.kernel.refused import Refused
from haochaping.ledger.models import Entry
from haochaping.ledger.terms import EntryKind
from tests import worlds
from tests.directory.conftest import id_of, row_of

if TYPE_CHECKING:
    from datetime import datetime

    from haochaping.directory.terms import Record

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("world")]

CLERK = Actor(ActorKind.STAFF, "7", frozenset({"directory.edit"}), EVERYWHERE)
NEW: dict[Kind, dict[str, str]] = {
    Kind.DIVISIONS: {"code": "990103", "name": "新区"},
    Kind.AGENCIES: {"code": "NEW", "name": "新局", "division": "990102"},
    Kind.ITEMS: {"code": f"{99:<030}9", "name": "新事项", "item_type": "20", "agency": worlds.AGENCY},
    Kind.PLATFORMS: {"code": "new", "name": "新平台", "division": worlds.CITY},
    Kind.HALLS: {"code": "H9", "name": "新大厅", "division": worlds.COUNTY},
    Kind.WINDOWS: {"code": "W9", "name": "新窗口", "hall": "H1"},
    Kind.DEVICES: {"code": "D9", "name": "新设备", "device_type": "keypad", "hall": "H1", "window": "W1"},
    Kind.STAFF: {"code": "S9", "name": "新人", "agency": worlds.AGENCY},
}


def seen(kind: Kind, object_id: int) -> Record:
    found = queries.record(kind, object_id)
    assert found is not None
    return found


def steps(kind: Kind, object_id: int) -> list[tuple[str, str]]:
    entries = Entry.objects.filter(
        kind=EntryKind.DIRECTORY_CHANGED, subject_kind=f"directory.{kind}", subject_id=str(object_id)
    )
    return [(entry.facts["step"], entry.actor) for entry in entries.order_by("recorded_at")]


def refusal(call) -> tuple[str, str]:
    with pytest.raises(Refused) as refused:
        call()
    return refused.value.code, refused.value.complaint.field


@pytest.mark.parametrize("kind", Kind)
def test_one_of_each_kind_is_created_changed_and_closed(kind: Kind, now: datetime):
    first, second, third = (now + timedelta(minutes=n) for n in range(3))

    made = actions.create(kind, NEW[kind], by=CLERK, now=first)
    actions.change(kind, made, {"name": "又一名"}, revision=seen(kind, made).revision, by=CLERK, now=second)
    actions.close(
        kind, made, last_day=date(2026, 6, 30), revision=seen(kind, made).revision, by=CLERK, now=third
    )

    assert (seen(kind, made).row["name"], seen(kind, made).row["valid_to"]) == ("又一名", "2026-06-30")
    assert steps(kind, made) == [(step, "staff:7") for step in ("created", "changed", "closed")]
    assert [(c.at, c.actor, c.column, c.after) for c in queries.history(kind, made)] == [
        (third, "staff:7", "valid_to", "2026-06-30"),
        (second, "staff:7", "name", "又一名"),
    ]


@pytest.mark.parametrize("kind", Kind)
def test_a_code_in_use_is_refused(kind: Kind, now: datetime):
    actions.create(kind, NEW[kind], by=CLERK, now=now)

    assert refusal(lambda: actions.create(kind, NEW[kind], by=CLERK, now=now)) == ("code_taken", "code")


def test_creating_a_code_that_is_there_changes_nothing(now: datetime):
    before = row_of(Kind.HALLS, "H1")

    said = refusal(
        lambda: actions.create(Kind.HALLS, {**before, "name": "别名"}, by=CLERK, now=now + timedelta(1))
    )

    assert said == ("code_taken", "code")
    assert row_of(Kind.HALLS, "H1") == before


def test_a_bad_row_is_refused_with_its_column(now: datetime):
    row = NEW[Kind.AGENCIES] | {"uscc": "1"}

    assert refusal(lambda: actions.create(Kind.AGENCIES, row, by=CLERK, now=now)) == ("bad_uscc", "uscc")


def test_what_somebody_else_changed_is_not_overwritten(now: datetime):
    hall = id_of(Kind.HALLS, "H1")
    old = seen(Kind.HALLS, hall).revision
    actions.change(Kind.HALLS, hall, {"name": "甲"}, revision=old, by=OPERATOR, now=now)

    said = refusal(lambda: actions.change(Kind.HALLS, hall, {"name": "乙"}, revision=old, by=CLERK, now=now))

    assert said == ("changed_meanwhile", "")
    assert seen(Kind.HALLS, hall).row["name"] == "甲"


def test_an_import_in_between_counts_as_somebody_else(now: datetime):
    hall = id_of(Kind.HALLS, "H1")
    old = seen(Kind.HALLS, hall).revision
    actions.put(Kind.HALLS, [row_of(Kind.HALLS, "H1") | {"name": "甲"}], by=OPERATOR, now=now)

    said = refusal(
        lambda: actions.close(Kind.HALLS, hall, last_day=date(2026, 6, 30), revision=old, by=CLERK, now=now)
    )

    assert said == ("changed_meanwhile", "")


@pytest.mark.parametrize(
    ("kind", "key", "column"),
    [
        (Kind.HALLS, ("H1",), "code"),
        (Kind.WINDOWS, ("H1", "W1"), "hall"),
        (Kind.STAFF, (worlds.AGENCY, "S1"), "agency"),
    ],
)
def test_what_others_know_a_row_by_stays(kind: Kind, key: tuple[str, ...], column: str, now: datetime):
    object_id = id_of(kind, *key)

    said = refusal(lambda: actions.change(kind, object_id, {column: "other"}, revision=0, by=CLERK, now=now))

    assert said == ("code_stays", column)


def test_nobody_edits_what_is_not_there(now: datetime):
    said = refusal(lambda: actions.change(Kind.HALLS, 0, {"name": "x"}, revision=0, by=CLERK, now=now))

    assert said == ("not_in_directory", "")
    assert queries.record(Kind.HALLS, 0) is None


def test_a_form_empties_what_may_be_empty(now: datetime):
    row = NEW[Kind.AGENCIES] | {"uscc": "11990000000000001G", "parent": worlds.AGENCY}
    made = actions.create(Kind.AGENCIES, row, by=CLERK, now=now)

    actions.change(
        Kind.AGENCIES,
        made,
        {"uscc": "", "parent": ""},
        revision=0,
        by=CLERK,
        now=now + timedelta(minutes=1),
    )

    assert (seen(Kind.AGENCIES, made).row["uscc"], seen(Kind.AGENCIES, made).row["parent"]) == ("", "")
    assert queries.agency_by_id(made).path == "NEW."
    assert refusal(
        lambda: actions.change(
            Kind.AGENCIES,
            made,
            {"name": ""},
            revision=seen(Kind.AGENCIES, made).revision,
            by=CLERK,
            now=now,
        )
    ) == ("missing_value", "name")


def test_a_change_that_changes_nothing_leaves_no_entry(now: datetime):
    hall = id_of(Kind.HALLS, "H1")

    actions.change(
        Kind.HALLS, hall, {"name": row_of(Kind.HALLS, "H1")["name"]}, revision=0, by=CLERK, now=now
    )

    assert steps(Kind.HALLS, hall) == []
    assert queries.history(Kind.HALLS, hall) == []


def test_nothing_is_closed_above_what_goes_on(now: datetime):
    hall = id_of(Kind.HALLS, "H1")

    said = refusal(
        lambda: actions.close(Kind.HALLS, hall, last_day=date(2026, 6, 30), revision=0, by=CLERK, now=now)
    )

    assert said == ("still_in_use", "valid_to")
    assert seen(Kind.HALLS, hall).row["valid_to"] == ""


def test_those_that_go_on_below_are_named_the_first_three_of_them(now: datetime):
    hall = id_of(Kind.HALLS, "H1")
    close = partial(
        actions.close, Kind.HALLS, hall, last_day=date(2026, 6, 30), revision=0, by=CLERK, now=now
    )
    with pytest.raises(Refused) as one:
        close()
    for n in (2, 3, 4):
        actions.create(
            Kind.WINDOWS, {"code": f"W{n}", "name": f"综合窗口{n}", "hall": "H1"}, by=CLERK, now=now
        )
    with pytest.raises(Refused) as four:
        close()

    said = [(no.value.complaint.params["count"], no.value.complaint.params["names"]) for no in (one, four)]
    assert said == [(1, "综合窗口1"), (4, "综合窗口1、综合窗口2、综合窗口3…")]


def local(path: str) -> Actor:
    return Actor(ActorKind.STAFF, "8", frozenset({"directory.edit"}), Scope(division_path=path))


IN_CITY = f"{worlds.PROVINCE}.{worlds.CITY}."
IN_OTHER_CITY = f"{worlds.PROVINCE}.{worlds.OTHER_CITY}."


@pytest.mark.parametrize("kind", Kind)
def test_what_belongs_elsewhere_is_not_made_by_a_local_editor(kind: Kind, now: datetime):
    assert refusal(lambda: actions.create(kind, NEW[kind], by=local(IN_OTHER_CITY), now=now)) == (
        "directory_not_yours",
        "",
    )
    assert queries.search(kind, NEW[kind]["name"], scope=EVERYWHERE) == []

    assert actions.create(kind, NEW[kind], by=local(IN_CITY), now=now)


def test_local_editor_neither_changes_nor_gives_away_what_lies_elsewhere(now: datetime):
    hall = id_of(Kind.HALLS, "H1")
    revision = seen(Kind.HALLS, hall).revision

    def change(by: Actor, **columns: str) -> None:
        actions.change(Kind.HALLS, hall, columns, revision=revision, by=by, now=now)

    assert refusal(lambda: change(local(IN_OTHER_CITY), name="改"))[0] == "directory_not_yours"
    assert refusal(lambda: change(local(IN_CITY), division=worlds.OTHER_CITY))[0] == "directory_not_yours"
    assert row_of(Kind.HALLS, "H1")["name"] == "河湾区政务服务中心"
    assert row_of(Kind.HALLS, "H1")["division"] == worlds.COUNTY


@pytest.mark.parametrize("by", [Actor(ActorKind.STAFF, "9", scope=EVERYWHERE), local(IN_CITY)])
def test_a_file_takes_the_power_over_the_whole_directory(by: Actor, now: datetime):
    assert refusal(lambda: actions.import_rows(Kind.HALLS, [], by=by, now=now))[0] == "directory_not_yours"
