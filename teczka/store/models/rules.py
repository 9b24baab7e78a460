"""Rules, what they did, and what offices offer as a beginning."""

from typing import ClassVar

from django.db import models
from django.db.models import Q

from teczka.core.rules import ENDED, RunState
from teczka.store.models.acts import Act
from teczka.store.models.messages import Message
from teczka.store.models.people import User
from teczka.store.models.rows import OfficeRow, OwnedRow


class RuleTemplate(OfficeRow):
    """Its administrators write it; a rule that somebody makes of it is theirs, and changes with it no more."""

    name = models.TextField()
    when = models.JSONField()
    then = models.JSONField()
    by = models.ForeignKey(User, models.DO_NOTHING, related_name="+", db_index=False, db_constraint=False)
    created_at = models.DateTimeField(auto_now_add=True)
    updated_at = models.DateTimeField(auto_now=True)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["office", "id"], name="rule_template_of_office"),
            models.UniqueConstraint(fields=["office", "name"], name="rule_template_once"),
        ]


class Rule(OwnedRow):
    """core.rules.Rule as a row. It acts on its owner's mail alone."""

    name = models.TextField()
    position = models.IntegerField(default=0)
    enabled = models.BooleanField(default=True)
    # Rises with every change of `when` or `then`: what an earlier version did is no reason to leave a message out.
    version = models.IntegerField(default=1)
    when = models.JSONField()
    then = models.JSONField()
    template = models.ForeignKey(
        RuleTemplate, models.DO_NOTHING, null=True, related_name="+", db_index=False, db_constraint=False
    )
    trouble = models.TextField(blank=True)  # core.errors.Trouble: why it paused itself
    trouble_params = models.JSONField(default=dict)
    trouble_at = models.DateTimeField(null=True)
    paused_at = models.DateTimeField(null=True)  # by its trouble; switching it off is `enabled`
    created_at = models.DateTimeField(auto_now_add=True)
    updated_at = models.DateTimeField(auto_now=True)

    class Meta:
        constraints: ClassVar = [models.UniqueConstraint(fields=["id", "office", "owner"], name="rule_of_owner")]
        indexes: ClassVar = [models.Index(fields=["owner", "position", "id"], name="rule_list")]


class RuleException(models.Model):
    """ "Not this one": the rule passes the message over, whatever its version."""

    rule = models.ForeignKey(Rule, models.DO_NOTHING, related_name="exceptions", db_index=False, db_constraint=False)
    message = models.ForeignKey(Message, models.DO_NOTHING, related_name="+", db_constraint=False)
    office_id = models.BigIntegerField()
    owner_id = models.BigIntegerField()
    at = models.DateTimeField(auto_now_add=True)

    class Meta:
        constraints: ClassVar = [models.UniqueConstraint(fields=["rule", "message"], name="rule_exception_once")]


class RuleRun(OwnedRow):
    """A rule applied to old mail, the newest first. It has looked at everything behind (before_at, before_id), in that order."""

    rule = models.ForeignKey(Rule, models.DO_NOTHING, related_name="runs", db_constraint=False)
    version = models.IntegerField()
    state = models.TextField(default=RunState.WAITING)
    dry = models.BooleanField(default=True)
    since = models.DateTimeField(null=True)  # no older mail
    before_at = models.DateTimeField(null=True)
    before_id = models.BigIntegerField(null=True)
    seen = models.IntegerField(default=0)
    matched = models.IntegerField(default=0)
    total = models.IntegerField(default=0)
    trouble = models.TextField(blank=True)
    trouble_params = models.JSONField(default=dict)
    created_at = models.DateTimeField(auto_now_add=True)
    started_at = models.DateTimeField(null=True)
    ended_at = models.DateTimeField(null=True)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["id", "office", "owner"], name="rule_run_of_owner"),
            models.UniqueConstraint(fields=["rule"], name="rule_run_alone", condition=~Q(state__in=ENDED)),
        ]


class RuleHit(OwnedRow):
    """A rule of this version met this message, and this is what it did: the row by which it does so once."""

    rule = models.ForeignKey(Rule, models.DO_NOTHING, related_name="hits", db_index=False, db_constraint=False)
    version = models.IntegerField()
    message = models.ForeignKey(Message, models.DO_NOTHING, related_name="+", db_constraint=False)
    run = models.ForeignKey(RuleRun, models.DO_NOTHING, null=True, related_name="hits", db_constraint=False)
    act = models.ForeignKey(Act, models.DO_NOTHING, null=True, related_name="+", db_constraint=False)
    at = models.DateTimeField(auto_now_add=True)
    # {"done": what was done, as core.rules.then_json writes it, "found": the case's public id, "task": the task's}
    what = models.JSONField(default=dict)
    undone_at = models.DateTimeField(null=True)  # its act was taken back: another run may meet the message again

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["rule", "version", "message"], name="rule_hit_once", condition=Q(undone_at=None)
            ),
        ]
        indexes: ClassVar = [models.Index(fields=["rule", "-id"], name="rule_log")]
