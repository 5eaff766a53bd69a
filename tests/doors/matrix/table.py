"""The matrix as `matrix.toml` has it: what each row expects of each person. Read by the test and by the documentation."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass, field
from fnmatch import fnmatchcase
from pathlib import Path
from typing import Any

FILE = Path(__file__).with_name("matrix.toml")
LOGIN, SECOND_STEP = "login", "second step"


@dataclass(frozen=True)
class Row:
    """One thing to do at one address; `page` is a URL name, in which `*` stands for anything."""

    page: str
    who: str
    inside: str
    outside: str
    method: str = "GET"
    roles: frozenset[str] = frozenset()
    within: frozenset[str] = frozenset()
    values: dict[str, str] = field(default_factory=dict)
    data: dict[str, str] = field(default_factory=dict)
    signed_in: str = ""
    lies_in: str = ""

    def __str__(self) -> str:
        return " ".join([self.method, self.page, *self.values.values(), *self.data.values()])

    def matches(self, name: str) -> bool:
        """Whether the row is about this URL name."""
        return fnmatchcase(name, self.page)

    def expected(self, role: str, scope: str) -> str:
        """The answer to somebody: a status, or where they are sent to sign in."""
        match self.who:
            case "public":
                return self.signed_in if self.signed_in and _is_signed_in(role) else self.inside
            case "closed":
                return "404"
            case "machine":
                return (self.inside if scope in self.within else self.outside) if role == "program" else "401"
            case "password":
                fully = _is_signed_in(role) and role != "password only"
                return (
                    self.signed_in
                    if self.signed_in and fully
                    else self.inside
                    if _is_signed_in(role)
                    else LOGIN
                )
        return self._of_staff(role, scope)

    def _of_staff(self, role: str, scope: str) -> str:
        if not _is_signed_in(role):
            return LOGIN
        if role == "password only":
            return SECOND_STEP
        if self.roles and role not in self.roles:
            return "403"
        return self.inside if scope in self.within else self.outside


def _is_signed_in(role: str) -> bool:
    return role not in {"anonymous", "program"}


def rows() -> list[Row]:
    """All rows of the file."""
    told: dict[str, Any] = tomllib.loads(FILE.read_text(encoding="utf-8"))
    return [_row(row, told) for row in told["rows"]]


def _row(row: dict[str, Any], told: dict[str, Any]) -> Row:
    """Fill in what the row names: a group of roles, the places where its object lies."""
    made = {
        key: value for key, value in row.items() if key not in {"roles", "about", "in", "out", "signed_in"}
    }
    about = told["objects"][row.get("about", "anything")]
    inside = str(row.get("in", "404"))
    return Row(
        **{"who": "staff", **made},
        lies_in=str(about["says"]),
        roles=frozenset(told["roles"][row["roles"]]) if "roles" in row else frozenset(),
        within=frozenset(about["within"]),
        inside=inside,
        outside=str(row.get("out", inside)),
        signed_in=str(row.get("signed_in", "")),
    )
