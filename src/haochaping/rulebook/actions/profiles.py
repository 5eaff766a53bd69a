"""Profiles, their values, who follows which, and that somebody has checked them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db import transaction
from django.db.models import Max, Q

from haochaping.kernel.refused import Refused
from haochaping.rulebook import queries
from haochaping.rulebook.access import check_edit
from haochaping.rulebook.actions.steps import division_of, lock, next_version, record, refuse
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
)

if TYPE_CHECKING:
    from datetime import date, datetime

    from haochaping.kernel.actor import Actor
    from haochaping.rulebook.terms import Verified

_NAME_LENGTH, _SOURCE_LENGTH = 100, 300


@transaction.atomic
def make_profile(
    *,
    code: str,
    name: str,
    parent: str,
    division: str,
    source: str,
    effective_from: date,
    by: Actor,
    now: datetime,
) -> None:
    """Make the profile of a division, which it follows from a day on with all below it, and to which values can be added.

    What it does not say its parent says. One division has one profile of its own.

    Raises:
        Refused: UNKNOWN_CODE, NO_POWER unless the actor is responsible for the division, UNKNOWN_PROFILE or HISTORICAL_ONLY
            for the parent, BAD_PROFILE_CODE, PROFILE_TAKEN, DAY_HAS_BEGUN, or what is wrong with name or source.
    """
    place = division_of(division)
    check_edit(by, place.path)
    check_may_follow(queries.profile(parent), "parent")
    check_own_code(code)
    refuse(text_complaint("name", name, _NAME_LENGTH) or text_complaint("source", source, _SOURCE_LENGTH))
    check_ahead(effective_from, now, "effective_from")
    lock()
    taken = Profile.objects.filter(
        Q(code=code) | Q(jurisdiction=place.code, historical_only=False)
    ).values_list("code", flat=True)
    if taken:
        raise Refused(PROFILE_TAKEN, field="code" if code in taken else "division", value=taken[0])
    made = Profile.objects.create(
        code=code,
        name=name.strip(),
        parent=Profile.objects.get(code=parent),
        jurisdiction=place.code,
        source=source.strip(),
        effective_from=effective_from,
    )
    facts = {"division": place.code, "parent": parent, "from": effective_from.isoformat()}
    record(f"profile:{code}", by=by, now=now, facts=facts, fields={"name": made.name, "source": made.source})
    assign_profile(division=place.code, profile=code, effective_from=effective_from, by=by, now=now)


@transaction.atomic
def assign_profile(*, division: str, profile: str, effective_from: date, by: Actor, now: datetime) -> None:
    """Let a division and all below it follow a profile from a day on; said again for the same day, the newer one holds.

    Raises:
        Refused: UNKNOWN_CODE, UNKNOWN_PROFILE, HISTORICAL_ONLY, NO_POWER, or DAY_HAS_BEGUN.
    """
    place = division_of(division)
    check_edit(by, place.path)
    check_may_follow(queries.profile(profile))
    check_ahead(effective_from, now, "effective_from")
    lock()
    said = ProfileChoice.objects.filter(division_id=place.id, effective_from=effective_from)
    ProfileChoice.objects.create(
        division_id=place.id,
        profile=Profile.objects.get(code=profile),
        effective_from=effective_from,
        version=next_version(said.aggregate(last=Max("version"))),
    )
    facts = {"profile": profile, "from": effective_from.isoformat()}
    record(f"division:{place.code}", by=by, now=now, facts=facts)


@transaction.atomic
def set_value(
    *,
    profile: str,
    key: str,
    value: str,
    unit: str,
    source: str,
    verified: Verified,
    effective_from: date,
    effective_to: date | None = None,
    by: Actor,
    now: datetime,
) -> None:
    """Add a value to a profile from a day on; the rows before it stay, and on that day the newest version holds.

    Raises:
        Refused: UNKNOWN_PROFILE, NO_POWER unless the actor is responsible for the place whose profile it is, UNKNOWN_RULE,
             BAD_VALUE, SILENCE_IS_NO_REVIEW, DAY_HAS_BEGUN, ENDS_BEFORE_IT_BEGINS, or what is wrong with the source.
    """
    known = queries.profile(profile)
    check_edit(by, queries.place_of(known))
    check_no_default(known, key, value)
    refuse(value_complaint(key, value, unit) or text_complaint("source", source, _SOURCE_LENGTH))
    check_ahead(effective_from, now, "effective_from")
    if effective_to and effective_to < effective_from:
        raise Refused(ENDS_BEFORE_IT_BEGINS, field="effective_to", first=effective_from, last=effective_to)
    lock()
    was_confirmed = not queries.confirmation(profile).waiting
    found = Profile.objects.get(code=profile)
    said = RuleValue.objects.filter(profile=found, key=key, effective_from=effective_from)
    row = RuleValue.objects.create(
        profile=found,
        key=key,
        value=value,
        unit=unit,
        source=source,
        verified=verified,
        effective_from=effective_from,
        effective_to=effective_to,
        version=next_version(said.aggregate(last=Max("version"))),
    )
    facts = {
        "key": key,
        "value": value,
        "unit": unit,
        "from": effective_from.isoformat(),
        "version": str(row.version),
    }
    record(f"profile:{profile}", by=by, now=now, facts=facts, fields={"source": source})
    if was_confirmed:
        # Whoever adds a value to a checked profile has checked it.
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
    record(f"profile:{profile}", by=by, now=now, facts={"confirmed": str(found.waiting)})
