"""账户 writes: accounts, roles, one-time links, sessions, clients, and what is noted; each with its entry."""

from haochaping.accounts.actions.audit import note, note_all
from haochaping.accounts.actions.clients import create_client, revoke_client
from haochaping.accounts.actions.identities import bind_identity, unbind_identity
from haochaping.accounts.actions.links import (
    begin_as_administrator,
    issue_first_admin_link,
    issue_password_link,
    set_password,
)
from haochaping.accounts.actions.members import bind_staff_member, unbind_staff_member
from haochaping.accounts.actions.people import (
    create_staff,
    disable,
    enable,
    enrol_totp,
    open_account,
    rename,
    reset_second_factor,
)
from haochaping.accounts.actions.roles import grant_role, revoke_role
from haochaping.accounts.actions.sessions import change_session_key, end_sessions, forget_sessions, note_seen

__all__ = [
    "begin_as_administrator",
    "bind_identity",
    "bind_staff_member",
    "change_session_key",
    "create_client",
    "create_staff",
    "disable",
    "enable",
    "end_sessions",
    "enrol_totp",
    "forget_sessions",
    "grant_role",
    "issue_first_admin_link",
    "issue_password_link",
    "note",
    "note_all",
    "note_seen",
    "open_account",
    "rename",
    "reset_second_factor",
    "revoke_client",
    "revoke_role",
    "set_password",
    "unbind_identity",
    "unbind_staff_member",
]
