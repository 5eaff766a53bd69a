"""`haochaping orders …`: clocks, computed again; the rule that sends a work order to its agency."""

from __future__ import annotations

from gettext import gettext
from typing import TYPE_CHECKING

import click

from haochaping.doors.commands.installation import fail, json_option, show, with_database
from haochaping.doors.commands.spoken import Group
from haochaping.kernel.refused import N_

if TYPE_CHECKING:
    from uuid import UUID

    from haochaping.rectification.terms import ClockTick, Route


@click.group(cls=Group)
def orders() -> None:
    """Work orders and their clocks."""


@orders.command("recompute")
@click.argument("order", type=click.UUID)
@json_option
@with_database
def recompute(*, order: UUID, as_json: bool) -> None:
    """Compute the clocks of a work order, complaint or suggestion again from their events, and explain each step.

    Changes nothing. A promise that a later change of the calendar would have moved stays as it was promised; where the two
    differ, the line says so.
    """
    from haochaping.rectification import queries  # noqa: PLC0415 - needs Django to be ready
    from haochaping.rectification.queries import help as help_queries  # noqa: PLC0415
    from haochaping.voices import queries as voices  # noqa: PLC0415

    found = queries.clock_retold(order)
    if found is None and (found := voices.clock_retold(order)) is not None:
        if not found:
            click.echo(
                gettext(
                    "It is older than the events of its clock: its deadline stands as it was promised, and can be computed "
                    "again once it is opened again."
                )
            )
            return
        rows = [_row(promised, anew, "") | {"clock": _ANSWER} for promised, anew in found]
        show(rows, as_json=as_json, line=_line)
        return
    if found is None:
        fail(gettext("There is no work order {order}.").format(order=order))
    if not found:
        click.echo(gettext("The order has not been dispatched: no clock has started."))
        return
    names = help_queries.helper_names(order)
    rows = [_row(promised, anew, names.get(promised.helper, "")) for promised, anew in found]
    show(rows, as_json=as_json, line=_line)


@orders.command("route")
@click.argument("order", type=click.UUID)
@json_option
@with_database
def route(*, order: UUID, as_json: bool) -> None:
    """Say where a work order goes by the dispatch rules of the day it went out, and which rule says so.

    Of an order that has not gone out yet the rules of today are asked. Changes nothing.
    """
    from django.utils import timezone  # noqa: PLC0415 - needs Django to be ready

    from haochaping.kernel.refused import Refused  # noqa: PLC0415
    from haochaping.rectification.queries import dispatch  # noqa: PLC0415

    try:
        found = dispatch.route(order, timezone.now())
    except Refused:
        fail(gettext("There is no work order {order}.").format(order=order))
    show([_routed(found)], as_json=as_json, line=_route_line)


def _routed(found: Route) -> dict[str, object]:
    rule = found.rule
    return {
        "day": found.day,
        "agency": found.agency_name,
        "is_with": found.is_with,
        "division": rule.division_name if rule else None,
        "rank": rule.rank if rule else None,
        "version": rule.version if rule else None,
        "from": rule.effective_from if rule else None,
        "item": rule.item_name if rule else "",
        "served_by": rule.served_by_name if rule else "",
        "stage": rule.stage if rule else "",
        "indicator": rule.indicator if rule else "",
        "source": rule.source if rule else "",
    }


def _route_line(row: dict[str, object]) -> str:
    sentence = _BY_RULE if row["rank"] else _BY_SERVICE
    line = gettext(sentence).format(**row)
    return line if row["agency"] == row["is_with"] else gettext(_IS_WITH).format(line=line, **row)


def _row(promised: ClockTick, anew: ClockTick, helper: str) -> dict[str, object]:
    return {
        "clock": promised.clock,
        "helper": helper,
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

    answer = row["clock"] == _ANSWER
    said = dict(row) | {
        "clock": gettext(_ANSWER_THE_PERSON if answer else CLOCK_LABELS[ClockKind(str(row["clock"]))]),
        "event": gettext(TICK_LABELS[Tick(str(row["event"]))]),
        "unit": gettext(UNIT_LABELS[Unit(str(row["unit"]))]) if row["unit"] else "",
    }
    if row["helper"]:
        said["clock"] = gettext(_OF).format(clock=said["clock"], agency=row["helper"])
    for name in ("at", "promised", "computed", "amber"):
        said[name] = moment(row[name]) if row[name] else "–"  # type: ignore[arg-type]
    sentence = _LIMIT if row["limit"] else _ENDS if row["amber"] else _PLAIN
    line = gettext(sentence).format(**said)
    return line if row["equal"] else gettext(_OTHER).format(line=line, **said)


# The one clock of a complaint, suggestion or question.
_ANSWER, _ANSWER_THE_PERSON = "answer", N_("Answer the person")
_BY_RULE = N_("{day}: to {agency}, by rule {rank} of {division}, version {version} ({source})")
_BY_SERVICE = N_("{day}: to {agency}, who served; no rule fits")
_IS_WITH = N_("{line}; it is with {is_with} now")
_LIMIT = N_("{at} {clock}: {event}, {limit} {unit} ({rule}) → due {promised}, amber {amber}")
_ENDS = N_("{at} {clock}: {event} → due {promised}, amber {amber}")
_OF = N_("{clock} ({agency})")
_PLAIN = N_("{at} {clock}: {event} → due {promised}")
_OTHER = N_("{line}; computed today {computed}: rules or calendar changed after the promise, which stays")
