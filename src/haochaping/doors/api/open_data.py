"""`GET data/{table}`: the tables of open data page by page, and their description, made of the tables' declarations."""

from __future__ import annotations

from base64 import urlsafe_b64decode, urlsafe_b64encode
from datetime import datetime  # noqa: TC003 - msgspec reads it at run time
from types import GenericAlias
from typing import TYPE_CHECKING, Annotated, Any

import msgspec
from django.http import HttpResponse
from django.utils import timezone
from msgspec import Meta, Struct, defstruct

from haochaping.directory import queries as directory
from haochaping.doors.api import bodies
from haochaping.doors.api.problems import (
    BAD_CURSOR,
    NOTHING_HERE,
    TWICE,
    UNKNOWN_PARAMETER,
    WRONG_ORDER,
    answering,
)
from haochaping.doors.gate import machine
from haochaping.exchange.fields import shown
from haochaping.insight.terms import BAD_DAY, UNKNOWN_AGENCY, UNKNOWN_DIVISION, UNKNOWN_ITEM, Place
from haochaping.kernel.periods import BEIJING, local_day
from haochaping.kernel.refused import N_, Refused
from haochaping.publicity.opendata import queries
from haochaping.publicity.opendata.cursors import may_begin_after
from haochaping.publicity.opendata.queries import Asked
from haochaping.publicity.opendata.tables import TABLES
from haochaping.publicity.opendata.terms import LICENCE, VERSION

if TYPE_CHECKING:
    from django.http import HttpRequest

    from haochaping.publicity.opendata.queries import After
    from haochaping.publicity.opendata.terms import Column, FilterName, Table

_ON_PAGE = 1000
PROBLEMS = (
    UNKNOWN_PARAMETER,
    TWICE,
    BAD_DAY,
    WRONG_ORDER,
    BAD_CURSOR,
    UNKNOWN_DIVISION,
    UNKNOWN_AGENCY,
    UNKNOWN_ITEM,
    NOTHING_HERE,
)
_TYPES: dict[str, Any] = {"count": int | None, "share": float | None}
_ASKED_BY: dict[FilterName, dict[str, tuple[str, str]]] = {
    "division": {"division": (N_("Code of a division, which is meant with all below it."), "990102000000")},
    "agency": {
        "agency": (N_("Code of an agency, which is meant with those below it."), "990102000000_EXAMPLE")
    },
    "item": {"item": (N_("Code of a service item."), "9901020000000000000000000000001")},
    "period": {
        "from": (N_("First day, included; of a month or week any day of it."), "2026-11-01"),
        "to": (N_("Last day, included."), "2026-11-30"),
    },
}
_CURSOR = (N_("The cursor of the last answer."), "")


class _Answer(Struct):
    """What every answer says of itself."""

    table: Annotated[str, Meta(description=N_("Name of the table."))]
    version: Annotated[int, Meta(description=N_("Version of the tables; a column more is no new version."))]
    licence: Annotated[str, Meta(description=N_("Licence of the data, as SPDX names it."))]
    as_of: Annotated[datetime, Meta(description=N_("The moment for which the figures hold."))]


def _name(table: Table) -> str:
    return f"Data{table.name.capitalize()}"


def _row(table: Table) -> type[Struct]:
    return defstruct(f"{_name(table)}Row", [(one.name, _typed(one)) for one in table.columns])


def _typed(column: Column) -> Any:
    return _described(_TYPES.get(column.form, str), column.about)


def _described(kind: Any, about: str) -> Any:
    return Annotated[kind, Meta(description=about)]


def _answer(table: Table) -> type[Struct]:
    rows = _described(
        GenericAlias(list, (_row(table),)), N_("Rows in a fixed order; a page may be short, even empty.")
    )
    cursor = _described(str | None, N_("Ask with it for the next page; null after the last."))
    return defstruct(_name(table), [("rows", rows), ("cursor", cursor)], bases=(_Answer,))


SHAPES = {table.name: _answer(table) for table in TABLES.values()}
ABOUT = {
    **{_name(table): table.label for table in TABLES.values()},
    **{f"{_name(table)}Row": table.about for table in TABLES.values()},
}


def parameters(table: Table) -> dict[str, tuple[str, str]]:
    """What a table may be asked by: the meaning of each parameter, with an example."""
    found = {name: said for kind in table.filters for name, said in _ASKED_BY[kind].items()}
    return found | {"cursor": _CURSOR}


def example(table: Table) -> dict[str, Any]:
    """An answer with one row."""
    row = {column.name: column.example for column in table.columns}
    head = {"table": table.name, "version": VERSION, "licence": LICENCE, "as_of": "2026-11-30T09:00:00+08:00"}
    return {**head, "rows": [row], "cursor": None}


def shape_name(table: Table) -> str:
    """The name of a table's answer among the components."""
    return _name(table)


@answering("GET", "HEAD")
@machine
def rows(request: HttpRequest, name: str) -> HttpResponse:
    """A page of a table: what its file holds, for any place and days, as of now. Nobody needs a key."""
    table = TABLES.get(name)
    if table is None:
        raise Refused(NOTHING_HERE)
    asked = bodies.parameters_of(request, frozenset(parameters(table)))
    now = timezone.now()
    found = queries.page(
        table,
        Asked(local_day(now), _place(asked), bodies.period_of(asked)),
        _after(table, asked.get("cursor", "")),
        limit=_ON_PAGE,
    )
    names = [column.name for column in table.columns]
    told = {
        "table": table.name,
        "version": VERSION,
        "licence": LICENCE,
        "as_of": now.astimezone(BEIJING),
        "rows": [dict(zip(names, row, strict=True)) for row in found.rows],
        "cursor": _cursor(found.after),
    }
    body = msgspec.json.encode(told)
    return HttpResponse(body, content_type="application/json", headers={"Cache-Control": "no-cache"})


def _place(asked: dict[str, str]) -> Place:
    return Place(
        _division_path(asked.get("division")), _agency_path(asked.get("agency")), _item_id(asked.get("item"))
    )


def _division_path(code: str | None) -> str:
    if code is None:
        return ""
    division = directory.division(code)
    if division is None:
        raise Refused(UNKNOWN_DIVISION, field="division", value=shown(code))
    return division.path


def _agency_path(code: str | None) -> str | None:
    if code is None:
        return None
    agency = directory.agencies([code]).get(code)
    if agency is None:
        raise Refused(UNKNOWN_AGENCY, field="agency", value=shown(code))
    return agency.path


def _item_id(code: str | None) -> int | None:
    if code is None:
        return None
    item = directory.items([code]).get(code)
    if item is None:
        raise Refused(UNKNOWN_ITEM, field="item", value=shown(code))
    return item.id


def _cursor(after: After) -> str | None:
    return None if after is None else urlsafe_b64encode(msgspec.json.encode(after)).decode()


def _after(table: Table, cursor: str) -> After:
    if not cursor:
        return None
    try:
        after: list[Any] = msgspec.json.decode(urlsafe_b64decode(cursor.encode()), type=list[int | str])
    except (ValueError, msgspec.MsgspecError):
        after = []
    if not may_begin_after(table, after):
        raise Refused(BAD_CURSOR, field="cursor", value=shown(cursor))
    return after
