"""命令: the command line, from the tree of click commands."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from docs.generate.pages import first_line, table
from haochaping.doors.commands.main import cli

if TYPE_CHECKING:
    from collections.abc import Iterator

_PROGRAM = "haochaping"
_WIDTH = 96


def tree(command: click.Command = cli, name: str = _PROGRAM) -> Iterator[tuple[str, click.Command]]:
    """Every command with its full name, groups before what is in them."""
    yield name, command
    if isinstance(command, click.Group):
        for word in sorted(command.commands):
            yield from tree(command.commands[word], f"{name} {word}")


def pages() -> dict[str, str]:
    """One page: a table of all commands, then the help text of each as the program prints it."""
    commands = [(name, command) for name, command in tree() if not isinstance(command, click.Group)]
    rows = [
        [f"[`{name}`](#{name.replace(' ', '-')})", first_line(command.help)] for name, command in commands
    ]
    helps = [
        f"({name.replace(' ', '-')})=\n## `{name}`\n\n```text\n{_help(name, command)}\n```\n"
        for name, command in commands
    ]
    return {
        "commands.md": (
            "# 命令 · Commands\n\n"
            "下面是程序自己打印的帮助文字。退出状态：0 成功，1 有一件要由人处理的事（一行说明写在标准错误），"
            "2 输入中有未收下的行，或者命令行本身写错了；`db status` 在数据库没有运行时为 3。\n\n"
            + table(["命令 command", "作用 purpose"], rows)
            + "\n"
            + "\n".join(helps)
        )
    }


def _help(name: str, command: click.Command) -> str:
    context = click.Context(command, info_name=name, max_content_width=_WIDTH, terminal_width=_WIDTH)
    return command.get_help(context)
