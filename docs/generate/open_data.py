"""开放数据: the data dictionary, from the declarations of the tables."""

from __future__ import annotations

from docs.generate.pages import both, code, table
from haochaping.publicity.opendata.tables import TABLES
from haochaping.publicity.opendata.terms import LICENCE_ADDRESS, LICENCE_NAME, VERSION


def pages() -> dict[str, str]:
    """One page: every table with its columns."""
    sections = [
        f"## `{one.name}`\n\n{both(one.label)}\n\n{both(one.about)}\n\n"
        + table(
            ["列 column", "名称 name", "形式 form", "说明 meaning", "例 example"],
            [
                [
                    code(c.name),
                    both(c.label),
                    c.form,
                    both(c.about),
                    code(str(c.example)) if c.example else "",
                ]
                for c in one.columns
            ],
        )
        for one in TABLES.values()
    ]
    return {"open-data.md": _INTRODUCTION + "\n".join(sections)}


_INTRODUCTION = f"""# 开放数据字典 · Open data

各表的版本 version: {VERSION}。许可 licence: [{both(LICENCE_NAME)}]({LICENCE_ADDRESS})。
文件见 `/data`，接口是 `GET /api/v1/data/表名`；两者出自同一个函数。哪些地方可以写明、为什么，见决定 0055。

Files are at `/data`, the interface is `GET /api/v1/data/TABLE`; both come from one function.
Decision 0055 says which places are named.

"""
