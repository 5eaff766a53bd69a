"""纸质评价录入: two persons type a paper slip, each from the paper; what both read alike goes down the road as a review."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.db import transaction

from haochaping.cases import queries as cases
from haochaping.cases.terms import NO_SUCH_CASE
from haochaping.exchange.terms import Raw
from haochaping.flows.receive_reviews import receive_reviews
from haochaping.flows.review_window import windows_end
from haochaping.kernel.outcomes import OutcomeKind
from haochaping.kernel.periods import local_day
from haochaping.kernel.refused import Refused
from haochaping.kernel.text import clean
from haochaping.outbox import actions as outbox
from haochaping.reviews.paper import actions as papers
from haochaping.reviews.paper import queries as slips
from haochaping.reviews.paper.rules import given_at
from haochaping.reviews.paper.terms import SERVICE_NOT_IN_CASE, WHICH_SERVICE, SlipReading, SlipState
from haochaping.reviews.terms import REVIEW_WINDOW_OVER, Entrance, ReviewChannel
from haochaping.rulebook import queries as rulebook

if TYPE_CHECKING:
    from datetime import date, datetime

    from haochaping.cases.terms import Binding
    from haochaping.kernel.actor import Actor

_CODE = re.compile(r"[^\s,，、;；]+")


@dataclass(frozen=True, slots=True)
class TypedSlip:
    """A slip as one person typed it: `codes` in one line, `occurrence_no` None where the slip does not say."""

    case_no: str
    source: str
    occurrence_no: int | None
    level: int
    codes: str
    words: str
    given_on: date


def begin(typed: TypedSlip, *, by: Actor, now: datetime) -> int:
    """The first person types a slip; returns the number to write on the paper.

    Raises:
        Refused: NO_SUCH_CASE, AMBIGUOUS_CASE, SERVICE_NOT_IN_CASE, WHICH_SERVICE, REVIEW_WINDOW_OVER, and as
            `reviews.paper.actions.begin`.
    """
    binding, reading = _read(typed, now)
    return papers.begin(reading, binding, by=by, now=now)


@transaction.atomic
def read(slip_id: int, typed: TypedSlip, *, by: Actor, now: datetime) -> SlipState:
    """The second person types it, or one of the two corrects; once both agree the worker makes the review of it.

    No desk may write a review, the database sees to that: the job does, which looks again at what both typed.

    Raises:
        Refused: as `begin`, and as `reviews.paper.actions.read`.
    """
    binding, reading = _read(typed, now)
    state = papers.read(slip_id, reading, binding, by=by, now=now)
    if state == SlipState.AGREED:
        outbox.defer("paper.take", slip_id=slip_id)
    return state


@transaction.atomic
def take(slip_id: int, *, by: Actor, now: datetime) -> None:
    """Make a review of what two persons have typed alike; a slip that is settled already is left as it is.

    What the road does not take (somebody has reviewed the service meanwhile) is said on the slip, and nowhere put
    aside a second time: it lies there already, and the paper in the hall.
    """
    reading = slips.agreed_reading(slip_id)
    binding = cases.binding_of(reading.occurrence_id) if reading else None
    if reading is None or binding is None:
        return
    raw = Raw(
        {
            "source": binding.source,
            "case_no": binding.case_no,
            "occurrence_no": binding.occurrence_no,
            "rating_value": reading.level,
            "indicator_codes": list(reading.codes),
            "comment_text": reading.words,
            "channel": ReviewChannel.HALL_TERMINAL.value,
            "assessed_at": given_at(reading.given_on, binding.occurrence_at).isoformat(),
        }
    )
    [outcome] = receive_reviews([raw], entrance=Entrance.PAPER, by=by, now=now, retried=True)
    taken = outcome.kind == OutcomeKind.ACCEPTED
    papers.settle(
        slip_id,
        review_id=outcome.id if taken else None,
        refusal="" if taken or outcome.complaint is None else outcome.complaint.code,
        by=by,
        now=now,
    )


def _read(typed: TypedSlip, now: datetime) -> tuple[Binding, SlipReading]:
    """The service a slip is about, and what was read on it."""
    binding = _service(typed)
    _check_in_time(binding, typed.given_on, now)
    # As the letters of a local set are written: upper case, whatever was typed.
    codes = tuple(dict.fromkeys(code.upper() for code in _CODE.findall(typed.codes)))
    reading = SlipReading(binding.occurrence_id, typed.level, codes, clean(typed.words), typed.given_on)
    return binding, reading


def _service(typed: TypedSlip) -> Binding:
    case_no = typed.case_no.strip()
    found = {
        binding.occurrence_no: binding for binding in cases.bindings_of_case(typed.source.strip(), case_no)
    }
    if not found:
        raise Refused(NO_SUCH_CASE, field="case_no", value=case_no)
    said = {"case_no": case_no, "numbers": ", ".join(map(str, found))}
    if typed.occurrence_no is None and len(found) > 1:
        raise Refused(WHICH_SERVICE, field="occurrence_no", **said)
    number = typed.occurrence_no or next(iter(found))
    if number not in found:
        raise Refused(SERVICE_NOT_IN_CASE, field="occurrence_no", occurrence_no=number, **said)
    return found[number]


def _check_in_time(binding: Binding, given_on: date, now: datetime) -> None:
    """A slip that was given in time is typed later too; one that was not is told so at once."""
    terms = rulebook.terms_for(binding.division_path, local_day(now))
    [until] = windows_end([(binding, terms)])
    if until is not None and given_at(given_on, binding.occurrence_at) >= until:
        raise Refused(REVIEW_WINDOW_OVER, field="given_on", until=until)
