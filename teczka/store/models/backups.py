"""What became of each backup of this installation. Nothing of any office's lies here."""

import uuid
from typing import ClassVar

from django.db import models


class BackupRun(models.Model):
    """`told`: figures of a good one (actions/backup.py), the sentence's parameters of a failed one."""

    id = models.BigAutoField(primary_key=True)
    public_id = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    target = models.TextField()  # a folder, a file or a bucket's address, without any secret
    by_itself = models.BooleanField(default=False)  # as the settings say, and not by somebody's command
    started_at = models.DateTimeField(auto_now_add=True)
    ended_at = models.DateTimeField(null=True)
    good = models.BooleanField(default=False)
    trouble = models.TextField(blank=True)  # core.errors.Trouble
    told = models.JSONField(default=dict)

    class Meta:
        indexes: ClassVar = [models.Index(fields=["-started_at"], name="backup_newest")]
