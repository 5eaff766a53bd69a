"""The database itself keeps places apart: plain SQL as the role of staff, with no line of the application in between."""

from __future__ import annotations

import pytest
from django.apps import apps
from django.db import IntegrityError, ProgrammingError, transaction

from haochaping.directory.models import Agency, Division
from haochaping.doors.reach import within
from haochaping.doors.tables import KEPT, TABLES
from haochaping.kernel.actor import EVERYWHERE, NOWHERE, Scope
from tests.two_places import HERE, PROVINCE, THERE

from .conftest import OF_A_DIVISION, OF_A_PLACE, ask, ids, mark_of, reaches

pytestmark = pytest.mark.django_db
PLACES = {
    **{name: (scope, {"here"}) for name, scope in HERE.items()},
    **{name: (scope, {"there"}) for name, scope in THERE.items()},
    "province": (Scope(division_path=PROVINCE), {"here", "there"}),
    "everywhere": (EVERYWHERE, {"here", "there"}),
    "nowhere": (NOWHERE, set()),
    "a place like no other": (Scope(division_path="' OR true --"), set()),
}
places = pytest.mark.parametrize(("scope", "reached"), PLACES.values(), ids=PLACES)


def refusal(statement: str, *values: str | int) -> str:
    """What the database says to a statement; empty when it does it."""
    try:
        with transaction.atomic():
            ask(statement, *values)
            transaction.set_rollback(True)
    except (ProgrammingError, IntegrityError) as error:
        return str(error)
    return ""


def test_every_table_says_what_staff_may_do_with_it():
    there = set(ids("SELECT tablename FROM pg_tables WHERE schemaname = 'public'"))

    assert there - TABLES.keys() == set(), "say in doors/tables.py what staff may do with these"
    assert TABLES.keys() - there == set()


def test_a_table_with_a_place_has_a_policy_or_a_reason():
    placed = {"division_id", "agency_id", "scope_path", "subject_id"}
    of_a_place = {Division, Agency} | {m for m in apps.get_models() if m._meta.db_table in OF_A_PLACE}
    silent = [
        model._meta.db_table
        for model in apps.get_models()
        if any(f.column in placed or f.related_model in of_a_place for f in model._meta.concrete_fields)
        and not (TABLES[model._meta.db_table].rows or TABLES[model._meta.db_table].why)
    ]

    assert silent == []


def test_a_table_that_is_shut_says_why():
    assert [table for table, held in TABLES.items() if "SELECT" not in held.rights and not held.why] == []


@places
def test_rows_of_other_places_are_not_there(rows, scope, reached):
    expected = {
        table: set().union(*(found[place] for place in reached if reaches(scope, table)))
        for table, found in rows.items()
    }

    with within(scope):
        seen = {table: set(ids(f"SELECT {mark_of(table)} FROM {table}")) for table in rows}

    assert seen == expected


@places
def test_rows_of_other_places_do_not_change(rows, scope, reached):
    columns = dict(ids_of_first_columns())
    changed = {}

    with within(scope), transaction.atomic():
        for table in rows:
            if "UPDATE" in TABLES[table].rights.split(", "):
                ((changed[table],),) = ask(f"UPDATE {table} SET {columns[table]} = {columns[table]}")

    assert changed == {
        table: sum(len(rows[table][place]) for place in reached if reaches(scope, table)) for table in changed
    }
    assert changed.keys() == {
        "rectification_work_order",
        "rectification_extension",
        "rectification_reform",
        "rectification_milestone",
        "notices_message",
        "notices_notice_copy",
        "supervision_order",
        "supervision_proposal",
        "supervision_urging",
        "supervision_sampled_review",
        "supervision_reprisal_report",
        "exchange_reconciliation",
        "rectification_project",
        "rectification_project_task",
        "voices_voice",
        "rectification_appeal",
        "rectification_appeal_decision",
        "reviews_exclusion",
        "reviews_paper_slip",
        "reviews_paper_entry",
        "publicity_release",
        "publicity_circular",
        "reviews_asking_call",
        "hotline_linked_order",
        "hotline_outgoing",
        "hotline_incoming",
    }


def ids_of_first_columns() -> list[tuple[str, str]]:
    return ask(
        "SELECT DISTINCT ON (table_name) table_name, column_name FROM information_schema.columns"
        " WHERE table_schema = 'public' ORDER BY table_name, ordinal_position"
    )


@pytest.mark.parametrize("scope", [HERE["own agency"], HERE["own division"], NOWHERE], ids=str)
def test_nothing_is_put_into_another_place(rows, scope):
    copies = {
        (table, place): ids(f"SELECT to_jsonb(t) FROM {table} t WHERE ctid = %s::tid", min(found[place]))[0]
        for table, found in rows.items()
        if "INSERT" in TABLES[table].rights
        for place in ("here", "there")
    }

    with within(scope):
        said = {
            key: refusal(f"INSERT INTO {key[0]} SELECT * FROM jsonb_populate_record(NULL::{key[0]}, %s)", row)
            for key, row in copies.items()
        }

    assert copies
    for (table, place), words in said.items():
        lies_outside = place == "there" or scope == NOWHERE or not reaches(scope, table)
        assert ("violates row-level security" in words) is lies_outside, (table, place, words)
        assert lies_outside or "duplicate key" in words


def test_signals_and_proposals_are_not_for_the_agencies_they_are_about():
    assert {
        "supervision_signal",
        "supervision_proposal",
        "supervision_sampled_review",
        "supervision_sample_call",
        "reviews_asking_call",
        "reviews_asking_attempt",
        "exchange_reconciliation",
        "exchange_differing_record",
        "supervision_reprisal_report",
        "supervision_reprisal_event",
        "hotline_link",
        "hotline_incoming",
        "publicity_undecided",
        "exchange_quality_card",
        "exchange_quality_finding",
        "exchange_stated_batch",
        "levels_peer",
        "levels_reported_order",
        "levels_outgoing_batch",
        "levels_incoming_batch",
        "levels_returned_case",
        "levels_told_day",
    } == OF_A_DIVISION


@pytest.mark.parametrize("verb", ["SELECT", "INSERT", "UPDATE", "DELETE"])
def test_what_is_not_granted_is_refused(verb):
    statements = {
        "SELECT": "SELECT 1 FROM {}",
        "INSERT": "INSERT INTO {} SELECT * FROM {} WHERE false",
        "UPDATE": "UPDATE {} SET {column} = NULL WHERE false",
        "DELETE": "DELETE FROM {} WHERE false",
    }
    columns = dict(ids_of_first_columns())
    # Of one table one column may be read, of another one be changed: this one is not the column that may be changed.
    open_to = {
        table
        for table, held in TABLES.items()
        if verb in (held.rights if verb == "SELECT" else held.rights.split(", "))
    }

    with within(EVERYWHERE):
        done = {
            table
            for table in TABLES
            if not refusal(statements[verb].format(table, table, column=columns[table]))
        }

    # To copy a table into itself one has to read it as well.
    assert done == {table for table in open_to if verb != "INSERT" or "SELECT" in TABLES[table].rights}


@pytest.mark.parametrize("table", KEPT)
def test_what_happened_is_taken_away_by_nobody(table):
    assert "permission denied" in refusal(f"DELETE FROM {table} WHERE false")
    assert "DELETE" not in TABLES[table].rights


def test_nobody_at_a_desk_can_touch_what_a_reviewer_said_or_take_anything_away():
    # Whether a review counts is decided at a desk, with what stood there before; evidence of an appeal is added.
    said = {
        "reviews_review": "SELECT, UPDATE (status)",
        "reviews_supplement": "SELECT",
        "reviews_review_change": "SELECT, INSERT",
        "rectification_solution_answer": "SELECT",
        "files_photo": "SELECT, INSERT",
    }

    assert {table: TABLES[table].rights for table in said} == said
    assert [table for table in OF_A_PLACE if "DELETE" in TABLES[table].rights] == []


def test_the_application_itself_is_not_under_it(rows):
    assert ids("SELECT count(*) FROM reviews_review") == [2]
    assert ids("SELECT rolbypassrls FROM pg_roles WHERE rolname = current_user") == [True]
    assert ids("SELECT current_user") == ["haochaping_app"]
