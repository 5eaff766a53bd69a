"""What the models say about erasure is what the beats do: a row is there until its time is over, and gone then."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest
from allauth.usersessions.models import UserSession
from django.contrib.sessions.models import Session
from django.utils import timezone

from docs.generate.privacy import models, personal, stated
from haochaping.accounts import actions as accounts
from haochaping.accounts.terms import Role
from haochaping.doors.jobs.beats import BEATS
from haochaping.exchange.models import GivenAnswer, QuarantinedRecord, Visit
from haochaping.exchange.reconciliation.terms import StatedKind
from haochaping.exchange.terms import QuarantineState, RecordKind
from haochaping.hotline.models import (
    Attachment,
    HotlineLink,
    IncomingMessage,
    LinkedOrder,
    OutgoingMessage,
)
from haochaping.hotline.terms import AttachmentKind, InState, Master, OutState, Saying, Telling
from haochaping.identity import actions as identity
from haochaping.identity.models import BlindIndex, SealedBatch, SealedPerson
from haochaping.identity.terms import PlainPerson
from haochaping.kernel.actor import OPERATOR, SYSTEM
from haochaping.kernel.identifiers import uuid7
from haochaping.kernel.privacy import Emptied, Erased
from haochaping.levels.models import IncomingBatch, Peer, ToldDay
from haochaping.levels.terms import BatchKind
from haochaping.levels.terms import InState as BatchState
from haochaping.notices import actions as notices
from haochaping.rectification.models import WorkOrder
from haochaping.rectification.terms import OrderState
from tests import worlds
from tests.levels import made

if TYPE_CHECKING:
    from datetime import datetime

pytestmark = pytest.mark.django_db
_MOMENT = timedelta(seconds=1)
_SAID = {model: stated(model).retention for model in models() if personal(model)}
_ERASED = [model for model, rule in _SAID.items() if isinstance(rule, Erased)]


def sealed(at: datetime) -> None:
    """Somebody who belongs to a conversation about something that has closed."""
    [person] = identity.seal([PlainPerson("王样本", "13900000001", "111", "X1")], now=at)
    notices.open_thread("order", "7", person=person, by=SYSTEM, now=at)


def answered(at: datetime) -> None:
    GivenAnswer.objects.create(client_id=1, key="k", body_hash=b"", answer={}, given_at=at)


def visited(at: datetime) -> None:
    Visit.objects.create(
        id=uuid7(at),
        token_hash=b"",
        dialect="anhui",
        fields={},
        sealed={},
        begun_at=at - timedelta(minutes=30),
        ends_at=at,
    )


def told(at: datetime) -> None:
    ToldDay.objects.create(
        source="S", kind=StatedKind.CASES, day=at.date(), count=0, differing=[], params={}, told_at=at
    )


def settled(at: datetime) -> None:
    QuarantinedRecord.objects.create(
        id=uuid7(at),
        kind=RecordKind.CASE,
        source="S",
        case_no="YC-1",
        fields={"name": "王样本"},
        sealed={},
        entrance="lane",
        sender="client:1",
        code="unknown_item",
        params={"value": "王样本"},
        message="{value} is unknown.",
        remedy="",
        state=QuarantineState.TAKEN,
        attempts=1,
        received_at=at,
        settled_at=at,
    )


def _linked(at: datetime) -> LinkedOrder:
    """A finished order of a hotline."""
    worlds.build(at)
    worlds.take_case("YC-1", at)
    worlds.give("YC-1", 1, at)
    order = WorkOrder.objects.get()
    WorkOrder.objects.update(state=OrderState.CANCELLED)
    link = HotlineLink.objects.create(
        id=uuid7(at),
        division_id=order.division_id,
        url="https://12345.example/",
        master=Master.OURS,
        begins_at=at,
        set_at=at,
        set_by="staff:1",
        told_until=at,
    )
    return LinkedOrder.objects.create(
        id=uuid7(at), link=link, order=order, master=Master.OURS, linked_at=at, changed_at=at
    )


def heard(at: datetime) -> IncomingMessage:
    linked = _linked(at)
    return IncomingMessage.objects.create(
        id=uuid7(at),
        link=linked.link,
        linked=linked,
        message="m",
        digest=b"",
        seq=1,
        kind=Saying.ACCEPTED,
        said_at=at,
        facts={"text": "王样本来电"},
        state=InState.APPLIED,
        received_at=at,
        settled_at=at,
    )


def sent(at: datetime) -> None:
    OutgoingMessage.objects.create(
        id=uuid7(at),
        linked=_linked(at),
        seq=1,
        kind=Telling.ORDER,
        event_id=uuid7(at),
        state=OutState.SENT,
        last_error="王样本不存在",
        queued_at=at,
        due_at=at,
        settled_at=at,
    )


def attached(at: datetime) -> None:
    message = heard(at)
    Attachment.objects.create(
        id=uuid7(at),
        linked_id=LinkedOrder.objects.get().id,
        incoming=message,
        name="王样本.pdf",
        kind=AttachmentKind.PDF,
        content=b"%PDF",
        sha256=b"",
        size=4,
        at=at,
    )


def answered_batch(at: datetime) -> None:
    worlds.build(at)
    made.city(at)
    IncomingBatch.objects.create(
        id=uuid7(at),
        peer=Peer.objects.get(),
        seq=1,
        kind=BatchKind.RECORDS,
        state=BatchState.MERGED,
        sha256="",
        content=b"",
        answer=b"YC-1",
        received_at=at,
    )


_EMPTIED = {
    QuarantinedRecord: settled,
    IncomingMessage: heard,
    OutgoingMessage: sent,
    Attachment: attached,
    IncomingBatch: answered_batch,
}
_MADE = {
    SealedBatch: sealed,
    SealedPerson: sealed,
    BlindIndex: sealed,
    GivenAnswer: answered,
    Visit: visited,
    ToldDay: told,
}


def test_every_table_that_is_said_to_be_erased_is_asked():
    assert set(_MADE) == set(_ERASED)


@pytest.mark.parametrize("model", _ERASED, ids=lambda model: model.__name__)
def test_a_row_is_kept_as_long_as_it_is_said_and_no_longer(model):
    rule: Erased = stated(model).retention
    [beat] = [beat for beat in BEATS if beat.name == rule.beat]
    now = timezone.now()

    _MADE[model](now - rule.after)
    beat.call(now - _MOMENT)
    assert model.objects.exists()

    beat.call(now + _MOMENT)
    assert not model.objects.exists()


def test_every_table_that_is_said_to_be_emptied_is_asked():
    assert set(_EMPTIED) == {model for model, rule in _SAID.items() if isinstance(rule, Emptied)}


@pytest.mark.parametrize("model", _EMPTIED, ids=lambda model: model.__name__)
def test_words_are_kept_as_long_as_it_is_said_and_the_row_stays(model):
    rule: Emptied = stated(model).retention
    [beat] = [beat for beat in BEATS if beat.name == rule.beat]
    now = timezone.now()

    def said() -> dict[str, Any]:
        [row] = model.objects.values(*rule.fields)
        return {name: bytes(value) if isinstance(value, memoryview) else value for name, value in row.items()}

    _EMPTIED[model](now - rule.after)
    before = said()
    beat.call(now - _MOMENT)
    assert said() == before
    assert all(before.values())

    beat.call(now + _MOMENT)
    assert [value for value in said().values() if value not in ({}, "", b"", {"value": "…"})] == []
    after = said()
    beat.call(now + _MOMENT)
    assert said() == after


def test_what_still_waits_is_not_emptied(now):
    settled(now)
    QuarantinedRecord.objects.update(state=QuarantineState.WAITING, settled_at=None)
    attached(now)
    WorkOrder.objects.update(state=OrderState.CREATED)
    IncomingMessage.objects.update(state=InState.KEPT, code="unknown_number")
    late = now + timedelta(days=1000)

    for name in ("empty settled records", "empty messages of hotlines"):
        [beat] = [beat for beat in BEATS if beat.name == name]
        beat.call(late)

    assert QuarantinedRecord.objects.get().fields == {"name": "王样本"}
    assert IncomingMessage.objects.get().facts == {"text": "王样本来电"}
    assert bytes(Attachment.objects.get().content) == b"%PDF"


def test_sessions_are_erased_once_they_are_over(now):
    user = somebody(now)
    for key, ends in (("over", now - _MOMENT), ("goes-on", now + _MOMENT)):
        Session.objects.create(session_key=key, session_data="", expire_date=ends)
        UserSession.objects.create(user_id=user, session_key=key, ip="127.0.0.1", user_agent="x")
    UserSession.objects.update(last_seen_at=now - timedelta(hours=9))
    [beat] = [beat for beat in BEATS if beat.name == "forget ended sessions"]

    beat.call(now)

    assert list(Session.objects.values_list("session_key", flat=True)) == ["goes-on"]
    assert list(UserSession.objects.values_list("session_key", flat=True)) == ["goes-on"]


def somebody(now: datetime) -> int:
    """Somebody with an account."""
    return accounts.create_staff(
        username="clerk",
        display_name="示例人员",
        role=Role.CLERK,
        password="a quiet river at dusk",
        everywhere=True,
        by=OPERATOR,
        now=now,
    )
