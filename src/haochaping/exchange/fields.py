"""Reading one field after another out of plain values: each reader returns a clean value or raises `Refused`."""

from __future__ import annotations

import re
from datetime import datetime
from typing import TYPE_CHECKING, TypeVar

from haochaping.exchange.terms import (
    CONTROL_CHARACTERS,
    DAMAGED_CHARACTERS,
    MISSING,
    NOT_A_CHOICE,
    NOT_A_TIME,
    OUT_OF_RANGE,
    TOO_LONG,
    UNKNOWN_FIELD,
    WRONG_TYPE,
)
from haochaping.kernel.periods import BEIJING
from haochaping.kernel.refused import N_, Refused
from haochaping.kernel.text import clean, has_forbidden_control

if TYPE_CHECKING:
    from collections.abc import Mapping
    from enum import StrEnum

    Choice = TypeVar("Choice", bound=StrEnum)

_SEPARATORS = re.compile(r"[,;|，；\s]+")
_TRUE = {"true", "1", "yes", "是"}
_FALSE = {"false", "0", "no", "否", ""}
_WHOLE = re.compile(r"-?[0-9]{1,9}")


class Fields:
    """The fields of one object; `path` prefixes names so that a complaint says exactly where."""

    def __init__(self, values: Mapping[str, object], known: frozenset[str], path: str = "") -> None:
        """Check the names first: an unknown field is refused, never ignored."""
        self._values = values
        self._path = path
        for name in values:
            if name not in known:
                raise Refused(UNKNOWN_FIELD, field=self._at(str(name)[:60]))

    def _at(self, name: str) -> str:
        return f"{self._path}{name}"

    def _refuse(self, reason: object, name: str, **params: object) -> Refused:
        return Refused(reason, field=self._at(name), **params)  # type: ignore[arg-type]

    def has(self, name: str) -> bool:
        """Whether the field holds anything."""
        return self._values.get(name) not in (None, "")

    def text(self, name: str, limit: int, *, required: bool = False) -> str:
        """A trimmed text of at most `limit` characters, empty when absent."""
        value = self._values.get(name)
        if value is None or value == "":
            if required:
                raise self._refuse(MISSING, name)
            return ""
        if isinstance(value, int) and not isinstance(value, bool):
            value = str(value)
        if not isinstance(value, str):
            raise self._refuse(WRONG_TYPE, name, expected=N_("text"))
        value = self._whole_text(name, value)
        if len(value) > limit:
            raise self._refuse(TOO_LONG, name, length=len(value), limit=limit)
        if required and not value:
            raise self._refuse(MISSING, name)
        return value

    def _whole_text(self, name: str, value: str) -> str:
        if has_forbidden_control(value):
            raise self._refuse(CONTROL_CHARACTERS, name)
        if "\ufffd" in value:
            raise self._refuse(DAMAGED_CHARACTERS, name)
        return clean(value)

    def whole(self, name: str, low: int, high: int, *, default: int | None = None) -> int | None:
        """A whole number; digits in a text count as one, but not with anything around them."""
        value = self._values.get(name)
        if value is None or value == "":
            return default
        if isinstance(value, str) and _WHOLE.fullmatch(value):
            value = int(value)
        if not isinstance(value, int) or isinstance(value, bool):
            raise self._refuse(WRONG_TYPE, name, expected=N_("a whole number"))
        if not low <= value <= high:
            raise self._refuse(OUT_OF_RANGE, name, value=value, low=low, high=high)
        return value

    def required_whole(self, name: str, low: int, high: int) -> int:
        """A whole number that must be there."""
        value = self.whole(name, low, high)
        if value is None:
            raise self._refuse(MISSING, name)
        return value

    def choice(self, name: str, choices: type[Choice], default: Choice | None = None) -> Choice:
        """One value of an enumeration, whatever the case of its letters."""
        text = self.text(name, 60).lower()
        if not text:
            if default is None:
                raise self._refuse(MISSING, name)
            return default
        if text not in set(choices):
            raise self._refuse(NOT_A_CHOICE, name, value=text, choices=", ".join(choices))
        return choices(text)

    def moment(self, name: str) -> datetime | None:
        """A time; without an offset it is Beijing time."""
        text = self.text(name, 40)
        if not text:
            return None
        try:
            moment = datetime.fromisoformat(text)
        except ValueError:
            raise self._refuse(NOT_A_TIME, name, value=text) from None
        return moment if moment.tzinfo else moment.replace(tzinfo=BEIJING)

    def required_moment(self, name: str) -> datetime:
        """A time that must be there."""
        moment = self.moment(name)
        if moment is None:
            raise self._refuse(MISSING, name)
        return moment

    def flag(self, name: str, *, default: bool) -> bool:
        """True or false, as JSON or as a word of a table."""
        value = self._values.get(name)
        if value is None or isinstance(value, bool):
            return default if value is None else value
        word = str(value).strip().lower()
        if word in _TRUE:
            return True
        if word in _FALSE:
            return False
        raise self._refuse(WRONG_TYPE, name, expected=N_("true or false"))

    def codes(self, name: str, limit: int) -> tuple[str, ...]:
        """A list of codes, or codes in one text with commas between; repeated ones once."""
        value = self._values.get(name)
        if value is None:
            return ()
        if isinstance(value, str):
            value = [part for part in _SEPARATORS.split(self.text(name, 400)) if part]
        if not isinstance(value, list | tuple) or not all(isinstance(part, str | int) for part in value):
            raise self._refuse(WRONG_TYPE, name, expected=N_("a list of codes"))
        if len(value) > limit:
            raise self._refuse(OUT_OF_RANGE, name, value=len(value), low=0, high=limit)
        inner = Fields(
            {str(n): code for n, code in enumerate(value)}, frozenset(map(str, range(len(value)))), name + "."
        )
        return tuple(dict.fromkeys(inner.text(str(n), 10, required=True) for n in range(len(value))))

    def inner(self, name: str, known: frozenset[str]) -> Fields | None:
        """An object inside this one; None when absent."""
        value = self._values.get(name)
        if value is None:
            return None
        if not isinstance(value, dict):
            raise self._refuse(WRONG_TYPE, name, expected=N_("an object"))
        return Fields(value, known, f"{self._at(name)}.")

    def many(self, name: str, known: frozenset[str], limit: int) -> list[Fields]:
        """A list of objects inside this one."""
        value = self._values.get(name)
        if value is None:
            return []
        if not isinstance(value, list) or not all(isinstance(part, dict) for part in value):
            raise self._refuse(WRONG_TYPE, name, expected=N_("a list of objects"))
        if len(value) > limit:
            raise self._refuse(OUT_OF_RANGE, name, value=len(value), low=0, high=limit)
        return [Fields(part, known, f"{self._at(name)}[{n}].") for n, part in enumerate(value)]
