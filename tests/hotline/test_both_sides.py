"""Two systems and one order: the hotline is a process that knows our code from the guide only."""

from __future__ import annotations

from base64 import b64encode
from datetime import timedelta
from io import BytesIO

import pytest
from django.utils import timezone
from PIL import Image
from procrastinate.contrib.django.models import ProcrastinateJob

from haochaping.directory import actions as directory
from haochaping.directory.terms import Kind
from haochaping.flows import close_order, handle_bad_review, hotline_in
from haochaping.hotline import actions, queries
from haochaping.hotline.terms import AttachmentKind
from haochaping.kernel.actor import OPERATOR, SYSTEM
from haochaping.notices.models import StaffNotice
from haochaping.rectification import actions as rectification
from haochaping.rectification import queries as orders
from haochaping.rectification.terms import Move
from tests import worlds
from tests.hotline.conftest import state

MINUTE, HOUR = timedelta(minutes=1), timedelta(hours=1)
ANOTHER = f"{worlds.COUNTY}_CCC"
DONE = {"outcome": "immediate_rectified", "text": "已改正"}
CALL = {"result": "answered", "is_true": True, "is_reasonable": True, "note": "属实", "recording": "RX-C1"}


def test_where_we_lead_the_order_goes_out_and_progress_comes_in(led_here, settings):
    settings.SMS_GATEWAY = "demo"
    order = led_here.bad_review()
    peer = led_here.peer

    [heard] = peer.heard
    assert heard["facts"]["level"] == 1
    assert heard["facts"]["state"] == "dispatched"
    assert led_here.linked(order).number == "RX000001"

    assert peer.say(order.id, "signed")["body"] == {"state": "applied", "new": True}
    told = ProcrastinateJob.objects.filter(task_name="notices.tell_reviewers")
    assert "order_signed" in [job.args["template"] for job in told]
    assert peer.say(order.id, "contacted", facts=CALL)["body"]["state"] == "applied"
    assert peer.say(order.id, "extension_asked", facts={"days": 3, "reason": "要会同两家"})["status"] == 200
    handle_bad_review.grant_extension(order.id, "同意", by=SYSTEM, now=led_here.later())
    assert (
        peer.say(order.id, "rectified", facts={"outcome": "immediate_rectified", "text": "已改正"})["status"]
        == 200
    )
    assert peer.say(order.id, "replied", facts={"text": "已向您说明依据"})["body"]["state"] == "applied"
    assert state(order) == "replied"

    close_order.pass_check(order.id, by=SYSTEM, now=led_here.later())
    led_here.tell()
    assert peer.kinds() == ["order", "grant_extension", "pass_check"]
    assert [message["seq"] for message in peer.heard] == [1, 2, 3]


def test_where_they_lead_our_order_follows_theirs(theirs):
    row = {"code": ANOTHER, "name": "河湾区城市管理局", "division": worlds.COUNTY, "parent": "", "uscc": ""}
    assert directory.put(Kind.AGENCIES, [row], by=OPERATOR, now=theirs.now) == []
    order = theirs.bad_review()
    peer, until = theirs.peer, timezone.now() + timedelta(days=9)

    ends = {"sign": (timezone.now() + HOUR).isoformat(), "rectify": until.isoformat()}
    assert peer.say(order.id, "accepted", facts={"deadlines": ends})["body"]["state"] == "applied"
    assert theirs.linked(order).due_at == until
    assert peer.say(order.id, "returned", facts={"reason": "不属本单位"})["body"]["state"] == "applied"
    assert state(order) == "return_asked"
    silent = peer.say(order.id, "dispatched", facts={"agency": ANOTHER, "reason": " "})["body"]
    assert (silent["state"], silent["field"]) == ("kept", "reason")
    facts: dict[str, object] = {"agency": ANOTHER, "reason": "属城市管理"}
    assert peer.say(order.id, "dispatched", facts=facts)["body"]["state"] == "applied"
    assert state(order) == "dispatched"
    assert orders.rows([order.id])[0].agency_name == row["name"]
    assert peer.say(order.id, "signed")["body"]["state"] == "applied"
    facts = {"text": "已改", "outcome": "immediate_rectified", "rectification": "当场改正", "call": CALL}
    assert peer.say(order.id, "replied", facts=facts)["body"]["state"] == "applied"
    assert peer.say(order.id, "closed")["body"]["state"] == "applied"
    assert state(order) == "checked"
    assert theirs.linked(order).closed_at is not None

    theirs.tell()
    # What it did itself is not told back to it.
    assert peer.kinds() == ["order"]


@pytest.mark.parametrize(("rules", "adopted"), [("theirs", True), ("ours", False)])
def test_whose_clock_rules_is_a_rule(theirs, rules, adopted):
    worlds.follow(worlds.COUNTY, theirs.now, hotline_clock=rules)
    order, until = theirs.bad_review(), timezone.now().replace(microsecond=0) + timedelta(days=40)
    theirs.peer.say(order.id, "signed")

    assert (
        theirs.peer.say(order.id, "extended", facts={"until": until.isoformat(), "reason": "会商"})["status"]
        == 200
    )

    [row] = orders.rows([order.id])
    assert theirs.linked(order).due_at == until
    assert (row.rectify_due_at == until) is adopted
    linked = queries.at_hotline(order.id).answer
    assert linked
    assert linked[1]
    assert (linked[1].until, linked[1].reason) == (until, "会商")


@pytest.mark.parametrize("rules", ["theirs", "ours"])
def test_more_time_is_taken_once_with_its_reason_and_a_day_to_come(theirs, rules):
    worlds.follow(worlds.COUNTY, theirs.now, hotline_clock=rules)
    order, now = theirs.bad_review(), timezone.now().replace(microsecond=0)
    theirs.peer.say(order.id, "signed")
    later, past = ((now + timedelta(days=days)).isoformat() for days in (40, -1))

    def say(**facts: str) -> dict[str, object]:
        return dict(theirs.peer.say(order.id, "extended", facts=facts)["body"])

    said = [say(until=later), say(until=later, reason="  "), say(until=past, reason="会商")]
    assert [(one["state"], one["field"], one["code"]) for one in said] == [
        ("kept", "reason", "fact_missing"),
        ("kept", "reason", "fact_missing"),
        ("kept", "until", "deadline_over"),
    ]
    assert say(until=later, reason="会商")["state"] == "applied"
    again = say(until=later, reason="再会商")
    assert (again["state"], again["code"]) == ("kept", "extensions_used_up")
    linked = queries.at_hotline(order.id).answer
    assert linked
    assert linked[1]
    assert (linked[1].until, linked[1].reason) == (now + timedelta(days=40), "会商")


def test_a_return_is_refused_with_a_reason_that_the_agency_is_told(theirs):
    order = theirs.bad_review()
    theirs.peer.say(order.id, "returned", facts={"reason": "不属本单位"})

    silent = theirs.peer.say(order.id, "dispatched")["body"]
    assert (silent["state"], silent["field"]) == ("kept", "reason")
    assert theirs.peer.say(order.id, "dispatched", facts={"reason": "属你局"})["body"]["state"] == "applied"

    assert state(order) == "dispatched"
    [notice] = StaffNotice.objects.filter(kind="return_refused")
    assert notice.facts["reason"] == "属你局"


def test_what_they_attach_is_kept_a_picture_drawn_anew_and_a_program_in_quarantine(theirs):
    order, drawn = theirs.bad_review(), BytesIO()
    Image.new("RGB", (8, 8), "red").save(drawn, "PNG")
    for name, content in (
        ("现场.png", drawn.getvalue()),
        ("说明.pdf", b"%PDF-1.7 ..."),
        ("a.exe", b"MZ\x90"),
    ):
        told = {"name": name, "content": b64encode(content).decode()}
        assert theirs.peer.say(order.id, "attachment", facts=told)["body"]["state"] == "applied"

    found = queries.attachments(order.id).answer
    assert [row.kind for row in found] == [
        AttachmentKind.PICTURE,
        AttachmentKind.PDF,
        AttachmentKind.QUARANTINED,
    ]
    assert queries.attachment(found[2].id, order.id) is None
    picture = queries.attachment(found[0].id, order.id)
    assert picture is not None
    assert picture[1].startswith(b"\xff\xd8\xff")


def test_what_they_call_a_duplicate_is_merged_with_the_other(theirs):
    first = theirs.bad_review()
    theirs.peer.ask("set", behave=[{"number": "RX000001", "duplicate_of": "RX000001"}])
    second = theirs.bad_review(occurrence_no=2)

    assert state(second) == "merged"
    assert orders.rows([second.id])[0].merged_into_id == first.id


def test_an_hour_away_nothing_is_lost_nor_out_of_order_nor_twice(led_here):
    order = led_here.bad_review()
    peer = led_here.peer
    peer.stop()
    rectification.sign_for(order.id, by=SYSTEM, now=led_here.later())
    other = led_here.bad_review("YC-2")
    worlds.hear(
        order.id,
        result="answered",
        is_true=True,
        is_reasonable=True,
        note="属实",
        by=SYSTEM,
        now=led_here.later(),
    )
    for _ in range(60):
        assert led_here.tell(MINUTE) == 0
    assert led_here.waiting() == 3

    peer.start()
    for _ in range(11):
        led_here.tell(MINUTE)

    assert led_here.waiting() == 0
    of = {
        str(row.id): [m["facts"].get("move", m["kind"]) for m in peer.heard if m["order"] == str(row.id)]
        for row in (order, other)
    }
    assert of == {str(order.id): ["order", Move.SIGN_FOR, Move.VERIFY], str(other.id): ["order"]}


def test_an_answer_that_is_lost_is_asked_for_again_and_counts_once(led_here):
    led_here.peer.ask("set", behave=[{"forget": True}])
    order = led_here.bad_review()
    assert led_here.linked(order).number == ""

    led_here.tell(MINUTE)

    assert led_here.peer.kinds() == ["order"]
    assert led_here.linked(order).number == "RX000001"


def test_what_they_refuse_waits_for_a_person_and_keeps_the_rest_of_its_order(led_here):
    led_here.peer.ask("set", behave=[{"status": 422, "answer": {"reason": "区划不对"}}])
    order = led_here.bad_review()
    rectification.sign_for(order.id, by=SYSTEM, now=led_here.later())
    led_here.tell(HOUR)

    [refused] = queries.refused(SYSTEM)
    assert refused.last_error == "422: 区划不对"
    assert led_here.peer.kinds() == []

    actions.resend(refused.id, by=SYSTEM, now=led_here.later())
    led_here.tell(MINUTE)
    assert led_here.peer.kinds() == ["order", "sign_for"]


def test_said_again_to_the_letter_it_is_a_replay_and_signed_anew_the_same_message(led_here):
    order = led_here.bad_review()
    led_here.peer.say(order.id, "signed")

    replay = led_here.peer.ask("again")
    assert (replay["status"], replay["body"]["code"]) == (409, "nonce_used")
    again = led_here.peer.ask("again", signed_anew=True)
    assert again["body"] == {"state": "applied", "new": False}
    assert orders.events_count(order.id, Move.SIGN_FOR) == 1


def test_what_comes_out_of_order_is_held_until_the_rest_is_there(led_here):
    order = led_here.bad_review()

    assert led_here.peer.say(order.id, "contacted", seq=2, facts=CALL)["body"]["state"] == "held"
    assert state(order) == "dispatched"
    assert led_here.peer.say(order.id, "rectified", seq=3, facts=DONE)["body"]["state"] == "held"
    assert led_here.peer.say(order.id, "signed", seq=1)["body"]["state"] == "applied"
    assert state(order) == "rectified"
    # They are told in their sequence, though they are taken at one go.
    told = [one for one in orders.timeline(order.id) if one.move in {"sign_for", "verify", "rectify"}]
    assert [one.move for one in told] == ["sign_for", "verify", "rectify"]
    assert len({one.at for one in told}) == len(told)


def test_what_the_order_does_not_allow_is_kept_with_the_reason_and_can_be_tried_again(led_here):
    order = led_here.bad_review()
    told = led_here.peer.say(order.id, "replied", facts={"text": "已改"})["body"]
    assert (told["state"], told["code"]) == ("kept", "wrong_state")
    led_here.peer.say(order.id, "signed")
    led_here.peer.say(order.id, "contacted", facts=CALL)
    led_here.peer.say(order.id, "rectified", facts={"outcome": "immediate_rectified", "text": "已改正"})

    [kept] = queries.kept(SYSTEM)
    assert hotline_in.retry(kept.id, by=SYSTEM, now=timezone.now()) == "applied"
    assert state(order) == "replied"


def test_what_is_said_of_a_number_nobody_knows_takes_its_place_once_it_is_known(theirs):
    theirs.peer.ask("set", behave=[{"status": 503}])
    order = theirs.bad_review()

    told = theirs.peer.say(order.id, "signed", instead={"number": "RX000001", "order": ""})["body"]
    assert (told["state"], told["code"]) == ("kept", "unknown_number")
    theirs.tell(MINUTE)

    assert state(order) == "signed"
    assert queries.kept(SYSTEM) == []


def test_a_message_that_cannot_be_read_is_answered_with_the_field(led_here):
    order = led_here.bad_review()

    told = led_here.peer.say(order.id, "signed", instead={"seq": 0})

    assert (told["status"], told["body"]["code"], told["body"]["field"]) == (400, "bad_message", "seq")
    assert "seq" in told["body"]["reason"]
    assert queries.kept(SYSTEM) == []


def test_only_what_is_signed_now_with_the_secret_is_taken(led_here):
    led_here.bad_review()
    peer = led_here.peer

    assert (
        peer.ask("raw", body="{}", headers={"X-Hotline-Signature": "v1=00"})["body"]["code"]
        == "bad_signature"
    )
    assert peer.ask("raw", body="{}", headers={"X-Hotline-Nonce": ""})["status"] == 401
    assert peer.ask("raw", body="{")["body"]["code"] == "not_json"
    assert peer.ask("raw", body="[]")["body"]["field"] == "message"
