"""整改 tables: one order per bad review, its call-backs and its timeline."""

from __future__ import annotations

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import CheckConstraint, F, Index, Q, UniqueConstraint

from haochaping.rectification.terms import (
    Alarm,
    AppealRefusal,
    AppealState,
    CallResult,
    ClockKind,
    Ground,
    HandlingOutcome,
    OrderState,
    ProjectState,
    ProvenFact,
    ReformMove,
    ReformPart,
    ReformState,
    Responsibility,
    Solved,
    Tick,
    Verdict,
)

_FREE = [OrderState.MERGED, OrderState.EXCLUDED, OrderState.CANCELLED]
_ANSWERED = [OrderState.REPLIED, OrderState.CHECKED, OrderState.ESCALATED, OrderState.CLOSED]
_RECTIFIED = [OrderState.RECTIFIED, *_ANSWERED]
_VERIFIED = [OrderState.VERIFIED, OrderState.LEDGERED, *_RECTIFIED]
_SIGNED = [OrderState.SIGNED, *_VERIFIED]
_DISPATCHED = [OrderState.DISPATCHED, OrderState.RETURN_ASKED, *_SIGNED]
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
        plain = ("state", "outcome", "clock")
        never = ("rectification_text", "reply_text")

    id = models.UUIDField(primary_key=True)
    review = models.OneToOneField("reviews.Review", models.PROTECT, related_name="+")
    division = models.ForeignKey("directory.Division", models.PROTECT, related_name="+")
    agency = models.ForeignKey("directory.Agency", models.PROTECT, related_name="+")
    item = models.ForeignKey("directory.ServiceItem", models.PROTECT, related_name="+")
    # 专人: who in the agency deals with it, as long as they belong to it (worklist_queries.is_handled).
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
    alarm = models.SmallIntegerField(default=Alarm.NONE)
    signed_at = models.DateTimeField(null=True)
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
    rectify_kept = models.BooleanField(null=True)
    first_replied_at = models.DateTimeField(null=True)
    # Settled at dispatch: a bad review of the same item had been answered not long before.
    repeats = models.BooleanField(default=False, db_default=False)

    class Meta:
        db_table = "rectification_work_order"
        verbose_name = "差评工单"
        indexes = [
            Index(fields=["agency", "state"], name="order_agency_state"),
            Index(fields=["dispatch_after"], condition=Q(state="created"), name="order_to_dispatch"),
            Index(fields=["agency", "due_at", "id"], condition=_OPEN, name="order_open_of_agency"),
            Index(fields=["due_at", "id"], condition=_OPEN, name="order_open_by_time_left"),
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
            Index(fields=["amber_at"], condition=Q(alarm=Alarm.NONE), name="order_soon_amber"),
            Index(fields=["due_at"], condition=Q(alarm__lt=Alarm.RED), name="order_soon_red"),
            Index(
                fields=["rating_until"],
                condition=Q(state__in=[OrderState.REPLIED, OrderState.CHECKED]),
                name="order_to_settle",
            ),
            Index(fields=["contact_due_at"], condition=CONTACT_OPEN, name="order_soon_late_contact"),
            Index(fields=["rectify_due_at"], condition=RECTIFY_OPEN, name="order_soon_late_answer"),
            Index(fields=["item", "first_replied_at"], name="order_answered_of_item"),
        ]
        constraints = [
            CheckConstraint(condition=Q(state__in=list(OrderState)), name="order_state_known"),
            CheckConstraint(condition=Q(outcome__in=["", *HandlingOutcome]), name="order_outcome_known"),
            CheckConstraint(condition=Q(clock__in=["", *ClockKind]), name="order_clock_known"),
            CheckConstraint(condition=Q(alarm__in=list(Alarm)), name="order_alarm_known"),
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
    """回访核实: one attempt to hear the reviewer."""

    class Privacy:
        plain = ("result", "by", "recording")
        never = ("note",)

    id = models.UUIDField(primary_key=True)
    order = models.ForeignKey(WorkOrder, models.PROTECT, related_name="+")
    round = models.SmallIntegerField(default=1)
    result = models.CharField(max_length=12)
    is_true = models.BooleanField(null=True)
    is_reasonable = models.BooleanField(null=True)
    note = models.TextField(blank=True)
    recording = models.CharField(max_length=60, blank=True)
    by = models.CharField(max_length=80)
    at = models.DateTimeField()

    class Meta:
        db_table = "rectification_callback"
        verbose_name = "回访核实"
        constraints = [
            CheckConstraint(condition=Q(result__in=list(CallResult)), name="callback_result_known")
        ]


class SolutionAnswer(models.Model):
    """解决情况回答: the reviewer's own word on whether it is solved; each is a row, the newest stands."""

    class Privacy:
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
        plain = ("move", "by", "warned")
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


class OrderLook(models.Model):
    """查看记录: when somebody looked at an order last; what happened since is new to them."""

    id = models.BigAutoField(primary_key=True)
    order = models.ForeignKey(WorkOrder, models.PROTECT, related_name="+", db_index=False)
    user = models.ForeignKey("accounts.User", models.PROTECT, related_name="+", db_index=False)
    seen_at = models.DateTimeField()

    class Meta:
        db_table = "rectification_order_look"
        verbose_name = "查看记录"
        constraints = [UniqueConstraint(fields=["order", "user"], name="order_look_once")]


class SavedFilter(models.Model):
    """常用筛选: a way to look at one's list that one person keeps under a name."""

    class Privacy:
        never = ("name", "asked")

    id = models.BigAutoField(primary_key=True)
    user = models.ForeignKey("accounts.User", models.PROTECT, related_name="+", db_index=False)
    name = models.CharField(max_length=40)
    asked = models.JSONField()

    class Meta:
        db_table = "rectification_saved_filter"
        verbose_name = "常用筛选"
        constraints = [UniqueConstraint(fields=["user", "name"], name="saved_filter_name_once")]


class ListExport(models.Model):
    """清单导出: a list that somebody took away; its number stands in the file."""

    class Privacy:
        plain = ("by", "format")
        never = ("asked",)

    id = models.BigAutoField(primary_key=True)
    by = models.CharField(max_length=80)
    at = models.DateTimeField()
    format = models.CharField(max_length=4)
    rows = models.IntegerField()
    asked = models.JSONField()

    class Meta:
        db_table = "rectification_list_export"
        verbose_name = "清单导出"
        constraints = [CheckConstraint(condition=Q(format__in=["csv", "xlsx"]), name="list_export_format")]


class TakenStep(models.Model):
    """已办步骤: the mark of a form that a step was taken with, so that the same form sent twice is taken once."""

    class Privacy:
        plain = ("mark",)

    id = models.UUIDField(primary_key=True)
    order = models.ForeignKey(WorkOrder, models.PROTECT, related_name="+")
    mark = models.CharField(max_length=64, unique=True)
    at = models.DateTimeField()

    class Meta:
        db_table = "rectification_taken_step"
        verbose_name = "已办步骤"


class Evidence(models.Model):
    """整改佐证: photographs of what was put right, with what they show; `shown` to the reviewer too. Removed, the row stays."""

    class Privacy:
        plain = ("added_by", "removed_by")
        never = ("caption",)

    id = models.UUIDField(primary_key=True)
    order = models.ForeignKey(WorkOrder, models.PROTECT, related_name="+")
    caption = models.CharField(max_length=200)
    shown = models.BooleanField()
    added_by = models.CharField(max_length=80)
    added_at = models.DateTimeField()
    removed_by = models.CharField(max_length=80, blank=True)
    removed_at = models.DateTimeField(null=True)

    class Meta:
        db_table = "rectification_evidence"
        verbose_name = "整改佐证"
        constraints = [
            CheckConstraint(
                condition=Q(removed_at__isnull=True, removed_by="")
                | Q(removed_at__isnull=False) & ~Q(removed_by=""),
                name="evidence_removed_by",
            )
        ]


class Appeal(models.Model):
    """申诉: the handling agency says that the review of an order should not count. One for an order."""

    class Privacy:
        plain = ("state", "ground", "fact", "filed_by", "refusal", "contested_by")
        never = ("text", "reference", "answer", "objection")

    id = models.UUIDField(primary_key=True)
    order = models.OneToOneField(WorkOrder, models.PROTECT, related_name="+")
    division = models.ForeignKey("directory.Division", models.PROTECT, related_name="+")
    agency = models.ForeignKey("directory.Agency", models.PROTECT, related_name="+")
    state = models.CharField(max_length=12)
    ground = models.CharField(max_length=20)
    fact = models.CharField(max_length=20, blank=True)
    text = models.TextField()
    reference = models.CharField(max_length=100, blank=True)
    filed_by = models.CharField(max_length=80)
    filed_at = models.DateTimeField()
    since = models.DateTimeField()
    due_at = models.DateTimeField(null=True)
    accepted_at = models.DateTimeField(null=True)
    refusal = models.CharField(max_length=12, blank=True)
    answer = models.TextField(blank=True)
    answered_at = models.DateTimeField(null=True)
    objection = models.TextField(blank=True)
    contested_by = models.CharField(max_length=80, blank=True)
    contested_at = models.DateTimeField(null=True)

    class Meta:
        db_table = "rectification_appeal"
        verbose_name = "申诉"
        indexes = [
            Index(fields=["agency", "filed_at"], name="appeal_agency_filed"),
            Index(fields=["due_at"], condition=Q(state__in=["accepted", "decided"]), name="appeal_to_lapse"),
        ]
        constraints = [
            CheckConstraint(condition=Q(state__in=list(AppealState)), name="appeal_state_known"),
            CheckConstraint(condition=Q(ground__in=list(Ground)), name="appeal_ground_known"),
            CheckConstraint(
                condition=Q(ground=Ground.MALICIOUS, fact__in=list(ProvenFact))
                | ~Q(ground=Ground.MALICIOUS) & Q(fact=""),
                name="appeal_fact_of_malicious",
            ),
            CheckConstraint(condition=Q(refusal__in=["", *AppealRefusal]), name="appeal_refusal_known"),
        ]


class AppealDecision(models.Model):
    """申诉决定: one proposal; it decides once another person has confirmed it."""

    class Privacy:
        plain = (
            "verdict",
            "fact",
            "proposed_by",
            "proposed_path",
            "confirmed_by",
            "confirmed_path",
            "sent_back_by",
        )
        never = ("text",)

    id = models.UUIDField(primary_key=True)
    appeal = models.ForeignKey(Appeal, models.PROTECT, related_name="+")
    instance = models.SmallIntegerField()
    verdict = models.CharField(max_length=10)
    fact = models.CharField(max_length=20, blank=True)
    evidence = ArrayField(models.CharField(max_length=100))
    text = models.TextField()
    proposed_by = models.CharField(max_length=80)
    proposed_path = models.CharField(max_length=200, blank=True)
    proposed_at = models.DateTimeField()
    confirmed_by = models.CharField(max_length=80, blank=True)
    confirmed_path = models.CharField(max_length=200, blank=True)
    confirmed_at = models.DateTimeField(null=True)
    sent_back_by = models.CharField(max_length=80, blank=True)
    sent_back_at = models.DateTimeField(null=True)

    class Meta:
        db_table = "rectification_appeal_decision"
        verbose_name = "申诉决定"
        constraints = [
            CheckConstraint(condition=Q(verdict__in=list(Verdict)), name="appeal_verdict_known"),
            CheckConstraint(condition=Q(instance__in=[1, 2]), name="appeal_instance_1_2"),
            # Two different persons, whatever the code above says (trust.md §2.3.5).
            CheckConstraint(
                condition=~Q(confirmed_by=F("proposed_by")) & ~Q(proposed_by=""), name="appeal_two_persons"
            ),
            CheckConstraint(
                condition=Q(confirmed_at__isnull=True, confirmed_by="")
                | Q(confirmed_at__isnull=False) & ~Q(confirmed_by=""),
                name="appeal_confirmed_by",
            ),
            CheckConstraint(
                condition=~Q(verdict=Verdict.MALICIOUS) | Q(fact__in=list(ProvenFact), evidence__len__gte=1),
                name="appeal_malicious_is_proved",
            ),
            UniqueConstraint(
                fields=["appeal", "instance"],
                condition=Q(sent_back_at__isnull=True),
                name="appeal_decided_once",
            ),
        ]


class AppealEvent(models.Model):
    """申诉流转: what happened, when, by whom."""

    class Privacy:
        plain = ("move", "by")
        never = ("note",)

    id = models.UUIDField(primary_key=True)
    appeal = models.ForeignKey(Appeal, models.PROTECT, related_name="+")
    move = models.CharField(max_length=12)
    by = models.CharField(max_length=80)
    at = models.DateTimeField()
    note = models.TextField(blank=True)

    class Meta:
        db_table = "rectification_appeal_event"
        verbose_name = "申诉流转"


class Project(models.Model):
    """专项整改: many orders about one cause, put right once."""

    class Privacy:
        plain = ("state", "opened_by", "changed_by", "closed_by")
        never = ("title", "root_cause", "change_text")

    id = models.UUIDField(primary_key=True)
    title = models.CharField(max_length=100)
    root_cause = models.TextField()
    division = models.ForeignKey("directory.Division", models.PROTECT, related_name="+")
    agency = models.ForeignKey("directory.Agency", models.PROTECT, related_name="+")
    item = models.ForeignKey("directory.ServiceItem", models.PROTECT, related_name="+")
    state = models.CharField(max_length=10)
    opened_at = models.DateTimeField()
    opened_by = models.CharField(max_length=80)
    change_text = models.TextField(blank=True)
    changed_at = models.DateTimeField(null=True)
    changed_by = models.CharField(max_length=80, blank=True)
    closed_at = models.DateTimeField(null=True)
    closed_by = models.CharField(max_length=80, blank=True)

    class Meta:
        db_table = "rectification_project"
        verbose_name = "专项整改"
        constraints = [
            CheckConstraint(condition=Q(state__in=list(ProjectState)), name="project_state_known"),
            CheckConstraint(
                condition=Q(state=ProjectState.OPEN, changed_at__isnull=True, change_text="")
                | ~Q(state=ProjectState.OPEN) & Q(changed_at__isnull=False) & ~Q(change_text=""),
                name="project_changed_with_words",
            ),
            CheckConstraint(
                condition=Q(state=ProjectState.CLOSED, closed_at__isnull=False)
                | ~Q(state=ProjectState.CLOSED) & Q(closed_at__isnull=True),
                name="project_closed_at",
            ),
        ]


class ProjectTask(models.Model):
    """整改任务: one line of a project's list."""

    class Privacy:
        plain = ("done_by",)
        never = ("text",)

    id = models.UUIDField(primary_key=True)
    project = models.ForeignKey(Project, models.PROTECT, related_name="+")
    place = models.SmallIntegerField()
    text = models.CharField(max_length=200)
    done_at = models.DateTimeField(null=True)
    done_by = models.CharField(max_length=80, blank=True)

    class Meta:
        db_table = "rectification_project_task"
        verbose_name = "整改任务"
        constraints = [models.UniqueConstraint(fields=["project", "place"], name="project_task_place")]


class ProjectOrder(models.Model):
    """专项整改工单: an order whose cause is the project's; an order has one project at most."""

    class Privacy:
        plain = ("added_by",)

    id = models.UUIDField(primary_key=True)
    order = models.OneToOneField(WorkOrder, models.PROTECT, related_name="+")
    project = models.ForeignKey(Project, models.PROTECT, related_name="+")
    added_at = models.DateTimeField()
    added_by = models.CharField(max_length=80)

    class Meta:
        db_table = "rectification_project_order"
        verbose_name = "专项整改工单"


class Fault(models.Model):
    """责任划分: what a fault that a call-back found true lies in; said once of each kind."""

    class Privacy:
        plain = ("responsibility", "by")
        never = ("note",)

    id = models.UUIDField(primary_key=True)
    order = models.ForeignKey(WorkOrder, models.PROTECT, related_name="+")
    responsibility = models.CharField(max_length=8)
    note = models.TextField()
    by = models.CharField(max_length=80)
    at = models.DateTimeField()

    class Meta:
        db_table = "rectification_fault"
        verbose_name = "责任划分"
        constraints = [
            CheckConstraint(condition=Q(responsibility__in=list(Responsibility)), name="fault_known"),
            UniqueConstraint(fields=["order", "responsibility"], name="fault_once"),
        ]


class Reform(models.Model):
    """改革建议: asks the agency that decides about an item (`agency`, in `division`) to change it.

    Where it comes from and whom the review names are copied from its order, which the addressee need not see.
    """

    class Privacy:
        plain = ("state", "parts")
        never = ("text", "change_text")

    id = models.UUIDField(primary_key=True)
    order = models.OneToOneField(WorkOrder, models.PROTECT, related_name="+")
    item = models.ForeignKey("directory.ServiceItem", models.PROTECT, related_name="+")
    from_division = models.ForeignKey("directory.Division", models.PROTECT, related_name="+")
    from_agency = models.ForeignKey("directory.Agency", models.PROTECT, related_name="+")
    staff_id = models.BigIntegerField(null=True)
    division = models.ForeignKey("directory.Division", models.PROTECT, related_name="+")
    agency = models.ForeignKey("directory.Agency", models.PROTECT, related_name="+")
    state = models.CharField(max_length=10)
    text = models.TextField()
    drafted_at = models.DateTimeField()
    due_at = models.DateTimeField(null=True)
    parts = ArrayField(models.CharField(max_length=10), default=list)
    change_text = models.TextField(blank=True)

    class Meta:
        db_table = "rectification_reform"
        verbose_name = "改革建议"
        indexes = [
            Index(fields=["agency", "drafted_at"], name="reform_by_agency"),
            Index(fields=["from_division", "drafted_at"], name="reform_by_division"),
            Index(fields=["due_at"], condition=Q(due_at__isnull=False), name="reform_due"),
        ]
        constraints = [
            CheckConstraint(condition=Q(state__in=list(ReformState)), name="reform_state_known"),
            CheckConstraint(
                condition=Q(state__in=[ReformState.DONE, ReformState.CHECKED], parts__len__gte=1)
                & ~Q(change_text="")
                | ~Q(state__in=[ReformState.DONE, ReformState.CHECKED]),
                name="reform_done_says_what",
            ),
            CheckConstraint(
                condition=Q(state__in=[ReformState.SENT, ReformState.ACCEPTED]) | Q(due_at__isnull=True),
                name="reform_due_while_owed",
            ),
            CheckConstraint(condition=Q(parts__contained_by=list(ReformPart)), name="reform_parts_known"),
        ]


class ReformEvent(models.Model):
    """改革建议流转: what happened, when, by whom."""

    class Privacy:
        plain = ("move", "by")
        never = ("note",)

    id = models.UUIDField(primary_key=True)
    reform = models.ForeignKey(Reform, models.PROTECT, related_name="+")
    move = models.CharField(max_length=10)
    by = models.CharField(max_length=80)
    at = models.DateTimeField()
    note = models.TextField(blank=True)

    class Meta:
        db_table = "rectification_reform_event"
        verbose_name = "改革建议流转"
        constraints = [CheckConstraint(condition=Q(move__in=list(ReformMove)), name="reform_event_known")]


class ClockEvent(models.Model):
    """时限事件: a start, pause, extension or stop of one clock, with what was promised by it."""

    class Privacy:
        plain = ("clock", "tick", "unit", "rule")

    # In the order in which they were written: the clocks of two machines need not agree to the second.
    id = models.BigAutoField(primary_key=True)
    order = models.ForeignKey(WorkOrder, models.PROTECT, related_name="+")
    clock = models.CharField(max_length=8)
    tick = models.CharField(max_length=8)
    at = models.DateTimeField()
    number = models.SmallIntegerField(default=0)
    unit = models.CharField(max_length=20, blank=True)
    rule = models.CharField(max_length=40, blank=True)
    due_at = models.DateTimeField(null=True)
    amber_at = models.DateTimeField(null=True)

    class Meta:
        db_table = "rectification_clock_event"
        verbose_name = "时限事件"
        constraints = [
            CheckConstraint(condition=Q(clock__in=list(ClockKind)), name="clock_event_clock_known"),
            CheckConstraint(condition=Q(tick__in=list(Tick)), name="clock_event_tick_known"),
        ]


class Extension(models.Model):
    """延期申请: asked for by the agency, decided by a dispatcher, told to the reviewer with its reason."""

    class Privacy:
        plain = ("asked_by", "decided_by")
        never = ("reason", "note")

    id = models.UUIDField(primary_key=True)
    order = models.ForeignKey(WorkOrder, models.PROTECT, related_name="+")
    days = models.SmallIntegerField()
    reason = models.TextField()
    asked_by = models.CharField(max_length=80)
    asked_at = models.DateTimeField()
    granted = models.BooleanField(null=True)
    note = models.TextField(blank=True)
    decided_by = models.CharField(max_length=80, blank=True)
    decided_at = models.DateTimeField(null=True)

    class Meta:
        db_table = "rectification_extension"
        verbose_name = "延期申请"
        constraints = [
            models.UniqueConstraint(
                fields=["order"], condition=Q(granted__isnull=True), name="extension_one_open"
            )
        ]


class CoHandler(models.Model):
    """协办: another agency that helps with an order, by a clock of its own."""

    class Privacy:
        plain = ("asked_by", "done_by")
        never = ("task", "contribution")

    id = models.UUIDField(primary_key=True)
    order = models.ForeignKey(WorkOrder, models.PROTECT, related_name="+")
    agency = models.ForeignKey("directory.Agency", models.PROTECT, related_name="+")
    task = models.TextField()
    asked_by = models.CharField(max_length=80)
    asked_at = models.DateTimeField()
    due_at = models.DateTimeField(null=True)
    contribution = models.TextField(blank=True)
    done_by = models.CharField(max_length=80, blank=True)
    done_at = models.DateTimeField(null=True)

    class Meta:
        db_table = "rectification_co_handler"
        verbose_name = "协办"
        indexes = [Index(fields=["agency"], condition=Q(done_at__isnull=True), name="co_handler_open")]
        constraints = [
            models.UniqueConstraint(
                fields=["order", "agency"], condition=Q(done_at__isnull=True), name="co_handler_once"
            )
        ]


class Milestone(models.Model):
    """整改台账节点: what is to be done by which day."""

    class Privacy:
        plain = ("done_by",)
        never = ("text", "note")

    id = models.UUIDField(primary_key=True)
    order = models.ForeignKey(WorkOrder, models.PROTECT, related_name="+")
    text = models.CharField(max_length=200)
    due_on = models.DateField()
    note = models.TextField(blank=True)
    done_by = models.CharField(max_length=80, blank=True)
    done_at = models.DateTimeField(null=True)

    class Meta:
        db_table = "rectification_milestone"
        verbose_name = "整改台账节点"


class DispatchRule(models.Model):
    """派单规则: which agency gets the orders of a division that fit; a row is added, none overwritten."""

    class Privacy:
        plain = ("stage", "indicator", "source", "made_by")

    id = models.BigAutoField(primary_key=True)
    division = models.ForeignKey("directory.Division", models.PROTECT, related_name="+")
    rank = models.SmallIntegerField()
    item = models.ForeignKey("directory.ServiceItem", models.PROTECT, null=True, related_name="+")
    served_by = models.ForeignKey("directory.Agency", models.PROTECT, null=True, related_name="+")
    stage = models.CharField(max_length=10, blank=True)
    indicator = models.CharField(max_length=20, blank=True)
    agency = models.ForeignKey("directory.Agency", models.PROTECT, null=True, related_name="+")
    effective_from = models.DateField()
    version = models.IntegerField()
    source = models.CharField(max_length=200)
    made_by = models.CharField(max_length=80)
    made_at = models.DateTimeField()

    class Meta:
        db_table = "rectification_dispatch_rule"
        verbose_name = "派单规则"
        constraints = [
            models.UniqueConstraint(fields=["division", "rank", "version"], name="dispatch_rule_version")
        ]
