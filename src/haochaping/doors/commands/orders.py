"""`haochaping orders …`: the clock of a work order, computed again."""

from __future__ import annotations

from gettext import gettext
from typing import TYPE_CHECKING

import click

from haochaping.doors.commands.installation import fail, json_option, show, with_database
from haochaping.doors.commands.spoken import Group
from haochaping.kernel.refused import N_

if TYPE_CHECKING:
    from uuid import UUID

    from haochaping.rectification.terms import ClockTick


@click.group(cls=Group)
def orders() -> None:
    """Work orders and their clocks."""


@orders.command("recompute")
@click.argument("order", type=click.UUID)
@json_option
@with_database
def recompute(*, order: UUID, as_json: bool) -> None:
    """Compute the clocks of a work order again from their events, and explain each step.

    Changes nothing. A promise that a later change of the calendar would have moved stays as it was promised; where the two
    differ, the line says so.
    """
    from haochaping.rectification import queries  # noqa: PLC0415 - needs Django to be ready

    found = queries.clock_retold(order)
    if found is None:
        fail(gettext("There is no work order {order}.").format(order=order))
    if not found:
        click.echo(gettext("The order has not been dispatched: no clock has started."))
        return
    show([_row(promised, anew) for promised, anew in found], as_json=as_json, line=_line)


def _row(promised: ClockTick, anew: ClockTick) -> dict[str, object]:
    return {
        "clock": promised.clock,
        "event": promised.tick,
        "at": promised.at,
        "limit": promised.number or None,
        "unit": promised.unit,
        "rule": promised.rule,
        "promised": promised.due_at,
        "computed": anew.due_at,
        "amber": anew.amber_at,
        "equal": promised.due_at == anew.due_at,
    }


def _line(row: dict[str, object]) -> str:
    from haochaping.rectification.terms import CLOCK_LABELS, TICK_LABELS, ClockKind, Tick  # noqa: PLC0415
    from haochaping.rulebook.terms import UNIT_LABELS, Unit  # noqa: PLC0415
    from haochaping.ui.moments import moment  # noqa: PLC0415

    said = dict(row) | {
        "clock": gettext(CLOCK_LABELS[ClockKind(str(row["clock"]))]),
        "event": gettext(TICK_LABELS[Tick(str(row["event"]))]),
        "unit": gettext(UNIT_LABELS[Unit(str(row["unit"]))]) if row["unit"] else "",
    }
    for name in ("at", "promised", "computed", "amber"):
        said[name] = moment(row[name]) if row[name] else "–"  # type: ignore[arg-type]
    line = gettext(_LIMIT if row["limit"] else _PLAIN).format(**said)
    return line if row["equal"] else gettext(_OTHER).format(line=line, **said)


_LIMIT = N_("{at} {clock}: {event}, {limit} {unit} ({rule}) → due {promised}, amber {amber}")
_PLAIN = N_("{at} {clock}: {event} → due {promised}")
_OTHER = N_("{line}; computed today {computed}: rules or calendar changed after the promise, which stays")
