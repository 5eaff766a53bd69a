from datetime import UTC, date, datetime, timedelta

import pytest
from django.utils import translation

from haochaping.ui import moments

WHEN = datetime(2026, 11, 24, 10, 0, tzinfo=UTC)


def test_a_moment_is_set_in_beijing_time_in_both_languages():
    assert moments.moment(WHEN) == "2026年11月24日 18:00"
    with translation.override("en"):
        assert moments.moment(WHEN) == "24 Nov 2026, 18:00"


def test_a_day_near_midnight_is_beijings_day():
    assert moments.day(datetime(2026, 11, 24, 16, 0, tzinfo=UTC)) == "2026年11月25日"
    assert moments.day(date(2026, 1, 2)) == "2026年1月2日"


def test_machines_read_the_offset():
    assert moments.iso(WHEN) == "2026-11-24T18:00+08:00"
    assert moments.iso(date(2026, 11, 24)) == "2026-11-24"


@pytest.mark.parametrize(
    ("length", "chinese", "english"),
    [
        (timedelta(days=2, hours=3, minutes=59), "2天3小时", "2 days 3 hours"),
        (timedelta(days=1), "1天", "1 day"),
        (timedelta(days=1, minutes=30), "1天", "1 day"),
        (timedelta(hours=1, minutes=1), "1小时1分钟", "1 hour 1 minute"),
        (timedelta(hours=5), "5小时", "5 hours"),
        (timedelta(seconds=59), "0分钟", "0 minutes"),
        (-timedelta(minutes=7), "7分钟", "7 minutes"),
    ],
)
def test_a_span_is_said_in_its_two_largest_units(length, chinese, english):
    assert moments.span(length) == chinese
    with translation.override("en"):
        assert moments.span(length) == english


@pytest.mark.parametrize(
    ("length", "chinese", "english"),
    [
        (timedelta(hours=96, minutes=59), "96个工作小时", "96 working hours"),
        (timedelta(hours=1), "1个工作小时", "1 working hour"),
        (timedelta(minutes=59, seconds=59), "59分钟工作时间", "59 working minutes"),
        (-timedelta(minutes=1), "1分钟工作时间", "1 working minute"),
    ],
)
def test_working_time_is_said_in_hours_however_many_they_are(length, chinese, english):
    assert moments.working_span(length) == chinese
    with translation.override("en"):
        assert moments.working_span(length) == english
