"""Columns of a list that the server works out for each order, in words of its own."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.contrib.postgres.fields import ArrayField
from django.db.models import BooleanField, F, Func, IntegerField, Value

from haochaping.accounts.rules import roles_with
from haochaping.accounts.terms import Power
from haochaping.rectification.states import SENT_ON

if TYPE_CHECKING:
    from django.db.backends.base.base import BaseDatabaseWrapper
    from django.db.models.sql.compiler import SQLCompiler

_HANDLING = ", ".join(f"'{role}'" for role in roles_with(Power.ORDER_HANDLE))
_SENT_ON = ", ".join(f"'{move}'" for move in sorted(SENT_ON))


class Belongs(Func):
    """Whether the account (first) handles orders at the agency (second), or at one above it."""

    template = f"""((%(expressions)s) IN (
        SELECT held.user_id, below.id
          FROM accounts_role_grant AS held
          JOIN accounts_user AS who ON who.id = held.user_id AND who.is_active
          JOIN directory_agency AS home ON home.id = held.agency_id
          JOIN directory_agency AS below ON below.path >= home.path AND below.path < left(home.path, -1) || '/'
         WHERE held.revoked_at IS NULL AND held.role IN ({_HANDLING})))"""  # noqa: S608 - words of ours
    output_field = BooleanField()


class IsMeant(Func):
    """Whether the account (first) is or was the staff member (second)."""

    template = """((%(expressions)s) IN (
        SELECT user_id, staff_member_id FROM accounts_staff_binding WHERE unbound_at IS NULL))"""
    output_field = BooleanField()


class LiesIn(Func):
    """Whether a division (first) is one of some (second), which are looked up once: orders are read by their index then."""

    arg_joiner = " = ANY"
    template = "(%(expressions)s)"
    output_field = BooleanField()


class Happened(Func):
    """How often an order was sent to another agency, and how much somebody else did since an account looked last.

    Both in one look at what happened: the server takes longer to think about each than to do it.
    """

    template = f"""(SELECT ARRAY[
            count(*) FILTER (WHERE told.move IN ({_SENT_ON})),
            count(*) FILTER (WHERE told.by <> %(by)s AND (look.seen_at IS NULL OR told.at > look.seen_at))]
          FROM rectification_order_event AS told
          LEFT JOIN rectification_order_look AS look ON look.order_id = told.order_id AND look.user_id = %(account)s
         WHERE told.order_id = %(order)s)"""  # noqa: S608 - words of ours
    output_field = ArrayField(IntegerField())

    def __init__(self, order_id: str, *, by: str, account: int) -> None:
        super().__init__(Value(by), Value(account), F(order_id))

    def as_sql(
        self,
        compiler: SQLCompiler,
        connection: BaseDatabaseWrapper,  # noqa: ARG002 - Django's signature
        *_: Any,
        **__: Any,
    ) -> tuple[str, tuple[str | int, ...]]:
        """Django puts all parts in one place, one after the other; here each has its own."""
        (by, whom), (account, whose), (order, which) = map(compiler.compile, self.get_source_expressions())
        return self.template % {"by": by, "account": account, "order": order}, (*whom, *whose, *which)
