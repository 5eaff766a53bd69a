"""发布开放数据: what is due passes the gate, yesterday becomes an edition, and words that are public no more leave the disk.

Called again and again: what is done is not done a second time. Days are whole only when they are over, so an edition tells
of days up to yesterday, as they are known when it is written.
"""

from __future__ import annotations

from datetime import timedelta
from functools import partial
from typing import TYPE_CHECKING

from haochaping.flows import pass_gate
from haochaping.kernel.periods import Period, local_day, months_after
from haochaping.publicity.opendata import actions, editions, queries, rules
from haochaping.publicity.opendata.queries import Asked
from haochaping.publicity.opendata.tables import FIGURES, OF_DAY, TEXTS
from haochaping.publicity.opendata.terms import DAYS_IN_FILE, MONTHS_IN_FILE, WEEKS_IN_FILE, FactTable

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import date, datetime
    from pathlib import Path

    from haochaping.kernel.actor import Actor
    from haochaping.publicity.opendata.terms import Edition, Table


def publish_due(folder: Path, *, by: Actor, now: datetime) -> list[Edition]:
    """Do what is due; returns the editions that are out now and were not before, none while another worker is at it."""
    today = local_day(now)
    pass_gate.decide_due(today, by=by, now=now)
    with editions.alone(folder) as is_alone:
        if not is_alone:
            return []
        editions.forget_old(folder)
        written = [*_numbers(folder, today, now=now), *_words(folder, today, now=now)]
        for edition in written:
            actions.record_edition(edition, by=by, now=now)
            editions.put_out(folder, edition)
        editions.forget_old(folder)
    return written


def _numbers(folder: Path, today: date, *, now: datetime) -> list[Edition]:
    day = today - timedelta(days=1)
    if editions.edition(folder, f"{day}"):
        return []
    rows_of = partial(_rows, today=today)
    return [editions.write(folder, OF_DAY, rows_of, day=day, now=now)]


def _rows(table: Table, *, today: date) -> Iterable[queries.Row]:
    """What the files hold of a table: as much of the past as is stated."""
    return queries.rows(table, Asked(today, period=period_of(table, today)))


def period_of(table: Table, today: date) -> Period:
    """Which days of a table an edition of the day before holds."""
    yesterday = today - timedelta(days=1)
    if isinstance(table, FactTable):
        return Period(today - timedelta(days=DAYS_IN_FILE), yesterday)
    if table is FIGURES:
        return Period(months_after(yesterday, 1 - MONTHS_IN_FILE), yesterday)
    return Period()


def _words(folder: Path, today: date, *, now: datetime) -> list[Edition]:
    """Every day anew, and as soon as something of it was taken down, or its review withdrawn or excluded."""
    newest, gone = editions.of_words(folder), queries.last_gone()
    if newest and local_day(newest.made_at) == today and not (gone and gone >= newest.made_at):
        return []
    since = rules.newest_week(today) - timedelta(weeks=WEEKS_IN_FILE - 1)
    rows = queries.rows(TEXTS, Asked(today, period=Period(start=since)))
    edition = editions.write(
        folder, [TEXTS], lambda _: rows, day=today - timedelta(days=1), words=True, now=now
    )
    return [edition]
