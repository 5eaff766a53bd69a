"""协办 that is late: told to who helps, seen by supervisors with that agency's name, answered for by it and not by the lead."""

from __future__ import annotations

from datetime import timedelta

import pytest

from haochaping.flows import supervise
from haochaping.kernel.identifiers import uuid7
from haochaping.notices.models import StaffNotice
from haochaping.rectification import actions as rectification
from haochaping.rectification.models import CoHandler
from haochaping.supervision import actions
from haochaping.supervision.models import Signal, SupervisionOrder
from tests import worlds
from tests.rectification.test_helping import HELPER
from tests.supervision.conftest import ONE, Watched, dispatched
from tests.voices.conftest import DISPATCHER

pytestmark = pytest.mark.django_db
SECOND, DAY = timedelta(seconds=1), timedelta(days=1)


@pytest.fixture
def part(now) -> CoHandler:
    worlds.build(now)
    watched = Watched(dispatched("YC-1", now), now)
    rectification.sign_for(watched.order_id, by=worlds.CLERK, now=watched.now)
    made = rectification.join(
        watched.order_id, agency_code=worlds.OTHER_AGENCY, task="核对", by=DISPATCHER, now=watched.now
    )
    return CoHandler.objects.get(id=made)


def told() -> list[tuple[str, str]]:
    rows = StaffNotice.objects.filter(kind__startswith="help_").order_by("at", "id")
    return list(rows.values_list("kind", "agency__code"))


def test_whoever_helps_hears_of_amber_and_red_once_each(part):
    for moment in (part.amber_at + SECOND, part.due_at + SECOND):
        for _ in range(2):
            supervise.tell_alarms(moment)

    assert told() == [("help_amber", worlds.OTHER_AGENCY), ("help_red", worlds.OTHER_AGENCY)]


def test_supervisors_see_that_the_helping_agency_is_late_and_not_the_lead(part):
    for _ in range(2):
        supervise.tell_alarms(part.due_at + SECOND)

    signal = Signal.objects.get(kind="help_late")
    assert (signal.agency.code, signal.work_order_id, signal.division_id) == (
        worlds.OTHER_AGENCY,
        part.order_id,
        part.order.division_id,
    )
    letter = actions.open_letter(
        agency_code="",
        work_order_id=None,
        signal_id=signal.id,
        text="请说明为何逾期。",
        key=uuid7(part.due_at),
        by=ONE,
        now=part.due_at + DAY,
    )
    row = SupervisionOrder.objects.get(id=letter)
    assert (row.agency.code, row.work_order_id) == (worlds.OTHER_AGENCY, part.order_id)


def test_of_what_is_done_nothing_is_told(part):
    rectification.contribute(part.order_id, text="已核对", by=HELPER, now=part.asked_at + SECOND)

    supervise.tell_alarms(part.due_at + SECOND)

    assert told() == []
    assert not Signal.objects.filter(kind="help_late").exists()
