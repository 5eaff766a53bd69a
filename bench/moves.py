"""Every move of the desk as the request of whoever fires it, each on orders of its own: server time and queries.

The words are those a person would type, no two alike, for a reply like another one is sent back. What only the reviewer or
a clock can do between two moves is done by the flow itself and not measured.
"""

from __future__ import annotations

import statistics
from dataclasses import dataclass, field
from datetime import timedelta
from functools import partial
from http import HTTPStatus
from random import Random
from time import perf_counter
from typing import TYPE_CHECKING

from bench import pages

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping
    from datetime import date
    from uuid import UUID

    type Form = Mapping[str, str | list[str]]
    type Filled = Callable[[UUID], Form]

CLERK, LEAD, DISPATCHER, SUPERVISOR = "clerk", "lead", "dispatcher", "supervisor"
_CHARACTERS = "窗口材料当场补办已经核实并且告知下次一次办好说明原因改进流程培训人员公示时限减少跑动"
_random = Random(1)  # noqa: S311 - words for a form, no secret


@dataclass(frozen=True, slots=True)
class Move:
    """One form that somebody sends about an order, or about `orders` of them; `form` may depend on the order."""

    who: str
    step: str
    form: Form | Filled = field(default_factory=dict)
    address: str = "/desk/orders/{order}/{step}"
    orders: int = 1


@dataclass(frozen=True, slots=True)
class Meanwhile:
    """What happens between two moves without anybody at a desk."""

    do: Callable[[UUID], object]


@dataclass(frozen=True, slots=True)
class Taken:
    """How long a move of one order took, in milliseconds, and its queries: medians, the most."""

    name: str
    ms: float
    queries: float


def words() -> str:
    """A sentence that nobody has written before."""
    return "".join(_random.choices(_CHARACTERS, k=60))


def measured(runs: int, helper: str) -> Iterator[Taken]:
    """Go every road with so many orders of the demo's clerk; `helper` is the code of another agency of the city.

    Raises:
        RuntimeError: a move was not taken; nothing is measured of what is refused.
    """
    orders = iter(_orders(runs * sum(needed for _, needed in _ROADS)))
    for road, needed in _ROADS:
        taken: dict[tuple[int, str], list[tuple[float, float]]] = {}
        for _ in range(runs):
            order, *others = (next(orders) for _ in range(needed))
            for place, one in enumerate(road(helper, order, *others)):
                if isinstance(one, Meanwhile):
                    one.do(order)
                else:
                    taken.setdefault((place, f"{one.who}: {one.step}"), []).append(_sent(one, order))
        for (_, name), found in taken.items():
            ms, queries = zip(*found, strict=True)
            yield Taken(name, statistics.median(ms), max(queries))


def _soon() -> date:
    from django.utils import timezone

    from haochaping.kernel.periods import local_day

    return local_day(timezone.now()) + timedelta(days=3)


def _answered() -> list[Move | Meanwhile]:
    put_right = {"outcome": "immediate_rectified", "text": words()}
    return [Move(CLERK, "rectification", put_right), Move(CLERK, "reply", {"text": words()})]


def _signed() -> list[Move | Meanwhile]:
    return [Move(CLERK, "sign-for"), Move(CLERK, "call-back", _heard)]


def _whole(_helper: str, _order: UUID) -> list[Move | Meanwhile]:
    return [
        Move(CLERK, "sign-for"),
        Move(CLERK, "message", {"text": words()}),
        Move(CLERK, "call", {"purpose": "verify", "line": "12345"}),
        Move(CLERK, "call-back", _heard),
        Move(CLERK, "more-time", {"days": "1", "reason": words()}),
        Move(DISPATCHER, "grant-time", {"note": ""}),
        Move(CLERK, "ledger", {"reason": words(), "plan": f"{_soon()} {words()}"}),
        Move(CLERK, "milestone", _first_line),
        *_answered(),
        Move(DISPATCHER, "redo", {"reason": words()}),
        *_answered(),
        Move(DISPATCHER, "pass-check"),
        Meanwhile(_not_solved),
        *_signed(),
        *_answered(),
        Meanwhile(_not_solved),
        Move(SUPERVISOR, "end", {"reason": words()}),
    ]


def _returned(helper: str, _order: UUID) -> list[Move | Meanwhile]:
    return [
        Move(CLERK, "return", {"reason": words()}),
        Move(DISPATCHER, "grant-return", {"agency": helper, "reason": words()}),
    ]


def _kept(helper: str, _order: UUID) -> list[Move | Meanwhile]:
    return [
        Move(CLERK, "return", {"reason": words()}),
        Move(DISPATCHER, "refuse-return", {"reason": words()}),
        Move(CLERK, "sign-for"),
        Move(CLERK, "more-time", {"days": "1", "reason": words()}),
        Move(DISPATCHER, "refuse-time", {"note": words()}),
        Move(DISPATCHER, "join", {"agency": helper, "task": words()}),
    ]


def _sent_on(helper: str, _order: UUID) -> list[Move | Meanwhile]:
    return [Move(DISPATCHER, "send", {"agency": helper, "reason": words()})]


def _merged(_helper: str, _order: UUID, other: UUID) -> list[Move | Meanwhile]:
    return [
        Meanwhile(partial(_of_one_person, other)),
        Move(DISPATCHER, "merge", {"into": str(other)}),
    ]


def _appealed(_helper: str, _order: UUID) -> list[Move | Meanwhile]:
    why = {"ground": "wrong_service", "fact": "", "text": words(), "reference": ""}
    return [*_signed(), Move(LEAD, "appeal", why, "/desk/appeals/new/{order}")]


def _together(_helper: str, *orders: UUID) -> list[Move | Meanwhile]:
    chosen = {"order": [str(order) for order in orders]}
    return [Move(CLERK, f"sign-for, each of {len(orders)}", chosen, "/desk/list/sign", len(orders))]


# Each with how many orders it takes.
_ROADS: tuple[tuple[Callable[..., list[Move | Meanwhile]], int], ...] = (
    (_whole, 1),
    (_returned, 1),
    (_kept, 1),
    (_sent_on, 1),
    (_merged, 2),
    (_appealed, 1),
    (_together, 20),
)


def ended() -> list[UUID]:
    """The orders that have gone the whole road: opened again, escalated, ended; those with the most events."""
    from haochaping.rectification.models import OrderEvent
    from haochaping.rectification.terms import Move as Fired

    return list(OrderEvent.objects.filter(move=Fired.END).values_list("order_id", flat=True))


def _sent(move: Move, order: UUID) -> tuple[float, float]:
    from haochaping.config.wsgi import application

    cookies = pages.sign_in(move.who)
    form = move.form(order) if callable(move.form) else move.form
    address = move.address.format(order=order, step=move.step)
    begun = perf_counter()
    asked, status = pages.ask_page(application, address, cookies, form)
    took = (perf_counter() - begun) * 1000
    if status not in {HTTPStatus.SEE_OTHER, HTTPStatus.OK}:
        raise RuntimeError(f"{move.who} {address}: {status}")
    return took / move.orders, asked / move.orders


def _orders(count: int) -> list[UUID]:
    """Orders that went out to the demo's clerk now, each of a person whom the relay can reach and who agreed."""
    from django.db import connections

    from haochaping.doors.demo import names

    with connections["owner"].cursor() as cursor:
        cursor.execute(
            """
            WITH chosen AS (
                SELECT work.id, row_number() OVER (ORDER BY work.id) AS n, served.id AS case_id, review.id AS review_id
                  FROM rectification_work_order AS work
                  JOIN reviews_review AS review ON review.id = work.review_id
                  JOIN cases_service_occurrence AS occurrence ON occurrence.id = review.occurrence_id
                  JOIN cases_case AS served ON served.id = occurrence.case_id AND served.case_no LIKE 'BENCH-%%'
                 WHERE work.state = 'dispatched'
                 ORDER BY work.id
                 LIMIT %(count)s
            ), people AS (
                SELECT id, row_number() OVER (ORDER BY id) AS n
                  FROM identity_sealed_person WHERE relay_sealed IS NOT NULL
            ), reached AS (
                UPDATE cases_case SET person_id = people.id FROM chosen JOIN people USING (n)
                 WHERE cases_case.id = chosen.case_id
            ), agreed AS (
                INSERT INTO reviews_supplement (review_id, may_call_back, helped_by, said_at)
                SELECT review_id, true, '', now() FROM chosen
            ), dispatched AS (
                UPDATE rectification_work_order AS work
                   SET dispatched_at = now(), created_at = now(),
                       agency_id = (SELECT id FROM directory_agency WHERE code = %(agency)s),
                       sign_due_at = sign_due_at + (now() - dispatched_at),
                       contact_due_at = contact_due_at + (now() - dispatched_at),
                       rectify_due_at = rectify_due_at + (now() - dispatched_at)
                  FROM chosen WHERE work.id = chosen.id
            ), promised AS (
                UPDATE rectification_clock_event AS event
                   SET at = now(), due_at = due_at + (now() - at), amber_at = amber_at + (now() - at)
                  FROM chosen WHERE event.order_id = chosen.id
            )
            SELECT id FROM chosen ORDER BY n
            """,
            {"agency": names.CLERK_AGENCY, "count": count},
        )
        return [found for (found,) in cursor.fetchall()]


def _of_one_person(other: UUID, order: UUID) -> None:
    from django.db import connections

    with connections["owner"].cursor() as cursor:
        cursor.execute(
            """
            WITH served AS (
                SELECT work.id, occurrence.case_id
                  FROM rectification_work_order AS work
                  JOIN reviews_review AS review ON review.id = work.review_id
                  JOIN cases_service_occurrence AS occurrence ON occurrence.id = review.occurrence_id
                 WHERE work.id IN (%(order)s, %(other)s)
            )
            UPDATE cases_case SET person_id = one.person_id
              FROM cases_case AS one JOIN served ON served.case_id = one.id AND served.id = %(order)s
             WHERE cases_case.id = (SELECT case_id FROM served WHERE id = %(other)s)
            """,
            {"order": order, "other": other},
        )


def _heard(order: UUID) -> Form:
    """What a clerk writes down after a call of the relay, which has rung by now."""
    from haochaping.rectification import queries

    _ring(order)
    return {
        "contact": queries.contacts_waiting(order)[0].key,
        "result": "answered",
        "is_true": "yes",
        "is_reasonable": "yes",
        "note": words(),
        "recording": "",
    }


def _ring(order: UUID) -> None:
    from django.db import connections

    with connections["owner"].cursor() as cursor:
        cursor.execute(
            """
            WITH granted AS (
                INSERT INTO identity_relay_grant (id, person, basis, purpose, granted_to, granted_at, ends_at,
                                                  calls_allowed, calls_made)
                VALUES (gen_random_uuid(), gen_random_uuid(), %s, 'verify', 'staff:bench', now(),
                        now() + interval '2 days', 3, 1)
                RETURNING id, person
            )
            INSERT INTO notices_delivery (id, person, "grant", template, params, channel, state, attempts, last_error,
                                          gateway_ref, queued_at, at, moved_by)
            SELECT gen_random_uuid(), person, id, 'call', '{}', 'call', 'sent', 1, '', '', now(), now(), 'bench'
              FROM granted
            """,
            [order],
        )


def _first_line(order: UUID) -> Form:
    from haochaping.rectification import queries

    return {"milestone": str(queries.plan_of_order(order)[0].id), "note": words()}


def _not_solved(order: UUID) -> None:
    """The reviewer says that the matter is not solved, and the time for changing the word is over."""
    from django.db import connections
    from django.utils import timezone

    from haochaping.flows import close_order, merge_orders
    from haochaping.kernel.actor import REVIEWER, SYSTEM
    from haochaping.rectification import queries

    now = timezone.now()
    [row] = queries.rows([order])
    merge_orders.answer_solution(row.review_id, solved="no", text="", by=REVIEWER, now=now)
    with connections["owner"].cursor() as cursor:
        said = "UPDATE rectification_solution_answer SET changeable_until = answered_at WHERE order_id = %s"
        cursor.execute(said, [order])
    close_order.settle(by=SYSTEM, now=timezone.now())
