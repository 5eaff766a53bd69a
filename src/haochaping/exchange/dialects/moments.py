"""Times as dialects write them."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from functools import lru_cache
from typing import TYPE_CHECKING

from haochaping.kernel.periods import BEIJING

if TYPE_CHECKING:
    from collections.abc import Sequence

# Before and after lie defaults of machines (0001, 9999), not services.
_YEARS = range(1900, 2100)
_DAY = r"(\d{4})-(\d{1,2})-(\d{1,2})"
_CLOCK = r"(\d{1,2}):(\d{2})(?::(\d{2}))?(?:\.\d{1,6})?"
FORMATS = {
    "yyyy-MM-dd HH:mm:ss": re.compile(rf"{_DAY}[ T]{_CLOCK}", re.ASCII),
    "yyyy/MM/dd HH:mm:ss": re.compile(rf"{_DAY.replace('-', '/')} {_CLOCK}", re.ASCII),
    "yyyyMMddTHHmmss": re.compile(r"(\d{4})(\d\d)(\d\d)T(\d\d)(\d\d)(\d\d)", re.ASCII),
    "yyyyMMddHHmmss": re.compile(r"(\d{4})(\d\d)(\d\d)(\d\d)(\d\d)(\d\d)", re.ASCII),
    "yyyy-MM-dd": re.compile(_DAY, re.ASCII),
    "ms": re.compile(r"\d{12,13}", re.ASCII),
}


@lru_cache(4096)
def _read(text: str, formats: tuple[str, ...]) -> datetime | None:
    for name in formats:
        match = FORMATS[name].fullmatch(text)
        if match is None:
            continue
        try:
            if name == "ms":
                seconds, rest = divmod(int(text), 1000)
                return datetime.fromtimestamp(seconds, UTC).replace(microsecond=rest * 1000)
            year, month, day, *clock = (int(part or 0) for part in match.groups())
            if year not in _YEARS:
                return None
            hour, minute, second = clock or (0, 0, 0)
            return datetime(year, month, day, hour, minute, second, tzinfo=BEIJING)
        except (ValueError, OverflowError, OSError):
            return None
    return None


def read_moment(text: str, formats: Sequence[str]) -> datetime | None:
    """The moment a text means in one of the formats, wall clocks in Beijing time; None when it means none."""
    return _read(text.strip(), tuple(formats))


def write_moment(moment: datetime, name: str) -> str:
    """A moment in one format."""
    if name == "ms":
        return str(int(moment.timestamp() * 1000))
    patterns = {
        "yyyy-MM-dd HH:mm:ss": "%Y-%m-%d %H:%M:%S",
        "yyyy/MM/dd HH:mm:ss": "%Y/%m/%d %H:%M:%S",
        "yyyyMMddTHHmmss": "%Y%m%dT%H%M%S",
        "yyyyMMddHHmmss": "%Y%m%d%H%M%S",
        "yyyy-MM-dd": "%Y-%m-%d",
    }
    return moment.astimezone(BEIJING).strftime(patterns[name])
