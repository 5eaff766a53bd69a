"""国密 as other systems use it: SM2 (GB/T 32918), SM3, SM4 in ECB.

SM3 and SM4 are OpenSSL's through `cryptography`, signatures are GmSSL's. Neither offers an SM2 ciphertext of more than
255 bytes, and a case has 1,500: the one multiplication of a point that a ciphertext needs is done here, with a blinded
number and point, so that how long it takes says nothing about the key. A thing that does not open is a ValueError.
"""

from __future__ import annotations

import hmac
from functools import lru_cache

import gmssl_pyx
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes
from cryptography.hazmat.primitives.hmac import HMAC

from haochaping.kernel.identifiers import random_bytes

_P = 0xFFFFFFFEFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFF00000000FFFFFFFFFFFFFFFF
_N = 0xFFFFFFFEFFFFFFFFFFFFFFFFFFFFFFFF7203DF6B21C6052B53BBF40939D54123
_B = 0x28E9FA9E9D9F5E344D5A9E4BCF6509A7F39789F515AB8F92DDBCBD414D940E93
_G = (
    0x32C4AE2C1F1981195F9904466A39C9948FE30BBFF2660BE1715A4589334C74C7,
    0xBC3736A2F4F6779C59BDCEE36B692153D0A9877CC62A474002DF32E52139F0A0,
)
_COORDINATE, _HASH, _BLOCK = 32, 32, 16
_POINT = 2 * _COORDINATE
_UNCOMPRESSED = 0x04
_WINDOW = 4
_BLINDING = 8

type _Point = tuple[int, int]
type _Jacobian = tuple[int, int, int]


def sm3(data: bytes) -> bytes:
    """The SM3 digest."""
    digest = hashes.Hash(hashes.SM3())
    digest.update(data)
    return digest.finalize()


def hmac_sm3(key: bytes, message: bytes) -> bytes:
    """The HMAC of a message with SM3."""
    mac = HMAC(key, hashes.SM3())
    mac.update(message)
    return mac.finalize()


def sm4_encrypt(key: bytes, plain: bytes) -> bytes:
    """SM4-ECB; zeros fill the last block only, and none are added to whole blocks (Fujian's client)."""
    encryptor = Cipher(algorithms.SM4(key), modes.ECB()).encryptor()  # noqa: S305 - what the other side speaks
    return encryptor.update(plain + bytes(-len(plain) % _BLOCK)) + encryptor.finalize()


def sm4_decrypt(key: bytes, sealed: bytes) -> bytes:
    """The text behind `sm4_encrypt`, without the zeros that filled it."""
    if not sealed or len(sealed) % _BLOCK:
        raise ValueError("not whole blocks")
    decryptor = Cipher(algorithms.SM4(key), modes.ECB()).decryptor()  # noqa: S305
    plain = decryptor.update(sealed) + decryptor.finalize()
    return plain[:-_BLOCK] + plain[-_BLOCK:].rstrip(b"\0")


def key_pair() -> tuple[str, str]:
    """A new (public, private) key in hex."""
    public, private = gmssl_pyx.sm2_key_generate()
    return public.hex(), private.hex()


def sign(private: str, message: bytes) -> bytes:
    """An SM2 signature with the standard's signer id: r and s, 64 bytes."""
    key = _private(private)
    return _plain_signature(gmssl_pyx.sm2_sign(key, _public_of(private), message))


def verify(public: str, message: bytes, signature: bytes) -> bool:
    """Whether an SM2 signature fits, whether written as r and s or as ASN.1."""
    return bool(verified(public, message, signature))


def verified(public: str, message: bytes, signature: bytes) -> bytes:
    """The two numbers of a signature that fits, 64 bytes however they were written; b"" for one that does not."""
    try:
        plain = signature if len(signature) == _POINT else _plain_signature(signature)
        # One way of writing only: what is longer than it need be would be a second signature.
        packed = _packed_signature(plain) if len(plain) == _POINT else b""
        fits = signature in {plain, packed} and gmssl_pyx.sm2_verify(_public(public), message, packed)
    except (gmssl_pyx.GmsslInnerError, IndexError):
        return b""
    return plain if fits else b""


def sm2_encrypt(public: str, plain: bytes, *, hash_last: bool = False) -> bytes:
    """An SM2 ciphertext in the order C1C3C2 of the standard, or the older C1C2C3."""
    raw = _public(public)
    while True:
        secret = int.from_bytes(random_bytes(_COORDINATE)) % _N
        if not secret:
            continue
        first, shared = _times(secret, _G), _times(secret, _point(raw))
        mask = _kdf(shared, len(plain))
        if any(mask):
            break
    hidden, check = _xor(plain, mask), _check(shared, plain)
    tail = hidden + check if hash_last else check + hidden
    return bytes([_UNCOMPRESSED]) + _bytes(first) + tail


def sm2_decrypt(private: str, sealed: bytes) -> bytes:
    """Open an SM2 ciphertext in either order, with or without the leading 04."""
    return sm2_opened(private, sealed)[1]


def sm2_opened(private: str, sealed: bytes) -> tuple[bytes, bytes]:
    """The point of an SM2 ciphertext, which is its own however it was written, and the text; raises ValueError."""
    # Whether a first byte 04 says “uncompressed” or belongs to the point, the curve tells.
    bodies = [sealed[1:], sealed] if sealed[:1] == b"\x04" else [sealed]
    for body in bodies:
        if (plain := _opened(private, body)) is not None:
            return body[:_POINT], plain
    raise ValueError("does not open with this key")


def _opened(private: str, body: bytes) -> bytes | None:
    if len(body) <= _POINT + _HASH:
        return None
    try:
        first = _point(body[:_POINT])
    except ValueError:
        return None
    shared = _times(int.from_bytes(_private(private)), first)
    rest = body[_POINT:]
    mask = _kdf(shared, len(rest) - _HASH)
    for check, hidden in ((rest[:_HASH], rest[_HASH:]), (rest[-_HASH:], rest[:-_HASH])):
        plain = _xor(hidden, mask)
        if hmac.compare_digest(_check(shared, plain), check):
            return plain
    return None


def public_of(private: str) -> str:
    """The public key that belongs to a private one, in hex."""
    return _public_of(private).hex()


def private_from(secret: bytes) -> str:
    """The private key, in hex, that belongs to so many secret bytes; forty or more of them prefer no key."""
    return f"{int.from_bytes(secret) % (_N - 2) + 1:064x}"


def is_private(key: str) -> bool:
    """Whether a text can be a private key."""
    try:
        _private(key)
    except ValueError:
        return False
    return True


def is_public(key: str) -> bool:
    """Whether a text is a point of the curve."""
    try:
        _public(key)
    except ValueError:
        return False
    return True


@lru_cache(256)
def _public_of(private: str) -> bytes:
    return _bytes(_times(int.from_bytes(_private(private)), _G))


def _private(key: str) -> bytes:
    raw = bytes.fromhex(key)
    if len(raw) != _COORDINATE or not 0 < int.from_bytes(raw) < _N - 1:
        raise ValueError("no private key")
    return raw


@lru_cache(256)
def _public(key: str) -> bytes:
    raw = bytes.fromhex(key)
    raw = raw[1:] if len(raw) == _POINT + 1 and raw[0] == _UNCOMPRESSED else raw
    _point(raw)
    return raw


def _point(raw: bytes) -> _Point:
    """A point of the curve; anything else would draw the key out bit by bit."""
    x, y = int.from_bytes(raw[:_COORDINATE]), int.from_bytes(raw[_COORDINATE:])
    if len(raw) != _POINT or x >= _P or y >= _P or (y * y - (x * x * x - 3 * x + _B)) % _P:
        raise ValueError("no point of the curve")
    return x, y


def _bytes(point: _Point) -> bytes:
    return point[0].to_bytes(_COORDINATE) + point[1].to_bytes(_COORDINATE)


def _kdf(shared: _Point, length: int) -> bytes:
    base = hashes.Hash(hashes.SM3())
    base.update(_bytes(shared))
    pieces = []
    for n in range(1, -(-length // _HASH) + 1):
        piece = base.copy()
        piece.update(n.to_bytes(4))
        pieces.append(piece.finalize())
    return b"".join(pieces)[:length]


def _check(shared: _Point, plain: bytes) -> bytes:
    x, y = shared
    return sm3(x.to_bytes(_COORDINATE) + plain + y.to_bytes(_COORDINATE))


def _xor(one: bytes, other: bytes) -> bytes:
    return (int.from_bytes(one) ^ int.from_bytes(other)).to_bytes(len(one))


def _times(number: int, point: _Point) -> _Point:
    """A point so many times; the number is blinded by a multiple of the order, the point by random coordinates."""
    blinded = number + int.from_bytes(random_bytes(_BLINDING)) * _N
    z = int.from_bytes(random_bytes(_COORDINATE)) % (_P - 1) + 1
    start: _Jacobian = (point[0] * z * z % _P, point[1] * z * z % _P * z % _P, z)
    table = [start]
    for _ in range((1 << _WINDOW) - 2):
        table.append(_added(table[-1], start) if len(table) > 1 else _doubled(start))
    sum_: _Jacobian = (1, 1, 0)
    for shift in range(-(-blinded.bit_length() // _WINDOW) * _WINDOW - _WINDOW, -1, -_WINDOW):
        for _ in range(_WINDOW):
            sum_ = _doubled(sum_)
        digit = blinded >> shift & (1 << _WINDOW) - 1
        if digit:
            sum_ = _added(sum_, table[digit - 1])
    return _affine(sum_)


def _doubled(point: _Jacobian) -> _Jacobian:
    x, y, z = point
    d, g = z * z % _P, y * y % _P
    b, a = x * g % _P, 3 * (x - d) * (x + d) % _P
    x3 = (a * a - 8 * b) % _P
    return x3, (a * (4 * b - x3) - 8 * g * g) % _P, ((y + z) * (y + z) - g - d) % _P


def _added(one: _Jacobian, other: _Jacobian) -> _Jacobian:
    if not one[2]:
        return other
    x1, y1, z1 = one
    x2, y2, z2 = other
    zz1, zz2 = z1 * z1 % _P, z2 * z2 % _P
    u1, s1 = x1 * zz2 % _P, y1 * z2 % _P * zz2 % _P
    h, r = (x2 * zz1 - u1) % _P, (y2 * z1 % _P * zz1 - s1) % _P
    if not h:
        return _doubled(one) if not r else (1, 1, 0)
    hh = h * h % _P
    hhh, v = h * hh % _P, u1 * hh % _P
    x3 = (r * r - hhh - 2 * v) % _P
    return x3, (r * (v - x3) - s1 * hhh) % _P, z1 * z2 % _P * h % _P


def _affine(point: _Jacobian) -> _Point:
    x, y, z = point
    if not z:
        raise ValueError("no point")
    inverse = pow(z, -1, _P)
    square = inverse * inverse % _P
    return x * square % _P, y * square % _P * inverse % _P


def _packed_signature(signature: bytes) -> bytes:
    """Two numbers as ASN.1 writes them."""
    parts = b""
    for half in (signature[:_COORDINATE], signature[_COORDINATE:]):
        number = half.lstrip(b"\0") or b"\0"
        number = b"\0" + number if number[0] & 0x80 else number
        parts += bytes([0x02, len(number)]) + number
    return bytes([0x30, len(parts)]) + parts


def _plain_signature(packed: bytes) -> bytes:
    first = packed[3]
    one, other = packed[4 : 4 + first], packed[6 + first :]
    return b"".join(part.lstrip(b"\0").rjust(_COORDINATE, b"\0") for part in (one, other))
