"""Reading a review at the desk leaves an entry; being refused it leaves another."""

from __future__ import annotations

from haochaping.ledger.models import Entry
from haochaping.ledger.terms import EntryKind


def subjects(kind: EntryKind) -> list[tuple[str, str]]:
    return list(Entry.objects.filter(kind=kind).values_list("subject_kind", "subject_id"))


def test_reading_an_order_is_noted_once(bad, clerk):
    assert clerk.get(bad.address()).status_code == 200

    assert subjects(EntryKind.PERSONAL_DATA_READ) == [("order", str(bad.order_id))]


def test_what_was_not_shown_was_not_read(bad, browser_of):
    assert browser_of("other_clerk").get(bad.address()).status_code == 403

    assert subjects(EntryKind.PERSONAL_DATA_READ) == []
    assert subjects(EntryKind.ACCESS_DENIED) == [("page", "desk_order")]


def test_the_list_of_orders_shows_redacted_beginnings_and_is_not_noted(bad, clerk):
    assert clerk.get("/desk/").status_code == 200

    assert subjects(EntryKind.PERSONAL_DATA_READ) == []
