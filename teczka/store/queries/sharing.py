"""Who sees a message and why, and what would become visible with it."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from teczka.core.sharing import faces, quoted
from teczka.mime.text import own_length
from teczka.store import conversations
from teczka.store.models import User
from teczka.store.queries import walls

EARLIER = 30  # letters that a quotation is looked for in
OFFERED = 100  # teams
READ = 20_000  # signs of each
CONVERSATION = conversations.conversation(
    walls.mine("m"),
    f"ARRAY(SELECT its.id FROM store_message its WHERE its.public_id = %(message)s AND {walls.mine('its')})",
)


@dataclass(frozen=True, slots=True)
class ShareLine:
    """One way in which a message is seen. Its owner is told of all, others of their own."""

    public_id: UUID
    person_id: UUID | None  # with whom; None: with a team
    person: str
    case: str  # whose team; empty: with a person, or with the team of a case that the viewer may not know
    team: list[str]  # names, its owner's among them; as far as the viewer may know
    at: datetime
    following: bool  # what is answered comes, too
    others: int  # messages of the conversation that are shared so besides


@dataclass(frozen=True, slots=True)
class Team:
    """The team of a case, to share with."""

    public_id: UUID
    case: str
    people: list[str]  # names of its members but the viewer's
    filed: bool  # the message belongs to the case

    @property
    def faces(self) -> str:
        return faces(self.people)


@dataclass(frozen=True, slots=True)
class Beside:
    """Another message of the conversation."""

    public_id: UUID
    subject: str | None
    who: str
    internaldate: datetime
    attachments: int
    shared: bool  # somebody else sees it already


@dataclass(frozen=True, slots=True)
class Quoted:
    """What a message gives away by quoting it."""

    letters: list[Beside]  # earlier ones of the conversation
    unknown: bool  # it quotes, and none of these: something else

    @property
    def private(self) -> int:
        return sum(not one.shared for one in self.letters)


def audience(viewer: User, message: UUID) -> list[str]:
    """Names of everybody but the viewer who sees it, for whoever does; its owner first."""
    return walls.read_often(
        viewer,
        str,
        f"""SELECT u.name FROM store_message m
            CROSS JOIN LATERAL teczka_audience(ARRAY[m.id]) a JOIN store_user u ON u.id = a.user_id
            WHERE m.public_id = %(message)s AND u.id <> %(viewer)s AND {walls.visible("m")}
            ORDER BY u.id = m.owner_id DESC, u.name, u.id""",
        message=message,
    )


def shares(viewer: User, message: UUID) -> list[ShareLine]:
    """The ways in which it is seen, people first."""
    same = "o.with_user_id IS NOT DISTINCT FROM s.with_user_id AND o.with_case_id IS NOT DISTINCT FROM s.with_case_id"
    return walls.read(
        viewer,
        ShareLine,
        f"""SELECT s.public_id, u.public_id, coalesce(u.name, ''), coalesce(btrim(c.number || ' ' || c.name), ''),
                   ARRAY(SELECT tu.name FROM store_casemember t JOIN store_user tu ON tu.id = t.user_id AND tu.is_active
                         WHERE t.case_id = c.id ORDER BY t.lead DESC, tu.name),
                   s.at,
                   EXISTS (SELECT FROM store_share o WHERE o.thread_id = m.thread_id AND o.revoked_at IS NULL AND {same}),
                   (SELECT count(*) FROM store_share o JOIN store_message n ON n.id = o.message_id
                    WHERE n.thread_id = m.thread_id AND n.id <> m.id AND o.revoked_at IS NULL AND {same} AND {walls.mine("n")})
            FROM store_share s JOIN store_message m ON m.id = s.message_id
            LEFT JOIN store_user u ON u.id = s.with_user_id LEFT JOIN store_case c ON c.id = s.with_case_id AND {walls.card("c")}
            WHERE m.public_id = %(message)s AND s.revoked_at IS NULL AND {walls.visible("m")}
              AND ({walls.mine("s")} OR s.with_user_id = %(viewer)s OR {walls.inside("s.with_case_id")})
            ORDER BY s.with_user_id IS NULL, u.name, s.id""",
        message=message,
    )


def teams(viewer: User, message: UUID) -> list[Team]:
    """Of the cases that it is filed to, and then of the viewer's own that are not closed, the latest first; as far as somebody else is in
    them."""
    return walls.read(
        viewer,
        Team,
        f"""SELECT c.public_id, btrim(c.number || ' ' || c.name), team.people, filed.to_it
            FROM store_case c
            CROSS JOIN LATERAL (SELECT ARRAY(
                SELECT u.name FROM store_casemember t JOIN store_user u ON u.id = t.user_id AND u.is_active
                WHERE t.case_id = c.id AND u.id <> %(viewer)s ORDER BY t.lead DESC, u.name) AS people) team
            CROSS JOIN LATERAL (SELECT EXISTS (
                SELECT FROM store_filing f JOIN store_message m ON m.id = f.message_id
                WHERE f.case_id = c.id AND f.undone_at IS NULL AND m.public_id = %(message)s AND {walls.mine("m")}) AS to_it) filed
            WHERE {walls.card("c")} AND team.people <> '{{}}' AND (filed.to_it OR ({walls.inside("c.id")} AND c.state <> 'closed'))
            ORDER BY filed.to_it DESC, c.active_at DESC, c.id DESC LIMIT {OFFERED}""",
        message=message,
    )


def conversation(viewer: User, message: UUID) -> list[Beside]:
    """The other messages of it that would be shared with it, newest first. Its owner's alone."""
    return _beside(viewer, message, f"m.id IN ({CONVERSATION})")


def quotation(viewer: User, message: UUID) -> Quoted | None:
    """None: it quotes nothing. Its owner's alone."""
    texts = walls.read(
        viewer,
        str,
        f"""SELECT left(t.text, {READ}) FROM store_text t JOIN store_message m ON m.id = t.message_id
            WHERE m.public_id = %(message)s AND {walls.mine("m")}""",
        message=message,
    )
    text = texts[0] if texts else ""
    tail = text[own_length(text) :]
    if not tail.strip():
        return None
    earlier = walls.read(
        viewer,
        lambda public_id, text: (public_id, text[: own_length(text)]),
        f"""SELECT n.public_id, left(t.text, {READ}) FROM store_message m JOIN store_message n ON n.thread_id = m.thread_id
            JOIN store_text t ON t.message_id = n.id
            WHERE m.public_id = %(message)s AND {walls.mine("m")} AND {walls.mine("n")}
              AND n.id <> m.id AND n.internaldate <= m.internaldate
            ORDER BY n.internaldate DESC LIMIT {EARLIER}""",
        message=message,
    )
    found = {earlier[place][0] for place in quoted(tail, [own for _, own in earlier])}
    letters = [one for one in _beside(viewer, message, "true") if one.public_id in found] if found else []
    return Quoted(letters, not letters)


def _beside(viewer: User, message: UUID, which: str) -> list[Beside]:
    return walls.read(
        viewer,
        Beside,
        f"""SELECT m.public_id, m.subject, coalesce(nullif(m.from_name, ''), m.from_address), m.internaldate, m.attachments,
                   EXISTS (SELECT FROM store_grant g WHERE g.message_id = m.id)
            FROM store_message one JOIN store_message m ON m.thread_id = one.thread_id AND m.id <> one.id
            WHERE one.public_id = %(message)s AND {walls.mine("one")} AND {walls.mine("m")} AND {which}
            ORDER BY m.internaldate DESC, m.id DESC""",
        message=message,
    )
