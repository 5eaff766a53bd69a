"""Windows and staff side by side: inside the authority, in one's remit, nobody about themselves, each look recorded."""

from __future__ import annotations

from collections import Counter
from copy import copy
from dataclasses import replace
from datetime import datetime, time, timedelta
from typing import TYPE_CHECKING, Literal

import pytest
from django.utils import timezone

from haochaping.cases.models import ServiceOccurrence
from haochaping.directory import queries as directory
from haochaping.directory.models import Hall, StaffMember, Window
from haochaping.insight import actions as insight
from haochaping.insight import row_queries
from haochaping.insight.terms import FactKey, FactKind
from haochaping.kernel.actor import Actor, ActorKind, Scope
from haochaping.kernel.identifiers import uuid7
from haochaping.kernel.periods import BEIJING, Period, local_day
from haochaping.kernel.refused import Refused
from haochaping.ledger.models import Entry
from haochaping.ledger.terms import EntryKind
from haochaping.reviews.models import Review
from haochaping.reviews.terms import Provenance, ReviewStatus
from tests import months, worlds
from tests.doors.workbench.conftest import questions

if TYPE_CHECKING:
    from collections.abc import Iterator
    from uuid import UUID

OF_AGENCY = f"/oversight/profiles/agencies/{worlds.AGENCY}"
OF_HALL = "/oversight/profiles/halls/H1"
MOST_QUERIES = 12
LOOK = Actor(
    ActorKind.STAFF,
    "look",
    powers=frozenset({"order.supervise"}),
    scope=Scope(division_path=f"{worlds.PROVINCE}.{worlds.CITY}."),
)


@pytest.fixture
def served(bad):
    """Three staff members at two windows: S1 30 bad of 120 at W1, S2 1 of 120 at W2, S3 12 reviews at W2."""
    hall = Hall.objects.get(code="H1")
    agency = directory.agencies([worlds.AGENCY])[worlds.AGENCY]
    windows = [Window.objects.get(code="W1"), Window.objects.create(code="W2", name="综合窗口2", hall=hall)]
    staff = [
        StaffMember.objects.get(code="S1"),
        *(StaffMember.objects.create(code=f"S{n}", name=f"李{n}", agency_id=agency.id) for n in (2, 3)),
    ]
    now = timezone.now()
    at = datetime.combine(months.months_ago(now, 1), time(), BEIJING)
    like, slots, rows = Review.objects.get(), _slots(now), []
    for person, window, of_bad, n in zip(
        staff, (windows[0], windows[1], windows[1]), (30, 1, 0), (120, 120, 12), strict=True
    ):
        for number in range(n):
            row = copy(like)
            row.pk, row.receipt_hash = uuid7(now), uuid7(now).bytes * 2
            row.occurrence_id, row.assess_no = next(slots)
            row.assessed_at, row.level = at, 1 if number < of_bad else 5
            row.hall_id, row.window_id, row.staff_id = hall.pk, window.pk, person.pk
            row.provenance, row.status = Provenance.ACTIVE_ONSITE_DEVICE, ReviewStatus.EFFECTIVE
            rows.append(row)
    Review.objects.bulk_create(rows)
    # On the first days of a month it was given in the one before.
    Review.objects.filter(pk=like.pk).update(window_id=None)
    item = directory.items([worlds.ITEM])[worlds.ITEM]
    fact = FactKey(
        FactKind.REVIEW, local_day(at), agency.division_id, agency.id, item.id, "", 1, "", hall_id=hall.pk
    )
    insight.count(Counter({fact: 252}))
    insight.fold()
    return staff


def _slots(now: datetime) -> Iterator[tuple[UUID, int]]:
    """Services of two cases, each for a review and a follow-up."""
    for case_no in ("YC-A", "YC-B"):
        worlds.take_case(case_no, now - timedelta(hours=2))
        like = ServiceOccurrence.objects.get(case__case_no=case_no)
        more = []
        for no in range(2, 100):
            one = copy(like)
            one.pk, one.no = uuid7(now), no
            more.append(one)
        ServiceOccurrence.objects.bulk_create(more)
        for one in more:
            yield from ((one.pk, 1), (one.pk, 2))


def page(browser, address: str, status: int = 200, language: str = "en") -> str:
    answer = browser.get(address, headers={"accept-language": language})
    assert answer.status_code == status, answer.content.decode()
    return str(answer.content.decode())


@pytest.mark.parametrize("address", [OF_AGENCY, OF_HALL])
def test_windows_and_staff_stand_by_their_numbers_with_raw_rates_and_bands(served, one, address):
    html = page(one, address)

    for name, *cells in (
        ("综合窗口1", "30", "120", "25.0%", "Clearly above the average"),
        ("综合窗口2", "1", "132", "0.8%", "Clearly below the average"),
        ("王芳", "30", "120", "25.0%", "Clearly above the average"),
        ("李2", "1", "120", "0.8%", "Clearly below the average"),
    ):
        row = html.partition(name)[2].partition("</tr>")[0]
        assert all(f">{cell}<" in row for cell in cells), (name, row)
        places = [row.index(f">{cell}<") for cell in cells]
        assert places == sorted(places), name
    assert html.index("王芳") < html.index("李2")
    assert "31/252" in html
    assert "No verdict on a person" in html


def test_who_has_few_reviews_is_only_counted(served, one):
    html = page(one, OF_AGENCY)

    assert "李3" not in html
    assert "With fewer than 30 reviews, and so not listed: 1" in html


def test_the_figures_are_the_rows_that_count(served, one):
    Review.objects.filter(staff_id=served[1].pk, level=5).update(provenance=Provenance.BULK_IMPORT)

    assert "李2" not in page(one, OF_AGENCY)


def test_each_look_is_recorded(served, one):
    before = Entry.objects.filter(kind=EntryKind.PERSONAL_DATA_READ).count()
    page(one, OF_AGENCY)
    page(one, OF_HALL)

    looks = Entry.objects.filter(kind=EntryKind.PERSONAL_DATA_READ).order_by("-id")[:2]
    assert Entry.objects.filter(kind=EntryKind.PERSONAL_DATA_READ).count() == before + 2
    assert {(one.subject_kind, one.subject_id) for one in looks} == {
        ("agency_profile", worlds.AGENCY),
        ("hall_profile", "H1"),
    }


def test_others_are_denied(served, supervisor_of, clerk, client):
    other = supervisor_of("other", worlds.OTHER_CITY)
    for address in (OF_AGENCY, OF_HALL):
        assert "王芳" not in page(other, address, 403)
        assert "王芳" not in page(clerk, address, 403)
        assert client.get(address).status_code == 302


def test_nobody_sees_what_is_about_themselves(served):
    period = Period(months.months_ago(timezone.now(), 2), months.months_ago(timezone.now(), 1))
    me = replace(LOOK, staff_ids=frozenset({served[0].pk}))

    def found(by: Actor, desk: Literal["window_id", "staff_id"]) -> dict[object, tuple[int, int]]:
        units = row_queries.reviews_by_desk(by, desk, period, agency_path=f"{worlds.AGENCY}.")
        return {unit.id: (unit.bad, unit.n) for unit in units}

    assert found(LOOK, "staff_id") == {
        served[0].pk: (30, 120),
        served[1].pk: (1, 120),
        served[2].pk: (0, 12),
    }
    assert served[0].pk not in found(me, "staff_id")
    assert Window.objects.get(code="W1").pk not in found(me, "window_id")


def test_without_the_power_nothing_is_read(served):
    with pytest.raises(Refused):
        row_queries.reviews_by_desk(
            worlds.CLERK,
            "staff_id",
            Period(months.months_ago(timezone.now(), 2), local_day(timezone.now())),
            agency_path=f"{worlds.AGENCY}.",
        )


def test_what_is_not_there(one):
    page(one, "/oversight/profiles/agencies/nobody", 404)
    page(one, "/oversight/profiles/halls/nobody", 404)


def test_where_nobody_was_named_it_is_said(bad, one):
    assert "Nobody has 30 reviews in these months." in page(one, OF_HALL)


@pytest.mark.parametrize("address", [OF_AGENCY, OF_HALL])
def test_the_page_asks_little(served, one, address):
    assert len(questions(one, address)) <= MOST_QUERIES


def test_it_is_complete_in_chinese(served, one):
    html = page(one, OF_HALL, language="zh-hans")

    for english in ("Windows and staff", "verdict", "Against all together", "fewer than 30"):
        assert english not in html
