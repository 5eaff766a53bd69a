"""Files carried across a gap: lost, repeated, out of order, damaged, of somebody else, and equal hashes in the end."""

from __future__ import annotations

import os
import subprocess
import sys
from base64 import b64encode
from typing import TYPE_CHECKING

import pytest
from django.utils import timezone
from psycopg.conninfo import make_conninfo

from haochaping.ledger.terms import Suite
from haochaping.levels import keys, rules
from tests import worlds
from tests.levels.conftest import agree
from tests.levels.test_three_levels import content_key, rows, same, state

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from haochaping.levels.terms import Packed
    from tests.levels.conftest import House


@pytest.fixture
def gap(found: Callable[..., list[House]], tmp_path: Path) -> tuple[House, House, Path, Path]:
    """A city and a province without a line between them, and what is carried over and back."""
    city, province = found("city", "province")
    agree(city, province, worlds.CITY, over_the_network=False)
    there, back = tmp_path / "there", tmp_path / "back"
    there.mkdir()
    back.mkdir()
    return city, province, there, back


def carry(house: House, files: list[Path], answers: Path) -> list[str]:
    """Take in files in this order; what became of each."""
    return [
        " ".join(map(str, one)) for file in files for one in house.does("carry_in", str(file), str(answers))
    ]


def opened(house: House, file: Path) -> Packed:
    """A file for a house, opened with its key and taken apart."""
    return rules.unpack(keys.opened(file.read_bytes(), content_key(house)))


def sealed(house: House, content: bytes) -> bytes:
    """Something sealed for a house."""
    return keys.sealed(content, Suite.INTL, keys.own(content_key(house), Suite.INTL).public)


def written(city: House, there: Path, count: int) -> list[Path]:
    """The city writes as many batches, one after each thing that happens; the first is its greeting."""
    city.does("export", "province", str(there))
    for n in range(1, count):
        city.does("case", f"YC-{n}")
        city.does("review", f"YC-{n}", n % 5 + 1)
        city.does("export", "province", str(there))
    files = sorted(there.glob("*.batch"))
    assert len(files) == count
    return files


def test_files_come_in_any_order_and_often_and_hold_the_same_in_the_end(gap):
    city, province, there, back = gap
    one, two, three, four = written(city, there, 4)

    came = carry(province, [three, three, one, four, one, two, two], back)

    assert came == [
        "3 staged",
        "3 staged",
        "1 merged",
        "4 staged",
        "1 merged",
        "2 merged",
        "3 merged",
        "4 merged",
        "2 merged",
    ]
    assert state(city, "province")["waiting"] == 4
    assert carry(city, sorted(back.iterdir()), back) == ["1 acked", "2 acked", "3 acked", "4 acked"]
    assert state(city, "province")["waiting"] == 0
    same(city, province)
    assert province.does("figures")["cases"] == 3


def test_what_is_lost_on_the_way_is_written_again_until_it_is_answered(gap, tmp_path):
    city, province, there, back = gap
    one, two, three = written(city, there, 3)
    two.unlink()
    carry(province, [one, three], back)
    assert state(province, "city")["gaps"] == [2]
    (back / "province-city-00000001.answer").unlink()

    again = tmp_path / "again"
    again.mkdir()
    city.does("export", "province", str(again))
    assert len(list(again.iterdir())) == 3
    carry(province, sorted(again.iterdir()), back)
    carry(city, sorted(back.iterdir()), back)

    same(city, province)
    assert state(province, "city")["gaps"] == []
    assert state(city, "province")["waiting"] == 0


def test_half_a_file_changed_bytes_and_another_key_are_taken_as_nothing(gap):
    city, province, there, back = gap
    _, two = written(city, there, 2)
    whole = two.read_bytes()
    plain = opened(province, two)
    for n, content in enumerate(
        [
            *(whole[: len(whole) * part // 16] for part in range(16)),
            whole[:-1],
            whole + b"x",
            plain.content,
            whole.replace(b"sealed 1 1", b"sealed 1 2", 1),
            sealed(city, plain.content),
            sealed(province, plain.content[:-1]),
            sealed(province, plain.content + b"x"),
            sealed(province, plain.head + b"\n" + b"A" * 88 + b"\n" + plain.body),
            sealed(
                province, plain.head.replace(b'"seq":2', b'"seq":1') + b"\n" + b"A" * 88 + b"\n" + plain.body
            ),
        ]
    ):
        file = there / f"{n}.batch"
        file.write_bytes(content)
        assert carry(province, [file], back)[0].startswith("no "), n

    assert rows(province) == (0, 0, 0)
    assert list(back.iterdir()) == []


def test_a_body_that_was_changed_is_refused_with_an_answer_that_the_sender_believes(gap, tmp_path):
    city, province, there, back = gap
    one, two = written(city, there, 2)
    plain = opened(province, two)
    bent = plain.body.replace(b'"rating_value":2', b'"rating_value":5')
    assert bent != plain.body
    forged = there / "forged.batch"
    forged.write_bytes(sealed(province, plain.head + b"\n" + b64encode(plain.signature) + b"\n" + bent))

    assert carry(province, [one, forged], back) == ["1 merged", "2 refused"]
    assert carry(city, sorted(back.iterdir()), back) == ["1 acked", "2 rejected"]
    assert state(city, "province")["rejected"] == 1

    # Somebody looks, and has it sent once more.
    city.does("decide", "requeue", "province", 2)
    assert carry(province, [two], back) == ["2 merged"]
    assert carry(city, [back / "province-city-00000002.answer"], back) == ["2 acked"]
    same(city, province)


def test_what_is_left_out_leaves_no_gap(gap, tmp_path):
    city, province, there, back = gap
    one, two, three = written(city, there, 3)
    plain = opened(province, two)
    forged = there / "forged.batch"
    longer = plain.head + b"\n" + b64encode(plain.signature) + b"\n" + plain.body + b"\n"
    forged.write_bytes(sealed(province, longer))
    carry(province, [one, forged, three], back)
    carry(city, sorted(back.iterdir()), back)

    city.does("decide", "exclude", "province", 2, "错发，另行补报")
    again = tmp_path / "again"
    again.mkdir()
    city.does("export", "province", str(again))
    carry(province, sorted(again.iterdir()), back)
    carry(city, sorted(back.iterdir()), back)

    assert city.sql("SELECT seq, state FROM levels_outgoing_batch ORDER BY seq") == [
        (1, "acked"),
        (2, "excluded"),
        (3, "acked"),
    ]
    assert rows(province)[0] == 1
    assert (state(province, "city")["taken_seq"], state(province, "city")["gaps"]) == (3, [])


def test_after_a_backup_was_put_back_everything_is_told_again(gap, tmp_path):
    city, province, there, back = gap
    files = written(city, there, 3)
    carry(province, files, back)
    carry(city, sorted(back.iterdir()), back)
    # The province is as it was before the second batch.
    province.sql("UPDATE levels_peer SET taken_seq = 1")
    province.sql("DELETE FROM levels_incoming_batch WHERE seq > 1")

    city.does("decide", "start_over", "province", 2)
    again = tmp_path / "again"
    again.mkdir()
    city.does("export", "province", str(again))
    came = carry(province, sorted(again.iterdir()), back)

    assert came == ["2 merged"]
    same(city, province)
    assert province.does("figures")["cases"] == 2


POISON = """
CREATE FUNCTION poison() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RAISE EXCEPTION 'no'; END $$;
CREATE TRIGGER poison BEFORE INSERT ON cases_case FOR EACH ROW WHEN (NEW.case_no = 'YC-1') EXECUTE FUNCTION poison();
"""


def test_a_case_at_which_the_receiver_fails_comes_back_and_the_others_are_taken(gap):
    city, province, there, back = gap
    province.sql(POISON)
    for n in (1, 2):
        city.does("case", f"YC-{n}")
    city.does("export", "province", str(there))
    city.does("case", "YC-3")
    city.does("export", "province", str(there))
    files = sorted(there.glob("*.batch"))

    # The later one comes first and waits; then it is its turn.
    came = carry(province, [files[1], files[0]], back)

    assert came == ["2 staged", "1 merged", "2 merged"]
    assert rows(province)[0] == 2
    carry(city, sorted(back.iterdir()), back)
    assert (state(city, "province")["returned"], state(city, "province")["waiting"]) == (1, 0)
    assert city.sql("SELECT case_no, code FROM levels_returned_case") == [("YC-1", "case_failed")]

    province.sql("DROP TRIGGER poison ON cases_case")
    city.does("wait", 25)
    city.does("export", "province", str(there))
    carry(province, sorted(there.glob("*.batch")), back)
    carry(city, sorted(back.iterdir()), back)
    same(city, province)
    assert state(city, "province")["returned"] == 0


def test_a_batch_that_fails_every_time_is_seen_on_both_sides_and_set_aside(gap, tmp_path):
    city, province, there, back = gap
    city.does("case", "YC-1")
    city.does("export", "province", str(there))
    city.does("case", "YC-2")
    city.does("export", "province", str(there))
    files = sorted(there.glob("*.batch"))
    # No case is at fault: what is noted of the batch cannot be stored.
    province.sql(
        POISON.replace("cases_case", "levels_incoming_batch")
        .replace("NEW.case_no = 'YC-1'", "NEW.state = 'merged' AND NEW.seq = 1 AND NEW.rows > 0")
        .replace("INSERT", "INSERT OR UPDATE")
    )

    assert carry(province, files, back) == ["1 failed", "2 staged"]

    assert (rows(province)[0], state(province, "city")["failing"]) == (0, [1])
    # Each answer counts, and the same file may be carried again.
    for _ in range(3):
        assert carry(city, [back / "province-city-00000001.answer"], back) == ["1 sent"]
    assert state(city, "province")["failing"] == [1]

    assert city.does("decide", "set_aside", "province", 1, "对方入库出错") == 1
    assert city.sql("SELECT case_no, code FROM levels_returned_case") == [("YC-1", "case_set_aside")]
    again = tmp_path / "again"
    again.mkdir()
    city.does("export", "province", str(again))
    assert carry(province, sorted(again.iterdir()), back) == ["1 merged", "2 merged", "2 merged"]
    carry(city, sorted(back.iterdir()), back)
    assert (state(province, "city")["failing"], state(city, "province")["failing"]) == ([], [])
    assert rows(province)[0] == 1
    kinds = [kind for (kind,) in city.sql("SELECT kind FROM ledger_entry WHERE kind = 225")]
    assert len(kinds) == 1

    province.sql("DROP TRIGGER poison ON levels_incoming_batch")
    city.does("wait", 25)
    city.does("export", "province", str(again))
    carry(province, sorted(again.iterdir()), back)
    same(city, province)


def test_two_installations_without_a_line_reconcile(found, tmp_path):
    city, province = found("city", "province")
    for house in (city, province):
        # A case is of an hour before: from noon on it is of the same day, at whatever hour this runs.
        house.does("wait", (12 - timezone.localtime().hour) % 24)
    names = {"division": worlds.CITY, "key": province.does("key", "gm"), "from_now": True}
    city.does("case", "YC-1")
    city.does("review", "YC-1", 2)
    city.does("chain")
    city.does("peer", code="province", known_as="city", url="", sends=True, takes=False, **names)
    names = {"division": worlds.CITY, "key": city.does("key", "gm")}
    province.does("peer", code="city", known_as="province", sends=False, takes=True, **names)
    city.does("case", "YC-2")
    city.does("review", "YC-2", 5)
    there, back = tmp_path / "there", tmp_path / "back"
    there.mkdir()
    back.mkdir()
    city.does("export", "province", str(there))
    for house in (city, province):
        house.does("wait", 24)
    assert city.does("state_yesterday", "province") == 1

    city.does("export", "province", str(there))
    came = carry(province, sorted(there.iterdir()), back)
    carry(city, sorted(back.iterdir()), back)

    assert came[-1].endswith("merged")
    # What was there before the two agreed to exchange was left out, and both sides know it by name.
    found_ = province.sql("SELECT case_no, ours, theirs FROM exchange_differing_record ORDER BY theirs")
    assert found_ == [("YC-1", "", "2"), ("YC-1", "", "completed")]
    told = city.sql("SELECT kind, state, count FROM levels_told_day ORDER BY kind")
    assert told == [("cases", "differing", 1), ("reviews", "differing", 1)]


def test_the_command_carries_too(gap, tmp_path):
    city, province, there, back = gap
    city.does("case", "YC-1")
    city.does("tell")

    def run(house: House, *words: str) -> subprocess.CompletedProcess[str]:
        environment = os.environ | {
            "HAOCHAPING_DATA": str(house.home),
            "DATABASE_URL": make_conninfo(os.environ["DATABASE_URL"], dbname=house.database),
            "HAOCHAPING_OWNER_URL": house.owner_url,
            "LANGUAGE": "en",
        }
        return subprocess.run(
            [sys.executable, "-m", "haochaping", "exchange", *words],
            env=environment,
            capture_output=True,
            text=True,
            check=False,
        )

    assert "1 file written" in run(city, "export", "province", "--to", str(there)).stdout
    taken = run(province, "import", str(there), "--answers", str(back))
    assert (taken.returncode, "merged" in taken.stdout) == (0, True)
    assert "acked" in run(city, "import", str(back), "--answers", str(back)).stdout
    found = [run(house, "digest", "--division", worlds.CITY).stdout for house in (city, province)]
    assert found[0] == found[1]
    assert "↓ city" in run(province, "peers").stdout
    assert run(province, "status").returncode == 0
    wrong = run(province, "import", str(there / "none.batch"), "--answers", str(back))
    assert wrong.returncode == 2
