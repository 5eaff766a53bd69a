"""未签名来访: an unsigned evaluator address or call becomes a short visit with its person sealed, and the visit a review.

Nobody has shown who asked: what is answered is `Entrance.UNSIGNED`, however well the case is known. The number of a
visit becomes the receipt number of its review, so that the page one has rated on, opened again, leads to one's own
review and to no second one.
"""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, cast

from django.db import transaction

from haochaping.cases import queries as cases
from haochaping.directory import match_queries as matches
from haochaping.directory import queries as directory
from haochaping.exchange import actions as exchange
from haochaping.exchange import queries as exchange_queries
from haochaping.exchange.dialects.address import read_address
from haochaping.exchange.terms import ALREADY_WAITING, Raw
from haochaping.flows import change_review
from haochaping.flows.answer_invitation import chosen_level
from haochaping.flows.receive_reviews import receive_reviews
from haochaping.flows.take_in_cases import take_in_cases
from haochaping.identity import actions as identity
from haochaping.kernel.identifiers import normal_receipt_no, receipt_no
from haochaping.kernel.outcomes import OutcomeKind
from haochaping.kernel.refused import Refused
from haochaping.reviews import queries as reviews
from haochaping.reviews.rules import receipt_hash
from haochaping.reviews.terms import CONFLICT, SERVICE_VOIDED, Entrance, ReviewChannel

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime
    from uuid import UUID

    from haochaping.cases.terms import Binding
    from haochaping.exchange.dialects.terms import Description, Operation
    from haochaping.kernel.actor import Actor
    from haochaping.reviews.terms import Level

VISIT_LASTS = timedelta(minutes=30)


@transaction.atomic
def open_address_visit(description: Description, operation: Operation, query: str, *, now: datetime) -> str:
    """Read an evaluator address in its dialect, seal its persons and remember the rest for `VISIT_LASTS`.

    Returns the visit's number, the only thing that may stand in an address of ours.

    Raises:
        Refused: BAD_ADDRESS.
    """
    address = read_address(description, operation, query)
    sealed = dict(zip(address.persons, identity.seal(list(address.persons.values()), now=now), strict=True))
    told = {
        "case": dict(address.case),
        "service": dict(address.service),
        "occurrence_no": address.service["no"],
        "channel": address.channel,
        "at": address.service.get("at", ""),
        "item_name": address.item_name,
        "agency_name": address.agency_name,
    }
    return _begin(description.name, told, sealed, now)


def open_service_visit(service: Binding, *, dialect: str, now: datetime) -> str:
    """Begin a visit of a service that is known here, for whoever has asked for its page and not shown who asks.

    Returns the visit's number, the only thing that may stand in an address of ours.
    """
    known = cases.known_case(service.source, service.case_no)
    told = {
        "case": {
            "source": service.source,
            "case_no": service.case_no,
            **{name: known[name] for name in ("item", "agency", "division")},
        },
        "occurrence_no": service.occurrence_no,
        "channel": "",
        "at": service.occurrence_at.isoformat(),
        "item_name": "",
        "agency_name": "",
    }
    return _begin(dialect, told, {}, now)


def _begin(dialect: str, told: Mapping[str, object], sealed: Mapping[str, UUID], now: datetime) -> str:
    token = receipt_no()
    exchange.begin_visit(token, dialect=dialect, fields=told, sealed=sealed, lasts=VISIT_LASTS, now=now)
    return token


@transaction.atomic
def answer_visit(token: str, level: str, *, channel: ReviewChannel, by: Actor, now: datetime) -> str:
    """Store a tap on the page of a visit; returns the receipt number of its review, which is the visit's number.

    Where the codes of an evaluator's address are known, its case is taken in as unverified; else the review waits in
    quarantine for its case. `channel` is how the browser came; an address says by what it is opened.

    Raises:
        Refused: NONE_OF_THE_FIVE, VISIT_OVER, CHANGE_WINDOW_OVER, SERVICE_VOIDED; CONFLICT when somebody else has reviewed
            this service, ALREADY_WAITING when such a review waits for its case.
    """
    chosen, receipt = chosen_level(level), normal_receipt_no(token) or token
    if _change_own(receipt, chosen, by, now):
        return receipt
    _, told, sealed = exchange_queries.visit_to_answer(receipt, now=now)
    if _change_own(receipt, chosen, by, now):
        return receipt
    case = cast("Mapping[str, object]", told["case"])
    key = str(case["source"]), str(case["case_no"])
    exchange.answer_alone(*key)
    if exchange_queries.waiting_of_visits(*key, told["occurrence_no"]):
        raise Refused(ALREADY_WAITING)
    if service := cast("Mapping[str, object]", told.get("service", {})):
        _take_in(case, {"at": now.isoformat(), **service}, sealed=sealed, by=by, now=now)
    answer = {
        "source": case["source"],
        "case_no": case["case_no"],
        "occurrence_no": told["occurrence_no"],
        "rating_value": chosen.value,
        "channel": told["channel"] or channel.value,
        "assessed_at": now.isoformat(),
    }
    # A known case has its own applicant; without one, the person waits with the review.
    known = cases.is_known(*key)
    reviewer = {"reviewer": sealed["applicant"]} if sealed and not known else {}
    raw = Raw(answer, reviewer, receipt_hash=receipt_hash(receipt))
    outcome = receive_reviews([raw], entrance=Entrance.UNSIGNED, by=by, now=now)[0]
    if outcome.complaint and outcome.complaint.reason is SERVICE_VOIDED:
        # There is nothing to wait for: the transaction takes back that it was put aside.
        raise Refused(SERVICE_VOIDED, at=outcome.complaint.params["at"])
    if outcome.kind == OutcomeKind.REFUSED:
        raise Refused(outcome.complaint.reason if outcome.complaint else CONFLICT)
    return receipt


def will_wait(told: Mapping[str, object], *, is_named: bool) -> bool:
    """Whether an answer to this visit waits for its case, which is not here: it cannot be taken in from what was told.

    `is_named`: the directory knows its item and its agency.
    """
    case = cast("Mapping[str, object]", told["case"])
    source, division = str(case["source"]), str(case["division"])
    if "service" not in told or not is_named or cases.is_known(source, str(case["case_no"])):
        return True
    return not (directory.platforms([source]) and directory.divisions([division]))


def _change_own(receipt: str, level: Level, by: Actor, now: datetime) -> bool:
    """Whether this visit has its review already; an accepted one then takes the level, a waiting one keeps its own."""
    try:
        given = reviews.review_by_receipt(receipt)
    except Refused:
        return exchange_queries.by_receipt(receipt) is not None
    change_review.change_level(given.id, level, by=by, now=now)
    return True


def _take_in(
    case: Mapping[str, object],
    service: Mapping[str, object],
    *,
    sealed: Mapping[str, UUID],
    by: Actor,
    now: datetime,
) -> None:
    """Take in the case of an address if it is new and its codes are known; nothing unsigned writes over a case."""
    if _resolves(case) and not cases.is_known(str(case["source"]), str(case["case_no"])):
        raw = Raw(dict(case) | {"occurrences": [dict(service)]}, sealed)
        take_in_cases([raw], verified=False, entrance=Entrance.UNSIGNED, by=by, now=now)


def _resolves(case: Mapping[str, object]) -> bool:
    source = str(case["source"])
    found = (
        directory.platforms([source]),
        directory.divisions([str(case["division"])]),
        directory.agencies([str(case["agency"])]),
        matches.items_meant([(source, str(case["item"]))]),
    )
    return all(found)
