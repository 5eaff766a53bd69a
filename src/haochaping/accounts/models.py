"""账户 tables: people who log in, the roles they hold, programs with keys."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar, Self

from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.db import models
from django.db.models import CheckConstraint, Q, UniqueConstraint
from django.db.models.functions import Now

from haochaping.accounts.terms import ADMINISTRATORS, LinkPurpose, Role
from haochaping.directory.models import Agency, Division, StaffMember
from haochaping.kernel.privacy import Kept, Purpose

if TYPE_CHECKING:
    from haochaping.accounts.queries import Standing


class User(AbstractBaseUser):
    """工作人员账户. What the person may do comes from `RoleGrant` alone; there are no superusers."""

    class Privacy:
        purpose = Purpose.STAFF
        retention = Kept.ENTRY
        account = ("username",)
        kept = ("display_name", "email")
        secret = ("password",)

    username = models.CharField(max_length=40, unique=True)
    display_name = models.CharField(max_length=100)
    email = models.EmailField(blank=True)
    is_active = models.BooleanField(default=True)
    date_joined = models.DateTimeField()

    objects: ClassVar[BaseUserManager[Self]] = BaseUserManager()

    # No column: what they may do now, where it was asked with the account (queries.user_with_standing).
    standing: Standing | None = None

    USERNAME_FIELD = "username"
    EMAIL_FIELD = "email"
    REQUIRED_FIELDS: ClassVar[list[str]] = ["display_name"]

    class Meta:
        db_table = "accounts_user"
        verbose_name = verbose_name_plural = "工作人员账户"


class RoleGrant(models.Model):
    """角色授权: one role of one person in one place, from a moment to a moment."""

    class Privacy:
        plain = ("role",)

    user = models.ForeignKey(User, models.PROTECT, related_name="+")
    role = models.CharField(max_length=20)
    division = models.ForeignKey(Division, models.PROTECT, null=True, related_name="+")
    agency = models.ForeignKey(Agency, models.PROTECT, null=True, related_name="+")
    everywhere = models.BooleanField(default=False)
    granted_at = models.DateTimeField()
    revoked_at = models.DateTimeField(null=True)

    class Meta:
        db_table = "accounts_role_grant"
        verbose_name = verbose_name_plural = "角色授权"
        constraints = [
            CheckConstraint(condition=Q(role__in=[str(role) for role in Role]), name="role_grant_known_role"),
            CheckConstraint(
                condition=Q(everywhere=True, division=None, agency=None)
                | Q(everywhere=False, division__isnull=False, agency=None)
                | Q(everywhere=False, division=None, agency__isnull=False),
                name="role_grant_one_place",
            ),
            UniqueConstraint(
                fields=["user", "role", "division", "agency"],
                condition=Q(revoked_at=None),
                nulls_distinct=False,
                name="role_grant_once",
            ),
            # 三员分立 holds in the database too, whatever the code above it does.
            UniqueConstraint(
                fields=["user"],
                condition=Q(revoked_at=None, role__in=sorted(str(role) for role in ADMINISTRATORS)),
                name="role_grant_administrators_apart",
            ),
        ]


class StaffBinding(models.Model):
    """人员绑定: the account's owner is, or was, this staff member of the directory; who moves to another desk has several."""

    user = models.ForeignKey(User, models.PROTECT, related_name="+")
    staff_member = models.ForeignKey(StaffMember, models.PROTECT, related_name="+")
    bound_at = models.DateTimeField()
    unbound_at = models.DateTimeField(null=True)

    class Meta:
        db_table = "accounts_staff_binding"
        verbose_name = verbose_name_plural = "人员绑定"
        constraints = [
            UniqueConstraint(
                fields=["user", "staff_member"], condition=Q(unbound_at=None), name="staff_binding_once"
            )
        ]


class OneTimeLink(models.Model):
    """一次性链接: works once and for a short time; only the hash of its token is kept."""

    class Privacy:
        plain = ("purpose", "role")
        secret = ("token_hash",)

    purpose = models.CharField(max_length=12)
    token_hash = models.CharField(max_length=64, unique=True)
    role = models.CharField(max_length=20, blank=True)
    user = models.ForeignKey(User, models.PROTECT, null=True, related_name="+")
    created_at = models.DateTimeField()
    expires_at = models.DateTimeField()
    used_at = models.DateTimeField(null=True)

    class Meta:
        db_table = "accounts_one_time_link"
        verbose_name = verbose_name_plural = "一次性链接"
        constraints = [
            CheckConstraint(
                condition=Q(purpose=str(LinkPurpose.PASSWORD), role="", user__isnull=False)
                | Q(
                    purpose=str(LinkPurpose.FIRST_ADMIN), role__in=sorted(map(str, ADMINISTRATORS)), user=None
                ),
                name="one_time_link_for_somebody",
            )
        ]


class FormerPassword(models.Model):
    """用过的口令: kept under the profile dengbao3 only, the last five of an account, the present one among them."""

    class Privacy:
        secret = ("password",)

    user = models.ForeignKey(User, models.PROTECT, related_name="+")
    password = models.CharField(max_length=128)
    # Django tells of a new password without a clock at hand: the database knows the time.
    set_at = models.DateTimeField(db_default=Now())

    class Meta:
        db_table = "accounts_former_password"
        verbose_name = verbose_name_plural = "用过的口令"


class ApiClient(models.Model):
    """接口客户端: a program that sends or asks in the name of a division. Its key is kept as a hash only."""

    class Privacy:
        plain = ("name", "key_prefix")
        secret = ("key_hash",)

    name = models.CharField(max_length=100, unique=True)
    key_hash = models.CharField(max_length=64, unique=True)
    key_prefix = models.CharField(max_length=12)
    division = models.ForeignKey(Division, models.PROTECT, related_name="+")
    active = models.BooleanField(default=True)
    created_at = models.DateTimeField()
    revoked_at = models.DateTimeField(null=True)

    class Meta:
        db_table = "accounts_api_client"
        verbose_name = verbose_name_plural = "接口客户端"
        constraints = [
            CheckConstraint(
                condition=Q(active=True, revoked_at=None) | Q(active=False, revoked_at__isnull=False),
                name="api_client_revoked_is_inactive",
            )
        ]
