from __future__ import annotations

import pytest

from haochaping.flows.send_sign_in_code import send_sign_in_code
from haochaping.identity import queries as identity
from haochaping.identity.terms import BAD_PHONE
from haochaping.kernel.refused import Refused
from haochaping.notices.models import Delivery
from haochaping.notices.terms import DeliveryState, Template
from haochaping.outbox import queries as outbox
from tests import worlds

pytestmark = pytest.mark.usefixtures("world")
OWNER = {"name": "张小满", "phone": "13900000007", "certificate_type": "414", "certificate_no": "E12345678"}


def test_a_code_is_queued_for_whoever_has_number_and_certificate(now):
    worlds.take_case("YC-77", now, applicant=OWNER)

    code, fingerprints = send_sign_in_code("13900000007", "5678", now=now)

    [sent] = Delivery.objects.filter(template=Template.SIGN_IN_CODE)
    assert (sent.params, sent.state) == ({"code": code}, DeliveryState.QUEUED)
    assert [sent.person] == identity.persons_with(fingerprints)
    assert len(code) == 6
    assert any(job.name == "notices.deliver" for job in outbox.jobs(None))


def test_nobody_there_is_answered_alike_and_nothing_is_queued(now):
    code, fingerprints = send_sign_in_code("13900000008", "5678", now=now)

    assert (len(code), len(fingerprints)) == (6, 2)
    assert not Delivery.objects.filter(template=Template.SIGN_IN_CODE).exists()


def test_what_can_be_no_number_is_refused(now):
    with pytest.raises(Refused) as refused:
        send_sign_in_code("12", "5678", now=now)

    assert refused.value.complaint.reason is BAD_PHONE
