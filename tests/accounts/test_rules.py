from __future__ import annotations

from base64 import b32encode
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from haochaping.accounts import rules
from haochaping.accounts.terms import ADMINISTRATORS, POWERS_OF, Place, Role


@pytest.mark.parametrize("text", ["abc", "li.wei", "clerk_01", "a-b", "x" * 40])
def test_user_name_taken(text):
    assert rules.is_username(text)


@pytest.mark.parametrize("text", ["", "ab", "1abc", "Abc", "a b c", "张三丰", "abc\n", ".abc", "x" * 41])
def test_user_name_not_taken(text):
    assert not rules.is_username(text)


@pytest.mark.parametrize(
    ("place", "answer"),
    [
        (Place(division_code="990100000000"), True),
        (Place(agency_code="9901-A01"), True),
        (Place(everywhere=True), True),
        (Place(), False),
        (Place(division_code="990100000000", agency_code="9901-A01"), False),
        (Place(agency_code="9901-A01", everywhere=True), False),
    ],
)
def test_a_role_needs_one_place(place, answer):
    assert rules.is_one_place(place) is answer


@given(st.sets(st.sampled_from(Role)))
def test_administrators_meet_only_when_two_do(roles):
    assert rules.administrators_meet(roles) == (len(roles & ADMINISTRATORS) >= 2)


@given(st.sets(st.sampled_from(Role)))
def test_powers_are_those_of_the_roles_and_no_others(roles):
    powers = rules.powers_of(roles)

    assert all(POWERS_OF[role] <= powers for role in roles)
    assert all(any(power in POWERS_OF[role] for role in roles) for power in powers)


@given(st.binary(min_size=32, max_size=32))
def test_key_has_43_url_safe_characters(random):
    key = rules.key_of(random)

    assert len(key) == 47
    assert key.startswith("hcp_")
    assert key[4:].replace("-", "").replace("_", "").isalnum()


@given(st.binary(min_size=32, max_size=32), st.binary(min_size=32, max_size=32))
def test_keys_and_hashes_differ_with_their_bits(one, other):
    same = one == other

    assert (rules.key_of(one) == rules.key_of(other)) is same
    assert (rules.key_hash(rules.key_of(one)) == rules.key_hash(rules.key_of(other))) is same


# RFC 6238 appendix B, SHA-1, the last six of its eight digits.
@pytest.mark.parametrize(
    ("second", "code"),
    [(59, "287082"), (1111111109, "081804"), (1234567890, "005924"), (2000000000, "279037")],
)
def test_one_time_code_is_that_of_the_rfc(second, code):
    secret = b32encode(b"12345678901234567890").decode()

    assert rules.one_time_code(secret, datetime.fromtimestamp(second, UTC)) == code


@pytest.mark.parametrize(
    ("address", "network"),
    [
        ("10.1.2.3", "10.1.2.0/24"),
        ("2001:db8:1:2::3", "2001:db8:1::/48"),
        ("127.0.0.1", "127.0.0.0/24"),
        ("", ""),
        ("unknown", ""),
    ],
)
def test_network_of_an_address(address, network):
    assert rules.network_of(address) == network


@pytest.mark.parametrize(
    ("text", "answer"), [("a", True), ("x" * 191, True), ("", False), ("x" * 192, False), ("a\tb", False)]
)
def test_subject_taken(text, answer):
    assert rules.is_subject(text) is answer
