"""Days of sources on the supervisor's pages: what differs, the file of it, and settling it in words."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from haochaping.directory import queries as directory
from haochaping.exchange.models import Reconciliation
from haochaping.exchange.reconciliation.terms import STATE_LABELS
from haochaping.ledger.models import Entry
from haochaping.ledger.terms import EntryKind
from tests import worlds
from tests.two_places import reconciled

if TYPE_CHECKING:
    from datetime import datetime

LIST = "/oversight/reconciliation/"


@pytest.fixture
def address(world: datetime) -> str:
    """A day of a source of the city whose records differ in one."""
    city = directory.division(worlds.CITY)
    assert city is not None
    return f"{LIST}{reconciled(city.id, world)}"


def test_a_difference_is_listed_and_shown_with_both_sides(address, one):
    assert address in one.get(LIST).content.decode()
    assert address not in one.get(f"{LIST}?state=equal").content.decode()

    shown = one.get(address).content.decode()

    assert "YC-9" in shown
    assert f"{address}/explain" in shown


def test_the_file_holds_the_records_and_is_noted(address, one):
    answer = one.get(f"{address}/rows.csv")

    lines = answer.content.decode("utf-8-sig").splitlines()
    assert lines[0] == "source,day,kind,case_no,occurrence_no,assess_no,here,told"
    assert lines[1].endswith(",reviews,YC-9,1,1,,5")
    assert Entry.objects.filter(kind=EntryKind.EXPORTED, subject_kind="reconciliation").count() == 1


def test_the_file_is_cut_and_says_so(address, one, monkeypatch):
    monkeypatch.setattr("haochaping.doors.oversight.reconciliation.EXPORT_AT_MOST", 0)

    answer = one.get(f"{address}/rows.csv", headers={"accept-language": "en"})

    mark, _heading, *rows = answer.content.decode("utf-8-sig").splitlines()
    assert "only the first 0 are taken away" in mark
    assert rows == []
    assert Entry.objects.get(kind=EntryKind.EXPORTED).facts["rows"] == "0"


def test_a_difference_is_settled_by_explaining(address, one):
    assert one.post(f"{address}/explain", {"explanation": " "}).status_code == 422
    assert Reconciliation.objects.get().state == "differing"

    assert one.post(f"{address}/explain", {"explanation": "试运行数据。"}).status_code == 303

    shown = one.get(address).content.decode()
    assert "试运行数据。" in shown
    assert f"{address}/explain" not in shown
    assert one.post(f"{address}/explain", {"explanation": "再说一次"}).status_code == 409
    assert address in one.get(f"{LIST}?state=settled").content.decode()


def test_another_place_sees_nothing_of_it(address, supervisor_of, clerk):
    other = supervisor_of("other", worlds.OTHER_CITY)

    assert other.get(address).status_code == 404
    assert other.post(f"{address}/explain", {"explanation": "好"}).status_code == 404
    assert address not in other.get(LIST).content.decode()
    assert clerk.get(LIST).status_code == 403


def test_the_ways_to_the_other_states_say_their_names(address, one):
    page = one.get(LIST, headers={"accept-language": "en"}).content.decode()

    counts = page.rpartition('class="counts"')[2].partition("</ul>")[0]
    assert counts.count("<li>") == len(STATE_LABELS)
    for label in STATE_LABELS.values():
        assert f">{label} " in counts
