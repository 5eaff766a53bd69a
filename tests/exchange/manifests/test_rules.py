"""批次清单: what is read as a manifest, what is counted of a batch, and which figure is said not to agree."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

import pytest

from haochaping.doors.api import shapes
from haochaping.exchange.manifests import files, rules
from haochaping.exchange.manifests.terms import FileManifest, Manifest
from haochaping.exchange.quality.batches import CameBatch, Fate, judge
from haochaping.exchange.terms import RecordKind
from haochaping.kernel.refused import Refused

if TYPE_CHECKING:
    from pathlib import Path

NOW = datetime(2026, 6, 1, 10, tzinfo=UTC)
SAID: dict[str, Any] = {"source": "hall", "seq": 1, "made_at": "2026-06-01T18:00:00+08:00", "rows": 3}
OF_FILE = SAID | {"format": "haochaping-manifest-1", "kind": "review", "sha256": "0" * 64}
ROWS: list[dict[str, object]] = [
    {"source": "hall", "rating_value": 5, "channel": "hall_pad"},
    {"source": " hall ", "rating_value": "5", "channel": "HALL_PAD"},
    {"source": "hall", "rating_value": "x"},
]


def refused(said: object, kind: type[Manifest] = Manifest) -> tuple[str, str]:
    with pytest.raises(Refused) as no:
        rules.manifest_of(said, kind)
    return no.value.code, no.value.complaint.field


def differing(manifest: Manifest, rows: list[Any], kind: RecordKind = RecordKind.REVIEW) -> dict[str, object]:
    with pytest.raises(Refused) as no:
        rules.check(manifest, rules.totals_of(rows, kind, manifest.source))
    assert no.value.code == "manifest_differs"
    return dict(no.value.complaint.params)


def test_a_manifest_is_read():
    found = rules.manifest_of(SAID | {"levels": {"5": 2}}, Manifest)

    assert (found.source, found.seq, found.made_at, found.rows, found.levels) == ("hall", 1, NOW, 3, {"5": 2})


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"seq": 0}, "seq"),
        ({"seq": "1"}, "seq"),
        ({"seq": 2**31}, "seq"),
        ({"rows": -1}, "rows"),
        ({"rows": 1.5}, "rows"),
        ({"source": ""}, "source"),
        ({"source": "a\0"}, "source"),
        ({"source": "x" * 41}, "source"),
        ({"made_at": "2026-06-01T18:00:00"}, "made_at"),
        ({"made_at": "yesterday"}, "made_at"),
        ({"made_at": "0001-01-01T00:00:00Z"}, "made_at"),
        ({"levels": {"5": -1}}, "levels[...]"),
        ({"levels": [5]}, "levels"),
        ({"more": 1}, ""),
    ],
)
def test_what_is_no_manifest_is_refused_with_its_field(changes, field):
    assert refused(SAID | changes) == ("not_a_manifest", field)


@pytest.mark.parametrize("said", [None, [], "x", 1, {}])
def test_something_else_is_no_manifest(said):
    assert refused(said)[0] == "not_a_manifest"


@pytest.mark.parametrize(
    "changes", [{"sha256": "0" * 63}, {"sha256": "Z" * 64}, {"kind": "step"}, {"format": "1"}]
)
def test_that_of_a_file_says_more(changes):
    assert rules.manifest_of(OF_FILE, FileManifest).kind == "review"
    assert refused(OF_FILE | changes, FileManifest)[0] == "not_a_manifest"


def test_rows_are_counted_by_values_that_there_are():
    read = rules.totals_of([*ROWS, None], RecordKind.REVIEW, "hall")

    assert (read.rows, read.stranger) == (4, "")
    assert rules.counted(read) == {"levels": {"5": 2}, "channels": {"hall_pad": 2}}
    assert rules.counted(rules.totals_of([{"status": "completed"}], RecordKind.CASE, "hall")) == {
        "statuses": {"completed": 1}
    }


def test_figures_that_agree_are_taken_and_those_left_out_not_looked_at():
    for more in ({}, {"levels": {"5": 2}}, {"levels": {"5": 2, "1": 0}, "channels": {"hall_pad": 2}}):
        manifest = rules.manifest_of(SAID | more, Manifest)
        rules.check(manifest, rules.totals_of(ROWS, RecordKind.REVIEW, "hall"))


@pytest.mark.parametrize(
    ("changes", "what", "told", "read"),
    [
        ({"rows": 4}, "rows", "4", "3"),
        ({"levels": {"5": 3}}, "levels.5", "3", "2"),
        ({"levels": {}}, "levels.5", "0", "2"),
        ({"levels": {"5": 2, "9": 1}}, "levels.9", "1", "0"),
        ({"channels": {"hall_pad": 1}}, "channels.hall_pad", "1", "2"),
        ({"statuses": {"completed": 3}}, "statuses.completed", "3", "0"),
        ({"source": "other"}, "source", "other", "hall"),
    ],
)
def test_the_figure_that_differs_is_named(changes, what, told, read):
    found = differing(rules.manifest_of(SAID | changes, Manifest), ROWS)

    assert found == {"what": what, "told": told, "read": read}


def test_nothing_is_made_in_the_future():
    manifest = rules.manifest_of(SAID, Manifest)
    rules.check_moment(manifest, NOW - timedelta(minutes=5))

    with pytest.raises(Refused) as no:
        rules.check_moment(manifest, NOW - timedelta(days=1))
    assert (no.value.code, no.value.complaint.field) == ("dated_in_future", "made_at")


def test_the_document_shows_the_manifest_that_is_read():
    assert set(shapes.Manifest.__struct_fields__) == set(Manifest.__struct_fields__)


def csv(path: Path, rows: int = 50) -> Path:
    lines = ["source,case_no,status", *(f"hall,C-{n},completed" for n in range(rows))]
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    return path


def test_a_manifest_that_was_written_holds_for_its_file_alone(tmp_path):
    file = csv(tmp_path / "cases.csv")
    text = files.write(file, RecordKind.CASE, source="hall", seq=7, now=NOW)
    files.beside(file).write_bytes(text)

    manifest = files.read(files.beside(file), RecordKind.CASE)

    assert (manifest.seq, manifest.rows, manifest.statuses) == (7, 50, {"completed": 50})
    files.check_file(manifest, file)
    with pytest.raises(Refused) as no:
        files.read(files.beside(file), RecordKind.REVIEW)
    assert no.value.complaint.params == {"told": "case", "expected": "review"}


@pytest.mark.parametrize("sixteenths", range(16))
def test_a_file_that_was_cut_anywhere_is_not_the_one(tmp_path, sixteenths):
    file = csv(tmp_path / "cases.csv")
    manifest = json.loads(files.write(file, RecordKind.CASE, source="hall", seq=1, now=NOW))
    whole = file.read_bytes()
    file.write_bytes(whole[: len(whole) * sixteenths // 16])

    with pytest.raises(Refused) as no:
        files.check_file(rules.manifest_of(manifest, FileManifest), file)

    assert no.value.complaint.params["what"] == "sha256"


def test_a_file_whose_figures_are_not_those_of_its_manifest_is_not_the_one(tmp_path):
    """What was lost before the file was written, the sha256 cannot say."""
    file = csv(tmp_path / "cases.csv", rows=49)
    said = json.loads(files.write(file, RecordKind.CASE, source="hall", seq=1, now=NOW))

    with pytest.raises(Refused) as no:
        files.check_file(rules.manifest_of(said | {"rows": 50}, FileManifest), file)

    assert no.value.complaint.params == {"what": "rows", "told": "50", "read": "49"}


def test_a_manifest_is_not_written_for_the_rows_of_another_source(tmp_path):
    with pytest.raises(Refused) as no:
        files.write(csv(tmp_path / "cases.csv"), RecordKind.CASE, source="other", seq=1, now=NOW)

    assert no.value.complaint.params == {"what": "source", "told": "other", "read": "hall"}


@pytest.mark.parametrize("content", [b"", b"{", b"\xff\xfe{}", b"[1]", b'{"seq":1,"seq":2}', b" " * 70_000])
def test_a_file_that_is_no_manifest_is_said_to_be_none(tmp_path, content):
    path = tmp_path / "x.manifest.json"
    path.write_bytes(content)

    with pytest.raises(Refused) as no:
        files.read(path, RecordKind.CASE)

    assert no.value.code == "not_a_manifest"


def test_a_refusal_of_no_rule_is_nobodys_fault():
    came = [CameBatch(1, Fate.REFUSED, "database", NOW)]

    found = judge("hall", 0, came, begin=NOW, end=NOW + timedelta(days=1), under={}, other_content="x")

    assert found == (0, 0, ())
