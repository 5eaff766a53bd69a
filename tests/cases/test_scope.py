"""Whom a key may name: what lies within its division, and above it as a city's window in a district's hall."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

import pytest

from haochaping.cases.models import Case
from haochaping.directory import actions as directory
from haochaping.directory.rules import may_name
from haochaping.directory.terms import Kind
from haochaping.kernel.actor import EVERYWHERE, NOWHERE, OPERATOR, Actor, ActorKind, Scope
from haochaping.kernel.outcomes import OutcomeKind
from tests import worlds
from tests.cases.conftest import NOW, case, occurrence, take

if TYPE_CHECKING:
    from haochaping.cases.terms import NewCase

LATER = NOW + timedelta(hours=1)
CITY_AGENCY, PROVINCE_AGENCY, NATION_AGENCY = "990100000000_81", "990000000000_9", "000000000000_1"
COUNTY_PATH = f"{worlds.PROVINCE}.{worlds.CITY}.{worlds.COUNTY}."
COUNTY_KEY = Actor(ActorKind.CLIENT, "2", scope=Scope(division_path=COUNTY_PATH))


@pytest.fixture
def _offices(world: None) -> None:
    rows: dict[Kind, list[dict[str, str]]] = {
        Kind.DIVISIONS: [
            {"code": "000000000000", "name": "全国"},
            {"code": "990101000000", "name": "老城区"},
        ],
        Kind.AGENCIES: [
            {"code": CITY_AGENCY, "name": "云城市税务局", "division": worlds.CITY, "parent": "", "uscc": ""},
            {
                "code": PROVINCE_AGENCY,
                "name": "云川省海事局",
                "division": worlds.PROVINCE,
                "parent": "",
                "uscc": "",
            },
            {"code": NATION_AGENCY, "name": "全国某局", "division": "000000000000", "parent": "", "uscc": ""},
            {
                "code": "990101000000_1",
                "name": "老城区某局",
                "division": "990101000000",
                "parent": "",
                "uscc": "",
            },
        ],
        Kind.PLATFORMS: [
            {"code": "county", "name": "河湾区大厅", "division": worlds.COUNTY},
            {"code": "province", "name": "云川省平台", "division": worlds.PROVINCE},
            {"code": "beside", "name": "老城区大厅", "division": "990101000000"},
            {"code": "elsewhere", "name": "石港市大厅", "division": worlds.OTHER_CITY},
        ],
        Kind.HALLS: [
            {"code": "H0", "name": "云城市政务服务中心", "division": worlds.CITY},
            {"code": "H9", "name": "石港市政务服务中心", "division": worlds.OTHER_CITY},
        ],
    }
    for kind, found in rows.items():
        assert directory.put(kind, found, by=OPERATOR, now=NOW) == []


pytestmark = pytest.mark.usefixtures("_offices")


@pytest.mark.parametrize(
    "sent",
    [
        case(source="county"),
        case(source=worlds.SOURCE),
        case(source="province"),
        case(agency=CITY_AGENCY),
        case(agency=PROVINCE_AGENCY),
        case(agency=NATION_AGENCY),
        case(occurrences=(occurrence(hall="H0"),)),
        case(occurrences=(occurrence(hall="nowhere"),)),
    ],
    ids=["own", "city", "province", "city's", "province's", "nation's", "city's hall", "unknown hall"],
)
def test_what_lies_within_or_above_may_be_named(sent: NewCase):
    assert [o.kind for o in take(sent, by=COUNTY_KEY).outcomes] == [OutcomeKind.ACCEPTED]


@pytest.mark.parametrize(
    ("sent", "field", "value", "place"),
    [
        (case(agency=worlds.OTHER_AGENCY), "agency", worlds.OTHER_AGENCY, worlds.OTHER_CITY),
        (case(agency="990101000000_1"), "agency", "990101000000_1", "990101000000"),
        (case(source="elsewhere"), "source", "elsewhere", worlds.OTHER_CITY),
        (case(source="beside"), "source", "beside", "990101000000"),
        (
            case(occurrences=(occurrence(1), occurrence(2, hall="H9"))),
            "occurrences[1].hall",
            "H9",
            worlds.OTHER_CITY,
        ),
    ],
    ids=["agency", "agency beside", "source", "source beside", "hall"],
)
def test_what_lies_elsewhere_may_not(sent: NewCase, field: str, value: str, place: str):
    [outcome] = take(sent, by=COUNTY_KEY).outcomes

    assert outcome.kind == OutcomeKind.REFUSED
    assert outcome.complaint is not None
    assert (outcome.complaint.code, outcome.complaint.field) == ("out_of_scope", field)
    assert outcome.complaint.params == {"value": value, "place": place}
    assert not Case.objects.exists()


def test_a_citys_key_may_name_everything_of_its_districts():
    sent = [case("C1", source="beside"), case("C2", agency="990101000000_1")]

    assert {o.kind for o in take(*sent, by=worlds.CLIENT).outcomes} == {OutcomeKind.ACCEPTED}


def test_a_platform_above_opens_none_of_its_other_cases():
    take(case(division=worlds.CITY, agency=CITY_AGENCY), by=worlds.CLIENT)

    [outcome] = take(case(trips=9), by=COUNTY_KEY, now=LATER).outcomes

    assert outcome.kind == OutcomeKind.REFUSED
    assert outcome.complaint is not None
    assert (outcome.complaint.code, outcome.complaint.field) == ("out_of_scope", "case_no")
    assert Case.objects.get().division.code == worlds.CITY


@pytest.mark.parametrize(
    ("scope", "path", "may"),
    [
        (Scope(division_path="99.01."), "99.01.", True),
        (Scope(division_path="99.01."), "99.01.02.", True),
        (Scope(division_path="99.01."), "99.", True),
        (Scope(division_path="99.01."), "99.02.", False),
        (Scope(division_path="99.01."), "99.010.", False),
        (Scope(division_path="99.01."), "000000000000.", True),
        (EVERYWHERE, "99.02.", True),
        (NOWHERE, "99.", False),
        (Scope(agency_path="A."), "99.", True),
    ],
)
def test_within_or_above(scope: Scope, path: str, *, may: bool):
    assert may_name(scope, path) is may


def test_each_case_of_a_batch_is_judged_by_the_halls_it_names():
    known, foreign = (occurrence(hall=hall) for hall in ("H0", "H9"))
    sent = [case(case_no=f"YC-{n}", occurrences=(one,)) for n, one in enumerate([known, foreign, known])]

    outcomes = take(*sent, by=COUNTY_KEY).outcomes

    assert [outcome.kind == OutcomeKind.ACCEPTED for outcome in outcomes] == [True, False, True]
    assert outcomes[1].complaint
    assert outcomes[1].complaint.field == "occurrences[0].hall"
