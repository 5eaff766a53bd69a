from __future__ import annotations

from itertools import combinations

from haochaping.accounts.terms import (
    ADMINISTRATORS,
    CLIENT_POWERS,
    POWERS_OF,
    ROLE_LABELS,
    Power,
    Role,
)


def test_every_role_has_a_label_and_powers():
    assert set(ROLE_LABELS) == set(POWERS_OF) == set(Role)
    assert all(POWERS_OF.values())


def test_every_power_is_held_by_somebody():
    assert frozenset().union(*POWERS_OF.values(), CLIENT_POWERS) == set(Power)


def test_no_power_is_held_by_two_administrators():
    for one, other in combinations(ADMINISTRATORS, 2):
        assert POWERS_OF[one] & POWERS_OF[other] == frozenset()


def test_auditor_only_looks():
    assert POWERS_OF[Role.AUDITOR] == {Power.AUDIT_READ}


def test_no_role_of_the_business_reaches_accounts():
    apart = frozenset().union(*(POWERS_OF[role] for role in ADMINISTRATORS))

    assert not any(POWERS_OF[role] & apart for role in set(Role) - ADMINISTRATORS)


def test_whoever_handles_orders_does_not_release_publications():
    for role, powers in POWERS_OF.items():
        assert not {Power.ORDER_HANDLE, Power.PUBLICATION_RELEASE} <= powers, role


def test_people_from_outside_see_figures_only():
    assert POWERS_OF[Role.EXPERIENCE_OFFICER] == POWERS_OF[Role.ASSESSOR] == {Power.MEASURE_READ}
