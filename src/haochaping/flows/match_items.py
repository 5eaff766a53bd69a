"""事项匹配: item codes of sources that the directory does not know are proposed, decided, and what waits is tried again."""

from __future__ import annotations

from typing import TYPE_CHECKING

from haochaping.directory import actions as directory
from haochaping.directory.terms import UnknownItem
from haochaping.exchange import queries as exchange
from haochaping.flows.retry_records import retry_records

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from datetime import datetime

    from haochaping.kernel.actor import Actor


def look(*, now: datetime) -> int:
    """Put the codes for which cases wait on the list; returns how many are new."""
    unknown = exchange.unknown_items()
    return directory.propose(unknown, now=now) if unknown else 0


def take_list(source: str, items: Iterable[tuple[str, str]], *, now: datetime) -> int:
    """A source's own list of (code, name): those that the directory does not know go on the list of what is to decide."""
    waits = {one.code: one for one in exchange.unknown_items() if one.source == source}
    told = [(code[:40], name[:300]) for code, name in items]
    unknown = [
        UnknownItem(source, code, name, waits[code].agency, waits[code].records)
        if code in waits
        else UnknownItem(source, code, name)
        for code, name in told
    ]
    return directory.propose(unknown, now=now) if unknown else 0


def accept(ids: Sequence[int], *, by: Actor, now: datetime) -> tuple[int, int, int]:
    """Accept proposed items and try the cases that wait for them: how many codes, cases taken, cases that still wait."""
    decided = directory.accept(ids, by=by, now=now)
    return (len(decided), *_retry(decided, by, now))


def decide(one: int, item_code: str, *, by: Actor, now: datetime) -> tuple[int, int]:
    """Say which item a code means ("" none of ours) and try the cases that wait for it: how many taken, how many left."""
    decided = directory.decide(one, item_code, by=by, now=now)
    return _retry([decided], by, now) if item_code else (0, 0)


def _retry(decided: Sequence[tuple[str, str]], by: Actor, now: datetime) -> tuple[int, int]:
    ids = exchange.waiting_for_items(decided)
    return retry_records([str(one) for one in ids], by=by, now=now) if ids else (0, 0)
