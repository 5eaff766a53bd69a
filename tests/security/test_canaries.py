"""Canaries: invented people go through every entrance of a real installation, and are then found nowhere."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import zlib
from base64 import b64decode, b64encode, urlsafe_b64decode
from binascii import Error
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

import psycopg
import pytest
import requests
from django.utils import timezone
from psycopg import sql
from psycopg.conninfo import make_conninfo

from haochaping.accounts import actions as accounts
from haochaping.kernel.actor import OPERATOR
from haochaping.postgres import binaries
from tests import worlds
from tests.early import CACHE
from tests.exchange.dialects import anhui_address
from tests.journeys.conftest import ROOT, _answers, _free_port
from tests.photographs import SECRET, with_place
from tests.security.traces import traces

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import datetime

# One person for each entrance, so that what is found says where it came in.
CANARIES = {
    **{
        f"{kind} {where}": word.format(n=n)
        for n, where in enumerate(
            ("api", "quarantine", "review", "file", "bad row", "anhui", "code"), start=1
        )
        for kind, word in {
            "phone": "139000975{n}1",
            "certificate": "99010119900909753{n}",
            "name": "甄雀{n}鸣",
        }.items()
    },
    "camera": SECRET.decode(),
}


def person(where: str) -> dict[str, str]:
    """The canary of an entrance."""
    return {
        "name": CANARIES[f"name {where}"],
        "phone": CANARIES[f"phone {where}"],
        "certificate_type": "111",
        "certificate_no": CANARIES[f"certificate {where}"],
    }


@dataclass
class House:
    """A running installation, and everything it said."""

    url: str
    home: Path
    environment: dict[str, str]
    owner_url: str
    answers: list[requests.Response] = field(default_factory=list)
    browser: requests.Session = field(default_factory=requests.Session)

    def ask(self, method: str, path: str, **more: object) -> requests.Response:
        """Send a request and keep the answer, with those that led to it."""
        answer = self.browser.request(method, self.url + path, timeout=20, **more)  # type: ignore[arg-type]
        self.answers += [*answer.history, answer]
        return answer

    def run(self, *words: str) -> subprocess.CompletedProcess[bytes]:
        """Run a command of the program; what it says is kept too."""
        program = Path(sys.executable).with_name("haochaping")
        done = subprocess.run([program, *words], env=self.environment, capture_output=True, check=False)
        (self.home / f"said-{len(list(self.home.glob('said-*')))}").write_bytes(done.stdout + done.stderr)
        return done


@pytest.fixture
def house(committed_db: str, tmp_path: Path) -> Iterator[House]:
    """Web server and worker on the test's own database, with a gateway, and no demo."""
    worlds.build(timezone.now())
    port = _free_port()
    owner = make_conninfo(os.environ["HAOCHAPING_OWNER_URL"], dbname=committed_db)
    environment = os.environ | {
        "HAOCHAPING_DATA": str(tmp_path),
        "HAOCHAPING_OWNER_URL": owner,
        "DATABASE_URL": make_conninfo(os.environ["DATABASE_URL"], dbname=committed_db),
        "HAOCHAPING_SMS_GATEWAY": "tests.security.gateway.Gateway",
        "PYTHONPATH": str(ROOT),
        "HOST": "127.0.0.1",
        "PORT": str(port),
    }
    house = House(f"http://127.0.0.1:{port}", tmp_path, environment, owner)
    house.run("migrate")
    program = Path(sys.executable).with_name("haochaping")
    parts = []
    for words in (["serve", "--workers", "1"], ["worker"]):
        with (tmp_path / f"{words[0]}.log").open("wb") as log:
            parts.append(
                subprocess.Popen(
                    [program, *words], env=environment, stdout=log, stderr=log, start_new_session=True
                )
            )
    try:
        _answers(house.url, parts[0])
        yield house
    finally:
        for part in parts:
            part.send_signal(signal.SIGTERM)
        for part in parts:
            part.wait(30)


def go_through_every_entrance(house: House, now: datetime) -> None:
    """Send a canary through each way in, well and badly."""
    _, key = accounts.create_client(name="canary", division_code=worlds.CITY, by=OPERATOR, now=now)
    headers = {"Authorization": f"Bearer {key}"}
    good = worlds.case("YC-1", now, applicant=person("api"))
    lost = worlds.case("YC-2", now, applicant=person("quarantine"), item="9" * 31)
    rated = worlds.review("YC-1", 1, now, reviewer=person("review"), indicator_codes=["101"])
    orphan = worlds.review("YC-9", 1, now, reviewer=person("review"))
    wrong = {**rated, "phone": CANARIES["phone review"], "comment_text": 5}
    for what, items in (("cases", [good, lost]), ("reviews", [rated, orphan, wrong])):
        assert house.ask("POST", f"/api/v1/{what}", json={"items": items}, headers=headers).ok
    assert house.ask("POST", "/api/v1/cases", data=json.dumps(good)[:-9], headers=headers).status_code >= 400

    file = house.home / "cases.jsonl"
    rows = [
        worlds.case("YC-3", now, applicant=person("file")),
        worlds.case("YC-4", now, applicant=person("bad row"), division="000000000000"),
        worlds.case("YC-5", now, applicant={**person("bad row"), "phone": [CANARIES["phone bad row"]]}),
    ]
    file.write_text("".join(json.dumps(row) + "\n" for row in rows))
    assert house.run("cases", "import", str(file)).returncode == 2
    file.unlink()

    said = person("anhui")
    for changes in ({}, {"regionCode": "x" * 40}, {"handleStateCode": ""}):
        query = anhui_address.query(
            applicantName=said["name"],
            applicantPhone=said["phone"],
            applicantCardNumber=said["certificate_no"],
            projName=f"关于{said['name']}办理食品经营许可的业务",
            **changes,
        )
        house.ask("GET", f"/wire/anhui/evaluate?{query}")
    house.ask("GET", f"/wire/anhui/evaluate?{query[:200]}")

    for end in (CANARIES["certificate file"][-4:], "0000"):
        phone = CANARIES["phone file"] if end != "0000" else CANARIES["phone code"]
        assert submit(house, "/my/", "/my/code/send", phone=phone, end=end).ok

    link = house.run("invitations", "issue", "--case", "YC-3").stdout.decode().split()[-1]
    address = link[link.index("/r/") :]
    assert house.ask("POST", address, data={"level": "2"}).ok
    photo = {"photos": ("a.jpg", with_place(), "image/jpeg")}
    assert house.ask("POST", f"{address}/reasons", data={"indicator_codes": "201"}, files=photo).ok


def submit(house: House, page: str, address: str, **fields: str) -> requests.Response:
    """Send a form with the token that its page carries."""
    house.ask("GET", page)
    token = house.browser.cookies.get("csrftoken") or ""
    return house.ask("POST", address, data=fields, headers={"X-CSRFToken": token})


def all_is_done(house: House) -> bool:
    """Wait until the worker has nothing left to do."""
    with psycopg.connect(house.owner_url, autocommit=True) as connection:
        for _ in range(150):
            waiting = connection.execute(
                "SELECT count(*) FROM procrastinate_jobs WHERE status IN ('todo', 'doing') AND scheduled_at IS NULL"
            ).fetchone()
            if waiting == (0,):
                return True
            connection.execute("SELECT pg_sleep(0.1)")
    return False


def every_row(owner_url: str) -> Iterator[tuple[str, bytes]]:
    """Every table as text, and what is coded in tables of Django's decoded."""
    with psycopg.connect(owner_url) as connection:
        tables = connection.execute(
            "SELECT quote_ident(schemaname), quote_ident(tablename) FROM pg_tables WHERE schemaname NOT LIKE 'pg_%'"
            " AND schemaname <> 'information_schema'"
        ).fetchall()
        for schema, table in tables:
            name = sql.Identifier(schema, table)
            rows = connection.execute(sql.SQL("SELECT t::text FROM {} t").format(name)).fetchall()
            yield table, "\n".join(row for (row,) in rows).encode()
        for (data,) in connection.execute("SELECT session_data FROM django_session"):
            # As Django packs it, whichever key signed it.
            packed = urlsafe_b64decode(data.partition(":")[0].lstrip(".") + "==")
            yield "sessions, decoded", zlib.decompress(packed) if data.startswith(".") else packed
        for (value,) in connection.execute("SELECT value FROM accounts_shared_memory"):
            with suppress(Error):
                yield "shared memory, decoded", b64decode(value)


def everything_left(house: House, log_from: int) -> Iterator[tuple[str, bytes]]:
    """Whatever an installation leaves behind or gives away, by name."""
    yield from every_row(house.owner_url)
    for path in house.home.rglob("*"):
        if path.is_file():
            yield path.name, path.read_bytes()
    yield "server.log", (CACHE / "server.log").read_bytes()[log_from:]
    for answer in house.answers:
        request = answer.request.path_url.partition("?")[0]
        yield f"answer to {request}", answer.content
        yield f"headers of {request}", repr(answer.headers).encode()
    house.run("db", "backup", str(house.home / "night.dump"))
    programs = binaries.for_data(CACHE / "data", None)
    yield "backup", programs.run("pg_restore", "--file=-", str(house.home / "night.dump")).stdout.encode()


def test_people_who_came_in_are_found_nowhere(house):
    log_from = (CACHE / "server.log").stat().st_size
    go_through_every_entrance(house, timezone.now())
    assert all_is_done(house)

    left = list(everything_left(house, log_from))
    found = {(place, trace) for place, content in left for trace in traces(CANARIES, content)}

    assert found == set()
    seen = dict(left)
    # What would make the search worthless: nothing came in, or nothing was looked at.
    assert all(
        seen[table] for table in ("identity_sealed_person", "cases_case", "reviews_review", "files_photo")
    )
    assert len(seen["backup"]) > 100_000
    assert len(seen["exchange_quarantined_record"].splitlines()) >= 3


@pytest.mark.parametrize(
    "hidden",
    [
        lambda word: word.encode(),
        lambda word: word.encode("utf-16-le"),
        lambda word: word.encode("gb18030"),
        lambda word: word.encode().hex().upper().encode(),
        lambda word: b64encode(b"x" + word.encode() + b"yz"),
        lambda word: b64encode(b"xy" + word.encode()),
        lambda word: b64encode(word.encode("utf-16-be")),
        lambda word: b64encode(b"x" + b64encode(b"x" + word.encode() + b"yz")),
        lambda word: json.dumps(word).encode(),
    ],
)
@pytest.mark.parametrize("word", ["甄雀1鸣", "13900097511"])
def test_what_is_hidden_is_found(hidden, word):
    assert traces({"it": word}, b"before " + hidden(word) + b" after") == {"it"}
    assert traces({"it": word}, b"before and after, 1390009751") == set()
