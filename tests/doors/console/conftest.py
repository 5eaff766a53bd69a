from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from django.utils import timezone

from haochaping.accounts.terms import Role
from tests import worlds

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.doors.conftest import Person


@pytest.fixture
def world(db: None) -> None:
    worlds.build(timezone.now())


@pytest.fixture
def admin(world: None, signed_in: Callable[..., Person]) -> Person:
    """The system administrator of the small world."""
    return signed_in(Role.SYSTEM_ADMIN)


@pytest.fixture
def second(world: None, signed_in: Callable[..., Person]) -> Person:
    """Another one, who confirms what the first proposes."""
    return signed_in(Role.SYSTEM_ADMIN, "second-admin")
