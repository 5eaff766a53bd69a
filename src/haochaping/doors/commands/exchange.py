"""`haochaping exchange …`: other installations, what goes to them and what comes from them."""

from __future__ import annotations

import json
import sys
from gettext import gettext, ngettext
from http import HTTPStatus
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from haochaping.doors.commands.installation import fail, json_option, show, with_database
from haochaping.doors.commands.spoken import File, Group, Whole, option
from haochaping.kernel.periods import BEIJING
from haochaping.kernel.refused import N_

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import date, datetime

    from haochaping.kernel.refused import Refused
    from haochaping.levels.terms import Peer, PeerState, RefusedBatch, ToldDay

_FILE = File(exists=True, dir_okay=False, path_type=Path)


@click.group(cls=Group)
def exchange() -> None:
    """Exchange between installations: reports to those above, from those below."""


@exchange.group(cls=Group)
def peer() -> None:
    """Other installations (对端)."""


@exchange.command()
@option("--out", type=File(dir_okay=False, path_type=Path), help=N_("Write it to this file."))
@option(
    "--suite",
    type=click.Choice(["intl", "gm"]),
    help=N_("Another suite of ciphers than the installation’s own."),
)
@with_database
def key(out: Path | None, suite: str | None) -> None:
    """Print our public key, which other installations are given, and its fingerprint, which they are told by telephone."""
    from django.conf import settings  # noqa: PLC0415 - needs Django to be ready

    from haochaping.ledger.terms import SUITES  # noqa: PLC0415
    from haochaping.levels import keys, queries  # noqa: PLC0415

    ours = queries.our_keys(SUITES[suite or settings.SUITE])
    text = keys.key_text(ours)
    if out:
        out.write_text(text, encoding="ascii")
    else:
        click.echo(text, nl=False)
    click.echo(
        gettext("fingerprint: {value}").format(value=keys.fingerprint(ours.suite, ours.public)), err=True
    )


@peer.command("add")
@click.argument("code")
@option("--as", "known_as", required=True, help=N_("The code under which it knows us."))
@option("--key", "key_file", required=True, type=_FILE, help=N_("The file with its public key."))
@option("--fingerprint", default="", help=N_("What it told as the fingerprint of its key."))
@option("--division", required=True, help=N_("What is exchanged lies in this division."))
@option("--sends", is_flag=True, help=N_("We report to it."))
@option("--takes", is_flag=True, help=N_("It reports to us."))
@option("--url", default="", help=N_("Where it answers, as https://…; without it files are carried."))
@option("--from-now", is_flag=True, help=N_("Leave out what is here already."))
@with_database
def add_peer(
    *,
    code: str,
    known_as: str,
    key_file: Path,
    fingerprint: str,
    division: str,
    sends: bool,
    takes: bool,
    url: str,
    from_now: bool,
) -> None:
    """Exchange with another installation, known here as CODE. Added again, only what was agreed changes."""
    from haochaping.kernel.actor import OPERATOR  # noqa: PLC0415 - needs Django to be ready
    from haochaping.levels import actions  # noqa: PLC0415

    if sends == takes:
        fail(gettext("Say one of --sends and --takes: does it take our reports, or send us its own?"), 2)
    mark = actions.add_peer(
        code,
        known_as=known_as,
        division=division,
        key=key_file.read_text(encoding="utf-8-sig", errors="replace"),
        expected=fingerprint,
        url=url,
        sends=sends,
        takes=takes,
        from_now=from_now,
        by=OPERATOR,
        now=moment(),
    )
    click.echo(gettext("fingerprint: {value}").format(value=mark))


@peer.command("close")
@click.argument("code")
@with_database
def close_peer(code: str) -> None:
    """Exchange nothing more with CODE; its numbers stay, so that it can be added again."""
    from haochaping.kernel.actor import OPERATOR  # noqa: PLC0415 - needs Django to be ready
    from haochaping.levels import actions  # noqa: PLC0415

    actions.close_peer(code, by=OPERATOR, now=moment())


@exchange.command("peers")
@json_option
@with_database
def list_peers(*, as_json: bool) -> None:
    """Show the other installations with what was agreed."""
    from haochaping.levels import keys, queries  # noqa: PLC0415 - needs Django to be ready

    rows: list[dict[str, object]] = [
        {
            "code": one.code,
            "known_as": one.known_as,
            "division": one.division_code,
            "direction": "up" if one.sends else "down",
            "url": one.url,
            "suite": one.suite.name.lower(),
            "fingerprint": keys.fingerprint(one.suite, one.public_key),
        }
        for one in queries.peers()
    ]
    show(rows, as_json=as_json, line=_peer_line, none=gettext("No other installation is known here."))


def _peer_line(row: dict[str, Any]) -> str:
    from haochaping.levels.line import PATH  # noqa: PLC0415 - needs Django to be ready

    arrow = "↑" if row["direction"] == "up" else "↓"
    if row["direction"] == "down":
        # By which way it sends is settled there.
        way = gettext("it sends to {path}, or files are carried").format(path=PATH)
    else:
        way = row["url"] or gettext("files are carried")
    return f"{arrow} {row['code']}  {row['division']}  {way}  {row['fingerprint']}"


@exchange.command()
@json_option
@with_database
def status(*, as_json: bool) -> None:
    """Say how it stands with each installation. Exit status 2 when a person should look."""
    from haochaping.kernel.actor import OPERATOR  # noqa: PLC0415 - needs Django to be ready
    from haochaping.levels import queries  # noqa: PLC0415

    found = queries.states(OPERATOR, now=moment())
    show([_state(one) for one in found], as_json=as_json, line=_state_line)
    if any(_needs_somebody(one) for one in found):
        sys.exit(2)


def _state(one: PeerState) -> dict[str, object]:
    return {
        "code": one.peer.code,
        "known_as": one.peer.known_as,
        "direction": "up" if one.peer.sends else "down",
        "sent": one.peer.told_seq,
        "taken": one.peer.taken_seq,
        "waiting": one.waiting,
        "oldest": one.oldest,
        "rejected": one.rejected,
        "returned": one.returned,
        "gaps": list(one.gaps),
        "failing": list(one.failing),
        "staged": one.staged,
        "refused": one.refused,
        **one.news._asdict(),
        "given_back": one.given_back,
        "silent": one.silent,
        "error": one.peer.last_error,
        "refusals": [_refusal(batch) for batch in one.refusals],
        "expects": one.peer.expects if one.peer.sends else one.peer.taken_seq + 1,
        "go_on_with": one.go_on_with,
    }


def _refusal(batch: RefusedBatch) -> dict[str, object]:
    return {"seq": batch.seq, "code": batch.code, "sentence": sentence_of(batch.message, batch.params)}


def _needs_somebody(one: PeerState) -> bool:
    ills = (one.rejected, one.gaps, one.failing, one.returned, one.given_back, one.silent, one.go_on_with)
    return any(ills)


def _state_line(row: dict[str, Any]) -> str:
    told = [
        f"{row['code']}:",
        (_sent_line() if row["direction"] == "up" else _taken_line()).format(**row),
    ]
    if row["gaps"]:
        told.append(gettext("; missing: {gaps}").format(gaps=", ".join(map(str, row["gaps"]))))
    if row["failing"]:
        told.append(
            gettext("; the receiver fails at: {failing}").format(failing=", ".join(map(str, row["failing"])))
        )
    if row["silent"]:
        told.append(gettext("; silent"))
    if row["error"]:
        told.append(gettext("; {error}").format(error=_said_of_peer(row["error"], row["known_as"])))
    told += ["\n  {seq}: {sentence}".format(**batch) for batch in row["refusals"]]
    if row["go_on_with"]:
        go_on = gettext(
            "\n  It expects number {go_on_with} next, and our numbers do not lead there:"
            " “haochaping exchange again {code} --next {go_on_with}” tells it everything again from there."
        )
        told.append(go_on.format(**row))
    return " ".join(told)


def _said_of_peer(error: str, known_as: str) -> str:
    """Why a peer did not answer; where it does not know who signed, what is to be done there."""
    from haochaping.doors.away import said_of_line  # noqa: PLC0415 - needs Django to be ready

    if error != f"answered {HTTPStatus.UNAUTHORIZED}":
        return said_of_line(error)
    told = gettext(
        "it does not know us, or has another key of ours (status 401): have “haochaping exchange peer add {known_as} …"
        " --takes” run there, with what “haochaping exchange key” prints here"
    )
    return told.format(known_as=known_as)


def _sent_line() -> str:
    """To a peer above: nothing is said of batches from it, as there are none."""
    return gettext(
        "we report to it: {sent} batches made, {waiting} of them not answered yet, {rejected} refused there,"
        " {returned} cases came back"
    )


def _taken_line() -> str:
    return gettext(
        "it reports to us: {taken} batches taken here, {staged} wait for one before them, {refused} refused here,"
        " {given_back} cases of its last day sent back from here, {late} of {reviews} reviews late,"
        " {cases_late} of {cases} new cases, {orders_late} of {orders} steps of work orders"
    )


@exchange.command()
@json_option
@with_database
def returned(*, as_json: bool) -> None:
    """Show the cases that installations above could not take whole, with their reasons."""
    from haochaping.kernel.actor import OPERATOR  # noqa: PLC0415 - needs Django to be ready
    from haochaping.levels import queries  # noqa: PLC0415
    from haochaping.levels.rules import filled  # noqa: PLC0415

    rows: list[dict[str, object]] = [
        {
            "peer": row.peer_code,
            "source": row.source,
            "case_no": row.case_no,
            "code": row.code,
            "field": row.field,
            "sentence": filled(gettext(row.message), row.params),
            "times": row.attempts,
            "since": row.since.astimezone(BEIJING),
        }
        for row in queries.returned(OPERATOR, limit=10_000)
    ]
    show(
        rows,
        as_json=as_json,
        line=lambda row: "  ".join(str(value) for value in row.values()),
        none=gettext("Nothing has come back."),
    )


@exchange.command()
@click.argument("code")
@with_database
def send(code: str) -> None:
    """Make batches of what has changed and send what waits for CODE, at once; the worker does so by itself."""
    from haochaping.flows import report_upward  # noqa: PLC0415 - needs Django to be ready
    from haochaping.levels import actions  # noqa: PLC0415

    found = peer_of(code)
    actions.try_now(found, now=moment())
    report_upward.queue_batches(code=code, now=moment())
    n = report_upward.send_due(code=code, now=moment())
    click.echo(ngettext("{n} batch answered", "{n} batches answered", n).format(n=n))
    known = peer_of(code)
    if known.last_error:
        fail(f"{code}: {_said_of_peer(known.last_error, known.known_as)}", 2)


@exchange.command("state")
@click.argument("code")
@option("--day", required=True, type=click.DateTime(["%Y-%m-%d"]), help=N_("The day, as 2026-06-01."))
@with_database
def state_day(code: str, *, day: datetime) -> None:
    """State to CODE what we hold of a day (对账); it goes with the next batches, and the answer comes with theirs."""
    from haochaping.exchange.reconciliation.terms import DAY_NOT_OVER  # noqa: PLC0415 - needs Django to be ready
    from haochaping.flows import tell_days  # noqa: PLC0415
    from haochaping.kernel.periods import local_day  # noqa: PLC0415
    from haochaping.kernel.refused import Refused  # noqa: PLC0415
    from haochaping.levels.terms import STATED_BY_IT  # noqa: PLC0415

    found = peer_of(code)
    if not found.sends:
        raise Refused(STATED_BY_IT, field="CODE", value=code)
    if day.date() >= local_day(moment()):
        raise Refused(DAY_NOT_OVER, field="day", value=day.date().isoformat())
    n = tell_days.queue_days([day.date()], code=code, now=moment())
    if not n:
        raise _nothing_to_state(found, day.date())
    click.echo(ngettext("{n} batch made", "{n} batches made", n).format(n=n))


def _nothing_to_state(found: Peer, day: date) -> Refused:
    """Why there is nothing: a platform of the division came into force only later, or there is none."""
    from haochaping.directory import queries as directory  # noqa: PLC0415 - needs Django to be ready
    from haochaping.kernel.refused import Refused  # noqa: PLC0415
    from haochaping.levels.terms import NOT_YET_IN_FORCE, NOTHING_TO_STATE  # noqa: PLC0415

    place = f"{found.division_name} {found.division_code}"
    said = {"value": day.isoformat(), "division": place}
    first = directory.first_platform(found.division_path)
    if first is None or first[1] <= day:
        return Refused(NOTHING_TO_STATE, field="day", **said)
    return Refused(NOT_YET_IN_FORCE, field="day", platform=first[0], since=first[1].isoformat(), **said)


@exchange.command()
@json_option
@with_database
def days(*, as_json: bool) -> None:
    """Show the days that were stated to installations above, with what they answered. Exit status 2 when something differs."""
    from haochaping.kernel.actor import OPERATOR  # noqa: PLC0415 - needs Django to be ready
    from haochaping.levels import queries  # noqa: PLC0415

    rows = [_day(one) for one in queries.told_days(OPERATOR, limit=1000)]
    show(rows, as_json=as_json, line=_day_line)
    if any(row["state"] == "differing" or row["sentence"] for row in rows):
        sys.exit(2)


def _day(one: ToldDay) -> dict[str, object]:
    from haochaping.levels.rules import filled  # noqa: PLC0415 - needs Django to be ready

    return {
        "peer": one.peer_code or gettext("the level above"),
        "source": one.source,
        "kind": one.kind.value,
        "day": one.day,
        "state": one.state,
        "count": one.count,
        "differing": [
            {"key": row.key.split("\t"), "there": row.here, "here": row.told} for row in one.differing
        ],
        "sentence": filled(gettext(one.message), one.params) if one.message else "",
    }


def _day_line(row: dict[str, Any]) -> str:
    state = row["sentence"] or row["state"] or gettext("not answered yet")
    told = "  ".join(str(row[name]) for name in ("peer", "day", "source", "kind"))
    rows = [
        f"\n  {' '.join(one['key'])}\t{one['here'] or '–'}\t{one['there'] or '–'}" for one in row["differing"]
    ]
    return f"{told}  {state}{''.join(rows)}"


@exchange.command()
@click.argument("code")
@click.argument("seq", type=Whole())
@option("--leave-out", "why", default="", help=N_("Do not send what it holds, for this reason."))
@option(
    "--set-aside", "aside", default="", help=N_("Send its cases again from tomorrow on, for this reason.")
)
@with_database
def decide(code: str, seq: int, *, why: str, aside: str) -> None:
    """Send the batch SEQ that CODE has refused or fails to take once more, or let what waits behind it go on without it."""
    from haochaping.kernel.actor import OPERATOR  # noqa: PLC0415 - needs Django to be ready
    from haochaping.levels import actions  # noqa: PLC0415

    found = peer_of(code)
    if why and aside:
        fail(gettext("Say one of --leave-out and --set-aside."), 2)
    if why:
        actions.exclude(found, seq, why, by=OPERATOR, now=moment())
    elif aside:
        n = actions.set_aside(found, seq, aside, by=OPERATOR, now=moment())
        click.echo(ngettext("{n} case goes out again", "{n} cases go out again", n).format(n=n))
    else:
        actions.requeue(found, seq, by=OPERATOR, now=moment())


@exchange.command("return")
@click.argument("code")
@option("--source", default="", help=N_("Platform of the case that is left out."))
@option("--case", "case_no", default="", help=N_("Number of the case that is left out."))
@option("--leave-out", "why", default="", help=N_("Why it is left out; without it all go out once more."))
@with_database
def settle_return(code: str, *, source: str, case_no: str, why: str) -> None:
    """Send all cases that came back from CODE once more, at once, or leave one out with a reason."""
    from haochaping.kernel.actor import OPERATOR  # noqa: PLC0415 - needs Django to be ready
    from haochaping.levels import actions  # noqa: PLC0415

    found = peer_of(code)
    if why or case_no:
        actions.leave_out(found, source, case_no, why, by=OPERATOR, now=moment())
    else:
        n = actions.send_again(found, by=OPERATOR, now=moment())
        click.echo(ngettext("{n} case goes out again", "{n} cases go out again", n).format(n=n))


@exchange.command()
@click.argument("code")
@option("--next", "seq", required=True, type=Whole(), help=N_("The number that it expects next."))
@with_database
def again(code: str, seq: int) -> None:
    """Tell CODE everything again from number SEQ on: one of the two databases was restored from a backup."""
    from haochaping.kernel.actor import OPERATOR  # noqa: PLC0415 - needs Django to be ready
    from haochaping.levels import actions  # noqa: PLC0415

    actions.start_over(peer_of(code), seq, by=OPERATOR, now=moment())


@exchange.command()
@option("--division", required=True, help=N_("Of what lies in this division."))
@option(
    "--without",
    nargs=2,
    multiple=True,
    metavar="SOURCE CASE",
    help=N_("Pass over this case: the other side has left it out, or has an order of its own."),
)
@json_option
@with_database
def digest(*, division: str, without: tuple[tuple[str, str], ...], as_json: bool) -> None:
    """Print the number of cases of a division and one fingerprint of all that is exchanged about them.

    Two installations that hold the same print the same. Cases that were left out here, or that have an order here and one
    below, are passed over and named: name them there with --without.
    """
    from haochaping.directory import queries as directory  # noqa: PLC0415 - needs Django to be ready
    from haochaping.exchange.fields import shown  # noqa: PLC0415
    from haochaping.flows import report_upward  # noqa: PLC0415
    from haochaping.kernel.refused import Refused  # noqa: PLC0415
    from haochaping.levels.terms import UNKNOWN_DIVISION  # noqa: PLC0415

    place = directory.division(division)
    if place is None:
        raise Refused(UNKNOWN_DIVISION, field="division", value=shown(division, 20))
    found = report_upward.digest(place.path, without=without)
    if as_json:
        click.echo(json.dumps(found._asdict(), ensure_ascii=False))
        return
    click.echo(f"{found.cases}  {found.sha256}")
    for source, case_no in found.without:
        click.echo(gettext("without: {source} {case_no}").format(source=source, case_no=case_no))


def sentence_of(message: str, params: Mapping[str, str]) -> str:
    """What another installation, or we, gave as the reason for something; empty where none was needed."""
    from haochaping.kernel.text import clean  # noqa: PLC0415 - needs Django to be ready
    from haochaping.levels.rules import filled, shown_params  # noqa: PLC0415

    return filled(gettext(clean(message)), shown_params(params)) if message else ""


def peer_of(code: str) -> Peer:
    """The peer of this code; raises `Refused(NO_SUCH_PEER)`."""
    from haochaping.exchange.fields import shown  # noqa: PLC0415 - needs Django to be ready
    from haochaping.kernel.refused import Refused  # noqa: PLC0415
    from haochaping.levels import queries  # noqa: PLC0415
    from haochaping.levels.terms import NO_SUCH_PEER  # noqa: PLC0415

    found = queries.peer(code)
    if found is None:
        raise Refused(NO_SUCH_PEER, field="CODE", value=shown(code, 40))
    return found


def moment() -> datetime:
    """This moment."""
    from django.utils import timezone  # noqa: PLC0415 - needs Django to be ready

    return timezone.now()
