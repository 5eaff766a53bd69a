"""“I was disadvantaged because I reviewed”: from the page of one's review to the supervisory office."""

from __future__ import annotations

import pytest
from django.core.cache import cache
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from haochaping.kernel.actor import OPERATOR
from haochaping.supervision import actions
from haochaping.supervision.models import ReprisalReport
from haochaping.supervision.terms import ReportMove
from tests.doors.portal.pages import text_of

pytestmark = [pytest.mark.django_db, pytest.mark.urls("tests.doors.portal.urls")]
TEXT = "评价之后，同一个窗口不再给我办理。"


def test_a_report_is_sent_and_its_number_shown_once(citizen):
    citizen.tap(1)
    assert "?report=1#protection" in text_of(citizen.look())

    answer = citizen.send("report", text=TEXT)

    assert answer.status_code == 200
    row = ReprisalReport.objects.get()
    assert (row.text, row.review_id) == (TEXT, citizen.review().id)
    assert len(answer.context["receipt"]) == 26
    assert answer.context["receipt"] in text_of(answer)
    # Whoever makes the reviewer show the page later learns nothing.
    page = text_of(citizen.look())
    assert TEXT not in page
    assert answer.context["receipt"] not in page


def test_an_empty_report_is_said_at_its_field(citizen):
    citizen.tap(1)

    answer = citizen.send("report", text=" ")

    assert answer.status_code == 422
    assert 'href="#report_text"' in text_of(answer)
    assert not ReprisalReport.objects.exists()


def test_a_second_report_is_told_that_the_first_one_waits(citizen):
    citizen.tap(1)
    citizen.send("report", text=TEXT)

    answer = citizen.send("report", text="还有一件事。")

    assert answer.status_code == 422
    assert "还有一件事。" in text_of(answer)
    assert ReprisalReport.objects.count() == 1


def test_whoever_took_the_review_back_can_report_too(citizen):
    citizen.tap(1)
    citizen.send("withdraw")

    assert citizen.send("report", text=TEXT).status_code == 200


@pytest.fixture
def number(citizen) -> str:
    """The number of a report that was just sent."""
    citizen.tap(1)
    return str(citizen.send("report", text=TEXT).context["receipt"])


def test_under_its_number_stand_state_and_answer_and_nothing_that_was_written(citizen, number):
    address = reverse("protection", args=[number])
    answer = Client().get(address)
    page = answer.content.decode()

    assert answer.status_code == 200
    assert answer.headers["Cache-Control"] == "no-store"
    assert "监督部门已收到，还没有开始核查" in page
    assert TEXT not in page
    assert "食品经营许可" not in page

    report = ReprisalReport.objects.get()
    for move in (ReportMove.LOOK_INTO, ReportMove.CLOSE):
        actions.deal_with_report(report.id, move=move, note=f"已{move}", by=OPERATOR, now=timezone.now())
    closed = Client().get(address).content.decode()
    assert "已close" in closed
    assert "已look_into" not in closed


def test_the_number_is_typed_under_my_reviews(number):
    answer = Client().post(reverse("my"), {"receipt": number.lower()})

    assert (answer.status_code, answer.headers["Location"]) == (303, reverse("protection", args=[number]))
    typed = Client().get(reverse("protection", args=[number.lower()]))
    assert (typed.status_code, typed.headers["Location"]) == (303, reverse("protection", args=[number]))


def test_the_page_with_the_number_says_where_it_is_asked_about(citizen):
    citizen.tap(1)
    answer = citizen.send("report", text=TEXT)

    assert reverse("protection", args=[answer.context["receipt"]]) in text_of(answer)


@pytest.mark.parametrize("typed", ["7ZK3", "0" * 26])
def test_another_number_finds_no_report(number, typed):
    assert Client().get(reverse("protection", args=[typed])).status_code == 404


def test_nobody_asks_without_end(number):
    cache.clear()
    guess = reverse("protection", args=["0" * 26])
    asked = [Client().get(guess).status_code for _ in range(61)]

    assert asked == [404] * 60 + [429]
    assert Client().get(reverse("protection", args=[number])).status_code == 429
