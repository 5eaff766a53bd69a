"""12345 来件: what a linked hotline says of an order becomes a step of ours where the order's state allows it."""

from __future__ import annotations

import binascii
from base64 import b64decode
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import TYPE_CHECKING

from django.conf import settings
from django.db import transaction

from haochaping.directory import queries as directory
from haochaping.exchange.rules import read_json
from haochaping.exchange.terms import NOT_JSON
from haochaping.files import pictures
from haochaping.flows import call_back, close_order, handle_bad_review, merge_orders, tell_reviewers
from haochaping.hotline import actions as hotline
from haochaping.hotline import queries, rules
from haochaping.hotline.terms import (
    AGENCY_SIDE,
    BAD_SIGNATURE,
    CENTRE,
    DEADLINE_OVER,
    FACT_MISSING,
    NO_SUCH_LINK,
    OUTSIDE_WINDOW,
    SAID_BY,
    UNKNOWN_NUMBER,
    WINDOW,
    WRONG_SIDE,
    AttachmentKind,
    InState,
    Saying,
)
from haochaping.kernel.actor import Actor, ActorKind, Scope
from haochaping.kernel.periods import local_day
from haochaping.kernel.refused import Refused
from haochaping.notices.rules import endpoint_secret
from haochaping.notices.terms import Template
from haochaping.rectification import actions as rectification
from haochaping.rectification import queries as orders
from haochaping.rectification.terms import EXTENSIONS_USED_UP, ClockKind, Means, OrderState
from haochaping.rulebook import queries as rulebook

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from datetime import datetime
    from uuid import UUID

    from haochaping.hotline.terms import InRow, Link, LinkedRow
    from haochaping.kernel.refused import Complaint
    from haochaping.rectification.terms import OrderRow
    from haochaping.rulebook.terms import Terms

_MINUTE = 60
# Between two messages, and between two steps that one message takes.
_APART, _STEP = timedelta(milliseconds=1), timedelta(microseconds=1)
_NONCE_LIMIT = 64
# Nobody promises for longer, and no working calendar reaches as far.
_FARTHEST = timedelta(days=1000)
_WORKED_ON = frozenset({OrderState.SIGNED, OrderState.VERIFIED, OrderState.LEDGERED})


@dataclass(frozen=True, slots=True)
class Sealed:
    """A request of a hotline as it came: its signature with what it covers, nothing believed yet."""

    timestamp: str
    nonce: str
    signature: str
    body: bytes


@dataclass(frozen=True, slots=True)
class Taken:
    """What became of a message, whether it is new, and why it is kept."""

    state: InState
    is_new: bool
    complaint: Complaint | None = None


@transaction.atomic
def take(link_id: UUID, sealed: Sealed, *, now: datetime) -> Taken:
    """Take one signed request of a hotline.

    Raises:
        Refused: NO_SUCH_LINK, BAD_SIGNATURE, OUTSIDE_WINDOW, NONCE_USED, what `exchange.rules.read_json` raises,
            BAD_MESSAGE, MESSAGE_REUSED; nothing is stored then.
    """
    link = queries.link(link_id)
    secret = endpoint_secret(settings.WEBHOOK_KEY, link.id)
    if not 0 < len(sealed.nonce) <= _NONCE_LIMIT or not rules.is_signed(
        secret, sealed.timestamp, sealed.nonce, sealed.signature, sealed.body
    ):
        raise Refused(BAD_SIGNATURE)
    if not rules.is_in_window(sealed.timestamp, now):
        raise Refused(OUTSIDE_WINDOW, minutes=int(WINDOW.total_seconds()) // _MINUTE)
    hotline.use_nonce(link.id, sealed.nonce, now=now)
    try:
        body = read_json(sealed.body.decode())
    except UnicodeDecodeError:
        raise Refused(NOT_JSON, line=1, column=1) from None
    return receive(link, body, now=now)


@transaction.atomic
def receive(link: Link, body: object, *, now: datetime) -> Taken:
    """Put a message down and apply what is its order's turn; a repetition changes nothing and hears the same.

    Raises:
        Refused: NO_SUCH_LINK before the link begins, BAD_MESSAGE, MESSAGE_REUSED.
    """
    said = rules.read(body)
    if link.begins_at > now:
        raise Refused(NO_SUCH_LINK)
    row, is_new = hotline.receive(link, said, by=_centre(link), now=now)
    if is_new and row.linked_id is not None:
        go_on(link, row.linked_id, now=now)
        row = queries.incoming(row.id)
    return Taken(row.state, is_new, row.complaint)


def go_on(link: Link, linked_id: UUID, *, now: datetime) -> None:
    """Apply what is held of an order, one message after the other, up to the next that is missing.

    Each is a moment after the one before, so that the order's history tells them in their sequence.
    """
    while (message := hotline.apply_next(linked_id)) is not None:
        _try(link, message, now)
        now += _APART


def join(link: Link, number: str, *, now: datetime) -> None:
    """An order is called by this number now: what came under it before, when nobody knew it, takes its place."""
    linked = queries.linked_of_number(link.id, number)
    waiting = queries.without_order(link.id, number)
    if linked is None or not waiting:
        return
    for message_id in waiting:
        hotline.put_in_place(message_id, linked.id)
    go_on(link, linked.id, now=now)


@transaction.atomic
def retry(message_id: UUID, *, by: Actor, now: datetime) -> InState:
    """A person has a kept message tried once more, as the order stands now; returns what became of it.

    Raises:
        Refused: NOT_ALLOWED, NO_SUCH_MESSAGE, OUT_OF_SCOPE.
    """
    message = hotline.kept_by(message_id, by)
    link = queries.link(message.link_id)
    if message.linked_id is None and message.number:
        join(link, message.number, now=now)
    else:
        _try(link, message, now)
    return queries.incoming(message_id).state


@transaction.atomic
def close_gap(linked_id: UUID, *, by: Actor, now: datetime) -> None:
    """A person gives up what is missing; what is held behind it is applied. Raises as `hotline.actions.close_gap`."""
    hotline.close_gap(linked_id, by=by, now=now)
    go_on(queries.link(queries.linked(linked_id).link_id), linked_id, now=now)


def _try(link: Link, message: InRow, now: datetime) -> None:
    """Apply a message wholly or not at all; what the order's state or the rules refuse is kept with the reason."""
    by = _centre(link)
    try:
        with transaction.atomic():
            _apply(link, message, now)
            hotline.apply_at(message, by=by, now=now)
    except Refused as refused:
        hotline.keep(message.id, refused.complaint, by=by, now=now)


def _centre(link: Link) -> Actor:
    """The hotline itself, which reaches no further than its link."""
    scope = Scope(division_path=link.division_path)
    return Actor(ActorKind.SYSTEM, f"{CENTRE}:{link.division_code}", scope=scope)


def _agency(link: Link) -> Actor:
    """The agency that works on an order beyond the hotline: not whoever checks its reply."""
    scope = Scope(division_path=link.division_path)
    return Actor(ActorKind.SYSTEM, f"{AGENCY_SIDE}:{link.division_code}", scope=scope)


@dataclass(frozen=True, slots=True)
class _Case:
    """A message with everything its step needs."""

    link: Link
    linked: LinkedRow
    message: InRow
    order: OrderRow
    facts: Mapping[str, object]
    now: datetime

    @property
    def agency(self) -> Actor:
        return _agency(self.link)

    @property
    def centre(self) -> Actor:
        return _centre(self.link)

    def later(self) -> _Case:
        """The same for the next step that the message takes, which the order's history tells after this one."""
        return replace(self, now=self.now + _STEP)


def _apply(link: Link, message: InRow, now: datetime) -> None:
    if message.linked_id is None:
        raise Refused(UNKNOWN_NUMBER, field="number", value=message.number)
    linked = queries.linked(message.linked_id)
    if message.kind not in SAID_BY[linked.master]:
        raise Refused(WRONG_SIDE)
    (order,) = orders.rows([linked.order_id])
    _STEPS[message.kind](_Case(link, linked, message, order, message.facts, now))


def _dispatched(case: _Case) -> None:
    """The hotline has sent it to an agency: another one than ours has it, or the one that asked to return it keeps it."""
    code = rules.word(case.facts, "agency", "")
    with_whom = directory.agencies([code])[code].id if code and directory.agencies([code]) else None
    moves = code and with_whom != case.order.agency_id
    if case.order.state == OrderState.RETURN_ASKED and not moves:
        close_order.refuse_return(case.order.id, rules.reason(case.facts), by=case.centre, now=case.now)
    elif case.order.state == OrderState.RETURN_ASKED:
        close_order.grant_return(case.order.id, code, rules.reason(case.facts), by=case.centre, now=case.now)
    elif moves:
        close_order.send_to_another(
            case.order.id, code, rules.reason(case.facts), by=case.centre, now=case.now
        )
    _take_deadlines(case)


def _signed(case: _Case) -> None:
    handle_bad_review.sign_for(case.order.id, by=case.agency, now=case.now)


def _contacted(case: _Case) -> None:
    _record_call(case, case.facts)


def _record_call(case: _Case, facts: Mapping[str, object]) -> None:
    call_back.record(
        case.order.id,
        result=rules.word(facts, "result"),
        is_true=rules.flag(facts, "is_true"),
        is_reasonable=rules.flag(facts, "is_reasonable"),
        note=rules.word(facts, "note"),
        # It calls from a switchboard of its own, and says by which number the call is found there.
        contact=Means.OWN,
        recording=rules.word(facts, "recording", ""),
        by=case.agency,
        now=case.now,
    )


def _rectified(case: _Case) -> None:
    rectification.rectify(
        case.order.id,
        outcome=rules.word(case.facts, "outcome"),
        text=rules.word(case.facts, "text"),
        by=case.agency,
        now=case.now,
    )


def _replied(case: _Case) -> None:
    """The reply; a hotline that reports at the end only says with it what was done before, and those steps are taken first."""
    call = rules.inner(case.facts, "call")
    if call and case.order.state == OrderState.DISPATCHED:
        _signed(case)
        case = case.later()
    if call and _state(case) in _WORKED_ON:
        _record_call(case, call)
        case = case.later()
    if "outcome" in case.facts and _state(case) in _WORKED_ON:
        done = rules.word(case.facts, "rectification")
        outcome = rules.word(case.facts, "outcome")
        rectification.rectify(case.order.id, outcome=outcome, text=done, by=case.agency, now=case.now)
        case = case.later()
    handle_bad_review.reply(case.order.id, rules.word(case.facts, "text"), by=case.agency, now=case.now)


def _state(case: _Case) -> OrderState:
    (order,) = orders.rows([case.order.id])
    return order.state


def _returned(case: _Case) -> None:
    close_order.ask_return(case.order.id, rules.word(case.facts, "reason"), by=case.agency, now=case.now)


def _extended(case: _Case) -> None:
    """More time, once as by our rules, whosever clock rules: the reviewer reads why and until when."""
    until, reason = _end(case.facts, "until", case.now), rules.reason(case.facts)
    if until <= case.now:
        raise Refused(DEADLINE_OVER, field="until", until=until)
    limit = _terms(case).extensions_at_most
    if queries.extensions_of(case.linked.id) >= limit:
        raise Refused(EXTENSIONS_USED_UP, limit=limit)
    hotline.note_deadline(case.linked.id, until, now=case.now)
    if _their_clock_rules(case):
        _adopt(case, {ClockKind.RECTIFY: until}, reason)
        tell_reviewers.tell_reviewers(Template.ORDER_EXTENDED, [case.order.review_id], now=case.now)


def _extension_asked(case: _Case) -> None:
    rectification.ask_extension(
        case.order.id,
        days=rules.whole(case.facts, "days"),
        reason=rules.word(case.facts, "reason"),
        by=case.agency,
        now=case.now,
    )


def _duplicate(case: _Case) -> None:
    merge_duplicate(case.link, case.linked.id, rules.word(case.facts, "of"), now=case.now)


def merge_duplicate(link: Link, linked_id: UUID, number: str, *, now: datetime) -> None:
    """The hotline has the matter under another number already: ours are merged, or this order goes by that number.

    Raises:
        Refused: as `flows.merge_orders.merge`: when the two are not of one reviewer or one matter, WRONG_STATE.
    """
    if not number:
        raise Refused(FACT_MISSING, field="of", value="of")
    other = queries.linked_of_number(link.id, number)
    hotline.call_by(linked_id, number, duplicate_of=number, now=now)
    if other is not None and other.id != linked_id:
        order_id = queries.linked(linked_id).order_id
        merge_orders.merge(order_id, other.order_id, by=_centre(link), now=now)


def _attachment(case: _Case) -> None:
    """A picture is drawn anew, a PDF kept as it is; anything else lies in quarantine and harms nobody."""
    name = rules.word(case.facts, "name", "")
    try:
        content = b64decode(rules.word(case.facts, "content"), validate=True)
    except (binascii.Error, ValueError):
        raise Refused(FACT_MISSING, field="content", value="content") from None
    kind, kept, code = rules.kind_of(content), content, ""
    if kind == AttachmentKind.QUARANTINED:
        code = "not_picture_nor_pdf_or_too_large"
    if kind == AttachmentKind.PICTURE:
        try:
            kept = pictures.redrawn(content, name=name).content
        except Refused as refused:
            kind, code = AttachmentKind.QUARANTINED, refused.code
    hotline.keep_attachment(
        case.message,
        case.linked.id,
        kept,
        name=name,
        size=len(content),
        kind=kind,
        code=code,
        by=case.agency,
        now=case.now,
    )


def _closed(case: _Case) -> None:
    """The hotline has checked what its agency replied; whether the matter is closed here, the reviewer's word says."""
    hotline.note_closed(case.linked.id, now=case.now)
    close_order.pass_check(case.order.id, by=case.centre, now=case.now)


def _take_deadlines(case: _Case) -> None:
    """What the hotline says that is due, by clock; ours where its clock rules, else only noted."""
    said = rules.inner(case.facts, "deadlines")
    ends = {kind: _end(said, kind.value, case.now) for kind in _TOLD_CLOCKS if kind.value in said}
    if ClockKind.RECTIFY in ends:
        hotline.note_deadline(case.linked.id, ends[ClockKind.RECTIFY], now=case.now)
    if ends and _their_clock_rules(case):
        _adopt(case, ends, "")


def _end(facts: Mapping[str, object], field: str, now: datetime) -> datetime:
    """When something is due: a moment that any calendar could hold."""
    found = rules.moment(facts, field)
    if abs(found - now) > _FARTHEST:
        raise Refused(FACT_MISSING, field=field, value=field)
    return found


_TOLD_CLOCKS = (ClockKind.SIGN, ClockKind.CONTACT, ClockKind.RECTIFY)


def _adopt(case: _Case, ends: Mapping[ClockKind, datetime], reason: str) -> None:
    rectification.adopt_deadlines(case.order.id, ends=ends, reason=reason, by=case.centre, now=case.now)


def _their_clock_rules(case: _Case) -> bool:
    return _terms(case).hotline_clock_rules


def _terms(case: _Case) -> Terms:
    return rulebook.terms_for(case.order.division_path, local_day(case.now))


_STEPS: dict[Saying, Callable[[_Case], None]] = {
    Saying.ACCEPTED: _take_deadlines,
    Saying.DISPATCHED: _dispatched,
    Saying.SIGNED: _signed,
    Saying.CONTACTED: _contacted,
    Saying.RECTIFIED: _rectified,
    Saying.REPLIED: _replied,
    Saying.RETURNED: _returned,
    Saying.EXTENDED: _extended,
    Saying.EXTENSION_ASKED: _extension_asked,
    Saying.DUPLICATE: _duplicate,
    Saying.ATTACHMENT: _attachment,
    Saying.CLOSED: _closed,
}
