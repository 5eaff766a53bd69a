"""No pattern of the house takes much longer than its text is long, however the text is chosen."""

from __future__ import annotations

import re
from importlib import import_module
from time import thread_time

import pytest

from haochaping.doors.portal import entrance
from haochaping.publicity.rules import redacted
from tests.architecture.house import PACKAGE

LENGTHS = (1_000, 20_000)
# Of processor time for the longest text: a pattern whose time grows with the square would need several times that.
SECONDS = 0.5
# Of so little time nothing can be said.
_HARDLY_ANY = 0.02
_HOLDS = re.compile(r"^(_?[A-Z_]+) = re\.compile", re.MULTILINE)
PIECES = (
    *"0aA \t\n-.@/&='\"`<(，:_１a",
    "1 ",
    "a.",
    "a@",
    "a-",
    "1-1",
    "京A1",
    "/r/",
    "/status/",
    "k=v&",
    "2026-01-01",
    "é",
    "()",
    "''",
    "DETAIL: x\n",
    "<x:f",
    "零一二三四五六七",
)
ENDS = ("", "!")


def patterns() -> dict[str, re.Pattern[str] | re.Pattern[bytes]]:
    """Every pattern compiled at the head of a module, by module and name."""
    found: dict[str, re.Pattern[str] | re.Pattern[bytes]] = {}
    for path in sorted(PACKAGE.rglob("*.py")):
        # The command line's own help is read by nobody but us.
        names = _HOLDS.findall(path.read_text(encoding="utf-8"))
        module = ".".join(("haochaping", *path.relative_to(PACKAGE).with_suffix("").parts))
        found |= {f"{module}.{name}": getattr(import_module(module), name) for name in names}
    return found


PATTERNS = patterns()


def seconds(pattern: re.Pattern[str] | re.Pattern[bytes], length: int) -> float:
    """Processor time of the slowest of all texts of this length."""
    slowest = 0.0
    for piece in PIECES:
        for end in ENDS:
            text = (piece * (length // len(piece)))[:length] + end
            before = thread_time()
            if isinstance(pattern.pattern, bytes):
                pattern.search(text.encode())
            else:
                pattern.search(text)
                pattern.fullmatch(text)
            slowest = max(slowest, thread_time() - before)
            if slowest > SECONDS:
                return slowest
    return slowest


@pytest.mark.parametrize("name", PATTERNS)
def test_pattern_is_quick_on_any_text(name):
    for length in LENGTHS:
        # A shorter text may take its share of the time, and a little for the machine.
        assert seconds(PATTERNS[name], length) < SECONDS * length / LENGTHS[-1] + 0.05


def test_pattern_that_is_not_would_be_found():
    assert seconds(re.compile(r"\s+x"), 20_000) > SECONDS


@pytest.mark.parametrize("piece", PIECES)
def test_the_time_of_redaction_grows_with_the_text_and_no_faster(piece):
    def took(length: int) -> float:
        text = (piece * length)[:length]
        before = thread_time()
        redacted(text)
        return thread_time() - before

    def grows_with_it() -> bool:
        # Five times the text takes five times as long, and would take twenty-five times where it grew with the square.
        return took(100_000) < 15 * max(took(20_000), _HARDLY_ANY)

    # A busy machine may take one of them four times as long as it needs; a pattern that is slow is so every time.
    assert any(grows_with_it() for _ in range(5))


def test_all_patterns_are_looked_at():
    assert len(PATTERNS) > 20
    assert entrance.__name__ + "._IN_LINK" in PATTERNS
