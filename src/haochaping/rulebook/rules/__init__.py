"""规则库 rules: reading a profile's rows, working time, what a notice of holidays says, and when a change may be made."""

from __future__ import annotations

import re
from datetime import date, datetime, time, timedelta
from typing import TYPE_CHECKING

from haochaping.kernel.periods import BEIJING, local_day
from haochaping.kernel.refused import Refused
from haochaping.rulebook.rules.notice import NoticeDays, Row, year_of_notice
from haochaping.rulebook.rules.working_time import (
    DAY,
    WorkingCalendar,
    add_working_days,
    after_share_of_time,
    after_working_time,
    due_after,
    due_after_working_days,
    due_after_working_hours,
    due_same_day,
    overlaid,
    sample_days,
    working_days_between,
    working_time_between,
    years_incomplete,
)
from haochaping.rulebook.rules.written import text_complaint, value_complaint
from haochaping.rulebook.terms import (
    BAD_PROFILE_CODE,
    DAY_HAS_BEGUN,
    HISTORICAL_ONLY,
    IN_THE_PAST,
    NO_RULES,
    SILENCE_IS_NO_REVIEW,
    Key,
    Terms,
    Unit,
)

if TYPE_CHECKING:
    from collections.abc import Mapping

    from haochaping.rulebook.terms import ProfileRow

__all__ = [
    "NO_DEFAULT",
    "UNLIMITED",
    "NoticeDays",
    "Row",
    "WorkingCalendar",
    "add_working_days",
    "after_share_of_time",
    "after_working_time",
    "check_ahead",
    "check_may_follow",
    "check_no_default",
    "check_not_past",
    "check_own_code",
    "due_after",
    "due_after_working_days",
    "due_after_working_hours",
    "due_same_day",
    "is_quiet",
    "overlaid",
    "quiet_ends",
    "review_window_ends",
    "sample_days",
    "terms_of",
    "text_complaint",
    "value_complaint",
    "working_days_between",
    "working_time_between",
    "year_of_notice",
    "years_incomplete",
]

UNLIMITED, NO_DEFAULT = "unlimited", "none"
_OWN_CODE = re.compile(r"own-[a-z0-9-]{1,36}")


def terms_of(
    profile: str,
    values: Mapping[str, str],
    day: date,
    *,
    units: Mapping[str, str] | None = None,
    division_path: str = "",
) -> Terms:
    """Make the frozen terms from a profile's rows; raise `Refused(NO_RULES)` naming the missing value."""
    said = units or {}

    def value(key: Key) -> str:
        if key not in values:
            raise Refused(NO_RULES, key=key, day=day)
        return values[key]

    def unit(key: Key) -> Unit:
        return Unit(said.get(key, Unit.WORKING_DAYS))

    def days(key: Key) -> timedelta:
        return timedelta(days=int(value(key)))

    window = value(Key.REVIEW_WINDOW)
    return Terms(
        profile=profile,
        change_window=timedelta(minutes=int(value(Key.CHANGE_WINDOW_MINUTES))),
        invitation_valid=days(Key.INVITATION_DAYS),
        sign_limit_hours=int(value(Key.SIGN_LIMIT_WORKING_HOURS)),
        first_contact_days=int(value(Key.FIRST_CONTACT_LIMIT)),
        first_contact_unit=unit(Key.FIRST_CONTACT_LIMIT),
        simple_rectify_days=int(value(Key.SIMPLE_RECTIFY_LIMIT)),
        simple_rectify_unit=unit(Key.SIMPLE_RECTIFY_LIMIT),
        complex_rectify_days=int(value(Key.COMPLEX_RECTIFY_LIMIT)),
        complex_rectify_unit=unit(Key.COMPLEX_RECTIFY_LIMIT),
        quality_check_days=int(value(Key.QUALITY_CHECK_LIMIT)),
        quality_check_unit=unit(Key.QUALITY_CHECK_LIMIT),
        extensions_at_most=int(value(Key.EXTENSIONS_AT_MOST)),
        extension_days=int(value(Key.EXTENSION_LIMIT)),
        extension_unit=unit(Key.EXTENSION_LIMIT),
        returns_at_most=int(value(Key.RETURNS_AT_MOST)),
        return_needs_approval=value(Key.RETURN_NEEDS_APPROVAL) == "yes",
        reopenings_at_most=int(value(Key.REOPENINGS_AT_MOST)),
        amber_threshold=int(value(Key.AMBER_THRESHOLD)),
        report_late=days(Key.REPORT_LATE_DAYS),
        report_very_late=days(Key.REPORT_VERY_LATE_DAYS),
        same_review_share=int(value(Key.SAME_REVIEW_SHARE)),
        same_moment_share=int(value(Key.SAME_MOMENT_SHARE)),
        default_value_share=int(value(Key.DEFAULT_VALUE_SHARE)),
        call_attempts=int(value(Key.CALL_ATTEMPTS)),
        call_attempts_within=timedelta(days=int(value(Key.CALL_ATTEMPTS_WITHIN_DAYS))),
        workday_start=time.fromisoformat(value(Key.WORKDAY_START)),
        workday_end=time.fromisoformat(value(Key.WORKDAY_END)),
        division_path=division_path,
        bad_needs_text=value(Key.BAD_NEEDS_TEXT) == "yes",
        review_window_days=None if window == UNLIMITED else int(window),
        review_window_unit=unit(Key.REVIEW_WINDOW),
        follow_up_reviews=int(value(Key.FOLLOW_UP_REVIEWS)),
        rating_window=days(Key.RATING_WINDOW_DAYS),
        invitation_after=days(Key.INVITATION_AFTER_DAYS),
        second_invitation_after=days(Key.SECOND_INVITATION_AFTER_DAYS),
        invitations_at_most=int(value(Key.INVITATIONS_AT_MOST)),
        invitation_channels=frozenset(value(Key.INVITATION_CHANNEL).split(",")),
        quiet_from=time.fromisoformat(value(Key.QUIET_FROM)),
        quiet_until=time.fromisoformat(value(Key.QUIET_UNTIL)),
        interview_after_months=int(value(Key.INTERVIEW_AFTER_MONTHS)),
        dispatched_by_hotline=value(Key.DISPATCH_VIA) == "hotline_12345",
        dispatch_time=timedelta(minutes=int(value(Key.DISPATCH_MINUTES))),
        first_contact_same_day=value(Key.FIRST_CONTACT_SAME_DAY) == "yes",
        rectification_levels=int(value(Key.RECTIFICATION_LEVELS)),
        messages_a_day=int(value(Key.MESSAGES_A_DAY)),
        supervision_answer_days=int(value(Key.SUPERVISION_ANSWER_LIMIT)),
        supervision_answer_unit=unit(Key.SUPERVISION_ANSWER_LIMIT),
        reform_answer_days=int(value(Key.REFORM_ANSWER_LIMIT)),
        reform_answer_unit=unit(Key.REFORM_ANSWER_LIMIT),
        reform_change_days=int(value(Key.REFORM_CHANGE_LIMIT)),
        reform_change_unit=unit(Key.REFORM_CHANGE_LIMIT),
        repeat_offender_orders=int(value(Key.REPEAT_OFFENDER_ORDERS)),
        repeat_offender_days=int(value(Key.REPEAT_OFFENDER_DAYS)),
        sample_bad_closed=int(value(Key.SAMPLE_BAD_CLOSED)),
        sample_good=int(value(Key.SAMPLE_GOOD)),
        sample_at_least=int(value(Key.SAMPLE_AT_LEAST)),
        sample_half_width=int(value(Key.SAMPLE_HALF_WIDTH)),
        sample_expected_share=int(value(Key.SAMPLE_EXPECTED_SHARE)),
        sample_answer_within=days(Key.SAMPLE_ANSWER_DAYS),
        samples_by_phone="ivr" in value(Key.SAMPLE_CHANNEL).split(","),
        unread_limit_hours=int(value(Key.UNREAD_LIMIT_WORKING_HOURS)),
        complaint_days=int(value(Key.COMPLAINT_LIMIT)),
        complaint_unit=unit(Key.COMPLAINT_LIMIT),
        suggestion_days=int(value(Key.SUGGESTION_LIMIT)),
        suggestion_unit=unit(Key.SUGGESTION_LIMIT),
        after_sales_days=int(value(Key.AFTER_SALES_LIMIT)),
        after_sales_unit=unit(Key.AFTER_SALES_LIMIT),
        personal_data_days=int(value(Key.PERSONAL_DATA_REQUEST_LIMIT)),
        personal_data_unit=unit(Key.PERSONAL_DATA_REQUEST_LIMIT),
        appeal_days=int(value(Key.APPEAL_WINDOW)),
        appeal_unit=unit(Key.APPEAL_WINDOW),
        appeal_decision_days=int(value(Key.APPEAL_DECISION_LIMIT)),
        appeal_decision_unit=unit(Key.APPEAL_DECISION_LIMIT),
        appeal_pauses_deadline=value(Key.APPEAL_PAUSES_DEADLINE) == "yes",
        malicious_is_invalid=value(Key.MALICIOUS_IS_INVALID) == "yes",
        conceals_reviewer=value(Key.CONCEALMENT) == "full",
        hotline_clock_rules=value(Key.HOTLINE_CLOCK) == "theirs",
        figure_explain_days=int(value(Key.FIGURE_EXPLAIN_LIMIT)),
        figure_explain_unit=unit(Key.FIGURE_EXPLAIN_LIMIT),
        text_release_after=int(value(Key.TEXT_RELEASE_AFTER)),
        text_release_after_unit=unit(Key.TEXT_RELEASE_AFTER),
        text_release_days=int(value(Key.TEXT_RELEASE_LIMIT)),
        text_release_unit=unit(Key.TEXT_RELEASE_LIMIT),
        text_cell=int(value(Key.TEXT_CELL)),
    )


def check_no_default(profile: ProfileRow, key: str, value: str) -> None:
    """Raise `Refused(SILENCE_IS_NO_REVIEW)`: only an old law that explains imported records says otherwise."""
    if key == Key.DEFAULT_ON_EXPIRY and value != NO_DEFAULT and profile.may_choose:
        raise Refused(SILENCE_IS_NO_REVIEW, field="value")


def review_window_ends(served_at: datetime, terms: Terms, calendar: WorkingCalendar) -> datetime | None:
    """Until when a service may be reviewed: the end of the last day, office open or not.

    None where there is no limit, and where the calendar does not reach: nobody is shut out by a guess.
    """
    if terms.review_window_days is None:
        return None
    served = local_day(served_at)
    if terms.review_window_unit == Unit.DAYS:
        last: date | None = served + timedelta(days=terms.review_window_days)
    else:
        last = add_working_days(served, terms.review_window_days, calendar)
    return None if last is None else datetime.combine(last + DAY, time(0), BEIJING)


def is_quiet(moment: datetime, quiet_from: time, quiet_until: time) -> bool:
    """Whether nobody is to be disturbed; hours that begin later than they end pass midnight."""
    clock = moment.astimezone(BEIJING).time()
    if quiet_from <= quiet_until:
        return quiet_from <= clock < quiet_until
    return clock >= quiet_from or clock < quiet_until


def quiet_ends(moment: datetime, quiet_until: time) -> datetime:
    """The next moment at which quiet hours end."""
    ends = datetime.combine(local_day(moment), quiet_until, BEIJING)
    return ends if ends > moment else ends + DAY


def check_may_follow(profile: ProfileRow, field: str = "profile") -> None:
    """Raise `Refused(HISTORICAL_ONLY)` for a profile that only explains old records."""
    if not profile.may_choose:
        raise Refused(HISTORICAL_ONLY, field=field, value=profile.code)


def check_own_code(code: str) -> None:
    """Raise `Refused(BAD_PROFILE_CODE)` unless the code can be that of a profile made here.

    It begins as no shipped one does, so that no later version of the program brings another profile of that code.
    """
    if not _OWN_CODE.fullmatch(code):
        raise Refused(BAD_PROFILE_CODE, field="code", value=code)


def check_not_past(day: date, now: datetime, field: str) -> None:
    """Raise `Refused(IN_THE_PAST)`: what held on a day that is over stays as it was."""
    today = local_day(now)
    if day < today:
        raise Refused(IN_THE_PAST, field=field, day=day, today=today)


def check_ahead(day: date, now: datetime, field: str) -> None:
    """Raise `Refused(DAY_HAS_BEGUN)` unless the day is yet to come (trust.md C47).

    What happened earlier today has its deadlines by the rules of today, and pages explain it by them: another value for
    today would reach back. Nothing needs one: a new installation goes by the shipped values until its own begin.
    """
    today = local_day(now)
    if day <= today:
        raise Refused(DAY_HAS_BEGUN, field=field, day=day, first=today + DAY)
