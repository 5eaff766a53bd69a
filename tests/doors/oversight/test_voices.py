"""The desk of the supervisory office for complaints about a handling, and for what stayed unsolved."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from haochaping.flows import handle_bad_review, handle_voices, watch_voices
from haochaping.kernel.actor import REVIEWER, SYSTEM
from haochaping.ledger.models import Entry
from haochaping.ledger.terms import EntryKind
from haochaping.supervision.models import Signal
from haochaping.voices import actions as voices
from haochaping.voices.models import Voice
from tests import worlds
from tests.voices.conftest import ANSWERED, DISPATCHER, GIVEN

LIST = "/oversight/voices/"
TEXT = "窗口的人打电话要我改评价，电话13912345678。"


@pytest.fixture
def complaint(bad, world):
    handle_bad_review.dispatch_due(by=SYSTEM, now=timezone.now())
    return handle_voices.complain_of_handling(
        bad.review_id, matter="pressed", text=TEXT, by=REVIEWER, now=timezone.now()
    )


def test_the_office_takes_it_up_and_answers(complaint, one, bad):
    assert f"{LIST}{complaint}" in one.get(LIST).content.decode()
    english = {"accept-language": "en"}
    for address in (LIST, f"{LIST}{complaint}"):
        page = one.get(address, headers=english).content.decode()
        assert "With the supervisory office, not accepted yet" in page
        assert "Transferred, not signed for" not in page
    page = one.get(f"{LIST}{complaint}").content.decode()
    assert "要我改评价" in page
    assert "13912345678" not in page
    assert reverse("desk_order", args=[bad.order_id]) in page
    assert f"{reverse('oversight_urging_new')}?order={bad.order_id}" in page
    assert Entry.objects.filter(kind=EntryKind.PERSONAL_DATA_READ, subject_kind="voice").exists()

    assert one.post(f"{LIST}{complaint}/answer", {"outcome": "settled", "text": "x"}).status_code == 409
    assert one.post(f"{LIST}{complaint}/sign-for").status_code == 303
    page = one.get(f"{LIST}{complaint}", headers=english).content.decode()
    assert "Accepted by the supervisory office, answer due" in page
    assert "Signed for by the agency" not in page
    assert one.post(f"{LIST}{complaint}/answer", {"text": " "}).status_code == 422
    assert one.post(f"{LIST}{complaint}/answer", {"outcome": "adopted", "text": "x"}).status_code == 422
    said = {"outcome": "settled", "text": "已责成改正"}
    assert one.post(f"{LIST}{complaint}/answer", said).status_code == 303
    assert one.post(f"{LIST}{complaint}/nonsense").status_code == 404

    assert Voice.objects.get().answer == "已责成改正"
    assert f"{LIST}{complaint}" not in one.get(LIST).content.decode()
    assert f"{LIST}{complaint}" in one.get(f"{LIST}?list=done").content.decode()


def test_the_agency_finds_it_nowhere_not_even_in_the_database(complaint, clerk):
    assert clerk.get(f"{LIST}{complaint}").status_code == 403
    assert clerk.get(f"/desk/voices/{complaint}").status_code == 404
    assert str(complaint) not in clerk.get("/desk/voices/").content.decode()
    assert clerk.post(f"/desk/voices/{complaint}/sign-for").status_code == 404


def test_a_supervisor_of_another_city_finds_nothing(complaint, supervisor_of):
    other = supervisor_of("other", worlds.OTHER_CITY)

    assert str(complaint) not in other.get(LIST).content.decode()
    assert other.get(f"{LIST}{complaint}").status_code == 404
    assert other.post(f"{LIST}{complaint}/sign-for").status_code == 404


def test_what_is_overdue_with_an_agency_or_the_office_stands_in_a_list_with_its_time(complaint, one, clerk):
    now = timezone.now()
    for n in range(2):
        handle_voices.give_voice(**GIVEN | {"receipt": f"{n}" * 26}, by=REVIEWER, now=now)
    late, calm = Voice.objects.filter(kind="complaint").order_by("id")
    assert "Nothing is overdue" in overdue(one)
    Voice.objects.filter(id=late.id).update(due_at=now - timedelta(days=3))
    Voice.objects.filter(id=complaint).update(due_at=now - timedelta(days=1))

    page = overdue(one)

    assert page.index(f'href="/desk/voices/{late.id}"') < page.index(f'href="{LIST}{complaint}"')
    assert page.count(" overdue</b>") == 2
    assert str(calm.id) not in page
    assert clerk.get(f"{LIST}?list=overdue").status_code == 403


def overdue(browser) -> str:
    return str(browser.get(f"{LIST}?list=overdue", headers={"accept-language": "en"}).content.decode())


def test_nobody_finds_what_is_overdue_in_another_city(complaint, supervisor_of):
    handle_voices.give_voice(**GIVEN, by=REVIEWER, now=timezone.now())
    Voice.objects.update(due_at=timezone.now() - timedelta(days=3))

    assert "Nothing is overdue" in overdue(supervisor_of("other", worlds.OTHER_CITY))


def test_an_overdue_one_is_a_signal_that_leads_to_it_and_to_a_letter(world, one):
    now = timezone.now()
    handle_voices.give_voice(**GIVEN, by=REVIEWER, now=now - timedelta(days=60))
    voice = Voice.objects.get()
    watch_voices.tell_alarms(now)

    page = one.get("/oversight/signals/", headers={"accept-language": "en"}).content.decode()

    assert "A complaint, suggestion or question is overdue" in page
    assert f'href="/desk/voices/{voice.id}"' in page
    assert f"?signal={Signal.objects.get().id}" in page
    assert one.get(f"/desk/voices/{voice.id}").status_code == 200


def test_what_stayed_unsolved_is_decided_here(world, one):
    now = timezone.now()
    handle_voices.give_voice(**GIVEN, by=REVIEWER, now=now)
    voice_id = Voice.objects.get().id
    for _ in range(2):
        if Voice.objects.get().state == "received":
            handle_voices.transfer(voice_id, agency=worlds.AGENCY, note="", by=DISPATCHER, now=now)
        voices.sign_for(voice_id, by=worlds.CLERK, now=now)
        handle_voices.answer(voice_id, **ANSWERED, by=worlds.CLERK, now=now)
        handle_voices.say_word(voice_id, solved="no", text="", by=REVIEWER, now=now)

    assert f"{LIST}{voice_id}" in one.get(LIST).content.decode()
    signals = one.get("/oversight/signals/", headers={"accept-language": "en"}).content.decode()
    assert "A complaint, suggestion or question was called unsolved once more" in signals
    assert f'href="{LIST}{voice_id}"' in signals
    assert "A work order was escalated" not in signals
    assert one.post(f"{LIST}{voice_id}/end", {"text": ""}).status_code == 422
    assert one.post(f"{LIST}{voice_id}/end", {"text": "机构处理得当"}).status_code == 303
    assert Voice.objects.get().state == "closed"
    assert "机构处理得当" in one.get(f"/desk/voices/{voice_id}").content.decode()
