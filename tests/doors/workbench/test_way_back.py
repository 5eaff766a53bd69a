"""Nobody is left on an empty page: after a log-in, in another language, or at an address that takes forms only."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING
from urllib.parse import parse_qs, urlsplit

import pytest
from django.urls import reverse

from haochaping.doors.gate import IDLE
from haochaping.doors.way_back import page_above

if TYPE_CHECKING:
    from django.test import Client


def let_pass(browser: Client, span: timedelta) -> None:
    session = browser.session
    session["gate.seen"] -= span.total_seconds()
    session.save()


def next_of(address: str) -> str:
    return parse_qs(urlsplit(address).query)["next"][0]


def test_after_a_log_in_one_is_back_at_the_form_that_was_sent(clerk, bad):
    clerk.get(bad.address())
    let_pass(clerk, IDLE + timedelta(minutes=1))

    answer = clerk.post(
        bad.address("call-back"),
        {"note": "已核实"},
        headers={"referer": f"http://testserver{bad.address()}?a=1"},
    )

    assert next_of(answer.headers["Location"]) == f"{bad.address()}?a=1"


@pytest.mark.parametrize("referer", ["", "https://elsewhere.example/desk/"])
def test_where_the_browser_does_not_say_the_address_leads_to_its_page(clerk, bad, referer):
    clerk.get(bad.address())
    let_pass(clerk, IDLE + timedelta(minutes=1))

    sent = clerk.post(bad.address("call-back"), {"note": "已核实"}, headers={"referer": referer})

    assert next_of(sent.headers["Location"]) == bad.address("call-back")


@pytest.mark.parametrize("step", ["call-back", "read", "reply"])
def test_an_address_that_only_takes_forms_leads_to_its_page(clerk, bad, step):
    answer = clerk.get(bad.address(step))

    assert (answer.status_code, answer.headers["Location"]) == (303, bad.address())


def test_another_language_is_chosen_on_a_page_that_shows_an_error(clerk, bad):
    clerk.post(bad.address("sign-for"))
    wrong = clerk.post(bad.address("call-back"), {})
    assert wrong.status_code == 422

    answer = clerk.post(
        reverse("set_language"), {"language": "en", "next": bad.address("call-back")}, follow=True
    )

    assert answer.status_code == 200
    assert answer.request["PATH_INFO"] == bad.address()
    assert "What the reviewer said" in answer.content.decode()


def test_a_program_is_told_that_its_method_is_wrong(client, db):
    assert client.get(reverse("exchange_batches")).status_code == 405


@pytest.mark.parametrize(
    ("path", "page"),
    [
        ("/desk/notices/read", "/desk/notices/"),
        (
            "/desk/voices/019a0000-0000-7000-8000-000000000000/transfer",
            "/desk/voices/019a0000-0000-7000-8000-000000000000",
        ),
        ("/csp-report", "/"),
    ],
)
def test_what_lies_above(path, page):
    assert page_above(path) == page
