"""The command line as its users type it, on a database that really commits."""

from __future__ import annotations

import json
import os
from typing import TYPE_CHECKING

import click
import pytest
from click.testing import CliRunner
from django.test import Client
from django.utils import timezone

from haochaping.config.entry import Installation
from haochaping.config.environment import read
from haochaping.doors.commands.main import cli
from haochaping.ledger import actions as ledger
from tests import worlds

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from click.testing import Result


def _commands(group: click.Group, path: tuple[str, ...] = ()) -> Iterator[tuple[str, ...]]:
    for name, command in group.commands.items():
        yield (*path, name)
        if isinstance(command, click.Group):
            yield from _commands(command, (*path, name))


def run(*words: str) -> Result:
    """Run a command in this process, against the test's database."""
    return CliRunner().invoke(cli, [*words], obj=Installation(read(os.environ)), catch_exceptions=False)


@pytest.fixture
def world(committed_db: str) -> str:
    worlds.build(timezone.now())
    return committed_db


def _csv(path: Path, *lines: str) -> str:
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    return str(path)


@pytest.mark.parametrize("command", list(_commands(cli)), ids=" ".join)
def test_every_command_explains_itself(command):
    done = run(*command, "--help")

    assert done.exit_code == 0
    assert done.output.startswith("Usage:")
    assert len(done.output.splitlines()) > 3


def test_contract_names_are_there():
    wanted = (
        "demo|serve|worker|db start|db stop|db status|db url|db backup|db restore|migrate|demo-data|staff create|"
        "directory import|cases import|reviews import|invitations issue|clients create|quarantine list|"
        "quarantine retry|jobs list|jobs retry|ledger verify|doctor"
    )

    assert {tuple(words.split()) for words in wanted.split("|")} - set(_commands(cli)) == set()


def test_cases_import_takes_the_good_rows_and_names_the_bad(world, tmp_path):
    file = _csv(
        tmp_path / "cases.csv",
        "source,case_no,item,agency,division,status,occurrences.no,occurrences.at",
        f"{worlds.SOURCE},YC-1,{worlds.ITEM},{worlds.AGENCY},{worlds.COUNTY},completed,1,2026-06-01 09:00:00",
        f"{worlds.SOURCE},YC-2,NO-ITEM,{worlds.AGENCY},{worlds.COUNTY},completed,1,2026-06-01 09:00:00",
    )

    done = run("cases", "import", file, "--json")

    report = json.loads(done.output)
    assert done.exit_code == 2
    assert report["counts"] == {"accepted": 1, "quarantined": 1}
    assert [(row["row"], row["code"], row["field"]) for row in report["rows"]] == [
        (3, "unknown_item", "item")
    ]


def test_cases_import_again_changes_nothing(world, tmp_path):
    file = _csv(
        tmp_path / "cases.csv",
        "source,case_no,item,agency,division,status",
        f"{worlds.SOURCE},YC-1,{worlds.ITEM},{worlds.AGENCY},{worlds.COUNTY},completed",
    )
    run("cases", "import", file)

    done = run("cases", "import", file)

    assert done.exit_code == 0
    assert "1 duplicate" in done.output


def test_quarantined_case_is_taken_after_the_directory_is_mended(world, tmp_path):
    cases = _csv(
        tmp_path / "cases.csv",
        "source,case_no,item,agency,division,status",
        f"{worlds.SOURCE},YC-2,NEW-ITEM,{worlds.AGENCY},{worlds.COUNTY},completed",
    )
    run("cases", "import", cases)
    assert "NEW-ITEM" in run("quarantine", "list").output
    assert run("quarantine", "retry", "--all").exit_code == 2
    items = _csv(tmp_path / "items.csv", "code,name,item_type,agency", f"NEW-ITEM,新事项,20,{worlds.AGENCY}")
    assert run("directory", "import", "items", items).exit_code == 0

    done = run("quarantine", "retry", "--all")

    assert done.exit_code == 0
    assert "1 taken, 0 still" in done.output
    assert run("quarantine", "list").output == ""


def test_quarantine_retry_wants_to_know_which(world):
    assert run("quarantine", "retry").exit_code == 1


def test_directory_import_writes_all_rows_or_none(world, tmp_path):
    file = _csv(
        tmp_path / "agencies.csv",
        "code,name,division,parent,uscc",
        f"A1,好机构,{worlds.COUNTY},,",
        "A2,坏机构,999999999999,,",
    )

    done = run("directory", "import", "agencies", file, "--json")

    report = json.loads(done.output.splitlines()[0])
    assert done.exit_code == 2
    assert report["imported"] == 0
    assert [(row["row"], row["field"]) for row in report["rows"]] == [(3, "division")]


def test_reviews_import_keeps_them_apart_from_active_ones(world, tmp_path):
    now = timezone.now()
    worlds.take_case("YC-1", now)
    file = _csv(
        tmp_path / "reviews.csv",
        "source,case_no,occurrence_no,rating_value,channel,assessed_at,claimed_provenance",
        f"{worlds.SOURCE},YC-1,1,5,pc,{now.isoformat()},active_self",
    )

    done = run("reviews", "import", file)

    assert done.exit_code == 0
    from haochaping.reviews.models import Review

    assert Review.objects.get().provenance == "bulk_import"


def test_invitation_prints_a_link_and_draws_its_code(world, tmp_path):
    worlds.take_case("YC-1", timezone.now())
    picture = tmp_path / "code.svg"

    done = run("invitations", "issue", "--case", "YC-1", "--qr", str(picture))

    assert "/r/" in done.output
    assert picture.read_text(encoding="utf-8").startswith("<svg")


def test_invitation_of_an_unknown_case_is_a_sentence(world):
    done = run("invitations", "issue", "--case", "NOBODY")

    assert done.exit_code == 1
    assert "NOBODY" in done.output


def test_client_key_stands_on_the_last_line(world):
    done = run("clients", "create", "hall", "--division", worlds.CITY)

    assert done.exit_code == 0
    assert done.output.splitlines()[-1].startswith("HAOCHAPING_KEY=hcp_")


def test_staff_account_is_ready_to_log_in(world):
    done = run("staff", "create", "clerk2", "--role", "clerk", "--agency", worlds.AGENCY)

    assert done.exit_code == 0
    assert "one-time password secret" in done.output


def test_staff_account_with_an_unknown_role_is_refused(world):
    done = run("staff", "create", "clerk3", "--role", "emperor", "--everywhere")

    assert done.exit_code == 1
    assert "emperor" in done.output


def test_first_administrator_begins_by_a_link(world):
    done = run("staff", "first-admin", "--role", "auditor")

    assert done.exit_code == 0
    address = done.output.split()[-1]
    assert "/account/link/" in address
    assert Client().get(address[address.index("/account") :]).status_code == 200
    assert run("staff", "create", "wang", "--role", "auditor", "--everywhere").exit_code == 0
    assert run("staff", "first-admin", "--role", "auditor").exit_code == 1


def test_staff_identity_is_bound_at_the_shell(world):
    assert run("staff", "create", "clerk4", "--role", "clerk", "--agency", worlds.AGENCY).exit_code == 0

    assert run("staff", "bind", "clerk4", "subject-4").exit_code == 0
    assert run("staff", "bind", "clerk4", "subject-5").exit_code == 1
    assert run("staff", "bind", "nobody", "subject-6").exit_code == 1


def test_ledger_verify_tells_whole_from_broken(world, tamper_review):
    now = timezone.now()
    worlds.take_case("YC-1", now)
    assert worlds.give("YC-1", 5, now).id
    while ledger.chain(now=now):
        pass
    assert run("ledger", "verify").exit_code == 0
    tamper_review("level = 1")

    done = run("ledger", "verify", "--json")

    assert done.exit_code == 1
    assert json.loads(done.output)["findings"][0]["code"] == "review_differs"


@pytest.fixture
def tamper_review(world):
    """Change reviews behind the program's back, as the tables' owner."""
    import psycopg
    from psycopg.conninfo import make_conninfo

    def tamper(assignment: str) -> None:
        with psycopg.connect(make_conninfo(os.environ["HAOCHAPING_OWNER_URL"], dbname=world)) as connection:
            connection.execute(f"UPDATE reviews_review SET {assignment}")

    return tamper


def test_doctor_says_what_is_well(world):
    done = run("doctor", "--json")

    findings = {row["name"]: row["ok"] for row in json.loads(done.output)}
    assert findings["tables"]
    assert findings["role"]
    assert findings["references"]
    assert done.exit_code == (0 if all(findings.values()) else 1)


def test_jobs_are_listed_and_an_unknown_one_is_refused(world):
    assert run("jobs", "list", "--json").output == "[]\n"
    assert run("jobs", "retry", "1").exit_code == 1


def test_db_status_is_json_for_programs():
    done = run("db", "status", "--json")

    assert json.loads(done.output)[0]["running"] is True


def test_a_file_without_rows_is_no_success(world, tmp_path):
    file = _csv(tmp_path / "cases.csv", "source,case_no")

    done = run("cases", "import", file)

    assert done.exit_code == 2
    assert "no row" in done.output
