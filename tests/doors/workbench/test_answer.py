"""The answer of an agency: evidence of what was put right, a reply that is looked at twice and sent once."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING

import pytest
from django.utils import timezone
from procrastinate.contrib.django.models import ProcrastinateJob

from haochaping.doors.jobs import tasks
from haochaping.files import queries as files
from haochaping.files.pictures import redrawn
from haochaping.flows import handle_bad_review, show_evidence, take_step
from haochaping.kernel.refused import Refused
from haochaping.ledger.models import Entry
from haochaping.ledger.terms import EntryKind
from haochaping.rectification import queries as orders
from haochaping.rectification.terms import EVIDENCE_AT_MOST, Doubt, Doubts, OrderState
from tests import worlds
from tests.doors.workbench.test_order import bring_to, state
from tests.photographs import photograph

if TYPE_CHECKING:
    from datetime import datetime
    from uuid import UUID

    from haochaping.kernel.actor import Actor
    from tests.doors.workbench.conftest import Bad

CLERK = worlds.CLERK
DISPATCHER = replace(CLERK, powers=frozenset({"order.view", "order.dispatch"}))
pytestmark = pytest.mark.django_db


def show(bad: Bad, now: datetime, *, shown: bool = True, caption: str = "新窗口", by: Actor = CLERK) -> UUID:
    pictures = [redrawn(photograph(), name="a")]
    return show_evidence.show(bad.order_id, caption=caption, shown=shown, pictures=pictures, by=by, now=now)


def test_evidence_is_kept_with_its_words_and_shown_only_where_it_is_marked_so(bad, world):
    bring_to(bad, OrderState.SIGNED, world)
    mine, theirs = show(bad, world, shown=False, caption="内部记录"), show(bad, world + timedelta(minutes=1))

    everything = orders.history(bad.order_id).beside.evidence
    told = orders.shown_evidence(bad.order_id)

    assert [(one.id, one.caption, len(one.photos)) for one in everything] == [
        (mine, "内部记录", 1),
        (theirs, "新窗口", 1),
    ]
    assert [(one.id, len(one.photos)) for one in told] == [(theirs, 1)]
    assert Entry.objects.filter(kind=EntryKind.EVIDENCE_ADDED).count() == 2


def test_the_reviewer_is_shown_it_with_the_reply_and_not_before(bad, world):
    bring_to(bad, OrderState.RECTIFIED, world)
    hidden, shown = show(bad, world, shown=False), show(bad, world)
    photo = {one: files.photos_of("evidence", str(one))[0].id for one in (hidden, shown)}

    before = orders.shows(bad.review_id, photo[shown])
    handle_bad_review.reply(bad.order_id, "已改。", by=CLERK, now=world + timedelta(hours=1))

    assert before is None
    assert orders.shows(bad.review_id, photo[shown]) == shown
    assert orders.shows(bad.review_id, photo[hidden]) is None


def test_what_is_taken_away_is_shown_to_nobody_and_erased(bad, world):
    bring_to(bad, OrderState.SIGNED, world)
    gone, kept = show(bad, world), show(bad, world)

    show_evidence.take_away(bad.order_id, gone, by=CLERK, now=world)

    row = next(one for one in orders.history(bad.order_id).beside.evidence if one.id == gone)
    assert (row.removed_by, row.photos, row.caption) == (str(CLERK), [], "新窗口")
    job = ProcrastinateJob.objects.get(task_name="files.erase_evidence")
    for _ in range(2):
        tasks.erase_evidence(**job.args)
    tasks.erase_evidence(evidence_id=str(kept))
    assert files.photos_of("evidence", str(gone)) == []
    assert len(files.photos_of("evidence", str(kept))) == 1
    assert Entry.objects.filter(kind=EntryKind.EVIDENCE_REMOVED, subject_id=str(gone)).count() == 1


@pytest.mark.parametrize(
    ("reached", "changes", "code"),
    [
        (OrderState.DISPATCHED, {}, "wrong_state"),
        (OrderState.REPLIED, {}, "wrong_state"),
        (OrderState.SIGNED, {"by": DISPATCHER}, "not_allowed"),
        (OrderState.SIGNED, {"caption": " "}, "text_missing"),
        (OrderState.SIGNED, {"caption": "长" * 201}, "text_too_long"),
    ],
)
def test_what_is_refused_leaves_nothing(bad, world, reached, changes, code):
    bring_to(bad, reached, world)

    with pytest.raises(Refused) as refused:
        show(bad, world, **changes)

    assert refused.value.code == code
    assert orders.history(bad.order_id).beside.evidence == []


def test_evidence_without_a_photograph_or_too_often_is_refused(bad, world):
    bring_to(bad, OrderState.SIGNED, world)
    for _ in range(EVIDENCE_AT_MOST):
        show(bad, world)

    with pytest.raises(Refused) as empty:
        show_evidence.show(bad.order_id, caption="空", shown=True, pictures=[], by=CLERK, now=world)
    with pytest.raises(Refused) as many:
        show(bad, world)

    assert (empty.value.code, many.value.code) == ("evidence_empty", "too_much_evidence")


def test_a_form_that_is_sent_twice_is_taken_once_and_a_refused_one_may_be_sent_again(bad, world):
    bring_to(bad, OrderState.RECTIFIED, world)
    now = timezone.now()

    def send(text: str) -> bool:
        def reply() -> None:
            handle_bad_review.reply(bad.order_id, text, by=CLERK, now=now)

        return take_step.take_step(bad.order_id, "reply:1", reply, now=now)

    with pytest.raises(Refused):
        send(" ")
    first, second = send("已改为一次办结。"), send("已改为一次办结。")

    assert (first, second) == (True, False)
    assert state(bad) == OrderState.REPLIED


def test_a_reply_that_gives_cause_to_look_again_is_sent_once_that_was_confirmed(bad_review, world):
    text = "您好，您反映的多次跑动问题属实，我们已把两个窗口并为一个，当场办结，欢迎再次监督。"
    earlier, later = bad_review("YC-1"), bad_review("YC-2")
    bring_to(earlier, OrderState.RECTIFIED, world)
    bring_to(later, OrderState.RECTIFIED, world)
    at = world + timedelta(hours=1)
    handle_bad_review.reply(earlier.order_id, text, by=CLERK, now=at)
    same = f"{text}详询13912345678。"

    refusals = []
    for confirmed in ("", "alike"):
        with pytest.raises(Refused) as refused:
            handle_bad_review.reply_with_care(later.order_id, same, confirmed=confirmed, by=CLERK, now=at)
        refusals.append(refused.value)
    handle_bad_review.reply_with_care(later.order_id, same, confirmed="alike personal", by=CLERK, now=at)

    doubts = refusals[0].complaint.params["doubts"]
    assert isinstance(doubts, Doubts)
    assert doubts.earlier is not None
    assert [one.code for one in refusals] == ["reply_doubted"] * 2
    assert doubts.earlier.order_id == earlier.order_id
    assert doubts.share >= 0.8
    assert doubts.personal == ("13912345678",)
    assert orders.timeline(later.order_id)[-1].note == same
    event = orders.history(later.order_id).events[-1]
    assert set(event.warned) == {Doubt.ALIKE, Doubt.PERSONAL}
    entry = Entry.objects.filter(kind=EntryKind.ORDER_REPLIED, subject_id=str(later.order_id)).get()
    assert entry.facts["warned"] == "alike personal"


def test_a_reply_of_ones_own_is_sent_at_once_and_nothing_is_noted(bad, world):
    bring_to(bad, OrderState.RECTIFIED, world)

    handle_bad_review.reply_with_care(
        bad.order_id, "已改为一次办结。", confirmed="", by=CLERK, now=world + timedelta(hours=1)
    )

    assert orders.history(bad.order_id).events[-1].warned == ()
    assert "warned" not in Entry.objects.filter(subject_id=str(bad.order_id)).latest("id").facts
