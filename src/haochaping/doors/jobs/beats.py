"""What runs again and again, each beat in a thread and on a database connection of its own."""

from __future__ import annotations

import logging
import threading
import time
from contextlib import suppress
from dataclasses import dataclass
from typing import TYPE_CHECKING

import psycopg
from django.conf import settings
from django.db import close_old_connections, connections
from django.utils import timezone

from haochaping.accounts import actions as accounts
from haochaping.doors.outage import OUTAGE
from haochaping.exchange import actions as exchange
from haochaping.exchange.reconciliation import actions as reconciliation
from haochaping.flows import (
    call_invited,
    class_fault,
    close_order,
    compare_units,
    decide_appeal,
    erase_persons,
    fall_back,
    hand_on,
    handle_bad_review,
    hotline_out,
    judge_quality,
    match_items,
    merge_orders,
    offer_texts,
    open_identity,
    publish_open_data,
    reconcile,
    report_upward,
    retry_quarantine,
    sample_reviews,
    send_invitations,
    supervise,
    take_in_cases,
    tell_days,
    tell_staff,
    verify_facts,
    watch_units,
    watch_voices,
)
from haochaping.hotline import actions as hotline
from haochaping.identity import actions as identity
from haochaping.insight import actions as insight
from haochaping.kernel.actor import SYSTEM
from haochaping.ledger import actions as ledger
from haochaping.levels import actions as levels
from haochaping.notices import actions as notices
from haochaping.notices.terms import Channel
from haochaping.outbox import actions as outbox
from haochaping.rectification import actions as orders
from haochaping.supervision.actions import samples
from haochaping.voices import actions as voices

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable
    from datetime import datetime

    from django.db.backends.base.base import BaseDatabaseWrapper

_log = logging.getLogger(__name__)
# Most beats are done within a moment; the rest is cut short, again and again while it goes from statement to statement.
_MOMENT_SECONDS = 1.0
_AGAIN_SECONDS = 0.2
_CANCEL_SECONDS = 1.0


@dataclass(frozen=True, slots=True)
class Beat:
    """One thing done every `seconds`, counted from the end of one call to the start of the next."""

    name: str
    seconds: float
    call: Callable[[datetime], object]


BEATS: tuple[Beat, ...] = (
    Beat("chain the ledger", 1, lambda now: ledger.chain(now=now)),
    # So often that what is counted is folded within a second of its commit, however long the fold before it takes.
    Beat("fold the facts", 0.4, lambda _: insight.fold()),
    Beat("close what the reviewer has decided", 30, lambda now: close_order.settle(by=SYSTEM, now=now)),
    Beat("mark what is nearly or wholly overdue", 10, supervise.tell_alarms),
    Beat("count promises that were broken", 60, supervise.count_late),
    Beat("see which lines of plans were missed", 600, supervise.tell_missed),
    Beat("dispatch due orders", 1, lambda now: handle_bad_review.dispatch_all_due(by=SYSTEM, now=now)),
    Beat("promise what the calendar now tells", 600, lambda now: orders.promise_late(by=SYSTEM, now=now)),
    Beat("remind and warn about deadlines", 60, supervise.watch),
    Beat("see who is rated badly again and again", 3600, supervise.watch_repeats),
    Beat("hand on what agencies that have ended still have", 3600, hand_on.hand_on_ended),
    Beat(
        "give back what waits for an order without answer",
        600,
        lambda now: merge_orders.give_back_left(now=now),
    ),
    Beat("see how reviewers fare after a bad review", 86_400, supervise.watch_reviewers),
    Beat("see which windows were last for months", 86_400, supervise.watch_windows),
    Beat("see whose bad reviews have become many", 86_400, watch_units.watch_risks),
    Beat("see of whom nothing is heard", 86_400, watch_units.watch_silence),
    Beat("compare those that are alike", 120, compare_units.compare_due),
    Beat("judge what sources sent", 86_400, lambda now: judge_quality.judge_due(by=SYSTEM, now=now)),
    Beat("count anew what was counted before an update", 60, verify_facts.recount),
    Beat("hold the figures against the rows", 86_400, verify_facts.watch),
    Beat(
        "withhold figures that nobody has put right",
        600,
        lambda now: judge_quality.withhold_due(by=SYSTEM, now=now),
    ),
    Beat("offer words for release", 600, lambda now: offer_texts.offer_due(by=SYSTEM, now=now)),
    Beat("mark words to release that are nearly or wholly overdue", 60, offer_texts.tell_alarms),
    Beat("see which reforms are overdue", 3600, class_fault.watch_reforms),
    Beat(
        "promise voices what the calendar now tells", 600, lambda now: voices.promise_late(by=SYSTEM, now=now)
    ),
    Beat("mark voices that are nearly or wholly overdue", 60, watch_voices.tell_alarms),
    Beat("hand on voices of agencies that have ended", 3600, hand_on.hand_on_ended_voices),
    Beat("close voices nobody speaks of", 600, lambda now: voices.close_silent(by=SYSTEM, now=now)),
    Beat(
        "go on with appeals whose time is over", 60, lambda now: decide_appeal.lapse_due(by=SYSTEM, now=now)
    ),
    Beat("ask by SMS", 60, lambda now: send_invitations.send_due_invitations(by=SYSTEM, now=now)),
    Beat("see which invitations went out", 60, lambda now: fall_back.read_outcomes(by=SYSTEM, now=now)),
    Beat(
        "take people off the list of callers", 600, lambda now: call_invited.lapse_calls(by=SYSTEM, now=now)
    ),
    Beat("give up notices that have failed", 3600, lambda now: notices.give_up_failed(by=SYSTEM, now=now)),
    Beat("draw last month’s samples", 3600, lambda now: sample_reviews.draw_due(by=SYSTEM, now=now)),
    Beat("ask again by SMS", 60, lambda now: sample_reviews.ask_due(by=SYSTEM, now=now)),
    Beat("end rounds of samples", 3600, lambda now: samples.close_rounds(by=SYSTEM, now=now)),
    Beat("tell staff by mail", 1, lambda now: tell_staff.send_due(Channel.EMAIL, now=now)),
    Beat("tell staff by SMS", 1, lambda now: tell_staff.send_due(Channel.SMS, now=now)),
    Beat("tell programs of divisions", 1, lambda now: tell_staff.send_due(Channel.WEBHOOK, now=now)),
    Beat("queue what linked hotlines are told", 1, lambda now: hotline_out.queue_steps(now=now)),
    Beat("tell linked hotlines", 1, lambda now: hotline_out.send_due(now=now)),
    Beat("queue what installations above are told", 2, lambda now: report_upward.queue_batches(now=now)),
    Beat("report to installations above", 2, lambda now: report_upward.send_due(now=now)),
    Beat("tell higher up what nobody read", 60, lambda now: tell_staff.escalate_unread(by=SYSTEM, now=now)),
    Beat(
        "see what was sent again, corrected", 600, lambda now: exchange.settle_corrected(by=SYSTEM, now=now)
    ),
    Beat("take orphans whose case came", 30, lambda now: retry_quarantine.retry_orphans(now=now)),
    Beat("take steps whose case came", 30, lambda now: take_in_cases.take_early_steps(now=now)),
    Beat(
        "reconcile with the level above",
        86_400,
        lambda now: reconcile.tell_due(settings.RECONCILE_WITH, settings.RECONCILE_KEY, now=now),
    ),
    Beat(
        "state days to installations above",
        86_400,
        lambda now: tell_days.queue_due(over_lines=not settings.RECONCILE_WITH, now=now),
    ),
    Beat("forget old statements", 86_400, lambda now: reconciliation.forget_statements(now=now)),
    Beat("forget days told above", 86_400, lambda now: levels.forget_days(now=now)),
    Beat("see which item codes nobody knows", 600, lambda now: match_items.look(now=now)),
    Beat("forget ended visits", 300, lambda now: exchange.forget_visits(before=now)),
    Beat("forget used signatures", 3600, lambda now: exchange.forget_signatures(now=now)),
    Beat("empty settled records", 86_400, lambda now: exchange.empty_settled(now=now)),
    Beat("empty messages of hotlines", 86_400, lambda now: hotline.empty_messages(now=now)),
    Beat("empty answers to batches", 86_400, lambda now: levels.empty_answers(now=now)),
    Beat("forget ended sessions", 3600, lambda now: accounts.forget_sessions(now=now)),
    Beat("forget old answers", 3600, lambda now: exchange.forget_answers(now=now)),
    Beat(
        "let requests to open an identity expire",
        3600,
        lambda now: identity.expire_openings(by=SYSTEM, now=now),
    ),
    Beat("tell whose identity was opened", 3600, lambda now: open_identity.tell_opened(by=SYSTEM, now=now)),
    Beat("erase identities nobody needs", 86400, lambda now: erase_persons.erase_persons(by=SYSTEM, now=now)),
    Beat(
        "publish open data",
        600,
        lambda now: publish_open_data.publish_due(settings.OPEN_DATA_DIR, by=SYSTEM, now=now),
    ),
    Beat("rescue stalled jobs", 30, lambda now: outbox.rescue_stalled(now=now)),
)


class Keeper(threading.Thread):
    """A thread that keeps one beat, and whose statement another thread can cut short."""

    def __init__(self, beat: Beat, stop: threading.Event) -> None:
        super().__init__(name=f"beat: {beat.name}")
        self._beat = beat
        self._told = stop
        self._database: BaseDatabaseWrapper | None = None

    def run(self) -> None:
        """Keep the beat until the word to stop."""
        self._database = connections["default"]
        keep(self._beat, self._told)

    def cut_short(self) -> None:
        """Cancel the statement that it runs, if it runs one; its transaction is rolled back."""
        running = getattr(self._database, "connection", None)
        if isinstance(running, psycopg.Connection):
            # It may be closed just now, or the server away: then there is nothing to cancel.
            with suppress(psycopg.Error):
                running.cancel_safe(timeout=_CANCEL_SECONDS)


def start(beats: Iterable[Beat], stop: threading.Event) -> list[Keeper]:
    """Start a thread for each beat; all end soon after `stop` is set."""
    keepers = [Keeper(beat, stop) for beat in beats]
    for keeper in keepers:
        keeper.start()
    return keepers


def end(keepers: Iterable[Keeper]) -> None:
    """Wait until all have ended, `stop` being set; who is not done within a moment has its statements cancelled."""
    late = time.monotonic() + _MOMENT_SECONDS
    for keeper in keepers:
        keeper.join(max(late - time.monotonic(), 0))
    while busy := [keeper for keeper in keepers if keeper.is_alive()]:
        for keeper in busy:
            keeper.cut_short()
        busy[0].join(_AGAIN_SECONDS)


def keep(beat: Beat, stop: threading.Event) -> None:
    """Do one beat until `stop` is set; an error is logged and counted, and the beat goes on."""
    failures = 0
    while True:
        failures = _once(beat, failures, stop)
        if stop.wait(beat.seconds):
            return


def _once(beat: Beat, failures: int, stop: threading.Event) -> int:
    """Do a beat once; return how many times in a row it has failed by now."""
    close_old_connections()
    try:
        beat.call(timezone.now())
    except Exception as error:  # noqa: BLE001 - whatever it was, the next beat may succeed
        if stop.is_set() and isinstance(error.__cause__, psycopg.errors.QueryCanceled):
            return failures
        failures += 1
        # The first failure and every doubling: a database that is away for an hour must not fill the disk
        # with logs.
        if failures & (failures - 1) == 0:
            # Where the database is away, everybody's traceback says the same.
            away = isinstance(error, OUTAGE)
            said = "Beat “%s” failed, %d times in a row" + (": the database is away" if away else "")
            _log.error(said, beat.name, failures, exc_info=not away)
        return failures
    else:
        if failures:
            _log.info("Beat “%s” works again after %d failures", beat.name, failures)
        return 0
    finally:
        close_old_connections()
