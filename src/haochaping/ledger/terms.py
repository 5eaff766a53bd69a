"""账本 vocabulary: kinds of entries, crypto suites, what can be wrong with the chain, rows of queries."""

from __future__ import annotations

from dataclasses import dataclass
from enum import IntEnum, StrEnum
from typing import TYPE_CHECKING

from msgspec import Struct

from haochaping.kernel.refused import N_, Reason

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import date, datetime
    from uuid import UUID


class EntryKind(IntEnum):
    """The type byte of a leaf (trust.md §2.2); from 128 on, internal steps that are in no public account."""

    REVIEW_ACCEPTED = 1
    REVIEW_SUPERSEDED = 2
    TEXT_REDACTED = 3
    REVIEW_EXCLUDED = 4
    APPEAL_DECIDED = 5
    ORDER_CLOSED = 6
    DAILY_STATEMENT = 7
    IDENTITY_OPENED = 8
    KEY_CHANGED = 9
    DEFAULT_RULE_ROW = 10
    SALT_DESTROYED = 11
    ORDER_OPENED = 128
    ORDER_DISPATCHED = 129
    ORDER_SIGNED_FOR = 130
    CALLBACK_RECORDED = 131
    RECTIFICATION_RECORDED = 132
    ORDER_REPLIED = 133
    REVIEW_WITHDRAWN = 134
    RELEASE_DECIDED = 135
    RELAY_USED = 136
    DIRECTORY_CHANGED = 137
    RULEBOOK_CHANGED = 138
    ACCOUNT_CHANGED = 139
    CASES_TAKEN_IN = 140
    ORDER_CANCELLED = 141
    QUARANTINE_TAKEN_IN = 142
    QUARANTINE_RETRIED = 143
    REVIEW_COMPLETED = 144
    INVITATION_ISSUED = 145
    SETTING_CHANGED = 146
    OPENING_REQUESTED = 151
    OPENING_DECIDED = 152
    OPENING_ENDED = 153
    RELEASE_PROPOSED = 193
    RULE_PROPOSED = 195
    RELAY_GRANTED = 154
    KEYS_REWRAPPED = 155
    IDENTITY_ERASED = 156
    OPEN_DATA_PUBLISHED = 158
    SIGNED_IN = 160
    SIGN_IN_FAILED = 161
    SIGNED_OUT = 162
    ACCESS_DENIED = 163
    PERSONAL_DATA_READ = 164
    EXPORTED = 165
    TEXTS_OFFERED = 166
    CIRCULAR_MOVED = 169
    FIGURE_ASKED = 167
    FIGURE_EXPLAINED = 168
    REVIEW_SUPPLEMENTED = 170
    PHOTO_KEPT = 171
    PHOTO_REMOVED = 172
    SOLUTION_ANSWERED = 173
    QUARANTINE_DISCARDED = 180
    DEADLINE_SET = 184
    CALL_NOT_MADE = 185
    INVITATION_FELL_BACK = 186
    INVITATION_CALLED = 187
    QUARANTINE_CORRECTED = 188
    ORDER_MOVED = 190
    DISPATCH_RULE_SET = 191
    CASE_NUMBER_READ = 192
    DOCUMENT_KEPT = 197
    BATCH_STATED = 199
    SIGNAL_RAISED = 205
    SUPERVISION_MOVED = 206
    MEASURE_PROPOSED = 207
    MEASURE_DECIDED = 208
    HELP_ASKED = 194
    URGED = 209
    SAMPLE_DRAWN = 210
    SAMPLE_ASKED = 211
    SAMPLE_CALLED = 212
    SAMPLE_SETTLED = 213
    VOICE_RECEIVED = 214
    VOICE_MOVED = 215
    VOICE_ANSWERED = 216
    VOICE_CLOSED = 217
    PROJECT_MOVED = 218
    FAULT_CLASSED = 230
    REFORM_MOVED = 231
    PERSON_HEARD = 232
    MEASURE_CARRIED_OUT = 233
    ORDER_HANDED_ON = 234
    REPRISAL_REPORTED = 221
    REPRISAL_LOOKED_INTO = 222
    REPRISAL_CLOSED = 223
    REPRISAL_NOTED = 224
    BATCH_SET_ASIDE = 225
    HOTLINE_TOLD = 235
    HOTLINE_HEARD = 236
    HOTLINE_DECIDED = 237
    HOTLINE_LINKED = 238
    HOTLINE_ATTACHED = 239
    EVIDENCE_ADDED = 228
    EVIDENCE_REMOVED = 229
    SOURCE_SET = 245
    SOURCE_CLOSED = 246
    RECONCILED = 181
    DIFFERENCE_EXPLAINED = 182
    ITEM_MATCHED = 183
    PEER_SET = 253
    BATCH_EXCHANGED = 254
    ORDER_REPORTED = 255
    QUALITY_JUDGED = 247
    FIGURE_WITHHELD = 248
    FIGURE_RELEASED = 249
    FIGURES_MENDED = 252
    APPEAL_FILED = 200
    APPEAL_TAKEN_UP = 201
    APPEAL_HEARD = 202
    APPEAL_PROPOSED = 203
    APPEAL_ENDED = 204
    VOICE_REOPENED = 240
    VOICE_ESCALATED = 241
    REPRISAL_FOUND = 242
    VOICE_HANDED_ON = 196
    VOICE_IMPORTED = 189
    VOICE_NAMED = 227
    PAPER_MOVED = 250
    ASKING_SET = 251


FIRST_INTERNAL_KIND = 128
# From here on, what people did besides changing things.
FIRST_CONDUCT_KIND = 160

KIND_LABELS: dict[EntryKind, str] = {
    EntryKind.REVIEW_ACCEPTED: N_("Review accepted"),
    EntryKind.REVIEW_SUPERSEDED: N_("Review changed by a later one"),
    EntryKind.TEXT_REDACTED: N_("Text redacted"),
    EntryKind.REVIEW_EXCLUDED: N_("Review excluded from scoring"),
    EntryKind.APPEAL_DECIDED: N_("Appeal decided"),
    EntryKind.ORDER_CLOSED: N_("Work order closed"),
    EntryKind.DAILY_STATEMENT: N_("Daily statement published"),
    EntryKind.IDENTITY_OPENED: N_("Identity opened"),
    EntryKind.KEY_CHANGED: N_("Key changed"),
    EntryKind.DEFAULT_RULE_ROW: N_("Row made by a default rule"),
    EntryKind.SALT_DESTROYED: N_("Salt destroyed"),
    EntryKind.ORDER_OPENED: N_("Work order opened"),
    EntryKind.ORDER_DISPATCHED: N_("Work order dispatched"),
    EntryKind.ORDER_SIGNED_FOR: N_("Work order signed for"),
    EntryKind.CALLBACK_RECORDED: N_("Call-back recorded"),
    EntryKind.RECTIFICATION_RECORDED: N_("Rectification recorded"),
    EntryKind.ORDER_REPLIED: N_("Reply given"),
    EntryKind.REVIEW_WITHDRAWN: N_("Review withdrawn by its author"),
    EntryKind.RELEASE_DECIDED: N_("Release decided"),
    EntryKind.RELEASE_PROPOSED: N_("Release proposed, or the proposal refused or taken back"),
    EntryKind.RULE_PROPOSED: N_("Change of the rulebook proposed, refused or taken back"),
    EntryKind.RELAY_USED: N_("Reviewer contacted through the relay"),
    EntryKind.DIRECTORY_CHANGED: N_("Directory changed"),
    EntryKind.RULEBOOK_CHANGED: N_("Rulebook changed"),
    EntryKind.ACCOUNT_CHANGED: N_("Account changed"),
    EntryKind.CASES_TAKEN_IN: N_("Cases taken in"),
    EntryKind.ORDER_CANCELLED: N_("Work order cancelled"),
    EntryKind.QUARANTINE_TAKEN_IN: N_("Put into quarantine"),
    EntryKind.QUARANTINE_RETRIED: N_("Tried again from quarantine"),
    EntryKind.REVIEW_COMPLETED: N_("Review completed with reasons or text"),
    EntryKind.INVITATION_ISSUED: N_("Invitations issued"),
    EntryKind.ASKING_SET: N_("The owner of a number refused to be asked by SMS, or agreed again"),
    EntryKind.PAPER_MOVED: N_("Slip of paper typed or set aside"),
    EntryKind.INVITATION_FELL_BACK: N_(
        "Invitation by text message failed, passed to another channel or ended"
    ),
    EntryKind.INVITATION_CALLED: N_("Call to an invited person recorded, or what became of it"),
    EntryKind.SETTING_CHANGED: N_("Setting changed"),
    EntryKind.OPENING_REQUESTED: N_("Opening of an identity requested"),
    EntryKind.OPENING_DECIDED: N_("Opening of an identity approved by one office"),
    EntryKind.OPENING_ENDED: N_("Request to open an identity refused, withdrawn or expired"),
    EntryKind.RELAY_GRANTED: N_("Calls through the relay granted"),
    EntryKind.CALL_NOT_MADE: N_("A call through the relay did not go out and does not count"),
    EntryKind.KEYS_REWRAPPED: N_("Batch keys wrapped anew"),
    EntryKind.IDENTITY_ERASED: N_("Sealed identities erased"),
    EntryKind.SIGNED_IN: N_("Logged in"),
    EntryKind.SIGN_IN_FAILED: N_("Log-in failed"),
    EntryKind.SIGNED_OUT: N_("Logged out"),
    EntryKind.ACCESS_DENIED: N_("Access denied"),
    EntryKind.PERSONAL_DATA_READ: N_("Personal data read"),
    EntryKind.EXPORTED: N_("Data exported"),
    EntryKind.REVIEW_SUPPLEMENTED: N_("Consent to a call-back or help with the form noted"),
    EntryKind.PHOTO_KEPT: N_("Photograph kept"),
    EntryKind.PHOTO_REMOVED: N_("Photograph removed"),
    EntryKind.DOCUMENT_KEPT: N_("Recording, log or document kept"),
    EntryKind.SOLUTION_ANSWERED: N_("The reviewer said whether the matter is solved"),
    EntryKind.QUARANTINE_DISCARDED: N_("Discarded from quarantine"),
    EntryKind.QUARANTINE_CORRECTED: N_("Sent again, corrected"),
    EntryKind.DEADLINE_SET: N_("A deadline set that the calendar could not tell before"),
    EntryKind.ORDER_MOVED: N_("Order moved on"),
    EntryKind.DISPATCH_RULE_SET: N_("Dispatch rule set"),
    EntryKind.CASE_NUMBER_READ: N_("Full case number of a work order read"),
    EntryKind.BATCH_STATED: N_("Numbered batch of a source taken or refused, or its numbering ended"),
    EntryKind.SIGNAL_RAISED: N_("Signal for supervision raised"),
    EntryKind.SUPERVISION_MOVED: N_("Supervision order moved on"),
    EntryKind.MEASURE_PROPOSED: N_("Measure of supervision proposed"),
    EntryKind.MEASURE_DECIDED: N_("Measure of supervision decided"),
    EntryKind.HELP_ASKED: N_("An office asked the level above for help, or was answered"),
    EntryKind.URGED: N_("Urged, or answered an urging"),
    EntryKind.SAMPLE_DRAWN: N_("Sample of reviews drawn"),
    EntryKind.SAMPLE_ASKED: N_("Reviewers of a sample asked again"),
    EntryKind.SAMPLE_CALLED: N_("Call to a reviewer of a sample recorded"),
    EntryKind.SAMPLE_SETTLED: N_("Reviewer of a sample answered, refused or not reached"),
    EntryKind.VOICE_RECEIVED: N_("Complaint, suggestion or question received"),
    EntryKind.VOICE_MOVED: N_("Complaint, suggestion or question passed on"),
    EntryKind.VOICE_ANSWERED: N_("Complaint, suggestion or question answered"),
    EntryKind.PROJECT_MOVED: N_("Systemic project opened, worked on or closed"),
    EntryKind.VOICE_CLOSED: N_("Complaint, suggestion or question closed"),
    EntryKind.VOICE_HANDED_ON: N_("Complaint, suggestion or question handed on to another agency"),
    EntryKind.VOICE_NAMED: N_("Said which member of staff a complaint, suggestion or question is about"),
    EntryKind.VOICE_IMPORTED: N_("Complaint or suggestion taken over from an older system"),
    EntryKind.VOICE_REOPENED: N_("Complaint, suggestion or question opened again"),
    EntryKind.VOICE_ESCALATED: N_("Complaint, suggestion or question passed to the supervisory office"),
    EntryKind.FAULT_CLASSED: N_("It was said what a fault lies in"),
    EntryKind.REFORM_MOVED: N_("Proposal of a reform moved on"),
    EntryKind.PERSON_HEARD: N_("A person was heard before a measure"),
    EntryKind.MEASURE_CARRIED_OUT: N_("Measure about a person carried out"),
    EntryKind.ORDER_HANDED_ON: N_("Work order handed on by an agency that has ended"),
    EntryKind.REPRISAL_REPORTED: N_("A reviewer reported a disadvantage"),
    EntryKind.REPRISAL_LOOKED_INTO: N_("Report of a disadvantage is looked into"),
    EntryKind.REPRISAL_CLOSED: N_("Report of a disadvantage closed"),
    EntryKind.REPRISAL_NOTED: N_("Note on a report of a disadvantage"),
    EntryKind.REPRISAL_FOUND: N_("Report of a disadvantage found by its number"),
    EntryKind.HOTLINE_TOLD: N_("Message sent to a linked hotline, or refused there"),
    EntryKind.HOTLINE_HEARD: N_("Message of a linked hotline applied or kept"),
    EntryKind.HOTLINE_DECIDED: N_("Message to or from a hotline sent again, given up or set aside"),
    EntryKind.HOTLINE_LINKED: N_("Hotline linked, changed or closed"),
    EntryKind.HOTLINE_ATTACHED: N_("Attachment of a hotline kept"),
    EntryKind.EVIDENCE_ADDED: N_("Evidence of a rectification added"),
    EntryKind.EVIDENCE_REMOVED: N_("Evidence of a rectification removed"),
    EntryKind.SOURCE_SET: N_("Dialect and keys of a source set"),
    EntryKind.SOURCE_CLOSED: N_("Source of a dialect closed"),
    EntryKind.RECONCILED: N_("Records of a day compared with the source"),
    EntryKind.DIFFERENCE_EXPLAINED: N_("Difference with a source explained"),
    EntryKind.ITEM_MATCHED: N_("Item code of a source matched with the directory"),
    EntryKind.PEER_SET: N_("Peer for the exchange between installations set or closed"),
    EntryKind.BATCH_EXCHANGED: N_("Batch sent, taken, refused or left out"),
    EntryKind.BATCH_SET_ASIDE: N_("Batch set aside that another installation fails to take"),
    EntryKind.ORDER_REPORTED: N_("Another installation told how its work order stands"),
    EntryKind.OPEN_DATA_PUBLISHED: N_("Open data published"),
    EntryKind.QUALITY_JUDGED: N_("Quality of a source’s day judged"),
    EntryKind.TEXTS_OFFERED: N_("Words of a week offered for release"),
    EntryKind.CIRCULAR_MOVED: N_("Circular made, written, submitted, signed or discarded"),
    EntryKind.FIGURE_ASKED: N_("A source was asked to explain before its figures are withheld"),
    EntryKind.FIGURE_EXPLAINED: N_("A source explained why its figures do not add up"),
    EntryKind.FIGURE_WITHHELD: N_("Figures withheld"),
    EntryKind.FIGURE_RELEASED: N_("Figures published again"),
    EntryKind.FIGURES_MENDED: N_("Figures brought to what their rows come to"),
    EntryKind.APPEAL_FILED: N_("Appeal filed, or taken to the second review"),
    EntryKind.APPEAL_TAKEN_UP: N_("Appeal accepted or refused"),
    EntryKind.APPEAL_HEARD: N_("Reviewer heard about an appeal"),
    EntryKind.APPEAL_PROPOSED: N_("Decision of an appeal proposed or sent back"),
    EntryKind.APPEAL_ENDED: N_("Appeal withdrawn, without object or final"),
}


class Suite(IntEnum):
    """Crypto suite of an entry, in the low four bits of the leaf's flags."""

    INTL = 1
    """BLAKE2b; elsewhere AES-GCM and HMAC-SHA256."""
    GM = 2
    """国密: HMAC-SM3; elsewhere SM4-GCM."""


SUITES: dict[str, Suite] = {"intl": Suite.INTL, "gm": Suite.GM}


class SaltName(StrEnum):
    """The two salts an entry can have, so that a text can be forgotten without forgetting the rest."""

    FIELDS = "fields"
    TEXT = "text"


TEXT_FIELD = "text_sha"
"""The field that is committed under the salt of its own."""
ROW_FIELD = "entry"
"""The field by which a commitment holds the entry's own columns; no caller may use the name."""


class NewEntry(Struct, frozen=True):
    """What somebody wants recorded.

    `fields` are committed and not readable from the ledger: their values live in the room they come from.
    `facts` are plain, not personal, kept in the entry for people to read, and committed with it.
    """

    kind: EntryKind
    subject_kind: str
    subject_id: str
    fields: Mapping[str, str] = {}
    facts: Mapping[str, str] = {}


@dataclass(frozen=True, slots=True)
class Leaf:
    """The 41 bytes of an entry that are chained, in parts."""

    day: date
    kind: int
    suite: Suite
    shard: int
    commitment: bytes


@dataclass(frozen=True, slots=True)
class Head:
    """The end of the chain: the index of its last link (from 0), the head after it, when it was chained."""

    index: int
    head: bytes
    chained_at: datetime


@dataclass(frozen=True, slots=True)
class Lag:
    """Entries that the sequencer has not chained yet: how many, and when the oldest was recorded."""

    waiting: int
    oldest: datetime | None


@dataclass(frozen=True, slots=True)
class EntryRow:
    """An entry as timelines show it; `index` is None until it is chained."""

    id: UUID
    kind: EntryKind
    recorded_at: datetime
    actor: str
    subject_kind: str
    subject_id: str
    facts: dict[str, str]
    index: int | None


class BreakKind(StrEnum):
    """What can be wrong with the ledger."""

    GAP = "gap"
    HEAD_DIFFERS = "head_differs"
    ENTRY_MISSING = "entry_missing"
    LEAF_DIFFERS = "leaf_differs"
    SALT_MISSING = "salt_missing"
    ROW_DIFFERS = "row_differs"
    UNCHAINED = "unchained"


BREAKS: dict[BreakKind, str] = {
    BreakKind.GAP: N_("Link {index} of the chain is missing."),
    BreakKind.HEAD_DIFFERS: N_(
        "Link {index} (entry {entry}): its head does not follow from the link before it and its own leaf."
    ),
    BreakKind.ENTRY_MISSING: N_("Link {index}: the entry {entry} that it chains is gone."),
    BreakKind.LEAF_DIFFERS: N_(
        "Link {index} (entry {entry}): {detail} in the entry is not what was chained."
    ),
    BreakKind.SALT_MISSING: N_(
        "Link {index} (entry {entry}): the salt “{detail}” is gone and no entry records its destruction."
    ),
    BreakKind.ROW_DIFFERS: N_(
        "Link {index} (entry {entry}): subject, actor, time or facts of the entry are not what was committed."
    ),
    BreakKind.UNCHAINED: N_("The entry {entry}, recorded {detail}, has not been chained."),
}


@dataclass(frozen=True, slots=True)
class Break:
    """The first thing found wrong: `BREAKS[what]` says it with `index`, `entry` and `detail` filled in."""

    what: BreakKind
    index: int | None
    entry: UUID | None
    detail: str = ""


class MismatchKind(StrEnum):
    """How a room's row and the ledger can disagree."""

    MISSING = "missing"
    SEVERAL = "several"
    DIFFERS = "differs"


MISMATCHES: dict[MismatchKind, str] = {
    MismatchKind.MISSING: N_("{subject}: the ledger has no entry “{kind}”."),
    MismatchKind.SEVERAL: N_("{subject}: the ledger has more than one entry “{kind}”."),
    MismatchKind.DIFFERS: N_(
        "{subject}: the stored values are not those that the entry “{kind}” commits to."
    ),
}


@dataclass(frozen=True, slots=True)
class Mismatch:
    """One subject whose row and entry disagree."""

    what: MismatchKind
    kind: EntryKind
    subject_id: str


SALT_GONE = Reason(
    "salt_gone",
    N_("The salt “{name}” of this entry does not exist or was destroyed before."),
    N_("Nothing is left to do: what it protected can no longer be proved."),
)
