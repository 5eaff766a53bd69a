"""The files that bulk intake is measured with: the same cases and reviews as tables, as JSON lines, as signed batches."""

from __future__ import annotations

import csv
import json
from datetime import timedelta
from itertools import batched
from typing import TYPE_CHECKING, Any

from bench.world import ITEM

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import datetime
    from pathlib import Path

    from haochaping.levels.keys import Keys

# A province has a score of cities; four keep the processors of any machine busy that this runs on.
PEERS, US = ("east", "north", "south", "west"), "province-bench"
_CODES = {1: ["109", "115"], 3: ["309", "313"], 4: ["411"], 5: ["510", "517"]}


def cases(rows: int, prefix: str, now: datetime) -> Iterator[dict[str, Any]]:
    """Completed cases with one service each, an applicant in each."""
    begun, ended = (now - timedelta(hours=30)).isoformat(), (now - timedelta(hours=3)).isoformat()
    for n in range(rows):
        yield {
            "source": "bench",
            "case_no": f"{prefix}-{n:07}",
            "item": ITEM,
            "agency": "A",
            "division": "990000000000",
            "status": "completed",
            "applied_at": begun,
            "completed_at": ended,
            "applicant": {
                "name": "陈某",
                "phone": f"139{n:08}",
                "certificate_no": f"99010119900101{n % 10000:04}",
            },
            "occurrences": [{"no": 1, "at": ended}],
        }


def reviews(rows: int, prefix: str, now: datetime) -> Iterator[dict[str, Any]]:
    """A review of each; one in two hundred is bad, one in ten says something."""
    for n in range(rows):
        level = 1 if n % 200 == 0 else 3 + n % 3
        yield {
            "source": "bench",
            "case_no": f"{prefix}-{n:07}",
            "occurrence_no": 1,
            "rating_value": level,
            "indicator_codes": _CODES[level],
            "comment_text": "窗口同志很耐心，一次就办好了。" if n % 10 == 0 else "",
            "channel": "hall_pad",
            "assessed_at": (now - timedelta(hours=2, seconds=n % 3600)).isoformat(),
        }


def write(file: Path, records: Iterator[dict[str, Any]]) -> None:
    """As a table or as JSON lines, by the ending of the file's name."""
    with file.open("w", encoding="utf-8", newline="") as out:
        if file.suffix == ".jsonl":
            out.writelines(json.dumps(record, ensure_ascii=False) + "\n" for record in records)
            return
        table: csv.DictWriter[str] | None = None
        for record in records:
            flat = _flat(record)
            if table is None:
                table = csv.DictWriter(out, list(flat))
                table.writeheader()
            table.writerow(flat)


def _flat(record: dict[str, Any]) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for name, value in record.items():
        if name == "indicator_codes":
            found[name] = ";".join(value)
        elif isinstance(inner := value[0] if isinstance(value, list) else value, dict):
            found |= {f"{name}.{part}": said for part, said in inner.items()}
        else:
            found[name] = value
    return found


def write_batches(folder: Path, rows: int, prefix: str, now: datetime, *, first: int, own: Keys) -> int:
    """As signed and sealed batches of installations below, a share of the cases from each.

    The numbers of each begin with `first`; returns the last one.
    """
    from haochaping.levels import keys, queries, rules
    from haochaping.levels.terms import MOST_RECORDS, BatchKind

    receiver = queries.our_keys(own.suite)

    folder.mkdir(exist_ok=True)
    seq = first - 1
    for peer in PEERS:
        share, code = rows // len(PEERS), f"{prefix}-{peer}"
        told = zip(cases(share, code, now), reviews(share, code, now), strict=True)
        for seq, pairs in enumerate(batched(told, MOST_RECORDS, strict=False), start=first):
            lines = [_line(case, review) for case, review in pairs]
            body = rules.body_of(lines)
            manifest = rules.manifest_of(
                lines,
                body,
                kind=BatchKind.RECORDS,
                sender=peer,
                receiver=US,
                seq=seq,
                period=(now, now),
                now=now,
            )
            content = rules.pack(rules.head_of(manifest), body, own)
            sealed = keys.sealed(content, receiver.suite, receiver.public)
            (folder / f"{peer}-{US}-{seq:08d}.batch").write_bytes(sealed)
    return seq


def _line(case: dict[str, Any], review: dict[str, Any]) -> dict[str, Any]:
    """A case as it travels: nobody is named, and its review stands in it."""
    given = {name: value for name, value in review.items() if name not in {"source", "case_no"} and value}
    given |= {"assess_no": 1, "indicator_set": "national-2020", "anonymous": True, "status": "effective"}
    given |= {"claimed_provenance": "active_onsite_device"}
    told = {**case, "kind": "committed", "applicant": {"kind": "natural_person"}}
    counted = {"by_agent": False, "aged_60": None}
    return {"case": told, "counted": counted, "verified": True, "reviews": [given], "orders": []}
