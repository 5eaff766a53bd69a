"""Babel extraction of Django templates: Django turns the template into Python-like text, Babel reads that."""

from __future__ import annotations

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
    """Yield (line, function, messages, comments) for each translated text of a template."""
    python = templatize(fileobj.read().decode())
    # In brackets, so that the template's indentation means nothing to Python's tokenizer.
    source = io.BytesIO(f"({python}\n)".encode())
    yield from extract_python(source, keywords, comment_tags, {"encoding": "utf-8"})  # type: ignore[misc]
