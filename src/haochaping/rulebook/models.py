"""规则库 tables: profiles, their dated values, which division follows which, the working calendar."""

from __future__ import annotations

from django.db import models
from django.db.models import CheckConstraint, Q, UniqueConstraint

from haochaping.rulebook.terms import Verified


class Profile(models.Model):
    """辖区规则档."""

    class Privacy:
        plain = ("code", "name")

    code = models.CharField(max_length=40, unique=True)
    name = models.CharField(max_length=100)

    class Meta:
        db_table = "rulebook_profile"
        verbose_name = "辖区规则档"


class RuleValue(models.Model):
    """规则值: one value of one profile since one day, with its source."""

    class Privacy:
        plain = ("key", "value", "source", "verified")

    profile = models.ForeignKey(Profile, models.PROTECT, related_name="+")
    key = models.CharField(max_length=60)
    value = models.CharField(max_length=60)
    source = models.CharField(max_length=300)
    verified = models.CharField(max_length=10)
    effective_from = models.DateField()

    class Meta:
        db_table = "rulebook_rule_value"
        verbose_name = "规则值"
        constraints = [
            UniqueConstraint(fields=["profile", "key", "effective_from"], name="rule_value_unique"),
            CheckConstraint(condition=Q(verified__in=list(Verified)), name="rule_value_verified"),
        ]


class ProfileChoice(models.Model):
    """规则适用: from a day on, a division and all below it follow a profile."""

    class Privacy:
        plain = ()

    division = models.ForeignKey("directory.Division", models.PROTECT, related_name="+")
    profile = models.ForeignKey(Profile, models.PROTECT, related_name="+")
    effective_from = models.DateField()

    class Meta:
        db_table = "rulebook_profile_choice"
        verbose_name = "规则适用"
        constraints = [UniqueConstraint(fields=["division", "effective_from"], name="profile_choice_unique")]


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
