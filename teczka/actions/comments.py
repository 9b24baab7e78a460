"""What people of the office say to one another about a message. It is in no mail, and a mention shows nothing to anybody."""

from collections.abc import Sequence
from uuid import UUID

from django.utils import timezone

from teczka.core.errors import NotAllowed
from teczka.core.mentions import named
from teczka.store import events
from teczka.store.models import Comment, Mention, Message, User
from teczka.store.queries.messages import message_text
from teczka.store.sharing import sees
from teczka.store.viewer import as_user

LONGEST = 10_000  # signs


def add_comment(actor: User, message: UUID, text: str) -> Comment:
    """Whoever of the office it names by “@Anna” is told, if they see the message. Raises NotAllowed: the actor does not."""
    with as_user(actor.pk):
        found = _visible(actor, message)
        made = Comment.objects.create(
            office_id=actor.office_id, message=found, owner_id=found.owner_id, author=actor, text=text.strip()[:LONGEST]
        )
        _mention(actor, made)
        Mention.objects.filter(user=actor, heard_at=None, comment__message=found).update(heard_at=timezone.now())
        _tell(found)
    return made


def edit_comment(actor: User, public_id: UUID, text: str) -> Comment:
    """Without words it stays as it was. Raises NotAllowed: it is not the actor's."""
    with as_user(actor.pk):
        comment = _own(actor, public_id)
        if text.strip():
            comment.text, comment.edited_at = text.strip()[:LONGEST], timezone.now()
            comment.save(update_fields=["text", "edited_at"])
            _mention(actor, comment)
            _tell(comment.message)
    return comment


def delete_comment(actor: User, public_id: UUID) -> Comment:
    """Its words go, too. Raises NotAllowed: it is not the actor's."""
    with as_user(actor.pk):
        comment = _own(actor, public_id)
        comment.text, comment.deleted_at = "", timezone.now()
        comment.save(update_fields=["text", "deleted_at"])
        _tell(comment.message)
    return comment


def hear(actor: User, comment: UUID) -> None:
    """A mention of the actor has been read. Raises NotAllowed: there is none, or they do not see it."""
    with as_user(actor.pk):
        found = Mention.objects.filter(user=actor, comment__public_id=comment, comment__deleted_at=None).first()
        if found is None or message_text(actor, found.comment.message.public_id) is None:
            raise NotAllowed
        found.heard_at = found.heard_at or timezone.now()
        found.save(update_fields=["heard_at"])


def deaf(actor: User, message: UUID, text: str) -> list[User]:
    """Whom the text names and who do not see the message. Raises NotAllowed."""
    with as_user(actor.pk):
        found = _visible(actor, message)
        seeing = {found.owner_id, actor.pk, *sees(found.pk)}
        return [person for person in _named(actor, text) if person.pk not in seeing]


def _named(actor: User, text: str) -> list[User]:
    people = list(User.objects.filter(office_id=actor.office_id, is_active=True).order_by("pk"))
    return [people[place] for place in named(text, [person.name for person in people])]


def _mention(actor: User, comment: Comment) -> None:
    people = [person for person in _named(actor, comment.text) if person.pk != actor.pk]
    Mention.objects.filter(comment=comment).exclude(user__in=people).delete()
    Mention.objects.bulk_create(
        [Mention(comment=comment, user=person, office_id=comment.office_id) for person in people], ignore_conflicts=True
    )


def _visible(actor: User, message: UUID) -> Message:
    if message_text(actor, message) is None:
        raise NotAllowed
    return Message.objects.get(public_id=message)


def _own(actor: User, public_id: UUID) -> Comment:
    found = Comment.objects.filter(author=actor, public_id=public_id, deleted_at=None).select_related("message").first()
    if found is None or message_text(actor, found.message.public_id) is None:
        raise NotAllowed
    return found


def _tell(message: Message) -> None:
    """Whoever sees the message: its owner, and those whom it is shared with. The list of what is shared has its mentions."""
    seeing: Sequence[UUID] = list(
        User.objects.filter(pk__in={message.owner_id, *sees(message.pk)}).values_list("public_id", flat=True)
    )
    events.shared(seeing, [message.public_id])
