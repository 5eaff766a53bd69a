"""One case, one rating, one order, one public figure: the whole road in one test."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

import pytest
from django.db import transaction

from haochaping.exchange.terms import Raw
from haochaping.flows import change_review, handle_bad_review
from haochaping.flows.invite import invite_case
from haochaping.flows.receive_reviews import receive_reviews
from haochaping.flows.verify_ledger import verify_ledger
from haochaping.insight import actions as insight_actions
from haochaping.insight import queries as insight
from haochaping.insight.terms import Place
from haochaping.kernel.actor import SYSTEM
from haochaping.kernel.outcomes import OutcomeKind
from haochaping.ledger import actions as ledger
from haochaping.notices import queries as notices
from haochaping.notices.terms import Side
from haochaping.publicity import queries as published
from haochaping.publicity.terms import Decision, Part
from haochaping.rectification import actions as rectification
from haochaping.rectification import queries as orders
from haochaping.reviews import queries as reviews
from haochaping.reviews.terms import Entrance
from tests import worlds

if TYPE_CHECKING:
    from datetime import datetime

pytestmark = pytest.mark.django_db


def test_case_to_published_reply(now: datetime) -> None:
    worlds.build(now)
    worlds.take_case("YC-1", now)
    link = invite_case(worlds.SOURCE, "YC-1", by=SYSTEM, now=now)[0]
    invitation = reviews.invitation_by_token(link.rsplit("/", 1)[1])

    raw = Raw(worlds.review("YC-1", 1, now, channel="mobile"))
    outcome = receive_reviews([raw], entrance=Entrance.TOKEN, by=worlds.REVIEWER, now=now)[0]
    assert outcome.kind == OutcomeKind.ACCEPTED
    assert outcome.id is not None
    assert outcome.receipt is not None
    assert reviews.review_by_receipt(outcome.receipt).id == outcome.id
    assert reviews.review_of_occurrence(invitation.occurrence_id)

    assert handle_bad_review.dispatch_due(by=SYSTEM, now=now) == 0
    now += timedelta(minutes=1)
    text = "窗口让我第三次跑，电话13912345678"
    change_review.finish_review(outcome.id, ["113"], text, by=worlds.REVIEWER, now=now)
    order = orders.order_of_review(outcome.id)
    assert order is not None
    assert order.state == "dispatched"
    assert order.rectify_due_at is not None

    rectification.sign_for(order.id, by=worlds.CLERK, now=now)
    handle_bad_review.write_to_reviewer(order.id, "您好，请问第三次是哪一天？", by=worlds.CLERK, now=now)
    handle_bad_review.answer_agency(outcome.id, "上周三", by=worlds.REVIEWER, now=now)
    thread = notices.thread_of("order", str(order.id))
    assert thread is not None
    said = {message.side: message.text for message in notices.messages(thread.id, for_side=Side.REVIEWER)}
    assert said == {Side.AGENCY: "您好，请问第三次是哪一天？", Side.REVIEWER: "上周三"}
    worlds.hear(
        order.id, result="answered", is_true=True, is_reasonable=True, note="属实", by=worlds.CLERK, now=now
    )
    rectification.rectify(
        order.id, outcome="immediate_rectified", text="已并窗办理", by=worlds.CLERK, now=now
    )
    handle_bad_review.reply(order.id, "已改为一次办结，谢谢您。", by=worlds.CLERK, now=now)

    later = now + timedelta(hours=1)
    place = Place(division_path="990000000000.")
    held = published.published(place)[0]
    assert (held.text, held.reply) == (None, None)
    worlds.decide(outcome.id, Part.TEXT, Decision.RELEASED, by=worlds.PUBLISHER, now=later)
    worlds.decide(outcome.id, Part.REPLY, Decision.RELEASED, by=worlds.PUBLISHER, now=later)
    shown = published.published(place)[0]
    assert shown.text == "窗口让我第三次跑，电话＊＊＊"
    assert shown.reply == "已改为一次办结，谢谢您。"

    figures = {m.name: m for m in insight.measures(place)}
    assert figures["cases"].value == 1
    assert figures["bad_reviews"].value == 1
    assert (figures["participation_rate"].numerator, figures["participation_rate"].denominator) == (1, 1)
    assert figures["good_rate"].value is None
    assert (figures["rectification_rate"].numerator, figures["rectification_rate"].denominator) == (1, 1)
    with transaction.atomic():
        insight_actions.fold()
    assert {m.name: m for m in insight.measures(place)} == figures

    while ledger.chain(now=later):
        pass
    assert list(verify_ledger(now=later)) == []
