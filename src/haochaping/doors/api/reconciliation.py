"""The machines' door for reconciliation: a source says what it has of a day, and is asked for what differs."""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec
from django.http import HttpResponse
from django.utils import timezone

from haochaping.accounts import queries as accounts
from haochaping.doors.api import bodies, shapes
from haochaping.doors.api.problems import BAD_STATEMENT, NOT_UTF8, answering
from haochaping.doors.gate import machine, set_actor
from haochaping.exchange.fields import shown
from haochaping.exchange.reconciliation.terms import Part, Sums
from haochaping.exchange.rules import read_json
from haochaping.flows import reconcile
from haochaping.kernel.refused import Refused

if TYPE_CHECKING:
    from django.http import HttpRequest


@answering("POST")
@machine
def tell(request: HttpRequest) -> HttpResponse:
    """`POST reconciliation`: one message about one source, kind and day."""
    actor = accounts.actor_of_client(bodies.client_of(request))
    set_actor(request, actor)
    said = _told(bodies.body_of(request))
    heard = reconcile.hear(
        said.source,
        said.kind,
        said.day,
        _sums(said.statement) if said.statement else None,
        [_part(part) for part in said.parts],
        by=actor,
        now=timezone.now(),
    )
    found = shapes.Compared(
        state=heard.state,
        here=shapes.Sums(heard.here.count, heard.here.total, f"{heard.here.digest:016x}"),
        wanted=list(heard.wanted),
        count=heard.count,
        differing=[shapes.DifferingRow(row.key, row.here, row.told) for row in heard.differing],
    )
    body = msgspec.json.encode(found)
    return HttpResponse(body, content_type="application/json", headers={"Cache-Control": "no-store"})


def _told(body: bytes) -> shapes.DayTold:
    try:
        said = read_json(body.decode("utf-8-sig"))
    except UnicodeDecodeError as error:
        raise Refused(NOT_UTF8, position=error.start) from None
    try:
        return msgspec.convert(said, shapes.DayTold)
    except msgspec.ValidationError as error:
        # “Expected …, got … - at `$.parts[0].prefix`”: the place is the field.
        what, _, where = str(error).partition(" - at `$.")
        said = what.partition(" matching regex")[0]
        raise Refused(BAD_STATEMENT, field=shown(where.rstrip("`"), 100), value=shown(said, 200)) from None


def _sums(said: shapes.Sums) -> Sums:
    return Sums(said.count, said.total, int(said.digest, 16))


def _part(said: shapes.StatedPart) -> Part:
    children = None if said.children is None else {k: _sums(v) for k, v in said.children.items()}
    return Part(said.prefix, children, said.rows)
