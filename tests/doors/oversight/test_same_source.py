"""Items of one national code that are described otherwise, beside each other and as a file."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from haochaping.directory import actions as directory
from haochaping.directory.terms import Kind
from haochaping.kernel.actor import OPERATOR
from tests import worlds

if TYPE_CHECKING:
    from datetime import datetime

LIST = "/oversight/same-source/"
BASE = "000125001000"


@pytest.fixture
def two(world: datetime) -> None:
    rows = [
        {
            "code": f"1199010200000000014{BASE}",
            "name": "食品生产许可",
            "item_type": "01",
            "agency": worlds.AGENCY,
        },
        {
            "code": f"1199020000000000024{BASE}",
            "name": "食品生产的许可（试行）",
            "item_type": "01",
            "agency": worlds.OTHER_AGENCY,
        },
    ]
    assert directory.put(Kind.ITEMS, rows, by=OPERATOR, now=world) == []


def test_codes_are_listed_and_their_items_shown(two, one):
    assert f"{LIST}{BASE}" in one.get(LIST).content.decode()

    shown = one.get(f"{LIST}{BASE}")

    assert "食品生产的许可（试行）" in shown.content.decode()
    assert shown.context["only_written"]
    assert one.get(f"{LIST}000000000009").status_code == 404


def test_the_file_holds_every_item(two, one):
    lines = one.get(f"{LIST}rows.csv").content.decode("utf-8-sig").splitlines()

    assert lines[0] == "base_code,item,name,type,agency,division"
    assert sum(line.startswith(BASE) for line in lines) == 2


def test_only_supervisors_look(two, clerk):
    assert clerk.get(LIST).status_code == 403
