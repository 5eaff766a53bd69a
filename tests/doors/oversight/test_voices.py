"""The desk of the supervisory office for complaints about a handling, and for what stayed unsolved."""

from __future__ import annotations

import pytest
from django.urls import reverse
from django.utils import timezone

from haochaping.flows import handle_bad_review, handle_voices
from haochaping.kernel.actor import REVIEWER, SYSTEM
from haochaping.ledger.models import Entry
from haochaping.ledger.terms import EntryKind
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
    page = one.get(f"{LIST}{complaint}").content.decode()
    assert "要我改评价" in page
    assert "13912345678" not in page
    assert reverse("desk_order", args=[bad.order_id]) in page
    assert f"{reverse('oversight_urging_new')}?order={bad.order_id}" in page
    assert Entry.objects.filter(kind=EntryKind.PERSONAL_DATA_READ, subject_kind="voice").exists()

    assert one.post(f"{LIST}{complaint}/answer", {"outcome": "settled", "text": "x"}).status_code == 409
    assert one.post(f"{LIST}{complaint}/sign-for").status_code == 303
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
    assert one.post(f"{LIST}{voice_id}/end", {"text": ""}).status_code == 422
    assert one.post(f"{LIST}{voice_id}/end", {"text": "机构处理得当"}).status_code == 303
    assert Voice.objects.get().state == "closed"
    assert "机构处理得当" in one.get(f"/desk/voices/{voice_id}").content.decode()
