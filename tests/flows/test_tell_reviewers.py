"""进展通知: each reviewer hears of each step once, by day, and not more often than the place allows."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any
from uuid import UUID

import pytest
from procrastinate.contrib.django.models import ProcrastinateJob

from haochaping.flows import change_review, handle_bad_review
from haochaping.flows.deliver_notice import deliver_notices
from haochaping.flows.tell_reviewers import queue_steps, tell_reviewers
from haochaping.identity import keys, relay
from haochaping.kernel.actor import REVIEWER, SYSTEM
from haochaping.kernel.identifiers import uuid7
from haochaping.kernel.periods import local_day
from haochaping.notices import queries
from haochaping.notices.models import Delivery
from haochaping.notices.terms import DeliveryState, Template
from haochaping.rectification import actions as rectification
from haochaping.reviews.terms import Entrance
from tests import worlds
from tests.flows.conftest import order_of

if TYPE_CHECKING:
    from pathlib import Path

DAY, HOUR = timedelta(days=1), timedelta(hours=1)


@pytest.fixture(autouse=True)
def _world(world: None, settings, tmp_path) -> None:
    settings.SMS_GATEWAY, settings.KEYS_DIR = "demo", tmp_path
    keys.ensure(tmp_path)


def bad(now: datetime, case_no: str = "YC-1", phone: str = "13900000002", **given: Any) -> UUID:
    outcome = worlds.give(case_no, 1, now, reviewer={"phone": phone}, **given)
    assert outcome.id is not None
    return outcome.id


def queue(now: datetime, *review_ids: UUID, template: Template = Template.ORDER_CLOSED) -> int:
    return queue_steps(template, review_ids, cause=uuid7(now), by=SYSTEM, now=now)


def due() -> list[datetime | None]:
    rows = Delivery.objects.filter(state=DeliveryState.QUEUED).order_by("due_at")
    return list(rows.values_list("due_at", flat=True))


def do_jobs(now: datetime) -> int:
    """Do the jobs that tell reviewers; returns how many messages are queued by them."""
    jobs = ProcrastinateJob.objects.filter(task_name="notices.tell_reviewers")
    return sum(
        queue_steps(
            Template(job.args["template"]),
            [*job.args["review_ids"]],
            cause=UUID(job.args["cause"]),
            by=SYSTEM,
            now=now,
        )
        for job in jobs
    )


def test_the_reviewer_hears_that_the_agency_has_it_and_until_when_it_answers(now, tmp_path, settings):
    review_id = bad(now)
    handle_bad_review.dispatch_due(by=SYSTEM, now=now)
    promised = order_of(review_id).rectify_due_at
    assert promised

    assert do_jobs(now) == 1
    deliver_notices(
        [row.id for row in Delivery.objects.all()], relay_keys=relay.load_keys(tmp_path), by=SYSTEM, now=now
    )

    [message] = queries.demo_messages()
    assert local_day(promised).isoformat() in message.text
    assert f"{settings.SITE_URL}/r/" in message.text
    assert not {"张", "许可", "审批局"} & set(message.text)


def test_who_finishes_the_second_page_hears_of_it_too(now):
    worlds.take_case("YC-3", now)
    outcome = worlds.give("YC-3", 1, now, entrance=Entrance.TOKEN, reviewer={"phone": "13900000002"})
    assert outcome.id

    change_review.finish_review(outcome.id, ["109"], "", by=REVIEWER, now=now)

    assert do_jobs(now) == 1


def test_a_job_that_runs_twice_tells_once(now):
    bad(now)
    handle_bad_review.dispatch_due(by=SYSTEM, now=now)

    assert [do_jobs(now), do_jobs(now)] == [1, 0]


def test_nobody_is_woken(now):
    night = now.replace(hour=22)

    queue(night, bad(now))

    assert due() == [(night + DAY).replace(hour=8, minute=0)]
    job = ProcrastinateJob.objects.get(task_name="notices.deliver_many")
    assert job.scheduled_at == due()[0]


def test_one_number_has_one_message_a_day_whoever_it_belongs_to(now):
    worlds.take_case("YC-2", now)
    worlds.take_case("YC-3", now)

    queue(now, bad(now), bad(now, "YC-2"))
    queue(now, bad(now, "YC-3", phone="139 0000 0002"))

    morning = now.replace(hour=8, minute=0)
    assert due() == [now, morning + DAY, morning + 2 * DAY]


def test_how_often_is_the_rulebooks(now):
    worlds.follow(worlds.COUNTY, now, messages_a_day="3", quiet_from="12:00", quiet_until="13:00")
    worlds.take_case("YC-2", now)
    noon = now.replace(hour=12, minute=30)

    queue(noon, bad(now), bad(now, "YC-2"))

    assert due() == [noon.replace(hour=13, minute=0)] * 2


def test_what_waits_gives_way_to_what_is_newer(now):
    review_id, night = bad(now), now.replace(hour=22)
    handle_bad_review.dispatch_due(by=SYSTEM, now=now)
    queue(night, review_id, template=Template.ORDER_DISPATCHED)

    queue(night + HOUR, review_id, template=Template.ORDER_CLOSED)

    rows = Delivery.objects.order_by("queued_at").values_list("template", "state")
    assert list(rows) == [("order_dispatched", "replaced"), ("order_closed", "queued")]
    assert Delivery.objects.get(state="replaced").params == {}
    assert due() == [(night + DAY).replace(hour=8, minute=0)]


def deliver_all(now: datetime, keys_dir: Path) -> None:
    deliver_notices(
        [row.id for row in Delivery.objects.all()], relay_keys=relay.load_keys(keys_dir), by=SYSTEM, now=now
    )


def test_what_waits_gives_way_to_the_answer_that_is_sent_at_once(now, tmp_path):
    review_id, night = bad(now), now.replace(hour=22)
    handle_bad_review.dispatch_due(by=SYSTEM, now=now)
    queue(night, review_id, template=Template.ORDER_SIGNED)

    handle_bad_review.tell(review_id, Template.ORDER_REPLIED, by=SYSTEM, now=night + HOUR)
    deliver_all(night + DAY, tmp_path)

    rows = Delivery.objects.order_by("queued_at").values_list("template", "state")
    assert list(rows) == [("order_signed", "replaced"), ("order_replied", "sent")]
    assert Delivery.objects.get(state="replaced").params == {}
    assert len(queries.demo_messages()) == 1


@pytest.mark.parametrize("answered_by", [Template.ORDER_REPLIED, Template.ORDER_CLOSED])
def test_a_step_whose_turn_comes_after_a_later_one_is_not_told(now, answered_by):
    review_id, later = bad(now), now + HOUR
    handle_bad_review.dispatch_due(by=SYSTEM, now=now)
    if answered_by == Template.ORDER_REPLIED:
        handle_bad_review.tell(review_id, answered_by, by=SYSTEM, now=later)
    else:
        queue(later, review_id, template=answered_by)

    told = queue_steps(Template.ORDER_SIGNED, [review_id], cause=uuid7(now), by=SYSTEM, now=later + HOUR)

    assert told == 0
    assert list(Delivery.objects.values_list("template", "state")) == [(answered_by, "queued")]


def test_a_question_overtakes_nothing(now, tmp_path):
    review_id, night = bad(now), now.replace(hour=22)
    handle_bad_review.dispatch_due(by=SYSTEM, now=now)
    queue(night, review_id, template=Template.ORDER_EXTENDED)

    handle_bad_review.tell(review_id, Template.AGENCY_WROTE, by=SYSTEM, now=night + HOUR)
    deliver_all(night + DAY, tmp_path)

    assert len(queries.demo_messages()) == 2


def test_who_left_no_number_or_withdrew_hears_nothing(now):
    worlds.take_case("YC-2", now, applicant={"name": "李大明"})
    nameless = worlds.give("YC-2", 1, now).id
    withdrawn = bad(now, entrance=Entrance.TOKEN)
    change_review.withdraw_review(withdrawn, by=REVIEWER, now=now)
    assert nameless

    assert queue(now, nameless, withdrawn) == 0


def test_who_withdrew_hears_of_what_the_agency_had_begun(now):
    withdrawn = bad(now, entrance=Entrance.TOKEN)
    change_review.finish_review(withdrawn, ["101"], "慢", by=REVIEWER, now=now)
    rectification.sign_for(order_of(withdrawn).id, by=worlds.CLERK, now=now)
    change_review.withdraw_review(withdrawn, by=REVIEWER, now=now)

    assert queue(now, withdrawn) == 1


def test_without_a_gateway_nothing_is_queued(now, settings):
    settings.SMS_GATEWAY = ""

    tell_reviewers(Template.ORDER_CLOSED, [bad(now)], now=now)

    assert not ProcrastinateJob.objects.filter(task_name="notices.tell_reviewers").exists()
