"""公开 tables: what publishers let out, held back or took down."""

from __future__ import annotations

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import CheckConstraint, F, Index, Q, UniqueConstraint

from haochaping.kernel.two_persons import TwoPersonState
from haochaping.publicity.opendata.models import PublishedCell, PublishedTable
from haochaping.publicity.terms import APPEARING, Decision, Part

__all__ = ["PublishedCell", "PublishedTable", "Release", "Undecided"]

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
        plain = ("part", "decision", "reason", "text", "state", "refusal")
        account = ("proposed_by", "decided_by")

    id = models.UUIDField(primary_key=True)
    review = models.ForeignKey("reviews.Review", models.PROTECT, related_name="+")
    part = models.CharField(max_length=10)
    written_at = models.DateTimeField()
    # Which decision about these words it is: 1 is the first.
    turn = models.PositiveSmallIntegerField(default=1)
    decision = models.CharField(max_length=10)
    text = models.TextField(blank=True)
    reason = models.CharField(max_length=300, blank=True)
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
                condition=Q(decision__in=APPEARING, reason="")
                | (Q(decision__in=[Decision.HELD, Decision.TAKEN_DOWN]) & ~Q(reason="")),
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
    """待审: a text or reply on which nobody has decided. The database puts it here and takes it away (see migrations)."""

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

    class Meta:
        db_table = "publicity_undecided"
        verbose_name = "待审"
        constraints = [
            UniqueConstraint(fields=["review", "part"], name="undecided_unique_part"),
            CheckConstraint(condition=Q(part__in=list(Part)), name="undecided_part_known"),
        ]
        indexes = [Index(fields=["written_at", "review"], name="undecided_oldest")]
