"""The reviewer's own answer whether the matter is solved."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from haochaping.kernel.actor import REVIEWER
from haochaping.kernel.refused import Refused
from haochaping.ledger.models import Entry
from haochaping.ledger.terms import EntryKind
from haochaping.rectification import actions, queries
from haochaping.rectification.models import SolutionAnswer
from haochaping.rectification.terms import SOLUTION_TEXT_LIMIT, Move, Solved
from tests.rectification.conftest import MINUTE

if TYPE_CHECKING:
    from haochaping.rectification.terms import SolutionRow
    from tests.rectification.conftest import Desk

pytestmark = pytest.mark.django_db


def _answer(desk: Desk, solved: str = "no", text: str = "还是没有解决") -> None:
    actions.answer_solution(desk.review_id, solved=solved, text=text, by=REVIEWER, now=desk.later())


def _refused(desk: Desk, **said: str) -> str:
    with pytest.raises(Refused) as refused:
        _answer(desk, **said)
    return refused.value.code


def _stands(desk: Desk) -> SolutionRow:
    return queries.solutions_of([desk.order_id]).answer[desk.order_id]


def test_the_answer_stands_with_its_entry(desk):
    _answer(desk.upto(Move.REPLY))

    said = _stands(desk)
    assert (said.solved, said.text) == (Solved.NO, "还是没有解决")
    assert said.changeable_until == said.answered_at + 10 * MINUTE
    (entry,) = Entry.objects.filter(kind=EntryKind.SOLUTION_ANSWERED, subject_id=str(desk.order_id))
    assert entry.facts == {"solved": "no"}
    assert entry.actor == str(REVIEWER)


def test_changed_within_the_window_the_earlier_one_is_kept(desk):
    _answer(desk.upto(Move.REPLY))
    until = _stands(desk).changeable_until
    _answer(desk, "partly", "")
    _answer(desk, "partly", " ")

    said = _stands(desk)
    assert (said.solved, said.text, said.changeable_until) == (Solved.PARTLY, "", until)
    assert SolutionAnswer.objects.count() == 2
    assert Entry.objects.filter(kind=EntryKind.SOLUTION_ANSWERED).count() == 2


def test_after_the_window_it_stands(desk):
    _answer(desk.upto(Move.REPLY))
    desk.now += 10 * MINUTE

    assert _refused(desk, solved="yes") == "solution_window_over"
    assert _stands(desk).solved == Solved.NO


@pytest.mark.parametrize("move", [Move.DISPATCH, Move.SIGN_FOR, Move.VERIFY, Move.RECTIFY])
def test_nobody_is_asked_before_the_reply(desk, move):
    assert _refused(desk.upto(move)) == "not_replied"
    assert queries.solutions_of([desk.order_id]).answer == {}


@pytest.mark.parametrize(
    ("said", "code"),
    [
        ({"solved": "maybe"}, "unknown_choice"),
        ({"text": "坏\0"}, "forbidden_characters"),
        ({"text": "长" * (SOLUTION_TEXT_LIMIT + 1)}, "text_too_long"),
    ],
)
def test_what_is_no_answer_is_refused(desk, said, code):
    assert _refused(desk.upto(Move.REPLY), **said) == code
    assert not Entry.objects.filter(kind=EntryKind.SOLUTION_ANSWERED).exists()
