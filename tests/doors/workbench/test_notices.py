"""The notices of whoever is at the desk: seen, counted in the head, read one by one and all at once, and chosen."""

from __future__ import annotations

from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest
from django.urls import reverse
from django.utils import timezone

from haochaping.accounts.terms import Role
from haochaping.kernel.actor import SYSTEM
from haochaping.notices import actions, queries
from haochaping.notices.terms import About, ContactRow, MailChoice, NoticeKind
from haochaping.rectification.models import Appeal, WorkOrder
from haochaping.supervision.models import SupervisionOrder, Urging
from tests import two_places

pytestmark = pytest.mark.django_db


@pytest.fixture
def clerk(signed_in):
    """Somebody with two new notices about one order."""
    now = timezone.now()
    here, _ = two_places.build(now)
    clerk = signed_in(Role.CLERK)
    order = WorkOrder.objects.get(id=here.order_id)
    about = About("order", str(order.id), order.division_id, order.agency_id, {"item": "许可"})
    ids = actions.note_staff(NoticeKind.URGING, [about, about], by=SYSTEM, now=now - timedelta(minutes=1))
    actions.address(ids, now=now)
    clerk.order_id = here.order_id
    return clerk


def shown(clerk, name: str = "desk_notices") -> str:
    return str(clerk.browser.get(reverse(name)).content.decode())


def test_new_notices_are_counted_in_the_head_of_every_page(clerk):
    assert 'class="bell">2<' in shown(clerk, "desk")
    page = shown(clerk)
    assert page.count('<li class="unread">') == 2
    assert "许可" in page


def test_opening_one_leads_to_its_order_and_reads_it(clerk):
    [first, _] = queries.notices_of(clerk.id)

    answer = clerk.browser.post(reverse("desk_notice", args=[first.id]))

    assert answer["Location"] == reverse("desk_order", args=[clerk.order_id])
    assert queries.unread_count(clerk.id) == 1


@pytest.mark.parametrize(
    "kind", ["order", "opening", "supervision", "urging", "voice", "office_voice", "report", "appeal"]
)
def test_what_is_no_longer_there_is_said_plainly(clerk, kind):
    division = WorkOrder.objects.get(id=clerk.order_id).division_id
    agency = WorkOrder.objects.get(id=clerk.order_id).agency_id
    about = About(kind, str(UUID(int=7)), division, agency, {"item": "许可"})
    actions.address(
        actions.note_staff(NoticeKind.URGING, [about], by=SYSTEM, now=timezone.now()), now=timezone.now()
    )
    newest = queries.notices_of(clerk.id)[0]

    answer = clerk.browser.post(reverse("desk_notice", args=[newest.id]))

    assert answer.status_code == 410
    assert reverse("desk_notices") in answer.content.decode()
    assert queries.unread_count(clerk.id) == 2


@pytest.mark.parametrize(
    ("subject", "address"),
    [
        ("supervision", "oversight_supervision"),
        ("urging", "oversight_urging"),
        ("appeal", "oversight_appeal"),
    ],
)
def test_a_supervisor_is_led_to_the_page_of_the_office(clerk, signed_in, subject, address):
    models: dict[str, Any] = {"supervision": SupervisionOrder, "urging": Urging, "appeal": Appeal}
    row = models[subject].objects.filter(agency_id=WorkOrder.objects.get(id=clerk.order_id).agency_id).get()
    supervisor, now = signed_in(Role.SUPERVISOR), timezone.now()
    about = About(subject, str(row.id), row.division_id, None, {"item": "许可"})
    kind = NoticeKind.UNREAD_BELOW
    actions.address(actions.note_staff(kind, [about], by=SYSTEM, now=now), now=now)
    [notice] = [one for one in queries.notices_of(supervisor.id) if one.kind == kind]

    answer = supervisor.browser.post(reverse("desk_notice", args=[notice.id]))

    assert answer["Location"] == reverse(address, args=[row.id])


def test_the_head_of_an_agency_is_led_to_the_appeal(clerk, signed_in):
    row = Appeal.objects.filter(agency_id=WorkOrder.objects.get(id=clerk.order_id).agency_id).get()
    lead, now = signed_in(Role.AGENCY_LEAD), timezone.now()
    about = About("appeal", str(row.id), row.division_id, row.agency_id, {"item": "许可"})
    ids = actions.note_staff(NoticeKind.APPEAL_DECIDED, [about], by=SYSTEM, now=now)
    actions.address(ids, now=now)
    notice = next(one for one in queries.notices_of(lead.id) if one.kind == NoticeKind.APPEAL_DECIDED)

    answer = lead.browser.post(reverse("desk_notice", args=[notice.id]))

    assert answer["Location"] == reverse("desk_appeal", args=[row.id])


def test_nobody_reads_the_notice_of_somebody_else(clerk, signed_in):
    [first, _] = queries.notices_of(clerk.id)
    other = signed_in(Role.PUBLISHER)

    assert other.browser.post(reverse("desk_notice", args=[first.id])).status_code == 404
    assert queries.unread_count(clerk.id) == 2


def test_everything_can_be_marked_as_read(clerk):
    clerk.browser.post(reverse("desk_notices_read"))

    assert queries.unread_count(clerk.id) == 0
    assert 'class="bell"' not in shown(clerk, "desk")


def test_a_choice_is_kept_and_shown(clerk):
    page = reverse("desk_notice_settings")
    form = {"email": "wang@example.org", "phone": "13900000009", "sms_order_red": "on"}
    form |= {f"mail_{kind}": "none" for kind in NoticeKind} | {"mail_order_red": "at_once"}

    assert clerk.browser.post(page, form).status_code == 303

    chosen = queries.choices_of([clerk.id])
    assert (chosen[clerk.id, NoticeKind.ORDER_RED].mail, chosen[clerk.id, NoticeKind.ORDER_RED].sms) == (
        MailChoice.AT_ONCE,
        True,
    )
    assert queries.contacts_of([clerk.id])[clerk.id] == ContactRow("wang@example.org", "13900000009")
    assert "wang@example.org" in clerk.browser.get(page).content.decode()
    # A clerk decides no appeals: that kind cannot reach one.
    assert (clerk.id, NoticeKind.APPEAL) not in chosen


@pytest.mark.parametrize(("field", "typed"), [("email", "wang"), ("phone", "12"), ("mail_urging", "hourly")])
def test_what_will_not_do_is_said_at_its_field(clerk, field, typed):
    form = {"email": "", "phone": ""} | {f"mail_{kind}": "none" for kind in NoticeKind}

    answer = clerk.browser.post(reverse("desk_notice_settings"), form | {field: typed})

    assert answer.status_code == 422
    assert f'id="id_{field}_error"' in answer.content.decode()
    assert queries.contacts_of([clerk.id]) == {}


def test_mail_without_an_address_is_not_kept_as_if_it_came(clerk):
    form = {"email": " ", "phone": ""} | {f"mail_{kind}": "none" for kind in NoticeKind}

    answer = clerk.browser.post(reverse("desk_notice_settings"), form | {"mail_urging": "at_once"})

    assert answer.status_code == 422
    assert 'id="id_email_error"' in answer.content.decode()
    assert queries.choices_of([clerk.id]) == {}


@pytest.mark.parametrize(
    ("role", "kind", "subject", "name"),
    [
        (Role.PUBLISHER, NoticeKind.TEXTS_DUE, "texts", "desk_releases"),
        (Role.SYSTEM_ADMIN, NoticeKind.FIGURE_ASKED, "figures", "desk_figures"),
        (Role.SUPERVISOR, NoticeKind.FIGURE_WITHHELD, "figures", "oversight_quality"),
    ],
)
def test_what_is_about_a_list_leads_there(clerk, signed_in, role, kind, subject, name):
    who, now = signed_in(role), timezone.now()
    division = WorkOrder.objects.get(id=clerk.order_id).division_id
    actions.address(actions.note_staff(kind, [About(subject, "1", division)], by=SYSTEM, now=now), now=now)
    [newest] = queries.notices_of(who.id)

    answer = who.browser.post(reverse("desk_notice", args=[newest.id]))

    assert answer["Location"] == reverse(name)
