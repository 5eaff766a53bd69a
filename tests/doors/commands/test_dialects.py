"""`haochaping dialect list`, `check` and `set` as an administrator types them."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from django.conf import settings

from haochaping.exchange.dialects import shelf
from haochaping.exchange.dialects.terms import Does
from tests import worlds
from tests.doors.commands.test_commands import run
from tests.photographs import photograph

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

_OWN = """
title = "试行"
[operations.review]
does = "intake"
open = ["json", "pick data"]
signature = "none"
[operations.review.review]
case_no = { from = "BH", required = true }
rating_value = { from = "MYD", required = true }
channel = { from = "QD", map = "channel" }
assessed_at = "SJ"
[operations.review.reply.done]
body = { ok = "1" }
"""


@pytest.fixture
def own_files() -> Iterator[Callable[[str, bytes], None]]:
    """Put files into the installation's own folder."""
    there: list[Path] = []

    def put(name: str, content: bytes) -> None:
        there.append(settings.DIALECTS_DIR / name)
        there[-1].parent.mkdir(exist_ok=True)
        there[-1].write_bytes(content)

    yield put
    for file in there:
        file.unlink(missing_ok=True)


def test_the_shipped_dialects_are_listed(committed_db):
    shown = run("dialect", "list", "--json")

    assert shown.exit_code == 0, shown.output
    rows = {row["name"]: row for row in json.loads(shown.output)}
    assert rows.keys() == {
        "anhui", "beijing", "fujian-2019", "fujian-2020", "jining",
        "shandong", "shandong-aggregation", "zhejiang-ningbo", "zhejiang-shaoxing",
    }  # fmt: skip
    assert rows["shandong"]["calls"]["case"] == "POST case"
    assert "POST hcp/addEvaluate" in run("dialect", "list").output


@pytest.mark.parametrize("words", [[], ["--json"]])
def test_files_that_cannot_be_read_hide_neither_the_others_nor_each_other(committed_db, own_files, words):
    own_files("torn.toml", b'title "x"')
    own_files(
        "wrong.toml", _OWN.replace("rating_value", "rating_valeu").replace('"channel"', '"chanel"').encode()
    )
    own_files("gbk.toml", _OWN.encode("gb18030"))
    own_files("zz-good.toml", _OWN.encode())

    shown = run("dialect", "list", *words)

    assert shown.exit_code == 1
    for name in ("anhui", "zhejiang-shaoxing", "zz-good"):
        assert name in shown.stdout
    for part in ("torn.toml", "line 1", "rating_valeu", "channel.map", "gbk.toml"):
        assert part in shown.stderr
    assert len(shown.stderr.splitlines()) == 4


def test_doctor_names_file_and_line_of_a_dialect_that_a_platform_speaks(committed_db, now, own_files):
    def found() -> tuple[bool, str]:
        rows = {row["name"]: row for row in json.loads(run("doctor", "--json").stdout)}
        return rows["dialects"]["ok"], rows["dialects"]["text"]

    worlds.build(now)
    own_files("other.toml", b"title = 1 2")
    own_files("own.toml", _OWN.encode())
    assert run("dialect", "set", worlds.SOURCE, "own", "--unsigned").exit_code == 0
    assert found()[0], "what nobody speaks is nobody's trouble yet"

    own_files("own.toml", _OWN.replace("does =", "does").encode())
    is_well, text = found()
    assert not is_well
    assert "own.toml" in text
    assert "line 4" in text

    (settings.DIALECTS_DIR / "own.toml").unlink()
    is_well, text = found()
    assert not is_well
    assert "own.toml" in text


def test_a_new_dialect_says_what_it_reads_field_by_field(committed_db, tmp_path):
    file, sample, wrong = tmp_path / "own.toml", tmp_path / "good.json", tmp_path / "bad.json"
    file.write_text(_OWN, encoding="utf-8")
    record = {"bh": "A1", "MYD": "2", "QD": "4", "SJ": "2026-01-02 09:00:00", "BZ": "-"}
    sample.write_text(json.dumps({"data": record}), encoding="utf-8")
    wrong.write_text(json.dumps(record | {"MYD": "9"}), encoding="utf-8")

    shown = run("dialect", "check", str(file), str(sample))

    assert shown.exit_code == 0, shown.output
    for part in (
        "review.case_no",
        "A1",
        "review.rating_value",
        "hall_pad",
        "2026-01-02T09:00:00+08:00",
        "BZ",
    ):
        assert part in shown.output
    [told] = json.loads(run("dialect", "check", str(file), str(sample), "--json").output)
    assert told["unread"] == ["BZ"]
    refused = run("dialect", "check", str(file), str(sample), str(wrong))
    assert refused.exit_code == 2
    assert "MYD" in refused.output


def test_a_mistake_in_a_file_is_named_by_its_place(committed_db, tmp_path):
    file, sample = tmp_path / "own.toml", tmp_path / "s.json"
    sample.write_text("{}", encoding="utf-8")
    for old, new, place in (
        ("rating_value", "rating_valeu", "operations.review.review.rating_valeu"),
        ('"json", "pick', '"jsn", "pick', "operations.review.open"),
        ('map = "channel"', 'map = "chanel"', "operations.review.review.channel.map"),
        ('does = "intake"', 'does = "take"', "operations.review.does"),
        ("title =", "title", "own.toml"),
    ):
        file.write_text(_OWN.replace(old, new), encoding="utf-8")
        shown = run("dialect", "check", str(file), str(sample))
        assert shown.exit_code == 1
        assert place in shown.output, shown.output


def test_every_mistake_of_a_file_is_named_once(committed_db, tmp_path):
    file, sample = tmp_path / "own.toml", tmp_path / "s.json"
    sample.write_text("{}", encoding="utf-8")
    wrong = _OWN.replace("rating_value", "rating_valeu").replace('map = "channel"', 'map = "chanel"')
    file.write_text(wrong, encoding="utf-8")

    shown = run("dialect", "check", str(file), str(sample))

    assert len(shown.stderr.splitlines()) == 2, shown.stderr
    for place in ("operations.review.review.rating_valeu", "operations.review.review.channel.map"):
        assert shown.stderr.count(place) == 1


def test_a_wrong_word_hides_no_other_mistake_of_its_call(committed_db, tmp_path):
    file, sample = tmp_path / "own.toml", tmp_path / "s.json"
    sample.write_text("{}", encoding="utf-8")
    wrong = (
        _OWN.replace('does = "intake"', 'does = "take"\npath = "a b"\nmethod = "PUT"')
        .replace('"json", "pick', '"jsn", "pick')
        .replace('signature = "none"', 'signature = "some"')
        .replace("rating_value", "rating_valeu")
        .replace(
            'title = "试行"', 'title = "试行"\nscale = "6_is_best"\ntimes = ["yy"]\n[reply.don]\nbody = {}'
        )
    )
    file.write_text(wrong, encoding="utf-8")

    shown = run("dialect", "check", str(file), str(sample))

    for place in ("does", "path", "method", "open", "signature", "review.rating_valeu"):
        assert f"operations.review.{place}" in shown.stderr, shown.stderr
    for place in ("scale", "times", "reply.don"):
        assert f"own.toml：{place}" in shown.stderr, shown.stderr
    assert len(shown.stderr.splitlines()) == 9, shown.stderr


def test_everything_that_cannot_be_read_of_a_sample_is_said(committed_db, tmp_path):
    file, sample = tmp_path / "own.toml", tmp_path / "s.json"
    file.write_text(_OWN, encoding="utf-8")
    sample.write_text(json.dumps({"MYD": "9", "QD": "x", "SJ": "soon"}), encoding="utf-8")

    [told] = json.loads(run("dialect", "check", str(file), str(sample), "--json").stdout)

    assert [complaint["field"] for complaint in told["complaints"]] == ["BH", "MYD", "QD", "SJ"]
    assert all("{" not in complaint["sentence"] for complaint in told["complaints"])


def test_words_that_stood_among_codes_are_shown(committed_db, tmp_path):
    sample = tmp_path / "s.json"
    told = {"EvaluatorLevel": "2", "Info": "态度生硬,214|等了很久，没人理"}
    sample.write_text(
        json.dumps({"projectNo": "1", "assessTime": "2026-06-01 10:00:00", "result": told}), encoding="utf-8"
    )

    shown = run("dialect", "check", str(_SAMPLES[0].parent / "evaluator-pad.toml"), str(sample), "--json")

    [found] = json.loads(shown.stdout)
    lines = {line["field"]: (line["wire"], line["value"]) for line in found["fields"]}
    assert lines["review.indicator_codes"] == ("result.Info", ["214"])
    assert lines["review.comment_text"] == ("result.Info", "等了很久，没人理")


def test_a_source_is_set_for_a_platform_of_the_directory(committed_db, now):
    worlds.build(now)

    assert run("dialect", "set", "nobody", "shandong").exit_code == 1
    assert run("dialect", "set", worlds.SOURCE, "klingon").exit_code == 1
    assert run("dialect", "set", worlds.SOURCE, "shandong", "--key", "their_public_key=00").exit_code == 1
    assert run("dialect", "set", worlds.SOURCE, "jining", "--address", "1=javascript:x").exit_code == 1
    made = run("dialect", "set", worlds.SOURCE, "shandong", "--key", "mark=m", "--key", "word=secret")
    assert made.exit_code == 0, made.output
    again = run("dialect", "set", worlds.SOURCE, "shandong")
    assert again.output == made.output, "the key of ours stays"
    assert "secret" not in made.output
    assert worlds.SOURCE in run("dialect", "list").output


def test_the_address_that_devices_open_is_printed_whole(committed_db, now, client):
    """It names its platform itself, so it stands beside the platform's own address and not under it."""
    worlds.build(now)

    lines = run("dialect", "set", worlds.SOURCE, "anhui", "--unsigned").stdout.splitlines()
    calls = next(
        row for row in json.loads(run("dialect", "list", "--json").output) if row["name"] == "anhui"
    )["calls"]

    assert [line.partition("/wire/")[2] for line in lines[:2]] == [
        f"anhui/{worlds.SOURCE}/",
        "anhui/evaluate?",
    ]
    assert (calls["evaluate"], calls["status"]) == ("GET /wire/anhui/evaluate", "POST/GET status")


@pytest.mark.parametrize(
    ("name", "words", "told", "not_told"),
    [
        ("jining", [], "refused without --unsigned: service, review, hotline", "keys are not set"),
        ("jining", ["--unsigned"], "", "Warning"),
        ("shandong", ["--key", "mark=m", "--key", "word=w"], "refused without --unsigned: sign.", "mark ("),
        (
            "shandong",
            ["--key", "mark=m", "--key", "word=w"],
            "refused: their_public_key (",
            "our_private_key (",
        ),
    ],
)
def test_what_can_never_be_taken_is_said_when_a_source_is_set(
    committed_db, now, monkeypatch, name, words, told, not_told
):
    monkeypatch.setenv("LANGUAGE", "en")
    worlds.build(now)

    made = run("dialect", "set", worlds.SOURCE, name, *words)

    assert made.exit_code == 0
    assert told in made.stderr
    assert not_told not in made.stderr
    assert "Warning" not in made.stdout


def test_a_key_that_a_sender_lacks_is_named_with_its_option(committed_db, monkeypatch):
    monkeypatch.setenv("LANGUAGE", "en")
    words = ("--key", "mark=m", "--key", "word=w")
    sample = next(one for one in _SAMPLES if one.name == "shandong.case.json")

    sent = run("dialect", "simulate", "shandong", "case", "http://127.0.0.1:9/", str(sample), *words)

    assert sent.exit_code == 1
    assert "--key our_private_key=" in sent.stderr or "--key their_public_key=" in sent.stderr


_SAMPLES = sorted((Path(__file__).resolve().parents[3] / "examples" / "dialects").glob("*.*.json"))


@pytest.mark.parametrize("sample", _SAMPLES, ids=lambda path: path.stem)
def test_each_shipped_sample_is_read_without_a_complaint(committed_db, sample):
    name, _, call = sample.stem.partition(".")

    done = run("dialect", "check", name, str(sample), "--call", call, "--json")

    assert done.exit_code == 0, done.output
    [told] = json.loads(done.output)
    assert told["call"] == call
    assert sum(field["value"] is not None for field in told["fields"]) >= min(5, len(told["fields"]))


def test_every_call_that_takes_something_in_has_a_sample():
    calls = {
        f"{name}.{one.name}"
        for name, path in shelf.files(None).items()
        for one in shelf.load(path).operations
        if one.does == Does.INTAKE and (one.name, name) != ("supplement", "fujian-2020")
    }
    assert calls <= {sample.stem for sample in _SAMPLES}


def test_a_table_of_records_is_a_sample_too(committed_db):
    folder = _SAMPLES[0].parent

    done = run(
        "dialect", "check", str(folder / "old-evaluators.toml"), str(folder / "old-evaluators.csv"), "--json"
    )

    assert done.exit_code == 0, done.output
    rows = json.loads(done.output)
    assert [row["unread"] for row in rows] == [["经办人"]] * 3
    levels = [
        field["value"] for row in rows for field in row["fields"] if field["field"] == "review.rating_value"
    ]
    assert levels == [5, 2, 3]


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("photo.png", photograph()),
        ("half.xml", b"<Case><a>"),
        ("bomb.xml", b'<!DOCTYPE a [<!ENTITY b "x">]><a>&b;</a>'),
        ("cut.json", b'{"a": '),
        ("twice.json", b'{"a": 1, "a": 2}'),
        ("nothing.json", b""),
        ("prose.txt", "您好，这是一封信。".encode()),
        ("broken.xlsx", b"PK\3\4"),
    ],
)
def test_a_sample_that_is_none_is_named_and_not_shown(committed_db, tmp_path, name, content):
    good = _SAMPLES[-1]
    (tmp_path / name).write_bytes(content)

    done = run("dialect", "check", good.stem.partition(".")[0], str(good), str(tmp_path / name))

    assert done.exit_code == 2
    assert done.stderr.startswith(f"{name}: ")
    assert len(done.stderr.splitlines()) == 1
    assert name not in done.stdout


def test_a_key_without_a_value_is_refused(committed_db):
    sample = _SAMPLES[0]
    done = run("dialect", "check", sample.stem.partition(".")[0], str(sample), "--key", "SECRET")

    assert done.exit_code == 1
    assert "--key" in done.stderr
    assert "SECRET" not in done.output
