"""Words with markup in every field people and senders fill: shown on every page as words, and nothing more."""

from __future__ import annotations

from datetime import timedelta
from html.parser import HTMLParser
from typing import TYPE_CHECKING

import pytest
from django.test import Client
from django.urls import reverse

from haochaping.directory import actions as directory
from haochaping.directory.terms import Kind
from haochaping.flows import handle_bad_review
from haochaping.kernel.actor import OPERATOR, SYSTEM
from haochaping.publicity.terms import Decision, Part
from tests import worlds

if TYPE_CHECKING:
    from datetime import datetime

WORDS = (
    "\"'><img src=x onerror=xss()>",
    "</textarea></title></script><script>xss()</script>",
    "javascript:xss() {{7*7}} {% load x %} &lt;b&gt;",
    "<svg/onload=xss()>",
)
MARK = "xss()"
_LEADING = {"href", "src", "action", "formaction", "xlink:href", "data"}


class Reader(HTMLParser):
    """What a browser would make of a page: elements that run something."""

    def __init__(self) -> None:
        super().__init__()
        self.running: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        values = {name: value or "" for name, value in attrs}
        runs = [name for name in values if name.startswith("on")]
        runs += [
            name
            for name in _LEADING & values.keys()
            if values[name].strip().lower().startswith("javascript:")
        ]
        if runs or (tag == "script" and "src" not in values and values.get("type") != "application/json"):
            self.running.append(f"{tag} {values}")


def running(page: str) -> list[str]:
    reader = Reader()
    reader.feed(page)
    return reader.running


def name_everything(words: str, now: datetime) -> None:
    """Give everything in the directory that has a name the words as its name."""
    short = words[:45]
    agency = {"code": worlds.AGENCY, "name": short, "division": worlds.COUNTY, "parent": "", "uscc": ""}
    rows: dict[Kind, dict[str, str]] = {
        Kind.DIVISIONS: {"code": worlds.COUNTY, "name": short},
        Kind.AGENCIES: agency,
        Kind.ITEMS: {"code": worlds.ITEM, "name": short, "item_type": "01", "agency": worlds.AGENCY},
        Kind.PLATFORMS: {"code": worlds.SOURCE, "name": short, "division": worlds.CITY},
        Kind.HALLS: {"code": "H1", "name": short, "division": worlds.COUNTY},
        Kind.WINDOWS: {"code": "W1", "name": short, "hall": "H1"},
        Kind.STAFF: {"code": "S1", "name": short[:40], "agency": worlds.AGENCY},
    }
    for kind, row in rows.items():
        assert directory.put(kind, [row], by=OPERATOR, now=now) == [], kind


@pytest.mark.parametrize("words", WORDS)
def test_markup_is_shown_as_words_on_every_page(world, bad_review, browser_of, words):
    name_everything(words, world)
    bad = bad_review(words[:50], text=words * 3)
    handle_bad_review.dispatch_due(by=SYSTEM, now=world + timedelta(hours=1))
    clerk, publisher, citizen = browser_of("clerk"), browser_of("publisher"), Client()
    clerk.post(bad.address("sign-for"))
    clerk.post(bad.address("message"), {"text": words})
    citizen.post(f"/status/{bad.receipt}/message", {"text": words})
    release = reverse("desk_release", args=[bad.review_id, Part.TEXT])
    publisher.post(release, {"decision": Decision.HELD, "reason": words, "ground": "privacy"})
    shown: dict[str, str] = {}
    for who, browser, addresses in (
        ("clerk", clerk, ["/desk/", bad.address()]),
        ("publisher", publisher, ["/desk/releases/"]),
        ("auditor", browser_of("auditor"), ["/account/audit/"]),
        (
            "sysadmin",
            browser_of("sysadmin"),
            [
                "/account/people/",
                "/account/people/?q=" + words,
                "/desk/quarantine/",
                "/admin/directory/agency/",
                "/admin/directory/serviceitem/?q=" + words,
                "/admin/directory/staffmember/",
            ],
        ),
        (
            "citizen",
            citizen,
            [
                f"/status/{bad.receipt}",
                "/search?q=" + words,
                f"/divisions/{worlds.COUNTY}",
                f"/agencies/{worlds.AGENCY}",
                f"/items/{worlds.ITEM}",
                f"/divisions/{words.replace('/', '')}",
            ],
        ),
    ):
        shown |= {f"{who} {address}": browser.get(address).content.decode() for address in addresses}

    assert {address: found for address, page in shown.items() if (found := running(page))} == {}
    # Somewhere the words did come out, or nothing was looked at.
    assert sum(MARK in page for page in shown.values()) >= 6


@pytest.mark.parametrize("words", WORDS[:2])
def test_markup_that_is_not_escaped_would_be_found(words):
    assert running(f"<p title='{words}'>{words}</p>")


def test_form_that_is_refused_gives_the_words_back_as_words(bad, browser_of):
    clerk = browser_of("clerk")
    clerk.post(bad.address("sign-for"))

    answer = clerk.post(bad.address("message"), {"text": WORDS[1] * 100})

    assert answer.status_code == 422
    assert running(answer.content.decode()) == []
