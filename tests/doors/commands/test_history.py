"""`haochaping dialect import`: a spreadsheet of an older system, its columns named in Chinese, comes in as history."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
import xlsxwriter
from django.conf import settings

from haochaping.cases.models import Case
from haochaping.exchange.models import QuarantinedRecord
from haochaping.exchange.quality import queries as quality
from haochaping.flows import judge_quality
from haochaping.insight import queries as insight
from haochaping.insight.terms import Place
from haochaping.kernel.actor import EVERYWHERE, OPERATOR
from haochaping.kernel.periods import local_day
from haochaping.rectification.models import WorkOrder
from haochaping.reviews.models import Invitation, Review
from tests import worlds
from tests.doors.commands.test_commands import run

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import datetime

_EXAMPLES = Path(__file__).resolve().parents[3] / "examples" / "dialects"
_PROVINCE = Place(division_path="990000000000.")
_TABLE = _EXAMPLES / "old-evaluators.csv"


@pytest.fixture
def evaluators(committed_db: str, now: datetime) -> Iterator[str]:
    """The platform of a city whose evaluators of former years spoke the dialect of the examples."""
    for kind in ("divisions", "agencies", "items", "platforms", "halls", "windows"):
        put = run("directory", "import", kind, str(_EXAMPLES.parent / f"{kind}.csv"))
        assert put.exit_code == 0, put.output
    own = settings.DIALECTS_DIR / "old-evaluators.toml"
    own.parent.mkdir(exist_ok=True)
    own.write_bytes((_EXAMPLES / own.name).read_bytes())
    made = run("dialect", "set", "yc-hall", "old-evaluators", "--unsigned", "--history")
    assert made.exit_code == 0, made.output
    yield "yc-hall"
    own.unlink()


def _counts(*words: str) -> dict[str, int]:
    done = run("dialect", "import", *words, "--json")
    assert done.exit_code == 0, done.output
    found: dict[str, int] = json.loads(done.stdout)["counts"]
    return found


def test_history_is_kept_apart_and_causes_nothing(evaluators):
    assert _counts(evaluators, str(_TABLE)) == {"accepted": 3}

    reviews = list(Review.objects.order_by("level"))
    assert [review.level for review in reviews] == [2, 3, 5]
    assert {review.provenance for review in reviews} == {"bulk_import"}
    assert reviews[0].comment_text == "排队太久"
    assert reviews[0].window_id is not None
    assert reviews[1].comment_text == "", "“无” says nothing there"
    assert (Case.objects.count(), Case.objects.filter(verified=True).count()) == (3, 0)
    assert (WorkOrder.objects.count(), Invitation.objects.count()) == (0, 0)
    assert QuarantinedRecord.objects.count() == 0


def test_files_in_our_own_columns_are_marked_as_well(evaluators, tmp_path):
    """Nobody is asked about them, nobody answers for them, and no card calls them late."""
    where = "9901020000000101000000000000000,990102000000_01,990102000000"
    tables = {
        "cases": (
            "source,case_no,item,agency,division,status,applied_at,completed_at,occurrences.no,occurrences.at",
            f"{evaluators},YC-OLD,{where},completed,2026-03-01 09:00:00,2026-03-02 09:00:00,1,2026-03-02 09:00:00",
        ),
        "reviews": (
            "source,case_no,occurrence_no,rating_value,channel,assessed_at",
            f"{evaluators},YC-OLD,1,1,hall_pad,2026-03-02 09:10:00",
        ),
    }
    for name, lines in tables.items():
        file = tmp_path / f"{name}.csv"
        file.write_text("\n".join(lines) + "\n", encoding="utf-8")
        done = run(name, "import", str(file), "--history")
        assert done.exit_code == 0, done.output

    case = Case.objects.get()
    assert (case.verified, Review.objects.get().provenance) == (False, "bulk_import")
    assert (WorkOrder.objects.count(), Invitation.objects.count()) == (0, 0)
    judge_quality.judge_day(local_day(case.received_at), by=OPERATOR, now=case.received_at)
    (card,) = quality.cards(EVERYWHERE, code=evaluators)
    assert (card.sent.timed, card.sent.cases, card.sent.reviews) == (0, 1, 1)
    assert "DQ-11" not in {one.rule for one in card.findings}


def test_the_same_file_again_changes_nothing(evaluators):
    _counts(evaluators, str(_TABLE))

    assert _counts(evaluators, str(_TABLE)) == {"duplicate": 3}
    assert (Review.objects.count(), Case.objects.count()) == (3, 3)


def test_a_spreadsheet_says_the_same(evaluators, tmp_path):
    book = xlsxwriter.Workbook(tmp_path / "旧评价器.xlsx")
    sheet = book.add_worksheet()
    for n, row in enumerate(_TABLE.read_text(encoding="utf-8").splitlines()):
        sheet.write_row(n, 0, [str(cell) for cell in row.split(",")])
    book.close()

    assert _counts(evaluators, str(tmp_path / "旧评价器.xlsx")) == {"accepted": 3}


def test_what_cannot_be_read_is_named_by_row_and_column(evaluators, tmp_path):
    lines = _TABLE.read_text(encoding="utf-8").splitlines()
    bad = [
        lines[1].replace("非常满意", "还行"),
        lines[2].replace("2019/5/6 11:03:00", "昨天"),
        lines[3].replace("JQ-2019-0003", ""),
    ]
    (tmp_path / "a.csv").write_text("\n".join([lines[0], *bad, lines[1], ""]), encoding="utf-8")

    done = run("dialect", "import", evaluators, str(tmp_path / "a.csv"))

    assert done.exit_code == 2
    for row, column in ((2, "评价等级"), (3, "评价时间"), (4, "办件编号")):
        assert any(f"a.csv:{row}" in line and column in line for line in done.stderr.splitlines()), (
            done.stderr
        )
    assert "经办人" in done.stderr, "a column that nobody reads is named"
    assert Review.objects.count() == 1
    waiting = QuarantinedRecord.objects.all()
    assert {record.entrance for record in waiting} == {"history"}
    assert run("quarantine", "retry", "--all").exit_code == 2


def test_history_of_a_case_that_was_reported_leaves_the_case_alone(evaluators, now):
    at = "2019-05-06 11:00:00"
    worlds.take_case(
        "JQ-2019-0002",
        now,
        source="yc-hall",
        item="9901020000000102000000000000000",
        agency="990102000000_01",
        division="990102000000",
        completed_at=at,
        applied_at=at,
        occurrences=[{"no": 1, "name": "办结", "stage": "delivery", "at": at, "channel": "window"}],
    )
    before = Case.objects.values().get()

    _counts(evaluators, str(_TABLE))

    assert Case.objects.filter(case_no="JQ-2019-0002").values().get() == before
    assert Review.objects.filter(provenance="bulk_import").count() == 3
    assert WorkOrder.objects.count() == 0


def test_no_rate_moves(evaluators):
    before = {
        m.name: (m.numerator, m.denominator) for m in insight.measures(_PROVINCE) if m.denominator is not None
    }

    _counts(evaluators, str(_TABLE))

    after = {
        m.name: (m.numerator, m.denominator) for m in insight.measures(_PROVINCE) if m.denominator is not None
    }
    assert before
    assert after == before


def test_a_platform_without_a_dialect_and_a_call_that_is_none(evaluators):
    assert run("dialect", "import", "yc-online", str(_TABLE)).exit_code == 1
    assert run("dialect", "import", evaluators, str(_TABLE), "--call", "nothing").exit_code == 1
    assert run("dialect", "set", evaluators, "jining", "--unsigned", "--history").exit_code == 0
    unnamed = run("dialect", "import", evaluators, str(_TABLE))
    assert (unnamed.exit_code, "service" in unnamed.stderr, "review" in unnamed.stderr) == (1, True, True)
