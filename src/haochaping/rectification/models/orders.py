"""整改 tables: one order per bad review, its call-backs, the reviewer's word and its timeline."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import CheckConstraint, Index, Q, UniqueConstraint

from haochaping.kernel.privacy import Kept, Purpose
from haochaping.rectification.terms import CallResult, ClockKind, HandlingOutcome, Means, OrderState, Solved

if TYPE_CHECKING:
    from haochaping.rectification.terms import ClockTick

_FREE = [OrderState.MERGED, OrderState.EXCLUDED, OrderState.CANCELLED]
_ANSWERED = [OrderState.REPLIED, OrderState.CHECKED, OrderState.ESCALATED, OrderState.CLOSED]
_RECTIFIED = [OrderState.RECTIFIED, *_ANSWERED]
_VERIFIED = [OrderState.VERIFIED, OrderState.LEDGERED, *_RECTIFIED]
_SIGNED = [OrderState.SIGNED, *_VERIFIED]
_DISPATCHED = [OrderState.DISPATCHED, OrderState.RETURN_ASKED, *_SIGNED]
# That of an agency that helps is never the order’s own.
_CLOCKS = [kind for kind in ClockKind if kind != ClockKind.HELP]
_OPEN = Q(state__in=[state for state in _DISPATCHED if state not in {OrderState.CHECKED, OrderState.CLOSED}])

# A promise that runs and is not broken yet: what the sweep of broken ones looks through.
CONTACT_OPEN = Q(
    Q(contact_kept__isnull=True) | Q(contact_kept=True),
    state__in=[OrderState.DISPATCHED, OrderState.RETURN_ASKED, OrderState.SIGNED],
    paused_at__isnull=True,
)
RECTIFY_OPEN = Q(
    Q(rectify_kept__isnull=True) | Q(rectify_kept=True),
    state__in=[
        OrderState.DISPATCHED,
        OrderState.RETURN_ASKED,
        OrderState.SIGNED,
        OrderState.VERIFIED,
        OrderState.LEDGERED,
        OrderState.RECTIFIED,
    ],
    paused_at__isnull=True,
)


def _since(states: list[OrderState], column: str, name: str) -> CheckConstraint:
    """States in which a moment must be set; before them it must not be. How far one had come that ended early is free."""
    reached = Q(state__in=states, **{f"{column}__isnull": False})
    not_yet = ~Q(state__in=states) & Q(**{f"{column}__isnull": True})
    return CheckConstraint(condition=Q(state__in=_FREE) | reached | not_yet, name=name)


class WorkOrder(models.Model):
    """差评工单. `clock` is the one that runs, `due_at` and `amber_at` are its moments; all follow from its events."""

    class Privacy:
        purpose = Purpose.REDRESS
        retention = Kept.RECORD
        plain = ("state", "outcome", "clock")
        never = ("rectification_text", "reply_text")

    id = models.UUIDField(primary_key=True)
    review = models.OneToOneField("reviews.Review", models.PROTECT, related_name="+")
    division = models.ForeignKey("directory.Division", models.PROTECT, related_name="+")
    agency = models.ForeignKey("directory.Agency", models.PROTECT, related_name="+")
    item = models.ForeignKey("directory.ServiceItem", models.PROTECT, related_name="+")
    # 专人: who in the agency deals with it, as long as they belong to it (queries.worklist.is_handled).
    assignee = models.ForeignKey("accounts.User", models.PROTECT, null=True, db_index=False, related_name="+")
    # What the reasons speak of when the order goes out, and after each change of them: lists are searched by it.
    categories = ArrayField(models.CharField(max_length=20), null=True)
    # Whom the review names: copied, as it never changes and every list asks whether the reader is meant.
    staff_id = models.BigIntegerField(null=True)
    state = models.CharField(max_length=12)
    round = models.SmallIntegerField(default=1)
    created_at = models.DateTimeField()
    dispatch_after = models.DateTimeField()
    dispatched_at = models.DateTimeField(null=True)
    sign_due_at = models.DateTimeField(null=True)
    contact_due_at = models.DateTimeField(null=True)
    rectify_due_at = models.DateTimeField(null=True)
    deadline_known = models.BooleanField(default=True)
    clock = models.CharField(max_length=8, blank=True)
    due_at = models.DateTimeField(null=True)
    amber_at = models.DateTimeField(null=True)
    paused_at = models.DateTimeField(null=True)
    signed_at = models.DateTimeField(null=True)
    # As promised at signing; none where the calendar did not reach, and of orders signed before it was kept.
    appeal_until = models.DateTimeField(null=True)
    verified_at = models.DateTimeField(null=True)
    rectified_at = models.DateTimeField(null=True)
    outcome = models.CharField(max_length=30, blank=True)
    rectification_text = models.TextField(blank=True)
    reply_text = models.TextField(blank=True)
    replied_at = models.DateTimeField(null=True)
    rating_until = models.DateTimeField(null=True)
    closed_at = models.DateTimeField(null=True)
    merged_into = models.ForeignKey("self", models.PROTECT, null=True, related_name="+")
    thread_id = models.UUIDField(null=True)
    # What figures speak of (rules.kept): False once a promise was broken, True when met, None while neither.
    contact_kept = models.BooleanField(null=True)
    # When it was counted as broken: a call made in time, whose outcome is written down later, mends that.
    contact_missed_at = models.DateTimeField(null=True)
    rectify_kept = models.BooleanField(null=True)
    first_replied_at = models.DateTimeField(null=True)
    # Settled at dispatch: a bad review of the same item had been answered not long before.
    repeats = models.BooleanField(default=False, db_default=False)

    # No column: the events of its clocks, oldest first, where they were read with it (actions/clocks.ticks_of).
    ticks: list[ClockTick] | None = None

    class Meta:
        db_table = "rectification_work_order"
        verbose_name = "差评工单"
        indexes = [
            Index(fields=["agency", "state"], name="order_agency_state"),
            Index(fields=["dispatch_after"], condition=Q(state="created"), name="order_to_dispatch"),
            Index(fields=["agency", "due_at", "id"], condition=_OPEN, name="order_open_of_agency"),
            Index(fields=["due_at", "id"], condition=_OPEN, name="order_open_by_time_left"),
            # With all that a count or the map asks, who may see included: beside millions that are closed, none is opened.
            Index(
                fields=["division", "due_at", "id"],
                include=[
                    "state",
                    "dispatched_at",
                    "amber_at",
                    "paused_at",
                    "assignee",
                    "agency",
                    "staff_id",
                ],
                condition=_OPEN,
                name="order_open_of_division",
            ),
            Index(
                fields=["assignee"],
                condition=_OPEN & Q(assignee__isnull=False),
                name="order_open_of_assignee",
            ),
            Index(
                fields=["agency", "-replied_at"],
                condition=Q(replied_at__isnull=False),
                name="order_replies_of_agency",
            ),
            Index(fields=["amber_at"], condition=Q(amber_at__isnull=False), name="order_soon_amber"),
            Index(fields=["due_at"], condition=Q(due_at__isnull=False), name="order_soon_red"),
            Index(
                fields=["rating_until"],
                condition=Q(state__in=[OrderState.REPLIED, OrderState.CHECKED]),
                name="order_to_settle",
            ),
            Index(fields=["id"], condition=Q(deadline_known=False), name="order_without_deadline"),
            Index(
                fields=["id"],
                condition=Q(due_at__isnull=False, amber_at__isnull=True),
                name="order_without_amber",
            ),
            Index(fields=["contact_due_at"], condition=CONTACT_OPEN, name="order_soon_late_contact"),
            Index(fields=["rectify_due_at"], condition=RECTIFY_OPEN, name="order_soon_late_answer"),
            Index(fields=["item", "first_replied_at"], name="order_answered_of_item"),
        ]
        constraints = [
            CheckConstraint(condition=Q(state__in=list(OrderState)), name="order_state_known"),
            CheckConstraint(condition=Q(outcome__in=["", *HandlingOutcome]), name="order_outcome_known"),
            CheckConstraint(condition=Q(clock__in=["", *_CLOCKS]), name="order_clock_known"),
            CheckConstraint(
                condition=Q(state=OrderState.MERGED, merged_into__isnull=False)
                | ~Q(state=OrderState.MERGED) & Q(merged_into__isnull=True),
                name="order_merged_into",
            ),
            _since(_DISPATCHED, "dispatched_at", "order_dispatched_at"),
            _since(_SIGNED, "signed_at", "order_signed_at"),
            _since(_VERIFIED, "verified_at", "order_verified_at"),
            _since(_RECTIFIED, "rectified_at", "order_rectified_at"),
            _since(_ANSWERED, "replied_at", "order_replied_at"),
            _since([OrderState.CLOSED], "closed_at", "order_closed_at"),
        ]


class Callback(models.Model):
    """回访核实: one attempt to hear the reviewer, and the one call or message behind it.

    `contact` is the id of a call of the relay or of a message, or the own reference of a hotline or office. Where no call
    was possible there is none, nor with attempts from before it was asked for.
    """

    class Privacy:
        purpose = Purpose.REDRESS
        retention = Kept.RECORD
        plain = ("result", "recording", "means", "contact")
        account = ("by",)
        never = ("note",)

    id = models.UUIDField(primary_key=True)
    order = models.ForeignKey(WorkOrder, models.PROTECT, related_name="+")
    round = models.SmallIntegerField(default=1)
    result = models.CharField(max_length=12)
    is_true = models.BooleanField(null=True)
    is_reasonable = models.BooleanField(null=True)
    note = models.TextField(blank=True)
    recording = models.CharField(max_length=60, blank=True)
    means = models.CharField(max_length=8, blank=True, db_default="")
    contact = models.CharField(max_length=60, blank=True, db_default="")
    called_at = models.DateTimeField(null=True)
    by = models.CharField(max_length=80)
    at = models.DateTimeField()

    class Meta:
        db_table = "rectification_callback"
        verbose_name = "回访核实"
        constraints = [
            CheckConstraint(condition=Q(result__in=list(CallResult)), name="callback_result_known"),
            CheckConstraint(
                condition=Q(means="", contact="", called_at=None)
                | Q(means__in=list(Means), called_at__isnull=False)
                & ~Q(contact="")
                & ~Q(result=CallResult.NOT_POSSIBLE),
                name="callback_has_contact",
            ),
            # One call has one outcome, whoever writes it down.
            UniqueConstraint(
                fields=["means", "contact"],
                condition=Q(means__in=[Means.RELAY, Means.MESSAGE]),
                name="callback_contact_once",
            ),
            UniqueConstraint(
                fields=["order", "contact"], condition=Q(means=Means.OWN), name="callback_reference_once"
            ),
        ]


class SolutionAnswer(models.Model):
    """解决情况回答: the reviewer's own word on whether it is solved; each is a row, the newest stands."""

    class Privacy:
        purpose = Purpose.REDRESS
        retention = Kept.RECORD
        plain = ("solved",)
        never = ("text",)

    id = models.UUIDField(primary_key=True)
    order = models.ForeignKey(WorkOrder, models.PROTECT, related_name="+")
    solved = models.CharField(max_length=10)
    text = models.TextField(blank=True)
    answered_at = models.DateTimeField()
    changeable_until = models.DateTimeField()

    class Meta:
        db_table = "rectification_solution_answer"
        verbose_name = "解决情况回答"
        constraints = [CheckConstraint(condition=Q(solved__in=list(Solved)), name="solution_answer_known")]


class OrderEvent(models.Model):
    """工单流转: what happened, when, by whom; `warned` names the warnings (`Doubt`) in spite of which it was done."""

    class Privacy:
        purpose = Purpose.REDRESS
        retention = Kept.RECORD
        plain = ("move", "warned")
        account = ("by",)
        never = ("note",)

    id = models.UUIDField(primary_key=True)
    order = models.ForeignKey(WorkOrder, models.PROTECT, related_name="+")
    move = models.CharField(max_length=16)
    by = models.CharField(max_length=80)
    at = models.DateTimeField()
    note = models.TextField(blank=True)
    warned = models.CharField(max_length=40, blank=True, default="", db_default="")

    class Meta:
        db_table = "rectification_order_event"
        verbose_name = "工单流转"


class TakenStep(models.Model):
    """已办步骤: the mark of a form that a step was taken with, so that the same form sent twice is taken once.

    `content` is the keyed fingerprint of what the form said, 32 bytes; null for those that were taken before it was noted.
    """

    class Privacy:
        plain = ("mark", "content")

    id = models.UUIDField(primary_key=True)
    order = models.ForeignKey(WorkOrder, models.PROTECT, related_name="+")
    mark = models.CharField(max_length=64, unique=True)
    content = models.BinaryField(max_length=32, null=True)
    at = models.DateTimeField()

    class Meta:
        db_table = "rectification_taken_step"
        verbose_name = "已办步骤"
