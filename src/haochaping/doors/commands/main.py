"""The command `haochaping` and its groups."""

from __future__ import annotations

import click

from haochaping import __version__
from haochaping.doors.commands import (
    batches,
    carried,
    database,
    dialects,
    directory,
    exchange,
    facts,
    history,
    identity,
    intake,
    ledger,
    operate,
    orders,
    people,
    province,
    quality,
    reconcile,
    rulebook,
    run,
    samples,
)
from haochaping.doors.commands.spoken import Group, Option
from haochaping.kernel.refused import N_


@click.group(cls=Group)
@click.version_option(
    __version__,
    prog_name="haochaping",
    message="%(prog)s %(version)s",
    cls=Option,
    help=N_("Show the version and exit."),
)
def cli() -> None:
    """好差评: reviews of government services that can be trusted."""


cli.add_command(run.demo)
cli.add_command(run.serve)
cli.add_command(run.worker)
cli.add_command(database.db)
cli.add_command(database.migrate)
cli.add_command(province.demo_data)
cli.add_command(people.staff)
cli.add_command(people.clients)
cli.add_command(directory.directory)
dialects.dialect.add_command(history.import_history)
cli.add_command(dialects.dialect)
exchange.exchange.add_command(carried.export)
exchange.exchange.add_command(carried.import_files)
cli.add_command(exchange.exchange)
cli.add_command(rulebook.rulebook)
intake.cases.add_command(batches.write_cases_manifest)
intake.reviews.add_command(batches.write_reviews_manifest)
quality.quality.add_command(batches.batches)
cli.add_command(intake.cases)
cli.add_command(intake.reviews)
cli.add_command(intake.invitations)
cli.add_command(reconcile.reconcile)
cli.add_command(orders.orders)
cli.add_command(samples.samples)
cli.add_command(quality.quality)
cli.add_command(facts.facts)
cli.add_command(operate.quarantine)
cli.add_command(operate.jobs)
cli.add_command(operate.notices)
cli.add_command(ledger.ledger)
cli.add_command(identity.identity)
cli.add_command(operate.doctor)
