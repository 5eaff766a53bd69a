from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from haochaping.directory import actions, queries
from haochaping.kernel.actor import OPERATOR
from haochaping.ledger.models import Entry
from haochaping.ledger.terms import EntryKind
from tests import worlds

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime

    from haochaping.directory.terms import Kind

type Put = Callable[..., list[tuple[int, str, str]]]


@pytest.fixture
def put(now: datetime) -> Put:
    """Put rows and hear (row, code, column) of each complaint."""

    def call(kind: Kind, *rows: dict[str, str], at: datetime = now) -> list[tuple[int, str, str]]:
        found = actions.put(kind, rows, by=OPERATOR, now=at)
        return [(n, complaint.code, complaint.field) for n, complaint in found]

    return call


@pytest.fixture
def world(now: datetime) -> None:
    worlds.build(now)


def entries(kind: Kind) -> int:
    return Entry.objects.filter(kind=EntryKind.DIRECTORY_CHANGED, subject_id=kind).count()


def id_of(kind: Kind, *key: str) -> int:
    return queries.rows_by_key(kind, [key])[key].id


def row_of(kind: Kind, *key: str) -> dict[str, str]:
    return dict(queries.rows_by_key(kind, [key])[key].row)
