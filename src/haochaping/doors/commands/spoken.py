"""Commands, groups and options of click whose help is a message id, translated when it is shown."""

from __future__ import annotations

import inspect
import re
import unicodedata
from functools import partial
from gettext import gettext
from typing import TYPE_CHECKING, Any, override

import click

from haochaping.doors.commands import language as _language  # noqa: F401 - names the catalogue that gettext reads

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

# A run of letters, or one wide character with the marks that may not begin a line.
_PIECE = re.compile(
    r"[\u2e80-\uffef“][，。；：、！？）》”]*|[^\s\u2e80-\uffef“”]+[，。；：、！？）》”]*|\s+|”"
)


class Formatter(click.HelpFormatter):
    """Breaks lines between Chinese characters, each of which is two columns wide."""

    @override
    def write_text(self, text: str) -> None:
        super().write_text(_broken(text, self.width - self.current_indent))

    @override
    def write_dl(self, rows: Iterable[tuple[str, str]], col_max: int = 30, col_spacing: int = 2) -> None:
        rows = list(rows)
        first = min(max(len(term) for term, _ in rows), col_max) + col_spacing
        room = max(self.width - first - 2, 10)
        super().write_dl([(term, _broken(text, room)) for term, text in rows], col_max, col_spacing)


class Context(click.Context):
    """A context whose help is laid out by `Formatter`, and asked for by -h too."""

    formatter_class = Formatter

    def __init__(self, *args: Any, **settings: Any) -> None:
        # Not a setting of the outermost group: click keeps a command's help option as its first context made it.
        settings.setdefault("help_option_names", ["-h", "--help"])
        super().__init__(*args, **settings)


class _Spoken:
    """Something with a help text: kept as a message id, read in the language of the moment."""

    _help: str | None = None

    @property
    def help(self) -> str | None:
        """The help text as it is read now."""
        return gettext(self._help) if self._help else self._help

    @help.setter  # noqa: A003 - click's name
    def help(self, text: str | None) -> None:
        self._help = inspect.cleandoc(text) if text else text


class Whole(click.IntRange):
    """A whole number, of a range with two ends or of any size; click would say in English which."""

    def __init__(self, first: int | None = None, last: int | None = None) -> None:
        super().__init__(first, last)
        self.name = "integer range" if first is not None else "integer"

    @override
    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> int:
        try:
            number = int(value)
        except ValueError:
            self.fail(gettext("“{value}” is not a whole number.").format(value=value), param, ctx)
        if self.min is not None and self.max is not None and not self.min <= number <= self.max:
            told = gettext("{value} is not from {first} to {last}.")
            self.fail(told.format(value=number, first=self.min, last=self.max), param, ctx)
        return number

    @override
    def _describe_range(self) -> str:
        return "" if self.min is None else super()._describe_range()


class Option(_Spoken, click.Option):
    """An option with such a help text; one whose default is a whole number takes no other."""

    def __init__(self, *args: Any, **settings: Any) -> None:
        super().__init__(*args, **settings)
        if self.type is click.INT:
            self.type = Whole()


class File(click.Path):
    """A path of a file; click would name it once, in the language of the import."""

    @property
    def name(self) -> str:
        """The word for it in a complaint."""
        return gettext("file")

    @name.setter
    def name(self, given: str) -> None:
        """Keep nothing: click names the type when it is made."""


class Folder(File):
    """A path of a folder, likewise."""

    @property
    @override
    def name(self) -> str:
        """The word for it in a complaint."""
        return gettext("folder")

    @name.setter
    def name(self, given: str) -> None:
        """Keep nothing."""


class Command(_Spoken, click.Command):
    """A command; the docstring of its function is its help, and a message id."""

    context_class = Context

    @override
    def get_short_help_str(self, limit: int = 45) -> str:
        sentence, stop, _ = (self.help or "").partition("。")
        # click looks for the end of the first sentence by its spaces, which Chinese has not.
        return "".join(sentence.split("\n")) if stop else super().get_short_help_str(limit)

    @override
    def get_help_option(self, ctx: click.Context) -> click.Option | None:
        made = super().get_help_option(ctx)
        if made is not None:
            # click makes it once and keeps it, in the words of that moment.
            made.help = gettext("Show this message and exit.")
        return made


class Group(Command, click.Group):
    """A group of commands; those in it are of these kinds too."""

    command_class = Command
    group_class = type


option = partial(click.option, cls=Option)


def _broken(text: str, width: int) -> str:
    """Paragraphs with their lines broken at `width` columns, marked for click to leave them so."""
    paragraphs = [" ".join(lines.split("\n")) for lines in re.split(r"\n\s*\n", text)]
    return "\n\n".join("\b\n" + "\n".join(_lines(paragraph, width)) for paragraph in paragraphs)


def _lines(paragraph: str, width: int) -> Iterator[str]:
    line, filled = "", 0
    for piece in _PIECE.findall(paragraph):
        columns = sum(2 if unicodedata.east_asian_width(c) in "WF" else 1 for c in piece)
        if filled + columns > width and line:
            yield line.rstrip()
            line, filled = "", 0
        if line or not piece.isspace():
            line, filled = line + piece, filled + columns
    if line:
        yield line.rstrip()
