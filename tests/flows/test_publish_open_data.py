"""开放数据 on the disk: what a file holds is what is read, nothing is half there, words that are taken down leave."""

from __future__ import annotations

import csv
import json
from datetime import datetime, timedelta
from hashlib import sha256
from io import StringIO
from typing import TYPE_CHECKING

import pytest

from haochaping.directory import actions as directory
from haochaping.directory.terms import Kind
from haochaping.flows import publish_open_data
from haochaping.flows.publish_open_data import publish_due
from haochaping.flows.receive_reviews import recount, units_of
from haochaping.insight import queries as insight
from haochaping.insight.rules import MEASURES
from haochaping.insight.terms import FactKind, Place
from haochaping.kernel.actor import OPERATOR, REVIEWER, SYSTEM
from haochaping.kernel.periods import BEIJING, Period, local_day
from haochaping.ledger.models import Entry
from haochaping.ledger.terms import EntryKind
from haochaping.publicity.opendata import editions, queries
from haochaping.publicity.opendata.tables import OF_DAY, TABLES, TEXTS
from haochaping.publicity.opendata.terms import EDITIONS_KEPT, LICENCE, VERSION
from haochaping.publicity.terms import Decision
from haochaping.reviews import actions as reviews
from haochaping.reviews.models import Review
from haochaping.reviews.terms import ReasonClass
from tests import worlds
from tests.publicity.opendata.world import THERE, came, release

if TYPE_CHECKING:
    from pathlib import Path
    from uuid import UUID

pytestmark = pytest.mark.django_db
MAY = datetime(2026, 5, 12, 10, 0, tzinfo=BEIJING)
NOW = datetime(2026, 6, 8, 1, 0, tzinfo=BEIJING)
YESTERDAY = "2026-06-07"
DAY = timedelta(days=1)


@pytest.fixture
def text() -> UUID:
    """Reviews of May and of last week; ten who were served beside a text that is released."""
    worlds.build(MAY)
    *_, review_id = came(MAY, 10, words="=跑了三次", kind="enterprise")
    came(MAY, 10)
    came(NOW - 2 * DAY, 2, level=1, **THERE)
    release(review_id, MAY + timedelta(hours=1))
    return review_id


def publish(folder: Path, now: datetime = NOW) -> list[str]:
    return [one.name for one in publish_due(folder, by=SYSTEM, now=now)]


def lines(path: Path) -> list[dict[str, str]]:
    return list(csv.DictReader(StringIO(path.read_text(encoding="utf-8-sig"))))


def test_files_of_a_day_are_there_with_their_hashes(text, tmp_path):
    numbers, words = publish(tmp_path)

    assert numbers == YESTERDAY
    assert words.startswith("texts-20260608T")
    for name, tables in ((numbers, OF_DAY), (words, [TEXTS])):
        index = json.loads((tmp_path / name / "index.json").read_text(encoding="utf-8"))
        assert (index["version"], index["licence"], index["day"]) == (VERSION, LICENCE, YESTERDAY)
        assert [one["name"] for one in index["files"]] == [
            f"{table.name}.{form}" for table in tables for form in ("csv", "json")
        ]
        for one in index["files"]:
            content = (tmp_path / name / one["name"]).read_bytes()
            assert (one["sha256"], one["bytes"]) == (sha256(content).hexdigest(), len(content))


def test_what_an_index_hashes_to_stands_in_the_ledger(text, tmp_path):
    names = publish(tmp_path)

    entries = Entry.objects.filter(kind=EntryKind.OPEN_DATA_PUBLISHED, subject_kind="open_data_edition")
    assert {one.subject_id: one.facts["index"] for one in entries} == {
        name: sha256((tmp_path / name / "index.json").read_bytes()).hexdigest() for name in names
    }


def test_both_forms_of_every_table_hold_what_is_read(text, tmp_path):
    numbers, words = publish(tmp_path)

    for name, table in TABLES.items():
        folder = tmp_path / (words if table is TEXTS else numbers)
        period = publish_open_data.period_of(table, local_day(NOW))
        names = [column.name for column in table.columns]
        found = queries.rows(table, queries.Asked(local_day(NOW), period=period))
        rows = [dict(zip(names, row, strict=True)) for row in found]
        told = json.loads((folder / f"{name}.json").read_text(encoding="utf-8"))
        in_sheet = [
            {key: cell.removeprefix("'") for key, cell in line.items()}
            for line in lines(folder / f"{name}.csv")
        ]

        assert told["rows"] == rows
        assert (told["table"], told["version"], told["licence"]) == (name, VERSION, LICENCE)
        assert in_sheet == [{key: "" if v is None else str(v) for key, v in row.items()} for row in rows]
        assert rows or name in {"excluded", "withheld"}


def test_files_are_the_figures_of_the_pages(text, tmp_path):
    publish(tmp_path)
    whole = Period(local_day(NOW) - 31 * DAY, local_day(NOW) - DAY)
    page = insight.tally(Place(), whole)

    reviews = lines(tmp_path / YESTERDAY / "reviews.csv")
    assert sum(int(row["reviews"]) for row in reviews) == sum(
        n for (kind, _, _), n in page.items() if kind == FactKind.REVIEW
    )
    province = [
        row
        for row in lines(tmp_path / YESTERDAY / "figures.csv")
        if (row["division"], row["month"]) == (worlds.PROVINCE, "2026-06")
    ]
    june = Period(local_day(NOW).replace(day=1), local_day(NOW))
    values = insight.measures(Place(division_path=f"{worlds.PROVINCE}."), june)
    assert [(row["measure"], row["numerator"]) for row in province] == [
        (one.name, str(one.numerator)) for one in values
    ]
    assert len(values) == len(MEASURES)


def test_no_cell_is_a_formula(text, tmp_path):
    row = {"code": worlds.ITEM, "name": "＠食品经营许可", "item_type": "01", "agency": worlds.AGENCY}
    assert directory.put(Kind.ITEMS, [row], by=OPERATOR, now=NOW) == []
    numbers, words = publish(tmp_path)

    assert [line["text"] for line in lines(tmp_path / words / "texts.csv")] == ["'=跑了三次"]
    assert "'＠食品经营许可" in {line["name"] for line in lines(tmp_path / numbers / "items.csv")}


def test_a_day_is_written_once(text, tmp_path):
    first = publish(tmp_path)
    before = (tmp_path / YESTERDAY / "reviews.csv").read_bytes()
    came(NOW - 2 * DAY, 1)

    assert publish(tmp_path, NOW + timedelta(minutes=10)) == []
    assert (tmp_path / YESTERDAY / "reviews.csv").read_bytes() == before
    assert len(first) == 2


def test_what_comes_late_is_in_the_next_days_files(text, tmp_path):
    publish(tmp_path)
    came(NOW - 2 * DAY, 1)
    publish(tmp_path, NOW + DAY)

    counts = [
        sum(int(row["reviews"]) for row in lines(tmp_path / day / "reviews.csv"))
        for day in (YESTERDAY, "2026-06-08")
    ]
    assert counts[1] == counts[0] + 1


def test_words_that_were_taken_down_are_on_no_disk_any_more(text, tmp_path):
    _, words = publish(tmp_path)
    release(text, NOW + timedelta(minutes=1), Decision.TAKEN_DOWN)

    [again] = publish(tmp_path, NOW + timedelta(minutes=10))

    assert again > words
    assert not (tmp_path / words).exists()
    assert [path for path in tmp_path.rglob("*") if path.is_file() and "跑了三次" in path.read_text()] == []
    assert publish(tmp_path, NOW + timedelta(minutes=20)) == []


def test_old_days_go(text, tmp_path):
    for n in range(EDITIONS_KEPT + 2):
        editions.put_out(
            tmp_path, editions.write(tmp_path, [], lambda _: [], day=local_day(MAY) + n * DAY, now=NOW)
        )
    scrap = tmp_path / ".unfinished-2026-01-01"
    scrap.mkdir()

    gone = editions.forget_old(tmp_path)

    assert gone == ["2026-05-13", "2026-05-12", scrap.name]
    assert len(editions.of_numbers(tmp_path)) == EDITIONS_KEPT


def test_a_writer_that_breaks_off_leaves_nothing_to_read(text, tmp_path):
    def broken(_table: object) -> list[tuple[str]]:
        raise OSError("no space left on device")

    with pytest.raises(OSError, match="no space"):
        editions.write(tmp_path, OF_DAY, broken, day=local_day(NOW) - DAY, now=NOW)
    assert editions.of_numbers(tmp_path) == []

    assert len(publish(tmp_path)) == 2
    assert [path.name for path in tmp_path.iterdir() if path.name.startswith(".unfinished")] == []


def test_two_writers_do_not_write_at_once(text, tmp_path):
    with editions.alone(tmp_path) as first:
        assert first
        assert publish(tmp_path) == []

    assert len(publish(tmp_path)) == 2


def test_words_whose_review_was_excluded_are_on_no_disk_any_more(text, tmp_path):
    """Not with tomorrow's edition: as soon as it is known."""
    _, words = publish(tmp_path)
    before = units_of([text])
    at = NOW + timedelta(minutes=1)
    reviews.exclude(text, reason_class=ReasonClass.MISTAKEN, by=SYSTEM, now=at)
    recount(before, [text])

    [again] = publish(tmp_path, NOW + timedelta(minutes=10))

    assert again > words
    assert [path for path in tmp_path.rglob("*") if path.is_file() and "跑了三次" in path.read_text()] == []
    assert publish(tmp_path, NOW + timedelta(minutes=20)) == []


def test_words_whose_review_was_withdrawn_are_on_no_disk_any_more(text, tmp_path):
    _, words = publish(tmp_path)
    Review.objects.filter(id=text).update(changeable_until=NOW + timedelta(days=1))
    reviews.withdraw(text, by=REVIEWER, now=NOW + timedelta(minutes=1))

    [again] = publish(tmp_path, NOW + timedelta(minutes=10))

    assert again > words
    assert publish(tmp_path, NOW + timedelta(minutes=20)) == []


def test_a_review_without_words_that_are_out_changes_no_file(text, tmp_path):
    publish(tmp_path)
    [other] = came(MAY, 1, level=1)
    reviews.exclude(other, reason_class=ReasonClass.MISTAKEN, by=SYSTEM, now=NOW + timedelta(minutes=1))

    assert publish(tmp_path, NOW + timedelta(minutes=10)) == []
