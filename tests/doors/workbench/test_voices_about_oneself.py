"""A complaint about a member of staff: for them there is no such thing, wherever its number became known."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

import pytest
from django.urls import reverse
from django.utils import timezone

from haochaping.accounts import actions as accounts
from haochaping.accounts import queries as people
from haochaping.accounts.terms import Role
from haochaping.exchange.terms import Raw
from haochaping.flows import change_review, handle_voices, supervise, watch_voices
from haochaping.flows.receive_reviews import receive_reviews
from haochaping.kernel.actor import OPERATOR, REVIEWER, SYSTEM
from haochaping.ledger import queries as ledger
from haochaping.ledger.terms import EntryKind
from haochaping.notices import actions as notice_actions
from haochaping.notices.models import StaffNotice
from haochaping.reviews.terms import Entrance
from haochaping.supervision.models import Signal, SupervisionOrder
from haochaping.voices import queries
from haochaping.voices.models import Voice
from haochaping.voices.terms import VoiceMove
from tests import worlds
from tests.doors.workbench.conftest import PLACES
from tests.voices.conftest import GIVEN, Told

if TYPE_CHECKING:
    from uuid import UUID

LIST = "/desk/voices/"
WORDS = "总体满意，但S1号的态度要改。"


@pytest.fixture(autouse=True)
def _dispatchers(monkeypatch) -> None:
    monkeypatch.setitem(PLACES, "dispatcher", (Role.DISPATCHER, {"division_code": worlds.PROVINCE}))


@pytest.fixture
def colleague(monkeypatch, browser_of):
    """Another clerk of the same agency."""
    monkeypatch.setitem(PLACES, "colleague", PLACES["clerk"])
    return browser_of("colleague")


def bind(browser, number: str = "S1") -> None:
    found = people.staff_by_id(int(browser.session["_auth_user_id"]))
    assert found is not None
    accounts.bind_staff_member(
        user_id=found.id, agency_code=worlds.AGENCY, staff_number=number, by=OPERATOR, now=timezone.now()
    )


def give(**said: str) -> Told:
    now = timezone.now() - timedelta(hours=1)
    handle_voices.give_voice(**GIVEN | said, by=REVIEWER, now=now)
    return Told(Voice.objects.get().id, now)


def page_of(browser, address: str) -> str:
    return str(browser.get(address).content.decode())


def sees(browser, voice_id: UUID) -> bool:
    """Whether somebody sees a voice, at every address alike: its page, its list and its steps."""
    shown = browser.get(f"{LIST}{voice_id}").status_code == 200
    assert (str(voice_id) in page_of(browser, LIST)) == shown
    if not shown:
        assert browser.post(f"{LIST}{voice_id}/sign-for").status_code in {403, 404}
        assert browser.post(f"{LIST}{voice_id}/name", {"number": "S1"}).status_code == 404
    return bool(shown)


@pytest.fixture
def praise(world) -> UUID:
    """Four stars for a service at which S1 served, with a complaint in its words."""
    worlds.take_case("YC-9", world, occurrences=[worlds.occurrence(1, world) | {"staff": "S1"}])
    raw = Raw(worlds.review("YC-9", 4, world, channel="mobile"))
    outcome = receive_reviews([raw], entrance=Entrance.TOKEN, by=REVIEWER, now=world)[0]
    assert outcome.id is not None
    change_review.finish_review(outcome.id, [], WORDS, by=REVIEWER, now=world + timedelta(minutes=1))
    return outcome.id


@pytest.mark.parametrize("who", ["clerk", "supervisor"])
def test_whom_a_good_review_names_does_not_see_what_is_taken_up_from_it(praise, colleague, browser_of, who):
    said = {"kind": "complaint", "matter": "", "quote": "S1号的态度要改", "note": "请核实"}
    assert colleague.post(f"{LIST}reviews/{praise}", said).status_code == 303
    voice_id, named = Voice.objects.get().id, browser_of(who)
    assert sees(named, voice_id)

    bind(named)

    assert not sees(named, voice_id)
    assert "工号S1" in page_of(colleague, f"{LIST}{voice_id}")


@pytest.mark.parametrize("number", ["S1", " s1号 ", "工号：Ｓ１"])
def test_the_number_that_somebody_gives_hides_it_from_its_bearer(world, clerk, colleague, number):
    told = give(badge=number).upto(VoiceMove.TRANSFER)
    bind(clerk)

    assert not sees(clerk, told.id)
    assert sees(colleague, told.id)


def test_a_number_of_nobody_there_is_kept_and_shown_to_whoever_passes_it_on(world, browser_of):
    told = give(badge="Z9")

    assert told.row.staff_id is None
    page = page_of(browser_of("dispatcher"), f"{LIST}{told.id}")
    assert "Z9" in page
    assert "查无此工号" in page


def test_a_number_is_looked_for_again_at_the_agency_that_answers(world, browser_of):
    told = give(agency=worlds.OTHER_AGENCY, badge="S1")
    assert told.row.staff_id is None

    told.step(VoiceMove.TRANSFER)

    assert queries.voices([told.id])[told.id].staff_code == "S1"


@pytest.mark.parametrize("who", ["dispatcher", "colleague"])
def test_whoever_passes_on_or_handles_says_whom_it_is_about(world, clerk, colleague, browser_of, who):
    told, dispatcher = give().upto(VoiceMove.TRANSFER), browser_of("dispatcher")
    bind(clerk)
    assert sees(clerk, told.id)
    browser = colleague if who == "colleague" else dispatcher
    assert f"{LIST}{told.id}/name" in page_of(browser, f"{LIST}{told.id}")

    answer = browser.post(f"{LIST}{told.id}/name", {"number": "S1"})

    assert answer.status_code == 303
    assert not sees(clerk, told.id)
    assert told.moves == ["receive", "transfer", "name"]
    assert [entry.kind for entry in ledger.entries_of("voice", str(told.id))][-1] == EntryKind.VOICE_NAMED
    # Whoever handles it says so once; a mistake is put right by the dispatcher.
    assert (f"{LIST}{told.id}/name" in page_of(colleague, f"{LIST}{told.id}")) is False
    assert f"{LIST}{told.id}/name" in page_of(dispatcher, f"{LIST}{told.id}")
    assert colleague.post(f"{LIST}{told.id}/name", {"number": "S1"}).status_code == 409


def test_a_number_that_the_directory_does_not_know_is_refused_with_what_was_typed(world, colleague):
    told = give().upto(VoiceMove.TRANSFER)

    answer = colleague.post(f"{LIST}{told.id}/name", {"number": "Z9"})

    assert answer.status_code == 422
    assert 'value="Z9"' in answer.content.decode()
    assert told.row.staff_id is None


def test_a_stale_page_says_the_state_in_words(world, clerk):
    told = give().upto(VoiceMove.SIGN_FOR)

    page = clerk.post(f"{LIST}{told.id}/sign-for").content.decode()

    assert "“signed”" not in page
    assert "“已签收，待答复”" in page


def test_nobody_names_themselves(world, clerk):
    told = give().upto(VoiceMove.TRANSFER)
    bind(clerk)

    answer = clerk.post(f"{LIST}{told.id}/name", {"number": "S1"})

    assert answer.status_code == 422
    assert "由其他人" in answer.content.decode()
    assert told.row.staff_id is None


def test_supervision_of_it_is_hidden_with_it(world, clerk, browser_of):
    told = give(badge="S1").upto(VoiceMove.TRANSFER)
    due = told.row.due_at
    assert due is not None
    late = due + timedelta(hours=1)
    supervise.watch(late)
    watch_voices.tell_alarms(late)
    row, signal = SupervisionOrder.objects.get(), Signal.objects.get(subject=f"voice:{told.id}")
    supervisor = browser_of("supervisor")
    pages = [
        (clerk, reverse("desk_supervision_one", args=[row.id])),
        (supervisor, reverse("oversight_supervision", args=[row.id])),
    ]
    assert [browser.get(page).status_code for browser, page in pages] == [200, 200]
    assert str(signal.id) in page_of(supervisor, reverse("oversight_signals"))

    bind(clerk)
    bind(supervisor)

    assert [browser.get(page).status_code for browser, page in pages] == [404, 404]
    assert str(signal.id) not in page_of(supervisor, reverse("oversight_signals"))


def test_what_they_were_told_before_is_gone_once_they_are_named(world, clerk, colleague):
    told = give()
    handle_voices.transfer(told.id, agency=worlds.AGENCY, note="", by=SYSTEM, now=told.later())
    bind(clerk)
    [notice] = StaffNotice.objects.filter(kind="voice_transferred")
    notice_actions.address([notice.id], now=told.later())
    before = str(notice.id) in page_of(clerk, reverse("desk_notices"))

    colleague.post(f"{LIST}{told.id}/name", {"number": "S1"})

    assert (before, str(notice.id) in page_of(clerk, reverse("desk_notices"))) == (True, False)
