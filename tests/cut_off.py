"""The power goes out at the end of a transaction that has done everything but commit."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING

from django.db import transaction

if TYPE_CHECKING:
    from collections.abc import Iterator


@contextmanager
def cut_off() -> Iterator[None]:
    """Do the block in a transaction and raise `RuntimeError` before it commits."""
    with transaction.atomic():
        yield
        raise RuntimeError("the power went out")
