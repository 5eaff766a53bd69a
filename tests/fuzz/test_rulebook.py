"""A value that the rulebook takes can be followed; whatever else is written is refused with a sentence."""

from __future__ import annotations

import json
import tomllib
from datetime import date, datetime
from importlib import resources
from typing import TYPE_CHECKING, Any

from hypothesis import strategies as st

from haochaping.kernel.periods import BEIJING
from haochaping.kernel.refused import Refused
from haochaping.rulebook import rules
from haochaping.rulebook.terms import RULES, Unit
from haochaping.ui.sentences import say
from tests.fuzz.corpus import bent, fuzzed

if TYPE_CHECKING:
    from collections.abc import Iterator

_FILE = resources.files("haochaping.rulebook").joinpath("data/profiles.toml")
_DAY = date(2026, 6, 1)
_BASE: dict[str, tuple[str, str]] = {
    term["key"]: (term["value"], term["unit"])
    for term in tomllib.loads(_FILE.read_text(encoding="utf-8"))["cn-base"]["terms"]
}


def _terms(data: bytes) -> Iterator[dict[str, Any]]:
    """What profiles in a file say, as far as it is a file of profiles."""
    try:
        said = tomllib.loads(data.decode(errors="replace"))
    except (tomllib.TOMLDecodeError, RecursionError):
        return
    for profile in said.values():
        for term in profile.get("terms", []) if isinstance(profile, dict) else []:
            if isinstance(term, dict) and all(
                isinstance(term.get(name), str) for name in ("key", "value", "unit")
            ):
                yield term


def _attempt(data: bytes) -> None:
    for term in _terms(data):
        key, value, unit = term["key"], term["value"], term["unit"]
        if (complaint := rules.value_complaint(key, value, unit)) is not None:
            assert say(complaint).message
            continue
        said = _BASE | {key: (value, unit)}
        terms = rules.terms_of(
            "x",
            {name: pair[0] for name, pair in said.items()},
            _DAY,
            units={name: pair[1] for name, pair in said.items()},
        )
        days = {date(2026, 1, n): True for n in range(1, 32)}
        calendar = rules.WorkingCalendar(days, terms.workday_start, terms.workday_end)
        begun = datetime(2026, 1, 5, 12, tzinfo=BEIJING)
        rules.review_window_ends(begun, terms, calendar)
        rules.due_after(begun, terms.complex_rectify_days, terms.complex_rectify_unit, calendar)


def test_profiles_that_were_bent():
    fuzzed("rulebook", _attempt, bend=bent)


@st.composite
def _revalued(draw: st.DrawFn, _kept: list[bytes]) -> bytes:
    """One rule with a value in the form of another, or with two values where one is meant."""
    key, rule = draw(st.sampled_from(sorted(RULES.items())))
    unit = draw(st.sampled_from([*rule.units, *Unit]))
    words = [
        *rule.choices,
        *(value for value, _ in _BASE.values()),
        "",
        "0",
        "9999",
        "00:00",
        "a,b",
        "-1",
        "½",
    ]
    value = ",".join(draw(st.lists(st.sampled_from(words), min_size=1, max_size=3)))
    term = {"key": key.value, "value": value, "unit": unit.value}
    return (
        "[x]\nterms = [{ " + ", ".join(f"{k} = {json.dumps(v)}" for k, v in term.items()) + " }]"
    ).encode()


def test_rules_with_other_values():
    fuzzed("rulebook", _attempt, few=300, bend=_revalued)


@st.composite
def _notice(draw: st.DrawFn, _kept: list[bytes]) -> bytes:
    days = st.sampled_from(
        ["2026-01-01", "2026-02-30", "2025-12-31", "2027-01-01", "", "x", "2026-10-09", "20261001"]
    )
    names = st.sampled_from(
        ["元旦", "春节", "清明节", "劳动节", "端午节", "中秋节", "国庆节", "", "x" * 61, "\0"]
    )
    row = st.fixed_dictionaries(
        {"from": days, "working": st.sampled_from(["yes", "no", "", "maybe"]), "name": names},
        optional={"to": days},
    )
    return json.dumps(draw(st.lists(row, max_size=12))).encode()


def test_notices_of_holidays():
    def attempt(data: bytes) -> None:
        try:
            rows = json.loads(data)
        except ValueError:
            return
        try:
            days, complaints = rules.year_of_notice(2026, rows)
        except Refused as no:
            assert say(no.complaint).message
            return
        assert all(say(complaint).message for _, complaint in complaints)
        assert len([day for day in days if day.year == 2026]) == 365

    fuzzed("notice", attempt, few=100, bend=_notice)
