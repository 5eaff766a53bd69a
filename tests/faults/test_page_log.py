"""What a page says, and the log about it, when the database is killed under it: to try again, and one line."""

from __future__ import annotations

import os
import re
import signal
from contextlib import suppress
from threading import Thread
from typing import TYPE_CHECKING

import psycopg
from django.conf import settings

from haochaping.postgres import server
from tests.faults.conftest import until

if TYPE_CHECKING:
    from tests.faults.conftest import House

PAGE = "/desk/"


def waiting(address: str) -> list[int]:
    """The processes of the server that wait for what somebody has locked."""
    with psycopg.connect(address) as looker:
        found = looker.execute(
            "SELECT pid FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'"
        )
        return [pid for (pid,) in found]


def test_a_page_asked_while_the_database_dies_costs_a_line(running: House):
    answers: list[tuple[int, str | None, bytes]] = []

    def ask() -> None:
        cookie = f"{settings.SESSION_COOKIE_NAME}={'a' * 32}"
        status, headers, body = running.ask("GET", PAGE, Accept_Language="en", Cookie=cookie)
        answers.append((status, headers["Retry-After"], body))

    asking, address = Thread(target=ask), server.start(running.home).app
    # The holder's own connection ends with the server.
    with suppress(psycopg.OperationalError), psycopg.connect(address) as holder:
        # The page is in the midst of it when the database goes; the worker has nothing to do with sessions.
        holder.execute("LOCK TABLE django_session IN ACCESS EXCLUSIVE MODE")
        asking.start()
        for pid in (*until(lambda: waiting(address)), running.part("postmaster")):
            os.kill(pid, signal.SIGKILL)
        asking.join(60)
    until(running.is_ready)
    running.look()
    running.close()
    said = (running.home / "house.log").read_text()
    running.open()

    [(status, retry, body)] = answers
    assert (status, retry) == (503, "5")
    assert b"Please try again in a moment" in body
    # A record is its first line and what is indented below it.
    records = re.split(r"\n(?! )", said)
    assert [one for one in records if f"Service Unavailable: {PAGE} (the database: " in one]
    assert not [one for one in records if "Traceback" in one]
