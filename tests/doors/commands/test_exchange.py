"""`haochaping exchange …` as an operator types it: what came back is said on both sides, and nothing ends in a traceback."""

from __future__ import annotations

import json
from datetime import date, timedelta
from typing import TYPE_CHECKING, Any

import pytest
from django.utils import timezone

from haochaping.directory.models import Platform
from haochaping.kernel.actor import OPERATOR
from haochaping.ledger.terms import Suite
from haochaping.levels import actions, keys, queries, rules
from haochaping.levels.models import OutgoingBatch, ReturnedCase
from haochaping.levels.terms import ANSWER_FORMAT, OTHER_CONTENT, Answer, InState
from tests import worlds
from tests.doors.commands.test_commands import run
from tests.levels import made

if TYPE_CHECKING:
    from datetime import datetime
    from pathlib import Path


@pytest.fixture(autouse=True)
def _english(monkeypatch) -> None:
    monkeypatch.setenv("LANGUAGE", "en")


@pytest.fixture
def inbox(committed_db, tmp_path: Path) -> Path:
    """Two batches of a city: in the first two of three cases name items that nobody knows here."""
    now = timezone.now() - timedelta(hours=2)
    worlds.build(now)
    key = made.city(now)
    unknown = [
        made.record(no, now) | {"case": worlds.case(no, now, item=item * 31)}
        for no, item in (("YC-2", "1"), ("YC-3", "1"), ("YC-4", "2"))
    ]
    folder = tmp_path / "inbox"
    folder.mkdir()
    (folder / "1.batch").write_bytes(made.batch(key, 1, [made.record("YC-1", now, 5), *unknown], now))
    (folder / "2.batch").write_bytes(made.batch(key, 2, [], now))
    return folder


@pytest.fixture
def above(committed_db, now) -> None:
    """A province that we report to."""
    worlds.build(now)
    text = keys.key_text(queries.our_keys(Suite.INTL))
    actions.add_peer(
        "province",
        known_as="city",
        division=worlds.CITY,
        key=text,
        sends=True,
        takes=False,
        by=OPERATOR,
        now=now,
    )


def test_who_takes_batches_is_told_what_it_sends_back_and_why(inbox, tmp_path):
    answers = tmp_path / "not" / "there"

    taken = run("exchange", "import", str(inbox), "--answers", str(answers))

    assert taken.exit_code == 2, taken.output
    assert "1.batch  city  1  merged  3 cases not taken whole" in taken.output
    assert "2.batch  city  2  merged\n" in taken.output
    assert "3 cases could not be taken whole" in taken.output
    first, second = [line for line in taken.output.splitlines() if f"{'1' * 31}" in line or "2" * 31 in line]
    assert first.startswith("  2  ")
    assert second.startswith("  1  ")
    assert len(list(answers.iterdir())) == 2
    again = run("exchange", "import", str(inbox), "--answers", str(answers), "--json")
    assert [(row["state"], row["returned"], row["reasons"]) for row in json.loads(again.output)] == [
        ("merged", 3, {"unknown_item": 3}),
        ("merged", 0, {}),
    ]


def test_status_and_doctor_count_what_was_sent_back(inbox, tmp_path):
    run("exchange", "import", str(inbox), "--answers", str(tmp_path))

    status = run("exchange", "status")

    assert status.exit_code == 2
    assert "2 batches taken here" in status.output
    assert "3 cases of its last day sent back from here" in status.output
    assert "3 cases of its last day were sent back from here" in run("doctor").output


def test_status_speaks_of_batches_in_the_direction_that_was_agreed(above):
    status = run("exchange", "status")

    assert "we report to it: 0 batches made" in status.output
    assert "it reports to us" not in status.output


@pytest.mark.parametrize(
    ("language", "error", "told"),
    [
        ("zh_CN", "cannot be reached: TimeoutError", "连不上（TimeoutError）"),
        ("en", "cannot be reached: TimeoutError", "; it cannot be reached (TimeoutError)"),
        ("zh_CN", "answered 503", "对方答以状态 503"),
        ("en", "batch_failed", "; The batch could not be stored; nothing of it was taken."),
        ("en", "what it said itself", "; what it said itself"),
    ],
)
def test_status_says_in_words_why_a_peer_does_not_answer(above, now, monkeypatch, language, error, told):
    monkeypatch.setenv("LANGUAGE", language)
    actions.away(queries.peers()[0], error, now=now)

    assert told in run("exchange", "status").output


def test_a_case_that_was_left_out_is_no_part_of_the_digest_and_named(above, now):
    ids = ("01a20b33-ff21-7b14-beac-b717089fea30", "01a20b33-ff21-7b14-beac-b717089fea31")
    for row_id, case_no, state in zip(ids, ("YC-1", "YC-2"), ("excluded", "rejected"), strict=True):
        worlds.take_case(case_no, now)
        ReturnedCase.objects.create(
            id=row_id,
            peer_id=queries.peers()[0].id,
            source=worlds.SOURCE,
            case_no=case_no,
            code="others_review",
            message="",
            state=state,
            since=now,
            again_at=now,
        )

    here = run("exchange", "digest", "--division", worlds.CITY).output
    ReturnedCase.objects.all().delete()
    both = run("exchange", "digest", "--division", worlds.CITY).output
    named = ("--without", worlds.SOURCE, "YC-1")
    there = run("exchange", "digest", "--division", worlds.CITY, *named).output

    assert here.startswith("1  ")
    assert here.endswith(f"\nwithout: {worlds.SOURCE} YC-1\n")
    assert both.startswith("2  ")
    assert there == here


def test_answers_alone_need_no_folder_and_batches_do(inbox):
    without = run("exchange", "import", str(inbox))

    assert without.exit_code == 2
    assert "--answers" in without.output
    assert queries.peers()[0].taken_seq == 0
    (inbox / "0.answer").write_bytes(b"nothing of ours")
    refused = run("exchange", "import", str(inbox / "0.answer"))
    assert "not a sealed file" in refused.output


def test_what_cannot_be_written_is_said_in_a_sentence(committed_db, above, tmp_path):
    for command in (
        ("exchange", "key", "--out", str(tmp_path / "nowhere" / "x.key")),
        ("exchange", "export", "province", "--to", "/proc/nowhere"),
    ):
        shown = run(*command)

        assert (shown.exit_code, "Traceback" in shown.output) == (1, False)
        assert "cannot be read or written: it, or the folder it lies in, is not there" in shown.output
        assert isinstance(shown.exception, SystemExit)
    made_it = run("exchange", "export", "province", "--to", str(tmp_path / "new"))
    assert made_it.exit_code == 0, made_it.output
    assert list((tmp_path / "new").iterdir())


def test_a_day_of_which_nothing_is_stated_says_why(above):
    text = keys.key_text(queries.our_keys(Suite.INTL))
    place: dict[str, Any] = {"known_as": "city", "division": worlds.OTHER_CITY, "key": text}
    actions.add_peer("other", sends=True, takes=False, by=OPERATOR, now=timezone.now(), **place)
    stated = run("exchange", "state", "other", "--day", "2026-01-01")
    made.city(timezone.now())
    other = run("exchange", "state", "city", "--day", "2026-01-01")

    assert (stated.exit_code, other.exit_code) == (1, 1)
    assert "no platform that was in force on 2026-01-01" in stated.output
    assert "it reports to us" in other.output


def test_a_platform_that_was_not_there_yet_is_named_as_the_cause(above):
    Platform.objects.filter(code=worlds.SOURCE).update(valid_from=date(2026, 3, 1))

    stated = run("exchange", "state", "province", "--day", "2026-02-01")

    assert stated.exit_code == 1
    assert f"“{worlds.SOURCE}” has been in force since 2026-03-01" in stated.output
    assert "valid_from" in stated.output


def test_a_peer_that_reports_to_us_is_not_said_to_carry_files(inbox, above):
    shown = run("exchange", "peers").output

    [city] = [line for line in shown.splitlines() if "↓ city" in line]
    [province] = [line for line in shown.splitlines() if "↑ province" in line]
    assert "it sends to /exchange/batches, or files are carried" in city
    assert "  files are carried  " in province


def test_a_sender_that_is_not_known_there_is_told_what_to_do(above, now):
    actions.away(queries.peers()[0], "answered 401", now=now)

    status = run("exchange", "status").output

    assert "it does not know us" in status
    assert "haochaping exchange peer add city" in status
    assert "haochaping exchange key" in status


def test_moments_are_those_of_beijing(above, now):
    ReturnedCase.objects.create(
        id="01a20b33-ff21-7b14-beac-b717089fea30",
        peer_id=queries.peers()[0].id,
        source="hall",
        case_no="A-1",
        code="unknown_item",
        message="There is no item “{value}” in the directory.",
        state="rejected",
        since=now.replace(hour=20, minute=30),
        again_at=now,
    )

    assert "2026-06-01 20:30:00+08:00" in run("exchange", "returned").output


USED = (
    "Batch 1 of “city” has come before with other content; what came first stands. Number 3 is expected next."
)


def test_who_refuses_a_number_that_was_used_says_which_it_expects(inbox, tmp_path):
    run("exchange", "import", str(inbox), "--answers", str(tmp_path))
    other = tmp_path / "other.batch"
    other.write_bytes(made.batch(keys.own(b"c" * 32, Suite.INTL), 1, [], timezone.now()))

    taken = run("exchange", "import", str(other), "--answers", str(tmp_path))
    as_json = run("exchange", "import", str(other), "--answers", str(tmp_path), "--json")

    assert f"other.batch  city  1  refused  {USED}" in taken.output
    [row] = json.loads(as_json.output)
    assert (row["code"], row["sentence"], row["expected"]) == ("other_content", USED, 3)
    status = run("exchange", "status")
    assert f"1: {USED}" in status.output
    [peer] = json.loads(run("exchange", "status", "--json").output)
    assert peer["refusals"] == [{"seq": 1, "code": "other_content", "sentence": USED}]
    assert (peer["expects"], peer["go_on_with"]) == (3, None)


def answer(folder: Path, seq: int, at: datetime, *, next_seq: int, refused: bool = True) -> Path:
    """What the province of `above` answers to our batch of this number, as a file that was carried here."""
    batch = OutgoingBatch.objects.get(seq=seq)
    said = Answer(
        format=ANSWER_FORMAT,
        sender="province",
        receiver="city",
        seq=seq,
        sha256=batch.sha256,
        state=InState.REFUSED if refused else InState.MERGED,
        at=at,
        next_seq=next_seq,
        code=OTHER_CONTENT.code if refused else "",
        message=OTHER_CONTENT.message if refused else "",
        params={"seq": str(seq), "value": "city", "expected": str(next_seq)} if refused else {},
    )
    file = folder / f"{seq}.answer"
    file.write_bytes(made.sealed(rules.pack(rules.head_of(said), b"", queries.our_keys(Suite.INTL))))
    return file


def test_whose_number_was_refused_hears_why_and_from_which_number_to_go_on(above, tmp_path):
    now = timezone.now()
    run("exchange", "export", "province", "--to", str(tmp_path))
    told = "Batch 1 of “city” has come before with other content; what came first stands. Number 4 is expected next."

    taken = run("exchange", "import", str(answer(tmp_path, 1, now, next_seq=4)))

    assert f"1.answer  province  1  rejected  {told}" in taken.output
    status = run("exchange", "status")
    assert (status.exit_code, f"1: {told}" in status.output) == (2, True)
    assert "“haochaping exchange again province --next 4”" in status.output
    # To leave it out makes no number right.
    run("exchange", "decide", "province", "1", "--leave-out", "测试")
    run("exchange", "import", str(answer(tmp_path, 1, now + timedelta(minutes=1), next_seq=4)))
    status = run("exchange", "status")
    assert (status.exit_code, "0 refused there" in status.output) == (2, True)
    assert "“haochaping exchange again province --next 4”" in status.output
    assert "go on with number 4" in run("doctor").output

    run("exchange", "again", "province", "--next", "4")
    status = run("exchange", "status")
    assert (status.exit_code, "--next" in status.output) == (0, False)


def test_what_is_expected_is_what_was_said_last_whichever_answer_is_carried_first(above, tmp_path):
    now = timezone.now()
    run("exchange", "export", "province", "--to", str(tmp_path))
    run("exchange", "import", str(answer(tmp_path, 1, now, next_seq=2, refused=False)))
    run("exchange", "import", str(answer(tmp_path, 1, now - timedelta(hours=1), next_seq=9, refused=False)))
    assert run("exchange", "status").exit_code == 0

    # The other database was put back to an earlier day: it waits for a number that was answered long ago.
    run("exchange", "import", str(answer(tmp_path, 1, now + timedelta(hours=1), next_seq=1, refused=False)))

    assert "“haochaping exchange again province --next 1”" in run("exchange", "status").output
