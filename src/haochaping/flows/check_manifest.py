"""验收批次: a batch that its sender has numbered and counted is looked at before the first of its rows is taken.

When it is not what its manifest says, nothing of it is taken, and it is kept that it came so: the card of its source
says it (DQ-31, 32). The rows go down the road that all rows go; then the batch is finished.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import msgspec
from django.conf import settings

from haochaping.exchange.manifests import actions, files, rules
from haochaping.exchange.manifests.terms import MANIFEST_DIFFERS, SEQ_OF_OTHER, SEQ_TOO_FAR
from haochaping.exchange.rules import request_hash, storable
from haochaping.exchange.terms import RecordKind
from haochaping.kernel.refused import Refused

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from datetime import datetime
    from pathlib import Path
    from uuid import UUID

    from haochaping.exchange.manifests.terms import FileManifest, Manifest, StatedBatchRow
    from haochaping.kernel.actor import Actor

# What its sender alone has to put right, and what its card says.
_KEPT = {MANIFEST_DIFFERS.code, SEQ_OF_OTHER.code, SEQ_TOO_FAR.code}


class Checked(NamedTuple):
    """A batch that may go in; `known` is what stands of it where it has come before."""

    id: UUID
    manifest: Manifest
    known: StatedBatchRow | None


def check_file(file: Path, manifest: FileManifest, *, by: Actor, now: datetime) -> Checked:
    """Look at a whole file; raises `Refused` as `check_items`."""
    # The sha256 of the manifest, as that of the file is the same or the batch is refused.
    said = bytes.fromhex(manifest.sha256)
    kind = RecordKind(manifest.kind)
    return _checked(manifest, kind, said, lambda: files.check_file(manifest, file), by=by, now=now)


def check_items(
    items: Sequence[object], manifest: Manifest, kind: RecordKind, *, by: Actor, now: datetime
) -> Checked:
    """Look at the items of a request.

    Raises:
        Refused: NO_SUCH_PLATFORM, NAMED_BY_OTHER, DATED_IN_FUTURE; and, kept of its source, MANIFEST_DIFFERS, SEQ_OF_OTHER,
            SEQ_TOO_FAR.
    """
    rows = [item if isinstance(item, dict) else None for item in items]
    said = msgspec.json.encode([storable(item) for item in items], order="sorted")

    def agree() -> None:
        rules.check(manifest, rules.totals_of(rows, kind, manifest.source))

    return _checked(manifest, kind, said, agree, by=by, now=now)


def _checked(
    manifest: Manifest,
    kind: RecordKind,
    said: bytes,
    agree: Callable[[], None],
    *,
    by: Actor,
    now: datetime,
) -> Checked:
    rules.check_moment(manifest, now)
    platform = actions.check_source(manifest.source, by=by)
    fingerprint = request_hash(said, settings.CONTENT_KEY)
    try:
        agree()
        batch_id, known = actions.begin(platform, manifest, kind, fingerprint, by=by, now=now)
    except Refused as refused:
        if refused.code in _KEPT:
            actions.refuse(platform, manifest, kind, fingerprint, refused.code, by=by, now=now)
        raise
    return Checked(batch_id, manifest, known)


def finish(batch: Checked, *, by: Actor, now: datetime) -> None:
    """All rows have gone down the road; what was put aside of them waits with its reason."""
    actions.finish(batch.id, by=by, now=now)
