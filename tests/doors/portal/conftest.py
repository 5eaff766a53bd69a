"""One invited citizen of the small world, and a page taken apart."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from django.test import Client
from django.utils import timezone

from haochaping.flows.invite import invite_case
from haochaping.kernel.actor import SYSTEM
from tests import worlds
from tests.doors.portal.pages import Citizen

if TYPE_CHECKING:
    from datetime import datetime


@pytest.fixture
def clock() -> datetime:
    """The doors read the real clock, so the world of their tests is built around it."""
    return timezone.now()


@pytest.fixture
def citizen(db: None, clock: datetime) -> Citizen:
    """Somebody whose case YC-2026-000123 was completed an hour ago, with the link to review it."""
    worlds.build(clock)
    worlds.take_case("YC-2026-000123", clock)
    link = invite_case(worlds.SOURCE, "YC-2026-000123", by=SYSTEM, now=clock)[0]
    return Citizen(Client(), "/r/" + link.rpartition("/")[2])
