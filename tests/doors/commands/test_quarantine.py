"""The quarantine at the shell: discarding, listing by state, and an outage in plain words."""

from __future__ import annotations

import json
import logging
import os
from typing import TYPE_CHECKING

import pytest
from click.testing import CliRunner
from django.db import OperationalError
from django.utils import timezone
from psycopg_pool import ConnectionPool, PoolTimeout

from haochaping.config.entry import Installation
from haochaping.config.environment import read
from haochaping.doors.commands.main import cli
from haochaping.exchange import queries as exchange
from haochaping.kernel.actor import OPERATOR
from tests import worlds

if TYPE_CHECKING:
    from click.testing import Result


def run(*words: str, language: str = "en") -> Result:
    here = Installation(read(os.environ))
    return CliRunner(env={"LANGUAGE": language}).invoke(cli, [*words], obj=here, catch_exceptions=False)


@pytest.fixture
def waiting(committed_db: str) -> list[str]:
    """Two orphans."""
    now = timezone.now()
    worlds.build(now)
    return [str(worlds.give(case_no, 1, now).id) for case_no in ("YC-8", "YC-9")]


def test_a_record_is_discarded_and_listed_with_reason_and_person(waiting):
    done = run("quarantine", "discard", waiting[0], "--reason", "trial data")

    assert (done.exit_code, done.stdout) == (0, "1 record discarded\n")
    assert waiting[0] not in run("quarantine", "list").stdout
    listed = run("quarantine", "list", "--state", "discarded").stdout
    assert listed.rstrip().endswith(f"Discarded by {OPERATOR}: trial data")
    [row] = json.loads(run("quarantine", "list", "--state", "discarded", "--json").stdout)
    assert (row["id"], row["state"], row["reason"]) == (waiting[0], "discarded", "trial data")
    assert run("quarantine", "list", "--state", "taken").stdout == "There is no such record in quarantine.\n"


def test_records_of_every_kind_are_listed(committed_db):
    records = worlds.put_aside(timezone.now())
    ids = [str(one) for _, one in records.values()]

    waiting = run("quarantine", "list")
    run("quarantine", "discard", *ids, "--reason", "trial data")
    discarded = run("quarantine", "list", "--state", "discarded")

    for listed in (waiting, discarded):
        lines = dict(line.split(" ", 1) for line in listed.stdout.splitlines())
        for number, one in records.values():
            assert f"{worlds.SOURCE}/{number}" in lines[str(one)]


def test_the_list_says_how_many_there_are(waiting):
    assert run("quarantine", "list").stdout.endswith("2 records wait; 2 are listed.\n")
    assert run("quarantine", "list", "--limit", "1").stdout.endswith("2 records wait; 1 are listed.\n")
    rows = json.loads(run("quarantine", "list", "--json").stdout)
    assert len(rows) == 2
    assert {row["received_at"][10] + row["received_at"][-6:] for row in rows} == {"T+08:00"}


def test_records_are_discarded_all_or_none(waiting):
    run("quarantine", "discard", waiting[0], "--reason", "trial data")

    both = run("quarantine", "discard", *waiting, "--reason", "trial data")
    unexplained = run("quarantine", "discard", waiting[1], "--reason", " ")

    assert (both.exit_code, unexplained.exit_code) == (1, 1)
    assert waiting[0] in both.stderr
    assert "reason" in unexplained.stderr
    assert exchange.waiting_count() == 1


@pytest.mark.parametrize(
    ("language", "words"), [("zh_Hans", "数据库没有答复"), ("en", "The database did not answer")]
)
def test_a_database_that_is_away_is_said_in_a_line(waiting, monkeypatch, language, words):
    def away(**_: object) -> None:
        raise OperationalError("connection refused\nIs the server running?")

    monkeypatch.setattr(exchange, "waiting", away)

    said = run("quarantine", "list", language=language)

    assert said.exit_code == 1
    assert said.stderr.startswith(words)
    assert len(said.stderr.splitlines()) == 1


def test_a_pool_that_tries_again_says_nothing_on_the_command_s_terminal(waiting, monkeypatch):
    heard: list[str] = []
    log = logging.getLogger("psycopg.pool")

    def away(**_: object) -> None:
        monkeypatch.setattr(log, "handlers", [handler := logging.Handler()])
        monkeypatch.setattr(handler, "emit", lambda record: heard.append(record.getMessage()))
        with ConnectionPool("host=127.0.0.1 port=1", min_size=1, open=True) as pool:
            pool.wait(timeout=0.3)

    monkeypatch.setattr(exchange, "waiting", away)

    with pytest.raises(PoolTimeout):
        run("quarantine", "list")

    assert heard == []
    assert log.isEnabledFor(logging.WARNING)
