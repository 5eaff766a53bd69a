"""What the demo says when it is up: addresses, accounts and their one-time codes."""

from __future__ import annotations

import json
from dataclasses import dataclass
from gettext import gettext
from typing import TYPE_CHECKING

from django.utils import timezone

from haochaping.accounts.rules import one_time_code
from haochaping.doors.demo.province import accounts_file

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
    """The demo's accounts; empty where the province was not made by this installation."""
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
    """The lines printed at the start, in the language of the shell."""
    accounts = "\n".join(
        f"  {account.username:<11} {account.password:<18} {account.code}  {account.name}"
        for account in demo_accounts(timezone.now())
    )
    told = gettext("""\
云川省（虚构）好差评 is up. Everything in it is sample data.

  public pages    {site}/
  walk-through    {site}/demo/
  workbench       {site}/desk/ (what an account may do stands there, the console of administrators too)

  user name   password           one-time code (for 30 seconds; {site}/demo/ always shows the present one)
{accounts}

Ctrl-C stops everything; the data stays.
""")
    return "\n" + told.format(site=site_url, accounts=accounts)
