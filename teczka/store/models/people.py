"""Offices and the people who work in them."""

import uuid
from functools import cache
from typing import Any, ClassVar

from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.contrib.postgres.fields import ArrayField
from django.db import connection, models
from django.utils.crypto import salted_hmac

from teczka.core.outgoing import FIRST_UNDO
from teczka.core.people import FIRST_ZONE, READ_AFTER, Role
from teczka.store.connections import planned_once


class Office(models.Model):
    id = models.BigAutoField(primary_key=True)
    public_id = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    name = models.TextField()
    timezone = models.TextField(default=FIRST_ZONE)
    language = models.TextField(default="pl")
    number_patterns = ArrayField(models.TextField(), default=list)  # of its own file numbers: core.numbering
    # When the backup was made that it was restored from, until its keeper lets its accounts connect again.
    restored_at = models.DateTimeField(null=True, blank=True)
    requires_second_factor = models.BooleanField(default=False)  # of everybody who signs in
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

    def get(self, *args: Any, **named: Any) -> "User":
        """By `pk` alone, as each request asks whose it is: with the office, by a statement that is planned once a connection. Managers
        that Django makes of this class look at some of the people only, and ask as they did."""
        if type(self) is not UserManager or args or named.keys() != {"pk"}:
            return super().get(*args, **named)
        found = planned_once(_with_office(), {"pk": User._meta.pk.get_prep_value(named["pk"])})
        if not found:
            raise self.model.DoesNotExist
        own = len(User._meta.concrete_fields)
        user: User = User.from_db("default", _attributes(User), found[0][:own])
        user.office = Office.from_db("default", _attributes(Office), found[0][own:])
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
    second_factor_at = models.DateTimeField(null=True, blank=True)  # since when signing in takes a second step
    # When somebody else turned that off: its owner is told, each browser by itself (web/session/noted.py).
    second_factor_lifted_at = models.DateTimeField(null=True, blank=True)
    # When a passkey was added or removed, Microsoft or Google connected or disconnected, backup codes made anew or the second step turned
    # off: its owner is told likewise.
    sign_in_changed_at = models.DateTimeField(null=True, blank=True)
    sessions_ended = models.IntegerField(default=0)  # how often; written by store/sessions.py alone
    is_active = models.BooleanField(default=True)
    created_at = models.DateTimeField(auto_now_add=True)

    USERNAME_FIELD = "email"
    REQUIRED_FIELDS: ClassVar[list[str]] = ["name"]
    objects: ClassVar[UserManager] = UserManager()

    class Meta:
        constraints: ClassVar = [models.UniqueConstraint(fields=["office", "id"], name="user_of_office")]

    def _get_session_auth_hash(self, secret: str | bytes | None = None) -> str:
        """Django's, of the password, of since when signing in takes a second step, and of how often their sessions were ended: what was
        begun before holds no longer, even where it was still under way and no session lay there yet. Who has neither keeps Django's."""
        since = self.second_factor_at.timestamp() if self.second_factor_at else ""
        ended = f" {self.sessions_ended}" if self.sessions_ended else ""
        return salted_hmac(
            "django.contrib.auth.models.AbstractBaseUser.get_session_auth_hash",
            f"{self.password}{since}{ended}",
            secret=secret,
            algorithm="sha256",
        ).hexdigest()

    @property
    def is_administrator(self) -> bool:
        return self.role == Role.ADMINISTRATOR

    @property
    def owes_second_factor(self) -> bool:
        """Their office wants one of everybody, and they have none: no page of theirs is shown before."""
        return self.office.requires_second_factor and self.second_factor_at is None


@cache
def _attributes(model: type[models.Model]) -> tuple[str, ...]:
    return tuple(field.attname for field in model._meta.concrete_fields)


@cache
def _with_office() -> str:
    wanted = [
        f"{table}.{field.column}"
        for table, model in (("u", User), ("o", Office))
        for field in model._meta.concrete_fields
    ]
    return f"SELECT {', '.join(wanted)} FROM store_user u JOIN store_office o ON o.id = u.office_id WHERE u.id = %(pk)s"  # noqa: S608
