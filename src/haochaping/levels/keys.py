"""Keys of the exchange: what a file is signed and sealed with, in either suite.

Both pairs of an installation are drawn from its content key: nothing more to keep, back up or lose. Suite 1 signs with
Ed25519 and seals to ML-KEM768-X25519 (HPKE); suite 2 signs with SM2 and seals to SM2. A file is sealed under a key of its
own, by AES-256-GCM or SM4-GCM, so that whoever finds the disk reads nothing.
"""

from __future__ import annotations

from base64 import b64decode, b64encode
from dataclasses import dataclass, field
from functools import lru_cache
from hashlib import blake2b, sha256
from typing import TYPE_CHECKING

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from cryptography.hazmat.primitives.asymmetric.mlkem import MLKEM768PrivateKey, MLKEM768PublicKey
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey, X25519PublicKey
from cryptography.hazmat.primitives.hpke import MLKEM768X25519PrivateKey, MLKEM768X25519PublicKey

from haochaping.exchange.dialects import sm
from haochaping.exchange.fields import shown
from haochaping.identity import sealing
from haochaping.kernel.identifiers import random_bytes
from haochaping.kernel.refused import Refused
from haochaping.ledger.terms import Suite
from haochaping.levels.terms import DAMAGED, NOT_A_PEER_KEY, NOT_SEALED, SEALED_FOR_OTHER

if TYPE_CHECKING:
    from collections.abc import Callable

_TITLES = {
    Suite.INTL: "haochaping exchange key 2, Ed25519 and ML-KEM768-X25519",
    Suite.GM: "haochaping exchange key 2, SM2",
}
# What is signed says what it is: no signature of ours for anything else can be taken for one of these.
_SIGNED = b"haochaping exchange 1\n"
_SEALED = b"haochaping sealed 1 "
_SIGNING = {Suite.INTL: 32, Suite.GM: 64}
_MLKEM = 1184
_PUBLIC = {Suite.INTL: 32 + _MLKEM + 32, Suite.GM: 128}
_GROUP = 4
_LENGTH = 2


@dataclass(frozen=True, slots=True)
class Keys:
    """What an installation signs and opens with in one suite, and the public half that others are given."""

    suite: Suite
    public: bytes
    sign: Callable[[bytes], bytes] = field(repr=False)
    unwrap: Callable[[bytes, bytes], bytes] = field(repr=False)
    """The key of a file, from how it was sealed to us and what it was sealed for; raises ValueError or BrokenSeal."""


def _drawn(content_key: bytes, purpose: bytes, length: int) -> bytes:
    return blake2b(key=content_key, person=purpose, digest_size=length).digest()


@lru_cache(8)
def own(content_key: bytes, suite: Suite) -> Keys:
    """The keys of the installation that has this content key."""
    return (_sm2 if suite == Suite.GM else _intl)(content_key)


def _intl(content_key: bytes) -> Keys:
    signing = Ed25519PrivateKey.from_private_bytes(_drawn(content_key, b"levels signing", 32))
    mlkem = MLKEM768PrivateKey.from_seed_bytes(_drawn(content_key, b"levels ml-kem", 64))
    x25519 = X25519PrivateKey.from_private_bytes(_drawn(content_key, b"levels x25519", 32))
    opening = MLKEM768X25519PrivateKey(mlkem, x25519)
    halves = mlkem.public_key().public_bytes_raw() + x25519.public_key().public_bytes_raw()
    return Keys(
        Suite.INTL,
        signing.public_key().public_bytes_raw() + halves,
        signing.sign,
        lambda wrapped, purpose: sealing.unwrap(wrapped, opening, purpose),
    )


def _sm2(content_key: bytes) -> Keys:
    signing, opening = (
        sm.private_from(_drawn(content_key, purpose, 64))
        for purpose in (b"levels sm2 sign", b"levels sm2 open")
    )
    return Keys(
        Suite.GM,
        bytes.fromhex(sm.public_of(signing) + sm.public_of(opening)),
        lambda message: sm.sign(signing, message),
        lambda wrapped, _: sm.sm2_decrypt(opening, wrapped),
    )


def key_text(keys: Keys) -> str:
    """The file that is given to another installation."""
    return f"{_TITLES[keys.suite]}\n{b64encode(keys.public).decode()}\n"


def read_key(text: str) -> tuple[Suite, bytes]:
    """The public key in a file that another installation has given; raises `Refused(NOT_A_PEER_KEY)`."""
    title, _, rest = text.strip().partition("\n")
    suite = next((suite for suite, name in _TITLES.items() if name == title.strip()), None)
    try:
        public = b64decode(rest.strip(), validate=True)
        if suite is not None and len(public) == _PUBLIC[suite]:
            _sealed_key(suite, public, bytes(sealing.KEY_LENGTH[suite]), b"")
            return suite, public
    except ValueError:
        pass
    raise Refused(NOT_A_PEER_KEY, field="key", value=shown(text, 60))


def fingerprint(suite: Suite, public: bytes) -> str:
    """Forty characters of a key to be compared by telephone."""
    said = _SIGNED + public
    digits = (sm.sm3(said).hex() if suite == Suite.GM else sha256(said).hexdigest())[:40]
    return "-".join(digits[n : n + _GROUP] for n in range(0, len(digits), _GROUP))


def signature_of(keys: Keys, head: bytes) -> bytes:
    """The signature under the first line of a file."""
    return keys.sign(_SIGNED + head)


def is_signed(suite: Suite, public: bytes, head: bytes, signature: bytes) -> bool:
    """Whether the holder of this key signed the first line."""
    key = public[: _SIGNING[suite]]
    try:
        if suite == Suite.GM:
            return sm.verify(key.hex(), _SIGNED + head, signature)
        Ed25519PublicKey.from_public_bytes(key).verify(signature, _SIGNED + head)
    except (InvalidSignature, ValueError):
        return False
    return True


def sealed(content: bytes, suite: Suite, public: bytes) -> bytes:
    """A file that only the holder of this key reads; its first line says in which suite and for which fingerprint."""
    head = b"%s%d %s\n" % (_SEALED, suite, fingerprint(suite, public).encode())
    key = random_bytes(sealing.KEY_LENGTH[suite])
    wrapped = _sealed_key(suite, public, key, head)
    envelope = sealing.row_seal(suite, key)(random_bytes(sealing.NONCE_LENGTH), content, head)
    return head + len(wrapped).to_bytes(_LENGTH) + wrapped + envelope


def _sealed_key(suite: Suite, public: bytes, key: bytes, head: bytes) -> bytes:
    half = public[_SIGNING[suite] :]
    if suite == Suite.GM:
        return sm.sm2_encrypt(half.hex(), key)
    mlkem = MLKEM768PublicKey.from_public_bytes(half[:_MLKEM])
    x25519 = X25519PublicKey.from_public_bytes(half[_MLKEM:])
    return sealing.wrap(suite, key, MLKEM768X25519PublicKey(mlkem, x25519), head)


def opened(content: bytes, content_key: bytes) -> bytes:
    """The file within a sealed one; raises `Refused` (NOT_SEALED, SEALED_FOR_OTHER, DAMAGED)."""
    if not content.startswith(_SEALED):
        raise Refused(NOT_SEALED)
    head, line_end, rest = content.partition(b"\n")
    words = head[len(_SEALED) :].split(b" ")
    suite = next((suite for suite in Suite if words[0] == b"%d" % suite), None)
    if suite is None or len(words) != _LENGTH or not line_end:
        raise Refused(DAMAGED)
    keys = own(content_key, suite)
    ours = fingerprint(suite, keys.public)
    if words[1] != ours.encode():
        value = shown(words[1].decode("ascii", "replace"), 50)
        raise Refused(SEALED_FOR_OTHER, field="seal", value=value, ours=ours)
    length = int.from_bytes(rest[:_LENGTH]) + _LENGTH
    try:
        key = keys.unwrap(rest[_LENGTH:length], head + line_end)
        return sealing.open_row(key, rest[length:], head + line_end)
    except (sealing.BrokenSeal, ValueError):
        raise Refused(DAMAGED) from None
