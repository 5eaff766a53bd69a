"""规则档和评价指标: the shipped rows of the rulebook and of the national indicator set."""

from __future__ import annotations

import csv
import tomllib
from importlib import resources

from docs.generate.pages import code, table
from haochaping.rulebook.terms import Key

# A key without a Chinese sentence fails the build here.
_CHINESE = {
    Key.CHANGE_WINDOW_MINUTES: "评价后可更正的分钟数",
    Key.INVITATION_DAYS: "评价邀请的有效天数",
    Key.SIGN_LIMIT_WORKING_HOURS: "工单签收时限（工作小时）",
    Key.FIRST_CONTACT_WORKING_DAYS: "首次联系评价人的时限（工作日）",
    Key.SIMPLE_RECTIFY_WORKING_DAYS: "立行立改的时限（工作日）",
    Key.COMPLEX_RECTIFY_WORKING_DAYS: "限期整改的时限（工作日）",
    Key.WORKDAY_START: "工作时间开始",
    Key.WORKDAY_END: "工作时间结束",
}
_VERIFIED = {"yes": "读过原文", "secondary": "见于转述", "no": "系统设计"}


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
                _CHINESE[Key(term["key"])],
                code(term["value"]),
                term["source"],
                _VERIFIED[term["verified"]],
                term["effective_from"],
            ]
            for term in profile["terms"]
        ]
        heading = ["键 key", "意思", "值 value", "来源 source", "把握", "起始日"]
        sections.append(f"## {profile['name']} `{code_}`\n\n" + table(heading, rows))
    return _RULES + "\n".join(sections)


def _indicators() -> str:
    file = resources.files("haochaping.reviews").joinpath("data/national_indicators.csv")
    rows = list(csv.DictReader(file.read_text(encoding="utf-8").splitlines()))
    table_rows = [
        [code(row["code"]), row["level"], row["label"], "在用" if row["active"] == "1" else "停用"]
        for row in rows
    ]
    active = sum(row["active"] == "1" for row in rows)
    return _INDICATORS.format(all=len(rows), active=active) + table(
        ["代码 code", "等级 level", "文字 label", "状态"], table_rows
    )


_RULES = """# 规则档 · Rulebook

规定里的数字不写在代码里，而是规则档的行：辖区、值、来源、起始日，以及这个值与原文的对应有多大把握。
下表是随程序安装的全国基准；各地另立规则档，较近的上级覆盖较远的上级。

Numbers from regulations are versioned rows with their source, never constants in code.

"""
_INDICATORS = """# 评价指标 · Indicators

全国评价指标共 {all} 个代码，其中 {active} 个在用；停用的保留，旧评价才读得懂。代码的第一位必须等于评价等级，否则不收。

The first digit of a code is the level it belongs to; a code of another level is refused.

"""
