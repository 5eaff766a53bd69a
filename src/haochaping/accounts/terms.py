"""账户 vocabulary: powers, roles and which role holds which power, places, and reasons for refusing."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum
from typing import TYPE_CHECKING

from haochaping.kernel.refused import N_, Reason

if TYPE_CHECKING:
    from datetime import datetime

    from haochaping.kernel.actor import Scope


class Power(StrEnum):
    """What somebody may do. Pages, actions and the API ask for powers, never for roles."""

    ORDER_VIEW = "order.view"
    ORDER_HANDLE = "order.handle"
    ORDER_DISPATCH = "order.dispatch"
    ORDER_SUPERVISE = "order.supervise"
    ORDER_EXCHANGE = "order.exchange"
    ORDER_EXPORT = "order.export"
    SUPERVISION_DECIDE = "supervision.decide"
    REVIEW_VIEW_TEXT = "review.view_text"
    PUBLICATION_RELEASE = "publication.release"
    CIRCULAR_WRITE = "circular.write"
    DIRECTORY_EDIT = "directory.edit"
    RULEBOOK_EDIT = "rulebook.edit"
    CASE_IMPORT = "case.import"
    REVIEW_IMPORT = "review.import"
    MEASURE_READ = "measure.read"
    QUARANTINE_MANAGE = "quarantine.manage"
    JOBS_MANAGE = "jobs.manage"
    ACCOUNT_MANAGE = "account.manage"
    ROLE_GRANT = "role.grant"
    CLIENT_MANAGE = "client.manage"
    AUDIT_READ = "audit.read"
    SESSION_END = "session.end"
    FACTOR_RESET = "factor.reset"
    IDENTITY_REQUEST = "identity.request"
    IDENTITY_APPROVE = "identity.approve"
    APPEAL_FILE = "appeal.file"
    APPEAL_DECIDE = "appeal.decide"
    PAPER_ENTER = "paper.enter"
    INVITATION_CALL = "invitation.call"


class Role(StrEnum):
    """What somebody is. A role is granted for a place and holds powers there."""

    CLERK = "clerk"
    AGENCY_LEAD = "agency_lead"
    HALL_MANAGER = "hall_manager"
    DISPATCHER = "dispatcher"
    HOTLINE_OPERATOR = "hotline_operator"
    SUPERVISOR = "supervisor"
    EXPERIENCE_OFFICER = "experience_officer"
    ASSESSOR = "assessor"
    PUBLISHER = "publisher"
    IDENTITY_KEEPER = "identity_keeper"
    AUDITOR = "auditor"
    SYSTEM_ADMIN = "system_admin"
    SECURITY_ADMIN = "security_admin"


ROLE_LABELS: dict[Role, str] = {
    Role.CLERK: N_("Clerk"),
    Role.AGENCY_LEAD: N_("Head of agency"),
    Role.HALL_MANAGER: N_("Hall manager"),
    Role.DISPATCHER: N_("Dispatcher"),
    Role.HOTLINE_OPERATOR: N_("Hotline operator"),
    Role.SUPERVISOR: N_("Supervisor"),
    Role.EXPERIENCE_OFFICER: N_("Experience officer"),
    Role.ASSESSOR: N_("Third-party assessor"),
    Role.PUBLISHER: N_("Publisher"),
    Role.IDENTITY_KEEPER: N_("Identity keeper"),
    Role.AUDITOR: N_("Auditor"),
    Role.SYSTEM_ADMIN: N_("System administrator"),
    Role.SECURITY_ADMIN: N_("Security administrator"),
}

# 三员分立 (GB/T 22239-2019 8.1.4.2): one makes accounts, one gives them powers, one watches both.
ADMINISTRATORS = frozenset({Role.SYSTEM_ADMIN, Role.SECURITY_ADMIN, Role.AUDITOR})

POWERS_OF: dict[Role, frozenset[Power]] = {
    # Halls without a device take paper: two persons of the counter type each slip (domain.md §4.2, §6.4).
    Role.CLERK: frozenset(
        {
            Power.ORDER_VIEW,
            Power.ORDER_HANDLE,
            Power.ORDER_EXPORT,
            Power.REVIEW_VIEW_TEXT,
            Power.PAPER_ENTER,
        }
    ),
    Role.AGENCY_LEAD: frozenset(
        {
            Power.ORDER_VIEW,
            Power.ORDER_HANDLE,
            Power.ORDER_EXPORT,
            Power.REVIEW_VIEW_TEXT,
            Power.MEASURE_READ,
            Power.APPEAL_FILE,
        }
    ),
    Role.HALL_MANAGER: frozenset(
        {Power.ORDER_VIEW, Power.REVIEW_VIEW_TEXT, Power.MEASURE_READ, Power.PAPER_ENTER}
    ),
    Role.DISPATCHER: frozenset(
        {Power.ORDER_VIEW, Power.ORDER_DISPATCH, Power.ORDER_EXPORT, Power.REVIEW_VIEW_TEXT}
    ),
    # Where orders are dispatched by the hotline (Shenzhen, Jiangsu: domain.md §3.5), its operators do it.
    # They also ask by phone whom no text message reaches, or where the rules say so (Henan): no agency does.
    Role.HOTLINE_OPERATOR: frozenset(
        {Power.ORDER_VIEW, Power.ORDER_DISPATCH, Power.REVIEW_VIEW_TEXT, Power.INVITATION_CALL}
    ),
    # Supervisors see the matter and may ask that a name be opened; who decides is somebody else, see below.
    Role.SUPERVISOR: frozenset(
        {
            Power.ORDER_VIEW,
            Power.ORDER_SUPERVISE,
            Power.ORDER_EXPORT,
            # Proposals are decided by the same office, and never by whoever made them (supervision/access.py).
            Power.SUPERVISION_DECIDE,
            Power.REVIEW_VIEW_TEXT,
            Power.MEASURE_READ,
            Power.IDENTITY_REQUEST,
            Power.APPEAL_DECIDE,
            # Circulars hold published figures alone; one person writes and submits, another one signs (decision 0061).
            Power.CIRCULAR_WRITE,
        }
    ),
    # People from outside see figures; what reviewers wrote reaches them redacted and released, as the public.
    Role.EXPERIENCE_OFFICER: frozenset({Power.MEASURE_READ}),
    Role.ASSESSOR: frozenset({Power.MEASURE_READ}),
    Role.PUBLISHER: frozenset({Power.REVIEW_VIEW_TEXT, Power.PUBLICATION_RELEASE, Power.CIRCULAR_WRITE}),
    # One power and no other, held for one's own office: two of two offices (supervision, discipline, data) decide
    # together. No administrator has it, so that nobody who makes accounts or gives roles opens a name.
    Role.IDENTITY_KEEPER: frozenset({Power.IDENTITY_APPROVE}),
    Role.AUDITOR: frozenset({Power.AUDIT_READ}),
    Role.SYSTEM_ADMIN: frozenset(
        {
            Power.DIRECTORY_EDIT,
            Power.RULEBOOK_EDIT,
            Power.CASE_IMPORT,
            Power.REVIEW_IMPORT,
            Power.QUARANTINE_MANAGE,
            Power.JOBS_MANAGE,
            Power.ACCOUNT_MANAGE,
        }
    ),
    Role.SECURITY_ADMIN: frozenset(
        {Power.ROLE_GRANT, Power.CLIENT_MANAGE, Power.SESSION_END, Power.FACTOR_RESET}
    ),
}
# Orders are exchanged with the client that a link of a hotline names, and with no other.
CLIENT_POWERS = frozenset({Power.CASE_IMPORT, Power.REVIEW_IMPORT, Power.MEASURE_READ, Power.ORDER_EXCHANGE})

# Shown to tell keys apart; 8 of the 43 random characters leave 210 bits unknown.
KEY_START = "hcp_"
KEY_PREFIX_LENGTH = 12
KEY_BYTES = 32

# What the profile dengbao3 means by 定期更换 (GB/T 22239-2019 8.1.4.1 a); the standard itself names no numbers.
PASSWORDS_KEPT = 5
PASSWORD_LIFETIME = timedelta(days=90)

# What the settings call the two identity providers; the first is the one accounts are bound at.
STAFF_PROVIDER, CITIZEN_PROVIDER = "staff", "citizen"


class LinkPurpose(StrEnum):
    """What a one-time link is for."""

    FIRST_ADMIN = "first_admin"
    PASSWORD = "password"  # noqa: S105 - a purpose


# The first administrators' links open an empty house to whoever has them (trust.md A6); a password's goes to somebody
# who may have to be found first.
LINK_LIFETIMES = {
    LinkPurpose.FIRST_ADMIN: timedelta(minutes=30),
    LinkPurpose.PASSWORD: timedelta(hours=1),
}


@dataclass(frozen=True, slots=True)
class Place:
    """Where a role holds: a division with all below it, an agency with all below it, or everywhere."""

    division_code: str = ""
    agency_code: str = ""
    everywhere: bool = False


@dataclass(frozen=True, slots=True)
class StaffRow:
    """A person who logs in, as lists show them."""

    id: int
    username: str
    display_name: str
    is_active: bool
    roles: tuple[Role, ...]


@dataclass(frozen=True, slots=True)
class HolderRow:
    """Somebody who holds powers in a place; `division_path` is that of their office, empty for the whole house.

    `staff_ids`: the staff members of the directory that they are or were.
    """

    user_id: int
    scope: Scope
    division_path: str
    staff_ids: frozenset[int] = frozenset()


@dataclass(frozen=True, slots=True)
class GrantRow:
    """A role somebody holds; the place is a code with its name, both empty for everywhere."""

    role: Role
    place_code: str
    place_name: str
    granted_at: datetime


@dataclass(frozen=True, slots=True)
class MemberRow:
    """A staff member of the directory that an account is bound to: of which agency, by which number."""

    id: int
    agency_code: str
    agency_name: str
    staff_number: str


@dataclass(frozen=True, slots=True)
class PersonRow:
    """A person who logs in, as their own page shows them."""

    id: int
    username: str
    display_name: str
    is_active: bool
    has_second_factor: bool
    is_bound: bool
    grants: tuple[GrantRow, ...]
    members: tuple[MemberRow, ...]


@dataclass(frozen=True, slots=True)
class SessionRow:
    """One session of a person: where from, by what, since when, last seen when."""

    id: int
    key: str
    address: str
    browser: str
    since: datetime
    seen: datetime


@dataclass(frozen=True, slots=True)
class LinkRow:
    """A one-time link that can be used now; `role` of the administrator, or `username` of the account."""

    purpose: LinkPurpose
    role: str
    username: str


@dataclass(frozen=True, slots=True)
class ClientRow:
    """A program that sends or asks, with the division it speaks for."""

    id: int
    name: str
    key_prefix: str
    active: bool
    division_code: str
    division_path: str


@dataclass(frozen=True, slots=True)
class Enrolment:
    """What a person needs for the second step: a secret (base 32) for an app, and one-time codes."""

    secret: str
    recovery_codes: tuple[str, ...]


NOT_ALLOWED = Reason(
    "not_allowed",
    N_("Your account may not do this."),
    N_("Ask the security administrator for the role you need."),
)
OUT_OF_SCOPE = Reason(
    "out_of_scope",
    N_("This belongs to a division or agency outside your remit."),
    N_("Pass it to somebody who is responsible for it."),
)
BAD_USERNAME = Reason(
    "bad_username",
    N_("“{value}” cannot be a user name."),
    N_("Use 3 to 40 lower-case letters, digits, dots, hyphens or underscores, beginning with a letter."),
)
USERNAME_TAKEN = Reason(
    "username_taken", N_("The user name “{value}” is taken."), N_("Choose another user name.")
)
BAD_DISPLAY_NAME = Reason(
    "bad_display_name", N_("The name is empty or too long."), N_("Give a name of 1 to 100 characters.")
)
WEAK_PASSWORD = Reason(
    "weak_password",
    N_("This password is too weak: {detail}"),
    N_("Choose one that is longer and less common, of some words that do not belong together."),
)
BAD_ROLE = Reason("bad_role", N_("“{value}” is not a role."), N_("Use one of: {choices}."))
KEEPER_OF_OFFICE = Reason(
    "keeper_of_office",
    N_("A keeper of identities decides for one office."),
    N_("Name the agency that the person works for."),
)
BAD_PLACE = Reason(
    "bad_place",
    N_("A role needs exactly one place."),
    N_("Name a division, or an agency, or say “everywhere”."),
)
UNKNOWN_PLACE = Reason(
    "unknown_place",
    N_("“{value}” is not in the directory."),
    N_("Import it into the directory first, or correct the code."),
)
ADMINISTRATORS_APART = Reason(
    "administrators_apart",
    N_("System administrator, security administrator and auditor must be three different people."),
    N_("Give the role to somebody else, or revoke the other one first."),
)
OTHER_PLACE = Reason(
    "other_place",
    N_("This account already has roles in another place."),
    N_("Use a second account for the other place, or revoke the other roles first."),
)
NOT_ONESELF = Reason(
    "not_oneself",
    N_("Nobody gives a role to their own account."),
    N_("Ask another security administrator."),
)
ALREADY_GRANTED = Reason(
    "already_granted", N_("This account already has this role here."), N_("Nothing needs to be done.")
)
UNKNOWN_GRANT = Reason(
    "unknown_grant", N_("This account does not have this role."), N_("Check the account and the role.")
)
UNKNOWN_USER = Reason("unknown_user", N_("There is no such account."), N_("Check the user name."))
ALREADY_DISABLED = Reason(
    "already_disabled", N_("This account is already disabled."), N_("Nothing needs to be done.")
)
NOT_DISABLED = Reason("not_disabled", N_("This account is not disabled."), N_("Nothing needs to be done."))
ALREADY_ENROLLED = Reason(
    "already_enrolled",
    N_("This account already has a second factor."),
    N_("Use the one it has, or have it reset by an administrator."),
)
NO_SECOND_FACTOR = Reason(
    "no_second_factor", N_("This account has no second factor."), N_("Nothing needs to be done.")
)
ADMINISTRATOR_EXISTS = Reason(
    "administrator_exists",
    N_("There is already an administrator with this role."),
    N_("Have a security administrator give the role to whoever needs it."),
)
LINK_INVALID = Reason(
    "link_invalid",
    N_("This link does not exist, has been used, or is too old."),
    N_("Ask whoever gave it to you for a new one."),
)
UNKNOWN_SESSION = Reason(
    "unknown_session", N_("There is no such session any more."), N_("Nothing needs to be done.")
)
NO_ACCOUNT = Reason(
    "no_account",
    N_("You are known to the identity provider, but there is no account for you here."),
    N_("Ask your system administrator to make one and bind it to your identity."),
)
SIGN_IN_BROKEN = Reason(
    "sign_in_broken",
    N_("The log-in was not completed."),
    N_("Begin again from the log-in page; if it happens twice, tell your administrator."),
)
BAD_SUBJECT = Reason(
    "bad_subject",
    N_("This cannot be the subject of a log-in."),
    N_("Copy the subject (“sub”) that the identity provider knows the person by: 1 to 191 characters."),
)
SUBJECT_TAKEN = Reason(
    "subject_taken",
    N_("This subject or this account is already bound."),
    N_("Take the old binding away first."),
)
NOT_BOUND = Reason("not_bound", N_("This account is bound to no subject."), N_("Nothing needs to be done."))
UNKNOWN_MEMBER = Reason(
    "unknown_member",
    N_("There is no staff member {number} at the agency {agency}."),
    N_("Check the agency’s code and the staff number, or add the staff member to the directory first."),
)
MEMBER_BOUND = Reason(
    "member_bound", N_("This account is already bound to this staff member."), N_("Nothing needs to be done.")
)
MEMBER_NOT_BOUND = Reason(
    "member_not_bound", N_("This account is not bound to this staff member."), N_("Nothing needs to be done.")
)
BAD_CLIENT_NAME = Reason(
    "bad_client_name",
    N_("The client's name is empty or too long."),
    N_("Give a name of 1 to 100 characters."),
)
CLIENT_NAME_TAKEN = Reason(
    "client_name_taken", N_("There is already a client named “{value}”."), N_("Choose another name.")
)
UNKNOWN_CLIENT = Reason(
    "unknown_client", N_("There is no such active client."), N_("Check the client's name.")
)
