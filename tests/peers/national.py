"""SM2 as GB/T 32918 writes it, for the clients of these tests: slow, plain, and apart from the house's own."""

from __future__ import annotations

import hashlib
import secrets

P = 0xFFFFFFFEFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFF00000000FFFFFFFFFFFFFFFF
A = P - 3
B = 0x28E9FA9E9D9F5E344D5A9E4BCF6509A7F39789F515AB8F92DDBCBD414D940E93
N = 0xFFFFFFFEFFFFFFFFFFFFFFFFFFFFFFFF7203DF6B21C6052B53BBF40939D54123
G = (
    0x32C4AE2C1F1981195F9904466A39C9948FE30BBFF2660BE1715A4589334C74C7,
    0xBC3736A2F4F6779C59BDCEE36B692153D0A9877CC62A474002DF32E52139F0A0,
)

type Point = tuple[int, int] | None


def sm3(data: bytes) -> bytes:
    return hashlib.new("sm3", data).digest()


def add(one: Point, other: Point) -> Point:
    if one is None or other is None:
        return one or other
    if one[0] == other[0] and (one[1] + other[1]) % P == 0:
        return None
    if one == other:
        slope = (3 * one[0] * one[0] + A) * pow(2 * one[1], -1, P)
    else:
        slope = (other[1] - one[1]) * pow(other[0] - one[0], -1, P)
    x = (slope * slope - one[0] - other[0]) % P
    return x, (slope * (one[0] - x) - one[1]) % P


def times(number: int, point: Point) -> tuple[int, int]:
    found: Point = None
    while number:
        if number & 1:
            found = add(found, point)
        point, number = add(point, point), number >> 1
    assert found is not None
    return found


def raw(point: tuple[int, int]) -> bytes:
    return point[0].to_bytes(32) + point[1].to_bytes(32)


def point_of(public: str) -> tuple[int, int]:
    data = bytes.fromhex(public)[-64:]
    return int.from_bytes(data[:32]), int.from_bytes(data[32:])


def new_key() -> tuple[str, str]:
    """A private key and its public one in hex."""
    private = secrets.randbelow(N - 2) + 1
    return f"{private:064x}", "04" + raw(times(private, G)).hex()


def _mask(shared: tuple[int, int], length: int) -> bytes:
    stream = b"".join(sm3(raw(shared) + n.to_bytes(4)) for n in range(1, length // 32 + 2))
    return stream[:length]


def _tag(shared: tuple[int, int], plain: bytes) -> bytes:
    return sm3(shared[0].to_bytes(32) + plain + shared[1].to_bytes(32))


def encrypt(public: str, plain: bytes, *, order: str = "C1C3C2") -> str:
    secret = secrets.randbelow(N - 2) + 1
    shared = times(secret, point_of(public))
    c1 = b"\x04" + raw(times(secret, G))
    c2 = bytes(a ^ b for a, b in zip(plain, _mask(shared, len(plain)), strict=True))
    parts = {"C1": c1, "C2": c2, "C3": _tag(shared, plain)}
    return b"".join(parts[order[n : n + 2]] for n in (0, 2, 4)).hex()


def decrypt(private: str, sealed: str) -> bytes:
    data = bytes.fromhex(sealed)
    shared = times(int(private, 16), point_of(data[1:65].hex()))
    tag, hidden = data[65:97], data[97:]
    plain = bytes(a ^ b for a, b in zip(hidden, _mask(shared, len(hidden)), strict=True))
    assert _tag(shared, plain) == tag
    return plain


def sign(private: str, message: bytes) -> str:
    """R and s in hex, with the signer id of the standard."""
    d = int(private, 16)
    public = raw(times(d, G))
    name = b"1234567812345678"
    head = (len(name) * 8).to_bytes(2) + name
    z = sm3(head + A.to_bytes(32) + B.to_bytes(32) + raw(G) + public)
    e = int.from_bytes(sm3(z + message))
    while True:
        k = secrets.randbelow(N - 1) + 1
        r = (e + times(k, G)[0]) % N
        s = pow(1 + d, -1, N) * (k - r * d) % N
        if r and r + k != N and s:
            return f"{r:064x}{s:064x}"
