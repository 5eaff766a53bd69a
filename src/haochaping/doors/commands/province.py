"""`haochaping demo-data`, and what it shares with `demo`: whose an installation is, making its province, forgetting it."""

from __future__ import annotations

import fcntl
import math
import sys
from contextlib import contextmanager, suppress
from gettext import gettext, ngettext
from typing import TYPE_CHECKING, Any, NoReturn, override

import click

from haochaping.doors.commands.installation import check_tables, fail
from haochaping.doors.commands.spoken import Command, option
from haochaping.doors.lanes import LaneLostError
from haochaping.kernel.refused import N_
from haochaping.postgres import copies, server

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from haochaping.doors.commands.installation import Installation
    from haochaping.doors.demo.province import Progress

_TOLD_DAYS = 50
_MAKING = "making"  # a file of the data folder that is held while a province is made
_MARK = (
    "demo-accounts.json"  # says that what is beside it may be thrown away; in the end it holds the accounts
)


class _Scale(click.ParamType[float]):
    """A size greater than zero, and one that ends."""

    name = "scale"

    @override
    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> float:
        try:
            scale = float(value)
        except ValueError:
            scale = 0.0
        if not 0 < scale < math.inf:
            self.fail(gettext("“{value}” is not a number greater than 0.").format(value=value), param, ctx)
        return scale


@click.command("demo-data", cls=Command)
@option(
    "--scale",
    type=_Scale(),
    default=1.0,
    show_default=True,
    help=N_("1 is about 200,000 cases and 40,000 reviews of 18 months."),
)
@option("--seed", default=1, show_default=True, help=N_("The same seed makes the same province."))
@click.pass_obj
def demo_data(installation: Installation, *, scale: float, seed: int) -> None:
    """Fill an empty installation with a fictional province, sent through the real flows."""
    embedded = installation.embedded
    installation.connect(HAOCHAPING_DEMO="1")
    check_tables()
    check_is_free(installation, embedded=embedded)
    fill(installation.env.data_dir, scale, seed, remedy=remedy(installation, embedded=embedded))


def check_is_free(installation: Installation, *, embedded: bool) -> None:
    """End where people already have something of their own: no sample data comes among it."""
    from django.db import ProgrammingError, connection  # noqa: PLC0415 - needs Django to be ready

    from haochaping.doors.demo.province import is_demo  # noqa: PLC0415

    with suppress(ProgrammingError):  # no tables yet
        if is_demo() or not _is_somebodys():
            return
        if embedded:
            _say_no_demo(installation.env.data_dir)
        told = gettext(
            "The database “{database}” holds an installation that is not a demo: it stays as it is. "
            "Set DATABASE_URL to an empty database, and HAOCHAPING_DATA to another folder."
        )
        fail(told.format(database=connection.settings_dict["NAME"]))


def _is_somebodys() -> bool:
    """Whether people have put in a person, a system or an agency; nothing else can be there without one of them."""
    from haochaping.accounts import queries as accounts  # noqa: PLC0415 - needs Django to be ready
    from haochaping.directory import queries as directory  # noqa: PLC0415
    from haochaping.directory.terms import Kind  # noqa: PLC0415
    from haochaping.kernel.actor import OPERATOR  # noqa: PLC0415

    return bool(
        accounts.staff(by=OPERATOR, limit=1) or accounts.clients() or directory.last_id(Kind.AGENCIES)
    )


def _say_no_demo(home: Path) -> NoReturn:
    told = gettext(
        "{folder} holds an installation that is not a demo: it stays as it is. "
        "Set HAOCHAPING_DATA to another folder."
    )
    fail(told.format(folder=home))


def mark(home: Path) -> None:
    """Say that the installation of `home` is a demo's: from then on it may be forgotten, however far it was made."""
    home.mkdir(mode=0o700, parents=True, exist_ok=True)
    if not (home / _MARK).exists():
        (home / _MARK).write_text("[]")


def unmark(home: Path) -> None:
    """Say that the installation of `home` is no demo."""
    (home / _MARK).unlink(missing_ok=True)


def claim(home: Path) -> None:
    """Mark a folder in which there is nothing yet as a demo's; end where it has the keys of a database elsewhere.

    A demo made with those keys could be forgotten with them.
    """
    held = _held(home)
    if not held:
        mark(home)
    elif held == ["keys"] and not (home / _MARK).exists():
        _say_no_demo(home)


def _held(home: Path) -> list[str]:
    """What there is of an installation: its keys lie here, wherever its database is."""
    return [name for name in ("data", "keys") if (home / name).exists()]


def forget(home: Path) -> None:
    """Remove a demo's database and keys; an installation that is not a demo stays, and so does every other file.

    Who is cut off may begin again, or start a demo on what is left: database and keys go first and whole, in this order
    (keys without a database serve the next one, a database without its keys serves nobody), and the mark goes last.
    """
    if _held(home) and not (home / _MARK).exists():
        _say_no_demo(home)
    if server.is_used(home):
        told = gettext("Another command uses the demo in {folder}: nothing was forgotten. End it first.")
        fail(told.format(folder=home))
    server.remove(home, also=["keys"])
    # Nothing else: somebody may keep files of their own beside them.
    for name in ("addresses", _MAKING, _MARK):
        (home / name).unlink(missing_ok=True)
    with suppress(OSError):
        home.rmdir()


@contextmanager
def _making(home: Path) -> Iterator[bool]:
    """Whether nobody else makes the province of `home`; until the end nobody else does. Who was killed makes none."""
    with (home / _MAKING).open("a") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            yield False
        else:
            yield True


def remedy(installation: Installation, *, embedded: bool) -> str:
    """What helps where the making was cut off."""
    if embedded:
        return gettext("Run “haochaping demo --reset”, or “make demo RESET=1”.")
    told = gettext(
        "End all that uses the database. As its owner, on the database “postgres”, run: {statements} "
        "Then run “haochaping migrate” and “haochaping demo-data”."
    )
    owner_url = installation.env.owner_url or installation.env.database_url
    return told.format(statements=" ".join(copies.anew(owner_url)))


def fill(home: Path, scale: float, seed: int, *, remedy: str) -> None:
    """Make the province unless it is there; `remedy` is what to do where it is there in part."""
    with _making(home) as alone:
        _fill_alone(scale, seed, alone=alone, remedy=remedy)


def _fill_alone(scale: float, seed: int, *, alone: bool, remedy: str) -> None:
    from django.conf import settings  # noqa: PLC0415 - needs Django to be ready
    from django.utils import timezone  # noqa: PLC0415

    from haochaping.doors.demo import province  # noqa: PLC0415
    from haochaping.doors.outage import OUTAGE  # noqa: PLC0415
    from haochaping.identity import relay  # noqa: PLC0415

    if province.is_filled():
        click.echo(gettext("The fictional province was there already: nothing was made."))
        return
    if not alone:
        fail(
            gettext(
                "Another command is making the fictional province: wait until it is there, or end it first."
            )
        )
    cut_off = gettext("The fictional province is there only in part: its making was cut off. {remedy}")
    if province.is_begun():
        fail(cut_off.format(remedy=remedy))
    click.echo(gettext("Making the fictional province …"))
    try:
        keys = relay.load_keys(settings.KEYS_DIR)
        show_progress(province.fill(scale=scale, seed=seed, now=timezone.now(), relay_keys=keys))
    except (LaneLostError, *OUTAGE):
        fail(cut_off.format(remedy=remedy))
    click.echo(gettext("The fictional province is there."))


def show_progress(making: Iterator[Progress]) -> None:
    """Let the province be made: under a bar on a terminal, with a line for every 50 days otherwise."""
    if sys.stderr.isatty():
        with click.progressbar(length=1, label=gettext("Fictional province"), file=sys.stderr) as bar:
            for step in making:
                bar.length = step.days
                bar.update(step.day - bar.pos)
        return
    passed = 0
    for step in making:
        if step.day // _TOLD_DAYS > passed or step.day == step.days:
            passed = step.day // _TOLD_DAYS
            told = ngettext("day {day} of {days}: {n} case", "day {day} of {days}: {n} cases", step.cases)
            click.echo(told.format(day=step.day, days=step.days, n=f"{step.cases:,}"))
