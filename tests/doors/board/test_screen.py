"""The big screen: the same figures as the page beside it, and a stream that says when they are others."""

from __future__ import annotations

import time
from datetime import timedelta
from typing import TYPE_CHECKING, Any

import msgspec
import pytest
from django.urls import reverse
from django.utils import timezone

from haochaping.directory import actions as directory
from haochaping.directory.models import Division
from haochaping.directory.terms import Kind
from haochaping.doors.board import screen
from haochaping.doors.gate import Passage, declared_views
from haochaping.exchange.quality.models import WithheldFigure
from haochaping.insight import actions as counters
from haochaping.insight.terms import FactKey, FactKind
from haochaping.kernel.actor import OPERATOR
from haochaping.kernel.identifiers import uuid7
from haochaping.kernel.periods import local_day
from haochaping.publicity import queries as publicity
from haochaping.publicity.terms import Decision, Part
from tests import worlds
from tests.doors.board.conftest import REPLY, WORDS

if TYPE_CHECKING:
    from datetime import datetime

ENGLISH = {"accept-language": "en"}
SCREEN, EVENTS = "/screen", "/screen/events"
CITY, OTHER_CITY = (f"/divisions/{code}/screen" for code in (worlds.CITY, worlds.OTHER_CITY))


def parsed(text: str) -> dict[str, str]:
    """The fields of the one block that an answer consists of, as a browser reads them (HTML, event stream format)."""
    assert text.endswith("\n\n")
    (block,) = text.strip("\n").split("\n\n")
    lines = [line.partition(":") for line in block.split("\n")]
    fields = {name: value.removeprefix(" ") for name, _, value in lines if name}
    assert fields.keys() <= {"retry", "id", "event", "data"}
    assert len(fields) == sum(1 for name, _, _ in lines if name)
    return fields


def asked(client, address: str = EVENTS, *, since: str = "", last: str = "") -> dict[str, str]:
    headers = {"last-event-id": last} if last else {}
    answer = client.get(address, {"since": since}, headers=headers)
    assert answer.status_code == 200
    return parsed(answer.content.decode())


def seen(client, address: str = SCREEN) -> str:
    """What the page would ask about."""
    return str(client.get(address).context["events"].partition("?since=")[2])


def bad_review(at: datetime, case_no: str = "YC-70000001") -> None:
    worlds.take_case(case_no, at)
    worlds.give(case_no, 1, at)


@pytest.mark.parametrize(
    ("address", "beside"), [(SCREEN, "/"), (SCREEN, f"/divisions/{worlds.PROVINCE}"), (CITY, None)]
)
def test_figures_are_those_of_the_page_beside_it(told, world, client, address, beside):
    bad_review(world)
    answer = client.get(address)
    page = client.get(beside or address.removesuffix("/screen"))

    (first,) = [figures for _, figures in page.context.get("tops", [("", page.context.get("headlines"))])]
    assert answer.context["headlines"] == first
    assert answer.context["headlines"][0].count == 2
    assert answer.context["trends"] == page.context["trends"][::2]
    assert answer.context["channels"] == page.context["channels"]
    table = page.context["tables"][0]
    assert [place.text for place, _ in answer.context["rows"]] == [row[0].text for row in table.rows]
    for (_, figures), (_, bad, rectified, participation, _, cases) in zip(
        answer.context["rows"], table.rows, strict=True
    ):
        assert (figures[0].count, figures[3].count) == (bad, cases)
        for figure, cell in ((figures[1], rectified), (figures[2], participation)):
            assert f"{figure.ratio.numerator}/{figure.ratio.denominator}" in cell


def test_a_place_without_divisions_below_lists_its_agencies(told, client):
    rows = client.get(f"/divisions/{worlds.COUNTY}/screen").context["rows"]

    assert [(place.text, place.href) for place, _ in rows] == [
        ("河湾区行政审批局", reverse("agency", args=[worlds.AGENCY]))
    ]


def test_divisions_lead_on_to_their_own_screens(told, client):
    rows = client.get(SCREEN).context["rows"]

    assert [place.href for place, _ in rows] == [CITY, OTHER_CITY]


def test_more_than_fits_is_said(told, client):
    rows = [{"code": f"99{n:02}00000000", "name": f"第{n}市"} for n in range(10, 15)]
    assert directory.put(Kind.DIVISIONS, rows, by=OPERATOR, now=told.at) == []

    html = client.get(f"/divisions/{worlds.PROVINCE}/screen", headers=ENGLISH).content.decode()

    assert "the first 6 by code; all are on the page of the place" in html
    assert "the first" not in client.get(CITY, headers=ENGLISH).content.decode()


def test_withheld_figures_say_why_and_no_number_stands_anywhere(told, client):
    before = seen(client)
    withhold(worlds.PROVINCE)

    answer = client.get(SCREEN, headers=ENGLISH)

    withheld = [figure for figure in answer.context["headlines"] if figure.withheld]
    assert withheld
    assert withheld[0].withheld in answer.content.decode()
    assert all(figures[0].withheld for _, figures in answer.context["rows"])
    assert all(figure.withheld for figure in answer.context["trends"][0].figures)
    assert asked(client, since=before)["event"] == "figures"


def withhold(code: str) -> None:
    now = timezone.now()
    WithheldFigure.objects.create(
        id=uuid7(now),
        rule="DQ-02",
        division=Division.objects.get(code=code),
        first_day=now.date(),
        last_day=now.date(),
        below=True,
        raised_at=now,
        withheld_at=now,
    )


def test_too_few_reviews_make_no_rate(told, client):
    html = client.get(CITY, headers=ENGLISH).content.decode()

    assert "Not enough data" in html
    assert "0 of 1" in html


@pytest.mark.parametrize("demo", [True, False])
def test_sample_data_and_the_moment_are_on_the_screen(told, client, settings, demo):
    settings.DEMO = demo
    html = client.get(SCREEN, headers=ENGLISH).content.decode()

    assert ("Sample data" in html) == demo
    assert "as of " in html
    assert 'http-equiv="refresh"' not in html


def test_an_empty_house_says_so(db, client):
    html = client.get(SCREEN, headers=ENGLISH).content.decode()

    assert "No figures yet" in html
    assert asked(client, since=seen(client)) == {"retry": "2000"}


def test_several_provinces_are_listed_without_a_sum(told, world, client):
    directory.put(Kind.DIVISIONS, [{"code": "980000000000", "name": "远山省"}], by=OPERATOR, now=world)
    key = FactKey(
        FactKind.CASE,
        local_day(world),
        Division.objects.get(code="980000000000").id,
        1,
        1,
        "",
        0,
        "reported",
    )
    before = seen(client)
    counters.count({key: 5})

    answer = client.get(SCREEN)

    assert answer.context["headlines"] == []
    assert [place.text for place, _ in answer.context["rows"]] == ["远山省", "云川省"]
    assert answer.context["trends"] == client.get("/").context["trends"][::2]
    assert asked(client, since=before)["event"] == "figures"


def test_what_is_withheld_in_one_of_several_provinces_is_in_what_they_have_together(told, world, client):
    rows = [{"code": f"9{n}0000000000", "name": f"第{n}省"} for n in range(1, 8)]
    assert directory.put(Kind.DIVISIONS, rows, by=OPERATOR, now=world) == []
    ids = Division.objects.filter(code__in=[row["code"] for row in rows]).values_list("id", flat=True)
    day = local_day(world)
    counters.count({FactKey(FactKind.CASE, day, pk, 1, 1, "", 0, "reported"): 5 for pk in ids})
    known = seen(client)
    # It stands behind those that are listed.
    withhold("970000000000")

    context = client.get(SCREEN).context

    assert "第7省" not in [place.text for place, _ in context["rows"]]
    assert all(figure.withheld for figure in context["trends"][0].figures)
    assert context["trends"] == client.get("/").context["trends"][::2]
    assert asked(client, since=known)["event"] == "figures"


@pytest.mark.parametrize("address", ["/divisions/000/screen", "/divisions/000/screen/events"])
def test_an_unknown_division_is_not_found(told, client, address):
    assert client.get(address).status_code == 404


def test_only_released_words_are_on_the_screen_and_a_release_is_an_event(told, client):
    before, html = seen(client, CITY), client.get(CITY, headers=ENGLISH).content.decode()
    assert "No reply has been published lately." in html
    for secret in (WORDS, REPLY, "13912345678", "窗口让我", "已改为", "张小满", "YC-00000001"):
        assert secret not in html

    worlds.decide(told.review_id, Part.REPLY, Decision.RELEASED, by=worlds.PUBLISHER, now=told.at)

    html = client.get(CITY).content.decode()
    assert "已改为一次办结" in html
    assert "13912345678" not in html
    assert "窗口让我" not in html
    assert asked(client, f"{CITY}/events", since=before)["event"] == "figures"


def test_a_reply_is_on_the_screens_of_its_divisions_as_long_as_it_stands(told, client):
    def shown(path: str, **how: int) -> list[object]:
        return [one.id for one in publicity.newest_replies(path, limit=2, **how)]

    city = f"{worlds.PROVINCE}.{worlds.CITY}."
    worlds.decide(told.review_id, Part.REPLY, Decision.RELEASED, by=worlds.PUBLISHER, now=told.at)
    assert shown("") == shown(city) == [told.review_id]
    assert shown(f"{worlds.PROVINCE}.{worlds.OTHER_CITY}.") == []
    assert shown("", among=0) == []

    later = told.at + timedelta(hours=1)
    worlds.decide(
        told.review_id, Part.REPLY, Decision.TAKEN_DOWN, reason="隐私", by=worlds.PUBLISHER, now=later
    )
    assert shown("") == shown(city) == []


def test_nothing_changed_is_no_event(told, client):
    for address in (SCREEN, CITY):
        known = seen(client, address)

        assert asked(client, f"{address}/events", since=known) == {"retry": "2000"}
        assert asked(client, f"{address}/events", since="", last=known) == {"retry": "2000"}


def test_a_change_is_one_event_with_its_moment(told, world, client):
    known = seen(client)
    bad_review(world)

    fields = asked(client, since=known)

    assert fields["retry"] == "2000"
    assert fields["event"] == "figures"
    assert fields["id"] == seen(client) != known
    data = msgspec.json.decode(fields["data"])
    assert data.keys() == {"as_of"}
    assert data["as_of"].endswith("+08:00")
    # The browser asks again with what it was told last, whatever its address says.
    assert asked(client, since=known, last=fields["id"]) == {"retry": "2000"}


def test_what_is_somewhere_else_is_no_event(told, world, client):
    known = seen(client, OTHER_CITY)
    bad_review(world)

    assert asked(client, f"{OTHER_CITY}/events", since=known) == {"retry": "2000"}


def test_a_fold_is_no_event(told, world, client):
    bad_review(world)
    known = seen(client)

    assert counters.fold()

    assert asked(client, since=known) == {"retry": "2000"}


def test_another_day_is_an_event(told, client, monkeypatch):
    known, tomorrow = seen(client), timezone.now() + timedelta(days=1)

    monkeypatch.setattr(timezone, "now", lambda: tomorrow)

    assert asked(client, since=known)["event"] == "figures"


def test_nobody_on_the_way_keeps_or_compresses_the_stream(told, client):
    answer = client.get(EVENTS, headers={"accept-encoding": "gzip"})

    assert answer.headers["Content-Type"] == "text/event-stream; charset=utf-8"
    assert answer.headers["Cache-Control"] == "no-store, no-transform"
    assert "Content-Encoding" not in answer.headers
    assert "Set-Cookie" not in answer.headers
    assert "default-src 'none'" in client.get(SCREEN).headers["Content-Security-Policy"]


def test_screens_take_four_places_of_a_process_and_no_more(told, client, django_assert_num_queries):
    free = screen._free
    for _ in range(4):
        assert free.acquire(blocking=False)
    try:
        with django_assert_num_queries(0):
            assert asked(client, since="x") == {"retry": "8000", "event": "later", "data": "8000"}
    finally:
        free.release(4)

    for _ in range(5):
        assert client.get("/divisions/000/screen/events").status_code == 404
    assert asked(client, since="x")["event"] == "figures"


def test_everybody_may_look_and_nobody_may_send(told, client):
    names = {"screen", "screen_events", "division_screen", "division_screen_events"}
    gates = {view.name: view.gate for view in declared_views() if view.name in names}

    assert gates.keys() == names
    assert {gate.passage for gate in gates.values() if gate} == {Passage.PUBLIC}
    for address in (SCREEN, EVENTS, CITY, f"{CITY}/events"):
        assert client.post(address).status_code == 405


@pytest.mark.parametrize("address", [SCREEN, EVENTS, CITY, f"{CITY}/events"])
def test_a_screen_asks_few_questions(told, client, django_assert_max_num_queries, address):
    worlds.decide(told.review_id, Part.REPLY, Decision.RELEASED, by=worlds.PUBLISHER, now=told.at)

    with django_assert_max_num_queries(14):  # of these two are the savepoint of the test's own transaction
        client.get(address)


def test_pages_lead_to_their_screens(told, client):
    assert 'href="/screen"' in client.get("/").content.decode()
    assert f'href="{CITY}"' in client.get(f"/divisions/{worlds.CITY}").content.decode()


def test_a_committed_review_is_told_within_a_second(committed_db, client: Any):
    at = timezone.now() - timedelta(days=1)
    worlds.build(at)
    bad_review(at)
    known = seen(client)
    assert asked(client, since=known) == {"retry": "2000"}

    bad_review(at, "YC-70000002")
    committed = time.monotonic()
    fields = asked(client, since=known)

    assert fields["event"] == "figures"
    assert client.get(SCREEN).context["headlines"][0].count == 2
    assert time.monotonic() - committed < 1
