"""`haochaping quarantine …`, `jobs …`, `doctor`."""

from __future__ import annotations

import re
import sys
from contextlib import nullcontext
from dataclasses import asdict
from gettext import gettext, ngettext
from typing import TYPE_CHECKING, Any

import click

from haochaping.doors.commands.installation import fail, json_option, sentence, show, with_database
from haochaping.doors.commands.language import ENGLISH, speaking
from haochaping.doors.commands.progress import tally
from haochaping.doors.commands.spoken import Command, Group, Whole, option
from haochaping.kernel.actor import OPERATOR
from haochaping.kernel.refused import N_, Complaint, Reason

if TYPE_CHECKING:
    from uuid import UUID

    from haochaping.doors.commands.installation import Installation
    from haochaping.outbox.terms import JobRow


_PLACE = re.compile(r"\{\w+\}")


@click.group(cls=Group)
def quarantine() -> None:
    """Records that could not be taken, with their reasons."""


@quarantine.command("list")
@option(
    "--state",
    type=click.Choice(["waiting", "taken", "corrected", "discarded"]),
    default="waiting",
    show_default=True,
    help=N_("Which records."),
)
@option("--limit", default=100, show_default=True, help=N_("At most this many."))
@json_option
@with_database
def list_quarantine(*, state: str, limit: int, as_json: bool) -> None:
    """List what waits, oldest first; what was taken, corrected or discarded, the latest first."""
    from haochaping.exchange import queries  # noqa: PLC0415 - needs Django to be ready
    from haochaping.exchange.terms import QuarantineState  # noqa: PLC0415

    wanted = QuarantineState(state)
    waits = wanted == QuarantineState.WAITING
    found = queries.waiting(limit=limit) if waits else queries.settled(wanted, limit=limit)
    rows: list[dict[str, object]] = [
        {
            "id": row.id,
            "kind": row.kind,
            "source": row.source,
            "case_no": row.case_no,
            "entry_no": row.entry_no,
            "received_at": row.received_at,
            "attempts": row.attempts,
            "state": row.state,
            "settled_at": row.settled_at,
            "settled_by": row.settled_by,
            "reason": row.discard_reason,
            "code": row.code,
            "sentence": sentence(
                Complaint(Reason(row.code, row.message, row.remedy), row.field, dict(row.params))
            ),
        }
        for row in found
    ]
    show(rows, as_json=as_json, line=_record_line)
    if as_json:
        return
    if not rows:
        click.echo(gettext("There is no such record in quarantine."))
    elif waits:
        total = queries.waiting_count()
        told = ngettext("{n} record waits.", "{n} records wait; {shown} are listed.", total)
        click.echo(told.format(n=total, shown=len(rows)))


def _record_line(row: dict[str, object]) -> str:
    # A record that names no case or entry is quarantined, too.
    named = {name: row[name] or "–" for name in ("source", "case_no", "entry_no")}
    line = gettext(_WAITING[str(row["kind"])]).format(**row | named)
    return gettext(_DISCARDED).format(line=line, **row) if row["reason"] else line


_WAITING = {
    "case": N_("{id} case {source}/{case_no}: {sentence}"),
    "review": N_("{id} review {source}/{case_no}: {sentence}"),
    "step": N_("{id} step of {source}/{case_no}: {sentence}"),
    "voice": N_("{id} complaint or suggestion {source}/{entry_no} of an older system: {sentence}"),
}
_DISCARDED = N_("{line} Discarded by {settled_by}: {reason}")


@quarantine.command("retry")
@click.argument("ids", nargs=-1, type=click.UUID)
@option("--all", "everything", is_flag=True, help=N_("Everything that waits."))
@with_database
def retry_quarantine(*, ids: tuple[object, ...], everything: bool) -> None:
    """Send records through again: those named, or --all. Exit status 2 when some still cannot be taken."""
    from django.utils import timezone  # noqa: PLC0415 - needs Django to be ready

    from haochaping.exchange import queries  # noqa: PLC0415
    from haochaping.flows.retry_records import retry_records  # noqa: PLC0415

    if not ids and not everything:
        fail(gettext("Name the records, or say --all."))
    chosen = None if everything else [str(i) for i in ids]
    with tally(gettext("Records"), every=1000) as passed:
        done, left = retry_records(chosen, by=OPERATOR, now=timezone.now(), passed=passed)
    click.echo(gettext("{done} settled, {left} still in quarantine").format(done=done, left=left))
    if left:
        if everything:
            for code, _, n in queries.waiting_reasons():
                # Translators: one line of a listing: what, then its value.
                click.echo("  " + gettext("{name}: {value}").format(name=code, value=n))
        click.echo(gettext("“haochaping quarantine list” says of each why, and what to do."))
        sys.exit(2)


@quarantine.command("discard")
@click.argument("ids", nargs=-1, required=True, type=click.UUID)
@option("--reason", required=True, help=N_("Why they can never be taken; it stays with the record."))
@with_database
def discard_quarantine(*, ids: tuple[UUID, ...], reason: str) -> None:
    """Give up records that can never be taken, all or none. They stay listed with --state discarded."""
    from django.utils import timezone  # noqa: PLC0415 - needs Django to be ready

    from haochaping.exchange import actions  # noqa: PLC0415

    done = actions.discard(ids, reason, by=OPERATOR, now=timezone.now())
    click.echo(ngettext("{n} record discarded", "{n} records discarded", done).format(n=done))


@click.group(cls=Group)
def jobs() -> None:
    """Jobs of the outbox: waiting, running, given up."""


@jobs.command("list")
@option("--state", type=click.Choice(["waiting", "running", "dead"]), help=N_("Only jobs in this state."))
@json_option
@with_database
def list_jobs(*, state: str | None, as_json: bool) -> None:
    """List jobs, oldest first, times as in Beijing; one that was given up shows its last error."""
    from haochaping.outbox import queries  # noqa: PLC0415 - needs Django to be ready
    from haochaping.outbox.terms import JobState  # noqa: PLC0415

    found = queries.jobs(JobState(state) if state else None)
    if as_json:
        show([asdict(row) for row in found], as_json=True, line=str)
    elif found:
        click.echo(" | ".join(gettext(heading) for heading in _JOB_HEADINGS))
        for row in found:
            click.echo(" | ".join(_job_cells(row)))
    else:
        click.echo(gettext("No job is here: what is done is gone."))


_JOB_HEADINGS = (
    N_("Number"),
    N_("State"),
    N_("Job"),
    N_("Tries"),
    N_("Put in"),
    N_("To run from"),
    N_("Last error"),
)
_JOBS = {
    "notices.deliver": N_("Send a message to a reviewer"),
    "notices.deliver_many": N_("Send messages to reviewers"),
    "notices.connect": N_("Connect a call through the relay"),
    "notices.address": N_("Address a notice to staff"),
    "notices.tell_reviewers": N_("Tell reviewers of a step"),
    "files.erase_evidence": N_("Erase evidence that was taken back"),
    "orders.give_back": N_("Give back orders that were merged with one that ended"),
}


def _job_cells(row: JobRow) -> list[str]:
    from haochaping.outbox.terms import STATE_LABELS  # noqa: PLC0415 - needs Django to be ready
    from haochaping.ui.moments import moment  # noqa: PLC0415

    return [
        str(row.id),
        gettext(STATE_LABELS[row.state]),
        gettext(_JOBS[row.name]) if row.name in _JOBS else row.name,
        str(row.attempts),
        moment(row.deferred_at) if row.deferred_at else "-",
        moment(row.due_at) if row.due_at else gettext("at once"),
        gettext(row.error) if row.error else "-",
    ]


@jobs.command("retry")
@click.argument("job", type=Whole())
@with_database
def retry_job(job: int) -> None:
    """Run a job that was given up once more."""
    from django.utils import timezone  # noqa: PLC0415 - needs Django to be ready

    from haochaping.outbox import actions  # noqa: PLC0415

    actions.retry(job, by=OPERATOR, now=timezone.now())
    click.echo(gettext("Job {job} waits to be run again.").format(job=job))


@click.group(cls=Group)
def notices() -> None:
    """Messages to staff and to reviewers that have not gone out, or may have."""


@notices.command("list")
@json_option
@with_database
def list_notices(*, as_json: bool) -> None:
    """List what failed or may have gone out (unclear), and what waits for staff: first to staff, each oldest first."""
    from haochaping.notices import queries  # noqa: PLC0415 - needs Django to be ready

    rows = [asdict(row) | {"to": "staff"} for row in queries.unsent_messages()]
    rows += [asdict(row) | {"to": "reviewer"} for row in queries.lost_deliveries()]
    show(rows, as_json=as_json, line=_notice_line, none=gettext("No message waits, and none has failed."))


def _notice_line(row: dict[str, Any]) -> str:
    from haochaping.notices.terms import (  # noqa: PLC0415 - needs Django to be ready
        CALL_STATE_LABELS,
        DELIVERY_LABELS,
        NOTICE_CHANNEL_LABELS,
        Channel,
    )

    channel, state = row["channel"], row["state"]
    labels = CALL_STATE_LABELS if channel in {Channel.CALL, Channel.IVR} else DELIVERY_LABELS
    row |= {"state": gettext(labels[state]), "channel": gettext(NOTICE_CHANNEL_LABELS[channel])}
    return _delivery_line(row) if row["to"] == "reviewer" else _message_line(row)


def _message_line(row: dict[str, Any]) -> str:
    from haochaping.notices.terms import NOTICE_LABELS, NoticeKind  # noqa: PLC0415 - needs Django to be ready
    from haochaping.ui.moments import moment  # noqa: PLC0415

    # The digest of a day is of many kinds.
    kind = gettext(NOTICE_LABELS[NoticeKind(row["kind"])]) if row["kind"] else gettext("Unread notices")
    told = gettext("{id} to staff: “{kind}” ({count}) by {channel}, {when}, tries: {attempts}. {state}.")
    line = told.format(**row | {"kind": kind, "when": moment(row["at"])})
    return f"{line} {row['last_error']}".rstrip()


def _delivery_line(row: dict[str, Any]) -> str:
    from haochaping.notices.terms import SENTENCES  # noqa: PLC0415 - needs Django to be ready
    from haochaping.ui.moments import moment  # noqa: PLC0415

    told = gettext("{id} to a reviewer: “{sentence}” by {channel}, {when}, tries: {attempts}. {state}.")
    template = row["template"]
    sentence = _PLACE.sub("…", gettext(SENTENCES[template]))
    parts = [told.format(sentence=sentence, when=moment(row["at"]), **row)]
    if row["order"]:
        parts.append(gettext("Order {order}.").format(**row))
    if row["review"]:
        parts.append(gettext("Review {review}.").format(**row))
    return " ".join([*parts, str(row["last_error"])]).rstrip()


@notices.command("retry")
@click.argument("message", type=click.UUID)
@with_database
def retry_notice(message: UUID) -> None:
    """Send once more what failed or is unclear: you have found out that it has not arrived."""
    from django.utils import timezone  # noqa: PLC0415 - needs Django to be ready

    from haochaping.notices import actions, queries  # noqa: PLC0415

    if queries.delivery(message):
        actions.requeue(message, by=OPERATOR, now=timezone.now())
    else:
        actions.requeue_message(message, now=timezone.now())
    click.echo(gettext("It is sent once more."))


@click.command(cls=Command)
@json_option
@click.pass_obj
@with_database
def doctor(installation: Installation, *, as_json: bool) -> None:
    """Say in plain words what is wrong with this installation. Exit status 1 when something is."""
    from haochaping.doors.commands.checkup import checkup  # noqa: PLC0415 - needs Django to be ready

    # What programs read is the same in every language.
    with speaking(ENGLISH) if as_json else nullcontext():
        rows = [asdict(finding) for finding in checkup(installation)]
    show(rows, as_json=as_json, line=_finding_line)
    if not all(row["ok"] for row in rows):
        sys.exit(1)


def _finding_line(row: dict[str, object]) -> str:
    line = gettext("ok  {name}: {text}") if row["ok"] else gettext("BAD {name}: {text}")
    return line.format(name=gettext(str(row["name"])), text=row["text"])
