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

    assert lines[0].startswith("base_code,item,name,type,agency,division,promised_limit,")
    assert sum(line.startswith(BASE) for line in lines) == 2


def test_only_supervisors_look(two, clerk):
    assert clerk.get(LIST).status_code == 403


def test_limits_and_kinds_are_what_the_newest_cases_say(world, one):
    codes = [f"{agency}4000125002000" for agency in ("119901020000000001", "119902000000000002")]
    rows = [
        {"code": code, "name": "食品生产许可", "item_type": "01", "agency": agency}
        for code, agency in zip(codes, (worlds.AGENCY, worlds.OTHER_AGENCY), strict=True)
    ]
    assert directory.put(Kind.ITEMS, rows, by=OPERATOR, now=world) == []
    base = f"{LIST}000125002000"
    worlds.take_case("S-1", world, item=codes[0], promised_limit="5 working_day")
    worlds.take_case("S-2", world, item=codes[0], promised_limit="5 working_day")
    assert base not in one.get(LIST).content.decode(), "one says it one way"

    other = {"item": codes[1], "agency": worlds.OTHER_AGENCY, "division": worlds.CITY}
    worlds.take_case("S-3", world, promised_limit="20 working_day", **other)

    assert base in one.get(LIST).content.decode()
    shown = one.get(base)
    assert "promised" in shown.context["differing"]
    assert "statutory" not in shown.context["differing"]
    assert [len(told["promised"]) for _, _, told in shown.context["rows"]] == [1, 1]
    lines = one.get(f"{LIST}rows.csv").content.decode("utf-8-sig").splitlines()
    assert sum("working_day" in line for line in lines) == 2
