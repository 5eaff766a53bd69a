"""Whose session it is: the account, read together with what the person is and may do now, which every page of staff asks."""

from __future__ import annotations

from typing import TYPE_CHECKING

from allauth.account.auth_backends import AuthenticationBackend

from haochaping.accounts import queries as accounts

if TYPE_CHECKING:
    from django.contrib.auth.base_user import AbstractBaseUser
    from django.http import HttpRequest

    from haochaping.accounts.queries import Standing


class SessionUsers(AuthenticationBackend):  # type: ignore[misc]  # allauth carries no types
    """Log-in as allauth does it; the account of a session knows its standing."""

    def get_user(self, user_id: int) -> AbstractBaseUser | None:
        """The account; None when there is none, or it is disabled."""
        user = accounts.user_with_standing(user_id)
        return user if user is not None and self.user_can_authenticate(user) else None


def standing_of(request: HttpRequest) -> Standing:
    """The standing of whoever asks, as it was when the request came; asked for by whoever has only just logged in."""
    known: Standing | None = getattr(request.user, "standing", None)
    return known or accounts.standing_of_user(int(request.user.pk or 0))
