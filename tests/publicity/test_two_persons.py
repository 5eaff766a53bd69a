"""双人: one publisher proposes, a second one confirms or refuses; the same person twice is refused, in the database too."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest
from django.db import IntegrityError, connection, transaction
from django.test.utils import CaptureQueriesContext

from haochaping.kernel.actor import OPERATOR, SYSTEM
from haochaping.kernel.identifiers import uuid7
from haochaping.kernel.refused import Refused
from haochaping.kernel.two_persons import TwoPersonState
from haochaping.ledger.models import Entry
from haochaping.ledger.terms import EntryKind
from haochaping.publicity import actions, queries
from haochaping.publicity.models import Release, Undecided
from haochaping.publicity.terms import Decision, Part, Wanted
from haochaping.rectification import actions as rectification
from haochaping.rectification import queries as orders
from tests import worlds
from tests.publicity.test_actions import OTHER_PUBLISHER, answered, bad_review, shown

if TYPE_CHECKING:
    from datetime import datetime
    from uuid import UUID

    from haochaping.kernel.actor import Actor

pytestmark = pytest.mark.django_db
FIRST, SECOND = worlds.PUBLISHER, worlds.SECOND_PUBLISHER
RELEASE, HOLD, TAKE_DOWN = Decision.RELEASED, Decision.HELD, Decision.TAKEN_DOWN


@pytest.fixture(autouse=True)
def _world(now: datetime) -> None:
    worlds.build(now)


def proposed(review_id: UUID, now: datetime, decision: Decision = RELEASE, *, by: Actor = FIRST) -> UUID:
    """What somebody proposes for the text of a review."""
    why = () if decision == RELEASE else ("含姓名", "privacy")
    [made] = actions.propose([Wanted(review_id, Part.TEXT, decision, *why)], by=by, now=now)
    return made


def said(kind: EntryKind) -> list[tuple[str, str, str]]:
    """Who has said what of which text, as the ledger has it."""
    rows = Entry.objects.filter(kind=kind).order_by("recorded_at", "id")
    return [(row.actor, row.facts["decision"], row.facts["state"]) for row in rows]


def test_what_one_has_proposed_is_not_public_and_counts_as_undecided(now: datetime):
    review_id = bad_review("C1", now)

    made = proposed(review_id, now)

    assert (shown().has_text, shown().text) == (True, None)
    assert list(Undecided.objects.values_list("review_id", "part")) == [(review_id, "text")]
    assert queries.candidates(SECOND, now=now) == []
    [waits] = queries.proposals(SECOND, mine=False)
    assert (waits.id, waits.proposed_by, waits.proposed_at) == (made, "staff:publisher", now)
    assert (waits.original, waits.text) == ("跑了三次，电话13912345678", "跑了三次，电话＊＊＊")
    assert said(EntryKind.RELEASE_PROPOSED) == [("staff:publisher", "released", "proposed")]
    assert said(EntryKind.RELEASE_DECIDED) == []


def test_what_another_one_confirms_is_public(now: datetime):
    made = proposed(bad_review("C1", now), now)

    assert actions.confirm([made], by=SECOND, now=now) == 1

    assert shown().text == "跑了三次，电话＊＊＊"
    assert not Undecided.objects.exists()
    assert queries.proposals(SECOND) == []
    assert said(EntryKind.RELEASE_DECIDED) == [("staff:second-publisher", "released", "confirmed")]


def test_a_publisher_of_an_office_above_may_be_the_second_one(now: datetime):
    made = proposed(bad_review("C1", now), now)

    assert actions.confirm([made], by=worlds.EVERYBODY, now=now) == 1


MEMBER = frozenset({7})


@pytest.mark.parametrize(
    ("first", "second"),
    [(FIRST, FIRST), (replace(FIRST, staff_ids=MEMBER), replace(SECOND, staff_ids=MEMBER | {8}))],
    ids=["one account", "two accounts of one staff member"],
)
@pytest.mark.parametrize("decision", [RELEASE, HOLD])
def test_one_person_does_not_decide_alone(now: datetime, first: Actor, second: Actor, decision: Decision):
    made = proposed(bad_review("C1", now), now, decision, by=first)

    with pytest.raises(Refused, match="one_person"):
        actions.confirm([made], by=second, now=now)
    with pytest.raises(Refused, match="one_person"):
        actions.refuse(made, reason="不妥", by=second, now=now)

    assert Release.objects.get().state == TwoPersonState.PROPOSED
    assert shown().text is None
    assert len(said(EntryKind.RELEASE_PROPOSED)) == 1
    assert said(EntryKind.RELEASE_DECIDED) == []


def test_one_s_own_among_others_keeps_all_of_them(now: datetime):
    own = proposed(bad_review("C1", now), now)
    others = proposed(bad_review("C2", now), now, by=SECOND)

    with pytest.raises(Refused, match="one_person"):
        actions.confirm([own, others], by=FIRST, now=now)

    assert set(Release.objects.values_list("state", flat=True)) == {TwoPersonState.PROPOSED}


@pytest.mark.parametrize(
    ("by", "code"),
    [
        (worlds.NOBODY, "not_allowed"),
        (worlds.CLERK, "not_allowed"),
        (SYSTEM, "not_allowed"),
        (OPERATOR, "not_allowed"),
        (OTHER_PUBLISHER, "not_proposed"),
    ],
    ids=["nobody", "clerk", "the program", "the shell", "another city's"],
)
def test_who_may_not_be_the_second_one(now: datetime, by: Actor, code: str):
    made = proposed(bad_review("C1", now), now)

    with pytest.raises(Refused, match=code):
        actions.confirm([made], by=by, now=now)
    with pytest.raises(Refused, match=code):
        actions.refuse(made, reason="不妥", by=by, now=now)

    assert Release.objects.get().state == TwoPersonState.PROPOSED


@pytest.mark.parametrize("by", [SYSTEM, OPERATOR])
def test_nor_does_the_program_propose(now: datetime, by: Actor):
    with pytest.raises(Refused, match="not_allowed"):
        proposed(bad_review("C1", now), now, by=by)


def test_many_are_confirmed_at_once_with_what_was_ended_meanwhile_left_out(now: datetime):
    made = [proposed(bad_review(f"C{n}", now), now) for n in range(3)]
    actions.withdraw(made[0], by=FIRST, now=now)

    assert actions.confirm([*made, uuid7(now)], by=SECOND, now=now) == 2

    assert Release.objects.filter(state=TwoPersonState.CONFIRMED).count() == 2
    assert len(said(EntryKind.RELEASE_DECIDED)) == 2


def test_many_take_as_many_statements_as_one(now: datetime):
    few, many = ([bad_review(f"C{n}{m}", now) for m in range(m)] for n, m in enumerate((1, 5)))

    def statements(reviews: list[UUID]) -> int:
        with CaptureQueriesContext(connection) as asked:
            made = actions.propose([Wanted(one, Part.TEXT, RELEASE) for one in reviews], by=FIRST, now=now)
            actions.confirm(made, by=SECOND, now=now)
        return len(asked)

    assert statements(many) == statements(few)


def test_nothing_is_proposed_where_one_of_several_is_not_there(now: datetime):
    there = Wanted(bad_review("C1", now), Part.TEXT, RELEASE)

    with pytest.raises(Refused, match="nothing_to_release"):
        actions.propose([there, Wanted(uuid7(now), Part.TEXT, RELEASE)], by=FIRST, now=now)

    assert not Release.objects.exists()


def test_a_text_is_proposed_once(now: datetime):
    review_id = bad_review("C1", now)
    proposed(review_id, now)

    with pytest.raises(Refused, match="already_proposed"):
        proposed(review_id, now, HOLD, by=SECOND)

    assert Release.objects.count() == 1


def test_refused_it_waits_again(now: datetime):
    review_id = bad_review("C1", now)
    made = proposed(review_id, now)

    actions.refuse(made, reason=" 有姓名 ", by=SECOND, now=now + timedelta(minutes=1))

    row = Release.objects.get()
    assert (row.state, row.refusal, row.decided_by) == ("refused", "有姓名", "staff:second-publisher")
    assert [one.review_id for one in queries.candidates(FIRST, now=now)] == [review_id]
    assert queries.proposals(SECOND) == []
    assert said(EntryKind.RELEASE_PROPOSED)[1:] == [("staff:second-publisher", "released", "refused")]
    assert shown().text is None
    with pytest.raises(Refused, match="not_proposed"):
        actions.confirm([made], by=SECOND, now=now)
    proposed(review_id, now, HOLD, by=SECOND)


@pytest.mark.parametrize("reason", ["", "\u200b "])
def test_refusing_needs_a_reason(now: datetime, reason: str):
    made = proposed(bad_review("C1", now), now)

    with pytest.raises(Refused, match="refusal_needs_reason") as refused:
        actions.refuse(made, reason=reason, by=SECOND, now=now)

    assert refused.value.complaint.field == "reason"
    assert Release.objects.get().state == TwoPersonState.PROPOSED


def test_taken_back_it_waits_again(now: datetime):
    review_id = bad_review("C1", now)
    made = proposed(review_id, now)

    later = now + timedelta(minutes=1)
    actions.withdraw(made, by=FIRST, now=later)

    row = Release.objects.get()
    assert (row.state, row.decided_by, row.decided_at) == ("withdrawn", "staff:publisher", later)
    assert [one.review_id for one in queries.candidates(FIRST, now=now)] == [review_id]
    assert said(EntryKind.RELEASE_PROPOSED)[1:] == [("staff:publisher", "released", "withdrawn")]
    with pytest.raises(Refused, match="not_proposed"):
        actions.withdraw(made, by=FIRST, now=now)


@pytest.mark.parametrize(("by", "code"), [(SECOND, "not_proposed"), (worlds.CLERK, "not_allowed")])
def test_nobody_takes_back_what_another_one_proposed(now: datetime, by: Actor, code: str):
    made = proposed(bad_review("C1", now), now)

    with pytest.raises(Refused, match=code):
        actions.withdraw(made, by=by, now=now)

    assert Release.objects.get().state == TwoPersonState.PROPOSED


def test_words_that_were_written_anew_are_proposed_anew(now: datetime):
    review_id = bad_review("C1", now, text="")
    answered(review_id, now)
    wanted = [Wanted(review_id, Part.REPLY, RELEASE)]
    [old] = actions.propose(wanted, by=FIRST, now=now)
    order = orders.order_of_review(review_id)
    assert order is not None
    rectification.take_up_again(order.id, by=worlds.REVIEWER, now=now + timedelta(hours=3))
    later = now + timedelta(hours=4)
    answered(review_id, later, "这次真的改好了")

    with pytest.raises(Refused, match="not_proposed"):
        actions.confirm([old], by=SECOND, now=later)
    [new] = actions.propose(wanted, by=FIRST, now=later)
    actions.confirm([new], by=SECOND, now=later)

    assert shown().reply == "这次真的改好了"


def test_what_two_publishers_hold_back_is_not_said_to_wait(now: datetime):
    review_id = bad_review("C1", now)
    answered(review_id, now)
    told = [(shown().text_held, shown().reply_held)]

    for part in Part:
        worlds.decide(review_id, part, Decision.HELD, reason="含姓名", now=now)
        told.append((shown().text_held, shown().reply_held))

    assert told == [(False, False), (True, False), (True, True)]
    assert (shown().text, shown().reply) == (None, None)


def test_what_is_public_is_taken_down_by_two(now: datetime):
    review_id = bad_review("C1", now)
    worlds.decide(review_id, Part.TEXT, RELEASE, now=now)
    assert [one.text for one in queries.released(SECOND)] == ["跑了三次，电话＊＊＊"]

    made = proposed(review_id, now, TAKE_DOWN)
    assert shown().text == "跑了三次，电话＊＊＊"
    assert queries.released(SECOND) == []
    assert [one.original for one in queries.proposals(SECOND)] == ["跑了三次，电话＊＊＊"]
    with pytest.raises(Refused, match="one_person"):
        actions.confirm([made], by=FIRST, now=now)
    actions.confirm([made], by=SECOND, now=now + timedelta(minutes=1))

    assert (shown().has_text, shown().text, shown().text_taken_down) == (True, None, True)
    assert said(EntryKind.RELEASE_DECIDED)[1:] == [("staff:second-publisher", "taken_down", "confirmed")]
    assert queries.candidates(FIRST, now=now) == []
    with pytest.raises(Refused, match="already_decided"):
        proposed(review_id, now, TAKE_DOWN)


def test_a_reply_that_is_taken_down_leaves_the_one_before_it(now: datetime):
    review_id = bad_review("C1", now, text="")
    answered(review_id, now)
    worlds.decide(review_id, Part.REPLY, RELEASE, now=now)
    order = orders.order_of_review(review_id)
    assert order is not None
    rectification.take_up_again(order.id, by=worlds.REVIEWER, now=now + timedelta(hours=3))
    later = now + timedelta(hours=4)
    answered(review_id, later, "这次真的改好了")
    worlds.decide(review_id, Part.REPLY, RELEASE, now=later)
    said = []

    for _ in range(2):
        worlds.decide(review_id, Part.REPLY, TAKE_DOWN, reason="含姓名", now=later)
        said.append((shown().reply, shown().reply_taken_down, shown().answered_again))

    assert said == [("已整改，请致电＊＊＊", False, True), (None, True, False)]


@pytest.mark.parametrize("decision", [None, HOLD])
def test_only_what_is_public_is_taken_down(now: datetime, decision: Decision | None):
    review_id = bad_review("C1", now)
    if decision:
        worlds.decide(review_id, Part.TEXT, decision, reason="含姓名", now=now)

    with pytest.raises(Refused, match="already_decided" if decision else "nothing_to_release"):
        proposed(review_id, now, TAKE_DOWN)


def test_taking_down_needs_a_reason(now: datetime):
    review_id = bad_review("C1", now)
    worlds.decide(review_id, Part.TEXT, RELEASE, now=now)

    with pytest.raises(Refused, match="hold_needs_reason"):
        actions.propose([Wanted(review_id, Part.TEXT, TAKE_DOWN)], by=FIRST, now=now)


def test_public_texts_are_listed_by_the_day_of_their_reviews(now: datetime):
    reviews = [bad_review(f"C{n}", now + timedelta(days=n)) for n in range(3)]
    later = now + timedelta(days=4)
    for review_id in reviews:
        worlds.decide(review_id, Part.TEXT, RELEASE, now=later)

    found = queries.released(FIRST, until=now + timedelta(days=2), limit=1, offset=0)

    assert [one.review_id for one in queries.released(FIRST)] == reviews[::-1]
    assert [one.review_id for one in found] == [reviews[1]]
    assert queries.released(OTHER_PUBLISHER) == queries.released(worlds.NOBODY) == []


@pytest.mark.parametrize(
    "decided",
    [
        {"decided_by": "staff:publisher"},
        {"decided_by": "staff:second-publisher", "decided_staff": [9, 7]},
        {"decided_by": ""},
        {"decided_by": "staff:publisher", "state": TwoPersonState.REFUSED, "refusal": "不妥"},
    ],
    ids=["one account", "one staff member", "nobody", "one account refuses"],
)
def test_the_database_knows_two_persons_too(now: datetime, decided: dict[str, Any]):
    made = proposed(bad_review("C1", now), now, by=replace(FIRST, staff_ids=MEMBER))
    row = Release.objects.filter(id=made)

    with pytest.raises(IntegrityError, match="release_two_persons"), transaction.atomic():
        row.update(**{"state": TwoPersonState.CONFIRMED, "decided_at": now} | decided)

    assert row.get().state == TwoPersonState.PROPOSED
    assert shown().text is None


def test_nor_does_the_database_take_a_decision_of_one_at_once(now: datetime):
    review_id = bad_review("C1", now)
    row = Release(
        id=uuid7(now),
        review_id=review_id,
        part=Part.TEXT,
        written_at=now,
        decision=RELEASE,
        text="跑了三次",
        state=TwoPersonState.CONFIRMED,
        proposed_at=now,
        decided_by="staff:publisher",
        decided_at=now,
    )
    for proposer in ("", "staff:publisher"):
        row.proposed_by = proposer
        with pytest.raises(IntegrityError, match="release_two_persons"), transaction.atomic():
            row.save(force_insert=True)


@pytest.mark.parametrize(
    "changed",
    [{"text": "另一段"}, {"decision": HOLD, "reason": "x"}, {"proposed_by": "staff:another"}],
    ids=["the words", "the decision", "who proposed"],
)
def test_what_is_proposed_is_what_is_confirmed(now: datetime, changed: dict[str, str]):
    """Whoever writes into the table past the application cannot put other words under two persons' names."""
    made = proposed(bad_review("C1", now), now)
    confirming = {
        "state": TwoPersonState.CONFIRMED,
        "decided_by": "staff:second-publisher",
        "decided_at": now,
    }
    row = Release.objects.filter(id=made)

    with pytest.raises(IntegrityError, match="changes once"), transaction.atomic():
        row.update(**confirming | changed)
    row.update(**confirming)
    with pytest.raises(IntegrityError, match="changes once"), transaction.atomic():
        row.update(**changed)
