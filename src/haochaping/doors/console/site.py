"""The console: the tables of the low rooms to look at, and the few changes that have an action."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.apps import apps
from django.contrib.admin import AdminSite, ModelAdmin, action
from django.contrib.messages import ERROR
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext, gettext_lazy

from haochaping.accounts import actions as accounts
from haochaping.accounts import queries
from haochaping.accounts.access import may, may_any
from haochaping.accounts.models import ApiClient, OneTimeLink, RoleGrant, User
from haochaping.accounts.terms import CONSOLE_POWERS, ROLE_LABELS, Power, Role
from haochaping.directory.rules import path_range
from haochaping.doors.gate import actor_of
from haochaping.kernel.refused import N_, Refused

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from django.db.models import QuerySet
    from django.http import HttpRequest

    from haochaping.kernel.actor import Actor

    _ModelAdmin = ModelAdmin[models.Model]
else:
    _ModelAdmin = ModelAdmin

ROOMS = {"directory": N_("Directory"), "rulebook": N_("Rulebook"), "accounts": N_("Accounts and clients")}
LABELS = {
    "id": N_("No."),
    "code": N_("Code"),
    "name": N_("Name"),
    "level": N_("Level of division"),
    "parent": N_("Above"),
    "path": N_("Path"),
    "valid_from": N_("Valid from"),
    "valid_to": N_("Valid to"),
    "uscc": N_("Unified social credit code"),
    "division": N_("Division"),
    "agency": N_("Agency"),
    "hall": N_("Hall"),
    "item_type": N_("Type of item"),
    "username": N_("User name"),
    "display_name": N_("Name of the person"),
    "email": N_("E-mail"),
    "is_active": N_("Active"),
    "active": N_("Active"),
    "date_joined": N_("Made at"),
    "created_at": N_("Made at"),
    "last_login": N_("Last log-in"),
    "user": N_("Account"),
    "role": N_("Role"),
    "everywhere": N_("Everywhere"),
    "granted_at": N_("Granted at"),
    "revoked_at": N_("Revoked at"),
    "key_prefix": N_("Beginning of the key"),
    "profile": N_("Profile of rules"),
    "key": N_("Rule"),
    "value": N_("Value"),
    "source": N_("Source"),
    "verified": N_("Verified"),
    "effective_from": N_("In force from"),
    "day": N_("Day"),
    "is_working": N_("Working day"),
    "note": N_("Note"),
}
_ROWS_A_PAGE = 50
_TEXTS = (models.CharField, models.TextField, models.JSONField, models.BinaryField)


_PERSON = {User: "pk", RoleGrant: "user_id", OneTimeLink: "user_id"}


def _in_division(by: Actor) -> models.Q:
    if by.scope.division_path is None:
        return models.Q(pk__in=[])
    low, high = path_range(by.scope.division_path)
    return models.Q(division__path__gte=low, division__path__lt=high)


class ConsoleSite(AdminSite):
    """Django's admin behind our gate: whoever gets here has a second factor and is an administrator."""

    site_header = site_title = index_title = gettext_lazy("Console")
    site_url = "/desk/"
    enable_nav_sidebar = False

    def has_permission(self, request: HttpRequest) -> bool:
        """Whether the console may be seen at all."""
        return may_any(actor_of(request), CONSOLE_POWERS)


class LookingAdmin(_ModelAdmin):
    """A table to search and read; nothing is added, changed or deleted by form."""

    list_per_page = _ROWS_A_PAGE
    show_full_result_count = False
    ordering = ("-pk",)

    def get_queryset(self, request: HttpRequest) -> QuerySet[models.Model]:
        """People, roles and programs of one's remit; other tables whole."""
        rows, by = super().get_queryset(request), actor_of(request)
        if self.model is ApiClient:
            return rows.filter(_in_division(by))
        person = _PERSON.get(self.model)
        return rows.filter(queries.within_reach(by, person)) if person else rows

    def has_module_permission(self, request: HttpRequest) -> bool:
        """Whoever sees the console sees every table in it."""
        return may_any(actor_of(request), CONSOLE_POWERS)

    def has_view_permission(self, request: HttpRequest, obj: models.Model | None = None) -> bool:  # noqa: ARG002
        """Whoever sees the console sees every row in it."""
        return may_any(actor_of(request), CONSOLE_POWERS)

    def has_add_permission(self, request: HttpRequest) -> bool:  # noqa: ARG002 - Django's signature
        """Rows come from actions."""
        return False

    def has_change_permission(self, request: HttpRequest, obj: models.Model | None = None) -> bool:  # noqa: ARG002
        """Changes are actions."""
        return False

    def has_delete_permission(self, request: HttpRequest, obj: models.Model | None = None) -> bool:  # noqa: ARG002
        """Nothing is deleted."""
        return False

    def has_account_permission(self, request: HttpRequest) -> bool:
        """Who may disable accounts."""
        return may(actor_of(request), Power.ACCOUNT_MANAGE)

    def has_client_permission(self, request: HttpRequest) -> bool:
        """Who may revoke clients."""
        return may(actor_of(request), Power.CLIENT_MANAGE)


@action(description=gettext_lazy("Disable the selected accounts"), permissions=["account"])
def disable_accounts(admin: LookingAdmin, request: HttpRequest, rows: QuerySet[User]) -> None:
    """Disable each account by its action; a refusal is said and the rest go on."""
    _each(
        admin,
        request,
        rows,
        lambda pk: accounts.disable(user_id=pk, by=actor_of(request), now=timezone.now()),
    )


@action(description=gettext_lazy("Revoke the selected clients"), permissions=["client"])
def revoke_clients(admin: LookingAdmin, request: HttpRequest, rows: QuerySet[ApiClient]) -> None:
    """Revoke each client by its action; a refusal is said and the rest go on."""
    _each(
        admin,
        request,
        rows,
        lambda pk: accounts.revoke_client(client_id=pk, by=actor_of(request), now=timezone.now()),
    )


def _each(admin: LookingAdmin, request: HttpRequest, rows: QuerySet[Any], act: Callable[[int], None]) -> None:
    done = 0
    for pk in rows.order_by("pk").values_list("pk", flat=True):
        try:
            act(pk)
        except Refused as refused:
            admin.message_user(request, f"{pk}: {gettext(refused.complaint.reason.message)}", ERROR)
        else:
            done += 1
    admin.message_user(request, gettext("Done for {count}.").format(count=done))


def _columns(model: type[models.Model]) -> list[Callable[[models.Model], Any]]:
    return [_column(field) for field in model._meta.concrete_fields if _is_shown(model, field)]  # noqa: SLF001


def _is_shown(model: type[models.Model], field: models.Field[Any, Any]) -> bool:
    """Whether the room declares the field fit for its own staff; numbers, dates and keys always are."""
    privacy = getattr(model, "Privacy", None)
    declared = (*getattr(privacy, "plain", ()), *getattr(privacy, "kept", ()))
    return not isinstance(field, _TEXTS) or field.name in declared


def _column(field: models.Field[Any, Any]) -> Callable[[models.Model], Any]:
    def column(row: models.Model) -> Any:
        value = getattr(row, field.name)
        if isinstance(row, RoleGrant) and field.name == "role":
            return gettext(ROLE_LABELS[Role(row.role)])
        return _name_of(value) if isinstance(value, models.Model) else value

    column.__name__ = field.name
    column.short_description = gettext_lazy(LABELS.get(field.name, str(field.verbose_name)))  # type: ignore[attr-defined]
    column.admin_order_field = field.name  # type: ignore[attr-defined]
    column.boolean = isinstance(field, models.BooleanField)  # type: ignore[attr-defined]
    return column


def _name_of(row: models.Model) -> str:
    parts = (getattr(row, name, "") for name in ("code", "username", "name"))
    return " ".join(filter(None, parts)) or str(row.pk)


def _search_fields(model: type[models.Model]) -> Iterable[str]:
    fields = (f for f in model._meta.concrete_fields if isinstance(f, (models.CharField, models.TextField)))  # noqa: SLF001
    return [field.name for field in fields if _is_shown(model, field)]


_ACTIONS: dict[type[models.Model], list[Callable[..., None]]] = {
    User: [disable_accounts],
    ApiClient: [revoke_clients],
}


def _register(console: ConsoleSite, model: type[models.Model]) -> None:
    columns = _columns(model)
    keys = [f.name for f in model._meta.concrete_fields if isinstance(f, models.ForeignKey)]  # noqa: SLF001
    console.register(
        model,
        LookingAdmin,
        list_display=columns,
        list_display_links=columns[:1],
        list_select_related=keys or False,
        fields=columns,
        readonly_fields=columns,
        search_fields=_search_fields(model),
        actions=_ACTIONS.get(model, []),
    )
    # Chinese has no plural, and Django would append an s.
    model._meta.verbose_name_plural = model._meta.verbose_name or ""  # noqa: SLF001


def _console() -> ConsoleSite:
    console = ConsoleSite(name="admin")
    for label, title in ROOMS.items():
        room = apps.get_app_config(label)
        room.verbose_name = gettext_lazy(title)
        for model in room.get_models():
            _register(console, model)
    return console


site = _console()
