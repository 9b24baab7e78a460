"""Signing in to the demo by a link. Only a demo's data folder has the page that takes one (web/urls.py)."""

from django.core import signing

from teczka.store.models import User

SALT = "teczka.demo"
GOOD_FOR_SECONDS = 24 * 3600  # and no longer than the demo: each start makes new keys


def pass_for(person: User) -> str:
    return signing.dumps(str(person.public_id), salt=SALT)


def visitor(given: str) -> User | None:
    """Whose pass it is; None for one that we did not give, or that is too old."""
    try:
        public_id = signing.loads(given, salt=SALT, max_age=GOOD_FOR_SECONDS)
    except signing.BadSignature:
        return None
    return User.objects.filter(public_id=public_id, is_active=True).first()
