"""监督 tables: signals, supervision orders with their events, proposals, urgings."""

from __future__ import annotations

from django.db import models
from django.db.models import CheckConstraint, Index, Q, UniqueConstraint

from haochaping.kernel.privacy import Kept, Purpose
from haochaping.supervision.rules import OPEN
from haochaping.supervision.terms import (
    AUTOMATIC,
    OPENED_AS,
    PERSONAL,
    PROPOSED,
    AnsweredBy,
    DidRate,
    DrawMethod,
    ProposalState,
    ReportMove,
    ReportState,
    Rung,
    SampleCallResult,
    SampleKind,
    SampleState,
    SignalKind,
    SupervisionMove,
    SupervisionState,
)

_OPEN = (
    SupervisionState.OPENED,
    SupervisionState.NOTIFIED,
    SupervisionState.RESPONDED,
    SupervisionState.CHECKED,
    SupervisionState.CALLED,
)


class SupervisionOrder(models.Model):
    """督办单. `key` is the form it was opened with: the same form sent twice opens one."""

    class Privacy:
        purpose = Purpose.SUPERVISION
        retention = Kept.RECORD
        plain = ("rung", "state")
        account = ("opened_by",)
        never = ("text", "response")

    id = models.UUIDField(primary_key=True)
    key = models.UUIDField(unique=True)
    rung = models.CharField(max_length=16)
    state = models.CharField(max_length=16)
    division = models.ForeignKey("directory.Division", models.PROTECT, related_name="+")
    agency = models.ForeignKey("directory.Agency", models.PROTECT, related_name="+")
    work_order = models.ForeignKey("rectification.WorkOrder", models.PROTECT, null=True, related_name="+")
    # Which part of the order it is about, where it reminds or warns an agency that helps.
    part = models.ForeignKey(
        "rectification.CoHandler", models.PROTECT, null=True, db_index=False, related_name="+"
    )
    # The complaint, suggestion or question it is about, where it reminds or warns an agency that has one to answer.
    voice = models.ForeignKey("voices.Voice", models.PROTECT, null=True, db_index=False, related_name="+")
    text = models.TextField(blank=True)
    response = models.TextField(blank=True)
    opened_at = models.DateTimeField()
    opened_by = models.CharField(max_length=80)
    due_at = models.DateTimeField(null=True)

    class Meta:
        db_table = "supervision_order"
        verbose_name = "督办单"
        indexes = [
            Index(fields=["division", "opened_at"], name="supervision_by_division"),
            Index(fields=["agency", "opened_at"], name="supervision_by_agency"),
        ]
        constraints = [
            CheckConstraint(condition=Q(rung__in=list(OPENED_AS)), name="supervision_rung_known"),
            CheckConstraint(condition=Q(state__in=list(SupervisionState)), name="supervision_state_known"),
            UniqueConstraint(
                fields=["work_order", "rung"],
                condition=Q(rung__in=list(AUTOMATIC), part__isnull=True),
                name="supervision_one_automatic",
            ),
            UniqueConstraint(
                fields=["part", "rung"],
                condition=Q(part__isnull=False),
                name="supervision_one_of_part",
            ),
            CheckConstraint(
                condition=Q(part__isnull=True) | Q(rung__in=list(AUTOMATIC), work_order__isnull=False),
                name="supervision_part_of_order",
            ),
            UniqueConstraint(
                fields=["voice", "rung"], condition=Q(voice__isnull=False), name="supervision_one_of_voice"
            ),
            CheckConstraint(
                condition=Q(voice__isnull=True) | Q(rung__in=list(AUTOMATIC), work_order__isnull=True),
                name="supervision_voice_alone",
            ),
            UniqueConstraint(
                fields=["work_order", "agency"],
                condition=Q(rung=Rung.LETTER, state__in=list(_OPEN)),
                name="supervision_one_open_letter",
            ),
        ]


class SupervisionEvent(models.Model):
    """督办流转: what happened, when, by whom."""

    class Privacy:
        purpose = Purpose.SUPERVISION
        retention = Kept.RECORD
        plain = ("move",)
        account = ("by",)
        never = ("note",)

    id = models.UUIDField(primary_key=True)
    supervision = models.ForeignKey(SupervisionOrder, models.PROTECT, related_name="+")
    move = models.CharField(max_length=16)
    by = models.CharField(max_length=80)
    at = models.DateTimeField()
    note = models.TextField(blank=True)

    class Meta:
        db_table = "supervision_event"
        verbose_name = "督办流转"
        constraints = [
            CheckConstraint(condition=Q(move__in=list(SupervisionMove)), name="supervision_event_known")
        ]


class Signal(models.Model):
    """监督线索: raised once about a subject and day."""

    class Privacy:
        plain = ("kind", "subject", "facts")

    id = models.UUIDField(primary_key=True)
    kind = models.CharField(max_length=24)
    division = models.ForeignKey("directory.Division", models.PROTECT, related_name="+")
    agency = models.ForeignKey("directory.Agency", models.PROTECT, related_name="+")
    subject = models.CharField(max_length=80)
    day = models.DateField()
    work_order = models.ForeignKey("rectification.WorkOrder", models.PROTECT, null=True, related_name="+")
    facts = models.JSONField(default=dict)
    raised_at = models.DateTimeField()
    # Whom the review names that it comes from, where that is no order's.
    staff_id = models.BigIntegerField(null=True)
    supervision = models.ForeignKey(SupervisionOrder, models.PROTECT, null=True, related_name="+")
    # Taken up by a measure about a person; no key, as who sees the signal need not see that.
    measure_id = models.UUIDField(null=True)

    class Meta:
        db_table = "supervision_signal"
        verbose_name = "监督线索"
        indexes = [Index(fields=["division", "raised_at"], name="signal_by_division")]
        constraints = [
            CheckConstraint(condition=Q(kind__in=list(SignalKind)), name="signal_kind_known"),
            UniqueConstraint(fields=["kind", "subject", "day"], name="signal_once"),
        ]


class Proposal(models.Model):
    """建议: a measure above the letter, proposed by one person and decided by another.

    It is about a supervision order, or about one member of staff (`staff`) whose service was at fault in a work order.
    """

    class Privacy:
        purpose = Purpose.SUPERVISION
        retention = Kept.RECORD
        plain = ("rung", "state")
        account = ("proposed_by", "decided_by", "heard_by", "done_by")
        never = ("reason", "decision", "heard", "heard_before", "outcome")

    id = models.UUIDField(primary_key=True)
    supervision = models.ForeignKey(SupervisionOrder, models.PROTECT, null=True, related_name="+")
    work_order = models.ForeignKey("rectification.WorkOrder", models.PROTECT, null=True, related_name="+")
    staff = models.ForeignKey("directory.StaffMember", models.PROTECT, null=True, related_name="+")
    division = models.ForeignKey("directory.Division", models.PROTECT, related_name="+")
    rung = models.CharField(max_length=16)
    state = models.CharField(max_length=10)
    reason = models.TextField()
    proposed_by = models.CharField(max_length=80)
    proposed_at = models.DateTimeField()
    decision = models.TextField(blank=True)
    decided_by = models.CharField(max_length=80, blank=True)
    decided_at = models.DateTimeField(null=True)
    heard = models.TextField(blank=True, db_default="")
    heard_by = models.CharField(max_length=80, blank=True, db_default="")
    heard_at = models.DateTimeField(null=True)
    heard_before = models.JSONField(default=list, db_default=models.Value([], models.JSONField()))
    outcome = models.TextField(blank=True, db_default="")
    done_by = models.CharField(max_length=80, blank=True, db_default="")
    done_at = models.DateTimeField(null=True)

    class Meta:
        db_table = "supervision_proposal"
        verbose_name = "监督建议"
        constraints = [
            CheckConstraint(
                condition=Q(rung__in=list(PROPOSED), supervision__isnull=False, staff=None, work_order=None)
                | Q(
                    rung__in=list(PERSONAL),
                    supervision=None,
                    staff__isnull=False,
                    work_order__isnull=False,
                ),
                name="proposal_about_one",
            ),
            CheckConstraint(
                condition=Q(state=ProposalState.DONE, staff__isnull=False, done_at__isnull=False)
                & ~Q(done_by="")
                | ~Q(state=ProposalState.DONE) & Q(done_at=None, done_by="", outcome=""),
                name="proposal_done",
            ),
            # The table itself lets nobody be held accountable unheard.
            CheckConstraint(
                condition=~Q(
                    rung__in=[Rung.ACCOUNTABILITY],
                    staff__isnull=False,
                    state__in=[ProposalState.ADOPTED, ProposalState.DONE],
                    heard_at=None,
                ),
                name="proposal_heard",
            ),
            CheckConstraint(condition=Q(state__in=list(ProposalState)), name="proposal_state_known"),
            CheckConstraint(
                condition=Q(state=ProposalState.WAITING, decided_at=None, decided_by="")
                | (~Q(state=ProposalState.WAITING) & Q(decided_at__isnull=False) & ~Q(decided_by="")),
                name="proposal_decided",
            ),
            # The table itself keeps the two apart, whatever the code above forgets.
            CheckConstraint(condition=~Q(decided_by=models.F("proposed_by")), name="proposal_two_persons"),
            UniqueConstraint(
                fields=["supervision"],
                condition=Q(state=ProposalState.WAITING),
                name="proposal_one_waiting",
            ),
            UniqueConstraint(
                fields=["work_order", "staff"],
                condition=Q(state__in=[ProposalState.WAITING, ProposalState.ADOPTED]),
                name="proposal_one_of_person",
            ),
        ]


class Urging(models.Model):
    """督促: somebody above asks an agency, or without one the office of the division, to act by a day.

    `upward` 请求协调: the office of the division asks whoever is above it for help, who answers; it orders nobody.
    """

    class Privacy:
        purpose = Purpose.SUPERVISION
        retention = Kept.RECORD
        account = ("urged_by", "answered_by")
        never = ("text", "answer")

    id = models.UUIDField(primary_key=True)
    key = models.UUIDField(unique=True)
    division = models.ForeignKey("directory.Division", models.PROTECT, related_name="+")
    agency = models.ForeignKey("directory.Agency", models.PROTECT, null=True, related_name="+")
    work_order = models.ForeignKey("rectification.WorkOrder", models.PROTECT, null=True, related_name="+")
    text = models.TextField()
    urged_by = models.CharField(max_length=80)
    urged_at = models.DateTimeField()
    due_at = models.DateTimeField(null=True)
    upward = models.BooleanField(default=False, db_default=False)
    answer = models.TextField(blank=True)
    answered_by = models.CharField(max_length=80, blank=True)
    answered_at = models.DateTimeField(null=True)

    class Meta:
        db_table = "supervision_urging"
        verbose_name = "督促"
        indexes = [Index(fields=["division", "urged_at"], name="urging_by_division")]
        constraints = [
            CheckConstraint(
                condition=Q(answered_at=None, answered_by="", answer="")
                | (Q(answered_at__isnull=False) & ~Q(answered_by="") & ~Q(answer="")),
                name="urging_answered",
            ),
            # An agency appeals, answers and asks for time; offices ask offices, and set them no day.
            CheckConstraint(
                condition=Q(upward=False) | Q(agency=None, due_at=None), name="urging_upward_of_office"
            ),
        ]


class SampleDraw(models.Model):
    """抽样: one of each kind for a division and month; seed, list and size are public."""

    class Privacy:
        plain = ("kind", "head", "list_hash")
        account = ("drawn_by",)

    id = models.UUIDField(primary_key=True)
    division = models.ForeignKey("directory.Division", models.PROTECT, related_name="+")
    month = models.DateField()
    kind = models.CharField(max_length=10)
    head = models.CharField(max_length=64)
    head_index = models.BigIntegerField()
    population = models.IntegerField()
    list_hash = models.CharField(max_length=64)
    size = models.IntegerField()
    method = models.SmallIntegerField()
    drawn_at = models.DateTimeField()
    drawn_by = models.CharField(max_length=80)
    closed_at = models.DateTimeField(null=True)

    class Meta:
        db_table = "supervision_sample_draw"
        verbose_name = "抽样"
        constraints = [
            UniqueConstraint(fields=["division", "month", "kind"], name="sample_draw_once"),
            CheckConstraint(condition=Q(kind__in=list(SampleKind)), name="sample_draw_kind_known"),
            CheckConstraint(condition=Q(method__in=list(DrawMethod)), name="sample_draw_method_known"),
            CheckConstraint(
                condition=Q(size__gt=0, size__lte=models.F("population")), name="sample_draw_size"
            ),
        ]
        indexes = [Index(fields=["month", "division"], name="sample_draw_month")]


class SampleList(models.Model):
    """抽样名单: the tickets a draw was made from, 16 bytes each, in order: reviews change, and the list stays."""

    class Privacy:
        plain = ("tickets",)

    draw = models.OneToOneField(SampleDraw, models.PROTECT, primary_key=True, related_name="+")
    tickets = models.BinaryField()

    class Meta:
        db_table = "supervision_sample_list"
        verbose_name = "抽样名单"


class SampledReview(models.Model):
    """抽样件: a drawn review; `due_at` is when its reviewer is asked, or passes to a caller; `level` is today's."""

    class Privacy:
        purpose = Purpose.SUPERVISION
        retention = Kept.RECORD
        plain = ("ticket", "state", "did_rate", "answered_by")
        never = ("words",)

    id = models.UUIDField(primary_key=True)
    draw = models.ForeignKey(SampleDraw, models.PROTECT, related_name="+", db_index=False)
    division = models.ForeignKey("directory.Division", models.PROTECT, related_name="+", db_index=False)
    review = models.OneToOneField("reviews.Review", models.PROTECT, related_name="+")
    rank = models.IntegerField()
    # Empty where it was drawn by its number (method 1).
    ticket = models.CharField(max_length=32, blank=True)
    reported_level = models.SmallIntegerField()
    state = models.CharField(max_length=12)
    due_at = models.DateTimeField(null=True)
    did_rate = models.CharField(max_length=6, blank=True)
    level = models.SmallIntegerField(null=True)
    words = models.TextField(blank=True)
    answered_by = models.CharField(max_length=4, blank=True)
    settled_at = models.DateTimeField(null=True)

    class Meta:
        db_table = "supervision_sampled_review"
        verbose_name = "抽样件"
        constraints = [
            UniqueConstraint(fields=["draw", "rank"], name="sampled_rank"),
            CheckConstraint(condition=Q(state__in=list(SampleState)), name="sampled_state_known"),
            CheckConstraint(
                condition=Q(state__in=sorted(OPEN), settled_at__isnull=True)
                | (~Q(state__in=sorted(OPEN)) & Q(settled_at__isnull=False, due_at__isnull=True)),
                name="sampled_settled",
            ),
            CheckConstraint(
                condition=Q(
                    state=SampleState.ANSWERED, did_rate__in=list(DidRate), answered_by__in=list(AnsweredBy)
                )
                | (
                    ~Q(state=SampleState.ANSWERED)
                    & Q(did_rate="", level__isnull=True, words="", answered_by="")
                ),
                name="sampled_answer",
            ),
            CheckConstraint(
                condition=Q(level__isnull=True) | Q(level__gte=1, level__lte=5), name="sampled_level_1_5"
            ),
        ]
        indexes = [
            Index(fields=["due_at"], condition=Q(due_at__isnull=False), name="sampled_due"),
            Index(fields=["division"], condition=Q(state="to_call"), name="sampled_to_call"),
        ]


class SampleCall(models.Model):
    """抽样回访: one call through the relay with what it brought; `called_at` is when it was asked for."""

    class Privacy:
        plain = ("result",)
        account = ("by",)

    id = models.UUIDField(primary_key=True)
    sample = models.ForeignKey(SampledReview, models.PROTECT, related_name="+")
    # The call itself is a delivery of room notices, which is no room below: an id without a key.
    call = models.UUIDField(unique=True)
    called_at = models.DateTimeField()
    result = models.CharField(max_length=12)
    by = models.CharField(max_length=80)
    at = models.DateTimeField()

    class Meta:
        db_table = "supervision_sample_call"
        verbose_name = "抽样回访"
        constraints = [
            CheckConstraint(condition=Q(result__in=list(SampleCallResult)), name="sample_call_result_known")
        ]


class ReprisalReport(models.Model):
    """权益保护反映: a reviewer says that they were disadvantaged because they reviewed; known by the review alone."""

    class Privacy:
        purpose = Purpose.SUPERVISION
        retention = Kept.RECORD
        plain = ("state", "receipt_hash")
        never = ("text",)

    id = models.UUIDField(primary_key=True)
    review = models.ForeignKey("reviews.Review", models.PROTECT, related_name="+")
    division = models.ForeignKey("directory.Division", models.PROTECT, related_name="+")
    state = models.CharField(max_length=12)
    text = models.TextField()
    receipt_hash = models.BinaryField(max_length=32, unique=True)
    reported_at = models.DateTimeField()

    class Meta:
        db_table = "supervision_reprisal_report"
        verbose_name = "权益保护反映"
        constraints = [
            CheckConstraint(condition=Q(state__in=list(ReportState)), name="reprisal_report_state_known"),
            UniqueConstraint(
                fields=["review"], condition=~Q(state=ReportState.CLOSED), name="reprisal_report_one_open"
            ),
        ]


class ReprisalEvent(models.Model):
    """权益保护经过: what the office did with a report."""

    class Privacy:
        purpose = Purpose.SUPERVISION
        retention = Kept.RECORD
        plain = ("move",)
        account = ("by",)
        never = ("note",)

    id = models.UUIDField(primary_key=True)
    report = models.ForeignKey(ReprisalReport, models.PROTECT, related_name="+")
    move = models.CharField(max_length=12)
    by = models.CharField(max_length=80)
    at = models.DateTimeField()
    note = models.TextField()

    class Meta:
        db_table = "supervision_reprisal_event"
        verbose_name = "权益保护经过"
        constraints = [CheckConstraint(condition=Q(move__in=list(ReportMove)), name="reprisal_event_known")]
