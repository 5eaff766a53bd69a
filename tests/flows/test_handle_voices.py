"""诉求处置: given, taken up from a good review, answered and announced."""

from __future__ import annotations

from dataclasses import replace

import pytest

from haochaping.exchange import queries as exchange
from haochaping.flows import change_review, handle_voices
from haochaping.kernel.actor import REVIEWER, Scope
from haochaping.kernel.refused import Refused
from haochaping.notices.models import Delivery
from haochaping.voices import queries
from haochaping.voices.models import Voice
from haochaping.voices.terms import VoiceMove
from tests import worlds
from tests.voices.conftest import ANSWERED, DISPATCHER, GIVEN, RECEIPT, told  # noqa: F401

pytestmark = pytest.mark.django_db

WORDS = "服务很好，就是叫号屏\n太小看不清，电话13912345678。"
FOUND = {"kind": "suggestion", "matter": "", "quote": "叫号屏 太小看不清", "note": "可以换大屏"}


@pytest.fixture
def praise(db, now):
    """A review of four stars with words."""
    worlds.build(now)
    worlds.take_case("YC-1", now)
    outcome = worlds.give("YC-1", 4, now, comment_text=WORDS)
    assert outcome.id is not None
    return outcome.id


def code_of(action) -> str:
    with pytest.raises(Refused) as refused:
        action()
    return refused.value.code


def test_a_form_sent_twice_is_one_voice(told):  # noqa: F811
    again = handle_voices.give_voice(**GIVEN, by=REVIEWER, now=told.later())

    assert again == RECEIPT
    assert Voice.objects.count() == 1


def test_the_same_form_with_other_words_is_another_voice_under_another_number(told):  # noqa: F811
    other = handle_voices.give_voice(**GIVEN | {"text": "另一件事"}, by=REVIEWER, now=told.later())

    assert other != RECEIPT
    assert Voice.objects.count() == 2


def test_an_item_says_which_agency_it_is_about(told):  # noqa: F811
    said = GIVEN | {"agency": "", "item": worlds.OTHER_ITEM, "receipt": "1" * 26}
    handle_voices.give_voice(**said, by=REVIEWER, now=told.now)

    found = queries.by_receipt("1" * 26)
    assert found is not None
    assert (found.item_name, found.agency_name) == ("户外广告设置许可", "石港市行政审批局")


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"agency": "nowhere"}, "unknown_voice_target"),
        ({"item": "nowhere"}, "unknown_voice_target"),
        ({"phone": "call me"}, "bad_voice_phone"),
        ({"kind": "praise"}, "unknown_voice_choice"),
    ],
)
def test_what_cannot_be_taken_is_refused(told, changes, code):  # noqa: F811
    said = GIVEN | {"receipt": "1" * 26} | changes

    assert code_of(lambda: handle_voices.give_voice(**said, by=REVIEWER, now=told.now)) == code
    assert Voice.objects.count() == 1


def test_a_phone_is_sealed_kept_while_it_is_needed_and_told_of_the_answer(told):  # noqa: F811
    said = GIVEN | {"receipt": "1" * 26, "phone": "13900000077"}
    handle_voices.give_voice(**said, by=REVIEWER, now=told.now)
    found = queries.by_receipt("1" * 26)
    assert found is not None
    told.id, told.receipt = found.id, "1" * 26
    person = told.row.person_id
    told.upto(VoiceMove.SIGN_FOR)

    assert person is not None
    needed = exchange.persons_nobody_needs(told.now.replace(year=2030), closed_before=None, limit=10)
    assert person not in needed
    handle_voices.answer(told.id, **ANSWERED, by=worlds.CLERK, now=told.later())

    assert [(sent.person, sent.template) for sent in Delivery.objects.all()] == [(person, "voice_answered")]


def test_who_left_no_number_is_sent_nothing(told):  # noqa: F811
    told.upto(VoiceMove.SIGN_FOR)

    handle_voices.answer(told.id, **ANSWERED, by=worlds.CLERK, now=told.later())

    assert not Delivery.objects.exists()


def test_words_of_a_good_review_are_taken_up_as_they_stand(praise, now):
    made = handle_voices.take_up_from_review(praise, **FOUND, by=worlds.CLERK, now=now)

    (found,) = queries.of_review(praise).answer
    assert (found.id, found.kind, found.state) == (made, "suggestion", "received")
    assert (found.text, found.note) == (FOUND["quote"], FOUND["note"])
    assert (found.agency_name, found.item_name) == ("河湾区行政审批局", "食品经营许可")
    assert queries.taken_up([praise]) == {praise}


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"quote": "叫号屏很大"}, "quote_not_in_review"),
        ({"quote": "13912345678"}, "quote_not_in_review"),
        ({"quote": " "}, "voice_text_missing"),
        ({"note": ""}, "voice_text_missing"),
        ({"kind": "praise"}, "unknown_voice_choice"),
    ],
)
def test_what_the_reviewer_did_not_say_is_not_taken_up(praise, now, changes, code):
    found = FOUND | changes

    assert (
        code_of(lambda: handle_voices.take_up_from_review(praise, **found, by=worlds.CLERK, now=now)) == code
    )
    assert not Voice.objects.exists()


def test_the_same_words_are_not_taken_up_twice(praise, now):
    handle_voices.take_up_from_review(praise, **FOUND, by=worlds.CLERK, now=now)

    again = lambda: handle_voices.take_up_from_review(praise, **FOUND, by=DISPATCHER, now=now)  # noqa: E731
    assert code_of(again) == "found_already"
    other = FOUND | {"kind": "after_sales", "matter": "further_question"}
    handle_voices.take_up_from_review(praise, **other, by=DISPATCHER, now=now)
    assert len(queries.of_review(praise).answer) == 2


@pytest.mark.parametrize(
    ("by", "code"),
    [
        (worlds.PUBLISHER, "not_allowed"),
        (worlds.NOBODY, "not_allowed"),
        (replace(worlds.CLERK, scope=Scope(agency_path=f"{worlds.OTHER_AGENCY}.")), "out_of_scope"),
    ],
)
def test_who_may_not_handle_takes_nothing_up(praise, now, by, code):
    assert code_of(lambda: handle_voices.take_up_from_review(praise, **FOUND, by=by, now=now)) == code


@pytest.mark.parametrize(("level", "words"), [(1, WORDS), (5, "")])
def test_bad_reviews_and_silent_ones_hold_nothing_to_take_up(praise, now, level, words):
    worlds.take_case("YC-2", now)
    given = worlds.give("YC-2", level, now, comment_text=words).id
    assert given is not None

    take = lambda: handle_voices.take_up_from_review(given, **FOUND, by=worlds.CLERK, now=now)  # noqa: E731
    assert code_of(take) == "not_a_good_review"


def test_a_review_taken_back_holds_nothing_to_take_up(praise, now):
    change_review.withdraw_review(praise, by=REVIEWER, now=now)

    take = lambda: handle_voices.take_up_from_review(praise, **FOUND, by=worlds.CLERK, now=now)  # noqa: E731
    assert code_of(take) == "not_a_good_review"
