"""Every address, every role, every place: each cell of `matrix.toml` is asked through the real application."""

from __future__ import annotations

import re
from contextlib import contextmanager
from copy import copy
from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest
from django.db import transaction
from django.test import override_settings
from django.urls import get_resolver, reverse
from django.utils import timezone

from haochaping.accounts import queries as accounts
from haochaping.directory import match_queries as matches
from haochaping.directory import queries as directory
from haochaping.directory.terms import MatchState
from haochaping.doors.gate import declared_views
from haochaping.exchange.terms import Raw
from haochaping.files import actions as files
from haochaping.files.pictures import redrawn
from haochaping.flows import change_review, enter_paper, handle_voices, make_circular, match_items
from haochaping.flows.enter_paper import TypedSlip
from haochaping.flows.receive_reviews import receive_reviews
from haochaping.kernel.actor import OPERATOR, SYSTEM
from haochaping.kernel.identifiers import uuid7
from haochaping.kernel.periods import local_day
from haochaping.notices import actions as notices
from haochaping.rectification import actions as rectification
from haochaping.rectification import queries as orders
from haochaping.rectification.models import Reform, WorkOrder
from haochaping.rectification.terms import ProposedRule
from haochaping.reviews.terms import Entrance
from haochaping.supervision import actions as supervision
from haochaping.supervision.actions import samples
from haochaping.supervision.models import ReprisalReport, SampledReview
from haochaping.supervision.terms import Lot, SampleKind
from haochaping.voices import actions as voices
from tests import worlds
from tests.photographs import photograph
from tests.publicity.circulars import town
from tests.two_places import called, reconciled

from .people import everybody
from .table import LOGIN, SECOND_STEP, Row, rows

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import datetime
    from uuid import UUID

    from django.http.response import HttpResponseBase

    from .people import Somebody

NOWHERE = "00000000-0000-7000-8000-000000000000"
ROWS = rows()
URLS = get_resolver("haochaping.config.urls")
PAGES = {view.name: view for view in declared_views(URLS)}


@dataclass(frozen=True)
class House:
    """The people, and what stands in addresses."""

    people: list[Somebody]
    values: dict[str, object]


@pytest.fixture(scope="module")
def house(django_db_setup: None, django_db_blocker) -> Iterator[House]:
    """One order, one text, one account in the own place, and everybody; each cell puts back what it did."""
    with (
        django_db_blocker.unblock(),
        # Nobody is asked for the password again while the matrix is gone through.
        override_settings(ACCOUNT_REAUTHENTICATION_TIMEOUT=24 * 3600),
        _put_back(),
    ):
        yield _house()


@contextmanager
def _put_back() -> Iterator[None]:
    """A transaction that leaves nothing behind; like those of Django's tests, it may hold one that must be outermost."""
    block = transaction.atomic()
    block._from_testcase = True  # type: ignore[attr-defined]
    with block:
        yield
        transaction.set_rollback(True)


def _house() -> House:
    now = timezone.now() - timedelta(days=1)
    worlds.build(now)
    worlds.take_case("YC-1", now)
    slip_id = _slip(now)
    raw = Raw(worlds.review("YC-1", 1, now, channel="mobile"))
    given = receive_reviews([raw], entrance=Entrance.TOKEN, by=worlds.REVIEWER, now=now)[0]
    assert given.id is not None
    change_review.finish_review(given.id, ["113"], "窗口让我跑了三次。", by=worlds.REVIEWER, now=now)
    worlds.offer(now)
    (photo,) = files.keep(
        "review", str(given.id), [redrawn(photograph(), name="a")], by=worlds.REVIEWER, now=now
    )
    order = orders.order_of_review(given.id)
    assert order is not None
    rectification.dispatch([order.id], by=SYSTEM, now=now)
    letter, proposal, urging = _supervised(order.id, now)
    supervision.report(given.id, text="后来窗口不给我办。", by=worlds.REVIEWER, now=now)
    report = ReprisalReport.objects.get().id
    county = directory.division(worlds.COUNTY)
    assert county is not None
    samples.draw(
        county.id,
        county.code,
        now.date().replace(day=1),
        SampleKind.BAD_CLOSED,
        lot=Lot("0" * 64, -1, {"0" * 32: given.id}, 1),
        by=SYSTEM,
        now=now,
    )
    plan = {"title": "并窗", "root_cause": "两套系统", "tasks": "合并窗口"}
    project = rectification.open_project(order.id, **plan, by=SYSTEM, now=now)
    target = handle_voices.target_of(agency=worlds.AGENCY, item="", now=now)
    said = {"kind": "complaint", "matter": "", "text": "窗口无人。", "receipt": "0" * 26}
    voice = voices.receive(**said, target=target, person_id=None, by=worlds.REVIEWER, now=now)
    voices.transfer(voice, agency=worlds.AGENCY, note="", by=SYSTEM, now=now)
    complaint = handle_voices.complain_of_handling(
        given.id, matter="other", text="没有人答复。", by=worlds.REVIEWER, now=now
    )
    rule = ProposedRule(worlds.COUNTY, 1, worlds.AGENCY, local_day(timezone.now()))
    rule_id = rectification.set_dispatch_rule(rule, source="会议纪要", by=SYSTEM, now=timezone.now())
    people = list(everybody())
    person = next(one for one in people if (one.role, one.scope) == ("clerk", "own agency"))
    client = next(one.id for one in accounts.clients() if one.name == "own division")
    endpoint = notices.set_endpoint(
        division_code=worlds.COUNTY,
        url="https://oa.example/",
        allowed={"https://oa.example"},
        by=OPERATOR,
        now=now,
    )
    values: dict[str, object] = {
        "notice_id": NOWHERE,
        "slip_id": slip_id,
        "call_id": called("YC-1", now),
        "endpoint_id": endpoint,
        "order_id": order.id,
        "rule_id": rule_id,
        "filter_id": 1,
        "voice_id": voice,
        "complaint_id": complaint,
        "project_id": project,
        "reform_id": _reform(order.id, now),
        "place": 1,
        "photo_id": photo,
        "document_id": NOWHERE,
        "circular_id": _circular(),
        "sample_id": SampledReview.objects.get().id,
        "review_id": given.id,
        "release_id": NOWHERE,
        "change_id": 0,
        "part": "text",
        "record_id": NOWHERE,
        "job": 7,
        "user_id": person.user_id,
        "object_id": directory.agencies([worlds.AGENCY])[worlds.AGENCY].id,
        "client_id": client,
        "request_id": NOWHERE,
        "supervision_id": letter,
        "proposal_id": proposal,
        "urging_id": urging,
        "one": reconciled(county.id, now),
        "match_id": _strange_code(now),
        "report_id": report,
        "appeal_id": NOWHERE,
        "digest": "0" * 64,
        "key": "key",
        "uidb36": "1",
        "token": "nonsense",
        "receipt": "NONSENSE",
        "occurrence_id": NOWHERE,
        "form": "reasons",
    }
    return House(people, values)


def _slip(now: datetime) -> int:
    """A paper slip that one person has typed."""
    typed = TypedSlip("YC-1", "", None, 2, "", "排队太久。", local_day(now))
    return enter_paper.begin(typed, by=OPERATOR, now=now)


def _circular() -> UUID:
    """A draft about the own division."""
    now = timezone.now()
    month = local_day(now - timedelta(days=31)).replace(day=1)
    return make_circular.make_monthly(worlds.COUNTY, month, words=town.words, by=town.WRITER, now=now)


def _strange_code(now: datetime) -> int:
    """A code for an item that a source uses and nobody knows."""
    match_items.take_list(worlds.SOURCE, [("SPJY-01", "")], now=now)
    return matches.matches(MatchState.WAITING)[0].id


def _reform(order_id: UUID, now: datetime) -> UUID:
    """A proposal of a reform, drafted from an order of which nobody has said so far what its fault lies in."""
    row = WorkOrder.objects.get(id=order_id)
    agency = directory.agencies([worlds.AGENCY])[worlds.AGENCY]
    reform = Reform.objects.create(
        id=uuid7(now),
        order=row,
        item_id=row.item_id,
        from_division_id=row.division_id,
        from_agency_id=row.agency_id,
        division_id=row.division_id,
        agency_id=agency.id,
        state="drafted",
        text="不再收第二次",
        drafted_at=now,
    )
    return reform.id


def _supervised(order_id: UUID, now: datetime) -> tuple[UUID, UUID, UUID]:
    """A letter that was checked, a proposal about it, an urging, all about one order."""
    form: dict[str, Any] = {
        "agency_code": "",
        "work_order_id": order_id,
        "signal_id": None,
        "text": "请说明",
        "key": uuid7(now),
    }
    letter = supervision.open_letter(**form, by=SYSTEM, now=now)
    supervision.notify(letter, by=SYSTEM, now=now)
    supervision.respond(letter, text="已整改", by=worlds.CLERK, now=now)
    supervision.check(letter, text="属实", by=SYSTEM, now=now)
    proposal = supervision.propose(letter, rung="circular", reason="两次", by=SYSTEM, now=now)
    urging = supervision.urge(to="", work_order_id=order_id, text="请办", key=uuid7(now), by=SYSTEM, now=now)
    return letter, proposal, urging


CODES = {
    "division": worlds.COUNTY,
    "publication": worlds.COUNTY,
    "agency": worlds.AGENCY,
    "item": worlds.ITEM,
    "division_file": worlds.COUNTY,
    "agency_file": worlds.AGENCY,
    "item_file": worlds.ITEM,
    "hall_file": "H1",
    "division_measures": worlds.COUNTY,
    "agency_measures": worlds.AGENCY,
    "item_measures": worlds.ITEM,
    "hall_measures": "H1",
    "division_halls": worlds.COUNTY,
    "hall": "H1",
    "division_profile": worlds.COUNTY,
    "agency_profile": worlds.AGENCY,
    "item_profile": worlds.ITEM,
    "hall_profile": "H1",
    "oversight_agency_profile": worlds.AGENCY,
    "oversight_hall_profile": "H1",
    "console_profile": "cn-base",
    "console_profile_confirm": "cn-base",
}
SENT = {"api:measures": {"division": worlds.COUNTY}}


def _answer(response: HttpResponseBase) -> str:
    """A status, or where somebody is sent to sign in."""
    to = response.headers.get("Location", "")
    if response.status_code == 302 and to.startswith(f"{reverse('account_login')}?next="):
        return LOGIN
    if response.status_code == 302 and to.startswith("/accounts/2fa/") and "next=" in to:
        return SECOND_STEP
    return str(response.status_code)


def _ask(row: Row, name: str, house: House, somebody: Somebody) -> str:
    values = house.values | {"code": CODES.get(name, "")} | row.values
    address = reverse(name, kwargs={key: values[key] for key in _keys(name)})
    browser, cookies = somebody.browser, copy(somebody.browser.cookies)
    with _put_back():
        if name.startswith("api:") and row.method == "POST":
            response = browser.post(address, "[]", "application/json", headers=somebody.headers)
        elif row.method == "POST":
            response = browser.post(address, row.data, headers=somebody.headers)
        else:
            response = browser.get(address, SENT.get(name), headers=somebody.headers)
    browser.cookies = cookies
    return _answer(response)


def _keys(name: str) -> list[str]:
    """What stands in the address of this name."""
    return [*re.findall(r"<(?:\w+:)?(\w+)>", PAGES[name].route)]


@pytest.mark.parametrize("row", ROWS, ids=str)
def test_every_cell(house, row):
    names = [name for name in PAGES if row.matches(name)]
    assert names, "no such address"

    for name in names:
        # Addresses that stand together differ in nothing: each is asked by everybody of one place.
        people = (
            [p for p in house.people if p.scope in {"", "own division"}] if "*" in row.page else house.people
        )
        cells = {str(p): (_ask(row, name, house, p), row.expected(p.role, p.scope)) for p in people}
        wrong: dict[str, list[str]] = {}
        for who, (said, told) in cells.items():
            if said != told:
                wrong.setdefault(f"{said} instead of {told}", []).append(who)
        assert not wrong, f"{name}: {wrong}"


def test_every_address_stands_in_the_matrix():
    missing = [name for name in PAGES if not any(row.matches(name) for row in ROWS)]

    assert missing == [], "say in tests/doors/matrix/matrix.toml who gets which answer there"
