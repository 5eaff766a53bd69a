"""`doctor` where web processes and worker were not told the same about the gateway: two files of environment."""

from __future__ import annotations

from datetime import timedelta
from uuid import uuid4

import pytest
from django.utils import timezone

from haochaping.doors.commands.checkup import _gateway
from haochaping.kernel.actor import SYSTEM
from haochaping.notices import actions, gateway
from haochaping.notices.terms import Template

pytestmark = pytest.mark.usefixtures("committed_db")


def worker_tried(told: str, *, days: int = 0) -> None:
    """What the worker does with one message, told of this gateway."""
    then = timezone.now() - timedelta(days=days)
    message = actions.queue_sms(uuid4(), Template.INVITATION, {"link": "/r/a"}, by=SYSTEM, now=then)
    actions.deliver(
        message,
        gateway=gateway.named(told),
        phone_of=lambda _person: "13900000001",
        translate=str,
        by=SYSTEM,
        now=then,
    )


@pytest.mark.parametrize("here", ["", "demo"])
@pytest.mark.parametrize("worker", ["", "demo"])
def test_web_and_worker_are_told_the_same(settings, here, worker):
    settings.SMS_GATEWAY = here
    worker_tried(worker)

    found = _gateway()

    assert found.ok == (here == worker)
    assert ("HAOCHAPING_SMS_GATEWAY" in found.text) == (here != worker)
    assert ("web.env" in found.text) == (here < worker)
    assert ("worker.env" in found.text) == (here != worker)


def test_the_newest_attempt_tells(settings):
    settings.SMS_GATEWAY = "demo"
    worker_tried("", days=1)
    worker_tried("demo")

    assert _gateway().ok


@pytest.mark.parametrize("here", ["", "demo"])
def test_where_nothing_was_tried_lately_nothing_is_known(settings, here):
    settings.SMS_GATEWAY = here
    worker_tried("demo", days=8)
    worker_tried("", days=9)

    assert _gateway().ok
