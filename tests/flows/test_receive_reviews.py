from __future__ import annotations

from contextlib import contextmanager
from datetime import UTC, timedelta
from typing import TYPE_CHECKING, Any

import psycopg
import pytest
from django.db import OperationalError, connection, transaction
from procrastinate.contrib.django.models import ProcrastinateJob

from haochaping.directory import actions as directory_actions
from haochaping.directory import queries as directory
from haochaping.directory.terms import Kind
from haochaping.exchange import queries as quarantine
from haochaping.exchange.models import QuarantinedRecord
from haochaping.exchange.terms import Raw
from haochaping.flows.receive_reviews import receive_reviews
from haochaping.identity.models import SealedPerson
from haochaping.insight import actions as insight
from haochaping.kernel.actor import OPERATOR
from haochaping.kernel.outcomes import OutcomeKind
from haochaping.ledger import queries as ledger
from haochaping.ledger.terms import EntryKind
from haochaping.rectification import queries as orders
from haochaping.rectification.models import WorkOrder
from haochaping.reviews.models import Review
from haochaping.reviews.terms import Entrance
from tests import worlds
from tests.cut_off import cut_off
from tests.flows.conftest import stored
from tests.flows.truth import assert_counters_exact, findings, rows_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from datetime import datetime

    from haochaping.kernel.actor import Actor
    from haochaping.kernel.outcomes import Outcome

pytestmark = pytest.mark.usefixtures("world")

ALL_TABLES = (
    "reviews_review",
    "rectification_work_order",
    "rectification_order_event",
    "exchange_quarantined_record",
    "identity_sealed_person",
    "ledger_entry",
    "ledger_pending",
    "insight_fact_delta",
    "procrastinate_jobs",
)


def send(
    *answers: dict[str, object],
    entrance: Entrance = Entrance.CLIENT,
    by: Actor = worlds.CLIENT,
    now: datetime,
) -> list[Outcome]:
    return receive_reviews([Raw(answer) for answer in answers], entrance=entrance, by=by, now=now)


def shown(outcomes: Iterable[Outcome]) -> list[tuple[str, str | None, str | None]]:
    return [
        (str(o.kind), o.complaint.code, o.complaint.field) if o.complaint else (str(o.kind), None, None)
        for o in outcomes
    ]


def test_a_mixed_batch_gets_one_outcome_per_answer_in_order(now):
    for n in range(2, 8):
        worlds.take_case(f"YC-{n}", now)
    other = {"division": worlds.OTHER_CITY, "agency": worlds.OTHER_AGENCY, "item": worlds.OTHER_ITEM}
    worlds.take_case("SG-1", now, **other)
    good = worlds.review("YC-1", 5, now)
    batch = {
        "a good one": (good, "accepted", None, None),
        "the same again": (dict(good), "duplicate", None, None),
        "the same with another level": (good | {"rating_value": 1}, "refused", "conflict", "assess_no"),
        "a bad one": (worlds.review("YC-2", 1, now), "accepted", None, None),
        "an unknown case": (worlds.review("YC-99", 4, now), "quarantined", "orphan", "case_no"),
        "an unknown service": (good | {"occurrence_no": 9}, "quarantined", "orphan", "case_no"),
        "another's scope": (worlds.review("SG-1", 4, now), "refused", "out_of_scope", "case_no"),
        "no case number": (good | {"case_no": ""}, "quarantined", "missing", "case_no"),
        "an unknown field": (good | {"stars": 5}, "refused", "unknown_field", "stars"),
        "level 0": (worlds.review("YC-3", 0, now), "quarantined", "level_out_of_range", "rating_value"),
        "level 6": (worlds.review("YC-3", 6, now), "quarantined", "level_out_of_range", "rating_value"),
        "level “5 ”": (worlds.review("YC-3", "5 ", now), "quarantined", "level_out_of_range", "rating_value"),
        "no level": (worlds.review("YC-3", None, now), "quarantined", "missing", "rating_value"),
        "a level as text": (worlds.review("YC-3", "5", now), "accepted", None, None),
        "code of another level": (
            worlds.review("YC-4", 5, now, indicator_codes=["101"]),
            "quarantined",
            "indicator_of_other_level",
            "indicator_codes",
        ),
        "an unknown code": (
            worlds.review("YC-4", 5, now, indicator_codes=["599"]),
            "quarantined",
            "unknown_indicator",
            "indicator_codes",
        ),
        "U+0000": (
            worlds.review("YC-5", 1, now, comment_text="慢\0"),
            "quarantined",
            "control_characters",
            "comment_text",
        ),
        "a lone surrogate": (
            worlds.review("YC-5", 1, now, comment_text="慢\ud800"),
            "quarantined",
            "control_characters",
            "comment_text",
        ),
        "tomorrow": (
            worlds.review("YC-5", 1, now, assessed_at=(now + timedelta(days=1)).isoformat()),
            "quarantined",
            "rated_in_future",
            "assessed_at",
        ),
        "a good one after all that": (worlds.review("YC-6", 3, now), "accepted", None, None),
    }

    outcomes = send(*(answer for answer, *_ in batch.values()), now=now)

    found = dict(zip(batch, shown(outcomes), strict=True))
    assert found == {name: expected for name, (_, *rest) in batch.items() for expected in [tuple(rest)]}
    receipts = [o.receipt for o in outcomes if o.kind in {OutcomeKind.ACCEPTED, OutcomeKind.QUARANTINED}]
    assert len(set(receipts)) == len(receipts)
    assert None not in receipts
    assert all(o.receipt is None for o in outcomes if o.kind in {OutcomeKind.DUPLICATE, OutcomeKind.REFUSED})
    waiting = {row.id for row in quarantine.waiting()}
    assert waiting == {o.id for o in outcomes if o.kind == OutcomeKind.QUARANTINED}
    assert rows_of("reviews_review", "rectification_work_order") == {
        "reviews_review": 4,
        "rectification_work_order": 1,
    }
    assert_counters_exact()
    assert findings(now) == []


@pytest.mark.parametrize("numbers", [["YC-91"], ["YC-91", "YC-92", "YC-93"]], ids=["alone", "in a batch"])
@pytest.mark.parametrize(
    ("changes", "code", "field"),
    [
        ({"indicator_codes": ["510"]}, "indicator_of_other_level", "indicator_codes"),
        ({"indicator_codes": ["999"]}, "unknown_indicator", "indicator_codes"),
        ({"assessed_at": "2026-06-02T10:00:00+08:00"}, "rated_in_future", "assessed_at"),
    ],
)
def test_what_is_wrong_in_itself_does_not_wait_for_its_case(now, numbers, changes, code, field):
    wrong = [worlds.review(no, 2, now, **changes) for no in numbers]

    outcomes = send(*wrong, worlds.review("YC-99", 2, now), now=now)

    assert shown(outcomes) == [
        *[("quarantined", code, field)] * len(numbers),
        ("quarantined", "orphan", "case_no"),
    ]
    for no in (*numbers, "YC-99"):
        worlds.take_case(no, now)
    assert {row.code for row in quarantine.waiting()} == {code}
    assert rows_of("reviews_review") == {"reviews_review": 1}


def test_one_acceptance_entry_per_accepted_review_and_one_per_quarantined(now):
    outcomes = send(
        worlds.review("YC-1", 5, now),
        worlds.review("YC-1", 5, now),
        worlds.review("YC-9", 5, now),
        now=now,
    )

    [accepted] = ledger.entries_of("review", str(outcomes[0].id))
    assert (accepted.kind, accepted.actor) == (EntryKind.REVIEW_ACCEPTED, str(worlds.CLIENT))
    [aside] = ledger.entries_of("quarantine", str(outcomes[2].id))
    assert aside.kind == EntryKind.QUARANTINE_TAKEN_IN
    assert ledger.count(EntryKind.REVIEW_ACCEPTED) == 1


@pytest.mark.parametrize("level", [5, 4, 3, 2, 1])
def test_a_bad_review_opens_one_order_and_a_good_one_none(now, level):
    outcome = worlds.give("YC-1", level, now)

    assert outcome.id is not None
    order = orders.order_of_review(outcome.id)
    assert (order is not None) == (level <= 2)
    assert WorkOrder.objects.count() == (level <= 2)
    if order:
        kinds = [entry.kind for entry in ledger.entries_of("order", str(order.id))]
        assert (order.state, kinds) == ("created", [EntryKind.ORDER_OPENED])


@pytest.mark.parametrize("level", [5, 4, 3, 2, 1])
def test_no_review_defers_a_job(now, level):
    before = ProcrastinateJob.objects.count()

    worlds.give("YC-1", level, now, comment_text="一般")

    assert ProcrastinateJob.objects.count() == before


def test_a_review_given_by_invitation_waits_for_its_reviewer_before_dispatch(now):
    token = worlds.give("YC-1", 1, now, entrance=Entrance.TOKEN)

    order, row = WorkOrder.objects.get(), stored(token.id)
    assert order.dispatch_after == row.changeable_until == now + timedelta(minutes=10)
    assert row.finished_at is None


def test_a_review_of_a_client_is_finished_at_once(now):
    worlds.give("YC-1", 1, now)

    assert WorkOrder.objects.get().dispatch_after == now


@pytest.mark.parametrize(
    ("entrance", "provenance"),
    [
        (Entrance.TOKEN, "active_self"),
        (Entrance.CLIENT, "active_onsite_device"),
        (Entrance.FILE, "bulk_import"),
        (Entrance.UNSIGNED, "unverified"),
    ],
)
def test_every_review_carries_its_provenance_and_its_sender(now, entrance, provenance):
    worlds.give("YC-1", 4, now, entrance=entrance)

    row = Review.objects.get()
    assert (row.provenance, row.claimed_provenance) == (provenance, "active_onsite_device")
    assert row.sent_by == "operator:shell"
    assert_counters_exact()


def test_a_review_may_name_its_own_window_and_staff(now):
    worlds.give("YC-1", 4, now, window="W1", staff="S1")

    row = Review.objects.get()
    agency = directory.agencies([worlds.AGENCY])[worlds.AGENCY]
    assert row.staff_id == directory.staff([(agency.id, "S1")])[agency.id, "S1"].id
    assert row.window_id is not None


def test_window_and_staff_that_nobody_knows_leave_those_of_the_service(now):
    worlds.give("YC-1", 4, now, window="W9", staff="S9")

    row = Review.objects.get()
    assert row.window_id is not None
    assert row.staff_id is None


def test_the_same_moment_in_another_offset_is_a_duplicate(now):
    first = worlds.give("YC-1", 4, now)

    again = worlds.give("YC-1", 4, now, assessed_at=now.astimezone(UTC).isoformat().replace("+00:00", "Z"))

    assert (again.kind, again.id) == (OutcomeKind.DUPLICATE, first.id)


def test_the_same_case_number_of_another_source_is_another_case(now):
    other = [{"code": "elsewhere", "name": "云城市另一平台", "division": worlds.CITY}]
    assert directory_actions.put(Kind.PLATFORMS, other, by=OPERATOR, now=now) == []

    outcome = worlds.give("YC-1", 4, now, source="elsewhere")

    assert shown([outcome]) == [("quarantined", "orphan", "case_no")]


def test_an_actor_without_scope_gives_nothing(now):
    [outcome] = send(worlds.review("YC-1", 4, now), by=worlds.NOBODY, now=now)

    assert shown([outcome]) == [("refused", "out_of_scope", "case_no")]
    assert outcome.complaint is not None
    assert outcome.complaint.params == {"division": worlds.COUNTY, "agency": worlds.AGENCY}
    assert not QuarantinedRecord.objects.exists()


def test_a_batch_of_nothing_leaves_nothing(now):
    before = rows_of(*ALL_TABLES)

    assert send(now=now) == []
    assert rows_of(*ALL_TABLES) == before


def test_a_batch_of_refusals_alone_leaves_nothing(now):
    before = rows_of(*ALL_TABLES)

    outcomes = send(worlds.review("YC-1", 5, now, stars=5), worlds.review("YC-1", 5, now, x=1), now=now)

    assert {outcome.kind for outcome in outcomes} == {OutcomeKind.REFUSED}
    assert rows_of(*ALL_TABLES) == before


def test_a_crash_after_the_batch_leaves_nothing(now):
    before = rows_of(*ALL_TABLES)

    with pytest.raises(RuntimeError), cut_off():
        send(worlds.review("YC-1", 1, now, reviewer=CANARY), worlds.review("YC-9", 1, now), now=now)

    assert rows_of(*ALL_TABLES) == before


@contextmanager
def failing(table: str) -> Iterator[None]:
    """Let the database fail as soon as something is written into a table."""

    def execute(call: Any, statement: str, *rest: Any) -> Any:
        if f'INSERT INTO "{table}"' in statement or f"INSERT INTO {table}" in statement:
            raise OperationalError("disk full")
        return call(statement, *rest)

    copy = psycopg.Cursor.copy

    def refuse(cursor: Any, statement: Any, *rest: Any, **options: Any) -> Any:
        if f'"{table}"' in statement.as_string():
            raise psycopg.OperationalError("disk full")
        return copy(cursor, statement, *rest, **options)

    with connection.execute_wrapper(execute), pytest.MonkeyPatch.context() as patch:
        patch.setattr(psycopg.Cursor, "copy", refuse)
        yield


@pytest.mark.parametrize(
    "table",
    [
        "identity_sealed_person",
        "reviews_review",
        "ledger_entry",
        "rectification_work_order",
        "rectification_order_event",
        "insight_fact_delta",
        "exchange_quarantined_record",
    ],
)
def test_a_table_that_cannot_be_written_takes_the_whole_batch_back(now, table):
    before = rows_of(*ALL_TABLES)
    answers = [worlds.review("YC-1", 1, now, reviewer=CANARY), worlds.review("YC-99", 1, now)]

    with pytest.raises(OperationalError, match="disk full"), failing(table), transaction.atomic():
        send(*answers, now=now)

    assert rows_of(*ALL_TABLES) == before


def test_the_number_of_statements_does_not_grow_with_the_batch(now, django_assert_max_num_queries):
    cases = [f"M-{n}" for n in range(60)]
    for case_no in cases:
        worlds.take_case(case_no, now)
    answers = [worlds.review(case_no, 1 + n % 5, now) for n, case_no in enumerate(cases)]

    with django_assert_max_num_queries(25):
        outcomes = send(*answers, now=now)

    assert {outcome.kind for outcome in outcomes} == {OutcomeKind.ACCEPTED}
    assert_counters_exact()
    insight.fold()
    assert_counters_exact()


CANARY = {
    "name": "甲探针乙",
    "phone": "13911112222",
    "certificate_type": "111",
    "certificate_no": "99010219900101CANARY",
}


def find_everywhere(*words: str) -> list[tuple[str, str]]:
    """The tables in which a word stands in any column, as text or as bytes."""
    found = []
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT table_name FROM information_schema.tables WHERE table_schema = 'public'"
            # When a migration ran says nothing of anybody.
            " AND table_name <> 'django_migrations'"
        )
        for (table,) in cursor.fetchall():
            for word in words:
                spellings = [word, *(word.encode(code).hex() for code in ("utf-8", "gb18030", "utf-16-le"))]
                spellings.append(word.encode("unicode_escape").decode().replace("\\", "\\\\"))
                patterns = [f"%{spelling}%" for spelling in spellings]
                cursor.execute(f'SELECT count(*) FROM "{table}" t WHERE t::text ILIKE ANY (%s)', [patterns])
                if cursor.fetchone()[0]:
                    found.append((table, word))
    return found


def test_the_search_for_canaries_finds_what_is_there(now):
    worlds.give("YC-1", 4, now, comment_text="甲探针乙 13911112222")

    assert find_everywhere("甲探针乙", "13911112222") == [
        ("reviews_review", "甲探针乙"),
        ("reviews_review", "13911112222"),
    ]


def test_persons_are_nowhere_in_plain_whatever_became_of_the_answer(now):
    good = worlds.review("YC-1", 1, now, reviewer=CANARY)

    outcomes = send(
        good,
        dict(good),
        good | {"rating_value": 2},
        good | {"case_no": "YC-99"},
        good | {"rating_value": 9},
        good | {"comment_text": "\0"},
        good | {"indicator_codes": ["501"]},
        good | {"reviewer": CANARY | {"phone": "1391111222213911112222139111122221391111222"}},
        good | {"reviewer": f"{CANARY['name']} {CANARY['phone']}"},
        good | {"reviewer": [CANARY]},
        good | {"reviewer": CANARY | {"wechat": "13911112222"}},
        good | {"case_no": "", "applicant": CANARY},
        good | {"occurrence_no": 3, "reviewer": CANARY | {"name": 7}},
        now=now,
    )

    kinds = [outcome.kind for outcome in outcomes]
    assert kinds.count(OutcomeKind.ACCEPTED) == 1
    assert kinds.count(OutcomeKind.QUARANTINED) >= 6
    assert SealedPerson.objects.count() >= 6
    assert find_everywhere("甲探针乙", "13911112222", "99010219900101CANARY") == []


def test_the_person_of_an_accepted_review_is_sealed_beside_it(now):
    before = SealedPerson.objects.count()

    outcome = worlds.give("YC-1", 1, now, reviewer=CANARY)

    row = stored(outcome.id)
    assert row.person_id is not None
    assert SealedPerson.objects.filter(id=row.person_id).exists()
    assert SealedPerson.objects.count() == before + 1


def test_a_reviewer_without_any_data_is_nobody(now):
    outcome = worlds.give("YC-1", 4, now, reviewer={"name": " ", "phone": ""})

    assert stored(outcome.id).person_id is None


def test_a_retried_answer_is_not_put_aside_again(now):
    raw = Raw(worlds.review("YC-99", 4, now))

    [outcome] = receive_reviews([raw], entrance=Entrance.CLIENT, by=worlds.CLIENT, now=now, retried=True)

    assert (outcome.kind, outcome.id) == (OutcomeKind.QUARANTINED, None)
    assert not QuarantinedRecord.objects.exists()
