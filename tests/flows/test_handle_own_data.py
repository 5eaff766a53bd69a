"""个人信息请求: seen, corrected or erased by the supervisory office, in time, with a receipt; the agency learns nothing."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING

import pytest
from django.db import IntegrityError, transaction

from haochaping.cases.models import Case
from haochaping.flows import handle_bad_review, handle_own_data, handle_voices, watch_voices
from haochaping.flows.erase_persons import erase_persons
from haochaping.identity import queries as identities
from haochaping.identity.models import BlindIndex, SealedPerson
from haochaping.identity.terms import PlainPerson
from haochaping.kernel.actor import REVIEWER, SYSTEM, Actor, ActorKind, Scope
from haochaping.kernel.refused import Refused
from haochaping.ledger.models import Entry
from haochaping.ledger.terms import EntryKind
from haochaping.notices.models import Delivery, StaffNotice
from haochaping.supervision.models import Signal
from haochaping.voices import actions, queries
from haochaping.voices.models import Voice
from tests import worlds
from tests.flows.truth import findings

if TYPE_CHECKING:
    from datetime import datetime
    from uuid import UUID

pytestmark = pytest.mark.usefixtures("world")
DAY = timedelta(days=1)
RECEIPT = "0123456789ABCDEFGHJKMNPQRS"
ZHANG = {
    "name": "张小满",
    "phone": "13900000005",
    "certificate_type": "111",
    "certificate_no": "990102199001010018",
}
OFFICE = Actor(
    ActorKind.STAFF,
    "office",
    powers=frozenset({"order.view", "order.supervise", "order.dispatch", "order.handle"}),
    scope=Scope(division_path=f"{worlds.PROVINCE}.{worlds.CITY}."),
)


@pytest.fixture
def zhang(now: datetime) -> list[bytes]:
    """Somebody with a completed case, as they have proven who they are."""
    worlds.take_case("YC-5", now, applicant=ZHANG)
    return identities.fingerprints_by_end("13900000005", "0018")


def ask(
    zhang: list[bytes], now: datetime, matter: str = "erase", text: str = "请删除", receipt: str = RECEIPT
) -> str:
    return handle_own_data.ask(zhang, matter=matter, text=text, receipt=receipt, by=REVIEWER, now=now)


def taken_up(zhang: list[bytes], now: datetime, matter: str = "erase") -> UUID:
    """A request that the office has accepted."""
    ask(zhang, now, matter)
    voice_id = Voice.objects.get(kind="own_data").id
    actions.sign_for(voice_id, by=OFFICE, now=now)
    return voice_id


def answer(voice_id: UUID, outcome: str, now: datetime, by: Actor = OFFICE) -> None:
    handle_own_data.answer(voice_id, outcome=outcome, text="已按您的请求办理", by=by, now=now)


def code_of(action) -> str:
    with pytest.raises(Refused) as refused:
        action()
    return refused.value.code


def test_it_goes_to_the_office_with_a_promise_of_fifteen_working_days(zhang, now):
    assert ask(zhang, now, "see", "我想知道留存了什么") == RECEIPT

    row = queries.by_receipt(RECEIPT)
    assert row is not None
    assert (row.kind, row.matter, row.state, row.agency_name) == ("own_data", "see", "transferred", "")
    # From Monday the 1st, with the Dragon Boat Festival on Friday the 19th.
    assert row.due_at is not None
    assert row.due_at.date().isoformat() == "2026-06-23"
    assert [one.id for one in queries.office(OFFICE)] == [row.id]
    notice = StaffNotice.objects.get(kind="voice_at_office")
    assert (notice.agency_id, notice.subject_kind, notice.subject_id) == (None, "office_voice", str(row.id))
    entry = Entry.objects.get(kind=EntryKind.VOICE_RECEIVED)
    assert entry.facts == {"kind": "own_data", "move": "receive", "state": "transferred"}
    assert findings(now) == []


def test_no_agency_sees_hears_or_does_anything_of_it(zhang, now):
    voice_id = taken_up(zhang, now)
    handler = replace(OFFICE, scope=worlds.CLERK.scope)

    assert queries.inbox(worlds.CLERK) == []
    assert code_of(lambda: queries.voice(voice_id, by=worlds.CLERK)) == "no_such_voice"
    assert code_of(lambda: queries.at_office(voice_id, by=handler)) == "no_such_voice"
    assert code_of(lambda: answer(voice_id, "declined", now, by=handler)) == "no_such_voice"
    passing = lambda: actions.transfer(voice_id, agency=worlds.AGENCY, note="", by=OFFICE, now=now)  # noqa: E731
    assert code_of(passing) == "no_such_voice"
    assert list(queries.facts_of()) == []


def test_an_office_of_elsewhere_does_not_see_it(zhang, now):
    voice_id = taken_up(zhang, now)
    other = replace(OFFICE, scope=Scope(division_path=f"{worlds.PROVINCE}.{worlds.OTHER_CITY}."))

    assert queries.office(other) == []
    assert code_of(lambda: queries.at_office(voice_id, by=other)) == "no_such_voice"


def test_matters_in_two_places_are_for_the_office_above_both(zhang, now):
    worlds.take_case("YC-6", now, applicant=ZHANG)
    Case.objects.filter(case_no="YC-6").update(division=worlds_division(worlds.OTHER_CITY))

    ask(zhang, now)

    assert Voice.objects.get().division.code == worlds.PROVINCE


def test_a_request_of_somebody_elses_agent_goes_to_the_office_of_what_they_handled(zhang, now):
    Case.objects.filter(case_no="YC-5").update(person_id=None)
    li = {**ZHANG, "name": "李大明", "phone": "13900000006", "certificate_no": "990102199001010026"}
    worlds.take_case("YC-6", now, applicant=li | {"agent": ZHANG})

    ask(zhang, now)

    assert Voice.objects.get().division.code == worlds.COUNTY


def worlds_division(code: str) -> int:
    from haochaping.directory import queries as directory

    found = directory.division(code)
    assert found is not None
    return found.id


def test_whoever_has_no_case_is_answered_at_the_top(now):
    worlds.give("YC-1", 5, now, reviewer={"phone": "13900000007"})

    ask(identities.fingerprints(PlainPerson(phone="13900000007")), now)

    assert Voice.objects.get().division.parent_id is None


def test_erased_at_their_request_they_are_found_by_nobody(zhang, now):
    voice_id = taken_up(zhang, now + DAY)
    before = SealedPerson.objects.count()

    answer(voice_id, "erased", now + 2 * DAY)

    assert SealedPerson.objects.count() == before - 1
    assert identities.persons_with(zhang) == []
    assert not BlindIndex.objects.filter(person__in=Voice.objects.get().persons).exists()
    row = queries.by_receipt(RECEIPT)
    assert row is not None
    assert (row.state, row.outcome, row.answer) == ("answered", "erased", "已按您的请求办理")
    [entry] = Entry.objects.filter(kind=EntryKind.IDENTITY_ERASED)
    assert (entry.subject_id, entry.facts, entry.actor) == ("request", {"persons": "1"}, str(OFFICE))
    assert Entry.objects.filter(kind=EntryKind.VOICE_ANSWERED, subject_id=str(voice_id)).count() == 1
    assert findings(now + 2 * DAY) == []


def test_what_waits_to_be_sent_does_not_keep_them(zhang, now):
    voice_id = taken_up(zhang, now + DAY)
    handle_voices.urge(voice_id, by=REVIEWER, now=now + 4 * DAY)

    answer(voice_id, "erased", now + 5 * DAY)

    assert Delivery.objects.filter(template="voice_answered").count() == 1
    assert identities.persons_with(zhang) == []


def test_an_open_matter_keeps_the_identity_and_nothing_is_answered(zhang, now):
    worlds.give("YC-5", 1, now)
    handle_bad_review.dispatch_due(by=SYSTEM, now=now)
    voice_id = taken_up(zhang, now + DAY)

    with pytest.raises(Refused) as refused:
        answer(voice_id, "erased", now + 2 * DAY)

    assert (refused.value.code, refused.value.complaint.params["n"]) == ("identity_still_needed", 1)
    assert len(identities.persons_with(zhang)) == 1
    assert Voice.objects.get(kind="own_data").state == "signed"
    answer(voice_id, "declined", now + 2 * DAY)
    assert len(identities.persons_with(zhang)) == 1


@pytest.mark.parametrize(
    ("matter", "outcome"), [("see", "erased"), ("correct", "erased"), ("erase", "settled")]
)
def test_an_answer_comes_to_what_was_asked(zhang, now, matter, outcome):
    voice_id = taken_up(zhang, now, matter)

    assert code_of(lambda: answer(voice_id, outcome, now + DAY)) == "unknown_voice_choice"
    assert len(identities.persons_with(zhang)) == 1


def test_a_form_sent_twice_is_one_request_and_other_words_are_another(zhang, now):
    assert ask(zhang, now) == ask(zhang, now) == RECEIPT

    assert ask(zhang, now, text="还有一件") != RECEIPT
    assert Voice.objects.count() == 2


@pytest.mark.parametrize(
    ("said", "code"),
    [({"matter": "pressed"}, "unknown_voice_choice"), ({"text": " "}, "voice_text_missing")],
)
def test_what_is_not_taken(zhang, now, said, code):
    assert code_of(lambda: ask(zhang, now, **said)) == code
    assert not Voice.objects.exists()


def test_whoever_is_sealed_nowhere_has_nothing_to_ask(now):
    stranger = identities.fingerprints(PlainPerson(phone="13900000099"))

    assert code_of(lambda: ask(stranger, now)) == "nobody_sealed"


def test_overdue_the_office_is_told_and_nobody_supervised(zhang, now):
    ask(zhang, now)
    late = now + 40 * DAY

    watch_voices.tell_alarms(late)

    assert StaffNotice.objects.filter(kind="office_voice_due", agency=None).count() == 1
    assert [one.kind for one in queries.overdue(OFFICE, late)] == ["own_data"]
    assert not Signal.objects.exists()


def test_not_content_the_person_says_so_and_the_office_has_it_again(zhang, now):
    voice_id = taken_up(zhang, now, "see")
    answer(voice_id, "settled", now)

    handle_voices.say_word(voice_id, solved="no", text="少了一件", by=REVIEWER, now=now + DAY)

    (row,) = queries.office(OFFICE)
    assert (row.state, row.round) == ("transferred", 2)
    assert StaffNotice.objects.filter(kind="voice_at_office").count() == 2


def test_not_content_again_another_of_the_office_decides_and_no_agency_is_blamed(zhang, now):
    voice_id = taken_up(zhang, now, "see")
    answer(voice_id, "settled", now)
    handle_voices.say_word(voice_id, solved="no", text="", by=REVIEWER, now=now)
    actions.sign_for(voice_id, by=OFFICE, now=now)
    answer(voice_id, "declined", now)

    handle_voices.say_word(voice_id, solved="no", text="", by=REVIEWER, now=now)

    assert not Signal.objects.exists()
    assert code_of(lambda: handle_voices.end(voice_id, text="维持", by=OFFICE, now=now)) == "answerer_decides"
    handle_voices.end(voice_id, text="维持", by=replace(OFFICE, id="second"), now=now)
    assert Voice.objects.get().decision == "维持"


def test_an_open_request_keeps_whom_it_is_about(zhang, now):
    later = now + 200 * DAY
    voice_id = taken_up(zhang, now, "see")

    erase_persons(by=SYSTEM, now=later)

    assert len(identities.persons_with(zhang)) == 1
    answer(voice_id, "settled", now)
    handle_voices.say_word(voice_id, solved="yes", text="", by=REVIEWER, now=now)
    Delivery.objects.update(state="sent")
    erase_persons(by=SYSTEM, now=later)
    assert identities.persons_with(zhang) == []


def test_the_database_itself_gives_it_to_no_agency(zhang, now):
    ask(zhang, now)

    with pytest.raises(IntegrityError, match="voice_own_data_or_an_agency"), transaction.atomic():
        Voice.objects.update(agency=Case.objects.get(case_no="YC-5").agency_id)
