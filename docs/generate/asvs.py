"""ASVS: every requirement of levels 1 and 2 with its status, from `security/asvs_map.csv`."""

from __future__ import annotations

import csv
from collections import Counter
from pathlib import Path

from docs.generate.pages import code, table

_MAP = Path(__file__).resolve().parents[2] / "security" / "asvs_map.csv"
_STATUSES = {
    "met": "做到 met",
    "not applicable": "不适用 not applicable",
    "not yet": "尚未 not yet",
    "operator": "由运行单位 the operator's",
}


def pages() -> dict[str, str]:
    """One page: how many of each status, then every row."""
    with _MAP.open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    counted = Counter(row["status"] for row in rows)
    sums = table(["", "条数 rows"], [[word, counted[status]] for status, word in _STATUSES.items()])
    return {
        "asvs.md": _INTRODUCTION
        + sums
        + "\n"
        + table(
            ["编号 id", "级 level", "状态 status", "测试或理由 tests or reason"], [_row(row) for row in rows]
        )
    }


def _row(row: dict[str, str]) -> list[str]:
    tests = [code(test.removeprefix("tests/")) for test in row["tests"].split()]
    told = "<br>".join([*filter(None, [row["reason"]]), *tests])
    return [row["req_id"], row["level"], _STATUSES[row["status"]], told]


_INTRODUCTION = """# 安全要求对照 · ASVS

OWASP ASVS 5.0.0 第一、二级全部 253 条要求，每条有状态和测试，或写明理由；要求的原文在 OWASP 的网站上。
这是开发者自己的对照，不是第三方测评的结论。

All 253 requirements of levels 1 and 2 of OWASP ASVS 5.0.0 by their ids, each with its status and tests or a reason.
This is the developers' own statement and no assessment by others.

"""
