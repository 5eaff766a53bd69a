"""The supervisory office answers requests about own data, under row-level security; no agency finds them."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.utils import timezone

from haochaping.flows import handle_own_data
from haochaping.identity import queries as identities
from haochaping.kernel.actor import REVIEWER
from haochaping.ledger.models import Entry
from haochaping.ledger.terms import EntryKind
from haochaping.voices.models import Voice
from tests import worlds

LIST = "/oversight/voices/"
ZHANG = {"name": "张小满", "phone": "13900000005", "certificate_type": "111", "certificate_no": "X0018"}


@pytest.fixture
def asked(world):
    """A request of somebody with a closed case that their identity be erased."""
    earlier = timezone.now() - timedelta(hours=1)
    worlds.take_case("YC-55", earlier, applicant=ZHANG)
    handle_own_data.ask(
        identities.fingerprints_by_end("13900000005", "0018"),
        matter="erase",
        text="请删除，电话13912345678。",
        receipt="0" * 26,
        by=REVIEWER,
        now=timezone.now(),
    )
    return Voice.objects.get(kind="own_data").id


def test_the_office_erases_and_answers(asked, one):
    one.defaults["HTTP_ACCEPT_LANGUAGE"] = "en"
    assert f"{LIST}{asked}" in one.get(LIST).content.decode()
    assert one.post(f"{LIST}{asked}/sign-for").status_code == 303
    page = one.get(f"{LIST}{asked}").content.decode()
    assert "Have my identity erased" in page
    assert "13912345678" not in page
    assert 'value="erased"' in page
    assert 'value="declined"' in page
    assert 'value="settled"' not in page

    assert one.post(f"{LIST}{asked}/answer", {"outcome": "settled", "text": "x"}).status_code == 422
    said = {"outcome": "erased", "text": "已清除您的身份"}
    assert one.post(f"{LIST}{asked}/answer", said).status_code == 303

    assert identities.person_by_phone_index("13900000005") == []
    [entry] = Entry.objects.filter(kind=EntryKind.IDENTITY_ERASED)
    assert entry.actor.startswith("staff:")
    assert f"{LIST}{asked}" in one.get(f"{LIST}?list=done").content.decode()


def test_what_is_still_needed_is_said_at_the_form_and_can_be_declined(asked, one):
    worlds.give("YC-55", 1, timezone.now())
    one.post(f"{LIST}{asked}/sign-for")

    answer = one.post(
        f"{LIST}{asked}/answer",
        {"outcome": "erased", "text": "已清除"},
        headers={"accept-language": "en"},
    )

    assert answer.status_code in {409, 422}
    assert "Open matters still need 1 of the identities." in answer.content.decode()
    assert len(identities.person_by_phone_index("13900000005")) == 1
    declined = {"outcome": "declined", "text": "工单尚未办结，办结后可再次提出"}
    assert one.post(f"{LIST}{asked}/answer", declined).status_code == 303
    assert len(identities.person_by_phone_index("13900000005")) == 1


def test_no_agency_and_no_office_of_elsewhere_finds_it(asked, clerk, supervisor_of):
    other = supervisor_of("other", worlds.OTHER_CITY)

    assert clerk.get(f"{LIST}{asked}").status_code == 403
    assert clerk.get(f"/desk/voices/{asked}").status_code == 404
    assert str(asked) not in clerk.get("/desk/voices/").content.decode()
    assert str(asked) not in other.get(LIST).content.decode()
    assert other.get(f"{LIST}{asked}").status_code == 404
    assert other.post(f"{LIST}{asked}/sign-for").status_code == 404
