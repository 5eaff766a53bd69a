"""A case with two services in the database, and answers about them as the flow would hand them over."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING, TypedDict, Unpack

import pytest
from msgspec.structs import replace

from haochaping.cases import queries as cases
from haochaping.kernel.actor import REVIEWER
from haochaping.kernel.identifiers import receipt_no
from haochaping.reviews import actions
from haochaping.reviews.rules import digest, receipt_hash
from haochaping.reviews.terms import NATIONAL_SET, Answer, Entrance, Level, ReviewChannel, Submission
from tests import worlds

if TYPE_CHECKING:
    from datetime import datetime
    from uuid import UUID

    from haochaping.cases.terms import Binding
    from haochaping.kernel.outcomes import Outcome

WINDOW = timedelta(minutes=10)
KEY = b"k" * 32


class Changes(TypedDict, total=False):
    """What a test says otherwise than the answer that everybody gives."""

    occurrence_no: int
    assess_no: int
    level: Level
    indicator_set: str
    indicator_codes: tuple[str, ...]
    comment_text: str
    assessed_at: datetime
    claimed_provenance: str


@dataclass(frozen=True)
class Counter:
    """Where the reviews of a test are given."""

    first: Binding
    second: Binding
    now: datetime

    def answer(self, **changes: Unpack[Changes]) -> Answer:
        """An answer about the first service, a level 4 without words."""
        made = Answer(
            source=worlds.SOURCE,
            case_no="YC-1",
            occurrence_no=1,
            assess_no=1,
            level=Level.SATISFIED,
            indicator_set=NATIONAL_SET,
            indicator_codes=(),
            comment_text="",
            channel=ReviewChannel.MOBILE,
            assessed_at=self.now,
            window="",
            staff="",
            anonymous=True,
            claimed_provenance="",
            person=None,
        )
        return replace(made, **changes)

    def submission(self, entrance: Entrance = Entrance.TOKEN, **changes: Unpack[Changes]) -> Submission:
        """The answer with what the flow adds."""
        answer, receipt = self.answer(**changes), receipt_no()
        finished = entrance != Entrance.TOKEN
        return Submission(
            answer, entrance, digest(answer, KEY), receipt, receipt_hash(receipt), None, finished
        )

    def accept(self, *submissions: Submission, bindings: tuple[Binding, ...] = ()) -> list[Outcome]:
        """Hand them over; about the first service unless said otherwise."""
        pairs = list(zip(submissions, bindings or (self.first,) * len(submissions), strict=True))
        windows = {self.first.division_id: WINDOW}
        outcomes, _ = actions.accept(pairs, change_windows=windows, by=REVIEWER, now=self.now)
        return outcomes

    def given(self, **changes: Unpack[Changes]) -> UUID:
        """The id of a review given by the holder of an invitation."""
        outcome = self.accept(self.submission(**changes))[0]
        assert outcome.id is not None
        return outcome.id


@pytest.fixture
def counter(db: None, now: datetime) -> Counter:
    """The case YC-1 with two services."""
    worlds.build(now)
    worlds.take_case("YC-1", now, occurrences=[worlds.occurrence(no, now) for no in (1, 2)])
    found = cases.bind([(worlds.SOURCE, "YC-1", 1), (worlds.SOURCE, "YC-1", 2)])
    assert found[0] is not None
    assert found[1] is not None
    return Counter(found[0], found[1], now)
