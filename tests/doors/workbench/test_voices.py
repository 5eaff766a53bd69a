"""`/desk/voices/`: passed on, signed for and answered; taken up from good reviews; nobody is named."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

import pytest
from django.urls import reverse
from django.utils import timezone

from haochaping.accounts.terms import Role
from haochaping.directory import queries as directory
from haochaping.directory.models import Agency
from haochaping.exchange.terms import Raw
from haochaping.flows import change_review, handle_voices, supervise
from haochaping.flows.receive_reviews import receive_reviews
from haochaping.kernel.actor import OPERATOR, REVIEWER
from haochaping.kernel.periods import local_day
from haochaping.ledger.models import Entry
from haochaping.ledger.terms import EntryKind
from haochaping.reviews.terms import Entrance
from haochaping.supervision.models import SupervisionOrder
from haochaping.voices import actions
from haochaping.voices.models import Voice
from haochaping.voices.terms import PastVoice, VoiceKind, VoiceMove
from tests import worlds
from tests.doors.workbench.conftest import PLACES
from tests.voices.conftest import GIVEN, Told

if TYPE_CHECKING:
    from uuid import UUID

LIST = "/desk/voices/"
WORDS = "服务很好，就是叫号屏太小，电话13912345678。"


@pytest.fixture(autouse=True)
def _dispatchers(monkeypatch) -> None:
    monkeypatch.setitem(PLACES, "dispatcher", (Role.DISPATCHER, {"division_code": worlds.CITY}))
    monkeypatch.setitem(PLACES, "province", (Role.DISPATCHER, {"division_code": worlds.PROVINCE}))


@pytest.fixture
def dispatcher(browser_of):
    return browser_of("dispatcher")


@pytest.fixture
def given(world) -> Told:
    said = GIVEN | {"text": "窗口无人，请打13912345678", "phone": "13900000077"}
    now = timezone.now() - timedelta(hours=1)
    handle_voices.give_voice(**said, by=REVIEWER, now=now)
    return Told(Voice.objects.get().id, now)


@pytest.fixture
def praise(world):
    worlds.take_case("YC-9", world)
    raw = Raw(worlds.review("YC-9", 5, world, channel="mobile"))
    given = receive_reviews([raw], entrance=Entrance.TOKEN, by=REVIEWER, now=world)[0]
    assert given.id is not None
    change_review.finish_review(given.id, [], WORDS, by=REVIEWER, now=world + timedelta(minutes=1))
    return given.id


@pytest.fixture
def older(world) -> UUID:
    """A complaint out of an older system that nobody has answered."""
    told = PastVoice(
        worlds.SOURCE,
        "ZC-7",
        VoiceKind.COMPLAINT,
        worlds.AGENCY,
        "",
        "中午没有人",
        world - timedelta(days=900),
    )
    target = handle_voices.target_of(agency=worlds.AGENCY, item="", now=timezone.now())
    platform_id = directory.platforms([worlds.SOURCE])[worlds.SOURCE].id
    return actions.take_over(
        told, platform_id=platform_id, target=target, digest=b"1", by=OPERATOR, now=timezone.now()
    )[0]


def page_of(browser, address: str) -> str:
    return str(browser.get(address).content.decode())


def test_one_of_an_older_system_says_where_it_is_from_and_that_nobody_is_reached(older, dispatcher, clerk):
    address = f"{LIST}{older}"
    assert "旧系统" in page_of(dispatcher, LIST)

    page = page_of(dispatcher, address)
    assert "ZC-7" in page
    assert "没有回执" in page
    dispatcher.post(f"{address}/transfer", {"agency": worlds.AGENCY, "note": ""})
    clerk.post(f"{address}/sign-for")
    clerk.post(f"{address}/answer", {"outcome": "settled", "text": "已安排专人", "next_item": ""})

    answered = page_of(clerk, address)
    assert Voice.objects.get().state == "answered"
    assert "自行办结" in answered
    assert "本人尚未表态" not in answered


def test_what_the_agency_is_warned_of_leads_to_the_voice(given, clerk, browser_of):
    given.upto(VoiceMove.TRANSFER)
    supervise.watch(given.row.due_at + timedelta(hours=1))
    row = SupervisionOrder.objects.get()
    voice = f'href="{LIST}{given.id}"'

    page = page_of(clerk, reverse("desk_supervision_one", args=[row.id]))

    assert voice in page
    assert "答复时限将到或已过" in page
    assert voice in page_of(browser_of("supervisor"), reverse("oversight_supervision", args=[row.id]))


def test_the_whole_way_by_dispatcher_and_agency(given, dispatcher, clerk):
    address = f"{LIST}{given.id}"
    assert address in page_of(dispatcher, LIST)

    answer = dispatcher.post(f"{address}/transfer", {"agency": worlds.AGENCY, "note": "请办理"})
    assert answer.status_code == 303, answer.content.decode()
    assert clerk.post(f"{address}/sign-for").status_code == 303
    done = {"outcome": "settled", "text": "已安排专人", "next_item": "食品经营许可"}
    assert clerk.post(f"{address}/answer", done).status_code == 303

    assert (given.row.state, given.row.answer) == ("answered", "已安排专人")
    assert given.moves == ["receive", "transfer", "sign_for", "answer"]
    page = page_of(clerk, address)
    assert "食品经营许可" in page
    assert "示例dispatcher" in page
    assert address in page_of(clerk, f"{LIST}?list=done")


def test_only_moves_that_the_state_and_ones_power_allow_are_offered(given, dispatcher, clerk, browser_of):
    address = f"{LIST}{given.id}"
    supervisor = browser_of("supervisor")

    def offered() -> list[list[str]]:
        pages = [page_of(browser, address) for browser in (dispatcher, clerk, supervisor)]
        steps = ("transfer", "sign-for", "answer")
        return [[step for step in steps if f'action="{address}/{step}"' in page] for page in pages]

    assert offered() == [["transfer"], [], []]
    given.step(VoiceMove.TRANSFER)
    assert offered() == [["transfer"], ["sign-for"], []]
    given.step(VoiceMove.SIGN_FOR)
    assert offered() == [[], ["answer"], []]
    given.step(VoiceMove.ANSWER)
    assert offered() == [[], [], []]


def test_whose_move_it_is_is_said_to_whoever_can_do_nothing(given, dispatcher, clerk):
    given.step(VoiceMove.TRANSFER)
    address, english = f"{LIST}{given.id}", {"accept-language": "en"}

    waits = "It waits for the agency to accept it."

    assert waits not in clerk.get(address, headers=english).content.decode()
    given.step(VoiceMove.SIGN_FOR)
    assert (
        "It waits for the answer of the agency." in dispatcher.get(address, headers=english).content.decode()
    )


def test_no_number_is_shown_and_reading_is_noted(given, clerk):
    for address in (LIST, f"{LIST}{given.id}"):
        page = page_of(clerk, address)
        assert "窗口无人" in page
        assert "13912345678" not in page
        assert "13900000077" not in page
    read = Entry.objects.filter(kind=EntryKind.PERSONAL_DATA_READ)
    assert list(read.values_list("subject_kind", "subject_id")) == [("voice", str(given.id))]


def test_a_number_in_the_persons_last_word_is_hidden_too(given, clerk):
    given.upto(VoiceMove.ANSWER)
    actions.say_word(given.id, solved="partly", text="请打13912345678", by=REVIEWER, now=given.later())

    page = page_of(clerk, f"{LIST}{given.id}")

    assert "请打" in page
    assert "13912345678" not in page


def test_a_double_click_does_it_once(given, dispatcher, clerk):
    given.step(VoiceMove.TRANSFER)
    address = f"{LIST}{given.id}/sign-for"

    assert [clerk.post(address).status_code for _ in range(2)] == [303, 409]
    assert given.moves == ["receive", "transfer", "sign_for"]


@pytest.mark.parametrize(
    ("typed", "field"),
    [
        ({}, "outcome"),
        ({"outcome": "settled", "text": ""}, "text"),
        ({"outcome": "adopted", "text": "好"}, "outcome"),
        ({"outcome": "settled", "text": "长" * 2001}, "text"),
        ({"outcome": "settled", "text": "好\x00"}, "text"),
        ({"outcome": "settled", "text": "好", "next_item": "没有的事项"}, "next_item"),
        ({"outcome": "settled", "text": "好", "next_item": "\x00"}, "next_item"),
    ],
)
def test_an_answer_that_will_not_do_comes_back_with_the_complaint(given, clerk, typed, field):
    given.upto(VoiceMove.SIGN_FOR)

    answer = clerk.post(f"{LIST}{given.id}/answer", typed)

    assert answer.status_code == 422
    assert field in answer.context["wrong"].errors
    assert given.row.state == "signed"


@pytest.mark.parametrize("agency", ["", "nowhere", worlds.OTHER_AGENCY])
def test_a_transfer_to_nobody_or_beyond_the_remit_is_refused(given, dispatcher, agency):
    answer = dispatcher.post(f"{LIST}{given.id}/transfer", {"agency": agency})

    assert answer.status_code == 422
    assert given.row.state == "received"


@pytest.mark.parametrize(
    ("who", "step", "status"),
    [
        ("dispatcher", "sign-for", 403),
        ("clerk", "transfer", 403),
        ("other_clerk", "sign-for", 404),
        ("supervisor", "answer", 403),
        ("clerk", "nonsense", 404),
    ],
)
def test_who_may_not_does_not(given, browser_of, who, step, status):
    given.step(VoiceMove.TRANSFER)

    assert browser_of(who).post(f"{LIST}{given.id}/{step}").status_code == status
    assert given.row.state == "transferred"


def test_a_form_without_its_token_is_refused(given, clerk):
    given.step(VoiceMove.TRANSFER)
    clerk.handler.enforce_csrf_checks = True

    assert clerk.post(f"{LIST}{given.id}/sign-for").status_code == 403


def test_urged_ones_say_so_and_overdue_ones_stand_first(given, clerk):
    Voice.objects.update(urged=2, urged_at=timezone.now(), due_at=timezone.now() - timedelta(days=1))

    page = page_of(clerk, LIST)

    assert "催办 2 次" in page
    assert "overdue" not in page
    assert "超期" in page


def lines(browser) -> list[tuple[bool, bool, bool]]:
    """Of each line of the list in its order whether it is overdue, soon due, or cannot be promised."""
    context = browser.get(LIST).context
    return [(one.late, one.soon, one.beyond) for _, _, group in context["groups"] for one in group]


def test_the_list_goes_by_time_left_and_marks_what_is_red_and_amber(given, clerk):
    english, now = {"accept-language": "en"}, timezone.now()
    for n in range(3):
        handle_voices.give_voice(**GIVEN | {"receipt": f"{n}" * 26}, by=REVIEWER, now=given.now)
    calm, near, late, unknown = Voice.objects.order_by("id")
    Voice.objects.filter(id=near.id).update(due_at=now + timedelta(days=2), amber_at=now)
    Voice.objects.filter(id=late.id).update(due_at=now - timedelta(days=2), amber_at=now - timedelta(days=5))
    Voice.objects.filter(id=unknown.id).update(due_at=None, amber_at=None)

    assert lines(clerk) == [
        (True, False, False),
        (False, True, False),
        (False, False, False),
        (False, False, True),
    ]
    page = clerk.get(LIST, headers=english).content.decode()
    assert page.count("Soon due") == 1
    assert page.count("The working calendar does not reach so far.") == 1
    assert "No deadline" in clerk.get(f"{LIST}{unknown.id}", headers=english).content.decode()
    assert "No deadline" not in clerk.get(f"{LIST}{calm.id}", headers=english).content.decode()


def test_who_answers_what_an_ended_agency_left_is_said_by_the_dispatcher(given, browser_of, clerk):
    dispatcher = browser_of("province")
    given.upto(VoiceMove.SIGN_FOR)
    address = f"{LIST}{given.id}"
    assert f'action="{address}/hand-on"' not in page_of(dispatcher, address)
    assert dispatcher.post(f"{address}/hand-on", {"agency": worlds.OTHER_AGENCY}).status_code == 409
    Agency.objects.filter(code=worlds.AGENCY).update(valid_to=timezone.now() - timedelta(days=2))

    assert f'action="{address}/hand-on"' in page_of(dispatcher, address)
    assert clerk.post(f"{address}/hand-on", {"agency": worlds.OTHER_AGENCY}).status_code == 403
    assert dispatcher.post(f"{address}/hand-on", {"agency": "nowhere"}).status_code == 422
    answer = dispatcher.post(f"{address}/hand-on", {"agency": worlds.OTHER_AGENCY, "note": "请接办"})
    assert answer.status_code == 303, answer.content.decode()
    assert given.row.agency.code == worlds.OTHER_AGENCY


def test_words_of_praise_become_a_suggestion(praise, clerk):
    address = f"{LIST}reviews/{praise}"
    assert address in page_of(clerk, f"{LIST}reviews/")
    assert "13912345678" not in page_of(clerk, address)

    typed = {"kind": "suggestion", "matter": "", "quote": "叫号屏太小", "note": "可以换大屏"}
    answer = clerk.post(address, typed)

    assert answer.status_code == 303, answer.content.decode()
    assert Voice.objects.get().review_id == praise
    assert clerk.post(address, typed).status_code == 409
    assert "已受理为诉求" in page_of(clerk, f"{LIST}reviews/")


@pytest.mark.parametrize(
    ("typed", "field"),
    [
        ({}, "kind"),
        ({"kind": "suggestion", "quote": "没有说过", "note": "x"}, "quote"),
        ({"kind": "suggestion", "quote": "叫号屏", "note": ""}, "note"),
        ({"kind": "praise", "quote": "叫号屏", "note": "x"}, "kind"),
        ({"kind": "after_sales", "quote": "叫号屏", "note": "x"}, "matter"),
    ],
)
def test_what_cannot_be_taken_up_comes_back_with_the_complaint(praise, clerk, typed, field):
    answer = clerk.post(f"{LIST}reviews/{praise}", typed)

    assert answer.status_code == 422
    assert field in answer.context["form"].errors
    assert not Voice.objects.exists()


def test_bad_reviews_and_those_of_others_are_not_there(bad, praise, clerk, browser_of):
    assert clerk.get(f"{LIST}reviews/{bad.review_id}").status_code == 404
    other = browser_of("other_clerk")
    assert other.get(f"{LIST}reviews/{praise}").status_code == 404
    assert str(praise) not in page_of(other, f"{LIST}reviews/")


def test_an_agency_that_has_ended_is_not_among_those_who_answer_and_the_room_says_why(given, dispatcher):
    address = f"{LIST}{given.id}"
    assert f'<option value="{worlds.AGENCY}" selected' in page_of(dispatcher, address)
    yesterday = local_day(timezone.now()) - timedelta(days=1)
    Agency.objects.filter(code=worlds.AGENCY).update(valid_to=yesterday)

    page = page_of(dispatcher, address)
    assert f'<option value="{worlds.AGENCY}"' not in page
    assert '<option value="" selected' in page
