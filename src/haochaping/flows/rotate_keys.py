"""密钥轮换: a new pair takes the place of the former one, then every batch key is wrapped for it, a part at a time."""

from __future__ import annotations

from typing import TYPE_CHECKING

from haochaping.identity import actions as identity
from haochaping.identity import keys
from haochaping.identity.terms import KeyPair

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from datetime import datetime
    from pathlib import Path

    from haochaping.identity.keys import PrivateKey, PublicKey
    from haochaping.kernel.actor import Actor


def publish_escrow(file: Path, *, given: str, folder: Path) -> PublicKey:
    """Have everything sealed for the escrow key in `file`, made if it is not there; returns its public half.

    `given` is the fingerprint of the key that whoever asks for it has. Raises `Refused` before anything is made or
    changed when batches would be left behind, and `keys.KeysMissing`.
    """
    new = keys.private_key(file).id if file.exists() else None
    identity.check_escrow(given, new=new, present=keys.application_keys(folder).escrow.id)
    keys.make_private(file)
    return keys.publish(folder, KeyPair.ESCROW, file)


def rotate_keys(
    pair: KeyPair, *, old: Mapping[str, PrivateKey], new: PublicKey, by: Actor, now: datetime
) -> Iterator[int]:
    """Wrap for `new` what is wrapped for `old`; yields how many batches each transaction has done.

    Broken off, it has done whole parts; called again, it does the rest. Between parts every batch opens with the key
    it is wrapped for, old or new.
    """
    identity.begin_rotation(pair, new=new, by=by, now=now)
    while done := identity.rewrap(pair, old=old, new=new, by=by, now=now):
        yield done
