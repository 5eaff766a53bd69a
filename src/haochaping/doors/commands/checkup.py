"""What `doctor` looks at: one finding per matter, each with what to do."""

from __future__ import annotations

import os
from dataclasses import dataclass
from datetime import timedelta
from gettext import gettext, ngettext
from typing import TYPE_CHECKING

from django.conf import settings
from django.db import connection, connections
from django.utils import timezone

from haochaping.doors.commands import rights
from haochaping.doors.commands.dialect_files import unreadable
from haochaping.doors.commands.rotation import left_told
from haochaping.exchange import queries as exchange
from haochaping.hotline import queries as hotline
from haochaping.hotline.rules import is_away
from haochaping.identity import keys
from haochaping.identity import queries as identity
from haochaping.identity.terms import UNUSED_KEPT, KeyPair
from haochaping.insight import queries as insight
from haochaping.insight.terms import NO_HALL, NO_ITEM
from haochaping.kernel.actor import OPERATOR
from haochaping.kernel.identifiers import first_uuid7
from haochaping.kernel.periods import local_day
from haochaping.kernel.refused import N_
from haochaping.ledger import queries as ledger
from haochaping.levels import queries as levels
from haochaping.notices import queries as notices
from haochaping.outbox import queries as outbox
from haochaping.outbox.terms import JobState
from haochaping.postgres import roles
from haochaping.postgres.version import missing_migrations
from haochaping.rectification import queries as rectification
from haochaping.rectification.queries import faults
from haochaping.reviews import queries as reviews
from haochaping.rulebook import queries as rulebook
from haochaping.voices import queries as voices

if TYPE_CHECKING:
    from collections.abc import Iterator

    from haochaping.doors.commands.installation import Installation
    from haochaping.hotline.terms import Queue
    from haochaping.levels.terms import PeerState

_OLDEST_POSTGRES = 150000
_ACTIVE_INDICATORS = 40
_PRIVATE = 0o077
_LATELY = timedelta(days=7)


@dataclass(frozen=True, slots=True)
class Finding:
    """One matter: its name (a message id), whether it is well, and a sentence with the remedy when it is not."""

    name: str
    ok: bool
    text: str


def checkup(installation: Installation) -> Iterator[Finding]:
    """Findings about database, tables, rights, rulebook, calendar, keys, queue, quarantine and ledger."""
    yield _postgres()
    if pending := missing_migrations(connection):
        told = ngettext(
            "{n} migration is missing. Run “haochaping migrate”.",
            "{n} migrations are missing. Run “haochaping migrate”.",
            pending,
        )
        yield Finding(N_("tables"), ok=False, text=told.format(n=pending))
        return
    yield Finding(N_("tables"), ok=True, text=gettext("all migrations are applied"))
    yield _role()
    yield _places()
    yield from _rules()
    yield _keys()
    yield _rotation()
    yield from _queues()
    yield _gateway()
    yield _dialects()
    yield _hotlines()
    yield _levels()
    yield _figures()
    yield _foreign_rows()
    lag = ledger.lag()
    late = lag.oldest is not None and timezone.now() - lag.oldest > timedelta(minutes=1)
    remedy = (
        gettext("The worker does not chain entries. Start “haochaping worker”.")
        if late
        else gettext("entries are chained")
    )
    yield Finding(N_("ledger"), ok=not late, text=remedy)
    yield Finding(N_("data"), ok=True, text=str(installation.env.data_dir))


def _postgres() -> Finding:
    with connection.cursor() as cursor:
        cursor.execute("SHOW server_version_num")
        version = int(cursor.fetchone()[0])
    ok = version >= _OLDEST_POSTGRES
    text = gettext("version {n}") if ok else gettext("version {n}; 15 or newer is needed")
    return Finding(N_("postgres"), ok=ok, text=text.format(n=version // 10000))


def _role() -> Finding:
    with connections["default"].cursor() as cursor:
        cursor.execute(
            "SELECT count(*) FROM pg_tables WHERE schemaname = 'public' AND tableowner = current_user"
        )
        owned = cursor.fetchone()[0]
        cursor.execute("SELECT has_database_privilege(current_database(), 'TEMPORARY')")
        may_sort = cursor.fetchone()[0]
    if not may_sort:
        text = gettext(
            "The application's role may make no temporary tables, and what sources send cannot be judged: as the owner of "
            "the database run GRANT TEMPORARY ON DATABASE … TO the role of DATABASE_URL."
        )
        return Finding(N_("role"), ok=False, text=text)
    if owned:
        text = gettext(
            "The application's role owns tables: set DATABASE_URL to a role of its own, see docs/guides."
        )
        return Finding(N_("role"), ok=False, text=text)
    return Finding(N_("role"), ok=True, text=gettext("the application's role owns no table"))


def _places() -> Finding:
    """Whether staff are kept to the rows of their own place, and the application itself is not."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT current_user")
        lacking = roles.missing(rights.asking(connection), str(cursor.fetchone()[0]))
    if lacking:
        told = gettext("have the database's administrator run: {statements}")
        text = told.format(statements="; ".join(statement.as_string() for statement in lacking))
    elif tables := rights.out_of_force(connection):
        told = gettext("staff may see rows of other places in {tables}. Run “haochaping migrate”.")
        text = told.format(tables=", ".join(tables))
    else:
        return Finding(
            N_("places"), ok=True, text=gettext("the database keeps staff to the rows of their own place")
        )
    return Finding(N_("places"), ok=False, text=text)


def _rules() -> Iterator[Finding]:
    active = reviews.count_indicators_in_force(local_day(timezone.now()))
    complete = rulebook.is_installed() and active == _ACTIVE_INDICATORS
    text = (
        gettext("national base and 40 active indicators are there")
        if complete
        else gettext("Run “haochaping migrate”.")
    )
    yield Finding(N_("rulebook"), ok=complete, text=text)
    waiting = rulebook.unconfirmed()
    unchecked = gettext(
        "nobody has confirmed the values of {profiles}: a system administrator checks them on the page Rulebook."
    )
    yield Finding(
        N_("rules confirmed"),
        ok=not waiting,
        text=unchecked.format(profiles=", ".join(waiting))
        if waiting
        else gettext("an administrator has confirmed every value in use"),
    )
    missing = ", ".join(map(str, rulebook.years_missing(timezone.now())))
    far = (
        gettext(
            "the working calendar reaches to {day} and lacks days of {years}; deadlines that reach them stay open. "
            "Put the State Council's notice in with “haochaping rulebook import-calendar”."
        )
        if missing
        else gettext("the working calendar reaches to {day}")
    )
    day = rulebook.last_calendar_day() or "-"
    yield Finding(N_("calendar"), ok=not missing, text=far.format(day=day, years=missing))
    yield _deadlines()


def _deadlines() -> Finding:
    """Whether everything that is owed to a person has its date."""
    of_orders, of_voices = len(rectification.without_deadline()), len(voices.without_deadline())
    of_reforms = len(faults.reforms_without_deadline())
    orders = ngettext(
        "{n} open order has no deadline: the calendar does not reach. Add the next year.",
        "{n} open orders have no deadline: the calendar does not reach. Add the next year.",
        of_orders,
    )
    others = ngettext(
        "{n} complaint, suggestion or question has no deadline: the calendar does not reach. Add the next year.",
        "{n} complaints, suggestions or questions have no deadline: the calendar does not reach. Add the next year.",
        of_voices,
    )
    changes = ngettext(
        "{n} proposal of a reform has no deadline: the calendar does not reach. Add the next year.",
        "{n} proposals of reforms have no deadline: the calendar does not reach. Add the next year.",
        of_reforms,
    )
    counted = ((orders, of_orders), (others, of_voices), (changes, of_reforms))
    told = [text.format(n=n) for text, n in counted if n]
    text = " ".join(told) or gettext(
        "every open order, complaint, suggestion, question and proposal has its deadline"
    )
    return Finding(N_("deadlines"), ok=not told, text=text)


def _keys() -> Finding:
    loose = [path.name for path in settings.KEYS_DIR.glob("*.key") if path.stat().st_mode & _PRIVATE]
    if loose:
        told = gettext("others may read {files}: run chmod 600 on them").format(files=", ".join(loose))
        return Finding(N_("keys"), ok=False, text=told)
    warm = (settings.KEYS_DIR / "escrow.key").exists() and os.name == "posix"
    text = (
        gettext(
            "only their owner reads the keys; escrow.key lies here: take it off this machine on a real site"
        )
        if warm
        else gettext("only their owner reads the keys")
    )
    return Finding(N_("keys"), ok=True, text=text)


def _rotation() -> Finding:
    """Batches whose keys are wrapped for another key than the one that is sealed for now."""
    held = keys.application_keys(settings.KEYS_DIR)
    present = {KeyPair.ESCROW: held.escrow.id, KeyPair.RELAY: held.relay.id}
    left = [
        left_told(pair, left, present[pair])
        for pair in KeyPair
        if (left := identity.wrapped_beside(pair, present[pair]))
    ]
    if left:
        return Finding(N_("rotation"), ok=False, text=" ".join(left))
    return Finding(N_("rotation"), ok=True, text=gettext("every batch is wrapped under the present keys"))


def _queues() -> Iterator[Finding]:
    dead = outbox.counts()[JobState.DEAD]
    given_up = ngettext(
        "{n} job was given up. See “haochaping jobs list --state dead”.",
        "{n} jobs were given up. See “haochaping jobs list --state dead”.",
        dead,
    )
    text = given_up.format(n=dead) if dead else gettext("no job was given up")
    yield Finding(N_("jobs"), ok=not dead, text=text)
    waiting = exchange.waiting_count()
    wait = ngettext(
        "{n} record waits. See “haochaping quarantine list”.",
        "{n} records wait. See “haochaping quarantine list”.",
        waiting,
    )
    seen = wait.format(n=waiting) if waiting else gettext("nothing waits")
    yield Finding(N_("quarantine"), ok=True, text=seen)
    lost = notices.lost_deliveries_count()
    told = ngettext(
        "{n} message or call to a reviewer failed or may have gone out. See “haochaping notices list”.",
        "{n} messages or calls to reviewers failed or may have gone out. See “haochaping notices list”.",
        lost,
    )
    well = gettext("no message or call to a reviewer failed or is unclear")
    yield Finding(N_("notices"), ok=True, text=told.format(n=lost) if lost else well)


def _gateway() -> Finding:
    """Whether this process and the worker were told the same, which stands in a file for each."""
    worker, here = notices.worker_has_gateway(timezone.now() - _LATELY), bool(settings.SMS_GATEWAY)
    if worker is None or worker == here:
        text = gettext("nothing speaks against web processes and worker having the same gateway")
        return Finding(N_("gateway"), ok=True, text=text)
    if worker:
        told = gettext(
            "the worker sends messages, but HAOCHAPING_SMS_GATEWAY is not set here: web processes offer no code for “My "
            "services” and tell clerks that nobody can be called. Set it in web.env as in worker.env, and start them again."
        )
    else:
        told = gettext(
            "HAOCHAPING_SMS_GATEWAY is set here, but the worker has none: messages and calls wait. Set it in worker.env, and "
            "start the worker again."
        )
    return Finding(N_("gateway"), ok=False, text=told)


def _dialects() -> Finding:
    """Whether the messages of every platform that speaks a dialect can be read."""
    if faults := unreadable():
        told = gettext("platforms are told to come again later, until their dialects can be read: {faults}")
        return Finding(N_("dialects"), ok=False, text=told.format(faults=" ".join(faults)))
    return Finding(N_("dialects"), ok=True, text=gettext("every dialect that a platform speaks can be read"))


def _hotlines() -> Finding:
    """Whether linked 12345 systems answer, and whether anything between them and here waits for a person."""
    ill = [
        f"{link.division_code}: {', '.join(said)}"
        for link, queue in hotline.with_queues()
        if (said := _ills(queue))
    ]
    if not ill:
        return Finding(
            N_("hotlines"), ok=True, text=gettext("nothing waits between linked hotlines and here")
        )
    told = gettext("{hotlines}. See the page “Hotline 12345”.")
    return Finding(N_("hotlines"), ok=False, text=told.format(hotlines="; ".join(ill)))


def _levels() -> Finding:
    """Whether the installations above and below are heard of, and whether anything between them waits for a person."""
    states = levels.states(OPERATOR, now=timezone.now())
    ill = [f"{one.peer.code}: {', '.join(said)}" for one in states if (said := _ills_of(one))]
    if not ill:
        text = gettext("nothing waits between other installations and here")
        return Finding(N_("levels"), ok=True, text=text)
    told = gettext("{peers}. See “haochaping exchange status”.")
    return Finding(N_("levels"), ok=False, text=told.format(peers="; ".join(ill)))


def _ills_of(one: PeerState) -> list[str]:
    numbers = {
        gettext("{n} batches were refused there"): one.rejected,
        gettext("{n} cases came back"): one.returned,
        gettext("{n} cases of its last day were sent back from here"): one.given_back,
        gettext("{n} batches are missing"): len(one.gaps),
        gettext("the receiver fails at {n} batches"): len(one.failing),
        gettext("nothing was heard for more than a day"): int(one.silent),
    }
    ills = [text.format(n=n) for text, n in numbers.items() if n]
    if one.go_on_with:
        ills.append(
            gettext("our numbers do not lead to what it expects: go on with number {n}").format(
                n=one.go_on_with
            )
        )
    return ills


def _ills(queue: Queue) -> list[str]:
    numbers = {
        gettext("{n} wait, it does not answer"): queue.waiting if is_away(queue, timezone.now()) else 0,
        gettext("{n} were refused there"): queue.refused,
        gettext("{n} of it could not be applied"): queue.kept,
    }
    return [text.format(n=n) for text, n in numbers.items() if n]


# (table, column, table it points to): every reference of a room that the database does not hold by a key, but for the
# ledger's, which `ledger verify` looks after.
# Persons are erased in time, and what they did stays: only those too young for that can be missing by mistake.
_ERASED_IN_TIME = "identity_sealed_person"
_TOO_YOUNG = " AND t.{} >= %(erasable_before)s"
# Supervision of an agency as a whole counts with no item, and much with no hall.
_ABOUT_ONE = " AND t.{} NOT IN (%(no_item)s, %(no_hall)s)"
_ABOUT_NONE = {
    ("insight_fact", "item_id"),
    ("insight_fact", "hall_id"),
    ("insight_fact_delta", "item_id"),
    ("insight_fact_delta", "hall_id"),
    ("insight_item_month", "item_id"),
}
UNKEYED = (
    ("cases_case", "platform_id", "directory_platform"),
    ("cases_case", "item_id", "directory_service_item"),
    ("cases_case", "agency_id", "directory_agency"),
    ("cases_case", "division_id", "directory_division"),
    ("cases_case", "person_id", "identity_sealed_person"),
    ("cases_case", "agent_id", "identity_sealed_person"),
    ("cases_service_occurrence", "hall_id", "directory_hall"),
    ("cases_service_occurrence", "window_id", "directory_window"),
    ("cases_service_occurrence", "staff_id", "directory_staff_member"),
    ("publicity_undecided", "review_id", "reviews_review"),
    ("publicity_undecided", "division_id", "directory_division"),
    ("publicity_undecided", "raised_to_id", "directory_division"),
    ("rectification_told_alarm", "order_id", "rectification_work_order"),
    ("reviews_invitation", "occurrence_id", "cases_service_occurrence"),
    ("reviews_review", "platform_id", "directory_platform"),
    ("reviews_review", "item_id", "directory_service_item"),
    ("reviews_review", "agency_id", "directory_agency"),
    ("reviews_review", "division_id", "directory_division"),
    ("reviews_review", "hall_id", "directory_hall"),
    ("reviews_review", "window_id", "directory_window"),
    ("reviews_review", "staff_id", "directory_staff_member"),
    ("reviews_review", "person_id", "identity_sealed_person"),
    ("identity_sealed_person", "batch_id", "identity_sealed_batch"),
    ("identity_blind_index", "person_id", "identity_sealed_person"),
    ("insight_fact", "item_id", "directory_service_item"),
    ("insight_fact", "agency_id", "directory_agency"),
    ("insight_fact", "division_id", "directory_division"),
    ("insight_fact_delta", "item_id", "directory_service_item"),
    ("insight_fact_delta", "agency_id", "directory_agency"),
    ("insight_fact_delta", "division_id", "directory_division"),
    ("insight_division_day", "division_id", "directory_division"),
    ("insight_agency_day", "agency_id", "directory_agency"),
    ("insight_division_month", "division_id", "directory_division"),
    ("insight_item_month", "item_id", "directory_service_item"),
    ("insight_item_month", "agency_id", "directory_agency"),
    ("insight_agency_month", "agency_id", "directory_agency"),
    ("insight_fact", "hall_id", "directory_hall"),
    ("insight_fact_delta", "hall_id", "directory_hall"),
    ("insight_hall_month", "hall_id", "directory_hall"),
    ("insight_channel_month", "division_id", "directory_division"),
    ("insight_comparison", "division_id", "directory_division"),
)


def _figures() -> Finding:
    """Whether what an older version counted is counted anew since the update."""
    left = insight.recounting()
    if left is None:
        return Finding(N_("figures"), ok=True, text=gettext("all days are counted as this version counts"))
    if left.since is None or left.since > local_day(timezone.now()):
        told = gettext("days from before the update are not counted anew yet. The worker does it by itself.")
    else:
        told = gettext(
            "days before {day} are not counted anew yet since the update. The worker does it by itself."
        ).format(day=left.since)
    return Finding(N_("figures"), ok=False, text=told)


def _foreign_rows() -> Finding:
    """References that hot tables keep without a database key, checked here set-wise."""
    lost = []
    with connection.cursor() as cursor:
        for table, column, target in UNKEYED:
            cursor.execute(
                f"SELECT count(*) FROM {table} AS t WHERE t.{column} IS NOT NULL"  # noqa: S608 - constant names
                f" AND NOT EXISTS (SELECT FROM {target} AS d WHERE d.id = t.{column})"
                f"{_TOO_YOUNG.format(column) if target == _ERASED_IN_TIME else ''}"
                f"{_ABOUT_ONE.format(column) if (table, column) in _ABOUT_NONE else ''}",
                {
                    "erasable_before": first_uuid7(timezone.now() - UNUSED_KEPT),
                    "no_item": NO_ITEM,
                    "no_hall": NO_HALL,
                },
            )
            if n := cursor.fetchone()[0]:
                lost.append(f"{table}.{column}: {n}")
    if lost:
        told = gettext("rows point to nothing: {rows}. Restore a back-up.").format(rows=", ".join(lost))
        return Finding(N_("references"), ok=False, text=told)
    told = gettext("every case and review points to rows that are there")
    return Finding(N_("references"), ok=True, text=told)
