"""`haochaping serve`, `worker`, `demo`."""

from __future__ import annotations

import ctypes
import errno
import logging
import os
import select
import signal
import socket
import subprocess
import sys
import time
from contextlib import suppress
from gettext import gettext
from typing import TYPE_CHECKING

import click

from haochaping.doors.commands import province
from haochaping.doors.commands.database import bring_up_to_date
from haochaping.doors.commands.installation import answered, check_tables, fail
from haochaping.doors.commands.spoken import Command, option
from haochaping.kernel.refused import N_
from haochaping.postgres import server

if TYPE_CHECKING:
    from datetime import datetime

    from haochaping.doors.commands.installation import Installation

_STOP_SECONDS = 20
_BRIEF_SECONDS = 15
# The database may go away under a part that is just starting; what cannot run at all ends at once every time.
_TRIES = 3
_LOOK_SECONDS = 0.2
# Reviews wait in groups for one flush to the disk: many threads of a process wait at a time, and few run.
_THREADS = 32


@click.command(cls=Command)
@option(
    "--doors",
    type=click.Choice(["public", "staff", "all"]),
    default="all",
    envvar="HAOCHAPING_DOORS",
    show_default=True,
    help=N_("Which face to show."),
)
@option("--workers", default=2, show_default=True, help=N_("Web server processes."))
@click.pass_obj
def serve(installation: Installation, *, doors: str, workers: int) -> None:
    """Serve pages and API on HOST:PORT. --doors public and --doors staff run the two faces in two networks."""
    from granian import Granian  # noqa: PLC0415 - only this command needs the web server
    from granian.constants import Interfaces  # noqa: PLC0415

    if doors != "staff":
        # Whoever gets a link of ours is a citizen, and the staff's face does not answer them.
        installation.announce()
    _check_port(installation.env.host, int(installation.env.port))
    installation.connect(HAOCHAPING_DOORS=doors)
    from haochaping.doors.pools import close_pools  # noqa: PLC0415 - needs Django to be ready

    _check_database()
    close_pools()
    _check_keys_away(installation)
    logging.getLogger("_granian").addFilter(_is_not_about_threads)
    Granian(
        "haochaping.config.wsgi:application",
        address=installation.env.host,
        port=int(installation.env.port),
        interface=Interfaces.WSGI,
        workers=workers,
        blocking_threads=_THREADS,
        respawn_failed_workers=True,
        workers_kill_timeout=30,
        # An address may carry what an unsigned client put into it: no access log.
        log_access=False,
    ).serve()


def _is_not_about_threads(record: logging.LogRecord) -> bool:
    """Whether a line of the web server is not its warning, at each start, that there are many threads: we meant it."""
    return "Python threads" not in record.getMessage()


def _check_database() -> None:
    """End where the tables are not ours, or hold invented people and are not said to: nothing is sent to their numbers.

    While the database is away pages say so, and the worker waits for it, whenever that is.
    """
    from django.conf import settings  # noqa: PLC0415 - needs Django to be ready

    from haochaping.doors.demo.province import holds_sample, is_demo  # noqa: PLC0415
    from haochaping.doors.outage import OUTAGE  # noqa: PLC0415

    try:
        check_tables()
        invented = holds_sample()
    except OUTAGE:
        invented = is_demo()
    if invented and not settings.DEMO:
        fail(gettext("This installation holds sample data: set HAOCHAPING_DEMO=1, or use “haochaping demo”."))


def _check_keys_away(installation: Installation) -> None:
    """A real site's pages run without the keys that open a number or a name: who takes the process over has none."""
    folder = installation.env.data_dir / "keys"
    found = [name for name in ("relay.key", "escrow.key") if os.access(folder / name, os.R_OK)]
    if found and installation.env.site_url.startswith("https://"):
        told = gettext(
            "The web server can read {files} in {folder}. Move them to the worker's folder and off the machine, as the "
            "guide for operators says; pages are served only without them."
        )
        fail(told.format(files=", ".join(found), folder=folder))


@click.command(cls=Command)
@click.pass_obj
def worker(installation: Installation) -> None:
    """Run jobs and regular work (ledger chain, counters, dispatch) until SIGINT or SIGTERM.

    An embedded database server that dies is started again.
    """
    embedded = installation.embedded
    installation.connect()
    from haochaping.doors.jobs import beats  # noqa: PLC0415 - needs Django to be ready
    from haochaping.doors.jobs import worker as jobs  # noqa: PLC0415

    _check_database()
    home, stopped = installation.env.data_dir, False

    def revive(_now: datetime) -> None:
        nonlocal stopped
        if server.revive(home, route=installation.route):
            click.echo(gettext("The database server had died and was started again."), err=True)
        elif stopped == server.is_running(home):
            stopped = not stopped
            if stopped:
                told = gettext(
                    "The database server was stopped; nothing is taken until it is started: haochaping db start"
                )
                click.echo(told, err=True)

    beating = [*beats.BEATS, beats.Beat("revive the database server", 1, revive)] if embedded else beats.BEATS
    jobs.run(beating=beating)


@click.command(cls=Command)
@option("--reset", is_flag=True, help=N_("Forget the demo's data first."))
@click.pass_obj
def demo(installation: Installation, *, reset: bool) -> None:
    """Start everything with a fictional province: database, web server, worker. Ctrl-C stops it; the data stays."""
    if not installation.embedded:
        fail(gettext("The demo uses its own database: unset DATABASE_URL, or use “demo-data” and “serve”."))
    _check_port(installation.env.host, int(installation.env.port))
    home = installation.env.data_dir
    if reset:
        province.forget(home)
    province.claim(home)
    _stop_by_signals()
    if not server.is_running(home):
        server.stop_after_use(home)
    installation.announce()
    installation.connect(HAOCHAPING_DEMO="1")
    province.check_is_free(installation, embedded=True)
    province.mark(home)
    # Another demo or command may use the same server: it stays until the last of them has ended.
    server.stop_after_use(home)
    from haochaping.doors.demo.welcome import welcome  # noqa: PLC0415 - needs Django to be ready

    with answered():
        bring_up_to_date()
        province.fill(home, 1.0, 1, remedy=province.remedy(installation, embedded=True))
        text = welcome(installation.env.site_url)
    from haochaping.doors.pools import close_pools  # noqa: PLC0415 - needs Django to be ready

    close_pools()
    status = _supervise(text, installation.env.host, int(installation.env.port))
    if status:
        fail(gettext("The demo has stopped."), status)


def _stop_by_signals() -> None:
    """End by each signal as by Ctrl-C, so that what was started is stopped."""
    # A shell that starts us in the background has SIGINT ignored; the demo stops on it all the same.
    # SIGHUP comes when its terminal is closed.
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, signal.default_int_handler)


def _check_port(host: str, port: int) -> None:
    """End where nobody can listen, or somebody answers already: web servers share a port, and people would see either."""
    taken = gettext("Port {port} is taken, perhaps by another demo. Stop it, or set PORT to another number.")
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    try:
        with socket.socket(family, socket.SOCK_STREAM) as probe:
            # As the web server does: what a former one has just closed is no obstacle.
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            probe.bind((host, port))
    except OSError as error:
        told = gettext(
            "Nobody can listen on {host}, port {port}: {reason}. Set HOST or PORT to something else."
        )
        told = taken if error.errno == errno.EADDRINUSE else told
        fail(told.format(host=host, port=port, reason=error.strerror))
    if _answers(host, port):
        fail(taken.format(port=port))


def _answers(host: str, port: int) -> bool:
    with suppress(OSError), socket.create_connection((host, port), timeout=_LOOK_SECONDS):
        return True
    return False


def _supervise(text: str, host: str, port: int) -> int:
    """Run web server and worker as children until a signal, and say so; one that ends is started again.

    One that ends by itself as soon as it was started, time after time, cannot run: then both are stopped. The worker
    looks after the database server.
    """
    _stop_by_signals()
    parts = {name: _Part(name) for name in ("serve", "worker")}
    status = 0
    try:
        if parts["serve"].is_up(host, port):
            click.echo(text)
        terminal = _terminal()
        while not terminal.poll(_LOOK_SECONDS * 1000) and not status:
            status = int(any(part.gave_up() for part in parts.values()))
        if status:
            click.echo(gettext("A part of the demo cannot run; stopping."), err=True)
    except KeyboardInterrupt:
        with suppress(OSError):  # a terminal that is closed
            click.echo("\n" + gettext("Stopping …"))
    _end(list(parts.values()))
    return status


def _end(parts: list[_Part]) -> None:
    for part in parts:
        part.process.terminate()
    for part in parts:
        try:
            part.process.wait(_STOP_SECONDS)
        except subprocess.TimeoutExpired:
            part.process.kill()


def _terminal() -> select.poll:
    """What tells that the terminal was closed: make keeps SIGHUP for itself where it is the terminal's first process."""
    hung_up = select.poll()
    if sys.stdout.isatty():
        hung_up.register(sys.stdout.fileno(), 0)
    return hung_up


_PR_SET_PDEATHSIG = 1


def _end_with_parent() -> None:
    """Have the system end this process when its parent is killed: nobody would find it on its port."""
    ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGTERM)


class _Part:
    """One of the demo's processes, in a group of its own."""

    def __init__(self, name: str) -> None:
        self._name = name
        self._brief = 0
        self._start()

    def _start(self) -> None:
        # It finds the embedded server by itself, and so knows that it is the embedded one.
        environment = {
            name: value
            for name, value in os.environ.items()
            if name not in {"DATABASE_URL", "HAOCHAPING_OWNER_URL"}
        }
        self.process = subprocess.Popen(
            [sys.executable, "-m", "haochaping", self._name],
            env=environment,
            start_new_session=True,
            preexec_fn=_end_with_parent,  # noqa: PLW1509 - the demo has one thread
        )
        self._started = time.monotonic()

    def is_up(self, host: str, port: int) -> bool:
        """Wait until somebody answers there; whether that came before its end."""
        while not _answers(host, port):
            with suppress(subprocess.TimeoutExpired):
                self.process.wait(_LOOK_SECONDS)
                return False
        return True

    def gave_up(self) -> bool:
        """Start it again if it has ended; tells whether it ended by itself at once, time after time."""
        code = self.process.poll()
        if code is None:
            return False
        # What a killed web server leaves would hold its port.
        with suppress(ProcessLookupError):
            os.killpg(self.process.pid, signal.SIGKILL)
        at_once = code >= 0 and time.monotonic() - self._started < _BRIEF_SECONDS
        self._brief = self._brief + 1 if at_once else 0
        if self._brief == _TRIES:
            return True
        told = gettext("The process “{name}” ended (status {status}) and is started again.")
        click.echo(told.format(name=self._name, status=code), err=True)
        self._start()
        return False
