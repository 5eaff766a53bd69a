"""个人信息声明: the words in which a model says what its table holds about people, what for and how long.

A model's `Privacy` names each column that can hold words in one class; the class is the rule of showing it. A table that
holds anything about people besides the accounts that wrote it says once what for and for how long:

    class Privacy:
        purpose = Purpose.REDRESS
        retention = Kept.RECORD
        plain = ("state",)
        account = ("by",)
        masked = {"case_no": masked_number}
        never = ("note",)

The classes: `plain` says nothing about people; `account` which account did it; `linked` a number without meaning outside
room identity; `kept` a name or address, whole on pages of the authority; `masked` is shown as the function leaves it;
`sealed` nobody's to read; `never` words in which people may stand, never published as they are; `secret` shown to nobody.
The data inventory and the impact assessment are made from it (docs/generate), and tests hold the retention to the jobs.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from datetime import timedelta

CLASSES = ("plain", "account", "linked", "kept", "masked", "sealed", "never", "secret")
# Who wrote a row is told of every table alike: it needs no purpose of its own.
PERSONAL = ("linked", "kept", "masked", "sealed", "never")


def declared(model: type) -> dict[str, str]:
    """The class of each field that a model declares."""
    privacy = getattr(model, "Privacy", None)
    return {field: name for name in CLASSES for field in getattr(privacy, name, ())}


class Purpose(StrEnum):
    """处理目的: what a table's personal data is for. Each is assessed in security/impact_assessment.toml."""

    REVIEW = "review"
    IDENTITY = "identity"
    REDRESS = "redress"
    SUPERVISION = "supervision"
    EXCHANGE = "exchange"
    NOTICE = "notice"
    STAFF = "staff"


class Kept(StrEnum):
    """保存条件: what ends the keeping where no clock does. Nothing but a person's request erases a `record`.

    What is a record only in part says what goes by the clock: `Emptied`.
    """

    RECORD = "record"
    SENDER = "sender"
    SENT = "sent"
    OWNER = "owner"
    ENTRY = "entry"
    SLIP = "slip"
    DEMO = "demo"


@dataclass(frozen=True, slots=True)
class Emptied:
    """清空期限: the row stays as a record, its `fields` are emptied once `after` has passed since it was done with.

    `beat` (doors/jobs/beats.py) empties them; what else stands in the row is kept as a `Kept.RECORD` is.
    """

    beat: str
    after: timedelta
    fields: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Erased:
    """保存期限: the row goes once `after` has passed since nothing needs it; `beat` (doors/jobs/beats.py) erases it."""

    beat: str
    after: timedelta
