"""What may be said to a hotline of a reviewer, and who decides about what did not pass; without a network."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING, Any
from uuid import UUID

import pytest
from django.utils import timezone
from procrastinate.contrib.django.models import ProcrastinateJob

from haochaping.accounts import actions as accounts
from haochaping.exchange.terms import Raw
from haochaping.flows import change_review, handle_bad_review, hotline_in, hotline_out, merge_orders
from haochaping.flows.receive_reviews import receive_reviews
from haochaping.hotline import actions, queries, rules
from haochaping.hotline.models import OutgoingMessage
from haochaping.hotline.terms import Master, ProposedLink
from haochaping.kernel.actor import OPERATOR, SYSTEM
from haochaping.kernel.periods import local_day
from haochaping.kernel.refused import Refused
from haochaping.ledger import queries as ledger
from haochaping.rectification import actions as rectification
from haochaping.rectification import queries as orders
from haochaping.reviews import actions as reviews
from haochaping.reviews.terms import Entrance, Level, SupplementRow
from tests import worlds
from tests.flows.conftest import order_of

if TYPE_CHECKING:
    from datetime import datetime

    from haochaping.hotline.terms import Link
    from haochaping.rectification.terms import OrderRow

pytestmark = pytest.mark.django_db
ORIGIN = "https://hotline.example"


@pytest.fixture
def link(now):
    worlds.build(now)
    worlds.take_case("YC-1", now)
    proposed = ProposedLink(worlds.CITY, f"{ORIGIN}/12345", Master.OURS, local_day(now))
    return queries.link(actions.set_link(proposed, allowed={ORIGIN}, by=OPERATOR, now=now))


def dispatched(now: datetime, **told: Any) -> OrderRow:
    said: dict[str, Any] = {"comment_text": "打13912345678也没人接", "indicator_codes": ["108"]}
    outcome = worlds.give("YC-1", 1, now, **said)
    assert outcome.id is not None
    if told:
        reviews.supplement(outcome.id, SupplementRow(**told), by=worlds.REVIEWER, now=now)
    # Hidden orders wait for the morning.
    later = now + (timedelta(days=1) if told.get("concealed") else timedelta(minutes=20))
    handle_bad_review.dispatch_due(by=SYSTEM, now=later)
    hotline_out.queue_steps(now=later)
    return order_of(outcome.id)


def bodies(order: OrderRow) -> list[Any]:
    rows = OutgoingMessage.objects.filter(linked__order_id=order.id).order_by("seq")
    return [hotline_out.message_body(queries.outgoing(row.id)) for row in rows]


def test_the_hotline_reads_what_the_agency_s_desk_shows_and_nobody_s_name(link, now):
    order = dispatched(now)

    [body] = bodies(order)

    facts = body["facts"]
    assert facts["case_no"] != "YC-1"
    assert facts["text"].endswith("也没人接")
    said = json.dumps(body, ensure_ascii=False)
    for private in ("张小满", "13900000001", "13912345678", "X1"):
        assert private not in said
    assert facts["tags"][0]["code"] == "108"


@pytest.mark.parametrize("agreed", [True, False])
def test_the_hotline_is_told_whether_the_reviewer_may_be_called(link, now, agreed):
    [body] = bodies(dispatched(now, may_call_back=agreed))

    assert body["facts"]["may_call_back"] is agreed


def test_of_a_concealed_reviewer_it_reads_item_level_reasons_and_the_week(link, now):
    order = dispatched(now, concealed=True)

    [body] = bodies(order)

    assert body["facts"].keys() == {
        "division",
        "item",
        "level",
        "withdrawn",
        "tags",
        "state",
        "outcome",
        "round",
        "deadlines",
        "concealed",
        "week",
    }
    assert body["facts"]["week"] == "2026-06-01"
    assert "没人接" not in json.dumps(body, ensure_ascii=False)


def test_a_step_is_put_into_the_queue_once_and_one_of_before_the_link_never(link, now):
    order = dispatched(now)
    later = now + timedelta(minutes=30)
    rectification.sign_for(order.id, by=SYSTEM, now=later)

    assert hotline_out.queue_steps(now=later) == 1
    assert hotline_out.queue_steps(now=later + timedelta(hours=1)) == 0
    assert [body["facts"].get("move", "order") for body in bodies(order)] == ["order", "sign_for"]


def test_words_of_a_call_back_stay_here(link, now):
    order, later = dispatched(now), now + timedelta(minutes=30)
    rectification.sign_for(order.id, by=SYSTEM, now=later)
    worlds.hear(
        order.id, result="answered", is_true=True, is_reasonable=True, note="他说是邻居", by=SYSTEM, now=later
    )
    hotline_out.queue_steps(now=later)

    assert "邻居" not in json.dumps(bodies(order), ensure_ascii=False)


def say(
    link: Link, order: OrderRow, kind: str = "attachment", seq: int = 1, **facts: object
) -> hotline_in.Taken:
    body = {"message": f"m{seq}", "seq": seq, "kind": kind, "order": str(order.id), "facts": facts}
    return hotline_in.receive(link, body | {"at": timezone.now().isoformat()}, now=timezone.now())


def test_a_message_id_stands_for_one_message(link, now):
    order = dispatched(now)
    say(link, order, "signed")

    with pytest.raises(Refused) as refused:
        say(link, order, "returned", reason="不是我们的")
    assert refused.value.code == "message_reused"


def test_whoever_leads_decides_and_whoever_follows_reports(link, now):
    order = dispatched(now)

    taken = say(link, order, "closed")

    assert taken.complaint is not None
    assert (taken.state, taken.complaint.code) == ("kept", "wrong_side")


@pytest.mark.parametrize(
    ("kind", "facts", "field"),
    [
        ("replied", {}, "text"),
        ("contacted", {"result": 17}, "result"),
        ("extension_asked", {"days": "3", "reason": "x"}, "days"),
        ("duplicate", {"of": ""}, "of"),
        ("attachment", {"content": "%%%"}, "content"),
        ("accepted", {"deadlines": {"rectify": "soon"}}, "rectify"),
    ],
)
def test_a_fact_that_is_missing_is_named_and_the_message_is_kept(link, now, kind, facts, field):
    taken = say(link, dispatched(now), kind, **facts)

    assert taken.complaint is not None
    assert (taken.state, taken.complaint.field) == ("kept", field)


def test_a_deadline_beyond_all_calendars_harms_nothing(link, now):
    worlds.follow(worlds.COUNTY, now, hotline_clock="theirs")
    order = dispatched(now)

    taken = say(link, order, "accepted", deadlines={"rectify": "9999-12-31T23:59:59+00:00"})

    assert taken.state == "kept"


def test_a_gap_is_given_up_by_somebody_with_an_entry(link, now):
    order = dispatched(now)
    assert say(link, order, "signed", seq=3).state == "held"
    [gap] = queries.gaps(SYSTEM)
    assert (gap.missing_from, gap.missing_to, gap.held) == (1, 2, 1)

    with pytest.raises(Refused):
        hotline_in.close_gap(gap.linked_id, by=worlds.CLERK, now=now)
    hotline_in.close_gap(gap.linked_id, by=SYSTEM, now=now)

    assert order_of(order.review_id).state == "signed"
    [row] = queries.queues([link.id]).values()
    assert row.kept == 0


def test_what_was_refused_is_given_up_with_a_reason_and_an_entry(link, now):
    order = dispatched(now)
    [row] = OutgoingMessage.objects.filter(linked__order_id=order.id)
    actions.refuse(queries.outgoing(row.id), "422: 不收", by=SYSTEM, now=now)

    with pytest.raises(Refused):
        actions.give_up(row.id, " ", by=SYSTEM, now=now)
    with pytest.raises(Refused):
        actions.give_up(row.id, "电话说好了", by=worlds.CLERK, now=now)
    actions.give_up(row.id, "电话说好了", by=SYSTEM, now=now)

    assert queries.refused(SYSTEM) == []
    kinds = [entry.facts.get("decided") for entry in ledger.entries_of("hotline_message", str(row.id))]
    assert "give_up" in kinds


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"division": "1"}, "unknown_place"),
        ({"url": "https://elsewhere.example/12345"}, "hotline_origin_not_allowed"),
        ({"master": "both"}, "bad_master"),
        ({"agency": "1"}, "unknown_place"),
        ({"client": "nobody"}, "unknown_client"),
    ],
)
def test_a_link_that_cannot_be_is_refused(link, now, changes, code):
    typed: dict[str, Any] = {
        "division": worlds.CITY,
        "url": f"{ORIGIN}/2",
        "master": "ours",
        "enabled_from": local_day(now),
    }

    with pytest.raises(Refused) as refused:
        actions.set_link(ProposedLink(**(typed | changes)), allowed={ORIGIN}, by=OPERATOR, now=now)
    assert refused.value.code == code


def test_a_program_asks_for_the_orders_of_one_link(link, now):
    client_id, _ = accounts.create_client(name="12345", division_code=worlds.CITY, by=OPERATOR, now=now)
    first = ProposedLink(worlds.CITY, f"{ORIGIN}/1", Master.OURS, local_day(now), client="12345")
    second = replace(first, division=worlds.COUNTY)
    for _ in range(2):
        # The same link keeps its program.
        assert actions.set_link(first, allowed={ORIGIN}, by=OPERATOR, now=now) == link.id

    with pytest.raises(Refused) as refused:
        actions.set_link(second, allowed={ORIGIN}, by=OPERATOR, now=now)

    assert (refused.value.code, refused.value.complaint.field) == ("client_linked", "client")
    assert queries.link_of_client(client_id).id == link.id
    actions.close_link(link.id, by=OPERATOR, now=now)
    assert actions.set_link(second, allowed={ORIGIN}, by=OPERATOR, now=now) != link.id


def test_a_link_is_changed_in_its_place_and_closed(link, now):
    again = ProposedLink(worlds.CITY, f"{ORIGIN}/2", Master.THEIRS, local_day(now))

    assert actions.set_link(again, allowed={ORIGIN}, by=OPERATOR, now=now) == link.id
    assert queries.link(link.id).master == Master.THEIRS
    actions.close_link(link.id, by=OPERATOR, now=now)
    assert queries.links() == []
    order = dispatched(now)
    assert queries.linked_of_order(order.id).answer is None


def test_what_waits_for_more_than_an_hour_is_said(link, now):
    dispatched(now)
    [queue] = queries.queues([link.id]).values()

    assert not rules.is_away(queue, now + timedelta(minutes=80))
    assert rules.is_away(queue, now + timedelta(minutes=81))


@pytest.mark.parametrize("result", ["answered", "not_reached", "declined"])
def test_a_call_that_the_hotline_cannot_show_is_kept_and_the_next_one_with_its_number_is_taken(
    link, now, result
):
    order = dispatched(now)
    say(link, order, "signed", seq=1)
    heard = {"result": result, "is_true": None, "is_reasonable": None, "note": "核实"}

    kept = say(link, order, "contacted", seq=2, **heard)
    taken = say(link, order, "contacted", seq=3, **heard, recording="RX-C1")
    again = say(link, order, "contacted", seq=4, **heard, recording="RX-C1")

    assert (kept.state, kept.complaint and kept.complaint.code) == ("kept", "own_reference_missing")
    assert taken.state == "applied"
    assert (again.state, again.complaint and again.complaint.code) == ("kept", "own_reference_used")
    [call] = [event.callback for event in orders.history(order.id).events if event.callback]
    assert (call.means, call.contact, call.result) == ("own", "RX-C1", result)


def run_changes(now: datetime) -> int:
    """The worker does what reviewers' changes have put into the outbox; returns how many messages that made."""
    jobs = ProcrastinateJob.objects.filter(task_name="hotline.review_changed").order_by("id")
    made = [
        hotline_out.queue_change(UUID(job.args["change_id"]), UUID(job.args["review_id"]), now=now)
        for job in jobs
    ]
    return sum(made)


LATER = timedelta(minutes=1)


def tapped(now: datetime) -> UUID:
    """A bad review of somebody with an invitation, who may change it for ten minutes."""
    raw = Raw(worlds.review("YC-1", 1, now, channel="mobile"))
    [outcome] = receive_reviews([raw], entrance=Entrance.TOKEN, by=worlds.REVIEWER, now=now)
    assert outcome.id is not None
    return outcome.id


def finished(now: datetime) -> OrderRow:
    """A bad review that went out as soon as its reviewer had finished, who may still change it."""
    outcome = tapped(now)
    change_review.finish_review(outcome, ["108"], "没人接电话", by=worlds.REVIEWER, now=now)
    hotline_out.queue_steps(now=now)
    return order_of(outcome)


def withdraws(review_id: UUID, now: datetime) -> None:
    change_review.withdraw_review(review_id, by=worlds.REVIEWER, now=now)


def says_another_level(review_id: UUID, now: datetime) -> None:
    change_review.change_level(review_id, Level(2), by=worlds.REVIEWER, now=now)


def says_more(review_id: UUID, now: datetime) -> None:
    change_review.finish_review(review_id, [], "后来又跑了一次", by=worlds.REVIEWER, now=now)


def hides(review_id: UUID, now: datetime) -> None:
    merge_orders.wish_concealed(review_id, concealed=True, by=worlds.REVIEWER, now=now)


@pytest.mark.parametrize(
    ("does", "told"),
    [
        (withdraws, {"withdrawn": True, "text": ""}),
        (says_another_level, {"withdrawn": False, "level": 2}),
        (says_more, {"level": 1, "text": "后来又跑了一次"}),
        (hides, {"concealed": True, "level": 1}),
    ],
)
def test_what_the_reviewer_changes_after_dispatch_the_hotline_is_told(link, now, does, told):
    order = finished(now)
    known = queries.linked_of_order(order.id).answer
    assert known
    rectification.sign_for(order.id, by=SYSTEM, now=now + LATER)
    hotline_out.queue_steps(now=now + LATER)
    later = now + 2 * LATER

    does(order.review_id, later)
    assert run_changes(later) == 1
    run_changes(later)

    *_, last = bodies(order)
    assert [body["facts"].get("move") for body in bodies(order)] == [None, "sign_for", "review_changed"]
    assert last["kind"] == "moved"
    assert {name: last["facts"][name] for name in told} == told
    if does is hides:
        assert not {"case_no", "text", "assessed_at"} & last["facts"].keys()
    [read] = queries.changed_since(link.id, known.changed_at + timedelta(seconds=1), None, limit=9)
    assert (read.order_id, read.changed_at) == (order.id, later)


def test_rated_anew_after_it_was_taken_back_it_goes_out_as_it_stands_now(link, now):
    order = finished(now)
    withdraws(order.review_id, now + LATER)
    says_another_level(order.review_id, now + LATER)
    says_more(order.review_id, now + LATER)
    handle_bad_review.dispatch_due(by=SYSTEM, now=now + 2 * LATER)
    hotline_out.queue_steps(now=now + 2 * LATER)

    *_, last = [body for body in bodies(order) if body["facts"].get("move") == "dispatch"]

    assert (last["facts"]["level"], last["facts"]["text"]) == (2, "后来又跑了一次")
    assert last["facts"]["withdrawn"] is False


def test_a_change_before_dispatch_or_with_a_closed_link_is_told_to_nobody(link, now):
    review_id = tapped(now)
    says_another_level(review_id, now)
    assert not ProcrastinateJob.objects.filter(task_name="hotline.review_changed").exists()
    says_more(review_id, now)
    hotline_out.queue_steps(now=now)
    actions.close_link(link.id, by=OPERATOR, now=now + LATER)

    says_another_level(review_id, now + LATER)

    assert ProcrastinateJob.objects.filter(task_name="hotline.review_changed").count() == 1
    assert run_changes(now + LATER) == 0
