from __future__ import annotations

from datetime import timedelta

import pytest
from django.db import transaction
from django.urls import reverse
from procrastinate.contrib.django.models import ProcrastinateJob

from haochaping.exchange import queries as exchange
from haochaping.exchange.terms import Raw
from haochaping.flows.receive_reviews import receive_reviews
from haochaping.kernel.actor import OPERATOR
from haochaping.outbox import actions as outbox
from haochaping.reviews.terms import Entrance
from tests import worlds

NOWHERE = "00000000-0000-7000-8000-000000000000"
PERSON = {"name": "王秘密", "phone": "13911112222", "certificate_no": "X990001"}


@pytest.fixture
def waiting(world) -> list[str]:
    """Two records in quarantine: an orphan with a person, and a level that does not exist."""
    raws = [
        Raw(worlds.review("YC-NONE", 1, world, comment_text="隔离中的文字", reviewer=PERSON)),
        Raw(worlds.review("YC-NINE", 9, world)),
    ]
    receive_reviews(raws, entrance=Entrance.CLIENT, by=OPERATOR, now=world)
    return [str(row.id) for row in exchange.waiting()]


def test_list_says_why_and_never_who_or_what(waiting, browser_of):
    page = browser_of("sysadmin").get(reverse("desk_quarantine")).content.decode()

    assert "YC-NONE" in page
    assert "“9”" in page
    assert "rating_value" in page
    for secret in (*PERSON.values(), "隔离中的文字"):
        assert secret not in page


def test_records_of_every_kind_are_listed_and_opened(world, browser_of):
    admin = browser_of("sysadmin")

    for kind, (number, one) in worlds.put_aside(world).items():
        assert shown(admin, kind=kind) == [number]
        assert number in admin.get(reverse("desk_quarantine_record", args=[one])).content.decode()


def test_one_record_is_tried_again(waiting, browser_of, world):
    worlds.take_case("YC-NINE", world + timedelta(minutes=1))
    admin = browser_of("sysadmin")
    # The arrival of its case has tried it once.
    orphan = next(row.id for row in exchange.waiting() if row.case_no == "YC-NINE" and row.attempts == 1)

    answer = admin.post(reverse("desk_quarantine_retry", args=[orphan]))

    assert (answer.status_code, answer.headers["Location"]) == (303, reverse("desk_quarantine"))
    assert {row.case_no: row.attempts for row in exchange.waiting()} == {"YC-NINE": 2, "YC-NONE": 0}


def test_everything_is_tried_again(waiting, browser_of):
    browser_of("sysadmin").post(reverse("desk_quarantine_retry_all"))

    assert [row.attempts for row in exchange.waiting()] == [1, 1]


def test_a_record_is_discarded_with_its_reason_and_stays_visible(waiting, browser_of):
    admin = browser_of("sysadmin")
    nine = next(row.id for row in exchange.waiting() if row.case_no == "YC-NINE")
    address = reverse("desk_quarantine_discard", args=[nine])

    unexplained = admin.post(address, {"reason": " "})
    done = admin.post(address, {"reason": "试运行的数据"})
    again = admin.post(address, {"reason": "试运行的数据"})

    assert (unexplained.status_code, done.status_code, again.status_code) == (422, 303, 409)
    assert 'role="alert"' in unexplained.content.decode()
    assert [row.case_no for row in exchange.waiting()] == ["YC-NONE"]
    page = admin.get(reverse("desk_quarantine"), {"state": "discarded"}).content.decode()
    assert "YC-NINE" in page
    assert "试运行的数据" in page
    assert "YC-NONE" not in page


def test_nothing_to_try_is_said(world, browser_of):
    admin = browser_of("sysadmin")
    admin.post(reverse("desk_quarantine_retry_all"))

    assert "notice-info" in admin.get(reverse("desk_quarantine")).content.decode()


def test_the_whole_house_is_not_one_divisions_business(waiting, browser_of):
    admin = browser_of("local_admin")

    assert admin.get(reverse("desk_quarantine")).status_code == 403
    assert admin.post(reverse("desk_quarantine_retry_all")).status_code == 403
    assert [row.attempts for row in exchange.waiting()] == [0, 0]


def given_up(world) -> int:
    with transaction.atomic():
        outbox.defer("example_job", case_id="1")
    job: int = ProcrastinateJob.objects.get().pk
    ProcrastinateJob.objects.filter(pk=job).update(status="failed", attempts=8)
    outbox.record_failure(
        job, name="example_job", attempts=8, error="TimeoutError: the gateway is silent", now=world
    )
    return job


def test_jobs_that_were_given_up_are_listed_with_their_error(world, browser_of):
    given_up(world)

    page = browser_of("sysadmin").get(reverse("desk_jobs")).content.decode()

    assert "example_job" in page
    assert "TimeoutError: the gateway is silent" in page


def test_job_without_an_error_says_so_in_chinese(world, browser_of):
    job = given_up(world)
    outbox.forget_failure(job)

    assert browser_of("sysadmin").get(reverse("desk_jobs")).status_code == 200


def test_job_runs_again_once(world, browser_of):
    job, admin = given_up(world), browser_of("sysadmin")

    first = admin.post(reverse("desk_job_retry", args=[job]))
    second = admin.post(reverse("desk_job_retry", args=[job]))

    assert first.status_code == 303
    assert ProcrastinateJob.objects.get(pk=job).status == "todo"
    assert second.status_code == 409
    assert str(job) in second.content.decode()


def attempts() -> dict[str, int]:
    return {row.case_no: row.attempts for row in exchange.waiting()}


def shown(browser, **asked: str) -> list[str]:
    """The cases that the list shows for a question."""
    answer = browser.get(reverse("desk_quarantine"), asked)
    assert answer.status_code == 200
    return sorted(row["number"] for row in answer.context["rows"])


def test_list_is_filtered_by_reason_kind_source_and_age(waiting, browser_of):
    admin = browser_of("sysadmin")

    page = admin.get(reverse("desk_quarantine")).content.decode()
    assert "来源 … 的办件 … 尚无第 … 次服务。 (1)" in page
    assert shown(admin, code="orphan") == ["YC-NONE"]
    assert shown(admin, kind="review") == ["YC-NINE", "YC-NONE"]
    assert shown(admin, kind="case") == []
    assert shown(admin, source=worlds.SOURCE) == ["YC-NINE", "YC-NONE"]
    assert shown(admin, source="elsewhere") == []
    assert shown(admin, days="0") == ["YC-NINE", "YC-NONE"]
    assert shown(admin, days="2") == []
    assert admin.get(reverse("desk_quarantine"), {"days": "x"}).status_code == 422


def test_to_try_again_something_has_to_be_ticked(waiting, browser_of):
    browser = browser_of("sysadmin")

    browser.post(reverse("desk_quarantine_retry_all"), {"which": "ticked"})

    page = browser.get(reverse("desk_quarantine")).content.decode()
    assert "请勾选要重试的记录。" in page
    assert "已无等待处理的记录。" not in page
    assert len(exchange.waiting()) == 2


def test_ticked_records_are_tried_again(waiting, browser_of):
    chosen = next(str(row.id) for row in exchange.waiting() if row.case_no == "YC-NINE")

    browser_of("sysadmin").post(
        reverse("desk_quarantine_retry_all"), {"which": "ticked", "record": [chosen, "nonsense"]}
    )

    assert attempts() == {"YC-NINE": 1, "YC-NONE": 0}


def test_all_of_a_reason_are_tried_again_and_a_mistake_means_none(waiting, browser_of):
    admin = browser_of("sysadmin")

    admin.post(reverse("desk_quarantine_retry_all"), {"which": "all", "code": "gone_meanwhile"})
    assert attempts() == {"YC-NINE": 0, "YC-NONE": 0}

    admin.post(reverse("desk_quarantine_retry_all"), {"which": "all", "code": "orphan"})
    assert attempts() == {"YC-NINE": 0, "YC-NONE": 1}


def test_record_shows_codes_and_neither_words_nor_persons(waiting, browser_of):
    admin = browser_of("sysadmin")
    orphan = next(row.id for row in exchange.waiting() if row.case_no == "YC-NONE")

    page = admin.get(reverse("desk_quarantine_record", args=[orphan]))

    fields = dict(page.context["fields"])
    assert fields["comment_text"] is None
    assert fields["rating_value"] == "1"
    for secret in (*PERSON.values(), "隔离中的文字"):
        assert secret not in page.content.decode()
    assert admin.get(reverse("desk_quarantine_record", args=[NOWHERE])).status_code == 404


def test_a_phone_in_the_wrong_field_is_masked(world, browser_of):
    raw = Raw(worlds.review("YC-NONE", 1, world, window="13911112222"))
    receive_reviews([raw], entrance=Entrance.CLIENT, by=OPERATOR, now=world)

    page = browser_of("sysadmin").get(reverse("desk_quarantine_record", args=[exchange.waiting()[0].id]))

    assert "13911112222" not in page.content.decode()


def test_jobs_of_other_states_are_shown_too(world, browser_of):
    given_up(world)
    with transaction.atomic():
        outbox.defer("waiting_job", case_id="7")
    admin = browser_of("sysadmin")

    waits = admin.get(reverse("desk_jobs"), {"state": "waiting"}).content.decode()

    assert "waiting_job" in waits
    assert "case_id=7" in waits
    assert "example_job" not in waits
    assert "example_job" in admin.get(reverse("desk_jobs"), {"state": "nonsense"}).content.decode()
