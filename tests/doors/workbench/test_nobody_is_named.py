"""Everybody walks through every page they reach, and finds nobody's name, number or certificate in plain sight."""

from __future__ import annotations

import re
from html import unescape
from typing import TYPE_CHECKING

import pytest

from haochaping.exchange.terms import Raw
from haochaping.flows.receive_reviews import receive_reviews
from haochaping.reviews.terms import Entrance
from tests import worlds
from tests.doors.workbench.conftest import PLACES

if TYPE_CHECKING:
    from django.test import Client

PERSON = {
    "name": "欧阳金丝雀",
    "phone": "13987654321",
    "certificate_type": "111",
    "certificate_no": "990105194912310027",
}
WORDS = [PERSON["name"], PERSON["phone"], PERSON["certificate_no"], "金丝雀", "87654321", "19491231"]
_LINK = re.compile(r'href="(/[^"#]*)"')
# Leaving by a link ends the walk.
_AWAY = re.compile(r"/accounts/logout/|/static/|/i18n/")
_STARTS = ("/", "/measures", "/about", "/my/", "/desk/", "/admin/", "/account/audit/", "/account/people/")
_MOST = 120


def walk(browser: Client) -> dict[str, str]:
    """Every page that links lead to, with what it shows."""
    waiting = list(_STARTS)
    seen: dict[str, str] = {}
    while waiting and len(seen) < _MOST:
        address = waiting.pop(0)
        if address in seen or _AWAY.match(address):
            continue
        answer = browser.get(address)
        text = answer.content.decode(errors="replace") if not answer.streaming else ""
        seen[address] = text
        waiting += [unescape(link) for link in _LINK.findall(text)]
    return seen


@pytest.mark.parametrize("who", ["anonymous", *PLACES])
def test_no_page_names_anybody(bad_review, browser_of, world, who):
    bad = bad_review("YC-7", applicant=PERSON)
    lost = worlds.review("NO-CASE", 1, world, reviewer=PERSON)
    receive_reviews([Raw(lost)], entrance=Entrance.CLIENT, by=worlds.CLIENT, now=world)

    pages = walk(browser_of(who))

    assert len(pages) > len(_STARTS)
    assert {address for address, text in pages.items() if any(word in text for word in WORDS)} == set()
    if who == "clerk":
        assert bad.address() in pages
    if who == "sysadmin":
        assert "/desk/quarantine/" in pages
