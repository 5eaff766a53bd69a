"""编码疑点: the codes that a sender wrote against each other, before one of them is chosen (DQ-06, DQ-18)."""

from __future__ import annotations

from datetime import timedelta

import msgspec
import pytest

from haochaping.cases.models import Case
from haochaping.cases.rules import code_doubt, digest
from haochaping.cases.terms import CodeDoubt
from haochaping.exchange.rules import judge_case
from haochaping.exchange.terms import Raw
from haochaping.flows.take_in_cases import take_in_cases
from haochaping.kernel.actor import OPERATOR
from tests import worlds

_CONTRADICTING = {"item": worlds.ITEM, "handling_item": f"{worlds.OTHER_ITEM}01"}


@pytest.mark.parametrize(
    ("said", "doubt"),
    [
        (None, CodeDoubt.NONE),
        ({}, CodeDoubt.NONE),
        ({"item": worlds.ITEM, "handling_item": f"{worlds.ITEM}01"}, CodeDoubt.NONE),
        ({"item": f"{worlds.ITEM}02", "handling_item": f"{worlds.ITEM}01"}, CodeDoubt.NONE),
        ({"item": worlds.ITEM}, CodeDoubt.NONE),
        ({"handling_item": f"{worlds.ITEM}01"}, CodeDoubt.NONE),
        (_CONTRADICTING, CodeDoubt.ITEM),
        ({"item": worlds.ITEM, "handling_item": "A1"}, CodeDoubt.ITEM),
        ({"data_source": "199"}, CodeDoubt.NONE),
        ({"data_source": "165"}, CodeDoubt.SOURCE),
        # What is no code of a province says nothing of one.
        ({"data_source": "501"}, CodeDoubt.NONE),
        ({"data_source": "100"}, CodeDoubt.NONE),
        ({"data_source": "HALL-7"}, CodeDoubt.NONE),
        (_CONTRADICTING | {"data_source": "165"}, CodeDoubt.BOTH),
    ],
)
def test_doubt_of_the_codes_that_were_sent(now, said, doubt):
    changes = {} if said is None else {"said": said}

    assert code_doubt(judge_case(Raw(worlds.case("C1", now, **changes)))) == doubt


def test_a_case_that_does_not_say_them_has_the_fingerprint_it_always_had(now):
    case = judge_case(Raw(worlds.case("C1", now)))

    assert case.said is None
    assert digest(case, b"k") != digest(judge_case(Raw(worlds.case("C1", now, said=_CONTRADICTING))), b"k")
    assert b"said" not in msgspec.json.encode(case)


def _send(now, **changes) -> str:
    raw = Raw(worlds.case("C1", now) | changes)
    take_in_cases([raw], entrance="client", by=OPERATOR, now=now)
    return Case.objects.get(case_no="C1").code_doubt


@pytest.mark.django_db
def test_doubt_is_kept_until_other_codes_are_sent(now):
    worlds.build(now)
    assert _send(now, said=_CONTRADICTING) == CodeDoubt.ITEM

    # A step of the case names no codes, and changes neither item nor division.
    assert _send(now + timedelta(hours=1), trips=2) == CodeDoubt.ITEM
    right = {"item": worlds.ITEM, "handling_item": f"{worlds.ITEM}01"}
    assert _send(now + timedelta(hours=2), said=right) == CodeDoubt.NONE


@pytest.mark.django_db
def test_doubt_ends_with_what_it_led_to(now):
    worlds.build(now)
    _send(now, said=_CONTRADICTING)

    assert _send(now + timedelta(hours=1), item=worlds.OTHER_ITEM) == CodeDoubt.NONE
