"""Signatures: whether a message is its source's own and of this moment. Pure: the moment is an argument."""

from __future__ import annotations

import hmac
from datetime import UTC, datetime, timedelta
from hashlib import md5, sha256
from typing import TYPE_CHECKING

from haochaping.exchange.dialects import sm
from haochaping.exchange.dialects.documents import at
from haochaping.exchange.dialects.moments import read_moment, write_moment
from haochaping.exchange.dialects.terms import NOT_SIGNED, OUT_OF_TIME, WIRE_FIELD_MISSING
from haochaping.exchange.fields import shown
from haochaping.kernel.refused import Refused

if TYPE_CHECKING:
    from haochaping.exchange.dialects.envelope import Keys
    from haochaping.exchange.dialects.terms import Signature

KINDS = frozenset({"sm2", "md5", "hmac-sm3", "password", "token"})
TIMED = frozenset({"sm2", "md5", "hmac-sm3"})
"""Those that are over a time and the word."""
_IN_MS = frozenset({"md5", "hmac-sm3"})
TIMES = ("yyyyMMddHHmmss", "yyyy-MM-dd HH:mm:ss", "ms")


def check(signature: Signature, outer: object, keys: Keys, *, window: timedelta, now: datetime) -> bytes:
    """Raise `Refused` unless the message is signed and fresh; returns the fingerprint of the signature, b"" for none.

    “SM2(time+mark+word)” may be a signature or an encryption of the three (domain.md §8.1): both are taken, because
    the word is a secret of the two sides either way.
    """
    where = ".".join(signature.sign)
    given = str(at(outer, signature.sign) or "")
    if signature.kind == "password":
        name = str(at(outer, signature.user) or "")
        if not (_same(name, keys.get("mark")) & _same(given, keys.get("word"))):
            raise Refused(NOT_SIGNED, field=where)
        return b""
    if signature.kind == "token":
        if not token_holds(given.removeprefix(signature.prefix), keys, now=now):
            raise Refused(NOT_SIGNED, field=where)
        return b""
    said = str(at(outer, signature.time) or "")
    _check_time(signature, said, window, now)
    if signature.mark and not _same(str(at(outer, signature.mark) or ""), keys.get("mark")):
        raise Refused(NOT_SIGNED, field=".".join(signature.mark))
    nonce = str(at(outer, signature.nonce) or "")
    if signature.nonce and not nonce:
        raise Refused(NOT_SIGNED, field=".".join(signature.nonce))
    fits = _FITS[signature.kind](given, _signed(signature, said, nonce, keys), keys)
    if not fits:
        raise Refused(NOT_SIGNED, field=where)
    return sha256(fits).digest()


def _signed(signature: Signature, time: str, nonce: str, keys: Keys) -> bytes:
    """What a signature is over: its parts one behind the other, each as often as it is named."""
    told = {"time": time, "nonce": nonce}
    return "".join(told[part] if part in told else keys.get(part) for part in signature.over).encode()


def _check_time(signature: Signature, said: str, window: timedelta, now: datetime) -> None:
    if not said:
        where = ".".join(signature.time)
        raise Refused(WIRE_FIELD_MISSING, field=where)
    moment = read_moment(said, TIMES)
    if moment is None or abs(moment - now) > window:
        minutes = int(window.total_seconds() // 60)
        raise Refused(
            OUT_OF_TIME,
            field=".".join(signature.time),
            value=shown(said, 30),
            minutes=minutes,
        )


# What is over time, mark and word only would, written in another way, serve for another message: what fits is given
# back as the one thing that it is, however it was written.


def _md5_fits(given: str, text: bytes, _keys: Keys) -> bytes:
    expected = md5(text).hexdigest()  # noqa: S324 - what the other side computes
    return expected.encode() if _same(given.lower(), expected) else b""


def _hmac_fits(given: str, text: bytes, keys: Keys) -> bytes:
    expected = sm.hmac_sm3(keys.get("word").encode(), text).hex()
    return expected.encode() if _same(given.lower(), expected) else b""


def _sm2_fits(given: str, text: bytes, keys: Keys) -> bytes:
    try:
        sealed = bytes.fromhex(given)
    except ValueError:
        return b""
    if keys.values.get("their_public_key"):
        numbers = sm.verified(keys.get("their_public_key"), text, sealed)
        if numbers:
            return numbers
    try:
        point, plain = sm.sm2_opened(keys.get("our_private_key"), sealed)
    except ValueError:
        return b""
    return point if hmac.compare_digest(plain, text) else b""


_FITS = {"md5": _md5_fits, "hmac-sm3": _hmac_fits, "sm2": _sm2_fits}


def written(signature: Signature | None, now: datetime) -> str:
    """A moment as the time of a signature is written."""
    return write_moment(now, "ms" if signature and signature.kind in _IN_MS else TIMES[0])


def sign(signature: Signature, *, keys: Keys, at: str, nonce: str = "") -> str:
    """What stands in `sign` of a message made at a moment of the wire, for trials."""
    text = _signed(signature, at, nonce, keys)
    if signature.kind == "hmac-sm3":
        return sm.hmac_sm3(keys.get("word").encode(), text).hex()
    if signature.kind == "md5":
        return md5(text).hexdigest()  # noqa: S324
    return sm.sign(keys.get("our_private_key"), text).hex()


def token(keys: Keys, *, now: datetime, lasts: timedelta) -> str:
    """A pass for who has shown the secret, good for a while; nothing of it is kept."""
    ends = int((now + lasts).timestamp())
    return f"{ends}.{_mac(keys, ends)}"


def token_holds(text: str, keys: Keys, *, now: datetime) -> bool:
    """Whether a pass is ours, for these keys, and not over."""
    ends, _, mac = text.partition(".")
    if not ends.isascii() or not ends.isdecimal() or not _same(mac, _mac(keys, int(ends[:20]))):
        return False
    return now < datetime.fromtimestamp(min(int(ends), 4_000_000_000), UTC)


def _mac(keys: Keys, ends: int) -> str:
    secret, said = keys.get("word"), f"haochaping wire|{keys.get('mark')}|{ends}"
    return hmac.new(secret.encode(), said.encode(), sha256).hexdigest()


def _same(one: str, other: str) -> bool:
    return hmac.compare_digest(one.encode(errors="replace"), other.encode())
