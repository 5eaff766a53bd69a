from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

import pytest
from django.db import IntegrityError, transaction

from haochaping.files import actions, queries
from haochaping.files.models import Photo
from haochaping.files.pictures import redrawn
from haochaping.flows.verify_ledger import verify_ledger
from haochaping.kernel.actor import REVIEWER
from haochaping.kernel.identifiers import uuid7
from haochaping.kernel.refused import Refused
from haochaping.ledger import actions as ledger_actions
from haochaping.ledger import queries as ledger
from haochaping.ledger.terms import EntryKind
from tests.photographs import photograph

if TYPE_CHECKING:
    from datetime import datetime
    from uuid import UUID

    from haochaping.files.terms import Picture

pytestmark = pytest.mark.django_db
KIND, OWNER, OTHER = "review", "r-1", "r-2"
PICTURES = [redrawn(photograph(colour=colour), name=colour) for colour in ("red", "green", "blue", "black")]


def _keep(now: datetime, *pictures: Picture, owner: str = OWNER) -> list[UUID]:
    return actions.keep(KIND, owner, pictures, by=REVIEWER, now=now)


def _places() -> list[int]:
    return [photo.place for photo in queries.photos_of(KIND, OWNER)]


def _kinds(photo_id: UUID) -> list[EntryKind]:
    return [entry.kind for entry in ledger.entries_of("photo", str(photo_id))]


def test_kept_photographs_have_places_contents_and_entries(now):
    ids = _keep(now, *PICTURES[:2])

    assert [photo.id for photo in queries.photos_of(KIND, OWNER)] == ids
    assert _places() == [1, 2]
    assert queries.content_of(ids[0], subject_kind=KIND, subject_id=OWNER) == PICTURES[0].content
    assert _kinds(ids[0]) == [EntryKind.PHOTO_KEPT]


def test_the_same_photograph_again_is_one(now):
    _keep(now, PICTURES[0], PICTURES[0])

    assert _keep(now, PICTURES[0]) == []
    assert _places() == [1]


def test_a_fourth_is_refused_and_none_of_them_kept(now):
    _keep(now, *PICTURES[:2])

    with pytest.raises(Refused) as refused:
        _keep(now, *PICTURES[2:])

    assert refused.value.code == "too_many_photos"
    assert refused.value.complaint.params == {"count": 4, "limit": 3}
    assert _places() == [1, 2]


def test_all_of_a_thing_are_removed_each_with_its_entry_and_those_of_another_stay(now):
    first, second = _keep(now, *PICTURES[:2])
    _keep(now, PICTURES[0], owner=OTHER)
    later = now + timedelta(minutes=1)

    actions.remove_all(KIND, OWNER, by=REVIEWER, now=later)
    actions.remove_all(KIND, OWNER, by=REVIEWER, now=later)

    assert _places() == []
    assert set(Photo.objects.filter(id__in=[first, second]).values_list("content", "removed_at")) == {
        (None, later)
    }
    for photo_id in (first, second):
        assert _kinds(photo_id) == [EntryKind.PHOTO_KEPT, EntryKind.PHOTO_REMOVED]
    assert len(queries.photos_of(KIND, OTHER)) == 1


def test_removed_is_gone_for_good_and_its_place_free(now):
    first, _ = _keep(now, *PICTURES[:2])

    actions.remove(first, subject_kind=KIND, subject_id=OWNER, by=REVIEWER, now=now + timedelta(minutes=1))
    _keep(now, PICTURES[2])

    assert _places() == [1, 2]
    row = Photo.objects.get(id=first)
    assert row.content is None
    assert bytes(row.sha256) == PICTURES[0].sha256
    assert _kinds(first) == [EntryKind.PHOTO_KEPT, EntryKind.PHOTO_REMOVED]


def test_a_photograph_is_neither_shown_nor_removed_through_another_thing(now):
    (mine,) = _keep(now, PICTURES[0])
    _keep(now, PICTURES[1], owner=OTHER)

    for touch in (
        lambda: queries.content_of(mine, subject_kind=KIND, subject_id=OTHER),
        lambda: actions.remove(mine, subject_kind=KIND, subject_id=OTHER, by=REVIEWER, now=now),
        lambda: actions.remove(uuid7(now), subject_kind=KIND, subject_id=OWNER, by=REVIEWER, now=now),
    ):
        with pytest.raises(Refused) as refused:
            touch()
        assert refused.value.code == "no_such_photo"
    assert _places() == [1]


def test_the_database_keeps_the_bounds_itself(now):
    (kept,) = _keep(now, PICTURES[0])

    for wrong in ({"place": 4}, {"content": b"\0" * 500_000}, {"content": None}):
        with pytest.raises(IntegrityError), transaction.atomic():
            Photo.objects.filter(id=kept).update(**wrong)


def test_a_picture_changed_past_the_program_is_found(now):
    kept, removed = _keep(now, *PICTURES[:2])
    actions.remove(removed, subject_kind=KIND, subject_id=OWNER, by=REVIEWER, now=now + timedelta(seconds=1))
    ledger_actions.chain(now=now)
    assert list(verify_ledger(now=now)) == []

    Photo.objects.filter(id=kept).update(content=PICTURES[3].content)

    assert [(finding.code, finding.subject) for finding in verify_ledger(now=now)] == [
        ("photo_differs", str(kept))
    ]
