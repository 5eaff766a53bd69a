"""规则档和评价指标: the shipped rows of the rulebook and of the national indicator set."""

from __future__ import annotations

import csv
import tomllib
from importlib import resources

from docs.generate.pages import chinese, code, table
from haochaping.rulebook.terms import RULES, UNIT_LABELS, VERIFIED_LABELS, Key, Unit, Verified


def pages() -> dict[str, str]:
    """Two pages: the values of every shipped profile, and the indicator codes."""
    return {"rulebook.md": _profiles(), "indicators.md": _indicators()}


def _profiles() -> str:
    text = resources.files("haochaping.rulebook").joinpath("data/profiles.toml").read_text(encoding="utf-8")
    sections = []
    for code_, profile in tomllib.loads(text).items():
        rows = [
            [
                code(term["key"]),
                chinese(RULES[Key(term["key"])].label),
                code(term["value"]),
                chinese(UNIT_LABELS[Unit(term["unit"])]),
                term["source"],
                chinese(VERIFIED_LABELS[Verified(term["verified"])]),
                term.get("effective_from", profile["effective_from"]),
            ]
            for term in profile["terms"]
        ]
        heading = ["键 key", "意思", "值 value", "单位 unit", "来源 source", "把握", "起始日"]
        place = "全国" if code_ == "cn-base" else f"区划 {code(profile['jurisdiction'])}"
        kept = "，仅用于读历史数据，新办件不可选用" if profile.get("historical_only") else ""
        sections.append(f"## {profile['name']} `{code_}`\n\n{place}{kept}。\n\n" + table(heading, rows))
    return _RULES + "\n".join(sections)


def _indicators() -> str:
    file = resources.files("haochaping.reviews").joinpath("data/national_indicators.csv")
    rows = list(csv.DictReader(file.read_text(encoding="utf-8").splitlines()))
    table_rows = [
        [code(row["code"]), row["level"], row["label"], row["effective_from"], row["effective_to"]]
        for row in rows
    ]
    active = sum(not row["effective_to"] for row in rows)
    return _INDICATORS.format(all=len(rows), active=active) + table(
        ["代码 code", "等级 level", "文字 label", "起 from", "止 to"], table_rows
    )


_RULES = """# 规则档 · Rulebook

规定里的数字不写在代码里，而是规则档的行：辖区、值、来源、起始日，以及这个值与原文的对应有多大把握。
下表是随程序安装的全国基准和十一个地方规则档。规则档在它的区划及其下级自行适用，较近的覆盖较远的；它没有说的，
由上级规则档直到全国基准补足。来源多为转述，启用前请对照原文核实。

Numbers from regulations are versioned rows with their source, never constants in code. Most sources are pages about
the texts, not the texts: check before you rely on them.

"""
_INDICATORS = """# 评价指标 · Indicators

全国评价指标共 {all} 个代码，其中 {active} 个在用；停用的保留，旧评价才读得懂。代码的第一位必须等于评价等级，否则不收。

The first digit of a code is the level it belongs to; a code of another level is refused.

"""
