"""命令: the command line, from the tree of click commands."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

import click

from docs.generate.pages import first_line, table
from haochaping.doors.commands.language import CHINESE, ENGLISH, speaking
from haochaping.doors.commands.main import cli

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

_PROGRAM = "haochaping"
_WIDTH = 96


def tree(command: click.Command = cli, name: str = _PROGRAM) -> Iterator[tuple[str, click.Command]]:
    """Every command with its full name, groups before what is in them."""
    yield name, command
    if isinstance(command, click.Group):
        for word in sorted(command.commands):
            yield from tree(command.commands[word], f"{name} {word}")


def pages() -> dict[str, str]:
    """One page: a table of all commands, then the help text of each as the program prints it in both languages."""
    commands = [(name, command) for name, command in tree() if not isinstance(command, click.Group)]
    rows = [
        [f"[`{name}`](#{name.replace(' ', '-')})", "<br>".join(_in_both(command, _purpose))]
        for name, command in commands
    ]
    helps = [
        f"({name.replace(' ', '-')})=\n## `{name}`\n\n"
        + "\n".join(f"```text\n{text}\n```\n" for text in _in_both(command, partial(_help, name)))
        for name, command in commands
    ]
    return {
        "commands.md": (
            "# 命令 · Commands\n\n"
            "下面是程序自己打印的帮助文字，先中文后英文。程序按 shell 的环境选用语言："
            "`LANGUAGE`、`LC_ALL`、`LC_MESSAGES`、`LANG` 中先设置的一个以 `en` 开头时为英文，其余为中文；"
            "`--json` 的输出与语言无关；整件不收时标准输出是 "
            '`{"refused": {"code": …, "field": …, "sentence": …}}`，退出状态 1。\n\n'
            "退出状态：0 成功，1 有一件要由人处理的事（一行说明写在标准错误），"
            "2 输入中有未收下的行，或者命令行本身写错了；`db status` 在数据库没有运行时为 3。\n\n"
            + table(["命令 command", "作用 purpose"], rows)
            + "\n"
            + "\n".join(helps)
        )
    }


def _in_both(command: click.Command, told: Callable[[click.Command], str]) -> list[str]:
    texts = []
    for language in (CHINESE, ENGLISH):
        with speaking(language):
            texts.append(told(command))
    return texts


def _purpose(command: click.Command) -> str:
    return first_line(command.help)


def _help(name: str, command: click.Command) -> str:
    context = command.context_class(command, info_name=name, max_content_width=_WIDTH, terminal_width=_WIDTH)
    return command.get_help(context)
