"""数据清单: every field of every table with its class of personal data, from the models' `Privacy`."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.apps import apps

import haochaping
from docs.generate.libraries import LIBRARIES, library_models
from docs.generate.pages import code, first_line, table
from haochaping.kernel.privacy import CLASSES, PERSONAL, Emptied, Erased, Kept, Purpose, declared

if TYPE_CHECKING:
    from django.db.models import Field, Model

# 分级, and how a column of the class is shown, in both languages.
SHOWN = {
    "plain": ("内部", "不涉及个人", "nothing about people"),
    "account": (
        "个人",
        "做这件事的账户：给同事和审计员看，不公开",
        "the account that did it: colleagues and the auditor, never the public",
    ),
    "linked": (
        "个人",
        "只在身份房间里有意义的编号：不显示",
        "a number with a meaning in room identity only: shown nowhere",
    ),
    "kept": ("个人", "在本单位的页面上完整显示，不公开", "whole on pages of the authority, never published"),
    "masked": ("个人", "只以遮盖形式显示", "shown as its mask leaves it"),
    "sealed": ("敏感", "加密封存，应用进程打不开", "sealed; the application opens none"),
    "never": (
        "敏感",
        "文字里可能有个人信息：只给办理的人看，公开须经脱敏和人工发布",
        "may name people: for those who handle it; public only once redacted and released by a person",
    ),
    "secret": ("内部", "散列、密钥或盐：谁也不看", "a hash, a key or a salt: shown to nobody"),
}
_KEPT = {
    Kept.RECORD: (
        "办理档案：没有到期清除，行留着，只有身份按期清除",
        "a record of the handling: kept; only the identity behind it is erased by the clock",
    ),
    Kept.SENDER: (
        "到发送人移除为止，内容即清除，行留着",
        "until its sender removes it: the content goes, the row stays",
    ),
    Kept.SENT: (
        "发出或被接收即清空内容，行留着",
        "emptied once it has gone out or been taken; the row stays",
    ),
    Kept.OWNER: ("到本人移除为止", "until its owner takes it away"),
    Kept.ENTRY: (
        "账户或目录条目停用后仍保存，历史记录要读得懂",
        "also after the account or entry has ended, as the history names it",
    ),
    Kept.SLIP: (
        "单子成为评价即删除；作废的单子留着",
        "deleted once the slip has become a review; kept with a slip that was set aside",
    ),
    Kept.DEMO: ("只在示例省里有", "in the demo province only"),
}
_EMPTIED = (
    "办理档案，行留着；办结 {days} 天后清空 {fields}",
    "a record of the handling, kept; {fields} emptied {days} days after it was done with",
)
_ERASED = {
    "erase identities nobody needs": (
        "它所属的全部办结满 {days} 天后清除",
        "erased {days} days after all it belongs to was closed",
    ),
    "forget old answers": ("给出 {days} 天后清除", "erased {days} days after it was given"),
    "forget ended visits": ("访问结束即清除", "erased as soon as the visit has ended"),
    "forget days told above": ("上报 {days} 天后清除", "erased {days} days after it was told"),
}
_WORDLESS = "—"


def models() -> list[type[Model]]:
    """The tables of the house, by room and name."""
    own = [m for m in apps.get_models() if m.__module__.startswith(haochaping.__name__)]
    return sorted(own, key=lambda model: model._meta.db_table)


def stated(model: type[Model]) -> Any:
    """What a model says of its table: its `Privacy`, None where nothing can hold words."""
    return getattr(model, "Privacy", None)


def personal(model: type[Model]) -> list[str]:
    """The fields that hold something about people besides who wrote the row."""
    return [field for field, name in declared(model).items() if name in PERSONAL]


def retention(rule: Emptied | Erased | Kept) -> tuple[str, str]:
    """How long rows are kept, in Chinese and English."""
    if isinstance(rule, Kept):
        return _KEPT[rule]
    if isinstance(rule, Emptied):
        fields = ", ".join(map(code, rule.fields))
        return _EMPTIED[0].format(days=rule.after.days, fields=fields), _EMPTIED[1].format(
            days=rule.after.days, fields=fields
        )
    chinese, english = _ERASED[rule.beat]
    return chinese.format(days=rule.after.days), english.format(days=rule.after.days)


def pages() -> dict[str, str]:
    """One page: a table for each table."""
    classes = table(
        ["类 class", "分级", "遮盖规则", "mask"],
        [[code(name), *SHOWN[name]] for name in CLASSES],
    )
    sections = [*map(_section, models()), *map(_library_section, library_models())]
    return {"data-inventory.md": _INTRODUCTION + classes + "\n" + "\n".join(sections)}


def _section(model: type[Model]) -> str:
    classes = declared(model)
    rows = [
        [code(field.column), type(field).__name__, *_of(model, field, classes.get(field.name))]
        for field in model._meta.concrete_fields
    ]
    return (
        f"## `{model._meta.db_table}` {model._meta.verbose_name}\n\n{first_line(model.__doc__)}\n\n{_why(model)}"
        + table(["列 column", "类型 type", "个人信息类 class", "遮盖规则 mask"], rows)
    )


def _library_section(model: type[Model]) -> str:
    said = LIBRARIES[model._meta.db_table]
    chinese, english = said.why
    why = f"目的 purpose: {code(Purpose.STAFF)}；保存 retention: {chinese} ({english})\n\n" if chinese else ""
    rows = [
        [code(field.column), type(field).__name__, *_of(model, field, said.classes.get(str(field.column)))]
        for field in model._meta.concrete_fields
    ]
    return f"## `{model._meta.db_table}`\n\n{said.title}\n\n{why}" + table(
        ["列 column", "类型 type", "个人信息类 class", "遮盖规则 mask"], rows
    )


def _of(model: type[Model], field: Field[Any, Any], name: str | None) -> list[str]:
    if name is None or name == "plain":
        return [code(name) if name else _WORDLESS, _WORDLESS]
    if name == "masked":
        mask = stated(model).masked[field.name]
        return [code(name), f"{code(mask.__name__)} {first_line(mask.__doc__)}"]
    return [code(name), "<br>".join(SHOWN[name][1:])]


def _why(model: type[Model]) -> str:
    if not personal(model):
        return ""
    privacy = stated(model)
    chinese, english = retention(privacy.retention)
    purpose: Purpose = privacy.purpose
    return f"目的 purpose: {code(purpose)}；保存 retention: {chinese} ({english})\n\n"


_INTRODUCTION = """# 数据清单 · Data inventory

每一列含文字的数据都在模型里声明个人信息类，类就是它怎样显示；有个人信息的表说明处理目的和保存期限。没有声明的会使构建失败。
写“—”的列是数字、时间、编号或外键，本身不含文字。各个目的为什么必要、有什么风险，见
[《个人信息保护影响评估》](impact-assessment.md)。

Every field that can hold words declares its class, which is how it is shown; a table about people says what for and how
long. What is undeclared fails the build. Why each purpose needs it and what could go wrong stands in the
[impact assessment](impact-assessment-en.md).
The tables of the libraries (Django, allauth, procrastinate: sessions, second factors, jobs) stand at the end.

"""
