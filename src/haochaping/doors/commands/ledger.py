"""`haochaping ledger verify`."""

from __future__ import annotations

import json
import sys
from gettext import gettext, ngettext

import click

from haochaping.doors.commands.installation import fail, json_option, show, with_database
from haochaping.doors.commands.progress import tally
from haochaping.doors.commands.spoken import Group, option
from haochaping.kernel.refused import N_

_LONGEST = 18
_NOT_FROM = N_(
    "The head of the chain after {n} entries is not {head}: this chain does not go on from that one."
)


@click.group(cls=Group)
def ledger() -> None:
    """The append-only ledger."""


@ledger.command()
@option(
    "--was",
    metavar="N:HEAD",
    help=N_("A number of entries and the head noted then: this chain must go on from it."),
)
@json_option
@with_database
def verify(*, was: str, as_json: bool) -> None:
    """Compute the chain anew and compare every review with its entries. Exit status 1 and the first break when not."""
    from django.utils import timezone, translation  # noqa: PLC0415 - needs Django to be ready

    from haochaping.flows.verify_ledger import verify_ledger  # noqa: PLC0415
    from haochaping.ledger import actions, queries  # noqa: PLC0415

    noted, _, noted_head = (was or "").partition(":")
    if was and not (noted.isascii() and noted.isdecimal() and 0 < len(noted) <= _LONGEST and noted_head):
        fail(
            gettext(
                "Write --was as a number of entries, a colon and the head, as “ledger verify” prints them."
            )
        )
    now = timezone.now()
    # What was recorded just now is chained first, so that only what cannot be chained is late.
    while actions.chain(now=now):
        pass
    with tally(gettext("Entries and reviews")) as passed:
        findings: list[dict[str, object]] = [
            {
                "code": found.code,
                "subject": found.subject,
                "sentence": translation.gettext(found.message).format(
                    **{name: translation.gettext(str(value)) for name, value in found.params.items()}
                ),
            }
            for found in verify_ledger(now=now, passed=passed)
        ]
    if was and queries.head_at(int(noted) - 1) != noted_head.lower():
        params = {"n": noted, "head": noted_head}
        sentence = translation.gettext(_NOT_FROM).format(**params)
        findings.append({"code": "chain_not_from", "subject": noted, "sentence": sentence})
    head = queries.head()
    if as_json:
        chained = {"entries": head.index + 1, "head": head.head.hex()} if head else {"entries": 0, "head": ""}
        click.echo(json.dumps(chained | {"findings": findings}, ensure_ascii=False))
    else:
        show(findings, as_json=False, line=lambda row: f"{row['code']}: {row['sentence']}")
    if findings:
        sys.exit(1)
    if not as_json:
        entries = head.index + 1 if head else 0
        told = ngettext(
            "The ledger holds: {n} entry, head {head}", "The ledger holds: {n} entries, head {head}", entries
        )
        click.echo(told.format(n=entries, head=head.head.hex() if head else "-"))
