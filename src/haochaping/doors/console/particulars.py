"""The particulars of a ledger entry for people: what the ledger writes as names and codes, in words."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.utils.translation import gettext

from haochaping.accounts.terms import ROLE_LABELS
from haochaping.hotline.terms import MASTER_LABELS
from haochaping.identity.terms import OPENING_LABELS, PURPOSE_LABELS
from haochaping.kernel.refused import N_
from haochaping.kernel.two_persons import TWO_PERSON_LABELS
from haochaping.ledger.terms import EntryKind
from haochaping.publicity.circulars.terms import BLOCK_LABELS
from haochaping.publicity.circulars.terms import MOVE_LABELS as CIRCULAR_MOVE_LABELS
from haochaping.rectification.terms import SOLVED_LABELS, STATE_LABELS
from haochaping.reviews.asking.terms import ENDED_LABELS
from haochaping.reviews.paper.terms import STATE_LABELS as SLIP_LABELS
from haochaping.reviews.terms import HELPED_LABELS
from haochaping.supervision.terms import RUNG_LABELS

if TYPE_CHECKING:
    from collections.abc import Mapping

CHANGES = {
    "created": N_("Made"),
    "changed": N_("Changed"),
    "closed": N_("Put out of use"),
    "disabled": N_("Disabled"),
    "enabled": N_("Enabled again"),
    "renamed": N_("Name changed"),
    "revoked": N_("Revoked"),
    "role_granted": N_("Role given"),
    "role_revoked": N_("Role taken away"),
    "second_factor_enrolled": N_("Second factor set up"),
    "second_factor_reset": N_("Second factor reset"),
    "password_link_issued": N_("Link for a new password issued"),
    "password_set": N_("Password set"),
    "identity_bound": N_("Identity bound"),
    "identity_unbound": N_("Binding taken away"),
    "sessions_ended": N_("Sessions ended"),
    "first_admin_link_issued": N_("Link for the first administrator issued"),
    "used": N_("Link used"),
}
# What has no words here is shown as the ledger writes it: a newer entry is never hidden.
NAMES = {
    "answer": N_("Answered"),
    "asked": N_("Invitations sent out"),
    "asking": N_("Wants to be asked by SMS"),
    "asked_kind": N_("Asked for this kind of entry"),
    "asked_person": N_("Asked for this person"),
    "asked_since": N_("Asked from this day"),
    "asked_until": N_("Asked to this day"),
    "basis": N_("Because of"),
    "batches": N_("Batch keys"),
    "cases": N_("Cases"),
    "change": N_("Change"),
    "channel": N_("Channel"),
    "changed": N_("Changed"),
    "code": N_("Code"),
    "concealed": N_("Concealed from the agency"),
    "confirmed": N_("Values confirmed"),
    "count": N_("How many"),
    "day": N_("Day"),
    "days": N_("Days"),
    "decision": N_("Decision"),
    "dialect": N_("Dialect"),
    "differing": N_("Records that differ"),
    "division": N_("Division"),
    "done": N_("What was done"),
    "entry": N_("Entry of the slip"),
    "filter": N_("Conditions of the list"),
    "format": N_("File format"),
    "from": N_("Begins on"),
    "grant": N_("Grant of calls"),
    "helped_by": N_("Helped by"),
    "here": N_("Records here"),
    "how": N_("How"),
    "item": N_("Service item"),
    "key": N_("Key"),
    "keys": N_("Keys"),
    "kind": N_("Kind"),
    "master": N_("Whose system is master"),
    "may_call_back": N_("May be called back"),
    "member": N_("Staff member"),
    "move": N_("Step"),
    "network": N_("Network"),
    "new": N_("New"),
    "of": N_("Belongs to"),
    "office": N_("Office"),
    "order": N_("Work order"),
    "origin": N_("Address of the other system"),
    "pair": N_("Pair of keys"),
    "parent": N_("Profile it follows"),
    "part": N_("Part"),
    "peer": N_("Other installation"),
    "persons": N_("Persons"),
    "place": N_("Where it holds"),
    "profile": N_("Profile"),
    "purpose": N_("What for"),
    "reason": N_("Reason"),
    "reason_class": N_("Why it does not count"),
    "renewed": N_("Renewed"),
    "result": N_("What came of it"),
    "role": N_("Role"),
    "rows": N_("Rows"),
    "rule": N_("Rule"),
    "rung": N_("Rung"),
    "salt": N_("Salt"),
    "says": N_("Says"),
    "score": N_("Score"),
    "sends": N_("It reports to us"),
    "seq": N_("Number of the batch"),
    "solved": N_("Solved"),
    "state": N_("State"),
    "status": N_("State"),
    "step": N_("Change"),
    "subject": N_("What it is about"),
    "supervision": N_("Supervision order"),
    "takes": N_("We report to it"),
    "then": N_("What followed"),
    "to": N_("New key"),
    "told": N_("Records there"),
    "unit": N_("Unit"),
    "unsigned": N_("Messages without a signature"),
    "until": N_("Until"),
    "value": N_("Value"),
    "version": N_("Version"),
    "way": N_("How it was matched"),
    "figures": N_("Figures"),
    "week": N_("Week of"),
    "texts": N_("How many texts"),
    "first": N_("First day"),
    "last": N_("Last day"),
    "cells": N_("How many cells"),
    "index": N_("Hash of the index"),
    "files": N_("How many files"),
    "block": N_("Part of the circular"),
    "corrects": N_("Takes the place of"),
    "digest": N_("Checksum"),
    "number": N_("Edition"),
}
# Likewise what an entry is about.
SUBJECTS = {
    "appeal": N_("Appeal"),
    "audit": N_("Audit"),
    "cases": N_("Case"),
    "circular": N_("Circular"),
    "client": N_("API client"),
    "directory": N_("Directory"),
    "dispatch_rule": N_("Dispatch rule"),
    "endpoint": N_("Address of the program"),
    "document": N_("File of evidence"),
    "figure": N_("Measure"),
    "figure_table": N_("Table of figures"),
    "hotline_link": N_("Linked hotline"),
    "invitations": N_("Invitations"),
    "opening": N_("Opening of an identity"),
    "order": N_("Work order"),
    "order_list": N_("List of work orders"),
    "page": N_("Page"),
    "paper_slip": N_("Slip of paper"),
    "person": N_("Sealed identity"),
    "photo": N_("Photograph"),
    "project": N_("Systemic project"),
    "quarantine": N_("Quarantine"),
    "reform": N_("Proposal of a reform"),
    "review": N_("Review"),
    "rulebook": N_("Rulebook"),
    "supervision": N_("Supervision order"),
    "urging": N_("Urging"),
    "user": N_("Account"),
    "voice": N_("Complaint, suggestion or question"),
}
_YES_OR_NO = {"yes": N_("Yes"), "no": N_("No")}
_VALUES: dict[str, dict[str, str]] = {
    "change": CHANGES,
    "step": CHANGES,
    "role": {str(role): label for role, label in ROLE_LABELS.items()},
    "state": {
        str(state): label
        for labels in (TWO_PERSON_LABELS, OPENING_LABELS, SLIP_LABELS, STATE_LABELS)
        for state, label in labels.items()
    },
    "rung": {str(rung): label for rung, label in RUNG_LABELS.items()},
    "entry": {"first": N_("by the first person"), "second": N_("by the second person")},
    "status": {"superseded": N_("a follow-up review counts instead")},
    "purpose": {str(purpose): label for purpose, label in PURPOSE_LABELS.items()},
    "solved": {str(answer): label for answer, label in SOLVED_LABELS.items()},
    "helped_by": {str(who): label for who, label in HELPED_LABELS.items()},
    "master": {str(whose): label for whose, label in MASTER_LABELS.items()},
    "block": {str(block): label for block, label in BLOCK_LABELS.items()},
    "asking": _YES_OR_NO,
    "may_call_back": _YES_OR_NO,
    "unsigned": _YES_OR_NO,
    "concealed": _YES_OR_NO,
    "part": {"text": N_("Text of the review"), "reply": N_("Reply of the agency")},
    "decision": {
        "released": N_("Released"),
        "held": N_("Held back"),
        "taken_down": N_("Taken down"),
        "restored": N_("Published after all"),
    },
    "how": {
        "password": N_("password"),
        "mfa": N_("second factor"),
        "password+mfa": N_("password and second factor"),
        "password again": N_("password asked once more"),
    },
    "reason": {
        "password": N_("wrong password or user name"),
        "code": N_("wrong one-time code"),
        "locked": N_("locked after too many tries"),
    },
    "place": {"everywhere": N_("Everywhere")},
    "channel": {"sms": N_("SMS")},
    "then": {"again": N_("Asked again later")} | {str(end): label for end, label in ENDED_LABELS.items()},
    "says": {
        "working": N_("The day is worked"),
        "off": N_("The day is free"),
        "withdrawn": N_("As above again"),
    },
}

# One code is another step of a circular than of a voice or an order.
_MOVES: dict[EntryKind, dict[str, str]] = {
    EntryKind.CIRCULAR_MOVED: {str(move): label for move, label in CIRCULAR_MOVE_LABELS.items()},
}


def subject_words(kind: str, subject_id: str) -> str:
    """What an entry is about: what it is called, and its number."""
    return f"{gettext(SUBJECTS.get(kind, kind))} {subject_id}".strip()


def subject_kind(words: str) -> str:
    """The kind that is called so in the reader's language; what is called otherwise is meant as the ledger writes it."""
    return next((kind for kind, label in SUBJECTS.items() if gettext(label) == words), words)


def particulars(facts: Mapping[str, str], kind: EntryKind | None = None) -> str:
    """The facts of an entry in one line, in the reader's language; `kind` tells whose steps they name."""
    moves = _MOVES.get(kind, {}) if kind else {}
    told = [
        # Translators: what a particular is called, and what it says.
        gettext("{name}: {value}").format(
            name=gettext(NAMES.get(name, name)), value=_value(name, value, moves)
        )
        for name, value in sorted(facts.items())
        if value
    ]
    return gettext("; ").join(told)


def _value(name: str, value: str, moves: Mapping[str, str]) -> str:
    words = (moves if name == "move" else _VALUES.get(name, {})).get(value)
    return gettext(words) if words else value
