"""Reading one field after another out of plain values: each reader returns a clean value or raises `Refused`."""

from __future__ import annotations

import json
import re
from datetime import datetime
from functools import cache, lru_cache
from typing import TYPE_CHECKING, TypeVar, cast

from haochaping.exchange.terms import (
    CONTROL_CHARACTERS,
    DAMAGED_CHARACTERS,
    MISSING,
    NOT_A_CHOICE,
    NOT_A_FLAG,
    NOT_A_TIME,
    NOT_CODES,
    NOT_INNER,
    NOT_MANY,
    NOT_TEXT,
    NOT_WHOLE,
    OUT_OF_RANGE,
    TOO_LONG,
    UNKNOWN_FIELD,
)
from haochaping.kernel.periods import BEIJING
from haochaping.kernel.refused import Complaint, Refused
from haochaping.kernel.text import clean, has_forbidden_control, visible

if TYPE_CHECKING:
    from collections.abc import Mapping
    from enum import StrEnum

    from haochaping.kernel.refused import Reason

    Choice = TypeVar("Choice", bound=StrEnum)

_SEPARATORS = re.compile(r"[,;|，；\s]+")
_TRUE = {"true", "1", "yes", "是"}
_FALSE = {"false", "0", "no", "否"}
# Outside these years a moment is a slip of the pen, and near the ends of the calendar it has no Beijing time.
_FIRST_YEAR, _LAST_YEAR = 1900, 2100
_PLAIN_CODE = re.compile(r"[0-9A-Za-z]{1,10}")
_OF_PERSONS = ("applicant.", "reviewer.")
_WHOLE = re.compile(r"-?[0-9]{1,9}")


@lru_cache(1024)
def _split(text: str) -> tuple[str, ...]:
    """The codes of one text. The same few combinations come again and again."""
    return tuple(part for part in _SEPARATORS.split(text) if part)


@cache
def _words(choices: type[StrEnum]) -> dict[str, StrEnum]:
    return {choice.value: choice for choice in choices}


def shown(value: object, limit: int = 60) -> str:
    """A value of any kind as a short text that can be stored and shown, whatever characters it holds."""
    # What is no text is shown as it was sent: true, not True.
    text = value if isinstance(value, str) else json.dumps(value, ensure_ascii=False, default=str)
    return visible(text[:limit])


class Fields:
    """The fields of one object; `path` prefixes names so that a complaint says exactly where."""

    def __init__(self, values: Mapping[str, object], known: frozenset[str], path: str = "") -> None:
        """Check the names first: an unknown field is refused, never ignored."""
        self._values = values
        self._path = path
        if not values.keys() <= known:
            raise self.refusal(UNKNOWN_FIELD, shown(next(name for name in values if name not in known)))

    def _at(self, name: str) -> str:
        return f"{self._path}{name}"

    def refusal(self, reason: Reason, name: str, **params: object) -> Refused:
        """A complaint about one field, whose full name its sentence can say."""
        refused = Refused(reason)
        where = self._at(name)
        refused.complaint = Complaint(reason, where, {"field": where, **params})
        return refused

    def _told(self, value: object) -> str:
        """A value as a complaint shows it; what is said of a person may be a number of theirs in the wrong place."""
        return "…" if self._path.startswith(_OF_PERSONS) else shown(value, 20)

    def has(self, name: str) -> bool:
        """Whether the field holds anything."""
        return self._values.get(name) not in (None, "")

    def text(self, name: str, limit: int, *, required: bool = False) -> str:
        """A trimmed text of at most `limit` characters, empty when absent."""
        value = self._values.get(name)
        if value is None or value == "":
            if required:
                raise self.refusal(MISSING, name)
            return ""
        if type(value) is str and value.isascii() and value.isprintable():
            text = value.strip()
        elif isinstance(value, str):
            text = self._whole_text(name, value)
        elif isinstance(value, int) and not isinstance(value, bool):
            text = str(value)
        else:
            raise self.refusal(NOT_TEXT, name)
        if len(text) > limit:
            raise self.refusal(TOO_LONG, name, length=len(text), limit=limit)
        if required and not text:
            raise self.refusal(MISSING, name)
        return text

    def _whole_text(self, name: str, value: str) -> str:
        # Line ends of Windows are line ends, not control characters.
        value = value.replace("\r\n", "\n").replace("\r", "\n")
        if has_forbidden_control(value):
            raise self.refusal(CONTROL_CHARACTERS, name)
        if "\ufffd" in value:
            raise self.refusal(DAMAGED_CHARACTERS, name)
        return clean(value)

    def whole(self, name: str, low: int, high: int, *, default: int | None = None) -> int | None:
        """A whole number; digits in a text count as one, but not with anything around them."""
        value = self._values.get(name)
        if value is None or value == "":
            return default
        if isinstance(value, str) and _WHOLE.fullmatch(value):
            value = int(value)
        if not isinstance(value, int) or isinstance(value, bool):
            raise self.refusal(NOT_WHOLE, name, value=self._told(value))
        if not low <= value <= high:
            raise self.refusal(OUT_OF_RANGE, name, value=self._told(value), low=low, high=high)
        return value

    def required_whole(self, name: str, low: int, high: int) -> int:
        """A whole number that must be there."""
        value = self.whole(name, low, high)
        if value is None:
            raise self.refusal(MISSING, name)
        return value

    def choice(self, name: str, choices: type[Choice], default: Choice | None = None) -> Choice:
        """One value of an enumeration, whatever the case of its letters."""
        text = self.text(name, 60).lower()
        if not text:
            if default is None:
                raise self.refusal(MISSING, name)
            return default
        choice = _words(choices).get(text)
        if choice is None:
            raise self.refusal(NOT_A_CHOICE, name, value=text, choices=", ".join(choices))
        return cast("Choice", choice)

    def moment(self, name: str) -> datetime | None:
        """A time; without an offset it is Beijing time."""
        text = self.text(name, 40)
        if not text:
            return None
        try:
            moment = datetime.fromisoformat(text)
        except ValueError:
            raise self.refusal(NOT_A_TIME, name, value=text) from None
        if not _FIRST_YEAR <= moment.year <= _LAST_YEAR:
            raise self.refusal(NOT_A_TIME, name, value=text)
        return moment if moment.tzinfo else moment.replace(tzinfo=BEIJING)

    def required_moment(self, name: str) -> datetime:
        """A time that must be there."""
        moment = self.moment(name)
        if moment is None:
            raise self.refusal(MISSING, name)
        return moment

    def flag(self, name: str, *, default: bool) -> bool:
        """True or false, as JSON or as a word of a table."""
        value = self._values.get(name)
        if isinstance(value, bool):
            return value
        if value is None or value == "":
            return default
        word = str(value).strip().lower()
        if word in _TRUE:
            return True
        if word in _FALSE:
            return False
        raise self.refusal(NOT_A_FLAG, name, value=self._told(value))

    def codes(self, name: str, limit: int) -> tuple[str, ...]:
        """A list of codes, or codes in one text with commas between; repeated ones once."""
        value = self._values.get(name)
        if value is None:
            return ()
        if isinstance(value, str):
            value = _split(self.text(name, 400))
        if not isinstance(value, list | tuple) or not all(isinstance(part, str | int) for part in value):
            raise self.refusal(NOT_CODES, name)
        if len(value) > limit:
            raise self.refusal(OUT_OF_RANGE, name, value=len(value), low=0, high=limit)
        if all(isinstance(part, str) and _PLAIN_CODE.fullmatch(part) for part in value):
            return tuple(dict.fromkeys(value))
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
            raise self.refusal(NOT_INNER, name)
        return Fields(value, known, f"{self._at(name)}.")

    def many(self, name: str, known: frozenset[str], limit: int) -> list[Fields]:
        """A list of objects inside this one."""
        value = self._values.get(name)
        if value is None:
            return []
        if not isinstance(value, list) or not all(isinstance(part, dict) for part in value):
            raise self.refusal(NOT_MANY, name)
        if len(value) > limit:
            raise self.refusal(OUT_OF_RANGE, name, value=len(value), low=0, high=limit)
        return [Fields(part, known, f"{self._at(name)}[{n}].") for n, part in enumerate(value)]
