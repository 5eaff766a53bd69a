"""Two stories in two places, and whose each row is."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from django.db import connection
from django.utils import timezone

from haochaping.doors.tables import OF_DIVISION, OF_PLACE, TABLES
from tests import two_places

if TYPE_CHECKING:
    from haochaping.kernel.actor import Scope
    from tests.two_places import Told

OF_A_PLACE = [table for table, held in TABLES.items() if held.rows and not held.adds_any]

# About agencies and not for them.
OF_A_DIVISION = {
    table for table, held in TABLES.items() if OF_DIVISION in held.rows and OF_PLACE not in held.rows
} | {
    "supervision_sample_call",
    "reviews_asking_attempt",
    "supervision_reprisal_event",
    "hotline_incoming",
    "exchange_differing_record",
    "exchange_quality_finding",
    "levels_outgoing_batch",
    "levels_incoming_batch",
    "levels_returned_case",
    "levels_told_day",
}


def reaches(scope: Scope, table: str) -> bool:
    """Whether rows of a table are reached at all by who has this reach."""
    return table not in OF_A_DIVISION or scope.division_path is not None


def mark_of(table: str) -> str:
    """By what a row of a table is known: where it lies, or its id where not all of it may be read."""
    return "id::text" if "SELECT (" in TABLES[table].rights else "ctid::text"


def ask(statement: str, *values: str | int) -> list[tuple[Any, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(statement, values)
        return cursor.fetchall() if cursor.description else [(cursor.rowcount,)]


def ids(statement: str, *values: str | int) -> list[Any]:
    return [row[0] for row in ask(statement, *values)]


@pytest.fixture
def stories(db: None) -> tuple[Told, Told]:
    return two_places.build(timezone.now())


@pytest.fixture
def rows(stories: tuple[Told, Told]) -> dict[str, dict[str, set[object]]]:
    """Of every table of a place, by what its rows are known here and there."""
    found = {}
    for table in OF_A_PLACE:
        here, there = ({*ids(_OF_STORY[table], told.case_no)} for told in stories)
        assert here, f"no row of {table} in the story: let it be told in tests/two_places.py"
        assert {*ids(f"SELECT {mark_of(table)} FROM {table}")} == here | there
        found[table] = {"here": here, "there": there}
    return found


_CASE = "FROM cases_case c JOIN cases_service_occurrence s ON s.case_id = c.id"
_REVIEW = f"{_CASE} JOIN reviews_review r ON r.occurrence_id = s.id"
_ORDER = f"{_REVIEW} JOIN rectification_work_order o ON o.review_id = r.id"
_PROJECT = f"{_ORDER} JOIN rectification_project_order l ON l.order_id = o.id"
_THREAD = f"{_ORDER} JOIN notices_thread t ON t.id = o.thread_id"
_APPEAL = f"{_ORDER} JOIN rectification_appeal a ON a.order_id = o.id"
_SAMPLED = f"{_REVIEW} JOIN supervision_sampled_review p ON p.review_id = r.id"
_JOINED = {
    "cases_case": (_CASE, "c"),
    "cases_service_occurrence": (_CASE, "s"),
    "reviews_invitation": (f"{_CASE} JOIN reviews_invitation x ON x.occurrence_id = s.id", "x"),
    "reviews_review": (_REVIEW, "r"),
    "rectification_work_order": (_ORDER, "o"),
    "notices_thread": (_THREAD, "t"),
    "notices_message": (f"{_THREAD} JOIN notices_message x ON x.thread_id = t.id", "x"),
    "supervision_sampled_review": (
        _SAMPLED,
        "p",
    ),
    "supervision_sample_call": (
        f"{_SAMPLED} JOIN supervision_sample_call x ON x.sample_id = p.id",
        "x",
    ),
    "notices_notice_copy": (
        (
            f"{_ORDER} JOIN notices_staff_notice n ON n.subject_id = o.id::text"
            " JOIN notices_notice_copy x ON x.notice_id = n.id"
        ),
        "x",
    ),
    "exchange_reconciliation": (
        f"{_ORDER} JOIN exchange_reconciliation x ON x.division_id = o.division_id",
        "x",
    ),
    "exchange_differing_record": (
        (
            f"{_ORDER} JOIN exchange_reconciliation w ON w.division_id = o.division_id"
            " JOIN exchange_differing_record x ON x.reconciliation_id = w.id"
        ),
        "x",
    ),
    "rectification_appeal": (_APPEAL, "a"),
    "rectification_appeal_decision": (
        f"{_APPEAL} JOIN rectification_appeal_decision x ON x.appeal_id = a.id",
        "x",
    ),
    "rectification_appeal_event": (
        f"{_APPEAL} JOIN rectification_appeal_event x ON x.appeal_id = a.id",
        "x",
    ),
    "files_photo": (
        (
            f"{_ORDER} LEFT JOIN rectification_evidence e ON e.order_id = o.id"
            " JOIN files_photo x ON x.subject_id IN (r.id::text, e.id::text)"
        ),
        "x",
    ),
    "files_document": (f"{_APPEAL} JOIN files_document x ON x.subject_id = a.id::text", "x"),
    "rectification_reform_event": (
        (
            f"{_ORDER} JOIN rectification_reform f ON f.order_id = o.id"
            " JOIN rectification_reform_event x ON x.reform_id = f.id"
        ),
        "x",
    ),
    "rectification_project": (f"{_PROJECT} JOIN rectification_project x ON x.id = l.project_id", "x"),
    "rectification_project_task": (
        f"{_PROJECT} JOIN rectification_project_task x ON x.project_id = l.project_id",
        "x",
    ),
    "voices_voice": (f"{_REVIEW} JOIN voices_voice x ON x.review_id = r.id", "x"),
    "voices_clock_event": (
        f"{_REVIEW} JOIN voices_voice v ON v.review_id = r.id JOIN voices_clock_event x ON x.voice_id = v.id",
        "x",
    ),
    "voices_event": (
        f"{_REVIEW} JOIN voices_voice v ON v.review_id = r.id JOIN voices_event x ON x.voice_id = v.id",
        "x",
    ),
} | {
    table: (
        f"{_ORDER} JOIN {table} x ON x.order_id = o.id"
        if table.startswith("rectification")
        else f"{_REVIEW} JOIN {table} x ON x.review_id = r.id",
        "x",
    )
    for table in (
        "rectification_callback",
        "rectification_clock_event",
        "rectification_evidence",
        "rectification_extension",
        "rectification_fault",
        "rectification_milestone",
        "rectification_order_event",
        "rectification_order_look",
        "rectification_project_order",
        "rectification_reform",
        "rectification_solution_answer",
        "rectification_taken_step",
        "reviews_supplement",
        "reviews_review_change",
        "reviews_exclusion",
        "publicity_release",
        "publicity_undecided",
        "supervision_reprisal_report",
    )
}
_SLIP = f"{_CASE} JOIN reviews_paper_slip w ON w.occurrence_id = s.id"
_JOINED["reviews_paper_slip"] = (_SLIP, "w")
_CALLED = (
    f"{_CASE} JOIN reviews_invitation n ON n.occurrence_id = s.id"
    " JOIN reviews_asking_call w ON w.invitation_id = n.id"
)
_JOINED["reviews_asking_call"] = (_CALLED, "w")
_JOINED["reviews_asking_attempt"] = (f"{_CALLED} JOIN reviews_asking_attempt x ON x.asking_id = w.id", "x")
_JOINED["reviews_paper_entry"] = (f"{_SLIP} JOIN reviews_paper_entry x ON x.slip_id = w.id", "x")
_JOINED |= {
    table: (f"{_ORDER} JOIN {table} x ON x.work_order_id = o.id", "x")
    for table in ("supervision_signal", "supervision_order", "supervision_urging")
} | {
    table: (
        f"{_ORDER} JOIN supervision_order w ON w.work_order_id = o.id JOIN {table} x ON x.supervision_id = w.id",
        "x",
    )
    for table in ("supervision_event", "supervision_proposal")
}


_JOINED["supervision_reprisal_event"] = (
    f"{_REVIEW} JOIN supervision_reprisal_report w ON w.review_id = r.id JOIN supervision_reprisal_event x ON x.report_id = w.id",
    "x",
)


_LINKED = f"{_ORDER} JOIN hotline_linked_order w ON w.order_id = o.id"
_JOINED["hotline_linked_order"] = (_LINKED, "w")
_JOINED |= {
    table: (f"{_LINKED} JOIN {table} x ON x.linked_id = w.id", "x")
    for table in ("hotline_outgoing", "hotline_incoming", "hotline_attachment")
}

_CARD = f"{_ORDER} JOIN exchange_quality_card w ON w.division_id = o.division_id"
_JOINED["exchange_quality_card"] = (_CARD, "w")
_JOINED["exchange_stated_batch"] = (
    f"{_ORDER} JOIN exchange_stated_batch x ON x.division_id = o.division_id",
    "x",
)
_JOINED["exchange_quality_finding"] = (f"{_CARD} JOIN exchange_quality_finding x ON x.card_id = w.id", "x")


_CIRCULAR = f"{_ORDER} JOIN publicity_circular w ON w.agency_id = o.agency_id"
_JOINED["publicity_circular"] = (_CIRCULAR, "w")
_JOINED |= {
    table: (f"{_CIRCULAR} JOIN {table} x ON x.circular_id = w.id", "x")
    for table in ("publicity_circular_text", "publicity_circular_step")
}


_PEER = f"{_ORDER} JOIN levels_peer w ON w.division_id = o.division_id"
_JOINED["levels_peer"] = (_PEER, "w")
_JOINED["levels_reported_order"] = (f"{_REVIEW} JOIN levels_reported_order x ON x.review_id = r.id", "x")
_JOINED |= {
    table: (f"{_PEER} JOIN {table} x ON x.peer_id = w.id", "x")
    for table in ("levels_outgoing_batch", "levels_incoming_batch", "levels_returned_case", "levels_told_day")
}


# A table that is new in doors/tables.py needs its way from the case here.
_OF_STORY = {
    table: f"SELECT {alias}.{mark_of(table)} {joined} WHERE c.case_no = %s"
    for table, (joined, alias) in _JOINED.items()
}
