"""What `/my/` shows whoever has logged in as a citizen: their services, each with their review or the way to one."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.http import HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_GET, require_POST

from haochaping.accounts.terms import CITIZEN_PROVIDER
from haochaping.cases import queries as cases
from haochaping.doors import sign_in
from haochaping.doors.gate import public
from haochaping.doors.portal.own_review import ShownCase, shown_cases
from haochaping.doors.private_page import refusal, see_other
from haochaping.flows.open_own_service import open_own_service
from haochaping.identity import queries as identity
from haochaping.kernel.actor import REVIEWER
from haochaping.kernel.refused import Refused
from haochaping.reviews import queries as reviews

if TYPE_CHECKING:
    from collections.abc import Collection
    from datetime import datetime
    from uuid import UUID

    from django.http import HttpRequest

    from haochaping.reviews.terms import ReviewRow


@dataclass(frozen=True, slots=True)
class Service:
    """One service of the person: what it was, the review given, if any, and whether one can still be given.

    `voided_at` is since when it cannot: its case was withdrawn before anybody had reviewed it. `for_other`: they handled it
    for somebody else, whose review, if there is one, is not theirs to read.
    """

    id: UUID
    case: ShownCase
    review: ReviewRow | None
    voided_at: datetime | None
    for_other: bool


def own_services(fingerprints: Collection[bytes]) -> list[Service]:
    """The services of this person, also as somebody's agent: those that wait to be rated first, newest first."""
    persons = identity.persons_with(fingerprints)
    own = cases.services_of_persons(persons)
    mine = {binding.occurrence_id for binding in own}
    handled = [one for one in cases.services_handled_by(persons) if one.occurrence_id not in mine]
    bindings = sorted(own + handled, key=lambda binding: binding.occurrence_at, reverse=True)
    given = reviews.reviews_of_occurrences(binding.occurrence_id for binding in bindings)
    found = []
    for binding, case in zip(bindings, shown_cases(bindings), strict=True):
        review = given.get(binding.occurrence_id)
        voided_at = None if review else binding.withdrawn_at
        for_other = binding.occurrence_id not in mine
        found.append(Service(binding.occurrence_id, case, review, voided_at, for_other))
    return sorted(found, key=lambda service: bool(service.review or service.voided_at))


@public
@require_POST
def go(request: HttpRequest) -> HttpResponse:
    """To the citizens' identity provider."""
    return sign_in.go(request, CITIZEN_PROVIDER)


@public(writes=True)
@require_GET
def back(request: HttpRequest) -> HttpResponse:
    """From the citizens' identity provider."""
    return sign_in.back(request, CITIZEN_PROVIDER)


@public
@require_POST
def leave(request: HttpRequest) -> HttpResponse:
    """Log out here and at the provider."""
    request.session.flush()
    return HttpResponseRedirect(sign_in.logout_address(request, CITIZEN_PROVIDER, reverse("my")))


@public
@require_POST
def open_service(request: HttpRequest, occurrence_id: UUID) -> HttpResponse:
    """To the question about one's own service, or to the review one gave."""
    try:
        token = open_own_service(
            occurrence_id, fingerprints=sign_in.citizen_of(request), by=REVIEWER, now=timezone.now()
        )
    except Refused as refused:
        return refusal(request, refused.complaint)
    return see_other(reverse("review", args=[token]))
