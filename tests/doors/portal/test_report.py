"""“I was disadvantaged because I reviewed”: from the page of one's review to the supervisory office."""

from __future__ import annotations

import pytest

from haochaping.supervision.models import ReprisalReport
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
