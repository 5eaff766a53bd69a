"""短信和中间号网关: the port to whoever sends messages and connects calls, and the gateway of the demo."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol, cast

from django.utils.module_loading import import_string
from django.utils.translation import gettext

from haochaping.notices import actions, rules
from haochaping.notices.terms import NO_GATEWAY, Channel, GatewayFailed, Template

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime

    from haochaping.notices.terms import Script


class Gateway(Protocol):
    """What a gateway does.

    An adapter raises `GatewayFailed` only when the message has certainly not gone out, with a reason that
    names no person; `NumberDead` when no message will ever reach the number, `GatewayAway` when nobody answered at all.
    Any other error (a time-out, say) leaves it open, and the notice is not sent again.
    """

    def send(self, phone: str, text: str, *, reference: str, now: datetime) -> str:
        """Send one message and return the gateway's own number; the same `reference` is the same message."""

    def connect(self, line: str, phone: str, *, reference: str, now: datetime) -> str:
        """Ring a desk's line, then the phone, join both and return the gateway's own number for the call.

        Each side is shown the relay's number (中间号), never the other's. Returns when the call is connected or has
        rung; the gateway keeps no number longer than the call.
        """

    def ask(self, phone: str, script: Script, *, answers_to: str, reference: str, now: datetime) -> str:
        """Ring a phone, say the script and note the keys; return the gateway's own number for the call.

        Returns when the call is placed. The keys, one character for each time a question was asked and `-` where none
        was pressed, are posted as the form field `keys` to `answers_to`, whose address is the secret. Whoever does not
        pick up leaves nothing to post. Nothing that is said is recorded.
        """


class DemoGateway:
    """Keeps masked phone and text where the demo's page shows them; nothing leaves the machine."""

    def send(self, phone: str, text: str, *, reference: str, now: datetime) -> str:
        """Keep the message and return a number."""
        return actions.keep_demo_message(
            channel=Channel.SMS, to=phone, text=text, reference=reference, now=now
        )

    def connect(self, line: str, phone: str, *, reference: str, now: datetime) -> str:  # noqa: ARG002 - the phone never learns of it
        """Keep that the phone rang, and return a number."""
        text = rules.wording(Template.CALL, {}, gettext)
        return actions.keep_demo_message(
            channel=Channel.CALL, to=phone, text=text, reference=reference, now=now
        )

    def ask(self, phone: str, script: Script, *, answers_to: str, reference: str, now: datetime) -> str:  # noqa: ARG002 - the page says it
        """Keep where the keys of the phone are pressed, and return a number."""
        text = rules.wording(Template.SAMPLE_CALL, {"link": answers_to}, gettext)
        return actions.keep_demo_message(
            channel=Channel.IVR, to=phone, text=text, reference=reference, now=now
        )


class NoGateway:
    """An installation without a gateway: notices wait as failed until one is set."""

    def send(self, phone: str, text: str, *, reference: str, now: datetime) -> str:  # noqa: ARG002 - the port's shape
        """Refuse."""
        raise GatewayFailed(NO_GATEWAY)

    def connect(self, line: str, phone: str, *, reference: str, now: datetime) -> str:  # noqa: ARG002 - the port's shape
        """Refuse."""
        raise GatewayFailed(NO_GATEWAY)

    def ask(self, phone: str, script: Script, *, answers_to: str, reference: str, now: datetime) -> str:  # noqa: ARG002 - the port's shape
        """Refuse."""
        raise GatewayFailed(NO_GATEWAY)


_NAMED: dict[str, Callable[[], Gateway]] = {"demo": DemoGateway, "": NoGateway}


def named(name: str) -> Gateway:
    """The gateway of a setting: `demo`, empty for none, or the dotted path of a class without arguments."""
    return _NAMED[name]() if name in _NAMED else cast("Gateway", import_string(name)())
