"""`haochaping samples explain` and `redraw`."""

from __future__ import annotations

import sys
from datetime import date
from gettext import gettext, ngettext
from pathlib import Path
from typing import TYPE_CHECKING

import click

from haochaping.doors.commands.installation import fail, json_option, show, with_database
from haochaping.doors.commands.spoken import File, Group
from haochaping.kernel.refused import N_, Refused
from haochaping.supervision.rules import drawn, lot, population_digest, read_list
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


@samples.command()
@click.argument("file", type=File(exists=True, dir_okay=False, path_type=Path))
@json_option
def redraw(*, file: Path, as_json: bool) -> None:
    """Draw again from FILE, a list as the public page of the samples has it; needs nothing of an installation.

    Exit status 1 when the list is not the one that its hash was made from.
    """
    try:
        listed = read_list(file.read_text(encoding="utf-8", errors="replace"))
    except Refused as refused:
        reason = refused.complaint.reason
        fail(f"{gettext(reason.message)} {gettext(reason.remedy)}")
    digest = population_digest(listed.tickets)
    lots = [(ticket, lot(listed.seed, ticket)) for ticket in drawn(listed.seed, listed.tickets, listed.size)]
    facts = {
        "seed": listed.seed,
        "population": len(listed.tickets),
        "size": listed.size,
        "list": digest,
        "same_list": digest == listed.list_hash,
        "ranks": [
            {"rank": rank, "ticket": ticket, "lot": one} for rank, (ticket, one) in enumerate(lots, start=1)
        ],
    }
    if as_json:
        show([facts], as_json=True, line=str)
    else:
        for rank, (ticket, one) in enumerate(lots, start=1):
            click.echo(f"{rank:>6} {ticket} {one}")
        click.echo(
            gettext("The list has the hash {digest}.").format(digest=digest)
            if facts["same_list"]
            else gettext("The list has the hash {digest}, not the one that it names.").format(digest=digest)
        )
    if not facts["same_list"]:
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
        "method": int(one.draw.method),
        "ranks": [
            {"rank": rank, "review": str(review), "ticket": ticket, "lot": lot}
            for rank, review, ticket, lot in one.ranks
        ],
        "reviews": [
            {"ticket": ticket, "review": str(review) if review else None} for ticket, review in one.listed
        ],
        "holds": one.holds,
    }


_FINDINGS = {
    "head": N_("The chain has another head before the end of the month: the draw does not hold."),
    "low": N_("{n} reviews with a smaller lot were left out: the draw does not hold."),
    "untrue": N_("{n} drawn reviews stand under a ticket that is not theirs: the draw does not hold."),
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
        *(f"{rank:>6} {review} {lot}" for rank, review, _, lot in one.ranks),
    ]
    wrong = {"head": int(not one.head_holds), "low": one.low, "shifted": one.shifted, "untrue": one.untrue}
    found = [gettext(_FINDINGS[name]).format(n=n) for name, n in wrong.items() if n]
    return lines + (found or [gettext("The draw holds.")])
