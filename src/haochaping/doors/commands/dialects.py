"""`haochaping dialect …`: which dialects there are, who speaks them, and what a new one would read."""

from __future__ import annotations

import json
import sys
from gettext import gettext
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.error import HTTPError, URLError
from urllib.request import Request, urlopen

import click

from haochaping.doors.commands.installation import fail, json_option, sentence, show, with_database
from haochaping.doors.commands.spoken import File, Group, option
from haochaping.kernel.refused import N_

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from haochaping.exchange.dialects.envelope import Keys, Message
    from haochaping.exchange.dialects.terms import Description, Operation
    from haochaping.exchange.dialects.trial import Trial
    from haochaping.kernel.refused import Complaint

_TIMEOUT = 30
_TYPES = {
    "json": "application/json",
    "form": "application/x-www-form-urlencoded",
    "soap": "text/xml; charset=utf-8",
    "xml": "text/xml; charset=utf-8",
}
_key = option(
    "--key",
    "keys",
    multiple=True,
    help=N_("A key as name=value: mark, word, our_private_key, their_public_key. May be repeated."),
)
# Samples that are tables: what is read of them is what `import` would read.
_TABLES = frozenset({".csv", ".xlsx", ".jsonl", ".ndjson"})
_FIRST_ROWS = 20
_FILE = File(exists=True, dir_okay=False, path_type=Path)


@click.group(cls=Group)
def dialect() -> None:
    """Dialects (方言): how other systems say what we mean."""


@dialect.command("list")
@json_option
@with_database
def list_dialects(*, as_json: bool) -> None:
    """Show the dialects with their calls, and the platforms that speak them. Own files lie in the folder “dialects”.

    What is wrong in files that cannot be read stands at the end, exit status 1.
    """
    from django.conf import settings  # noqa: PLC0415 - needs Django to be ready

    from haochaping.exchange import queries  # noqa: PLC0415
    from haochaping.exchange.dialects import shelf  # noqa: PLC0415
    from haochaping.exchange.dialects.file import BadDialect  # noqa: PLC0415

    spoken: dict[str, list[str]] = {}
    for source in queries.sources():
        spoken.setdefault(source.dialect, []).append(source.code)
    rows: list[dict[str, object]] = []
    wrong: list[Complaint] = []
    for name, path in sorted(shelf.files(settings.DIALECTS_DIR).items()):
        try:
            description = shelf.load(path)
        except BadDialect as bad:
            wrong += bad.complaints
            continue
        calls = {
            one.name: f"{'/'.join(one.methods)} {_visit_path(name, one) or one.path}"
            for one in description.operations
        }
        rows.append(
            {
                "name": name,
                "title": description.title,
                "calls": calls,
                "own": path.is_relative_to(settings.DIALECTS_DIR),
                "sources": spoken.get(name, []),
            }
        )
    show(rows, as_json=as_json, line=_line)
    if wrong:
        fail("\n".join(map(sentence, wrong)))


def _visit_path(name: str, operation: Operation) -> str:
    """Where what is opened by a device lives: it names its platform itself; "" for all other calls."""
    from haochaping.exchange.dialects.terms import Does  # noqa: PLC0415

    return f"/wire/{name}/{operation.path}" if operation.does == Does.VISIT else ""


def _line(row: dict[str, Any]) -> str:
    calls, sources = row["calls"], row["sources"]
    told = "\n".join(f"    {name:<16} {address}" for name, address in calls.items())
    platforms = f"\n    → {', '.join(sources)}" if sources else ""
    return f"{row['name']}  {row['title']}\n{told}{platforms}"


@dialect.command("set")
@click.argument("platform")
@click.argument("name", metavar="DIALECT")
@_key
@option(
    "--unsigned",
    is_flag=True,
    help=N_("Take messages without a signature; reviews then count as unverified."),
)
@option("--history", is_flag=True, help=N_("Mark everything that comes as imported."))
@option("--window", default=300, help=N_("How many seconds the time of a message may lie from now."))
@option(
    "--address",
    "addresses",
    multiple=True,
    help=N_("Where review pages are reached from a network, as type=https://…. May be repeated."),
)
@with_database
def set_source(
    platform: str,
    name: str,
    *,
    keys: Sequence[str],
    unsigned: bool,
    history: bool,
    window: int,
    addresses: Sequence[str],
) -> None:
    """Let a PLATFORM of the directory report in a DIALECT; prints the address and our public key for it.

    Keys that are not named stay as they were; name= takes one away.
    """
    from datetime import timedelta  # noqa: PLC0415

    from django.conf import settings  # noqa: PLC0415 - needs Django to be ready
    from django.utils import timezone  # noqa: PLC0415

    from haochaping.exchange import actions  # noqa: PLC0415
    from haochaping.exchange.dialects import shelf  # noqa: PLC0415
    from haochaping.kernel.actor import OPERATOR  # noqa: PLC0415

    public = actions.set_source(
        platform,
        dialect=name,
        keys=_keys(keys),
        unsigned=unsigned,
        history=history,
        window=timedelta(seconds=window),
        addresses=_pairs(addresses, "--address"),
        by=OPERATOR,
        now=timezone.now(),
    )
    click.echo(f"{settings.SITE_URL}/wire/{name}/{platform}/")
    spoken = shelf.dialect(name, settings.DIALECTS_DIR)
    for path in filter(None, (_visit_path(name, one) for one in (spoken.operations if spoken else ()))):
        # Devices of all platforms open the same address, which says itself whose they are.
        click.echo(f"{settings.SITE_URL}{path}?")
    if public:
        click.echo(gettext("our SM2 public key: {value}").format(value=public))
    for warning in _warnings(platform):
        click.echo(warning, err=True)


def _warnings(platform: str) -> Iterator[str]:
    """What of a source can never be taken as it was set, which its sender would find out message by message."""
    from django.conf import settings  # noqa: PLC0415 - needs Django to be ready

    from haochaping.exchange import queries  # noqa: PLC0415
    from haochaping.exchange.dialects import shelf  # noqa: PLC0415
    from haochaping.exchange.dialects.terms import Does  # noqa: PLC0415

    source = queries.source(platform)
    spoken = shelf.dialect(source.dialect, settings.DIALECTS_DIR) if source else None
    if source is None or spoken is None:
        return
    closed = [
        one.name
        for one in spoken.operations
        if one.signature is None and one.does not in {Does.OPEN, Does.VISIT} and not source.unsigned
    ]
    if closed:
        told = gettext("Warning: these calls bear no signature and are refused without --unsigned: {calls}.")
        yield told.format(calls=", ".join(closed))
    missing = [f"{name} ({hint})" for name, hint in spoken.keys.items() if not source.keys.get(name)]
    if missing:
        told = gettext("Warning: these keys are not set; messages that need them are refused: {keys}.")
        yield told.format(keys=", ".join(missing))


@dialect.command("close")
@click.argument("platform")
@with_database
def close_source(platform: str) -> None:
    """Take nothing more from a PLATFORM on the wire; its keys are erased."""
    from django.utils import timezone  # noqa: PLC0415 - needs Django to be ready

    from haochaping.exchange import actions  # noqa: PLC0415
    from haochaping.kernel.actor import OPERATOR  # noqa: PLC0415

    actions.close_source(platform, by=OPERATOR, now=timezone.now())


@dialect.command()
@click.argument("file", metavar="FILE")
@click.argument("samples", nargs=-1, required=True, type=_FILE)
@option("--call", default="", help=N_("The call of the dialect; the one that fits best when not named."))
@_key
@json_option
@with_database
def check(file: str, samples: Sequence[Path], *, call: str, keys: Sequence[str], as_json: bool) -> None:
    """Say what the dialect of FILE (a path, or a name of `list`) reads from SAMPLES, field by field; writes nothing.

    A sample is a whole message, the record inside its envelope (JSON, XML or form), or a table of records (.csv,
    .xlsx, .jsonl), whose first rows are read. Exit status 2 when something cannot be read.
    """
    from haochaping.exchange.dialects.envelope import Keys  # noqa: PLC0415 - needs Django to be ready

    description = _description(file)
    told: list[dict[str, object]] = []
    held = Keys(_keys(keys))
    for sample in samples:
        for one in _trials(description, sample, held, call):
            told.append(_told(sample, one))
            if not as_json:
                _say(sample, one)
    if as_json:
        click.echo(json.dumps(told, ensure_ascii=False, default=str))
    if any(row["complaints"] for row in told):
        sys.exit(2)


def _trials(description: Description, sample: Path, held: Keys, call: str) -> list[Trial]:
    """What is read from one sample; a complaint about it as a whole names it."""
    from haochaping.exchange import tables  # noqa: PLC0415 - needs Django to be ready
    from haochaping.exchange.dialects import trial  # noqa: PLC0415
    from haochaping.exchange.dialects.terms import NO_SUCH_CALL  # noqa: PLC0415
    from haochaping.kernel.refused import Refused  # noqa: PLC0415

    try:
        if sample.suffix.lower() in _TABLES:
            rows = [row for row in islice(tables.rows(sample), _FIRST_ROWS) if row.complaint is None]
            return trial.check_records(description, [row.fields for row in rows], call=call)
        return trial.check(description, sample.read_bytes(), held, call=call)
    except Refused as refused:
        if refused.complaint.reason is NO_SUCH_CALL:
            raise
        fail(f"{sample.name}: {sentence(refused.complaint)}", 2)


def _told(sample: Path, one: Trial) -> dict[str, object]:
    return {
        "sample": sample.name,
        "call": one.call,
        "fields": [{"field": line.field, "wire": line.wire, "value": line.value} for line in one.lines],
        "unread": list(one.unread),
        "complaints": [{"field": c.field, "code": c.code, "sentence": sentence(c)} for c in one.complaints],
    }


def _say(sample: Path, one: Trial) -> None:
    click.echo(f"{sample.name}: {one.call}")
    for line in one.lines:
        value = "–" if line.value is None else line.value
        click.echo(f"  {line.field:<36} {line.wire:<24} {value}")
    if one.unread:
        click.echo(gettext("  not read: {names}").format(names=", ".join(one.unread)))
    for complaint in one.complaints:
        click.echo(f"  ! {sentence(complaint)}", err=True)


@dialect.command()
@click.argument("file", metavar="FILE")
@click.argument("call")
@click.argument("address")
@click.argument("record", type=_FILE)
@_key
@with_database
def simulate(file: str, call: str, address: str, record: Path, *, keys: Sequence[str]) -> None:
    """Send RECORD (JSON) as a sender of the dialect of FILE would by this CALL; prints what comes back.

    ADDRESS is what `set` has printed. Keys are the sender's: our_private_key is its own, their_public_key the
    platform's. Exit status 1 when the message was not taken.
    """
    from haochaping.exchange.dialects import trial  # noqa: PLC0415 - needs Django to be ready
    from haochaping.exchange.dialects.answers import says_taken  # noqa: PLC0415
    from haochaping.exchange.dialects.envelope import Keys  # noqa: PLC0415
    from haochaping.exchange.dialects.terms import NO_KEY_HERE  # noqa: PLC0415
    from haochaping.kernel.refused import Refused  # noqa: PLC0415

    if not address.startswith(("http://", "https://")):
        fail(gettext("The address must begin with http:// or https://."))
    description, held = _description(file), Keys(_keys(keys))
    try:
        token = _token(description, trial.call_of(description, call), address, held)
        told = _record(record)
        made = trial.message_of(description, call, told, held, at=_now(description, call), token=token)
    except Refused as refused:
        if refused.complaint.reason is not NO_KEY_HERE:
            raise
        name = refused.complaint.field
        fail(
            gettext("A sender of this dialect needs the key “{name}”: give it as --key {name}=….").format(
                name=name
            )
        )
    status, answer = _send(address, *made)
    click.echo(f"HTTP {status}")
    click.echo(answer)
    if not says_taken(made[0], status, answer):
        sys.exit(1)


def _token(description: Description, operation: Operation, address: str, held: Keys) -> str:
    """The pass that a call needs, asked for as its sender would; "" where it needs none."""
    from haochaping.exchange.dialects import trial  # noqa: PLC0415 - needs Django to be ready
    from haochaping.exchange.rules import read_json  # noqa: PLC0415

    giver = trial.token_call(description, operation)
    if giver is None:
        return ""
    asked = trial.message_of(description, giver.name, {}, held, at=_now(description, giver.name))
    return trial.token_in(giver, read_json(_send(address, *asked)[1]))


def _record(file: Path) -> object:
    from haochaping.exchange.encodings import decoded  # noqa: PLC0415 - needs Django to be ready
    from haochaping.exchange.rules import read_json  # noqa: PLC0415

    try:
        return read_json(decoded(file.read_bytes()).removeprefix("\ufeff"))
    except ValueError:
        fail(gettext("{name} is neither UTF-8 nor GB18030.").format(name=file.name))


def _now(description: Description, call: str) -> str:
    """This moment as the signature of a call writes it."""
    from django.utils import timezone  # noqa: PLC0415 - needs Django to be ready

    from haochaping.exchange.dialects import signing, trial  # noqa: PLC0415

    return signing.written(trial.call_of(description, call).signature, timezone.now())


def _send(address: str, operation: Operation, message: Message) -> tuple[int, str]:
    target = f"{address.rstrip('/')}/{operation.path}" + (f"?{message.query}" if message.query else "")
    headers = {"Content-Type": _TYPES.get(operation.steps[0].name, "text/plain"), **message.headers}
    body = None if operation.methods == ("GET",) else message.body
    request = Request(target, body, headers, method=operation.methods[0])  # noqa: S310 - checked above
    try:
        with urlopen(request, timeout=_TIMEOUT) as answer:  # noqa: S310
            return answer.status, answer.read().decode(errors="replace")
    except HTTPError as error:
        return error.code, error.read().decode(errors="replace")
    except URLError as error:
        fail(gettext("{address} does not answer: {reason}").format(address=address, reason=error.reason))


def _description(file: str) -> Description:
    from django.conf import settings  # noqa: PLC0415 - needs Django to be ready

    from haochaping.exchange.dialects import shelf  # noqa: PLC0415
    from haochaping.exchange.dialects.file import BadDialect  # noqa: PLC0415
    from haochaping.exchange.fields import shown  # noqa: PLC0415
    from haochaping.exchange.terms import NO_SUCH_DIALECT  # noqa: PLC0415
    from haochaping.kernel.refused import Refused  # noqa: PLC0415

    try:
        if Path(file).suffix == ".toml" and Path(file).is_file():
            return shelf.load(Path(file))
        found = shelf.dialect(file, settings.DIALECTS_DIR)
    except BadDialect as bad:
        fail("\n".join(sentence(one) for one in bad.complaints))
    if found is None:
        choices = ", ".join(sorted(shelf.files(settings.DIALECTS_DIR)))
        raise Refused(NO_SUCH_DIALECT, field="FILE", value=shown(file), choices=choices)
    return found


def _keys(told: Sequence[str]) -> dict[str, str]:
    return _pairs(told, "--key")


def _pairs(told: Sequence[str], name: str) -> dict[str, str]:
    """What was given as name=value; a value is never repeated in what is said."""
    if any("=" not in one for one in told):
        fail(gettext("Write {option} as name=value.").format(option=name))
    return {key: value for key, _, value in (one.partition("=") for one in told)}
