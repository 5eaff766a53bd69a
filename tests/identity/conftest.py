from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING

import pytest

from haochaping.directory import actions as directory
from haochaping.directory.terms import Kind
from haochaping.identity import actions, keys
from haochaping.identity.terms import PlainPerson
from haochaping.kernel.actor import OPERATOR, Actor, ActorKind, Scope
from tests import worlds

if TYPE_CHECKING:
    from pathlib import Path
    from uuid import UUID

NOW = datetime(2026, 11, 24, 4, tzinfo=UTC)
CITY_PATH = f"{worlds.PROVINCE}.{worlds.CITY}."
COUNTY_PATH = f"{CITY_PATH}{worlds.COUNTY}."
OFFICES = ("990100000000_JDB", "990100000000_JWB", "990100000000_SJJ")
SUBUNIT = "990100000000_JDB1"
SAMPLE = PlainPerson("欧阳试例", "139 0000 0001", "111", "99010519491231002x")


def staff(name: str, *powers: str, division: str | None = None, agency: str | None = None) -> Actor:
    scope = Scope(division_path=division, agency_path=agency)
    return Actor(ActorKind.STAFF, name, frozenset(powers), scope)


def keeper(office: str, name: str = "") -> Actor:
    return staff(name or f"keeper-{office}", "identity.approve", agency=f"{office}.")


SUPERVISOR = staff("supervisor", "identity.request", division=CITY_PATH)


@pytest.fixture
def folder(tmp_path: Path, settings) -> Path:
    """Keys of an installation of its own."""
    made = tmp_path / "keys"
    keys.ensure(made)
    settings.KEYS_DIR = made
    settings.SUITE = "intl"
    return made


@pytest.fixture
def offices(db: None) -> None:
    """The small world with three offices of the city; the first has a sub-unit."""
    worlds.build(NOW)
    rows = [
        {"code": code, "name": f"示例机构{n}", "division": worlds.CITY, "parent": "", "uscc": ""}
        for n, code in enumerate(OFFICES)
    ]
    rows.append(
        {"code": SUBUNIT, "name": "示例处室", "division": worlds.CITY, "parent": OFFICES[0], "uscc": ""}
    )
    assert directory.put(Kind.AGENCIES, rows, by=OPERATOR, now=NOW) == []


@pytest.fixture
def sealed(folder: Path, db: None) -> UUID:
    """The sample, sealed."""
    return actions.seal([SAMPLE], now=NOW)[0]
