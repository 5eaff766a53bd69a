"""What a message has to be, which link an order goes through, and how long a message waits."""

from __future__ import annotations

from datetime import datetime, timedelta
from uuid import UUID

import pytest

from haochaping.hotline import rules
from haochaping.hotline.terms import AttachmentKind, Link, Master, Saying
from haochaping.kernel.periods import BEIJING
from haochaping.kernel.refused import Refused

NOW = datetime(2026, 6, 1, 10, 0, tzinfo=BEIJING)
BODY = {
    "message": "m1",
    "seq": 1,
    "kind": "signed",
    "number": "RX1",
    "at": "2026-06-01T10:00:00+08:00",
    "facts": {},
}


def test_a_message_is_read():
    said = rules.read(BODY)

    assert (said.message, said.seq, said.kind, said.number, said.order) == (
        "m1",
        1,
        Saying.SIGNED,
        "RX1",
        None,
    )
    assert said.at == NOW


@pytest.mark.parametrize(
    ("instead", "field"),
    [
        ({"kind": "nonsense"}, "kind"),
        ({"kind": []}, "kind"),
        ({"seq": 0}, "seq"),
        ({"seq": True}, "seq"),
        ({"seq": 2**31}, "seq"),
        ({"seq": "1"}, "seq"),
        ({"message": ""}, "message"),
        ({"message": "x" * 101}, "message"),
        ({"message": "\ud800"}, "message"),
        ({"at": "2026-06-01 10:00"}, "at"),
        ({"at": "0001-01-01T00:00:00+14:00"}, "at"),
        ({"at": 17}, "at"),
        ({"facts": []}, "facts"),
        ({"facts": {"reason": "\0"}}, "facts"),
        ({"facts": {"deep": [{"\udfff": 1}]}}, "facts"),
        ({"number": "x" * 61}, "number"),
        ({"number": 17}, "number"),
        ({"number": ""}, "number"),
        ({"order": "17"}, "order"),
        ({"order": 17}, "order"),
    ],
)
def test_what_cannot_be_read_is_named(instead, field):
    with pytest.raises(Refused) as refused:
        rules.read(BODY | instead)

    assert (refused.value.code, refused.value.complaint.field) == ("bad_message", field)


@pytest.mark.parametrize("body", [None, [], "signed", 17])
def test_a_message_is_an_object(body):
    with pytest.raises(Refused):
        rules.read(body)


def test_a_signature_holds_for_its_sender_its_moment_its_nonce_and_its_body():
    given = "v1=" + rules.signature("s", rules.THEIRS, "1780279200", "n", b"{}")

    assert rules.is_signed("s", "1780279200", "n", given, b"{}")
    for secret, stamp, nonce, said in (
        ("t", "1780279200", "n", b"{}"),
        ("s", "1780279201", "n", b"{}"),
        ("s", "1780279200", "m", b"{}"),
        ("s", "1780279200", "n", b"[]"),
    ):
        assert not rules.is_signed(secret, stamp, nonce, given, said)
    ours = "v1=" + rules.signature("s", rules.OURS, "1780279200", "n", b"{}")
    assert not rules.is_signed("s", "1780279200", "n", ours, b"{}")
    assert not rules.is_signed("s", "1780279200", "n", given.removeprefix("v1="), b"{}")


@pytest.mark.parametrize(
    ("stamp", "near"),
    [
        ("1780279200", True),
        ("1780278900", True),
        ("1780278899", False),
        ("1780279501", False),
        ("now", False),
        ("²", False),
    ],
)
def test_a_moment_counts_for_five_minutes_either_way(stamp, near):
    assert rules.is_in_window(stamp, NOW) is near


def test_what_does_not_go_through_waits_ever_longer_up_to_ten_minutes():
    waits = [rules.retry_after(attempts).total_seconds() for attempts in (1, 2, 3, 5, 6, 10_000)]

    assert waits == [3, 9, 27, 243, 600, 600]


def _link(number: int, division: str, agency: str | None = None, begins: datetime = NOW) -> Link:
    code = agency.rstrip(".") if agency else None
    return Link(UUID(int=number), 1, "", division, code, agency, None, "", Master.OURS, begins, None)


def test_an_order_goes_through_the_link_nearest_to_its_agency_else_to_its_division():
    links = [_link(1, "99."), _link(2, "99.01."), _link(3, "99.", "A."), _link(4, "98.")]

    def through(division: str, agency: str) -> int | None:
        found = rules.through(links, division, agency, NOW)
        return found.id.int if found else None

    assert through("99.01.02.", "B.") == 2
    assert through("99.02.", "B.") == 1
    assert through("99.01.", "A.X.") == 3
    assert through("97.", "A.") is None


def test_an_order_of_before_a_link_begins_does_not_go_through_it():
    assert rules.through([_link(1, "99.", begins=NOW + timedelta(days=1))], "99.", "A.", NOW) is None


@pytest.mark.parametrize(
    ("content", "kind"),
    [
        (b"%PDF-1.7", AttachmentKind.PDF),
        (b"\xff\xd8\xff\xe0", AttachmentKind.PICTURE),
        (b"RIFF....WEBP", AttachmentKind.PICTURE),
        (b"RIFF....WAVE", AttachmentKind.QUARANTINED),
        (b"MZ", AttachmentKind.QUARANTINED),
        (b"", AttachmentKind.QUARANTINED),
        (b"%PDF-" + b"x" * 5 * 1024 * 1024, AttachmentKind.QUARANTINED),
    ],
)
def test_what_an_attachment_is_says_its_content(content, kind):
    assert rules.kind_of(content) == kind


@pytest.mark.parametrize(("value", "said"), [(True, True), (False, False), (None, None)])
def test_yes_and_no_are_booleans_and_nothing_is_not_said(value, said):
    assert rules.flag({"is_true": value}, "is_true") is said
    assert rules.flag({}, "is_true") is None


@pytest.mark.parametrize("value", ["true", "是", 1, 0, []])
def test_another_form_than_a_boolean_is_called_so(value):
    with pytest.raises(Refused) as refused:
        rules.flag({"is_true": value}, "is_true")

    assert (refused.value.code, refused.value.complaint.field) == ("fact_no_boolean", "is_true")
