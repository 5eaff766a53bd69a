"""`haochaping identity …`: the key register, requests to open, opening, rotation, splitting a key."""

from __future__ import annotations

from dataclasses import asdict
from gettext import gettext, ngettext
from pathlib import Path
from typing import TYPE_CHECKING

import click

from haochaping.doors.commands.installation import fail, json_option, show, with_database, with_files
from haochaping.doors.commands.spoken import File, Folder, Group, Whole, option
from haochaping.kernel.actor import OPERATOR
from haochaping.kernel.refused import N_

if TYPE_CHECKING:
    from haochaping.identity.keys import PrivateKey

_KEY_FILE = File(exists=True, dir_okay=False, path_type=Path)
escrow_option = option("--escrow-key", type=_KEY_FILE, help=N_("File of the escrow key."))
share_option = option(
    "--share", "shares", multiple=True, type=_KEY_FILE, help=N_("File of a share; give enough of them.")
)


@click.group(cls=Group)
def identity() -> None:
    """Sealed identities: keys, requests to open one, opening, rotation."""


@identity.command("keys")
@json_option
@with_database
def show_keys(*, as_json: bool) -> None:
    """The register of keys in this folder, and how many batches are wrapped under which."""
    from django.conf import settings  # noqa: PLC0415 - needs Django to be ready

    from haochaping.identity import keys, queries  # noqa: PLC0415
    from haochaping.identity.terms import KeyPair  # noqa: PLC0415

    facts: list[dict[str, object]] = [asdict(fact) for fact in keys.inventory(settings.KEYS_DIR)]
    used: list[dict[str, object]] = [
        {"pair": pair, **asdict(fact)} for pair in KeyPair for fact in queries.wrapped_under(pair)
    ]
    show([*facts, *used], as_json=as_json, line=_key_line)


def _key_line(row: dict[str, object]) -> str:
    if "file" not in row:
        return _wrapped(str(row["pair"]), str(row["key_id"]), int(str(row["batches"])))
    where = gettext("here") if row["present"] else gettext("not here")
    values = [
        row["file"],
        where,
        gettext(_PURPOSES[str(row["purpose"])]),
        row["algorithm"],
        gettext(_OWNERS[str(row["owner"])]),
        row["fingerprint"],
        row["since"],
    ]
    line = " · ".join(str(value) for value in values if value)
    return line + (
        " · " + gettext("replace by {day}").format(day=row["rotate_by"]) if row["rotate_by"] else ""
    )


def _wrapped(pair: str, key: str, batches: int) -> str:
    told = ngettext(
        "{n} batch is wrapped for {pair} under {key}",
        "{n} batches are wrapped for {pair} under {key}",
        batches,
    )
    return told.format(n=batches, pair=gettext(_PAIRS[pair]), key=key)


_PAIRS = {"relay": N_("the relay"), "escrow": N_("the escrow office")}
_OWNERS = {
    "every process": N_("every process has it"),
    "worker": N_("the worker has it"),
    "escrow office, offline": N_("the escrow office has it, offline"),
}
_PURPOSES = {
    "relay: seal": N_("seals for the relay"),
    "relay: open": N_("opens what the relay calls"),
    "relay: open what was sealed before": N_("opens what was sealed for the relay before"),
    "escrow: seal": N_("seals for the escrow office"),
    "escrow: open": N_("opens identities, for the escrow office"),
    "blind-phone": N_("finds somebody by phone without reading it"),
    "blind-certificate": N_("finds somebody by certificate without reading it"),
    "blind-phone_end": N_("finds somebody by phone and end of certificate without reading them"),
}


@identity.command("requests")
@json_option
@with_database
def list_requests(*, as_json: bool) -> None:
    """Requests to open an identity, newest first; no name is known."""
    from haochaping.identity import queries  # noqa: PLC0415 - needs Django to be ready
    from haochaping.identity.terms import (  # noqa: PLC0415
        OPENING_LABELS,
        PURPOSE_LABELS,
        OpeningPurpose,
        OpeningState,
    )

    rows = [asdict(row) for row in queries.openings(OPERATOR, limit=200)]

    def line(row: dict[str, object]) -> str:
        state, purpose = OpeningState(str(row["state"])), OpeningPurpose(str(row["purpose"]))
        told = f"{gettext(OPENING_LABELS[state])} · {gettext(PURPOSE_LABELS[purpose])}"
        return f"{row['id']} {row['requested_at']:%Y-%m-%d} {told}"

    show(rows, as_json=as_json, line=line, none=gettext("Nobody has asked to open an identity."))


@identity.command("open")
@click.argument("request", type=click.UUID)
@escrow_option
@share_option
@with_database
def open_request(request: object, *, escrow_key: Path | None, shares: tuple[Path, ...]) -> None:
    """Open the one identity of an approved REQUEST and print it, once.

    For whoever holds the escrow key or enough shares of it. The opening is recorded before anything is printed;
    nothing that is printed is kept.
    """
    from uuid import UUID  # noqa: PLC0415

    from django.utils import timezone  # noqa: PLC0415 - needs Django to be ready

    from haochaping.identity import actions  # noqa: PLC0415

    key = _escrow(escrow_key, shares)
    person = actions.open_identity(UUID(str(request)), escrow_key=key, by=OPERATOR, now=timezone.now())
    told = gettext("name: {name}\nphone: {phone}\ncertificate: {kind} {number}")
    click.echo(
        told.format(
            name=person.name, phone=person.phone, kind=person.certificate_type, number=person.certificate_no
        )
    )


@identity.command("try")
@escrow_option
@share_option
@with_database
def try_key(*, escrow_key: Path | None, shares: tuple[Path, ...]) -> None:
    """Say whether the escrow key, or these shares of it, open everything that is sealed here. Nothing is opened."""
    from django.conf import settings  # noqa: PLC0415 - needs Django to be ready

    from haochaping.doors.commands.rotation import left_told  # noqa: PLC0415
    from haochaping.identity import keys, queries  # noqa: PLC0415
    from haochaping.identity.terms import KeyPair  # noqa: PLC0415

    given, needed = _escrow(escrow_key, shares).id, keys.application_keys(settings.KEYS_DIR).escrow.id
    for fact in queries.wrapped_under(KeyPair.ESCROW):
        click.echo(_wrapped(KeyPair.ESCROW, fact.key_id, fact.batches))
    if given != needed:
        told = gettext("This is the key {given}; what is sealed here from now on needs {needed}.")
        fail(told.format(given=given, needed=needed))
    if left := queries.wrapped_beside(KeyPair.ESCROW, given):
        fail(left_told(KeyPair.ESCROW, left, given))
    click.echo(gettext("It opens everything that is sealed here: {needed}.").format(needed=needed))


@identity.command("rotate")
@click.argument("pair", type=click.Choice(["relay", "escrow"]))
@escrow_option
@share_option
@option(
    "--new-key",
    type=File(dir_okay=False, path_type=Path),
    help=N_("Escrow only: file of the new private key, made if it is not there; keep it off this machine."),
)
@with_database
def rotate(pair: str, *, escrow_key: Path | None, shares: tuple[Path, ...], new_key: Path | None) -> None:
    """Replace the pair of keys of the relay or of the escrow office; batch keys are wrapped anew, no row is.

    Broken off, it is called again with the same words and goes on; it is called again until nothing was left to wrap.
    For the escrow, name the present key or its shares, and the file of the new one.
    """
    from django.conf import settings  # noqa: PLC0415 - needs Django to be ready
    from django.utils import timezone  # noqa: PLC0415

    from haochaping.doors.commands.rotation import left_told  # noqa: PLC0415
    from haochaping.flows.rotate_keys import publish_escrow, rotate_keys  # noqa: PLC0415
    from haochaping.identity import keys, queries, relay  # noqa: PLC0415
    from haochaping.identity.terms import KeyPair  # noqa: PLC0415

    chosen = KeyPair(pair)
    given = None if chosen == KeyPair.RELAY else _escrow(escrow_key, shares)
    before = keys.application_keys(settings.KEYS_DIR)
    if given is None:
        new = keys.renew_relay(settings.KEYS_DIR)
        old, former = relay.load_keys(settings.KEYS_DIR), before.relay
    else:
        if new_key is None:
            fail(gettext("Name the file of the new escrow key: --new-key FILE."))
        new = publish_escrow(new_key, given=given.id, folder=settings.KEYS_DIR)
        old, former = {given.id: given}, before.escrow
    done = 0
    for part in rotate_keys(chosen, old=old, new=new, by=OPERATOR, now=timezone.now()):
        done += part
        click.echo(ngettext("{n} batch wrapped anew", "{n} batches wrapped anew", done).format(n=done))
    if left := queries.wrapped_beside(chosen, new.id):
        fail(left_told(chosen, left, new.id))
    # Whoever has not been given the new public half yet goes on sealing for the former key.
    rest = _GO_ON if done or former.id != new.id else _DESTROY
    click.echo(gettext(rest[pair]).format(key=new.id))


_GO_ON = {
    "relay": N_(
        "Everything is wrapped for {key} now. Copy relay.pub to every web process, then run this again. Destroy nothing yet."
    ),
    "escrow": N_(
        "Everything is wrapped for {key} now. Copy escrow.pub to every process, then run this again. Destroy nothing yet."
    ),
}
_DESTROY = {
    "relay": N_(
        "Nothing was left to wrap: {key} opens everything. If every web process has this relay.pub, destroy the relay-….key "
        "files that are left."
    ),
    "escrow": N_(
        "Nothing was left to wrap: {key} opens everything. If every process has this escrow.pub, destroy every other escrow "
        "key and its shares, and keep those of this one."
    ),
}


@identity.command("split-key")
@click.argument("file", type=_KEY_FILE)
@option("--shares", default=3, show_default=True, type=Whole(2, 255), help=N_("How many shares."))
@option(
    "--threshold",
    default=2,
    show_default=True,
    type=Whole(2, 255),
    help=N_("How many of them give the key back."),
)
@option(
    "--into",
    type=Folder(exists=True, file_okay=False, path_type=Path),
    default=".",
    show_default=True,
    help=N_("Folder of the files of the shares; each then goes to another office."),
)
@with_files
def split_key(file: Path, *, shares: int, threshold: int, into: Path) -> None:
    """Split the private key in FILE into shares; fewer than the threshold say nothing about it."""
    from haochaping.identity import keys  # noqa: PLC0415
    from haochaping.identity.shares import split_key as split  # noqa: PLC0415

    if threshold > shares:
        fail(gettext("There must be at least as many shares as are needed."))
    try:
        made = split(file, into, shares=shares, threshold=threshold)
    except keys.KeysMissing as missing:
        fail(gettext(missing.message).format(**missing.params))
    except FileExistsError as there:
        told = gettext(
            "There are shares here already: {file}. Take them away first, or name another folder: --into."
        )
        fail(told.format(file=there))
    for path in made:
        click.echo(path)
    click.echo(gettext("Try the shares out with “identity try”, then erase {file}.").format(file=file))


def _escrow(file: Path | None, shares: tuple[Path, ...]) -> PrivateKey:
    from haochaping.identity import keys  # noqa: PLC0415
    from haochaping.identity.shares import key_of_shares  # noqa: PLC0415

    if (file is None) == (not shares):
        fail(gettext("Give the escrow key (--escrow-key FILE), or its shares (--share FILE --share FILE)."))
    return keys.private_key(file) if file else key_of_shares(shares)
