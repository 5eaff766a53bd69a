"""`/my/data`: whoever has proven who they are asks about their data, and reads the answer under their number."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest
from django.core.cache import cache
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from haochaping.flows import handle_own_data
from haochaping.identity import queries as identities
from haochaping.kernel.actor import OPERATOR
from haochaping.voices import actions as voices
from haochaping.voices.models import Voice
from tests import worlds
from tests.doors.portal.test_code import ZHANG, ask, codes, enter

pytestmark = pytest.mark.django_db
SAID = {"matter": "see", "text": "我想知道留存了什么"}


@pytest.fixture(autouse=True)
def _world(settings) -> None:
    settings.SMS_GATEWAY = "demo"
    moment = timezone.now() - timedelta(days=1)
    worlds.build(moment)
    worlds.take_case("YC-00000001", moment, applicant=ZHANG)


@pytest.fixture
def signed_in() -> Client:
    """The browser of somebody who has typed the code that was sent to them."""
    browser = Client(headers={"accept-language": "en"})
    ask(browser)
    enter(browser, codes()[0])
    return browser


def form_of(browser: Client) -> dict[str, str]:
    """The form as the page gives it, filled in."""
    page = browser.get(reverse("my_data")).content.decode()
    drawn = re.search(r'name="receipt" value="([^"]+)"', page)
    assert drawn
    return SAID | {"receipt": drawn[1]}


def test_nobody_gets_there_without_having_logged_in():
    browser = Client()

    for answer in (browser.get(reverse("my_data")), browser.post(reverse("my_data"), SAID)):
        assert (answer.status_code, answer.headers["Location"]) == (303, reverse("my"))
    assert not Voice.objects.exists()


def test_what_is_kept_is_told_and_nothing_chosen_beforehand(signed_in):
    assert reverse("my_data") in signed_in.get(reverse("my")).content.decode()

    answer = signed_in.get(reverse("my_data"))

    page = answer.content.decode()
    assert "Kept of you: 1 services with 0 reviews" in page
    assert "180 days" in page
    assert "checked" not in page
    assert "no-store" in answer.headers["Cache-Control"]
    assert not any(secret in page for secret in ("13900000001", "张小满", "990102199001010018"))


def test_a_request_is_given_a_number_under_which_office_and_day_stand(signed_in):
    answer = signed_in.post(reverse("my_data"), form_of(signed_in))

    assert answer.status_code == 303
    voice = Voice.objects.get()
    assert (voice.kind, voice.matter, voice.agency_id) == ("own_data", "see", None)
    assert voice.persons == identities.person_by_phone_index("13900000001")
    page = Client(headers={"accept-language": "en"}).get(answer.headers["Location"]).content.decode()
    assert "The supervisory office will answer you here by" in page
    assert "See what is kept about me" in page


def test_who_reads_what_is_said_of_the_answer_is_told(signed_in):
    address = signed_in.post(reverse("my_data"), form_of(signed_in)).headers["Location"]
    voice_id, now = Voice.objects.get().id, timezone.now()
    voices.sign_for(voice_id, by=OPERATOR, now=now)
    handle_own_data.answer(voice_id, outcome="settled", text="共一项服务", by=OPERATOR, now=now)

    page = Client(headers={"accept-language": "en"}).get(address).content.decode()

    assert "Answer of the supervisory office" in page
    assert "Only the supervisory office reads it." in page
    assert "It is read by the agency" not in page


def test_the_same_form_twice_is_one_request(signed_in):
    form = form_of(signed_in)

    first, second = (signed_in.post(reverse("my_data"), form).headers["Location"] for _ in range(2))

    assert first == second
    assert Voice.objects.count() == 1


@pytest.mark.parametrize(
    "changed", [{"matter": ""}, {"matter": "pressed"}, {"text": ""}, {"receipt": "forged"}]
)
def test_what_is_not_taken_comes_back_as_it_was(signed_in, changed):
    answer = signed_in.post(reverse("my_data"), form_of(signed_in) | changed)

    assert answer.status_code == 422
    assert "Error:" in answer.content.decode()
    assert not Voice.objects.exists()


def test_a_form_of_another_site_is_not_taken(signed_in):
    strict = Client(enforce_csrf_checks=True)
    strict.cookies = signed_in.cookies

    assert strict.post(reverse("my_data"), form_of(signed_in)).status_code == 403
    assert not Voice.objects.exists()


def test_too_many_from_one_place_are_not_taken(signed_in, settings):
    settings.ACCOUNT_RATE_LIMITS = {**settings.ACCOUNT_RATE_LIMITS, "voice_given": "1/h/ip"}
    cache.clear()
    signed_in.post(reverse("my_data"), form_of(signed_in))

    assert signed_in.post(reverse("my_data"), form_of(signed_in)).status_code == 429
    assert Voice.objects.count() == 1
