"""账户 rules: names, which roles may meet in one person, what a set of roles allows, one-time codes."""

from __future__ import annotations

import hashlib
import hmac
import re
from base64 import b32decode, urlsafe_b64encode
from collections import Counter
from ipaddress import ip_address, ip_network
from typing import TYPE_CHECKING

from haochaping.accounts.terms import ADMINISTRATORS, KEY_START, POWERS_OF

if TYPE_CHECKING:
    from collections.abc import Collection, Container, Iterable, Mapping
    from datetime import datetime

    from haochaping.accounts.terms import Place, Power, Role

type Called = tuple[str, str]
"""A name with the user name behind it."""

_USERNAME = re.compile(r"[a-z][a-z0-9._-]{2,39}")
_NAME_LENGTH = 100
# As long as the identity table keeps it.
_SUBJECT_LENGTH = 191
_SHORTEST_WORD, _LONGEST_WORD, _SHORTEST_RUN = 4, 20, 3
_KEYBOARD = (
    "1234567890",
    "qwertyuiop",
    "asdfghjkl",
    "zxcvbnm",
    "abcdefghijklmnopqrstuvwxyz",
    "1qaz2wsx3edc4rfv5tgb6yhn",
)
_YEARS = tuple(str(year) for year in range(1940, 2041))
_RUNS = (*_KEYBOARD, *(run[::-1] for run in _KEYBOARD), *_YEARS)
_AS_LETTERS = str.maketrans("@4301$57!", "aaeoisstl")
_NETWORK_BITS = {4: 24, 6: 48}
_CODE_SECONDS = 30
_CODE_DIGITS = 6


def is_username(text: str) -> bool:
    """Whether the text can be a user name: 3 to 40 of a-z, 0-9, dot, hyphen, underscore, a letter first."""
    return _USERNAME.fullmatch(text) is not None


def is_name(text: str) -> bool:
    """Whether the text can be the name of a person or client: 1 to 100 characters."""
    return 1 <= len(text) <= _NAME_LENGTH


def is_one_place(place: Place) -> bool:
    """Whether exactly one of division, agency and everywhere is said."""
    return [bool(place.division_code), bool(place.agency_code), place.everywhere].count(True) == 1


def administrators_meet(roles: Collection[Role]) -> bool:
    """Whether two of the three administrators would be one person (三员分立, GB/T 22239-2019 8.1.4.2)."""
    return len(ADMINISTRATORS & set(roles)) > 1


def parts_of(password: str, words: Container[str]) -> int:
    """Of how many parts a password is put together, as somebody who guesses would put it together.

    A part is one of the `words` (in small letters, at most 20 of them), a run along the alphabet, the digits or
    the keyboard, a repetition, a year; any other character is a part by itself.
    """
    text = password.lower()
    as_letters = text.translate(_AS_LETTERS)
    count = place = 0
    while place < len(text):
        word = max(_word_at(text, place, words), _word_at(as_letters, place, words))
        place += max(word, _run_at(text, place), _repetition_at(text, place), 1)
        count += 1
    return count


def _word_at(text: str, place: int, words: Container[str]) -> int:
    lengths = range(min(_LONGEST_WORD, len(text) - place), _SHORTEST_WORD - 1, -1)
    return next((n for n in lengths if text[place : place + n] in words), 0)


def _run_at(text: str, place: int) -> int:
    longest = 0
    for run in _RUNS:
        n = _SHORTEST_RUN
        while place + n <= len(text) and text[place : place + n] in run:
            longest, n = max(longest, n), n + 1
    return longest


def _repetition_at(text: str, place: int) -> int:
    """The length of what stands here at least twice in a row, all of its repetitions together."""
    longest = 0
    for n in range(1, (len(text) - place) // 2 + 1):
        end = place + n
        while text[end : end + n] == text[place : place + n]:
            end += n
        longest = max(longest, end - place if end > place + n else 0)
    return longest


def kinds_of_characters(password: str) -> int:
    """How many of the four kinds a password has: small letters, capital letters, digits, others."""
    kinds = (str.islower, str.isupper, str.isdigit, lambda c: not c.isalnum())
    return sum(any(kind(c) for c in password) for kind in kinds)


def roles_with(power: Power) -> list[Role]:
    """The roles that hold a power."""
    return [role for role, powers in POWERS_OF.items() if power in powers]


def powers_of(roles: Iterable[Role]) -> frozenset[Power]:
    """All powers that the roles hold together."""
    return frozenset().union(*(POWERS_OF[role] for role in roles))


def key_of(random: bytes) -> str:
    """The API key made of 32 random bytes: `hcp_` and 43 url-safe characters."""
    return KEY_START + link_token_of(random)


def link_token_of(random: bytes) -> str:
    """The token of a one-time link made of 32 random bytes: 43 url-safe characters."""
    return urlsafe_b64encode(random).rstrip(b"=").decode()


def is_subject(text: str) -> bool:
    """Whether the text can be a subject identifier (OpenID Connect Core §2; here at most 191 characters)."""
    return 1 <= len(text) <= _SUBJECT_LENGTH and text.isprintable()


def network_of(address: str) -> str:
    """The network an address belongs to: its first 24 bits, of IPv6 its first 48; empty for no address.

    Enough to tell a hall from elsewhere, too little to tell a person (trust.md D57).
    """
    try:
        network = ip_network((address, _NETWORK_BITS[ip_address(address).version]), strict=False)
    except ValueError:
        return ""
    return str(network)


def key_hash(key: str) -> str:
    """What is stored of an API key: SHA-256 in hex.

    A key has 256 random bits, which nobody can search through; a slow hash as for passwords would only make
    every request slow.
    """
    return hashlib.sha256(key.encode()).hexdigest()


def one_time_code(secret: str, now: datetime) -> str:
    """The six digits an authenticator app shows at `now` for a base-32 secret (RFC 6238, SHA-1, 30 s)."""
    counter = int(now.timestamp()) // _CODE_SECONDS
    digest = hmac.new(b32decode(secret), counter.to_bytes(8), hashlib.sha1).digest()
    offset = digest[-1] & 0xF
    number = int.from_bytes(digest[offset : offset + 4]) & 0x7FFF_FFFF
    return str(number % 10**_CODE_DIGITS).zfill(_CODE_DIGITS)


def told_apart[K](people: Mapping[K, Called]) -> dict[K, str]:
    """Names as they stand beside each other: whose name somebody else of them has too, their user name stands with it."""
    shared = Counter(name for name, _ in set(people.values()))
    return {key: f"{name} ({user})" if shared[name] > 1 else name for key, (name, user) in people.items()}
