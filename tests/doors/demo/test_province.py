"""A small province, made by the demo's own generator: what is in it, and every page of the house shown with it."""

from __future__ import annotations

from datetime import date, timedelta
from typing import TYPE_CHECKING

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from bench import pages, visits
from haochaping.doors.demo import names, province
from haochaping.doors.gate import Passage
from haochaping.exchange.terms import Raw
from haochaping.flows import handle_bad_review, supervise
from haochaping.flows.answer_invitation import answer_invitation
from haochaping.flows.change_review import finish_review
from haochaping.flows.handle_voices import give_voice
from haochaping.flows.invite import invite_case
from haochaping.flows.receive_reviews import receive_reviews
from haochaping.flows.take_in_cases import take_in_cases
from haochaping.flows.verify_ledger import verify_ledger
from haochaping.insight import queries as insight
from haochaping.insight.terms import Place
from haochaping.kernel.actor import EVERYWHERE, OPERATOR, REVIEWER, SYSTEM, Actor, ActorKind
from haochaping.kernel.identifiers import receipt_nos
from haochaping.kernel.periods import local_day
from haochaping.rectification import actions as rectification
from haochaping.rectification import queries as orders
from haochaping.reviews import queries as reviews
from haochaping.reviews.terms import Entrance, ReviewChannel
from haochaping.rulebook import queries as rulebook
from tests import worlds
from tests.exchange.dialects.anhui_address import query
from tests.journeys.test_every_page import (
    ASKED,
    CITIZEN,
    DECLARED,
    HALFWAY,
    LIKE,
    NEWCOMER,
    PAGES,
    STRANGER,
    WRITTEN,
    sent_halls,
    visitor,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from datetime import datetime
    from typing import Any

    from tests.doors.demo.conftest import Made

MOST_QUERIES = 12
CASES = 400
_CLERK = Actor(ActorKind.STAFF, "1", powers=frozenset({"order.view", "order.handle"}), scope=EVERYWHERE)


def test_all_days_pass_and_every_case_is_counted(made):
    assert made.steps[-1] == province.Progress(province.DAYS, province.DAYS, CASES)
    assert [step.day for step in made.steps] == sorted({step.day for step in made.steps})
    assert province.is_filled()
    counted = {value.name: value.numerator for value in insight.measures(Place())}
    assert counted["cases"] == CASES
    assert counted["active_reviews"] > CASES / 10


def test_what_was_made_went_down_the_real_road(made):
    assert list(verify_ledger(now=made.now)) == []
    ((without,),) = made.sql(
        """SELECT count(*) FROM reviews_review WHERE level <= 2
             AND NOT EXISTS (SELECT FROM rectification_work_order WHERE review_id = reviews_review.id)"""
    )
    assert without == 0


def test_orders_are_handled_and_texts_decided(made):
    states = dict(made.sql("SELECT state, count(*) FROM rectification_work_order GROUP BY 1"))
    assert sum(states.get(state, 0) for state in ("replied", "checked", "closed")) > 5
    outcomes = {row[0] for row in made.sql("SELECT DISTINCT outcome FROM rectification_work_order")}
    assert {"explained", "immediate_rectified"} <= outcomes
    decided = {row[0] for row in made.sql("SELECT DISTINCT part FROM publicity_release")}
    assert decided == {"text", "reply"}


def test_nobody_has_worked_on_an_order_before_it_went_out(made):
    ((early,),) = made.sql("SELECT count(*) FROM rectification_work_order WHERE signed_at < dispatched_at")
    assert early == 0


def test_some_records_wait_in_quarantine_for_different_reasons(made):
    codes = [code for (code,) in made.sql("SELECT code FROM exchange_quarantined_record")]

    assert len(set(codes)) >= 5
    assert "rated_in_future" not in codes


def test_orders_have_their_deadlines_whatever_the_calendar_knows(made):
    """The last year that a demo begun today sees is known to its province, by days said to be made up."""
    last = date(local_day(made.now).year + 1, 12, 31)

    held = rulebook.calendar(rulebook.terms_for(f"{names.PROVINCE[0]}.", local_day(made.now)), last)

    assert held.is_working(last) is not None
    assert orders.without_deadline() == []
    reasons = {row.reason for row in rulebook.overlay(last.year)}
    assert reasons <= {names.SAMPLE_CALENDAR}


def test_the_fictional_administrator_has_confirmed_the_rules(made):
    assert rulebook.unconfirmed() == []
    [(actor,)] = made.sql("SELECT DISTINCT actor FROM rulebook_rule_confirmation")
    [(number,)] = made.sql("SELECT id FROM accounts_user WHERE username = 'sysadmin'")
    assert actor == f"staff:{number}"


@pytest.fixture(scope="module")
def rows(made: Made, browsers: Callable[[str], Client]) -> dict[str, str]:
    """One row of everything that a page shows, each with all there can be on it."""
    now = timezone.now()
    asked, told, settled = (token for _, token in reviews.unanswered_tokens(3))
    case = province.a_case(now - timedelta(days=3))
    take_in_cases([Raw(case)], entrance=Entrance.CLIENT, by=OPERATOR, now=now - timedelta(days=3))
    link = invite_case(str(case["source"]), str(case["case_no"]), by=OPERATOR, now=now)[-1]
    rated = link.rpartition("/")[2]
    with_thread = answer_invitation(
        rated, "2", channel=ReviewChannel.MOBILE, by=REVIEWER, now=now - timedelta(days=2)
    )
    assert with_thread.review_id
    assert with_thread.receipt
    order = _answered(with_thread.review_id, now - timedelta(days=2))
    settled_receipt = answer_invitation(
        settled, "4", channel=ReviewChannel.PC, by=REVIEWER, now=now - timedelta(days=1)
    ).receipt
    told_receipt = answer_invitation(told, "1", channel=ReviewChannel.PC, by=REVIEWER, now=now).receipt
    orphan = {
        "source": "yc-hall",
        "case_no": "NOWHERE",
        "occurrence_no": 1,
        "rating_value": 3,
        "channel": "hall_pad",
        "assessed_at": now.isoformat(),
    }
    [waiting] = receive_reviews([Raw(orphan)], entrance=Entrance.UNSIGNED, by=REVIEWER, now=now)
    visit = Client().get(f"/wire/anhui/evaluate?{query()}")["Location"]
    voice = give_voice(
        kind="complaint",
        matter="",
        agency=names.CLERK_AGENCY,
        item="",
        text="窗口无人值守。",
        phone="",
        receipt=receipt_nos(1)[0],
        by=REVIEWER,
        now=now,
    )
    report = supervise.take_report(with_thread.review_id, text="之后被刁难。", by=REVIEWER, now=now)
    ((item,),) = made.sql("SELECT min(code) FROM directory_service_item")
    rest = {name: str(made.sql(f"SELECT ({question})::text")[0][0]) for name, question in ASKED.items()}
    asked_for = {"kind": "division", "code": names.CITY[0], "first": "2026-02-02", "last": "2026-02-06"}
    circular = browsers("supervisor").post("/oversight/circulars/special", asked_for)["Location"]
    editor = browsers("sysadmin")
    rest |= {name: _tried(editor, text) for name, text in sent_halls().items()}
    return rest | {
        "asked": f"/r/{asked}",
        "circular": circular,
        "rated": f"/r/{rated}",
        "status": f"/status/{with_thread.receipt}",
        "told": f"/status/{told_receipt}",
        "waiting": f"/status/{waiting.receipt}",
        "visit": visit,
        "tried_rule": f"/oversight/dispatch/simulate?division={names.CITY[0]}&rank=2&agency={names.OFFICES[0][0]}",
        "voice": f"/voices/{voice}",
        "answered": f"/voices/{voice}",
        "escalated": f"/voices/{voice}",
        "complained": f"/r/{rated}",
        "protection": f"/protection/{report}",
        # Nobody is asked again in a demo.
        "again": "nobody",
        "again_said": "nobody",
        "order": order,
        "item": str(item),
        "settled": f"/r/{settled}",
        "settled_status": f"/status/{settled_receipt}",
    }


def _tried(editor: Client, text: str) -> str:
    """Send a file of halls; the address of its dry run."""
    file = SimpleUploadedFile("halls.csv", text.encode(), "text/csv")
    return editor.post("/admin/import/", {"kind": "halls", "file": file})["Location"]


def _answered(review_id: Any, at: datetime) -> str:
    """Let an order go all its way, with a conversation; returns its id."""
    finish_review(review_id, ["209"], "超过了承诺的时间。", by=REVIEWER, now=at)
    handle_bad_review.dispatch_due(by=SYSTEM, now=at + timedelta(minutes=30))
    order = orders.order_of_review(review_id)
    assert order
    rectification.sign_for(order.id, by=_CLERK, now=at + timedelta(hours=1))
    handle_bad_review.write_to_reviewer(
        order.id, "您好，请问是哪一天？", by=_CLERK, now=at + timedelta(hours=2)
    )
    handle_bad_review.answer_agency(review_id, "周一。", by=REVIEWER, now=at + timedelta(hours=3))
    worlds.hear(
        order.id,
        result="answered",
        is_true=True,
        is_reasonable=True,
        note="属实。",
        by=_CLERK,
        now=at + timedelta(hours=4),
    )
    rectification.rectify(
        order.id, outcome="immediate_rectified", text="已补办。", by=_CLERK, now=at + timedelta(hours=5)
    )
    handle_bad_review.reply(order.id, "已经办结。", by=_CLERK, now=at + timedelta(hours=6))
    rectification.answer_solution(
        review_id, solved="yes", text="谢谢。", by=REVIEWER, now=at + timedelta(hours=7)
    )
    return str(order.id)


@pytest.fixture(scope="module")
def browsers(made: Made) -> Callable[[str], Client]:
    """The browser of somebody, signed in once; the newcomer is among the rows that are written down."""
    with connection.cursor() as cursor:
        for statement in WRITTEN:
            cursor.execute(statement)
    password = made.accounts[LIKE]["password"]
    known: dict[str, Client] = {STRANGER: Client(), HALFWAY: made.sign_in(LIKE, halfway=True)}
    known[CITIZEN] = Client()
    known[CITIZEN].cookies.load(pages.citizen())
    known[NEWCOMER] = Client()
    known[NEWCOMER].post(reverse("account_login"), {"login": NEWCOMER, "password": password})
    known[NEWCOMER].post(reverse("account_reauthenticate"), {"password": password})

    def of(who: str) -> Client:
        if who not in known:
            known[who] = made.sign_in(who)
        return known[who]

    return of


@pytest.fixture
def queries() -> Iterator[list[str]]:
    """The statements that the database is asked while a test runs."""
    asked: list[str] = []

    def noted(execute: Callable[..., Any], statement: str, *rest: Any) -> Any:
        if "set_config" not in statement:  # the reach of the request, which asks no table
            asked.append(statement)
        return execute(statement, *rest)

    with connection.execute_wrapper(noted):
        yield asked


def wrong_with(browser: Client, address: str, queries: list[str], *, may_lead_on: bool = False) -> list[str]:
    """What is wrong with a page: its answer, its label, how often it asks the database."""
    browser.get(address)
    queries.clear()
    answer = browser.get(address, headers={"accept-language": "zh-CN"})
    if may_lead_on and answer.status_code in {302, 303}:
        return []
    found = [] if answer.status_code in {200, 404, 409, 410, 422} else [f"answered {answer.status_code}"]
    found += [] if "示例数据" in answer.content.decode() else ["does not say that it is a sample"]
    if len(queries) > MOST_QUERIES:
        told = "".join(f"\n  {' '.join(statement.split())[:90]}" for statement in queries)
        found.append(f"takes {len(queries)} queries:{told}")
    return [f"{address} {sentence}" for sentence in found]


@pytest.mark.parametrize("name", [*PAGES, "more"])
def test_page_is_labelled_and_takes_few_queries(browsers, rows, queries, name):
    wrong: list[str] = []
    for address, *special in MORE if name == "more" else PAGES[name]:
        who = special[0] if special else visitor(name)
        asked = address.format(**rows)
        wrong += wrong_with(browsers(who), asked, queries, may_lead_on=who == STRANGER)

    assert not wrong, "\n".join(wrong)


# Pages that look different with other rows: periods, pages of lists, a review that has just been given.
MORE: list[tuple[str, ...]] = [
    ("/divisions/990000000000?from=2026-02-03&to=2026-09-17&page=2", STRANGER),
    ("/divisions/990102001001", STRANGER),
    ("/divisions/440000000000", STRANGER),
    ("{told}", STRANGER),
    ("/desk/?list=done", "supervisor"),
    ("/nowhere", STRANGER),
]


def test_bench_visits_every_page_of_the_public(made):
    public = {name for name in PAGES if (gate := DECLARED[name].gate) and gate.passage == Passage.PUBLIC}

    visited = {visit.name for visit in visits.public()}

    # Whoever has signed in can sign out; whoever has given a password is asked for a code.
    assert public - visited == {"account_logout", "mfa_authenticate"}
