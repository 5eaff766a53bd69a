"""个人信息保护影响评估: the data inventory by purpose, with what security/impact_assessment.toml judges of each."""

from __future__ import annotations

import tomllib
from pathlib import Path
from typing import TYPE_CHECKING, Any

import haochaping
from docs.generate.pages import code, table
from docs.generate.privacy import models, personal, retention, stated
from haochaping.kernel.privacy import Purpose

if TYPE_CHECKING:
    from django.db.models import Model

ASSESSMENT = Path(__file__).resolve().parents[2] / "security" / "impact_assessment.toml"
_HARM = {"high": ("高", "high"), "medium": ("中", "medium"), "low": ("低", "low")}
_LANGUAGES = {"zh": "impact-assessment.md", "en": "impact-assessment-en.md"}
_WORDS = {
    "zh": {
        "basis": "依据",
        "necessity": "必要性",
        "tables": ["表", "个人信息列", "保存"],
        "risks": ["风险", "影响", "措施", "留下的风险", "由哪些测试守住"],
        "rights": ["权利", "怎样行使", "由哪些测试守住"],
        "right": "个人的权利",
    },
    "en": {
        "basis": "Basis",
        "necessity": "Necessity",
        "tables": ["table", "personal columns", "retention"],
        "risks": ["risk", "harm", "measure", "what is left", "held by the tests"],
        "rights": ["right", "how it is exercised", "held by the tests"],
        "right": "Rights of the person",
    },
}


def assessment() -> dict[str, Any]:
    """What people judge: a part for each purpose, and the rights."""
    return tomllib.loads(ASSESSMENT.read_text(encoding="utf-8"))


def pages() -> dict[str, str]:
    """The assessment in each language."""
    judged = assessment()
    return {name: _page(judged, language) for language, name in _LANGUAGES.items()}


def _page(judged: dict[str, Any], language: str) -> str:
    purposes = [_purpose(purpose, judged[purpose], language) for purpose in Purpose]
    words = _WORDS[language]
    rights = [
        [one["right"][language], one["how"][language], _tests(one["tests"])] for one in judged["rights"]
    ]
    return (
        _INTRODUCTION[language].format(version=haochaping.__version__)
        + "".join(purposes)
        + f"## {words['right']}\n\n"
        + table(words["rights"], rights)
    )


def _purpose(purpose: Purpose, judged: dict[str, Any], language: str) -> str:
    words = _WORDS[language]
    serving = [model for model in models() if personal(model) and stated(model).purpose == purpose]
    risks = [
        [
            one["risk"][language],
            _HARM[one["harm"]][language == "en"],
            one["measure"][language],
            one["left"][language],
            _tests(one["tests"]),
        ]
        for one in judged["risks"]
    ]
    return (
        f"## {judged[language]}\n\n"
        f"**{words['basis']}**: {judged['basis'][language]}\n\n"
        f"**{words['necessity']}**: {judged['necessity'][language]}\n\n"
        + table(words["tables"], [_table(model, language) for model in serving])
        + "\n"
        + table(words["risks"], risks)
        + "\n"
    )


def _table(model: type[Model], language: str) -> list[str]:
    columns = ", ".join(code(field) for field in personal(model))
    kept = retention(stated(model).retention)[language == "en"]
    return [f"{code(model._meta.db_table)} {model._meta.verbose_name}", columns, kept]


def _tests(tests: list[str]) -> str:
    return "<br>".join(code(test.removeprefix("tests/")) for test in tests)


_INTRODUCTION = {
    "zh": """# 个人信息保护影响评估

个人信息保护法第五十五条要求处理敏感个人信息、向他人提供或公开个人信息之前评估影响；本系统封存证件号码，上报评价，公开文字，三样都有。
第五十六条的三个问题，按处理目的逐项回答：目的和方式是否合法、正当、必要；对个人有什么影响和风险；措施是否合法、有效、与风险相称。

本页由代码生成，版本 {version}：有哪些表、哪些列、保存多久，读自[数据清单](data-inventory.md)；判断写在
`security/impact_assessment.toml`。这是开发者的评估。**运行单位是个人信息处理者**：上线前核对、补充本地的接口和人员，由个人信息保护负责人
注明日期，每次升级时重做，并保存至少三年（第五十六条）。

""",
    "en": """# Personal information impact assessment

PIPL art. 55 asks for it before sensitive personal information is processed, passed on or published: certificate numbers
are sealed here, reviews reported upward, texts published. The three questions of art. 56 are answered for each purpose:
whether it is lawful, proper and necessary; what it does to people and what could go wrong; whether the measures fit.

This page is made from the code, version {version}: tables, columns and retention are those of the
[data inventory](data-inventory.md), the judgement stands in `security/impact_assessment.toml`. It is the developers'.
**Whoever runs the system is the processor**: check it before going live, add the interfaces and people of the place, have
the person in charge of personal information date it, do it again with each upgrade and keep it for three years (art. 56).

""",
}
