"""邮件: a mail to staff through Django's mail; in the demo it is kept for a page."""

from __future__ import annotations

from contextlib import suppress
from smtplib import SMTPException, SMTPRecipientsRefused, SMTPResponseException
from typing import TYPE_CHECKING

from django.core.mail import EmailMessage, mailers

from haochaping.notices import actions
from haochaping.notices.terms import Channel, GatewayAway, GatewayFailed

if TYPE_CHECKING:
    from datetime import datetime

    from haochaping.notices.terms import Outgoing

_REFERENCE = "X-Haochaping-Notice"


def send(outgoing: Outgoing) -> None:
    """Send one mail.

    Raises `GatewayAway` when the server cannot be reached, `GatewayFailed` when it said no; any other error leaves it
    open whether the mail has gone out.
    """
    connection = mailers.default
    try:
        connection.open()
    except (OSError, SMTPException) as error:
        raise GatewayAway(f"the mail server: {type(error).__name__}") from error
    headers = {_REFERENCE: str(outgoing.id)}
    mail = EmailMessage(outgoing.title, outgoing.text, to=[outgoing.to], headers=headers)
    try:
        connection.send_messages([mail])
    except SMTPRecipientsRefused as error:
        raise GatewayFailed("the mail server does not take this address") from error
    except SMTPResponseException as error:
        raise GatewayFailed(f"the mail server answered {error.smtp_code}") from error
    finally:
        # It has been taken, or has not: a server that does not say good-bye changes nothing about that.
        with suppress(OSError, SMTPException):
            connection.close()


def keep(outgoing: Outgoing, *, now: datetime) -> None:
    """Keep one mail where the demo's page shows it, address masked; nothing leaves the machine."""
    text = f"{outgoing.title}\n{outgoing.text}"
    actions.keep_demo_message(
        channel=Channel.EMAIL, to=outgoing.to, text=text, reference=str(outgoing.id), now=now
    )
