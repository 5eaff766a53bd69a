"""本人服务: somebody who has proved who they are opens one of their own services, to rate it or see their review."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db import transaction

from haochaping.cases import queries as cases
from haochaping.flows.invite import invite_service
from haochaping.identity import queries as identity
from haochaping.kernel.refused import Refused
from haochaping.reviews import queries as review_queries
from haochaping.reviews.terms import TOKEN_INVALID

if TYPE_CHECKING:
    from collections.abc import Collection
    from datetime import datetime
    from uuid import UUID

    from haochaping.cases.terms import Binding
    from haochaping.kernel.actor import Actor


@transaction.atomic
def open_own_service(
    occurrence_id: UUID, *, fingerprints: Collection[bytes], by: Actor, now: datetime
) -> str:
    """The address part of the invitation to a service of this very person, issued now if there is none.

    Whoever handled it for somebody else may rate it too, but sees no review that stands: it may be the applicant's.

    Raises:
        Refused: TOKEN_INVALID when there is no such service or it is somebody else's.
    """
    binding = cases.binding_of(occurrence_id)
    persons = set(identity.persons_with(fingerprints))
    if binding is None or not (
        cases.person_of(binding.case_id) in persons or _may_rate_for(binding, persons)
    ):
        raise Refused(TOKEN_INVALID)
    invite_service(binding, by=by, now=now)
    return review_queries.tokens_of([occurrence_id])[occurrence_id]


def _may_rate_for(binding: Binding, persons: Collection[UUID]) -> bool:
    handled = cases.agent_of(binding.case_id) in persons
    return handled and review_queries.review_of_occurrence(binding.occurrence_id) is None
