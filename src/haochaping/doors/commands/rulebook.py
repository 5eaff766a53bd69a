"""`haochaping rulebook import-calendar`, `make-profile`, `assign`, `explain`."""

from __future__ import annotations

import json
import sys
from dataclasses import asdict
from datetime import timedelta
from gettext import gettext, ngettext
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from haochaping.doors.commands.installation import fail, json_option, sentence, show, with_database
from haochaping.doors.commands.spoken import File, Group, option
from haochaping.kernel.actor import OPERATOR
from haochaping.kernel.refused import N_

if TYPE_CHECKING:
    from datetime import date, datetime

    from haochaping.rulebook.terms import DayChange

_day = click.DateTime(["%Y-%m-%d"])


_SAYS = {True: N_("The day is worked"), False: N_("The day is free")}


@click.group(cls=Group)
def rulebook() -> None:
    """Rules of places, and the working calendar."""


@rulebook.command("import-calendar")
@click.argument("year", type=click.IntRange(2020, 2100))
@click.argument("file", type=File(exists=True, dir_okay=False, path_type=Path))
@option("--dry-run", is_flag=True, help=N_("Say what would change and write nothing."))
@json_option
@with_database
def import_calendar(year: int, file: Path, *, dry_run: bool, as_json: bool) -> None:
    """Put a YEAR of holidays and 调休 into the working calendar from FILE, all of it or nothing.

    FILE holds the State Council's notice, a row for each span: from,to,working,name. A holiday is
    2027-01-01,2027-01-03,no,元旦 and a Sunday that is worked is 2027-01-10,,yes,元旦. Weekends and working days that the
    notice does not name need no row.
    """
    from django.utils import timezone  # noqa: PLC0415 - needs Django to be ready

    from haochaping.exchange import tables  # noqa: PLC0415
    from haochaping.rulebook import actions  # noqa: PLC0415
    from haochaping.rulebook.terms import NOTICE_COLUMNS  # noqa: PLC0415

    rows = list(tables.rows(file))
    changed: list[DayChange] = []
    troubles = [(row.number, row.complaint) for row in rows if row.complaint]
    if not troubles:
        texts = [{name: str(row.fields.get(name) or "").strip() for name in NOTICE_COLUMNS} for row in rows]
        changed, found = actions.import_year(
            year=year, rows=texts, by=OPERATOR, now=timezone.now(), dry_run=dry_run
        )
        troubles = [(rows[position].number, complaint) for position, complaint in found]
    if as_json:
        said = [
            {"row": number, "code": c.code, "field": c.field, "sentence": sentence(c)}
            for number, c in troubles
        ]
        days = [one.day.isoformat() for one in changed]
        click.echo(json.dumps({"changed": days, "dry_run": dry_run, "rows": said}, ensure_ascii=False))
    for number, complaint in [] if as_json else troubles:
        click.echo(f"{file.name}:{number}: {sentence(complaint)}", err=True)
    if troubles:
        told = ngettext(
            "Nothing was imported: {n} row needs correction.",
            "Nothing was imported: {n} rows need correction.",
            len(troubles),
        )
        click.echo(told.format(n=len(troubles)), err=True)
        sys.exit(2)
    if not as_json:
        for one in changed if dry_run else []:
            if one.is_told:
                click.echo(f"{one.day}: {gettext(_SAYS[one.works])} {one.name}".rstrip())
        told = (
            ngettext("{n} day would change.", "{n} days would change.", len(changed))
            if dry_run
            else ngettext("{n} day changed.", "{n} days changed.", len(changed))
        )
        click.echo(told.format(n=len(changed)))


@rulebook.command("make-profile")
@click.argument("division")
@click.argument("code")
@option("--name", required=True, help=N_("What people call it."))
@option("--follows", required=True, help=N_("The profile that says what this one does not."))
@option("--source", required=True, help=N_("Name and number of the text it rests on."))
@option("--from", "since", type=_day, help=N_("First day; tomorrow when not given."))
@with_database
def make_profile(
    division: str, code: str, *, name: str, follows: str, source: str, since: datetime | None
) -> None:
    """Propose a profile CODE (own-…) of DIVISION's own; an administrator confirms it, and adds values, on the page “Rulebook”."""
    from django.utils import timezone  # noqa: PLC0415 - needs Django to be ready

    from haochaping.rulebook import actions  # noqa: PLC0415
    from haochaping.rulebook.terms import NewProfile  # noqa: PLC0415

    now = timezone.now()
    day = _first_day(since, now)
    actions.propose(NewProfile(code, name, follows, division, source, day), by=OPERATOR, now=now)
    _say_proposed(division, code, day)


def _say_proposed(division: str, profile: str, day: date) -> None:
    told = gettext(
        "Proposed: {division} and all below it follow {profile} from {day} on, once an administrator confirms it on the page"
        " “Rulebook”."
    )
    click.echo(told.format(division=division, profile=profile, day=day))


def _first_day(since: datetime | None, now: datetime) -> date:
    """The day that was asked for, or tomorrow: rules change from a day on that has not begun."""
    from haochaping.kernel.periods import local_day  # noqa: PLC0415 - as everything that needs Django

    return since.date() if since else local_day(now) + timedelta(days=1)


@rulebook.command()
@click.argument("division")
@click.argument("profile")
@option("--from", "since", type=_day, help=N_("First day; tomorrow when not given."))
@with_database
def assign(division: str, profile: str, since: datetime | None) -> None:
    """Propose that DIVISION and all below it follow PROFILE from a day on; an administrator confirms it."""
    from django.utils import timezone  # noqa: PLC0415 - needs Django to be ready

    from haochaping.rulebook import actions  # noqa: PLC0415
    from haochaping.rulebook.terms import Assignment  # noqa: PLC0415

    now = timezone.now()
    day = _first_day(since, now)
    actions.propose(Assignment(division, profile, day), by=OPERATOR, now=now)
    _say_proposed(division, profile, day)


@rulebook.command()
@click.argument("division")
@option("--day", type=_day, help=N_("The day to explain; today when not given."))
@json_option
@with_database
def explain(division: str, *, day: datetime | None, as_json: bool) -> None:
    """Say each rule that holds in DIVISION on a day, from which profile it comes, and from which text."""
    from django.utils import timezone  # noqa: PLC0415 - needs Django to be ready

    from haochaping.directory import queries as directory  # noqa: PLC0415
    from haochaping.kernel.periods import local_day  # noqa: PLC0415
    from haochaping.rulebook import queries  # noqa: PLC0415

    place = directory.division(division)
    if place is None:
        fail(gettext("There is no division {division} in the directory.").format(division=division))
    rows = queries.explain(place.path, day.date() if day else local_day(timezone.now()))
    show(
        [asdict(row) for row in rows],
        as_json=as_json,
        line=_rule_line,
    )


def _rule_line(row: dict[str, Any]) -> str:
    from haochaping.rulebook.terms import RULES, UNIT_LABELS, VERIFIED_LABELS  # noqa: PLC0415

    rule, unit, sure = RULES[row["key"]].label, UNIT_LABELS[row["unit"]], VERIFIED_LABELS[row["verified"]]
    told = gettext("{rule} ({key}): {value} ({unit}) · {profile} · {sure}: {source}")
    return told.format(**row | {"rule": gettext(rule), "unit": gettext(unit), "sure": gettext(sure)})
