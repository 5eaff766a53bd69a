"""One batch to another installation over the network, and its answer as bytes."""

from __future__ import annotations

from http import HTTPStatus
from http.client import HTTPConnection, HTTPException, HTTPSConnection
from urllib.parse import urlsplit

from haochaping.levels.terms import MOST_PACKED, PeerAway

PATH = "/exchange/batches"
TYPE = "application/vnd.haochaping.batch"
# A batch of a thousand cases is taken in a few seconds; who thinks longer gets it once more and answers as before.
SECONDS = 60


def send(url: str, content: bytes) -> bytes:
    """Send one file to a peer; a redirect is not followed. What comes back is believed only once its signature is.

    Raises:
        PeerAway: nobody answered, or not with an answer.
    """
    parts = urlsplit(url)
    https = parts.scheme == "https"
    line = (HTTPSConnection if https else HTTPConnection)(parts.hostname or "", parts.port, timeout=SECONDS)
    headers = {"Content-Type": TYPE, "User-Agent": "haochaping"}
    try:
        line.request("POST", f"{parts.path.rstrip('/')}{PATH}", content, headers)
        answer = line.getresponse()
        status, told = answer.status, answer.read(MOST_PACKED)
    except (OSError, HTTPException) as error:
        raise PeerAway(f"cannot be reached: {type(error).__name__}") from error
    finally:
        line.close()
    if status != HTTPStatus.OK:
        raise PeerAway(f"answered {status}")
    return told
