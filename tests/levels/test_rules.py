"""Files of the exchange: what is signed, what is counted, which numbers are missing; nothing that is damaged is read."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from haochaping.exchange.quality.batches import gaps
from haochaping.kernel.refused import Refused
from haochaping.ledger.terms import Suite
from haochaping.levels import keys, rules
from haochaping.levels.terms import BatchKind
from tests.levels import made

NOW = datetime(2026, 6, 1, 2, 0, tzinfo=UTC)
KEY = keys.own(b"k" * 32, Suite.INTL)


def test_totals_count_rows_levels_channels_and_the_span():
    lines = [
        made.record("YC-1", NOW, 2),
        made.record("YC-2", NOW + timedelta(minutes=1), 5),
        made.record("YC-3", NOW),
    ]
    totals = rules.totals_of(lines)

    assert totals.rows == {"case": 3, "occurrence": 3, "review": 2, "order": 1}
    assert (totals.levels, totals.channels) == ({"2": 1, "5": 1}, {"hall_pad": 2})
    assert (totals.first_at, totals.last_at) == (NOW.isoformat(), (NOW + timedelta(minutes=1)).isoformat())


@pytest.mark.parametrize(
    ("taken", "staged", "missing"),
    [(0, set(), ()), (3, {4}, ()), (3, {5, 8}, (4, 6, 7)), (0, {1, 3}, (2,)), (9, set(), ())],
)
def test_gaps_are_the_numbers_before_one_that_has_come(taken, staged, missing):
    assert gaps(taken, staged) == missing


def test_the_same_content_makes_the_same_bytes():
    assert made.plain(KEY, 1, [made.record("YC-1", NOW)], NOW) == made.plain(
        KEY, 1, [made.record("YC-1", NOW)], NOW
    )


@given(st.binary(max_size=300), st.integers(0, 400))
def test_whatever_comes_is_read_or_refused(noise, at):
    whole = made.plain(KEY, 1, [made.record("YC-1", NOW, 1)], NOW)
    for content in (noise, whole[:at] + noise + whole[at:], b"\x1f\x8b" + noise):
        try:
            packed = rules.unpack(content)
            rules.read_head(packed)
            rules.check_records(rules.lines_of(packed.body))
        except Refused as no:
            assert no.code in {"not_a_batch", "batch_too_large", "not_a_record"}


def test_sentences_from_elsewhere_are_filled_by_name_and_nothing_else():
    params = {"value": "9", "x": "{value}"}

    assert rules.filled("“{value}” {other} {value.__class__} {0} {x}", params) == (
        "“9” {other} {value.__class__} {0} {value}"
    )


def test_a_statement_is_carried_with_its_own_count():
    manifest = rules.manifest_of(
        [{"day": "2026-06-01", "count": 3}],
        b"",
        kind=BatchKind.STATEMENT,
        sender="city",
        receiver="province",
        seq=1,
        period=(NOW, NOW),
        now=NOW,
    )

    assert (manifest.rows, manifest.levels) == ({"line": 1}, {})
    rules.check_totals(manifest, [{"anything": 1}])


@pytest.mark.parametrize(
    ("address", "fits"),
    [
        ("https://a.example", True),
        ("http://10.0.0.5:8000/base", True),
        ("ftp://a.example", False),
        ("https://", False),
        ("https://a.example/?x=1", False),
        ("http://[::1", False),
    ],
)
def test_addresses(address, fits):
    assert rules.is_address(address) is fits
