"""Tables and boards of hand-made counts; nothing here asks a database."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from haochaping.directory.terms import DivisionRef, Ref
from haochaping.doors.board import figures, parts
from haochaping.exchange.quality.terms import HeldPlace
from haochaping.insight.terms import FactKind
from haochaping.kernel.ratios import Ratio
from haochaping.reviews.terms import Provenance

if TYPE_CHECKING:
    from haochaping.insight.terms import Tally

AGENCIES = [Ref(n, f"A{n}", f"机构{n}") for n in range(1, 5)]
HELD = HeldPlace("DQ-02", "99.", below=True)


def counted(bad: int, n: int) -> dict[tuple[str, int, str], int]:
    return {
        (FactKind.REVIEW, 1, Provenance.ACTIVE_SELF): bad,
        (FactKind.REVIEW, 5, Provenance.ACTIVE_SELF): n - bad,
        (FactKind.REVIEW, 5, Provenance.DEFAULT_SYSTEM): 7_000,
    }


def table(counts: list[tuple[int, int]], *held: HeldPlace) -> parts.Table:
    part = parts.Part("agency", "机构", "机构", AGENCIES[: len(counts)])
    tallies = {ref.id: counted(*pair) for ref, pair in zip(AGENCIES, counts, strict=False)}
    (found,) = parts.tables([part], {"agency": tallies}, "99.", held, "?from=2026-01-01")
    return found


def test_a_board_shows_who_stands_out_with_the_reviews_that_people_gave_themselves(client):
    board = table([(2, 400), (60, 400), (30, 500), (9, 9)]).board

    assert board
    assert [(one.label, one.value, one.href) for one in board.below] == [
        ("机构1", Ratio(2, 400), "/agencies/A1?from=2026-01-01")
    ]
    assert [one.label for one in board.above] == ["机构2"]
    assert (board.within, board.few, board.more) == (1, 1, 0)
    assert board.whole == Ratio(101, 1_309)


@pytest.mark.parametrize("counts", [[], [(2, 400)], [(2, 400), (9, 99)]])
def test_where_less_than_two_can_be_compared_there_is_no_board(counts):
    if not counts:
        assert parts.tables([parts.Part("agency", "", "", [])], {"agency": {}}, "99.", []) == []
    else:
        assert table(counts).board is None


def test_what_is_withheld_stands_on_no_board_and_in_no_row():
    found = table([(2, 400), (60, 400)], HELD)

    assert found.board is None
    assert "471" not in str(found.rows)
    assert {cell for row in found.rows for cell in row[1:2]} == {"暂不公布"}


def test_a_division_is_withheld_by_its_own_path():
    below = [DivisionRef(1, "9901", "甲市", "99.9901."), DivisionRef(2, "9902", "乙市", "99.9902.")]
    tallies = {1: counted(2, 400), 2: counted(60, 400)}

    (found,) = parts.tables(
        [parts.Part("division", "", "", below)],
        {"division": tallies},
        "99.",
        [HeldPlace("DQ-02", "99.9902.", below=True)],
    )

    assert [row[1] for row in found.rows] == [2, "暂不公布"]


def test_no_board_is_longer_than_ten():
    many = [Ref(n, f"A{n}", f"机构{n}") for n in range(30)]
    tallies = {ref.id: counted(0 if ref.id < 15 else 200, 400) for ref in many}

    (found,) = parts.tables([parts.Part("agency", "", "", many)], {"agency": tallies}, "99.", [])

    assert found.board
    assert (len(found.board.below), len(found.board.above), found.board.more) == (10, 10, 10)


def test_what_enters_no_rate_is_told_with_the_reason():
    tally: Tally = {
        (FactKind.REVIEW, 5, Provenance.ACTIVE_SELF): 9,
        (FactKind.REVIEW, 5, Provenance.DEFAULT_SYSTEM): 3,
        (FactKind.REVIEW, 1, Provenance.BULK_IMPORT): 2,
        (FactKind.MISTAKEN, 1, Provenance.ACTIVE_SELF): 4,
        (FactKind.CASE, 0, "reported"): 50,
        (FactKind.CASE, 0, "unverified"): 6,
        (FactKind.OCCURRENCE, 0, "unverified"): 8,
    }

    assert sorted(one.n for one in figures.left_out(tally)) == [2, 3, 4, 6]
    assert figures.left_out({}) == []
