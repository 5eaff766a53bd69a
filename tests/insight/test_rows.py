"""Rows behind a figure: for every measure, place and period they add up to its two numbers, and nobody sees more."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

import pytest
from django.utils import timezone

from haochaping.directory import queries as directory
from haochaping.doors.oversight.figure_subjects import SUBJECTS
from haochaping.exchange.terms import Raw
from haochaping.flows import handle_voices, watch_voices
from haochaping.flows.fall_back import read_outcomes
from haochaping.flows.receive_reviews import recount, units_of
from haochaping.flows.send_invitations import send_due_invitations
from haochaping.flows.take_in_cases import take_in_cases
from haochaping.identity import keys
from haochaping.insight import actions, queries
from haochaping.insight.rules import MEASURES, OF_VOICES
from haochaping.insight.terms import Place
from haochaping.kernel.actor import OPERATOR, REVIEWER, SYSTEM, Actor, ActorKind, Scope
from haochaping.kernel.periods import Period, local_day
from haochaping.kernel.refused import Refused
from haochaping.notices.models import Delivery
from haochaping.notices.terms import DeliveryState
from haochaping.reviews import actions as reviews
from haochaping.reviews.terms import Entrance, ReasonClass
from tests import worlds
from tests.voices.conftest import GIVEN

if TYPE_CHECKING:
    from datetime import datetime
    from uuid import UUID

    from haochaping.insight.terms import Measure

pytestmark = pytest.mark.django_db
SUPERVISOR = Actor(
    ActorKind.STAFF,
    "supervisor",
    powers=frozenset({"order.view", "order.supervise"}),
    scope=Scope(division_path=f"{worlds.PROVINCE}."),
)
COUNTY = f"{worlds.PROVINCE}.{worlds.CITY}.{worlds.COUNTY}."
PLACES = ["province", "county", "other city", "agency", "item", "agency and item", "hall"]


@pytest.fixture
def given(settings, tmp_path) -> datetime:
    """Cases of three states and two months with reviews of every level and way, one excluded, and two voices.

    Their invitations have come differently far, and some were answered.
    """
    settings.SMS_GATEWAY, settings.KEYS_DIR = "demo", tmp_path
    keys.ensure(tmp_path)
    now = timezone.now()
    worlds.build(now)
    for n in range(14):
        at = now - timedelta(days=40 if n == 3 else n % 3)
        status = "withdrawn" if n in {4, 5} else "completed"
        told = {"trips": n % 3 if n % 2 else None, "materials": n if n % 3 else None}
        worlds.take_case(f"YC-{n:08}", at, status=status if n != 4 else "completed", **told)
        if n % 4:
            claim = "default_system" if n % 7 == 0 else "active_onsite_device"
            worlds.give(f"YC-{n:08}", n % 5 + 1, at, claimed_provenance=claim)
        if n == 4:
            raw = Raw(worlds.case(f"YC-{n:08}", at, status="withdrawn", **told))
            take_in_cases([raw], entrance=Entrance.CLIENT, by=OPERATOR, now=at + timedelta(minutes=1))
        if n == 7:
            actions.fold()
    _invite(now)
    second = worlds.give("YC-00000006", 5, now, assess_no=2)
    _exclude(worlds.give("YC-00000008", 1, now).id, now)
    for n, kind in enumerate(("complaint", "suggestion", "after_sales")):
        matter = "next_item" if kind == "after_sales" else ""
        said = GIVEN | {"kind": kind, "matter": matter, "receipt": f"{n}" * 26, "item": worlds.ITEM}
        handle_voices.give_voice(**said, by=REVIEWER, now=now - timedelta(days=60))
    watch_voices.tell_alarms(now)
    assert second.complaint is None or second.id
    return now


def _invite(now: datetime) -> None:
    """Some text messages are delivered, some fail, some wait; of those that somebody was asked by, two are answered."""
    for n, state in enumerate((DeliveryState.SENT, DeliveryState.GIVEN_UP, DeliveryState.QUEUED)):
        # Nobody is asked by night, or twice a day.
        noon = now.replace(hour=4, minute=0) - timedelta(days=3 - n)
        worlds.take_case(f"YC-9000000{n}", noon)
        send_due_invitations(by=SYSTEM, now=noon)
        Delivery.objects.filter(state=DeliveryState.QUEUED).update(state=state)
    read_outcomes(by=SYSTEM, now=noon)
    for n in (0, 2):
        worlds.give(f"YC-9000000{n}", 2, now, entrance=Entrance.TOKEN, by=REVIEWER)


def _exclude(review_id: UUID | None, now: datetime) -> None:
    assert review_id is not None
    before = units_of([review_id])
    reviews.exclude(review_id, reason_class=ReasonClass.MISTAKEN, by=SYSTEM, now=now)
    recount(before, [review_id])


def place(name: str) -> Place:
    agency = directory.agencies([worlds.AGENCY])[worlds.AGENCY]
    item = directory.items([worlds.ITEM])[worlds.ITEM].id
    return {
        "province": Place(division_path=f"{worlds.PROVINCE}."),
        "county": Place(division_path=COUNTY),
        "other city": Place(division_path=f"{worlds.PROVINCE}.{worlds.OTHER_CITY}."),
        "agency": Place(agency_path=agency.path),
        "item": Place(item_id=item),
        "hall": Place(hall_id=directory.halls(["H1"])["H1"].id),
        "agency and item": Place(agency_path=agency.path, item_id=item),
    }[name]


def behind(by: Actor, measure: Measure, where: Place, period: Period, limit: int = 9) -> list[int]:
    """How much each row adds, read a few at a time."""
    found: list[int] = []
    seen: set[UUID] = set()
    after: UUID | None = None
    while True:
        part = SUBJECTS[measure.day].behind(by, measure, where, period, after=after, limit=limit)
        found += [above for _, above in part.rows]
        seen |= {row.id for row, _ in part.rows}
        if (after := part.after) is None:
            break
    assert len(seen) == len(found), "a row twice"
    return found


@pytest.mark.parametrize("name", PLACES)
@pytest.mark.parametrize("days", [None, (60, 1)])
def test_rows_add_up_to_both_numbers_of_every_measure(given, name, days):
    today = local_day(given)
    period = Period() if days is None else Period(today - timedelta(days[0]), today - timedelta(days[1]))
    measures = (*MEASURES, *OF_VOICES)

    for value, measure in zip(queries.measures(place(name), period, of=measures), measures, strict=True):
        rows = behind(SUPERVISOR, measure, place(name), period)
        assert sum(rows) == value.numerator, measure.name
        if value.denominator is not None:
            assert len(rows) == value.denominator, measure.name
        else:
            assert set(rows) <= {1}, measure.name


def test_most_measures_had_something_to_count(given):
    counted = {value.name for value in queries.measures(Place()) if value.numerator}

    assert {"cases", "occurrences", "active_reviews", "bad_reviews", "unverified_reviews"} <= counted
    assert {"participation_rate", "not_reviewed_rate", "excluded_reviews", "average_score"} <= counted
    assert {"invited_rate", "invited_issued_share", "responded_rate", "responded_self_rate"} <= counted
    assert {"invited_delivered_share", "invited_sent_share"} <= counted
    assert {"completed_cases", "on_time_completion_rate", "average_trips", "average_materials"} <= counted


@pytest.mark.parametrize("measure", MEASURES, ids=lambda measure: measure.name)
def test_nobody_sees_rows_out_of_their_reach(given, measure):
    elsewhere = Actor(
        ActorKind.STAFF,
        "elsewhere",
        powers=SUPERVISOR.powers,
        scope=Scope(division_path=f"{worlds.PROVINCE}.{worlds.OTHER_CITY}."),
    )

    assert behind(elsewhere, measure, Place(), Period()) == []
    with pytest.raises(Refused):
        behind(worlds.CLERK, measure, Place(), Period())


def test_nobody_sees_reviews_and_services_that_name_them(given):
    worlds.take_case("YC-S1", given, occurrences=[worlds.occurrence(1, given) | {"staff": "S1"}])
    worlds.give("YC-S1", 5, given)
    agency = directory.agencies([worlds.AGENCY])[worlds.AGENCY]
    named = next(iter(directory.staff([(agency.id, "S1")]).values())).id
    themselves = Actor(
        ActorKind.STAFF, "s1", powers=SUPERVISOR.powers, scope=SUPERVISOR.scope, staff_ids=frozenset({named})
    )

    for name in ("active_reviews", "occurrences"):
        measure = next(one for one in MEASURES if one.name == name)
        own = behind(themselves, measure, Place(), Period())
        assert len(own) == len(behind(SUPERVISOR, measure, Place(), Period())) - 1
