"""The tables of Django, allauth and procrastinate in the data inventory: what their columns hold, as no model of ours says it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.apps import apps

import haochaping

if TYPE_CHECKING:
    from collections.abc import Mapping

    from django.db.models import Model


@dataclass(frozen=True, slots=True)
class Library:
    """One table: what it is, the class of each column that can hold words, what for and how long in both languages.

    `why` is empty where nothing in it is about a person.
    """

    title: str
    classes: Mapping[str, str]
    why: tuple[str, str] = ("", "")


LIBRARIES: dict[str, Library] = {
    "account_emailaddress": Library(
        "电子邮件地址 · allauth: no page of this house asks for one",
        {"email": "kept"},
        ("不使用，应为空", "not used; empty"),
    ),
    "account_emailconfirmation": Library(
        "邮件地址确认 · allauth", {"key": "secret"}, ("不使用，应为空", "not used; empty")
    ),
    "auth_group": Library("组 · Django: not used, roles are of room accounts", {"name": "plain"}),
    "auth_group_permissions": Library("组的权限 · Django: not used", {}),
    "auth_permission": Library("权限 · Django: names of models", {"name": "plain", "codename": "plain"}),
    "django_content_type": Library("内容类型 · Django", {"app_label": "plain", "model": "plain"}),
    "django_session": Library(
        "会话 · Django: who has logged in, and of a visitor the language and what they may follow",
        {"session_key": "secret", "session_data": "secret"},
        (
            "退出即删除；到期（最长 8 小时）后一小时内清除",
            "deleted at log-out, else within an hour of its end (8 hours)",
        ),
    ),
    "mfa_authenticator": Library(
        "第二步验证 · allauth: the sealed secret of an authenticator, and recovery codes",
        {"type": "plain", "data": "secret"},
        ("到本人或安全管理员重置为止", "until its owner or the security administrator resets it"),
    ),
    "procrastinate_events": Library("任务事件 · procrastinate", {"type": "plain"}),
    "procrastinate_jobs": Library(
        "任务 · procrastinate: ids of rows, never what stands in them",
        {
            "queue_name": "plain",
            "task_name": "plain",
            "lock": "plain",
            "args": "linked",
            "status": "plain",
            "queueing_lock": "plain",
        },
        (
            "办成即删除；已放弃的留到有人重新运行",
            "deleted when done; one given up stays until somebody runs it again",
        ),
    ),
    "procrastinate_periodic_defers": Library(
        "周期任务 · procrastinate: not used", {"task_name": "plain", "periodic_id": "plain"}
    ),
    "procrastinate_workers": Library("工作进程 · procrastinate", {}),
    "socialaccount_socialaccount": Library(
        "统一身份绑定 · allauth: a staff account and its number at the identity provider",
        {"provider": "plain", "uid": "linked", "extra_data": "never"},
        (
            "到系统管理员解除绑定为止；extra_data 不写入",
            "until the binding is taken away; extra_data stays empty",
        ),
    ),
    "socialaccount_socialapp": Library(
        "统一身份应用 · allauth: not used, providers stand in the settings",
        {
            "provider": "plain",
            "provider_id": "plain",
            "name": "plain",
            "client_id": "plain",
            "secret": "secret",
            "key": "secret",
            "settings": "plain",
        },
    ),
    "socialaccount_socialtoken": Library(
        "统一身份令牌 · allauth: none is stored",
        {"token": "secret", "token_secret": "secret"},
    ),
    "usersessions_usersession": Library(
        "登录中的会话 · allauth: shown to its owner with address and browser",
        {"ip": "kept", "session_key": "secret", "user_agent": "kept", "data": "plain"},
        ("会话结束即删除，最迟一小时后清除", "deleted with its session, within an hour at the latest"),
    ),
}


def library_models() -> list[type[Model]]:
    """The tables that are not ours, by name."""
    every = apps.get_models(include_auto_created=True)
    found = [model for model in every if not model.__module__.startswith(haochaping.__name__)]
    return sorted(found, key=lambda model: model._meta.db_table)
