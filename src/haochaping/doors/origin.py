"""Where a request comes from, as far as that is kept: a network, never a whole address."""

from __future__ import annotations

from typing import TYPE_CHECKING

from allauth.account.adapter import get_adapter
from django.core.exceptions import PermissionDenied

from haochaping.accounts.rules import network_of

if TYPE_CHECKING:
    from django.http import HttpRequest


def network_asked_from(request: HttpRequest) -> str:
    """The network of whoever asks; empty when the proxy in front did not say.

    What was done is done by the time it is noted: a missing address must not turn the answer into a refusal.
    """
    try:
        return network_of(get_adapter().get_client_ip(request))
    except PermissionDenied:
        return ""
