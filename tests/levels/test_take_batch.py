"""收批: a batch is what was signed for and whole, comes in its turn and counts once; anything else is answered with why."""

from __future__ import annotations

import dataclasses
import gzip
from datetime import datetime, timedelta
from hashlib import sha256
from typing import TYPE_CHECKING, Any

import msgspec
import pytest
from django.urls import reverse

from haochaping.cases import queries as cases
from haochaping.cases.models import Case
from haochaping.directory import queries as places
from haochaping.exchange.quality.models import RepeatedSend
from haochaping.exchange.terms import Raw
from haochaping.flows import change_review, report_upward
from haochaping.flows.receive_reviews import receive_reviews
from haochaping.flows.take_batch import take
from haochaping.kernel.actor import OPERATOR
from haochaping.kernel.outcomes import OutcomeKind
from haochaping.kernel.refused import Refused
from haochaping.ledger.models import Entry
from haochaping.ledger.terms import EntryKind, Suite
from haochaping.levels import actions, keys, queries, rules
from haochaping.levels.models import IncomingBatch, ReportedOrder
from haochaping.levels.terms import BATCH_ANSWERS_KEPT, InState, News, ToldOrder
from haochaping.rectification.models import WorkOrder
from haochaping.reviews.models import Exclusion, Review, ReviewChange
from haochaping.reviews.terms import Entrance
from tests import worlds
from tests.flows.truth import counted, findings, standing
from tests.levels import made

if TYPE_CHECKING:
    from django.test import Client

    from haochaping.kernel.outcomes import Outcome
    from haochaping.levels.keys import Keys
    from haochaping.levels.terms import Answer


@pytest.fixture
def key(db: None, now: datetime) -> Keys:
    """The key of a city that reports to this province."""
    worlds.build(now)
    return made.city(now)


def said(content: bytes, now: datetime) -> Answer:
    """The answer to one batch."""
    return made.answer_in(take(content, now=now)[0].content)


def test_a_reported_review_keeps_what_is_known_of_it_and_its_order_is_seen_not_dispatched(key, now):
    answer = said(made.batch(key, 1, [made.record("YC-1", now, 2, comment_text="等了两小时")], now), now)

    assert (answer.state, answer.next_seq, answer.returned) == (InState.MERGED, 2, [])
    assert answer.counts == {"accepted": 2, "updated": 1}
    row = Review.objects.get()
    assert (row.level, row.provenance, row.comment_text) == (2, "active_onsite_device", "等了两小时")
    assert row.sent_by == "client:peer:city"
    assert WorkOrder.objects.count() == 0
    [order] = queries.reported_orders(OPERATOR, done=False, limit=10)
    assert (order.state, order.peer_code, order.agency_name) == ("signed", "city", "河湾区行政审批局")
    assert counted() == standing()
    assert findings(now) == []
    kinds = set(Entry.objects.values_list("kind", flat=True))
    assert {EntryKind.ORDER_REPORTED, EntryKind.BATCH_EXCHANGED, EntryKind.PEER_SET} <= kinds


@pytest.mark.parametrize(
    "provenance", ["unverified", "suspected_fabricated", "default_system", "bulk_import"]
)
def test_what_was_found_doubtful_below_is_not_made_better_above(key, now, provenance):
    said(made.batch(key, 1, [made.record("YC-1", now, 5, claimed_provenance=provenance)], now), now)

    assert Review.objects.get().provenance == provenance


def test_the_same_batch_again_is_answered_as_before_and_other_content_refused(key, now):
    first = take(made.batch(key, 1, [made.record("YC-1", now, 5)], now), now=now)

    again = take(made.batch(key, 1, [made.record("YC-1", now, 5)], now), now=now + timedelta(hours=1))
    other = said(made.batch(key, 1, [made.record("YC-2", now, 1)], now), now)

    assert (first[0].is_new, again[0].is_new) == (True, False)
    assert made.answer_in(again[0].content) == made.answer_in(first[0].content)
    assert (other.state, other.code, other.next_seq) == (InState.REFUSED, "other_content", 2)
    assert other.params == {"seq": "1", "value": "city", "expected": "2"}
    assert Case.objects.count() == 1


def test_once_its_answer_is_emptied_the_same_batch_is_still_said_to_be_taken(key, now):
    first = take(made.batch(key, 1, [made.record("YC-1", now, 5)], now), now=now)
    later = now + BATCH_ANSWERS_KEPT + timedelta(days=1)

    assert actions.empty_answers(now=later) == 1
    again = take(made.batch(key, 1, [made.record("YC-1", now, 5)], now), now=later)
    other = said(made.batch(key, 1, [made.record("YC-2", now, 1)], now), later)

    before, answer = made.answer_in(first[0].content), made.answer_in(again[0].content)
    assert (again[0].is_new, answer.state, answer.next_seq) == (False, InState.MERGED, before.next_seq)
    assert (answer.sha256, answer.counts) == (before.sha256, {})
    assert (other.state, other.code) == (InState.REFUSED, "other_content")
    assert Case.objects.count() == 1


def test_lateness_counts_what_is_news_of_cases_reviews_and_steps_of_orders(key, now):
    """Trust.md DQ-11, between installations: a day from when it happened; what is told again is not counted again."""
    old = now - timedelta(days=3)
    early = made.record("YC-1", old, 2)
    take(made.batch(key, 1, [early, made.record("YC-2", now, 5)], now), now=now)
    [state] = queries.states(OPERATOR, now=now)
    first = News(reviews=2, late=1, cases=2, cases_late=1, orders=1, orders_late=1)
    assert state.news == first

    moved = early | {"orders": [made.order(old, dispatched_at=(now - timedelta(hours=3)).isoformat())]}
    for seq, line in enumerate([early, moved, moved], start=2):
        take(made.batch(key, seq, [line], now), now=now)

    [state] = queries.states(OPERATOR, now=now)
    assert state.news == first._replace(orders=2)


def test_the_version_of_a_case_travels_and_what_it_has_overtaken_changes_nothing(key, now):
    """A case that comes by two ways is what its source said last, whichever way was faster."""
    newer, older = made.record("YC-1", now), made.record("YC-1", now)
    newer["case"] |= {"revised_at": now.isoformat(), "trips": 2}
    older["case"] |= {"revised_at": (now - timedelta(hours=1)).isoformat(), "trips": 9}
    take(made.batch(key, 1, [newer], now), now=now)

    take(made.batch(key, 2, [older], now), now=now)

    case = Case.objects.get()
    assert (case.trips, case.revised_at) == (2, now)
    [told] = report_upward.records([case.id], f"{worlds.PROVINCE}.")
    assert datetime.fromisoformat(told["case"]["revised_at"]) == now


def test_batches_wait_for_those_before_them_and_the_gap_is_seen(key, now):
    third = take(made.batch(key, 3, [made.record("YC-3", now)], now), now=now)
    take(made.batch(key, 5, [made.record("YC-5", now)], now), now=now)
    [state] = queries.states(OPERATOR, now=now)
    assert (state.gaps, state.staged, [one.state for one in third]) == ((1, 2, 4), 2, [InState.STAGED])

    take(made.batch(key, 1, [made.record("YC-1", now)], now), now=now)
    then = take(made.batch(key, 2, [made.record("YC-2", now)], now), now=now)

    assert [(one.seq, one.state) for one in then] == [(2, InState.MERGED), (3, InState.MERGED)]
    assert set(Case.objects.values_list("case_no", flat=True)) == {"YC-1", "YC-2", "YC-3"}
    [state] = queries.states(OPERATOR, now=now)
    assert (state.gaps, state.staged) == ((4,), 1)
    assert IncomingBatch.objects.exclude(content=b"").count() == 1


def test_what_is_counted_of_an_applicant_changes_alone_and_is_told_on(key, now):
    def told(seq: int, at: datetime, **kept: object) -> Answer:
        return said(made.batch(key, seq, [made.record("YC-1", now) | {"counted": kept}], at), at)

    told(1, now, by_agent=False, aged_60=None)
    later = now + timedelta(hours=1)
    answer = told(2, later, by_agent=True, aged_60=True)
    told(3, later + timedelta(hours=1), by_agent=True, aged_60=True)

    assert answer.counts == {"duplicate": 1}
    case = Case.objects.get()
    assert (case.by_agent, case.aged_60, case.updated_at) == (True, True, later)
    # Whoever reports on from here finds the case by the moment of this entry.
    entries = Entry.objects.filter(kind=EntryKind.CASES_TAKEN_IN).order_by("id")
    assert [(one.recorded_at, one.facts["changed"]) for one in entries] == [(now, "0"), (later, "1")]
    assert cases.changed_at([later]) == [case.id]


WRONG: dict[str, tuple[dict[str, Any], str]] = {
    "rows": ({"rows": {"case": 2, "occurrence": 1, "review": 1, "order": 0}}, "totals_differ"),
    "levels": ({"levels": {"4": 1}}, "totals_differ"),
    "channels": ({"channels": {"pc": 1}}, "totals_differ"),
    "times": ({"last_at": "2026-06-02"}, "totals_differ"),
    "bytes": ({"bytes": 3}, "totals_differ"),
    "sha256": ({"sha256": "0" * 64}, "totals_differ"),
    "schema": ({"schema": "cases-9"}, "unknown_schema"),
    "code set": ({"code_sets": ["national-2050"]}, "unknown_code_set"),
    "far ahead": ({"seq": 5000}, "too_far_ahead"),
    "nothing": ({"seq": 0}, "other_content"),
}


@pytest.mark.parametrize(("changes", "code"), WRONG.values(), ids=WRONG)
def test_a_manifest_that_does_not_hold_is_refused_by_name_and_nothing_is_taken(key, now, changes, code):
    said_ = dict(changes)
    content = made.batch(key, said_.pop("seq", 1), [made.record("YC-1", now, 5)], now, **said_)

    answer = said(content, now)

    assert (answer.state, answer.code, answer.next_seq) == (InState.REFUSED, code, 1)
    assert Case.objects.count() == 0
    [(_, batch)] = queries.arrivals(OPERATOR, refused=True)
    assert batch.code == code


def test_a_refused_batch_is_noted_once_and_its_number_stays_free(key, now):
    wrong = made.batch(key, 1, [made.record("YC-1", now)], now, bytes=3)
    said(wrong, now)
    said(wrong, now)

    assert IncomingBatch.objects.count() == 1
    assert said(made.batch(key, 1, [made.record("YC-1", now)], now), now).state == InState.MERGED


@pytest.mark.parametrize(
    "line",
    [
        {"case": [], "reviews": [], "orders": []},
        {"case": {"occurrences": []}, "reviews": {}, "orders": []},
        {"case": {}, "reviews": [], "orders": []},
        {"case": {"occurrences": []}, "reviews": [1], "orders": []},
    ],
)
def test_a_line_that_is_no_record_is_refused(key, now, line):
    whole = made.record("YC-1", now)
    body = rules.body_of([line])
    manifest = made.plain(key, 1, [whole], now)
    head = rules.read_head(rules.unpack(manifest))
    changed = msgspec.structs.replace(head, bytes=len(body), sha256=sha256(body).hexdigest())
    answer = said(made.sealed(rules.pack(rules.head_of(changed), body, key)), now)

    assert (answer.state, answer.code) == (InState.REFUSED, "not_a_record")


def test_what_cannot_be_taken_comes_back_by_case_and_the_rest_is_taken(key, now):
    lines = [
        made.record("YC-1", now, 5),
        made.record("YC-2", now) | {"case": worlds.case("YC-2", now, item="1" * 31)},
        made.record("YC-3", now, 4, status="perhaps"),
        made.record("YC-4", now, 1) | {"orders": [made.order(now, state="somewhere")]},
        made.record("YC-5", now) | {"case": worlds.case("YC-5", now, division=worlds.OTHER_CITY)},
        made.record("YC-6", now, 5, indicator_codes=["599"]),
        made.record("YC-7", now) | {"case": worlds.case("YC-7", now, agency=worlds.OTHER_AGENCY)},
    ]

    answer = said(made.batch(key, 1, lines, now), now)

    assert answer.state == InState.MERGED
    assert {(one.case_no, one.code) for one in answer.returned} == {
        ("YC-2", "unknown_item"),
        ("YC-3", "bad_status"),
        ("YC-4", "bad_order"),
        ("YC-5", "out_of_scope"),
        ("YC-6", "unknown_indicator"),
        ("YC-7", "out_of_scope"),
    }
    assert set(Case.objects.values_list("case_no", flat=True)) == {"YC-1", "YC-3", "YC-4", "YC-6"}
    assert counted() == standing()


def test_what_happens_to_a_review_below_happens_to_it_here(key, now):
    line = made.record("YC-1", now, 2, comment_text="慢")
    steps = [
        (line, ("effective", 2)),
        (made.record("YC-1", now, 4, comment_text="慢") | {"orders": line["orders"]}, ("effective", 4)),
        (made.record("YC-1", now, 4, status="withdrawn"), ("withdrawn", 4)),
        (made.record("YC-1", now, 2, status="excluded", reason_class="malicious"), ("excluded", 2)),
        (made.record("YC-1", now, 2, status="superseded"), ("superseded", 2)),
        (line, ("effective", 2)),
    ]
    for seq, (told, stands) in enumerate(steps, start=1):
        at = now + timedelta(minutes=seq)
        answer = said(made.batch(key, seq, [told], now), at)
        row = Review.objects.get()

        assert (answer.returned, (row.status, row.level)) == ([], stands)
        assert counted() == standing()
        assert findings(at) == []
    assert ReviewChange.objects.count() == 5
    assert Exclusion.objects.get().lifted_at is not None


def test_a_review_given_here_is_not_overwritten_from_below(key, now):
    worlds.take_case("YC-1", now)
    outcome = worlds.give("YC-1", 2, now)
    assert outcome.id

    answer = said(made.batch(key, 1, [made.record("YC-1", now, 5)], now), now)

    assert [one.code for one in answer.returned] == ["others_review"]
    assert Review.objects.get().level == 2


@pytest.mark.parametrize("numbers", [["YC-1"], ["YC-1", "YC-2", "YC-3"]], ids=["alone", "in a batch"])
def test_what_its_platform_reports_itself_afterwards_is_the_same_review(key, now, numbers):
    """Who gave it and what its platform claims have not travelled."""
    lines = [made.record(no, now, 4, claimed_provenance="unverified") for no in numbers]
    assert said(made.batch(key, 1, lines, now), now).returned == []
    before = list(Review.objects.order_by("id").values())
    reviewer = {"name": "张小满", "phone": "13900000001"}

    outcomes = report([worlds.review(no, 4, now, reviewer=reviewer) for no in numbers], now)

    assert {outcome.kind for outcome in outcomes} == {OutcomeKind.DUPLICATE}
    assert {outcome.id for outcome in outcomes} == {row["id"] for row in before}
    assert list(Review.objects.order_by("id").values()) == before
    assert not RepeatedSend.objects.exists(), "it came for the first time"


@pytest.mark.parametrize(
    "changes",
    [
        {"rating_value": 5},
        {"indicator_codes": ["401"]},
        {"comment_text": "好"},
        {"channel": "mobile"},
        {"anonymous": False},
        {"assessed_at": "2026-06-01T10:00:01+08:00"},
    ],
    ids=lambda changes: next(iter(changes)),
)
def test_what_its_platform_reports_otherwise_is_a_conflict(key, now, changes):
    said(made.batch(key, 1, [made.record("YC-1", now, 4)], now), now)

    [outcome] = report([worlds.review("YC-1", 4, now) | changes], now)

    assert outcome.complaint is not None
    assert (outcome.kind, outcome.complaint.code) == (OutcomeKind.REFUSED, "conflict")
    assert (RepeatedSend.objects.get().kind, Review.objects.get().level) == ("conflict", 4)


def test_what_a_platform_has_sent_itself_is_compared_with_all_that_it_says(key, now):
    worlds.take_case("YC-1", now)
    report([worlds.review("YC-1", 4, now)], now)

    [outcome] = report([worlds.review("YC-1", 4, now, claimed_provenance="")], now)

    assert outcome.kind == OutcomeKind.REFUSED


def report(reviews: list[dict[str, object]], now: datetime) -> list[Outcome]:
    """What their platform reports by itself."""
    return receive_reviews([Raw(one) for one in reviews], entrance=Entrance.CLIENT, by=worlds.CLIENT, now=now)


def test_an_order_below_of_a_review_with_one_here_is_kept_and_not_counted(key, now):
    worlds.take_case("YC-1", now)
    worlds.give("YC-1", 2, now)

    said(made.batch(key, 1, [made.record("YC-1", now, 2)], now), now)

    assert WorkOrder.objects.count() == 1
    assert ReportedOrder.objects.get().counts is False
    assert counted() == standing()


def test_what_has_an_order_on_both_sides_is_no_part_of_the_digest_and_named(key, now):
    """Each side goes on with its own order: they tell something else of that case for good."""
    worlds.take_case("YC-1", now)
    worlds.give("YC-1", 2, now)
    ours = made.record("YC-1", now, 2)
    below = made.record("YC-2", now, 2)

    assert said(made.batch(key, 1, [below], now), now).state == InState.MERGED
    path = places.divisions([worlds.CITY])[worlds.CITY].path
    assert (report_upward.digest(path).cases, report_upward.digest(path).without) == (2, [])

    assert said(made.batch(key, 2, [ours], now), now).state == InState.MERGED

    found = report_upward.digest(path)
    assert (found.cases, found.without) == (1, [(worlds.SOURCE, "YC-1")])


def test_of_two_that_tell_of_one_order_the_first_goes_on_telling(key, now):
    said(made.batch(key, 1, [made.record("YC-1", now, 2)], now), now)
    row = ReportedOrder.objects.get()
    told = [(row.review_id, *_as_told(row, "replied"))]

    other = queries.peer("city")
    assert other
    news = actions.report_orders(
        dataclasses.replace(other, id=other.id + 1), told, own={}, by=OPERATOR, now=now
    )

    assert news == []
    assert ReportedOrder.objects.get().state == "signed"


def _as_told(row: ReportedOrder, state: str) -> tuple[Any, tuple[int, int, int], None]:
    order = msgspec.convert(row.facts | {"state": state}, ToldOrder)
    return order, (row.division_id, row.agency_id, row.item_id), None


def test_a_follow_up_and_its_first_review_arrive_together(key, now):
    line = made.record("YC-1", now, 2, status="superseded")
    second = line["reviews"][0] | {"assess_no": 2, "rating_value": 4, "status": "effective"}
    second["assessed_at"] = (now + timedelta(minutes=5)).isoformat()
    line["reviews"].append(second)

    answer = said(made.batch(key, 1, [line], now), now)

    assert answer.returned == []
    found = dict(Review.objects.values_list("assess_no", "status"))
    assert found == {1: "superseded", 2: "effective"}
    assert counted() == standing()


@pytest.mark.parametrize(
    "way",
    ["nobody", "receiver", "key", "signature", "silent", "plain", "half", "gzip", "text", "other", "large"],
)
def test_what_is_nobodys_is_refused_without_an_answer(key, now, way, client: Client):
    content = made.batch(key, 1, [made.record("YC-1", now)], now)
    packed = rules.unpack(made.plain(key, 1, [made.record("YC-1", now)], now))
    stranger = keys.own(b"s" * 32, Suite.INTL)
    wrong, code, status = {
        "nobody": (made.batch(key, 1, [], now, sender="village"), "no_such_peer", 401),
        "receiver": (made.batch(key, 1, [], now, receiver="nation"), "other_receiver", 400),
        "key": (made.batch(stranger, 1, [], now), "wrong_signature", 401),
        "signature": (made.sealed(packed.head + b"\n" + b"AAAA\n" + packed.body), "wrong_signature", 401),
        "silent": (b"", "not_sealed", 400),
        "plain": (packed.content, "not_sealed", 400),
        "half": (content[:-1], "not_a_batch", 400),
        "gzip": (made.sealed(packed.content[:200]), "not_a_batch", 400),
        "text": ("办件编号,评价\n1,5\n".encode("gb18030"), "not_sealed", 400),
        "other": (keys.sealed(packed.content, Suite.INTL, stranger.public), "sealed_for_other", 400),
        "large": (made.sealed(b"\0" * (12 * 2**20 + 1)), "batch_too_large", 413),
    }[way]

    with pytest.raises(Refused) as no:
        take(wrong, now=now)
    answer = client.post(reverse("exchange_batches"), wrong, content_type="application/octet-stream")

    assert no.value.code == code
    assert (answer.status_code, answer.json()["code"]) == (status, code)
    assert Case.objects.count() == 0
    assert IncomingBatch.objects.count() == 0


def test_a_batch_that_unpacks_to_very_much_is_not_unpacked(key, now):
    with pytest.raises(Refused) as no:
        take(made.sealed(gzip.compress(b"\0" * (65 * 2**20))), now=now)

    assert no.value.code == "batch_too_large"


def test_the_door_answers_with_a_signed_file(key, now, client: Client):
    content = made.batch(key, 1, [], now)

    answer = client.post(reverse("exchange_batches"), content, content_type="application/octet-stream")

    packed = rules.unpack(keys.opened(answer.content, b"c" * 32))
    ours = queries.our_keys(Suite.INTL)
    assert answer.status_code == 200
    assert keys.is_signed(Suite.INTL, ours.public, packed.head, packed.signature)
    assert client.get(reverse("exchange_batches")).status_code == 405


def test_the_reviewer_of_a_reported_review_changes_it_below_not_here(key, now):
    said(made.batch(key, 1, [made.record("YC-1", now, 2)], now), now)

    with pytest.raises(Refused) as no:
        change_review.withdraw_review(Review.objects.get().id, by=OPERATOR, now=now + timedelta(minutes=1))

    assert no.value.code == "change_window_over"
