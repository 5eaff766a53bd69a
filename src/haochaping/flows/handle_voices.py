"""诉求处置: a complaint, suggestion or question comes from a person or out of a good review, and goes back answered."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.conf import settings
from django.db import transaction

from haochaping.accounts.access import check_power, check_scope, may_any
from haochaping.accounts.terms import NOT_ALLOWED, Power
from haochaping.directory import queries as directory
from haochaping.flows.handle_bad_review import person_of
from haochaping.identity import actions as identity
from haochaping.identity.rules import normal_phone
from haochaping.identity.terms import PlainPerson
from haochaping.kernel.identifiers import receipt_no
from haochaping.kernel.refused import Refused
from haochaping.kernel.text import has_forbidden_control
from haochaping.notices import actions as notices
from haochaping.notices.terms import Template
from haochaping.publicity.rules import redacted
from haochaping.reviews import queries as reviews
from haochaping.reviews.rules import is_bad
from haochaping.reviews.terms import ReviewStatus
from haochaping.voices import actions as voices
from haochaping.voices import queries
from haochaping.voices.rules import is_quoted
from haochaping.voices.terms import (
    BAD_VOICE_PHONE,
    NOT_A_GOOD_REVIEW,
    NOT_IN_REVIEW,
    UNKNOWN_TARGET,
    VoiceTarget,
)

if TYPE_CHECKING:
    from datetime import datetime
    from uuid import UUID

    from haochaping.kernel.actor import Actor
    from haochaping.reviews.terms import ReviewRow

_SHOWN = 20


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
    by: Actor,
    now: datetime,
) -> str:
    """Take what a person gives on their own; returns its receipt number, which is shown once and stored as a hash.

    `receipt` was drawn with the form, so that a form sent twice is one voice; used for other words, a new one is drawn.

    Raises:
        Refused: as `voices.actions.receive`, and UNKNOWN_TARGET, BAD_VOICE_PHONE.
    """
    before = queries.by_receipt(receipt)
    if before is not None:
        if before.text == voices.checked_text(text, "text"):
            return receipt
        receipt = receipt_no()
    target = target_of(agency=agency, item=item)
    voices.receive(
        kind=kind,
        matter=matter,
        target=target,
        text=text,
        receipt=receipt,
        person_id=_sealed(phone.strip(), now),
        by=by,
        now=now,
    )
    return receipt


def target_of(*, agency: str, item: str) -> VoiceTarget:
    """Whom a voice is about, by the code of an item or of an agency; raises `Refused(UNKNOWN_TARGET)`."""
    if has_forbidden_control(agency + item):
        raise Refused(UNKNOWN_TARGET, field="agency")
    if item:
        found = directory.items([item]).get(item)
        if found is None:
            raise Refused(UNKNOWN_TARGET, field="agency")
        of = directory.agency_by_id(found.agency_id)
        return VoiceTarget(of.division_id, of.id, found.id)
    named = directory.agencies([agency]).get(agency)
    if named is None:
        raise Refused(UNKNOWN_TARGET, field="agency")
    return VoiceTarget(named.division_id, named.id)


@transaction.atomic
def take_up_from_review(
    review_id: UUID, *, kind: str, matter: str, quote: str, note: str, by: Actor, now: datetime
) -> UUID:
    """A clerk or dispatcher takes up words of a good review: quoted as they stand, with the reason.

    Raises:
        Refused: NOT_ALLOWED, OUT_OF_SCOPE, NOT_A_GOOD_REVIEW, NOT_IN_REVIEW, and as `voices.actions.take_up`.
    """
    review = good_review(review_id, by=by)
    if quote.strip() and not is_quoted(quote, redacted(review.comment_text)):
        raise Refused(NOT_IN_REVIEW, field="quote")
    return voices.take_up(
        review_id,
        kind=kind,
        matter=matter,
        target=VoiceTarget(review.division_id, review.agency_id, review.item_id),
        quote=quote,
        note=note,
        by=by,
        now=now,
    )


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
def answer(voice_id: UUID, *, outcome: str, text: str, next_item: str, by: Actor, now: datetime) -> None:
    """The agency's answer: on the person's page at once, announced by SMS where there is a number."""
    voices.answer(voice_id, outcome=outcome, text=text, next_item=next_item, by=by, now=now)
    voice = queries.voices([voice_id])[voice_id]
    person = voice.person_id or (person_of(voice.review_id) if voice.review_id else None)
    if person is not None:
        link = f"{settings.SITE_URL}/my/"
        notices.queue_sms(person, Template.VOICE_ANSWERED, {"link": link}, by=by, now=now)


def _sealed(phone: str, now: datetime) -> UUID | None:
    if not phone:
        return None
    if normal_phone(phone) is None:
        raise Refused(BAD_VOICE_PHONE, field="phone", value=phone[:_SHOWN])
    return identity.seal([PlainPerson(phone=phone)], now=now)[0]
