"""协办 that is late: told to who helps, seen by supervisors with that agency's name, answered for by it and not by the lead."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

import pytest

from haochaping.flows import ask_help, supervise
from haochaping.kernel.actor import SYSTEM
from haochaping.kernel.identifiers import uuid7
from haochaping.kernel.refused import Refused
from haochaping.ledger import queries as ledger
from haochaping.notices.models import StaffNotice
from haochaping.rectification import actions as rectification
from haochaping.rectification.models import CoHandler
from haochaping.supervision import actions, queries
from haochaping.supervision.models import Signal, SupervisionOrder
from tests import worlds
from tests.rectification.conftest import DONE, FOUND
from tests.rectification.test_helping import HELPER
from tests.supervision.conftest import ONE, Watched, dispatched
from tests.voices.conftest import DISPATCHER

if TYPE_CHECKING:
    from uuid import UUID

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


def sent(part: CoHandler) -> list[tuple[str, str]]:
    """What the agency that helps was sent about its part: each rung, and what has become of it."""
    rows = SupervisionOrder.objects.filter(part=part, agency__code=worlds.OTHER_AGENCY).order_by("id")
    return list(rows.values_list("rung", "state"))


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


class TestSupervised:
    """It is reminded and warned by itself, as the lead is, beside the lead and whatever that was sent."""

    def test_once_when_its_time_is_nearly_over_and_once_when_it_is(self, part):
        for moment in (part.amber_at + SECOND, part.due_at + SECOND, part.due_at + DAY):
            for _ in range(2):
                supervise.watch(moment)

        assert sent(part) == [("reminder", "notified"), ("warning", "notified")]
        of_lead = SupervisionOrder.objects.filter(part=None, work_order=part.order)
        assert {row.agency.code for row in of_lead} == {worlds.AGENCY}
        for row in SupervisionOrder.objects.filter(part=part):
            assert row.division_id == part.order.division_id
            [entry] = ledger.entries_of("supervision", str(row.id))
            assert entry.facts == {"move": "notify", "rung": row.rung, "state": "notified"}

    def test_not_while_the_order_is_paused(self, part):
        rectification.pause(part.order_id, cause="appeal", by=SYSTEM, now=part.asked_at + SECOND)

        supervise.watch(part.due_at + DAY)

        assert sent(part) == []

    def test_until_it_has_done_its_part(self, part):
        supervise.watch(part.due_at + SECOND)
        ask_help.give(part.order_id, "已核对", by=HELPER, now=part.due_at + DAY)

        supervise.watch(part.due_at + DAY)

        assert sent(part) == [("warning", "lifted")]
        assert SupervisionOrder.objects.filter(part=None, state="notified").exists()

    def test_until_the_order_goes_on_without_it(self, part):
        supervise.watch(part.due_at + SECOND)
        worlds.hear(part.order_id, **FOUND, by=worlds.CLERK, now=part.due_at + DAY)
        rectification.rectify(part.order_id, **DONE, by=worlds.CLERK, now=part.due_at + DAY)

        supervise.watch(part.due_at + DAY)

        assert sent(part) == [("warning", "lifted")]

    def test_it_answers_for_itself_and_the_lead_knows_nothing_of_it(self, part):
        supervise.watch(part.amber_at + SECOND)
        row = SupervisionOrder.objects.get(part=part)

        supervise.respond(row.id, text="周五前完成。", by=HELPER, now=part.amber_at + DAY)

        assert sent(part) == [("reminder", "responded")]
        assert [one.part_id for one in queries.supervisions(HELPER)] == [part.id]
        assert part.id not in [one.part_id for one in queries.supervisions(worlds.CLERK)]
        with pytest.raises(Refused):
            queries.supervision(row.id, by=worlds.CLERK)

    def test_it_counts_with_the_agency_that_was_late(self, part):
        supervise.watch(part.due_at + SECOND)

        reached = queries.reached(
            orders=SupervisionOrder.objects.filter(part=part).values_list("id", flat=True)
        )

        assert [(one.rung, one.agency_id) for one in reached] == [("warning", part.agency_id)]

    def test_a_letter_to_it_is_open_beside_one_to_the_lead(self, part):
        supervise.tell_alarms(part.due_at + SECOND)
        signal = Signal.objects.get(kind="help_late")

        def letter(signal_id: UUID | None) -> UUID:
            return actions.open_letter(
                agency_code="",
                work_order_id=None if signal_id else part.order_id,
                signal_id=signal_id,
                text="请说明为何逾期。",
                key=uuid7(part.due_at),
                by=ONE,
                now=part.due_at + DAY,
            )

        opened = [letter(None), letter(signal.id)]

        rows = SupervisionOrder.objects.filter(id__in=opened, state="opened")
        assert {row.agency.code for row in rows} == {worlds.AGENCY, worlds.OTHER_AGENCY}
        with pytest.raises(Refused, match="supervision_open"):
            letter(None)
