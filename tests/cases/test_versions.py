"""来源版本: what a source said last by its own clock stands, in whatever order its messages arrive."""

from __future__ import annotations

from datetime import timedelta
from itertools import permutations
from typing import TYPE_CHECKING

import msgspec
import pytest
from django.conf import settings
from msgspec.structs import replace

from haochaping.cases.models import Case, ServiceOccurrence
from haochaping.cases.rules import digest, is_overtaken
from haochaping.cases.terms import CaseStatus, ServiceChannel
from haochaping.kernel.outcomes import OutcomeKind
from haochaping.ledger.models import Entry
from haochaping.ledger.terms import EntryKind
from tests.cases.conftest import NOW, case, occurrence, take

if TYPE_CHECKING:
    from datetime import datetime

    from haochaping.cases.terms import NewCase

LATER = NOW + timedelta(hours=1)


def told(version: int | None, **changes: object) -> NewCase:
    """A case as its source had it so many minutes after its first version."""
    at = None if version is None else NOW + timedelta(minutes=version) - timedelta(hours=1)
    return replace(case(), revised_at=at, **changes)


def stored() -> Case:
    return Case.objects.get()


@pytest.mark.parametrize(
    ("before", "after", "overtaken"),
    [
        (None, None, False),
        (None, NOW, False),
        (NOW, None, False),
        (NOW, NOW, False),
        (NOW, LATER, False),
        (LATER, NOW, True),
    ],
)
def test_only_an_older_version_is_overtaken(before: datetime | None, after: datetime | None, overtaken: bool):
    assert is_overtaken(before, after) is overtaken


def test_the_fingerprint_of_a_case_without_a_version_is_what_it_was():
    """Else every case that is here already would be news when it comes again."""
    assert b"revised_at" not in msgspec.json.encode(told(None))
    assert digest(told(1), settings.CONTENT_KEY) != digest(told(2), settings.CONTENT_KEY)


@pytest.mark.usefixtures("world")
class TestTakingIn:
    def test_an_older_version_changes_nothing_and_is_answered_as_done(self):
        first = take(told(5, trips=5))
        entries = Entry.objects.filter(kind=EntryKind.CASES_TAKEN_IN).count()

        taken = take(told(3, trips=3), now=LATER)

        assert [(o.kind, o.id) for o in taken.outcomes] == [(OutcomeKind.DUPLICATE, first.outcomes[0].id)]
        assert (stored().trips, stored().updated_at, taken.after) == (5, NOW, {})
        assert Entry.objects.filter(kind=EntryKind.CASES_TAKEN_IN).count() == entries

    def test_an_older_state_is_no_error_of_its_sender(self):
        take(told(5))

        [outcome] = take(told(3, status=CaseStatus.ACCEPTED, completed_at=None), now=LATER).outcomes

        assert outcome.kind == OutcomeKind.DUPLICATE
        assert stored().status == "completed"

    def test_a_newer_version_or_the_same_one_or_none_is_taken_as_it_comes(self):
        take(told(5, trips=1))
        for n, version in enumerate((6, 6, None), start=2):
            [outcome] = take(told(version, trips=n), now=LATER).outcomes
            assert (outcome.kind, stored().trips) == (OutcomeKind.UPDATED, n)
        assert stored().revised_at == told(6).revised_at, "who says none takes none away"

    def test_services_and_persons_that_only_an_older_version_names_are_taken(self):
        take(told(5, person=None, occurrences=(occurrence(2, channel=ServiceChannel.WEB),)))
        older = told(3, trips=9, occurrences=(occurrence(1), occurrence(2)))

        taken = take(older, now=LATER)
        again = take(older, now=LATER)

        assert [o.kind for o in taken.outcomes] == [OutcomeKind.UPDATED]
        assert [o.kind for o in again.outcomes] == [OutcomeKind.DUPLICATE]
        services = ServiceOccurrence.objects.order_by("no").values_list("no", "channel")
        assert list(services) == [(1, "window"), (2, "web")]
        row = stored()
        assert (row.trips, row.revised_at, row.person_id is not None) == (1, told(5).revised_at, True)

    def test_the_order_of_arrival_is_no_matter(self):
        versions = [
            told(1, status=CaseStatus.ACCEPTED, completed_at=None, trips=1, occurrences=(occurrence(1),)),
            told(
                2,
                status=CaseStatus.IN_PROCESS,
                completed_at=None,
                trips=2,
                person=None,
                occurrences=(occurrence(2),),
            ),
            told(3, trips=3, person=None, occurrences=(occurrence(2, name="取证"), occurrence(3))),
        ]
        came_to = set()
        for n, order in enumerate(permutations(versions)):
            for one in order:
                take(replace(one, case_no=f"C{n}"), now=LATER)
            row = Case.objects.get(case_no=f"C{n}")
            services = ServiceOccurrence.objects.filter(case=row).order_by("no").values_list("no", "name")
            came_to.add((row.status, row.trips, row.person_id is not None, row.revised_at, tuple(services)))

        assert len(came_to) == 1
        assert came_to.pop()[:3] == ("completed", 3, True)

    def test_a_version_from_an_unsigned_address_keeps_out_no_platform(self):
        take(told(9, trips=9), verified=False)

        [outcome] = take(told(3, trips=3), now=LATER).outcomes

        assert (outcome.kind, stored().trips) == (OutcomeKind.UPDATED, 3)
        assert (stored().verified, stored().revised_at) == (True, told(3).revised_at)

    def test_a_version_of_tomorrow_waits_in_quarantine(self):
        [outcome] = take(replace(case(), revised_at=NOW + timedelta(days=1))).outcomes

        assert outcome.complaint is not None
        assert (outcome.kind, outcome.complaint.field) == (OutcomeKind.QUARANTINED, "revised_at")
