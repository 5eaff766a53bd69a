from __future__ import annotations

from datetime import timedelta
from uuid import UUID

import pytest
from django.db import IntegrityError, transaction

from haochaping.identity import access, actions, keys, queries
from haochaping.identity.models import OpeningRequest, SealedPerson
from haochaping.identity.terms import OpeningState
from haochaping.kernel.actor import EVERYWHERE, OPERATOR, SYSTEM, Actor, ActorKind
from haochaping.kernel.refused import Refused
from haochaping.ledger import actions as ledger_actions
from haochaping.ledger import queries as ledger
from haochaping.ledger.terms import EntryKind, NewEntry
from tests import worlds

from .conftest import CITY_PATH, COUNTY_PATH, NOW, OFFICES, SAMPLE, SUBUNIT, SUPERVISOR, keeper, staff

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("offices")]
MINUTE, HOUR = timedelta(minutes=1), timedelta(hours=1)
LATER = NOW + timedelta(hours=25)
ASKED = {
    "purpose": "retaliation",
    "legal_basis": "《优化营商环境条例》第四十九条，核查打击报复",
    "document": "",
}
FIRST, SECOND = keeper(OFFICES[0]), keeper(OFFICES[1])


def ask(person: UUID, *, by: Actor = SUPERVISOR, now=NOW, agency=f"{worlds.AGENCY}.", **changes: str) -> UUID:
    said = ASKED | changes
    return actions.request_opening(
        person,
        subject=("review", "7"),
        division_path=COUNTY_PATH,
        agency_path=agency,
        purpose=said["purpose"],
        legal_basis=said["legal_basis"],
        document=said["document"],
        by=by,
        now=now,
    )


@pytest.fixture
def asked(sealed) -> UUID:
    return ask(sealed)


@pytest.fixture
def approved(asked: UUID) -> UUID:
    for n, by in enumerate((FIRST, SECOND), start=1):
        actions.approve_opening(asked, by=by, now=NOW + n * MINUTE)
    return asked


def state(request_id: UUID) -> str:
    return str(OpeningRequest.objects.get(id=request_id).state)


def kinds(request_id: UUID) -> list[EntryKind]:
    return [entry.kind for entry in ledger.entries_of("opening", str(request_id))]


def opened(request_id: UUID, folder, now=LATER):
    key = keys.private_key(folder / "escrow.key")
    return actions.open_identity(request_id, escrow_key=key, by=OPERATOR, now=now)


def refused(call, code: str) -> None:
    with pytest.raises(Refused) as no:
        call()
    assert no.value.code == code


def test_two_offices_approve_and_the_holder_of_the_key_opens_once(approved, folder):
    assert opened(approved, folder) == SAMPLE

    assert state(approved) == OpeningState.OPENED
    refused(lambda: opened(approved, folder), "wrong_opening_state")
    assert kinds(approved) == [
        EntryKind.OPENING_REQUESTED,
        EntryKind.OPENING_DECIDED,
        EntryKind.OPENING_DECIDED,
        EntryKind.IDENTITY_OPENED,
    ]


def test_the_entry_commits_to_the_request_and_names_nobody(approved, folder):
    opened(approved, folder)

    entry = ledger.entries_of("opening", str(approved))[-1]
    assert entry.facts == {"purpose": "retaliation"}
    assert list(ledger.mismatches(EntryKind.IDENTITY_OPENED, queries.committed_openings())) == []
    OpeningRequest.objects.filter(id=approved).update(legal_basis="另有说法")
    assert len(list(ledger.mismatches(EntryKind.IDENTITY_OPENED, queries.committed_openings()))) == 1


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"purpose": "curiosity"}, "unknown_opening_purpose"),
        ({"legal_basis": "  "}, "no_legal_basis"),
        ({"legal_basis": "长" * 501}, "no_legal_basis"),
        ({"purpose": "lawful_request"}, "no_lawful_document"),
        ({"document": "x" * 101}, "no_lawful_document"),
    ],
)
def test_a_request_says_what_for_and_by_which_law(sealed, changes, code):
    refused(lambda: ask(sealed, **changes), code)
    assert not OpeningRequest.objects.exists()


@pytest.mark.parametrize(
    ("by", "code"),
    [
        (staff("nobody", division=CITY_PATH), "not_allowed"),
        (
            staff("other", "identity.request", division=f"{worlds.PROVINCE}.{worlds.OTHER_CITY}."),
            "out_of_scope",
        ),
        (staff("reviewed", "identity.request", agency=f"{worlds.AGENCY}."), "own_matter"),
    ],
)
def test_who_may_not_ask(sealed, by, code):
    refused(lambda: ask(sealed, by=by), code)


@pytest.mark.parametrize(
    ("by", "code"),
    [
        (staff("clerk", agency=f"{OFFICES[1]}."), "not_allowed"),
        (staff("placeless", "identity.approve", division=CITY_PATH), "no_organisation"),
        (Actor(ActorKind.STAFF, "root", frozenset({"identity.approve"}), EVERYWHERE), "no_organisation"),
        (keeper("no-such-agency"), "no_organisation"),
        (keeper(worlds.AGENCY), "own_matter"),
        (keeper(worlds.OTHER_AGENCY), "out_of_scope"),
        (OPERATOR, "no_organisation"),
    ],
)
def test_who_may_not_decide(asked, by, code):
    refused(lambda: actions.approve_opening(asked, by=by, now=NOW), code)
    refused(lambda: actions.refuse_opening(asked, note="", by=by, now=NOW), code)
    assert state(asked) == OpeningState.REQUESTED


@pytest.mark.parametrize(
    "by",
    [FIRST, keeper(OFFICES[0], "colleague"), keeper(f"{OFFICES[0]}.{SUBUNIT}", "sub-unit")],
    ids=["same person", "same office", "part of the same office"],
)
def test_the_second_voice_is_another_person_of_another_office(asked, by):
    actions.approve_opening(asked, by=FIRST, now=NOW)

    refused(lambda: actions.approve_opening(asked, by=by, now=NOW), "same_organisation")
    assert state(asked) == OpeningState.SECONDED


def test_the_same_person_in_another_office_is_still_the_same_person(asked):
    actions.approve_opening(asked, by=FIRST, now=NOW)

    moved = keeper(OFFICES[1], FIRST.id)
    refused(lambda: actions.approve_opening(asked, by=moved, now=NOW), "same_organisation")


def test_whoever_asked_does_not_approve(sealed):
    both = staff(SUPERVISOR.id, "identity.approve", agency=f"{OFFICES[0]}.")
    request_id = ask(sealed)

    refused(lambda: actions.approve_opening(request_id, by=both, now=NOW), "opening_by_requester")


@pytest.mark.parametrize(
    "written",
    [
        {"second_by": "staff:a", "second_organisation": "B."},
        {"second_by": "staff:b", "second_organisation": "A."},
        {"second_by": str(SUPERVISOR), "second_organisation": "B."},
        {"second_by": "", "second_organisation": ""},
        {"second_by": "staff:b", "second_organisation": ""},
        {"first_by": str(SUPERVISOR)},
        {"first_by": ""},
        {"state": "opened", "opened_at": NOW, "opens_from": NOW + HOUR},
        {"state": "opened", "opened_at": NOW, "opens_from": None},
        {"state": "opened", "opened_at": None},
        {"state": "opened", "opened_at": NOW + timedelta(days=31), "opens_from": NOW},
        {"state": "refused"},
    ],
)
def test_the_database_insists_whatever_the_application_writes(asked, written):
    good = {
        "state": "approved",
        "first_by": "staff:a",
        "first_organisation": "A.",
        "first_at": NOW,
        "second_by": "staff:b",
        "second_organisation": "B.",
        "second_at": NOW,
        "opens_from": NOW,
    }
    OpeningRequest.objects.filter(id=asked).update(**good)

    with pytest.raises(IntegrityError), transaction.atomic():
        OpeningRequest.objects.filter(id=asked).update(**written)


@pytest.mark.parametrize(("purpose", "at_once"), [("retaliation", False), ("life_safety", True)])
def test_a_day_passes_unless_a_life_is_in_danger(sealed, folder, purpose, at_once):
    request_id = ask(sealed, purpose=purpose)
    for by in (FIRST, SECOND):
        actions.approve_opening(request_id, by=by, now=NOW)

    if at_once:
        assert opened(request_id, folder, NOW) == SAMPLE
    else:
        refused(
            lambda: opened(request_id, folder, NOW + 24 * HOUR - timedelta(seconds=1)), "opening_too_early"
        )
        assert opened(request_id, folder, NOW + 24 * HOUR) == SAMPLE


def test_one_approval_opens_nothing(asked, folder):
    actions.approve_opening(asked, by=FIRST, now=NOW)

    refused(lambda: opened(asked, folder), "wrong_opening_state")
    assert EntryKind.IDENTITY_OPENED not in kinds(asked)


@pytest.mark.parametrize("approvals", [0, 1, 2])
def test_any_office_may_refuse_until_it_is_opened(asked, folder, approvals):
    for by in (FIRST, SECOND)[:approvals]:
        actions.approve_opening(asked, by=by, now=NOW)

    actions.refuse_opening(asked, note="理由不足", by=keeper(OFFICES[2]), now=NOW + HOUR)

    assert state(asked) == OpeningState.REFUSED
    assert kinds(asked)[-1] == EntryKind.OPENING_ENDED
    refused(lambda: opened(asked, folder), "wrong_opening_state")


def test_only_whoever_asked_withdraws(asked):
    other = staff("another", "identity.request", division=CITY_PATH)
    refused(lambda: actions.withdraw_opening(asked, by=other, now=NOW), "not_allowed")

    actions.withdraw_opening(asked, by=SUPERVISOR, now=NOW + HOUR)

    assert state(asked) == OpeningState.WITHDRAWN
    assert kinds(asked)[-1] == EntryKind.OPENING_ENDED


def test_a_request_ends_by_itself(approved, folder):
    month = NOW + timedelta(days=30)

    refused(lambda: opened(approved, folder, month), "opening_over")
    assert actions.expire_openings(by=SYSTEM, now=month - HOUR) == 0
    assert actions.expire_openings(by=SYSTEM, now=month) == 1
    assert actions.expire_openings(by=SYSTEM, now=month) == 0
    assert state(approved) == OpeningState.EXPIRED
    assert kinds(approved)[-1] == EntryKind.OPENING_ENDED


def test_what_was_written_past_the_application_is_not_opened(asked, folder):
    OpeningRequest.objects.filter(id=asked).update(
        state="approved",
        first_by="staff:a",
        first_organisation="A.",
        first_at=NOW,
        second_by="staff:b",
        second_organisation="B.",
        second_at=NOW,
        opens_from=NOW,
    )

    refused(lambda: opened(asked, folder), "unrecorded_approval")
    assert EntryKind.IDENTITY_OPENED not in kinds(asked)


def test_another_key_opens_nothing_and_is_named(approved, folder, tmp_path):
    keys.ensure(tmp_path / "other")
    with pytest.raises(Refused) as no:
        opened(approved, tmp_path / "other")

    assert no.value.complaint.params == {"key_id": keys.application_keys(folder).escrow.id}
    assert state(approved) == OpeningState.APPROVED


def test_an_altered_or_erased_record_is_not_opened(approved, folder, sealed):
    SealedPerson.objects.filter(id=sealed).update(sealed=b"\x01" + bytes(60))
    refused(lambda: opened(approved, folder), "broken_seal")

    OpeningRequest.objects.filter(id=approved).update(person=UUID(int=7))
    refused(lambda: opened(approved, folder), "unknown_person")


def test_there_is_no_such_request(folder):
    refused(lambda: opened(UUID(int=7), folder), "no_such_opening")


@pytest.mark.parametrize(
    ("by", "sees"),
    [
        (SUPERVISOR, True),
        (FIRST, True),
        (staff("auditor", "audit.read", division=""), True),
        (staff("elsewhere", "identity.request", division=f"{worlds.PROVINCE}.{worlds.OTHER_CITY}."), False),
        (keeper(worlds.OTHER_AGENCY), False),
        (staff("clerk", "order.view", division=""), False),
        (staff("nowhere", "identity.request"), False),
    ],
)
def test_who_sees_a_request(asked, by, sees):
    assert [row.id for row in queries.openings(by)] == [asked] * sees
    if not sees:
        refused(lambda: queries.opening(asked, by=by), "no_such_opening")
    else:
        assert queries.opening(asked, by=by).legal_basis == ASKED["legal_basis"]


def test_whether_somebody_may_still_decide_or_ask(asked):
    assert access.may_decide(FIRST, queries.opening(asked, by=FIRST))
    actions.approve_opening(asked, by=FIRST, now=NOW)
    assert not access.may_decide(FIRST, queries.opening(asked, by=FIRST))
    assert access.may_request(SUPERVISOR)
    assert not access.may_request(FIRST)


def test_openings_are_counted_by_year_in_beijing(approved, sealed, folder):
    opened(approved, folder)

    assert queries.openings_by_year() == [(2026, 1)]


def test_whom_to_tell_after_a_month(approved, folder):
    opened(approved, folder)
    month = LATER + timedelta(days=30)

    assert queries.openings_to_tell(month - HOUR) == []
    assert [row.id for row in queries.openings_to_tell(month)] == [approved]
    actions.mark_told([approved], now=month)
    assert queries.openings_to_tell(month) == []


def test_a_forged_second_voice_in_the_ledger_must_match_the_row(approved, folder):
    """Entries cannot be taken away; one too many is noticed as well."""
    entry = NewEntry(EntryKind.OPENING_DECIDED, "opening", str(approved), facts={"office": "Z."})
    ledger_actions.append([entry], by=FIRST, now=NOW)

    refused(lambda: opened(approved, folder), "unrecorded_approval")
