"""`/data`: what there is and what it means; files from the disk, the same for whoever asks with their hash."""

from __future__ import annotations

import json
from hashlib import sha256
from typing import TYPE_CHECKING

import pytest
from django.test import Client
from django.utils import timezone, translation
from django.utils.translation import gettext

from haochaping.flows.publish_open_data import publish_due
from haochaping.kernel.actor import SYSTEM
from haochaping.publicity.opendata.tables import TABLES
from haochaping.publicity.opendata.terms import LICENCE, LICENCE_ADDRESS

if TYPE_CHECKING:
    from pathlib import Path

ENGLISH = {"accept-language": "en"}


@pytest.fixture
def folder(settings, tmp_path) -> Path:
    settings.OPEN_DATA_DIR = tmp_path
    return tmp_path  # type: ignore[no-any-return]


@pytest.fixture
def written(told, folder) -> Path:
    """The folder of yesterday's numbers."""
    numbers, _ = publish_due(folder, by=SYSTEM, now=timezone.now())
    return folder / numbers.name  # type: ignore[no-any-return]


def test_every_table_is_told_with_its_columns_files_and_interface(written, client):
    html = client.get("/data", headers=ENGLISH).content.decode()

    with translation.override("en"):
        for table in TABLES.values():
            assert f'<section class="card" id="{table.name}">' in html
            assert gettext(table.label).replace("'", "&#x27;") in html
            assert f"/api/v1/data/{table.name}" in html
            assert f"/{table.name}.csv" in html
            assert all(f"<td>{column.name}</td>" in html for column in table.columns)
    assert LICENCE_ADDRESS in html
    for line in json.loads((written / "index.json").read_text(encoding="utf-8"))["files"]:
        assert line["sha256"] in html


def test_before_anything_is_written_it_is_said(db, folder, client):
    assert "还没有写出文件" in client.get("/data").content.decode()


def test_a_file_is_sent_as_it_is_on_the_disk(written, client):
    for address in (f"/data/{written.name}/reviews.csv", "/data/latest/reviews.csv"):
        answer = client.get(address)
        content = b"".join(answer.streaming_content)

        assert content == (written / "reviews.csv").read_bytes()
        assert answer.headers["Content-Type"] == "text/csv; charset=utf-8"
        assert answer.headers["Content-Length"] == str(len(content))
        assert answer.headers["Content-Disposition"] == 'attachment; filename="reviews.csv"'
        assert answer.headers["ETag"] == f'"{sha256(content).hexdigest()}"'


def test_a_file_that_somebody_has_is_not_sent_again(written, client):
    first = client.get("/data/latest/reviews.json")
    b"".join(first.streaming_content)
    again = client.get("/data/latest/reviews.json", headers={"If-None-Match": first.headers["ETag"]})
    other = client.get("/data/latest/reviews.json", headers={"If-None-Match": '"x"'})

    assert (again.status_code, again.content, again.headers["ETag"]) == (304, b"", first.headers["ETag"])
    assert len(b"".join(other.streaming_content)) == (written / "reviews.json").stat().st_size


def test_the_index_is_sent_too_and_texts_are_always_the_newest(written, client):
    index = client.get(f"/data/{written.name}/index.json")
    texts = client.get("/data/latest/texts.json")

    assert b"".join(index.streaming_content) == (written / "index.json").read_bytes()
    assert json.loads(b"".join(texts.streaming_content))["table"] == "texts"


@pytest.mark.parametrize(
    "address",
    [
        "latest/reviews.xlsx", "latest/.lock", "2020-01-01/reviews.csv", "..%2Fkeys/django", ".lock/index.json",
        "latest/..%2Findex.json", "texts-1/texts.csv", ".unfinished-2026-01-01/reviews.csv",
    ],
)  # fmt: skip
def test_nothing_else_is_sent(written, address):
    assert Client().get(f"/data/{address}").status_code == 404


def test_the_dictionary_says_everything_in_both_languages(client):
    told = client.get("/data/dictionary.json").json()

    assert told["licence"] == LICENCE
    assert [table["name"] for table in told["tables"]] == list(TABLES)
    for table in told["tables"]:
        columns = table["columns"]
        assert [column["name"] for column in columns] == [one.name for one in TABLES[table["name"]].columns]
        for said in [table, *columns]:
            assert said["about"]["en"] != said["about"]["zh-hans"]
            assert said["label"]["en"] != said["label"]["zh-hans"]


def test_the_page_asks_the_database_for_nothing(written, client, django_assert_max_num_queries):
    with django_assert_max_num_queries(3):
        assert client.get("/data").status_code == 200
