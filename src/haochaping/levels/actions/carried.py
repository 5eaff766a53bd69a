"""转报来源: which platforms come in the batches of a peer, and are judged by them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from haochaping.directory import queries as directory
from haochaping.kernel.periods import local_day
from haochaping.levels.models import CarriedSource

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import datetime

    from haochaping.levels.terms import Peer


def carry(peer: Peer, sources: Iterable[str], *, now: datetime) -> None:
    """Note the platforms that a batch speaks of, in the transaction that takes it: those of the peer's own division.

    What another division's platform sends through this peer does not make it the peer's to report.
    """
    divisions = directory.platform_divisions(sources)
    own = [code for code, place in divisions.items() if place.path.startswith(peer.division_path)]
    known = directory.platforms(own) if own else {}
    CarriedSource.objects.bulk_create(
        [CarriedSource(peer_id=peer.id, platform_id=one.id, since=local_day(now)) for one in known.values()],
        ignore_conflicts=True,
    )
