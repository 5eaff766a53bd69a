"""Two clicks of one person at the same moment."""

from __future__ import annotations

from functools import partial
from threading import Event

import pytest
from django.db import transaction
from django.utils import timezone

from haochaping.accounts.models import User
from haochaping.kernel.refused import Refused
from haochaping.rectification import actions
from haochaping.rectification.models import SavedFilter
from haochaping.rectification.terms import ListAsked
from tests.flows.conftest import at_once, until_waiting


@pytest.mark.usefixtures("committed_db")
def test_of_two_filters_of_one_name_one_is_kept_and_the_other_refused():
    user = User.objects.create(username="clerk", date_joined=timezone.now())
    keep = partial(actions.keep_filter, user.pk, "超期", ListAsked(colour="red"))

    kept = Event()

    def first() -> None:
        with transaction.atomic():
            keep()
            kept.set()
            until_waiting(1)

    def second() -> None:
        kept.wait(20)
        keep()

    _, refused = at_once([first, second])

    assert isinstance(refused, Refused)
    assert refused.code == "filter_name_taken"
    assert SavedFilter.objects.count() == 1
