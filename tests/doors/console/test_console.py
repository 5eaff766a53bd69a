from __future__ import annotations

import pytest
from django.urls import reverse
from django.utils import timezone

from haochaping.accounts import actions as accounts
from haochaping.accounts import queries
from haochaping.accounts.models import ApiClient, User
from haochaping.accounts.terms import Role
from haochaping.directory import actions as directory
from haochaping.directory.models import Division
from haochaping.directory.terms import Kind
from haochaping.doors.console.site import site
from haochaping.kernel.actor import OPERATOR
from haochaping.ledger.models import Entry


def divisions(count: int) -> None:
    rows = [{"code": f"99{n:02}00000000", "name": f"示例市{n}"} for n in range(count)]
    assert directory.put(Kind.DIVISIONS, rows, by=OPERATOR, now=timezone.now()) == []


def page(somebody, name: str, **query: str) -> str:
    answer = somebody.browser.get(reverse(f"admin:{name}"), query)
    assert answer.status_code == 200
    return str(answer.content.decode())


def test_every_table_opens_as_list_and_as_row(signed_in):
    divisions(2)
    accounts.create_client(name="示例平台", division_code="9901", by=OPERATOR, now=timezone.now())
    admin = signed_in(Role.SYSTEM_ADMIN)

    for model in site._registry:
        name = f"{model._meta.app_label}_{model._meta.model_name}"
        page(admin, f"{name}_changelist", q="示例")
        row = model._default_manager.first()
        if row is not None:
            assert admin.browser.get(reverse(f"admin:{name}_change", args=[row.pk])).status_code == 200


def test_lists_are_searched_and_paged(signed_in):
    divisions(60)
    admin = signed_in(Role.AUDITOR)

    assert page(admin, "directory_division_changelist").count('class="action-select"') == 0
    assert "示例市59" in page(admin, "directory_division_changelist")
    assert "示例市3<" not in page(admin, "directory_division_changelist")
    assert "示例市3<" in page(admin, "directory_division_changelist", p="2")
    found = page(admin, "directory_division_changelist", q="示例市7")
    assert "示例市7" in found
    assert "示例市59" not in found


def test_secrets_are_nowhere(signed_in):
    divisions(2)
    pk, key = accounts.create_client(name="示例平台", division_code="9901", by=OPERATOR, now=timezone.now())
    admin = signed_in(Role.SECURITY_ADMIN)
    hidden = [ApiClient.objects.get(pk=pk).key_hash, key, User.objects.get(pk=admin.id).password]

    shown = page(admin, "accounts_apiclient_changelist") + page(admin, "accounts_user_changelist")
    shown += admin.browser.get(reverse("admin:accounts_apiclient_change", args=[pk])).content.decode()
    shown += admin.browser.get(reverse("admin:accounts_user_change", args=[admin.id])).content.decode()

    assert "示例平台" in shown
    assert not any(secret in shown for secret in hidden)


@pytest.mark.parametrize("role", [Role.SYSTEM_ADMIN, Role.SECURITY_ADMIN, Role.AUDITOR])
def test_nothing_is_added_changed_or_deleted_by_form(signed_in, role):
    divisions(1)
    admin = signed_in(role)
    pk = Division.objects.get().pk

    for name, arguments in [("add", []), ("change", [pk]), ("delete", [pk])]:
        address = reverse(f"admin:directory_division_{name}", args=arguments)
        assert admin.browser.post(address, {"name": "改名", "post": "yes"}).status_code == 403
    assert Division.objects.get().name == "示例市0"


def act(somebody, model: str, action: str, pk: int):
    form = {"action": action, "_selected_action": [pk]}
    return somebody.browser.post(reverse(f"admin:accounts_{model}_changelist"), form, follow=True)


def test_system_administrator_disables_an_account(signed_in, person):
    admin, clerk = signed_in(Role.SYSTEM_ADMIN), person(Role.CLERK)

    answer = act(admin, "user", "disable_accounts", clerk.id)

    assert answer.status_code == 200
    assert not User.objects.get(pk=clerk.id).is_active
    entry = Entry.objects.get(subject_kind="user", subject_id=str(clerk.id), facts__change="disabled")
    assert entry.actor == f"staff:{admin.id}"


def test_what_cannot_be_done_is_said(signed_in, person):
    admin, clerk = signed_in(Role.SYSTEM_ADMIN), person(Role.CLERK)
    accounts.disable(user_id=clerk.id, by=OPERATOR, now=timezone.now())

    answer = act(admin, "user", "disable_accounts", clerk.id)

    assert f"{clerk.id}: " in answer.content.decode()


def test_security_administrator_revokes_a_client(signed_in):
    divisions(2)
    pk, key = accounts.create_client(name="示例平台", division_code="9901", by=OPERATOR, now=timezone.now())

    act(signed_in(Role.SECURITY_ADMIN), "apiclient", "revoke_clients", pk)

    assert queries.client_by_key(key) is None


@pytest.mark.parametrize("role", [Role.SECURITY_ADMIN, Role.AUDITOR])
def test_only_the_system_administrator_disables_accounts(signed_in, person, role):
    clerk = person(Role.CLERK)

    somebody = signed_in(role)

    act(somebody, "user", "disable_accounts", clerk.id)

    assert User.objects.get(pk=clerk.id).is_active
    assert "disable_accounts" not in page(somebody, "accounts_user_changelist")


@pytest.mark.parametrize("role", [Role.SYSTEM_ADMIN, Role.AUDITOR])
def test_only_the_security_administrator_revokes_clients(signed_in, role):
    divisions(2)
    pk, key = accounts.create_client(name="示例平台", division_code="9901", by=OPERATOR, now=timezone.now())

    somebody = signed_in(role)

    act(somebody, "apiclient", "revoke_clients", pk)

    assert queries.client_by_key(key) is not None
    assert "revoke_clients" not in page(somebody, "accounts_apiclient_changelist")
