"""Redaction of texts before publication: how many a process hides in a second, of the sentences that the tests keep.

Limit: 3,000 texts a second, the median of the runs; the exit status is 1 when it does not hold. Beside it, without a limit,
texts of eight sentences, about as long as reviews get that tell a story.
Usage: python -m bench.redaction [runs]
"""

from __future__ import annotations

import statistics
import sys
from time import perf_counter

from haochaping.publicity.rules import redacted
from tests.publicity.sentences import sentences

RUNS = int(sys.argv[1]) if len(sys.argv) > 1 and __name__ == "__main__" else 5
LIMIT = 3_000
_A_STORY = 8


def main() -> int:
    """Redact them all, print, return the exit status."""
    texts = [sentence.text for sentence in sentences()]
    stories = ["".join(texts[place : place + _A_STORY]) for place in range(0, len(texts), _A_STORY)]
    rate = _told("sentences", texts)
    _told("stories", stories)
    print(f"redaction: {rate / LIMIT:.2f} x the limit of {LIMIT:,} texts/s, median of {RUNS}")
    return int(rate < LIMIT)


def _told(what: str, texts: list[str]) -> float:
    """Texts a second, printed with how long they are."""
    redacted(texts[0])
    rate = statistics.median(len(texts) / _seconds(texts) for _ in range(RUNS))
    length = statistics.mean(map(len, texts))
    print(f"redaction: {len(texts):,} {what} of {length:.0f} characters: {rate:,.0f} texts/s", flush=True)
    return rate


def _seconds(texts: list[str]) -> float:
    begun = perf_counter()
    for text in texts:
        redacted(text)
    return perf_counter() - begun


if __name__ == "__main__":
    sys.exit(main())
