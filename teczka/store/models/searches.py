"""What somebody searched for: private like the mail that it finds."""

from typing import ClassVar

from django.db import models
from django.db.models import Q

from teczka.store.models.rows import OwnedRow


class SavedSearch(OwnedRow):
    """A search that was given a name; without one, a search made of late, of which the last few are kept."""

    name = models.TextField(blank=True, default="")
    query = models.TextField()  # as it was written; core/search.py reads both languages
    best = models.BooleanField(default=False)  # the best hits first, not the newest
    used_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["owner", "name"], condition=~Q(name=""), name="saved_search_once"),
            models.UniqueConstraint(fields=["owner", "query"], condition=Q(name=""), name="recent_search_once"),
        ]
