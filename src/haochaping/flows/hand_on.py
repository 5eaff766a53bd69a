"""承继: open orders and voices of an agency that was merged away go to the agency that its items belong to now."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from django.db import transaction

from haochaping.flows import ask_help, handle_voices, tell_staff
from haochaping.flows.handle_bad_review import counted, recounted
from haochaping.insight import actions as insight
from haochaping.insight.rules import changes, supervision_units
from haochaping.kernel.actor import SYSTEM
from haochaping.kernel.periods import local_day
from haochaping.notices.terms import NoticeKind
from haochaping.rectification import actions as rectification
from haochaping.rectification import queries as orders
from haochaping.rectification.queries import dispatch as dispatch_queries
from haochaping.rectification.queries import help as help_queries
from haochaping.supervision import actions as supervision
from haochaping.supervision import queries as supervision_queries
from haochaping.supervision.terms import NewSignal, SignalKind
from haochaping.voices import actions as voices
from haochaping.voices import queries as voice_queries
from haochaping.voices.terms import VoiceState

if TYPE_CHECKING:
    from datetime import datetime
    from uuid import UUID

    from haochaping.kernel.actor import Actor
    from haochaping.postgres.together import Asked
    from haochaping.rectification.terms import Handing, HelpHanding
    from haochaping.supervision.terms import LeftBehind

_BATCH = 500
# In other states nothing is the new agency's to do now.
_TO_ANSWER = frozenset({VoiceState.TRANSFERRED, VoiceState.SIGNED})


@transaction.atomic
def hand_on_ended(now: datetime) -> int:
    """Hand on what agencies that have ended still have; where there is no successor, supervisors see it. How many went on.

    So do the parts of agencies that help, and with each what it was reminded or warned of.
    """
    day = local_day(now)
    found = dispatch_queries.of_ended_agencies(day, limit=_BATCH)
    reviews = [one.review_id for one in found]
    handed = recounted(reviews, lambda: rectification.hand_on_ended(found, by=SYSTEM, now=now))
    tell_staff.tell(
        NoticeKind.ORDER_DISPATCHED, tell_staff.about_orders(orders.rows(handed)), by=SYSTEM, now=now
    )
    helping = help_queries.of_ended_agencies(day, limit=_BATCH)
    parts = rectification.hand_on_help(helping, by=SYSTEM, now=now)
    ask_help.tell_asked(parts, by=SYSTEM, now=now)
    _supervise_there(supervision_queries.left_behind(orders=handed, parts=parts), by=SYSTEM, now=now)
    signals = [_signal(order.order_id, order) for order in found if order.successor_id is None]
    signals += [_signal(part.id, part) for part in helping if part.successor_id is None]
    supervision.raise_signals(signals, by=SYSTEM, now=now)
    rectification.hand_on_reforms(by=SYSTEM, now=now, limit=_BATCH)
    return len(handed)


def _signal(subject: UUID, one: Handing | HelpHanding) -> NewSignal:
    return NewSignal(
        SignalKind.AGENCY_ENDED,
        one.division_id,
        one.agency_id,
        str(subject),
        one.ended_on,
        one.order_id,
    )


@transaction.atomic
def hand_on(order_id: UUID, agency_code: str, reason: str, *, by: Actor, now: datetime) -> None:
    """The dispatcher names who takes an order, or its helpers' parts, whose agency has ended; whoever takes it hears of it.

    An order counts where it has gone.
    """
    parts = counted(
        order_id,
        lambda: rectification.hand_on(order_id, agency_code=agency_code, reason=reason, by=by, now=now),
    )
    left = supervision_queries.left_behind(orders=[order_id] if parts is None else (), parts=parts or ())
    left.wait()
    if parts is not None:
        ask_help.tell_asked(parts, by=by, now=now)
    else:
        about = tell_staff.about_orders(orders.rows([order_id]))
        tell_staff.tell(NoticeKind.ORDER_DISPATCHED, about, by=by, now=now)
    _supervise_there(left, by=by, now=now)


@transaction.atomic
def hand_on_ended_voices(now: datetime) -> int:
    """The same for complaints, suggestions and questions, with their time; how many went on."""
    found = voice_queries.of_ended_agencies(local_day(now), limit=_BATCH)
    handed = handle_voices.recounted(
        [one.voice_id for one in found], lambda: voices.hand_on_ended(found, by=SYSTEM, now=now)
    )
    _tell_voices(handed, by=SYSTEM, now=now)
    _supervise_there(supervision_queries.left_behind(voices=handed), by=SYSTEM, now=now)
    signals = [
        NewSignal(
            SignalKind.AGENCY_ENDED, one.division_id, one.agency_id, f"voice:{one.voice_id}", one.ended_on
        )
        for one in found
        if one.successor_id is None
    ]
    supervision.raise_signals(signals, by=SYSTEM, now=now)
    return len(handed)


@transaction.atomic
def hand_on_voice(voice_id: UUID, agency_code: str, note: str, *, by: Actor, now: datetime) -> None:
    """The dispatcher names who takes a voice whose agency has ended; raises as `voices.actions.hand_on`."""
    handle_voices.recounted(
        [voice_id], lambda: voices.hand_on(voice_id, agency=agency_code, note=note, by=by, now=now)
    )
    _tell_voices([voice_id], by=by, now=now)
    _supervise_there(supervision_queries.left_behind(voices=[voice_id]), by=by, now=now)


def _supervise_there(left: Asked[list[LeftBehind]], *, by: Actor, now: datetime) -> None:
    """What a former agency was reminded or warned of waits for the one that has the matter now, and counts there."""
    if found := left.answer:
        supervision.hand_on(found, by=by, now=now)
        before = supervision_units(one.reached for one in found)
        there = supervision_units(replace(one.reached, agency_id=one.agency.id) for one in found)
        insight.count(changes(before, there))


def _tell_voices(voice_ids: list[UUID], *, by: Actor, now: datetime) -> None:
    rows = voice_queries.voices(voice_ids).values()
    told = [handle_voices.about(row, office=False) for row in rows if row.state in _TO_ANSWER]
    tell_staff.tell(NoticeKind.VOICE_TRANSFERRED, told, by=by, now=now)
