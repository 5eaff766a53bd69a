"""批次清单 rules: how a manifest is read, what is counted of a batch, and whether the two agree."""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec
from msgspec import Struct

from haochaping.cases.terms import DATED_IN_FUTURE, CaseStatus
from haochaping.exchange.fields import shown
from haochaping.exchange.manifests.terms import MANIFEST_DIFFERS, NOT_A_MANIFEST, Manifest
from haochaping.exchange.rules import read_json
from haochaping.exchange.terms import RecordKind
from haochaping.kernel.periods import CLOCK_LEEWAY, in_beijing
from haochaping.kernel.refused import Complaint, Refused
from haochaping.kernel.text import has_forbidden_control
from haochaping.reviews.terms import Level, ReviewChannel

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from datetime import datetime

_FIRST_YEAR = 2000
# What is counted of the rows of a kind: the figure of the manifest, the field, and the values there are.
_COUNTED: Mapping[RecordKind, tuple[tuple[str, str, tuple[str, ...]], ...]] = {
    RecordKind.CASE: (("statuses", "status", tuple(CaseStatus)),),
    RecordKind.REVIEW: (
        ("levels", "rating_value", tuple(str(level.value) for level in Level)),
        ("channels", "channel", tuple(ReviewChannel)),
    ),
    RecordKind.VOICE: (),
}


class Totals(Struct):
    """What was read of a batch: rows, the counts of each figure, and the first row's source that is not the manifest's."""

    rows: int = 0
    counts: dict[str, dict[str, int]] = {}
    stranger: str = ""


def read_manifest[Kind: Manifest](text: str, kind: type[Kind]) -> Kind:
    """The manifest in a file; raises `Refused(NOT_A_MANIFEST)`."""
    try:
        said = read_json(text)
    except Refused as refused:
        raise Refused(NOT_A_MANIFEST, value=refused.code) from None
    return manifest_of(said, kind)


def manifest_of[Kind: Manifest](said: object, kind: type[Kind]) -> Kind:
    """A manifest out of JSON, every field known, none believed; raises `Refused(NOT_A_MANIFEST)` naming the field."""
    try:
        found = msgspec.convert(said, kind)
    except msgspec.ValidationError as error:
        # “Expected …, got … - at `$.levels[...]`”: the place is the field.
        what, _, where = str(error).partition(" - at `$")
        raise Refused(NOT_A_MANIFEST, field=shown(where.strip(".`"), 60), value=shown(what, 150)) from None
    if has_forbidden_control(found.source) or not found.source.isprintable():
        raise Refused(NOT_A_MANIFEST, field="source", value=shown(found.source, 40))
    if found.made_at.year < _FIRST_YEAR:
        raise Refused(NOT_A_MANIFEST, field="made_at", value=str(found.made_at.year))
    return found


def check_moment(manifest: Manifest, now: datetime) -> None:
    """Nothing was made in the future: it would be a batch of a day that has not come; raises `Refused(DATED_IN_FUTURE)`."""
    if manifest.made_at > now + CLOCK_LEEWAY:
        raise Refused(DATED_IN_FUTURE, field="made_at", value=in_beijing(manifest.made_at))


def totals_of(rows: Iterable[Mapping[str, object] | None], kind: RecordKind, source: str) -> Totals:
    """What is counted of the rows of a batch; None is a row that cannot be read, which is a row all the same.

    A value that is none of its field's is not counted: it is what its row is put aside for.
    """
    found = Totals(counts={figure: dict.fromkeys(values, 0) for figure, _, values in _COUNTED[kind]})
    looked = [(found.counts[figure], field) for figure, field, _ in _COUNTED[kind]]
    for row in rows:
        found.rows += 1
        if row is None:
            continue
        for counts, field in looked:
            value = str(row.get(field)).strip().lower()
            if value in counts:
                counts[value] += 1
        named = str(row.get("source") or "").strip()
        if named and named != source and not found.stranger:
            found.stranger = shown(named, 40)
    return found


def check(manifest: Manifest, read: Totals) -> None:
    """Whether a batch is what its manifest says; raises `Refused(MANIFEST_DIFFERS)` naming the figure that is not."""
    told: list[tuple[str, object, object]] = [("rows", manifest.rows, read.rows)]
    if read.stranger:
        told.append(("source", manifest.source, read.stranger))
    for figure in ("levels", "channels", "statuses"):
        stated = getattr(manifest, figure)
        counts = read.counts.get(figure, {})
        if stated is not None:
            names = sorted(counts.keys() | stated.keys())
            told += [(f"{figure}.{name}", stated.get(name, 0), counts.get(name, 0)) for name in names]
    for what, said, found in told:
        if said != found:
            raise differs(what, said, found)


def differs(what: str, told: object, read: object) -> Refused:
    """The refusal of a figure that is not what was read."""
    refused = Refused(MANIFEST_DIFFERS)
    params = {"what": shown(what, 60), "told": shown(told, 64), "read": shown(read, 64)}
    refused.complaint = Complaint(MANIFEST_DIFFERS, f"manifest.{shown(what, 60)}", params)
    return refused


def counted(read: Totals) -> dict[str, dict[str, int]]:
    """The counts of a batch as its manifest has them: what there is none of is left out."""
    return {figure: {name: n for name, n in counts.items() if n} for figure, counts in read.counts.items()}
