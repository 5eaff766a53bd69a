"""Whatever comes as a file of another installation, a key, a manifest or a statement: read, or refused with a sentence."""

from __future__ import annotations

import json
from contextlib import suppress
from functools import partial
from typing import TYPE_CHECKING

import msgspec
import pytest

from haochaping.doors.api import shapes
from haochaping.exchange.manifests.rules import check, manifest_of, read_manifest, totals_of
from haochaping.exchange.manifests.terms import FileManifest, Manifest
from haochaping.exchange.reconciliation import rules as reconciliation
from haochaping.exchange.reconciliation.terms import Part, StatedKind, Sums
from haochaping.exchange.rules import read_json
from haochaping.exchange.terms import RecordKind
from haochaping.kernel.refused import Refused
from haochaping.ledger.terms import Suite
from haochaping.levels import keys, rules
from haochaping.levels.terms import Answer
from haochaping.levels.terms import Manifest as Levels
from haochaping.ui.sentences import say
from tests.fuzz.corpus import fuzzed, seeds

if TYPE_CHECKING:
    from collections.abc import Callable

SECRET = b"f" * 32


def _or_no[T](parse: Callable[[], T]) -> T | None:
    try:
        return parse()
    except Refused as no:
        assert say(no.complaint).message
        return None


def _holds(check: Callable[[], None]) -> bool:
    try:
        check()
    except Refused as no:
        assert say(no.complaint).message
        return False
    return True


def _read_file(content: bytes) -> Levels | Answer | None:
    """A file as it is looked at after its seal was taken off."""
    packed = _or_no(lambda: rules.unpack(content))
    if packed is None:
        return None
    head = _or_no(lambda: rules.read_head(packed))
    lines = _or_no(lambda: rules.lines_of(packed.body)) or []
    if isinstance(head, Levels):
        _holds(lambda: rules.check_bytes(head, packed.body))
    if isinstance(head, Levels) and _holds(lambda: rules.check_records(lines)):
        _holds(lambda: rules.check_totals(head, lines))
        assert all(len(rules.key_of(line)) == 2 for line in lines)
    for suite in Suite:
        assert not keys.is_signed(suite, keys.own(b"x" * 32, suite).public, packed.head, packed.signature)
    return head


@pytest.mark.parametrize("parser", ["batch", "answer"])
def test_files_of_another_installation(parser):
    fuzzed(parser, _read_file, few=40)


@pytest.mark.parametrize(("parser", "kind"), [("batch", Levels), ("answer", Answer)])
def test_some_of_what_is_kept_are_such_files(parser, kind):
    """Else the test above says nothing."""
    read = [_read_file(data) for data in seeds(parser)]

    assert sum(isinstance(one, kind) for one in read) >= 2
    assert None in read


def test_seals():
    """What was changed does not open to something else."""
    whole = {
        keys.opened(data, SECRET) for data in seeds("sealed") if _or_no(partial(keys.opened, data, SECRET))
    }
    assert whole

    def attempt(data: bytes) -> None:
        opened = _or_no(lambda: keys.opened(data, SECRET))
        assert opened is None or opened in whole

    fuzzed("sealed", attempt, few=40)


def test_keys_of_installations():
    def attempt(data: bytes) -> None:
        _or_no(lambda: keys.read_key(data.decode(errors="replace")))

    fuzzed("peer-key", attempt, few=40)
    assert [one for one in seeds("peer-key") if _or_no(partial(keys.read_key, one.decode(errors="replace")))]


def test_manifests():
    rows = [{"source": "hall", "rating_value": "5", "channel": "hall_pad", "status": "completed"}, None, {}]

    def attempt(data: bytes) -> None:
        text = data.decode(errors="replace")
        found: list[Manifest | None] = [_or_no(lambda: read_manifest(text, FileManifest))]
        said = _or_no(lambda: read_json(text))
        if isinstance(said, dict):
            own = {k: v for k, v in said.items() if k not in {"format", "kind", "sha256"}}
            found.append(_or_no(partial(manifest_of, own, Manifest)))
        for one in filter(None, found):
            for kind in (RecordKind.CASE, RecordKind.REVIEW):
                _or_no(partial(check, one, totals_of(rows, kind, one.source)))
            assert one.seq >= 1
            assert one.rows >= 0
            assert one.made_at.tzinfo is not None

    fuzzed("manifest", attempt)
    assert [one for one in seeds("manifest") if _or_no(partial(read_manifest, one.decode(), FileManifest))]


def test_statements():
    """As the door of reconciliation reads them, and as they are compared."""
    here = reconciliation.Lines([reconciliation.review_line(f"YC-{n}", 1, 1, 5) for n in range(40)])

    def attempt(data: bytes) -> None:
        said = _or_no(lambda: read_json(data.decode(errors="replace")))
        try:
            told = msgspec.convert(said, shapes.DayTold)
        except msgspec.ValidationError:
            return
        for said_part in told.parts:
            part = _part(said_part)
            if _holds(partial(reconciliation.check_prefix, part.prefix)) and _holds(
                partial(reconciliation.check_rows, told.kind, part)
            ):
                step = reconciliation.compare(here, part)
                assert all(reconciliation.is_prefix(prefix[:3]) for prefix in step.wanted)
                for row in step.differing:
                    reconciliation.key_parts(row.key)

    fuzzed("statement", attempt)


def _sums(said: shapes.Sums) -> Sums:
    return Sums(said.count, said.total, int(said.digest, 16))


def _part(said: shapes.StatedPart) -> Part:
    children = None if said.children is None else {k: _sums(v) for k, v in said.children.items()}
    return Part(said.prefix, children, said.rows)


def test_some_statements_are_read():
    read = 0
    for data in seeds("statement"):
        with suppress(ValueError, msgspec.ValidationError):
            told = msgspec.convert(json.loads(data), shapes.DayTold)
            assert told.kind in set(StatedKind)
            read += 1
    assert read >= 3
