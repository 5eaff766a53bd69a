"""诉求 tables: one row for each complaint, suggestion and after-sales question, its timeline, what its clock did."""

from __future__ import annotations

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import CheckConstraint, Index, Q, UniqueConstraint

from haochaping.kernel.privacy import Kept, Purpose
from haochaping.rectification.terms import Alarm, Solved, Tick
from haochaping.voices.states import DONE
from haochaping.voices.terms import (
    MATTERS_OF,
    OFFICE_KINDS,
    Matter,
    VoiceKind,
    VoiceMove,
    VoiceOutcome,
    VoiceState,
)

_ANSWERED = [VoiceState.ANSWERED, VoiceState.ESCALATED, VoiceState.CLOSED]


class Voice(models.Model):
    """诉求: 投诉、建议或售后. Who gave it is sealed; `text` are the person's words, `note` why a clerk took them up."""

    class Privacy:
        purpose = Purpose.REDRESS
        retention = Kept.RECORD
        plain = ("kind", "matter", "state", "outcome", "solved", "receipt_hash", "entry_no", "entry_digest")
        account = ("received_by",)
        linked = ("person_id", "persons")
        never = ("text", "badge", "note", "answer", "solved_text", "decision")

    id = models.UUIDField(primary_key=True)
    kind = models.CharField(max_length=12)
    matter = models.CharField(max_length=20, blank=True)
    review = models.ForeignKey("reviews.Review", models.PROTECT, null=True, related_name="+")
    division = models.ForeignKey("directory.Division", models.PROTECT, related_name="+")
    agency = models.ForeignKey("directory.Agency", models.PROTECT, null=True, related_name="+")
    item = models.ForeignKey("directory.ServiceItem", models.PROTECT, null=True, related_name="+")
    # The member of staff that it is about, and the number that the person gave, whoever that may be.
    staff = models.ForeignKey(
        "directory.StaffMember", models.PROTECT, null=True, related_name="+", db_index=False
    )
    badge = models.CharField(max_length=40, blank=True, db_default="")
    text = models.TextField()
    note = models.TextField(blank=True)
    state = models.CharField(max_length=12)
    received_at = models.DateTimeField()
    received_by = models.CharField(max_length=80)
    receipt_hash = models.BinaryField(max_length=32, null=True, unique=True)
    person_id = models.UUIDField(null=True)
    # As whom somebody who asks about their own data has proven themselves: what is erased on their word.
    persons = ArrayField(models.UUIDField(), default=list, db_default=[])
    due_at = models.DateTimeField(null=True)
    amber_at = models.DateTimeField(null=True)
    # What was told of the end of the clock that runs.
    alarm = models.SmallIntegerField(default=Alarm.NONE, db_default=Alarm.NONE.value)
    answer_kept = models.BooleanField(null=True)
    urged_at = models.DateTimeField(null=True)
    urged = models.IntegerField(default=0)
    outcome = models.CharField(max_length=12, blank=True)
    answer = models.TextField(blank=True)
    answered_at = models.DateTimeField(null=True)
    next_item = models.ForeignKey("directory.ServiceItem", models.PROTECT, null=True, related_name="+")
    word_until = models.DateTimeField(null=True)
    solved = models.CharField(max_length=10, blank=True)
    solved_text = models.TextField(blank=True)
    closed_at = models.DateTimeField(null=True)
    round = models.SmallIntegerField(default=1)
    escalated_at = models.DateTimeField(null=True)
    decision = models.TextField(blank=True)
    # Of one that an older system had kept: which, its number there, and the fingerprint of what was told of it.
    platform = models.ForeignKey(
        "directory.Platform", models.PROTECT, null=True, related_name="+", db_index=False
    )
    entry_no = models.CharField(max_length=50, blank=True, db_default="")
    entry_digest = models.BinaryField(max_length=32, null=True)

    class Meta:
        db_table = "voices_voice"
        verbose_name = "诉求"
        indexes = [
            Index(fields=["division", "state", "due_at"], name="voice_division_state_due"),
            Index(fields=["agency", "state", "due_at"], name="voice_agency_state_due"),
            Index(fields=["word_until"], condition=Q(state="answered"), name="voice_to_close"),
            Index(
                fields=["due_at"],
                condition=Q(alarm__lt=Alarm.RED) & ~Q(state__in=sorted(DONE)),
                name="voice_to_tell",
            ),
            # What agencies have to answer, for whoever watches over its time.
            Index(
                fields=["due_at"],
                condition=Q(state__in=[VoiceState.TRANSFERRED, VoiceState.SIGNED]),
                name="voice_at_agency",
            ),
            Index(
                fields=["division", "received_at"],
                condition=Q(kind__in=OFFICE_KINDS) | Q(escalated_at__isnull=False),
                name="voice_at_office",
            ),
        ]
        constraints = [
            UniqueConstraint(
                fields=["review", "kind"],
                condition=~Q(kind=VoiceKind.HANDLING),
                name="voice_once_per_review_and_kind",
            ),
            UniqueConstraint(
                fields=["review"],
                condition=Q(kind=VoiceKind.HANDLING) & ~Q(state=VoiceState.CLOSED),
                name="voice_one_open_about_handling",
            ),
            UniqueConstraint(fields=["platform", "entry_no"], name="voice_once_per_entry"),
            CheckConstraint(condition=Q(kind__in=list(VoiceKind)), name="voice_kind_known"),
            CheckConstraint(condition=Q(matter__in=["", *Matter]), name="voice_matter_known"),
            CheckConstraint(
                condition=Q(kind=VoiceKind.AFTER_SALES, matter__in=list(MATTERS_OF[VoiceKind.AFTER_SALES]))
                | Q(kind=VoiceKind.HANDLING, matter__in=list(MATTERS_OF[VoiceKind.HANDLING]))
                | Q(kind=VoiceKind.OWN_DATA, matter__in=list(MATTERS_OF[VoiceKind.OWN_DATA]))
                | ~Q(kind__in=list(MATTERS_OF)) & Q(matter=""),
                name="voice_matter_of_kind",
            ),
            CheckConstraint(condition=Q(state__in=list(VoiceState)), name="voice_state_known"),
            CheckConstraint(condition=Q(outcome__in=["", *VoiceOutcome]), name="voice_outcome_known"),
            CheckConstraint(condition=Q(solved__in=["", *Solved]), name="voice_solved_known"),
            CheckConstraint(condition=Q(alarm__in=list(Alarm)), name="voice_alarm_known"),
            CheckConstraint(
                condition=Q(
                    state__in=_ANSWERED,
                    answered_at__isnull=False,
                )
                & ~Q(answer="")
                # Of what was over before nobody here was asked, nor need its outcome be known.
                & (Q(word_until__isnull=False) & ~Q(outcome="") | Q(platform__isnull=False))
                | ~Q(state__in=_ANSWERED)
                & Q(answered_at__isnull=True, word_until__isnull=True, outcome="", answer=""),
                name="voice_answered_with_words",
            ),
            CheckConstraint(
                condition=Q(state=VoiceState.CLOSED, closed_at__isnull=False)
                | ~Q(state=VoiceState.CLOSED) & Q(closed_at__isnull=True),
                name="voice_closed_at",
            ),
            CheckConstraint(
                condition=Q(kind=VoiceKind.OWN_DATA, agency=None)
                | ~Q(kind=VoiceKind.OWN_DATA) & Q(agency__isnull=False, persons=[]),
                name="voice_own_data_or_an_agency",
            ),
            # It was given with a receipt, found in a review, or taken over with its number.
            CheckConstraint(
                condition=Q(receipt_hash__isnull=False) | Q(review__isnull=False) | Q(platform__isnull=False),
                name="voice_has_origin",
            ),
            CheckConstraint(
                condition=Q(platform__isnull=True, entry_no="", entry_digest__isnull=True)
                | Q(platform__isnull=False, entry_digest__isnull=False) & ~Q(entry_no=""),
                name="voice_entry_whole",
            ),
        ]


class VoiceEvent(models.Model):
    """诉求流转: what happened, when, by whom."""

    class Privacy:
        purpose = Purpose.REDRESS
        retention = Kept.RECORD
        plain = ("move",)
        account = ("by",)
        never = ("note",)

    id = models.UUIDField(primary_key=True)
    voice = models.ForeignKey(Voice, models.PROTECT, related_name="+")
    move = models.CharField(max_length=12)
    by = models.CharField(max_length=80)
    at = models.DateTimeField()
    note = models.TextField(blank=True)

    class Meta:
        db_table = "voices_event"
        verbose_name = "诉求流转"
        constraints = [CheckConstraint(condition=Q(move__in=list(VoiceMove)), name="voice_move_known")]


class VoiceClockEvent(models.Model):
    """诉求时限事件: a start, another limit or a stop of a voice's clock, with what was promised by it.

    `division` is where it started: its rules and its calendar count, wherever the voice has gone since.
    """

    class Privacy:
        plain = ("tick", "unit", "rule")

    # In the order in which they were written: the clocks of two machines need not agree to the second.
    id = models.BigAutoField(primary_key=True)
    voice = models.ForeignKey(Voice, models.PROTECT, related_name="+")
    division = models.ForeignKey(
        "directory.Division", models.PROTECT, null=True, related_name="+", db_index=False
    )
    tick = models.CharField(max_length=8)
    at = models.DateTimeField()
    number = models.SmallIntegerField(default=0)
    unit = models.CharField(max_length=20, blank=True)
    rule = models.CharField(max_length=40, blank=True)
    due_at = models.DateTimeField(null=True)
    amber_at = models.DateTimeField(null=True)

    class Meta:
        db_table = "voices_clock_event"
        verbose_name = "诉求时限事件"
        constraints = [
            CheckConstraint(
                condition=Q(tick=Tick.STOP, division=None)
                | Q(tick__in=[Tick.START, Tick.LIMIT], division__isnull=False),
                name="voice_clock_event_known",
            )
        ]
