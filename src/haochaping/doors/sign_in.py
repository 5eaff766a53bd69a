"""统一身份: log-in where the province keeps identities, by OpenID Connect, for staff and for citizens.

Staff need an account that an administrator has bound to their subject; nobody gets one by logging in. Of a
citizen nothing is kept but keyed fingerprints of phone and certificate, in a session of half an hour.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, cast
from urllib.parse import urlencode

from allauth.core.exceptions import ImmediateHttpResponse
from allauth.socialaccount.adapter import DefaultSocialAccountAdapter
from allauth.socialaccount.internal import jwtkit
from allauth.socialaccount.models import SocialApp
from allauth.socialaccount.providers.oauth2.client import OAuth2Error
from allauth.socialaccount.providers.oauth2.views import OAuth2CallbackView, OAuth2LoginView
from allauth.socialaccount.providers.openid_connect.provider import OpenIDConnectProvider
from allauth.socialaccount.providers.openid_connect.views import OpenIDConnectOAuth2Adapter
from django.conf import settings
from django.http import Http404, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.crypto import constant_time_compare
from requests import RequestException

from haochaping.accounts import actions as accounts
from haochaping.accounts.terms import CITIZEN_PROVIDER, NO_ACCOUNT, SIGN_IN_BROKEN, STAFF_PROVIDER
from haochaping.doors.confirmation import WINDOW
from haochaping.doors.origin import network_asked_from
from haochaping.identity import queries as identity
from haochaping.identity.terms import PlainPerson
from haochaping.kernel.actor import SYSTEM
from haochaping.kernel.identifiers import random_bytes
from haochaping.kernel.refused import Complaint
from haochaping.ledger.terms import EntryKind
from haochaping.ui.sentences import say

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from django.http import HttpRequest

    from haochaping.kernel.refused import Reason

_CITIZEN = "citizen"
_CITIZEN_SECONDS = 30 * 60
# Clocks differ by a minute.
_LONGEST_AGO = WINDOW.total_seconds() + 60
_CALLBACKS = {STAFF_PROVIDER: "staff_sign_in_back", CITIZEN_PROVIDER: "my_sign_in_back"}


def _site(provider_id: str) -> str:
    return str(settings.DESK_URL if provider_id == STAFF_PROVIDER else settings.SITE_URL)


def is_open(provider_id: str) -> bool:
    """Whether this installation knows the provider."""
    return any(one["provider_id"] == provider_id for one in _apps())


def go(request: HttpRequest, provider_id: str) -> HttpResponse:
    """Send the browser to the provider; raises Http404 where it is not set."""
    if not is_open(provider_id):
        raise Http404
    view = OAuth2LoginView.adapter_view(_Adapter(request, provider_id))
    try:
        return cast("HttpResponse", view(request))
    except (RequestException, OAuth2Error):
        return _refused(request, provider_id, SIGN_IN_BROKEN, "unreachable")


def back(request: HttpRequest, provider_id: str) -> HttpResponse:
    """Take the browser back from the provider; raises Http404 where it is not set."""
    if not is_open(provider_id):
        raise Http404
    return cast("HttpResponse", OAuth2CallbackView.adapter_view(_Adapter(request, provider_id))(request))


def logout_address(request: HttpRequest, provider_id: str, here: str) -> str:
    """Where the provider ends its own session and sends the browser back; `here` when it has no such place."""
    try:
        adapter = _Adapter(request, provider_id)
        place = adapter.openid_config.get("end_session_endpoint")
        client = adapter.get_provider().app.client_id
    except (RequestException, OAuth2Error, SocialApp.DoesNotExist):
        return here
    back_to = {"client_id": client, "post_logout_redirect_uri": _site(provider_id) + here}
    return f"{place}?{urlencode(back_to)}" if place else here


def welcome_citizen(request: HttpRequest, fingerprints: Iterable[bytes]) -> None:
    """Let somebody in as a citizen for half an hour, knowing nothing of them but fingerprints."""
    # A new session: whatever somebody did in this browser before is not theirs.
    request.session.flush()
    request.session[_CITIZEN] = [value.hex() for value in fingerprints]
    request.session.set_expiry(_CITIZEN_SECONDS)


def citizen_of(request: HttpRequest) -> list[bytes]:
    """The fingerprints of whoever logged in as a citizen; empty when nobody did."""
    return [bytes.fromhex(value) for value in request.session.get(_CITIZEN, ())]


def _apps() -> list[dict[str, Any]]:
    return cast("list[dict[str, Any]]", settings.SOCIALACCOUNT_PROVIDERS["openid_connect"]["APPS"])


class _Adapter(OpenIDConnectOAuth2Adapter):  # type: ignore[misc]  # allauth carries no types
    """The protocol as OpenID Connect Core asks for it: signature, nonce, issuer and subject are checked."""

    @property
    def openid_config(self) -> dict[str, Any]:
        """What the provider says of itself; it must call itself what we call it (Discovery §4.3)."""
        said: dict[str, Any] = super().openid_config
        if said.get("issuer") != self.get_provider().app.settings["server_url"]:
            raise OAuth2Error("the issuer calls itself otherwise")
        return said

    def get_callback_url(self, request: HttpRequest, app: object) -> str:  # noqa: ARG002 - allauth's signature
        """Our address the provider sends people back to: one for staff, one for citizens."""
        return _site(self.provider_id) + reverse(_CALLBACKS[self.provider_id])

    def complete_login(self, request: HttpRequest, app: Any, token: Any, **kwargs: Any) -> Any:
        """Read who logged in from the signed token, and of citizens the claims that belong to the same subject."""
        claims = jwtkit.verify_and_decode(
            credential=kwargs["response"].get("id_token", ""),
            keys_url=self.openid_config["jwks_uri"],
            issuer=self.openid_config["issuer"],
            audience=app.client_id,
            lookup_kid=jwtkit.lookup_kid_jwk,
        )
        told: dict[str, Any] = {}
        if self.provider_id == CITIZEN_PROVIDER:
            told = self._fetch_user_info(token.token)
            if told.get("sub") != claims["sub"]:
                raise OAuth2Error("the claims are of somebody else")
        login = self.get_provider().sociallogin_from_response(request, {"id_token": claims})
        login.nonce, login.claims = claims.get("nonce", ""), claims | told
        return login


class IdentityProvider(OpenIDConnectProvider):  # type: ignore[misc]  # allauth carries no types
    """Takes nothing from the browser but where to go afterwards, and keeps nothing but the subject."""

    oauth2_adapter_class = _Adapter

    def redirect(
        self, request: HttpRequest, process: str, next_url: str | None = None, data: object = None, **_: Any
    ) -> HttpResponse:
        """Send the browser on, with a nonce that must come back inside the signed token."""
        del process
        nonce = random_bytes(16).hex()
        said = {**self.get_auth_params(), "nonce": nonce}
        if self.sub_id == STAFF_PROVIDER:
            # Whoever proved long ago that it is them is asked again (OpenID Connect Core §3.1.2.1).
            said["max_age"] = str(int(WINDOW.total_seconds()))
        answer = super().redirect(
            request, "login", next_url, data, scope=self.get_scope(), auth_params=said, nonce=nonce
        )
        return cast("HttpResponse", answer)

    def extract_extra_data(self, data: Mapping[str, Any]) -> dict[str, Any]:  # noqa: ARG002
        """Nothing is stored beside the subject."""
        return {}

    def extract_common_fields(self, data: Mapping[str, Any]) -> dict[str, Any]:  # noqa: ARG002
        """Names and addresses are those of the account here."""
        return {}

    def extract_email_addresses(self, data: Mapping[str, Any]) -> list[Any]:  # noqa: ARG002
        """No account is found by e-mail."""
        return []


class IdentityAdapter(DefaultSocialAccountAdapter):  # type: ignore[misc]  # allauth carries no types
    """Decides who comes in once the provider has said who it is."""

    def list_apps(
        self,
        request: HttpRequest,  # noqa: ARG002 - allauth's signature
        provider: str | None = None,
        client_id: str | None = None,  # noqa: ARG002
    ) -> list[Any]:
        """The providers of the settings; none can be added in the database."""
        # Asked for by its kind only while somebody with an account is on the way in: that is staff.
        wanted = STAFF_PROVIDER if provider == IdentityProvider.id else provider
        found = [SocialApp(provider=IdentityProvider.id, **one) for one in _apps()]
        return [one for one in found if wanted in {None, one.provider_id}]

    def is_open_for_signup(self, request: HttpRequest, sociallogin: Any) -> bool:  # noqa: ARG002
        """Nobody gets an account by logging in."""
        return False

    def pre_social_login(self, request: HttpRequest, sociallogin: Any) -> None:
        """Let in citizens as themselves and staff with an account; everybody else reads why not."""
        provider_id = sociallogin.account.provider
        if not constant_time_compare(sociallogin.nonce, sociallogin.state.get("nonce") or "-"):
            raise ImmediateHttpResponse(_refused(request, provider_id, SIGN_IN_BROKEN, "nonce"))
        if provider_id == CITIZEN_PROVIDER:
            raise ImmediateHttpResponse(_welcome(request, sociallogin.claims))
        # Not every provider says when it was; one that does must have asked as recently as it was told to.
        proven = sociallogin.claims.get("auth_time")
        if proven is not None and timezone.now().timestamp() - float(proven) > _LONGEST_AGO:
            raise ImmediateHttpResponse(_refused(request, provider_id, SIGN_IN_BROKEN, "stale"))
        if not sociallogin.is_existing or not sociallogin.user.is_active:
            raise ImmediateHttpResponse(_refused(request, provider_id, NO_ACCOUNT, "no_account"))

    def on_authentication_error(
        self,
        request: HttpRequest,
        provider: Any,
        error: object = None,
        exception: object = None,  # noqa: ARG002 - allauth's signature; its text may hold what the provider sent
        extra_context: object = None,  # noqa: ARG002
    ) -> None:
        """Say in plain words that it did not work."""
        raise ImmediateHttpResponse(_refused(request, provider.sub_id, SIGN_IN_BROKEN, str(error)))


def _welcome(request: HttpRequest, claims: Mapping[str, Any]) -> HttpResponse:
    phone, certificate_type, certificate_no = (str(claims.get(name, "")) for name in settings.CITIZEN_CLAIMS)
    person = PlainPerson("", phone, certificate_type, certificate_no)
    welcome_citizen(request, identity.fingerprints(person))
    return HttpResponseRedirect(reverse("my"))


def _refused(request: HttpRequest, provider_id: str, reason: Reason, code: str) -> HttpResponse:
    if provider_id == STAFF_PROVIDER:
        network = network_asked_from(request)
        accounts.note(
            EntryKind.SIGN_IN_FAILED,
            "user",
            "unknown",
            by=SYSTEM,
            now=timezone.now(),
            reason=code,
            network=network,
        )
    context = {"sentence": say(Complaint(reason)), "staff": provider_id == STAFF_PROVIDER}
    return render(request, "account/sign_in_refused.html", context, status=403)
