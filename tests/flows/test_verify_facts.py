"""核对事实: the figures of an installation that is older than a kind of fact, or went wrong, against the rows."""

from __future__ import annotations

from collections import Counter
from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest
from django.db import connection
from django.db.models import F

from haochaping.directory import queries as directory
from haochaping.exchange.terms import Raw
from haochaping.flows import change_review, handle_bad_review, handle_voices, supervise, watch_voices
from haochaping.flows.answer_invitation import answer_invitation
from haochaping.flows.invite import invite_case
from haochaping.flows.receive_reviews import recount, units_of
from haochaping.flows.take_in_cases import take_in_cases
from haochaping.flows.verify_facts import verify_facts, watch
from haochaping.insight import actions as insight
from haochaping.insight import queries as figures
from haochaping.insight.models import (
    AgencyDay,
    AgencyMonth,
    ChannelMonth,
    DivisionDay,
    DivisionMonth,
    Fact,
    FactDelta,
    HallMonth,
    ItemMonth,
)
from haochaping.insight.rules import ALL_MONTHS, ORDER_KINDS, VOICE_KINDS
from haochaping.insight.terms import FactKind, Place
from haochaping.kernel.actor import OPERATOR, REVIEWER, SYSTEM
from haochaping.kernel.outcomes import OutcomeKind
from haochaping.kernel.periods import Period, local_day
from haochaping.ledger.models import Entry
from haochaping.ledger.terms import EntryKind
from haochaping.rectification import actions as rectification
from haochaping.reviews import actions as review_actions
from haochaping.reviews.terms import Entrance, ReasonClass, ReviewChannel
from haochaping.supervision.models import Signal
from tests import worlds
from tests.flows.conftest import heard, order_of
from tests.flows.truth import assert_counters_exact
from tests.voices.conftest import GIVEN

if TYPE_CHECKING:
    from datetime import date, datetime
    from uuid import UUID

    from haochaping.insight.terms import Difference

DAY, HOUR = timedelta(days=1), timedelta(hours=1)
SUMS = {
    AgencyMonth: "agency",
    ChannelMonth: "channel",
    DivisionMonth: "division",
    HallMonth: "hall",
    ItemMonth: "item",
    DivisionDay: "division_day",
    AgencyDay: "agency_day",
}
_DAYS = {DivisionDay, AgencyDay}


@pytest.fixture
def handled(world: None, now: datetime) -> None:
    """An order that was answered, one that is overdue and warned of, an invitation that was answered."""
    first = worlds.give("YC-1", 1, now)
    assert first.id is not None
    worlds.take_case("YC-2", now - 40 * DAY)
    worlds.give("YC-2", 1, now - 40 * DAY)
    handle_bad_review.dispatch_due(by=SYSTEM, now=now - 39 * DAY)
    handle_bad_review.dispatch_due(by=SYSTEM, now=now + DAY)
    order, later = order_of(first.id), now + DAY
    rectification.sign_for(order.id, by=worlds.CLERK, now=later)
    heard(
        order.id, result="answered", is_true=True, is_reasonable=True, note="属实", by=worlds.CLERK, now=later
    )
    rectification.rectify(order.id, outcome="immediate_rectified", text="已改正", by=worlds.CLERK, now=later)
    handle_bad_review.reply(order.id, "已改", by=worlds.CLERK, now=later)
    handle_bad_review.answer_solution(first.id, solved="yes", text="", by=REVIEWER, now=later)
    supervise.count_late(later)
    supervise.watch(later)
    handle_voices.give_voice(**GIVEN, by=REVIEWER, now=now - 40 * DAY)
    watch_voices.tell_alarms(later)
    worlds.take_case("YC-3", now)
    [link] = invite_case(worlds.SOURCE, "YC-3", by=OPERATOR, now=now)
    answer_invitation(
        link.rpartition("/")[2], "5", channel=ReviewChannel.QR_CODE, by=REVIEWER, now=now + HOUR
    )


def verified(now: datetime, period: Period | None = None, *, mend: bool = False) -> list[Difference]:
    return list(verify_facts(period or Period(), mend=mend, by=OPERATOR, now=now))


def mended() -> list[dict[str, str]]:
    rows = Entry.objects.filter(kind=EntryKind.FIGURES_MENDED).order_by("id")
    return [row.facts for row in rows]


def test_what_is_right_is_left_alone(handled, now):
    assert_counters_exact()
    before = FactDelta.objects.count()

    assert verified(now) == []
    assert verified(now, mend=True) == []

    assert FactDelta.objects.count() == before
    assert mended() == []


@pytest.mark.parametrize("folded", [False, True])
def test_what_was_never_counted_is_counted(handled, now, folded):
    FactDelta.objects.filter(kind__in=[*ORDER_KINDS, *VOICE_KINDS, FactKind.SUPERVISED]).delete()
    FactDelta.objects.filter(kind__in=[FactKind.CASE, FactKind.INVITED, FactKind.REVIEW]).delete()
    if folded:
        insight.fold()

    found = verified(now)
    assert {one.key.kind for one in found} >= {
        "order",
        "rectified",
        "supervised",
        "voice",
        "case",
        "invited",
        "review",
    }
    assert all(one.held == 0 < one.counted for one in found)
    assert verified(now, mend=True) == found

    assert_counters_exact()
    assert verified(now) == []
    days = [one.key.day for one in found]
    assert sum(int(entry["figures"]) for entry in mended()) == len(found)
    assert min(entry["from"] for entry in mended()) == min(days).isoformat()


def test_what_is_too_much_is_taken_off(handled, now):
    for row in list(FactDelta.objects.all()):
        row.pk = None
        row.n += 2
        row.save()
    insight.fold()
    assert Fact.objects.exists()

    assert verified(now, mend=True)

    assert_counters_exact()


def test_figures_from_before_halls_were_told_apart_are_counted_again(handled, now):
    insight.fold()
    HallMonth.objects.all().delete()
    with connection.cursor() as cursor:
        cursor.execute(
            """
            CREATE TEMPORARY TABLE before AS
            SELECT kind, day, division_id, agency_id, item_id, channel, level, provenance, sum(n) AS n
              FROM insight_fact GROUP BY 1, 2, 3, 4, 5, 6, 7, 8;
            DELETE FROM insight_fact;
            INSERT INTO insight_fact (kind, day, division_id, agency_id, item_id, channel, level, provenance, n)
            SELECT * FROM before
            """
        )
    hall = directory.halls(["H1"])["H1"]
    whole = {part: n for part, n in figures.tally(Place()).items() if n}
    assert not figures.tally(Place(hall_id=hall.id))

    assert verified(now, mend=True)

    assert_counters_exact()
    assert {part: n for part, n in figures.tally(Place()).items() if n} == whole
    assert figures.tally(Place(hall_id=hall.id))["review", 1, "active_onsite_device"] == 2


@pytest.mark.parametrize(("table", "name"), SUMS.items())
def test_a_sum_that_is_not_that_of_its_parts_is_named_and_put_right(handled, now, table: Any, name):
    insight.fold()
    by_month = {} if table in _DAYS else {"month__gt": ALL_MONTHS}
    row, *_, missing = table.objects.filter(n__gt=0, **by_month).order_by("id")
    table.objects.filter(id=row.pk).update(n=F("n") + 3)
    missing.delete()

    found = verified(now)

    assert {(one.months, one.held - one.counted) for one in found} == {
        (name, 3),
        (name, -missing.n),
    }
    assert verified(now, mend=True) == found
    assert_counters_exact()
    assert sum(int(entry["figures"]) for entry in mended()) == 2


@pytest.mark.parametrize(("table", "name"), [one for one in SUMS.items() if one[0] not in _DAYS])
def test_what_all_months_come_to_is_named_and_put_right(handled, now, table: Any, name):
    insight.fold()
    row, *_, missing = table.objects.filter(n__gt=0, month=ALL_MONTHS).order_by("id")
    table.objects.filter(id=row.pk).update(n=F("n") + 3)
    missing.delete()
    day = local_day(now)

    # Whatever the days that are asked for: a page without a period reads nothing else.
    found = verified(now, Period(day, day))

    assert [(one.months, one.key.day) for one in found] == [(name, ALL_MONTHS)] * 2
    assert {one.held - one.counted for one in found} == {3, -missing.n}
    assert verified(now, mend=True) == found
    assert_counters_exact()
    assert mended() == [{"figures": "2"}]


def test_months_and_what_they_come_to_are_put_right_at_once(handled, now):
    insight.fold()
    ItemMonth.objects.update(n=F("n") + 1)

    assert {one.key.day for one in verified(now)} == {one.month for one in ItemMonth.objects.all()} - {
        ALL_MONTHS
    }
    verified(now, mend=True)

    assert_counters_exact()


def test_only_the_days_that_are_asked_for_are_looked_at(handled, now):
    day = local_day(now)
    FactDelta.objects.all().delete()

    of_day = verified(now, Period(day, day))
    since, until = verified(now, Period(day)), verified(now, Period(end=day - DAY))

    assert {one.key.day for one in of_day} == {day}
    assert {one.key.day for one in until} == {one.key.day for one in verified(now)} - {
        one.key.day for one in since
    }
    assert len(since) + len(until) == len(verified(now))
    assert verified(now, Period(day, day), mend=True) == of_day
    assert verified(now, Period(day, day)) == []
    assert verified(now, Period(end=day - DAY)) == until


def on(day: date) -> dict[str, int]:
    """How many of each kind count on a day."""
    found: dict[str, int] = {}
    for (kind, _, _), n in figures.tally(Place(), Period(day, day)).items():
        found[kind] = found.get(kind, 0) + n
    return {kind: n for kind, n in found.items() if n}


@pytest.fixture
def given_late(world: None, now: datetime) -> UUID:
    """A review that was given the day after its service, both last month; the case is still handled."""
    served = now - 40 * DAY
    worlds.take_case("YC-9", served, status="in_process", completed_at=None)
    invite_case(worlds.SOURCE, "YC-9", by=OPERATOR, now=served)
    review_id = worlds.give("YC-9", 2, served + DAY, entrance=Entrance.TOKEN, by=REVIEWER).id
    assert review_id is not None
    return review_id


def tell(now: datetime, **changes: object) -> None:
    """The platform says today how the case stands."""
    served = now - 40 * DAY
    told = worlds.case("YC-9", served, status="in_process", completed_at=None) | changes
    [outcome] = take_in_cases([Raw(told)], entrance=Entrance.CLIENT, by=OPERATOR, now=now)
    assert outcome.kind == OutcomeKind.UPDATED


def test_late_corrected_and_withdrawn_data_change_the_right_day(given_late, now):
    served = local_day(now - 40 * DAY)
    services = {"occurrence": 1, "invited": 1, "reviewed": 1, "responded": 1}
    assert on(served) == {"case": 1, **services}
    assert on(served + DAY) == {"review": 1}

    # The day, the stage and the hall of the service were wrong: what was invited and reviewed goes with it.
    at = (now - 42 * DAY).isoformat()
    tell(now, occurrences=[worlds.occurrence(1, now) | {"at": at, "stage": "intake", "hall": ""}])
    assert on(served) == {"case": 1}
    assert on(served - 2 * DAY) == services
    assert on(served + DAY) == {"review": 1}
    assert stages() == {"", "intake"}
    assert_counters_exact()

    change_review.withdraw_review(given_late, by=REVIEWER, now=now - 39 * DAY)
    assert on(served - 2 * DAY) == {"occurrence": 1, "invited": 1}
    assert on(served + DAY) == {}

    tell(now + HOUR, status="withdrawn", occurrences=[])
    assert on(served - 2 * DAY) == {}
    assert on(served) == {"case": 1}
    assert_counters_exact()
    assert verified(now) == []


def stages() -> set[str]:
    """The stages of which the facts of last month are."""
    found: Counter[str] = Counter()
    for row in FactDelta.objects.filter(day__month=4):
        found[row.stage] += row.n
    return {stage for stage, n in found.items() if n}


def test_an_excluded_review_counts_as_that_on_its_own_day(given_late, now):
    day = local_day(now - 39 * DAY)
    before = units_of([given_late])

    review_actions.exclude(given_late, reason_class=ReasonClass.MALICIOUS, by=SYSTEM, now=now)
    recount(before, [given_late])

    assert on(day) == {"malicious": 1}
    handled = {"handled": 1, "promised": 1, "took": 1}
    assert on(local_day(now)) == {"case": 1, "occurrence": 1, "invited": 1, **handled}
    assert on(day - DAY) == {"case": 1, "occurrence": 1, "invited": 1}
    assert_counters_exact()


def test_whoever_supervises_the_place_hears_once_a_day_what_differs(handled, now, caplog):
    assert watch(now) == 0
    day = local_day(now)
    FactDelta.objects.filter(kind="review", day=day).delete()

    n = watch(now)
    watch(now + HOUR)

    assert n > 0
    assert "run “haochaping facts verify”" in caplog.text
    [signal] = Signal.objects.filter(kind="integrity")
    agency = directory.agencies([worlds.AGENCY])[worlds.AGENCY]
    assert (signal.agency_id, signal.division_id, signal.day) == (agency.id, agency.division_id, day)
    assert signal.facts == {"figures": str(n)}
    assert watch(now + 20 * DAY) == 0, "too long ago to be looked at every day"
