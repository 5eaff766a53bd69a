"""`/desk/figures/`: whoever looks after a source says there why its figures do not add up."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

import pytest
from django.urls import reverse
from django.utils import timezone

from haochaping.directory import queries as directory
from haochaping.exchange.quality.models import FigureExplanation, WithheldFigure
from haochaping.kernel.identifiers import uuid7
from haochaping.kernel.periods import local_day
from tests import worlds

if TYPE_CHECKING:
    from datetime import datetime

PAGE = reverse("desk_figures")
ENGLISH = {"accept-language": "en"}


@pytest.fixture
def figure(world: datetime) -> WithheldFigure:
    now = timezone.now()
    return WithheldFigure.objects.create(
        id=uuid7(now),
        rule="DQ-01",
        source=worlds.SOURCE,
        division_id=directory.divisions([worlds.CITY])[worlds.CITY].id,
        below=True,
        first_day=local_day(now),
        last_day=local_day(now),
        raised_at=now,
        explain_by=now + timedelta(days=3),
    )


def address(figure: WithheldFigure) -> str:
    return reverse("desk_figure_explain", args=[figure.id])


def test_what_is_to_be_explained_stands_with_its_deadline_and_is_explained(figure, browser_of):
    steward = browser_of("local_admin")
    page = steward.get(PAGE, headers=ENGLISH).content.decode()
    assert "云城市政务大厅" in page
    assert "DQ-01" in page
    assert "deadline" in page

    answer = steward.post(address(figure), {"explanation": "一件办件晚到"})

    assert (answer.status_code, answer.headers["Location"]) == (303, PAGE)
    assert FigureExplanation.objects.get().text == "一件办件晚到"
    page = steward.get(PAGE, headers=ENGLISH).content.decode()
    assert "一件办件晚到" in page
    assert "示例local-admin" in page


def test_nothing_said_is_told_at_its_field(figure, browser_of):
    answer = browser_of("local_admin").post(address(figure), {"explanation": " "}, headers=ENGLISH)

    assert answer.status_code == 422
    assert 'aria-invalid="true"' in answer.content.decode()


def test_what_is_explained_twice_is_told(figure, browser_of):
    steward = browser_of("local_admin")
    steward.post(address(figure), {"explanation": "晚到"})

    answer = steward.post(address(figure), {"explanation": "别的"}, headers=ENGLISH)

    assert answer.status_code == 409
    assert "explained already" in answer.content.decode()


def test_what_is_withheld_says_so_and_what_has_no_deadline_too(figure, browser_of):
    steward = browser_of("local_admin")
    WithheldFigure.objects.update(withheld_at=timezone.now())
    assert "Withheld" in steward.get(PAGE, headers=ENGLISH).content.decode()

    WithheldFigure.objects.update(withheld_at=None, explain_by=None)
    assert "does not reach the deadline" in steward.get(PAGE, headers=ENGLISH).content.decode()


def test_it_is_for_stewards(figure, browser_of):
    publisher = browser_of("publisher")
    assert publisher.get(PAGE).status_code == 403
    assert publisher.post(address(figure), {"explanation": "晚到"}).status_code == 403
    assert "All figures add up" in _nothing(browser_of)


def _nothing(browser_of) -> str:
    WithheldFigure.objects.update(lifted_at=timezone.now())
    return str(browser_of("sysadmin").get(PAGE, headers=ENGLISH).content.decode())
