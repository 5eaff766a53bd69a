"""抽样: the draw that nobody chooses, the question, the calls, the end of the round, and what is published."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING
from uuid import UUID

import pytest
from django.db import IntegrityError, transaction

from haochaping.directory import queries as directory
from haochaping.flows import sample_reviews
from haochaping.identity import actions as identity
from haochaping.identity.models import RelayGrant
from haochaping.kernel.actor import REVIEWER, SYSTEM, Actor, ActorKind, Scope
from haochaping.kernel.refused import Refused
from haochaping.ledger import queries as ledger
from haochaping.ledger.actions import destroy_salt
from haochaping.ledger.models import Entry
from haochaping.ledger.terms import EntryKind, SaltName
from haochaping.notices.models import Delivery
from haochaping.notices.terms import DeliveryState
from haochaping.rectification import queries as orders
from haochaping.reviews.models import Review
from haochaping.reviews.terms import Entrance
from haochaping.supervision import queries as supervision
from haochaping.supervision import rules
from haochaping.supervision.actions import open_letter, samples
from haochaping.supervision.models import SampleCall, SampleDraw, SampledReview, SampleList, Signal
from haochaping.supervision.queries import samples as queries
from haochaping.supervision.terms import DrawMethod, SampleKind, SampleState, Shown
from tests import worlds

from .conftest import DAY, DRAWN, HOUR, MAY, SERVED, SUPERVISOR, ask, draw, sampled

if TYPE_CHECKING:
    from datetime import datetime

NOWHERE, MINUTE = UUID(int=0), timedelta(minutes=1)


def refused(run, code: str) -> None:
    with pytest.raises(Refused) as no:
        run()
    assert no.value.code == code


def entries(kind: EntryKind) -> list[dict[str, str]]:
    return [entry.facts for entry in ledger.entries_by(kind=kind)]


def test_good_and_finished_bad_reviews_of_the_month_are_drawn(review, replied):
    good, bad = [review(level) for level in (3, 4, 5)], replied()
    review(2)

    assert draw() == 2

    assert set(SampledReview.objects.values_list("review_id", flat=True)) == {*good, bad}
    facts = entries(EntryKind.SAMPLE_DRAWN)
    assert {(f["kind"], f["division"], f["month"], f["population"], f["size"]) for f in facts} == {
        ("good", worlds.COUNTY, "2026-05", "3", "3"),
        ("bad_closed", worlds.COUNTY, "2026-05", "1", "1"),
    }


def test_what_nobody_is_known_to_have_said_and_what_does_not_count_is_not_drawn(review):
    review(5, entrance=Entrance.FILE)
    withdrawn = review(5)
    Review.objects.filter(id=withdrawn).update(status="withdrawn")
    review(5, SERVED - 40 * DAY)
    review(5, DRAWN)

    assert draw() == 0


def test_it_is_drawn_once_and_not_before_the_month_is_a_day_over(review):
    one = review(5)

    begin = rules.begins(rules.next_month(MAY))
    assert draw(begin + DAY - HOUR) == 0
    assert draw(begin + DAY) == 1
    # A review that would be in the list now changes nothing any more.
    Review.objects.filter(id=one).update(level=1)
    assert [draw(begin + DAY + HOUR), draw(DRAWN), draw(DRAWN + 20 * DAY)] == [0, 0, 0]
    assert sample_reviews.draw_month(MAY, by=SYSTEM, now=DRAWN) == 0
    assert SampleDraw.objects.count() == 1
    assert len(entries(EntryKind.SAMPLE_DRAWN)) == 1


def test_a_second_draw_of_the_same_finds_the_first(review):
    one, other = review(5), review(5)
    draw()
    division = directory.division(worlds.COUNTY)
    assert division is not None

    lot = queries.lot_of(MAY, queries.tickets(SampleKind.GOOD, MAY, [one]), 1)
    again = samples.draw(division.id, division.code, MAY, SampleKind.GOOD, lot=lot, by=SYSTEM, now=DRAWN)

    assert again == SampleDraw.objects.get().id
    assert set(SampledReview.objects.values_list("review_id", flat=True)) == {one, other}


def test_the_seed_is_the_head_of_the_chain_when_the_month_ended(review):
    for _ in range(3):
        review(5)
    before = ledger.head()
    assert before is not None
    review(5, DRAWN - HOUR)
    draw()

    made = SampleDraw.objects.get()

    assert (made.head, made.head_index) == (before.head.hex(), before.index)
    sown = rules.seed(made.head, worlds.COUNTY, MAY)
    rows = list(SampledReview.objects.order_by("rank").values_list("ticket", flat=True))
    assert rows == sorted(rows, key=lambda one: rules.lot(sown, one))


def test_the_smallest_lots_win(review, now):
    worlds.follow(worlds.COUNTY, now, sample_at_least="2", sample_half_width="100", sample_good="0")
    ids = [review(5) for _ in range(6)]
    draw()

    sown = rules.seed(SampleDraw.objects.get().head, worlds.COUNTY, MAY)
    by_ticket = queries.tickets(SampleKind.GOOD, MAY, ids)
    assert list(SampledReview.objects.order_by("rank").values_list("ticket", "review_id")) == [
        (ticket, by_ticket[ticket]) for ticket in sorted(by_ticket, key=lambda one: rules.lot(sown, one))[:2]
    ]


def test_a_draw_is_explained_and_made_again(review):
    ids = [review(5) for _ in range(4)]
    draw()

    [told] = queries.explain(MAY, worlds.COUNTY)

    assert (told.holds, told.same_list, told.population_now) == (True, True, 4)
    assert {review_id for _, review_id, *_ in told.ranks} == set(ids)
    assert dict(told.listed) == queries.tickets(SampleKind.GOOD, MAY, ids)
    assert [lot for *_, lot in told.ranks] == sorted(lot for *_, lot in told.ranks)


def test_who_was_left_out_or_put_first_is_found(review, now):
    worlds.follow(worlds.COUNTY, now, sample_at_least="2", sample_half_width="100", sample_good="0")
    for _ in range(5):
        review(5)
    draw()
    first = SampledReview.objects.get(rank=1)
    sown = rules.seed(SampleDraw.objects.get().head, worlds.COUNTY, MAY)
    by_ticket = queries.tickets(SampleKind.GOOD, MAY, Review.objects.values_list("id", flat=True))
    last = max(by_ticket, key=lambda one: rules.lot(sown, one))
    of_first = SampledReview.objects.filter(id=first.id)

    of_first.update(review_id=by_ticket[last])
    [instead] = queries.explain(MAY, worlds.COUNTY)
    of_first.update(ticket=last)
    [first_put] = queries.explain(MAY, worlds.COUNTY)

    assert (instead.holds, instead.low, instead.shifted, instead.untrue) == (False, 0, 0, 1)
    assert (first_put.holds, first_put.shifted, first_put.untrue) == (False, 1, 0)
    assert first_put.low > 0


def test_a_draw_by_the_first_method_is_still_made_again_by_it(review, now):
    worlds.follow(worlds.COUNTY, now, sample_at_least="2", sample_half_width="100", sample_good="0")
    ids = [review(5) for _ in range(5)]
    draw()
    made = SampleDraw.objects.get()
    sown = rules.seed(made.head, worlds.COUNTY, MAY)
    SampleList.objects.all().delete()
    SampleDraw.objects.update(method=DrawMethod.BY_REVIEW, list_hash=rules.population_digest(ids))
    rows = list(SampledReview.objects.order_by("rank"))
    SampledReview.objects.all().delete()
    for row, one in zip(rows, rules.drawn(sown, ids, 2), strict=True):
        row.review_id, row.ticket = one, ""
    SampledReview.objects.bulk_create(rows)

    [told] = queries.explain(MAY, worlds.COUNTY)
    SampledReview.objects.filter(rank=1).update(review_id=max(ids, key=lambda one: rules.lot(sown, one)))
    [wrong] = queries.explain(MAY, worlds.COUNTY)

    assert (told.holds, told.same_list) == (True, True)
    assert {review_id for _, review_id in told.listed} == set(ids)
    assert not wrong.holds
    assert queries.draw_list(worlds.COUNTY, MAY, "good") is None


def test_a_ticket_says_nothing_of_its_review_and_is_another_one_in_every_draw(review):
    one = review(5)
    draw()

    [ticket] = SampledReview.objects.values_list("ticket", flat=True)

    elsewhere = queries.tickets(SampleKind.BAD_CLOSED, MAY, [one]) | queries.tickets(
        SampleKind.GOOD, rules.next_month(MAY), [one]
    )
    assert len({ticket, *elsewhere}) == 3
    assert queries.tickets(SampleKind.GOOD, MAY, [one]) == {ticket: one}


def test_whose_secret_was_destroyed_is_in_no_list_and_one_that_was_drawn_stays(review):
    one, other = review(5), review(5)
    draw()
    [entry] = Entry.objects.filter(kind=EntryKind.REVIEW_ACCEPTED, subject_id=str(one))
    destroy_salt(entry.id, SaltName.FIELDS, by=SYSTEM, now=DRAWN, reason="清除")

    assert list(queries.tickets(SampleKind.GOOD, MAY, [one, other]).values()) == [other]
    [told] = queries.explain(MAY, worlds.COUNTY)
    assert (told.untrue, told.shifted, told.same_list) == (0, 0, False)


def test_anybody_draws_again_from_the_published_list(review, now):
    worlds.follow(worlds.COUNTY, now, sample_at_least="2", sample_half_width="100", sample_good="0")
    for _ in range(6):
        review(5)
    draw()

    listed = queries.draw_list(worlds.COUNTY, MAY, "good")

    assert listed is not None
    again = rules.read_list(rules.list_text(listed))
    assert again == listed
    assert rules.population_digest(again.tickets) == SampleDraw.objects.get().list_hash
    chosen = list(SampledReview.objects.order_by("rank").values_list("ticket", flat=True))
    assert rules.drawn(again.seed, again.tickets, again.size) == chosen


def test_another_head_than_the_chain_has_is_found(review):
    review(5)
    draw()
    SampleDraw.objects.update(head="0" * 64)

    [told] = queries.explain(MAY, worlds.COUNTY)

    assert not told.head_holds
    assert not told.holds


def test_each_is_asked_by_sms_with_a_link_and_nothing_else(review):
    review(5)
    draw()

    assert [ask(), ask(DRAWN + HOUR)] == [1, 0]

    [message] = Delivery.objects.filter(template="sample_question")
    token = message.params["link"].rpartition("/")[2]
    assert message.params.keys() == {"link"}
    assert queries.sample_by_token(token).state == SampleState.ASKED


@pytest.mark.parametrize(("hour", "asked"), [(7, 0), (8, 1), (20, 1), (21, 0)])
def test_nobody_is_asked_at_night(review, hour, asked):
    review(5)
    draw()

    assert ask(DRAWN.replace(hour=hour) + DAY) == asked


def test_one_number_gets_one_message_a_day(world):
    for number in ("YC-1", "YC-2"):
        worlds.take_case(number, SERVED)
        worlds.give(number, 5, SERVED)
    draw()

    assert [ask(), ask(DRAWN + HOUR), ask(DRAWN + DAY)] == [1, 0, 1]


class TestAutomaticCall:
    """语音问询 before a person calls, where the rulebook of the place says so."""

    @pytest.fixture
    def token(self, review, now) -> str:
        worlds.follow(worlds.COUNTY, now, sample_channel="ivr")
        self.one = review(5)
        draw()
        assert ask() == 1
        [call] = Delivery.objects.filter(template="sample_call")
        address = str(call.params["link"])
        assert (call.channel, address.rpartition("/")[2]) == ("ivr", "keys")
        assert not Delivery.objects.filter(template="sample_question").exists()
        return address.split("/")[-2]

    def hear(self, token: str, keys: str) -> SampledReview:
        sample_reviews.hear_keys(token, keys, by=REVIEWER, now=DRAWN + HOUR)
        return sampled(self.one)

    def test_the_keys_are_the_answer(self, token):
        row = self.hear(token, "14")

        assert (row.state, row.did_rate, row.level, row.answered_by) == ("answered", "yes", 4, "ivr")
        with pytest.raises(Refused) as no:
            self.hear(token, "25")
        assert no.value.code == "sample_over"

    def test_whoever_says_that_they_did_not_rate_makes_a_signal(self, token):
        row = self.hear(token, "2---")

        assert (row.did_rate, row.level) == ("no", None)
        assert entries(EntryKind.SIGNAL_RAISED)

    def test_whoever_wants_no_calls_gets_none(self, token):
        assert self.hear(token, "0").state == SampleState.REFUSED

    @pytest.mark.parametrize("keys", ["", "1", "------", "---4"])
    def test_half_a_call_is_no_answer_and_a_person_calls_later(self, token, keys):
        assert self.hear(token, keys).state == SampleState.ASKED

        ask(DRAWN + 7 * DAY)

        assert sampled(self.one).state == SampleState.TO_CALL

    def test_it_counts_among_what_disturbs_a_number_in_a_day(self, world, now):
        worlds.follow(worlds.COUNTY, now, sample_channel="ivr")
        for number in ("YC-1", "YC-2"):
            worlds.take_case(number, SERVED)
            worlds.give(number, 5, SERVED)
        draw()

        assert [ask(), ask(DRAWN + HOUR), ask(DRAWN + DAY)] == [1, 0, 1]


def test_without_a_gateway_nobody_is_asked_and_what_is_due_waits(review, settings):
    one = review(5)
    draw()
    settings.SMS_GATEWAY = ""

    assert ask() == 0
    assert sampled(one).state == SampleState.TO_ASK


def test_whoever_left_no_number_is_not_reached(world):
    worlds.take_case("YC-1", SERVED, applicant={"name": "张小满"})
    worlds.give("YC-1", 5, SERVED)
    draw()

    assert ask() == 0
    assert SampledReview.objects.get().state == SampleState.NOT_REACHED


def test_who_does_not_answer_in_time_is_to_be_called(review):
    one = review(5)
    draw()
    ask()

    ask(DRAWN + 7 * DAY - HOUR)
    before = sampled(one).state
    ask(DRAWN + 7 * DAY)

    assert (before, sampled(one).state) == (SampleState.ASKED, SampleState.TO_CALL)


def answer(review_id: UUID, did_rate: str = "yes", level: str = "4", words: str = "", now=DRAWN) -> None:
    token = queries.token_of(sampled(review_id).id)
    sample_reviews.answer_question(token, did_rate=did_rate, level=level, words=words, by=REVIEWER, now=now)


def test_the_first_answer_stands(review):
    one = review(5)
    draw()

    answer(one, "no", "2", " 不是我评的 ")
    refused(lambda: answer(one, "yes", "5"), "sample_over")

    row = sampled(one)
    assert (row.state, row.did_rate, row.level, row.words) == ("answered", "no", 2, "不是我评的")
    [facts] = entries(EntryKind.SAMPLE_SETTLED)
    assert facts == {"state": "answered"}


def failed() -> list[tuple[str, UUID | None, dict[str, str]]]:
    """The signals that a sample did not confirm the result: about what, at which order, with which facts."""
    rows = Signal.objects.filter(kind="sampling_failed")
    return list(rows.values_list("subject", "work_order_id", "facts"))


@pytest.mark.parametrize("level", ["1", "2"])
def test_whoever_is_dissatisfied_after_the_order_was_closed_makes_one_signal(replied, level):
    bad = replied()
    draw()
    order = orders.order_of_review(bad)
    assert order is not None

    answer(bad, level=level)
    refused(lambda: answer(bad, level=level), "sample_over")

    assert failed() == [(f"review:{bad}", order.id, {"level_today": level})]
    [entry] = entries(EntryKind.SIGNAL_RAISED)
    assert (entry["kind"], entry["subject"]) == ("sampling_failed", f"review:{bad}")


@pytest.mark.parametrize("level", [5, 1])
def test_whom_the_review_names_sees_no_signal_of_it_as_a_supervisor(review, replied, level):
    one = review(5) if level == 5 else replied()
    draw()
    Review.objects.filter(id=one).update(staff_id=7)
    named = replace(SUPERVISOR, staff_ids=frozenset({7}))

    answer(one, "no", str(level))

    assert failed()
    [seen] = supervision.signals(SUPERVISOR)
    assert supervision.signals(named) == []
    assert supervision.waiting(named).signals == 0
    refused(lambda: supervision.signal(seen.id, by=named), "no_such_signal")
    refused(lambda: _letter_about(seen.id, named), "no_such_signal")


def _letter_about(signal_id: UUID, by: Actor) -> UUID:
    return open_letter(
        agency_code="",
        work_order_id=None,
        signal_id=signal_id,
        text="请说明。",
        key=NOWHERE,
        by=by,
        now=DRAWN,
    )


def test_whoever_says_so_on_the_telephone_makes_it_too(replied):
    bad = replied()
    draw()
    ask()
    ask(DRAWN + 7 * DAY)
    sample = sampled(bad).id
    call(sample, DRAWN + 8 * DAY)

    record(sample, DRAWN + 8 * DAY, "answered", did_rate="yes", level="2")

    assert [facts for _, _, facts in failed()] == [{"level_today": "2"}]


@pytest.mark.parametrize("level", ["3", "5", ""])
def test_whoever_is_content_after_the_order_was_closed_makes_none(replied, level):
    bad = replied()
    draw()

    answer(bad, level=level)

    assert failed() == []


def test_a_good_review_that_is_bad_today_makes_the_gap_and_no_signal(review):
    one = review(5)
    draw()

    answer(one, level="1")

    assert failed() == []


def test_whoever_did_not_give_the_bad_review_makes_one_signal_whatever_they_say_besides(replied):
    bad = replied()
    draw()

    answer(bad, "no", "1")

    assert failed() == [(f"review:{bad}", None, {})]


def test_a_level_need_not_be_named(review):
    one = review(5)
    draw()

    answer(one, "no", "")

    assert sampled(one).level is None


@pytest.mark.parametrize(
    ("typed", "code"),
    [
        ({"did_rate": ""}, "sample_not_said"),
        ({"did_rate": "perhaps"}, "sample_not_said"),
        ({"level": "6"}, "sample_not_a_level"),
        ({"level": "五"}, "sample_not_a_level"),
        ({"words": "长" * 501}, "sample_words_too_long"),
        ({"words": "a\x07b"}, "sample_words_controls"),
    ],
)
def test_what_is_no_answer_is_refused(review, typed, code):
    one = review(5)
    draw()

    refused(lambda: answer(one, **typed), code)
    assert sampled(one).state == SampleState.TO_ASK


def test_whoever_says_no_is_not_called(review):
    one = review(5)
    draw()
    ask()
    sample_reviews.decline_question(queries.token_of(sampled(one).id), by=REVIEWER, now=DRAWN)

    ask(DRAWN + 8 * DAY)

    assert sampled(one).state == SampleState.REFUSED
    assert queries.to_call(SUPERVISOR, limit=10) == []


@pytest.fixture
def listed(review) -> UUID:
    """A drawn review on the caller's list."""
    one = review(5)
    draw()
    ask()
    ask(DRAWN + 7 * DAY)
    return sampled(one).id


def call(sample_id: UUID, now: datetime, state: DeliveryState = DeliveryState.SENT) -> UUID:
    """Have the relay call; the call is over."""
    made = sample_reviews.request_sample_call(sample_id, line="8001", by=SUPERVISOR, now=now)
    Delivery.objects.filter(id=made).update(state=state)
    return made


def record(sample_id: UUID, now: datetime, result: str = "not_reached", *, by=SUPERVISOR, **said) -> None:
    told = {"did_rate": "", "level": "", "words": ""} | said
    sample_reviews.record_sample_call(sample_id, result=result, by=by, now=now, **told)


def state_of(sample_id: UUID) -> SampleState:
    return SampleState(SampledReview.objects.get(id=sample_id).state)


def test_the_list_tells_the_service_and_no_name_no_number_no_level(listed):
    [row] = queries.to_call(SUPERVISOR, limit=10)

    assert (row.item, row.agency, row.attempts) == ("食品经营许可", "河湾区行政审批局", 0)
    assert not {"person_id", "phone", "level", "reported_level"} & set(row.__slots__)


def test_nobody_is_called_twice_at_the_same_hour_of_the_day(listed):
    first = DRAWN + 8 * DAY
    call(listed, first)

    refused(lambda: call(listed, first + MINUTE), "called_this_hour")
    refused(lambda: call(listed, first + DAY), "called_this_hour")
    call(listed, first + HOUR)


def test_a_call_that_was_not_put_through_is_no_attempt(listed):
    call(listed, DRAWN + 8 * DAY, DeliveryState.FAILED)

    call(listed, DRAWN + 8 * DAY + MINUTE)


def test_when_the_calls_are_used_up_nobody_is_told_of_an_order_or_to_write(listed):
    for hour in range(3):
        call(listed, DRAWN + 8 * DAY + hour * HOUR)
    RelayGrant.objects.update(calls_made=3)

    with pytest.raises(Refused) as no:
        call(listed, DRAWN + 8 * DAY + 3 * HOUR)

    assert no.value.code == "person_calls_used_up"
    reason = no.value.complaint.reason
    assert "order" not in reason.message
    assert "Write" not in reason.remedy


def test_a_call_is_granted_for_the_sample_alone(listed):
    call(listed, DRAWN + 8 * DAY)

    [granted] = ledger.entries_by(kind=EntryKind.RELAY_GRANTED)
    assert (granted.subject_kind, granted.subject_id) == ("sample", str(listed))
    assert granted.facts["purpose"] == "sample"


def test_three_calls_at_different_hours_before_somebody_is_not_reached(listed):
    moments = [DRAWN + 8 * DAY, DRAWN + 8 * DAY + 4 * HOUR, DRAWN + 8 * DAY + 8 * HOUR]
    states = []
    for moment in moments:
        call(listed, moment)
        record(listed, moment)
        states.append(state_of(listed))

    assert states == [SampleState.TO_CALL, SampleState.TO_CALL, SampleState.NOT_REACHED]
    assert [row.result for row in queries.attempts(listed)] == ["not_reached"] * 3


def test_no_call_is_written_down_that_the_relay_has_not_made(listed):
    refused(lambda: record(listed, DRAWN + 8 * DAY), "sample_no_call_made")
    call(listed, DRAWN + 8 * DAY, DeliveryState.FAILED)
    refused(lambda: record(listed, DRAWN + 8 * DAY), "sample_no_call_made")
    call(listed, DRAWN + 8 * DAY)
    record(listed, DRAWN + 8 * DAY)
    refused(lambda: record(listed, DRAWN + 8 * DAY), "sample_no_call_made")
    assert SampleCall.objects.count() == 1


@pytest.mark.parametrize(
    ("result", "state"),
    [("declined", "refused"), ("wrong_number", "not_reached"), ("not_reached", "to_call")],
)
def test_what_a_call_brings(listed, result, state):
    call(listed, DRAWN + 8 * DAY)
    record(listed, DRAWN + 8 * DAY, result)

    assert state_of(listed) == state


def test_what_is_said_on_the_telephone_is_taken(listed):
    call(listed, DRAWN + 8 * DAY)
    record(listed, DRAWN + 8 * DAY, "answered", did_rate="unsure", level="3", words="记不清")

    row = SampledReview.objects.get(id=listed)
    assert (row.state, row.did_rate, row.level, row.words, row.answered_by) == (
        "answered",
        "unsure",
        3,
        "记不清",
        "call",
    )
    refused(lambda: call(listed, DRAWN + 9 * DAY), "sample_settled")


def test_somebody_who_answers_by_the_link_meanwhile_is_not_called(listed):
    made = sample_reviews.request_sample_call(listed, line="8001", by=SUPERVISOR, now=DRAWN + 8 * DAY)
    sample_reviews.decline_question(queries.token_of(listed), by=REVIEWER, now=DRAWN + 8 * DAY)

    refused(lambda: sample_reviews.check_sample_call(listed), "sample_settled")
    assert Delivery.objects.get(id=made).state == DeliveryState.QUEUED


@pytest.mark.parametrize(
    ("scope", "powers", "code"),
    [
        (Scope(agency_path=f"{worlds.AGENCY}."), {"order.supervise"}, "sample_of_own_reviews"),
        (Scope(division_path=f"{worlds.PROVINCE}.{worlds.OTHER_CITY}."), {"order.supervise"}, "out_of_scope"),
        (SUPERVISOR.scope, {"order.view", "order.handle"}, "not_allowed"),
    ],
)
def test_only_the_supervisory_desk_of_the_place_calls(listed, scope, powers, code):
    somebody = Actor(ActorKind.STAFF, "somebody", powers=frozenset(powers), scope=scope)

    assert queries.to_call(somebody, limit=10) == []
    refused(lambda: sample_reviews.request_sample_call(listed, line="8001", by=somebody, now=DRAWN), code)
    refused(lambda: record(listed, DRAWN, by=somebody), code)


def test_an_order_lends_no_permission_in_the_name_of_a_sample(world):
    def grant(kind: str, purpose: str) -> None:
        identity.grant_calls(
            NOWHERE,
            basis=NOWHERE,
            basis_kind=kind,
            purpose=purpose,
            attempts=3,
            within=DAY,
            by=SUPERVISOR,
            now=DRAWN,
        )

    refused(lambda: grant("order", "sample"), "unknown_relay_purpose")
    refused(lambda: grant("sample", "verify"), "unknown_relay_purpose")


def test_what_is_open_when_the_round_ends_has_lapsed(review):
    said, silent = review(5), review(5)
    draw()
    answer(said)
    end = rules.round_ends(MAY)

    assert samples.close_rounds(by=SYSTEM, now=end - HOUR) == 0
    assert queries.published(MAY)[0].result is None
    assert samples.close_rounds(by=SYSTEM, now=end) == 1
    assert samples.close_rounds(by=SYSTEM, now=end + DAY) == 0

    assert (sampled(said).state, sampled(silent).state) == (SampleState.ANSWERED, SampleState.LAPSED)
    refused(lambda: answer(silent, now=end), "sample_over")
    result = queries.published(MAY)[0].result
    assert result is not None
    assert (result.shown, result.tally.answered, result.tally.lapsed) == (Shown.NOTHING, 1, 1)


def test_what_is_published_is_counted_by_hand(review):
    ids = [review(5) for _ in range(30)]
    draw()
    for n, one in enumerate(ids):
        answer(one, "no" if n < 2 else "yes", "2" if n < 3 else "5")
    samples.close_rounds(by=SYSTEM, now=rules.round_ends(MAY))

    [told] = queries.published(MAY)
    result = told.result

    assert result is not None
    assert result.again is not None
    assert result.denied is not None
    assert (result.again.numerator, result.again.denominator) == (27, 30)
    assert (result.denied.numerator, result.denied.denominator) == (2, 30)
    assert result.gap == pytest.approx(0.1)
    assert (told.draw.population, told.draw.size) == (30, 30)
    assert queries.months() == [MAY]


@pytest.mark.parametrize(
    "broken",
    [
        {"state": "answered", "settled_at": DRAWN, "due_at": None},
        {"did_rate": "yes"},
        {"settled_at": DRAWN},
        {"state": "lapsed"},
    ],
)
def test_the_table_refuses_half_an_answer(review, broken):
    one = review(5)
    draw()

    with pytest.raises(IntegrityError), transaction.atomic():
        SampledReview.objects.filter(review_id=one).update(**broken)
