from __future__ import annotations

from datetime import timedelta

import pytest

from haochaping.flows.install import install
from haochaping.identity import keys, relay
from haochaping.kernel.actor import SYSTEM
from haochaping.reviews.models import ReviewIndicator
from tests import worlds
from tests.flows.truth import rows_of

pytestmark = pytest.mark.django_db


@pytest.fixture
def folder(tmp_path, settings):
    settings.KEYS_DIR = tmp_path / "keys"
    return settings.KEYS_DIR


def test_install_again_adds_no_row_and_keeps_the_keys(now, folder):
    install(by=SYSTEM, now=now)
    before = rows_of("ledger_entry", "reviews_review_indicator"), keys.inventory(folder)

    assert install(by=SYSTEM, now=now + timedelta(days=1)) == 0

    assert (rows_of("ledger_entry", "reviews_review_indicator"), keys.inventory(folder)) == before


def test_install_makes_the_keys_that_are_missing(now, folder):
    assert not folder.exists()

    install(by=SYSTEM, now=now)

    assert keys.application_keys(folder).relay.id == next(iter(relay.load_keys(folder)))


@pytest.mark.parametrize("lost", ["escrow.pub", "relay.pub", "blind-phone.key", "blind-certificate.key"])
def test_a_key_that_people_were_sealed_with_is_never_made_anew(now, folder, lost):
    install(by=SYSTEM, now=now)
    worlds.build(now)
    worlds.take_case("YC-1", now)
    (folder / "escrow.key").unlink()
    (folder / lost).unlink()
    # As a process that has not read the keys yet.
    keys._application_keys.cache_clear()

    with pytest.raises(keys.KeysMissing, match=lost):
        install(by=SYSTEM, now=now)

    assert not (folder / lost).exists()


def test_install_adds_what_was_lost(now, folder):
    ReviewIndicator.objects.filter(level=5).delete()

    assert install(by=SYSTEM, now=now) == 17
