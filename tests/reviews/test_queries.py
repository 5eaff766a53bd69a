from __future__ import annotations

from datetime import date, timedelta

import pytest

from haochaping.kernel.actor import REVIEWER, SYSTEM
from haochaping.kernel.identifiers import uuid7
from haochaping.kernel.periods import local_day
from haochaping.kernel.refused import Refused
from haochaping.reviews import actions, queries
from haochaping.reviews.models import Invitation, Review, ReviewIndicator
from haochaping.reviews.rules import sign_token
from haochaping.reviews.terms import Level

pytestmark = pytest.mark.django_db
STEP, DAY = timedelta(seconds=1), timedelta(days=1)
TODAY, SECOND_VERSION = date(2026, 6, 1), date(2020, 5, 1)


def test_indicators_are_the_72_of_the_set_retired_ones_included():
    found = queries.indicators()

    assert len(found) == 72
    assert sum(tag.is_in_force(TODAY) for tag in found.values()) == 40
    assert list(found) == sorted(found)


@pytest.mark.parametrize("in_force", [True, False])
def test_every_indicator_can_be_read_in_english(in_force):
    found = [tag for tag in queries.indicators().values() if tag.is_in_force(TODAY) == in_force]

    assert all(tag.english.isascii() for tag in found)
    assert len({tag.english for tag in found}) == len(found)


def test_an_unknown_set_has_no_indicators():
    assert queries.indicators("national-1999") == {}


@pytest.mark.parametrize("level", Level)
def test_eight_tags_are_offered_per_level_basic_ones_first(level, monkeypatch):
    offered = queries.indicators_in_force(level, TODAY)

    assert len(offered) == 8
    assert {tag.level for tag in offered} == {level}
    ReviewIndicator.objects.filter(code=offered[-1].code).update(basic=True)
    ReviewIndicator.objects.exclude(code=offered[-1].code).update(basic=False)
    # A set changes with its program alone, so it is read once; another process would read this one.
    monkeypatch.setattr(queries, "_KNOWN_SETS", {})
    assert queries.indicators_in_force(level, TODAY)[0].code == offered[-1].code


@pytest.mark.parametrize(
    ("day", "first", "count"), [(SECOND_VERSION - DAY, "501", 32), (SECOND_VERSION, "510", 40)]
)
def test_each_day_has_its_version_of_the_set(day, first, count):
    assert queries.count_indicators_in_force(day) == count
    assert queries.indicators_in_force(5, day)[0].code == first


def test_a_token_finds_its_invitation(counter):
    token = queries.tokens_of([counter.second.occurrence_id])[counter.second.occurrence_id]

    invitation = queries.invitation_by_token(token)

    assert invitation.occurrence_id == counter.second.occurrence_id
    assert invitation.expires_at > invitation.issued_at == counter.now


@pytest.mark.parametrize(
    "key", [None, b"o" * 32], ids=["an invitation that is gone", "a token of another key"]
)
def test_a_token_of_no_invitation_is_invalid(counter, settings, key):
    token = sign_token(uuid7(counter.now), key or settings.INVITATION_KEY)

    with pytest.raises(Refused) as refused:
        queries.invitation_by_token(token)

    assert refused.value.code == "token_invalid"


def test_tokens_are_those_of_invited_services_only(counter):
    asked = [counter.first.occurrence_id, counter.second.occurrence_id, uuid7(counter.now)]

    assert queries.tokens_of(asked).keys() == {counter.second.occurrence_id}


def test_unanswered_tokens_are_the_newest_nobody_has_used(counter):
    later = counter.now + STEP
    actions.invite([counter.first.occurrence_id], valid=timedelta(days=1), by=SYSTEM, now=later)
    both = [occurrence_id for occurrence_id, _ in queries.unanswered_tokens(10)]
    assert both == [counter.first.occurrence_id, counter.second.occurrence_id]
    assert len(queries.unanswered_tokens(1)) == 1

    counter.given()

    [(occurrence_id, token)] = queries.unanswered_tokens(10)
    assert occurrence_id == counter.second.occurrence_id
    assert queries.invitation_by_token(token).occurrence_id == occurrence_id
    assert Invitation.objects.count() == 2


def test_a_review_is_found_by_id_service_and_receipt(counter):
    sent = counter.submission(comment_text="很好")
    [outcome] = counter.accept(sent)

    row = queries.review(outcome.id)

    assert row is not None
    assert row.comment_text == "很好"
    assert queries.reviews([outcome.id, uuid7(counter.now)]) == {outcome.id: row}
    assert queries.review_of_occurrence(counter.first.occurrence_id) == row
    assert queries.review_by_receipt(sent.receipt) == row


def test_what_is_not_there_is_not_found(counter):
    assert queries.review(uuid7(counter.now)) is None
    assert queries.review_of_occurrence(counter.first.occurrence_id) is None
    counter.given()
    assert queries.review_of_occurrence(counter.first.occurrence_id, assess_no=2) is None
    with pytest.raises(Refused) as refused:
        queries.review_by_receipt("0" * 26)
    assert refused.value.code == "receipt_unknown"


def test_the_receipt_is_not_stored(counter):
    sent = counter.submission()
    counter.accept(sent)

    stored = Review.objects.values().get()

    assert sent.receipt not in str(stored)
    assert sent.receipt.encode() not in bytes(stored["receipt_hash"])


def test_facts_say_what_is_counted(counter, django_assert_num_queries):
    review_id = counter.given(level=Level.DISSATISFIED)
    actions.withdraw(review_id, by=REVIEWER, now=counter.now + STEP)

    with django_assert_num_queries(1):
        facts = queries.facts_of([review_id, uuid7(counter.now)])

    [fact] = facts.values()
    assert (fact.id, fact.level, fact.status, fact.assess_no) == (review_id, 2, "withdrawn", 1)
    assert (fact.assessed_at, fact.occurred_at) == (counter.now, counter.first.occurrence_at)
    assert (fact.provenance, fact.channel, fact.verified_case) == ("active_self", "mobile", True)


def test_occurrences_of_leads_from_service_to_its_reviews(counter):
    first = counter.given()
    second = counter.given(assess_no=2)

    found = queries.occurrences_of([counter.first.occurrence_id, counter.second.occurrence_id])

    assert found == dict.fromkeys([first, second], counter.first.occurrence_id)


def test_committed_fields_of_chosen_and_of_all(counter, django_assert_num_queries):
    review_id = counter.given(level=Level.DISSATISFIED, indicator_codes=("201",), comment_text="慢")
    other = counter.given(assess_no=2)

    with django_assert_num_queries(1):
        found = dict(queries.committed())

    assert found.keys() == {str(review_id), str(other)}
    assert dict(queries.committed([review_id])) == {str(review_id): found[str(review_id)]}
    fields = found[str(review_id)]
    place = f"{counter.first.case_id}:{counter.first.occurrence_id}:1"
    assert fields["case_ref"] == place
    assert (fields["score"], fields["tags"]) == ("2", "201")
    assert fields["window"] == str(counter.first.window_id)
    assert "staff_ref" not in fields
    assert "text_sha" not in found[str(other)]
    assert fields["submitted_day"] == local_day(counter.now).isoformat()
    assert "慢" not in fields.values()


def test_missing_names_the_ids_of_no_review(counter):
    gone = str(uuid7(counter.now))

    assert queries.missing([gone, str(counter.given()), "no id"]) == [gone, "no id"]


@pytest.mark.parametrize("withdrawn", [False, True])
def test_a_status_set_past_the_reviewer_is_out_of_step(counter, withdrawn):
    review_id = counter.given()
    if withdrawn:
        actions.withdraw(review_id, by=REVIEWER, now=counter.now + STEP)
    assert queries.states_out_of_step() == []

    other = "effective" if withdrawn else "withdrawn"
    Review.objects.filter(id=review_id).update(status=other)

    assert queries.states_out_of_step() == [(str(review_id), other)]
    assert queries.states_out_of_step(limit=0) == []


def test_hold_takes_one_statement(counter, django_assert_num_queries):
    with django_assert_num_queries(1):
        queries.hold([counter.first.occurrence_id])
