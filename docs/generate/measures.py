"""指标: the published figures, from `insight.rules.MEASURES`."""

from __future__ import annotations

from docs.generate.pages import both, code, table
from haochaping.insight.rules import MEASURES
from haochaping.kernel.ratios import MINIMUM_N


def pages() -> dict[str, str]:
    """One page: every measure with what is divided by what, and what is left out."""
    rows = [
        [
            code(measure.name),
            both(measure.label),
            "数量 count" if measure.denominator is None else "比率 rate",
            "<br>".join(both(exclusion) for exclusion in measure.exclusions),
            measure.source,
        ]
        for measure in MEASURES
    ]
    return {"measures.md": _INTRODUCTION + table(_HEADING, rows)}


_HEADING = ["名称 name", "标签 label", "种类 kind", "不计入 exclusions", "来源 source"]
_INTRODUCTION = f"""# 指标 · Measures

每个公开的数字只在一处定义（`haochaping.insight.rules.MEASURES`），页面、导出和接口读的是同一个定义。
比率的分母小于 {MINIMUM_N} 时不给值（页面写“数据不足”，接口给 `null`），分子和分母照常公布。

Every published figure is defined once; pages, exports and the API read the same definition.
A rate over fewer than {MINIMUM_N} has no value; its counts are always given.

参评率的分子和分母按**服务发生日**取同一段日期；好评率、差评数按**评价日**；整改率按**工单产生日**。

"""
