"""规则库 tables: profiles, their dated values, which division follows which, the working calendar and what divisions add."""

from __future__ import annotations

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import CheckConstraint, F, Q, UniqueConstraint

from haochaping.kernel.two_persons import TwoPersonState
from haochaping.rulebook.terms import Unit, Verified


class Profile(models.Model):
    """辖区规则档: it holds at the division whose code is its jurisdiction; what it does not say its parent says."""

    class Privacy:
        plain = ("code", "name", "jurisdiction", "source")

    code = models.CharField(max_length=40, unique=True)
    name = models.CharField(max_length=100)
    parent = models.ForeignKey("self", models.PROTECT, null=True, related_name="+")
    # A code, not a key: the division need not be in the directory.
    jurisdiction = models.CharField(max_length=12, blank=True, default="")
    historical_only = models.BooleanField(default=False)
    # Of a profile that a place made for itself: the text it rests on, and since when it holds there. A shipped one has its
    # sources by its values, and holds since the first of them.
    source = models.CharField(max_length=300, blank=True, default="")
    effective_from = models.DateField(null=True)

    class Meta:
        db_table = "rulebook_profile"
        verbose_name = "辖区规则档"
        constraints = [
            CheckConstraint(
                condition=Q(source="", effective_from=None) | (~Q(source="") & ~Q(effective_from=None)),
                name="profile_of_its_own",
            ),
            UniqueConstraint(
                fields=["jurisdiction"],
                condition=Q(historical_only=False) & ~Q(jurisdiction=""),
                name="profile_of_jurisdiction",
            ),
        ]


class RuleValue(models.Model):
    """规则值: one value of one profile since one day, with its source; a correction is a new version."""

    class Privacy:
        plain = ("key", "value", "unit", "source", "verified")

    profile = models.ForeignKey(Profile, models.PROTECT, related_name="+")
    key = models.CharField(max_length=60)
    value = models.CharField(max_length=60)
    unit = models.CharField(max_length=20)
    source = models.CharField(max_length=300)
    verified = models.CharField(max_length=10)
    effective_from = models.DateField()
    effective_to = models.DateField(null=True)
    version = models.SmallIntegerField(default=1)

    class Meta:
        db_table = "rulebook_rule_value"
        verbose_name = "规则值"
        constraints = [
            UniqueConstraint(
                fields=["profile", "key", "effective_from", "version"], name="rule_value_unique"
            ),
            CheckConstraint(condition=Q(verified__in=list(Verified)), name="rule_value_verified"),
            CheckConstraint(condition=Q(unit__in=list(Unit)), name="rule_value_unit"),
            CheckConstraint(
                condition=Q(effective_to=None) | Q(effective_to__gte=F("effective_from")),
                name="rule_value_days",
            ),
        ]


class ProfileChoice(models.Model):
    """规则适用: from a day on, a division and all below it follow a profile."""

    class Privacy:
        plain = ()

    division = models.ForeignKey("directory.Division", models.PROTECT, related_name="+")
    profile = models.ForeignKey(Profile, models.PROTECT, related_name="+")
    effective_from = models.DateField()
    version = models.SmallIntegerField(default=1)

    class Meta:
        db_table = "rulebook_profile_choice"
        verbose_name = "规则适用"
        constraints = [
            UniqueConstraint(fields=["division", "effective_from", "version"], name="profile_choice_unique")
        ]


class RuleConfirmation(models.Model):
    """规则确认: an administrator has checked every value of a profile up to one."""

    class Privacy:
        account = ("actor",)

    profile = models.ForeignKey(Profile, models.PROTECT, related_name="+")
    # The newest value that was seen; a later one is not confirmed.
    last_value = models.BigIntegerField()
    at = models.DateTimeField()
    actor = models.CharField(max_length=100)

    class Meta:
        db_table = "rulebook_rule_confirmation"
        verbose_name = "规则确认"


class CalendarDay(models.Model):
    """工作日历: whether a day is worked, 调休 included. A day without a row is not known."""

    class Privacy:
        plain = ("note",)

    day = models.DateField(primary_key=True)
    is_working = models.BooleanField()
    note = models.CharField(max_length=60, blank=True)

    class Meta:
        db_table = "rulebook_calendar_day"
        verbose_name = "工作日历"


class CalendarOverlay(models.Model):
    """地方工作日: a division and all below it work on a day, or do not; no answer means “as above again”."""

    class Privacy:
        plain = ("reason",)

    division = models.ForeignKey("directory.Division", models.PROTECT, related_name="+")
    day = models.DateField()
    is_working = models.BooleanField(null=True)
    reason = models.CharField(max_length=100)
    version = models.SmallIntegerField()

    class Meta:
        db_table = "rulebook_calendar_overlay"
        verbose_name = "地方工作日"
        constraints = [
            UniqueConstraint(fields=["division", "day", "version"], name="calendar_overlay_unique"),
            CheckConstraint(condition=~Q(reason=""), name="calendar_overlay_reason"),
        ]


class RuleProposal(models.Model):
    """规则变更提议: what one administrator proposes; it is done once another one, here or above, confirms it."""

    class Privacy:
        plain = ("division_path", "said", "state", "refusal")
        account = ("proposed_by", "decided_by")

    # Whose administrators decide; "" for what is everybody's.
    division_path = models.CharField(max_length=100, blank=True)
    # A `Change` of the room's terms.
    said = models.JSONField()
    state = models.CharField(max_length=10)
    # The staff members of the directory that the account was or is, then: two accounts may be one person.
    proposed_by = models.CharField(max_length=100)
    proposed_staff = ArrayField(models.BigIntegerField(), default=list)
    proposed_at = models.DateTimeField()
    # Who confirmed, refused or withdrew it.
    decided_by = models.CharField(max_length=100, blank=True)
    decided_staff = ArrayField(models.BigIntegerField(), default=list)
    decided_at = models.DateTimeField(null=True)
    refusal = models.CharField(max_length=300, blank=True)

    class Meta:
        db_table = "rulebook_rule_proposal"
        verbose_name = "规则变更提议"
        constraints = [
            # Two different persons, whatever the code above says (trust.md C45).
            CheckConstraint(
                condition=~Q(proposed_by="")
                & (
                    Q(state=TwoPersonState.PROPOSED, decided_by="", decided_at__isnull=True)
                    | Q(state=TwoPersonState.WITHDRAWN, decided_by=F("proposed_by"), decided_at__isnull=False)
                    | Q(
                        ~Q(decided_by=""),
                        ~Q(decided_by=F("proposed_by")),
                        ~Q(decided_staff__overlap=F("proposed_staff")),
                        state__in=[TwoPersonState.CONFIRMED, TwoPersonState.REFUSED],
                        decided_at__isnull=False,
                    )
                ),
                name="rule_proposal_two_persons",
            ),
            CheckConstraint(
                condition=(Q(state=TwoPersonState.REFUSED) & ~Q(refusal=""))
                | (~Q(state=TwoPersonState.REFUSED) & Q(refusal="")),
                name="rule_proposal_refused_with_reason",
            ),
        ]
