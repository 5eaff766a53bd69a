"""What the models say about erasure is what the beats do: a row is there until its time is over, and gone then."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

import pytest
from django.utils import timezone

from docs.generate.privacy import models, personal, stated
from haochaping.doors.jobs.beats import BEATS
from haochaping.exchange.models import GivenAnswer, Visit
from haochaping.exchange.reconciliation.terms import StatedKind
from haochaping.identity import actions as identity
from haochaping.identity.models import BlindIndex, SealedBatch, SealedPerson
from haochaping.identity.terms import PlainPerson
from haochaping.kernel.actor import SYSTEM
from haochaping.kernel.identifiers import uuid7
from haochaping.kernel.privacy import Erased
from haochaping.levels.models import ToldDay
from haochaping.notices import actions as notices

if TYPE_CHECKING:
    from datetime import datetime

pytestmark = pytest.mark.django_db
_MOMENT = timedelta(seconds=1)
_ERASED = [model for model in models() if personal(model) and isinstance(stated(model).retention, Erased)]


def sealed(at: datetime) -> None:
    """Somebody who belongs to a conversation about something that has closed."""
    [person] = identity.seal([PlainPerson("王样本", "13900000001", "111", "X1")], now=at)
    notices.open_thread("order", "7", person=person, by=SYSTEM, now=at)


def answered(at: datetime) -> None:
    GivenAnswer.objects.create(client_id=1, key="k", body_hash=b"", answer={}, given_at=at)


def visited(at: datetime) -> None:
    Visit.objects.create(
        id=uuid7(at),
        token_hash=b"",
        dialect="anhui",
        fields={},
        sealed={},
        begun_at=at - timedelta(minutes=30),
        ends_at=at,
    )


def told(at: datetime) -> None:
    ToldDay.objects.create(
        source="S", kind=StatedKind.CASES, day=at.date(), count=0, differing=[], params={}, told_at=at
    )


_MADE = {
    SealedBatch: sealed,
    SealedPerson: sealed,
    BlindIndex: sealed,
    GivenAnswer: answered,
    Visit: visited,
    ToldDay: told,
}


def test_every_table_that_is_said_to_be_erased_is_asked():
    assert set(_MADE) == set(_ERASED)


@pytest.mark.parametrize("model", _ERASED, ids=lambda model: model.__name__)
def test_a_row_is_kept_as_long_as_it_is_said_and_no_longer(model):
    rule: Erased = stated(model).retention
    [beat] = [beat for beat in BEATS if beat.name == rule.beat]
    now = timezone.now()

    _MADE[model](now - rule.after)
    beat.call(now - _MOMENT)
    assert model.objects.exists()

    beat.call(now + _MOMENT)
    assert not model.objects.exists()
