"""Seals: row encryption, key wrapping and blind indexes as plain functions over bytes.

Suite 1 seals rows with AES-256-GCM and indexes with HMAC-SHA256; suite 2 with SM4-GCM and HMAC-SM3. Both wrap
batch keys by HPKE (RFC 9180) with ML-KEM768-X25519; README.md says why suite 2 does not wrap with SM2.
"""

from __future__ import annotations

import hmac
from typing import TYPE_CHECKING

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives import hashes, hpke
from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hmac import HMAC

from haochaping.ledger.terms import Suite

if TYPE_CHECKING:
    from collections.abc import Callable
    from uuid import UUID

type RowSeal = Callable[[bytes, bytes, bytes], bytes]

KEY_LENGTH = {Suite.INTL: 32, Suite.GM: 16}
NONCE_LENGTH = 12
_TAG_LENGTH = 16
_WRAP = hpke.Suite(hpke.KEM.MLKEM768_X25519, hpke.KDF.HKDF_SHA256, hpke.AEAD.AES_256_GCM)
_INFO = b"haochaping identity 1|"


class BrokenSeal(Exception):  # noqa: N818 - says what was found
    """An envelope that its key and its place do not open."""


def person_place(person_id: UUID) -> bytes:
    """Where the sealed person stands: an envelope moved to another row or column does not open."""
    return b"identity_sealed_person|sealed|" + person_id.bytes


def phone_place(person_id: UUID) -> bytes:
    """Where the relay's phone number stands."""
    return b"identity_sealed_person|relay_sealed|" + person_id.bytes


def escrow_purpose(batch_id: UUID) -> bytes:
    """What the escrow's batch key is wrapped for."""
    return b"escrow|" + batch_id.bytes


def relay_purpose(batch_id: UUID) -> bytes:
    """What the relay's batch key is wrapped for."""
    return b"relay|" + batch_id.bytes


def row_seal(suite: Suite, key: bytes) -> RowSeal:
    """A function `(nonce, plain, place) -> envelope` for many rows under one key.

    The envelope is suite (1 byte), nonce (12), ciphertext and tag (16). A nonce is used once.
    """
    head = bytes([suite])
    if suite == Suite.GM:
        return lambda nonce, plain, place: head + nonce + _sm4_seal(key, nonce, plain, place)
    encrypt = AESGCM(key).encrypt
    return lambda nonce, plain, place: head + nonce + encrypt(nonce, plain, place)


def open_row(key: bytes, envelope: bytes, place: bytes) -> bytes:
    """Open what `row_seal` made for the same place; raises `BrokenSeal`."""
    nonce, body = envelope[1 : 1 + NONCE_LENGTH], envelope[1 + NONCE_LENGTH :]
    try:
        if Suite(envelope[0]) == Suite.GM:
            return _sm4_open(key, nonce, body, place)
        return AESGCM(key).decrypt(nonce, body, place)
    except (InvalidTag, ValueError, IndexError) as error:
        raise BrokenSeal from error


def wrap(suite: Suite, key: bytes, to: hpke.MLKEM768X25519PublicKey, purpose: bytes) -> bytes:
    """Wrap a batch key to a public key; `purpose` binds the envelope to its use and its batch."""
    head = bytes([suite])
    return head + _WRAP.encrypt(key, to, _INFO + head + purpose)


def unwrap(envelope: bytes, key: hpke.MLKEM768X25519PrivateKey, purpose: bytes) -> bytes:
    """Unwrap a batch key; raises `BrokenSeal` for another key, another purpose or an altered envelope."""
    try:
        return _WRAP.decrypt(envelope[1:], key, _INFO + envelope[:1] + purpose)
    except (InvalidTag, ValueError) as error:
        raise BrokenSeal from error


def blind_index(suite: Suite, key: bytes, value: str) -> bytes:
    """The keyed index of a normalised value: suite (1 byte) and 32 bytes of HMAC."""
    data = value.encode()
    if suite == Suite.GM:
        mac = HMAC(key, hashes.SM3())
        mac.update(data)
        return b"\x02" + mac.finalize()
    return b"\x01" + hmac.digest(key, data, "sha256")


def _sm4_seal(key: bytes, nonce: bytes, plain: bytes, place: bytes) -> bytes:
    encryptor = Cipher(algorithms.SM4(key), modes.GCM(nonce)).encryptor()
    encryptor.authenticate_additional_data(place)
    return encryptor.update(plain) + encryptor.finalize() + encryptor.tag


def _sm4_open(key: bytes, nonce: bytes, body: bytes, place: bytes) -> bytes:
    tag = body[-_TAG_LENGTH:]
    decryptor = Cipher(algorithms.SM4(key), modes.GCM(nonce, tag)).decryptor()
    decryptor.authenticate_additional_data(place)
    return decryptor.update(body[:-_TAG_LENGTH]) + decryptor.finalize()
