"""评价 tables. A review is never deleted; what its reviewer changes leaves a row in the history."""

from __future__ import annotations

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import CheckConstraint, F, Index, Q, UniqueConstraint

from haochaping.kernel.privacy import Kept, Purpose
from haochaping.reviews.asking.terms import OPEN_CALLS, AskingCallResult, AskingCallState, CalledFor
from haochaping.reviews.paper.terms import OPEN_SLIPS, SlipState
from haochaping.reviews.terms import (
    AskingEnd,
    ChangeKind,
    HelpedBy,
    Provenance,
    ReasonClass,
    ReviewChannel,
    ReviewStatus,
)

_BAD = Q(level__lte=2)


class IndicatorSet(models.Model):
    """评价指标集: codes of one origin; which of them hold on a day, their dates say."""

    class Privacy:
        plain = ("code", "name")

    code = models.CharField(max_length=40, unique=True)
    name = models.CharField(max_length=100)

    class Meta:
        db_table = "reviews_indicator_set"
        verbose_name = "评价指标集"


class ReviewIndicator(models.Model):
    """评价指标, in force from a day to before another: None is ever before, or until further notice.

    Those that hold on one day are the set's version of that day. Retired codes stay, so that old reviews can be read.
    """

    class Privacy:
        plain = ("code", "label")

    indicator_set = models.ForeignKey(IndicatorSet, models.PROTECT, related_name="+")
    code = models.CharField(max_length=10)
    level = models.SmallIntegerField()
    label = models.CharField(max_length=200)
    basic = models.BooleanField()
    effective_from = models.DateField(null=True)
    effective_to = models.DateField(null=True)

    class Meta:
        db_table = "reviews_review_indicator"
        verbose_name = "评价指标"
        constraints = [
            UniqueConstraint(fields=["indicator_set", "code"], name="indicator_unique_in_set"),
            CheckConstraint(condition=Q(level__gte=1, level__lte=5), name="indicator_level_1_5"),
            CheckConstraint(
                condition=Q(effective_from__lt=F("effective_to")), name="indicator_ends_after_it_begins"
            ),
        ]


class Invitation(models.Model):
    """邀评: one occurrence's invitation. Its address is signed, not stored; used is derived from the review.

    `ask_at` is when its person is asked next, None when not (any more); `asked` and `failed` how many text messages went out
    and how many did not; `message` the delivery whose outcome is not known yet; `asking_ended` why it ended.
    """

    class Privacy:
        plain = ("asking_ended",)

    id = models.UUIDField(primary_key=True)
    occurrence = models.OneToOneField(
        "cases.ServiceOccurrence", models.PROTECT, related_name="+", db_constraint=False
    )
    issued_at = models.DateTimeField()
    expires_at = models.DateTimeField()
    ask_at = models.DateTimeField(null=True)
    asked = models.SmallIntegerField(db_default=0)
    failed = models.SmallIntegerField(db_default=0)
    message = models.UUIDField(null=True)
    asking_ended = models.CharField(max_length=12, blank=True, db_default="")

    class Meta:
        db_table = "reviews_invitation"
        verbose_name = "邀评"
        constraints = [
            CheckConstraint(condition=Q(asking_ended__in=["", *AskingEnd]), name="invitation_ended_known")
        ]
        indexes = [
            Index(fields=["ask_at"], name="invitation_to_ask", condition=Q(ask_at__isnull=False)),
            Index(fields=["message"], name="invitation_awaited", condition=Q(message__isnull=False)),
        ]


class AskingCall(models.Model):
    """电话邀评: an invitation whose person an operator calls. What they said is kept until it is a review.

    The place is that of the service, so that nobody sees it who may not: `why` they are called, `until` when at the latest.
    """

    class Privacy:
        purpose = Purpose.REVIEW
        retention = Kept.RECORD
        plain = ("why", "state", "refusal")
        never = ("words",)

    id = models.UUIDField(primary_key=True)
    invitation = models.OneToOneField(Invitation, models.PROTECT, related_name="+")
    division = models.ForeignKey("directory.Division", models.PROTECT, related_name="+", db_index=False)
    agency = models.ForeignKey("directory.Agency", models.PROTECT, related_name="+", db_index=False)
    item = models.ForeignKey("directory.ServiceItem", models.PROTECT, related_name="+", db_index=False)
    staff_id = models.BigIntegerField(null=True)
    why = models.CharField(max_length=8)
    state = models.CharField(max_length=12)
    since = models.DateTimeField()
    until = models.DateTimeField()
    level = models.SmallIntegerField(null=True)
    words = models.TextField(blank=True)
    refusal = models.CharField(max_length=40, blank=True)
    settled_at = models.DateTimeField(null=True)

    class Meta:
        db_table = "reviews_asking_call"
        verbose_name = "电话邀评"
        constraints = [
            CheckConstraint(condition=Q(why__in=list(CalledFor)), name="asking_call_why_known"),
            CheckConstraint(condition=Q(state__in=list(AskingCallState)), name="asking_call_state_known"),
            CheckConstraint(
                condition=Q(state=AskingCallState.HEARD, level__gte=1, level__lte=5)
                | (~Q(state=AskingCallState.HEARD) & Q(level__isnull=True, words="")),
                name="asking_call_heard",
            ),
            CheckConstraint(
                condition=Q(state__in=sorted(OPEN_CALLS), settled_at__isnull=True)
                | (~Q(state__in=sorted(OPEN_CALLS)) & Q(settled_at__isnull=False)),
                name="asking_call_settled",
            ),
        ]
        indexes = [
            Index(
                fields=["division", "until"],
                name="asking_call_open",
                condition=Q(state=AskingCallState.TO_CALL),
            )
        ]


class AskingAttempt(models.Model):
    """邀评通话: what one call of the relay brought; each call is recorded once."""

    class Privacy:
        plain = ("result",)
        account = ("by",)

    call = models.UUIDField(primary_key=True)
    asking = models.ForeignKey(AskingCall, models.PROTECT, related_name="+")
    called_at = models.DateTimeField()
    result = models.CharField(max_length=12)
    by = models.CharField(max_length=80)
    at = models.DateTimeField()

    class Meta:
        db_table = "reviews_asking_attempt"
        verbose_name = "邀评通话"
        constraints = [
            CheckConstraint(
                condition=Q(result__in=list(AskingCallResult)), name="asking_attempt_result_known"
            )
        ]


class Review(models.Model):
    """评价: one answer about one occurrence. Level, reasons and status change only by the reviewer's own hand."""

    class Privacy:
        purpose = Purpose.REVIEW
        retention = Kept.RECORD
        plain = (
            "indicator_set",
            "channel",
            "claimed_provenance",
            "provenance",
            "status",
            "digest",
            "receipt_hash",
        )
        account = ("sent_by",)
        linked = ("person_id",)
        never = ("comment_text",)

    id = models.UUIDField(primary_key=True)
    occurrence = models.ForeignKey(
        "cases.ServiceOccurrence", models.PROTECT, related_name="+", db_index=False
    )
    assess_no = models.SmallIntegerField()
    level = models.SmallIntegerField()
    indicator_set = models.CharField(max_length=40)
    indicator_codes = ArrayField(models.CharField(max_length=10))
    comment_text = models.TextField(blank=True)
    reason_missing = models.BooleanField()
    channel = models.CharField(max_length=20)
    claimed_provenance = models.CharField(max_length=40, blank=True)
    provenance = models.CharField(max_length=30)
    anonymous = models.BooleanField()
    status = models.CharField(max_length=12)
    assessed_at = models.DateTimeField()
    received_at = models.DateTimeField()
    finished_at = models.DateTimeField(null=True)
    changeable_until = models.DateTimeField()
    platform_id = models.BigIntegerField()
    division = models.ForeignKey(
        "directory.Division", models.PROTECT, related_name="+", db_constraint=False, db_index=False
    )
    agency = models.ForeignKey(
        "directory.Agency", models.PROTECT, related_name="+", db_constraint=False, db_index=False
    )
    item = models.ForeignKey(
        "directory.ServiceItem", models.PROTECT, related_name="+", db_constraint=False, db_index=False
    )
    hall_id = models.BigIntegerField(null=True)
    window_id = models.BigIntegerField(null=True)
    staff_id = models.BigIntegerField(null=True)
    person_id = models.UUIDField(null=True)
    receipt_hash = models.BinaryField(max_length=32, unique=True)
    digest = models.BinaryField(max_length=32)
    sent_by = models.CharField(max_length=80)
    # 64 bits of the hash of what names it in a statement between systems (对账): a day is added up without reading more.
    key_number = models.BigIntegerField(db_default=0)

    class Meta:
        db_table = "reviews_review"
        verbose_name = "评价"
        constraints = [
            UniqueConstraint(fields=["occurrence", "assess_no"], name="review_unique_per_occurrence"),
            CheckConstraint(condition=Q(level__gte=1, level__lte=5), name="review_level_1_5"),
            CheckConstraint(condition=Q(assess_no__gte=1, assess_no__lte=2), name="review_assess_no_1_2"),
            CheckConstraint(condition=Q(status__in=list(ReviewStatus)), name="review_status_known"),
            CheckConstraint(condition=Q(channel__in=list(ReviewChannel)), name="review_channel_known"),
            CheckConstraint(condition=Q(provenance__in=list(Provenance)), name="review_provenance_known"),
        ]
        indexes = [
            Index(fields=["agency", "level", "assessed_at"], name="review_agency_level_time"),
            # Lists of reviews are read from the newest on; as it grows at its end only, keeping it costs next to nothing.
            Index(fields=["assessed_at"], name="review_time"),
            # The public list of a place (publicity/stream). Of bad reviews, which are few and looked for most, once more by
            # themselves: else they would be sought among a thousand others each.
            Index(fields=["division", "assessed_at"], name="review_division_time"),
            Index(fields=["item", "assessed_at"], name="review_item_time"),
            Index(fields=["assessed_at"], condition=_BAD, name="review_bad_time"),
            Index(fields=["division", "assessed_at"], condition=_BAD, name="review_bad_division_time"),
            Index(fields=["item", "assessed_at"], condition=_BAD, name="review_bad_item_time"),
        ]


class Supplement(models.Model):
    """评价补充: consent to a call-back, who helped, whether the case is hidden from the agency.

    Beside the review, so that the hot table stays narrow.
    """

    class Privacy:
        plain = ("helped_by",)

    review = models.OneToOneField(Review, models.PROTECT, related_name="+", primary_key=True)
    may_call_back = models.BooleanField()
    helped_by = models.CharField(max_length=10, blank=True)
    concealed = models.BooleanField(db_default=False)
    said_at = models.DateTimeField()

    class Meta:
        db_table = "reviews_supplement"
        verbose_name = "评价补充"
        constraints = [
            CheckConstraint(condition=Q(helped_by__in=["", *HelpedBy]), name="supplement_helped_by_known")
        ]


class ReviewChange(models.Model):
    """评价更正: what stood there before the reviewer changed it."""

    class Privacy:
        purpose = Purpose.REVIEW
        retention = Kept.RECORD
        plain = ("kind",)
        never = ("comment_text",)

    id = models.UUIDField(primary_key=True)
    review = models.ForeignKey(Review, models.PROTECT, related_name="+")
    kind = models.CharField(max_length=12)
    level = models.SmallIntegerField()
    indicator_codes = ArrayField(models.CharField(max_length=10))
    comment_text = models.TextField(blank=True)
    changed_at = models.DateTimeField()

    class Meta:
        db_table = "reviews_review_change"
        verbose_name = "评价更正"
        constraints = [
            CheckConstraint(condition=Q(kind__in=list(ChangeKind)), name="review_change_kind_known")
        ]


class Exclusion(models.Model):
    """评价排除: why a review does not count. Beside the review, as few are; lifted, the row stays with its day."""

    class Privacy:
        plain = ("reason_class",)

    review = models.OneToOneField(Review, models.PROTECT, related_name="+", primary_key=True)
    reason_class = models.CharField(max_length=10)
    excluded_at = models.DateTimeField()
    lifted_at = models.DateTimeField(null=True)

    class Meta:
        db_table = "reviews_exclusion"
        verbose_name = "评价排除"
        constraints = [
            CheckConstraint(condition=Q(reason_class__in=list(ReasonClass)), name="exclusion_class_known")
        ]


class PaperSlip(models.Model):
    """纸质评价单: a review on paper while two persons type it; its number is written on the paper.

    The service is the one the first person read. What each typed lies in `PaperEntry`, and is gone once it is a review.
    """

    class Privacy:
        purpose = Purpose.REVIEW
        retention = Kept.RECORD
        plain = ("state", "refusal")
        account = ("first_by", "second_by", "ended_by")
        never = ("ended_note",)

    id = models.BigAutoField(primary_key=True)
    occurrence = models.ForeignKey(
        "cases.ServiceOccurrence", models.PROTECT, related_name="+", db_index=False
    )
    state = models.CharField(max_length=10)
    division = models.ForeignKey("directory.Division", models.PROTECT, related_name="+")
    agency = models.ForeignKey("directory.Agency", models.PROTECT, related_name="+")
    item = models.ForeignKey("directory.ServiceItem", models.PROTECT, related_name="+", db_index=False)
    staff_id = models.BigIntegerField(null=True)
    first_by = models.CharField(max_length=80)
    first_at = models.DateTimeField()
    second_by = models.CharField(max_length=80, blank=True)
    second_at = models.DateTimeField(null=True)
    ended_by = models.CharField(max_length=80, blank=True)
    ended_at = models.DateTimeField(null=True)
    ended_note = models.CharField(max_length=300, blank=True)
    refusal = models.CharField(max_length=40, blank=True)
    review_id = models.UUIDField(null=True)

    class Meta:
        db_table = "reviews_paper_slip"
        verbose_name = "纸质评价单"
        constraints = [
            CheckConstraint(condition=Q(state__in=list(SlipState)), name="paper_slip_state_known"),
            CheckConstraint(
                condition=Q(second_by="", second_at__isnull=True)
                | (~Q(second_by="") & Q(second_at__isnull=False)),
                name="paper_slip_second_dated",
            ),
            # Two persons, always: the database itself does not take one for both.
            CheckConstraint(condition=~Q(second_by=F("first_by")), name="paper_slip_two_persons"),
            CheckConstraint(
                condition=~Q(state__in=[SlipState.AGREED, SlipState.TAKEN]) | Q(second_at__isnull=False),
                name="paper_slip_agreed_by_two",
            ),
            CheckConstraint(
                condition=Q(state=SlipState.TAKEN, review_id__isnull=False)
                | (~Q(state=SlipState.TAKEN) & Q(review_id__isnull=True)),
                name="paper_slip_taken_is_review",
            ),
            UniqueConstraint(
                fields=["occurrence"],
                condition=Q(state__in=sorted(OPEN_SLIPS)),
                name="paper_slip_one_open",
            ),
        ]


class PaperEntry(models.Model):
    """评价单录入: what one of the two persons read on the paper."""

    class Privacy:
        purpose = Purpose.REVIEW
        retention = Kept.SLIP
        account = ("by",)
        never = ("words",)

    slip = models.ForeignKey(PaperSlip, models.PROTECT, related_name="+")
    by = models.CharField(max_length=80)
    typed_at = models.DateTimeField()
    occurrence = models.ForeignKey(
        "cases.ServiceOccurrence", models.PROTECT, related_name="+", db_index=False
    )
    level = models.SmallIntegerField()
    codes = ArrayField(models.CharField(max_length=10))
    words = models.TextField(blank=True)
    given_on = models.DateField()

    class Meta:
        db_table = "reviews_paper_entry"
        verbose_name = "评价单录入"
        constraints = [
            UniqueConstraint(fields=["slip", "by"], name="paper_entry_one_each"),
            CheckConstraint(condition=Q(level__gte=1, level__lte=5), name="paper_entry_level_1_5"),
        ]
