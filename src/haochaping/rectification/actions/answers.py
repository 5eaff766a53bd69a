"""解决情况: the reviewer's own word on the reply."""

from __future__ import annotations

from hashlib import sha256
from typing import TYPE_CHECKING

from django.db import transaction

from haochaping.kernel.identifiers import uuid7
from haochaping.kernel.periods import local_day
from haochaping.kernel.refused import Refused
from haochaping.ledger import actions as ledger
from haochaping.ledger.terms import TEXT_FIELD, EntryKind, NewEntry
from haochaping.rectification import queries
from haochaping.rectification.actions.steps import checked_text
from haochaping.rectification.models import SolutionAnswer, WorkOrder
from haochaping.rectification.rules import of_this_round, offered
from haochaping.rectification.states import ASKED
from haochaping.rectification.terms import (
    NOT_REPLIED,
    SOLUTION_TEXT_LIMIT,
    SOLUTION_WINDOW_OVER,
    UNKNOWN_CHOICE,
    OrderState,
)
from haochaping.rulebook import queries as rulebook

if TYPE_CHECKING:
    from datetime import datetime
    from uuid import UUID

    from haochaping.kernel.actor import Actor

_SHOWN = 20


@transaction.atomic
def answer_solution(review_id: UUID, *, solved: str, text: str, by: Actor, now: datetime) -> None:
    """The reviewer says whether the matter is solved: once a reply, changeable for as long as a review is.

    Raises:
        Refused: NOT_REPLIED, UNKNOWN_CHOICE, FORBIDDEN_CHARACTERS, TEXT_TOO_LONG, SOLUTION_WINDOW_OVER.
    """
    text = checked_text(text, "text", limit=SOLUTION_TEXT_LIMIT, required=False)
    order = WorkOrder.objects.select_for_update().filter(review_id=review_id).first()
    if order is None or order.replied_at is None:
        raise Refused(NOT_REPLIED)
    terms = rulebook.terms_for_division(order.division_id, local_day(now))
    if solved not in offered(terms.rectification_levels):
        raise Refused(UNKNOWN_CHOICE, field="solved", value=solved[:_SHOWN])
    said = of_this_round(queries.solutions_of([order.id]).answer.get(order.id), order.replied_at)
    until = said.changeable_until if said else order.rating_until
    if (until is not None and now > until) or OrderState(order.state) not in ASKED:
        raise Refused(SOLUTION_WINDOW_OVER, until=until or order.replied_at)
    if said is not None and (said.solved, said.text) == (solved, text):
        return
    SolutionAnswer.objects.create(
        id=uuid7(now),
        order=order,
        solved=solved,
        text=text,
        answered_at=now,
        changeable_until=said.changeable_until if said else now + terms.change_window,
    )
    fields = {"solved": solved, TEXT_FIELD: sha256(text.encode()).hexdigest()}
    entry = NewEntry(EntryKind.SOLUTION_ANSWERED, "order", str(order.id), fields, {"solved": solved})
    ledger.append([entry], by=by, now=now)
