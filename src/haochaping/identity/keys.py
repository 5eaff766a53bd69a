"""Keys of room identity: files of one folder, made at installation, each with one purpose.

| file | holds | read by |
|---|---|---|
| `escrow.pub`, `relay.pub` | public wrapping keys | every process |
| `blind-phone.key`, `blind-certificate.key` | blind-index keys | every process |
| `pseudonym-YYYY.key` | pseudonyms of one year; deleting it unlinks that year | every process |
| `relay.key` | opens phone numbers | the worker only, through `relay.load_key` |
| `escrow.key` | opens everything | no process; taken off the machine after installation |
"""

from __future__ import annotations

import os
from base64 import b64decode, b64encode
from dataclasses import dataclass, field
from functools import lru_cache
from hashlib import sha256
from typing import TYPE_CHECKING

from cryptography.hazmat.primitives.asymmetric.mlkem import MLKEM768PrivateKey, MLKEM768PublicKey
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey, X25519PublicKey
from cryptography.hazmat.primitives.hpke import MLKEM768X25519PrivateKey, MLKEM768X25519PublicKey

from haochaping.identity.terms import IndexPurpose
from haochaping.kernel.identifiers import random_bytes

if TYPE_CHECKING:
    from pathlib import Path

_PRIVATE_TITLE = "haochaping private key, ML-KEM768-X25519"
_PUBLIC_TITLE = "haochaping public key, ML-KEM768-X25519"
_SEED_LENGTH = 64
_MLKEM_PUBLIC_LENGTH = 1184
_SECRET_LENGTH = 32
_PAIRS = ("escrow", "relay")


class KeysMissing(Exception):  # noqa: N818 - says what was found
    """A key file is absent or unreadable; the text names it and the remedy."""


@dataclass(frozen=True, slots=True)
class PublicKey:
    """A public wrapping key; `id` is its fingerprint (16 hex characters)."""

    id: str
    key: MLKEM768X25519PublicKey = field(repr=False)


@dataclass(frozen=True, slots=True)
class PrivateKey:
    """A private wrapping key; `id` is the fingerprint of its public half."""

    id: str
    key: MLKEM768X25519PrivateKey = field(repr=False)


@dataclass(frozen=True, slots=True)
class ApplicationKeys:
    """What every process may hold: it can seal and compare, and open nothing."""

    escrow: PublicKey
    relay: PublicKey
    blind: dict[IndexPurpose, bytes] = field(repr=False)


@dataclass(frozen=True, slots=True)
class KeyFact:
    """One line of the key inventory; `present` is whether the file is here, the fingerprint is for pairs."""

    file: str
    purpose: str
    algorithm: str
    present: bool
    fingerprint: str


def ensure(folder: Path) -> None:
    """Make the keys that are missing; safe when two processes race and after a crash half-way.

    A pair whose public half is here is left alone: its private half has been taken away on purpose.
    """
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    for name in _PAIRS:
        public, private = folder / f"{name}.pub", folder / f"{name}.key"
        if not public.exists():
            if not private.exists():
                _place(
                    private, _private_text(random_bytes(_SEED_LENGTH) + random_bytes(_SECRET_LENGTH)), 0o600
                )
            _place(public, _public_text(_read(private, _PRIVATE_TITLE)), 0o644)
    for purpose in IndexPurpose:
        _secret(folder / f"blind-{purpose}.key")


@lru_cache(maxsize=8)
def application_keys(folder: Path) -> ApplicationKeys:
    """Read what sealing needs, once per process; raises `KeysMissing`."""
    return ApplicationKeys(
        escrow=_public(folder / "escrow.pub"),
        relay=_public(folder / "relay.pub"),
        blind={purpose: _read_secret(folder / f"blind-{purpose}.key") for purpose in IndexPurpose},
    )


def pseudonym_key(folder: Path, year: int) -> bytes:
    """The key of one year's pseudonyms (32 bytes), made at first use in that year."""
    return _secret(folder / f"pseudonym-{year}.key")


def private_key(path: Path) -> PrivateKey:
    """Read a private wrapping key from its file; raises `KeysMissing`."""
    raw = _read(path, _PRIVATE_TITLE)
    return PrivateKey(_fingerprint(_public_raw(raw)), _private_from(raw))


def inventory(folder: Path) -> list[KeyFact]:
    """What keys this installation has, for `doctor` and the key register (GB/T 39786)."""
    facts = []
    for name in _PAIRS:
        public = folder / f"{name}.pub"
        mark = _public(public).id if public.exists() else ""
        algorithm = "HPKE ML-KEM768-X25519"
        facts.append(KeyFact(public.name, f"{name}: seal", algorithm, public.exists(), mark))
        private = folder / f"{name}.key"
        facts.append(KeyFact(private.name, f"{name}: open", algorithm, private.exists(), mark))
    secrets = [*(f"blind-{purpose}.key" for purpose in IndexPurpose)]
    secrets += sorted(path.name for path in folder.glob("pseudonym-*.key"))
    facts += [
        KeyFact(name, name.removesuffix(".key"), "HMAC", (folder / name).exists(), "") for name in secrets
    ]
    return facts


def _place(path: Path, text: str, mode: int) -> None:
    # A finished file appears under its name at once, and the first of two racing processes wins.
    draft = path.with_name(f".{path.name}.{random_bytes(4).hex()}")
    descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, mode)
    with os.fdopen(descriptor, "w") as file:
        file.write(text)
        file.flush()
        os.fsync(file.fileno())
    try:
        os.link(draft, path)
    except FileExistsError:
        pass
    finally:
        draft.unlink()


def _secret(path: Path) -> bytes:
    if not path.exists():
        _place(path, random_bytes(_SECRET_LENGTH).hex(), 0o600)
    return _read_secret(path)


def _read_secret(path: Path) -> bytes:
    try:
        return bytes.fromhex(_text(path).strip())
    except ValueError as error:
        raise KeysMissing(f"{path}: not a key; restore it from the back-up") from error


def _read(path: Path, title: str) -> bytes:
    first, _, body = _text(path).partition("\n")
    if first != title:
        raise KeysMissing(f"{path}: the first line is not “{title}”; restore it from the back-up")
    return b64decode(body)


def _text(path: Path) -> str:
    try:
        return path.read_text()
    except OSError as error:
        raise KeysMissing(f"{path}: {error.strerror}; run “haochaping migrate” or restore the key") from error


def _public(path: Path) -> PublicKey:
    raw = _read(path, _PUBLIC_TITLE)
    mlkem = MLKEM768PublicKey.from_public_bytes(raw[:_MLKEM_PUBLIC_LENGTH])
    x25519 = X25519PublicKey.from_public_bytes(raw[_MLKEM_PUBLIC_LENGTH:])
    return PublicKey(_fingerprint(raw), MLKEM768X25519PublicKey(mlkem, x25519))


def _private_text(raw: bytes) -> str:
    return f"{_PRIVATE_TITLE}\n{b64encode(raw).decode()}\n"


def _public_text(private: bytes) -> str:
    return f"{_PUBLIC_TITLE}\n{b64encode(_public_raw(private)).decode()}\n"


def _halves(private: bytes) -> tuple[MLKEM768PrivateKey, X25519PrivateKey]:
    return (
        MLKEM768PrivateKey.from_seed_bytes(private[:_SEED_LENGTH]),
        X25519PrivateKey.from_private_bytes(private[_SEED_LENGTH:]),
    )


def _private_from(raw: bytes) -> MLKEM768X25519PrivateKey:
    return MLKEM768X25519PrivateKey(*_halves(raw))


def _public_raw(private: bytes) -> bytes:
    mlkem, x25519 = _halves(private)
    return mlkem.public_key().public_bytes_raw() + x25519.public_key().public_bytes_raw()


def _fingerprint(public: bytes) -> str:
    return sha256(public).hexdigest()[:16]
