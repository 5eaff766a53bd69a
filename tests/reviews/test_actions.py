from __future__ import annotations

from datetime import date, timedelta

import pytest
from django.db import IntegrityError, transaction

from haochaping.kernel.actor import REVIEWER, SYSTEM
from haochaping.kernel.identifiers import uuid7
from haochaping.kernel.outcomes import OutcomeKind
from haochaping.kernel.refused import Refused
from haochaping.ledger import queries as ledger
from haochaping.ledger.models import Entry
from haochaping.ledger.terms import EntryKind
from haochaping.reviews import actions, queries
from haochaping.reviews.models import Invitation, Review, ReviewChange, ReviewIndicator
from haochaping.reviews.terms import COMMENT_LIMIT, Entrance, InvitationRow, Level, ReviewRow
from tests.cut_off import cut_off
from tests.reviews.conftest import WINDOW

pytestmark = pytest.mark.django_db
STEP = timedelta(seconds=1)


def kinds(review_id) -> list[EntryKind]:
    return [entry.kind for entry in ledger.entries_of("review", str(review_id))]


def stored(review_id) -> ReviewRow:
    row = queries.review(review_id)
    assert row is not None
    return row


# indicators


def test_install_indicators_again_adds_nothing_and_says_nothing(now):
    before = ledger.count(EntryKind.RULEBOOK_CHANGED)

    assert actions.install_indicators(by=SYSTEM, now=now) == 0
    assert ledger.count(EntryKind.RULEBOOK_CHANGED) == before


def test_install_indicators_puts_back_what_is_missing(now):
    ReviewIndicator.objects.filter(level=1).delete()
    before = ledger.count(EntryKind.RULEBOOK_CHANGED)

    assert actions.install_indicators(by=SYSTEM, now=now) == 15
    assert ReviewIndicator.objects.count() == 72
    assert ledger.count(EntryKind.RULEBOOK_CHANGED) == before + 1


def test_install_indicators_brings_what_a_later_program_ships(now):
    """It words one code otherwise and ends another; a third is none of its own and stays."""
    worded, ended = "510", "101"
    ReviewIndicator.objects.filter(code=worded).update(label="旧的说法")
    ReviewIndicator.objects.filter(code=ended).update(effective_to=None)
    row = ReviewIndicator.objects.get(code=ended)
    ReviewIndicator.objects.create(
        indicator_set=row.indicator_set, code="199", level=1, label="本地", basic=False
    )
    before = ledger.count(EntryKind.RULEBOOK_CHANGED)

    assert actions.install_indicators(by=SYSTEM, now=now) == 2

    assert ReviewIndicator.objects.get(code=worded).label != "旧的说法"
    assert ReviewIndicator.objects.get(code=ended).effective_to == date(2020, 5, 1)
    assert ReviewIndicator.objects.get(code=ended).pk == row.pk
    assert ReviewIndicator.objects.filter(code="199").exists()
    assert ledger.count(EntryKind.RULEBOOK_CHANGED) == before + 1
    told = Entry.objects.filter(kind=EntryKind.RULEBOOK_CHANGED).values_list("facts", flat=True)
    assert {"rows": "0", "changed": "510,101"} in told


def test_a_code_ends_after_it_begins():
    with pytest.raises(IntegrityError, match="indicator_ends_after_it_begins"):
        ReviewIndicator.objects.filter(code="510").update(effective_to=date(2020, 5, 1))


# invitations


def test_invite_makes_one_invitation_per_service(counter):
    Invitation.objects.all().delete()
    wanted = [counter.first.occurrence_id, counter.second.occurrence_id]
    before = ledger.count(EntryKind.INVITATION_ISSUED)

    made = actions.invite(wanted, valid=timedelta(days=30), by=SYSTEM, now=counter.now)

    assert made == {row.occurrence_id: row.id for row in Invitation.objects.filter(occurrence_id__in=wanted)}
    assert made.keys() == set(wanted)
    assert queries.tokens_of(wanted).keys() == set(wanted)
    assert ledger.count(EntryKind.INVITATION_ISSUED) == before + 1


def test_invite_counts_and_records_only_what_is_new(counter):
    wanted = [counter.first.occurrence_id, counter.second.occurrence_id]
    [(known, token)] = queries.tokens_of(wanted).items()

    made = actions.invite(wanted, valid=timedelta(days=60), by=SYSTEM, now=counter.now + STEP)

    assert made.keys() == set(wanted) - {known}
    assert queries.tokens_of(wanted)[known] == token
    entry = Entry.objects.filter(kind=EntryKind.INVITATION_ISSUED).latest("recorded_at")
    assert (entry.subject_id, entry.facts) == (str(Invitation.objects.latest("issued_at").pk), {"rows": "1"})


def test_invite_again_writes_nothing(counter):
    wanted = [counter.first.occurrence_id, counter.second.occurrence_id]
    actions.invite(wanted, valid=timedelta(days=30), by=SYSTEM, now=counter.now)
    before = ledger.count(EntryKind.INVITATION_ISSUED)

    assert actions.invite(wanted, valid=timedelta(days=30), by=SYSTEM, now=counter.now) == {}
    assert actions.invite([], valid=timedelta(days=30), by=SYSTEM, now=counter.now) == {}
    assert ledger.count(EntryKind.INVITATION_ISSUED) == before


def test_an_unused_invitation_ends_on_its_day(now):
    invitation = InvitationRow(uuid7(now), uuid7(now), now, now + timedelta(days=30))

    actions.check_usable(invitation, answered=False, now=now + timedelta(days=30))
    with pytest.raises(Refused) as refused:
        actions.check_usable(invitation, answered=False, now=now + timedelta(days=30, seconds=1))

    assert refused.value.code == "token_expired"
    assert refused.value.complaint.params == {"until": invitation.expires_at}


def test_a_used_invitation_still_opens_its_review(now):
    invitation = InvitationRow(uuid7(now), uuid7(now), now, now + timedelta(days=30))

    actions.check_usable(invitation, answered=True, now=now + timedelta(days=365))


# accepting


def test_accept_stores_an_answer_with_what_the_server_knows(counter):
    sent = counter.submission(level=Level.VERY_DISSATISFIED, claimed_provenance="five_stars")

    [outcome] = counter.accept(sent)

    assert outcome.kind == OutcomeKind.ACCEPTED
    assert outcome.receipt == sent.receipt
    row = stored(outcome.id)
    assert (row.level, row.status, row.provenance) == (1, "effective", "active_self")
    assert row.reason_missing
    assert row.finished_at is None
    assert row.changeable_until == counter.now + WINDOW
    assert (row.division_id, row.agency_id, row.item_id) == (
        counter.first.division_id,
        counter.first.agency_id,
        counter.first.item_id,
    )
    assert kinds(outcome.id) == [EntryKind.REVIEW_ACCEPTED]


def test_accept_of_a_finished_answer_leaves_no_window(counter):
    [outcome] = counter.accept(counter.submission(Entrance.CLIENT))

    row = stored(outcome.id)
    assert row.finished_at == row.changeable_until == counter.now


def test_accept_without_a_window_for_the_division_leaves_none(counter):
    pairs = [(counter.submission(), counter.first)]

    [outcome], _ = actions.accept(pairs, change_windows={}, by=REVIEWER, now=counter.now)

    row = stored(outcome.id)
    assert row.changeable_until == counter.now


def test_accept_again_is_a_duplicate_without_a_second_row_or_entry(counter):
    sent = counter.submission()
    [first] = counter.accept(sent)

    [again] = counter.accept(counter.submission())

    assert (again.kind, again.id, again.receipt) == (OutcomeKind.DUPLICATE, first.id, None)
    assert Review.objects.count() == 1
    assert kinds(first.id) == [EntryKind.REVIEW_ACCEPTED]


def test_accept_of_other_content_is_a_conflict_and_changes_nothing(counter):
    [first] = counter.accept(counter.submission())

    [other] = counter.accept(counter.submission(level=Level.DISSATISFIED))

    assert (other.kind, other.id) == (OutcomeKind.REFUSED, first.id)
    assert other.complaint is not None
    assert (other.complaint.code, other.complaint.field) == ("conflict", "assess_no")
    assert Review.objects.get().level == Level.SATISFIED


def test_accept_of_a_duplicate_holds_after_the_reviewer_changed_it(counter):
    review_id = counter.given()
    actions.change_level(review_id, Level.DISSATISFIED, by=REVIEWER, now=counter.now + STEP)

    [again] = counter.accept(counter.submission())

    assert (again.kind, again.id) == (OutcomeKind.DUPLICATE, review_id)
    assert Review.objects.get().level == Level.DISSATISFIED


def test_accept_settles_a_whole_batch_in_order(counter):
    batch = [
        counter.submission(),
        counter.submission(indicator_codes=("101",)),
        counter.submission(),
        counter.submission(level=Level.DISSATISFIED),
        counter.submission(assess_no=2),
        counter.submission(occurrence_no=2, indicator_set="unknown", indicator_codes=("401",)),
        counter.submission(occurrence_no=2),
    ]
    bindings = (*(counter.first,) * 5, counter.second, counter.second)

    outcomes = counter.accept(*batch, bindings=bindings)

    found = [(outcome.kind, outcome.complaint and outcome.complaint.code) for outcome in outcomes]
    assert found == [
        (OutcomeKind.ACCEPTED, None),
        (OutcomeKind.QUARANTINED, "indicator_of_other_level"),
        (OutcomeKind.DUPLICATE, None),
        (OutcomeKind.REFUSED, "conflict"),
        (OutcomeKind.ACCEPTED, None),
        (OutcomeKind.QUARANTINED, "unknown_indicator"),
        (OutcomeKind.ACCEPTED, None),
    ]
    assert outcomes[0].id == outcomes[2].id == outcomes[3].id
    assert ledger.count(EntryKind.REVIEW_ACCEPTED) == Review.objects.count() == 3


@pytest.mark.parametrize(
    ("late", "code"),
    [(timedelta(hours=-2), "rated_before_service"), (timedelta(hours=1), "rated_in_future")],
)
def test_accept_puts_a_wrong_time_aside(counter, late, code):
    [outcome] = counter.accept(counter.submission(assessed_at=counter.now + late))

    assert outcome.kind == OutcomeKind.QUARANTINED
    assert outcome.complaint is not None
    assert outcome.complaint.code == code
    assert not Review.objects.exists()


def test_accept_of_nothing_does_nothing(now, django_assert_num_queries):
    before = ledger.count(EntryKind.REVIEW_ACCEPTED)

    assert actions.accept([], change_windows={}, by=REVIEWER, now=now) == ([], [])
    assert ledger.count(EntryKind.REVIEW_ACCEPTED) == before


def test_accept_that_fails_leaves_neither_row_nor_entry(counter):
    with pytest.raises(RuntimeError), cut_off():
        counter.accept(counter.submission())

    assert not Review.objects.exists()
    assert ledger.count(EntryKind.REVIEW_ACCEPTED) == 0


def test_accept_needs_the_same_number_of_statements_for_one_and_for_many(
    counter, django_assert_max_num_queries
):
    batch = [counter.submission(assess_no=1 + n % 2, comment_text=str(n // 2)) for n in range(200)]

    with django_assert_max_num_queries(10):
        counter.accept(*batch)


@pytest.mark.parametrize(
    "wrong",
    [
        {"level": 0},
        {"level": 6},
        {"assess_no": 3},
        {"status": "hidden"},
        {"channel": "fax"},
        {"provenance": "sure"},
    ],
    ids=lambda wrong: next(iter(wrong)),
)
def test_the_database_itself_takes_no_impossible_review(counter, wrong):
    review_id = counter.given()

    with pytest.raises(IntegrityError), transaction.atomic():
        Review.objects.filter(id=review_id).update(**wrong)


# changing


def test_change_level_lets_the_reasons_of_the_old_level_fall(counter):
    review_id = counter.given()
    actions.give_reasons(review_id, ["401"], "", by=REVIEWER, now=counter.now + STEP)

    actions.change_level(review_id, Level.VERY_DISSATISFIED, by=REVIEWER, now=counter.now + 2 * STEP)

    row = stored(review_id)
    assert (row.level, row.indicator_codes, row.reason_missing) == (1, (), True)
    assert row.finished_at is None
    history = list(
        ReviewChange.objects.order_by("changed_at").values_list("kind", "level", "indicator_codes")
    )
    assert history == [("reasons", 4, []), ("level", 4, ["401"])]
    assert kinds(review_id) == [
        EntryKind.REVIEW_ACCEPTED,
        EntryKind.REVIEW_SUPERSEDED,
        EntryKind.REVIEW_SUPERSEDED,
    ]


def test_change_level_keeps_the_text(counter):
    review_id = counter.given(comment_text="还可以")

    actions.change_level(review_id, Level.VERY_DISSATISFIED, by=REVIEWER, now=counter.now + STEP)

    row = stored(review_id)
    assert (row.comment_text, row.reason_missing) == ("还可以", False)


def test_change_level_to_the_same_level_writes_nothing(counter):
    review_id = counter.given()

    actions.change_level(review_id, Level.SATISFIED, by=REVIEWER, now=counter.now + STEP)

    assert not ReviewChange.objects.exists()
    assert kinds(review_id) == [EntryKind.REVIEW_ACCEPTED]


@pytest.mark.parametrize(("level", "codes"), [(Level.SATISFIED, ("401",)), (Level.DISSATISFIED, ())])
def test_change_level_after_withdrawing_rates_again(counter, level, codes):
    review_id = counter.given(indicator_codes=("401",))
    actions.withdraw(review_id, by=REVIEWER, now=counter.now + STEP)

    actions.change_level(review_id, level, by=REVIEWER, now=counter.now + 2 * STEP)

    row = stored(review_id)
    assert (row.level, row.status, row.indicator_codes) == (level, "effective", codes)
    assert list(ReviewChange.objects.order_by("changed_at").values_list("kind", flat=True)) == [
        "withdrawn",
        "restored",
    ]
    assert kinds(review_id)[-1] == EntryKind.REVIEW_SUPERSEDED
    assert queries.states_out_of_step() == []


# reasons


def test_give_reasons_finishes_the_review(counter):
    review_id = counter.given(level=Level.VERY_DISSATISFIED)
    then = counter.now + STEP

    actions.give_reasons(review_id, ["101", "102", "101"], "  等了三次\r\n还没办成 ", by=REVIEWER, now=then)

    row = stored(review_id)
    assert (row.indicator_codes, row.comment_text) == (("101", "102"), "等了三次\n还没办成")
    assert (row.reason_missing, row.finished_at) == (False, then)
    assert kinds(review_id) == [EntryKind.REVIEW_ACCEPTED, EntryKind.REVIEW_SUPERSEDED]


def test_give_reasons_without_any_finishes_and_keeps_the_flag(counter):
    review_id = counter.given(level=Level.VERY_DISSATISFIED)

    actions.give_reasons(review_id, [], " \u200b ", by=REVIEWER, now=counter.now + STEP)

    row = stored(review_id)
    assert (row.reason_missing, row.finished_at) == (True, counter.now + STEP)
    assert not ReviewChange.objects.exists()
    assert kinds(review_id) == [EntryKind.REVIEW_ACCEPTED]


@pytest.mark.parametrize(
    ("codes", "text", "code"),
    [
        (["999"], "", "unknown_indicator"),
        (["101"], "", "indicator_of_other_level"),
        ([], "慢" * (COMMENT_LIMIT + 1), "comment_too_long"),
        ([], "慢\0", "forbidden_characters"),
        ([], "\x1b[2J", "forbidden_characters"),
    ],
)
def test_give_reasons_refuses_and_changes_nothing(counter, codes, text, code):
    review_id = counter.given()
    before = queries.review(review_id)

    with pytest.raises(Refused) as refused:
        actions.give_reasons(review_id, codes, text, by=REVIEWER, now=counter.now + STEP)

    assert refused.value.code == code
    assert queries.review(review_id) == before
    assert kinds(review_id) == [EntryKind.REVIEW_ACCEPTED]


def test_give_reasons_takes_a_text_of_just_the_limit(counter):
    review_id = counter.given()

    actions.give_reasons(review_id, [], "慢" * COMMENT_LIMIT, by=REVIEWER, now=counter.now + STEP)

    assert len(Review.objects.get().comment_text) == COMMENT_LIMIT


def test_give_reasons_of_a_withdrawn_review_is_refused(counter):
    review_id = counter.given()
    actions.withdraw(review_id, by=REVIEWER, now=counter.now + STEP)

    with pytest.raises(Refused) as refused:
        actions.give_reasons(review_id, ["401"], "", by=REVIEWER, now=counter.now + 2 * STEP)

    assert refused.value.code == "not_reviewed"
    assert kinds(review_id)[-1] == EntryKind.REVIEW_WITHDRAWN
    assert queries.states_out_of_step() == []


# withdrawing


def test_withdraw_keeps_the_row_and_its_words(counter):
    review_id = counter.given(level=Level.VERY_DISSATISFIED, comment_text="慢")

    actions.withdraw(review_id, by=REVIEWER, now=counter.now + STEP)

    row = stored(review_id)
    assert (row.status, row.level, row.comment_text) == ("withdrawn", 1, "慢")
    assert kinds(review_id) == [EntryKind.REVIEW_ACCEPTED, EntryKind.REVIEW_WITHDRAWN]


def test_withdraw_again_writes_nothing(counter):
    review_id = counter.given()
    actions.withdraw(review_id, by=REVIEWER, now=counter.now + STEP)

    actions.withdraw(review_id, by=REVIEWER, now=counter.now + 2 * STEP)

    assert ReviewChange.objects.count() == 1
    assert kinds(review_id) == [EntryKind.REVIEW_ACCEPTED, EntryKind.REVIEW_WITHDRAWN]


CHANGES = {
    "change_level": lambda pk, now: actions.change_level(pk, Level.DISSATISFIED, by=REVIEWER, now=now),
    "give_reasons": lambda pk, now: actions.give_reasons(pk, ["401"], "慢", by=REVIEWER, now=now),
    "withdraw": lambda pk, now: actions.withdraw(pk, by=REVIEWER, now=now),
}


@pytest.mark.parametrize("change", CHANGES.values(), ids=CHANGES)
def test_a_change_is_possible_until_the_last_moment_of_the_window_and_not_after(counter, change):
    review_id = counter.given()
    before = queries.review(review_id)

    with pytest.raises(Refused) as refused:
        change(review_id, counter.now + WINDOW + STEP)
    assert refused.value.code == "change_window_over"
    assert refused.value.complaint.params == {"until": counter.now + WINDOW}
    assert queries.review(review_id) == before
    assert not ReviewChange.objects.exists()

    change(review_id, counter.now + WINDOW)
    assert queries.review(review_id) != before


@pytest.mark.parametrize("change", CHANGES.values(), ids=CHANGES)
def test_a_change_of_no_review_is_refused(now, change):
    with pytest.raises(Refused) as refused:
        change(uuid7(now), now)

    assert refused.value.code == "not_reviewed"
