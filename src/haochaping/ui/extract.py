"""Babel extraction from where Babel finds no texts by itself: Django templates, and the help of commands."""

from __future__ import annotations

import ast
import inspect
import io
from typing import IO, TYPE_CHECKING, Any

from babel.messages.extract import extract_python
from django.utils.translation.template import templatize

if TYPE_CHECKING:
    from collections.abc import Collection, Generator, Mapping


def django_templates(
    fileobj: IO[bytes],
    keywords: Mapping[str, Any],
    comment_tags: Collection[str],
    options: Mapping[str, object],  # noqa: ARG001 - Babel's signature
) -> Generator[tuple[int, str, object, object]]:
    """Yield (line, function, messages, comments) for each translated text of a template.

    Django turns the template into Python-like text, Babel reads that.
    """
    python = templatize(fileobj.read().decode())
    # In brackets, so that the template's indentation means nothing to Python's tokenizer.
    source = io.BytesIO(f"({python}\n)".encode())
    yield from extract_python(source, keywords, comment_tags, {"encoding": "utf-8"})  # type: ignore[misc]


def commands(
    fileobj: IO[bytes],
    keywords: Mapping[str, Any],
    comment_tags: Collection[str],
    options: Mapping[str, object],  # noqa: ARG001 - Babel's signature
) -> Generator[tuple[int, str, object, object]]:
    """Yield the texts of a module of commands: what is marked, and the docstring of each, which is its help."""
    source = fileobj.read()
    yield from extract_python(io.BytesIO(source), keywords, comment_tags, {"encoding": "utf-8"})  # type: ignore[misc]
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.FunctionDef) and any(map(_makes_command, node.decorator_list)):
            yield node.lineno, "gettext", inspect.cleandoc(ast.get_docstring(node) or ""), []


def _makes_command(decorator: ast.expr) -> bool:
    """Whether it is `@command(…)`, `@group(…)`, or such a method of a group."""
    called = decorator.func if isinstance(decorator, ast.Call) else None
    name = getattr(called, "attr", getattr(called, "id", ""))
    return name in {"command", "group"}
