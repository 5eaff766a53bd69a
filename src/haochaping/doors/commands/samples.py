"""`haochaping samples explain`."""

from __future__ import annotations

import sys
from datetime import date
from gettext import gettext, ngettext
from typing import TYPE_CHECKING

import click

from haochaping.doors.commands.installation import fail, json_option, show, with_database
from haochaping.doors.commands.spoken import Group
from haochaping.kernel.refused import N_
from haochaping.supervision.terms import KIND_LABELS

if TYPE_CHECKING:
    from haochaping.supervision.terms import Explained


@click.group(cls=Group)
def samples() -> None:
    """Reviews drawn to be asked again."""


@samples.command()
@click.argument("month")
@click.argument("division")
@json_option
@with_database
def explain(*, month: str, division: str, as_json: bool) -> None:
    """Draw the samples of MONTH (2026-05) and DIVISION again and show seed, list and ranks. Exit status 1 when they differ."""
    from haochaping.supervision.queries import samples as queries  # noqa: PLC0415 - needs Django to be ready

    try:
        wanted = date.fromisoformat(f"{month}-01")
    except ValueError:
        fail(gettext("“{month}” is not a month; write it as 2026-05.").format(month=month))
    told = queries.explain(wanted, division)
    if not told:
        fail(gettext("No sample of this division and month has been drawn."))
    if as_json:
        show([_facts(one) for one in told], as_json=True, line=str)
    for one in told if not as_json else []:
        for line in _lines(one):
            click.echo(line)
    if not all(one.holds for one in told):
        sys.exit(1)


def _facts(one: Explained) -> dict[str, object]:
    return {
        "kind": one.draw.kind.value,
        "seed": one.seed,
        "index": one.draw.head_index if one.draw.head_index >= 0 else None,
        "population": one.draw.population,
        "population_now": one.population_now,
        "list": one.draw.list_hash,
        "same_list": one.same_list,
        "size": one.draw.size,
        "ranks": [{"rank": rank, "review": str(review), "lot": lot} for rank, review, lot in one.ranks],
        "holds": one.holds,
    }


_FINDINGS = {
    "head": N_("The chain has another head before the end of the month: the draw does not hold."),
    "low": N_("{n} reviews with a smaller lot were left out: the draw does not hold."),
    "shifted": N_("{n} ranks are not those of the lots: the draw does not hold."),
}


def _lines(one: Explained) -> list[str]:
    draw = one.draw
    # Of a month that ended before the ledger began the seed is made without a link.
    first = (
        gettext("{kind}: seed {seed} (link {index} of the ledger)")
        if draw.head_index >= 0
        else gettext("{kind}: seed {seed} (the ledger had no link before the end of the month)")
    )
    lines = [
        first.format(kind=gettext(KIND_LABELS[draw.kind]), seed=one.seed, index=draw.head_index),
        ngettext(
            "{size} of {n} review, list {digest}", "{size} of {n} reviews, list {digest}", draw.population
        ).format(size=draw.size, n=draw.population, digest=draw.list_hash),
        gettext("The list is the same today.")
        if one.same_list
        else gettext("The list has {n} reviews today; some were changed or withdrawn since.").format(
            n=one.population_now
        ),
        *(f"{rank:>6} {review} {lot}" for rank, review, lot in one.ranks),
    ]
    wrong = {"head": int(not one.head_holds), "low": one.low, "shifted": one.shifted}
    found = [gettext(_FINDINGS[name]).format(n=n) for name, n in wrong.items() if n]
    return lines + (found or [gettext("The draw holds.")])
