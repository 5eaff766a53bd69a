"""The command line as its users type it, on a database that really commits."""

from __future__ import annotations

import json
import os
import re
import socket
import subprocess
import sys
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, LiteralString

import click
import psycopg
import pytest
from click.testing import CliRunner
from django.apps import apps
from django.db.models import ForeignKey
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from psycopg.conninfo import make_conninfo

from haochaping.accounts import queries as accounts
from haochaping.accounts.rules import one_time_code
from haochaping.cases import queries as case_queries
from haochaping.cases.models import Case
from haochaping.config.entry import Installation
from haochaping.config.environment import read
from haochaping.directory import queries as directory
from haochaping.doors.commands.checkup import UNKEYED
from haochaping.doors.commands.main import cli
from haochaping.flows import handle_voices
from haochaping.insight import actions as insight
from haochaping.insight.terms import NO_ITEM, FactKey, FactKind
from haochaping.kernel.actor import REVIEWER
from haochaping.kernel.identifiers import uuid7
from haochaping.ledger import actions as ledger
from haochaping.rectification.models import Reform, ReformEvent, WorkOrder
from haochaping.rectification.terms import ReformMove, ReformState
from haochaping.reviews import queries as reviews
from haochaping.reviews.models import Invitation
from haochaping.ui.qr import svg
from haochaping.voices.models import Voice
from tests import worlds
from tests.voices.conftest import GIVEN

if TYPE_CHECKING:
    from collections.abc import Iterator

    from click.testing import Result

NEW_ITEM = f"{9901:<030}9"


def _commands(group: click.Group, path: tuple[str, ...] = ()) -> Iterator[tuple[str, ...]]:
    for name, command in group.commands.items():
        yield (*path, name)
        if isinstance(command, click.Group):
            yield from _commands(command, (*path, name))


def run(*words: str, language: str | None = None) -> Result:
    """Run a command in this process, against the test's database."""
    runner = CliRunner(env={"LANGUAGE": language} if language else {})
    return runner.invoke(cli, [*words], obj=Installation(read(os.environ)), catch_exceptions=False)


def test_two_web_servers_do_not_share_a_port(monkeypatch):
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = str(taken.getsockname()[1])
        monkeypatch.setenv("PORT", port)

        said = run("serve")

    assert said.exit_code == 1
    assert f"Port {port} is taken" in said.output


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
    usage, explanation, *_ = done.output.split("\n\n")
    assert usage.startswith("Usage:")
    assert explanation.startswith("  ")


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
    assert len(case_queries.bindings_of_case(worlds.SOURCE, "YC-1")) == 1


def test_a_column_of_the_service_is_called_as_in_the_heading(world, tmp_path):
    file = _csv(
        tmp_path / "cases.csv",
        "source,case_no,item,agency,division,status,occurrences.no,occurrences.at,occurrences.stage",
        f"{worlds.SOURCE},YC-1,{worlds.ITEM},{worlds.AGENCY},{worlds.COUNTY},completed,1,2026-06-01 09:00:00,middle",
    )

    done = run("cases", "import", file)

    assert "occurrences.stage: " in done.stderr


def test_directory_import_of_no_rows_says_so(world, tmp_path):
    done = run("directory", "import", "agencies", _csv(tmp_path / "agencies.csv", "code,name,division"))

    assert (done.exit_code, done.stdout) == (1, "")
    assert "“agencies.csv”" in done.stderr


def _cut_at(file: Path, end: str) -> str:
    """A file of two cases, whose last line ends so."""
    rows = [
        f"{worlds.SOURCE},YC-{n},{worlds.ITEM},{worlds.AGENCY},{worlds.COUNTY},completed,12" for n in (1, 2)
    ]
    heading = "source,case_no,item,agency,division,status,trips"
    file.write_text("\n".join([heading, *rows]) + end, encoding="utf-8", newline="")
    return str(file)


def test_cases_import_refuses_the_last_row_of_a_table_that_was_cut_off(world, tmp_path):
    """All its cells are there, and the last may be a part of what was sent: 1 of 12."""
    file = Path(_cut_at(tmp_path / "cases.csv", ""))
    whole = file.read_bytes()
    file.write_bytes(whole[:-1])

    done = run("cases", "import", str(file))

    assert (done.exit_code, done.stdout) == (
        2,
        "1 accepted, 0 updated, 0 duplicate, 0 quarantined, 1 refused\n",
    )
    assert "cases.csv:3: refused: 本行是文件的最后一行，行末没有换行" in done.stderr
    assert list(Case.objects.values_list("case_no", "trips")) == [("YC-1", 12)]

    file.write_bytes(whole + b"\n")
    assert run("cases", "import", str(file)).exit_code == 0
    assert sorted(Case.objects.values_list("case_no", "trips")) == [("YC-1", 12), ("YC-2", 12)]


@pytest.mark.parametrize("end", ["\n", "\r\n", "\r", "\n\n"])
def test_cases_import_takes_the_last_row_of_a_table_that_ends(world, tmp_path, end):
    assert run("cases", "import", _cut_at(tmp_path / "cases.csv", end)).exit_code == 0


def test_cases_import_takes_the_last_row_of_what_its_manifest_says_is_whole(world, tmp_path):
    file = _cut_at(tmp_path / "cases.csv", "")
    assert run("cases", "manifest", file, "--source", worlds.SOURCE, "--seq", "1").exit_code == 0

    assert run("cases", "import", file).exit_code == 0


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
        f"{worlds.SOURCE},YC-2,{NEW_ITEM},{worlds.AGENCY},{worlds.COUNTY},completed",
    )
    run("cases", "import", cases)
    assert NEW_ITEM in run("quarantine", "list").output
    still = run("quarantine", "retry", "--all")
    assert still.exit_code == 2
    assert "  unknown_item: 1\n“haochaping quarantine list” says" in still.output
    items = _csv(
        tmp_path / "items.csv", "code,name,item_type,agency", f"{NEW_ITEM},新事项,20,{worlds.AGENCY}"
    )
    assert run("directory", "import", "items", items).exit_code == 0

    done = run("quarantine", "retry", "--all")

    assert done.exit_code == 0
    assert "1 settled, 0 still" in done.output
    assert run("quarantine", "list").output == "There is no such record in quarantine.\n"


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
    assert directory.agencies(["A1"]) == {}


def test_directory_import_names_every_bad_row_at_once(world, tmp_path):
    file = _csv(
        tmp_path / "agencies.csv",
        "code,name,division,uscc,valid_to",
        f"A1,好机构,{worlds.COUNTY},11990000000000001H,明天",
        "",
        f"A1,坏机构,{worlds.COUNTY},,",
        "A3,=1+1,990900,,",
        "A4,坏机构,990900,,",
        "A5,少一格",
    )

    done = run("directory", "import", "agencies", file)

    lines = done.stderr.splitlines()
    assert [line.split(":")[1] for line in lines[:-1]] == ["2", "2", "4", "5", "6", "7"]
    assert [line.split(":")[2].strip() for line in lines[:5]] == [
        "uscc",
        "valid_to",
        "code",
        "name",
        "division",
    ]
    assert lines[-1] == "Nothing was imported: 5 rows need correction."
    assert (done.exit_code, done.stdout) == (2, "")


def test_directory_import_can_be_tried_first(world, tmp_path):
    file = _csv(
        tmp_path / "agencies.csv",
        "code,name,division",
        f"A1,新机构,{worlds.COUNTY}",
        f"{worlds.AGENCY},河湾区新名字,{worlds.COUNTY}",
    )

    tried = run("directory", "import", "agencies", file, "--dry-run")
    counted = json.loads(run("directory", "import", "agencies", file, "--dry-run", "--json").output)
    done = run("directory", "import", "agencies", file)
    again = run("directory", "import", "agencies", file)

    assert tried.output.splitlines() == [
        f"agencies.csv:3: {worlds.AGENCY} name: 河湾区行政审批局 > 河湾区新名字",
        "dry run, nothing was written: 1 new, 1 changed, 0 unchanged, 0 wrong",
    ]
    assert (counted["imported"], counted["new"], counted["changed"], counted["wrong"]) == (0, 1, 1, 0)
    assert [change["row"] for change in counted["changes"]] == [3]
    assert done.output == "1 new, 1 changed, 0 unchanged, 0 wrong\n"
    assert again.output == "0 new, 0 changed, 2 unchanged, 0 wrong\n"


def test_a_long_trial_shows_its_beginning(world, tmp_path):
    rows = [f"W{n},窗口,H1" for n in range(30)]
    named = [f"W{n},新窗口,H1" for n in range(30)]
    run("directory", "import", "windows", _csv(tmp_path / "a.csv", "code,name,hall", *rows))

    done = run(
        "directory", "import", "windows", _csv(tmp_path / "b.csv", "code,name,hall", *named), "--dry-run"
    )

    assert len(done.output.splitlines()) == 22
    assert "10 more changes" in done.output.splitlines()[-2]


def test_directory_national_fills_in_the_country_beside_what_is_there(world):
    tried = run("directory", "national", "--dry-run")
    done = run("directory", "national", "--json")
    again = run("directory", "national")

    assert tried.output.endswith(": 3342 new, 0 changed, 0 unchanged, 0 wrong\n")
    assert json.loads(done.output)["imported"] == 3342
    assert again.output == "0 new, 0 changed, 3342 unchanged, 0 wrong\n"


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

    link = done.output.strip()
    (binding,) = case_queries.bindings_of_case(worlds.SOURCE, "YC-1")
    assert reviews.invitation_by_token(link.partition("/r/")[2]).occurrence_id == binding.occurrence_id
    assert picture.read_text(encoding="utf-8") == svg(link)


def test_where_an_invitation_stands_is_said_in_words_and_as_data(world):
    worlds.take_case("YC-1", timezone.now())
    Invitation.objects.update(ask_at=None, asking_ended="no_phone")

    told = run("invitations", "state", "--case", "YC-1")
    data = json.loads(run("invitations", "state", "--case", "YC-1", "--json").output)

    assert told.output.strip() == "1 · Not asked · There is no phone number"
    assert data == {"invitations": [{"occurrence_no": 1, "state": "suppressed", "ended": "no_phone"}]}
    assert run("invitations", "state", "--case", "NOBODY").exit_code == 1


def test_a_code_is_not_written_as_what_it_is_not(world, tmp_path):
    worlds.take_case("YC-1", timezone.now())
    picture = tmp_path / "code.png"

    done = run("invitations", "issue", "--case", "YC-1", "--qr", str(picture))

    assert (done.exit_code, picture.exists()) == (1, False)
    assert ".svg" in done.stderr


def test_invitation_of_an_unknown_case_is_a_sentence(world):
    done = run("invitations", "issue", "--case", "NOBODY")

    assert done.exit_code == 1
    assert "NOBODY" in done.output


def test_clients_are_listed_without_their_keys(world):
    none = run("clients", "list").output
    key = (
        run("clients", "create", "hall", "--division", worlds.CITY).output.splitlines()[-1].partition("=")[2]
    )

    [row] = json.loads(run("clients", "list", "--json").output)

    assert none.strip() == "There is no client."
    assert (row["name"], row["division"], row["active"]) == ("hall", worlds.CITY, True)
    told = run("clients", "list").output
    assert "hall" in told
    assert key not in told


def test_client_key_stands_on_the_last_line(world):
    done = run("clients", "create", "hall", "--division", worlds.CITY)

    assert done.exit_code == 0
    name, _, key = done.output.splitlines()[-1].partition("=")
    client = accounts.client_by_key(key)
    assert name == "HAOCHAPING_KEY"
    assert client is not None
    assert (client.name, client.division_code) == ("hall", worlds.CITY)


def test_staff_account_is_ready_to_log_in(world):
    done = run("staff", "create", "clerk2", "--role", "clerk", "--agency", worlds.AGENCY)

    assert done.exit_code == 0
    _, password, secret, _ = [line.partition(": ")[2] for line in done.output.splitlines()]
    browser = Client()
    browser.post(reverse("account_login"), {"login": "clerk2", "password": password})
    browser.post(reverse("mfa_authenticate"), {"code": one_time_code(secret, timezone.now())})
    assert browser.get(reverse("desk")).status_code == 200


def test_staff_account_with_an_unknown_role_is_refused(world):
    done = run("staff", "create", "clerk3", "--role", "emperor", "--everywhere")

    assert done.exit_code == 1
    assert "emperor" in done.output
    assert accounts.staff_by_username("clerk3") is None


def test_first_administrator_begins_by_a_link(world, settings):
    settings.DESK_URL = "https://desk.example"

    done = run("staff", "first-admin", "--role", "auditor")

    assert done.exit_code == 0
    address = done.output.split()[-1]
    assert address.startswith("https://desk.example/account/link/")
    assert Client().get(address[address.index("/account") :]).status_code == 200
    assert run("staff", "create", "wang", "--role", "auditor", "--everywhere").exit_code == 0
    assert run("staff", "first-admin", "--role", "auditor").exit_code == 1


def test_staff_identity_is_bound_at_the_shell(world):
    assert run("staff", "create", "clerk4", "--role", "clerk", "--agency", worlds.AGENCY).exit_code == 0

    assert run("staff", "bind", "clerk4", "subject-4").exit_code == 0
    assert run("staff", "bind", "clerk4", "subject-5").exit_code == 1
    assert run("staff", "bind", "nobody", "subject-6").exit_code == 1


def test_a_staff_number_is_bound_at_the_shell_and_taken_back(world):
    assert run("staff", "create", "clerk5", "--role", "clerk", "--agency", worlds.AGENCY).exit_code == 0
    clerk = accounts.staff_by_username("clerk5")
    assert clerk is not None

    assert run("staff", "bind-member", "clerk5", worlds.AGENCY, "S1").exit_code == 0
    assert len(accounts.standing_of_user(clerk.id).actor.staff_ids) == 1
    assert run("staff", "bind-member", "clerk5", worlds.AGENCY, "S9").exit_code == 1
    assert run("staff", "bind-member", "clerk5", worlds.AGENCY, "S1", "--undo").exit_code == 0
    assert accounts.standing_of_user(clerk.id).actor.staff_ids == frozenset()


def test_ledger_verify_tells_whole_from_broken(world, as_owner):
    now = timezone.now()
    worlds.take_case("YC-1", now)
    assert worlds.give("YC-1", 5, now).id
    while ledger.chain(now=now):
        pass
    whole = run("ledger", "verify")
    assert whole.exit_code == 0
    noted = re.search(r"(\d+) entr.*head (\w+)", whole.output)
    assert noted
    was = f"{noted[1]}:{noted[2]}"
    assert worlds.give("YC-1", 1, now, assess_no=2).id
    assert run("ledger", "verify", "--was", was).exit_code == 0
    for wrong in (was[:-1] + "x", f"999{was}", "head"):
        other = run("ledger", "verify", "--was", wrong)
        assert other.exit_code == 1, wrong
    as_owner("UPDATE reviews_review SET level = 1")

    done = run("ledger", "verify", "--json")

    assert done.exit_code == 1
    assert json.loads(done.output)["findings"][0]["code"] == "review_differs"
    in_chinese = run("ledger", "verify", language="zh_CN")
    assert "现存内容与“评价已受理”账目" in in_chinese.output


NO_TEMPORARY_TABLES: LiteralString = """
    DO $$ BEGIN
        EXECUTE format('REVOKE TEMPORARY ON DATABASE %I FROM PUBLIC, haochaping_app', current_database());
    END $$
"""
GIVEN_UP: LiteralString = (
    "INSERT INTO procrastinate_jobs (queue_name, task_name, status) VALUES ('default', 'notify', 'failed')"
)


@pytest.fixture
def as_owner(world):
    """Change rows behind the program's back, as the tables' owner."""

    def tamper(statement: LiteralString) -> None:
        with psycopg.connect(make_conninfo(os.environ["HAOCHAPING_OWNER_URL"], dbname=world)) as connection:
            connection.execute(statement)

    return tamper


def test_doctor_says_what_is_well(world):
    done = run("doctor", "--json")

    findings = {row["name"]: row["ok"] for row in json.loads(done.output)}
    assert findings["tables"]
    assert findings["role"]
    assert findings["places"]
    assert findings["references"]
    assert done.exit_code == (0 if all(findings.values()) else 1)


@pytest.mark.parametrize(
    ("name", "fault"),
    [
        ("tables", "DELETE FROM django_migrations WHERE app = 'reviews'"),
        (
            "role",
            "GRANT CREATE ON SCHEMA public TO haochaping_app; ALTER TABLE notices_thread OWNER TO haochaping_app",
        ),
        ("role", NO_TEMPORARY_TABLES),
        ("places", "ALTER TABLE reviews_review DISABLE ROW LEVEL SECURITY"),
        ("places", "DROP POLICY staff_reach ON files_photo"),
        (
            "rulebook",
            "UPDATE reviews_review_indicator SET effective_from = NULL, effective_to = '2021-01-01'",
        ),
        ("references", "UPDATE cases_case SET item_id = 0"),
        ("references", "UPDATE cases_case SET person_id = 'ffffffff-ffff-7fff-bfff-ffffffffffff'"),
        ("references", "UPDATE cases_service_occurrence SET staff_id = 0"),
        ("references", "UPDATE reviews_invitation SET occurrence_id = gen_random_uuid()"),
        ("references", "UPDATE reviews_review SET window_id = 0"),
        ("references", "UPDATE insight_fact_delta SET agency_id = 0"),
        ("jobs", GIVEN_UP),
    ],
)
def test_doctor_names_what_is_wrong(world, as_owner, name, fault):
    worlds.take_case("YC-1", timezone.now())
    worlds.give("YC-1", 4, timezone.now())
    assert name not in _ill()
    as_owner(fault)

    done = run("doctor")

    assert done.exit_code == 1
    assert f"BAD {name}: " in done.output


def test_doctor_counts_what_people_gave_and_nobody_has_dated(world):
    handle_voices.give_voice(**GIVEN, by=REVIEWER, now=timezone.now())
    Voice.objects.update(due_at=None)

    found = {row["name"]: row for row in json.loads(run("doctor", "--json").output)}["deadlines"]

    assert not found["ok"]
    assert found["text"].startswith("1 complaint, suggestion or question has no deadline")


def test_doctor_counts_proposals_of_reforms_that_nobody_has_dated(world):
    now = timezone.now()
    worlds.take_case("YC-1", now)
    worlds.give("YC-1", 1, now)
    order = WorkOrder.objects.get()
    places = {"division_id": order.division_id, "from_division_id": order.division_id}
    agencies = {"agency_id": order.agency_id, "from_agency_id": order.agency_id}
    told = {"text": "不再收", "drafted_at": now, "state": ReformState.SENT}
    reform = Reform.objects.create(
        id=uuid7(now), order=order, item_id=order.item_id, **places, **agencies, **told
    )
    ReformEvent.objects.create(id=uuid7(now), reform=reform, move=ReformMove.SEND, by="staff:1", at=now)

    found = {row["name"]: row for row in json.loads(run("doctor", "--json").output)}["deadlines"]

    assert not found["ok"]
    assert found["text"].startswith("1 proposal of a reform has no deadline")


@pytest.mark.parametrize(
    ("url", "told"),
    [
        (
            "postgresql://u@127.0.0.1:1/x",
            "haochaping: The database server does not answer: connection failed",
        ),
        ("rubbish", "haochaping: DATABASE_URL is no address of a database: "),
    ],
)
def test_doctor_says_in_a_sentence_that_there_is_no_database(url, told):
    done = subprocess.run(
        [sys.executable, "-m", "haochaping", "doctor"],
        env=os.environ | {"DATABASE_URL": url, "LANGUAGE": "en"},
        capture_output=True,
        text=True,
        check=False,
    )

    assert (done.returncode, done.stdout) == (1, "")
    assert done.stderr.startswith(told)
    assert done.stderr.count("\n") == 1


def test_doctor_misses_nobody_whose_time_to_be_erased_has_come(world, as_owner):
    worlds.take_case("YC-1", timezone.now())
    as_owner("UPDATE cases_case SET person_id = '01900000-0000-7000-8000-000000000000'")

    assert "references" not in _ill()


def test_doctor_does_not_miss_the_item_of_what_is_about_none(world):
    agency = directory.agencies([worlds.AGENCY])[worlds.AGENCY]
    unit = FactKey(
        FactKind.SUPERVISED, date(2026, 6, 1), agency.division_id, agency.id, NO_ITEM, "", 0, "letter"
    )
    insight.count({unit: 1})
    assert "references" not in _ill()
    insight.fold()
    assert "references" not in _ill()

    insight.count({unit._replace(item_id=999_999_999): 1})

    assert "references" in _ill()


def test_doctor_looks_after_every_reference_without_a_key():
    left_out = {
        (model._meta.db_table, field.column)
        for model in apps.get_models()
        if model._meta.app_label != "ledger"
        for field in model._meta.concrete_fields
        if isinstance(field, ForeignKey) and not field.deconstruct()[3].get("db_constraint", True)
    } - {(table, column) for table, column, _ in UNKEYED}

    assert left_out == set()


def _ill() -> set[str]:
    return {row["name"] for row in json.loads(run("doctor", "--json").output) if not row["ok"]}


@pytest.mark.parametrize(
    "words",
    [["notices", "list"], ["exchange", "peers"], ["exchange", "returned"], ["identity", "requests"]],
)
def test_a_list_of_nothing_says_so_and_is_empty_for_programs(world, words):
    assert run(*words).output.count("\n") == 1
    assert json.loads(run(*words, "--json").output) == []


def test_jobs_are_listed_and_an_unknown_one_is_refused(world):
    assert run("jobs", "list", "--json").output == "[]\n"
    assert run("jobs", "retry", "1").exit_code == 1


def test_a_job_that_was_given_up_is_listed_and_run_once_more(world, as_owner):
    as_owner(GIVEN_UP.replace("notify", "notices.deliver"))
    (dead,) = json.loads(run("jobs", "list", "--state", "dead", "--json").output)
    heading, line = run("jobs", "list", "--state", "dead").output.splitlines()
    assert heading == "Number | State | Job | Tries | Put in | To run from | Last error"
    assert line.startswith(f"{dead['id']} | Given up | Send a message to a reviewer | ")
    assert " | " not in run("jobs", "list", "--state", "waiting").output

    done = run("jobs", "retry", str(dead["id"]))

    assert done.exit_code == 0
    assert [row["id"] for row in json.loads(run("jobs", "list", "--state", "waiting", "--json").output)] == [
        dead["id"]
    ]


def test_db_status_says_to_programs_whether_the_server_runs(tmp_path):
    home = tmp_path / "home"
    there = Installation(read({"HAOCHAPING_DATA": str(home)}))

    def db(*words: str) -> Result:
        return CliRunner().invoke(cli, ["db", *words], obj=there, catch_exceptions=False)

    assert db("start").exit_code == 0
    running = db("status", "--json")
    assert db("stop").exit_code == 0
    stopped = db("status", "--json")

    (row,), (later,) = json.loads(running.output), json.loads(stopped.output)
    assert (running.exit_code, row["running"], row["data"]) == (0, True, str(home / "data"))
    assert (stopped.exit_code, later["running"]) == (3, False)


def test_a_file_without_rows_is_no_success(world, tmp_path):
    file = _csv(tmp_path / "cases.csv", "source,case_no")

    done = run("cases", "import", file)

    assert done.exit_code == 1
    assert "“cases.csv”" in done.output
