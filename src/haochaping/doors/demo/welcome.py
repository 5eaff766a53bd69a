"""What the demo says when it is up: addresses, accounts and their one-time codes."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.utils import timezone

from haochaping.accounts.rules import one_time_code
from haochaping.doors.demo.city import accounts_file

if TYPE_CHECKING:
    from datetime import datetime


@dataclass(frozen=True, slots=True)
class DemoAccount:
    """A demo account with the code that opens its second door right now (30 seconds)."""

    username: str
    name: str
    role: str
    password: str
    code: str


def demo_accounts(now: datetime) -> list[DemoAccount]:
    """The demo's accounts; empty where the city was not made by this installation."""
    if not accounts_file().exists():
        return []
    rows = json.loads(accounts_file().read_text(encoding="utf-8"))
    return [
        DemoAccount(
            row["username"], row["name"], row["role"], row["password"], one_time_code(row["secret"], now)
        )
        for row in rows
    ]


def welcome(site_url: str) -> str:
    """The lines printed at the start."""
    accounts = "\n".join(
        f"  {account.username:<11} {account.password:<18} {account.code}  {account.name}"
        for account in demo_accounts(timezone.now())
    )
    return f"""
云城市（虚构）好差评 is up. Everything in it is sample data.

  公众页面 public pages    {site_url}/
  走一遍   walk-through    {site_url}/demo/
  工作台   workbench       {site_url}/desk/
  控制台   console         {site_url}/admin/

  用户名     口令               一次性验证码 (for 30 seconds; {site_url}/demo/ always shows the present one)
{accounts}

Ctrl-C stops everything; the data stays.
"""
