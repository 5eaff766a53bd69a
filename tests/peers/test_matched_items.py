"""Codes that nobody here knows: put aside with what the sender calls them, decided by a person, and taken from then on."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from django.utils import timezone

from haochaping.cases.models import Case, ServiceOccurrence
from haochaping.directory.models import ItemMatch
from haochaping.directory.terms import MatchWay
from haochaping.exchange import queries as exchange
from haochaping.exchange.models import QuarantinedRecord
from haochaping.flows import match_items
from haochaping.flows.retry_records import retry_records
from haochaping.kernel.actor import EVERYWHERE, OPERATOR, Actor, ActorKind
from haochaping.reviews.models import Review
from tests.peers.fujian import CASE, Fujian2020
from tests.peers.plain import BASIC, JINING_SERVICE, custom, post

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.peers.conftest import Source

_EDITOR = Actor(ActorKind.STAFF, "5", frozenset({"directory.edit"}), EVERYWHERE)
_ITEM = "3510010000000000000000000000001"
# It names the item by the province's own code, and no agency.
_STRANGE = {name: value for name, value in CASE.items() if name != "itemCode"} | {
    "businessName": "测试事项名称"
}
_EARLIER = {
    "nodeName": "受理",
    "serviceTime": "2024-01-01 08:00:00",
    "alternate": "4",
    "appraisald": "406",
    "assessTime": "2024-01-01 08:10:00",
}


@pytest.fixture
def peer(source: Callable[..., Source], place: Callable[..., None]) -> Fujian2020:
    place("351001000000", "351001000000_AAA", _ITEM)
    keys = {"mark": "ptzhsp", "word": "0123456789abcdef0123456789abcdef"}
    there = source("fujian-2020", "ptzhsp", "351001000000", keys=keys)
    peer = Fujian2020(there.send, app_key=keys["mark"], app_code=keys["word"])
    peer.log_in()
    return peer


def test_a_code_without_an_agency_waits_and_is_taken_once_a_person_has_decided(peer):
    now = timezone.now()
    for fields in (_STRANGE, _STRANGE, _STRANGE | _EARLIER):
        answer = peer.call("getSaveEvaluation", fields)
        assert (answer.code, "businessCode" in answer.message) == ("400", True)
    assert exchange.waiting_count() == 4, "two cases and the reviews of their services"
    assert not Case.objects.exists()

    assert match_items.look(now=now) == 1
    row = ItemMatch.objects.get()
    assert (row.code, row.name, row.records) == ("TESTSWB", "测试事项名称", 2)
    assert (row.way, row.item and row.item.code) == (MatchWay.SAME_NAME, _ITEM)
    assert match_items.accept([row.pk], by=_EDITOR, now=now) == (1, 2, 0)

    assert exchange.waiting_count() == 0
    case = Case.objects.get()
    assert (case.item.code, case.agency.code) == (_ITEM, "351001000000_AAA")
    assert case.division.code == "351001000000"
    services = dict(ServiceOccurrence.objects.values_list("no", "name"))
    assert services == {1: "办结", 2: "受理"}
    given = {review.occurrence.name: review.level for review in Review.objects.select_related("occurrence")}
    assert given == {"办结": 2, "受理": 4}, "each review is about the service it was given for"

    more = _STRANGE | {"projectNo": "FJPT24010109000003"}
    assert peer.call("getSaveEvaluation", more).ok, "the next message is taken at once"
    assert Review.objects.count() == 3


def test_a_retry_before_anybody_decided_keeps_the_reason_and_the_senders_name_of_the_field(peer):
    peer.call("getSaveEvaluation", _STRANGE)

    assert retry_records(None, by=OPERATOR, now=timezone.now()) == (0, 2)

    waits = QuarantinedRecord.objects.get(kind="case")
    assert (waits.code, waits.field, waits.attempts) == ("unknown_item", "businessCode", 1)
    assert exchange.unknown_items()[0].name == "测试事项名称"


def test_what_an_older_release_put_aside_without_a_number_is_numbered_when_it_is_retried(peer):
    now = timezone.now()
    peer.call("getSaveEvaluation", _STRANGE)
    # As it was left by a retry of then: another reason, and no number of its service.
    stuck = QuarantinedRecord.objects.get(kind="case")
    stuck.code, stuck.field = "missing", "agency"
    del stuck.fields["occurrences"][0]["no"]
    stuck.save()

    match_items.take_list("ptzhsp", [("TESTSWB", "")], now=now)
    assert match_items.decide(ItemMatch.objects.get().pk, _ITEM, by=_EDITOR, now=now) == (1, 0)

    assert ServiceOccurrence.objects.get().no == 1
    assert Review.objects.get().level == 2


def test_an_item_of_the_authoritys_own_is_taken_once_a_person_has_said_which_it_is(source, place):
    place("370800000000", "370800000000_11370800MB00000000", "1137080000000000000000000000001")
    there = source("jining", "jn-third", "370800000000", unsigned=True)
    own = "3708000000000000000000000000999"

    def said() -> tuple[str, str]:
        message = {"params": JINING_SERVICE | {"taskCode": own}}
        return custom(post(there.send, "hcp/addEvaluateService", message))

    assert "自建事项不进行推送" in said()[1]
    now = timezone.now()
    match_items.take_list("jn-third", [(own, "测试事项名称")], now=now)
    match_items.decide(ItemMatch.objects.get().pk, "1137080000000000000000000000001", by=_EDITOR, now=now)

    assert said() == ("1", "新增服务对象成功")
    assert Case.objects.get().item.code == "1137080000000000000000000000001"


def test_a_feed_that_names_item_and_agency_keeps_the_items_name_with_what_waits(source, place):
    place("370800000000", "11370800MB00000000", "1137080000000000000000000000001")
    there = source("shandong-aggregation", "sd-feed", "370800000000", unsigned=True)
    strange = BASIC | {"taskcode": "SD-1", "itemname": "测试事项名称\u3000"}

    assert post(there.send, "receiveBasicInfo", strange)["success"] == "false"
    match_items.look(now=timezone.now())

    row = ItemMatch.objects.get()
    assert (row.code, row.name, row.way) == ("SD-1", "测试事项名称", MatchWay.SAME_NAME)


def test_a_name_that_is_none_does_no_harm(source, place):
    place("370800000000", "11370800MB00000000", "1137080000000000000000000000001")
    there = source("shandong-aggregation", "sd-feed", "370800000000", unsigned=True)

    for name in (["a"], "x" * 5000, "a\u0001b", 7, None):
        assert post(there.send, "receiveBasicInfo", BASIC | {"itemname": name})["success"] == "true", name

    assert Case.objects.count() == 1
