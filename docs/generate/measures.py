"""指标: the published figures, from `insight.rules.MEASURES`."""

from __future__ import annotations

from typing import TYPE_CHECKING

from docs.generate.pages import both, code, table
from haochaping.insight.rules import INSIDE, MEASURES, OF_VOICES
from haochaping.kernel.ratios import MINIMUM_N

if TYPE_CHECKING:
    from haochaping.insight.terms import Measure


def pages() -> dict[str, str]:
    """One page: every measure with what is divided by what, and what is left out."""
    published, inside = ([_row(measure) for measure in of] for of in (MEASURES, (*INSIDE, *OF_VOICES)))
    return {"measures.md": _INTRODUCTION + table(_HEADING, published) + _INSIDE + table(_HEADING, inside)}


def _row(measure: Measure) -> list[str]:
    return [
        code(measure.name),
        both(measure.label),
        both(measure.counts),
        both(measure.out_of) if measure.denominator else "数量 count",
        both(measure.unit),
        both(measure.day),
        f"n ≥ {measure.at_least}" if measure.at_least else "–",
        _INTERVALS[measure.denominator is not None, measure.squares is not None],
        "<br>".join(both(exclusion) for exclusion in measure.exclusions),
        measure.source,
    ]


_INTERVALS = {
    (False, False): "–",
    (True, False): "Wilson / Clopper–Pearson",
    (True, True): "正态 normal",
}
_HEADING = [
    "名称 name",
    "标签 label",
    "分子 numerator",
    "分母 denominator",
    "单位 unit",
    "按哪一天 by which day",
    "小样本 small samples",
    "区间 interval",
    "不计入 exclusions",
    "来源 source",
]
_INTRODUCTION = f"""# 指标 · Measures

每个公开的数字只在一处定义（`haochaping.insight.rules.MEASURES`），页面、导出和接口读的是同一个定义。
比率的分母小于 {MINIMUM_N} 时不给值（页面写“数据不足”，接口给 `null`），分子和分母照常公布。

Every published figure is defined once; pages, exports and the API read the same definition.
A rate over fewer than {MINIMUM_N} has no value; its counts are always given.

每个数字都是读取那一刻的（接口的 `as_of`）：报送、更正、撤回在一秒之内改到所属的那一天。

All of them hold as of the moment at which they are read (`as_of` in the API).

页面、`/divisions/编码/measures.csv`、`measures.json`（机构 `/agencies/`、事项 `/items/`、大厅 `/halls/` 同此；
大厅没有办件和办理情况的数字）和接口 `GET /api/v1/measures` 出自同一个函数
`haochaping.insight.rules.figures_of`；机关内部 `/oversight/figures/` 的每个数字连到它所数的各行。

办理情况（承诺与实际用时、跑动次数、材料、提问答复）按**办结日**，来自各平台报送的办件；没有报送的写“未报送”，不给数字。

平均等级按 5 至 1 计分；平均数的区间按正态分布，全部相同时不给区间。

参评率的分子和分母按**服务发生日**取同一段日期；好评率、差评数按**评价日**；工单的各项指标按**工单产生日**，
不论后来何时回访、答复、重办或申诉：一个月的数字说的始终是这个月的工单。

比率附 95% 区间（接口的 `interval`）：一般用 Wilson 区间，分子或其余不多于五个时用精确的 Clopper–Pearson 区间；
全项目只有一个函数 `haochaping.kernel.ratios.interval`。区间说的是同样情形下这个比率会在多大范围里摆动，不补偿漏报和造假。

Rates come with an interval of 95 % (`interval` in the API): Wilson's, the exact one where either side counts five at most.
Measures of work orders speak of the orders that were opened in the period, however late something happened to them.

"""
_INSIDE = """
## 机关内部 · Inside the administration

督办按梯级计数，投诉、建议和售后按提出日计数，只在 `/oversight/figures/` 显示；
窗口人员的各项指标也只在那里，按机构列出，从不公开。

Supervision by rung, complaints, suggestions and questions by the day they were given, and the measures of the loop for
each staff member of an agency, are shown at `/oversight/figures/` alone and never published.

"""
