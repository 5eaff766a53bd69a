"""The whole program as people meet it: real server, real worker, real Chromium, a small fictional province."""

from __future__ import annotations

import json
import os
import re
import shutil
import signal
import socket
import subprocess
import sys
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.request import urlopen

import psycopg
import pytest
from playwright.sync_api import Browser, Page, ViewportSize, sync_playwright
from psycopg.conninfo import make_conninfo

from haochaping.accounts.rules import one_time_code
from tests.conftest import cloned
from tests.exchange.dialects.anhui_address import PLAIN, query

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from datetime import datetime

ROOT = Path(__file__).resolve().parents[2]
IMAGES = ROOT / "docs" / "images"
AXE = ROOT / "node_modules" / "axe-core" / "axe.min.js"
PHONE: ViewportSize = {"width": 375, "height": 740}
DESK: ViewportSize = {"width": 1280, "height": 900}
# By name, because axe leaves out what WCAG 2.2 adds (the size of targets) unless it is asked for.
_STANDARDS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
_FRESH = timedelta(minutes=10)
# An invented one whose check digit is right, of the unused range 99.
CERTIFICATE = "990102199001010018"
_FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]


@dataclass(frozen=True)
class House:
    """A running installation: where it answers, its database as the owner, its demo accounts."""

    url: str
    owner_url: str
    accounts: dict[str, dict[str, str]]
    keys: Path

    def sql(self, statement: str, *params: object) -> list[tuple[object, ...]]:
        """Look into the database, or let time pass in it, as its owner."""
        with psycopg.connect(self.owner_url, autocommit=True) as connection:
            cursor = connection.execute(statement.encode(), params)
            return cursor.fetchall() if cursor.description else []


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _answers(url: str, process: subprocess.Popen[bytes]) -> None:
    """Wait until the server answers; a process that ends first is a failure."""
    for _ in range(200):
        try:
            with urlopen(f"{url}/healthz", timeout=1):  # noqa: S310 - our own address
                return
        except OSError:
            try:
                process.wait(0.1)
            except subprocess.TimeoutExpired:
                continue
            raise AssertionError(f"the server ended with {process.returncode}") from None
    raise AssertionError("the server does not answer")


@pytest.fixture(scope="session")
def house(template_database: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    """A demo of one five-hundredth size on a clone of the migrated template, served and worked."""
    with cloned(template_database, "journeys") as name:
        yield from _served(name, tmp_path_factory.mktemp("house"))


def _served(name: str, home: Path) -> Iterator[House]:
    owner, port = os.environ["HAOCHAPING_OWNER_URL"], _free_port()
    environment = os.environ | {
        "HAOCHAPING_DATA": str(home),
        "HAOCHAPING_DEMO": "1",
        "DATABASE_URL": make_conninfo(os.environ["DATABASE_URL"], dbname=name),
        "HAOCHAPING_OWNER_URL": make_conninfo(owner, dbname=name),
        "HOST": "127.0.0.1",
        "PORT": str(port),
    }
    program = Path(sys.executable).with_name("haochaping")
    for words in (["migrate"], ["demo-data", "--scale", "0.002"]):
        subprocess.run([program, *words], env=environment, check=True, stdout=subprocess.DEVNULL)
    parts = [
        subprocess.Popen([program, *words], env=environment, start_new_session=True)
        for words in (["serve", "--workers", "1"], ["worker"])
    ]
    try:
        url = f"http://127.0.0.1:{port}"
        _answers(url, parts[0])
        accounts = json.loads((home / "demo-accounts.json").read_text(encoding="utf-8"))
        known = {row["username"]: row for row in accounts}
        yield House(url, environment["HAOCHAPING_OWNER_URL"], known, home / "keys")
    finally:
        for part in parts:
            part.send_signal(signal.SIGTERM)
        for part in parts:
            part.wait(30)


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    """Chromium, as `make test` found or installed it."""
    path = os.environ.get("CHROMIUM") or shutil.which("chromium")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=_FLAGS)
        yield browser
        browser.close()


@pytest.fixture
def pages(browser: Browser, house: House) -> Iterator[Callable[..., Page]]:
    """Open pages: `pages(PHONE)`, `pages(DESK, javascript=False)`, `pages(PHONE, locale="en")`."""
    contexts = []

    def open_page(viewport: ViewportSize, *, javascript: bool = True, locale: str = "zh-CN") -> Page:
        context = browser.new_context(
            viewport=viewport,
            base_url=house.url,
            java_script_enabled=javascript,
            locale=locale,
            timezone_id="Asia/Shanghai",
        )
        contexts.append(context)
        page = context.new_page()
        page.set_default_timeout(10_000)
        return page

    yield open_page
    for context in contexts:
        context.close()


@pytest.fixture(scope="session")
def axe() -> Callable[[Page], list[str]]:
    """What axe-core finds on a page, one line per violation."""
    source = AXE.read_text(encoding="utf-8")

    def check(page: Page) -> list[str]:
        if not page.evaluate("'axe' in window"):
            page.evaluate(source)
        found = page.evaluate("tags => axe.run({runOnly: tags, resultTypes: ['violations']})", _STANDARDS)
        return [f"{v['id']}: {v['nodes'][0]['html'][:160]} ({len(v['nodes'])})" for v in found["violations"]]

    return check


@pytest.fixture(scope="session")
def log_in(house: House) -> Callable[[Page, str, datetime], None]:
    """Log a demo account in: the first time through the real pages, second factor included, then with its session.

    One code opens one door: two journeys within half a minute could not both log the same person in.
    """
    sessions: dict[str, tuple[datetime, list[Any]]] = {}

    def enter(page: Page, username: str, now: datetime) -> None:
        # What matters most is asked of people who logged in within a quarter of an hour.
        if username in sessions and now - sessions[username][0] < _FRESH:
            page.context.add_cookies(sessions[username][1])
            page.goto("/desk/")
            return
        account = house.accounts[username]
        page.goto("/accounts/login/?next=/desk/")
        page.fill("input[name=login]", username)
        page.fill("input[name=password]", account["password"])
        page.click("main button[type=submit]")
        page.fill("input[name=code]", one_time_code(account["secret"], now))
        page.click("main button[type=submit]")
        page.wait_for_url("**/desk/**")
        # The pages of the second factor ask for the password once more, and that takes a new session.
        page.goto("/accounts/reauthenticate/?next=/desk/")
        page.fill("input[name=password]", account["password"])
        with page.expect_navigation():
            page.click("main button[type=submit]")
        sessions[username] = now, list(page.context.cookies())

    return enter


@pytest.fixture(scope="session")
def log_in_citizen(house: House) -> Callable[[Page], None]:
    """Let somebody in who was at an evaluator: by a code to their telephone and the end of their certificate, once.

    The newest cases of the province are theirs.
    """
    session: list[Any] = []

    def enter(page: Page) -> None:
        if session:
            page.context.add_cookies(session)
            return
        page.goto(f"/wire/anhui/evaluate?{query(applicantCardNumber=CERTIFICATE)}")
        house.sql(
            """UPDATE cases_case SET person_id = (SELECT max(person_id::text)::uuid FROM identity_blind_index)
               WHERE id IN (SELECT id FROM cases_case ORDER BY id DESC LIMIT 3)"""
        )
        page.goto("/my/")
        page.fill("input[name=phone]", PLAIN["applicantPhone"])
        page.fill("input[name=end]", CERTIFICATE[-4:])
        page.click("form[action='/my/code/send'] button[type=submit]")
        page.wait_for_url("**/my/code")
        page.fill("input[name=code]", _code_sent(page.context.new_page()))
        page.click("main button[type=submit]")
        page.wait_for_url("**/my/")
        assert page.locator("form[action*='/my/services/']").count()
        session.extend(page.context.cookies())

    return enter


def _code_sent(phone: Page) -> str:
    """The code that a gateway would have sent, from the demo's page of messages."""
    code = None
    for _ in range(40):
        # The worker sends it within seconds.
        phone.goto(f"/demo/phone/?q={PLAIN['applicantPhone']}")
        if code := re.search(r"\d{6}(?= 是查看)", phone.inner_text("main")):
            break
        phone.wait_for_timeout(500)
    phone.close()
    assert code
    return code.group()
