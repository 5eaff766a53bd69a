"""What people do leaves an entry, and the auditor finds it."""

from __future__ import annotations

import re
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

import haochaping
from haochaping.accounts import actions
from haochaping.accounts.terms import Role
from haochaping.doors.console.particulars import NAMES, particulars
from haochaping.kernel.actor import OPERATOR, Actor, ActorKind
from haochaping.ledger.models import Entry
from haochaping.ledger.terms import EntryKind, NewEntry
from haochaping.publicity.circulars.terms import CircularMove
from tests import worlds
from tests.doors.conftest import PASSWORD

if TYPE_CHECKING:
    from datetime import datetime

    from tests.doors.conftest import Person

pytestmark = pytest.mark.django_db


def entries(kind: EntryKind) -> list[tuple[str, str, dict[str, str]]]:
    rows = Entry.objects.filter(kind=kind).order_by("id")
    return [(row.actor, row.subject_id, row.facts) for row in rows]


def test_log_in_and_log_out(signed_in):
    clerk = signed_in(Role.CLERK)
    clerk.browser.post(reverse("account_logout"))

    who, one = f"staff:{clerk.id}", str(clerk.id)
    assert entries(EntryKind.SIGNED_IN) == [(who, one, {"network": "127.0.0.0/24", "how": "password+mfa"})]
    assert entries(EntryKind.SIGNED_OUT) == [(who, one, {"network": "127.0.0.0/24"})]


def test_a_session_that_idled_away_is_a_log_out(signed_in):
    clerk = signed_in(Role.CLERK)
    clerk.browser.get(reverse("desk"))
    session = clerk.browser.session
    session["gate.seen"] = (timezone.now() - timedelta(minutes=16)).timestamp()
    session.save()

    clerk.browser.get(reverse("desk"))

    assert len(entries(EntryKind.SIGNED_OUT)) == 1


def test_failed_log_ins_keep_no_name_that_is_no_account(person):
    clerk = person(Role.CLERK)
    clerk.give_password("wrong wrong wrong", address="203.0.113.9")
    Client().post(reverse("account_login"), {"login": "my-own-password", "password": "x"})
    clerk.give_password()
    clerk.give_code("000000")

    facts = [(subject, facts["reason"]) for _, subject, facts in entries(EntryKind.SIGN_IN_FAILED)]
    assert facts == [(str(clerk.id), "password"), ("unknown", "password"), (str(clerk.id), "code")]
    assert entries(EntryKind.SIGN_IN_FAILED)[0][2]["network"] == "203.0.113.0/24"
    assert "my-own-password" not in str(list(Entry.objects.values()))


def test_being_locked_out_is_recorded(person):
    clerk = person(Role.CLERK)
    for _ in range(6):
        clerk.give_password("wrong wrong wrong")

    reasons = [facts["reason"] for _, _, facts in entries(EntryKind.SIGN_IN_FAILED)]
    assert reasons == ["password"] * 5 + ["locked"]


def test_denied_pages(signed_in):
    clerk = signed_in(Role.CLERK)

    assert clerk.browser.get(reverse("desk_jobs")).status_code == 403
    assert clerk.browser.get(reverse("console_directory")).status_code == 403

    denied = [(who, page) for who, page, _ in entries(EntryKind.ACCESS_DENIED)]
    assert denied == [(f"staff:{clerk.id}", "desk_jobs"), (f"staff:{clerk.id}", "console_directory")]


def test_denied_by_remit():
    worlds.build(timezone.now())
    admin_id = actions.create_staff(
        username="local.admin",
        display_name="本地",
        role=Role.SYSTEM_ADMIN,
        division_code=worlds.CITY,
        password=PASSWORD,
        by=OPERATOR,
        now=timezone.now(),
    )
    codes = actions.enrol_totp(user_id=admin_id, by=OPERATOR, now=timezone.now()).recovery_codes
    browser = Client()
    browser.post(reverse("account_login"), {"login": "local.admin", "password": PASSWORD})
    browser.post(reverse("mfa_authenticate"), {"code": codes[0]})

    assert browser.get(reverse("desk_quarantine")).status_code == 403

    assert [page for _, page, _ in entries(EntryKind.ACCESS_DENIED)] == ["desk_quarantine"]


@pytest.mark.parametrize("role", Role)
def test_the_auditor_alone_reads_it(signed_in, role):
    answer = signed_in(role).browser.get(reverse("account_audit"))

    assert answer.status_code == (200 if role is Role.AUDITOR else 403)


def note(kind: EntryKind, actor: Actor, at: datetime, subject: str) -> None:
    actions.note(kind, "user", subject, by=actor, now=at)


def seen(auditor: Person, **asked: str | int) -> list[str]:
    answer = auditor.browser.get(reverse("account_audit"), asked)
    return [row["subject"] for row in answer.context["rows"]]


def test_the_auditor_asks_by_person_kind_and_period(signed_in, person):
    auditor, clerk = signed_in(Role.AUDITOR), person(Role.CLERK)
    somebody, moment = Actor(ActorKind.STAFF, str(clerk.id)), timezone.now() - timedelta(days=30)
    note(EntryKind.EXPORTED, somebody, moment, "old-export")
    note(EntryKind.EXPORTED, Actor(ActorKind.STAFF, "9999"), moment, "of-another")
    note(EntryKind.PERSONAL_DATA_READ, somebody, moment + timedelta(days=10), "read")
    day = timezone.localtime(moment).date()

    assert seen(auditor, person=clerk.username) == ["账户 read", "账户 old-export"]
    assert seen(auditor, kind=EntryKind.EXPORTED.value) == ["账户 of-another", "账户 old-export"] or seen(
        auditor, kind=EntryKind.EXPORTED.value
    ) == ["账户 old-export", "账户 of-another"]
    asked = {"person": clerk.username, "since": day.isoformat(), "until": day.isoformat()}
    assert seen(auditor, **asked) == ["账户 old-export"]
    asked = {"person": clerk.username, "since": (day + timedelta(days=1)).isoformat()}
    assert seen(auditor, **asked) == ["账户 read"]
    assert seen(auditor, person="nobody.here") == []


def test_the_auditors_list_is_paged(signed_in):
    auditor = signed_in(Role.AUDITOR)
    for n in range(60):
        at = timezone.now() - timedelta(days=40, minutes=n)
        note(EntryKind.EXPORTED, Actor(ActorKind.STAFF, "9999"), at, f"e{n:02}")
    kind = EntryKind.EXPORTED.value

    assert seen(auditor, kind=kind) == [f"账户 e{n:02}" for n in range(50)]
    assert seen(auditor, kind=kind, page="2") == [f"账户 e{n:02}" for n in range(50, 60)]


def test_a_date_that_is_none_is_said(signed_in):
    answer = signed_in(Role.AUDITOR).browser.get(reverse("account_audit"), {"since": "yesterday"})

    assert answer.status_code == 422
    assert "since" in answer.context["form"].errors


def test_staff_without_an_account_stand_under_the_name_the_ledger_has(signed_in):
    note(EntryKind.EXPORTED, Actor(ActorKind.STAFF, "demo-publisher"), timezone.now(), "export")
    auditor = signed_in(Role.AUDITOR)

    answer = auditor.browser.get(reverse("account_audit"), {"kind": EntryKind.EXPORTED.value})

    assert [row["who"] for row in answer.context["rows"]] == ["staff:demo-publisher"]


def test_the_auditor_asks_by_subject_and_sees_the_chain(signed_in, person):
    auditor, clerk = signed_in(Role.AUDITOR), person(Role.CLERK)
    actions.rename(user_id=clerk.id, display_name="新名", by=OPERATOR, now=timezone.now())

    assert set(seen(auditor, subject=f"user {clerk.id}")) == {f"账户 {clerk.id}"}
    assert seen(auditor, subject=f"账户 {clerk.id}") == seen(auditor, subject=f"user {clerk.id}")
    assert seen(auditor, subject="user 0") == []
    asked = {"kind": "user", "id": str(clerk.id)}
    page = auditor.browser.get(reverse("account_audit_subject"), asked)
    facts = [row["facts"] for row in page.context["rows"]]
    assert "变更：姓名变更" in facts
    assert page.context["lag"].waiting >= len(facts)
    assert auditor.browser.get(reverse("account_audit_subject")).status_code == 200


def test_taking_the_list_away_is_recorded(signed_in, person):
    auditor, clerk = signed_in(Role.AUDITOR), person(Role.CLERK)
    note(EntryKind.EXPORTED, Actor(ActorKind.STAFF, str(clerk.id)), timezone.now(), "=1+1")

    answer = auditor.browser.get(reverse("account_audit_export"), {"person": clerk.username})

    lines = answer.content.decode("utf-8-sig").splitlines()
    assert len(lines) == 2
    assert "示例人员" in lines[1]
    [(_, _, facts)] = [one for one in entries(EntryKind.EXPORTED) if one[0] == f"staff:{auditor.id}"]
    assert facts["rows"] == "1"
    assert facts["asked_person"] == f"staff:{clerk.id}"


def test_no_file_holds_more_than_a_thousand_entries_and_it_says_how_to_take_the_others(signed_in):
    auditor, at = signed_in(Role.AUDITOR), timezone.now()
    read = [NewEntry(EntryKind.PERSONAL_DATA_READ, "order", str(n)) for n in range(1001)]
    actions.note_all(read, by=Actor(ActorKind.STAFF, "9999"), now=at)

    kind = EntryKind.PERSONAL_DATA_READ.value
    answer = auditor.browser.get(
        reverse("account_audit_export"), {"kind": kind}, headers={"accept-language": "en"}
    )

    mark, _, *rows = answer.content.decode("utf-8-sig").splitlines()
    assert len(rows) == 1000
    assert "only the first 1000 are taken away" in mark
    assert "shorter period" in mark


def test_particulars_are_told_in_words_and_new_ones_as_they_are():
    told = particulars({"role": "clerk", "place": "everywhere", "unheard_of": "x", "count": ""})

    assert told == "适用范围：全部范围；角色：经办人；unheard_of：x"


def test_the_rung_of_a_measure_is_told_in_words():
    assert particulars({"rung": "accountability"}) == "督办梯级：问责"


def test_the_steps_of_a_circular_are_told_in_words(signed_in):
    auditor = signed_in(Role.AUDITOR)
    given_back = {"move": "give_back", "block": "findings", "number": "2"}
    entry = NewEntry(EntryKind.CIRCULAR_MOVED, "circular", "c-1", facts=given_back)
    actions.note_all([entry], by=Actor(ActorKind.STAFF, "9999"), now=timezone.now())

    page = auditor.browser.get(reverse("account_audit")).content.decode()

    assert "环节：已退回" in page
    assert "give_back" not in page
    told = {particulars({"move": move}, EntryKind.CIRCULAR_MOVED) for move in CircularMove}
    assert not [one for one in told if re.search("[a-z]", one)]


def test_a_step_of_something_else_is_not_called_as_one_of_a_circular():
    assert particulars({"move": "sign"}, EntryKind.VOICE_MOVED) == "环节：sign"


def test_every_particular_of_the_house_has_words():
    """What is written as `facts={"name": …}` anywhere, by the source itself."""
    written = {
        name
        for path in Path(haochaping.__file__).parent.rglob("*.py")
        if "NewEntry" in path.read_text(encoding="utf-8")
        for facts in re.findall(r"facts ?= ?{([^}]*)}", path.read_text(encoding="utf-8"))
        for name in re.findall(r'"(\w+)":', facts)
    }

    assert len(written) > 20
    assert written - NAMES.keys() == set()


def test_a_question_that_is_none_takes_nothing_away(signed_in):
    auditor = signed_in(Role.AUDITOR)

    answer = auditor.browser.get(reverse("account_audit_export"), {"since": "yesterday"})

    assert len(answer.content.decode().splitlines()) == 1


@pytest.mark.parametrize("page", ["account_audit_export", "account_audit_subject"])
@pytest.mark.parametrize("role", [role for role in Role if role != Role.AUDITOR])
def test_export_and_ledger_are_the_auditors(signed_in, role, page):
    assert signed_in(role).browser.get(reverse(page)).status_code == 403


def test_list_asks_the_database_little(signed_in, django_assert_max_num_queries):
    auditor = signed_in(Role.AUDITOR)
    auditor.browser.get(reverse("account_audit"))

    with django_assert_max_num_queries(12):
        auditor.browser.get(reverse("account_audit"))
