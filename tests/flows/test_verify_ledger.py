"""What a hand that reaches past the application cannot do without being named."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

import pytest

from haochaping.flows import change_review
from haochaping.kernel.actor import REVIEWER
from haochaping.reviews.models import Review
from haochaping.reviews.terms import Entrance, Level
from tests import worlds
from tests.flows.truth import findings
from tests.ledger.conftest import _UNGUARD

if TYPE_CHECKING:
    from datetime import datetime

MINUTE = timedelta(minutes=1)
pytestmark = pytest.mark.usefixtures("committed_world")


@pytest.fixture
def review_id(committed_world, now):
    """A bad review with words, finished, all of it chained."""
    outcome = worlds.give("YC-1", 1, now, entrance=Entrance.TOKEN)
    assert outcome.id is not None
    change_review.finish_review(outcome.id, ["101"], "等了三次", by=REVIEWER, now=now + MINUTE)
    assert findings(now + MINUTE) == []
    return outcome.id


def named(now: datetime) -> set[tuple[str, str]]:
    return {(finding.code, finding.subject) for finding in findings(now + 2 * MINUTE)}


TAMPERINGS = {
    "the level made better": "UPDATE reviews_review SET level = 5 WHERE id = %s",
    "the text changed": "UPDATE reviews_review SET comment_text = '很满意' WHERE id = %s",
    "the text removed": "UPDATE reviews_review SET comment_text = '' WHERE id = %s",
    "the reasons removed": "UPDATE reviews_review SET indicator_codes = '{}' WHERE id = %s",
    "the agency changed": "UPDATE reviews_review SET agency_id = agency_id + 1 WHERE id = %s",
    "the window removed": "UPDATE reviews_review SET window_id = NULL WHERE id = %s",
    "the provenance bettered": (
        "UPDATE reviews_review SET provenance = 'active_onsite_device' WHERE id = %s"
    ),
    "the day moved": "UPDATE reviews_review SET assessed_at = assessed_at - interval '3 days' WHERE id = %s",
}


@pytest.mark.parametrize("statement", TAMPERINGS.values(), ids=TAMPERINGS)
def test_a_review_that_says_something_else_is_named(review_id, owner, now, statement):
    owner(statement, review_id)

    assert named(now) == {("review_differs", str(review_id))}


def test_a_review_set_to_withdrawn_is_named(review_id, owner, now):
    owner("UPDATE reviews_review SET status = 'withdrawn' WHERE id = %s", review_id)

    assert named(now) == {("review_out_of_step", str(review_id))}


def test_a_withdrawn_review_set_back_is_named(review_id, owner, now):
    change_review.withdraw_review(review_id, by=REVIEWER, now=now + 2 * MINUTE)
    assert named(now) == set()

    owner("UPDATE reviews_review SET status = 'effective' WHERE id = %s", review_id)

    assert named(now) == {("review_out_of_step", str(review_id))}


def test_an_invented_review_is_named(review_id, owner, now):
    columns = [field.attname for field in Review._meta.concrete_fields]
    taken = {"id": "gen_random_uuid()", "assess_no": "2", "level": "5", "receipt_hash": "'\\x00'"}
    values = ", ".join(taken.get(column, column) for column in columns)

    owner(f"INSERT INTO reviews_review ({', '.join(columns)}) SELECT {values} FROM reviews_review")

    invented = Review.objects.get(level=5)
    assert named(now) == {("review_missing", str(invented.id))}


def test_a_lost_review_is_named(review_id, owner, now):
    for table, column in (
        ("rectification_clock_event", "true"),
        ("rectification_order_event", "order_id IN (SELECT id FROM rectification_work_order)"),
        ("rectification_work_order", "true"),
        ("reviews_review_change", "true"),
        ("reviews_review", "true"),
    ):
        owner(f"DELETE FROM {table} WHERE {column}")

    assert named(now) == {("review_vanished", str(review_id))}


def test_a_deleted_entry_is_named(review_id, owner, now):
    owner(_UNGUARD)
    owner(
        "DELETE FROM ledger_entry WHERE kind = 1 AND subject_id = %s",
        str(review_id),
    )

    found = named(now)

    assert ("review_missing", str(review_id)) in found
    assert any(code == "chain_entry_missing" for code, _ in found)


CHANGED = {
    "its commitment": "UPDATE ledger_entry SET commitment = sha256('other') WHERE kind = 1",
    "its day": "UPDATE ledger_entry SET day = day - 1 WHERE kind = 1",
    "its subject": "UPDATE ledger_entry SET subject_id = 'other' WHERE kind = 1",
    "its actor": "UPDATE ledger_entry SET actor = 'staff:other' WHERE subject_kind = 'order'",
}


@pytest.mark.parametrize("statement", CHANGED.values(), ids=CHANGED)
def test_a_changed_entry_is_named(review_id, owner, now, statement):
    owner(_UNGUARD)
    owner(statement)

    assert named(now)


def test_an_entry_that_was_never_chained_is_named_after_a_while(review_id, owner, now):
    change_review.change_level(review_id, Level.DISSATISFIED, by=REVIEWER, now=now + 2 * MINUTE)
    owner("DELETE FROM ledger_pending")

    assert {code for code, _ in named(now)} == {"chain_unchained"}


def test_what_the_reviewer_changes_is_no_finding(review_id, now):
    change_review.change_level(review_id, Level.SATISFIED, by=REVIEWER, now=now + 2 * MINUTE)

    assert named(now) == set()
