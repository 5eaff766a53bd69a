"""Profiles, their values, who follows which, and that somebody has checked them.

What changes rules is carried out once two persons are for it (`proposals.py`), in their transaction.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db import transaction
from django.db.models import Max, Q

from haochaping.kernel.refused import Refused
from haochaping.rulebook import queries
from haochaping.rulebook.access import check_edit
from haochaping.rulebook.actions.steps import division_of, lock, next_version, record, record_of, refuse
from haochaping.rulebook.models import Profile, ProfileChoice, RuleConfirmation, RuleValue
from haochaping.rulebook.rules import (
    check_ahead,
    check_may_follow,
    check_no_default,
    check_own_code,
    text_complaint,
    value_complaint,
)
from haochaping.rulebook.terms import (
    ENDS_BEFORE_IT_BEGINS,
    NOTHING_TO_CONFIRM,
    PROFILE_TAKEN,
    VALUES_ADDED,
    Assignment,
)

if TYPE_CHECKING:
    from datetime import datetime

    from haochaping.kernel.actor import Actor
    from haochaping.rulebook.terms import NewProfile, NewValue

_NAME_LENGTH, _SOURCE_LENGTH = 100, 300


def make_profile(said: NewProfile, *, by: Actor, now: datetime) -> None:
    """Make the profile of a division, which it follows from a day on with all below it, and to which values can be added.

    What it does not say its parent says. One division has one profile of its own.

    Raises:
        Refused: UNKNOWN_CODE, NO_POWER unless the actor is responsible for the division, UNKNOWN_PROFILE or HISTORICAL_ONLY
            for the parent, BAD_PROFILE_CODE, PROFILE_TAKEN, DAY_HAS_BEGUN, or what is wrong with name or source.
    """
    place = division_of(said.division)
    check_edit(by, place.path)
    check_own_code(said.code)
    check_may_follow(queries.profile(said.parent), field="parent")
    refuse(
        text_complaint("name", said.name, _NAME_LENGTH)
        or text_complaint("source", said.source, _SOURCE_LENGTH)
    )
    check_ahead(said.effective_from, now, "effective_from")
    lock()
    taken = Profile.objects.filter(
        Q(code=said.code) | Q(jurisdiction=place.code, historical_only=False)
    ).values_list("code", flat=True)
    if taken:
        raise Refused(PROFILE_TAKEN, field="code" if said.code in taken else "division", value=taken[0])
    made = Profile.objects.create(
        code=said.code,
        name=said.name.strip(),
        parent=Profile.objects.get(code=said.parent),
        jurisdiction=place.code,
        source=said.source.strip(),
        effective_from=said.effective_from,
    )
    record(said, by=by, now=now, fields={"name": made.name, "source": made.source})
    assign_profile(Assignment(place.code, said.code, said.effective_from), by=by, now=now)


def assign_profile(said: Assignment, *, by: Actor, now: datetime) -> None:
    """Let a division and all below it follow a profile from a day on; said again for the same day, the newer one holds.

    Raises:
        Refused: UNKNOWN_CODE, UNKNOWN_PROFILE, HISTORICAL_ONLY, NO_POWER, or DAY_HAS_BEGUN.
    """
    place = division_of(said.division)
    check_edit(by, place.path)
    check_may_follow(queries.profile(said.profile))
    check_ahead(said.effective_from, now, "effective_from")
    lock()
    before = ProfileChoice.objects.filter(division_id=place.id, effective_from=said.effective_from)
    ProfileChoice.objects.create(
        division_id=place.id,
        profile=Profile.objects.get(code=said.profile),
        effective_from=said.effective_from,
        version=next_version(before.aggregate(last=Max("version"))),
    )
    record(said, by=by, now=now)


def set_value(said: NewValue, *, by: Actor, now: datetime) -> None:
    """Add a value to a profile from a day on; the rows before it stay, and on that day the newest version holds.

    Raises:
        Refused: UNKNOWN_PROFILE, NO_POWER unless the actor is responsible for the place whose profile it is, UNKNOWN_RULE,
             BAD_VALUE, SILENCE_IS_NO_REVIEW, DAY_HAS_BEGUN, ENDS_BEFORE_IT_BEGINS, or what is wrong with the source.
    """
    known = queries.profile(said.profile)
    check_edit(by, queries.place_of(known))
    check_no_default(known, said.key, said.value)
    refuse(
        value_complaint(said.key, said.value, said.unit)
        or text_complaint("source", said.source, _SOURCE_LENGTH)
    )
    first, last = said.effective_from, said.effective_to
    check_ahead(first, now, "effective_from")
    if last and last < first:
        raise Refused(ENDS_BEFORE_IT_BEGINS, field="effective_to", first=first, last=last)
    lock()
    was_confirmed = not queries.confirmation(said.profile).waiting
    found = Profile.objects.get(code=said.profile)
    before = RuleValue.objects.filter(profile=found, key=said.key, effective_from=first)
    row = RuleValue.objects.create(
        profile=found,
        key=said.key,
        value=said.value,
        unit=said.unit,
        source=said.source,
        verified=said.verified,
        effective_from=first,
        effective_to=last,
        version=next_version(before.aggregate(last=Max("version"))),
    )
    record(said, by=by, now=now, fields={"source": said.source}, version=str(row.version))
    if was_confirmed:
        # Two persons who add a value to a checked profile have checked it; the second one stands for both.
        RuleConfirmation.objects.create(profile=found, last_value=row.pk, at=now, actor=str(by))


@transaction.atomic
def confirm_profile(*, profile: str, newest: int, by: Actor, now: datetime) -> None:
    """Say that every value of a profile was checked against the law of the place.

    `newest` is that of the `ConfirmationRow` the person saw.

    Raises:
        Refused: NO_POWER, UNKNOWN_PROFILE, NOTHING_TO_CONFIRM, or VALUES_ADDED when there are newer values.
    """
    check_edit(by, queries.place_of(queries.profile(profile)))
    lock()
    found = queries.confirmation(profile)
    if not found.waiting:
        raise Refused(NOTHING_TO_CONFIRM, field="profile")
    if found.newest != newest:
        raise Refused(VALUES_ADDED, field="profile")
    RuleConfirmation.objects.create(
        profile=Profile.objects.get(code=profile), last_value=newest, at=now, actor=str(by)
    )
    record_of(f"profile:{profile}", by=by, now=now, facts={"confirmed": str(found.waiting)})
