"""Typing paper slips at the desk: two browsers, one paper; the database lets no desk write the review itself."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from django.db import ProgrammingError, transaction
from django.utils import timezone
from procrastinate.contrib.django.models import ProcrastinateJob

from haochaping.doors.jobs.tasks import take_paper
from haochaping.doors.reach import within
from haochaping.kernel.actor import EVERYWHERE
from haochaping.kernel.periods import local_day
from haochaping.ledger.models import Entry
from haochaping.ledger.terms import EntryKind
from haochaping.reviews.models import PaperEntry, PaperSlip, Review
from tests import worlds

from .conftest import PLACES, questions

if TYPE_CHECKING:
    from collections.abc import Callable

    from django.test import Client

NEW = "/desk/paper/new"
WORDS = "排队两小时，没有人管。"


@pytest.fixture
def case(world) -> None:
    worlds.take_case("YC-1", world)


@pytest.fixture
def second(browser_of: Callable[[str], Client], monkeypatch) -> Client:
    """A colleague of the clerk."""
    monkeypatch.setitem(PLACES, "second_clerk", PLACES["clerk"])
    return browser_of("second_clerk")


def slip(**changes: str) -> dict[str, str]:
    day = local_day(timezone.now()).isoformat()
    return {"case_no": "YC-1", "level": "2", "codes": "209", "words": WORDS, "given_on": day} | changes


@pytest.fixture
def begun(case, clerk) -> str:
    """The address of a slip that the clerk has typed."""
    answer = clerk.post(NEW, slip())
    assert answer.status_code == 303, answer.content.decode()
    return str(answer.headers["Location"])


def text(browser: Client, address: str) -> str:
    answer = browser.get(address)
    assert answer.status_code == 200
    return answer.content.decode()


def test_two_clerks_type_a_slip_and_the_worker_makes_the_review(begun, clerk, second):
    assert "一位同事" in text(clerk, begun)

    assert second.post(begun, slip()).headers["Location"] == begun

    job = ProcrastinateJob.objects.get(task_name="paper.take")
    take_paper(**job.args)
    review = Review.objects.get()
    assert (review.provenance, review.level, review.comment_text) == ("active_paper_entered", 2, WORDS)
    for browser in (clerk, second):
        page = text(browser, begun)
        assert "已作为评价收下" in page
        assert WORDS not in page
        assert f'action="{begun}"' not in page


def test_neither_is_shown_what_the_other_typed(begun, clerk, second):
    blank = text(second, begun)
    assert WORDS not in blank
    assert "checked" not in blank
    assert "YC-1" not in blank

    second.post(begun, slip(level="1", codes="", words="态度差。"))

    page = text(clerk, begun)
    assert WORDS in page
    assert "态度差。" not in page
    assert all(word in page for word in ("评价等级", "勾选的原因", "评价人写的话"))
    assert "态度差。" in text(second, begun)
    assert not ProcrastinateJob.objects.filter(task_name="paper.take").exists()


def test_whoever_misread_it_corrects_it(begun, clerk, second):
    second.post(begun, slip(level="1", codes=""))

    assert clerk.post(begun, slip(level="1", codes="")).status_code == 303

    assert PaperSlip.objects.get().state == "agreed"
    assert "两次录入一致" in text(clerk, begun)


def test_nothing_is_chosen_on_the_empty_form(case, clerk):
    page = text(clerk, NEW)

    assert "checked" not in page
    assert "209" in page


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"level": ""}, "level"),
        ({"level": "6"}, "level"),
        ({"case_no": "YC-9"}, "case_no"),
        ({"occurrence_no": "2"}, "occurrence_no"),
        ({"given_on": ""}, "given_on"),
        ({"given_on": "2999-01-01"}, "given_on"),
        ({"codes": "113"}, "codes"),
        ({"words": "长" * 501}, "words"),
    ],
)
def test_what_is_wrong_is_said_at_its_field_and_what_was_typed_stays(case, clerk, changes, field):
    answer = clerk.post(NEW, slip(**changes))

    assert answer.status_code == 422
    assert field in answer.context["form"].errors
    assert 'value="YC-' in answer.content.decode()
    assert not PaperSlip.objects.exists()


def test_a_case_of_several_platforms_asks_for_the_platform(case, clerk, monkeypatch):
    from haochaping.directory import actions as directory
    from haochaping.directory.terms import Kind
    from haochaping.kernel.actor import OPERATOR

    now = timezone.now()
    rows = [{"code": "other-hall", "name": "另一平台", "division": worlds.CITY}]
    assert directory.put(Kind.PLATFORMS, rows, by=OPERATOR, now=now) == []
    worlds.take_case("YC-1", now, source="other-hall")

    answer = clerk.post(NEW, slip())
    assert "source" in answer.context["form"].errors
    assert clerk.post(NEW, slip(source=worlds.SOURCE)).status_code == 303


def test_people_of_another_place_do_not_find_it(begun, browser_of):
    other = browser_of("other_clerk")

    assert other.get(begun).status_code == 404
    assert begun not in text(other, "/desk/paper/")
    assert other.post(NEW, slip()).status_code == 422


def test_whom_the_slip_rates_is_told_nothing_of_it(case, begun, second):
    row = PaperSlip.objects.get()
    PaperSlip.objects.filter(id=row.id).update(staff_id=7)

    with within(EVERYWHERE, (7,)):
        assert not PaperSlip.objects.exists()
        assert not PaperEntry.objects.exists()
    with within(EVERYWHERE):
        assert PaperSlip.objects.exists()


def test_no_desk_writes_a_review_itself(begun):
    with within(EVERYWHERE), pytest.raises(ProgrammingError), transaction.atomic():
        Review.objects.create(id="00000000-0000-7000-8000-000000000000")


def test_a_colleague_sets_a_slip_aside(begun, clerk, second):
    assert f'action="{begun}/set-aside"' not in text(clerk, begun)
    assert clerk.post(f"{begun}/set-aside", {"note": "重复"}).status_code == 403

    assert second.post(f"{begun}/set-aside", {"note": " "}).status_code == 422
    assert second.post(f"{begun}/set-aside", {"note": "同一张单子"}).status_code == 303

    assert "同一张单子" in text(clerk, begun)
    assert begun not in text(clerk, "/desk/paper/")
    assert begun in text(clerk, "/desk/paper/?list=done")
    assert second.post(begun, slip()).status_code == 409


def test_a_slip_that_could_not_be_taken_says_why(begun, clerk, second, world):
    second.post(begun, slip())
    worlds.give("YC-1", 5, timezone.now())

    take_paper(**ProcrastinateJob.objects.get(task_name="paper.take").args)

    assert "已通过其他方式评价" in text(clerk, begun)


def test_a_look_at_what_one_typed_is_noted(begun, clerk, second):
    def looks() -> int:
        return Entry.objects.filter(kind=EntryKind.PERSONAL_DATA_READ, subject_kind="paper_slip").count()

    text(second, begun)
    assert looks() == 0
    text(clerk, begun)
    assert looks() == 1


def test_pages_ask_no_more_for_more_slips(begun, clerk):
    before = len(questions(clerk, "/desk/paper/"))
    for number in range(2, 6):
        worlds.take_case(f"YC-{number}", timezone.now())
        assert clerk.post(NEW, slip(case_no=f"YC-{number}")).status_code == 303

    assert len(questions(clerk, "/desk/paper/")) == before <= 12
    assert len(questions(clerk, begun)) <= 12
