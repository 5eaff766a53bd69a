"""`haochaping serve`, `worker`, `demo`, `demo-data`."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
from gettext import gettext, ngettext
from typing import TYPE_CHECKING

import click

from haochaping.doors.commands.database import bring_up_to_date
from haochaping.doors.commands.installation import fail
from haochaping.doors.commands.spoken import Command, option
from haochaping.kernel.refused import N_
from haochaping.postgres import server

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from haochaping.doors.commands.installation import Installation
    from haochaping.doors.demo.province import Progress

_STOP_SECONDS = 20
_TOLD_DAYS = 50


@click.command(cls=Command)
@option(
    "--doors",
    type=click.Choice(["public", "staff", "all"]),
    default="all",
    show_default=True,
    help=N_("Which face to show."),
)
@option("--workers", default=2, show_default=True, help=N_("Web server processes."))
@click.pass_obj
def serve(installation: Installation, *, doors: str, workers: int) -> None:
    """Serve pages and API on HOST:PORT. --doors public and --doors staff run the two faces in two networks."""
    from granian import Granian  # noqa: PLC0415 - only this command needs the web server
    from granian.constants import Interfaces  # noqa: PLC0415

    installation.connect(HAOCHAPING_DOORS=doors)
    Granian(
        "haochaping.config.wsgi:application",
        address=installation.env.host,
        port=int(installation.env.port),
        interface=Interfaces.WSGI,
        workers=workers,
        blocking_threads=32,
        respawn_failed_workers=True,
        workers_kill_timeout=30,
        # An address may carry what an unsigned client put into it: no access log.
        log_access=False,
    ).serve()


@click.command(cls=Command)
@click.pass_obj
def worker(installation: Installation) -> None:
    """Run jobs and regular work (ledger chain, counters, dispatch) until SIGINT or SIGTERM."""
    installation.connect()
    from haochaping.doors.jobs import worker as jobs  # noqa: PLC0415 - needs Django to be ready

    jobs.run()


@click.command("demo-data", cls=Command)
@option(
    "--scale",
    default=1.0,
    show_default=True,
    help=N_("1 is about 200,000 cases and 40,000 reviews of 18 months."),
)
@option("--seed", default=1, show_default=True, help=N_("The same seed makes the same province."))
@click.pass_obj
def demo_data(installation: Installation, *, scale: float, seed: int) -> None:
    """Fill an empty installation with a fictional province, sent through the real flows."""
    installation.connect(HAOCHAPING_DEMO="1")
    _fill(scale, seed)


@click.command(cls=Command)
@option("--reset", is_flag=True, help=N_("Forget the demo's data first."))
@click.pass_obj
def demo(installation: Installation, *, reset: bool) -> None:
    """Start everything with a fictional province: database, web server, worker. Ctrl-C stops it; the data stays."""
    if not installation.embedded:
        fail(gettext("The demo uses its own database: unset DATABASE_URL, or use “demo-data” and “serve”."))
    if reset:
        _forget(installation.env.data_dir)
    installation.connect(HAOCHAPING_DEMO="1")
    bring_up_to_date()
    _fill(1.0, 1)
    from haochaping.doors.demo.welcome import welcome  # noqa: PLC0415 - needs Django to be ready

    text = welcome(installation.env.site_url)
    from haochaping.doors.pools import close_pools  # noqa: PLC0415 - needs Django to be ready

    close_pools()
    status = _supervise(text)
    server.stop(installation.env.data_dir)
    if status:
        fail(gettext("The demo has stopped."), status)


def _forget(home: Path) -> None:
    """Remove a demo's database and keys; anything that is not a demo stays."""
    if home.exists() and not (home / "demo-accounts.json").exists():
        told = gettext(
            "{folder} does not hold a demo: it stays as it is. Set HAOCHAPING_DATA to another folder."
        )
        fail(told.format(folder=home))
    server.stop(home)
    shutil.rmtree(home, ignore_errors=True)


def _fill(scale: float, seed: int) -> None:
    from django.utils import timezone  # noqa: PLC0415 - needs Django to be ready

    from haochaping.doors.demo.province import fill, is_begun, is_filled  # noqa: PLC0415

    if is_filled():
        click.echo(gettext("The fictional province is there."))
        return
    if is_begun():
        fail(
            gettext(
                "The fictional province is there only in part: its making was cut off. "
                "Run “haochaping demo --reset”."
            )
        )
    show_progress(fill(scale=scale, seed=seed, now=timezone.now()))
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


def _supervise(text: str) -> int:
    """Run web server and worker as children until a signal or the end of one of them; stop both, then the database."""
    program = [sys.executable, "-m", "haochaping"]
    children = [subprocess.Popen([*program, part], start_new_session=True) for part in ("serve", "worker")]
    # A shell that starts us in the background has SIGINT ignored; the demo stops on it all the same.
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, signal.default_int_handler)
    click.echo(text)
    status = 0
    try:
        ended, code = os.wait()
        status = 1
        told = gettext("A part of the demo ended by itself (process {process}, status {status}); stopping.")
        click.echo(told.format(process=ended, status=code), err=True)
    except KeyboardInterrupt:
        click.echo("\n" + gettext("Stopping …"))
    for child in children:
        child.terminate()
    for child in children:
        try:
            child.wait(_STOP_SECONDS)
        except subprocess.TimeoutExpired:
            child.kill()
    return status
