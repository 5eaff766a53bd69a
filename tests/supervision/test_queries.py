"""监督 reads: the live map, the rows behind it, lists for each side, what counts of each rung."""

from __future__ import annotations

from datetime import timedelta
from functools import partial
from typing import TYPE_CHECKING, Any

import pytest

from haochaping.kernel.actor import SYSTEM
from haochaping.kernel.identifiers import uuid7
from haochaping.kernel.refused import Refused
from haochaping.rectification import actions as rectification
from haochaping.supervision import actions, queries
from haochaping.supervision.terms import NewSignal, Rung, SignalKind, SupervisionState
from tests import worlds

from .conftest import COUNTY_OFFICE, COUNTY_PATH, ELSEWHERE, ONE, OTHER, dispatched

if TYPE_CHECKING:
    from datetime import datetime
    from uuid import UUID

    from haochaping.kernel.actor import Actor

pytestmark = pytest.mark.django_db
S = SupervisionState
LONG = timedelta(days=20)


def refused(call) -> str:
    with pytest.raises(Refused) as no:
        call()
    return no.value.code


def test_the_map_counts_open_orders_by_agency_and_state(watched):
    second = dispatched("YC-2", watched.now)
    rectification.sign_for(second, by=worlds.CLERK, now=watched.now)

    (row,) = queries.order_map(ONE, watched.now)

    assert row.counts == {"dispatched": 1, "signed": 1}
    assert (row.agency_name, row.division_name, row.overdue) == ("河湾区行政审批局", "河湾区", 0)
    (later,) = queries.order_map(COUNTY_OFFICE, watched.now + LONG)
    assert later.overdue == 2
    assert queries.order_map(ELSEWHERE, watched.now) == []


def test_an_agency_stands_once_under_its_own_division_wherever_it_serves(watched):
    dispatched("YC-2", watched.now, division=worlds.CITY)

    (row,) = queries.order_map(ONE, watched.now)

    assert (row.division_name, row.counts) == ("河湾区", {"dispatched": 2})
    (of_the_county,) = queries.order_map(COUNTY_OFFICE, watched.now)
    assert of_the_county.counts == {"dispatched": 1}


def test_behind_every_number_are_its_rows(watched):
    second = dispatched("YC-2", watched.now)
    rectification.sign_for(second, by=worlds.CLERK, now=watched.now)
    agency = watched.order.agency_id

    def ids(now: datetime | None = None, by: Actor = ONE, **asked: Any) -> list[UUID]:
        return [row.id for row in queries.live_orders(by, now or watched.now, **asked)]

    # The one that must be signed for today comes first.
    assert ids() == [watched.order_id, second]
    assert ids(agency_id=agency, state="signed") == [second]
    assert ids(agency_id=agency + 1) == []
    assert ids(overdue=True) == []
    assert ids(watched.now + LONG, overdue=True) == [watched.order_id, second]
    assert ids(limit=1, offset=1) == [second]
    assert ids(by=ELSEWHERE) == []


@pytest.mark.parametrize("read", [queries.order_map, queries.live_orders])
def test_the_map_is_for_supervisors(watched, read):
    assert refused(partial(read, worlds.CLERK, watched.now)) == "not_allowed"


def test_an_agency_learns_of_supervision_when_it_is_sent(watched):
    pk = watched.letter()
    assert [row.id for row in queries.supervisions(ONE)] == [pk]
    assert queries.supervisions(worlds.CLERK) == []
    assert refused(partial(queries.supervision, pk, by=worlds.CLERK)) == "no_such_supervision"

    actions.notify(pk, by=ONE, now=watched.now)

    assert [row.id for row in queries.supervisions(worlds.CLERK)] == [pk]
    assert queries.supervision(pk, by=worlds.CLERK).state == "notified"
    assert refused(partial(queries.supervision, pk, by=ELSEWHERE)) == "out_of_scope"
    assert refused(partial(queries.supervision, uuid7(watched.now), by=ONE)) == "no_such_supervision"
    assert refused(partial(queries.supervisions, worlds.PUBLISHER)) == "not_allowed"


def test_what_is_over_stands_in_another_list(watched):
    pk = watched.upto(S.CHECKED)
    actions.lift(pk, text="到位", by=ONE, now=watched.now)

    assert queries.supervisions(ONE) == []
    assert [row.id for row in queries.supervisions(ONE, done=True)] == [pk]


def test_signals_are_for_supervisors_and_leave_the_list_when_taken_up(watched):
    order = watched.order
    new = NewSignal(
        SignalKind.REOPENED, order.division_id, order.agency_id, str(order.id), watched.now.date(), order.id
    )
    (pk,) = actions.raise_signals([new], by=SYSTEM, now=watched.now)

    assert [row.id for row in queries.signals(ONE)] == [pk]
    assert queries.signal(pk, by=ONE).agency_code == worlds.AGENCY
    assert queries.signals(ELSEWHERE) == []
    assert refused(partial(queries.signal, pk, by=ELSEWHERE)) == "no_such_signal"
    assert refused(partial(queries.signals, worlds.CLERK)) == "not_allowed"
    form: dict[str, Any] = {
        "agency_code": "",
        "work_order_id": None,
        "signal_id": pk,
        "text": "请说明",
        "key": uuid7(watched.now),
    }
    letter = actions.open_letter(**form, by=ONE, now=watched.now)
    assert queries.signals(ONE) == []
    assert [row.supervision_id for row in queries.signals(ONE, taken=True)] == [letter]


def test_what_was_sent_counts_when_it_was_opened_and_what_was_decided_when_it_was(watched):
    draft = watched.letter()
    assert queries.reached() == []

    actions.notify(draft, by=ONE, now=watched.now)
    actions.respond(draft, text="已整改", by=worlds.CLERK, now=watched.now)
    actions.check(draft, text="不实", by=ONE, now=watched.now)
    pk = actions.propose(draft, rung="circular", reason="不实", by=ONE, now=watched.now)
    (letter,) = queries.reached()
    actions.decide(pk, adopt=True, reason="同意", by=OTHER, now=watched.now)

    circular = next(one for one in queries.reached() if one.rung == Rung.CIRCULAR)
    order = watched.order
    assert (letter.rung, letter.at) == (Rung.LETTER, queries.supervision(draft, by=ONE).opened_at)
    assert (letter.agency_id, letter.item_id) == (order.agency_id, order.item_id)
    assert circular.at == queries.proposal(pk, by=ONE).decided_at
    assert queries.reached(orders=[draft]) == [letter]
    assert queries.reached(proposals=[pk]) == [circular]
    assert queries.reached(orders=[]) == []


def test_behind_a_rung_are_its_supervision_orders(watched):
    draft, order = watched.letter(), watched.order
    everywhere = ("", None, None)

    def ids(rung: Rung = Rung.LETTER, place: Any = everywhere, by: Actor = ONE, **days: Any) -> list[UUID]:
        begin, end = days.get("begin"), days.get("end")
        return [row.id for row in queries.behind(by, rung, place, begin, end, limit=9)]

    assert ids() == []
    actions.notify(draft, by=ONE, now=watched.now)
    assert ids() == ids(begin=watched.start) == [draft]
    assert ids(end=watched.start) == ids(Rung.WARNING) == ids(Rung.CIRCULAR) == ids(by=ELSEWHERE) == []
    assert ids(place=(COUNTY_PATH, f"{worlds.AGENCY}.", order.item_id)) == [draft]
    assert ids(place=("", f"{worlds.OTHER_AGENCY}.", None)) == ids(place=("", None, 0)) == []
    actions.respond(draft, text="已整改", by=worlds.CLERK, now=watched.now)
    actions.check(draft, text="不实", by=ONE, now=watched.now)
    pk = actions.propose(draft, rung="circular", reason="不实", by=ONE, now=watched.now)
    assert ids(Rung.CIRCULAR) == []
    actions.decide(pk, adopt=True, reason="同意", by=OTHER, now=watched.now)
    assert ids(Rung.CIRCULAR) == [draft]
    assert refused(partial(queries.behind, worlds.CLERK, Rung.LETTER, everywhere, None, None, limit=1)) == (
        "not_allowed"
    )


def test_what_waits_is_counted(watched):
    pk = watched.upto(S.CHECKED)
    actions.propose(pk, rung="circular", reason="不实", by=ONE, now=watched.now)
    actions.urge(
        to=worlds.AGENCY, work_order_id=None, text="请办", key=uuid7(watched.now), by=ONE, now=watched.now
    )

    found = queries.waiting(OTHER)

    assert (found.signals, found.supervisions, found.urgings, found.proposals) == (0, 1, 1, 1)
