"""Offices and the people who work in them."""

import uuid
from typing import Any, ClassVar

from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.contrib.postgres.fields import ArrayField
from django.db import connection, models

from teczka.core.outgoing import FIRST_UNDO
from teczka.core.people import FIRST_ZONE, READ_AFTER, Role


class Office(models.Model):
    id = models.BigAutoField(primary_key=True)
    public_id = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    name = models.TextField()
    timezone = models.TextField(default=FIRST_ZONE)
    language = models.TextField(default="pl")
    number_patterns = ArrayField(models.TextField(), default=list)  # of its own file numbers: core.numbering
    created_at = models.DateTimeField(auto_now_add=True)

    @staticmethod
    def lock_installation() -> None:
        """One at a time until the transaction ends: two browsers on the first-run page make one office."""
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_xact_lock(hashtext('teczka: first run'))")


class UserManager(BaseUserManager["User"]):
    def create_user(self, email: str, password: str | None = None, **fields: Any) -> "User":
        user = self.model(email=self.normalize_email(email).lower(), **fields)
        user.set_password(password)
        user.save(using=self._db)
        return user

    def get_by_natural_key(self, username: str | None) -> "User":
        return self.get(email=(username or "").lower())


class User(AbstractBaseUser):
    """A person of an office; one e-mail address is one user of the installation."""

    id = models.BigAutoField(primary_key=True)
    public_id = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    office = models.ForeignKey(Office, models.DO_NOTHING, related_name="+")
    email = models.EmailField(max_length=254, unique=True)
    name = models.TextField()
    role = models.TextField(choices=[(role.value, role.value) for role in Role], default=Role.MEMBER)
    language = models.TextField(default="pl")
    # External accounts; None: as many as the office's policy says.
    account_limit = models.IntegerField(null=True, blank=True)
    # Shortcuts of one letter (WCAG 2.1.4): some ways of input press them by mistake.
    single_keys = models.BooleanField(default=True)
    # Seconds that a message is looked at before it counts as read; below 0 it never does by itself.
    read_after = models.SmallIntegerField(default=READ_AFTER)
    undo_seconds = models.SmallIntegerField(
        default=FIRST_UNDO
    )  # for which a letter that was sent waits to be taken back
    # Reminders of tasks go from an account of theirs, this one or the first that can send, to the address that they sign in with.
    remind_by_mail = models.BooleanField(default=True)
    remind_from = models.ForeignKey(
        "store.Account", models.DO_NOTHING, null=True, blank=True, related_name="+", db_index=False, db_constraint=False
    )
    reminded_on = models.DateField(null=True, blank=True)  # by a letter of that morning; one a day
    # Their messages below this id are still to be looked through for the office's patterns of file numbers, which changed.
    numbers_below = models.BigIntegerField(null=True, blank=True)
    is_active = models.BooleanField(default=True)
    created_at = models.DateTimeField(auto_now_add=True)

    USERNAME_FIELD = "email"
    REQUIRED_FIELDS: ClassVar[list[str]] = ["name"]
    objects: ClassVar[UserManager] = UserManager()

    class Meta:
        constraints: ClassVar = [models.UniqueConstraint(fields=["office", "id"], name="user_of_office")]

    @property
    def is_administrator(self) -> bool:
        return self.role == Role.ADMINISTRATOR
