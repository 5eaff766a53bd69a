"""The sampling desk: whom to call, a call through the relay, its result; no name, no number, no rating."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

import pytest
from django.urls import reverse

from haochaping.accounts.terms import Role
from haochaping.directory import queries as directory
from haochaping.flows import call_back, sample_reviews
from haochaping.identity import keys, relay
from haochaping.kernel.actor import REVIEWER, SYSTEM
from haochaping.kernel.periods import local_day
from haochaping.notices.models import Delivery
from haochaping.supervision import rules
from haochaping.supervision.actions import samples
from haochaping.supervision.models import SampleCall, SampledReview
from haochaping.supervision.queries import samples as queries
from haochaping.supervision.terms import Lot, SampleKind
from haochaping.ui import moments
from tests import worlds
from tests.doors.workbench.conftest import bad, bad_review, browser_of, clerk, world

if TYPE_CHECKING:
    from datetime import datetime
    from uuid import UUID

    from django.test import Client

__all__ = ["bad", "bad_review", "browser_of", "clerk", "world"]


@pytest.fixture
def sample(world: datetime, settings, tmp_path) -> UUID:
    """A drawn review whose reviewer is to be called."""
    settings.SMS_GATEWAY, settings.KEYS_DIR = "demo", tmp_path
    keys.ensure(tmp_path)
    worlds.take_case("YC-1", world)
    given = worlds.give("YC-1", 5, world)
    county = directory.division(worlds.COUNTY)
    assert county is not None
    assert given.id is not None
    month, lot = local_day(world).replace(day=1), Lot("0" * 64, -1, {"0" * 32: given.id}, 1)
    samples.draw(county.id, county.code, month, SampleKind.GOOD, lot=lot, by=SYSTEM, now=world)
    SampledReview.objects.update(state="to_call", due_at=None)
    return SampledReview.objects.get().id


@pytest.fixture
def supervisor(browser_of) -> Client:
    browser: Client = browser_of("supervisor")
    return browser


def address(sample: UUID, step: str = "") -> str:
    name = "oversight_sample_step" if step else "oversight_sample"
    return reverse(name, args=[sample, *filter(None, [step])])


def test_the_list_and_the_page_tell_the_service_and_nobody(sample, supervisor):
    for page in (reverse("oversight_samples"), address(sample)):
        shown = supervisor.get(page).content.decode()

        assert "食品经营许可" in shown
        assert not [w for w in ("张小满", "13900000001", "139****", "level-badge") if w in shown]


def test_the_last_day_to_ask_is_shown_and_not_the_midnight_after_it(sample, supervisor, world):
    last = moments.day(rules.last_day(local_day(world).replace(day=1)))

    for page in (reverse("oversight_samples"), address(sample)):
        assert last in supervisor.get(page).content.decode()


def test_a_call_is_connected_and_its_result_recorded(sample, supervisor, settings):
    assert supervisor.post(address(sample, "call"), {"line": "8001"}).status_code == 303
    call = Delivery.objects.get(channel="call")
    early = supervisor.post(address(sample, "result"), {"result": "not_reached"})
    call_back.connect_call(
        call.id, relay_keys=relay.load_keys(settings.KEYS_DIR), by=SYSTEM, now=call.queued_at
    )

    done = supervisor.post(
        address(sample, "result"), {"result": "answered", "did_rate": "yes", "level": "3", "words": ""}
    )

    assert early.status_code == 422
    assert "还没有" in early.content.decode()
    assert done.status_code == 303
    assert SampledReview.objects.get().state == "answered"
    page = supervisor.get(address(sample)).content.decode()
    assert "已经答复" in page
    assert '<form class="card"' not in page


def test_an_answer_by_the_link_meanwhile_stops_the_call(sample, supervisor, settings):
    supervisor.post(address(sample, "call"), {"line": "8001"})
    samples.decline(sample, by=REVIEWER, now=SampledReview.objects.get().draw.drawn_at)
    call = Delivery.objects.get(channel="call")

    call_back.connect_call(
        call.id, relay_keys=relay.load_keys(settings.KEYS_DIR), by=SYSTEM, now=call.queued_at
    )

    call.refresh_from_db()
    assert (call.state, call.last_error) == ("failed", "sample_settled")
    assert supervisor.post(address(sample, "call"), {"line": "8001"}).status_code == 409


@pytest.mark.parametrize(
    ("step", "typed"),
    [
        ("call", {"line": "x"}),
        ("call", {"line": ""}),
        ("result", {"result": ""}),
        ("result", {"result": "answered", "did_rate": ""}),
        ("result", {"result": "answered", "did_rate": "yes", "words": "长" * 501}),
    ],
)
def test_what_is_lacking_is_said_at_its_field(sample, supervisor, step, typed):
    answer = supervisor.post(address(sample, step), typed)

    assert answer.status_code == 422
    assert 'aria-invalid="true"' in answer.content.decode()
    assert not SampleCall.objects.exists()


def test_an_unknown_step_is_no_page(sample, supervisor):
    assert supervisor.post(address(sample, "dance")).status_code == 404


def test_those_called_least_stand_first(sample, supervisor, world):
    SampleCall.objects.create(
        id=sample,
        sample_id=sample,
        call=sample,
        called_at=world + timedelta(hours=1),
        result="not_reached",
        by="staff:0",
        at=world,
    )

    page = supervisor.get(reverse("oversight_samples")).content.decode()

    assert '<td class="num">1</td>' in page


def test_the_supervisor_of_the_reviewed_agency_sees_nothing(sample, signed_in, browser_of, monkeypatch):
    from tests.doors.workbench import conftest

    monkeypatch.setitem(conftest.PLACES, "insider", (Role.SUPERVISOR, {"agency_code": worlds.AGENCY}))
    insider = browser_of("insider")

    assert "食品经营许可" not in insider.get(reverse("oversight_samples")).content.decode()
    assert insider.get(address(sample)).status_code == 404


@pytest.fixture
def still_bad(bad, world):
    """A bad review whose reviewer is dissatisfied today, asked again after it was closed."""
    month, lot = local_day(world).replace(day=1), Lot("0" * 64, -1, {"0" * 32: bad.review_id}, 1)
    county = directory.division(worlds.COUNTY)
    assert county is not None
    samples.draw(county.id, county.code, month, SampleKind.BAD_CLOSED, lot=lot, by=SYSTEM, now=world)
    token = queries.token_of(SampledReview.objects.get().id)
    sample_reviews.answer_question(token, did_rate="yes", level="2", words="", by=REVIEWER, now=world)
    return bad


def english(browser: Client, page: str) -> str:
    return str(browser.get(page, headers={"accept-language": "en"}).content.decode())


def test_a_closed_bad_review_that_is_bad_today_leads_from_the_signal_to_its_order(still_bad, supervisor):
    shown = english(supervisor, reverse("oversight_signals"))

    assert "A sampling call-back did not confirm the result" in shown
    assert "Asked again after the order was closed, the reviewer says today: Dissatisfied" in shown
    assert still_bad.address() in shown
    assert "Signal for the supervisors: A sampling call-back" in english(supervisor, still_bad.address())


def test_the_agency_hears_nothing_of_such_a_signal(still_bad, clerk):
    assert "sampling" not in english(clerk, still_bad.address()).lower()
