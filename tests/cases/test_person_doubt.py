"""证件: type, number and kind of an applicant against each other, before the person is sealed (DQ-07, DQ-08)."""

from __future__ import annotations

import pytest

from haochaping.cases.models import Case
from haochaping.cases.rules import identity_check, person_doubt
from haochaping.cases.terms import PersonDoubt
from haochaping.exchange.rules import judge_case
from haochaping.exchange.terms import Raw
from tests import worlds

_FIRM = "91350100M000100Y43"


@pytest.mark.parametrize(
    ("kind", "certificate", "number", "doubt"),
    [
        ("natural_person", "111", "11010519491231002X", PersonDoubt.NONE),
        ("natural_person", "111", "11010519491231002x", PersonDoubt.NONE),
        ("natural_person", "111", "110105194912310021", PersonDoubt.CERTIFICATE),
        ("natural_person", "111", "110105491231002", PersonDoubt.NONE),
        ("natural_person", "111", "1101054912310", PersonDoubt.CERTIFICATE),
        ("natural_person", "111", "１１０１０５１９４９１２３１００２X", PersonDoubt.CERTIFICATE),
        ("enterprise", "001", _FIRM, PersonDoubt.NONE),
        ("enterprise", "001", _FIRM[:-1] + "4", PersonDoubt.CERTIFICATE),
        ("natural_person", "001", _FIRM, PersonDoubt.KIND),
        ("natural_person", "001", _FIRM[:-1] + "4", PersonDoubt.BOTH),
        ("natural_person", "821", "350100000000001", PersonDoubt.KIND),
        ("natural_person", "414", "E12345678", PersonDoubt.NONE),
        ("natural_person", "", "X1", PersonDoubt.NONE),
        ("natural_person", "111", "", PersonDoubt.NONE),
    ],
)
def test_doubt_of_a_certificate(now, kind, certificate, number, doubt):
    applicant = {"kind": kind, "name": "张小满", "certificate_type": certificate, "certificate_no": number}

    assert person_doubt(judge_case(Raw(worlds.case("C1", now, applicant=applicant)))) == doubt


def test_check_character_of_the_standard():
    """The example of GB 11643-1999."""
    assert identity_check("11010519491231002") == "X"


@pytest.mark.django_db
def test_a_corrected_certificate_ends_the_doubt(now):
    worlds.build(now)
    case_id = worlds.take_case("C1", now)
    assert Case.objects.get(id=case_id).person_doubt == PersonDoubt.CERTIFICATE

    right = {"name": "张小满", "certificate_type": "111", "certificate_no": "11010519491231002X"}
    from haochaping.flows.take_in_cases import take_in_cases
    from haochaping.kernel.actor import OPERATOR

    take_in_cases([Raw(worlds.case("C1", now, applicant=right))], entrance="client", by=OPERATOR, now=now)

    assert Case.objects.get(id=case_id).person_doubt == PersonDoubt.NONE
