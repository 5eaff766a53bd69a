"""What has happened to an order as its page tells it: moves, clocks, messages, evidence, supervision, in one line of time."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from django.utils.translation import gettext

from haochaping.identity.terms import CALL_PURPOSES
from haochaping.kernel.refused import N_
from haochaping.notices.terms import CALL_STATE_LABELS, DELIVERY_LABELS, SENTENCES, Side
from haochaping.publicity.rules import for_handlers
from haochaping.rectification.terms import (
    CALL_LABELS,
    CLOCK_LABELS,
    DOUBT_LABELS,
    MOVE_LABELS,
    SOLVED_LABELS,
    TICK_LABELS,
    CallResult,
    Means,
    Move,
    Tick,
)
from haochaping.supervision.terms import (
    RUNG_LABELS,
    SIGNAL_LABELS,
    SUPERVISION_MOVES,
    AboutOrderKind,
    Rung,
    SignalKind,
    SupervisionMove,
)
from haochaping.ui.moments import moment
from haochaping.ui.sentences import labelled
from haochaping.ui.shapes import Event

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from datetime import datetime

    from haochaping.rectification.terms import CallbackRow, CallRow, ClockTick, EventRow, HistoryRow
    from haochaping.supervision.terms import AboutOrder

_TRIED = N_("Tried to reach the reviewer, without success")
_PLACE = re.compile(r"\{\w+\}")
# What a clock does when it stops or stands still follows from the move beside it.
_TOLD = frozenset({Tick.START, Tick.LIMIT, Tick.EXTEND, Tick.RESUME})


def story(
    history: HistoryRow,
    about: Iterable[AboutOrder],
    names: Mapping[str, str],
    *,
    besides: Iterable[Event] = (),
    hidden: bool,
    reads: bool,
) -> list[Event]:
    """All of it with what is known `besides`, oldest first.

    `hidden`: to the agency it begins with the dispatch, for the review shows its moment.

    `reads` says whether the reader may read what the reviewer wrote.
    """
    dues = _dues(history.ticks)
    events = [
        Event(gettext(_title(one)), one.at, names[one.by], _said(one, dues.get(one.at, ())))
        for one in history.events
        if not (hidden and one.move == Move.OPEN)
    ]
    events += [
        Event(
            gettext("A message to the reviewer")
            if one.side == Side.AGENCY
            else gettext("A message from the reviewer"),
            one.sent_at,
            names[one.author] if one.side == Side.AGENCY else "",
        )
        for one in history.messages
    ]
    events += [
        Event(
            gettext("The reviewer answered whether it is solved: {answer}").format(
                answer=gettext(SOLVED_LABELS[one.solved])
            ),
            one.answered_at,
            "",
            for_handlers(one.text) if reads else "",
        )
        for one in history.answers
    ]
    events += [Event(gettext("Call through the relay"), one.at, "", call_words(one)) for one in history.calls]
    events += [
        Event(
            gettext("A text message to the reviewer"),
            one.at,
            "",
            f"{_PLACE.sub('…', gettext(SENTENCES[one.template]))}\n{gettext(DELIVERY_LABELS[one.state])}",
        )
        for one in history.told
        if not hidden
    ]
    for evidence in history.beside.evidence:
        events.append(
            Event(gettext("Evidence added"), evidence.added_at, names[evidence.added_by], evidence.caption)
        )
        if evidence.removed_at:
            events.append(
                Event(
                    gettext("Evidence removed"),
                    evidence.removed_at,
                    names[evidence.removed_by],
                    evidence.caption,
                )
            )
    events += [Event(title_of(one), one.at) for one in about]
    events += besides
    return sorted(events, key=lambda event: event.at)  # type: ignore[arg-type,return-value]


def actors(history: HistoryRow) -> list[str]:
    """Everybody who stands in it, as written down."""
    evidence = history.beside.evidence
    return [
        *(one.by for one in history.events),
        *(one.author for one in history.messages),
        *(who for one in evidence for who in (one.added_by, one.removed_by)),
    ]


def title_of(one: AboutOrder) -> str:
    """What one step of supervision is called."""
    if one.kind == AboutOrderKind.SUPERVISION:
        rung = gettext(RUNG_LABELS[Rung(one.rung)])
        named = f"{rung} · {one.helper}" if one.helper else rung
        return labelled(named, gettext(SUPERVISION_MOVES[SupervisionMove(one.word)]))
    if one.kind == AboutOrderKind.SIGNAL:
        return gettext("Signal for the supervisors: {what}").format(
            what=gettext(SIGNAL_LABELS[SignalKind(one.word)])
        )
    if one.kind == AboutOrderKind.HELP_ASKED:
        return gettext("An office asked the level above for help")
    if one.kind == AboutOrderKind.HELP_GIVEN:
        return gettext("The level above answered the office that asked for help")
    return (
        gettext("An urging was sent")
        if one.kind == AboutOrderKind.URGED
        else gettext("The urging was answered")
    )


def call_words(call: CallRow) -> str:
    """What became of a call: never a number, and not whose line it was."""
    return f"{gettext(CALL_PURPOSES[call.purpose])} · {gettext(CALL_STATE_LABELS[call.state])}"


def _dues(ticks: Iterable[ClockTick]) -> dict[datetime, list[str]]:
    """What was promised at each moment."""
    found: dict[datetime, list[str]] = {}
    for one in ticks:
        if one.tick in _TOLD and one.due_at:
            clock, tick = gettext(CLOCK_LABELS[one.clock]), gettext(TICK_LABELS[one.tick])
            day = moment(one.due_at)
            words = gettext("Clock “{clock}” {tick}: due {day}").format(clock=clock, tick=tick, day=day)
            found.setdefault(one.at, []).append(words)
    return found


def _said(event: EventRow, dues: Iterable[str]) -> str:
    lines = [_callback(event.callback)] if event.callback else []
    note = for_handlers(event.note) if event.move == Move.ADOPT_DEADLINE else event.note
    lines += [note] if note else []
    if event.warned:
        found = " · ".join(gettext(DOUBT_LABELS[one]) for one in event.warned)
        lines.append(gettext("Looked at again and sent as it is: {doubts}").format(doubts=found))
    return "\n".join([*lines, *dues])


def _title(event: EventRow) -> str:
    """An attempt that reached nobody is not called a verification."""
    unreached = event.callback is not None and event.callback.result == CallResult.NOT_REACHED
    return _TRIED if unreached else MOVE_LABELS[event.move]


def _callback(call: CallbackRow) -> str:
    said = [gettext(CALL_LABELS[call.result])]
    if call.is_true is not None:
        said.append(gettext("true") if call.is_true else gettext("not true"))
    if call.is_reasonable is not None:
        said.append(gettext("reasonable") if call.is_reasonable else gettext("not reasonable"))
    return "\n".join([" · ".join(said), *_behind(call)])


def _behind(call: CallbackRow) -> list[str]:
    """The call that it was; nothing of an attempt from before each had to name one."""
    said = []
    if call.called_at is not None and call.means == Means.OWN:
        words = gettext("Called by the hotline or office from its own switchboard, reference {reference}")
        said.append(words.format(reference=call.contact))
    elif call.called_at is not None:
        words = (
            gettext("What the reviewer wrote on {at}")
            if call.means == Means.MESSAGE
            else gettext("The call through the relay of {at}")
        )
        said.append(words.format(at=moment(call.called_at)))
    if call.recording:
        said.append(gettext("Recording {number}").format(number=call.recording))
    return said
