"""Keys of room identity: files of one folder, made at installation, each with one purpose.

| file | holds | read by |
|---|---|---|
| `escrow.pub`, `relay.pub` | public wrapping keys | every process |
| `blind-phone.key`, `blind-certificate.key` | blind-index keys | every process |
| `relay.key` | opens phone numbers | the worker only, through `relay.load_keys` |
| `relay-FINGERPRINT.key` | the relay key before this one, until no batch needs it | the worker only |
| `escrow.key` | opens everything | no process; taken off the machine after installation |
"""

from __future__ import annotations

import os
from base64 import b64decode, b64encode
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from functools import lru_cache
from hashlib import sha256
from typing import TYPE_CHECKING

from cryptography.hazmat.primitives.asymmetric.mlkem import MLKEM768PrivateKey, MLKEM768PublicKey
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey, X25519PublicKey
from cryptography.hazmat.primitives.hpke import MLKEM768X25519PrivateKey, MLKEM768X25519PublicKey

from haochaping.identity.terms import IndexPurpose, KeyPair
from haochaping.kernel.identifiers import random_bytes
from haochaping.kernel.periods import local_day
from haochaping.kernel.refused import N_

if TYPE_CHECKING:
    from pathlib import Path

_PRIVATE_TITLE = "haochaping private key, ML-KEM768-X25519"
_PUBLIC_TITLE = "haochaping public key, ML-KEM768-X25519"
_SEED_LENGTH = 64
_MLKEM_PUBLIC_LENGTH = 1184
_SECRET_LENGTH = 32
PRIVATE_LENGTH, _PUBLIC_LENGTH = _SEED_LENGTH + _SECRET_LENGTH, _MLKEM_PUBLIC_LENGTH + 32
_NOT_A_KEY = N_("{path}: not a key; restore it from the back-up")
_PAIRS = tuple(KeyPair)
# Proposals of the design: the relay key is in daily use; the escrow key lies in a safe, and taking it out is a risk.
_KEPT = {KeyPair.RELAY: timedelta(days=365), KeyPair.ESCROW: timedelta(days=3 * 365)}


class KeysMissing(Exception):  # noqa: N818 - says what was found
    """A key file is absent or unreadable; the text names it and the remedy. `message` and `params` are for translation."""

    def __init__(self, message: str, **params: object) -> None:
        super().__init__(message.format(**params))
        self.message = message
        self.params = params


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
    """One line of the key register; `fingerprint` and `rotate_by` are for pairs, `since` is when the file was made."""

    file: str
    purpose: str
    algorithm: str
    owner: str
    present: bool
    fingerprint: str
    since: date | None
    rotate_by: date | None


def ensure(folder: Path) -> None:
    """Make the keys that are missing; safe when two processes race and after a crash half-way.

    A pair whose public half is here is left alone: its private half has been taken away on purpose.
    """
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    for name in _PAIRS:
        public, private = folder / f"{name}.pub", folder / f"{name}.key"
        if not public.exists():
            make_private(private)
            place(public, _public_text(private_raw(private)), 0o644)
    for purpose in IndexPurpose:
        _secret(folder / f"blind-{purpose}.key")


def application_keys(folder: Path) -> ApplicationKeys:
    """What sealing needs; read again only when a public key was replaced. Raises `KeysMissing`."""
    return _application_keys(folder, *(_edition(folder / f"{name}.pub") for name in _PAIRS))


def _edition(path: Path) -> tuple[int, int]:
    try:
        found = path.stat()
    except OSError as error:
        raise _unreadable(path, error) from error
    return found.st_ino, found.st_mtime_ns


@lru_cache(maxsize=8)
def _application_keys(folder: Path, *_editions: tuple[int, int]) -> ApplicationKeys:
    return ApplicationKeys(
        escrow=_public(folder / "escrow.pub"),
        relay=_public(folder / "relay.pub"),
        blind={purpose: _read_secret(folder / f"blind-{purpose}.key") for purpose in IndexPurpose},
    )


def private_key(path: Path) -> PrivateKey:
    """Read a private wrapping key from its file; raises `KeysMissing`."""
    return private_from(private_raw(path))


def private_raw(path: Path) -> bytes:
    """The 96 secret bytes of a private key's file, to be split into shares; raises `KeysMissing`."""
    return _read(path, _PRIVATE_TITLE, PRIVATE_LENGTH)


def private_from(raw: bytes) -> PrivateKey:
    """The private key that these 96 bytes are."""
    return PrivateKey(_fingerprint(_public_raw(raw)), MLKEM768X25519PrivateKey(*_halves(raw)))


def relay_ring(folder: Path) -> dict[str, PrivateKey]:
    """The relay's private keys by fingerprint: the present one, and those before it that lie here.

    Raises `KeysMissing` without the present one.
    """
    present = private_key(folder / "relay.key")
    return {present.id: present} | {key.id: key for key in map(private_key, _retired(folder))}


def renew_relay(folder: Path) -> PublicKey:
    """Replace the relay's pair by a new one and return its public half; what was broken off is gone on with.

    The key before it stays as `relay-FINGERPRINT.key`. As long as such a file lies here, nothing new is made.
    """
    private, coming = folder / "relay.key", folder / "relay-next.key"
    if not coming.exists() and not _retired(folder):
        make_private(coming)
    if coming.exists():
        kept = folder / f"relay-{private_key(private).id}.key"
        if not kept.exists():
            os.link(private, kept)
        coming.replace(private)
    return publish(folder, KeyPair.RELAY, private)


def make_private(path: Path) -> None:
    """Make a private key in that file, if there is no such file."""
    if not path.exists():
        place(path, _private_text(random_bytes(_SEED_LENGTH) + random_bytes(_SECRET_LENGTH)), 0o600)


def publish(folder: Path, pair: KeyPair, private: Path) -> PublicKey:
    """Have everything that is sealed from now on sealed for the key in this file; returns its public half."""
    path, raw = folder / f"{pair}.pub", private_raw(private)
    if not path.exists() or _public(path).id != _fingerprint(_public_raw(raw)):
        draft = path.with_name(f".{path.name}.{random_bytes(4).hex()}.new")
        place(draft, _public_text(raw), 0o644)
        draft.replace(path)
    return _public(path)


def _retired(folder: Path) -> list[Path]:
    return sorted(path for path in folder.glob("relay-*.key") if path.name != "relay-next.key")


def inventory(folder: Path) -> list[KeyFact]:
    """What keys this installation has and when pairs should be replaced, for `identity keys` (GB/T 39786)."""
    secrets = [f"blind-{purpose}.key" for purpose in IndexPurpose]
    facts = [fact for pair in _PAIRS for fact in _pair_facts(folder, pair)]
    facts += [
        _fact(folder / path.name, "relay: open what was sealed before", "worker", private_key(path).id)
        for path in _retired(folder)
    ]
    return facts + [_fact(folder / name, name.removesuffix(".key"), "every process") for name in secrets]


def _pair_facts(folder: Path, pair: KeyPair) -> list[KeyFact]:
    public, private = folder / f"{pair}.pub", folder / f"{pair}.key"
    mark = _public(public).id if public.exists() else ""
    owner = {KeyPair.ESCROW: "escrow office, offline", KeyPair.RELAY: "worker"}[pair]
    since = _since(public)
    rotate_by = since + _KEPT[pair] if since else None
    return [
        _fact(public, f"{pair}: seal", "every process", mark, rotate_by),
        _fact(private, f"{pair}: open", owner, mark, rotate_by),
    ]


def _fact(path: Path, purpose: str, owner: str, mark: str = "", rotate_by: date | None = None) -> KeyFact:
    algorithm = "HPKE ML-KEM768-X25519" if mark or path.suffix == ".pub" else "HMAC"
    return KeyFact(path.name, purpose, algorithm, owner, path.exists(), mark, _since(path), rotate_by)


def _since(path: Path) -> date | None:
    return local_day(datetime.fromtimestamp(path.stat().st_mtime, UTC)) if path.exists() else None


def place(path: Path, text: str, mode: int) -> None:
    """Write a file that appears whole under its name; the first of two racing processes wins."""
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
    except PermissionError:
        # A medium whose files have one name each (FAT): then nobody races for it either.
        if not path.exists():
            draft.replace(path)
    finally:
        draft.unlink(missing_ok=True)


def _secret(path: Path) -> bytes:
    if not path.exists():
        place(path, random_bytes(_SECRET_LENGTH).hex(), 0o600)
    return _read_secret(path)


def _read_secret(path: Path) -> bytes:
    try:
        return bytes.fromhex(text_of(path).strip())
    except ValueError as error:
        raise KeysMissing(_NOT_A_KEY, path=path) from error


def _read(path: Path, title: str, length: int) -> bytes:
    first, _, body = text_of(path).partition("\n")
    if first != title:
        raise KeysMissing(
            N_("{path}: the first line is not “{title}”; restore it from the back-up"), path=path, title=title
        )
    raw = decoded(body)
    if len(raw) != length:
        raise KeysMissing(_NOT_A_KEY, path=path)
    return raw


def decoded(text: str) -> bytes:
    """The bytes of Base64 in a key file; empty when it has been damaged."""
    try:
        return b64decode(text)
    except ValueError:
        return b""


def text_of(path: Path) -> str:
    """What a key file says, whatever is no text in it as U+FFFD; raises `KeysMissing`."""
    try:
        return path.read_text(encoding="utf-8", errors="replace")
    except OSError as error:
        raise _unreadable(path, error) from error


def _unreadable(path: Path, error: OSError) -> KeysMissing:
    """What helps: only a new installation makes keys; nothing makes a private one, or its shares, anew."""
    made = path.suffix == ".pub" or path.name.startswith("blind-")
    told = (
        N_(
            "{path}: {reason}; in a new installation run “haochaping migrate”, otherwise restore the file from the "
            "back-up of the keys"
        )
        if made
        else N_("{path}: {reason}; restore the file from the back-up of the keys")
    )
    return KeysMissing(told, path=path, reason=error.strerror)


def _public(path: Path) -> PublicKey:
    raw = _read(path, _PUBLIC_TITLE, _PUBLIC_LENGTH)
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


def _public_raw(private: bytes) -> bytes:
    mlkem, x25519 = _halves(private)
    return mlkem.public_key().public_bytes_raw() + x25519.public_key().public_bytes_raw()


def _fingerprint(public: bytes) -> str:
    return sha256(public).hexdigest()[:16]
