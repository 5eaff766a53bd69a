"""工作清单 writes: what somebody has looked at, the filters they keep, the lists they take away."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING

from django.db import IntegrityError, transaction

from haochaping.accounts.access import check_power
from haochaping.accounts.terms import Power
from haochaping.kernel.refused import Refused
from haochaping.kernel.text import clean, has_forbidden_control
from haochaping.ledger import actions as ledger
from haochaping.ledger.terms import EntryKind, NewEntry
from haochaping.rectification.models import ListExport, OrderLook, SavedFilter
from haochaping.rectification.rules import list_query
from haochaping.rectification.terms import (
    FILTER_NAME_BAD,
    FILTER_NAME_LIMIT,
    FILTER_NAME_TAKEN,
    FILTERS_AT_MOST,
    FILTERS_FULL,
    NO_CONDITION,
    NO_SUCH_FILTER,
    UNKNOWN_FORMAT,
)

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import datetime
    from uuid import UUID

    from haochaping.kernel.actor import Actor
    from haochaping.rectification.terms import ListAsked

FORMATS = ("csv", "xlsx")
# What was typed is no fact of the ledger; which conditions were chosen from a list is.
_CODES = frozenset({"list", "left", "state", "colour", "category", "urgency", "assigned", "part"})


def mark_looked(order_id: UUID, *, user_id: int, now: datetime) -> None:
    """Somebody has looked at an order: what happened up to now is no news to them."""
    OrderLook.objects.bulk_create(
        [OrderLook(order_id=order_id, user_id=user_id, seen_at=now)],
        update_conflicts=True,
        unique_fields=["order", "user"],
        update_fields=["seen_at"],
    )


@transaction.atomic
def keep_filter(user_id: int, name: str, asked: ListAsked) -> int:
    """Keep a way to look at one's list: one's own, so that no ledger entry tells of it. Returns its id.

    Raises:
        Refused: NO_CONDITION, FILTER_NAME_BAD, FILTER_NAME_TAKEN, FILTERS_FULL.
    """
    query = list_query(asked)
    if not query:
        raise Refused(NO_CONDITION)
    name = _checked_name(user_id, name)
    if SavedFilter.objects.filter(user_id=user_id).count() >= FILTERS_AT_MOST:
        raise Refused(FILTERS_FULL, limit=FILTERS_AT_MOST)
    with _named_once(name):
        return SavedFilter.objects.create(user_id=user_id, name=name, asked=query).pk


@transaction.atomic
def rename_filter(user_id: int, filter_id: int, name: str) -> None:
    """Give a filter another name; raises NO_SUCH_FILTER, FILTER_NAME_BAD, FILTER_NAME_TAKEN."""
    kept = SavedFilter.objects.select_for_update().filter(user_id=user_id, id=filter_id).first()
    if kept is None:
        raise Refused(NO_SUCH_FILTER)
    kept.name = _checked_name(user_id, name, but=filter_id)
    with _named_once(kept.name):
        kept.save(update_fields=["name"])


@transaction.atomic
def remove_filter(user_id: int, filter_id: int) -> bool:
    """Remove a filter; says whether there was one: it may be gone already."""
    removed, _ = SavedFilter.objects.filter(user_id=user_id, id=filter_id).delete()
    return removed > 0


@contextmanager
def _named_once(name: str) -> Iterator[None]:
    """Of two at the same moment the table lets one through."""
    try:
        with transaction.atomic():
            yield
    except IntegrityError:
        raise Refused(FILTER_NAME_TAKEN, field="name", value=name) from None


def _checked_name(user_id: int, name: str, *, but: int = 0) -> str:
    name = " ".join(clean(name).split())
    if not 1 <= len(name) <= FILTER_NAME_LIMIT or has_forbidden_control(name):
        raise Refused(FILTER_NAME_BAD, field="name", limit=FILTER_NAME_LIMIT)
    if SavedFilter.objects.filter(user_id=user_id, name=name).exclude(id=but).exists():
        raise Refused(FILTER_NAME_TAKEN, field="name", value=name)
    return name


@transaction.atomic
def record_export(*, file_format: str, asked: ListAsked, rows: int, by: Actor, now: datetime) -> int:
    """Somebody takes a list away; returns the running number that goes into the file.

    Raises:
        Refused: NOT_ALLOWED, UNKNOWN_FORMAT.
    """
    check_power(by, Power.ORDER_EXPORT)
    if file_format not in FORMATS:
        raise Refused(UNKNOWN_FORMAT, field="format", value=file_format[:20])
    query = list_query(asked)
    made = ListExport.objects.create(by=str(by), at=now, format=file_format, rows=rows, asked=query)
    said = " ".join(f"{name}={word}" for name, word in query.items() if name in _CODES)
    facts = {"format": file_format, "rows": str(rows), "filter": said}
    ledger.append([NewEntry(EntryKind.EXPORTED, "order_list", str(made.pk), facts=facts)], by=by, now=now)
    return made.pk
