"""What a profile may say: each key with what it decides and how its value may be written."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from haochaping.kernel.refused import N_
from haochaping.rulebook.terms.units import Unit


class Key(StrEnum):
    """What a profile may say; `RULES` tells what each is and how it is written."""

    LEVELS = "levels"
    BAD_LEVELS = "bad_levels"
    LEVEL_SCORES = "level_scores"
    INDICATOR_SET = "indicator_set"
    BAD_NEEDS_REASON = "bad_needs_reason"
    BAD_NEEDS_TEXT = "bad_needs_text"
    REVIEW_FORM = "review_form"
    ITEM_SCORE = "item_score"
    REVIEW_STAGES = "review_stages"
    REVIEW_TARGETS = "review_targets"
    REVIEW_WINDOW = "review_window"
    DEFAULT_ON_EXPIRY = "default_on_expiry"
    DEFAULT_MARKED = "default_marked"
    FOLLOW_UP_REVIEWS = "follow_up_reviews"
    MALICIOUS_IS_INVALID = "malicious_is_invalid"
    ACTIVE_RATE_APPRAISED = "active_rate_appraised"
    SINGLE_PROVINCIAL_PAGE = "single_provincial_page"
    CHANGE_WINDOW_MINUTES = "change_window_minutes"
    INVITATION_DAYS = "invitation_days"
    INVITATION_AFTER_DAYS = "invitation_after_days"
    SECOND_INVITATION_AFTER_DAYS = "second_invitation_after_days"
    INVITATIONS_AT_MOST = "invitations_at_most"
    INVITATION_CHANNEL = "invitation_channel"
    QUIET_FROM = "quiet_from"
    QUIET_UNTIL = "quiet_until"
    MESSAGES_A_DAY = "messages_a_day"
    AUTOMATIC_ORDER = "automatic_order"
    DISPATCH_VIA = "dispatch_via"
    DISPATCH_MINUTES = "dispatch_minutes"
    HOTLINE_CLOCK = "hotline_clock"
    SIGN_LIMIT_WORKING_HOURS = "sign_limit_working_hours"
    UNREAD_LIMIT_WORKING_HOURS = "unread_limit_working_hours"
    FIRST_CONTACT_LIMIT = "first_contact_limit"
    FIRST_CONTACT_SAME_DAY = "first_contact_same_day"
    SIMPLE_RECTIFY_LIMIT = "simple_rectify_limit"
    COMPLEX_RECTIFY_LIMIT = "complex_rectify_limit"
    QUALITY_CHECK_LIMIT = "quality_check_limit"
    EXTENSIONS_AT_MOST = "extensions_at_most"
    EXTENSION_LIMIT = "extension_limit"
    EXTENSION_TOLD = "extension_told"
    AMBER_THRESHOLD = "amber_threshold"
    CALL_ATTEMPTS = "call_attempts"
    CALL_ATTEMPTS_WITHIN_DAYS = "call_attempts_within_days"
    CALLBACK_TARGET = "callback_target"
    REPLY_TARGET = "reply_target"
    RECTIFY_TARGET = "rectify_target"
    RECTIFICATION_LEVELS = "rectification_levels"
    RATING_WINDOW_DAYS = "rating_window_days"
    REOPENINGS_AT_MOST = "reopenings_at_most"
    RETURNS_AT_MOST = "returns_at_most"
    RETURN_NEEDS_APPROVAL = "return_needs_approval"
    ANONYMOUS_ORDER = "anonymous_order"
    CONCEALMENT = "concealment"
    WORKDAY_START = "workday_start"
    WORKDAY_END = "workday_end"
    APPEAL_WINDOW = "appeal_window"
    APPEAL_DECISION_LIMIT = "appeal_decision_limit"
    APPEAL_PAUSES_DEADLINE = "appeal_pauses_deadline"
    SAMPLE_BAD_CLOSED = "sample_bad_closed"
    SAMPLE_GOOD = "sample_good"
    SAMPLE_AT_LEAST = "sample_at_least"
    SAMPLE_HALF_WIDTH = "sample_half_width"
    SAMPLE_EXPECTED_SHARE = "sample_expected_share"
    SAMPLE_ANSWER_DAYS = "sample_answer_days"
    SAMPLE_CHANNEL = "sample_channel"
    INTERVIEW_AFTER_MONTHS = "interview_after_months"
    SUPERVISION_ANSWER_LIMIT = "supervision_answer_limit"
    REFORM_ANSWER_LIMIT = "reform_answer_limit"
    REFORM_CHANGE_LIMIT = "reform_change_limit"
    REPEAT_OFFENDER_ORDERS = "repeat_offender_orders"
    REPEAT_OFFENDER_DAYS = "repeat_offender_days"
    REPORT_LATE_DAYS = "report_late_days"
    REPORT_VERY_LATE_DAYS = "report_very_late_days"
    SAME_REVIEW_SHARE = "same_review_share"
    SAME_MOMENT_SHARE = "same_moment_share"
    DEFAULT_VALUE_SHARE = "default_value_share"
    FIGURE_EXPLAIN_LIMIT = "figure_explain_limit"
    TEXT_RELEASE_AFTER = "text_release_after"
    TEXT_RELEASE_LIMIT = "text_release_limit"
    TEXT_CELL = "text_cell"
    PUBLISH_BY_DEFAULT = "publish_by_default"
    PUBLIC_RANKING = "public_ranking"
    SMALL_CELL = "small_cell"
    UPSTREAM_ADAPTER = "upstream_adapter"
    COMPLAINT_LIMIT = "complaint_limit"
    SUGGESTION_LIMIT = "suggestion_limit"
    AFTER_SALES_LIMIT = "after_sales_limit"
    PERSONAL_DATA_REQUEST_LIMIT = "personal_data_request_limit"


@dataclass(frozen=True, slots=True)
class Rule:
    """What a key decides, and how its value may be written.

    `choices` of another unit than a choice are the only values that the program can follow.
    """

    label: str
    units: tuple[Unit, ...]
    choices: tuple[str, ...] = ()
    several: bool = False
    """Whether it may be several of the choices at once, parted by commas."""


RULES: dict[Key, Rule] = {
    Key.LEVELS: Rule(N_("Levels of a review"), (Unit.COUNT,), choices=("5",)),
    Key.BAD_LEVELS: Rule(N_("Levels that count as bad"), (Unit.LEVELS,), choices=("1,2",)),
    Key.LEVEL_SCORES: Rule(N_("Points of the levels, the best first"), (Unit.POINTS,)),
    Key.INDICATOR_SET: Rule(N_("Set of indicators"), (Unit.CODE,), choices=("national-2020",)),
    Key.BAD_NEEDS_REASON: Rule(
        N_("A bad review names a reason or says it in words"), (Unit.YES_NO,), choices=("yes",)
    ),
    Key.BAD_NEEDS_TEXT: Rule(N_("A bad review becomes a work order only with words"), (Unit.YES_NO,)),
    Key.REVIEW_FORM: Rule(
        N_("What the form asks"),
        (Unit.CHOICE,),
        choices=("levels", "reasons", "stars", "score", "comment"),
        several=True,
    ),
    Key.ITEM_SCORE: Rule(N_("Every item has a score of its own"), (Unit.YES_NO,)),
    Key.REVIEW_STAGES: Rule(
        N_("Steps of a case that are reviewed"),
        (Unit.CHOICE,),
        choices=("every_contact", "intake", "receipt", "acceptance", "completion", "delivery"),
        several=True,
    ),
    Key.REVIEW_TARGETS: Rule(
        N_("What a review is about"),
        (Unit.CHOICE,),
        choices=("case", "item", "agency", "hall", "window", "staff", "platform"),
        several=True,
    ),
    Key.REVIEW_WINDOW: Rule(
        N_("Time to review after the service"),
        (
            Unit.CHOICE,
            Unit.WORKING_DAYS,
            Unit.DAYS,
        ),
        choices=("unlimited",),
    ),
    Key.DEFAULT_ON_EXPIRY: Rule(
        N_("What silence counts as"), (Unit.CHOICE,), choices=("none", "satisfied", "basically_satisfied")
    ),
    Key.DEFAULT_MARKED: Rule(N_("Rows made by a default are marked"), (Unit.YES_NO,), choices=("yes",)),
    Key.FOLLOW_UP_REVIEWS: Rule(N_("Follow-up reviews"), (Unit.COUNT,), choices=("0", "1")),
    Key.MALICIOUS_IS_INVALID: Rule(N_("A review proved malicious is invalid"), (Unit.YES_NO,)),
    Key.ACTIVE_RATE_APPRAISED: Rule(N_("The active rate counts in the appraisal"), (Unit.YES_NO,)),
    Key.SINGLE_PROVINCIAL_PAGE: Rule(N_("One review page for the whole province"), (Unit.YES_NO,)),
    Key.CHANGE_WINDOW_MINUTES: Rule(N_("Time to change a review"), (Unit.MINUTES,)),
    Key.INVITATION_DAYS: Rule(N_("Validity of an invitation"), (Unit.DAYS,)),
    Key.INVITATION_AFTER_DAYS: Rule(N_("First invitation after"), (Unit.DAYS,)),
    Key.SECOND_INVITATION_AFTER_DAYS: Rule(N_("Second invitation after"), (Unit.DAYS,)),
    Key.INVITATIONS_AT_MOST: Rule(N_("Invitations for one service"), (Unit.COUNT,)),
    Key.INVITATION_CHANNEL: Rule(
        N_("How people are invited"),
        (Unit.CHOICE,),
        choices=("sms", "phone", "page"),
        several=True,
    ),
    Key.QUIET_FROM: Rule(N_("Quiet hours begin"), (Unit.CLOCK,)),
    Key.QUIET_UNTIL: Rule(N_("Quiet hours end"), (Unit.CLOCK,)),
    Key.MESSAGES_A_DAY: Rule(N_("Messages to one person in a day"), (Unit.COUNT,)),
    Key.AUTOMATIC_ORDER: Rule(
        N_("A bad review becomes a work order by itself"), (Unit.YES_NO,), choices=("yes",)
    ),
    Key.DISPATCH_VIA: Rule(N_("Who dispatches"), (Unit.CHOICE,), choices=("agency", "hotline_12345")),
    Key.HOTLINE_CLOCK: Rule(
        N_("Whose clock rules an order that is also at the hotline"),
        (Unit.CHOICE,),
        choices=("ours", "theirs"),
    ),
    Key.DISPATCH_MINUTES: Rule(N_("Time to dispatch"), (Unit.MINUTES,)),
    Key.SIGN_LIMIT_WORKING_HOURS: Rule(N_("Time to sign for an order"), (Unit.WORKING_HOURS,)),
    Key.UNREAD_LIMIT_WORKING_HOURS: Rule(
        N_("Time until the notice of an order is read, before somebody higher is told"), (Unit.WORKING_HOURS,)
    ),
    Key.FIRST_CONTACT_LIMIT: Rule(
        N_("Time to contact the reviewer"),
        (
            Unit.WORKING_DAYS,
            Unit.DAYS,
        ),
    ),
    Key.FIRST_CONTACT_SAME_DAY: Rule(N_("Contact on the same day is expected"), (Unit.YES_NO,)),
    Key.SIMPLE_RECTIFY_LIMIT: Rule(
        N_("Time to rectify at once"),
        (
            Unit.WORKING_DAYS,
            Unit.DAYS,
        ),
    ),
    Key.COMPLEX_RECTIFY_LIMIT: Rule(
        N_("Time to rectify with a deadline"),
        (
            Unit.WORKING_DAYS,
            Unit.DAYS,
        ),
    ),
    Key.QUALITY_CHECK_LIMIT: Rule(
        N_("Quality check of a reply within"),
        (
            Unit.WORKING_DAYS,
            Unit.DAYS,
        ),
    ),
    Key.EXTENSIONS_AT_MOST: Rule(N_("Extensions"), (Unit.COUNT,)),
    Key.EXTENSION_LIMIT: Rule(
        N_("Length of an extension"),
        (
            Unit.WORKING_DAYS,
            Unit.DAYS,
        ),
    ),
    Key.EXTENSION_TOLD: Rule(N_("The reviewer is told why it is extended"), (Unit.YES_NO,), choices=("yes",)),
    Key.AMBER_THRESHOLD: Rule(N_("Share of the time after which a deadline is near"), (Unit.PERCENT,)),
    Key.CALL_ATTEMPTS: Rule(N_("Attempts to call"), (Unit.COUNT,)),
    Key.CALL_ATTEMPTS_WITHIN_DAYS: Rule(N_("Attempts within"), (Unit.DAYS,)),
    Key.CALLBACK_TARGET: Rule(N_("Call-backs to named reviewers"), (Unit.PERCENT,)),
    Key.REPLY_TARGET: Rule(N_("Replies to bad reviews"), (Unit.PERCENT,)),
    Key.RECTIFY_TARGET: Rule(N_("Bad reviews put right"), (Unit.PERCENT,)),
    Key.RECTIFICATION_LEVELS: Rule(
        N_("Levels for rating the rectification"), (Unit.COUNT,), choices=("2", "3")
    ),
    Key.RATING_WINDOW_DAYS: Rule(N_("Time to rate the rectification"), (Unit.DAYS,)),
    Key.REOPENINGS_AT_MOST: Rule(N_("Reopenings"), (Unit.COUNT,)),
    Key.RETURNS_AT_MOST: Rule(N_("Returns by the agency"), (Unit.COUNT,)),
    Key.RETURN_NEEDS_APPROVAL: Rule(N_("A return needs the dispatcher's approval"), (Unit.YES_NO,)),
    Key.ANONYMOUS_ORDER: Rule(
        N_("Order of an anonymous review"), (Unit.CHOICE,), choices=("verified_without_callback",)
    ),
    Key.CONCEALMENT: Rule(
        N_("What the agency learns of the reviewer's case"), (Unit.CHOICE,), choices=("handler", "full")
    ),
    Key.WORKDAY_START: Rule(N_("Office hours begin"), (Unit.CLOCK,)),
    Key.WORKDAY_END: Rule(N_("Office hours end"), (Unit.CLOCK,)),
    Key.APPEAL_WINDOW: Rule(
        N_("Time to appeal after signing"),
        (
            Unit.WORKING_DAYS,
            Unit.DAYS,
        ),
    ),
    Key.APPEAL_DECISION_LIMIT: Rule(
        N_("Time to decide an appeal"),
        (
            Unit.WORKING_DAYS,
            Unit.DAYS,
        ),
    ),
    Key.APPEAL_PAUSES_DEADLINE: Rule(N_("An appeal pauses the order's deadline"), (Unit.YES_NO,)),
    Key.SAMPLE_BAD_CLOSED: Rule(N_("Closed bad reviews called again"), (Unit.PERCENT,)),
    Key.SAMPLE_GOOD: Rule(N_("Good reviews called again"), (Unit.PERCENT,)),
    Key.SAMPLE_AT_LEAST: Rule(N_("Least number of good reviews called again in a month"), (Unit.COUNT,)),
    Key.SAMPLE_HALF_WIDTH: Rule(N_("Half width of the interval that a sample is drawn for"), (Unit.PERCENT,)),
    Key.SAMPLE_EXPECTED_SHARE: Rule(
        N_("Share expected to say again that they are satisfied"), (Unit.PERCENT,)
    ),
    Key.SAMPLE_ANSWER_DAYS: Rule(
        N_("Time to answer the question by SMS before a person calls"), (Unit.DAYS,)
    ),
    Key.SAMPLE_CHANNEL: Rule(
        N_("How people of a sample are asked before a person calls"),
        (Unit.CHOICE,),
        choices=("sms", "ivr"),
        several=True,
    ),
    Key.INTERVIEW_AFTER_MONTHS: Rule(
        N_("Months in the last place before an interview (0: none)"), (Unit.MONTHS,)
    ),
    Key.SUPERVISION_ANSWER_LIMIT: Rule(
        N_("Time to answer supervision or urging"),
        (
            Unit.WORKING_DAYS,
            Unit.DAYS,
        ),
    ),
    Key.REFORM_ANSWER_LIMIT: Rule(
        N_("Time to answer a proposal of a reform"), (Unit.WORKING_DAYS, Unit.DAYS)
    ),
    Key.REFORM_CHANGE_LIMIT: Rule(N_("Time to carry out an accepted reform"), (Unit.WORKING_DAYS, Unit.DAYS)),
    Key.REPEAT_OFFENDER_ORDERS: Rule(
        N_("Bad reviews of one item that make a supervisor look"), (Unit.COUNT,)
    ),
    Key.REPEAT_OFFENDER_DAYS: Rule(N_("Days within which these bad reviews were given"), (Unit.DAYS,)),
    Key.REPORT_LATE_DAYS: Rule(N_("Time after which a report is late"), (Unit.DAYS,)),
    Key.REPORT_VERY_LATE_DAYS: Rule(N_("Time after which a report is very late"), (Unit.DAYS,)),
    Key.SAME_REVIEW_SHARE: Rule(
        N_("Share of reviews of one source and day with the same content from which it is looked into"),
        (Unit.PERCENT,),
    ),
    Key.SAME_MOMENT_SHARE: Rule(
        N_(
            "Share of reviews given the same number of seconds after the service from which it is looked into"
        ),
        (Unit.PERCENT,),
    ),
    Key.DEFAULT_VALUE_SHARE: Rule(
        N_("Share of cases whose services are “other” or unnamed from which they are marked"),
        (Unit.PERCENT,),
    ),
    Key.FIGURE_EXPLAIN_LIMIT: Rule(
        N_("Time for a source to explain before its figures are withheld"), (Unit.WORKING_DAYS, Unit.DAYS)
    ),
    Key.TEXT_RELEASE_AFTER: Rule(
        N_("Time from the week of a review until its words are offered for release"),
        (Unit.WORKING_DAYS, Unit.DAYS),
    ),
    Key.TEXT_RELEASE_LIMIT: Rule(
        N_("Time to decide about words offered for release"), (Unit.WORKING_DAYS, Unit.DAYS)
    ),
    Key.TEXT_CELL: Rule(
        N_("Cases of an item, agency and week from which on words stand with their item"), (Unit.COUNT,)
    ),
    Key.PUBLISH_BY_DEFAULT: Rule(N_("Published unless there is a reason not to"), (Unit.YES_NO,)),
    Key.PUBLIC_RANKING: Rule(N_("Rankings are public"), (Unit.YES_NO,)),
    Key.SMALL_CELL: Rule(N_("Smallest number shown by itself"), (Unit.COUNT,)),
    Key.UPSTREAM_ADAPTER: Rule(
        N_("Adapter to the level above"), (Unit.CHOICE,), choices=("none", "shandong")
    ),
    Key.COMPLAINT_LIMIT: Rule(N_("Time to answer a complaint"), (Unit.WORKING_DAYS, Unit.DAYS)),
    Key.SUGGESTION_LIMIT: Rule(N_("Time to answer a suggestion"), (Unit.WORKING_DAYS, Unit.DAYS)),
    Key.AFTER_SALES_LIMIT: Rule(N_("Time to answer an after-sales question"), (Unit.WORKING_DAYS, Unit.DAYS)),
    Key.PERSONAL_DATA_REQUEST_LIMIT: Rule(
        N_("Time to answer a request about one’s own personal data"), (Unit.WORKING_DAYS, Unit.DAYS)
    ),
}

NOT_READ = frozenset(
    {
        Key.DEFAULT_ON_EXPIRY,
        Key.LEVEL_SCORES,
        Key.ITEM_SCORE,
        Key.ACTIVE_RATE_APPRAISED,
        Key.CALLBACK_TARGET,
        Key.REPLY_TARGET,
        Key.RECTIFY_TARGET,
        Key.PUBLISH_BY_DEFAULT,
        Key.PUBLIC_RANKING,
        Key.SMALL_CELL,
        Key.REVIEW_FORM,
        Key.REVIEW_STAGES,
        Key.REVIEW_TARGETS,
        Key.SINGLE_PROVINCIAL_PAGE,
        Key.UPSTREAM_ADAPTER,
    }
)
"""Rules that are kept, inherited and shown, and that nothing in the program reads so far."""
