"""Into one's own services by a code to one's number: only with the certificate's end, and telling strangers nothing."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.core.cache import cache
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from haochaping.cases.models import Case
from haochaping.notices.models import Delivery
from haochaping.notices.terms import Template
from tests import worlds

pytestmark = pytest.mark.django_db
ZHANG = {
    "name": "张小满",
    "phone": "13900000001",
    "certificate_type": "111",
    "certificate_no": "990102199001010018",
}
TYPED = {"phone": "139 0000 0001", "end": "0018"}


@pytest.fixture(autouse=True)
def _world(settings) -> None:
    settings.SMS_GATEWAY = "demo"
    moment = timezone.now() - timedelta(days=1)
    worlds.build(moment)
    worlds.take_case("YC-00000001", moment, applicant=ZHANG)


def codes() -> list[str]:
    sent = Delivery.objects.filter(template=Template.SIGN_IN_CODE).order_by("queued_at")
    return [params["code"] for params in sent.values_list("params", flat=True)]


def ask(browser: Client, **typed: str):
    return browser.post(reverse("my_code_ask"), TYPED | typed)


def enter(browser: Client, code: str):
    return browser.post(reverse("my_code"), {"code": code})


def test_the_code_opens_ones_services():
    browser = Client()

    assert ask(browser).headers["Location"] == reverse("my_code")
    assert browser.get(reverse("my_code")).status_code == 200
    [code] = codes()
    assert enter(browser, f" {code[:3]} {code[3:]}").headers["Location"] == reverse("my")

    page = browser.get(reverse("my"))
    services = page.context["services"]
    assert [service.case.number for service in services] == ["…0001"]
    assert "无需登录" not in page.content.decode()
    assert "无需登录" in Client().get(reverse("my")).content.decode()
    answer = browser.post(reverse("my_service", args=[services[0].id]))
    assert browser.get(answer.headers["Location"]).status_code == 200


def test_whoever_handled_a_service_for_somebody_else_finds_it_and_not_the_others_review():
    moment = timezone.now() - timedelta(hours=1)
    li = {**ZHANG, "name": "李大明", "phone": "13900000002", "certificate_no": "990102199001010026"}
    for n in (2, 3):
        worlds.take_case(f"YC-0000000{n}", moment, applicant=li | {"agent": ZHANG})
    worlds.give("YC-00000003", 2, timezone.now())
    Case.objects.filter(case_no="YC-00000001").update(person_id=None)
    browser = Client()
    ask(browser)
    enter(browser, codes()[0])

    page = browser.get(reverse("my"), headers={"accept-language": "en"})

    waiting, rated = page.context["services"]
    assert (waiting.case.number, rated.case.number) == ("…0002", "…0003")
    text = page.content.decode()
    assert text.count("You handled it for somebody else.") == 2
    assert reverse("my_service", args=[waiting.id]) in text
    assert reverse("my_service", args=[rated.id]) not in text


def test_a_service_of_a_withdrawn_case_is_shown_last_and_not_offered():
    moment = timezone.now() - timedelta(hours=1)
    worlds.take_case("YC-00000002", moment, applicant=ZHANG, status="in_process", completed_at=None)
    Case.objects.filter(case_no="YC-00000002").update(status="withdrawn")
    browser = Client()
    ask(browser)
    enter(browser, codes()[0])

    page = browser.get(reverse("my"), headers={"accept-language": "en"})

    offered, void = page.context["services"]
    assert (offered.case.number, void.case.number) == ("…0001", "…0002")
    text = page.content.decode()
    assert reverse("my_service", args=[offered.id]) in text
    assert reverse("my_service", args=[void.id]) not in text
    assert "The case was withdrawn" in text


@pytest.mark.parametrize("typed", [{"phone": "13900000002"}, {"end": "0019"}])
def test_whoever_has_not_both_is_sent_nothing_and_told_the_same(typed):
    known, stranger = Client(), Client()
    ask(known)
    cache.clear()

    answer = ask(stranger, **typed)

    assert len(codes()) == 1
    assert answer.headers["Location"] == reverse("my_code")
    pages = [one.get(reverse("my_code")).content.decode() for one in (known, stranger)]
    without_tokens = [page.split("csrfmiddlewaretoken")[0] for page in pages]
    assert without_tokens[0] == without_tokens[1]
    assert enter(stranger, codes()[0]).status_code == 422


@pytest.mark.parametrize(
    ("typed", "field"), [({"phone": "12"}, "phone"), ({"end": "18"}, "end"), ({"end": ""}, "end")]
)
def test_what_can_be_no_number_is_said(typed, field):
    answer = ask(Client(), **typed)

    assert answer.status_code == 422
    assert list(answer.context["form"].errors) == [field]
    assert codes() == []


def test_a_number_is_sent_one_code_a_minute():
    ask(Client())

    assert ask(Client(), phone="+8613900000001").status_code == 429
    assert len(codes()) == 1


def test_five_wrong_codes_and_the_right_one_is_worth_nothing():
    browser = Client()
    ask(browser)
    [code] = codes()
    wrong = "000000" if code != "000000" else "111111"
    for _ in range(5):
        assert enter(browser, wrong).status_code == 422

    assert enter(browser, code).status_code == 422


def test_a_code_is_too_old_after_ten_minutes():
    browser = Client()
    ask(browser)
    session = browser.session
    session["my.code"] = session["my.code"] | {"until": timezone.now().timestamp() - 1}
    session.save()

    assert enter(browser, codes()[0]).status_code == 422


def test_a_code_works_in_the_browser_that_asked_and_once():
    browser = Client()
    ask(browser)

    assert enter(Client(), codes()[0]).headers["Location"] == reverse("my")
    assert enter(browser, codes()[0]).status_code == 302
    assert enter(browser, codes()[0]).headers["Location"] == reverse("my")
    assert "my.code" not in browser.session


def test_the_session_holds_neither_number_nor_code():
    browser = Client()
    ask(browser)

    held = str(dict(browser.session.items()))
    assert not any(secret in held for secret in (codes()[0], "13900000001", "0018"))


def test_without_a_gateway_there_is_no_such_way(settings):
    settings.SMS_GATEWAY = ""

    assert ask(Client()).status_code == 404
    assert reverse("my_code_ask") not in Client().get(reverse("my")).content.decode()


def test_services_are_recognised_by_place_and_step_and_many_cost_no_more_than_one(
    django_assert_max_num_queries,
):
    moment = timezone.now() - timedelta(days=1)
    for n in range(2, 12):
        worlds.take_case(f"YC-{n:08}", moment, applicant=ZHANG)
    browser = Client()
    ask(browser)
    enter(browser, codes()[0])

    with django_assert_max_num_queries(12):
        page = browser.get(reverse("my")).content.decode()

    assert page.count("河湾区行政审批局 · 河湾区政务服务中心 · 出件环节 · 办结") == 11
