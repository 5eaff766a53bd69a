"""分持: a secret as shares of which any `threshold` give it back and fewer say nothing (Shamir, over GF(256)).

Each byte of the secret is the value at 0 of a random polynomial of degree `threshold - 1`; share number x holds the
values at x. The field is that of AES, x^8 + x^4 + x^3 + x + 1; 3 generates its multiplication.
"""

from __future__ import annotations

from base64 import b64encode
from typing import TYPE_CHECKING, NamedTuple

from haochaping.identity import keys
from haochaping.kernel.identifiers import random_bytes
from haochaping.kernel.refused import N_

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence
    from pathlib import Path

MOST_SHARES = 255
_TITLE = "haochaping share of a private key, Shamir over GF(256)"
_NO_SHARE = N_("{file}: not a share of a key")
_ALTERED = N_("a share has been altered; compare the shares with their copies")
_ALTERED_OR_MIXED = N_(
    "a share has been altered, or they are of two runs of split-key; compare them with their copies, and give shares that one "
    "run made"
)
_MARK_LENGTH = 4
_POLYNOMIAL = 0x11B
_ORDER = 255


class _Share(NamedTuple):
    """What a share's file says. `split` marks the run of split-key that made it; empty in files of earlier versions."""

    fingerprint: str
    threshold: int
    number: int
    split: str
    body: bytes


def split_key(file: Path, into: Path, *, shares: int, threshold: int) -> list[Path]:
    """Split the private key of a file into files of one share each; returns them.

    What a run that was killed has left under hidden names is removed.

    Raises:
        ValueError: not 2 ≤ threshold ≤ shares ≤ 255.
        keys.KeysMissing: the file is no private key.
        FileExistsError: shares of a key of this name are in the folder, perhaps of a former one; the text names the
            first, and the hidden ones.
    """
    cut_short = sorted(into.glob(f".{file.stem}-share-*.key.*"))
    if there := sorted(into.glob(f"{file.stem}-share-*.key")):
        raise FileExistsError(", ".join(map(str, [there[0], *cut_short])))
    fingerprint, made = keys.private_key(file).id, []
    for path in cut_short:
        path.unlink()
    mark = random_bytes(_MARK_LENGTH).hex()
    for number, body in split(keys.private_raw(file), shares=shares, threshold=threshold).items():
        path = into / f"{file.stem}-share-{number}.key"
        head = f"{fingerprint} {threshold} {number} {mark}"
        keys.place(path, f"{_TITLE}\n{head}\n{b64encode(body).decode()}\n", 0o600)
        made.append(path)
    return made


def key_of_shares(files: Sequence[Path]) -> keys.PrivateKey:
    """The private key that enough shares give; raises `keys.KeysMissing` naming the share that is wrong or lacking."""
    read = [_share(file) for file in files]
    if len({(one.fingerprint, one.threshold) for one in read}) != 1:
        raise keys.KeysMissing(N_("the shares are not of one key; give shares of the same key"))
    if len({one.split for one in read}) != 1:
        raise keys.KeysMissing(
            N_("the shares are of this key, but of two runs of split-key; give shares that one run made")
        )
    fingerprint, threshold, _, mark, _ = read[0]
    bodies = {one.number: one.body for one in read}
    if len(bodies) < threshold:
        raise keys.KeysMissing(
            N_("{n} of {needed} shares; give {needed} different ones"), n=len(bodies), needed=threshold
        )
    key = keys.private_from(joined(bodies))
    if key.id != fingerprint:
        raise keys.KeysMissing(_ALTERED if mark else _ALTERED_OR_MIXED)
    return key


def _share(file: Path) -> _Share:
    title, _, rest = keys.text_of(file).partition("\n")
    try:
        head, body = rest.split("\n", 1)
        fingerprint, threshold, number, *mark = head.split()
        share = _Share(fingerprint, int(threshold), int(number), "".join(mark), keys.decoded(body))
    except ValueError as error:
        raise keys.KeysMissing(_NO_SHARE, file=file) from error
    known = title == _TITLE and 1 <= share.number <= MOST_SHARES
    if not known or len(share.body) != keys.PRIVATE_LENGTH:
        raise keys.KeysMissing(_NO_SHARE, file=file)
    return share


def _powers_of_three() -> tuple[list[int], list[int]]:
    power, powers, logarithms = 1, [], [0] * 256
    for exponent in range(_ORDER):
        powers.append(power)
        logarithms[power] = exponent
        power ^= power << 1
        if power > _ORDER:
            power ^= _POLYNOMIAL
    return powers, logarithms


_POWERS, _LOGARITHMS = _powers_of_three()


def _product(a: int, b: int) -> int:
    return _POWERS[(_LOGARITHMS[a] + _LOGARITHMS[b]) % _ORDER] if a and b else 0


def _quotient(a: int, b: int) -> int:
    return _POWERS[(_LOGARITHMS[a] - _LOGARITHMS[b]) % _ORDER] if a else 0


def split(secret: bytes, *, shares: int, threshold: int) -> dict[int, bytes]:
    """Shares by number from 1, each as long as the secret.

    Raises:
        ValueError: not 2 ≤ threshold ≤ shares ≤ 255.
    """
    if not 2 <= threshold <= shares <= MOST_SHARES:  # noqa: PLR2004 - one share alone would be the secret
        raise ValueError("not 2 ≤ threshold ≤ shares ≤ 255")
    rest = [random_bytes(len(secret)) for _ in range(threshold - 1)]
    polynomials = list(zip(secret, *rest, strict=True))
    return {x: bytes(_value(polynomial, x) for polynomial in polynomials) for x in range(1, shares + 1)}


def joined(shares: Mapping[int, bytes]) -> bytes:
    """The secret of shares; with fewer than the threshold, or one that is altered, any other bytes.

    Raises:
        ValueError: shares of different lengths.
    """
    weights = [_weight(x, shares.keys()) for x in shares]
    found = []
    for column in zip(*shares.values(), strict=True):
        byte = 0
        for weight, value in zip(weights, column, strict=True):
            byte ^= _product(weight, value)
        found.append(byte)
    return bytes(found)


def _value(polynomial: tuple[int, ...], x: int) -> int:
    value = 0
    for coefficient in reversed(polynomial):
        value = _product(value, x) ^ coefficient
    return value


def _weight(x: int, numbers: Iterable[int]) -> int:
    """Lagrange: how much the value at x counts at 0. Subtraction in this field is exclusive or."""
    weight = 1
    for other in numbers:
        if other != x:
            weight = _product(weight, _quotient(other, other ^ x))
    return weight
