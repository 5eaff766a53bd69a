"""上报: what has changed here goes to the installations above, signed, in order, until they have it.

What a peer is told of is not written down a second time: the ledger says which cases, reviews and orders were touched, and
each of them goes out as it stands now. So a change that is told twice changes nothing, and one that was overtaken is told
once.
"""

from __future__ import annotations

from hashlib import sha256
from typing import TYPE_CHECKING, NamedTuple
from uuid import UUID

import msgspec
from django.db import transaction

from haochaping.cases import queries as cases
from haochaping.directory import queries as directory
from haochaping.directory.terms import Kind
from haochaping.exchange.fields import shown
from haochaping.flows import tell_days
from haochaping.kernel.actor import PEER, SYSTEM, ActorKind
from haochaping.kernel.refused import Refused
from haochaping.ledger import queries as ledger
from haochaping.ledger.terms import EntryKind
from haochaping.levels import actions as levels
from haochaping.levels import keys, line, queries, rules
from haochaping.levels.actions import returns
from haochaping.levels.terms import (
    HEARTBEAT,
    NO_SUCH_PEER,
    NOT_OURS,
    NOT_SENT_FROM_HERE,
    WRONG_SIGNATURE,
    Answer,
    InState,
    OutState,
    PeerAway,
    ToldAppeal,
    ToldOrder,
)
from haochaping.rectification import queries as orders
from haochaping.rectification.terms import Heard, Solved
from haochaping.reviews import queries as reviews

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Iterator, Sequence
    from datetime import datetime
    from typing import Any

    from haochaping.ledger.terms import EntryRow
    from haochaping.levels.rules import Record
    from haochaping.levels.terms import OutBatch, Packed, Peer

_ENTRIES = 2000
_RETURNS = 500
_MOST_CASES = 5000
_ROUND = 50
# As long as so many wait, what changes is left where it is: it goes out as it stands when there is room.
_MOST_WAITING = 200
_PAGE = 500


def sender_of(peer: Peer) -> str:
    """How the ledger names what a peer has told: that is not told back to it."""
    return f"{ActorKind.CLIENT}:{PEER}{peer.code}"


@transaction.atomic
def queue_batches(*, code: str = "", now: datetime) -> int:
    """Put what has changed since the last time into batches for every peer above; returns how many batches that makes.

    After a day without any an empty one goes out, so that silence is not taken for zero (DQ-33).
    """
    return sum(_queue(peer, now) for peer in levels.hold_senders(code))


def _queue(peer: Peer, now: datetime) -> int:
    if queries.waiting_batches(peer.id) >= _MOST_WAITING:
        return 0
    entries = _some(ledger.chained_after(peer.told_index, limit=_ENTRIES))
    back = queries.returned_due(peer.id, now, limit=_RETURNS)
    ids = dict.fromkeys([*_of_keys(back), *_touched(entries, peer)])
    batches = list(rules.cut(_each(list(ids), peer.division_path)))
    period = (entries[0].recorded_at, entries[-1].recorded_at) if entries else (now, now)
    last = queries.last_made_at(peer.id)
    if not batches and (last is None or now - last >= HEARTBEAT):
        batches = [[]]
    levels.queue(peer, batches, period=period, now=now)
    returns.requeued(peer.id, back)
    if entries and entries[-1].index is not None:
        levels.told_until(peer.id, entries[-1].index)
    return len(batches)


def _some(entries: Sequence[EntryRow]) -> Sequence[EntryRow]:
    """As many of the entries as speak of so many cases together: an import may have taken in thousands with one."""
    cases_told = 0
    for n, entry in enumerate(entries, start=1):
        if entry.kind == EntryKind.CASES_TAKEN_IN:
            cases_told += int(entry.facts.get("new", 0)) + int(entry.facts.get("changed", 0))
        if cases_told >= _MOST_CASES:
            return entries[:n]
    return entries


def _touched(entries: Sequence[EntryRow], peer: Peer) -> list[UUID]:
    """The cases that entries of the ledger speak of, in the order in which they do."""
    own = [entry for entry in entries if entry.actor != sender_of(peer)]
    found: dict[str, list[UUID]] = {"review": [], "order": []}
    moments = [entry.recorded_at for entry in own if entry.kind == EntryKind.CASES_TAKEN_IN]
    for entry in own:
        if entry.subject_kind in found:
            found[entry.subject_kind].append(UUID(entry.subject_id))
    of_orders = {order.id: order.review_id for order in orders.rows(dict.fromkeys(found["order"]))}
    reviewed = dict.fromkeys([*found["review"], *of_orders.values()])
    of_reviews = reviews.cases_of(reviewed)
    changed = cases.changed_at(moments) if moments else []
    return [*changed, *(of_reviews[one] for one in reviewed if one in of_reviews)]


def _of_keys(keys: Sequence[tuple[str, str]]) -> list[UUID]:
    places = directory.platforms({source for source, _ in keys}) if keys else {}
    return cases.ids_of((places[source].id, case_no) for source, case_no in keys if source in places)


def _each(case_ids: Sequence[UUID], division_path: str) -> Iterator[Record]:
    for start in range(0, len(case_ids), _PAGE):
        yield from records(case_ids[start : start + _PAGE], division_path)


def records(case_ids: Sequence[UUID], division_path: str) -> list[Record]:
    """Cases of a division as they stand, each with its reviews and orders, as another installation is told of them.

    Nobody is named: applicants, agents and reviewers stay where they are sealed.
    """
    found = cases.told(case_ids)
    wanted = [
        one for one in case_ids if one in found and found[one]["division__path"].startswith(division_path)
    ]
    given = reviews.told(wanted)
    told_orders = _orders(wanted, [row for rows in given.values() for row in rows])
    windows, staff = _codes([row for rows in given.values() for row in rows])
    return [
        {
            "case": _case(found[one]),
            "verified": found[one]["verified"],
            "counted": {name: found[one][name] for name in ("by_agent", "aged_60")},
            "reviews": [_review(row, windows, staff) for row in given.get(one, [])],
            "orders": [told_orders[row["id"]] for row in given.get(one, []) if row["id"] in told_orders],
        }
        for one in wanted
    ]


def _case(row: dict[str, Any]) -> dict[str, object]:
    said = {
        "source": row["platform__code"],
        "case_no": row["case_no"],
        "item": row["item__code"],
        "agency": row["agency__code"],
        "division": row["division__code"],
        "applicant": {"kind": row["person_kind"]},
        "occurrences": [_service(one) for one in row["services"]],
    }
    plain = ("status", "kind", "promised_limit", "statutory_limit", "trips", "materials")
    said |= {name: row[name] for name in plain if row[name] not in (None, "")}
    times = ("applied_at", "accepted_at", "completed_at", "revised_at")
    return said | {name: row[name].isoformat() for name in times if row[name] is not None}


def _service(row: dict[str, Any]) -> dict[str, object]:
    said = {"no": row["no"], "name": row["name"], "stage": row["stage"], "at": row["at"].isoformat()}
    said |= {"channel": row["channel"]}
    places = {"hall": row["hall__code"], "window": row["window__code"], "staff": row["staff__code"]}
    return said | {name: code for name, code in places.items() if code}


def _codes(rows: Sequence[dict[str, Any]]) -> tuple[dict[int, str], dict[int, str]]:
    """The codes of the windows and staff members that reviews name."""
    windows = directory.refs(Kind.WINDOWS, {row["window_id"] for row in rows if row["window_id"]})
    staff = directory.refs(Kind.STAFF, {row["staff_id"] for row in rows if row["staff_id"]})
    return {pk: ref.code for pk, ref in windows.items()}, {pk: ref.code for pk, ref in staff.items()}


def _review(row: dict[str, Any], windows: dict[int, str], staff: dict[int, str]) -> dict[str, object]:
    said = {
        "occurrence_no": row["occurrence_no"],
        "assess_no": row["assess_no"],
        "rating_value": row["level"],
        "indicator_set": row["indicator_set"],
        "indicator_codes": list(row["indicator_codes"]),
        "comment_text": row["comment_text"],
        "channel": row["channel"],
        "assessed_at": row["assessed_at"].isoformat(),
        "anonymous": row["anonymous"],
        "claimed_provenance": row["provenance"],
        "window": windows.get(row["window_id"], ""),
        "staff": staff.get(row["staff_id"], ""),
        "status": row["status"],
        "reason_class": row["reason_class"],
    }
    return {name: value for name, value in said.items() if value not in ("", [])}


def _orders(case_ids: Sequence[UUID], given: Sequence[dict[str, Any]]) -> dict[UUID, dict[str, Any]]:
    """How the orders of reviews stand, by review: our own, and else what an installation below has told of its own."""
    numbers = {row["id"]: (row["occurrence_no"], row["assess_no"]) for row in given}
    facts = orders.facts_of(numbers)
    rows = orders.orders_of_reviews(facts) if facts else {}
    places = _places(facts.values())
    told = dict(queries.told_orders(case_ids)) if case_ids else {}
    for review_id, fact in facts.items():
        row, (occurrence_no, assess_no) = rows[review_id], numbers[review_id]
        told[review_id] = ToldOrder(
            occurrence_no=occurrence_no,
            assess_no=assess_no,
            number=str(row.id),
            state=row.state,
            division=places[Kind.DIVISIONS, fact.division_id],
            agency=places[Kind.AGENCIES, fact.agency_id],
            item=places[Kind.ITEMS, fact.item_id],
            created_at=fact.created_at,
            dispatched_at=row.dispatched_at,
            rectify_due_at=row.rectify_due_at,
            replied_at=row.replied_at,
            closed_at=row.closed_at,
            outcome=row.outcome,
            contact_kept=fact.contact_kept,
            rectify_kept=fact.rectify_kept,
            answered=fact.answered,
            again=fact.again,
            repeats=fact.repeats,
            heard=Heard(fact.heard) if fact.heard else None,
            solved=Solved(fact.solved) if fact.solved else None,
            appeal=ToldAppeal(
                places[Kind.DIVISIONS, fact.appeal.division_id],
                places[Kind.AGENCIES, fact.appeal.agency_id],
                fact.appeal.verdict,
            )
            if fact.appeal
            else None,
        )
    return {review_id: msgspec.to_builtins(one) for review_id, one in told.items() if review_id in numbers}


def _places(facts: Iterable[Any]) -> dict[tuple[Kind, int], str]:
    """The codes of divisions, agencies and items that orders name."""
    rows = list(facts)
    appeals = [row.appeal for row in rows if row.appeal]
    wanted = {
        Kind.DIVISIONS: {row.division_id for row in (*rows, *appeals)},
        Kind.AGENCIES: {row.agency_id for row in (*rows, *appeals)},
        Kind.ITEMS: {row.item_id for row in rows},
    }
    return {
        (kind, pk): ref.code for kind, ids in wanted.items() for pk, ref in directory.refs(kind, ids).items()
    }


def send_due(*, code: str = "", now: datetime) -> int:
    """Send what waits, of each peer the first first; returns how many batches were answered.

    Each answer is committed by itself; must not run inside another transaction. A peer that does not answer is left
    alone for a while, and what it has refused keeps what comes after waiting until a person has decided.
    """
    due = [peer for peer in queries.due_peers(now) if code in ("", peer.code)]
    return sum(_send(peer, now) for peer in due)


def _send(peer: Peer, now: datetime) -> int:
    done = 0
    for batch in queries.open_batches(peer.id, limit=_ROUND):
        levels.sent(batch)
        try:
            state = take_answer(line.send(peer.url, queries.sealed(batch.content, peer)), now=now)
        except PeerAway as error:
            levels.away(peer, str(error), now=now)
            return done
        except Refused as no:
            levels.away(peer, no.code, now=now)
            return done
        done += 1
        # Refused, waiting for one before it, or failing there.
        if state in {OutState.REJECTED, OutState.SENT}:
            return done
    return done


def take_answer(content: bytes, *, now: datetime) -> OutState:
    """Settle a batch by the answer of its peer, which may come by any way; returns where it stands now.

    Raises:
        Refused: NOT_SEALED, SEALED_FOR_OTHER, NOT_OURS, TOO_LARGE_BATCH, NO_SUCH_PEER, WRONG_SIGNATURE.
    """
    packed = rules.unpack(queries.opened(content))
    answer = rules.read_head(packed)
    if not isinstance(answer, Answer):
        raise Refused(NOT_OURS)
    return settle(packed, answer, now=now)


@transaction.atomic
def settle(packed: Packed, answer: Answer, *, now: datetime) -> OutState:
    """The same for a file that is taken apart already."""
    peer = levels.hold(answer.sender)
    if peer is None or answer.receiver != peer.known_as:
        raise Refused(NO_SUCH_PEER, field="sender", value=shown(answer.sender, 40))
    if not keys.is_signed(peer.suite, peer.public_key, packed.head, packed.signature):
        raise Refused(WRONG_SIGNATURE, field="signature", value=peer.code)
    batch = queries.out_batch(peer.id, answer.seq)
    if batch is None:
        raise Refused(NOT_SENT_FROM_HERE)
    if batch.sha256 != answer.sha256:
        # About what it was before it was left out, or before a backup was put back: it says nothing about this one.
        return batch.state
    was_open = batch.state in {OutState.QUEUED, OutState.SENT}
    state = levels.answered(peer, batch, answer, by=SYSTEM, now=now)
    if was_open and answer.state == InState.MERGED:
        levels.settle_returns(peer, answer, _keys(peer, batch, answer), by=SYSTEM, now=now)
        tell_days.go_on(peer, answer.heard, now=now)
    return state


def _keys(peer: Peer, batch: OutBatch, answer: Answer) -> set[tuple[str, str]]:
    """The cases a batch told of, where anybody asks for them."""
    open_ = queries.open_returns(peer.id)
    if not (answer.returned or open_) or not batch.content:
        return set()
    told = {rules.key_of(one) for one in rules.lines_of(rules.unpack(batch.content).body) if "case" in one}
    return told & (open_ | {(one.source, one.case_no) for one in answer.returned})


def export(peer: Peer, *, now: datetime) -> Iterator[tuple[str, bytes]]:
    """The files that are to be carried to a peer across a gap: each batch that it has not answered, by name."""
    while True:
        batches = queries.open_batches(peer.id, limit=_MOST_WAITING)
        if queue_batches(code=peer.code, now=now) == 0:
            break
    for batch in batches:
        levels.sent(batch)
        yield f"{peer.known_as}-{peer.code}-{batch.seq:08d}.batch", queries.sealed(batch.content, peer)


class Digest(NamedTuple):
    """What is held of a division: how many cases, one fingerprint of all that is told of them, and which are not in it."""

    cases: int
    sha256: str
    without: list[tuple[str, str]]


def digest(division_path: str, *, without: Collection[tuple[str, str]] = ()) -> Digest:
    """How many cases of a division are here, and one fingerprint of all that another installation is told of them.

    What two sides may hold otherwise for good is not in it: what a person has left out, and what has an order on both. Nor is
    what is named as `without`, by which the other side passes over the same.
    """
    passed_over = queries.left_out() | set(without)
    after, fingerprints, found = None, list[bytes](), list[tuple[str, str]]()
    while ids := cases.ids_in_division(division_path, after=after, limit=_PAGE):
        passed_over |= _with_two_orders(ids)
        for one in records(ids, division_path):
            if (key := rules.key_of(one)) in passed_over:
                found.append(key)
            else:
                fingerprints.append(sha256(rules.line_of(one)).digest())
        after = ids[-1]
    return Digest(len(fingerprints), sha256(b"".join(sorted(fingerprints))).hexdigest(), sorted(found))


def _with_two_orders(case_ids: Sequence[UUID]) -> set[tuple[str, str]]:
    """Those of a review that has an order here and one below: each side goes on with its own."""
    both = orders.facts_of(queries.told_orders(case_ids))
    found = cases.told(set(reviews.cases_of(both).values())) if both else {}
    return {(row["platform__code"], row["case_no"]) for row in found.values()}
