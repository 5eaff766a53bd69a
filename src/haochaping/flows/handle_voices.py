"""诉求处置: what people say besides rating goes to whoever answers it, comes back answered, and ends with their word."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.conf import settings
from django.db import transaction

from haochaping.accounts.access import check_power, check_scope, may_any
from haochaping.accounts.terms import NOT_ALLOWED, Power
from haochaping.directory import queries as directory
from haochaping.directory.rules import check_goes_on
from haochaping.files import actions as files
from haochaping.flows import handle_bad_review, tell_staff
from haochaping.identity import actions as identity
from haochaping.identity.rules import normal_phone
from haochaping.identity.terms import PlainPerson
from haochaping.insight import actions as insight
from haochaping.insight.rules import changes, voice_units
from haochaping.kernel.identifiers import receipt_no
from haochaping.kernel.periods import local_day
from haochaping.kernel.refused import Refused
from haochaping.kernel.text import has_forbidden_control
from haochaping.notices import actions as notices
from haochaping.notices.terms import About, NoticeKind, Template
from haochaping.publicity.rules import for_handlers
from haochaping.rectification import queries as orders
from haochaping.reviews import queries as reviews
from haochaping.reviews.rules import is_bad
from haochaping.reviews.terms import ReviewStatus
from haochaping.supervision import actions as supervision
from haochaping.supervision.terms import NewSignal, SignalKind
from haochaping.voices import actions as voices
from haochaping.voices import queries
from haochaping.voices.rules import is_quoted
from haochaping.voices.terms import (
    BAD_VOICE_PHONE,
    NOT_A_GOOD_REVIEW,
    NOT_HANDLED,
    NOT_IN_REVIEW,
    OFFICE_KINDS,
    UNKNOWN_TARGET,
    Matter,
    VoiceMove,
    VoiceState,
    VoiceTarget,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from datetime import datetime
    from uuid import UUID

    from haochaping.files.terms import Picture
    from haochaping.kernel.actor import Actor
    from haochaping.reviews.terms import ReviewRow
    from haochaping.voices.terms import VoiceRow

_SHOWN = 20
_VOICE = "voice"


@transaction.atomic
def give_voice(
    *,
    kind: str,
    matter: str,
    agency: str,
    item: str,
    text: str,
    phone: str,
    receipt: str,
    badge: str = "",
    pictures: Sequence[Picture] = (),
    by: Actor,
    now: datetime,
) -> str:
    """Take what a person gives on their own; returns its receipt number, which is shown once and stored as a hash.

    `receipt` was drawn with the form, so that a form sent twice is one voice; used for other words, a new one is drawn.

    Raises:
        Refused: as `voices.actions.receive` and `target_of`, and BAD_VOICE_PHONE, TOO_MANY_PHOTOS.
    """
    voices.take_turn(receipt)
    before = queries.by_receipt(receipt)
    if before is not None:
        if before.text == voices.checked_text(text, "text"):
            return receipt
        receipt = receipt_no()
    target = target_of(agency=agency, item=item, now=now)
    voice_id = voices.receive(
        kind=kind,
        matter=matter,
        target=target,
        text=text,
        receipt=receipt,
        person_id=_sealed(phone.strip(), now),
        badge=badge,
        by=by,
        now=now,
    )
    insight.count(voice_units(queries.facts_of([voice_id])))
    files.keep(_VOICE, str(voice_id), pictures, by=by, now=now)
    _tell(NoticeKind.VOICE_RECEIVED, voice_id, by=by, now=now)
    return receipt


@transaction.atomic
def complain_of_handling(review_id: UUID, *, matter: str, text: str, by: Actor, now: datetime) -> UUID:
    """对办理的投诉: the reviewer says that the handling itself was wrong; returns the complaint's id.

    It goes to the supervisory office of the division and nowhere else. Whoever was pressed to change a review makes a
    signal besides.

    Raises:
        Refused: NOT_HANDLED, and as `voices.actions.complain`.
    """
    order = orders.order_of_review(review_id)
    if order is None or order.dispatched_at is None:
        raise Refused(NOT_HANDLED)
    target = VoiceTarget(order.division_id, order.agency_id, order.item_id, order.staff_id)
    voice_id = voices.complain(review_id, matter=matter, target=target, text=text, by=by, now=now)
    if matter == Matter.PRESSED:
        signal = NewSignal(
            SignalKind.PRESSED,
            order.division_id,
            order.agency_id,
            f"voice:{voice_id}",
            local_day(now),
            order.id,
        )
        supervision.raise_signals([signal], by=by, now=now)
    tell_office(voice_id, by=by, now=now)
    return voice_id


def target_of(*, agency: str, item: str, now: datetime) -> VoiceTarget:
    """Whom a voice is about, by the code of an item or of an agency.

    Raises:
        Refused: UNKNOWN_TARGET, AGENCY_ENDED, AGENCY_NOT_BEGUN.
    """
    if has_forbidden_control(agency + item):
        raise Refused(UNKNOWN_TARGET, field="agency")
    if item:
        about = directory.items([item]).get(item)
        named = directory.agency_by_id(about.agency_id) if about else None
    else:
        about, named = None, directory.agencies([agency]).get(agency)
    if named is None:
        raise Refused(UNKNOWN_TARGET, field="agency")
    check_goes_on(named, local_day(now))
    return VoiceTarget(named.division_id, named.id, about.id if about else None)


@transaction.atomic
def take_up_from_review(
    review_id: UUID, *, kind: str, matter: str, quote: str, note: str, by: Actor, now: datetime
) -> UUID:
    """A clerk or dispatcher takes up words of a good review: quoted as they stand, with the reason.

    Raises:
        Refused: NOT_ALLOWED, OUT_OF_SCOPE, NOT_A_GOOD_REVIEW, NOT_IN_REVIEW, and as `voices.actions.take_up`.
    """
    review = good_review(review_id, by=by)
    if quote.strip() and not is_quoted(quote, for_handlers(review.comment_text)):
        raise Refused(NOT_IN_REVIEW, field="quote")
    voice_id = voices.take_up(
        review_id,
        kind=kind,
        matter=matter,
        target=VoiceTarget(review.division_id, review.agency_id, review.item_id, review.staff_id),
        quote=quote,
        note=note,
        by=by,
        now=now,
    )
    insight.count(voice_units(queries.facts_of([voice_id])))
    _tell(NoticeKind.VOICE_RECEIVED, voice_id, by=by, now=now)
    return voice_id


def good_review(review_id: UUID, *, by: Actor) -> ReviewRow:
    """A review of three to five stars with words, for somebody who may read it and take something up from it.

    Raises:
        Refused: NOT_ALLOWED, OUT_OF_SCOPE, NOT_A_GOOD_REVIEW.
    """
    check_power(by, Power.REVIEW_VIEW_TEXT)
    if not may_any(by, (Power.ORDER_HANDLE, Power.ORDER_DISPATCH)):
        raise Refused(NOT_ALLOWED)
    review = reviews.review(review_id)
    if review is None or is_bad(review.level) or not review.comment_text:
        raise Refused(NOT_A_GOOD_REVIEW)
    if review.status == ReviewStatus.WITHDRAWN:
        raise Refused(NOT_A_GOOD_REVIEW)
    division = directory.division_by_id(review.division_id)
    agency = directory.agency_by_id(review.agency_id)
    check_scope(by, division_path=division.path, agency_path=agency.path)
    return review


@transaction.atomic
def transfer(voice_id: UUID, *, agency: str, note: str, by: Actor, now: datetime) -> None:
    """转办: whoever answers at the agency hears of it; raises as `voices.actions.transfer`."""
    recounted([voice_id], lambda: voices.transfer(voice_id, agency=agency, note=note, by=by, now=now))
    _tell(NoticeKind.VOICE_TRANSFERRED, voice_id, by=by, now=now)


@transaction.atomic
def name(voice_id: UUID, *, number: str, by: Actor, now: datetime) -> None:
    """Whom it is about sees nothing of it from now on, nor what they were told of it; raises as `voices.actions.name`."""
    staff_id = voices.name(voice_id, number=number, by=by, now=now)
    notices.set_about(str(voice_id), staff_id)


@transaction.atomic
def answer(voice_id: UUID, *, outcome: str, text: str, next_item: str = "", by: Actor, now: datetime) -> None:
    """The answer: on the person's page at once, announced by SMS where there is a number."""
    said = {"outcome": outcome, "text": text, "next_item": next_item}
    recounted([voice_id], lambda: voices.answer(voice_id, **said, by=by, now=now))
    _tell_person(voice_id, Template.VOICE_ANSWERED, by=by, now=now)


@transaction.atomic
def say_word(voice_id: UUID, *, solved: str, text: str, by: Actor, now: datetime) -> None:
    """The person says whether it is solved: a no goes back to who answered, and the second time to the office.

    Raises:
        Refused: as `voices.actions.say_word`.
    """
    move = recounted([voice_id], lambda: voices.say_word(voice_id, solved=solved, text=text, by=by, now=now))
    if move == VoiceMove.CLOSE:
        return
    voice = queries.voices([voice_id])[voice_id]
    # What somebody asks about their own data is no agency's fault.
    if move == VoiceMove.ESCALATE and voice.agency_id is not None:
        signal = NewSignal(
            SignalKind.ESCALATED, voice.division_id, voice.agency_id, f"voice:{voice_id}", local_day(now)
        )
        supervision.raise_signals([signal], by=by, now=now)
    at_office = move == VoiceMove.ESCALATE or voice.kind in OFFICE_KINDS
    kind = NoticeKind.VOICE_AT_OFFICE if at_office else NoticeKind.VOICE_TRANSFERRED
    _tell(kind, voice_id, by=by, now=now)


@transaction.atomic
def end(voice_id: UUID, *, text: str, by: Actor, now: datetime) -> None:
    """The supervisory office decides what stayed unsolved, and the person hears of it."""
    voices.end(voice_id, text=text, by=by, now=now)
    _tell_person(voice_id, Template.VOICE_DECIDED, by=by, now=now)


@transaction.atomic
def urge(voice_id: UUID, *, by: Actor, now: datetime) -> None:
    """The person waits and says so: whoever has it hears of it, dispatcher and supervisors too.

    Raises as `voices.actions.urge`.
    """
    voices.urge(voice_id, by=by, now=now)
    offices = queries.voices([voice_id])[voice_id].kind in OFFICE_KINDS
    kind = NoticeKind.OFFICE_VOICE_URGED if offices else NoticeKind.VOICE_URGED
    _tell(kind, voice_id, by=by, now=now)


def recounted[T](voice_ids: Sequence[UUID], move: Callable[[], T]) -> T:
    """Make a move with voices and bring the counters to what they come to then; returns what the move returned."""
    queries.hold(voice_ids)
    before = voice_units(queries.facts_of(voice_ids))
    moved = move()
    insight.count(changes(before, voice_units(queries.facts_of(voice_ids))))
    return moved


def about(voice: VoiceRow, *, office: bool, apart: bool = False) -> About:
    """A voice as staff are told of it: nobody whom it is about is, nor of what is the office's any agency.

    Nor does an agency hear (`apart`) that somebody waits before it was given the voice.
    """
    return About(
        "office_voice" if office else _VOICE,
        str(voice.id),
        voice.division_id,
        None if office or apart else voice.agency_id,
        {"item": voice.item_name, "agency": voice.agency_name},
        staff_id=voice.staff_id,
    )


def tell_office(voice_id: UUID, *, by: Actor, now: datetime) -> None:
    """The supervisory office, and nobody else, hears of what lies with it."""
    _tell(NoticeKind.VOICE_AT_OFFICE, voice_id, by=by, now=now)


def _tell(kind: NoticeKind, voice_id: UUID, *, by: Actor, now: datetime) -> None:
    voice = queries.voices([voice_id])[voice_id]
    office = kind in {NoticeKind.VOICE_AT_OFFICE, NoticeKind.OFFICE_VOICE_URGED}
    apart = kind == NoticeKind.VOICE_URGED and voice.state == VoiceState.RECEIVED
    tell_staff.tell(kind, [about(voice, office=office, apart=apart)], by=by, now=now)


def _tell_person(voice_id: UUID, template: Template, *, by: Actor, now: datetime) -> None:
    voice = queries.voices([voice_id])[voice_id]
    if voice.review_id is not None:
        handle_bad_review.tell(voice.review_id, template, by=by, now=now)
    elif voice.person_id is not None:
        link = f"{settings.SITE_URL}/my/"
        notices.queue_sms(voice.person_id, template, {"link": link}, by=by, now=now)


def _sealed(phone: str, now: datetime) -> UUID | None:
    if not phone:
        return None
    if normal_phone(phone) is None:
        raise Refused(BAD_VOICE_PHONE, field="phone", value=phone[:_SHOWN])
    return identity.seal([PlainPerson(phone=phone)], now=now)[0]
