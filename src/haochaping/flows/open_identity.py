"""依法开封: from a work order or a case to the request of opening who stands behind it, and to telling them afterwards."""

from __future__ import annotations

from typing import TYPE_CHECKING
from uuid import UUID

from django.conf import settings
from django.db import transaction

from haochaping.cases import queries as cases
from haochaping.flows import tell_staff
from haochaping.flows.handle_bad_review import person_of
from haochaping.identity import actions as identity
from haochaping.identity import queries as identities
from haochaping.identity.terms import NOTHING_SEALED
from haochaping.kernel.refused import Refused
from haochaping.notices import actions as notices
from haochaping.notices.terms import About, NoticeKind, Template
from haochaping.rectification import queries as orders
from haochaping.reviews import queries as reviews

if TYPE_CHECKING:
    from datetime import datetime

    from haochaping.cases.terms import Binding
    from haochaping.kernel.actor import Actor


@transaction.atomic
def request_opening(
    about: str,
    *,
    purpose: str,
    legal_basis: str,
    document: str,
    told_forbidden: bool,
    by: Actor,
    now: datetime,
) -> UUID:
    """Ask that the identity behind a work order, or behind a case (`number` or `platform/number`), be opened.

    Raises:
        Refused: NOTHING_SEALED, AMBIGUOUS_CASE, and as `identity.actions.request_opening`.
    """
    binding, subject, person = _found(about.strip())
    if person is None or not identities.is_sealed(person):
        raise Refused(NOTHING_SEALED, field="about")
    request_id = identity.request_opening(
        person,
        subject=subject,
        division_path=binding.division_path,
        agency_path=binding.agency_path,
        purpose=purpose,
        legal_basis=legal_basis,
        document=document,
        told_forbidden=told_forbidden,
        by=by,
        now=now,
    )
    subject_ = About("opening", str(request_id), binding.division_id, binding.agency_id)
    tell_staff.tell(NoticeKind.OPENING_REQUEST, [subject_], by=by, now=now)
    return request_id


@transaction.atomic
def tell_opened(*, by: Actor, now: datetime) -> int:
    """Tell those whose identity was opened a month ago, unless a court has forbidden it; returns how many requests.

    The message names nobody and no matter; its link leads to the page that says when a name is opened, and whom to ask.
    """
    due = identities.openings_to_tell(now)
    for request in due:
        if identities.is_sealed(request.person):
            link = f"{settings.SITE_URL}/about"
            notices.queue_sms(request.person, Template.IDENTITY_OPENED, {"link": link}, by=by, now=now)
    identity.mark_told([request.id for request in due], now=now)
    return len(due)


def _found(about: str) -> tuple[Binding, tuple[str, str], UUID | None]:
    """Whose matter it is, what the person stands behind, and the sealed person."""
    for order in orders.rows(filter(None, [_uuid(about)])):
        review = reviews.reviews([order.review_id])[order.review_id]
        binding = cases.binding_of(review.occurrence_id)
        if binding:
            return binding, ("review", str(review.id)), person_of(review.id)
    source, _, case_no = about.rpartition("/")
    for binding in cases.bindings_of_case(source, case_no):
        return binding, ("case", str(binding.case_id)), cases.person_of(binding.case_id)
    raise Refused(NOTHING_SEALED, field="about")


def _uuid(text: str) -> UUID | None:
    try:
        return UUID(text)
    except ValueError:
        return None
