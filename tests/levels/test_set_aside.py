"""搁置: a batch that fails there lets the others go on, whatever has become of it in the meantime; nothing is lost."""

from __future__ import annotations

import pytest

from haochaping.flows import report_upward
from haochaping.flows.carry import carry_in
from haochaping.kernel.actor import OPERATOR, Actor, ActorKind
from haochaping.kernel.refused import Refused
from haochaping.ledger.models import Entry
from haochaping.ledger.terms import EntryKind, Suite
from haochaping.levels import actions, keys, queries
from haochaping.levels.models import OutgoingBatch, ReturnedCase
from haochaping.levels.terms import MOST_FAILURES, OutState, Peer
from tests import worlds
from tests.levels import made


@pytest.fixture
def above(db, now) -> Peer:
    """This installation as the one above itself, and one batch with a case that waits for it."""
    worlds.build(now)
    key = keys.key_text(queries.our_keys(Suite.INTL))
    for code, known_as, sends in (("above", "below", True), ("below", "above", False)):
        names = {"known_as": known_as, "division": worlds.CITY, "key": key}
        actions.add_peer(code, **names, sends=sends, takes=not sends, from_now=True, by=OPERATOR, now=now)
    peer = queries.peer("above")
    assert peer
    actions.queue(peer, [[made.record("YC-1", now, 5)]], period=(now, now), now=now)
    return peer


def failing() -> None:
    OutgoingBatch.objects.update(failures=MOST_FAILURES)


def test_only_what_is_refused_or_fails_is_set_aside_by_who_may_and_with_a_reason(above, now):
    tries = [(OPERATOR, "出错", "no_such_batch"), (Actor(ActorKind.STAFF, "9"), "出错", "not_allowed")]
    for by, why, code in tries:
        with pytest.raises(Refused) as no:
            actions.set_aside(above, 1, why, by=by, now=now)
        assert no.value.code == code
    failing()
    with pytest.raises(Refused) as no:
        actions.set_aside(above, 1, " ", by=OPERATOR, now=now)

    assert no.value.code == "why_left_out"
    assert not ReturnedCase.objects.exists()
    assert queries.states(OPERATOR, now=now)[0].failing == (1,)


def test_its_cases_count_as_come_back_and_the_ledger_says_so(above, now):
    failing()

    assert actions.set_aside(above, 1, "对方入库出错", by=OPERATOR, now=now) == 1

    [row] = queries.returned(OPERATOR)
    assert (row.case_no, row.code, row.params) == ("YC-1", "case_set_aside", {"why": "对方入库出错"})
    entry = Entry.objects.get(kind=EntryKind.BATCH_SET_ASIDE)
    assert entry.facts == {"peer": "above", "seq": "1", "cases": "1"}


def test_what_was_taken_after_all_before_it_was_set_aside_does_not_block(above, now):
    [(_, content)] = list(report_upward.export(above, now=now))
    carry_in(content, now=now)
    # The answer is lost on its way back.
    failing()
    actions.set_aside(above, 1, "对方入库出错", by=OPERATOR, now=now)

    [(_, empty)] = list(report_upward.export(above, now=now))
    [came] = carry_in(empty, now=now)
    assert came.state == "refused"
    carry_in(came.content, now=now)

    assert OutgoingBatch.objects.get().state == OutState.EXCLUDED
