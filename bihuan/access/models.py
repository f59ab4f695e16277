"""Accounts (账号): somebody who signs in, as what, bound to which area or unit, until when."""

from __future__ import annotations

import datetime as dt
from typing import Any, ClassVar

from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.db import models
from django.db.models import Q
from django.db.models.functions import Now

from bihuan.access import roles
from bihuan.live import clock


class Accounts(BaseUserManager["Account"]):
    """Makes accounts; passwords are kept as hashes alone."""

    def create_user(self, username: str, password: str | None = None, **given: Any) -> Account:
        """An account with a password (None: it cannot sign in until it is given one)."""
        account: Account = self.model(username=self.model.normalize_username(username), **given)
        account.set_password(password)
        account.save(using=self._db)
        return account

    def create_superuser(self, username: str, password: str | None = None, **given: Any) -> Account:
        """An administrator of everything."""
        return self.create_user(username, password, **{"role": "管理员", "whole": True, **given})

    def administrators(self) -> models.QuerySet[Account]:
        """Those who administer everything and have not ended."""
        return self.filter(role="管理员", whole=True).filter(Q(until=None) | Q(until__gt=clock.now()))


class Account(AbstractBaseUser):
    """账号。Bound to everything, to an area and all below it, or to a unit: to exactly one of them.

    It ends at ``until``; and, where it is an ``officer``'s and ``by_duty``, with the last of the officer's duties. What
    has ended neither signs in nor goes on with a session; the row stays, for what was done in its name.
    """

    username = models.TextField(unique=True)
    name = models.TextField(blank=True)  # 张三
    role = models.TextField()  # a word of roles.ROLES
    group = models.TextField(blank=True)  # of a working group: a word of roles.GROUPS
    whole = models.BooleanField(default=False)
    area = models.TextField(blank=True)
    unit = models.TextField(blank=True)
    officer = models.TextField(blank=True)  # who it is in the ledger of officers
    by_duty = models.BooleanField(default=False)
    made_at = models.DateTimeField(db_default=Now())  # by the machine's clock
    made_by = models.TextField(blank=True)
    until = models.DateTimeField(null=True, blank=True)  # by the system's clock
    new_password = models.BooleanField(default=False)  # somebody else knows it: to be changed at the first sign-in

    objects: ClassVar[Accounts] = Accounts()

    USERNAME_FIELD = "username"
    REQUIRED_FIELDS: ClassVar[list[str]] = []

    class Meta:
        db_table = "access_account"
        constraints = [
            models.CheckConstraint(
                condition=(Q(whole=True, area="", unit="") | (Q(whole=False, unit="") & ~Q(area="")))
                | (Q(whole=False, area="") & ~Q(unit="")),
                name="access_account_bound",
            ),
            models.CheckConstraint(condition=Q(by_duty=False) | ~Q(officer=""), name="access_account_duty"),
        ]

    def __str__(self) -> str:
        return self.name or self.username

    @property
    def is_active(self) -> bool:
        """Whether it has not ended (Django's word for it). The end of a duty is looked up at each request."""
        return self.until is None or clock.now() < self.until

    @property
    def ended(self) -> bool:
        """Whether it has ended by itself."""
        return not self.is_active

    @property
    def about(self) -> roles.Role:
        return roles.ROLES[self.role]

    @property
    def manages(self) -> bool:
        """Whether it makes and ends accounts."""
        return self.about.manages

    @property
    def bound(self) -> str:
        """all, area or unit."""
        return "all" if self.whole else "area" if self.area else "unit"

    def get_full_name(self) -> str:
        return str(self)

    def get_short_name(self) -> str:
        return str(self)

    def end(self, at: dt.datetime | None = None) -> None:
        """It ends now, or at a moment of the system's clock; its sessions end with it."""
        self.until = at or clock.now()
        self.save(update_fields=["until"])


class Look(models.Model):
    """查阅：谁、何时、从哪里、为什么看了谁 (somebody saw a person's data). Only added to: see ``looks``."""

    at = models.DateTimeField()  # by the system's clock
    by_account = models.BigIntegerField()
    username = models.TextField()  # as they were then: accounts change
    name = models.TextField(blank=True)
    role = models.TextField()
    person = models.TextField()
    where = models.TextField()  # a word of looks.WHERE
    why = models.TextField(blank=True)  # the purpose stated; empty: numbers were masked
    address = models.TextField(blank=True)

    class Meta:
        db_table = "access_look"
        indexes = [
            models.Index(fields=["person", "-id"], name="access_look_person"),
            models.Index(fields=["by_account", "person", "-at"], name="access_look_account"),
            models.Index(fields=["at"], name="access_look_at"),
        ]
