from datetime import UTC, date, datetime

from django.utils import translation

from haochaping.kernel.refused import Complaint, Reason
from haochaping.ui.levels import LEVELS
from haochaping.ui.sentences import Sentence, say

LENGTH = Reason(
    "too_long", "The text has {length} characters; {limit} are allowed.", "Shorten it and send it again."
)


def test_a_complaint_is_said_in_the_active_language():
    complaint = Complaint(LENGTH, "words", {"length": 612, "limit": 500})

    assert say(complaint) == Sentence(
        "words", "too_long", "文字共 612 字，最多 500 字。", "请精简后重新提交。"
    )
    assert say(complaint).text == "文字共 612 字，最多 500 字。请精简后重新提交。"
    with translation.override("en"):
        assert say(complaint).text == (
            "The text has 612 characters; 500 are allowed. Shorten it and send it again."
        )


def test_moments_days_and_labelled_values_are_shown_as_people_read_them():
    reason = Reason("x", "{at} {day} {level} {code}", "")
    params = {
        "at": datetime(2026, 11, 24, 10, 0, tzinfo=UTC),
        "day": date(2026, 11, 24),
        "level": LEVELS[0],
        "code": 7,
    }

    assert say(Complaint(reason, "", params)).text == "2026年11月24日 18:00 2026年11月24日 非常满意 7"


def test_braces_that_a_person_sent_are_not_filled():
    reason = Reason("x", "“{value}”", "")

    assert say(Complaint(reason, "", {"value": "{length}"})).message == "“{length}”"


def test_what_turns_words_around_is_not_repeated():
    reason = Reason("x", "“{value}”", "")

    assert say(Complaint(reason, "", {"value": "\u202e99\u2066-1\x00"})).message == "“99-1\ufffd”"
