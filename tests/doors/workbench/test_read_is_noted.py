"""Reading a review at the desk leaves an entry; being refused it leaves another."""

from __future__ import annotations

import pytest

from haochaping.ledger.models import Entry
from haochaping.ledger.terms import EntryKind


def subjects(kind: EntryKind) -> list[tuple[str, str]]:
    return list(Entry.objects.filter(kind=kind).values_list("subject_kind", "subject_id"))


def test_reading_an_order_is_noted_once(bad, clerk):
    assert clerk.get(bad.address()).status_code == 200

    assert subjects(EntryKind.PERSONAL_DATA_READ) == [("order", str(bad.order_id))]


@pytest.mark.parametrize(("who", "status", "facts"), [("other_clerk", 404, "404"), ("auditor", 403, None)])
def test_what_was_not_shown_was_not_read_and_that_it_was_asked_for_is_noted(
    bad, browser_of, who, status, facts
):
    assert browser_of(who).get(bad.address()).status_code == status

    assert subjects(EntryKind.PERSONAL_DATA_READ) == []
    assert subjects(EntryKind.ACCESS_DENIED) == [("page", "desk_order")]
    assert Entry.objects.get(kind=EntryKind.ACCESS_DENIED).facts.get("answer") == facts


def test_an_address_that_names_nothing_is_not_noted(clerk):
    assert clerk.get("/desk/nowhere").status_code == 404

    assert subjects(EntryKind.ACCESS_DENIED) == []


def test_the_list_of_orders_shows_redacted_beginnings_and_is_not_noted(bad, clerk):
    assert clerk.get("/desk/").status_code == 200

    assert subjects(EntryKind.PERSONAL_DATA_READ) == []
