"""公开 tables: what publishers let out, held back or took down."""

from __future__ import annotations

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import CheckConstraint, F, Index, Q, UniqueConstraint
from django.db.models.functions import MD5, Cast

from haochaping.kernel.two_persons import TwoPersonState
from haochaping.publicity.circulars.models import Circular, CircularStep, CircularText
from haochaping.publicity.opendata.models import PublishedCell, PublishedTable
from haochaping.publicity.terms import APPEARING, Decision, Ground, Part
from haochaping.rectification.terms import Alarm

__all__ = [
    "Circular",
    "CircularStep",
    "CircularText",
    "DecisionCount",
    "PublishedCell",
    "PublishedTable",
    "Release",
    "Undecided",
    "WaitingTexts",
]

_STANDS = Q(state__in=[TwoPersonState.PROPOSED, TwoPersonState.CONFIRMED])
_ANOTHER_PERSON = (
    ~Q(proposed_by="")
    & ~Q(decided_by="")
    & ~Q(decided_by=F("proposed_by"))
    & ~Q(decided_staff__overlap=F("proposed_staff"))
)


class Release(models.Model):
    """发布: one decision about words as they were written then, as one publisher proposed it and another one confirmed it.

    It holds once it is confirmed and until a later turn about the same words is; what is public of the words stands here. An
    order that is opened again is answered again, and that answer is decided about on its own. Decided, a row changes no more:
    a text that was released is taken down, and what was held back or taken down is restored, by a row of its own (migrations
    0002 and 0003).
    """

    class Privacy:
        plain = ("part", "decision", "ground", "reason", "text", "state", "refusal")
        account = ("proposed_by", "decided_by")

    id = models.UUIDField(primary_key=True)
    review = models.ForeignKey("reviews.Review", models.PROTECT, related_name="+")
    part = models.CharField(max_length=10)
    written_at = models.DateTimeField()
    # Which decision about these words it is: 1 is the first.
    turn = models.PositiveSmallIntegerField(default=1)
    decision = models.CharField(max_length=10)
    text = models.TextField(blank=True)
    ground = models.CharField(max_length=20, blank=True)
    reason = models.CharField(max_length=300, blank=True)
    # The division under which the words stand without item and agency; none where they stand with both.
    raised_to = models.ForeignKey(
        "directory.Division", models.PROTECT, null=True, related_name="+", db_index=False
    )
    state = models.CharField(max_length=10)
    # The staff members of the directory that the account was or is, then: two accounts may be one person.
    proposed_by = models.CharField(max_length=80)
    proposed_staff = ArrayField(models.BigIntegerField(), default=list)
    proposed_at = models.DateTimeField()
    # Who confirmed, refused or withdrew it.
    decided_by = models.CharField(max_length=80, blank=True)
    decided_staff = ArrayField(models.BigIntegerField(), default=list)
    decided_at = models.DateTimeField(null=True)
    refusal = models.CharField(max_length=300, blank=True)

    class Meta:
        db_table = "publicity_release"
        verbose_name = "发布"
        indexes = [
            Index(
                fields=["proposed_at"], condition=Q(state=TwoPersonState.PROPOSED), name="release_to_confirm"
            ),
            Index(
                fields=["decided_at"],
                condition=Q(
                    state=TwoPersonState.CONFIRMED, decision__in=[Decision.HELD, Decision.TAKEN_DOWN]
                ),
                name="release_kept_back",
            ),
            Index(
                fields=["raised_to", "decided_at"],
                condition=Q(state=TwoPersonState.CONFIRMED, decision__in=APPEARING, raised_to__isnull=False),
                name="release_raised",
            ),
        ]
        constraints = [
            UniqueConstraint(
                fields=["review", "part", "written_at", "turn"],
                condition=_STANDS,
                name="release_once_a_turn",
            ),
            CheckConstraint(
                condition=Q(turn=1, decision__in=[Decision.RELEASED, Decision.HELD])
                | Q(turn__gt=1, decision__in=[Decision.TAKEN_DOWN, Decision.RESTORED]),
                name="release_turn_of_decision",
            ),
            CheckConstraint(condition=Q(part__in=list(Part)), name="release_part_known"),
            CheckConstraint(
                condition=Q(decision__in=APPEARING, reason="", ground="")
                | (
                    Q(decision__in=[Decision.HELD, Decision.TAKEN_DOWN], ground__in=list(Ground))
                    & ~Q(reason="")
                ),
                name="release_reason_when_held",
            ),
            # Two different persons, whatever the code above says (trust.md C45); only what was decided before there was a
            # second one is not looked at (migration 0002).
            CheckConstraint(
                condition=Q(state=TwoPersonState.PROPOSED, decided_by="", decided_at__isnull=True)
                | Q(state=TwoPersonState.WITHDRAWN, decided_by=F("proposed_by"), decided_at__isnull=False)
                | (
                    Q(state__in=[TwoPersonState.CONFIRMED, TwoPersonState.REFUSED], decided_at__isnull=False)
                    & _ANOTHER_PERSON
                ),
                name="release_two_persons",
            ),
            CheckConstraint(
                condition=(Q(state=TwoPersonState.REFUSED) & ~Q(refusal=""))
                | (~Q(state=TwoPersonState.REFUSED) & Q(refusal="")),
                name="release_refused_with_reason",
            ),
        ]


class Undecided(models.Model):
    """待审: a text or reply on which nobody has decided. The database puts it here and takes it away (see migrations).

    A publisher sees it once it is offered, and it is to be decided about until `due_at`, none beyond the calendar. Written
    anew, it is offered anew.
    """

    class Privacy:
        plain = ("part",)

    id = models.BigAutoField(primary_key=True)
    # It is made of rows that are there, and none of them is ever taken away: nothing is left to check.
    review = models.ForeignKey(
        "reviews.Review", models.PROTECT, related_name="+", db_index=False, db_constraint=False
    )
    part = models.CharField(max_length=10)
    division = models.ForeignKey("directory.Division", models.PROTECT, related_name="+", db_constraint=False)
    # Whom the review names, who sees nothing of it.
    staff_id = models.BigIntegerField(null=True)
    written_at = models.DateTimeField()
    offered_at = models.DateTimeField(null=True)
    amber_at = models.DateTimeField(null=True)
    due_at = models.DateTimeField(null=True)
    # What publishers have been told of its deadline.
    alarm = models.SmallIntegerField(default=Alarm.NONE, db_default=Alarm.NONE.value)
    raised_to = models.ForeignKey(
        "directory.Division",
        models.PROTECT,
        null=True,
        related_name="+",
        db_index=False,
        db_constraint=False,
    )

    class Meta:
        db_table = "publicity_undecided"
        verbose_name = "待审"
        constraints = [
            UniqueConstraint(fields=["review", "part"], name="undecided_unique_part"),
            CheckConstraint(condition=Q(part__in=list(Part)), name="undecided_part_known"),
            CheckConstraint(condition=Q(alarm__in=list(Alarm)), name="undecided_alarm_known"),
        ]
        indexes = [
            Index(fields=["written_at"], condition=Q(offered_at__isnull=True), name="undecided_to_offer"),
            # Those of one deadline in an order that says nothing of when they were written.
            Index(
                F("due_at"),
                MD5(Cast("review_id", models.TextField())),
                condition=Q(offered_at__isnull=False),
                name="undecided_in_turn",
            ),
            Index(
                fields=["amber_at"],
                condition=Q(alarm__lt=Alarm.RED, offered_at__isnull=False),
                name="undecided_to_alarm",
            ),
        ]


class WaitingTexts(models.Model):
    """待审数: how much of a division itself, without those below it, is offered, overdue or not offered yet.

    Counted again and again, so that the public page asks for few rows however much waits.
    """

    class Privacy:
        plain = ()

    division = models.OneToOneField("directory.Division", models.PROTECT, related_name="+", primary_key=True)
    offered = models.IntegerField()
    overdue = models.IntegerField()
    coming = models.IntegerField()
    oldest_due_at = models.DateTimeField(null=True)
    counted_at = models.DateTimeField()

    class Meta:
        db_table = "publicity_waiting_texts"
        verbose_name = "待审数"


class DecisionCount(models.Model):
    """发布决定数: how many decisions of a kind and ground were confirmed in a quarter, by agency.

    The database counts with the decision (migration 0004).
    """

    class Privacy:
        plain = ("decision", "ground")

    id = models.BigAutoField(primary_key=True)
    division = models.ForeignKey("directory.Division", models.PROTECT, related_name="+", db_index=False)
    agency = models.ForeignKey("directory.Agency", models.PROTECT, related_name="+")
    # Its first day.
    quarter = models.DateField()
    decision = models.CharField(max_length=10)
    ground = models.CharField(max_length=20, blank=True)
    n = models.IntegerField()

    class Meta:
        db_table = "publicity_decision_count"
        verbose_name = "发布决定数"
        constraints = [
            UniqueConstraint(
                fields=["quarter", "division", "agency", "decision", "ground"], name="decision_count_once"
            ),
            CheckConstraint(condition=Q(ground__in=["", *Ground]), name="decision_count_ground_known"),
            CheckConstraint(condition=Q(n__gt=0), name="decision_count_some"),
        ]
