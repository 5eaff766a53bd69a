from __future__ import annotations

from datetime import timedelta

import pytest

from haochaping.flows.invite import invite_case
from haochaping.kernel.actor import OPERATOR
from haochaping.kernel.refused import Refused
from haochaping.ledger import queries as ledger
from haochaping.ledger.terms import EntryKind
from haochaping.reviews import queries as reviews
from haochaping.reviews.models import Invitation
from tests import worlds
from tests.flows.conftest import services

pytestmark = pytest.mark.usefixtures("world")


def test_a_case_has_one_link_however_often_it_is_asked_for(now):
    before = ledger.count(EntryKind.INVITATION_ISSUED)

    [link] = invite_case(worlds.SOURCE, "YC-1", by=OPERATOR, now=now)
    again = invite_case("", "YC-1", by=OPERATOR, now=now + timedelta(days=1))

    assert again == [link]
    assert ledger.count(EntryKind.INVITATION_ISSUED) == before
    invitation = reviews.invitation_by_token(link.rsplit("/", 1)[1])
    assert invitation.expires_at > now


def test_a_case_not_yet_completed_can_be_invited_by_hand(now):
    worlds.take_case("YC-2", now, status="in_process")
    assert Invitation.objects.count() == 1

    links = invite_case(worlds.SOURCE, "YC-2", by=OPERATOR, now=now)

    assert len(links) == 1
    assert Invitation.objects.count() == 2


def test_the_last_service_is_asked_about_and_older_links_stay(now):
    worlds.take_case("YC-2", now, occurrences=services(now, 1))
    [old] = invite_case(worlds.SOURCE, "YC-2", by=OPERATOR, now=now)
    from haochaping.exchange.terms import Raw
    from haochaping.flows.take_in_cases import take_in_cases

    more = Raw(worlds.case("YC-2", now, status="completed", occurrences=services(now, 2)))
    take_in_cases([more], entrance="client", by=OPERATOR, now=now)

    links = invite_case(worlds.SOURCE, "YC-2", by=OPERATOR, now=now)

    assert links[0] == old
    assert len(set(links)) == 2


def test_no_such_case_is_refused(now):
    with pytest.raises(Refused) as refused:
        invite_case(worlds.SOURCE, "YC-99", by=OPERATOR, now=now)

    assert (refused.value.code, refused.value.complaint.params) == ("no_such_case", {"value": "YC-99"})


def test_a_number_on_two_platforms_needs_the_source(now):
    from haochaping.directory import actions as directory
    from haochaping.directory.terms import Kind

    row = {"code": "other-hall", "name": "另一平台", "division": worlds.CITY}
    directory.put(Kind.PLATFORMS, [row], by=OPERATOR, now=now)
    worlds.take_case("YC-1", now, source="other-hall")

    with pytest.raises(Refused) as refused:
        invite_case("", "YC-1", by=OPERATOR, now=now)

    assert refused.value.code == "ambiguous_case"
    assert len(invite_case("other-hall", "YC-1", by=OPERATOR, now=now)) == 1
