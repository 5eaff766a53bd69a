"""`haochaping facts verify`."""

from __future__ import annotations

import sys
from gettext import gettext, ngettext
from typing import TYPE_CHECKING

import click

from haochaping.doors.commands.installation import json_option, show, with_database
from haochaping.doors.commands.spoken import Group, option
from haochaping.kernel.refused import N_

if TYPE_CHECKING:
    from collections.abc import Collection
    from datetime import datetime

    from haochaping.insight.terms import Difference

_DAY = click.DateTime(["%Y-%m-%d"])
_LINE = N_("{day} {kind} {where}: the rows come to {rows}, the figure says {figure}")
_MONTH_LINE = N_("{months} {day} {kind} {where}: its parts come to {rows}, the sum says {figure}")


@click.group(cls=Group)
def facts() -> None:
    """The figures of which pages and reports are made."""


@facts.command()
@option("--from", "first", type=_DAY, help=N_("The first day, as 2026-06-01; without it from the beginning."))
@option("--to", "last", type=_DAY, help=N_("The last day; without it to the end."))
@option("--mend", is_flag=True, help=N_("Put right what differs."))
@json_option
@with_database
def verify(*, first: datetime | None, last: datetime | None, mend: bool, as_json: bool) -> None:
    """Count the rows of some days anew, hold the figures against them and name each that differs. Exit status 1 then.

    With --mend what differs is put right and the exit status is 0. People may go on working. After an update that counts more
    the worker does it by itself.
    """
    from django.utils import timezone  # noqa: PLC0415 - needs Django to be ready

    from haochaping.flows.verify_facts import verify_facts  # noqa: PLC0415
    from haochaping.kernel.actor import OPERATOR  # noqa: PLC0415
    from haochaping.kernel.periods import Period  # noqa: PLC0415

    period = Period(first.date() if first else None, last.date() if last else None)
    found = list(verify_facts(period, mend=mend, by=OPERATOR, now=timezone.now()))
    show(_rows(found), as_json=as_json, line=_line, none=gettext("The figures are what their rows come to."))
    if found and mend and not as_json:
        told = ngettext("{n} figure was put right.", "{n} figures were put right.", len(found))
        click.echo(told.format(n=len(found)))
    if found and not mend:
        sys.exit(1)


def _rows(found: Collection[Difference]) -> list[dict[str, object]]:
    from haochaping.directory import queries as directory  # noqa: PLC0415 - needs Django to be ready
    from haochaping.directory.terms import Kind  # noqa: PLC0415
    from haochaping.insight.rules import ALL_MONTHS  # noqa: PLC0415

    kinds = {
        "division": Kind.DIVISIONS,
        "agency": Kind.AGENCIES,
        "item": Kind.ITEMS,
        "hall": Kind.HALLS,
    }
    codes = {
        name: {
            pk: ref.code
            for pk, ref in directory.refs(kind, {getattr(one.key, f"{name}_id") for one in found}).items()
        }
        for name, kind in kinds.items()
    }
    return [
        {
            "months": one.months,
            "day": "" if one.key.day == ALL_MONTHS else one.key.day.isoformat(),
            "kind": one.key.kind,
            **{name: known.get(getattr(one.key, f"{name}_id"), "") for name, known in codes.items()},
            "channel": one.key.channel,
            "stage": one.key.stage,
            "level": one.key.level or None,
            "provenance": one.key.provenance,
            "rows": one.counted,
            "figure": one.held,
        }
        for one in found
    ]


_WHERE = ("division", "agency", "item", "hall", "channel", "stage", "level", "provenance")


def _line(row: dict[str, object]) -> str:
    where = " ".join(str(row[name]) for name in _WHERE if row[name])
    said = row | {"day": row["day"] or gettext("all months")}
    return gettext(_MONTH_LINE if row["months"] else _LINE).format(**said, where=where)
