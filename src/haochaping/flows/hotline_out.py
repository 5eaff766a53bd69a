"""12345 去件: steps of orders go to the hotline that leads or follows them, in order and at least once."""

from __future__ import annotations

import json
from base64 import b64encode
from datetime import timedelta
from typing import TYPE_CHECKING
from uuid import UUID

from django.conf import settings
from django.db import transaction

from haochaping.cases import queries as cases
from haochaping.directory import queries as directory
from haochaping.directory.terms import Kind
from haochaping.files import queries as files
from haochaping.flows import hotline_in
from haochaping.flows.conceal import is_concealed
from haochaping.hotline import actions as hotline
from haochaping.hotline import line, queries, rules
from haochaping.hotline.terms import (
    REVIEW_CHANGED,
    Answer,
    Happened,
    PeerAway,
    PeerRefused,
    Telling,
)
from haochaping.kernel.actor import SYSTEM
from haochaping.kernel.identifiers import random_bytes
from haochaping.kernel.masking import masked_number
from haochaping.kernel.periods import BEIJING, local_day
from haochaping.kernel.refused import Refused
from haochaping.notices.rules import endpoint_secret
from haochaping.publicity.rules import for_handlers
from haochaping.rectification import queries as orders
from haochaping.rectification.terms import ClockKind, Move
from haochaping.reviews import queries as reviews
from haochaping.reviews.terms import ReviewStatus

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from datetime import datetime

    from haochaping.hotline.terms import Link, OutRow
    from haochaping.rectification.terms import OrderRow

_BATCH = 500
# So many that the last is signed within the window of the first, however slowly each is answered.
_ROUND = 50
# Nobody else takes a message that is being sent; longer than any attempt lasts.
_HELD = timedelta(seconds=60)
_TOLD_EVERY = timedelta(minutes=1)
_NONCE_BYTES = 16

# With these an order goes to an agency, and through a hotline if one leads there.
GOING_OUT = (Move.DISPATCH, Move.REDISPATCH, Move.GRANT_RETURN, Move.DO_AGAIN, Move.SEPARATE, Move.RESTORE)
# What the other side is told besides; helpers, plan and requests are this side's own.
TOLD = (
    *GOING_OUT,
    Move.REFUSE_RETURN,
    Move.SIGN_FOR,
    Move.VERIFY,
    Move.LEDGER,
    Move.RECTIFY,
    Move.REPLY,
    Move.GRANT_EXTENSION,
    Move.REFUSE_EXTENSION,
    Move.PAUSE,
    Move.RESUME,
    Move.PASS_CHECK,
    Move.REDO,
    Move.CLOSE,
    Move.END,
    Move.ESCALATE,
    Move.MERGE,
    Move.EXCLUDE,
    Move.CANCEL,
)
# Words go with a decision and with what the reviewer reads; what was found by calling stays here.
_WITH_WORDS = frozenset(
    {
        Move.REFUSE_RETURN,
        Move.GRANT_RETURN,
        Move.REDISPATCH,
        Move.GRANT_EXTENSION,
        Move.REFUSE_EXTENSION,
        Move.RECTIFY,
        Move.REPLY,
        Move.REDO,
        Move.END,
    }
)

# Rated anew after it was taken back, a review is another one than the hotline was told when its order goes out again.
_WITH_REVIEW = frozenset({REVIEW_CHANGED, Move.DISPATCH.value})


@transaction.atomic
def queue_steps(*, now: datetime) -> int:
    """Put what has happened to orders at both sides into the queue; returns how many messages that makes.

    The steps themselves lie in the transactions of whoever took them, so that none is lost between here and there; a
    step that is in the queue is not put there again.
    """
    if not hotline.is_alone():
        return 0
    steps = queries.to_tell(TOLD, GOING_OUT, now, limit=_BATCH)
    links = queries.links()
    told = sum(_put(step, links, now) for step in steps)
    if len(steps) < _BATCH:
        hotline.told_until(now - _TOLD_EVERY)
    return told


def _put(step: Happened, links: Sequence[Link], now: datetime) -> int:
    known = queries.linked_of_order(step.order_id).answer
    if step.move not in GOING_OUT:
        return hotline.put(step, known, None, [], now=now)
    (order,) = orders.rows([step.order_id])
    agency = directory.agency_paths([order.agency_id])[order.agency_id]
    link = rules.through(links, order.division_path, agency, step.at)
    return hotline.put(step, known, link, _pictures(order) if link else [], now=now)


@transaction.atomic
def queue_change(change_id: UUID, review_id: UUID, *, now: datetime) -> int:
    """Tell the hotline that its reviewer has changed a review; returns whether its order is at one.

    What has changed is read when the message is sent. An order that is not there yet goes out as the review then stands.
    """
    order = orders.order_of_review(review_id)
    known = queries.linked_of_order(order.id).answer if order else None
    if order is None or known is None or known.link_id not in {link.id for link in queries.links()}:
        return 0
    hotline.put_change(Happened(change_id, order.id, REVIEW_CHANGED, now), known, now=now)
    return 1


def _pictures(order: OrderRow) -> list[UUID]:
    """What the reviewer showed; photographs may show all of a case, and of a concealed one none goes out."""
    return [] if is_concealed(order) else [row.id for row in files.photos_of("review", str(order.review_id))]


def send_due(*, now: datetime) -> int:
    """Send what is due, of each order the first; returns how many messages went out.

    Each attempt is committed before the line is opened; must not run inside another transaction. A hotline that does
    not answer is left alone until the next round; the first message of an order that is not through keeps the order's
    others waiting, and no other order's.
    """
    gone, away = 0, set[UUID]()
    for message_id in queries.due(now, limit=_ROUND):
        message = hotline.claim(message_id, holds=_HELD, without=away, now=now)
        if message is None:
            continue
        try:
            gone += _send(message, now)
        except PeerAway as error:
            hotline.later(message, str(error), now=now)
            away.add(message.link_id)
    return gone


def _send(message: OutRow, now: datetime) -> bool:
    """Send one message and settle it; whether it went out. Raises `PeerAway`."""
    link = queries.link(message.link_id)
    body = message_body(message)
    if body is None:
        hotline.withdraw(message, by=SYSTEM, now=now)
        return False
    try:
        answer = post(link, body, now=now)
    except PeerRefused as no:
        hotline.refuse(message, str(no), by=SYSTEM, now=now)
        return False
    _settle(link, message, answer, now)
    return True


def post(link: Link, body: dict[str, object], *, now: datetime) -> Answer:
    """Send one body to a hotline, signed; raises `PeerAway` or `PeerRefused`."""
    return line.send(
        link.url,
        json.dumps(body, ensure_ascii=False).encode(),
        secret=endpoint_secret(settings.WEBHOOK_KEY, link.id),
        nonce=random_bytes(_NONCE_BYTES).hex(),
        allowed=settings.WEBHOOK_ORIGINS,
        now=now,
    )


@transaction.atomic
def _settle(link: Link, message: OutRow, answer: Answer, now: datetime) -> None:
    hotline.sent(message, by=SYSTEM, now=now)
    if message.kind != Telling.ORDER:
        return
    if answer.duplicate_of:
        try:
            with transaction.atomic():
                hotline_in.merge_duplicate(link, message.linked_id, answer.duplicate_of, now=now)
        except Refused:
            # Not one reviewer's, or too far on: both stay, and the order shows the number it is said to repeat.
            hotline.call_by(message.linked_id, answer.duplicate_of, duplicate_of=answer.duplicate_of, now=now)
    number = answer.number or answer.duplicate_of
    if number and hotline.call_by(message.linked_id, number, now=now):
        hotline_in.join(link, number, now=now)


def try_out(link: Link, *, now: datetime) -> str:
    """Ask whether the other side answers and takes our signature; "" when it does, else what it said."""
    try:
        post(link, {"kind": "test", "at": now.astimezone(BEIJING).isoformat()}, now=now)
    except (PeerAway, PeerRefused) as error:
        return str(error)
    return ""


def message_body(message: OutRow) -> dict[str, object] | None:
    """A message as it goes out now: what the agency's own desk sees and no more; None when nothing is left to say."""
    (order,) = orders.rows([message.order_id])
    facts = _FACTS[message.kind](order, message)
    if facts is None:
        return None
    return {
        "message": str(message.id),
        "seq": message.seq,
        "order": str(order.id),
        "number": message.number,
        "kind": message.kind.value,
        "at": message.queued_at.astimezone(BEIJING).isoformat(),
        "facts": facts,
    }


def order_facts(order: OrderRow) -> dict[str, object]:
    """An order as the designated handler of an agency sees it: no name, phone or certificate, ever.

    Concealed, it goes without case number, place in time and words: what is left is item, level and reasons (全隐).
    """
    review, said = reviews.review_with_supplement(order.review_id)
    labels = reviews.indicators(review.indicator_set)
    [item] = directory.refs(Kind.ITEMS, [order.item_id]).values()
    told = {
        "division": directory.division_by_id(order.division_id).code,
        "item": {"code": item.code, "name": item.name},
        "level": review.level,
        "withdrawn": review.status == ReviewStatus.WITHDRAWN,
        "tags": [
            {"code": code, "label": labels[code].label if code in labels else ""}
            for code in review.indicator_codes
        ],
        **_standing(order),
    }
    if is_concealed(order, said):
        day = local_day(review.assessed_at)
        return told | {"concealed": True, "week": (day - timedelta(days=day.weekday())).isoformat()}
    binding = cases.binding_of(review.occurrence_id)
    stands = review.status != ReviewStatus.WITHDRAWN
    return told | {
        "concealed": False,
        "case_no": masked_number(binding.case_no) if binding else "",
        "assessed_at": review.assessed_at.astimezone(BEIJING).isoformat(),
        "text": for_handlers(review.comment_text) if stands else "",
        "may_call_back": said.may_call_back,
    }


def _standing(order: OrderRow) -> dict[str, object]:
    """Where an order stands here and what is promised, as the reviewer reads it too."""
    ends = {
        ClockKind.SIGN: order.sign_due_at,
        ClockKind.CONTACT: order.contact_due_at,
        ClockKind.RECTIFY: order.rectify_due_at,
    }
    return {
        "state": order.state.value,
        "outcome": order.outcome,
        "round": order.round,
        "deadlines": {
            kind.value: end.astimezone(BEIJING).isoformat() for kind, end in ends.items() if end is not None
        },
    }


def _whole(order: OrderRow, _message: OutRow) -> dict[str, object]:
    return order_facts(order)


def _picture(order: OrderRow, message: OutRow) -> dict[str, object] | None:
    """A photograph; None when it was removed, or the reviewer has hidden the case since."""
    if is_concealed(order):
        return None
    try:
        content = files.content_of(
            UUID(message.about), subject_kind="review", subject_id=str(order.review_id)
        )
    except Refused:
        return None
    return {"photo": message.about, "type": "image/jpeg", "content": b64encode(content).decode()}


def _moved(order: OrderRow, message: OutRow) -> dict[str, object]:
    """A step, with its words where they are for the other side; of a change by the reviewer, how the review stands now."""
    if message.about in _WITH_REVIEW:
        return {"move": message.about, **order_facts(order)}
    said = orders.event_words(message.event_id) if message.about in _WITH_WORDS else ""
    if message.about == Move.RECTIFY:
        said = order.rectification_text
    elif message.about == Move.REPLY:
        said = order.reply_text
    return {"move": message.about, "text": for_handlers(said), **_standing(order)}


_FACTS: dict[Telling, Callable[[OrderRow, OutRow], dict[str, object] | None]] = {
    Telling.ORDER: _whole,
    Telling.PICTURE: _picture,
    Telling.MOVED: _moved,
}
