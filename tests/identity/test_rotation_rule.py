"""Which key may replace the escrow key: every place of batches, given, new and present keys of two or three."""

from __future__ import annotations

from itertools import chain, combinations, product

import pytest

from haochaping.identity.rules import rotation_complaint
from haochaping.identity.terms import KEYS_LEFT_BEHIND, NOT_THE_PRESENT_KEY, WrappedFact

KEYS = ("a", "b", "c")
UNDER = list(chain.from_iterable(combinations(KEYS, n) for n in range(len(KEYS) + 1)))


def said(under: tuple[str, ...], given: str, new: str | None, present: str):
    wrapped = [WrappedFact(key, 7) for key in under]
    complaint = rotation_complaint(given, new, present=present, wrapped=wrapped)
    return complaint and complaint.reason


@pytest.mark.parametrize(("under", "given", "present"), list(product(UNDER, KEYS, KEYS)))
def test_a_key_just_made_is_begun_with_one_that_opens_everything(under, given, present):
    told = said(under, given, None, present)

    if set(under) - {given}:
        assert told == KEYS_LEFT_BEHIND
    elif under or given == present:
        assert told is None
    else:
        assert told == NOT_THE_PRESENT_KEY


@pytest.mark.parametrize(("under", "given", "new"), list(product(UNDER, KEYS, KEYS)))
def test_whoever_opens_some_may_bring_them_to_the_key_that_is_published(under, given, new):
    """So nobody is stuck, whatever lies under which key."""
    told = said(under, given, new, new)

    assert (told is None) == (given in under or not set(under) - {new})
