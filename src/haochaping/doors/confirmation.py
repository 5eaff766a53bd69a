"""Before the acts that matter most, people show once more that it is them: a forgotten desk publishes nothing."""

from __future__ import annotations

from datetime import timedelta
from enum import Enum
from typing import TYPE_CHECKING
from urllib.parse import urlencode

from allauth.account.authentication import get_authentication_records
from allauth.mfa.utils import is_mfa_enabled
from django.conf import settings
from django.contrib import messages
from django.contrib.auth import logout
from django.contrib.auth.views import redirect_to_login
from django.http import HttpResponseRedirect
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext

from haochaping.doors.typed import lay_by, waiting
from haochaping.doors.way_back import page_before

if TYPE_CHECKING:
    from django.http import HttpRequest

# As long as a desk may idle: whoever logged in or confirmed within this time is believed.
WINDOW = timedelta(minutes=15)
_SAFE = {"GET", "HEAD", "OPTIONS"}


class Fresh(Enum):
    """When a view wants a recent log-in or confirmation."""

    NEVER = "never"
    TO_CHANGE = "to change"
    ALWAYS = "always"


def is_due(request: HttpRequest, fresh: Fresh) -> bool:
    """Whether whoever asks must confirm first."""
    if fresh is Fresh.NEVER or (fresh is Fresh.TO_CHANGE and request.method in _SAFE):
        return False
    proven = max((record["at"] for record in get_authentication_records(request, request.user)), default=0)
    return timezone.now().timestamp() - proven > WINDOW.total_seconds()


def answer(request: HttpRequest) -> HttpResponseRedirect:
    """Send to the confirmation, and back to the page afterwards. A form that was sent is not carried out later.

    What was written in it waits in the session until then (doors/typed.py).

    What is asked for without a form is a file: a browser that were sent on to it would keep it and go on showing the
    question. It goes back to the page with the link too.
    """
    kept = None
    if request.method not in _SAFE:
        lay_by(request, kept := waiting(request))
        messages.warning(
            request, gettext("Nothing was changed yet: confirm that it is you, then do it again.")
        )
        back = page_before(request) or str(settings.LOGIN_REDIRECT_URL)
    elif back := page_before(request):
        messages.info(request, gettext("Confirm that it is you, then take the file again."))
    else:
        back = request.get_full_path()
    if is_mfa_enabled(request.user):
        return HttpResponseRedirect(f"{reverse('mfa_reauthenticate')}?{urlencode({'next': back})}")
    # Whoever has no factor here came by the identity provider, which is asked again.
    logout(request)
    lay_by(request, kept)
    return redirect_to_login(back)
