"""The machines' door: cases and reviews in, measures and single reviews out, and the description of both."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING

import msgspec
from django.http import HttpResponse
from django.shortcuts import render
from django.template.loader import render_to_string
from django.utils import timezone
from django.utils.translation import get_language

from haochaping.accounts import queries as accounts
from haochaping.accounts.access import check_power
from haochaping.accounts.terms import Power
from haochaping.cases import queries as cases
from haochaping.cases.terms import Stage
from haochaping.directory import queries as directory
from haochaping.directory.terms import Kind
from haochaping.doors.api import bodies, shapes
from haochaping.doors.api.document import document
from haochaping.doors.api.problems import NO_SUCH_REVIEW, NOT_AN_ITEM, NOTHING_HERE, ONE_PLACE, answering
from haochaping.doors.api.reference import reference
from haochaping.doors.gate import machine, public, set_actor
from haochaping.doors.measures import Kind as PlaceKind
from haochaping.doors.measures import spot_of, told
from haochaping.exchange.fields import shown
from haochaping.exchange.terms import Raw, RecordKind
from haochaping.flows.answer_once import answer_once
from haochaping.flows.check_manifest import check_items, finish
from haochaping.flows.receive_together import receive_together
from haochaping.flows.take_in_cases import take_in_cases
from haochaping.insight.terms import UNKNOWN_AGENCY, UNKNOWN_DIVISION, UNKNOWN_HALL, UNKNOWN_ITEM
from haochaping.kernel.outcomes import Outcome, OutcomeKind
from haochaping.kernel.periods import BEIJING
from haochaping.kernel.refused import Complaint, Refused
from haochaping.rectification import queries as orders
from haochaping.reviews import queries as reviews
from haochaping.reviews.terms import Entrance, Level, Provenance, ReviewChannel, ReviewStatus
from haochaping.ui.sentences import say

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence
    from datetime import datetime
    from uuid import UUID

    from django.http import HttpRequest

    from haochaping.kernel.actor import Actor
    from haochaping.kernel.refused import Reason
    from haochaping.rectification.terms import OrderRow

    type Take = Callable[[Sequence[Raw], Actor, datetime], list[Outcome]]

_JSON = "application/json"
_UNKNOWN: dict[PlaceKind, Reason] = {
    "division": UNKNOWN_DIVISION,
    "agency": UNKNOWN_AGENCY,
    "item": UNKNOWN_ITEM,
    "hall": UNKNOWN_HALL,
}
_MEASURES = frozenset({*_UNKNOWN, "from", "to"})


@answering("POST")
@machine
def take_cases(request: HttpRequest) -> HttpResponse:
    """`POST cases`: a batch of cases, one result each."""

    def take(raws: Sequence[Raw], by: Actor, now: datetime) -> list[Outcome]:
        return take_in_cases(raws, entrance=Entrance.CLIENT, by=by, now=now)

    return _intake(request, Power.CASE_IMPORT, RecordKind.CASE, take)


@answering("POST")
@machine
def take_reviews(request: HttpRequest) -> HttpResponse:
    """`POST reviews`: a batch of reviews, one result each."""

    def take(raws: Sequence[Raw], by: Actor, now: datetime) -> list[Outcome]:
        return receive_together(raws, entrance=Entrance.CLIENT, by=by, now=now)

    return _intake(request, Power.REVIEW_IMPORT, RecordKind.REVIEW, take)


def _intake(request: HttpRequest, power: Power, kind: RecordKind, take: Take) -> HttpResponse:
    client = bodies.client_of(request)
    actor = accounts.actor_of_client(client)
    set_actor(request, actor)
    check_power(actor, power)
    key = bodies.idempotency_key_of(request)
    body = bodies.body_of(request)
    items, manifest = bodies.items_of(body)
    now = timezone.now()
    # Before the answer is looked up or made, so that it stays known of a batch that it was refused.
    batch = check_items(items, manifest, kind, by=actor, now=now) if manifest else None

    def carry_out() -> bytes:
        results = _results(items, lambda raws: take(raws, actor, now))
        if batch:
            finish(batch, by=actor, now=now)
        return msgspec.json.encode(shapes.Results(results))

    asked = request.path.encode() + b"\n" + body
    return _json(answer_once(client.id, key, asked, carry_out, now=now))


def _results(items: list[object], take: Callable[[Sequence[Raw]], list[Outcome]]) -> list[shapes.Result]:
    """Send the objects among the items down the road; whatever else stands there is refused in its place."""
    taken = iter(take([Raw(item) for item in items if isinstance(item, dict)]))
    nothing = Outcome(OutcomeKind.REFUSED, complaint=Complaint(NOT_AN_ITEM))
    outcomes = [next(taken) if isinstance(item, dict) else nothing for item in items]
    return [
        shapes.Result(index, outcome.kind, outcome.id, outcome.receipt, _why(outcome.complaint))
        for index, outcome in enumerate(outcomes)
    ]


def _why(complaint: Complaint | None) -> shapes.Why | None:
    if complaint is None:
        return None
    said = say(complaint)
    return shapes.Why(said.code, shown(said.field, 200), shown(said.message, 2000), said.remedy)


def _json(body: bytes, *, private: bool = True) -> HttpResponse:
    # What holds receipts or reviews of people is nobody's to keep on the way.
    headers = {"Cache-Control": "no-store" if private else "no-cache"}
    return HttpResponse(body, content_type=_JSON, headers=headers)


@answering("GET", "HEAD")
@machine
def measures(request: HttpRequest) -> HttpResponse:
    """`GET measures?division=CODE[&from=&to=]`, or `agency=`, `item=`, `hall=`: published figures, so that nobody needs a key."""
    parameters = bodies.parameters_of(request, _MEASURES)
    kind = _kind_of(parameters)
    code = bodies.required(parameters, kind)
    period, spot = bodies.period_of(parameters), spot_of(kind, code)
    if spot is None:
        raise Refused(_UNKNOWN[kind], field=kind, value=shown(code))
    return _json(msgspec.json.encode(told(spot, period, timezone.now())), private=False)


def _kind_of(parameters: Mapping[str, str]) -> PlaceKind:
    """By what a place is named; a division where none is."""
    named = [kind for kind in _UNKNOWN if kind in parameters]
    if len(named) > 1:
        raise Refused(ONE_PLACE, field=named[1], value=", ".join(named))
    return named[0] if named else "division"


@answering("GET", "HEAD")
@machine
def review(request: HttpRequest, review_id: UUID) -> HttpResponse:
    """`GET reviews/{id}`: one review of the client's divisions; any other is as if it were not there."""
    actor = accounts.actor_of_client(bodies.client_of(request))
    set_actor(request, actor)
    check_power(actor, Power.REVIEW_IMPORT)
    found = reviews.review(review_id)
    binding = cases.binding_of(found.occurrence_id) if found else None
    if (
        found is None
        or binding is None
        or not actor.scope.covers(division_path=binding.division_path, agency_path=binding.agency_path)
    ):
        raise Refused(NO_SUCH_REVIEW, field="id")
    order = orders.order_of_review(found.id)
    stored = shapes.StoredReview(
        id=found.id,
        source=binding.source,
        case_no=binding.case_no,
        occurrence_no=binding.occurrence_no,
        stage=Stage(binding.stage),
        hall=_code(Kind.HALLS, found.hall_id),
        window=_code(Kind.WINDOWS, found.window_id),
        staff=_code(Kind.STAFF, found.staff_id),
        assess_no=found.assess_no,
        rating_value=Level(found.level),
        indicator_set=found.indicator_set,
        indicator_codes=list(found.indicator_codes),
        # A sender reads back its own words; what people wrote here themselves is not for it.
        comment_text=found.comment_text if found.sent_by == str(actor) else "",
        reason_missing=found.reason_missing,
        channel=ReviewChannel(found.channel),
        provenance=Provenance(found.provenance),
        status=ReviewStatus(found.status),
        effective=found.status == ReviewStatus.EFFECTIVE,
        assessed_at=found.assessed_at.astimezone(BEIJING),
        received_at=found.received_at.astimezone(BEIJING),
        order=_order(order) if order else None,
    )
    return _json(msgspec.json.encode(stored))


def _code(kind: Kind, one: int | None) -> str:
    return directory.refs(kind, [one])[one].code if one else ""


def _order(order: OrderRow) -> shapes.Order:
    return shapes.Order(
        state=order.state,
        rectify_due_at=order.rectify_due_at.astimezone(BEIJING) if order.rectify_due_at else None,
        replied_at=order.replied_at.astimezone(BEIJING) if order.replied_at else None,
    )


@answering("GET", "HEAD")
@machine
def openapi(_request: HttpRequest) -> HttpResponse:
    """`GET openapi.json`: the description of this door for programs, in the caller's language."""
    return _json(msgspec.json.encode(document()), private=False)


@answering("GET", "HEAD")
@public
def docs(request: HttpRequest) -> HttpResponse:
    """`GET docs`: the same description for people."""
    return render(request, "api/docs.html", {"described": _described(get_language())})


@cache
def _described(_language: str | None) -> str:
    """What the page says, drawn once for each language: it is made of the program alone."""
    return render_to_string("api/reference.html", {"reference": reference(document())})


@answering("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE")
@machine
def nothing_here(_request: HttpRequest, **_path: object) -> HttpResponse:
    """Every other address below the door."""
    raise Refused(NOTHING_HERE)
