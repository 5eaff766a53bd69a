from __future__ import annotations

import pytest

from haochaping.kernel.actor import EVERYWHERE, NOWHERE, OPERATOR, REVIEWER, SYSTEM, Actor, ActorKind, Scope

CITY, COUNTY, OTHER = "99.9901.", "99.9901.990102.", "99.9902."
COUNTY_ONLY = Scope(division_path=COUNTY)
BUREAU = Scope(agency_path="A.")


@pytest.mark.parametrize(
    ("scope", "division_path", "agency_path", "covered"),
    [
        (EVERYWHERE, CITY, "", True),
        (EVERYWHERE, "", "", True),
        (NOWHERE, CITY, "A.", False),
        (NOWHERE, "", "", False),
        (Scope(division_path=CITY), COUNTY, "", True),
        (Scope(division_path=CITY), CITY, "B.", True),
        (Scope(division_path=CITY), OTHER, "A.", False),
        (COUNTY_ONLY, CITY, "A.", False),
        (BUREAU, COUNTY, "A.A1.", True),
        (BUREAU, COUNTY, "A.", True),
        (BUREAU, COUNTY, "AB.", False),
        (BUREAU, COUNTY, "", False),
        (Scope(agency_path=""), COUNTY, "B.", True),
        (Scope(agency_path=""), COUNTY, "", False),
    ],
)
def test_scope_covers(scope: Scope, division_path: str, agency_path: str, covered: bool):
    assert scope.covers(division_path=division_path, agency_path=agency_path) is covered


def test_an_actor_is_written_as_kind_and_id_and_can_nothing_by_default():
    actor = Actor(ActorKind.STAFF, "7")

    assert str(actor) == "staff:7"
    assert actor.powers == frozenset()
    assert actor.scope is NOWHERE


@pytest.mark.parametrize(
    ("actor", "written"),
    [(SYSTEM, "system:haochaping"), (OPERATOR, "operator:shell"), (REVIEWER, "reviewer:reviewer")],
)
def test_the_house_own_actors(actor: Actor, written: str):
    assert str(actor) == written
    assert actor.scope is EVERYWHERE
