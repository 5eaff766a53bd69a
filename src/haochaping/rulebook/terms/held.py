"""The rules as they hold for one division on one day."""

from __future__ import annotations

from dataclasses import KW_ONLY, dataclass
from typing import TYPE_CHECKING

from haochaping.rulebook.terms.units import Unit

if TYPE_CHECKING:
    from datetime import time, timedelta


@dataclass(frozen=True, slots=True)
class Terms:
    """The rulebook as it holds for one division on one day.

    A limit is a number with its unit: working days, or days of the calendar where the profile says so.
    `division_path` is whose terms they are, so that the calendar can be that division's. `review_window_days` is
    None where a service may be reviewed for ever.
    """

    profile: str
    change_window: timedelta
    invitation_valid: timedelta
    sign_limit_hours: int
    first_contact_days: int
    simple_rectify_days: int
    complex_rectify_days: int
    workday_start: time
    workday_end: time
    call_attempts: int
    call_attempts_within: timedelta
    quality_check_days: int
    extensions_at_most: int
    extension_days: int
    returns_at_most: int
    return_needs_approval: bool
    reopenings_at_most: int
    amber_threshold: int
    report_late: timedelta
    report_very_late: timedelta
    same_review_share: int
    same_moment_share: int
    default_value_share: int
    first_contact_unit: Unit = Unit.WORKING_DAYS
    simple_rectify_unit: Unit = Unit.WORKING_DAYS
    complex_rectify_unit: Unit = Unit.WORKING_DAYS
    quality_check_unit: Unit = Unit.WORKING_DAYS
    extension_unit: Unit = Unit.WORKING_DAYS
    division_path: str = ""
    _: KW_ONLY
    bad_needs_text: bool
    review_window_days: int | None
    review_window_unit: Unit
    follow_up_reviews: int
    rating_window: timedelta
    invitation_after: timedelta
    second_invitation_after: timedelta
    invitations_at_most: int
    invitation_channels: frozenset[str]
    quiet_from: time
    quiet_until: time
    interview_after_months: int
    dispatched_by_hotline: bool
    dispatch_time: timedelta
    first_contact_same_day: bool
    rectification_levels: int
    messages_a_day: int
    supervision_answer_days: int
    supervision_answer_unit: Unit
    reform_answer_days: int
    reform_answer_unit: Unit
    reform_change_days: int
    reform_change_unit: Unit
    repeat_offender_orders: int
    repeat_offender_days: int
    sample_bad_closed: int
    sample_good: int
    sample_at_least: int
    sample_half_width: int
    sample_expected_share: int
    sample_answer_within: timedelta
    samples_by_phone: bool
    unread_limit_hours: int
    complaint_days: int
    complaint_unit: Unit
    suggestion_days: int
    suggestion_unit: Unit
    after_sales_days: int
    after_sales_unit: Unit
    personal_data_days: int
    personal_data_unit: Unit
    appeal_days: int
    appeal_unit: Unit
    appeal_decision_days: int
    appeal_decision_unit: Unit
    appeal_pauses_deadline: bool
    malicious_is_invalid: bool
    conceals_reviewer: bool
    hotline_clock_rules: bool
    figure_explain_days: int
    figure_explain_unit: Unit
    text_release_after: int
    text_release_after_unit: Unit
    text_release_days: int
    text_release_unit: Unit
    text_cell: int
