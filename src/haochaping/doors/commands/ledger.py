"""`haochaping ledger verify`."""

from __future__ import annotations

import sys
from dataclasses import asdict

import click

from haochaping.doors.commands.installation import json_option, show, with_database


@click.group()
def ledger() -> None:
    """The append-only ledger."""


@ledger.command()
@json_option
@with_database
def verify(*, as_json: bool) -> None:
    """Compute the chain anew and compare every review with its entries. Exit status 1 and the first break when not."""
    from django.utils import timezone  # noqa: PLC0415 - needs Django to be ready

    from haochaping.flows.verify_ledger import verify_ledger  # noqa: PLC0415
    from haochaping.ledger import queries  # noqa: PLC0415

    findings = [asdict(finding) for finding in verify_ledger(now=timezone.now())]
    show(findings, as_json=as_json, line=lambda row: f"{row['code']}: {row['subject']}: {row['detail']}")
    if findings:
        sys.exit(1)
    head = queries.head()
    if not as_json:
        click.echo(
            f"The ledger holds: {head.index + 1 if head else 0} entries, head {head.head.hex() if head else '-'}"
        )
