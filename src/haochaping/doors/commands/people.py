"""`haochaping staff …` and `haochaping clients …`."""

from __future__ import annotations

import secrets
from gettext import gettext

import click

from haochaping.doors.commands.installation import json_option, show, with_database
from haochaping.doors.commands.spoken import Group, option
from haochaping.kernel.actor import OPERATOR
from haochaping.kernel.refused import N_


@click.group(cls=Group)
def staff() -> None:
    """People who log in."""


@click.group(cls=Group)
def clients() -> None:
    """Programs that send cases and reviews."""


@staff.command()
@click.argument("username")
@option("--name", "display_name", default="", help=N_("Name shown on pages; the user name when empty."))
@option(
    "--role",
    required=True,
    help=N_("One of clerk, agency_lead, dispatcher, supervisor, publisher, auditor, …"),
)
@option("--division", default="", help=N_("Division code: the role holds there and below."))
@option("--agency", default="", help=N_("Agency code: the role holds there and below."))
@option("--everywhere", is_flag=True, help=N_("The role holds everywhere."))
@option("--password", default="", help=N_("At least 12 characters; made and printed when not given."))
@with_database
def create(
    *,
    username: str,
    display_name: str,
    role: str,
    division: str,
    agency: str,
    everywhere: bool,
    password: str,
) -> None:
    """Create an account with one role in one place; prints password and second factor once."""
    from django.utils import timezone  # noqa: PLC0415 - needs Django to be ready

    from haochaping.accounts import actions  # noqa: PLC0415

    secret = password or secrets.token_urlsafe(15)
    now = timezone.now()
    user_id = actions.create_staff(
        username=username,
        display_name=display_name or username,
        role=role,
        division_code=division,
        agency_code=agency,
        everywhere=everywhere,
        password=secret,
        by=OPERATOR,
        now=now,
    )
    enrolment = actions.enrol_totp(user_id=user_id, by=OPERATOR, now=now)
    click.echo(gettext("user name: {value}").format(value=username))
    if not password:
        click.echo(gettext("password: {value}").format(value=secret))
    of_app = gettext("one-time password secret (for an authenticator app): {value}")
    click.echo(of_app.format(value=enrolment.secret))
    codes = gettext("one-time codes, each works once: {value}")
    click.echo(codes.format(value=" ".join(enrolment.recovery_codes)))


@staff.command("first-admin")
@option(
    "--role",
    default="system_admin",
    show_default=True,
    type=click.Choice(["system_admin", "security_admin", "auditor"]),
    help=N_("Which of the three administrators; each must be somebody else."),
)
@with_database
def first_admin(*, role: str) -> None:
    """Print a link by which the first administrator of a kind makes their account, once and within 30 minutes."""
    from django.conf import settings  # noqa: PLC0415 - needs Django to be ready
    from django.utils import timezone  # noqa: PLC0415

    from haochaping.accounts import actions  # noqa: PLC0415

    token = actions.issue_first_admin_link(role=role, by=OPERATOR, now=timezone.now())
    click.echo(f"{settings.DESK_URL}/account/link/{token}")


@staff.command("bind")
@click.argument("username")
@click.argument("subject")
@with_database
def bind(*, username: str, subject: str) -> None:
    """Let SUBJECT of the staff identity provider (its claim “sub”) log in as USERNAME."""
    from django.utils import timezone  # noqa: PLC0415 - needs Django to be ready

    from haochaping.accounts import actions, queries  # noqa: PLC0415

    person = queries.staff_by_username(username)
    now = timezone.now()
    actions.bind_identity(user_id=person.id if person else 0, subject=subject, by=OPERATOR, now=now)
    click.echo(gettext("{name} logs in as {subject}.").format(name=username, subject=subject))


@staff.command("bind-member")
@click.argument("username")
@click.argument("agency")
@click.argument("number")
@option("--undo", is_flag=True, help=N_("Take back a binding that was a mistake."))
@with_database
def bind_member(*, username: str, agency: str, number: str, undo: bool) -> None:
    """Say that USERNAME is, or was, staff NUMBER of AGENCY: reviews that name them they never see."""
    from django.utils import timezone  # noqa: PLC0415 - needs Django to be ready

    from haochaping.accounts import actions, queries  # noqa: PLC0415

    person = queries.staff_by_username(username)
    act = actions.unbind_staff_member if undo else actions.bind_staff_member
    act(
        user_id=person.id if person else 0,
        agency_code=agency,
        staff_number=number,
        by=OPERATOR,
        now=timezone.now(),
    )
    said = (
        gettext("{name} is no longer bound to {agency} {number}.")
        if undo
        else gettext("{name} is bound to {agency} {number}.")
    )
    click.echo(said.format(name=username, agency=agency, number=number))


@clients.command("list")
@json_option
@with_database
def list_clients(*, as_json: bool) -> None:
    """List the programs that have a key, revoked ones too; keys are not shown."""
    from haochaping.accounts import queries  # noqa: PLC0415 - needs Django to be ready

    rows: list[dict[str, object]] = [
        {
            "id": row.id,
            "name": row.name,
            "key_prefix": row.key_prefix,
            "division": row.division_code,
            "active": row.active,
        }
        for row in queries.clients()
    ]
    show(rows, as_json=as_json, line=_client_line, none=gettext("There is no client."))


def _client_line(row: dict[str, object]) -> str:
    told = (
        gettext("{id} “{name}”, key {key_prefix}…, division {division}")
        if row["active"]
        else gettext("{id} “{name}”, key {key_prefix}…, division {division}, revoked")
    )
    return told.format(**row)


@clients.command("create")
@click.argument("name")
@option(
    "--division",
    required=True,
    help=N_(
        "Division code: the client may write for it and below, for agencies, platforms and halls there or above."
    ),
)
@with_database
def create_client(name: str, *, division: str) -> None:
    """Create a client and print its key, once, as HAOCHAPING_KEY=… on the last line."""
    from django.utils import timezone  # noqa: PLC0415 - needs Django to be ready

    from haochaping.accounts import actions  # noqa: PLC0415

    client_id, key = actions.create_client(name=name, division_code=division, by=OPERATOR, now=timezone.now())
    told = gettext("Client {id} “{name}” may write for {division} and below. The key is shown only now:")
    click.echo(told.format(id=client_id, name=name, division=division))
    click.echo(f"HAOCHAPING_KEY={key}")
