"""数据清单: every field of every table with its class of personal data, from the models' `Privacy`."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.apps import apps

import haochaping
from docs.generate.pages import code, first_line, table

if TYPE_CHECKING:
    from django.db.models import Model

CLASSES = {
    "plain": "无个人信息",
    "kept": "可识别工作人员或客户端，如实保存",
    "masked": "只以遮盖形式出现",
    "sealed": "加密封存，应用进程打不开",
    "never": "可能含个人信息，绝不原样公开",
}
_WORDLESS = "—"


def models() -> list[type[Model]]:
    """The tables of the house, by room and name."""
    own = [m for m in apps.get_models() if m.__module__.startswith(haochaping.__name__)]
    return sorted(own, key=lambda model: model._meta.db_table)


def pages() -> dict[str, str]:
    """One page: a table for each table."""
    classes = table(["类 class", "意思"], [[code(name), text] for name, text in CLASSES.items()])
    return {"data-inventory.md": _INTRODUCTION + classes + "\n" + "\n".join(map(_section, models()))}


def _section(model: type[Model]) -> str:
    privacy = getattr(model, "Privacy", None)
    declared = {field: name for name in CLASSES for field in getattr(privacy, name, ())}
    rows = [
        [
            code(field.column),
            type(field).__name__,
            code(declared.get(field.name, "")) if field.name in declared else _WORDLESS,
        ]
        for field in model._meta.concrete_fields
    ]
    return (
        f"## `{model._meta.db_table}` {model._meta.verbose_name}\n\n{first_line(model.__doc__)}\n\n"
        + table(["列 column", "类型 type", "个人信息类 class"], rows)
    )


_INTRODUCTION = """# 数据清单 · Data inventory

每一列含文字的数据都在模型里声明个人信息类；没有声明的列会使构建失败。
写“—”的列是数字、时间、编号或外键，本身不含文字。

Every field that can hold words declares its class; an undeclared one fails the build.
The tables of Django, allauth and procrastinate (sessions, second factors, jobs) are not in this list.

"""
