"""What waits in quarantine and was sent again, corrected, since: tried at last it writes over nothing that is newer."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

import pytest

from haochaping.cases.models import Case, ServiceOccurrence
from haochaping.directory import actions as directory
from haochaping.directory.models import ItemMatch
from haochaping.directory.terms import Kind
from haochaping.exchange import actions as exchange
from haochaping.exchange.models import QuarantinedRecord
from haochaping.exchange.terms import Quarantined, QuarantineState, Raw, RecordKind
from haochaping.flows import match_items
from haochaping.flows.receive_reviews import receive_reviews
from haochaping.flows.retry_records import retry_records
from haochaping.flows.take_in_cases import take_in_cases
from haochaping.flows.take_past_voice import take_past_voice
from haochaping.kernel.actor import EVERYWHERE, OPERATOR, Actor, ActorKind
from haochaping.kernel.outcomes import OutcomeKind
from haochaping.ledger import queries as ledger
from haochaping.ledger.terms import EntryKind
from haochaping.reviews.models import Review
from haochaping.reviews.terms import Entrance
from haochaping.voices.models import Voice
from tests import worlds
from tests.flows.test_early_steps import park, service
from tests.flows.truth import assert_counters_exact, findings

if TYPE_CHECKING:
    from datetime import datetime
    from uuid import UUID

pytestmark = pytest.mark.usefixtures("world")
MINUTE = timedelta(minutes=1)
STRANGE = "SPJY-01"
NEW_AGENCY = "990102000000_NEW"
_EDITOR = Actor(ActorKind.STAFF, "5", frozenset({"directory.edit"}), EVERYWHERE)


@pytest.fixture
def world(db: None, now: datetime) -> None:
    """The directory alone: no case has come yet."""
    worlds.build(now)


def send(
    now: datetime,
    minute: int,
    *,
    entrance: Entrance = Entrance.CLIENT,
    verified: bool = True,
    **changes: object,
) -> OutcomeKind:
    """A telling of the case YC-1, so many minutes after the first."""
    raw = Raw(worlds.case("YC-1", now, **changes))
    at = now + minute * MINUTE
    return take_in_cases([raw], verified=verified, entrance=entrance, by=worlds.CLIENT, now=at)[0].kind


def retry(now: datetime, minute: int, *records: UUID) -> None:
    ids = [str(one) for one in records] or None
    retry_records(ids, by=OPERATOR, now=now + minute * MINUTE)


def know_agency(now: datetime) -> None:
    """The directory hears at last of the agency that the first telling names."""
    row = {"code": NEW_AGENCY, "name": "河湾区新局", "division": worlds.COUNTY, "parent": "", "uscc": ""}
    assert directory.put(Kind.AGENCIES, [row], by=OPERATOR, now=now) == []


def states() -> list[str]:
    """How the records stand, in the order in which they came."""
    return list(QuarantinedRecord.objects.order_by("received_at").values_list("state", flat=True))


def test_an_older_case_is_corrected_by_what_was_accepted_since_and_writes_over_nothing(now):
    assert send(now, 0, agency=NEW_AGENCY, trips=1) == OutcomeKind.QUARANTINED
    assert send(now, 1, trips=2) == OutcomeKind.ACCEPTED
    know_agency(now)

    retry(now, 2)

    case = Case.objects.select_related("agency").get()
    assert (case.agency.code, case.trips, case.updated_at) == (worlds.AGENCY, 2, now + MINUTE)
    record = QuarantinedRecord.objects.get()
    assert (record.state, record.result_id, record.settled_at) == ("corrected", case.pk, now + 2 * MINUTE)
    assert [entry.kind for entry in ledger.entries_of("quarantine", str(record.id))] == [
        EntryKind.QUARANTINE_TAKEN_IN,
        EntryKind.QUARANTINE_CORRECTED,
    ]
    assert_counters_exact()
    assert findings(now + 2 * MINUTE) == []


def test_a_decision_about_its_item_takes_no_older_case(now):
    assert send(now, 0, item=STRANGE, trips=1) == OutcomeKind.QUARANTINED
    assert send(now, 1, trips=2) == OutcomeKind.ACCEPTED
    match_items.look(now=now)

    match_items.decide(ItemMatch.objects.get().pk, worlds.ITEM, by=_EDITOR, now=now + 2 * MINUTE)

    assert Case.objects.get().trips == 2
    assert states() == ["corrected"]


def test_one_that_still_cannot_be_read_is_corrected_all_the_same(now):
    assert send(now, 0, agency=NEW_AGENCY, trips="viele") == OutcomeKind.QUARANTINED
    assert send(now, 1, trips=2) == OutcomeKind.ACCEPTED

    retry(now, 2)

    assert (states(), QuarantinedRecord.objects.get().attempts) == (["corrected"], 0)


def test_one_that_came_after_what_stands_is_taken(now):
    assert send(now, 0, trips=1) == OutcomeKind.ACCEPTED
    assert send(now, 1, agency=NEW_AGENCY, trips=2) == OutcomeKind.QUARANTINED
    know_agency(now)

    retry(now, 2)

    case = Case.objects.select_related("agency").get()
    assert (case.agency.code, case.trips, states()) == (NEW_AGENCY, 2, ["taken"])


def test_what_nothing_signed_told_in_between_keeps_nothing_out_afterwards(now):
    """Two signed tellings wait, an unsigned one comes after both: the second is taken after the first all the same."""
    for minute in (0, 1):
        send(now, minute, agency=NEW_AGENCY, trips=minute)
    send(now, 2, entrance=Entrance.UNSIGNED, verified=False, trips=2)
    know_agency(now)

    retry(now, 3, QuarantinedRecord.objects.get(fields__trips=0).pk)
    retry(now, 4)

    assert (Case.objects.get().trips, states()) == (1, ["taken", "taken"])


@pytest.mark.parametrize("newest_first", [True, False])
def test_of_two_that_wait_the_later_one_stands_whichever_is_tried_first(now, newest_first):
    for minute in (0, 1):
        assert send(now, minute, agency=NEW_AGENCY, trips=minute) == OutcomeKind.QUARANTINED
    know_agency(now)
    older, newer = QuarantinedRecord.objects.order_by("received_at").values_list("id", flat=True)

    for minute, one in enumerate((newer, older) if newest_first else (older, newer), start=5):
        retry(now, minute, one)

    assert Case.objects.get().trips == 1
    assert states() == (["corrected", "taken"] if newest_first else ["taken", "taken"])


def test_one_that_waits_since_before_another_was_taken_out_is_no_later_than_what_came_in_between(now):
    """First and third wait, the second is accepted: whichever is tried, the third stands."""
    for minute, agency in enumerate((NEW_AGENCY, worlds.AGENCY, NEW_AGENCY)):
        send(now, minute, trips=minute, agency=agency)
    know_agency(now)
    first, third = QuarantinedRecord.objects.order_by("received_at").values_list("id", flat=True)

    retry(now, 5, third)
    retry(now, 6, first)

    assert (Case.objects.get().trips, states()) == (2, ["corrected", "taken"])


def test_where_the_source_states_versions_they_decide_and_not_the_arrival(now):
    version = {minute: (now + (minute - 60) * MINUTE).isoformat() for minute in (1, 2)}
    send(now, 0, agency=NEW_AGENCY, trips=2, revised_at=version[2])
    assert send(now, 1, trips=1, revised_at=version[1]) == OutcomeKind.ACCEPTED
    know_agency(now)

    retry(now, 2)

    assert (Case.objects.get().trips, states()) == (2, ["taken"])


def test_an_older_version_that_came_later_is_corrected(now):
    version = {minute: (now + (minute - 60) * MINUTE).isoformat() for minute in (1, 2)}
    send(now, 0, trips=2, revised_at=version[2])
    assert send(now, 1, agency=NEW_AGENCY, trips=1, revised_at=version[1]) == OutcomeKind.QUARANTINED
    know_agency(now)

    retry(now, 2)

    assert (Case.objects.get().trips, states()) == (2, ["corrected"])


def test_a_service_that_nothing_else_told_is_not_lost_with_its_record(now):
    late = worlds.occurrence(2, now)
    send(now, 0, agency=NEW_AGENCY, trips=1, occurrences=[worlds.occurrence(1, now), late])
    orphan = worlds.give("YC-1", 2, now, occurrence_no=2)
    assert send(now, 1, trips=2) == OutcomeKind.ACCEPTED
    know_agency(now)
    assert exchange.settle_corrected(by=OPERATOR, now=now + 2 * MINUTE) == 0, "it knows of a service"

    retry(now, 3)

    case = Case.objects.select_related("agency").get()
    assert (case.agency.code, case.trips) == (worlds.AGENCY, 2)
    assert set(ServiceOccurrence.objects.values_list("no", flat=True)) == {1, 2}
    assert orphan.id
    assert Review.objects.get().receipt_hash == QuarantinedRecord.objects.get(id=orphan.id).receipt_hash
    assert states() == ["taken", "taken"]

    send(now, 0, agency="990102000000_NOT", trips=7)
    QuarantinedRecord.objects.filter(state="waiting").update(received_at=now)
    retry(now, 4)
    assert states().count("corrected") == 1, "what stands was told before that service was written down"


def test_an_older_completion_gives_a_withdrawn_case_no_life(now):
    send(now, 0, agency=NEW_AGENCY)
    assert send(now, 1, status="withdrawn", completed_at=None) == OutcomeKind.ACCEPTED
    know_agency(now)

    retry(now, 2)

    assert (Case.objects.get().status, states()) == ("withdrawn", ["corrected"])


def test_an_older_withdrawal_withdraws_nothing_that_was_told_again(now):
    send(now, 0, agency=NEW_AGENCY, status="withdrawn", completed_at=None)
    assert send(now, 1) == OutcomeKind.ACCEPTED
    know_agency(now)

    retry(now, 2)

    assert (Case.objects.get().status, states()) == ("completed", ["corrected"])


@pytest.mark.parametrize(
    ("waits", "stands", "state", "trips"),
    [
        # What a platform has signed is kept out by nothing unsigned, and keeps that out itself.
        (Entrance.CLIENT, Entrance.UNSIGNED, "taken", 1),
        (Entrance.UNSIGNED, Entrance.CLIENT, "corrected", 2),
        (Entrance.UNSIGNED, Entrance.UNSIGNED, "corrected", 2),
        (Entrance.HISTORY, Entrance.HISTORY, "corrected", 2),
        (Entrance.REPORTED, Entrance.REPORTED, "corrected", 2),
    ],
)
def test_who_sent_it_by_which_way_counts_as_on_the_road(now, waits, stands, state, trips):
    unsigned = {Entrance.UNSIGNED, Entrance.HISTORY}
    send(now, 0, entrance=waits, verified=waits not in unsigned, agency=NEW_AGENCY, trips=1)
    send(now, 1, entrance=stands, verified=stands not in unsigned, trips=2)
    know_agency(now)

    retry(now, 2)

    assert (Case.objects.get().trips, states()) == (trips, [state])


def test_an_early_step_is_taken_with_its_case_though_that_came_later(now):
    step = park(now, status="rejected")
    send(now, 1, status="accepted", completed_at=None)

    step.refresh_from_db()
    assert (Case.objects.get().status, step.state) == ("rejected", "taken")


def test_a_step_that_its_case_left_behind_brings_its_service_and_nothing_else(now):
    step = park(now, trips=1, occurrences=[service(now)])
    QuarantinedRecord.objects.update(sender=f"client:{STRANGE}", scope_path="990000000000.990200000000.")
    send(now, 1, trips=2)
    QuarantinedRecord.objects.update(sender=str(worlds.CLIENT), scope_path=worlds.CLIENT.scope.division_path)
    assert states() == ["waiting"], "its sender might not write here"

    send(now, 2, trips=3)

    step.refresh_from_db()
    assert (Case.objects.get().trips, step.state) == (3, "taken")
    assert set(ServiceOccurrence.objects.values_list("name", flat=True)) == {"办结", "取证"}


def test_a_step_that_tells_nothing_new_of_a_case_told_again_is_corrected(now):
    park(now, trips=1)
    QuarantinedRecord.objects.update(scope_path="990000000000.990200000000.")
    send(now, 1, trips=2)
    send(now, 2, trips=3)
    QuarantinedRecord.objects.update(scope_path=worlds.CLIENT.scope.division_path)

    retry(now, 3)

    assert (Case.objects.get().trips, states()) == (3, ["corrected"])


def test_an_older_case_is_corrected_though_a_step_was_taken_with_the_newer_one(now):
    send(now, 0, agency=NEW_AGENCY, trips=1)
    park(now, occurrences=[service(now)])
    send(now, 1, trips=2)
    know_agency(now)
    assert sorted(states()) == ["taken", "waiting"]

    retry(now, 2)

    assert (Case.objects.get().trips, sorted(states())) == (2, ["corrected", "taken"])


def test_a_review_that_was_sent_again_is_corrected_when_it_is_tried(now):
    send(now, 0)
    wrong = Raw(worlds.review("YC-1", 2, now, indicator_codes=["501"]))
    right = Raw(worlds.review("YC-1", 2, now, indicator_codes=["201"]))
    for minute, raw in ((0, wrong), (1, right)):
        receive_reviews([raw], entrance=Entrance.CLIENT, by=worlds.CLIENT, now=now + minute * MINUTE)

    retry(now, 2)

    record = QuarantinedRecord.objects.get()
    assert (record.state, record.result_id) == ("corrected", Review.objects.get().pk)


def test_of_two_reviews_that_wait_the_one_that_was_not_taken_is_corrected_only_by_a_later_one(now):
    for minute, level in enumerate((4, 5)):
        worlds.give("YC-1", level, now + minute * MINUTE)
    older, newer = QuarantinedRecord.objects.order_by("received_at").values_list("id", flat=True)
    QuarantinedRecord.objects.filter(id=older).update(case_no="elsewhere")
    send(now, 3)
    assert Review.objects.get().level == 5
    QuarantinedRecord.objects.filter(id=older).update(case_no="YC-1")

    retry(now, 4, older)

    assert QuarantinedRecord.objects.get(id=newer).state == QuarantineState.TAKEN
    assert QuarantinedRecord.objects.get(id=older).state == QuarantineState.CORRECTED


def test_an_entry_of_an_older_system_that_was_imported_again_is_corrected(now):
    entry = {
        "source": worlds.SOURCE,
        "entry_no": "F-1",
        "kind": "complaint",
        "agency": worlds.AGENCY,
        "text": "窗口没人",
        "given_at": (now - timedelta(days=3)).isoformat(),
    }
    record = Quarantined(
        kind=RecordKind.VOICE,
        fields=entry | {"agency": NEW_AGENCY},
        sealed={},
        digest=b"1" * 32,
        receipt_hash=None,
        entrance="history",
        code="unknown_agency",
        field="agency",
        params={"value": NEW_AGENCY},
        message="",
        remedy="",
    )
    exchange.quarantine([record], by=worlds.CLIENT, now=now)
    assert take_past_voice(Raw(entry), by=worlds.CLIENT, now=now + MINUTE).kind == OutcomeKind.ACCEPTED
    know_agency(now)

    retry(now, 2)

    stands = QuarantinedRecord.objects.get()
    assert (stands.state, stands.result_id) == ("corrected", Voice.objects.get().pk)
