"""Server time and queries of every public page in the demo province; the pages of the desk for information.

Calls the WSGI application in its own process, one request after the other: time from the request to the last byte of
the answer, median of the runs after a warm-up; beside it the CPU time that the page cost here and in its backend of
PostgreSQL, which other programs on the machine do not lengthen. Limits: the citizen's form 10 ms, any public page
50 ms, 12 queries. The exit status is 1 when a limit is broken.
Usage: python -m bench.pages [scale] [runs]
"""

from __future__ import annotations

import os
import re
import statistics
import sys
import time
from functools import cache
from http.cookies import SimpleCookie
from io import BytesIO
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode

from bench.world import connect

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from bench.visits import Visit

MOST_QUERIES = 12
CITIZEN = "citizen"
_WARM_UP = 3
_PART = re.compile(r'(RELEASE )?SAVEPOINT "\w+"')


def main(scale: str = "1", runs: str = "30") -> None:
    """Make the province, visit, print a line a page, and say whether a limit was broken."""
    os.environ["HAOCHAPING_DEMO"] = "1"
    connect()
    from django.conf import settings
    from django.utils import timezone

    from haochaping.doors.demo.province import fill
    from haochaping.identity import relay

    begun = time.perf_counter()
    keys = relay.load_keys(settings.KEYS_DIR)
    for _ in fill(scale=float(scale), seed=1, now=timezone.now(), relay_keys=keys):
        pass
    print(f"pages: province of scale {scale} made in {time.perf_counter() - begun:.0f} s", flush=True)
    broken = measure(int(runs))
    print(f"pages: {broken} over a limit; median of {runs} runs at scale {scale}, WSGI call in process")
    sys.exit(int(broken > 0))


def measure(runs: int) -> int:
    """Visit every page so many times; returns how many are over a limit."""
    from bench import visits
    from haochaping.config.wsgi import application

    cookies: dict[str, str] = {"": ""}
    broken = 0
    print(f"{'page':<32}{'ms':>8}{'cpu ms':>8}{'limit':>8}{'ratio':>7}{'queries':>9}  address")
    for visit in (*visits.public(), *visits.staff()):
        if visit.who not in cookies:
            cookies[visit.who] = citizen() if visit.who == CITIZEN else sign_in(visit.who)
        took, cpu, queries, status = _visited(application, visit, cookies[visit.who], runs)
        limit = f"{visit.limit_ms:.0f}" if visit.limit_ms else "–"
        ratio = f"{took / visit.limit_ms:.2f}" if visit.limit_ms else "–"
        line = f"{visit.name:<32}{took:>8.1f}{cpu:>8.1f}{limit:>8}{ratio:>7}{queries:>9}  {visit.address[:70]} ({status})"
        is_broken = queries > MOST_QUERIES or bool(visit.limit_ms and took > visit.limit_ms)
        broken += is_broken
        print(f"{line}{'  ← over the limit' if is_broken else ''}", flush=True)
    return broken


def _visited(
    application: Callable[..., Any], visit: Visit, cookies: str, runs: int
) -> tuple[float, float, int, int]:
    """Median milliseconds, median milliseconds of CPU, queries and status of a page."""
    taken, spent = [], []
    queries = status = 0
    backend = backend_pid()
    for run in range(_WARM_UP + runs):
        begun, cpu = time.perf_counter(), time.process_time() + cpu_of(backend)
        queries, status = ask_page(application, visit.address, cookies)
        if run >= _WARM_UP:
            taken.append((time.perf_counter() - begun) * 1000)
            spent.append((time.process_time() + cpu_of(backend) - cpu) * 1000)
    return statistics.median(taken), statistics.median(spent), queries, status


def backend_pid() -> int:
    """The process of PostgreSQL that answers this one: with one request at a time, the pool gives out the same."""
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_backend_pid()")
        return int(cursor.fetchone()[0])


def cpu_of(pid: int) -> float:
    """CPU seconds of a process."""
    return int(Path(f"/proc/{pid}/schedstat").read_text(encoding="ascii").split()[0]) / 1e9


def ask_page(
    application: Callable[..., Any],
    address: str,
    cookies: str,
    form: Mapping[str, str | list[str]] | None = None,
) -> tuple[int, int]:
    """How many queries the page took, or the form that was sent to it, and its status."""
    from django.db import connection

    path, _, query = address.partition("?")
    body = b"" if form is None else _typed(form, cookies)
    environ = {
        "REQUEST_METHOD": "GET" if form is None else "POST",
        "CONTENT_TYPE": "application/x-www-form-urlencoded",
        "CONTENT_LENGTH": str(len(body)),
        "PATH_INFO": path,
        "QUERY_STRING": query,
        "HTTP_COOKIE": cookies,
        "HTTP_HOST": "127.0.0.1",
        "HTTP_ACCEPT_LANGUAGE": "zh-CN",
        "SERVER_NAME": "127.0.0.1",
        "SERVER_PORT": "80",
        "SERVER_PROTOCOL": "HTTP/1.1",
        "REMOTE_ADDR": "127.0.0.1",
        "wsgi.input": BytesIO(body),
        "wsgi.errors": sys.stderr,
        "wsgi.url_scheme": "http",
    }
    said: list[str] = []
    asked = 0

    def counted(execute: Callable[..., Any], statement: Any, *args: Any) -> Any:
        nonlocal asked
        # The beginning and end of a part of a transaction go with the statements (postgres/writes.py).
        asked += not _PART.fullmatch(str(statement))
        return execute(statement, *args)

    with connection.execute_wrapper(counted):
        answer = application(environ, lambda status, _headers: said.append(status))
        b"".join(answer)
        answer.close()
    return asked, int(said[0].split()[0])


def _typed(form: Mapping[str, str | list[str]], cookies: str) -> bytes:
    """The body of a form, with the token against forgery that stands in the cookie."""
    token = SimpleCookie(cookies)["csrftoken"].value
    return urlencode({**form, "csrfmiddlewaretoken": token}, doseq=True).encode()


@cache
def sign_in(username: str) -> str:
    """The cookies of a demo account after both factors, through the real pages; once, for a code opens once."""
    import json

    from django.test import Client
    from django.urls import reverse
    from django.utils import timezone

    from haochaping.accounts.rules import one_time_code
    from haochaping.doors.demo.province import accounts_file

    accounts = {row["username"]: row for row in json.loads(accounts_file().read_text(encoding="utf-8"))}
    account = accounts[username]
    browser = Client(headers={"host": "127.0.0.1"})
    browser.post(reverse("account_login"), {"login": username, "password": account["password"]})
    code = one_time_code(account["secret"], timezone.now())
    browser.post(reverse("mfa_authenticate"), {"code": code})
    jar: SimpleCookie = browser.cookies
    return "; ".join(f"{name}={morsel.value}" for name, morsel in jar.items())


def citizen() -> str:
    """The cookie of whoever has the most services of all, let in by a code."""
    from importlib import import_module

    from django.conf import settings
    from django.db import connection
    from django.http import HttpRequest

    from haochaping.doors.sign_in import welcome_citizen

    with connection.cursor() as cursor:
        cursor.execute(
            """
            SELECT value FROM identity_blind_index WHERE purpose = 'certificate' AND person_id = (
                SELECT person_id FROM cases_case WHERE person_id IS NOT NULL
                 GROUP BY person_id ORDER BY count(*) DESC LIMIT 1)
            """
        )
        found = [bytes(value) for (value,) in cursor.fetchall()]
    request = HttpRequest()
    request.session = import_module(settings.SESSION_ENGINE).SessionStore()
    welcome_citizen(request, found)
    request.session.save()
    return f"{settings.SESSION_COOKIE_NAME}={request.session.session_key}"


if __name__ == "__main__":
    main(*sys.argv[1:])
